"""Two days lived by every strategy: one account for all, a bound that holds, promises kept."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sterna.app.cli import main
from sterna.app.evaluation.account import MISSING_EUR_PER_KWH, account
from sterna.app.evaluation.days import Days, drawn
from sterna.app.evaluation.lived import Seen, lived
from sterna.app.evaluation.pages import (
    BEGIN,
    END,
    figures,
    picture,
    renewed,
    rows,
    rows_of,
    table,
)
from sterna.app.evaluation.rolling import Ingredients, Rolling
from sterna.app.evaluation.strategies import OnArrival
from sterna.app.evaluation.study import ARRIVAL, FORESIGHT, RULES, STERNA, Study, study
from sterna.app.scenario import Scenario, load
from sterna.app.settings import DriverSettings
from sterna.kernel.errors import BadInput
from sterna.world.fleet import Floats

PAGE = Path(__file__).parents[3] / "docs" / "evaluation.md"
FIGURES = PAGE.with_name("evaluation.json")


def small() -> Scenario:
    """Return Porto with half of its cars and short stays."""
    scenario = load("porto")
    people = scenario.settings.people
    assert people is not None
    fewer = replace(people, arrivals_per_day=40.0, stay_hours_most=12.0)
    return scenario.with_settings(replace(scenario.settings, people=fewer))


@pytest.fixture(scope="module")
def days() -> Days:
    return drawn(small(), 1, seed=7)


@pytest.fixture(scope="module")
def found(days: Days) -> Study:
    return study(days)


def test_what_must_hold_holds(found: Study) -> None:
    assert found.broken() == ()
    assert found.plans > 180


def test_no_strategy_costs_less_than_perfect_foresight(found: Study) -> None:
    best = found.of(FORESIGHT)
    assert best.total_eur == pytest.approx(found.bound_eur, rel=1e-5)
    for name in (STERNA, RULES, ARRIVAL):
        assert found.of(name).total_eur > found.bound_eur


def test_the_plan_beats_the_rules_and_the_rules_beat_charging_on_arrival(found: Study) -> None:
    costs = [found.of(name).total_eur for name in (FORESIGHT, STERNA, RULES, ARRIVAL)]
    assert costs == sorted(costs)


def test_energy_is_kept(days: Days, found: Study) -> None:
    for life in found.lives.values():
        others = (days.load_kw - days.pv_kw).reshape(days.quarters, -1).mean(axis=1) / 4.0
        assert life.site_kwh == pytest.approx(others + life.cars_kwh + life.curtailed_kwh, abs=1e-4)


def test_what_cars_drew_is_stored_or_lost(days: Days, found: Study) -> None:
    gained = found.lives[ARRIVAL].left_kwh - days.drivers.arrival_kwh
    assert np.all(gained >= 0)
    drawn_kwh = float(found.lives[ARRIVAL].cars_kwh.sum())
    assert 0.88 * drawn_kwh < gained.sum() < 0.96 * drawn_kwh


def test_the_last_car_has_left_before_the_end(days: Days) -> None:
    assert np.all(days.drivers.goes <= days.start + 900.0 * days.quarters)
    assert np.all(days.drivers.goes > days.drivers.comes)


def test_minutes_add_up_to_the_quarter_hours_that_are_billed(days: Days) -> None:
    means = days.load_kw.reshape(-1, 15).mean(axis=1)
    told = days.feed.inputs.load.sampled(days.start, days.feed.inputs.load.step, days.quarters)
    assert means == pytest.approx(told)
    assert np.std(days.load_kw.reshape(-1, 15) - means[:, None]) > 1.0


def test_one_seed_gives_one_study(days: Days, found: Study) -> None:
    again = drawn(small(), 1, seed=7)
    twice = lived(again, Rolling(again, Ingredients()))
    assert twice.site_kwh.tobytes() == found.lives[STERNA].site_kwh.tobytes()
    other = drawn(small(), 1, seed=8)
    assert len(other.drivers) != len(days.drivers)


class Emptying:
    """Discharges everybody at full power, whatever was promised."""

    def __init__(self, days: Days) -> None:
        self._plates = days.drivers.plates

    def powers(self, seen: Seen) -> Floats:
        return -self._plates.discharge_kw[seen.here]


class Greedy:
    """Draws 50 kW per car below the connection's worth."""

    def powers(self, seen: Seen) -> Floats:
        return np.full(len(seen.here), 50.0)


def test_broken_promises_are_counted(days: Days, found: Study) -> None:
    reachable = found.lives[ARRIVAL].left_kwh
    bad = account("emptying", days, lived(days, Emptying(days)), reachable)
    assert bad.floors > 5
    assert bad.short > 5
    assert bad.missing_eur == pytest.approx(MISSING_EUR_PER_KWH * bad.missing_kwh)
    tight = replace(days, import_limit_kw=650.0)
    over = account("greedy", tight, lived(tight, Greedy()), reachable)
    assert over.over_minutes > 100
    worse = replace(found, accounts=(*found.accounts[:1], replace(bad, name=STERNA)))
    assert len(worse.broken()) >= 2


def test_charging_on_arrival_reaches_every_target_it_can(days: Days, found: Study) -> None:
    arrival = found.of(ARRIVAL)
    assert (arrival.unmet_kwh, arrival.short, arrival.floors) == (0.0, 0, 0)
    once = lived(days, OnArrival(days))
    assert once.left_kwh.tobytes() == found.lives[ARRIVAL].left_kwh.tobytes()


# -- pages ------------------------------------------------------------------------------------


def test_figures_read_back_are_the_rows_of_the_table(found: Study) -> None:
    said = figures(found)
    assert said == figures(found)
    back = rows_of(said)
    assert [row.account.name for row in back] == [FORESIGHT, STERNA, RULES, ARRIVAL]
    assert table(back) == table(rows(found))
    assert asdict(back[1].account)["short"] == 0


def test_the_picture_stands_alone(found: Study) -> None:
    drawing = picture(found)
    assert drawing == picture(found)
    assert drawing.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    for word in ("Cost above perfect foresight", STERNA, "building alone", "EUR/kWh"):
        assert word in drawing
    assert "NaN" not in drawing
    assert "nan" not in drawing


def test_a_page_gets_its_table_between_the_marks() -> None:
    page = f"# Head\n{BEGIN}\nold\n{END}\ntail\n"
    once = renewed(page, "new\n")
    assert "old" not in once
    assert once.endswith(f"{END}\ntail\n")
    assert renewed(once, "new\n") == once
    with pytest.raises(ValueError, match="needs the lines"):
        renewed("# nothing\n", "new\n")


def test_the_table_in_the_documents_is_that_of_the_figures_beside_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page, table(rows_of(FIGURES.read_bytes()))) == page


# -- the command ------------------------------------------------------------------------------


def test_a_scenario_without_people_is_refused() -> None:
    porto = load("porto")
    driver = DriverSettings(
        arrival="2026-07-15T08:00:00", departure="2026-07-15T18:00:00", arrival_soc=0.5
    )
    alone = porto.with_settings(replace(porto.settings, people=None, driver=(driver,)))
    with pytest.raises(BadInput, match="drivers who come day by day"):
        drawn(alone, 2)


def test_the_command_refuses_what_it_cannot_use() -> None:
    said = CliRunner().invoke(main, ["evaluate", "nowhere"])
    assert said.exit_code == 2
    assert "there is no such file" in said.output


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_porto_over_28_days_keeps_what_must_hold(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["evaluate", "porto", "--days", "28", "--out", str(tmp_path)])
    assert said.exit_code == 0, said.output
    foresight, sterna, rules, arrival = rows_of((tmp_path / "evaluation.json").read_bytes())
    assert 0.0 < sterna.above < 0.05
    assert sterna.total_eur < rules.total_eur < arrival.total_eur
    assert (sterna.account.floors, sterna.account.over_minutes, sterna.account.short) == (0, 0, 0)
    assert sterna.saved > 0.8
    assert foresight.above == 0.0
