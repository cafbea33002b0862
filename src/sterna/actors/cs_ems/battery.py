"""What is stored in a plugged car's battery, reckoned between the samples that it gives."""

from typing import Final

from sterna.actors.cs_ems.records import Bay, Car, Plug, Session, State
from sterna.kernel.quantities import SECONDS_PER_HOUR, Instant, KilowattHours, Kilowatts, Share

EFFICIENCY: Final = Share(0.95)
"""Of the converter, each way, as far as anybody tells."""
AT_FLOOR_SHARE: Final = 0.002
"""A car this near to its floor counts as having reached it: a quarter of what OCPP's percent resolve."""


def settle(plug: Plug, now: Instant) -> None:
    """Reckon what flowed since the last look into the battery."""
    car = plug.car
    if now > car.pushed_at:
        kwh = plug.kw * (now - car.pushed_at) / SECONDS_PER_HOUR
        car.pushed_kwh += kwh * EFFICIENCY if kwh > 0 else kwh / EFFICIENCY
        car.pushed_at = now


def sampled(plug: Plug, soc: Share | None, kw: Kilowatts | None, at: Instant) -> None:
    """Take a sample of the car: what it says replaces what was reckoned."""
    settle(plug, at)
    if kw is not None:
        plug.kw = kw
    if soc is not None:
        told(plug.car, soc, at)
        if plug.soc_start < 0:
            plug.soc_start = soc
        plug.soc_lowest = min(plug.soc_lowest, soc)


def told(car: Car, soc: float, at: Instant) -> None:
    """Take the state of charge that the car tells."""
    car.soc, car.soc_at = soc, at
    car.pushed_kwh, car.pushed_at = 0.0, at


def capacity(state: State, plug: Plug, session: Session) -> KilowattHours:
    """Return the capacity that the car tells, else the driver, else the usual one."""
    if plug.car.capacity_kwh > 0:
        return KilowattHours(plug.car.capacity_kwh)
    return KilowattHours(session.wish.capacity_kwh or state.capacity_kwh_default)


def stored(state: State, plug: Plug, session: Session, kwh: KilowattHours) -> KilowattHours:
    """Return the energy in a battery of *kwh* at the last look.

    Reckoning never carries it below the driver's floor: the car itself stops there, and tells.
    """
    car = plug.car
    base = car.soc if car.soc >= 0 else state.soc_default
    lowest = min(base, session.wish.floor) * kwh
    return KilowattHours(min(max(base * kwh + car.pushed_kwh, lowest), kwh))


def charge_kw(bay: Bay, session: Session) -> float:
    """Return what EVSE, car and driver let the car draw, >= 0."""
    plug = bay.plug
    said = plug.car.charge_kw if plug is not None else -1.0
    limits = [bay.plate.charge_kw, *([said] if said >= 0 else [])]
    if session.wish.charge_kw_max is not None:
        limits.append(session.wish.charge_kw_max)
    return max(0.0, min(limits))


def discharge_kw(bay: Bay, session: Session) -> float:
    """Return what EVSE, car and driver let the car give, >= 0; a car that has not told gives nothing."""
    plug = bay.plug
    said = plug.car.discharge_kw if plug is not None else 0.0
    limits = [bay.plate.discharge_kw, said]
    if session.wish.discharge_kw_max is not None:
        limits.append(session.wish.discharge_kw_max)
    return max(0.0, min(limits))


def may_discharge(state: State, bay: Bay, session: Session) -> bool:
    """Return whether the driver allows it, the station was told, and the cycle limit leaves room."""
    plug = bay.plug
    if plug is None or not (state.controlled and session.wish.v2x and session.bidirectional):
        return False
    most = session.wish.discharge_kwh_max
    if most is not None and given_kwh(plug) >= most:
        return False
    return plug.car.soc >= 0


def given_kwh(plug: Plug) -> float:
    """Return what was metered out of the car in this plug."""
    if not plug.readings:
        return 0.0
    return (plug.readings[-1].discharged_wh - plug.readings[0].discharged_wh) / 1000.0
