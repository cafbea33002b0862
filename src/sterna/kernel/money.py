"""Money as integers: micro-euro, so that sums are exact and ledgers close at zero.

One micro-euro is 1e-6 EUR. A price is an integer number of micro-euro per kWh,
fine enough for any published tariff (1 EUR/MWh = 1000 micro-euro per kWh).
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, NewType

MicroEuro = NewType("MicroEuro", int)
"""An amount of money in 1e-6 EUR."""
MicroEuroPerKilowattHour = NewType("MicroEuroPerKilowattHour", int)
"""A price of energy in 1e-6 EUR per kWh."""

MICRO_PER_EURO: Final = 1_000_000
WATT_HOURS_PER_KILOWATT_HOUR: Final = 1000


def euros(amount: Decimal | str | int) -> MicroEuro:
    """Return *amount* in EUR as micro-euro, rounded half to even.

    Floats are refused on purpose: 0.1 has no exact float.
    """
    micro = Decimal(amount) * MICRO_PER_EURO
    return MicroEuro(int(micro.to_integral_value(ROUND_HALF_EVEN)))


def in_euros(amount: int) -> Decimal:
    """Return a micro-euro *amount* as an exact decimal number of EUR."""
    return Decimal(amount) / MICRO_PER_EURO


def price_per_kwh(eur_per_kwh: float) -> MicroEuroPerKilowattHour:
    """Return a price known as a float in EUR/kWh as an integer price."""
    return MicroEuroPerKilowattHour(round(eur_per_kwh * MICRO_PER_EURO))


def cost(energy_wh: int, price: int) -> MicroEuro:
    """Return what *energy_wh* costs at *price* micro-euro per kWh, rounded half to even.

    A negative energy or price gives a negative cost, symmetric about zero.
    """
    quotient, remainder = divmod(energy_wh * price, WATT_HOURS_PER_KILOWATT_HOUR)
    half = WATT_HOURS_PER_KILOWATT_HOUR // 2
    up = remainder > half or (remainder == half and quotient % 2 == 1)
    return MicroEuro(quotient + up)


def split(amount: int, weights: Sequence[int]) -> tuple[MicroEuro, ...]:
    """Split *amount* in proportion to *weights*; the parts sum to *amount* exactly.

    Largest remainder first, ties to the earlier part, so that the result is
    the same whoever computes it. Weights are non-negative and not all zero.
    """
    total = sum(weights)
    assert total > 0, weights
    assert all(weight >= 0 for weight in weights), weights
    sign = -1 if amount < 0 else 1
    shares = [divmod(abs(amount) * weight, total) for weight in weights]
    left = abs(amount) - sum(whole for whole, _ in shares)
    winners = sorted(range(len(weights)), key=lambda part: (-shares[part][1], part))[:left]
    return tuple(
        MicroEuro(sign * (whole + (part in winners))) for part, (whole, _) in enumerate(shares)
    )


def written(amount: int, places: int = 2) -> str:
    """Return *amount* as a person reads it, e.g. ``-12.34 EUR``."""
    return f"{in_euros(amount):,.{places}f} EUR"
