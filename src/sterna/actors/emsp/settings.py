"""Settings of the EMSP: its public tariff, its terms, whose accounts money flows between."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sterna.domain.settlement import USER_SHARE
from sterna.domain.tariff import QUARTER, EnergyPrices, Taxation
from sterna.domain.wear import CELSIUS_DEFAULT
from sterna.kernel.money import MicroEuro, MicroEuroPerKilowattHour, price_per_kwh
from sterna.kernel.quantities import Instant, Seconds, Share

ROUND_TRIP_DEFAULT: Final = Share(0.95 * 0.95)
"""A converter with 95 % each way, meter to meter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmspSettings:
    """How the EMSP bills."""

    tariff: EnergyPrices
    """Public: what a charged kWh costs the driver (network included), and what a discharged one brings
    before the split, which is never below 0. See :func:`public_tariff`."""
    reward_weights: tuple[int, int, int] = USER_SHARE
    """Parts of the reward for driver, EMSP and CPO."""
    service_fee: MicroEuro = MicroEuro(0)  # an int
    """Per session that moved energy."""
    operator_fee: MicroEuroPerKilowattHour = MicroEuroPerKilowattHour(30_000)  # an int
    """Per kWh charged, to the CPO; its charge records have to ask for the same."""
    tax_rate: MicroEuroPerKilowattHour = MicroEuroPerKilowattHour(0)  # an int
    taxation: Taxation = Taxation.SINGLE
    wear_price: MicroEuroPerKilowattHour | None = None
    """Wear pay per kWh discharged where it is agreed on; None: by the model of the cells."""
    battery_celsius: float = CELSIUS_DEFAULT
    """What the contract takes the cells' temperature for."""
    round_trip: Share = ROUND_TRIP_DEFAULT
    """From meter to battery and back, for the charge-only comparison."""
    tolerance_wh: int = 2
    """By how much record and statistics may differ: each rounds two registers to whole Wh."""
    seller: str = "building/porto"
    """Account of who sells the energy charged: the building, behind whose meter the EVSEs are."""
    beneficiary: str = "building/porto"
    """Account of who used the energy discharged."""
    emsp: str = "emsp"
    cpo: str = "cpo"
    state: str = "state"
    country: str = "PT"
    party: str = "STE"
    """The EMSP's address in OCPI."""
    tokens: tuple[str, ...] = field(default=("emme-to-emsp",))
    """Who shows one of these may send charge records."""
    base_url: str = "https://emsp"
    """Where charge records are found again."""


def public_tariff(
    start: Instant,
    buy_eur_per_kwh: Sequence[float],
    reward_eur_per_kwh: Sequence[float] | None = None,
    step: Seconds = QUARTER,
) -> EnergyPrices:
    """Return prices step by step from *start*; without rewards, a kWh back brings what one costs.

    A reward below zero would be a fine and becomes 0.
    """
    rewards = buy_eur_per_kwh if reward_eur_per_kwh is None else reward_eur_per_kwh
    return EnergyPrices(
        start=start, step=step,
        import_prices=tuple(price_per_kwh(price) for price in buy_eur_per_kwh),
        export_prices=tuple(price_per_kwh(max(0.0, price)) for price in rewards),
    )  # fmt: skip
