"""What the price of energy at a site is made of: tariff, peak charge, and what the connection cannot carry."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.decisions.schedule.problem import Floats, Plan, Problem

TINY_KWH: Final = 1e-4
"""Energies nearer than this are equal: it is the tolerance of `onoff`, far below what a meter shows."""
TINY_KW: Final = 1e-3
"""Powers likewise."""
TINY_EUR: Final = 1e-5
"""Prices per kWh likewise: a thousandth of a cent."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PriceParts:
    """What the price of one more kWh of load is made of. Shape (T,), EUR/kWh each; the parts sum to it."""

    energy: Floats
    """The tariff: of import, where the site feeds in that of export, else what lies between."""
    peak: Floats
    """This step's share of the peak charge, >= 0."""
    connection: Floats
    """Scarcity of the import limit, >= 0."""
    feed_in: Floats
    """Scarcity of the export limit, <= 0: sun that nobody takes."""
    other: Floats
    """What is left: from steps with binaries, or a reserve."""


def price_parts(problem: Problem, plan: Plan) -> PriceParts:
    """Return what the plan's prices are made of.

    Where a step stands both at the peak and at its limit the two cannot be told apart: the peak charge
    is spent there first, as far as it goes, and scarcity is the rest.
    """
    site, hours, flows = problem.site, problem.hours, plan.schedule
    price = plan.price_eur_per_kwh
    low = np.minimum(site.import_eur_per_kwh, site.export_eur_per_kwh)
    high = np.maximum(site.import_eur_per_kwh, site.export_eur_per_kwh)
    imports, exports = flows.import_kwh > TINY_KWH, flows.export_kwh > TINY_KWH
    energy = np.where(
        imports,
        site.import_eur_per_kwh,
        np.where(exports, site.export_eur_per_kwh, np.clip(price, low, high)),
    )
    energy = np.where(np.abs(price - energy) <= tie_of(price), price, energy)
    more, less = np.maximum(price - energy, 0.0), np.minimum(price - energy, 0.0)
    full = flows.import_kwh >= site.import_limit_kw * hours - TINY_KWH
    top = imports & (flows.import_kwh >= (plan.peak_kw - TINY_KW) * hours)
    clear, mixed = top & ~full, top & full
    budget = max(0.0, site.peak_eur_per_kw - float(hours[clear] @ more[clear]))
    asked = float(hours[mixed] @ more[mixed])
    share = min(1.0, budget / asked) if asked > 0 else 0.0
    peak = np.where(clear, more, np.where(mixed, share * more, 0.0))
    connection = np.where(full, more - peak, 0.0)
    feed_in = np.where(imports, 0.0, less)
    other = price - energy - peak - connection - feed_in
    return PriceParts(energy=energy, peak=peak, connection=connection, feed_in=feed_in, other=other)


def tie_of(price: Floats) -> Floats:
    """Return how near two prices of the size of *price* are equal."""
    tie: Floats = TINY_EUR + 1e-6 * np.abs(price)
    return tie
