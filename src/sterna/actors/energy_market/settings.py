"""Settings of the energy market."""

from dataclasses import dataclass
from typing import Final

from sterna.domain.tariff import EnergyPrices
from sterna.kernel.money import price_per_kwh
from sterna.kernel.quantities import Seconds, hours
from sterna.kernel.series import Series

PROGRAM: Final = "day-ahead"
"""Name of the OpenADR program."""
PRICE_STEP: Final = hours(1)
"""Length of a price interval; the prices of quarter hours are averaged into it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnergyMarketSettings:
    """What the market knows and whom it serves."""

    import_price: Series
    """What a kWh from the grid costs, EUR/kWh, energy alone, without network access."""
    export_price: Series
    """What a kWh into the grid earns, EUR/kWh, on the same grid."""
    client_secret: str
    """OpenADR secret of the building's VEN."""
    client_id: str = "bems"
    """OpenADR client id of the building's VEN."""
    callback_hosts: tuple[str, ...] = ("bems",)
    """Hosts that notifications may be posted to."""
    building: str = ""
    """Owner of the building's account in the ledger; empty: the role's only account."""
    zone: str = "Europe/Lisbon"
    """Time zone of the market's day."""
    publish_hour: int = 13
    """Local hour at which the prices of the next day become known."""

    def __post_init__(self) -> None:
        """Check that both prices stand on one grid."""
        imports, exports = self.import_price, self.export_price
        assert (imports.start, imports.step) == (exports.start, exports.step)
        assert len(imports.values) == len(exports.values)

    def energy_prices(self) -> EnergyPrices:
        """Return the prices as bills count them, in whole micro-euro per kWh."""
        return EnergyPrices(
            start=self.import_price.start,
            step=Seconds(self.import_price.step),
            import_prices=tuple(price_per_kwh(value) for value in self.import_price.values),
            export_prices=tuple(price_per_kwh(value) for value in self.export_price.values),
        )
