"""Why a plan wants of each battery what it wants: told beside the set-points, for people to read.

OpenADR has no word for it. It travels as payloads of a private type in the first interval of the
event that carries the set-points, one for each EVSE; the Definition allows such types, and a VEN that
does not know this one does the same without it.
"""

from typing import Final

import msgspec
from msgspec import Struct

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols.openadr.wire import Event, ValuesMap

WHY: Final = "STERNA_WHY"
"""Values: EVSE, reason, kW, then the figures of :class:`Explained` in their order."""


class Explained(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """What a plan wants of the battery at one EVSE, and why. Prices in EUR/kWh; 0 where there is none to tell."""

    evse: str
    reason: str
    """A name of the sender's vocabulary; a reader that does not know it leaves it out."""
    kw: Kilowatts
    """What is planned for it, positive charges."""
    now_eur: float
    extra_eur: float
    then_at: Instant
    then_eur: float
    wear_eur: float
    place: str

    def payload(self) -> ValuesMap:
        """Return it as a payload of an interval."""
        return ValuesMap(
            type=WHY,
            values=(
                self.evse, self.reason, self.kw, self.now_eur, self.extra_eur, self.then_at, self.then_eur,
                self.wear_eur, self.place,
            ),
        )  # fmt: skip


def explained(event: Event) -> tuple[Explained, ...]:
    """Return what the first interval of *event* explains; payloads that are none of these say nothing."""
    if not event.intervals:
        return ()
    found: list[Explained] = []
    for payload in event.intervals[0].payloads:
        if payload.type == WHY:
            try:
                found.append(msgspec.convert(payload.values, Explained))
            except msgspec.ValidationError:
                continue  # It is for people: the set-points beside it hold without it.
    return tuple(found)
