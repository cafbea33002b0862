"""A silent sender: hold, then charge to the target, never discharge outside a held schedule."""

from typing import Any

import numpy as np
import pytest

from sterna.decisions.fallback import Held, Phase, always_free, fallback
from sterna.kernel.quantities import Instant, Kilowatts, Seconds
from sterna.kernel.series import Series

HELD = Held(
    pieces=(
        (Instant(0), Kilowatts(-5)),
        (Instant(900), Kilowatts(7)),
        (Instant(1800), Kilowatts(30)),
    ),
    until=Instant(2700),
)


@pytest.mark.parametrize(
    ("at", "changes", "power_kw", "phase"),
    [
        (0, {}, -5, Phase.SCHEDULE),
        (899, {"may_discharge": False}, 0, Phase.SCHEDULE),
        (0, {"energy_kwh": 15}, 0, Phase.SCHEDULE),
        (0, {"energy_kwh": 14}, 11, Phase.TARGET),
        (900, {}, 7, Phase.SCHEDULE),
        (1800, {}, 11, Phase.SCHEDULE),
        (1800, {"limit_kw": 4}, 4, Phase.SCHEDULE),
        (2700, {}, 11, Phase.TARGET),
        (2700, {"limit_kw": 0}, 0, Phase.TARGET),
        (2700, {"limit_kw": -3}, 0, Phase.TARGET),
        (2700, {"energy_kwh": 40}, 0, Phase.REST),
        (-1, {}, 11, Phase.TARGET),
        (0, {"held": None}, 11, Phase.TARGET),
    ],
)
def test_silence_is_safe(at: float, changes: dict[str, Any], power_kw: float, phase: Phase) -> None:
    usual: dict[str, Any] = {
        "held": HELD,
        "now": Instant(at),
        "energy_kwh": 30.0,
        "floor_kwh": 15.0,
        "target_kwh": 40.0,
        "charge_kw": 11.0,
        "limit_kw": 22.0,
        "may_discharge": True,
    }
    safe = fallback(**{**usual, **changes})
    assert (safe.power_kw, safe.phase) == (power_kw, phase)


def hourly(first: float, *kw: float) -> Series:
    return Series(
        start=Instant(first), step=Seconds(3600.0), values=np.array(kw, dtype=float), unit="kW"
    )


def test_what_is_always_free_is_what_the_highest_load_of_an_hour_and_its_neighbours_left() -> None:
    day = [30.0] * 24
    tuesday = [*day[:6], 70.0, *day[7:]]
    free = always_free(Kilowatts(100.0), hourly(0.0, *day, *tuesday))
    assert free == tuple(30.0 if hour in (5, 6, 7) else 70.0 for hour in range(24))


def test_nothing_is_free_in_hours_of_which_nothing_is_known_or_with_too_much_load() -> None:
    free = always_free(Kilowatts(100.0), hourly(6 * 3600.0, 40.0, 40.0, 40.0, 120.0))
    assert [kw for hour, kw in enumerate(free) if hour != 7] == [0.0] * 23
    assert free[7] == 60.0
