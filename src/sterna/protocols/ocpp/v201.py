"""OCPP 2.0.1 messages as in the official schemas. Written by ``generate``; do not edit."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

CustomDataType = dict[str, Any]


class Message(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The root of all messages and parts of messages of OCPP 2.0.1."""


APNAuthenticationEnumType = Literal["CHAP", "NONE", "PAP", "AUTO"]
AttributeEnumType = Literal["Actual", "Target", "MinSet", "MaxSet"]
AuthorizationStatusEnumType = Literal["Accepted", "Blocked", "ConcurrentTx", "Expired", "Invalid", "NoCredit", "NotAllowedTypeEVSE", "NotAtThisLocation", "NotAtThisTime", "Unknown"]
AuthorizeCertificateStatusEnumType = Literal["Accepted", "SignatureError", "CertificateExpired", "CertificateRevoked", "NoCertificateAvailable", "CertChainError", "ContractCancelled"]
BootReasonEnumType = Literal["ApplicationReset", "FirmwareUpdate", "LocalReset", "PowerUp", "RemoteReset", "ScheduledReset", "Triggered", "Unknown", "Watchdog"]
CancelReservationStatusEnumType = Literal["Accepted", "Rejected"]
CertificateActionEnumType = Literal["Install", "Update"]
CertificateSignedStatusEnumType = Literal["Accepted", "Rejected"]
CertificateSigningUseEnumType = Literal["ChargingStationCertificate", "V2GCertificate"]
ChangeAvailabilityStatusEnumType = Literal["Accepted", "Rejected", "Scheduled"]
ChargingLimitSourceEnumType = Literal["EMS", "Other", "SO", "CSO"]
ChargingProfileKindEnumType = Literal["Absolute", "Recurring", "Relative"]
ChargingProfilePurposeEnumType = Literal["ChargingStationExternalConstraints", "ChargingStationMaxProfile", "TxDefaultProfile", "TxProfile"]
ChargingProfileStatusEnumType = Literal["Accepted", "Rejected"]
ChargingRateUnitEnumType = Literal["W", "A"]
ChargingStateEnumType = Literal["Charging", "EVConnected", "SuspendedEV", "SuspendedEVSE", "Idle"]
ClearCacheStatusEnumType = Literal["Accepted", "Rejected"]
ClearChargingProfileStatusEnumType = Literal["Accepted", "Unknown"]
ClearMessageStatusEnumType = Literal["Accepted", "Unknown"]
ClearMonitoringStatusEnumType = Literal["Accepted", "Rejected", "NotFound"]
ComponentCriterionEnumType = Literal["Active", "Available", "Enabled", "Problem"]
ConnectorEnumType = Literal["cCCS1", "cCCS2", "cG105", "cTesla", "cType1", "cType2", "s309-1P-16A", "s309-1P-32A", "s309-3P-16A", "s309-3P-32A", "sBS1361", "sCEE-7-7", "sType2", "sType3", "Other1PhMax16A", "Other1PhOver16A", "Other3Ph", "Pan", "wInductive", "wResonant", "Undetermined", "Unknown"]
ConnectorStatusEnumType = Literal["Available", "Occupied", "Reserved", "Unavailable", "Faulted"]
CostKindEnumType = Literal["CarbonDioxideEmission", "RelativePricePercentage", "RenewableGenerationPercentage"]
CustomerInformationStatusEnumType = Literal["Accepted", "Rejected", "Invalid"]
DataEnumType = Literal["string", "decimal", "integer", "dateTime", "boolean", "OptionList", "SequenceList", "MemberList"]
DataTransferStatusEnumType = Literal["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"]
DeleteCertificateStatusEnumType = Literal["Accepted", "Failed", "NotFound"]
DisplayMessageStatusEnumType = Literal["Accepted", "NotSupportedMessageFormat", "Rejected", "NotSupportedPriority", "NotSupportedState", "UnknownTransaction"]
EnergyTransferModeEnumType = Literal["DC", "AC_single_phase", "AC_two_phase", "AC_three_phase"]
EventNotificationEnumType = Literal["HardWiredNotification", "HardWiredMonitor", "PreconfiguredMonitor", "CustomMonitor"]
EventTriggerEnumType = Literal["Alerting", "Delta", "Periodic"]
FirmwareStatusEnumType = Literal["Downloaded", "DownloadFailed", "Downloading", "DownloadScheduled", "DownloadPaused", "Idle", "InstallationFailed", "Installing", "Installed", "InstallRebooting", "InstallScheduled", "InstallVerificationFailed", "InvalidSignature", "SignatureVerified"]
GenericDeviceModelStatusEnumType = Literal["Accepted", "Rejected", "NotSupported", "EmptyResultSet"]
GenericStatusEnumType = Literal["Accepted", "Rejected"]
GetCertificateIdUseEnumType = Literal["V2GRootCertificate", "MORootCertificate", "CSMSRootCertificate", "V2GCertificateChain", "ManufacturerRootCertificate"]
GetCertificateStatusEnumType = Literal["Accepted", "Failed"]
GetChargingProfileStatusEnumType = Literal["Accepted", "NoProfiles"]
GetDisplayMessagesStatusEnumType = Literal["Accepted", "Unknown"]
GetInstalledCertificateStatusEnumType = Literal["Accepted", "NotFound"]
GetVariableStatusEnumType = Literal["Accepted", "Rejected", "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType"]
HashAlgorithmEnumType = Literal["SHA256", "SHA384", "SHA512"]
IdTokenEnumType = Literal["Central", "eMAID", "ISO14443", "ISO15693", "KeyCode", "Local", "MacAddress", "NoAuthorization"]
InstallCertificateStatusEnumType = Literal["Accepted", "Rejected", "Failed"]
InstallCertificateUseEnumType = Literal["V2GRootCertificate", "MORootCertificate", "CSMSRootCertificate", "ManufacturerRootCertificate"]
Iso15118EVCertificateStatusEnumType = Literal["Accepted", "Failed"]
LocationEnumType = Literal["Body", "Cable", "EV", "Inlet", "Outlet"]
LogEnumType = Literal["DiagnosticsLog", "SecurityLog"]
LogStatusEnumType = Literal["Accepted", "Rejected", "AcceptedCanceled"]
MeasurandEnumType = Literal["Current.Export", "Current.Import", "Current.Offered", "Energy.Active.Export.Register", "Energy.Active.Import.Register", "Energy.Reactive.Export.Register", "Energy.Reactive.Import.Register", "Energy.Active.Export.Interval", "Energy.Active.Import.Interval", "Energy.Active.Net", "Energy.Reactive.Export.Interval", "Energy.Reactive.Import.Interval", "Energy.Reactive.Net", "Energy.Apparent.Net", "Energy.Apparent.Import", "Energy.Apparent.Export", "Frequency", "Power.Active.Export", "Power.Active.Import", "Power.Factor", "Power.Offered", "Power.Reactive.Export", "Power.Reactive.Import", "SoC", "Voltage"]
MessageFormatEnumType = Literal["ASCII", "HTML", "URI", "UTF8"]
MessagePriorityEnumType = Literal["AlwaysFront", "InFront", "NormalCycle"]
MessageStateEnumType = Literal["Charging", "Faulted", "Idle", "Unavailable"]
MessageTriggerEnumType = Literal["BootNotification", "LogStatusNotification", "FirmwareStatusNotification", "Heartbeat", "MeterValues", "SignChargingStationCertificate", "SignV2GCertificate", "StatusNotification", "TransactionEvent", "SignCombinedCertificate", "PublishFirmwareStatusNotification"]
MonitorEnumType = Literal["UpperThreshold", "LowerThreshold", "Delta", "Periodic", "PeriodicClockAligned"]
MonitoringBaseEnumType = Literal["All", "FactoryDefault", "HardWiredOnly"]
MonitoringCriterionEnumType = Literal["ThresholdMonitoring", "DeltaMonitoring", "PeriodicMonitoring"]
MutabilityEnumType = Literal["ReadOnly", "WriteOnly", "ReadWrite"]
NotifyEVChargingNeedsStatusEnumType = Literal["Accepted", "Rejected", "Processing"]
OCPPInterfaceEnumType = Literal["Wired0", "Wired1", "Wired2", "Wired3", "Wireless0", "Wireless1", "Wireless2", "Wireless3"]
OCPPTransportEnumType = Literal["JSON", "SOAP"]
OCPPVersionEnumType = Literal["OCPP12", "OCPP15", "OCPP16", "OCPP20"]
OperationalStatusEnumType = Literal["Inoperative", "Operative"]
PhaseEnumType = Literal["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
PublishFirmwareStatusEnumType = Literal["Idle", "DownloadScheduled", "Downloading", "Downloaded", "Published", "DownloadFailed", "DownloadPaused", "InvalidChecksum", "ChecksumVerified", "PublishFailed"]
ReadingContextEnumType = Literal["Interruption.Begin", "Interruption.End", "Other", "Sample.Clock", "Sample.Periodic", "Transaction.Begin", "Transaction.End", "Trigger"]
ReasonEnumType = Literal["DeAuthorized", "EmergencyStop", "EnergyLimitReached", "EVDisconnected", "GroundFault", "ImmediateReset", "Local", "LocalOutOfCredit", "MasterPass", "Other", "OvercurrentFault", "PowerLoss", "PowerQuality", "Reboot", "Remote", "SOCLimitReached", "StoppedByEV", "TimeLimitReached", "Timeout"]
RecurrencyKindEnumType = Literal["Daily", "Weekly"]
RegistrationStatusEnumType = Literal["Accepted", "Pending", "Rejected"]
ReportBaseEnumType = Literal["ConfigurationInventory", "FullInventory", "SummaryInventory"]
RequestStartStopStatusEnumType = Literal["Accepted", "Rejected"]
ReservationUpdateStatusEnumType = Literal["Expired", "Removed"]
ReserveNowStatusEnumType = Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]
ResetEnumType = Literal["Immediate", "OnIdle"]
ResetStatusEnumType = Literal["Accepted", "Rejected", "Scheduled"]
SendLocalListStatusEnumType = Literal["Accepted", "Failed", "VersionMismatch"]
SetMonitoringStatusEnumType = Literal["Accepted", "UnknownComponent", "UnknownVariable", "UnsupportedMonitorType", "Rejected", "Duplicate"]
SetNetworkProfileStatusEnumType = Literal["Accepted", "Rejected", "Failed"]
SetVariableStatusEnumType = Literal["Accepted", "Rejected", "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType", "RebootRequired"]
TransactionEventEnumType = Literal["Ended", "Started", "Updated"]
TriggerMessageStatusEnumType = Literal["Accepted", "Rejected", "NotImplemented"]
TriggerReasonEnumType = Literal["Authorized", "CablePluggedIn", "ChargingRateChanged", "ChargingStateChanged", "Deauthorized", "EnergyLimitReached", "EVCommunicationLost", "EVConnectTimeout", "MeterValueClock", "MeterValuePeriodic", "TimeLimitReached", "Trigger", "UnlockCommand", "StopAuthorized", "EVDeparted", "EVDetected", "RemoteStop", "RemoteStart", "AbnormalCondition", "SignedDataReceived", "ResetCommand"]
UnlockStatusEnumType = Literal["Unlocked", "UnlockFailed", "OngoingAuthorizedTransaction", "UnknownConnector"]
UnpublishFirmwareStatusEnumType = Literal["DownloadOngoing", "NoFirmware", "Unpublished"]
UpdateEnumType = Literal["Differential", "Full"]
UpdateFirmwareStatusEnumType = Literal["Accepted", "Rejected", "AcceptedCanceled", "InvalidCertificate", "RevokedCertificate"]
UploadLogStatusEnumType = Literal["BadMessage", "Idle", "NotSupportedOperation", "PermissionDenied", "Uploaded", "UploadFailure", "Uploading", "AcceptedCanceled"]
VPNEnumType = Literal["IKEv2", "IPSec", "L2TP", "PPTP"]


class ACChargingParametersType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    energy_amount: int = field(name="energyAmount")
    ev_min_current: int = field(name="evMinCurrent")
    ev_max_current: int = field(name="evMaxCurrent")
    ev_max_voltage: int = field(name="evMaxVoltage")


class APNType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    apn: Annotated[str, Meta(max_length=512)]
    apn_user_name: Annotated[str, Meta(max_length=20)] | UnsetType = field(name="apnUserName", default=UNSET)
    apn_password: Annotated[str, Meta(max_length=20)] | UnsetType = field(name="apnPassword", default=UNSET)
    sim_pin: int | UnsetType = field(name="simPin", default=UNSET)
    preferred_network: Annotated[str, Meta(max_length=6)] | UnsetType = field(name="preferredNetwork", default=UNSET)
    use_only_preferred_network: bool | UnsetType = field(name="useOnlyPreferredNetwork", default=UNSET)
    apn_authentication: APNAuthenticationEnumType = field(name="apnAuthentication")


class AdditionalInfoType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    additional_id_token: Annotated[str, Meta(max_length=36)] = field(name="additionalIdToken")
    type: Annotated[str, Meta(max_length=50)]


class AuthorizationData(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id_token: IdTokenType = field(name="idToken")
    id_token_info: IdTokenInfoType | UnsetType = field(name="idTokenInfo", default=UNSET)


class CertificateHashDataChainType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    certificate_hash_data: CertificateHashDataType = field(name="certificateHashData")
    certificate_type: GetCertificateIdUseEnumType = field(name="certificateType")
    child_certificate_hash_data: Annotated[tuple[CertificateHashDataType, ...], Meta(min_length=1, max_length=4)] | UnsetType = field(name="childCertificateHashData", default=UNSET)


class CertificateHashDataType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    hash_algorithm: HashAlgorithmEnumType = field(name="hashAlgorithm")
    issuer_name_hash: Annotated[str, Meta(max_length=128)] = field(name="issuerNameHash")
    issuer_key_hash: Annotated[str, Meta(max_length=128)] = field(name="issuerKeyHash")
    serial_number: Annotated[str, Meta(max_length=40)] = field(name="serialNumber")


class ChargingLimitType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    charging_limit_source: ChargingLimitSourceEnumType = field(name="chargingLimitSource")
    is_grid_critical: bool | UnsetType = field(name="isGridCritical", default=UNSET)


class ChargingNeedsType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    ac_charging_parameters: ACChargingParametersType | UnsetType = field(name="acChargingParameters", default=UNSET)
    dc_charging_parameters: DCChargingParametersType | UnsetType = field(name="dcChargingParameters", default=UNSET)
    requested_energy_transfer: EnergyTransferModeEnumType = field(name="requestedEnergyTransfer")
    departure_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="departureTime", default=UNSET)


class ChargingProfileCriterionType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    charging_profile_purpose: ChargingProfilePurposeEnumType | UnsetType = field(name="chargingProfilePurpose", default=UNSET)
    stack_level: int | UnsetType = field(name="stackLevel", default=UNSET)
    charging_profile_id: Annotated[tuple[int, ...], Meta(min_length=1)] | UnsetType = field(name="chargingProfileId", default=UNSET)
    charging_limit_source: Annotated[tuple[ChargingLimitSourceEnumType, ...], Meta(min_length=1, max_length=4)] | UnsetType = field(name="chargingLimitSource", default=UNSET)


class ChargingProfileType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id: int
    stack_level: int = field(name="stackLevel")
    charging_profile_purpose: ChargingProfilePurposeEnumType = field(name="chargingProfilePurpose")
    charging_profile_kind: ChargingProfileKindEnumType = field(name="chargingProfileKind")
    recurrency_kind: RecurrencyKindEnumType | UnsetType = field(name="recurrencyKind", default=UNSET)
    valid_from: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="validFrom", default=UNSET)
    valid_to: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="validTo", default=UNSET)
    charging_schedule: Annotated[tuple[ChargingScheduleType, ...], Meta(min_length=1, max_length=3)] = field(name="chargingSchedule")
    transaction_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="transactionId", default=UNSET)


class ChargingSchedulePeriodType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    start_period: int = field(name="startPeriod")
    limit: float
    number_phases: int | UnsetType = field(name="numberPhases", default=UNSET)
    phase_to_use: int | UnsetType = field(name="phaseToUse", default=UNSET)


class ChargingScheduleType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id: int
    start_schedule: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="startSchedule", default=UNSET)
    duration: int | UnsetType = UNSET
    charging_rate_unit: ChargingRateUnitEnumType = field(name="chargingRateUnit")
    charging_schedule_period: Annotated[tuple[ChargingSchedulePeriodType, ...], Meta(min_length=1, max_length=1024)] = field(name="chargingSchedulePeriod")
    min_charging_rate: float | UnsetType = field(name="minChargingRate", default=UNSET)
    sales_tariff: SalesTariffType | UnsetType = field(name="salesTariff", default=UNSET)


class ChargingStationType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    serial_number: Annotated[str, Meta(max_length=25)] | UnsetType = field(name="serialNumber", default=UNSET)
    model: Annotated[str, Meta(max_length=20)]
    modem: ModemType | UnsetType = UNSET
    vendor_name: Annotated[str, Meta(max_length=50)] = field(name="vendorName")
    firmware_version: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="firmwareVersion", default=UNSET)


class ClearChargingProfileType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    evse_id: int | UnsetType = field(name="evseId", default=UNSET)
    charging_profile_purpose: ChargingProfilePurposeEnumType | UnsetType = field(name="chargingProfilePurpose", default=UNSET)
    stack_level: int | UnsetType = field(name="stackLevel", default=UNSET)


class ClearMonitoringResultType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: ClearMonitoringStatusEnumType
    id: int
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class ComponentType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    evse: EVSEType | UnsetType = UNSET
    name: Annotated[str, Meta(max_length=50)]
    instance: Annotated[str, Meta(max_length=50)] | UnsetType = UNSET


class ComponentVariableType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    component: ComponentType
    variable: VariableType | UnsetType = UNSET


class CompositeScheduleType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    charging_schedule_period: Annotated[tuple[ChargingSchedulePeriodType, ...], Meta(min_length=1)] = field(name="chargingSchedulePeriod")
    evse_id: int = field(name="evseId")
    duration: int
    schedule_start: Annotated[datetime, Meta(tz=True)] = field(name="scheduleStart")
    charging_rate_unit: ChargingRateUnitEnumType = field(name="chargingRateUnit")


class ConsumptionCostType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    start_value: float = field(name="startValue")
    cost: Annotated[tuple[CostType, ...], Meta(min_length=1, max_length=3)]


class CostType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    cost_kind: CostKindEnumType = field(name="costKind")
    amount: int
    amount_multiplier: int | UnsetType = field(name="amountMultiplier", default=UNSET)


class DCChargingParametersType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    ev_max_current: int = field(name="evMaxCurrent")
    ev_max_voltage: int = field(name="evMaxVoltage")
    energy_amount: int | UnsetType = field(name="energyAmount", default=UNSET)
    ev_max_power: int | UnsetType = field(name="evMaxPower", default=UNSET)
    state_of_charge: Annotated[int, Meta(ge=0, le=100)] | UnsetType = field(name="stateOfCharge", default=UNSET)
    ev_energy_capacity: int | UnsetType = field(name="evEnergyCapacity", default=UNSET)
    full_soc: Annotated[int, Meta(ge=0, le=100)] | UnsetType = field(name="fullSoC", default=UNSET)
    bulk_soc: Annotated[int, Meta(ge=0, le=100)] | UnsetType = field(name="bulkSoC", default=UNSET)


class EVSEType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id: int
    connector_id: int | UnsetType = field(name="connectorId", default=UNSET)


class EventDataType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    event_id: int = field(name="eventId")
    timestamp: Annotated[datetime, Meta(tz=True)]
    trigger: EventTriggerEnumType
    cause: int | UnsetType = UNSET
    actual_value: Annotated[str, Meta(max_length=2500)] = field(name="actualValue")
    tech_code: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="techCode", default=UNSET)
    tech_info: Annotated[str, Meta(max_length=500)] | UnsetType = field(name="techInfo", default=UNSET)
    cleared: bool | UnsetType = UNSET
    transaction_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="transactionId", default=UNSET)
    component: ComponentType
    variable_monitoring_id: int | UnsetType = field(name="variableMonitoringId", default=UNSET)
    event_notification_type: EventNotificationEnumType = field(name="eventNotificationType")
    variable: VariableType


class FirmwareType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    location: Annotated[str, Meta(max_length=512)]
    retrieve_date_time: Annotated[datetime, Meta(tz=True)] = field(name="retrieveDateTime")
    install_date_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="installDateTime", default=UNSET)
    signing_certificate: Annotated[str, Meta(max_length=5500)] | UnsetType = field(name="signingCertificate", default=UNSET)
    signature: Annotated[str, Meta(max_length=800)] | UnsetType = UNSET


class GetVariableDataType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    attribute_type: AttributeEnumType | UnsetType = field(name="attributeType", default=UNSET)
    component: ComponentType
    variable: VariableType


class GetVariableResultType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    attribute_status_info: StatusInfoType | UnsetType = field(name="attributeStatusInfo", default=UNSET)
    attribute_status: GetVariableStatusEnumType = field(name="attributeStatus")
    attribute_type: AttributeEnumType | UnsetType = field(name="attributeType", default=UNSET)
    attribute_value: Annotated[str, Meta(max_length=2500)] | UnsetType = field(name="attributeValue", default=UNSET)
    component: ComponentType
    variable: VariableType


class IdTokenInfoType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: AuthorizationStatusEnumType
    cache_expiry_date_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="cacheExpiryDateTime", default=UNSET)
    charging_priority: int | UnsetType = field(name="chargingPriority", default=UNSET)
    language1: Annotated[str, Meta(max_length=8)] | UnsetType = UNSET
    evse_id: Annotated[tuple[int, ...], Meta(min_length=1)] | UnsetType = field(name="evseId", default=UNSET)
    group_id_token: IdTokenType | UnsetType = field(name="groupIdToken", default=UNSET)
    language2: Annotated[str, Meta(max_length=8)] | UnsetType = UNSET
    personal_message: MessageContentType | UnsetType = field(name="personalMessage", default=UNSET)


class IdTokenType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    additional_info: Annotated[tuple[AdditionalInfoType, ...], Meta(min_length=1)] | UnsetType = field(name="additionalInfo", default=UNSET)
    id_token: Annotated[str, Meta(max_length=36)] = field(name="idToken")
    type: IdTokenEnumType


class LogParametersType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    remote_location: Annotated[str, Meta(max_length=512)] = field(name="remoteLocation")
    oldest_timestamp: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="oldestTimestamp", default=UNSET)
    latest_timestamp: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="latestTimestamp", default=UNSET)


class MessageContentType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    format: MessageFormatEnumType
    language: Annotated[str, Meta(max_length=8)] | UnsetType = UNSET
    content: Annotated[str, Meta(max_length=512)]


class MessageInfoType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    display: ComponentType | UnsetType = UNSET
    id: int
    priority: MessagePriorityEnumType
    state: MessageStateEnumType | UnsetType = UNSET
    start_date_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="startDateTime", default=UNSET)
    end_date_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="endDateTime", default=UNSET)
    transaction_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="transactionId", default=UNSET)
    message: MessageContentType


class MeterValueType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    sampled_value: Annotated[tuple[SampledValueType, ...], Meta(min_length=1)] = field(name="sampledValue")
    timestamp: Annotated[datetime, Meta(tz=True)]


class ModemType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    iccid: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET
    imsi: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET


class MonitoringDataType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    component: ComponentType
    variable: VariableType
    variable_monitoring: Annotated[tuple[VariableMonitoringType, ...], Meta(min_length=1)] = field(name="variableMonitoring")


class NetworkConnectionProfileType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    apn: APNType | UnsetType = UNSET
    ocpp_version: OCPPVersionEnumType = field(name="ocppVersion")
    ocpp_transport: OCPPTransportEnumType = field(name="ocppTransport")
    ocpp_csms_url: Annotated[str, Meta(max_length=512)] = field(name="ocppCsmsUrl")
    message_timeout: int = field(name="messageTimeout")
    security_profile: int = field(name="securityProfile")
    ocpp_interface: OCPPInterfaceEnumType = field(name="ocppInterface")
    vpn: VPNType | UnsetType = UNSET


class OCSPRequestDataType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    hash_algorithm: HashAlgorithmEnumType = field(name="hashAlgorithm")
    issuer_name_hash: Annotated[str, Meta(max_length=128)] = field(name="issuerNameHash")
    issuer_key_hash: Annotated[str, Meta(max_length=128)] = field(name="issuerKeyHash")
    serial_number: Annotated[str, Meta(max_length=40)] = field(name="serialNumber")
    responder_url: Annotated[str, Meta(max_length=512)] = field(name="responderURL")


class RelativeTimeIntervalType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    start: int
    duration: int | UnsetType = UNSET


class ReportDataType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    component: ComponentType
    variable: VariableType
    variable_attribute: Annotated[tuple[VariableAttributeType, ...], Meta(min_length=1, max_length=4)] = field(name="variableAttribute")
    variable_characteristics: VariableCharacteristicsType | UnsetType = field(name="variableCharacteristics", default=UNSET)


class SalesTariffEntryType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    relative_time_interval: RelativeTimeIntervalType = field(name="relativeTimeInterval")
    e_price_level: Annotated[int, Meta(ge=0)] | UnsetType = field(name="ePriceLevel", default=UNSET)
    consumption_cost: Annotated[tuple[ConsumptionCostType, ...], Meta(min_length=1, max_length=3)] | UnsetType = field(name="consumptionCost", default=UNSET)


class SalesTariffType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id: int
    sales_tariff_description: Annotated[str, Meta(max_length=32)] | UnsetType = field(name="salesTariffDescription", default=UNSET)
    num_e_price_levels: int | UnsetType = field(name="numEPriceLevels", default=UNSET)
    sales_tariff_entry: Annotated[tuple[SalesTariffEntryType, ...], Meta(min_length=1, max_length=1024)] = field(name="salesTariffEntry")


class SampledValueType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    value: float
    context: ReadingContextEnumType | UnsetType = UNSET
    measurand: MeasurandEnumType | UnsetType = UNSET
    phase: PhaseEnumType | UnsetType = UNSET
    location: LocationEnumType | UnsetType = UNSET
    signed_meter_value: SignedMeterValueType | UnsetType = field(name="signedMeterValue", default=UNSET)
    unit_of_measure: UnitOfMeasureType | UnsetType = field(name="unitOfMeasure", default=UNSET)


class SetMonitoringDataType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id: int | UnsetType = UNSET
    transaction: bool | UnsetType = UNSET
    value: float
    type: MonitorEnumType
    severity: int
    component: ComponentType
    variable: VariableType


class SetMonitoringResultType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id: int | UnsetType = UNSET
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    status: SetMonitoringStatusEnumType
    type: MonitorEnumType
    component: ComponentType
    variable: VariableType
    severity: int


class SetVariableDataType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    attribute_type: AttributeEnumType | UnsetType = field(name="attributeType", default=UNSET)
    attribute_value: Annotated[str, Meta(max_length=1000)] = field(name="attributeValue")
    component: ComponentType
    variable: VariableType


class SetVariableResultType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    attribute_type: AttributeEnumType | UnsetType = field(name="attributeType", default=UNSET)
    attribute_status: SetVariableStatusEnumType = field(name="attributeStatus")
    attribute_status_info: StatusInfoType | UnsetType = field(name="attributeStatusInfo", default=UNSET)
    component: ComponentType
    variable: VariableType


class SignedMeterValueType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    signed_meter_data: Annotated[str, Meta(max_length=2500)] = field(name="signedMeterData")
    signing_method: Annotated[str, Meta(max_length=50)] = field(name="signingMethod")
    encoding_method: Annotated[str, Meta(max_length=50)] = field(name="encodingMethod")
    public_key: Annotated[str, Meta(max_length=2500)] = field(name="publicKey")


class StatusInfoType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    reason_code: Annotated[str, Meta(max_length=20)] = field(name="reasonCode")
    additional_info: Annotated[str, Meta(max_length=512)] | UnsetType = field(name="additionalInfo", default=UNSET)


class TransactionType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    transaction_id: Annotated[str, Meta(max_length=36)] = field(name="transactionId")
    charging_state: ChargingStateEnumType | UnsetType = field(name="chargingState", default=UNSET)
    time_spent_charging: int | UnsetType = field(name="timeSpentCharging", default=UNSET)
    stopped_reason: ReasonEnumType | UnsetType = field(name="stoppedReason", default=UNSET)
    remote_start_id: int | UnsetType = field(name="remoteStartId", default=UNSET)


class UnitOfMeasureType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    unit: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET
    multiplier: int | UnsetType = UNSET


class VPNType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    server: Annotated[str, Meta(max_length=512)]
    user: Annotated[str, Meta(max_length=20)]
    group: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET
    password: Annotated[str, Meta(max_length=20)]
    key: Annotated[str, Meta(max_length=255)]
    type: VPNEnumType


class VariableAttributeType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    type: AttributeEnumType | UnsetType = UNSET
    value: Annotated[str, Meta(max_length=2500)] | UnsetType = UNSET
    mutability: MutabilityEnumType | UnsetType = UNSET
    persistent: bool | UnsetType = UNSET
    constant: bool | UnsetType = UNSET


class VariableCharacteristicsType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    unit: Annotated[str, Meta(max_length=16)] | UnsetType = UNSET
    data_type: DataEnumType = field(name="dataType")
    min_limit: float | UnsetType = field(name="minLimit", default=UNSET)
    max_limit: float | UnsetType = field(name="maxLimit", default=UNSET)
    values_list: Annotated[str, Meta(max_length=1000)] | UnsetType = field(name="valuesList", default=UNSET)
    supports_monitoring: bool = field(name="supportsMonitoring")


class VariableMonitoringType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id: int
    transaction: bool
    value: float
    type: MonitorEnumType
    severity: int


class VariableType(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    name: Annotated[str, Meta(max_length=50)]
    instance: Annotated[str, Meta(max_length=50)] | UnsetType = UNSET


class AuthorizeRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id_token: IdTokenType = field(name="idToken")
    certificate: Annotated[str, Meta(max_length=5500)] | UnsetType = UNSET
    iso15118_certificate_hash_data: Annotated[tuple[OCSPRequestDataType, ...], Meta(min_length=1, max_length=4)] | UnsetType = field(name="iso15118CertificateHashData", default=UNSET)


class AuthorizeResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id_token_info: IdTokenInfoType = field(name="idTokenInfo")
    certificate_status: AuthorizeCertificateStatusEnumType | UnsetType = field(name="certificateStatus", default=UNSET)


class BootNotificationRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    charging_station: ChargingStationType = field(name="chargingStation")
    reason: BootReasonEnumType


class BootNotificationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    current_time: Annotated[datetime, Meta(tz=True)] = field(name="currentTime")
    interval: int
    status: RegistrationStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class CancelReservationRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    reservation_id: int = field(name="reservationId")


class CancelReservationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: CancelReservationStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class CertificateSignedRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    certificate_chain: Annotated[str, Meta(max_length=10000)] = field(name="certificateChain")
    certificate_type: CertificateSigningUseEnumType | UnsetType = field(name="certificateType", default=UNSET)


class CertificateSignedResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: CertificateSignedStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class ChangeAvailabilityRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    evse: EVSEType | UnsetType = UNSET
    operational_status: OperationalStatusEnumType = field(name="operationalStatus")


class ChangeAvailabilityResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: ChangeAvailabilityStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class ClearCacheRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearCacheResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: ClearCacheStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class ClearChargingProfileRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    charging_profile_id: int | UnsetType = field(name="chargingProfileId", default=UNSET)
    charging_profile_criteria: ClearChargingProfileType | UnsetType = field(name="chargingProfileCriteria", default=UNSET)


class ClearChargingProfileResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: ClearChargingProfileStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class ClearDisplayMessageRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id: int


class ClearDisplayMessageResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: ClearMessageStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class ClearVariableMonitoringRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id: Annotated[tuple[int, ...], Meta(min_length=1)]


class ClearVariableMonitoringResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    clear_monitoring_result: Annotated[tuple[ClearMonitoringResultType, ...], Meta(min_length=1)] = field(name="clearMonitoringResult")


class ClearedChargingLimitRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    charging_limit_source: ChargingLimitSourceEnumType = field(name="chargingLimitSource")
    evse_id: int | UnsetType = field(name="evseId", default=UNSET)


class ClearedChargingLimitResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CostUpdatedRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    total_cost: float = field(name="totalCost")
    transaction_id: Annotated[str, Meta(max_length=36)] = field(name="transactionId")


class CostUpdatedResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CustomerInformationRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    customer_certificate: CertificateHashDataType | UnsetType = field(name="customerCertificate", default=UNSET)
    id_token: IdTokenType | UnsetType = field(name="idToken", default=UNSET)
    request_id: int = field(name="requestId")
    report: bool
    clear: bool
    customer_identifier: Annotated[str, Meta(max_length=64)] | UnsetType = field(name="customerIdentifier", default=UNSET)


class CustomerInformationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: CustomerInformationStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class DataTransferRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    message_id: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="messageId", default=UNSET)
    data: Any | UnsetType = UNSET
    vendor_id: Annotated[str, Meta(max_length=255)] = field(name="vendorId")


class DataTransferResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: DataTransferStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    data: Any | UnsetType = UNSET


class DeleteCertificateRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    certificate_hash_data: CertificateHashDataType = field(name="certificateHashData")


class DeleteCertificateResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: DeleteCertificateStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class FirmwareStatusNotificationRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: FirmwareStatusEnumType
    request_id: int | UnsetType = field(name="requestId", default=UNSET)


class FirmwareStatusNotificationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class Get15118EVCertificateRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    iso15118_schema_version: Annotated[str, Meta(max_length=50)] = field(name="iso15118SchemaVersion")
    action: CertificateActionEnumType
    exi_request: Annotated[str, Meta(max_length=5600)] = field(name="exiRequest")


class Get15118EVCertificateResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: Iso15118EVCertificateStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    exi_response: Annotated[str, Meta(max_length=7500)] = field(name="exiResponse")


class GetBaseReportRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    request_id: int = field(name="requestId")
    report_base: ReportBaseEnumType = field(name="reportBase")


class GetBaseReportResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GenericDeviceModelStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class GetCertificateStatusRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    ocsp_request_data: OCSPRequestDataType = field(name="ocspRequestData")


class GetCertificateStatusResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GetCertificateStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    ocsp_result: Annotated[str, Meta(max_length=5500)] | UnsetType = field(name="ocspResult", default=UNSET)


class GetChargingProfilesRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    request_id: int = field(name="requestId")
    evse_id: int | UnsetType = field(name="evseId", default=UNSET)
    charging_profile: ChargingProfileCriterionType = field(name="chargingProfile")


class GetChargingProfilesResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GetChargingProfileStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class GetCompositeScheduleRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    duration: int
    charging_rate_unit: ChargingRateUnitEnumType | UnsetType = field(name="chargingRateUnit", default=UNSET)
    evse_id: int = field(name="evseId")


class GetCompositeScheduleResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    schedule: CompositeScheduleType | UnsetType = UNSET


class GetDisplayMessagesRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id: Annotated[tuple[int, ...], Meta(min_length=1)] | UnsetType = UNSET
    request_id: int = field(name="requestId")
    priority: MessagePriorityEnumType | UnsetType = UNSET
    state: MessageStateEnumType | UnsetType = UNSET


class GetDisplayMessagesResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GetDisplayMessagesStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class GetInstalledCertificateIdsRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    certificate_type: Annotated[tuple[GetCertificateIdUseEnumType, ...], Meta(min_length=1)] | UnsetType = field(name="certificateType", default=UNSET)


class GetInstalledCertificateIdsResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GetInstalledCertificateStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    certificate_hash_data_chain: Annotated[tuple[CertificateHashDataChainType, ...], Meta(min_length=1)] | UnsetType = field(name="certificateHashDataChain", default=UNSET)


class GetLocalListVersionRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetLocalListVersionResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    version_number: int = field(name="versionNumber")


class GetLogRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    log: LogParametersType
    log_type: LogEnumType = field(name="logType")
    request_id: int = field(name="requestId")
    retries: int | UnsetType = UNSET
    retry_interval: int | UnsetType = field(name="retryInterval", default=UNSET)


class GetLogResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: LogStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    filename: Annotated[str, Meta(max_length=255)] | UnsetType = UNSET


class GetMonitoringReportRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    component_variable: Annotated[tuple[ComponentVariableType, ...], Meta(min_length=1)] | UnsetType = field(name="componentVariable", default=UNSET)
    request_id: int = field(name="requestId")
    monitoring_criteria: Annotated[tuple[MonitoringCriterionEnumType, ...], Meta(min_length=1, max_length=3)] | UnsetType = field(name="monitoringCriteria", default=UNSET)


class GetMonitoringReportResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GenericDeviceModelStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class GetReportRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    component_variable: Annotated[tuple[ComponentVariableType, ...], Meta(min_length=1)] | UnsetType = field(name="componentVariable", default=UNSET)
    request_id: int = field(name="requestId")
    component_criteria: Annotated[tuple[ComponentCriterionEnumType, ...], Meta(min_length=1, max_length=4)] | UnsetType = field(name="componentCriteria", default=UNSET)


class GetReportResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GenericDeviceModelStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class GetTransactionStatusRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    transaction_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="transactionId", default=UNSET)


class GetTransactionStatusResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    ongoing_indicator: bool | UnsetType = field(name="ongoingIndicator", default=UNSET)
    messages_in_queue: bool = field(name="messagesInQueue")


class GetVariablesRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    get_variable_data: Annotated[tuple[GetVariableDataType, ...], Meta(min_length=1)] = field(name="getVariableData")


class GetVariablesResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    get_variable_result: Annotated[tuple[GetVariableResultType, ...], Meta(min_length=1)] = field(name="getVariableResult")


class HeartbeatRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class HeartbeatResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    current_time: Annotated[datetime, Meta(tz=True)] = field(name="currentTime")


class InstallCertificateRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    certificate_type: InstallCertificateUseEnumType = field(name="certificateType")
    certificate: Annotated[str, Meta(max_length=5500)]


class InstallCertificateResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: InstallCertificateStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class LogStatusNotificationRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: UploadLogStatusEnumType
    request_id: int | UnsetType = field(name="requestId", default=UNSET)


class LogStatusNotificationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class MeterValuesRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    evse_id: int = field(name="evseId")
    meter_value: Annotated[tuple[MeterValueType, ...], Meta(min_length=1)] = field(name="meterValue")


class MeterValuesResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyChargingLimitRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    charging_schedule: Annotated[tuple[ChargingScheduleType, ...], Meta(min_length=1)] | UnsetType = field(name="chargingSchedule", default=UNSET)
    evse_id: int | UnsetType = field(name="evseId", default=UNSET)
    charging_limit: ChargingLimitType = field(name="chargingLimit")


class NotifyChargingLimitResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyCustomerInformationRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    data: Annotated[str, Meta(max_length=512)]
    tbc: bool | UnsetType = UNSET
    seq_no: int = field(name="seqNo")
    generated_at: Annotated[datetime, Meta(tz=True)] = field(name="generatedAt")
    request_id: int = field(name="requestId")


class NotifyCustomerInformationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyDisplayMessagesRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    message_info: Annotated[tuple[MessageInfoType, ...], Meta(min_length=1)] | UnsetType = field(name="messageInfo", default=UNSET)
    request_id: int = field(name="requestId")
    tbc: bool | UnsetType = UNSET


class NotifyDisplayMessagesResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyEVChargingNeedsRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    max_schedule_tuples: int | UnsetType = field(name="maxScheduleTuples", default=UNSET)
    charging_needs: ChargingNeedsType = field(name="chargingNeeds")
    evse_id: int = field(name="evseId")


class NotifyEVChargingNeedsResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: NotifyEVChargingNeedsStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class NotifyEVChargingScheduleRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    time_base: Annotated[datetime, Meta(tz=True)] = field(name="timeBase")
    charging_schedule: ChargingScheduleType = field(name="chargingSchedule")
    evse_id: int = field(name="evseId")


class NotifyEVChargingScheduleResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class NotifyEventRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    generated_at: Annotated[datetime, Meta(tz=True)] = field(name="generatedAt")
    tbc: bool | UnsetType = UNSET
    seq_no: int = field(name="seqNo")
    event_data: Annotated[tuple[EventDataType, ...], Meta(min_length=1)] = field(name="eventData")


class NotifyEventResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyMonitoringReportRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    monitor: Annotated[tuple[MonitoringDataType, ...], Meta(min_length=1)] | UnsetType = UNSET
    request_id: int = field(name="requestId")
    tbc: bool | UnsetType = UNSET
    seq_no: int = field(name="seqNo")
    generated_at: Annotated[datetime, Meta(tz=True)] = field(name="generatedAt")


class NotifyMonitoringReportResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyReportRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    request_id: int = field(name="requestId")
    generated_at: Annotated[datetime, Meta(tz=True)] = field(name="generatedAt")
    report_data: Annotated[tuple[ReportDataType, ...], Meta(min_length=1)] | UnsetType = field(name="reportData", default=UNSET)
    tbc: bool | UnsetType = UNSET
    seq_no: int = field(name="seqNo")


class NotifyReportResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PublishFirmwareRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    location: Annotated[str, Meta(max_length=512)]
    retries: int | UnsetType = UNSET
    checksum: Annotated[str, Meta(max_length=32)]
    request_id: int = field(name="requestId")
    retry_interval: int | UnsetType = field(name="retryInterval", default=UNSET)


class PublishFirmwareResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class PublishFirmwareStatusNotificationRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: PublishFirmwareStatusEnumType
    location: Annotated[tuple[Annotated[str, Meta(max_length=512)], ...], Meta(min_length=1)] | UnsetType = UNSET
    request_id: int | UnsetType = field(name="requestId", default=UNSET)


class PublishFirmwareStatusNotificationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ReportChargingProfilesRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    request_id: int = field(name="requestId")
    charging_limit_source: ChargingLimitSourceEnumType = field(name="chargingLimitSource")
    charging_profile: Annotated[tuple[ChargingProfileType, ...], Meta(min_length=1)] = field(name="chargingProfile")
    tbc: bool | UnsetType = UNSET
    evse_id: int = field(name="evseId")


class ReportChargingProfilesResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class RequestStartTransactionRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    evse_id: int | UnsetType = field(name="evseId", default=UNSET)
    group_id_token: IdTokenType | UnsetType = field(name="groupIdToken", default=UNSET)
    id_token: IdTokenType = field(name="idToken")
    remote_start_id: int = field(name="remoteStartId")
    charging_profile: ChargingProfileType | UnsetType = field(name="chargingProfile", default=UNSET)


class RequestStartTransactionResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: RequestStartStopStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    transaction_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="transactionId", default=UNSET)


class RequestStopTransactionRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    transaction_id: Annotated[str, Meta(max_length=36)] = field(name="transactionId")


class RequestStopTransactionResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: RequestStartStopStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class ReservationStatusUpdateRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    reservation_id: int = field(name="reservationId")
    reservation_update_status: ReservationUpdateStatusEnumType = field(name="reservationUpdateStatus")


class ReservationStatusUpdateResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ReserveNowRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    id: int
    expiry_date_time: Annotated[datetime, Meta(tz=True)] = field(name="expiryDateTime")
    connector_type: ConnectorEnumType | UnsetType = field(name="connectorType", default=UNSET)
    id_token: IdTokenType = field(name="idToken")
    evse_id: int | UnsetType = field(name="evseId", default=UNSET)
    group_id_token: IdTokenType | UnsetType = field(name="groupIdToken", default=UNSET)


class ReserveNowResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: ReserveNowStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class ResetRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    type: ResetEnumType
    evse_id: int | UnsetType = field(name="evseId", default=UNSET)


class ResetResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: ResetStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class SecurityEventNotificationRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    type: Annotated[str, Meta(max_length=50)]
    timestamp: Annotated[datetime, Meta(tz=True)]
    tech_info: Annotated[str, Meta(max_length=255)] | UnsetType = field(name="techInfo", default=UNSET)


class SecurityEventNotificationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SendLocalListRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    local_authorization_list: Annotated[tuple[AuthorizationData, ...], Meta(min_length=1)] | UnsetType = field(name="localAuthorizationList", default=UNSET)
    version_number: int = field(name="versionNumber")
    update_type: UpdateEnumType = field(name="updateType")


class SendLocalListResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: SendLocalListStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class SetChargingProfileRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    evse_id: int = field(name="evseId")
    charging_profile: ChargingProfileType = field(name="chargingProfile")


class SetChargingProfileResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: ChargingProfileStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class SetDisplayMessageRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    message: MessageInfoType


class SetDisplayMessageResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: DisplayMessageStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class SetMonitoringBaseRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    monitoring_base: MonitoringBaseEnumType = field(name="monitoringBase")


class SetMonitoringBaseResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GenericDeviceModelStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class SetMonitoringLevelRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    severity: int


class SetMonitoringLevelResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class SetNetworkProfileRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    configuration_slot: int = field(name="configurationSlot")
    connection_data: NetworkConnectionProfileType = field(name="connectionData")


class SetNetworkProfileResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: SetNetworkProfileStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class SetVariableMonitoringRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    set_monitoring_data: Annotated[tuple[SetMonitoringDataType, ...], Meta(min_length=1)] = field(name="setMonitoringData")


class SetVariableMonitoringResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    set_monitoring_result: Annotated[tuple[SetMonitoringResultType, ...], Meta(min_length=1)] = field(name="setMonitoringResult")


class SetVariablesRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    set_variable_data: Annotated[tuple[SetVariableDataType, ...], Meta(min_length=1)] = field(name="setVariableData")


class SetVariablesResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    set_variable_result: Annotated[tuple[SetVariableResultType, ...], Meta(min_length=1)] = field(name="setVariableResult")


class SignCertificateRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    csr: Annotated[str, Meta(max_length=5500)]
    certificate_type: CertificateSigningUseEnumType | UnsetType = field(name="certificateType", default=UNSET)


class SignCertificateResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class StatusNotificationRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    timestamp: Annotated[datetime, Meta(tz=True)]
    connector_status: ConnectorStatusEnumType = field(name="connectorStatus")
    evse_id: int = field(name="evseId")
    connector_id: int = field(name="connectorId")


class StatusNotificationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TransactionEventRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    event_type: TransactionEventEnumType = field(name="eventType")
    meter_value: Annotated[tuple[MeterValueType, ...], Meta(min_length=1)] | UnsetType = field(name="meterValue", default=UNSET)
    timestamp: Annotated[datetime, Meta(tz=True)]
    trigger_reason: TriggerReasonEnumType = field(name="triggerReason")
    seq_no: int = field(name="seqNo")
    offline: bool | UnsetType = UNSET
    number_of_phases_used: int | UnsetType = field(name="numberOfPhasesUsed", default=UNSET)
    cable_max_current: int | UnsetType = field(name="cableMaxCurrent", default=UNSET)
    reservation_id: int | UnsetType = field(name="reservationId", default=UNSET)
    transaction_info: TransactionType = field(name="transactionInfo")
    evse: EVSEType | UnsetType = UNSET
    id_token: IdTokenType | UnsetType = field(name="idToken", default=UNSET)


class TransactionEventResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    total_cost: float | UnsetType = field(name="totalCost", default=UNSET)
    charging_priority: int | UnsetType = field(name="chargingPriority", default=UNSET)
    id_token_info: IdTokenInfoType | UnsetType = field(name="idTokenInfo", default=UNSET)
    updated_personal_message: MessageContentType | UnsetType = field(name="updatedPersonalMessage", default=UNSET)


class TriggerMessageRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    evse: EVSEType | UnsetType = UNSET
    requested_message: MessageTriggerEnumType = field(name="requestedMessage")


class TriggerMessageResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: TriggerMessageStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class UnlockConnectorRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    evse_id: int = field(name="evseId")
    connector_id: int = field(name="connectorId")


class UnlockConnectorResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: UnlockStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


class UnpublishFirmwareRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    checksum: Annotated[str, Meta(max_length=32)]


class UnpublishFirmwareResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: UnpublishFirmwareStatusEnumType


class UpdateFirmwareRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    retries: int | UnsetType = UNSET
    retry_interval: int | UnsetType = field(name="retryInterval", default=UNSET)
    request_id: int = field(name="requestId")
    firmware: FirmwareType


class UpdateFirmwareResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)
    status: UpdateFirmwareStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)


REQUESTS: Final[dict[str, type[Message]]] = {
    "Authorize": AuthorizeRequest,
    "BootNotification": BootNotificationRequest,
    "CancelReservation": CancelReservationRequest,
    "CertificateSigned": CertificateSignedRequest,
    "ChangeAvailability": ChangeAvailabilityRequest,
    "ClearCache": ClearCacheRequest,
    "ClearChargingProfile": ClearChargingProfileRequest,
    "ClearDisplayMessage": ClearDisplayMessageRequest,
    "ClearVariableMonitoring": ClearVariableMonitoringRequest,
    "ClearedChargingLimit": ClearedChargingLimitRequest,
    "CostUpdated": CostUpdatedRequest,
    "CustomerInformation": CustomerInformationRequest,
    "DataTransfer": DataTransferRequest,
    "DeleteCertificate": DeleteCertificateRequest,
    "FirmwareStatusNotification": FirmwareStatusNotificationRequest,
    "Get15118EVCertificate": Get15118EVCertificateRequest,
    "GetBaseReport": GetBaseReportRequest,
    "GetCertificateStatus": GetCertificateStatusRequest,
    "GetChargingProfiles": GetChargingProfilesRequest,
    "GetCompositeSchedule": GetCompositeScheduleRequest,
    "GetDisplayMessages": GetDisplayMessagesRequest,
    "GetInstalledCertificateIds": GetInstalledCertificateIdsRequest,
    "GetLocalListVersion": GetLocalListVersionRequest,
    "GetLog": GetLogRequest,
    "GetMonitoringReport": GetMonitoringReportRequest,
    "GetReport": GetReportRequest,
    "GetTransactionStatus": GetTransactionStatusRequest,
    "GetVariables": GetVariablesRequest,
    "Heartbeat": HeartbeatRequest,
    "InstallCertificate": InstallCertificateRequest,
    "LogStatusNotification": LogStatusNotificationRequest,
    "MeterValues": MeterValuesRequest,
    "NotifyChargingLimit": NotifyChargingLimitRequest,
    "NotifyCustomerInformation": NotifyCustomerInformationRequest,
    "NotifyDisplayMessages": NotifyDisplayMessagesRequest,
    "NotifyEVChargingNeeds": NotifyEVChargingNeedsRequest,
    "NotifyEVChargingSchedule": NotifyEVChargingScheduleRequest,
    "NotifyEvent": NotifyEventRequest,
    "NotifyMonitoringReport": NotifyMonitoringReportRequest,
    "NotifyReport": NotifyReportRequest,
    "PublishFirmware": PublishFirmwareRequest,
    "PublishFirmwareStatusNotification": PublishFirmwareStatusNotificationRequest,
    "ReportChargingProfiles": ReportChargingProfilesRequest,
    "RequestStartTransaction": RequestStartTransactionRequest,
    "RequestStopTransaction": RequestStopTransactionRequest,
    "ReservationStatusUpdate": ReservationStatusUpdateRequest,
    "ReserveNow": ReserveNowRequest,
    "Reset": ResetRequest,
    "SecurityEventNotification": SecurityEventNotificationRequest,
    "SendLocalList": SendLocalListRequest,
    "SetChargingProfile": SetChargingProfileRequest,
    "SetDisplayMessage": SetDisplayMessageRequest,
    "SetMonitoringBase": SetMonitoringBaseRequest,
    "SetMonitoringLevel": SetMonitoringLevelRequest,
    "SetNetworkProfile": SetNetworkProfileRequest,
    "SetVariableMonitoring": SetVariableMonitoringRequest,
    "SetVariables": SetVariablesRequest,
    "SignCertificate": SignCertificateRequest,
    "StatusNotification": StatusNotificationRequest,
    "TransactionEvent": TransactionEventRequest,
    "TriggerMessage": TriggerMessageRequest,
    "UnlockConnector": UnlockConnectorRequest,
    "UnpublishFirmware": UnpublishFirmwareRequest,
    "UpdateFirmware": UpdateFirmwareRequest,
}

RESPONSES: Final[dict[str, type[Message]]] = {
    "Authorize": AuthorizeResponse,
    "BootNotification": BootNotificationResponse,
    "CancelReservation": CancelReservationResponse,
    "CertificateSigned": CertificateSignedResponse,
    "ChangeAvailability": ChangeAvailabilityResponse,
    "ClearCache": ClearCacheResponse,
    "ClearChargingProfile": ClearChargingProfileResponse,
    "ClearDisplayMessage": ClearDisplayMessageResponse,
    "ClearVariableMonitoring": ClearVariableMonitoringResponse,
    "ClearedChargingLimit": ClearedChargingLimitResponse,
    "CostUpdated": CostUpdatedResponse,
    "CustomerInformation": CustomerInformationResponse,
    "DataTransfer": DataTransferResponse,
    "DeleteCertificate": DeleteCertificateResponse,
    "FirmwareStatusNotification": FirmwareStatusNotificationResponse,
    "Get15118EVCertificate": Get15118EVCertificateResponse,
    "GetBaseReport": GetBaseReportResponse,
    "GetCertificateStatus": GetCertificateStatusResponse,
    "GetChargingProfiles": GetChargingProfilesResponse,
    "GetCompositeSchedule": GetCompositeScheduleResponse,
    "GetDisplayMessages": GetDisplayMessagesResponse,
    "GetInstalledCertificateIds": GetInstalledCertificateIdsResponse,
    "GetLocalListVersion": GetLocalListVersionResponse,
    "GetLog": GetLogResponse,
    "GetMonitoringReport": GetMonitoringReportResponse,
    "GetReport": GetReportResponse,
    "GetTransactionStatus": GetTransactionStatusResponse,
    "GetVariables": GetVariablesResponse,
    "Heartbeat": HeartbeatResponse,
    "InstallCertificate": InstallCertificateResponse,
    "LogStatusNotification": LogStatusNotificationResponse,
    "MeterValues": MeterValuesResponse,
    "NotifyChargingLimit": NotifyChargingLimitResponse,
    "NotifyCustomerInformation": NotifyCustomerInformationResponse,
    "NotifyDisplayMessages": NotifyDisplayMessagesResponse,
    "NotifyEVChargingNeeds": NotifyEVChargingNeedsResponse,
    "NotifyEVChargingSchedule": NotifyEVChargingScheduleResponse,
    "NotifyEvent": NotifyEventResponse,
    "NotifyMonitoringReport": NotifyMonitoringReportResponse,
    "NotifyReport": NotifyReportResponse,
    "PublishFirmware": PublishFirmwareResponse,
    "PublishFirmwareStatusNotification": PublishFirmwareStatusNotificationResponse,
    "ReportChargingProfiles": ReportChargingProfilesResponse,
    "RequestStartTransaction": RequestStartTransactionResponse,
    "RequestStopTransaction": RequestStopTransactionResponse,
    "ReservationStatusUpdate": ReservationStatusUpdateResponse,
    "ReserveNow": ReserveNowResponse,
    "Reset": ResetResponse,
    "SecurityEventNotification": SecurityEventNotificationResponse,
    "SendLocalList": SendLocalListResponse,
    "SetChargingProfile": SetChargingProfileResponse,
    "SetDisplayMessage": SetDisplayMessageResponse,
    "SetMonitoringBase": SetMonitoringBaseResponse,
    "SetMonitoringLevel": SetMonitoringLevelResponse,
    "SetNetworkProfile": SetNetworkProfileResponse,
    "SetVariableMonitoring": SetVariableMonitoringResponse,
    "SetVariables": SetVariablesResponse,
    "SignCertificate": SignCertificateResponse,
    "StatusNotification": StatusNotificationResponse,
    "TransactionEvent": TransactionEventResponse,
    "TriggerMessage": TriggerMessageResponse,
    "UnlockConnector": UnlockConnectorResponse,
    "UnpublishFirmware": UnpublishFirmwareResponse,
    "UpdateFirmware": UpdateFirmwareResponse,
}

SENDS: Final[dict[str, type[Message]]] = {
}
