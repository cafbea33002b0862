"""A use case file is read strictly, and each rule of the lint finds its fault."""

import re
from pathlib import Path

import pytest

from sterna.emsa.derive import Underivable, composed
from sterna.emsa.lint import Severity, lint
from sterna.emsa.usecase import loads, packaged, packaged_text, parsed, read, structured
from sterna.kernel.errors import BadInput

TEXT = packaged_text("porto.yaml")


def test_the_packaged_use_case_has_no_findings() -> None:
    assert lint(packaged("porto")) == ()


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("name: EMME system, domain: transfer, zone: market", "name: EMME system, domain: transfer, zone: moon", "C01"),
        ("name: EMME system, domain: transfer", "name: EMME system, domain: elsewhere", "C02"),
        ("a: EMME_SYS, b: EMKT", "a: EMME_SYS, b: NOBODY", "C03"),
        ("a: PMS, b: BEMS, info: [REST]", "a: PMS, b: BEMS, info: []", "C04"),
        ("a: PMS, b: BEMS, info: [REST], comm: [TCP, UDP]", "a: PMS, b: BEMS, info: [REST], comm: []", "C05"),
        ("id: BR-P-16, from: BUILDING_MANAGER", "id: BR-P-16, from: NOBODY", "C06"),
        ("components: [EVCC, BMS, EV_SENSORS]", "components: [EVCC, BMS, NOBODY]", "C07"),
        ('- step: "16"', '- step: "17"', "C08"),
        ("""          - {from: ADHOC_UI, to: WEBAPP, info: [IO-START], obs: ["HTTPS POST /s/{session}/start"]}""", "          []", "C09"),
        ("{from: ADHOC_UI, to: WEBAPP, info: [IO-START]", "{from: NOBODY, to: WEBAPP, info: [IO-START]", "C10"),
        ("{from: ADHOC_UI, to: WEBAPP, info: [IO-START]", "{from: ADHOC_UI, to: BEMS, info: [IO-START]", "C11"),
        ("{from: ADHOC_UI, to: WEBAPP, info: [IO-START]", "{from: ADHOC_UI, to: WEBAPP, info: [IO-NONE]", "C12"),
        ('obs: ["HTTPS POST /s/{session}/start"]', "obs: []", "C13"),
        ("information_objects:  ", "information_objects:\n  - {id: IO-SPARE, name: Spare, fields: {}}\n#", "C14"),
        ('{from: PMS, to: BEMS, info: [IO-SLOTS], obs: ["REST POST /slots/v1"], min: 1}', '{from: PMS, to: CS_EMS, info: [IO-SLOTS], obs: ["REST POST /slots/v2"], min: 1}', "C15"),
        ("components: [METERS, BLD_SENSORS]", "components: [METERS]", "C17"),
        ("operates: [GMS, METERS]", "operates: [GMS]", "C18"),
        ("module: energy_market", "module: kitchen", "C19"),
        ("- {id: IF-GMS-EMKT,", "- {id: IF-EMSP-EMME,", "C20"),
        ("apart: [res, cdr]", "apart: [res, car]", "C21"),
        ('a: GMS, b: EMKT, info: [REST], comm: [TCP, UDP], stacks: ["REST / HTTPS / TLS"]', 'a: GMS, b: EMKT, info: [REST], comm: [TCP, UDP], stacks: ["Gopher / TCP"]', "C22"),
        ("a: GMS, b: EMKT, info", "a: EMME_SYS, b: EMKT, info", "C23"),
        ('"REST POST /cdrs/v1", ', '"SOAP POST /cdrs/v1", ', "C24"),
        ('drop: ["12", "13"]', 'drop: ["12", "99"]', "C25"),
        ('chosen: {absent: ["1", "1.1"]}', 'chosen: {absent: ["1", "99"]}', "C26"),
        ('anytime_after: "15"', 'anytime_after: "99"', "C27"),
        ('until: "14"', 'until: "99"', "C27"),
        ('b: EMSP_SYS, info: [REST], comm: [HTTPS], stacks: ["REST / HTTPS / TLS"], personal: true', 'b: EMSP_SYS, info: [REST], comm: [HTTPS], stacks: ["REST / HTTPS / TLS"]', "C28"),
        ('obs: ["OSCP UpdateGroupCapacityForecast"]', 'obs: ["OCPP UpdateGroupCapacityForecast"]', "C29"),
        ('obs: ["STATION stop"]', 'obs: ["STATION stop"], period_s: 5', "C30"),
        ("{from: CSMS, to: CSOS, info: [IO-SESSION]", '{from: CS_C, to: CSMS, info: [IO-SESSION], obs: ["OCPP TransactionEvent"]}\n          - {from: CSMS, to: CSOS, info: [IO-SESSION]', "C31"),
        ('when: "not v2b"', 'when: "open(v2b)"', "C32"),
        ('that: "kw >= -0.01"', 'that: "kw >="', "C32"),
    ],
)  # fmt: skip
def test_each_rule_finds_its_fault(old: str, new: str, rule: str) -> None:
    assert old in TEXT, old
    broken = TEXT.replace(old, new, 1)
    assert rule in {finding.rule for finding in lint(structured(broken, "planted"))}


def test_a_component_without_a_step_is_a_warning() -> None:
    spare = "  - {id: SPARE, name: S, domain: ev, zone: field, kind: ui, module: ev, placement: text, src: [1, 2]}\n"
    text = re.sub(r"(?m)^information_objects:", spare + "information_objects:", TEXT, count=1)
    found = {finding.rule: finding.severity for finding in lint(structured(text, "planted"))}
    assert found == dict.fromkeys(("C16", "C17", "C18"), Severity.WARNING)
    assert loads(text, "planted").components[-1].id == "SPARE", "warnings do not refuse a file"


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3", "written twice"),
        ("answer: no\n", "line 1", "read differently by YAML 1.1 and 1.2"),
        ("on: 1\n", "line 1", "read differently"),
        ("a: [1, 2\n", "line 2", "expected"),
        (
            "a: !!python/object/apply:os.system [ls]\n",
            "line 1",
            "could not determine a constructor",
        ),
        ("schema: sterna-usecase/2\nspeed: 3\n", "", "unknown field `speed`"),
        ("schema: v2x-usecase/1\n", "schema", "Invalid enum value"),
    ],
)
def test_bad_input_names_file_key_and_reason(text: str, key: str, reason: str) -> None:
    with pytest.raises(BadInput, match=re.escape(reason)) as caught:
        structured(text, "mine.yaml")
    assert caught.value.source == "mine.yaml"
    assert caught.value.key == key


def test_the_first_error_of_the_lint_refuses_the_file() -> None:
    with pytest.raises(BadInput, match=r"mine.yaml: EMKT: unknown room kitchen \(C19\)"):
        loads(TEXT.replace("module: energy_market", "module: kitchen"), "mine.yaml")


def test_quoted_words_are_words() -> None:
    assert parsed("a: 'no'\n", "x") == {"a": "no"}


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        read(tmp_path / "absent.yaml")
    (tmp_path / "porto.yaml").write_text(TEXT)
    assert read(tmp_path / "porto.yaml") == packaged("porto")
    with pytest.raises(BadInput, match="no such packaged file"):
        packaged("atlantis")


def test_derivations_compose_in_the_order_of_the_file() -> None:
    porto = packaged("porto")
    by_id = {one.id: one for one in porto.scenarios}
    whole = composed(porto, [by_id["SC-P-UNIDIR"], by_id["SC-P-EVSTOP"], by_id["SC-P-WALKIN"]])
    assert whole.id == "SC-P-WALKIN+SC-P-EVSTOP+SC-P-UNIDIR"
    numbers = [step.step for step in whole.steps]
    assert not {"1", "1.1", "12", "13"} & set(numbers)
    assert [rule.id for rule in whole.invariants] == ["INV-P-CONSENT", "INV-P-UNIDIR"]


def test_a_circle_of_parents_is_found() -> None:
    text = TEXT.replace("derive: {from: SC-P-MAIN}", "derive: {from: SC-P-UNIDIR}")
    porto = structured(text, "circle")
    with pytest.raises(Underivable, match="circle"):
        composed(porto, [porto.scenarios[-1]])
    assert "C25" in {finding.rule for finding in lint(porto)}
