"""KPI-19: no frame on a link that is not marked personal may hold what names a person.

The names are known beforehand (driver ids, plates, e-mail addresses, EVCCIDs), so every frame
is searched for them as bytes, whatever its protocol. Frames on personal links are not read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sterna.emsa.model import UseCase
from sterna.emsa.results import Result

LEAKS_MAX: Final = 100
"""Leaks kept in words; the count goes on."""
MARKER_LENGTH_MIN: Final = 5
"""A shorter text turns up in frames by chance and proves nothing."""
KINDRED: Final = 3
"""Markers that agree in so many first characters are searched for together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A frame that held a person's marker where none may be."""

    t: float
    src: str
    dst: str
    marker: str


class Markers:
    """What names the persons of a run, and how often a frame let it out."""

    def __init__(self, use_case: UseCase, markers: Iterable[str]) -> None:
        """Search for *markers* on all links of *use_case* that are not marked personal.

        Markers are e.g. ``driver-017``, a plate, an e-mail address; one shorter than five
        characters is refused with an assertion, because it would be found by chance.
        """
        found = sorted(set(markers))
        assert all(len(marker) >= MARKER_LENGTH_MIN for marker in found), found
        self.count = 0
        """Frames with a marker: has to be 0."""
        self.frames = 0
        """Frames that were searched."""
        self.leaks: list[Leak] = []
        self._personal = {
            pair
            for link in use_case.links
            if link.personal
            for pair in ((link.a, link.b), (link.b, link.a))
        }
        self._may: dict[tuple[str, str], bool] = {}
        self._kindred = _kindred(found)

    def scan(self, t: float, src: str, dst: str, frame: bytes) -> None:
        """Search one *frame* that *src* sent to *dst* (components, with or without units)."""
        ends = (src, dst)
        may = self._may.get(ends)
        if may is None:
            may = (src.partition("/")[0], dst.partition("/")[0]) in self._personal
            self._may[ends] = may
        if may or not self._kindred:
            return
        self.frames += 1
        for beginning, pattern in self._kindred:
            # A frame that lacks the beginning, as nearly all do, costs a tenth of a microsecond.
            if beginning in frame:
                hit = pattern.search(frame)
                if hit is not None:
                    self._leaked(t, src, dst, hit[0].decode())
                    return

    def _leaked(self, t: float, src: str, dst: str, marker: str) -> None:
        self.count += 1
        if len(self.leaks) < LEAKS_MAX:
            self.leaks.append(Leak(t=t, src=src, dst=dst, marker=marker))


def _kindred(markers: list[str]) -> tuple[tuple[bytes, re.Pattern[bytes]], ...]:
    """Return for *markers*, which are sorted, each common beginning and the pattern of those that have it."""
    found = []
    for _, same in groupby(markers, key=lambda marker: marker[:KINDRED]):
        kin = list(same)
        beginning = _shared(kin[0], kin[-1])
        rests = sorted((marker.removeprefix(beginning) for marker in kin), key=len, reverse=True)
        choice = "|".join(re.escape(rest) for rest in rests)
        pattern = re.compile((re.escape(beginning) + f"(?:{choice})").encode())
        found.append((beginning.encode(), pattern))
    return tuple(found)


def _shared(first: str, last: str) -> str:
    """Return what the two, and thus all that are sorted between them, begin with."""
    length = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return first[:length] if length is not None else min(first, last, key=len)


def without_consent(result: Result) -> tuple[str, ...]:
    """Return the sessions of *result* that discharged without the driver's consent: none may."""
    return tuple(
        judged.session
        for judged in result.sessions
        if any(
            finding.kind == "violated" and finding.text.startswith(CONSENT_RULES)
            for finding in judged.findings
        )
    )


CONSENT_RULES: Final = ("INV-P-CONSENT", "INV-P-UNIDIR")
"""The invariants of the use case files that say: no discharge without consent."""
