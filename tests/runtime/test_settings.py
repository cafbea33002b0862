"""Settings: what is right becomes a record, what is wrong becomes one clear line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import Kilowatts
from sterna.runtime import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the cars stand."""

    connection_kw: Kilowatts
    """What the grid connection carries, in kW; positive imports."""
    current: Literal["ac", "dc"] = "dc"
    """Which kind of charger."""
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong."""

    at_hour: float

    def __post_init__(self) -> None:
        if self.at_hour < 0:
            raise ValueError("at_hour is before the start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A run."""

    site: Place
    seed: int = 1
    """Decides everything that is drawn."""
    quiet: bool = False
    fault: tuple[Fault, ...] = ()


GOOD = """
seed = 7
[site]
connection_kw = 400
[[fault]]
at_hour = 20.5
"""


def test_a_good_file_becomes_a_record(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(GOOD, encoding="utf-8")
    read = settings.read(Scenario, path)
    assert read == Scenario(
        seed=7, site=Place(connection_kw=Kilowatts(400.0)), fault=(Fault(at_hour=20.5),)
    )
    assert isinstance(read.site.connection_kw, float)


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ({"site": {"conection_kw": 4}}, "site.conection_kw: conection_kw is unknown; did you mean connection_kw?"),
        ({"zzz": 1}, "zzz: zzz is unknown; known are site, seed, quiet, fault"),
        ({}, "site: is missing and has no default"),
        ({"site": {}}, "site.connection_kw: is missing and has no default"),
        ({"site": 3}, "site: is 3, but must be a table"),
        ({"site": {"connection_kw": "400"}}, "site.connection_kw: is '400', but must be a number"),
        ({"site": {"connection_kw": True}}, "site.connection_kw: is True, but must be a number"),
        ({"site": {"connection_kw": float("nan")}}, "site.connection_kw: is nan, but must be finite"),
        ({"site": {"connection_kw": 4, "current": "cd"}}, "site.current: cd is unknown; did you mean dc?"),
        ({"site": {"connection_kw": 4}, "seed": 1.5}, "seed: is 1.5, but must be a whole number"),
        ({"site": {"connection_kw": 4}, "fault": 3}, "fault: is 3, but must be a list of table"),
        ({"site": {"connection_kw": 4}, "fault": [{"at_hour": -1}]}, "fault[0]: at_hour is before the start"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_line_with_file_key_and_reason(table: dict[str, Any], line: str) -> None:
    with pytest.raises(BadInput) as caught:
        settings.build(Scenario, table, source="run.toml")
    assert str(caught.value) == f"run.toml: {line}"


@pytest.mark.parametrize(
    ("content", "reason"), [(b"seed = = 3", "not TOML"), (b"\xff\xfe", "not a text in UTF-8")]
)
def test_a_file_that_is_no_settings_file_is_refused(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "run.toml"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=reason):
        settings.read(Scenario, path)
    with pytest.raises(BadInput, match="no such file"):
        settings.read(Scenario, tmp_path / "none.toml")


def test_explain_gives_type_default_and_docstring() -> None:
    assert settings.explain(Scenario, "site.connection_kw") == (
        "connection_kw (number, required)\nWhat the grid connection carries, in kW; positive imports."
    )
    assert settings.explain(Scenario, "seed") == (
        "seed (whole number, default 1)\nDecides everything that is drawn."
    )
    assert settings.explain(Scenario, "site") == "site (table, required)\nWhere the cars stand."
    assert "one of ac, dc" in settings.explain(Scenario, "site.current")
    assert "list of table" in settings.explain(Scenario, "fault")
    for wrong in ("sead", "seed.x"):
        with pytest.raises(BadInput):
            settings.explain(Scenario, wrong)


def test_keys_lists_everything_that_can_be_set() -> None:
    assert settings.keys(Scenario) == [
        "site",
        "site.connection_kw",
        "site.current",
        "site.note",
        "seed",
        "quiet",
        "fault",
        "fault.at_hour",
    ]
