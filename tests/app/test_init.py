"""``sterna init``: what it writes runs as it is and overwrites nothing."""

from pathlib import Path

import pytest

from sterna.app.init import write_example
from sterna.app.scenario import load, prepared
from sterna.kernel.errors import BadInput
from sterna.runtime.seeded import SeededChance


def test_the_example_can_be_run_as_it_is(tmp_path: Path) -> None:
    written = write_example(tmp_path / "my-site", SeededChance(1))
    assert [path.name for path in written] == ["site.toml", "load.csv", "price.csv"]
    scenario = load(str(written[0]))
    feed = prepared(scenario, SeededChance(scenario.settings.seed))
    assert len(scenario.evses) == 8
    assert len(feed.itineraries) > 3
    assert "building load: own file load.csv" in feed.inputs.sources
    assert 50 < feed.inputs.load.values.mean() < 110


def test_the_example_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_example(tmp_path / name, SeededChance(1))
    for file in ("site.toml", "load.csv", "price.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_nothing_of_the_users_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="already exists and is not empty; name a new folder"):
        write_example(tmp_path, SeededChance(1))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    assert len(write_example(tmp_path, SeededChance(1))) == 3
