"""A room that speaks 2.1 talks with a 2.0.1 peer."""

from typing import Any

import msgspec
import pytest
from msgspec import UNSET, Struct

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant
from sterna.protocols.ocpp import v21, v201, versions, wire

T0 = wire.written(Instant(1_751_328_000.0))
PLUGGED = v21.EVSEType(id=1, connector_id=1)
TOKEN = v21.IdTokenType(id_token="A1", type="Central")


def sampled(measurand: Any, **rest: Any) -> v21.MeterValueType:
    value = v21.SampledValueType(value=1.0, measurand=measurand, **rest)
    return v21.MeterValueType(timestamp=T0, sampled_value=(value,))


def event(**rest: Any) -> v21.TransactionEventRequest:
    made: dict[str, Any] = {
        "event_type": "Updated", "timestamp": T0, "trigger_reason": "MeterValueClock", "seq_no": 3,
        "transaction_info": v21.TransactionType(transaction_id="tx"), "evse": PLUGGED,
    }  # fmt: skip
    return v21.TransactionEventRequest(**{**made, **rest})


BOTH: list[Struct] = [
    v21.BootNotificationRequest(
        reason="PowerUp", charging_station=v21.ChargingStationType(model="M", vendor_name="V")
    ),
    v21.BootNotificationResponse(current_time=T0, interval=60, status="Accepted"),
    v21.StatusNotificationRequest(
        timestamp=T0, connector_status="Occupied", evse_id=1, connector_id=1
    ),
    v21.AuthorizeRequest(id_token=TOKEN),
    v21.AuthorizeResponse(id_token_info=v21.IdTokenInfoType(status="Accepted")),
    event(meter_value=(sampled("Power.Active.Import"),)),
    v21.TransactionEventResponse(),
    v21.RequestStartTransactionRequest(evse_id=1, remote_start_id=7, id_token=TOKEN),
    v21.RequestStartTransactionResponse(status="Accepted", transaction_id="tx"),
    v21.RequestStopTransactionRequest(transaction_id="tx"),
    v21.HeartbeatRequest(),
    v21.HeartbeatResponse(current_time=T0),
    v21.MeterValuesRequest(evse_id=1, meter_value=(sampled("SoC"),)),
    v21.GetVariablesRequest(
        get_variable_data=(
            v21.GetVariableDataType(
                component=v21.ComponentType(name="C", evse=PLUGGED),
                variable=v21.VariableType(name="V"),
            ),
        )
    ),
]


@pytest.mark.req("IP-P-OCPP")
@pytest.mark.parametrize("message", BOTH, ids=lambda message: type(message).__name__)
def test_what_both_versions_know_goes_there_and_back(message: Struct) -> None:
    older = versions.to_201(message)
    assert type(older).__name__ == type(message).__name__
    assert type(older).__module__ == v201.__name__
    assert versions.to_21(older) == message


def test_every_message_of_201_has_a_newer_one() -> None:
    assert len(versions.NEWER) == 2 * 64
    assert all(old.__name__ == new.__name__ for old, new in versions.NEWER.items())


def test_a_newer_trigger_is_said_in_older_words_and_the_rest_left_out() -> None:
    newer = event(
        trigger_reason="OperationModeChanged",
        evse_sleep=True,
        meter_value=(
            sampled("Power.Active.Setpoint"),
            sampled("Power.Active.Import", location="Upstream"),
            sampled(UNSET, signed_meter_value=v21.SignedMeterValueType(
                signed_meter_data="d", encoding_method="e")),
        ),
        transaction_info=v21.TransactionType(
            transaction_id="tx", operation_mode="Idle", stopped_reason="ReqEnergyTransferRejected"
        ),
    )  # fmt: skip
    older = versions.to_201(newer)
    assert isinstance(older, v201.TransactionEventRequest)
    assert older.trigger_reason == "ChargingRateChanged"
    assert older.transaction_info.stopped_reason == "Other"
    assert not isinstance(older.meter_value, msgspec.UnsetType)
    power, signed = (one.sampled_value[0] for one in older.meter_value)
    assert (power.measurand, power.location) == ("Power.Active.Import", UNSET)
    assert signed.signed_meter_value == v201.SignedMeterValueType(
        signed_meter_data="d", encoding_method="e", signing_method="", public_key=""
    )
    nothing = versions.to_201(event(meter_value=(sampled("Power.Active.Setpoint"),)))
    assert isinstance(nothing, v201.TransactionEventRequest)
    assert nothing.meter_value is UNSET


LIMITS: list[tuple[str, dict[str, Any], float]] = [
    ("W", {"limit": 5000.0}, 5000),
    ("W", {"setpoint": 3000.0}, 3000),
    ("W", {"setpoint": -3000.0}, 0),
    ("W", {"setpoint": 3000.0, "limit": 2000.0}, 2000),
    ("W", {"setpoint": -1.0, "limit": -5.0}, 0),
    ("W", {"operation_mode": "Idle"}, 0),
    ("W", {"limit": 1000.0, "limit_l2": 2000.0, "limit_l3": 3000.0}, 6000),
    ("A", {"limit": 16.0, "limit_l2": 10.0}, 10),
    ("A", {"limit": 0.0}, 0),
]


def profile(unit: Any, period: dict[str, Any], **rest: Any) -> v21.ChargingProfileType:
    made: dict[str, Any] = {
        "id": 1, "stack_level": 0, "charging_profile_purpose": "TxProfile",
        "charging_profile_kind": "Absolute",
    }  # fmt: skip
    schedule = v21.ChargingScheduleType(
        id=1,
        charging_rate_unit=unit,
        charging_schedule_period=(v21.ChargingSchedulePeriodType(start_period=0, **period),),
    )
    return v21.ChargingProfileType(**{**made, **rest}, charging_schedule=(schedule,))


@pytest.mark.parametrize(("unit", "period", "limit"), LIMITS)
def test_a_set_point_becomes_a_limit_and_never_a_discharge(
    unit: str, period: dict[str, Any], limit: float
) -> None:
    newer = v21.SetChargingProfileRequest(evse_id=1, charging_profile=profile(unit, period))
    older = versions.to_201(newer)
    assert isinstance(older, v201.SetChargingProfileRequest)
    assert older.charging_profile.charging_schedule[0].charging_schedule_period == (
        v201.ChargingSchedulePeriodType(start_period=0, limit=limit),
    )


def test_a_profile_travels_in_a_start_and_a_composite_schedule_in_an_answer() -> None:
    start = v21.RequestStartTransactionRequest(
        remote_start_id=1, id_token=TOKEN, charging_profile=profile("W", {"setpoint": 5.0})
    )
    older = versions.to_201(start)
    assert isinstance(older, v201.RequestStartTransactionRequest)
    assert not isinstance(older.charging_profile, msgspec.UnsetType)
    composite = v21.GetCompositeScheduleResponse(
        status="Accepted",
        schedule=v21.CompositeScheduleType(
            evse_id=1, duration=60, schedule_start=T0, charging_rate_unit="W",
            charging_schedule_period=(
                v21.ChargingSchedulePeriodType(start_period=0, setpoint=-5.0),
            ),
        ),
    )  # fmt: skip
    answer = versions.to_201(composite)
    assert isinstance(answer, v201.GetCompositeScheduleResponse)
    assert not isinstance(answer.schedule, msgspec.UnsetType)
    assert answer.schedule.charging_schedule_period[0].limit == 0.0
    rejected = v21.GetCompositeScheduleResponse(status="Rejected")
    assert versions.to_201(rejected) == v201.GetCompositeScheduleResponse(status="Rejected")


def test_charging_needs_keep_their_one_way_half() -> None:
    needs = v21.NotifyEVChargingNeedsRequest(
        evse_id=1,
        charging_needs=v21.ChargingNeedsType(
            requested_energy_transfer="DC_BPT",
            dc_charging_parameters=v21.DCChargingParametersType(
                ev_max_current=100.5, ev_max_voltage=500.0
            ),
            v2x_charging_parameters=v21.V2XChargingParametersType(max_discharge_power=1000.0),
        ),
    )
    assert versions.to_201(needs) == v201.NotifyEVChargingNeedsRequest(
        evse_id=1,
        charging_needs=v201.ChargingNeedsType(
            requested_energy_transfer="DC",
            dc_charging_parameters=v201.DCChargingParametersType(
                ev_max_current=100, ev_max_voltage=500
            ),
        ),
    )


REFUSED: list[tuple[Struct, str]] = [
    (v21.UpdateDynamicScheduleResponse(status="Accepted"), "has no UpdateDynamicSchedule"),
    (v21.SetChargingProfileRequest(
        evse_id=1, charging_profile=profile("W", {"limit": 1.0}, charging_profile_kind="Dynamic")),
     "has no Dynamic"),
    (v21.SetChargingProfileRequest(
        evse_id=1, charging_profile=profile("W", {"operation_mode": "ExternalLimits"})),
     "without limit"),
    (v21.MeterValuesRequest(evse_id=1, meter_value=(sampled("Display.PresentSOC"),)),
     "none of these measurands"),
    (v21.AuthorizeRequest(id_token=v21.IdTokenType(id_token="x" * 40, type="Central")), "length"),
    (v21.AuthorizeRequest(id_token=v21.IdTokenType(id_token="x", type="Smoke")), "has no Smoke"),
    (v21.NotifyEVChargingNeedsRequest(evse_id=1, charging_needs=v21.ChargingNeedsType(
        requested_energy_transfer="WPT")), "has no WPT"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "reason"), REFUSED)
def test_what_201_cannot_say_is_refused(message: Struct, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        versions.to_201(message)


def test_what_21_does_not_allow_is_refused() -> None:
    with pytest.raises(Refused, match=">= 0"):
        versions.to_21(v201.MeterValuesRequest(evse_id=-1, meter_value=(
            v201.MeterValueType(timestamp=T0, sampled_value=(v201.SampledValueType(value=1.0),)),
        )))  # fmt: skip
