"""What a building pays for its grid connection over a run of quarters, by component.

Readings (the tariff file gives the prices, the regulation the rest; to be
checked against it before a real bill):

- Peak power of a billing month = energy drawn in *ponta* hours / number of
  *ponta* hours; billed per kW and day of the month.
- A run that covers only a part of a month is billed as if that part were the
  month: peak power over the part's own ponta hours, for the part's own days. The
  dear hours of the rest are then neither assumed empty nor assumed full.
- Contracted power is the highest quarter's mean power, unless it is given.
- Days are counted as quarters / 96.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Final

from sterna.domain.ledger import AccountId, Posting, Transaction
from sterna.domain.tariff import QUARTER, QUARTERS_PER_DAY, EnergyPrices, NetworkTariff, Period
from sterna.kernel.money import MicroEuro, MicroEuroPerKilowattHour, cost
from sterna.kernel.quantities import Instant, Kilowatts, WattHours


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBill:
    """The components of a building's bill; positive is paid by the building."""

    energy: MicroEuro
    """Energy bought, at the market's import prices."""
    feed_in: MicroEuro
    """Energy sold, at the export prices; what it brings is negative here."""
    network_energy: MicroEuro
    """Network access per kWh drawn, by period."""
    peak_power: MicroEuro
    contracted_power: MicroEuro

    @property
    def network(self) -> MicroEuro:
        """All that goes to the network operator."""
        return MicroEuro(self.network_energy + self.peak_power + self.contracted_power)

    @property
    def total(self) -> MicroEuro:
        """What the building pays altogether."""
        return MicroEuro(self.energy + self.feed_in + self.network)

    def beyond(self, billed: "SiteBill") -> "SiteBill":
        """Return what this bill adds to an earlier one of the same account; parts may be negative."""
        return SiteBill(
            energy=MicroEuro(self.energy - billed.energy),
            feed_in=MicroEuro(self.feed_in - billed.feed_in),
            network_energy=MicroEuro(self.network_energy - billed.network_energy),
            peak_power=MicroEuro(self.peak_power - billed.peak_power),
            contracted_power=MicroEuro(self.contracted_power - billed.contracted_power),
        )


_ZERO: Final = MicroEuro(0)
NOTHING_DUE: Final = SiteBill(
    energy=_ZERO, feed_in=_ZERO, network_energy=_ZERO, peak_power=_ZERO, contracted_power=_ZERO
)
"""The bill of an account that was just opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The quarters of a run that lie in one local calendar month."""

    first: int
    count: int
    peak_quarters: int

    @property
    def days(self) -> Fraction:
        """How many days the part has, in quarters of a 96th."""
        return Fraction(self.count, QUARTERS_PER_DAY)


def site_bill(
    *,
    start: Instant,
    imported_wh: Sequence[int],
    exported_wh: Sequence[int],
    prices: EnergyPrices,
    tariff: NetworkTariff,
    contracted_kw: Kilowatts | None = None,
) -> SiteBill:
    """Return the bill for quarters from *start* with the energies at the grid meter in Wh.

    Both energies are magnitudes of equal length; *start* is on a quarter.
    """
    network = network_bill(
        start=start, imported_wh=imported_wh, tariff=tariff, contracted_kw=contracted_kw
    )
    energy = energy_bill(
        start=start, imported_wh=imported_wh, exported_wh=exported_wh, prices=prices
    )
    return replace(network, energy=energy.energy, feed_in=energy.feed_in)


def energy_bill(
    *, start: Instant, imported_wh: Sequence[int], exported_wh: Sequence[int], prices: EnergyPrices
) -> SiteBill:
    """Return the market's part of :func:`site_bill`; IndexError when a price is not known."""
    assert len(imported_wh) == len(exported_wh)
    moments = [Instant(start + k * QUARTER) for k in range(len(imported_wh))]
    buys = zip(imported_wh, moments, strict=True)
    sells = zip(exported_wh, moments, strict=True)
    return replace(
        NOTHING_DUE,
        energy=MicroEuro(sum(cost(wh, prices.import_at(at)) for wh, at in buys)),
        feed_in=MicroEuro(-sum(cost(wh, prices.export_at(at)) for wh, at in sells)),
    )


def network_bill(
    *,
    start: Instant,
    imported_wh: Sequence[int],
    tariff: NetworkTariff,
    contracted_kw: Kilowatts | None = None,
) -> SiteBill:
    """Return the network operator's part of :func:`site_bill`."""
    periods = tariff.periods(start, len(imported_wh))
    return replace(
        NOTHING_DUE,
        network_energy=_network_energy(tariff, periods, imported_wh),
        peak_power=peak_charge(tariff, start, imported_wh),
        contracted_power=_contracted_charge(tariff, imported_wh, contracted_kw),
    )


def _network_energy(
    tariff: NetworkTariff, periods: Sequence[Period], imported_wh: Sequence[int]
) -> MicroEuro:
    by_period = dict.fromkeys(Period, 0)
    for period, wh in zip(periods, imported_wh, strict=True):
        by_period[period] += wh
    return MicroEuro(sum(cost(wh, tariff.energy_prices[each]) for each, wh in by_period.items()))


def _contracted_charge(
    tariff: NetworkTariff, imported_wh: Sequence[int], contracted_kw: Kilowatts | None
) -> MicroEuro:
    # 1 Wh in a quarter is a mean of 4 W.
    highest = Fraction(max(imported_wh, default=0) * 4, 1000)
    power = highest if contracted_kw is None else Fraction(contracted_kw)
    days = Fraction(len(imported_wh), QUARTERS_PER_DAY)
    return MicroEuro(round(power * days * tariff.contracted_power_price))


def months(tariff: NetworkTariff, start: Instant, count: int) -> tuple[Month, ...]:
    """Return the parts of *count* quarters from *start*, one per local calendar month."""
    found: list[Month] = []
    first, peaks = 0, 0
    periods = tariff.periods(start, count)
    names = [
        datetime.fromtimestamp(start + k * QUARTER, tariff.zone).strftime("%Y-%m")
        for k in range(count)
    ]
    for k in range(count):
        peaks += periods[k] is Period.PONTA
        if k + 1 == count or names[k + 1] != names[k]:
            found.append(Month(first=first, count=k + 1 - first, peak_quarters=peaks))
            first, peaks = k + 1, 0
    return tuple(found)


def peak_charge(tariff: NetworkTariff, start: Instant, imported_wh: Sequence[int]) -> MicroEuro:
    """Return the charge for peak power: ponta energy / ponta hours * days * price, by month."""
    charge = Fraction(0)
    periods = tariff.periods(start, len(imported_wh))
    for month in months(tariff, start, len(imported_wh)):
        if month.peak_quarters == 0:
            continue
        span = range(month.first, month.first + month.count)
        drawn = sum(imported_wh[k] for k in span if periods[k] is Period.PONTA)
        peak_kw = Fraction(drawn * 4, 1000 * month.peak_quarters)
        charge += peak_kw * month.days * tariff.peak_power_price
    return MicroEuro(round(charge))


def peak_energy_price(
    tariff: NetworkTariff, start: Instant, count: int
) -> MicroEuroPerKilowattHour:
    """Return what one more kWh drawn in a ponta hour adds to the peak charge of the run.

    Peak power is a mean over the ponta hours, so its charge is a price of ponta
    energy: days * price / ponta hours. A scheduler adds it to the price of ponta
    quarters instead of minimising a maximum. Exact for a run inside one month, a
    mean over several. 0 when the run has no ponta hours.
    """
    parts = months(tariff, start, count)
    hours = Fraction(sum(month.peak_quarters for month in parts), 4)
    if hours == 0:
        return MicroEuroPerKilowattHour(0)
    days = sum((month.days for month in parts if month.peak_quarters), Fraction(0))
    return MicroEuroPerKilowattHour(round(days * tariff.peak_power_price / hours))


def drawn_and_fed(net_wh: Sequence[int]) -> tuple[tuple[WattHours, ...], tuple[WattHours, ...]]:
    """Split net energies per quarter (positive drawn) into drawn and fed-in magnitudes."""
    return (
        tuple(WattHours(max(0, wh)) for wh in net_wh),
        tuple(WattHours(max(0, -wh)) for wh in net_wh),
    )


def site_transaction(
    bill: SiteBill, key: str, at: Instant, *, building: AccountId, market: AccountId, dso: AccountId
) -> Transaction:
    """Return the transaction in which *building* pays the market and the network operator."""
    parts = (
        (market, bill.energy, "energy"),
        (market, bill.feed_in, "feed-in"),
        (dso, bill.network_energy, "network energy"),
        (dso, bill.peak_power, "peak power"),
        (dso, bill.contracted_power, "contracted power"),
    )
    return Transaction(
        key=key,
        at=at,
        postings=tuple(
            posting
            for payee, amount, what in parts
            if amount
            for posting in (
                Posting(account=building, amount=MicroEuro(-amount), what=what),
                Posting(account=payee, amount=amount, what=what),
            )
        ),
    )
