"""The real-time life of one side: signals, time limits, typed orders, and the exit code."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

from sterna.kernel.quantities import Seconds, later
from sterna.runtime.ports import Clock

ENDED_WELL: Final = 0
FAILED: Final = 1
LINE_BYTES_MAX: Final = 4096
"""The longest order has a few letters; a longer line is cut."""
PATIENCE_S: Final = Seconds(10.0)
"""From the wish to leave to leaving without the other side's consent."""


class Life:
    """Runs until somebody says that it is over."""

    def __init__(self, clock: Clock, stop: Callable[[], bool]) -> None:
        """Live by *clock*; *stop* begins a proper end and returns whether there is anything to end."""
        self._clock = clock
        self._stop = stop
        self.nothing_left: Callable[[], int] = lambda: FAILED
        """The exit code where there is nothing to end."""
        self._over: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.leaving = False
        """Whether the side has been asked to leave."""

    def end(self, code: int) -> None:
        """Leave with *code*; the first one counts."""
        if not self._over.done():
            self._over.set_result(code)

    def leave(self) -> None:
        """End the session properly and leave; the second wish leaves at once."""
        if self.leaving:
            self.end(FAILED)
            return
        self.leaving = True
        if not self._stop():
            self.end(self.nothing_left())
            return
        self._clock.call_at(later(self._clock.now(), PATIENCE_S), lambda: self.end(FAILED))

    def leave_after(self, seconds: float) -> None:
        """Leave when *seconds* have passed, unless somebody did before."""
        self._clock.call_at(
            later(self._clock.now(), seconds), lambda: None if self.leaving else self.leave()
        )

    async def lived(self) -> int:
        """Return the exit code when it is over; Ctrl-C and SIGTERM leave properly."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.leave)
        try:
            return await self._over
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def obey(
    number: int, order: Callable[[str], str], complain: Callable[[str], None]
) -> Callable[[], None]:
    """Do with *order* what is typed into the file *number*, line by line; return what ends that.

    *order* returns what is wrong with a line, which goes to *complain*. Where input cannot be waited
    for (a regular file, nothing at all) nothing is obeyed.
    """
    loop = asyncio.get_running_loop()
    waiting = bytearray()

    def typed() -> None:
        if os.isatty(number) and os.tcgetpgrp(number) != os.getpgrp():
            return  # Somebody else has the terminal: reading from it would stop this process.
        read = os.read(number, LINE_BYTES_MAX)
        waiting.extend(read)
        *lines, rest = bytes(waiting).split(b"\n")
        del waiting[:]
        waiting.extend(rest[:LINE_BYTES_MAX])
        for line in lines:
            text = line.decode(errors="replace").strip()
            wrong = order(text) if text else ""
            if wrong:
                complain(wrong)
        if not read:
            deaf()

    def deaf() -> None:
        loop.remove_reader(number)

    try:
        loop.add_reader(number, typed)
    except (OSError, ValueError):
        return lambda: None
    return deaf


def typing() -> int:
    """Return the file that is typed into, or -1 where there is none."""
    try:
        return sys.stdin.fileno()
    except (OSError, ValueError, AttributeError):
        return -1
