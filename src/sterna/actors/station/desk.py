"""The station's answers to what the management system asks.

Questions about facts are answered at once; what changes a transaction goes to the core, and is
answered after it is stored.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from msgspec import UNSET, Struct, UnsetType

from sterna.actors.station import records
from sterna.actors.station.settings import StationSettings
from sterna.actors.station.steering import Steering
from sterna.kernel.quantities import Kilowatts, Seconds
from sterna.protocols.ocpp import device_model, v21, variables
from sterna.protocols.ocpp.device_model import Model
from sterna.protocols.ocpp.profile_records import Profile
from sterna.protocols.ocpp.wire import Code
from sterna.runtime.ports import Clock

TRIGGERABLE: Final = frozenset(
    {"BootNotification", "Heartbeat", "StatusNotification", "TransactionEvent"}
)
"""The messages that TriggerMessage can have again."""


class Room(Protocol):
    """What the desk needs of its station."""

    @property
    def state(self) -> records.State:
        """The core's state."""

    def tell(self, event: records.TakesIn) -> None:
        """Tell the core."""

    def steer(self, numbers: tuple[int, ...]) -> None:
        """Evaluate the profiles anew for some EVSEs."""

    def steer_by(self, number: int, profile: Profile | None) -> None:
        """Evaluate the profiles for one EVSE because *profile* is new, and keep it."""

    def waiting(self, tx: str | None) -> bool:
        """Whether transaction messages (of *tx*) wait to be sent."""

    def trigger(self, message: str, evse: int) -> None:
        """Send *message* again."""

    def answer(self, uid: str, response: Struct) -> None:
        """Answer the call *uid*."""

    def fail(self, uid: str, code: Code, text: str) -> None:
        """Answer the call *uid* with an error."""

    def ask(self, request: Struct) -> None:
        """Ask something ourselves."""


class Desk:
    """Takes calls, answers them, and passes on what they change."""

    def __init__(
        self, settings: StationSettings, clock: Clock, steering: Steering, room: Room
    ) -> None:
        """Answer for *room*."""
        self._settings = settings
        self._clock = clock
        self._steering = steering
        self._room = room
        self.model = model_of(settings)
        self._takers: dict[type[Struct], Callable[..., None]] = {
            v21.RequestStartTransactionRequest: self._start,
            v21.RequestStopTransactionRequest: self._stop,
            v21.NotifyAllowedEnergyTransferRequest: self._allowed,
            v21.SetChargingProfileRequest: self._set_profile,
            v21.UpdateDynamicScheduleRequest: self._update,
            v21.ClearChargingProfileRequest: self._clear,
            v21.GetCompositeScheduleRequest: self._composite,
            v21.GetVariablesRequest: self._get_variables,
            v21.SetVariablesRequest: self._set_variables,
            v21.GetBaseReportRequest: self._base_report,
            v21.GetTransactionStatusRequest: self._transaction_status,
            v21.ChangeAvailabilityRequest: self._availability,
            v21.ResetRequest: self._reset,
            v21.UnlockConnectorRequest: self._unlock,
            v21.TriggerMessageRequest: self._trigger,
        }

    def load(self, values: dict[str, str]) -> None:
        """Take over what the operator had set before a restart."""
        self.model = model_of(self._settings)
        places = {repr(one.place): one for one in self.model.variables}
        for key, value in values.items():
            one = places.get(key)
            if one is not None:
                self.model = self.model.with_value(
                    one.component, one.name, value, instance=one.instance, evse=one.evse
                )

    def take(self, uid: str, request: Struct) -> None:
        """Take one call; what a station of ours does not do is said to be not supported."""
        taker = self._takers.get(type(request))
        if taker is None:
            self._room.fail(uid, "NotSupported", "this station does not do that")
        else:
            taker(uid, request)

    # Transactions.

    def _start(self, uid: str, request: v21.RequestStartTransactionRequest) -> None:
        evse = 0 if isinstance(request.evse_id, UnsetType) else request.evse_id
        token = request.id_token
        self._room.tell(
            records.StartAsked(
                at=self._clock.now(), uid=uid, evse=evse, remote_start=request.remote_start_id,
                token=token.id_token, token_type=token.type,
            )
        )  # fmt: skip

    def _stop(self, uid: str, request: v21.RequestStopTransactionRequest) -> None:
        now = self._clock.now()
        self._room.tell(records.StopAsked(at=now, uid=uid, tx=request.transaction_id))

    def _allowed(self, uid: str, request: v21.NotifyAllowedEnergyTransferRequest) -> None:
        both = any("BPT" in transfer for transfer in request.allowed_energy_transfer)
        self._room.tell(
            records.AllowedSaid(
                at=self._clock.now(), uid=uid, tx=request.transaction_id, discharge=both
            )
        )

    def _transaction_status(self, uid: str, request: v21.GetTransactionStatusRequest) -> None:
        tx = None if isinstance(request.transaction_id, UnsetType) else request.transaction_id
        running = any(tx == one.tx for one in self._room.state.outlets.values())
        self._room.answer(
            uid,
            v21.GetTransactionStatusResponse(
                messages_in_queue=self._room.waiting(tx),
                ongoing_indicator=UNSET if tx is None else running,
            ),
        )

    # Profiles.

    def _set_profile(self, uid: str, request: v21.SetChargingProfileRequest) -> None:
        reason = self._steering.refusal(request) or self._unknown_transaction(request)
        if reason is not None:
            info = v21.StatusInfoType(reason_code=reason)
            rejected = v21.SetChargingProfileResponse(status="Rejected", status_info=info)
            self._room.answer(uid, rejected)
            return
        profile = self._steering.install(request)
        self._room.answer(uid, v21.SetChargingProfileResponse(status="Accepted"))
        self._steer(profile)

    def _steer(self, profile: Profile) -> None:
        """Keep *profile* and do what it asks for, at one EVSE or at all."""
        self._room.steer_by(profile.evse or 1, profile)
        if not profile.evse:
            self._room.steer(self._concerned(0))

    def _unknown_transaction(self, request: v21.SetChargingProfileRequest) -> str | None:
        """Return why a TxProfile is for nobody, or None."""
        tx = request.charging_profile.transaction_id
        if isinstance(tx, UnsetType):
            return None
        outlet = self._room.state.outlets.get(request.evse_id)
        return None if outlet is not None and outlet.tx == tx else "TxNotFound"

    def _update(self, uid: str, request: v21.UpdateDynamicScheduleRequest) -> None:
        profile = self._steering.update(request)
        if profile is None:
            info = v21.StatusInfoType(reason_code="UnknownProfile")
            rejected = v21.UpdateDynamicScheduleResponse(status="Rejected", status_info=info)
            self._room.answer(uid, rejected)
            return
        self._room.answer(uid, v21.UpdateDynamicScheduleResponse(status="Accepted"))
        self._steer(profile)

    def _clear(self, uid: str, request: v21.ClearChargingProfileRequest) -> None:
        gone = self._steering.clear(request)
        if gone:
            self._room.tell(records.ProfilesDropped(at=self._clock.now(), ids=gone))
        status: v21.ClearChargingProfileStatusEnumType = "Accepted" if gone else "Unknown"
        self._room.answer(uid, v21.ClearChargingProfileResponse(status=status))
        self._room.steer(self._concerned(0))

    def _composite(self, uid: str, request: v21.GetCompositeScheduleRequest) -> None:
        outlet = self._room.state.outlets.get(request.evse_id)
        schedule = None
        if outlet is not None and request.charging_rate_unit in (UNSET, "W"):
            schedule = self._steering.composite(outlet, Seconds(float(request.duration)))
        if schedule is None:
            self._room.answer(uid, v21.GetCompositeScheduleResponse(status="Rejected"))
            return
        self._room.answer(
            uid, v21.GetCompositeScheduleResponse(status="Accepted", schedule=schedule)
        )

    def _concerned(self, evse: int) -> tuple[int, ...]:
        return (evse,) if evse else tuple(self._room.state.outlets)

    # Device model.

    def _get_variables(self, uid: str, request: v21.GetVariablesRequest) -> None:
        if device_model.too_many(self.model, "GetVariables", len(request.get_variable_data)):
            self._room.fail(uid, "OccurrenceConstraintViolation", "too many variables")
            return
        self._room.answer(uid, device_model.get_variables(self.model, request))

    def _set_variables(self, uid: str, request: v21.SetVariablesRequest) -> None:
        if device_model.too_many(self.model, "SetVariables", len(request.set_variable_data)):
            self._room.fail(uid, "OccurrenceConstraintViolation", "too many variables")
            return
        before = self.model.index()
        self.model, response = device_model.set_variables(self.model, request)
        changed = {
            repr(place): one.value
            for place, one in self.model.index().items()
            if one.value != before[place].value
        }
        if changed:
            self._room.tell(records.VariablesSet(at=self._clock.now(), values=changed))
        self._room.answer(uid, response)

    def _base_report(self, uid: str, request: v21.GetBaseReportRequest) -> None:
        response, pages = device_model.base_report(self.model, request, self._clock.now())
        self._room.answer(uid, response)
        for page in pages:
            self._room.ask(page)

    # The rest.

    def _availability(self, uid: str, request: v21.ChangeAvailabilityRequest) -> None:
        evse = 0 if isinstance(request.evse, UnsetType) else request.evse.id
        outlets = self._room.state.outlets
        if evse and evse not in outlets:
            self._room.answer(uid, v21.ChangeAvailabilityResponse(status="Rejected"))
            return
        numbers = self._concerned(evse)
        operative = request.operational_status == "Operative"
        waits = not operative and any(outlets[number].tx for number in numbers)
        status: v21.ChangeAvailabilityStatusEnumType = "Scheduled" if waits else "Accepted"
        self._room.answer(uid, v21.ChangeAvailabilityResponse(status=status))
        for number in numbers:
            now = self._clock.now()
            self._room.tell(records.OperativeSaid(at=now, evse=number, operative=operative))

    def _reset(self, uid: str, request: v21.ResetRequest) -> None:
        if not isinstance(request.evse_id, UnsetType):
            info = v21.StatusInfoType(reason_code="UnsupportedRequest")
            self._room.answer(uid, v21.ResetResponse(status="Rejected", status_info=info))
            return
        busy = any(one.tx for one in self._room.state.outlets.values())
        waits = busy and request.type == "OnIdle"
        self._room.answer(uid, v21.ResetResponse(status="Scheduled" if waits else "Accepted"))
        self._room.tell(records.ResetAsked(at=self._clock.now(), kind=request.type))

    def _unlock(self, uid: str, request: v21.UnlockConnectorRequest) -> None:
        outlet = self._room.state.outlets.get(request.evse_id)
        status: v21.UnlockStatusEnumType = "Unlocked"
        if outlet is None or request.connector_id != 1:
            status = "UnknownConnector"
        elif outlet.tx and outlet.remote_start is not None:
            status = "OngoingAuthorizedTransaction"
        # Without an authorised transaction nothing holds the plug: the lock follows the permit.
        self._room.answer(uid, v21.UnlockConnectorResponse(status=status))

    def _trigger(self, uid: str, request: v21.TriggerMessageRequest) -> None:
        message = request.requested_message
        evse = 0 if isinstance(request.evse, UnsetType) else request.evse.id
        known = message in TRIGGERABLE
        if evse and evse not in self._room.state.outlets:
            self._room.answer(uid, v21.TriggerMessageResponse(status="Rejected"))
            return
        status: v21.TriggerMessageStatusEnumType = "Accepted" if known else "NotImplemented"
        self._room.answer(uid, v21.TriggerMessageResponse(status=status))
        if known:
            self._room.trigger(message, evse)


def model_of(settings: StationSettings) -> Model:
    """Return the device model of a station as it was set up."""
    outlets = tuple(
        variables.Outlet(
            evse=number, name=one.evse_id, rated_kw=one.charge_kw_max,
            discharge_kw=Kilowatts(-one.discharge_kw_max), phases=0 if one.direct else one.phases,
            connector="cCCS2" if one.direct else "sType2",
            transfers=_transfers(one.discharge_kw_max, direct=one.direct),
        )
        for number, one in enumerate(settings.outlets, start=1)
    )  # fmt: skip
    facts = variables.Facts(
        identity=settings.identity, model=settings.model, vendor=settings.vendor, outlets=outlets,
        heartbeat_s=int(settings.heartbeat_s), sampled_s=int(settings.meter_s),
    )  # fmt: skip
    model = variables.model(facts)
    started = partial(model.with_value, "TxCtrlr", "TxStartPoint")
    return started("EVConnected").with_value("TxCtrlr", "TxStopPoint", "Authorized")


def _transfers(discharge_kw: float, *, direct: bool) -> tuple[str, ...]:
    one, both = ("DC", "DC_BPT") if direct else ("AC_three_phase", "AC_BPT")
    return (one, both) if discharge_kw > 0.0 else (one,)
