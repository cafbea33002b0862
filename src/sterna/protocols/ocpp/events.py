"""What the OCPP engine tells its user about the frames it took."""

from msgspec import Struct


class Asked(Struct, frozen=True, kw_only=True, gc=False):
    """The peer sent a valid CALL; answer it with ``answer`` or ``fail`` under its *uid*."""

    uid: str
    action: str
    request: Struct
    """A message class of the version's module, e.g. ``v21.BootNotificationRequest``."""
    frame: bytes
    """The frame as it came, for a relay."""


class Answered(Struct, frozen=True, kw_only=True, gc=False):
    """The peer answered our CALL with a valid CALLRESULT."""

    uid: str
    action: str
    request: Struct
    response: Struct
    frame: bytes


class Failed(Struct, frozen=True, kw_only=True, gc=False):
    """Our CALL came to nothing: the peer sent an error, or an answer that is not valid."""

    uid: str
    action: str
    request: Struct | None
    """What we asked; None when we only forwarded a frame that we could not read."""
    code: str
    """In the spelling of 2.1; a code that OCPP does not know is passed on as it came."""
    text: str
    frame: bytes


class TimedOut(Struct, frozen=True, kw_only=True, gc=False):
    """Nobody answered our CALL in time; a later answer will be dropped as :class:`Late`."""

    uid: str
    action: str
    request: Struct | None


class Told(Struct, frozen=True, kw_only=True, gc=False):
    """The peer sent a valid SEND, which has no answer."""

    uid: str
    action: str
    message: Struct
    frame: bytes


class AnswerRefused(Struct, frozen=True, kw_only=True, gc=False):
    """The peer could not accept one of our CALLRESULTs (2.1)."""

    uid: str
    code: str
    text: str


class Late(Struct, frozen=True, kw_only=True, gc=False):
    """An answer that no open CALL waits for; it was dropped."""

    uid: str
    frame: bytes


class Violation(Struct, frozen=True, kw_only=True, gc=False):
    """The peer broke a rule; it was told so wherever the rules foresee an answer."""

    uid: str
    code: str
    text: str


class Opaque(Struct, frozen=True, kw_only=True, gc=False):
    """A frame that a relay cannot read and passes on all the same."""

    kind: int
    uid: str
    reason: str
    frame: bytes


Event = Asked | Answered | Failed | TimedOut | Told | AnswerRefused | Late | Violation | Opaque
