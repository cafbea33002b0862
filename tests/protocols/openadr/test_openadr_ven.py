"""The VEN reads what events mean, and times survive the wire."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant
from sterna.kernel.trace import Said
from sterna.protocols import openadr
from sterna.protocols.openadr.wire import BODY_BYTES_MAX, Interval, IntervalPeriod, ValuesMap

NOW = Instant(1_782_864_000.0)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT15M", 900),
        ("PT1H30M", 5400),
        ("P1D", 86_400),
        ("P2W", 1_209_600),
        ("PT0.5S", 0.5),
        ("-PT1M", -60),
        ("P1Y", 365 * 86_400),
        ("P1M", 30 * 86_400),
        ("P9999Y", math.inf),
    ],
)
def test_durations_are_read(text: str, length: float) -> None:
    assert openadr.seconds(text) == length


@pytest.mark.parametrize("text", ["", "P", "PT", "15M", "P1H", "PT1H ", "P1DT", "one hour"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        openadr.seconds(text)


@given(st.integers(-(10**10), 10**10))
def test_a_duration_survives_the_wire(milliseconds: int) -> None:
    assert openadr.seconds(openadr.duration(milliseconds / 1000)) == pytest.approx(
        milliseconds / 1000, abs=1e-6
    )


def test_an_infinite_duration_is_written_as_the_guide_says() -> None:
    assert openadr.duration(math.inf) == "P9999Y"
    assert openadr.duration(0) == "PT0S"


@given(st.integers(0, 4 * 10**12))
def test_a_moment_survives_the_wire(milliseconds: int) -> None:
    moment = Instant(milliseconds / 1000)
    assert openadr.instant(openadr.stamp(moment)) == pytest.approx(moment, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-01T00:00:00Z", NOW),
        ("2026-07-01T01:00:00+01:00", NOW),
        ("2026-07-01T00:00:00", NOW),
        ("0001-01-01", None),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_moments_are_read(text: str, moment: float | None) -> None:
    assert openadr.instant(text) == moment


def _event(intervals: list[dict[str, Any]], **more: Any) -> openadr.Event:
    return openadr.Event(
        id="e",
        created_date_time="2026-07-01T00:00:00Z",
        modification_date_time="2026-07-01T00:00:00Z",
        object_type="EVENT",
        program_id="p",
        intervals=tuple(
            Interval(
                id=k,
                interval_period=interval.get("period"),
                payloads=(ValuesMap(type="PRICE", values=(interval["value"],)),),
            )
            for k, interval in enumerate(intervals)
        ),
        **more,
    )


def _spans(event: openadr.Event) -> list[tuple[float, float, float]]:
    return [
        (span.start - NOW, span.end - NOW, span.value)
        for span in openadr.spans(event, "PRICE", NOW)
    ]


def test_intervals_follow_each_other_unless_they_say_when() -> None:
    event = _event(
        [
            {"value": 1},
            {"value": 2, "period": IntervalPeriod(start="2026-07-01T02:00:00Z")},
            {"value": 3, "period": IntervalPeriod(duration="PT2H")},
            {"value": "not a number"},
        ],
        interval_period=IntervalPeriod(start="2026-07-01T00:00:00Z", duration="PT1H"),
    )
    assert _spans(event) == [(0, 3600, 1), (7200, 10800, 2), (10800, 18000, 3)]


def test_an_event_without_start_begins_when_it_is_received() -> None:
    period = IntervalPeriod(start="0001-01-01T00:00:00Z", duration="P9999Y")
    spans = openadr.spans(_event([{"value": 5}], interval_period=period), "PRICE", NOW)
    assert spans == (openadr.Span(start=NOW, end=Instant(math.inf), value=5),)
    assert openadr.holds(spans, NOW) == 5
    assert math.isnan(openadr.holds(spans, Instant(NOW - 1)))
    assert openadr.spans(_event([{"value": 5}]), "PRICE", NOW) == ()


def test_an_event_duration_cuts_or_repeats_its_intervals() -> None:
    period = IntervalPeriod(start="2026-07-01T00:00:00Z", duration="PT1H")
    rows = [{"value": 1}, {"value": 2}]
    cut = _event(rows, interval_period=period, duration="PT90M")
    assert _spans(cut) == [(0, 3600, 1), (3600, 5400, 2)]
    twice = _event(rows, interval_period=period, duration="PT3H")
    assert _spans(twice) == [(0, 3600, 1), (3600, 7200, 2), (7200, 10800, 1)]
    forever = _event(rows, interval_period=period, duration="P9999Y")
    assert len(_spans(forever)) == 10_000
    endless = IntervalPeriod(start="2026-07-01T00:00:00Z", duration="P9999Y")
    assert _spans(_event([{"value": 1}], interval_period=endless, duration="PT1H")) == [
        (0, 3600, 1)
    ]


@given(st.lists(st.floats(-500, 500), min_size=1, max_size=50))
def test_a_set_point_keeps_its_sign_over_the_wire(kw: list[float]) -> None:
    request = openadr.setpoints("p", NOW, 300, kw)
    for interval in request.intervals:
        for payload in interval.payloads:
            assert all(isinstance(value, float) and value >= 0 for value in payload.values)
    back = openadr.read(openadr.EventRequest, openadr.written(request))
    assert [openadr.setpoint_kw(interval) for interval in back.intervals] == kw


def test_a_set_point_event_says_its_power_in_the_trace() -> None:
    request = openadr.setpoints("p", None, 300, [-42.5], name="dispatch")
    event = _event([]).__class__(
        id="e",
        created_date_time="x",
        modification_date_time="x",
        object_type="EVENT",
        program_id="p",
        intervals=request.intervals,
    )
    said = openadr.answered("GET", f"{openadr.ROOT}/events", 200, openadr.written([event]))
    assert said == Said(
        msg="OpenADR event DISPATCH_SETPOINT", fields={"id": "e", "intervals": 1.0, "kw": -42.5}
    )


def test_the_trace_names_what_passes() -> None:
    root = openadr.ROOT
    report = openadr.report("e", "cs_ems", NOW, 300, {"porto-03-1": {"DEMAND": 1}})
    said = openadr.asked("POST", f"{root}/reports", openadr.written(report))
    assert said == Said(
        msg="OpenADR POST /reports", keys=("evse:porto-03-1",), fields={"resources": 1.0}
    )
    unread: dict[str, float | str | bool] = {"unreadable": True}
    assert openadr.asked("POST", f"{root}/reports", b"x") == Said(
        msg="OpenADR POST /reports", fields=unread
    )
    assert openadr.asked("POST", openadr.CALLBACKS, b"x") == Said(
        msg="OpenADR notification", fields=unread
    )
    assert openadr.asked("GET", f"{openadr.CALLBACKS}?echo=1", b"") is None
    assert openadr.asked("GET", f"{root}/events?limit=1", b"") == Said(msg="OpenADR GET /events")
    assert openadr.asked("GET", "/elsewhere", b"") is None
    assert openadr.answered("GET", "/elsewhere", 200, b"") is None
    assert openadr.answered("POST", f"{root}/reports", 201, b"") is None
    assert openadr.answered("GET", f"{root}/events", 403, b"") == Said(msg="OpenADR 403 /events")
    assert openadr.answered("GET", f"{root}/events", 200, b"[]") is None
    assert openadr.answered("GET", f"{root}/events", 200, b"x") is None
    empty = openadr.written([_event([])])
    assert openadr.answered("GET", f"{root}/events", 200, empty) == Said(
        msg="OpenADR event", fields={"id": "e"}
    )


def test_a_ven_finds_and_answers_a_challenge() -> None:
    ask = openadr.find("programs", {"targets": ["a", "b"], "limit": "2"})
    assert ask.path == "/programs?targets=a&targets=b&limit=2"
    assert openadr.find("programs").path == "/programs"
    assert openadr.echoed("echo=abc") == "abc"
    assert openadr.echoed("") is None
    assert ("Authorization", "Bearer t") in ask.headers("t")
    assert ask.headers(None) == (("Content-Type", "application/json"),)


def test_a_body_beyond_the_limit_is_refused() -> None:
    with pytest.raises(BrokenPeer, match="more than"):
        openadr.read(openadr.EventRequest, b" " * (BODY_BYTES_MAX + 1))


def test_unknown_members_are_ignored_as_the_definition_asks() -> None:
    read = openadr.read(openadr.ProgramRequest, b'{"programName":"x","myPrivateObject":1}')
    assert read == openadr.ProgramRequest(program_name="x")


def test_a_report_keeps_the_last_value_and_skips_what_is_no_value() -> None:
    request = openadr.read(
        openadr.ReportRequest,
        b'{"eventID":"e","clientName":"c","resources":[{"resourceName":"r","intervals":['
        b'{"id":0,"payloads":[{"type":"DEMAND","values":[1]},{"type":"CURVE","values":[{"x":1,"y":2}]}]},'
        b'{"id":1,"payloads":[{"type":"DEMAND","values":[2]},{"type":"EMPTY","values":[]}]}]}]}',
    )
    assert openadr.reported(request) == {"r": {"DEMAND": 2}}
