"""A car's battery at one moment: what it holds, what it may do, when it reaches a bound.

All powers here are at the battery's terminals, positive into the battery.
:class:`sterna.domain.converter.MeteredBattery` asks the same questions at the meter.

With power *P* held for *t* seconds the stored energy changes by

    charging      dE = P * t/3600 * eta
    discharging   dE = P * t/3600 / eta

where *eta* is the one-way efficiency of the cells. Between events power is
constant, so that every bound is reached at an instant with a closed form: empty,
full, the straight lines by which charging slows down near full and discharging
near empty, and the temperature at which cold or heat takes power away
(:mod:`sterna.domain.cells`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sterna.domain.cells import CELLS, MILD_CELSIUS, Points, Thermal, along
from sterna.domain.wear import Chemistry
from sterna.kernel.quantities import (
    EMPTY,
    FULL,
    NO_POWER,
    SECONDS_PER_HOUR,
    KilowattHours,
    Kilowatts,
    Seconds,
    Share,
    Volts,
    minutes,
)

FOREVER: Final = Seconds(float("inf"))
"""The duration until something that will not happen."""
KILOWATT_HOUR_NOISE: Final = 1e-9
"""What rounding of floats may add up to in kWh; smaller than any meter's digit by far."""
TAPER_END: Final = Share(0.1)
"""What is left of the charging power when full: cells balance at about a tenth."""
TAPER_STEP: Final = minutes(1)
"""How long a power is held on the taper: a power that follows it at every instant is no step."""
WARMING_STEP: Final = minutes(5)
"""How long a power is held that cold or heat keeps below the wish: the pack may recover meanwhile."""
USUAL_CELLS: Final = Share(0.985)
"""One-way efficiency of a car's cells: a battery round trip of 97 %, with which the converter's fit
gives the system's 87 % (see :data:`sterna.domain.converter.FIELD_LOSSES_11_KW`)."""
KILOWATT_NOISE: Final = 1e-6
"""A power this far beyond its limit (1 mW) is rounding, not a breach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryRating:
    """What the maker says about a battery."""

    capacity_kwh: KilowattHours
    """Energy between a state of charge of 0 and of 1."""
    charge_kw_max: Kilowatts
    discharge_kw_max: Kilowatts
    """Most power that may leave the terminals, as a magnitude; 0 where it cannot discharge."""
    least: Share = EMPTY
    """Lower end of the usable window: nothing discharges below it."""
    most: Share = FULL
    """Upper end of the usable window: nothing charges above it."""
    efficiency: Share = FULL
    """One-way efficiency of the cells; 0.985 gives a battery round trip of 97 %."""
    taper_from: Share = FULL
    """State of charge from which the charging power falls in a straight line."""
    taper_end: Share = TAPER_END
    """Part of *charge_kw_max* that is left at a state of charge of 1."""
    fade_below: Share = EMPTY
    """State of charge under which the discharging power falls in a straight line."""
    fade_end: Share = TAPER_END
    """Part of *discharge_kw_max* that is left at a state of charge of 0."""
    chemistry: Chemistry = Chemistry.NMC
    cells_in_series: int = 96
    """96 cells make the usual pack of 400 V."""
    thermal: Thermal | None = None
    """How warm it gets; None: always mild, and temperature takes no power away."""

    def __post_init__(self) -> None:
        """Check the plate; a wrong one would make wrong physics everywhere."""
        assert self.capacity_kwh > 0, self
        assert self.charge_kw_max >= 0, self
        assert self.discharge_kw_max >= 0, self
        assert 0 <= self.least < self.most <= 1, self
        assert 0 < self.efficiency <= 1, self
        assert 0 <= self.taper_from <= 1, self
        assert 0 < self.taper_end <= 1, self
        assert 0 <= self.fade_below <= 1, self
        assert 0 < self.fade_end <= 1, self

    def charge_kw_at(self, soc: Share) -> Kilowatts:
        """Return the charging power that the cells take at *soc*, before the window counts."""
        if soc <= self.taper_from or self.taper_from >= 1:
            return self.charge_kw_max
        return Kilowatts(self.charge_kw_max - self.taper_slope_kw * (soc - self.taper_from))

    @property
    def taper_slope_kw(self) -> float:
        """Charging power lost per unit of state of charge above *taper_from*, in kW."""
        return self.charge_kw_max * (1 - self.taper_end) / (1 - self.taper_from)

    @property
    def fade_slope_kw(self) -> float:
        """Discharging power lost per unit of state of charge below *fade_below*, in kW."""
        return self.discharge_kw_max * (1 - self.fade_end) / self.fade_below


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A battery at one moment. Immutable: a step returns the next battery."""

    rating: BatteryRating
    stored_kwh: KilowattHours
    reserve: Share = EMPTY
    """State of charge the driver asked never to go below."""
    celsius: float = MILD_CELSIUS
    """Temperature of the pack."""

    def __post_init__(self) -> None:
        """Check that what is stored has room."""
        assert 0 <= self.stored_kwh <= self.rating.capacity_kwh, self
        assert 0 <= self.reserve <= 1, self

    @classmethod
    def at_share(cls, rating: BatteryRating, soc: Share, reserve: Share = EMPTY) -> "Battery":
        """Return a battery of *rating* with the state of charge *soc*."""
        return cls(
            rating=rating, stored_kwh=KilowattHours(soc * rating.capacity_kwh), reserve=reserve
        )

    @property
    def soc(self) -> Share:
        """State of charge: the stored part of the capacity."""
        return Share(self.stored_kwh / self.rating.capacity_kwh)

    @property
    def floor(self) -> Share:
        """State of charge at which discharging ends: the driver's or the maker's, the higher."""
        return max(self.reserve, self.rating.least)

    @property
    def room_kwh(self) -> KilowattHours:
        """Energy that can still be stored, never negative."""
        rating = self.rating
        return KilowattHours(max(0.0, rating.most * rating.capacity_kwh - self.stored_kwh))

    @property
    def spare_kwh(self) -> KilowattHours:
        """Stored energy above the floor, never negative."""
        return KilowattHours(max(0.0, self.stored_kwh - self.floor * self.rating.capacity_kwh))

    @property
    def volts(self) -> Volts:
        """Voltage of the pack at rest."""
        cells = CELLS[self.rating.chemistry]
        return cells.pack_volts(self.soc, self.rating.cells_in_series)

    def limits(self, duration: Seconds) -> tuple[Kilowatts, Kilowatts]:
        """Return the least (negative) and the most power that may be held for *duration*.

        Held means: at no instant within *duration* does the battery leave its
        window, fall below its floor, or take or give more than its state of
        charge and its temperature allow. A *duration* of 0 asks for the limits
        of this instant. Of temperature the answer may be a little too low: it
        counts with the coldest and the warmest that the pack can become.
        """
        return self._least(duration), self._most(duration)

    def _least(self, duration: Seconds, power: Kilowatts | None = None) -> Kilowatts:
        rating, spare = self.rating, self.spare_kwh
        if spare <= KILOWATT_HOUR_NOISE:
            return Kilowatts(0.0)
        limit = self._left(rating.discharge_kw_max, -1, duration, power)
        if duration > 0:
            limit = min(limit, spare * rating.efficiency * SECONDS_PER_HOUR / duration)
        if rating.fade_below > 0:
            # As the taper in :meth:`_most`, at the other end.
            loss = duration / SECONDS_PER_HOUR / rating.efficiency / rating.capacity_kwh
            k = rating.fade_slope_kw
            over = (rating.discharge_kw_max + k * (self.soc - rating.fade_below)) / (1 + k * loss)
            limit = min(limit, over)
        return Kilowatts(-limit)

    def _most(self, duration: Seconds, power: Kilowatts | None = None) -> Kilowatts:
        rating, room = self.rating, self.room_kwh
        if room <= KILOWATT_HOUR_NOISE:
            return Kilowatts(0.0)
        limit = self._left(rating.charge_kw_max, +1, duration, power)
        if duration > 0:
            limit = min(limit, room / rating.efficiency * SECONDS_PER_HOUR / duration)
        if rating.taper_from < 1:
            # Held power must fit under the taper at the end of the step, where it is tightest:
            # P <= P_max - k (soc + g P - taper_from), with g the gain of soc per kW.
            gain = rating.efficiency * duration / SECONDS_PER_HOUR / rating.capacity_kwh
            k = rating.taper_slope_kw
            under = (rating.charge_kw_max + k * (rating.taper_from - self.soc)) / (1 + k * gain)
            limit = min(limit, under)
        return Kilowatts(limit)

    def _line(self, sign: int) -> Points:
        """Return what temperature leaves of the power into (+1) or out of (-1) the cells."""
        cells = CELLS[self.rating.chemistry]
        return cells.charging if sign > 0 else cells.discharging

    def _left(
        self, most_kw: float, sign: int, duration: Seconds, power: Kilowatts | None = None
    ) -> float:
        """Return what of *most_kw* temperature leaves for all of *duration*, whatever flows or with *power*."""
        thermal = self.rating.thermal
        if thermal is None:
            return most_kw
        line = self._line(sign)
        share = along(line, self.celsius)
        if duration > 0 and power is not None:
            end = thermal.after(self.celsius, self.heat_kw(power), duration)
            share = min(share, along(line, end))
        elif duration > 0:
            heat = self.heat_kw(Kilowatts(sign * share * most_kw))
            coldest = thermal.after(self.celsius, 0.0, duration)
            warmest = thermal.after(self.celsius, heat, duration)
            share = min(share, along(line, coldest), along(line, warmest))
        return share * most_kw

    def heat_kw(self, power: Kilowatts) -> float:
        """Return what *power* at the terminals loses in the cells."""
        return abs(power - self.rate_kw(power))

    def after(self, power: Kilowatts, duration: Seconds) -> "Battery":
        """Return the battery after *power* at its terminals for *duration*.

        The caller keeps *power* within :meth:`limits`; a breach is a bug in the
        caller, so it is an assertion and not an exception.
        """
        assert duration >= 0, duration
        least = self._least(duration, power) if power < 0 else NO_POWER
        most = self._most(duration, power) if power > 0 else NO_POWER
        # Over very short steps the noise in energy is a large power, hence the second term.
        noise = KILOWATT_NOISE + KILOWATT_HOUR_NOISE * SECONDS_PER_HOUR / max(duration, 1e-3)
        assert least - noise <= power <= most + noise, (least, power, most, duration)
        stored = self.stored_kwh + self.rate_kw(power) * duration / SECONDS_PER_HOUR
        return self._next(self._within(stored, power), self.heat_kw(power), duration)

    def moved(self, net: KilowattHours, heat: KilowattHours, duration: Seconds) -> "Battery":
        """Return the battery after *net* was stored (negative: taken) within a short *duration*.

        For ramps of some seconds, whose power is no constant: the caller integrates. *heat* was lost
        in the cells; it counts as if it had come evenly, which is wrong by less than the part of a
        kelvin that *duration* is of the time constant.
        """
        assert duration > 0, duration
        rating = self.rating
        stored = min(max(self.stored_kwh + net, 0.0), rating.capacity_kwh)
        return self._next(stored, heat * SECONDS_PER_HOUR / duration, duration)

    def _next(self, stored: float, heat_kw: float, duration: Seconds) -> "Battery":
        thermal = self.rating.thermal
        celsius = self.celsius
        if thermal is not None:
            celsius = thermal.after(celsius, heat_kw, duration)
        return Battery(
            rating=self.rating, stored_kwh=KilowattHours(stored), reserve=self.reserve, celsius=celsius
        )  # fmt: skip

    def _within(self, stored: float, power: Kilowatts) -> float:
        """Take the rounding noise off *stored*, so that a bound that is reached is met exactly."""
        capacity = self.rating.capacity_kwh
        if power > 0:
            return min(stored, max(self.stored_kwh, self.rating.most * capacity))
        if power < 0:
            return max(stored, min(self.stored_kwh, self.floor * capacity))
        return self.stored_kwh

    def rate_kw(self, power: Kilowatts) -> Kilowatts:
        """Return how fast *power* at the terminals changes the stored energy, cells' losses off."""
        eta = self.rating.efficiency
        return Kilowatts(power * eta if power > 0 else power / eta)

    def time_to(self, soc: Share, power: Kilowatts) -> Seconds:
        """Return when *soc* is reached with *power* held: exact, 0 if it is, FOREVER if never.

        Only energy is looked at; whether *power* is allowed that long says :meth:`held_for`.
        """
        missing = soc * self.rating.capacity_kwh - self.stored_kwh
        if abs(missing) <= KILOWATT_HOUR_NOISE:
            return Seconds(0.0)
        if missing * power <= 0:
            return FOREVER
        return Seconds(missing / self.rate_kw(power) * SECONDS_PER_HOUR)

    def held_for(self, power: Kilowatts) -> Seconds:
        """Return how long *power* can be held before a bound or the taper says less.

        0 means that it is too much already; FOREVER is the answer for a power of 0.
        """
        if power == 0.0:
            return FOREVER
        least, most = self.limits(Seconds(0.0))
        if not least - KILOWATT_NOISE <= power <= most + KILOWATT_NOISE:
            return Seconds(0.0)
        cool = self._until_temperature(power)
        if power < 0:
            bound = max(self.floor, self._soc_where_fade_allows(power))
        else:
            bound = min(self.rating.most, self._soc_where_taper_allows(power))
        return min(cool, self.time_to(bound, power))

    def _until_temperature(self, power: Kilowatts) -> Seconds:
        """Return when the pack is so cold or so warm that *power* is too much for it."""
        thermal, rating = self.rating.thermal, self.rating
        if thermal is None:
            return FOREVER
        most, sign = (rating.charge_kw_max, 1) if power > 0 else (rating.discharge_kw_max, -1)
        heat = self.heat_kw(power)
        share = abs(power) / most
        for before, then in _legs(self._line(sign), self.celsius, thermal.rest(heat)):
            (x0, y0), (x1, y1) = before, then
            if y1 < share:
                goal = x0 if y0 <= share else x0 + (x1 - x0) * (y0 - share) / (y0 - y1)
                return thermal.time_to(goal, self.celsius, heat)
        return FOREVER

    def follow(self, wish: Kilowatts, longest: Seconds) -> tuple[Kilowatts, Seconds]:
        """Return the power nearest to *wish* that can be had, and for how long it holds.

        At most *longest*; sooner when a bound or the taper is met. Then ask
        again. On a slope, the taper's or of temperature, a power is held for
        TAPER_STEP, so that following it takes finitely many steps. A *wish* that cannot be had at all is 0.
        """
        least, most = self.limits(Seconds(0.0))
        power = Kilowatts(max(least, min(wish, most)))
        held = self.held_for(power)
        end = self.floor if power < 0 else self.rating.most
        # The floor and the full battery are walls, reached at full power; only slopes take steps.
        if held < min(TAPER_STEP, self.time_to(end, power)) and self._slopes(power):
            lower, upper = self.limits(TAPER_STEP)
            power = Kilowatts(max(lower, min(power, upper)))
            held = TAPER_STEP
        if power != wish and self._left(1.0, 1 if wish > 0 else -1, Seconds(0.0)) < 1.0:
            held = min(held, WARMING_STEP)
        return power, min(held, longest)

    def _slopes(self, power: Kilowatts) -> bool:
        """Return whether *power* may be one that falls little by little instead of ending at once."""
        rating = self.rating
        if rating.thermal is not None:
            return power != 0.0
        return (power > 0 and rating.taper_from < 1) or (power < 0 and rating.fade_below > 0)

    def _soc_where_taper_allows(self, power: Kilowatts) -> Share:
        """Return the highest state of charge at which the taper still lets *power* through."""
        rating = self.rating
        if rating.taper_from >= 1 or power <= rating.charge_kw_max * rating.taper_end:
            return Share(1.0)
        allowed = rating.taper_from + (rating.charge_kw_max - power) / rating.taper_slope_kw
        # At the limit itself rounding must not send the answer into the past.
        return Share(min(1.0, max(allowed, self.soc)))

    def _soc_where_fade_allows(self, power: Kilowatts) -> Share:
        """Return the lowest state of charge at which *power* (negative) may still leave."""
        rating = self.rating
        if rating.fade_below <= 0 or -power <= rating.discharge_kw_max * rating.fade_end:
            return Share(0.0)
        allowed = rating.fade_below + (-power - rating.discharge_kw_max) / rating.fade_slope_kw
        return Share(max(0.0, min(allowed, self.soc)))


def _legs(
    line: Points, start: float, end: float
) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield the pieces of *line* from *start* to *end*, in the direction of travel."""
    low, high = min(start, end), max(start, end)
    between = [point for point in line if low < point[0] < high]
    if end < start:
        between.reverse()
    here = (start, along(line, start))
    for then in (*between, (end, along(line, end))):
        yield here, then
        here = then
