"""What is stored in a plugged car's battery, reckoned between the samples that it gives."""

from typing import Final

from sterna.actors.cs_ems.records import Bay, Car, Plug, Session, State
from sterna.actors.cs_ems.settings import Plate
from sterna.kernel.quantities import SECONDS_PER_HOUR, Instant, KilowattHours, Kilowatts, Share

AT_FLOOR_SHARE: Final = 0.002
"""A car this near to its floor counts as having reached it: a quarter of what OCPP's percent resolve."""

RUN_KW_MIN: Final = Kilowatts(0.5)
"""Least power of a car in either direction: below it a converter loses more than a quarter."""
NOTHING_KW: Final = 0.05
"""A car that draws less draws nothing."""
NEARLY_FULL: Final = 0.97
"""From here on a car that stops drawing has ended by itself, and is no fault."""
ROOM_MIN: Final = 0.03
"""Below it a rounded state of charge says too little about the capacity."""
TARGET_MARGIN: Final = 0.005
"""Aimed at above the driver's target: samples are rounded and efficiencies assumed, promises are not."""


def stored_kwh(plate: Plate, kwh: float) -> float:
    """Return what of *kwh* at the meter (negative: given back) is stored behind an EVSE."""
    return kwh * plate.efficiency if kwh > 0 else kwh / plate.efficiency


def settle(plate: Plate, plug: Plug, now: Instant) -> None:
    """Reckon what flowed since the last look into the battery."""
    car = plug.car
    if now > car.pushed_at:
        kwh = plug.kw * (now - car.pushed_at) / SECONDS_PER_HOUR
        car.pushed_kwh += stored_kwh(plate, kwh)
        car.full = car.full and kwh >= 0
        car.pushed_at = now


def sampled(plate: Plate, plug: Plug, soc: Share | None, kw: Kilowatts | None, at: Instant) -> None:
    """Take a sample of the car: what it says replaces what was reckoned."""
    settle(plate, plug, at)
    if kw is not None:
        plug.kw = kw
    if soc is None:
        return
    car = plug.car
    learn_capacity(car, soc)
    car.soc, car.reckoned = soc, False
    car.pushed_kwh, car.pushed_at = 0.0, at
    if plug.soc_start < 0:
        plug.soc_start = soc
    plug.soc_lowest = min(plug.soc_lowest, soc)


def follows(plug: Plug, told_kw: float, kw: float | None) -> None:
    """See how a car follows *told_kw*: near full, who draws nothing is full."""
    if kw is not None and kw < NOTHING_KW < told_kw and plug.car.soc >= NEARLY_FULL:
        plug.car.full = True


def learn_capacity(car: Car, soc: float) -> None:
    """Work the capacity out from the energy that fills the battery, for a car that does not tell it."""
    room = 1.0 - soc
    if car.until_full_kwh >= 0 and car.capacity_kwh < 0 and room >= ROOM_MIN:
        car.capacity_kwh = max(0.0, car.until_full_kwh - car.pushed_kwh) / room
        car.until_full_kwh = -1.0


def needed(state: State, plug: Plug, session: Session, until_full_kwh: float) -> None:
    """Take the energy that would fill the battery; it tells capacity or state of charge, whichever lacks."""
    car = plug.car
    car.until_full_kwh = until_full_kwh + car.pushed_kwh
    if car.soc >= 0 and not car.reckoned:
        learn_capacity(car, car.soc)
        return
    car.until_full_kwh, car.pushed_kwh = until_full_kwh, 0.0
    kwh = capacity(state, plug, session)
    car.soc, car.reckoned = min(1.0, max(0.0, 1.0 - until_full_kwh / kwh)), True


def capacity(state: State, plug: Plug, session: Session) -> KilowattHours:
    """Return the capacity that the car tells, else the driver, else the usual one."""
    if plug.car.capacity_kwh > 0:
        return KilowattHours(plug.car.capacity_kwh)
    return KilowattHours(session.wish.capacity_kwh or state.capacity_kwh_default)


def stored(state: State, plug: Plug, session: Session, kwh: KilowattHours) -> KilowattHours:
    """Return the energy in a battery of *kwh* at the last look.

    Reckoning never carries it below the driver's floor: the car itself stops there, and tells. What it
    tells is rounded: a car next to its floor stands at it.
    """
    car, floor = plug.car, session.wish.floor
    if car.full:
        return kwh
    base = car.soc if car.soc >= 0 else state.soc_default
    if floor - AT_FLOOR_SHARE <= base < floor:
        base = floor
    lowest = min(base, floor) * kwh
    return KilowattHours(min(max(base * kwh + car.pushed_kwh, lowest), kwh))


def soc_at(state: State, plug: Plug, session: Session, now: Instant) -> Share | None:
    """Return the state of charge at *now*, reckoned since the last look; None while nobody has told it."""
    if plug.car.soc < 0:
        return None
    kwh = capacity(state, plug, session)
    flowed = plug.kw * max(0.0, now - plug.car.pushed_at) / SECONDS_PER_HOUR
    since = stored_kwh(state.bays[session.evse].plate, flowed)
    return Share(min(1.0, max(0.0, (stored(state, plug, session, kwh) + since) / kwh)))


def charge_kw(bay: Bay, session: Session) -> float:
    """Return what EVSE, car and driver let the car draw, >= 0."""
    most: float = bay.plate.charge_kw
    plug, wanted = bay.plug, session.wish.charge_kw_max
    if plug is not None and plug.car.charge_kw >= 0:
        most = min(most, plug.car.charge_kw)
    if wanted is not None:
        most = min(most, wanted)
    return max(0.0, most)


def discharge_kw(bay: Bay, session: Session) -> float:
    """Return what EVSE, car and driver let the car give, >= 0; a car that has not told gives nothing."""
    plug, wanted = bay.plug, session.wish.discharge_kw_max
    if plug is None:
        return 0.0
    most = min(float(bay.plate.discharge_kw), plug.car.discharge_kw)
    if wanted is not None:
        most = min(most, wanted)
    return max(0.0, most)


def least_kw(bay: Bay) -> Kilowatts:
    """Return the least power, either way, that EVSE and car run at and that is worth running for."""
    said = bay.plug.car.least_kw if bay.plug is not None else 0.0
    return Kilowatts(max(RUN_KW_MIN, bay.plate.minimum_kw, said))


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
