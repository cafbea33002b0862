"""From what the BEMS knows to a schedule's question, and from its answer to set-points."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum
from typing import Final

import msgspec
import numpy as np

from sterna.actors.bems.expectation import Expectation, Usual
from sterna.actors.bems.metering import QUARTER_S, is_fresh
from sterna.actors.bems.records import Car, Meter, Solved, Span, State
from sterna.actors.bems.seeing import USER_CLASSES, bookings, user_class
from sterna.actors.bems.series import (
    Floats,
    grid_start,
    limits,
    on_grid,
    prices,
    reaching,
)
from sterna.actors.bems.settings import BemsSettings
from sterna.decisions.arrivals import ghosts, is_ghost
from sterna.decisions.departures import Departures, Law
from sterna.decisions.forecast import anchored
from sterna.decisions.schedule.hull import Curve, curve_of
from sterna.decisions.schedule.problem import Plan, Problem
from sterna.decisions.schedule.reasons import whys
from sterna.decisions.schedule.rolling import Rolling
from sterna.decisions.schedule.snapshot import Snapshot
from sterna.decisions.schedule.stay import NO_STORE, Stay
from sterna.decisions.why import Why
from sterna.domain.converter import Conversion
from sterna.domain.coupler import PHASE_VOLTS
from sterna.domain.wear import Chemistry, by_model, dearest
from sterna.kernel.money import MICRO_PER_EURO
from sterna.kernel.quantities import NO_POWER, Instant, KilowattHours, Kilowatts, Seconds
from sterna.kernel.series import Series

PERIODS_AHEAD: Final = 12
"""Set-points sent with each plan: an hour to hold when the BEMS falls silent."""
ANCHOR_FADES_S: Final = Seconds(2 * 3600.0)
"""How long the present deviation from the usual load is expected to last."""
HIGH_EUR_PER_KWH_H: Final = 0.0005
"""Weight of a kWh above 80 % for an hour: breaks ties towards resting lower, decides nothing else."""
PLAN_S: Final = 72 * 3600.0
"""How far ahead a plan looks."""
GHOSTS_S: Final = Seconds(86_400.0)
"""How far ahead cars are expected: what comes later meets plans that know better."""
MAKE_GOOD_S: Final = 300.0
"""What was drawn too much is made good over at least one period: a set-point lasts that long."""
RUN_KW_MIN: Final = Kilowatts(0.5)
"""Less is never planned for a near step, however small the converter."""
CURVES_MAX: Final = 1000
"""Loss curves that are remembered: EVSEs times the powers that cars have."""
ONE_PHASE_KW: Final = Kilowatts(32.0 * PHASE_VOLTS / 1000.0)
"""More than 32 A on one phase is nowhere allowed."""
WEAR_CLASSES_MAX: Final = 100
"""Names of chemistries that are remembered: a peer may invent as many as it likes."""
OVER_AHEAD_S: Final = 86_400.0
"""Limits that cannot be kept are told a day ahead; what is later depends on forecasts too much."""
OVER_LEAST_KWH: Final = 1e-3
"""Less than a watt-hour over a limit is the solver's noise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Told:
    """Prices and limits on the grid, and what they were made from."""

    start: Instant
    source: tuple[object, ...]
    import_eur_per_kwh: Series
    export_eur_per_kwh: Series
    import_limit_kw: Series
    export_limit_kw: Series


class Planner:
    """One site's plans. What only changes with the quarter hour or with news is kept between them."""

    def __init__(self, settings: BemsSettings) -> None:
        """Plan for the building of *settings*."""
        self._settings = settings
        self._rolling = Rolling()
        self._expectation = Expectation(settings)
        self._usual: Usual | None = None
        self._before: Usual | None = None
        self._told: Told | None = None
        self._wear: dict[str, float] = {}
        self._curves: dict[tuple[str, float, float], tuple[Curve | None, Kilowatts]] = {}
        self._laws: tuple[Departures, dict[str, Law]] = Departures(), {}
        self._stays: dict[str, tuple[Car, Law | None, Stay]] = {}
        """By EVSE: a car that stands as it stood is the same stay again."""

    def solve(self, state: State, now: Instant) -> Solved:
        """Return the set-points from *now* on that cost least."""
        asked, plan = self.plan(state, now)
        saved_kw = overdrawn_kw(state.meter, now) if is_fresh(state.meter, now) else 0.0
        solved = answer(asked, plan, self._settings.period_s, saved_kw)
        assert self._rolling.problem is not None
        found = explained(self._rolling.problem, plan, Instant(now + self._settings.period_s / 2))
        # Ghosts stand behind the cars that are there, and nobody asks why they do anything.
        known = sorted(state.cars)
        return msgspec.structs.replace(
            solved, whys=dict(zip(known, found[: len(known)], strict=True))
        )

    def plan(self, state: State, now: Instant) -> tuple[Snapshot, Plan]:
        """Return the question at *now* and its cheapest answer; ghosts stand behind the cars that are there."""
        asked = self.snapshot(state, now)
        return asked, self._rolling.solve(asked)

    def snapshot(self, state: State, now: Instant) -> Snapshot:
        """Return the schedule's question at *now*."""
        start, settings = grid_start(now), self._settings
        expected = self._expected(state, start)
        load, pv = forecasts(state, expected, self._before, now)
        told, limit = self._heard(state, start), None
        habit = self._habits(state)
        stays = self._known(state, habit)
        if settings.cautious and is_fresh(state.meter, now):
            give_kw = fsum(stay.discharge_kw for stay in stays if stay.may_discharge)
            most_kw = give_kw if cheap_peak(settings, now) else np.inf
            load, limit = with_margin(expected, load, pv, told.import_limit_kw, most_kw, now)
        if settings.expects:
            seen = state.seen
            stays += ghosts(now, GHOSTS_S, bookings(state.stays, now), seen.rates, seen.usual)
        return Snapshot(
            now=now, stays=stays, load_kw=load, pv_kw=pv, import_eur_per_kwh=told.import_eur_per_kwh,
            export_eur_per_kwh=told.export_eur_per_kwh, import_limit_kw=limit or told.import_limit_kw,
            export_limit_kw=told.export_limit_kw, peak_eur_per_kw=peak_price(settings, now),
            peak_so_far_kw=state.meter.peak_kw,
        )  # fmt: skip

    def _expected(self, state: State, start: Instant) -> Usual:
        """Return the forecasts from *start* on, made once per quarter hour."""
        if self._usual is None or self._usual.start != start:
            self._before = self._usual
            self._usual = self._expectation.usual(state, start)
        return self._usual

    def _heard(self, state: State, start: Instant) -> Told:
        """Return prices and limits from *start* on, laid out anew when there are others."""
        source = (state.import_prices, state.export_prices, state.capacity, state.dso_silent)
        old = self._told
        if old is not None and old.start == start and all(map(_is, old.source, source)):
            return old
        settings = self._settings
        network = reaching(settings.network_eur_per_kwh, start)
        bought = prices(state.import_prices, start) + network
        sold = prices(state.export_prices, start) if state.export_prices else np.zeros_like(bought)
        drawn = self._limit(state, "CONSUMPTION", settings.connection_kw, start)
        fed = self._limit(state, "GENERATION", settings.export_kw, start)
        self._told = Told(
            start=start,
            source=source,
            import_eur_per_kwh=on_grid(start, bought, "EUR/kWh"),
            export_eur_per_kwh=on_grid(start, sold, "EUR/kWh"),
            import_limit_kw=on_grid(start, drawn, "kW"),
            export_limit_kw=on_grid(start, fed, "kW"),
        )
        return self._told

    def _limit(self, state: State, direction: str, connection: Kilowatts, start: Instant) -> Floats:
        """Return the limits of one OSCP *direction*; the fallback's while the DSO is silent."""
        fallback = state.capacity.get(f"FALLBACK_{direction}", ()) if state.dso_silent else ()
        return limits(connection, state.capacity.get(direction, ()), fallback, start)

    def _habits(self, state: State) -> Mapping[str, Law]:
        """Return when drivers really leave, by class; nothing where plans trust what they announced."""
        if self._settings.early_eur_per_kwh <= 0:
            return {}
        departures, known = state.seen.departures, self._laws
        if known[0] is not departures:
            known = self._laws = departures, {each: departures.law(each) for each in USER_CLASSES}
        return known[1]

    def _known(self, state: State, habits: Mapping[str, Law]) -> tuple[Stay, ...]:
        """Return the parked cars as the schedule sees them, in the order of the EVSEs."""
        before, self._stays = self._stays, {}
        for evse, car in sorted(state.cars.items()):
            habit, old = habits.get(user_class(car)), before.get(evse)
            if old is None or old[0] is not car or old[1] is not habit:
                old = car, habit, self._stay(evse, car, habit)
            self._stays[evse] = old
        return tuple(stay for _, _, stay in self._stays.values())

    def _stay(self, evse: str, car: Car, habit: Law | None) -> Stay:
        """Return a parked car as the schedule sees it, whose driver may leave early as *habit* says."""
        curve, least = self._curve(evse, car)
        target = KilowattHours(car.target * car.capacity_kwh)
        return Stay(
            key=f"{evse}@{car.plugged_at:.0f}", arrival=car.plugged_at, departure=car.departure,
            energy_kwh=KilowattHours(car.soc * car.capacity_kwh), floor_kwh=KilowattHours(car.floor * car.capacity_kwh),
            target_kwh=target, capacity_kwh=car.capacity_kwh,
            charge_kw=car.charge_kw_max, discharge_kw=car.discharge_kw_max, may_discharge=car.discharge_kw_max > 0,
            curve=curve, least_kw=least,
            wear_eur_per_kwh=self._wear_of(car.wear_class), high_eur_per_kwh_h=HIGH_EUR_PER_KWH_H,
            habit=habit, early_kwh=NO_STORE if habit is None else target, early_eur_per_kwh=self._settings.early_eur_per_kwh,
        )  # fmt: skip

    def _curve(self, evse: str, car: Car) -> tuple[Curve | None, Kilowatts]:
        """Return the loss curve of a parked car and the least power worth running at, made once for equal cars."""
        asked = (evse, car.charge_kw_max, car.discharge_kw_max)
        known = self._curves.get(asked)
        if known is None:
            if len(self._curves) >= CURVES_MAX:
                self._curves.clear()
            known = self._curves[asked] = curve(self._settings.conversions.get(evse), car)
        return known

    def _wear_of(self, wear_class: str) -> float:
        """Return the wear of a kWh of throughput in EUR, worked out once per chemistry."""
        known = self._wear.get(wear_class)
        if known is None:
            if len(self._wear) >= WEAR_CLASSES_MAX:
                self._wear.clear()
            known = self._wear[wear_class] = wear(self._settings, wear_class)
        return known


def _is(one: object, other: object) -> bool:
    """Return whether both are the same object: records are replaced, never changed."""
    return one is other


def curve(kind: Conversion | None, car: Car) -> tuple[Curve | None, Kilowatts]:
    """Return the loss curve that a car's powers speak of, and the least power worth running at.

    A car that draws what 32 A on one phase carry has one phase, others three.
    """
    if kind is None:
        return None, NO_POWER
    phases = 1 if car.charge_kw_max <= ONE_PHASE_KW else 3
    converter = kind.converter(car.charge_kw_max, car.discharge_kw_max, phases=phases)
    return curve_of(converter, kind.cells), max(RUN_KW_MIN, converter.worthwhile_kw)


def wear(settings: BemsSettings, wear_class: str) -> float:
    """Return the wear of a kWh of throughput in EUR, by the cells' model; an unknown chemistry wears like the worst."""
    if settings.wear_eur_per_kwh >= 0:
        return settings.wear_eur_per_kwh / 2  # Agreed per kWh discharged: in and out are two.
    celsius = settings.battery_celsius
    known = wear_class in Chemistry.__members__
    chemistry = Chemistry(wear_class) if known else dearest(celsius)
    return by_model(chemistry, celsius).throughput_price / MICRO_PER_EURO


def forecasts(
    state: State, expected: Usual, before: Usual | None, now: Instant
) -> tuple[Series, Series]:
    """Return expected load and PV in kW, moved by how far the last reading was off.

    A reading of the quarter hour *before* is compared with what was expected then. Behind a
    silent meter much load and little sun are expected, so that limits hold all the same.
    """
    meter = state.meter
    if not is_fresh(meter, now):
        return expected.load.high, expected.pv.low
    assert meter.load_kw is not None
    pv, level_kw = expected.pv.middle.values.copy(), meter.load_kw
    if meter.read_at >= expected.start:
        pv[0] = meter.pv_kw
    elif before is not None and before.start <= meter.read_at:
        usual_then = before.load.middle.at(meter.read_at)
        level_kw = Kilowatts(meter.load_kw - usual_then + float(expected.load.middle.values[0]))
    load = anchored(expected.load, level_kw, ANCHOR_FADES_S).middle.values.copy()
    load[0] += overdrawn_kw(meter, now)
    return on_grid(expected.start, load, "kW"), on_grid(expected.start, pv, "kW")


def peak_price(settings: BemsSettings, now: Instant) -> float:
    """Return what a plan made at *now* pays for a kW of peak: the part that its horizon is of the period's rest, EUR."""
    if settings.billed_until is None:
        return settings.peak_eur_per_kw
    left_s = max(settings.billed_until - now, PLAN_S)
    return settings.peak_eur_per_kw * PLAN_S / left_s


def cheap_peak(settings: BemsSettings, now: Instant) -> bool:
    """Return whether a plan pays no more than half of the peak: then room that is not used costs more than a peak that is missed."""
    return peak_price(settings, now) <= settings.peak_eur_per_kw / 2.0


def margin_kw(expected: Usual, now: Instant) -> Floats:
    """Return by how much the 0.9 quantile of load less sun is above its median, per quarter hour, kW.

    What is measured now is certain: the margin grows as the present deviation fades.
    """
    load, pv = expected.load, expected.pv
    up, down = load.high.values - load.middle.values, pv.middle.values - pv.low.values
    ahead = expected.start + QUARTER_S * np.arange(len(up)) - now
    # Load and sun err apart from each other: their margins add up as squares.
    margin: Floats = np.hypot(up, down) * -np.expm1(-np.maximum(ahead, 0.0) / ANCHOR_FADES_S)
    return margin


def with_margin(
    expected: Usual, load: Series, pv: Series, limit: Series, give_kw: float, now: Instant
) -> tuple[Series, Series]:
    """Return load and import limit with which plans keep limit, and peak, for the 0.9 quantile of load less sun.

    Where the site imports although its cars give *give_kw*, a higher load moves nothing but the peak
    and the room below the limit: all that costs by energy shifts by a constant. Elsewhere the median
    stands, and the limit comes nearer instead; *give_kw* infinite: everywhere, so that the peak is expected from the median.
    """
    margin = margin_kw(expected, now)
    imports = load.values - pv.values > give_kw
    raised = load.values + np.where(imports, margin, 0.0)
    nearer = np.maximum(limit.values - np.where(imports, 0.0, margin), 0.0)
    return on_grid(load.start, raised, "kW"), on_grid(load.start, nearer, "kW")


def overdrawn_kw(meter: Meter, now: Instant) -> float:
    """Return how much less must be drawn in the rest of the quarter hour for its mean to stay below the peak.

    The bill knows means of quarter hours: what the first minutes drew too much, the rest can make good.
    """
    left_s = meter.quarter + QUARTER_S - now
    if not 0.0 < left_s < QUARTER_S or not meter.peak_kw:
        return 0.0
    return max(0.0, meter.net_kws - meter.peak_kw * meter.known_s) / max(left_s, MAKE_GOOD_S)


def answer(asked: Snapshot, plan: Plan, period_s: float, saved_kw: float = 0.0) -> Solved:
    """Return the set-points of *plan*, one per period for the next hour.

    *saved_kw* of the load in the first quarter hour is what it shall make good: the bill's wish, no
    load. The room that is told as a limit does not know it, because deadlines go before wishes.
    """
    middles = asked.now + period_s * (np.arange(PERIODS_AHEAD) + 0.5)
    steps = np.searchsorted(plan.edges, middles, side="right") - 1
    real = sum(not is_ghost(stay) for stay in asked.stays)
    total = plan.power_kw[:real].sum(axis=0)[np.clip(steps, 0, plan.power_kw.shape[1] - 1)]
    total[0] = plan.next_kw(Seconds(period_s))[:real].sum()
    quarters = ((middles - asked.load_kw.start) // QUARTER_S).astype(np.int64)
    net = (asked.load_kw.values - asked.pv_kw.values)[quarters] - saved_kw * (quarters == 0)
    unmet_kwh = float(plan.unmet_kwh[:real].sum())
    assert plan.costs is not None
    return Solved(
        at=asked.now, start=asked.now, request_kw=rounded(total),
        import_room_kw=rounded(np.maximum(asked.import_limit_kw.values[quarters] - net, 0.0)),
        export_room_kw=rounded(np.maximum(asked.export_limit_kw.values[quarters] + net, 0.0)),
        unmet_kwh=round(unmet_kwh, 3), over=over(asked, plan), cost_eur=round(plan.costs.total - plan.costs.weights, 4),
        peak_kw=Kilowatts(round(plan.peak_kw, 3)),
    )  # fmt: skip


def explained(problem: Problem, plan: Plan, moment: Instant) -> tuple[Why, ...]:
    """Return why *plan* of *problem* wants of each car at *moment* what it wants, in the order of the stays."""
    step = np.searchsorted(plan.edges, moment, side="right") - 1
    return whys(problem, plan, int(np.clip(step, 0, len(plan.edges) - 2)))


def rounded(kilowatts: Floats) -> tuple[float, ...]:
    """Return powers to the watt: more digits are noise on the wire."""
    # Adding 0.0 turns -0.0 into 0.0.
    return tuple((np.round(kilowatts, 3) + 0.0).tolist())


def over(asked: Snapshot, plan: Plan) -> tuple[Span, ...]:
    """Return where the plan exceeds the import limit within a day, with the limit there in kW."""
    begins = plan.edges[:-1]
    soon = begins < asked.now + OVER_AHEAD_S
    limit = asked.import_limit_kw
    return tuple(
        Span(
            start=Instant(float(begins[k])), end=Instant(float(plan.edges[k + 1])),
            value=limit.at(Instant(float(begins[k]))),
        )
        for k in np.flatnonzero(soon & (plan.schedule.over_kwh > OVER_LEAST_KWH))
    )  # fmt: skip
