"""One station with its EVSEs, bays and cars in virtual time, and somebody else's CS EMS."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from actors.ports_in_memory import Ports
from msgspec import UNSET, Struct

from sterna.actors.ev.links import Ev
from sterna.actors.ev.settings import EvSettings
from sterna.actors.evse.links import Evse
from sterna.actors.evse.settings import EvseSettings
from sterna.actors.station.links import Station
from sterna.actors.station.settings import OutletSettings, StationSettings
from sterna.domain.converter import Conversion
from sterna.domain.station import Coupler, Supply
from sterna.domain.station import Evse as Plate
from sterna.domain.vehicle import PowerAbility, VehicleModel
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share, WattHours
from sterna.protocols.ocpp import v21, wire
from sterna.protocols.ocpp import versions as ocpp_versions
from sterna.protocols.ocpp.events import Answered, Asked, Event, Failed
from sterna.protocols.ocpp.metered import Sample, samples
from sterna.protocols.ocpp.rpc import Peer
from sterna.runtime import virtual
from sterna.runtime.ports import Knock, Link, LinkEnd
from sterna.runtime.pump import Pump
from sterna.runtime.trace import Record
from sterna.runtime.virtual import VirtualClock
from sterna.world.hardware import Bay
from sterna.world.outlet import Make
from sterna.world.stays import Car

START = 1_751_328_000.0
"""A full quarter of an hour."""
EVSE = "porto-03-1"
TX_PROFILE = 11
NO_CHANGES: Mapping[str, Any] = {}


class Controller:
    """A counterpart of the station that books what it is told: somebody else's product."""

    def __init__(self, clock: VirtualClock, versions: tuple[str, ...] = ("ocpp2.1",)) -> None:
        self.clock = clock
        self.versions = versions
        self.events: list[v21.TransactionEventRequest] = []
        self.heard: list[Struct] = []
        self.answers: list[Struct] = []
        self.failures: list[Failed] = []
        self.link: Link | None = None
        self.silent = False
        self.refusing = 0
        """How many transaction events it fails to take from now on."""
        self.boots: list[v21.RegistrationStatusEnumType] = []
        """What it says to the next boots; afterwards it accepts."""
        self._peer: Peer | None = None
        self._pump: Pump[Event] | None = None
        self._calls = 0

    def accept(self, knock: Knock) -> LinkEnd:
        version = next(name for name in knock.subprotocols if name in self.versions)
        self._peer = Peer(wire.DIALECTS[version], self._id, proofread=True)
        self._pump = Pump(self._peer, self.clock, self._take, on_open=self._opened)
        return self._pump

    def ask(self, request: Struct) -> None:
        assert self._peer is not None
        assert self._pump is not None
        newest = "ocpp2.1" in self.versions
        self._peer.call(self.clock.now(), request if newest else ocpp_versions.to_201(request))
        self._pump.flush()

    def _id(self) -> str:
        self._calls += 1
        return f"controller-{self._calls}"

    def _opened(self, link: Link) -> None:
        self.link = link

    def _take(self, event: Event) -> None:
        assert self._peer is not None
        if isinstance(event, Answered):
            self.answers.append(event.response)
        elif isinstance(event, Failed):
            self.failures.append(event)
        elif isinstance(event, Asked) and not self.silent:
            newest = "ocpp2.1" in self.versions
            request = event.request if newest else ocpp_versions.to_21(event.request)
            self.heard.append(request)
            if self.refusing and isinstance(request, v21.TransactionEventRequest):
                self.refusing -= 1
                self._peer.fail(event.uid, "InternalError", "not now")
                return
            answer = self._answer(request)
            self._peer.answer(event.uid, answer if newest else ocpp_versions.to_201(answer))

    def _answer(self, request: Struct) -> Struct:
        now = wire.written(self.clock.now())
        match request:
            case v21.BootNotificationRequest():
                status = self.boots.pop(0) if self.boots else "Accepted"
                interval = 3600 if status == "Accepted" else 30
                return v21.BootNotificationResponse(
                    current_time=now, interval=interval, status=status
                )
            case v21.HeartbeatRequest():
                return v21.HeartbeatResponse(current_time=now)
            case v21.TransactionEventRequest():
                self.events.append(request)
                return v21.TransactionEventResponse()
            case v21.NotifyEVChargingNeedsRequest():
                return v21.NotifyEVChargingNeedsResponse(status="Processing")
            case _:
                return v21.RESPONSES[type(request).__name__.removesuffix("Request")]()

    # What a CS EMS asks.

    @property
    def tx(self) -> str:
        return self.events[-1].transaction_info.transaction_id

    def start(self, evse: int = 1, remote: int = 7) -> None:
        token = v21.IdTokenType(id_token="hash-of-session", type="Central")
        self.ask(
            v21.RequestStartTransactionRequest(evse_id=evse, id_token=token, remote_start_id=remote)
        )

    def set_dynamic(self, kw: float = 0.0, evse: int = 1, profile: int = TX_PROFILE) -> None:
        period = v21.ChargingSchedulePeriodType(
            start_period=0, operation_mode="CentralSetpoint", setpoint=kw * 1000.0,
            limit=22_000.0, discharge_limit=-22_000.0,
        )  # fmt: skip
        self._set(evse, profile, "TxProfile", "Dynamic", period, tx=self.tx, offline=120)

    def set_default(self, kw: float = 3.0, evse: int = 1, profile: int = 1) -> None:
        period = v21.ChargingSchedulePeriodType(start_period=0, limit=kw * 1000.0)
        self._set(evse, profile, "TxDefaultProfile", "Absolute", period)

    def set_steps(
        self, step_s: int, *powers_kw: float, evse: int = 1, profile: int = TX_PROFILE
    ) -> None:
        """Plan a transaction in limits that last *step_s* each, from the yard's start on."""
        periods = (
            v21.ChargingSchedulePeriodType(start_period=step_s * place, limit=kw * 1000.0)
            for place, kw in enumerate(powers_kw)
        )
        self._set(evse, profile, "TxProfile", "Absolute", *periods, tx=self.tx)

    def _set(
        self,
        evse: int,
        profile: int,
        purpose: v21.ChargingProfilePurposeEnumType,
        kind: v21.ChargingProfileKindEnumType,
        *periods: v21.ChargingSchedulePeriodType,
        tx: str = "",
        offline: int | None = None,
    ) -> None:
        schedule = v21.ChargingScheduleType(
            id=1, charging_rate_unit="W", charging_schedule_period=periods,
            start_schedule=wire.written(Instant(START)) if kind == "Absolute" else UNSET,
        )  # fmt: skip
        self.ask(
            v21.SetChargingProfileRequest(
                evse_id=evse,
                charging_profile=v21.ChargingProfileType(
                    id=profile, stack_level=0, charging_profile_purpose=purpose,
                    charging_profile_kind=kind, charging_schedule=(schedule,),
                    transaction_id=tx or UNSET,
                    max_offline_duration=UNSET if offline is None else offline,
                ),
            )
        )  # fmt: skip

    def allow(self, *transfers: v21.EnergyTransferModeEnumType) -> None:
        self.ask(
            v21.NotifyAllowedEnergyTransferRequest(
                transaction_id=self.tx, allowed_energy_transfer=transfers
            )
        )

    def aim(self, kw: float, profile: int = TX_PROFILE) -> None:
        self.ask(
            v21.UpdateDynamicScheduleRequest(
                charging_profile_id=profile,
                schedule_update=v21.ChargingScheduleUpdateType(setpoint=kw * 1000.0),
            )
        )

    def stop(self) -> None:
        self.ask(v21.RequestStopTransactionRequest(transaction_id=self.tx))

    # What it knows.

    def meter(self) -> list[Sample]:
        return [sample for event in self.events for sample in samples(event.meter_value)]

    def kinds(self) -> list[str]:
        return [event.event_type for event in self.events]


@dataclass
class Yard:
    """Everything at one station."""

    ports: Ports
    controller: Controller
    station: Station
    evses: list[Evse]
    evs: list[Ev[Car]]
    bays: list[Bay]
    lines: list[Record] = field(default_factory=list)

    @property
    def now(self) -> Instant:
        return self.ports.clock.now()

    async def until(self, seconds: float) -> None:
        """Let time pass until START + *seconds*."""
        await self.ports.clock.sleep_until(Instant(START + seconds))

    async def later(self, seconds: float) -> None:
        await self.ports.clock.sleep_until(Instant(self.now + seconds))

    async def begin(
        self, car: Car, *, kw: float = 0.0, transfers: tuple[Any, ...] = ("DC_BPT", "DC")
    ) -> None:
        """Plug *car* into the first bay and start its session as a CS EMS would."""
        self.evs[0].plug(car)
        await self.later(2)
        self.controller.start()
        await self.later(1)
        self.controller.set_dynamic(kw)
        await self.later(1)
        if transfers:
            self.controller.allow(*transfers)
        await self.later(6)

    def said(self, *names: str) -> list[Record]:
        """Return the lines whose message is one of *names*."""
        return [line for line in self.ports.lines if line.msg in names]

    def first(self, name: str) -> Record:
        """Return the first line whose message is *name*."""
        return self.said(name)[0]

    def tx_events(self, tx: str) -> list[v21.TransactionEventRequest]:
        events = self.controller.events
        return [event for event in events if event.transaction_info.transaction_id == tx]

    def booked_wh(self, tx: str) -> tuple[int, int]:
        """Return what the controller would bill for *tx*: energy in and out."""
        read = [one for event in self.tx_events(tx) for one in samples(event.meter_value)]
        first, last = read[0], read[-1]
        assert None not in (first.charged_wh, last.charged_wh)
        into = WattHours((last.charged_wh or 0) - (first.charged_wh or 0))
        return into, WattHours((last.discharged_wh or 0) - (first.discharged_wh or 0))


def car(soc: float = 0.35, floor: float = 0.30, **wish: Any) -> Car:
    """Return the car of the acceptance tests: 60 kWh, 11 kW both ways."""
    discharge = Kilowatts(wish.pop("discharge_kw", 11.0))
    ability = PowerAbility(charge_kw_max=Kilowatts(11.0), discharge_kw_max=discharge)
    model = VehicleModel(
        name="standard car", capacity_kwh=KilowattHours(60.0), inlet=Coupler.CCS_2, ac=ability,
        dc=ability, taper_from=Share(1.0),
    )  # fmt: skip
    return Car.arriving("EVCC-5f31", model, Share(soc), floor_soc=Share(floor), **wish)


async def yard(
    clock: VirtualClock,
    *,
    direct: bool = True,
    versions: tuple[str, ...] = ("ocpp2.1",),
    count: int = 1,
    proofread: bool = True,
    evse: Mapping[str, Any] = NO_CHANGES,
) -> Yard:
    """Build a station of *count* EVSEs of 11 kW, with *evse* in their settings, and connect everything."""
    ports = Ports(clock, [])
    controller = Controller(clock, versions)
    await ports.network.listen("cs_ems", controller.accept, subprotocols=versions)
    names = [f"porto-03-{number}" for number in range(1, count + 1)]
    supply = Supply.DC if direct else Supply.AC
    outlets = tuple(
        OutletSettings(
            evse_id=name, direct=direct, charge_kw_max=Kilowatts(11.0),
            discharge_kw_max=Kilowatts(11.0),
        )
        for name in names
    )  # fmt: skip
    station = Station(
        settings=StationSettings(identity="porto-03", outlets=outlets), clock=clock,
        ids=ports.ids, chance=ports.chance.stream("porto-03"), links=ports.network,
        journal=ports.journal, supervisor=ports.supervisor, proofread=proofread,
    )  # fmt: skip
    made = Yard(ports, controller, station, [], [], [])
    await station.listen()
    station.start()
    for name in names:
        plate = Plate(
            evse_id=name, connector=Coupler.CCS_2 if direct else Coupler.TYPE_2, supply=supply,
            charge_kw_max=Kilowatts(11.0), discharge_kw_max=Kilowatts(11.0),
        )  # fmt: skip
        bay = Bay(plate, clock, Make(conversion=Conversion(efficiency=Share(0.95))))
        settings = EvseSettings(
            evse_id=name, station_id="porto-03", direct=direct, charge_kw_max=Kilowatts(11.0),
            discharge_kw_max=Kilowatts(11.0), **evse,
        )  # fmt: skip
        room = Evse(settings=settings, clock=clock, ids=ports.ids, links=ports.network, outlet=bay)
        ev: Ev[Car] = Ev(settings=EvSettings(bay=name), clock=clock, links=ports.network, inlet=bay)
        await room.start()
        await ev.start()
        made.bays.append(bay)
        made.evses.append(room)
        made.evs.append(ev)
    await made.later(2)
    return made


def lived(story: Callable[[Yard], Coroutine[Any, Any, None]], **how: Any) -> Yard:
    """Run *story* in a yard; no room may have crashed meanwhile."""
    kept: list[Yard] = []

    async def work(clock: VirtualClock) -> None:
        made = await yard(clock, **how)
        kept.append(made)
        await story(made)

    virtual.run(work, start=START)
    assert kept[0].ports.trace.problems == []
    return kept[0]
