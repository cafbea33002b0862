"""Settings of the charge point operator."""

from dataclasses import dataclass

from sterna.kernel.money import MicroEuro, MicroEuroPerKilowattHour
from sterna.kernel.quantities import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """What a charge record must say of an EVSE's connector, in OCPI's words."""

    evse: str
    standard: str = "IEC_62196_T2"
    """``IEC_62196_T2`` for type 2, ``IEC_62196_T2_COMBO`` for CCS 2."""
    power_type: str = "AC_3_PHASE"
    """``AC_1_PHASE``, ``AC_3_PHASE`` or ``DC``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CpoSettings:
    """Who the operator is, where its EVSEs stand and what it charges."""

    sockets: tuple[Socket, ...]
    country: str = "PT"
    party: str = "STC"
    """The operator's address in OCPI."""
    hub_country: str = "PT"
    hub_party: str = "STH"
    """To whom sessions go: the EMME, which monitors them."""
    emsp_country: str = "PT"
    emsp_party: str = "STE"
    """To whom charge records go, by way of the EMME."""
    token: str = "cpo-to-emme"  # noqa: S105  # a default for simulation; a live site sets its own
    """What the operator shows the EMME to be let in."""
    location: str = "PORTO-P1"
    address: str = "Aeroporto Francisco Sá Carneiro"
    city: str = "Maia"
    country_alpha3: str = "PRT"
    latitude: str = "41.2421"
    longitude: str = "-8.6786"
    """Degrees; the airport's public position."""
    fee_per_kwh: MicroEuroPerKilowattHour = MicroEuroPerKilowattHour(30_000)  # an int
    """What the operator asks per kWh charged."""
    fee_per_session: MicroEuro = MicroEuro(0)  # an int
    """What the operator asks per session, whatever was charged."""
    publish_every_s: Seconds = Seconds(3600.0)  # a float
    """How often a session that goes on is told to the EMME; begin and end always are, at once.

    The market trades hours; a shorter time costs a message per session and time.
    """
