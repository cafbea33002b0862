"""Faults become timed actions, the same for the same seed, and reach what can fail."""

import pytest

from sterna.kernel.quantities import Instant, Seconds
from sterna.runtime.seeded import SeededChance
from sterna.world.faults import (
    Action,
    Break,
    Crash,
    Cut,
    Delay,
    FaultKind,
    FaultSettings,
    Heal,
    PullPlug,
    Repeat,
    Restart,
    apply,
    planned,
)

START, END = Instant(1000.0), Instant(1000.0 + 72 * 3600)
STATIONS = ("porto-01", "porto-02", "porto-03")


def plan(*faults: FaultSettings, seed: int = 1) -> tuple[Action, ...]:
    return planned(faults, STATIONS, START, END, SeededChance(seed))


AT, UNTIL = Instant(START + 7200.0), Instant(START + 7200.0 + 900.0)


@pytest.mark.parametrize(
    ("fault", "actions"),
    [
        (
            FaultSettings(kind="csms-unreachable", at_hour=2),
            (Cut(at=AT, between=("CSMS", "*")), Heal(at=UNTIL, between=("CSMS", "*"))),
        ),
        (
            FaultSettings(kind="cs-ems-unreachable", at_hour=2),
            (Cut(at=AT, between=("CS_EMS", "*")), Heal(at=UNTIL, between=("CS_EMS", "*"))),
        ),
        (
            FaultSettings(kind="link-cut", at_hour=2, between=("CSMS", "CS_C")),
            (Cut(at=AT, between=("CSMS", "CS_C")), Heal(at=UNTIL, between=("CSMS", "CS_C"))),
        ),
        (
            FaultSettings(kind="partition", at_hour=2, between=("BEMS", "GMS")),
            (
                Cut(at=AT, between=("BEMS", "*")),
                Cut(at=AT, between=("GMS", "*")),
                Heal(at=UNTIL, between=("BEMS", "*")),
                Heal(at=UNTIL, between=("GMS", "*")),
            ),
        ),
        (
            FaultSettings(kind="bems-silent", at_hour=2),
            (Cut(at=AT, between=("BEMS", "*")), Heal(at=UNTIL, between=("BEMS", "*"))),
        ),
        (
            FaultSettings(kind="station-crash", at_hour=2, target="porto-02"),
            (Crash(at=AT, actor="porto-02"), Restart(at=UNTIL, actor="porto-02")),
        ),
        (
            FaultSettings(kind="actor-crash", at_hour=2, target="emsp"),
            (Crash(at=AT, actor="emsp"), Restart(at=UNTIL, actor="emsp")),
        ),
    ],
)
def test_a_fault_becomes_its_actions(fault: FaultSettings, actions: tuple[Action, ...]) -> None:
    assert plan(fault) == actions


def test_what_is_not_stated_is_drawn_from_the_seed() -> None:
    fault = FaultSettings(kind="station-crash", times=20)
    assert plan(fault) == plan(fault)
    assert plan(fault) != plan(fault, seed=2)
    crashes = [action for action in plan(fault) if isinstance(action, Crash)]
    assert len(crashes) == 20
    assert {crash.actor for crash in crashes} == set(STATIONS)
    assert all(START <= crash.at <= END for crash in crashes)


def test_faults_that_overlap_begin_and_end_once() -> None:
    long = FaultSettings(kind="csms-unreachable", at_hour=2, minutes=60)
    inside = FaultSettings(kind="csms-unreachable", at_hour=2.5, minutes=60)
    cut, heal = plan(long, inside)
    assert (type(cut), type(heal)) == (Cut, Heal)
    assert heal.at - cut.at == 90 * 60
    crash, restart = plan(
        *(
            FaultSettings(kind="station-crash", target="porto-02", at_hour=h, minutes=90)
            for h in (1, 2)
        )
    )
    assert (type(crash), type(restart)) == (Crash, Restart)
    assert restart.at - crash.at == 150 * 60


def test_one_fault_does_not_move_another() -> None:
    first, second = FaultSettings(kind="bems-silent"), FaultSettings(kind="early-unplug")
    assert set(plan(first)) <= set(plan(first, second))


def test_actions_come_in_order_of_time() -> None:
    kinds: tuple[FaultKind, ...] = ("bems-silent", "late-messages", "early-unplug", "csms-silent")
    times = [action.at for action in plan(*(FaultSettings(kind=k, times=5) for k in kinds))]
    assert times == sorted(times)


@pytest.mark.parametrize("kind", ["duplicate-messages", "late-messages"])
def test_messages_are_disturbed_one_by_one_within_the_minutes(kind: FaultKind) -> None:
    fault = FaultSettings(kind=kind, at_hour=2, messages=7, delay_s=3.0, between=("BEMS", "GMS"))
    actions = plan(fault)
    assert len(actions) == 7
    assert all(AT <= action.at <= UNTIL for action in actions)
    if kind == "late-messages":
        assert all(isinstance(action, Delay) and action.delay_s == 3.0 for action in actions)
    else:
        assert all(isinstance(action, Repeat) for action in actions)


class Recording:
    """Both sides of what can fail; remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def partition(self, one: str, other: str) -> None:
        self.told.append(("partition", one, other))

    def heal(self, one: str, other: str) -> None:
        self.told.append(("heal", one, other))

    def repeat_next(self, one: str, other: str) -> None:
        self.told.append(("repeat", one, other))

    def late_next(self, one: str, other: str, added_s: float) -> None:
        self.told.append(("late", one, other, added_s))

    def crash(self, actor: str) -> None:
        self.told.append(("crash", actor))

    def restart(self, actor: str) -> None:
        self.told.append(("restart", actor))

    def pull_plug(self, car: str | None, draw: float) -> None:
        self.told.append(("pull", car, draw))

    def break_hardware(self, what: str, car: str | None, draw: float) -> None:
        self.told.append(("break", what, car, draw))


def test_each_action_reaches_what_it_is_for() -> None:
    world, now = Recording(), START
    for action in (
        Cut(at=now, between=("A", "B")),
        Heal(at=now, between=("A", "B")),
        Repeat(at=now, between=("A", "B")),
        Delay(at=now, between=("A", "B"), delay_s=Seconds(4.0)),
        Crash(at=now, actor="bems"),
        Restart(at=now, actor="bems"),
        PullPlug(at=now, car="car-001", draw=0.5),
        Break(at=now, what="lock-stuck", car=None, draw=0.25),
    ):
        apply(action, world, world)
    assert world.told == [
        ("partition", "A", "B"),
        ("heal", "A", "B"),
        ("repeat", "A", "B"),
        ("late", "A", "B", 4.0),
        ("crash", "bems"),
        ("restart", "bems"),
        ("pull", "car-001", 0.5),
        ("break", "lock-stuck", None, 0.25),
    ]
