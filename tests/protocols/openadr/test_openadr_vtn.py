"""The VTN keeps the rules: tokens, scopes, hiding, names, pages, notifications."""

from typing import Any

import msgspec
import pytest

from sterna.kernel.quantities import later
from sterna.protocols import openadr
from sterna.protocols.openadr.answer import TOKEN_SECONDS, TOKENS_MAX

PROGRAM = {"programName": "prices"}


def _event(program: str, **more: Any) -> dict[str, Any]:
    return {"programID": program, "intervals": [], **more}


@pytest.fixture
def program(talk: Any) -> str:
    status, made = talk.send("POST", "/programs", PROGRAM, "market-desk")
    assert status == 201
    return str(made["id"])


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        (b"grant_type=client_credentials&client_id=bems-client&client_secret=s1", 200, None),
        (
            b"grant_type=client_credentials&client_id=bems-client&client_secret=s1&scope=write_reports",
            200,
            None,
        ),
        (b"grant_type=password", 400, "unsupported_grant_type"),
        (b"\xff", 400, "unsupported_grant_type"),
        (
            b"grant_type=client_credentials&client_id=bems-client&client_secret=no",
            401,
            "invalid_client",
        ),
        (b"grant_type=client_credentials&client_id=host&client_secret=", 401, "invalid_client"),
        (
            b"grant_type=client_credentials&client_id=bems-client&client_secret=s1&scope=read_all",
            400,
            "invalid_scope",
        ),
    ],
)
def test_a_token_is_given_for_credentials_alone(
    talk: Any, form: bytes, status: int, error: str | None
) -> None:
    answer = talk.vtn.answer("POST", "/auth/token", form, talk.now)
    assert answer.status == status
    assert msgspec.json.decode(answer.body).get("error") == error


def test_a_token_ends(talk: Any) -> None:
    assert talk.send("GET", "/programs")[0] == 200
    talk.now = later(talk.now, TOKEN_SECONDS)
    assert talk.send("GET", "/programs")[0] == 401
    talk.tokens.clear()
    assert talk.send("GET", "/programs")[0] == 200
    assert len(talk.vtn.state.tokens) == 1


def test_the_tokens_held_are_bounded(talk: Any) -> None:
    form = b"grant_type=client_credentials&client_id=bems-client&client_secret=s1"
    for _ in range(TOKENS_MAX + 1):
        talk.vtn.answer("POST", "/auth/token", form, talk.now)
    assert len(talk.vtn.state.tokens) == TOKENS_MAX


def test_a_token_with_one_scope_opens_one_door(talk: Any) -> None:
    form = (
        b"grant_type=client_credentials&client_id=bems-client&client_secret=s1&scope=write_reports"
    )
    token = msgspec.json.decode(talk.vtn.answer("POST", "/auth/token", form, talk.now).body)
    talk.tokens["bems-client"] = token["access_token"]
    assert talk.send("GET", "/programs")[0] == 403


@pytest.mark.parametrize(
    ("client", "method", "path", "body", "status"),
    [
        (None, "GET", "/programs", None, 401),
        ("bems-client", "POST", "/programs", PROGRAM, 403),
        ("bems-client", "POST", "/events", _event("p"), 403),
        ("market-desk", "POST", "/reports", {}, 403),
        ("market-desk", "POST", "/programs", {}, 400),
        ("market-desk", "POST", "/programs", {"programName": ""}, 400),
        ("market-desk", "POST", "/programs", [1], 400),
        ("market-desk", "POST", "/events", _event("program-99"), 409),
        ("market-desk", "POST", "/events", _event("p", duration="1 hour"), 400),
        ("market-desk", "POST", "/events", _event("p", intervalPeriod={"start": "soon"}), 400),
        (
            "bems-client",
            "POST",
            "/reports",
            {"eventID": "e", "clientName": "c", "resources": []},
            409,
        ),
        ("bems-client", "GET", "/events/none", None, 404),
        ("bems-client", "GET", "/elsewhere", None, 404),
        ("bems-client", "GET", "/events/1/2", None, 404),
        ("bems-client", "GET", "/auth/elsewhere", None, 404),
        ("market-desk", "PATCH", "/programs", None, 405),
        ("market-desk", "DELETE", "/programs", None, 405),
        ("bems-client", "GET", "/events?limit=51", None, 400),
        ("bems-client", "GET", "/events?skip=-1", None, 400),
        ("bems-client", "GET", "/events?skip=", None, 200),
        ("bems-client", "GET", "/notifiers", None, 200),
        (None, "GET", "/notifiers", None, 401),
        (None, "GET", "/auth/server", None, 200),
    ],
)
def test_the_status_codes(
    talk: Any, client: str | None, method: str, path: str, body: object, status: int
) -> None:
    given, answer = talk.send(method, path, body, client)
    assert given == status
    if status >= 400:
        assert answer["status"] == status
        assert answer["detail"]


def test_names_are_unique_and_parents_exist(talk: Any, program: str) -> None:
    assert talk.send("POST", "/programs", PROGRAM, "market-desk")[0] == 409
    assert talk.send("PUT", f"/programs/{program}", PROGRAM, "market-desk")[0] == 200
    talk.send("POST", "/events", _event(program), "market-desk")
    status, problem = talk.send("DELETE", f"/programs/{program}", None, "market-desk")
    assert (status, problem["title"]) == (409, "Conflict")
    assert "belongs to it" in problem["detail"]


def test_a_change_keeps_the_creation(talk: Any, program: str) -> None:
    _, first = talk.send("GET", f"/programs/{program}", None, "market-desk")
    talk.now = later(talk.now, 60)
    _, second = talk.send("PUT", f"/programs/{program}", {"programName": "new"}, "market-desk")
    assert second["createdDateTime"] == first["createdDateTime"]
    assert second["modificationDateTime"] == "2026-07-01T00:01:00Z"
    assert second["id"] == first["id"]


def test_a_list_comes_in_pages(talk: Any, program: str) -> None:
    for number in range(60):
        talk.send("POST", "/events", _event(program, eventName=str(number)), "market-desk")
    assert len(talk.send("GET", "/events")[1]) == 50
    page = talk.send("GET", "/events?skip=55&limit=3")[1]
    assert [event["eventName"] for event in page] == ["55", "56", "57"]
    assert talk.send("GET", "/events?limit=0")[1] == []


def test_only_events_that_are_not_over_are_active(talk: Any, program: str) -> None:
    def lasting(length: str, **more: Any) -> None:
        period = {"start": "2026-06-30T23:00:00Z", "duration": length}
        body = _event(program, intervalPeriod=period, **more)
        body["intervals"] = [{"id": 0, "payloads": []}]
        talk.send("POST", "/events", body, "market-desk")

    lasting("PT1H", eventName="over")
    lasting("PT2H", eventName="on")
    lasting("PT1H", eventName="repeating", duration="P9999Y")
    found = talk.send("GET", "/events?active=true")[1]
    assert [event["eventName"] for event in found] == ["on", "repeating"]
    assert len(talk.send("GET", "/events?active=false")[1]) == 3


def test_a_ven_sees_what_it_was_granted_and_never_the_other_targets(
    talk: Any, program: str
) -> None:
    for name, targets in [("open", None), ("ours", ["north", "vip"]), ("theirs", ["south"])]:
        talk.send(
            "POST", "/events", _event(program, eventName=name, targets=targets), "market-desk"
        )

    def seen(query: str = "", client: str = "bems-client") -> list[tuple[str, list[str] | None]]:
        found = talk.send("GET", f"/events{query}", None, client)[1]
        return [(event["eventName"], event.get("targets")) for event in found]

    assert seen() == [("open", None)]
    ven = {
        "objectType": "BL_VEN_REQUEST",
        "clientID": "bems-client",
        "venName": "bems",
        "targets": ["north"],
    }
    assert talk.send("POST", "/vens", ven, "market-desk")[0] == 201
    assert seen() == [("open", None), ("ours", ["north"])]
    assert seen("?targets=north") == [("ours", ["north"])]
    assert seen("?targets=south") == []
    assert seen(client="other-client") == [("open", None)]
    assert seen("?targets=south", "market-desk") == [("theirs", ["south"])]
    assert seen("?targets=north&targets=vip", "market-desk") == [("ours", ["north", "vip"])]
    hidden = talk.vtn.state.events
    theirs = next(key for key, event in hidden.items() if event.event_name == "theirs")
    assert talk.send("GET", f"/events/{theirs}")[0] == 404


def test_a_ven_owns_what_it_made_and_grants_itself_nothing(talk: Any) -> None:
    asked = openadr.VenVenRequest(ven_name="bems")
    status, ven = talk.send("POST", "/vens", asked)
    assert (status, ven["targets"], ven["clientID"]) == (201, [], "bems-client")
    assert talk.send("POST", "/vens", asked, "other-client")[0] == 409
    assert talk.send("GET", f"/vens/{ven['id']}", None, "other-client")[0] == 404
    grant = {
        "objectType": "BL_VEN_REQUEST",
        "clientID": "bems-client",
        "venName": "bems",
        "targets": ["x"],
    }
    assert talk.send("PUT", f"/vens/{ven['id']}", grant)[0] == 403
    assert talk.send("PUT", f"/vens/{ven['id']}", grant, "market-desk")[1]["targets"] == ["x"]
    assert talk.send("PUT", f"/vens/{ven['id']}", asked)[1]["targets"] == ["x"]
    assert talk.send("POST", "/vens", asked, "market-desk")[0] == 400
    assert talk.send("GET", "/vens?venName=bems&targets=x")[1][0]["id"] == ven["id"]
    assert talk.send("GET", "/vens?venName=other")[1] == []
    resource = openadr.VenResourceRequest(resource_name="lot", ven_id=ven["id"])
    assert talk.send("POST", "/resources", resource)[0] == 201
    assert talk.send("POST", "/resources", resource)[0] == 409
    assert talk.send("POST", "/resources", resource, "other-client")[0] == 409
    assert talk.send("DELETE", f"/vens/{ven['id']}")[0] == 409
    assert talk.send("GET", f"/resources?venID={ven['id']}")[1][0]["resourceName"] == "lot"


def test_reports_are_found_by_their_events_program(talk: Any, program: str) -> None:
    _, event = talk.send("POST", "/events", _event(program), "market-desk")
    body = openadr.report(event["id"], "bems", talk.now, 300, {"porto-03-1": {"DEMAND": -7.2}})
    answer = talk.ask(openadr.create(body))
    assert answer.status == 201
    assert isinstance(answer.stored, openadr.Report)
    assert openadr.reported(answer.stored) == {"porto-03-1": {"DEMAND": -7.2}}
    assert len(talk.send("GET", f"/reports?programID={program}")[1]) == 1
    assert talk.send("GET", "/reports?programID=other")[1] == []
    assert talk.send("GET", "/reports?clientName=other")[1] == []
    assert talk.send("GET", "/reports", None, "other-client")[1] == []
    assert len(talk.send("GET", "/reports", None, "market-desk")[1]) == 1
    assert talk.send("DELETE", f"/events/{event['id']}", None, "market-desk")[0] == 200
    assert talk.send("GET", f"/reports?programID={program}", None, "market-desk")[1] == []


def test_old_reports_make_room_and_other_kinds_are_refused(talk: Any, program: str) -> None:
    _, event = talk.send("POST", "/events", _event(program), "market-desk")
    body = openadr.create(openadr.report(event["id"], "bems", talk.now, 300, {}))
    for _ in range(1001):
        assert talk.ask(body).status == 201
    assert len(talk.vtn.state.reports) == 1000
    for number in range(999):
        talk.vtn.offer(openadr.ProgramRequest(program_name=str(number)), talk.now)
    assert talk.send("POST", "/programs", {"programName": "one more"}, "market-desk")[0] == 409


def _subscribe(talk: Any, client: str = "bems-client", **more: Any) -> Any:
    request = openadr.subscription(client, f"https://{client}/openadr3/callbacks", "bear", **more)
    answer = talk.ask(openadr.create(request), client)
    assert answer.status == 201, answer.body
    return msgspec.json.decode(answer.body)


@pytest.mark.req("IF-BEMS-MARKET", "P-STEP-10.1")
def test_a_subscriber_is_told_of_new_and_changed_events(talk: Any, prices: Any) -> None:
    program = talk.vtn.offer(openadr.ProgramRequest(program_name="prices"), talk.now)
    assert talk.vtn.offer(openadr.ProgramRequest(program_name="prices"), talk.now) == program
    _subscribe(talk, program_id=program.id)
    event, told = talk.vtn.publish(prices(program.id), talk.now)
    assert [(each.url, each.token) for each in told] == [
        ("https://bems-client/openadr3/callbacks", "bear")
    ]
    note = openadr.read(openadr.Notification, told[0].body)
    assert (note.object_type, note.operation) == ("EVENT", "CREATE")
    received = openadr.read(openadr.Event, bytes(note.object))
    assert received == event
    assert [span.value for span in openadr.spans(received, "PRICE", talk.now)] == [0.1, 0.3, -0.02]
    said = openadr.asked("POST", openadr.CALLBACKS, told[0].body)
    assert said is not None
    assert said.msg == "OpenADR event PRICE"
    _, told = talk.vtn.revise(event.id, prices(program.id), talk.now)
    assert openadr.read(openadr.Notification, told[0].body).operation == "UPDATE"
    told = talk.vtn.withdraw(event.id)
    assert openadr.notified(told[0].body).msg == "OpenADR notification EVENT DELETE"


def test_a_subscriber_is_told_only_what_it_may_see_and_wants(talk: Any, prices: Any) -> None:
    program = talk.vtn.offer(openadr.ProgramRequest(program_name="prices"), talk.now)
    other = talk.vtn.offer(openadr.ProgramRequest(program_name="other"), talk.now)
    _subscribe(talk, program_id=program.id)
    _subscribe(talk, "other-client", objects=("PROGRAM", "REPORT"))
    _subscribe(talk, "market-desk", objects=("REPORT", "PROGRAM", "VEN"), program_id=program.id)
    hidden = msgspec.structs.replace(prices(program.id), targets=("south",))
    assert talk.vtn.publish(hidden, talk.now)[1] == ()
    assert talk.vtn.publish(prices(other.id), talk.now)[1] == ()
    event, told = talk.vtn.publish(prices(program.id), talk.now)
    assert len(told) == 1
    answer = talk.ask(openadr.create(openadr.report(event.id, "bems", talk.now, 300, {})))
    assert [each.url for each in answer.deliveries] == ["https://market-desk/openadr3/callbacks"]
    answer = talk.ask(
        openadr.Ask(
            method="PUT", path=f"/programs/{program.id}", body=b'{"programName":"prices 2"}'
        ),
        "market-desk",
    )
    assert [each.url for each in answer.deliveries] == [
        "https://other-client/openadr3/callbacks",
        "https://market-desk/openadr3/callbacks",
    ]
    answer = talk.ask(openadr.create(openadr.VenVenRequest(ven_name="bems")))
    assert [each.url for each in answer.deliveries] == ["https://market-desk/openadr3/callbacks"]


def test_subscriptions_filter_by_what_they_tell(talk: Any) -> None:
    made = _subscribe(talk)
    assert made["objectOperations"][0]["bearerToken"] == "bear"
    assert len(talk.send("GET", "/subscriptions?objects=EVENT")[1]) == 1
    assert talk.send("GET", "/subscriptions?objects=EVENT&objects=VEN")[1] == []


@pytest.mark.parametrize("url", ["http://bems/callbacks", "https:///x", "ftp://bems"])
def test_a_callback_has_to_be_https(talk: Any, url: str) -> None:
    answer = talk.ask(openadr.create(openadr.subscription("bems", url, "bear")))
    assert answer.status == 400


def test_a_callback_is_challenged_before_it_is_believed(talk: Any) -> None:
    url = "https://bems/openadr3/callbacks"
    ask = openadr.create(openadr.subscription("bems", url, "bear"))
    assert openadr.to_challenge(ask.method, ask.path, ask.body) == (url,)
    assert openadr.challenged(url, "a b") == f"{url}?echo=a+b"
    assert openadr.challenged(f"{url}?x=1", "n") == f"{url}?x=1&echo=n"
    assert openadr.echoed("x=1&echo=a+b") == "a b"
    assert openadr.to_challenge("POST", "/subscriptions", b"rubbish") == ()
    assert openadr.to_challenge("POST", "/reports", ask.body) == ()
    assert openadr.to_challenge("GET", "/subscriptions", b"") == ()


def test_two_vens_may_name_their_resources_alike(talk: Any) -> None:
    for client in ("bems-client", "other-client"):
        _, ven = talk.send("POST", "/vens", openadr.VenVenRequest(ven_name=client), client)
        lot = openadr.VenResourceRequest(resource_name="lot", ven_id=ven["id"])
        assert talk.send("POST", "/resources", lot, client)[0] == 201
    other = openadr.VenVenRequest(ven_name="third")
    status, ven = talk.send("POST", "/vens", other)
    assert (status, talk.send("DELETE", f"/vens/{ven['id']}")[0]) == (201, 200)


def test_nobody_is_told_for_a_client_who_left(talk: Any, prices: Any) -> None:
    _subscribe(talk)
    del talk.vtn.clients["bems-client"]
    program = talk.vtn.offer(openadr.ProgramRequest(program_name="prices"), talk.now)
    assert talk.vtn.publish(prices(program.id), talk.now)[1] == ()
    assert talk.send("GET", "/programs")[0] == 401


def test_the_state_is_plain_data(talk: Any, prices: Any) -> None:
    program = talk.vtn.offer(openadr.ProgramRequest(program_name="prices"), talk.now)
    talk.vtn.publish(prices(program.id), talk.now)
    _subscribe(talk)
    stored = msgspec.json.encode(talk.vtn.state)
    assert msgspec.json.decode(stored, type=openadr.VtnState) == talk.vtn.state
