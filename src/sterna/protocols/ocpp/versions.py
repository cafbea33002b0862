"""OCPP 2.1 messages for a 2.0.1 peer and back, so that a room speaks 2.1 alone.

Towards 2.1 nothing is lost: 2.1 kept every message of 2.0.1 and widened it. Towards 2.0.1
what it does not know is left out where that is harmless (a cost detail, a measurand), said
in older words where there are any (a trigger reason), and refused where it would change what
happens (a dynamic profile). A set-point becomes a limit, and never a discharge.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.inspect import (
    Field,
    IntType,
    LiteralType,
    StructType,
    Type,
    VarTupleType,
    type_info,
)

from sterna.kernel.errors import Refused
from sterna.protocols.ocpp import v21, v201

NEWER: Final[Mapping[type[Struct], type[Struct]]] = {
    **{cls: v21.REQUESTS[action] for action, cls in v201.REQUESTS.items()},
    **{cls: v21.RESPONSES[action] for action, cls in v201.RESPONSES.items()},
}
"""The 2.1 class of every 2.0.1 message."""
OLDER: Final[Mapping[type[Struct], type[Struct]]] = {new: old for old, new in NEWER.items()}

WORDS: Final[Mapping[str, str]] = {
    # trigger reasons
    "LimitSet": "ChargingRateChanged",
    "OperationModeChanged": "ChargingRateChanged",
    "SoCLimitReached": "EnergyLimitReached",
    "CostLimitReached": "EnergyLimitReached",
    "TariffNotAccepted": "Deauthorized",
    "TariffChanged": "Trigger",
    "RunningCost": "Trigger",
    "TxResumed": "Trigger",
    # reasons of a stop
    "ReqEnergyTransferRejected": "Other",
    # energy transfer: the one-way half
    "AC_BPT": "AC_three_phase",
    "AC_DER": "AC_three_phase",
    "AC_BPT_DER": "AC_three_phase",
    "DC_BPT": "DC",
    "DC_ACDP": "DC",
    "DC_ACDP_BPT": "DC",
    # answers and resets
    "NoChargingProfile": "Accepted",
    "ImmediateAndResume": "Immediate",
    # kinds of token: 2.0.1 has a closed list
    "EVCCID": "Central",
    "DirectPayment": "Central",
    "VIN": "Central",
}
"""What 2.0.1 says for a word of 2.1 that it does not know."""

Json = dict[str, Any]


def to_21(message: Struct) -> Struct:
    """Return the 2.0.1 *message* as a 2.1 message.

    Raises Refused when it breaks a bound that 2.1 set (a negative EVSE id).
    """
    return _made(msgspec.to_builtins(message), NEWER[type(message)])


def to_201(message: Struct) -> Struct:
    """Return the 2.1 *message* as a 2.0.1 message.

    Raises Refused when 2.0.1 has no such message, or cannot say what matters in it.
    """
    older = OLDER.get(type(message))
    if older is None:
        raise Refused(f"OCPP 2.0.1 has no {type(message).__name__}")
    plain = msgspec.to_builtins(message)
    before = BEFORE.get(type(message))
    if before is not None:
        before(plain)
    return _made(_fitted(plain, type_info(older), older.__name__), older)


def _made(plain: Any, cls: type[Struct]) -> Struct:
    try:
        return msgspec.convert(plain, cls)
    except msgspec.ValidationError as error:
        raise Refused(f"{cls.__name__}: {error}") from error


# --- what a message needs before it is fitted ---


def _sampled(meter_values: list[Json]) -> list[Json]:
    """Leave out what 2.0.1 cannot name, and meter values without anything left."""
    known = _measurands()
    for meter_value in meter_values:
        meter_value["sampledValue"] = [
            _signed(value)
            for value in meter_value["sampledValue"]
            if value.get("measurand", "Energy.Active.Import.Register") in known
        ]
    return [meter_value for meter_value in meter_values if meter_value["sampledValue"]]


def _signed(value: Json) -> Json:
    if "signedMeterValue" in value:  # 2.0.1 wants both; empty says that they were not given
        value["signedMeterValue"] = {
            "signingMethod": "",
            "publicKey": "",
            **value["signedMeterValue"],
        }
    return value


@cache
def _measurands() -> frozenset[str]:
    return frozenset(v201.MeasurandEnumType.__args__)  # type: ignore[attr-defined]  # a Literal has them


def _metered(message: Json) -> None:
    kept = _sampled(message.pop("meterValue", []))
    if kept:
        message["meterValue"] = kept


def _meter_values(message: Json) -> None:
    _metered(message)
    if "meterValue" not in message:
        raise Refused("OCPP 2.0.1 knows none of these measurands")


def _profile(profile: Json) -> None:
    for schedule in profile["chargingSchedule"]:
        _limits(schedule)


def _limits(schedule: Json) -> None:
    # Watts are the sum of the phases; one number of amperes holds for each phase.
    joined = sum if schedule["chargingRateUnit"] == "W" else min
    for period in schedule["chargingSchedulePeriod"]:
        period["limit"] = _limit(period, joined)


def _limit(period: Json, joined: Callable[[list[float]], float]) -> float:
    """Return the limit that keeps the car from charging more than 2.1 would have let it."""

    def given(name: str) -> float | None:
        phases = [period[key] for key in (name, f"{name}_L2", f"{name}_L3") if key in period]
        return max(0.0, joined(phases)) if phases else None

    if period.get("operationMode") == "Idle":
        return 0.0
    bounds = [bound for bound in (given("limit"), given("setpoint")) if bound is not None]
    if not bounds:
        raise Refused("a schedule period without limit or set-point")
    return min(bounds)


def _set_profile(message: Json) -> None:
    _profile(message["chargingProfile"])


def _start(message: Json) -> None:
    if "chargingProfile" in message:
        _profile(message["chargingProfile"])


def _schedule(message: Json) -> None:
    if "schedule" in message:
        _limits(message["schedule"])


BEFORE: Final[Mapping[type[Struct], Callable[[Json], None]]] = {
    v21.TransactionEventRequest: _metered,
    v21.MeterValuesRequest: _meter_values,
    v21.SetChargingProfileRequest: _set_profile,
    v21.RequestStartTransactionRequest: _start,
    v21.GetCompositeScheduleResponse: _schedule,
}


# --- fitting to the older schema ---


class _Unknown(Exception):
    """A word that the older version does not know, and has no other for."""


def _fitted(value: Any, shape: Type, where: str) -> Any:
    match shape:
        case StructType(fields=fields):
            return dict(_fields(value, fields, where))
        case VarTupleType(item_type=item):
            return [_fitted(part, item, where) for part in value]
        case LiteralType(values=words):
            return _word(value, words)
        case IntType() if isinstance(value, float):
            return int(value)
        case _:
            return value


def _word(value: str, words: tuple[Any, ...]) -> str:
    if value in words:
        return value
    other = WORDS.get(value)
    if other is None or other not in words:
        raise _Unknown(value)
    return other


def _fields(value: Json, fields: tuple[Field, ...], where: str) -> Any:
    for field in fields:
        name = field.encode_name
        if name not in value:
            continue
        try:
            yield name, _fitted(value[name], field.type, f"{where}.{name}")
        except _Unknown as unknown:
            # An optional word that says only more (where a value was measured) is left out.
            if field.required:
                raise Refused(f"OCPP 2.0.1 has no {unknown} for {where}.{name}") from unknown
