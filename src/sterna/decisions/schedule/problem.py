"""The scheduling problem as arrays: sessions, site, steps.

N sessions, T steps. All energies that a variable stands for are kWh, at the AC
meter for charge and discharge and inside the battery for stored energy, so that
the length of a step enters only bounds, prices of time and the peak. Power is
positive when it charges a car or is imported. Money is a float in EUR here: a
plan's cost is an estimate that no ledger ever sees.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sterna.kernel.quantities import Seconds

Floats = NDArray[np.float64]
"""An array of float64."""
Ints = NDArray[np.int64]
"""An array of int64."""
Flags = NDArray[np.bool_]
"""An array of truths."""


CAR_LAST: Final = {"charge_pieces", "discharge_pieces", "fair_shares", "fair_factors"}
"""Fields of `Sessions` whose last dimension is the car; of all others it is the first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sessions:
    """The plugged and the expected cars. Every array has shape (N,) unless it says otherwise."""

    first: Ints
    """First step in which the car is plugged."""
    last: Ints
    """Step after the last one in which the car is plugged; at least ``first + 1``."""
    present_h: Floats
    """Shape (N, T): hours of each step for which the car is plugged, 0 outside first..last."""
    energy_kwh: Floats
    """Stored energy when the car's first step begins."""
    floor_kwh: Floats
    """Stored energy that the driver never goes below. Hard; see :meth:`Problem.floors`."""
    capacity_kwh: Floats
    """Most energy that may be stored."""
    target_kwh: Floats
    """Stored energy wanted at departure. Soft: what is missing costs `unmet_eur_per_kwh`."""
    unmet_eur_per_kwh: Floats
    """Value of a kWh missing at departure."""
    charge_kw: Floats
    """Largest charging power at the meter, >= 0."""
    discharge_kw: Floats
    """Largest discharging power at the meter, >= 0; 0 without consent or ability."""
    charge_efficiency: Floats
    """Stored energy per metered kWh charged, in (0, 1]."""
    discharge_efficiency: Floats
    """Metered energy per stored kWh discharged, in (0, 1]."""
    wear_eur_per_kwh: Floats
    """Cost of a kWh of throughput at the battery's terminals, in either direction."""
    knee_kwh: Floats
    """Stored energy above which standing costs `high_eur_per_kwh_h`."""
    high_eur_per_kwh_h: Floats
    """Cost of one kWh above the knee for one hour."""
    charge_pieces: Floats | None = None
    """Shape (2, P, N): the hull of the charging curve in P pieces: kW at the meter, and stored energy
    per metered kWh, falling from piece to piece. None: one piece with `charge_efficiency`."""
    discharge_pieces: Floats | None = None
    """Likewise for giving back: kW at the meter, and *metered* energy per stored kWh, falling."""
    least_kw: Floats | None = None
    """Least power worth running at in either direction; None: any."""
    levy_eur_per_kwh: Floats | None = None
    """Charge per metered kWh charged that giving it back does not refund (double taxation), >= 0."""
    early_kwh: Floats | None = None
    """Stored energy that a driver who leaves early should find, <= the target."""
    early_eur_per_kwh: Floats | None = None
    """Shape (N, T): cost per kWh below `early_kwh` at the end of a step, >= 0: the probability of leaving
    then times the value of a kWh missing."""
    fair_shares: Floats | None = None
    """Shape (K, N): energies that may be missing, in tiers of rising cost; what is beyond all tiers costs as the last one."""
    fair_factors: Floats | None = None
    """Shape (K, N): factors >= 1, rising, on `unmet_eur_per_kwh`, one for each tier. None with `fair_shares`: one tier."""

    @property
    def leaving_early(self) -> tuple[Floats, Floats]:
        """Energy that an early leaver should find, shape (N,), and its price by step, shape (N, T); zeros without."""
        if self.early_kwh is None or self.early_eur_per_kwh is None:
            return np.zeros(len(self)), np.zeros(self.present_h.shape)
        return np.maximum(self.early_kwh, 0.0), self.early_eur_per_kwh

    @property
    def tiers(self) -> tuple[Floats, Floats]:
        """Width (kWh) and price (EUR/kWh) of the tiers of missing energy, shape (K, N) each; the last one has no end."""
        endless = np.full((1, len(self)), np.inf)
        if self.fair_shares is None or self.fair_factors is None:
            return endless, self.unmet_eur_per_kwh[None, :]
        return np.concatenate((self.fair_shares[:-1], endless)), (
            self.fair_factors * self.unmet_eur_per_kwh
        )

    @property
    def levies(self) -> Floats:
        """Charge per metered kWh charged that is not refunded, shape (N,)."""
        return np.zeros(len(self)) if self.levy_eur_per_kwh is None else self.levy_eur_per_kwh

    @property
    def charging(self) -> tuple[Floats, Floats]:
        """Powers and efficiencies of the charging pieces, shape (P, N) each."""
        if self.charge_pieces is not None:
            return self.charge_pieces[0], self.charge_pieces[1]
        return self.charge_kw[None, :], self.charge_efficiency[None, :]

    @property
    def discharging(self) -> tuple[Floats, Floats]:
        """Powers and efficiencies of the discharging pieces, shape (P, N) each."""
        if self.discharge_pieces is not None:
            return self.discharge_pieces[0], self.discharge_pieces[1]
        return self.discharge_kw[None, :], self.discharge_efficiency[None, :]

    @property
    def worthwhile_kw(self) -> Floats:
        """Least power worth running at, shape (N,); 0 where any is."""
        return np.zeros(len(self)) if self.least_kw is None else self.least_kw

    @property
    def fastest_kw(self) -> Floats:
        """Stored power at full charging power, shape (N,)."""
        powers, gains = self.charging
        found: Floats = np.sum(powers * gains, axis=0)
        return found

    def chosen(self, which: Ints) -> "Sessions":
        """Return the sessions at the positions *which*."""
        found: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, values in found.items():
            if values is not None:
                found[name] = values[..., which] if name in CAR_LAST else values[which]
        return Sessions(**found)

    def __len__(self) -> int:
        """Return the number of sessions N."""
        return len(self.first)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """The site around the cars. Every array has shape (T,): one value per step."""

    load_kw: Floats
    """Mean load of the building without cars and PV, >= 0."""
    pv_kw: Floats
    """Mean PV power available, >= 0; any part of it can be curtailed."""
    import_eur_per_kwh: Floats
    """Price of energy drawn from the grid."""
    export_eur_per_kwh: Floats
    """Pay for energy fed into the grid."""
    import_limit_kw: Floats
    """Most import, >= 0: the tightest of connection and capacity limits. 0 means none."""
    export_limit_kw: Floats
    """Most export, as a number >= 0. 0 means none."""
    peak_eur_per_kw: float
    """Price of the billing period's highest import."""
    peak_so_far_kw: float
    """Highest import of the billing period until now, >= 0: free to be used again."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """The power of some cars, with what else runs there, kept between two limits.

    A feeder, a phase, or a volume sold on a market: then both limits are the volume, and after it
    the recovery that was declared. What cannot be kept costs `OVER_EUR_PER_KWH` and is told.
    """

    name: str
    weight: Floats
    """Shape (N,): the part of each car's power that counts: 0 or 1 on a feeder, 1/3 of a three-phase
    car on each phase."""
    base_kw: Floats
    """Shape (T,): what runs there without the cars; negative feeds in."""
    low_kw: Floats
    """Shape (T,): least sum, may be negative; -inf where there is none. Never above `high_kw`."""
    high_kw: Floats
    """Shape (T,): greatest sum; inf where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reserve:
    """Power held ready for the grid by all cars together, with the energy to deliver it.

    A car counts in the steps for which it is plugged throughout. It holds what its powers leave free
    beside what it does, and what its stored energy can bear from the begin *and* from the end of the
    step: above its floor by `hold_h` of delivery at its worst efficiency, below its capacity by as
    much at its best. What is lacking costs `OVER_EUR_PER_KWH` per kW and hour and is told.
    """

    up_kw: Floats
    """Shape (T,), >= 0: by how much the site can lower its import at once."""
    down_kw: Floats
    """Shape (T,), >= 0: by how much it can raise it."""
    hold_h: float
    """How long it must be able to last from any moment of a step."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """What to decide: the steps, the sessions, the site, and what else was promised."""

    hours: Floats
    """Shape (T,): length of each step in h; the steps may differ."""
    sessions: Sessions
    site: Site
    bands: tuple[Band, ...] = ()
    reserve: Reserve | None = None

    def chosen(self, which: Ints) -> "Problem":
        """Return the problem with only the sessions at the positions *which*."""
        bands = tuple(replace(band, weight=band.weight[which]) for band in self.bands)
        return replace(self, sessions=self.sessions.chosen(which), bands=bands)

    def floors(self) -> Floats:
        """Return the floor at the end of each step, shape (N, T), kWh.

        A car that arrives below its floor has to charge at full power until it is there:
        its floor is that trajectory. A car whose capacity is below its floor keeps what it can.
        """
        cars = self.sessions
        wanted = np.minimum(cars.floor_kwh, self.ceilings())
        floors = np.repeat(wanted[:, None], len(self.hours), axis=1)
        below = np.flatnonzero(cars.energy_kwh < wanted)
        if len(below):
            gained = np.cumsum(cars.present_h[below] * cars.fastest_kw[below, None], axis=1)
            reach = cars.energy_kwh[below, None] + gained
            floors[below] = np.minimum(floors[below], reach)
        return floors

    def begin_floors(self) -> Floats:
        """Return the floor at the begin of each step, shape (N, T), kWh: what `floors` says of the step before."""
        at_first = np.minimum(self.sessions.floor_kwh, self.sessions.energy_kwh)
        before = np.concatenate((at_first[:, None], self.floors()[:, :-1]), axis=1)
        # Before the first step nobody drives: the floor is what the car comes with.
        begun = np.arange(len(self.hours)) > self.sessions.first[:, None]
        floors: Floats = np.where(begun, before, at_first[:, None])
        return floors

    def ceilings(self) -> Floats:
        """Return the most energy each car may store, shape (N,), kWh.

        A car that arrives above its capacity (by a measuring error) may keep what it has.
        """
        ceilings: Floats = np.maximum(self.sessions.capacity_kwh, self.sessions.energy_kwh)
        return ceilings


def nothing() -> Floats:
    """Return what a plan says of things that its problem does not have: an empty table."""
    return np.zeros((0, 0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Schedule:
    """What every car and the site do in every step. Energies are kWh at the meter, >= 0 unless said otherwise."""

    charge_kwh: Floats
    """Shape (N, T)."""
    discharge_kwh: Floats
    """Shape (N, T)."""
    import_kwh: Floats
    """Shape (T,)."""
    export_kwh: Floats
    """Shape (T,)."""
    curtailed_kwh: Floats
    """Shape (T,): PV not used."""
    over_kwh: Floats
    """Shape (T,): import beyond the limit, which nothing scheduled here could avoid."""
    missed_kwh: Floats = field(default_factory=nothing)
    """Shape (B, T): by how much each band is missed; positive above `high_kw`, negative below `low_kw`."""
    reserve_up_kw: Floats = field(default_factory=nothing)
    """Shape (N, T): by how much each car can draw less at once, or give back more."""
    reserve_down_kw: Floats = field(default_factory=nothing)
    """Shape (N, T): by how much each car can draw more at once."""
    lacking_kw: Floats = field(default_factory=nothing)
    """Shape (2, T): reserve that nobody holds, up and down."""


OVER_EUR_PER_KWH: Final = 1000.0
"""Price of a kWh beyond the import limit or a band, and of a kW of reserve lacking for an hour. Far
above any energy price and above the value of any unmet target, so that it is used only where the
building's own load or a driver's floor leaves no other way: the plan then exists and says so, instead
of failing."""
TOLD_KWH: Final = 1e-6
"""A limit missed by less (kWh, kW) is the solver's noise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Costs:
    """What a plan's cost is made of, EUR each. The weights steer the plan and are never billed."""

    energy: float
    """Import less export."""
    peak: float
    levy: float
    """On energy charged, where giving back does not refund it."""
    wear: float
    """Of throughput."""
    high: float
    """Of standing at a high state of charge."""
    unmet: float
    """Weight."""
    early: float
    """Weight."""
    over: float
    """Weight, as the rest."""
    missed: float
    lacking: float

    @property
    def weights(self) -> float:
        """Return the part that only steers."""
        return self.unmet + self.early + self.over + self.missed + self.lacking

    @property
    def total(self) -> float:
        """Return the plan's cost."""
        return self.energy + self.peak + self.levy + self.wear + self.high + self.weights


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """A schedule with the certificate of how good it is."""

    edges: Floats
    """Shape (T+1,): the steps' limits, seconds; since the epoch when it comes from a live site."""
    power_kw: Floats
    """Shape (N, T): mean power while plugged; positive charges."""
    energy_kwh: Floats
    """Shape (N, T): stored at the end of each step; 0 outside the stay."""
    site_kw: Floats
    """Shape (T,): mean power at the grid connection; positive imports."""
    unmet_kwh: Floats
    """Shape (N,): energy missing at departure."""
    price_eur_per_kwh: Floats
    """Shape (T,): what one more kWh of load would cost in that step (the balance's dual)."""
    value_eur_per_kwh: Floats
    """Shape (N, T): what one more stored kWh at the end of the step would save (the dual of the row
    that carries it on); 0 outside the stay."""
    peak_kw: float
    """Import peak of the billing period that this plan leads to."""
    schedule: Schedule
    cost_eur: float
    """Cost of this schedule."""
    lower_bound_eur: float
    """No schedule costs less than this."""
    solver: str
    """Which method found it: ``lp``, ``milp`` or ``rolling``."""
    iterations: int
    band_price_eur_per_kwh: Floats = field(default_factory=nothing)
    """Shape (B, T): what one more kWh of load in the band would cost, beside what it costs the site:
    positive where the band is at its high limit, negative at its low one."""
    reserve_price_eur_per_kw: Floats = field(default_factory=nothing)
    """Shape (2, T): what one more kW of reserve, up and down, would cost in that step."""
    costs: Costs | None = None
    """What `cost_eur` is made of."""

    @property
    def gap(self) -> float:
        """Return (cost - lower bound) / |cost|: 0 is proven optimal."""
        return max(0.0, self.cost_eur - self.lower_bound_eur) / max(abs(self.cost_eur), 1e-9)

    def next_kw(self, period: Seconds) -> Floats:
        """Return each car's mean power over the next *period*, shape (N,), kW.

        A set-point has to last for the period; the first step may end before that.
        """
        begin, end = self.edges[:-1] - self.edges[0], self.edges[1:] - self.edges[0]
        overlap = np.maximum(np.minimum(end, period) - begin, 0.0)
        mean: Floats = self.power_kw @ overlap / np.sum(overlap)
        return mean

    @property
    def within_limits(self) -> bool:
        """Return whether the import limit and all bands hold everywhere (see `Schedule.over_kwh`, `missed_kwh`)."""
        over, missed = self.schedule.over_kwh, np.abs(self.schedule.missed_kwh)
        return bool(np.all(over <= TOLD_KWH) and np.all(missed <= TOLD_KWH))

    @property
    def holds_reserve(self) -> bool:
        """Return whether all reserve that was promised is held."""
        return bool(np.all(self.schedule.lacking_kw <= TOLD_KWH))
