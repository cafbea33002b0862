"""What a VTN gives back: answers, notifications to deliver, problems, bearer tokens."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from sterna.kernel.quantities import Instant, later
from sterna.protocols.openadr.store import SCOPES, Client, Denied, Fresh, Token, VtnState
from sterna.protocols.openadr.wire import AuthError, Problem, Stored, TokenAnswer, written

TOKEN_SECONDS: Final = 3600
"""How long a bearer token holds."""
TOKENS_MAX: Final = 10_000
"""Tokens held at once; one more makes the oldest void, whose owner asks for another."""

TITLES: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
}


class Delivery(Struct, frozen=True, kw_only=True, gc=False):
    """A notification to be posted to a subscriber's callback URL."""

    subscription: str
    url: str
    token: str | None
    """The subscriber's bearer token: for the request alone, never for a log."""
    body: bytes


class Answer(Struct, frozen=True, kw_only=True, gc=False):
    """What a VTN answers, and what it wants to tell others because of the request."""

    status: int
    body: bytes
    media_type: str = "application/json"
    deliveries: tuple[Delivery, ...] = ()
    stored: Stored | None = None
    """The object that the request created, replaced or deleted, for the host."""


def problem(status: int, detail: str) -> Answer:
    """Return the answer to what is not done; *status* is one of TITLES."""
    body = Problem(title=TITLES[status], status=status, detail=detail)
    return Answer(status=status, body=written(body), media_type="application/problem+json")


_OAuthError = Literal["invalid_client", "invalid_scope", "unsupported_grant_type"]


def _no_token(status: int, error: _OAuthError, why: str) -> Answer:
    """Return OAuth's error, which is a problem at the same time."""
    body = AuthError(error=error, error_description=why, title=TITLES[status], status=status)
    return Answer(status=status, body=written(body))


def token(
    state: VtnState,
    clients: Mapping[str, Client],
    fresh: Fresh,
    form: Mapping[str, str],
    now: Instant,
) -> Answer:
    """Give a bearer token for client credentials, or say why not in OAuth's words."""
    if form.get("grant_type") != "client_credentials":
        return _no_token(400, "unsupported_grant_type", "only client_credentials")
    client = clients.get(form.get("client_id", ""))
    if client is None or not client.proves(form.get("client_secret", "")):
        return _no_token(401, "invalid_client", "unknown client or wrong secret")
    may = SCOPES[client.role]
    scopes = tuple(form["scope"].split()) if form.get("scope") else may
    if not set(scopes) <= set(may):
        return _no_token(400, "invalid_scope", f"a {client.role} may have: {' '.join(may)}")
    for old in [key for key, held in state.tokens.items() if held.expires <= now]:
        del state.tokens[old]
    if len(state.tokens) >= TOKENS_MAX:
        del state.tokens[next(iter(state.tokens))]
    made = fresh("token")
    state.tokens[made] = Token(client=client.id, scopes=scopes, expires=later(now, TOKEN_SECONDS))
    given = TokenAnswer(access_token=made, expires_in=TOKEN_SECONDS, scope=" ".join(scopes))
    return Answer(status=200, body=written(given))


def caller(
    state: VtnState, clients: Mapping[str, Client], bearer: str | None, now: Instant
) -> tuple[Client, tuple[str, ...]]:
    """Return whose token *bearer* is, and its scopes. Raises Denied with 401."""
    held = state.tokens.get(bearer or "")
    if held is None or held.expires <= now or held.client not in clients:
        raise Denied(401, "the bearer token is missing, unknown or expired")
    return clients[held.client], held.scopes
