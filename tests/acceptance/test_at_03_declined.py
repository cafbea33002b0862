"""AT-03, the user declines V2B: terms yes, V2B no, and 1.00 EUR/kWh at 18:00."""

from dataclasses import replace

import pytest
from acceptance.lived import Lived, live, site

pytestmark = pytest.mark.xdist_group("at-03")


@pytest.fixture(scope="module")
def declined() -> Lived:
    return live(site("at-03"))


@pytest.fixture(scope="module")
def agreed() -> Lived:
    """Return the same day with a driver who agrees: what the other one gives up."""
    scenario = site("at-03")
    driver = replace(scenario.settings.driver[0], consent=True)
    return live(replace(scenario, settings=replace(scenario.settings, driver=(driver,))))


@pytest.mark.req("P-STEP-3.1", "CH-PRIV-GDPR")
def test_at_03_power_is_never_negative_and_the_target_is_reached(declined: Lived) -> None:
    session = declined.session(1)
    assert min(kw for _, kw in declined.stay(1).kw) >= 0.0
    assert session.discharged_wh == 0
    assert session.soc_at_end >= 0.79
    asked = declined.said("STATION setpoint", src="CS_C/")
    assert asked
    assert min(float(line.fields["kw"]) for line in asked) >= 0.0


@pytest.mark.req("P-STEP-3.1")
def test_at_03_the_same_driver_with_consent_would_have_given_at_18(
    declined: Lived, agreed: Lived
) -> None:
    spike = declined.at("18:00"), declined.at("19:00")
    assert agreed.energy_kwh(1, *spike)[1] > 5.0
    assert declined.energy_kwh(1, *spike) == (0.0, 0.0)


@pytest.mark.req("P-STEP-3.1")
def test_at_03_the_bill_has_no_reward(declined: Lived, agreed: Lived) -> None:
    bill = declined.bill(1)
    assert (bill.reward, bill.wear, bill.guarantee, bill.discharged_wh) == (0, 0, 0, 0)
    assert bill.total == bill.energy_cost == bill.charge_only

    def whys(run: Lived) -> set[str]:
        return {p.why for p in run.outcome.ledger if p.transaction.startswith("bill:")}

    assert not any("reward" in why for why in whys(declined))
    assert any("reward" in why for why in whys(agreed))


@pytest.mark.req("P-STEP-3.1", "CH-PRIV-GDPR")
def test_at_03_the_bems_never_counts_the_car_as_flexible(declined: Lived, agreed: Lived) -> None:
    assert all(plan.request_kw >= 0.0 for plan in declined.gathered.plans)
    assert all(plan.expected_kwh == 0.0 for plan in declined.gathered.plans)
    assert min(plan.request_kw for plan in agreed.gathered.plans) == pytest.approx(-11.0, abs=0.01)
    assert max(plan.expected_kwh for plan in agreed.gathered.plans) > 0.0


def test_at_03_the_session_conforms_to_its_own_scenario(declined: Lived) -> None:
    unidirectional = declined.use_case("SC-P-UNIDIR")
    assert (unidirectional.sessions, unidirectional.conforming) == (1, 1)
    assert declined.gathered.problems == ()
