"""AT-23, tax on energy that returns: 20 kWh charged, 10 kWh fed back, 0.0227 EUR/kWh."""

from dataclasses import replace

import pytest
from acceptance.lived import Lived, live, site
from actors.money.money_chain import Chain, emsp, eur, run

from sterna.app.kpis import ledger_sum
from sterna.app.scenario import Scenario
from sterna.domain.tariff import Taxation
from sterna.kernel.money import MicroEuroPerKilowattHour

pytestmark = pytest.mark.xdist_group("at-23")

TAX = 0.0227


@pytest.mark.req("CH-TAX")
@pytest.mark.parametrize(
    ("taxation", "base_kwh", "tax"),
    [(Taxation.SINGLE, 10.0, "0.227"), (Taxation.DOUBLE, 20.0, "0.454")],
)
def test_at_23_the_bill_has_the_tax_and_shows_its_base(
    taxation: Taxation, base_kwh: float, tax: str
) -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        await chain.close()  # 20 kWh in, 10 kWh out
        await chain.charge()
        await chain.later(5)
        (bill,) = chain.bills()
        (line,) = [line for line in bill.lines if line.kind == "tax"]
        assert line.amount == eur(tax)
        assert (line.quantity, line.unit) == (base_kwh, "kWh")
        assert sum(one.amount for one in bill.lines if one.payable) == bill.total
        assert chain.balances()["state"] == eur(tax)
        assert sum(chain.balances().values()) == 0

    run(work, emsp=emsp(tax_rate=MicroEuroPerKilowattHour(22_700), taxation=taxation))


def taxed(country: str) -> Scenario:
    """Return the day of AT-03 with a driver who agrees, in a *country* that taxes once or twice."""
    scenario = site("at-03")
    old = scenario.settings
    contract = replace(old.contract, taxation=country, tax_eur_per_kwh=TAX)  # type: ignore[arg-type]
    driver = replace(old.driver[0], consent=True)
    return replace(scenario, settings=replace(old, contract=contract, driver=(driver,)))


@pytest.mark.req("CH-TAX")
def test_at_23_the_setting_changes_the_bill_and_no_energy() -> None:
    once, twice = live(taxed("single")), live(taxed("double"))
    assert once.session(1).discharged_wh > 1_000
    assert energies(once) == energies(twice)
    assert once.stay(1).kw == twice.stay(1).kw
    for each, base_wh in (
        (once, once.bill(1).charged_wh - once.bill(1).discharged_wh),
        (twice, twice.bill(1).charged_wh),
    ):
        state = sum(p.amount for p in each.outcome.ledger if p.account == "state")
        assert state == pytest.approx(base_wh / 1000 * TAX * 1e6, abs=1)
        assert ledger_sum(each.outcome) == 0


def energies(lived: Lived) -> list[tuple[int, int]]:
    """Return what each session charged and gave, in Wh."""
    return [(s.charged_wh, s.discharged_wh) for s in lived.outcome.sessions]
