"""ISO 8601 durations and RFC 3339 date-times as OpenADR writes them."""

import math
import re
from functools import lru_cache
from typing import Final

from sterna.kernel import timestamps
from sterna.kernel.quantities import Instant, Seconds

FOREVER: Final = "P9999Y"
"""What the User Guide writes for a duration without end."""
BEGINNING: Final = "0001-01-01T00:00:00Z"
"""What the User Guide writes for a start that means "now" or "right after the one before"."""

_DURATION: Final = re.compile(
    r"(-?)P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)([DW]))?"
    r"(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
YEAR_DAYS: Final = 365
MONTH_DAYS: Final = 30
"""Nominal lengths: a length in years or months without a calendar has no exact one."""


TEXTS_KEPT: Final = 512
"""Texts whose meaning is remembered: all intervals of a report and all reports say the same few."""


@lru_cache(maxsize=TEXTS_KEPT)
def seconds(duration: str) -> Seconds:
    """Return the length of an ISO 8601 *duration*; infinite for :data:`FOREVER`.

    Raises ValueError when it does not have the form that the official schema prescribes.
    """
    if duration == FOREVER:
        return Seconds(math.inf)
    match = _DURATION.fullmatch(duration)
    if match is None or duration.endswith("T"):
        raise ValueError(f"{duration!r} is not an ISO 8601 duration")
    sign, years, months, days, unit, hours, minutes, rest = match.groups()
    whole_days = int(years or 0) * YEAR_DAYS + int(months or 0) * MONTH_DAYS
    whole_days += int(days or 0) * (7 if unit == "W" else 1)
    clock = int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(rest or 0)
    return Seconds((-1 if sign else 1) * (whole_days * 86_400 + clock))


def duration(length: float) -> str:
    """Return *length* in seconds as an ISO 8601 duration, e.g. ``PT15M`` (ms resolution)."""
    if math.isinf(length):
        return FOREVER
    milliseconds = round(abs(length) * 1000)
    hours, left = divmod(milliseconds, 3_600_000)
    minutes, left = divmod(left, 60_000)
    text = f"{hours}H" * (hours > 0) + f"{minutes}M" * (minutes > 0)
    if left or not text:
        text += f"{left / 1000:.3f}".rstrip("0").rstrip(".") + "S"
    return ("-" if length < 0 and milliseconds else "") + "PT" + text


@lru_cache(maxsize=TEXTS_KEPT)
def instant(text: str) -> Instant | None:
    """Return the moment that *text* names; None for the "beginning of time".

    A text without zone is read as UTC. Raises ValueError when it is no date-time.
    """
    return None if text.startswith("0001-01-01") else timestamps.instant(text)
