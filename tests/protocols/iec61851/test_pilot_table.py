"""The coupler: every signal in every state, every fault in every state, and the gate to power."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.quantities import Volts
from sterna.protocols.iec61851 import currents
from sterna.protocols.iec61851.pilot import (
    CONNECTED,
    DUE_S,
    OCCUPIED_WITHIN_S,
    OPEN_WITHIN_S,
    READY,
    Coupler,
    Duty,
    Fault,
    Pilot,
    Signal,
    after,
    failed,
    may_unlock,
    pilot_of,
)

POWERED = Coupler(pilot=Pilot.C, locked=True, closed=True, permitted=True)

# (pilot before, signal, pilot after)
MOVES = [
    (Pilot.A, Signal.PLUGGED, Pilot.B),
    (Pilot.B, Signal.READY, Pilot.C),
    (Pilot.B, Signal.VENTILATION, Pilot.D),
    (Pilot.C, Signal.VENTILATION, Pilot.D),
    (Pilot.D, Signal.READY, Pilot.C),
    (Pilot.C, Signal.UNREADY, Pilot.B),
    (Pilot.D, Signal.UNREADY, Pilot.B),
    (Pilot.B, Signal.UNPLUGGED, Pilot.A),
    (Pilot.C, Signal.UNPLUGGED, Pilot.A),
    (Pilot.D, Signal.UNPLUGGED, Pilot.A),
    (Pilot.A, Signal.DISABLED, Pilot.F),
    (Pilot.B, Signal.DISABLED, Pilot.F),
    (Pilot.C, Signal.DISABLED, Pilot.F),
    (Pilot.D, Signal.DISABLED, Pilot.F),
    (Pilot.F, Signal.ENABLED, Pilot.A),
    (Pilot.E, Signal.CLEARED, Pilot.A),
]


@pytest.mark.parametrize(("pilot", "signal"), list(itertools.product(Pilot, Signal)))
def test_every_signal_leads_where_the_table_says_and_else_nowhere(
    pilot: Pilot, signal: Signal
) -> None:
    moves = {(before, what): then for before, what, then in MOVES}
    then, _ = after(Coupler(pilot=pilot), signal)
    assert then.pilot is moves.get((pilot, signal), pilot)


@pytest.mark.parametrize(("pilot", "fault"), list(itertools.product(Pilot, Fault)))
def test_every_fault_in_every_state_cuts_the_power_at_once(pilot: Pilot, fault: Fault) -> None:
    before = Coupler(pilot=pilot, locked=True, closed=pilot in READY, permitted=pilot in READY)
    then, duties = failed(before, fault)
    assert (then.pilot, then.closed, then.permitted, then.fault) == (Pilot.E, False, False, fault)
    assert duties[:2] == (Duty.ZERO_POWER, Duty.OPEN)
    assert duties[-1] is Duty.ALARM
    assert (Duty.END_SESSION in duties) is (pilot in CONNECTED)
    assert then.locked, "a fault alone never frees the plug"


def test_power_waits_for_pilot_and_permit_and_locks_first() -> None:
    plugged, duties = after(Coupler(), Signal.PLUGGED)
    assert duties == (Duty.OCCUPIED,)
    permitted, duties = after(plugged, Signal.PERMITTED)
    assert duties == ()
    assert not permitted.powered
    ready, duties = after(permitted, Signal.READY)
    assert duties == (Duty.LOCK, Duty.CLOSE)
    assert ready.powered


def test_power_goes_before_the_contactor_and_the_contactor_before_the_lock() -> None:
    then, duties = after(POWERED, Signal.WITHDRAWN)
    assert duties == (Duty.ZERO_POWER, Duty.OPEN, Duty.UNLOCK)
    assert then == Coupler(pilot=Pilot.C)


def test_leaving_ready_opens_the_contactor_in_time_but_keeps_the_plug() -> None:
    then, duties = after(POWERED, Signal.UNREADY)
    assert duties == (Duty.ZERO_POWER, Duty.OPEN)
    assert then.locked
    assert DUE_S[Duty.OPEN] == OPEN_WITHIN_S == 0.1
    assert DUE_S[Duty.OCCUPIED] == OCCUPIED_WITHIN_S == 5.0
    again, duties = after(then, Signal.READY)
    assert duties == (Duty.CLOSE,)
    assert again.powered


def test_a_plug_pulled_from_a_closed_lock_is_a_fault() -> None:
    then, duties = after(POWERED, Signal.UNPLUGGED)
    assert then.fault is Fault.PULLED_LOCKED
    assert Duty.ALARM in duties


def test_a_cleared_fault_frees_the_place() -> None:
    broken, _ = failed(POWERED, Fault.LOCK_STUCK)
    then, duties = after(broken, Signal.CLEARED)
    assert then == Coupler()
    assert duties == (Duty.UNLOCK, Duty.RESTORED, Duty.FREE)


def test_taking_the_evse_out_of_service_ends_the_session() -> None:
    then, duties = after(POWERED, Signal.DISABLED)
    assert then.pilot is Pilot.F
    assert duties == (Duty.ZERO_POWER, Duty.OPEN, Duty.UNLOCK, Duty.END_SESSION)


@given(st.lists(st.sampled_from([*Signal, *Fault]), max_size=30))
def test_power_never_flows_outside_of_ready_locked_and_permitted(
    happenings: list[Signal | Fault],
) -> None:
    coupler = Coupler()
    for happening in happenings:
        if isinstance(happening, Fault):
            coupler, duties = failed(coupler, happening)
        else:
            coupler, duties = after(coupler, happening)
        if coupler.closed:
            assert coupler.pilot in READY
            assert coupler.locked
            assert coupler.permitted
        if Duty.UNLOCK in duties and Duty.OPEN in duties:
            assert duties.index(Duty.OPEN) < duties.index(Duty.UNLOCK)


@pytest.mark.parametrize(
    ("volts", "pilot"),
    [
        (12.2, Pilot.A),
        (8.7, Pilot.B),
        (6.0, Pilot.C),
        (3.4, Pilot.D),
        (0.0, Pilot.E),
        (-11.8, Pilot.F),
        (7.5, Pilot.E),
        (-3.0, Pilot.E),
    ],
)
def test_the_pilot_shows_its_state_by_voltage(volts: float, pilot: Pilot) -> None:
    assert pilot_of(volts) is pilot


def test_the_lock_opens_only_when_it_is_safe_to_touch() -> None:
    assert may_unlock(Coupler(pilot=Pilot.B), 59.0)
    assert not may_unlock(Coupler(pilot=Pilot.B), -61.0)
    assert not may_unlock(POWERED, 0.0)


@pytest.mark.parametrize(
    ("duty", "amperes"),
    [
        (0.05, 0.0),
        (0.09, 6.0),
        (0.10, 6.0),
        (0.266666, 16.0),
        (0.5, 30.0),
        (0.85, 51.0),
        (0.9, 65.0),
        (0.965, 80.0),
        (0.99, 0.0),
    ],
)
def test_duty_cycles_mean_amperes(duty: float, amperes: float) -> None:
    assert currents.amperes_of(duty) == pytest.approx(amperes, abs=0.01)


@given(st.floats(min_value=6.0, max_value=80.0))
def test_a_current_survives_its_duty_cycle(amperes: float) -> None:
    allowed = currents.amperes_of(currents.duty_of(amperes))
    assert allowed <= amperes + 1e-9
    assert allowed == pytest.approx(amperes, abs=1.51 if 51.0 < amperes < 52.6 else 0.01)


def test_the_least_limit_counts() -> None:
    assert currents.least(32.0, None, currents.cable_amperes(680), 63.0) == 20.0
    assert currents.least(-5.0) == 0.0
    assert currents.cable_amperes(1550) == 13.0
    assert currents.cable_amperes(400) == 0.0
    assert currents.duty_of(5.0) == 1.0
    assert currents.digital(0.05)
    assert not currents.digital(0.1)
    assert currents.power(16.0, Volts(230.0), 3) == pytest.approx(11.04)
