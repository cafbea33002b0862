"""What the car's electronics need of the physical car and of the inlet; the world implements it."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.protocols.iso15118.identity import Wallet

C_contra = TypeVar("C_contra", contravariant=True)


class CarFacts(Protocol):
    """What a car and its driver say that no sensor measures."""

    wallet: Wallet | None
    """The car's contract for Plug and Charge, or the means to get one; a new contract is put here."""

    @property
    def evcc_id(self) -> str:
        """The pseudonym under which the car talks to chargers."""

    @property
    def capacity_kwh(self) -> KilowattHours:
        """Usable energy of the battery."""

    @property
    def least_soc(self) -> Share:
        """The maker's minimum."""

    @property
    def floor_soc(self) -> Share:
        """The driver's floor."""

    @property
    def target_soc(self) -> Share:
        """What the driver wants to leave with."""

    @property
    def departure(self) -> Instant | None:
        """When the driver wants to leave, if the car was told."""

    @property
    def stops_itself(self) -> bool:
        """Whether the car ends its session at the target."""

    @property
    def services(self) -> tuple[str, ...]:
        """AC, DC, AC_BPT, DC_BPT: the favourite first."""

    def power_kw(self, *, direct: bool) -> tuple[Kilowatts, Kilowatts]:
        """Return the most it can charge and discharge over DC (*direct*) or AC, as magnitudes."""


class Inlet(Protocol[C_contra]):
    """The inlet of a car, its sensors, its switch in the pilot, its converter, its cut-off."""

    @property
    def direct(self) -> bool:
        """Whether the supply converts (DC)."""

    @property
    def soc(self) -> Share:
        """State of charge now, as measured."""

    @property
    def power_kw(self) -> Kilowatts:
        """Power at the coupler now; positive charges."""

    @property
    def offered_kw(self) -> tuple[Kilowatts, Kilowatts]:
        """What the cable lets the plugged car take and give, as magnitudes.

        A one-phase car at a three-phase outlet has a third of its power: the pilot's duty
        cycle tells the current per phase.
        """

    @property
    def phases(self) -> int:
        """How many phases the plugged car and the outlet have in common in AC."""

    @property
    def least_kw(self) -> Kilowatts:
        """Least power other than 0, either way, that the car's own converter runs at; 0 over DC."""

    def plug(self, car: C_contra, /) -> None:
        """Put the plug in; raises Refused when it does not fit."""

    def unplug(self) -> None:
        """Pull the plug."""

    def set_ready(self, *, ready: bool) -> None:
        """Close or open the car's switch in the control pilot."""

    def call_attention(self) -> None:
        """Show the supply that the car has news."""

    def set_power(self, kw: Kilowatts, /) -> Kilowatts:
        """AC: let the car's converter aim at *kw*; return what flows."""

    def hold_floor(self, soc: Share, /) -> None:
        """Cut discharging off at *soc*."""

    def mark(self, soc: Share | None, /) -> None:
        """Call back when *soc* is reached."""

    def watch_wave(self, waved: Callable[[bool], None], /) -> None:
        """Call *waved* when the pilot begins (True) or ceases to oscillate: called to talk, or let sleep."""

    def watch_battery(self, changed: Callable[[], None], /) -> None:
        """Call *changed* when the power changed by itself, or the mark was reached."""
