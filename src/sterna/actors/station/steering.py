"""What the charging profiles ask of each EVSE: evaluated when something changes, and on time."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

import msgspec

from sterna.actors.station.records import Kept, Outlet
from sterna.actors.station.settings import StationSettings
from sterna.kernel.quantities import Instant, Kilowatts, Seconds
from sterna.protocols.ocpp import profile_messages, profiles, v21
from sterna.protocols.ocpp.profile_records import Profile, Slice, View
from sterna.runtime.ports import Clock, Timer

FOREVER: Final = float("inf")
NO_END: Final = Instant(0.0)
PROFILES_MAX: Final = 32
"""Profiles that the station keeps, as its device model says."""

_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(Profile).decode


class Steering:
    """The profiles of one station."""

    def __init__(
        self,
        settings: StationSettings,
        clock: Clock,
        changed: Callable[[int], None],
    ) -> None:
        """Call *changed* with an EVSE's number when time alone has changed what holds there."""
        self.profiles: tuple[Profile, ...] = ()
        self.offline_since: Instant | None = None
        self._settings = settings
        self._clock = clock
        self._changed = changed
        self._timers: dict[int, tuple[float, Timer]] = {}

    def load(self, kept: Iterable[Kept]) -> None:
        """Take the profiles that were stored."""
        self.profiles = tuple(_DECODE(one.body) for one in kept)

    def stop(self) -> None:
        """Let no timer call any more."""
        for _, timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def supply(self, evse: int) -> profile_messages.Supply:
        """Return what turns amperes into watts at *evse*."""
        phases = self._settings.outlets[max(evse, 1) - 1].phases
        return profile_messages.Supply(phases=phases)

    def refusal(self, request: v21.SetChargingProfileRequest) -> str | None:
        """Return the reason code why a profile cannot be taken, or None."""
        if request.evse_id > len(self._settings.outlets):
            return "UnknownEvse"
        reason = profile_messages.why_not(request.evse_id, request.charging_profile)
        if reason is not None:
            return reason
        new = self._read(request)
        if profiles.clash(self.profiles, new) is not None:
            return "DuplicateProfile"
        fresh = all(old.id != new.id for old in self.profiles)
        return "TooManyProfiles" if fresh and len(self.profiles) >= PROFILES_MAX else None

    def install(self, request: v21.SetChargingProfileRequest) -> Profile:
        """Take a profile that was found fit."""
        new = self._read(request)
        self.profiles = profiles.installed(self.profiles, new)
        return new

    def update(self, request: v21.UpdateDynamicScheduleRequest) -> Profile | None:
        """Change a dynamic profile; None when there is no such one."""
        found = next((one for one in self.profiles if one.id == request.charging_profile_id), None)
        if found is None or found.kind != "Dynamic":
            return None
        new = profile_messages.updated(
            found, request.schedule_update, self._clock.now(), self.supply(found.evse)
        )
        self.profiles = profiles.installed(self.profiles, new)
        return new

    def clear(self, request: v21.ClearChargingProfileRequest) -> tuple[int, ...]:
        """Drop what the request names; return the ids."""
        gone = tuple(one.id for one in self.profiles if _named(one, request))
        self.profiles = tuple(one for one in self.profiles if one.id not in gone)
        return gone

    def forget(self, tx: str) -> None:
        """Drop the profiles of a transaction that has ended."""
        self.profiles = profiles.without_transaction(self.profiles, tx)

    def back_online(self) -> None:
        """Drop what the time offline has ended for good."""
        if self.offline_since is not None:
            now, since = self._clock.now(), self.offline_since
            self.profiles = profiles.kept_offline(self.profiles, now, since)
            self.offline_since = None

    def asked(self, outlet: Outlet) -> tuple[Kilowatts, Instant, str]:
        """Return the power asked of *outlet* now, until when (0: no end), and by which profile."""
        now = self._clock.now()
        found = profiles.now_applies(self.profiles, self._view(outlet), now)
        self._wake(outlet.number, found.until)
        kw = self._power(found, outlet.number)
        until = NO_END if found.until == FOREVER else found.until
        origin = "" if found.profile is None else f"profile {found.profile}"
        return kw, until, origin

    def composite(self, outlet: Outlet, duration: Seconds) -> v21.CompositeScheduleType | None:
        """Return what will hold at *outlet*, or None for no time at all."""
        if duration <= 0.0:
            return None
        plate = self._settings.outlets[outlet.number - 1]
        slices = profiles.composite(self.profiles, self._view(outlet), self._clock.now(), duration)
        return profile_messages.composite_message(
            outlet.number, slices, rated_kw=plate.charge_kw_max,
            discharge_kw=Kilowatts(-plate.discharge_kw_max),
        )  # fmt: skip

    def _read(self, request: v21.SetChargingProfileRequest) -> Profile:
        evse = request.evse_id
        now, supply = self._clock.now(), self.supply(evse)
        return profile_messages.read(evse, request.charging_profile, now, supply)

    def _view(self, outlet: Outlet) -> View:
        return View(
            evse=outlet.number, tx=outlet.tx or None, tx_started=outlet.since,
            offline_since=self.offline_since, soc=outlet.soc if outlet.soc >= 0.0 else None,
        )  # fmt: skip

    def _power(self, found: Slice, number: int) -> Kilowatts:
        """Return the set-point, or as much charging as the limit lets; 0 stays 0."""
        plate = self._settings.outlets[number - 1]
        if found.mode == "Idle":
            return Kilowatts(0.0)
        wish = found.setpoint_kw
        if wish is None:
            limit = found.limit_kw
            wish = plate.charge_kw_max if limit is None else max(Kilowatts(0.0), limit)
        return Kilowatts(max(-plate.discharge_kw_max, min(wish, plate.charge_kw_max)))

    def _wake(self, number: int, until: float) -> None:
        """Look again when something ends by itself."""
        known = self._timers.get(number)
        if known is not None:
            if known[0] == until:
                return
            known[1].cancel()
            del self._timers[number]
        if until != FOREVER:
            timer = self._clock.call_at(Instant(until), partial(self._due, number))
            self._timers[number] = (until, timer)

    def _due(self, number: int) -> None:
        del self._timers[number]
        self._changed(number)


def kept(profile: Profile) -> Kept:
    """Return *profile* as it is stored."""
    return Kept(tx=profile.tx or "", body=_ENCODE(profile))


def _named(profile: Profile, request: v21.ClearChargingProfileRequest) -> bool:
    """Return whether *request* means *profile*; the id alone decides where it is given."""
    if not isinstance(request.charging_profile_id, msgspec.UnsetType):
        return profile.id == request.charging_profile_id
    criteria = request.charging_profile_criteria
    if isinstance(criteria, msgspec.UnsetType):
        return False
    wanted = (
        (criteria.evse_id, profile.evse),
        (criteria.charging_profile_purpose, profile.purpose),
        (criteria.stack_level, profile.level),
    )
    return all(asked in (msgspec.UNSET, has) for asked, has in wanted)
