"""The OCPP RPC engine for either end of a connection: frames in, events and frames out.

One :class:`Peer` lives as long as one connection. It knows no clock and no socket; a pump
gives it what arrives and the time, and sends what :meth:`Peer.to_send` returns. Every frame
that arrives is validated, and one that is not valid is answered as Part 4 of OCPP 2.1 says.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec import Raw, Struct

from sterna.kernel.errors import Unreachable
from sterna.kernel.quantities import Instant
from sterna.protocols.ocpp import envelope, wire
from sterna.protocols.ocpp.envelope import (
    CALL,
    CALLERROR,
    CALLRESULT,
    CALLRESULTERROR,
    FAST_CALL,
    FAST_RESULT,
    SEND,
    Envelope,
    Fault,
)
from sterna.protocols.ocpp.events import (
    Answered,
    AnswerRefused,
    Asked,
    Event,
    Failed,
    Late,
    Opaque,
    TimedOut,
    Told,
    Violation,
)
from sterna.protocols.ocpp.wire import DECODE_ERRORS, ENCODER, Code, Dialect

CALL_TIMEOUT_S: Final = 30.0
"""How long an answer may take. Part 4 leaves it open; a slow mobile link needs seconds."""

WAITING_CALLS_MAX: Final = 64
"""Calls that may wait behind the open one. A peer that is 64 behind is as good as gone."""

IN_WORK_MAX: Final = 16
"""Calls of the peer that may be unanswered. One is lawful; more are forgiven, not without end."""

KINDS_21: Final = frozenset({CALL, CALLRESULT, CALLERROR, CALLRESULTERROR, SEND})
KINDS_201: Final = frozenset({CALL, CALLRESULT, CALLERROR})


class _Outgoing(Struct, kw_only=True, gc=False):
    """A CALL of ours, waiting or open."""

    uid: str
    action: str
    request: Struct | None
    timeout_s: float
    key: str = ""
    frame: bytes = b""
    """The frame to forward; empty: made from *request* when its turn comes."""
    due: float = 0.0


class Peer:
    """One end of an OCPP connection.

    One CALL of ours is open at a time, the others wait in order. CALLs of both ends may
    cross. The peer's ids and ours are two separate worlds.
    """

    def __init__(
        self,
        dialect: Dialect,
        new_id: Callable[[], str],
        *,
        supported: frozenset[str] | None = None,
        timeout_s: float = CALL_TIMEOUT_S,
        lenient_numbers: bool = False,
        transparent: bool = False,
        proofread: bool = False,
    ) -> None:
        """Speak *dialect*; take ids for our calls from *new_id* (never twice the same).

        *supported*: actions that the peer may ask for, None for all; others are answered
        NotSupported. *lenient_numbers* takes ``1.0`` for an integer. *transparent* is for a
        relay: what is not valid comes out as Opaque to be forwarded, and is not answered.
        *proofread* validates also what is sent; a fault is then an assertion.
        """
        self.dialect = dialect
        self._new_id = new_id
        self._supported = supported
        self._timeout_s = timeout_s
        self._decode = wire.leniently if lenient_numbers else wire.decoded
        self._transparent = transparent
        self._proofread = proofread
        self._kinds = KINDS_21 if dialect.unconfirmed else KINDS_201
        self._open: _Outgoing | None = None
        self._urgent: deque[_Outgoing] = deque()
        self._waiting: deque[_Outgoing] = deque()
        self._in_work: dict[str, str] = {}
        self._outbox: list[bytes] = []

    # --- the four verbs of every machine ---

    def receive(self, now: Instant, data: bytes) -> tuple[Event, ...]:
        """Take one frame and return what it means; call it for every frame, in order."""
        if len(data) <= envelope.FRAME_BYTES_MAX:
            try:
                if data.startswith(b"[2,"):
                    _, uid, action, payload = FAST_CALL.decode(data)
                    if uid:
                        return self._take_call(uid, action, payload, data)
                elif data.startswith(b"[3,"):
                    _, uid, payload = FAST_RESULT.decode(data)
                    return self._take_result(now, uid, payload, data)
            except DECODE_ERRORS:
                pass  # not a frame; the slow path below finds out what it is and says so
        return self._take_other(now, data)

    def tick(self, now: Instant) -> tuple[Event, ...]:
        """Let time pass; call it at :attr:`deadline` or later, earlier does no harm."""
        late = self._open
        if late is None or now < late.due:
            return ()
        self._next(now)
        return (TimedOut(uid=late.uid, action=late.action, request=late.request),)

    @property
    def deadline(self) -> Instant | None:
        """When :meth:`tick` is due; None while nothing is open."""
        return None if self._open is None else Instant(self._open.due)

    def to_send(self) -> list[bytes]:
        """Return the frames to send, in order, once; call it after every other verb."""
        frames, self._outbox = self._outbox, []
        return frames

    # --- calls of ours ---

    def call(
        self,
        now: Instant,
        request: Struct,
        *,
        uid: str = "",
        timeout_s: float | None = None,
        urgent: bool = False,
        key: str = "",
    ) -> str:
        """Ask the peer *request* as soon as no other call is open; return the call's id.

        *uid*: send a message again under the id it had. *urgent* goes before all that is
        not. A *key* names what the request is about: it takes the place (and the id) of a
        waiting one with the same key, so that only the newest set-point is ever sent.
        Raises Unreachable when 64 calls wait already.
        """
        action = self.dialect.actions[type(request)]
        if self._proofread:
            self._prove(self.dialect.requests, action, request)
        replaced = self._same_key(key) if key else None
        if replaced is not None:
            replaced.request = request
            return replaced.uid
        outgoing = _Outgoing(
            uid=uid or self._new_id(),
            action=action,
            request=request,
            timeout_s=self._timeout_s if timeout_s is None else timeout_s,
            key=key,
        )
        self._enqueue(now, outgoing, urgent=urgent)
        return outgoing.uid

    def send(self, message: Struct) -> str:
        """Send *message* as SEND (2.1 only): no answer, no waiting; return its id."""
        assert self.dialect.unconfirmed, "SEND exists since OCPP 2.1"
        action, uid = self.dialect.actions[type(message)], self._new_id()
        if self._proofread:
            self._prove(self.dialect.sends, action, message)
        self._outbox.append(ENCODER.encode((SEND, uid, action, message)))
        return uid

    @property
    def idle(self) -> bool:
        """Whether no call of ours is open or waiting."""
        return self._open is None

    def unanswered(self) -> tuple[Struct, ...]:
        """Return our requests that have no answer, oldest first; for when the link is gone."""
        calls = (*((self._open,) if self._open else ()), *self._urgent, *self._waiting)
        return tuple(call.request for call in calls if call.request is not None)

    # --- answers of ours ---

    def answer(self, uid: str, response: Struct) -> None:
        """Answer the peer's call *uid*, which must be in work."""
        action = self._in_work.pop(uid)
        assert type(response) is self.dialect.responses.classes[action], (action, response)
        if self._proofread:
            self._prove(self.dialect.responses, action, response)
        self._outbox.append(ENCODER.encode((CALLRESULT, uid, response)))

    def fail(self, uid: str, code: Code, text: str = "") -> None:
        """Answer the peer's call *uid*, which must be in work, with an error."""
        del self._in_work[uid]
        self._error(CALLERROR, uid, code, text)

    def in_work(self, uid: str) -> bool:
        """Whether the peer's call *uid* still waits for our answer."""
        return uid in self._in_work

    # --- for a relay ---

    def forward(self, now: Instant, event: Event, *, urgent: bool = True) -> None:
        """Send the frame of *event*, which the relay's other peer received, unchanged.

        A CALL queues like our own; an answer closes the peer's call of its id. An answer to
        a call that is no longer in work is dropped: its asker has given up.
        Raises Unreachable when 64 calls wait already.
        """
        match event:
            case Asked(uid=uid, action=action, request=request, frame=frame):
                self._forward_call(now, uid, action, request, frame, urgent=urgent)
            case Opaque(kind=kind, uid=uid, frame=frame) if kind == CALL:
                self._forward_call(now, uid, "", None, frame, urgent=urgent)
            case Answered(uid=uid, frame=frame) | Failed(uid=uid, frame=frame):
                if self._in_work.pop(uid, None) is not None:
                    self._outbox.append(frame)
            case Told(frame=frame):
                self._outbox.append(frame)
            case Opaque(kind=kind, uid=uid, frame=frame):
                self._in_work.pop(uid, None)
                self._outbox.append(frame)
            case TimedOut(uid=uid):
                self._in_work.pop(uid, None)
            case AnswerRefused() | Late() | Violation():
                pass

    # --- inside ---

    def _forward_call(
        self,
        now: Instant,
        uid: str,
        action: str,
        request: Struct | None,
        frame: bytes,
        *,
        urgent: bool,
    ) -> None:
        outgoing = _Outgoing(
            uid=uid, action=action, request=request, timeout_s=self._timeout_s, frame=frame
        )
        self._enqueue(now, outgoing, urgent=urgent)

    def _enqueue(self, now: Instant, outgoing: _Outgoing, *, urgent: bool) -> None:
        if self._open is None:
            self._begin(now, outgoing)
            return
        if len(self._urgent) + len(self._waiting) >= WAITING_CALLS_MAX:
            raise Unreachable(f"{WAITING_CALLS_MAX} OCPP calls wait for an answer")
        (self._urgent if urgent else self._waiting).append(outgoing)

    def _begin(self, now: Instant, outgoing: _Outgoing) -> None:
        outgoing.due = now + outgoing.timeout_s
        self._open = outgoing
        self._outbox.append(
            outgoing.frame
            or ENCODER.encode((CALL, outgoing.uid, outgoing.action, outgoing.request))
        )

    def _next(self, now: Instant) -> None:
        """Close the open call and begin the next, if one waits."""
        self._open = None
        queue = self._urgent or self._waiting
        if queue:
            self._begin(now, queue.popleft())

    def _same_key(self, key: str) -> _Outgoing | None:
        waiting = (*self._urgent, *self._waiting)
        return next((call for call in waiting if call.key == key), None)

    def _prove(self, decoders: wire.Decoders, action: str, message: Struct) -> None:
        payload = ENCODER.encode(message)
        try:
            wire.decoded(decoders[action], payload, payload)
        except DECODE_ERRORS as error:
            raise AssertionError(f"{action} that we wanted to send: {error}") from error

    def _error(self, kind: int, uid: str, code: Code, text: str) -> None:
        self._outbox.append(envelope.error_frame(kind, uid, self.dialect.spelt(code), text))

    def _take_call(self, uid: str, action: str, payload: Raw, data: bytes) -> tuple[Event, ...]:
        if uid in self._in_work:
            # Sent again while in work: it is answered once.
            return (Violation(uid=uid, code="GenericError", text="a call with this id is in work"),)
        if len(self._in_work) >= IN_WORK_MAX:
            return self._refuse(CALL, uid, "GenericError", "too many calls are in work", data)
        if action not in self.dialect.requests.classes:
            return self._refuse(CALL, uid, "NotImplemented", f"unknown action {action}", data)
        if self._supported is not None and action not in self._supported:
            return self._refuse(CALL, uid, "NotSupported", f"{action} is not supported", data)
        try:
            request = self._decode(self.dialect.requests[action], payload, data)
        except DECODE_ERRORS as error:
            return self._refuse(CALL, uid, wire.code_for(error), str(error), data)
        self._in_work[uid] = action
        return (Asked(uid=uid, action=action, request=request, frame=data),)

    def _take_result(self, now: Instant, uid: str, payload: Raw, data: bytes) -> tuple[Event, ...]:
        call = self._open
        if call is None or call.uid != uid:
            return (Late(uid=uid, frame=data),)
        self._next(now)
        if call.request is None:
            return (
                Opaque(kind=CALLRESULT, uid=uid, reason="answer to an opaque call", frame=data),
            )
        try:
            response = self._decode(self.dialect.responses[call.action], payload, data)
        except DECODE_ERRORS as error:
            return self._bad_answer(call, wire.code_for(error), str(error), data)
        return (
            Answered(
                uid=uid, action=call.action, request=call.request, response=response, frame=data
            ),
        )

    def _bad_answer(self, call: _Outgoing, code: Code, text: str, data: bytes) -> tuple[Event, ...]:
        """Report an answer that is not valid; 2.1 lets us tell the peer, too."""
        if self.dialect.unconfirmed and not self._transparent:
            self._error(CALLRESULTERROR, call.uid, code, text)
        return (self._failed(call, code, text, data),)

    def _failed(self, call: _Outgoing, code: str, text: str, data: bytes) -> Failed:
        return Failed(
            uid=call.uid, action=call.action, request=call.request, code=code, text=text, frame=data
        )

    def _take_other(self, now: Instant, data: bytes) -> tuple[Event, ...]:
        read = envelope.opened(data, self._kinds)
        if isinstance(read, Fault):
            return self._take_fault(now, read, data)
        match read.kind:
            case envelope.CALL:
                return self._take_call(read.uid, read.name, read.payload, data)
            case envelope.CALLRESULT:
                return self._take_result(now, read.uid, read.payload, data)
            case envelope.SEND:
                return self._take_send(read, data)
            case envelope.CALLERROR:
                return self._take_error(now, read, data)
            case _:
                return self._take_refused_answer(read, data)

    def _take_refused_answer(self, read: Envelope, data: bytes) -> tuple[Event, ...]:
        if self._transparent:
            return (Opaque(kind=read.kind, uid=read.uid, reason="for the peer", frame=data),)
        return (AnswerRefused(uid=read.uid, code=read.name, text=read.text),)

    def _take_error(self, now: Instant, read: Envelope, data: bytes) -> tuple[Event, ...]:
        call = self._open
        if call is None or call.uid != read.uid:
            return (Late(uid=read.uid, frame=data),)
        self._next(now)
        return (self._failed(call, self.dialect.understood(read.name), read.text, data),)

    def _take_send(self, read: Envelope, data: bytes) -> tuple[Event, ...]:
        if read.name not in self.dialect.sends.classes:
            return self._refuse(SEND, read.uid, "NotImplemented", f"unknown SEND {read.name}", data)
        try:
            message = self._decode(self.dialect.sends[read.name], read.payload, data)
        except DECODE_ERRORS as error:
            return self._refuse(SEND, read.uid, wire.code_for(error), str(error), data)
        return (Told(uid=read.uid, action=read.name, message=message, frame=data),)

    def _take_fault(self, now: Instant, fault: Fault, data: bytes) -> tuple[Event, ...]:
        call = self._open
        answers = fault.kind in (CALLRESULT, CALLERROR)
        if answers and call is not None and call.uid == fault.uid:
            self._next(now)
            return self._bad_answer(call, fault.code, fault.text, data)
        return self._refuse(fault.kind, fault.uid, fault.code, fault.text, data)

    def _refuse(self, kind: int, uid: str, code: Code, text: str, data: bytes) -> tuple[Event, ...]:
        """Report what is wrong with a frame, and tell the peer where an answer is foreseen.

        A SEND is never answered, and an error is never answered with an error.
        """
        if self._transparent:
            if kind == CALL and uid != envelope.UNREADABLE:
                self._in_work[uid] = ""
            return (Opaque(kind=kind, uid=uid, reason=text, frame=data),)
        if kind not in (CALLRESULT, CALLERROR, CALLRESULTERROR, SEND):
            self._error(CALLERROR, uid, code, text)
        return (Violation(uid=uid, code=code, text=envelope.cut(text)),)
