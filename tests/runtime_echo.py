"""A sans-I/O machine that says what it hears, for the tests of what drives machines."""

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant

BAD = "bad"


class Echo:
    """Says every message that it hears, and what is added to it."""

    def __init__(self) -> None:
        self.due: Instant | None = None
        self._out: list[str] = []

    def receive(self, _now: Instant, message: str) -> list[str]:
        if message == BAD:
            raise BrokenPeer("bad words")
        self._out.append(message)
        return [f"heard {message}"]

    def tick(self, _now: Instant) -> list[str]:
        self.due = None
        return ["woken"]

    def lost(self, _now: Instant) -> list[str]:
        return ["lost"]

    def add(self, message: str) -> list[str]:
        self._out.append(message)
        return [f"added {message}"]

    def to_send(self) -> list[str]:
        out, self._out = self._out, []
        return out

    @property
    def deadline(self) -> Instant | None:
        return self.due
