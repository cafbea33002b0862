"""Limits combine by the tightest, zero is zero, and old set-points do not come back."""

from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.limits import ALWAYS, Allowed, Limit, SetPoint, asked_kw, newer, tightest
from sterna.kernel.quantities import NO_POWER, UNLIMITED_POWER, Instant, Kilowatts

NOW = Instant(1000.0)


def limits() -> st.SearchStrategy[Limit]:
    return st.builds(
        lambda source, up, down, since, until: Limit(
            source=source,
            charge_kw_max=Kilowatts(up),
            discharge_kw_max=Kilowatts(down),
            since=Instant(since),
            until=Instant(until),
        ),
        st.sampled_from(["evse", "cable", "phase", "building"]),
        st.floats(0, 50),
        st.floats(0, 50),
        st.floats(0, 2000),
        st.floats(0, 2000),
    )


@given(st.lists(limits()), st.floats(-100, 100))
def test_a_clipped_power_keeps_every_limit_and_its_sign(held: list[Limit], wish: float) -> None:
    power = tightest(held, NOW).clipped(Kilowatts(wish))
    assert power * wish >= 0
    assert abs(power) <= abs(wish)
    for limit in held:
        if limit.holds(NOW):
            assert -limit.discharge_kw_max <= power <= limit.charge_kw_max


@given(st.lists(limits()))
def test_the_order_of_sources_does_not_matter(held: list[Limit]) -> None:
    one, other = tightest(held, NOW), tightest(list(reversed(held)), NOW)
    assert one.charge_kw_max == other.charge_kw_max
    assert one.discharge_kw_max == other.discharge_kw_max


def test_a_limit_of_zero_means_zero_both_ways() -> None:
    allowed = tightest(
        [
            Limit(source="plate", charge_kw_max=Kilowatts(11)),
            Limit(source="grid", charge_kw_max=NO_POWER, discharge_kw_max=NO_POWER),
        ],
        NOW,
    )
    assert allowed == Allowed(
        charge_kw_max=NO_POWER,
        discharge_kw_max=NO_POWER,
        charge_source="grid",
        discharge_source="grid",
    )
    assert allowed.clipped(Kilowatts(5)) == allowed.clipped(Kilowatts(-5)) == NO_POWER


def test_without_sources_nothing_is_limited() -> None:
    allowed = tightest([], NOW)
    assert (allowed.charge_kw_max, allowed.charge_source) == (UNLIMITED_POWER, "")
    assert Limit(source="plate").until == ALWAYS


def asked(power: float, at: float, expires: float = 5000, origin: str = "BEMS") -> SetPoint:
    return SetPoint(
        power_kw=Kilowatts(power), origin=origin, at=Instant(at), expires=Instant(expires)
    )


@given(st.lists(st.floats(0, 4000), min_size=1))
def test_an_older_set_point_never_overrides_a_newer_one(times: list[float]) -> None:
    held: SetPoint | None = None
    for number, at in enumerate(times):
        held = newer(held, asked(number, at))
    assert held is not None
    assert held.at == max(times)
    latest = max(k for k, at in enumerate(times) if at == max(times))
    assert held.power_kw == float(latest)


def test_after_expiry_the_safe_default_applies() -> None:
    held = asked(-8, 0, expires=1000)
    assert asked_kw(held, Instant(999), Kilowatts(3)) == -8.0
    assert asked_kw(held, Instant(1000), Kilowatts(3)) == 3.0
    assert asked_kw(None, NOW, NO_POWER) == NO_POWER
