"""The variables of a Sterna station: which components and variables its device model has.

Names: components and variables of OCPP 2.0.1 were compared with a public station's device
model (EVerest libocpp, config/v2/component_config). The components new in 2.1 and their
variables (V2XChargingCtrlr, and the features of SmartChargingCtrlr marked below) come from
the appendices of part 2 as we remember them and from that project; see the table
``UNVERIFIED``. Values are our defaults.
"""

from typing import Final

from msgspec import Struct

from sterna.kernel.quantities import Kilowatts
from sterna.protocols.ocpp.device_model import DataType, Model, Mutability, Variable
from sterna.protocols.ocpp.handshake import BackOff
from sterna.protocols.ocpp.offline import Rule

UNVERIFIED: Final[frozenset[tuple[str, str]]] = frozenset(
    {
        ("V2XChargingCtrlr", "Available"),
        ("V2XChargingCtrlr", "Enabled"),
        ("V2XChargingCtrlr", "SupportedEnergyTransferModes"),
        ("V2XChargingCtrlr", "SupportedOperationModes"),
        ("ConnectedEV", "Available"),
        ("EVSE", "DischargePower"),
    }
)
"""Component and variable whose spelling we could not compare with any text or product."""

STATES: Final = ("Available", "Occupied", "Reserved", "Unavailable", "Faulted")
MEASURANDS: Final = (
    "Energy.Active.Import.Register",
    "Energy.Active.Export.Register",
    "Power.Active.Import",
    "Power.Active.Export",
    "Power.Active.Setpoint",
    "Current.Import",
    "Current.Export",
    "Voltage",
    "Frequency",
    "SoC",
    "EnergyRequest.Target",
    "EnergyRequest.Minimum",
    "EnergyRequest.Maximum",
    "EnergyRequest.Minimum.V2X",
    "EnergyRequest.Maximum.V2X",
)
BILLED: Final = "Energy.Active.Import.Register,Energy.Active.Export.Register"
TX_POINTS: Final = ("ParkingBayOccupancy", "EVConnected", "Authorized", "DataSigned",
                    "PowerPathClosed", "EnergyTransfer")  # fmt: skip
BYTES_PER_MESSAGE: Final = 8192
ITEMS_PER_MESSAGE: Final = 32
"""What one GetVariables, SetVariables or GetReport may name: 32 answers stay below 8 kB."""


class Outlet(Struct, frozen=True, kw_only=True, gc=False):
    """An EVSE of the station, as its device model tells it."""

    evse: int
    name: str
    """The EVSE id, e.g. ``porto-03-1``."""
    rated_kw: Kilowatts
    discharge_kw: Kilowatts
    """Greatest power back, zero or negative."""
    phases: int
    """0 for DC."""
    connector: str = "cCCS2"
    transfers: tuple[str, ...] = ("DC", "DC_BPT")
    modes: tuple[str, ...] = ("ChargingOnly", "CentralSetpoint", "Idle")


class Facts(Struct, frozen=True, kw_only=True, gc=False):
    """What a station has to know about itself to build its device model."""

    identity: str
    model: str
    vendor: str
    outlets: tuple[Outlet, ...]
    back_off: BackOff = BackOff()
    queue: Rule = Rule()
    heartbeat_s: int = 86_400
    ping_s: int = 0
    """0: no WebSocket pings, which virtual time pays for dearly."""
    offline_threshold_s: int = 300
    sampled_s: int = 900
    stack_levels: int = 9
    profiles_max: int = 32
    periods_max: int = 1024


def model(facts: Facts) -> Model:
    """Return the device model of a station that has just been set up."""
    rows = [*_communication(facts), *_transactions(facts), *_smart_charging(facts)]
    rows += [*_security(facts), *_station(facts)]
    for outlet in facts.outlets:
        rows += _outlet(outlet)
    return Model(variables=tuple(rows))


def _row(
    component: str,
    name: str,
    value: str | float,
    kind: DataType = "string",
    *,
    instance: str = "",
    write: bool = False,
    unit: str = "",
    least: float | None = None,
    most: float | None = None,
    choices: tuple[str, ...] = (),
    evse: int = 0,
    connector: int = 0,
    secret: bool = False,
    reboot: bool = False,
) -> Variable:
    mutability: Mutability = "WriteOnly" if secret else "ReadWrite" if write else "ReadOnly"
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return Variable(
        component=component, name=name, value=text, kind=kind, mutability=mutability, unit=unit,
        least=least, most=most, choices=choices, instance=instance, evse=evse,
        connector=connector, reboot=reboot,
    )  # fmt: skip


def _communication(facts: Facts) -> list[Variable]:
    name, rule, back_off = "OCPPCommCtrlr", facts.queue, facts.back_off
    event = "TransactionEvent"
    rows = [
        _row(name, "ActiveNetworkProfile", 1, "integer"),
        _row(name, "FileTransferProtocols", "HTTPS", "MemberList", choices=("HTTPS",)),
        _row(name, "HeartbeatInterval", facts.heartbeat_s, "integer", write=True, unit="s", least=1),
        _row(name, "MessageTimeout", int(rule.timeout_s), "integer", instance="Default", unit="s"),
        _row(name, "MessageAttemptInterval", int(rule.interval_s), "integer", instance=event,
             write=True, unit="s", least=0),
        _row(name, "MessageAttempts", rule.attempts, "integer", instance=event, write=True, least=1),
        _row(name, "NetworkConfigurationPriority", "1", "SequenceList", write=True, choices=("1",)),
        _row(name, "NetworkProfileConnectionAttempts", 3, "integer", write=True, least=1),
        _row(name, "OfflineThreshold", facts.offline_threshold_s, "integer", write=True, unit="s",
             least=0),
        _row(name, "QueueAllMessages", False, "boolean", write=True),
        _row(name, "ResetRetries", 1, "integer", write=True, least=0),
        _row(name, "RetryBackOffRandomRange", int(back_off.random_s_range), "integer", write=True,
             unit="s", least=0),
        _row(name, "RetryBackOffRepeatTimes", back_off.repeat_times, "integer", write=True, least=0),
        _row(name, "RetryBackOffWaitMinimum", int(back_off.wait_s_min), "integer", write=True,
             unit="s", least=0),
        _row(name, "UnlockOnEVSideDisconnect", True, "boolean", write=True),
        # 0 switches pings off; a negative value is Rejected.
        _row(name, "WebSocketPingInterval", facts.ping_s, "integer", write=True, unit="s", least=0),
        _row("ClockCtrlr", "DateTime", "", "dateTime"),
        _row("ClockCtrlr", "TimeSource", "Heartbeat", "SequenceList", write=True,
             choices=("Heartbeat",)),
    ]  # fmt: skip
    for message in ("GetReport", "GetVariables", "SetVariables"):
        rows.append(_row("DeviceDataCtrlr", "BytesPerMessage", BYTES_PER_MESSAGE, "integer",
                         instance=message))  # fmt: skip
        rows.append(_row("DeviceDataCtrlr", "ItemsPerMessage", ITEMS_PER_MESSAGE, "integer",
                         instance=message))  # fmt: skip
    return rows


def _transactions(facts: Facts) -> list[Variable]:
    sampled, aligned = "SampledDataCtrlr", "AlignedDataCtrlr"

    def measured(component: str, name: str, value: str) -> Variable:
        return _row(component, name, value, "MemberList", write=True, choices=MEASURANDS)

    return [
        _row("TxCtrlr", "EVConnectionTimeOut", 300, "integer", write=True, unit="s", least=0),
        _row("TxCtrlr", "StopTxOnEVSideDisconnect", True, "boolean"),
        _row("TxCtrlr", "StopTxOnInvalidId", True, "boolean", write=True),
        _row("TxCtrlr", "TxStartPoint", "Authorized", "MemberList", write=True, choices=TX_POINTS),
        _row("TxCtrlr", "TxStopPoint", "EVConnected", "MemberList", write=True, choices=TX_POINTS),
        measured(sampled, "TxStartedMeasurands", f"{BILLED},SoC"),
        measured(sampled, "TxUpdatedMeasurands",
                 f"{BILLED},Power.Active.Import,Power.Active.Export,SoC"),
        measured(sampled, "TxEndedMeasurands", f"{BILLED},SoC"),
        _row(sampled, "TxUpdatedInterval", facts.sampled_s, "integer", write=True, unit="s", least=0),
        _row(sampled, "TxEndedInterval", 0, "integer", write=True, unit="s", least=0),
        measured(aligned, "Measurands", BILLED),
        measured(aligned, "TxEndedMeasurands", BILLED),
        _row(aligned, "Interval", facts.sampled_s, "integer", write=True, unit="s", least=0),
        _row(aligned, "TxEndedInterval", 0, "integer", write=True, unit="s", least=0),
        _row(aligned, "SendDuringIdle", False, "boolean", write=True),
        _row("AuthCtrlr", "AuthorizeRemoteStart", False, "boolean", write=True),
        _row("AuthCtrlr", "LocalAuthorizeOffline", True, "boolean", write=True),
        _row("AuthCtrlr", "LocalPreAuthorize", False, "boolean", write=True),
        _row("AuthCtrlr", "OfflineTxForUnknownIdEnabled", False, "boolean", write=True),
    ]  # fmt: skip


def _smart_charging(facts: Facts) -> list[Variable]:
    name = "SmartChargingCtrlr"
    purposes = ("PriorityCharging",)
    return [
        _row(name, "Available", True, "boolean"),
        _row(name, "Enabled", True, "boolean", write=True),
        _row(name, "Entries", facts.profiles_max, "integer", instance="ChargingProfiles"),
        _row(name, "LimitChangeSignificance", 1.0, "decimal", write=True, unit="Percent", least=0,
             most=100),
        _row(name, "PeriodsPerSchedule", facts.periods_max, "integer"),
        _row(name, "ProfileStackLevel", facts.stack_levels, "integer"),
        _row(name, "RateUnit", "W,A", "MemberList", choices=("W", "A")),
        _row(name, "SupportedAdditionalPurposes", ",".join(purposes), "MemberList",
             choices=purposes),
        _row(name, "SupportsFeature", True, "boolean", instance="DynamicProfiles"),
        _row(name, "SupportsFeature", True, "boolean", instance="LimitAtSoC"),
        _row(name, "SupportsFeature", True, "boolean", instance="EvseSleep"),
        _row(name, "SupportsFeature", False, "boolean", instance="UseLocalTime"),
        _row(name, "SupportsFeature", False, "boolean", instance="RandomizedDelay"),
        _row("ISO15118Ctrlr", "Available", True, "boolean"),
        _row("ISO15118Ctrlr", "Enabled", True, "boolean", write=True),
        _row("ISO15118Ctrlr", "ContractValidationOffline", False, "boolean", write=True),
        _row("ISO15118Ctrlr", "PnCEnabled", False, "boolean"),
    ]  # fmt: skip


def _security(facts: Facts) -> list[Variable]:
    name = "SecurityCtrlr"
    return [
        # Profiles 1 and 2 authenticate with a password of 16 to 40 characters.
        _row(name, "BasicAuthPassword", "", secret=True, least=16, most=40),
        _row(name, "CertificateEntries", 0, "integer"),
        _row(name, "Identity", facts.identity, most=48),
        _row(name, "OrganizationName", "", write=True),
        _row(name, "SecurityProfile", 1, "integer"),
    ]


def _station(facts: Facts) -> list[Variable]:
    name = "ChargingStation"
    return [
        _row(name, "Available", True, "boolean"),
        _row(name, "AvailabilityState", "Available", "OptionList", choices=STATES),
        _row(name, "Problem", False, "boolean"),
        _row(name, "Model", facts.model),
        _row(name, "VendorName", facts.vendor),
        _row(name, "SupplyPhases", 3, "integer"),
    ]


def _outlet(outlet: Outlet) -> list[Variable]:
    evse = outlet.evse
    return [
        _row("EVSE", "Available", True, "boolean", evse=evse),
        _row("EVSE", "AvailabilityState", "Available", "OptionList", evse=evse, choices=STATES),
        _row("EVSE", "EvseId", outlet.name, evse=evse),
        _row("EVSE", "Power", 0, "decimal", evse=evse, most=outlet.rated_kw * 1000, unit="W"),
        _row("EVSE", "DischargePower", 0, "decimal", evse=evse,
             most=-outlet.discharge_kw * 1000, unit="W"),
        _row("EVSE", "SupplyPhases", outlet.phases, "integer", evse=evse),
        _row("Connector", "Available", True, "boolean", evse=evse, connector=1),
        _row("Connector", "AvailabilityState", "Available", "OptionList", evse=evse, connector=1,
             choices=STATES),
        _row("Connector", "ConnectorType", outlet.connector, evse=evse, connector=1),
        _row("Connector", "SupplyPhases", outlet.phases, "integer", evse=evse, connector=1),
        _row("ConnectedEV", "Available", False, "boolean", evse=evse),
        _row("V2XChargingCtrlr", "Available", outlet.discharge_kw < 0, "boolean", evse=evse),
        _row("V2XChargingCtrlr", "Enabled", outlet.discharge_kw < 0, "boolean", evse=evse,
             write=True),
        _row("V2XChargingCtrlr", "SupportedEnergyTransferModes", ",".join(outlet.transfers),
             "MemberList", evse=evse, choices=outlet.transfers),
        _row("V2XChargingCtrlr", "SupportedOperationModes", ",".join(outlet.modes),
             "MemberList", evse=evse, choices=outlet.modes),
    ]  # fmt: skip
