"""What a kWh costs and earns at the connection, component by component.

A site's price is a sum: the day-ahead market, network charges by time of use, levies, tax on
what is fed in, CO2. A plan needs the sum, a reader its parts: `told` gives a plan's cost by
component, and the parts add up to the cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Final

import numpy as np

from sterna.decisions.schedule.problem import Floats, Ints, Plan
from sterna.decisions.schedule.steps import means
from sterna.kernel.quantities import Instant, Seconds
from sterna.kernel.series import Series

KG_PER_T: Final = 1000.0
AS_PLANNED_EUR: Final = 1e-6
"""Costs nearer than this, per EUR, are equal."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Component:
    """One part of the price. Arrays have shape (T,): one value per step."""

    name: str
    import_eur_per_kwh: Floats
    """What a kWh drawn costs; negative where it is paid for."""
    export_eur_per_kwh: Floats
    """What a kWh fed in earns; negative where it costs."""
    charge_eur_per_kwh: float = 0.0
    """What a kWh charged into a battery costs beside that, whatever becomes of it (double taxation)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tariff:
    """Components that add up. At least one, all of the same steps."""

    components: tuple[Component, ...]

    @property
    def import_eur_per_kwh(self) -> Floats:
        """Price of energy drawn, shape (T,): see `Site`."""
        total: Floats = np.sum([part.import_eur_per_kwh for part in self.components], axis=0)
        return total

    @property
    def export_eur_per_kwh(self) -> Floats:
        """Pay for energy fed in, shape (T,)."""
        total: Floats = np.sum([part.export_eur_per_kwh for part in self.components], axis=0)
        return total

    @property
    def levy_eur_per_kwh(self) -> float:
        """Charge per kWh charged that giving back does not refund: see `Sessions`."""
        return fsum(part.charge_eur_per_kwh for part in self.components)

    def on(self, start: Instant, step: Seconds, edges: Floats) -> "Tariff":
        """Return the tariff, given by steps of *step* from *start*, as means between the *edges* of a plan."""

        def mean(values: Floats) -> Floats:
            return means(Series(start=start, step=step, values=values, unit="EUR/kWh"), edges)

        return Tariff(
            components=tuple(
                replace(
                    part,
                    import_eur_per_kwh=mean(part.import_eur_per_kwh),
                    export_eur_per_kwh=mean(part.export_eur_per_kwh),
                )
                for part in self.components
            )
        )


def market(name: str, spot_eur_per_kwh: Floats, *, margin_eur_per_kwh: float = 0.0) -> Component:
    """Return energy at the day-ahead price: the supplier's margin is added to what is drawn and kept from what is fed in."""
    return Component(
        name=name,
        import_eur_per_kwh=spot_eur_per_kwh + margin_eur_per_kwh,
        export_eur_per_kwh=spot_eur_per_kwh - margin_eur_per_kwh,
    )


def by_period(name: str, prices_eur_per_kwh: Sequence[float], period: Ints) -> Component:
    """Return a charge on energy drawn by time of use: the price of each step's *period*, shape (T,)."""
    prices = np.array(prices_eur_per_kwh, dtype=np.float64)[period]
    return Component(name=name, import_eur_per_kwh=prices, export_eur_per_kwh=np.zeros(len(prices)))


def levy(
    name: str,
    steps: int,
    *,
    drawn_eur_per_kwh: float = 0.0,
    fed_in_eur_per_kwh: float = 0.0,
    charged_eur_per_kwh: float = 0.0,
) -> Component:
    """Return a charge of the same height in all *steps*, each >= 0: on what is drawn, fed in, or charged."""
    return Component(
        name=name,
        import_eur_per_kwh=np.full(steps, drawn_eur_per_kwh),
        export_eur_per_kwh=np.full(steps, -fed_in_eur_per_kwh),
        charge_eur_per_kwh=charged_eur_per_kwh,
    )


def carbon(name: str, kg_per_kwh: Floats, eur_per_t: float, *, credited: bool = False) -> Component:
    """Return the price of the CO2 that a kWh drawn causes, shape (T,); *credited* for what is fed in, if so agreed."""
    price = kg_per_kwh * (eur_per_t / KG_PER_T)
    return Component(
        name=name, import_eur_per_kwh=price, export_eur_per_kwh=price * (1.0 if credited else 0.0)
    )


def told(tariff: Tariff, plan: Plan) -> Mapping[str, float]:
    """Return the cost of *plan* in EUR: by component of *tariff*, then the plan's other costs by their names.

    The values add up to `Plan.cost_eur`. *tariff* is the one that the plan was made with, on its steps.
    """
    costs, flows = plan.costs, plan.schedule
    assert costs is not None, "a plan from a solver says what its cost is made of"
    charged = float(flows.charge_kwh.sum())
    found = {
        part.name: float(
            part.import_eur_per_kwh @ flows.import_kwh
            - part.export_eur_per_kwh @ flows.export_kwh
            + part.charge_eur_per_kwh * charged
        )
        for part in tariff.components
    }
    planned = costs.energy + costs.levy
    off = abs(fsum(found.values()) - planned)
    assert off <= AS_PLANNED_EUR * max(1.0, abs(planned)), "the plan was made with another tariff"
    others = ("peak", "wear", "high", "unmet", "early", "over", "missed", "lacking")
    return {**found, **{name: getattr(costs, name) for name in others}}
