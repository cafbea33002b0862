"""What a station answers when it is asked: profiles, variables, status, reset, and what it does not do."""

from typing import Any

import pytest
from actors.charging_yard import TX_PROFILE, Yard, car, lived
from msgspec import UNSET, Struct

from sterna.protocols.ocpp import v21

NAME = v21.ComponentType(name="TxCtrlr")
POINT = v21.VariableType(name="TxStartPoint")
EVERY = v21.GetVariableDataType(component=NAME, variable=POINT)


def answered(request: Struct, *, after: Any = None, charging: bool = False) -> Struct:
    """Return the station's answer to *request*."""
    found: list[Struct] = []

    async def story(yard: Yard) -> None:
        if charging:
            await yard.begin(car(soc=0.6), kw=-5.0)
        before = len(yard.controller.answers)
        yard.controller.ask(request)
        await yard.later(2)
        found.extend(yard.controller.answers[before:])
        if after is not None:
            await after(yard)

    lived(story)
    return found[0]


def composite(yard_kw: float) -> list[tuple[float | Any, str]]:
    request = v21.GetCompositeScheduleRequest(duration=600, evse_id=1)
    answer = answered(request, charging=True)
    assert isinstance(answer, v21.GetCompositeScheduleResponse)
    assert answer.schedule is not UNSET
    periods = answer.schedule.charging_schedule_period
    return [(one.setpoint, str(one.operation_mode)) for one in periods]


def test_the_composite_schedule_is_what_the_profiles_ask_for() -> None:
    assert composite(-5.0) == [(-5000.0, "CentralSetpoint")]


def test_a_transaction_starts_with_the_plug() -> None:
    answer = answered(v21.GetVariablesRequest(get_variable_data=(EVERY,)))
    assert isinstance(answer, v21.GetVariablesResponse)
    assert answer.get_variable_result[0].attribute_value == "EVConnected"


def test_a_variable_that_was_set_outlives_a_crash() -> None:
    component = v21.ComponentType(name="AuthCtrlr")
    variable = v21.VariableType(name="AuthorizeRemoteStart")
    data = v21.SetVariableDataType(component=component, variable=variable, attribute_value="true")

    async def after(yard: Yard) -> None:
        yard.station.crash()
        yard.station.start()
        await yard.later(30)
        asked = v21.GetVariableDataType(component=component, variable=variable)
        yard.controller.ask(v21.GetVariablesRequest(get_variable_data=(asked,)))
        await yard.later(2)
        answer = yard.controller.answers[-1]
        assert isinstance(answer, v21.GetVariablesResponse)
        assert answer.get_variable_result[0].attribute_value == "true"

    answer = answered(v21.SetVariablesRequest(set_variable_data=(data,)), after=after)
    assert isinstance(answer, v21.SetVariablesResponse)
    assert answer.set_variable_result[0].attribute_status == "Accepted"


@pytest.mark.parametrize(
    ("request_", "charging", "status"),
    [
        (v21.GetBaseReportRequest(request_id=1, report_base="FullInventory"), False, "Accepted"),
        (v21.RequestStopTransactionRequest(transaction_id="unknown"), True, "Rejected"),
        (
            v21.RequestStartTransactionRequest(
                evse_id=1, remote_start_id=9, id_token=v21.IdTokenType(id_token="t", type="Central")
            ),
            False,
            "Rejected",
        ),
        (
            v21.RequestStartTransactionRequest(
                evse_id=1, remote_start_id=9, id_token=v21.IdTokenType(id_token="t", type="Central")
            ),
            True,
            "Rejected",
        ),
        (
            v21.NotifyAllowedEnergyTransferRequest(
                transaction_id="unknown", allowed_energy_transfer=("DC",)
            ),
            True,
            "Rejected",
        ),
        (
            v21.UpdateDynamicScheduleRequest(
                charging_profile_id=99,
                schedule_update=v21.ChargingScheduleUpdateType(setpoint=-9000.0),
            ),
            True,
            "Rejected",
        ),
        (v21.ClearChargingProfileRequest(charging_profile_id=99), True, "Unknown"),
        (v21.ClearChargingProfileRequest(charging_profile_id=TX_PROFILE), True, "Accepted"),
        (
            v21.ClearChargingProfileRequest(
                charging_profile_criteria=v21.ClearChargingProfileType(
                    charging_profile_purpose="TxProfile"
                )
            ),
            True,
            "Accepted",
        ),
        (v21.GetCompositeScheduleRequest(duration=600, evse_id=7), True, "Rejected"),
        (v21.ResetRequest(type="Immediate", evse_id=1), False, "Rejected"),
        (v21.ResetRequest(type="OnIdle"), True, "Scheduled"),
        (v21.ChangeAvailabilityRequest(operational_status="Inoperative"), True, "Scheduled"),
        (v21.ChangeAvailabilityRequest(operational_status="Inoperative"), False, "Accepted"),
        (
            v21.ChangeAvailabilityRequest(
                operational_status="Inoperative", evse=v21.EVSEType(id=9)
            ),
            False,
            "Rejected",
        ),
        (v21.UnlockConnectorRequest(evse_id=1, connector_id=1), False, "Unlocked"),
        (
            v21.UnlockConnectorRequest(evse_id=1, connector_id=1),
            True,
            "OngoingAuthorizedTransaction",
        ),
        (v21.UnlockConnectorRequest(evse_id=1, connector_id=2), False, "UnknownConnector"),
        (v21.TriggerMessageRequest(requested_message="Heartbeat"), False, "Accepted"),
        (
            v21.TriggerMessageRequest(requested_message="FirmwareStatusNotification"),
            False,
            "NotImplemented",
        ),
    ],
)
def test_it_answers(request_: Struct, charging: bool, status: str) -> None:  # noqa: FBT001  # the table's column
    assert getattr(answered(request_, charging=charging), "status") == status  # noqa: B009  # of many classes


def test_what_it_does_not_do_it_says() -> None:
    async def story(yard: Yard) -> None:
        yard.controller.ask(v21.DataTransferRequest(vendor_id="nobody"))
        await yard.later(2)
        assert [failure.code for failure in yard.controller.failures] == ["NotSupported"]

    lived(story)


@pytest.mark.parametrize(
    ("kind", "ended"), [("Immediate", True), ("OnIdle", False), ("ImmediateAndResume", False)]
)
def test_a_reset_boots_again_and_ends_what_it_has_to(kind: v21.ResetEnumType, ended: bool) -> None:  # noqa: FBT001
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.6), kw=-5.0)
        yard.controller.ask(v21.ResetRequest(type=kind))
        await yard.later(120)
        assert ("Ended" in yard.controller.kinds()) is ended
        if kind == "OnIdle":
            yard.controller.stop()
            await yard.later(120)
        boots = [
            one for one in yard.controller.heard if isinstance(one, v21.BootNotificationRequest)
        ]
        assert len(boots) == 2

    lived(story)


@pytest.mark.parametrize("message", ["StatusNotification", "TransactionEvent", "BootNotification"])
def test_a_message_can_be_had_again(message: v21.MessageTriggerEnumType) -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.6), kw=-5.0)
        before = len(yard.controller.heard)
        yard.controller.ask(v21.TriggerMessageRequest(requested_message=message))
        await yard.later(2)
        assert type(yard.controller.heard[before]).__name__ == f"{message}Request"

    lived(story)


def test_out_of_service_means_unavailable_until_it_is_put_back() -> None:
    async def story(yard: Yard) -> None:
        off = v21.ChangeAvailabilityRequest(operational_status="Inoperative")
        yard.controller.ask(off)
        await yard.later(2)
        yard.controller.ask(v21.ChangeAvailabilityRequest(operational_status="Operative"))
        await yard.later(2)
        await yard.begin(car(soc=0.6), kw=4.0)
        await yard.later(30)
        assert yard.bays[0].power_kw == 4.0

    yard = lived(story)
    status = [line.fields["status"] for line in yard.said("OCPP StatusNotification")]
    assert status == ["Available", "Unavailable", "Available", "Occupied"]


def test_a_profile_for_nobody_is_refused_with_the_reason() -> None:
    period = v21.ChargingSchedulePeriodType(start_period=0, limit=4000.0)
    schedule = v21.ChargingScheduleType(
        id=1, charging_rate_unit="W", charging_schedule_period=(period,)
    )
    profile = v21.ChargingProfileType(
        id=5, stack_level=0, charging_profile_purpose="TxProfile", charging_profile_kind="Relative",
        charging_schedule=(schedule,), transaction_id="another",
    )  # fmt: skip
    request = v21.SetChargingProfileRequest(evse_id=1, charging_profile=profile)
    answer = answered(request, charging=True)
    assert isinstance(answer, v21.SetChargingProfileResponse)
    assert answer.status == "Rejected"
    assert answer.status_info is not UNSET
    assert answer.status_info.reason_code == "TxNotFound"
