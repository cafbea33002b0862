"""How a station finds and greets its management system: URL, version, reconnection.

The identity is the last part of the URL's path; the version is agreed by the WebSocket
subprotocol alone, never by the URL (Part 4 of OCPP 2.1, chapter 3).
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, unquote

from msgspec import Struct

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Seconds
from sterna.protocols.ocpp.wire import DIALECTS

IDENTITY_CHARS_MAX: Final = 48
SUBPROTOCOLS: Final = tuple(DIALECTS)
"""What we offer and accept, the preferred version first."""


class BackOff(Struct, frozen=True, kw_only=True, gc=False):
    """The variables RetryBackOff* of OCPPCommCtrlr."""

    wait_s_min: Seconds = Seconds(10.0)
    random_s_range: Seconds = Seconds(10.0)
    repeat_times: int = 5


def wrong_identity(identity: str) -> str | None:
    """Return why *identity* cannot name a station, or None when it can."""
    if not identity:
        return "an identity is empty"
    if len(identity) > IDENTITY_CHARS_MAX:
        return f"an identity has at most {IDENTITY_CHARS_MAX} characters"
    if ":" in identity:
        return "an identity has no colon: it is the user name of HTTP Basic authentication"
    return None


def url(endpoint: str, identity: str) -> str:
    """Return the URL at which station *identity* connects to *endpoint*."""
    reason = wrong_identity(identity)
    assert reason is None, reason
    return f"{endpoint.rstrip('/')}/{quote(identity, safe='')}"


def identity_of(path: str) -> str:
    """Return the identity that the request *path* (without host) ends with.

    Raises Refused when there is no lawful one; the server then answers HTTP 404.
    """
    identity = unquote(path.partition("?")[0].rsplit("/", 1)[-1], errors="replace")
    reason = wrong_identity(identity)
    if reason is not None:
        raise Refused(reason)
    return identity


def chosen(offered: Sequence[str], spoken: Sequence[str] = SUBPROTOCOLS) -> str | None:
    """Return the subprotocol to use: the first the station offers that we speak.

    None: complete the handshake without the header, then close the connection.
    """
    return next((name for name in offered if name in spoken), None)


def credentials(identity: str, password: str) -> str:
    """Return the value of the Authorization header for security profiles 1 and 2."""
    return "Basic " + base64.b64encode(f"{identity}:{password}".encode()).decode("ascii")


def authorised(header: str, identity: str, password: str) -> bool:
    """Return whether *header* proves that the station of the URL is *identity*.

    The user name has to be the identity of the URL, and the password the known one.
    """
    scheme, _, encoded = header.partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    # Compared without an early end, so that the time taken tells nothing of the password.
    return scheme.lower() == "basic" and hmac.compare_digest(
        given, f"{identity}:{password}".encode()
    )


def back_off(attempt: int, drawn: float, rule: BackOff) -> Seconds:
    """Return how long to wait before the reconnection *attempt* (1 = the first).

    Part 4, 5.4: the minimum wait plus a random part; after each failure twice the previous
    back-off plus a new random part, as often as the rule repeats, then no longer. *drawn*
    is random in [0, 1); it stands for every random part of this attempt's history, so that
    the wait is a function of the attempt alone and the seed decides nothing twice.
    """
    assert attempt >= 1, attempt
    assert 0 <= drawn < 1, drawn
    random_s = drawn * rule.random_s_range
    wait_s = rule.wait_s_min + random_s
    for _ in range(min(attempt - 1, rule.repeat_times)):
        wait_s = 2 * wait_s + random_s
    return Seconds(wait_s)
