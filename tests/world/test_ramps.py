"""A bay that follows like real ones: delay, ramp, steps, errors; exact energies and few events."""

from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.domain.converter import IDLE_KW, SLEEP_KW, Conversion
from sterna.domain.pace import Pace
from sterna.domain.reactive import Circle
from sterna.domain.station import Coupler, Evse, Supply
from sterna.domain.vehicle import PowerAbility, VehicleModel
from sterna.kernel.quantities import Instant, Kilovars, KilowattHours, Kilowatts, Seconds, Share
from sterna.protocols.iec61851.pilot import Fault, Signal
from sterna.runtime import virtual
from sterna.runtime.seeded import SeededChance
from sterna.runtime.virtual import VirtualClock
from sterna.world.hardware import Bay
from sterna.world.outlet import Make
from sterna.world.stays import Car

START = 1_751_328_000.0
ABILITY = PowerAbility(charge_kw_max=Kilowatts(22.0), discharge_kw_max=Kilowatts(22.0))
PACE = Pace(delay_s=Seconds(0.5), ramp_kw_per_s=10.0, step_kw=Kilowatts(0.1))
FIELD = Conversion(size_kw=Kilowatts(22.0), minimum_share=Share(0.05))


class Notes:
    """Keeps what the hardware says, and when."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.signals: list[Signal] = []
        self.faults: list[Fault] = []
        self.power: list[tuple[float, float]] = []

    def signalled(self, signal: Signal) -> None:
        self.signals.append(signal)

    def failed(self, fault: Fault) -> None:
        self.faults.append(fault)

    def power_changed(self, kw: Kilowatts) -> None:
        self.power.append((self.clock.now() - START, kw))

    def nudged(self) -> None:
        raise AssertionError("no car speaks here")


def model(**how: Any) -> VehicleModel:
    return VehicleModel(
        name="car", capacity_kwh=KilowattHours(60.0), inlet=Coupler.CCS_2, ac=ABILITY, dc=ABILITY,
        cell_efficiency=Share(0.985), **how,
    )  # fmt: skip


def lived(
    story: Callable[[VirtualClock, Bay, Notes], Coroutine[Any, Any, None]],
    *, soc: float = 0.5, car: VehicleModel | None = None, **made: Any,
) -> Bay:  # fmt: skip
    kept: list[Bay] = []

    async def work(clock: VirtualClock) -> None:
        plate = Evse(
            evse_id="porto-03-1", connector=Coupler.CCS_2, supply=Supply.DC,
            charge_kw_max=Kilowatts(22.0), discharge_kw_max=Kilowatts(22.0),
        )  # fmt: skip
        bay, notes = (
            Bay(plate, clock, Make(**{"conversion": FIELD, "pace": PACE, **made})),
            Notes(clock),
        )
        kept.append(bay)
        bay.watch_outlet(notes)
        bay.plug(Car.arriving("EVCC", car or model(taper_from=Share(1.0)), Share(soc)))
        bay.close_contactor()
        await story(clock, bay, notes)

    virtual.run(work, start=START)
    return kept[0]


async def until(clock: VirtualClock, seconds: float) -> None:
    await clock.sleep_until(Instant(START + seconds))


def test_power_waits_then_ramps_then_holds() -> None:
    seen: list[float] = []

    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        assert bay.set_power(Kilowatts(11.0)) == 11.0
        for moment in (0.4, 0.5, 1.0, 1.6, 5.0):
            await until(clock, moment)
            seen.append(bay.power_kw)
        assert notes.power == [pytest.approx((1.6, 11.0))], "told once, when it is there"

    bay = lived(story)
    assert seen == pytest.approx([0.0, 0.0, 5.0, 11.0, 11.0])
    at, power = bay.stays[0].kw[1]
    assert [at, power] == pytest.approx([START + 1.05, 11.0]), "the step in the ramp's middle"


def test_registers_count_a_ramp_through_zero_exactly_in_both_directions() -> None:
    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        bay.set_power(Kilowatts(10.0))
        await until(clock, 60.0)
        before = bay.exact_registers()
        bay.set_power(Kilowatts(-10.0))
        await until(clock, 62.5)
        after = bay.exact_registers()
        # Half a second of 10 kW, then a second down to 0 and a second on to -10 kW.
        assert after[0] - before[0] == pytest.approx((5.0 + 5.0) / 3.6)
        assert after[1] - before[1] == pytest.approx(5.0 / 3.6)

    lived(story)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(-25.0, 25.0), st.floats(0.0, 900.0)), max_size=12),
    st.floats(0.0, 1.0),
    st.floats(0.0, 0.6),
)
def test_the_curve_of_steps_moves_what_the_registers_count(
    steps: list[tuple[float, float]], soc: float, floor: float
) -> None:
    lowest: list[float] = [soc]
    told: list[tuple[float, float]] = []

    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        bay.metered = lambda _evse, kw: told.append((clock.now(), kw))
        bay.hold_floor(Share(floor))
        before = bay.registers()
        for kw, seconds in steps:
            bay.set_power(Kilowatts(kw))
            await until(clock, clock.now() - START + seconds)
            now = bay.registers()
            assert now[0] >= before[0]
            assert now[1] >= before[1]
            before = now
            lowest.append(bay.soc)
        bay.unplug()

    bay = lived(story, soc=soc, car=model(taper_from=Share(0.8)))
    into, out = bay.exact_registers()
    end = bay.stays[0].unplugged
    assert end is not None
    points = [*told, (float(end), 0.0)]
    balance = sum(kw * (then - at) / 3.6 for (at, kw), (then, _) in pairwise(points))
    # What a cut-short ramp leaves is made good by the next one; at the end a bit may be left.
    assert into - out == pytest.approx(balance, abs=4.0)
    assert min(lowest) >= min(soc, floor) - 1e-9
    assert max(lowest) <= 1.0


def test_a_battery_next_to_its_floor_is_cut_before_a_ramp_would_carry_it_below() -> None:
    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        bay.hold_floor(Share(0.49995))
        assert bay.set_power(Kilowatts(-20.0)) == 0.0
        await until(clock, 100.0)
        assert bay.soc == pytest.approx(0.5)

    lived(story)


def test_a_floor_is_met_at_its_instant_and_without_a_ramp() -> None:
    woken: list[float] = []

    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        bay.watch_battery(lambda: woken.append(bay.soc))
        bay.hold_floor(Share(0.49))
        bay.set_power(Kilowatts(-20.0))
        await until(clock, 600.0)
        assert bay.soc == pytest.approx(0.49, abs=1e-9)
        assert [kw for _, kw in notes.power] == [-20.0, 0.0]

    lived(story)
    assert woken == [pytest.approx(0.49)]


def test_a_new_set_point_in_the_middle_of_a_ramp_goes_on_from_there() -> None:
    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        bay.set_power(Kilowatts(20.0))
        await until(clock, 1.5)
        assert bay.power_kw == pytest.approx(10.0)
        bay.set_power(Kilowatts(5.0))
        await until(clock, 1.9)
        assert bay.power_kw == pytest.approx(10.0), "the delay is in the converter, not in the wire"
        await until(clock, 2.6)
        assert bay.power_kw == pytest.approx(5.0)
        bay.set_power(Kilowatts(5.0))
        await until(clock, 10.0)
        assert [kw for _, kw in notes.power] == [5.0]

    lived(story)


def test_the_car_opens_its_switch_without_load_and_the_contactor_parts_in_time() -> None:
    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        bay.set_ready(ready=True)
        bay.set_power(Kilowatts(20.0))
        await until(clock, 10.0)
        bay.set_power(Kilowatts(0.0))
        bay.set_ready(ready=False)
        assert notes.signals == [Signal.PLUGGED, Signal.READY]
        await until(clock, 12.6)
        assert notes.signals == [Signal.PLUGGED, Signal.READY, Signal.UNREADY]
        bay.open_contactor()
        assert bay.closed
        assert bay.volts > 300.0
        await until(clock, 12.7)
        assert not bay.closed
        assert bay.volts == 0.0

    lived(story)


def test_a_contactor_that_closes_again_in_time_has_never_parted() -> None:
    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        bay.open_contactor()
        await until(clock, 0.01)
        bay.close_contactor()
        await until(clock, 1.0)
        assert bay.closed

    lived(story)


def test_what_is_broken_says_so() -> None:
    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        bay.contacts.jammed = bay.contacts.welded = True
        bay.lock()
        assert not bay.locked
        bay.open_contactor()
        await until(clock, 1.0)
        assert bay.closed
        bay.lose_pilot()
        await until(clock, 2.0)
        assert notes.faults == [Fault.LOCK_STUCK, Fault.CONTACTOR_WELDED, Fault.PILOT_LOST]

    lived(story)


def test_small_set_points_are_nothing_and_others_are_cut_to_steps() -> None:
    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        assert bay.set_power(Kilowatts(0.9)) == 0.0
        assert bay.set_power(Kilowatts(1.14)) == pytest.approx(1.1)
        assert bay.set_power(Kilowatts(7.77)) == pytest.approx(7.7)
        assert bay.set_power(Kilowatts(-7.77)) == pytest.approx(-7.7)

    lived(story)


ASKED = (5.0, 5.0, 10.0, -10.0, 22.0)


def test_errors_are_drawn_from_the_seed_and_stay_inside_their_bound() -> None:
    def powers() -> list[float]:
        found: list[float] = []

        async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
            found.extend(bay.set_power(Kilowatts(kw)) for kw in ASKED)

        pace = Pace(error=Share(0.01))
        lived(story, pace=pace, chance=SeededChance(7).stream("converter"))
        return found

    once = powers()
    assert once == powers()
    assert once[0] == once[1], "the same set-point again is the same power"
    for asked, got in zip(ASKED, once, strict=True):
        assert got == pytest.approx(asked, rel=0.01)
    assert once[-1] <= 22.0
    assert once[2] != 10.0


def test_reactive_power_shares_the_circle() -> None:
    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        bay.set_power(Kilowatts(22.0))
        bay.set_reactive(Kilovars(9.0))
        await until(clock, 10.0)
        assert bay.reactive_kvar == pytest.approx(9.0)
        assert bay.power_kw == pytest.approx(20.0, abs=0.1)
        bay.open_contactor()
        await until(clock, 11.0)
        assert bay.reactive_kvar == 0.0

    lived(story, circle=Circle(s_kva_max=22.0, reactive_first=True))


def test_the_evse_draws_for_itself_while_no_power_flows() -> None:
    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        await until(clock, 3600.0)
        bay.set_power(Kilowatts(11.0))
        await until(clock, 7200.0)
        bay.unplug()
        await until(clock, 10_800.0)

    bay = lived(story)
    idle_h = 1.0 + 1.05 / 3600
    assert bay.own_wh() == pytest.approx(1000 * (IDLE_KW * idle_h + SLEEP_KW), abs=0.1)


def test_a_pack_comes_with_the_temperature_of_the_air() -> None:
    async def story(clock: VirtualClock, bay: Bay, notes: Notes) -> None:
        assert bay.set_power(Kilowatts(22.0)) < 9.0, "a cold pack takes less"
        await until(clock, 3 * 3600.0)
        assert bay.power_kw > 7.0

    lived(story, car=model(warms=True), outside=lambda: 2.0, soc=0.1)
