"""SDP: how a car on a cable finds the address of its charger, by two datagrams.

The car asks all nodes of the link, ``[ff02::1]:15118``; the charger answers with its address, its
port, and whether TLS is spoken there. Numbers as in ``docs/protocols/iso15118.md``; the interval
of 250 ms and the 50 tries are as commonly implemented, the clause was not available to us.
"""

from enum import IntEnum
from ipaddress import IPv6Address
from typing import Final

from msgspec import Struct

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118.framing import PayloadType, framed, unframed

GROUP: Final = "ff02::1"
"""All nodes of the link."""
PORT: Final = 15118
INTERVAL_S: Final = 0.25
"""Between two requests."""
TRIES_MAX: Final = 50
"""Requests before the car gives up: 12.5 s."""
REQUEST_BYTES: Final = 2
RESPONSE_BYTES: Final = 20


class Security(IntEnum):
    """Whether TLS is spoken on the connection that follows."""

    TLS = 0x00
    NONE = 0x10


class Transport(IntEnum):
    """What carries the connection that follows; there is TCP alone."""

    TCP = 0x00


class Request(Struct, frozen=True, kw_only=True):
    """What a car asks all nodes of its link."""

    security: Security
    transport: Transport = Transport.TCP


class Response(Struct, frozen=True, kw_only=True):
    """Where the charger listens."""

    address: IPv6Address
    port: int
    security: Security
    transport: Transport = Transport.TCP


def write_request(request: Request) -> bytes:
    """Return the datagram of *request*."""
    return framed(PayloadType.SDP_REQUEST, bytes((request.security, request.transport)))


def write_response(response: Response) -> bytes:
    """Return the datagram of *response*."""
    where = response.address.packed + response.port.to_bytes(2, "big")
    how = bytes((response.security, response.transport))
    return framed(PayloadType.SDP_RESPONSE, where + how)


def read_request(datagram: bytes) -> Request:
    """Return the request in *datagram*; raises BrokenPeer."""
    payload = _payload(datagram, PayloadType.SDP_REQUEST, REQUEST_BYTES)
    security, transport = _how(payload)
    return Request(security=security, transport=transport)


def read_response(datagram: bytes) -> Response:
    """Return the response in *datagram*; raises BrokenPeer, also for an address that cannot be called."""
    payload = _payload(datagram, PayloadType.SDP_RESPONSE, RESPONSE_BYTES)
    security, transport = _how(payload[18:])
    address, port = IPv6Address(payload[:16]), int.from_bytes(payload[16:18], "big")
    if address.is_multicast or address.is_unspecified or port == 0:
        raise BrokenPeer(f"nobody can be called at [{address}]:{port}")
    return Response(address=address, port=port, security=security, transport=transport)


def _payload(datagram: bytes, kind: PayloadType, length: int) -> bytes:
    number, payload = unframed(datagram)
    if number != kind:
        raise BrokenPeer(f"payload type {number:#06x} where {kind:#06x} belongs")
    if len(payload) != length:
        raise BrokenPeer(f"{kind.name} of {len(payload)} bytes; it has {length}")
    return payload


def _how(payload: bytes) -> tuple[Security, Transport]:
    try:
        return Security(payload[0]), Transport(payload[1])
    except ValueError as wrong:
        raise BrokenPeer(f"SDP: {wrong}") from wrong


class Answering:
    """The charger's side: one answer per request, and silence towards rubbish.

    It says what it speaks, whatever the car asked for: the car decides. ``rubbish`` counts what was
    not a request, for whoever looks after the charger.
    """

    def __init__(self, here: Response) -> None:
        """Answer with *here*."""
        self.here = here
        self.rubbish = 0

    def answer(self, datagram: bytes) -> bytes | None:
        """Return the datagram to send back to whoever sent *datagram*, or None."""
        try:
            read_request(datagram)
        except BrokenPeer:
            self.rubbish += 1
            return None
        return write_response(self.here)


class Searching:
    """The car's side: asks until a charger answers that it can speak with.

    Call :meth:`receive` for every datagram and :meth:`tick` at :attr:`deadline`,
    and send what :meth:`to_send` returns. It is over when :attr:`found` or
    :attr:`failure` is set. A charger without TLS does not count where TLS was
    asked for: else anybody on the cable could talk the car out of it.
    """

    def __init__(self, now: Instant, security: Security) -> None:
        """Begin at *now* to look for a charger with *security*."""
        self._request = write_request(Request(security=security))
        self._security = security
        self._tries = 0
        self._ask_at = now
        self._due = True
        self.found: Response | None = None
        self.failure = ""
        self._heard = ""

    @property
    def tries(self) -> int:
        """How often was asked."""
        return self._tries

    @property
    def over(self) -> bool:
        """Whether the search has ended."""
        return self.found is not None or bool(self.failure)

    @property
    def deadline(self) -> Instant | None:
        """When :meth:`tick` is due; None once it is over."""
        return None if self.over else self._ask_at

    def to_send(self) -> tuple[bytes, ...]:
        """Return the request that has to go out now, if any."""
        if not self._due or self.over:
            return ()
        self._due = False
        self._tries += 1
        self._ask_at = Instant(self._ask_at + INTERVAL_S)
        return (self._request,)

    def tick(self, now: Instant) -> None:
        """Ask again, or give up after the last try."""
        if self.over or now < self._ask_at:
            return
        if self._tries < TRIES_MAX:
            # A late tick asks once, and not for all that it has missed.
            self._ask_at, self._due = now, True
            return
        self.failure = f"no charger answered {TRIES_MAX} requests" + self._heard

    def receive(self, datagram: bytes) -> None:
        """Take what came; only a charger that can be spoken with ends the search."""
        if self.over:
            return
        try:
            response = read_response(datagram)
        except BrokenPeer as broken:
            self._heard = f"; one answer was wrong: {broken}"
            return
        if response.security is not self._security:
            speaks = "speaks TLS only" if self._security is Security.NONE else "speaks no TLS"
            self._heard = f"; the one at [{response.address}]:{response.port} {speaks}"
            return
        self.found = response
