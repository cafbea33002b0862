"""One study: the same days under every strategy, and Sterna's decisions with one ingredient left out."""

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sterna.app.evaluation.account import Account, account
from sterna.app.evaluation.days import Days
from sterna.app.evaluation.foresight import foreseen
from sterna.app.evaluation.lived import Lived, Strategy, lived
from sterna.app.evaluation.rolling import Ingredients, Rolling
from sterna.app.evaluation.strategies import ByRules, OnArrival

Floats = NDArray[np.float64]
Progressed = Callable[[float, str], None]

FORESIGHT: Final = "perfect foresight"
STERNA: Final = "Sterna"
RULES: Final = "by rules"
ARRIVAL: Final = "on arrival"
ABOVE_MOST: Final = 0.05
"""The decisions must cost at most so much more than perfect foresight."""
USUAL: Final = Ingredients()
LEFT_OUT: Final[Mapping[str, Ingredients]] = {
    "without early leavers": replace(USUAL, early_eur_per_kwh=0.0),
    "without quantiles": replace(USUAL, cautious=False),
    "without expected cars": replace(USUAL, expects=False),
    "whole peak in each plan": replace(USUAL, amortised=False),
    "without thresholds": replace(USUAL, thresholds=False),
    "with none of these": Ingredients(
        early_eur_per_kwh=0.0, cautious=False, expects=False, amortised=False, thresholds=False
    ),
}
"""The same decisions, one ingredient less."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """What came of all strategies on the same days."""

    days: Days
    bound_eur: float
    """What no strategy can cost less than."""
    lives: Mapping[str, Lived]
    accounts: tuple[Account, ...]
    """Perfect foresight first, then Sterna, rules, on arrival, and what was left out."""
    plans: int
    """How many plans Sterna made."""

    def of(self, name: str) -> Account:
        """Return the account of the strategy *name*."""
        return next(each for each in self.accounts if each.name == name)

    def saved(self, account: Account) -> float:
        """Return the part of what can be saved against charging on arrival that *account* saves."""
        worst, best = self.of(ARRIVAL).total_eur, self.of(FORESIGHT).total_eur
        return (worst - account.total_eur) / max(worst - best, 1e-9)

    def broken(self) -> tuple[str, ...]:
        """Return what must hold and does not, a sentence each."""
        sterna, best = self.of(STERNA), self.of(FORESIGHT)
        found = []
        if sterna.above(best) > ABOVE_MOST:
            share = 100.0 * sterna.above(best)
            found.append(f"costs {share:.1f} % more than perfect foresight, more than 5 %")
        if sterna.floors:
            found.append(f"{sterna.floors} cars were discharged below their floor")
        if sterna.over_minutes:
            found.append(f"{sterna.over_minutes} minutes were beyond the limit of the connection")
        if sterna.short:
            found.append(f"{sterna.short} cars stayed as announced and missed their target")
        if any(each.total_eur < self.bound_eur - 0.01 for each in self.accounts):
            found.append("a strategy costs less than the bound that perfect foresight proves")
        return tuple(found)


def study(
    days: Days, *, leave_out: bool = False, jobs: int = 1, progress: Progressed | None = None
) -> Study:
    """Live through *days* with every strategy; with *leave_out* also without each ingredient.

    With more than one of *jobs* lives pass beside each other in processes; nothing of the result depends on it.
    """
    tell = progress or (lambda _share, _what: None)
    chosen = {STERNA: USUAL, **(LEFT_OUT if leave_out else {})}
    simple: dict[str, Strategy] = {RULES: ByRules(days), ARRIVAL: OnArrival(days)}
    lives: dict[str, Lived] = {}
    for number, (name, each) in enumerate(simple.items()):
        tell(0.05 * number, name)
        lives[name] = lived(days, each)
    with _beside(jobs) as run:
        tell(0.1, FORESIGHT)
        ahead = {name: run(_rolled, days, ingredients) for name, ingredients in chosen.items()}
        best = foreseen(days)
        lives[FORESIGHT] = best.life
        plans = {}
        for number, (name, fetch) in enumerate(ahead.items()):
            tell(0.2 + 0.8 * number / len(chosen), name)
            lives[name], plans[name] = fetch()
    order = (FORESIGHT, STERNA, RULES, ARRIVAL, *(name for name in chosen if name != STERNA))
    reachable: Floats = lives[ARRIVAL].left_kwh
    accounts = tuple(account(name, days, lives[name], reachable) for name in order)
    tell(1.0, "done")
    return Study(
        days=days, bound_eur=best.bound_eur, lives=lives, accounts=accounts, plans=plans[STERNA]
    )


Rolled = tuple[Lived, int]
"""A life, and how many plans were made in it."""


def _rolled(days: Days, chosen: Ingredients) -> Rolled:
    """Live through *days* with Sterna's decisions."""
    strategy = Rolling(days, chosen)
    return lived(days, strategy), strategy.plans


@contextmanager
def _beside(
    jobs: int,
) -> Iterator[
    Callable[[Callable[[Days, Ingredients], Rolled], Days, Ingredients], Callable[[], Rolled]]
]:
    """Yield what begins a life and returns how to fetch it: here when asked for, or in other processes."""
    if jobs < 2:
        yield lambda live, days, chosen: lambda: live(days, chosen)
        return
    # A process that is forked would share the progress bar's thread: a fresh one shares nothing.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=jobs, mp_context=context) as pool:
        yield lambda live, days, chosen: pool.submit(live, days, chosen).result
