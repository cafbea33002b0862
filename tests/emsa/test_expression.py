"""The language of predicates computes, says when it cannot, and can do nothing else."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.emsa.expression import Expression, Malformed, Unknown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("kw >= 0", True),
        ("v2b or kw >= 0", True),
        ("not v2b and kw < 3", False),
        ("0 <= soc <= 1", True),
        ("0 <= soc <= 0.1", False),
        ("min(soc, 0.2) + max(1, 2) * abs(-3)", 6.2),
        ("kw / 2 - 1 == 0.5", True),
        ("state != 'ended'", True),
        ("v2b == true", True),
        ("v2b == false", False),
    ],
)
def test_an_expression_has_its_value(text: str, value: object) -> None:
    assert Expression(text).value({"kw": 3.0, "soc": 0.5, "v2b": True, "state": "on"}) == value


def test_it_says_which_names_it_reads() -> None:
    assert Expression("v2b or kw >= floor").names == {"v2b", "kw", "floor"}


@pytest.mark.parametrize("text", ["missing > 1", "kw > 'high'", "kw / 0 > 1"])
def test_what_cannot_be_judged_is_unknown_and_not_false(text: str) -> None:
    with pytest.raises(Unknown):
        Expression(text).value({"kw": 3.0})


@pytest.mark.parametrize(
    "text",
    [
        "", "kw >=", "open('x')", "kw.real", "[1]", "(lambda: 1)()", "kw := 1", "kw if 1 else 2",
        "kw in (1, 2)", "kw is 1", "f'{kw}'", "kw ** 2", "min()", "min(kw, key=abs)", "~1",
        "None", "b'x'", "+".join(["1"] * 400),
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Expression(text)


@given(st.text(max_size=40))
def test_no_text_does_anything_but_mean_or_be_refused(text: str) -> None:
    with suppress(Malformed, Unknown):
        Expression(text).value({"kw": 1.0})
