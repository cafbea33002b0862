"""The BEMS as VTN of the CS EMS: set-points out, parked cars in.

What the VTN keeps does not outlive the process: after a restart the CS EMS's token is
unknown, its next report is answered with 401, and it enrols again, within a period. The
callback address is not challenged, because only hosts of the settings are ever called back.
"""

import math
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from sterna.actors.bems.records import Car, Dispatch, Reported
from sterna.actors.bems.settings import BemsSettings
from sterna.decisions.why import Why
from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import NO_POWER, Instant
from sterna.protocols import openadr
from sterna.protocols.openadr.storage import (
    CHANGES_REPORT,
    DISPATCH_PROGRAM,
    REPORTS_EVENT,
    WHOLE_REPORT,
)
from sterna.protocols.openadr.wire import ValuesMap
from sterna.runtime.courier import Courier
from sterna.runtime.ports import Clock, Ids, Request, Response
from sterna.runtime.service import Call

SETPOINT: Final = "setpoint"
IMPORT_ROOM: Final = "IMPORT_CAPACITY_LIMIT"
EXPORT_ROOM: Final = "EXPORT_CAPACITY_LIMIT"
CALLBACK_TIMEOUT_S: Final = 5.0
REPORTS_KEPT: Final = 12
"""Reports that stay readable at the VTN: an hour of them; what they said is in the journal."""
POWER_KW_MAX: Final = 10_000.0
"""No EVSE has more; a larger number is not a power."""
CAPACITY_KWH_MAX: Final = 10_000.0
"""No car has more."""


class DispatchVtn:
    """One VTN with one program: the dispatch of the parked cars."""

    def __init__(
        self,
        *,
        settings: BemsSettings,
        clock: Clock,
        ids: Ids,
        courier: Courier,
        tell: Callable[[Reported], None],
    ) -> None:
        """*tell* learns of every report."""
        self._clock = clock
        self._courier = courier
        self._tell = tell
        self._period_s = settings.period_s
        self._vtn = openadr.Vtn(
            [openadr.Client(id=settings.cs_ems_id, secret=settings.cs_ems_secret, role="VEN")],
            ids.new,
            callback_allowed=lambda url: is_of(url, settings.callback_hosts),
        )
        now = clock.now()
        program = openadr.ProgramRequest(program_name=DISPATCH_PROGRAM)
        self._program = self._vtn.offer(program, now).id
        # Every report answers an event: this one asks for them, for ever, and says nothing else.
        asking = openadr.event(self._program, now, math.inf, {"SIMPLE": [0.0]}, name=REPORTS_EVENT)
        self._vtn.publish(asking, now)
        self._event: str | None = None

    def answer(self, call: Call) -> Response:
        """Answer a request of a VEN."""
        scheme, _, token = dict(call.headers).get("authorization", "").partition(" ")
        path = "/" + call.parameters["path"]
        if call.query_string:
            path += "?" + call.query_string
        now = self._clock.now()
        bearer = token if scheme == "Bearer" else None
        answer = self._vtn.answer(call.method, path, call.body, now, bearer=bearer)
        self._deliver(answer.deliveries)
        if isinstance(answer.stored, openadr.Report) and call.method in ("POST", "PUT"):
            self._take(answer.stored)
        return Response(
            status=answer.status, headers=(("Content-Type", answer.media_type),), body=answer.body
        )

    def _take(self, report: openadr.Report) -> None:
        """Turn a report into the cars that it lists; what cannot be a car changes nothing."""
        now = self._clock.now()
        cars: dict[str, Car] = {}
        empty: list[str] = []
        for evse, values in sorted(openadr.reported(report).items()):
            try:
                status = openadr.storage_status(values)
            except BrokenPeer:
                continue  # The VTN has taken the report as the standard says; this car stays unknown.
            if not status.present:
                empty.append(evse)
            elif is_possible(status):
                cars[evse] = car_of(status, now)
        kept = self._vtn.state.reports
        while len(kept) > REPORTS_KEPT:
            del kept[next(iter(kept))]
        self._tell(
            Reported(
                at=now, cars=cars, empty=tuple(empty),
                whole=report.report_name == WHOLE_REPORT, rest_stands=report.report_name == CHANGES_REPORT,
            )
        )  # fmt: skip

    def send(self, dispatch: Dispatch) -> None:
        """Publish the set-points of the next hour, replacing those before."""
        columns = {
            "DISPATCH_SETPOINT": [max(0.0, kw) for kw in dispatch.request_kw],
            openadr.FEED_IN_SETPOINT: [max(0.0, -kw) for kw in dispatch.request_kw],
            IMPORT_ROOM: dispatch.import_room_kw,
            EXPORT_ROOM: dispatch.export_room_kw,
        }
        wanted = openadr.event(
            self._program, dispatch.start, self._period_s, columns, name=SETPOINT,
            beside=tuple(explained(evse, why) for evse, why in dispatch.whys.items()),
        )  # fmt: skip
        now = self._clock.now()
        if self._event is None:
            event, deliveries = self._vtn.publish(wanted, now)
            self._event = event.id
        else:
            _, deliveries = self._vtn.revise(self._event, wanted, now)
        self._deliver(deliveries)

    def _deliver(self, deliveries: tuple[openadr.Delivery, ...]) -> None:
        for delivery in deliveries:
            url = urlsplit(delivery.url)
            headers = (
                ("Content-Type", "application/json"),
                ("Authorization", f"Bearer {delivery.token}"),
            )
            request = Request(method="POST", path=url.path, headers=headers, body=delivery.body)
            # The next set-point replaces this one within a period: it is sent once and not again.
            self._courier.try_once(str(url.hostname), request, timeout_s=CALLBACK_TIMEOUT_S)


def explained(evse: str, why: Why) -> ValuesMap:
    """Return as a payload why the plan wants of a car what it wants."""
    return openadr.Explained(
        evse=evse, reason=why.reason.name, kw=why.kw, now_eur=why.now_eur or 0.0, extra_eur=why.extra_eur,
        then_at=why.then_at, then_eur=why.then_eur, wear_eur=why.wear_eur, place=why.place,
    ).payload()  # fmt: skip


def is_of(url: str, hosts: tuple[str, ...]) -> bool:
    """Return whether *url* is HTTPS at one of *hosts*: nobody else is ever called back."""
    return openadr.https_only(url) and urlsplit(url).hostname in hosts


def is_possible(status: openadr.StorageStatus) -> bool:
    """Return whether a battery can be as *status* says: levels are shares, powers are magnitudes."""
    # Written out, because it is asked for every car of every report.
    return (
        0.0 <= status.soc <= 1.0
        and 0.0 <= status.floor <= 1.0
        and 0.0 <= status.target <= 1.0
        and 0.0 <= status.charge_kw_max <= POWER_KW_MAX
        and 0.0 <= status.discharge_kw_max <= POWER_KW_MAX
        and -POWER_KW_MAX <= status.kw <= POWER_KW_MAX
        and 0.0 < status.capacity_kwh <= CAPACITY_KWH_MAX
        and math.isfinite(status.plugged_since)
        and math.isfinite(status.departure)
    )


def car_of(status: openadr.StorageStatus, now: Instant) -> Car:
    """Return a reported car as the BEMS knows it; only one that may is ever asked to give."""
    return Car(
        reported_at=now, plugged_at=status.plugged_since, departure=status.departure, soc=status.soc,
        floor=status.floor, target=status.target, capacity_kwh=status.capacity_kwh,
        charge_kw_max=status.charge_kw_max,
        discharge_kw_max=status.discharge_kw_max if status.v2x else NO_POWER,
        kw=status.kw, wear_class=status.wear_class,
    )  # fmt: skip
