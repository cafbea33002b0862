"""Days by the wall clock of a place: 23, 24 or 25 hours long."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sterna.kernel.quantities import Instant


def midnight(moment: Instant, zone: ZoneInfo, days: int = 0) -> Instant:
    """Return the start of the local day of *moment*, or of the one *days* later."""
    return clock_time(moment, zone, hour=0, days=days)


def clock_time(moment: Instant, zone: ZoneInfo, *, hour: int, days: int = 0) -> Instant:
    """Return *hour* o'clock on the local day of *moment*, or on the one *days* later."""
    day = datetime.fromtimestamp(moment, zone).date() + timedelta(days=days)
    return Instant(datetime(day.year, day.month, day.day, hour, tzinfo=zone).timestamp())


def first_of_month(moment: Instant, zone: ZoneInfo) -> bool:
    """Return whether *moment* is in the first local day of a month."""
    return datetime.fromtimestamp(moment, zone).day == 1
