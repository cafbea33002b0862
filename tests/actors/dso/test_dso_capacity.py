"""Capacity over OSCP: what the building may do, and what it falls back to when the DSO is silent."""

from collections.abc import Awaitable, Callable

import pytest
from actors.grid_site import DAY, START, WINDOW, GridSite

from sterna.actors.dso.capacity import granted, profiles
from sterna.actors.dso.records import ComplaintRow, QuarterRow
from sterna.actors.dso.settings import DsoSettings, Window
from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols import oscp
from sterna.runtime import virtual
from sterna.runtime.http import call
from sterna.runtime.ports import Request
from sterna.runtime.virtual import VirtualClock

FORECAST = "OSCP UpdateGroupCapacityForecast"


def run(work: Callable[[GridSite], Awaitable[None]]) -> None:
    async def main(clock: VirtualClock) -> None:
        site = GridSite(clock)
        await site.start()
        site.building.register()
        await site.later(10)
        await work(site)

    virtual.run(main, start=START)


def allowed(site: GridSite, hour: float) -> tuple[float | None, float | None, bool]:
    found = site.building.capacity.capacity("porto", Instant(START + hour * 3600))
    return found.import_kw, found.export_kw, found.fallback


@pytest.mark.req("P-STEP-10.1", "IF-BEMS-DSO", "SYS-P-GMS", "DF-P-19")
def test_the_building_knows_its_capacity_right_after_the_handshake() -> None:
    async def work(site: GridSite) -> None:
        assert site.building.capacity.online
        assert allowed(site, 1) == (1000, 200, False)
        assert allowed(site, 18.5) == (300, 0, False), "the window"
        assert allowed(site, 20) == (1000, 200, False)
        assert allowed(site, 47) == (1000, 200, False)
        assert allowed(site, 49) == (None, None, False)
        said = [line.msg for line in site.ports.lines if line.msg.startswith("OSCP")]
        assert said[:4] == ["OSCP Register", "OSCP Register", "OSCP Handshake", "OSCP HandshakeAcknowledge"]  # fmt: skip
        assert said.count(FORECAST) == 4
        lines = [(line.src, line.dst) for line in site.ports.lines if line.msg == FORECAST]
        assert set(lines) == {("GMS", "BEMS")}

    run(work)


@pytest.mark.req("P-STEP-10.1", "IF-BEMS-DSO")
def test_the_forecast_is_renewed_every_six_hours() -> None:
    async def work(site: GridSite) -> None:
        await site.later(DAY)
        told = sorted({round((line.t - START) / 3600) for line in site.ports.lines if line.msg == FORECAST})  # fmt: skip
        assert told == [0, 6, 12, 18, 24]
        assert allowed(site, 71) == (1000, 200, False)
        assert site.building.heard(oscp.Offline) == 0

    run(work)


@pytest.mark.req("IF-BEMS-DSO", "DF-P-19")
def test_a_silent_dso_leaves_the_fallback_and_its_return_ends_it() -> None:
    async def work(site: GridSite) -> None:
        site.ports.network.partition("GMS", "BEMS")
        await site.later(1200)
        assert allowed(site, 1) == (900, 180, True)
        assert allowed(site, 18.5) == (270, 0, True)
        assert not site.dso.actor.state.building_online
        site.ports.network.heal("GMS", "BEMS")
        await site.later(900)
        assert allowed(site, 1) == (1000, 200, False)
        assert site.dso.actor.state.building_online

    run(work)


@pytest.mark.req("IF-BEMS-DSO")
def test_a_cut_of_a_minute_changes_nothing_for_the_building() -> None:
    async def work(site: GridSite) -> None:
        site.ports.network.partition("GMS", "BEMS")
        await site.later(60)
        site.ports.network.heal("GMS", "BEMS")
        await site.later(1200)
        assert site.building.heard(oscp.Offline) == 0
        assert allowed(site, 1) == (1000, 200, False)

    run(work)


@pytest.mark.req("SYS-P-GMS", "IF-BEMS-DSO")
def test_a_restarted_dso_goes_on_without_a_new_registration() -> None:
    async def work(site: GridSite) -> None:
        site.hardware.set(120)
        await site.later(3590)
        site.dso.stop()
        site.ports.journal.flush()
        site.open_dso()
        site.dso.start()
        await site.later(7201)
        assert site.building.heard(oscp.Offline) == 0
        assert [line.msg for line in site.ports.lines].count("OSCP Register") == 2
        assert [row.imported_wh for row in site.ports.journal.rows(QuarterRow)][1:] == [30_000] * 11

    run(work)


@pytest.mark.req("IF-BEMS-DSO")
def test_a_building_that_restarts_is_told_its_capacity_again() -> None:
    async def work(site: GridSite) -> None:
        site.building.capacity = oscp.FlexibilityProvider(
            "bems", base_url="https://bems" + oscp.ROOT, token="dso-says", peer_url="https://dso" + oscp.ROOT,
            peer_token="bems-says", heartbeat_interval_s=300,
        )  # fmt: skip
        assert allowed(site, 1) == (None, None, False)
        site.building.register()
        await site.later(10)
        assert allowed(site, 1) == (1000, 200, False)

    run(work)


@pytest.mark.req("IF-BEMS-DSO")
def test_a_capacity_that_cannot_be_kept_is_on_record() -> None:
    async def work(site: GridSite) -> None:
        block = oscp.Block(start=WINDOW.start, end=WINDOW.end, kw=Kilowatts(300))
        site.building.capacity.complain("porto", "the load alone is 450 kW", (block,))
        site.building.carry()
        await site.later(1)
        (row,) = site.ports.journal.rows(ComplaintRow)
        assert (row.connection, row.why) == ("porto", "the load alone is 450 kW")

    run(work)


def test_a_stranger_is_turned_away() -> None:
    async def work(site: GridSite) -> None:
        post = Request(method="POST", path=oscp.ROOT + "/heartbeat", headers=(("Authorization", "Token x"),), body=b"{}")  # fmt: skip
        assert (await site.ports.http("BEMS").ask("dso", post)).status == 401

    run(work)


@pytest.mark.req("SYS-P-GMS")
def test_the_operator_sees_the_connection() -> None:
    async def work(site: GridSite) -> None:
        site.hardware.set(500)
        await site.later(3600)
        page = await call(site.dso.app, Request(method="GET", path="/"), "dso")
        assert page.status == 200
        assert b"500.0 kW" in page.body
        assert b"50 %" in page.body
        assert b"in contact" in page.body

    run(work)


def test_where_windows_overlap_the_tighter_one_holds() -> None:
    settings = DsoSettings(
        import_kw=Kilowatts(1000), export_kw=Kilowatts(200), tariff=None,  # type: ignore[arg-type]  # not looked at here
        contract_start=Instant(0), token="", peer_token="",
        windows=(
            Window(start=Instant(100), end=Instant(300), import_kw=Kilowatts(500), export_kw=Kilowatts(150)),
            Window(start=Instant(200), end=Instant(400), import_kw=Kilowatts(700), export_kw=Kilowatts(0)),
        ),
    )  # fmt: skip
    assert [tuple(map(float, granted(settings, Instant(t)))) for t in (0, 100, 200, 300, 400)] == [
        (1000, 200), (500, 150), (500, 0), (700, 0), (1000, 200),
    ]  # fmt: skip
    blocks = profiles(settings, Instant(0))["CONSUMPTION"]
    assert [(float(b.start), float(b.kw)) for b in blocks] == [(0, 1000), (100, 500), (200, 500), (300, 700), (400, 1000)]  # fmt: skip
