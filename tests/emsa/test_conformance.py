"""A trace that does all of a use case conforms; one that does not is told what is wrong."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from emsa_synthetic import BETWEEN_S, judged, kinds, trace

from sterna.emsa.conformance import Checker, Observed
from sterna.emsa.model import UseCase
from sterna.emsa.results import Result
from sterna.emsa.usecase import packaged
from sterna.runtime.trace import Record

SCENARIOS = ("SC-P-WALKIN", "SC-P-EVSTOP", "SC-P-UNIDIR")
ALL = [
    [name for place, name in enumerate(SCENARIOS) if chosen >> place & 1]
    for chosen in range(2 ** len(SCENARIOS))
]
FLOOR = 0.95
"""Share of the mutations of each kind that must be found."""


@pytest.fixture(scope="module")
def porto() -> UseCase:
    return packaged("porto")


@pytest.fixture(scope="module")
def main(porto: UseCase) -> list[Observed]:
    return trace(porto, ["SC-P-MAIN"])


@pytest.mark.req("P-SUM")
@pytest.mark.parametrize("chosen", ALL, ids=lambda names: "+".join(names) or "SC-P-MAIN")
def test_what_the_file_says_conforms_to_the_file(porto: UseCase, chosen: list[str]) -> None:
    """Every scenario and every composition of scenarios."""
    result = judged(porto, trace(porto, chosen or ["SC-P-MAIN"]))
    assert list(kinds(result)) == []
    assert [one.scenario for one in result.sessions] == ["+".join(chosen) or "SC-P-MAIN"]
    assert result.holds
    assert result.unproven == 0
    assert (result.never_arrived, result.unanswered) == (0, 0)


def test_the_main_scenario_has_25_steps_and_all_conform(
    porto: UseCase, main: list[Observed]
) -> None:
    row = judged(porto, main).scenarios[0]
    assert (row.id, len(row.steps), row.sessions, row.conforming) == ("SC-P-MAIN", 25, 1, 1)
    assert all(step.conforming == step.judged == 1 for step in row.steps)


def changed(main: list[Observed], place: int, **fields: object) -> list[Observed]:
    """Return *main* with one message changed."""
    return [*main[:place], replace(main[place], **fields), *main[place + 1 :]]  # type: ignore[arg-type]


def repeated_kinds(porto: UseCase) -> set[tuple[str, str, str]]:
    """Return sender, receiver and message of exchanges that may be seen more than once."""
    steps = porto.scenarios[0].steps
    exchanges = [exchange for step in steps for exchange in step.exchanges]
    return {(x.sender, x.to, x.obs[0]) for x in exchanges if x.min is not None}


def optional_kinds(porto: UseCase) -> set[tuple[str, str, str]]:
    """Return sender, receiver and message of exchanges that may be absent."""
    steps = porto.scenarios[0].steps
    return {
        (x.sender, x.to, x.obs[0])
        for step in steps
        for x in step.exchanges
        if step.optional or x.optional
    }


def kind(porto: UseCase, seen: Observed) -> tuple[str, str, str]:
    """Return sender, receiver and pattern of a message, as the file has them."""
    ends = (seen.src.partition("/")[0], seen.dst.partition("/")[0])
    steps = porto.scenarios[0].steps
    patterns = [
        x.obs[0]
        for step in steps
        for x in step.exchanges
        if (x.sender, x.to) == ends
        and x.obs[0].replace("{session}", "ses-1").replace("{slot}", "porto-1-1") == seen.msg
    ]
    return (*ends, patterns[0])


def single(porto: UseCase, main: list[Observed]) -> list[int]:
    """Return the places of messages that are seen exactly once and have to be."""
    loose = repeated_kinds(porto) | optional_kinds(porto)
    return [k for k, seen in enumerate(main) if kind(porto, seen) not in loose]


Mutation = Callable[[UseCase, list[Observed]], Iterator[list[Observed]]]


def deletions(porto: UseCase, main: list[Observed]) -> Iterator[list[Observed]]:
    for place in single(porto, main):
        yield main[:place] + main[place + 1 :]


def deletions_of_one_of_many(porto: UseCase, main: list[Observed]) -> Iterator[list[Observed]]:
    """Delete one message of the steady control loop, which nothing but its period shows."""
    steps = porto.scenarios[0].steps
    periodic = {
        (x.sender, x.to, x.obs[0])
        for step in steps
        for x in step.exchanges
        if x.period_s is not None
    }
    seen_before: Counter[tuple[str, str, str]] = Counter()
    for place, seen in enumerate(main):
        its = kind(porto, seen)
        seen_before[its] += 1
        if its in periodic and 1 < seen_before[its] < 12:
            yield main[:place] + main[place + 1 :]


def swaps(porto: UseCase, main: list[Observed]) -> Iterator[list[Observed]]:
    """Move a message of the main chain to the place of the one eight places later."""
    steps = [step for step in porto.scenarios[0].steps if step.anytime_after is None]
    chain = {
        (x.sender, x.to, x.obs[0]) for step in steps for x in step.exchanges if not x.meanwhile
    }
    for place in single(porto, main):
        later = main[min(place + 8, len(main) - 1)]
        if kind(porto, main[place]) in chain and later.t - main[place].t > BETWEEN_S:
            yield sorted(changed(main, place, t=later.t + 0.01), key=lambda one: one.t)


def reroutes(_porto: UseCase, main: list[Observed]) -> Iterator[list[Observed]]:
    for place, seen in list(enumerate(main))[::3]:
        yield changed(main, place, dst="EMKT" if not seen.dst.startswith("EMKT") else "BMS")


def wrong_protocols(_porto: UseCase, main: list[Observed]) -> Iterator[list[Observed]]:
    for place, seen in list(enumerate(main))[::3]:
        said = seen.msg.split(" ", 1)[1]
        yield changed(main, place, msg=f"MQTT {said}")


def delays(porto: UseCase, main: list[Observed]) -> Iterator[list[Observed]]:
    """Let everything after a message with a deadline come after that deadline."""
    steps = porto.scenarios[0].steps
    due = {
        (x.sender, x.to, x.obs[0]): x.within_s or step.within_s
        for step in steps
        for x in step.exchanges
        if (x.within_s or step.within_s) and not x.shared and x.min is None
    }
    for place in single(porto, main):
        allowed = due.get(kind(porto, main[place]))
        if allowed is not None:
            yield main[:place] + [replace(one, t=one.t + allowed + 1) for one in main[place:]]


def duplicates(porto: UseCase, main: list[Observed]) -> Iterator[list[Observed]]:
    for place in single(porto, main):
        if not main[place].msg.startswith("PHYSICAL plug"):
            yield [*main[: place + 1], main[place], *main[place + 1 :]]


def wrong_values(_porto: UseCase, main: list[Observed]) -> Iterator[list[Observed]]:
    """Discharge although the driver has declined."""
    declined = [
        replace(one, fields={**one.fields, **{k: False for k in ("v2b", "v2x") if k in one.fields}})
        for one in main
    ]
    for place, seen in enumerate(declined):
        if seen.fields.get("kw") and "/" in seen.src:
            calm = [replace(one, fields={**one.fields, "kw": 1.0}) for one in declined]
            yield changed(calm, place, fields={"kw": -1.0})


@pytest.mark.parametrize(
    "mutation",
    [
        deletions, deletions_of_one_of_many, swaps, reroutes, wrong_protocols, delays, duplicates,
        wrong_values,
    ],
)  # fmt: skip
def test_nearly_every_mutation_is_found(
    porto: UseCase, main: list[Observed], mutation: Mutation
) -> None:
    mutants = list(mutation(porto, main))
    results = [(mutant, judged(porto, mutant)) for mutant in mutants]
    missed = [mutant for mutant, result in results if result.holds and not result.unanswered]
    assert len(mutants) >= 10
    assert len(missed) <= (1 - FLOOR) * len(mutants), [
        set(map(str, main)) ^ set(map(str, mutant)) for mutant in missed[:3]
    ]


def only(result: Result) -> list[tuple[str, str]]:
    """Return kind and step of every finding of the sessions."""
    return [(finding.kind, finding.step) for one in result.sessions for finding in one.findings]


def place_of(main: list[Observed], msg: str, src: str = "") -> int:
    """Return where *msg* is first seen."""
    return next(k for k, one in enumerate(main) if one.msg == msg and one.src.startswith(src))


def test_one_missing_message_is_one_finding(porto: UseCase, main: list[Observed]) -> None:
    place = place_of(main, "OCPP RequestStartTransaction")
    result = judged(porto, main[:place] + main[place + 1 :])
    assert only(result) == [("missing", "7")]
    assert result.sessions[0].broken == ("7",)
    assert (
        "CS_EMS -> CS_C OCPP RequestStartTransaction was not seen"
        in result.scenarios[0].findings[0]
    )


def test_one_misplaced_message_is_one_finding(porto: UseCase, main: list[Observed]) -> None:
    """The search finds the reading with the fewest breaches instead of a cascade of them."""
    place = place_of(main, "HTTPS POST /s/ses-1/start")
    late = replace(main[place], t=main[-3].t + 0.01)
    moved = sorted([*main[:place], *main[place + 1 :], late], key=lambda one: one.t)
    assert only(judged(porto, moved)) == [("out-of-order", "5")]


def test_a_late_step_says_by_how_much(porto: UseCase, main: list[Observed]) -> None:
    place = place_of(main, "REST POST /sessions/v1")
    late = main[:place] + [replace(one, t=one.t + 10) for one in main[place:]]
    (finding,) = judged(porto, late).sessions[0].findings
    assert (finding.kind, finding.step) == ("late", "6")
    assert "10.2 s after the step before, allowed are 2 s" in finding.text


def test_a_pause_of_the_control_loop_is_found(porto: UseCase, main: list[Observed]) -> None:
    cut = [
        one
        for one in main
        if not (one.msg == "ISO15118-20 DC_ChargeLoopRes" and 3000 < one.t - main[0].t < 5000)
    ]
    (finding,) = judged(porto, cut).sessions[0].findings
    assert (finding.kind, finding.step) == ("missing-repeat", "10.2")
    assert "paused for 7200 s, at most 3630 s are allowed" in finding.text


def test_a_session_that_goes_on_is_counted_apart(porto: UseCase, main: list[Observed]) -> None:
    place = place_of(main, "HTTPS POST /s/ses-1/stop")
    row = judged(porto, main[: place - 3]).scenarios[0]
    assert (row.sessions, row.open, row.open_broken) == (0, 1, 0)


def test_a_booking_whose_car_never_came_is_no_session(porto: UseCase, main: list[Observed]) -> None:
    result = judged(porto, main[: place_of(main, "PHYSICAL plug")])
    assert (result.sessions, result.never_arrived) == ((), 1)


def test_a_booking_for_a_bay_in_use_does_not_join_who_stands_there(porto: UseCase) -> None:
    walk_in = trace(porto, ["SC-P-WALKIN"])
    booked = trace(porto, ["SC-P-MAIN"], start=walk_in[0].t + 600)
    steps = booked[: place_of(booked, "PHYSICAL plug")]
    later = [replace(one, t=one.t + walk_in[-1].t - walk_in[0].t) for one in booked[len(steps) :]]
    again = [
        replace(one, keys=tuple(key.replace("ses-1", "ses-2").replace("tx-1", "tx-2") for key in one.keys),
                msg=one.msg.replace("ses-1", "ses-2"))
        for one in [*steps, *later]
    ]  # fmt: skip
    result = judged(porto, sorted([*walk_in, *again], key=lambda one: one.t))
    assert [one.scenario for one in result.sessions] == ["SC-P-WALKIN", "SC-P-MAIN"]
    assert all(one.conforming for one in result.sessions)


def test_many_sessions_side_by_side_all_conform(porto: UseCase) -> None:
    traces = [
        trace(porto, ALL[number % 8] or ["SC-P-MAIN"], number=number, start=1e6 + 40.0 * number)
        for number in range(1, 25)
    ]
    result = judged(porto, sorted((one for each in traces for one in each), key=lambda one: one.t))
    assert result.holds, list(kinds(result))
    assert sum(row.sessions for row in result.scenarios) == 24


def test_fields_that_are_absent_are_counted_and_break_nothing(
    porto: UseCase, main: list[Observed]
) -> None:
    result = judged(porto, [replace(one, fields={}) for one in main])
    assert result.unproven > 30


def test_lines_that_nobody_heard_are_left_out(porto: UseCase) -> None:
    checker = Checker(porto)
    for status in ("problem", "dropped"):
        checker.recorded(Record(t=0.0, seq=1, src="CSMS", dst="CSMS", msg="crash", status=status))  # type: ignore[arg-type]
    checker.recorded(Record(t=0.0, seq=1, src="CSMS", dst="BEMS", msg="REST GET /x"))  # type: ignore[arg-type]
    result = checker.finish()
    assert (result.messages, result.undeclared_links) == (1, 1)
    assert "there is no link between the two" in result.strays[0].text


@pytest.mark.parametrize(
    ("src", "dst", "msg", "kind_of_finding"),
    [
        ("CSOS", "EMKT", "REST POST /volumes/v1", "undeclared-link"),
        ("CSMS", "CS_C/porto-1", "REST GET /x", "wrong-protocol"),
        ("CS_EMS", "CS_C/porto-1", "OCPP Sing", "unexplained"),
        ("CS_EMS", "CS_C/porto-1", "OCPP RequestStartTransaction", "unexplained"),
    ],
)
def test_a_message_outside_of_the_use_case_is_named(
    porto: UseCase, src: str, dst: str, msg: str, kind_of_finding: str
) -> None:
    result = judged(porto, [Observed(t=0.0, seq=1, src=src, dst=dst, msg=msg)])
    assert list(kinds(result)) == [kind_of_finding]
    assert not result.holds


def test_the_fallback_profile_of_an_empty_bay_is_no_part_of_a_session(porto: UseCase) -> None:
    said = Observed(t=0.0, seq=1, src="CS_EMS", dst="CS_C/porto-1", msg="OCPP SetChargingProfile")
    result = judged(porto, [said, replace(said, keys=("evse:porto-1-1",))])
    assert result.holds
    assert result.sessions == ()


def test_messages_are_counted_by_link_and_step(porto: UseCase, main: list[Observed]) -> None:
    result = judged(porto, main)
    assert sum(result.per_link.values()) == len(main) == result.messages
    assert result.per_step["1"] == 3
    assert result.per_link["CS_C", "CSMS"] >= 2
