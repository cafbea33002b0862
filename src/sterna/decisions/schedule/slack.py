"""What the cars of a plan do, could do, and what that is worth to them: the two sides of its optimality conditions."""

import numpy as np

from sterna.decisions.schedule.price_parts import TINY_KW, TINY_KWH, tie_of
from sterna.decisions.schedule.problem import Flags, Floats, Ints, Plan, Problem


class Slack:
    """The steps *part* of a plan, as arrays of shape (N, S) for its S steps, with a look ahead over all T.

    A kWh in the battery costs `buys` and brings `sells`; each with the best piece of the loss curve
    (`_first`) and with the last one in use (`_last`).
    """

    def __init__(self, problem: Problem, plan: Plan, part: slice) -> None:
        """Work out energies, bounds and both sides of the optimality conditions."""
        cars, flows = problem.sessions, plan.schedule
        self._first, self.steps = part.start, len(problem.hours)
        steps = np.arange(self.steps)
        (up, gains), (down, shares) = cars.charging, cars.discharging
        price, wear = plan.price_eur_per_kwh, cars.wear_eur_per_kwh[:, None]
        levy = 0.0 if cars.levy_eur_per_kwh is None else cars.levy_eur_per_kwh[:, None]
        self._gain, self._share, self._wear, self._levy = (
            gains[0][:, None],
            shares[0][:, None],
            wear,
            levy,
        )
        present = cars.present_h
        # All steps, for the look ahead.
        here = (steps >= cars.first[:, None]) & (steps < cars.last[:, None]) & (present > 0)
        charges, gives = flows.charge_kwh > TINY_KWH, flows.discharge_kwh > TINY_KWH
        most = up.sum(axis=0)[:, None] * present
        flat_out = flows.charge_kwh >= most - TINY_KWH
        takes_none = most <= TINY_KWH
        rest = (flat_out | ~here)[:, part.start :]
        width = part.stop - part.start
        self.to_the_end = np.logical_and.accumulate(rest[:, ::-1], axis=1)[:, ::-1][:, :width]
        """Charges at full power in this and all later steps."""
        self.will_charge = self._following(charges, width)
        """The first later step in which it charges, T where there is none; likewise `will_give`."""
        self.will_give = self._following(gives, width)
        self.refills_at = self._cheapest(np.where(here & ~takes_none, price, np.inf), width)
        """The later step in which charging would cost least, T where there is none."""
        self.idles_at = self._cheapest(np.where(here & ~flat_out, price, np.inf), width)
        """The later step with the least price of those in which it could charge (more), likewise."""
        # The steps in question.
        self.charges, self.gives = charges[:, part], gives[:, part]
        self.waits = here[:, part] & ~self.charges & ~self.gives
        self.flat_out, self.takes_none = flat_out[:, part], takes_none[:, part]
        self.one_way = down.sum(axis=0)[:, None] * present[:, part] <= TINY_KWH
        held = np.concatenate((cars.energy_kwh[:, None], plan.energy_kwh), axis=1)[:, part]
        self.begin = np.where(steps[part] == cars.first[:, None], cars.energy_kwh[:, None], held)
        self.at_end = plan.energy_kwh[np.arange(len(cars)), cars.last - 1][:, None]
        self.unmet = plan.unmet_kwh[:, None] > TINY_KWH
        self.price = price[part]
        into, out = flows.charge_kwh[:, part], flows.discharge_kwh[:, part]
        self.buys_first = self.buys_at(self.price)
        self.buys_last = (self.price + levy) / _in_use(up, gains, present[:, part], into) + wear
        self.sells_first = self.sells_at(self.price)
        self.sells_last = self.price * _in_use(down, shares, present[:, part], out) - wear
        self.value = plan.value_eur_per_kwh[:, part]
        tie = self._tie(self.price)
        self.dear, self.worth = self.value + tie, self.value - tie
        """The value of a stored kWh with its tolerance: more than `dear` is more, less than `worth` is less."""
        self._all = price

    def buys_at(self, price: Floats) -> Floats:
        """Return what a stored kWh costs at best where a metered one costs *price*, EUR."""
        found: Floats = (price + self._levy) / self._gain + self._wear
        return found

    def sells_at(self, price: Floats) -> Floats:
        """Return what a stored kWh brings at best where a metered one costs *price*, EUR."""
        found: Floats = price * self._share - self._wear
        return found

    def dear_at(self, price: Floats) -> Floats:
        """Return the value of a stored kWh with the tolerance of other prices than those of the plan.

        Where a limit is passed, the plan's are a thousand EUR, and so is their tolerance.
        """
        found: Floats = self.value + self._tie(price)
        return found

    def _tie(self, price: Floats) -> Floats:
        """Return how near the value of a stored kWh is to what a *price* makes of it when both are equal."""
        tie: Floats = tie_of(price) + 1e-6 * np.abs(self.value)
        return tie

    def price_at(self, steps: Ints) -> Floats:
        """Return the prices of *steps*, that of the last one for T."""
        found: Floats = self._all[np.minimum(steps, self.steps - 1)]
        return found

    def _following(self, happens: Flags, width: int) -> Ints:
        """Return for each car and step in question the first later step in which it *happens*; T where none."""
        begin = self._first + 1
        marked = np.full((len(happens), self.steps - begin + 1), self.steps)
        marked[:, :-1] = np.where(happens[:, begin:], np.arange(begin, self.steps), self.steps)
        if width == 1:
            nearest: Ints = marked.min(axis=1, keepdims=True)
            return nearest
        found: Ints = np.minimum.accumulate(marked[:, ::-1], axis=1)[:, ::-1][:, :width]
        return found

    def _cheapest(self, price: Floats, width: int) -> Ints:
        """Return the later step with the least finite *price*; T where none is left."""
        later = price[:, self._first + 1 :]
        if width == 1 and later.shape[1]:
            at = later.argmin(axis=1)[:, None]
            found = np.isfinite(np.take_along_axis(later, at, axis=1))
            return np.where(found, at + self._first + 1, self.steps)
        least = np.minimum.accumulate(later[:, ::-1], axis=1)[:, ::-1]
        records = np.zeros(price.shape, dtype=bool)
        records[:, self._first + 1 :] = np.isfinite(later) & (later == least)
        return self._following(records, width)


def _in_use(powers: Floats, ratios: Floats, here: Floats, moved: Floats) -> Floats:
    """Return the efficiency of the last piece of a curve that is in use, (N, S), or (N, 1) where there is one piece."""
    if len(powers) == 1:
        only: Floats = ratios[0][:, None]
        return only
    filled = np.cumsum(powers, axis=0)[:, :, None] * here
    piece = np.minimum(np.sum(filled < moved - TINY_KWH, axis=0), len(powers) - 1)
    found: Floats = ratios[piece, np.arange(len(moved))[:, None]]
    return found


def banded(problem: Problem, plan: Plan, part: slice) -> Ints:
    """Return for each car and step a band at one of its limits in which the car counts, else -1."""
    found = np.full(plan.power_kw[:, part].shape, -1)
    if not problem.bands:
        return found
    moved = (plan.schedule.charge_kwh - plan.schedule.discharge_kwh)[:, part] / problem.hours[part]
    for number, band in enumerate(problem.bands):
        total = band.base_kw[part] + band.weight @ moved
        tight = total >= band.high_kw[part] - TINY_KW
        tight |= total <= band.low_kw[part] + TINY_KW
        found = np.where((band.weight > 0)[:, None] & tight, number, found)
    return found
