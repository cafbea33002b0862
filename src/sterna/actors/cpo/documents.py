"""The operator's OCPI documents: a session as it runs, and the record of a finished one."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from sterna.actors.cpo.core import Progress
from sterna.actors.cpo.settings import CpoSettings, Socket
from sterna.kernel.money import in_euros
from sterna.kernel.quantities import SECONDS_PER_HOUR, Instant
from sterna.kernel.timestamps import stamp
from sterna.protocols import ocpi, rest

CONNECTOR: Final = "1"
"""Every EVSE here has one connector."""
TARIFF: Final = "operator-fee"


def session_of(progress: Progress, settings: CpoSettings) -> ocpi.Session:
    """Return the OCPI session of a transaction: one period with the energies so far."""
    energies = ocpi.period(stamp(progress.start), progress.charged_wh, progress.discharged_wh)
    if progress.soc is not None:
        level = ocpi.CdrDimension(
            type="STATE_OF_CHARGE", volume=round(Decimal(progress.soc) * 100, 1)
        )
        energies = replace(energies, dimensions=(*energies.dimensions, level))
    over = progress.phase == "ended"
    return ocpi.Session(
        country_code=settings.country, party_id=settings.party, id=progress.session,
        start_date_time=stamp(progress.start), end_date_time=stamp(progress.at) if over else None,
        kwh=Decimal(progress.charged_wh - progress.discharged_wh) / 1000,
        cdr_token=token_of(progress.session, settings), auth_method="COMMAND", location_id=settings.location,
        evse_uid=progress.evse, connector_id=CONNECTOR, currency="EUR",
        status="COMPLETED" if over else "ACTIVE", last_updated=stamp(progress.at),
        charging_periods=(energies,),
    )  # fmt: skip


def token_of(session: str, settings: CpoSettings) -> ocpi.CdrToken:
    """Return the token of a session: the EMSP's pseudonym for it, which is its contract for one stay."""
    return ocpi.CdrToken(
        country_code=settings.emsp_country, party_id=settings.emsp_party, uid=session, type="APP_USER",
        contract_id=session,
    )  # fmt: skip


def record_of(record: rest.ChargeRecord, settings: CpoSettings, now: Instant) -> ocpi.Cdr:
    """Return the charge detail record of a finished transaction, priced by the operator's tariff.

    Raises KeyError when the EVSE is none of ours.
    """
    draft = ocpi.Cdr(
        country_code=settings.country, party_id=settings.party, id=record.record,
        start_date_time=stamp(record.start), end_date_time=stamp(record.end), session_id=record.session,
        cdr_token=token_of(record.session, settings), auth_method="COMMAND",
        cdr_location=place_of(record.evse, settings), currency="EUR",
        charging_periods=periods_of(record), tariffs=(tariff_of(settings, record.start),),
        total_cost=ocpi.Price(before_taxes=Decimal(0)),
        total_energy=Decimal(record.charged_wh - record.discharged_wh) / 1000,
        total_time=round(Decimal(record.end - record.start) / Decimal(SECONDS_PER_HOUR), 4),
        last_updated=stamp(now),
    )  # fmt: skip
    due = ocpi.priced(draft)
    assert due is not None, "our own tariff is one that we can price"
    cost = ocpi.Price(before_taxes=round(due, 6))
    return replace(draft, total_cost=cost, total_energy_cost=cost)


def periods_of(record: rest.ChargeRecord) -> tuple[ocpi.ChargingPeriod, ...]:
    """Return the energy of each metered interval; a record without any has one period for the whole."""
    found: Sequence[rest.EnergyInterval] = record.intervals
    if not found:
        whole = (record.charged_wh, record.discharged_wh)
        return (ocpi.period(stamp(record.start), *whole, tariff_id=TARIFF),)
    return tuple(
        ocpi.period(
            stamp(max(each.start, record.start)), each.charged_wh, each.discharged_wh, tariff_id=TARIFF
        )
        for each in found
    )  # fmt: skip


def tariff_of(settings: CpoSettings, at: Instant) -> ocpi.Tariff:
    """Return what the operator asks: a price per kWh charged, and a fee per session if there is one."""
    energy = ocpi.PriceComponent(type="ENERGY", price=in_euros(settings.fee_per_kwh), step_size=1)
    flat = ocpi.PriceComponent(type="FLAT", price=in_euros(settings.fee_per_session), step_size=1)
    components = (energy, flat) if settings.fee_per_session else (energy,)
    return ocpi.Tariff(
        country_code=settings.country, party_id=settings.party, id=TARIFF, currency="EUR", tax_included="NO",
        elements=(ocpi.TariffElement(price_components=components),), last_updated=stamp(at),
    )  # fmt: skip


def place_of(evse: str, settings: CpoSettings) -> ocpi.CdrLocation:
    """Return where *evse* stands. Raises KeyError when it is none of ours."""
    socket: Socket = {each.evse: each for each in settings.sockets}[evse]
    return ocpi.CdrLocation(
        id=settings.location, address=settings.address, city=settings.city, country=settings.country_alpha3,
        coordinates=ocpi.GeoLocation(latitude=settings.latitude, longitude=settings.longitude),
        evse_uid=evse, evse_id=f"{settings.country}*{settings.party}*E{evse.replace('-', '*').upper()}",
        connector_id=CONNECTOR, connector_standard=socket.standard, connector_format="CABLE",
        connector_power_type=socket.power_type,
    )  # fmt: skip


def objections(cdr: ocpi.Cdr, record: rest.ChargeRecord, now: Instant) -> tuple[str, ...]:
    """Return what is wrong with a record before it leaves the house."""
    token = ocpi.Token(
        country_code=cdr.cdr_token.country_code, party_id=cdr.cdr_token.party_id, uid=record.session,
        type="APP_USER", contract_id=record.session, issuer=cdr.cdr_token.party_id, valid=True,
        whitelist="NEVER", last_updated=stamp(record.start),
    )  # fmt: skip
    session = ocpi.Session(
        country_code=cdr.country_code, party_id=cdr.party_id, id=record.session, start_date_time=cdr.start_date_time,
        kwh=cdr.total_energy, cdr_token=cdr.cdr_token, auth_method="COMMAND", location_id=cdr.cdr_location.id,
        evse_uid=record.evse, connector_id=CONNECTOR, currency="EUR", status="COMPLETED", last_updated=stamp(now),
    )  # fmt: skip
    metered = ocpi.Metered(
        import_kwh=Decimal(record.charged_wh) / 1000,
        export_kwh=Decimal(record.discharged_wh) / 1000,
    )
    known = ocpi.Known(session=session, token=token, currency="EUR", now=now, metered=metered)
    return tuple(
        f"{each.code}: {each.reason}" for each in ocpi.objections(cdr, known) if each.refuses
    )
