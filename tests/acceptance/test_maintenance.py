"""An EVSE that breaks, or does not answer its station, gets a maintenance ticket at the operator."""

import pytest
from promises.small_site import Lived, live, site, table

from sterna.actors.cpo.core import TicketRow

HEAD = """
usecase = "porto"
seed = 5
start = 2026-07-16T00:00:00
hours = 6
site = { name = "repair", zone = "Europe/Lisbon", connection_kw = 100 }
building = { constant_kw = 40 }
tariff = { level = "none" }
market = { day_eur_per_kwh = [0.1, 0.1, 0.4, 0.1, 0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1] }
"""
DRIVER = {
    "arrival": "2026-07-16T01:15:00", "departure": "2026-07-16T05:00:00", "coupling": "DC",
    "arrival_soc": 0.7,
}  # fmt: skip
CHARGERS = {"stations": 1, "evses": 2, "coupling": "DC", "charge_kw": 22}


def lived(**fault: object) -> Lived:
    tables = (
        table("[[chargers]]", CHARGERS),
        table("[[driver]]", DRIVER),
        table("[[fault]]", fault),
    )
    return live(site("\n".join((HEAD, *tables))))


@pytest.mark.req("DF-P-04")
def test_a_broken_evse_gets_a_ticket_that_is_closed_when_it_is_whole_again() -> None:
    run = lived(kind="early-unplug", at_hour=3.0)
    (ticket,) = run.rows(TicketRow)
    assert ticket.station == "repair-01"
    assert ticket.evse in ("repair-01-1", "repair-01-2")
    assert ticket.opened_at == pytest.approx(run.scenario.start + 3 * 3600.0, abs=5.0)
    assert 0.0 < ticket.closed_at - ticket.opened_at < 60.0
    assert ticket.reason
    result = run.gathered.result
    assert (result.undeclared_links, result.wrong_protocol) == (0, 0)


@pytest.mark.req("DF-P-06")
def test_an_evse_that_acknowledges_no_command_raises_an_alarm_until_it_is_heard_again() -> None:
    run = lived(kind="link-cut", at_hour=1.5, minutes=60, between=["CS_C", "EVSE_C"])
    tickets = run.rows(TicketRow)
    deaf = [one for one in tickets if "does not acknowledge setpoint" in one.reason]
    assert len(deaf) == 1
    cut, back = run.scenario.start + 1.5 * 3600.0, run.scenario.start + 2.5 * 3600.0
    assert cut < deaf[0].opened_at < back
    assert back <= deaf[0].closed_at < back + 300.0
    said = [line for line in run.lines if line.msg == "OCPP NotifyEvent"]
    assert said, "the alarm goes to both masters"
    assert {line.dst for line in said} == {"CS_EMS", "CSMS"}


@pytest.mark.req("DF-P-06")
def test_while_every_command_is_acknowledged_nobody_is_alarmed() -> None:
    run = lived(kind="csms-silent", at_hour=5.5, minutes=5)
    assert any(line.msg == "STATION setpoint" for line in run.lines)
    assert run.rows(TicketRow) == []
