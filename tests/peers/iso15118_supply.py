"""A charger on the PyPI library ``iso15118`` with its Java codec: takes one session and says how it went.

Runs in the peers' own environment, see docs/peers.md. Prints its port as soon as it listens,
then one line of JSON. What its simulator lacks or does wrong is mended in the subclass, each
point with its reason; none of it is the protocol itself.
"""

import argparse
import asyncio
import json
import logging
import ssl
import sys
from pathlib import Path
from typing import Any

from iso15118.secc.comm_session_handler import SECCCommunicationSession
from iso15118.secc.controller.simulator import SimEVSEController
from iso15118.secc.secc_settings import Config
from iso15118.shared import comm_session
from iso15118.shared.exi_codec import EXI
from iso15118.shared.exificient_exi_codec import ExificientEXICodec
from iso15118.shared.messages.enums import AuthEnum, Protocol
from iso15118.shared.messages.iso15118_20.common_messages import (
    Parameter,
    ParameterSet,
    Service,
    ServiceList,
    ServiceParameterList,
)
from iso15118.shared.messages.iso15118_20.common_types import EVSENotification, EVSEStatus
from iso15118.shared.settings import load_shared_settings

SERVICES = {"ac": 1, "dc": 2, "ac_bpt": 5, "dc_bpt": 6}
MODES = {"scheduled": 1, "dynamic": 2}
VOLTS = 400


class Supply(SimEVSEController):  # type: ignore[misc]  # untyped
    """The library's simulator with limits that exist, and one service and mode on offer."""

    def __init__(self, service: str, mode: str, power_w: float, turns: int) -> None:
        super().__init__()
        self.service, self.mode, self.turns = service, mode, turns
        self.seen: dict[str, Any] = {"turns": 0, "states": []}
        context = self.evse_data_context
        context.nominal_voltage, context.nominal_frequency = VOLTS, 50
        context.present_voltage = VOLTS
        context.present_current = power_w / VOLTS
        context.present_active_power = power_w
        context.present_active_power_l2 = context.present_active_power_l3 = None
        direct = context.session_limits.dc_limits
        direct.max_charge_power = direct.max_discharge_power = 11000
        direct.min_charge_power = direct.min_discharge_power = 0
        direct.max_charge_current = direct.max_discharge_current = 30
        direct.max_voltage, direct.min_voltage = 920, 200
        # A set-point is for this library the one of both limits that is not zero.
        alternating = context.session_limits.ac_limits
        for field in vars(alternating):
            setattr(alternating, field, 0)
        alternating.max_charge_power = max(0.0, power_w)
        alternating.max_discharge_power = max(0.0, -power_w)

    async def get_energy_service_list(self) -> ServiceList:
        """Offer the service that the test is about."""
        return ServiceList(
            services=[Service(service_id=SERVICES[self.service], free_service=False)]
        )

    async def get_service_parameter_list(self, _: int) -> ServiceParameterList:
        """Offer the control mode that the test is about; two-way services as the library has them."""
        values = {"Connector": 2, "ControlMode": MODES[self.mode], "Pricing": 0}
        values["EVSENominalVoltage"] = VOLTS
        values["MobilityNeedsMode"] = 1
        parameters = [Parameter(name=name, int_value=value) for name, value in values.items()]
        return ServiceParameterList(parameter_sets=[ParameterSet(id=1, parameters=parameters)])

    async def get_evse_status(self) -> EVSEStatus | None:
        """Ask the car to stop after so many turns; asked for by states of the loop."""
        if not self.turns or self.seen["turns"] < self.turns:
            return None
        return EVSEStatus(notification_max_delay=0, evse_notification=EVSENotification.TERMINATE)

    async def set_present_protocol_state(self, state: Any) -> None:
        """Remember where the session has been."""
        name = type(state).__name__ if not isinstance(state, str) else state
        self.seen["states"].append(name)

    async def send_display_params(self) -> None:
        """Count a turn of the loop: called once in each."""
        self.seen["turns"] += 1
        shown = self.ev_data_context
        self.seen["soc"] = getattr(shown, "present_soc", None)


def warmed() -> ExificientEXICodec:
    """Return the codec once it is fast enough for the time-outs of the standard."""
    codec = ExificientEXICodec()
    answer = (
        '{"supportedAppProtocolRes": {"ResponseCode": "OK_SuccessfulNegotiation", "SchemaID": 1}}'
    )
    codec.encode(answer, "urn:iso:15118:2:2010:AppProtocol")
    head = {"SessionID": "0102030405060708", "TimeStamp": 1}
    for space, message in (
        ("CommonMessages", {"SessionStopRes": {"Header": head, "ResponseCode": "OK"}}),
        ("DC", {"DC_CableCheckReq": {"Header": head}}),
        ("AC", {"AC_ChargeLoopReq": {"Header": head, "MeterInfoRequested": False, "Scheduled_AC_CLReqControlMode": {"EVPresentActivePower": {"Exponent": 0, "Value": 1}}}}),
    ):  # fmt: skip
        name = f"urn:iso:std:iso:15118:-20:{space}"
        for _ in range(5):
            codec.decode(bytes(codec.encode(json.dumps(message), name)), name)
    return codec


def context(folder: Path) -> ssl.SSLContext:
    """Return mutual TLS 1.3 with our test certificates."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.load_cert_chain(folder / "secc.pem", folder / "secc.key")
    made.load_verify_locations(folder / "secc.trust.pem")
    made.verify_mode = ssl.CERT_REQUIRED
    return made


async def main(options: argparse.Namespace) -> None:
    """Take one session."""
    load_shared_settings()
    logging.getLogger().setLevel(logging.ERROR)
    EXI().set_exi_codec(warmed())
    direct = options.service.startswith("dc")
    supply = Supply(options.service, options.mode, options.power_w, options.turns)
    supply.selected = Protocol.ISO_15118_20_DC if direct else Protocol.ISO_15118_20_AC
    config = Config()
    config.supported_protocols = [supply.selected]
    config.supported_auth_options = [AuthEnum.EIM]
    over: asyncio.Queue[Any] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = SECCCommunicationSession((reader, writer), over, config, supply, "STERNA-PEER")
        await session.start(20)

    tls = context(Path(options.tls)) if options.tls else None
    server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=tls)
    say(server.sockets[0].getsockname()[1])
    ended = await asyncio.wait_for(over.get(), 120)
    say({"successful": ended.successful, "reason": ended.reason, **supply.seen})


def say(what: Any) -> None:
    """Tell the test one line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def no_pause(seconds: float, *_: Any) -> None:
    """Stand in for the seconds that the library waits before it closes a connection."""
    del seconds


if __name__ == "__main__":
    ask = argparse.ArgumentParser()
    ask.add_argument("--service", choices=list(SERVICES), required=True)
    ask.add_argument("--mode", choices=list(MODES), required=True)
    ask.add_argument("--power-w", type=float, default=-7000.0)
    ask.add_argument("--turns", type=int, default=0, help="then ask the car to stop; 0: never")
    ask.add_argument("--tls")
    comm_session.asyncio.sleep = no_pause
    asyncio.run(main(ask.parse_args()))
