"""Every message in every state: what the table does not know is a sequence error and ends with zero power."""

import itertools

import pytest
from protocols.iso15118.iso15118_pair import SESSION, START, Pair, make_pair

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols.iso15118 import asking, states
from sterna.protocols.iso15118.events import Stopped
from sterna.protocols.iso15118.messages import (
    REQUESTS,
    ac,
    app_protocol,
    certificates,
    dc,
    metering,
    positioning,
    schedule,
    session,
)
from sterna.protocols.iso15118.messages.codes import (
    CheckInStatus,
    CheckOutStatus,
    Code,
    NegotiationCode,
    Processing,
    Progress,
    Steering,
    StopMode,
)
from sterna.protocols.iso15118.messages.signature import X509IssuerSerialType
from sterna.protocols.iso15118.messages.values import (
    ListOfRootCertificateIDsType,
    MessageHeader,
    MeterInfoType,
    Response,
)
from sterna.protocols.iso15118.refusals import refusal
from sterna.protocols.iso15118.schema import Element, element_name
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.states import State
from sterna.protocols.iso15118.turns import ac_turn, dc_turn

HEAD = MessageHeader(SessionID=SESSION, TimeStamp=int(START))
BATTERY = make_pair().evcc.battery
ZERO = asking.ZERO
CHAIN = certificates.SignedCertificateChainType(Id="c", Certificate=b"c")
ROOT = X509IssuerSerialType(X509IssuerName="CN=root", X509SerialNumber=1)

SAMPLES: dict[type[Element], Element] = {
    type(one): one
    for one in (
        asking.protocols((Service.DC_BPT,)),
        session.SessionSetupReq(Header=HEAD, EVCCID="EV1"),
        session.AuthorizationSetupReq(Header=HEAD),
        asking.authorization(HEAD),
        asking.discovery(HEAD, (Service.DC_BPT,)),
        session.ServiceDetailReq(Header=HEAD, ServiceID=6),
        session.ServiceSelectionReq(
            Header=HEAD,
            SelectedEnergyTransferService=session.SelectedServiceType(
                ServiceID=6, ParameterSetID=1
            ),
        ),
        asking.dc_parameters(HEAD, BATTERY, bidirectional=True),
        asking.ac_parameters(HEAD, BATTERY, bidirectional=True),
        asking.plan(HEAD, BATTERY, ControlMode.DYNAMIC, START, 12),
        dc.DcCableCheckReq(Header=HEAD),
        dc.DcPreChargeReq(
            Header=HEAD,
            EVProcessing=Processing.ONGOING,
            EVPresentVoltage=ZERO,
            EVTargetVoltage=ZERO,
        ),
        asking.delivery(HEAD, Progress.STOP),
        dc_turn(HEAD, BATTERY, Service.DC_BPT, ControlMode.DYNAMIC, START, 0.0, meter=False),
        ac_turn(HEAD, BATTERY, Service.AC_BPT, ControlMode.DYNAMIC, START, meter=False),
        asking.confirmation(
            HEAD, MeterInfoType(MeterID="m", ChargedEnergyReadingWh=1), ControlMode.DYNAMIC
        ),
        dc.DcWeldingDetectionReq(Header=HEAD, EVProcessing=Processing.FINISHED),
        asking.stop(HEAD, StopMode.TERMINATE, None),
        certificates.CertificateInstallationReq(
            Header=HEAD,
            OEMProvisioningCertificateChain=CHAIN,
            ListOfRootCertificateIDs=ListOfRootCertificateIDsType(RootCertificateID=(ROOT,)),
            MaximumContractCertificateChains=1,
        ),
        positioning.VehicleCheckInReq(
            Header=HEAD, EVCheckInStatus=CheckInStatus.CHECK_IN, ParkingMethod=Steering.MANUAL
        ),
        positioning.VehicleCheckOutReq(
            Header=HEAD, EVCheckOutStatus=CheckOutStatus.CHECK_OUT, CheckOutTime=1
        ),
    )
}


def in_state(state: State) -> Pair:
    """Return a pair whose supply stands in *state* with nothing outstanding, drawing -7 kW in loops."""
    service = Service.AC_BPT if state.name.endswith("_AC") else Service.DC_BPT
    pair = make_pair(service)
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    pair.do(pair.secc.set_point(pair.now, Kilowatts(-7.0), expires=Instant(pair.now + 9e9)))
    assert pair.power_kw == -7.0
    pair.secc._asked = None
    pair.secc.state = state
    return pair


def test_there_is_a_sample_of_every_request() -> None:
    assert set(SAMPLES) == set(REQUESTS)


@pytest.mark.parametrize("state", [one for one in State if one not in states.CLOSED])
def test_whatever_is_out_of_order_is_a_sequence_error_and_ends_the_power(state: State) -> None:
    for kind, message in SAMPLES.items():
        if states.expected(state, kind):
            continue
        pair = in_state(state)
        pair.supply(pair.secc.receive(pair.now, message))
        (answer,) = pair.secc.to_send()
        if isinstance(answer, app_protocol.SupportedAppProtocolRes):
            assert answer.ResponseCode is NegotiationCode.FAILED
        else:
            assert isinstance(answer, Response)
            assert answer.ResponseCode is Code.FAILED_SEQUENCE_ERROR, element_name(kind)
        assert pair.secc.state is State.ENDED
        assert pair.power_kw == 0.0
        assert isinstance(pair.supply_events[-1], Stopped)


@pytest.mark.parametrize("state", [one for one in State if one not in states.CLOSED])
def test_whatever_the_table_knows_is_no_sequence_error(state: State) -> None:
    for kind in states.TABLE[state]:
        pair = in_state(state)
        pair.supply(pair.secc.receive(pair.now, SAMPLES[kind]))
        pair.secc.nudge(pair.now)
        (answer,) = pair.secc.to_send()
        code = getattr(answer, "ResponseCode", None)
        assert code is not Code.FAILED_SEQUENCE_ERROR, element_name(kind)


@pytest.mark.parametrize("state", [one for one in State if one not in states.CLOSED])
def test_another_session_is_unknown(state: State) -> None:
    other = MessageHeader(SessionID=b"another!", TimeStamp=0)
    for kind in states.TABLE[state]:
        if kind in (app_protocol.SupportedAppProtocolReq, session.SessionSetupReq):
            continue
        pair = in_state(state)
        message = SAMPLES[kind]
        fields = {name: getattr(message, name) for name in message.__struct_fields__}
        pair.supply(pair.secc.receive(pair.now, kind(**(fields | {"Header": other}))))
        (answer,) = pair.secc.to_send()
        assert isinstance(answer, Response)
        assert answer.ResponseCode is Code.FAILED_UNKNOWN_SESSION
        assert pair.power_kw == 0.0


def test_every_way_in_the_table_ends_in_a_state_of_the_table() -> None:
    reached = {State.PROTOCOL} | {
        state for rows in states.TABLE.values() for ways in rows.values() for state in ways.values()
    }
    assert reached == set(State)


def test_a_failed_answer_ends_the_session_whatever_it_answers() -> None:
    for state, kind in itertools.product(State, SAMPLES):
        if not states.expected(state, kind) or kind is app_protocol.SupportedAppProtocolReq:
            continue
        answer = refusal(kind, HEAD, Code.FAILED)
        assert states.after(state, SAMPLES[kind], answer) is State.ENDED


def test_an_answer_is_no_request_and_a_request_no_answer() -> None:
    pair = make_pair()
    with pytest.raises(BrokenPeer):
        pair.secc.receive(pair.now, refusal(session.SessionSetupReq, HEAD, Code.OK))
    with pytest.raises(BrokenPeer):
        pair.evcc.receive(pair.now, SAMPLES[session.SessionSetupReq])


def test_a_second_request_before_the_answer_is_out_of_order() -> None:
    pair = make_pair()
    pair.plug()
    pair.supply(pair.secc.receive(pair.now, asking.authorization(HEAD)))
    (answer,) = pair.secc.to_send()
    assert isinstance(answer, session.AuthorizationRes)
    assert answer.ResponseCode is Code.FAILED_SEQUENCE_ERROR


def test_an_answer_that_nobody_asked_for_ends_the_cars_session() -> None:
    pair = make_pair()
    pair.plug()
    pair.car(pair.evcc.receive(pair.now, refusal(metering_request(), HEAD, Code.OK)))
    assert pair.evcc.state is State.ENDED
    assert pair.evcc.deadline is None


def metering_request() -> type[Element]:
    """Return a request that the car has not sent."""
    return metering.MeteringConfirmationReq


def test_schedule_messages_are_among_the_samples() -> None:
    assert schedule.ScheduleExchangeReq in SAMPLES
    assert ac.AcChargeLoopReq in SAMPLES
