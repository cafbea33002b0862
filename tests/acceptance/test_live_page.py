"""What a driver sees while the car is parked: state of charge, power, plan and earnings of this moment."""

import re

import numpy as np
import pytest
from promises.small_site import Lived, live, power, site, table

from sterna.app.simulate import Run
from sterna.kernel.quantities import Instant
from sterna.runtime.ports import Request, Response

SITE = """
usecase = "porto"
seed = 5
start = 2026-07-16T00:00:00
hours = 8
site = { name = "live", zone = "Europe/Lisbon", connection_kw = 100 }
building = { constant_kw = 60 }
tariff = { level = "none" }
market = { day_eur_per_kwh = [0.1, 0.1, 0.1, 0.1, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1] }
"""
LOOKED_AT = 5.1 * 3600.0
"""In the middle of a quarter hour of the dear hours: the last meter values are six minutes old."""


@pytest.fixture(scope="module")
def seen() -> tuple[Lived, dict[str, Response]]:
    pages: dict[str, Response] = {}

    def look_at(run: Run) -> None:
        async def look(session: str, bay: str) -> None:
            request = Request(method="GET", path=f"/s/{session}")
            pages[session] = await run.ports.http(f"ADHOC_UI/{bay}").ask("webapp", request)

        def press() -> None:
            for visit in run.drivers.visits:
                run.ports.tasks("phone").start(look(visit.session, visit.bay), name="phone")

        run.clock.call_at(Instant(run.scenario.start + LOOKED_AT), press)

    driver = {
        "arrival": "2026-07-16T01:15:00", "departure": "2026-07-16T07:00:00", "coupling": "DC",
        "arrival_soc": 0.85, "floor_soc": 0.3, "target_soc": 0.5,
    }  # fmt: skip
    chargers = {"stations": 1, "evses": 2, "coupling": "DC", "charge_kw": 22}
    text = "\n".join((SITE, table("[[chargers]]", chargers), table("[[driver]]", driver)))
    return live(site(text), before=look_at), pages


@pytest.mark.req("DF-P-11")
def test_the_page_of_a_running_session_shows_this_moment(
    seen: tuple[Lived, dict[str, Response]],
) -> None:
    run, pages = seen
    ((stay, visit),) = run.charging()
    page = pages[visit.session].body.decode()
    at = run.scenario.start + LOOKED_AT
    kw = power(stay, at)
    assert kw < -1.0, "the car gives while prices are high"
    assert f"<td>Giving</td><td>{-kw:.1f} kW</td>" in page
    soc = float(np.interp(at, [t for t, _ in stay.soc], [s for _, s in stay.soc]))
    (shown,) = re.findall(r'class="big">(\d+) %', page)
    assert abs(int(shown) - 100 * soc) <= 1.0
    (why,) = re.findall(r"<p>(Gives [^<]+)</p>", page)
    told = r"Gives (\d+\.\d) kW back: .*EUR/kWh.*\."
    assert (match := re.fullmatch(told, why.replace("&#39;", "'"))), why
    assert float(match[1]) == pytest.approx(-kw, abs=0.15)
    assert "At least 50 % by Thu 16 Jul, 07:00, never below 30 %" in page
    (earned,) = re.findall(r"Earned so far</td><td>(-?[0-9.]+) EUR", page)
    assert 0.0 < float(earned) < 20.0


@pytest.mark.req("DF-P-11")
def test_the_page_renews_itself_every_ten_seconds_without_a_script(
    seen: tuple[Lived, dict[str, Response]],
) -> None:
    run, pages = seen
    ((_, visit),) = run.charging()
    page = pages[visit.session].body.decode()
    assert f'<meta http-equiv="refresh" content="10;url=/s/{visit.session}">' in page
    assert "<script" not in page


@pytest.mark.req("DF-P-11")
def test_what_was_shown_as_earned_is_on_the_bill_in_the_end(
    seen: tuple[Lived, dict[str, Response]],
) -> None:
    run, pages = seen
    ((_, visit),) = run.charging()
    page = pages[visit.session].body.decode()
    (earned,) = re.findall(r"Earned so far</td><td>(-?[0-9.]+) EUR", page)
    assert float(earned) * 1e6 <= run.gathered.bills[visit.session].reward
