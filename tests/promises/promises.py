"""What must hold after every run: each function checks one group of promises and says which one is broken."""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
from promises.small_site import Lived, power, spans

from sterna.actors.cs_ems.commands import SessionRow
from sterna.actors.csms.records import MeterValueRow, TransactionRow
from sterna.actors.parking.core import ReservationRow
from sterna.app.harvest import reachable, stored_kw
from sterna.domain.ledger_rows import LedgerRow
from sterna.domain.vehicle import compatibility

SETTLES_S = 5.0
"""A set-point has its effect within this."""
KW = 1e-3
"""What rounding on the wire may add to a power."""


def to_the_driver(run: Lived) -> None:
    """Floor, consent, target."""
    for stay, visit in run.stays():
        plan, name = visit.itinerary, visit.itinerary.driver
        for since, _, kw, soc in spans(stay):
            assert kw >= 0.0 or soc >= plan.soc_floor - 1e-6, (
                f"{name}: discharged below the floor, to {soc} at {since}"
            )
            assert kw >= 0.0 or plan.consents, f"{name}: discharged without consent at {since}"
            assert kw == 0.0 or visit.bay, f"{name}: power without a session at {since}"


def to_the_driver_who_stays(run: Lived) -> None:
    """Check the target, for runs in which nothing stood against it."""
    for stay, visit in run.charging():
        plan = visit.itinerary
        assert visit.stopped_at is not None
        if not plan.as_announced:
            continue
        soc = float(
            np.interp(
                plan.announced_departure, [at for at, _ in stay.soc], [soc for _, soc in stay.soc]
            )
        )
        if reachable(run.gathered, stay, visit):
            assert soc >= plan.soc_target - 0.005, (
                f"{plan.driver}: left with {soc}, not the target {plan.soc_target}"
            )
        else:
            hours = (plan.announced_departure - visit.started_at - 60.0) / 3600.0  # type: ignore[operator]
            most = stored_kw(run.gathered, stay) * hours / stay.car.capacity_kwh
            assert soc >= stay.soc[0][1] + 0.97 * most - 0.01, (
                f"{plan.driver}: got less than the most that was possible"
            )


def to_the_hardware(run: Lived) -> None:
    """Every limit, at every change of power."""
    together: list[tuple[float, str, float]] = []
    for stay, visit in run.stays():
        fit = compatibility(stay.car.model, run.gathered.evse_plates[stay.evse_id])
        for since, until, kw, _ in spans(stay):
            assert -fit.discharge_kw_max - KW <= kw <= fit.charge_kw_max + KW, (
                f"{stay.evse_id}: {kw} kW at {since}"
            )
            together += [(since, stay.evse_id, kw), (until, stay.evse_id, 0.0)]
        unplugged = float(stay.unplugged or run.scenario.end)
        asked = [
            (at, kw) for at, kw in run.setpoints(stay.evse_id) if stay.plugged <= at < unplugged
        ]
        for (at, kw), (until, _) in pairwise([*asked, (unplugged, 0.0)]):
            assert kw >= 0.0 or (visit.itinerary.consents and fit.discharge_kw_max), (
                f"{stay.evse_id}: a car that may not discharge was asked to at {at}"
            )
            if kw == 0.0 and until - at > SETTLES_S:
                assert power(stay, at + SETTLES_S) == 0.0, f"{stay.evse_id}: 0 was not 0 at {at}"
    inside_the_connection(run, together)


def inside_the_connection(run: Lived, changes: list[tuple[float, str, float]]) -> None:
    """Hold the cars' sum and the building's load against the connection, but for the seconds of a change."""
    settings = run.scenario.settings
    load = settings.building.constant_kw
    assert load is not None
    kw: dict[str, float] = defaultdict(float)
    over_since = 0.0
    for at, evse, value in sorted(changes, key=lambda change: (change[0], change[2])):
        if load + sum(kw.values()) > settings.site.connection_kw + KW:
            assert at - over_since <= SETTLES_S, (
                f"over the connection's limit from {over_since} to {at}"
            )
        else:
            over_since = at
        kw[evse] = value


def to_the_books(run: Lived) -> None:
    """One transaction per plug, complete, with registers that rise and energies that agree."""
    stays = list(run.stays())
    transactions = run.rows(TransactionRow)
    assert len(transactions) == len(stays), "one transaction for each plug"
    assert len({row.tx for row in transactions}) == len(stays), "ids are never used again"
    values: dict[str, list[MeterValueRow]] = defaultdict(list)
    for value in run.rows(MeterValueRow):
        values[value.tx].append(value)
    for row in transactions:
        assert row.ended, f"{row.tx}: the car left and the transaction never ended"
        assert row.missing == 0, f"{row.tx}: {row.missing} messages lack"
        readings = sorted(values[row.tx], key=lambda each: (each.seq, each.at))
        assert all(
            a.charged_wh <= b.charged_wh and a.discharged_wh <= b.discharged_wh
            for a, b in pairwise(readings)
        ), f"{row.tx}: registers ran backwards"
    into = sum(total for total, _ in run.gathered.registers.values())
    out = sum(total for _, total in run.gathered.registers.values())
    counted = (
        sum(row.charged_wh for row in transactions),
        sum(row.discharged_wh for row in transactions),
    )
    assert abs(counted[0] - into) <= len(stays) + 0.001 * into, (
        f"transactions charged {counted[0]} of {into} Wh"
    )
    assert abs(counted[1] - out) <= len(stays) + 0.001 * out, (
        f"transactions discharged {counted[1]} of {out} Wh"
    )
    site_wh = float(np.sum(run.gathered.cars_kw)) * run.gathered.step / 3.6
    assert abs(site_wh - (into - out)) <= 1.0 + 0.001 * (into + out), (
        "the energy balance of the site closes"
    )


def to_money(run: Lived) -> None:
    """Check for a ledger of zero, one bill for each session, and that nobody pays for V2B."""
    ledger = run.rows(LedgerRow)
    sums: Counter[str] = Counter()
    for row in ledger:
        sums[row.posting_key] += row.amount
    assert not any(sums.values()), "every payment sums to zero"
    for _, visit in run.charging():
        bill = run.gathered.bills.get(visit.session)
        assert bill is not None, f"{visit.itinerary.driver}: the session was never billed"
        assert bill.total <= bill.charge_only - bill.wear, (
            f"{visit.itinerary.driver}: pays more than with charging only"
        )
    for session in run.rows(SessionRow):
        assert session.phase == "ended", (
            f"{session.session}: the car left and the session never ended"
        )


def to_operators(run: Lived) -> None:
    """Reservations never overlap, persons stay in their rooms, everything recovers without a person."""
    left = {
        visit.reservation: visit.left_at
        for visit in run.gathered.visits
        if visit.left_at is not None
    }
    by_slot: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in run.rows(ReservationRow):
        assert row.state in ("left", "booked", "cancelled"), (
            f"{row.reservation}: the car left, the slot is {row.state}"
        )
        if row.state == "left":
            by_slot[row.slot].append((row.arrival, min(row.departure, left[row.reservation])))
    for slot, held in by_slot.items():
        assert all(a[1] <= b[0] for a, b in pairwise(sorted(held))), f"{slot}: reservations overlap"
    assert run.gathered.personal_markers == 0, "no person outside the personal rooms"
    assert run.gathered.result.undeclared_links == 0, "every message is on a declared link"
    fates = {visit.fate for visit in run.gathered.visits}
    assert fates <= {"left", "no booking", "turned away", "does not fit"}, (
        f"everybody who came has left: {fates}"
    )
    meant = {
        f"{fault.target or fault.kind.removesuffix('-silent').replace('-', '_')}: SUPERVISOR crash"
        for fault in run.scenario.settings.fault
    }
    bugs = [line for line in run.gathered.problems if line not in meant]
    assert not bugs, f"nothing crashed by itself: {bugs}"
