"""OCPP 2.1 messages as in the official schemas. Written by ``generate``; do not edit."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

CustomDataType = dict[str, Any]


class Message(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The root of all messages and parts of messages of OCPP 2.1."""


APNAuthenticationEnumType = Literal["PAP", "CHAP", "NONE", "AUTO"]
AttributeEnumType = Literal["Actual", "Target", "MinSet", "MaxSet"]
AuthorizationStatusEnumType = Literal["Accepted", "Blocked", "ConcurrentTx", "Expired", "Invalid", "NoCredit", "NotAllowedTypeEVSE", "NotAtThisLocation", "NotAtThisTime", "Unknown"]
AuthorizeCertificateStatusEnumType = Literal["Accepted", "SignatureError", "CertificateExpired", "CertificateRevoked", "NoCertificateAvailable", "CertChainError", "ContractCancelled"]
BatterySwapEventEnumType = Literal["BatteryIn", "BatteryOut", "BatteryOutTimeout"]
BootReasonEnumType = Literal["ApplicationReset", "FirmwareUpdate", "LocalReset", "PowerUp", "RemoteReset", "ScheduledReset", "Triggered", "Unknown", "Watchdog"]
CancelReservationStatusEnumType = Literal["Accepted", "Rejected"]
CertificateActionEnumType = Literal["Install", "Update"]
CertificateSignedStatusEnumType = Literal["Accepted", "Rejected"]
CertificateSigningUseEnumType = Literal["ChargingStationCertificate", "V2GCertificate", "V2G20Certificate"]
CertificateStatusEnumType = Literal["Good", "Revoked", "Unknown", "Failed"]
CertificateStatusSourceEnumType = Literal["CRL", "OCSP"]
ChangeAvailabilityStatusEnumType = Literal["Accepted", "Rejected", "Scheduled"]
ChargingProfileKindEnumType = Literal["Absolute", "Recurring", "Relative", "Dynamic"]
ChargingProfilePurposeEnumType = Literal["ChargingStationExternalConstraints", "ChargingStationMaxProfile", "TxDefaultProfile", "TxProfile", "PriorityCharging", "LocalGeneration"]
ChargingProfileStatusEnumType = Literal["Accepted", "Rejected"]
ChargingRateUnitEnumType = Literal["W", "A"]
ChargingStateEnumType = Literal["EVConnected", "Charging", "SuspendedEV", "SuspendedEVSE", "Idle"]
ClearCacheStatusEnumType = Literal["Accepted", "Rejected"]
ClearChargingProfileStatusEnumType = Literal["Accepted", "Unknown"]
ClearMessageStatusEnumType = Literal["Accepted", "Unknown", "Rejected"]
ClearMonitoringStatusEnumType = Literal["Accepted", "Rejected", "NotFound"]
ComponentCriterionEnumType = Literal["Active", "Available", "Enabled", "Problem"]
ConnectorStatusEnumType = Literal["Available", "Occupied", "Reserved", "Unavailable", "Faulted"]
ControlModeEnumType = Literal["ScheduledControl", "DynamicControl"]
CostDimensionEnumType = Literal["Energy", "MaxCurrent", "MinCurrent", "MaxPower", "MinPower", "IdleTIme", "ChargingTime"]
CostKindEnumType = Literal["CarbonDioxideEmission", "RelativePricePercentage", "RenewableGenerationPercentage"]
CustomerInformationStatusEnumType = Literal["Accepted", "Rejected", "Invalid"]
DERControlEnumType = Literal["EnterService", "FreqDroop", "FreqWatt", "FixedPFAbsorb", "FixedPFInject", "FixedVar", "Gradients", "HFMustTrip", "HFMayTrip", "HVMustTrip", "HVMomCess", "HVMayTrip", "LimitMaxDischarge", "LFMustTrip", "LVMustTrip", "LVMomCess", "LVMayTrip", "PowerMonitoringMustTrip", "VoltVar", "VoltWatt", "WattPF", "WattVar"]
DERControlStatusEnumType = Literal["Accepted", "Rejected", "NotSupported", "NotFound"]
DERUnitEnumType = Literal["Not_Applicable", "PctMaxW", "PctMaxVar", "PctWAvail", "PctVarAvail", "PctEffectiveV"]
DataEnumType = Literal["string", "decimal", "integer", "dateTime", "boolean", "OptionList", "SequenceList", "MemberList"]
DataTransferStatusEnumType = Literal["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"]
DayOfWeekEnumType = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
DeleteCertificateStatusEnumType = Literal["Accepted", "Failed", "NotFound"]
DisplayMessageStatusEnumType = Literal["Accepted", "NotSupportedMessageFormat", "Rejected", "NotSupportedPriority", "NotSupportedState", "UnknownTransaction", "LanguageNotSupported"]
EnergyTransferModeEnumType = Literal["AC_single_phase", "AC_two_phase", "AC_three_phase", "DC", "AC_BPT", "AC_BPT_DER", "AC_DER", "DC_BPT", "DC_ACDP", "DC_ACDP_BPT", "WPT"]
EventNotificationEnumType = Literal["HardWiredNotification", "HardWiredMonitor", "PreconfiguredMonitor", "CustomMonitor"]
EventTriggerEnumType = Literal["Alerting", "Delta", "Periodic"]
EvseKindEnumType = Literal["AC", "DC"]
FirmwareStatusEnumType = Literal["Downloaded", "DownloadFailed", "Downloading", "DownloadScheduled", "DownloadPaused", "Idle", "InstallationFailed", "Installing", "Installed", "InstallRebooting", "InstallScheduled", "InstallVerificationFailed", "InvalidSignature", "SignatureVerified"]
GenericDeviceModelStatusEnumType = Literal["Accepted", "Rejected", "NotSupported", "EmptyResultSet"]
GenericStatusEnumType = Literal["Accepted", "Rejected"]
GetCertificateIdUseEnumType = Literal["V2GRootCertificate", "MORootCertificate", "CSMSRootCertificate", "V2GCertificateChain", "ManufacturerRootCertificate", "OEMRootCertificate"]
GetCertificateStatusEnumType = Literal["Accepted", "Failed"]
GetChargingProfileStatusEnumType = Literal["Accepted", "NoProfiles"]
GetDisplayMessagesStatusEnumType = Literal["Accepted", "Unknown"]
GetInstalledCertificateStatusEnumType = Literal["Accepted", "NotFound"]
GetVariableStatusEnumType = Literal["Accepted", "Rejected", "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType"]
GridEventFaultEnumType = Literal["CurrentImbalance", "LocalEmergency", "LowInputPower", "OverCurrent", "OverFrequency", "OverVoltage", "PhaseRotation", "RemoteEmergency", "UnderFrequency", "UnderVoltage", "VoltageImbalance"]
HashAlgorithmEnumType = Literal["SHA256", "SHA384", "SHA512"]
InstallCertificateStatusEnumType = Literal["Accepted", "Rejected", "Failed"]
InstallCertificateUseEnumType = Literal["V2GRootCertificate", "MORootCertificate", "ManufacturerRootCertificate", "CSMSRootCertificate", "OEMRootCertificate"]
IslandingDetectionEnumType = Literal["NoAntiIslandingSupport", "RoCoF", "UVP_OVP", "UFP_OFP", "VoltageVectorShift", "ZeroCrossingDetection", "OtherPassive", "ImpedanceMeasurement", "ImpedanceAtFrequency", "SlipModeFrequencyShift", "SandiaFrequencyShift", "SandiaVoltageShift", "FrequencyJump", "RCLQFactor", "OtherActive"]
Iso15118EVCertificateStatusEnumType = Literal["Accepted", "Failed"]
LocationEnumType = Literal["Body", "Cable", "EV", "Inlet", "Outlet", "Upstream"]
LogEnumType = Literal["DiagnosticsLog", "SecurityLog", "DataCollectorLog"]
LogStatusEnumType = Literal["Accepted", "Rejected", "AcceptedCanceled"]
MeasurandEnumType = Literal["Current.Export", "Current.Export.Offered", "Current.Export.Minimum", "Current.Import", "Current.Import.Offered", "Current.Import.Minimum", "Current.Offered", "Display.PresentSOC", "Display.MinimumSOC", "Display.TargetSOC", "Display.MaximumSOC", "Display.RemainingTimeToMinimumSOC", "Display.RemainingTimeToTargetSOC", "Display.RemainingTimeToMaximumSOC", "Display.ChargingComplete", "Display.BatteryEnergyCapacity", "Display.InletHot", "Energy.Active.Export.Interval", "Energy.Active.Export.Register", "Energy.Active.Import.Interval", "Energy.Active.Import.Register", "Energy.Active.Import.CableLoss", "Energy.Active.Import.LocalGeneration.Register", "Energy.Active.Net", "Energy.Active.Setpoint.Interval", "Energy.Apparent.Export", "Energy.Apparent.Import", "Energy.Apparent.Net", "Energy.Reactive.Export.Interval", "Energy.Reactive.Export.Register", "Energy.Reactive.Import.Interval", "Energy.Reactive.Import.Register", "Energy.Reactive.Net", "EnergyRequest.Target", "EnergyRequest.Minimum", "EnergyRequest.Maximum", "EnergyRequest.Minimum.V2X", "EnergyRequest.Maximum.V2X", "EnergyRequest.Bulk", "Frequency", "Power.Active.Export", "Power.Active.Import", "Power.Active.Setpoint", "Power.Active.Residual", "Power.Export.Minimum", "Power.Export.Offered", "Power.Factor", "Power.Import.Offered", "Power.Import.Minimum", "Power.Offered", "Power.Reactive.Export", "Power.Reactive.Import", "SoC", "Voltage", "Voltage.Minimum", "Voltage.Maximum"]
MessageFormatEnumType = Literal["ASCII", "HTML", "URI", "UTF8", "QRCODE"]
MessagePriorityEnumType = Literal["AlwaysFront", "InFront", "NormalCycle"]
MessageStateEnumType = Literal["Charging", "Faulted", "Idle", "Unavailable", "Suspended", "Discharging"]
MessageTriggerEnumType = Literal["BootNotification", "LogStatusNotification", "FirmwareStatusNotification", "Heartbeat", "MeterValues", "SignChargingStationCertificate", "SignV2GCertificate", "SignV2G20Certificate", "StatusNotification", "TransactionEvent", "SignCombinedCertificate", "PublishFirmwareStatusNotification", "CustomTrigger"]
MobilityNeedsModeEnumType = Literal["EVCC", "EVCC_SECC"]
MonitorEnumType = Literal["UpperThreshold", "LowerThreshold", "Delta", "Periodic", "PeriodicClockAligned", "TargetDelta", "TargetDeltaRelative"]
MonitoringBaseEnumType = Literal["All", "FactoryDefault", "HardWiredOnly"]
MonitoringCriterionEnumType = Literal["ThresholdMonitoring", "DeltaMonitoring", "PeriodicMonitoring"]
MutabilityEnumType = Literal["ReadOnly", "WriteOnly", "ReadWrite"]
NotifyAllowedEnergyTransferStatusEnumType = Literal["Accepted", "Rejected"]
NotifyEVChargingNeedsStatusEnumType = Literal["Accepted", "Rejected", "Processing", "NoChargingProfile"]
OCPPInterfaceEnumType = Literal["Wired0", "Wired1", "Wired2", "Wired3", "Wireless0", "Wireless1", "Wireless2", "Wireless3", "Any"]
OCPPTransportEnumType = Literal["SOAP", "JSON"]
OCPPVersionEnumType = Literal["OCPP12", "OCPP15", "OCPP16", "OCPP20", "OCPP201", "OCPP21"]
OperationModeEnumType = Literal["Idle", "ChargingOnly", "CentralSetpoint", "ExternalSetpoint", "ExternalLimits", "CentralFrequency", "LocalFrequency", "LocalLoadBalancing"]
OperationalStatusEnumType = Literal["Inoperative", "Operative"]
PaymentStatusEnumType = Literal["Settled", "Canceled", "Rejected", "Failed"]
PhaseEnumType = Literal["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
PowerDuringCessationEnumType = Literal["Active", "Reactive"]
PreconditioningStatusEnumType = Literal["Unknown", "Ready", "NotReady", "Preconditioning"]
PriorityChargingStatusEnumType = Literal["Accepted", "Rejected", "NoProfile"]
PublishFirmwareStatusEnumType = Literal["Idle", "DownloadScheduled", "Downloading", "Downloaded", "Published", "DownloadFailed", "DownloadPaused", "InvalidChecksum", "ChecksumVerified", "PublishFailed"]
ReadingContextEnumType = Literal["Interruption.Begin", "Interruption.End", "Other", "Sample.Clock", "Sample.Periodic", "Transaction.Begin", "Transaction.End", "Trigger"]
ReasonEnumType = Literal["DeAuthorized", "EmergencyStop", "EnergyLimitReached", "EVDisconnected", "GroundFault", "ImmediateReset", "MasterPass", "Local", "LocalOutOfCredit", "Other", "OvercurrentFault", "PowerLoss", "PowerQuality", "Reboot", "Remote", "SOCLimitReached", "StoppedByEV", "TimeLimitReached", "Timeout", "ReqEnergyTransferRejected"]
RecurrencyKindEnumType = Literal["Daily", "Weekly"]
RegistrationStatusEnumType = Literal["Accepted", "Pending", "Rejected"]
ReportBaseEnumType = Literal["ConfigurationInventory", "FullInventory", "SummaryInventory"]
RequestStartStopStatusEnumType = Literal["Accepted", "Rejected"]
ReservationUpdateStatusEnumType = Literal["Expired", "Removed", "NoTransaction"]
ReserveNowStatusEnumType = Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]
ResetEnumType = Literal["Immediate", "OnIdle", "ImmediateAndResume"]
ResetStatusEnumType = Literal["Accepted", "Rejected", "Scheduled"]
SendLocalListStatusEnumType = Literal["Accepted", "Failed", "VersionMismatch"]
SetMonitoringStatusEnumType = Literal["Accepted", "UnknownComponent", "UnknownVariable", "UnsupportedMonitorType", "Rejected", "Duplicate"]
SetNetworkProfileStatusEnumType = Literal["Accepted", "Rejected", "Failed"]
SetVariableStatusEnumType = Literal["Accepted", "Rejected", "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType", "RebootRequired"]
TariffChangeStatusEnumType = Literal["Accepted", "Rejected", "TooManyElements", "ConditionNotSupported", "TxNotFound", "NoCurrencyChange"]
TariffClearStatusEnumType = Literal["Accepted", "Rejected", "NoTariff"]
TariffCostEnumType = Literal["NormalCost", "MinCost", "MaxCost"]
TariffGetStatusEnumType = Literal["Accepted", "Rejected", "NoTariff"]
TariffKindEnumType = Literal["DefaultTariff", "DriverTariff"]
TariffSetStatusEnumType = Literal["Accepted", "Rejected", "TooManyElements", "ConditionNotSupported", "DuplicateTariffId"]
TransactionEventEnumType = Literal["Ended", "Started", "Updated"]
TriggerMessageStatusEnumType = Literal["Accepted", "Rejected", "NotImplemented"]
TriggerReasonEnumType = Literal["AbnormalCondition", "Authorized", "CablePluggedIn", "ChargingRateChanged", "ChargingStateChanged", "CostLimitReached", "Deauthorized", "EnergyLimitReached", "EVCommunicationLost", "EVConnectTimeout", "EVDeparted", "EVDetected", "LimitSet", "MeterValueClock", "MeterValuePeriodic", "OperationModeChanged", "RemoteStart", "RemoteStop", "ResetCommand", "RunningCost", "SignedDataReceived", "SoCLimitReached", "StopAuthorized", "TariffChanged", "TariffNotAccepted", "TimeLimitReached", "Trigger", "TxResumed", "UnlockCommand"]
UnlockStatusEnumType = Literal["Unlocked", "UnlockFailed", "OngoingAuthorizedTransaction", "UnknownConnector"]
UnpublishFirmwareStatusEnumType = Literal["DownloadOngoing", "NoFirmware", "Unpublished"]
UpdateEnumType = Literal["Differential", "Full"]
UpdateFirmwareStatusEnumType = Literal["Accepted", "Rejected", "AcceptedCanceled", "InvalidCertificate", "RevokedCertificate"]
UploadLogStatusEnumType = Literal["BadMessage", "Idle", "NotSupportedOperation", "PermissionDenied", "Uploaded", "UploadFailure", "Uploading", "AcceptedCanceled"]
VPNEnumType = Literal["IKEv2", "IPSec", "L2TP", "PPTP"]


class ACChargingParametersType(Message, frozen=True, kw_only=True, gc=False):
    energy_amount: float = field(name="energyAmount")
    ev_min_current: float = field(name="evMinCurrent")
    ev_max_current: float = field(name="evMaxCurrent")
    ev_max_voltage: float = field(name="evMaxVoltage")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class APNType(Message, frozen=True, kw_only=True, gc=False):
    apn: Annotated[str, Meta(max_length=2000)]
    apn_user_name: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="apnUserName", default=UNSET)
    apn_password: Annotated[str, Meta(max_length=64)] | UnsetType = field(name="apnPassword", default=UNSET)
    sim_pin: int | UnsetType = field(name="simPin", default=UNSET)
    preferred_network: Annotated[str, Meta(max_length=6)] | UnsetType = field(name="preferredNetwork", default=UNSET)
    use_only_preferred_network: bool | UnsetType = field(name="useOnlyPreferredNetwork", default=UNSET)
    apn_authentication: APNAuthenticationEnumType = field(name="apnAuthentication")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class AbsolutePriceScheduleType(Message, frozen=True, kw_only=True, gc=False):
    time_anchor: Annotated[datetime, Meta(tz=True)] = field(name="timeAnchor")
    price_schedule_id: Annotated[int, Meta(ge=0)] = field(name="priceScheduleID")
    price_schedule_description: Annotated[str, Meta(max_length=160)] | UnsetType = field(name="priceScheduleDescription", default=UNSET)
    currency: Annotated[str, Meta(max_length=3)]
    language: Annotated[str, Meta(max_length=8)]
    price_algorithm: Annotated[str, Meta(max_length=2000)] = field(name="priceAlgorithm")
    minimum_cost: RationalNumberType | UnsetType = field(name="minimumCost", default=UNSET)
    maximum_cost: RationalNumberType | UnsetType = field(name="maximumCost", default=UNSET)
    price_rule_stacks: Annotated[tuple[PriceRuleStackType, ...], Meta(min_length=1, max_length=1024)] = field(name="priceRuleStacks")
    tax_rules: Annotated[tuple[TaxRuleType, ...], Meta(min_length=1, max_length=10)] | UnsetType = field(name="taxRules", default=UNSET)
    overstay_rule_list: OverstayRuleListType | UnsetType = field(name="overstayRuleList", default=UNSET)
    additional_selected_services: Annotated[tuple[AdditionalSelectedServicesType, ...], Meta(min_length=1, max_length=5)] | UnsetType = field(name="additionalSelectedServices", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class AdditionalInfoType(Message, frozen=True, kw_only=True, gc=False):
    additional_id_token: Annotated[str, Meta(max_length=255)] = field(name="additionalIdToken")
    type: Annotated[str, Meta(max_length=50)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class AdditionalSelectedServicesType(Message, frozen=True, kw_only=True, gc=False):
    service_fee: RationalNumberType = field(name="serviceFee")
    service_name: Annotated[str, Meta(max_length=80)] = field(name="serviceName")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class AddressType(Message, frozen=True, kw_only=True, gc=False):
    name: Annotated[str, Meta(max_length=50)]
    address1: Annotated[str, Meta(max_length=100)]
    address2: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET
    city: Annotated[str, Meta(max_length=100)]
    postal_code: Annotated[str, Meta(max_length=20)] | UnsetType = field(name="postalCode", default=UNSET)
    country: Annotated[str, Meta(max_length=50)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class AuthorizationData(Message, frozen=True, kw_only=True, gc=False):
    id_token: IdTokenType = field(name="idToken")
    id_token_info: IdTokenInfoType | UnsetType = field(name="idTokenInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class BatteryDataType(Message, frozen=True, kw_only=True, gc=False):
    evse_id: Annotated[int, Meta(ge=0)] = field(name="evseId")
    serial_number: Annotated[str, Meta(max_length=50)] = field(name="serialNumber")
    so_c: Annotated[float, Meta(ge=0, le=100)] = field(name="soC")
    so_h: Annotated[float, Meta(ge=0, le=100)] = field(name="soH")
    production_date: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="productionDate", default=UNSET)
    vendor_info: Annotated[str, Meta(max_length=500)] | UnsetType = field(name="vendorInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CertificateHashDataChainType(Message, frozen=True, kw_only=True, gc=False):
    certificate_hash_data: CertificateHashDataType = field(name="certificateHashData")
    certificate_type: GetCertificateIdUseEnumType = field(name="certificateType")
    child_certificate_hash_data: Annotated[tuple[CertificateHashDataType, ...], Meta(min_length=1, max_length=4)] | UnsetType = field(name="childCertificateHashData", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CertificateHashDataType(Message, frozen=True, kw_only=True, gc=False):
    hash_algorithm: HashAlgorithmEnumType = field(name="hashAlgorithm")
    issuer_name_hash: Annotated[str, Meta(max_length=128)] = field(name="issuerNameHash")
    issuer_key_hash: Annotated[str, Meta(max_length=128)] = field(name="issuerKeyHash")
    serial_number: Annotated[str, Meta(max_length=40)] = field(name="serialNumber")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CertificateStatusRequestInfoType(Message, frozen=True, kw_only=True, gc=False):
    certificate_hash_data: CertificateHashDataType = field(name="certificateHashData")
    source: CertificateStatusSourceEnumType
    urls: Annotated[tuple[Annotated[str, Meta(max_length=2000)], ...], Meta(min_length=1, max_length=5)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CertificateStatusType(Message, frozen=True, kw_only=True, gc=False):
    certificate_hash_data: CertificateHashDataType = field(name="certificateHashData")
    source: CertificateStatusSourceEnumType
    status: CertificateStatusEnumType
    next_update: Annotated[datetime, Meta(tz=True)] = field(name="nextUpdate")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChargingLimitType(Message, frozen=True, kw_only=True, gc=False):
    charging_limit_source: Annotated[str, Meta(max_length=20)] = field(name="chargingLimitSource")
    is_local_generation: bool | UnsetType = field(name="isLocalGeneration", default=UNSET)
    is_grid_critical: bool | UnsetType = field(name="isGridCritical", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChargingNeedsType(Message, frozen=True, kw_only=True, gc=False):
    ac_charging_parameters: ACChargingParametersType | UnsetType = field(name="acChargingParameters", default=UNSET)
    der_charging_parameters: DERChargingParametersType | UnsetType = field(name="derChargingParameters", default=UNSET)
    ev_energy_offer: EVEnergyOfferType | UnsetType = field(name="evEnergyOffer", default=UNSET)
    requested_energy_transfer: EnergyTransferModeEnumType = field(name="requestedEnergyTransfer")
    dc_charging_parameters: DCChargingParametersType | UnsetType = field(name="dcChargingParameters", default=UNSET)
    v2x_charging_parameters: V2XChargingParametersType | UnsetType = field(name="v2xChargingParameters", default=UNSET)
    available_energy_transfer: Annotated[tuple[EnergyTransferModeEnumType, ...], Meta(min_length=1)] | UnsetType = field(name="availableEnergyTransfer", default=UNSET)
    control_mode: ControlModeEnumType | UnsetType = field(name="controlMode", default=UNSET)
    mobility_needs_mode: MobilityNeedsModeEnumType | UnsetType = field(name="mobilityNeedsMode", default=UNSET)
    departure_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="departureTime", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChargingPeriodType(Message, frozen=True, kw_only=True, gc=False):
    dimensions: Annotated[tuple[CostDimensionType, ...], Meta(min_length=1)] | UnsetType = UNSET
    tariff_id: Annotated[str, Meta(max_length=60)] | UnsetType = field(name="tariffId", default=UNSET)
    start_period: Annotated[datetime, Meta(tz=True)] = field(name="startPeriod")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChargingProfileCriterionType(Message, frozen=True, kw_only=True, gc=False):
    charging_profile_purpose: ChargingProfilePurposeEnumType | UnsetType = field(name="chargingProfilePurpose", default=UNSET)
    stack_level: Annotated[int, Meta(ge=0)] | UnsetType = field(name="stackLevel", default=UNSET)
    charging_profile_id: Annotated[tuple[int, ...], Meta(min_length=1)] | UnsetType = field(name="chargingProfileId", default=UNSET)
    charging_limit_source: Annotated[tuple[Annotated[str, Meta(max_length=20)], ...], Meta(min_length=1, max_length=4)] | UnsetType = field(name="chargingLimitSource", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChargingProfileType(Message, frozen=True, kw_only=True, gc=False):
    id: int
    stack_level: Annotated[int, Meta(ge=0)] = field(name="stackLevel")
    charging_profile_purpose: ChargingProfilePurposeEnumType = field(name="chargingProfilePurpose")
    charging_profile_kind: ChargingProfileKindEnumType = field(name="chargingProfileKind")
    recurrency_kind: RecurrencyKindEnumType | UnsetType = field(name="recurrencyKind", default=UNSET)
    valid_from: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="validFrom", default=UNSET)
    valid_to: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="validTo", default=UNSET)
    transaction_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="transactionId", default=UNSET)
    max_offline_duration: int | UnsetType = field(name="maxOfflineDuration", default=UNSET)
    charging_schedule: Annotated[tuple[ChargingScheduleType, ...], Meta(min_length=1, max_length=3)] = field(name="chargingSchedule")
    invalid_after_offline_duration: bool | UnsetType = field(name="invalidAfterOfflineDuration", default=UNSET)
    dyn_update_interval: int | UnsetType = field(name="dynUpdateInterval", default=UNSET)
    dyn_update_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="dynUpdateTime", default=UNSET)
    price_schedule_signature: Annotated[str, Meta(max_length=256)] | UnsetType = field(name="priceScheduleSignature", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChargingSchedulePeriodType(Message, frozen=True, kw_only=True, gc=False):
    start_period: int = field(name="startPeriod")
    limit: float | UnsetType = UNSET
    limit_l2: float | UnsetType = field(name="limit_L2", default=UNSET)
    limit_l3: float | UnsetType = field(name="limit_L3", default=UNSET)
    number_phases: Annotated[int, Meta(ge=0, le=3)] | UnsetType = field(name="numberPhases", default=UNSET)
    phase_to_use: Annotated[int, Meta(ge=0, le=3)] | UnsetType = field(name="phaseToUse", default=UNSET)
    discharge_limit: Annotated[float, Meta(le=0)] | UnsetType = field(name="dischargeLimit", default=UNSET)
    discharge_limit_l2: Annotated[float, Meta(le=0)] | UnsetType = field(name="dischargeLimit_L2", default=UNSET)
    discharge_limit_l3: Annotated[float, Meta(le=0)] | UnsetType = field(name="dischargeLimit_L3", default=UNSET)
    setpoint: float | UnsetType = UNSET
    setpoint_l2: float | UnsetType = field(name="setpoint_L2", default=UNSET)
    setpoint_l3: float | UnsetType = field(name="setpoint_L3", default=UNSET)
    setpoint_reactive: float | UnsetType = field(name="setpointReactive", default=UNSET)
    setpoint_reactive_l2: float | UnsetType = field(name="setpointReactive_L2", default=UNSET)
    setpoint_reactive_l3: float | UnsetType = field(name="setpointReactive_L3", default=UNSET)
    preconditioning_request: bool | UnsetType = field(name="preconditioningRequest", default=UNSET)
    evse_sleep: bool | UnsetType = field(name="evseSleep", default=UNSET)
    v2x_baseline: float | UnsetType = field(name="v2xBaseline", default=UNSET)
    operation_mode: OperationModeEnumType | UnsetType = field(name="operationMode", default=UNSET)
    v2x_freq_watt_curve: Annotated[tuple[V2XFreqWattPointType, ...], Meta(min_length=1, max_length=20)] | UnsetType = field(name="v2xFreqWattCurve", default=UNSET)
    v2x_signal_watt_curve: Annotated[tuple[V2XSignalWattPointType, ...], Meta(min_length=1, max_length=20)] | UnsetType = field(name="v2xSignalWattCurve", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChargingScheduleType(Message, frozen=True, kw_only=True, gc=False):
    id: int
    limit_at_soc: LimitAtSoCType | UnsetType = field(name="limitAtSoC", default=UNSET)
    start_schedule: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="startSchedule", default=UNSET)
    duration: int | UnsetType = UNSET
    charging_rate_unit: ChargingRateUnitEnumType = field(name="chargingRateUnit")
    min_charging_rate: float | UnsetType = field(name="minChargingRate", default=UNSET)
    power_tolerance: float | UnsetType = field(name="powerTolerance", default=UNSET)
    signature_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="signatureId", default=UNSET)
    digest_value: Annotated[str, Meta(max_length=88)] | UnsetType = field(name="digestValue", default=UNSET)
    use_local_time: bool | UnsetType = field(name="useLocalTime", default=UNSET)
    charging_schedule_period: Annotated[tuple[ChargingSchedulePeriodType, ...], Meta(min_length=1, max_length=1024)] = field(name="chargingSchedulePeriod")
    randomized_delay: Annotated[int, Meta(ge=0)] | UnsetType = field(name="randomizedDelay", default=UNSET)
    sales_tariff: SalesTariffType | UnsetType = field(name="salesTariff", default=UNSET)
    absolute_price_schedule: AbsolutePriceScheduleType | UnsetType = field(name="absolutePriceSchedule", default=UNSET)
    price_level_schedule: PriceLevelScheduleType | UnsetType = field(name="priceLevelSchedule", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChargingScheduleUpdateType(Message, frozen=True, kw_only=True, gc=False):
    limit: float | UnsetType = UNSET
    limit_l2: float | UnsetType = field(name="limit_L2", default=UNSET)
    limit_l3: float | UnsetType = field(name="limit_L3", default=UNSET)
    discharge_limit: Annotated[float, Meta(le=0)] | UnsetType = field(name="dischargeLimit", default=UNSET)
    discharge_limit_l2: Annotated[float, Meta(le=0)] | UnsetType = field(name="dischargeLimit_L2", default=UNSET)
    discharge_limit_l3: Annotated[float, Meta(le=0)] | UnsetType = field(name="dischargeLimit_L3", default=UNSET)
    setpoint: float | UnsetType = UNSET
    setpoint_l2: float | UnsetType = field(name="setpoint_L2", default=UNSET)
    setpoint_l3: float | UnsetType = field(name="setpoint_L3", default=UNSET)
    setpoint_reactive: float | UnsetType = field(name="setpointReactive", default=UNSET)
    setpoint_reactive_l2: float | UnsetType = field(name="setpointReactive_L2", default=UNSET)
    setpoint_reactive_l3: float | UnsetType = field(name="setpointReactive_L3", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChargingStationType(Message, frozen=True, kw_only=True, gc=False):
    serial_number: Annotated[str, Meta(max_length=25)] | UnsetType = field(name="serialNumber", default=UNSET)
    model: Annotated[str, Meta(max_length=20)]
    modem: ModemType | UnsetType = UNSET
    vendor_name: Annotated[str, Meta(max_length=50)] = field(name="vendorName")
    firmware_version: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="firmwareVersion", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearChargingProfileType(Message, frozen=True, kw_only=True, gc=False):
    evse_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="evseId", default=UNSET)
    charging_profile_purpose: ChargingProfilePurposeEnumType | UnsetType = field(name="chargingProfilePurpose", default=UNSET)
    stack_level: Annotated[int, Meta(ge=0)] | UnsetType = field(name="stackLevel", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearMonitoringResultType(Message, frozen=True, kw_only=True, gc=False):
    status: ClearMonitoringStatusEnumType
    id: Annotated[int, Meta(ge=0)]
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearTariffsResultType(Message, frozen=True, kw_only=True, gc=False):
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    tariff_id: Annotated[str, Meta(max_length=60)] | UnsetType = field(name="tariffId", default=UNSET)
    status: TariffClearStatusEnumType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ComponentType(Message, frozen=True, kw_only=True, gc=False):
    evse: EVSEType | UnsetType = UNSET
    name: Annotated[str, Meta(max_length=50)]
    instance: Annotated[str, Meta(max_length=50)] | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ComponentVariableType(Message, frozen=True, kw_only=True, gc=False):
    component: ComponentType
    variable: VariableType | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CompositeScheduleType(Message, frozen=True, kw_only=True, gc=False):
    evse_id: Annotated[int, Meta(ge=0)] = field(name="evseId")
    duration: int
    schedule_start: Annotated[datetime, Meta(tz=True)] = field(name="scheduleStart")
    charging_rate_unit: ChargingRateUnitEnumType = field(name="chargingRateUnit")
    charging_schedule_period: Annotated[tuple[ChargingSchedulePeriodType, ...], Meta(min_length=1)] = field(name="chargingSchedulePeriod")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ConstantStreamDataType(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[int, Meta(ge=0)]
    params: PeriodicEventStreamParamsType
    variable_monitoring_id: Annotated[int, Meta(ge=0)] = field(name="variableMonitoringId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ConsumptionCostType(Message, frozen=True, kw_only=True, gc=False):
    start_value: float = field(name="startValue")
    cost: Annotated[tuple[CostType, ...], Meta(min_length=1, max_length=3)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CostDetailsType(Message, frozen=True, kw_only=True, gc=False):
    charging_periods: Annotated[tuple[ChargingPeriodType, ...], Meta(min_length=1)] | UnsetType = field(name="chargingPeriods", default=UNSET)
    total_cost: TotalCostType = field(name="totalCost")
    total_usage: TotalUsageType = field(name="totalUsage")
    failure_to_calculate: bool | UnsetType = field(name="failureToCalculate", default=UNSET)
    failure_reason: Annotated[str, Meta(max_length=500)] | UnsetType = field(name="failureReason", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CostDimensionType(Message, frozen=True, kw_only=True, gc=False):
    type: CostDimensionEnumType
    volume: float
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CostType(Message, frozen=True, kw_only=True, gc=False):
    cost_kind: CostKindEnumType = field(name="costKind")
    amount: int
    amount_multiplier: int | UnsetType = field(name="amountMultiplier", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class DCChargingParametersType(Message, frozen=True, kw_only=True, gc=False):
    ev_max_current: float = field(name="evMaxCurrent")
    ev_max_voltage: float = field(name="evMaxVoltage")
    ev_max_power: float | UnsetType = field(name="evMaxPower", default=UNSET)
    ev_energy_capacity: float | UnsetType = field(name="evEnergyCapacity", default=UNSET)
    energy_amount: float | UnsetType = field(name="energyAmount", default=UNSET)
    state_of_charge: Annotated[int, Meta(ge=0, le=100)] | UnsetType = field(name="stateOfCharge", default=UNSET)
    full_soc: Annotated[int, Meta(ge=0, le=100)] | UnsetType = field(name="fullSoC", default=UNSET)
    bulk_soc: Annotated[int, Meta(ge=0, le=100)] | UnsetType = field(name="bulkSoC", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class DERChargingParametersType(Message, frozen=True, kw_only=True, gc=False):
    ev_supported_der_control: Annotated[tuple[DERControlEnumType, ...], Meta(min_length=1)] | UnsetType = field(name="evSupportedDERControl", default=UNSET)
    ev_over_excited_max_discharge_power: float | UnsetType = field(name="evOverExcitedMaxDischargePower", default=UNSET)
    ev_over_excited_power_factor: float | UnsetType = field(name="evOverExcitedPowerFactor", default=UNSET)
    ev_under_excited_max_discharge_power: float | UnsetType = field(name="evUnderExcitedMaxDischargePower", default=UNSET)
    ev_under_excited_power_factor: float | UnsetType = field(name="evUnderExcitedPowerFactor", default=UNSET)
    max_apparent_power: float | UnsetType = field(name="maxApparentPower", default=UNSET)
    max_charge_apparent_power: float | UnsetType = field(name="maxChargeApparentPower", default=UNSET)
    max_charge_apparent_power_l2: float | UnsetType = field(name="maxChargeApparentPower_L2", default=UNSET)
    max_charge_apparent_power_l3: float | UnsetType = field(name="maxChargeApparentPower_L3", default=UNSET)
    max_discharge_apparent_power: float | UnsetType = field(name="maxDischargeApparentPower", default=UNSET)
    max_discharge_apparent_power_l2: float | UnsetType = field(name="maxDischargeApparentPower_L2", default=UNSET)
    max_discharge_apparent_power_l3: float | UnsetType = field(name="maxDischargeApparentPower_L3", default=UNSET)
    max_charge_reactive_power: float | UnsetType = field(name="maxChargeReactivePower", default=UNSET)
    max_charge_reactive_power_l2: float | UnsetType = field(name="maxChargeReactivePower_L2", default=UNSET)
    max_charge_reactive_power_l3: float | UnsetType = field(name="maxChargeReactivePower_L3", default=UNSET)
    min_charge_reactive_power: float | UnsetType = field(name="minChargeReactivePower", default=UNSET)
    min_charge_reactive_power_l2: float | UnsetType = field(name="minChargeReactivePower_L2", default=UNSET)
    min_charge_reactive_power_l3: float | UnsetType = field(name="minChargeReactivePower_L3", default=UNSET)
    max_discharge_reactive_power: float | UnsetType = field(name="maxDischargeReactivePower", default=UNSET)
    max_discharge_reactive_power_l2: float | UnsetType = field(name="maxDischargeReactivePower_L2", default=UNSET)
    max_discharge_reactive_power_l3: float | UnsetType = field(name="maxDischargeReactivePower_L3", default=UNSET)
    min_discharge_reactive_power: float | UnsetType = field(name="minDischargeReactivePower", default=UNSET)
    min_discharge_reactive_power_l2: float | UnsetType = field(name="minDischargeReactivePower_L2", default=UNSET)
    min_discharge_reactive_power_l3: float | UnsetType = field(name="minDischargeReactivePower_L3", default=UNSET)
    nominal_voltage: float | UnsetType = field(name="nominalVoltage", default=UNSET)
    nominal_voltage_offset: float | UnsetType = field(name="nominalVoltageOffset", default=UNSET)
    max_nominal_voltage: float | UnsetType = field(name="maxNominalVoltage", default=UNSET)
    min_nominal_voltage: float | UnsetType = field(name="minNominalVoltage", default=UNSET)
    ev_inverter_manufacturer: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="evInverterManufacturer", default=UNSET)
    ev_inverter_model: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="evInverterModel", default=UNSET)
    ev_inverter_serial_number: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="evInverterSerialNumber", default=UNSET)
    ev_inverter_sw_version: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="evInverterSwVersion", default=UNSET)
    ev_inverter_hw_version: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="evInverterHwVersion", default=UNSET)
    ev_islanding_detection_method: Annotated[tuple[IslandingDetectionEnumType, ...], Meta(min_length=1)] | UnsetType = field(name="evIslandingDetectionMethod", default=UNSET)
    ev_islanding_trip_time: float | UnsetType = field(name="evIslandingTripTime", default=UNSET)
    ev_maximum_level1_dc_injection: float | UnsetType = field(name="evMaximumLevel1DCInjection", default=UNSET)
    ev_duration_level1_dc_injection: float | UnsetType = field(name="evDurationLevel1DCInjection", default=UNSET)
    ev_maximum_level2_dc_injection: float | UnsetType = field(name="evMaximumLevel2DCInjection", default=UNSET)
    ev_duration_level2_dc_injection: float | UnsetType = field(name="evDurationLevel2DCInjection", default=UNSET)
    ev_reactive_susceptance: float | UnsetType = field(name="evReactiveSusceptance", default=UNSET)
    ev_session_total_discharge_energy_available: float | UnsetType = field(name="evSessionTotalDischargeEnergyAvailable", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class DERCurveGetType(Message, frozen=True, kw_only=True, gc=False):
    curve: DERCurveType
    id: Annotated[str, Meta(max_length=36)]
    curve_type: DERControlEnumType = field(name="curveType")
    is_default: bool = field(name="isDefault")
    is_superseded: bool = field(name="isSuperseded")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class DERCurvePointsType(Message, frozen=True, kw_only=True, gc=False):
    x: float
    y: float
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class DERCurveType(Message, frozen=True, kw_only=True, gc=False):
    curve_data: Annotated[tuple[DERCurvePointsType, ...], Meta(min_length=1, max_length=10)] = field(name="curveData")
    hysteresis: HysteresisType | UnsetType = UNSET
    priority: Annotated[int, Meta(ge=0)]
    reactive_power_params: ReactivePowerParamsType | UnsetType = field(name="reactivePowerParams", default=UNSET)
    voltage_params: VoltageParamsType | UnsetType = field(name="voltageParams", default=UNSET)
    y_unit: DERUnitEnumType = field(name="yUnit")
    response_time: float | UnsetType = field(name="responseTime", default=UNSET)
    start_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="startTime", default=UNSET)
    duration: float | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class EVAbsolutePriceScheduleEntryType(Message, frozen=True, kw_only=True, gc=False):
    duration: int
    ev_price_rule: Annotated[tuple[EVPriceRuleType, ...], Meta(min_length=1, max_length=8)] = field(name="evPriceRule")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class EVAbsolutePriceScheduleType(Message, frozen=True, kw_only=True, gc=False):
    time_anchor: Annotated[datetime, Meta(tz=True)] = field(name="timeAnchor")
    currency: Annotated[str, Meta(max_length=3)]
    ev_absolute_price_schedule_entries: Annotated[tuple[EVAbsolutePriceScheduleEntryType, ...], Meta(min_length=1, max_length=1024)] = field(name="evAbsolutePriceScheduleEntries")
    price_algorithm: Annotated[str, Meta(max_length=2000)] = field(name="priceAlgorithm")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class EVEnergyOfferType(Message, frozen=True, kw_only=True, gc=False):
    ev_absolute_price_schedule: EVAbsolutePriceScheduleType | UnsetType = field(name="evAbsolutePriceSchedule", default=UNSET)
    ev_power_schedule: EVPowerScheduleType = field(name="evPowerSchedule")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class EVPowerScheduleEntryType(Message, frozen=True, kw_only=True, gc=False):
    duration: int
    power: float
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class EVPowerScheduleType(Message, frozen=True, kw_only=True, gc=False):
    ev_power_schedule_entries: Annotated[tuple[EVPowerScheduleEntryType, ...], Meta(min_length=1, max_length=1024)] = field(name="evPowerScheduleEntries")
    time_anchor: Annotated[datetime, Meta(tz=True)] = field(name="timeAnchor")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class EVPriceRuleType(Message, frozen=True, kw_only=True, gc=False):
    energy_fee: float = field(name="energyFee")
    power_range_start: float = field(name="powerRangeStart")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class EVSEType(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[int, Meta(ge=0)]
    connector_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="connectorId", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class EnterServiceGetType(Message, frozen=True, kw_only=True, gc=False):
    enter_service: EnterServiceType = field(name="enterService")
    id: Annotated[str, Meta(max_length=36)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class EnterServiceType(Message, frozen=True, kw_only=True, gc=False):
    priority: Annotated[int, Meta(ge=0)]
    high_voltage: float = field(name="highVoltage")
    low_voltage: float = field(name="lowVoltage")
    high_freq: float = field(name="highFreq")
    low_freq: float = field(name="lowFreq")
    delay: float | UnsetType = UNSET
    random_delay: float | UnsetType = field(name="randomDelay", default=UNSET)
    ramp_rate: float | UnsetType = field(name="rampRate", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class EventDataType(Message, frozen=True, kw_only=True, gc=False):
    event_id: Annotated[int, Meta(ge=0)] = field(name="eventId")
    timestamp: Annotated[datetime, Meta(tz=True)]
    trigger: EventTriggerEnumType
    cause: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    actual_value: Annotated[str, Meta(max_length=2500)] = field(name="actualValue")
    tech_code: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="techCode", default=UNSET)
    tech_info: Annotated[str, Meta(max_length=500)] | UnsetType = field(name="techInfo", default=UNSET)
    cleared: bool | UnsetType = UNSET
    transaction_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="transactionId", default=UNSET)
    component: ComponentType
    variable_monitoring_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="variableMonitoringId", default=UNSET)
    event_notification_type: EventNotificationEnumType = field(name="eventNotificationType")
    variable: VariableType
    severity: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class FirmwareType(Message, frozen=True, kw_only=True, gc=False):
    location: Annotated[str, Meta(max_length=2000)]
    retrieve_date_time: Annotated[datetime, Meta(tz=True)] = field(name="retrieveDateTime")
    install_date_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="installDateTime", default=UNSET)
    signing_certificate: Annotated[str, Meta(max_length=5500)] | UnsetType = field(name="signingCertificate", default=UNSET)
    signature: Annotated[str, Meta(max_length=800)] | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class FixedPFGetType(Message, frozen=True, kw_only=True, gc=False):
    fixed_pf: FixedPFType = field(name="fixedPF")
    id: Annotated[str, Meta(max_length=36)]
    is_default: bool = field(name="isDefault")
    is_superseded: bool = field(name="isSuperseded")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class FixedPFType(Message, frozen=True, kw_only=True, gc=False):
    priority: Annotated[int, Meta(ge=0)]
    displacement: float
    excitation: bool
    start_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="startTime", default=UNSET)
    duration: float | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class FixedVarGetType(Message, frozen=True, kw_only=True, gc=False):
    fixed_var: FixedVarType = field(name="fixedVar")
    id: Annotated[str, Meta(max_length=36)]
    is_default: bool = field(name="isDefault")
    is_superseded: bool = field(name="isSuperseded")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class FixedVarType(Message, frozen=True, kw_only=True, gc=False):
    priority: Annotated[int, Meta(ge=0)]
    setpoint: float
    unit: DERUnitEnumType
    start_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="startTime", default=UNSET)
    duration: float | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class FreqDroopGetType(Message, frozen=True, kw_only=True, gc=False):
    freq_droop: FreqDroopType = field(name="freqDroop")
    id: Annotated[str, Meta(max_length=36)]
    is_default: bool = field(name="isDefault")
    is_superseded: bool = field(name="isSuperseded")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class FreqDroopType(Message, frozen=True, kw_only=True, gc=False):
    priority: Annotated[int, Meta(ge=0)]
    over_freq: float = field(name="overFreq")
    under_freq: float = field(name="underFreq")
    over_droop: float = field(name="overDroop")
    under_droop: float = field(name="underDroop")
    response_time: float = field(name="responseTime")
    start_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="startTime", default=UNSET)
    duration: float | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetVariableDataType(Message, frozen=True, kw_only=True, gc=False):
    attribute_type: AttributeEnumType | UnsetType = field(name="attributeType", default=UNSET)
    component: ComponentType
    variable: VariableType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetVariableResultType(Message, frozen=True, kw_only=True, gc=False):
    attribute_status: GetVariableStatusEnumType = field(name="attributeStatus")
    attribute_status_info: StatusInfoType | UnsetType = field(name="attributeStatusInfo", default=UNSET)
    attribute_type: AttributeEnumType | UnsetType = field(name="attributeType", default=UNSET)
    attribute_value: Annotated[str, Meta(max_length=2500)] | UnsetType = field(name="attributeValue", default=UNSET)
    component: ComponentType
    variable: VariableType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GradientGetType(Message, frozen=True, kw_only=True, gc=False):
    gradient: GradientType
    id: Annotated[str, Meta(max_length=36)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GradientType(Message, frozen=True, kw_only=True, gc=False):
    priority: Annotated[int, Meta(ge=0)]
    gradient: float
    soft_gradient: float = field(name="softGradient")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class HysteresisType(Message, frozen=True, kw_only=True, gc=False):
    hysteresis_high: float | UnsetType = field(name="hysteresisHigh", default=UNSET)
    hysteresis_low: float | UnsetType = field(name="hysteresisLow", default=UNSET)
    hysteresis_delay: float | UnsetType = field(name="hysteresisDelay", default=UNSET)
    hysteresis_gradient: float | UnsetType = field(name="hysteresisGradient", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class IdTokenInfoType(Message, frozen=True, kw_only=True, gc=False):
    status: AuthorizationStatusEnumType
    cache_expiry_date_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="cacheExpiryDateTime", default=UNSET)
    charging_priority: int | UnsetType = field(name="chargingPriority", default=UNSET)
    group_id_token: IdTokenType | UnsetType = field(name="groupIdToken", default=UNSET)
    language1: Annotated[str, Meta(max_length=8)] | UnsetType = UNSET
    language2: Annotated[str, Meta(max_length=8)] | UnsetType = UNSET
    evse_id: Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(min_length=1)] | UnsetType = field(name="evseId", default=UNSET)
    personal_message: MessageContentType | UnsetType = field(name="personalMessage", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class IdTokenType(Message, frozen=True, kw_only=True, gc=False):
    additional_info: Annotated[tuple[AdditionalInfoType, ...], Meta(min_length=1)] | UnsetType = field(name="additionalInfo", default=UNSET)
    id_token: Annotated[str, Meta(max_length=255)] = field(name="idToken")
    type: Annotated[str, Meta(max_length=20)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class LimitAtSoCType(Message, frozen=True, kw_only=True, gc=False):
    soc: Annotated[int, Meta(ge=0, le=100)]
    limit: float
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class LimitMaxDischargeGetType(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[str, Meta(max_length=36)]
    is_default: bool = field(name="isDefault")
    is_superseded: bool = field(name="isSuperseded")
    limit_max_discharge: LimitMaxDischargeType = field(name="limitMaxDischarge")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class LimitMaxDischargeType(Message, frozen=True, kw_only=True, gc=False):
    priority: Annotated[int, Meta(ge=0)]
    pct_max_discharge_power: float | UnsetType = field(name="pctMaxDischargePower", default=UNSET)
    power_monitoring_must_trip: DERCurveType | UnsetType = field(name="powerMonitoringMustTrip", default=UNSET)
    start_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="startTime", default=UNSET)
    duration: float | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class LogParametersType(Message, frozen=True, kw_only=True, gc=False):
    remote_location: Annotated[str, Meta(max_length=2000)] = field(name="remoteLocation")
    oldest_timestamp: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="oldestTimestamp", default=UNSET)
    latest_timestamp: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="latestTimestamp", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class MessageContentType(Message, frozen=True, kw_only=True, gc=False):
    format: MessageFormatEnumType
    language: Annotated[str, Meta(max_length=8)] | UnsetType = UNSET
    content: Annotated[str, Meta(max_length=1024)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class MessageInfoType(Message, frozen=True, kw_only=True, gc=False):
    display: ComponentType | UnsetType = UNSET
    id: Annotated[int, Meta(ge=0)]
    priority: MessagePriorityEnumType
    state: MessageStateEnumType | UnsetType = UNSET
    start_date_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="startDateTime", default=UNSET)
    end_date_time: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="endDateTime", default=UNSET)
    transaction_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="transactionId", default=UNSET)
    message: MessageContentType
    message_extra: Annotated[tuple[MessageContentType, ...], Meta(min_length=1, max_length=4)] | UnsetType = field(name="messageExtra", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class MeterValueType(Message, frozen=True, kw_only=True, gc=False):
    sampled_value: Annotated[tuple[SampledValueType, ...], Meta(min_length=1)] = field(name="sampledValue")
    timestamp: Annotated[datetime, Meta(tz=True)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ModemType(Message, frozen=True, kw_only=True, gc=False):
    iccid: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET
    imsi: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class MonitoringDataType(Message, frozen=True, kw_only=True, gc=False):
    component: ComponentType
    variable: VariableType
    variable_monitoring: Annotated[tuple[VariableMonitoringType, ...], Meta(min_length=1)] = field(name="variableMonitoring")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NetworkConnectionProfileType(Message, frozen=True, kw_only=True, gc=False):
    apn: APNType | UnsetType = UNSET
    ocpp_version: OCPPVersionEnumType | UnsetType = field(name="ocppVersion", default=UNSET)
    ocpp_interface: OCPPInterfaceEnumType = field(name="ocppInterface")
    ocpp_transport: OCPPTransportEnumType = field(name="ocppTransport")
    message_timeout: int = field(name="messageTimeout")
    ocpp_csms_url: Annotated[str, Meta(max_length=2000)] = field(name="ocppCsmsUrl")
    security_profile: Annotated[int, Meta(ge=0)] = field(name="securityProfile")
    identity: Annotated[str, Meta(max_length=48)] | UnsetType = UNSET
    basic_auth_password: Annotated[str, Meta(max_length=64)] | UnsetType = field(name="basicAuthPassword", default=UNSET)
    vpn: VPNType | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class OCSPRequestDataType(Message, frozen=True, kw_only=True, gc=False):
    hash_algorithm: HashAlgorithmEnumType = field(name="hashAlgorithm")
    issuer_name_hash: Annotated[str, Meta(max_length=128)] = field(name="issuerNameHash")
    issuer_key_hash: Annotated[str, Meta(max_length=128)] = field(name="issuerKeyHash")
    serial_number: Annotated[str, Meta(max_length=40)] = field(name="serialNumber")
    responder_url: Annotated[str, Meta(max_length=2000)] = field(name="responderURL")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class OverstayRuleListType(Message, frozen=True, kw_only=True, gc=False):
    overstay_power_threshold: RationalNumberType | UnsetType = field(name="overstayPowerThreshold", default=UNSET)
    overstay_rule: Annotated[tuple[OverstayRuleType, ...], Meta(min_length=1, max_length=5)] = field(name="overstayRule")
    overstay_time_threshold: int | UnsetType = field(name="overstayTimeThreshold", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class OverstayRuleType(Message, frozen=True, kw_only=True, gc=False):
    overstay_fee: RationalNumberType = field(name="overstayFee")
    overstay_rule_description: Annotated[str, Meta(max_length=32)] | UnsetType = field(name="overstayRuleDescription", default=UNSET)
    start_time: int = field(name="startTime")
    overstay_fee_period: int = field(name="overstayFeePeriod")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PeriodicEventStreamParamsType(Message, frozen=True, kw_only=True, gc=False):
    interval: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    values: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PriceLevelScheduleEntryType(Message, frozen=True, kw_only=True, gc=False):
    duration: int
    price_level: Annotated[int, Meta(ge=0)] = field(name="priceLevel")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PriceLevelScheduleType(Message, frozen=True, kw_only=True, gc=False):
    price_level_schedule_entries: Annotated[tuple[PriceLevelScheduleEntryType, ...], Meta(min_length=1, max_length=100)] = field(name="priceLevelScheduleEntries")
    time_anchor: Annotated[datetime, Meta(tz=True)] = field(name="timeAnchor")
    price_schedule_id: Annotated[int, Meta(ge=0)] = field(name="priceScheduleId")
    price_schedule_description: Annotated[str, Meta(max_length=32)] | UnsetType = field(name="priceScheduleDescription", default=UNSET)
    number_of_price_levels: Annotated[int, Meta(ge=0)] = field(name="numberOfPriceLevels")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PriceRuleStackType(Message, frozen=True, kw_only=True, gc=False):
    duration: int
    price_rule: Annotated[tuple[PriceRuleType, ...], Meta(min_length=1, max_length=8)] = field(name="priceRule")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PriceRuleType(Message, frozen=True, kw_only=True, gc=False):
    parking_fee_period: int | UnsetType = field(name="parkingFeePeriod", default=UNSET)
    carbon_dioxide_emission: Annotated[int, Meta(ge=0)] | UnsetType = field(name="carbonDioxideEmission", default=UNSET)
    renewable_generation_percentage: Annotated[int, Meta(ge=0, le=100)] | UnsetType = field(name="renewableGenerationPercentage", default=UNSET)
    energy_fee: RationalNumberType = field(name="energyFee")
    parking_fee: RationalNumberType | UnsetType = field(name="parkingFee", default=UNSET)
    power_range_start: RationalNumberType = field(name="powerRangeStart")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PriceType(Message, frozen=True, kw_only=True, gc=False):
    excl_tax: float | UnsetType = field(name="exclTax", default=UNSET)
    incl_tax: float | UnsetType = field(name="inclTax", default=UNSET)
    tax_rates: Annotated[tuple[TaxRateType, ...], Meta(min_length=1, max_length=5)] | UnsetType = field(name="taxRates", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class RationalNumberType(Message, frozen=True, kw_only=True, gc=False):
    exponent: int
    value: int
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ReactivePowerParamsType(Message, frozen=True, kw_only=True, gc=False):
    v_ref: float | UnsetType = field(name="vRef", default=UNSET)
    autonomous_v_ref_enable: bool | UnsetType = field(name="autonomousVRefEnable", default=UNSET)
    autonomous_v_ref_time_constant: float | UnsetType = field(name="autonomousVRefTimeConstant", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class RelativeTimeIntervalType(Message, frozen=True, kw_only=True, gc=False):
    start: int
    duration: int | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ReportDataType(Message, frozen=True, kw_only=True, gc=False):
    component: ComponentType
    variable: VariableType
    variable_attribute: Annotated[tuple[VariableAttributeType, ...], Meta(min_length=1, max_length=4)] = field(name="variableAttribute")
    variable_characteristics: VariableCharacteristicsType | UnsetType = field(name="variableCharacteristics", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SalesTariffEntryType(Message, frozen=True, kw_only=True, gc=False):
    relative_time_interval: RelativeTimeIntervalType = field(name="relativeTimeInterval")
    e_price_level: Annotated[int, Meta(ge=0)] | UnsetType = field(name="ePriceLevel", default=UNSET)
    consumption_cost: Annotated[tuple[ConsumptionCostType, ...], Meta(min_length=1, max_length=3)] | UnsetType = field(name="consumptionCost", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SalesTariffType(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[int, Meta(ge=0)]
    sales_tariff_description: Annotated[str, Meta(max_length=32)] | UnsetType = field(name="salesTariffDescription", default=UNSET)
    num_e_price_levels: Annotated[int, Meta(ge=0)] | UnsetType = field(name="numEPriceLevels", default=UNSET)
    sales_tariff_entry: Annotated[tuple[SalesTariffEntryType, ...], Meta(min_length=1, max_length=1024)] = field(name="salesTariffEntry")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SampledValueType(Message, frozen=True, kw_only=True, gc=False):
    value: float
    measurand: MeasurandEnumType | UnsetType = UNSET
    context: ReadingContextEnumType | UnsetType = UNSET
    phase: PhaseEnumType | UnsetType = UNSET
    location: LocationEnumType | UnsetType = UNSET
    signed_meter_value: SignedMeterValueType | UnsetType = field(name="signedMeterValue", default=UNSET)
    unit_of_measure: UnitOfMeasureType | UnsetType = field(name="unitOfMeasure", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetMonitoringDataType(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    periodic_event_stream: PeriodicEventStreamParamsType | UnsetType = field(name="periodicEventStream", default=UNSET)
    transaction: bool | UnsetType = UNSET
    value: float
    type: MonitorEnumType
    severity: Annotated[int, Meta(ge=0)]
    component: ComponentType
    variable: VariableType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetMonitoringResultType(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    status: SetMonitoringStatusEnumType
    type: MonitorEnumType
    component: ComponentType
    variable: VariableType
    severity: Annotated[int, Meta(ge=0)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetVariableDataType(Message, frozen=True, kw_only=True, gc=False):
    attribute_type: AttributeEnumType | UnsetType = field(name="attributeType", default=UNSET)
    attribute_value: Annotated[str, Meta(max_length=2500)] = field(name="attributeValue")
    component: ComponentType
    variable: VariableType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetVariableResultType(Message, frozen=True, kw_only=True, gc=False):
    attribute_type: AttributeEnumType | UnsetType = field(name="attributeType", default=UNSET)
    attribute_status: SetVariableStatusEnumType = field(name="attributeStatus")
    attribute_status_info: StatusInfoType | UnsetType = field(name="attributeStatusInfo", default=UNSET)
    component: ComponentType
    variable: VariableType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SignedMeterValueType(Message, frozen=True, kw_only=True, gc=False):
    signed_meter_data: Annotated[str, Meta(max_length=32768)] = field(name="signedMeterData")
    signing_method: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="signingMethod", default=UNSET)
    encoding_method: Annotated[str, Meta(max_length=50)] = field(name="encodingMethod")
    public_key: Annotated[str, Meta(max_length=2500)] | UnsetType = field(name="publicKey", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class StatusInfoType(Message, frozen=True, kw_only=True, gc=False):
    reason_code: Annotated[str, Meta(max_length=20)] = field(name="reasonCode")
    additional_info: Annotated[str, Meta(max_length=1024)] | UnsetType = field(name="additionalInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class StreamDataElementType(Message, frozen=True, kw_only=True, gc=False):
    t: float
    v: Annotated[str, Meta(max_length=2500)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TariffAssignmentType(Message, frozen=True, kw_only=True, gc=False):
    tariff_id: Annotated[str, Meta(max_length=60)] = field(name="tariffId")
    tariff_kind: TariffKindEnumType = field(name="tariffKind")
    valid_from: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="validFrom", default=UNSET)
    evse_ids: Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(min_length=1)] | UnsetType = field(name="evseIds", default=UNSET)
    id_tokens: Annotated[tuple[Annotated[str, Meta(max_length=255)], ...], Meta(min_length=1)] | UnsetType = field(name="idTokens", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TariffConditionsFixedType(Message, frozen=True, kw_only=True, gc=False):
    start_time_of_day: str | UnsetType = field(name="startTimeOfDay", default=UNSET)
    end_time_of_day: str | UnsetType = field(name="endTimeOfDay", default=UNSET)
    day_of_week: Annotated[tuple[DayOfWeekEnumType, ...], Meta(min_length=1, max_length=7)] | UnsetType = field(name="dayOfWeek", default=UNSET)
    valid_from_date: str | UnsetType = field(name="validFromDate", default=UNSET)
    valid_to_date: str | UnsetType = field(name="validToDate", default=UNSET)
    evse_kind: EvseKindEnumType | UnsetType = field(name="evseKind", default=UNSET)
    payment_brand: Annotated[str, Meta(max_length=20)] | UnsetType = field(name="paymentBrand", default=UNSET)
    payment_recognition: Annotated[str, Meta(max_length=20)] | UnsetType = field(name="paymentRecognition", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TariffConditionsType(Message, frozen=True, kw_only=True, gc=False):
    start_time_of_day: str | UnsetType = field(name="startTimeOfDay", default=UNSET)
    end_time_of_day: str | UnsetType = field(name="endTimeOfDay", default=UNSET)
    day_of_week: Annotated[tuple[DayOfWeekEnumType, ...], Meta(min_length=1, max_length=7)] | UnsetType = field(name="dayOfWeek", default=UNSET)
    valid_from_date: str | UnsetType = field(name="validFromDate", default=UNSET)
    valid_to_date: str | UnsetType = field(name="validToDate", default=UNSET)
    evse_kind: EvseKindEnumType | UnsetType = field(name="evseKind", default=UNSET)
    min_energy: float | UnsetType = field(name="minEnergy", default=UNSET)
    max_energy: float | UnsetType = field(name="maxEnergy", default=UNSET)
    min_current: float | UnsetType = field(name="minCurrent", default=UNSET)
    max_current: float | UnsetType = field(name="maxCurrent", default=UNSET)
    min_power: float | UnsetType = field(name="minPower", default=UNSET)
    max_power: float | UnsetType = field(name="maxPower", default=UNSET)
    min_time: int | UnsetType = field(name="minTime", default=UNSET)
    max_time: int | UnsetType = field(name="maxTime", default=UNSET)
    min_charging_time: int | UnsetType = field(name="minChargingTime", default=UNSET)
    max_charging_time: int | UnsetType = field(name="maxChargingTime", default=UNSET)
    min_idle_time: int | UnsetType = field(name="minIdleTime", default=UNSET)
    max_idle_time: int | UnsetType = field(name="maxIdleTime", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TariffEnergyPriceType(Message, frozen=True, kw_only=True, gc=False):
    price_kwh: float = field(name="priceKwh")
    conditions: TariffConditionsType | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TariffEnergyType(Message, frozen=True, kw_only=True, gc=False):
    prices: Annotated[tuple[TariffEnergyPriceType, ...], Meta(min_length=1)]
    tax_rates: Annotated[tuple[TaxRateType, ...], Meta(min_length=1, max_length=5)] | UnsetType = field(name="taxRates", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TariffFixedPriceType(Message, frozen=True, kw_only=True, gc=False):
    conditions: TariffConditionsFixedType | UnsetType = UNSET
    price_fixed: float = field(name="priceFixed")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TariffFixedType(Message, frozen=True, kw_only=True, gc=False):
    prices: Annotated[tuple[TariffFixedPriceType, ...], Meta(min_length=1)]
    tax_rates: Annotated[tuple[TaxRateType, ...], Meta(min_length=1, max_length=5)] | UnsetType = field(name="taxRates", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TariffTimePriceType(Message, frozen=True, kw_only=True, gc=False):
    price_minute: float = field(name="priceMinute")
    conditions: TariffConditionsType | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TariffTimeType(Message, frozen=True, kw_only=True, gc=False):
    prices: Annotated[tuple[TariffTimePriceType, ...], Meta(min_length=1)]
    tax_rates: Annotated[tuple[TaxRateType, ...], Meta(min_length=1, max_length=5)] | UnsetType = field(name="taxRates", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TariffType(Message, frozen=True, kw_only=True, gc=False):
    tariff_id: Annotated[str, Meta(max_length=60)] = field(name="tariffId")
    description: Annotated[tuple[MessageContentType, ...], Meta(min_length=1, max_length=10)] | UnsetType = UNSET
    currency: Annotated[str, Meta(max_length=3)]
    energy: TariffEnergyType | UnsetType = UNSET
    valid_from: Annotated[datetime, Meta(tz=True)] | UnsetType = field(name="validFrom", default=UNSET)
    charging_time: TariffTimeType | UnsetType = field(name="chargingTime", default=UNSET)
    idle_time: TariffTimeType | UnsetType = field(name="idleTime", default=UNSET)
    fixed_fee: TariffFixedType | UnsetType = field(name="fixedFee", default=UNSET)
    reservation_time: TariffTimeType | UnsetType = field(name="reservationTime", default=UNSET)
    reservation_fixed: TariffFixedType | UnsetType = field(name="reservationFixed", default=UNSET)
    min_cost: PriceType | UnsetType = field(name="minCost", default=UNSET)
    max_cost: PriceType | UnsetType = field(name="maxCost", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TaxRateType(Message, frozen=True, kw_only=True, gc=False):
    type: Annotated[str, Meta(max_length=20)]
    tax: float
    stack: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TaxRuleType(Message, frozen=True, kw_only=True, gc=False):
    tax_rule_id: Annotated[int, Meta(ge=0)] = field(name="taxRuleID")
    tax_rule_name: Annotated[str, Meta(max_length=100)] | UnsetType = field(name="taxRuleName", default=UNSET)
    tax_included_in_price: bool | UnsetType = field(name="taxIncludedInPrice", default=UNSET)
    applies_to_energy_fee: bool = field(name="appliesToEnergyFee")
    applies_to_parking_fee: bool = field(name="appliesToParkingFee")
    applies_to_overstay_fee: bool = field(name="appliesToOverstayFee")
    applies_to_minimum_maximum_cost: bool = field(name="appliesToMinimumMaximumCost")
    tax_rate: RationalNumberType = field(name="taxRate")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TotalCostType(Message, frozen=True, kw_only=True, gc=False):
    currency: Annotated[str, Meta(max_length=3)]
    type_of_cost: TariffCostEnumType = field(name="typeOfCost")
    fixed: PriceType | UnsetType = UNSET
    energy: PriceType | UnsetType = UNSET
    charging_time: PriceType | UnsetType = field(name="chargingTime", default=UNSET)
    idle_time: PriceType | UnsetType = field(name="idleTime", default=UNSET)
    reservation_time: PriceType | UnsetType = field(name="reservationTime", default=UNSET)
    reservation_fixed: PriceType | UnsetType = field(name="reservationFixed", default=UNSET)
    total: TotalPriceType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TotalPriceType(Message, frozen=True, kw_only=True, gc=False):
    excl_tax: float | UnsetType = field(name="exclTax", default=UNSET)
    incl_tax: float | UnsetType = field(name="inclTax", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TotalUsageType(Message, frozen=True, kw_only=True, gc=False):
    energy: float
    charging_time: int = field(name="chargingTime")
    idle_time: int = field(name="idleTime")
    reservation_time: int | UnsetType = field(name="reservationTime", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TransactionLimitType(Message, frozen=True, kw_only=True, gc=False):
    max_cost: float | UnsetType = field(name="maxCost", default=UNSET)
    max_energy: float | UnsetType = field(name="maxEnergy", default=UNSET)
    max_time: int | UnsetType = field(name="maxTime", default=UNSET)
    max_soc: Annotated[int, Meta(ge=0, le=100)] | UnsetType = field(name="maxSoC", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TransactionType(Message, frozen=True, kw_only=True, gc=False):
    transaction_id: Annotated[str, Meta(max_length=36)] = field(name="transactionId")
    charging_state: ChargingStateEnumType | UnsetType = field(name="chargingState", default=UNSET)
    time_spent_charging: int | UnsetType = field(name="timeSpentCharging", default=UNSET)
    stopped_reason: ReasonEnumType | UnsetType = field(name="stoppedReason", default=UNSET)
    remote_start_id: int | UnsetType = field(name="remoteStartId", default=UNSET)
    operation_mode: OperationModeEnumType | UnsetType = field(name="operationMode", default=UNSET)
    tariff_id: Annotated[str, Meta(max_length=60)] | UnsetType = field(name="tariffId", default=UNSET)
    transaction_limit: TransactionLimitType | UnsetType = field(name="transactionLimit", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class UnitOfMeasureType(Message, frozen=True, kw_only=True, gc=False):
    unit: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET
    multiplier: int | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class V2XChargingParametersType(Message, frozen=True, kw_only=True, gc=False):
    min_charge_power: float | UnsetType = field(name="minChargePower", default=UNSET)
    min_charge_power_l2: float | UnsetType = field(name="minChargePower_L2", default=UNSET)
    min_charge_power_l3: float | UnsetType = field(name="minChargePower_L3", default=UNSET)
    max_charge_power: float | UnsetType = field(name="maxChargePower", default=UNSET)
    max_charge_power_l2: float | UnsetType = field(name="maxChargePower_L2", default=UNSET)
    max_charge_power_l3: float | UnsetType = field(name="maxChargePower_L3", default=UNSET)
    min_discharge_power: float | UnsetType = field(name="minDischargePower", default=UNSET)
    min_discharge_power_l2: float | UnsetType = field(name="minDischargePower_L2", default=UNSET)
    min_discharge_power_l3: float | UnsetType = field(name="minDischargePower_L3", default=UNSET)
    max_discharge_power: float | UnsetType = field(name="maxDischargePower", default=UNSET)
    max_discharge_power_l2: float | UnsetType = field(name="maxDischargePower_L2", default=UNSET)
    max_discharge_power_l3: float | UnsetType = field(name="maxDischargePower_L3", default=UNSET)
    min_charge_current: float | UnsetType = field(name="minChargeCurrent", default=UNSET)
    max_charge_current: float | UnsetType = field(name="maxChargeCurrent", default=UNSET)
    min_discharge_current: float | UnsetType = field(name="minDischargeCurrent", default=UNSET)
    max_discharge_current: float | UnsetType = field(name="maxDischargeCurrent", default=UNSET)
    min_voltage: float | UnsetType = field(name="minVoltage", default=UNSET)
    max_voltage: float | UnsetType = field(name="maxVoltage", default=UNSET)
    ev_target_energy_request: float | UnsetType = field(name="evTargetEnergyRequest", default=UNSET)
    ev_min_energy_request: float | UnsetType = field(name="evMinEnergyRequest", default=UNSET)
    ev_max_energy_request: float | UnsetType = field(name="evMaxEnergyRequest", default=UNSET)
    ev_min_v2x_energy_request: float | UnsetType = field(name="evMinV2XEnergyRequest", default=UNSET)
    ev_max_v2x_energy_request: float | UnsetType = field(name="evMaxV2XEnergyRequest", default=UNSET)
    target_soc: Annotated[int, Meta(ge=0, le=100)] | UnsetType = field(name="targetSoC", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class V2XFreqWattPointType(Message, frozen=True, kw_only=True, gc=False):
    frequency: float
    power: float
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class V2XSignalWattPointType(Message, frozen=True, kw_only=True, gc=False):
    signal: int
    power: float
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class VPNType(Message, frozen=True, kw_only=True, gc=False):
    server: Annotated[str, Meta(max_length=2000)]
    user: Annotated[str, Meta(max_length=50)]
    group: Annotated[str, Meta(max_length=50)] | UnsetType = UNSET
    password: Annotated[str, Meta(max_length=64)]
    key: Annotated[str, Meta(max_length=255)]
    type: VPNEnumType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class VariableAttributeType(Message, frozen=True, kw_only=True, gc=False):
    type: AttributeEnumType | UnsetType = UNSET
    value: Annotated[str, Meta(max_length=2500)] | UnsetType = UNSET
    mutability: MutabilityEnumType | UnsetType = UNSET
    persistent: bool | UnsetType = UNSET
    constant: bool | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class VariableCharacteristicsType(Message, frozen=True, kw_only=True, gc=False):
    unit: Annotated[str, Meta(max_length=16)] | UnsetType = UNSET
    data_type: DataEnumType = field(name="dataType")
    min_limit: float | UnsetType = field(name="minLimit", default=UNSET)
    max_limit: float | UnsetType = field(name="maxLimit", default=UNSET)
    max_elements: Annotated[int, Meta(ge=1)] | UnsetType = field(name="maxElements", default=UNSET)
    values_list: Annotated[str, Meta(max_length=1000)] | UnsetType = field(name="valuesList", default=UNSET)
    supports_monitoring: bool = field(name="supportsMonitoring")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class VariableMonitoringType(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[int, Meta(ge=0)]
    transaction: bool
    value: float
    type: MonitorEnumType
    severity: Annotated[int, Meta(ge=0)]
    event_notification_type: EventNotificationEnumType = field(name="eventNotificationType")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class VariableType(Message, frozen=True, kw_only=True, gc=False):
    name: Annotated[str, Meta(max_length=50)]
    instance: Annotated[str, Meta(max_length=50)] | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class VoltageParamsType(Message, frozen=True, kw_only=True, gc=False):
    hv10_min_mean_value: float | UnsetType = field(name="hv10MinMeanValue", default=UNSET)
    hv10_min_mean_trip_delay: float | UnsetType = field(name="hv10MinMeanTripDelay", default=UNSET)
    power_during_cessation: PowerDuringCessationEnumType | UnsetType = field(name="powerDuringCessation", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class AFRRSignalRequest(Message, frozen=True, kw_only=True, gc=False):
    timestamp: Annotated[datetime, Meta(tz=True)]
    signal: int
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class AFRRSignalResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class AdjustPeriodicEventStreamRequest(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[int, Meta(ge=0)]
    params: PeriodicEventStreamParamsType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class AdjustPeriodicEventStreamResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class AuthorizeRequest(Message, frozen=True, kw_only=True, gc=False):
    id_token: IdTokenType = field(name="idToken")
    certificate: Annotated[str, Meta(max_length=10000)] | UnsetType = UNSET
    iso15118_certificate_hash_data: Annotated[tuple[OCSPRequestDataType, ...], Meta(min_length=1, max_length=4)] | UnsetType = field(name="iso15118CertificateHashData", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class AuthorizeResponse(Message, frozen=True, kw_only=True, gc=False):
    id_token_info: IdTokenInfoType = field(name="idTokenInfo")
    certificate_status: AuthorizeCertificateStatusEnumType | UnsetType = field(name="certificateStatus", default=UNSET)
    allowed_energy_transfer: Annotated[tuple[EnergyTransferModeEnumType, ...], Meta(min_length=1)] | UnsetType = field(name="allowedEnergyTransfer", default=UNSET)
    tariff: TariffType | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class BatterySwapRequest(Message, frozen=True, kw_only=True, gc=False):
    battery_data: Annotated[tuple[BatteryDataType, ...], Meta(min_length=1)] = field(name="batteryData")
    event_type: BatterySwapEventEnumType = field(name="eventType")
    id_token: IdTokenType = field(name="idToken")
    request_id: int = field(name="requestId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class BatterySwapResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class BootNotificationRequest(Message, frozen=True, kw_only=True, gc=False):
    charging_station: ChargingStationType = field(name="chargingStation")
    reason: BootReasonEnumType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class BootNotificationResponse(Message, frozen=True, kw_only=True, gc=False):
    current_time: Annotated[datetime, Meta(tz=True)] = field(name="currentTime")
    interval: int
    status: RegistrationStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CancelReservationRequest(Message, frozen=True, kw_only=True, gc=False):
    reservation_id: Annotated[int, Meta(ge=0)] = field(name="reservationId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CancelReservationResponse(Message, frozen=True, kw_only=True, gc=False):
    status: CancelReservationStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CertificateSignedRequest(Message, frozen=True, kw_only=True, gc=False):
    certificate_chain: Annotated[str, Meta(max_length=10000)] = field(name="certificateChain")
    certificate_type: CertificateSigningUseEnumType | UnsetType = field(name="certificateType", default=UNSET)
    request_id: int | UnsetType = field(name="requestId", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CertificateSignedResponse(Message, frozen=True, kw_only=True, gc=False):
    status: CertificateSignedStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChangeAvailabilityRequest(Message, frozen=True, kw_only=True, gc=False):
    evse: EVSEType | UnsetType = UNSET
    operational_status: OperationalStatusEnumType = field(name="operationalStatus")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChangeAvailabilityResponse(Message, frozen=True, kw_only=True, gc=False):
    status: ChangeAvailabilityStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChangeTransactionTariffRequest(Message, frozen=True, kw_only=True, gc=False):
    tariff: TariffType
    transaction_id: Annotated[str, Meta(max_length=36)] = field(name="transactionId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ChangeTransactionTariffResponse(Message, frozen=True, kw_only=True, gc=False):
    status: TariffChangeStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearCacheRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearCacheResponse(Message, frozen=True, kw_only=True, gc=False):
    status: ClearCacheStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearChargingProfileRequest(Message, frozen=True, kw_only=True, gc=False):
    charging_profile_id: int | UnsetType = field(name="chargingProfileId", default=UNSET)
    charging_profile_criteria: ClearChargingProfileType | UnsetType = field(name="chargingProfileCriteria", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearChargingProfileResponse(Message, frozen=True, kw_only=True, gc=False):
    status: ClearChargingProfileStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearDERControlRequest(Message, frozen=True, kw_only=True, gc=False):
    is_default: bool = field(name="isDefault")
    control_type: DERControlEnumType | UnsetType = field(name="controlType", default=UNSET)
    control_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="controlId", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearDERControlResponse(Message, frozen=True, kw_only=True, gc=False):
    status: DERControlStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearDisplayMessageRequest(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[int, Meta(ge=0)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearDisplayMessageResponse(Message, frozen=True, kw_only=True, gc=False):
    status: ClearMessageStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearTariffsRequest(Message, frozen=True, kw_only=True, gc=False):
    tariff_ids: Annotated[tuple[Annotated[str, Meta(max_length=60)], ...], Meta(min_length=1)] | UnsetType = field(name="tariffIds", default=UNSET)
    evse_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="evseId", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearTariffsResponse(Message, frozen=True, kw_only=True, gc=False):
    clear_tariffs_result: Annotated[tuple[ClearTariffsResultType, ...], Meta(min_length=1)] = field(name="clearTariffsResult")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearVariableMonitoringRequest(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(min_length=1)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearVariableMonitoringResponse(Message, frozen=True, kw_only=True, gc=False):
    clear_monitoring_result: Annotated[tuple[ClearMonitoringResultType, ...], Meta(min_length=1)] = field(name="clearMonitoringResult")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearedChargingLimitRequest(Message, frozen=True, kw_only=True, gc=False):
    charging_limit_source: Annotated[str, Meta(max_length=20)] = field(name="chargingLimitSource")
    evse_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="evseId", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClearedChargingLimitResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClosePeriodicEventStreamRequest(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[int, Meta(ge=0)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ClosePeriodicEventStreamResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CostUpdatedRequest(Message, frozen=True, kw_only=True, gc=False):
    total_cost: float = field(name="totalCost")
    transaction_id: Annotated[str, Meta(max_length=36)] = field(name="transactionId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CostUpdatedResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CustomerInformationRequest(Message, frozen=True, kw_only=True, gc=False):
    customer_certificate: CertificateHashDataType | UnsetType = field(name="customerCertificate", default=UNSET)
    id_token: IdTokenType | UnsetType = field(name="idToken", default=UNSET)
    request_id: Annotated[int, Meta(ge=0)] = field(name="requestId")
    report: bool
    clear: bool
    customer_identifier: Annotated[str, Meta(max_length=64)] | UnsetType = field(name="customerIdentifier", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class CustomerInformationResponse(Message, frozen=True, kw_only=True, gc=False):
    status: CustomerInformationStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class DataTransferRequest(Message, frozen=True, kw_only=True, gc=False):
    message_id: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="messageId", default=UNSET)
    data: Any | UnsetType = UNSET
    vendor_id: Annotated[str, Meta(max_length=255)] = field(name="vendorId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class DataTransferResponse(Message, frozen=True, kw_only=True, gc=False):
    status: DataTransferStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    data: Any | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class DeleteCertificateRequest(Message, frozen=True, kw_only=True, gc=False):
    certificate_hash_data: CertificateHashDataType = field(name="certificateHashData")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class DeleteCertificateResponse(Message, frozen=True, kw_only=True, gc=False):
    status: DeleteCertificateStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class FirmwareStatusNotificationRequest(Message, frozen=True, kw_only=True, gc=False):
    status: FirmwareStatusEnumType
    request_id: int | UnsetType = field(name="requestId", default=UNSET)
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class FirmwareStatusNotificationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class Get15118EVCertificateRequest(Message, frozen=True, kw_only=True, gc=False):
    iso15118_schema_version: Annotated[str, Meta(max_length=50)] = field(name="iso15118SchemaVersion")
    action: CertificateActionEnumType
    exi_request: Annotated[str, Meta(max_length=11000)] = field(name="exiRequest")
    maximum_contract_certificate_chains: Annotated[int, Meta(ge=0)] | UnsetType = field(name="maximumContractCertificateChains", default=UNSET)
    prioritized_emaids: Annotated[tuple[Annotated[str, Meta(max_length=255)], ...], Meta(min_length=1, max_length=8)] | UnsetType = field(name="prioritizedEMAIDs", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class Get15118EVCertificateResponse(Message, frozen=True, kw_only=True, gc=False):
    status: Iso15118EVCertificateStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    exi_response: Annotated[str, Meta(max_length=17000)] = field(name="exiResponse")
    remaining_contracts: Annotated[int, Meta(ge=0)] | UnsetType = field(name="remainingContracts", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetBaseReportRequest(Message, frozen=True, kw_only=True, gc=False):
    request_id: int = field(name="requestId")
    report_base: ReportBaseEnumType = field(name="reportBase")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetBaseReportResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericDeviceModelStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetCertificateChainStatusRequest(Message, frozen=True, kw_only=True, gc=False):
    certificate_status_requests: Annotated[tuple[CertificateStatusRequestInfoType, ...], Meta(min_length=1, max_length=4)] = field(name="certificateStatusRequests")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetCertificateChainStatusResponse(Message, frozen=True, kw_only=True, gc=False):
    certificate_status: Annotated[tuple[CertificateStatusType, ...], Meta(min_length=1, max_length=4)] = field(name="certificateStatus")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetCertificateStatusRequest(Message, frozen=True, kw_only=True, gc=False):
    ocsp_request_data: OCSPRequestDataType = field(name="ocspRequestData")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetCertificateStatusResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GetCertificateStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    ocsp_result: Annotated[str, Meta(max_length=18000)] | UnsetType = field(name="ocspResult", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetChargingProfilesRequest(Message, frozen=True, kw_only=True, gc=False):
    request_id: int = field(name="requestId")
    evse_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="evseId", default=UNSET)
    charging_profile: ChargingProfileCriterionType = field(name="chargingProfile")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetChargingProfilesResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GetChargingProfileStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetCompositeScheduleRequest(Message, frozen=True, kw_only=True, gc=False):
    duration: int
    charging_rate_unit: ChargingRateUnitEnumType | UnsetType = field(name="chargingRateUnit", default=UNSET)
    evse_id: Annotated[int, Meta(ge=0)] = field(name="evseId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetCompositeScheduleResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    schedule: CompositeScheduleType | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetDERControlRequest(Message, frozen=True, kw_only=True, gc=False):
    request_id: int = field(name="requestId")
    is_default: bool | UnsetType = field(name="isDefault", default=UNSET)
    control_type: DERControlEnumType | UnsetType = field(name="controlType", default=UNSET)
    control_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="controlId", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetDERControlResponse(Message, frozen=True, kw_only=True, gc=False):
    status: DERControlStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetDisplayMessagesRequest(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(min_length=1)] | UnsetType = UNSET
    request_id: int = field(name="requestId")
    priority: MessagePriorityEnumType | UnsetType = UNSET
    state: MessageStateEnumType | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetDisplayMessagesResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GetDisplayMessagesStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetInstalledCertificateIdsRequest(Message, frozen=True, kw_only=True, gc=False):
    certificate_type: Annotated[tuple[GetCertificateIdUseEnumType, ...], Meta(min_length=1)] | UnsetType = field(name="certificateType", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetInstalledCertificateIdsResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GetInstalledCertificateStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    certificate_hash_data_chain: Annotated[tuple[CertificateHashDataChainType, ...], Meta(min_length=1)] | UnsetType = field(name="certificateHashDataChain", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetLocalListVersionRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetLocalListVersionResponse(Message, frozen=True, kw_only=True, gc=False):
    version_number: int = field(name="versionNumber")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetLogRequest(Message, frozen=True, kw_only=True, gc=False):
    log: LogParametersType
    log_type: LogEnumType = field(name="logType")
    request_id: int = field(name="requestId")
    retries: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    retry_interval: int | UnsetType = field(name="retryInterval", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetLogResponse(Message, frozen=True, kw_only=True, gc=False):
    status: LogStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    filename: Annotated[str, Meta(max_length=255)] | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetMonitoringReportRequest(Message, frozen=True, kw_only=True, gc=False):
    component_variable: Annotated[tuple[ComponentVariableType, ...], Meta(min_length=1)] | UnsetType = field(name="componentVariable", default=UNSET)
    request_id: int = field(name="requestId")
    monitoring_criteria: Annotated[tuple[MonitoringCriterionEnumType, ...], Meta(min_length=1, max_length=3)] | UnsetType = field(name="monitoringCriteria", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetMonitoringReportResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericDeviceModelStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetPeriodicEventStreamRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetPeriodicEventStreamResponse(Message, frozen=True, kw_only=True, gc=False):
    constant_stream_data: Annotated[tuple[ConstantStreamDataType, ...], Meta(min_length=1)] | UnsetType = field(name="constantStreamData", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetReportRequest(Message, frozen=True, kw_only=True, gc=False):
    component_variable: Annotated[tuple[ComponentVariableType, ...], Meta(min_length=1)] | UnsetType = field(name="componentVariable", default=UNSET)
    request_id: int = field(name="requestId")
    component_criteria: Annotated[tuple[ComponentCriterionEnumType, ...], Meta(min_length=1, max_length=4)] | UnsetType = field(name="componentCriteria", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetReportResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericDeviceModelStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetTariffsRequest(Message, frozen=True, kw_only=True, gc=False):
    evse_id: Annotated[int, Meta(ge=0)] = field(name="evseId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetTariffsResponse(Message, frozen=True, kw_only=True, gc=False):
    status: TariffGetStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    tariff_assignments: Annotated[tuple[TariffAssignmentType, ...], Meta(min_length=1)] | UnsetType = field(name="tariffAssignments", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetTransactionStatusRequest(Message, frozen=True, kw_only=True, gc=False):
    transaction_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="transactionId", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetTransactionStatusResponse(Message, frozen=True, kw_only=True, gc=False):
    ongoing_indicator: bool | UnsetType = field(name="ongoingIndicator", default=UNSET)
    messages_in_queue: bool = field(name="messagesInQueue")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetVariablesRequest(Message, frozen=True, kw_only=True, gc=False):
    get_variable_data: Annotated[tuple[GetVariableDataType, ...], Meta(min_length=1)] = field(name="getVariableData")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class GetVariablesResponse(Message, frozen=True, kw_only=True, gc=False):
    get_variable_result: Annotated[tuple[GetVariableResultType, ...], Meta(min_length=1)] = field(name="getVariableResult")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class HeartbeatRequest(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class HeartbeatResponse(Message, frozen=True, kw_only=True, gc=False):
    current_time: Annotated[datetime, Meta(tz=True)] = field(name="currentTime")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class InstallCertificateRequest(Message, frozen=True, kw_only=True, gc=False):
    certificate_type: InstallCertificateUseEnumType = field(name="certificateType")
    certificate: Annotated[str, Meta(max_length=10000)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class InstallCertificateResponse(Message, frozen=True, kw_only=True, gc=False):
    status: InstallCertificateStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class LogStatusNotificationRequest(Message, frozen=True, kw_only=True, gc=False):
    status: UploadLogStatusEnumType
    request_id: int | UnsetType = field(name="requestId", default=UNSET)
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class LogStatusNotificationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class MeterValuesRequest(Message, frozen=True, kw_only=True, gc=False):
    evse_id: Annotated[int, Meta(ge=0)] = field(name="evseId")
    meter_value: Annotated[tuple[MeterValueType, ...], Meta(min_length=1)] = field(name="meterValue")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class MeterValuesResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyAllowedEnergyTransferRequest(Message, frozen=True, kw_only=True, gc=False):
    transaction_id: Annotated[str, Meta(max_length=36)] = field(name="transactionId")
    allowed_energy_transfer: Annotated[tuple[EnergyTransferModeEnumType, ...], Meta(min_length=1)] = field(name="allowedEnergyTransfer")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyAllowedEnergyTransferResponse(Message, frozen=True, kw_only=True, gc=False):
    status: NotifyAllowedEnergyTransferStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyChargingLimitRequest(Message, frozen=True, kw_only=True, gc=False):
    charging_schedule: Annotated[tuple[ChargingScheduleType, ...], Meta(min_length=1)] | UnsetType = field(name="chargingSchedule", default=UNSET)
    evse_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="evseId", default=UNSET)
    charging_limit: ChargingLimitType = field(name="chargingLimit")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyChargingLimitResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyCustomerInformationRequest(Message, frozen=True, kw_only=True, gc=False):
    data: Annotated[str, Meta(max_length=512)]
    tbc: bool | UnsetType = UNSET
    seq_no: Annotated[int, Meta(ge=0)] = field(name="seqNo")
    generated_at: Annotated[datetime, Meta(tz=True)] = field(name="generatedAt")
    request_id: Annotated[int, Meta(ge=0)] = field(name="requestId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyCustomerInformationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyDERAlarmRequest(Message, frozen=True, kw_only=True, gc=False):
    control_type: DERControlEnumType = field(name="controlType")
    grid_event_fault: GridEventFaultEnumType | UnsetType = field(name="gridEventFault", default=UNSET)
    alarm_ended: bool | UnsetType = field(name="alarmEnded", default=UNSET)
    timestamp: Annotated[datetime, Meta(tz=True)]
    extra_info: Annotated[str, Meta(max_length=200)] | UnsetType = field(name="extraInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyDERAlarmResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyDERStartStopRequest(Message, frozen=True, kw_only=True, gc=False):
    control_id: Annotated[str, Meta(max_length=36)] = field(name="controlId")
    started: bool
    timestamp: Annotated[datetime, Meta(tz=True)]
    superseded_ids: Annotated[tuple[Annotated[str, Meta(max_length=36)], ...], Meta(min_length=1, max_length=24)] | UnsetType = field(name="supersededIds", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyDERStartStopResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyDisplayMessagesRequest(Message, frozen=True, kw_only=True, gc=False):
    message_info: Annotated[tuple[MessageInfoType, ...], Meta(min_length=1)] | UnsetType = field(name="messageInfo", default=UNSET)
    request_id: int = field(name="requestId")
    tbc: bool | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyDisplayMessagesResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyEVChargingNeedsRequest(Message, frozen=True, kw_only=True, gc=False):
    evse_id: Annotated[int, Meta(ge=1)] = field(name="evseId")
    max_schedule_tuples: Annotated[int, Meta(ge=0)] | UnsetType = field(name="maxScheduleTuples", default=UNSET)
    charging_needs: ChargingNeedsType = field(name="chargingNeeds")
    timestamp: Annotated[datetime, Meta(tz=True)] | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyEVChargingNeedsResponse(Message, frozen=True, kw_only=True, gc=False):
    status: NotifyEVChargingNeedsStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyEVChargingScheduleRequest(Message, frozen=True, kw_only=True, gc=False):
    time_base: Annotated[datetime, Meta(tz=True)] = field(name="timeBase")
    charging_schedule: ChargingScheduleType = field(name="chargingSchedule")
    evse_id: Annotated[int, Meta(ge=1)] = field(name="evseId")
    selected_charging_schedule_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="selectedChargingScheduleId", default=UNSET)
    power_tolerance_acceptance: bool | UnsetType = field(name="powerToleranceAcceptance", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyEVChargingScheduleResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyEventRequest(Message, frozen=True, kw_only=True, gc=False):
    generated_at: Annotated[datetime, Meta(tz=True)] = field(name="generatedAt")
    tbc: bool | UnsetType = UNSET
    seq_no: Annotated[int, Meta(ge=0)] = field(name="seqNo")
    event_data: Annotated[tuple[EventDataType, ...], Meta(min_length=1)] = field(name="eventData")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyEventResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyMonitoringReportRequest(Message, frozen=True, kw_only=True, gc=False):
    monitor: Annotated[tuple[MonitoringDataType, ...], Meta(min_length=1)] | UnsetType = UNSET
    request_id: int = field(name="requestId")
    tbc: bool | UnsetType = UNSET
    seq_no: Annotated[int, Meta(ge=0)] = field(name="seqNo")
    generated_at: Annotated[datetime, Meta(tz=True)] = field(name="generatedAt")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyMonitoringReportResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyPeriodicEventStream(Message, frozen=True, kw_only=True, gc=False):
    data: Annotated[tuple[StreamDataElementType, ...], Meta(min_length=1)]
    id: Annotated[int, Meta(ge=0)]
    pending: Annotated[int, Meta(ge=0)]
    basetime: Annotated[datetime, Meta(tz=True)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyPriorityChargingRequest(Message, frozen=True, kw_only=True, gc=False):
    transaction_id: Annotated[str, Meta(max_length=36)] = field(name="transactionId")
    activated: bool
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyPriorityChargingResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyReportRequest(Message, frozen=True, kw_only=True, gc=False):
    request_id: int = field(name="requestId")
    generated_at: Annotated[datetime, Meta(tz=True)] = field(name="generatedAt")
    report_data: Annotated[tuple[ReportDataType, ...], Meta(min_length=1)] | UnsetType = field(name="reportData", default=UNSET)
    tbc: bool | UnsetType = UNSET
    seq_no: Annotated[int, Meta(ge=0)] = field(name="seqNo")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyReportResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifySettlementRequest(Message, frozen=True, kw_only=True, gc=False):
    transaction_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="transactionId", default=UNSET)
    psp_ref: Annotated[str, Meta(max_length=255)] = field(name="pspRef")
    status: PaymentStatusEnumType
    status_info: Annotated[str, Meta(max_length=500)] | UnsetType = field(name="statusInfo", default=UNSET)
    settlement_amount: float = field(name="settlementAmount")
    settlement_time: Annotated[datetime, Meta(tz=True)] = field(name="settlementTime")
    receipt_id: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="receiptId", default=UNSET)
    receipt_url: Annotated[str, Meta(max_length=2000)] | UnsetType = field(name="receiptUrl", default=UNSET)
    vat_company: AddressType | UnsetType = field(name="vatCompany", default=UNSET)
    vat_number: Annotated[str, Meta(max_length=20)] | UnsetType = field(name="vatNumber", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifySettlementResponse(Message, frozen=True, kw_only=True, gc=False):
    receipt_url: Annotated[str, Meta(max_length=2000)] | UnsetType = field(name="receiptUrl", default=UNSET)
    receipt_id: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="receiptId", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyWebPaymentStartedRequest(Message, frozen=True, kw_only=True, gc=False):
    evse_id: Annotated[int, Meta(ge=0)] = field(name="evseId")
    timeout: int
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class NotifyWebPaymentStartedResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class OpenPeriodicEventStreamRequest(Message, frozen=True, kw_only=True, gc=False):
    constant_stream_data: ConstantStreamDataType = field(name="constantStreamData")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class OpenPeriodicEventStreamResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PublishFirmwareRequest(Message, frozen=True, kw_only=True, gc=False):
    location: Annotated[str, Meta(max_length=2000)]
    retries: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    checksum: Annotated[str, Meta(max_length=32)]
    request_id: Annotated[int, Meta(ge=0)] = field(name="requestId")
    retry_interval: Annotated[int, Meta(ge=0)] | UnsetType = field(name="retryInterval", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PublishFirmwareResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PublishFirmwareStatusNotificationRequest(Message, frozen=True, kw_only=True, gc=False):
    status: PublishFirmwareStatusEnumType
    location: Annotated[tuple[Annotated[str, Meta(max_length=2000)], ...], Meta(min_length=1)] | UnsetType = UNSET
    request_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="requestId", default=UNSET)
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PublishFirmwareStatusNotificationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PullDynamicScheduleUpdateRequest(Message, frozen=True, kw_only=True, gc=False):
    charging_profile_id: int = field(name="chargingProfileId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class PullDynamicScheduleUpdateResponse(Message, frozen=True, kw_only=True, gc=False):
    schedule_update: ChargingScheduleUpdateType | UnsetType = field(name="scheduleUpdate", default=UNSET)
    status: ChargingProfileStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ReportChargingProfilesRequest(Message, frozen=True, kw_only=True, gc=False):
    request_id: int = field(name="requestId")
    charging_limit_source: Annotated[str, Meta(max_length=20)] = field(name="chargingLimitSource")
    charging_profile: Annotated[tuple[ChargingProfileType, ...], Meta(min_length=1)] = field(name="chargingProfile")
    tbc: bool | UnsetType = UNSET
    evse_id: Annotated[int, Meta(ge=0)] = field(name="evseId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ReportChargingProfilesResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ReportDERControlRequest(Message, frozen=True, kw_only=True, gc=False):
    curve: Annotated[tuple[DERCurveGetType, ...], Meta(min_length=1, max_length=24)] | UnsetType = UNSET
    enter_service: Annotated[tuple[EnterServiceGetType, ...], Meta(min_length=1, max_length=24)] | UnsetType = field(name="enterService", default=UNSET)
    fixed_pf_absorb: Annotated[tuple[FixedPFGetType, ...], Meta(min_length=1, max_length=24)] | UnsetType = field(name="fixedPFAbsorb", default=UNSET)
    fixed_pf_inject: Annotated[tuple[FixedPFGetType, ...], Meta(min_length=1, max_length=24)] | UnsetType = field(name="fixedPFInject", default=UNSET)
    fixed_var: Annotated[tuple[FixedVarGetType, ...], Meta(min_length=1, max_length=24)] | UnsetType = field(name="fixedVar", default=UNSET)
    freq_droop: Annotated[tuple[FreqDroopGetType, ...], Meta(min_length=1, max_length=24)] | UnsetType = field(name="freqDroop", default=UNSET)
    gradient: Annotated[tuple[GradientGetType, ...], Meta(min_length=1, max_length=24)] | UnsetType = UNSET
    limit_max_discharge: Annotated[tuple[LimitMaxDischargeGetType, ...], Meta(min_length=1, max_length=24)] | UnsetType = field(name="limitMaxDischarge", default=UNSET)
    request_id: int = field(name="requestId")
    tbc: bool | UnsetType = UNSET
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ReportDERControlResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class RequestBatterySwapRequest(Message, frozen=True, kw_only=True, gc=False):
    id_token: IdTokenType = field(name="idToken")
    request_id: int = field(name="requestId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class RequestBatterySwapResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class RequestStartTransactionRequest(Message, frozen=True, kw_only=True, gc=False):
    evse_id: Annotated[int, Meta(ge=1)] | UnsetType = field(name="evseId", default=UNSET)
    group_id_token: IdTokenType | UnsetType = field(name="groupIdToken", default=UNSET)
    id_token: IdTokenType = field(name="idToken")
    remote_start_id: int = field(name="remoteStartId")
    charging_profile: ChargingProfileType | UnsetType = field(name="chargingProfile", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class RequestStartTransactionResponse(Message, frozen=True, kw_only=True, gc=False):
    status: RequestStartStopStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    transaction_id: Annotated[str, Meta(max_length=36)] | UnsetType = field(name="transactionId", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class RequestStopTransactionRequest(Message, frozen=True, kw_only=True, gc=False):
    transaction_id: Annotated[str, Meta(max_length=36)] = field(name="transactionId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class RequestStopTransactionResponse(Message, frozen=True, kw_only=True, gc=False):
    status: RequestStartStopStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ReservationStatusUpdateRequest(Message, frozen=True, kw_only=True, gc=False):
    reservation_id: Annotated[int, Meta(ge=0)] = field(name="reservationId")
    reservation_update_status: ReservationUpdateStatusEnumType = field(name="reservationUpdateStatus")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ReservationStatusUpdateResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ReserveNowRequest(Message, frozen=True, kw_only=True, gc=False):
    id: Annotated[int, Meta(ge=0)]
    expiry_date_time: Annotated[datetime, Meta(tz=True)] = field(name="expiryDateTime")
    connector_type: Annotated[str, Meta(max_length=20)] | UnsetType = field(name="connectorType", default=UNSET)
    id_token: IdTokenType = field(name="idToken")
    evse_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="evseId", default=UNSET)
    group_id_token: IdTokenType | UnsetType = field(name="groupIdToken", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ReserveNowResponse(Message, frozen=True, kw_only=True, gc=False):
    status: ReserveNowStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ResetRequest(Message, frozen=True, kw_only=True, gc=False):
    type: ResetEnumType
    evse_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="evseId", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class ResetResponse(Message, frozen=True, kw_only=True, gc=False):
    status: ResetStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SecurityEventNotificationRequest(Message, frozen=True, kw_only=True, gc=False):
    type: Annotated[str, Meta(max_length=50)]
    timestamp: Annotated[datetime, Meta(tz=True)]
    tech_info: Annotated[str, Meta(max_length=255)] | UnsetType = field(name="techInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SecurityEventNotificationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SendLocalListRequest(Message, frozen=True, kw_only=True, gc=False):
    local_authorization_list: Annotated[tuple[AuthorizationData, ...], Meta(min_length=1)] | UnsetType = field(name="localAuthorizationList", default=UNSET)
    version_number: int = field(name="versionNumber")
    update_type: UpdateEnumType = field(name="updateType")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SendLocalListResponse(Message, frozen=True, kw_only=True, gc=False):
    status: SendLocalListStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetChargingProfileRequest(Message, frozen=True, kw_only=True, gc=False):
    evse_id: Annotated[int, Meta(ge=0)] = field(name="evseId")
    charging_profile: ChargingProfileType = field(name="chargingProfile")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetChargingProfileResponse(Message, frozen=True, kw_only=True, gc=False):
    status: ChargingProfileStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetDERControlRequest(Message, frozen=True, kw_only=True, gc=False):
    is_default: bool = field(name="isDefault")
    control_id: Annotated[str, Meta(max_length=36)] = field(name="controlId")
    control_type: DERControlEnumType = field(name="controlType")
    curve: DERCurveType | UnsetType = UNSET
    enter_service: EnterServiceType | UnsetType = field(name="enterService", default=UNSET)
    fixed_pf_absorb: FixedPFType | UnsetType = field(name="fixedPFAbsorb", default=UNSET)
    fixed_pf_inject: FixedPFType | UnsetType = field(name="fixedPFInject", default=UNSET)
    fixed_var: FixedVarType | UnsetType = field(name="fixedVar", default=UNSET)
    freq_droop: FreqDroopType | UnsetType = field(name="freqDroop", default=UNSET)
    gradient: GradientType | UnsetType = UNSET
    limit_max_discharge: LimitMaxDischargeType | UnsetType = field(name="limitMaxDischarge", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetDERControlResponse(Message, frozen=True, kw_only=True, gc=False):
    status: DERControlStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    superseded_ids: Annotated[tuple[Annotated[str, Meta(max_length=36)], ...], Meta(min_length=1, max_length=24)] | UnsetType = field(name="supersededIds", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetDefaultTariffRequest(Message, frozen=True, kw_only=True, gc=False):
    evse_id: Annotated[int, Meta(ge=0)] = field(name="evseId")
    tariff: TariffType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetDefaultTariffResponse(Message, frozen=True, kw_only=True, gc=False):
    status: TariffSetStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetDisplayMessageRequest(Message, frozen=True, kw_only=True, gc=False):
    message: MessageInfoType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetDisplayMessageResponse(Message, frozen=True, kw_only=True, gc=False):
    status: DisplayMessageStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetMonitoringBaseRequest(Message, frozen=True, kw_only=True, gc=False):
    monitoring_base: MonitoringBaseEnumType = field(name="monitoringBase")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetMonitoringBaseResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericDeviceModelStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetMonitoringLevelRequest(Message, frozen=True, kw_only=True, gc=False):
    severity: Annotated[int, Meta(ge=0)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetMonitoringLevelResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetNetworkProfileRequest(Message, frozen=True, kw_only=True, gc=False):
    configuration_slot: int = field(name="configurationSlot")
    connection_data: NetworkConnectionProfileType = field(name="connectionData")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetNetworkProfileResponse(Message, frozen=True, kw_only=True, gc=False):
    status: SetNetworkProfileStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetVariableMonitoringRequest(Message, frozen=True, kw_only=True, gc=False):
    set_monitoring_data: Annotated[tuple[SetMonitoringDataType, ...], Meta(min_length=1)] = field(name="setMonitoringData")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetVariableMonitoringResponse(Message, frozen=True, kw_only=True, gc=False):
    set_monitoring_result: Annotated[tuple[SetMonitoringResultType, ...], Meta(min_length=1)] = field(name="setMonitoringResult")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetVariablesRequest(Message, frozen=True, kw_only=True, gc=False):
    set_variable_data: Annotated[tuple[SetVariableDataType, ...], Meta(min_length=1)] = field(name="setVariableData")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SetVariablesResponse(Message, frozen=True, kw_only=True, gc=False):
    set_variable_result: Annotated[tuple[SetVariableResultType, ...], Meta(min_length=1)] = field(name="setVariableResult")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SignCertificateRequest(Message, frozen=True, kw_only=True, gc=False):
    csr: Annotated[str, Meta(max_length=5500)]
    certificate_type: CertificateSigningUseEnumType | UnsetType = field(name="certificateType", default=UNSET)
    hash_root_certificate: CertificateHashDataType | UnsetType = field(name="hashRootCertificate", default=UNSET)
    request_id: int | UnsetType = field(name="requestId", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class SignCertificateResponse(Message, frozen=True, kw_only=True, gc=False):
    status: GenericStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class StatusNotificationRequest(Message, frozen=True, kw_only=True, gc=False):
    timestamp: Annotated[datetime, Meta(tz=True)]
    connector_status: ConnectorStatusEnumType = field(name="connectorStatus")
    evse_id: Annotated[int, Meta(ge=0)] = field(name="evseId")
    connector_id: Annotated[int, Meta(ge=0)] = field(name="connectorId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class StatusNotificationResponse(Message, frozen=True, kw_only=True, gc=False):
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TransactionEventRequest(Message, frozen=True, kw_only=True, gc=False):
    cost_details: CostDetailsType | UnsetType = field(name="costDetails", default=UNSET)
    event_type: TransactionEventEnumType = field(name="eventType")
    meter_value: Annotated[tuple[MeterValueType, ...], Meta(min_length=1)] | UnsetType = field(name="meterValue", default=UNSET)
    timestamp: Annotated[datetime, Meta(tz=True)]
    trigger_reason: TriggerReasonEnumType = field(name="triggerReason")
    seq_no: Annotated[int, Meta(ge=0)] = field(name="seqNo")
    offline: bool | UnsetType = UNSET
    number_of_phases_used: Annotated[int, Meta(ge=0, le=3)] | UnsetType = field(name="numberOfPhasesUsed", default=UNSET)
    cable_max_current: int | UnsetType = field(name="cableMaxCurrent", default=UNSET)
    reservation_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="reservationId", default=UNSET)
    preconditioning_status: PreconditioningStatusEnumType | UnsetType = field(name="preconditioningStatus", default=UNSET)
    evse_sleep: bool | UnsetType = field(name="evseSleep", default=UNSET)
    transaction_info: TransactionType = field(name="transactionInfo")
    evse: EVSEType | UnsetType = UNSET
    id_token: IdTokenType | UnsetType = field(name="idToken", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TransactionEventResponse(Message, frozen=True, kw_only=True, gc=False):
    total_cost: float | UnsetType = field(name="totalCost", default=UNSET)
    charging_priority: int | UnsetType = field(name="chargingPriority", default=UNSET)
    id_token_info: IdTokenInfoType | UnsetType = field(name="idTokenInfo", default=UNSET)
    transaction_limit: TransactionLimitType | UnsetType = field(name="transactionLimit", default=UNSET)
    updated_personal_message: MessageContentType | UnsetType = field(name="updatedPersonalMessage", default=UNSET)
    updated_personal_message_extra: Annotated[tuple[MessageContentType, ...], Meta(min_length=1, max_length=4)] | UnsetType = field(name="updatedPersonalMessageExtra", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TriggerMessageRequest(Message, frozen=True, kw_only=True, gc=False):
    evse: EVSEType | UnsetType = UNSET
    requested_message: MessageTriggerEnumType = field(name="requestedMessage")
    custom_trigger: Annotated[str, Meta(max_length=50)] | UnsetType = field(name="customTrigger", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class TriggerMessageResponse(Message, frozen=True, kw_only=True, gc=False):
    status: TriggerMessageStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class UnlockConnectorRequest(Message, frozen=True, kw_only=True, gc=False):
    evse_id: Annotated[int, Meta(ge=0)] = field(name="evseId")
    connector_id: Annotated[int, Meta(ge=0)] = field(name="connectorId")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class UnlockConnectorResponse(Message, frozen=True, kw_only=True, gc=False):
    status: UnlockStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class UnpublishFirmwareRequest(Message, frozen=True, kw_only=True, gc=False):
    checksum: Annotated[str, Meta(max_length=32)]
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class UnpublishFirmwareResponse(Message, frozen=True, kw_only=True, gc=False):
    status: UnpublishFirmwareStatusEnumType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class UpdateDynamicScheduleRequest(Message, frozen=True, kw_only=True, gc=False):
    charging_profile_id: int = field(name="chargingProfileId")
    schedule_update: ChargingScheduleUpdateType = field(name="scheduleUpdate")
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class UpdateDynamicScheduleResponse(Message, frozen=True, kw_only=True, gc=False):
    status: ChargingProfileStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class UpdateFirmwareRequest(Message, frozen=True, kw_only=True, gc=False):
    retries: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    retry_interval: int | UnsetType = field(name="retryInterval", default=UNSET)
    request_id: int = field(name="requestId")
    firmware: FirmwareType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class UpdateFirmwareResponse(Message, frozen=True, kw_only=True, gc=False):
    status: UpdateFirmwareStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class UsePriorityChargingRequest(Message, frozen=True, kw_only=True, gc=False):
    transaction_id: Annotated[str, Meta(max_length=36)] = field(name="transactionId")
    activate: bool
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class UsePriorityChargingResponse(Message, frozen=True, kw_only=True, gc=False):
    status: PriorityChargingStatusEnumType
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class VatNumberValidationRequest(Message, frozen=True, kw_only=True, gc=False):
    vat_number: Annotated[str, Meta(max_length=20)] = field(name="vatNumber")
    evse_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="evseId", default=UNSET)
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


class VatNumberValidationResponse(Message, frozen=True, kw_only=True, gc=False):
    company: AddressType | UnsetType = UNSET
    status_info: StatusInfoType | UnsetType = field(name="statusInfo", default=UNSET)
    vat_number: Annotated[str, Meta(max_length=20)] = field(name="vatNumber")
    evse_id: Annotated[int, Meta(ge=0)] | UnsetType = field(name="evseId", default=UNSET)
    status: GenericStatusEnumType
    custom_data: CustomDataType | UnsetType = field(name="customData", default=UNSET)


REQUESTS: Final[dict[str, type[Message]]] = {
    "AFRRSignal": AFRRSignalRequest,
    "AdjustPeriodicEventStream": AdjustPeriodicEventStreamRequest,
    "Authorize": AuthorizeRequest,
    "BatterySwap": BatterySwapRequest,
    "BootNotification": BootNotificationRequest,
    "CancelReservation": CancelReservationRequest,
    "CertificateSigned": CertificateSignedRequest,
    "ChangeAvailability": ChangeAvailabilityRequest,
    "ChangeTransactionTariff": ChangeTransactionTariffRequest,
    "ClearCache": ClearCacheRequest,
    "ClearChargingProfile": ClearChargingProfileRequest,
    "ClearDERControl": ClearDERControlRequest,
    "ClearDisplayMessage": ClearDisplayMessageRequest,
    "ClearTariffs": ClearTariffsRequest,
    "ClearVariableMonitoring": ClearVariableMonitoringRequest,
    "ClearedChargingLimit": ClearedChargingLimitRequest,
    "ClosePeriodicEventStream": ClosePeriodicEventStreamRequest,
    "CostUpdated": CostUpdatedRequest,
    "CustomerInformation": CustomerInformationRequest,
    "DataTransfer": DataTransferRequest,
    "DeleteCertificate": DeleteCertificateRequest,
    "FirmwareStatusNotification": FirmwareStatusNotificationRequest,
    "Get15118EVCertificate": Get15118EVCertificateRequest,
    "GetBaseReport": GetBaseReportRequest,
    "GetCertificateChainStatus": GetCertificateChainStatusRequest,
    "GetCertificateStatus": GetCertificateStatusRequest,
    "GetChargingProfiles": GetChargingProfilesRequest,
    "GetCompositeSchedule": GetCompositeScheduleRequest,
    "GetDERControl": GetDERControlRequest,
    "GetDisplayMessages": GetDisplayMessagesRequest,
    "GetInstalledCertificateIds": GetInstalledCertificateIdsRequest,
    "GetLocalListVersion": GetLocalListVersionRequest,
    "GetLog": GetLogRequest,
    "GetMonitoringReport": GetMonitoringReportRequest,
    "GetPeriodicEventStream": GetPeriodicEventStreamRequest,
    "GetReport": GetReportRequest,
    "GetTariffs": GetTariffsRequest,
    "GetTransactionStatus": GetTransactionStatusRequest,
    "GetVariables": GetVariablesRequest,
    "Heartbeat": HeartbeatRequest,
    "InstallCertificate": InstallCertificateRequest,
    "LogStatusNotification": LogStatusNotificationRequest,
    "MeterValues": MeterValuesRequest,
    "NotifyAllowedEnergyTransfer": NotifyAllowedEnergyTransferRequest,
    "NotifyChargingLimit": NotifyChargingLimitRequest,
    "NotifyCustomerInformation": NotifyCustomerInformationRequest,
    "NotifyDERAlarm": NotifyDERAlarmRequest,
    "NotifyDERStartStop": NotifyDERStartStopRequest,
    "NotifyDisplayMessages": NotifyDisplayMessagesRequest,
    "NotifyEVChargingNeeds": NotifyEVChargingNeedsRequest,
    "NotifyEVChargingSchedule": NotifyEVChargingScheduleRequest,
    "NotifyEvent": NotifyEventRequest,
    "NotifyMonitoringReport": NotifyMonitoringReportRequest,
    "NotifyPriorityCharging": NotifyPriorityChargingRequest,
    "NotifyReport": NotifyReportRequest,
    "NotifySettlement": NotifySettlementRequest,
    "NotifyWebPaymentStarted": NotifyWebPaymentStartedRequest,
    "OpenPeriodicEventStream": OpenPeriodicEventStreamRequest,
    "PublishFirmware": PublishFirmwareRequest,
    "PublishFirmwareStatusNotification": PublishFirmwareStatusNotificationRequest,
    "PullDynamicScheduleUpdate": PullDynamicScheduleUpdateRequest,
    "ReportChargingProfiles": ReportChargingProfilesRequest,
    "ReportDERControl": ReportDERControlRequest,
    "RequestBatterySwap": RequestBatterySwapRequest,
    "RequestStartTransaction": RequestStartTransactionRequest,
    "RequestStopTransaction": RequestStopTransactionRequest,
    "ReservationStatusUpdate": ReservationStatusUpdateRequest,
    "ReserveNow": ReserveNowRequest,
    "Reset": ResetRequest,
    "SecurityEventNotification": SecurityEventNotificationRequest,
    "SendLocalList": SendLocalListRequest,
    "SetChargingProfile": SetChargingProfileRequest,
    "SetDERControl": SetDERControlRequest,
    "SetDefaultTariff": SetDefaultTariffRequest,
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
    "UpdateDynamicSchedule": UpdateDynamicScheduleRequest,
    "UpdateFirmware": UpdateFirmwareRequest,
    "UsePriorityCharging": UsePriorityChargingRequest,
    "VatNumberValidation": VatNumberValidationRequest,
}

RESPONSES: Final[dict[str, type[Message]]] = {
    "AFRRSignal": AFRRSignalResponse,
    "AdjustPeriodicEventStream": AdjustPeriodicEventStreamResponse,
    "Authorize": AuthorizeResponse,
    "BatterySwap": BatterySwapResponse,
    "BootNotification": BootNotificationResponse,
    "CancelReservation": CancelReservationResponse,
    "CertificateSigned": CertificateSignedResponse,
    "ChangeAvailability": ChangeAvailabilityResponse,
    "ChangeTransactionTariff": ChangeTransactionTariffResponse,
    "ClearCache": ClearCacheResponse,
    "ClearChargingProfile": ClearChargingProfileResponse,
    "ClearDERControl": ClearDERControlResponse,
    "ClearDisplayMessage": ClearDisplayMessageResponse,
    "ClearTariffs": ClearTariffsResponse,
    "ClearVariableMonitoring": ClearVariableMonitoringResponse,
    "ClearedChargingLimit": ClearedChargingLimitResponse,
    "ClosePeriodicEventStream": ClosePeriodicEventStreamResponse,
    "CostUpdated": CostUpdatedResponse,
    "CustomerInformation": CustomerInformationResponse,
    "DataTransfer": DataTransferResponse,
    "DeleteCertificate": DeleteCertificateResponse,
    "FirmwareStatusNotification": FirmwareStatusNotificationResponse,
    "Get15118EVCertificate": Get15118EVCertificateResponse,
    "GetBaseReport": GetBaseReportResponse,
    "GetCertificateChainStatus": GetCertificateChainStatusResponse,
    "GetCertificateStatus": GetCertificateStatusResponse,
    "GetChargingProfiles": GetChargingProfilesResponse,
    "GetCompositeSchedule": GetCompositeScheduleResponse,
    "GetDERControl": GetDERControlResponse,
    "GetDisplayMessages": GetDisplayMessagesResponse,
    "GetInstalledCertificateIds": GetInstalledCertificateIdsResponse,
    "GetLocalListVersion": GetLocalListVersionResponse,
    "GetLog": GetLogResponse,
    "GetMonitoringReport": GetMonitoringReportResponse,
    "GetPeriodicEventStream": GetPeriodicEventStreamResponse,
    "GetReport": GetReportResponse,
    "GetTariffs": GetTariffsResponse,
    "GetTransactionStatus": GetTransactionStatusResponse,
    "GetVariables": GetVariablesResponse,
    "Heartbeat": HeartbeatResponse,
    "InstallCertificate": InstallCertificateResponse,
    "LogStatusNotification": LogStatusNotificationResponse,
    "MeterValues": MeterValuesResponse,
    "NotifyAllowedEnergyTransfer": NotifyAllowedEnergyTransferResponse,
    "NotifyChargingLimit": NotifyChargingLimitResponse,
    "NotifyCustomerInformation": NotifyCustomerInformationResponse,
    "NotifyDERAlarm": NotifyDERAlarmResponse,
    "NotifyDERStartStop": NotifyDERStartStopResponse,
    "NotifyDisplayMessages": NotifyDisplayMessagesResponse,
    "NotifyEVChargingNeeds": NotifyEVChargingNeedsResponse,
    "NotifyEVChargingSchedule": NotifyEVChargingScheduleResponse,
    "NotifyEvent": NotifyEventResponse,
    "NotifyMonitoringReport": NotifyMonitoringReportResponse,
    "NotifyPriorityCharging": NotifyPriorityChargingResponse,
    "NotifyReport": NotifyReportResponse,
    "NotifySettlement": NotifySettlementResponse,
    "NotifyWebPaymentStarted": NotifyWebPaymentStartedResponse,
    "OpenPeriodicEventStream": OpenPeriodicEventStreamResponse,
    "PublishFirmware": PublishFirmwareResponse,
    "PublishFirmwareStatusNotification": PublishFirmwareStatusNotificationResponse,
    "PullDynamicScheduleUpdate": PullDynamicScheduleUpdateResponse,
    "ReportChargingProfiles": ReportChargingProfilesResponse,
    "ReportDERControl": ReportDERControlResponse,
    "RequestBatterySwap": RequestBatterySwapResponse,
    "RequestStartTransaction": RequestStartTransactionResponse,
    "RequestStopTransaction": RequestStopTransactionResponse,
    "ReservationStatusUpdate": ReservationStatusUpdateResponse,
    "ReserveNow": ReserveNowResponse,
    "Reset": ResetResponse,
    "SecurityEventNotification": SecurityEventNotificationResponse,
    "SendLocalList": SendLocalListResponse,
    "SetChargingProfile": SetChargingProfileResponse,
    "SetDERControl": SetDERControlResponse,
    "SetDefaultTariff": SetDefaultTariffResponse,
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
    "UpdateDynamicSchedule": UpdateDynamicScheduleResponse,
    "UpdateFirmware": UpdateFirmwareResponse,
    "UsePriorityCharging": UsePriorityChargingResponse,
    "VatNumberValidation": VatNumberValidationResponse,
}

SENDS: Final[dict[str, type[Message]]] = {
    "NotifyPeriodicEventStream": NotifyPeriodicEventStream,
}
