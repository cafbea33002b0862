"""What a car did and why, phase by phase: the reasons that the CS EMS gave, put together for a reader."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from sterna.actors.cs_ems.commands import WhyRow
from sterna.app.outcome import Phase
from sterna.decisions.why import Reason, Why, way
from sterna.decisions.words import Wish, sentence
from sterna.kernel.quantities import SECONDS_PER_HOUR, Instant, Kilowatts, Share

Powers = Sequence[tuple[Instant, Kilowatts]]
"""(instant, power from then on)."""
SHORT_S: Final = 900.0
"""Shorter than a quarter hour is no phase of its own: a car that steps in for another for five minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time in which a car does one thing, and the reasons given meanwhile, each with how long it held."""

    start: Instant
    end: Instant
    way: int
    given: tuple[tuple[float, WhyRow], ...]

    @property
    def seconds(self) -> float:
        """Return how long it lasts."""
        return self.end - self.start


class Meter:
    """The energy of one car over time, to take mean powers from."""

    def __init__(self, powers: Powers) -> None:
        """Sum up *powers*, each of which holds until the next one."""
        self._times = np.array([at for at, _ in powers])
        values = np.array([kw for _, kw in powers])
        self._last_kw = float(values[-1]) if len(values) else 0.0
        steps = np.diff(self._times) * values[:-1]
        self._sums = np.concatenate(([0.0], np.cumsum(steps)))

    def mean_kw(self, start: Instant, end: Instant) -> float:
        """Return the mean power from *start* to *end*, positive charges."""
        if not len(self._times):
            return 0.0
        return float((self._sum(end) - self._sum(start)) / (end - start))

    def _sum(self, moment: Instant) -> float:
        beyond = max(0.0, moment - float(self._times[-1])) * self._last_kw
        return float(np.interp(moment, self._times, self._sums)) + beyond


def phases(
    rows: Sequence[WhyRow], powers: Powers, end: Instant, zone: ZoneInfo, *, whole: bool = True
) -> tuple[Phase, ...]:
    """Return the phases of one session until *end* from its *rows* in the order of time.

    *powers*: what its car truly did, as (instant, kW from then on).
    *whole*: what is short or goes on for another reason is put together; else each row is a phase.
    """
    edges = [*(row.at for row in rows), end]
    spans = [
        Span(start=row.at, end=until, way=way(row.kw), given=((until - row.at, row),))
        for row, until in zip(rows, edges[1:], strict=True)
        if until > row.at
    ]
    meter = Meter(powers)
    return tuple(_phase(span, meter, zone) for span in (merged(spans) if whole else spans))


def merged(spans: Sequence[Span]) -> list[Span]:
    """Join neighbours that do the same, and short spans to the longer of their neighbours."""
    found = joined(spans)
    while len(found) > 1 and (least := min(found, key=lambda span: span.seconds)).seconds < SHORT_S:
        at = found.index(least)
        beside = [k for k in (at - 1, at + 1) if 0 <= k < len(found)]
        into = max(beside, key=lambda k: found[k].seconds)
        first, last = sorted((at, into))
        pair = Span(
            start=found[first].start, end=found[last].end, way=found[into].way,
            given=found[first].given + found[last].given,
        )  # fmt: skip
        found = joined([*found[:first], pair, *found[last + 1 :]])
    return found


def joined(spans: Sequence[Span]) -> list[Span]:
    """Join neighbours that do the same."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].way == span.way:
            before = found.pop()
            span = Span(  # noqa: PLW2901  # the joined one takes its place
                start=before.start, end=span.end, way=span.way, given=before.given + span.given
            )
        found.append(span)
    return found


def _phase(span: Span, meter: Meter, zone: ZoneInfo) -> Phase:
    """Return a span with the reason that held longest in it, and with what the meter saw."""
    held: defaultdict[str, float] = defaultdict(float)
    fitting = [(held_s, row) for held_s, row in span.given if way(row.kw) == span.way]
    for held_s, row in fitting:
        held[row.reason] += held_s
    chief = max(held, key=held.__getitem__)
    row = max((each for each in fitting if each[1].reason == chief), key=lambda each: each[0])[1]
    why = Why(
        reason=Reason[chief], kw=Kilowatts(row.kw), now_eur=row.now_eur if row.priced else None, extra_eur=row.extra_eur,
        then_at=Instant(row.then_at), then_eur=row.then_eur, wear_eur=row.wear_eur, place=row.place,
    )  # fmt: skip
    mean = meter.mean_kw(span.start, span.end)
    wish = Wish(departure=Instant(row.departure), target=Share(row.target), floor=Share(row.floor))
    kw = mean if way(round(mean, 1)) == span.way else row.kw
    return Phase(
        start=span.start, end=span.end, kw=Kilowatts(kw), reason=why.reason.value,
        says=sentence(why, wish, row.at, zone, kw),
    )  # fmt: skip


def chief_reasons(found: Sequence[Phase], most: int = 3) -> str:
    """Return what decided longest over a stay, with hours, e.g. for a table."""
    held: defaultdict[str, float] = defaultdict(float)
    for phase in found:
        held[phase.reason] += (phase.end - phase.start) / SECONDS_PER_HOUR
    longest = sorted(held.items(), key=lambda each: (-each[1], each[0]))[:most]
    return "; ".join(f"{reason} ({hours:.1f} h)" for reason, hours in longest)
