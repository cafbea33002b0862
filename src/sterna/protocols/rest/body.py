"""What all REST bodies of Sterna share: strict JSON, correlation keys, problem details.

Instants on this wire are JSON numbers: seconds since 1970-01-01T00:00:00Z. Powers
are in kW (positive charges), metered energies in whole Wh in two registers, shares
0..1, money in integer micro-euro.
"""

from collections.abc import Iterable
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from sterna.kernel.errors import BrokenPeer

BODY_BYTES_MAX: Final = 1 << 20
"""The largest body that is parsed: a charge record of 30 days has 2,880 intervals of
about 120 bytes, 350 kB; one MiB leaves threefold room. A larger one is refused."""

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
"""The header that carries the id of a POST; a repeated id gets the first answer again."""

Name = Annotated[str, Meta(min_length=1, max_length=128)]
"""An identifier on the wire: never empty, and short enough for a database key."""
Fraction = Annotated[float, Meta(ge=0.0, le=1.0)]
"""A share on the wire, 0..1."""
Energy = Annotated[int, Meta(ge=0)]
"""A metered energy in whole Wh, never negative: each direction has its own register."""
Amount = Annotated[float, Meta(ge=0.0, le=1e9)]
"""A power in kW or an energy in kWh whose direction the field's name tells. No site has a terawatt, and sums stay finite."""


class Body(Struct, frozen=True, kw_only=True, gc=False):
    """A REST body. Subclasses name what of them the trace may show."""

    def keys(self) -> tuple[str, ...]:
        """Return the correlation keys found in it, e.g. ``ses:…``."""
        return ()

    def fields(self) -> dict[str, float | str | bool]:
        """Return the values that predicates read, named as in the use case files."""
        return {}


class Nothing(Body, frozen=True, kw_only=True, gc=False):
    """The body of a message that has none: a GET, a DELETE, a 204."""


class Problem(Body, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A problem detail in the terms of RFC 9457, sent as ``application/problem+json``."""

    title: str
    """What kind of problem, for people; the same for every occurrence."""
    status: int
    """The HTTP status of the answer."""
    detail: str = ""
    """What is wrong with this request and what would help."""
    type: str = "about:blank"
    """A URI that names the kind of problem; the default says that *title* is all there is."""
    instance: str | None = None


PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
MEDIA_TYPE: Final = "application/json"

TITLES: Final = {
    400: "The message cannot be read",
    401: "Unknown caller",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    422: "The message cannot be fulfilled",
    503: "Temporarily unable",
}
"""The titles of the problems that Sterna's rooms answer, by status."""


def problem(status: int, detail: str) -> Problem:
    """Return the problem for *status*, one of :data:`TITLES`, with a *detail* for its reader."""
    return Problem(title=TITLES[status], status=status, detail=detail)


B = TypeVar("B", bound=Body)

_DECODERS: dict[type[Body], msgspec.json.Decoder[Body]] = {}
_encode = msgspec.json.Encoder().encode


def read(kind: type[B], data: bytes) -> B:
    """Return the *kind* of body that *data* holds.

    Raises BrokenPeer with the place and the reason when it holds anything else,
    so that the caller can answer 400 with it.
    """
    if kind is Nothing:
        return kind()
    if len(data) > BODY_BYTES_MAX:
        raise BrokenPeer(f"{kind.__name__}: {len(data)} bytes are more than {BODY_BYTES_MAX}")
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    try:
        body = decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BrokenPeer(f"{kind.__name__}: {error}") from error
    assert isinstance(body, kind)
    return body


def written(body: Body) -> bytes:
    """Return *body* as it goes over the wire (empty for :class:`Nothing`)."""
    return b"" if isinstance(body, Nothing) else _encode(body)


def header(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """Return the value of the header *name*, whatever its case, or None."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


def idempotency_key(headers: Iterable[tuple[str, str]]) -> str:
    """Return the id of a POST. Raises BrokenPeer when the peer sent none."""
    key = header(headers, IDEMPOTENCY_KEY)
    if not key:
        raise BrokenPeer(f"a POST needs the header {IDEMPOTENCY_KEY}")
    return key
