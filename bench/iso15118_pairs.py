"""How many turns of a DC_BPT charge loop both machines manage in a CPU-second, over the object wire.

Run: ``python bench/iso15118_pairs.py``.
"""

import time

from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.protocols.iso15118.car_session import EvccSettings
from sterna.protocols.iso15118.evcc import Evcc
from sterna.protocols.iso15118.limits import CarBattery, SupplyLimits
from sterna.protocols.iso15118.offer import SeccSettings
from sterna.protocols.iso15118.secc import Secc
from sterna.protocols.iso15118.services import Service
from sterna.protocols.iso15118.timing import virtual
from sterna.protocols.iso15118.wire import ObjectWire

TURNS = 20_000
LIMIT = Kilowatts(11.0)


def carry(now: Instant, secc: Secc, evcc: Evcc, wire: ObjectWire) -> None:
    """Carry frames until both sides wait."""
    while True:
        asked = evcc.to_send()
        for message in asked:
            secc.receive(now, wire.decode(wire.encode(message)))
        answers = secc.to_send()
        for message in answers:
            evcc.receive(now, wire.decode(wire.encode(message)))
        if not asked and not answers:
            return


def main() -> None:
    """Open a session, change the set-point at every turn, print the rate."""
    now, wire = Instant(1_750_000_000.0), ObjectWire()
    supply = SupplyLimits(max_charge_kw=LIMIT, max_discharge_kw=LIMIT)
    settings = SeccSettings(evse_id="bench-1", supply=supply, timing=virtual())
    secc = Secc(now, settings, session_id=b"benchmrk")
    battery = CarBattery(
        soc=Share(0.6),
        capacity_kwh=KilowattHours(60.0),
        max_charge_kw=LIMIT,
        max_discharge_kw=LIMIT,
    )
    car = EvccSettings(evcc_id="EV", services=(Service.DC_BPT,), timing=virtual())
    evcc = Evcc(car, battery)
    evcc.plugged(now)
    secc.authorize(now, consent_v2x=True)
    carry(now, secc, evcc, wire)
    now = Instant(now + 1)
    evcc.tick(now)
    carry(now, secc, evcc, wire)
    began = time.process_time()
    for turn in range(TURNS):
        now = Instant(now + 1)
        secc.set_point(now, Kilowatts(-7.0 + turn % 2), expires=Instant(now + 900))
        carry(now, secc, evcc, wire)
    spent = time.process_time() - began
    print(f"{TURNS / spent:,.0f} loop pairs per CPU-second, {spent / TURNS * 1e6:.1f} us each")


if __name__ == "__main__":
    main()
