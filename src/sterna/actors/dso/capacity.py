"""What the connection may carry over time: its share, cut by windows in which the grid is weak."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final, Literal

from sterna.actors.dso.settings import DsoSettings
from sterna.kernel.quantities import Instant, Kilowatts, later
from sterna.protocols import oscp

Kind = Literal["CONSUMPTION", "GENERATION", "FALLBACK_CONSUMPTION", "FALLBACK_GENERATION"]
KINDS: Final[tuple[Kind, ...]] = (
    "CONSUMPTION",
    "GENERATION",
    "FALLBACK_CONSUMPTION",
    "FALLBACK_GENERATION",
)


def granted(settings: DsoSettings, moment: Instant) -> tuple[Kilowatts, Kilowatts]:
    """Return how much may be drawn and fed in at *moment*, in kW."""
    limits = [(settings.import_kw * settings.share, settings.export_kw * settings.share)]
    limits += [(w.import_kw, w.export_kw) for w in settings.windows if w.start <= moment < w.end]
    return Kilowatts(min(i for i, _ in limits)), Kilowatts(min(e for _, e in limits))


def profiles(settings: DsoSettings, start: Instant) -> Mapping[Kind, oscp.Profile]:
    """Return the forecast of each kind from *start* on, as long as the settings look ahead."""
    found: dict[Kind, list[oscp.Block]] = {kind: [] for kind in KINDS}
    for begin, end in _spans(settings, start):
        ordinary = granted(settings, begin)
        fallback = (kw * settings.fallback_share for kw in ordinary)
        for kind, kw in zip(KINDS, (*ordinary, *fallback), strict=True):
            found[kind].append(oscp.Block(start=begin, end=end, kw=Kilowatts(kw)))
    return {kind: tuple(blocks) for kind, blocks in found.items()}


def _spans(settings: DsoSettings, start: Instant) -> Iterator[tuple[Instant, Instant]]:
    """Yield the spans within which nothing changes."""
    end = later(start, settings.ahead_s)
    changes = {moment for window in settings.windows for moment in (window.start, window.end)}
    return pairwise(sorted({start, end, *(m for m in changes if start < m < end)}))
