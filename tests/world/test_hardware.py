"""True physics of a bay: exact energies and instants, registers that only rise, contactor and plug."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.domain.converter import Conversion
from sterna.domain.station import Coupler, Evse, Supply
from sterna.domain.vehicle import PowerAbility, VehicleModel
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.protocols.iec61851.pilot import Fault, Signal
from sterna.runtime import virtual
from sterna.runtime.virtual import VirtualClock
from sterna.world.hardware import Bay
from sterna.world.outlet import Make
from sterna.world.stays import POINTS_MAX, Car, Stay

START = 1_751_328_000.0
ABILITY = PowerAbility(charge_kw_max=Kilowatts(22.0), discharge_kw_max=Kilowatts(11.0))


class Notes:
    """Keeps what the hardware says."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []
        self.faults: list[Fault] = []
        self.power: list[float] = []
        self.nudges = 0

    def signalled(self, signal: Signal) -> None:
        self.signals.append(signal)

    def failed(self, fault: Fault) -> None:
        self.faults.append(fault)

    def power_changed(self, kw: Kilowatts) -> None:
        self.power.append(kw)

    def nudged(self) -> None:
        self.nudges += 1


def model(taper_from: float = 1.0, inlet: Coupler = Coupler.CCS_2) -> VehicleModel:
    return VehicleModel(
        name="car", capacity_kwh=KilowattHours(60.0), inlet=inlet, ac=ABILITY, dc=ABILITY,
        taper_from=Share(taper_from),
    )  # fmt: skip


def bay(clock: VirtualClock) -> tuple[Bay, Notes]:
    plate = Evse(
        evse_id="porto-03-1", connector=Coupler.CCS_2, supply=Supply.DC,
        charge_kw_max=Kilowatts(22.0), discharge_kw_max=Kilowatts(22.0),
    )  # fmt: skip
    make = Make(conversion=Conversion(efficiency=Share(0.95)))
    made, notes = Bay(plate, clock, make), Notes()
    made.watch_outlet(notes)
    return made, notes


def lived(story: Callable[[VirtualClock, Bay, Notes], Coroutine[Any, Any, None]]) -> Bay:
    kept: list[Bay] = []

    async def work(clock: VirtualClock) -> None:
        made, notes = bay(clock)
        kept.append(made)
        await story(clock, made, notes)

    virtual.run(work, start=START)
    return kept[0]


async def later(clock: VirtualClock, seconds: float) -> None:
    await clock.sleep_until(Instant(clock.now() + seconds))


def plugged(made: Bay, soc: float, **how: Any) -> None:
    made.plug(Car.arriving("EVCC", model(**how), Share(soc)))
    made.close_contactor()


def test_power_is_clipped_by_car_and_plate_and_needs_a_closed_contactor() -> None:
    async def story(clock: VirtualClock, made: Bay, notes: Notes) -> None:
        made.plug(Car.arriving("EVCC", model(), Share(0.5)))
        assert made.set_power(Kilowatts(5.0)) == 0.0
        made.close_contactor()
        assert made.set_power(Kilowatts(50.0)) == 22.0
        assert made.set_power(Kilowatts(-50.0)) == -11.0
        made.open_contactor()
        assert made.power_kw == 0.0
        assert notes.power == [22.0, -11.0, 0.0]

    lived(story)


@pytest.mark.parametrize(
    ("soc", "floor", "kw", "seconds"),
    [(0.35, 0.30, -11.0, 932.73), (0.95, 0.0, 22.0, 516.75), (0.30, 0.30, -11.0, 0.0)],
    ids=["floor", "full", "at the floor"],
)
def test_a_bound_is_met_at_its_very_instant(
    soc: float, floor: float, kw: float, seconds: float
) -> None:
    met: list[float] = []

    async def story(clock: VirtualClock, made: Bay, notes: Notes) -> None:
        plugged(made, soc)
        made.hold_floor(Share(floor))
        made.watch_battery(lambda: met.append(clock.now() - START))
        made.set_power(Kilowatts(kw))
        await later(clock, 3600)
        assert made.power_kw == 0.0
        bound = floor if kw < 0 else 1.0
        assert made.soc == pytest.approx(bound, abs=1e-9)

    lived(story)
    assert met == ([pytest.approx(seconds, abs=0.02)] if seconds else [])


def test_the_taper_is_followed_to_the_end() -> None:
    async def story(clock: VirtualClock, made: Bay, notes: Notes) -> None:
        plugged(made, 0.75, taper_from=0.8)
        made.set_power(Kilowatts(22.0))
        await later(clock, 6 * 3600)
        assert made.soc == pytest.approx(1.0, abs=1e-6)
        assert notes.power == sorted(notes.power, reverse=True)
        assert len(notes.power) < 200

    lived(story)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(-30.0, 30.0), st.floats(0.0, 4000.0)), max_size=12),
    st.floats(0.0, 1.0),
    st.floats(0.0, 0.6),
)
def test_energy_is_conserved_and_registers_only_rise(
    steps: list[tuple[float, float]], soc: float, floor: float
) -> None:
    async def story(clock: VirtualClock, made: Bay, notes: Notes) -> None:
        plugged(made, soc, taper_from=0.8)
        made.hold_floor(Share(floor))
        before = made.registers()
        lowest = soc
        for kw, seconds in steps:
            made.set_power(Kilowatts(kw))
            await later(clock, seconds)
            into, out = made.registers()
            assert into >= before[0]
            assert out >= before[1]
            before = (into, out)
            lowest = min(lowest, made.soc)
        assert lowest >= min(soc, floor) - 1e-9
        end = made.soc
        made.unplug()
        into_wh, out_wh = made.exact_registers()
        moved_kwh = (into_wh * 0.95 - out_wh / 0.95) / 1000.0
        assert end - soc == pytest.approx(moved_kwh / 60.0, abs=1e-6)

    lived(story)


def test_a_mark_wakes_the_car_and_changes_nothing_else() -> None:
    woken: list[float] = []

    async def story(clock: VirtualClock, made: Bay, notes: Notes) -> None:
        plugged(made, 0.5)
        made.watch_battery(lambda: woken.append(made.soc))
        made.mark(Share(0.52))
        made.set_power(Kilowatts(11.0))
        await later(clock, 1800)
        assert made.power_kw == 11.0

    lived(story)
    assert woken == [pytest.approx(0.52)]


def test_a_stay_remembers_its_car_its_registers_and_every_change() -> None:
    async def story(clock: VirtualClock, made: Bay, notes: Notes) -> None:
        plugged(made, 0.5)
        made.set_power(Kilowatts(11.0))
        await later(clock, 3600)
        made.set_power(Kilowatts(-11.0))
        await later(clock, 1800)
        made.unplug()
        assert notes.signals == [Signal.PLUGGED, Signal.UNPLUGGED]
        made.unplug()
        plugged(made, 0.4)

    made = lived(story)
    first, second = made.stays
    assert first.unplugged == START + 5400
    assert [kw for _, kw in first.kw] == [11.0, -11.0, 0.0]
    assert first.car.soc == pytest.approx(first.soc[-1][1])
    assert (second.import_wh, second.export_wh) == pytest.approx((11000.0, 5500.0))


def test_what_does_not_fit_is_refused_with_the_reason() -> None:
    async def story(clock: VirtualClock, made: Bay, notes: Notes) -> None:
        with pytest.raises(Refused, match="does not fit"):
            made.plug(Car.arriving("EVCC", model(inlet=Coupler.CHADEMO), Share(0.5)))
        assert made.car is None
        made.call_attention()
        assert notes.nudges == 0

    lived(story)


def test_curves_have_an_end() -> None:
    car = Car.arriving("EVCC", model(), Share(0.5))
    stay = Stay(evse_id="e", car=car, plugged=Instant(0.0), import_wh=0.0, export_wh=0.0)
    for number in range(3 * POINTS_MAX):
        stay.note(Instant(float(number)), Share(0.5), Kilowatts(float(number % 7)))
    assert len(stay.kw) == len(stay.soc) <= POINTS_MAX
    assert stay.kw[-1][0] == float(3 * POINTS_MAX - 1)
