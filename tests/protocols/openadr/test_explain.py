"""Why a plan is as it is, beside its set-points: told, read, and left out by who does not know it."""

import pytest

from sterna.kernel.quantities import Instant, Kilowatts
from sterna.protocols import openadr
from sterna.protocols.openadr.wire import Event, ValuesMap

NOW = Instant(1_751_328_000.0)
TOLD = openadr.Explained(
    evse="porto-01-1", reason="WAITS_CHEAPER", kw=Kilowatts(0.0), now_eur=0.21, extra_eur=0.0,
    then_at=Instant(NOW + 7200.0), then_eur=0.12, wear_eur=0.02, place="",
)  # fmt: skip


def sent(*beside: ValuesMap) -> Event:
    """Return the event as the other side reads it."""
    vtn = openadr.Vtn([], lambda kind: f"{kind}-1")
    program = vtn.offer(openadr.ProgramRequest(program_name="dispatch"), NOW)
    event, _ = vtn.publish(
        openadr.event(program.id, NOW, 300.0, {"DISPATCH_SETPOINT": [3.0, 4.0]}, beside=beside), NOW
    )
    return openadr.read(Event, openadr.written(event))


def test_what_is_told_is_read() -> None:
    other = openadr.Explained(
        evse="porto-02-1", reason="BAND", kw=Kilowatts(-3.5), now_eur=-0.1, extra_eur=0.0, then_at=Instant(0.0),
        then_eur=0.0, wear_eur=0.0, place="feeder A",
    )  # fmt: skip
    assert openadr.explained(sent(TOLD.payload(), other.payload())) == (TOLD, other)


def test_set_points_are_read_the_same_with_reasons_beside_them() -> None:
    event = sent(TOLD.payload())
    assert [span.value for span in openadr.spans(event, "DISPATCH_SETPOINT", NOW)] == [3.0, 4.0]


@pytest.mark.parametrize(
    "values",
    [(), ("porto-01-1",), (1, *TOLD.payload().values[1:]), ("a", "b", "c", 0, 0, 0, 0, 0, "")],
)
def test_a_payload_that_explains_nothing_is_left_out(values: tuple[str | float, ...]) -> None:
    rubbish = ValuesMap(type=openadr.WHY, values=values)
    assert openadr.explained(sent(rubbish, TOLD.payload())) == (TOLD,)


def test_the_private_type_is_named_as_one() -> None:
    assert openadr.WHY.startswith("STERNA_")
