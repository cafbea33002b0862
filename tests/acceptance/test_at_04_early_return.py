"""AT-04, the driver returns early: planned 48 h, floor 40 %, back after 30 h at 18:30 during discharge."""

import pytest
from acceptance.lived import Lived, live, site

from sterna.actors.bems.records import PlanRow
from sterna.actors.parking.core import ReservationRow

pytestmark = pytest.mark.xdist_group("at-04")


@pytest.fixture(scope="module")
def stay() -> Lived:
    return live(site("at-04"))


def pressed(stay: Lived) -> float:
    """Return when the driver pressed stop."""
    return float(stay.said("HTTPS POST /s/{session}/stop")[0].t)


def test_at_04_the_driver_comes_during_discharge_at_42_percent(stay: Lived) -> None:
    assert pressed(stay) == pytest.approx(stay.at("18:30", day=1), abs=1.0)
    assert stay.power(1, stay.at("18:29:59", day=1)) == pytest.approx(-22.0)
    assert stay.session(1).soc_at_end == pytest.approx(0.42, abs=0.005)


@pytest.mark.req("P-STEP-11", "P-STEP-14")
def test_at_04_no_power_and_unlatched_within_30_seconds(stay: Lived) -> None:
    stop = pressed(stay)
    assert stay.power(1, stop + 30.0) == 0.0
    assert all(kw == 0.0 for at, kw in stay.stay(1).kw if at > stop + 30.0)
    unlatched = stay.said("STATION unlatched", since=stop)
    assert len(unlatched) == 1
    assert unlatched[0].t - stop <= 30.0


@pytest.mark.req("P-STEP-14")
def test_at_04_the_battery_is_above_its_floor(stay: Lived) -> None:
    assert stay.session(1).soc_at_end >= 0.40
    assert stay.session(1).soc_lowest >= 0.40 - 1e-9


@pytest.mark.req("CH-CUST")
def test_at_04_what_was_given_is_paid_and_leaving_early_costs_nothing(stay: Lived) -> None:
    bill = stay.bill(1)
    assert bill.discharged_wh == pytest.approx(stay.session(1).discharged_wh, abs=2)
    assert bill.discharged_wh > 30_000
    assert bill.reward > bill.wear > 0
    assert bill.total + bill.wear <= bill.charge_only
    whys = {p.why for p in stay.outcome.ledger if p.account == "driver/driver-001"}
    assert not any("penal" in why or "early" in why for why in whys)


@pytest.mark.req("P-STEP-11")
def test_at_04_the_bems_hears_of_it_and_plans_without_the_car_within_one_interval(
    stay: Lived,
) -> None:
    stop, interval = pressed(stay), stay.scenario.settings.control.period_s
    told = stay.said("OpenADR POST /reports", since=stop, until=stop + interval)
    assert told
    assert told[0].t - stop <= 30.0
    plans = [plan for plan in stay.rows(PlanRow) if plan.start > stop]
    assert plans[0].start - stop <= interval
    assert (plans[0].cars, plans[0].request_kw) == (0, 0.0)
    before = [plan for plan in stay.rows(PlanRow) if plan.start < stop - 1.0][-1]
    assert before.cars == 1
    assert before.request_kw == pytest.approx(-22.0)
    sent = stay.said("OpenADR event DISPATCH_SETPOINT", since=told[0].t, until=stop + interval)
    assert [line.fields["kw"] for line in sent][:1] == [0.0]


@pytest.mark.req("P-STEP-14")
def test_at_04_the_slot_is_free_only_after_the_unplug(stay: Lived) -> None:
    unplug = stay.said("PHYSICAL unplug")[0]
    freed = stay.said("REST POST /parking/v1/slots/{slot}/free")
    assert len(freed) == 1
    assert freed[0].t > unplug.t > pressed(stay)
    left = stay.visit(1).left_at
    assert left is not None
    assert left > freed[0].t
    assert [row.state for row in stay.rows(ReservationRow)] == ["left"]
