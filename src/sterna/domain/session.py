"""What a driver asks of a charging session, and what is wrong with it."""

from dataclasses import dataclass

from sterna.domain.wear import Chemistry
from sterna.kernel.quantities import Instant, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the driver asked for."""

    departure: Instant
    target: Share
    """State of charge at departure: met while it is physically reachable."""
    floor: Share
    """State of charge at any time: never discharged below."""
    v2x: bool
    """Whether the driver wants to take part; the consents say whether it is allowed."""
    cells: Chemistry | None = None
    """The battery's cells, if the driver knows: they decide what wear costs."""


def objections(wish: Wish, now: Instant) -> tuple[str, ...]:
    """Return why *wish* cannot be taken at *now*, in the driver's words; empty when it can."""
    found = []
    if wish.departure <= now:
        found.append("the departure is in the past")
    if not 0 <= wish.target <= 1:
        found.append("the target is not between 0 and 100 %")
    if not 0 <= wish.floor <= 1:
        found.append("the floor is not between 0 and 100 %")
    elif wish.floor > wish.target:
        found.append("the floor is above the target")
    return tuple(found)
