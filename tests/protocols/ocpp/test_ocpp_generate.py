"""The committed message modules are what the official schemas say."""

import importlib.util
import json
from pathlib import Path

import pytest
from msgspec import UNSET

from sterna.protocols.ocpp import generate, v21, v201, wire

HAVE_SCHEMAS = importlib.util.find_spec("ocpp") is not None
needs_schemas = pytest.mark.skipif(
    not HAVE_SCHEMAS, reason="the PyPI package ocpp carries the schemas (group `schemas`)"
)


@needs_schemas
@pytest.mark.parametrize(("name", "version"), list(generate.VERSIONS.items()))
def test_module_is_what_the_generator_writes_today(name: str, version: str) -> None:
    text = generate.module(version, generate.schemas(generate.schema_folder(name)))
    assert (generate.HERE / f"{name}.py").read_bytes() == text.encode()


@needs_schemas
def test_generator_writes_both_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "HERE", tmp_path)
    generate.main()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["v201.py", "v21.py"]


def test_missing_schemas_are_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(FileNotFoundError, match="install it first"):
        generate.schema_folder("v21")


@pytest.mark.parametrize(
    ("wire_name", "python"),
    [
        ("limit_L2", "limit_l2"),
        ("v2xFreqWattCurve", "v2x_freq_watt_curve"),
        ("evMinV2XEnergyRequest", "ev_min_v2x_energy_request"),
        ("stateOfCharge", "state_of_charge"),
        ("evDurationLevel1DCInjection", "ev_duration_level1_dc_injection"),
        ("prioritizedEMAIDs", "prioritized_emaids"),
        ("class", "class_"),
    ],
)
def test_python_names_read_well(wire_name: str, python: str) -> None:
    assert generate.python_name(wire_name) == python


@pytest.mark.parametrize(
    "schema", [{"type": "string", "pattern": "x"}, {"items": {"type": "string", "const": 1}}]
)
def test_schema_keyword_that_nothing_reads_stops_the_generator(schema: dict[str, object]) -> None:
    with pytest.raises(AssertionError, match="nothing here reads"):
        generate.bare(schema)


def test_schema_type_without_python_type_stops_the_generator() -> None:
    with pytest.raises(AssertionError, match="no Python type"):
        generate.annotation({"type": "object"})


def test_two_different_definitions_of_one_name_stop_the_generator() -> None:
    files = {
        "A": {"definitions": {"X": {"type": "string"}}},
        "B": {"definitions": {"X": {"type": "integer"}}},
    }
    with pytest.raises(AssertionError, match="two definitions of X"):
        generate.merged(files)


def test_two_wire_names_with_one_python_name_stop_the_generator() -> None:
    schema = {"properties": {"aB": {"type": "string"}, "a_b": {"type": "string"}}}
    with pytest.raises(AssertionError, match="two properties become a_b"):
        list(generate.struct("X", schema))


def test_every_message_of_both_versions_has_a_decoder() -> None:
    assert len(v21.REQUESTS) == len(v21.RESPONSES) == 90
    assert list(v21.SENDS) == ["NotifyPeriodicEventStream"]
    assert len(v201.REQUESTS) == len(v201.RESPONSES) == 64
    for dialect in wire.DIALECTS.values():
        for decoders in (dialect.requests, dialect.responses, dialect.sends):
            for action in decoders.classes:
                assert decoders[action] is decoders[action]


def test_absent_options_stay_absent_and_wire_names_are_kept() -> None:
    period = v21.ChargingSchedulePeriodType(start_period=0, setpoint_l2=-5.0)
    assert json.loads(wire.ENCODER.encode(period)) == {"startPeriod": 0, "setpoint_L2": -5.0}
    assert period.limit is UNSET


def test_a_class_without_properties_stops_the_generator() -> None:
    with pytest.raises(AssertionError, match="no properties"):
        list(generate.struct("X", {"type": "object"}))
