"""Both machines under random events, slow and lossy links: they never deadlock, and power flows in the loop alone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from protocols.iso15118.iso15118_pair import BATTERY, START, Pair, make_pair

from sterna.kernel.quantities import Instant, Kilowatts, Share, Volts
from sterna.protocols.iso15118.events import Happened, PowerOff, Stopped
from sterna.protocols.iso15118.limits import permitted
from sterna.protocols.iso15118.messages.codes import Notification
from sterna.protocols.iso15118.offer import SetPoint
from sterna.protocols.iso15118.schema import Element
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.states import CLOSED, LOOPS, State
from sterna.protocols.iso15118.timing import REAL, virtual
from sterna.protocols.iso15118.turns import ac_turn, dc_turn

LONGEST_S = 4000.0
"""Longer than any timeout of the slow timing with everything that may be held."""
ONE_WAY = {Service.DC_BPT: Service.DC, Service.AC_BPT: Service.AC}


@dataclass
class Line:
    """A link that takes its time and loses a frame now and then."""

    pair: Pair
    delay_s: float
    lost: list[int]
    """Places of the frames that never arrive."""
    carried: int = 0
    flying: list[tuple[float, Callable[[Element], None], Element]] = field(default_factory=list)

    def speak(self) -> None:
        """Take what both sides have to say."""
        for message in self.pair.evcc.to_send():
            self.send(self.to_supply, message)
        for message in self.pair.secc.to_send():
            self.send(self.to_car, message)

    def send(self, hearer: Callable[[Element], None], message: Element) -> None:
        self.carried += 1
        if self.carried not in self.lost:
            self.flying.append((self.pair.now + self.delay_s, hearer, message))

    def to_supply(self, message: Element) -> None:
        self.pair.supply(self.pair.secc.receive(self.pair.now, message))

    def to_car(self, message: Element) -> None:
        self.pair.car(self.pair.evcc.receive(self.pair.now, message))

    def run(self, seconds: float) -> None:
        """Let *seconds* pass, checking at every step that nothing flows where it must not."""
        pair, end = self.pair, Instant(self.pair.now + seconds)
        for _ in range(200_000):
            self.speak()
            check(pair)
            dues = [due for due in (pair.secc.deadline, pair.evcc.deadline) if due is not None]
            dues += [Instant(self.flying[0][0])] if self.flying else []
            due = min(dues, default=end)
            if due > end:
                break
            if not dues:
                assert pair.secc.state in CLOSED
                assert pair.evcc.state in CLOSED
                break
            pair.now = Instant(max(pair.now, due))
            arrived = [one for one in self.flying if one[0] <= pair.now]
            self.flying = [one for one in self.flying if one[0] > pair.now]
            for _, hearer, message in arrived:
                hearer(message)
            pair.supply(pair.secc.tick(pair.now))
            pair.car(pair.evcc.tick(pair.now))
        else:
            raise AssertionError("the machines spin")
        pair.now = end


def check(pair: Pair) -> None:
    """Assert what holds at any moment."""
    secc = pair.secc
    if secc.state not in LOOPS:
        assert secc.target_kw == 0.0
        assert pair.power_kw == 0.0
    if secc.target_kw < 0.0:
        assert secc.may_discharge
        assert pair.now <= secc.wish.expires
    for events in (pair.supply_events, pair.car_events):
        ends = [place for place, event in enumerate(events) if isinstance(event, Stopped)]
        assert len(ends) <= 1
        assert all(isinstance(events[place - 1], PowerOff) for place in ends)
    if secc.state in CLOSED:
        assert secc.deadline is None
    if pair.evcc.state not in CLOSED:
        assert pair.evcc.deadline is not None, "a car that lives has something to wait for"


def verbs(pair: Pair, size: float) -> dict[str, Callable[[], tuple[Happened, ...]]]:
    """Return everything that may happen to a session, by name; *size* is 0..1."""
    now, secc, evcc = pair.now, pair.secc, pair.evcc
    tired = replace(evcc.battery, max_charge_kw=Kilowatts(11.0 * size))
    fewer = replace(secc.supply, max_charge_kw=Kilowatts(22.0 * size))
    point = Kilowatts(30.0 * size - 15.0)
    return {
        "authorize": lambda: secc.authorize(now, consent_v2x=True),
        "withdraw": lambda: secc.authorize(now, consent_v2x=False),
        "deny": lambda: secc.deny(now),
        "set": lambda: secc.set_point(now, point, expires=Instant(now + 900 * size)),
        "limit": lambda: secc.set_limits(now, fewer),
        "plan": lambda: secc.plan(now),
        "grid": lambda: secc.grid_code(now, passed=size > 0.5),
        "nudge": lambda: secc.nudge(now),
        "meter": lambda: secc.measured(now, secc.target_kw, volts=Volts(400.0)),
        "stop": lambda: secc.stop(now),
        "pause": lambda: secc.pause(now),
        "fault": lambda: secc.fault(now, "a fault"),
        "lost": lambda: secc.lost(now),
        **{one.value: partial(secc.notify, now, one) for one in Notification},
        "car stop": lambda: evcc.stop(now),
        "car pause": lambda: evcc.pause(now),
        "car other service": lambda: evcc.renegotiate(now),
        "car other plan": lambda: evcc.reschedule(now),
        "car rests": lambda: evcc.standby(now, rest=True),
        "car wakes": lambda: evcc.standby(now, rest=False),
        "car changes": lambda: evcc.update(now, tired),
        "car lost": lambda: evcc.lost(now),
    }


NAMES = sorted(verbs(make_pair(), 0.5))
HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.floats(min_value=0.0, max_value=1.0),
        st.floats(min_value=0.0, max_value=400.0),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(list(Service)),
    st.sampled_from(list(ControlMode)),
    st.booleans(),
    st.sampled_from([0.0, 0.02, 1.9, 30.0]),
    st.lists(st.integers(min_value=1, max_value=120), max_size=2),
    HAPPENINGS,
)
def test_whatever_happens_nobody_waits_for_ever_and_nothing_flows_outside_the_loop(
    service: Service,
    mode: ControlMode,
    real: bool,  # noqa: FBT001  # drawn
    delay_s: float,
    lost: list[int],
    happenings: list[tuple[str, float, float]],
) -> None:
    pair = make_pair(service, mode, timing=REAL if real else virtual(300.0, 20.0))
    both = (service, ONE_WAY.get(service, service))
    pair.evcc.settings = replace(pair.evcc.settings, services=both)
    line = Line(pair, delay_s, lost)
    pair.car(pair.evcc.plugged(pair.now))
    for name, size, pause in [("authorize", 1.0, 5.0), *happenings]:
        happen(pair, name, size)
        line.run(min(pause, 20.0) if real else pause)
    if any(place <= line.carried for place in lost):
        line.run(LONGEST_S if not real else 200.0)
        assert pair.secc.state in CLOSED, "a lost frame is noticed by whoever waits for it"
    pair.supply(pair.secc.lost(pair.now))
    pair.car(pair.evcc.lost(pair.now))
    check(pair)
    assert pair.secc.state in CLOSED
    assert pair.evcc.state in CLOSED
    assert pair.power_kw == 0.0


def happen(pair: Pair, name: str, size: float) -> None:
    """Do one thing to the session."""
    events = verbs(pair, size)[name]()
    if name.startswith("car"):
        pair.car(events)
    else:
        pair.supply(events)


# The one rule on discharging.

SOCS = st.floats(min_value=0.0, max_value=1.0)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list(Service)),
    st.sampled_from(list(ControlMode)),
    st.tuples(st.booleans(), st.booleans()),
    st.floats(min_value=-30.0, max_value=30.0),
    st.floats(min_value=-100.0, max_value=2000.0),
    st.tuples(SOCS, SOCS, SOCS),
    st.floats(min_value=0.0, max_value=1500.0),
)
def test_nothing_is_ever_discharged_without_consent_service_grid_code_energy_and_a_fresh_set_point(
    service: Service,
    mode: ControlMode,
    allowed: tuple[bool, bool],
    wish_kw: float,
    lives_s: float,
    socs: tuple[float, float, float],
    later_s: float,
) -> None:
    consent, grid_code = allowed
    soc, minimum, low = socs
    battery = replace(
        BATTERY, soc=Share(soc), minimum_soc=Share(minimum), v2x_low_soc=Share(low),
        power_kw=Kilowatts(0.0),
    )  # fmt: skip
    pair = make_pair(service, mode, set_point_s_max=900.0)
    both = (service, ONE_WAY.get(service, service))
    pair.evcc.settings = replace(pair.evcc.settings, services=both)
    pair.plug()
    pair.do(pair.secc.set_point(pair.now, Kilowatts(wish_kw), expires=Instant(START + 2000.0)))
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    set_at = pair.now
    pair.supply(pair.secc.authorize(pair.now, consent_v2x=consent))
    pair.supply(pair.secc.grid_code(pair.now, passed=grid_code))
    expires = Instant(pair.now + lives_s)
    pair.supply(pair.secc.set_point(pair.now, Kilowatts(wish_kw), expires=expires))
    pair.now = Instant(pair.now + later_s)
    secc = pair.secc
    secc._asked = None
    if secc.needs is None or secc.state not in LOOPS:
        return
    chosen = secc.needs.service
    turn = (
        dc_turn(secc.header, battery, chosen, mode, pair.now, wish_kw, meter=False)
        if chosen.direct
        else ac_turn(secc.header, battery, chosen, mode, pair.now, meter=False)
    )
    pair.supply(secc.receive(pair.now, turn))
    if secc.target_kw < 0.0:
        assert consent
        assert grid_code
        assert chosen.bidirectional
        assert wish_kw < 0.0
        assert pair.now < expires
        assert pair.now - set_at < 900.0
        assert soc > minimum
        assert mode is ControlMode.SCHEDULED or soc > low
        assert secc.target_kw >= wish_kw - 1e-9
    if secc.target_kw > 0.0:
        assert wish_kw > 0.0


@given(
    st.floats(min_value=-50.0, max_value=50.0),
    st.booleans(),
    st.tuples(
        st.floats(min_value=-60.0, max_value=60.0), st.floats(min_value=-60.0, max_value=60.0)
    ),
)
def test_what_is_permitted_never_exceeds_nor_turns_the_wish(
    wish: float,
    discharge: bool,  # noqa: FBT001  # drawn
    energies: tuple[float, float],
) -> None:
    pair = make_pair()
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    assert pair.secc.needs is not None
    to_minimum, v2x_minimum = energies
    needs = replace(pair.secc.needs, to_minimum_kwh=to_minimum, v2x_minimum_kwh=v2x_minimum)
    power = permitted(wish, needs, pair.secc.supply, discharge=discharge)
    assert abs(power) <= abs(wish)
    assert power * wish >= 0.0
    if power < 0.0:
        assert discharge
        assert max(energies) < 0.0


def test_a_set_point_holds_to_its_end_and_not_a_moment_longer() -> None:
    point = SetPoint(power_kw=Kilowatts(-5.0), expires=Instant(10.0), fallback_kw=Kilowatts(1.0))
    assert (point.at(9.999), point.at(10.0)) == (-5.0, 1.0)
    assert State.LOOP_DC in LOOPS
