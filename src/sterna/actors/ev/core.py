"""The battery management, pure: when to measure, where discharging ends, when the session ends.

It keeps nothing over a restart: a car that wakes up measures anew, and without a session its
contactors are open.
"""

from collections.abc import Sequence
from typing import ClassVar, Final

from msgspec import Struct

from sterna.kernel.quantities import Instant, Kilowatts, Share
from sterna.kernel.records import Command, Event

STATUS_EVERY_S: Final = 300.0
"""The battery is reported at most this often while nothing happens: the stride of the charge loop."""
STATUS_STEP: Final = 0.01
"""And only after its state of charge has moved this far; a status of news is sent at once."""
TARGET_NOISE: Final = 1e-6
"""A state of charge this near to the target counts as reached."""


class State(Struct, kw_only=True):
    """The battery as the management sees it, and what it was told."""

    least: Share = Share(0.0)
    """The maker's minimum."""
    floor: Share = Share(0.0)
    """The driver's floor, as the car was told."""
    site_floor: Share = Share(0.0)
    """The floor that the site's messages name."""
    target: Share = Share(1.0)
    stops_itself: bool = False
    shown_at: Instant = Instant(0.0)
    shown_soc: Share = Share(-1.0)
    """Negative: nothing was shown yet."""
    over: bool = False
    """Whether the car has asked for the end of its session."""

    @property
    def minimum(self) -> Share:
        """Where discharging ends: the highest of all floors."""
        return max(self.least, self.floor, self.site_floor)


class Connected(Event, frozen=True, kw_only=True, gc=False):
    """The plug is in: what the car and its driver want."""

    least: Share
    floor: Share
    target: Share
    stops_itself: bool


class Chosen(Event, frozen=True, kw_only=True, gc=False):
    """The session has come to the point where the supply wants to know the battery."""


class Turned(Event, frozen=True, kw_only=True, gc=False):
    """A turn of the charge loop: the site's floor, and the state of charge."""

    soc: Share
    site_floor: Share | None = None


class Changed(Event, frozen=True, kw_only=True, gc=False):
    """The power changed by itself: a bound was met."""


class Sensed(Event, frozen=True, kw_only=True, gc=False):
    """The sensors say what they measure."""

    soc: Share
    kw: Kilowatts


class Measure(Command, frozen=True, kw_only=True, gc=False):
    """Let the sensors measure."""

    durable: ClassVar[bool] = False


class Show(Command, frozen=True, kw_only=True, gc=False):
    """Tell the communication controller what the battery holds."""

    durable: ClassVar[bool] = False
    soc: Share
    minimum: Share
    target: Share


class HoldFloor(Command, frozen=True, kw_only=True, gc=False):
    """Cut discharging off at *soc*."""

    durable: ClassVar[bool] = False
    soc: Share


class EndSession(Command, frozen=True, kw_only=True, gc=False):
    """Ask the supply to end the session: the car has what it came for."""

    durable: ClassVar[bool] = False


TakesIn = Connected | Chosen | Turned | Changed | Sensed


def decide(state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one event; return the next state and what is to be done."""
    match event:
        case Connected():
            fresh = State(
                least=event.least, floor=event.floor, target=event.target,
                stops_itself=event.stops_itself,
            )  # fmt: skip
            return fresh, (HoldFloor(soc=fresh.minimum),)
        case Chosen() | Changed():
            state.shown_at = event.at
            return state, (Measure(),)
        case Turned():
            return state, turned(state, event)
        case Sensed():
            return state, sensed(state, event)


def turned(state: State, event: Turned) -> Sequence[Command]:
    """Follow the site's floor, and measure when that is due."""
    commands: list[Command] = []
    if event.site_floor is not None and event.site_floor != state.site_floor:
        state.site_floor = event.site_floor
        commands.append(HoldFloor(soc=state.minimum))
    moved = abs(event.soc - state.shown_soc) >= STATUS_STEP
    if moved and event.at - state.shown_at >= STATUS_EVERY_S:
        state.shown_at = event.at
        commands.append(Measure())
    return commands


def sensed(state: State, event: Sensed) -> Sequence[Command]:
    """Show what was measured; a car that charges alone ends the session at its target."""
    state.shown_soc = event.soc
    shown = Show(soc=event.soc, minimum=state.minimum, target=state.target)
    reached = event.soc >= state.target - TARGET_NOISE and event.kw > 0.0
    if state.stops_itself and reached and not state.over:
        state.over = True
        return (shown, EndSession())
    return (shown,)
