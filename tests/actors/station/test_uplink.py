"""The station's connection: it insists, keeps order, gives up aloud, and serves several cars."""

from actors.charging_yard import START, Yard, car, lived
from actors.ports_in_memory import Ports
from msgspec import Struct

from sterna.actors.station.settings import StationSettings
from sterna.actors.station.uplink import Uplink
from sterna.domain.station import Coupler
from sterna.domain.vehicle import PowerAbility, VehicleModel
from sterna.kernel.quantities import KilowattHours, Kilowatts, Share
from sterna.protocols.ocpp import v21
from sterna.protocols.ocpp.offline import KEPT_MAX
from sterna.protocols.ocpp.wire import written
from sterna.runtime import virtual
from sterna.runtime.virtual import VirtualClock
from sterna.world.stays import Car


def boots(yard: Yard) -> int:
    return sum(isinstance(one, v21.BootNotificationRequest) for one in yard.controller.heard)


def test_nothing_but_boots_is_said_before_one_is_accepted() -> None:
    async def story(yard: Yard) -> None:
        yard.station.crash()
        yard.controller.heard.clear()
        yard.controller.boots = ["Pending", "Rejected"]
        yard.station.start()
        yard.evs[0].plug(car())
        await yard.later(20)
        assert [type(one) for one in yard.controller.heard] == [v21.BootNotificationRequest]
        await yard.later(200)
        assert boots(yard) == 3
        assert yard.controller.kinds() == ["Started"]

    lived(story)


def test_a_message_that_fails_is_sent_again() -> None:
    async def story(yard: Yard) -> None:
        yard.controller.refusing = 2
        yard.evs[0].plug(car(soc=0.5))
        await yard.later(30)
        assert yard.controller.kinds() == []
        await yard.later(600)
        assert yard.controller.kinds()[0] == "Started"

    yard = lived(story)
    events = yard.tx_events(yard.controller.tx)
    assert [event.seq_no for event in events] == list(range(len(events)))


class Deaf:
    """An owner who only keeps what was given up."""

    def __init__(self) -> None:
        self.lost: list[str] = []

    def accepted(self, *, speaks_v2x: bool, after_boot: bool) -> None:
        """Nobody accepts it."""

    def cut_off(self) -> None:
        """Lose nothing: it never was on."""

    def asked(self, uid: str, request: Struct) -> None:
        """Nobody asks."""

    def delivered(self, command_id: str, response: v21.TransactionEventResponse | None) -> None:
        assert response is None
        self.lost.append(command_id)


def test_a_full_queue_gives_up_the_oldest_update_and_keeps_start_and_end() -> None:
    async def work(clock: VirtualClock) -> None:
        ports, owner = Ports(clock, []), Deaf()
        uplink = Uplink(
            settings=StationSettings(identity="porto-03", outlets=()), clock=clock, ids=ports.ids,
            chance=ports.chance, links=ports.network, owner=owner,
        )  # fmt: skip
        kinds = ["Started", *["Updated"] * KEPT_MAX, "Ended"]
        for number, kind in enumerate(kinds):
            event = v21.TransactionEventRequest(
                event_type=kind,  # type: ignore[arg-type]  # the three kinds
                timestamp=written(clock.now()), trigger_reason="MeterValueClock", seq_no=number,
                transaction_info=v21.TransactionType(transaction_id="tx"), offline=True,
            )  # fmt: skip
            uplink.store(f"porto-03/{number}", event)
            uplink.store(f"porto-03/{number}", event)
        assert owner.lost == ["porto-03/1", "porto-03/2"]
        assert len(uplink.queue.messages) == KEPT_MAX
        assert [uplink.queue.messages[k].kind for k in (0, -1)] == ["Started", "Ended"]
        assert uplink.queue.dropped == 2

    virtual.run(work, start=START)


def test_retries_keep_the_order() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=5.0)
        yard.controller.refusing = 3
        yard.controller.stop()
        await yard.later(900)

    yard = lived(story)
    events = yard.tx_events(yard.controller.tx)
    assert [event.seq_no for event in events] == list(range(len(events)))
    assert events[-1].event_type == "Ended"


def test_a_message_that_nobody_ever_takes_is_given_up_and_counted() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=5.0)
        yard.controller.refusing = 5
        yard.controller.aim(0.0)
        await yard.later(1200)
        assert yard.station.state.dropped == 1
        assert yard.controller.kinds()[-1] == "Updated"

    lived(story)


def test_a_counterpart_that_falls_silent_is_asked_again() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=5.0)
        yard.controller.silent = True
        yard.controller.aim(0.0)
        await yard.later(90)
        yard.controller.silent = False
        await yard.later(200)

    yard = lived(story)
    events = yard.tx_events(yard.controller.tx)
    assert [event.seq_no for event in events] == list(range(len(events)))


def test_two_cars_at_one_station_do_not_mix() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.5), kw=6.0)
        yard.controller.set_default(2.0, evse=0, profile=3)
        yard.evs[1].plug(car(soc=0.6))
        await yard.later(2)
        yard.controller.start(evse=2, remote=8)
        await yard.later(60)
        assert yard.bays[0].power_kw == 6.0
        assert yard.bays[1].power_kw == 2.0, "nobody allowed discharge: after 5 s it charges"
        yard.controller.stop()
        await yard.later(60)
        assert yard.bays[0].power_kw == 6.0
        assert not yard.bays[1].closed

    yard = lived(story, count=2)
    assert len({event.transaction_info.transaction_id for event in yard.controller.events}) == 2


def test_a_driver_may_arrive_first_and_stop_in_the_car() -> None:
    async def story(yard: Yard) -> None:
        ev = yard.evs[0]
        ev.arrive(car(soc=0.5))
        await yard.later(5)
        assert not ev.plugged
        ev.plug()
        await yard.later(2)
        yard.controller.start()
        await yard.later(30)
        assert ev.plugged
        assert yard.bays[0].power_kw == 11.0
        ev.stop()
        await yard.later(30)
        assert not yard.bays[0].locked
        ev.unplug()
        await yard.later(5)
        ev.leave()
        await yard.later(5)

    yard = lived(story)
    assert [line.msg for line in yard.said("PHYSICAL arrive", "PHYSICAL plug", "PHYSICAL unplug",
                                           "PHYSICAL leave")] == [
        "PHYSICAL arrive", "PHYSICAL plug", "PHYSICAL unplug", "PHYSICAL leave",
    ]  # fmt: skip
    assert yard.controller.events[-1].transaction_info.stopped_reason == "StoppedByEV"


def test_a_plug_that_does_not_fit_starts_nothing() -> None:
    async def story(yard: Yard) -> None:
        ability = PowerAbility(charge_kw_max=Kilowatts(11.0))
        odd = VehicleModel(
            name="odd", capacity_kwh=KilowattHours(40.0), inlet=Coupler.CHADEMO, ac=ability,
            dc=ability,
        )  # fmt: skip
        yard.evs[0].plug(Car.arriving("EVCC-77", odd, Share(0.5)))
        await yard.later(10)
        assert "does not fit" in yard.evs[0].refusal
        assert yard.controller.kinds() == []

    lived(story)
