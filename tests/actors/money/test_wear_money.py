"""Battery wear on the bill: reckoned by the cells' model from the measured course, paid once, recomputable."""

from dataclasses import replace
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from actors.money.money_chain import BAY, EMSP, HOUR, ROWS, START, Chain, run
from actors.ports_in_memory import Inbox

from sterna.actors.emsp.records import BillRow, WearRow
from sterna.actors.session_app.links import SessionApp
from sterna.actors.session_app.records import ConsentRow
from sterna.actors.session_app.settings import EvsePlate, SessionAppSettings
from sterna.domain.wear import Receipt, by_model, dearest, differences
from sterna.kernel.quantities import Instant
from sterna.protocols import rest
from sterna.runtime.ports import Request, Response
from sterna.runtime.service import Call

MODELLED: dict[str, Any] = {
    "emsp": replace(EMSP, wear_price=None, battery_celsius=20.0),
    "rows": [*ROWS, WearRow, ConsentRow],
}
CAPACITY = 50.0
SPARED = ((0, 0.6), (1, 0.5), (47, 0.5), (48, 0.7), (49, 0.9))
"""(hour, charge): five kWh given at once, two days at half charge, charged before leaving."""
WORN = ((0, 0.5), (1, 0.7), (2, 0.5), (3, 0.7), (4, 0.5), (5, 0.7), (6, 0.5), (7, 0.7))
"""Ten kWh up and down all the time."""


def moved(course: tuple[tuple[int, float], ...], *, told: bool = True) -> tuple[rest.EnergyInterval, ...]:  # fmt: skip
    """Return what the meter and the car say of *course*, without losses."""
    found = []
    for (start, low), (end, high) in pairwise(course):
        wh = round((high - low) * CAPACITY * 1000)
        found.append(
            rest.EnergyInterval(
                start=Instant(START + start * HOUR), end=Instant(START + end * HOUR),
                charged_wh=max(0, wh), discharged_wh=max(0, -wh), soc=high if told else None,
            )
        )  # fmt: skip
    return tuple(found)


async def settle(
    chain: Chain, course: tuple[tuple[int, float], ...], *, session: str = "ses-1", told: bool = True, **agreed: Any
) -> None:  # fmt: skip
    """Let a whole session with *course* happen."""
    parts = agreed.pop("parts", ()) or moved(course, told=told)
    recorded = agreed.pop("recorded", ())
    charged, discharged = rest.sessions.totals(parts)
    until = Instant(START + course[-1][0] * HOUR)
    await chain.agree(session, departure=until, **agreed)
    statistics = rest.SessionStatistics(
        session=session, evse=BAY, start=Instant(START), end=until, reason="driver", charged_wh=charged,
        discharged_wh=discharged, intervals=parts, soc_start=course[0][1], soc_end=course[-1][1], capacity_kwh=CAPACITY,
    )  # fmt: skip
    await chain.later(30 * HOUR)
    closing = rest.Closing(statistics=statistics, departure=until, v2x=True)
    assert await chain.close(closing) == 204
    record = rest.ChargeRecord(
        record="cdr-1", transaction="tx-1", evse=BAY, session=session, start=Instant(START), end=until, reason="driver",
        charged_wh=charged, discharged_wh=discharged, intervals=recorded or parts,
    )  # fmt: skip
    assert await chain.charge(record) == 204
    await chain.later(5)


def wear_line(chain: Chain) -> int:
    (bill,) = chain.bills()
    return -sum(line.amount for line in bill.lines if line.kind == "wear")


@pytest.mark.req("CH-DEG-PAY")
def test_what_the_model_says_is_paid_and_the_ledger_closes() -> None:
    async def work(chain: Chain) -> None:
        await settle(chain, WORN, chemistry="LFP")
        (bill,), (row,), (kept,) = chain.bills(), chain.rows(BillRow), chain.rows(WearRow)
        receipt = msgspec.convert(bill.wear, Receipt)
        assert differences(receipt) == ()
        assert (receipt.model.name, receipt.celsius) == ("LFP-Gr prismatic 250 Ah", 20.0)
        assert [soc for _, soc in receipt.with_v2x] == [soc for _, soc in WORN]
        assert wear_line(chain) == row.wear == receipt.cost == kept.cost > 0
        assert receipt.fade_with_v2x == kept.fade_with_v2x > kept.fade_alone == receipt.fade_alone
        assert msgspec.json.decode(kept.receipt, type=Receipt) == receipt
        assert sum(chain.balances().values()) == 0

    run(work, **MODELLED)


@pytest.mark.req("CH-DEG-PAY")
def test_wear_that_v2x_saved_is_shown_and_nobody_owes_it() -> None:
    async def work(chain: Chain) -> None:
        await settle(chain, SPARED, chemistry="NMC")
        (bill,), (row,), (kept,) = chain.bills(), chain.rows(BillRow), chain.rows(WearRow)
        assert kept.cost < 0
        assert wear_line(chain) == row.wear == 0
        assert msgspec.convert(bill.wear, Receipt).saved == -kept.cost
        assert row.total <= row.charge_only
        assert sum(chain.balances().values()) == 0

    run(work, **MODELLED | {"emsp": replace(MODELLED["emsp"], tariff=two_days())})


def two_days() -> Any:
    tariff = EMSP.tariff
    return replace(
        tariff, import_prices=tariff.import_prices * 3, export_prices=tariff.export_prices * 3
    )


def test_cells_that_nobody_tells_are_billed_as_those_that_wear_most() -> None:
    async def work(chain: Chain) -> None:
        await settle(chain, WORN)
        (kept,) = chain.rows(WearRow)
        assert kept.model == by_model(dearest(20.0)).cell.name

    run(work, **MODELLED)


def test_a_car_that_tells_no_charge_is_paid_by_the_models_usual_price() -> None:
    async def work(chain: Chain) -> None:
        await settle(chain, WORN, told=False, chemistry="LFP")
        (bill,) = chain.bills()
        assert bill.wear is None
        assert chain.rows(WearRow) == []
        # 40 kWh up and 30 down; charging alone would have needed 10.
        assert (
            wear_line(chain)
            == 60 * by_model(chemistry=dearest(20.0), celsius=20.0).throughput_price
        )

    run(work, **MODELLED)


def test_intervals_that_take_no_time_do_not_disturb_the_bill() -> None:
    async def work(chain: Chain) -> None:
        whole = moved(WORN)
        first = msgspec.structs.replace(whole[0], end=Instant(START + 3599.9999))
        sliver = rest.EnergyInterval(
            start=first.end, end=Instant(START + 3600.0), charged_wh=0, discharged_wh=0, soc=0.7
        )
        await settle(
            chain, WORN, chemistry="LFP", parts=(first, sliver, *whole[1:]), recorded=whole
        )
        (kept,) = chain.rows(WearRow)
        assert len(msgspec.json.decode(kept.receipt, type=Receipt).with_v2x) == len(WORN)

    run(work, **MODELLED)


def test_a_stay_of_no_time_is_paid_by_throughput() -> None:
    async def work(chain: Chain) -> None:
        blink = rest.EnergyInterval(
            start=Instant(START),
            end=Instant(START + 0.0001),
            charged_wh=5,
            discharged_wh=5,
            soc=0.5,
        )
        await settle(chain, ((0, 0.5), (1, 0.5)), chemistry="LFP", parts=(blink,))
        assert chain.rows(WearRow) == []
        assert wear_line(chain) > 0

    run(work, **MODELLED)


def test_an_agreed_price_is_what_counts() -> None:
    async def work(chain: Chain) -> None:
        await settle(chain, WORN, chemistry="LFP")
        assert wear_line(chain) == 60 * 25_000
        assert chain.bills()[0].wear is None

    run(work, rows=[*ROWS, WearRow])


def test_the_bill_page_shows_model_fades_and_pay_and_gives_all_figures() -> None:
    async def work(chain: Chain) -> None:
        ports = chain.ports
        app = SessionApp(
            settings=SessionAppSettings(evses=(EvsePlate(evse=BAY, charge_kw=10.0, discharge_kw=10.0),)),
            clock=ports.clock, ids=ports.ids, journal=ports.journal, supervisor=ports.supervisor,
            courier=ports.courier("WEBAPP"), http=ports.http("WEBAPP"),
        )  # fmt: skip
        app.start()
        ports.host("session_app", "WEBAPP", "REST", app.app, rest.asked, rest.answered)
        ports.host("webapp", "WEBAPP", "HTTPS", app.app, rest.pages.asked, rest.pages.answered)
        site = Inbox().service()
        site.on("POST", "/sessions/v1", accept)
        ports.host("cs_ems", "CS_EMS", "REST", site.app, rest.asked, rest.answered)
        phone = ports.http(f"ADHOC_UI/{BAY}")

        async def send(path: str, **form: str) -> Response:
            return await phone.ask("webapp", Request(method="POST", path=path, body=urlencode(form).encode()))  # fmt: skip

        async def get(path: str) -> Response:
            return await phone.ask("webapp", Request(method="GET", path=path), timeout_s=70)

        place = dict((await send("/s", evse=BAY)).headers)["location"]
        session = place.rsplit("/", 1)[-1]
        await send(f"{place}/consent", name="driver-017", terms="yes", v2b="yes")
        await send(
            f"{place}/preferences",
            departure="2025-07-03T21:00",
            target="80",
            floor="30",
            cells="LFP",
        )
        assert (await get(f"{place}/wear.json")).status >= 400
        await send(f"{place}/start")
        await chain.later(5)
        await closed(chain, session)
        page, file = await get(f"{place}/bill"), await get(f"{place}/wear.json")
        receipt = msgspec.json.decode(file.body, type=Receipt)
        assert differences(receipt) == ()
        assert receipt.cost > 0
        text = page.body.decode()
        for shown in (
            receipt.model.name, f"version {receipt.model.version}", f"{receipt.fade_with_v2x * 100:.5f} %",
            f"{receipt.fade_alone * 100:.5f} %", receipt.with_v2x_sha256[:16], "50.0 kWh at 20 &deg;C", "wear.json",
            f"{receipt.paid / 1e6:.2f} EUR",
        ):  # fmt: skip
            assert shown in text, shown

    run(work, **MODELLED)


async def closed(chain: Chain, session: str) -> None:
    """Tell the web app what the session did, and let the charge record come."""
    parts = moved(WORN)
    charged, discharged = rest.sessions.totals(parts)
    until = parts[-1].end
    statistics = rest.SessionStatistics(
        session=session, evse=BAY, start=Instant(START), end=until, reason="driver", charged_wh=charged,
        discharged_wh=discharged, intervals=parts, soc_start=WORN[0][1], capacity_kwh=CAPACITY,
    )  # fmt: skip
    await chain.send("CS_EMS", "session_app", rest.STATISTICS, statistics, key="s", session=session)
    record = rest.ChargeRecord(
        record="cdr-1", transaction="tx-1", evse=BAY, session=session, start=Instant(START), end=until, reason="driver",
        charged_wh=charged, discharged_wh=discharged, intervals=parts,
    )  # fmt: skip
    await chain.charge(record)
    await chain.later(5)


def accept(call: Call) -> Response:
    body = rest.START_SESSION.read(call.body)
    accepted = rest.SessionAccepted(session=body.session, evse=body.evse)
    return Response(status=201, body=rest.written(accepted))
