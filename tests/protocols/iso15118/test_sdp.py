"""SDP: both datagrams, the car that asks until somebody answers, the charger that answers once."""

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118.framing import PayloadType, framed
from sterna.protocols.iso15118.sdp import (
    INTERVAL_S,
    TRIES_MAX,
    Answering,
    Request,
    Response,
    Searching,
    Security,
    read_request,
    read_response,
    write_request,
    write_response,
)

START = Instant(1_750_000_000.0)
HERE = Response(address=IPv6Address("fe80::1"), port=64109, security=Security.TLS)
PLAIN = Response(address=IPv6Address("fe80::2"), port=64109, security=Security.NONE)


def test_the_request_is_ten_bytes() -> None:
    assert write_request(Request(security=Security.TLS)).hex() == "01fe9000000000020000"
    assert write_request(Request(security=Security.NONE)).hex() == "01fe9000000000021000"


def test_the_response_is_address_port_and_how() -> None:
    assert write_response(PLAIN).hex() == (
        "01fe900100000014" + "fe800000000000000000000000000002" + "fa6d" + "1000"
    )


callable_addresses = st.integers(1, 0xFE << 120).map(IPv6Address)


@given(callable_addresses, st.integers(1, 65535), st.sampled_from(Security))
def test_what_is_written_is_read(address: IPv6Address, port: int, security: Security) -> None:
    response = Response(address=address, port=port, security=security)
    assert read_response(write_response(response)) == response
    request = Request(security=security)
    assert read_request(write_request(request)) == request


@given(st.binary(max_size=64))
def test_rubbish_is_a_broken_peer_and_nothing_else(data: bytes) -> None:
    for read in (read_request, read_response):
        with pytest.raises(BrokenPeer):
            read(data)
    answering = Answering(HERE)
    assert answering.answer(data) is None
    assert answering.rubbish == 1


@pytest.mark.parametrize(
    ("datagram", "said"),
    [
        (framed(PayloadType.SDP_REQUEST, bytes(20)), "payload type 0x9000 where 0x9001"),
        (framed(PayloadType.SDP_RESPONSE, bytes(19)), "SDP_RESPONSE of 19 bytes; it has 20"),
        (framed(PayloadType.SDP_RESPONSE, bytes(15) + b"\x01\x00\x01\x05\x00"), "SDP: 5 is not a valid Security"),
        (framed(PayloadType.SDP_RESPONSE, bytes(15) + b"\x01\x00\x01\x00\x10"), "SDP: 16 is not a valid Transport"),
        (framed(PayloadType.SDP_RESPONSE, bytes(20)), "nobody can be called at"),
        (framed(PayloadType.SDP_RESPONSE, bytes(15) + b"\x01\x00\x00\x00\x00"), "nobody can be called at"),
        (framed(PayloadType.SDP_RESPONSE, b"\xff\x02" + bytes(13) + b"\x01\x00\x01\x00\x00"), "nobody can be called at"),
    ],
)  # fmt: skip
def test_a_wrong_response_says_what_is_wrong(datagram: bytes, said: str) -> None:
    with pytest.raises(BrokenPeer, match=said):
        read_response(datagram)


def test_a_charger_answers_what_it_speaks_whatever_is_asked() -> None:
    answering = Answering(HERE)
    for security in Security:
        answer = answering.answer(write_request(Request(security=security)))
        assert answer is not None
        assert read_response(answer) == HERE
    assert answering.rubbish == 0


def asked_until(searching: Searching, end: float) -> list[float]:
    """Let time jump from deadline to deadline and return when was asked."""
    times: list[float] = []
    now = START
    while True:
        times += [now - START] * len(searching.to_send())
        due = searching.deadline
        if due is None or due > START + end:
            return times
        now = due
        searching.tick(now)


def test_a_car_asks_every_quarter_second_and_gives_up_after_fifty() -> None:
    searching = Searching(START, Security.TLS)
    times = asked_until(searching, 60.0)
    assert times == [k * INTERVAL_S for k in range(TRIES_MAX)]
    assert searching.failure == "no charger answered 50 requests"
    assert searching.over
    searching.tick(Instant(START + 99))
    assert searching.to_send() == ()


def test_a_car_that_was_held_up_does_not_ask_in_a_burst() -> None:
    searching = Searching(START, Security.TLS)
    assert len(searching.to_send()) == 1
    searching.tick(Instant(START + 0.1))
    assert searching.to_send() == ()
    searching.tick(Instant(START + 5.0))
    assert len(searching.to_send()) == 1
    assert searching.to_send() == ()
    assert searching.tries == 2
    assert searching.deadline == START + 5.0 + INTERVAL_S


def test_the_first_good_answer_ends_the_search() -> None:
    searching = Searching(START, Security.TLS)
    searching.receive(b"rubbish")
    searching.receive(write_response(HERE))
    searching.receive(write_response(PLAIN))
    assert searching.found == HERE
    assert searching.deadline is None


@pytest.mark.parametrize(
    ("asked", "answer", "said"),
    [
        (Security.TLS, write_response(PLAIN), "; the one at [fe80::2]:64109 speaks no TLS"),
        (Security.NONE, write_response(HERE), "; the one at [fe80::1]:64109 speaks TLS only"),
        (Security.TLS, b"\x01\xfe", "; one answer was wrong: a V2GTP frame of 2 bytes"),
    ],
)
def test_a_car_is_not_talked_out_of_tls(asked: Security, answer: bytes, said: str) -> None:
    searching = Searching(START, asked)
    searching.receive(answer)
    asked_until(searching, 60.0)
    assert searching.found is None
    assert said in searching.failure
