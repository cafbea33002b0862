"""From (sender, receiver, message) to what the use case says about it, looked up once.

Almost every message of a run repeats one that was seen before, so its meaning is kept in
a table: which kind of exchange it is, or that it only supports, or that it should not be.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sterna.emsa.derive import composed
from sterna.emsa.model import Exchange, UseCase, places

ROUTES_MAX: Final = 100_000
"""Units x messages of a site of several hundred EVSEs; beyond it the table starts anew."""

WORD: Final = re.compile(r"\{(\w+)\}")
PLACEHOLDERS: Final = {"any": r".+", "status": r"\d{3}"}
"""What a placeholder stands for; every other name stands for one word without a slash."""


class Verdict(Enum):
    """What the use case says about a message."""

    STEP = "step"
    SUPPORT = "support"
    UNDECLARED_LINK = "undeclared-link"
    WRONG_PROTOCOL = "wrong-protocol"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A message between two components that steps of the use case name."""

    number: int
    sender: str
    to: str
    pattern: str
    info: frozenset[str]
    shared: bool
    waits: bool
    each: bool
    idle: bool

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        return f"{self.sender} -> {self.to} {self.pattern}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What is known about one (sender, receiver, message)."""

    verdict: Verdict
    kind: Kind | None
    unit_keys: tuple[str, ...]
    """Correlation keys that the units of the two ends are, e.g. ``evse:porto-03-1``."""
    opens: bool
    closes: bool
    src: str
    """The sending component, without its unit."""
    dst: str
    """The receiving component, without its unit."""
    tally: list[int]
    """One number: messages between the two components of this kind, counted by the checker."""


class Routes:
    """The table of routes of one use case."""

    def __init__(self, use_case: UseCase) -> None:
        """Prepare the kinds of all scenarios of *use_case*."""
        self._use_case = use_case
        self._known_by = {name: place.known_by for name, place in places(use_case).items()}
        self._links = {(link.a, link.b): link for link in use_case.links}
        self._links |= {(link.b, link.a): link for link in use_case.links}
        self.kinds: list[Kind] = []
        self._by_pair: dict[tuple[str, str], list[tuple[re.Pattern[str], Kind]]] = {}
        self._support = {
            link.id: tuple(matcher(pattern) for pattern in link.support) for link in use_case.links
        }
        self._words = {link.id: use_case.words(link) for link in use_case.links}
        self._table: dict[tuple[str, str, str], Route] = {}
        self.tallies: dict[tuple[str, str, int], list[int]] = {}
        """Messages by sender, receiver and number of the kind (-1: no step)."""
        for scenario in use_case.scenarios:
            for step in composed(use_case, [scenario]).steps:
                for exchange in step.exchanges:
                    self._add(exchange)

    def of(self, src: str, dst: str, msg: str) -> Route:
        """Return the route of *msg* between two participants (with units)."""
        found = self._table.get((src, dst, msg))
        if found is None:
            if len(self._table) >= ROUTES_MAX:
                self._table.clear()
            found = self._table[src, dst, msg] = self._found(src, dst, msg)
        return found

    def kinds_of(self, exchange: Exchange) -> tuple[Kind, ...]:
        """Return the kinds that *exchange* accepts."""
        pair = self._by_pair[exchange.sender, exchange.to]
        return tuple(kind for _, kind in pair if kind.pattern in exchange.obs)

    def _add(self, exchange: Exchange) -> None:
        pair = self._by_pair.setdefault((exchange.sender, exchange.to), [])
        for pattern in exchange.obs:
            if all(kind.pattern != pattern for _, kind in pair):
                kind = Kind(
                    number=len(self.kinds),
                    sender=exchange.sender,
                    to=exchange.to,
                    pattern=pattern,
                    info=frozenset(exchange.info),
                    shared=exchange.shared,
                    waits=exchange.waits,
                    each=exchange.each,
                    idle=exchange.idle,
                )
                self.kinds.append(kind)
                pair.append((matcher(pattern), kind))

    def _found(self, src: str, dst: str, msg: str) -> Route:
        sender, receiver = src.partition("/")[0], dst.partition("/")[0]
        kind = None
        for pattern, candidate in self._by_pair.get((sender, receiver), ()):
            if pattern.fullmatch(msg):
                kind = candidate
                break
        return Route(
            verdict=self._verdict(sender, receiver, msg) if kind is None else Verdict.STEP,
            kind=kind,
            unit_keys=tuple(key for end in (src, dst) if (key := self._unit_key(end))),
            opens=kind is not None and msg == self._use_case.correlation.opens,
            closes=kind is not None and msg == self._use_case.correlation.closes,
            src=sender,
            dst=receiver,
            tally=self.tallies.setdefault(
                (sender, receiver, -1 if kind is None else kind.number), [0]
            ),
        )

    def _verdict(self, sender: str, receiver: str, msg: str) -> Verdict:
        link = self._links.get((sender, receiver))
        if link is None:
            return Verdict.UNDECLARED_LINK
        if msg.partition(" ")[0] not in self._words[link.id]:
            return Verdict.WRONG_PROTOCOL
        if any(pattern.fullmatch(msg) for pattern in self._support[link.id]):
            return Verdict.SUPPORT
        return Verdict.UNEXPLAINED

    def _unit_key(self, end: str) -> str | None:
        component, _, unit = end.partition("/")
        known_by = self._known_by.get(component)
        return f"{known_by}:{unit}" if unit and known_by else None


def matcher(pattern: str) -> re.Pattern[str]:
    """Return the expression that *pattern* of a use case file stands for, matched in full."""
    parts = WORD.split(pattern)
    return re.compile(
        "".join(
            PLACEHOLDERS.get(part, r"[^/ ]+") if place % 2 else re.escape(part)
            for place, part in enumerate(parts)
        )
    )
