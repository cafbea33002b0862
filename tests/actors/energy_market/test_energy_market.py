"""The energy market: prices in time, volumes, meter data billed once."""

from collections.abc import Awaitable, Callable

import pytest
from actors.grid_site import DAY, START, GridSite

from sterna.actors.energy_market.core import VolumeRow
from sterna.domain.ledger_rows import LedgerRow
from sterna.kernel.quantities import Instant
from sterna.protocols import openadr, rest
from sterna.runtime import virtual
from sterna.runtime.ports import Request, Response
from sterna.runtime.virtual import VirtualClock


def run(work: Callable[[GridSite], Awaitable[None]], start: float = START) -> None:
    async def main(clock: VirtualClock) -> None:
        site = GridSite(clock)
        site.market.start()
        await site.later(1)
        await work(site)

    virtual.run(main, start=start)


def days(events: list[openadr.Event]) -> list[float]:
    """Return the days that *events* price, counted from the start."""
    return [
        (spans[0].start - START) / DAY
        for event in events
        if (spans := openadr.spans(event, "PRICE", Instant(0)))
    ]


@pytest.mark.req("P-STEP-10.1", "IF-BEMS-MARKET", "SYS-P-EMKT", "DF-P-02", "DF-P-19")
def test_the_next_day_is_priced_from_one_o_clock_on() -> None:
    async def work(site: GridSite) -> None:
        assert (await site.building.enrol()).status == 201
        assert days(await site.building.events()) == [0]
        await site.later(13 * 3600 - 60)
        assert site.building.notes == []
        await site.later(60)
        assert days(site.building.notes) == [1]
        # The token of the morning has expired; who enrols again is still told once.
        await site.building.enrol()
        assert days(await site.building.events()) == [0, 1]
        await site.later(DAY)
        assert days(site.building.notes) == [1, 2]
        told = [line for line in site.ports.lines if line.msg == "OpenADR event PRICE"]
        assert {(line.src, line.dst) for line in told} == {("EMKT", "BEMS")}

    run(work)


@pytest.mark.req("IF-BEMS-MARKET")
def test_prices_are_hourly_in_eur_per_kwh_for_both_directions() -> None:
    async def work(site: GridSite) -> None:
        await site.building.enrol()
        (event,) = await site.building.events()
        imports = openadr.spans(event, "PRICE", Instant(0))
        exports = openadr.spans(event, "EXPORT_PRICE", Instant(0))
        assert len(imports) == len(exports) == 24
        assert imports[0].end - imports[0].start == 3600
        assert [round(imports[k].value, 6) for k in (0, 11, 12, 23)] == [0.1, 0.1, 0.18, 0.18]
        assert [round(exports[k].value, 6) for k in (0, 12)] == [0.04, 0.06]

    run(work)


@pytest.mark.req("IF-BEMS-MARKET")
def test_after_one_o_clock_both_days_are_there_at_once() -> None:
    async def work(site: GridSite) -> None:
        await site.building.enrol()
        assert days(await site.building.events()) == [0, 1]

    run(work, START + 14 * 3600)


def test_prices_end_where_the_market_knows_none() -> None:
    async def work(site: GridSite) -> None:
        await site.later(4 * DAY)
        await site.building.enrol()
        assert days(await site.building.events()) == [0, 1, 2, 3]

    run(work)


@pytest.mark.req("IF-BEMS-MARKET")
def test_a_notification_survives_a_cut() -> None:
    async def work(site: GridSite) -> None:
        await site.building.enrol()
        await site.later(13 * 3600 - 31)
        site.ports.network.partition("EMKT", "BEMS")
        await site.later(60)
        site.ports.network.heal("EMKT", "BEMS")
        await site.later(120)
        assert days(site.building.notes) == [1]

    run(work)


@pytest.mark.req("SYS-P-EMKT")
def test_after_a_restart_a_ven_meets_401_and_enrols_again() -> None:
    async def work(site: GridSite) -> None:
        await site.building.enrol()
        site.market.actor.stop()
        site.open_market()
        site.market.start()
        await site.later(1)
        assert (await site.building.ask(openadr.find("events"), site.building.token)).status == 401
        assert (await site.building.enrol()).status == 201
        assert days(await site.building.events()) == [0]

    run(work)


@pytest.mark.parametrize(
    "callback", ["https://elsewhere/hook", "http://bems/hook", "https://bems/nothing-here"]
)
def test_a_callback_that_is_not_the_ven_s_own_is_refused(callback: str) -> None:
    async def work(site: GridSite) -> None:
        assert (await site.building.enrol(callback)).status == 400

    run(work)


def test_a_callback_that_cannot_be_reached_is_refused() -> None:
    async def work(site: GridSite) -> None:
        site.ports.directory.remove("bems")
        assert (await site.building.enrol()).status == 400

    run(work)


async def prices(site: GridSite, query: dict[str, str]) -> Response:
    path = rest.ASK_PRICES.path_for(query)
    return await site.ports.http("GMS").ask("energy_market", Request(method="GET", path=path))


@pytest.mark.req("IF-GMS-EMKT", "P-STEP-10.1")
def test_the_dso_reads_prices_of_the_hours_it_asks_for() -> None:
    async def work(site: GridSite) -> None:
        answer = await prices(site, {"from": str(START + 11.5 * 3600), "to": str(START + 14 * 3600)})  # fmt: skip
        body = rest.ASK_PRICES.read_answer(answer.status, answer.body)
        assert [(p.start - START) / 3600 for p in body.intervals] == [11, 12, 13]
        assert [(p.buy, p.sell) for p in body.intervals] == [(100_000, 40_000), (180_000, 60_000), (180_000, 60_000)]  # fmt: skip
        whole = await prices(site, {"from": str(START - DAY), "to": str(START + 9 * DAY)})
        known = rest.ASK_PRICES.read_answer(whole.status, whole.body).intervals
        assert (known[0].start, known[-1].end) == (START, START + DAY), (
            "nothing is told before its hour"
        )
        none = await prices(site, {"from": str(START + 8 * DAY), "to": str(START + 9 * DAY)})
        assert rest.ASK_PRICES.read_answer(none.status, none.body).intervals == ()

    run(work)


@pytest.mark.parametrize(
    "query", [{}, {"from": "1"}, {"from": "x", "to": "2"}, {"from": "2", "to": "1"}, {"from": "nan", "to": "1"}]
)  # fmt: skip
def test_a_span_that_is_none_is_refused(query: dict[str, str]) -> None:
    async def work(site: GridSite) -> None:
        assert (await prices(site, query)).status == 400

    run(work)


@pytest.mark.req("IF-EMME-MARKET")
def test_volumes_are_kept_per_operator_and_interval() -> None:
    async def work(site: GridSite) -> None:
        emme = site.ports.http("EMME_SYS")
        for number, wh in enumerate((1000, 2500)):
            volume = rest.Volume(
                operator="PT-CPO", start=Instant(START), end=Instant(START + 900), charged_wh=wh,
                discharged_wh=0, up_kwh=30.0, down_kwh=12.0,
            )  # fmt: skip
            request = Request(
                method="POST", path=rest.REPORT_VOLUME.path_for(),
                headers=rest.REPORT_VOLUME.headers(f"v-{number}"), body=rest.REPORT_VOLUME.written(volume),
            )  # fmt: skip
            assert (await emme.ask("energy_market", request)).status == 204
        (row,) = site.ports.journal.rows(VolumeRow)
        assert (row.operator, row.charged_wh, row.up_kwh) == ("PT-CPO", 2500, 30.0)
        assert "REST POST /volumes/v1" in site.ports.messages()

    run(work)


async def meter(site: GridSite, start: float, imported: int, exported: int = 0) -> Response:
    body = rest.MeteredEnergy(
        connection="porto", start=Instant(start), imported_wh=(imported,), exported_wh=(exported,)
    )
    request = Request(method="PUT", path="/metered/v1", body=rest.REPORT_METERED.written(body))
    return await site.ports.http("GMS").ask("energy_market", request)


@pytest.mark.req("IF-GMS-EMKT")
def test_meter_data_is_billed_once_whatever_is_repeated() -> None:
    async def work(site: GridSite) -> None:
        for _ in range(3):
            assert (await meter(site, START, 10_000, 500)).status == 204
        assert site.paid("energy") == 1_000_000
        assert site.paid("feed-in") == -20_000
        assert site.balance("market") == 980_000
        assert sum(row.amount for row in site.ports.journal.rows(LedgerRow)) == 0

    run(work)


@pytest.mark.req("IF-GMS-EMKT", "SYS-P-EMKT")
def test_a_changed_repetition_is_refused_even_after_a_restart() -> None:
    async def work(site: GridSite) -> None:
        assert (await meter(site, START, 10_000)).status == 204
        site.market.actor.stop()
        site.open_market()
        site.market.start()
        assert (await meter(site, START, 10_000)).status == 204
        refused = await meter(site, START, 10_001)
        assert refused.status == 409
        assert b"other energies" in refused.body
        assert site.paid("energy") == 1_000_000

    run(work)


def test_energy_of_a_time_without_prices_is_refused() -> None:
    async def work(site: GridSite) -> None:
        refused = await meter(site, START - 900, 10_000)
        assert refused.status == 409
        assert b"no price is known" in refused.body

    run(work)
