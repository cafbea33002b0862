"""The energy that flows through one meter into and out of one battery, exact between events.

Power is level, waits out a delay, ramps in a straight line, and is level again. Registers and
stored energy are integrated in closed form over each piece; nothing goes by small steps. Only the
battery's own protection is sudden: at floor, full or a falling limit the power is cut at that
very instant, without a ramp, and a ramp that would carry it past a bound is cut before it begins.
"""

from dataclasses import dataclass, replace
from typing import Final

from sterna.domain.battery import FOREVER
from sterna.domain.converter import SLEEP_KW, MeteredBattery
from sterna.domain.pace import Pace, meter_kws
from sterna.kernel.quantities import (
    NO_POWER,
    SECONDS_PER_HOUR,
    Instant,
    Kilowatts,
    Seconds,
    Share,
    later,
)

KILOWATT_SECONDS_PER_WATT_HOUR: Final = 3.6
NEVER: Final = Instant(float("inf"))
"""The instant of what does not happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """A change of power on its way."""

    starts: Instant
    ends: Instant
    from_kw: Kilowatts
    to_kw: Kilowatts
    step_at: Instant
    """When a sudden change would have moved the same energy: the ramp's middle, unless one was cut short before."""

    def at(self, moment: Instant) -> Kilowatts:
        """Return the power at *moment*."""
        if moment <= self.starts:
            return self.from_kw
        if moment >= self.ends:
            return self.to_kw
        part = (moment - self.starts) / (self.ends - self.starts)
        return Kilowatts(self.from_kw + (self.to_kw - self.from_kw) * part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """What one meter did from an instant on: everything of later follows from it until something is changed."""

    since: Instant
    kw: Kilowatts
    """Power at *since*."""
    ramp: Ramp | None
    soc: Share
    """Of the battery behind the meter at *since*; 0 without one."""
    import_wh: float
    """The register at *since*, not rounded."""
    export_wh: float


class Flow:
    """One meter with its two registers, and the battery behind it while a car is plugged."""

    def __init__(self, now: Instant, pace: Pace) -> None:
        """Begin at *now* with empty registers and no car."""
        self.since = now
        """Up to when everything is integrated."""
        self.import_wh = 0.0
        self.export_wh = 0.0
        self.battery: MeteredBattery | None = None
        self.ramp: Ramp | None = None
        self.shown = NO_POWER
        """The power that the staircase has now by which others know this flow."""
        self._owed_kws = 0.0
        """Energy since the begin less what the staircase has."""
        self._pace = pace
        self._kw = NO_POWER
        self._bound = NEVER

    @property
    def settled_kw(self) -> Kilowatts:
        """The power that there is, or that the present ramp leads to."""
        return self._kw if self.ramp is None else self.ramp.to_kw

    def power_at(self, now: Instant) -> Kilowatts:
        """Return the power at *now*, which is not before the last event."""
        return self._kw if self.ramp is None else self.ramp.at(now)

    def take(self, battery: MeteredBattery | None, now: Instant) -> None:
        """Have another battery, or none, behind the meter; no power flows then."""
        self.advance(now)
        self.battery = battery
        self._owed_kws = 0.0
        self._level(NO_POWER, FOREVER)

    @property
    def motion(self) -> Motion:
        """What there is to keep so that another flow can go on from here."""
        soc = Share(0.0) if self.battery is None else self.battery.soc
        return Motion(
            since=self.since, kw=self._kw, ramp=self.ramp, soc=soc,
            import_wh=self.import_wh, export_wh=self.export_wh,
        )  # fmt: skip

    def resume(self, motion: Motion, shown: Kilowatts) -> None:
        """Go on from what was kept; others knew this flow by *shown*."""
        self.since, self._kw, self.ramp, self.shown = motion.since, motion.kw, motion.ramp, shown
        self.import_wh, self.export_wh = motion.import_wh, motion.export_wh

    def registers_at(self, now: Instant) -> tuple[float, float]:
        """Return the registers at *now* in Wh, not rounded."""
        into, out = 0.0, 0.0
        for from_kw, to_kw, seconds in self._pieces(now):
            drawn, given = meter_kws(from_kw, to_kw, seconds)
            into, out = into + drawn, out + given
        per_wh = KILOWATT_SECONDS_PER_WATT_HOUR
        return self.import_wh + into / per_wh, self.export_wh + out / per_wh

    def soc_at(self, now: Instant) -> Share:
        """Return the state of charge at *now*; 0 without a car."""
        battery = self.battery
        if battery is None:
            return Share(0.0)
        if self._kw == 0.0 and self.ramp is None:
            return battery.soc
        cells = battery.battery
        stored = float(cells.stored_kwh)
        for from_kw, to_kw, seconds in self._pieces(now):
            if from_kw == to_kw:
                rate_kw = cells.rate_kw(battery.converter.battery_kw(Kilowatts(from_kw)))
                stored += rate_kw * seconds / SECONDS_PER_HOUR
            else:
                stored += battery.stored_along(from_kw, to_kw, Seconds(seconds))
        return Share(min(1.0, max(0.0, stored / cells.rating.capacity_kwh)))

    def _pieces(self, now: Instant) -> list[tuple[float, float, float]]:
        """Return the pieces from `since` to *now*: power at the begin, at the end, seconds."""
        ramp = self.ramp
        if ramp is None:
            return [(self._kw, self._kw, now - self.since)] if now > self.since else []
        found: list[tuple[float, float, float]] = []
        edges = [edge for edge in (ramp.starts, ramp.ends) if self.since < edge < now]
        before = self.since
        for edge in (*edges, now):
            if edge > before:
                found.append((ramp.at(before), ramp.at(edge), edge - before))
            before = edge
        return found

    def advance(self, now: Instant) -> None:
        """Move the energy of the time since the last event."""
        if now <= self.since:
            return
        before = self.import_wh - self.export_wh
        self.import_wh, self.export_wh = self.registers_at(now)
        moved_kws = (self.import_wh - self.export_wh - before) * KILOWATT_SECONDS_PER_WATT_HOUR
        self._owed_kws += moved_kws - self.shown * (now - self.since)
        battery = self.battery
        if battery is not None:
            for from_kw, to_kw, seconds in self._pieces(now):
                if from_kw == to_kw:
                    battery = battery.after(Kilowatts(from_kw), Seconds(seconds))
                else:
                    battery = battery.along(from_kw, to_kw, Seconds(seconds))
            self.battery = battery
        self._kw, self.since = self.power_at(now), now

    def aim(self, wish: Kilowatts, now: Instant) -> None:
        """Go for *wish* at the converter's pace. A running ramp that leads there is left alone."""
        self.advance(now)
        battery = self.battery
        if battery is None:
            return
        goal, held = _had(battery, wish)
        pace, here = self._pace, self._kw
        if pace.at_once or goal == self.settled_kw:
            if self.ramp is None:
                self._level(goal, held)
            return
        starts = Instant(now + pace.delay_s)
        ends = Instant(starts + pace.ramp_s(here, goal))
        if _bears(battery, here, goal, Seconds(starts - now), Seconds(ends - starts)):
            step_at = self._step_at(starts, ends, goal)
            self.ramp = Ramp(starts=starts, ends=ends, from_kw=here, to_kw=goal, step_at=step_at)
        else:
            self._level(NO_POWER, FOREVER)

    def jump(self, wish: Kilowatts, now: Instant) -> None:
        """Have what can be had of *wish* at once, as protection does."""
        self.advance(now)
        if self.battery is not None:
            self._level(*_had(self.battery, wish))

    def hold_floor(self, soc: Share, wish: Kilowatts, now: Instant) -> bool:
        """Cut discharging off at *soc* from now on, with what can be had of *wish*; return whether that is new."""
        self.advance(now)
        behind = self.battery
        if behind is None or behind.battery.reserve == soc:
            return False
        battery = replace(behind.battery, reserve=soc)
        self.battery = replace(behind, battery=battery)
        if self.ramp is None or (self.settled_kw < 0.0 and battery.spare_kwh <= 0.0):
            self.jump(wish, now)
        return True

    def _level(self, kw: Kilowatts, held: Seconds) -> None:
        self.ramp, self._kw = None, kw
        self._bound = later(self.since, held) if held < FOREVER else NEVER

    def _step_at(self, starts: Instant, ends: Instant, goal: Kilowatts) -> Instant:
        """Return when the staircase steps to *goal* so that it has moved as much at the ramp's end."""
        if self.shown == goal:
            return ends
        now, here = self.since, self._kw
        moved = self._owed_kws + here * (starts - now) + (here + goal) / 2.0 * (ends - starts)
        late = (moved - goal * (ends - now)) / (self.shown - goal)
        return Instant(now + min(max(late, 0.0), ends - now))

    @property
    def due(self) -> Instant:
        """When the next event is: the staircase's step, a ramp's end, or a bound; NEVER if none."""
        if self.ramp is None:
            return self._bound
        return self.ramp.ends if self.shown == self.ramp.to_kw else self.ramp.step_at

    def reaches(self, soc: Share, now: Instant) -> Instant:
        """Return when *soc* is reached if nothing changes; NEVER if it is not, or has been.

        During a ramp that is not known yet: ask again at its end.
        """
        if self.ramp is not None or self.battery is None or self._kw == 0.0:
            return NEVER
        seconds = self.battery.time_to(soc, self._kw)
        return later(now, seconds) if 0.0 < seconds < FOREVER else NEVER


def _had(battery: MeteredBattery, wish: Kilowatts) -> tuple[Kilowatts, Seconds]:
    """Return what can be had of *wish*, and for how long."""
    return (NO_POWER, FOREVER) if wish == 0.0 else battery.follow(wish, FOREVER)


def _bears(
    battery: MeteredBattery, here: Kilowatts, goal: Kilowatts, wait: Seconds, ramp: Seconds
) -> bool:
    """Return whether the battery can go on *here* for the delay and then along the ramp."""
    if here != 0.0 and wait > 0.0:
        if battery.held_for(here) < wait:
            return False
        battery = battery.after(here, wait)
    return ramp == 0.0 or battery.bears(here, goal, ramp)


class OwnUse:
    """What an EVSE draws for itself, integrated."""

    def __init__(self, now: Instant) -> None:
        """Begin asleep."""
        self._since, self._kw, self._wh = now, SLEEP_KW, 0.0

    def draws(self, kw: Kilowatts, now: Instant) -> None:
        """Draw *kw* from *now* on."""
        self._wh, self._since, self._kw = self.until(now), now, kw

    def until(self, now: Instant) -> float:
        """Return the Wh drawn so far."""
        return self._wh + self._kw * (now - self._since) / KILOWATT_SECONDS_PER_WATT_HOUR
