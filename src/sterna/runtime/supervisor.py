"""Watches over actors: a crash is reported in the trace and counted, and too many end the process."""

from collections import deque
from typing import Final

from sterna.runtime.trace import Trace

CRASHES_MAX: Final = 20
"""Crashes of one actor within the window before the process ends: its journal cannot be trusted to help."""
CRASH_WINDOW_S: Final = 60.0
"""A station that crashes once a day is a fault to report; one that crashes all the time is a broken program."""


class Hopeless(RuntimeError):
    """An actor crashes again and again; the process ends, and whoever runs it decides."""


class Supervisor:
    """Counts and reports the crashes of all actors of a process."""

    def __init__(self, trace: Trace) -> None:
        """Report to *trace*."""
        self._trace = trace
        self._crashes: dict[str, deque[float]] = {}

    def crashed(self, actor: str, bug: BaseException) -> None:
        """Report that *actor* failed with *bug*; raises Hopeless when it does so too often."""
        place = _place(bug)
        text = f"{type(bug).__name__}: {bug} ({place})"
        self._trace.report(actor, "SUPERVISOR crash", fields={"bug": text})
        now = self._trace.clock.now()
        crashes = self._crashes.setdefault(actor, deque(maxlen=CRASHES_MAX))
        crashes.append(now)
        if len(crashes) == CRASHES_MAX and now - crashes[0] <= CRASH_WINDOW_S:
            raise Hopeless(
                f"{actor} crashed {CRASHES_MAX} times in {CRASH_WINDOW_S:.0f} s"
            ) from bug

    def gave_up(self, actor: str, what: str) -> None:
        """Report that *actor* goes on without *what*."""
        self._trace.report(actor, "SUPERVISOR gave up", fields={"what": what})


def _place(bug: BaseException) -> str:
    """Return function and line where *bug* was raised."""
    step = bug.__traceback__
    if step is None:
        return "nowhere"
    while step.tb_next is not None:
        step = step.tb_next
    return f"{step.tb_frame.f_code.co_qualname}:{step.tb_lineno}"
