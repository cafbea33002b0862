"""What the two machines report, in Sterna's units: kW, kWh, shares, instants.

Positive power charges the car. The machines convert at this edge; nothing above
it sees a rational number or a percentage.
"""

from msgspec import Struct

from sterna.kernel.quantities import (
    Amperes,
    Instant,
    KilowattHours,
    Kilowatts,
    Share,
    Volts,
    WattHours,
)
from sterna.protocols.iso15118.messages.codes import Notification
from sterna.protocols.iso15118.services import ControlMode, MobilityNeeds, Service


class Happened(Struct, frozen=True, kw_only=True, gc=False, tag=True):
    """Something that a machine reports."""


class Resumable(Struct, frozen=True, kw_only=True, gc=False):
    """What both sides keep of a session that sleeps or lost its connection."""

    session_id: bytes
    service: Service | None = None
    control_mode: ControlMode | None = None
    authorized: bool = False
    consent_v2x: bool = False


class SessionOpened(Happened, frozen=True, kw_only=True, gc=False):
    """Both sides know the session; *peer_id* is the car's EVCCID or the supply's EVSEID."""

    peer_id: str
    session_id: bytes
    resumed: bool


class AuthorizationAwaited(Happened, frozen=True, kw_only=True, gc=False):
    """The car waits at Authorization until somebody authorises the session."""


class ContractPresented(Happened, frozen=True, kw_only=True, gc=False):
    """SECC: the car has shown a contract that holds; *emaid* is its account."""

    emaid: str


class ContractInstalled(Happened, frozen=True, kw_only=True, gc=False):
    """A contract has been put into the car."""


class ServiceChosen(Happened, frozen=True, kw_only=True, gc=False):
    """The car has selected a service and who plans."""

    service: Service
    control_mode: ControlMode


class VehicleNeeds(Happened, frozen=True, kw_only=True, gc=False):
    """What the car said about its needs and limits; energies are from now on, limits magnitudes."""

    service: Service
    control_mode: ControlMode
    mobility_needs: MobilityNeeds = MobilityNeeds.CAR
    phases: int = 1
    """How many phases carry power in AC."""
    departure: Instant | None = None
    soc: Share | None = None
    """As exact as the car's energies allow, otherwise to the percent."""
    minimum_soc: Share | None = None
    target_soc: Share | None = None
    maximum_soc: Share | None = None
    capacity_kwh: KilowattHours | None = None
    to_minimum_kwh: KilowattHours | None = None
    """Positive: below the minimum now."""
    to_target_kwh: KilowattHours | None = None
    to_maximum_kwh: KilowattHours | None = None
    v2x_minimum_kwh: KilowattHours | None = None
    """To the lower end of the range for cycling; positive: below it now, no discharge."""
    v2x_maximum_kwh: KilowattHours | None = None
    """To its upper end; negative: above it now, no charging beyond the target."""
    max_charge_kw: Kilowatts = Kilowatts(0.0)
    min_charge_kw: Kilowatts = Kilowatts(0.0)
    max_discharge_kw: Kilowatts = Kilowatts(0.0)
    min_discharge_kw: Kilowatts = Kilowatts(0.0)
    max_charge_a: Amperes | None = None
    max_discharge_a: Amperes | None = None
    min_voltage_v: Volts | None = None
    max_voltage_v: Volts | None = None
    present_voltage_v: Volts | None = None
    charge_phases_kw: tuple[Kilowatts, ...] = ()
    """AC: what each phase can charge, where the car said more than a sum."""
    discharge_phases_kw: tuple[Kilowatts, ...] = ()
    power_kw: Kilowatts | None = None
    """AC: what the car says that flows; negative discharges."""
    reactive_kvar: float | None = None


class VoltageWanted(Happened, frozen=True, kw_only=True, gc=False):
    """Pre-charge: the converter has to bring its output to the battery's voltage."""

    volts: Volts


class IsolationTestWanted(Happened, frozen=True, kw_only=True, gc=False):
    """The cable's isolation has to be tested before any voltage."""


class SupplyOffered(Happened, frozen=True, kw_only=True, gc=False):
    """EVCC: what the supply can give and take, as magnitudes; the machine keeps to the powers by itself."""

    max_charge_kw: Kilowatts
    min_charge_kw: Kilowatts
    max_discharge_kw: Kilowatts = Kilowatts(0.0)
    min_discharge_kw: Kilowatts = Kilowatts(0.0)
    max_asymmetry_kw: Kilowatts | None = None
    ramp_percent_per_min: float | None = None
    """How fast the car may change its power, as a share of the maximum."""


class HandshakeDone(Happened, frozen=True, kw_only=True, gc=False):
    """Power is on: contactors may close, the charge loop begins."""

    service: Service
    control_mode: ControlMode


class PowerTarget(Happened, frozen=True, kw_only=True, gc=False):
    """SECC: the power that every rule permits at this moment; the converter has to follow."""

    power_kw: Kilowatts


class LoopReport(Happened, frozen=True, kw_only=True, gc=False):
    """SECC: one turn of the loop has come in."""

    power_kw: Kilowatts
    """As metered; in AC, as the car reports it when nobody metered."""
    needs: VehicleNeeds


class LoopTarget(Happened, frozen=True, kw_only=True, gc=False):
    """EVCC: one turn of the loop was answered; the power that flows or is wanted from now on."""

    power_kw: Kilowatts
    phases_kw: tuple[Kilowatts, ...] = ()
    """AC: the same per phase, where the supply said more than a sum."""
    reactive_kvar: float | None = None
    """AC: the reactive power that is wanted, if any."""
    max_charge_kw: Kilowatts | None = None
    max_discharge_kw: Kilowatts | None = None
    departure: Instant | None = None
    minimum_soc: Share | None = None
    target_soc: Share | None = None
    """The site's plan, where it differs from the car's own (mobility needs mode 2)."""


class Notified(Happened, frozen=True, kw_only=True, gc=False):
    """EVCC: the site wants something; the machine follows by itself."""

    notification: Notification


class Attention(Happened, frozen=True, kw_only=True, gc=False):
    """EVCC: there is news, but the car's turn is over until the supply answers.

    A real car shows it on the control pilot or simply by what it draws; the
    supply's :meth:`Secc.nudge` then answers at once.
    """


class SetPointExpired(Happened, frozen=True, kw_only=True, gc=False):
    """SECC: nobody renewed the set-point in time; the fallback holds, which never discharges."""


class MeterConfirmed(Happened, frozen=True, kw_only=True, gc=False):
    """SECC: the car has confirmed the registers."""

    charged_wh: WattHours
    discharged_wh: WattHours


class PowerOff(Happened, frozen=True, kw_only=True, gc=False):
    """Power goes to zero now, then the contactor opens; *reason* in plain words."""

    reason: str


class Stopped(Happened, frozen=True, kw_only=True, gc=False):
    """The session is over or sleeps; *resumable* is what a later one may join."""

    reason: str
    resumable: Resumable | None = None
    failed: bool = False
