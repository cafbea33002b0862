"""Sterna's own decisions, lived without the wire: the BEMS's core and planner, and the thresholds between plans.

The core gets the events that its links would bring: readings every minute, reports of the cars, prices
of the next day at one o'clock, bookings when they are made. It decides when to plan. What differs from
the rooms: each car follows its own row of the plan and its thresholds instead of a sum that the CS EMS
shares out, and nothing is ever late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from typing import Final

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from sterna.actors.bems import core
from sterna.actors.bems.planning import Planner
from sterna.actors.bems.records import (
    Car,
    Metered,
    Planned,
    Priced,
    Reported,
    SlotPlanned,
    Solve,
    Span,
    State,
    TakesIn,
)
from sterna.actors.bems.settings import BemsSettings
from sterna.app.evaluation.days import Days
from sterna.app.evaluation.lived import Seen
from sterna.app.wiring import EARLY_EUR_PER_KWH, before
from sterna.decisions.arrivals import is_ghost
from sterna.decisions.threshold import Cars, Held, Supply, answer, held
from sterna.domain.local_day import clock_time, midnight
from sterna.domain.tariff import QUARTER
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds, Share
from sterna.kernel.records import Command, WakeAt, Woke
from sterna.kernel.series import Series

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MINUTE_S: Final = Seconds(60.0)
PUBLISHED_HOUR: Final = 13
"""When tomorrow's prices are told, as the energy market's room does."""
HELD_STEPS: Final = 8
"""Steps of a plan that are kept until the next one: two hours at least."""
RUN_KW_MIN: Final = 0.5
"""Less is not worth running at, as in dispatch."""
AT_FAINT: Final = 1.05
"""Below its best powers a converter takes more out of the cells per metered kWh than at full power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredients:
    """What the decisions are made with; a study leaves one out."""

    early_eur_per_kwh: float = EARLY_EUR_PER_KWH
    cautious: bool = True
    expects: bool = True
    thresholds: bool = True
    """False: cars follow the plan until the next one, whatever is measured."""
    amortised: bool = True
    """False: each plan pays the whole peak of the billing period for the days that it sees."""
    period_s: float = 900.0
    """Between regular plans; arrivals and departures ask for plans of their own."""


def settings_of(days: Days, chosen: Ingredients) -> BemsSettings:
    """Return what the BEMS of *days* knows before the first message."""
    inputs, start, quarters = days.feed.inputs, days.start, days.quarters
    known = round((inputs.network_price.end - start) / QUARTER)
    network = inputs.network_price.sampled(start, Seconds(QUARTER), known)
    ponta = inputs.ponta.sampled(start, Seconds(QUARTER), known)
    adder = float(days.ponta_eur_per_kwh.max(initial=0.0)) if quarters else 0.0
    names = zip(days.drivers.evses, days.drivers.conversions, strict=True)
    return BemsSettings(
        connection_kw=Kilowatts(days.import_limit_kw), export_kw=Kilowatts(days.export_limit_kw),
        load_history=before(inputs.load, start), pv_history=before(inputs.pv, start),
        network_eur_per_kwh=Series(start=start, step=Seconds(QUARTER), values=network + adder * ponta, unit="EUR/kWh"),
        peak_eur_per_kw=days.peak_eur_per_kw, period_s=Seconds(chosen.period_s), conversions=dict(names),
        billed_until=Instant(start + quarters * QUARTER) if chosen.amortised else None,
        early_eur_per_kwh=chosen.early_eur_per_kwh, cautious=chosen.cautious, expects=chosen.expects,
    )  # fmt: skip


class Rolling:
    """The BEMS of a site over days."""

    def __init__(self, days: Days, chosen: Ingredients) -> None:
        """Decide with what is *chosen*."""
        self._days, self._chosen = days, chosen
        settings = settings_of(days, chosen)
        self._planner = Planner(settings)
        self._state = State(period_s=settings.period_s)
        self._due: dict[str, Instant] = {}
        self._held: Held | None = None
        self._row: dict[str, int] = {}
        self._priced_to = midnight(days.start, days.scenario.zone)
        self._booked = sorted(
            (visit.books, number)
            for number, visit in enumerate(days.drivers.visits)
            if visit.booked
        )
        self._told = 0
        self.plans = 0
        """How many plans were made."""
        plates, drivers = days.drivers.plates, days.drivers
        self._discharge = np.where(drivers.consents, plates.discharge_kw, 0.0)
        self._least = np.maximum(plates.least_kw, RUN_KW_MIN)
        full = np.maximum(plates.discharge_kw, 1.0)
        lost = plates.fixed_kw / full + plates.linear + plates.square * full
        self._taken = AT_FAINT * (1.0 + lost) / plates.cells
        self._plugged = plugged(days, self._discharge)
        self._names = [
            f"{evse}@{comes:.0f}" for evse, comes in zip(drivers.evses, drivers.comes, strict=True)
        ]
        self._followed: tuple[Ints, Held, Held, Cars] | None = None
        """Who was here with which plan in the minute before, their rows of it, and what does not change of them."""

    def powers(self, seen: Seen) -> Floats:
        """Return what the plugged cars shall do in this minute."""
        self._hear(seen)
        while self._due and min(self._due.values()) <= seen.now:
            key = min(self._due, key=lambda each: self._due[each])
            del self._due[key]
            self._take(Woke(at=seen.now, key=key))
        if self._held is None or not len(seen.here):
            return np.zeros(len(seen.here))
        return self._answer(seen, self._held)

    # -- what the core is told ----------------------------------------------------------------

    def _hear(self, seen: Seen) -> None:
        """Tell the core what has become known."""
        self._tell_prices(seen.now)
        self._tell_bookings(seen.now)
        evses, plugged, now = self._days.drivers.evses, self._plugged, seen.now
        known = zip(
            seen.here.tolist(), seen.stored_kwh.tolist(), seen.power_kw.tolist(), strict=True
        )
        cars = {}
        for number, stored, kw in known:
            car = plugged[number]
            soc = Share(stored / car.capacity_kwh)
            cars[evses[number]] = replace(car, reported_at=now, soc=soc, kw=Kilowatts(kw))
        self._take(Reported(at=seen.now, cars=cars, whole=True))
        load, pv = Kilowatts(seen.load_kw), Kilowatts(seen.pv_kw)
        self._take(Metered(at=seen.now, load_kw=load, pv_kw=pv))

    def _tell_prices(self, now: Instant) -> None:
        """Publish today, and tomorrow from its hour on, as the market does."""
        zone = self._days.scenario.zone
        known = now >= clock_time(now, zone, hour=PUBLISHED_HOUR)
        while self._priced_to < midnight(now, zone, days=2 if known else 1):
            end = midnight(self._priced_to, zone, days=1)
            inputs = self._days.feed.inputs
            imports, exports = (
                spans(series, self._priced_to, end)
                for series in (inputs.import_price, inputs.export_price)
            )
            self._take(Priced(at=now, imports=imports, exports=exports))
            self._priced_to = end

    def _tell_bookings(self, now: Instant) -> None:
        """Tell of stays as they are booked."""
        while self._told < len(self._booked) and self._booked[self._told][0] <= now:
            number = self._booked[self._told][1]
            visit = self._days.drivers.visits[number]
            planned = Planned(
                slot=self._days.drivers.evses[number], start=visit.announced_arrival, end=visit.announced_departure,
                v2b_kw=Kilowatts(0.0), v2b_kwh=KilowattHours(0.0),
            )  # fmt: skip
            self._take(SlotPlanned(at=now, reservation=visit.driver, planned=planned))
            self._told += 1

    def _take(self, event: TakesIn) -> None:
        """Let the core decide, and do what it asks for."""
        self._state, commands = core.decide(self._state, event)
        self._perform(commands, event.at)

    def _perform(self, commands: Sequence[Command], now: Instant) -> None:
        """Set timers and make plans; nothing else leaves the core here."""
        for command in commands:
            if isinstance(command, WakeAt):
                self._due[command.key] = command.due
            elif isinstance(command, Solve):
                asked, plan = self._planner.plan(self._state, now)
                self._held = held(asked, plan, HELD_STEPS)
                real = [stay.key for stay in asked.stays if not is_ghost(stay)]
                self._row = {key: row for row, key in enumerate(real)}
                self._free_kw = max(plan.peak_kw, float(self._state.meter.peak_kw))
                self.plans += 1

    # -- what the cars are told ---------------------------------------------------------------

    def _answer(self, seen: Seen, left: Held) -> Floats:
        """Return the powers by plan and thresholds."""
        if (
            self._followed is None
            or self._followed[0] is not seen.here
            or self._followed[1] is not left
        ):
            rows = [self._row.get(self._names[car], -1) for car in seen.here.tolist()]
            plan = left.of(np.array(rows, dtype=np.int64))
            self._followed = (seen.here, left, plan, self._cars(seen.here))
        _, _, plan, usual = self._followed
        left_s = self._days.drivers.announced[seen.here] - seen.now
        cars = replaced(usual, stored_kwh=seen.stored_kwh, left_s=left_s)
        measured = seen.load_kw - seen.pv_kw
        if not self._chosen.thresholds:
            k = plan.step(seen.now)
            measured = measured if k is None else float(plan.others_kw[k])
        return answer(seen.now, plan, cars, self._supply(seen), measured, MINUTE_S)

    def _cars(self, here: Ints) -> Cars:
        """Return the cars that are *here*, as they came."""
        drivers, plates = self._days.drivers, self._days.drivers.plates
        return Cars(
            stored_kwh=drivers.arrival_kwh[here], floor_kwh=drivers.floor_kwh[here], target_kwh=drivers.target_kwh[here],
            capacity_kwh=plates.capacity_kwh[here], charge_kw=plates.charge_kw[here],
            discharge_kw=self._discharge[here], gain=plates.cells[here], ratio=self._taken[here],
            least_kw=self._least[here], left_s=drivers.announced[here],
        )  # fmt: skip

    def _supply(self, seen: Seen) -> Supply:
        """Return what import costs in the rest of this quarter hour."""
        days = self._days
        # The bill knows the mean of the quarter hour: what is left of it may draw what it leaves free.
        left_h, quarter_h = seen.left / 60.0, QUARTER / 3600.0
        return Supply(
            import_eur=float(days.import_eur_per_kwh[seen.quarter]), export_eur=float(days.export_eur_per_kwh[seen.quarter]),
            free_kw=(self._free_kw * quarter_h - seen.drawn_kwh) / left_h,
            peak_eur=days.peak_eur_per_kw / quarter_h, import_limit_kw=days.import_limit_kw,
            export_limit_kw=days.export_limit_kw,
        )  # fmt: skip


def plugged(days: Days, discharge_kw: Floats) -> tuple[Car, ...]:
    """Return every car as the CS EMS reports it when it is plugged in."""
    drivers, plates = days.drivers, days.drivers.plates
    columns = (
        drivers.comes, drivers.announced, drivers.arrival_kwh, drivers.floor_kwh, drivers.target_kwh,
        plates.capacity_kwh, plates.charge_kw, discharge_kw,
    )  # fmt: skip
    rows = zip(drivers.visits, *(column.tolist() for column in columns), strict=True)
    return tuple(
        Car(
            reported_at=Instant(comes), plugged_at=Instant(comes), departure=Instant(announced),
            soc=Share(stored / capacity), floor=Share(floor / capacity), target=Share(target / capacity),
            capacity_kwh=KilowattHours(capacity), charge_kw_max=Kilowatts(charge),
            discharge_kw_max=Kilowatts(discharge), kw=Kilowatts(0.0), wear_class=visit.model.chemistry.value,
        )
        for visit, comes, announced, stored, floor, target, capacity, charge, discharge in rows
    )  # fmt: skip


def spans(series: Series, start: Instant, end: Instant) -> tuple[Span, ...]:
    """Return the values of *series* between *start* and *end*, one span for each of its steps."""
    count = round((end - start) / series.step)
    values = series.sampled(start, series.step, count)
    return tuple(
        Span(start=Instant(start + k * series.step), end=Instant(start + (k + 1) * series.step), value=float(value))
        for k, value in enumerate(values)
    )  # fmt: skip
