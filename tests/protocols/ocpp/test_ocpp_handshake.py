"""Identity, version, credentials and reconnection."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Seconds
from sterna.protocols.ocpp import handshake


@pytest.mark.parametrize(
    ("identity", "url"),
    [
        ("porto-03", "wss://csms/ocpp/porto-03"),
        ("Lot 4/7 é", "wss://csms/ocpp/Lot%204%2F7%20%C3%A9"),
    ],
)
def test_the_identity_ends_the_url(identity: str, url: str) -> None:
    assert handshake.url("wss://csms/ocpp/", identity) == url
    assert handshake.identity_of(url.removeprefix("wss://csms") + "?x=/y") == identity


@pytest.mark.parametrize("identity", ["", "x" * 49, "a:b"])
def test_an_unlawful_identity_is_refused(identity: str) -> None:
    assert handshake.wrong_identity(identity) is not None
    with pytest.raises(Refused):
        handshake.identity_of(f"/ocpp/{identity}")


@pytest.mark.parametrize(
    ("offered", "version"),
    [
        (["ocpp2.1", "ocpp2.0.1"], "ocpp2.1"),
        (["ocpp2.0.1", "ocpp2.1"], "ocpp2.0.1"),
        (["ocpp1.6", "ocpp2.0.1"], "ocpp2.0.1"),
        (["ocpp1.6"], None),
        ([], None),
    ],
)
def test_the_station_says_which_version_it_prefers(offered: list[str], version: str | None) -> None:
    assert handshake.chosen(offered) == version


def test_credentials_name_the_station_of_the_url() -> None:
    header = handshake.credentials("porto-03", "secret:of-16-or-more")
    assert handshake.authorised(header, "porto-03", "secret:of-16-or-more")
    assert not handshake.authorised(header, "porto-04", "secret:of-16-or-more")
    assert not handshake.authorised(header, "porto-03", "other")
    assert not handshake.authorised("Basic ?", "porto-03", "x")
    assert not handshake.authorised(
        header.replace("Basic", "Bearer"), "porto-03", "secret:of-16-or-more"
    )


RULE = handshake.BackOff(wait_s_min=Seconds(10.0), random_s_range=Seconds(4.0), repeat_times=3)


@pytest.mark.parametrize(
    ("attempt", "drawn", "wait_s"),
    [
        (1, 0, 10),
        (2, 0, 20),
        (3, 0, 40),
        (4, 0, 80),
        (5, 0, 80),
        (99, 0, 80),
        (1, 0.5, 12),
        (2, 0.5, 26),
    ],
)
def test_back_off_doubles_so_often_and_then_stays(
    attempt: int, drawn: float, wait_s: float
) -> None:
    assert handshake.back_off(attempt, drawn, RULE) == pytest.approx(wait_s)


@given(st.integers(1, 1_000_000), st.floats(0, 1, exclude_max=True))
def test_back_off_is_bounded_and_never_shrinks(attempt: int, drawn: float) -> None:
    wait = handshake.back_off(attempt, drawn, RULE)
    assert 10 <= wait <= handshake.back_off(attempt + 1, drawn, RULE) <= 80 + 15 * 4
