"""What was answered here while the CSMS was away, and is still owed to it: in order, each once."""

from collections.abc import Sequence
from typing import Final

from sterna.actors.cs_ems.commands import AnswerKept
from sterna.actors.cs_ems.records import Kept, Replayed, State, Withheld
from sterna.kernel.records import Command

WITHHELD_MAX: Final = 10_000
"""Messages kept per station: two EVSEs for a month at a message per quarter hour is 6,000."""


def kept(state: State, event: Kept) -> Sequence[Command]:
    """Keep a message for the CSMS and answer the station; one that is kept already is answered again."""
    queue = state.withheld.setdefault(event.station, [])
    message = event.message
    if all((other.tx, other.seq) != (message.tx, message.seq) for other in queue):
        queue.append(message)
        if len(queue) > WITHHELD_MAX:
            # Starts and ends carry the money; an update's registers are in the next one, too.
            del queue[1]
            state.dropped += 1
    return (AnswerKept(station=event.station, uid=message.uid),)


def replayed(state: State, event: Replayed) -> Sequence[Command]:
    """Forget a message that the CSMS has taken, or has refused for good."""
    queue = state.withheld.get(event.station, [])
    left = [message for message in queue if (message.tx, message.seq) != (event.tx, event.seq)]
    if event.refused and len(left) < len(queue):
        state.dropped += 1
    if left:
        state.withheld[event.station] = left
    else:
        state.withheld.pop(event.station, None)
    return ()


def owed(state: State, station: str) -> Withheld | None:
    """Return the oldest message that the CSMS has not got from *station*."""
    queue = state.withheld.get(station)
    return queue[0] if queue else None
