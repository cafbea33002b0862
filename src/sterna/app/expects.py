"""The promises of a scenario file, ``[[expect]]``: each is judged on what the run left and becomes a gate.

A promise to drivers is judged per departure or per session, one to the building or to everybody
on the run. ``driver`` narrows it to one driver, who then must have come: nobody keeps a promise to
a driver who was turned away.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from sterna.app.kpis import TARGET_TOLERANCE, ledger_sum
from sterna.app.outcome import Outcome, SessionOutcome
from sterna.app.settings import ExpectSettings

FLOOR_TOLERANCE: Final = 1e-3
"""A tenth of a percent of the capacity: what a battery management resolves."""
LIMIT_TOLERANCE_KW: Final = 0.01
"""Rounding of means over a quarter hour."""
OF_THE_RUN: Final = ("steps_conform", "ledger_closes", "peak_below_baseline", "limits_kept")
"""Checks that only make sense for a whole run."""
BASELINE: Final = ("cost_below_baseline", "peak_below_baseline")
"""Checks of a run that need the same days without control beside them."""

Judged = tuple[bool, str]
"""Whether it holds, and the figures."""


def objection(expect: ExpectSettings) -> tuple[str, str] | None:
    """Return (key, why) for a promise that cannot be judged as it is written."""
    if expect.check in OF_THE_RUN and expect.every != "run":
        return "every", f'{expect.check} is a promise of the whole run: write every = "run"'
    if expect.check in OF_THE_RUN and expect.driver is not None:
        return "driver", f"{expect.check} is a promise of the whole run, not of one driver"
    return None


def title(expect: ExpectSettings) -> str:
    """Return the name of the promise's gate."""
    of = "" if expect.every == "run" else f", every {expect.every}"
    whose = "" if expect.driver is None else f", {expect.driver}"
    return f"expected: {expect.check.replace('_', ' ')}{of}{whose}"


def judged(expect: ExpectSettings, run: Outcome, base: Outcome) -> Judged | None:
    """Judge one promise on *run* beside *base*, the same days without control.

    None: it compares with a run without control, and there is none (*base* is *run*).
    """
    of_building = expect.every == "run" and expect.driver is None
    if base is run and expect.check in BASELINE and of_building:
        return None
    if of_building and expect.check in RUN:
        return RUN[expect.check](run, base)
    wanted = chosen(expect, run)
    if expect.driver is not None and not wanted:
        return False, f"{expect.driver} had no such session"
    kept, why = SESSION[expect.check]
    broken = [session for session in wanted if not kept(session)]
    worst = f"; {broken[0].session}: {why(broken[0])}" if broken else ""
    return not broken, f"{len(wanted) - len(broken)} of {len(wanted)}{worst}"


def chosen(expect: ExpectSettings, run: Outcome) -> Sequence[SessionOutcome]:
    """Return the sessions that a promise is about.

    A departure is a session that ended, of a car that stayed as announced and that had the time to
    reach its target. A target is due at a departure, whatever else the promise says.
    """
    mine = [s for s in run.sessions if expect.driver in (None, s.driver)]
    if expect.every != "departure" and expect.check != "soc_at_least_target":
        return mine
    return [s for s in mine if s.ended_at is not None and s.announced_kept and s.target_reachable]


def _floor_kept(s: SessionOutcome) -> bool:
    """Return whether the car was never below its floor, or never below where it came with."""
    return s.soc_lowest >= min(s.floor, s.soc_at_plug) - FLOOR_TOLERANCE


def _net(s: SessionOutcome) -> int:
    """Return what the session cost its driver, wear of the battery included, in micro-euro."""
    return s.energy_cost - s.reward + s.wear


SESSION: Final[
    dict[str, tuple[Callable[[SessionOutcome], bool], Callable[[SessionOutcome], str]]]
] = {
    "soc_at_least_target": (
        lambda s: s.soc_at_end >= s.target - TARGET_TOLERANCE,
        lambda s: f"{100 * s.soc_at_end:.1f} % of {100 * s.target:.0f} %",
    ),
    "floor_kept": (
        _floor_kept,
        lambda s: f"down to {100 * s.soc_lowest:.1f} %, floor {100 * s.floor:.0f} %",
    ),
    "no_discharge": (lambda s: s.discharged_wh == 0, lambda s: f"{s.discharged_wh} Wh given"),
    "session_done": (lambda s: s.ended_by != "open", lambda _: "not over"),
    "cost_below_baseline": (
        lambda s: _net(s) <= s.charge_only_cost,
        lambda s: f"{_net(s) / 1e6:.2f} EUR, {s.charge_only_cost / 1e6:.2f} EUR by charging only",
    ),
}
"""Per check of a session: whether it is kept, and how a broken one stands."""


def _steps_conform(run: Outcome, _: Outcome) -> Judged:
    seen = run.conformance
    assert seen is not None, "a controlled run is held against its use case"
    sessions = sum(scenario.sessions for scenario in seen.scenarios)
    conforming = sum(scenario.conforming for scenario in seen.scenarios)
    return conforming == sessions, f"{conforming} of {sessions} sessions"


def _ledger_closes(run: Outcome, _: Outcome) -> Judged:
    total = ledger_sum(run)
    return total == 0, f"{total} micro-EUR"


def _cost_below_baseline(run: Outcome, base: Outcome) -> Judged:
    figures = f"{run.building_bill / 1e6:,.2f} EUR against {base.building_bill / 1e6:,.2f} EUR"
    return run.building_bill < base.building_bill, figures


def _peak_below_baseline(run: Outcome, base: Outcome) -> Judged:
    return run.peak_kw < base.peak_kw, f"{run.peak_kw:.1f} kW against {base.peak_kw:.1f} kW"


def _limits_kept(run: Outcome, _: Outcome) -> Judged:
    over = run.site.grid_kw - run.site.limit_kw
    count = int(np.count_nonzero(over > LIMIT_TOLERANCE_KW))
    most = float(over.max(initial=-np.inf))
    if count:
        return False, f"{count} quarter hours above the limit, by {most:.1f} kW at most"
    return True, f"at least {max(0.0, -most):.1f} kW below the limit"


RUN: Final[dict[str, Callable[[Outcome, Outcome], Judged]]] = {
    "steps_conform": _steps_conform,
    "ledger_closes": _ledger_closes,
    "cost_below_baseline": _cost_below_baseline,
    "peak_below_baseline": _peak_below_baseline,
    "limits_kept": _limits_kept,
}
"""Per check of the whole run: how it stands."""
