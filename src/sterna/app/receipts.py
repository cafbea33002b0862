"""Wear receipts as files: read them, reckon them again, say what differs."""

from pathlib import Path
from typing import Final

import msgspec

from sterna.domain.wear import Receipt, differences
from sterna.kernel.errors import BadInput
from sterna.kernel.money import written

BYTES_MAX: Final = 64 << 20
"""The largest file that is read: a month of a site with hundreds of stays a day has about 20 MB."""
_decode: Final = msgspec.json.Decoder(Receipt).decode


def read(path: Path) -> tuple[Receipt, ...]:
    """Return the receipts in the file at *path*: one, or one a line as in a run's ``wear.jsonl``.

    Raises BadInput with the line's number for what is no receipt.
    """
    try:
        if path.stat().st_size > BYTES_MAX:
            raise BadInput(path, "", f"has more than {BYTES_MAX} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(path, "", f"cannot be read: {error.strerror}") from error
    try:
        return (_decode(data),)
    except msgspec.DecodeError:
        found = [(number, line) for number, line in enumerate(data.splitlines(), 1) if line.strip()]
    if not found:
        raise BadInput(path, "", "has no receipt")
    return tuple(_line(path, number, line) for number, line in found)


def _line(path: Path, number: int, line: bytes) -> Receipt:
    try:
        return _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInput(path, f"line {number}", str(error)) from error


def verdict(receipt: Receipt) -> tuple[str, bool]:
    """Return what *receipt* says in one line, and whether it is what comes out when it is reckoned again."""
    wrong = differences(receipt)
    sum_up = (
        f"costs {written(receipt.cost)}" if receipt.cost > 0 else f"saves {written(receipt.saved)}"
    )
    said = (
        f"{receipt.session}: {receipt.model.name} version {receipt.model.version}, {receipt.celsius:g} deg C: "
        f"fade {receipt.fade_with_v2x:.3e} with V2X, {receipt.fade_alone:.3e} charging alone; {sum_up}"
    )  # fmt: skip
    return (
        (f"{said}: other figures come out for {', '.join(wrong)}", False) if wrong else (said, True)
    )
