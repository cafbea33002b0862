"""Stays as numbers, a row for each: worked out once for as long as a stay is the same object.

From one plan to the next most cars stand as they stood. What depends on the moment is no part of a row.
"""

from math import inf
from typing import Final

import numpy as np

from sterna.decisions.schedule.hull import Pieces
from sterna.decisions.schedule.problem import Floats
from sterna.decisions.schedule.stay import Stay

NUMBERS: Final = 16
"""Of a row, before the pieces of its curve."""


class StayRows:
    """The rows of the stays of a snapshot, taken over to the next."""

    def __init__(self) -> None:
        """Start without any."""
        self._pieces = 0
        self._known: dict[int, tuple[Stay, int, list[float]]] = {}
        """By identity: the stay, kept so that no other one gets the same, the pieces of its curve, and its row."""

    def of(self, stays: tuple[Stay, ...], least: int) -> tuple[Floats, Floats, Floats]:
        """Return the numbers of *stays*, shape (16, N), and the pieces of their curves, charging and giving back.

        The numbers stand in the order of `row_of`. Pieces are (kW, efficiency), shape (2, P, N), P at *least*.
        """
        found = [self._known.get(id(stay)) or self._laid(stay, least) for stay in stays]
        pieces = max((least, *(count for _, count, _ in found)))
        if pieces != self._pieces:
            self._pieces = pieces
            found = [self._laid(stay, pieces) for stay in stays]
        self._known = {id(each[0]): each for each in found}
        rows = [row for _, _, row in found]
        table = np.array(rows).reshape(-1, NUMBERS + 4 * pieces).T
        curves = np.ascontiguousarray(table[NUMBERS:]).reshape(2, 2, pieces, -1)
        return table[:NUMBERS], curves[0], curves[1]

    def _laid(self, stay: Stay, least: int) -> tuple[Stay, int, list[float]]:
        count = max(map(len, stay.pieces))
        return stay, count, row_of(stay, max(count, least, self._pieces))


def row_of(stay: Stay, pieces: int) -> list[float]:
    """Return one stay as numbers; its curve in *pieces* each way."""
    into, out = stay.pieces
    return [
        stay.arrival,
        inf if stay.stationary else stay.departure,
        max(stay.energy_kwh, 0.0),
        stay.floor_kwh,
        stay.target_kwh,
        stay.capacity_kwh,
        stay.charge_kw,
        stay.discharge_kw if stay.may_discharge else 0.0,
        stay.charge_efficiency,
        stay.discharge_efficiency,
        stay.wear_eur_per_kwh,
        stay.unmet_eur_per_kwh,
        stay.knee_share * stay.capacity_kwh,
        stay.high_eur_per_kwh_h,
        stay.least_kw,
        stay.levy_eur_per_kwh,
        *pieces_of(into, pieces),
        *pieces_of(out, pieces, discharging=True),
    ]


def pieces_of(curve: Pieces, most: int, *, discharging: bool = False) -> list[float]:
    """Return the powers of the pieces of a *curve* and then their efficiencies, *most* of each."""
    ratios = [1.0 / ratio if discharging else ratio for _, ratio in curve]
    empty = most - len(curve)
    # Empty pieces cost like the last one, so that nothing changes at their edge.
    filled = ratios + (ratios[-1:] or [1.0]) * empty
    return [kw for kw, _ in curve] + [0.0] * empty + filled
