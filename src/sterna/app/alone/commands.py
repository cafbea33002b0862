"""``sterna ev`` and ``sterna evse``: the options, and what they mean."""

import asyncio
import sys
from pathlib import Path
from typing import Any, Final

import click

from sterna.app.alone import reading
from sterna.app.alone.car import CarWish
from sterna.app.alone.lives import FRAMES, PORT, Common, drive, serve
from sterna.app.alone.supply import Offer
from sterna.domain.station import Coupler
from sterna.domain.vehicle import PowerAbility, VehicleModel
from sterna.kernel.quantities import KilowattHours, Kilowatts, Seconds, Share, later
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.timing import REAL, patient
from sterna.runtime.system import SystemClock
from sterna.runtime.tcp_link import Place
from sterna.world.stays import Car

SERVICES: Final = [service.name for service in Service]
MODES: Final = [mode.name.lower() for mode in ControlMode]


def shared(command: Any) -> Any:
    """Add the options that both sides have."""
    options = (
        click.option("--wire", type=click.Choice(sorted(FRAMES)), default=Common().wire, show_default=True, help="How messages are written; both sides have to agree."),
        click.option("--tls", type=click.Path(path_type=Path), help="Speak TLS 1.3 with the certificates in this folder, as sterna pki makes it."),
        click.option("--sdp", "interface", metavar="INTERFACE", help="Find each other by SDP on this network interface."),
        click.option("--service", "services", multiple=True, type=click.Choice(SERVICES, case_sensitive=False), help="An energy service, the favourite first; may be repeated. Default: all, bidirectional ones and DC first."),
        click.option("--mode", "modes", multiple=True, type=click.Choice(MODES, case_sensitive=False), help="A control mode, the favourite first; may be repeated. Default: both, dynamic first."),
        click.option("--capture", "capture", type=click.Path(dir_okay=False, path_type=Path), help="Write all that is said, in the clear, to this pcapng file."),
        click.option("--for", "seconds", type=reading.DURATION, help="End the session properly after this time."),
        click.option("--patience", type=click.FloatRange(min=1), default=1.0, show_default=True, help="How many times as long as the standard says the other side may take."),
        click.option("--plain", is_flag=True, help="Print lines for a log instead of a panel."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.option("--connect", type=reading.PLACE, help="Call this charger, HOST:PORT.")
@click.option(
    "--battery",
    type=reading.ENERGY,
    default="60kWh",
    show_default=True,
    help="Usable energy of the battery.",
)
@click.option(
    "--soc",
    type=reading.SHARE,
    default="50%",
    show_default=True,
    help="State of charge at the beginning.",
)
@click.option(
    "--minimum-soc",
    type=reading.SHARE,
    default="20%",
    show_default=True,
    help="Nothing discharges below it.",
)
@click.option(
    "--target-soc",
    type=reading.SHARE,
    default="80%",
    show_default=True,
    help="What the driver wants.",
)
@click.option("--until-target", is_flag=True, help="End the session when the target is reached.")
@click.option(
    "--departure",
    type=reading.DURATION,
    default="8h",
    show_default=True,
    help="When the driver leaves, from now.",
)
@click.option(
    "--charge",
    type=reading.POWER,
    default="11kW",
    show_default=True,
    help="Most power into the car.",
)
@click.option(
    "--discharge",
    type=reading.POWER,
    default="11kW",
    show_default=True,
    help="Most power out of it; 0 for a car that only charges.",
)
@click.option(
    "--evcc-id", default="STERNA0001", show_default=True, help="How the car calls itself."
)
@shared
def ev(
    *,
    connect: Place | None,
    battery: KilowattHours,
    soc: Share,
    minimum_soc: Share,
    target_soc: Share,
    departure: Seconds,
    charge: Kilowatts,
    discharge: Kilowatts,
    evcc_id: str,
    services: tuple[str, ...],
    modes: tuple[str, ...],
    patience: float,
    until_target: bool,
    **common: Any,
) -> None:
    """Be a car: call a charger, charge and discharge as it says, and show what happens.

    Ctrl-C ends the session properly. Orders may be typed: stop, pause, standby, resume.
    Exit code 0: the session ended as it should; 1: it failed; 2: an option cannot be used.
    """
    if (connect is None) is (common["interface"] is None):
        raise click.UsageError("a car needs either --connect HOST:PORT or --sdp INTERFACE")
    if target_soc < minimum_soc:
        raise click.UsageError("--target-soc is below --minimum-soc")
    ability = PowerAbility(charge_kw_max=charge, discharge_kw_max=discharge)
    model = VehicleModel(
        name="shell", capacity_kwh=battery, inlet=Coupler.CCS_2, ac=ability, dc=ability
    )
    able = tuple(Service[service.value] for service in model.services)
    speaks = tuple(Service[name] for name in services) or able
    if not set(speaks) <= set(able):
        raise click.UsageError(
            "a car that discharges nothing (--discharge 0) speaks no BPT service"
        )
    wish = CarWish(
        services=speaks, modes=_modes(modes), minimum_soc=minimum_soc, target_soc=target_soc,
        departure=later(SystemClock().now(), departure), until_target=until_target,
        timing=patient(REAL, patience),
    )  # fmt: skip
    car = Car.arriving(evcc_id, model, soc)
    sys.exit(asyncio.run(drive(Common(**common), car, wish, connect)))


@click.command()
@click.option(
    "--listen",
    type=reading.PLACE,
    help=f"Wait here, HOST:PORT or PORT. Default: {reading.LOOPBACK}:{PORT}, or the interface's own address with --sdp.",
)
@click.option(
    "--charge",
    type=reading.MAGNITUDE,
    default="22kW",
    show_default=True,
    help="Most power into a car.",
)
@click.option(
    "--discharge",
    type=reading.POWER,
    default="22kW",
    show_default=True,
    help="Most power out of it.",
)
@click.option(
    "--set-point",
    type=reading.POWER,
    help="Power to aim at; negative discharges. Default: as much as --charge.",
)
@click.option(
    "--at",
    "steps",
    multiple=True,
    type=reading.STEP,
    help="A later set-point, e.g. 30s=-7kW after power is on; may be repeated.",
)
@click.option("--no-consent", is_flag=True, help="The driver does not allow discharging.")
@click.option(
    "--authorize-after",
    type=reading.DURATION,
    default="0s",
    show_default=True,
    help="How long the driver takes to allow the session.",
)
@click.option(
    "--evse-id", default=Offer().evse_id, show_default=True, help="How the charger calls itself."
)
@click.option("--once", is_flag=True, help="Leave after the first session.")
@shared
def evse(
    *,
    listen: Place | None,
    charge: Kilowatts,
    discharge: Kilowatts,
    set_point: Kilowatts | None,
    steps: tuple[tuple[Seconds, Kilowatts], ...],
    authorize_after: Seconds,
    evse_id: str,
    services: tuple[str, ...],
    modes: tuple[str, ...],
    patience: float,
    no_consent: bool,
    once: bool,
    **common: Any,
) -> None:
    """Be a charger: wait for cars, and let power flow as the set-point says.

    Ctrl-C ends a running session properly. Orders may be typed: a power such as -7kW, stop,
    pause, meter, consent, withdraw. Exit code 0: every session ended as it should; 1: one failed,
    or none came although --once or --for waited for one; 2: an option cannot be used.
    """
    offer = Offer(
        evse_id=evse_id, services=tuple(Service[name] for name in services) or Offer().services,
        modes=_modes(modes), charge_kw_max=charge, discharge_kw_max=discharge,
        wish_kw=charge if set_point is None else set_point, steps=steps,
        consent_v2x=not no_consent, authorize_s=authorize_after, timing=patient(REAL, patience),
    )  # fmt: skip
    sys.exit(asyncio.run(serve(Common(**common), offer, listen, once=once)))


def _modes(names: tuple[str, ...]) -> tuple[ControlMode, ...]:
    return tuple(ControlMode[name.upper()] for name in names) or Offer().modes
