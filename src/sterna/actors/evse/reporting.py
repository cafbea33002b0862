"""What the EVSE tells its station, as frames of the bus."""

from typing import Final

from sterna.actors.evse import core
from sterna.actors.evse.hardware import Meter
from sterna.kernel.quantities import Instant, Share
from sterna.protocols.iec61851 import bus
from sterna.protocols.iso15118.events import VehicleNeeds

SILENT: Final = -1.0
"""Stands for a figure that the car does not say."""


def planned_by(needs: VehicleNeeds) -> tuple[float, ...]:
    """Return the figures of *needs* that a plan depends on; what drifts with the charge is left out."""
    return tuple(
        SILENT if figure is None else float(figure)
        for figure in (
            needs.service, needs.minimum_soc, needs.target_soc, needs.capacity_kwh,
            needs.max_charge_kw, needs.max_discharge_kw,
        )
    )  # fmt: skip


def soc_now(
    said: VehicleNeeds | None, said_wh: tuple[int, int], registers: tuple[int, int]
) -> Share | None:
    """Return what the car last *said*, carried forward by what the meter counted since *said_wh*."""
    if said is None or said.soc is None or not said.capacity_kwh:
        return None if said is None else said.soc
    moved_wh = (registers[0] - said_wh[0]) - (registers[1] - said_wh[1])
    return Share(min(1.0, max(0.0, said.soc + moved_wh / 1000.0 / said.capacity_kwh)))


def frame_of(
    tell: core.Tell,
    frame_id: str,
    evse: str,
    state: core.State,
    now: Instant,
    meter: Meter,
    said: VehicleNeeds | None,
    soc: Share | None,
) -> bus.Up:
    """Return the frame that *tell* asks for."""
    match tell.what:
        case "meter":
            into, out = meter.registers()
            return bus.Meter(
                id=frame_id, evse=evse, at=now, power_kw=meter.power_kw, import_wh=into,
                export_wh=out, soc=soc,
            )  # fmt: skip
        case "plugged":
            since = now if state.plugged_at is None else state.plugged_at
            return bus.Plugged(id=frame_id, evse=evse, at=since, evcc_id=state.evcc_id or None)
        case "needs" | "charging":
            assert said is not None, "the car has spoken before"
            return _of_session(tell.what, frame_id, evse, now, said, soc)
        case "ended":
            return bus.Ended(id=frame_id, evse=evse, at=now, reason=tell.reason, asleep=tell.asleep)
        case "unlatched":
            return bus.Unlatched(id=frame_id, evse=evse, at=now)
        case "unplugged":
            return bus.Unplugged(id=frame_id, evse=evse, at=now)
        case _:
            assert tell.what == "fault", tell
            return bus.Faulted(
                id=frame_id, evse=evse, at=now, component=tell.component, reason=tell.reason,
                cleared=tell.cleared,
            )  # fmt: skip


def _of_session(
    what: str, frame_id: str, evse: str, now: Instant, said: VehicleNeeds, soc: Share | None
) -> bus.Needs | bus.Charging:
    """Return what the car said, or that power may flow."""
    service, mode = said.service.name, said.control_mode.name.capitalize()
    if what == "charging":
        return bus.Charging(id=frame_id, evse=evse, at=now, service=service, control_mode=mode)
    return bus.Needs(
        id=frame_id, evse=evse, at=now, service=service, control_mode=mode,
        departure=said.departure, soc=soc, minimum_soc=said.minimum_soc,
        target_soc=said.target_soc, maximum_soc=said.maximum_soc, capacity_kwh=said.capacity_kwh,
        to_minimum_kwh=said.to_minimum_kwh, to_target_kwh=said.to_target_kwh,
        to_maximum_kwh=said.to_maximum_kwh, v2x_minimum_kwh=said.v2x_minimum_kwh,
        v2x_maximum_kwh=said.v2x_maximum_kwh, max_charge_kw=said.max_charge_kw,
        min_charge_kw=said.min_charge_kw, max_discharge_kw=said.max_discharge_kw,
        min_discharge_kw=said.min_discharge_kw,
    )  # fmt: skip
