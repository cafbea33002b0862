"""What the two machines do beside the straight road: consent, limits, notifications, sleep, loss, silence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from protocols.iso15118.iso15118_pair import BATTERY, SESSION, START, SUPPLY, Pair, make_pair

from sterna.kernel.quantities import Instant, Kilowatts, Share, WattHours
from sterna.protocols.iso15118.answers import PlanStep, SitePlan
from sterna.protocols.iso15118.car_session import EvccSettings
from sterna.protocols.iso15118.evcc import Evcc
from sterna.protocols.iso15118.events import (
    Attention,
    IsolationTestWanted,
    LoopReport,
    LoopTarget,
    MeterConfirmed,
    Notified,
    ServiceChosen,
    SessionOpened,
    SetPointExpired,
    Stopped,
    VehicleNeeds,
)
from sterna.protocols.iso15118.messages.codes import Notification
from sterna.protocols.iso15118.secc import Secc
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.states import State
from sterna.protocols.iso15118.timing import REAL, virtual

LONG = Instant(START + 9e6)


def discharge(pair: Pair, power_kw: float = -7.0, expires: Instant = LONG) -> None:
    """Wish for a discharge."""
    pair.run(1)
    pair.do(pair.secc.set_point(pair.now, Kilowatts(power_kw), expires=expires))


def stopped(pair: Pair) -> Stopped:
    """Return how the supply's session ended."""
    event = pair.supply_events[-1]
    assert isinstance(event, Stopped)
    return event


def test_the_car_is_held_until_the_driver_agrees_and_polls_rarely(pair: Pair) -> None:
    pair.run(3600)
    assert pair.secc.state.name == "AUTHORIZATION"
    assert len(pair.said) < 32, "one poll per stride"
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    assert pair.secc.state is State.LOOP_DC


def test_without_consent_a_bidirectional_car_charges_one_way() -> None:
    pair = make_pair()
    pair.evcc = Evcc(
        replace(pair.evcc.settings, services=(Service.DC_BPT, Service.DC)), pair.evcc.battery
    )
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=False))
    discharge(pair)
    assert pair.heard(ServiceChosen)[-1] == ServiceChosen(
        service=Service.DC, control_mode=ControlMode.DYNAMIC
    )
    assert pair.power_kw == 0.0
    pair.do(pair.secc.set_point(pair.now, Kilowatts(8.0), expires=LONG))
    assert pair.power_kw == 8.0


def test_consent_withdrawn_in_the_loop_stops_discharge_at_once_and_changes_the_service() -> None:
    pair = make_pair()
    pair.evcc = Evcc(
        replace(pair.evcc.settings, services=(Service.DC_BPT, Service.DC)), pair.evcc.battery
    )
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    discharge(pair)
    assert pair.power_kw == -7.0
    pair.do(pair.secc.authorize(pair.now, consent_v2x=False))
    assert pair.power_kw == 0.0
    pair.run(5)
    assert pair.secc.state is State.LOOP_DC
    assert [event.service for event in pair.heard(ServiceChosen)] == [Service.DC_BPT, Service.DC]  # type: ignore[attr-defined]
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(5)
    assert pair.secc.needs is not None
    assert pair.secc.needs.service is Service.DC_BPT


def test_a_car_without_the_offered_service_leaves() -> None:
    pair = make_pair(Service.DC_BPT)
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=False))
    assert stopped(pair).failed
    assert pair.evcc.state is State.ENDED


def test_no_protocol_in_common_ends_both_sides() -> None:
    pair = make_pair(Service.AC_BPT, services=(Service.DC,))
    pair.plug()
    assert pair.secc.state is pair.evcc.state is State.ENDED


def test_discharge_ends_at_the_lower_end_of_the_range_to_the_second(looping: Pair) -> None:
    discharge(looping)
    looping.run(3 * 3600)
    assert looping.evcc.battery.soc == pytest.approx(0.35, abs=2e-4)
    assert looping.power_kw == 0.0


def test_the_same_energy_flows_at_any_stride() -> None:
    moved = []
    for stride in (1.0, 300.0, 900.0, 3600.0):
        pair = make_pair(timing=virtual(stride))
        pair.plug()
        pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
        discharge(pair)
        pair.run(2.5 * 3600)
        moved.append(pair.moved_kwh)
    assert moved[1:] == pytest.approx([moved[0]] * 3, rel=1e-3)


def test_a_set_point_that_nobody_renews_falls_back_and_never_discharges(looping: Pair) -> None:
    discharge(looping, expires=Instant(START + 601))
    looping.run(700)
    assert looping.heard(SetPointExpired)
    assert looping.power_kw == 0.0


@pytest.mark.parametrize(
    ("wish", "permitted"),
    [(50.0, 9.0), (-50.0, -5.0), (3.0, 3.0), (0.5, 0.0), (-0.5, 0.0)],
)
def test_every_limit_of_both_sides_holds(wish: float, permitted: float) -> None:
    battery = replace(BATTERY, min_charge_kw=Kilowatts(1.0), min_discharge_kw=Kilowatts(1.0))
    pair = make_pair(battery=battery)
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    limits = replace(SUPPLY, max_charge_kw=Kilowatts(9.0), max_discharge_kw=Kilowatts(5.0))
    pair.do(pair.secc.set_limits(pair.now, limits))
    discharge(pair, wish)
    assert pair.power_kw == permitted


def test_without_the_grid_code_nobody_discharges(looping: Pair) -> None:
    looping.run(1)
    looping.do(looping.secc.grid_code(looping.now, passed=False))
    discharge(looping)
    assert looping.power_kw == 0.0
    looping.do(looping.secc.grid_code(looping.now, passed=True))
    assert looping.power_kw == -7.0


def test_below_the_minimum_the_car_is_not_discharged_and_full_it_is_not_charged() -> None:
    for soc, wish in ((0.29, -7.0), (0.34, -7.0), (1.0, 7.0), (0.95, 7.0)):
        pair = make_pair(battery=replace(BATTERY, soc=Share(soc)))
        pair.plug()
        pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
        discharge(pair, wish)
        assert pair.power_kw == 0.0, soc


def test_the_drivers_plan_reaches_the_car(looping: Pair) -> None:
    looping.run(1)
    site = SitePlan(departure=Instant(START + 7200), minimum_soc=Share(0.4), target_soc=Share(0.9))
    looping.do(looping.secc.authorize(looping.now, consent_v2x=True, site=site))
    target = looping.heard(LoopTarget, by_car=True)[-1]
    assert isinstance(target, LoopTarget)
    assert (target.departure, target.minimum_soc, target.target_soc) == (START + 7200, 0.4, 0.9)


def test_needs_tell_departure_energies_and_limits(looping: Pair) -> None:
    needs = looping.heard(VehicleNeeds)[0]
    assert isinstance(needs, VehicleNeeds)
    assert needs.departure == BATTERY.departure
    assert needs.to_target_kwh == pytest.approx(12.0)
    assert needs.to_minimum_kwh == pytest.approx(-18.0)
    assert needs.max_discharge_kw == 11.0
    looping.run(1)
    report = looping.heard(LoopReport)[-1]
    assert isinstance(report, LoopReport)
    assert report.needs.soc == pytest.approx(0.6, abs=1e-4)


@pytest.mark.parametrize(
    ("notification", "state", "last"),
    [
        (Notification.TERMINATE, State.ENDED, "SessionStopRes"),
        (Notification.PAUSE, State.PAUSED, "SessionStopRes"),
        (Notification.SERVICE_RENEGOTIATION, State.LOOP_DC, "DC_ChargeLoopReq"),
        (Notification.SCHEDULE_RENEGOTIATION, State.LOOP_DC, "DC_ChargeLoopReq"),
        (Notification.METERING_CONFIRMATION, State.LOOP_DC, "DC_ChargeLoopReq"),
        (Notification.EXIT_STANDBY, State.LOOP_DC, "DC_ChargeLoopReq"),
    ],
)
def test_the_car_follows_each_notification(
    looping: Pair, notification: Notification, state: State, last: str
) -> None:
    discharge(looping)
    if notification is Notification.EXIT_STANDBY:
        looping.tell(looping.evcc.standby(looping.now, rest=True))
        looping.do(looping.secc.nudge(looping.now))
        assert looping.secc.state is State.STANDBY_DC
        assert looping.power_kw == 0.0
    looping.do(looping.secc.notify(looping.now, notification))
    looping.run(5)
    assert Notified(notification=notification) in looping.car_events
    assert looping.secc.state is looping.evcc.state is state
    assert looping.names()[-1] == last
    assert looping.power_kw == (-7.0 if state is State.LOOP_DC else 0.0)


def test_the_car_confirms_the_registers(looping: Pair) -> None:
    looping.run(1)
    looping.do(
        looping.secc.measured(
            looping.now,
            Kilowatts(0.0),
            charged_wh=WattHours(1200),
            discharged_wh=WattHours(34),
        )
    )
    looping.do(looping.secc.notify(looping.now, Notification.METERING_CONFIRMATION))
    looping.run(1)
    confirmed = MeterConfirmed(charged_wh=WattHours(1200), discharged_wh=WattHours(34))
    assert confirmed in looping.supply_events


def test_a_paused_session_is_resumed_without_asking_the_driver_again(looping: Pair) -> None:
    looping.run(1)
    looping.do(looping.secc.pause(looping.now))
    slept = stopped(looping)
    assert slept.resumable is not None
    assert slept.resumable.session_id == SESSION
    car = looping.car_events[-1]
    assert isinstance(car, Stopped)

    again = make_pair()
    again.secc = Secc(START, again.secc.settings, session_id=b"newnewID", paused=slept.resumable)
    again.plug(resume=car.resumable)
    again.run(1)
    opened = again.heard(SessionOpened)[0]
    assert isinstance(opened, SessionOpened)
    assert opened.resumed
    assert opened.session_id == SESSION
    assert again.secc.state is State.LOOP_DC


def test_another_car_does_not_inherit_a_sleeping_session(looping: Pair) -> None:
    looping.run(1)
    looping.do(looping.secc.pause(looping.now))
    again = make_pair()
    kept = stopped(looping).resumable
    again.secc = Secc(START, again.secc.settings, session_id=b"newnewID", paused=kept)
    again.plug()
    assert again.secc.session_id == b"newnewID"
    assert again.secc.state is State.AUTHORIZATION


def test_a_lost_connection_zeroes_the_power_and_keeps_the_session(looping: Pair) -> None:
    discharge(looping)
    looping.do(looping.secc.lost(looping.now))
    looping.tell(looping.evcc.lost(looping.now))
    assert looping.power_kw == 0.0
    assert stopped(looping).resumable is not None
    assert looping.secc.lost(looping.now) == ()
    assert looping.secc.deadline is None


def test_a_car_that_falls_silent_loses_its_power(looping: Pair) -> None:
    discharge(looping)
    looping.secc.nudge(looping.now)
    looping.secc.to_send()  # The answer is lost on its way.
    due = looping.secc.deadline
    assert due is not None
    looping.supply(looping.secc.tick(due))
    assert looping.power_kw == 0.0
    assert stopped(looping).reason == "the car fell silent"


def test_a_supply_that_falls_silent_ends_the_cars_session(looping: Pair) -> None:
    looping.run(1)
    due = looping.evcc.deadline
    assert due is not None
    looping.car(looping.evcc.tick(due))
    assert isinstance(looping.car_events[-1], Stopped)
    assert looping.car_events[-1].failed


def test_a_fault_cuts_power_and_refuses_the_outstanding_request(looping: Pair) -> None:
    discharge(looping)
    looping.do(looping.secc.fault(looping.now, "the control pilot is gone"))
    assert looping.power_kw == 0.0
    assert stopped(looping).reason == "the control pilot is gone"
    assert looping.evcc.state is State.ENDED


def test_the_car_stops_the_session_at_its_next_turn(looping: Pair) -> None:
    discharge(looping)
    events = looping.evcc.stop(looping.now, "the driver is in a hurry")
    assert events == (Attention(),)
    looping.do(looping.secc.nudge(looping.now))
    assert stopped(looping) == Stopped(reason="the driver is in a hurry")
    assert "DC_WeldingDetectionReq" in looping.names()


def test_the_site_stops_before_the_loop_by_refusing(pair: Pair) -> None:
    pair.do(pair.secc.stop(pair.now))
    assert stopped(pair).reason == "the site stopped"
    assert pair.evcc.state is State.ENDED


def test_the_site_can_let_a_car_wait_for_its_plan() -> None:
    pair = make_pair(Service.AC_BPT, ControlMode.SCHEDULED, await_plan=True)
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(900)
    assert pair.secc.state.name == "SCHEDULE_AC"
    steps = (
        PlanStep(duration_s=1800, power_kw=Kilowatts(-6.0)),
        PlanStep(duration_s=1800, power_kw=Kilowatts(4.0)),
    )
    pair.do(pair.secc.set_point(pair.now, Kilowatts(-6.0), expires=LONG))
    pair.do(pair.secc.plan(pair.now, steps))
    pair.run(1)
    assert pair.secc.state is State.LOOP_AC
    assert pair.power_kw == -6.0


def test_the_isolation_test_of_hardware_is_awaited_and_may_fail() -> None:
    for passed in (True, False):
        pair = make_pair(isolation_by_hardware=True)
        pair.plug()
        pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
        assert pair.heard(IsolationTestWanted)
        assert pair.secc.state is State.CABLE_CHECK
        pair.secc.measured(pair.now, Kilowatts(0.0), volts=BATTERY.voltage_v)
        pair.do(pair.secc.isolation(pair.now, passed=passed))
        pair.run(1)
        assert pair.secc.state is (State.LOOP_DC if passed else State.ENDED)


def test_real_time_turns_four_times_a_second() -> None:
    pair = make_pair(timing=REAL)
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(5)
    before = pair.names().count("DC_ChargeLoopReq")
    pair.run(10)
    assert 38 <= pair.names().count("DC_ChargeLoopReq") - before <= 42


ACTIONS = ("stop", "pause", "lost", "car stop", "car pause", "withdraw", "grant", "set", "wait")


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(list(Service)),
    st.sampled_from(list(ControlMode)),
    st.lists(
        st.tuples(st.sampled_from(ACTIONS), st.floats(min_value=0.0, max_value=900.0)), max_size=12
    ),
)
def test_whatever_happens_power_obeys_the_rules(
    service: Service, mode: ControlMode, happenings: list[tuple[str, float]]
) -> None:
    pair = make_pair(service, mode)
    one_way = {Service.DC_BPT: Service.DC, Service.AC_BPT: Service.AC}.get(service, service)
    car: EvccSettings = replace(pair.evcc.settings, services=(service, one_way))
    pair.evcc = Evcc(car, pair.evcc.battery)
    pair.plug()
    for action, pause in happenings:
        happen(pair, action, pause)
        pair.run(pause)
        check_rules(pair)


def happen(pair: Pair, action: str, size: float) -> None:
    """Do one of the things that may happen to a session."""
    now, secc, evcc = pair.now, pair.secc, pair.evcc
    if action == "lost":
        pair.supply(secc.lost(now))
        pair.car(evcc.lost(now))
    elif action.startswith("car"):
        pair.tell(evcc.stop(now) if action == "car stop" else evcc.pause(now))
    elif action in ("withdraw", "grant"):
        pair.do(secc.authorize(now, consent_v2x=action == "grant"))
    elif action == "set":
        pair.do(secc.set_point(now, Kilowatts(size / 40 - 11), expires=Instant(now + 900)))
    elif action != "wait":
        pair.do(secc.stop(now) if action == "stop" else secc.pause(now))


def check_rules(pair: Pair) -> None:
    """Assert what must hold at any moment."""
    secc = pair.secc
    if pair.power_kw < 0.0:
        assert secc.may_discharge
        assert pair.now <= secc.wish.expires
    if secc.state not in (State.LOOP_DC, State.LOOP_AC):
        assert pair.power_kw == 0.0
    assert len([one for one in pair.supply_events if isinstance(one, Stopped)]) <= 1
    assert 0.349 <= pair.evcc.battery.soc <= 1.001 or secc.scheduled
