"""What a VTN keeps, who may see it, and which kinds of objects there are."""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant
from sterna.protocols.openadr.wire import (
    BlResourceRequest,
    BlVenRequest,
    Event,
    EventRequest,
    ObjectType,
    Program,
    ProgramRequest,
    Report,
    ReportRequest,
    Resource,
    Stored,
    Subscription,
    SubscriptionRequest,
    Ven,
    VenResourceRequest,
    VenVenRequest,
)

Role = Literal["BL", "VEN"]

SCOPES: Final[dict[Role, tuple[str, ...]]] = {
    "BL": ("read_all", "write_programs", "write_events", "write_subscriptions", "write_vens"),
    "VEN": (
        "read_targets",
        "read_ven_objects",
        "write_reports",
        "write_subscriptions",
        "write_vens",
    ),
}
"""Which scopes a role may have, as in the official schema's security schemes."""


class Client(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody with credentials at this VTN."""

    id: str
    secret: str
    role: Role

    def proves(self, secret: str) -> bool:
        """Return whether *secret* is this client's, in a time that tells nothing."""
        return hmac.compare_digest(self.secret.encode(), secret.encode())


class Token(Struct, frozen=True, kw_only=True, gc=False):
    """A bearer token's meaning."""

    client: str
    scopes: tuple[str, ...]
    expires: Instant


class VtnState(Struct, kw_only=True):
    """All that a VTN keeps: plain data by id, in the order of creation."""

    programs: dict[str, Program] = {}
    events: dict[str, Event] = {}
    reports: dict[str, Report] = {}
    subscriptions: dict[str, Subscription] = {}
    vens: dict[str, Ven] = {}
    resources: dict[str, Resource] = {}
    tokens: dict[str, Token] = {}


class Denied(Refused):
    """A request that is answered with a problem: its HTTP *status* and why."""

    def __init__(self, status: int, detail: str) -> None:
        """Remember *status* and *detail*."""
        super().__init__(detail)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of object: its types, its unique name, its parent, its scopes, its limit."""

    type: ObjectType
    stored: Callable[..., Stored]
    """Makes the stored object."""
    request: Any
    """The type, or union of types, of a request that creates or replaces one."""
    place: str
    """The field of :class:`VtnState`, which is also the endpoint's name."""
    read_scope: str
    write_scope: str
    most: int
    unique: str | None = None
    parent: str | None = None
    """The field that names the parent's id."""
    parent_place: str = ""
    filters: tuple[tuple[str, str], ...] = ()
    """Query parameter and the field it must equal."""

    def objects(self, state: VtnState) -> dict[str, Any]:
        """Return the objects of this kind by id."""
        found: dict[str, Any] = getattr(state, self.place)
        return found


KINDS: Final[dict[str, Kind]] = {
    kind.place: kind
    for kind in (
        Kind(
            type="PROGRAM",
            stored=Program,
            request=ProgramRequest,
            place="programs",
            read_scope="read_targets",
            write_scope="write_programs",
            most=1_000,
            unique="program_name",
        ),
        Kind(
            type="EVENT",
            stored=Event,
            request=EventRequest,
            place="events",
            read_scope="read_targets",
            write_scope="write_events",
            most=10_000,
            parent="program_id",
            parent_place="programs",
            filters=(("programID", "program_id"),),
        ),
        Kind(
            type="REPORT",
            stored=Report,
            request=ReportRequest,
            place="reports",
            read_scope="read_ven_objects",
            write_scope="write_reports",
            most=1_000,
            parent="event_id",
            parent_place="events",
            filters=(("eventID", "event_id"), ("clientName", "client_name")),
        ),
        Kind(
            type="SUBSCRIPTION",
            stored=Subscription,
            request=SubscriptionRequest,
            place="subscriptions",
            read_scope="read_ven_objects",
            write_scope="write_subscriptions",
            most=1_000,
            parent="program_id",
            parent_place="programs",
            filters=(("programID", "program_id"), ("clientName", "client_name")),
        ),
        Kind(
            type="VEN",
            stored=Ven,
            request=VenVenRequest | BlVenRequest,
            place="vens",
            read_scope="read_ven_objects",
            write_scope="write_vens",
            most=10_000,
            unique="ven_name",
            filters=(("venName", "ven_name"),),
        ),
        Kind(
            type="RESOURCE",
            stored=Resource,
            request=VenResourceRequest | BlResourceRequest,
            place="resources",
            read_scope="read_ven_objects",
            write_scope="write_vens",
            most=100_000,
            unique="resource_name",
            parent="ven_id",
            parent_place="vens",
            filters=(("resourceName", "resource_name"), ("venID", "ven_id")),
        ),
    )
}
"""Every kind of object by its endpoint. ``most`` bounds the store: reports are read on
arrival, so the oldest make room; of all others one more is refused with 409."""


def granted(state: VtnState, client_id: str) -> frozenset[str]:
    """Return the targets that the business logic granted to a VEN's client."""
    owned: Iterable[Ven | Resource] = (*state.vens.values(), *state.resources.values())
    return frozenset(
        target for thing in owned if thing.client_id == client_id for target in thing.targets
    )


def seen(state: VtnState, client: Client, stored: Any, wanted: frozenset[str] | None) -> Any:
    """Return *stored* as *client* may see it, or None when it is hidden.

    *wanted* are the targets asked for. The business logic sees everything that has
    all of them. A VEN sees its own objects, and programs and events without targets
    or with one that it was granted (and asked for, if it asked); other targets are
    left out of what it sees.
    """
    if client.role == "BL":
        has = getattr(stored, "targets", None) or ()
        return stored if wanted is None or wanted.issubset(has) else None
    if not isinstance(stored, Program | Event):
        mine = stored.client_id == client.id
        fits = wanted is None or wanted.issubset(getattr(stored, "targets", None) or ())
        return stored if mine and fits else None
    if not stored.targets:
        return stored if wanted is None else None
    allowed = granted(state, client.id)
    if wanted is not None:
        allowed &= wanted
    shown = tuple(target for target in stored.targets if target in allowed)
    return msgspec.structs.replace(stored, targets=shown) if shown else None


def unambiguous(state: VtnState, kind: Kind, made: Any) -> None:
    """Raise Denied with 409 when *made* breaks a unique name or names a missing parent."""
    if kind.parent is not None:
        parent = getattr(made, kind.parent)
        if parent is not None and parent not in KINDS[kind.parent_place].objects(state):
            raise Denied(409, f"{kind.parent}: there is no {parent}")
    if kind.unique is None:
        return
    name = getattr(made, kind.unique)
    for other in kind.objects(state).values():
        same_scope = kind.type != "RESOURCE" or other.ven_id == made.ven_id
        if same_scope and other.id != made.id and getattr(other, kind.unique) == name:
            raise Denied(409, f"{kind.unique} {name!r} is taken")


def unreferenced(state: VtnState, kind: Kind, identity: str) -> None:
    """Raise Denied with 409 when another object still names *identity* as its parent."""
    for child in KINDS.values():
        if child.parent_place != kind.place or child.type == "REPORT":
            continue  # Reports outlive their event: they are evidence.
        assert child.parent is not None
        for other in child.objects(state).values():
            if getattr(other, child.parent) == identity:
                raise Denied(409, f"{child.type} {other.id} still belongs to it")


Fresh = Callable[[str], str]
"""Gives a fresh id of a kind; ``Ids.new`` of the runtime."""
