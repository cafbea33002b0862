"""Cars, EVSEs and buildings: what the plates say, and what follows from them."""

import pytest

from sterna.domain.station import Coupler, Evse, Station, Supply
from sterna.domain.vehicle import EnergyService, PowerAbility, VehicleModel, compatibility
from sterna.domain.wear import Chemistry
from sterna.kernel.quantities import KilowattHours, Kilowatts


def kw(power: float) -> Kilowatts:
    return Kilowatts(power)


def car(
    *,
    inlet: Coupler = Coupler.CCS_2,
    ac: float = 11,
    ac_back: float = 11,
    dc: float = 100,
    dc_back: float = 22,
    phases: int = 3,
) -> VehicleModel:
    return VehicleModel(
        name="a car",
        capacity_kwh=KilowattHours(60),
        inlet=inlet,
        ac=PowerAbility(charge_kw_max=kw(ac), discharge_kw_max=kw(ac_back)),
        dc=PowerAbility(charge_kw_max=kw(dc), discharge_kw_max=kw(dc_back)),
        phases=phases,
    )


AC_11 = Evse(
    evse_id="porto-01-1",
    connector=Coupler.TYPE_2,
    supply=Supply.AC,
    charge_kw_max=kw(11),
    discharge_kw_max=kw(11),
    minimum_kw=kw(4.14),
)
DC_22 = Evse(
    evse_id="porto-02-1",
    connector=Coupler.CCS_2,
    supply=Supply.DC,
    charge_kw_max=kw(22),
    discharge_kw_max=kw(22),
)


@pytest.mark.req("P-DET-PRE4")
@pytest.mark.parametrize(
    ("vehicle", "evse", "service", "charge", "discharge"),
    [
        (car(), AC_11, EnergyService.AC_BPT, 11, 11),
        (car(), DC_22, EnergyService.DC_BPT, 22, 22),
        (car(ac_back=0), AC_11, EnergyService.AC, 11, 0),
        (car(dc_back=11), DC_22, EnergyService.DC_BPT, 22, 11),
        (car(ac=7.4, ac_back=7.4, phases=1), AC_11, EnergyService.AC_BPT, 11 / 3, 11 / 3),
        (car(ac=22, ac_back=22), AC_11, EnergyService.AC_BPT, 11, 11),
    ],
)
def test_a_car_that_fits_gets_the_smaller_of_both(
    vehicle: VehicleModel, evse: Evse, service: EnergyService, charge: float, discharge: float
) -> None:
    fit = compatibility(vehicle, evse)
    assert fit.fits
    assert fit.service is service
    assert fit.service.bidirectional == (discharge > 0)
    assert fit.charge_kw_max == pytest.approx(charge)
    assert fit.discharge_kw_max == pytest.approx(discharge)


@pytest.mark.req("P-DET-PRE4")
@pytest.mark.parametrize(
    ("vehicle", "evse", "reasons"),
    [
        (car(inlet=Coupler.CHADEMO), DC_22, ("connector CCS2 does not fit the CHAdeMO inlet",)),
        (car(inlet=Coupler.TYPE_2), DC_22, ("connector CCS2 does not fit the Type2 inlet",)),
        (car(dc=0), DC_22, ("a car cannot charge over DC",)),
        (
            car(inlet=Coupler.TYPE_1, ac=0),
            AC_11,
            ("connector Type2 does not fit the Type1 inlet", "a car cannot charge over AC"),
        ),
    ],
)
def test_a_car_that_does_not_fit_is_told_why(
    vehicle: VehicleModel, evse: Evse, reasons: tuple[str, ...]
) -> None:
    fit = compatibility(vehicle, evse)
    assert not fit.fits
    assert fit.reasons == reasons
    assert fit.service is None


def test_a_one_way_pair_fits_and_says_so() -> None:
    one_way = Evse(evse_id="old", connector=Coupler.TYPE_2, supply=Supply.AC, charge_kw_max=kw(11))
    fit = compatibility(car(ac_back=0), one_way)
    assert fit.remarks == ("a car cannot discharge over AC", "old is one-way")
    assert not one_way.bidirectional


def test_services_stand_bidirectional_first() -> None:
    assert car().services == (
        EnergyService.DC_BPT,
        EnergyService.AC_BPT,
        EnergyService.DC,
        EnergyService.AC,
    )
    assert car(ac_back=0, dc=0, dc_back=0).services == (EnergyService.AC,)
    assert car().battery.charge_kw_max == 100.0
    assert car().battery.chemistry is Chemistry.NMC


def test_a_station_knows_its_evses() -> None:
    station = Station(
        station_id="porto-01", evses=(AC_11,), charge_kw_max=kw(22), discharge_kw_max=kw(22)
    )
    assert station.evse("porto-01-1") is AC_11
    with pytest.raises(KeyError):
        station.evse("porto-09-1")
