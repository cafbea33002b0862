"""A charging station of somebody else, as CS EMS and CSMS meet it: OCPP alone, no car behind it.

It keeps what it was asked, follows set-points exactly, and queues its transaction messages
until they are answered, as a station has to.
"""

from dataclasses import dataclass, field

from actors.ports_in_memory import Ports
from msgspec import UNSET, Struct
from typing_extensions import override

from sterna.kernel.quantities import Instant
from sterna.protocols.ocpp import rpc, v21, wire
from sterna.protocols.ocpp.describe import Describer
from sterna.protocols.ocpp.events import Answered, Asked, Event, Failed, TimedOut
from sterna.protocols.ocpp.wire import written
from sterna.runtime.ports import Link, Wire
from sterna.runtime.pump import Pump

CAPACITY_KWH = 60.0


@dataclass
class Bay:
    """One EVSE with a car that does what it is told, without losses."""

    number: int
    soc: float = 0.5
    kw: float = 0.0
    since: float = 0.0
    charged_wh: float = 0.0
    discharged_wh: float = 0.0
    tx: str = ""
    seq: int = 0
    charging: bool = False
    profile: int = 0

    def settle(self, now: float) -> None:
        wh = self.kw * (now - self.since) / 3.6
        self.since = now
        self.charged_wh += max(0.0, wh)
        self.discharged_wh += max(0.0, -wh)
        self.soc = min(1.0, max(0.0, self.soc + wh / 1000.0 / CAPACITY_KWH))

    def values(self, now: Instant) -> tuple[v21.MeterValueType, ...]:
        self.settle(now)
        said: list[tuple[v21.MeasurandEnumType, float]] = [
            ("Energy.Active.Import.Register", round(self.charged_wh)),
            ("Energy.Active.Export.Register", round(self.discharged_wh)),
            ("Power.Active.Import", max(0.0, self.kw) * 1000.0),
            ("Power.Active.Export", max(0.0, -self.kw) * 1000.0),
        ]
        if self.charging:
            said.append(("SoC", round(self.soc * 100.0, 1)))
        sampled = tuple(v21.SampledValueType(measurand=name, value=value) for name, value in said)
        return (v21.MeterValueType(timestamp=written(now), sampled_value=sampled),)


class Listening(Pump[Event]):
    """A pump that keeps the frames as they came."""

    frames: list[bytes]

    @override
    def received(self, frame: bytes) -> None:
        self.frames.append(frame)
        super().received(frame)


@dataclass
class Station:
    """The station ``name`` with some EVSEs, its link and what went over it."""

    ports: Ports
    name: str
    evses: int = 2
    address: str = "cs_ems"
    dst: str = "CS_EMS"
    dialect: wire.Dialect = wire.V21
    bays: dict[int, Bay] = field(default_factory=dict)
    asked: list[Struct] = field(default_factory=list)
    """What was asked of it, in order."""
    answered: list[Struct] = field(default_factory=list)
    failures: list[Failed | TimedOut] = field(default_factory=list)
    refuse: tuple[type[Struct], ...] = ()
    """Requests that it answers Rejected."""
    mute: tuple[type[Struct], ...] = ()
    """Requests that it never answers."""
    queue: list[v21.TransactionEventRequest] = field(default_factory=list)
    in_flight: str = ""
    frames: list[bytes] = field(default_factory=list)
    """What came, as it came."""
    closed: list[tuple[int, str]] = field(default_factory=list)
    redial_s: float = 5.0
    up: bool = False

    def __post_init__(self) -> None:
        self.bays = {number: Bay(number) for number in range(1, self.evses + 1)}

    # -- the link ---------------------------------------------------------------------------

    def dial(self) -> None:
        self.peer = rpc.Peer(
            self.dialect, lambda: self.ports.ids.new("station"), proofread=True, timeout_s=30.0
        )
        self.pump = Listening(
            self.peer, self.ports.clock, self.heard, on_open=self.opened, on_close=self.lost
        )
        self.pump.frames = self.frames
        self.ports.network.dial(
            self.address,
            self.pump,
            wire=Wire(
                protocol="OCPP",
                src=f"CS_C/{self.name}",
                dst=self.dst,
                describe=Describer(self.name),
            ),
            identity=self.name,
            subprotocols=(self.dialect.name,),
        )

    def opened(self, _link: Link) -> None:
        self.up, self.in_flight = True, ""
        if not any(bay.seq for bay in self.bays.values()):
            boot = v21.BootNotificationRequest(
                charging_station=v21.ChargingStationType(model="M", vendor_name="V"),
                reason="PowerUp",
            )
            self.ask(boot)
        self.send_next()

    def lost(self, code: int, reason: str) -> None:
        self.closed.append((code, reason))
        self.up, self.in_flight = False, ""
        self.ports.clock.call_at(Instant(self.ports.clock.now() + self.redial_s), self.dial)

    def ask(self, request: Struct) -> str:
        uid = self.peer.call(self.ports.clock.now(), request)
        self.pump.flush()
        return uid

    def raw(self, frame: bytes) -> None:
        assert self.pump.link is not None
        self.pump.link.send(frame)

    # -- transactions -----------------------------------------------------------------------

    def plug(self, number: int, soc: float = 0.5) -> None:
        bay = self.bays[number]
        bay.settle(self.ports.clock.now())
        bay.soc, bay.seq, bay.charging = soc, 0, False
        bay.tx = self.ports.ids.new("tx")
        self.tell(bay, "Started", "CablePluggedIn", "EVConnected")

    def charge(self, number: int, token: str) -> None:
        """Let energy flow: the handshake with the car is over."""
        bay = self.bays[number]
        bay.charging = True
        self.tell(bay, "Updated", "Authorized", "Charging", token=token)
        self.ask(
            v21.NotifyEVChargingNeedsRequest(
                evse_id=number,
                charging_needs=v21.ChargingNeedsType(
                    requested_energy_transfer="DC_BPT",
                    dc_charging_parameters=v21.DCChargingParametersType(
                        ev_max_current=100, ev_max_voltage=400, ev_max_power=20_000,
                        ev_energy_capacity=CAPACITY_KWH * 1000, state_of_charge=round(bay.soc * 100),
                    ),
                    v2x_charging_parameters=v21.V2XChargingParametersType(
                        max_charge_power=20_000, max_discharge_power=20_000
                    ),
                ),
            )
        )  # fmt: skip

    def sample(self, number: int) -> None:
        self.tell(self.bays[number], "Updated", "MeterValueClock", "Charging")

    def end(self, number: int, reason: v21.ReasonEnumType = "Remote") -> None:
        bay = self.bays[number]
        bay.settle(self.ports.clock.now())
        bay.kw = 0.0
        self.tell(bay, "Ended", "RemoteStop", "EVConnected", reason=reason)
        bay.charging = False

    def unplug(self, number: int) -> None:
        self.bays[number].tx = ""
        self.ask(
            v21.StatusNotificationRequest(
                timestamp=written(self.ports.clock.now()), connector_status="Available",
                evse_id=number, connector_id=1,
            )
        )  # fmt: skip

    def tell(
        self,
        bay: Bay,
        kind: v21.TransactionEventEnumType,
        trigger: v21.TriggerReasonEnumType,
        state: v21.ChargingStateEnumType,
        *,
        token: str = "",
        reason: v21.ReasonEnumType | None = None,
    ) -> None:
        now = self.ports.clock.now()
        message = v21.TransactionEventRequest(
            event_type=kind,
            timestamp=written(now),
            trigger_reason=trigger,
            seq_no=bay.seq,
            offline=UNSET if self.up else True,
            transaction_info=v21.TransactionType(
                transaction_id=bay.tx,
                charging_state=state,
                stopped_reason=UNSET if reason is None else reason,
            ),
            evse=v21.EVSEType(id=bay.number, connector_id=1),
            id_token=v21.IdTokenType(id_token=token, type="Central") if token else UNSET,
            meter_value=bay.values(now),
        )
        bay.seq += 1
        self.queue.append(message)
        self.send_next()

    def send_next(self) -> None:
        if self.up and not self.in_flight and self.queue:
            self.in_flight = self.ask(self.queue[0])

    # -- what comes -------------------------------------------------------------------------

    def heard(self, event: Event) -> None:
        match event:
            case Asked(uid=uid, request=request):
                self.asked.append(request)
                if not isinstance(request, self.mute):
                    self.peer.answer(uid, self.answer(request))
            case Answered(uid=uid, response=response):
                self.answered.append(response)
                if uid == self.in_flight:
                    self.in_flight = ""
                    del self.queue[0]
                    self.send_next()
            case Failed() | TimedOut():
                self.failures.append(event)
                if event.uid == self.in_flight:
                    self.in_flight = ""
                    due = Instant(self.ports.clock.now() + 10.0)
                    self.ports.clock.call_at(due, self.send_next)
            case _:
                pass

    def answer(self, request: Struct) -> Struct:  # noqa: C901, PLR0912  # one case per message
        no = isinstance(request, self.refuse)
        match request:
            case v21.RequestStartTransactionRequest(evse_id=int(number)):
                tx = self.bays[number].tx
                return v21.RequestStartTransactionResponse(
                    status="Rejected" if no else "Accepted", transaction_id=tx or UNSET
                )
            case v21.SetChargingProfileRequest(evse_id=number, charging_profile=profile):
                if profile.charging_profile_kind == "Dynamic" and not no:
                    self.bays[number].profile = profile.id
                    period = profile.charging_schedule[0].charging_schedule_period[0]
                    watts = period.setpoint if period.setpoint is not UNSET else period.limit
                    self.follow(self.bays[number], watts)
                return v21.SetChargingProfileResponse(status="Rejected" if no else "Accepted")
            case v21.UpdateDynamicScheduleRequest(charging_profile_id=number, schedule_update=new):
                if not no:
                    watts = new.setpoint if new.setpoint is not UNSET else new.limit
                    for bay in self.bays.values():
                        if bay.profile == number:
                            self.follow(bay, watts)
                return v21.UpdateDynamicScheduleResponse(status="Rejected" if no else "Accepted")
            case v21.NotifyAllowedEnergyTransferRequest():
                return v21.NotifyAllowedEnergyTransferResponse(
                    status="Rejected" if no else "Accepted"
                )
            case v21.RequestStopTransactionRequest(transaction_id=tx):
                for bay in self.bays.values():
                    if bay.tx == tx and not no:
                        due = Instant(self.ports.clock.now() + 1.0)
                        self.ports.clock.call_at(due, lambda n=bay.number: self.end(n))  # type: ignore[misc]
                return v21.RequestStopTransactionResponse(status="Rejected" if no else "Accepted")
            case v21.ClearChargingProfileRequest():
                return v21.ClearChargingProfileResponse(status="Accepted")
            case v21.GetVariablesRequest():
                return v21.GetVariablesResponse(
                    get_variable_result=(
                        v21.GetVariableResultType(
                            attribute_status="Accepted", attribute_value="42",
                            component=v21.ComponentType(name="C"), variable=v21.VariableType(name="V"),
                        ),
                    )
                )  # fmt: skip
            case _:
                raise AssertionError(request)

    def follow(self, bay: Bay, watts: object) -> None:
        assert isinstance(watts, float | int), watts
        bay.settle(self.ports.clock.now())
        bay.kw = watts / 1000.0

    def of(self, kind: type[Struct]) -> list[Struct]:
        return [request for request in self.asked if type(request) is kind]

    def names(self) -> list[str]:
        return [type(request).__name__.removesuffix("Request") for request in self.asked]
