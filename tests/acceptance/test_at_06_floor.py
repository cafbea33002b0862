"""AT-06, the SoC reaches the floor: 35 %, floor 30 %, set-point -11 kW, 3 kWh usable, efficiency 0.95.

The building here is a counterpart that asks for 11 kW all the time, whatever is left in the car.
"""

import pytest
from acceptance.lived import Lived, live, site
from actors.charging_site import Building
from typing_extensions import override

from sterna.app.simulate import Run
from sterna.app.wiring import CS_EMS_SECRET
from sterna.kernel.quantities import Instant
from sterna.protocols import openadr
from sterna.runtime.ports import Response
from sterna.runtime.service import Call

pytestmark = pytest.mark.xdist_group("at-06")

ASKED_FROM_S, ASKED_EVERY_S, TIMES = 40 * 60.0, 300.0, 12


class Greedy(Building):
    """A BEMS that asks for 11 kW every five minutes for an hour, and notes when it was told what."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.ports, secret=CS_EMS_SECRET)  # type: ignore[arg-type]  # the same ports
        self.told: list[tuple[Instant, dict[str, openadr.StorageStatus]]] = []
        self.start = run.scenario.start

    @override
    def answer(self, call: Call) -> Response:
        known = len(self.reports)
        answered = super().answer(call)
        self.told += [(self.ports.clock.now(), report) for report in self.reports[known:]]
        return answered

    async def ask(self) -> None:
        for turn in range(TIMES):
            at = Instant(self.start + ASKED_FROM_S + turn * ASKED_EVERY_S)
            await self.ports.clock.sleep_until(at)
            await self.request(*[-11.0] * 12, limits=(100.0, 100.0))


@pytest.fixture(scope="module")
def lived() -> tuple[Lived, Greedy]:
    made: list[Greedy] = []

    def joined(run: Run) -> None:
        made.append(Greedy(run))
        run.ports.tasks("building").start(made[0].ask(), name="building")

    return live(site("at-06"), before=joined), made[0]


def discharge(stay: Lived) -> tuple[float, float]:
    """Return when discharging began and when it was over."""
    points = [(float(at), float(kw)) for at, kw in stay.stay(1).kw]
    began = next(at for at, kw in points if kw < 0)
    return began, next(at for at, kw in points if at > began and kw >= 0)


@pytest.mark.req("APP-V2L-FLOOR", "DF-P-08")
def test_at_06_discharge_lasts_933_seconds_and_ends_at_the_floor(
    lived: tuple[Lived, Greedy],
) -> None:
    stay, _ = lived
    began, over = discharge(stay)
    assert stay.power(1, began) == pytest.approx(-11.0)
    assert over - began == pytest.approx(933.0, abs=10.0)
    assert stay.session(1).soc_lowest >= 0.299


@pytest.mark.req("APP-V2L-FLOOR")
def test_at_06_the_building_is_told_within_10_seconds_that_nothing_comes_any_more(
    lived: tuple[Lived, Greedy],
) -> None:
    stay, building = lived
    _, over = discharge(stay)
    after = [(at, told["porto-01-1"]) for at, told in building.told if at >= over and told]
    at, status = after[0]
    assert at - over <= 10.0
    assert status.gives_now_kw == 0.0


@pytest.mark.req("APP-V2L-FLOOR", "DF-P-08")
def test_at_06_later_negative_set_points_have_no_effect(lived: tuple[Lived, Greedy]) -> None:
    stay, _ = lived
    _, over = discharge(stay)
    later = stay.said("OpenADR event DISPATCH_SETPOINT", since=over)
    assert len(later) >= 5
    assert {float(line.fields["kw"]) for line in later} == {-11.0}
    assert all(kw >= 0.0 for at, kw in stay.stay(1).kw if at >= over)
