"""OSCP 2.0 messages: all are POSTed as JSON and answered with 204.

The official text is behind registration; names and fields follow our design notes
of it. Unknown members are ignored.
"""

from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Kilowatts
from sterna.kernel.timestamps import instant, stamp
from sterna.kernel.trace import Said
from sterna.protocols.oscp.blocks import Block, Profile, profile

ROOT: Final = "/oscp/2.0"
"""Where OSCP endpoints stand below a host."""
BODY_BYTES_MAX: Final = 1 << 18
"""The largest body that is parsed: a week of quarter-hour blocks is about 100 kB."""
NOMINAL_VOLTS: Final = 230.0
"""To read capacities in A, which come without a voltage: phase to neutral in Europe."""

Name = Annotated[str, Meta(min_length=1, max_length=128)]
ForecastType = Literal[
    "CONSUMPTION", "GENERATION", "FALLBACK_CONSUMPTION", "FALLBACK_GENERATION", "OPTIMUM"
]
Phase = Literal["UNKNOWN", "ONE", "TWO", "THREE", "ALL"]
CapacityUnit = Literal["A", "W", "KW", "WH", "KWH"]
PHASES: Final[dict[str, int]] = {"UNKNOWN": 3, "ONE": 1, "TWO": 1, "THREE": 1, "ALL": 3}
"""Conductors that carry the current: ONE, TWO and THREE name a single phase."""


class VersionUrl(Struct, frozen=True, kw_only=True, gc=False):
    """Where a party speaks which version."""

    version: Name
    base_url: Name


class Register(Struct, frozen=True, kw_only=True, gc=False):
    """The sender tells where it is reached, and with which token."""

    token: Name
    version_url: tuple[VersionUrl, ...]


class RequiredBehaviour(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What a party wants of the other: heartbeats every so many seconds, measurements."""

    heartbeat_interval: Annotated[int, Meta(ge=1)] | None = None
    measurement_configuration: tuple[Literal["CONTINUOUS", "INTERMITTENT"], ...] = ()


class Handshake(Struct, frozen=True, kw_only=True, gc=False):
    """The sender states what it requires."""

    required_behaviour: RequiredBehaviour


class HandshakeAcknowledge(Struct, frozen=True, kw_only=True, gc=False):
    """The answer to a handshake, with what its sender requires in turn."""

    required_behaviour: RequiredBehaviour


class Heartbeat(Struct, frozen=True, kw_only=True, gc=False):
    """The sender lives; silent after *offline_mode_at*, it is to be thought offline."""

    offline_mode_at: str

    def __post_init__(self) -> None:
        """Refuse a time that cannot be read."""
        instant(self.offline_mode_at)


class ForecastedBlock(Struct, frozen=True, kw_only=True, gc=False):
    """A capacity for a span of time."""

    capacity: Annotated[float, Meta(ge=0.0)]
    start_time: str
    end_time: str
    phase: Phase = "ALL"
    unit: CapacityUnit = "KW"

    def block(self) -> Block:
        """Return the block in kW. Raises ValueError when its times make no span."""
        start, end = instant(self.start_time), instant(self.end_time)
        if end <= start:
            raise ValueError(f"the block ends at {self.end_time}, not after its start")
        hours = (end - start) / 3600
        kw = {
            "A": self.capacity * NOMINAL_VOLTS * PHASES[self.phase] / 1000,
            "W": self.capacity / 1000,
            "KW": self.capacity,
            "WH": self.capacity / 1000 / hours,
            "KWH": self.capacity / hours,
        }[self.unit]
        return Block(start=start, end=end, kw=Kilowatts(kw))


class _Forecast(Struct, frozen=True, kw_only=True, gc=False):
    """What all forecasts share: a group of connections, a type, blocks that do not overlap."""

    group_id: Name
    type: ForecastType
    forecasted_blocks: tuple[ForecastedBlock, ...]

    def __post_init__(self) -> None:
        """Refuse blocks that cannot be read or that contradict each other."""
        self.profile()

    def profile(self) -> Profile:
        """Return the blocks in kW, in order."""
        return profile(block.block() for block in self.forecasted_blocks)


class UpdateGroupCapacityForecast(_Forecast, frozen=True, kw_only=True, gc=False):
    """What a group may use or feed in (capacity provider -> flexibility provider)."""


class AdjustGroupCapacityForecast(_Forecast, frozen=True, kw_only=True, gc=False):
    """What a group would like instead: more, or less because it will not use it."""


class GroupCapacityComplianceError(Struct, frozen=True, kw_only=True, gc=False):
    """A forecast cannot be met, and why; a limit is never broken in silence."""

    group_id: Name
    message: str
    forecasted_blocks: tuple[ForecastedBlock, ...] = ()


class EnergyMeasurement(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A group's energy, counted up to *measure_time*."""

    value: float
    unit: Literal["WH", "KWH"]
    direction: Literal["NET", "IMPORT", "EXPORT"]
    measure_time: str
    phase: Phase = "ALL"
    energy_type: Literal["FLEXIBLE", "NONFLEXIBLE", "TOTAL"] = "TOTAL"
    initial_measure_time: str | None = None


class UpdateGroupMeasurements(Struct, frozen=True, kw_only=True, gc=False):
    """What a group used and fed in (flexibility provider -> capacity provider)."""

    group_id: Name
    measurements: tuple[EnergyMeasurement, ...]


Message = (
    Register
    | Handshake
    | HandshakeAcknowledge
    | Heartbeat
    | UpdateGroupCapacityForecast
    | AdjustGroupCapacityForecast
    | GroupCapacityComplianceError
    | UpdateGroupMeasurements
)

PATHS: Final[dict[str, type[Struct]]] = {
    "register": Register,
    "handshake": Handshake,
    "handshake_acknowledge": HandshakeAcknowledge,
    "heartbeat": Heartbeat,
    "update_group_capacity_forecast": UpdateGroupCapacityForecast,
    "adjust_group_capacity_forecast": AdjustGroupCapacityForecast,
    "group_capacity_compliance_error": GroupCapacityComplianceError,
    "update_group_measurements": UpdateGroupMeasurements,
    # Also seen in the field; we read it and never send it.
    "handshake_acknowledgment": HandshakeAcknowledge,
}
_PATH_OF: Final = {kind: path for path, kind in reversed(PATHS.items())}
_DECODERS: Final = {path: msgspec.json.Decoder(kind) for path, kind in PATHS.items()}
_encode = msgspec.json.Encoder().encode

M = TypeVar("M", bound=Struct)


def path_of(message: Message) -> str:
    """Return the path that *message* is posted to, below the peer's base URL."""
    return f"/{_PATH_OF[type(message)]}"


def written(message: Message) -> bytes:
    """Return *message* as its JSON body."""
    return _encode(message)


def read(path: str, data: bytes) -> Message:
    """Return the message that was posted to *path* (only its last part counts).

    Raises BrokenPeer when there is no such message or *data* is not one.
    """
    name = path.rpartition("/")[2]
    if name not in _DECODERS:
        raise BrokenPeer(f"OSCP has no message {name!r}")
    if len(data) > BODY_BYTES_MAX:
        raise BrokenPeer(f"{name}: {len(data)} bytes are more than {BODY_BYTES_MAX}")
    try:
        message: Message = _DECODERS[name].decode(data)  # type: ignore[assignment]  # the table is by name
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BrokenPeer(f"{name}: {error}") from error
    return message


def wire(blocks: Profile) -> tuple[ForecastedBlock, ...]:
    """Return *blocks* as they go over the wire, in kW over all phases."""
    return tuple(
        ForecastedBlock(capacity=block.kw, start_time=stamp(block.start), end_time=stamp(block.end))
        for block in blocks
    )


LIMIT_FIELDS: Final = {
    "CONSUMPTION": "kw_import_max",
    "GENERATION": "kw_export_max",
    "FALLBACK_CONSUMPTION": "kw_import_fallback",
    "FALLBACK_GENERATION": "kw_export_fallback",
    "OPTIMUM": "kw_optimum",
}


def asked(method: str, path: str, data: bytes) -> Said | None:
    """Return what a request says, for the trace; None where it is not OSCP.

    Tokens never get into it.
    """
    place = path.partition("?")[0]
    if method != "POST" or not place.startswith(ROOT + "/"):
        return None
    try:
        message = read(place, data)
    except BrokenPeer:
        return Said(msg="OSCP unreadable", fields={"path": place})
    fields: dict[str, float | str | bool] = {}
    if isinstance(message, _Forecast):
        fields |= {"group": message.group_id, "blocks": float(len(message.forecasted_blocks))}
        if blocks := message.profile():
            fields |= {"from": blocks[0].start, "to": blocks[-1].end}
            fields[LIMIT_FIELDS[message.type]] = blocks[0].kw
    return Said(msg=f"OSCP {type(message).__name__}", fields=fields)
