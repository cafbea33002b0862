"""OSCP: the block algebra keeps its laws, both parties wired together keep the rules."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, Kilowatts, later
from sterna.kernel.timestamps import stamp
from sterna.kernel.trace import Said
from sterna.protocols import oscp
from sterna.protocols.oscp.messages import BODY_BYTES_MAX
from sterna.protocols.oscp.party import WAITING_MAX
from sterna.protocols.oscp.roles import GROUPS_MAX

T0 = Instant(1_782_864_000.0)
HOUR = 3600.0


def block(start: float, end: float, kw: float) -> oscp.Block:
    return oscp.Block(start=Instant(T0 + start), end=Instant(T0 + end), kw=Kilowatts(kw))


@st.composite
def profiles(draw: st.DrawFn) -> oscp.Profile:
    edges = sorted(draw(st.sets(st.integers(0, 40), max_size=12)))
    spans = list(pairwise(edges))[:: draw(st.integers(1, 2))]
    return oscp.profile(block(a * 900, b * 900, draw(st.integers(0, 400))) for a, b in spans)


MOMENTS = [Instant(T0 + k * 450.0) for k in range(84)]


@given(profiles(), profiles())
def test_a_new_forecast_holds_where_it_speaks_and_the_old_one_elsewhere(
    old: oscp.Profile, new: oscp.Profile
) -> None:
    result = oscp.replaced(old, new)
    for moment in MOMENTS:
        said = oscp.at(new, moment)
        assert oscp.at(result, moment) == (oscp.at(old, moment) if said is None else said)


@given(profiles(), profiles(), profiles())
def test_the_last_word_counts_in_whatever_portions_it_comes(
    a: oscp.Profile, b: oscp.Profile, c: oscp.Profile
) -> None:
    one = oscp.replaced(oscp.replaced(a, b), c)
    other = oscp.replaced(a, oscp.replaced(b, c))
    assert [oscp.at(one, t) for t in MOMENTS] == [oscp.at(other, t) for t in MOMENTS]


@given(profiles(), profiles())
def test_replacing_keeps_order_leaves_no_overlap_and_repeats_harmlessly(
    old: oscp.Profile, new: oscp.Profile
) -> None:
    result = oscp.replaced(old, new)
    assert result == oscp.profile(result)
    assert oscp.replaced(result, new) == result
    assert oscp.replaced((), new) == new
    assert oscp.replaced(old, ()) == old


@given(profiles(), st.sampled_from(MOMENTS))
def test_forgetting_the_past_changes_nothing_to_come(known: oscp.Profile, moment: Instant) -> None:
    kept = oscp.since(known, moment)
    assert [oscp.at(kept, t) for t in MOMENTS if t >= moment] == [
        oscp.at(known, t) for t in MOMENTS if t >= moment
    ]


def test_zero_is_a_limit_and_a_gap_is_none() -> None:
    known = oscp.profile([block(0, 900, 0)])
    assert oscp.at(known, T0) == 0.0
    assert oscp.at(known, later(T0, 900)) is None


@pytest.mark.parametrize(
    ("start", "end", "kw", "why"),
    [(5, 5, 1, "not after"), (5, 4, 1, "not after"), (0, 9, -1, "negative")],
)
def test_a_block_has_a_length_and_no_negative_capacity(
    start: float, end: float, kw: float, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        block(start, end, kw)


def test_blocks_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="claim the time"):
        oscp.profile([block(0, 900, 1), block(450, 1800, 2)])


@pytest.mark.parametrize(
    ("capacity", "unit", "phase", "kw"),
    [
        (30, "KW", "ALL", 30),
        (30_000, "W", "ALL", 30),
        (60, "KWH", "ALL", 30),
        (60_000, "WH", "ALL", 30),
        (100, "A", "ALL", 69),
        (100, "A", "UNKNOWN", 69),
        (100, "A", "TWO", 23),
        (0, "KW", "ALL", 0),
    ],
)
def test_every_unit_is_read_in_kw(capacity: float, unit: str, phase: str, kw: float) -> None:
    body = {
        "capacity": capacity,
        "unit": unit,
        "phase": phase,
        "start_time": stamp(T0),
        "end_time": stamp(later(T0, 2 * HOUR)),
    }
    read = msgspec.convert(body, oscp.ForecastedBlock)
    assert read.block().kw == pytest.approx(kw)


def _forecast(**change: object) -> bytes:
    body = {
        "group_id": "porto",
        "type": "CONSUMPTION",
        "forecasted_blocks": [
            {"capacity": 400, "start_time": stamp(T0), "end_time": stamp(later(T0, HOUR))}
        ],
    }
    return msgspec.json.encode(body | change)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/update_group_capacity_forecast", b"rubbish"),
        ("/update_group_capacity_forecast", _forecast(type="SOMETHING")),
        (
            "/update_group_capacity_forecast",
            _forecast(
                forecasted_blocks=[
                    {"capacity": -1, "start_time": "2026-01-01", "end_time": "2026-01-02"}
                ]
            ),
        ),
        (
            "/update_group_capacity_forecast",
            _forecast(
                forecasted_blocks=[
                    {"capacity": 1, "start_time": "2026-01-02", "end_time": "2026-01-01"}
                ]
            ),
        ),
        ("/update_group_capacity_forecast", b" " * (BODY_BYTES_MAX + 1)),
        ("/heartbeat", b'{"offline_mode_at":"later"}'),
        ("/nothing", b"{}"),
    ],
)
def test_rubbish_is_a_broken_peer(path: str, data: bytes) -> None:
    with pytest.raises(BrokenPeer):
        oscp.read(path, data)


class Pair:
    """A DSO and a building, wired together; time and the wire belong to the test."""

    def __init__(self) -> None:
        self.now = T0
        self.dso = oscp.CapacityProvider(
            "dso",
            base_url="https://dso/oscp/2.0",
            token="to-dso",
            peer_url="https://bems/oscp/2.0",
            peer_token="to-bems",
            heartbeat_interval_s=60,
        )
        self.bems = oscp.FlexibilityProvider(
            "bems",
            base_url="https://bems/oscp/2.0",
            token="to-bems",
            peer_url="https://dso/oscp/2.0",
            peer_token="to-dso",
            heartbeat_interval_s=120,
        )
        self.events: list[object] = []

    def carry(self, *, cut: bool = False) -> None:
        for _ in range(10):
            for source, target in ((self.dso, self.bems), (self.bems, self.dso)):
                for post in source.to_send():
                    if not cut:
                        got = target.receive(self.now, post.path, post.body, post.token)
                        assert got.status == 204, got.reason
                        self.events += got.events

    def pass_time(self, seconds: float, *, cut: bool = False) -> None:
        end = later(self.now, seconds)
        while True:
            due = min(d for d in (self.dso.deadline, self.bems.deadline, end) if d is not None)
            if due >= end:
                self.now = end
                return
            self.now = due
            self.events += [*self.dso.tick(due), *self.bems.tick(due)]
            self.carry(cut=cut)


@pytest.fixture
def pair() -> Pair:
    wired = Pair()
    wired.bems.initiate()
    wired.carry()
    return wired


def test_registration_leads_to_the_handshake_and_both_are_online(pair: Pair) -> None:
    assert pair.dso.online
    assert pair.bems.online
    assert pair.dso.state.interval_s == 120
    assert pair.bems.state.interval_s == 60
    assert sum(isinstance(event, oscp.Registered) for event in pair.events) == 2


def test_heartbeats_keep_both_online_for_days(pair: Pair) -> None:
    pair.pass_time(2 * 86_400)
    assert not [event for event in pair.events if isinstance(event, oscp.Offline)]
    assert pair.dso.state.sent == pytest.approx(2 * 86_400 / 120, abs=4)


def test_a_party_that_lost_its_memory_registers_again(pair: Pair) -> None:
    fresh = Pair().bems
    pair.bems = fresh
    fresh.initiate()
    pair.carry()
    assert pair.bems.online
    assert pair.dso.online


@pytest.mark.req("IF-BEMS-DSO", "P-STEP-10.1")
def test_a_forecast_reaches_the_building_and_a_later_one_replaces_it(pair: Pair) -> None:
    pair.dso.forecast("porto", "CONSUMPTION", (block(0, 4 * HOUR, 400),))
    pair.dso.forecast("porto", "GENERATION", (block(0, 4 * HOUR, 100),))
    pair.dso.forecast("porto", "OPTIMUM", (block(0, 4 * HOUR, 250),))
    pair.carry()
    assert pair.bems.capacity("porto", T0) == oscp.Capacity(
        import_kw=Kilowatts(400), export_kw=Kilowatts(100), fallback=False
    )
    pair.dso.forecast("porto", "CONSUMPTION", (block(HOUR, 2 * HOUR, 0),))
    pair.carry()
    assert [pair.bems.capacity("porto", later(T0, h * HOUR)).import_kw for h in range(5)] == [
        400.0,
        0.0,
        400.0,
        400.0,
        None,
    ]
    assert pair.bems.optimum("porto", T0) == 250.0
    assert pair.bems.optimum("elsewhere", T0) is None
    pair.bems.forget_before(later(T0, 3 * HOUR))
    assert pair.bems.capacity("porto", T0).import_kw is None
    assert pair.bems.capacity("porto", later(T0, 3 * HOUR)).import_kw == 400.0


def test_silence_brings_the_fallback_at_the_announced_moment_and_a_heartbeat_ends_it(
    pair: Pair,
) -> None:
    pair.dso.forecast("porto", "CONSUMPTION", (block(0, 4 * HOUR, 400),))
    pair.dso.forecast("porto", "GENERATION", (block(0, 4 * HOUR, 100),))
    pair.dso.forecast("porto", "FALLBACK_CONSUMPTION", (block(0, 4 * HOUR, 150),))
    pair.carry()
    pair.pass_time(600)
    announced = pair.bems.state.peer_offline_at
    assert announced is not None
    pair.events.clear()
    pair.pass_time(1200, cut=True)
    assert oscp.Offline(since=announced) in pair.events
    assert not pair.bems.online
    silent = pair.bems.capacity("porto", pair.now)
    assert silent == oscp.Capacity(
        import_kw=Kilowatts(150), export_kw=Kilowatts(100), fallback=True
    )
    pair.pass_time(600)
    assert oscp.Online() in pair.events
    assert pair.bems.capacity("porto", pair.now).import_kw == 400.0


def test_the_building_asks_complains_and_reports(pair: Pair) -> None:
    pair.events.clear()
    pair.bems.adjust("porto", "CONSUMPTION", (block(0, HOUR, 300),))
    pair.bems.complain("porto", "the building alone needs more", (block(0, HOUR, 100),))
    energy = oscp.EnergyMeasurement(
        value=12.5, unit="KWH", direction="IMPORT", measure_time=stamp(T0)
    )
    pair.bems.measured(oscp.UpdateGroupMeasurements(group_id="porto", measurements=(energy,)))
    pair.carry()
    assert [type(event).__name__ for event in pair.events] == [
        "AdjustGroupCapacityForecast",
        "GroupCapacityComplianceError",
        "UpdateGroupMeasurements",
    ]


@pytest.mark.parametrize(
    ("path", "body", "token", "status"),
    [
        ("/heartbeat", b"{}", "wrong", 401),
        ("/heartbeat", b"{}", None, 401),
        ("/heartbeat", b"{}", "to-bems", 400),
        ("/heartbeat", b'{"offline_mode_at":"2026-07-01T00:00:00Z"}', "to-bems", 403),
        ("/handshake", b'{"required_behaviour":{}}', "to-bems", 403),
        ("/update_group_capacity_forecast", _forecast(), "to-bems", 403),
        (
            "/register",
            b'{"token":"t","version_url":[{"version":"1.0","base_url":"x"}]}',
            "to-bems",
            400,
        ),
    ],
)
def test_a_stranger_is_answered_with_the_right_status(
    path: str, body: bytes, token: str | None, status: int
) -> None:
    got = Pair().bems.receive(T0, path, body, token)
    assert got.status == status
    assert got.reason


def test_a_role_takes_its_own_messages_only(pair: Pair) -> None:
    body = _forecast()
    path = "/update_group_capacity_forecast"
    assert pair.dso.receive(T0, path, body, "to-dso").status == 404
    assert pair.bems.receive(T0, path, body, "to-bems").status == 204


def test_both_spellings_of_the_acknowledgement_are_read(pair: Pair) -> None:
    body = b'{"required_behaviour":{}}'
    for path in ("/handshake_acknowledge", "/handshake_acknowledgment"):
        assert pair.dso.receive(T0, path, body, "to-dso").status == 204
    message = oscp.read("/handshake_acknowledgment", body)
    assert oscp.path_of(message) == "/handshake_acknowledge"
    assert pair.dso.state.interval_s is None


def test_groups_and_waiting_messages_are_bounded(pair: Pair) -> None:
    for number in range(GROUPS_MAX + 1):
        body = _forecast(group_id=str(number))
        pair.bems.receive(T0, "/update_group_capacity_forecast", body, "to-bems")
    assert len(pair.bems.profiles) == GROUPS_MAX
    for number in range(WAITING_MAX + 1):
        pair.bems.complain(str(number), "", ())
    assert len(pair.bems.to_send()) == WAITING_MAX


def test_the_state_is_plain_data(pair: Pair) -> None:
    pair.dso.forecast("porto", "CONSUMPTION", (block(0, 4 * HOUR, 400),))
    pair.carry()
    stored = msgspec.json.encode(pair.bems.profiles)
    assert (
        msgspec.json.decode(stored, type=dict[str, dict[str, oscp.Profile]]) == pair.bems.profiles
    )
    stored = msgspec.json.encode(pair.bems.state)
    assert msgspec.json.decode(stored, type=oscp.PartyState) == pair.bems.state


def test_a_new_party_has_no_deadline() -> None:
    assert Pair().bems.deadline is None
    assert Pair().bems.tick(T0) == ()


def test_the_trace_shows_the_limit_and_never_a_token(pair: Pair) -> None:
    path = f"{oscp.ROOT}/update_group_capacity_forecast"
    assert oscp.asked("POST", path, _forecast()) == Said(
        msg="OSCP UpdateGroupCapacityForecast",
        fields={
            "group": "porto",
            "blocks": 1.0,
            "from": T0,
            "to": T0 + HOUR,
            "kw_import_max": 400.0,
        },
    )
    empty = oscp.asked("POST", path, _forecast(forecasted_blocks=[]))
    assert empty is not None
    assert empty.fields == {"group": "porto", "blocks": 0.0}
    register = b'{"token":"secret","version_url":[]}'
    assert oscp.asked("POST", f"{oscp.ROOT}/register", register) == Said(msg="OSCP Register")
    assert oscp.asked("POST", path, b"x") == Said(msg="OSCP unreadable", fields={"path": path})
    assert oscp.asked("GET", path, b"") is None
    assert oscp.asked("POST", "/elsewhere", b"") is None


def test_a_request_carries_the_peers_token_and_an_id(pair: Pair) -> None:
    pair.bems.complain("porto", "", ())
    (post,) = pair.bems.to_send()
    assert ("Authorization", "Token to-dso") in post.headers()
    assert any(name == "X-Request-ID" for name, _ in post.headers())
