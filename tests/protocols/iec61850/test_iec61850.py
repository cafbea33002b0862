"""Reports: dead band, integrity, interrogation, numbers, and nothing lost while away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sterna.kernel.errors import BrokenPeer, Refused
from sterna.kernel.quantities import (
    Amperes,
    Hertz,
    Instant,
    Kilovars,
    Kilowatts,
    Volts,
    WattHours,
    later,
)
from sterna.kernel.trace import Said
from sterna.protocols import iec61850 as iec
from sterna.protocols.iec61850.link import FRAME_BYTES_MAX
from sterna.protocols.iec61850.model import TOT_W
from sterna.protocols.iec61850.reports import BUFFERED_MAX, SEQUENCE_UNBUFFERED

T0 = Instant(1_782_864_000.0)
ON_CHANGE = iec.ControlBlock(rpt_id="rcb", data_set="ds", refs=(TOT_W,))


def served(*blocks: iec.ControlBlock) -> iec.Server:
    server = iec.Server(T0, blocks=blocks or (iec.MEASUREMENTS, iec.ENERGY))
    for rpt_id in server.blocks:
        server.enable(T0, rpt_id)
    return server


def power(kw: float) -> dict[str, iec.Value]:
    return iec.measurement(Kilowatts(kw))


def test_a_change_beyond_the_dead_band_is_reported_and_a_small_one_is_not() -> None:
    server = served(ON_CHANGE)
    told = [
        bool(server.update(T0, power(kw)))
        for kw in (100.0, 100.9, 101.0, 101.1, 100.2, 100.0, -5.0)
    ]
    assert told == [True, False, False, True, False, True, True]


@given(st.lists(st.floats(-500, 500), max_size=60))
def test_the_reader_is_never_further_off_than_the_dead_band(path: list[float]) -> None:
    server = served(ON_CHANGE)
    believed = None
    for step, kw in enumerate(path):
        for report in server.update(later(T0, step), power(kw)):
            believed = iec.metered(report).kw
        assert believed is not None
        assert abs(believed - kw) <= 1.0 + 1e-9


@given(st.lists(st.floats(-500, 500), max_size=40))
def test_numbers_rise_by_one_and_frames_lose_nothing(path: list[float]) -> None:
    server = served(ON_CHANGE)
    reports = [r for kw in path for r in server.update(T0, power(kw))]
    assert [report.sq_num for report in reports] == list(range(len(reports)))
    assert [iec.read(iec.written(report)) for report in reports] == reports


def test_the_sequence_number_of_unbuffered_reports_wraps() -> None:
    server = served(ON_CHANGE)
    last = [
        server.update(T0, power(5.0 * (k % 2)))[0].sq_num for k in range(SEQUENCE_UNBUFFERED + 1)
    ]
    assert last[-2:] == [255, 0]


@pytest.mark.req("IF-METERS-GMS", "IF-BLD-BEMS", "P-STEP-10.2")
def test_all_values_are_reported_on_the_clock_whether_changed_or_not() -> None:
    server = served()
    seen: dict[str, int] = {}
    server.update(T0, power(80) | iec.registers(WattHours(1000), WattHours(200)))
    while server.deadline is not None and server.deadline <= T0 + 3600:
        now = server.deadline
        for report in server.tick(now):
            assert {entry.reason for entry in report.entries} == {"integrity"}
            assert len(report.entries) == len(server.blocks[report.rpt_id].refs)
            seen[report.rpt_id] = seen.get(report.rpt_id, 0) + 1
    assert seen == {"urcbMeas": 60, "brcbEnergy": 4}


def test_the_clock_of_integrity_is_the_hour_not_the_start() -> None:
    server = iec.Server(later(T0, 100), blocks=(iec.ENERGY,))
    assert server.deadline == T0 + 900


def test_changes_within_the_buffer_time_make_one_report() -> None:
    block = replace(ON_CHANGE, buffer_s=2.0, refs=(TOT_W, "MMXU1.Hz.mag.f[MX]"))
    server = served(block)
    assert server.update(T0, power(10)) == ()
    assert server.update(later(T0, 1), iec.measurement(Kilowatts(20), hz=Hertz(49.9))) == ()
    assert server.deadline == T0 + 2
    assert server.tick(later(T0, 1)) == ()
    (report,) = server.tick(later(T0, 2))
    assert [entry.value for entry in report.entries] == [20_000.0, 49.9]
    assert server.deadline is None


def test_a_change_of_quality_is_reported() -> None:
    server = served(ON_CHANGE)
    server.update(T0, power(10))
    (report,) = server.update(T0, power(10), "invalid")
    assert report.entries[0].reason == "qchg"
    assert iec.metered(report).quality == "invalid"
    silent = served(replace(ON_CHANGE, triggers=frozenset({"dchg"})))
    silent.update(T0, power(10))
    assert silent.update(T0, power(10), "invalid") == ()


def test_an_interrogation_gives_everything_once() -> None:
    server = served()
    (report,) = server.interrogate(T0, "brcbEnergy")
    assert {entry.reason for entry in report.entries} == {"gi"}
    assert iec.metered(report).quality == "questionable"
    server.disable("brcbEnergy")
    with pytest.raises(Refused, match="not enabled"):
        server.interrogate(T0, "brcbEnergy")
    with pytest.raises(Refused, match="no report control block"):
        server.enable(T0, "urcbOther")


def test_nothing_is_reported_to_nobody() -> None:
    server = iec.Server(T0, blocks=(iec.MEASUREMENTS,))
    assert server.update(T0, power(10)) == ()
    assert server.deadline is None
    server.enable(T0, "urcbMeas")
    assert server.deadline == T0 + 60
    server.update(T0, power(10))
    server.disable("urcbMeas")
    assert server.deadline is None
    assert server.update(T0, power(99)) == ()


def _quarters(server: iec.Server, count: int) -> list[iec.Report]:
    sent: list[iec.Report] = []
    for _ in range(count):
        assert server.deadline is not None
        sent += server.tick(server.deadline)
    return sent


def test_a_client_that_was_away_gets_what_it_missed_in_order_once() -> None:
    server = iec.Server(T0, blocks=(iec.ENERGY,))
    server.enable(T0, "brcbEnergy")
    first = _quarters(server, 2)
    server.disable("brcbEnergy")
    assert _quarters(server, 3) == []
    missed = server.enable(T0, "brcbEnergy", after=first[-1].entry_id)
    assert [report.entry_id for report in missed] == [3, 4, 5]
    assert [report.sq_num for report in missed] == [2, 3, 4]
    assert server.enable(T0, "brcbEnergy") == ()
    assert _quarters(server, 1)[0].entry_id == 6


def test_a_client_asks_only_for_what_it_does_not_have() -> None:
    server = iec.Server(T0, blocks=(iec.ENERGY,))
    _quarters(server, 4)
    assert [r.entry_id for r in server.enable(T0, "brcbEnergy", after=2)] == [3, 4]


def test_the_memory_for_an_absent_client_is_bounded_and_says_so() -> None:
    server = iec.Server(T0, blocks=(iec.ENERGY,))
    _quarters(server, BUFFERED_MAX + 1)
    kept = server.enable(T0, "brcbEnergy")
    assert len(kept) == BUFFERED_MAX
    assert kept[0].entry_id == 2
    assert _quarters(server, 2)[0].overflow
    assert not _quarters(server, 1)[0].overflow


def test_import_and_export_have_their_own_registers_and_power_its_sign() -> None:
    server = served(iec.ENERGY)
    server.update(T0, power(-42.5) | iec.registers(WattHours(1000), WattHours(2500)))
    (report,) = server.interrogate(T0, "brcbEnergy")
    assert iec.metered(report) == iec.Metered(
        at=T0,
        kw=Kilowatts(-42.5),
        imported=WattHours(1000),
        exported=WattHours(2500),
        quality="good",
    )
    assert "TotW>0 import" in str(server.points["LLN0.NamPlt.d[DC]"].value)
    with pytest.raises(AssertionError):
        iec.registers(WattHours(-1), WattHours(0))


def test_all_measured_quantities_have_their_place() -> None:
    values = iec.measurement(
        Kilowatts(1.5),
        kvar=Kilovars(-0.2),
        hz=Hertz(50.01),
        volts=(Volts(230), Volts(231), Volts(229)),
        amperes=(Amperes(1), Amperes(2), Amperes(3)),
    )
    assert set(values) <= set(iec.pcc())
    assert len(values) == 9


def test_text_is_reported_when_it_changes() -> None:
    block = iec.ControlBlock(rpt_id="rcb", data_set="ds", refs=("LLN0.NamPlt.vendor[DC]",))
    server = served(block)
    assert server.update(T0, {"LLN0.NamPlt.vendor[DC]": "A"})
    assert not server.update(T0, {"LLN0.NamPlt.vendor[DC]": "A"})
    assert server.update(T0, {"LLN0.NamPlt.vendor[DC]": "B"})


@pytest.mark.parametrize("frame", [b"", b"{}", b"\xff", b" " * (FRAME_BYTES_MAX + 1)])
def test_rubbish_is_a_broken_peer(frame: bytes) -> None:
    with pytest.raises(BrokenPeer):
        iec.read(frame)
    said = iec.describe(frame)
    assert said == Said(msg="IEC61850 Report", fields=dict.fromkeys(["unreadable"], True))


def test_the_trace_names_grid_and_building_apart() -> None:
    server = served(iec.ENERGY, ON_CHANGE)
    (change,) = server.update(T0, power(80) | iec.registers(WattHours(1500), WattHours(250)))
    (full,) = server.interrogate(T0, "brcbEnergy")
    assert iec.describe(iec.written(full)) == Said(
        msg="IEC61850 Report",
        fields={"t": T0, "rpt": "brcbEnergy", "kw": 80.0, "kwh_in": 1.5, "kwh_out": 0.25},
    )
    assert iec.describe_building(iec.written(change)) == Said(
        msg="METER report", fields={"t": T0, "rpt": "rcb", "kw": 80.0}
    )


def test_a_report_without_power_says_no_power() -> None:
    block = iec.ControlBlock(rpt_id="rcb", data_set="ds", refs=("MMXU1.Hz.mag.f[MX]",))
    server = served(block)
    (report,) = server.update(T0, iec.measurement(Kilowatts(5), hz=Hertz(49.8)))
    assert iec.metered(report).kw is None
    assert iec.describe(iec.written(report)) == Said(
        msg="IEC61850 Report", fields={"t": T0, "rpt": "rcb"}
    )
