"""Share a request for all cars among the EVSEs, inside every limit at once.

Order of claims: the driver who said "charge now", then cars below their floor,
then cars whose target would else become unreachable, then the request. Charging
goes to those with the least laxity (hours that they could still wait),
discharging comes from those with the most energy to spare; who already charges
or discharges keeps it for a while, so that set-points do not flicker. Limits
combine by the tightest; a limit of 0 means 0. Nobody discharges unless the
request is negative.
"""

from dataclasses import dataclass
from math import fsum
from typing import Final

import numpy as np

from sterna.decisions.deadlines import Floats, urgency
from sterna.decisions.plugged import NONE_KW, Dispatched, Late, Limit, Plugged, SetPoint
from sterna.decisions.why import Reason
from sterna.kernel.quantities import (
    SECONDS_PER_HOUR,
    Instant,
    KilowattHours,
    Kilowatts,
    Seconds,
)

STICKY_H: Final = 1.0
"""A car that already charges counts as this many hours more urgent, so that it is replaced at most
about once an hour."""
STICKY_KWH: Final = 2.0
"""A car that already discharges counts as having this much more to spare."""
TINY_KW: Final = 1e-6
"""Powers below this are noise."""
NOTHING: Final = (0.0,)
"""No limits at all allow nothing."""
TINY_KWH: Final = 1e-6
"""Energies below this are noise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Needs:
    """What each car can take and has to take within the period. Arrays of shape (N,)."""

    most_kw: Floats
    least_kw: Floats
    """Positive: has to charge that much. Negative: may discharge down to that."""
    laxity_h: Floats
    """Hours that it could wait and still reach its target at full power."""
    spare_kwh: Floats
    """Energy above floor and above what its target needs later."""
    draw_kwh: Floats
    """Metered energy to its target, >= 0."""
    left_h: Floats
    full_kw: Floats
    """Most charging power, whatever is stored."""
    into: Floats
    """Charge efficiency."""
    below_floor: list[bool]
    missing_kwh: Floats
    """Stored energy it will lack at departure, were it alone."""


def dispatch(
    request_kw: float,
    cars: tuple[Plugged, ...],
    *,
    now: Instant,
    period: Seconds,
    site: tuple[Limit, ...],
    shared: tuple[Limit, ...] = (),
) -> Dispatched:
    """Return a set-point for every car, to hold for *period* from *now*.

    *request_kw*: what all cars together shall draw; negative gives back. *site*: limits for the
    sum of all cars, at least one. *shared*: limits for some of them, see `Plugged.under`.
    """
    assert site, "a site without any limit is a mistake, not a permission"
    if not cars:
        return Dispatched(
            set_points=(),
            total_kw=NONE_KW,
            shortfall_kw=Kilowatts(request_kw),
            unserved_kw=NONE_KW,
            late=(),
        )
    needs = _needs(cars, now, period / SECONDS_PER_HOUR)
    rooms = _Rooms(cars, site, shared)
    least, missing = _shared_deadlines(needs, rooms, period / SECONDS_PER_HOUR)
    share = _Sharing(cars, needs, rooms, least)
    share.serve_needs()
    share.follow(request_kw)
    late = tuple(
        Late(evse=car.evse, missing_kwh=KilowattHours(lacks))
        for car, lacks in zip(cars, missing, strict=True)
        if lacks > TINY_KWH
    )
    total = fsum(share.power)
    return Dispatched(
        set_points=tuple(
            SetPoint(evse=car.evse, power_kw=Kilowatts(power), reason=reason, limit=limit)
            for car, power, reason, limit in zip(
                cars, share.power, share.reasons(request_kw, missing), share.cut_by, strict=True
            )
        ),
        total_kw=Kilowatts(total),
        shortfall_kw=Kilowatts(request_kw - total),
        unserved_kw=Kilowatts(share.unserved),
        late=late,
    )


def _needs(cars: tuple[Plugged, ...], now: Instant, period_h: float) -> _Needs:
    """Return what physics and drivers ask of each car in the next period."""
    table = np.array(
        [
            (
                car.departure - now,
                car.energy_kwh,
                car.floor_kwh,
                car.target_kwh,
                car.capacity_kwh,
                min(car.charge_limits_kw or NOTHING),
                min(car.discharge_limits_kw or NOTHING) if car.may_discharge else 0.0,
                car.charge_efficiency,
                car.discharge_efficiency,
                car.charge_now,
                car.charge_min_kw,
            )
            for car in cars
        ],
        dtype=np.float64,
    ).T
    left_s, energy, floor, target, capacity, charge, discharge, into, out, wants, smallest = table
    left = np.maximum(left_s / SECONDS_PER_HOUR, 0.0)
    room = np.maximum(capacity - energy, 0.0)
    # The last bit of a battery takes less than a period at the least power: the car ends it itself.
    most = np.where(
        room > TINY_KWH, np.minimum(charge, np.maximum(room / (into * period_h), smallest)), 0.0
    )
    aim = np.minimum(target, capacity)
    needed = aim - into * charge * np.maximum(left - period_h, 0.0)
    keep = np.maximum(np.minimum(floor, capacity), needed)
    below = energy < np.minimum(floor, capacity) - TINY_KWH
    short = keep - energy
    least = np.where(short > 0, short / (into * period_h), short * out / period_h)
    least = np.where(below | (wants > 0), most, np.clip(least, -discharge, most))
    draw = np.maximum(aim - energy, 0.0) / into
    waiting = left - draw / np.maximum(charge, TINY_KW)
    return _Needs(
        most_kw=most,
        least_kw=least,
        laxity_h=waiting,
        spare_kwh=np.maximum(-short, 0.0),
        draw_kwh=draw,
        left_h=left,
        full_kw=charge,
        into=into,
        below_floor=below.tolist(),
        missing_kwh=np.maximum(target - energy - into * charge * left, 0.0),
    )


class _Rooms:
    """How much the sums under each limit can still rise and fall, kW."""

    def __init__(
        self, cars: tuple[Plugged, ...], site: tuple[Limit, ...], shared: tuple[Limit, ...]
    ) -> None:
        """Put the site's tightest limits first, then the shared ones."""
        drawn = min(site, key=lambda limit: limit.import_kw)
        given = min(site, key=lambda limit: limit.export_kw)
        self.up_names = [drawn.name, *(limit.name for limit in shared)]
        self.up = [max(0.0, drawn.import_kw), *(max(0.0, limit.import_kw) for limit in shared)]
        self.down = [max(0.0, given.export_kw), *(max(0.0, limit.export_kw) for limit in shared)]
        self.under = [(0, *(1 + which for which in car.under)) for car in cars]

    def members(self) -> list[list[int]]:
        """Return the cars under each limit, in the order of the limits."""
        found: list[list[int]] = [[] for _ in self.up]
        for car, limits in enumerate(self.under):
            for which in limits:
                found[which].append(car)
        return found

    def rise(self, car: int, wanted: float) -> tuple[float, str]:
        """Return how much of *wanted* kW *car* may rise, and the limit that stops it, if any."""
        tightest = min(self.under[car], key=self.up.__getitem__)
        if self.up[tightest] >= wanted:
            return wanted, ""
        return max(0.0, self.up[tightest]), self.up_names[tightest]

    def fall(self, car: int, wanted: float) -> float:
        """Return how much of *wanted* kW *car* may fall."""
        return max(0.0, min(wanted, *(self.down[which] for which in self.under[car])))

    def move(self, car: int, by_kw: float) -> None:
        """Count a change of *car*'s power under all its limits."""
        for which in self.under[car]:
            self.up[which] -= by_kw
            self.down[which] += by_kw


def _shared_deadlines(
    needs: _Needs, rooms: _Rooms, period_h: float
) -> tuple[list[float], list[float]]:
    """Return each car's least power (kW) and missing energy (kWh), with the limits it shares."""
    least, missing = needs.least_kw.copy(), needs.missing_kwh.copy()
    wanting = np.where(needs.draw_kwh > 0, needs.full_kw, 0.0).tolist()
    for limit_kw, member in zip(rooms.up, rooms.members(), strict=True):
        if fsum(wanting[car] for car in member) <= limit_kw:
            continue  # The limit cannot bind: each car's own laxity is exact.
        those = np.array(member)
        draw, full, left = needs.draw_kwh[those], needs.full_kw[those], needs.left_h[those]
        pace = draw / np.maximum(left - period_h, 1e-9)
        if np.minimum(pace, full).sum() <= limit_kw:
            # Who is late alone charges at full power, the others keep a constant pace from the
            # next period on: all that fits, so nothing more is urgent.
            continue
        found = urgency(np.minimum(draw, full * left), full, left, limit_kw, period_h)
        urgent = np.minimum(found.now_kwh / period_h, needs.most_kw[those])
        least[those] = np.where(urgent > TINY_KW, np.maximum(least[those], urgent), least[those])
        lacks = needs.missing_kwh[those] + found.missing_kwh * needs.into[those]
        missing[those] = np.maximum(missing[those], lacks)
    return least.tolist(), missing.tolist()


class _Sharing:
    """The set-points while they grow: first needs, then the request."""

    def __init__(
        self, cars: tuple[Plugged, ...], needs: _Needs, rooms: _Rooms, least: list[float]
    ) -> None:
        """Start with every car at 0 kW."""
        self.power = [0.0] * len(cars)
        self.cut_by = [""] * len(cars)
        self.unserved = 0.0
        self._cars = cars
        self._needs = needs
        self._rooms = rooms
        self._most = needs.most_kw.tolist()
        self._least = least
        self._laxity = needs.laxity_h.tolist()
        self._spare = needs.spare_kwh.tolist()

    def _tier(self, car: int) -> int:
        """Return the rank of a car's claim; the lowest is served first."""
        if self._cars[car].charge_now:
            return 0
        return 1 if self._needs.below_floor[car] else 2

    def _by_urgency(self, which: list[int]) -> list[int]:
        """Sort cars by claim, laxity (favouring those that charge already) and position."""
        return sorted(
            which,
            key=lambda car: (
                self._tier(car),
                self._laxity[car] - (STICKY_H if self._cars[car].now_kw > TINY_KW else 0.0),
                car,
            ),
        )

    def _raise(self, car: int, to_kw: float) -> None:
        """Raise a car towards *to_kw* as far as its limits allow, or leave it."""
        wanted = to_kw - self.power[car]
        given, limit = self._rooms.rise(car, wanted)
        if self.power[car] + given < self._cars[car].charge_min_kw - TINY_KW:
            given = 0.0
        if limit and given < wanted - TINY_KW:
            self.cut_by[car] = limit
        if given > TINY_KW:
            self.power[car] += given
            self._rooms.move(car, given)

    def serve_needs(self) -> None:
        """Give every car what it has to have now, as far as the limits allow."""
        for car in self._by_urgency([i for i, kw in enumerate(self._least) if kw > TINY_KW]):
            smallest = self._cars[car].charge_min_kw
            wanted = max(self._least[car], min(smallest, self._most[car]))
            if self._most[car] >= smallest:
                self._raise(car, wanted)
            self.unserved += max(0.0, self._least[car] - self.power[car])

    def follow(self, request_kw: float) -> None:
        """Bring the total to the request with what the cars can still take or give."""
        rest = request_kw - fsum(self.power)
        if rest > TINY_KW:
            for car in self._by_urgency(list(range(len(self.power)))):
                before = self.power[car]
                if self._most[car] > before + TINY_KW and rest > TINY_KW:
                    cut = self.cut_by[car]
                    self._raise(car, min(self._most[car], before + rest))
                    self.cut_by[car] = cut
                    rest -= self.power[car] - before
        elif rest < -TINY_KW and request_kw < -TINY_KW:
            self._give_back(-rest)

    def _give_back(self, wanted_kw: float) -> None:
        """Let cars discharge *wanted_kw* together, those with most to spare first."""
        able = [i for i, kw in enumerate(self._least) if kw < -TINY_KW]
        able.sort(
            key=lambda car: (
                -self._spare[car] - (STICKY_KWH if self._cars[car].now_kw < -TINY_KW else 0.0),
                car,
            )
        )
        for car in able:
            given = self._rooms.fall(car, min(-self._least[car], wanted_kw))
            if given < max(TINY_KW, self._cars[car].discharge_min_kw):
                continue
            self.power[car] = -given
            self._rooms.move(car, -given)
            wanted_kw -= given
            if wanted_kw <= TINY_KW:
                return

    def reasons(self, request_kw: float, missing: list[float]) -> list[Reason]:
        """Return why each car has its set-point."""
        return [self._reason(car, request_kw, missing[car]) for car in range(len(self.power))]

    def _reason(self, car: int, request_kw: float, missing_kwh: float) -> Reason:
        """Return why one car has its set-point."""
        power = self.power[car]
        if power < 0:
            reason = Reason.GIVES_BACK
        elif self.cut_by[car]:
            reason = Reason.LIMITED
        elif self._least[car] > TINY_KW:
            late = Reason.UNREACHABLE if missing_kwh > TINY_KWH else Reason.DEADLINE
            reason = (Reason.CHARGE_NOW, Reason.BELOW_FLOOR, late)[self._tier(car)]
        elif power > 0:
            reason = Reason.ASKED
        else:
            reason = self._reason_to_wait(car, request_kw)
        return reason

    def _reason_to_wait(self, car: int, request_kw: float) -> Reason:
        """Return why one car is at 0 kW."""
        if request_kw >= -TINY_KW:
            return Reason.FULL if self._most[car] <= TINY_KW else Reason.WAITS
        if not self._cars[car].may_discharge:
            return Reason.NO_CONSENT
        return Reason.WAITS if self._least[car] < -TINY_KW else Reason.NEEDED
