"""The trace: one line per message that says something, one hash over everything."""

from pathlib import Path

import pytest
from runtime.counting import says

from sterna.kernel.quantities import Instant
from sterna.runtime import trace as traces
from sterna.runtime import virtual
from sterna.runtime.ports import Said
from sterna.runtime.trace import Record, Trace
from sterna.runtime.virtual import VirtualClock


def recorded(path: Path, last: bytes = b"three") -> tuple[str, list[Record]]:
    """Record three frames and a report; return the digest and what a listener heard."""

    async def work(clock: VirtualClock) -> tuple[str, list[Record]]:
        trace, heard = Trace(clock, path), list[Record]()
        trace.listen(heard.append)
        tap = trace.open("OCPP", "CS_C/porto-03", "CS_EMS", says)
        tap.sent(b"one", forth=True)
        await clock.sleep_until(Instant(5.0))
        tap.sent(b"ack", forth=False)
        tap.sent(last, forth=False, status="dropped")
        trace.report("CS_EMS", "SUPERVISOR crash", fields={"bug": "x"})
        trace.close()
        trace.close()
        assert trace.frames() == {"OCPP": 3}
        return trace.digest(), heard

    return virtual.run(work)


def test_lines_say_who_said_what_to_whom_and_when(tmp_path: Path) -> None:
    _, heard = recorded(tmp_path / "t.jsonl.gz")
    link = "OCPP CS_C/porto-03 CS_EMS"
    assert heard == [
        Record(t=Instant(0.0), seq=1, src="CS_C/porto-03", dst="CS_EMS", msg="OCPP one", link=link, n=3),
        Record(t=Instant(5.0), seq=2, src="CS_EMS", dst="CS_C/porto-03", msg="OCPP three", link=link, n=5, status="dropped"),
        Record(t=Instant(5.0), seq=3, src="CS_EMS", dst="CS_EMS", msg="SUPERVISOR crash", status="problem", fields={"bug": "x"}),
    ]  # fmt: skip


def test_the_file_holds_the_same_lines_and_equal_runs_give_equal_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl.gz", tmp_path / "two.jsonl.gz"
    digest, heard = recorded(one)
    assert recorded(two) == (digest, heard)
    assert traces.read(one) == heard
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("last", [b"thref", b"three "])
def test_the_digest_covers_every_byte(tmp_path: Path, last: bytes) -> None:
    assert recorded(tmp_path / "a")[0] != recorded(tmp_path / "b", last)[0]


def test_many_lines_are_written_in_blocks(tmp_path: Path) -> None:
    async def work(clock: VirtualClock) -> None:
        trace = Trace(clock, tmp_path / "t.jsonl.gz")
        tap = trace.open("OCPP", "A", "B", says)
        for k in range(5000):
            tap.said(b"x", Said(msg=f"OCPP {k}"), forth=True)
        trace.close()

    virtual.run(work)
    assert [record.seq for record in traces.read(tmp_path / "t.jsonl.gz")] == list(range(1, 5001))


def test_a_watcher_is_told_the_bytes_of_every_frame_described_or_not() -> None:
    async def work(clock: VirtualClock) -> list[tuple[Instant, str, str, bytes]]:
        trace, seen = Trace(clock), list[tuple[Instant, str, str, bytes]]()
        trace.watcher = lambda t, src, dst, data: seen.append((t, src, dst, data))
        tap = trace.open("OCPP", "CS_C/porto-03", "CS_EMS", says)
        tap.sent(b"ack", forth=False)
        tap.said(b"body", None, forth=True)
        return seen

    assert virtual.run(work) == [
        (0.0, "CS_EMS", "CS_C/porto-03", b"ack"),
        (0.0, "CS_C/porto-03", "CS_EMS", b"body"),
    ]
