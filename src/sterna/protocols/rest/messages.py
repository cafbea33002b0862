"""The one table of Sterna's own REST messages, for the two ends and for the trace.

A link takes a message from here to build or to recognise a request; the
transport asks :func:`asked` and :func:`answered` what a request or an answer says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar
from urllib.parse import quote, unquote, urlencode

from sterna.kernel.errors import BrokenPeer, Refused
from sterna.kernel.trace import Said
from sterna.protocols.rest.body import (
    IDEMPOTENCY_KEY,
    MEDIA_TYPE,
    Body,
    Nothing,
    Problem,
    read,
    written,
)
from sterna.protocols.rest.contracts import Closing, Contract, Earnings, SoFar, Unplugged
from sterna.protocols.rest.market import Bill, MeteredEnergy, Prices, Volume
from sterna.protocols.rest.parking import (
    Reservation,
    ReservationNotice,
    ReservationRequest,
    SlotFreed,
    SlotPlanned,
)
from sterna.protocols.rest.records import ChargeRecord, SessionUpdate, StationFault
from sterna.protocols.rest.sessions import (
    SessionAccepted,
    SessionProgress,
    SessionRequirements,
    SessionStatistics,
)

Q = TypeVar("Q", bound=Body)
A = TypeVar("A", bound=Body)

KEY_KINDS: Final = {
    "session": "ses",
    "slot": "evse",
    "evse": "evse",
    "reservation": "res",
    "transaction": "tx",
}
"""Which correlation key a path parameter gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Generic[Q, A]):
    """One kind of request and its answer."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    """With parameters in braces, e.g. ``/sessions/v1/{session}``."""
    body: type[Q]
    answer: type[A]
    status: int
    """The status of the answer when all is well."""
    says: Literal["request", "answer", "both", "neither"] = "request"
    """Which half of the exchange the trace shows."""

    @property
    def name(self) -> str:
        """The trace's name of the request, e.g. ``REST POST /sessions/v1``."""
        return f"REST {self.method} {self.path}"

    @property
    def answer_name(self) -> str:
        """The trace's name of the answer; where it alone is shown, it bears the request's name."""
        return f"REST {self.status} {self.path}" if self.says == "both" else self.name

    def path_for(self, query: Mapping[str, str] | None = None, /, **parameters: str) -> str:
        """Return the path with its *parameters* filled in and the *query* appended."""
        filled = "/".join(
            quote(parameters[part[1:-1]], safe="") if part.startswith("{") else part
            for part in self.path.split("/")
        )
        return f"{filled}?{urlencode(query)}" if query else filled

    def headers(self, key: str | None = None) -> tuple[tuple[str, str], ...]:
        """Return the headers of a request; a POST needs an idempotency *key*."""
        assert key or self.method != "POST", f"{self.name} goes out without an idempotency key"
        kept = ((IDEMPOTENCY_KEY, key),) if key else ()
        return (("Content-Type", MEDIA_TYPE), *kept)

    def read(self, data: bytes) -> Q:
        """Return the request's body. Raises BrokenPeer with the reason when it is not one."""
        return read(self.body, data)

    def read_answer(self, status: int, data: bytes) -> A:
        """Return the answer's body.

        Raises Refused with the peer's reason for any other status below 500,
        BrokenPeer for the rest and for a body that cannot be read.
        """
        if status == self.status:
            return read(self.answer, data)
        if 400 <= status < 500:
            refusal = read(Problem, data)
            raise Refused(f"{self.name}: {refusal.title}: {refusal.detail}")
        raise BrokenPeer(f"{self.name}: answered with status {status}")

    def written(self, body: Q) -> bytes:
        """Return *body* as the request's bytes."""
        return written(body)


RESERVE: Final = Message(
    method="POST",
    path="/parking/v1/reservations",
    body=ReservationRequest,
    answer=Reservation,
    status=201,
    says="both",
)
FREE_SLOT: Final = Message(
    method="POST",
    path="/parking/v1/slots/{slot}/free",
    body=SlotFreed,
    answer=Nothing,
    status=204,
)
PLAN_SLOT: Final = Message(
    method="POST", path="/slots/v1", body=SlotPlanned, answer=Nothing, status=204
)
ANNOUNCE: Final = Message(
    method="POST",
    path="/sessions/v1/reservations",
    body=ReservationNotice,
    answer=Nothing,
    status=204,
)
START_SESSION: Final = Message(
    method="POST",
    path="/sessions/v1",
    body=SessionRequirements,
    answer=SessionAccepted,
    status=201,
)
CHANGE_SESSION: Final = Message(
    method="PUT",
    path="/sessions/v1/{session}",
    body=SessionRequirements,
    answer=SessionAccepted,
    status=200,
)
SEE_SESSION: Final = Message(
    method="GET",
    path="/sessions/v1/{session}",
    body=Nothing,
    answer=SessionProgress,
    status=200,
    says="neither",
)
STOP_SESSION: Final = Message(
    method="DELETE", path="/sessions/v1/{session}", body=Nothing, answer=Nothing, status=204
)
"""The reason, one of ``StopReason``, travels in the query: ``?reason=driver``."""
STATISTICS: Final = Message(
    method="POST",
    path="/sessions/v1/{session}/statistics",
    body=SessionStatistics,
    answer=Nothing,
    status=204,
)
UPDATE_SESSION: Final = Message(
    method="PUT", path="/cdrs/v1/sessions", body=SessionUpdate, answer=Nothing, status=204
)
RECORD_CHARGE: Final = Message(
    method="POST", path="/cdrs/v1", body=ChargeRecord, answer=Nothing, status=204
)
REPORT_FAULT: Final = Message(
    method="POST", path="/faults/v1", body=StationFault, answer=Nothing, status=204
)
REPORT_VOLUME: Final = Message(
    method="POST", path="/volumes/v1", body=Volume, answer=Nothing, status=204
)
ASK_PRICES: Final = Message(
    method="GET", path="/prices/v1", body=Nothing, answer=Prices, status=200, says="answer"
)
"""The span travels in the query: ``?from=<instant>&to=<instant>``."""
BILL: Final = Message(
    method="POST", path="/s/{session}/bill", body=Bill, answer=Nothing, status=204
)

REPORT_METERED: Final = Message(
    method="PUT", path="/metered/v1", body=MeteredEnergy, answer=Nothing, status=204
)
CONTRACT: Final = Message(
    method="PUT", path="/emsp/v1/sessions/{session}", body=Contract, answer=Nothing, status=204
)
CLOSE: Final = Message(
    method="POST",
    path="/emsp/v1/sessions/{session}/closing",
    body=Closing,
    answer=Nothing,
    status=204,
)
SEE_EARNINGS: Final = Message(
    method="PUT",
    path="/emsp/v1/sessions/{session}/earnings",
    body=SoFar,
    answer=Earnings,
    status=200,
    says="neither",
)
UNPLUGGED: Final = Message(
    method="POST",
    path="/sessions/v1/{session}/unplugged",
    body=Unplugged,
    answer=Nothing,
    status=204,
)

MESSAGES: Final[tuple[Message[Any, Any], ...]] = (
    RESERVE,
    FREE_SLOT,
    PLAN_SLOT,
    ANNOUNCE,
    START_SESSION,
    CHANGE_SESSION,
    SEE_SESSION,
    STOP_SESSION,
    STATISTICS,
    UPDATE_SESSION,
    RECORD_CHARGE,
    REPORT_FAULT,
    REPORT_VOLUME,
    ASK_PRICES,
    BILL,
    CONTRACT,
    CLOSE,
    SEE_EARNINGS,
    UNPLUGGED,
    REPORT_METERED,
)
"""All messages; where two templates fit a path, the one with fewer parameters wins."""

_BY_SHAPE: Final[dict[tuple[str, int], list[tuple[tuple[str, ...], Message[Any, Any]]]]] = {}
for _message in sorted(MESSAGES, key=lambda message: message.path.count("{")):
    _parts = tuple(_message.path.split("/"))
    _BY_SHAPE.setdefault((_message.method, len(_parts)), []).append((_parts, _message))


def recognised(method: str, path: str) -> tuple[Message[Any, Any], dict[str, str]] | None:
    """Return the message that *method* and *path* (a query is ignored) name, with its parameters."""
    parts = path.partition("?")[0].split("/")
    for template, message in _BY_SHAPE.get((method, len(parts)), ()):
        found: dict[str, str] = {}
        for want, have in zip(template, parts, strict=True):
            if have and want.startswith("{"):
                found[want[1:-1]] = unquote(have)
            elif want != have:
                break
        else:
            return message, found
    return None


def merged(parameters: dict[str, str], more: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the correlation keys of path *parameters* and of a body, each once, in order."""
    named = [f"{KEY_KINDS[name]}:{value}" for name, value in parameters.items()]
    return tuple(dict.fromkeys((*named, *more)))


def _said(name: str, parameters: dict[str, str], kind: type[Body], data: bytes) -> Said:
    """Return what a message says; one that cannot be read is named all the same."""
    try:
        body = read(kind, data)
    except BrokenPeer:
        return Said(msg=name, keys=merged(parameters), fields={"unreadable": True})
    return Said(msg=name, keys=merged(parameters, body.keys()), fields=body.fields())


def asked(method: str, path: str, data: bytes) -> Said | None:
    """Return what a request says, or None where it is not one of ours or only its answer counts."""
    found = recognised(method, path)
    if found is None:
        return None
    message, parameters = found
    if message.says in ("answer", "neither"):
        return None
    return _said(message.name, parameters, message.body, data)


def answered(method: str, path: str, status: int, data: bytes) -> Said | None:
    """Return what the answer to *method* *path* says, or None where it says nothing new.

    A refusal is always worth a line: ``REST 409 /parking/v1/reservations``.
    """
    found = recognised(method, path)
    if found is None:
        return None
    message, parameters = found
    if status >= 400:
        return _said(f"REST {status} {message.path}", parameters, Nothing, data)
    if message.says in ("request", "neither"):
        return None
    return _said(message.answer_name, parameters, message.answer, data)
