"""AT-07, the link to the CSMS is cut for 30 min: an EVSE at -8 kW under the control of the CS EMS."""

import pytest
from acceptance.lived import Lived, live, site

from sterna.actors.cs_ems.commands import SessionRow
from sterna.actors.csms.records import MeterValueRow

pytestmark = pytest.mark.xdist_group("at-07")


@pytest.fixture(scope="module")
def day() -> Lived:
    return live(site("at-07"))


def gap(day: Lived) -> tuple[float, float]:
    """Return begin and end of the cut."""
    return day.at("10:00"), day.at("10:30")


@pytest.mark.req("IF-CSC-CSMS")
def test_at_07_the_csms_hears_nothing_and_control_goes_on(day: Lived) -> None:
    begin, end = gap(day)
    assert len(day.said("OCPP", dst="CSMS", since=begin, until=end)) == 1  # sent, and lost
    assert day.said("OCPP", src="CSMS", since=begin, until=end) == []
    assert day.said("OpenADR event DISPATCH_SETPOINT", since=begin, until=end)
    assert day.said("OCPP TransactionEvent", dst="CS_EMS", since=begin, until=end)
    assert all(day.power(1, at) == pytest.approx(-8.0) for at in (begin - 1, begin + 900, end + 1))


@pytest.mark.req("IF-CSC-CSMS")
def test_at_07_four_kwh_are_given_in_the_gap(day: Lived) -> None:
    charged, discharged = day.energy_kwh(1, *gap(day))
    assert discharged == pytest.approx(4.000, abs=0.02)
    assert charged == 0.0


@pytest.mark.req("DF-P-16", "IF-CSC-CSMS")
def test_at_07_queued_events_come_afterwards_marked_and_without_a_gap(day: Lived) -> None:
    begin, end = gap(day)
    heard = [
        line
        for line in day.said("OCPP TransactionEvent", src="CS_C/", dst="CSMS")
        if not line.status
    ]
    queued = [line for line in heard if line.fields["offline"]]
    assert len(queued) >= 2  # the clock's meter values of 10:00 (or 10:15) and 10:30
    assert all(line.t >= end for line in queued)
    assert all(not line.fields["offline"] for line in heard if line.t < begin)
    arrived = [int(line.fields["seq_no"]) for line in heard if not begin <= line.t < end]
    assert arrived == list(range(len(arrived)))


@pytest.mark.req("DF-P-05", "DF-P-16")
def test_at_07_both_masters_have_the_same_totals_and_nothing_twice(day: Lived) -> None:
    kept = day.transaction(1)
    here = next(row for row in day.rows(SessionRow) if row.session == kept.session)
    assert kept.ended
    assert kept.discharged_wh == pytest.approx(here.discharged_wh, abs=1)
    assert kept.charged_wh == pytest.approx(here.charged_wh, abs=1)
    assert kept.discharged_wh == pytest.approx(day.session(1).discharged_wh, abs=1)
    assert kept.missing == 0
    values = [row for row in day.rows(MeterValueRow) if row.tx == kept.tx]
    assert len({row.seq for row in values}) == len({(row.seq, row.at) for row in values})
    assert {row.seq for row in values} <= set(range(kept.expected))
    assert day.gathered.problems == ()
