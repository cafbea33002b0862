"""What a driver asks for is checked before anybody acts on it."""

import pytest

from sterna.domain.session import Wish, objections
from sterna.kernel.quantities import Instant, Share


@pytest.mark.parametrize(
    ("departure", "target", "floor", "said"),
    [
        (100, 0.8, 0.3, ()),
        (10, 0.8, 0.3, ("the departure is in the past",)),
        (100, 1.2, 0.3, ("the target is not between 0 and 100 %",)),
        (100, 0.8, -0.1, ("the floor is not between 0 and 100 %",)),
        (100, 0.3, 0.8, ("the floor is above the target",)),
    ],
)
@pytest.mark.req("P-STEP-4")
def test_a_wish_that_cannot_be_kept_is_refused(
    departure: float, target: float, floor: float, said: tuple[str, ...]
) -> None:
    wish = Wish(departure=Instant(departure), target=Share(target), floor=Share(floor), v2x=True)
    assert objections(wish, Instant(10)) == said
