"""From the CSMS's record to the driver's bill: exact figures, once, and nobody's name where it must not be."""

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from actors.money.money_chain import BAY, Chain, closing_of, emsp, eur, record, run, update

from sterna.actors.emme.core import AllocationRow, VolumeRow
from sterna.actors.emme.settings import EmmeSettings
from sterna.actors.emsp.records import BillRow, DisputeRow
from sterna.domain.ledger_rows import LedgerRow
from sterna.domain.tariff import Taxation
from sterna.kernel.money import MicroEuroPerKilowattHour
from sterna.protocols import ocpi, rest
from sterna.runtime.ports import Request


@pytest.mark.req(
    "P-STEP-18.1", "IF-CSOS-EMME", "IF-EMSP-EMME", "IF-WEBAPP-EMSP", "SYS-P-CSOS", "SYS-P-EMME_SYS", "SYS-P-EMSP_SYS",
    "DF-P-01",
)  # fmt: skip
def test_a_session_is_billed_with_exact_figures() -> None:
    """20 kWh in at 0.10, 10 kWh out at 0.30; wear 0.05, fee 0.50, operator 0.03, driver's part 70 %."""

    async def work(chain: Chain) -> None:
        assert await chain.agree() == 204
        assert await chain.close() == 204
        assert await chain.charge() == 204
        await chain.later(5)
        (bill,) = chain.bills()
        amounts = {line.label: line.amount for line in bill.lines if line.payable}
        assert amounts == {
            "Energy charged, at the price of each quarter hour": eur("2.00"),
            "Service fee": eur("0.50"),
            "Charge point operator": eur("0.60"),
            "Your reward for energy given to the building": -eur("2.10"),
            "Pay for battery wear": -eur("0.50"),
        }
        assert bill.total == eur("0.50")
        (row,) = chain.rows(BillRow)
        # Alone: 10 kWh at 0.10, fee 0.50, operator 0.30.
        assert (row.charge_only, row.wear, row.total) == (eur("1.80"), eur("0.50"), eur("0.50"))
        assert row.energy_cost - row.reward == row.total
        assert chain.balances() == {
            "driver/driver-017": -eur("0.50"), "building/porto": eur("2.00") - eur("3.00") - eur("0.50"),
            "emsp": eur("0.50") + eur("0.60"), "cpo": eur("0.60") + eur("0.30"),
        }  # fmt: skip
        assert chain.fate() == ("accepted", "")

    run(work)


@pytest.mark.req("P-STEP-18.1")
def test_the_record_goes_from_operator_over_emme_to_emsp_and_then_the_bill() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        await chain.close()
        await chain.charge()
        await chain.later(5)
        said = [(line.src, line.dst, line.msg) for line in chain.ports.lines[3:]]
        assert said == [
            ("CSOS", "EMME_SYS", "REST POST /ocpi/cdrs"),
            ("EMME_SYS", "EMSP_SYS", "REST POST /ocpi/cdrs"),
            ("EMSP_SYS", "WEBAPP", "REST POST /s/{session}/bill"),
        ]
        for line in chain.ports.lines[3:5]:
            assert {"ses:ses-1", "cdr:cdr-1", f"evse:{BAY}"} <= set(line.keys)

    run(work)


@pytest.mark.parametrize("order", ["record first", "statistics first"])
def test_settlement_waits_for_both_sides(order: str) -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        for number in range(2):
            await (chain.close() if number == (order == "record first") else chain.charge())
            await chain.later(5)
            assert len(chain.bills()) == number
            assert sum(chain.balances().values()) == 0

    run(work)


@pytest.mark.req("AT-23", "CH-TAX")
@pytest.mark.parametrize(
    ("taxation", "base_kwh", "tax"),
    [(Taxation.SINGLE, 10.0, "0.227"), (Taxation.DOUBLE, 20.0, "0.454")],
)
def test_the_bill_shows_the_tax_with_its_base(
    taxation: Taxation, base_kwh: float, tax: str
) -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        await chain.close()
        await chain.charge()
        await chain.later(5)
        (line,) = [line for line in chain.bills()[0].lines if line.kind == "tax"]
        assert (line.quantity, line.unit, line.amount) == (base_kwh, "kWh", eur(tax))
        assert chain.balances()["state"] == eur(tax)

    run(work, emsp=emsp(tax_rate=MicroEuroPerKilowattHour(22_700), taxation=taxation))


def test_the_same_messages_again_pay_once() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        for _ in range(3):
            assert await chain.close() == 204
            assert await chain.charge() == 204
            await chain.later(5)
        assert len(chain.bills()) == 1
        assert sum(chain.balances().values()) == 0
        assert chain.balances()["driver/driver-017"] == -eur("0.50")

    run(work)


def test_a_changed_record_is_refused_by_the_operator() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        await chain.close()
        await chain.charge()
        await chain.later(5)
        assert await chain.charge(record(charged_wh=21_000)) == 409
        await chain.later(5)
        assert len(chain.bills()) == 1

    run(work)


def test_a_changed_replay_is_refused_and_reported_by_the_emsp() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        await chain.charge()
        await chain.close()
        assert await chain.close(closing_of(record(charged_wh=25_000))) == 409
        await chain.later(5)
        (row,) = chain.rows(DisputeRow)
        assert (row.subject, row.reason) == ("ses-1", "other statistics were taken before")
        assert chain.balances()["driver/driver-017"] == -eur("0.50")

    run(work)


@pytest.mark.req("AT-18")
@pytest.mark.parametrize("first", ["record", "statistics"])
def test_a_record_with_half_a_kwh_more_is_disputed_and_a_corrected_one_is_paid(first: str) -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        wrong = record(charged_wh=20_500)
        if first == "statistics":
            await chain.close()
        await chain.charge(wrong)
        await chain.later(5)
        if first == "record":
            await chain.close()
        await chain.later(5)
        assert chain.bills() == []
        assert chain.balances() == {}
        (row,) = chain.rows(DisputeRow)
        assert (row.subject, row.session) == ("cdr-1", "ses-1")
        assert "energies: it says (20500, 10000) Wh" in row.reason
        if first == "statistics":
            fate, reason = chain.fate()
            assert fate == "refused"
            assert "20500" in reason
        await chain.charge(record("cdr-2"))
        await chain.later(5)
        assert chain.fate("cdr-2") == ("accepted", "")
        assert chain.balances()["driver/driver-017"] == -eur("0.50")

    run(work)


def test_an_operator_that_asks_more_than_agreed_is_not_paid() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        await chain.close()
        await chain.charge()
        await chain.later(5)
        assert chain.bills() == []
        assert "price: it asks 600000 micro-euro, agreed is 400000" in chain.fate()[1]

    run(work, emsp=emsp(operator_fee=MicroEuroPerKilowattHour(20_000)))


def test_a_second_record_of_a_settled_session_is_refused() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        await chain.close()
        for name in ("cdr-1", "cdr-2"):
            await chain.charge(record(name))
            await chain.later(5)
        assert chain.fate("cdr-2") == (
            "refused",
            "OCPI 2000: session ses-1 has the record cdr-1 already",
        )
        assert len(chain.bills()) == 1

    run(work)


def test_a_contract_that_comes_last_is_waited_for() -> None:
    async def work(chain: Chain) -> None:
        assert await chain.close() == 503
        await chain.charge()
        await chain.later(600)
        assert chain.fate() == ("sent", "")
        await chain.agree()
        assert await chain.close() == 204
        await chain.later(400)
        assert chain.fate() == ("accepted", "")
        assert len(chain.bills()) == 1

    run(work)


def test_a_record_of_a_session_that_nobody_agreed_to_is_refused_in_the_end() -> None:
    async def work(chain: Chain) -> None:
        await chain.charge()
        await chain.later(3 * 3600)
        assert chain.fate() == ("refused", "OCPI 2000: there is no session ses-1")

    run(work)


def test_a_record_of_an_unknown_evse_is_refused_at_once() -> None:
    async def work(chain: Chain) -> None:
        assert await chain.charge(msgspec.structs.replace(record(), evse="porto-99-1")) == 409

    run(work)


def test_an_emsp_that_is_away_gets_the_record_when_it_is_back() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        await chain.close()
        chain.ports.network.partition("EMME_SYS", "EMSP_SYS")
        await chain.charge()
        await chain.later(600)
        assert chain.fate() == ("sent", "")
        chain.ports.network.heal("EMME_SYS", "EMSP_SYS")
        await chain.later(400)
        assert chain.fate() == ("accepted", "")
        assert len(chain.bills()) == 1

    run(work)


def test_energy_given_without_consent_is_paid_and_reported() -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        await chain.charge()
        await chain.close(closing_of(record(), v2x=False))
        await chain.later(5)
        assert [row.reason for row in chain.rows(DisputeRow)] == ["discharged without consent"]
        assert len(chain.bills()) == 1

    run(work)


@pytest.mark.req("CH-PRIV-LOC", "IF-EMME-MARKET")
def test_no_name_leaves_web_app_and_emsp() -> None:
    async def work(chain: Chain) -> None:
        frames: list[tuple[str, str, bytes]] = []
        chain.ports.trace.watcher = lambda _t, src, dst, data: frames.append((src, dst, data))
        await chain.agree()
        for at in (0.0, 900.0, 1800.0):
            await chain.send(
                "CSMS", "cpo", rest.UPDATE_SESSION, update(at, int(at), 0), key=f"u-{at}"
            )
            await chain.later(100)
        await chain.close()
        await chain.charge()
        await chain.later(100)
        named = {(src, dst) for src, dst, data in frames if b"driver-017" in data}
        assert named == {("WEBAPP", "EMSP_SYS")}
        market = [data for _, dst, data in frames if dst == "EMKT"]
        assert market
        assert all(b"ses-1" not in data and BAY.encode() not in data for data in market)

    run(work)


@pytest.mark.req("P-STEP-9", "IF-CSOS-EMME", "IF-EMME-MARKET", "SYS-P-EMME_SYS", "ROLE-EMME")
def test_session_information_goes_up_and_only_its_sum_reaches_the_market() -> None:
    async def work(chain: Chain) -> None:
        for number, (charged, discharged) in enumerate([(1000, 0), (3000, 0), (3000, 500)]):
            told = update(number * 900.0, charged, discharged)
            assert (
                await chain.send("CSMS", "cpo", rest.UPDATE_SESSION, told, key=f"u-{number}") == 204
            )
            await chain.later(10)
        await chain.later(100)
        volumes = [rest.REPORT_VOLUME.read(call.body) for call in chain.market.taken]
        assert sum(volume.charged_wh for volume in volumes) == 3000
        assert sum(volume.discharged_wh for volume in volumes) == 500
        assert len(volumes) == 2, "at most one in 60 s"
        assert all(one.end <= other.start for one, other in pairwise(volumes))
        assert volumes[-1].end - volumes[0].end >= 60
        assert (volumes[-1].up_kwh, volumes[-1].down_kwh) == (15.0, 20.0)
        assert {volume.operator for volume in volumes} == {"STC"}
        assert "REST PUT /ocpi/sessions" in chain.ports.messages()

    run(work)


def test_late_and_repeated_session_words_change_nothing() -> None:
    async def work(chain: Chain) -> None:
        for number, at in enumerate((900.0, 0.0, 900.0)):
            await chain.send(
                "CSMS", "cpo", rest.UPDATE_SESSION, update(at, int(at), 0), key=f"u-{number}"
            )
        await chain.later(100)
        assert chain.ports.messages().count("REST PUT /ocpi/sessions") == 1

    run(work)


def test_the_emme_hears_of_a_session_at_begin_and_end_and_now_and_then() -> None:
    async def work(chain: Chain) -> None:
        states = ["started", *["updated"] * 9, "ended"]
        for number, state in enumerate(states):
            told = update(number * 900.0, 100 * number, 0, state)
            await chain.send("CSMS", "cpo", rest.UPDATE_SESSION, told, key=f"u-{number}")
            await chain.later(100)
        said = [line for line in chain.ports.lines if line.msg == "REST PUT /ocpi/sessions"]
        found = [(line.fields["state"], line.fields["kwh_in"]) for line in said]
        assert found == [
            ("ACTIVE", 0.0), ("ACTIVE", 0.1), ("ACTIVE", 0.5), ("ACTIVE", 0.9), ("COMPLETED", 1.0),
        ]  # fmt: skip

    run(work, cpo_publishes_s=3600.0)


def test_a_market_that_is_away_gets_one_sum_when_it_is_back() -> None:
    async def work(chain: Chain) -> None:
        chain.ports.network.partition("EMME_SYS", "EMKT")
        for number in range(8):
            told = update(number * 900.0, 1000 * number, 0)
            await chain.send("CSMS", "cpo", rest.UPDATE_SESSION, told, key=f"u-{number}")
            await chain.later(100)
        chain.ports.network.heal("EMME_SYS", "EMKT")
        await chain.later(900)
        volumes = [rest.REPORT_VOLUME.read(call.body) for call in chain.market.taken]
        assert len(volumes) == 2
        assert sum(volume.charged_wh for volume in volumes) == 7000
        assert len(chain.rows(VolumeRow)) == 2

    run(work)


@pytest.mark.parametrize(("profile", "quarters"), [("legacy", 2), ("post2027", 0)])
def test_only_the_legacy_platform_allocates_energy_to_quarters(profile: Any, quarters: int) -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        await chain.close()
        for _ in range(2):
            await chain.charge()
        await chain.later(5)
        found = chain.rows(AllocationRow)
        assert len(found) == quarters
        assert len(chain.bills()) == 1
        if found:
            assert sum(row.charged_wh for row in found) == 20_000
            assert sum(row.discharged_wh for row in found) == 10_000

    run(work, emme=EmmeSettings(profile=profile))


@pytest.mark.parametrize(
    ("token", "to", "status", "code"),
    [
        ("cpo-to-emme", "XXX", 200, ocpi.HUB_UNKNOWN_RECEIVER),
        ("somebody", "STE", 400, ocpi.INVALID_PARAMETERS),
        ("cpo-to-emme", "STH", 200, ocpi.CLIENT_ERROR),
        ("cpo-to-emme", "STE", 400, ocpi.INVALID_PARAMETERS),
    ],
)
def test_the_hub_says_what_it_cannot_pass_on(token: str, to: str, status: int, code: int) -> None:
    async def work(chain: Chain) -> None:
        heads = ocpi.headers(
            token, request_id="r", correlation_id="c",
            sender=ocpi.Party(country_code="PT", party_id="STC"),
            receiver=ocpi.Party(country_code="PT", party_id=to),
        )  # fmt: skip
        request = Request(method="POST", path=f"{ocpi.ROOT}/cdrs", headers=heads, body=b"{}")
        answer = await chain.ports.http("CSOS").ask("emme", request)
        assert answer.status == status
        assert ocpi.read(ocpi.Envelope, answer.body).status_code == code

    run(work)


def test_every_transaction_of_the_ledger_sums_to_zero() -> None:
    async def work(chain: Chain) -> None:
        for number in range(5):
            session = f"ses-{number}"
            made = record(f"cdr-{number}", session, 10_000 + 777 * number, 333 * number)
            await chain.agree(session, driver=f"driver-{number:03}")
            await chain.charge(made)
            await chain.close(closing_of(made))
            await chain.later(5)
            sums: dict[str, int] = {}
            for row in chain.rows(LedgerRow):
                sums[row.posting_key] = sums.get(row.posting_key, 0) + row.amount
            assert len(sums) == number + 1
            assert set(sums.values()) == {0}

    run(work)
