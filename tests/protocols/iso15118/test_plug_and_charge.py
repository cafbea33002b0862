"""Plug and Charge between both machines: contracts that hold, contracts that do not, and how a car gets one."""

from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from msgspec.structs import replace
from protocols.iso15118.contracts import (
    gate,
    office,
    tree,
    with_contract,
    without_contract,
)
from protocols.iso15118.iso15118_pair import CHALLENGE, SESSION, START, Pair, make_pair
from typing_extensions import override

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant, Kilowatts, WattHours
from sterna.protocols.iso15118 import asking
from sterna.protocols.iso15118.events import (
    ContractInstalled,
    ContractPresented,
    MeterConfirmed,
    Stopped,
)
from sterna.protocols.iso15118.messages import certificates, session
from sterna.protocols.iso15118.messages.codes import (
    Authorization,
    Code,
    EcdhCurve,
    Notification,
)
from sterna.protocols.iso15118.messages.values import MessageHeader, MeterInfoType, Response
from sterna.protocols.iso15118.security.certificates import Curve
from sterna.protocols.iso15118.security.wallet import CarWallet
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.states import State

HEAD = MessageHeader(SessionID=SESSION, TimeStamp=int(START))
DAY = 86400.0
EMAID = "PTSTNC000000010"


def plugged(wallet: CarWallet | None, **supply: Any) -> Pair:
    """Return a pair whose car has *wallet*, plugged into a supply with *supply*'s settings."""
    both = (Service.DC_BPT, Service.DC)
    pair = make_pair(car={"wallet": wallet, "services": both}, **supply)
    pair.plug()
    return pair


def codes(pair: Pair, kind: type[Response]) -> list[Code]:
    """Return the codes of all answers of *kind*."""
    return [one.ResponseCode for one in pair.said if isinstance(one, kind)]


def ways(pair: Pair) -> list[Authorization]:
    """Return how the car asked to be let in, each time."""
    return [
        one.SelectedAuthorizationService
        for one in pair.said
        if isinstance(one, session.AuthorizationReq)
    ]


@pytest.mark.parametrize("curve", list(Curve))
def test_a_good_contract_is_enough_where_the_site_says_so_and_discharges_nothing(
    curve: Curve,
) -> None:
    grown = tree(curve)
    pair = plugged(with_contract(grown), gate=gate(grown), contract_suffices=True)
    pair.run(1)
    assert pair.heard(ContractPresented) == [ContractPresented(emaid=EMAID)]
    assert pair.secc.state is State.LOOP_DC
    pair.do(pair.secc.set_point(pair.now, Kilowatts(-7.0), expires=Instant(pair.now + 900)))
    assert pair.power_kw == 0.0, "nobody has agreed to that"


def test_otherwise_the_station_has_the_last_word() -> None:
    pair = plugged(with_contract(), gate=gate())
    pair.run(900)
    assert pair.secc.state.name == "AUTHORIZATION"
    assert len(pair.heard(ContractPresented)) == 1, "the same contract is judged once"
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    assert pair.secc.state is State.LOOP_DC
    assert set(ways(pair)) == {Authorization.PNC}


def test_a_car_without_a_contract_is_let_in_by_external_means_beside_it() -> None:
    for wallet in (None, CarWallet()):
        pair = plugged(wallet, gate=gate())
        pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
        pair.run(1)
        assert pair.secc.state is State.LOOP_DC
        assert set(ways(pair)) == {Authorization.EIM}


def test_a_supply_that_takes_contracts_alone_turns_others_away() -> None:
    pair = plugged(None, gate=gate(), external=False)
    assert isinstance(pair.car_events[-1], Stopped)
    assert pair.car_events[-1].reason == "no way to be authorised in common"
    assert not pair.car_events[-1].failed


def test_a_known_driver_need_show_no_contract() -> None:
    pair = make_pair(car={"wallet": with_contract()}, gate=gate())
    pair.secc.authorize(pair.now, consent_v2x=True)
    pair.plug()
    pair.run(1)
    assert set(ways(pair)) == {Authorization.EIM}
    assert pair.secc.state is State.LOOP_DC


class Stubborn(CarWallet, frozen=True, kw_only=True):
    """A wallet that shows its contract whoever is honoured."""

    @override
    def has_contract(self, providers: tuple[str, ...]) -> bool:
        return True


OLD, YOUNG = tree(made=START - 30 * DAY, days=20.0), tree(made=START + 2 * DAY)
BAD_CONTRACTS = {
    Code.WARNING_CERTIFICATE_EXPIRED: (with_contract(OLD), gate(OLD)),
    Code.WARNING_CERTIFICATE_NOT_YET_VALID: (with_contract(YOUNG), gate(YOUNG)),
    Code.WARNING_CERTIFICATE_REVOKED: (
        with_contract(),
        gate(revoked=frozenset({tree()["contract"].certificate.serial_number})),
    ),
    Code.WARNING_CERTIFICATE_VALIDATION_ERROR: (with_contract(), gate(OLD)),
    Code.WARNING_EMSP_UNKNOWN: (Stubborn(contract=tree()["contract"]), gate(providers=("DEXYZ",))),
}


@pytest.mark.parametrize("code", BAD_CONTRACTS, ids=str)
def test_a_contract_that_does_not_hold_has_its_code_and_the_car_goes_on_by_external_means(
    code: Code,
) -> None:
    wallet, judge = BAD_CONTRACTS[code]
    pair = plugged(wallet, gate=judge, contract_suffices=True)
    assert codes(pair, session.AuthorizationRes)[0] is code
    assert pair.heard(ContractPresented) == []
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    assert pair.secc.state is State.LOOP_DC
    assert ways(pair)[-1] is Authorization.EIM


def test_without_external_means_the_car_leaves_with_the_code_as_its_reason() -> None:
    pair = plugged(with_contract(OLD), gate=gate(OLD), external=False)
    pair.run(1)
    assert isinstance(pair.car_events[-1], Stopped)
    assert pair.car_events[-1].reason == "WARNING_CertificateExpired"
    assert pair.secc.state is State.ENDED


def test_a_contract_that_ends_within_two_weeks_is_taken_with_a_remark() -> None:
    ending = tree(days=10.0)
    pair = plugged(with_contract(ending), gate=gate(ending), contract_suffices=True)
    pair.run(1)
    assert codes(pair, session.AuthorizationRes)[-1] is Code.OK_CERTIFICATE_EXPIRES_SOON
    assert pair.secc.state is State.LOOP_DC


@pytest.mark.parametrize(
    ("wallet", "code"),
    [
        (with_contract(), Code.WARNING_GENERAL_PNC_AUTHORIZATION_ERROR),
        (None, Code.WARNING_EIM_AUTHORIZATION_FAILURE),
    ],
)
def test_a_driver_who_is_refused_hears_so_and_leaves(wallet: CarWallet | None, code: Code) -> None:
    pair = plugged(wallet, gate=gate())
    pair.do(pair.secc.deny(pair.now))
    pair.run(120)
    found = codes(pair, session.AuthorizationRes)
    assert code in found
    assert found[-1] is Code.WARNING_EIM_AUTHORIZATION_FAILURE
    assert pair.secc.state is pair.evcc.state is State.ENDED


def shown(challenge: bytes = CHALLENGE) -> session.AuthorizationReq:
    return with_contract().present(HEAD, challenge)


def answer_to(request: session.AuthorizationReq) -> Response:
    """Return how a supply with a gate answers *request*."""
    pair = plugged(None, gate=gate())
    pair.secc._asked = None
    pair.supply(pair.secc.receive(pair.now, request))
    pair.secc.nudge(pair.now)
    (answer,) = pair.secc.to_send()
    assert isinstance(answer, Response)
    return answer


def test_another_challenge_is_invalid_and_a_signature_over_something_else_fails() -> None:
    assert answer_to(shown()).ResponseCode is Code.OK
    assert answer_to(shown(bytes(16))).ResponseCode is Code.WARNING_CHALLENGE_INVALID
    mode = shown().PnC_AReqAuthorizationMode
    assert mode is not None
    for forged in (
        replace(shown(), Header=HEAD),
        replace(shown(), PnC_AReqAuthorizationMode=replace(mode, Id="id2")),
    ):
        assert answer_to(forged).ResponseCode is Code.FAILED_SIGNATURE_ERROR
    chain = replace(mode.ContractCertificateChain, Certificate=b"rubbish")
    rubbish = replace(
        shown(), PnC_AReqAuthorizationMode=replace(mode, ContractCertificateChain=chain)
    )
    assert answer_to(rubbish).ResponseCode is Code.WARNING_CERTIFICATE_VALIDATION_ERROR
    mixed = replace(shown(), SelectedAuthorizationService=Authorization.EIM)
    assert answer_to(mixed).ResponseCode is Code.WARNING_AUTHORIZATION_SELECTION_INVALID


# Certificate installation.


def test_a_car_without_a_contract_gets_one_and_shows_it() -> None:
    pair = plugged(without_contract(), gate=gate(office=office()), contract_suffices=True)
    pair.run(1)
    assert "CertificateInstallationRes" in pair.names()
    assert pair.heard(ContractInstalled)
    assert pair.heard(ContractInstalled, by_car=True)
    assert pair.heard(ContractPresented) == [ContractPresented(emaid=EMAID)]
    assert pair.secc.state is State.LOOP_DC
    assert isinstance(pair.evcc.wallet, CarWallet)
    assert pair.evcc.wallet.has_contract(("ptstn",))


OTHERS = {"NOBODYSVEHICLE0001": tree()["contract"]}
NO_CONTRACT = {
    Code.WARNING_NO_CERTIFICATE_AVAILABLE: office(contracts={}),
    Code.WARNING_NO_CONTRACT_MATCHING_PCID_FOUND: office(contracts=OTHERS),
    Code.WARNING_CERTIFICATE_VALIDATION_ERROR: office(maker_roots=(tree()["mo_root"].certificate,)),
}


@pytest.mark.parametrize("code", NO_CONTRACT, ids=str)
def test_a_car_that_gets_no_contract_goes_on_by_external_means(code: Code) -> None:
    pair = plugged(without_contract(), gate=gate(office=NO_CONTRACT[code]))
    assert codes(pair, certificates.CertificateInstallationRes) == [code]
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    assert ways(pair)[-1] is Authorization.EIM
    assert pair.secc.state is State.LOOP_DC


def asked(wallet: CarWallet | None = None) -> certificates.CertificateInstallationReq:
    return (without_contract() if wallet is None else wallet).ask(HEAD)


def test_a_request_that_the_maker_did_not_sign_fails() -> None:
    here = office()
    assert here.provide(replace(asked(), Header=HEAD), HEAD, START) is Code.FAILED_SIGNATURE_ERROR
    chain = replace(asked().OEMProvisioningCertificateChain, Certificate=b"rubbish")
    rubbish = replace(asked(), OEMProvisioningCertificateChain=chain)
    assert here.provide(rubbish, HEAD, START) is Code.WARNING_CERTIFICATE_VALIDATION_ERROR
    pair = plugged(without_contract(), gate=gate(office=office()))
    pair.secc._asked = None
    pair.supply(pair.secc.receive(pair.now, replace(asked(), Header=HEAD)))
    (answer,) = pair.secc.to_send()
    assert isinstance(answer, certificates.CertificateInstallationRes)
    assert answer.ResponseCode is Code.FAILED_SIGNATURE_ERROR
    assert pair.secc.state is State.ENDED


def test_where_there_is_no_such_service_the_request_fails() -> None:
    pair = plugged(None, gate=gate())
    pair.secc._asked = None
    pair.supply(pair.secc.receive(pair.now, asked()))
    (answer,) = pair.secc.to_send()
    assert isinstance(answer, certificates.CertificateInstallationRes)
    assert answer.ResponseCode is Code.FAILED


def test_ed448_provisioning_keys_get_no_contract_for_want_of_x448() -> None:
    grown = tree(Curve.ED448)
    found = office(grown).provide(asked(without_contract(grown)), HEAD, START)
    assert found is Code.WARNING_NO_CERTIFICATE_AVAILABLE


def provided() -> certificates.CertificateInstallationRes:
    found = office().provide(asked(), HEAD, START)
    assert isinstance(found, certificates.CertificateInstallationRes)
    return found


def test_a_car_takes_no_contract_that_its_provisioning_service_did_not_sign() -> None:
    wallet, good = without_contract(), provided()
    assert wallet.installed(good, START).contract is not None
    data = good.SignedInstallationData
    unsigned = replace(good, Header=HEAD)
    curve = replace(data, ECDHCurve=EcdhCurve.X448)
    changed = replace(good, SignedInstallationData=curve)
    mine = tree()["contract"].certificate.public_bytes(serialization.Encoding.DER)
    foreign = replace(good, CPSCertificateChain=replace(good.CPSCertificateChain, Certificate=mine))
    rubbish = replace(
        good, CPSCertificateChain=replace(good.CPSCertificateChain, Certificate=b"rubbish")
    )
    for wrong in (unsigned, changed, foreign, rubbish):
        with pytest.raises(Refused):
            wallet.installed(wrong, START)


def test_whoever_signs_installations_must_be_a_provisioning_service() -> None:
    impostor = office(service=tree()["secc"])
    found = impostor.provide(asked(), HEAD, START)
    assert isinstance(found, certificates.CertificateInstallationRes)
    with pytest.raises(Refused, match="no provisioning service"):
        without_contract().installed(found, START)
    pair = plugged(without_contract(), gate=gate(office=impostor))
    pair.do(pair.secc.authorize(pair.now, consent_v2x=False))
    assert ways(pair)[-1] is Authorization.EIM


def test_a_key_in_a_field_that_the_car_cannot_read_is_refused() -> None:
    class Odd(CarWallet, frozen=True, kw_only=True):
        """Believes every signature."""

        @override
        def _check_service(self, *_: object) -> None:
            pass

    data = replace(
        provided().SignedInstallationData,
        SECP521_EncryptedPrivateKey=None,
        X448_EncryptedPrivateKey=bytes(84),
    )
    known = without_contract()
    odd = Odd(provisioning=known.provisioning, roots=known.roots)
    with pytest.raises(Refused, match="cannot read"):
        odd.installed(replace(provided(), SignedInstallationData=data), START)


# Receipts.


def charging_by_contract() -> Pair:
    pair = plugged(with_contract(), gate=gate(), contract_suffices=True)
    pair.run(1)
    assert pair.secc.state is State.LOOP_DC
    return pair


def test_who_came_by_contract_signs_the_registers() -> None:
    pair = charging_by_contract()
    pair.do(pair.secc.measured(pair.now, Kilowatts(0.0), charged_wh=WattHours(1200)))
    pair.do(pair.secc.notify(pair.now, Notification.METERING_CONFIRMATION))
    pair.run(1)
    confirmed = MeterConfirmed(charged_wh=WattHours(1200), discharged_wh=WattHours(0))
    assert confirmed in pair.supply_events
    assert pair.secc.state is State.LOOP_DC


def test_an_unsigned_receipt_from_a_contract_ends_the_session() -> None:
    pair = charging_by_contract()
    pair.secc._asked = None
    info = MeterInfoType(MeterID="m", ChargedEnergyReadingWh=1)
    pair.supply(pair.secc.receive(pair.now, asking.confirmation(HEAD, info, ControlMode.DYNAMIC)))
    (answer,) = pair.secc.to_send()
    assert isinstance(answer, Response)
    assert answer.ResponseCode is Code.FAILED_METERING_SIGNATURE_NOT_VALID
    assert pair.secc.state is State.ENDED
