"""V2GTP framing: however TCP splits or joins a stream, the same frames come out, and rubbish never gets far."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.errors import BrokenPeer
from sterna.protocols.iso15118.framing import (
    HEADER,
    PAYLOAD_BYTES_MAX,
    STREAM,
    Framer,
    PayloadType,
    framed,
    unframed,
)

frames = st.builds(framed, st.sampled_from(sorted(STREAM)), st.binary(max_size=60))


@given(st.lists(frames, max_size=8), st.data())
def test_any_split_of_any_frames_gives_the_same_frames(
    sent: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(sent)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=30))
    framer = Framer()
    got: list[bytes] = []
    for start, end in pairwise(sorted([0, *cuts, len(stream)])):
        got += framer.feed(stream[start:end])
    assert got == sent
    assert not framer.waiting


@given(st.lists(frames, min_size=1, max_size=3), st.binary(max_size=40), st.integers(1, 9))
def test_what_comes_before_rubbish_is_heard_whatever_the_split(
    sent: list[bytes], rubbish: bytes, piece: int
) -> None:
    stream = b"".join(sent) + b"\x02" + rubbish
    got: list[bytes] = []
    with pytest.raises(BrokenPeer, match="version byte 0x02"):
        hear(stream, piece, got)
    assert got == sent


def hear(stream: bytes, piece: int, got: list[bytes]) -> None:
    """Add to *got* what a framer finds in *stream*, fed in pieces of *piece* bytes."""
    framer = Framer()
    for start in range(0, len(stream), piece):
        got.extend(framer.feed(stream[start : start + piece]))


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_a_broken_peer(data: bytes) -> None:
    framer = Framer()
    try:
        for frame in framer.feed(data):
            number, payload = unframed(frame)
            assert framed(number, payload) == frame
    except BrokenPeer as broken:
        assert "V2GTP" in str(broken)  # noqa: PT017  # either way of this branch is right


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"\x02", "not V2GTP: version byte 0x02 where 0x01 belongs"),
        (b"\x01\x01", "not V2GTP: inverse version byte 0x01 where 0xfe belongs"),
        (b"GET / HTTP/1.1", "not V2GTP: version byte 0x47 where 0x01 belongs"),
        (HEADER.pack(1, 0xFE, 0x8007, 0), "unknown V2GTP payload type 0x8007"),
        (HEADER.pack(1, 0xFE, 0x9000, 2), "unknown V2GTP payload type 0x9000"),
        (HEADER.pack(1, 0xFE, 0x8002, 65537), "a V2GTP frame of 65537 bytes; 65536 are the most"),
        (HEADER.pack(1, 0xFE, 0x8002, 2**32 - 1), "a V2GTP frame of 4294967295 bytes"),
    ],
)
def test_a_header_is_refused_as_soon_as_it_is_wrong(start: bytes, said: str) -> None:
    with pytest.raises(BrokenPeer, match=said):
        list(Framer().feed(start))


def test_the_longest_frame_passes_in_one_piece_and_byte_by_byte() -> None:
    longest = framed(PayloadType.COMMON, b"x" * PAYLOAD_BYTES_MAX)
    assert list(Framer().feed(longest)) == [longest]
    framer = Framer()
    got = [frame for byte in longest for frame in framer.feed(bytes([byte]))]
    assert got == [longest]


def test_part_of_a_frame_is_waited_for() -> None:
    framer = Framer()
    assert list(framer.feed(framed(PayloadType.DC, b"abc")[:-1])) == []
    assert framer.waiting
    assert list(framer.feed(b"c")) == [framed(PayloadType.DC, b"abc")]
    assert not framer.waiting


def test_datagrams_have_types_of_their_own() -> None:
    request = framed(PayloadType.SDP_REQUEST, b"\x00\x00")
    assert list(Framer(frozenset({PayloadType.SDP_REQUEST})).feed(request)) == [request]


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (b"\x01\xfe\x80", "has no header"),
        (b"\x01\xff" + bytes(6), "version bytes 0x01 0xff"),
        (framed(PayloadType.DC, b"abc") + b"d", "says 3 bytes and has 4"),
    ],
)
def test_a_single_frame_is_whole_or_broken(frame: bytes, said: str) -> None:
    with pytest.raises(BrokenPeer, match=said):
        unframed(frame)
