"""What one session of the car's side knows, and which request comes next: the ground under :mod:`evcc`."""

from typing import Final

from msgspec import Struct

from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118 import asking, states, turns
from sterna.protocols.iso15118.answers import PlanStep, seconds_to, step_at
from sterna.protocols.iso15118.events import (
    Happened,
    PowerOff,
    Resumable,
    Stopped,
)
from sterna.protocols.iso15118.identity import Wallet
from sterna.protocols.iso15118.limits import CarBattery
from sterna.protocols.iso15118.messages import (
    dc,
    session,
)
from sterna.protocols.iso15118.messages.codes import (
    Authorization,
    Processing,
    Progress,
    StopMode,
    Tolerance,
)
from sterna.protocols.iso15118.messages.values import (
    MessageHeader,
    MeterInfoType,
    rational,
)
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.services import ControlMode, MobilityNeeds, Service, Way
from sterna.protocols.iso15118.states import State
from sterna.protocols.iso15118.timing import REAL, Timing

NEVER: Final = float("inf")
PRECHARGE_VOLTS: Final = 20.0
"""The contactors may close when both voltages are this near."""
HALFWAY: Final = frozenset(
    {
        State.PRE_CHARGE,
        State.READY_AC,
        State.READY_DC,
        State.RESCHEDULE_AC,
        State.RESCHEDULE_DC,
    }
)
"""States between the plan and the loop whose way out is PowerDelivery(Stop)."""


class EvccSettings(Struct, frozen=True, kw_only=True, gc=False):
    """What one car speaks; services and modes with the favourite first."""

    evcc_id: str
    services: tuple[Service, ...]
    control_modes: tuple[ControlMode, ...] = (ControlMode.DYNAMIC, ControlMode.SCHEDULED)
    mobility_needs: tuple[MobilityNeeds, ...] = (MobilityNeeds.BOTH, MobilityNeeds.CAR)
    value_added: tuple[int, ...] = ()
    """Services beside the energy that the car uses where they are offered, by their id."""
    wallet: Wallet | None = None
    """The car's contract, or the means to get one; None: by external means alone."""
    keeps_tolerance: bool = True
    """Whether the car confirms a tolerance that its schedule names."""
    timing: Timing = REAL
    supporting_points: int = 1024
    """How many entries of a schedule the car can take, 12..1024."""


class CarSession:
    """The state of one session, and the request that each state and intention calls for."""

    def __init__(self, settings: EvccSettings, battery: CarBattery) -> None:
        """Be ready to be plugged."""
        self.settings = settings
        self.battery = battery
        self.state = State.PROTOCOL
        self.session_id = bytes(8)
        self.service: Service | None = None
        self.way: Way | None = None
        self.wallet = settings.wallet
        self.now = Instant(0.0)
        self._way_in: Authorization | None = None
        self._setup: session.AuthorizationSetupRes | None = None
        self._installing = False
        self._beside: list[int] = []
        self._beside_chosen: list[session.SelectedServiceType] = []
        self._asked: Element | None = None
        self._asked_at = Instant(0.0)
        self._ask_at = NEVER
        self._give_up_at = NEVER
        self._setup_by = NEVER
        self._profile: tuple[PlanStep, ...] = ()
        self._anchor = Instant(0.0)
        self._tuple_id = 1
        self._tolerance: Tolerance | None = None
        self._volts_seen: float | None = None
        self._leaving: StopMode | None = None
        self._reason: str | None = None
        self._switches = True
        self._again = False
        self._standby = False
        self._meter: MeterInfoType | None = None
        self._meter_wanted = False
        self._over = False
        self._awaited = False
        self._header: MessageHeader | None = None
        self._events: list[Happened] = []

    @property
    def mode(self) -> ControlMode | None:
        """Who plans, once that is chosen."""
        return None if self.way is None else self.way.control_mode

    @property
    def usable(self) -> CarBattery:
        """The battery as the chosen connector lets it be used."""
        if self.way is None or self.service is None or self.service.direct:
            return self.battery
        return self.battery.on(self._lines)

    @property
    def _lines(self) -> int:
        """How many phases carry power in AC; 1 where one number says it all."""
        assert self.way is not None
        assert self.service is not None
        return self.way.phases(self.service)

    @property
    def header(self) -> MessageHeader:
        """The header of a request made now."""
        stamp, header = int(self.now), self._header
        if header is None or header.TimeStamp != stamp or header.SessionID != self.session_id:
            header = MessageHeader(SessionID=self.session_id, TimeStamp=stamp)
            self._header = header
        return header

    def end(self, reason: str, *, failed: bool = False, resumable: bool = False) -> None:
        """Close the session: power off first, then the report."""
        if self._over:
            return
        self._over = True
        self.state = State.PAUSED if resumable else State.ENDED
        self._asked = None
        kept = None
        if resumable:
            kept = Resumable(
                session_id=self.session_id, service=self.service, control_mode=self.mode
            )
        self._events.append(PowerOff(reason=reason))
        self._events.append(Stopped(reason=reason, resumable=kept, failed=failed))

    def next_request(self) -> Element:
        """Return the request that this state and the car's intentions call for."""
        state = self.state
        if self._leaving is not None and session.SessionStopReq in states.TABLE[state]:
            if state is State.WELDING:
                return dc.DcWeldingDetectionReq(
                    Header=self.header, EVProcessing=Processing.FINISHED
                )
            return asking.stop(self.header, self._leaving, self._reason)
        if state in states.LOOPS | states.STANDBYS | HALFWAY:
            return self._next_power()
        return self._next_opening()

    def _next_opening(self) -> Element:
        """Return the request of a state on the way to the charge loop."""
        header, services = self.header, self.settings.services
        match self.state:
            case State.PROTOCOL:
                return asking.protocols(services)
            case State.SETUP:
                return session.SessionSetupReq(Header=header, EVCCID=self.settings.evcc_id)
            case State.AUTHORIZATION_SETUP:
                return session.AuthorizationSetupReq(Header=header)
            case State.AUTHORIZATION:
                return self._ask_in()
            case State.DISCOVERY:
                return asking.discovery(header, services)
            case _:
                return self._next_of_service()

    def _ask_in(self) -> Element:
        """Return the request to be let in, or for the contract that will let the car in."""
        if self.wallet is None or self._way_in is not Authorization.PNC:
            return asking.authorization(self.header)
        if self._installing:
            return self.wallet.ask(self.header)
        assert self._setup is not None
        assert self._setup.PnC_ASResAuthorizationMode is not None
        challenge = self._setup.PnC_ASResAuthorizationMode.GenChallenge
        return self.wallet.present(self.header, challenge)

    def _next_of_service(self) -> Element:
        """Return the request of a state in which the service is known."""
        header, service = self.header, self.service
        assert service is not None, self.state
        both = service.bidirectional
        match self.state:
            case State.DETAIL:
                return session.ServiceDetailReq(Header=header, ServiceID=int(service))
            case State.SELECTION:
                return self._select(service)
            case State.PARAMETERS_DC:
                return asking.dc_parameters(header, self.battery, bidirectional=both)
            case State.PARAMETERS_AC:
                return asking.ac_parameters(header, self.usable, bidirectional=both)
            case State.SCHEDULE_AC | State.SCHEDULE_DC:
                return self._plan_request()
            case State.CABLE_CHECK:
                return dc.DcCableCheckReq(Header=header)
            case _:
                # STOPPING without a wish of our own: the power went off, nothing else is left.
                assert self.state in (State.STOPPING, State.WELDING), self.state
                self._leaving = StopMode.TERMINATE
                return self.next_request()

    def _select(self, service: Service) -> Element:
        """Return the choice of a service, once everything beside it has been looked at."""
        if self._beside:
            return session.ServiceDetailReq(Header=self.header, ServiceID=self._beside[0])
        assert self.way is not None
        chosen = session.SelectedServiceType(ServiceID=int(service), ParameterSetID=self.way.set_id)
        beside = tuple(self._beside_chosen)
        return session.ServiceSelectionReq(
            Header=self.header,
            SelectedEnergyTransferService=chosen,
            SelectedVASList=session.SelectedServiceListType(SelectedService=beside)
            if beside
            else None,
        )

    def _plan_request(self) -> Element:
        """Return the request for a plan."""
        assert self.mode is not None
        return asking.plan(
            self.header, self.battery, self.mode, self.now, self.settings.supporting_points
        )

    def _next_power(self) -> Element:
        """Return the request of a state with voltage at the coupler."""
        state = self.state
        if self._leaving is not None:
            return asking.delivery(self.header, Progress.STOP)
        if state is State.PRE_CHARGE:
            return self._pre_charge()
        if state in (State.RESCHEDULE_AC, State.RESCHEDULE_DC):
            return self._plan_request()
        if state in (State.READY_AC, State.READY_DC):
            return self._start()
        if state in states.STANDBYS and not self._standby:
            return self._start()
        if state in states.LOOPS and self._standby:
            return asking.delivery(self.header, Progress.STANDBY)
        if self._again:
            self._again = False
            return asking.delivery(self.header, Progress.SCHEDULE_RENEGOTIATION)
        assert self.mode is not None
        if self._meter_wanted and self._meter is not None and state in states.LOOPS:
            receipt = asking.confirmation(self.header, self._meter, self.mode, self._tuple_id)
            if self.wallet is None or self._way_in is not Authorization.PNC:
                return receipt
            return self.wallet.signed(receipt)
        return self._turn()

    def _start(self) -> Element:
        """Return the request for power, with the profile that the car commits itself to or expects."""
        assert self.mode is not None
        profile, anchor = self._profile, self._anchor
        if self.mode is ControlMode.DYNAMIC:
            stay = seconds_to(self.battery.departure, self.now)
            whole = asking.STAY_UNKNOWN_S if stay is None else max(1, stay)
            profile = (PlanStep(duration_s=whole, power_kw=self.battery.max_charge_kw),)
            anchor = self.now
        return asking.delivery(
            self.header,
            Progress.START,
            profile,
            anchor,
            self._tuple_id,
            self._tolerance,
            1 if self.service is None or self.service.direct else self._lines,
            self.mode,
        )

    def _pre_charge(self) -> Element:
        """Return the request for voltage, finished once both voltages are near."""
        volts, seen = self.battery.voltage_v, self._volts_seen
        near = seen is not None and abs(seen - volts) < PRECHARGE_VOLTS
        return dc.DcPreChargeReq(
            Header=self.header,
            EVProcessing=Processing.FINISHED if near else Processing.ONGOING,
            EVPresentVoltage=rational(volts),
            EVTargetVoltage=rational(volts),
        )

    def _turn(self) -> Element:
        """Return one turn of the charge loop."""
        assert self.service is not None
        assert self.mode is not None
        if not self.service.direct:
            return turns.ac_turn(
                self.header,
                self.usable,
                self.service,
                self.mode,
                self.now,
                meter=self._meter_wanted,
            )
        asked = step_at(self._profile, self._anchor, self.now)
        asked = max(-self.battery.max_discharge_kw, min(self.battery.max_charge_kw, asked))
        return turns.dc_turn(
            self.header,
            self.battery,
            self.service,
            self.mode,
            self.now,
            asked,
            meter=self._meter_wanted,
        )
