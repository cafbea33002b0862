"""Virtual time: an asyncio loop that jumps to the next timer instead of waiting for it.

The loop's clock is the site's clock: seconds since the Unix epoch, starting where the
scenario starts. Nothing in it depends on the machine: equal deadlines run in the order in
which they were set, executors run inline, and streams are pairs in memory.
"""

import asyncio
import heapq
from asyncio import base_events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from functools import partial
from typing import Any, Final, TypeVar, TypeVarTuple, Unpack

from typing_extensions import override

from sterna.kernel.quantities import Instant
from sterna.runtime.ports import Timer
from sterna.runtime.streams import StreamLoop

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

PRUNE_CANCELLED_AT: Final = 256
"""Cancelled timers kept in the heap before it is rebuilt; below it a rebuild costs more than it saves."""
SHUTDOWN_ROUNDS_MAX: Final = 10
"""How often tasks are cancelled at the end; a task that starts another while ending needs a second round."""


class Deadlock(RuntimeError):
    """Nothing is runnable and no timer is set: every task waits for ever."""

    def __init__(self, now: float, waiting: list[str]) -> None:
        """Remember when it happened and which tasks wait, by name and place."""
        super().__init__(f"all tasks wait for ever at t={now!r}: " + "; ".join(waiting))
        self.waiting = waiting


class VirtualLoop(StreamLoop, base_events.BaseEventLoop):  # type: ignore[misc]  # create_server knows fewer kinds of listeners
    """An event loop whose time moves only when nothing is left to do at the present instant."""

    _ready: deque[Any]
    _stopping: bool

    def __init__(self, start: float = 0.0) -> None:
        """Start the clock at *start*."""
        base_events.BaseEventLoop.__init__(self)
        StreamLoop.__init__(self)
        self._now = float(start)
        self._timers: list[tuple[float, int, Any]] = []
        """Due, place among equals, and an asyncio.TimerHandle or an Alarm, which are told apart by nothing."""
        self._count = 0
        self._cancelled = 0
        self.failure: BaseException | None = None
        self.set_exception_handler(self._fail)

    @override
    def time(self) -> float:
        """Return the virtual time in seconds since the Unix epoch."""
        return self._now

    @override
    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Run *callback* when virtual time reaches *when*; equal deadlines run first in, first out."""
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        self._count += 1
        heapq.heappush(self._timers, (when, self._count, timer))
        timer._scheduled = True  # type: ignore[attr-defined] # noqa: SLF001  # asyncio counts cancelled timers by it
        return timer

    def alarm(self, due: float, call: Callable[[], None]) -> "Alarm":
        """Run *call* at *due*, or in the next turn when that has come; in the order of asyncio's own timers."""
        alarm = Alarm(self, call)
        if due <= self._now:
            self._ready.append(alarm)
        else:
            self._count += 1
            heapq.heappush(self._timers, (due, self._count, alarm))
            alarm._scheduled = True  # noqa: SLF001  # loop and alarm are one thing
        return alarm

    @override
    def call_later(
        self,
        delay: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Run *callback* in *delay* virtual seconds."""
        return self.call_at(self._now + delay, callback, *args, context=context)

    @override
    def run_in_executor(
        self, executor: Any, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Run *func* at once and inline: a thread would make the order of things depend on the machine."""
        answer: asyncio.Future[T] = self.create_future()
        try:
            answer.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  # carried to the caller, not swallowed
            answer.set_exception(error)
        return answer

    @override
    def add_signal_handler(
        self, sig: int, callback: Callable[[Unpack[Ts]], object], *args: *Ts
    ) -> None:
        """Ignore the wish: signals come from outside of virtual time."""

    @override
    def remove_signal_handler(self, sig: int) -> bool:
        """Say that there was none."""
        return False

    def _run_once(self) -> None:
        """Take the place of asyncio's step: due timers first, then everything that is ready now."""
        ready = self._ready
        timers = self._timers
        if not ready and not self._stopping:
            self._jump()
        now = self._now
        while timers and timers[0][0] <= now:
            timer = heapq.heappop(timers)[2]
            timer._scheduled = False  # noqa: SLF001
            if timer._cancelled:  # noqa: SLF001
                self._cancelled -= 1
            else:
                ready.append(timer)
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:  # noqa: SLF001
                handle._run()  # noqa: SLF001  # what asyncio itself calls

    def _jump(self) -> None:
        """Set the time to the next deadline exactly."""
        timers = self._timers
        while timers and timers[0][2]._cancelled:  # noqa: SLF001  # as in _run_once
            heapq.heappop(timers)
            self._cancelled -= 1
        if not timers:
            raise Deadlock(self._now, self._waiting())
        self._now = max(self._now, timers[0][0])

    def _waiting(self) -> list[str]:
        """Name the tasks that wait, in a stable order, with the line where each one stands."""
        found = []
        for task in asyncio.all_tasks(self):
            frames = task.get_stack(limit=1)
            place = f" at {frames[0].f_code.co_qualname}:{frames[0].f_lineno}" if frames else ""
            found.append(task.get_name() + place)
        return sorted(found)

    def _timer_handle_cancelled(self, handle: Any) -> None:
        """Count *handle*, and rebuild the heap when most of it is cancelled."""
        if not handle._scheduled:  # noqa: SLF001
            return
        self._cancelled += 1
        if self._cancelled > PRUNE_CANCELLED_AT and self._cancelled * 2 > len(self._timers):
            # In place: _run_once holds the list. The handle itself counts as cancelled only after this call.
            self._timers[:] = [
                entry for entry in self._timers if not (entry[2].cancelled() or entry[2] is handle)
            ]
            heapq.heapify(self._timers)
            self._cancelled = 0

    def _process_events(self, _events: object) -> None:
        """Do nothing: there is no selector."""

    def _write_to_self(self) -> None:
        """Do nothing: the loop never sleeps, so there is nothing to wake."""

    def _fail(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Remember the first exception that nobody caught, and stop: a bug ends the run."""
        if self.failure is None:
            self.failure = context.get("exception") or RuntimeError(str(context["message"]))
            self.stop()


class Alarm:
    """A timer of the clock port: a call at an instant, without asyncio's context and arguments."""

    __slots__ = ("_call", "_cancelled", "_loop", "_scheduled")

    def __init__(self, loop: VirtualLoop, call: Callable[[], None]) -> None:
        """Be ready to make *call* on *loop*."""
        self._loop = loop
        self._call = call
        self._cancelled = False
        self._scheduled = False

    def cancel(self) -> None:
        """Never make the call, unless it has been made."""
        if not self._cancelled:
            self._cancelled = True
            self._loop._timer_handle_cancelled(self)  # noqa: SLF001  # as asyncio's handles do

    def cancelled(self) -> bool:
        """Return whether the call was called off."""
        return self._cancelled

    def _run(self) -> None:
        try:
            self._call()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as bug:  # noqa: BLE001  # the loop's handler ends the run with it
            self._loop.call_exception_handler({"message": "an alarm failed", "exception": bug})


class VirtualClock:
    """The clock port over a virtual loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        """Tell the time of *loop*."""
        self._loop = loop

    def now(self) -> Instant:
        """Return the virtual instant."""
        return Instant(self._loop._now)  # noqa: SLF001  # saves a call on the hottest path

    def call_at(self, due: Instant, callback: Callable[[], None]) -> Timer:
        """Run *callback* at *due*, or in the next turn of the loop when that has come."""
        return self._loop.alarm(due, callback)

    async def sleep_until(self, due: Instant) -> None:
        """Return at *due*; a past instant returns after one turn of the loop."""
        woken: asyncio.Future[None] = self._loop.create_future()
        timer = self._loop.alarm(due, partial(_wake, woken))
        try:
            await woken
        finally:
            timer.cancel()


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def run(work: Callable[[VirtualClock], Coroutine[Any, Any, T]], *, start: float = 0.0) -> T:
    """Run *work* in virtual time from the instant *start* and return its result.

    Raises Deadlock when nothing can ever happen again, and the first exception of a
    callback or of a task that nobody awaited: a bug in a simulation is never only a log line.
    """
    loop = VirtualLoop(start)
    asyncio.set_event_loop(loop)
    main = loop.create_task(work(VirtualClock(loop)), name="main")
    try:
        return _result(loop, main)
    finally:
        try:
            _shut_down(loop)
        finally:
            asyncio.set_event_loop(None)
            loop.close()


def _result(loop: VirtualLoop, main: "asyncio.Task[T]") -> T:
    """Run until *main* is done or a bug shows."""
    try:
        return loop.run_until_complete(main)
    except RuntimeError:
        if loop.failure is not None and not main.done():
            raise loop.failure from None
        raise


def _shut_down(loop: VirtualLoop) -> None:
    """Cancel what still runs, so that no task or generator outlives the loop."""
    loop.set_exception_handler(_ignore)
    for _ in range(SHUTDOWN_ROUNDS_MAX):
        left = sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name())
        if not left:
            break
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())


def _ignore(_loop: asyncio.AbstractEventLoop, _context: dict[str, Any]) -> None:
    """Drop what dying tasks complain about: the run is over and its result stands."""
