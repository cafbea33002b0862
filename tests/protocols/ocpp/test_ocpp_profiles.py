"""How charging profiles stack, tighten, lapse and become a composite schedule."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from sterna.kernel.quantities import Instant, Kilovars, Kilowatts, Seconds, Share, Volts
from sterna.protocols.ocpp import profile_messages as messages
from sterna.protocols.ocpp import profiles, v21, wire
from sterna.protocols.ocpp.profile_records import Period, Profile, Slice, View

T0 = Instant(1_751_328_000.0)
HOUR = 3600.0
VIEW = View(evse=1, tx="tx", tx_started=T0)
ALWAYS = profiles.FOREVER


def at(hours: float) -> Instant:
    return Instant(T0 + hours * HOUR)


def kw(value: float | None) -> Kilowatts | None:
    return None if value is None else Kilowatts(value)


def period(limit: float | None = None, **rest: Any) -> Period:
    return Period(**{"start_s": 0.0, "limit_kw": kw(limit), **rest})


def profile(limit: float | None = None, **rest: Any) -> Profile:
    made: dict[str, Any] = {
        "id": 1, "evse": 1, "level": 0, "purpose": "TxProfile", "kind": "Absolute",
        "periods": (period(limit),), "start": T0,
    }  # fmt: skip
    return Profile(**{**made, **rest})


def default(limit: float, **rest: Any) -> Profile:
    return profile(limit, **{"id": 10, "purpose": "TxDefaultProfile", **rest})


def site(limit: float | None, **rest: Any) -> Profile:
    purpose = "ChargingStationExternalConstraints"
    return profile(limit, **{"id": 20, "purpose": purpose, "evse": 0, **rest})


def setpoint(value: float, **rest: Any) -> Profile:
    leads = period(mode="CentralSetpoint", setpoint_kw=Kilowatts(value), **rest)
    return profile(id=3, level=5, kind="Dynamic", start=None, updated=T0, periods=(leads,))


STACK: list[tuple[str, list[Profile], View, float | None]] = [
    ("nothing limits", [], VIEW, None),
    ("a limit of 0 means 0", [profile(0)], VIEW, 0),
    ("the higher level leads", [profile(5), profile(9, id=2, level=1)], VIEW, 9),
    ("TxProfile goes before TxDefaultProfile", [profile(9), default(5, level=9)], VIEW, 9),
    ("TxDefaultProfile holds without TxProfile", [default(5)], VIEW, 5),
    ("TxDefaultProfile of all EVSEs", [default(5, evse=0)], VIEW, 5),
    ("the EVSE's own goes first", [default(5, evse=0), default(7, id=11)], VIEW, 7),
    ("but not before a higher level", [default(5, evse=0, level=1), default(7, id=11)], VIEW, 5),
    ("another EVSE's does not count", [default(5, evse=2)], VIEW, None),
    ("another transaction's does not count", [profile(5, tx="other")], VIEW, None),
    ("no transaction, no TxDefaultProfile", [default(5)], View(evse=1), None),
    ("constraints hold without transaction", [site(4)], View(evse=1), 4),
    ("the tightest limit counts", [profile(9), site(4)], VIEW, 4),
    ("of EVSE and station, too", [profile(9), site(8, evse=1), site(7, id=21)], VIEW, 7),
    ("a constraint never widens", [profile(3), site(4)], VIEW, 3),
    ("the station's maximum", [profile(9), site(6, purpose="ChargingStationMaxProfile")], VIEW, 6),
    ("not yet valid", [profile(5, valid_from=at(1)), default(3)], VIEW, 3),
    ("no longer valid", [profile(5, valid_to=T0), default(3)], VIEW, 3),
    ("not yet begun", [profile(5, start=at(1)), default(3)], VIEW, 3),
    ("ended", [profile(5, start=at(-2), duration_s=HOUR), default(3)], VIEW, 3),
    ("relative to the transaction", [profile(5, kind="Relative", start=None)], VIEW, 5),
    ("relative to nothing", [profile(5, kind="Relative", start=None)], View(evse=1, tx="tx"), None),
    ("generation is not counted", [profile(5, purpose="LocalGeneration")], VIEW, None),
    ("priority is asleep", [profile(22, purpose="PriorityCharging"), profile(5, id=2)], VIEW, 5),
    ("priority is awake", [profile(22, purpose="PriorityCharging"), profile(5, id=2)],
     replace(VIEW, priority=True), 22),
    ("below the cap's charge", [profile(9, soc_cap=(Share(0.8), Kilowatts(2)))],
     replace(VIEW, soc=Share(0.79)), 9),
    ("from the cap's charge on", [profile(9, soc_cap=(Share(0.8), Kilowatts(2)))],
     replace(VIEW, soc=Share(0.8)), 2),
]  # fmt: skip


@pytest.mark.parametrize(("why", "stack", "view", "limit"), STACK, ids=[row[0] for row in STACK])
def test_limits_stack(why: str, stack: list[Profile], view: View, limit: float | None) -> None:
    assert profiles.now_applies(stack, view, T0).limit_kw == limit
    assert profiles.now_applies(reversed(stack), view, T0).limit_kw == limit


HOURLY = (period(3), period(4, start_s=HOUR), period(5, start_s=2 * HOUR))
LASTS: list[tuple[str, list[Profile], float]] = [
    ("its own next period ends it", [profile(periods=HOURLY)], at(1)),
    ("one below it does not", [profile(9), default(3, periods=HOURLY)], ALWAYS),
    ("nor one of a lower level", [profile(9, level=1), profile(id=2, periods=HOURLY)], ALWAYS),
    ("one above it does, once it begins", [default(3), profile(9, valid_from=at(2))], at(2)),
    ("one above it does not, once it is over", [default(3), profile(9, valid_to=T0)], ALWAYS),
    ("what it yields to ends it", [profile(9, valid_to=at(3)), default(3)], at(3)),
    ("a constraint's next period ends it", [profile(9), site(3, periods=HOURLY)], at(1)),
    ("one below a constraint does not", [site(4, level=1), site(3, id=21, periods=HOURLY)], ALWAYS),
    ("the station's and the EVSE's both hold", [site(4, level=1), site(3, id=21, evse=1, periods=HOURLY)], at(1)),
]  # fmt: skip


@pytest.mark.parametrize(("why", "stack", "until"), LASTS, ids=[row[0] for row in LASTS])
def test_what_holds_lasts_until_something_that_matters_changes(
    why: str, stack: list[Profile], until: float
) -> None:
    assert profiles.now_applies(stack, VIEW, T0).until == until
    assert profiles.now_applies(reversed(stack), VIEW, T0).until == until


MODES: list[tuple[str, list[Profile], tuple[str, float | None, float | None]]] = [
    ("no profile: no discharge", [], ("ChargingOnly", 0, None)),
    ("charging only", [profile(9)], ("ChargingOnly", 0, None)),
    ("discharge as far as it goes", [setpoint(-7)], ("CentralSetpoint", None, -7)),
    ("set-point within its limit", [setpoint(9, limit=8)], ("CentralSetpoint", None, 8)),
    ("within the discharge limit", [setpoint(-9, discharge_kw=Kilowatts(-6))],
     ("CentralSetpoint", -6, -6)),
    ("within the site's limit", [setpoint(9), site(4)], ("CentralSetpoint", None, 4)),
    ("the site may forbid discharge",
     [setpoint(-9), site(4, periods=(period(4, discharge_kw=Kilowatts(0)),))],
     ("CentralSetpoint", 0, 0)),
    ("the tightest discharge limit", [setpoint(-9, discharge_kw=Kilowatts(-8)),
     site(4, periods=(period(4, discharge_kw=Kilowatts(-5)),))], ("CentralSetpoint", -5, -5)),
    ("idle", [profile(periods=(period(mode="Idle"),))], ("Idle", 0, None)),
    ("external limits", [profile(periods=(period(9, mode="ExternalLimits"),))],
     ("ExternalLimits", None, None)),
    ("external set-point",
     [profile(periods=(period(9, mode="ExternalSetpoint", setpoint_kw=Kilowatts(1)),)),
      site(None, periods=(period(setpoint_kw=Kilowatts(-3)),))],
     ("ExternalSetpoint", None, -3)),
    ("no external set-point yet", [profile(periods=(period(9, mode="ExternalSetpoint"),))],
     ("ExternalSetpoint", None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("why", "stack", "expected"), MODES, ids=[row[0] for row in MODES])
def test_operation_modes(
    why: str, stack: list[Profile], expected: tuple[str, float | None, float | None]
) -> None:
    found = profiles.now_applies(stack, VIEW, T0)
    assert (found.mode, found.discharge_kw, found.setpoint_kw) == expected


def test_idle_means_no_power_at_all() -> None:
    stack = [profile(periods=(period(mode="Idle", sleep=True),))]
    found = profiles.now_applies(stack, VIEW, T0)
    assert found.limit_kw == 0.0
    assert found.period is not None
    assert found.period.sleep


DAY = (period(5), period(0, start_s=8 * HOUR), period(9, start_s=20 * HOUR))


def told(slices: tuple[Slice, ...]) -> list[tuple[float, float | None]]:
    return [((one.start - T0) / HOUR, one.limit_kw) for one in slices]


def composite(stack: list[Profile], hours: float, view: View = VIEW) -> tuple[Slice, ...]:
    return profiles.composite(stack, view, T0, Seconds(hours * HOUR))


def test_composite_follows_the_periods_and_falls_back() -> None:
    stack = [profile(periods=DAY, duration_s=24 * HOUR), default(3)]
    slices = composite(stack, 48)
    assert told(slices) == [(0, 5), (8, 0), (20, 9), (24, 3)]
    assert slices[-1].until == at(48)


def test_composite_of_a_recurring_profile_repeats() -> None:
    stack = [profile(periods=DAY[:2], kind="Recurring", every_s=24 * HOUR, start=at(-240))]
    assert told(composite(stack, 48)) == [(0, 5), (8, 0), (24, 5), (32, 0)]


def test_composite_knows_when_validity_begins_and_ends() -> None:
    stack = [profile(9, valid_from=at(1), valid_to=at(2)), default(3)]
    assert told(composite(stack, 3)) == [(0, 3), (1, 9), (2, 3)]


def test_equal_neighbours_are_one_slice() -> None:
    same = (period(5), period(5, start_s=HOUR))
    stack = [profile(5, id=1, purpose="TxDefaultProfile", periods=same, start=T0), site(4)]
    assert len(composite(stack, 3)) == 2  # the leading period changes: curves may differ
    assert len(composite([site(4, periods=(period(4), period(5, start_s=HOUR)))], 3)) == 2
    assert len(composite([profile(5, valid_to=at(1), level=3), profile(5)], 3)) == 1


def test_composite_is_bounded() -> None:
    flicker = tuple(period(float(k % 2), start_s=float(k)) for k in range(2000))
    assert len(composite([profile(periods=flicker)], 1)) == profiles.SLICES_MAX


def test_offline_a_dynamic_profile_lapses_and_the_schedule_goes_on_then_the_default() -> None:
    dynamic = replace(setpoint(-7), offline_s_max=120.0)
    plan = profile(8, offline_s_max=HOUR)
    stack = [dynamic, plan, default(3)]
    assert composite(stack, 1)[0].setpoint_kw == -7.0
    offline = replace(VIEW, offline_since=T0)
    assert told(composite(stack, 2, offline)) == [(0, None), (120 / HOUR, 8), (1, 3)]
    assert profiles.kept_offline(stack, at(3), T0) == tuple(stack)
    gone = [replace(dynamic, lost_offline=True), plan]
    assert profiles.kept_offline(gone, at(3), T0) == (plan,)
    assert profiles.kept_offline(gone, Instant(T0 + 119), T0) == tuple(gone)


def test_offline_duration_of_zero_is_invalid_at_once() -> None:
    stack = [profile(8, offline_s_max=0.0), default(3)]
    assert told(composite(stack, 1, replace(VIEW, offline_since=T0))) == [(0, 3)]


def test_a_dynamic_profile_asks_for_an_update_after_its_interval() -> None:
    assert profiles.pull_due([replace(setpoint(1), pull_s=60.0), profile(5)]) == (
        (3, Instant(T0 + 60)),
    )


def test_the_station_as_a_whole_has_limits_in_both_directions() -> None:
    both = period(50, discharge_kw=Kilowatts(-30))
    found = profiles.station_limit([site(None, periods=(both,)), profile(5), default(2)], T0)
    assert (found.limit_kw, found.discharge_kw) == (50.0, -30.0)
    free = profiles.station_limit([site(50)], T0)
    assert (free.limit_kw, free.discharge_kw) == (50.0, None)
    assert (
        profiles.station_limit([site(50, offline_s_max=0.0)], T0, offline_since=T0).limit_kw is None
    )


def test_the_station_keeps_one_profile_per_id_and_per_place() -> None:
    stack = (profile(5), default(3))
    new = profile(6)
    assert profiles.installed(stack, new) == (default(3), new)
    assert profiles.clash(stack, new) is None
    assert profiles.clash(stack, profile(6, id=7)) == profile(5)
    assert profiles.clash((profile(5, valid_to=T0),), profile(6, id=7, valid_from=T0)) is None
    assert profiles.clash(stack, profile(6, id=7, level=4)) is None


def test_a_transaction_takes_its_profiles_with_it() -> None:
    mine = profile(5, tx="tx")
    assert profiles.without_transaction((mine, default(3)), "tx") == (default(3),)


LIMITS = st.none() | st.floats(0, 22)
RANDOM = st.builds(
    lambda limit, level, start, length, kind, purpose, offline: Profile(
        id=level,
        evse=1,
        level=level,
        purpose=purpose,
        kind=kind,
        start=at(start),
        duration_s=length * HOUR,
        every_s=24 * HOUR if kind == "Recurring" else None,
        periods=(period(limit), period(0, start_s=HOUR / 3)),
        offline_s_max=offline,
    ),
    LIMITS,
    st.integers(0, 9),
    st.floats(-50, 5),
    st.floats(0.1, 30),
    st.sampled_from(["Absolute", "Recurring"]),
    st.sampled_from(["TxProfile", "TxDefaultProfile", "ChargingStationExternalConstraints"]),
    st.none() | st.floats(0, 7200),
)


@given(st.lists(RANDOM, max_size=5), st.floats(0, 12), st.booleans())
def test_composite_says_at_every_moment_what_now_applies(
    stack: list[Profile],
    hours: float,
    offline: bool,  # noqa: FBT001  # drawn by hypothesis
) -> None:
    view = replace(VIEW, offline_since=T0 if offline else None)
    slices = profiles.composite(stack, view, T0, Seconds(12 * HOUR))
    moment = at(hours)
    [held] = [one for one in slices if one.start <= moment < one.until] or [slices[-1]]
    if held.until > moment:
        now = profiles.now_applies(stack, view, moment)
        assert (now.limit_kw, now.mode) == (held.limit_kw, held.mode)
    assert all(one.until == later.start for one, later in pairwise(slices))


# --- messages ---


def sent(schedule: v21.ChargingScheduleType, **rest: Any) -> v21.ChargingProfileType:
    made: dict[str, Any] = {
        "id": 1, "stack_level": 0, "charging_profile_purpose": "TxProfile",
        "charging_profile_kind": "Absolute", "transaction_id": "tx",
        "charging_schedule": (schedule,),
    }  # fmt: skip
    return v21.ChargingProfileType(**{**made, **rest})


def schedule(*periods: v21.ChargingSchedulePeriodType, **rest: Any) -> v21.ChargingScheduleType:
    made = {"id": 1, "charging_rate_unit": "W", "start_schedule": wire.written(T0)}
    return v21.ChargingScheduleType(**{**made, **rest}, charging_schedule_period=periods)


def step(start: int = 0, **rest: Any) -> v21.ChargingSchedulePeriodType:
    return v21.ChargingSchedulePeriodType(start_period=start, **rest)


UNITS: list[tuple[str, dict[str, Any], messages.Supply, float]] = [
    ("W", {"limit": 11000}, messages.Supply(), 11.0),
    ("W", {"limit": 1000, "limit_l2": 2000, "limit_l3": 3000}, messages.Supply(), 6.0),
    ("A", {"limit": 16}, messages.Supply(), 11.04),
    ("A", {"limit": 16, "number_phases": 1}, messages.Supply(), 3.68),
    ("A", {"limit": 10, "limit_l2": 10}, messages.Supply(), 4.6),
    ("A", {"limit": 50}, messages.Supply(volts=Volts(400.0), phases=1), 20.0),
    ("W", {"limit": 0}, messages.Supply(), 0.0),
]


@pytest.mark.parametrize(("unit", "fields", "supply", "expected"), UNITS)
def test_watts_and_amperes_become_kilowatts(
    unit: str, fields: dict[str, Any], supply: messages.Supply, expected: float
) -> None:
    read = messages.read(1, sent(schedule(step(**fields), charging_rate_unit=unit)), T0, supply)
    assert read.periods[0].limit_kw == pytest.approx(expected)


def test_every_field_of_a_v2x_profile_is_read() -> None:
    full = step(
        operation_mode="LocalFrequency",
        setpoint=-5000.0,
        discharge_limit=-6000.0,
        setpoint_reactive=500.0,
        v2x_baseline=1000.0,
        v2x_freq_watt_curve=(v21.V2XFreqWattPointType(frequency=49.9, power=-9000.0),),
        v2x_signal_watt_curve=(v21.V2XSignalWattPointType(signal=1, power=9000.0),),
        evse_sleep=False,
        preconditioning_request=True,
    )
    cap = v21.LimitAtSoCType(soc=80, limit=3000.0)
    read = messages.read(
        1,
        sent(
            schedule(full, duration=3600, limit_at_soc=cap),
            charging_profile_kind="Recurring",
            recurrency_kind="Weekly",
            valid_from=wire.written(T0),
            valid_to=wire.written(at(1)),
            max_offline_duration=120,
            invalid_after_offline_duration=True,
            dyn_update_interval=60,
            dyn_update_time=wire.written(at(-1)),
        ),
        T0,
        messages.Supply(),
    )
    assert read == Profile(
        id=1, evse=1, level=0, purpose="TxProfile", kind="Recurring", tx="tx", start=T0,
        duration_s=3600, every_s=7 * 24 * HOUR, valid_from=T0, valid_to=at(1), offline_s_max=120,
        lost_offline=True, pull_s=60, updated=at(-1), soc_cap=(Share(0.8), Kilowatts(3.0)),
        periods=(Period(
            start_s=0, discharge_kw=Kilowatts(-6), setpoint_kw=Kilowatts(-5),
            reactive_kvar=Kilovars(0.5), mode="LocalFrequency", baseline_kw=Kilowatts(1),
            frequency_curve=((49.9, Kilowatts(-9)),), signal_curve=((1, Kilowatts(9)),),
            preconditioning=True,
        ),),
    )  # fmt: skip


GOOD = step(limit=5000.0)
REASONS: list[tuple[int, v21.ChargingProfileType, str | None]] = [
    (1, sent(schedule(GOOD)), None),
    (1, sent(schedule(GOOD), transaction_id=UNSET), "InvalidTransactionId"),
    (0, sent(schedule(GOOD)), "InvalidTransactionId"),
    (1, sent(schedule(GOOD), charging_profile_purpose="TxDefaultProfile"), "InvalidTransactionId"),
    (1, sent(schedule(GOOD), charging_profile_purpose="LocalGeneration"), "UnsupportedPurpose"),
    (1, sent(schedule(GOOD), charging_profile_purpose="ChargingStationMaxProfile"), "InvalidProfile"),
    (1, sent(schedule(step(5, limit=1.0))), "InvalidSchedule"),
    (1, sent(schedule(GOOD, step(5, limit=1.0), step(5, limit=2.0))), "InvalidSchedule"),
    (1, sent(schedule(step(limit=-1.0))), "NegativeLimit"),
    (1, sent(schedule(step())), "MissingLimit"),
    (1, sent(schedule(step(setpoint=-1.0, operation_mode="CentralSetpoint"))), None),
    (1, sent(schedule(GOOD, start_schedule=UNSET)), "MissingStartSchedule"),
    (1, sent(schedule(GOOD, start_schedule=UNSET), charging_profile_kind="Relative"), None),
    (1, sent(schedule(GOOD), charging_profile_kind="Recurring"), "MissingRecurrency"),
    (1, sent(schedule(GOOD, step(5, limit=1.0)), charging_profile_kind="Dynamic"), "InvalidSchedule"),
]  # fmt: skip


@pytest.mark.parametrize(("evse", "message", "reason"), REASONS)
def test_a_profile_that_makes_no_sense_is_refused_with_a_reason(
    evse: int, message: v21.ChargingProfileType, reason: str | None
) -> None:
    assert messages.why_not(evse, message) == reason
    assert len(reason or "") <= 20


def test_a_dynamic_update_changes_what_it_names_and_nothing_else() -> None:
    before = setpoint(-7, limit=9, discharge_kw=Kilowatts(-9))
    update = v21.ChargingScheduleUpdateType(setpoint=3000.0)
    after = messages.updated(before, update, at(1), messages.Supply())
    assert after.updated == at(1)
    assert after.periods[0] == replace(before.periods[0], setpoint_kw=Kilowatts(3.0))
    everything = v21.ChargingScheduleUpdateType(
        limit=10.0, discharge_limit=-10.0, setpoint=5.0, setpoint_reactive=1.0
    )
    in_amperes = messages.updated(before, everything, at(1), messages.Supply(), in_watts=False)
    changed = in_amperes.periods[0]
    assert (changed.limit_kw, changed.discharge_kw) == (6.9, -6.9)
    assert changed.reactive_kvar == pytest.approx(0.69)


def test_the_composite_schedule_can_be_sent() -> None:
    stack = [setpoint(-7), default(3)]
    slices = composite([replace(stack[0], duration_s=HOUR), stack[1]], 2)
    message = messages.composite_message(
        1, slices, rated_kw=Kilowatts(22), discharge_kw=Kilowatts(-10)
    )
    assert message == v21.CompositeScheduleType(
        evse_id=1,
        duration=7200,
        schedule_start=wire.written(T0),
        charging_rate_unit="W",
        charging_schedule_period=(
            step(limit=22000.0, discharge_limit=-10000.0, setpoint=-7000.0,
                 operation_mode="CentralSetpoint"),
            step(3600, limit=3000.0, operation_mode="ChargingOnly"),
        ),
    )  # fmt: skip


def test_always_is_for_ever() -> None:
    assert profiles.now_applies([], VIEW, T0).until == ALWAYS


@given(st.floats(0, 86_400), st.integers(1, 2000))
def test_a_recurring_round_never_ends_before_the_next_begins(offset: float, rounds: int) -> None:
    start = Instant(T0 - 1e6 + offset)
    daily = [profile(5, kind="Recurring", start=start, every_s=86_400.0)]
    boundary = start
    for _ in range(rounds % 40):
        boundary = profiles.now_applies(daily, VIEW, boundary).until
        assert profiles.now_applies(daily, VIEW, boundary).limit_kw == 5.0
    far = Instant(start + rounds * 86_400.0)
    assert profiles.now_applies(daily, VIEW, far).limit_kw == 5.0
