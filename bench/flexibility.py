"""How much a fleet can surely give, how near that is to its bound, and what it takes to know (CPU time).

    python bench/flexibility.py [--cars 10 40 100] [--many 1000 10000] [--seeds 100]

Fleets of the reference instance over a day of quarters, an hour from 18:00; then small random sites
with odd steps, tight limits and cars that come and go, to count how often an offer meets its bound.
"""

import argparse
import sys
import time
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np

from sterna.decisions.flexibility.course import followed, here, schedule_of
from sterna.decisions.flexibility.curve import curve
from sterna.decisions.flexibility.delivery import offer
from sterna.decisions.flexibility.envelope import energy_envelope, power_envelope
from sterna.decisions.flexibility.many import offer_of_many
from sterna.decisions.flexibility.product import Call, Direction, Product
from sterna.decisions.schedule.lp import solve
from sterna.decisions.schedule.reference import reference

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from flexible_fleets import fleet

EVENING = Product(direction=Direction.UP, first=72, last=76)


class Clock:
    """CPU time since the last look."""

    def __init__(self) -> None:
        """Start now."""
        self._last = time.process_time()

    def look(self) -> float:
        """Return the seconds since the last look."""
        last, self._last = self._last, time.process_time()
        return self._last - last


def fleets(counts: list[int]) -> None:
    """Print offers, curve and envelopes of each fleet with their times."""
    for count in counts:
        problem = reference(count)
        clock = Clock()
        plan = solve(problem).schedule
        print(f"{count} cars, T = {len(problem.hours)}: plan {clock.look():.2f} s")
        for direction in Direction:
            for call in Call:
                product = replace(EVENING, direction=direction, call=call)
                clock.look()
                made = offer(problem, plan, product)
                spent = clock.look()
                print(
                    f"  {direction.name:4} {call.value:5} {made.full_kw:8.2f} kW,"
                    f" bound {made.bound_kw:8.2f}, {spent:.2f} s"
                )
            product = replace(EVENING, direction=direction)
            clock.look()
            found = offer_of_many(problem, plan, product)
            print(
                f"  {direction.name:4} many  {found.full_kw:8.2f} kW, no solver, {clock.look():.2f} s"
            )
            ladder = curve(problem, plan, product)
            print(f"  {direction.name:4} curve of {len(ladder.steps)} steps: {clock.look():.2f} s")
        power_envelope(problem, plan)
        print(f"  power envelope {clock.look():.2f} s", end="")
        energy_envelope(problem, plan)
        print(f", energy envelope {clock.look():.2f} s")


def crowds(counts: list[int]) -> None:
    """Print what idle crowds without shared limits give."""
    for count in counts:
        problem = reference(count)
        endless = np.full(len(problem.hours), np.inf)
        site = replace(problem.site, import_limit_kw=endless, export_limit_kw=endless)
        problem = replace(problem, site=site)
        idle = followed(problem, np.zeros_like(here(problem)), np.zeros(len(endless)))
        clock = Clock()
        made = offer_of_many(problem, schedule_of(problem, idle), EVENING)
        print(f"{count} idle cars: {made.full_kw:.0f} kW UP, no solver, {clock.look():.2f} s")


def bounds(seeds: int) -> None:
    """Print how often offers and envelopes of small random sites meet their bounds."""
    met, parts = dict.fromkeys(Call, 0), []
    offers = steps = reached = 0
    for seed in range(seeds):
        for pieces in (1, 2):
            problem = fleet(seed, pieces=pieces)
            plan = solve(problem).schedule
            found = power_envelope(problem, plan)
            near = np.abs(found.most_kw - found.bound_most_kw) < 1e-4
            near &= np.abs(found.least_kw - found.bound_least_kw) < 1e-4
            steps, reached = steps + len(near), reached + int(near.sum())
            for direction in Direction:
                for after in (0.0, 5.0, inf):
                    offers += 1
                    for call in Call:
                        product = Product(
                            direction=direction, first=2, last=5, call=call, after_kw=after
                        )
                        made = offer(problem, plan, product)
                        met[call] += made.exact
                        if call is Call.ANY and made.bound_kw > 0.1:
                            parts.append(made.full_kw / made.bound_kw)
    for call, count in met.items():
        print(f"{call.value}: {count} of {offers} offers meet their bound")
    print(
        f"any: where the bound is above 0, {np.mean(parts):.3f} of it on average ({len(parts)} offers)"
    )
    print(f"power envelope: {reached} of {steps} steps meet their bounds")


def main() -> None:
    """Read the command line and measure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cars", type=int, nargs="*", default=[10, 40, 100])
    asked.add_argument("--many", type=int, nargs="*", default=[1000, 10_000])
    asked.add_argument("--seeds", type=int, default=100)
    chosen = asked.parse_args()
    fleets(chosen.cars)
    crowds(chosen.many)
    bounds(chosen.seeds)


if __name__ == "__main__":
    main()
