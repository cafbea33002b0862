"""What a station is answered while its CSMS is away: enough to go on charging, nothing that decides for it."""

from typing import Final

from msgspec import UNSET, Struct

from sterna.actors.cs_ems.settings import CsEmsSettings
from sterna.kernel.quantities import Instant
from sterna.protocols.ocpp import v21
from sterna.protocols.ocpp.wire import written

BOOT_RETRY_S: Final = 60
"""When a station that was told Pending asks again."""


def answer(
    request: Struct, settings: CsEmsSettings, known: frozenset[str], now: Instant
) -> Struct | None:
    """Return the answer in the CSMS's place, or None where only the CSMS can answer.

    *known*: tokens of the sessions that were started here. A transaction message is not
    answered here but when it is safe in the journal.
    """
    match request:
        case v21.HeartbeatRequest():
            return v21.HeartbeatResponse(current_time=written(now))
        case v21.StatusNotificationRequest():
            return v21.StatusNotificationResponse()
        case v21.NotifyEVChargingNeedsRequest():
            return v21.NotifyEVChargingNeedsResponse(status="Accepted")
        case v21.MeterValuesRequest():
            return v21.MeterValuesResponse()
        case v21.NotifyEventRequest():
            return v21.NotifyEventResponse()
        case v21.NotifyReportRequest():
            return v21.NotifyReportResponse()
        case v21.NotifyChargingLimitRequest():
            return v21.NotifyChargingLimitResponse()
        case v21.AuthorizeRequest(id_token=token):
            return v21.AuthorizeResponse(id_token_info=_judged(token, known))
        case v21.BootNotificationRequest():
            accepted = settings.boot_alone == "Accepted"
            return v21.BootNotificationResponse(
                current_time=written(now),
                interval=settings.heartbeat_s if accepted else BOOT_RETRY_S,
                status=settings.boot_alone,
            )
        case _:
            return None


def transaction_answer(
    request: v21.TransactionEventRequest, known: frozenset[str]
) -> v21.TransactionEventResponse:
    """Return the answer to a transaction message that is safe in the journal."""
    if request.id_token is UNSET:
        return v21.TransactionEventResponse()
    return v21.TransactionEventResponse(id_token_info=_judged(request.id_token, known))


def _judged(token: v21.IdTokenType, known: frozenset[str]) -> v21.IdTokenInfoType:
    mine = token.id_token in known
    return v21.IdTokenInfoType(status="Accepted" if mine else "Unknown")


TOLD_LATER: Final = (
    v21.BootNotificationRequest,
    v21.StatusNotificationRequest,
    v21.NotifyEVChargingNeedsRequest,
)
"""What the CSMS is told when it is back, the newest of each place."""


def place(request: Struct) -> tuple[str, int, int]:
    """Return what *request* is about, so that a newer one replaces it."""
    name = type(request).__name__
    return (name, getattr(request, "evse_id", 0), getattr(request, "connector_id", 0))
