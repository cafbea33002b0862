"""What ISO 15118-20 costs: the EXI codec beside a Java one, a turn of the charge loop, a parked night.

- codec: a DC_BPT charge-loop request of 73 bytes with 14 numbers, written and read (medians).
- turn: request and answer of the charge loop through both state machines, as EXI in V2GTP frames.
- night: twelve hours of a DC_BPT session in virtual time, a set-point every quarter hour.

The Java codec of the PyPI package ``iso15118`` runs in the same minute where docs/peers.md has been
followed and Java is there. Run ``python bench/iso15118.py [--json]``.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.protocols.iso15118 import exi
from sterna.protocols.iso15118.car_session import EvccSettings
from sterna.protocols.iso15118.evcc import Evcc
from sterna.protocols.iso15118.exi.schema_sets import DC_SET
from sterna.protocols.iso15118.limits import CarBattery, SupplyLimits
from sterna.protocols.iso15118.messages import dc
from sterna.protocols.iso15118.messages.values import MessageHeader, rational
from sterna.protocols.iso15118.offer import SeccSettings
from sterna.protocols.iso15118.secc import Secc
from sterna.protocols.iso15118.services import ControlMode, Service
from sterna.protocols.iso15118.states import State
from sterna.protocols.iso15118.timing import virtual
from sterna.protocols.iso15118.wire import ExiWire

ENCODE_US_MAX: Final = 20.0
DECODE_US_MAX: Final = 30.0
TURNS_MIN: Final = 5_000.0
NIGHT_S_MAX: Final = 0.3
JAVA_RATIO_MIN: Final = 100.0
ROUNDS: Final = 41
START: Final = Instant(1_750_000_000.0)
NIGHT_S: Final = 12 * 3600
QUARTER_S: Final = 900
ROOT: Final = Path(__file__).parents[1]
PEER: Final = ROOT / ".peers-iso15118" / "bin" / "python"


def turn_of_a_car() -> dc.DcChargeLoopReq:
    """Return the message that is measured."""
    watts = rational(11_000.0)
    return dc.DcChargeLoopReq(
        Header=MessageHeader(SessionID=bytes(range(1, 9)), TimeStamp=int(START)),
        MeterInfoRequested=False,
        EVPresentVoltage=rational(400.0),
        CLReqControlMode=dc.BptDynamicDcRequest(
            DepartureTime=7200,
            EVTargetEnergyRequest=rational(30_000.0),
            EVMaximumEnergyRequest=rational(40_000.0),
            EVMinimumEnergyRequest=rational(-10_000.0),
            EVMaximumChargePower=watts,
            EVMinimumChargePower=rational(0.0),
            EVMaximumChargeCurrent=rational(30.0),
            EVMaximumVoltage=rational(500.0),
            EVMinimumVoltage=rational(200.0),
            EVMaximumDischargePower=watts,
            EVMinimumDischargePower=rational(0.0),
            EVMaximumDischargeCurrent=rational(30.0),
            EVMaximumV2XEnergyRequest=rational(35_000.0),
            EVMinimumV2XEnergyRequest=rational(-20_000.0),
        ),
    )


def median_us(work: Callable[[], object], times: int) -> float:
    """Return the median CPU time of *work* in µs, over rounds of so many *times*."""
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - began) / times * 1e6)
    return statistics.median(found)


@dataclass
class Pair:
    """A car and a supply that talk in EXI, in virtual time."""

    now: Instant = START
    wire: ExiWire = field(default_factory=ExiWire)

    def __post_init__(self) -> None:
        """Connect them."""
        most = Kilowatts(11.0)
        timing = virtual(float(QUARTER_S))
        supply = SupplyLimits(max_charge_kw=most, max_discharge_kw=most)
        settings = SeccSettings(evse_id="porto-03-1", supply=supply, timing=timing)
        battery = CarBattery(
            soc=Share(0.6), capacity_kwh=KilowattHours(60.0), minimum_soc=Share(0.3),
            target_soc=Share(0.8), v2x_low_soc=Share(0.35), v2x_high_soc=Share(0.9),
            max_charge_kw=most, max_discharge_kw=most, departure=Instant(START + NIGHT_S),
        )  # fmt: skip
        car = EvccSettings(
            evcc_id="EV1", services=(Service.DC_BPT,), control_modes=(ControlMode.DYNAMIC,),
            timing=timing,
        )  # fmt: skip
        self.secc = Secc(START, settings, session_id=bytes(range(1, 9)))
        self.evcc = Evcc(car, battery)
        self.secc.authorize(START, consent_v2x=True)
        self.evcc.plugged(START)
        self.exchange()
        self.until(Instant(START + 1.0))
        assert self.secc.state is State.LOOP_DC, self.secc.state

    def exchange(self) -> int:
        """Carry frames until both wait; return how many went."""
        count = 0
        while True:
            asked, wire = self.evcc.to_send(), self.wire
            for message in asked:
                self.secc.receive(self.now, wire.decode(wire.encode(message)))
            answers = self.secc.to_send()
            for message in answers:
                self.evcc.receive(self.now, wire.decode(wire.encode(message)))
            if not asked and not answers:
                return count
            count += len(asked) + len(answers)

    def until(self, edge: Instant) -> int:
        """Let time pass until *edge*; return how many frames went."""
        count = 0
        while self.now < edge:
            dues = [due for due in (self.secc.deadline, self.evcc.deadline) if due is not None]
            self.now = Instant(min(max(min(dues, default=edge), self.now), edge))
            self.secc.tick(self.now)
            self.evcc.tick(self.now)
            count += self.exchange()
        return count

    def turn(self) -> None:
        """Have one answer and the next request."""
        self.secc.nudge(self.now)
        self.exchange()

    def night(self) -> int:
        """Let twelve hours pass with a set-point every quarter hour; return the frames."""
        frames, end = 0, START + NIGHT_S
        for quarter in range(NIGHT_S // QUARTER_S):
            edge = START + (quarter + 1) * QUARTER_S
            power = Kilowatts(11.0 if quarter % 2 else -7.0)
            self.secc.set_point(self.now, power, expires=Instant(end))
            frames += self.exchange() + self.until(Instant(edge))
        assert self.secc.state is State.LOOP_DC, self.secc.state
        return frames


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was measured."""

    encode_us: float
    decode_us: float
    turns_per_cpu_s: float
    night_cpu_s: float
    night_frames: int
    java_encode_us: float | None
    """Wall time: the codec lives in another process."""
    java_decode_us: float | None

    @property
    def java_ratio(self) -> float | None:
        """How much longer Java takes, the less favourable of both ways."""
        if self.java_encode_us is None or self.java_decode_us is None:
            return None
        return min(self.java_encode_us / self.encode_us, self.java_decode_us / self.decode_us)


def java(frame: bytes) -> tuple[float, float] | None:
    """Return what the Java codec takes for *frame* in µs, written and read, once it is warm."""
    if not PEER.exists() or shutil.which("java") is None:
        return None
    line = json.dumps(["time", "urn:iso:std:iso:15118:-20:DC", frame.hex()])
    done = subprocess.run(
        [PEER, ROOT / "tests" / "peers" / "java_exi.py"],
        input=f"{line}\n{line}\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    written, read = json.loads(done.stdout.splitlines()[-1])
    return written * 1e6, read * 1e6


def measured() -> Result:
    """Measure everything."""
    message = turn_of_a_car()
    frame = exi.encode(message)
    assert exi.decode(frame, DC_SET) == message
    pair = Pair()
    turn_us = median_us(pair.turn, 200)
    night = Pair()
    began = time.process_time()
    frames = night.night()
    night_s = time.process_time() - began
    beside = java(frame)
    return Result(
        encode_us=median_us(lambda: exi.encode(message), 1000),
        decode_us=median_us(lambda: exi.decode(frame, DC_SET), 1000),
        turns_per_cpu_s=1e6 / turn_us,
        night_cpu_s=night_s,
        night_frames=frames,
        java_encode_us=None if beside is None else beside[0],
        java_decode_us=None if beside is None else beside[1],
    )


def table(one: Result) -> str:
    """Return the result as lines of text."""
    lines = [
        f"{'charge-loop request, 73 bytes':34} {'encode us':>12} {'decode us':>12}",
        f"{'sterna (CPU)':34} {one.encode_us:>12.1f} {one.decode_us:>12.1f}",
    ]
    if one.java_ratio is None:
        lines.append("Java codec of iso15118: not measured, docs/peers.md says how to install it")
    else:
        lines += [
            f"{'Java codec of iso15118 (wall)':34} {one.java_encode_us:>12.0f} {one.java_decode_us:>12.0f}",
            f"{'ratio, the lesser':34} {one.java_ratio:>12.0f}",
        ]
    lines += [
        f"{'turns of the charge loop':34} {one.turns_per_cpu_s:>12,.0f} per CPU-s",
        f"{'12 h of DC_BPT in virtual time':34} {one.night_cpu_s:>12.3f} CPU-s, {one.night_frames} frames",
    ]
    return "\n".join(lines)


def missed(one: Result) -> list[str]:
    """Return in words which bounds are broken."""
    found = []
    if one.encode_us > ENCODE_US_MAX:
        found.append(f"encoding takes {one.encode_us:.1f} us, more than {ENCODE_US_MAX:.0f}")
    if one.decode_us > DECODE_US_MAX:
        found.append(f"decoding takes {one.decode_us:.1f} us, more than {DECODE_US_MAX:.0f}")
    if one.turns_per_cpu_s < TURNS_MIN:
        found.append(f"{one.turns_per_cpu_s:,.0f} turns per CPU-s, fewer than {TURNS_MIN:,.0f}")
    if one.night_cpu_s > NIGHT_S_MAX:
        found.append(f"a night takes {one.night_cpu_s:.2f} CPU-s, more than {NIGHT_S_MAX}")
    if one.java_ratio is not None and one.java_ratio < JAVA_RATIO_MIN:
        found.append(f"Java takes only {one.java_ratio:.0f} times as long")
    return found


def main() -> int:
    """Measure, print; return 1 when a bound is broken."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    ask.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = ask.parse_args()
    result = measured()
    print(json.dumps(asdict(result)) if options.json else table(result))
    found = missed(result)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
