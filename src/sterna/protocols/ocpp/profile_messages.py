"""Charging profiles between OCPP 2.1 messages (W or A) and :mod:`.profile_records` (kW)."""

from datetime import datetime
from itertools import pairwise
from typing import Final, TypeVar

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from sterna.kernel.quantities import Instant, Kilovars, Kilowatts, Share, Volts
from sterna.protocols.ocpp import v21
from sterna.protocols.ocpp.profile_records import Period, Profile, Slice
from sterna.protocols.ocpp.wire import instant, written

T = TypeVar("T")

WATTS_PER_KILOWATT: Final = 1000.0
ROUND_SECONDS: Final = {"Daily": 86_400.0, "Weekly": 604_800.0}


class Supply(Struct, frozen=True, kw_only=True, gc=False):
    """What turns amperes into watts at an EVSE."""

    volts: Volts = Volts(230.0)
    """Voltage of one phase against neutral; for DC the voltage at the outlet."""
    phases: int = 3
    """Phases that are used where a period does not say; 1 for DC."""


def why_not(evse: int, profile: v21.ChargingProfileType) -> str | None:
    """Return the reason code (at most 20 characters) why *profile* cannot be accepted, or None."""
    schedule = profile.charging_schedule[0]
    periods = schedule.charging_schedule_period
    starts = [period.start_period for period in periods]
    if profile.charging_profile_purpose == "LocalGeneration":
        return "UnsupportedPurpose"
    if profile.charging_profile_purpose == "ChargingStationMaxProfile" and evse != 0:
        return "InvalidProfile"
    is_tx = profile.charging_profile_purpose == "TxProfile"
    if is_tx == isinstance(profile.transaction_id, UnsetType) or (is_tx and evse == 0):
        return "InvalidTransactionId"
    if starts[0] != 0 or any(later <= start for start, later in pairwise(starts)):
        return "InvalidSchedule"
    if any((or_none(period.limit) or 0.0) < 0 for period in periods):
        return "NegativeLimit"  # An old way to say dischargeLimit, which we do not follow.
    return _why_kind_not(profile, schedule)


def _why_kind_not(
    profile: v21.ChargingProfileType, schedule: v21.ChargingScheduleType
) -> str | None:
    kind = profile.charging_profile_kind
    has_start = not isinstance(schedule.start_schedule, UnsetType)
    if kind in ("Absolute", "Recurring") and not has_start:
        return "MissingStartSchedule"
    if kind == "Recurring" and isinstance(profile.recurrency_kind, UnsetType):
        return "MissingRecurrency"
    if kind == "Dynamic" and len(schedule.charging_schedule_period) != 1:
        return "InvalidSchedule"
    needs = [
        period
        for period in schedule.charging_schedule_period
        if or_none(period.operation_mode) in (None, "ChargingOnly")
        and isinstance(period.limit, UnsetType)
    ]
    return "MissingLimit" if needs else None


def read(
    evse: int,
    profile: v21.ChargingProfileType,
    received: Instant,
    supply: Supply,
    *,
    schedule: int = 0,
) -> Profile:
    """Return *profile* for *evse*, received at *received*, for one of its up to 3 schedules."""
    chosen = profile.charging_schedule[schedule]
    in_watts = chosen.charging_rate_unit == "W"
    cap = or_none(chosen.limit_at_soc)
    watts_per_unit = 1.0 if in_watts else supply.volts * supply.phases
    recurrency = or_none(profile.recurrency_kind)
    return Profile(
        id=profile.id,
        evse=evse,
        level=profile.stack_level,
        purpose=profile.charging_profile_purpose,
        kind=profile.charging_profile_kind,
        periods=tuple(
            _period(period, supply, in_watts=in_watts) for period in chosen.charging_schedule_period
        ),
        tx=or_none(profile.transaction_id),
        start=_moment(chosen.start_schedule),
        duration_s=or_none(chosen.duration),
        every_s=None if recurrency is None else ROUND_SECONDS[recurrency],
        valid_from=_moment(profile.valid_from),
        valid_to=_moment(profile.valid_to),
        offline_s_max=or_none(profile.max_offline_duration),
        lost_offline=or_none(profile.invalid_after_offline_duration) or False,
        pull_s=or_none(profile.dyn_update_interval) or None,
        updated=_moment(profile.dyn_update_time) or received,
        soc_cap=None
        if cap is None
        else (Share(cap.soc / 100), Kilowatts(cap.limit * watts_per_unit / WATTS_PER_KILOWATT)),
    )


def updated(
    profile: Profile,
    update: v21.ChargingScheduleUpdateType,
    now: Instant,
    supply: Supply,
    *,
    in_watts: bool = True,
) -> Profile:
    """Return the dynamic *profile* with what UpdateDynamicSchedule brings; the rest stays."""
    assert profile.kind == "Dynamic", profile
    period = profile.periods[0]
    rate = _Rate(supply, in_watts=in_watts, phases=period.phases)
    limit = rate.kw(update.limit, update.limit_l2, update.limit_l3)
    discharge = rate.kw(
        update.discharge_limit, update.discharge_limit_l2, update.discharge_limit_l3
    )
    setpoint = rate.kw(update.setpoint, update.setpoint_l2, update.setpoint_l3)
    reactive = rate.kw(
        update.setpoint_reactive, update.setpoint_reactive_l2, update.setpoint_reactive_l3
    )
    changed = replace(
        period,
        limit_kw=period.limit_kw if limit is None else limit,
        discharge_kw=period.discharge_kw if discharge is None else discharge,
        setpoint_kw=period.setpoint_kw if setpoint is None else setpoint,
        reactive_kvar=period.reactive_kvar if reactive is None else Kilovars(reactive),
    )
    return replace(profile, periods=(changed,), updated=now)


def composite_message(
    evse: int, slices: tuple[Slice, ...], *, rated_kw: Kilowatts, discharge_kw: Kilowatts
) -> v21.CompositeScheduleType:
    """Return *slices* (not empty) as the answer to GetCompositeSchedule, in W.

    Where no profile limits, *rated_kw* and *discharge_kw* (zero or negative) of the EVSE do.
    """
    start = slices[0].start
    periods = tuple(
        v21.ChargingSchedulePeriodType(
            start_period=round(one.start - start),
            limit=_watts(rated_kw if one.limit_kw is None else min(one.limit_kw, rated_kw)),
            discharge_limit=_discharge_watts(one, discharge_kw),
            setpoint=UNSET if one.setpoint_kw is None else _watts(one.setpoint_kw),
            operation_mode=one.mode,
        )
        for one in slices
    )
    return v21.CompositeScheduleType(
        evse_id=evse,
        duration=round(slices[-1].until - start),
        schedule_start=written(start),
        charging_rate_unit="W",
        charging_schedule_period=periods,
    )


def or_none(value: T | UnsetType) -> T | None:
    """Return *value*, or None where the message leaves it out."""
    return None if isinstance(value, UnsetType) else value


def _watts(power: Kilowatts) -> float:
    return round(power * WATTS_PER_KILOWATT, 3)


def _discharge_watts(one: Slice, hardware: Kilowatts) -> float | UnsetType:
    least = hardware if one.discharge_kw is None else max(one.discharge_kw, hardware)
    return UNSET if one.mode == "ChargingOnly" else _watts(least)


def _moment(value: datetime | UnsetType) -> Instant | None:
    return None if isinstance(value, UnsetType) else instant(value)


class _Rate:
    """Turns the numbers of a schedule, W or A, one or three per quantity, into kW."""

    def __init__(self, supply: Supply, *, in_watts: bool, phases: int | None) -> None:
        self._per_phase = 1.0 if in_watts else float(supply.volts)
        self._phases = 1 if in_watts else (supply.phases if phases is None else phases)

    def kw(
        self, value: float | UnsetType, l2: float | UnsetType, l3: float | UnsetType
    ) -> Kilowatts | None:
        """Return the sum of the phases; with L2 or L3 given the plain value means L1."""
        if isinstance(value, UnsetType):
            return None
        first, second = or_none(l2), or_none(l3)
        # Amperes without L2 and L3 are per phase, watts are the sum of all phases.
        if first is None and second is None:
            total = value * self._phases
        else:
            total = value + (first or 0.0) + (second or 0.0)
        return Kilowatts(total * self._per_phase / WATTS_PER_KILOWATT)


def _period(period: v21.ChargingSchedulePeriodType, supply: Supply, *, in_watts: bool) -> Period:
    phases = or_none(period.number_phases)
    rate = _Rate(supply, in_watts=in_watts, phases=phases)
    limit = rate.kw(period.limit, period.limit_l2, period.limit_l3)
    discharge = rate.kw(
        period.discharge_limit, period.discharge_limit_l2, period.discharge_limit_l3
    )
    reactive = rate.kw(
        period.setpoint_reactive, period.setpoint_reactive_l2, period.setpoint_reactive_l3
    )
    baseline = or_none(period.v2x_baseline)
    return Period(
        start_s=period.start_period,
        limit_kw=limit,
        discharge_kw=discharge,
        setpoint_kw=rate.kw(period.setpoint, period.setpoint_l2, period.setpoint_l3),
        reactive_kvar=None if reactive is None else Kilovars(reactive),
        mode=or_none(period.operation_mode) or "ChargingOnly",
        # Curves and their baseline are powers in W, whatever the unit of the limits.
        baseline_kw=None if baseline is None else Kilowatts(baseline / WATTS_PER_KILOWATT),
        frequency_curve=tuple(
            (point.frequency, Kilowatts(point.power / WATTS_PER_KILOWATT))
            for point in or_none(period.v2x_freq_watt_curve) or ()
        ),
        signal_curve=tuple(
            (point.signal, Kilowatts(point.power / WATTS_PER_KILOWATT))
            for point in or_none(period.v2x_signal_watt_curve) or ()
        ),
        sleep=or_none(period.evse_sleep) or False,
        preconditioning=or_none(period.preconditioning_request) or False,
        phases=phases,
    )
