"""The sleep of a session: a parked car that is not wanted sleeps for hours, and a set-point wakes it.

While it sleeps there is no connection, no power and no oscillation on the pilot
(B1); the plug stays locked. The EVSE wakes the car by letting the pilot oscillate
again (B2, 5 %); the car may also come by itself. Either way it joins its old session.
"""

from collections.abc import Callable
from typing import Final

from sterna.actors.evse.hardware import Outlet
from sterna.actors.evse.settings import EvseSettings
from sterna.kernel.quantities import Instant
from sterna.protocols.iec61851 import bus

After = Callable[[str, float, Callable[[], None]], None]
FALL: Final = "fall asleep"
WAKE: Final = "wake"
TIMERS: Final = (FALL, WAKE)


class Sleep:
    """Whether the session of the plug sleeps, when it falls asleep and what wakes it."""

    def __init__(
        self,
        settings: EvseSettings,
        outlet: Outlet,
        *,
        after: After,
        cancel: Callable[[str], None],
        pause: Callable[[], None],
        waking: Callable[[], None],
    ) -> None:
        """*pause* asks the car to sleep; *waking* learns that the car has been called."""
        self._settings, self._outlet = settings, outlet
        self._after, self._cancel = after, cancel
        self._pause, self._waking = pause, waking
        self._resting = self._calling = self._ordered = False
        self.asleep = False

    def wished(self, wish: bus.SetPoint, now: Instant) -> None:
        """Take a new set-point: power wakes, and no power for long enough lets it sleep."""
        if wanted_at(wish, now):
            self._resting = self._ordered = False
            self._cancel(FALL)
            if self.asleep:
                self.wake()
            return
        if self.asleep and not self._calling:
            self._rouse_at_end(wish, now)
        elif not self._resting and not self.asleep and self._settings.sleep_after_s is not None:
            self._resting = True
            self._after(FALL, self._settings.sleep_after_s, self._pause)

    def fell(self, wish: bus.SetPoint | None, now: Instant) -> None:
        """Learn that the session sleeps; a wish for power that has come since it was to sleep wakes it at once."""
        self.asleep, self._resting = True, False
        self._cancel(FALL)
        self._outlet.set_wave(on=False)
        if wish is None or self._ordered:
            return
        if wanted_at(wish, now):
            self.wake()
        else:
            self._rouse_at_end(wish, now)

    def ordered(self) -> None:
        """Let the session sleep whatever the last set-point wants; the next one counts."""
        self._ordered = True
        self._pause()

    def wake(self) -> None:
        """Call the car until it comes, or the caller's patience is over."""
        if self.asleep and not self._calling:
            self._calling = True
            self._cancel(WAKE)
            self._waking()
            self._call()

    def _call(self) -> None:
        """Let the pilot change from B1 to B2; a car that was just falling asleep did not see it."""
        self._outlet.set_wave(on=False)
        self._outlet.set_wave(on=True)
        if self.asleep:
            self._after(WAKE, self._settings.again_s, self._call)

    def over(self) -> None:
        """Learn that the car is back, or that there is no session any more."""
        self.asleep = self._resting = self._calling = self._ordered = False
        for timer in TIMERS:
            self._cancel(timer)
        self._outlet.set_wave(on=True)

    def _rouse_at_end(self, wish: bus.SetPoint, now: Instant) -> None:
        """Wake when the set-point runs out, if what holds after it wants power."""
        if wish.fallback_kw > 0.0:
            self._after(WAKE, max(0.0, wish.expires - now), self.wake)


def wanted_at(wish: bus.SetPoint, now: Instant) -> bool:
    """Return whether *wish* asks for any power at *now*."""
    return (wish.power_kw if now < wish.expires else wish.fallback_kw) != 0.0
