"""From readings to quarter hours: the history that forecasts use, and the peak that the bill counts. Pure."""

from typing import Final

from sterna.actors.bems.records import Meter
from sterna.kernel.quantities import Instant, Kilowatts

QUARTER_S: Final = 900.0
QUARTERS_MAX: Final = 8 * 7 * 96
"""Eight weeks of quarter hours: older ones belong to another season and are dropped."""
READING_HOLDS_S: Final = 900.0
"""A reading is believed for so long before and after; meters report every five minutes."""
KNOWN_LEAST_S: Final = QUARTER_S / 2
"""A quarter hour of which less was metered has no mean worth a name."""


def read(meter: Meter, load_kw: Kilowatts | None, pv_kw: Kilowatts | None, now: Instant) -> None:
    """Take a reading; it holds for the time that is not counted yet, and until the next one."""
    if meter.load_kw is None:
        meter.quarter = meter.first_quarter = Instant(now // QUARTER_S * QUARTER_S)
        meter.counted_to = now
    if load_kw is not None:
        meter.load_kw, meter.read_at = load_kw, now
    if pv_kw is not None:
        meter.pv_kw = pv_kw


def is_fresh(meter: Meter, now: Instant) -> bool:
    """Return whether the last reading can still be believed at *now*."""
    return meter.load_kw is not None and now - meter.read_at <= READING_HOLDS_S


def count(meter: Meter, cars_kw: float, now: Instant) -> None:
    """Count the present powers from where counting stopped until *now*, closing quarter hours.

    *cars_kw* is what all cars together draw, positive charges. Feeding in is no import. Readings
    and reports come at the end of the period that they are about: set-points change right
    after them, so counting forward would take the cars of one period with the load of the next.
    """
    if meter.load_kw is None:
        return
    skip_beyond_memory(meter, now)
    net_kw = max(0.0, meter.load_kw - meter.pv_kw + cars_kw)
    believed = meter.read_at - READING_HOLDS_S, meter.read_at + READING_HOLDS_S
    while meter.counted_to < now:
        end = min(now, Instant(meter.quarter + QUARTER_S))
        known_s = max(0.0, min(end, believed[1]) - max(meter.counted_to, believed[0]))
        meter.known_s += known_s
        meter.net_kws += net_kw * known_s
        meter.load_kws += meter.load_kw * known_s
        meter.pv_kws += meter.pv_kw * known_s
        meter.counted_to = end
        if end == meter.quarter + QUARTER_S:
            close_quarter(meter)


def skip_beyond_memory(meter: Meter, now: Instant) -> None:
    """Begin a new history after a silence longer than all that is kept; the peak stays."""
    if now - meter.counted_to > QUARTERS_MAX * QUARTER_S:
        meter.quarter = meter.first_quarter = Instant(now // QUARTER_S * QUARTER_S)
        meter.counted_to = meter.quarter
        meter.load_quarters.clear()
        meter.pv_quarters.clear()
        meter.known_s = meter.net_kws = meter.load_kws = meter.pv_kws = 0.0


def close_quarter(meter: Meter) -> None:
    """Turn the finished quarter hour into history and perhaps the new peak."""
    known = meter.known_s if meter.known_s >= KNOWN_LEAST_S else float("nan")
    meter.load_quarters.append(meter.load_kws / known)
    meter.pv_quarters.append(meter.pv_kws / known)
    if meter.known_s >= KNOWN_LEAST_S:
        meter.peak_kw = max(meter.peak_kw, Kilowatts(meter.net_kws / known))
    if len(meter.load_quarters) > QUARTERS_MAX:
        del meter.load_quarters[0], meter.pv_quarters[0]
        meter.first_quarter = Instant(meter.first_quarter + QUARTER_S)
    meter.quarter = Instant(meter.quarter + QUARTER_S)
    meter.known_s = meter.net_kws = meter.load_kws = meter.pv_kws = 0.0
