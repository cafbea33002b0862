"""Meter, DSO and market together: what was metered is billed, once and exactly."""

from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from actors.grid_site import DAY, EXPORT_PRICE, IMPORT_PRICE, START, TARIFF, GridSite

from sterna.actors.dso.records import QuarterRow
from sterna.domain.ledger_rows import LedgerRow
from sterna.domain.site_bill import site_bill
from sterna.domain.tariff import EnergyPrices
from sterna.kernel.money import price_per_kwh
from sterna.kernel.quantities import Instant
from sterna.protocols import rest
from sterna.runtime import virtual
from sterna.runtime.virtual import VirtualClock

PRICES = EnergyPrices(
    start=IMPORT_PRICE.start, step=IMPORT_PRICE.step,
    import_prices=tuple(price_per_kwh(v) for v in IMPORT_PRICE.values),
    export_prices=tuple(price_per_kwh(v) for v in EXPORT_PRICE.values),
)  # fmt: skip


def run(work: Callable[[GridSite], Awaitable[None]]) -> None:
    async def main(clock: VirtualClock) -> None:
        site = GridSite(clock)
        await site.start()
        await work(site)

    virtual.run(main, start=START)


async def a_day_and_a_half(site: GridSite) -> None:
    """Draw 200 kW, feed in 50 kW for an hour, draw 400 kW from 10:00 to 11:00 (ponta), then 100 kW."""
    site.hardware.set(200)
    await site.later(8 * 3600)
    site.hardware.set(200, pv=250)
    await site.later(3600)
    site.hardware.set(200)
    await site.later(3600)
    site.hardware.set(200, cars=200)
    await site.later(3600)
    site.hardware.set(100)
    await site.later(1.5 * DAY - 11 * 3600)


@pytest.mark.req("IF-GMS-EMKT", "DF-P-22", "SYS-P-EMKT", "SYS-P-GMS")
def test_a_day_and_a_half_are_billed_exactly() -> None:
    async def work(site: GridSite) -> None:
        await a_day_and_a_half(site)
        site.dso.close_accounts()
        await site.later(1)
        quarters = site.ports.journal.rows(QuarterRow)
        assert len(quarters) == 144
        imported = [50_000] * 32 + [0] * 4 + [50_000] * 4 + [100_000] * 4 + [25_000] * 100
        exported = [0] * 32 + [12_500] * 4 + [0] * 108
        assert [row.imported_wh for row in quarters] == imported
        assert [row.exported_wh for row in quarters] == exported
        due = site_bill(
            start=Instant(START), imported_wh=imported, exported_wh=exported, prices=PRICES, tariff=TARIFF
        )  # fmt: skip
        assert due.contracted_power == 30_000_000  # 400 kW, 1.5 days, 0.05 EUR
        for what in ("energy", "network energy", "peak power", "contracted power"):
            assert site.paid(what) == getattr(due, what.replace(" ", "_")), what
        assert site.paid("feed-in") == due.feed_in == -2_000_000
        assert site.balance("building") == -due.total
        assert sum(row.amount for row in site.ports.journal.rows(LedgerRow)) == 0

    run(work)


@pytest.mark.req("P-STEP-10.1", "IF-GMS-EMKT")
def test_the_dso_asks_for_prices_at_the_start_and_every_six_hours() -> None:
    async def work(site: GridSite) -> None:
        await site.later(DAY)
        asked = [line.t for line in site.ports.lines if line.msg == "REST GET /prices/v1"]
        assert [round(t - START) for t in asked] == [0, 21_600, 43_200, 64_800, 86_400][
            : len(asked)
        ]
        assert len(asked) >= 4
        known = site.dso.actor.state.prices
        assert known[0].buy == 180_000  # 18:00 UTC
        # Prices of tomorrow are known since 13:00.
        assert known[-1].end == START + 2 * DAY

    run(work)


@pytest.mark.req("IF-METERS-GMS", "SYS-P-METERS")
def test_a_cut_of_the_meter_loses_no_energy() -> None:
    async def work(site: GridSite) -> None:
        site.hardware.set(120)
        await site.later(3600)
        site.ports.network.reset("GMS", "METERS")
        site.ports.network.partition("GMS", "METERS")
        await site.later(7200)
        site.ports.network.heal("GMS", "METERS")
        await site.later(3601)
        quarters = site.ports.journal.rows(QuarterRow)
        assert [row.imported_wh for row in quarters] == [30_000] * 16

    run(work)


@pytest.mark.req("SYS-P-METERS", "IF-METERS-GMS")
def test_grid_reports_are_never_more_than_330_seconds_apart() -> None:
    async def work(site: GridSite) -> None:
        site.hardware.set(120)
        await site.later(7200)
        told = [line.t for line in site.ports.lines if line.msg == "IEC61850 Report"]
        assert all(b - a <= 330 for a, b in pairwise(told))
        assert len(told) >= 24
        assert {(line.src, line.dst) for line in site.ports.lines if line.msg == "IEC61850 Report"} == {("METERS", "GMS")}  # fmt: skip

    run(work)


@pytest.mark.req("IF-METERS-GMS")
def test_a_report_that_cannot_be_read_costs_the_link_and_no_energy() -> None:
    async def work(site: GridSite) -> None:
        site.hardware.set(120)
        await site.later(1000)
        for reader in site.meter._readers.values():
            if reader.link is not None:
                reader.link.send(b"not a report")
        await site.later(2601)
        assert [row.imported_wh for row in site.ports.journal.rows(QuarterRow)] == [30_000] * 4

    run(work)


def test_a_market_that_refuses_is_asked_again_in_the_next_round() -> None:
    async def work(site: GridSite) -> None:
        await site.later(5)
        inbox = site.building.turned_away()
        site.ports.host("energy_market", "EMKT", "REST", inbox, rest.asked, rest.answered)
        before = site.dso.actor.state.prices
        await site.later(21_600)
        assert site.dso.actor.state.prices == before
        site.open_market()
        site.market.start()
        await site.later(21_600)
        assert site.dso.actor.state.prices[0].start == START + 12 * 3600

    run(work)
