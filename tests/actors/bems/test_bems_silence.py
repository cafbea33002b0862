"""The BEMS when somebody is silent or comes back: market, DSO, CS EMS, meter, and itself."""

import pytest
from actors.bems.bems_counterparts import DAY, START, Building, car, run

from sterna.kernel.quantities import Instant, Kilowatts, Share

CHEAP_THEN_DEAR = [0.05] * 6 + [0.30] * 6 + [0.05] * 36


def test_without_a_first_reading_there_is_no_plan() -> None:
    async def work(site: Building) -> None:
        site.meter.silent = True
        site.cs_ems.cars = {"a": car()}
        site.market.publish(START, CHEAP_THEN_DEAR)
        await site.until(1500)
        assert not site.plans()
        site.meter.silent = False
        await site.until(1801)
        assert len(site.plans()) == 1

    run(work)


def test_behind_a_silent_meter_the_building_is_expected_to_need_much() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {"a": car()}
        await site.until(901)
        assert site.cs_ems.room_kw() == pytest.approx(300.0)
        site.meter.silent = True
        site.meter.load_kw = 350.0
        await site.until(3601)
        assert len(site.plans()) == 12
        assert site.cs_ems.room_kw() <= 310.0
        history = site.bems.actor.state.meter.load_quarters
        assert history[0] == pytest.approx(100.0)
        assert history[-1] != history[-1]  # NaN: nobody knows

    run(work)


@pytest.mark.req("IF-BLD-BEMS")
def test_a_lost_meter_is_dialled_again() -> None:
    async def work(site: Building) -> None:
        await site.until(301)
        site.meter.links.pop().close(1001, "maintenance")
        await site.until(601)
        assert len(site.meter.links) == 1
        assert site.plans()[-1].meter_age_s < 3

    run(work)


@pytest.mark.req("IF-BEMS-MARKET", "DF-P-19")
def test_while_the_market_is_silent_its_last_day_repeats() -> None:
    async def work(site: Building) -> None:
        site.market.publish(START, [0.05] * 12 + [0.30] * 12)
        await site.later(2)
        site.ports.network.partition("BEMS", "EMKT")
        site.cs_ems.cars = {"a": car(departure=Instant(START + 3 * DAY), soc=Share(0.9))}
        await site.until(DAY + 13 * 3600)
        assert site.cs_ems.request_kw() < -1  # dear again, though nobody said so
        assert site.plans()[-1].price_age_s > DAY
        site.ports.network.heal("BEMS", "EMKT")
        site.market.publish(START + DAY, [0.30] * 12 + [0.05] * 24)
        await site.later(4 * 3600)
        assert site.plans()[-1].price_age_s < 4 * 3600

    run(work)


@pytest.mark.req("IF-BEMS-MARKET")
def test_a_market_that_has_forgotten_everybody_is_enrolled_at_again_with_one_subscription() -> None:
    async def work(site: Building) -> None:
        await site.until(10)
        site.market.renew()
        site.market.publish(START, CHEAP_THEN_DEAR)
        await site.until(4 * 3600)
        assert len(site.bems.actor.state.import_prices) == len(CHEAP_THEN_DEAR)
        await site.until(14 * 3600)
        assert len(site.market.vtn.state.subscriptions) == 1

    run(work)


@pytest.mark.req("IF-BEMS-DSO")
def test_while_the_dso_is_silent_its_fallback_holds() -> None:
    async def work(site: Building) -> None:
        site.dso.allow(START, START + DAY, 300.0)
        site.dso.allow(START, START + DAY, 150.0, "FALLBACK_CONSUMPTION")
        await site.until(601)
        assert site.cs_ems.room_kw() == pytest.approx(200.0)
        site.ports.network.partition("BEMS", "GMS")
        await site.until(2101)
        assert site.bems.actor.state.dso_silent
        assert site.cs_ems.room_kw() == pytest.approx(50.0)
        site.ports.network.heal("BEMS", "GMS")
        await site.until(3001)
        assert not site.bems.actor.state.dso_silent
        assert site.cs_ems.room_kw() == pytest.approx(200.0)

    run(work)


@pytest.mark.req("IF-BEMS-DSO")
def test_a_dso_that_has_forgotten_the_building_is_registered_with_again() -> None:
    async def work(site: Building) -> None:
        await site.until(10)
        assert site.dso.party.online
        site.dso.renew()
        await site.until(700)
        assert site.dso.party.online

    run(work)


def test_a_dso_that_refuses_is_asked_once_a_minute_and_not_more() -> None:
    async def work(site: Building) -> None:
        site.dso.renew()
        site.dso.refusing = True
        await site.until(1800)
        asked = [line for line in site.ports.lines if line.msg == "OSCP Register"]
        assert 2 <= len(asked) <= 31
        site.dso.refusing = False
        await site.until(2400)
        assert site.dso.party.online

    run(work)


@pytest.mark.req("IF-CSEMS-BEMS")
def test_cars_of_a_silent_cs_ems_are_offered_to_nobody() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {"a": car(soc=Share(0.9), target=Share(0.3))}
        site.market.publish(START, [0.5] * 6 + [0.01] * 30)
        await site.until(301)
        assert site.cs_ems.request_kw() < 0
        site.cs_ems.silent = True
        await site.until(1201)
        assert (site.plans()[-1].cars, site.plans()[-1].request_kw) == (0, 0.0)

    run(work)


# -- restart ---


@pytest.mark.req("P-STEP-10.2", "IF-CSEMS-BEMS", "IF-BEMS-DSO", "IF-BEMS-MARKET", "SYS-P-BEMS")
def test_a_restart_keeps_peak_prices_and_capacity_and_everybody_comes_back() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {"a": car(kw=Kilowatts(11))}
        site.market.publish(START, CHEAP_THEN_DEAR)
        site.dso.allow(START, START + DAY, 250.0)
        await site.until(1850)
        before = site.bems.actor.state
        site.restart()
        after = site.bems.actor.state
        assert after.meter == before.meter
        assert (after.import_prices, after.capacity) == (before.import_prices, before.capacity)
        events = len(site.cs_ems.events)
        await site.until(2401)
        assert 401 in site.cs_ems.refused  # the old token; the CS EMS has enrolled again
        assert len(site.cs_ems.events) > events
        assert site.cs_ems.room_kw() == pytest.approx(150.0)
        assert site.dso.party.online
        assert len(site.market.vtn.state.subscriptions) == 1
        assert len(site.meter.links) == 1
        assert site.plans()[-1].cars == 1

    run(work)


def test_a_crash_of_the_core_costs_no_more_than_its_event() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {"a": car()}
        await site.until(901)
        peak = site.bems.actor.state.meter.peak_kw
        site.bems.actor.crashed(RuntimeError("a bug"))
        await site.until(1201)
        assert site.plans()[-1].start == START + 1200
        assert site.bems.actor.state.meter.peak_kw == peak
        assert [line.msg for line in site.ports.trace.problems] == ["SUPERVISOR crash"]
        site.ports.trace.problems.clear()

    run(work)
