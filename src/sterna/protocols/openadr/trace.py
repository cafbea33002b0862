"""What OpenADR requests, answers and notifications say, for the trace."""

from typing import Final

import msgspec

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.trace import Said
from sterna.protocols.openadr.ven import setpoint_kw
from sterna.protocols.openadr.wire import Event, Notification, ReportRequest, read

ROOT: Final = "/openadr3/3.1.0"
"""Where a VTN's endpoints stand below its host."""
CALLBACKS: Final = "/openadr3/callbacks"
"""Where a VEN takes notifications, below its host."""


def _event(event: Event) -> Said:
    """Return what an event says: the type of its first payload names it."""
    payloads = event.intervals[0].payloads if event.intervals else ()
    if not payloads:
        return Said(msg="OpenADR event", fields={"id": event.id})
    fields: dict[str, float | str | bool] = {
        "id": event.id,
        "intervals": float(len(event.intervals)),
    }
    kw = setpoint_kw(event.intervals[0])
    if kw is not None:
        fields["kw"] = kw
    return Said(msg=f"OpenADR event {payloads[0].type}", fields=fields)


def notified(data: bytes) -> Said:
    """Return what a notification to a callback URL says, e.g. ``OpenADR event PRICE``."""
    try:
        note = read(Notification, data)
        if note.object_type == "EVENT" and note.operation != "DELETE":
            return _event(read(Event, bytes(note.object)))
    except BrokenPeer:
        return Said(msg="OpenADR notification", fields={"unreadable": True})
    return Said(msg=f"OpenADR notification {note.object_type} {note.operation}")


def asked(method: str, path: str, data: bytes) -> Said | None:
    """Return what a request to a VTN or to a callback URL says; None where it is neither.

    Bodies of the token endpoint are never looked at.
    """
    place = path.partition("?")[0]
    if place.startswith(CALLBACKS):
        return notified(data) if method == "POST" else None
    if not place.startswith(ROOT + "/"):
        return None
    name = f"OpenADR {method} {place.removeprefix(ROOT)}"
    if name != "OpenADR POST /reports":
        return Said(msg=name)
    try:
        report = read(ReportRequest, data)
    except BrokenPeer:
        return Said(msg=name, fields={"unreadable": True})
    return Said(
        msg=name,
        keys=tuple(f"evse:{resource.resource_name}" for resource in report.resources),
        fields={"resources": float(len(report.resources))},
    )


def answered(method: str, path: str, status: int, data: bytes) -> Said | None:
    """Return what a VTN's answer says: a refusal, or the first event of a poll."""
    place = path.partition("?")[0]
    if not place.startswith(ROOT + "/"):
        return None
    if status >= 400:
        return Said(msg=f"OpenADR {status} {place.removeprefix(ROOT)}")
    if (method, place) != ("GET", f"{ROOT}/events"):
        return None
    try:
        events = msgspec.json.decode(data, type=tuple[Event, ...])
    except msgspec.MsgspecError:
        return None
    return _event(events[0]) if events else None
