"""What the command line says to a user who got something wrong: one line, exit code 2, nothing written."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sterna.app.cli import main
from sterna.app.scenario import load
from sterna.kernel.errors import BadInput


def own_site(folder: Path, old: str = "", new: str = "", more: str = "") -> Path:
    """Return a fresh example site with *old* replaced by *new* and *more* at its end."""
    CliRunner().invoke(main, ["init", str(folder)])
    path = folder / "site.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1) + more, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--seed", "-1"], "Invalid value for '--seed'"),
        (["--hours", "0"], "Invalid value for '--hours'"),
        (["--wire", "smoke-signals"], "Invalid value for '--wire'"),
        (["--colour"], "No such option"),
    ],
)
def test_a_wrong_option_gets_one_line(options: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["run", "porto", *options])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("sterna: ")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("old", "new", "more", "said"),
    [
        ('unit = "kW"', 'unit = "kw"', "", "load.csv: building.series.unit: "),
        ("connection_kw = 250", "connection_kw = 20", "", "site.connection_kw: 20 kW cannot carry"),
        ("[control]", '[store]\nurl = "foo://bar"\n[control]', "", "store.url: cannot be opened"),
        ("[control]", '[store]\nurl = "load.csv"\n[control]', "", "store.url: cannot be opened"),
        ("[control]", '[store]\nurl = "no/such/x.db"\n[control]', "", "store.url: cannot be opened"),
        ("", "", '\n[[fault]]\nkind = "station-crash"\ntarget = "nope"\n', 'fault[0].target: there is no "nope"'),
        ("", "", '\n[[fault]]\nkind = "actor-crash"\ntarget = "nope"\n', 'fault[0].target: there is no "nope"'),
        ("", "", '\n[[fault]]\nkind = "link-cut"\nbetween = ["CSMS", "X"]\n', 'fault[0].between[1]: there is no component "X"'),
        ("start = 2026-07-15T00:00:00", "start = 9999-12-31T00:00:00", "", "start: "),
    ],
)  # fmt: skip
def test_a_wrong_scenario_gets_one_line_and_leaves_nothing(
    old: str, new: str, more: str, said: str, tmp_path: Path
) -> None:
    path = own_site(tmp_path / "my-site", old, new, more)
    before = sorted(tmp_path.rglob("*"))
    result = CliRunner().invoke(main, ["run", str(path), "--out", str(tmp_path / "out")])
    assert (result.exit_code, result.stdout.strip()) == (2, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: Is a directory"):
        load(str(tmp_path))


def test_a_scenario_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = own_site(tmp_path / "my-site")
    path.write_text("\ufeff" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert load(str(path)).name == "site"
