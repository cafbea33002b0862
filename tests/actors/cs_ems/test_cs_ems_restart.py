"""Killed at any moment and started again, the CS EMS loses no session, no message and no Wh."""

import pytest
from actors.charging_site import Site, run, settings
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from sterna.actors.csms.records import MeterValueRow
from sterna.kernel.errors import Unreachable
from sterna.kernel.quantities import Instant
from sterna.protocols import rest
from sterna.runtime import virtual
from sterna.runtime.virtual import VirtualClock

DOWN_S = 3.0


def killed(site: Site) -> None:
    """End the room without a goodbye: its links break, its memory is gone, its journal stays."""
    old = site.cs_ems
    old.actor._live = False
    old.actor._cancel_timers()
    old.actor._waiting.clear()
    for relay in old._relays.values():
        relay._closed = True
        if relay._timer is not None:
            relay._timer.cancel()
        relay._replay.rest()
    site.ports.network.reset("CS_C", "*")
    site.ports.network.leave("cs_ems")
    site.ports.directory.remove("cs_ems")


async def restarted(site: Site) -> None:
    killed(site)
    await site.later(DOWN_S)
    site.cs_ems = site.new_cs_ems()
    await site.cs_ems.start()


async def a_session(site: Site, kills: list[float], cut: tuple[float, float] | None) -> None:
    """Go through a session of some minutes while the room is killed at *kills*, seconds from now."""
    clock, begin = site.clock, site.clock.now()

    async def assassin() -> None:
        for after in sorted(kills):
            await clock.sleep_until(Instant(begin + after))
            await restarted(site)

    async def saboteur() -> None:
        if cut is not None:
            await clock.sleep_until(Instant(begin + cut[0]))
            site.ports.network.partition("CS_C", "CSMS")
            await site.later(cut[1])
            site.ports.network.heal("CS_C", "CSMS")

    site.ports.tasks.start(assassin(), name="assassin")
    site.ports.tasks.start(saboteur(), name="saboteur")
    station = await site.open()
    station.redial_s = 1.0
    station.plug(1)
    await until_done(site, "start")
    await site.later(20)
    station.charge(1, "ses-1")
    for _ in range(8):
        await site.later(60)
        station.sample(1)
    await until_done(site, "stop")
    await site.later(900)


async def until_done(site: Site, what: str) -> None:
    """Ask as the web app does: again until there is an answer."""
    for _ in range(40):
        await site.later(5)
        try:
            answer = await (site.start_session() if what == "start" else site.stop_session())
        except Unreachable:
            continue
        if answer.status < 300:
            return
    raise AssertionError(f"{what}: no answer")


def nothing_is_lost(site: Site) -> None:
    station = site.stations["porto-01"]
    bay = station.bays[1]
    own = (round(bay.charged_wh), round(bay.discharged_wh))
    (row,) = site.transactions()
    assert (row.ended, row.expected, row.missing) == (True, bay.seq, 0)
    assert (row.charged_wh, row.discharged_wh) == own
    numbers = [value.seq for value in site.ports.journal.rows(MeterValueRow)]
    assert sorted(numbers) == list(range(bay.seq))
    told = site.told_app("statistics")
    assert all(one == told[0] for one in told), "a repetition says the same"
    statistics = told[0]
    assert (statistics.charged_wh, statistics.discharged_wh) == own
    records = site.told_cpo(rest.RECORD_CHARGE)
    assert {(record.record, record.charged_wh) for record in records} == {(bay.tx, own[0])}
    assert site.cs_ems.actor.state.withheld == {}
    assert site.ports.trace.problems == []


@pytest.mark.req("SYS-P-CS_EMS", "IF-CSEMS-CSC", "IF-WEBAPP-CSEMS")
@budget(deadline=None, max_examples=25)
@given(
    kills=st.lists(st.floats(1.5, 600.0), max_size=3),
    cut=st.one_of(st.none(), st.tuples(st.floats(2.0, 500.0), st.floats(5.0, 120.0))),
    mode=st.sampled_from(["island", "transparent"]),
)
def test_killed_at_any_moment_it_goes_on_where_it_was(
    kills: list[float], cut: tuple[float, float] | None, mode: str
) -> None:
    async def main(clock: VirtualClock) -> None:
        site = Site(clock, settings(csms_lost=mode))
        spread = [
            k
            for n, k in enumerate(sorted(kills))
            if n == 0 or k - sorted(kills)[n - 1] > 2 * DOWN_S
        ]
        await a_session(site, spread, cut)
        nothing_is_lost(site)

    virtual.run(main, start=1_751_328_000.0)


def test_a_stopped_room_takes_its_sessions_up_again() -> None:
    async def work(site: Site) -> None:
        station = await site.charging()
        await restarted(site)
        await site.later(30)
        assert (await site.see()).state == "running"
        assert site.building is not None
        await site.building.request(9.0)
        await site.later(2)
        assert station.bays[1].kw == 9.0

    run(work)
