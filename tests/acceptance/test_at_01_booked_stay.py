"""AT-01, booked 36 h stay: ten booked cars; EV-1 from Thursday 08:00 to Friday 20:00, 50 to 80 %."""

import pytest
from acceptance.lived import Lived, live, site

from sterna.app.kpis import ledger_sum

pytestmark = pytest.mark.xdist_group("at-01")

CARS = range(1, 11)
TOLERANCE_KW = 0.2
"""Of set-points, in the defaults of the acceptance scenarios: less is no discharge."""


@pytest.fixture(scope="module")
def stay() -> Lived:
    return live(site("at-01"))


@pytest.mark.req("P-SUM", "P-DET-GOAL1")
def test_at_01_every_session_goes_through_all_25_steps(stay: Lived) -> None:
    main = stay.use_case("SC-P-MAIN")
    assert (main.steps, main.sessions, main.conforming) == (25, 10, 10)
    assert all(conforming == judged == 10 for _, _, conforming, judged in main.step_counts)
    seen = stay.outcome.conformance
    assert seen is not None
    assert (seen.undeclared_links, seen.wrong_protocol, seen.late, seen.unexplained) == (0, 0, 0, 0)
    assert stay.gathered.problems == ()


@pytest.mark.req("P-SUM")
def test_at_01_ev_1_leaves_with_its_target_and_was_never_below_its_floor(stay: Lived) -> None:
    session = stay.session(1)
    assert session.soc_at_plug == 0.5
    assert session.left_at is not None
    assert session.left_at >= stay.at("20:00", day=1)
    assert session.soc_at_end >= 0.79
    assert session.soc_lowest >= 0.30
    for car in CARS:
        assert stay.session(car).soc_at_end >= 0.79
        assert stay.session(car).soc_lowest >= 0.30


@pytest.mark.req("APP-V2B")
def test_at_01_cars_give_in_the_dear_hours_alone(stay: Lived) -> None:
    """EV-1 never gives above the tolerance of set-points outside 17 to 21 h; no car gives 0.1 kWh there."""
    dear = [(stay.at("17:00", day), stay.at("21:00", day)) for day in (0, 1)]
    outside = [
        (float(at), float(kw))
        for at, kw in stay.stay(1).kw
        if kw < -TOLERANCE_KW and not any(begin <= at < end for begin, end in dear)
    ]
    assert outside == []
    for begin, end in dear:
        assert stay.power(1, end + 5.0) >= -TOLERANCE_KW, (begin, end)
    for car in CARS:
        everything = stay.energy_kwh(car, stay.scenario.start, stay.scenario.end)[1]
        inside = sum(stay.energy_kwh(car, begin, end)[1] for begin, end in dear)
        assert everything - inside < 0.1, car


@pytest.mark.req("APP-V2B")
def test_at_01_ev_1_gives_at_least_15_kwh(stay: Lived) -> None:
    assert stay.session(1).discharged_wh >= 15_000
    assert stay.bill(1).discharged_wh >= 15_000


@pytest.mark.req("P-DET-GOAL1")
def test_at_01_the_building_pays_less_than_without_control(stay: Lived) -> None:
    alone = live(stay.scenario.changed(control=False))
    assert stay.outcome.building_bill < alone.outcome.building_bill
    assert all(session.discharged_wh == 0 for session in alone.outcome.sessions)


@pytest.mark.req("CH-INCENT")
def test_at_01_no_driver_loses_by_it(stay: Lived) -> None:
    for car in CARS:
        bill = stay.bill(car)
        assert bill.reward - bill.wear >= 0, car
        assert bill.total + bill.wear <= bill.charge_only, car


@pytest.mark.req("P-SUM")
def test_at_01_the_ledger_sums_to_zero(stay: Lived) -> None:
    assert ledger_sum(stay.outcome) == 0
    assert len(stay.outcome.ledger) > 10 * 5
