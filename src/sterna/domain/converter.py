"""The AC/DC converter between a meter and a battery: one model for on-board and off-board.

Losses per direction, with |P| the power at the AC side (the meter) in kW:

    P_loss(P) = p0 + a |P| + b P^2

    charging      P_battery =  P - P_loss(P)
    discharging   P_battery = -(|P| + P_loss(|P|))

A constant one-way efficiency is the special case p0 = b = 0 with a = 1 - eta
when charging and a = 1/eta - 1 when discharging. At 0 kW the converter is off
and loses nothing; with a closed contactor it draws p0 (:attr:`Converter.standby_kw`).
Where the losses eat all of the power nothing reaches the other side: 0, never
a power of the other sign.
"""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Final

from sterna.domain.battery import Battery
from sterna.kernel.quantities import NO_POWER, Kilowatts, Seconds, Share


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
        """What it draws from the grid at 0 kW with a closed contactor."""
        return self.charging.p0_kw

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


def field_fitted(
    rated_kw: Kilowatts, *, bidirectional: bool = True, minimum_kw: Kilowatts = NO_POWER
) -> Converter:
    """Return a converter of *rated_kw* with the 11 kW losses scaled to its size.

    Scaled per unit: p0 grows with the rating, b shrinks with it, so that the
    efficiency at the same part of the rating stays.
    """
    size = rated_kw / 11.0
    losses = Losses(
        p0_kw=Kilowatts(FIELD_LOSSES_11_KW.p0_kw * size),
        a=FIELD_LOSSES_11_KW.a,
        b_per_kw=FIELD_LOSSES_11_KW.b_per_kw / size,
    )
    return Converter(
        charge_kw_max=rated_kw,
        discharge_kw_max=rated_kw if bidirectional else Kilowatts(0.0),
        charging=losses,
        discharging=losses,
        minimum_kw=minimum_kw,
    )


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
        return replace(self, battery=battery)

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
