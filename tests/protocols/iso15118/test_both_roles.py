"""A car and a supply, wired together: every service under every control mode, both directions."""

import pytest
from protocols.iso15118.iso15118_pair import make_pair

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols.iso15118.describe import describer
from sterna.protocols.iso15118.events import HandshakeDone, Stopped
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.states import State

EIGHT = [(service, mode) for service in Service for mode in ControlMode]


@pytest.mark.parametrize(("service", "mode"), EIGHT)
def test_a_session_runs_from_plug_to_stop_in_both_directions(
    service: Service, mode: ControlMode
) -> None:
    pair = make_pair(service, mode)
    pair.plug()
    pair.run(1800)
    assert pair.secc.state is State.AUTHORIZATION

    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.do(pair.secc.set_point(pair.now, Kilowatts(-7.0), expires=Instant(pair.now + 7200)))
    pair.run(3600)
    assert HandshakeDone(service=service, control_mode=mode) in pair.supply_events
    assert pair.moved_kwh == pytest.approx(-7.0 if service.bidirectional else 0.0, abs=0.01)

    pair.do(pair.secc.set_point(pair.now, Kilowatts(11.0), expires=Instant(pair.now + 36000)))
    before = pair.moved_kwh
    pair.run(3600)
    assert pair.moved_kwh - before == pytest.approx(11.0, abs=0.01)

    pair.do(pair.secc.stop(pair.now))
    pair.run(10)
    assert pair.power_kw == 0.0
    assert pair.names()[-2:] == ["SessionStopReq", "SessionStopRes"]
    for events in (pair.supply_events, pair.car_events):
        assert isinstance(events[-1], Stopped)
        assert not events[-1].failed


def test_the_trace_reads_power_and_state_of_charge() -> None:
    pair = make_pair()
    pair.plug()
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    pair.run(1)
    pair.do(pair.secc.set_point(pair.now, Kilowatts(-7.0), expires=Instant(pair.now + 7200)))
    describe = describer(pair.wire, ("evse:porto-03-1",))
    said = [describe(pair.wire.encode(message)) for message in pair.said]
    turns = [one for one in said if one is not None and one.msg.endswith("DC_ChargeLoopRes")]
    assert turns[-1].fields["kw"] == pytest.approx(-7.0)
    assert turns[-1].keys == ("evse:porto-03-1",)
