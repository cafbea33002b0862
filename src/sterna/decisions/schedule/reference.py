"""The reference instances of docs/scheduling.md, drawn from a seed: the benchmark's input."""

import numpy as np

from sterna.decisions.schedule.problem import Floats, Ints, Problem, Sessions, Site


def presence(first: Ints, last: Ints, hours: Floats) -> Floats:
    """Return full presence in the steps first..last-1, shape (N, T), h."""
    step = np.arange(len(hours))
    here: Floats = ((step >= first[:, None]) & (step < last[:, None])) * hours
    return here


def reference(count: int, steps: int = 96, seed: int = 1) -> Problem:
    """Draw the reference instance of *count* cars over *steps* quarters of an hour."""
    draw = np.random.Generator(np.random.PCG64([seed, count, steps]))
    dt = 0.25
    horizon_h = steps * dt
    capacity = draw.choice([40.0, 52.0, 64.0, 77.0, 100.0], count)
    power = draw.choice([7.4, 11.0, 22.0], count, p=[0.3, 0.55, 0.15])
    gives_back = draw.random(count) < 0.8
    stays_long = draw.random(count) < 0.5
    here_already = draw.random(count) < 0.35
    comes_early = draw.random(count) < 0.5
    hour = np.where(comes_early, draw.normal(7.5, 2, count), draw.normal(17, 3, count))
    day = np.floor(draw.random(count) * max(1, horizon_h / 24))
    comes = np.floor(np.clip(hour, 0, 22) / dt + (24 / dt) * day)
    arrival = np.where(here_already, 0, comes).astype(int)
    stay_h = np.where(stays_long, draw.uniform(12, 60, count), draw.uniform(2, 10, count))
    first = np.minimum(arrival, steps - 8)
    leaves = first + np.maximum(4, np.round(stay_h / dt).astype(int))
    last = np.minimum(leaves, steps)
    eta_c, eta_d = draw.uniform(0.92, 0.96, count), draw.uniform(0.92, 0.96, count)
    floor = 0.2 * capacity
    start = capacity * draw.uniform(0.2, 0.85, count)
    want = capacity * draw.uniform(0.6, 0.95, count)
    beyond = leaves > steps
    share = np.where(beyond, (steps - first) / (leaves - first), 1.0)
    aim = np.minimum(want, np.maximum(floor, start + (want - start) * share))
    reach = start + eta_c * power * dt * (last - first) * 0.95
    target = np.maximum(floor, np.minimum(np.where(beyond, aim, want), reach))
    hours = np.full(steps, dt)
    return Problem(
        hours=hours,
        sessions=Sessions(
            first=first,
            last=last,
            present_h=presence(first, last, hours),
            energy_kwh=start,
            floor_kwh=floor,
            capacity_kwh=capacity,
            target_kwh=target,
            unmet_eur_per_kwh=np.ones(count),
            charge_kw=power,
            discharge_kw=np.where(gives_back, power, 0.0),
            charge_efficiency=eta_c,
            discharge_efficiency=eta_d,
            wear_eur_per_kwh=np.full(count, 0.02),
            knee_kwh=0.8 * capacity,
            high_eur_per_kwh_h=np.full(count, 0.0006),
        ),
        site=_site(draw, count, steps, float(np.sum(np.maximum(0, (target - start) / eta_c)))),
    )


def _site(draw: np.random.Generator, count: int, steps: int, need_kwh: float) -> Site:
    """Draw the site of the reference instance: day-ahead prices, time of use, load, PV."""
    dt = 0.25
    horizon_h = steps * dt
    hour = (np.arange(steps) * dt) % 24
    noise = np.repeat(draw.normal(size=int(np.ceil(horizon_h)) + 1), round(1 / dt))[:steps]
    spot = 0.09 + 0.05 * np.exp(-(((hour - 8.5) / 2.0) ** 2))
    spot = spot + 0.10 * np.exp(-(((hour - 19.5) / 2.2) ** 2))
    spot = spot - 0.105 * np.exp(-(((hour - 13.5) / 2.5) ** 2)) + 0.008 * noise
    time_of_use = np.where((hour >= 8) & (hour < 22), 0.06, 0.03)
    shape = (
        0.9 + 0.7 * np.exp(-(((hour - 13) / 5.0) ** 2)) + 0.3 * np.exp(-(((hour - 19) / 2.0) ** 2))
    )
    load = count * shape * (1 + 0.05 * draw.normal(size=steps))
    sun = np.maximum(0, np.sin((hour - 6.5) / 13 * np.pi)) * ((hour > 6.5) & (hour < 19.5))
    pv = count * 2.6 * sun * np.clip(draw.normal(0.85, 0.1, steps), 0.3, 1)
    net = load - pv
    limit = max(net.max() * 1.03, (net.mean() + need_kwh / horizon_h) * 1.15)
    return Site(
        load_kw=load,
        pv_kw=pv,
        import_eur_per_kwh=spot + time_of_use,
        export_eur_per_kwh=spot - 0.005,
        import_limit_kw=np.full(steps, limit),
        export_limit_kw=np.full(steps, 0.8 * count),
        peak_eur_per_kw=0.8,
        peak_so_far_kw=float(0.85 * net.max()),
    )
