"""A fleet laid out in C is the fleet laid out in numpy, number by number."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_problems import everything

from sterna.decisions.schedule.interior import lay
from sterna.decisions.schedule.interior.built import library
from sterna.decisions.schedule.interior.lay import layout_of
from sterna.decisions.schedule.interior.layout import chains_of
from sterna.decisions.schedule.problem import Problem
from sterna.decisions.schedule.reference import reference

pytestmark = pytest.mark.skipif(library() is None, reason="no compiled passes here")


def same(one: Any, other: Any) -> None:
    """Hold two layouts against each other."""
    for field in fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if is_dataclass(left):
            same(left, right)
        elif field.name == "constant_eur":  # The order of its sum is another one.
            assert right == pytest.approx(left, rel=1e-12, abs=1e-12)
        else:
            assert np.asarray(left).dtype == np.asarray(right).dtype, field.name
            assert np.array_equal(left, right), field.name


def pressed(problem: Problem, seed: int) -> Problem:
    """Return *problem* with cars that come below their floor, full, or may do nothing."""
    draw = np.random.Generator(np.random.PCG64(seed))
    cars = problem.sessions
    kind = draw.integers(0, 4, len(cars))
    energy = np.where(kind == 0, 0.3 * cars.floor_kwh, cars.energy_kwh)
    energy = np.where(kind == 1, 1.02 * cars.capacity_kwh, energy)
    idle = np.where(kind == 2, 0.0, 1.0)
    curves = cars.charge_pieces, cars.discharge_pieces
    charge, discharge = (
        None if curve is None else np.stack((curve[0] * idle, curve[1])) for curve in curves
    )
    return replace(
        problem,
        sessions=replace(
            cars, energy_kwh=energy, charge_kw=cars.charge_kw * idle,
            discharge_kw=cars.discharge_kw * idle, charge_pieces=charge, discharge_pieces=discharge,
        ),
    )  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10**6), cars=st.integers(1, 9))
def test_everything_that_a_car_may_have_is_laid_out_as_in_numpy(seed: int, cars: int) -> None:
    problem = replace(everything(seed, cars, 12), reserve=None)
    same(chains_of(problem), layout_of(problem))
    same(chains_of(pressed(problem, seed)), layout_of(pressed(problem, seed)))


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("at_once", [3, 125])
def test_a_fleet_is_the_same_whoever_lays_out_which_part(
    threads: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lay, "CARS_AT_ONCE", at_once)
    problem = pressed(reference(400, 48), 1)
    same(chains_of(problem), layout_of(problem, threads))


def test_no_car_is_a_fleet_too() -> None:
    problem = reference(5, 24)
    nobody = problem.chosen(np.zeros(0, dtype=np.int64))
    same(chains_of(nobody), layout_of(nobody))


def test_curves_of_very_many_pieces_are_laid_out_all_the_same() -> None:
    problem = reference(4, 24)
    kw = np.repeat(problem.sessions.charge_kw[None] / 70, 70, axis=0)
    gains = np.repeat(problem.sessions.charge_efficiency[None], 70, axis=0)
    curved = replace(problem.sessions, charge_pieces=np.stack((kw, gains)))
    many = replace(problem, sessions=curved)
    same(chains_of(many), layout_of(many))
