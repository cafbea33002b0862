"""May this charge detail record be paid? Every reason why not, as a pure function."""

from collections.abc import Collection
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from sterna.kernel.quantities import Instant
from sterna.kernel.timestamps import instant
from sterna.protocols.ocpi.objects import (
    Cdr,
    ChargingPeriod,
    Price,
    PriceComponent,
    Session,
    Tariff,
    Token,
    same,
)

LATE_SECONDS: Final = 24 * 3600.0
"""A record that comes later after its session's end is flagged, not refused."""
CENT: Final = Decimal("0.01")
ENERGY_STEP: Final = Decimal("0.001")
"""Meters count whole Wh; two sums that differ by less are equal."""

Code = Literal[
    "duplicate",
    "session",
    "token",
    "currency",
    "order",
    "outside",
    "energy",
    "direction",
    "meter",
    "tariff",
    "price",
    "tax",
    "signature",
    "credit",
    "late",
]


class Objection(Struct, frozen=True, kw_only=True, gc=False):
    """One reason why a record is not in order."""

    code: Code
    reason: str

    @property
    def refuses(self) -> bool:
        """Whether it is a reason to refuse; lateness is only flagged."""
        return self.code != "late"


class Metered(Struct, frozen=True, kw_only=True, gc=False):
    """What the receiver knows from the meter itself, in kWh."""

    import_kwh: Decimal
    export_kwh: Decimal
    signature_valid: bool = True


class Known(Struct, frozen=True, kw_only=True):
    """What the receiver of a record knows; what it does not know is None and not checked."""

    session: Session | None
    """The session that the record names; every record but a credit has to have one."""
    token: Token | None
    currency: str
    now: Instant
    cdrs: Collection[str] = ()
    """Ids of the records already accepted, lower case."""
    credited: Cdr | None = None
    """The record that a credit refers to."""
    metered: Metered | None = None
    vat_share: Decimal | None = None
    """The tax on the whole record, e.g. 0.23."""


def objections(cdr: Cdr, known: Known) -> tuple[Objection, ...]:
    """Return all that is wrong with *cdr*; it may be paid when none of it refuses."""
    found = [*_formalities(cdr, known)]
    if cdr.credit:
        found += _credit(cdr, known.credited)
    else:
        found += [*_who(cdr, known), *_periods(cdr), *_energies(cdr, known.metered)]
        found += [*_money(cdr, known)]
    return tuple(Objection(code=code, reason=reason) for code, reason in found)


def acceptable(cdr: Cdr, known: Known) -> bool:
    """Return whether nothing speaks against paying *cdr*."""
    return not any(objection.refuses for objection in objections(cdr, known))


Found = list[tuple[Code, str]]


def _formalities(cdr: Cdr, known: Known) -> Found:
    """Check that the record is new, in the right currency and in time."""
    found: Found = []
    if cdr.id.lower() in known.cdrs:
        found.append(("duplicate", f"{cdr.id} was accepted before"))
    if cdr.currency != known.currency:
        found.append(("currency", f"{cdr.currency} instead of {known.currency}"))
    if known.now - instant(cdr.end_date_time) > LATE_SECONDS:
        found.append(("late", "more than 24 h after the session's end"))
    return found


def _who(cdr: Cdr, known: Known) -> Found:
    """Check that session and contract are known and belong together."""
    found: Found = []
    if (
        known.session is None
        or cdr.session_id is None
        or not same(cdr.session_id, known.session.id)
    ):
        found.append(("session", f"there is no session {cdr.session_id}"))
    token = known.token
    if token is None or not same(token.uid, cdr.cdr_token.uid):
        found.append(("token", f"there is no token {cdr.cdr_token.uid}"))
    elif not token.valid or not same(token.contract_id, cdr.cdr_token.contract_id):
        found.append(("token", f"the token {token.uid} is not valid under that contract"))
    return found


def _periods(cdr: Cdr) -> Found:
    """Check that periods follow each other inside the session."""
    starts = [instant(each.start_date_time) for each in cdr.charging_periods]
    found: Found = []
    if any(later <= earlier for earlier, later in pairwise(starts)):
        found.append(("order", "the periods are not in order of time"))
    begin, end = instant(cdr.start_date_time), instant(cdr.end_date_time)
    if min(starts) < begin or max(starts) > end:
        found.append(("outside", "a period begins outside of the session"))
    return found


def _energies(cdr: Cdr, metered: Metered | None) -> Found:
    """Check that energies add up, and that they are the meter's."""
    found: Found = []
    if _differ(cdr.summed("ENERGY"), cdr.total_energy):
        found.append(
            ("energy", f"periods sum to {cdr.summed('ENERGY')} kWh, total says {cdr.total_energy}")
        )
    if any(not _balanced(each) for each in cdr.charging_periods):
        found.append(("direction", "import less export is not the energy of its period"))
    if metered is None:
        return found
    if not metered.signature_valid:
        found.append(("signature", "the signature of the meter values does not verify"))
    known = (metered.import_kwh, metered.export_kwh)
    named = _both_ways(cdr)
    if any(_differ(one, other) for one, other in zip(named, known, strict=True)):
        found.append(("meter", f"{named} kWh in and out, the meter says {known}"))
    return found


def _both_ways(cdr: Cdr) -> tuple[Decimal, Decimal]:
    """Return imported and exported energy; a record without directions only imports."""
    if all(each.volume("ENERGY_IMPORT") is None for each in cdr.charging_periods):
        return cdr.summed("ENERGY"), Decimal(0)
    return cdr.summed("ENERGY_IMPORT"), cdr.summed("ENERGY_EXPORT")


def _balanced(period: ChargingPeriod) -> bool:
    """Return whether a period's energies of both directions make its net energy."""
    taken, given = period.volume("ENERGY_IMPORT"), period.volume("ENERGY_EXPORT")
    if taken is None and given is None:
        return True
    net = (taken or Decimal(0)) - (given or Decimal(0))
    return not _differ(net, period.volume("ENERGY") or Decimal(0))


def _differ(one: Decimal, other: Decimal) -> bool:
    """Return whether two energies in kWh differ by a Wh or more."""
    return abs(one - other) >= ENERGY_STEP


def _money(cdr: Cdr, known: Known) -> Found:
    """Check tariff, price and tax."""
    found: Found = []
    start = instant(cdr.start_date_time)
    for tariff in cdr.tariffs:
        begins = tariff.start_date_time and start < instant(tariff.start_date_time)
        ended = tariff.end_date_time and start >= instant(tariff.end_date_time)
        if begins or ended or tariff.currency != cdr.currency:
            found.append(("tariff", f"the tariff {tariff.id} does not hold for this session"))
    ours = priced(cdr)
    if ours is not None and abs(ours - cdr.total_cost.before_taxes) >= CENT:
        found.append(
            ("price", f"the tariff gives {ours}, the record says {cdr.total_cost.before_taxes}")
        )
    if known.vat_share is not None:
        tax = cdr.total_cost.total - cdr.total_cost.before_taxes
        due = cdr.total_cost.before_taxes * known.vat_share
        if abs(tax - due) >= CENT:
            found.append(("tax", f"{tax} instead of {due}"))
    return found


def priced(cdr: Cdr) -> Decimal | None:
    """Return what the record's own tariffs make of its periods, before taxes.

    Energy is priced as it was imported: OCPI knows no export price. None where there is no tariff, or
    one with restrictions, taxes included, or steps, which this engine does not price.
    """
    if not cdr.tariffs:
        return None
    total = Decimal(0)
    used: set[str] = set()
    for period in cdr.charging_periods:
        tariff = _tariff(cdr, period)
        if tariff is None or not _plain(tariff):
            return None
        for component in tariff.elements[0].price_components:
            if component.type == "FLAT":
                total += component.price * (tariff.id not in used)
            else:
                total += component.price * _quantity(period, component)
        used.add(tariff.id)
    return total


def _tariff(cdr: Cdr, period: ChargingPeriod) -> Tariff | None:
    """Return the tariff of *period*: the one it names, or the only one there is."""
    if period.tariff_id is None:
        return cdr.tariffs[0] if len(cdr.tariffs) == 1 else None
    return next((each for each in cdr.tariffs if same(each.id, period.tariff_id)), None)


def _plain(tariff: Tariff) -> bool:
    """Return whether the tariff has one unrestricted element, counted in single steps."""
    element = tariff.elements[0]
    single = all(each.step_size <= 1 for each in element.price_components)
    unrestricted = len(tariff.elements) == 1 and not element.restrictions
    return single and unrestricted and tariff.tax_included != "YES"


def _quantity(period: ChargingPeriod, component: PriceComponent) -> Decimal:
    """Return the billed quantity of one period in kWh or hours."""
    if component.type == "ENERGY":
        taken = period.volume("ENERGY_IMPORT")
        return (period.volume("ENERGY") or Decimal(0)) if taken is None else taken
    assert component.type in ("TIME", "PARKING_TIME"), component.type
    return period.volume("TIME" if component.type == "TIME" else "PARKING_TIME") or Decimal(0)


def _credit(cdr: Cdr, credited: Cdr | None) -> Found:
    """Check that a credit takes back exactly one earlier record."""
    if credited is None or cdr.credit_reference_id is None:
        return [("credit", f"there is no record {cdr.credit_reference_id} to credit")]
    if not same(credited.id, cdr.credit_reference_id):
        return [("credit", f"{cdr.credit_reference_id} is not {credited.id}")]
    if cdr.total_cost.total != -credited.total_cost.total:
        return [
            ("credit", f"{cdr.total_cost.total} does not take back {credited.total_cost.total}")
        ]
    return []


def credit(cdr: Cdr, new_id: str, last_updated: str) -> Cdr:
    """Return the credit record that takes *cdr* back."""
    cost = cdr.total_cost
    taxes = tuple(
        type(tax)(name=tax.name, amount=-tax.amount, percentage=tax.percentage)
        for tax in cost.taxes
    )
    return replace(
        cdr,
        id=new_id,
        credit=True,
        credit_reference_id=cdr.id,
        total_cost=Price(before_taxes=-cost.before_taxes, taxes=taxes),
        last_updated=last_updated,
    )
