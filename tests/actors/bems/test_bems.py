"""The BEMS among its counterparts: enrols, plans every period, respects limits."""

import pytest
from actors.bems.bems_counterparts import DAY, GROUP, START, Building, car, flat, run
from msgspec.structs import replace

from sterna.kernel.quantities import Instant, Kilowatts, Share
from sterna.protocols import openadr, rest
from sterna.protocols.openadr import storage

CHEAP_THEN_DEAR = [0.05] * 6 + [0.30] * 6 + [0.05] * 36


@pytest.mark.req("P-STEP-10.1", "IF-BEMS-MARKET", "IF-BEMS-DSO", "SYS-P-BEMS", "DF-P-02", "DF-P-19")
def test_it_enrols_at_the_market_and_registers_with_the_dso() -> None:
    async def work(site: Building) -> None:
        site.market.publish(START, CHEAP_THEN_DEAR)
        site.dso.allow(START, START + DAY, 300.0)
        await site.later(2)
        state = site.bems.actor.state
        assert [span.value for span in state.import_prices] == CHEAP_THEN_DEAR
        assert state.capacity["CONSUMPTION"][0].value == 300.0
        assert site.dso.party.online
        said = site.ports.messages()
        assert "OpenADR event PRICE" in said
        assert "OSCP UpdateGroupCapacityForecast" in said

    run(work)


@pytest.mark.req("P-STEP-10.1", "DF-P-19")
def test_each_plan_says_how_old_its_prices_limits_and_readings_are() -> None:
    async def work(site: Building) -> None:
        await site.until(301)
        assert site.plans()[0].price_age_s == -1.0
        site.market.publish(START, CHEAP_THEN_DEAR)
        site.dso.allow(START, START + DAY, 300.0)
        await site.until(901)
        row = site.plans()[-1]
        assert row.price_age_s == pytest.approx(599, abs=1)
        assert row.capacity_age_s == pytest.approx(599, abs=1)
        assert row.meter_age_s == pytest.approx(2, abs=0.1)

    run(work)


@pytest.mark.req(
    "P-STEP-10", "P-STEP-10.2", "IF-CSEMS-BEMS", "IF-BLD-BEMS", "DF-P-17", "DF-P-20", "DF-P-21"
)
def test_cars_charge_when_energy_is_cheap_and_give_when_it_is_dear() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {f"porto-01-{n}": car() for n in (1, 2)}
        site.market.publish(START, CHEAP_THEN_DEAR)
        await site.until(5.9 * 3600)
        asked = [openadr.setpoint_kw(event.intervals[0]) or 0.0 for event in site.cs_ems.events]
        assert max(asked) == pytest.approx(22.0)
        assert min(asked) >= 0.0
        site.cs_ems.cars = dict.fromkeys(site.cs_ems.cars, replace(car(), soc=Share(0.95)))
        await site.until(9 * 3600 + 10)
        assert site.cs_ems.request_kw() < -1
        kw = [openadr.setpoint_kw(piece) for piece in site.cs_ems.events[-1].intervals]
        assert len(kw) == 12

    run(work)


@pytest.mark.req("P-STEP-10.2")
def test_a_set_point_comes_every_period_after_its_reading_and_its_report() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {"porto-01-1": car()}
        await site.until(3 * 3600 + 60)
        at = [line.t for line in site.ports.lines if line.msg == "OpenADR event DISPATCH_SETPOINT"]
        regular = [t for t in at if t % 300 < 1]
        assert len(regular) == 36
        steered = [
            line.msg
            for line in site.ports.lines
            if 3600 - 5 < line.t - START < 3600 + 5 and not line.msg.startswith("OpenADR 2")
        ]
        assert [msg for msg in steered if msg.startswith(("METER", "OpenADR POST /rep", "OpenADR ev"))] == [
            "METER report", "OpenADR POST /reports", "OpenADR event DISPATCH_SETPOINT",
        ]  # fmt: skip

    run(work)


@pytest.mark.req("P-STEP-10", "DF-P-17")
def test_cars_that_come_at_once_are_planned_for_once_within_half_a_minute() -> None:
    async def work(site: Building) -> None:
        await site.until(301)
        before = len(site.cs_ems.events)
        for number in range(5):
            await site.cs_ems.report({f"porto-01-{number}": car()})
        await site.until(301 + 40)
        assert len(site.cs_ems.events) == before + 1
        assert site.plans()[-1].cars == 5

    run(work)


@pytest.mark.req("IF-CSEMS-BEMS", "P-STEP-10")
def test_a_car_is_planned_with_until_it_is_told_gone_or_not_told_of_at_all() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {"a": car(), "b": car(), "c": car()}
        await site.until(301)
        assert site.plans()[-1].cars == 3
        site.cs_ems.cars = {"a": car(), "b": car(present=False)}
        await site.until(601)
        assert site.plans()[-1].cars == 2  # c may only have been left out of one report
        await site.until(1201)
        assert site.plans()[-1].cars == 1
        site.cs_ems.name = storage.WHOLE_REPORT
        site.cs_ems.cars = {"d": car()}
        await site.until(1501)
        assert list(site.bems.actor.state.cars) == ["d"]

    run(work)


@pytest.mark.req("IF-CSEMS-BEMS", "P-STEP-10")
def test_a_car_without_news_is_planned_with_while_reports_of_changes_come() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.name = storage.WHOLE_REPORT
        site.cs_ems.cars = {"a": car(), "b": car()}
        await site.until(301)
        site.cs_ems.name = storage.CHANGES_REPORT
        site.cs_ems.cars = {}
        await site.until(3601)
        assert site.plans()[-1].cars == 2
        site.cs_ems.cars = {"b": car(present=False)}
        await site.until(3901)
        assert site.plans()[-1].cars == 1
        site.cs_ems.silent = True
        await site.until(3901 + 1200)
        assert site.plans()[-1].cars == 0

    run(work)


@pytest.mark.req("P-STEP-10")
def test_a_driver_who_declined_is_never_asked_to_give() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {"a": car(v2x=False, soc=Share(0.9), target=Share(0.9))}
        site.market.publish(START, [0.9] * 6 + [0.01] * 30)
        await site.until(3600)
        assert all(
            (openadr.setpoint_kw(p) or 0.0) >= 0 for e in site.cs_ems.events for p in e.intervals
        )

    run(work)


@pytest.mark.req("IF-BEMS-DSO", "P-STEP-10.1", "DF-P-19")
def test_a_reduced_capacity_is_kept_within_one_period() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {
            f"e-{n}": car(departure=Instant(START + 3 * 3600), target=Share(0.9)) for n in range(10)
        }
        site.market.publish(START, [0.05] * 2 + [0.5] * 40)
        await site.until(901)
        assert site.cs_ems.request_kw() > 60.0
        site.dso.allow(START + 900, START + DAY, 140.0)
        await site.until(1201)
        assert site.cs_ems.request_kw() <= 40.0 + 1e-6
        assert site.cs_ems.room_kw() == pytest.approx(40.0)
        assert not site.dso.complaints()

    run(work)


@pytest.mark.req("IF-BEMS-DSO")
def test_a_limit_that_the_building_alone_exceeds_is_complained_of_once() -> None:
    async def work(site: Building) -> None:
        await site.until(301)
        site.dso.allow(START + 600, START + 3600, 80.0)
        await site.until(1800)
        assert len(site.dso.complaints()) == 1
        told = site.dso.complaints()[0]
        assert told.group_id == GROUP
        assert told.forecasted_blocks[0].capacity == pytest.approx(80.0)
        assert all(row.over for row in site.plans()[2:])
        assert site.cs_ems.request_kw() <= 0
        assert site.cs_ems.room_kw() == 0.0
        await site.until(4500)
        assert not site.plans()[-1].over
        site.dso.allow(START + 5000, START + 7200, 80.0)
        await site.until(5400)
        assert len(site.dso.complaints()) == 2

    run(work)


def test_a_complaint_waits_for_a_dso_that_is_away() -> None:
    async def work(site: Building) -> None:
        await site.until(301)
        site.dso.allow(START + 600, START + DAY, 80.0)
        await site.later(2)
        site.ports.network.partition("BEMS", "GMS")
        await site.until(1800)
        assert not site.dso.complaints()
        site.ports.network.heal("BEMS", "GMS")
        await site.until(4500)
        assert len(site.dso.complaints()) == 1
        assert not site.bems.actor.waiting()

    run(work)


@pytest.mark.req("P-STEP-10")
def test_what_cannot_reach_a_car_in_time_is_said() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {"a": car(departure=Instant(START + 3600), target=Share(0.9))}
        await site.until(301)
        # 24 kWh are missing; 55 minutes at 11 kW and 95 % bring 9.6 kWh.
        assert site.plans()[-1].unmet_kwh == pytest.approx(24 - 9.58, abs=0.1)
        # 100 kW for three days at 0.10 EUR: the weight of the driver's wish is no money.
        assert site.plans()[-1].cost_eur == pytest.approx(720, abs=2)

    run(work)


def test_the_highest_quarter_hour_is_metered_with_the_cars_in_it() -> None:
    async def work(site: Building) -> None:
        site.meter.load_kw = 100.0
        site.cs_ems.cars = {"a": car(kw=Kilowatts(11)), "b": car(kw=Kilowatts(11))}
        await site.until(2 * 900 + 301)
        assert site.bems.actor.state.meter.peak_kw == pytest.approx(122.0, abs=0.1)
        site.cs_ems.cars = {"a": car(kw=Kilowatts(-11)), "b": car(kw=Kilowatts(-11))}
        await site.until(6 * 900 + 10)
        assert site.bems.actor.state.meter.peak_kw == pytest.approx(122.0, abs=0.1)
        assert site.bems.actor.state.meter.load_quarters[1:] == pytest.approx([100.0] * 5)

    run(work)


def test_a_high_peak_price_shaves_the_building() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {"a": car(soc=Share(0.9), target=Share(0.3))}
        await site.until(1201)
        assert site.cs_ems.request_kw() < 0

    run(work, peak_eur_per_kw=5.0, load_history=flat(90))


@pytest.mark.req("IF-PMS-BEMS", "P-STEP-1.1", "DF-P-18")
def test_a_booked_stay_is_expected_and_not_planned_with() -> None:
    async def work(site: Building) -> None:
        plan = rest.SlotPlanned(
            reservation="r-1", slot="porto-01-1", start=Instant(START + 3600), end=Instant(START + DAY),
            state="booked", v2b_kw=11.0, v2b_kwh=30.0,
        )  # fmt: skip
        for state, expected in (("booked", 30.0), ("booked", 30.0), ("cancelled", 0.0)):
            body = rest.PLAN_SLOT.written(replace(plan, state=state))
            taken = await site.post(rest.PLAN_SLOT.path, body, *rest.PLAN_SLOT.headers("k"))
            assert taken.status == 204
            await site.later(300)
            assert site.plans()[-1].expected_kwh == expected
            assert site.plans()[-1].cars == 0

    run(work)


@pytest.mark.req("DF-P-21")
def test_beside_its_set_points_it_tells_why_for_every_car() -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {"a": car(), "b": car(v2x=False, soc=Share(0.9), target=Share(0.9))}
        site.market.publish(START, [0.3] * 6 + [0.05] * 42)
        await site.until(3700)
        told = {each.evse: each for each in openadr.explained(site.cs_ems.events[-1])}
        assert set(told) == {"a", "b"}
        gives = told["a"]
        assert (gives.reason, gives.kw) == ("GIVES_DEAR", -11.0)
        assert gives.now_eur > gives.then_eur
        assert gives.then_at >= START + 6 * 3600
        assert told["b"].reason in ("ONE_WAY", "ENOUGH", "FULL", "WAITS", "WAITS_CHEAPER")

    run(work)
