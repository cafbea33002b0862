"""What a stay with V2X cost the battery, against charging on arrival in the same stay.

The measured course of the state of charge is compared with the one that the car would have had if it
had charged at full power from the plug on until it held what it held at the end: the comparison of the
bill's other lines. Both start from the same reference life, at the same temperature. The difference of
the two fades, valued at pack price / usable fade, is what V2X cost. It can be negative: a battery that
waits half empty ages less than a full one. Then nobody owes anything; what was saved is the driver's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from math import isclose
from typing import Final

from sterna.domain.wear.ageing import REFERENCE_LIFE, Life, Sample, after
from sterna.domain.wear.models import CellModel
from sterna.domain.wear.terms import WearTerms
from sterna.kernel.money import MICRO_PER_EURO, MicroEuro
from sterna.kernel.quantities import (
    SECONDS_PER_HOUR,
    Instant,
    KilowattHours,
    Kilowatts,
    Seconds,
    Share,
)

Trajectory = tuple[tuple[float, float], ...]
"""Moments in s since the start and the state of charge then, in order of time; straight in between."""
SAME_FADE: Final = 1e-6
"""By how much (relative) two computers may differ in a fade: a small difference of large losses, in
which the last digits of exp and tanh show."""
CELSIUS_MIN: Final = -50.0
CELSIUS_MAX: Final = 80.0
"""Beyond it no cell works, and no model was fitted."""
LIFE_MAX: Final = 100_000.0
"""Days and cycles: more than any battery sees."""
PACK_MAX: Final = 1_000_000.0
"""kWh, kW, or EUR/kWh: more than any pack has or costs."""
USABLE_FADE_MIN: Final = 0.001
"""A battery that is worth nothing sooner was never worth anything."""
STAY_S_MAX: Final = 366 * 86_400.0
"""As long as a stay can be priced."""
SAME_COST: Final = 1
"""Micro-euro: what that can move in the amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """All that is needed to reckon a stay's wear again, and what came out."""

    session: str
    model: CellModel
    """With every parameter: the receipt can be checked when the shipped models are others."""
    life: Life
    """What the battery is taken to have lived before the stay."""
    celsius: float
    capacity_kwh: KilowattHours
    pack_eur_per_kwh: Decimal
    usable_fade: Decimal
    battery_kw: Kilowatts
    """Into the battery when charging alone."""
    start: Instant
    with_v2x: Trajectory
    """As measured."""
    alone: Trajectory
    """Charging on arrival at *battery_kw* to the same end."""
    with_v2x_sha256: str
    alone_sha256: str
    fade_with_v2x: float
    """Share of the capacity lost in the stay."""
    fade_alone: float
    cost: MicroEuro
    """What V2X cost the battery; negative: what it saved."""

    def __post_init__(self) -> None:
        """Refuse what describes no battery or no stay: a receipt may come from anywhere."""
        moments = [at for at, _ in self.with_v2x]
        if len(moments) < 2 or any(one >= other for one, other in pairwise(moments)):
            raise ValueError("with_v2x needs two moments or more, in order")
        if moments[-1] - moments[0] > STAY_S_MAX:
            raise ValueError("with_v2x lasts for more than a year")
        if not all(0 <= soc <= 1 for _, soc in self.with_v2x):
            raise ValueError("with_v2x has a state of charge outside 0..1")
        self._check_pack()
        life = self.life
        if not all(0 < each <= LIFE_MAX for each in (life.days, life.full_cycles)):
            raise ValueError("life needs days and full_cycles above 0")
        if not all(0 <= each <= 1 for each in (life.soc, life.depth, life.c_rate)):
            raise ValueError("life needs soc, depth and c_rate in 0..1")
        if not self.model.works_at(self.celsius) or life.ageing(self.model, self.celsius).fade >= 1:
            raise ValueError("model leaves no battery to age at this temperature after this life")

    def _check_pack(self) -> None:
        if not all(0 < each <= PACK_MAX for each in (self.capacity_kwh, self.battery_kw)):
            raise ValueError(f"capacity_kwh and battery_kw must be above 0, {PACK_MAX:.0f} at most")
        if not 0 <= float(self.pack_eur_per_kwh) <= PACK_MAX:
            raise ValueError(f"pack_eur_per_kwh must be 0 to {PACK_MAX:.0f}")
        if not USABLE_FADE_MIN <= float(self.usable_fade) <= 1:
            raise ValueError(f"usable_fade must be {USABLE_FADE_MIN:g} to 1")
        if not CELSIUS_MIN <= self.celsius <= CELSIUS_MAX:
            raise ValueError(f"celsius must be {CELSIUS_MIN:.0f} to {CELSIUS_MAX:.0f}")

    @property
    def paid(self) -> MicroEuro:
        """What is owed to the driver: the cost, or nothing where V2X saved wear."""
        return MicroEuro(max(0, self.cost))

    @property
    def saved(self) -> MicroEuro:
        """What V2X saved the battery, else 0."""
        return MicroEuro(max(0, -self.cost))


def assessed(
    *,
    session: str,
    terms: WearTerms,
    capacity: KilowattHours,
    battery_kw: Kilowatts,
    start: Instant,
    measured: Sequence[tuple[Seconds, Share]],
) -> Receipt:
    """Return what the stay *measured* cost the battery.

    *measured* is in order of time and lasts for a second or more. It is rounded to milliseconds and
    millionths, so that everybody has the same figures; of one millisecond the last word counts.
    """
    course = tuple({round(at, 3): round(soc, 6) for at, soc in measured}.items())
    return _reckoned(
        Receipt(
            session=session, model=terms.cell, life=REFERENCE_LIFE, celsius=terms.celsius,
            capacity_kwh=capacity, pack_eur_per_kwh=terms.pack_eur_per_kwh, usable_fade=terms.usable_fade,
            battery_kw=battery_kw, start=start, with_v2x=course, alone=(), with_v2x_sha256="", alone_sha256="",
            fade_with_v2x=0.0, fade_alone=0.0, cost=MicroEuro(0),
        )
    )  # fmt: skip


def recomputed(receipt: Receipt) -> Receipt:
    """Return what comes out when *receipt* is reckoned again from its own parameters."""
    return _reckoned(receipt)


def differences(receipt: Receipt) -> tuple[str, ...]:
    """Return in which figures *receipt* is not what comes out when it is reckoned again."""
    again = recomputed(receipt)
    same = {
        "alone": receipt.alone == again.alone,
        "with_v2x_sha256": receipt.with_v2x_sha256 == again.with_v2x_sha256,
        "alone_sha256": receipt.alone_sha256 == again.alone_sha256,
        "fade_with_v2x": isclose(receipt.fade_with_v2x, again.fade_with_v2x, rel_tol=SAME_FADE),
        "fade_alone": isclose(receipt.fade_alone, again.fade_alone, rel_tol=SAME_FADE),
        "cost": abs(receipt.cost - again.cost) <= SAME_COST,
    }
    return tuple(name for name, is_same in same.items() if not is_same)


def _reckoned(receipt: Receipt) -> Receipt:
    """Return *receipt* with everything that follows from its inputs."""
    alone = charged_on_arrival(receipt.with_v2x, receipt.battery_kw, receipt.capacity_kwh)
    used, waited = (_fade(receipt, course) for course in (receipt.with_v2x, alone))
    per_kwh = float(receipt.pack_eur_per_kwh / receipt.usable_fade)
    eur = (used - waited) * receipt.capacity_kwh * per_kwh
    return replace(
        receipt, alone=alone, with_v2x_sha256=digest(receipt.with_v2x), alone_sha256=digest(alone),
        fade_with_v2x=used, fade_alone=waited, cost=MicroEuro(round(eur * MICRO_PER_EURO)),
    )  # fmt: skip


def charged_on_arrival(
    measured: Trajectory, battery_kw: Kilowatts, capacity: KilowattHours
) -> Trajectory:
    """Return the course of charging at *battery_kw* from the first moment to the last one's charge.

    At the moments that were measured, so that both courses are equally fine. A car that leaves with less
    than it brought would have waited as it came.
    """
    assert battery_kw > 0, battery_kw
    assert capacity > 0, capacity
    (start, arrived), (_, left) = measured[0], measured[-1]
    goal, per_s = max(arrived, left), battery_kw / capacity / SECONDS_PER_HOUR
    return tuple((at, round(min(goal, arrived + per_s * (at - start)), 6)) for at, _ in measured)


def _fade(receipt: Receipt, course: Trajectory) -> float:
    """Return the share of capacity that *course* takes from a battery at the end of its reference life."""
    before = receipt.life.ageing(receipt.model, receipt.celsius)
    history = [
        Sample(at=Instant(at), soc=Share(soc), celsius=receipt.celsius) for at, soc in course
    ]
    return after(receipt.model, before, history).fade - before.fade


def digest(course: Trajectory) -> str:
    """Return the SHA-256 of *course*, written as one line "seconds charge" per point."""
    text = "".join(f"{at:.3f} {soc:.6f}\n" for at, soc in course)
    return sha256(text.encode()).hexdigest()
