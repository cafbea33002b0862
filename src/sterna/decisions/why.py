"""Why a car charges, waits or gives back: one vocabulary from the plan to the driver's page.

A plan (`schedule.reasons`) and the sharing of its total among the cars (`dispatch`) say the same
words; `words` turns them into sentences. A reason travels by its name, beside its figures.
"""

from enum import Enum
from typing import Final

from msgspec import Struct

from sterna.kernel.quantities import NO_POWER, Instant, Kilowatts


class Reason(Enum):
    """What decides what a car does; the value is what a person reads in a list."""

    # Charging
    CHARGE_NOW = "charges: the driver asked for it"
    BELOW_FLOOR = "charges first: below the driver's minimum"
    UNREACHABLE = "charges: the target is out of reach"
    DEADLINE = "charges: no time to lose until departure"
    SUN = "charges on sun that is left over"
    STORES = "charges to give back when energy is dearer"
    CHEAP = "charges: energy is cheap now"
    TOPS_UP = "charges the rest that it needs"
    AT_PEAK = "charges as much as the peak allows"
    AT_LIMIT = "charges as much as the connection allows"
    LIMITED = "gets less than it needs: a limit is reached"
    ASKED = "charges: the site asks for it now"
    # Giving
    GIVES_DEAR = "gives back: energy is dear now"
    GIVES_SPARE = "gives back what it can spare"
    GIVES_PEAK = "gives back to hold the peak down"
    GIVES_LIMIT = "gives back to keep the connection's limit"
    RESTS = "gives back: cells age less when held lower"
    GIVES_BACK = "gives back: the site asks for it now"
    # Waiting
    WAITS_CHEAPER = "waits for a cheaper hour"
    WAITS_PEAK = "waits: more load now would raise the peak"
    WAITS_LIMIT = "waits: the connection is full"
    WAITS = "waits: there is time until departure"
    OTHERS_FIRST = "waits: other cars do what the site asks for"
    KEEPS = "waits: keeps its energy for a dearer hour"
    FULL = "is full"
    ENOUGH = "waits: has what it needs"
    NO_GAIN = "waits: giving back would not pay"
    ONE_WAY = "waits: it can only charge"
    NO_CONSENT = "waits: the driver did not agree to giving back"
    AT_FLOOR = "waits: at the driver's minimum"
    NEEDED = "waits: its energy is needed at departure"
    TOO_DEAR = "waits: energy costs more than the missing is worth"
    FAINT = "waits: so little power would be lost on the way"
    CANNOT = "waits: car or charger takes no power"
    AWAY = "is not there"
    # Either way
    BAND = "a feeder, a phase or a sold volume decides"
    RESERVED = "holds power ready for the grid"
    WHOLE = "the plan as a whole costs least so"


class Why(Struct, frozen=True, kw_only=True, gc=False):
    """Why one car does what it does at one moment. Prices in EUR/kWh at the meter; 0 where there is none to tell."""

    reason: Reason
    kw: Kilowatts = NO_POWER
    """What it does, positive charges."""
    now_eur: float | None = None
    """What one more kWh costs now, all in; None where no plan says so."""
    extra_eur: float = 0.0
    """How much of that is for the peak, >= 0; in reasons of the connection, for its being full."""
    then_at: Instant = Instant(0.0)
    """The later moment that the reason looks at; 0: none."""
    then_eur: float = 0.0
    """What energy costs then."""
    wear_eur: float = 0.0
    """Wear of the cells per kWh that is given back and refilled."""
    place: str = ""
    """The name of the limit that decides, where it has one."""


def way(kw: float) -> int:
    """Return 1 for charging, -1 for giving back, 0 for waiting."""
    return (kw > 0) - (kw < 0)


OF_ITS_OWN: Final = frozenset(
    {
        Reason.CHARGE_NOW,
        Reason.BELOW_FLOOR,
        Reason.DEADLINE,
        Reason.UNREACHABLE,
        Reason.LIMITED,
        Reason.FULL,
    }
)
"""Reasons of one car alone: they hold whatever the plan had in mind for it."""


def shared(
    reason: Reason, kw: Kilowatts, planned: Why | None, *, consents: bool, place: str = ""
) -> Why:
    """Return why a car does *kw*, by the *reason* of dispatch and by what the plan had in mind for it.

    *consents*: whether the driver agreed to giving back. *place*: the limit that cut it, if one did.

    A plan asks for the power of all cars together; who does it is settled when it is shared. Where a
    car does what was planned for it the plan's reason stands, with its figures; else it does what
    others were planned to do, or others do its part.
    """
    if planned is None or reason in OF_ITS_OWN:
        if planned is None:
            return Why(reason=reason, kw=kw, place=place)
        return Why(
            reason=reason, kw=kw, now_eur=planned.now_eur, extra_eur=planned.extra_eur, place=place
        )
    if way(kw) == way(planned.kw):
        said = planned.reason
        if said is Reason.ONE_WAY and not consents:
            said = Reason.NO_CONSENT
        return Why(
            reason=said, kw=kw, now_eur=planned.now_eur, extra_eur=planned.extra_eur, then_at=planned.then_at,
            then_eur=planned.then_eur, wear_eur=planned.wear_eur, place=planned.place,
        )  # fmt: skip
    if way(kw) == 0:
        reason = Reason.OTHERS_FIRST
    return Why(reason=reason, kw=kw, now_eur=planned.now_eur, extra_eur=planned.extra_eur)
