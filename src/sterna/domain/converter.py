"""The AC/DC converter between a meter and a battery: one model for on-board and off-board.

Losses per direction, with |P| the power at the AC side (the meter) in kW:

    P_loss(P) = p0 + a |P| + b P^2

    charging      P_battery =  P - P_loss(P)
    discharging   P_battery = -(|P| + P_loss(|P|))

A constant one-way efficiency is the special case p0 = b = 0 with a = 1 - eta
when charging and a = 1/eta - 1 when discharging. At 0 kW the converter is off
and loses nothing; kept on without power it draws p0 (:attr:`Converter.standby_kw`),
switched off but awake :data:`IDLE_KW`, asleep :data:`SLEEP_KW`.
Where the losses eat all of the power nothing reaches the other side: 0, never
a power of the other sign.

Because P_loss is a parabola, energies along a power that changes in a straight line
(a ramp) have closed forms too: Simpson's rule is exact for them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, sqrt
from typing import Final

from sterna.domain.battery import KILOWATT_HOUR_NOISE, USUAL_CELLS, Battery
from sterna.domain.station import Supply
from sterna.kernel.quantities import (
    NO_POWER,
    SECONDS_PER_HOUR,
    KilowattHours,
    Kilowatts,
    Seconds,
    Share,
)

IDLE_KW: Final = Kilowatts(0.015)
"""Controller and communication of an EVSE with a car and no power: 10 to 20 W (design notes)."""
SLEEP_KW: Final = Kilowatts(0.004)
"""An EVSE asleep: 3 to 5 W (design notes)."""
WASTE_MOST: Final = Share(0.265)
"""A power of which more than this part is lost is not worth running for: 0.5 kW of 11 kW."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """P_loss = p0 + a |P| + b P^2 over the AC power of one direction."""

    p0_kw: Kilowatts = NO_POWER
    """What the converter takes as soon as it is on."""
    a: float = 0.0
    b_per_kw: float = 0.0

    def __post_init__(self) -> None:
        """Check that losses are losses."""
        assert self.p0_kw >= 0, self
        assert self.a >= 0, self
        assert self.b_per_kw >= 0, self

    def at(self, ac_kw: float) -> float:
        """Return the loss in kW at the magnitude *ac_kw* of the AC power."""
        return self.p0_kw + self.a * ac_kw + self.b_per_kw * ac_kw * ac_kw


def _ac_power(losses: Losses, battery_kw: float, sign: int) -> float:
    """Solve |P| - sign * P_loss(|P|) = *battery_kw* for |P|; *sign* +1 charges, -1 discharges.

    The smaller root of  b P^2 + (a - sign) P + (p0 + sign battery) = 0  for charging, the
    positive one for discharging, in the form that does not cancel when b is tiny.
    """
    linear = 1.0 - sign * losses.a
    constant = battery_kw + sign * losses.p0_kw
    under_root = linear * linear - sign * 4.0 * losses.b_per_kw * constant
    assert under_root >= 0, "the converter cannot bring that much to the battery"
    return 2.0 * constant / (linear + sqrt(under_root))


@dataclass(frozen=True, slots=True, kw_only=True)
class Converter:
    """A converter's ratings, all at its AC side, and its losses."""

    charge_kw_max: Kilowatts
    discharge_kw_max: Kilowatts
    """Most power back to the grid, as a magnitude; 0 for a one-way charger."""
    charging: Losses
    discharging: Losses
    minimum_kw: Kilowatts = NO_POWER
    """Least magnitude at which it runs; a smaller wish is 0 (6 A: 1.38 kW, three-phase 4.14)."""

    def __post_init__(self) -> None:
        """Check that more AC power always means more battery power."""
        assert self.charge_kw_max >= 0, self
        assert self.discharge_kw_max >= 0, self
        assert self.minimum_kw >= 0, self
        slope = 1.0 - self.charging.a - 2.0 * self.charging.b_per_kw * self.charge_kw_max
        assert slope > 0, "charging losses grow faster than the power"

    @property
    def standby_kw(self) -> Kilowatts:
        """What it draws from the grid when it is kept on at 0 kW."""
        return self.charging.p0_kw

    @property
    def worthwhile_kw(self) -> Kilowatts:
        """Least power at which no more than WASTE_MOST of it is lost, in both directions; 0 if always.

        The minimum power counts too. Whoever plans should ask for this much or for nothing.
        """
        least = [self.minimum_kw]
        for losses in (self.charging, self.discharging):
            slope = WASTE_MOST - losses.a
            under_root = slope * slope - 4.0 * losses.b_per_kw * losses.p0_kw
            if losses.p0_kw > 0 and slope > 0 and under_root >= 0:
                least.append(Kilowatts(2.0 * losses.p0_kw / (slope + sqrt(under_root))))
        return max(least)

    def battery_kw(self, meter_kw: Kilowatts) -> Kilowatts:
        """Return the power at the battery when *meter_kw* flows at the meter."""
        if meter_kw > 0:
            return Kilowatts(max(0.0, meter_kw - self.charging.at(meter_kw)))
        if meter_kw < 0:
            return Kilowatts(meter_kw - self.discharging.at(-meter_kw))
        return Kilowatts(0.0)

    def meter_kw(self, battery_kw: Kilowatts) -> Kilowatts:
        """Return the power at the meter when *battery_kw* flows at the battery.

        The inverse of :meth:`battery_kw`, except where the battery gives less
        than the converter takes for itself: then 0 reaches the meter.
        """
        if battery_kw > 0:
            return Kilowatts(_ac_power(self.charging, battery_kw, +1))
        if battery_kw < -self.discharging.p0_kw:
            return Kilowatts(-_ac_power(self.discharging, -battery_kw, -1))
        return Kilowatts(0.0)

    def efficiency(self, meter_kw: Kilowatts) -> Share:
        """Return the one-way efficiency at *meter_kw*: what comes out over what goes in."""
        battery = self.battery_kw(meter_kw)
        if battery == 0.0:
            return Share(0.0)
        return Share(battery / meter_kw if meter_kw > 0 else meter_kw / battery)

    def clipped(self, meter_kw: Kilowatts) -> Kilowatts:
        """Return the power nearest to the wish *meter_kw* that it can run at.

        A wish below the minimum power is 0; a discharge that it cannot do is 0
        and never turns into charging.
        """
        within = max(-self.discharge_kw_max, min(meter_kw, self.charge_kw_max))
        return Kilowatts(within if abs(within) >= self.minimum_kw else 0.0)


def constant(
    efficiency: Share,
    *,
    charge_kw_max: Kilowatts,
    discharge_kw_max: Kilowatts,
    minimum_kw: Kilowatts = NO_POWER,
) -> Converter:
    """Return a converter with the same one-way *efficiency* at every power."""
    assert 0 < efficiency <= 1, efficiency
    return Converter(
        charge_kw_max=charge_kw_max,
        discharge_kw_max=discharge_kw_max,
        charging=Losses(a=1.0 - efficiency),
        discharging=Losses(a=1.0 / efficiency - 1.0),
        minimum_kw=minimum_kw,
    )


FIELD_LOSSES_11_KW: Final = Losses(p0_kw=Kilowatts(0.12), a=0.025, b_per_kw=1.55e-3)
"""11 kW: 94.7 % one way at 11 kW, 93.9 % at 4.1 kW, about 89 % at 1.4 kW.

Our fit, so that with a battery round trip of 97 % the system's is 87 % at 3 x 16 A: the
field value in the abstract of Schram et al. 2020.
"""


def scaled(rated_kw: Kilowatts) -> Losses:
    """Return the field's 11 kW losses for a converter of *rated_kw*."""
    size = rated_kw / 11.0
    return Losses(
        p0_kw=Kilowatts(FIELD_LOSSES_11_KW.p0_kw * size),
        a=FIELD_LOSSES_11_KW.a,
        b_per_kw=FIELD_LOSSES_11_KW.b_per_kw / size,
    )


def field_fitted(
    rated_kw: Kilowatts, *, bidirectional: bool = True, minimum_kw: Kilowatts = NO_POWER
) -> Converter:
    """Return a converter of *rated_kw* with the 11 kW losses scaled to its size.

    Scaled per unit: p0 grows with the rating, b shrinks with it, so that the
    efficiency at the same part of the rating stays.
    """
    losses = scaled(rated_kw)
    return Converter(
        charge_kw_max=rated_kw,
        discharge_kw_max=rated_kw if bidirectional else Kilowatts(0.0),
        charging=losses,
        discharging=losses,
        minimum_kw=minimum_kw,
    )


def _simpson(rate: Callable[[float, float], float], start: float, end: float) -> float:
    """Return the mean of *rate* from *start* to *end*; exact for polynomials up to the third degree."""
    middle = (start + end) / 2.0
    return (rate(start, middle) + 4.0 * rate(middle, middle) + rate(end, middle)) / 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """How an EVSE's power is converted, and by whom; from it follows the converter of each car."""

    size_kw: Kilowatts | None = None
    """Rating of the EVSE's own converter (DC); None: the car converts with its own (AC)."""
    efficiency: Share | None = None
    """The same at every power; None: by the losses fitted to the field."""
    cells: Share = USUAL_CELLS
    """One-way efficiency of the cells that a planner may assume behind it."""
    minimum_kw_per_phase: Kilowatts = NO_POWER
    """AC: least power of each phase that carries some; 6 A are 1.38 kW."""
    minimum_share: Share = Share(0.0)
    """DC: least power as a part of the rating."""

    @property
    def supply(self) -> Supply:
        """Which current flows through the cable."""
        return Supply.AC if self.size_kw is None else Supply.DC

    def converter(
        self,
        charge_kw_max: Kilowatts,
        discharge_kw_max: Kilowatts,
        *,
        onboard_kw: Kilowatts | None = None,
        phases: int = 3,
    ) -> Converter:
        """Return the converter of one car, which with this EVSE may draw and give the two powers.

        *onboard_kw*: rating of the car's own charger, for AC; a planner who does not know it takes
        *charge_kw_max* for it. *phases*: over which the car charges.
        """
        known = charge_kw_max if onboard_kw is None else onboard_kw
        size = known if self.size_kw is None else self.size_kw
        share = self.efficiency
        if share is None:
            charging = discharging = scaled(size)
        else:
            charging, discharging = Losses(a=1.0 - share), Losses(a=1.0 / share - 1.0)
        least = (
            self.minimum_kw_per_phase * phases
            if self.size_kw is None
            else self.minimum_share * self.size_kw
        )
        return Converter(
            charge_kw_max=charge_kw_max, discharge_kw_max=discharge_kw_max, charging=charging,
            discharging=discharging, minimum_kw=Kilowatts(round(least, 3)),
        )  # fmt: skip

    def round_trip(self, kw: Kilowatts) -> Share:
        """Return what comes back of a kWh that goes from the meter into the cells and out, at *kw*."""
        converter = self.converter(kw, kw)
        there, back = converter.efficiency(kw), converter.efficiency(Kilowatts(-kw))
        return Share(there * back * self.cells**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredBattery:
    """A battery seen through its converter: the same questions, at the meter's side."""

    battery: Battery
    converter: Converter

    @property
    def soc(self) -> Share:
        """State of charge of the battery."""
        return self.battery.soc

    def limits(self, duration: Seconds) -> tuple[Kilowatts, Kilowatts]:
        """Return the least (negative) and most power at the meter that can be held for *duration*.

        The minimum power of the converter is not looked at: apply
        :meth:`Converter.clipped` to the wish.
        """
        least, most = self.battery.limits(duration)
        converter = self.converter
        # What the converter can bring at most bounds the inverse, which has no root beyond it.
        reach = converter.battery_kw(converter.charge_kw_max)
        up = converter.charge_kw_max if most >= reach else converter.meter_kw(most)
        down = max(converter.meter_kw(least), -converter.discharge_kw_max)
        return Kilowatts(down), up

    def after(self, meter_kw: Kilowatts, duration: Seconds) -> "MeteredBattery":
        """Return the state after *meter_kw* at the meter for *duration*, within :meth:`limits`."""
        battery = self.battery.after(self.converter.battery_kw(meter_kw), duration)
        return MeteredBattery(battery=battery, converter=self.converter)

    def stored_along(self, from_kw: float, to_kw: float, duration: Seconds) -> float:
        """Return the kWh that are stored while the meter goes evenly *from_kw* *to_kw*: exact."""
        return fsum(
            _simpson(self._rate, start, end) * (end - start) / (to_kw - from_kw)
            for start, end in self._smooth(from_kw, to_kw)
        ) * (duration / SECONDS_PER_HOUR)

    def along(self, from_kw: float, to_kw: float, duration: Seconds) -> "MeteredBattery":
        """Return the state after a ramp, see :meth:`stored_along`; its bounds are the caller's."""
        net = self.stored_along(from_kw, to_kw, duration)
        hours = duration / SECONDS_PER_HOUR
        heat = fsum(
            _simpson(self._heat, start, end) * (end - start) / (to_kw - from_kw) * hours
            for start, end in self._smooth(from_kw, to_kw)
        )
        battery = self.battery.moved(KilowattHours(net), KilowattHours(heat), duration)
        return MeteredBattery(battery=battery, converter=self.converter)

    def bears(self, from_kw: float, to_kw: float, duration: Seconds) -> bool:
        """Return whether the battery stays between floor and full until the end of a ramp.

        Only the end is looked at: where a ramp crosses 0 it also turns, and turns back nothing
        that its first part has broken, because each part begins within the bounds.
        """
        turn = duration * from_kw / (from_kw - to_kw) if from_kw * to_kw < 0 else duration
        battery = self.battery
        first = self.stored_along(from_kw, 0.0 if turn < duration else to_kw, Seconds(turn))
        spare = battery.spare_kwh + KILOWATT_HOUR_NOISE
        room = battery.room_kwh + KILOWATT_HOUR_NOISE
        whole = self.stored_along(from_kw, to_kw, duration)
        return all(
            net <= room if kw > 0 else net >= -spare
            for net, kw in ((first, from_kw if from_kw != 0.0 else to_kw), (whole, to_kw))
            if kw != 0.0
        )

    def _smooth(self, from_kw: float, to_kw: float) -> list[tuple[float, float]]:
        """Return the pieces of a ramp on which the stored power is a polynomial."""
        losses = self.converter.charging
        eaten = _ac_power(losses, 0.0, +1) if losses.p0_kw > 0 else 0.0
        low, high = min(from_kw, to_kw), max(from_kw, to_kw)
        inner = sorted({kw for kw in (0.0, eaten) if low < kw < high}, reverse=to_kw < from_kw)
        edges = [from_kw, *inner, to_kw]
        return list(pairwise(edges))

    def _rate(self, meter_kw: float, side: float) -> float:
        """Return the stored power at *meter_kw*; at 0 the one of the *side* that it comes from."""
        converter = self.converter
        if side > 0:
            battery = max(0.0, meter_kw - converter.charging.at(meter_kw))
        else:
            battery = meter_kw - converter.discharging.at(-meter_kw)
        return self.battery.rate_kw(Kilowatts(battery))

    def _heat(self, meter_kw: float, side: float) -> float:
        """Return what the cells lose at *meter_kw*, as :meth:`_rate`."""
        eta, rate = self.battery.rating.efficiency, self._rate(meter_kw, side)
        return abs(rate) * (1.0 / eta - 1.0 if rate > 0 else 1.0 - eta)

    def time_to(self, soc: Share, meter_kw: Kilowatts) -> Seconds:
        """Return when *soc* is reached with *meter_kw* held at the meter: exact."""
        return self.battery.time_to(soc, self.converter.battery_kw(meter_kw))

    def follow(self, wish_kw: Kilowatts, longest: Seconds) -> tuple[Kilowatts, Seconds]:
        """Return the meter power nearest to *wish_kw* that can be had, and for how long it holds.

        As :meth:`Battery.follow`, with the converter's ratings. A power that the
        battery brings below the converter's minimum is 0.
        """
        clipped = self.converter.clipped(wish_kw)
        want = self.converter.battery_kw(clipped)
        power, held = self.battery.follow(want, longest)
        if power == want:
            return clipped, held
        meter = self.converter.clipped(self.converter.meter_kw(power))
        return meter, longest if meter == 0.0 else held

    def held_for(self, meter_kw: Kilowatts) -> Seconds:
        """Return how long *meter_kw* can be held before the battery says less."""
        converter = self.converter
        if not -converter.discharge_kw_max <= meter_kw <= converter.charge_kw_max:
            return Seconds(0.0)
        return self.battery.held_for(converter.battery_kw(meter_kw))
