"""Rubbish on any link harms nobody: it costs the link, never the session, the station or the car."""

import pytest
from actors.charging_yard import Yard, car, lived
from hypothesis import given, settings
from hypothesis import strategies as st

RUBBISH = (
    b"", b"\x00\xff\x00", b"[]", b"{}", b'{"type":"setpoint"}', b"[2]", b'[2,"x"]', b"nonsense",
    b'[2,"u","Nothing",{}]', b'[2,"u","Reset",{"type":"Never"}]', b"[" * 5000, b"\x01\xfe\x80\x02",
    b'{"type":"measured","at":1,"soc":"x"}', b'{"type":"hand","what":3}', b'[3,"u",{}]',
)  # fmt: skip


def throw(yard: Yard, frame: bytes) -> None:
    """Send *frame* from both ends of every link there is."""
    for line in list(yard.ports.network.lines):
        line.near.send(frame)
        line.far.send(frame)


@pytest.mark.parametrize("frame", RUBBISH, ids=repr)
def test_a_session_survives_rubbish_on_every_link(frame: bytes) -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.6), kw=-7.0)
        throw(yard, frame[:6000])
        await yard.later(300)
        assert yard.bays[0].power_kw == -7.0
        yard.controller.stop()
        await yard.later(60)
        yard.evs[0].unplug()
        await yard.later(60)

    yard = lived(story)
    assert yard.controller.kinds()[-1] == "Ended"
    assert yard.controller.kinds().count("Started") == 1


@settings(deadline=None, max_examples=20)
@given(frames=st.lists(st.binary(max_size=60), min_size=1, max_size=5))
def test_any_bytes_at_any_link_crash_nothing(frames: list[bytes]) -> None:
    async def story(yard: Yard) -> None:
        await yard.begin(car(soc=0.6), kw=-7.0)
        for frame in frames:
            throw(yard, frame)
            await yard.later(30)
        await yard.later(300)
        assert yard.bays[0].power_kw == -7.0

    lived(story)
