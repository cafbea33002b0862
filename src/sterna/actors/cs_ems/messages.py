"""Between OCPP messages and the core's records, both ways: units and signs are converted here alone."""

from typing import Final

from msgspec import UNSET, Struct, UnsetType

from sterna.actors.cs_ems import commands, records
from sterna.domain.registers import RegisterReading
from sterna.kernel.quantities import Instant, Kilowatts, WattHours
from sterna.protocols.ocpp import metered, v21
from sterna.protocols.ocpp.wire import instant, written

WATTS: Final = 1000.0
DAY_S: Final = 86_400
VOLTS: Final = 230.0
PHASES: Final = 3
DEFAULT_PROFILE: Final = 900_000_000
"""Profile ids of this room, plus the EVSE's number: far from what a CSMS counts up."""
DYNAMIC_PROFILE: Final = 910_000_000
DEFAULT_LEVEL: Final = 0
DYNAMIC_LEVEL: Final = 1
TOKEN_TYPE: Final = "Central"  # noqa: S105  # a kind of token, not one
CLOCKED: Final = ("MeterValuePeriodic", "MeterValueClock")
ENERGISED: Final = ("Charging", "SuspendedEV", "SuspendedEVSE")


def metered_event(evse: str, request: v21.TransactionEventRequest, now: Instant) -> records.Metered:
    """Return what a TransactionEvent says."""
    info = request.transaction_info
    taken = metered.samples(request.meter_value)
    readings = tuple(
        RegisterReading(
            at=one.at,
            charged_wh=one.charged_wh,
            discharged_wh=one.discharged_wh or WattHours(0),
            soc=one.soc,
        )
        for one in taken
        if one.charged_wh is not None
    )
    return records.Metered(
        at=now,
        evse=evse,
        tx=info.transaction_id,
        kind=request.event_type,
        seq=request.seq_no,
        time=instant(request.timestamp),
        stopped=metered.stopped_by(info.stopped_reason),
        clocked=request.trigger_reason in CLOCKED,
        energised=info.charging_state is not UNSET and info.charging_state in ENERGISED,
        readings=readings,
        kw=next((one.kw for one in reversed(taken) if one.kw is not None), None),
        soc=next((one.soc for one in reversed(taken) if one.soc is not None), None),
    )


def needs_event(
    evse: str, request: v21.NotifyEVChargingNeedsRequest, now: Instant
) -> records.NeedsKnown:
    """Return what a car told of itself."""
    needs = request.charging_needs
    dc, ac, v2x = (
        needs.dc_charging_parameters,
        needs.ac_charging_parameters,
        needs.v2x_charging_parameters,
    )
    capacity = soc = charge = discharge = least = until_full = -1.0
    if dc is not UNSET:
        capacity = _or(dc.ev_energy_capacity) / WATTS
        soc = _or(dc.state_of_charge) / 100.0
        charge = _or(dc.ev_max_power, dc.ev_max_current * dc.ev_max_voltage) / WATTS
    if ac is not UNSET:
        charge = ac.ev_max_current * ac.ev_max_voltage * PHASES / WATTS
    if v2x is not UNSET:
        charge = _or(v2x.max_charge_power, charge * WATTS) / WATTS
        discharge = _or(v2x.max_discharge_power) / WATTS
        least = max(_or(v2x.min_charge_power), _or(v2x.min_discharge_power)) / WATTS
        until_full = _or(v2x.ev_max_energy_request) / WATTS
    return records.NeedsKnown(
        at=now,
        evse=evse,
        capacity_kwh=capacity,
        charge_kw=charge,
        discharge_kw=discharge,
        least_kw=least,
        soc=soc,
        until_full_kwh=until_full,
    )


def _or(value: float | UnsetType, otherwise: float = -WATTS) -> float:
    return otherwise if isinstance(value, UnsetType) else value


def operator_limit(profile: v21.ChargingProfileType) -> records.OperatorLimit:
    """Return the tightest that any period of the operator's profile says: on the safe side of time."""
    charge, discharge = records.NO_LIMIT, records.NO_LIMIT
    for schedule in profile.charging_schedule:
        per = WATTS if schedule.charging_rate_unit == "W" else WATTS / (VOLTS * PHASES)
        for period in schedule.charging_schedule_period:
            if not isinstance(period.limit, UnsetType):
                charge = min(charge, Kilowatts(max(0.0, period.limit) / per))
            if not isinstance(period.discharge_limit, UnsetType):
                discharge = min(discharge, Kilowatts(-period.discharge_limit / per))
    return records.OperatorLimit(charge_kw=charge, discharge_kw=discharge)


# -- towards the station --------------------------------------------------------------------


def watts(kw: float) -> float:
    """Return *kw* in W as it goes over the wire, to a tenth of a watt."""
    return round(kw * WATTS, 1) + 0.0


def start(command: commands.StartTransaction) -> v21.RequestStartTransactionRequest:
    """Return the request that authorises a car: the session's id is the token."""
    return v21.RequestStartTransactionRequest(
        evse_id=command.number,
        remote_start_id=command.remote_id,
        id_token=v21.IdTokenType(id_token=command.session, type=TOKEN_TYPE),
    )


def default_profile(command: commands.SetDefault, now: Instant) -> v21.SetChargingProfileRequest:
    """Return the TxDefaultProfile: charging only, inside the EVSE's part of the site, day by day the same."""
    part_s = DAY_S // len(command.limits_kw)
    told = tuple(watts(kw) for kw in command.limits_kw)
    number = DEFAULT_PROFILE + command.number
    schedule = v21.ChargingScheduleType(
        id=number,
        start_schedule=written(Instant(now // DAY_S * DAY_S)),
        charging_rate_unit="W",
        charging_schedule_period=tuple(
            v21.ChargingSchedulePeriodType(
                start_period=part * part_s, limit=limit, operation_mode="ChargingOnly"
            )
            for part, limit in enumerate(told)
            if part == 0 or limit != told[part - 1]
        ),
    )
    return v21.SetChargingProfileRequest(
        evse_id=command.number,
        charging_profile=v21.ChargingProfileType(
            id=number,
            stack_level=DEFAULT_LEVEL,
            charging_profile_purpose="TxDefaultProfile",
            charging_profile_kind="Recurring",
            recurrency_kind="Daily",
            charging_schedule=(schedule,),
        ),
    )


def dynamic_profile(
    command: commands.SetProfile, now: Instant, max_offline_s: float
) -> v21.SetChargingProfileRequest:
    """Return the TxProfile that UpdateDynamicSchedule will move; it lapses when we are silent."""
    number = DYNAMIC_PROFILE + command.number
    if command.discharge_kw > 0:
        period = v21.ChargingSchedulePeriodType(
            start_period=0,
            limit=watts(command.charge_kw),
            discharge_limit=watts(-command.discharge_kw),
            setpoint=watts(command.kw),
            operation_mode="CentralSetpoint",
        )
    else:
        period = v21.ChargingSchedulePeriodType(
            start_period=0, limit=watts(max(0.0, command.kw)), operation_mode="ChargingOnly"
        )
    return v21.SetChargingProfileRequest(
        evse_id=command.number,
        charging_profile=v21.ChargingProfileType(
            id=number,
            stack_level=DYNAMIC_LEVEL,
            charging_profile_purpose="TxProfile",
            charging_profile_kind="Dynamic",
            transaction_id=command.tx,
            max_offline_duration=round(max_offline_s),
            dyn_update_time=written(now),
            charging_schedule=(_schedule(number, period),),
        ),
    )


def absolute_profile(command: commands.SetPoint, now: Instant) -> v21.SetChargingProfileRequest:
    """Return a set-point for a station without dynamic profiles (2.0.1): a limit, never a discharge."""
    number = DYNAMIC_PROFILE + command.number
    period = v21.ChargingSchedulePeriodType(start_period=0, limit=watts(max(0.0, command.kw)))
    return v21.SetChargingProfileRequest(
        evse_id=command.number,
        charging_profile=v21.ChargingProfileType(
            id=number,
            stack_level=DYNAMIC_LEVEL,
            charging_profile_purpose="TxProfile",
            charging_profile_kind="Absolute",
            transaction_id=command.tx,
            charging_schedule=(
                v21.ChargingScheduleType(
                    id=number,
                    start_schedule=written(now),
                    charging_rate_unit="W",
                    charging_schedule_period=(period,),
                ),
            ),
        ),
    )


def update(command: commands.SetPoint) -> v21.UpdateDynamicScheduleRequest:
    """Return the set-point; a charging-only profile knows limits alone."""
    moved = (
        v21.ChargingScheduleUpdateType(setpoint=watts(command.kw))
        if command.both_ways
        else v21.ChargingScheduleUpdateType(limit=watts(max(0.0, command.kw)))
    )
    return v21.UpdateDynamicScheduleRequest(
        charging_profile_id=DYNAMIC_PROFILE + command.number, schedule_update=moved
    )


def allow(command: commands.AllowTransfer) -> v21.NotifyAllowedEnergyTransferRequest:
    """Return which ways energy may flow."""
    one_way: v21.EnergyTransferModeEnumType = "DC" if command.supply == "DC" else "AC_three_phase"
    two_ways: v21.EnergyTransferModeEnumType = "DC_BPT" if command.supply == "DC" else "AC_BPT"
    allowed = (two_ways, one_way) if command.both_ways else (one_way,)
    return v21.NotifyAllowedEnergyTransferRequest(
        transaction_id=command.tx, allowed_energy_transfer=allowed
    )


def _schedule(number: int, period: v21.ChargingSchedulePeriodType) -> v21.ChargingScheduleType:
    return v21.ChargingScheduleType(
        id=number, charging_rate_unit="W", charging_schedule_period=(period,)
    )


def accepted(response: Struct) -> bool:
    """Return whether the answer's status is Accepted."""
    return getattr(response, "status", "") == "Accepted"
