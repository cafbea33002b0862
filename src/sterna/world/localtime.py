"""Local wall clock to instants and back, with the two days a year on which that is not one to one."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sterna.kernel.quantities import Instant

SECONDS_PER_DAY: Final = 86_400
YEARS: Final = range(1970, 2200)
"""Years that a user can mean: zones have rules for them, and the day before each exists."""


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone *name* of the IANA data base.

    Raises ValueError with a sentence for the user when there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f'there is no time zone "{name}"; write it like "Europe/Lisbon" or "UTC"'
        ) from error


def written_time(text: str, example: str) -> datetime:
    """Return the time that *text* writes in ISO 8601, as in *example*.

    Raises ValueError with a sentence for the user when it is none, or of a year nobody means.
    """
    try:
        wall = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'"{text}" is no time; write {example}') from error
    if wall.year not in YEARS:
        raise ValueError(f'"{text}" is not between the years {YEARS.start} and {YEARS.stop}')
    return wall


def instants(wall: datetime, zone: ZoneInfo) -> tuple[Instant, ...]:
    """Return the instants at which clocks in *zone* show *wall*, earliest first.

    None in the hour that spring skips, two in the hour that autumn repeats. A *wall* that carries
    its own offset is one instant.
    """
    if wall.tzinfo is not None:
        return (Instant(wall.timestamp()),)
    found = []
    for fold in (0, 1):
        moment = wall.replace(tzinfo=zone, fold=fold).timestamp()
        if local(Instant(moment), zone).replace(tzinfo=None, fold=0) == wall.replace(fold=0):
            found.append(Instant(moment))
    return tuple(dict.fromkeys(found))


def instant(wall: datetime, zone: ZoneInfo) -> Instant:
    """Return the instant at which clocks in *zone* show *wall*.

    Raises ValueError with a sentence for the user when there is none or two.
    """
    found = instants(wall, zone)
    if not found:
        raise ValueError(
            f"{wall:%Y-%m-%d %H:%M} does not exist in {zone.key}: clocks skip that hour"
        )
    if len(found) > 1:
        raise ValueError(
            f"{wall:%Y-%m-%d %H:%M} comes twice in {zone.key}; add the offset, e.g. "
            f"{wall.replace(tzinfo=zone).isoformat()}"
        )
    return found[0]


def local(moment: Instant, zone: ZoneInfo) -> datetime:
    """Return what clocks in *zone* show at *moment*."""
    return datetime.fromtimestamp(moment, tz=zone)


def utc_written(moment: Instant) -> str:
    """Return *moment* for an error message, e.g. ``2026-07-15 00:00 UTC``."""
    return f"{datetime.fromtimestamp(moment, tz=UTC):%Y-%m-%d %H:%M} UTC"
