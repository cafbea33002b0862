"""The BEMS among its counterparts: enrols, plans every period, respects limits, outlives silence and rubbish."""

import json

import pytest
from actors.bems.bems_counterparts import DAY, GROUP, START, Building, car, flat, run
from msgspec.structs import replace

from sterna.kernel.quantities import Instant, Kilowatts, Share
from sterna.protocols import openadr, oscp, rest
from sterna.protocols.openadr import storage
from sterna.runtime.ports import Request

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


@pytest.mark.req("P-STEP-10", "AT-07")
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


# -- silence ----------------------------------------------------------------------------------


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


# -- restart ------------------------------------------------------------------------------------


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


# -- rubbish --------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"objectType":"EVENT"}', b"\xff\xfe"])
@pytest.mark.req("IF-BEMS-MARKET")
def test_rubbish_to_the_price_callback_is_refused_and_harms_nobody(body: bytes) -> None:
    async def work(site: Building) -> None:
        token = (
            next(iter(site.market.vtn.state.subscriptions.values()))
            .object_operations[0]
            .bearer_token
        )
        known = ("Authorization", f"Bearer {token}")
        assert (await site.post(openadr.CALLBACKS, body, known)).status == 400
        assert (await site.post(openadr.CALLBACKS, body)).status == 401
        await site.until(301)
        assert site.plans()

    run(work)


@pytest.mark.parametrize("intervals", [
    [(0, 0.1), (0, 0.2)],
    [(0, 1e400)],
])  # fmt: skip
def test_prices_that_contradict_each_other_change_nothing(
    intervals: list[tuple[int, float]],
) -> None:
    async def work(site: Building) -> None:
        site.market.publish(START, CHEAP_THEN_DEAR)
        await site.later(2)
        token = (
            next(iter(site.market.vtn.state.subscriptions.values()))
            .object_operations[0]
            .bearer_token
        )
        event = json.loads(openadr.written(next(iter(site.market.vtn.state.events.values()))))
        event["intervals"] = [
            {
                "id": k,
                "intervalPeriod": {"start": openadr.stamp(Instant(START + at)), "duration": "PT1H"},
                "payloads": [{"type": "PRICE", "values": [value]}],
            }
            for k, (at, value) in enumerate(intervals)
        ]
        note = json.dumps({"objectType": "EVENT", "operation": "UPDATE", "object": event}).encode()
        note = note.replace(b"Infinity", b"1e400")
        answer = await site.post(openadr.CALLBACKS, note, ("Authorization", f"Bearer {token}"))
        assert answer.status == 400
        assert len(site.bems.actor.state.import_prices) == len(CHEAP_THEN_DEAR)

    run(work)


def test_the_market_may_challenge_the_callback_address() -> None:
    async def work(site: Building) -> None:
        http = site.ports.http("EMKT")
        url = openadr.challenged(openadr.CALLBACKS, "nonce-1")
        answer = await http.ask("bems", openadr_get(url))
        assert (answer.status, answer.body) == (200, b"nonce-1")
        assert (await http.ask("bems", openadr_get(openadr.CALLBACKS))).status == 400

    run(work)


def openadr_get(path: str) -> Request:
    return Request(method="GET", path=path)


@pytest.mark.parametrize(
    ("path", "body", "token", "status"),
    [
        ("/update_group_capacity_forecast", b"{", "dso", 400),
        ("/update_group_capacity_forecast", b'{"group_id":1}', "dso", 400),
        ("/update_group_capacity_forecast", b"{}", "wrong", 401),
        ("/no_such_thing", b"{}", "dso", 400),
    ],
)
@pytest.mark.req("IF-BEMS-DSO")
def test_rubbish_from_the_dso_gets_its_error(
    path: str, body: bytes, token: str, status: int
) -> None:
    async def work(site: Building) -> None:
        said = await site.post(oscp.ROOT + path, body, ("Authorization", f"Token {token}"))
        assert said.status == status
        assert not site.bems.actor.state.capacity

    run(work)


@pytest.mark.req("IF-CSEMS-BEMS")
def test_rubbish_from_the_cs_ems_gets_the_vtns_problem() -> None:
    async def work(site: Building) -> None:
        known = ("Authorization", f"Bearer {site.cs_ems.token}")
        root = openadr.ROOT
        assert (await site.post(f"{root}/reports", b"{", known)).status == 400
        assert (
            await site.post(f"{root}/reports", b"{}", ("Authorization", "Bearer x"))
        ).status == 401
        assert (await site.post(f"{root}/nothing", b"{}", known)).status == 404
        for url in ("https://evil.example/x", "http://cs_ems/openadr3/callbacks"):
            wish = openadr.subscription("cs_ems", url, "callback")
            assert (await site.cs_ems.ask(openadr.create(wish))).status == 400
        await site.until(301)
        assert site.plans()

    run(work)


@pytest.mark.parametrize(
    "changes",
    [
        {"soc": 7.0}, {"floor": -1.0}, {"capacity_kwh": 0.0}, {"capacity_kwh": 1e9}, {"charge_kw_max": -3.0},
        {"discharge_kw_max": 1e9}, {"kw": 1e9},
    ],
)  # fmt: skip
@pytest.mark.req("IF-CSEMS-BEMS")
def test_a_car_that_cannot_be_is_not_planned_with(changes: dict[str, float]) -> None:
    async def work(site: Building) -> None:
        site.cs_ems.cars = {"good": car(), "bad": car(**changes)}
        await site.until(301)
        assert list(site.bems.actor.state.cars) == ["good"]
        assert site.plans()[-1].cars == 1

    run(work)


@pytest.mark.req("IF-BLD-BEMS")
def test_rubbish_from_the_meter_closes_its_link_and_no_more() -> None:
    async def work(site: Building) -> None:
        await site.until(301)
        site.meter.send(b"rubbish")
        await site.until(310)
        assert site.meter.closed_with == [1002]
        await site.until(601)
        assert len(site.meter.links) == 1
        assert site.plans()[-1].meter_age_s < 3

    run(work)


def test_a_stay_that_cannot_be_read_is_refused() -> None:
    async def work(site: Building) -> None:
        said = await site.post(rest.PLAN_SLOT.path, b"{", *rest.PLAN_SLOT.headers("k"))
        assert said.status == 400
        said = await site.post(rest.PLAN_SLOT.path, b"{}")
        assert said.status == 400

    run(work)
