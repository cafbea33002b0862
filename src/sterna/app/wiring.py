"""The composition root of a V2B site: every room of Figure 6, wired to the ports of one run.

Read it from top to bottom: it is the component layer as code. Each function builds the rooms
of one organisation's side; :class:`V2bSite` puts them together and starts them in an order
in which everybody finds whom it asks.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sterna.actors.bems import links as bems_links
from sterna.actors.bems.links import Bems
from sterna.actors.bems.settings import BY_CHEMISTRY, BemsSettings
from sterna.actors.cpo.links import Cpo
from sterna.actors.cpo.settings import CpoSettings, Socket
from sterna.actors.cs_ems.links import CsEms
from sterna.actors.cs_ems.settings import CsEmsSettings, Plate
from sterna.actors.csms.links import Csms
from sterna.actors.csms.settings import CsmsSettings
from sterna.actors.dso.links import Dso
from sterna.actors.dso.settings import DsoSettings
from sterna.actors.emme.links import Emme
from sterna.actors.emme.settings import EmmeSettings
from sterna.actors.emsp import links as emsp_links
from sterna.actors.emsp.links import Emsp
from sterna.actors.emsp.settings import EmspSettings, public_tariff
from sterna.actors.energy_market import links as market_links
from sterna.actors.energy_market.links import EnergyMarket
from sterna.actors.energy_market.settings import EnergyMarketSettings
from sterna.actors.meter.links import Meter
from sterna.actors.meter.settings import MeterSettings
from sterna.actors.parking.links import Parking
from sterna.actors.parking.settings import ParkingSettings
from sterna.actors.session_app.links import SessionApp
from sterna.actors.session_app.settings import EvsePlate, SessionAppSettings
from sterna.app.chargers import USUAL_PART, conversion_of, one_way
from sterna.app.ports import MemoryPorts
from sterna.app.scenario import Prepared, Scenario
from sterna.decisions.fallback import always_free
from sterna.decisions.forecast import Place
from sterna.domain.site_bill import peak_energy_price
from sterna.domain.station import Supply
from sterna.domain.tariff import QUARTER, Taxation
from sterna.kernel.money import MICRO_PER_EURO, euros, price_per_kwh
from sterna.kernel.quantities import Instant, Kilowatts, Seconds, Share
from sterna.kernel.series import Series
from sterna.kernel.trace import Said
from sterna.protocols import ocpi, openadr, oscp, rest
from sterna.world.balance import Balance

OUTLOOK_S: Final = 80 * 3600.0
"""How far beyond the run prices must be known: the longest plan, rounded up to its steps."""
DAY_S: Final = 86_400.0
EARLY_EUR_PER_KWH: Final = 0.60
"""What a driver who leaves before the announced time pays for a kWh on the road instead (assumption)."""
MARKET_SECRET: Final = "bems-at-market"  # noqa: S105  # one process, no network: a live site sets its own
CS_EMS_SECRET: Final = "cs-ems-at-bems"  # noqa: S105  # likewise
BEMS_AT_DSO: Final = "bems-at-dso"
DSO_AT_BEMS: Final = "dso-at-bems"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """The rooms of one site that are there once."""

    parking: Parking
    session_app: SessionApp
    cs_ems: CsEms
    csms: Csms
    cpo: Cpo
    emme: Emme
    emsp: Emsp
    bems: Bems
    dso: Dso
    energy_market: EnergyMarket
    meter: Meter

    async def start(self) -> None:
        """Start them: who listens before who dials, who is asked before who asks."""
        for room in (
            self.energy_market,
            self.emsp,
            self.emme,
            self.cpo,
            self.session_app,
            self.parking,
        ):
            room.start()
        await self.meter.start()
        self.dso.start()
        await self.csms.start()
        self.bems.start()
        await self.cs_ems.start()


def site(scenario: Scenario, feed: Prepared, ports: MemoryPorts, balance: Balance) -> Site:
    """Build the rooms of *scenario*, fed by *feed*, on *ports*; *balance* has the site's sensors."""
    built = Site(
        parking=parking(scenario, ports), session_app=session_app(scenario, ports),
        cs_ems=cs_ems(scenario, feed, ports), csms=csms(scenario, ports),
        cpo=cpo(scenario, ports), emme=emme(ports), emsp=emsp(scenario, feed, ports),
        bems=bems(scenario, feed, ports), dso=dso(scenario, feed, ports),
        energy_market=energy_market(scenario, feed, ports),
        meter=Meter(
            settings=MeterSettings(), clock=ports.clock, journal=ports.journal, supervisor=ports.supervisor,
            links=ports.network, sensors=balance,
        ),
    )  # fmt: skip
    balance.changed = built.meter.changed
    enter(built, ports)
    return built


def enter(built: Site, ports: MemoryPorts) -> None:
    """Enter the rooms into the directory, under the components that they play."""
    pages = (rest.pages.asked, rest.pages.answered)
    ports.host("parking", "BOOKING_UI", "HTTPS", built.parking.app, *pages)
    ports.host("pms", "PMS", "REST", built.parking.app, rest.asked, rest.answered)
    ports.host("webapp", "WEBAPP", "HTTPS", built.session_app.app, *pages)
    ports.host("adhoc", "ADHOC_UI", "HTTPS", built.session_app.app, *pages)
    ports.host("session_app", "WEBAPP", "REST", built.session_app.app, rest.asked, rest.answered)
    ports.host("cs_ems", "CS_EMS", "REST", built.cs_ems.app, asked_of_cs_ems, rest.answered)
    ports.host("cpo", "CSOS", "REST", built.cpo.app, rest.asked, rest.answered)
    ports.host("emme", "EMME_SYS", "REST", built.emme.app, ocpi.asked, rest.answered)
    ports.host("emsp", "EMSP_SYS", "REST", built.emsp.app, emsp_links.asked, rest.answered)
    ports.host("bems", "BEMS", "REST", built.bems.app, bems_links.asked, bems_links.answered)
    ports.host("dso", "GMS", "OSCP", built.dso.app, oscp.asked, nothing_said)
    market = (market_links.asked, market_links.answered)
    ports.host("energy_market", "EMKT", "REST", built.energy_market.app, *market)


def asked_of_cs_ems(method: str, path: str, body: bytes) -> Said | None:
    """Tell what a request to the CS EMS says: set-points come as OpenADR callbacks, the rest is REST."""
    if path.startswith(openadr.CALLBACKS):
        return openadr.asked(method, path, body)
    return rest.asked(method, path, body)


def nothing_said(_method: str, _path: str, _status: int, _body: bytes) -> Said | None:
    """Tell that an acknowledgement is not worth a line."""
    return None


def parking(scenario: Scenario, ports: MemoryPorts) -> Parking:
    """Return the parking manager's room."""
    contract, evses = scenario.settings.contract, scenario.evses
    settings = ParkingSettings(
        slots=tuple(evse.evse_id for evse in evses), slot_kw=tuple(float(evse.discharge_kw_max) for evse in evses),
        supplies=tuple("DC" if evse.supply is Supply.DC else "AC" for evse in evses), zone=scenario.zone.key,
        hour_fee=euros(str(contract.parking_eur_per_hour)), fee_most=euros(str(contract.parking_eur_most)),
    )  # fmt: skip
    return Parking(
        settings=settings, clock=ports.clock, ids=ports.ids, journal=ports.journal, supervisor=ports.supervisor,
        ui_http=ports.http("BOOKING_UI"), courier=ports.courier("PMS"),
    )  # fmt: skip


def session_app(scenario: Scenario, ports: MemoryPorts) -> SessionApp:
    """Return the EMSP's web app."""
    plates = tuple(
        EvsePlate(
            evse=evse.evse_id,
            charge_kw=float(evse.charge_kw_max),
            discharge_kw=float(evse.discharge_kw_max),
        )
        for evse in scenario.evses
    )
    return SessionApp(
        settings=SessionAppSettings(evses=plates, zone=scenario.zone.key), clock=ports.clock, ids=ports.ids,
        journal=ports.journal, supervisor=ports.supervisor, courier=ports.courier("WEBAPP"),
        http=ports.http("WEBAPP"),
    )  # fmt: skip


def cs_ems(scenario: Scenario, feed: Prepared, ports: MemoryPorts) -> CsEms:
    """Return the charge point operator's energy management."""
    groups = scenario.groups()
    plates = tuple(
        Plate(
            evse=evse.evse_id, station=station.station_id, number=number,
            supply="DC" if evse.supply is Supply.DC else "AC", charge_kw=evse.charge_kw_max,
            discharge_kw=evse.discharge_kw_max, minimum_kw=evse.minimum_kw,
            efficiency=one_way(groups[evse.evse_id]),
        )
        for station in scenario.stations
        for number, evse in enumerate(station.evses, start=1)
    )  # fmt: skip
    control = scenario.settings.control
    settings = CsEmsSettings(
        evses=plates, import_kw=Kilowatts(scenario.settings.site.connection_kw),
        alone_kw=cars_alone_kw(scenario, feed) if control.enabled else (),
        mode="optimised" if control.enabled else "uncontrolled", csms_lost="island",
        period_s=Seconds(control.period_s), bems_secret=CS_EMS_SECRET, zone=scenario.zone.key,
    )  # fmt: skip
    return CsEms(
        settings=settings, clock=ports.clock, ids=ports.ids, chance=ports.chance.stream("cs_ems"), journal=ports.journal,
        supervisor=ports.supervisor, links=ports.network, http=ports.http("CS_EMS"), courier=ports.courier("CS_EMS"),
        tasks=ports.tasks("cs_ems"),
    )  # fmt: skip


def cars_alone_kw(scenario: Scenario, feed: Prepared) -> tuple[Kilowatts, ...]:
    """Return what the cars may draw while nobody says what the building draws, hour by hour of the UTC day."""
    place, load = scenario.settings.site, feed.inputs.load
    if place.cars_alone_kw is not None:
        return (Kilowatts(min(place.cars_alone_kw, place.connection_kw)),)
    history = before(load, scenario.start)
    known = history if len(history.values) * history.step >= DAY_S else load
    return always_free(Kilowatts(place.connection_kw), known)


def csms(scenario: Scenario, ports: MemoryPorts) -> Csms:
    """Return the charge point operator's station management."""
    settings = CsmsSettings(stations=tuple(station.station_id for station in scenario.stations))
    return Csms(
        settings=settings, clock=ports.clock, ids=ports.ids, journal=ports.journal, supervisor=ports.supervisor,
        links=ports.network, courier=ports.courier("CSMS"),
    )  # fmt: skip


def cpo(scenario: Scenario, ports: MemoryPorts) -> Cpo:
    """Return the charge point operator's back office."""
    sockets = tuple(
        Socket(evse=evse.evse_id, standard="IEC_62196_T2_COMBO", power_type="DC")
        if evse.supply is Supply.DC
        else Socket(evse=evse.evse_id, standard="IEC_62196_T2", power_type="AC_3_PHASE")
        for evse in scenario.evses
    )
    fee = price_per_kwh(scenario.settings.contract.operator_fee_eur_per_kwh)
    return Cpo(
        settings=CpoSettings(sockets=sockets, fee_per_kwh=fee), clock=ports.clock, journal=ports.journal,
        supervisor=ports.supervisor, courier=ports.courier("CSOS"),
    )  # fmt: skip


def emme(ports: MemoryPorts) -> Emme:
    """Return the e-mobility network's hub."""
    return Emme(
        settings=EmmeSettings(), clock=ports.clock, ids=ports.ids, journal=ports.journal, supervisor=ports.supervisor,
        http=ports.http("EMME_SYS"), courier=ports.courier("EMME_SYS"),
    )  # fmt: skip


def emsp(scenario: Scenario, feed: Prepared, ports: MemoryPorts) -> Emsp:
    """Return the e-mobility service provider's settlement."""
    contract, start = scenario.settings.contract, Instant(scenario.start // QUARTER * QUARTER)
    count = round((scenario.end - start + OUTLOOK_S) / QUARTER)
    buy = bought_at(feed, start, count)
    if contract.energy_eur_per_kwh is not None:
        buy = np.full(count, contract.energy_eur_per_kwh)
    user, partner = round(100 * contract.user_share), round(100 * contract.emsp_share)
    round_trip = min(
        conversion_of(group).round_trip(Kilowatts(USUAL_PART * group.charge_kw))
        for group in scenario.settings.chargers
    )
    building = f"building/{scenario.settings.site.name}"
    settings = EmspSettings(
        tariff=public_tariff(start, buy.tolist()), reward_weights=(user, partner, 100 - user - partner),
        service_fee=euros(str(contract.service_fee_eur)), operator_fee=price_per_kwh(contract.operator_fee_eur_per_kwh),
        tax_rate=price_per_kwh(contract.tax_eur_per_kwh), taxation=Taxation(contract.taxation),
        wear_price=None if contract.wear_eur_per_kwh is None else price_per_kwh(contract.wear_eur_per_kwh),
        battery_celsius=contract.battery_celsius, round_trip=round_trip, seller=building, beneficiary=building,
    )  # fmt: skip
    return Emsp(
        settings=settings,
        clock=ports.clock,
        journal=ports.journal,
        supervisor=ports.supervisor,
        courier=ports.courier("EMSP_SYS"),
    )


def bought_at(
    feed: Prepared, start: Instant, count: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return what a kWh costs the building per quarter hour, network included, in EUR; shape (count,)."""
    inputs, step = feed.inputs, Seconds(QUARTER)
    bought = inputs.import_price.sampled(start, step, count) + inputs.network_price.sampled(
        start, step, count
    )
    return np.asarray(bought, dtype=np.float64).reshape(count)


def bems(scenario: Scenario, feed: Prepared, ports: MemoryPorts) -> Bems:
    """Return the building manager's room."""
    inputs, place, control = feed.inputs, scenario.settings.site, scenario.settings.control
    contract = scenario.settings.contract
    start = Instant(scenario.start // QUARTER * QUARTER)
    count = round((scenario.end - start + OUTLOOK_S) / QUARTER)
    ponta = (
        np.array(peak_energy_price(inputs.tariff, start, count), dtype=np.float64) / MICRO_PER_EURO
    )
    network = inputs.network_price.sampled(start, Seconds(QUARTER), count) + ponta
    settings = BemsSettings(
        connection_kw=Kilowatts(place.connection_kw), export_kw=Kilowatts(place.export_kw),
        load_history=before(inputs.load, start), pv_history=before(inputs.pv, start),
        forecast=control.forecast, zone=scenario.zone.key, place=plant_place(scenario),
        network_eur_per_kwh=Series(start=start, step=Seconds(QUARTER), values=network, unit="EUR/kWh"),
        peak_eur_per_kw=inputs.month_peak_eur_per_kw, period_s=Seconds(control.period_s), group=place.name,
        conversions={evse: conversion_of(group) for evse, group in scenario.groups().items()}, market_secret=MARKET_SECRET, market_program="day-ahead",
        wear_eur_per_kwh=BY_CHEMISTRY if contract.wear_eur_per_kwh is None else contract.wear_eur_per_kwh,
        battery_celsius=contract.battery_celsius, cs_ems_secret=CS_EMS_SECRET, dso_token=DSO_AT_BEMS, own_dso_token=BEMS_AT_DSO,
        billed_until=scenario.end, early_eur_per_kwh=EARLY_EUR_PER_KWH, cautious=True, expects=True,
    )  # fmt: skip
    return Bems(
        settings=settings, clock=ports.clock, ids=ports.ids, journal=ports.journal, supervisor=ports.supervisor,
        http=ports.http("BEMS"), courier=ports.courier("BEMS"), links=ports.network, tasks=ports.tasks("bems"),
    )  # fmt: skip


def plant_place(scenario: Scenario) -> Place:
    """Return where the PV plant stands."""
    weather = scenario.settings.weather
    return Place(latitude=weather.latitude_deg, longitude=weather.longitude_deg)


def before(series: Series, end: Instant) -> Series:
    """Return the part of *series* that was measured before *end*."""
    count = max(0, round((end - series.start) / series.step))
    return Series(
        start=series.start, step=series.step, values=series.values[:count].copy(), unit=series.unit
    )


def dso(scenario: Scenario, feed: Prepared, ports: MemoryPorts) -> Dso:
    """Return the distribution system operator's room."""
    place = scenario.settings.site
    settings = DsoSettings(
        import_kw=Kilowatts(place.connection_kw), export_kw=Kilowatts(place.export_kw), share=Share(place.oscp_share),
        tariff=feed.inputs.tariff, contract_start=scenario.start, contracted_kw=None, group=place.name,
        zone=scenario.zone.key, building=place.name, token=BEMS_AT_DSO, peer_token=DSO_AT_BEMS,
    )  # fmt: skip
    return Dso(
        settings=settings, clock=ports.clock, journal=ports.journal, supervisor=ports.supervisor,
        courier=ports.courier("GMS"), links=ports.network,
    )  # fmt: skip


def energy_market(scenario: Scenario, feed: Prepared, ports: MemoryPorts) -> EnergyMarket:
    """Return the market agent's room."""
    settings = EnergyMarketSettings(
        import_price=feed.inputs.import_price, export_price=feed.inputs.export_price, client_secret=MARKET_SECRET,
        building=scenario.settings.site.name, zone=scenario.zone.key,
    )  # fmt: skip
    return EnergyMarket(
        settings=settings, clock=ports.clock, ids=ports.ids, journal=ports.journal, supervisor=ports.supervisor,
        http=ports.http("EMKT"), courier=ports.courier("EMKT"),
    )  # fmt: skip
