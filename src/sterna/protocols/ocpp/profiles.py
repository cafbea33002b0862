"""Which limit and set-point hold for an EVSE: stacking of charging profiles, composite schedule.

Pure and in kW: the records are in :mod:`.profile_records`, the messages are converted in
:mod:`.profile_messages`.

How profiles stack: per purpose the valid profile with the highest stack level that has a
period at that time leads. PriorityCharging (while active) goes before TxProfile, and that
before TxDefaultProfile; ChargingStationExternalConstraints and ChargingStationMaxProfile
only tighten what these allow. This is our reading of the field descriptions in the official
schemas; the use case text of OCPP 2.1 part 2 was not at hand.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from msgspec.structs import replace

from sterna.kernel.quantities import Instant, Kilowatts, Seconds, Share
from sterna.protocols.ocpp.profile_records import (
    WHOLE_STATION,
    Mode,
    Period,
    Profile,
    Purpose,
    Slice,
    View,
)

SLICES_MAX: Final = 1024
"""Most periods of a composite schedule, as many as a schedule may have in the official schema."""

CONSTRAINTS: Final[tuple[Purpose, ...]] = (
    "ChargingStationExternalConstraints",
    "ChargingStationMaxProfile",
)
WISHES: Final[tuple[Purpose, ...]] = ("PriorityCharging", "TxProfile", "TxDefaultProfile")
"""The purposes that say what the car shall do, the stronger one first."""

ONE_WAY: Final[frozenset[Mode]] = frozenset({"ChargingOnly", "Idle"})
"""The modes in which a car never discharges."""

FOREVER: Final = Instant(float("inf"))


def now_applies(profiles: Iterable[Profile], view: View, now: Instant) -> Slice:
    """Return what holds at *now*, and until when."""
    kept = [profile for profile in profiles if _concerns(profile, view)]
    lead = _leading((one for one in kept if one.purpose in WISHES), view, now)
    over = _constraints(kept, view, now)
    profile, period = lead.profile, lead.period
    bounds = [found.period for found in over if found.period is not None]
    until = min((lead.until, *(found.until for found in over)))
    mode: Mode = "ChargingOnly" if period is None else period.mode
    limit, discharge = _tightest(profile, period, bounds, mode, view.soc)
    wish = None if period is None else _wish(period, bounds)
    return Slice(
        start=now,
        until=until,
        mode=mode,
        limit_kw=limit,
        discharge_kw=discharge,
        setpoint_kw=_within(wish, limit, discharge),
        period=period,
        profile=None if profile is None else profile.id,
    )


def composite(
    profiles: Iterable[Profile], view: View, now: Instant, duration: Seconds
) -> tuple[Slice, ...]:
    """Return what will hold from *now* for *duration*, as far as is known now.

    Neighbours that say the same are one slice. At most 1024 slices: a longer schedule is
    cut short, its last slice then ends early.
    """
    kept = tuple(profiles)
    end = Instant(now + duration)
    slices: list[Slice] = []
    moment = now
    while moment < end and len(slices) < SLICES_MAX:
        found = now_applies(kept, view, moment)
        until = min(found.until, end)
        assert until > moment, (found, moment)
        if slices and _same(slices[-1], found):
            slices[-1] = replace(slices[-1], until=until)
        else:
            slices.append(replace(found, until=until))
        moment = until
    return tuple(slices)


def station_limit(
    profiles: Iterable[Profile], now: Instant, *, offline_since: Instant | None = None
) -> Slice:
    """Return what the station as a whole may draw and feed in at *now*: the overall limits."""
    overall = [
        profile
        for profile in profiles
        if profile.evse == WHOLE_STATION and profile.purpose in CONSTRAINTS
    ]
    found = now_applies(overall, View(evse=WHOLE_STATION, offline_since=offline_since), now)
    return replace(found, discharge_kw=_greatest(_bounds_of(overall, offline_since, now)))


def _bounds_of(
    profiles: list[Profile], offline_since: Instant | None, now: Instant
) -> list[Kilowatts | None]:
    view = View(evse=WHOLE_STATION, offline_since=offline_since)
    over = _constraints(profiles, view, now)
    return [found.period.discharge_kw for found in over if found.period is not None]


def pull_due(profiles: Iterable[Profile]) -> tuple[tuple[int, Instant], ...]:
    """Return which dynamic profiles want an update by PullDynamicScheduleUpdate, and when."""
    return tuple(
        (profile.id, Instant(profile.updated + profile.pull_s))
        for profile in profiles
        if profile.kind == "Dynamic" and profile.pull_s and profile.updated is not None
    )


def kept_offline(
    profiles: Iterable[Profile], now: Instant, offline_since: Instant
) -> tuple[Profile, ...]:
    """Return *profiles* without those that the time offline has ended for good.

    Call it when the connection is back, with the instant when it was lost.
    """
    return tuple(
        profile
        for profile in profiles
        if not (profile.lost_offline and now >= _offline_end(profile, offline_since))
    )


def without_transaction(profiles: Iterable[Profile], tx: str) -> tuple[Profile, ...]:
    """Return *profiles* without those of the transaction *tx*, which has ended."""
    return tuple(profile for profile in profiles if profile.tx != tx)


def clash(profiles: Iterable[Profile], new: Profile) -> Profile | None:
    """Return the profile of another id that has the place of *new* at some time, if any."""
    return next((old for old in profiles if old.id != new.id and _same_place(old, new)), None)


def installed(profiles: Iterable[Profile], new: Profile) -> tuple[Profile, ...]:
    """Return *profiles* with *new*, which takes the place of the one with its id."""
    return (*(old for old in profiles if old.id != new.id), new)


# --- inside ---


def _concerns(profile: Profile, view: View) -> bool:
    """Whether *profile* has anything to say about the EVSE and transaction of *view*."""
    if profile.evse not in (WHOLE_STATION, view.evse):
        return False
    if profile.purpose in CONSTRAINTS:
        return True
    if profile.purpose == "LocalGeneration" or view.tx is None:
        return False  # Generation adds to nothing here; without a transaction nobody charges.
    if profile.purpose == "PriorityCharging" and not view.priority:
        return False
    return profile.tx in (None, view.tx)


def _offline_end(profile: Profile, offline_since: Instant) -> Instant:
    if profile.offline_s_max is None:
        return FOREVER
    return Instant(offline_since + profile.offline_s_max)


def _window(profile: Profile, view: View) -> tuple[Instant, Instant]:
    """Return from when until when *profile* is valid, apart from its schedule."""
    start = -FOREVER if profile.valid_from is None else profile.valid_from
    end = FOREVER if profile.valid_to is None else profile.valid_to
    if view.offline_since is not None:
        end = min(end, _offline_end(profile, view.offline_since))
    return Instant(start), Instant(end)


def _anchor(profile: Profile, view: View, now: Instant) -> tuple[Instant, Instant] | None:
    """Return when the schedule (its present round) starts and ends; None: it never starts."""
    start = profile.start
    if profile.kind == "Relative":
        start = view.tx_started
    elif profile.kind == "Dynamic":
        start = profile.updated
    if start is None:
        return None
    end = FOREVER
    if profile.kind == "Recurring" and profile.every_s is not None:
        start = _round(start, profile.every_s, now)
        end = Instant(start + profile.every_s)
    if profile.duration_s is not None:
        end = min(end, Instant(start + profile.duration_s))
    return start, end


def _round(start: Instant, every_s: float, now: Instant) -> Instant:
    """Return when the round of a recurring schedule that holds *now* started."""
    begun = Instant(start + max(0.0, (now - start) // every_s) * every_s)
    # A quotient just below a whole number would leave *now* at the end of a round.
    return Instant(begun + every_s) if begun + every_s <= now else begun


def _active(profile: Profile, view: View, now: Instant) -> Period | None:
    """Return the period of *profile* at *now*, None when it has none or is not valid."""
    first, last = _window(profile, view)
    anchor = _anchor(profile, view, now)
    if anchor is None or not first <= now < last or not anchor[0] <= now < anchor[1]:
        return None
    begun = _begun(profile, anchor[0], now)
    return profile.periods[begun - 1] if begun else None


def _begun(profile: Profile, start: Instant, now: Instant) -> int:
    """Return how many periods have begun at *now* when the schedule started at *start*."""
    # Boundaries are compared as instants, as _boundaries yields them: no rounding between.
    return bisect_right(profile.periods, now, key=lambda one: Instant(start + one.start_s))


def _next_change(profile: Profile, view: View, now: Instant) -> Instant:
    """Return the first instant after *now* at which *profile* may say something else."""
    return min(
        (moment for moment in _boundaries(profile, view, now) if moment > now), default=FOREVER
    )


def _boundaries(profile: Profile, view: View, now: Instant) -> Iterator[Instant]:
    yield from _window(profile, view)
    anchor = _anchor(profile, view, now)
    if anchor is None:
        return
    start, end = anchor
    yield from (start, end)
    begun = _begun(profile, start, now)
    if begun < len(profile.periods):
        yield Instant(start + profile.periods[begun].start_s)
    if profile.every_s is not None:
        yield Instant(start + profile.every_s)


class _Lead(NamedTuple):
    """Which of some profiles leads, with which period, and until when that is known to hold."""

    profile: Profile | None
    period: Period | None
    until: Instant


def _leading(profiles: Iterable[Profile], view: View, now: Instant) -> _Lead:
    """Return the first by rank that is active; what stands below it matters only when it changes."""
    until = FOREVER
    for profile in sorted(profiles, key=_rank):
        until = min(until, _next_change(profile, view, now))
        period = _active(profile, view, now)
        if period is not None:
            return _Lead(profile, period, until)
    return _Lead(None, None, until)


def _rank(profile: Profile) -> tuple[int, int, int, int]:
    """Return the place of *profile* among others, the first first.

    A profile of the EVSE goes before one of all EVSEs with the same level.
    """
    purpose = WISHES.index(profile.purpose) if profile.purpose in WISHES else 0
    return purpose, -profile.level, -profile.evse, profile.id


def _constraints(profiles: list[Profile], view: View, now: Instant) -> list[_Lead]:
    """Return the leading constraints for the EVSE and those for the whole station: all of them hold."""
    places: dict[tuple[Purpose, int], list[Profile]] = {}
    for profile in profiles:
        if profile.purpose in CONSTRAINTS:
            places.setdefault((profile.purpose, profile.evse), []).append(profile)
    return [_leading(mine, view, now) for _, mine in sorted(places.items())]


def _least(values: Iterable[Kilowatts | None]) -> Kilowatts | None:
    return min((value for value in values if value is not None), default=None)


def _greatest(values: Iterable[Kilowatts | None]) -> Kilowatts | None:
    return max((value for value in values if value is not None), default=None)


def _tightest(
    profile: Profile | None,
    period: Period | None,
    bounds: list[Period],
    mode: Mode,
    soc: Share | None,
) -> tuple[Kilowatts | None, Kilowatts | None]:
    """Return the least limit and the greatest (least negative) discharge limit."""
    every = [*bounds, *([period] if period is not None else [])]
    limits = [one.limit_kw for one in every]
    if profile is not None and profile.soc_cap and soc is not None and soc >= profile.soc_cap[0]:
        limits.append(profile.soc_cap[1])
    discharges = [one.discharge_kw for one in every]
    if mode in ONE_WAY:
        discharges.append(Kilowatts(0.0))
    if mode == "Idle":
        limits.append(Kilowatts(0.0))
    return _least(limits), _greatest(discharges)


def _wish(period: Period, bounds: list[Period]) -> Kilowatts | None:
    """Return the set-point: the profile's, or with ExternalSetpoint that of the constraints."""
    if period.mode == "ExternalSetpoint":
        return next((one.setpoint_kw for one in bounds if one.setpoint_kw is not None), None)
    return None if period.mode in ONE_WAY else period.setpoint_kw


def _within(
    wish: Kilowatts | None, limit: Kilowatts | None, discharge: Kilowatts | None
) -> Kilowatts | None:
    if wish is None:
        return None
    if limit is not None:
        wish = min(wish, limit)
    return wish if discharge is None else max(wish, discharge)


def _same(one: Slice, other: Slice) -> bool:
    return replace(one, start=other.start, until=other.until) == other


def _same_place(old: Profile, new: Profile) -> bool:
    """Whether two profiles could lead with equal right at some time."""
    if (old.purpose, old.level, old.evse, old.tx) != (new.purpose, new.level, new.evse, new.tx):
        return False
    first, last = _window(old, View(evse=0))
    start, end = _window(new, View(evse=0))
    return first < end and start < last
