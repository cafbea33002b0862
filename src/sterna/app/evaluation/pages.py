"""What a study leaves: a table in Markdown, a picture as SVG, all figures as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from sterna.app.evaluation.account import Account
from sterna.app.evaluation.study import ARRIVAL, FORESIGHT, STERNA, Study
from sterna.domain.tariff import QUARTER, QUARTERS_PER_DAY
from sterna.ui.charts import STYLE, Bar, Chart, Layer, bars, bounds

Floats = NDArray[np.float64]

HEAD: Final = (
    "| strategy | EUR in all | above foresight | of what can be saved | energy | ponta | peak | wear | missing | kWh missing (of early leavers) | short | floors | min over | peak kW | cycles |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
)
BEGIN: Final = "<!-- table: renewed by `make evaluation` -->"
END: Final = "<!-- end of table -->"
WIDTH: Final = 1000
"""A chart, and room for the last label of its time axis."""
WEEK: Final = 7 * QUARTERS_PER_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One strategy of a study as figures."""

    account: Account
    total_eur: float
    above: float
    """Share above perfect foresight."""
    saved: float
    """Share of what can be saved against charging on arrival."""


def rows(study: Study) -> tuple[Row, ...]:
    """Return the rows of the table."""
    best = study.of(FORESIGHT)
    return tuple(
        Row(account=each, total_eur=each.total_eur, above=each.above(best), saved=study.saved(each))
        for each in study.accounts
    )


def table(shown: Sequence[Row]) -> str:
    """Return the table in Markdown."""
    return "\n".join((*HEAD, *(_line(row) for row in shown))) + "\n"


def _line(row: Row) -> str:
    each = row.account
    cells = (
        each.name, f"{row.total_eur:.0f}", f"{100 * row.above:+.2f} %", f"{100 * row.saved:.1f} %",
        f"{each.energy_eur:.0f}", f"{each.ponta_eur:.0f}", f"{each.peak_eur:.0f}", f"{each.wear_eur:.0f}",
        f"{each.missing_eur:.0f}", f"{each.missing_kwh:.0f} ({each.early_kwh:.0f})", str(each.short), str(each.floors),
        str(each.over_minutes), f"{each.peak_kw:.0f}", f"{each.cycles:.0f}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def figures(study: Study) -> bytes:
    """Return all figures as JSON; the same seed gives the same bytes."""
    days, drivers = study.days, study.days.drivers
    said: dict[str, Any] = {
        "scenario": days.scenario.name,
        "seed": days.scenario.settings.seed,
        "start": datetime.fromtimestamp(days.start, UTC).isoformat(),
        "days": days.quarters / QUARTERS_PER_DAY,
        "cars": len(drivers),
        "early": int(np.count_nonzero(drivers.goes < drivers.announced - 60.0)),
        "plans": study.plans,
        "bound_eur": round(study.bound_eur, 2),
        "broken": list(study.broken()),
        "strategies": [_rounded(asdict(row)) for row in rows(study)],
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=2) + b"\n"


def _rounded(value: Any) -> Any:
    """Return nested figures without digits that say nothing."""
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return round(value, 6) + 0.0 if isinstance(value, float) else value


def rows_of(said: bytes) -> tuple[Row, ...]:
    """Return the rows that stand in *said*, the bytes of `figures`."""
    document = msgspec.json.decode(said)
    return tuple(msgspec.convert(document["strategies"], tuple[Row, ...]))


def renewed(page: str, made: str) -> str:
    """Return the Markdown *page* with the table *made* between its marks; ValueError where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f'needs the lines "{BEGIN}" and "{END}"')
    return f"{before}{BEGIN}\n\n{made}\n{END}{after}"


def picture(study: Study) -> str:
    """Return the picture: what each strategy costs above foresight, and the site in one week."""
    first = _week(study)
    shown = [row for row in rows(study) if row.account.name != FORESIGHT]
    costs = bars(
        "Cost above perfect foresight", "%", [
            Bar(
                name=row.account.name, value=100.0 * row.above,
                colour={STERNA: "charge", ARRIVAL: "base"}.get(row.account.name, "building"),
            )
            for row in shown
        ],
    )  # fmt: skip
    return _stacked([costs, _site(study, first), _cars(study, first), _price(study, first)])


def _week(study: Study) -> slice:
    """Return the second week, when the site has filled up; a shorter run whole."""
    quarters = study.days.quarters
    first = WEEK if quarters >= 2 * WEEK else 0
    return slice(first, min(first + WEEK, quarters))


def _chart(study: Study, week: slice, title: str, unit: str, layers: list[Layer]) -> str:
    """Return a chart of step lines over *week*."""
    days = study.days
    times = days.start + QUARTER * np.arange(week.start, week.stop + 1)
    low, high = bounds(*(layer.values for layer in layers))
    chart = Chart(
        title=title, unit=unit, times=np.asarray(times, dtype=np.float64), zone=days.scenario.zone,
        low=low, high=high,
    )  # fmt: skip
    for layer in layers:
        chart.line(layer)
    return chart.svg()


def _site(study: Study, week: slice) -> str:
    """Return the import of the site under three strategies, and of the building alone."""
    days = study.days
    alone = (days.load_kw - days.pv_kw).reshape(days.quarters, -1).mean(axis=1)
    layers = [
        Layer(name="building alone", colour="building", values=alone[week]),
        Layer(name=ARRIVAL, colour="base", values=_kw(study.lives[ARRIVAL].site_kwh, week)),
        Layer(name=STERNA, colour="charge", values=_kw(study.lives[STERNA].site_kwh, week)),
        Layer(
            name=FORESIGHT, colour="discharge", dashed=True, values=_kw(study.lives[FORESIGHT].site_kwh, week),
        ),
    ]  # fmt: skip
    return _chart(study, week, "Site", "kW", layers)


def _cars(study: Study, week: slice) -> str:
    """Return what all cars together do."""
    layers = [
        Layer(name=name, colour=colour, dashed=dashed, values=_kw(study.lives[name].cars_kwh, week))
        for name, colour, dashed in ((ARRIVAL, "base", False), (STERNA, "charge", False), (FORESIGHT, "discharge", True))
    ]  # fmt: skip
    return _chart(study, week, "Cars", "kW", layers)


def _price(study: Study, week: slice) -> str:
    """Return the price of import."""
    values = study.days.import_eur_per_kwh[week]
    return _chart(study, week, "Price", "EUR/kWh", [Layer(name="with network and ponta", colour="price", values=values)])  # fmt: skip


def _kw(energies: Floats, week: slice) -> Floats:
    """Return mean powers of quarter hours."""
    powers: Floats = energies[week] * 4.0
    return powers


def _stacked(charts: Sequence[str]) -> str:
    """Return *charts* below each other as one SVG file that stands alone."""
    top, parts = 0.0, []
    for chart in charts:
        height = float(chart.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()[1])
        parts.append(chart.replace("<svg ", f'<svg y="{top:.0f}" height="{height:.0f}" ', 1))
        top += height + 12.0
    style = f"<style>{escape(STYLE, quote=False)}svg.chart{{width:960px;overflow:visible}}</style>"
    paper = f'<rect width="{WIDTH}" height="100%" fill="var(--paper)"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top:.0f}" width="{WIDTH}" height="{top:.0f}">'
        f"{style}{paper}{''.join(parts)}</svg>\n"
    )
