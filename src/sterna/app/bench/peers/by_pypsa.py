"""The problem as a PyPSA network: exactly ours, and optimised through PyPSA's linopy.

The grid is a generator that may be built as large as the peak, at the price of the peak. A car is a
bus with two links, for charging and giving back, and two stores: one up to the knee and one above it,
which costs while something is in it. What is missing at departure comes from a generator at the car's
bus at the snapshot after the stay; one more snapshot, with nothing else in it, is put at the end for that.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pypsa

from .instance import Answer, Instance, Setting, mean_power


@dataclass(frozen=True)
class Built:
    """The network, its model made, and its instance."""

    network: Any
    instance: Instance


def build(instance: Instance, _: str) -> Built:
    """Return the network of *instance* with its model."""
    cars, steps = instance.present_h.shape
    names = pd.Index([f"car {i}" for i in range(cars)])
    network = pypsa.Network()
    times = pd.RangeIndex(steps + 1, name="snapshot")
    network.set_snapshots(times)
    hours = np.append(instance.hours, 1.0)
    for weight in ("objective", "stores", "generators"):
        network.snapshot_weightings[weight] = hours
    _site(network, instance, times)

    def each(values: Any) -> pd.DataFrame:
        """Return a table by snapshot and car from an array (N, T or T + 1); nothing after the last step."""
        padded = np.pad(values, ((0, 0), (0, steps + 1 - values.shape[1])))
        return pd.DataFrame(padded.T, index=times, columns=names)

    here = instance.present_h / instance.hours
    network.add("Bus", names)
    network.add(
        "Link",
        names,
        suffix=" charge",
        bus0="site",
        bus1=names,
        p_nom=instance.charge_kw,
        efficiency=instance.gain,
        marginal_cost=instance.wear_price * instance.gain,
        p_max_pu=each(here),
    )
    network.add(
        "Link",
        names,
        suffix=" discharge",
        bus0=names,
        bus1="site",
        # A link's power is the one at its first bus: here, at the cells.
        p_nom=instance.discharge_kw / instance.share,
        efficiency=instance.share,
        marginal_cost=instance.wear_price,
        p_max_pu=each(here),
    )
    _stores(network, instance, names, each)
    leaving = np.arange(steps + 1) == instance.last[:, None]
    network.add(
        "Generator",
        names,
        suffix=" unmet",
        bus=names,
        p_nom=np.maximum(instance.target, 0.0) / hours[instance.last],
        marginal_cost=instance.unmet_price,
        p_max_pu=each(leaving.astype(float)),
    )
    network.optimize.create_model(consistency_check=False, include_objective_constant=False)
    return Built(network=network, instance=instance)


def _site(network: Any, instance: Instance, times: Any) -> None:
    """Add the connection, load and sun."""

    def over_time(values: Any) -> pd.Series:
        return pd.Series(np.append(values, 0.0), index=times)

    def share_of(values: Any) -> tuple[float, pd.Series]:
        most = max(float(np.max(values)), 1e-9)
        return most, over_time(values / most)

    network.add("Bus", ["grid", "site"])
    network.add(
        "Generator",
        "import",
        bus="grid",
        p_nom_extendable=True,
        p_nom_min=float(instance.peak_so_far_kw),
        capital_cost=float(instance.peak_price),
        marginal_cost=over_time(instance.buy),
    )
    limit, part = share_of(instance.import_kw)
    network.add("Link", "connection", bus0="grid", bus1="site", p_nom=limit, p_max_pu=part)
    limit, part = share_of(instance.export_kw)
    network.add(
        "Generator",
        "export",
        bus="site",
        sign=-1,
        p_nom=limit,
        p_max_pu=part,
        marginal_cost=over_time(-instance.sell),
    )
    limit, part = share_of(instance.pv_kw)
    network.add("Generator", "sun", bus="site", p_nom=limit, p_max_pu=part)
    most = float(np.max(instance.load_kw) + np.sum(instance.charge_kw))
    network.add(
        "Generator", "over", bus="site", p_nom=most, marginal_cost=float(instance.over_price)
    )
    network.add("Load", "building", bus="site", p_set=over_time(instance.load_kw))


def _stores(network: Any, instance: Instance, names: Any, each: Any) -> None:
    """Add both stores of each car."""
    cars, steps = instance.present_h.shape
    knee = np.clip(instance.knee, 0.0, instance.ceiling)
    stay = instance.stay
    # At the snapshot after the stay the target is due; before and after nothing is asked.
    floor = np.zeros((cars, steps + 1))
    floor[:, :steps][stay] = instance.floor[stay]
    floor[np.arange(cars), instance.last] = instance.target
    low = np.minimum(floor, knee[:, None])
    room = np.maximum(knee, 1e-9)
    network.add(
        "Store",
        names,
        suffix=" low",
        bus=names,
        e_nom=knee,
        e_min_pu=each(low / room[:, None]),
        e_initial=np.minimum(instance.energy, knee),
    )
    above = instance.ceiling - knee
    room = np.maximum(above, 1e-9)
    network.add(
        "Store",
        names,
        suffix=" high",
        bus=names,
        e_nom=above,
        e_min_pu=each(np.maximum(floor - knee[:, None], 0.0) / room[:, None]),
        e_initial=np.maximum(instance.energy - knee, 0.0),
        marginal_cost_storage=each(stay * instance.high_price[:, None]),
    )


def solve(built: Built, setting: Setting) -> Answer:
    """Solve it with HiGHS."""
    status, condition = built.network.optimize.solve_model(
        solver_name="highs", io_api="direct", solver_options=setting.highs, progress=False
    )
    if status != "ok":
        raise RuntimeError(f"{status}: {condition}")
    instance, network = built.instance, built.network
    steps = len(instance.hours)
    flows = network.links_t.p0.to_numpy()[:steps]
    cars = len(instance.energy)
    columns = list(network.links_t.p0.columns)
    first = columns.index("car 0 charge"), columns.index("car 0 discharge")
    charge, discharge = (flows[:, begin : begin + cars].T for begin in first)
    net = (charge - discharge * instance.share[:, None]) * instance.hours
    return Answer(cost=float(network.objective), power_kw=mean_power(instance, net))
