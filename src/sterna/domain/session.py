"""A charging session: its life as a table, what the driver asked for, what was metered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import NO_ENERGY, Instant, Share, WattHours


class SessionState(StrEnum):
    """Where a session stands."""

    PLANNED = "Planned"
    """Booked or announced; no car yet."""
    PLUGGED = "Plugged"
    """The plug is in; held at authorisation while the driver fills in the page."""
    AUTHORISED = "Authorised"
    """Somebody pays; energy may flow as soon as the car is ready."""
    ACTIVE = "Active"
    """The charge loop runs: energy may flow, also 0 kW."""
    STOPPING = "Stopping"
    """A stop was asked for; power ramps to 0, the plug is still locked."""
    ENDED = "Ended"
    """No more energy; the plug is free. The final values are known."""
    LEFT = "Left"
    """The car is gone; nothing changes any more."""


class Step(StrEnum):
    """What moves a session on."""

    PLUG = "plug"
    AUTHORISE = "authorise"
    START = "start"
    STOP = "stop"
    UNLATCH = "unlatch"
    UNPLUG = "unplug"
    CANCEL = "cancel"
    LEAVE = "leave"


TRANSITIONS: Final[Mapping[tuple[SessionState, Step], SessionState]] = MappingProxyType(
    {
        (SessionState.PLANNED, Step.PLUG): SessionState.PLUGGED,
        (SessionState.PLANNED, Step.CANCEL): SessionState.LEFT,
        (SessionState.PLUGGED, Step.AUTHORISE): SessionState.AUTHORISED,
        # The driver gives up before anybody paid.
        (SessionState.PLUGGED, Step.UNPLUG): SessionState.ENDED,
        (SessionState.AUTHORISED, Step.START): SessionState.ACTIVE,
        (SessionState.AUTHORISED, Step.STOP): SessionState.STOPPING,
        (SessionState.AUTHORISED, Step.UNPLUG): SessionState.ENDED,
        (SessionState.ACTIVE, Step.STOP): SessionState.STOPPING,
        # A torn cable or an emergency release ends at once.
        (SessionState.ACTIVE, Step.UNPLUG): SessionState.ENDED,
        (SessionState.STOPPING, Step.UNLATCH): SessionState.ENDED,
        (SessionState.STOPPING, Step.UNPLUG): SessionState.ENDED,
        (SessionState.ENDED, Step.LEAVE): SessionState.LEFT,
    }
)
"""(state, step) -> next state. What is not in the table is not allowed."""

ENERGY_MAY_FLOW: Final = frozenset({SessionState.ACTIVE, SessionState.STOPPING})
"""States in which a meter may count; in Stopping only the ramp to 0."""


def moved(state: SessionState, step: Step) -> SessionState:
    """Return the state after *step*; Refused when the table does not have it."""
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise Refused(f"a session that is {state} cannot {step}") from None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Energies:
    """What a session has moved, as magnitudes at the EVSE's meter."""

    charged_wh: WattHours = NO_ENERGY
    discharged_wh: WattHours = NO_ENERGY

    def __post_init__(self) -> None:
        """Check that registers only count up."""
        assert self.charged_wh >= 0, self
        assert self.discharged_wh >= 0, self

    @property
    def net_wh(self) -> WattHours:
        """What the car took altogether; negative when it gave more than it got."""
        return WattHours(self.charged_wh - self.discharged_wh)

    def up_to(self, charged_wh: WattHours, discharged_wh: WattHours) -> "Energies":
        """Return the energies at later register readings; Refused when a register ran backwards."""
        if charged_wh < self.charged_wh or discharged_wh < self.discharged_wh:
            raise Refused(
                f"a register ran backwards: {charged_wh}/{discharged_wh} Wh after "
                f"{self.charged_wh}/{self.discharged_wh} Wh"
            )
        return Energies(charged_wh=charged_wh, discharged_wh=discharged_wh)

    def since(self, earlier: "Energies") -> "Energies":
        """Return what was moved since *earlier*."""
        return Energies(
            charged_wh=WattHours(self.charged_wh - earlier.charged_wh),
            discharged_wh=WattHours(self.discharged_wh - earlier.discharged_wh),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One car at one EVSE from plan to leave."""

    session_id: str
    evse_id: str
    state: SessionState = SessionState.PLANNED
    wish: Wish | None = None
    energies: Energies = Energies()
    plugged_at: Instant | None = None
    ended_at: Instant | None = None
    left_at: Instant | None = None

    def after(self, step: Step, at: Instant) -> "Session":
        """Return the session after *step* at *at*; Refused when the table does not have it."""
        state = moved(self.state, step)
        return replace(
            self,
            state=state,
            plugged_at=at if step is Step.PLUG else self.plugged_at,
            ended_at=at if state is SessionState.ENDED else self.ended_at,
            left_at=at if state is SessionState.LEFT else self.left_at,
        )

    def wishing(self, wish: Wish, now: Instant) -> "Session":
        """Return the session with a new *wish*; Refused with the reasons when it cannot be taken."""
        reasons = objections(wish, now)
        if reasons:
            raise Refused("; ".join(reasons))
        return replace(self, wish=wish)

    def metered(self, charged_wh: WattHours, discharged_wh: WattHours) -> "Session":
        """Return the session with its registers read, in a state in which energy may flow."""
        if self.state not in ENERGY_MAY_FLOW:
            raise Refused(f"a session that is {self.state} moves no energy")
        return replace(self, energies=self.energies.up_to(charged_wh, discharged_wh))
