"""Car models and whether one fits an EVSE, with the reasons when it does not.

Charging port compatibility is a prerequisite of both use cases. A mismatch
refuses the plug with a reason; a car or EVSE that is one-way fits, and never
discharges.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sterna.domain.battery import BatteryRating
from sterna.domain.cells import CELLS, thermal_of
from sterna.domain.coupler import ACCEPTED, PHASE_VOLTS, Coupler, Supply, rating_of
from sterna.domain.station import PHASES_MOST, Evse
from sterna.domain.wear import Chemistry
from sterna.kernel.quantities import EMPTY, FULL, NO_POWER, KilowattHours, Kilowatts, Share, Volts


class EnergyService(StrEnum):
    """The energy transfer services of ISO 15118-20 that Sterna speaks."""

    AC = "AC"
    DC = "DC"
    AC_BPT = "AC_BPT"
    DC_BPT = "DC_BPT"

    @property
    def bidirectional(self) -> bool:
        """Whether the service lets the car discharge."""
        return self in {EnergyService.AC_BPT, EnergyService.DC_BPT}


NEARLY_EMPTY: Final = Share(0.1)
"""Where the voltage of a pack is low, and not yet collapsing."""
TAPER_FROM: Final = Share(0.8)
"""Where fast charging of today's cars begins to slow down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerAbility:
    """What a car can do over one kind of current, as magnitudes at the coupler."""

    charge_kw_max: Kilowatts = NO_POWER
    discharge_kw_max: Kilowatts = NO_POWER

    def __post_init__(self) -> None:
        """Check the magnitudes."""
        assert self.charge_kw_max >= 0, self
        assert self.discharge_kw_max >= 0, self


NONE: Final = PowerAbility()
"""A car without this kind of current."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleModel:
    """A car model as its maker sells it."""

    name: str
    capacity_kwh: KilowattHours
    inlet: Coupler
    ac: PowerAbility
    dc: PowerAbility = NONE
    phases: int = 3
    """Phases of the on-board charger."""
    chemistry: Chemistry = Chemistry.NMC
    taper_from: Share = TAPER_FROM
    """State of charge from which fast charging slows down."""
    cell_efficiency: Share = FULL
    """One-way efficiency of the cells alone."""
    fade_below: Share = EMPTY
    """State of charge under which discharging slows down."""
    cells_in_series: int = 96
    warms: bool = False
    """Whether its pack warms and cools; if not, it is always mild."""

    def __post_init__(self) -> None:
        """Check the model's data."""
        assert self.capacity_kwh > 0, self
        assert 1 <= self.phases <= PHASES_MOST, self

    @property
    def services(self) -> tuple[EnergyService, ...]:
        """The services that the car can take part in, bidirectional ones first."""
        pairs = (
            (EnergyService.DC_BPT, self.dc.discharge_kw_max),
            (EnergyService.AC_BPT, self.ac.discharge_kw_max),
            (EnergyService.DC, self.dc.charge_kw_max),
            (EnergyService.AC, self.ac.charge_kw_max),
        )
        return tuple(service for service, power in pairs if power > 0)

    def over(self, supply: Supply) -> PowerAbility:
        """Return what the car can do over *supply*."""
        return self.ac if supply is Supply.AC else self.dc

    @property
    def volts_low(self) -> Volts:
        """Voltage of the pack at rest when it is nearly empty."""
        return CELLS[self.chemistry].pack_volts(NEARLY_EMPTY, self.cells_in_series)

    @property
    def battery(self) -> BatteryRating:
        """The rating of its battery: the larger of what AC and DC bring to it.

        The coupler's limits are kept by EVSE and converter; the battery's own
        matter for the taper.
        """
        return BatteryRating(
            capacity_kwh=self.capacity_kwh,
            charge_kw_max=max(self.ac.charge_kw_max, self.dc.charge_kw_max),
            # Losses come on top of what leaves the coupler, so the cells need some more.
            discharge_kw_max=Kilowatts(
                1.25 * max(self.ac.discharge_kw_max, self.dc.discharge_kw_max)
            ),
            efficiency=self.cell_efficiency,
            taper_from=self.taper_from,
            fade_below=self.fade_below,
            chemistry=self.chemistry,
            cells_in_series=self.cells_in_series,
            thermal=thermal_of(self.capacity_kwh) if self.warms else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What a car and an EVSE can do together; with *reasons* they can do nothing."""

    reasons: tuple[str, ...] = ()
    service: EnergyService | None = None
    charge_kw_max: Kilowatts = NO_POWER
    discharge_kw_max: Kilowatts = NO_POWER
    remarks: tuple[str, ...] = ()
    """What the driver should know although the car fits."""

    @property
    def fits(self) -> bool:
        """Whether the plug is accepted."""
        return not self.reasons


def compatibility(vehicle: VehicleModel, evse: Evse) -> Fit:
    """Say whether *vehicle* can be served by *evse*, with which service and power.

    Power is the smaller of both. Over AC it is limited per phase: a one-phase
    car at an 11 kW three-phase EVSE gets a third of it.
    """
    ability = vehicle.over(evse.supply)
    reasons = _reasons(vehicle, evse, ability)
    if reasons:
        return Fit(reasons=reasons)
    charge = _together(vehicle, evse, ability.charge_kw_max, evse.charge_kw_max)
    discharge = _together(vehicle, evse, ability.discharge_kw_max, evse.discharge_kw_max)
    service = EnergyService(evse.supply.value + ("_BPT" if discharge > 0 else ""))
    return Fit(
        service=service,
        charge_kw_max=charge,
        discharge_kw_max=discharge,
        remarks=_remarks(vehicle, evse, ability),
    )


def _reasons(vehicle: VehicleModel, evse: Evse, ability: PowerAbility) -> tuple[str, ...]:
    reasons = []
    if evse.connector not in ACCEPTED[vehicle.inlet]:
        reasons.append(f"connector {evse.connector} does not fit the {vehicle.inlet} inlet")
    elif rating_of(evse.connector, evse.supply) is None:
        reasons.append(f"connector {evse.connector} carries no {evse.supply}")
    if ability.charge_kw_max <= 0:
        reasons.append(f"{vehicle.name} cannot charge over {evse.supply}")
    return tuple(reasons)


def _remarks(vehicle: VehicleModel, evse: Evse, ability: PowerAbility) -> tuple[str, ...]:
    remarks = []
    if ability.discharge_kw_max <= 0:
        remarks.append(f"{vehicle.name} cannot discharge over {evse.supply}")
    if not evse.bidirectional:
        remarks.append(f"{evse.evse_id} is one-way")
    return tuple(remarks)


def _together(
    vehicle: VehicleModel, evse: Evse, car_kw: Kilowatts, evse_kw: Kilowatts
) -> Kilowatts:
    """Return the power that car, EVSE, connector and cable carry; over AC per phase.

    Over DC the conductors' current counts at the pack's lowest voltage in use.
    """
    if evse.supply is Supply.DC:
        carried = Kilowatts(evse.conductor_amperes * vehicle.volts_low / 1000.0)
        return min(car_kw, evse_kw, carried)
    shared = min(vehicle.phases, evse.phases)
    wire = evse.conductor_amperes * PHASE_VOLTS / 1000.0
    return Kilowatts(shared * min(car_kw / vehicle.phases, evse_kw / evse.phases, wire))
