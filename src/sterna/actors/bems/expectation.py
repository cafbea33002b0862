"""What load and sun do from a quarter hour on as far as history tells: by comparable days, or by trees. Pure."""

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from sterna.actors.bems.metering import QUARTER_S
from sterna.actors.bems.records import State
from sterna.actors.bems.series import DAY_S, HORIZON_QUARTERS, history
from sterna.actors.bems.settings import BemsSettings
from sterna.decisions.forecast import Band, Nightly, Task, analog, solar
from sterna.decisions.forecast.features import Kind
from sterna.decisions.forecast.sky import sky_over
from sterna.decisions.forecast.solar import even
from sterna.domain.local_day import midnight
from sterna.kernel.quantities import Instant
from sterna.kernel.series import Series

LEARNT_FROM_S: Final = DAY_S / 4
"""Past forecasts to learn from begin every six hours: plans are made at all hours."""
THIN: Final = 4
"""One quarter hour of each hour is learnt from, another one in each forecast."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Usual:
    """What load and sun do from *start* on as far as history tells."""

    start: Instant
    load: Band
    pv: Band


class Expectation:
    """One building's forecasts. Trees learn anew at the first plan after each local midnight."""

    def __init__(self, settings: BemsSettings) -> None:
        """Expect for the building of *settings*, by its `forecast`."""
        self._settings = settings
        self._zone = ZoneInfo(settings.zone)
        self._learners: tuple[Nightly, Nightly] | None = None
        self._night: Instant | None = None
        if settings.forecast == "quantiles":
            self._learners = self._learner("load"), self._learner("pv")

    def _learner(self, kind: Kind) -> Nightly:
        place = self._settings.place if kind == "pv" else None
        sky = even if place is None else sky_over(place)
        return Nightly(Task(kind=kind, count=HORIZON_QUARTERS, zone=self._zone, sky=sky), thin=THIN)

    def usual(self, state: State, start: Instant) -> Usual:
        """Return the expectation for the horizon from the quarter hour *start*."""
        meter, settings = state.meter, self._settings
        load = history(settings.load_history, meter.first_quarter, meter.load_quarters, start)
        pv = history(settings.pv_history, meter.first_quarter, meter.pv_quarters, start)
        if self._learners is None:
            return Usual(
                start=start,
                load=analog(load, start, HORIZON_QUARTERS),
                pv=solar(pv, start, HORIZON_QUARTERS),
            )
        by_load, by_pv = self._learners
        night = midnight(start, self._zone)
        if night != self._night:
            self._night = night
            for learner, series in ((by_load, load), (by_pv, pv)):
                learner.learn(series, begun(series, night), night)
        return Usual(
            start=start,
            load=by_load.foresee(load, start, HORIZON_QUARTERS),
            pv=by_pv.foresee(pv, start, HORIZON_QUARTERS),
        )


def begun(series: Series, night: Instant) -> list[Instant]:
    """Return when forecasts of *series* might have begun before *night*: every six hours, on its grid."""
    count = int((night - series.start) // LEARNT_FROM_S)
    if (night - series.start) % QUARTER_S:
        return []  # A zone whose days do not begin on a quarter hour: nothing is learnt.
    return [Instant(night - LEARNT_FROM_S * back) for back in range(count, 0, -1)]
