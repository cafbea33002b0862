"""The station on the wire: its actor, its bus of EVSEs, and its connection to the CS EMS."""

from collections.abc import Callable
from functools import partial

import msgspec
from msgspec import Struct

from sterna.actors.station import core, records
from sterna.actors.station.bus_side import BusSide
from sterna.actors.station.desk import Desk
from sterna.actors.station.messages import charging_needs, fault_event, transaction_event
from sterna.actors.station.settings import StationSettings
from sterna.actors.station.steering import Steering, kept
from sterna.actors.station.uplink import Uplink
from sterna.kernel.quantities import Instant, Kilowatts
from sterna.kernel.records import Command
from sterna.protocols.iec61851 import bus
from sterna.protocols.ocpp import offline, v21
from sterna.protocols.ocpp.profile_records import Profile
from sterna.protocols.ocpp.wire import Code, written
from sterna.runtime.actor import Actor
from sterna.runtime.journal import Journal
from sterna.runtime.ports import Chance, Clock, Ids, Links
from sterna.runtime.supervisor import Supervisor


class Station:
    """One charging station. ``crash`` and ``start`` are what a fault does to it."""

    def __init__(
        self,
        *,
        settings: StationSettings,
        clock: Clock,
        ids: Ids,
        chance: Chance,
        links: Links,
        journal: Journal,
        supervisor: Supervisor,
        proofread: bool = False,
    ) -> None:
        """Be the station of *settings*; *proofread* checks every OCPP message that goes out."""
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._links = links
        self._bus = BusSide(settings, clock, self._heard, self._deaf)
        self._life = 0
        self._new_actor: Callable[..., Actor[records.State, records.TakesIn]] = partial(
            Actor, settings.identity, core.decide, first_state(settings), clock=clock,
            journal=journal, supervisor=supervisor,
        )  # fmt: skip
        self.actor = self._new_actor(perform=partial(self._perform, 0))
        self._steering = Steering(settings, clock, self._steer_one)
        self._uplink = Uplink(
            settings=settings, clock=clock, ids=ids, chance=chance, links=links, owner=self,
            proofread=proofread,
        )  # fmt: skip
        self._desk = Desk(settings, clock, self._steering, self)
        self._events = 0

    async def listen(self) -> None:
        """Open the bus for the EVSE controllers; once in the life of a process."""
        await self._links.listen(f"bus:{self._settings.identity}", self._bus.accept)

    def start(self) -> None:
        """Recover and go on: the transactions that ran go on under their ids and numbers."""
        self._bus.up = True
        self._life += 1
        self.actor = self._new_actor(perform=partial(self._perform, self._life))
        self.actor.start()
        state = self.actor.state
        self._steering.load(state.profiles.values())
        self._desk.load(state.variables)
        if state.online:
            self.tell(records.Offline(at=self._clock.now()))
        self._steering.offline_since = self._clock.now()
        self._uplink.start()
        self.steer(tuple(state.outlets))

    def crash(self) -> None:
        """Be gone at once: what was not stored is lost, and all links with it."""
        self._life += 1
        self.actor.stop()
        self._uplink.stop()
        self._steering.stop()
        self._bus.down()

    @property
    def state(self) -> records.State:
        """The core's state, to be looked at."""
        return self.actor.state

    def tell(self, event: records.TakesIn) -> None:
        """Tell the core."""
        self.actor.tell(event)

    # The bus.

    def _heard(self, number: int, frame: bus.Up) -> None:
        """Tell the core what an EVSE says."""
        now = self._clock.now()
        match frame:
            case bus.Done() | bus.Ended(asleep=True):
                pass  # The bus side has taken note; a session that sleeps is still one.
            case bus.Meter(power_kw=kw, import_wh=into, export_wh=out, soc=soc):
                reading = records.Metered(
                    at=now, evse=number, kw=kw, import_wh=into, export_wh=out,
                    soc=records.NEVER_READ if soc is None else soc,
                )  # fmt: skip
                self.tell(reading)
            case bus.Plugged(at=since, evcc_id=evcc_id):
                self._plugged(number, since, evcc_id or "", now)
            case bus.Needs():
                self.tell(records.NeedsKnown(at=now, evse=number, body=bus.encode(frame)))
            case bus.Charging():
                self.tell(records.ChargingBegan(at=now, evse=number))
            case bus.Ended(reason=reason):
                self.tell(records.SessionEnded(at=now, evse=number, reason=reason))
            case bus.Unlatched():
                self.tell(records.Unlatched(at=now, evse=number))
            case bus.Unplugged():
                self.tell(records.Unplugged(at=now, evse=number))
            case bus.Faulted(component=component, reason=reason, cleared=cleared):
                self.tell(
                    records.Faulted(
                        at=now, evse=number, component=component, reason=reason, cleared=cleared
                    )
                )

    def _plugged(self, number: int, since: Instant, evcc_id: str, now: Instant) -> None:
        known = self.state.outlets[number].since == since
        tx = "" if known else self._ids.new("transaction")
        self.tell(records.Plugged(at=now, evse=number, since=since, evcc_id=evcc_id, tx=tx))
        if not known:
            self.steer((number,))

    def _deaf(self, number: int, reason: str) -> None:
        """Tell the core that an EVSE does not follow commands, or (without a reason) that it does again."""
        self.tell(
            records.Faulted(
                at=self._clock.now(), evse=number, component="EVSE", reason=reason,
                cleared=not reason,
            )
        )  # fmt: skip

    # Charging profiles.

    def steer(self, numbers: tuple[int, ...]) -> None:
        """Evaluate the profiles anew for some EVSEs, and tell the core what has changed."""
        for number in numbers:
            self._steer_one(number)

    def _steer_one(self, number: int) -> None:
        self.steer_by(number, None)

    def steer_by(self, number: int, profile: Profile | None) -> None:
        """Evaluate the profiles for one EVSE because *profile* is new, which the core then keeps."""
        outlet, now = self.state.outlets[number], self._clock.now()
        wish = self._steering.asked(outlet) if outlet.tx else None
        if wish is not None and wish != (outlet.wish_kw, outlet.until, outlet.origin):
            kw, until, origin = wish
            self.tell(
                records.Steered(
                    at=now, evse=number, kw=kw, until=until, origin=origin,
                    profile=0 if profile is None else profile.id,
                    kept=None if profile is None else kept(profile),
                )
            )  # fmt: skip
        elif profile is not None:
            self.tell(records.ProfileKept(at=now, id=profile.id, kept=kept(profile)))

    # The connection.

    def accepted(self, *, speaks_v2x: bool, after_boot: bool) -> None:
        """Go on with a management system that listens."""
        since, now = self._steering.offline_since, self._clock.now()
        away = since is not None and now - since > self._settings.offline_threshold_s
        self._steering.back_online()
        self.tell(records.Online(at=now, speaks_v2x=speaks_v2x, tell_all=after_boot or away))
        self.steer(tuple(self.state.outlets))

    def cut_off(self) -> None:
        """Go on alone: dynamic profiles lapse when their time offline is over."""
        now = self._clock.now()
        self._steering.offline_since = now
        self.tell(records.Offline(at=now))
        self.steer(tuple(self.state.outlets))

    def asked(self, uid: str, request: Struct) -> None:
        """Take a call."""
        self._desk.take(uid, request)

    def delivered(self, command_id: str, response: v21.TransactionEventResponse | None) -> None:
        """Forget a transaction message that has arrived, or was given up."""
        self.actor.acknowledge(command_id)
        if response is None:
            self.tell(records.Dropped(at=self._clock.now()))

    # What the desk needs.

    def answer(self, uid: str, response: Struct) -> None:
        """Answer a call."""
        self._uplink.answer(uid, response)

    def fail(self, uid: str, code: Code, text: str) -> None:
        """Answer a call with an error."""
        self._uplink.fail(uid, code, text)

    def ask(self, request: Struct) -> None:
        """Ask something."""
        self._uplink.ask(request)

    def waiting(self, tx: str | None) -> bool:
        """Return whether transaction messages wait."""
        return offline.messages_in_queue(self._uplink.queue, tx)

    def trigger(self, message: str, evse: int) -> None:
        """Send *message* again, for one EVSE or all."""
        outlets = self.state.outlets
        match message:
            case "BootNotification":
                self._uplink.boot_again()
            case "Heartbeat":
                self.ask(v21.HeartbeatRequest())
            case _:
                event = records.Triggered(
                    at=self._clock.now(), message=message,
                    evses=(evse,) if evse else tuple(outlets),
                )  # fmt: skip
                self.tell(event)

    # Commands of the core.

    def _perform(self, life: int, command: Command, command_id: str) -> None:
        """Carry out one command; what a crashed life had not done, the next one begins anew."""
        if life != self._life:
            return
        match command:
            case records.Report():
                self._uplink.store(command_id, transaction_event(command))
            case records.Answer():
                self._answer(command)
            case records.TellStatus(evse=evse, status=status):
                self.ask(
                    v21.StatusNotificationRequest(
                        timestamp=written(self._clock.now()), connector_status=status,  # type: ignore[arg-type]  # OCPP's words
                        evse_id=evse, connector_id=1,
                    )
                )  # fmt: skip
            case records.TellNeeds(evse=evse, body=body):
                self.ask(charging_needs(evse, _needs(body)))
            case records.TellFault():
                self._events += 1
                self.ask(fault_event(command, self._clock.now(), self._events))
            case records.Forgotten(tx=tx):
                self._steering.forget(tx)
            case records.Reboot(kind=kind):
                resumed = kind == "ImmediateAndResume"
                self._uplink.reboot("RemoteReset" if not resumed else "ScheduledReset")
            case _:
                self._perform_on_bus(command)

    def _perform_on_bus(self, command: Command) -> None:
        """Send one frame to an EVSE."""
        name, frame_id = self._settings.outlets, self._ids.new("bus")
        match command:
            case records.SetPoint(evse=evse, kw=kw, expires=expires, origin=origin):
                set_point = bus.SetPoint(
                    id=frame_id, evse=name[evse - 1].evse_id, power_kw=kw, expires=expires,
                    fallback_kw=Kilowatts(0.0), origin=origin, answer=kw != self._bus.aimed.get(evse),
                )  # fmt: skip
                self._bus.aimed[evse] = kw
                self._bus.say(evse, set_point)
            case records.Authorize(evse=evse, tx=tx, session=session, consent=consent):
                authorize = bus.Authorize(
                    id=frame_id, evse=name[evse - 1].evse_id, session=session, transaction=tx,
                    consent_v2x=consent,
                )  # fmt: skip
                self._bus.say(evse, authorize)
            case records.StopEvse(evse=evse, tx=tx):
                self._bus.say(
                    evse, bus.Stop(id=frame_id, evse=name[evse - 1].evse_id, transaction=tx)
                )
            case records.SwitchEvse(evse=evse, operative=operative):
                switch = bus.Availability(
                    id=frame_id, evse=name[evse - 1].evse_id, operative=operative
                )
                self._bus.say(evse, switch)
            case _:
                raise AssertionError(command)

    def _answer(self, answer: records.Answer) -> None:
        status: v21.RequestStartStopStatusEnumType = "Accepted" if answer.accepted else "Rejected"
        info = v21.StatusInfoType(reason_code=answer.reason) if answer.reason else msgspec.UNSET
        response: Struct
        match answer.what:
            case "start":
                response = v21.RequestStartTransactionResponse(
                    status=status, status_info=info, transaction_id=answer.tx or msgspec.UNSET
                )
            case "stop":
                response = v21.RequestStopTransactionResponse(status=status, status_info=info)
            case _:
                response = v21.NotifyAllowedEnergyTransferResponse(status=status, status_info=info)
        self.answer(answer.uid, response)


def first_state(settings: StationSettings) -> records.State:
    """Return the state of a station that has just been put up."""
    outlets = {
        number: records.Outlet(number=number, name=one.evse_id)
        for number, one in enumerate(settings.outlets, start=1)
    }
    return records.State(
        outlets=outlets, meter_s=settings.meter_s, set_point_s=settings.set_point_s,
        allowed_s=settings.allowed_s_max,
    )  # fmt: skip


def _needs(body: bytes) -> bus.Needs:
    needs = bus.decode_up(body)
    assert isinstance(needs, bus.Needs), "it was stored as such"
    return needs
