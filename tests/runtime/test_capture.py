"""Capture files: blocks and checksums by hand, and what Wireshark makes of them."""

import json
import shutil
import struct
import subprocess
from ipaddress import IPv6Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.trace import Said
from sterna.protocols.iso15118.framing import PAYLOAD_BYTES_MAX, Framer, PayloadType, framed
from sterna.runtime import pcapng
from sterna.runtime.capture import Capture
from sterna.runtime.virtual import VirtualClock, VirtualLoop

START = 1_750_000_000.25
CAR, CHARGER = ("fe80::1%eth0", 50_000), ("fe80::2%eth0", 64_109)
needs_tshark = pytest.mark.skipif(
    shutil.which("tshark") is None, reason="tshark, Wireshark's command line, is not installed"
)

Block = tuple[int, bytes]


def blocks(data: bytes) -> list[Block]:
    """Return kind and body of every block; both of its lengths have to agree."""
    found = []
    while data:
        kind, total = struct.unpack_from("<II", data)
        assert total % 4 == 0
        assert struct.unpack_from("<I", data, total - 4) == (total,)
        found.append((kind, data[8 : total - 4]))
        data = data[total:]
    return found


def packets(path: Path) -> list[bytes]:
    """Return the Ethernet frames in *path*."""
    frames = []
    for kind, body in blocks(path.read_bytes()):
        if kind == 6:
            length = struct.unpack_from("<I", body, 12)[0]
            frames.append(body[20 : 20 + length])
    return frames


def captured(path: Path, sent: list[tuple[bool, bytes]], *, ended: bool = True) -> Path:
    """Write a capture of one connection in which each of *sent* was said by the car (True) or not."""
    loop = VirtualLoop(START)
    try:
        capture = Capture(path, VirtualClock(loop), interface="sterna")
        flow = capture.connection(CAR, CHARGER, lambda frame: Said(msg=f"said {len(frame)}"))
        for forth, frame in sent:
            flow.said(frame, forth=forth)
        if ended:
            flow.ended(forth=True)
            flow.ended(forth=False)
        capture.close()
        flow.said(b"after the end", forth=True)
    finally:
        loop.close()
    return path


HELLO = framed(PayloadType.APP_PROTOCOL, b"hello")
LONG = framed(PayloadType.COMMON, bytes(range(256)) * 256)


def test_a_file_begins_with_section_and_interface(tmp_path: Path) -> None:
    (section, interface, *rest) = blocks(captured(tmp_path / "c.pcapng", []).read_bytes())
    assert section[0] == 0x0A0D0D0A
    assert section[1].startswith(bytes.fromhex("4d3c2b1a01000000ffffffffffffffff"))
    assert interface[0] == 1
    assert struct.unpack_from("<HHI", interface[1]) == (1, 0, 0)
    assert b"sterna" in interface[1]
    assert {kind for kind, _ in rest} == {6}


def test_a_packet_has_the_time_and_the_comment(tmp_path: Path) -> None:
    kind, body = blocks(captured(tmp_path / "c.pcapng", [(True, HELLO)]).read_bytes())[5]
    number, high, low, length, _ = struct.unpack_from("<IIIII", body)
    assert (kind, number) == (6, 0)
    assert ((high << 32) + low) / 1e6 == START
    assert body[20 : 20 + length].endswith(HELLO)
    assert b"said 13" in body[20 + length :]


def test_bytes_count_on_and_come_back_whole(tmp_path: Path) -> None:
    path = captured(tmp_path / "c.pcapng", [(True, HELLO), (False, LONG), (True, HELLO)])
    streams: dict[int, bytes] = {50_000: b"", 64_109: b""}
    following = {50_000: 0, 64_109: 0}
    for frame in packets(path):
        source, target, number, acknowledged = struct.unpack_from(">HHII", frame, 54)
        flags = frame[67]
        assert number == following[source]
        if flags & 0x10:
            assert acknowledged == following[target]
        data = frame[74:]
        assert len(data) <= 1440
        streams[source] += data
        following[source] += len(data) + bool(flags & 0x03)
    assert streams == {50_000: HELLO + HELLO, 64_109: LONG}
    assert list(Framer().feed(streams[64_109])) == [LONG]


@given(st.binary(max_size=100), st.integers(1, 2**128 - 1), st.integers(1, 65_535))
def test_every_checksum_adds_up_to_ones(data: bytes, address: int, port: int) -> None:
    here = pcapng.Endpoint(address=IPv6Address(address), port=port, mac=bytes(6))
    there = pcapng.endpoint("127.0.0.1", 15_118, number=2)
    assert str(there.address) == "::ffff:7f00:1"
    flags = pcapng.Flag.ACK
    segment = pcapng.segment(here, there, number=1, acknowledged=2, flags=flags, data=data)
    # RFC 1071: over everything that is covered, the sum included, the sum is all ones.
    assert pcapng.checksum(here, there, pcapng.TCP, segment[54:]) == 0
    datagram = pcapng.datagram(here, there, data)
    assert pcapng.checksum(here, there, pcapng.UDP, datagram[54:]) == 0
    assert datagram[60:62] != b"\0\0"


def tshark(path: Path, *arguments: str) -> str:
    checks = ("-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE")
    done = subprocess.run(
        ["tshark", "-r", str(path), *checks, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


@needs_tshark
def test_wireshark_finds_nothing_wrong_and_the_same_bytes(tmp_path: Path) -> None:
    path = captured(tmp_path / "c.pcapng", [(True, HELLO), (False, LONG), (True, HELLO)])
    wrong = "tcp.analysis.flags || _ws.malformed || tcp.checksum.status == 0 || _ws.expert.severity >= 6291456"
    assert tshark(path, "-Y", wrong) == ""
    followed = tshark(path, "-q", "-z", "follow,tcp,raw,0")
    back = [line.strip() for line in followed.splitlines() if line.startswith("\t")]
    forth = [
        line for line in followed.splitlines() if set(line) <= set("0123456789abcdef") and line
    ]
    assert bytes.fromhex("".join(back)) == LONG
    assert bytes.fromhex("".join(forth)) == HELLO + HELLO
    comments = tshark(path, "-T", "fields", "-e", "frame.comment").split()
    assert comments == ["said", "13", "said", str(len(LONG)), "said", "13"]
    assert len(LONG) == PAYLOAD_BYTES_MAX + 8


@needs_tshark
def test_wireshark_reads_datagrams_to_all_nodes(tmp_path: Path) -> None:
    loop = VirtualLoop(START)
    path = tmp_path / "c.pcapng"
    capture = Capture(path, VirtualClock(loop), interface="sterna")
    capture.datagram(CAR, ("ff02::1", 15_118), framed(PayloadType.SDP_REQUEST, b"\0\0"))
    capture.close()
    loop.close()
    (read,) = json.loads(tshark(path, "-T", "json"))
    layers = read["_source"]["layers"]
    assert layers["ipv6"]["ipv6.dst"] == "ff02::1"
    assert layers["udp"]["udp.dstport"] == "15118"
    assert layers["udp"]["udp.checksum.status"] == "1"
    assert capture.packets == 1
