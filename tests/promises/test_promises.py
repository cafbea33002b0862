"""The promises of docs/architecture.md as properties: they hold after every run of small random sites with faults."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from promises.promises import (
    to_money,
    to_operators,
    to_the_books,
    to_the_driver,
    to_the_driver_who_stays,
    to_the_hardware,
)
from promises.small_site import Lived, live, site, sites

CALM = settings(
    max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),  # A run takes seconds: the first failure is small enough.
)  # fmt: skip
ROUGH = settings(CALM, max_examples=10)
LONG = settings(CALM, max_examples=120)


def always(run: Lived) -> None:
    """Check what holds in every run, whatever goes wrong in it."""
    to_the_driver(run)
    to_the_hardware(run)
    to_the_books(run)
    to_money(run)
    to_operators(run)


@CALM
@given(sites(faults_most=0))
def test_every_promise_holds_while_nothing_goes_wrong(text: str) -> None:
    run = live(site(text))
    always(run)
    if "connection_kw" in text and run.scenario.settings.site.connection_kw >= 100 + (
        run.scenario.settings.building.constant_kw or 0
    ):
        to_the_driver_who_stays(run)


@ROUGH
@given(sites())
def test_every_promise_but_the_target_holds_whatever_goes_wrong(text: str) -> None:
    always(live(site(text)))


@pytest.mark.slow
@pytest.mark.timeout(1200)
@LONG
@given(sites())
def test_every_promise_but_the_target_holds_in_many_more_sites(text: str) -> None:
    always(live(site(text)))
