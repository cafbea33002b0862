"""Bodies of the energy market and of billing: prices, aggregate volumes, the driver's bill."""

from typing import Annotated, Literal

from msgspec import Meta
from typing_extensions import override

from sterna.kernel.money import MicroEuro, MicroEuroPerKilowattHour
from sterna.kernel.quantities import Instant
from sterna.protocols.rest.body import Amount, Body, Energy, Name

PRICES_MAX = 4 * 24 * 14
"""Two weeks of quarter hours in one answer; a caller who wants more asks again."""
QUARTER_S = 900.0
QUARTERS_MAX = 4 * 24 * 32
"""A month of quarter hours and a day: the longest span that is metered in one message."""
LINES_MAX = 200
"""More lines than any driver reads; a bill has about ten."""


class Volume(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """What an operator's chargers moved and could move in one interval (EMME -> market).

    An aggregate: no station, no session, no person.
    """

    operator: Name
    start: Instant
    end: Instant
    charged_wh: Energy
    discharged_wh: Energy
    up_kwh: Amount
    """Energy that the connected cars could still give back (upward flexibility)."""
    down_kwh: Amount
    """Energy that the connected cars could still take."""

    @override
    def fields(self) -> dict[str, float | str | bool]:
        return {"operator": self.operator, "kwh_up": self.up_kwh, "kwh_down": self.down_kwh}


class PriceInterval(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The price of energy in one interval."""

    start: Instant
    end: Instant
    buy: MicroEuroPerKilowattHour
    """What a kWh from the grid costs; negative when taking is paid."""
    sell: MicroEuroPerKilowattHour
    """What a kWh into the grid earns."""


class Prices(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The answer to ``GET /prices/v1?from=…&to=…``, intervals in order."""

    intervals: Annotated[tuple[PriceInterval, ...], Meta(max_length=PRICES_MAX)]
    currency: Literal["EUR"] = "EUR"

    @override
    def fields(self) -> dict[str, float | str | bool]:
        if not self.intervals:
            return {}
        return {"from": self.intervals[0].start, "to": self.intervals[-1].end}


class MeteredEnergy(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """Energy at a grid connection per quarter hour from *start* (DSO -> market).

    A building's sum: no charger, no session, no person. The same span again with the same
    energies changes nothing; with other energies it is refused.
    """

    connection: Name
    start: Instant
    """On a quarter hour."""
    imported_wh: Annotated[tuple[Energy, ...], Meta(min_length=1, max_length=QUARTERS_MAX)]
    exported_wh: Annotated[tuple[Energy, ...], Meta(min_length=1, max_length=QUARTERS_MAX)]

    def __post_init__(self) -> None:
        """Refuse registers of different lengths and a start beside the quarter hours."""
        if len(self.imported_wh) != len(self.exported_wh):
            raise ValueError("both registers need the same quarter hours")
        if self.start % QUARTER_S != 0.0:
            raise ValueError(f"the start {self.start} is not on a quarter hour")

    @override
    def fields(self) -> dict[str, float | str | bool]:
        return {
            "connection": self.connection,
            "kwh_in": sum(self.imported_wh) / 1000,
            "kwh_out": sum(self.exported_wh) / 1000,
        }


LineKind = Literal["energy", "network", "parking", "reward", "wear", "fee", "tax", "guarantee"]


class BillLine(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """One line of a bill. Positive amounts the driver pays, negative ones the driver gets."""

    kind: LineKind
    label: str
    quantity: float
    """In *unit*; for a tax on an amount, the rate as a share."""
    unit: str
    """``kWh``, ``month``, ``stay``, …; ``share`` for a tax on an amount, ``kWh`` for one on energy."""
    price: MicroEuro
    """Per *unit*; for a tax on an amount 0."""
    amount: MicroEuro
    base: MicroEuro | None = None
    """The amount that a tax is taken of; nothing else has one, nor has a tax on energy (its base is *quantity*)."""
    payable: bool = True
    """False: shown for information and not part of the total, as battery wear is."""

    def __post_init__(self) -> None:
        """Refuse a tax that hides its base."""
        if (self.kind == "tax" and self.unit != "kWh") != (self.base is not None):
            raise ValueError(f"the line {self.label!r}: a tax, and only a tax, names its base")


class Bill(Body, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """The driver's bill (EMSP -> web app). Its payable lines sum to *total*."""

    session: Name
    cdr: Name
    lines: Annotated[tuple[BillLine, ...], Meta(max_length=LINES_MAX)]
    total: MicroEuro
    """What the driver pays; negative when V2B earned more than all else cost."""
    wear: dict[str, object] | None = None
    """How the wear pay was reckoned: the receipt of :mod:`sterna.domain.wear.counterfactual` as JSON,
    with which anyone can reckon it again. None where the battery's course is not known or a price was agreed."""
    currency: Literal["EUR"] = "EUR"

    def __post_init__(self) -> None:
        """Refuse a bill whose lines do not sum to its total."""
        summed = sum(line.amount for line in self.lines if line.payable)
        if summed != self.total:
            raise ValueError(f"the lines sum to {summed}, the total says {self.total}")

    @override
    def keys(self) -> tuple[str, ...]:
        return (f"ses:{self.session}", f"cdr:{self.cdr}")

    @override
    def fields(self) -> dict[str, float | str | bool]:
        return {"total": self.total / 1_000_000, "lines": float(len(self.lines))}
