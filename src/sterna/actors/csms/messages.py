"""Between OCPP and REST messages and the core's records."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from sterna.actors.csms import records
from sterna.domain.registers import RegisterReading, per_interval
from sterna.kernel.quantities import Instant, Kilowatts, Share, WattHours
from sterna.protocols import rest
from sterna.protocols.ocpp import metered, v21
from sterna.protocols.ocpp.wire import instant, written

ENERGISED = ("Charging", "SuspendedEV", "SuspendedEVSE")


def event_of(station: str, uid: str, request: Struct, now: Instant) -> records.TakesIn | None:
    """Return what a station's message means for the core, if anything."""
    match request:
        case v21.TransactionEventRequest():
            return metered_event(station, uid, request, now)
        case v21.BootNotificationRequest(charging_station=what):
            firmware = "" if what.firmware_version is UNSET else what.firmware_version
            return records.Booted(
                at=now, station=station, vendor=what.vendor_name, model=what.model,
                firmware=firmware,
            )  # fmt: skip
        case v21.StatusNotificationRequest(connector_status=status):
            place = f"{request.evse_id}.{request.connector_id}"
            return records.StatusChanged(at=now, station=station, place=place, status=status)
        case v21.NotifyEventRequest(event_data=data):
            return problem_of(station, data, now)
        case v21.NotifyReportRequest(report_data=data) if data is not UNSET:
            return records.Reported(at=now, station=station, variables=dict(_variables(data)))
        case _:
            return None


def problem_of(
    station: str, data: tuple[v21.EventDataType, ...], now: Instant
) -> records.FaultTold | None:
    """Return what a station says of the problem of a component at one of its EVSEs."""
    for one in reversed(data):
        place = one.component.evse
        if one.variable.name == "Problem" and not isinstance(place, UnsetType):
            over = one.actual_value == "false" or one.cleared is True
            said = "" if isinstance(one.tech_info, UnsetType) else f": {one.tech_info}"
            return records.FaultTold(
                at=now, station=station, evse=f"{station}-{place.id}",
                reason="" if over else f"{one.component.name}{said}",
            )  # fmt: skip
    return None


def _variables(data: tuple[v21.ReportDataType, ...]) -> list[tuple[str, str]]:
    return [
        (
            f"{one.component.name}.{one.variable.name}",
            "" if one.variable_attribute[0].value is UNSET else one.variable_attribute[0].value,
        )
        for one in data
    ]


def metered_event(
    station: str, uid: str, request: v21.TransactionEventRequest, now: Instant
) -> records.Metered:
    """Return what a TransactionEvent says."""
    info, taken = request.transaction_info, metered.samples(request.meter_value)
    token = request.id_token
    return records.Metered(
        at=now,
        uid=uid,
        station=station,
        evse="" if request.evse is UNSET else f"{station}-{request.evse.id}",
        tx=info.transaction_id,
        kind=request.event_type,
        seq=request.seq_no,
        time=instant(request.timestamp),
        token="" if token is UNSET else token.id_token,
        token_type="" if token is UNSET else token.type,
        energised=info.charging_state is not UNSET and info.charging_state in ENERGISED,
        reason=_ended_by(info),
        readings=tuple(
            RegisterReading(
                at=one.at,
                charged_wh=one.charged_wh,
                discharged_wh=one.discharged_wh or WattHours(0),
            )
            for one in taken
            if one.charged_wh is not None
        ),
        kw=next((one.kw for one in reversed(taken) if one.kw is not None), None),
        soc=next((one.soc for one in reversed(taken) if one.soc is not None), None),
    )


def _ended_by(info: v21.TransactionType) -> str:
    """Return who ended a transaction; a remote stop that is not ours came from the local controller."""
    return "driver" if info.stopped_reason == "Remote" else metered.stopped_by(info.stopped_reason)


def answer(request: Struct, now: Instant, heartbeat_s: int) -> Struct:
    """Return the answer to a message that needs no judgement."""
    match request:
        case v21.BootNotificationRequest():
            return v21.BootNotificationResponse(
                current_time=written(now), interval=heartbeat_s, status="Accepted"
            )
        case v21.HeartbeatRequest():
            return v21.HeartbeatResponse(current_time=written(now))
        case v21.NotifyEVChargingNeedsRequest():
            # The profile comes from the local controller, not from here.
            return v21.NotifyEVChargingNeedsResponse(status="Processing")
        case v21.NotifyEVChargingScheduleRequest():
            return v21.NotifyEVChargingScheduleResponse(status="Accepted")
        case _:
            return EMPTY[type(request)]()


EMPTY: dict[type[Struct], type[Struct]] = {
    v21.StatusNotificationRequest: v21.StatusNotificationResponse,
    v21.NotifyReportRequest: v21.NotifyReportResponse,
    v21.NotifyEventRequest: v21.NotifyEventResponse,
    v21.NotifyMonitoringReportRequest: v21.NotifyMonitoringReportResponse,
    v21.MeterValuesRequest: v21.MeterValuesResponse,
    v21.NotifyChargingLimitRequest: v21.NotifyChargingLimitResponse,
    v21.ClearedChargingLimitRequest: v21.ClearedChargingLimitResponse,
    v21.ReportChargingProfilesRequest: v21.ReportChargingProfilesResponse,
    v21.SecurityEventNotificationRequest: v21.SecurityEventNotificationResponse,
    v21.FirmwareStatusNotificationRequest: v21.FirmwareStatusNotificationResponse,
    v21.LogStatusNotificationRequest: v21.LogStatusNotificationResponse,
}
"""Messages that are answered by having been received."""


def update_of(told: records.TellSession) -> rest.SessionUpdate:
    """Return how a session stands, for the operator."""
    state: Any = told.state
    return rest.SessionUpdate(
        transaction=told.transaction,
        evse=told.evse,
        session=told.session,
        start=told.start,
        at=told.at,
        state=state,
        charged_wh=told.charged_wh,
        discharged_wh=told.discharged_wh,
        kw=None if told.kw is None else Kilowatts(told.kw),
        soc=None if told.soc is None else Share(told.soc),
    )


def record_of(told: records.TellRecord) -> rest.ChargeRecord:
    """Return the charge record of a transaction."""
    intervals = per_interval(told.readings)
    reason: Any = told.reason
    return rest.ChargeRecord(
        record=told.transaction,
        transaction=told.transaction,
        evse=told.evse,
        session=told.session,
        start=told.start,
        end=told.end,
        reason=reason,
        charged_wh=sum(one.charged_wh for one in intervals),
        discharged_wh=sum(one.discharged_wh for one in intervals),
        intervals=tuple(
            rest.EnergyInterval(
                start=one.start,
                end=one.end,
                charged_wh=one.charged_wh,
                discharged_wh=one.discharged_wh,
            )
            for one in intervals
        ),
        readings=tuple(
            rest.Reading(at=one.at, import_wh=one.charged_wh, export_wh=one.discharged_wh)
            for one in told.readings
        ),
    )


def fault_of(told: records.TellFault) -> rest.StationFault:
    """Return the word on an EVSE that is out of order, or in order again."""
    return rest.StationFault(
        station=told.station, evse=told.evse, at=told.at, cleared=told.cleared, reason=told.reason
    )
