"""The meters, pure: registers that never run backwards, whatever happens to the hardware behind them."""

from collections.abc import Sequence
from math import floor
from typing import ClassVar, Final

from msgspec import Struct

from sterna.kernel.quantities import Instant, Kilowatts, WattHours
from sterna.kernel.records import Command, Event, Row

COUNT_NOISE_WH: Final = 1e-6
"""Rounding of the hardware's sum: a Wh that lacks less than this is complete."""


class Register(Struct, kw_only=True):
    """One energy register: what earlier hardware counted, and what the present one shows, in Wh."""

    base_wh: float = 0.0
    counted_wh: float = 0.0

    def advance(self, counted_wh: float) -> None:
        """Take the hardware's count; one that is lower than before is a new device, which goes on from here."""
        if counted_wh < self.counted_wh - COUNT_NOISE_WH:
            self.base_wh += self.counted_wh
            self.counted_wh = 0.0
        self.counted_wh = max(self.counted_wh, counted_wh)

    @property
    def shown(self) -> WattHours:
        """What the register shows: whole Wh that are complete."""
        return WattHours(floor(self.base_wh + self.counted_wh + COUNT_NOISE_WH))


class State(Struct, kw_only=True):
    """The two registers of the connection."""

    imported: Register
    exported: Register


class Measured(Event, frozen=True, kw_only=True, gc=False):
    """The sensors were read on the clock."""

    load_kw: Kilowatts
    pv_kw: Kilowatts
    cars_kw: Kilowatts
    grid_kw: Kilowatts
    imported_wh: float
    """As the hardware counts, not yet continued over its replacement."""
    exported_wh: float


class Show(Command, frozen=True, kw_only=True, gc=False):
    """Put these values into the grid meter's model; the reports that are due follow from it."""

    durable: ClassVar[bool] = False

    grid_kw: Kilowatts
    imported: WattHours
    exported: WattHours


class SiteRow(Row, frozen=True, kw_only=True, gc=False):
    """The site at one moment, as metered; powers in kW, grid positive is import."""

    table: ClassVar[str] = "site_power"
    key: ClassVar[tuple[str, ...]] = ("at",)

    at: Instant
    load_kw: float
    pv_kw: float
    cars_kw: float
    grid_kw: float
    imported_wh: int
    exported_wh: int


TakesIn = Measured


def decide(state: State, event: TakesIn) -> tuple[State, Sequence[Command]]:
    """Take one reading; return the values to show and its row."""
    state.imported.advance(event.imported_wh)
    state.exported.advance(event.exported_wh)
    imported, exported = state.imported.shown, state.exported.shown
    return state, (
        Show(grid_kw=event.grid_kw, imported=imported, exported=exported),
        SiteRow(
            at=event.at, load_kw=event.load_kw, pv_kw=event.pv_kw, cars_kw=event.cars_kw,
            grid_kw=event.grid_kw, imported_wh=imported, exported_wh=exported,
        ),
    )  # fmt: skip
