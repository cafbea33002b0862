"""The algebra of capacity blocks: what holds when forecasts replace each other.

A profile is a tuple of blocks in order of time that never overlap. Where it has
no block, nothing is said: a gap is not a limit of zero.
"""

from collections.abc import Iterable
from itertools import pairwise

from msgspec import Struct

from sterna.kernel.quantities import Instant, Kilowatts


class Block(Struct, frozen=True, kw_only=True, gc=False):
    """A capacity that holds from *start* until *end*; 0 kW means "no use at all"."""

    start: Instant
    end: Instant
    kw: Kilowatts

    def __post_init__(self) -> None:
        """Refuse a block without length or with a negative capacity."""
        if not self.start < self.end:
            raise ValueError(f"the block ends at {self.end}, not after its start {self.start}")
        if self.kw < 0:
            raise ValueError(f"the capacity {self.kw} kW is negative")


Profile = tuple[Block, ...]


def profile(blocks: Iterable[Block]) -> Profile:
    """Return *blocks* in order. Raises ValueError when two of them overlap."""
    ordered = tuple(sorted(blocks, key=lambda block: block.start))
    for earlier, later in pairwise(ordered):
        if later.start < earlier.end:
            raise ValueError(f"two blocks claim the time from {later.start}")
    return ordered


def replaced(old: Profile, new: Profile) -> Profile:
    """Return *old* with *new* laid over it: where both speak, *new* holds."""
    kept: list[Block] = []
    for block in old:
        kept += _outside(block, new)
    return profile((*kept, *new))


def _outside(block: Block, new: Profile) -> list[Block]:
    """Return the parts of *block* about which *new* says nothing."""
    parts: list[Block] = []
    start = block.start
    for over in new:
        if over.end <= start or over.start >= block.end:
            continue
        if over.start > start:
            parts.append(Block(start=start, end=over.start, kw=block.kw))
        start = max(start, over.end)
    if start < block.end:
        parts.append(Block(start=start, end=block.end, kw=block.kw))
    return parts


def since(old: Profile, moment: Instant) -> Profile:
    """Return the part of *old* that is not over at *moment*, so that a store stays small."""
    return tuple(block for block in old if block.end > moment)


def at(known: Profile, moment: Instant) -> Kilowatts | None:
    """Return the capacity that holds at *moment*, or None in a gap."""
    for block in known:
        if block.start <= moment < block.end:
            return block.kw
    return None
