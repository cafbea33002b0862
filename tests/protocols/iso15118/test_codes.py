"""Every response code: the story in which the supply gives it, or the reason why it never does."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from protocols.iso15118.contracts import gate, office, tree, with_contract, without_contract
from protocols.iso15118.iso15118_pair import CHALLENGE, SESSION, START, Pair, make_pair

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols.iso15118 import asking
from sterna.protocols.iso15118.answers import PlanStep
from sterna.protocols.iso15118.messages import dc, session
from sterna.protocols.iso15118.messages.codes import (
    Authorization,
    Code,
    Notification,
    Progress,
    StopMode,
)
from sterna.protocols.iso15118.messages.values import MessageHeader, MeterInfoType, Response
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.secc import Secc
from sterna.protocols.iso15118.security.tree import Tree
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.states import State
from sterna.protocols.iso15118.turns import dc_turn

HEAD = MessageHeader(SessionID=SESSION, TimeStamp=int(START))
BATTERY = make_pair().evcc.battery
PAGE = Path(__file__).parents[3] / "docs" / "protocols" / "iso15118.md"
DAY = 86400.0


def looping(mode: ControlMode = ControlMode.DYNAMIC, **options: Any) -> Pair:
    """Return a car with consent in the charge loop."""
    pair = make_pair(Service.DC_BPT, mode, **options)
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    return pair


def planning(**options: Any) -> Pair:
    """Return a car that plans for itself, in the charge loop or turned away before it."""
    return looping(ControlMode.SCHEDULED, **options)


def answers(pair: Pair) -> Iterable[Code]:
    """Return the codes that the supply of *pair* has given."""
    return [one.ResponseCode for one in pair.said if isinstance(one, Response)]


def asked(state: State, request: Element, pair: Pair | None = None) -> Iterable[Code]:
    """Return the code of the answer to *request* in *state*."""
    pair = looping() if pair is None else pair
    pair.secc._asked = None
    pair.secc.state = state
    pair.supply(pair.secc.receive(pair.now, request))
    pair.secc.nudge(pair.now)
    return [one.ResponseCode for one in pair.secc.to_send() if isinstance(one, Response)]


def resumed() -> Iterable[Code]:
    pair = looping()
    pair.do(pair.secc.pause(pair.now))
    again = make_pair()
    slept = pair.supply_events[-1].resumable  # type: ignore[attr-defined]
    again.secc = Secc(START, again.secc.settings, session_id=b"newnewID", paused=slept)
    again.plug(resume=pair.car_events[-1].resumable)  # type: ignore[attr-defined]
    return answers(again)


def by_contract(grown: Tree | None = None, **options: Any) -> Iterable[Code]:
    wallet = with_contract(grown)
    pair = make_pair(car={"wallet": wallet}, gate=gate(grown, **options))
    pair.plug()
    pair.secc.nudge(pair.now)
    pair.exchange()
    return answers(pair)


def installing(**options: Any) -> Iterable[Code]:
    pair = make_pair(
        car={"wallet": without_contract()},
        gate=gate(office=office(**options)),
    )
    pair.plug()
    return answers(pair)


def shown(challenge: bytes = CHALLENGE, header: MessageHeader | None = None) -> Iterable[Code]:
    request = with_contract().present(HEAD, challenge)
    if header is not None:
        request = replace(request, Header=header)
    pair = make_pair(gate=gate())
    pair.plug()
    return asked(State.AUTHORIZATION, request, pair)


def unknown_provider() -> Iterable[Code]:
    pair = make_pair(gate=gate(providers=("DEXYZ",)))
    pair.plug()
    return asked(State.AUTHORIZATION, with_contract().present(HEAD, CHALLENGE), pair)


def denied(*, contract: bool) -> Iterable[Code]:
    wallet = with_contract() if contract else None
    pair = make_pair(car={"wallet": wallet}, gate=gate())
    pair.plug()
    pair.do(pair.secc.deny(pair.now))
    return answers(pair)


def overdrawing(seconds: float) -> Iterable[Code]:
    """Let a planning car ask for a kilowatt more than its profile for *seconds*."""
    pair = planning()
    step = PlanStep(duration_s=9999, power_kw=Kilowatts(1.0))
    pair.evcc._profile, pair.evcc._anchor = (step,), pair.now
    pair.do(pair.secc.nudge(pair.now))
    pair.run(seconds)
    return answers(pair)


def renegotiating(**options: Any) -> Iterable[Code]:
    pair = planning(**options)
    pair.tell(pair.evcc.reschedule(pair.now))
    pair.do(pair.secc.nudge(pair.now))
    return answers(pair)


def standing_by() -> Iterable[Code]:
    pair = looping(standby_allowed=False)
    pair.tell(pair.evcc.standby(pair.now, rest=True))
    pair.do(pair.secc.nudge(pair.now))
    assert pair.secc.state is State.LOOP_DC, "everything is as before"
    return answers(pair)


def faulty() -> Iterable[Code]:
    pair = looping()
    pair.do(pair.secc.fault(pair.now, "a contactor is stuck"))
    return answers(pair)


def stopped_early() -> Iterable[Code]:
    pair = make_pair()
    pair.plug()
    pair.do(pair.secc.stop(pair.now))
    return answers(pair)


def stopped_while_planning() -> Iterable[Code]:
    pair = planning()
    pair.secc.state = State.RESCHEDULE_DC
    pair.secc._asked = asking.plan(HEAD, BATTERY, ControlMode.SCHEDULED, START, 12)
    pair.supply(pair.secc.stop(pair.now))
    return [one.ResponseCode for one in pair.secc.to_send() if isinstance(one, Response)]


def leaving(mode: StopMode, **options: Any) -> Iterable[Code]:
    return asked(State.STOPPING, asking.stop(HEAD, mode, None), looping(**options))


def selecting(service: int, parameter_set: int) -> Iterable[Code]:
    chosen = session.SelectedServiceType(ServiceID=service, ParameterSetID=parameter_set)
    request = session.ServiceSelectionReq(Header=HEAD, SelectedEnergyTransferService=chosen)
    return asked(State.SELECTION, request)


def powering(profile: tuple[PlanStep, ...] | None, tuple_id: int = 1) -> Iterable[Code]:
    request = asking.delivery(HEAD, Progress.START, profile, START, tuple_id)
    return asked(State.READY_DC, request, planning())


def without_voltage() -> Iterable[Code]:
    pair = looping()
    pair.secc.wanted_v = None
    return asked(State.PRE_CHARGE, asking.delivery(HEAD, Progress.START), pair)


def unsigned_receipt() -> Iterable[Code]:
    car = {"wallet": with_contract(), "services": (Service.DC_BPT, Service.DC)}
    pair = make_pair(car=car, gate=gate(), contract_suffices=True)
    pair.plug()
    info = MeterInfoType(MeterID="m", ChargedEnergyReadingWh=1)
    return asked(State.LOOP_DC, asking.confirmation(HEAD, info, ControlMode.DYNAMIC), pair)


def eim_unasked() -> Iterable[Code]:
    request = replace(asking.authorization(HEAD), SelectedAuthorizationService=Authorization.PNC)
    return asked(State.AUTHORIZATION, request)


OTHER = MessageHeader(SessionID=b"another!", TimeStamp=0)
NARROW = replace(BATTERY, min_voltage_v=1200.0, max_voltage_v=1500.0)
TOO_MUCH = (PlanStep(duration_s=60, power_kw=Kilowatts(99.0)),)

GIVEN: dict[Code, Callable[[], Iterable[Code]]] = {
    Code.OK: lambda: answers(looping()),
    Code.OK_CERTIFICATE_EXPIRES_SOON: lambda: by_contract(tree(days=10.0)),
    Code.OK_NEW_SESSION_ESTABLISHED: lambda: answers(looping()),
    Code.OK_OLD_SESSION_JOINED: resumed,
    Code.OK_POWER_TOLERANCE_CONFIRMED: lambda: answers(planning(power_tolerance_kw=1.0)),
    Code.WARNING_AUTHORIZATION_SELECTION_INVALID: eim_unasked,
    Code.WARNING_CERTIFICATE_EXPIRED: lambda: by_contract(tree(made=START - 30 * DAY, days=20.0)),
    Code.WARNING_CERTIFICATE_NOT_YET_VALID: lambda: by_contract(tree(made=START + 2 * DAY)),
    Code.WARNING_CERTIFICATE_REVOKED: lambda: by_contract(
        revoked=frozenset({tree()["contract"].certificate.serial_number})
    ),
    Code.WARNING_CERTIFICATE_VALIDATION_ERROR: lambda: by_contract(
        roots=(tree()["oem_root"].certificate,)
    ),
    Code.WARNING_CHALLENGE_INVALID: lambda: shown(bytes(16)),
    Code.WARNING_EIM_AUTHORIZATION_FAILURE: lambda: denied(contract=False),
    Code.WARNING_EMSP_UNKNOWN: unknown_provider,
    Code.WARNING_EV_POWER_PROFILE_VIOLATION: lambda: overdrawing(30.0),
    Code.WARNING_GENERAL_PNC_AUTHORIZATION_ERROR: lambda: denied(contract=True),
    Code.WARNING_NO_CERTIFICATE_AVAILABLE: lambda: installing(contracts={}),
    Code.WARNING_NO_CONTRACT_MATCHING_PCID_FOUND: lambda: installing(
        contracts={"NOBODYSVEHICLE0001": tree()["contract"]}
    ),
    Code.WARNING_POWER_TOLERANCE_NOT_CONFIRMED: lambda: answers(
        planning(power_tolerance_kw=1.0, car={"keeps_tolerance": False})
    ),
    Code.WARNING_SCHEDULE_RENEGOTIATION_FAILED: lambda: renegotiating(schedule_renegotiation=False),
    Code.WARNING_STANDBY_NOT_ALLOWED: standing_by,
    Code.FAILED: stopped_early,
    Code.FAILED_CONTACTOR_ERROR: faulty,
    Code.FAILED_EV_POWER_PROFILE_INVALID: lambda: powering(TOO_MUCH),
    Code.FAILED_EV_POWER_PROFILE_VIOLATION: lambda: overdrawing(1000.0),
    Code.FAILED_METERING_SIGNATURE_NOT_VALID: unsigned_receipt,
    Code.FAILED_NO_ENERGY_TRANSFER_SERVICE_SELECTED: lambda: selecting(7, 1),
    Code.FAILED_NO_SERVICE_RENEGOTIATION_SUPPORTED: lambda: leaving(
        StopMode.SERVICE_RENEGOTIATION, service_renegotiation=False
    ),
    Code.FAILED_PAUSE_NOT_ALLOWED: lambda: leaving(StopMode.PAUSE, pause_allowed=False),
    Code.FAILED_POWER_DELIVERY_NOT_APPLIED: without_voltage,
    Code.FAILED_POWER_TOLERANCE_NOT_CONFIRMED: lambda: answers(
        planning(power_tolerance_kw=1.0, tolerance_required=True, car={"keeps_tolerance": False})
    ),
    Code.FAILED_SCHEDULE_RENEGOTIATION: stopped_while_planning,
    Code.FAILED_SCHEDULE_SELECTION_INVALID: lambda: powering(TOO_MUCH, tuple_id=2),
    Code.FAILED_SEQUENCE_ERROR: lambda: asked(State.LOOP_DC, dc.DcCableCheckReq(Header=HEAD)),
    Code.FAILED_SERVICE_ID_INVALID: lambda: asked(
        State.DETAIL, session.ServiceDetailReq(Header=HEAD, ServiceID=65)
    ),
    Code.FAILED_SERVICE_SELECTION_INVALID: lambda: selecting(6, 99),
    Code.FAILED_SIGNATURE_ERROR: lambda: shown(header=HEAD),
    Code.FAILED_UNKNOWN_SESSION: lambda: asked(
        State.LOOP_DC,
        dc_turn(OTHER, BATTERY, Service.DC_BPT, ControlMode.DYNAMIC, START, 0.0, meter=False),
    ),
    Code.FAILED_WRONG_CHARGE_PARAMETER: lambda: asked(
        State.PARAMETERS_DC, asking.dc_parameters(HEAD, NARROW, bidirectional=True)
    ),
}
"""Code -> a story in which the supply gives it."""

NEVER: dict[Code, str] = {
    Code.WARNING_WPT: "wireless power transfer is not spoken",
    Code.FAILED_ASSOCIATION_ERROR: "pairing with a ground or pantograph device: neither is spoken",
}
"""Code -> why no story of conductive charging by plug has it."""


def test_each_of_the_forty_codes_has_a_story_or_a_reason() -> None:
    assert len(Code) == 40
    assert GIVEN.keys() | NEVER.keys() == set(Code)
    assert not GIVEN.keys() & NEVER.keys()


@pytest.mark.parametrize("code", GIVEN, ids=str)
def test_the_supply_gives_it(code: Code) -> None:
    assert code in GIVEN[code]()


def test_the_page_names_every_code() -> None:
    page = PAGE.read_text()
    assert [code for code in Code if f"`{code.value}`" not in page] == []


def test_a_violated_profile_is_warned_of_first_and_forgiven_when_it_ends() -> None:
    pair = planning()
    kept = pair.evcc._profile
    step = PlanStep(duration_s=9999, power_kw=Kilowatts(1.0))
    pair.evcc._profile, pair.evcc._anchor = (step,), pair.now
    pair.do(pair.secc.nudge(pair.now))
    pair.run(30)
    assert Code.WARNING_EV_POWER_PROFILE_VIOLATION in answers(pair)
    pair.evcc._profile = kept
    pair.do(pair.secc.nudge(pair.now))
    pair.run(2000)
    assert pair.secc.state is State.LOOP_DC
    assert list(answers(pair))[-1] is Code.OK


def test_a_failed_pause_leaves_no_session_to_resume() -> None:
    pair = looping(pause_allowed=False)
    pair.tell(pair.evcc.pause(pair.now))
    pair.do(pair.secc.nudge(pair.now))
    assert pair.power_kw == 0.0
    assert pair.secc.state is pair.evcc.state is State.ENDED


def test_a_car_asks_for_no_other_service_where_that_is_not_supported() -> None:
    pair = looping(service_renegotiation=False)
    assert pair.evcc.renegotiate(pair.now) == ()
    pair.do(pair.secc.notify(pair.now, Notification.METERING_CONFIRMATION))
    assert pair.secc.state is State.LOOP_DC


def test_the_set_point_that_is_held_longest_is_that_of_the_settings() -> None:
    pair = looping(set_point_s_max=60.0)
    pair.do(pair.secc.set_point(pair.now, Kilowatts(-5.0), expires=Instant(pair.now + 9e6)))
    assert pair.power_kw == -5.0
    pair.run(61)
    assert pair.power_kw == 0.0
