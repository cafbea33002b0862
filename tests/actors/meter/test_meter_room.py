"""The meters: who is told what when, and registers that never run backwards."""

from collections.abc import Awaitable, Callable

import pytest
from actors.grid_site import START, GridSite, Listener
from hypothesis import given
from hypothesis import strategies as st

from sterna.actors.meter.core import Measured, Register, SiteRow, State, decide
from sterna.actors.meter.settings import MeterSettings
from sterna.kernel.quantities import Instant, Kilowatts, Seconds
from sterna.protocols import iec61850
from sterna.runtime import virtual
from sterna.runtime.ports import Wire
from sterna.runtime.virtual import VirtualClock

GRID_WIRE = Wire(protocol="IEC61850", src="GMS", dst="METERS", describe=iec61850.describe)


def run(work: Callable[[GridSite], Awaitable[None]]) -> None:
    async def main(clock: VirtualClock) -> None:
        site = GridSite(clock)
        await site.meter.start()
        await work(site)

    virtual.run(main, start=START)


def dial(site: GridSite, identity: str = "grid") -> Listener:
    listener = Listener()
    site.ports.network.dial("meter:pcc", listener, wire=GRID_WIRE, identity=identity)
    return listener


def powers(listener: Listener) -> list[float]:
    found = [iec61850.metered(iec61850.read(frame)) for frame in listener.frames]
    return [round(each.kw, 6) for each in found if each.kw is not None]


@pytest.mark.req("P-STEP-10.2", "IF-BLD-BEMS", "SYS-P-BLD_SENSORS", "DF-P-21")
def test_the_building_is_told_two_seconds_before_each_period() -> None:
    async def work(site: GridSite) -> None:
        site.hardware.set(450, pv=120, cars=60)
        site.building.read_sensors()
        await site.later(901)
        told = [line for line in site.ports.lines if line.msg == "METER report"]
        assert [round(line.t - START) for line in told] == [0, 298, 598, 898]
        assert {(line.src, line.dst) for line in told} == {("BLD_SENSORS", "BEMS")}
        assert site.building.readings()[-1] == iec61850.Building(load_kw=Kilowatts(450.0), pv_kw=Kilowatts(120.0))  # fmt: skip
        row = site.ports.journal.rows(SiteRow)[-1]
        assert row.grid_kw == row.load_kw - row.pv_kw + row.cars_kw == 390

    run(work)


@pytest.mark.req("P-STEP-10.2", "IF-METERS-GMS", "DF-P-22")
def test_the_grid_meter_reports_power_on_the_clock_and_registers_each_quarter() -> None:
    async def work(site: GridSite) -> None:
        site.hardware.set(0, pv=40)
        listener = dial(site)
        await site.later(1801)
        found = [iec61850.metered(iec61850.read(frame)) for frame in listener.frames]
        energies = [(round(m.at - START), m.imported, m.exported) for m in found if m.imported is not None]  # fmt: skip
        assert energies == [(900, 0, 10_000), (1800, 0, 20_000)]
        assert [round(m.at - START) for m in found if m.imported is None] == [0, 300, 600, 900, 1200, 1500, 1800]  # fmt: skip
        assert {m.kw for m in found} == {-40.0}

    run(work)


@pytest.mark.req("IF-METERS-GMS")
def test_changes_beyond_the_dead_band_are_reported_within_a_second_merged() -> None:
    async def work(site: GridSite) -> None:
        site.hardware.set(100)
        listener = dial(site)
        await site.later(10)
        for cars in (4.0, 8.0):
            site.hardware.set(100, cars=cars)
            site.meter.changed()
            await site.later(2)
        assert powers(listener) == [100.0]
        for cars in (12.0, 30.0, 55.0):
            site.hardware.set(100, cars=cars)
            site.meter.changed()
        await site.later(2)
        assert powers(listener) == [100.0, 155.0]

    run(work)


@pytest.mark.req("IF-METERS-GMS")
def test_energies_are_kept_for_a_reader_that_is_away() -> None:
    async def work(site: GridSite) -> None:
        site.hardware.set(60)
        await site.later(2701)
        listener = dial(site)
        await site.later(1)
        found = [iec61850.metered(iec61850.read(frame)) for frame in listener.frames]
        assert [m.imported for m in found] == [15_000, 30_000, 45_000, None]

    run(work)


def test_a_newer_reader_takes_the_place_of_the_older_one() -> None:
    async def work(site: GridSite) -> None:
        first = dial(site)
        await site.later(1)
        second = dial(site)
        await site.later(600)
        assert first.ends == [1001]
        assert len(first.frames) == 1
        assert len(second.frames) >= 2

    run(work)


def test_a_reader_without_data_set_is_refused() -> None:
    async def work(site: GridSite) -> None:
        stranger = dial(site, "stranger")
        await site.later(1)
        assert stranger.ends == [1006]

    run(work)


@pytest.mark.req("IF-BLD-BEMS")
def test_a_reader_that_comes_back_is_told_at_once() -> None:
    async def work(site: GridSite) -> None:
        site.hardware.set(450)
        site.building.read_sensors()
        await site.later(10)
        site.ports.network.reset("BEMS", "BLD_SENSORS")
        await site.later(60)
        site.building.read_sensors()
        await site.later(1)
        assert len(site.building.readings()) == 2

    run(work)


@pytest.mark.req("SYS-P-METERS")
def test_registers_go_on_when_hardware_and_process_are_new() -> None:
    async def work(site: GridSite) -> None:
        site.hardware.set(60)
        reader = dial(site)
        await site.later(3601)
        site.meter.stop()
        site.ports.network.leave("meter:pcc")
        site.hardware.imported_kws = 0.0  # the device was exchanged
        site.open_meter()
        await site.meter.start()
        await site.later(1800)
        shown = [row.imported_wh for row in site.ports.journal.rows(SiteRow)]
        assert reader.ends == [1001]
        assert shown == sorted(shown)
        assert shown[-1] >= 60_000 + 28_000

    run(work)


@given(st.lists(st.floats(0, 1e6), max_size=40))
def test_a_register_never_runs_backwards(counts: list[float]) -> None:
    state = State(imported=Register(), exported=Register())
    shown = [0]
    for count in counts:
        event = Measured(
            at=Instant(0), load_kw=Kilowatts(0), pv_kw=Kilowatts(0), cars_kw=Kilowatts(0),
            grid_kw=Kilowatts(0), imported_wh=count, exported_wh=count / 2,
        )  # fmt: skip
        state, _ = decide(state, event)
        shown.append(state.imported.shown)
    assert shown == sorted(shown)


def test_a_building_report_after_its_period_is_no_setting() -> None:
    with pytest.raises(ValueError, match="within the period"):
        MeterSettings(ahead_s=Seconds(300.0))
