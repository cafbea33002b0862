"""What the controlled Porto site costs: CPU time, memory and their growth with the hours.

60 EVSEs with every protocol, validation, journal, conformance and the written trace. Each
length runs in a process of its own, so that peak memory is its own too. CPU time is that of the
run alone (imports and reading the scenario are not in it); beside it stands how long a fixed loop
of plain Python takes meanwhile, because a machine with other work is slower per CPU-second too.
Run ``python bench/porto.py [--hours 24,72,240] [--long] [--wires] [--json]``.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from sterna.app.scenario import load
from sterna.app.simulate import simulate

CPU_S_MAX: Final = 20.0
"""What 72 hours may cost on one core of a small machine."""
MEMORY_MB_MAX: Final = 500.0
GROWTH_MAX: Final = 1.3
"""CPU per hour of the longest run against that of 72 h: first and last hours differ in traffic."""
WIRES_MAX: Final = 1.5
"""What EXI bytes may cost against messages as objects, both in turns of the loop beside them."""
Wire = Literal["exi-mem", "object"]
HOURS: Final = (24.0, 72.0, 240.0)
MONTH: Final = 720.0
LOOPS: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run cost."""

    hours: float
    wire: str
    """How ISO 15118 messages travel: "exi-mem" as bytes, "object" by reference."""
    cpu_s: float
    wall_s: float
    peak_mb: float
    frames: int
    loop_ms: float
    """Mean time of the fixed loop while it ran; 4.5 ms on the machine that the bound is for."""
    trace_sha256: str

    @property
    def cpu_s_per_hour(self) -> float:
        """CPU seconds per hour of the site."""
        return self.cpu_s / self.hours

    @property
    def us_per_frame(self) -> float:
        """CPU microseconds per frame, everything included."""
        return self.cpu_s * 1e6 / self.frames

    @property
    def loops(self) -> float:
        """How often the fixed loop fits in: two runs compare by it whatever else the machine does."""
        return 1000.0 * self.cpu_s / self.loop_ms


class Loop:
    """A fixed piece of plain Python, timed again and again."""

    def __init__(self) -> None:
        """Start with no turn."""
        self.cpu_s = 0.0
        self.turns = 0

    def turn(self, _share: float = 0.0) -> None:
        """Run it once."""
        began = time.process_time()
        counts: dict[int, int] = {}
        for place in range(LOOPS):
            counts[place & 1023] = counts.get(place & 511, 0) + 1
        self.cpu_s += time.process_time() - began
        self.turns += 1


def measured(hours: float, wire: Wire) -> Cost:
    """Run the site for *hours* in this process."""
    scenario = load("porto").changed(run_hours=hours, control=True, wire=wire)
    loop = Loop()
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time(), time.perf_counter()
        outcome = simulate(scenario, trace=Path(folder) / "trace.jsonl.gz", progress=loop.turn)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Cost(
        hours=hours,
        wire=wire,
        cpu_s=cpu - loop.cpu_s,
        wall_s=wall,
        peak_mb=peak / (1024**2 if sys.platform == "darwin" else 1024),
        frames=sum(outcome.frames.values()),
        loop_ms=1000.0 * loop.cpu_s / loop.turns,
        trace_sha256=outcome.trace_sha256,
    )


def apart(hours: float, wire: Wire = "exi-mem") -> Cost:
    """Run the site for *hours* in a process of its own."""
    command = [sys.executable, __file__, "--one", str(hours), "--wire", wire]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return Cost(**json.loads(done.stdout))


def table(costs: list[Cost]) -> str:
    """Return *costs* as lines of text."""
    head = "hours     wire   CPU s  CPU s/h  wall s  peak MB   frames  µs/frame  loop ms"
    lines = [
        f"{one.hours:5.0f} {one.wire:>8} {one.cpu_s:7.2f} {one.cpu_s_per_hour:8.3f} {one.wall_s:7.1f}"
        f" {one.peak_mb:8.0f} {one.frames:8d} {one.us_per_frame:9.1f} {one.loop_ms:8.2f}"
        for one in costs
    ]
    return "\n".join((head, *lines))


def missed(costs: list[Cost]) -> list[str]:
    """Return in words which bounds *costs* break."""
    found = [
        f"{one.hours:.0f} h take {one.cpu_s:.1f} s CPU, more than {CPU_S_MAX:.0f}"
        for one in costs
        if one.hours <= 72.0 and one.cpu_s > CPU_S_MAX
    ]
    found += [
        f"{one.hours:.0f} h take {one.peak_mb:.0f} MB, more than {MEMORY_MB_MAX:.0f}"
        for one in costs
        if one.peak_mb > MEMORY_MB_MAX
    ]
    found += [
        f"{one.hours:.0f} h as EXI bytes cost {one.loops / other.loops:.2f} times what they cost as objects"
        for one in costs
        for other in costs
        if one.hours == other.hours
        and (one.wire, other.wire) == ("exi-mem", "object")
        and one.loops > WIRES_MAX * other.loops
    ]
    usual = next((one for one in costs if one.hours == 72.0), costs[0])
    longest = max(costs, key=lambda one: one.hours)
    growth = longest.cpu_s_per_hour / usual.cpu_s_per_hour
    if growth > GROWTH_MAX:
        found.append(f"an hour of {longest.hours:.0f} costs {growth:.2f} times one of 72")
    return found


def main() -> int:
    """Measure, print; return 1 when a bound is broken."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--hours", default=",".join(f"{hours:g}" for hours in HOURS))
    ask.add_argument("--long", action="store_true", help="720 hours too")
    ask.add_argument(
        "--wires", action="store_true", help="each length with messages as objects too"
    )
    ask.add_argument("--wire", default="exi-mem", choices=get_args(Wire), help=argparse.SUPPRESS)
    ask.add_argument("--json", action="store_true")
    ask.add_argument("--one", type=float, help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.one is not None:
        print(json.dumps(asdict(measured(asked.one, asked.wire))))
        return 0
    hours = [float(each) for each in asked.hours.split(",")] + [MONTH] * asked.long
    wires: tuple[Wire, ...] = ("exi-mem", "object") if asked.wires else ("exi-mem",)
    costs = [apart(each, wire) for each in hours for wire in wires]
    broken = missed(costs)
    if asked.json:
        print(json.dumps({"runs": [asdict(one) for one in costs], "broken": broken}, indent=2))
    else:
        print("\n".join((table(costs), *broken)))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
