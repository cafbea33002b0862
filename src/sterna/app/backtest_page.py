"""The report of a back-test: one HTML file that opens offline, with charts of our own."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from sterna.decisions.forecast.backtest import Method, Walked
from sterna.decisions.forecast.band import DAY, INSIDE, Floats
from sterna.decisions.forecast.scores import inside
from sterna.ui.charts import STYLE, Chart, HourChart, Layer, bounds

DAYS_SHOWN: Final = 7
"""The last week: more steps cannot be told apart at the report's width."""
COLOURS: Final[dict[Method, str]] = {"naive": "faint", "analog": "base", "quantiles": "charge"}
HOURS: Final = 24
NAMES: Final[dict[Method, str]] = {
    "naive": "Repeating the week before", "analog": "Comparable days (default)", "quantiles": "Trees (the extra)",
}  # fmt: skip


def page(
    walked: Walked, *, zone: ZoneInfo, unit: str, title: str, kind: str, ahead_hours: float
) -> str:
    """Return the report of *walked*, a back-test of the series *title*; times are shown in *zone*."""
    pages = Environment(
        loader=PackageLoader("sterna.ui"), autoescape=True, undefined=StrictUndefined
    )
    first, last = (
        datetime.fromtimestamp(float(moment), zone).strftime("%a %d %b %Y")
        for moment in walked.moments[[0, -1]]
    )
    return pages.get_template("backtest.html").render(
        style=STYLE, title=title, unit=unit, kind=kind, ahead_hours=ahead_hours, first=first, last=last,
        zone=zone.key, walked=walked, ratio=ratio, names=NAMES,
        bands=[band(walked, method, zone, unit) for method in walked.bands],
        coverage=coverage(walked, zone), error=error(walked, zone, unit),
    )  # fmt: skip


def ratio(value: float) -> str:
    """Return a MASE or a ratio of two as a person reads it; a dash where there is none."""
    return "-" if np.isnan(value) else f"{value:.3f}"


def band(walked: Walked, method: Method, zone: ZoneInfo, unit: str) -> str:
    """Return the last days' bands of *method* with what came."""
    step = float(walked.moments[1] - walked.moments[0])
    shown = walked.moments >= walked.moments[-1] + step - DAYS_SHOWN * DAY
    low, middle, high = walked.bands[method][:, shown]
    actual = walked.actual[shown]
    bottom, top = bounds(*(one[:, shown] for one in walked.bands.values()), actual, zero=False)
    edges = np.append(walked.moments[shown], walked.moments[-1] + step)
    chart = Chart(
        title=NAMES[method], unit=unit, times=edges, zone=zone, low=bottom, high=top, height=230.0
    )
    colour = COLOURS[method]
    chart.area(low, high, Layer(name="80 % band", colour=colour, values=middle), opacity=0.25)
    chart.line(Layer(name="80 % and median", colour=colour, values=middle), stroke=1.2)
    chart.line(Layer(name="what came", colour="ink", values=actual), stroke=1.4)
    return chart.svg()


def coverage(walked: Walked, zone: ZoneInfo) -> str:
    """Return the share of outcomes inside the band at each hour of the day, in per cent."""
    layers = []
    for method, (low, _, high) in walked.bands.items():
        held = inside(walked.actual, low, high).astype(float)
        held[np.isnan(walked.actual)] = np.nan
        layers.append(layer(method, 100 * by_hour(held, walked.hour, HOURS)))
    promised = Layer(
        name="promised", colour="limit", values=np.full(HOURS, 100 * INSIDE), dashed=True
    )
    return hours_chart(
        "Inside the band, by hour of the day", "%", [*layers, promised], zone, top=100.0
    )


def error(walked: Walked, zone: ZoneInfo, unit: str) -> str:
    """Return the mean absolute error of the median by hours from the start of the forecast."""
    lead = np.ceil(walked.lead_h - 1e-9).astype(np.int64) - 1
    layers = [
        layer(method, by_hour(np.abs(walked.actual - middle), lead, int(lead.max()) + 1))
        for method, (_, middle, _) in walked.bands.items()
    ]
    return hours_chart("Mean error of the median, by hours into the forecast", unit, layers, zone)


def layer(method: Method, values: Floats) -> Layer:
    """Return *values* in the colour of *method*."""
    return Layer(name=method, colour=COLOURS[method], values=values, dashed=method == "naive")


def hours_chart(
    title: str, unit: str, layers: list[Layer], zone: ZoneInfo, top: float | None = None
) -> str:
    """Return a chart of *layers*, one value per hour."""
    low, high = bounds(*(each.values for each in layers))
    count = len(layers[0].values)
    chart = HourChart(
        title=title, unit=unit, times=np.arange(count + 1.0), zone=zone, low=low, high=high if top is None else top, height=200.0,
    )  # fmt: skip
    for each in layers:
        chart.line(each)
    return chart.svg()


def by_hour(
    values: Floats, hour: np.ndarray[tuple[int, ...], np.dtype[np.int64]], count: int
) -> Floats:
    """Return the mean of the known *values* of each *hour* 0..count-1; NaN where none is known."""
    known = ~np.isnan(values)
    total = np.bincount(hour[known], weights=values[known], minlength=count)
    often = np.bincount(hour[known], minlength=count)
    return np.asarray(np.where(often > 0, total / np.maximum(often, 1), np.nan), dtype=np.float64)
