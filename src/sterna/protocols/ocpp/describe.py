"""What an OCPP frame says, for the trace: message, correlation keys and the few numbers.

It reads only the fields that it tells, so that it costs a few microseconds per frame.
Answers are not worth a line, except errors.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Raw, Struct
from msgspec.json import Decoder

from sterna.kernel.trace import Said
from sterna.protocols.ocpp.envelope import FAST_CALL
from sterna.protocols.ocpp.wire import DECODE_ERRORS

PROFILES_MAX: Final = 256
"""Profiles a describer remembers per link; a station holds a handful per EVSE."""

WATTS_PER_KILOWATT: Final = 1000.0

Fields = dict[str, float | str | bool]
Said3 = tuple[str, tuple[str, ...], Fields]


class _Evse(Struct, gc=False):
    id: int = 0


class _Transaction(Struct, frozen=True, rename="camel", gc=False):
    transaction_id: str = ""


class _Event(Struct, rename="camel", gc=False):
    event_type: str
    trigger_reason: str = ""
    seq_no: int = 0
    offline: bool = False
    transaction_info: _Transaction = _Transaction()
    evse: _Evse | None = None


class _Rates(Struct, rename="camel", gc=False):
    limit: float | None = None
    discharge_limit: float | None = None
    setpoint: float | None = None

    def told(self, fields: Fields) -> None:
        """Write the rates that are given into *fields*, in kW."""
        for name in ("limit", "discharge_limit", "setpoint"):
            value = getattr(self, name)
            if value is not None:
                fields[f"{name}_kw"] = value / WATTS_PER_KILOWATT


class _Schedule(Struct, rename="camel", gc=False):
    charging_rate_unit: str
    charging_schedule_period: list[_Rates]


class _Profile(Struct, rename="camel", gc=False):
    id: int
    charging_profile_purpose: str
    charging_schedule: list[_Schedule]
    transaction_id: str = ""


class _SetProfile(Struct, rename="camel", gc=False):
    evse_id: int
    charging_profile: _Profile


class _Update(Struct, rename="camel", gc=False):
    charging_profile_id: int
    schedule_update: _Rates


class _Common(Struct, rename="camel", gc=False):
    """The places where a message may name a transaction or an EVSE."""

    transaction_id: str = ""
    evse_id: int = 0
    connector_status: str = ""


_EVENT: Final = Decoder(_Event)
_SET_PROFILE: Final = Decoder(_SetProfile)
_UPDATE: Final = Decoder(_Update)
_COMMON: Final = Decoder(_Common)
_ERROR: Final[Decoder[tuple[int, str, str, Raw, Raw]]] = Decoder(tuple[int, str, str, Raw, Raw])


class Describer:
    """Tells what the frames of one station's link say; one for each link.

    It remembers which EVSE and transaction a charging profile is for, because
    UpdateDynamicSchedule names the profile alone.
    """

    def __init__(self, station: str) -> None:
        """Describe frames from and to *station*, e.g. ``porto-03``."""
        self._station = station
        self._profiles: dict[int, tuple[str, ...]] = {}
        self._tellers: dict[str, Callable[[Raw], Said3]] = {
            "TransactionEvent": self._event,
            "SetChargingProfile": self._set_profile,
            "UpdateDynamicSchedule": self._update,
        }

    def __call__(self, frame: bytes) -> Said | None:
        """Return what *frame* says; None for an answer, and for what cannot be read."""
        if frame.startswith((b"[3", b"[5")):
            return None
        try:
            if frame.startswith(b"[4"):
                return Said(msg=f"OCPP CALLERROR {_ERROR.decode(frame)[2]}")
            _, _, action, payload = FAST_CALL.decode(frame)
        except DECODE_ERRORS:
            return None
        try:
            msg, keys, fields = self._tellers.get(action, self._other)(payload)
        except DECODE_ERRORS:
            return Said(msg=f"OCPP {action}")
        return Said(msg=f"OCPP {action}{msg}", keys=keys, fields=fields)

    def _keys(self, tx: str, evse: int) -> tuple[str, ...]:
        keys = (f"tx:{tx}",) if tx else ()
        return (*keys, f"evse:{self._station}-{evse}") if evse else keys

    def _event(self, payload: Raw) -> Said3:
        event = _EVENT.decode(payload)
        evse = 0 if event.evse is None else event.evse.id
        keys = self._keys(event.transaction_info.transaction_id, evse)
        fields: Fields = {
            "trigger": event.trigger_reason,
            "seq_no": event.seq_no,
            "offline": event.offline,
        }
        return f" {event.event_type}", keys, fields

    def _set_profile(self, payload: Raw) -> Said3:
        message = _SET_PROFILE.decode(payload)
        profile = message.charging_profile
        keys = self._keys(profile.transaction_id, message.evse_id)
        if len(self._profiles) >= PROFILES_MAX:
            del self._profiles[next(iter(self._profiles))]  # the oldest
        self._profiles[profile.id] = keys
        fields: Fields = {"purpose": profile.charging_profile_purpose}
        schedule = profile.charging_schedule[0]
        if schedule.charging_rate_unit == "W":
            schedule.charging_schedule_period[0].told(fields)
        return "", keys, fields

    def _update(self, payload: Raw) -> Said3:
        message = _UPDATE.decode(payload)
        fields: Fields = {}
        message.schedule_update.told(fields)
        return "", self._profiles.get(message.charging_profile_id, ()), fields

    def _other(self, payload: Raw) -> Said3:
        common = _COMMON.decode(payload)
        status: Fields = {"status": common.connector_status} if common.connector_status else {}
        return "", self._keys(common.transaction_id, common.evse_id), status
