"""Report control blocks: who learns of which change, when, and with which number.

A pure machine: :meth:`Server.update` takes measured values, :meth:`Server.tick`
lets time pass until :attr:`Server.deadline`; both return the reports to be sent.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant, later
from sterna.protocols.iec61850.model import (
    DMD_WH,
    PH_V,
    SUP_WH,
    TOT_VAR,
    TOT_W,
    Model,
    Quality,
    Value,
    pcc,
)
from sterna.protocols.iec61850.model import HZ as HZ_REF

SEQUENCE_UNBUFFERED: Final = 1 << 8
SEQUENCE_BUFFERED: Final = 1 << 16
"""Sequence numbers wrap here: 8 bits for unbuffered reports, 16 for buffered ones."""
BUFFERED_MAX: Final = 1000
"""Reports kept for a client that is away: ten days of quarter hours. Beyond it the oldest
are dropped and the next report says so."""

Trigger = Literal["dchg", "qchg", "integrity", "gi"]


class Entry(Struct, frozen=True, kw_only=True, gc=False):
    """One value in a report."""

    ref: str
    value: Value
    quality: Quality
    time: Instant
    """When the value was measured."""
    reason: Trigger


class Report(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One report of one control block."""

    rpt_id: str
    data_set: str
    sq_num: int
    time_of_entry: Instant
    entries: tuple[Entry, ...]
    entry_id: int | None = None
    """Of buffered reports: rises by one for ever, so that a client can ask for what it missed."""
    overflow: bool = False
    """Reports before this one were lost."""


class ControlBlock(Struct, frozen=True, kw_only=True, gc=False):
    """How a data set is reported."""

    rpt_id: str
    data_set: str
    refs: tuple[str, ...]
    buffered: bool = False
    triggers: frozenset[Trigger] = frozenset({"dchg", "qchg", "integrity", "gi"})
    integrity_s: float | None = None
    """Every so often all values are reported, changed or not."""
    buffer_s: float = 0.0
    """Changes within this time after the first are put into one report."""


class Point(Struct, frozen=True, kw_only=True, gc=False):
    """A value as it stands."""

    value: Value
    quality: Quality
    time: Instant


class BlockState(Struct, kw_only=True):
    """What a control block remembers: plain data."""

    enabled: bool = False
    sq_num: int = 0
    entry_id: int = 0
    reported: dict[str, Point] = {}
    pending: dict[str, Trigger] = {}
    flush_at: Instant | None = None
    integrity_at: Instant | None = None
    kept: list[Report] = []
    overflow: bool = False


MEASUREMENTS: Final = ControlBlock(
    rpt_id="urcbMeas",
    data_set="dsMeas",
    refs=(TOT_W, TOT_VAR, HZ_REF, *PH_V),
    integrity_s=60.0,
)
"""Power, reactive power, frequency, voltages: on change beyond the dead band, and every minute."""
ENERGY: Final = ControlBlock(
    rpt_id="brcbEnergy",
    data_set="dsEnergy",
    refs=(TOT_W, DMD_WH, SUP_WH),
    buffered=True,
    triggers=frozenset({"integrity", "gi"}),
    integrity_s=900.0,
)
"""The registers (and the power at that moment) every 15 minutes, kept while the client is away."""


class Server:
    """The reporting side of a logical device."""

    def __init__(
        self,
        now: Instant,
        model: Model | None = None,
        blocks: Iterable[ControlBlock] = (MEASUREMENTS, ENERGY),
    ) -> None:
        self.model = pcc() if model is None else model
        self.points = {
            ref: Point(value=attribute.initial, quality="questionable", time=now)
            for ref, attribute in self.model.items()
        }
        self.blocks = {block.rpt_id: block for block in blocks}
        assert all(set(block.refs) <= set(self.model) for block in self.blocks.values())
        self.states = {rpt_id: BlockState() for rpt_id in self.blocks}
        for rpt_id, block in self.blocks.items():
            if block.buffered:
                self._plan_integrity(now, block, self.states[rpt_id])

    @property
    def deadline(self) -> Instant | None:
        """When :meth:`tick` is due, or None."""
        dues = [
            due
            for state in self.states.values()
            for due in (state.flush_at, state.integrity_at)
            if due is not None
        ]
        return min(dues, default=None)

    def enable(self, now: Instant, rpt_id: str, after: int | None = None) -> tuple[Report, ...]:
        """Let a client have the reports of a control block from now on.

        A buffered one first gives what it kept *after* that entry id (None: all of it).
        Raises Refused when there is no such control block.
        """
        block, state = self._block(rpt_id)
        state.enabled = True
        if not block.buffered:
            state.sq_num = 0
            state.reported = {}
            self._plan_integrity(now, block, state)
            return ()
        missed = tuple(r for r in state.kept if after is None or (r.entry_id or 0) > after)
        state.kept = []
        return missed

    def disable(self, rpt_id: str) -> None:
        """Stop reporting; a buffered control block goes on to keep reports for later."""
        block, state = self._block(rpt_id)
        state.enabled = False
        if not block.buffered:
            state.pending.clear()
            state.flush_at = state.integrity_at = None

    def interrogate(self, now: Instant, rpt_id: str) -> tuple[Report, ...]:
        """Return a report of all values, as a client's general interrogation asks."""
        block, state = self._block(rpt_id)
        if not state.enabled or "gi" not in block.triggers:
            raise Refused(f"{rpt_id} is not enabled for general interrogation")
        return self._made(now, block, state, dict.fromkeys(block.refs, "gi"))

    def update(
        self, now: Instant, values: Mapping[str, Value], quality: Quality = "good"
    ) -> tuple[Report, ...]:
        """Take measured *values*; return the reports that they cause at once."""
        for ref, value in values.items():
            assert ref in self.model, ref
            self.points[ref] = Point(value=value, quality=quality, time=now)
        sent: list[Report] = []
        for rpt_id, block in self.blocks.items():
            state = self.states[rpt_id]
            if not (state.enabled or block.buffered):
                continue
            changed = self._changes(block, state, values)
            if not changed:
                continue
            state.pending |= changed
            if block.buffer_s <= 0:
                sent += self._flush(now, block, state)
            elif state.flush_at is None:
                state.flush_at = later(now, block.buffer_s)
        return tuple(sent)

    def tick(self, now: Instant) -> tuple[Report, ...]:
        """Let time pass: return collected changes and integrity reports that are due."""
        sent: list[Report] = []
        for rpt_id, block in self.blocks.items():
            state = self.states[rpt_id]
            if state.flush_at is not None and state.flush_at <= now:
                sent += self._flush(now, block, state)
            if state.integrity_at is not None and state.integrity_at <= now:
                sent += self._made(now, block, state, dict.fromkeys(block.refs, "integrity"))
                self._plan_integrity(now, block, state)
        return tuple(sent)

    def _block(self, rpt_id: str) -> tuple[ControlBlock, BlockState]:
        """Return a control block and its state. Raises Refused when there is none."""
        if rpt_id not in self.blocks:
            raise Refused(f"there is no report control block {rpt_id}")
        return self.blocks[rpt_id], self.states[rpt_id]

    def _changes(
        self, block: ControlBlock, state: BlockState, values: Mapping[str, Value]
    ) -> dict[str, Trigger]:
        """Return which of *values* this block has to report, and why."""
        found: dict[str, Trigger] = {}
        for ref in block.refs:
            if ref not in values:
                continue
            now_is, was = self.points[ref], state.reported.get(ref)
            if "dchg" in block.triggers and self._moved(ref, now_is, was):
                found[ref] = "dchg"
            elif "qchg" in block.triggers and was is not None and now_is.quality != was.quality:
                found[ref] = "qchg"
        return found

    def _moved(self, ref: str, now_is: Point, was: Point | None) -> bool:
        """Return whether a value left the dead band around what was last reported."""
        if was is None:
            return True
        if isinstance(now_is.value, str) or isinstance(was.value, str):
            return now_is.value != was.value
        return abs(now_is.value - was.value) > self.model[ref].dead_band

    def _flush(self, now: Instant, block: ControlBlock, state: BlockState) -> tuple[Report, ...]:
        """Report the collected changes."""
        pending, state.pending, state.flush_at = state.pending, {}, None
        return self._made(now, block, state, pending)

    def _plan_integrity(self, now: Instant, block: ControlBlock, state: BlockState) -> None:
        """Plan the next integrity report on the clock: a multiple of its period."""
        period = block.integrity_s
        if period is not None and "integrity" in block.triggers:
            state.integrity_at = Instant((now // period + 1) * period)

    def _made(
        self,
        now: Instant,
        block: ControlBlock,
        state: BlockState,
        reasons: Mapping[str, Trigger],
    ) -> tuple[Report, ...]:
        """Make one report; give it out, or keep it for a client that is away."""
        entries: list[Entry] = []
        for ref in block.refs:
            if ref in reasons:
                point = self.points[ref]
                state.reported[ref] = point
                entries.append(
                    Entry(
                        ref=ref,
                        value=point.value,
                        quality=point.quality,
                        time=point.time,
                        reason=reasons[ref],
                    )
                )
        state.entry_id += 1
        report = Report(
            rpt_id=block.rpt_id,
            data_set=block.data_set,
            sq_num=state.sq_num,
            time_of_entry=now,
            entries=tuple(entries),
            entry_id=state.entry_id if block.buffered else None,
            overflow=state.overflow,
        )
        state.overflow = False
        wraps = SEQUENCE_BUFFERED if block.buffered else SEQUENCE_UNBUFFERED
        state.sq_num = (state.sq_num + 1) % wraps
        if state.enabled:
            return (report,)
        if len(state.kept) >= BUFFERED_MAX:
            del state.kept[0]
            state.overflow = True
        state.kept.append(report)
        return ()
