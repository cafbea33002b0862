"""Histories of state of charge and temperature on which ageing models can be compared."""

from itertools import pairwise
from typing import Any

from sterna.domain.wear import Ageing, CellModel, Sample, after
from sterna.kernel.quantities import Instant, Share

DAY = 86_400.0
QUARTER = 900.0


def life(
    days: int, shape: tuple[tuple[float, float], ...], celsius: float, swing: float = 0.0
) -> list[Sample]:
    """Return *days* equal days: *shape* are (hour, charge), straight in between; *swing* of the day's heat."""
    found = []
    for number in range(round(days * DAY / QUARTER) + 1):
        at = number * QUARTER
        hour = at % DAY / 3600.0
        (left, low), (right, high) = next(
            pair for pair in pairwise(shape) if pair[0][0] <= hour <= pair[1][0]
        )
        soc = low + (high - low) * (hour - left) / (right - left)
        heat = celsius + swing * (1 if 12 <= hour < 20 else -1)
        found.append(Sample(at=Instant(at), soc=Share(soc), celsius=heat))
    return found


def resting(soc: float) -> tuple[tuple[float, float], ...]:
    """Return a day at rest."""
    return ((0.0, soc), (24.0, soc))


CYCLED = ((0.0, 0.8), (6.0, 0.3), (12.0, 0.8), (18.0, 0.3), (24.0, 0.8))
"""Two cycles of half the battery a day, without a rest: 0.083 per hour."""
DRIVEN = (
    (0.0, 0.8), (7.0, 0.8), (8.0, 0.7), (17.0, 0.7), (18.0, 0.6), (20.0, 0.6), (22.0, 0.8), (24.0, 0.8)
)  # fmt: skip
"""To work and back, charged in the evening."""
HELPING = (
    (0.0, 0.8), (7.0, 0.8), (8.0, 0.7), (17.0, 0.7), (18.0, 0.6), (21.0, 0.3), (24.0, 0.8)
)  # fmt: skip
"""The same, and 30 % given back in the evening."""

LIVES = {
    "four months half full at 25 deg C": life(120, resting(0.5), 25.0),
    "four months almost full at 35 deg C": life(120, resting(0.9), 35.0),
    "four months almost empty at 10 deg C": life(120, resting(0.15), 10.0),
    "four months of warm days and cool nights": life(120, resting(0.6), 20.0, swing=8.0),
    "four months of two cycles a day at 25 deg C": life(120, CYCLED, 25.0),
    "four months of two cycles a day at 40 deg C": life(120, CYCLED, 40.0),
    "four months of driving at 25 deg C": life(120, DRIVEN, 25.0),
    "four months of driving and V2X at 25 deg C": life(120, HELPING, 25.0),
}


BY_BLAST = {
    ("NMC", "four months half full at 25 deg C"): (0.0068426, 0.0000000),
    ("NMC", "four months almost full at 35 deg C"): (0.0655574, 0.0000000),
    ("NMC", "four months almost empty at 10 deg C"): (0.0000589, 0.0000000),
    ("NMC", "four months of warm days and cool nights"): (0.0053922, 0.0000000),
    ("NMC", "four months of two cycles a day at 25 deg C"): (0.0091973, 0.0032881),
    ("NMC", "four months of two cycles a day at 40 deg C"): (0.0281453, 0.0080693),
    ("NMC", "four months of driving at 25 deg C"): (0.0171696, 0.0007274),
    ("NMC", "four months of driving and V2X at 25 deg C"): (0.0151152, 0.0019121),
    ("LFP", "four months half full at 25 deg C"): (0.0061690, 0.0000000),
    ("LFP", "four months almost full at 35 deg C"): (0.0171176, 0.0000000),
    ("LFP", "four months almost empty at 10 deg C"): (0.0008718, 0.0000000),
    ("LFP", "four months of warm days and cool nights"): (0.0044496, 0.0000000),
    ("LFP", "four months of two cycles a day at 25 deg C"): (0.0064796, 0.0053119),
    ("LFP", "four months of two cycles a day at 40 deg C"): (0.0160116, 0.0037154),
    ("LFP", "four months of driving at 25 deg C"): (0.0078234, 0.0010673),
    ("LFP", "four months of driving and V2X at 25 deg C"): (0.0074692, 0.0026758),
}
"""Calendar and cycling loss after each life by BLAST-Lite 1.1.1, computed with tests/peers/blast_fade.py."""
STEPPED = 0.01
"""By how much (relative) losses may differ: BLAST-Lite goes straight on along each day's slope, we follow the curve."""
PAUSED = 0.3
"""Where cycles pause, BLAST-Lite's C-rate is the mean of the whole day and ours that of the moving hours, which is
higher; the LFP cell minds it, so that its cycling loss may be larger here by so much."""


def expected(chemistry: str, name: str, ours: Ageing, theirs: tuple[float, float]) -> None:
    """Check that *ours* is what the peer says within the tolerances above."""
    calendar, cycling = theirs
    assert abs(ours.calendar / calendar - 1) < STEPPED, (chemistry, name)
    least, most = cycling * (1 - STEPPED), cycling * (1 + STEPPED)
    if chemistry == "LFP" and "driving" in name:
        most = cycling * (1 + PAUSED)
    assert least <= ours.cycling <= most, (chemistry, name)


def days(history: list[Sample]) -> list[tuple[int, int]]:
    """Return the indices of the first and the last sample of each day."""
    number = round(DAY / QUARTER)
    return [(at, at + number) for at in range(0, len(history) - number, number)]


def day_by_day(cell: CellModel, history: list[Sample]) -> Ageing:
    """Return what *cell* has lost, the health taken anew each day."""
    ageing = Ageing()
    for first, last in days(history):
        ageing = after(cell, ageing, history[first : last + 1])
    return ageing


def asked(chemistry: str, history: list[Sample]) -> dict[str, Any]:
    """Return *history* as the peer reads it."""
    return {
        "chemistry": chemistry, "days": days(history), "at": [each.at for each in history],
        "soc": [each.soc for each in history], "celsius": [each.celsius for each in history],
    }  # fmt: skip
