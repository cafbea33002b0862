"""What the documents show of the measurements: a chart, and a table of ratios."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sterna.app.bench.peers.known import PEERS
from sterna.app.bench.rows import OURS, Clock, Row, Summary, summaries
from sterna.kernel.errors import BadInput
from sterna.ui.loglog import Curve, loglog

BEGIN: Final = "<!-- table: begin -->"
END: Final = "<!-- table: end -->"
LOOKS: Final = {
    OURS: ("charge", "circle", False),
    "highs-simplex": ("grid", "square", False),
    "highs-ipx": ("grid", "triangle", True),
    "linopy": ("discharge", "diamond", False),
    "pyomo": ("base", "wedge", False),
    "cvxpy-highs": ("price", "square", False),
    "cvxpy-clarabel": ("price", "circle", True),
    "pypsa": ("limit", "triangle", False),
    "flexmeasures": ("pv", "diamond", True),
}
"""Solver -> colour, mark, dashed."""
GAP_SEEN: Final = 1e-7
"""What solvers call feasible and optimal is not exacter than this."""
CLOCKS: Final[dict[Clock, str]] = {
    "wall": "seconds by the wall clock",
    "cpu": "seconds of CPU time",
}


def drawn(rows: Sequence[Row], clock: Clock = "wall") -> str:
    """Return the chart of median time by *clock* against N, cold starts, as an SVG file."""
    lines = summaries(rows, clock)
    curves = []
    for name, (colour, mark, dashed) in LOOKS.items():
        points = {
            line.n: line.whole_s
            for line in lines
            if line.solver == name and line.start == "cold" and line.whole_s is not None
        }
        easier = any(peer.note for peer in PEERS if peer.name == name)
        curves.append(
            Curve(
                name=f"{name} *" if easier else name,
                colour=colour,
                mark=mark,
                dashed=dashed,
                stroke=3.0 if name == OURS else 1.6,
                points=tuple(sorted(points.items())),
            )
        )
    steps = {line.t for line in lines}
    starred = any(curve.name.endswith("*") and curve.points for curve in curves)
    return loglog(
        "A schedule from arrays to plan" + (f", {steps.pop()} steps" if len(steps) == 1 else ""),
        "cars (* another, easier problem)" if starred else "cars",
        f"{CLOCKS[clock]}, median of the instances",
        curves,
    )


def table(rows: Sequence[Row], clock: Clock = "wall") -> str:
    """Return the ratios of *rows* by *clock* as Markdown: a line for each solver, a column for each N."""
    found = summaries(rows, clock)
    out = []
    for start in dict.fromkeys(line.start for line in found):
        mine = [line for line in found if line.start == start]
        counts = sorted({line.n for line in mine})
        if start == "warm":
            out.append("Warm, the next control step from the last plan:\n")
        out.append(
            "| solver | " + " | ".join(f"N = {n:,}" for n in counts) + " | gap at most | note |"
        )
        out.append("|---|" + "--:|" * (len(counts) + 1) + "---|")
        for solver in dict.fromkeys(line.solver for line in mine):
            at = {line.n: line for line in mine if line.solver == solver}
            gaps = [line.gap for line in at.values() if line.gap is not None]
            notes = dict.fromkeys(
                part for line in at.values() for part in line.note.split("; ") if part
            )
            cells = [ratio_of(at.get(n)) for n in counts]
            worst = gap_of(max(gaps, default=None))
            out.append(f"| {solver} | {' | '.join(cells)} | {worst} | {'; '.join(notes)} |")
        out.append("")
    versions = dict.fromkeys(
        part for row in rows for part in row.version.split(", ") if part and "sterna" not in part
    )
    seeds, threads = len({row.seed for row in rows}), max((row.threads for row in rows), default=1)
    out.append(
        f"By {'CPU time' if clock == 'cpu' else 'the wall clock'}, median of {seeds} instance{'s' * (seeds > 1)} per size, {threads} thread{'s' * (threads > 1)} each. "
        f"With {', '.join(sorted(versions))}."
    )
    return "\n".join(out)


def ratio_of(line: Summary | None) -> str:
    """Return how many times the time of `sterna` it took, with two digits or as a whole number."""
    if line is None or line.ratio is None:
        return "-"
    return f"{line.ratio:.0f}" if line.ratio >= 10 else f"{line.ratio:.2g}"


def gap_of(gap: float | None) -> str:
    """Return a gap as a share with two digits; below `GAP_SEEN` it is rounding."""
    if gap is None:
        return "-"
    return "0" if gap < GAP_SEEN else f"{gap:.1e}"


def renew(document: Path, rows: Sequence[Row], clock: Clock = "wall") -> None:
    """Write the table anew between the marks in *document*; BadInput when it has none."""
    text = document.read_text(encoding="utf-8")
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise BadInput(document, "", f"has no place for the table: {BEGIN} and {END}")
    document.write_text(f"{before}{BEGIN}\n{table(rows, clock)}\n{END}{after}", encoding="utf-8")
