"""Every request and answer of a whole conversation holds against the official schema."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml

from sterna.kernel.quantities import KilowattHours, Kilowatts, Share
from sterna.protocols import openadr

SHARED = Path(os.environ.get("STERNA_SHARED", Path(__file__).parents[4] / "shared"))  # noqa: TID251  # where the official schema lies is no setting of Sterna
SCHEMA = SHARED / "specs" / "openadr3" / "3.1.0"

needs_schema = pytest.mark.skipif(
    not (SCHEMA / "openadr3.yaml").exists(),
    reason=f"the official OpenADR schema is not at {SCHEMA}; set STERNA_SHARED",
)


def _nullable(node: Any) -> Any:
    """Return an OpenAPI 3.0 schema as JSON Schema draft 4: nullable becomes a choice."""
    if isinstance(node, list):
        return [_nullable(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _nullable(value) for key, value in node.items() if key != "nullable"}
    return {"anyOf": [kept, {"type": "null"}]} if node.get("nullable") is True else kept


@pytest.fixture(scope="module")
def official() -> Any:
    text = (SCHEMA / "openadr3.yaml").read_text()
    # One malformed line: a dash follows the value and would begin a list.
    text = re.sub(r"default: null +-$", "default: null", text, flags=re.MULTILINE)
    document = yaml.safe_load(text)
    schemas = document["components"]["schemas"]
    # ven and resource demand two different values of objectType at once; keep the metadata's.
    for name, request in (("ven", "BlVenRequest"), ("resource", "BlResourceRequest")):
        body = {**schemas[request], "properties": dict(schemas[request]["properties"])}
        del body["properties"]["objectType"]
        body["required"] = [field for field in body["required"] if field != "objectType"]
        schemas[name]["allOf"][1] = body
    return {"components": _nullable(document["components"]), "paths": document["paths"]}


def _check(official: Any, schema: Any, instance: Any) -> None:
    validator = jsonschema.Draft4Validator({**schema, "components": official["components"]})
    errors = sorted(validator.iter_errors(instance), key=str)
    assert not errors, f"{errors[0].message} in {instance}"


def _operation(official: Any, method: str, path: str) -> Any:
    parts = path.partition("?")[0].split("/")
    for template, methods in official["paths"].items():
        pairs = list(zip(template.split("/"), parts, strict=False))
        if len(template.split("/")) == len(parts) and all(
            want == have or want.startswith("{") for want, have in pairs
        ):
            return methods[method.lower()]
    raise AssertionError(f"the schema has no {method} {path}")


def _schemas(official: Any, operation: Any, status: int) -> Iterator[Any]:
    response = operation["responses"][str(status)]
    if "$ref" in response:
        response = official["components"]["responses"][response["$ref"].rpartition("/")[2]]
    for content in response["content"].values():
        yield content["schema"]


@needs_schema
@pytest.mark.req("IF-BEMS-MARKET", "IF-CSEMS-BEMS")
def test_a_whole_conversation_keeps_the_official_schema(
    talk: Any, prices: Any, official: Any
) -> None:
    send, desk = talk.send, "market-desk"
    send("GET", "/auth/server", None, None)
    talk.ask(openadr.ask_token("bems-client", "wrong"), None)
    talk.ask(openadr.Ask(method="POST", path="/auth/token", body=b"grant_type=x"), None)
    program = send("POST", "/programs", openadr.ProgramRequest(program_name="prices"), desk)[1][
        "id"
    ]
    send("POST", "/programs", openadr.ProgramRequest(program_name="prices"), desk)
    send(
        "PUT",
        f"/programs/{program}",
        openadr.ProgramRequest(program_name="p", targets=("t",)),
        desk,
    )
    ven = send("POST", "/vens", openadr.VenVenRequest(ven_name="bems"))[1]["id"]
    grant = {
        "objectType": "BL_VEN_REQUEST",
        "clientID": "bems-client",
        "venName": "bems",
        "targets": ["t"],
    }
    send("PUT", f"/vens/{ven}", grant, desk)
    lot = openadr.VenResourceRequest(resource_name="lot", ven_id=ven)
    resource = send("POST", "/resources", lot)[1]["id"]
    wish = openadr.subscription(
        "bems", "https://bems/openadr3/callbacks", "bear", program_id=program
    )
    subscribed = talk.ask(openadr.create(wish))
    told = []
    talk.ask(
        openadr.Ask(method="POST", path="/events", body=openadr.written(prices(program))), desk
    )
    told += talk.exchanges[-1][3].deliveries
    setpoints = openadr.setpoints(program, talk.now, 300, [5.0, -7.5])
    event = send("POST", "/events", setpoints, desk)[1]["id"]
    told += talk.exchanges[-1][3].deliveries
    values = {"STORAGE_CHARGE_LEVEL": 0.4, "READING": -7.5, "STERNA_V2X": True}
    report = openadr.report(event, "bems", talk.now, 300, {"porto-03-1": values}, name="flex")
    reported = send("POST", "/reports", report)[1]["id"]
    for path in (
        "/programs",
        "/events?active=true",
        "/reports",
        "/subscriptions",
        "/vens",
        "/resources",
        "/notifiers",
        f"/programs/{program}",
        f"/events/{event}",
        f"/reports/{reported}",
        f"/vens/{ven}",
        f"/resources/{resource}",
        "/events/none",
        "/events?limit=51",
        "/programs?targets=t",
    ):
        assert send("GET", path)[0] in (200, 400, 404)
    send("GET", "/events", None, None)
    send("POST", "/programs", openadr.ProgramRequest(program_name="x"))
    send("DELETE", f"/reports/{reported}")
    send("DELETE", f"/subscriptions/{msgspec.json.decode(subscribed.body)['id']}")
    send("DELETE", f"/programs/{program}", None, desk)
    assert {answer.status for *_, answer in talk.exchanges} == {200, 201, 400, 401, 403, 404, 409}
    assert len(told) == 2
    for method, path, body, answer in talk.exchanges:
        operation = _operation(official, method, path)
        if answer.status == 409 and "409" not in operation["responses"]:
            continue  # The schema forgets 409 for DELETE; the Definition's list has no such gap.
        for schema in _schemas(official, operation, answer.status):
            _check(official, schema, msgspec.json.decode(answer.body))
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content and answer.status < 300:
            _check(official, content["schema"], msgspec.json.decode(body))
    note = {"$ref": "#/components/schemas/notification"}
    for delivery in told:
        _check(official, note, msgspec.json.decode(delivery.body))


@needs_schema
def test_the_payload_types_we_send_are_enumerated_and_in_range() -> None:
    text = (SCHEMA / "enumerations" / "event-interval-payloads.schema.yaml").read_text()
    definitions = yaml.safe_load(text)["definitions"]
    units = yaml.safe_load((SCHEMA / "enumerations" / "units.schema.yaml").read_text())["enum"]
    columns = {
        "PRICE": [-0.1],
        "EXPORT_PRICE": [0.1],
        "GHG": [120.0],
        "IMPORT_CAPACITY_LIMIT": [0.0],
        "EXPORT_CAPACITY_LIMIT": [50.0],
    }
    event = openadr.event("p", None, 900, columns)
    payloads = [
        *event.intervals[0].payloads,
        *openadr.setpoints("p", None, 9, [-3]).intervals[0].payloads,
    ]
    for payload in payloads:
        if payload.type != openadr.FEED_IN_SETPOINT:
            jsonschema.Draft4Validator(definitions[payload.type]).validate(list(payload.values))
    assert event.payload_descriptors is not None
    assert all(each.units in units for each in event.payload_descriptors)


@needs_schema
def test_what_is_reported_of_a_car_is_enumerated_and_in_range() -> None:
    text = (SCHEMA / "enumerations" / "report-payloads.schema.yaml").read_text()
    definitions = yaml.safe_load(text)["definitions"]
    status = openadr.StorageStatus(
        present=True,
        kw=Kilowatts(-7.0),
        soc=Share(0.42),
        capacity_kwh=KilowattHours(60.0),
        charge_kw_max=Kilowatts(22.0),
        discharge_kw_max=Kilowatts(11.0),
    )
    standard = {kind: v for kind, v in status.values().items() if not kind.startswith("STERNA_")}
    assert "STORAGE_CHARGE_LEVEL" in standard
    for kind, value in standard.items():
        jsonschema.Draft4Validator(definitions[kind]).validate([value])
