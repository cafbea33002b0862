"""The VEN's side: the requests it makes, and what events and reports mean.

Pure functions: they make requests and read answers; the caller carries them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal
from urllib.parse import parse_qs, urlencode

from msgspec import Struct

from sterna.kernel.quantities import Instant, Kilowatts, later
from sterna.kernel.timestamps import stamp
from sterna.protocols.openadr.times import BEGINNING, duration, instant, seconds
from sterna.protocols.openadr.wire import (
    Event,
    EventPayloadDescriptor,
    EventRequest,
    Interval,
    IntervalPeriod,
    ObjectOperation,
    ObjectType,
    ReportRequest,
    ReportResource,
    SubscriptionRequest,
    ValuesMap,
    VenResourceRequest,
    VenVenRequest,
    Wire,
    written,
)

FEED_IN_SETPOINT: Final = "STERNA_EXPORT_DISPATCH_SETPOINT"
"""A private string (the Definition's extension mechanism): the enumerated DISPATCH_SETPOINT
may not be negative, so the power to give back stands beside it. A VEN that does not know it
reads "consume 0", which is safe."""
REPEATS_MAX: Final = 10_000
"""Intervals that one event is unrolled to: a month of 5-minute intervals. Beyond, it is cut."""

UNITS: Final[dict[str, tuple[str, str | None]]] = {
    "PRICE": ("KWH", "EUR"),
    "EXPORT_PRICE": ("KWH", "EUR"),
    "GHG": ("GHG", None),
    "IMPORT_CAPACITY_LIMIT": ("KW", None),
    "EXPORT_CAPACITY_LIMIT": ("KW", None),
    "DISPATCH_SETPOINT": ("KW", None),
    FEED_IN_SETPOINT: ("KW", None),
}
"""Unit and currency that Sterna sends with each payload type."""


class Ask(Struct, frozen=True, kw_only=True, gc=False):
    """One request to a VTN: *path* is below its root, e.g. ``/events``."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    body: bytes = b""
    media_type: str = "application/json"

    def headers(self, token: str | None) -> tuple[tuple[str, str], ...]:
        """Return the headers, with the bearer *token* where there is one."""
        kept = (("Authorization", f"Bearer {token}"),) if token else ()
        return (("Content-Type", self.media_type), *kept)


def ask_token(client_id: str, client_secret: str) -> Ask:
    """Return the request for a bearer token by client credentials."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
    }
    return Ask(
        method="POST",
        path="/auth/token",
        body=urlencode(form).encode(),
        media_type="application/x-www-form-urlencoded",
    )


def find(
    kind: Literal["programs", "events", "reports", "vens", "resources", "subscriptions"],
    query: Mapping[str, str | Sequence[str]] = {},  # read only
) -> Ask:
    """Return the search among objects of one *kind*; a page holds at most 50."""
    asked = urlencode(query, doseq=True)
    return Ask(method="GET", path=f"/{kind}?{asked}" if asked else f"/{kind}")


def create(request: Wire) -> Ask:
    """Return the request that creates what *request* describes."""
    return Ask(method="POST", path=PLACES[type(request)], body=written(request))


PLACES: Final[dict[type[Wire], str]] = {
    EventRequest: "/events",
    ReportRequest: "/reports",
    SubscriptionRequest: "/subscriptions",
    VenVenRequest: "/vens",
    VenResourceRequest: "/resources",
}
"""Where each kind of object is created."""


def subscription(
    client_name: str,
    callback_url: str,
    bearer_token: str,
    *,
    program_id: str | None = None,
    objects: tuple[ObjectType, ...] = ("EVENT",),
) -> SubscriptionRequest:
    """Return the wish to be told at *callback_url* whenever one of *objects* changes."""
    wanted = ObjectOperation(
        objects=objects,
        operations=("CREATE", "UPDATE", "DELETE"),
        callback_url=callback_url,
        bearer_token=bearer_token,
    )
    return SubscriptionRequest(
        client_name=client_name, program_id=program_id, object_operations=(wanted,)
    )


def echoed(query: str) -> str | None:
    """Return what a VEN answers to the VTN's challenge of its callback URL, or None."""
    return next(iter(parse_qs(query).get("echo", ())), None)


class Span(Struct, frozen=True, kw_only=True, gc=False):
    """A value that holds from *start* to *end*."""

    start: Instant
    end: Instant
    value: float


def spans(event: Event, payload: str, received: Instant) -> tuple[Span, ...]:
    """Return the values of *payload* type in *event* as spans in order, empty if it has none.

    Starts follow the User Guide: an interval's own, else the event's, else right
    after the interval before; the "beginning of time" means *received* for the first.
    An event duration cuts the list or repeats it.
    """
    unrolled: list[Span] = []
    default = event.interval_period or IntervalPeriod()
    cursor = _start(default.start) or received
    first = cursor
    for interval in event.intervals:
        own = interval.interval_period or default
        begin = cursor if own is default else _start(own.start) or cursor
        cursor = later(begin, seconds(own.duration or default.duration or "PT0S"))
        value = number(interval, payload)
        if value is not None and cursor > begin:
            unrolled.append(Span(start=begin, end=cursor, value=value))
    if event.duration is None or not unrolled:
        return tuple(unrolled)
    return tuple(_repeated(unrolled, cursor - first, later(first, seconds(event.duration))))


def ends(event: Event, received: Instant) -> Instant:
    """Return when *event* is over, for one that was *received* then."""
    default = event.interval_period or IntervalPeriod()
    cursor = first = _start(default.start) or received
    for interval in event.intervals:
        own = interval.interval_period or IntervalPeriod()
        length = seconds(own.duration or default.duration or "PT0S")
        cursor = later(_start(own.start) or cursor, length)
    return cursor if event.duration is None else later(first, seconds(event.duration))


def _start(text: str | None) -> Instant | None:
    """Return an absolute start, or None where there is none."""
    return None if text is None else instant(text)


def _repeated(cycle: list[Span], length: float, end: Instant) -> Iterable[Span]:
    """Yield *cycle* again and again, each time *length* later, until *end*."""
    for number_ in range(REPEATS_MAX):
        span = cycle[number_ % len(cycle)]
        # The first round adds 0.0, also when the cycle itself is without end.
        shift = length * (number_ // len(cycle)) if number_ >= len(cycle) else 0.0
        start = later(span.start, shift)
        if start >= end:
            return
        yield Span(start=start, end=min(end, later(span.end, shift)), value=span.value)


def number(interval: Interval, payload: str) -> float | None:
    """Return the first number of *payload* type in *interval*, or None."""
    for values in interval.payloads:
        if values.type == payload and values.values:
            value = values.values[0]
            return float(value) if isinstance(value, int | float) else None
    return None


def setpoint_kw(interval: Interval) -> Kilowatts | None:
    """Return the dispatch set-point of *interval* in kW (positive charges), or None."""
    take = number(interval, "DISPATCH_SETPOINT")
    give = number(interval, FEED_IN_SETPOINT)
    if take is None and give is None:
        return None
    return Kilowatts((take or 0.0) - (give or 0.0))


def event(
    program_id: str,
    start: Instant | None,
    step: float,
    columns: Mapping[str, Sequence[float]],
    *,
    name: str | None = None,
    targets: tuple[str, ...] | None = None,
    beside: tuple[ValuesMap, ...] = (),
) -> EventRequest:
    """Return an event with *columns* of values per payload type on a grid of *step* seconds.

    Prices are EUR/kWh, limits and set-points kW. *start* None means "now". *beside*: payloads that
    the first interval has besides.
    """
    lengths = {len(values) for values in columns.values()}
    assert len(lengths) == 1, f"columns of different lengths: {lengths}"
    rows = tuple(
        Interval(
            id=k,
            payloads=tuple(
                ValuesMap(type=kind, values=(values[k],)) for kind, values in columns.items()
            )
            + (beside if k == 0 else ()),
        )
        for k in range(lengths.pop())
    )
    return EventRequest(
        program_id=program_id,
        event_name=name,
        targets=targets,
        payload_descriptors=tuple(
            EventPayloadDescriptor(payload_type=kind, units=unit, currency=currency)
            for kind, (unit, currency) in (
                (kind, UNITS.get(kind, ("KW", None))) for kind in columns
            )
        ),
        interval_period=IntervalPeriod(
            start=BEGINNING if start is None else stamp(start), duration=duration(step)
        ),
        intervals=rows,
    )


def setpoints(
    program_id: str,
    start: Instant | None,
    step: float,
    kw: Sequence[float],
    *,
    name: str | None = None,
) -> EventRequest:
    """Return an event of dispatch set-points in *kw* (positive charges), see FEED_IN_SETPOINT."""
    columns = {
        "DISPATCH_SETPOINT": [max(0.0, value) for value in kw],
        FEED_IN_SETPOINT: [max(0.0, -value) for value in kw],
    }
    return event(program_id, start, step, columns, name=name)


def report(
    event_id: str,
    client_name: str,
    at: Instant,
    step: float,
    resources: Mapping[str, Mapping[str, float | str | bool]],
    *,
    name: str | None = None,
) -> ReportRequest:
    """Return a report with one interval per resource: its values by payload type."""
    period = IntervalPeriod(start=stamp(at), duration=duration(step))
    return ReportRequest(
        event_id=event_id,
        client_name=client_name,
        report_name=name,
        resources=tuple(
            ReportResource(
                resource_name=resource,
                interval_period=period,
                intervals=(
                    Interval(
                        id=0,
                        payloads=tuple(
                            ValuesMap(type=kind, values=(value,)) for kind, value in values.items()
                        ),
                    ),
                ),
            )
            for resource, values in resources.items()
        ),
    )


def reported(request: ReportRequest) -> dict[str, dict[str, float | str | bool]]:
    """Return the last values by payload type of each resource in a report."""
    found: dict[str, dict[str, float | str | bool]] = {}
    for resource in request.resources:
        values = found.setdefault(resource.resource_name, {})
        for interval in resource.intervals:
            for payload in interval.payloads:
                first = payload.values[0] if payload.values else None
                if isinstance(first, bool | int | float | str):
                    values[payload.type] = first
    return found


def holds(values: Sequence[Span], moment: Instant, otherwise: float = math.nan) -> float:
    """Return the value that holds at *moment*, or *otherwise*."""
    return next((span.value for span in values if span.start <= moment < span.end), otherwise)
