"""A car on the PyPI library ``iso15118`` with its Java codec: has one session and says how it went.

Runs in the peers' own environment, see docs/peers.md: ``python iso15118_car.py --port N --service
dc_bpt --mode dynamic``. Its simulator tosses a coin whether it is ready and has batteries of 20 kV;
the subclass gives it figures of a car.
"""

import argparse
import asyncio
import json
import logging
import ssl
import sys
from pathlib import Path
from typing import Any

from iso15118.evcc.comm_session_handler import EVCCCommunicationSession
from iso15118.evcc.controller.simulator import SimEVController
from iso15118.evcc.evcc_config import EVCCConfig
from iso15118.shared import comm_session
from iso15118.shared.exi_codec import EXI
from iso15118.shared.messages.enums import ControlMode
from iso15118.shared.messages.iso15118_20.common_types import RationalNumber
from iso15118.shared.messages.iso15118_20.dc import (
    BPTDynamicDCChargeLoopReqParams,
    DynamicDCChargeLoopReqParams,
    ScheduledDCChargeLoopReqParams,
)
from iso15118.shared.settings import load_shared_settings
from iso15118_supply import (  # type: ignore[import-not-found]  # runs from this folder
    no_pause,
    say,
    warmed,
)

NUMBER = RationalNumber.get_rational_repr
MODES = {"scheduled": ControlMode.SCHEDULED, "dynamic": ControlMode.DYNAMIC}
SERVICES = {"ac": "AC", "dc": "DC", "ac_bpt": "AC_BPT", "dc_bpt": "DC_BPT"}
VOLTS, WATTS = 400, 11000
LIMITS = {
    "ev_target_energy_request": NUMBER(18000),
    "ev_max_energy_request": NUMBER(30000),
    "ev_min_energy_request": NUMBER(-18000),
    "ev_max_charge_power": NUMBER(WATTS),
    "ev_min_charge_power": NUMBER(0),
    "ev_max_charge_current": NUMBER(30),
    "ev_max_voltage": NUMBER(460),
    "ev_min_voltage": NUMBER(250),
}


class Car(SimEVController):  # type: ignore[misc]  # untyped
    """The library's simulator with the figures of a car, decided and in one control mode."""

    def __init__(self, config: EVCCConfig, mode: ControlMode, current_a: float) -> None:
        super().__init__(config)
        self.mode, self.current_a = mode, current_a
        self.seen: dict[str, Any] = {"turns": 0}

    async def select_energy_service_v20(self, services: list[Any]) -> Any:
        """Choose the parameter set of the mode that the test is about."""
        chosen = await super().select_energy_service_v20(services)
        for one in services[0].parameter_sets:
            values = {parameter.name: parameter.int_value for parameter in one.parameters}
            if values.get("ControlMode") == self.mode.value:
                chosen.parameter_set = one
                self.seen["set"] = values
                break
        return chosen

    async def get_charge_params_v20(self, selected_service: Any) -> Any:
        """Give limits within which a charger of 11 kW can do something."""
        params = await super().get_charge_params_v20(selected_service)
        for name in ("charge", "discharge"):
            if hasattr(params, f"ev_max_{name}_power"):
                setattr(params, f"ev_max_{name}_power", NUMBER(WATTS))
                setattr(params, f"ev_min_{name}_power", NUMBER(0))
            if hasattr(params, f"ev_max_{name}_current"):
                setattr(params, f"ev_max_{name}_current", NUMBER(30))
                setattr(params, f"ev_min_{name}_current", NUMBER(0))
        return params

    async def get_scheduled_se_params(self, selected_energy_service: Any) -> Any:
        """Ask for energies of a battery that is above its minimum."""
        params = await super().get_scheduled_se_params(selected_energy_service)
        params.ev_min_energy_request = NUMBER(-18000)
        return params

    async def process_scheduled_se_params(self, scheduled_params: Any, pause: Any) -> Any:
        """Decide at once, for the offered plan in both directions, counted from where it counts."""
        found: Any = (None, None)
        while found[0] is None:
            found = await super().process_scheduled_se_params(scheduled_params, pause)
        profile, offered = found[0], scheduled_params.schedule_tuples[0]
        profile.time_anchor = offered.charging_schedule.power_schedule.time_anchor
        if offered.discharging_schedule is not None:
            back = offered.discharging_schedule.power_schedule.schedule_entry_list.entries
            for entry, other in zip(profile.entry_list.entries, back, strict=True):
                net = entry.power.get_decimal_value() - other.power.get_decimal_value()
                entry.power = NUMBER(net)
        return found

    async def process_dynamic_se_params(self, dynamic_params: Any, pause: Any) -> Any:
        """Decide at once."""
        found: Any = (None, None)
        while found[0] is None:
            found = await super().process_dynamic_se_params(dynamic_params, pause)
        return found

    async def continue_charging(self) -> bool:
        """Count a turn, and go on for as many as the configuration says."""
        self.seen["turns"] += 1
        return bool(await super().continue_charging())

    def asked_w(self) -> float:
        """Return the power that the last answer of the loop asked for, over all phases."""
        for name, mode in self.seen.get("last", {}).items():
            if name.endswith("CLResControlMode"):
                return float(
                    sum(
                        number["Value"] * 10 ** number["Exponent"]
                        for field, number in mode.items()
                        if field.startswith("EVSETargetActivePower")
                    )
                )
        return 0.0

    async def get_present_voltage(self) -> RationalNumber:
        """Return the battery's voltage."""
        return NUMBER(VOLTS)

    async def get_target_voltage(self) -> RationalNumber:
        """Return the voltage to charge with."""
        return NUMBER(VOLTS)

    async def get_scheduled_dc_charge_loop_params(self) -> ScheduledDCChargeLoopReqParams:
        """Ask for a current; negative gives back."""
        return ScheduledDCChargeLoopReqParams(
            ev_target_current=NUMBER(self.current_a), ev_target_voltage=NUMBER(VOLTS)
        )

    async def get_dynamic_dc_charge_loop_params(self) -> DynamicDCChargeLoopReqParams:
        """Tell limits and energies."""
        return DynamicDCChargeLoopReqParams(**LIMITS)

    async def get_bpt_dynamic_dc_charge_loop_params(self) -> BPTDynamicDCChargeLoopReqParams:
        """Tell what a car that gives back adds."""
        return BPTDynamicDCChargeLoopReqParams(
            **LIMITS,
            ev_max_discharge_power=NUMBER(WATTS),
            ev_min_discharge_power=NUMBER(0),
            ev_max_discharge_current=NUMBER(30),
        )

    async def get_ac_charge_loop_params_v20(self, control_mode: Any, selected_service: Any) -> Any:
        """Tell limits and energies in AC."""
        params = await super().get_ac_charge_loop_params_v20(control_mode, selected_service)
        # The converter is the car's: it does what the charger asked for in the turn before.
        params.ev_present_active_power = NUMBER(self.asked_w())
        if hasattr(params, "ev_max_charge_power") and control_mode is ControlMode.DYNAMIC:
            params.ev_max_charge_power, params.ev_min_charge_power = NUMBER(WATTS), NUMBER(0)
            params.ev_present_reactive_power = NUMBER(0)
        return params


class Listening:
    """The codec, which remembers what the charger said in the loop."""

    def __init__(self, seen: dict[str, Any]) -> None:
        self.codec, self.seen = warmed(), seen

    def encode(self, message: str, namespace: str) -> bytes:
        """Write a message."""
        return bytes(self.codec.encode(message, namespace))

    def decode(self, stream: bytes, namespace: str) -> str:
        """Read a message; keep the last answers of the loop."""
        text = str(self.codec.decode(stream, namespace))
        name, fields = next(iter(json.loads(text).items()))
        if name.endswith("ChargeLoopRes"):
            self.seen["last"] = fields
        return text

    def get_version(self) -> str:
        """Name the codec."""
        return str(self.codec.get_version())


def context(folder: Path) -> ssl.SSLContext:
    """Return mutual TLS 1.3 with our test certificates."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.check_hostname = False  # A charger's certificate names no host.
    made.load_cert_chain(folder / "vehicle.pem", folder / "vehicle.key")
    made.load_verify_locations(folder / "vehicle.trust.pem")
    return made


async def main(options: argparse.Namespace) -> None:
    """Have one session."""
    load_shared_settings()
    logging.getLogger().setLevel(logging.ERROR)
    direct = options.service.startswith("dc")
    config = EVCCConfig(
        supportedProtocols=["ISO_15118_20_DC" if direct else "ISO_15118_20_AC"],
        supportedEnergyServices=[SERVICES[options.service]],
        useTls=bool(options.tls), enforceTls=bool(options.tls), chargeLoopCycle=options.turns,
    )  # fmt: skip
    config.load_raw_values()
    car = Car(config, MODES[options.mode], options.current_a)
    EXI().set_exi_codec(Listening(car.seen))
    tls = context(Path(options.tls)) if options.tls else None
    reader, writer = await asyncio.open_connection("127.0.0.1", options.port, ssl=tls)
    over: asyncio.Queue[Any] = asyncio.Queue()
    session = EVCCCommunicationSession((reader, writer), over, config, "lo", car)
    session.is_tls = tls is not None
    await session.send_sap()
    await session.start(20)
    ended = await asyncio.wait_for(over.get(), 120)
    say({"successful": ended.successful, "reason": ended.reason, **car.seen})


ask = argparse.ArgumentParser()
ask.add_argument("--port", type=int, required=True)
ask.add_argument("--service", choices=list(SERVICES), required=True)
ask.add_argument("--mode", choices=list(MODES), required=True)
ask.add_argument("--turns", type=int, default=10)
ask.add_argument("--current-a", type=float, default=-17.5)
ask.add_argument("--tls")
comm_session.asyncio.sleep = no_pause
asyncio.run(main(ask.parse_args()))
sys.stdout.flush()
