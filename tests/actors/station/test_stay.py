"""A whole stay at one station: plug, hold, authorise, handshake, both directions, stop, unlatch, unplug."""

import pytest
from actors.charging_yard import Yard, car, lived

WHOLE = (
    "PHYSICAL plug",
    "OCPP TransactionEvent Started",
    "OCPP RequestStartTransaction",
    "OCPP SetChargingProfile",
    "OCPP NotifyAllowedEnergyTransfer",
    "STATION authorize",
    "ISO15118-20 ServiceSelectionReq",
    "VEHICLE measured",
    "VEHICLE battery_status",
    "STATION charging",
    "OCPP TransactionEvent Updated",
    "STATION setpoint",
    "STATION stop",
    "ISO15118-20 SessionStopReq",
    "STATION unlatched",
    "OCPP TransactionEvent Ended",
    "PHYSICAL unplug",
    "STATION unplugged",
)


async def both_ways(yard: Yard) -> None:
    await yard.begin(car(soc=0.5))
    yard.controller.aim(11.0)
    await yard.later(1800)
    assert yard.bays[0].power_kw == 11.0
    yard.controller.aim(-11.0)
    await yard.later(3600)
    assert yard.bays[0].power_kw == -11.0
    yard.controller.stop()
    await yard.later(30)
    assert yard.bays[0].power_kw == 0.0
    assert not yard.bays[0].locked
    yard.evs[0].unplug()
    await yard.later(5)
    yard.evs[0].leave()
    await yard.later(5)


@pytest.mark.req(
    "P-STEP-2", "P-STEP-8", "P-STEP-14", "IF-USER-EV", "IF-CSC-EVSEC", "IF-EVSEC-EVCC",
    "IF-EVCC-BMS", "IF-BMS-SENSORS", "SYS-P-CS_C", "SYS-P-EVSE_C", "SYS-P-EVCC", "SYS-P-BMS",
    "SYS-P-EV_SENSORS",
)  # fmt: skip
@pytest.mark.parametrize("direct", [True, False], ids=["DC_BPT", "AC_BPT"])
def test_a_stay_goes_through_its_steps_in_order(direct: bool) -> None:  # noqa: FBT001  # the table's column
    async def story(yard: Yard) -> None:
        await both_ways(yard)

    yard = lived(story, direct=direct)
    at = [yard.first(name).t for name in WHOLE if name != "STATION setpoint"]
    assert at == sorted(at)
    tx = yard.controller.tx
    events = yard.tx_events(tx)
    assert [event.seq_no for event in events] == list(range(len(events)))
    into, out = yard.booked_wh(tx)
    assert into == pytest.approx(5500, rel=0.002)
    assert out == pytest.approx(11000, rel=0.002)


@pytest.mark.req("IF-EVSEC-EVCC")
@pytest.mark.parametrize("direct", [True, False], ids=["DC_BPT", "AC_BPT"])
def test_where_one_period_follows_another_no_car_is_told_to_rest_between(direct: bool) -> None:  # noqa: FBT001  # the table's column
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.1))
        yard.controller.set_steps(900, 11.0, 8.0, 11.0, 6.0)
        await yard.later(3000)

    yard = lived(story, direct=direct)
    answers = yard.said("ISO15118-20 DC_ChargeLoopRes", "ISO15118-20 AC_ChargeLoopRes")
    told = [line.fields["kw"] for line in answers]
    powers = [kw for place, kw in enumerate(told) if place == 0 or kw != told[place - 1]]
    assert powers[powers.index(11.0) :] == pytest.approx([11.0, 8.0, 11.0, 6.0], abs=0.001)


def test_power_is_renewed_before_it_lapses_and_rest_needs_no_renewal() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.1))
        yard.controller.set_default(3.0)
        yard.controller.set_dynamic(0.0)
        await yard.later(5)
        before = len(yard.said("STATION setpoint"))
        await yard.later(4 * 3600)
        assert len(yard.said("STATION setpoint")) == before
        assert yard.bays[0].power_kw == 0.0
        yard.controller.aim(5.0)
        await yard.later(4 * 3600)
        assert len(yard.said("STATION setpoint")) >= before + 7
        assert yard.bays[0].power_kw == 5.0

    lived(story)
