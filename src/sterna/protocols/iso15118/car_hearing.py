"""What a car makes of each answer: what it learns, chooses and reports. The ground under :mod:`evcc`."""

from math import fsum
from typing import Any

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant, Kilowatts, Share
from sterna.protocols.iso15118 import choosing, phases, plans
from sterna.protocols.iso15118.answers import step_at
from sterna.protocols.iso15118.car_session import CarSession
from sterna.protocols.iso15118.events import (
    AuthorizationAwaited,
    ContractInstalled,
    HandshakeDone,
    LoopTarget,
    Notified,
    PowerOff,
    ServiceChosen,
    SessionOpened,
)
from sterna.protocols.iso15118.hearing import offered_ac, offered_dc
from sterna.protocols.iso15118.messages import (
    ac,
    app_protocol,
    certificates,
    dc,
    metering,
    schedule,
    session,
)
from sterna.protocols.iso15118.messages.codes import (
    Authorization,
    Code,
    Notification,
    Processing,
    Progress,
    StopMode,
    Tolerance,
)
from sterna.protocols.iso15118.messages.values import ChargeLoopRes, DynamicResponse
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.services import MobilityNeeds, Service, understood
from sterna.protocols.iso15118.states import State


class CarHearing(CarSession):
    """The state of one session, and how each answer changes it."""

    def _hear(self, asked: Element, message: Element) -> None:
        """Take what the answer says beside where it leads."""
        match message:
            case schedule.PowerDeliveryRes():
                self._hear_delivery(asked, message)
            case dc.DcChargeLoopRes() | ac.AcChargeLoopRes():
                self._hear_turn(message)
            case schedule.ScheduleExchangeRes():
                self._hear_plan(message)
            case dc.DcPreChargeRes():
                self._volts_seen = float(message.EVSEPresentVoltage)
            case metering.MeteringConfirmationRes():
                self._meter_wanted = False
            case session.SessionStopRes():
                self._hear_stop()
            case _:
                self._hear_opening(asked, message)

    def _hear_opening(self, asked: Element, message: Element) -> None:
        """Take what an answer on the way to the service says; the rest only leads onward."""
        match message:
            case session.SessionSetupRes():
                self._hear_setup(message)
            case session.AuthorizationSetupRes():
                self._hear_ways_in(message)
            case session.AuthorizationRes():
                self._hear_let_in(message)
            case certificates.CertificateInstallationRes():
                self._hear_contract(message)
            case _:
                self._hear_service(asked, message)

    def _hear_service(self, asked: Element, message: Element) -> None:
        """Take what an answer about the service says."""
        match message:
            case app_protocol.SupportedAppProtocolRes():
                if self.state is State.ENDED:
                    self.end("no protocol in common", failed=True)
            case session.ServiceDiscoveryRes():
                self._choose_service(message)
            case session.ServiceDetailRes():
                assert isinstance(asked, session.ServiceDetailReq)
                self._hear_detail(asked, message)
            case session.ServiceSelectionRes():
                assert self.service is not None
                assert self.mode is not None
                self._events.append(ServiceChosen(service=self.service, control_mode=self.mode))
            case dc.DcChargeParameterDiscoveryRes():
                self._events.append(offered_dc(message.DC_CPDResEnergyTransferMode))
            case ac.AcChargeParameterDiscoveryRes():
                self._events.append(offered_ac(message.AC_CPDResEnergyTransferMode))
            case _:
                pass

    def _hear_setup(self, message: session.SessionSetupRes) -> None:
        """Learn the session's name."""
        joined = message.ResponseCode is Code.OK_OLD_SESSION_JOINED
        self.session_id = message.Header.SessionID
        self._events.append(
            SessionOpened(peer_id=message.EVSEID, session_id=self.session_id, resumed=joined)
        )

    def _hear_ways_in(self, message: session.AuthorizationSetupRes) -> None:
        """Decide how to be let in."""
        self._setup = message
        self._way_in = choosing.way_in(message, self.wallet)
        if self._way_in is None:
            self._go("no way to be authorised in common")
        elif self._way_in is Authorization.PNC:
            assert self.wallet is not None
            offer = message.PnC_ASResAuthorizationMode
            named = None if offer is None else offer.SupportedProviders
            providers = () if named is None else named.ProviderID
            self._installing = not self.wallet.has_contract(providers)

    def _hear_let_in(self, message: session.AuthorizationRes) -> None:
        """Learn whether the car is let in; who is refused tries external means, or leaves."""
        if message.ResponseCode.value.startswith("WARNING"):
            self._other_way(message.ResponseCode.value)
        elif self.state is State.AUTHORIZATION and not self._awaited:
            self._awaited = True
            self._events.append(AuthorizationAwaited())

    def _other_way(self, reason: str) -> None:
        """Ask to be let in by external means, where the contract did not do; otherwise leave."""
        external = (
            self._setup is not None and Authorization.EIM in self._setup.AuthorizationServices
        )
        if self._way_in is Authorization.PNC and external:
            self._way_in, self._installing = Authorization.EIM, False
            self._ask_at = self.now
        else:
            self._go(reason)

    def _hear_contract(self, message: certificates.CertificateInstallationRes) -> None:
        """Put the contract into the wallet, if there is one and it is for this car."""
        assert self.wallet is not None
        self._ask_at = self.now
        if message.ResponseCode.value.startswith("WARNING"):
            self._other_way(message.ResponseCode.value)
            return
        try:
            self.wallet = self.wallet.installed(message, self.now)
        except Refused as refused:
            self._other_way(str(refused))
            return
        self._installing = False
        self._events.append(ContractInstalled())

    def _go(self, reason: str) -> None:
        """Leave at the next request, unless the car is leaving already."""
        if self._leaving is None:
            self._leaving, self._reason = StopMode.TERMINATE, reason
            self._ask_at = self.now

    def _choose_service(self, message: session.ServiceDiscoveryRes) -> None:
        """Take the favourite among the services on offer, and what the car uses beside it."""
        self._switches = message.ServiceRenegotiationSupported
        offered = {service.ServiceID for service in message.EnergyTransferServiceList.Service}
        fitting = [service for service in self.settings.services if service in offered]
        beside = () if message.VASList is None else message.VASList.Service
        known = {service.ServiceID for service in beside}
        self._beside = [one for one in self.settings.value_added if one in known]
        self._beside_chosen = []
        if fitting:
            self.service = fitting[0]
        else:
            self._go("no service in common")

    def _hear_detail(
        self, asked: session.ServiceDetailReq, message: session.ServiceDetailRes
    ) -> None:
        """Take the best way to use the service, or the first way to use one beside it."""
        sets = message.ServiceParameterList
        if asked.ServiceID != self.service:
            self._beside.remove(asked.ServiceID)
            chosen = session.SelectedServiceType(
                ServiceID=asked.ServiceID, ParameterSetID=sets.ParameterSet[0].ParameterSetID
            )
            self._beside_chosen.append(chosen)
            self._ask_at = self.now
            return
        settings = self.settings
        self.way = choosing.best_way(
            understood(sets),
            Service(asked.ServiceID),
            modes=settings.control_modes,
            needs=settings.mobility_needs,
            phases=self.battery.phases,
        )
        if self.way is None:
            self._go("no control mode in common")

    def _hear_plan(self, message: schedule.ScheduleExchangeRes) -> None:
        """Take the site's plan; a car that plans for itself commits to the schedule that suits it best."""
        if message.EVSEProcessing is not Processing.FINISHED:
            return
        if message.GoToPause and self._leaving is None:
            self._leaving, self._reason = StopMode.PAUSE, "the site paused"
        offer = message.Scheduled_SEResControlMode
        if offer is not None:
            found = plans.offered(offer)
            wanted = self.battery.energy_to(self.battery.target_soc)
            self._tuple_id = plans.best(found, wanted)
            self._profile = found[self._tuple_id]
            (chosen,) = (
                one for one in offer.ScheduleTuple if one.ScheduleTupleID == self._tuple_id
            )
            power = chosen.ChargingSchedule.PowerSchedule
            self._anchor = Instant(float(power.TimeAnchor))
            kept = Tolerance.CONFIRMED if self.settings.keeps_tolerance else Tolerance.NOT_CONFIRMED
            self._tolerance = None if power.PowerTolerance is None else kept

    def _hear_delivery(self, asked: Element, message: schedule.PowerDeliveryRes) -> None:
        """Note that power is on, off, or resting."""
        assert isinstance(asked, schedule.PowerDeliveryReq)
        assert self.service is not None
        assert self.mode is not None
        progress = asked.ChargeProgress
        if message.ResponseCode is Code.WARNING_STANDBY_NOT_ALLOWED:
            self._standby = False
        elif progress is Progress.START:
            self._events.append(HandshakeDone(service=self.service, control_mode=self.mode))
        elif progress is Progress.STOP:
            self._events.append(PowerOff(reason=self._reason or "the session stops"))
        if message.EVSEStatus is not None:
            self._notified(message.EVSEStatus.EVSENotification)

    def _hear_turn(self, message: dc.DcChargeLoopRes | ac.AcChargeLoopRes) -> None:
        """Take the power of this turn, the site's plan, and what the site wants."""
        self._events.append(self._target(message))
        if message.MeterInfo is not None:
            self._meter = message.MeterInfo
        if message.EVSEStatus is not None:
            self._notified(message.EVSEStatus.EVSENotification)

    def _target(self, message: ChargeLoopRes) -> LoopTarget:
        """Return what one answer of the loop means for the battery."""
        charge = discharge = None
        if isinstance(message, dc.DcChargeLoopRes):
            mode: Element = message.CLResControlMode
            power_kw = float(message.EVSEPresentCurrent) * float(message.EVSEPresentVoltage) / 1000
            if isinstance(mode, dc.DynamicDcResponse):
                charge = Kilowatts(float(mode.EVSEMaximumChargePower) / 1000)
            if isinstance(mode, dc.BptDynamicDcResponse):
                discharge = Kilowatts(float(mode.EVSEMaximumDischargePower) / 1000)
        else:
            assert isinstance(message, ac.AcChargeLoopRes)
            return self._ac_target(message.CLResControlMode)
        return LoopTarget(
            power_kw=Kilowatts(power_kw),
            max_charge_kw=charge,
            max_discharge_kw=discharge,
            **self._site_of(mode),
        )

    def _ac_target(self, mode: ac.DynamicAcResponse | ac.ScheduledAcResponse) -> LoopTarget:
        """Return what the site asks for in AC; a schedule without a word from the site holds."""
        asked = phases.heard(mode, "EVSETargetActivePower")
        reactive = phases.heard(mode, "EVSETargetReactivePower")
        power_kw = fsum(asked) if asked else step_at(self._profile, self._anchor, self.now)
        return LoopTarget(
            power_kw=Kilowatts(power_kw),
            phases_kw=asked if len(asked) > 1 else (),
            reactive_kvar=fsum(reactive) if reactive else None,
            **self._site_of(mode),
        )

    def _site_of(self, mode: Element) -> dict[str, Any]:
        """Return the site's plan, which counts only where the car has agreed that the site may have one."""
        both = self.way is not None and self.way.mobility_needs is MobilityNeeds.BOTH
        if not isinstance(mode, DynamicResponse) or not both:
            return {}
        stay = mode.DepartureTime
        return {
            "departure": None if stay is None else Instant(self.now + stay),
            "minimum_soc": None if mode.MinimumSOC is None else Share(mode.MinimumSOC / 100),
            "target_soc": None if mode.TargetSOC is None else Share(mode.TargetSOC / 100),
        }

    def _notified(self, notification: Notification) -> None:
        """Follow what the site wants, at the next request."""
        self._events.append(Notified(notification=notification))
        match notification:
            case Notification.TERMINATE:
                self._leaving, self._reason = StopMode.TERMINATE, "the site stopped"
            case Notification.PAUSE:
                self._leaving = self._leaving or StopMode.PAUSE
            case Notification.SERVICE_RENEGOTIATION:
                self._leaving = self._leaving or StopMode.SERVICE_RENEGOTIATION
            case Notification.SCHEDULE_RENEGOTIATION:
                self._again = True
            case Notification.EXIT_STANDBY:
                self._standby = False
            case Notification.METERING_CONFIRMATION:
                self._meter_wanted = True

    def _hear_stop(self) -> None:
        """End, sleep, or go back to the services, as was asked."""
        mode, self._leaving = self._leaving, None
        reason = self._reason or "the session was stopped"
        if mode is StopMode.SERVICE_RENEGOTIATION:
            self._reason = None
            return
        self.end(reason, resumable=mode is StopMode.PAUSE)
