"""Figures that nobody can mean are refused by the rooms that they reach, and take none of them down."""

import pytest
from actors.money.money_chain import BAY, START, Chain, intervals, run

from sterna.actors.csms import core
from sterna.actors.csms.records import FaultTold, Station, StatusChanged
from sterna.actors.csms.settings import CsmsSettings
from sterna.kernel.quantities import Instant
from sterna.protocols import rest


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"departure": Instant(1e15)}, 409),
        ({"start": Instant(-1e15)}, 409),
        ({"session": "ses-9"}, 404),
    ],
)
def test_earnings_of_an_impossible_stay_are_refused(
    changes: dict[str, float | str], status: int
) -> None:
    async def work(chain: Chain) -> None:
        await chain.agree()
        made = {
            "session": "ses-1", "start": Instant(START), "at": Instant(START + 7200.0),
            "departure": Instant(START + 72_000.0), "charged_wh": 3000, "discharged_wh": 0,
            "intervals": intervals(3000, 0),
        } | changes  # fmt: skip
        body = rest.SoFar(**made)  # type: ignore[arg-type]  # a table
        answer = await chain.send("WEBAPP", "emsp", rest.SEE_EARNINGS, body, session=body.session)
        assert answer == status
        assert chain.ports.trace.problems == []

    run(work)


def test_the_operator_keeps_no_tickets_for_evses_of_others() -> None:
    async def work(chain: Chain) -> None:
        for evse, status in ((BAY, 204), ("elsewhere-1", 409)):
            fault = rest.StationFault(station="porto-01", evse=evse, at=Instant(START))
            assert await chain.send("CSMS", "cpo", rest.REPORT_FAULT, fault, key=evse) == status
        assert list(chain.cpo.actor.state.tickets) == [BAY]

    run(work)


def test_a_station_that_invents_connectors_fills_no_memory() -> None:
    state = core.first(CsmsSettings(stations=("porto-01",)))
    for number in range(2 * core.PLACES_MAX):
        evse, at = f"porto-01-{number}", Instant(START)
        core.decide(state, FaultTold(at=at, station="porto-01", evse=evse, reason="made up"))
        core.decide(
            state,
            StatusChanged(at=at, station="porto-01", place=f"{number}.1", status="Faulted"),
        )
    station: Station = state.stations["porto-01"]
    assert len(station.statuses) == len(station.problems) == core.PLACES_MAX
