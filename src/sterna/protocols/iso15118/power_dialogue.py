"""How the supply answers around the charge loop: plan, voltage, power and each turn.

:func:`release` gives an answer that was held back, as things stand at that moment.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from sterna.kernel.quantities import Instant, Kilowatts, Volts, WattHours
from sterna.protocols.iso15118 import answers, hearing
from sterna.protocols.iso15118.answers import PlanStep, Turn
from sterna.protocols.iso15118.events import (
    HandshakeDone,
    IsolationTestWanted,
    LoopReport,
    MeterConfirmed,
    PowerOff,
    VehicleNeeds,
    VoltageWanted,
)
from sterna.protocols.iso15118.limits import permitted
from sterna.protocols.iso15118.messages import (
    ac,
    dc,
    metering,
    schedule,
    session,
)
from sterna.protocols.iso15118.messages.codes import (
    Code,
    Notification,
    Processing,
    Progress,
)
from sterna.protocols.iso15118.messages.values import rational
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.services import (
    ControlMode,
    Service,
)
from sterna.protocols.iso15118.states import State

if TYPE_CHECKING:
    from sterna.protocols.iso15118.supply_session import SupplySession

DAY_S: Final = 86400
"""A plan without steps of its own is offered for a day; the car asks again when it changes."""
SOC_STEP: Final = 0.05
"""Needs are reported again when the state of charge has moved this far."""

TURN: Final[Mapping[tuple[Service, ControlMode], type[Element]]] = {
    (Service.AC, ControlMode.SCHEDULED): ac.ScheduledAcRequest,
    (Service.AC, ControlMode.DYNAMIC): ac.DynamicAcRequest,
    (Service.AC_BPT, ControlMode.SCHEDULED): ac.BptScheduledAcRequest,
    (Service.AC_BPT, ControlMode.DYNAMIC): ac.BptDynamicAcRequest,
    (Service.DC, ControlMode.SCHEDULED): dc.ScheduledDcRequest,
    (Service.DC, ControlMode.DYNAMIC): dc.DynamicDcRequest,
    (Service.DC_BPT, ControlMode.SCHEDULED): dc.BptScheduledDcRequest,
    (Service.DC_BPT, ControlMode.DYNAMIC): dc.BptDynamicDcRequest,
}
"""The control mode that a turn of the loop has to carry under a service."""


def known_needs(secc: "SupplySession") -> VehicleNeeds:
    """Return the car's needs, which are known from the service selection on."""
    assert secc.needs is not None, "the table lets nothing through before a service is selected"
    return secc.needs


def schedule_exchange(secc: "SupplySession", message: schedule.ScheduleExchangeReq) -> None:
    """Take the car's needs; the plan goes out when the site has one."""
    needs = known_needs(secc)
    scheduled = message.Scheduled_SEReqControlMode is not None
    if scheduled is not (needs.control_mode is ControlMode.SCHEDULED):
        secc.refuse(message, Code.FAILED_WRONG_CHARGE_PARAMETER)
        return
    secc.needs = hearing.heard_schedule(needs, message, secc.now)
    secc.say(secc.needs)
    answer_when(secc, message, ready=secc.planned)


def cable_check(secc: "SupplySession", message: dc.DcCableCheckReq) -> None:
    """Test the isolation before any voltage."""
    if not secc.isolated:
        secc.say(IsolationTestWanted())
    answer_when(secc, message, ready=secc.isolated)


def pre_charge(secc: "SupplySession", message: dc.DcPreChargeReq) -> None:
    """Bring the voltage to the battery's; without a meter it is taken to be there."""
    wanted = Volts(float(message.EVTargetVoltage))
    secc.say(VoltageWanted(volts=wanted))
    if not secc.settings.isolation_by_hardware:
        secc.reading = replace(secc.reading, volts=wanted)
    secc.answer(
        dc.DcPreChargeRes(
            Header=secc.header,
            ResponseCode=Code.OK,
            EVSEPresentVoltage=rational(secc.reading.volts),
        )
    )


def delivery(secc: "SupplySession", message: schedule.PowerDeliveryReq) -> None:
    """Switch power on or off, stand by, or go back to planning."""
    needs, progress = known_needs(secc), message.ChargeProgress
    if progress is Progress.START and not _take_profile(secc, message):
        secc.refuse(message, Code.FAILED_EV_POWER_PROFILE_INVALID)
        return
    fresh = secc.state not in (State.LOOP_AC, State.LOOP_DC)
    if progress is Progress.SCHEDULE_RENEGOTIATION or (
        secc.notification is Notification.EXIT_STANDBY and progress is Progress.START
    ):
        secc.notification = None
    secc.answer(
        schedule.PowerDeliveryRes(Header=secc.header, ResponseCode=Code.OK, EVSEStatus=secc.status)
    )
    secc.retarget()
    if progress is Progress.START:
        secc.hurry()
        if fresh:
            secc.say(HandshakeDone(service=needs.service, control_mode=needs.control_mode))
    elif progress is Progress.STOP:
        secc.say(PowerOff(reason="the car asked for it"))


def _take_profile(secc: "SupplySession", message: schedule.PowerDeliveryReq) -> bool:
    """Remember the profile of a car that plans for itself; it must name a schedule of ours."""
    if not secc.scheduled:
        return True
    profile = message.EVPowerProfile
    if profile is None or profile.Scheduled_EVPPTControlMode is None:
        return False
    if profile.Scheduled_EVPPTControlMode.SelectedScheduleTupleID != 1:
        return False
    secc.profile = tuple(
        PlanStep(
            duration_s=entry.Duration,
            power_kw=Kilowatts(hearing.kilo(entry.Power, entry.Power_L2, entry.Power_L3) or 0.0),
        )
        for entry in profile.EVPowerProfileEntries.EVPowerProfileEntry
    )
    secc.plan_anchor = Instant(float(profile.TimeAnchor))
    secc.asked_kw = answers.step_at(secc.profile, secc.plan_anchor, secc.now)
    return True


def turn(secc: "SupplySession", message: dc.DcChargeLoopReq | ac.AcChargeLoopReq) -> None:
    """Take one turn of the loop; the answer waits until there is something to say."""
    before, mode = known_needs(secc), message.CLReqControlMode
    if type(mode) is not TURN[before.service, before.control_mode]:
        secc.refuse(message, Code.FAILED_WRONG_CHARGE_PARAMETER)
        return
    needs = hearing.heard_turn(before, message, secc.now)
    secc.needs = needs
    if isinstance(mode, dc.ScheduledDcRequest):
        secc.asked_kw = float(mode.EVTargetCurrent) * float(mode.EVTargetVoltage) / 1000.0
    elif isinstance(mode, ac.ScheduledAcRequest):
        secc.asked_kw = answers.step_at(secc.profile, secc.plan_anchor, secc.now)
    if needs.present_voltage_v is not None and not secc.settings.isolation_by_hardware:
        secc.reading = replace(secc.reading, volts=needs.present_voltage_v)
    secc.say(LoopReport(power_kw=secc.reading.power_kw, needs=needs))
    if _news(before, needs):
        secc.say(needs)
    secc.retarget()
    secc.replan()
    secc.next_turn()


def _news(before: VehicleNeeds, needs: VehicleNeeds) -> bool:
    """Return whether *needs* say something that a planner has to know."""
    if (
        before.max_charge_kw != needs.max_charge_kw
        or before.max_discharge_kw != needs.max_discharge_kw
        or before.minimum_soc != needs.minimum_soc
        or before.target_soc != needs.target_soc
    ):
        return True
    if before.soc is None or needs.soc is None:
        return before.soc is not needs.soc
    return abs(before.soc - needs.soc) >= SOC_STEP


def confirmation(secc: "SupplySession", message: metering.MeteringConfirmationReq) -> None:
    """Take the car's word that it has seen the registers."""
    info = message.SignedMeteringData.MeterInfo
    if secc.notification is Notification.METERING_CONFIRMATION:
        secc.notification = None
    secc.say(
        MeterConfirmed(
            charged_wh=WattHours(info.ChargedEnergyReadingWh),
            discharged_wh=WattHours(info.BPT_DischargedEnergyReadingWh or 0),
        )
    )
    secc.answer(metering.MeteringConfirmationRes(Header=secc.header, ResponseCode=Code.OK))


def answer_when(secc: "SupplySession", message: Element, *, ready: bool) -> None:
    """Answer at once when *ready* or when nothing may be held back; otherwise hold."""
    hold_s = secc.settings.timing.hold_s
    if ready or hold_s == 0.0:
        release(secc, message)
    else:
        secc.hold(hold_s)


def release(secc: "SupplySession", asked: Element) -> None:
    """Give the answer that was held back, as things stand now."""
    match asked:
        case session.AuthorizationReq():
            done = secc.grant.authorized
            processing = Processing.FINISHED if done else Processing.WAITING_FOR_CUSTOMER
            secc.answer(
                session.AuthorizationRes(
                    Header=secc.header, ResponseCode=Code.OK, EVSEProcessing=processing
                )
            )
        case schedule.ScheduleExchangeReq():
            _release_plan(secc)
        case dc.DcCableCheckReq():
            processing = Processing.FINISHED if secc.isolated else Processing.ONGOING
            secc.answer(
                dc.DcCableCheckRes(
                    Header=secc.header, ResponseCode=Code.OK, EVSEProcessing=processing
                )
            )
        case dc.DcChargeLoopReq() | ac.AcChargeLoopReq():
            _release_turn(secc, asked)
        case _:
            raise AssertionError(type(asked))


def _release_plan(secc: "SupplySession") -> None:
    """Send the site's plan, or ask the car to wait for it."""
    needs = known_needs(secc)
    mode: schedule.DynamicSEResType | schedule.ScheduledSEResType
    if needs.control_mode is ControlMode.DYNAMIC:
        mode = answers.dynamic_plan(secc.grant.site, secc.now)
    else:
        wish = permitted(secc.wish.at(secc.now), needs, secc.supply, discharge=secc.may_discharge)
        secc.planned_kw = wish
        steps = secc.steps or (PlanStep(duration_s=DAY_S, power_kw=wish),)
        both = needs.service.bidirectional
        mode = answers.scheduled_plan(steps, secc.now, bidirectional=both)
    processing = Processing.FINISHED if secc.planned else Processing.ONGOING
    pausing = secc.planned and secc.notification is Notification.PAUSE
    secc.answer(answers.schedule_answer(secc.header, processing, mode, go_to_pause=pausing))


def _release_turn(secc: "SupplySession", asked: dc.DcChargeLoopReq | ac.AcChargeLoopReq) -> None:
    """Answer one turn of the loop."""
    needs, now = known_needs(secc), secc.now
    wanted = asked.MeterInfoRequested or secc.notification is Notification.METERING_CONFIRMATION
    meter = None
    if wanted:
        name, both = secc.settings.evse_id, needs.service.bidirectional
        meter = answers.meter_info(name, secc.reading, now, bidirectional=both)
    turn = Turn(
        header=secc.header,
        status=secc.status,
        meter=meter,
        needs=needs,
        supply=secc.supply,
        site=secc.grant.site,
        target_kw=secc.target_kw,
        reading=secc.reading,
        now=now,
    )
    secc.told()
    secc.answer(answers.dc_turn(turn) if needs.service.direct else answers.ac_turn(turn))
