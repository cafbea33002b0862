"""Settings of the building energy management system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from sterna.decisions.forecast import Place
from sterna.domain.converter import Conversion
from sterna.domain.wear import CELSIUS_DEFAULT
from sterna.kernel.quantities import Instant, Kilowatts, Seconds
from sterna.kernel.series import Series

PERIOD_DEFAULT: Final = Seconds(300.0)
BY_CHEMISTRY: Final = -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BemsSettings:
    """What the building knows of itself before the first message."""

    connection_kw: Kilowatts
    """Most import that the grid connection allows."""
    export_kw: Kilowatts
    """Most export that it allows, as a magnitude."""
    load_history: Series
    """Building load in kW on a quarter-hour grid, up to the start of operation; NaN where unknown."""
    pv_history: Series
    """PV output in kW, likewise."""
    network_eur_per_kwh: Series
    """Network energy price with the peak-power adder of ponta hours, EUR/kWh. Its last day repeats
    where the horizon reaches beyond it."""
    peak_eur_per_kw: float
    """Cost of one kW more of highest quarter-hour import in the billing period."""
    period_s: Seconds = PERIOD_DEFAULT
    """How often it plans and sends a set-point."""
    forecast: Literal["analog", "quantiles"] = "analog"
    """How load and sun are forecast: by comparable days, or by trees (``sterna[forecast]``) where they are better."""
    zone: str = "UTC"
    """Whose clock people go by; trees learn anew after its midnight."""
    place: Place | None = None
    """Where the PV plant stands."""
    conversions: Mapping[str, Conversion] = field(default_factory=dict)
    """How each EVSE converts; one that is not named loses USUAL_EFFICIENCY each way."""
    wear_eur_per_kwh: float = BY_CHEMISTRY
    """Battery wear per kWh discharged, agreed by contract; negative: by the model of the cells."""
    battery_celsius: float = CELSIUS_DEFAULT
    """What contracts take the cells' temperature for."""
    billed_until: Instant | None = None
    """End of the billing period of the peak. A plan that looks ahead for less than what is left of it pays
    the part of `peak_eur_per_kw` that its horizon is of that time: a higher peak serves the rest of the
    period too. None: each plan pays all of it."""
    early_eur_per_kwh: float = 0.0
    """What a kWh is worth that a driver misses who leaves earlier than announced; 0: plans trust what is announced."""
    cautious: bool = False
    """True: plans keep below the limit by the 0.9 quantile of load less sun, and expect the peak from it while
    they pay no more than half of that (`billed_until`); energy is planned with the median all the same."""
    expects: bool = False
    """True: cars that are booked, or that usually come, stand in the plan as ghosts that only charge."""
    group: str = "porto"
    """The OSCP group of the building's connection."""
    market_id: str = "bems"
    """OpenADR client id towards the energy market."""
    market_secret: str = ""
    market_program: str = "day-ahead"
    """Name of the market's program; a market with a single program may call it otherwise."""
    cs_ems_id: str = "cs_ems"
    """OpenADR client id that the CS EMS uses here."""
    cs_ems_secret: str = ""
    callback_hosts: tuple[str, ...] = ("cs_ems",)
    """Hosts that set-points may be posted to."""
    dso_token: str = "dso"  # noqa: S105  # a default for one process; operation sets its own
    """OSCP token that the DSO uses here."""
    own_dso_token: str = "bems"  # noqa: S105  # likewise
    """OSCP token that this side uses towards the DSO first."""
