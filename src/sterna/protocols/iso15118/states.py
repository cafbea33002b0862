"""The order of messages as one table, the same for both roles.

A state says which requests the car may send next. Which state follows depends
on the pair of request and answer alone, so each side computes it for itself and
both arrive at the same one. Diagrams and the sequence test read this table.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from sterna.protocols.iso15118.messages import app_protocol, dc, schedule, session
from sterna.protocols.iso15118.messages.ac import AcChargeLoopReq, AcChargeParameterDiscoveryReq
from sterna.protocols.iso15118.messages.certificates import CertificateInstallationReq
from sterna.protocols.iso15118.messages.codes import Code, NegotiationCode, Processing
from sterna.protocols.iso15118.messages.metering import MeteringConfirmationReq
from sterna.protocols.iso15118.messages.values import Response
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.services import Service


class State(Enum):
    """What may come next. Members with AC or DC exist once per kind of current."""

    __hash__ = (
        object.__hash__
    )  # Each member exists once; Enum's own is slow, and asked for every message.

    PROTOCOL = "agree on a protocol"
    SETUP = "open the session"
    AUTHORIZATION_SETUP = "learn how to authorise"
    AUTHORIZATION = "wait for authorisation"
    DISCOVERY = "list the services"
    DETAIL = "look at a service"
    SELECTION = "select a service"
    PARAMETERS_AC = "exchange AC limits"
    PARAMETERS_DC = "exchange DC limits"
    SCHEDULE_AC = "agree on an AC plan"
    SCHEDULE_DC = "agree on a DC plan"
    CABLE_CHECK = "test the isolation"
    PRE_CHARGE = "raise the voltage"
    READY_AC = "switch AC power on"
    READY_DC = "switch DC power on"
    LOOP_AC = "AC charge loop"
    LOOP_DC = "DC charge loop"
    STANDBY_AC = "AC standby"
    STANDBY_DC = "DC standby"
    RESCHEDULE_AC = "agree on another AC plan"
    RESCHEDULE_DC = "agree on another DC plan"
    WELDING = "look for welded contactors"
    STOPPING = "close the session"
    PAUSED = "the session sleeps"
    ENDED = "the session is over"


LOOPS: Final = frozenset({State.LOOP_AC, State.LOOP_DC})
"""The states in which power may flow."""
STANDBYS: Final = frozenset({State.STANDBY_AC, State.STANDBY_DC})
CLOSED: Final = frozenset({State.PAUSED, State.ENDED})
"""The states in which nothing is sent any more."""

ANY: Final = ""
"""The outcome of a pair of messages that can only lead to one state."""

STAYING: Final = frozenset(
    {Code.WARNING_STANDBY_NOT_ALLOWED, Code.WARNING_SCHEDULE_RENEGOTIATION_FAILED}
)
"""Warnings after which everything is as before."""

Rows = dict[type[Element], Mapping[str, State]]


def _waits(stay: State, go: State) -> Mapping[str, State]:
    """Stay while the answer says Ongoing; go on when it says Finished."""
    return {"Ongoing": stay, "Finished": go}


def _stop() -> Mapping[str, State]:
    """Return where the three ways to stop a session lead."""
    return {
        "Terminate": State.ENDED,
        "Pause": State.PAUSED,
        "ServiceRenegotiation": State.DISCOVERY,
    }


def _loop(kind: str) -> dict[State, Rows]:
    """Return the states around the charge loop for one *kind* of current, ``AC`` or ``DC``."""
    ready, loop, standby, again = (
        State[f"{name}_{kind}"] for name in ("READY", "LOOP", "STANDBY", "RESCHEDULE")
    )
    off = State.WELDING if kind == "DC" else State.STOPPING
    turn = dc.DcChargeLoopReq if kind == "DC" else AcChargeLoopReq
    delivery = {
        "Start": loop,
        "Stop": off,
        "Standby": standby,
        "ScheduleRenegotiation": again,
    }
    return {
        ready: {schedule.PowerDeliveryReq: {"Start": loop, "Stop": off}},
        loop: {
            turn: {ANY: loop},
            schedule.PowerDeliveryReq: delivery,
            MeteringConfirmationReq: {ANY: loop},
        },
        standby: {turn: {ANY: standby}, schedule.PowerDeliveryReq: delivery},
        again: {
            schedule.ScheduleExchangeReq: _waits(again, ready),
            schedule.PowerDeliveryReq: {"Stop": off},
        },
    }


TABLE: Final[Mapping[State, Mapping[type[Element], Mapping[str, State]]]] = MappingProxyType(
    {
        State.PROTOCOL: {
            app_protocol.SupportedAppProtocolReq: {"OK": State.SETUP, "Failed": State.ENDED}
        },
        State.SETUP: {session.SessionSetupReq: {ANY: State.AUTHORIZATION_SETUP}},
        State.AUTHORIZATION_SETUP: {
            session.AuthorizationSetupReq: {ANY: State.AUTHORIZATION},
            session.SessionStopReq: _stop(),
        },
        State.AUTHORIZATION: {
            session.AuthorizationReq: _waits(State.AUTHORIZATION, State.DISCOVERY),
            CertificateInstallationReq: {ANY: State.AUTHORIZATION},
            session.SessionStopReq: _stop(),
        },
        State.DISCOVERY: {
            session.ServiceDiscoveryReq: {ANY: State.DETAIL},
            session.SessionStopReq: _stop(),
        },
        State.DETAIL: {
            session.ServiceDetailReq: {ANY: State.SELECTION},
            session.SessionStopReq: _stop(),
        },
        State.SELECTION: {
            session.ServiceDetailReq: {ANY: State.SELECTION},
            session.ServiceSelectionReq: {"AC": State.PARAMETERS_AC, "DC": State.PARAMETERS_DC},
            session.SessionStopReq: _stop(),
        },
        State.PARAMETERS_AC: {
            AcChargeParameterDiscoveryReq: {ANY: State.SCHEDULE_AC},
            session.SessionStopReq: _stop(),
        },
        State.PARAMETERS_DC: {
            dc.DcChargeParameterDiscoveryReq: {ANY: State.SCHEDULE_DC},
            session.SessionStopReq: _stop(),
        },
        State.SCHEDULE_AC: {
            schedule.ScheduleExchangeReq: _waits(State.SCHEDULE_AC, State.READY_AC),
            session.SessionStopReq: _stop(),
        },
        State.SCHEDULE_DC: {
            schedule.ScheduleExchangeReq: _waits(State.SCHEDULE_DC, State.CABLE_CHECK),
            session.SessionStopReq: _stop(),
        },
        State.CABLE_CHECK: {
            dc.DcCableCheckReq: _waits(State.CABLE_CHECK, State.PRE_CHARGE),
            session.SessionStopReq: _stop(),
        },
        State.PRE_CHARGE: {
            dc.DcPreChargeReq: _waits(State.PRE_CHARGE, State.READY_DC),
            # A car that is content with the voltage may go on without saying so.
            schedule.PowerDeliveryReq: {"Start": State.LOOP_DC, "Stop": State.WELDING},
        },
        **_loop("AC"),
        **_loop("DC"),
        State.WELDING: {
            dc.DcWeldingDetectionReq: _waits(State.WELDING, State.STOPPING),
            session.SessionStopReq: _stop(),
        },
        State.STOPPING: {session.SessionStopReq: _stop()},
        State.PAUSED: {},
        State.ENDED: {},
    }
)


def expected(state: State, request: type[Element]) -> bool:
    """Return whether *request* may come in *state*."""
    return request in TABLE[state]


def after(state: State, request: Element, answer: Element) -> State:
    """Return the state that follows when *request* was answered with *answer* in *state*.

    A failed answer ends the session whatever it answers, and some warnings
    leave everything as it was. Raises KeyError for a
    pair that the table does not know, e.g. power on from standby that is not due.
    """
    if isinstance(answer, Response):
        if answer.ResponseCode.failed:
            return State.ENDED
        if _stays(answer):
            return state
    ways = TABLE[state][type(request)]
    only = ways.get(ANY)
    return only if only is not None else ways[_outcome(request, answer)]


def _stays(answer: Response) -> bool:
    """Return whether *answer* says that what was asked for did not happen, and the session goes on."""
    if isinstance(answer, session.AuthorizationRes):
        return answer.ResponseCode.value.startswith("WARNING")
    return answer.ResponseCode in STAYING


def _outcome(request: Element, answer: Element) -> str:
    """Return the word in the pair that decides where it leads."""
    match request, answer:
        case (app_protocol.SupportedAppProtocolReq(), app_protocol.SupportedAppProtocolRes()):
            return "Failed" if answer.ResponseCode is NegotiationCode.FAILED else "OK"
        case (session.ServiceSelectionReq(), _):
            chosen = Service(request.SelectedEnergyTransferService.ServiceID)
            return "DC" if chosen.direct else "AC"
        case (schedule.PowerDeliveryReq(), _):
            return request.ChargeProgress.value
        case (session.SessionStopReq(), _):
            return request.ChargingSession.value
        case (dc.DcPreChargeReq() | dc.DcWeldingDetectionReq(), _):
            return _done(request.EVProcessing)
        case (
            _,
            session.AuthorizationRes() | schedule.ScheduleExchangeRes() | dc.DcCableCheckRes(),
        ):
            return _done(answer.EVSEProcessing)
        case _:
            raise AssertionError(type(request))


def _done(processing: Processing) -> str:
    """Return whether more of the same comes: both kinds of Ongoing lead to the same state."""
    return "Finished" if processing is Processing.FINISHED else "Ongoing"
