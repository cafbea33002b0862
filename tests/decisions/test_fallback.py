"""A silent sender: hold, then charge to the target, never discharge outside a held schedule."""

from typing import Any

import pytest

from sterna.decisions.fallback import Held, Phase, fallback
from sterna.kernel.quantities import Instant, Kilowatts

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
