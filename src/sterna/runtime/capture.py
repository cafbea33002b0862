"""A capture file of what is said over links, in the clear even where TLS carries it.

The packets are made up: what is captured is frames, as the two ends see them, and each is wrapped
in the Ethernet, IPv6 and TCP headers that analysers want. Nothing of the real network (losses,
repeats, real segments) is in it.
"""

from pathlib import Path
from typing import Final

from sterna.kernel.quantities import Instant
from sterna.runtime import pcapng
from sterna.runtime.pcapng import SEGMENT_BYTES, Flag
from sterna.runtime.ports import Clock, Describe

CALLER: Final = 1
CALLED: Final = 2
"""The last byte of the made-up MAC addresses."""


class Capture:
    """One pcapng file; it can be read at any time while it grows."""

    def __init__(self, path: Path, clock: Clock, *, interface: str) -> None:
        """Begin *path* anew; raises OSError when it cannot be written."""
        self._clock = clock
        self._file = path.open("wb", buffering=0)
        self._file.write(pcapng.head(interface))
        self.packets = 0

    def connection(
        self, caller: tuple[str, int], called: tuple[str, int], describe: Describe
    ) -> "Flow":
        """Return a new connection between two places (host, port); *describe* comments on frames."""
        return Flow(self, caller, called, describe)

    def datagram(self, source: tuple[str, int], target: tuple[str, int], data: bytes) -> None:
        """Note one datagram."""
        ends = pcapng.endpoint(*source, number=CALLER), pcapng.endpoint(*target, number=CALLED)
        self.note(pcapng.datagram(*ends, data))

    def note(self, data: bytes, comment: str = "") -> None:
        """Write one packet with the present time; after the end it is dropped."""
        if not self._file.closed:
            self.packets += 1
            self._file.write(pcapng.packet(self.now(), data, comment))

    def now(self) -> Instant:
        """Return the present instant."""
        return self._clock.now()

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Flow:
    """One TCP connection as it would look on the wire: handshake, segments, end."""

    def __init__(
        self,
        capture: Capture,
        caller: tuple[str, int],
        called: tuple[str, int],
        describe: Describe,
    ) -> None:
        """Note the handshake between *caller* and *called*."""
        self._capture = capture
        self._describe = describe
        self._ends = (
            pcapng.endpoint(*caller, number=CALLER), pcapng.endpoint(*called, number=CALLED),
        )  # fmt: skip
        self._next = [0, 0]
        """The number of the next byte of each direction; both count from 0, which analysers do anyway."""
        self._ended = False
        self._segment(0, Flag.SYN)
        self._segment(1, Flag.SYN | Flag.ACK)
        self._segment(0, Flag.ACK)

    def said(self, frame: bytes, *, forth: bool) -> None:
        """Note a *frame* that the caller (*forth*) or the called has sent, in as many segments as it needs."""
        said = self._describe(frame)
        comment = "" if said is None else said.msg
        for start in range(0, len(frame), SEGMENT_BYTES):
            piece = frame[start : start + SEGMENT_BYTES]
            last = start + SEGMENT_BYTES >= len(frame)
            flags = Flag.ACK | (Flag.PUSH if last else Flag(0))
            self._segment(0 if forth else 1, flags, piece, comment if last else "")

    def ended(self, *, forth: bool) -> None:
        """Note that the connection was closed, by the caller where *forth*."""
        if self._ended:
            return
        self._ended = True
        first = 0 if forth else 1
        self._segment(first, Flag.FIN | Flag.ACK)
        self._segment(1 - first, Flag.FIN | Flag.ACK)
        self._segment(first, Flag.ACK)

    def _segment(self, side: int, flags: Flag, data: bytes = b"", comment: str = "") -> None:
        acknowledged = self._next[1 - side] if Flag.ACK in flags else 0
        self._capture.note(
            pcapng.segment(
                self._ends[side], self._ends[1 - side], number=self._next[side],
                acknowledged=acknowledged, flags=flags, data=data,
            ),
            comment,
        )  # fmt: skip
        self._next[side] += len(data) + bool(flags & (Flag.SYN | Flag.FIN))
