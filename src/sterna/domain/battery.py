"""A car's battery at one moment: what it holds, what it may do, when it reaches a bound.

All powers here are at the battery's terminals, positive into the battery.
:class:`sterna.domain.converter.MeteredBattery` asks the same questions at the meter.

With power *P* held for *t* seconds the stored energy changes by

    charging      dE = P * t/3600 * eta
    discharging   dE = P * t/3600 / eta

where *eta* is the one-way efficiency of the cells. Between events power is
constant, so that every bound is reached at an instant with a closed form.
"""

from dataclasses import dataclass, replace
from typing import Final

from sterna.domain.wear import Chemistry
from sterna.kernel.quantities import (
    EMPTY,
    FULL,
    SECONDS_PER_HOUR,
    KilowattHours,
    Kilowatts,
    Seconds,
    Share,
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
    chemistry: Chemistry = Chemistry.NMC

    def __post_init__(self) -> None:
        """Check the plate; a wrong one would make wrong physics everywhere."""
        assert self.capacity_kwh > 0, self
        assert self.charge_kw_max >= 0, self
        assert self.discharge_kw_max >= 0, self
        assert 0 <= self.least < self.most <= 1, self
        assert 0 < self.efficiency <= 1, self
        assert 0 <= self.taper_from <= 1, self
        assert 0 < self.taper_end <= 1, self

    def charge_kw_at(self, soc: Share) -> Kilowatts:
        """Return the charging power that the cells take at *soc*, before the window counts."""
        if soc <= self.taper_from or self.taper_from >= 1:
            return self.charge_kw_max
        return Kilowatts(self.charge_kw_max - self.taper_slope_kw * (soc - self.taper_from))

    @property
    def taper_slope_kw(self) -> float:
        """Charging power lost per unit of state of charge above *taper_from*, in kW."""
        return self.charge_kw_max * (1 - self.taper_end) / (1 - self.taper_from)


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A battery at one moment. Immutable: a step returns the next battery."""

    rating: BatteryRating
    stored_kwh: KilowattHours
    reserve: Share = EMPTY
    """State of charge the driver asked never to go below."""

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

    def limits(self, duration: Seconds) -> tuple[Kilowatts, Kilowatts]:
        """Return the least (negative) and the most power that may be held for *duration*.

        Held means: at no instant within *duration* does the battery leave its
        window, fall below its floor, or take more than the taper allows. A
        *duration* of 0 asks for the limits of this instant.
        """
        return self._least(duration), self._most(duration)

    def _least(self, duration: Seconds) -> Kilowatts:
        spare, limit = self.spare_kwh, self.rating.discharge_kw_max
        if spare <= KILOWATT_HOUR_NOISE:
            return Kilowatts(0.0)
        if duration > 0:
            limit = min(
                limit, Kilowatts(spare * self.rating.efficiency * SECONDS_PER_HOUR / duration)
            )
        return Kilowatts(-limit)

    def _most(self, duration: Seconds) -> Kilowatts:
        rating, room = self.rating, self.room_kwh
        if room <= KILOWATT_HOUR_NOISE:
            return Kilowatts(0.0)
        limit: float = rating.charge_kw_max
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

    def after(self, power: Kilowatts, duration: Seconds) -> "Battery":
        """Return the battery after *power* at its terminals for *duration*.

        The caller keeps *power* within :meth:`limits`; a breach is a bug in the
        caller, so it is an assertion and not an exception.
        """
        assert duration >= 0, duration
        least, most = self.limits(duration)
        # Over very short steps the noise in energy is a large power, hence the second term.
        noise = KILOWATT_NOISE + KILOWATT_HOUR_NOISE * SECONDS_PER_HOUR / max(duration, 1e-3)
        assert least - noise <= power <= most + noise, (least, power, most, duration)
        stored = self.stored_kwh + self.rate_kw(power) * duration / SECONDS_PER_HOUR
        return replace(self, stored_kwh=KilowattHours(self._within(stored, power)))

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
        if power < 0:
            return self.time_to(self.floor, power)
        return self.time_to(min(self.rating.most, self._soc_where_taper_allows(power)), power)

    def follow(self, wish: Kilowatts, longest: Seconds) -> tuple[Kilowatts, Seconds]:
        """Return the power nearest to *wish* that can be had, and for how long it holds.

        At most *longest*; sooner when a bound or the taper is met. Then ask
        again. On the taper a power is held for TAPER_STEP, so that following it
        takes finitely many steps. A *wish* that cannot be had at all is 0.
        """
        least, most = self.limits(Seconds(0.0))
        power = Kilowatts(max(least, min(wish, most)))
        held = self.held_for(power)
        if power > 0 and held < TAPER_STEP and self.rating.taper_from < 1:
            power = min(power, self.limits(TAPER_STEP)[1])
            held = TAPER_STEP
        return power, min(held, longest)

    def _soc_where_taper_allows(self, power: Kilowatts) -> Share:
        """Return the highest state of charge at which the taper still lets *power* through."""
        rating = self.rating
        if rating.taper_from >= 1 or power <= rating.charge_kw_max * rating.taper_end:
            return Share(1.0)
        allowed = rating.taper_from + (rating.charge_kw_max - power) / rating.taper_slope_kw
        # At the limit itself rounding must not send the answer into the past.
        return Share(min(1.0, max(allowed, self.soc)))
