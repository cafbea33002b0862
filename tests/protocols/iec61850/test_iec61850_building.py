"""A building's sensors: both values told and read back, rubbish refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols import iec61850 as iec

T0 = Instant(1_782_864_000.0)


def report(load_kw: float, pv_kw: float, quality: iec.Quality = "good") -> iec.Report:
    server = iec.Server(T0, iec.building_model(), (iec.BUILDING,))
    server.enable(T0, iec.BUILDING.rpt_id)
    server.update(T0, iec.building_values(Kilowatts(load_kw), Kilowatts(pv_kw)), quality)
    return server.interrogate(T0, iec.BUILDING.rpt_id)[0]


@given(st.floats(0, 2000), st.floats(0, 500))
def test_what_the_sensors_measure_is_what_the_building_reads(load: float, pv: float) -> None:
    frame = iec.written(report(load, pv))
    read = iec.building(iec.read(frame))
    assert [read.load_kw, read.pv_kw] == pytest.approx([load, pv])


def test_a_value_that_did_not_change_is_not_in_the_report() -> None:
    whole = report(500, 20)
    part = replace(whole, entries=whole.entries[:1])
    assert iec.building(part) == iec.Building(load_kw=Kilowatts(500), pv_kw=None)


def test_an_invalid_value_is_not_believed() -> None:
    assert iec.building(report(500, 20, "invalid")) == iec.Building(load_kw=None, pv_kw=None)


@pytest.mark.parametrize("value", ["much", float("nan"), float("inf")])
def test_a_value_that_is_no_number_breaks_the_report(value: float | str) -> None:
    whole = report(500, 20)
    broken = replace(whole, entries=(replace(whole.entries[0], value=value),))
    with pytest.raises(BrokenPeer, match="is not a number"):
        iec.building(broken)


def test_a_report_of_another_device_is_no_building() -> None:
    with pytest.raises(BrokenPeer, match="neither"):
        iec.building(replace(report(500, 20), entries=()))
