"""The REST messages: both ends share one table, one spelling, one reading."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.errors import BrokenPeer, Refused
from sterna.kernel.money import MicroEuro, MicroEuroPerKilowattHour
from sterna.kernel.quantities import Instant, Kilowatts
from sterna.kernel.trace import Said
from sterna.protocols import rest
from sterna.protocols.rest import pages
from sterna.protocols.rest.body import BODY_BYTES_MAX

T0 = Instant(1_751_328_000.0)
T1 = Instant(T0 + 900.0)
T9 = Instant(T0 + 86_400.0)
QUARTERS = (
    rest.EnergyInterval(start=T0, end=T1, charged_wh=2500, discharged_wh=0),
    rest.EnergyInterval(start=T1, end=Instant(T1 + 900), charged_wh=0, discharged_wh=1200),
)
REQUIREMENTS = rest.SessionRequirements(
    session="s-1",
    evse="porto-03-1",
    departure=T9,
    target=0.8,
    floor=0.3,
    v2x=True,
    reservation="r-1",
)

BODIES: list[tuple[rest.Message[Any, Any], rest.Body, rest.Body]] = [
    (
        rest.RESERVE,
        rest.ReservationRequest(
            arrival=T0,
            departure=T9,
            driver="driver-017",
            plate_hash="ab12",
            payment="pay-1",
            paid=MicroEuro(24_000_000),
            v2b=True,
        ),
        rest.Reservation(
            arrival=T0,
            departure=T9,
            reservation="r-1",
            slot="porto-03-1",
            plate_hash="ab12",
            payment="pay-1",
            price=MicroEuro(24_000_000),
        ),
    ),
    (
        rest.FREE_SLOT,
        rest.SlotFreed(slot="porto-03-1", session="s-1", at=T9, reservation="r-1"),
        rest.Nothing(),
    ),
    (
        rest.PLAN_SLOT,
        rest.SlotPlanned(
            reservation="r-1", slot="porto-03-1", start=T0, end=T9, v2b_kw=11.0, v2b_kwh=30.0
        ),
        rest.Nothing(),
    ),
    (
        rest.ANNOUNCE,
        rest.ReservationNotice(
            arrival=T0,
            departure=T9,
            reservation="r-1",
            slot="porto-03-1",
            driver="driver-017",
            plate_hash="ab12",
            price=MicroEuro(24_000_000),
        ),
        rest.Nothing(),
    ),
    (
        rest.START_SESSION,
        REQUIREMENTS,
        rest.SessionAccepted(session="s-1", evse="porto-03-1"),
    ),
    (
        rest.CHANGE_SESSION,
        REQUIREMENTS,
        rest.SessionAccepted(session="s-1", evse="porto-03-1", state="running"),
    ),
    (
        rest.SEE_SESSION,
        rest.Nothing(),
        rest.SessionProgress(
            session="s-1",
            evse="porto-03-1",
            at=T1,
            state="running",
            kw=Kilowatts(-7.0),
            charged_wh=2500,
            discharged_wh=1200,
            soc=0.5,
        ),
    ),
    (rest.STOP_SESSION, rest.Nothing(), rest.Nothing()),
    (
        rest.STATISTICS,
        rest.SessionStatistics(
            session="s-1",
            evse="porto-03-1",
            start=T0,
            end=T9,
            reason="driver",
            charged_wh=2500,
            discharged_wh=1200,
            intervals=QUARTERS,
            soc_start=0.4,
            soc_end=0.8,
            wear_cost=MicroEuro(120_000),
            transaction="t-1",
        ),
        rest.Nothing(),
    ),
    (
        rest.UPDATE_SESSION,
        rest.SessionUpdate(
            transaction="t-1",
            evse="porto-03-1",
            session="s-1",
            start=T0,
            at=T1,
            state="updated",
            charged_wh=2500,
            discharged_wh=0,
        ),
        rest.Nothing(),
    ),
    (
        rest.RECORD_CHARGE,
        rest.ChargeRecord(
            record="c-1",
            transaction="t-1",
            evse="porto-03-1",
            session="s-1",
            start=T0,
            end=T9,
            reason="driver",
            charged_wh=2500,
            discharged_wh=1200,
            intervals=QUARTERS,
            readings=(rest.Reading(at=T0, import_wh=5, export_wh=6, context="begin"),),
        ),
        rest.Nothing(),
    ),
    (
        rest.REPORT_FAULT,
        rest.StationFault(
            station="porto-03", evse="porto-03-1", at=T0, cleared=False, reason="EVSE: no answer"
        ),
        rest.Nothing(),
    ),
    (
        rest.REPORT_VOLUME,
        rest.Volume(
            operator="PT*CPO",
            start=T0,
            end=T1,
            charged_wh=2500,
            discharged_wh=1200,
            up_kwh=120.0,
            down_kwh=80.5,
        ),
        rest.Nothing(),
    ),
    (
        rest.ASK_PRICES,
        rest.Nothing(),
        rest.Prices(
            intervals=(
                rest.PriceInterval(
                    start=T0,
                    end=T1,
                    buy=MicroEuroPerKilowattHour(95_000),
                    sell=MicroEuroPerKilowattHour(-3_000),
                ),
            )
        ),
    ),
    (
        rest.BILL,
        rest.Bill(
            session="s-1",
            cdr="c-1",
            lines=(
                rest.BillLine(
                    kind="energy",
                    label="Energy charged",
                    quantity=2.5,
                    unit="kWh",
                    price=MicroEuro(100_000),
                    amount=MicroEuro(250_000),
                ),
                rest.BillLine(
                    kind="reward",
                    label="Energy given back",
                    quantity=1.2,
                    unit="kWh",
                    price=MicroEuro(-150_000),
                    amount=MicroEuro(-180_000),
                ),
                rest.BillLine(
                    kind="wear",
                    label="Battery wear, for your information",
                    quantity=1.2,
                    unit="kWh",
                    price=MicroEuro(50_000),
                    amount=MicroEuro(60_000),
                    payable=False,
                ),
                rest.BillLine(
                    kind="tax",
                    label="VAT 23 %",
                    quantity=0.23,
                    unit="share",
                    price=MicroEuro(0),
                    amount=MicroEuro(16_100),
                    base=MicroEuro(70_000),
                ),
            ),
            total=MicroEuro(86_100),
        ),
        rest.Nothing(),
    ),
    (
        rest.CONTRACT,
        rest.Contract(
            session="s-1",
            evse="porto-03-1",
            driver="driver-017",
            plugged_at=T0,
            departure=T9,
            v2x=True,
            charge_kw_max=11.0,
        ),
        rest.Nothing(),
    ),
    (
        rest.CLOSE,
        rest.Closing(
            statistics=rest.SessionStatistics(
                session="s-1",
                evse="porto-03-1",
                start=T0,
                end=T9,
                reason="driver",
                charged_wh=2500,
                discharged_wh=1200,
                intervals=QUARTERS,
            ),
            departure=T9,
            v2x=True,
        ),
        rest.Nothing(),
    ),
    (
        rest.SEE_EARNINGS,
        rest.SoFar(
            session="s-1",
            start=T0,
            at=T9,
            departure=T9,
            charged_wh=2500,
            discharged_wh=1200,
            intervals=QUARTERS,
        ),
        rest.Earnings(session="s-1", until=T9, due=MicroEuro(500_000), earned=MicroEuro(120_000)),
    ),
    (
        rest.UNPLUGGED,
        rest.Unplugged(session="s-1", evse="porto-03-1", at=T9, soc=0.8),
        rest.Nothing(),
    ),
    (
        rest.REPORT_METERED,
        rest.MeteredEnergy(
            connection="porto", start=T0, imported_wh=(250, 0), exported_wh=(0, 120)
        ),
        rest.Nothing(),
    ),
]
PARAMETERS = {"session": "s-1", "slot": "porto-03-1"}


def _path(message: rest.Message[Any, Any]) -> str:
    return message.path_for(**{k: v for k, v in PARAMETERS.items() if f"{{{k}}}" in message.path})


def test_every_message_of_the_table_has_an_example() -> None:
    assert [message for message, _, _ in BODIES] == list(rest.MESSAGES)


@pytest.mark.req(
    "IF-BOOKING-PMS",
    "IF-PMS-WEBAPP",
    "IF-PMS-CSEMS",
    "IF-PMS-BEMS",
    "IF-WEBAPP-CSEMS",
    "IF-CSMS-CSOS",
)
@pytest.mark.parametrize(
    ("message", "body", "answer"), BODIES, ids=lambda value: getattr(value, "name", "")
)
def test_what_one_end_writes_the_other_reads(
    message: rest.Message[Any, Any], body: rest.Body, answer: rest.Body
) -> None:
    found = rest.recognised(message.method, _path(message) + "?reason=driver")
    assert found is not None
    assert found[0] is message
    assert found[0].read(message.written(body)) == body
    assert message.read_answer(message.status, rest.written(answer)) == answer


@pytest.mark.parametrize(
    ("message", "msg", "keys"),
    [
        (rest.RESERVE, "REST POST /parking/v1/reservations", ()),
        (
            rest.FREE_SLOT,
            "REST POST /parking/v1/slots/{slot}/free",
            ("evse:porto-03-1", "ses:s-1", "res:r-1"),
        ),
        (rest.PLAN_SLOT, "REST POST /slots/v1", ("res:r-1", "evse:porto-03-1")),
        (rest.ANNOUNCE, "REST POST /sessions/v1/reservations", ("res:r-1", "evse:porto-03-1")),
        (
            rest.START_SESSION,
            "REST POST /sessions/v1",
            ("ses:s-1", "evse:porto-03-1", "res:r-1"),
        ),
        (rest.STOP_SESSION, "REST DELETE /sessions/v1/{session}", ("ses:s-1",)),
        (
            rest.STATISTICS,
            "REST POST /sessions/v1/{session}/statistics",
            ("ses:s-1", "evse:porto-03-1", "tx:t-1"),
        ),
        (
            rest.UPDATE_SESSION,
            "REST PUT /cdrs/v1/sessions",
            ("ses:s-1", "tx:t-1", "evse:porto-03-1"),
        ),
        (
            rest.RECORD_CHARGE,
            "REST POST /cdrs/v1",
            ("ses:s-1", "tx:t-1", "evse:porto-03-1", "cdr:c-1"),
        ),
        (rest.REPORT_FAULT, "REST POST /faults/v1", ("evse:porto-03-1",)),
        (rest.REPORT_VOLUME, "REST POST /volumes/v1", ()),
        (rest.BILL, "REST POST /s/{session}/bill", ("ses:s-1", "cdr:c-1")),
        (rest.CONTRACT, "REST PUT /emsp/v1/sessions/{session}", ("ses:s-1", "evse:porto-03-1")),
        (
            rest.CLOSE,
            "REST POST /emsp/v1/sessions/{session}/closing",
            ("ses:s-1", "evse:porto-03-1"),
        ),
        (
            rest.UNPLUGGED,
            "REST POST /sessions/v1/{session}/unplugged",
            ("ses:s-1", "evse:porto-03-1"),
        ),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_trace_names_requests_as_the_use_case_does(
    message: rest.Message[Any, Any], msg: str, keys: tuple[str, ...]
) -> None:
    body = next(body for one, body, _ in BODIES if one is message)
    said = rest.asked(message.method, _path(message), message.written(body))
    assert said is not None
    assert (said.msg, said.keys) == (msg, keys)


def test_the_trace_names_the_two_answers_that_are_steps() -> None:
    answers = {message: answer for message, _, answer in BODIES}
    reserved = rest.answered("POST", rest.RESERVE.path, 201, rest.written(answers[rest.RESERVE]))
    assert reserved is not None
    assert reserved.msg == "REST 201 /parking/v1/reservations"
    assert reserved.keys == ("res:r-1", "evse:porto-03-1")
    assert answers[rest.START_SESSION].keys() == ("ses:s-1", "evse:porto-03-1")
    assert answers[rest.SEE_SESSION].keys() == ("ses:s-1", "evse:porto-03-1")
    priced = rest.answered(
        "GET", "/prices/v1?from=1&to=2", 200, rest.written(answers[rest.ASK_PRICES])
    )
    assert priced == Said(msg="REST GET /prices/v1", fields={"from": T0, "to": T1})
    assert rest.asked("GET", "/prices/v1", b"") is None
    assert rest.answered("POST", "/volumes/v1", 204, b"") is None
    assert rest.answered("GET", "/sessions/v1/s-1", 200, b"{}") is None
    assert rest.asked("GET", "/sessions/v1/s-1", b"") is None


def test_an_empty_price_list_says_no_span() -> None:
    said = rest.answered("GET", "/prices/v1", 200, b'{"intervals":[]}')
    assert said == Said(msg="REST GET /prices/v1")


def test_a_refusal_stands_in_the_trace() -> None:
    body = rest.written(rest.problem(409, "no slot is free"))
    said = rest.answered("POST", "/parking/v1/reservations", 409, body)
    assert said == Said(msg="REST 409 /parking/v1/reservations")


def test_an_unreadable_request_is_named_all_the_same() -> None:
    said = rest.asked("POST", "/volumes/v1", b"rubbish")
    assert said == Said(msg="REST POST /volumes/v1", fields={"unreadable": True})


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("PATCH", "/volumes/v1"), ("DELETE", "/sessions/v1/"), ("POST", "")],
)
def test_other_paths_are_nobodys(method: str, path: str) -> None:
    assert rest.recognised(method, path) is None
    assert rest.asked(method, path, b"") is None
    assert rest.answered(method, path, 404, b"") is None


@given(st.text(min_size=1).filter(lambda text: "\ud800" not in text))
def test_a_parameter_survives_the_path_whatever_it_holds(session: str) -> None:
    found = rest.recognised("DELETE", rest.STOP_SESSION.path_for(session=session))
    assert found == (rest.STOP_SESSION, {"session": session})


def test_the_exact_path_wins_over_a_parameter() -> None:
    found = rest.recognised("POST", "/sessions/v1/reservations")
    assert found == (rest.ANNOUNCE, {})


@pytest.mark.parametrize(
    ("message", "data"),
    [
        (rest.START_SESSION, b""),
        (rest.START_SESSION, b"{}"),
        (rest.START_SESSION, b"\xff\xfe"),
        (rest.START_SESSION, rest.written(REQUIREMENTS)[:-1] + b',"surprise":1}'),
        (rest.START_SESSION, rest.written(REQUIREMENTS).replace(b"0.8", b"80")),
        (rest.REPORT_VOLUME, b'{"operator":""}'),
        (rest.REPORT_VOLUME, b" " * (BODY_BYTES_MAX + 1)),
    ],
)
def test_rubbish_is_a_broken_peer_with_a_reason(
    message: rest.Message[Any, Any], data: bytes
) -> None:
    with pytest.raises(BrokenPeer, match=message.body.__name__):
        message.read(data)


def test_a_bill_that_does_not_sum_is_refused() -> None:
    bill = next(body for message, body, _ in BODIES if message is rest.BILL)
    with pytest.raises(BrokenPeer, match="sum to 86100, the total says 86101"):
        rest.read(rest.Bill, rest.written(bill).replace(b'"total":86100', b'"total":86101'))


def test_a_tax_line_shows_its_base() -> None:
    with pytest.raises(ValueError, match="names its base"):
        rest.BillLine(
            kind="tax",
            label="VAT",
            quantity=0.23,
            unit="share",
            price=MicroEuro(0),
            amount=MicroEuro(1),
        )


def test_intervals_add_up_and_do_not_overlap() -> None:
    record = next(body for message, body, _ in BODIES if message is rest.RECORD_CHARGE)
    with pytest.raises(BrokenPeer, match="totals say"):
        rest.read(
            rest.ChargeRecord,
            rest.written(record).replace(
                b'"charged_wh":2500,"disch', b'"charged_wh":2501,"disch', 1
            ),
        )
    twice = (QUARTERS[0], QUARTERS[0])
    with pytest.raises(ValueError, match="begins inside the one before"):
        rest.SessionStatistics(
            session="s-1",
            evse="e",
            start=T0,
            end=T9,
            reason="driver",
            charged_wh=5000,
            discharged_wh=0,
            intervals=twice,
        )
    assert rest.totals(QUARTERS) == (2500, 1200)


@pytest.mark.parametrize(
    "data",
    [
        b'{"start":2,"end":2,"charged_wh":0,"discharged_wh":0}',
        b'{"start":2,"end":3,"charged_wh":-1,"discharged_wh":0}',
    ],
)
def test_an_interval_has_a_length_and_no_negative_register(data: bytes) -> None:
    with pytest.raises(BrokenPeer):
        rest.read(rest.EnergyInterval, data)


def test_nothing_ends_before_it_starts() -> None:
    with pytest.raises(ValueError, match="not after its start"):
        rest.SlotPlanned(reservation="r", slot="e", start=T9, end=T0, v2b_kw=0, v2b_kwh=0)
    with pytest.raises(ValueError, match="not after its start"):
        rest.ReservationRequest(
            arrival=T9, departure=T0, driver="d", plate_hash="h", payment="p", paid=MicroEuro(0)
        )
    with pytest.raises(ValueError, match="before its start"):
        rest.SessionStatistics(
            session="s",
            evse="e",
            start=T9,
            end=T0,
            reason="fault",
            charged_wh=0,
            discharged_wh=0,
        )
    with pytest.raises(ValueError, match="before its start"):
        rest.ChargeRecord(
            record="c",
            transaction="t",
            session="s",
            evse="e",
            start=T9,
            end=T0,
            reason="fault",
            charged_wh=0,
            discharged_wh=0,
            intervals=(),
        )


def test_what_a_walk_in_driver_lacks_is_absent_from_the_keys() -> None:
    assert rest.SlotFreed(slot="e", session="s", at=T0).keys() == ("ses:s", "evse:e")
    assert "res:" not in str(
        rest.SessionRequirements(
            session="s", evse="e", departure=T9, target=1, floor=0, v2x=False
        ).keys()
    )
    bare = rest.SessionStatistics(
        session="s", evse="e", start=T0, end=T9, reason="vehicle", charged_wh=0, discharged_wh=0
    )
    assert bare.keys() == ("ses:s", "evse:e")
    assert bare.fields() == {"kwh_in": 0.0, "kwh_out": 0.0}


def test_the_peers_refusal_keeps_its_reason() -> None:
    body = rest.written(rest.problem(409, "no slot is free"))
    with pytest.raises(Refused, match="Conflict: no slot is free"):
        rest.RESERVE.read_answer(409, body)
    with pytest.raises(BrokenPeer, match="status 502"):
        rest.RESERVE.read_answer(502, b"")


def test_a_post_carries_an_idempotency_key_and_a_put_need_not() -> None:
    headers = rest.RESERVE.headers("k-1")
    assert rest.idempotency_key(headers) == "k-1"
    assert rest.idempotency_key([("idempotency-key", "k-2")]) == "k-2"
    with pytest.raises(BrokenPeer, match="Idempotency-Key"):
        rest.idempotency_key(rest.UPDATE_SESSION.headers())
    with pytest.raises(AssertionError):
        rest.RESERVE.headers()


@pytest.mark.parametrize(
    ("method", "path", "form", "said"),
    [
        (
            "POST",
            "/book",
            b"slot=porto-03-1&name=Ana",
            Said(msg="HTTPS POST /book", keys=("evse:porto-03-1",)),
        ),
        (
            "POST",
            "/s",
            b"evse=porto-03-1&reservation=r-1",
            Said(msg="HTTPS POST /s", keys=("evse:porto-03-1", "res:r-1")),
        ),
        (
            "POST",
            "/s/s-1/consent",
            b"v2b=on",
            Said(msg="HTTPS POST /s/{session}/consent", keys=("ses:s-1",), fields={"v2b": True}),
        ),
        (
            "POST",
            "/s/s-1/preferences?x=1",
            b"\xff",
            Said(msg="HTTPS POST /s/{session}/preferences", keys=("ses:s-1",)),
        ),
        ("GET", "/s/s-1/report", b"", None),
        ("POST", "/elsewhere", b"", None),
        ("POST", "/s/s-1/bill", b"{}", None),
    ],
)
def test_forms_are_named_and_give_away_no_person(
    method: str, path: str, form: bytes, said: Said | None
) -> None:
    assert pages.asked(method, path, form) == said


@pytest.mark.parametrize(
    ("method", "path", "status", "data", "said"),
    [
        (
            "POST",
            "/s",
            303,
            b'<a href="/s/s-1">',
            Said(msg=pages.SESSION_CREATED, keys=("ses:s-1",)),
        ),
        ("POST", "/s", 303, b"", Said(msg=pages.SESSION_CREATED)),
        ("POST", "/s", 409, b"", None),
        (
            "GET",
            "/s/s-1/report",
            200,
            b"",
            Said(msg="HTTPS 200 /s/{session}/report", keys=("ses:s-1",)),
        ),
        (
            "GET",
            "/s/s-1/bill",
            200,
            b"",
            Said(msg="HTTPS 200 /s/{session}/bill", keys=("ses:s-1",)),
        ),
        ("GET", "/s/s-1/bill", 404, b"", None),
    ],
)
def test_the_pages_that_are_steps_are_named(
    method: str, path: str, status: int, data: bytes, said: Said | None
) -> None:
    assert pages.answered(method, path, status, data) == said
