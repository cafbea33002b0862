"""What an ISO 15118-20 frame says, for the trace: message, state of charge, power."""

from math import fsum

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.trace import Describe, Said
from sterna.protocols.iso15118 import phases
from sterna.protocols.iso15118.messages import ac, dc, schedule, session
from sterna.protocols.iso15118.messages.codes import Processing
from sterna.protocols.iso15118.messages.values import ChargeLoopReq, Response
from sterna.protocols.iso15118.schema import Element, element_name
from sterna.protocols.iso15118.wire import Wire, overheard

Fields = dict[str, float | str | bool]


def describer(wire: Wire, keys: tuple[str, ...] = ()) -> Describe:
    """Return the trace's reader of frames on *wire*; *keys* say which EVSE the link belongs to."""

    def describe(frame: bytes) -> Said | None:
        try:
            message = overheard(wire, frame)
        except BrokenPeer:
            return None  # Rubbish is not worth a line; its hearer closes the link.
        name = element_name(type(message))
        return Said(msg=f"ISO15118-20 {name}", keys=keys, fields=fields_of(message))

    return describe


def fields_of(message: Element) -> Fields:
    """Return the few values of *message* that predicates read, in kW and shares."""
    fields: Fields = {}
    if isinstance(message, Response) and not message.ResponseCode.value.startswith("OK"):
        fields["code"] = message.ResponseCode.value
    match message:
        case ChargeLoopReq():
            _describe_turn(fields, message)
        case dc.DcChargeLoopRes():
            volts = float(message.EVSEPresentVoltage)
            fields["kw"] = float(message.EVSEPresentCurrent) * volts / 1000.0
        case ac.AcChargeLoopRes():
            target = phases.heard(message.CLResControlMode, "EVSETargetActivePower")
            if target:
                fields["kw"] = fsum(target)
        case session.AuthorizationRes() | schedule.ScheduleExchangeRes():
            fields["waiting"] = message.EVSEProcessing is not Processing.FINISHED
        case schedule.PowerDeliveryReq():
            fields["progress"] = message.ChargeProgress.value
        case session.SessionStopReq():
            fields["mode"] = message.ChargingSession.value
        case _:
            pass  # The message's name says it all.
    return fields


def _describe_turn(fields: Fields, message: ChargeLoopReq) -> None:
    """Add what the car shows: its state of charge, and in AC its power."""
    shown = message.DisplayParameters
    if shown is not None and shown.PresentSOC is not None:
        fields["soc"] = shown.PresentSOC / 100.0
    if isinstance(message, ac.AcChargeLoopReq):
        mode = message.CLReqControlMode
        assert isinstance(mode, ac.DynamicAcRequest | ac.ScheduledAcRequest)
        fields["kw"] = fsum(phases.heard(mode, "EVPresentActivePower"))
