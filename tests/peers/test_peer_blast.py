"""Our ageing against BLAST-Lite of NREL, in an environment of its own: docs/peers.md."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from battery_lives import BY_BLAST, LIVES, asked, day_by_day, expected

from sterna.domain.wear import MODELS, Chemistry

HERE = Path(__file__).parent
PEER = HERE.parents[1] / ".peers-blast" / "bin" / "python"
JOBS = tuple((chemistry, name) for chemistry in Chemistry for name in LIVES)

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(not PEER.exists(), reason="no .peers-blast: docs/peers.md says how to make it"),
]  # fmt: skip


@pytest.fixture(scope="module")
def theirs() -> dict[tuple[Chemistry, str], dict[str, Any]]:
    """Return what BLAST-Lite makes of every life."""
    question = json.dumps([asked(chemistry, LIVES[name]) for chemistry, name in JOBS])
    done = subprocess.run(
        [PEER, HERE / "blast_fade.py"], input=question, capture_output=True, text=True, check=True
    )
    return dict(zip(JOBS, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize(("chemistry", "name"), JOBS)
def test_a_life_takes_as_much_as_blast_lite_says(
    chemistry: Chemistry, name: str, theirs: dict[tuple[Chemistry, str], dict[str, Any]]
) -> None:
    said = theirs[chemistry, name]
    found = day_by_day(MODELS[chemistry], LIVES[name])
    expected(chemistry, name, found, (said["calendar"], said["cycling"]))
    # The whole fade: neither cell is limited by anything that we leave out.
    assert said["fade"] == pytest.approx(said["calendar"] + said["cycling"], rel=1e-6)


def test_the_figures_that_stand_in_for_blast_lite_elsewhere_are_its_own(
    theirs: dict[tuple[Chemistry, str], dict[str, Any]],
) -> None:
    for key, said in theirs.items():
        assert BY_BLAST[key] == pytest.approx((said["calendar"], said["cycling"]), abs=1e-7)


@pytest.mark.parametrize("chemistry", Chemistry)
def test_the_rates_of_constant_stress_are_blast_lites_to_the_last_digits(
    chemistry: Chemistry, theirs: dict[tuple[Chemistry, str], dict[str, Any]]
) -> None:
    cell = MODELS[chemistry]
    resting = theirs[chemistry, "four months almost full at 35 deg C"]
    assert cell.calendar_rate(35.0, 0.9) == pytest.approx(resting["calendar_rates"][0], rel=1e-9)
    for heat in (25.0, 40.0):
        cycled = theirs[chemistry, f"four months of two cycles a day at {heat:.0f} deg C"]
        ours = cell.cycle_rate(heat, cycled["dod"][0], cycled.get("Crate", [0.0])[0])
        assert ours == pytest.approx(cycled["cycle_rates"][0], rel=1e-9)
