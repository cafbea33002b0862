"""How many validated OCPP 2.1 round trips a CPU-second holds, beside PyPI ``ocpp``.

One round trip: a TransactionEvent with seven sampled values is encoded, taken and validated
by the other end, answered, and the answer validated. Ours runs between two engines in
memory, theirs between two of its ChargePoints over asyncio queues, schema validation on.
Run ``python bench/ocpp.py [--json] [--seconds N]``.
"""

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

# This folder holds a file of the name of the package that is measured.
sys.path[:] = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).parent]

from sterna.kernel.quantities import Instant  # noqa: E402  # after the path is mended
from sterna.protocols.ocpp import v21, wire  # noqa: E402
from sterna.protocols.ocpp.events import Answered, Asked  # noqa: E402
from sterna.protocols.ocpp.rpc import Peer  # noqa: E402

BAR: Final = 15_000
"""Round trips per CPU-second that the engine has to reach."""
NOW: Final = Instant(1_751_328_000.0)
MEASURANDS: Final = (
    ("Energy.Active.Import.Register", "Wh"),
    ("Energy.Active.Export.Register", "Wh"),
    ("Power.Active.Import", "W"),
    ("Power.Active.Export", "W"),
    ("Voltage", "V"),
    ("Current.Import", "A"),
    ("SoC", "Percent"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one candidate reached."""

    name: str
    round_trips: int
    cpu_s: float
    frame_bytes: int

    @property
    def rate(self) -> float:
        """Return round trips per CPU-second."""
        return self.round_trips / self.cpu_s


def event() -> v21.TransactionEventRequest:
    """Return the message that is measured."""
    values = tuple(
        v21.SampledValueType(
            value=1000.5 + k,
            measurand=measurand,  # type: ignore[arg-type]  # a table of texts
            context="Sample.Clock",
            location="Outlet",
            unit_of_measure=v21.UnitOfMeasureType(unit=unit),
        )
        for k, (measurand, unit) in enumerate(MEASURANDS)
    )
    moment = wire.written(NOW)
    return v21.TransactionEventRequest(
        event_type="Updated",
        timestamp=moment,
        trigger_reason="MeterValueClock",
        seq_no=17,
        transaction_info=v21.TransactionType(transaction_id="tx-17", charging_state="Charging"),
        evse=v21.EVSEType(id=1, connector_id=1),
        meter_value=(v21.MeterValueType(timestamp=moment, sampled_value=values),),
    )


def measured(name: str, seconds: float, batch: int, run: Callable[[int], int]) -> Result:
    """Run batches for about *seconds* of CPU time; *run* returns the bytes of a request."""
    run(batch)  # decoders and validators are built before the measurement
    done, size = 0, 0
    start = time.process_time()
    while time.process_time() - start < seconds:
        size = run(batch)
        done += batch
    return Result(name=name, round_trips=done, cpu_s=time.process_time() - start, frame_bytes=size)


def ours(seconds: float) -> Result:
    """Measure two Sterna engines."""
    count = itertools.count()
    station = Peer(wire.V21, lambda: f"{next(count):036d}")
    csms = Peer(wire.V21, lambda: f"{next(count):036d}")
    request, response = event(), v21.TransactionEventResponse()

    def run(batch: int) -> int:
        size = 0
        for _ in range(batch):
            station.call(NOW, request)
            [frame] = station.to_send()
            [asked] = csms.receive(NOW, frame)
            assert isinstance(asked, Asked)
            csms.answer(asked.uid, response)
            [answer] = csms.to_send()
            [answered] = station.receive(NOW, answer)
            assert isinstance(answered, Answered)
            size = len(frame)
        return size

    return measured("sterna", seconds, 1000, run)


class Wire:
    """A pair of queues that looks like a WebSocket to PyPI ``ocpp``."""

    def __init__(self, inbox: asyncio.Queue[str], outbox: asyncio.Queue[str]) -> None:
        """Receive from *inbox*, send into *outbox*."""
        self.inbox, self.outbox, self.size = inbox, outbox, 0

    async def recv(self) -> str:
        """Return the next frame."""
        return await self.inbox.get()

    async def send(self, frame: str) -> None:
        """Send one frame."""
        self.size = len(frame)
        await self.outbox.put(frame)


def theirs(seconds: float, *, in_threads: bool) -> Result:
    """Measure two ChargePoints of PyPI ``ocpp``; its own default validates in threads."""
    from ocpp import messages  # noqa: PLC0415  # only when it is measured
    from ocpp.routing import on  # noqa: PLC0415
    from ocpp.v21 import ChargePoint, call, call_result  # noqa: PLC0415
    from ocpp.v21.enums import Action  # noqa: PLC0415

    messages.ASYNC_VALIDATION = in_threads

    class Csms(ChargePoint):  # type: ignore[misc]  # untyped
        @on(Action.transaction_event)  # type: ignore[untyped-decorator]
        def on_event(self, **_: Any) -> Any:
            return call_result.TransactionEvent()

    payload = json.loads(wire.ENCODER.encode(event()))

    async def session() -> Result:
        up: asyncio.Queue[str] = asyncio.Queue()
        down: asyncio.Queue[str] = asyncio.Queue()
        near = Wire(down, up)
        station, csms = ChargePoint("near", near), Csms("far", Wire(up, down))
        loops = [asyncio.create_task(end.start()) for end in (station, csms)]
        request = call.TransactionEvent(**_snake(payload))
        for _ in range(5):
            await station.call(request)
        done, start = 0, time.process_time()
        while time.process_time() - start < seconds:
            await station.call(request)
            done += 1
        used = time.process_time() - start
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        name = "ocpp, validated " + ("in threads (its default)" if in_threads else "inline")
        return Result(name=name, round_trips=done, cpu_s=used, frame_bytes=near.size)

    return asyncio.run(session())


def _snake(payload: Any) -> Any:
    from ocpp.charge_point import camel_to_snake_case  # noqa: PLC0415

    return camel_to_snake_case(payload)


def table(results: list[Result]) -> str:
    """Return the results as a table, with the ratio of ours to each."""
    lines = [
        f"{'OCPP 2.1 TransactionEvent, 7 values':42} {'round trips/CPU-s':>18} {'us':>8} {'ratio':>7}"
    ]
    for result in results:
        ratio = results[0].rate / result.rate
        lines.append(
            f"{result.name:42} {result.rate:>18,.0f} {1e6 / result.rate:>8.1f} {ratio:>6.0f}x"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and fail below the bar."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--seconds", type=float, default=3.0, help="CPU time per candidate")
    options = parser.parse_args()
    results = [
        ours(options.seconds),
        theirs(options.seconds, in_threads=False),
        theirs(options.seconds, in_threads=True),
    ]
    if options.json:
        rows = [{**asdict(result), "per_cpu_s": round(result.rate)} for result in results]
        print(json.dumps({"bar": BAR, "ocpp": version("ocpp"), "results": rows}))
    else:
        print(table(results))
    return 0 if results[0].rate >= BAR else 1


if __name__ == "__main__":
    raise SystemExit(main())
