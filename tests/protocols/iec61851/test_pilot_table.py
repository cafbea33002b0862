"""The coupler: every signal in every stage, every fault in every stage, and the gate to power."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.protocols.iec61851.pilot import (
    CONNECTED,
    CUT,
    DUE_S,
    OCCUPIED_WITHIN_S,
    OPEN_WITHIN_S,
    PILOT_OHMS,
    READY,
    TABLE,
    Coupler,
    Duty,
    Fault,
    Pilot,
    Signal,
    Stage,
    after,
    may_unlock,
    pilot_of,
    volts_of,
)

A, B, GRANTED, HELD = Stage.A, Stage.B, Stage.B_GRANTED, Stage.B_HELD
C, C_ON, D, D_ON = Stage.C, Stage.C_POWERED, Stage.D, Stage.D_POWERED
E, E_LOCKED, F = Stage.E, Stage.E_LOCKED, Stage.F
ZERO, OPEN, CLOSE, LOCK, UNLOCK = Duty.ZERO_POWER, Duty.OPEN, Duty.CLOSE, Duty.LOCK, Duty.UNLOCK
OCCUPIED, FREE, END, ALARM = Duty.OCCUPIED, Duty.FREE, Duty.END_SESSION, Duty.ALARM

# (stage before, signal, stage after, what has to be done)
MOVES = [
    (A, Signal.PLUGGED, B, [OCCUPIED]),
    (A, Signal.DISABLED, F, []),
    (B, Signal.READY, C, []),
    (B, Signal.VENTILATION, D, []),
    (B, Signal.PERMITTED, GRANTED, []),
    (B, Signal.UNPLUGGED, A, [END, FREE]),
    (B, Signal.DISABLED, F, [END]),
    (GRANTED, Signal.READY, C_ON, [LOCK, CLOSE]),
    (GRANTED, Signal.VENTILATION, D_ON, [LOCK, CLOSE]),
    (GRANTED, Signal.WITHDRAWN, B, []),
    (GRANTED, Signal.UNPLUGGED, A, [END, FREE]),
    (GRANTED, Signal.DISABLED, F, [END]),
    (HELD, Signal.READY, C_ON, [CLOSE]),
    (HELD, Signal.VENTILATION, D_ON, [CLOSE]),
    (HELD, Signal.WITHDRAWN, B, [UNLOCK]),
    (HELD, Signal.UNPLUGGED, E_LOCKED, [ZERO, OPEN, END, ALARM]),
    (HELD, Signal.DISABLED, F, [UNLOCK, END]),
    (C, Signal.UNREADY, B, []),
    (C, Signal.VENTILATION, D, []),
    (C, Signal.PERMITTED, C_ON, [LOCK, CLOSE]),
    (C, Signal.UNPLUGGED, A, [END, FREE]),
    (C, Signal.DISABLED, F, [END]),
    (C_ON, Signal.UNREADY, HELD, [ZERO, OPEN]),
    (C_ON, Signal.VENTILATION, D_ON, []),
    (C_ON, Signal.WITHDRAWN, C, [ZERO, OPEN, UNLOCK]),
    (C_ON, Signal.UNPLUGGED, E_LOCKED, [ZERO, OPEN, END, ALARM]),
    (C_ON, Signal.DISABLED, F, [ZERO, OPEN, UNLOCK, END]),
    (D, Signal.UNREADY, B, []),
    (D, Signal.READY, C, []),
    (D, Signal.PERMITTED, D_ON, [LOCK, CLOSE]),
    (D, Signal.UNPLUGGED, A, [END, FREE]),
    (D, Signal.DISABLED, F, [END]),
    (D_ON, Signal.UNREADY, HELD, [ZERO, OPEN]),
    (D_ON, Signal.READY, C_ON, []),
    (D_ON, Signal.WITHDRAWN, D, [ZERO, OPEN, UNLOCK]),
    (D_ON, Signal.UNPLUGGED, E_LOCKED, [ZERO, OPEN, END, ALARM]),
    (D_ON, Signal.DISABLED, F, [ZERO, OPEN, UNLOCK, END]),
    (E_LOCKED, Signal.SAFE, E, [UNLOCK]),
    (E_LOCKED, Signal.CLEARED, A, [UNLOCK, Duty.RESTORED, FREE]),
    (E, Signal.CLEARED, A, [Duty.RESTORED, FREE]),
    (F, Signal.ENABLED, A, [FREE]),
]  # fmt: skip
WHERE = {(stage, signal): (then, tuple(duties)) for stage, signal, then, duties in MOVES}


@pytest.mark.parametrize(("stage", "signal"), list(itertools.product(Stage, Signal)))
def test_every_signal_leads_where_the_table_says_and_else_nowhere(
    stage: Stage, signal: Signal
) -> None:
    then, duties = after(Coupler(stage=stage), signal)
    assert (then.stage, duties) == WHERE.get((stage, signal), (stage, ()))


@pytest.mark.parametrize(("stage", "fault"), list(itertools.product(Stage, Fault)))
def test_every_fault_in_every_stage_cuts_the_power_at_once(stage: Stage, fault: Fault) -> None:
    before = Coupler(stage=stage)
    then, duties = after(before, fault)
    assert (then.pilot, then.closed, then.permitted, then.fault) == (Pilot.E, False, False, fault)
    assert duties[:2] == CUT == (ZERO, OPEN)
    assert duties[-1] is ALARM
    assert (END in duties) is (stage.pilot in CONNECTED)
    assert then.locked is before.locked, "a fault alone never frees the plug"


def test_the_table_is_the_whole_product() -> None:
    assert set(TABLE) == set(itertools.product(Stage, [*Signal, *Fault]))


@pytest.mark.parametrize("stage", list(Stage))
def test_a_stage_is_what_its_marks_say(stage: Stage) -> None:
    coupler = Coupler(stage=stage)
    assert coupler.powered is coupler.closed
    if coupler.closed:
        assert coupler.locked
        assert coupler.permitted
        assert coupler.pilot in READY
    if coupler.permitted:
        assert coupler.pilot in CONNECTED


def test_a_plug_pulled_from_a_closed_lock_is_a_fault_and_its_end_frees_the_place() -> None:
    then, duties = after(Coupler(stage=C_ON), Signal.UNPLUGGED)
    assert then.fault is Fault.PULLED_LOCKED
    assert ALARM in duties
    assert after(then, Signal.CLEARED)[0] == Coupler()


def test_a_fault_is_known_until_it_is_cleared() -> None:
    broken, _ = after(Coupler(stage=C_ON), Fault.LOCK_STUCK)
    safe, duties = after(broken, Signal.SAFE)
    assert duties == (UNLOCK,)
    assert safe == Coupler(stage=E, fault=Fault.LOCK_STUCK)
    assert after(safe, Signal.READY) == (safe, ())
    worse, _ = after(safe, Fault.ISOLATION)
    assert worse.fault is Fault.ISOLATION


def test_hardware_is_told_how_fast_it_has_to_be() -> None:
    assert DUE_S[OPEN] == DUE_S[ZERO] == OPEN_WITHIN_S == 0.1
    assert DUE_S[OCCUPIED] == OCCUPIED_WITHIN_S == 5.0


@given(st.lists(st.sampled_from([*Signal, *Fault]), max_size=30))
def test_power_never_flows_outside_of_ready_locked_and_permitted(
    happenings: list[Signal | Fault],
) -> None:
    coupler, closed, locked = Coupler(), False, False
    for happening in happenings:
        coupler, duties = after(coupler, happening)
        for duty in duties:
            closed = (closed or duty is CLOSE) and duty is not OPEN
            locked = (locked or duty is LOCK) and duty is not UNLOCK
            assert locked or not closed, "the lock goes first and comes last"
        assert (closed, locked) == (coupler.closed, coupler.locked), "duties make the stage true"


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


@pytest.mark.parametrize("pilot", list(PILOT_OHMS))
def test_the_cars_resistor_makes_the_voltage_of_its_state(pilot: Pilot) -> None:
    assert pilot_of(volts_of(PILOT_OHMS[pilot])) is pilot


def test_the_lock_opens_only_when_it_is_safe_to_touch() -> None:
    assert may_unlock(Coupler(stage=B), 59.0)
    assert not may_unlock(Coupler(stage=B), -61.0)
    assert not may_unlock(Coupler(stage=C_ON), 0.0)
