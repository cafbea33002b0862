"""What is physically there at one parking bay: outlet, cable, meter, and the car with its battery.

Power is constant between events, so that energies are exact: whenever the power can no longer be
had (floor, full, taper) a timer is due at that very instant. The rooms see a bay through the small
ports in ``actors.evse.hardware`` and ``actors.ev.hardware``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import floor
from typing import Final

from sterna.actors.evse.hardware import Watcher
from sterna.domain.battery import FOREVER, Battery
from sterna.domain.converter import MeteredBattery, constant
from sterna.domain.station import Evse, Supply
from sterna.domain.vehicle import VehicleModel, compatibility
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import (
    FULL,
    NO_POWER,
    SECONDS_PER_HOUR,
    Instant,
    KilowattHours,
    Kilowatts,
    Seconds,
    Share,
    WattHours,
    later,
)
from sterna.protocols.iec61851.pilot import Fault, Signal
from sterna.protocols.iso15118.identity import Wallet
from sterna.runtime.ports import Clock, Timer

KILOWATT_SECONDS_PER_WATT_HOUR: Final = 3.6
POINTS_MAX: Final = 4000
"""Points of one curve of one stay; a set-point every five minutes for ten days is 2,880."""


@dataclass(kw_only=True)
class Car:
    """One car, and what its driver has told it; it outlives its stays."""

    evcc_id: str
    """A pseudonym, as the car names itself to chargers."""
    model: VehicleModel
    battery: Battery
    """As it is while the car is nowhere plugged; the bay brings it up to date at every unplug."""
    target_soc: Share = FULL
    floor_soc: Share = Share(0.0)
    """Below it the driver wants no discharge."""
    departure: Instant | None = None
    stops_itself: bool = False
    """Whether the car ends its session when it has reached its target."""
    wallet: Wallet | None = None
    """Its contract for Plug and Charge, or the means to get one."""

    @classmethod
    def arriving(cls, evcc_id: str, model: VehicleModel, soc: Share, **wish: object) -> "Car":
        """Return a car of *model* that arrives with *soc*; *wish* as in the fields above."""
        battery = Battery.at_share(model.battery, soc)
        return cls(evcc_id=evcc_id, model=model, battery=battery, **wish)  # type: ignore[arg-type]  # fields of this record

    @property
    def soc(self) -> Share:
        """State of charge when it was last unplugged."""
        return self.battery.soc

    @property
    def capacity_kwh(self) -> KilowattHours:
        """Usable energy of the battery."""
        return self.model.capacity_kwh

    @property
    def least_soc(self) -> Share:
        """The maker's minimum: nothing discharges below it."""
        return self.model.battery.least

    @property
    def services(self) -> tuple[str, ...]:
        """The energy services that it can take part in, bidirectional ones first."""
        return tuple(service.value for service in self.model.services)

    def power_kw(self, *, direct: bool) -> tuple[Kilowatts, Kilowatts]:
        """Return what it can charge and discharge over DC (*direct*) or AC, as magnitudes."""
        ability = self.model.over(Supply.DC if direct else Supply.AC)
        return ability.charge_kw_max, ability.discharge_kw_max


@dataclass(kw_only=True)
class Stay:
    """What happened to one car between plug and unplug: the true curves, for the report."""

    evse_id: str
    car: Car
    plugged: Instant
    import_wh: float
    """The meter's register of energy into cars when the car was plugged."""
    export_wh: float
    unplugged: Instant | None = None
    soc: list[tuple[Instant, Share]] = field(default_factory=list)
    """State of charge at every change of power; in a straight line between."""
    kw: list[tuple[Instant, Kilowatts]] = field(default_factory=list)
    """Power at the meter from each instant on."""

    def note(self, at: Instant, soc: Share, kw: Kilowatts) -> None:
        """Add one point to both curves; a later one of the same instant replaces it."""
        if self.kw and self.kw[-1][0] == at:
            self.kw[-1], self.soc[-1] = (at, kw), (at, soc)
            return
        if len(self.kw) >= POINTS_MAX:
            del self.kw[1::2], self.soc[1::2]  # coarser, but never without end
        self.kw.append((at, kw))
        self.soc.append((at, soc))


class Bay:
    """One EVSE's hardware and whatever car is plugged into it."""

    def __init__(self, evse: Evse, clock: Clock, *, efficiency: Share = Share(0.95)) -> None:
        """Stand empty; *efficiency* is the converter's, one way."""
        self.evse = evse
        self.stays: list[Stay] = []
        """Every stay so far, the running one last."""
        self.locked = self.closed = False  # the plug, the contactor
        self._clock = clock
        self._efficiency = efficiency
        self._car: Car | None = None
        self._metered: MeteredBattery | None = None
        self._kw = NO_POWER
        self._wish = NO_POWER
        self._since = clock.now()
        self._import_wh = 0.0
        self._export_wh = 0.0
        self._mark: Share | None = None
        self._timer: Timer | None = None
        self.metered: Callable[[str, Kilowatts], None] = lambda _evse, _kw: None
        """Told the EVSE's id and its power whenever that changes, e.g. by the site's balance."""
        self.noted: Callable[[Bay], None] = lambda _bay: None
        """Told whenever the running stay has got a new point, e.g. by whoever keeps it in a store."""
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
        return self._kw

    @property
    def offered_kw(self) -> tuple[Kilowatts, Kilowatts]:
        """What cable, phases and EVSE let the plugged car take and give, as magnitudes."""
        if self._metered is None:
            return NO_POWER, NO_POWER
        converter = self._metered.converter
        return converter.charge_kw_max, converter.discharge_kw_max

    @property
    def phases(self) -> int:
        """How many phases car and outlet have in common in AC."""
        return (
            self.evse.phases if self._car is None else min(self.evse.phases, self._car.model.phases)
        )

    @property
    def soc(self) -> Share:
        """True state of charge of the plugged car now; 0 without one."""
        metered = self._metered
        if metered is None:
            return Share(0.0)
        if self._kw == 0.0:
            return metered.soc
        battery = metered.battery
        rate_kw = battery.rate_kw(metered.converter.battery_kw(self._kw))
        moved_kwh = rate_kw * (self._clock.now() - self._since) / SECONDS_PER_HOUR
        return Share(min(1.0, battery.soc + moved_kwh / battery.rating.capacity_kwh))

    def registers(self) -> tuple[WattHours, WattHours]:
        """Return the meter's registers now: energy into cars and out of cars over its life."""
        moved_wh = self._kw * (self._clock.now() - self._since) / KILOWATT_SECONDS_PER_WATT_HOUR
        into = self._import_wh + max(0.0, moved_wh)
        return WattHours(floor(into)), WattHours(floor(self._export_wh + max(0.0, -moved_wh)))

    def exact_registers(self) -> tuple[float, float]:
        """Return the registers now without the meter's rounding to whole Wh."""
        self._advance()
        return self._import_wh, self._export_wh

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
        """Aim at *kw*; return what flows, which every physical limit has clipped."""
        self._advance()
        self._wish = kw if self.closed else NO_POWER
        self._follow()
        return self._kw

    def close_contactor(self) -> None:
        """Let power flow when somebody asks for some."""
        self.closed = self._metered is not None

    def open_contactor(self) -> None:
        """Let no power flow, whatever anybody asks."""
        self.closed = False
        self.set_power(NO_POWER)

    def lock(self) -> None:
        """Hold the plug."""
        self.locked = self._metered is not None

    def unlock(self) -> None:
        """Let the plug go."""
        self.locked = False

    # What the car does.

    def watch_battery(self, changed: Callable[[], None]) -> None:
        """Call *changed* when the power has changed by itself, or the marked state is reached."""
        self._battery_changed = changed

    def watch_wave(self, waved: Callable[[bool], None]) -> None:
        """Call *waved* when the pilot begins (True) or ceases to oscillate while the car is plugged."""
        self._waved = waved

    def set_ready(self, *, ready: bool) -> None:
        """Close or open the car's switch in the control pilot."""
        self._signal(Signal.READY if ready else Signal.UNREADY)

    def call_attention(self) -> None:
        """Let the EVSE notice that the car has news."""
        if self._outlet is not None and self._car is not None:
            self._outlet.nudged()

    def hold_floor(self, soc: Share) -> None:
        """Let the battery management cut discharging off at *soc*."""
        if self._metered is not None and self._metered.battery.reserve != soc:
            self._advance()
            battery = replace(self._metered.battery, reserve=soc)
            self._metered = replace(self._metered, battery=battery)
            self._follow()

    def mark(self, soc: Share | None) -> None:
        """Wake the car when it reaches *soc*."""
        self._mark = soc
        self._advance()
        self._follow()

    # What people do.

    def plug(self, car: Car) -> None:
        """Put the plug into *car*; raises Refused when it does not fit, with the reasons."""
        assert self._car is None, f"{self.evse.evse_id} holds a car already"
        self._advance()
        self._hold(car)
        now = self._clock.now()
        stay = Stay(
            evse_id=self.evse.evse_id, car=car, plugged=now,
            import_wh=self._import_wh, export_wh=self._export_wh,
        )  # fmt: skip
        stay.note(now, car.soc, NO_POWER)
        self.stays.append(stay)
        self.noted(self)
        self._signal(Signal.PLUGGED)

    def _hold(self, car: Car) -> None:
        """Be connected to *car*, as it is."""
        fit = compatibility(car.model, self.evse)
        if not fit.fits:
            raise Refused("; ".join(fit.reasons))
        converter = constant(
            self._efficiency, charge_kw_max=fit.charge_kw_max,
            discharge_kw_max=fit.discharge_kw_max, minimum_kw=self.evse.minimum_kw,
        )  # fmt: skip
        self._car = car
        self._metered = MeteredBattery(battery=car.battery, converter=converter)

    def resume(
        self, stays: list[Stay], *, since: Instant, kw: Kilowatts, registers: tuple[float, float]
    ) -> None:
        """Go on after a power cut: until now *kw* flowed as it did at *since*, when the meter had *registers* (Wh).

        The car of the last of *stays* is there still if that one has no end; its battery is as of *since*.
        Now the contactor is open, and the controllers begin anew.
        """
        self.stays, self._since = stays, since
        self._import_wh, self._export_wh = registers
        if stays and stays[-1].unplugged is None:
            self._hold(stays[-1].car)
            self._kw = kw
            self._advance()
            self._follow()

    def unplug(self) -> None:
        """Pull the plug, by force if it is locked; nothing happens without a car."""
        if self._car is None or self._metered is None:
            return
        self._wish = NO_POWER
        self._advance()
        self._follow()
        stay, now = self.stays[-1], self._clock.now()
        stay.unplugged = now
        stay.note(now, self._metered.soc, NO_POWER)
        self._car.battery = replace(self._metered.battery, reserve=Share(0.0))
        self._car = self._metered = None
        self.closed = self.locked = False
        self._mark = None
        self.noted(self)
        self._signal(Signal.UNPLUGGED)

    # What breaks.

    def lose_pilot(self) -> None:
        """Break the control pilot's wire."""
        if self._outlet is not None:
            self._outlet.failed(Fault.PILOT_LOST)

    # Inside.

    def _signal(self, signal: Signal) -> None:
        if self._outlet is not None:
            self._outlet.signalled(signal)

    def _advance(self) -> None:
        """Move the energy of the time since the last change."""
        now = self._clock.now()
        elapsed = Seconds(now - self._since)
        self._since = now
        kw = self._kw
        if kw == 0.0 or elapsed <= 0.0:
            return
        assert self._metered is not None, "power flows into a car"
        self._metered = self._metered.after(kw, elapsed)
        if kw > 0.0:
            self._import_wh += kw * elapsed / KILOWATT_SECONDS_PER_WATT_HOUR
        else:
            self._export_wh -= kw * elapsed / KILOWATT_SECONDS_PER_WATT_HOUR

    def _follow(self) -> bool:
        """Let what can be had of the wish flow from now on; return whether the power changed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        metered = self._metered
        if metered is None:
            return False
        kw, held = NO_POWER, FOREVER
        if self._wish != 0.0:
            kw, held = metered.follow(self._wish, FOREVER)
        if self._mark is not None and kw != 0.0:
            reached = metered.time_to(self._mark, kw)
            held = min(held, reached) if reached > 0.0 else held
        if held < FOREVER:
            self._timer = self._clock.call_at(later(self._clock.now(), held), self._bound)
        if kw == self._kw:
            return False
        self._kw = kw
        self.stays[-1].note(self._clock.now(), metered.soc, kw)
        self.noted(self)
        self.metered(self.evse.evse_id, kw)
        if self._outlet is not None:
            self._outlet.power_changed(kw)
        return True

    def _bound(self) -> None:
        """Meet the bound that the timer was set for."""
        self._timer = None
        self._advance()
        marked = self._mark is not None and abs(self.soc - self._mark) < 1e-9
        if (self._follow() or marked) and self._battery_changed is not None:
            self._battery_changed()
