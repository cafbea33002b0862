"""What a station tells about itself, and what may be set."""

from typing import Any

import msgspec
import pytest

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols.ocpp import device_model, v21, variables, wire

T0 = Instant(1_751_328_000.0)


def outlet(evse: int, discharge: float = -10.0) -> variables.Outlet:
    return variables.Outlet(
        evse=evse,
        name=f"porto-03-{evse}",
        rated_kw=Kilowatts(22.0),
        discharge_kw=Kilowatts(discharge),
        phases=0,
    )


FACTS = variables.Facts(
    identity="porto-03", model="V2X-22", vendor="Sterna", outlets=(outlet(1), outlet(2, 0.0))
)
MODEL = variables.model(FACTS)


def asked(component: str, name: str, **where: Any) -> dict[str, Any]:
    instance = where.get("instance")
    evse: dict[str, Any] = {"evse": v21.EVSEType(id=where["evse"])} if "evse" in where else {}
    if "connector" in where:
        evse = {"evse": v21.EVSEType(id=where["evse"], connector_id=where["connector"])}
    return {
        "component": v21.ComponentType(name=component, **evse),
        "variable": v21.VariableType(name=name, **({"instance": instance} if instance else {})),
    }


GET: list[tuple[dict[str, Any], str, str | None]] = [
    (asked("OCPPCommCtrlr", "HeartbeatInterval"), "Accepted", "86400"),
    (asked("ocppcommctrlr", "HEARTBEATINTERVAL"), "Accepted", "86400"),
    (asked("OCPPCommCtrlr", "MessageAttempts", instance="TransactionEvent"), "Accepted", "3"),
    (asked("OCPPCommCtrlr", "MessageAttempts"), "UnknownVariable", None),
    (asked("OCPPCommCtrlr", "Colour"), "UnknownVariable", None),
    (asked("CoffeeCtrlr", "Colour"), "UnknownComponent", None),
    (asked("SecurityCtrlr", "BasicAuthPassword"), "Rejected", None),
    (asked("EVSE", "EvseId", evse=2), "Accepted", "porto-03-2"),
    (asked("EVSE", "EvseId", evse=3), "UnknownComponent", None),
    (asked("Connector", "ConnectorType", evse=1, connector=1), "Accepted", "cCCS2"),
    (asked("V2XChargingCtrlr", "Enabled", evse=1), "Accepted", "true"),
    (asked("V2XChargingCtrlr", "Enabled", evse=2), "Accepted", "false"),
    ({**asked("OCPPCommCtrlr", "HeartbeatInterval"), "attribute_type": "Target"},
     "NotSupportedAttributeType", None),
    ({**asked("OCPPCommCtrlr", "HeartbeatInterval"), "attribute_type": "Actual"},
     "Accepted", "86400"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "status", "value"), GET)
def test_variables_are_read(where: dict[str, Any], status: str, value: str | None) -> None:
    request = v21.GetVariablesRequest(get_variable_data=(v21.GetVariableDataType(**where),))
    [result] = device_model.get_variables(MODEL, request).get_variable_result
    assert result.attribute_status == status
    assert result.attribute_value == (msgspec.UNSET if value is None else value)
    assert result.component == where["component"]


SET: list[tuple[dict[str, Any], str, str, str | None]] = [
    (asked("OCPPCommCtrlr", "HeartbeatInterval"), "60", "Accepted", None),
    (asked("OCPPCommCtrlr", "HeartbeatInterval"), "0", "Rejected", "ValueOutOfRange"),
    (asked("OCPPCommCtrlr", "HeartbeatInterval"), "soon", "Rejected", "PropertyConstraint"),
    (asked("OCPPCommCtrlr", "WebSocketPingInterval"), "-1", "Rejected", "ValueOutOfRange"),
    (asked("OCPPCommCtrlr", "WebSocketPingInterval"), "0", "Accepted", None),
    (asked("OCPPCommCtrlr", "QueueAllMessages"), "true", "Accepted", None),
    (asked("OCPPCommCtrlr", "QueueAllMessages"), "yes", "Rejected", "PropertyConstraint"),
    (asked("TxCtrlr", "TxStartPoint"), "Authorized, EVConnected", "Accepted", None),
    (asked("TxCtrlr", "TxStartPoint"), "", "Accepted", None),
    (asked("TxCtrlr", "TxStartPoint"), "Whenever", "Rejected", "InvalidValue"),
    (asked("SmartChargingCtrlr", "LimitChangeSignificance"), "2.5", "Accepted", None),
    (asked("SmartChargingCtrlr", "LimitChangeSignificance"), "101", "Rejected", "ValueOutOfRange"),
    (asked("SecurityCtrlr", "BasicAuthPassword"), "0123456789abcdef", "Accepted", None),
    (asked("SecurityCtrlr", "BasicAuthPassword"), "short", "Rejected", "ValueOutOfRange"),
    (asked("SecurityCtrlr", "BasicAuthPassword"), "x" * 41, "Rejected", "ValueOutOfRange"),
    (asked("SecurityCtrlr", "Identity"), "porto-04", "Rejected", "ReadOnly"),
    (asked("SecurityCtrlr", "Colour"), "red", "UnknownVariable", None),
    ({**asked("OCPPCommCtrlr", "HeartbeatInterval"), "attribute_type": "MaxSet"}, "60",
     "NotSupportedAttributeType", None),
]  # fmt: skip


@pytest.mark.parametrize(("where", "value", "status", "reason"), SET)
def test_variables_are_set_when_they_may_be(
    where: dict[str, Any], value: str, status: str, reason: str | None
) -> None:
    data = v21.SetVariableDataType(attribute_value=value, **where)
    request = v21.SetVariablesRequest(set_variable_data=(data,))
    after, response = device_model.set_variables(MODEL, request)
    [result] = response.set_variable_result
    assert result.attribute_status == status
    info = result.attribute_status_info
    assert (None if isinstance(info, msgspec.UnsetType) else info.reason_code) == reason
    assert (after == MODEL) == (status != "Accepted" or value == "0")


def test_a_variable_that_counts_after_a_reboot_says_so_and_an_option_is_one_of_the_list() -> None:
    option = device_model.Variable(
        component="X", name="Mode", value="a", kind="OptionList", mutability="ReadWrite",
        choices=("a", "b"), reboot=True,
    )  # fmt: skip
    model = device_model.Model(variables=(option,))
    for value, status in (("b", "RebootRequired"), ("c", "Rejected")):
        data = v21.SetVariableDataType(attribute_value=value, **asked("X", "Mode"))
        after, response = device_model.set_variables(
            model, v21.SetVariablesRequest(set_variable_data=(data,))
        )
        assert response.set_variable_result[0].attribute_status == status
        assert (after.variables[0].value == value) == (status == "RebootRequired")


def test_the_station_reads_and_writes_its_own_variables() -> None:
    assert MODEL.number("OCPPCommCtrlr", "RetryBackOffRepeatTimes") == 5
    busy = MODEL.with_value("EVSE", "AvailabilityState", "Occupied", evse=1)
    assert busy.value("EVSE", "AvailabilityState", evse=1) == "Occupied"
    assert busy.value("EVSE", "AvailabilityState", evse=2) == "Available"


def reports(base: v21.ReportBaseEnumType) -> tuple[v21.NotifyReportRequest, ...]:
    request = v21.GetBaseReportRequest(request_id=7, report_base=base)
    response, pages = device_model.base_report(MODEL, request, T0)
    assert response.status == "Accepted"
    return pages


def items(base: v21.ReportBaseEnumType) -> list[v21.ReportDataType]:
    found: list[v21.ReportDataType] = []
    for page in reports(base):
        assert not isinstance(page.report_data, msgspec.UnsetType)
        found += page.report_data
    return found


def test_the_full_report_comes_in_pages_and_says_everything_once() -> None:
    pages = reports("FullInventory")
    assert [page.seq_no for page in pages] == list(range(len(pages)))
    assert [page.tbc for page in pages] == [True] * (len(pages) - 1) + [False]
    assert len(items("FullInventory")) == len(MODEL.variables)
    for page in pages:
        frame = wire.ENCODER.encode(page)
        assert wire.V21.requests["NotifyReport"].decode(frame) == page
        assert len(frame) < 4096


def test_other_reports_tell_less() -> None:
    full, settable, summary = (
        len(items("FullInventory")), len(items("ConfigurationInventory")), len(items("SummaryInventory"))
    )  # fmt: skip
    assert full > settable > summary > 0
    secret = [one for one in items("FullInventory") if one.variable.name == "BasicAuthPassword"]
    assert secret[0].variable_attribute[0].value is msgspec.UNSET


def test_an_empty_model_has_nothing_to_report() -> None:
    empty = device_model.Model(variables=())
    request = v21.GetBaseReportRequest(request_id=7, report_base="FullInventory")
    response, pages = device_model.base_report(empty, request, T0)
    assert (response.status, pages) == ("EmptyResultSet", ())


def test_places_are_unique_and_values_are_lawful() -> None:
    assert len(MODEL.index()) == len(MODEL.variables)
    for one in MODEL.variables:
        if one.mutability == "ReadWrite":
            assert device_model.wrong_value(one, one.value) is None, one


def test_requests_that_name_too_much_are_told_apart() -> None:
    assert not device_model.too_many(MODEL, "GetVariables", 32)
    assert device_model.too_many(MODEL, "GetVariables", 33)


def test_what_is_unverified_exists_and_is_named() -> None:
    names = {(one.component, one.name) for one in MODEL.variables}
    assert names >= variables.UNVERIFIED


def test_the_model_can_be_stored() -> None:
    assert msgspec.json.decode(msgspec.json.encode(MODEL), type=device_model.Model) == MODEL
