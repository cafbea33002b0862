"""The two things at a plug that move: the lock's latch and the contactor's contacts, and how they fail."""

from collections.abc import Callable
from typing import Final

from sterna.kernel.quantities import Seconds, later
from sterna.protocols.iec61851.pilot import Fault
from sterna.runtime.ports import Clock, Timer

CONTACTOR_OPENS_S: Final = Seconds(0.03)
"""From the command to open contacts; usual for contactors of this size (assumption)."""


class Contacts:
    """Latch and contactor of one outlet."""

    def __init__(self, clock: Clock, failed: Callable[[Fault], None]) -> None:
        """Begin open and unlocked; tell *failed* what does not move."""
        self.locked = False
        self.closed = False
        """The contactor, as its auxiliary contact shows it."""
        self.jammed = False
        """Whether the latch does not move."""
        self.welded = False
        """Whether the contactor does not open."""
        self._clock = clock
        self._failed = failed
        self._opening: Timer | None = None

    def close(self) -> None:
        """Close the contactor."""
        self._stop_opening()
        self.closed = True

    def open(self) -> None:
        """Part the contacts; that takes CONTACTOR_OPENS_S."""
        if self.closed and self._opening is None:
            due = later(self._clock.now(), CONTACTOR_OPENS_S)
            self._opening = self._clock.call_at(due, self._parted)

    def _parted(self) -> None:
        self._opening = None
        if self.welded:
            self._failed(Fault.CONTACTOR_WELDED)
        else:
            self.closed = False

    def _stop_opening(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None

    def move_latch(self, *, lock: bool) -> None:
        """Hold the plug, or let it go."""
        if self.jammed and lock is not self.locked:
            self._failed(Fault.LOCK_STUCK)
        else:
            self.locked = lock

    def pulled(self) -> None:
        """Follow a plug that has been pulled out, whatever held it."""
        self._stop_opening()
        self.closed = self.locked = False
