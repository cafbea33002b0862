"""Rubbish to the BEMS: each side gets its protocol's error, and the plans go on."""

import json

import pytest
from actors.bems.bems_counterparts import START, Building, car, run

from sterna.kernel.quantities import Instant
from sterna.protocols import openadr, oscp, rest
from sterna.runtime.ports import Request

CHEAP_THEN_DEAR = [0.05] * 6 + [0.30] * 6 + [0.05] * 36


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
        assert site.meter.closed_with == [1008]
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


def test_stays_that_no_battery_could_fill_are_refused_and_plans_go_on() -> None:
    async def work(site: Building) -> None:
        for number in range(2):
            stay = rest.SlotPlanned(
                reservation=f"r-{number}", slot="porto-01-1", start=Instant(START + 3600), end=Instant(START + 7200),
                state="booked", v2b_kw=11.0, v2b_kwh=1.7e308,
            )  # fmt: skip
            said = await site.post(
                rest.PLAN_SLOT.path, rest.PLAN_SLOT.written(stay), *rest.PLAN_SLOT.headers("k")
            )
            assert said.status == 400
        await site.until(301)
        assert site.plans()[-1].expected_kwh == 0.0

    run(work)
