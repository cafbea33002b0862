"""One end of one connection: a machine, what it says and hears, and who looks on."""

from collections.abc import Callable
from typing import Final

from sterna.app.alone.seen import Seen
from sterna.protocols.iso15118.describe import describer
from sterna.protocols.iso15118.events import Happened
from sterna.protocols.iso15118.framing import Framer
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.wire import Wire as Frames
from sterna.runtime.capture import Capture
from sterna.runtime.conversation import Conversation, Speaker
from sterna.runtime.ports import Clock, Link, Wire
from sterna.runtime.tcp import TcpLinks
from sterna.runtime.tcp_link import Place, TcpLink
from sterna.runtime.tls import Secure
from sterna.runtime.trace import Trace

ADDRESS: Final = "iso15118"
"""The one address of the directory: there is one cable."""
DONE: Final = "done"
"""The reason of a conversation that has left by itself."""


class Talk:
    """A link end that lets a machine talk, and shows what is said."""

    def __init__(
        self,
        machine: Speaker[Element, Happened],
        clock: Clock,
        frames: Frames,
        seen: Seen,
        *,
        happened: Callable[[Happened], None],
        opened: Callable[[], None],
        closed: Callable[[str], None],
        heard: Callable[[Element], None] = lambda _message: None,
    ) -> None:
        """Drive *machine*; *happened* acts on its events, *closed* learns why the connection ended.

        *heard* sees every message before the machine does.
        """
        self._clock, self._frames, self._seen = clock, frames, seen
        self._closed, self._heard = closed, heard
        self.conversation: Conversation[Element, Happened] = Conversation(
            machine, clock, encode=self._encode, decode=self._decode, happened=happened,
            on_open=opened, on_close=closed,
        )  # fmt: skip

    def opened(self, link: Link) -> None:
        """Show who is there, and speak."""
        secured = link.secured if isinstance(link, TcpLink) else ""
        self._seen.link = f"{link.peer} ({secured or 'in the clear'})"
        self._seen.note(self._clock.now(), f"connected with {self._seen.link}")
        self.conversation.opened(link)

    def received(self, frame: bytes) -> None:
        """Hear one frame."""
        self.conversation.received(frame)

    def closed(self, code: int, reason: str) -> None:
        """Learn that the connection is gone, or that there is none."""
        if self.conversation.open:
            self.conversation.closed(code, reason)
        else:
            self._closed(reason)

    def _encode(self, message: Element) -> bytes:
        self._seen.passed(self._clock.now(), ">", message)
        return self._frames.encode(message)

    def _decode(self, frame: bytes) -> Element:
        message = self._frames.decode(frame)
        self._seen.passed(self._clock.now(), "<", message)
        self._heard(message)
        return message


def wire(frames: Frames) -> Wire:
    """Return how the connection appears in a trace."""
    return Wire(protocol="ISO15118-20", src="EVCC", dst="EVSE_C", describe=describer(frames))


def links(
    clock: Clock,
    place: Place,
    *,
    listen_tls: Secure | None = None,
    dial_tls: Secure | None = None,
    capture: Capture | None = None,
    refused: Callable[[str, str], None] | None = None,
) -> TcpLinks:
    """Return a network whose one address is *place*."""
    return TcpLinks(
        Trace(clock), clock, Framer, {ADDRESS: place}, listen_tls=listen_tls, dial_tls=dial_tls,
        capture=capture, refused=refused,
    )  # fmt: skip
