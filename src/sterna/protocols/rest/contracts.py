"""Bodies between the session web app and the EMSP, and the notice that a car was unplugged."""

from typing import Literal

from typing_extensions import override

from sterna.kernel.money import MicroEuro
from sterna.kernel.quantities import Instant
from sterna.protocols.rest.body import Amount, Body, Energy, Fraction, Name
from sterna.protocols.rest.sessions import Intervals, SessionStatistics, consistent


class Contract(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Who charges, and what was agreed (web app -> EMSP). Personal: the EMSP bills this driver."""

    session: Name
    evse: Name
    driver: Name
    plugged_at: Instant
    departure: Instant
    """As announced; the end of the charge-only comparison on the bill."""
    v2x: bool
    charge_kw_max: Amount
    """Power of the EVSE for charging, for the charge-only comparison."""
    chemistry: Literal["NMC", "LFP"] | None = None
    """The battery's cells as far as known; decides the wear pay. Unknown ones are taken for the dearest."""
    reservation: Name | None = None

    @override
    def keys(self) -> tuple[str, ...]:
        return (f"ses:{self.session}", f"evse:{self.evse}")


class Closing(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The end of a session for its bill (web app -> EMSP): what was measured, what was allowed."""

    statistics: SessionStatistics
    departure: Instant
    v2x: bool
    """Whether the driver's consent to discharging stood at any time."""

    @override
    def keys(self) -> tuple[str, ...]:
        return self.statistics.keys()


class SoFar(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """What a running session has moved so far (web app -> EMSP), to be told what that is worth."""

    session: Name
    start: Instant
    at: Instant
    departure: Instant
    charged_wh: Energy
    discharged_wh: Energy
    intervals: Intervals = ()
    """Sums to the two totals."""
    soc_start: Fraction | None = None
    capacity_kwh: Amount | None = None
    """Of the battery, as the charger reckons with."""

    def __post_init__(self) -> None:
        """Refuse energies that do not add up."""
        consistent(self.intervals, self.charged_wh, self.discharged_wh, who=self.session)

    @override
    def keys(self) -> tuple[str, ...]:
        return (f"ses:{self.session}",)


class Earnings(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """What a running session comes to so far, as the bill will reckon it."""

    session: Name
    until: Instant
    """The end of the last metered interval."""
    due: MicroEuro
    """Energy, fees and tax, before what the driver earns."""
    earned: MicroEuro
    """Reward and pay for battery wear."""

    @override
    def keys(self) -> tuple[str, ...]:
        return (f"ses:{self.session}",)


class Unplugged(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The car's plug is out (CS EMS -> web app): the slot can be reported free."""

    session: Name
    evse: Name
    at: Instant
    soc: Fraction | None = None

    @override
    def keys(self) -> tuple[str, ...]:
        return (f"ses:{self.session}", f"evse:{self.evse}")
