"""The enumerations of ISO 15118-20, members in schema order (their index is their EXI value)."""

from enum import StrEnum


class Code(StrEnum):
    """How a request was taken; ``FAILED...`` ends the session, ``WARNING...`` does not."""

    OK = "OK"
    OK_CERTIFICATE_EXPIRES_SOON = "OK_CertificateExpiresSoon"
    OK_NEW_SESSION_ESTABLISHED = "OK_NewSessionEstablished"
    OK_OLD_SESSION_JOINED = "OK_OldSessionJoined"
    OK_POWER_TOLERANCE_CONFIRMED = "OK_PowerToleranceConfirmed"
    WARNING_AUTHORIZATION_SELECTION_INVALID = "WARNING_AuthorizationSelectionInvalid"
    WARNING_CERTIFICATE_EXPIRED = "WARNING_CertificateExpired"
    WARNING_CERTIFICATE_NOT_YET_VALID = "WARNING_CertificateNotYetValid"
    WARNING_CERTIFICATE_REVOKED = "WARNING_CertificateRevoked"
    WARNING_CERTIFICATE_VALIDATION_ERROR = "WARNING_CertificateValidationError"
    WARNING_CHALLENGE_INVALID = "WARNING_ChallengeInvalid"
    WARNING_EIM_AUTHORIZATION_FAILURE = "WARNING_EIMAuthorizationFailure"
    WARNING_EMSP_UNKNOWN = "WARNING_eMSPUnknown"
    WARNING_EV_POWER_PROFILE_VIOLATION = "WARNING_EVPowerProfileViolation"
    WARNING_GENERAL_PNC_AUTHORIZATION_ERROR = "WARNING_GeneralPnCAuthorizationError"
    WARNING_NO_CERTIFICATE_AVAILABLE = "WARNING_NoCertificateAvailable"
    WARNING_NO_CONTRACT_MATCHING_PCID_FOUND = "WARNING_NoContractMatchingPCIDFound"
    WARNING_POWER_TOLERANCE_NOT_CONFIRMED = "WARNING_PowerToleranceNotConfirmed"
    WARNING_SCHEDULE_RENEGOTIATION_FAILED = "WARNING_ScheduleRenegotiationFailed"
    WARNING_STANDBY_NOT_ALLOWED = "WARNING_StandbyNotAllowed"
    WARNING_WPT = "WARNING_WPT"
    FAILED = "FAILED"
    FAILED_ASSOCIATION_ERROR = "FAILED_AssociationError"
    FAILED_CONTACTOR_ERROR = "FAILED_ContactorError"
    FAILED_EV_POWER_PROFILE_INVALID = "FAILED_EVPowerProfileInvalid"
    FAILED_EV_POWER_PROFILE_VIOLATION = "FAILED_EVPowerProfileViolation"
    FAILED_METERING_SIGNATURE_NOT_VALID = "FAILED_MeteringSignatureNotValid"
    FAILED_NO_ENERGY_TRANSFER_SERVICE_SELECTED = "FAILED_NoEnergyTransferServiceSelected"
    FAILED_NO_SERVICE_RENEGOTIATION_SUPPORTED = "FAILED_NoServiceRenegotiationSupported"
    FAILED_PAUSE_NOT_ALLOWED = "FAILED_PauseNotAllowed"
    FAILED_POWER_DELIVERY_NOT_APPLIED = "FAILED_PowerDeliveryNotApplied"
    FAILED_POWER_TOLERANCE_NOT_CONFIRMED = "FAILED_PowerToleranceNotConfirmed"
    FAILED_SCHEDULE_RENEGOTIATION = "FAILED_ScheduleRenegotiation"
    FAILED_SCHEDULE_SELECTION_INVALID = "FAILED_ScheduleSelectionInvalid"
    FAILED_SEQUENCE_ERROR = "FAILED_SequenceError"
    FAILED_SERVICE_ID_INVALID = "FAILED_ServiceIDInvalid"
    FAILED_SERVICE_SELECTION_INVALID = "FAILED_ServiceSelectionInvalid"
    FAILED_SIGNATURE_ERROR = "FAILED_SignatureError"
    FAILED_UNKNOWN_SESSION = "FAILED_UnknownSession"
    FAILED_WRONG_CHARGE_PARAMETER = "FAILED_WrongChargeParameter"

    failed: bool
    """Whether the session is over with this answer."""

    def __init__(self, value: str) -> None:
        """Look once: it is asked for every answer."""
        super().__init__()
        self.failed = value.startswith("FAILED")


class NegotiationCode(StrEnum):
    """The answer to the list of protocols that a car offers."""

    OK = "OK_SuccessfulNegotiation"
    OK_MINOR_DEVIATION = "OK_SuccessfulNegotiationWithMinorDeviation"
    FAILED = "Failed_NoNegotiation"


class Processing(StrEnum):
    """Whether the sender is done or wants to be asked again."""

    FINISHED = "Finished"
    ONGOING = "Ongoing"
    WAITING_FOR_CUSTOMER = "Ongoing_WaitingForCustomerInteraction"


class Notification(StrEnum):
    """What the site wants of the car between two loops."""

    PAUSE = "Pause"
    EXIT_STANDBY = "ExitStandby"
    TERMINATE = "Terminate"
    SCHEDULE_RENEGOTIATION = "ScheduleRenegotiation"
    SERVICE_RENEGOTIATION = "ServiceRenegotiation"
    METERING_CONFIRMATION = "MeteringConfirmation"


class Authorization(StrEnum):
    """Who vouches for the driver: an external means, or the car's contract certificate."""

    EIM = "EIM"
    PNC = "PnC"


class Progress(StrEnum):
    """What a PowerDeliveryReq asks for."""

    START = "Start"
    STOP = "Stop"
    STANDBY = "Standby"
    SCHEDULE_RENEGOTIATION = "ScheduleRenegotiation"


class ChannelSelection(StrEnum):
    """Which of two separated power channels a bidirectional car uses."""

    CHARGE = "Charge"
    DISCHARGE = "Discharge"


class StopMode(StrEnum):
    """How a SessionStopReq ends the session."""

    PAUSE = "Pause"
    TERMINATE = "Terminate"
    SERVICE_RENEGOTIATION = "ServiceRenegotiation"


class Tolerance(StrEnum):
    """Whether the car keeps within the tolerance of the schedule it chose."""

    NOT_CONFIRMED = "PowerToleranceNotConfirmed"
    CONFIRMED = "PowerToleranceConfirmed"


class CheckInStatus(StrEnum):
    """Where a car stands that drives into a positioning system."""

    CHECK_IN = "CheckIn"
    PROCESSING = "Processing"
    COMPLETED = "Completed"


class CheckOutStatus(StrEnum):
    """Where a car stands that drives out of a positioning system."""

    CHECK_OUT = "CheckOut"
    PROCESSING = "Processing"
    COMPLETED = "Completed"


class EvseCheckOutStatus(StrEnum):
    """Whether the site has let the car go."""

    SCHEDULED = "Scheduled"
    COMPLETED = "Completed"


class Steering(StrEnum):
    """Who steers the car into its place."""

    AUTO_PARKING = "AutoParking"
    GUIDED_MANUAL = "MVGuideManual"
    MANUAL = "Manual"


class EcdhCurve(StrEnum):
    """The curve that protects a contract's private key in transport."""

    SECP521 = "SECP521"
    X448 = "X448"
