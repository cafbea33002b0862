"""How the supply answers around the charge loop: plan, voltage, power and each turn.

:func:`release` gives an answer that was held back, as things stand at that moment.
"""

from collections.abc import Mapping
from math import fsum
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from sterna.kernel.quantities import Instant, Kilowatts, Volts, WattHours
from sterna.protocols.iso15118 import answers, authorization, hearing, phases, plans
from sterna.protocols.iso15118.answers import PlanStep, SitePlan, Turn
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
    Tolerance,
)
from sterna.protocols.iso15118.messages.values import rational
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.services import (
    ControlMode,
    MobilityNeeds,
    Service,
)
from sterna.protocols.iso15118.states import State

if TYPE_CHECKING:
    from sterna.protocols.iso15118.supply_session import SupplySession

PRECHARGE_VOLTS: Final = 20.0
"""The contactors may close when both voltages are this near."""
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
    secc.answer_when(ready=secc.planned)


def cable_check(secc: "SupplySession", _: dc.DcCableCheckReq) -> None:
    """Test the isolation before any voltage."""
    if not secc.isolated:
        secc.say(IsolationTestWanted())
    secc.answer_when(ready=secc.isolated)


def pre_charge(secc: "SupplySession", message: dc.DcPreChargeReq) -> None:
    """Bring the voltage to the battery's; without a meter it is taken to be there."""
    wanted = Volts(float(message.EVTargetVoltage))
    secc.wanted_v = wanted
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
    code = _delivered(secc, message)
    if code.failed:
        secc.refuse(message, code)
        return
    fresh = secc.state not in (State.LOOP_AC, State.LOOP_DC)
    if progress is Progress.SCHEDULE_RENEGOTIATION or (
        secc.notification is Notification.EXIT_STANDBY and progress is Progress.START
    ):
        secc.notification = None
    secc.answer(
        schedule.PowerDeliveryRes(Header=secc.header, ResponseCode=code, EVSEStatus=secc.status)
    )
    secc.retarget()
    if progress is Progress.START:
        secc.hurry()
        if fresh:
            secc.say(HandshakeDone(service=needs.service, control_mode=needs.control_mode))
    elif progress is Progress.STOP:
        secc.say(PowerOff(reason="the car asked for it"))


def _delivered(secc: "SupplySession", message: schedule.PowerDeliveryReq) -> Code:
    """Return how the request is taken."""
    settings = secc.settings
    match message.ChargeProgress:
        case Progress.START:
            return _started(secc, message)
        case Progress.STANDBY if not settings.standby_allowed:
            return Code.WARNING_STANDBY_NOT_ALLOWED
        case Progress.SCHEDULE_RENEGOTIATION if not settings.schedule_renegotiation or secc.leaving:
            return Code.WARNING_SCHEDULE_RENEGOTIATION_FAILED
        case _:
            return Code.OK


def _started(secc: "SupplySession", message: schedule.PowerDeliveryReq) -> Code:
    """Return whether power may be switched on: the voltage is there, and who plans has committed itself."""
    needs, wanted = known_needs(secc), secc.wanted_v
    if needs.service.direct and (
        wanted is None or abs(secc.reading.volts - wanted) >= PRECHARGE_VOLTS
    ):
        return Code.FAILED_POWER_DELIVERY_NOT_APPLIED
    return _take_profile(secc, message) if secc.scheduled else Code.OK


def _take_profile(secc: "SupplySession", message: schedule.PowerDeliveryReq) -> Code:
    """Remember the profile of a car that plans for itself; it must keep to a schedule of ours."""
    profile = message.EVPowerProfile
    chosen = None if profile is None else profile.Scheduled_EVPPTControlMode
    if profile is None or chosen is None:
        return Code.FAILED_EV_POWER_PROFILE_INVALID
    plan = secc.offered.get(chosen.SelectedScheduleTupleID)
    if plan is None:
        return Code.FAILED_SCHEDULE_SELECTION_INVALID
    entries = profile.EVPowerProfileEntries.EVPowerProfileEntry
    steps = tuple(
        PlanStep(duration_s=one.Duration, power_kw=Kilowatts(fsum(phases.heard(one, "Power"))))
        for one in entries
    )
    anchor = Instant(float(profile.TimeAnchor))
    if not plans.keeps_to(steps, anchor, plan, secc.offered_at):
        return Code.FAILED_EV_POWER_PROFILE_INVALID
    secc.profile, secc.plan_anchor, secc.violating_since = steps, anchor, None
    secc.asked_kw = answers.step_at(steps, anchor, secc.now)
    return _tolerated(secc, chosen.PowerToleranceAcceptance)


def _tolerated(secc: "SupplySession", word: Tolerance | None) -> Code:
    """Return what becomes of a car's *word* on the tolerance of its schedule."""
    if secc.settings.power_tolerance_kw is None:
        return Code.OK
    if word is Tolerance.CONFIRMED:
        return Code.OK_POWER_TOLERANCE_CONFIRMED
    if secc.settings.tolerance_required:
        return Code.FAILED_POWER_TOLERANCE_NOT_CONFIRMED
    return Code.WARNING_POWER_TOLERANCE_NOT_CONFIRMED


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
    if secc.scheduled and _overstayed(secc, needs):
        secc.refuse(message, Code.FAILED_EV_POWER_PROFILE_VIOLATION)
        return
    if needs.present_voltage_v is not None and not secc.settings.isolation_by_hardware:
        secc.reading = replace(secc.reading, volts=needs.present_voltage_v)
    secc.say(LoopReport(power_kw=secc.reading.power_kw, needs=needs))
    if _news(before, needs):
        secc.say(needs)
    secc.retarget()
    secc.replan()
    secc.next_turn()


def _overstayed(secc: "SupplySession", needs: VehicleNeeds) -> bool:
    """Note whether a car that plans takes more than its profile; return whether it has for too long."""
    bound = answers.step_at(secc.profile, secc.plan_anchor, secc.now)
    taken = secc.asked_kw if needs.service.direct else needs.power_kw or 0.0
    slack = secc.settings.dead_band_kw + (secc.settings.power_tolerance_kw or 0.0)
    if plans.within(taken, bound, slack):
        secc.violating_since = None
        return False
    if secc.violating_since is None:
        secc.violating_since = secc.now
        secc.hurry()
    return secc.now - secc.violating_since >= secc.settings.violation_s_max


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
    """Take the car's word that it has seen the registers; who came by contract has signed it."""
    info, gate, contract = message.SignedMeteringData.MeterInfo, secc.settings.gate, secc.contract
    if gate and contract and not gate.vouches(message, contract.leaf):
        secc.refuse(message, Code.FAILED_METERING_SIGNATURE_NOT_VALID)
        return
    if secc.notification is Notification.METERING_CONFIRMATION:
        secc.notification = None
    secc.say(
        MeterConfirmed(
            charged_wh=WattHours(info.ChargedEnergyReadingWh),
            discharged_wh=WattHours(info.BPT_DischargedEnergyReadingWh or 0),
        )
    )
    secc.answer(metering.MeteringConfirmationRes(Header=secc.header, ResponseCode=Code.OK))


def release(secc: "SupplySession", asked: Element) -> None:
    """Give the answer that was held back, as things stand now."""
    match asked:
        case session.AuthorizationReq():
            authorization.release(secc, secc.contract)
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
        both = needs.mobility_needs is MobilityNeeds.BOTH
        mode = plans.dynamic_plan(secc.grant.site if both else SitePlan(), secc.now)
    else:
        mode = plans.scheduled_plan(_plans(secc), secc.now, _form(secc))
        secc.offered, secc.offered_at = plans.offered(mode), Instant(float(int(secc.now)))
    processing = Processing.FINISHED if secc.planned else Processing.ONGOING
    pausing = secc.planned and secc.notification is Notification.PAUSE
    secc.answer(plans.schedule_answer(secc.header, processing, mode, go_to_pause=pausing))


def _plans(secc: "SupplySession") -> tuple[tuple[PlanStep, ...], ...]:
    """Return the plans on offer: the site's own, or what it wishes now for a day."""
    needs = known_needs(secc)
    wish = permitted(secc.wish.at(secc.now), needs, secc.limits, discharge=secc.may_discharge)
    secc.planned_kw = wish
    first = secc.steps or (PlanStep(duration_s=DAY_S, power_kw=wish),)
    return (first, *secc.alternatives)[: plans.PLANS_MAX]


def _form(secc: "SupplySession") -> plans.PlanForm:
    """Return how a plan is written for this car."""
    needs = known_needs(secc)
    return plans.PlanForm(
        bidirectional=needs.service.bidirectional,
        phases=needs.phases,
        tolerance_kw=secc.settings.power_tolerance_kw,
    )


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
        supply=secc.limits,
        site=secc.grant.site,
        target_kw=secc.target_kw,
        reading=secc.reading,
        now=now,
        code=Code.OK if secc.violating_since is None else Code.WARNING_EV_POWER_PROFILE_VIOLATION,
        reactive_kvar=secc.wish.reactive_kvar if now < secc.wish.expires else None,
    )
    secc.told()
    secc.answer(answers.dc_turn(turn) if needs.service.direct else answers.ac_turn(turn))
