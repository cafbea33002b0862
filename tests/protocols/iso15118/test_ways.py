"""How a service is used: connectors and phases, who knows the driver's needs, services beside it, plans to choose from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from protocols.iso15118.iso15118_pair import BATTERY, SESSION, START, SUPPLY, Pair, make_pair

from sterna.kernel.quantities import Instant, Kilowatts, Share
from sterna.protocols.iso15118 import phases, plans
from sterna.protocols.iso15118.answers import PlanStep, SitePlan
from sterna.protocols.iso15118.choosing import best_way
from sterna.protocols.iso15118.events import LoopReport, LoopTarget, SupplyOffered
from sterna.protocols.iso15118.messages import ac, schedule, session
from sterna.protocols.iso15118.messages.codes import Code
from sterna.protocols.iso15118.messages.values import MessageHeader, rational
from sterna.protocols.iso15118.offer import INTERNET, PARKING_STATUS, ValueAdded
from sterna.protocols.iso15118.services import (
    ControlMode,
    MobilityNeeds,
    Service,
    parameter_sets,
    understood,
    ways,
)
from sterna.protocols.iso15118.states import State

HEAD = MessageHeader(SessionID=SESSION, TimeStamp=int(START))
BOTH = tuple(ControlMode)
LONG = Instant(START + 9e6)
SINGLE = replace(BATTERY, phases=1, max_charge_kw=Kilowatts(7.4), max_discharge_kw=Kilowatts(7.4))


def begun(pair: Pair, kw: float = -6.0) -> Pair:
    """Bring *pair* into the loop with a wish of *kw*."""
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    pair.do(pair.secc.set_point(pair.now, Kilowatts(kw), expires=LONG))
    return pair


def last(pair: Pair, kind: type) -> object:
    """Return the last message of *kind*."""
    return next(one for one in reversed(pair.said) if isinstance(one, kind))


# Parameter sets.


@pytest.mark.parametrize("service", list(Service))
def test_the_site_may_have_a_plan_of_its_own_in_dynamic_sets_alone(service: Service) -> None:
    found = ways(service, BOTH)
    assert {(way.control_mode, way.mobility_needs) for way in found} == {
        (ControlMode.DYNAMIC, MobilityNeeds.BOTH),
        (ControlMode.DYNAMIC, MobilityNeeds.CAR),
        (ControlMode.SCHEDULED, MobilityNeeds.CAR),
    }
    assert {way.connector for way in found} == ({2} if service.direct else {1, 2})
    assert len({way.set_id for way in found}) == len(found)
    assert understood(parameter_sets(service, found, 230)) == found


@given(st.sampled_from(list(Service)), st.data())
def test_neither_the_order_of_sets_nor_of_parameters_means_anything(
    service: Service, data: st.DataObject
) -> None:
    sets = parameter_sets(service, ways(service, BOTH), 230)
    shuffled = [
        replace(one, Parameter=tuple(data.draw(st.permutations(one.Parameter))))
        for one in data.draw(st.permutations(sets.ParameterSet))
    ]
    mixed = replace(sets, ParameterSet=tuple(shuffled))
    for count in (1, 3):
        chosen = best_way(
            understood(mixed), service, modes=BOTH, needs=tuple(MobilityNeeds), phases=count
        )
        assert chosen is not None
        assert chosen.control_mode is ControlMode.SCHEDULED
        assert chosen.phases(service) == (1 if service.direct else count)


@pytest.mark.parametrize(
    "lacking", ["BPTChannel", "GeneratorMode", "MobilityNeedsMode", "Connector"]
)
def test_a_set_that_leaves_something_out_means_the_plainest(lacking: str) -> None:
    sets = parameter_sets(Service.AC_BPT, ways(Service.AC_BPT, BOTH), 230)
    poorer = replace(
        sets,
        ParameterSet=tuple(
            replace(one, Parameter=tuple(each for each in one.Parameter if each.Name != lacking))
            for one in sets.ParameterSet
        ),
    )
    found = understood(poorer)
    assert len(found) == len(sets.ParameterSet)
    for way in found:
        assert way.channel == way.generator == 1
        if lacking == "MobilityNeedsMode":
            assert way.mobility_needs is MobilityNeeds.CAR
        if lacking == "Connector":
            assert way.phases(Service.AC_BPT) == 1


def test_what_sterna_does_not_speak_is_not_chosen() -> None:
    def one_set(**named: int | str) -> session.ServiceParameterListType:
        listed = tuple(
            session.ParameterType(Name=name, finiteString=value)
            if isinstance(value, str)
            else session.ParameterType(Name=name, shortValue=value)
            for name, value in named.items()
        )
        only = session.ParameterSetType(ParameterSetID=1, Parameter=listed)
        return session.ServiceParameterListType(ParameterSet=(only,))

    assert len(understood(one_set(ControlMode=2))) == 1, "other widths are read"
    assert understood(one_set(Connector=2)) == ()
    assert understood(one_set(ControlMode="2")) == ()
    assert understood(one_set(ControlMode=3)) == ()
    assert understood(one_set(ControlMode=2, BPTChannel=2)) == ()
    assert understood(one_set(ControlMode=2, GeneratorMode=2)) == ()
    assert understood(one_set(ControlMode=1, MobilityNeedsMode=2)) == ()


def test_a_car_without_a_way_in_common_leaves() -> None:
    pair = make_pair(Service.DC_BPT, ControlMode.SCHEDULED, control_modes=(ControlMode.DYNAMIC,))
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    assert pair.secc.state is pair.evcc.state is State.ENDED
    assert "SessionStopReq" in pair.names()


# Who knows the driver's needs.


@pytest.mark.parametrize("service", [Service.DC_BPT, Service.AC_BPT, Service.DC, Service.AC])
@pytest.mark.parametrize("needs", list(MobilityNeeds))
def test_the_site_answers_with_its_own_plan_only_where_the_car_agreed_to_that(
    service: Service, needs: MobilityNeeds
) -> None:
    pair = make_pair(service, car={"mobility_needs": (needs,)})
    pair.plug()
    site = SitePlan(departure=Instant(START + 7200), minimum_soc=Share(0.4), target_soc=Share(0.9))
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True, site=site))
    pair.run(1)
    pair.do(pair.secc.nudge(pair.now))
    exchanged = last(pair, schedule.ScheduleExchangeRes)
    assert isinstance(exchanged, schedule.ScheduleExchangeRes)
    mode = exchanged.Dynamic_SEResControlMode
    assert mode is not None
    target = pair.heard(LoopTarget, by_car=True)[-1]
    assert isinstance(target, LoopTarget)
    if needs is MobilityNeeds.BOTH:
        assert (mode.MinimumSOC, mode.TargetSOC) == (40, 90)
        assert (target.minimum_soc, target.target_soc) == (0.4, 0.9)
    else:
        assert (mode.DepartureTime, mode.MinimumSOC, mode.TargetSOC) == (None, None, None)
        assert (target.departure, target.minimum_soc, target.target_soc) == (None, None, None)


# Phases.


@pytest.mark.parametrize("mode", list(ControlMode))
def test_a_three_phase_car_speaks_of_every_phase(mode: ControlMode) -> None:
    pair = begun(make_pair(Service.AC_BPT, mode))
    pair.run(1)
    request, answer = last(pair, ac.AcChargeLoopReq), last(pair, ac.AcChargeLoopRes)
    assert isinstance(request, ac.AcChargeLoopReq)
    assert isinstance(answer, ac.AcChargeLoopRes)
    assert sum(phases.heard(request.CLReqControlMode, "EVMaximumChargePower")) == 11.0
    asked = phases.heard(answer.CLResControlMode, "EVSETargetActivePower")
    assert asked == (-2.0, -2.0, -2.0)
    target = pair.heard(LoopTarget, by_car=True)[-1]
    assert isinstance(target, LoopTarget)
    assert (target.power_kw, target.phases_kw) == (-6.0, (-2.0, -2.0, -2.0))
    assert pair.power_kw == -6.0


def test_a_single_phase_car_at_a_three_phase_supply_uses_one_phase_of_it() -> None:
    pair = begun(make_pair(Service.AC_BPT, battery=SINGLE), kw=11.0)
    pair.run(1)
    offer = pair.heard(SupplyOffered, by_car=True)[-1]
    assert isinstance(offer, SupplyOffered)
    assert offer.max_charge_kw == pytest.approx(22.0 / 3, abs=1e-3)
    assert pair.power_kw == pytest.approx(22.0 / 3, abs=1e-3)
    request = last(pair, ac.AcChargeLoopReq)
    assert isinstance(request, ac.AcChargeLoopReq)
    assert len(phases.heard(request.CLReqControlMode, "EVMaximumChargePower")) == 1


def test_a_three_phase_car_at_a_single_phase_supply_has_a_third_of_its_power() -> None:
    limits = replace(SUPPLY, phases=1, max_charge_kw=Kilowatts(7.4))
    pair = begun(make_pair(Service.AC, supply=limits), kw=11.0)
    assert pair.power_kw == pytest.approx(11.0 / 3, abs=1e-3)
    assert pair.evcc.way is not None
    assert pair.evcc.way.phases(Service.AC) == 1


def test_one_phase_alone_carries_no_more_than_the_asymmetry() -> None:
    limits = replace(SUPPLY, max_asymmetry_kw=Kilowatts(4.6), ramp_percent_per_min=200.0)
    pair = begun(make_pair(Service.AC_BPT, battery=SINGLE, supply=limits), kw=-7.4)
    assert pair.power_kw == pytest.approx(-4.6)
    offer = pair.heard(SupplyOffered, by_car=True)[-1]
    assert isinstance(offer, SupplyOffered)
    assert (offer.max_asymmetry_kw, offer.ramp_percent_per_min) == (4.6, 200.0)
    assert (offer.max_charge_kw, offer.max_discharge_kw) == (4.6, 4.6)


def test_phases_that_differ_are_filled_as_far_as_each_goes() -> None:
    limits = replace(SUPPLY, max_asymmetry_kw=Kilowatts(2.0))
    pair = begun(make_pair(Service.AC_BPT, supply=limits), kw=1.0)
    pair.secc._asked = None
    request = last(pair, ac.AcChargeLoopReq)
    assert isinstance(request, ac.AcChargeLoopReq)
    mode = request.CLReqControlMode
    assert isinstance(mode, ac.BptDynamicAcRequest)
    uneven = replace(
        mode,
        EVMaximumChargePower=rational(1000.0),
        EVMaximumChargePower_L2=rational(2000.0),
        EVMaximumChargePower_L3=rational(7000.0),
    )
    pair.supply(pair.secc.receive(pair.now, replace(request, CLReqControlMode=uneven)))
    pair.supply(pair.secc.set_point(pair.now, Kilowatts(11.0), expires=LONG))
    (answer,) = pair.secc.to_send()
    assert isinstance(answer, ac.AcChargeLoopRes)
    assert phases.heard(answer.CLResControlMode, "EVSETargetActivePower") == (1.0, 2.0, 3.0)
    assert pair.power_kw == 6.0


def test_reactive_power_is_asked_for_and_reported() -> None:
    pair = begun(make_pair(Service.AC_BPT))
    events = pair.secc.set_point(pair.now, Kilowatts(-6.0), expires=LONG, reactive_kvar=3.0)
    pair.do(events)
    target = pair.heard(LoopTarget, by_car=True)[-1]
    assert isinstance(target, LoopTarget)
    assert target.reactive_kvar == 3.0
    pair.evcc.battery = replace(pair.evcc.battery, reactive_kvar=2.7)
    pair.do(pair.secc.nudge(pair.now))
    report = pair.heard(LoopReport)[-1]
    assert isinstance(report, LoopReport)
    assert report.needs.power_kw == -6.0
    assert report.needs.reactive_kvar == pytest.approx(2.7)


@given(st.floats(min_value=-32.0, max_value=32.0), st.sampled_from([1, 2, 3]))
def test_a_power_over_phases_is_within_a_watt_of_the_power(total: float, count: int) -> None:
    found = phases.written(total, count)
    assert len(found) == count
    assert sum(float(one) for one in found) == pytest.approx(total * 1000.0, abs=0.51)
    assert max(map(float, found)) - min(map(float, found)) <= 1.0


@given(
    st.floats(min_value=-40.0, max_value=40.0),
    st.lists(st.floats(min_value=0.0, max_value=12.0), min_size=1, max_size=3),
    st.one_of(st.none(), st.floats(min_value=0.0, max_value=10.0)),
)
def test_a_spread_power_exceeds_no_phase_and_leaves_nothing_out_that_fits(
    total: float, limits: list[float], asymmetry: float | None
) -> None:
    most = phases.caps(tuple(limits), asymmetry)
    found = phases.spread(total, most)
    assert all(abs(one) <= most_one + 1e-9 for one, most_one in zip(found, most, strict=True))
    assert all(one * total >= 0.0 for one in found)
    assert abs(sum(found)) == pytest.approx(min(abs(total), sum(most)), abs=1e-6)
    if asymmetry is not None:
        sizes = [abs(one) for one in found] + ([] if len(found) == 3 else [0.0])
        assert max(sizes) - min(sizes) <= asymmetry + 1e-9


# DC: currents and voltages.


def test_the_smaller_current_of_both_sides_bounds_the_power() -> None:
    pair = begun(make_pair(battery=replace(BATTERY, max_current_a=10.0)), kw=11.0)
    assert pair.power_kw == pytest.approx(10.0 * 400.0 / 1000.0)
    pair.do(pair.secc.set_limits(pair.now, replace(SUPPLY, max_current_a=5.0)))
    assert pair.power_kw == pytest.approx(2.0)
    pair.do(pair.secc.set_point(pair.now, Kilowatts(-11.0), expires=LONG))
    assert pair.power_kw == pytest.approx(-2.0)


# Services beside the energy.

NET = ValueAdded(
    service_id=INTERNET,
    sets=(
        session.ParameterSetType(
            ParameterSetID=3,
            Parameter=(
                session.ParameterType(Name="Protocol", finiteString="https"),
                session.ParameterType(Name="Port", intValue=443),
            ),
        ),
    ),
)


def test_a_car_selects_the_services_beside_the_energy_that_it_knows() -> None:
    pair = make_pair(car={"value_added": (PARKING_STATUS, INTERNET)}, value_added=(NET,))
    begun(pair)
    assert pair.secc.state is State.LOOP_DC
    chosen = last(pair, session.ServiceSelectionReq)
    assert isinstance(chosen, session.ServiceSelectionReq)
    assert chosen.SelectedVASList is not None
    (beside,) = chosen.SelectedVASList.SelectedService
    assert (beside.ServiceID, beside.ParameterSetID) == (INTERNET, 3)
    assert pair.names().count("ServiceDetailReq") == 2


def test_a_car_that_wants_none_is_told_of_them_and_goes_on() -> None:
    pair = begun(make_pair(value_added=(NET,)))
    found = last(pair, session.ServiceDiscoveryRes)
    assert isinstance(found, session.ServiceDiscoveryRes)
    assert found.VASList is not None
    assert pair.secc.state is State.LOOP_DC


@pytest.mark.parametrize("beside", [(PARKING_STATUS, 1), (INTERNET, 1)])
def test_a_service_beside_the_energy_that_is_not_on_offer_is_no_choice(
    beside: tuple[int, int],
) -> None:
    pair = make_pair(value_added=(NET,))
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.secc._asked = None
    pair.secc.state = State.SELECTION
    selected = session.SelectedServiceType(ServiceID=beside[0], ParameterSetID=beside[1])
    request = session.ServiceSelectionReq(
        Header=HEAD,
        SelectedEnergyTransferService=session.SelectedServiceType(ServiceID=6, ParameterSetID=1),
        SelectedVASList=session.SelectedServiceListType(SelectedService=(selected,)),
    )
    pair.supply(pair.secc.receive(pair.now, request))
    (answer,) = pair.secc.to_send()
    assert isinstance(answer, session.ServiceSelectionRes)
    assert answer.ResponseCode is Code.FAILED_SERVICE_SELECTION_INVALID


# Plans.


def steps(*powers_kw: float) -> tuple[PlanStep, ...]:
    """Return a plan with an hour for each power."""
    return tuple(PlanStep(duration_s=3600, power_kw=Kilowatts(power)) for power in powers_kw)


def test_a_planning_car_takes_the_plan_that_brings_it_nearest_to_its_target() -> None:
    pair = make_pair(Service.DC_BPT, ControlMode.SCHEDULED, await_plan=True)
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    choice = (steps(11.0, 11.0, 11.0), steps(-5.0, 5.0, 11.0))
    pair.do(pair.secc.plan(pair.now, steps(2.0, 2.0, 2.0), alternatives=choice))
    pair.run(1)
    assert pair.secc.profile == steps(-5.0, 5.0, 11.0), "12 kWh are wanted; 6, 33 and 11 on offer"
    pair.do(pair.secc.set_point(pair.now, Kilowatts(-11.0), expires=LONG))
    assert pair.power_kw == -5.0


@given(st.lists(st.integers(min_value=-22, max_value=22), min_size=1, max_size=8))
def test_a_plan_on_the_wire_is_the_plan_that_was_meant(powers: list[int]) -> None:
    meant = steps(*map(float, powers))
    for count in (1, 3):
        form = plans.PlanForm(bidirectional=True, phases=count)
        found = plans.offered(plans.scheduled_plan((meant,), START, form))
        assert found == {1: meant}
        assert plans.keeps_to(meant, START, found[1], START)


def test_a_profile_keeps_to_its_plan_at_every_moment_of_both() -> None:
    plan = steps(5.0, -3.0)
    assert plans.keeps_to(steps(4.0, -2.0), START, plan, START)
    assert plans.keeps_to(steps(0.0), START + 1800, plan, START)
    assert not plans.keeps_to(steps(5.0), START + 1800, plan, START), "reaches into the second hour"
    assert not plans.keeps_to(steps(5.1), START, plan, START)
    assert not plans.keeps_to(steps(5.0, -3.0, 1.0), START, plan, START), "beyond its end"
