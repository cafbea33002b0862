"""How OCPI travels: envelope, headers, versions, credentials, pages, and the trace."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from sterna.kernel.errors import BrokenPeer, Refused
from sterna.kernel.quantities import Instant
from sterna.kernel.timestamps import stamp
from sterna.kernel.trace import Said
from sterna.protocols.ocpi.objects import Cdr, ChargingPeriod, Country, Ocpi, PartyId, Session

ROOT: Final = "/ocpi/2.3.0"
"""Where OCPI modules stand below a host."""
VERSION: Final = "2.3.0"
BODY_BYTES_MAX: Final = 1 << 21
"""The largest body that is parsed: a record of 30 days has 2,880 periods of some 230 bytes
in three dimensions, 660 kB; two MiB leave threefold room."""
PAGE_MAX: Final = 100
"""Objects in one page of a list; a caller follows the Link header for more."""

Role = Literal["CPO", "EMSP", "HUB", "NAP", "NSP", "OTHER", "PTP", "SCSP"]

SUCCESS: Final = 1000
CLIENT_ERROR: Final = 2000
INVALID_PARAMETERS: Final = 2001
UNKNOWN_TOKEN: Final = 2004
SERVER_ERROR: Final = 3000
HUB_UNKNOWN_RECEIVER: Final = 4001
"""Status codes inside the envelope that Sterna gives."""

T = TypeVar("T")


class Envelope(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What every OCPI answer is wrapped in; success is 1xxx."""

    status_code: int
    timestamp: str
    data: Any = None
    status_message: str | None = None


class _Outer(Struct, frozen=True, kw_only=True, gc=False):
    """The envelope as it is read: its data stay bytes until the status is known."""

    status_code: int
    timestamp: str
    data: msgspec.Raw = msgspec.Raw(b"null")
    status_message: str | None = None


class Version(Ocpi, frozen=True, kw_only=True, gc=False):
    """A version that a party speaks, and where its details are."""

    version: str
    url: str


class Endpoint(Ocpi, frozen=True, kw_only=True, gc=False):
    """Where a module is found and on which side of it the party stands."""

    identifier: str
    role: Literal["SENDER", "RECEIVER"]
    url: str


class VersionDetails(Ocpi, frozen=True, kw_only=True, gc=False):
    """The modules of one version."""

    version: str
    endpoints: tuple[Endpoint, ...]


class BusinessDetails(Ocpi, frozen=True, kw_only=True, gc=False):
    """A party's name for people."""

    name: str
    website: str | None = None


class CredentialsRole(Ocpi, frozen=True, kw_only=True, gc=False):
    """A role that a party plays."""

    role: Role
    business_details: BusinessDetails
    party_id: PartyId
    country_code: Country


class Credentials(Ocpi, frozen=True, kw_only=True, gc=False):
    """What parties exchange to know each other.

    The receiver was given token A out of band; the sender's credentials carry token
    B, the answer carries token C, and A is void from then on.
    """

    token: Annotated[str, Meta(min_length=1, max_length=64)]
    url: str
    """Of the party's versions endpoint."""
    roles: Annotated[tuple[CredentialsRole, ...], Meta(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party's address in a network: country and id, compared without case."""

    country_code: str
    party_id: str

    def is_same(self, other: "Party") -> bool:
        """Return whether *other* is this party."""
        mine = (self.country_code.lower(), self.party_id.lower())
        return mine == (other.country_code.lower(), other.party_id.lower())


def headers(
    token: str, *, request_id: str, correlation_id: str, sender: Party, receiver: Party
) -> tuple[tuple[str, str], ...]:
    """Return a request's headers: the token in base64, ids, and who speaks to whom."""
    return (
        ("Content-Type", "application/json"),
        ("Authorization", f"Token {b64encode(token.encode()).decode()}"),
        ("X-Request-ID", request_id),
        ("X-Correlation-ID", correlation_id),
        ("OCPI-from-country-code", sender.country_code),
        ("OCPI-from-party-id", sender.party_id),
        ("OCPI-to-country-code", receiver.country_code),
        ("OCPI-to-party-id", receiver.party_id),
    )


def _header(pairs: Iterable[tuple[str, str]], name: str) -> str:
    """Return a header's value, whatever its case. Raises BrokenPeer when it is missing."""
    wanted = name.lower()
    for key, value in pairs:
        if len(key) == len(wanted) and key.lower() == wanted:
            return value
    raise BrokenPeer(f"the header {name} is missing")


def token_in(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the token of a request. Raises BrokenPeer when there is none to be read."""
    scheme, _, coded = _header(pairs, "Authorization").partition(" ")
    if scheme.lower() != "token":
        raise BrokenPeer("the Authorization header is not of the kind Token")
    try:
        return b64decode(coded, validate=True).decode()
    except (NotBase64, UnicodeDecodeError) as error:
        raise BrokenPeer("the token is not base64 of a text") from error


def parties_in(pairs: Sequence[tuple[str, str]]) -> tuple[Party, Party]:
    """Return sender and receiver of a request, as a hub routes by them."""
    return (
        Party(
            country_code=_header(pairs, "OCPI-from-country-code"),
            party_id=_header(pairs, "OCPI-from-party-id"),
        ),
        Party(
            country_code=_header(pairs, "OCPI-to-country-code"),
            party_id=_header(pairs, "OCPI-to-party-id"),
        ),
    )


_encode = msgspec.json.Encoder(decimal_format="number").encode
_DECODERS: Final[dict[object, msgspec.json.Decoder[object]]] = {}


def read(kind: type[T], data: bytes) -> T:
    """Return the *kind* of object that *data* holds, its numbers exact.

    Raises BrokenPeer with place and reason (answer it with :data:`INVALID_PARAMETERS`).
    """
    if len(data) > BODY_BYTES_MAX:
        raise BrokenPeer(f"{len(data)} bytes are more than {BODY_BYTES_MAX}")
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    try:
        return decoder.decode(data)  # type: ignore[return-value]  # the table is by *kind*
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BrokenPeer(str(error)) from error


def written(body: object) -> bytes:
    """Return an object as JSON with decimals as numbers."""
    return _encode(body)


def success(data: object, now: Instant) -> bytes:
    """Return the envelope around *data* (None: nothing to say)."""
    return _encode(Envelope(status_code=SUCCESS, timestamp=stamp(now), data=data))


def failure(status_code: int, message: str, now: Instant) -> bytes:
    """Return the envelope that says why something is not done."""
    assert status_code >= CLIENT_ERROR, status_code
    return _encode(Envelope(status_code=status_code, timestamp=stamp(now), status_message=message))


def answered(kind: type[T], data: bytes) -> T | None:
    """Return the data of an answer, which may be none.

    Raises Refused with the peer's words when the envelope says no, BrokenPeer when it
    cannot be read.
    """
    outer = read(_Outer, data)
    if outer.status_code < SUCCESS or outer.status_code >= CLIENT_ERROR:
        raise Refused(f"OCPI {outer.status_code}: {outer.status_message or 'no reason given'}")
    inner = bytes(outer.data)
    return None if inner == b"null" else read(kind, inner)


def page(
    objects: Sequence[T], url: str, *, offset: int = 0, limit: int = PAGE_MAX
) -> tuple[Sequence[T], tuple[tuple[str, str], ...]]:
    """Return one page of *objects* and its headers: total, limit, and where the next is."""
    limit = min(limit, PAGE_MAX)
    shown = objects[offset : offset + limit]
    heads = [("X-Total-Count", str(len(objects))), ("X-Limit", str(PAGE_MAX))]
    after = offset + limit
    if after < len(objects):
        heads.append(("Link", f'<{url}?offset={after}&limit={limit}>; rel="next"'))
    return shown, tuple(heads)


# -- the trace -----------------------------------------------------------------------


def _energy(periods: Iterable[ChargingPeriod]) -> dict[str, float | str | bool]:
    """Return the energies of *periods* in kWh, named as in the use case files."""
    totals = {"kwh_in": Decimal(0), "kwh_out": Decimal(0)}
    for each in periods:
        totals["kwh_in"] += each.volume("ENERGY_IMPORT") or 0
        totals["kwh_out"] += each.volume("ENERGY_EXPORT") or 0
    return {name: float(total) for name, total in totals.items()}


def asked(method: str, path: str, data: bytes) -> Said | None:
    """Return what a request says, named ``REST PUT /ocpi/sessions``; None where it is not OCPI."""
    place = path.partition("?")[0]
    if not place.startswith(ROOT + "/"):
        return None
    module = place.removeprefix(ROOT + "/").partition("/")[0]
    name = f"REST {method} /ocpi/{module}"
    try:
        if (method, module) == ("PUT", "sessions"):
            session = read(Session, data)
            named = session.authorization_reference or session.id
            return Said(
                msg=name,
                keys=(f"ses:{named}", f"evse:{session.evse_uid}"),
                fields={"state": session.status, **_energy(session.charging_periods)},
            )
        if (method, module) == ("POST", "cdrs"):
            cdr = read(Cdr, data)
            named = cdr.authorization_reference or cdr.session_id or cdr.id
            return Said(
                msg=name,
                keys=(f"cdr:{cdr.id}", f"ses:{named}", f"evse:{cdr.cdr_location.evse_uid}"),
                fields={"credit": cdr.credit, **_energy(cdr.charging_periods)},
            )
    except BrokenPeer:
        return Said(msg=name, fields={"unreadable": True})
    return Said(msg=name)
