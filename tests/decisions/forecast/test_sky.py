"""Where the sun stands, what a clear sky lets through, and that both agree with pvlib."""

from datetime import datetime

import numpy as np
import pytest

from sterna.decisions.forecast import Place, haurwitz
from sterna.decisions.forecast.sky import Remembered, ineichen, sky_over, sun_height

PORTO = Place(latitude=41.24, longitude=-8.68)
YEAR = np.asarray(1_735_689_600.0 + 1800.0 * np.arange(2 * 8760), dtype=np.float64)  # 2025


@pytest.mark.parametrize(
    ("place", "moment", "degrees"),
    [
        (Place(latitude=0, longitude=0), "2025-03-20T12:07", 90),  # equinox; the sun is 7 min late
        (Place(latitude=23.44, longitude=0), "2025-06-21T12:02", 90),  # solstice
        (Place(latitude=-23.44, longitude=180), "2025-12-21T23:58", 90),
        (Place(latitude=90, longitude=0), "2025-06-21T03:00", 23.44),
        (Place(latitude=0, longitude=0), "2025-03-20T10:07", 60),  # two hours are 30 degrees
        (Place(latitude=0, longitude=-30), "2025-03-20T12:07", 60),
    ],
)
def test_the_sun_stands_where_the_calendar_says(place: Place, moment: str, degrees: float) -> None:
    when = np.array([datetime.fromisoformat(moment + "Z").timestamp()])
    assert np.degrees(np.arcsin(sun_height(place, when)[0])) == pytest.approx(degrees, abs=0.4)


def test_a_clear_sky_is_dark_at_night_and_bright_in_summer() -> None:
    light = haurwitz(PORTO, YEAR)
    assert np.all((light >= 0) & (light < 1098))
    assert 0.48 < np.mean(light == 0) < 0.52
    assert light.max() == pytest.approx(980, abs=20)


def test_what_is_remembered_is_what_was_reckoned() -> None:
    asked: list[int] = []

    def sky(moments: np.ndarray) -> np.ndarray:
        asked.append(len(moments))
        return haurwitz(PORTO, moments)

    remembered = Remembered(sky)
    for first in (0, 24, 12):
        moments = YEAR[first : first + 48]
        np.testing.assert_array_equal(remembered(moments), haurwitz(PORTO, moments))
    assert len(asked) == 1, "a month is reckoned at a time"


@pytest.mark.extra
def test_sun_and_sky_agree_with_pvlib() -> None:
    solarposition = pytest.importorskip("pvlib.solarposition")
    pandas = pytest.importorskip("pandas")
    times = pandas.DatetimeIndex((YEAR * 1e9).astype("datetime64[ns]"), tz="UTC")
    exact = solarposition.get_solarposition(times, PORTO.latitude, PORTO.longitude)
    height = np.degrees(np.arcsin(sun_height(PORTO, YEAR)))
    assert np.max(np.abs(height - exact["elevation"].to_numpy())) < 0.02
    ours, theirs = haurwitz(PORTO, YEAR), ineichen(PORTO, YEAR)
    day = theirs > 50
    assert np.mean(np.abs(ours - theirs)[day]) < 45
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.08)
    assert isinstance(sky_over(PORTO), Remembered)
    assert sky_over(PORTO)(YEAR[:96]).tolist() == pytest.approx(theirs[:96].tolist())
