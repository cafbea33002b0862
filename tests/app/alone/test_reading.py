"""How powers, energies, shares, times and places are written on the command line."""

from collections.abc import Callable
from typing import Any

import pytest

from sterna.app.alone import reading


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (reading.power, "-7kW", -7.0), (reading.power, "-7000W", -7.0), (reading.power, "+3.5 kw", 3.5),
        (reading.power, "11", 11.0), (reading.magnitude, "22kW", 22.0),
        (reading.energy, "60kWh", 60.0), (reading.energy, "60000 Wh", 60.0),
        (reading.share, "60%", 0.6), (reading.share, "0.6", 0.6), (reading.share, "100%", 1.0),
        (reading.duration, "90", 90.0), (reading.duration, "1.5min", 90.0), (reading.duration, "8h", 28_800.0),
        (reading.step, "30s=-7kW", (30.0, -7.0)), (reading.step, "2min = 0", (120.0, 0.0)),
        (reading.place, "host:7000", ("host", 7000)), (reading.place, "7000", ("127.0.0.1", 7000)),
        (reading.place, "[::1]:7000", ("::1", 7000)), (reading.place, "[fe80::1%eth0]:7", ("fe80::1%eth0", 7)),
    ],
)  # fmt: skip
def test_what_is_written_is_read(read: Callable[[str], Any], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (reading.power, "fast"), (reading.power, "7 kWh"), (reading.power, ""), (reading.power, "nan"),
        (reading.magnitude, "-1kW"), (reading.energy, "0"), (reading.energy, "-5kWh"),
        (reading.share, "101%"), (reading.share, "60"), (reading.share, "-1%"), (reading.duration, "-5s"),
        (reading.duration, "5 days"), (reading.step, "30s"), (reading.step, "soon=7kW"),
        (reading.place, "host"), (reading.place, "host:99999"), (reading.place, "fe80::1:7000"), (reading.place, ":7000"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # each has a text of its own
        read(text)
