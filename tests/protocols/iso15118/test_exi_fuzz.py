"""Mutated frames: whatever is done to a message's bytes, a message comes out or the defined error."""

import resource
import time

import numpy as np
import pytest
from protocols.iso15118.test_exi import VECTORS, message_of

from sterna.kernel.errors import BrokenPeer
from sterna.protocols.iso15118.wire import ExiWire

WIRE = ExiWire()
FRAMES = [bytes(WIRE.encode(message_of(case))) for case in VECTORS]
SLOWEST_S = 1.0
"""One frame of 64 KiB takes milliseconds; the rest is room for a busy machine."""
GROWTH_KIB = 32 * 1024


def mutated(chance: np.random.Generator) -> bytes:
    """Return one of the frames with bits flipped, a piece cut out, doubled, moved or made up."""
    frame = bytearray(FRAMES[chance.integers(len(FRAMES))])
    for _ in range(chance.integers(1, 4)):
        if not frame:
            break
        place = int(chance.integers(len(frame)))
        end = min(len(frame), place + int(chance.integers(1, 9)))
        match chance.integers(7):
            case 0 | 1:
                frame[place] ^= 1 << int(chance.integers(8))
            case 2:
                frame[place] = int(chance.integers(256))
            case 3:
                del frame[place:end]
            case 4:
                frame[place:place] = frame[place:end] * int(chance.integers(1, 50))
            case 5:
                frame[place:end] = chance.bytes(end - place)
            case _:
                frame[place:end] = b"\xff" * (end - place)
    if chance.integers(4):  # Most keep an honest header, so that the payload is read at all.
        frame[:8] = (
            FRAMES[0][:2]
            + bytes(frame[2:4]).ljust(2, b"\0")
            + (len(frame) - 8 & 0xFFFF_FFFF).to_bytes(4, "big")
        )
    return bytes(frame)


def endure(count: int, seed: int) -> int:
    """Read *count* mutated frames; return how many were messages after all."""
    chance = np.random.default_rng(seed)
    taken = 0
    for _ in range(count):
        frame = mutated(chance)
        began = time.perf_counter()
        try:
            message = WIRE.decode(frame)
        except BrokenPeer:
            pass
        else:
            taken += 1
            assert WIRE.decode(bytes(WIRE.encode(message))) == message, frame.hex()
        assert time.perf_counter() - began < SLOWEST_S, frame.hex()
    return taken


def test_mutated_frames_give_a_message_or_the_defined_error() -> None:
    assert endure(5_000, seed=1) > 100


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_million_mutated_frames_neither_crash_nor_hang_nor_fill_the_memory() -> None:
    endure(10_000, seed=2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert endure(1_000_000, seed=3) > 10_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KIB
