"""OpenADR 3.1 objects as the official schema names them on the wire.

Python names are snake case; ``rename`` gives the wire its camel case, in which
``id`` at the end of a name is written ``ID``. Unknown members are ignored, as the
Definition asks of receivers.
"""

from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from sterna.kernel.errors import BrokenPeer
from sterna.protocols.openadr.times import instant, seconds

BODY_BYTES_MAX: Final = 1 << 20
"""The largest body that is parsed: a week of quarter-hour prices in four payload types is
about 250 kB; a larger one is refused."""

SAME_PERIOD: Final = 256
"""Periods remembered as readable: one report repeats its own for every resource."""

ObjectId = Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]*$", min_length=1, max_length=128)]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
Url = Annotated[str, Meta(min_length=2, max_length=8000)]
ObjectType = Literal["PROGRAM", "EVENT", "REPORT", "SUBSCRIPTION", "VEN", "RESOURCE"]
Operation = Literal["READ", "CREATE", "UPDATE", "DELETE"]
Targets = tuple[Name, ...] | None


def camel(name: str) -> str:
    """Return the wire's name of a field, e.g. ``programID`` for ``program_id``."""
    if name == "url":
        return "URL"
    head, *rest = name.split("_")
    return head + "".join("ID" if word == "id" else word.capitalize() for word in rest)


class Wire(Struct, frozen=True, kw_only=True, gc=False, rename=camel, omit_defaults=True):
    """What all objects on this wire share: their spelling."""


@lru_cache(SAME_PERIOD)
def _readable(start: str | None, *lengths: str | None) -> None:
    """Raise ValueError when a start or a duration cannot be read; the intervals of a report repeat theirs."""
    if start is not None:
        instant(start)
    for length in lengths:
        if length is not None:
            seconds(length)


class IntervalPeriod(Wire, frozen=True, kw_only=True, gc=False):
    """When an interval starts and how long it lasts."""

    start: str | None = None
    duration: str | None = None
    randomize_start: str | None = None
    """The most that a client may shift the start, drawn by the client."""

    def __post_init__(self) -> None:
        """Refuse a start or a duration that cannot be read."""
        _readable(self.start, self.duration, self.randomize_start)


class Point(Wire, frozen=True, kw_only=True, gc=False):
    """A pair of numbers on a curve."""

    x: float
    y: float


class ValuesMap(Wire, frozen=True, kw_only=True, gc=False):
    """Values of one type, e.g. ``PRICE`` and ``[0.17]``."""

    type: Name
    values: tuple[float | int | str | bool | Point, ...]


class Interval(Wire, frozen=True, kw_only=True, gc=False):
    """A span of time and what holds in it."""

    id: int
    payloads: tuple[ValuesMap, ...]
    interval_period: IntervalPeriod | None = None


class EventPayloadDescriptor(
    Wire,
    frozen=True,
    kw_only=True,
    gc=False,
    tag_field="objectType",
    tag="EVENT_PAYLOAD_DESCRIPTOR",
):
    """Unit and currency of an event's payload type."""

    payload_type: Name
    units: Name | None = None
    currency: str | None = None


class ReportPayloadDescriptor(
    Wire,
    frozen=True,
    kw_only=True,
    gc=False,
    tag_field="objectType",
    tag="REPORT_PAYLOAD_DESCRIPTOR",
):
    """Unit and quality of a report's payload type."""

    payload_type: Name
    reading_type: Name | None = None
    units: Name | None = None
    accuracy: float | None = None
    confidence: Annotated[int, Meta(ge=0, le=100)] | None = None


class ReportDescriptor(Wire, frozen=True, kw_only=True, gc=False):
    """A report that an event asks for."""

    payload_type: Name
    reading_type: Name | None = None
    units: Name | None = None
    targets: Targets = None
    aggregate: bool = False
    start_interval: int = -1
    num_intervals: int = -1
    historical: bool = True
    frequency: int = -1
    repeat: int = 1
    report_intervals: Literal["INTERVALS", "SUB_INTERVALS", "OPEN_INTERVALS"] = "INTERVALS"


class ProgramDescription(Wire, frozen=True, kw_only=True, gc=False):
    """Where a program is described."""

    url: Url


class ProgramRequest(Wire, frozen=True, kw_only=True, gc=False):
    """A client's description of a program."""

    program_name: Name
    interval_period: IntervalPeriod | None = None
    program_descriptions: tuple[ProgramDescription, ...] | None = None
    payload_descriptors: tuple[EventPayloadDescriptor | ReportPayloadDescriptor, ...] | None = None
    attributes: tuple[ValuesMap, ...] | None = None
    targets: Targets = None


class Program(ProgramRequest, frozen=True, kw_only=True, gc=False):
    """A program as the VTN keeps it."""

    id: ObjectId
    created_date_time: str
    modification_date_time: str
    object_type: ObjectType


class EventRequest(Wire, frozen=True, kw_only=True, gc=False):
    """A client's description of an event."""

    program_id: ObjectId
    event_name: str | None = None
    duration: str | None = None
    priority: Annotated[int, Meta(ge=0)] | None = None
    targets: Targets = None
    report_descriptors: tuple[ReportDescriptor, ...] | None = None
    payload_descriptors: tuple[EventPayloadDescriptor, ...] | None = None
    interval_period: IntervalPeriod | None = None
    intervals: tuple[Interval, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a duration that cannot be read."""
        if self.duration is not None:
            seconds(self.duration)


class Event(EventRequest, frozen=True, kw_only=True, gc=False):
    """An event as the VTN keeps it."""

    id: ObjectId
    created_date_time: str
    modification_date_time: str
    object_type: ObjectType


class ReportResource(Wire, frozen=True, kw_only=True, gc=False):
    """What a report says of one resource."""

    resource_name: Name
    intervals: tuple[Interval, ...]
    interval_period: IntervalPeriod | None = None


class ReportRequest(Wire, frozen=True, kw_only=True, gc=False):
    """A VEN's report on an event."""

    event_id: ObjectId
    client_name: Name
    resources: tuple[ReportResource, ...]
    report_name: str | None = None
    payload_descriptors: tuple[ReportPayloadDescriptor, ...] | None = None


class Report(ReportRequest, frozen=True, kw_only=True, gc=False):
    """A report as the VTN keeps it, with the client that it came from."""

    id: ObjectId
    created_date_time: str
    modification_date_time: str
    object_type: ObjectType
    client_id: Name


class ObjectOperation(Wire, frozen=True, kw_only=True, gc=False):
    """Which changes of which objects are to be told to which URL."""

    objects: tuple[ObjectType, ...]
    operations: tuple[Operation, ...]
    callback_url: Url
    bearer_token: str | None = None


class SubscriptionRequest(Wire, frozen=True, kw_only=True, gc=False):
    """A client's wish to be told of changes."""

    client_name: Name
    object_operations: tuple[ObjectOperation, ...]
    program_id: ObjectId | None = None
    targets: Targets = None


class Subscription(SubscriptionRequest, frozen=True, kw_only=True, gc=False):
    """A subscription as the VTN keeps it."""

    id: ObjectId
    created_date_time: str
    modification_date_time: str
    object_type: ObjectType
    client_id: Name


class VenVenRequest(
    Wire, frozen=True, kw_only=True, gc=False, tag_field="objectType", tag="VEN_VEN_REQUEST"
):
    """A VEN describes itself; it may not give itself targets."""

    ven_name: Name
    attributes: tuple[ValuesMap, ...] | None = None


class BlVenRequest(
    Wire, frozen=True, kw_only=True, gc=False, tag_field="objectType", tag="BL_VEN_REQUEST"
):
    """The business logic describes a VEN and grants it targets."""

    client_id: Name
    ven_name: Name
    targets: Targets = None
    attributes: tuple[ValuesMap, ...] | None = None


class Ven(Wire, frozen=True, kw_only=True, gc=False, omit_defaults=False):
    """A VEN as the VTN keeps it. Its ``objectType`` is ``VEN``: the schema contradicts itself."""

    id: ObjectId
    created_date_time: str
    modification_date_time: str
    object_type: ObjectType
    client_id: Name
    ven_name: Name
    targets: tuple[Name, ...] = ()
    attributes: tuple[ValuesMap, ...] | None = None


class VenResourceRequest(
    Wire, frozen=True, kw_only=True, gc=False, tag_field="objectType", tag="VEN_RESOURCE_REQUEST"
):
    """A VEN describes one of its resources."""

    resource_name: Name
    ven_id: ObjectId
    attributes: tuple[ValuesMap, ...] | None = None


class BlResourceRequest(
    Wire, frozen=True, kw_only=True, gc=False, tag_field="objectType", tag="BL_RESOURCE_REQUEST"
):
    """The business logic describes a VEN's resource and grants it targets."""

    client_id: Name
    resource_name: Name
    ven_id: ObjectId
    targets: Targets = None
    attributes: tuple[ValuesMap, ...] | None = None


class Resource(Wire, frozen=True, kw_only=True, gc=False, omit_defaults=False):
    """A resource as the VTN keeps it; ``objectType`` as for :class:`Ven`."""

    id: ObjectId
    created_date_time: str
    modification_date_time: str
    object_type: ObjectType
    client_id: Name
    resource_name: Name
    ven_id: ObjectId
    targets: tuple[Name, ...] = ()
    attributes: tuple[ValuesMap, ...] | None = None


Stored = Program | Event | Report | Subscription | Ven | Resource
"""Any object as the VTN keeps it: what a client described and what the VTN adds."""


class Notification(Wire, frozen=True, kw_only=True, gc=False):
    """What the VTN posts to a callback URL; *object* is one of the stored objects."""

    object_type: ObjectType
    operation: Operation
    object: msgspec.Raw
    targets: Targets = None


class Problem(Wire, frozen=True, kw_only=True, gc=False):
    """What a VTN answers when it does not do what was asked."""

    title: str
    status: int
    detail: str = ""
    type: str = "about:blank"


class TokenAnswer(Struct, frozen=True, kw_only=True, gc=False):
    """A bearer token (snake case, as OAuth 2 writes it)."""

    access_token: str
    expires_in: int
    scope: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # the kind of token, not a token


class AuthError(Struct, frozen=True, kw_only=True, gc=False):
    """Why no token is given (snake case, as OAuth 2 writes it)."""

    error: Literal["invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type"]
    error_description: str
    title: str
    """With *status*: makes it the problem that the official schema asks for as well."""
    status: int


class AuthServer(Struct, frozen=True, kw_only=True, gc=False):
    """Where tokens are given."""

    token_url: str = msgspec.field(name="tokenURL")


class Notifiers(Struct, frozen=True, kw_only=True, gc=False):
    """How changes can be told: webhooks only."""

    webhook: bool = msgspec.field(name="WEBHOOK", default=True)


W = TypeVar("W")
_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}
_encode = msgspec.json.Encoder().encode


def read(kind: type[W], data: bytes) -> W:
    """Return the *kind* of object that *data* holds.

    Raises BrokenPeer with place and reason when it holds anything else.
    """
    if len(data) > BODY_BYTES_MAX:
        raise BrokenPeer(f"{len(data)} bytes are more than {BODY_BYTES_MAX}")
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    try:
        found: W = decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BrokenPeer(str(error)) from error
    return found


def written(body: object) -> bytes:
    """Return an object, or a list of objects, as it goes over the wire."""
    return _encode(body)
