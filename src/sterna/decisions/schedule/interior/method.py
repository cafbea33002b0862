"""The Newton steps: predictor and corrector on all cars and the site, to a proven gap.

A primal-dual method (Mehrotra) in which the cars' part of the linear system is eliminated car by car
along time (a Riccati recursion with one state, the stored energy), so that one dense system in the
prices remains. Two things are our own. First, products of the site's variables aim at a multiple of
those of the cars that grows with the fleet: otherwise the site's price is a staircase to ten thousand
cars. Second, the step is as long as most cars allow; the few that cannot go that far (strays) are brought
to the new prices by themselves, and what they do otherwise than foreseen is made good by the next step.

Large fleets are reckoned in single precision, which halves what goes through the processor. What is
promised is not: costs and the bound are reckoned in double precision from the problem itself (`costs`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.schedule.interior.costs import Chains
from sterna.decisions.schedule.interior.fleet import DUAL, PRIMAL, PRODUCTS, Fleet, Passes
from sterna.decisions.schedule.interior.site import Along, Around, Surround
from sterna.decisions.schedule.interior.start import Prices, around_at, straight
from sterna.decisions.schedule.problem import Floats, Problem

FRACTION: Final = 0.99
"""Part of the way to the boundary that a step goes."""
FIRST_PRODUCT: Final = 0.01
"""EUR: about a kWh times the spread of prices over a day."""
KNOWN_PRODUCT: Final = 1e-3
"""EUR: the same where prices are known within some thousandths."""
SITE_WEIGHT: Final = 0.3
"""Products of the site against those of the cars, per car."""
STEPS_MAX: Final = 100
STRAYING: Final = 0.01
"""Part of the cars that may go their own way in a step."""
STRAYING_AFAR: Final = 0.03
"""The same while the gap is large."""
FAR: Final = 0.1
"""The gap from which on it is large."""
STRAYING_LITTLE: Final = 0.005
"""The same while balance is sought: cars at the end of the precision can go nowhere with the others."""
STRAYING_OF_FEW: Final = 0.12
"""The same in small fleets, where it falls with the gap: at the end nobody strays, a few cars would be a large part."""
STRAYING_FROM: Final = 200
"""Fleets below this size are small; no car is held back there."""
STIFF: Final = 0.05
"""EUR per kWh by which prices may move in the first step."""
KNOWN_STIFF: Final = 0.005
"""The same where prices are known."""
CALMING: Final = 1.3
"""How far they may move in the next step, in steps like the last one."""
STUCK: Final = 0.15
"""A step shorter than this says that strays have led the balance away: for some steps hardly anybody strays."""
TOGETHER: Final = 4
"""For so many steps."""
SECOND: Final = 0.5
"""How much the second order counts, as a power of how far the direction without centring leads."""
SMOOTH: Final = 0.5
"""Strays aim at products as much larger as the step is shorter than this: at prices that are still far off, a car
that is near its corner would jump from one end to the other."""
SMOOTH_MOST: Final = 30.0
"""At most so many times."""
NOWHERE: Final = 1e-3
"""A step shorter than this leads nowhere."""


_quiet = np.errstate(divide="ignore", invalid="ignore", over="ignore")
"""At the end of the precision something is divided by nothing; that ends the method and is no news."""


@dataclass(slots=True, kw_only=True)
class Progress:
    """Where the method stands."""

    primal: float
    """Cost of the inner point, EUR; the cost of no schedule while `balance` is not 0."""
    dual: float
    """No schedule costs less."""
    product: float
    """Mean product of cars' variables and multipliers, EUR."""
    balance: float
    """Largest energy of any row that comes from nowhere, kWh."""

    @property
    def gap(self) -> float:
        """Relative distance of the inner point from the bound."""
        return (self.primal - self.dual) / max(abs(self.primal), 1e-9)


class Interior:
    """The method on one problem."""

    def __init__(
        self,
        problem: Problem,
        fleet: Fleet,
        passes: Passes,
        around: Surround,
        prices: Prices | None = None,
        *,
        threads: int = 1,
    ) -> None:
        """Begin at *prices*, or where the cars go straight to their targets."""
        self.fleet, self.around = fleet, around
        self._passes = passes
        self.chains = Chains(fleet.layout, fleet.group, fleet.steps, threads)
        self.standing = 0
        """How many steps running have led nowhere."""
        layout, frame = fleet.layout, around.frame
        if prices is None:
            x = straight(problem, layout)
            value = np.full(len(fleet.value), float(np.mean(problem.site.import_eur_per_kwh)))
            power = frame.weight.T @ grouped(fleet, layout.metered_kwh(x) - layout.fixed_kwh)
            around.begin(around.start(power, FIRST_PRODUCT))
            fleet.price[:] = frame.seen(self.at.price)
            fleet.start(x, value, FIRST_PRODUCT)
        else:
            around.begin(around_at(around, prices, KNOWN_PRODUCT))
            fleet.price[:] = frame.seen(self.at.price)
            fleet.centre = KNOWN_PRODUCT
            passes.begin()
        self._many = len(fleet.reach) >= STRAYING_FROM
        stiff = STIFF if prices is None else KNOWN_STIFF
        fleet.stiff[:] = stiff if self._many else 0.0
        self.proven = -np.inf
        """The best lower bound so far."""
        self.best_prices = self.prices
        self._together = 0
        self._factored = False

    @property
    def at(self) -> Around:
        """The site's point."""
        return self.around.at

    @property
    def prices(self) -> Prices:
        """The prices of the present point, which stay what they are."""
        return Prices(rows=self.at.price.copy(), peak=self.at.peak.copy())

    @_quiet
    def look(self) -> Progress:
        """Factor everything at the present point and say where it is."""
        fleet, around = self.fleet, self.around
        if not self._factored:
            fleet.price[:] = around.frame.seen(self.at.price)
            self._passes.factor()
        self._factored = False
        sums = fleet.by_group(fleet.sums)
        site = around.look(around.frame.weight.T @ fleet.by_group(fleet.power))
        self._products = float(sums[PRODUCTS]) + site.products
        pairs = 2.0 * (fleet.live + around.weight * around.count)
        constant = fleet.layout.constant_eur
        dual = float(sums[DUAL]) + site.bound + constant
        if fleet.precise:
            self._prove(dual)
        return Progress(
            primal=float(sums[PRIMAL]) + site.cost + constant,
            dual=dual,
            product=self._products / pairs,
            balance=site.balance,
        )

    def prove(self) -> None:
        """Reckon the bound of the present point in double precision, whatever the cars' one is."""
        fleet, around, at = self.fleet, self.around, self.at
        if not fleet.precise:  # Where cars are reckoned in doubles, each look has its proof.
            value = fleet.value.astype(np.float64)
            cars = self.chains.least(around.frame.seen(at.price), value)
            self._prove(cars + around.bound_of(at.price, at.peak) + fleet.layout.constant_eur)

    def _prove(self, bound: float) -> None:
        if bound > self.proven:
            self.proven = bound
            self.best_prices = self.prices

    def wished(self) -> Floats:
        """Return the stored energy (M,) that the cars would come to without any centring; after `foresee`."""
        wish: Floats = self.fleet.layout.base_kwh + self.fleet.aim
        return wish

    @property
    def peak_kw(self) -> float:
        """The highest import of the present point."""
        return self.around.frame.peak_so_far_kw + float(self.at.x[-1])

    def stood(self) -> Floats:
        """Return the stored energy (M,) at the present point, until it is asked for again."""
        self._passes.stored()
        return self.fleet.stored

    @_quiet
    def foresee(self) -> None:
        """Find the direction without centring; `wished` is where it leads the cars."""
        fleet, around = self.fleet, self.around
        frame = around.frame
        around.system(fleet.by_group(fleet.schur))
        self._cars = frame.weight.T @ fleet.by_group(fleet.answer)
        self._ahead = around.foresee(self._cars)
        fleet.move[:] = frame.seen(self._ahead.price)
        self._passes.predict()

    @_quiet
    def step(self, progress: Progress) -> None:
        """Correct the direction and go."""
        fleet, around, frame = self.fleet, self.around, self.around.frame
        quiet = self._together > 0
        far = min(1.0, max(0.0, progress.gap) / FAR)
        part = STRAYING + (STRAYING_AFAR - STRAYING) * far
        if not self._many:
            part = STRAYING_OF_FEW * far
        elif quiet:
            part = STRAYING_LITTLE
        straying = int(part * len(fleet.reach))
        ahead = around.along(self._ahead)
        length, dual = self._reaches(ahead, straying, 1.0)
        mine, mine_dual = np.minimum(length, fleet.reach), np.minimum(dual, fleet.reach_dual)
        change = fleet.change
        left = self._products + float(
            np.sum(mine * change[:, 0] + mine_dual * (change[:, 1] + mine * change[:, 2]))
        )
        left += length * ahead.linear + dual * ahead.linear_dual + length * dual * ahead.square
        target = float(np.clip(left / self._products, 1e-6, 1.0)) ** 3 * progress.product
        second = (length * dual) ** SECOND
        fleet.target, fleet.second = target, second
        cars = self._cars + frame.weight.T @ (
            second * fleet.by_group(fleet.answer2) + target * fleet.by_group(fleet.answer3)
        )
        shift = around.toward(target * around.weight, second, cars)
        fleet.move[:] = frame.seen(shift.price)
        self._passes.direct()
        length, dual = self._reaches(around.along(shift), straying, FRACTION)
        self.standing = self.standing + 1 if max(length, dual) < NOWHERE else 0
        around.go(shift, length, dual)
        if self._many:
            fleet.stiff[:] = CALMING * np.max(np.abs(frame.seen(shift.price)), axis=0)
        fleet.length, fleet.length_dual, fleet.fraction = length, dual, FRACTION * (1 + 1e-9)
        smooth = min(SMOOTH_MOST, max(1.0, SMOOTH / max(length, 1e-9)))
        fleet.centre = smooth * ((1.0 - length) * progress.product + length * target)
        fleet.price[:] = frame.seen(self.at.price)
        self._passes.advance()
        self._factored = True
        self._together = TOGETHER if length < STUCK and not quiet else max(0, self._together - 1)

    def _reaches(self, site: Along, straying: int, fraction: float) -> tuple[float, float]:
        """Return how far *site* and all but *straying* cars can go, primal and dual, at most 1."""
        found = []
        for steep, cars in ((site.primal, self.fleet.reach), (site.dual, self.fleet.reach_dual)):
            most = 1.0 / max(steep, 1e-9)
            if len(cars):
                most = min(most, float(np.partition(cars, straying)[straying]))
            found.append(min(1.0, fraction * most))
        return found[0], found[1]


def grouped(fleet: Fleet, metered: Floats) -> Floats:
    """Return metered energy (M,) summed by group and step, shape (G, T)."""
    where = fleet.layout.where
    at = fleet.group[where.car] * fleet.steps + where.step
    summed = np.bincount(at, weights=metered, minlength=fleet.groups * fleet.steps)
    found: Floats = summed.reshape(fleet.groups, fleet.steps).astype(np.float64)
    return found
