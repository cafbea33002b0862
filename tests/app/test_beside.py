"""A run in a process of its own has the same outcome as one in this process."""

from pathlib import Path

from sterna.app.beside import apart
from sterna.app.scenario import load
from sterna.app.simulate import simulate

MINI = Path(__file__).parents[1] / "scenarios" / "porto-mini.toml"


def test_a_run_beside_this_process_has_the_same_outcome() -> None:
    scenario = load(str(MINI)).changed(control=False, store="memory")
    fetch = apart(scenario)
    here, beside = simulate(scenario), fetch()
    assert beside.trace_sha256 == here.trace_sha256
    assert beside.sessions
    assert [one.session for one in beside.sessions] == [one.session for one in here.sessions]
    assert (beside.ledger, beside.frames) == (here.ledger, here.frames)
