"""What is said of a car: one sentence for every reason, with the figures that decide."""

from zoneinfo import ZoneInfo

import pytest

from sterna.decisions.why import OF_ITS_OWN, Reason, Why, shared, way
from sterna.decisions.words import PHRASES, Wish, sentence
from sterna.kernel.quantities import Instant, Kilowatts, Share

LISBON = ZoneInfo("Europe/Lisbon")
MIDNIGHT = 1_751_324_400.0
"""2025-07-01 in Lisbon."""
HOUR = 3600.0
WISH = Wish(departure=Instant(MIDNIGHT + 7.5 * HOUR), target=Share(0.8), floor=Share(0.3))


def why(reason: Reason, kw: float = 0.0, **figures: float | str) -> Why:
    return Why(reason=reason, kw=Kilowatts(kw), **figures)  # type: ignore[arg-type]  # a test's short way


def said(given: Why, hour: float = 0.5) -> str:
    return sentence(given, WISH, Instant(MIDNIGHT + hour * HOUR), LISBON)


AT_THREE = MIDNIGHT + 3 * HOUR


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            why(Reason.WAITS_CHEAPER, now_eur=0.21, then_eur=0.12, then_at=AT_THREE),
            "Waits: electricity costs 0.21 EUR/kWh now and 0.12 at 03:00; there is time until 07:30.",
        ),
        (
            why(Reason.WAITS_CHEAPER, now_eur=0.214, then_eur=0.211, then_at=AT_THREE),
            "Waits: electricity costs 0.214 EUR/kWh now and 0.211 at 03:00; there is time until 07:30.",
        ),
        (
            why(Reason.GIVES_DEAR, -7.4, now_eur=0.31, then_eur=0.12, then_at=AT_THREE, wear_eur=0.02),
            "Gives 7.4 kW back: the building would pay 0.31 EUR/kWh now; refilled at 0.12 after 03:00; wear 0.02.",
        ),
        (
            why(Reason.GIVES_PEAK, -11, now_eur=2.5, extra_eur=2.29, wear_eur=0.001),
            "Gives 11.0 kW back: it holds the month's peak down, worth 2.29 on top of 0.21 EUR/kWh; hardly any wear.",
        ),
        (why(Reason.DEADLINE, 11), "Charges at 11.0 kW: it needs all the time until 07:30 for 80 %."),
        (
            why(Reason.CHEAP, 11, now_eur=0.3, extra_eur=0.1),
            "Charges at 11.0 kW: electricity costs 0.30 EUR/kWh (0.10 of it for the peak) now; no hour that is left costs less.",
        ),
        (why(Reason.AT_FLOOR, now_eur=0.2), "Waits: it is at the driver's minimum of 30 % and gives no more."),
        (
            why(Reason.LIMITED, 3.7, place="station porto-03"),
            "Charges at 3.7 kW: it should have more, but station porto-03 is at its limit.",
        ),
        (why(Reason.ASKED, 5), "Charges at 5.0 kW: the site takes in energy, and this car is among the first to need it."),
    ],
)  # fmt: skip
def test_a_sentence_names_the_figures_that_decide(given: Why, words: str) -> None:
    assert said(given) == words


def test_a_moment_of_another_day_has_its_weekday() -> None:
    late = why(Reason.KEEPS, now_eur=0.1, then_eur=0.3, then_at=AT_THREE)
    assert "for Tue 03:00" in said(late, hour=-1.0)
    assert "for 03:00" in said(late)


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
@pytest.mark.parametrize("priced", [True, False])
@pytest.mark.parametrize("later", [True, False])
def test_every_reason_makes_one_sentence_whatever_figures_there_are(
    reason: Reason, *, priced: bool, later: bool
) -> None:
    figures = {"now_eur": 0.2} if priced else {}
    figures |= {"then_at": AT_THREE, "then_eur": 0.1} if later else {}
    words = said(why(reason, **figures))
    assert words.endswith(".")
    assert words.count(": ") in (1, 2)
    assert "  " not in words
    assert "None" not in words


def test_every_reason_has_its_words_and_its_own_short_form() -> None:
    assert set(PHRASES) == set(Reason)
    assert len({reason.value for reason in Reason}) == len(Reason)


def test_a_car_that_does_what_was_planned_for_it_keeps_the_reason_of_the_plan() -> None:
    planned = why(Reason.CHEAP, 11, now_eur=0.1, then_eur=0.2, then_at=AT_THREE)
    found = shared(Reason.ASKED, Kilowatts(7.0), planned, consents=True)
    assert found == why(Reason.CHEAP, 7.0, now_eur=0.1, then_eur=0.2, then_at=AT_THREE)


@pytest.mark.parametrize(
    ("reason", "kw", "planned_kw", "said_reason"),
    [
        (Reason.ASKED, 7.0, 0.0, Reason.ASKED),
        (Reason.GIVES_BACK, -7.0, 11.0, Reason.GIVES_BACK),
        (Reason.WAITS, 0.0, 11.0, Reason.OTHERS_FIRST),
        (Reason.WAITS, 0.0, -11.0, Reason.OTHERS_FIRST),
    ],
)
def test_a_car_that_stands_in_for_another_says_so(
    reason: Reason, kw: float, planned_kw: float, said_reason: Reason
) -> None:
    planned = why(Reason.WHOLE, planned_kw, now_eur=0.25)
    found = shared(reason, Kilowatts(kw), planned, consents=True)
    assert (found.reason, way(found.kw), found.now_eur) == (said_reason, way(kw), 0.25)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason in OF_ITS_OWN])
def test_a_need_of_the_car_itself_goes_before_every_plan(reason: Reason) -> None:
    planned = why(Reason.GIVES_DEAR, -11, now_eur=0.4)
    found = shared(reason, Kilowatts(11.0), planned, consents=True, place="building")
    assert (found.reason, found.kw, found.place) == (reason, 11.0, "building")


def test_the_driver_who_declined_is_told_so_and_not_that_the_car_cannot() -> None:
    planned = why(Reason.ONE_WAY, now_eur=0.4)
    assert shared(Reason.WAITS, Kilowatts(0.0), planned, consents=True).reason is Reason.ONE_WAY
    declined = shared(Reason.WAITS, Kilowatts(0.0), planned, consents=False)
    assert said(declined) == (
        "Waits: electricity is worth 0.40 EUR/kWh now, but the driver did not agree to giving back."
    )
