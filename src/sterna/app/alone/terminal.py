"""A terminal that may stand still without anybody waiting for it.

Writing to a terminal that is stopped (Ctrl-S, a slow line) blocks, and a car that says nothing for half a
second loses its session. So a thread writes, and what it has no room for is left out.
"""

import io
import queue
import threading
from typing import Final, TextIO

from typing_extensions import override

WRITES_WAITING_MAX: Final = 256
"""A minute of panels, or some hundred lines; what comes after is lost, and seen in ``dropped``."""
LAST_WORDS_S: Final = 1.0
"""How long the end waits for a terminal that stands still."""


class Behind(io.TextIOBase):
    """Text that goes to *out* in its own time."""

    def __init__(self, out: TextIO) -> None:
        """Write to *out* from a thread of its own."""
        super().__init__()
        self._out = out
        self._waiting: queue.Queue[str | None] = queue.Queue(WRITES_WAITING_MAX)
        self.dropped = 0
        """Writes that were left out."""
        self._thread = threading.Thread(target=self._work, name="terminal", daemon=True)
        self._thread.start()

    @override
    def write(self, text: str, /) -> int:
        """Hand *text* over; it is left out when too much waits."""
        try:
            self._waiting.put_nowait(text)
        except queue.Full:
            self.dropped += 1
        return len(text)

    @override
    def isatty(self) -> bool:
        """Say what *out* is."""
        return self._out.isatty()

    @override
    def fileno(self) -> int:
        """Return the number of *out*, which knows its size."""
        return self._out.fileno()

    @property
    @override
    def encoding(self) -> str:  # type: ignore[override]  # at run time it is a property above as well
        """The encoding of *out*."""
        return self._out.encoding

    def finish(self) -> None:
        """Let what waits be written, if the terminal takes it."""
        try:
            self._waiting.put(None, timeout=LAST_WORDS_S)
        except queue.Full:
            return
        self._thread.join(LAST_WORDS_S)

    def _work(self) -> None:
        while (text := self._waiting.get()) is not None:
            try:
                self._out.write(text)
                self._out.flush()
            except (OSError, ValueError):
                self.dropped += 1  # Nobody reads any more: the session goes on without a view.
