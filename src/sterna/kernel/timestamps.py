"""RFC 3339 date-times, as most of the protocols write them."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from sterna.kernel.quantities import Instant

SAME_MOMENT: Final = 256
"""Moments remembered: a site's rooms write the same few again and again, then never more."""


@lru_cache(SAME_MOMENT)
def stamp(moment: Instant) -> str:
    """Return *moment* as RFC 3339 in UTC, e.g. ``2026-07-01T00:00:00Z`` (ms resolution)."""
    # Whole milliseconds, rounded before the split so that 59.9996 s never becomes 60.
    whole, thousandths = divmod(round(moment * 1000), 1000)
    text = datetime.fromtimestamp(whole, UTC).isoformat()[:19]
    return f"{text}.{thousandths:03d}Z" if thousandths else f"{text}Z"


@lru_cache(SAME_MOMENT)
def instant(text: str) -> Instant:
    """Return the moment that *text* names; one without zone is read as UTC.

    Raises ValueError when it is no date-time.
    """
    read = datetime.fromisoformat(text)
    return Instant((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())
