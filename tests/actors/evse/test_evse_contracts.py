"""Plug and Charge through the rooms: a contract in the car opens an EVSE that honours it; phases as the plug has them."""

from dataclasses import replace as changed
from typing import Any

from actors.charging_yard import EVSE, Yard, car, lived
from msgspec.structs import replace
from protocols.iso15118.contracts import gate, office, tree, with_contract, without_contract
from protocols.iso15118.iso15118_pair import START as MADE

from sterna.domain.station import Coupler
from sterna.kernel.quantities import Instant, Kilowatts, Share
from sterna.protocols.iec61851 import bus
from sterna.protocols.iso15118.security.wallet import CarWallet
from sterna.runtime.trace import Record
from sterna.world.stays import Car

assert MADE < 1_751_328_000.0 < MADE + 300 * 86400.0, "the tree holds while the yard lives"


def honouring(**options: Any) -> dict[str, Any]:
    """Return the settings of an EVSE that takes contracts without a word of its station."""
    return {"evse": {"gate": gate(**options), "contract_suffices": True}}


def asked(yard: Yard) -> list[Record]:
    """Return every request to be let in."""
    return yard.said("ISO15118-20 AuthorizationReq")


def with_wallet(wallet: CarWallet | None) -> Car:
    parked = car(soc=0.5)
    parked.wallet = wallet
    return parked


def test_a_contract_lets_the_car_in_before_anybody_has_asked_the_driver() -> None:
    async def story(yard: Yard) -> None:
        yard.evs[0].plug(with_wallet(with_contract()))
        await yard.later(10)
        assert yard.bays[0].closed
        assert yard.bays[0].power_kw == 0.0, "nobody wishes for any yet"
        wish = bus.SetPoint(
            id="s1", evse=EVSE, power_kw=Kilowatts(-5.0), expires=Instant(yard.now + 600)
        )
        yard.station._bus.say(1, wish)
        await yard.later(2)
        assert yard.bays[0].power_kw == 0.0, "a contract is no consent to discharge"
        yard.station._bus.say(1, replace(wish, id="s2", power_kw=Kilowatts(5.0)))
        await yard.later(2)
        assert yard.bays[0].power_kw == 5.0

    made = lived(story, **honouring())
    assert len(asked(made)) == 1


def test_consent_that_comes_later_lets_the_car_discharge() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(with_wallet(with_contract()), kw=-5.0)
        await yard.later(10)
        assert yard.bays[0].power_kw == -5.0

    made = lived(story, **honouring())
    stops = [one.fields["mode"] for one in made.said("ISO15118-20 SessionStopReq")]
    assert stops == ["ServiceRenegotiation"]


def test_a_car_without_a_contract_waits_for_its_driver_as_ever() -> None:
    async def story(yard: Yard) -> None:
        yard.evs[0].plug(with_wallet(None))
        await yard.later(10)
        assert not yard.bays[0].closed
        yard.evs[0].unplug()
        await yard.later(1)
        await yard.begin(with_wallet(None), kw=-5.0)
        assert yard.bays[0].power_kw == -5.0

    lived(story, **honouring())


def test_a_car_is_given_a_contract_and_has_it_the_next_time() -> None:
    parked = with_wallet(without_contract())

    async def story(yard: Yard) -> None:
        yard.evs[0].plug(parked)
        await yard.later(10)
        assert yard.bays[0].closed
        yard.evs[0].stop()
        await yard.later(10)
        yard.evs[0].unplug()
        await yard.later(10)
        yard.evs[0].plug(parked)
        await yard.later(10)
        assert yard.bays[0].closed

    made = lived(story, **honouring(office=office()))
    assert parked.wallet is not None
    assert parked.wallet.has_contract(("PTSTN",))
    assert len(made.said("ISO15118-20 CertificateInstallationRes")) == 1
    assert len(made.said("ISO15118-20 SessionSetupRes")) == 2


def test_a_contract_that_was_revoked_lets_nobody_in() -> None:
    async def story(yard: Yard) -> None:
        yard.evs[0].plug(with_wallet(with_contract()))
        await yard.later(10)
        assert not yard.bays[0].closed

    gone = frozenset({tree()["contract"].certificate.serial_number})
    made = lived(story, **honouring(revoked=gone))
    codes = [one.fields.get("code") for one in made.said("ISO15118-20 AuthorizationRes")]
    assert codes[0] == "WARNING_CertificateRevoked"


def test_a_single_phase_car_says_what_one_phase_carries() -> None:
    async def story(yard: Yard) -> None:
        parked = car(soc=0.5)
        single = changed(parked.model, phases=1, inlet=Coupler.TYPE_2)
        await yard.begin(
            Car.arriving("EVCC-1p", single, Share(0.5), floor_soc=Share(0.3)),
            kw=11.0, transfers=("AC_BPT", "AC_three_phase"),
        )  # fmt: skip
        await yard.later(10)
        assert abs(yard.bays[0].power_kw - 11.0 / 3) < 0.01

    lived(story, direct=False)
