"""The coupler's table carried out: order of duties, what is stuck, what is not safe yet."""

from typing import Any

from actors.charging_yard import Yard, car, lived

from sterna.protocols.iec61851.pilot import Fault, Stage


def faults(yard: Yard) -> list[tuple[Any, Any]]:
    """Return (component, cleared) of what the EVSE reported on the bus."""
    return [(line.fields.get("component"), line.t) for line in yard.said("STATION fault")]


def test_a_stuck_lock_keeps_the_contactor_open_and_is_reported() -> None:
    async def story(yard: Yard) -> None:
        yard.bays[0].contacts.jammed = True
        await yard.begin(car(soc=0.5), kw=11.0)
        await yard.later(30)
        assert not yard.bays[0].closed
        assert yard.bays[0].power_kw == 0.0
        assert yard.evses[0].coupler.fault is Fault.LOCK_STUCK

    yard = lived(story)
    assert yard.said("STATION fault")
    assert yard.said("OCPP NotifyEvent")
    assert "Faulted" in [line.fields["status"] for line in yard.said("OCPP StatusNotification")]


def test_a_lock_that_does_not_open_is_never_told_to_be_open() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=11.0)
        yard.bays[0].contacts.jammed = True
        yard.controller.stop()
        await yard.later(60)
        assert yard.bays[0].locked
        assert yard.evses[0].coupler.fault is Fault.LOCK_STUCK

    yard = lived(story)
    assert yard.said("STATION fault")
    assert not yard.said("STATION unlatched")


def test_after_a_fault_the_plug_is_held_until_the_contacts_have_parted() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=11.0)
        yard.evses[0].failed(Fault.ISOLATION)
        assert yard.bays[0].power_kw == 0.0
        assert yard.bays[0].locked
        assert yard.evses[0].coupler.stage is Stage.E_LOCKED
        await yard.later(0.1)
        assert not yard.bays[0].closed
        assert not yard.bays[0].locked
        assert yard.evses[0].coupler.stage is Stage.E

    yard = lived(story)
    assert yard.said("STATION unlatched")


def test_a_welded_contactor_holds_the_plug_for_ever() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=11.0)
        yard.bays[0].contacts.welded = True
        yard.controller.stop()
        await yard.later(60)
        assert yard.bays[0].power_kw == 0.0
        assert yard.bays[0].locked, "there is voltage behind it"
        assert yard.evses[0].coupler.fault is Fault.CONTACTOR_WELDED

    yard = lived(story)
    assert not yard.said("STATION unlatched")
