"""``sterna pki``: what it writes, with which modes, and what it never overwrites."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sterna.app.cli import main
from sterna.app.pki import write_tree
from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118.security.certificates import Curve, common_name
from sterna.protocols.iso15118.security.tree import PLACES, Names, read_tree

NOW = Instant(1_750_000_000.0)


def sterna(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_tree_is_written_and_its_keys_are_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    result = sterna("pki", folder, "--curve", "ed448", "--emaid", "PTSTNC000000099")
    assert result.exit_code == 0, result.output
    written = read(folder)
    assert common_name(read_tree(written)["contract"].certificate) == "PTSTNC000000099"
    for place in PLACES:
        for name, mode in ((f"{place.name}.key", 0o600), (f"{place.name}.pem", 0o644)):
            assert stat.S_IMODE((folder / name).stat().st_mode) == mode


def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    assert sterna("pki", tmp_path / "tree").exit_code == 0
    before = read(tmp_path / "tree")
    again = sterna("pki", tmp_path / "tree")
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert read(tmp_path / "tree") == before
    assert sterna("pki", tmp_path / "tree", "--force").exit_code == 0
    assert not set(read(tmp_path / "tree").values()) & set(before.values())


def test_forced_keys_do_not_inherit_the_mode_of_old_files(tmp_path: Path) -> None:
    (tmp_path / "secc.key").write_text("open to all")
    (tmp_path / "secc.key").chmod(0o666)
    write(tmp_path, force=True)
    assert stat.S_IMODE((tmp_path / "secc.key").stat().st_mode) == 0o600


def write(folder: Path, *, force: bool = False) -> int:
    return write_tree(folder, NOW, days=1, curve=Curve.ED448, names=Names(), force=force)


def test_the_clock_that_is_handed_in_dates_the_tree(tmp_path: Path) -> None:
    write(tmp_path)
    leaf = read_tree(read(tmp_path))["secc"].certificate
    assert leaf.not_valid_after_utc.timestamp() == NOW + 86_400


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BadInput, match="cannot be written"):
        write(tmp_path / "file" / "tree")


@pytest.mark.parametrize("days", [0, -1, 4000])
def test_days_have_bounds(tmp_path: Path, days: int) -> None:
    result = sterna("pki", tmp_path / "tree", "--days", days)
    assert result.exit_code == 2
    assert not (tmp_path / "tree").exists()
