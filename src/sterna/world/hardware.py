"""What is physically there at one parking bay: outlet, cable, meter, and the car with its battery.

Power is level or ramps between events, so that energies are exact (:mod:`sterna.world.flow`):
whenever the power can no longer be had (floor, full, taper) a timer is due at that very instant.
The rooms see a bay through the small ports in ``actors.evse.hardware`` and ``actors.ev.hardware``.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import floor
from typing import Final

from sterna.actors.evse.hardware import Watcher
from sterna.domain.converter import IDLE_KW, SLEEP_KW, MeteredBattery
from sterna.domain.coupler import PHASE_VOLTS
from sterna.domain.station import Evse, Supply
from sterna.domain.vehicle import compatibility
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import (
    NO_POWER,
    Instant,
    Kilovars,
    Kilowatts,
    Seconds,
    Share,
    Volts,
    WattHours,
    later,
)
from sterna.protocols.iec61851.pilot import Fault, Signal
from sterna.runtime.ports import Clock, Timer
from sterna.world.contacts import Contacts
from sterna.world.flow import NEVER, Flow, Motion, OwnUse, Ramp
from sterna.world.outlet import Make, converter_of
from sterna.world.stays import Car, Stay

PILOT_SEEN_S: Final = Seconds(0.02)
"""How long a lost pilot has to last until the electronics believe it: some periods of 1 kHz."""
MARK_NOISE: Final = 1e-9


class Bay:
    """One EVSE's hardware and whatever car is plugged into it."""

    def __init__(self, evse: Evse, clock: Clock, make: Make) -> None:
        """Stand empty."""
        self.evse = evse
        self.stays: list[Stay] = []
        """Every stay so far, the running one last."""
        self.contacts = Contacts(clock, self._broke)
        """The latch and the contactor; who breaks things finds them here."""
        self._clock = clock
        self._make = make
        self._car: Car | None = None
        self._flow = Flow(clock.now(), make.pace)
        self._permits = False
        """Whether the contactor is closed and shall stay so."""
        self._asked = self._wish = NO_POWER
        self._kvar = Kilovars(0.0)
        self._told = NO_POWER
        self._ramp: Ramp | None = None
        """The one that whoever keeps this bay knows."""
        self._own = OwnUse(clock.now())
        self._mark: Share | None = None
        self._rising = True
        self._unready = False
        self._timer: Timer | None = None
        self.metered: Callable[[str, Kilowatts], None] = lambda _evse, _kw: None
        """Told the EVSE's id and its power whenever that changes (of a ramp: at once, so that as much is moved), e.g. by the site's balance."""
        self.noted: Callable[[Bay], None] = lambda _bay: None
        """Told whenever the running stay has got a new point or the power moves otherwise than before, e.g. by whoever keeps it in a store."""
        self._outlet: Watcher | None = None
        self._battery_changed: Callable[[], None] | None = None
        self._waved: Callable[[bool], None] | None = None
        self.wave = True  # the pilot's

    # What everybody may look at.

    @property
    def direct(self) -> bool:
        """Whether the converter is the EVSE's (DC) rather than the car's."""
        return self.evse.supply is Supply.DC

    @property
    def locked(self) -> bool:
        """Whether the latch holds the plug."""
        return self.contacts.locked

    @property
    def closed(self) -> bool:
        """Whether the contactor is closed."""
        return self.contacts.closed

    @property
    def car(self) -> Car | None:
        """The plugged car."""
        return self._car

    @property
    def plugged_since(self) -> Instant | None:
        """When the present plug went in, or the last one that is out again; None before the first."""
        return self.stays[-1].plugged if self.stays else None

    @property
    def power_kw(self) -> Kilowatts:
        """Power at the meter now; positive charges."""
        return self._flow.power_at(self._clock.now())

    @property
    def reactive_kvar(self) -> Kilovars:
        """Reactive power at the meter now: as asked, as far as the kVA circle has room beside the active one."""
        return self._make.reactive(self.power_kw, self._kvar) if self.closed else Kilovars(0.0)

    @property
    def volts(self) -> Volts:
        """Voltage at the contacts: the pack's (DC) or the mains' (AC), and 0 behind an open contactor."""
        battery = self._flow.battery
        if not self.closed or battery is None:
            return Volts(0.0)
        return battery.battery.volts if self.direct else PHASE_VOLTS

    @property
    def offered_kw(self) -> tuple[Kilowatts, Kilowatts]:
        """What cable, phases and EVSE let the plugged car take and give, as magnitudes."""
        if self._flow.battery is None:
            return NO_POWER, NO_POWER
        converter = self._flow.battery.converter
        return converter.charge_kw_max, converter.discharge_kw_max

    @property
    def phases(self) -> int:
        """How many phases car and outlet have in common in AC."""
        car = self._car
        return self.evse.phases if car is None else min(self.evse.phases, car.model.phases)

    @property
    def least_kw(self) -> Kilowatts:
        """Least power other than 0 that the plugged car's own converter runs at; 0 over DC."""
        battery = self._flow.battery
        return NO_POWER if self.direct or battery is None else battery.converter.minimum_kw

    @property
    def soc(self) -> Share:
        """True state of charge of the plugged car now; 0 without one."""
        return self._flow.soc_at(self._clock.now())

    def registers(self) -> tuple[WattHours, WattHours]:
        """Return the meter's registers now: energy into cars and out of cars over its life."""
        into, out = self._flow.registers_at(self._clock.now())
        return WattHours(floor(into)), WattHours(floor(out))

    @property
    def motion(self) -> Motion:
        """What has to be kept so that this bay can resume."""
        return self._flow.motion

    def exact_registers(self) -> tuple[float, float]:
        """Return the registers now without the meter's rounding to whole Wh."""
        return self._flow.registers_at(self._clock.now())

    def own_wh(self) -> float:
        """Return what the EVSE itself drew so far while no power flowed; its meter does not count it."""
        return self._own.until(self._clock.now())

    # What the EVSE's controller does.

    def watch_outlet(self, watcher: Watcher) -> None:
        """Tell *watcher* from now on; a plug that is in already shows at once."""
        self._outlet = watcher
        if self._car is not None:
            self._signal(Signal.PLUGGED)

    def set_wave(self, *, on: bool) -> None:
        """Let the pilot oscillate (B2) or stand still (B1)."""
        before, self.wave = self.wave, on
        if on is not before and self._car is not None and self._waved is not None:
            self._waved(on)

    def set_power(self, kw: Kilowatts) -> Kilowatts:
        """Aim at *kw*; return where the power will settle, which every physical limit has clipped."""
        if kw != self._asked:
            self._asked = kw
        elif self._permits and self._wish != 0.0:
            return self._flow.settled_kw  # The same again, e.g. a set-point that is renewed.
        battery = self._flow.battery
        least = NO_POWER if battery is None else battery.converter.minimum_kw
        self._wish = self._make.possible(kw, self._kvar, least) if self._permits else NO_POWER
        self._flow.aim(self._wish, self._clock.now())
        self._settled()
        return self._flow.settled_kw

    def set_reactive(self, kvar: Kilovars) -> None:
        """Aim at *kvar*; who gives way where P and Q do not fit together says the circle."""
        self._kvar = kvar
        asked, self._asked = self._asked, NO_POWER
        self.set_power(asked)

    def close_contactor(self) -> None:
        """Let power flow when somebody asks for some."""
        self._permits = self._flow.battery is not None
        if self._permits:
            self.contacts.close()

    def open_contactor(self) -> None:
        """Stop the power at once, then part the contacts."""
        self._permits = False
        self._asked = self._wish = NO_POWER
        self._flow.jump(NO_POWER, self._clock.now())
        self._settled()
        self.contacts.open()

    def lock(self) -> None:
        """Hold the plug."""
        if self._car is not None:
            self.contacts.move_latch(lock=True)

    def unlock(self) -> None:
        """Let the plug go."""
        self.contacts.move_latch(lock=False)

    # What the car does.

    def watch_battery(self, changed: Callable[[], None]) -> None:
        """Call *changed* when the power has changed by itself, or the marked state is reached."""
        self._battery_changed = changed

    def watch_wave(self, waved: Callable[[bool], None]) -> None:
        """Call *waved* when the pilot begins (True) or ceases to oscillate while the car is plugged."""
        self._waved = waved

    def set_ready(self, *, ready: bool) -> None:
        """Close or open the car's switch in the control pilot; it opens without load, after the ramp to 0."""
        flow = self._flow
        self._unready = not ready and flow.ramp is not None and flow.settled_kw == 0.0
        if not self._unready:
            self._signal(Signal.READY if ready else Signal.UNREADY)

    def call_attention(self) -> None:
        """Let the EVSE notice that the car has news."""
        if self._outlet is not None and self._car is not None:
            self._outlet.nudged()

    def hold_floor(self, soc: Share) -> None:
        """Let the battery management cut discharging off at *soc*."""
        if self._flow.hold_floor(soc, self._wish, self._clock.now()):
            self._settled()

    def mark(self, soc: Share | None) -> None:
        """Wake the car when it reaches *soc*."""
        self._mark = soc
        self._rising = soc is None or self.soc < soc
        self._arm()

    # What people do.

    def plug(self, car: Car) -> None:
        """Put the plug into *car*; raises Refused when it does not fit, with the reasons."""
        assert self._car is None, f"{self.evse.evse_id} holds a car already"
        self._hold(car)
        now = self._clock.now()
        into, out = self._flow.registers_at(now)
        stay = Stay(evse_id=self.evse.evse_id, car=car, plugged=now, import_wh=into, export_wh=out)
        stay.note(now, car.soc, NO_POWER)
        self.stays.append(stay)
        self.noted(self)
        self._signal(Signal.PLUGGED)

    def _hold(self, car: Car) -> None:
        """Be connected to *car*, as it is."""
        fit = compatibility(car.model, self.evse)
        if not fit.fits:
            raise Refused("; ".join(fit.reasons))
        battery = self._make.weathered(car.battery)
        converter = converter_of(self._make.conversion, self.evse, car.model, fit)
        self._car = car
        now = self._clock.now()
        self._flow.take(MeteredBattery(battery=battery, converter=converter), now)
        self._own.draws(IDLE_KW, now)

    def resume(self, stays: list[Stay], motion: Motion) -> None:
        """Go on after a power cut: until now power flowed as *motion* says.

        The car of the last of *stays* is there still if that one has no end; its battery is as of
        the begin of *motion*. Now the contactor is open, and the controllers begin anew.
        """
        self.stays, now = stays, self._clock.now()
        if stays[-1].unplugged is None:
            self._hold(stays[-1].car)
        self._flow.resume(motion, shown=stays[-1].kw[-1][1])
        self._told = self._flow.settled_kw
        self._flow.jump(NO_POWER, now)
        self._settled()

    def unplug(self) -> None:
        """Pull the plug, by force if it is locked; nothing happens without a car."""
        flow, now = self._flow, self._clock.now()
        if self._car is None or flow.battery is None:
            return
        self._permits = self._unready = False
        self._asked = self._wish = NO_POWER
        flow.jump(NO_POWER, now)
        self._settled()
        stay = self.stays[-1]
        stay.unplugged = now
        stay.note(now, flow.battery.soc, NO_POWER)
        self._car.battery = replace(flow.battery.battery, reserve=Share(0.0))
        self._car = self._mark = None
        flow.take(None, now)
        self._own.draws(SLEEP_KW, now)
        self.contacts.pulled()
        self.noted(self)
        self._signal(Signal.UNPLUGGED)

    # What breaks.

    def lose_pilot(self) -> None:
        """Break the control pilot's wire."""
        lost = partial(self._broke, Fault.PILOT_LOST)
        self._clock.call_at(later(self._clock.now(), PILOT_SEEN_S), lost)

    def _broke(self, fault: Fault) -> None:
        if self._outlet is not None:
            self._outlet.failed(fault)

    # Inside.

    def _signal(self, signal: Signal) -> None:
        if self._outlet is not None:
            self._outlet.signalled(signal)

    def _settled(self) -> None:
        """Let everybody know the power that there is now, and be there when it changes next."""
        if self._flow.ramp is not self._ramp:
            self._ramp = self._flow.ramp
            self.noted(self)
        if self._flow.ramp is None:
            self._show(self._flow.power_at(self._clock.now()))
            self._report()
        self._arm()

    def _show(self, kw: Kilowatts) -> None:
        """Put *kw* down in the car's curve and in the site's balance."""
        flow, now = self._flow, self._clock.now()
        flow.advance(now)
        if kw == flow.shown or not self.stays:
            return
        flow.shown = kw
        self._own.draws(NO_POWER if kw != 0.0 else IDLE_KW, now)
        self.stays[-1].note(now, self.soc, kw)
        self.noted(self)
        self.metered(self.evse.evse_id, kw)

    def _report(self) -> None:
        """Tell the EVSE's controller of a power that is reached."""
        kw = self._flow.settled_kw
        if kw == self._told:
            return
        self._told = kw
        if self._outlet is not None:
            self._outlet.power_changed(kw)
        if kw == 0.0 and self._unready:
            self._unready = False
            self._signal(Signal.UNREADY)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._flow.due
        if self._mark is not None:
            due = min(due, self._flow.reaches(self._mark, self._clock.now()))
        if due < NEVER:
            self._timer = self._clock.call_at(due, self._due)

    def _due(self) -> None:
        """Meet what the timer was set for: a step of the staircase, a ramp's end, a bound, the mark."""
        self._timer = None
        flow, ramp = self._flow, self._flow.ramp
        if ramp is not None and flow.shown != ramp.to_kw:
            self._show(ramp.to_kw)
            self._arm()
            return
        before = flow.settled_kw
        flow.jump(self._wish, self._clock.now())
        bound = flow.settled_kw != before
        self._settled()
        if (self._marked() or bound) and self._battery_changed is not None:
            self._battery_changed()

    def _marked(self) -> bool:
        """Return whether the mark has been reached, once."""
        mark = self._mark
        if mark is None:
            return False
        past = (self.soc - mark) * (1.0 if self._rising else -1.0) >= -MARK_NOISE
        if past:
            self._rising = not self._rising
        return past
