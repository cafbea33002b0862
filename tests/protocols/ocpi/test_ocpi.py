"""OCPI: exact numbers, envelopes, routing, and every reason to refuse a record."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sterna.kernel.errors import BrokenPeer, Refused
from sterna.kernel.quantities import Instant
from sterna.kernel.timestamps import instant
from sterna.kernel.trace import Said
from sterna.protocols import ocpi
from sterna.protocols.ocpi.transport import BODY_BYTES_MAX

T0 = "2026-07-01T00:00:00Z"
T1 = "2026-07-01T00:15:00Z"
END = "2026-07-01T00:30:00Z"
NOW = instant(END)

CDR_TOKEN = ocpi.CdrToken(
    country_code="PT", party_id="EMS", uid="s-1", type="APP_USER", contract_id="PT-EMS-C1"
)
TOKEN = ocpi.Token(
    country_code="PT",
    party_id="EMS",
    uid="S-1",
    type="APP_USER",
    contract_id="pt-ems-c1",
    issuer="EMSP",
    valid=True,
    whitelist="ALLOWED",
    last_updated=T0,
)
TARIFF = ocpi.Tariff(
    country_code="PT",
    party_id="CPO",
    id="day",
    currency="EUR",
    tax_included="NO",
    last_updated=T0,
    elements=(
        ocpi.TariffElement(
            price_components=(
                ocpi.PriceComponent(type="ENERGY", price=Decimal("0.20"), step_size=1),
                ocpi.PriceComponent(type="FLAT", price=Decimal("1.00"), step_size=1),
                ocpi.PriceComponent(type="TIME", price=Decimal(2), step_size=1),
            )
        ),
    ),
)
SESSION = ocpi.Session(
    country_code="PT",
    party_id="CPO",
    id="S-1",
    start_date_time=T0,
    kwh=Decimal("1.300"),
    cdr_token=CDR_TOKEN,
    auth_method="COMMAND",
    location_id="porto",
    evse_uid="porto-03-1",
    connector_id="1",
    currency="EUR",
    status="COMPLETED",
    last_updated=END,
    charging_periods=(ocpi.period(T0, 2500, 0), ocpi.period(T1, 0, 1200)),
)
CDR = ocpi.Cdr(
    country_code="PT",
    party_id="CPO",
    id="c-1",
    start_date_time=T0,
    end_date_time=END,
    session_id="s-1",
    cdr_token=CDR_TOKEN,
    auth_method="COMMAND",
    cdr_location=ocpi.CdrLocation(
        id="porto",
        address="Aeroporto",
        city="Maia",
        country="PRT",
        coordinates=ocpi.GeoLocation(latitude="41.2421", longitude="-8.6786"),
        evse_uid="porto-03-1",
        evse_id="PT*CPO*E031",
        connector_id="1",
        connector_standard="IEC_62196_T2_COMBO",
        connector_format="CABLE",
        connector_power_type="DC",
    ),
    currency="EUR",
    tariffs=(TARIFF,),
    charging_periods=SESSION.charging_periods,
    total_cost=ocpi.Price(
        before_taxes=Decimal("1.50"),
        taxes=(ocpi.TaxAmount(name="VAT", amount=Decimal("0.345"), percentage=Decimal(23)),),
    ),
    total_energy=Decimal("1.3"),
    total_time=Decimal("0.5"),
    last_updated=END,
)
METERED = ocpi.Metered(import_kwh=Decimal("2.5"), export_kwh=Decimal("1.2"))


def known(**change: Any) -> ocpi.Known:
    facts: dict[str, Any] = {
        "session": SESSION,
        "token": TOKEN,
        "currency": "EUR",
        "now": NOW,
        "metered": METERED,
        "vat_share": Decimal("0.23"),
    }
    return ocpi.Known(**(facts | change))


def test_a_record_in_order_is_paid() -> None:
    assert ocpi.objections(CDR, known()) == ()
    assert ocpi.acceptable(CDR, known())


@pytest.mark.req("IF-CSOS-EMME", "IF-EMSP-EMME", "P-STEP-18.1")
@pytest.mark.parametrize(
    ("change", "facts", "code"),
    [
        ({}, {"cdrs": {"c-1"}}, "duplicate"),
        ({"id": "C-1"}, {"cdrs": {"c-1"}}, "duplicate"),
        ({"currency": "USD", "tariffs": ()}, {}, "currency"),
        ({"session_id": None}, {}, "session"),
        ({"session_id": "s-2"}, {}, "session"),
        ({}, {"session": None}, "session"),
        ({}, {"token": None}, "token"),
        ({}, {"token": replace(TOKEN, uid="other")}, "token"),
        ({}, {"token": replace(TOKEN, valid=False)}, "token"),
        ({}, {"token": replace(TOKEN, contract_id="PT-EMS-C2")}, "token"),
        ({"total_energy": Decimal("1.8")}, {}, "energy"),
        ({}, {"metered": replace(METERED, import_kwh=Decimal("2.0"))}, "meter"),
        ({}, {"metered": replace(METERED, export_kwh=Decimal("1.7"))}, "meter"),
        ({}, {"metered": replace(METERED, signature_valid=False)}, "signature"),
        ({"charging_periods": CDR.charging_periods[::-1]}, {}, "order"),
        ({"start_date_time": "2026-07-01T00:01:00Z"}, {}, "outside"),
        ({"end_date_time": "2026-07-01T00:10:00Z"}, {}, "outside"),
        ({"tariffs": (replace(TARIFF, start_date_time=T1),)}, {}, "tariff"),
        ({"tariffs": (replace(TARIFF, end_date_time=T0),)}, {}, "tariff"),
        ({"total_cost": ocpi.Price(before_taxes=Decimal("1.51"))}, {"vat_share": None}, "price"),
        ({"total_cost": ocpi.Price(before_taxes=Decimal("1.50"))}, {}, "tax"),
        ({"credit": True}, {}, "credit"),
    ],
)
def test_every_fault_of_a_record_has_its_reason(
    change: dict[str, Any], facts: dict[str, Any], code: str
) -> None:
    cdr, facts_known = replace(CDR, **change), known(**facts)
    found = ocpi.objections(cdr, facts_known)
    assert [objection.code for objection in found] == [code]
    assert found[0].reason
    assert not ocpi.acceptable(cdr, facts_known)


def test_directions_that_do_not_balance_are_refused() -> None:
    first = CDR.charging_periods[0]
    wrong = replace(
        first,
        dimensions=(*first.dimensions[:2], ocpi.CdrDimension(type="ENERGY", volume=Decimal(3))),
    )
    cdr = replace(
        CDR, charging_periods=(wrong, CDR.charging_periods[1]), total_energy=Decimal("1.8")
    )
    assert [each.code for each in ocpi.objections(cdr, known())] == ["direction"]


def test_a_late_record_is_flagged_and_paid() -> None:
    late = known(now=Instant(NOW + 25 * 3600))
    assert [each.code for each in ocpi.objections(CDR, late)] == ["late"]
    assert ocpi.acceptable(CDR, late)


def test_half_a_kilowatt_hour_too_much_is_refused_and_the_corrected_record_accepted() -> None:
    wrong = replace(
        CDR,
        charging_periods=(ocpi.period(T0, 3000, 0), CDR.charging_periods[1]),
        total_energy=Decimal("1.8"),
    )
    assert {each.code for each in ocpi.objections(wrong, known())} == {"meter", "price"}
    taken_back = ocpi.credit(wrong, "c-1-credit", END)
    assert taken_back.total_cost.total == -wrong.total_cost.total
    assert ocpi.acceptable(taken_back, known(credited=wrong, cdrs={"c-1"}))
    assert ocpi.acceptable(replace(CDR, id="c-2"), known(cdrs={"c-1", "c-1-credit"}))


def test_a_credit_takes_back_exactly_one_record() -> None:
    taken_back = ocpi.credit(CDR, "c-9", END)
    other = replace(CDR, id="c-8")
    assert ocpi.objections(taken_back, known(credited=other))[0].code == "credit"
    half = replace(taken_back, total_cost=ocpi.Price(before_taxes=Decimal(-1)))
    assert ocpi.objections(half, known(credited=CDR))[0].code == "credit"


def test_a_record_without_directions_imports_only() -> None:
    periods = (
        ocpi.ChargingPeriod(
            start_date_time=T0,
            dimensions=(ocpi.CdrDimension(type="ENERGY", volume=Decimal("2.5")),),
        ),
    )
    cdr = replace(CDR, charging_periods=periods, total_energy=Decimal("2.5"))
    imported = replace(METERED, export_kwh=Decimal(0))
    assert ocpi.acceptable(cdr, known(metered=imported))
    assert ocpi.acceptable(cdr, known(metered=None))


@pytest.mark.parametrize(
    ("change", "price"),
    [
        ({}, Decimal("1.50")),
        ({"tariffs": ()}, None),
        ({"tariffs": (TARIFF, replace(TARIFF, id="night"))}, None),
        ({"tariffs": (replace(TARIFF, tax_included="YES"),)}, None),
        ({"tariffs": (replace(TARIFF, elements=TARIFF.elements * 2),)}, None),
        (
            {"charging_periods": tuple(replace(p, tariff_id="DAY") for p in CDR.charging_periods)},
            Decimal("1.50"),
        ),
        (
            {"charging_periods": tuple(replace(p, tariff_id="none") for p in CDR.charging_periods)},
            None,
        ),
    ],
)
def test_a_record_is_priced_by_its_own_tariff_or_not_at_all(
    change: dict[str, Any], price: Decimal | None
) -> None:
    assert ocpi.priced(replace(CDR, **change)) == price


def test_time_is_priced_in_hours() -> None:
    dimensions = (
        ocpi.CdrDimension(type="TIME", volume=Decimal("0.5")),
        ocpi.CdrDimension(type="PARKING_TIME", volume=Decimal(3)),
    )
    periods = (ocpi.ChargingPeriod(start_date_time=T0, dimensions=dimensions),)
    parking = ocpi.PriceComponent(type="PARKING_TIME", price=Decimal("0.5"), step_size=1)
    element = replace(
        TARIFF.elements[0], price_components=(*TARIFF.elements[0].price_components, parking)
    )
    cdr = replace(CDR, charging_periods=periods, tariffs=(replace(TARIFF, elements=(element,)),))
    assert ocpi.priced(cdr) == Decimal("3.50")


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_energies_survive_the_wire_to_the_last_digit(taken: int, given_back: int) -> None:
    sent = ocpi.period(T0, taken, given_back)
    data = ocpi.written(sent)
    back = ocpi.read(ocpi.ChargingPeriod, data)
    assert back == sent
    assert b'"volume":"' not in data
    assert back.volume("ENERGY") == Decimal(taken - given_back) / 1000
    assert back.volume("POWER") is None


@pytest.mark.parametrize("thing", [CDR, SESSION, TARIFF, TOKEN])
def test_what_one_end_writes_the_other_reads(thing: Any) -> None:
    assert ocpi.answered(type(thing), ocpi.success(thing, NOW)) == thing


def test_absent_is_left_out_and_unknown_is_ignored() -> None:
    data = ocpi.written(TOKEN)
    assert b"null" not in data
    assert ocpi.read(ocpi.Token, data[:-1] + b',"new_in_2.4":1}') == TOKEN


def test_a_location_is_read() -> None:
    location = ocpi.Location(
        country_code="PT",
        party_id="CPO",
        id="porto",
        publish=True,
        address="Aeroporto",
        city="Maia",
        country="PRT",
        coordinates=ocpi.GeoLocation(latitude="41.2421", longitude="-8.6786"),
        time_zone="Europe/Lisbon",
        last_updated=T0,
        evses=(
            ocpi.Evse(
                uid="porto-03-1",
                status="AVAILABLE",
                last_updated=T0,
                connectors=(
                    ocpi.Connector(
                        id="1",
                        standard="IEC_62196_T2_COMBO",
                        format="CABLE",
                        power_type="DC",
                        max_voltage=500,
                        max_amperage=50,
                        last_updated=T0,
                    ),
                ),
            ),
        ),
    )
    assert ocpi.read(ocpi.Location, ocpi.written(location)) == location


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (ocpi.Cdr, b"{}"),
        (ocpi.Cdr, b"\xff"),
        (ocpi.Cdr, ocpi.written(replace(CDR, id="c-1")).replace(END.encode(), b"2026-06-01")),
        (ocpi.Cdr, ocpi.written(CDR).replace(b'"id":"c-1"', b'"id":"' + b"x" * 40 + b'"')),
        (ocpi.Tariff, ocpi.written(TARIFF).replace(b'"tax_included":"NO",', b"")),
        (
            ocpi.ChargingPeriod,
            b'{"start_date_time":"soon","dimensions":[{"type":"ENERGY","volume":1}]}',
        ),
        (ocpi.Token, b" " * (BODY_BYTES_MAX + 1)),
    ],
)
def test_rubbish_is_a_broken_peer(kind: Any, data: bytes) -> None:
    with pytest.raises(BrokenPeer):
        ocpi.read(kind, data)


def test_a_refusal_in_the_envelope_keeps_its_reason() -> None:
    with pytest.raises(Refused, match="OCPI 2004: no such token"):
        ocpi.answered(ocpi.Token, ocpi.failure(ocpi.UNKNOWN_TOKEN, "no such token", NOW))
    assert ocpi.answered(ocpi.Token, ocpi.success(None, NOW)) is None
    with pytest.raises(AssertionError):
        ocpi.failure(1000, "success is no failure", NOW)


def test_parties_and_token_travel_in_the_headers() -> None:
    cpo = ocpi.Party(country_code="PT", party_id="CPO")
    emsp = ocpi.Party(country_code="PT", party_id="EMS")
    sent = ocpi.headers("sécret", request_id="1", correlation_id="2", sender=cpo, receiver=emsp)
    assert ocpi.token_in(sent) == "sécret"
    assert ocpi.parties_in(sent) == (cpo, emsp)
    assert cpo.is_same(ocpi.Party(country_code="pt", party_id="cpo"))
    assert not cpo.is_same(emsp)


@pytest.mark.parametrize("value", ["Bearer abc", "Token not base64!", "Token /w==", "Token"])
def test_a_token_that_cannot_be_read_is_a_broken_peer(value: str) -> None:
    if value == "Token":
        with pytest.raises(BrokenPeer, match="missing"):
            ocpi.token_in(())
        return
    with pytest.raises(BrokenPeer):
        ocpi.token_in((("authorization", value),))


def test_a_long_list_comes_in_pages_that_name_the_next() -> None:
    seen: list[int] = []
    offset = 0
    while True:
        shown, heads = ocpi.page(range(250), "https://cpo/cdrs", offset=offset)
        seen += shown
        assert ("X-Total-Count", "250") in heads
        link = dict(heads).get("Link")
        if link is None:
            break
        offset = int(link.partition("offset=")[2].partition("&")[0])
    assert seen == list(range(250))


def test_the_credentials_of_a_handshake_survive() -> None:
    role = ocpi.CredentialsRole(
        role="HUB",
        business_details=ocpi.BusinessDetails(name="EMME"),
        party_id="EME",
        country_code="PT",
    )
    sent = ocpi.Credentials(token="token-b", url="https://emme/ocpi/versions", roles=(role,))
    assert ocpi.read(ocpi.Credentials, ocpi.written(sent)) == sent
    details = ocpi.VersionDetails(
        version=ocpi.VERSION,
        endpoints=(
            ocpi.Endpoint(identifier="cdrs", role="RECEIVER", url="https://emme/ocpi/2.3.0/cdrs"),
        ),
    )
    assert ocpi.read(ocpi.VersionDetails, ocpi.written(details)) == details


@pytest.mark.req("IF-CSOS-EMME", "P-STEP-9", "P-STEP-18.1")
def test_the_trace_names_sessions_and_records_as_the_use_case_does() -> None:
    path = f"{ocpi.ROOT}/sessions/PT/CPO/S-1"
    assert ocpi.asked("PUT", path, ocpi.written(SESSION)) == Said(
        msg="REST PUT /ocpi/sessions",
        keys=("ses:S-1", "evse:porto-03-1"),
        fields={"state": "COMPLETED", "kwh_in": 2.5, "kwh_out": 1.2},
    )
    referred = replace(CDR, authorization_reference="ref-1")
    assert ocpi.asked("POST", f"{ocpi.ROOT}/cdrs", ocpi.written(referred)) == Said(
        msg="REST POST /ocpi/cdrs",
        keys=("cdr:c-1", "ses:ref-1", "evse:porto-03-1"),
        fields={"credit": False, "kwh_in": 2.5, "kwh_out": 1.2},
    )
    unread: dict[str, float | str | bool] = {"unreadable": True}
    assert ocpi.asked("POST", f"{ocpi.ROOT}/cdrs", b"x") == Said(
        msg="REST POST /ocpi/cdrs", fields=unread
    )
    assert ocpi.asked("GET", f"{ocpi.ROOT}/cdrs?offset=1", b"") == Said(msg="REST GET /ocpi/cdrs")
    assert ocpi.asked("GET", "/elsewhere", b"") is None


def test_identifiers_are_the_same_whatever_their_case() -> None:
    assert ocpi.same("AbC-1", "aBc-1")
    assert not ocpi.same("a", "b")


def test_an_envelope_below_success_is_a_refusal() -> None:
    data = msgspec.json.encode({"status_code": 999, "timestamp": T0})
    with pytest.raises(Refused, match="no reason given"):
        ocpi.answered(ocpi.Token, data)
