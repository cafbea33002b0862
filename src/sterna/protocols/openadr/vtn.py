"""A VTN without input or output: requests in, answers and notifications out.

It keeps its state as plain data (:class:`VtnState`). The host that runs it acts as
business logic through :meth:`Vtn.offer`, :meth:`Vtn.publish` and :meth:`Vtn.revise`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import msgspec

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant
from sterna.kernel.timestamps import stamp
from sterna.protocols.openadr.answer import Answer, Delivery, caller, problem, token
from sterna.protocols.openadr.store import (
    KINDS,
    Client,
    Denied,
    Fresh,
    Kind,
    VtnState,
    seen,
    unambiguous,
    unreferenced,
)
from sterna.protocols.openadr.ven import ends
from sterna.protocols.openadr.wire import (
    AuthServer,
    BlResourceRequest,
    BlVenRequest,
    Event,
    EventRequest,
    Notification,
    Notifiers,
    Operation,
    Program,
    ProgramRequest,
    Report,
    Stored,
    Subscription,
    SubscriptionRequest,
    VenResourceRequest,
    VenVenRequest,
    read,
    written,
)

PAGE_MAX: Final = 50
"""Objects in one answer, as the official schema limits ``limit``."""
HOST: Final = Client(id="host", secret="", role="BL")
"""The VTN's own business logic; it never logs in, so its empty secret opens nothing."""


def https_only(url: str) -> bool:
    """Return whether a callback URL is acceptable: HTTPS with a host, as the Definition demands."""
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname)


def to_challenge(method: str, path: str, body: bytes) -> tuple[str, ...]:
    """Return the callback URLs that a request wants to be told at, each once.

    Before such a request is answered, the host has to prove that they are active and
    the requestor's: it asks ``GET`` :func:`challenged` of each and compares what comes back.
    """
    if method not in ("POST", "PUT") or not path.strip("/").startswith("subscriptions"):
        return ()
    try:
        request = read(SubscriptionRequest, body)
    except BrokenPeer:
        return ()  # It will be answered with the reason; there is nothing to challenge.
    return tuple(dict.fromkeys(wish.callback_url for wish in request.object_operations))


def challenged(url: str, nonce: str) -> str:
    """Return *url* with the ``echo`` parameter whose value, a random *nonce*, has to come back."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'echo': nonce})}"


S = TypeVar("S", bound=Stored)


class Vtn:
    """One VTN. *fresh* gives ids and tokens; *callback_allowed* says which URLs it will call."""

    def __init__(
        self,
        clients: Iterable[Client],
        fresh: Fresh,
        *,
        state: VtnState | None = None,
        token_url: str = "/openadr3/3.1.0/auth/token",  # noqa: S107  # a URL, not a secret
        callback_allowed: Callable[[str], bool] = https_only,
    ) -> None:
        self.clients = {client.id: client for client in clients}
        self.state = VtnState() if state is None else state
        self._fresh = fresh
        self._token_url = token_url
        self._callback_allowed = callback_allowed

    def answer(
        self, method: str, path: str, body: bytes, now: Instant, *, bearer: str | None = None
    ) -> Answer:
        """Answer one request; *path* is below the VTN's root and carries the query.

        Never raises: what cannot be done is answered with a problem.
        """
        place, _, query = path.partition("?")
        parts = place.strip("/").split("/")
        try:
            if parts[0] == "auth":
                return self._auth(method, parts[1:], body, now)
            client, scopes = caller(self.state, self.clients, bearer, now)
            if parts == ["notifiers"] and method == "GET":
                return Answer(status=200, body=written(Notifiers()))
            kind = KINDS.get(parts[0])
            if kind is None or len(parts) > 2:
                raise Denied(404, f"there is nothing at {place}")  # noqa: TRY301  # one way out
            return self._object(method, kind, parts[1:], parse_qs(query), body, client, scopes, now)
        except Denied as denied:
            return problem(denied.status, str(denied))
        except BrokenPeer as broken:
            return problem(400, str(broken))

    def _auth(self, method: str, parts: Sequence[str], body: bytes, now: Instant) -> Answer:
        """Answer the two endpoints that need no token."""
        if (method, *parts) == ("GET", "server"):
            return Answer(status=200, body=written(AuthServer(token_url=self._token_url)))
        if (method, *parts) == ("POST", "token"):
            form = dict(parse_qsl(body.decode("utf-8", "replace")))
            return token(self.state, self.clients, self._fresh, form, now)
        raise Denied(404, "there is nothing here")

    # -- what is asked -----------------------------------------------------------------

    def _object(
        self,
        method: str,
        kind: Kind,
        parts: Sequence[str],
        query: Mapping[str, list[str]],
        body: bytes,
        client: Client,
        scopes: tuple[str, ...],
        now: Instant,
    ) -> Answer:
        """Answer a request on one kind of object."""
        needed = kind.read_scope if method == "GET" else kind.write_scope
        if needed not in scopes and not (method == "GET" and "read_all" in scopes):
            raise Denied(403, f"this needs the scope {needed}")
        match method, *parts:
            case "GET", identity:
                return Answer(status=200, body=written(self._found(kind, identity, client)))
            case ["GET"]:
                return Answer(status=200, body=written(self._search(kind, query, client, now)))
            case ["POST"]:
                return self._put(kind, None, read(kind.request, body), client, now)
            case "PUT", identity:
                old = self._found(kind, identity, client)
                return self._put(kind, old, read(kind.request, body), client, now)
            case "DELETE", identity:
                return self._delete(kind, self._found(kind, identity, client))
            case _:
                raise Denied(405, f"{method} is not possible here")

    def _found(self, kind: Kind, identity: str, client: Client) -> Any:
        """Return one object as *client* sees it. Raises Denied with 404 also for hidden ones."""
        stored = kind.objects(self.state).get(identity)
        shown = None if stored is None else seen(self.state, client, stored, None)
        if shown is None:
            raise Denied(404, f"there is no {kind.type} {identity}")
        return shown

    def _search(
        self, kind: Kind, query: Mapping[str, list[str]], client: Client, now: Instant
    ) -> list[Any]:
        """Return the page of objects that match every term of *query*."""
        skip = _count(query, "skip", 0, None)
        limit = _count(query, "limit", PAGE_MAX, PAGE_MAX)
        wanted = frozenset(query["targets"]) if query.get("targets") else None
        found: list[Any] = []
        for stored in kind.objects(self.state).values():
            shown = seen(self.state, client, stored, wanted)
            if shown is None or not self._matches(kind, stored, query, now):
                continue
            found.append(shown)
            if len(found) >= skip + limit:
                break
        return found[skip : skip + limit]

    def _matches(
        self, kind: Kind, stored: Any, query: Mapping[str, list[str]], now: Instant
    ) -> bool:
        """Return whether *stored* meets every filter of *query*."""
        if any(
            parameter in query and getattr(stored, field) not in query[parameter]
            for parameter, field in kind.filters
        ):
            return False
        match stored:
            case Report() if "programID" in query:
                event = self.state.events.get(stored.event_id)
                return event is not None and event.program_id in query["programID"]
            case Subscription() if "objects" in query:
                told = {each for wish in stored.object_operations for each in wish.objects}
                return set(query["objects"]) <= told
            case Event() if query.get("active") == ["true"]:
                return ends(stored, now) > now
            case _:
                return True

    # -- what changes ------------------------------------------------------------------

    def _put(self, kind: Kind, old: Any, request: Any, client: Client, now: Instant) -> Answer:
        """Create an object, or replace *old*, and tell the subscribers."""
        objects = kind.objects(self.state)
        full = kind.objects(self.state).get(old.id) if old is not None else None
        made = self._made(kind, full, request, client, now)
        unambiguous(self.state, kind, made)
        if old is None and len(objects) >= kind.most:
            if kind.type != "REPORT":
                raise Denied(409, f"there are {kind.most} {kind.place} already")
            del objects[next(iter(objects))]
        objects[made.id] = made
        told = self._told(kind, "CREATE" if old is None else "UPDATE", made)
        status = 201 if old is None else 200
        return Answer(status=status, body=written(made), deliveries=told, stored=made)

    def _made(self, kind: Kind, old: Any, request: Any, client: Client, now: Instant) -> Any:
        """Return the object that *request* describes, with what the VTN adds to it."""
        fields = msgspec.structs.asdict(request)
        match request:
            case VenVenRequest() | VenResourceRequest():
                if client.role != "VEN":
                    raise Denied(400, "the business logic has to name the clientID")
                # Only the business logic grants targets; what it granted stays.
                fields |= {"client_id": client.id, "targets": old.targets if old else ()}
            case BlVenRequest() | BlResourceRequest():
                if client.role != "BL":
                    raise Denied(403, "only the business logic may write targets")
                fields["targets"] = request.targets or ()
            case SubscriptionRequest():
                self._check_callbacks(request)
            case _:
                pass
        if kind.type in ("REPORT", "SUBSCRIPTION"):
            fields["client_id"] = old.client_id if old else client.id
        if kind.type == "RESOURCE" and client.role == "VEN":
            self._check_own(request.ven_id, client)
        return kind.stored(
            id=old.id if old else self._fresh(kind.type.lower()),
            created_date_time=old.created_date_time if old else stamp(now),
            modification_date_time=stamp(now),
            object_type=kind.type,
            **fields,
        )

    def _check_own(self, ven_id: str, client: Client) -> None:
        """Refuse a resource of another client's VEN as if that VEN did not exist."""
        ven = self.state.vens.get(ven_id)
        if ven is None or ven.client_id != client.id:
            raise Denied(409, f"ven_id: there is no {ven_id}")

    def _check_callbacks(self, request: SubscriptionRequest) -> None:
        """Refuse callback URLs that the deployment does not want to be called."""
        for wish in request.object_operations:
            if not self._callback_allowed(wish.callback_url):
                raise Denied(400, "callbackUrl: it has to be HTTPS and an allowed host")

    def _delete(self, kind: Kind, shown: Any) -> Answer:
        """Delete an object that nothing else belongs to."""
        unreferenced(self.state, kind, shown.id)
        told = self._told(kind, "DELETE", kind.objects(self.state)[shown.id])
        gone = kind.objects(self.state).pop(shown.id)
        return Answer(status=200, body=written(shown), deliveries=told, stored=gone)

    def _told(self, kind: Kind, operation: Operation, changed: Any) -> tuple[Delivery, ...]:
        """Return the notifications of one change, each as its subscriber may see the object."""
        found: list[Delivery] = []
        for subscription in self.state.subscriptions.values():
            client = self.clients.get(subscription.client_id)
            if client is None or not self._concerns(subscription, changed):
                continue
            wanted = frozenset(subscription.targets) if subscription.targets else None
            shown = seen(self.state, client, changed, wanted)
            if shown is None:
                continue
            note = written(
                Notification(
                    object_type=kind.type, operation=operation, object=msgspec.Raw(written(shown))
                )
            )
            found += [
                Delivery(
                    subscription=subscription.id,
                    url=wish.callback_url,
                    token=wish.bearer_token,
                    body=note,
                )
                for wish in subscription.object_operations
                if kind.type in wish.objects and operation in wish.operations
            ]
        return tuple(found)

    def _concerns(self, subscription: Subscription, changed: Any) -> bool:
        """Return whether *changed* belongs to the program that a subscription is limited to."""
        if subscription.program_id is None:
            return True
        match changed:
            case Program():
                return changed.id == subscription.program_id
            case Report():
                event = self.state.events.get(changed.event_id)
                return event is not None and event.program_id == subscription.program_id
            case _:
                belongs = getattr(changed, "program_id", subscription.program_id)
                return bool(belongs == subscription.program_id)

    # -- the host as business logic ----------------------------------------------------

    def offer(self, request: ProgramRequest, now: Instant) -> Program:
        """Create the program, or return the one that has its name already."""
        for program in self.state.programs.values():
            if program.program_name == request.program_name:
                return program
        return _as(Program, self._put(KINDS["programs"], None, request, HOST, now))

    def publish(self, request: EventRequest, now: Instant) -> tuple[Event, tuple[Delivery, ...]]:
        """Create an event; return it with the notifications to deliver."""
        answer = self._put(KINDS["events"], None, request, HOST, now)
        return _as(Event, answer), answer.deliveries

    def revise(
        self, event_id: str, request: EventRequest, now: Instant
    ) -> tuple[Event, tuple[Delivery, ...]]:
        """Replace an event; return it with the notifications to deliver."""
        answer = self._put(KINDS["events"], self.state.events[event_id], request, HOST, now)
        return _as(Event, answer), answer.deliveries

    def withdraw(self, event_id: str) -> tuple[Delivery, ...]:
        """Delete an event; return the notifications to deliver."""
        return self._delete(KINDS["events"], self.state.events[event_id]).deliveries


def _as(kind: type[S], answer: Answer) -> S:
    """Return the stored object of an answer, which is of *kind*."""
    assert isinstance(answer.stored, kind)
    return answer.stored


def _count(query: Mapping[str, list[str]], name: str, default: int, most: int | None) -> int:
    """Return a non-negative number from *query*. Raises Denied with 400."""
    if name not in query:
        return default
    text = query[name][-1]
    if not text.isdecimal() or len(text) > 9 or (most is not None and int(text) > most):
        raise Denied(400, f"{name}: {text!r} is not a number in 0..{most or ''}")
    return int(text)
