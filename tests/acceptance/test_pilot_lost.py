"""A lost control pilot at full discharge: no power after 100 ms, no energy after, and the others go on."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from acceptance.lived import Lived, live

from sterna.app.scenario import parsed
from sterna.app.simulate import Run
from sterna.kernel.quantities import Instant
from sterna.protocols.iec61851.pilot import OPEN_WITHIN_S
from sterna.runtime.trace import Record

LOST_H = 2.51
SITE = """
usecase = "porto"
seed = 5
start = 2026-07-16T00:00:00
hours = 6
site = { name = "pilot", zone = "Europe/Lisbon", connection_kw = 200 }
building = { constant_kw = 90 }
tariff = { level = "none" }
market = { day_eur_per_kwh = [0.1, 0.1, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1] }

[[chargers]]
stations = 1
coupling = "COUPLING"
charge_kw = 11

[[driver]]
arrival = 2026-07-16T01:15:00
departure = 2026-07-16T05:30:00
coupling = "COUPLING"
evse = "pilot-01-1"
arrival_soc = 0.8
target_soc = 0.4
floor_soc = 0.3

[[driver]]
arrival = 2026-07-16T01:20:00
departure = 2026-07-16T05:30:00
coupling = "COUPLING"
evse = "pilot-01-2"
arrival_soc = 0.8
target_soc = 0.4
floor_soc = 0.3

[[fault]]
kind = "pilot-lost"
target = "car-001"
at_hour = LOST
"""
BROKEN, WHOLE = "pilot-01-1", "pilot-01-2"


@dataclass
class Seen:
    """What somebody sees who stands beside the chargers."""

    closed: bool
    kw: float
    other_kw: float
    registers: tuple[float, float]


def looked(coupling: str) -> tuple[Lived, dict[float, Seen]]:
    """Live a morning, and look at the hardware some instants before and after the loss."""
    seen: dict[float, Seen] = {}

    def look(run: Run, after_s: float) -> None:
        broken, whole = run.bays.hardware[BROKEN], run.bays.hardware[WHOLE]
        seen[after_s] = Seen(
            closed=broken.closed, kw=broken.power_kw, other_kw=whole.power_kw,
            registers=broken.exact_registers(),
        )  # fmt: skip

    def joined(run: Run) -> None:
        lost = float(round(run.scenario.start + LOST_H * 3600.0))
        for after_s in (-1.0, OPEN_WITHIN_S, 60.0, 3600.0):
            run.clock.call_at(Instant(lost + after_s), partial(look, run, after_s))

    text = SITE.replace("COUPLING", coupling).replace("LOST", str(LOST_H))
    return live(parsed(text, "pilot.toml", Path()), before=joined), seen


@pytest.fixture(scope="module", params=["DC", "AC"])
def morning(request: pytest.FixtureRequest) -> tuple[Lived, dict[float, Seen]]:
    return looked(request.param)


def said(lived: Lived, msg: str) -> list[Record]:
    """Return what was said after the loss to the CS EMS or by the EVSEs."""
    lost = round(lived.scenario.start + LOST_H * 3600.0)
    return [line for line in lived.lines if line.msg == msg and lost <= line.t < lost + 60.0]


@pytest.mark.req("SYS-P-EVSE_C")
def test_the_contactor_is_open_within_100_ms_and_no_energy_is_counted_after(
    morning: tuple[Lived, dict[float, Seen]],
) -> None:
    _, seen = morning
    assert seen[-1.0].closed
    assert seen[-1.0].kw == pytest.approx(-11.0)
    assert not seen[OPEN_WITHIN_S].closed
    assert seen[OPEN_WITHIN_S].kw == 0.0
    assert seen[3600.0].registers == seen[60.0].registers == seen[OPEN_WITHIN_S].registers
    given_wh = seen[OPEN_WITHIN_S].registers[1] - seen[-1.0].registers[1]
    assert given_wh == pytest.approx(11_000 * (1.0 + 0.02) / 3600, abs=1e-6), "until it was noticed"


def test_the_other_car_keeps_its_set_point(morning: tuple[Lived, dict[float, Seen]]) -> None:
    lived, seen = morning
    assert [seen[at].other_kw for at in (-1.0, OPEN_WITHIN_S, 60.0)] == pytest.approx([-11.0] * 3)
    orders = [line for line in said(lived, "STATION setpoint") if line.dst.endswith(WHOLE)]
    assert all(line.fields["kw"] == pytest.approx(-11.0) for line in orders)
    assert lived.session(2).soc_at_end >= 0.4
    assert lived.visit(2).fate == "left"


def test_the_fault_is_reported_over_ocpp_and_the_session_is_closed(
    morning: tuple[Lived, dict[float, Seen]],
) -> None:
    lived, _ = morning
    assert {line.dst for line in said(lived, "OCPP NotifyEvent")} == {"CS_EMS", "CSMS"}
    status = [line.fields["status"] for line in said(lived, "OCPP StatusNotification")]
    assert set(status) == {"Faulted"}
    assert said(lived, "OCPP TransactionEvent Ended")
    assert lived.visit(1).fate == "left"
    assert lived.session(1).discharged_wh > 0
    assert lived.transaction(1).ended
    assert sum(row.amount for row in lived.gathered.ledger) == 0
