"""What the supply refuses, by its code, and what the trace reads of it."""

import pytest
from msgspec.structs import replace
from protocols.iso15118.iso15118_pair import SESSION, START, SUPPLY, make_pair

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols.iso15118 import asking
from sterna.protocols.iso15118.answers import PlanStep
from sterna.protocols.iso15118.describe import fields_of
from sterna.protocols.iso15118.events import Stopped
from sterna.protocols.iso15118.limits import permitted
from sterna.protocols.iso15118.messages import app_protocol, session
from sterna.protocols.iso15118.messages.codes import (
    Authorization,
    Code,
    NegotiationCode,
    Progress,
    StopMode,
)
from sterna.protocols.iso15118.messages.signature import SignatureMethodType
from sterna.protocols.iso15118.messages.values import MessageHeader, Response
from sterna.protocols.iso15118.schema import Element, particles
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.states import State
from sterna.protocols.iso15118.turns import ac_turn, dc_turn

HEAD = MessageHeader(SessionID=SESSION, TimeStamp=int(START))
BATTERY = make_pair().evcc.battery
CHOSEN = session.SelectedServiceType(ServiceID=6, ParameterSetID=9)

# (service of the session, state, request, code)
REFUSED: list[tuple[Service, State, Element, Code]] = [
    (
        Service.DC_BPT,
        State.DISCOVERY,
        session.ServiceDiscoveryReq(
            Header=HEAD, SupportedServiceIDs=session.ServiceIDListType(ServiceID=(3,))
        ),
        Code.FAILED_NO_ENERGY_TRANSFER_SERVICE_SELECTED,
    ),
    (
        Service.DC_BPT,
        State.DETAIL,
        session.ServiceDetailReq(Header=HEAD, ServiceID=65),
        Code.FAILED_SERVICE_ID_INVALID,
    ),
    (
        Service.DC_BPT,
        State.SELECTION,
        session.ServiceSelectionReq(Header=HEAD, SelectedEnergyTransferService=CHOSEN),
        Code.FAILED_SERVICE_SELECTION_INVALID,
    ),
    (
        Service.DC_BPT,
        State.SELECTION,
        session.ServiceSelectionReq(
            Header=HEAD, SelectedEnergyTransferService=replace(CHOSEN, ServiceID=7)
        ),
        Code.FAILED_NO_ENERGY_TRANSFER_SERVICE_SELECTED,
    ),
    (
        Service.DC_BPT,
        State.PARAMETERS_DC,
        asking.dc_parameters(HEAD, BATTERY, bidirectional=False),
        Code.FAILED_WRONG_CHARGE_PARAMETER,
    ),
    (
        Service.AC_BPT,
        State.PARAMETERS_AC,
        asking.ac_parameters(HEAD, BATTERY, bidirectional=False),
        Code.FAILED_WRONG_CHARGE_PARAMETER,
    ),
    (
        Service.DC_BPT,
        State.SCHEDULE_DC,
        asking.plan(HEAD, BATTERY, ControlMode.SCHEDULED, START, 12),
        Code.FAILED_WRONG_CHARGE_PARAMETER,
    ),
    (
        Service.DC_BPT,
        State.LOOP_DC,
        dc_turn(HEAD, BATTERY, Service.DC, ControlMode.DYNAMIC, START, 0.0, meter=False),
        Code.FAILED_WRONG_CHARGE_PARAMETER,
    ),
]


@pytest.mark.parametrize(("service", "state", "request_", "code"), REFUSED)
def test_a_wrong_request_is_refused_with_its_code(
    service: Service, state: State, request_: Element, code: Code
) -> None:
    pair = make_pair(service)
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    pair.secc._asked = None
    pair.secc.state = state
    pair.supply(pair.secc.receive(pair.now, request_))
    (answer,) = pair.secc.to_send()
    assert isinstance(answer, Response)
    assert answer.ResponseCode is code
    assert fields_of(answer)["code"] == code.value
    assert isinstance(pair.supply_events[-1], Stopped)


TOO_MUCH = (PlanStep(duration_s=60, power_kw=Kilowatts(99.0)),)


@pytest.mark.parametrize(
    ("profile", "tuple_id", "code"),
    [
        (None, 1, Code.FAILED_EV_POWER_PROFILE_INVALID),
        (TOO_MUCH, 1, Code.FAILED_EV_POWER_PROFILE_INVALID),
        ((), 2, Code.FAILED_SCHEDULE_SELECTION_INVALID),
    ],
)
def test_a_planning_car_without_a_fitting_profile_gets_no_power(
    profile: tuple[PlanStep, ...] | None, tuple_id: int, code: Code
) -> None:
    pair = make_pair(Service.DC_BPT, ControlMode.SCHEDULED)
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    pair.secc._asked = None
    pair.secc.state = State.READY_DC
    wrong = asking.delivery(HEAD, Progress.START, profile, START, tuple_id=tuple_id)
    pair.supply(pair.secc.receive(pair.now, wrong))
    (answer,) = pair.secc.to_send()
    assert isinstance(answer, Response)
    assert answer.ResponseCode is code


def test_plug_and_charge_is_not_on_offer_but_the_car_may_try_again() -> None:
    pair = make_pair()
    pair.plug()
    pair.secc._asked = None
    request = replace(asking.authorization(HEAD), SelectedAuthorizationService=Authorization.PNC)
    pair.supply(pair.secc.receive(pair.now, request))
    (answer,) = pair.secc.to_send()
    assert isinstance(answer, session.AuthorizationRes)
    assert answer.ResponseCode is Code.WARNING_AUTHORIZATION_SELECTION_INVALID
    assert fields_of(answer) == {"code": answer.ResponseCode.value, "waiting": True}
    assert pair.secc.state is State.AUTHORIZATION


def test_another_minor_version_is_taken_with_a_remark() -> None:
    pair = make_pair()
    offer = asking.protocols((Service.DC,))
    newer = replace(offer.AppProtocol[0], VersionNumberMinor=3)
    pair.secc.receive(pair.now, replace(offer, AppProtocol=(newer,)))
    (answer,) = pair.secc.to_send()
    assert isinstance(answer, app_protocol.SupportedAppProtocolRes)
    assert answer.ResponseCode is NegotiationCode.OK_MINOR_DEVIATION


def test_a_closed_machine_says_and_hears_nothing_more() -> None:
    pair = make_pair()
    pair.plug()
    pair.tell(pair.evcc.lost(pair.now))
    pair.do(pair.secc.lost(pair.now))
    assert pair.secc.receive(pair.now, asking.authorization(HEAD)) == ()
    assert pair.secc.tick(pair.now) == pair.secc.stop(pair.now) == ()
    assert pair.evcc.tick(pair.now) == pair.evcc.stop(pair.now) == ()
    assert pair.evcc.to_send() == pair.secc.to_send() == ()


def test_a_car_that_stops_before_a_session_simply_leaves() -> None:
    pair = make_pair()
    pair.tell(pair.evcc.stop(pair.now))
    assert isinstance(pair.car_events[-1], Stopped)


@pytest.mark.parametrize("kind", [Service.AC_BPT, Service.AC])
def test_the_trace_reads_the_power_of_an_ac_car(kind: Service) -> None:
    battery = replace(BATTERY, power_kw=Kilowatts(-3.0))
    for mode in ControlMode:
        fields = fields_of(ac_turn(HEAD, battery, kind, mode, START, meter=False))
        assert fields == {"soc": 0.6, "kw": -3.0}


def test_the_trace_reads_progress_and_the_way_of_stopping() -> None:
    assert fields_of(asking.delivery(HEAD, Progress.STANDBY)) == {"progress": "Standby"}
    assert fields_of(asking.stop(HEAD, StopMode.PAUSE, None)) == {"mode": "Pause"}
    assert fields_of(session.AuthorizationSetupReq(Header=HEAD)) == {}


def test_a_set_point_holds_for_the_whole_of_its_time() -> None:
    pair = make_pair(Service.AC_BPT)
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    pair.do(
        pair.secc.set_point(
            pair.now, Kilowatts(-5.0), expires=Instant(START + 901), fallback_kw=Kilowatts(2.0)
        )
    )
    pair.run(1800)
    assert pair.moved_kwh == pytest.approx(-5.0 * 900 / 3600 + 2.0 * 900 / 3600, abs=0.01)
    assert pair.secc.needs is not None
    assert permitted(0.0, pair.secc.needs, SUPPLY, discharge=True) == 0.0


def test_what_is_never_sent_still_stands_in_the_grammar() -> None:
    roles = {one.name: one.role for one in particles(SignatureMethodType)}
    assert roles == {"Algorithm": "attribute", "HMACOutputLength": "element", "Any": "wildcard"}
