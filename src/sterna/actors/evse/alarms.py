"""The EVSE's timers by name: setting one again replaces it."""

from collections.abc import Callable

from sterna.kernel.quantities import Instant, later
from sterna.runtime.ports import Clock, Timer


class Alarms:
    """At most one timer of each name."""

    def __init__(self, clock: Clock) -> None:
        """Set them on *clock*."""
        self._clock = clock
        self._timers: dict[str, Timer] = {}

    def after(self, name: str, pause_s: float, call: Callable[[], None]) -> None:
        """Call *call* once *pause_s* has passed."""
        self.at(name, later(self._clock.now(), pause_s), call)

    def at(self, name: str, due: Instant, call: Callable[[], None]) -> None:
        """Call *call* at *due*."""
        self.cancel(name)
        self._timers[name] = self._clock.call_at(due, call)

    def cancel(self, name: str) -> None:
        """Forget *name*, if it is set."""
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
