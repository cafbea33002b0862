"""Many at once: a crowd that plugs in within a minute, a site whose links are all lost together, a consent taken back."""

from collections import Counter

import pytest
from promises.promises import to_money, to_operators, to_the_books, to_the_driver
from promises.small_site import Instant, live, site, spans, table

from sterna.app.simulate import Run
from sterna.runtime.ports import Request

HEAD = """
usecase = "porto"
seed = 3
start = 2026-07-16T00:00:00
hours = {hours}
site = {{ name = "crowd", zone = "Europe/Lisbon", connection_kw = {connection} }}
building = {{ constant_kw = 60 }}
tariff = {{ level = "none" }}
market = {{ day_eur_per_kwh = [0.1, 0.1, 0.1, 0.3, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1] }}
"""
BLACKOUT_S = 600.0
OPENED_MOST = 22
"""OCPP messages of one station to one master in the minute in which its link comes back: boot, status, events,
needs, and begin and end of the alarms for its two EVSEs, whose lines were cut as well: up to three, where an
order was on its way."""


def text(cars: int, stations: int, *, connection: int, hours: int, spread_s: float) -> str:
    """Return a site of DC stations with two EVSEs each and *cars* that arrive within *spread_s*."""
    chargers = {"stations": stations, "evses": 2, "coupling": "DC", "charge_kw": 22}
    drivers = [
        {
            "arrival": f"2026-07-16T01:30:{int(number * spread_s / cars):02d}", "departure": "2026-07-16T04:30:00",
            "coupling": "DC", "arrival_soc": 0.5 + 0.005 * (number % 20), "walk_in": number % 3 == 0,
        }
        for number in range(cars)
    ]  # fmt: skip
    head = HEAD.format(hours=hours, connection=connection)
    return "\n".join(
        [head, table("[[chargers]]", chargers), *(table("[[driver]]", each) for each in drivers)]
    )


@pytest.mark.timeout(200)
def test_sixty_cars_that_plug_in_within_a_minute_all_charge() -> None:
    run = live(site(text(60, 30, connection=800, hours=6, spread_s=59.0)))
    fates = Counter(visit.fate for visit in run.gathered.visits)
    assert fates == {"left": 60}, f"everybody came, charged and left: {fates}"
    started = [visit.started_at for visit in run.gathered.visits]
    assert all(at is not None for at in started), "every session began"
    plugged = [stay.plugged for stay, _ in run.stays()]
    assert max(plugged) - min(plugged) <= 60.0, "all of them within a minute"
    to_the_driver(run)
    to_the_books(run)
    to_money(run)
    to_operators(run)


@pytest.mark.timeout(200)
def test_a_site_comes_back_from_a_blackout_of_all_links_without_a_storm() -> None:
    began = 2.5 * 3600.0

    def cut(run: Run) -> None:
        start = run.scenario.start
        run.clock.call_at(Instant(start + began), lambda: run.ports.network.partition("CS_C", "*"))
        run.clock.call_at(
            Instant(start + began + BLACKOUT_S), lambda: run.ports.network.heal("CS_C", "*")
        )

    run = live(site(text(12, 6, connection=300, hours=6, spread_s=59.0)), before=cut)
    back = run.scenario.start + began + BLACKOUT_S
    said = Counter(
        (line.src, int((line.t - back) // 60.0))
        for line in run.lines
        if line.msg.startswith("OCPP")
        and line.src.startswith("CS_C/")
        and back <= line.t < back + 1800.0
    )
    assert len({src for src, _ in said}) == 6, "every station came back by itself"
    assert max(said.values()) <= 2 * OPENED_MOST, (
        f"no storm: {max(said.values())} messages of one station in a minute"
    )
    fates = Counter(visit.fate for visit in run.gathered.visits)
    assert fates == {"left": 12}, f"everybody left: {fates}"
    to_the_driver(run)
    to_the_books(run)
    to_money(run)
    to_operators(run)


def test_nobody_discharges_a_minute_after_the_consent_was_taken_back() -> None:
    withdrawn = 3.3 * 3600.0  # While the price is high.

    def withdraw(run: Run) -> None:
        def press() -> None:
            for visit in run.drivers.visits:
                request = Request(method="POST", path=f"/s/{visit.session}/v2b", body=b"")
                http = run.ports.http(f"ADHOC_UI/{visit.bay}")

                async def send(request: Request = request, http: object = http) -> None:
                    await http.ask("webapp", request)  # type: ignore[attr-defined]

                run.ports.tasks("withdrawal").start(send(), name="withdrawal")

        run.clock.call_at(Instant(run.scenario.start + withdrawn), press)

    run = live(site(text(4, 2, connection=200, hours=6, spread_s=4.0)), before=withdraw)
    at = run.scenario.start + withdrawn
    before = [
        kw for stay, _ in run.stays() for since, until, kw, _ in spans(stay) if since < at < until
    ]
    assert min(before) < 0.0, "somebody discharges when the consent is taken back"
    for stay, visit in run.stays():
        after = [kw for _, until, kw, _ in spans(stay) if until > at + 60.0]
        late = [kw for since, until, kw, _ in spans(stay) if kw < 0.0 and until > at + 60.0]
        assert after, visit.itinerary.driver
        assert not late, (
            f"{visit.itinerary.driver}: discharges a minute after the consent was taken back"
        )
