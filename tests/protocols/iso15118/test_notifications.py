"""What the site wants of the car: each of the six notifications, before the charge loop, in it and at rest."""

import pytest
from protocols.iso15118.iso15118_pair import START, Pair, make_pair

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols.iso15118.events import MeterConfirmed, Notified, Stopped
from sterna.protocols.iso15118.messages import schedule
from sterna.protocols.iso15118.messages.codes import Notification, Progress
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.states import LOOPS, STANDBYS, State

LONG = Instant(START + 9e6)
EIGHT = [(service, mode) for service in Service for mode in ControlMode]
LEADS: dict[Notification, State | None] = {
    Notification.TERMINATE: State.ENDED,
    Notification.PAUSE: State.PAUSED,
    Notification.SERVICE_RENEGOTIATION: None,
    Notification.SCHEDULE_RENEGOTIATION: None,
    Notification.METERING_CONFIRMATION: None,
    Notification.EXIT_STANDBY: None,
}
"""Where each leads in the end; None: to the charge loop."""


def held(service: Service, mode: ControlMode) -> Pair:
    """Return a pair that waits for its driver, with a wish to charge."""
    pair = make_pair(service, mode)
    pair.secc.set_point(pair.now, Kilowatts(5.0), expires=LONG)
    pair.plug()
    return pair


def settled(pair: Pair, notification: Notification) -> None:
    """Assert that *pair* has come to where *notification* leads, and that no power flows outside the loop."""
    wanted = LEADS[notification]
    if wanted is None:
        assert pair.secc.state in LOOPS
        assert pair.secc.state is pair.evcc.state
        assert pair.power_kw == 5.0
        assert pair.secc.notification is None, "it was followed"
    else:
        assert pair.secc.state is wanted
        assert pair.evcc.state in (wanted, State.ENDED)
        assert pair.power_kw == 0.0


@pytest.mark.parametrize(("service", "mode"), EIGHT)
@pytest.mark.parametrize("notification", list(Notification))
def test_before_the_loop_each_is_followed_as_soon_as_a_message_can_say_it(
    service: Service, mode: ControlMode, notification: Notification
) -> None:
    pair = held(service, mode)
    pair.do(pair.secc.notify(pair.now, notification))
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(90)
    settled(pair, notification)


@pytest.mark.parametrize(("service", "mode"), EIGHT)
@pytest.mark.parametrize("notification", list(Notification))
def test_in_the_loop_each_is_followed_at_once(
    service: Service, mode: ControlMode, notification: Notification
) -> None:
    pair = held(service, mode)
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(30)
    assert pair.power_kw == 5.0
    pair.do(pair.secc.notify(pair.now, notification))
    assert pair.heard(Notified, by_car=True)
    pair.run(30)
    settled(pair, notification)


@pytest.mark.parametrize(("service", "mode"), EIGHT)
@pytest.mark.parametrize("notification", list(Notification))
def test_a_resting_car_follows_each_as_well(
    service: Service, mode: ControlMode, notification: Notification
) -> None:
    pair = held(service, mode)
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(30)
    pair.tell(pair.evcc.standby(pair.now, rest=True))
    pair.do(pair.secc.nudge(pair.now))
    assert pair.secc.state in STANDBYS
    assert pair.power_kw == 0.0
    pair.do(pair.secc.notify(pair.now, notification))
    pair.run(30)
    if LEADS[notification] is None and notification is not Notification.EXIT_STANDBY:
        # Another plan or service, and it rests again; registers are confirmed once power is back.
        assert pair.secc.state in STANDBYS
        assert pair.power_kw == 0.0
        assert (pair.secc.notification is None) is not (
            notification is Notification.METERING_CONFIRMATION
        )
        pair.tell(pair.evcc.standby(pair.now, rest=False))
        pair.do(pair.secc.nudge(pair.now))
        pair.run(30)
    settled(pair, notification)


@pytest.mark.parametrize("mode", list(ControlMode))
def test_a_confirmation_names_the_plan_that_the_car_chose(mode: ControlMode) -> None:
    pair = held(Service.DC_BPT, mode)
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.do(pair.secc.notify(pair.now, Notification.METERING_CONFIRMATION))
    pair.run(1)
    assert pair.heard(MeterConfirmed)


def test_a_car_that_was_paused_while_it_planned_sleeps_without_having_had_power() -> None:
    pair = held(Service.AC_BPT, ControlMode.DYNAMIC)
    pair.do(pair.secc.pause(pair.now))
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    told = [one for one in pair.said if isinstance(one, schedule.ScheduleExchangeRes)]
    assert told[-1].GoToPause is True
    assert not any(
        isinstance(one, schedule.PowerDeliveryReq) and one.ChargeProgress is Progress.START
        for one in pair.said
    )
    last = pair.supply_events[-1]
    assert isinstance(last, Stopped)
    assert last.resumable is not None
    assert last.resumable.authorized
