"""Memory that was used before: what is in it must not matter, and nothing that is returned may lie in it."""

import threading
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sterna.decisions.schedule.interior import memory
from sterna.decisions.schedule.interior.memory import Room, borrowed
from sterna.decisions.schedule.interior.solve import Found, solve_interior
from sterna.decisions.schedule.reference import reference

TAKE: Callable[..., NDArray[Any]] = Room.take


def rubbish(self: Room, shape: tuple[int, ...], dtype: Any = np.float64) -> NDArray[Any]:
    """Take an array full of what is no number, or of a huge one."""
    found = TAKE(self, shape, dtype)
    found.view(np.uint8).fill(0xFF)
    return found


def bytes_of(found: Found) -> list[bytes]:
    """Return everything that was found, to the last bit."""
    arrays = [found.stored_kwh, found.value, found.prices.rows, found.prices.peak]
    arrays += [getattr(found.where, field.name) for field in fields(found.where)]
    return [array.tobytes() for array in (*arrays, np.array([found.cost_eur, found.bound_eur]))]


@pytest.mark.parametrize("cars", [40, 300, 800])
@pytest.mark.parametrize("start", ["cold", "warm"])
def test_what_memory_held_before_changes_no_bit(
    cars: int, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = reference(cars, 48)
    prices = solve_interior(reference(cars, 48, 2)).prices if start == "warm" else None
    monkeypatch.setattr(memory, "_kept", [])
    clean = solve_interior(problem, tolerance=1e-3, prices=prices)
    monkeypatch.setattr(Room, "take", rubbish)
    dirty = solve_interior(problem, tolerance=1e-3, prices=prices)
    assert bytes_of(clean) == bytes_of(dirty)


def test_what_is_found_stays_when_the_next_problem_is_solved() -> None:
    found = solve_interior(reference(300, 48), tolerance=1e-3)
    before = bytes_of(found)
    for seed in (2, 3):
        solve_interior(reference(300, 48, seed), tolerance=1e-3)
    assert bytes_of(found) == before


def test_two_solves_at_once_have_a_room_each() -> None:
    alone = [bytes_of(solve_interior(reference(120, 48, seed))) for seed in range(4)]
    together: dict[int, list[bytes]] = {}

    def one(seed: int) -> None:
        together[seed] = bytes_of(solve_interior(reference(120, 48, seed)))

    threads = [threading.Thread(target=one, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[seed] for seed in range(4)] == alone


def test_the_second_loan_has_the_room_that_the_first_one_lacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "_kept", [])
    with borrowed() as room:
        assert room.take((3, 5)).base is None
    with borrowed() as again:
        first, second = again.take((3, 5)), again.take((7,), np.float32)
        assert first.base is not None
        assert not np.shares_memory(first, second)
        assert first.shape == (3, 5)
        assert second.dtype == np.float32
    assert again is room


def test_a_very_large_room_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_kept", [])
    monkeypatch.setattr(memory, "KEPT_BYTES_MAX", 1000)
    for _ in range(2):
        with borrowed() as room:
            assert room.take((400,)).base is None
