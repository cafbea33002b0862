"""A bay whose process died goes on with every watt-hour that its meter had, also out of the middle of a ramp."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sterna.domain.converter import Conversion
from sterna.domain.pace import FIELD
from sterna.domain.station import Coupler, Evse, Supply
from sterna.domain.vehicle import PowerAbility, VehicleModel
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Seconds, Share
from sterna.kernel.series import Series
from sterna.runtime import virtual
from sterna.runtime.journal import Journal
from sterna.runtime.store.database import Database
from sterna.runtime.virtual import VirtualClock
from sterna.world.balance import Balance
from sterna.world.hardware import Bay
from sterna.world.kept import ROWS, BayRow, Kept, motion_of
from sterna.world.outlet import Make
from sterna.world.stays import Car

START = Instant(1_751_328_000.0)
ABILITY = PowerAbility(charge_kw_max=Kilowatts(22.0), discharge_kw_max=Kilowatts(22.0))
PLATE = Evse(
    evse_id="porto-03-1", connector=Coupler.CCS_2, supply=Supply.DC,
    charge_kw_max=Kilowatts(22.0), discharge_kw_max=Kilowatts(22.0),
)  # fmt: skip
MAKE = Make(conversion=Conversion(size_kw=Kilowatts(22.0), minimum_share=Share(0.05)), pace=FIELD)
MODEL = VehicleModel(
    name="car", capacity_kwh=KilowattHours(60.0), inlet=Coupler.CCS_2, ac=ABILITY, dc=ABILITY,
    cell_efficiency=Share(0.985),
)  # fmt: skip

NOTHING = Series(start=START, step=Seconds(3600.0), values=np.zeros(1), unit="kW")


def arriving(_name: str = "EVCC") -> Car:
    return Car.arriving("EVCC", MODEL, Share(0.5))


@settings(deadline=None, max_examples=80)
@given(
    st.lists(
        st.tuples(st.floats(-25.0, 25.0), st.floats(0.0, 6.0)), min_size=1, max_size=8
    )
)  # fmt: skip
def test_a_bay_goes_on_from_any_moment_with_the_energy_that_had_flowed(
    steps: list[tuple[float, float]],
) -> None:
    async def work(clock: VirtualClock) -> None:
        database = Database(rows=ROWS)
        database.create()
        journal = Journal(database, clock)
        before, after = Bay(PLATE, clock, MAKE), Bay(PLATE, clock, MAKE)
        before.noted = Kept(journal).write_bay
        before.plug(arriving())
        before.close_contactor()
        for kw, seconds in steps:
            before.set_power(Kilowatts(kw))
            await clock.sleep_until(Instant(clock.now() + seconds))
        counted, soc, flowed = before.exact_registers(), before.soc, before.power_kw
        balance = Balance(
            clock_now=clock.now, start=START, steps=1, step=NOTHING.step, load=NOTHING, pv=NOTHING, export_kw=0.0,
        )  # fmt: skip
        Kept(journal).restore_site({PLATE.evse_id: after}, balance, arriving)
        assert after.exact_registers() == pytest.approx(counted, abs=1e-6)
        assert after.soc == pytest.approx(soc, abs=1e-12)
        assert after.power_kw == 0.0, f"the contactor is open, though {flowed} kW flowed"
        assert [stay.plugged for stay in after.stays] == [START]

    virtual.run(work, start=START)


def test_a_row_of_a_version_that_knew_no_ramps_flows_on_level() -> None:
    row = BayRow(
        evse="porto-03-1", since=START, kw=Kilowatts(11.0), soc=Share(0.5), import_wh=7.0, export_wh=3.0,
        ramp_starts=Instant(0.0), ramp_ends=Instant(0.0), ramp_kw=Kilowatts(0.0),
    )  # fmt: skip
    motion = motion_of(row)
    assert (motion.kw, motion.ramp) == (11.0, None)
