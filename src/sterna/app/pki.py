"""``sterna pki``: write a certificate tree for tests into a folder."""

from pathlib import Path
from typing import Final

import click

from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118.security.certificates import Curve
from sterna.protocols.iso15118.security.tree import DAYS_MAX, Names, files, make_tree
from sterna.runtime.system import SystemClock

SECRET: Final = 0o600
PUBLIC: Final = 0o644
DAYS: Final = 90


def write_tree(
    folder: Path, now: Instant, *, days: float, curve: Curve, names: Names, force: bool
) -> int:
    """Write a new tree into *folder* and return the number of files; raises BadInput.

    Nothing that is there is overwritten without *force*. Keys are readable by their owner alone
    from their first byte on.
    """
    written = files(make_tree(now, days=days, curve=curve, names=names), now, curve)
    there = sorted(name for name in written if (folder / name).exists())
    if there and not force:
        raise BadInput(folder, "", f"holds {there[0]} already; --force replaces the tree")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in written.items():
            _write(folder / name, content, SECRET if name.endswith(".key") else PUBLIC)
    except OSError as error:
        raise BadInput(folder, "", f"cannot be written: {error.strerror}") from error
    return len(written)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write *path* anew, so that an old file's mode or owner never carries over."""
    path.unlink(missing_ok=True)
    path.touch(mode=mode, exist_ok=False)
    path.chmod(mode)  # The process's mask may have taken more away, and other users need the rest.
    path.write_bytes(content)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--days",
    type=click.FloatRange(min=0, max=DAYS_MAX, min_open=True),
    default=DAYS,
    show_default=True,
    help="How long the leaves hold; authorities hold four times as long.",
)
@click.option(
    "--curve",
    type=click.Choice([curve.value for curve in Curve]),
    default=Curve.SECP521R1.value,
    show_default=True,
    help="Kind of all keys.",
)
@click.option("--emaid", default=Names().emaid, show_default=True, help="Name of the contract.")
@click.option("--pcid", default=Names().pcid, show_default=True, help="Name of the vehicle.")
@click.option("--evse", default=Names().evse, show_default=True, help="Name of the charger.")
@click.option("--force", is_flag=True, help="Replace a tree that is there.")
def pki(
    folder: Path, days: float, curve: str, emaid: str, pcid: str, evse: str, *, force: bool
) -> None:
    """Make a certificate tree for tests of ISO 15118-20 in FOLDER: chargers, vehicles, contracts.

    The tree is for tests only; its README says which file is what.
    """
    names = Names(emaid=emaid, pcid=pcid, evse=evse)
    now = SystemClock().now()
    count = write_tree(folder, now, days=days, curve=Curve(curve), names=names, force=force)
    click.echo(f"wrote {count} files to {folder}; for tests only, see {folder / 'README.md'}")
