"""The driver's consents: an append-only list of what was granted and withdrawn, and when.

A record is never changed or removed while the session lives. What counts at a
moment is the last record up to and including that moment: a withdrawal has
effect at once. Without a record there is no consent.
"""

from dataclasses import dataclass
from enum import StrEnum

from sterna.kernel.quantities import Instant


class Purpose(StrEnum):
    """What a driver is asked to agree to; each is asked and withdrawn by itself."""

    TERMS = "terms"
    """Terms of service and the privacy notice (GDPR)."""
    V2X = "v2x"
    """Discharging the car's battery for the building or the grid."""


class Decision(StrEnum):
    """What the driver said."""

    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """One statement of the driver, as evidence."""

    purpose: Purpose
    decision: Decision
    notice_version: str
    """The version of the text that the driver saw."""
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """All statements of one driver for one session, oldest first."""

    records: tuple[ConsentRecord, ...] = ()

    def __post_init__(self) -> None:
        """Check the order, on which all answers rest."""
        times = [record.at for record in self.records]
        assert times == sorted(times), times

    def with_record(self, record: ConsentRecord) -> "Consents":
        """Return the list with *record* appended; it is not older than the last one."""
        return Consents(records=(*self.records, record))

    def stands(self, purpose: Purpose, at: Instant) -> bool:
        """Return whether *purpose* was granted, and not withdrawn since, at the moment *at*."""
        for record in reversed(self.records):
            if record.purpose is purpose and record.at <= at:
                return record.decision is Decision.GRANTED
        return False

    def allows_discharge(self, at: Instant) -> bool:
        """Return whether the car may discharge at *at*: terms and V2X both stand."""
        return self.stands(Purpose.TERMS, at) and self.stands(Purpose.V2X, at)

    def since(self, purpose: Purpose, at: Instant) -> Instant | None:
        """Return since when *purpose* stands without a break at *at*, or None if it does not."""
        first: Instant | None = None
        for record in self.records:
            if record.purpose is not purpose or record.at > at:
                continue
            if record.decision is Decision.WITHDRAWN:
                first = None
            elif first is None:
                first = record.at
        return first
