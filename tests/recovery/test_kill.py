"""A run on a file store is killed at random points and started again: nothing is lost, nothing is there twice."""

from itertools import pairwise
from pathlib import Path

import pytest
from recovery.killed_site import DRIVERS, Books, lived, lived_through, written

from sterna.runtime.seeded import SeededChance


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Books]:
    """Return how many commits an undisturbed run takes, and its books."""
    folder = tmp_path_factory.mktemp("undisturbed")
    commits = lived(written(folder))
    return commits, Books(folder)


@pytest.mark.timeout(400)
def test_a_run_killed_at_four_points_goes_on_to_the_same_books(
    undisturbed: tuple[int, Books], tmp_path: Path
) -> None:
    compare(undisturbed, tmp_path, seed=1, kills=4)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", [2, 3])
def test_a_run_killed_at_twenty_points_goes_on_to_the_same_books(
    undisturbed: tuple[int, Books], tmp_path: Path, seed: int
) -> None:
    compare(undisturbed, tmp_path, seed=seed, kills=20)


def compare(undisturbed: tuple[int, Books], folder: Path, *, seed: int, kills: int) -> None:
    """Kill a run *kills* times at points drawn from *seed*; hold its books against the undisturbed ones."""
    commits, calm = undisturbed
    chance = SeededChance(seed)
    points = sorted({1 + chance.below(commits - 1) for _ in range(kills)})
    lived_through(written(folder), points)
    books = Books(folder)
    nobody_was_lost(books, calm)
    every_transaction_is_complete(books)
    every_payment_was_made_once(books, calm)


def nobody_was_lost(books: Books, calm: Books) -> None:
    """Every driver came, charged, saw the bill and left, as in the undisturbed run."""
    assert [row["fate"] for row in books["world_visits"]] == ["left"] * DRIVERS, (
        "every visit came to its end"
    )
    assert all(row["saw_bill"] for row in books["world_visits"]), "every driver saw the bill"
    assert len(books["world_stays"]) == DRIVERS, "every car was plugged once"
    assert len(books["reservations"]) == DRIVERS, "every reservation is there once"
    assert {row["state"] for row in books["reservations"]} == {"left"}, (
        "every reservation came to its end"
    )
    left = {row["reservation"]: row["left_at"] for row in books["world_visits"]}
    for slot in {row["slot"] for row in books["reservations"]}:
        held = sorted(
            (row["arrival"], min(row["departure"], left[row["reservation"]]))
            for row in books["reservations"]
            if row["slot"] == slot
        )
        assert all(one[1] <= two[0] for one, two in pairwise(held)), (
            "reservations of a slot never overlap, unless the car before left early"
        )
    sessions = [row["session"] for row in books["world_visits"]]
    assert sorted(row["session"] for row in books["cs_ems_sessions"]) == sorted(sessions), (
        "every session once"
    )
    assert {row["phase"] for row in books["cs_ems_sessions"]} == {"ended"}, "every session ended"
    assert len(calm["world_visits"]) == DRIVERS


def every_transaction_is_complete(books: Books) -> None:
    """One per plug, first to last message without a gap, registers as the hardware has them."""
    transactions = books["transactions"]
    assert len(transactions) == DRIVERS, "one transaction for each plug"
    assert all(row["ended"] and row["missing"] == 0 for row in transactions), (
        "each start has an end, nothing lacks"
    )
    for row in transactions:
        values = sorted(
            (each["seq"], each["charged_wh"], each["discharged_wh"])
            for each in books["meter_values"]
            if each["tx"] == row["tx"]
        )
        numbers = {seq for seq, *_ in values}
        assert numbers == set(range(row["expected"])), (
            "every number from the first to the last message, once"
        )
        assert all(a[1] <= b[1] and a[2] <= b[2] for a, b in pairwise(values)), (
            "registers only rise"
        )
        [stay] = [
            each
            for each in books["world_stays"]
            if each["evse"] == row["evse"] and abs(each["plugged"] - row["start"]) < 60.0
        ]
        into, out = books.moved_wh(stay)
        assert abs(row["charged_wh"] - into) <= 1.0, "charged as the hardware counted"
        assert abs(row["discharged_wh"] - out) <= 1.0, "discharged as the hardware counted"


def every_payment_was_made_once(books: Books, calm: Books) -> None:
    """One bill per session, the same payments as undisturbed, a ledger that sums to zero."""
    sessions = sorted(row["session"] for row in books["world_visits"])
    assert sorted(row["session"] for row in books["bills"]) == sessions, "one bill for each session"
    assert sorted(row["session"] for row in books["cdrs"]) == sessions, (
        "one charge record for each session"
    )
    assert {row["fate"] for row in books["cdr_fates"]} == {"accepted"}, "every record was accepted"
    assert not books["disputes"], "nothing is in dispute"
    assert sum(row["amount"] for row in books["ledger"]) == 0, "the ledger sums to zero"
    parking = [row for row in books["ledger"] if row["posting_key"].startswith("parking:")]
    assert len(parking) == 2 * DRIVERS, "every parking fee was paid once"
    before = [row["amount"] for row in calm["ledger"] if row["posting_key"].startswith("parking:")]
    assert sorted(row["amount"] for row in parking) == sorted(before), (
        "and costs what it costs undisturbed"
    )
    assert books.payments() == calm.payments(), "as many payments of each kind as undisturbed"
    assert len(books["grid_quarters"]) == len(calm["grid_quarters"]), (
        "every quarter hour is metered once"
    )
