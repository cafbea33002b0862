"""The trace: what went over every link, when, and the hash that makes two runs comparable.

Transports record a frame when it is sent. The hash covers (time, link, direction, bytes) of
every frame; a record is kept and told to listeners only for frames whose protocol describes them.
"""

import gzip
import io
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from struct import Struct as Layout
from typing import Final

import msgspec

from sterna.kernel.quantities import Instant
from sterna.runtime.ports import Clock, Describe, Said

LINES_BUFFERED_MAX: Final = 2048
"""Lines kept before they are compressed together: about 400 kB, so that writing costs little per frame."""
COMPRESSION_LEVEL: Final = 3
"""Above it gzip takes several times as long for a tenth less."""

_HEAD = Layout("<dIcI")  # time, number of the link, direction, length


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of the trace."""

    t: Instant
    """When it was sent."""
    seq: int
    """Its place among the lines of the run, from 1."""
    src: str
    dst: str
    msg: str
    """In the words of the use case files."""
    keys: tuple[str, ...] = ()
    link: str = ""
    status: str = ""
    """Empty when it went out; ``dropped`` when the link had gone; else what the transport says."""
    n: int = 0
    """Length in bytes."""
    fields: dict[str, float | str | bool] = {}


class Tap:
    """Where one link tells the trace what it sends."""

    __slots__ = ("_back", "_describe", "_forth", "_number", "_trace", "frames", "link", "size")

    def __init__(
        self, trace: "Trace", number: int, protocol: str, src: str, dst: str, describe: Describe
    ) -> None:
        """Record the link *number* between *src* (who opened it) and *dst*."""
        self._trace = trace
        self._number = number
        self._describe = describe
        self._forth = (b">", src, dst)
        self._back = (b"<", dst, src)
        self.link = f"{protocol} {src} {dst}"
        self.frames = 0
        self.size = 0

    def sent(self, data: bytes, *, forth: bool, status: str = "") -> None:
        """Record a frame that went from the opener (*forth*) or to it."""
        trace = self._trace
        now = trace.clock.now()
        direction, src, dst = self._forth if forth else self._back
        size = len(data)
        self.frames += 1
        self.size += size
        trace.hash.update(_HEAD.pack(now, self._number, direction, size) + data)
        if trace.watcher is not None:
            trace.watcher(now, src, dst, data)
        said = self._describe(data)
        if said is not None:
            trace.keep(now, src, dst, said, self.link, status, size)

    def said(self, data: bytes, said: Said | None, *, forth: bool, status: str = "") -> None:
        """Record a message that somebody else has described already, e.g. an HTTP request."""
        trace = self._trace
        now = trace.clock.now()
        direction, src, dst = self._forth if forth else self._back
        self.frames += 1
        self.size += len(data)
        trace.hash.update(_HEAD.pack(now, self._number, direction, len(data)) + data)
        if trace.watcher is not None:
            trace.watcher(now, src, dst, data)
        if said is not None:
            trace.keep(now, src, dst, said, self.link, status, len(data))


class Trace:
    """The record of one run."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        """Record by *clock*; write ``trace.jsonl.gz`` to *path* when it is given."""
        self.clock = clock
        self.hash = sha256()
        self.lines = 0
        self.problems: list[Record] = []
        """What was reported rather than sent: crashes, poison events, dropped links."""
        self.watcher: Callable[[Instant, str, str, bytes], None] | None = None
        """Told the bytes of every frame with time, sender and receiver, e.g. to look for personal data."""
        self._taps: list[Tap] = []
        self._listeners: list[Callable[[Record], None]] = []
        self._writer = None if path is None else _Writer(path)

    def open(self, protocol: str, src: str, dst: str, describe: Describe) -> Tap:
        """Return the tap of a new link that *src* opens to *dst*, both named as components."""
        tap = Tap(self, len(self._taps), protocol, src, dst, describe)
        self.hash.update(f"{len(self._taps)} {tap.link}\n".encode())
        self._taps.append(tap)
        return tap

    def listen(self, listener: Callable[[Record], None]) -> None:
        """Tell *listener* every line from now on, at once and in order."""
        self._listeners.append(listener)

    def report(
        self,
        src: str,
        msg: str,
        *,
        keys: tuple[str, ...] = (),
        fields: dict[str, float | str | bool] | None = None,
    ) -> None:
        """Record a problem that *src* has and that no message carries, e.g. a crash."""
        now = self.clock.now()
        self.hash.update(f"{now!r} {src} {msg}\n".encode())
        said = Said(msg=msg, keys=keys, fields=fields or {})
        self.problems.append(self.keep(now, src, src, said, "", "problem", 0))

    def keep(
        self, now: Instant, src: str, dst: str, said: Said, link: str, status: str, size: int
    ) -> Record:
        """Make the line of a message, tell the listeners and write it."""
        self.lines += 1
        record = Record(
            t=now,
            seq=self.lines,
            src=src,
            dst=dst,
            msg=said.msg,
            keys=said.keys,
            link=link,
            status=status,
            n=size,
            fields=said.fields,
        )
        for listener in self._listeners:
            listener(record)
        if self._writer is not None:
            self._writer.write(record)
        return record

    def digest(self) -> str:
        """Return the sha256 of everything recorded so far, in hex."""
        return self.hash.hexdigest()

    def frames(self) -> dict[str, int]:
        """Return how many frames each protocol sent, sorted by its name."""
        counts: dict[str, int] = {}
        for tap in self._taps:
            protocol = tap.link.split(" ", 1)[0]
            counts[protocol] = counts.get(protocol, 0) + tap.frames
        return dict(sorted(counts.items()))

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class _Writer:
    """Writes records as gzipped JSON lines whose bytes depend on the records alone."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        # No name and no time in the header: equal runs give equal files.
        self._packed = gzip.GzipFile("", "wb", COMPRESSION_LEVEL, self._file, mtime=0)
        self._encoder = msgspec.json.Encoder()
        self._lines: list[Record] = []

    def write(self, record: Record) -> None:
        self._lines.append(record)
        if len(self._lines) >= LINES_BUFFERED_MAX:
            self._flush()

    def _flush(self) -> None:
        self._packed.write(self._encoder.encode_lines(self._lines))
        self._lines.clear()

    def close(self) -> None:
        self._flush()
        self._packed.close()
        self._file.close()


def read(path: Path) -> list[Record]:
    """Return the records of a ``trace.jsonl.gz``."""
    with gzip.open(path) as packed:
        return msgspec.json.Decoder(Record).decode_lines(io.BytesIO(packed.read()).getvalue())
