"""Limits from several sources, combined by the tightest, and set-points that age.

A limit always contains 0 kW: it says how much may be charged and how much
discharged. A limit of 0 means 0, never "no limit". An unsupported discharge
becomes 0, never charging. An older set-point never overrides a newer one, and
after its expiry the safe default applies.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sterna.kernel.quantities import UNLIMITED_POWER, Instant, Kilowatts

EVER: Final = Instant(0.0)
"""Since when holds what always held: 1970."""
ALWAYS: Final = Instant(253_402_300_799.0)
"""The expiry of what does not expire, such as a rating plate: the end of 9999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What one source allows; both powers are magnitudes."""

    source: str
    charge_kw_max: Kilowatts = UNLIMITED_POWER
    discharge_kw_max: Kilowatts = UNLIMITED_POWER
    since: Instant = EVER
    until: Instant = ALWAYS

    def __post_init__(self) -> None:
        """Check the magnitudes: a negative one would turn a limit into an order."""
        assert self.charge_kw_max >= 0, self
        assert self.discharge_kw_max >= 0, self

    def holds(self, now: Instant) -> bool:
        """Return whether the limit holds at *now*: from *since* on, and no more at *until*."""
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What all sources allow together, and who was the tightest."""

    charge_kw_max: Kilowatts
    discharge_kw_max: Kilowatts
    charge_source: str
    """The source of *charge_kw_max*; empty when nobody limits."""
    discharge_source: str

    def clipped(self, power: Kilowatts) -> Kilowatts:
        """Return the allowed power nearest to *power*; its sign never changes."""
        return Kilowatts(max(-self.discharge_kw_max, min(power, self.charge_kw_max)))


def tightest(limits: Iterable[Limit], now: Instant) -> Allowed:
    """Combine the *limits* that hold at *now*; of equal ones the first is named as the source."""
    charge, discharge = Limit(source=""), Limit(source="")
    for limit in limits:
        if not limit.holds(now):
            continue
        if limit.charge_kw_max < charge.charge_kw_max:
            charge = limit
        if limit.discharge_kw_max < discharge.discharge_kw_max:
            discharge = limit
    return Allowed(
        charge_kw_max=charge.charge_kw_max,
        discharge_kw_max=discharge.discharge_kw_max,
        charge_source=charge.source,
        discharge_source=discharge.source,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPoint:
    """A power that somebody asked for, from a moment on and until another."""

    power_kw: Kilowatts
    origin: str
    """Who asked, e.g. ``BEMS`` or ``driver``."""
    at: Instant
    """When the origin decided it, by the origin's clock as corrected by the link."""
    expires: Instant

    def __post_init__(self) -> None:
        """Check that it has a life."""
        assert self.at <= self.expires, self

    def in_force(self, now: Instant) -> bool:
        """Return whether it still counts at *now*."""
        return now < self.expires


def newer(held: SetPoint | None, arrived: SetPoint) -> SetPoint:
    """Return which set-point holds when *arrived* comes in while *held* was there.

    A set-point decided before the held one came late and changes nothing; of two
    decided at the same moment the one that arrived last holds.
    """
    if held is not None and arrived.at < held.at:
        return held
    return arrived


def asked_kw(held: SetPoint | None, now: Instant, safe_default: Kilowatts) -> Kilowatts:
    """Return the power that is asked for at *now*: the set-point's, or the *safe_default*.

    The safe default charges towards the driver's target and never discharges.
    """
    assert safe_default >= 0, safe_default
    if held is None or not held.in_force(now):
        return safe_default
    return held.power_kw
