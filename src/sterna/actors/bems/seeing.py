"""What the BEMS learns from reports about the cars that come, and what it expects of the next. Pure."""

from collections.abc import Mapping
from typing import Final

from sterna.actors.bems.records import Car, Planned, Seen
from sterna.decisions.arrivals import Booking
from sterna.kernel.quantities import Instant

HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0
HOURS_MISSED_MAX: Final = 7 * 24
"""After a longer silence counting begins anew: nobody knows who came meanwhile."""
USER_CLASSES: Final = ("day", "days")
"""Who wants to stay for less than a day, and who for longer: more is not known here."""


def user_class(car: Car) -> str:
    """Return the class of users that a car counts under."""
    return USER_CLASSES[car.departure - car.plugged_at >= DAY_S]


def learn(
    seen: Seen,
    before: Mapping[str, Car],
    cars: Mapping[str, Car],
    now: Instant,
    reported_from: Instant,
) -> None:
    """Take note of who came and who left between two reports of all cars.

    *reported_from*: cars that were last reported before it are not known to have left now.
    """
    watch(seen, now)
    for evse, car in cars.items():
        old = before.get(evse)
        other = old is None or old.plugged_at != car.plugged_at
        # Who was plugged in long ago was there before and was not reported.
        if other and now - car.plugged_at <= HOUR_S:
            seen.came += 1
            need = (car.target - car.soc) * car.capacity_kwh
            seen.usual = seen.usual.seen(need, car.departure - car.plugged_at, car.charge_kw_max)
    for evse, car in before.items():
        new = cars.get(evse)
        gone = new is None or new.plugged_at != car.plugged_at
        if gone and car.reported_at >= reported_from:
            seen.departures = seen.departures.seen(user_class(car), now - car.departure)


def watch(seen: Seen, now: Instant) -> None:
    """Close the hours that went by since the last look."""
    hour = Instant(now // HOUR_S * HOUR_S)
    if not seen.hour or hour - seen.hour > HOURS_MISSED_MAX * HOUR_S:
        seen.hour, seen.came = hour, 0
    while seen.hour < hour:
        seen.rates = seen.rates.passed(seen.hour, seen.came)
        seen.hour, seen.came = Instant(seen.hour + HOUR_S), 0


def bookings(stays: Mapping[str, Planned], now: Instant) -> tuple[Booking, ...]:
    """Return the booked stays that have not begun, earliest first."""
    coming = (stay for stay in stays.values() if stay.start > now)
    found = (Booking(arrival=stay.start, departure=stay.end) for stay in coming)
    return tuple(sorted(found, key=lambda each: (each.arrival, each.departure)))
