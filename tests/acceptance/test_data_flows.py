"""What flows between the rooms of a whole small site: the data flows of Porto, and rooms that lose their power."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from acceptance.lived import Lived, live, site

from sterna.actors.parking.core import ReservationRow
from sterna.actors.session_app.records import ConsentRow
from sterna.app.simulate import Run
from sterna.domain.vehicle import compatibility
from sterna.kernel.quantities import Instant
from sterna.protocols import rest
from sterna.runtime.trace import Record
from sterna.world.outlet import converter_of

pytestmark = pytest.mark.xdist_group("porto-mini")
DRIVERS = (1, 2, 3)


@dataclass
class Looks:
    """What somebody sees who looks into the rooms while they run."""

    readable: list[tuple[str, bool]] = field(default_factory=list)
    """(reservation, whether the car park's store has it a second after its confirmation)."""
    wishes: dict[str, Any] = field(default_factory=dict)
    """By session, at half past four."""


@pytest.fixture(scope="module")
def seen() -> tuple[Lived, Looks]:
    looks = Looks()

    def joined(run: Run) -> None:
        def heard(line: Record) -> None:
            if line.msg == "REST 201 /parking/v1/reservations":
                name = next(key for key in line.keys if key.startswith("res:")).removeprefix("res:")
                run.clock.call_at(Instant(line.t + 1.0), lambda: look(name))

        def look(name: str) -> None:
            kept = {row.reservation for row in run.ports.journal.rows(ReservationRow)}
            looks.readable.append((name, name in kept))

        def note() -> None:
            visits = run.site.session_app.actor.state.visits
            looks.wishes.update({name: visit.wish for name, visit in visits.items()})

        run.trace.listen(heard)
        run.clock.call_at(Instant(run.scenario.start + 4.5 * 3600.0), note)

    return live(site("porto-mini"), before=joined), looks


@pytest.fixture(scope="module")
def day(seen: tuple[Lived, Looks]) -> Lived:
    return seen[0]


def of(line: Record, kind: str) -> list[str]:
    """Return the keys of one *kind* that a line carries."""
    return [key.removeprefix(f"{kind}:") for key in line.keys if key.startswith(f"{kind}:")]


@pytest.mark.req("DF-P-03")
def test_a_reservation_can_be_read_a_second_after_its_confirmation(
    seen: tuple[Lived, Looks],
) -> None:
    day, looks = seen
    booked = {day.visit(driver).reservation for driver in (1, 2)}
    assert {name for name, _ in looks.readable} == booked
    assert all(readable for _, readable in looks.readable)


@pytest.mark.req("DF-P-07")
def test_energy_at_the_meter_is_the_batterys_over_the_efficiency(day: Lived) -> None:
    for driver in DRIVERS:
        session, stay, run = day.session(driver), day.stay(driver), day.gathered
        stored = (session.soc_at_end - session.soc_at_plug) * session.capacity_kwh
        evse, model = run.evse_plates[stay.evse_id], stay.car.model
        converter = converter_of(
            run.conversions[stay.evse_id], evse, model, compatibility(model, evse)
        )
        spans = [(kw, (until - at) / 3600) for (at, kw), (until, _) in pairwise(stay.kw)]
        moved = sum(converter.battery_kw(kw) * hours for kw, hours in spans)
        assert moved == pytest.approx(stored, abs=0.01)
        assert sum(abs(kw) * hours for kw, hours in spans) == pytest.approx(
            (session.charged_wh + session.discharged_wh) / 1000, abs=0.01
        )
    assert any(day.session(driver).discharged_wh > 1000 for driver in DRIVERS)


@pytest.mark.req("DF-P-09")
def test_the_web_app_hears_of_every_reservation(day: Lived) -> None:
    told = day.said("REST POST /sessions/v1/reservations", src="PMS", dst="WEBAPP")
    named = {name for line in told for name in of(line, "res")}
    booked = {row.reservation for row in day.rows(ReservationRow) if not row.walk_in}
    assert len(booked) == 2
    assert booked <= named


@pytest.mark.req("DF-P-10")
def test_the_car_park_hears_of_every_end_once(day: Lived) -> None:
    told = day.said("REST POST /parking/v1/slots/{slot}/free", src="WEBAPP", dst="PMS")
    ended = Counter(name for line in told for name in of(line, "ses"))
    assert ended == Counter(day.visit(driver).session for driver in DRIVERS)


@pytest.mark.req("DF-P-12")
def test_wishes_and_consent_are_kept_with_the_session_and_the_time(
    seen: tuple[Lived, Looks],
) -> None:
    day, looks = seen
    for driver in DRIVERS:
        visit = day.visit(driver)
        wanted, wish = visit.itinerary, looks.wishes[visit.session]
        assert (wish.target, wish.floor) == (wanted.soc_target, wanted.soc_floor)
        assert wish.departure == pytest.approx(wanted.announced_departure, abs=60.0)
        asked = day.said("HTTPS POST /s/{session}/consent")
        at = next(line.t for line in asked if visit.session in of(line, "ses"))
        kept = [row for row in day.rows(ConsentRow) if row.session == visit.session]
        assert {row.decision for row in kept}
        assert all(row.at == pytest.approx(at, abs=1.0) for row in kept)


@pytest.mark.req("DF-P-13", "IF-WEBAPP-CSEMS")
def test_the_cs_ems_learns_what_it_needs_and_nobodys_name(day: Lived) -> None:
    started = day.said("REST POST /sessions/v1", src="WEBAPP", dst="CS_EMS")
    assert Counter(name for line in started for name in of(line, "ses")) == Counter(
        day.visit(driver).session for driver in DRIVERS
    )
    names = {each.encode_name for each in msgspec.structs.fields(rest.SessionRequirements)}
    assert not names & {"name", "driver", "plate", "email", "phone", "payment"}
    seen = day.outcome.conformance
    assert seen is not None
    assert seen.personal_markers == 0  # the link is not one that may carry a person


@pytest.mark.req("DF-P-14")
def test_power_is_set_by_the_cs_ems_alone(day: Lived) -> None:
    for msg in ("OCPP SetChargingProfile", "OCPP UpdateDynamicSchedule"):
        orders = day.said(msg)
        assert orders
        assert {line.src for line in orders} == {"CS_EMS"}
    points = day.said("STATION setpoint")
    assert points
    for line in points:
        station = line.src.removeprefix("CS_C/")
        assert line.dst.startswith(f"EVSE_C/{station}-")
    for msg in ("ISO15118-20 DC_ChargeLoopRes", "ISO15118-20 AC_ChargeLoopRes"):
        assert {line.src.partition("/")[0] for line in day.said(msg)} == {"EVSE_C"}


@pytest.mark.req("DF-P-15")
def test_a_start_has_exactly_one_evse(day: Lived) -> None:
    starts = day.said("OCPP RequestStartTransaction", src="CS_EMS")
    targets = [of(line, "evse") for line in starts]
    assert all(len(evses) == 1 for evses in targets)
    assert sorted(evses[0] for evses in targets) == sorted(day.visit(d).bay for d in DRIVERS)
    for line, (evse,) in zip(starts, targets, strict=True):
        assert evse.startswith(line.dst.removeprefix("CS_C/") + "-")
    authorized = Counter(line.dst for line in day.said("STATION authorize"))
    assert authorized == Counter(f"EVSE_C/{evse}" for (evse,) in targets)


@pytest.mark.req("SYS-P-PMS", "SYS-P-WEBAPP", "SYS-P-BOOKING_UI", "SYS-P-ADHOC_UI")
def test_rooms_that_lose_their_power_in_the_middle_lose_nothing_else(day: Lived) -> None:
    assert sorted(day.gathered.problems) == [
        "parking: SUPERVISOR crash",
        "parking: SUPERVISOR crash",
        "session_app: SUPERVISOR crash",
    ]
    assert [day.visit(driver).fate for driver in DRIVERS] == ["left"] * 3
    assert all(day.visit(d).saw_report and day.visit(d).saw_bill for d in DRIVERS)
    assert {row.state for row in day.rows(ReservationRow)} == {"left"}
    assert len(day.gathered.bills) == 3
    parking = [p for p in day.outcome.ledger if p.transaction.startswith("parking")]
    assert len({p.transaction for p in parking}) == 3


@pytest.mark.req("SYS-P-PMS", "SYS-P-WEBAPP", "SYS-P-BOOKING_UI", "SYS-P-ADHOC_UI")
def test_every_room_speaks_over_its_declared_links_alone(day: Lived) -> None:
    seen = day.outcome.conformance
    assert seen is not None
    assert (seen.undeclared_links, seen.wrong_protocol, seen.late, seen.unexplained) == (0, 0, 0, 0)
    assert day.use_case("SC-P-MAIN").conforming == 2
    assert day.use_case("SC-P-WALKIN").conforming == 1
    speakers = {line.src.partition("/")[0] for line in day.lines}
    assert {"BOOKING_UI", "PMS", "WEBAPP", "ADHOC_UI"} <= speakers
