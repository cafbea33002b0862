"""A station that crashes at any moment goes on where it was: same transaction, no gap, right energy."""

import pytest
from actors.charging_yard import Yard, car, lived
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.protocols.ocpp.metered import samples

MOMENTS = st.floats(0.0, 3000.0)
CRASHES = st.lists(st.tuples(MOMENTS, st.floats(0.0, 900.0)), min_size=1, max_size=3)


def numbers(yard: Yard, tx: str) -> list[int]:
    """Return the numbers of the messages that arrived, doubles left out."""
    found: dict[int, object] = {}
    for event in yard.tx_events(tx):
        known = found.setdefault(event.seq_no, event)
        assert known == event, "a message that is sent again is the same message"
    return list(found)


@settings(deadline=None, max_examples=25)
@given(crashes=CRASHES, target=st.sampled_from([-11.0, 4.0]))
def test_nothing_is_lost_or_doubled_whenever_the_station_crashes(
    crashes: list[tuple[float, float]], target: float
) -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.7), kw=target)
        for after, down in crashes:
            await yard.later(after)
            yard.station.crash()
            await yard.later(down)
            yard.station.start()
            await yard.later(0.5)
        await yard.later(240)
        yard.controller.stop()
        await yard.later(60)
        assert not yard.bays[0].locked
        yard.evs[0].unplug()
        await yard.later(60)

    yard = lived(story)
    ids = {event.transaction_info.transaction_id for event in yard.controller.events}
    assert len(ids) == 1
    tx = ids.pop()
    seen = numbers(yard, tx)
    assert seen == list(range(len(seen)))
    ends = [event for event in yard.tx_events(tx) if event.event_type == "Ended"]
    assert len({event.seq_no for event in ends}) == 1
    last = samples(ends[0].meter_value)[0]
    assert (last.charged_wh, last.discharged_wh) == yard.bays[0].registers()


@settings(deadline=None, max_examples=25)
@given(before=st.floats(0.0, 1.5), down=st.floats(0.1, 400.0))
def test_a_crash_around_the_plug_makes_no_second_transaction(before: float, down: float) -> None:
    async def story(yard: Yard) -> None:
        yard.evs[0].plug(car(soc=0.7))
        await yard.later(before / 10)
        yard.station.crash()
        await yard.later(down)
        yard.station.start()
        await yard.later(240)
        yard.controller.start()
        await yard.later(60)
        yard.controller.stop()
        await yard.later(60)
        yard.evs[0].unplug()
        await yard.later(60)

    yard = lived(story)
    kinds = yard.controller.kinds()
    tx = yard.controller.tx
    assert len(numbers(yard, tx)) == len(set(numbers(yard, tx)))
    assert {event.transaction_info.transaction_id for event in yard.controller.events} == {tx}
    assert kinds[0] == "Started"
    assert kinds[-1] == "Ended"


def test_a_car_that_left_while_the_station_was_down_has_its_transaction_ended() -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.7), kw=-11.0)
        await yard.later(100)
        yard.station.crash()
        await yard.later(100)
        yard.evs[0].unplug()
        await yard.later(100)
        yard.station.start()
        await yard.later(200)

    yard = lived(story)
    assert yard.controller.kinds()[-1] == "Ended"
    last = yard.controller.meter()[-1]
    assert last.discharged_wh == yard.bays[0].registers()[1]
    assert last.discharged_wh == pytest.approx(11000 * 206 / 3600, rel=0.01)
