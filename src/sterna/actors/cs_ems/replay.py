"""Gives the CSMS, when it is back, the transaction messages that were answered in its place."""

from collections.abc import Callable
from typing import Final, Protocol

from msgspec.structs import replace

from sterna.actors.cs_ems.records import Withheld
from sterna.kernel.quantities import Instant
from sterna.protocols.ocpp import v21, versions, wire
from sterna.protocols.ocpp.events import Answered, Event, TimedOut
from sterna.protocols.ocpp.rpc import Peer
from sterna.runtime.ports import Clock, Timer

REPLAYS_MAX: Final = 3
"""How often a withheld message is offered to a CSMS that answers it with an error."""
REPLAY_PAUSE_S: Final = 10.0


class Debts(Protocol):
    """Who keeps the messages."""

    def owed(self, station: str) -> Withheld | None:
        """Return the oldest message that the CSMS has still to get."""

    def paid(self, station: str, message: Withheld, *, refused: bool) -> None:
        """Forget a message that the CSMS has got, or refuses for good."""


class Replay:
    """The messages of one station, oldest first, one at a time, which keeps their order."""

    def __init__(
        self, station: str, debts: Debts, clock: Clock, silent: Callable[[], None]
    ) -> None:
        """Replay what *debts* holds for *station*; *silent* learns that the CSMS does not answer."""
        self._station = station
        self._debts = debts
        self._clock = clock
        self._silent = silent
        self._open: tuple[str, Withheld] | None = None
        self._refusals = 0
        self._pause: Timer | None = None

    def is_about(self, event: Event) -> bool:
        """Return whether *event* is the outcome of our present message."""
        return self._open is not None and getattr(event, "uid", "") == self._open[0]

    def rest(self) -> None:
        """Forget what is under way: the connection is gone."""
        self._open = None
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None

    def next(self, peer: Peer) -> None:
        """Offer the oldest message to the CSMS behind *peer*, unless one is under way."""
        message = self._debts.owed(self._station)
        if self._open is not None or self._pause is not None or message is None:
            return
        stored = wire.decoded(
            wire.V21.requests["TransactionEvent"], message.payload, message.payload
        )
        assert isinstance(stored, v21.TransactionEventRequest)
        if message.offline:
            stored = replace(stored, offline=True)
        out = stored if peer.dialect is wire.V21 else versions.to_201(stored)
        self._open = (peer.call(self._clock.now(), out, uid=message.uid), message)

    def outcome(self, event: Event, again: Callable[[], None]) -> None:
        """Take what the CSMS says to our message; *again* goes on with the next after a pause."""
        assert self._open is not None
        message, self._open = self._open[1], None
        match event:
            case Answered():
                self._refusals = 0
                self._debts.paid(self._station, message, refused=False)
            case TimedOut():
                self._silent()
            case _:
                self._refused(message, again)

    def _refused(self, message: Withheld, again: Callable[[], None]) -> None:
        self._refusals += 1
        if self._refusals >= REPLAYS_MAX:
            self._refusals = 0
            self._debts.paid(self._station, message, refused=True)
            return

        def resume() -> None:
            self._pause = None
            again()

        due = Instant(self._clock.now() + REPLAY_PAUSE_S)
        self._pause = self._clock.call_at(due, resume)
