"""Every timer of both sides, from the injected clock: who is late ends the session, with the power at zero first."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import asdict, replace
from protocols.iso15118.contracts import gate, office, without_contract
from protocols.iso15118.iso15118_pair import BATTERY, START, Pair, make_pair

from sterna.kernel.quantities import Instant, Kilowatts, Volts
from sterna.protocols.iso15118.events import Happened, PowerOff, PowerTarget, Stopped
from sterna.protocols.iso15118.messages import BY_NAME
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.states import LOOPS, State
from sterna.protocols.iso15118.timing import REAL, Timing, virtual

PATIENCE = {
    "DC_ChargeLoopReq": 0.5,
    "AC_ChargeLoopReq": 0.5,
    "ServiceDetailReq": 5.0,
    "CertificateInstallationReq": 5.0,
}
"""How long a car waits for the answer, where it is not two seconds."""
DC_ROAD = (
    "supportedAppProtocolReq", "SessionSetupReq", "AuthorizationSetupReq", "AuthorizationReq",
    "ServiceDiscoveryReq", "ServiceDetailReq", "ServiceSelectionReq",
    "DC_ChargeParameterDiscoveryReq", "ScheduleExchangeReq", "DC_CableCheckReq",
    "DC_PreChargeReq", "PowerDeliveryReq", "DC_ChargeLoopReq",
)  # fmt: skip
AC_ROAD = ("AC_ChargeParameterDiscoveryReq", "AC_ChargeLoopReq")
END = ("PowerDeliveryReq", "DC_WeldingDetectionReq", "SessionStopReq")
LATE = [
    *((Service.DC_BPT, name, False) for name in DC_ROAD),
    *((Service.AC_BPT, name, False) for name in AC_ROAD),
    *((Service.DC_BPT, name, True) for name in END),
]


def test_the_values_are_those_of_the_design() -> None:
    assert asdict(REAL) == asdict(
        Timing(
            message_s=2.0, detail_s=5.0, loop_s=0.5, sequence_s=60.0, sequence_loop_s=0.5,
            ongoing_s=60.0, cable_check_s=40.0, precharge_s=10.0, setup_s=20.0, poll_s=0.5,
            loop_pace_s=0.25, precharge_pace_s=0.1, hold_s=0.0, loop_hold_s=0.25,
            loop_hold_min_s=0.0,
        )
    )  # fmt: skip


@pytest.mark.parametrize("stride_s", [1.0, 300.0, 3600.0])
def test_in_virtual_time_every_timeout_is_the_real_one_and_what_may_be_held(
    stride_s: float,
) -> None:
    slow = virtual(stride_s)
    assert slow.loop_hold_s == slow.hold_s == stride_s
    assert slow.loop_s == 0.5 + stride_s
    assert slow.sequence_loop_s == 0.5 + min(60.0, stride_s), "a car asks at once"
    for name in ("message_s", "detail_s", "cable_check_s", "precharge_s", "setup_s"):
        assert getattr(slow, name) == getattr(REAL, name) + stride_s


def real(service: Service = Service.DC_BPT, **options: Any) -> Pair:
    """Return a pair at the pace of the field, the driver known, discharging once it may."""
    pair = make_pair(service, timing=REAL, **options)
    pair.secc.authorize(pair.now, consent_v2x=True)
    pair.secc.set_point(pair.now, Kilowatts(-7.0), expires=Instant(START + 9e6))
    return pair


def asks(pair: Pair, wanted: str, *, leaving: bool = False) -> None:
    """Carry messages until the car has asked *wanted*, which nobody answers."""
    pair.car(pair.evcc.plugged(pair.now))
    kind = BY_NAME[wanted]
    for _ in range(500):
        sent = pair.evcc.to_send()
        for message in sent:
            if isinstance(message, kind) and (pair.evcc._leaving is not None) is leaving:
                return
            carry(pair, message)
        if leaving and pair.evcc.state in LOOPS:
            pair.car(pair.evcc.stop(pair.now))
        if not sent:
            step(pair)
    raise AssertionError(f"{wanted} was never asked")


def carry(pair: Pair, message: Element) -> None:
    """Let the supply hear *message* and the car the answer."""
    pair.supply(pair.secc.receive(pair.now, message))
    for answer in pair.secc.to_send():
        pair.car(pair.evcc.receive(pair.now, answer))


def step(pair: Pair) -> None:
    """Let time pass until something is due."""
    dues = [due for due in (pair.secc.deadline, pair.evcc.deadline) if due is not None]
    pair.now = Instant(max(pair.now, min(dues)))
    pair.supply(pair.secc.tick(pair.now))
    for answer in pair.secc.to_send():
        pair.car(pair.evcc.receive(pair.now, answer))
    pair.car(pair.evcc.tick(pair.now))


def zero_first(events: list[Happened]) -> Stopped:
    """Return the end of a session, after making sure that the power went off before it."""
    last = events[-1]
    assert isinstance(last, Stopped)
    assert isinstance(events[-2], PowerOff)
    targets = [event.power_kw for event in events if isinstance(event, PowerTarget)]
    assert targets == [] or targets[-1] == 0.0
    return last


@pytest.mark.parametrize(("service", "name", "leaving"), LATE)
def test_a_car_waits_for_each_answer_as_long_as_the_table_says(
    service: Service,
    name: str,
    leaving: bool,  # noqa: FBT001  # a column of the table
) -> None:
    pair = real(service)
    asks(pair, name, leaving=leaving)
    due = pair.evcc.deadline
    assert due is not None
    assert due - pair.now == pytest.approx(PATIENCE.get(name, 2.0))
    pair.car(pair.evcc.tick(Instant(due - 0.001)))
    assert not pair.heard(Stopped, by_car=True)
    pair.car(pair.evcc.tick(due))
    assert zero_first(pair.car_events) == Stopped(reason=f"no answer to {name}", failed=True)
    assert pair.evcc.state is State.ENDED


def test_a_car_waits_five_seconds_for_a_contract() -> None:
    pair = make_pair(timing=REAL, car={"wallet": without_contract()}, gate=gate(office=office()))
    asks(pair, "CertificateInstallationReq")
    due = pair.evcc.deadline
    assert due is not None
    assert due - pair.now == pytest.approx(5.0)


def silences() -> Iterator[tuple[Service, str]]:
    """Yield every request after which a car may fall silent."""
    yield from ((service, name) for service, name, leaving in LATE if not leaving)


@pytest.mark.parametrize(("service", "name"), list(silences()))
def test_a_supply_waits_for_each_request_and_then_takes_the_power_away(
    service: Service, name: str
) -> None:
    pair = real(service)
    asks(pair, name)
    at, due = pair.now, pair.secc.deadline
    assert due is not None
    opening = name in ("supportedAppProtocolReq", "SessionSetupReq")
    looping = pair.secc.state in LOOPS
    assert due - at == pytest.approx(20.0 if opening else 0.5 if looping else 60.0, abs=0.3)
    pair.supply(pair.secc.tick(due))
    assert zero_first(pair.supply_events) == Stopped(reason="the car fell silent", failed=True)
    assert pair.power_kw == 0.0


def test_in_virtual_time_a_car_that_asks_no_more_is_noticed_long_before_the_stride_is_over() -> (
    None
):
    pair = make_pair(timing=virtual(stride_s=3600.0))
    pair.secc.authorize(pair.now, consent_v2x=True)
    pair.secc.set_point(pair.now, Kilowatts(-7.0), expires=Instant(START + 9e6))
    asks(pair, "DC_ChargeLoopReq")
    assert pair.secc.state in LOOPS
    pair.supply(pair.secc.tick(Instant(pair.now + 61.0)))
    assert zero_first(pair.supply_events) == Stopped(reason="the car fell silent", failed=True)


def test_the_whole_opening_has_twenty_seconds() -> None:
    pair = make_pair(timing=REAL)
    protocols = asked_first(pair)
    pair.now = Instant(START + 15)
    pair.supply(pair.secc.receive(pair.now, protocols))
    pair.secc.to_send()
    assert pair.secc.deadline == START + 20
    patient = make_pair(timing=replace(REAL, message_s=60.0))
    asked_first(patient)
    assert patient.evcc.deadline == START + 20
    patient.car(patient.evcc.tick(Instant(START + 20)))
    assert zero_first(patient.car_events).reason == "the supply opened no session in time"


def asked_first(pair: Pair) -> Element:
    """Return the car's first request."""
    pair.car(pair.evcc.plugged(pair.now))
    (message,) = pair.evcc.to_send()
    return message


def test_a_car_bears_an_isolation_test_of_forty_seconds() -> None:
    pair = real(isolation_by_hardware=True)
    pair.plug()
    began = pair.now
    pair.run(39)
    assert pair.evcc.state is State.CABLE_CHECK
    pair.run(30)
    stopped = zero_first(pair.car_events)
    assert stopped.reason == "the supply was not ready in CABLE_CHECK"
    assert pair.names().count("DC_CableCheckReq") == pytest.approx(40 / 0.5, abs=2)
    assert began == START


def test_a_car_bears_a_pre_charge_of_ten_seconds() -> None:
    pair = real(isolation_by_hardware=True)
    pair.plug()
    pair.do(pair.secc.isolation(pair.now, passed=True))
    pair.run(9)
    assert pair.evcc.state is State.PRE_CHARGE
    pair.run(2)
    assert zero_first(pair.car_events).reason == "the supply was not ready in PRE_CHARGE"


@pytest.mark.parametrize(("off_v", "ready"), [(20.0, False), (-20.0, False), (19.9, True)])
def test_contactors_close_only_when_both_voltages_are_within_twenty_volts(
    off_v: float,
    ready: bool,  # noqa: FBT001  # a column of the table
) -> None:
    pair = real(isolation_by_hardware=True)
    pair.plug()
    pair.secc.measured(pair.now, Kilowatts(0.0), volts=Volts(BATTERY.voltage_v + off_v))
    pair.do(pair.secc.isolation(pair.now, passed=True))
    pair.run(2)
    assert (pair.evcc.state is State.LOOP_DC) is ready


def test_a_car_bears_a_minute_without_a_plan_and_any_time_for_the_driver() -> None:
    pair = make_pair(mode=ControlMode.SCHEDULED, timing=REAL, await_plan=True)
    pair.plug()
    pair.run(3600)
    assert pair.evcc.state is State.AUTHORIZATION, "the customer may take his time"
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(59)
    assert pair.evcc.state.name == "SCHEDULE_DC"
    pair.run(2)
    assert zero_first(pair.car_events).reason == "the supply was not ready in SCHEDULE_DC"


def test_a_deaf_supply_in_the_middle_of_waiting_is_noticed_at_the_end_of_the_wait() -> None:
    pair = real(isolation_by_hardware=True, car={"timing": replace(REAL, message_s=500.0)})
    pair.plug()
    pair.run(10)
    asked = pair.evcc.to_send()
    assert pair.evcc.deadline is not None
    assert pair.evcc.deadline <= START + 40.5, asked
    pair.car(pair.evcc.tick(Instant(START + 41)))
    assert zero_first(pair.car_events).failed
