"""The link to the building's sensors: dialled again and again, because planning waits for it."""

from collections.abc import Callable
from typing import Final

from sterna.actors.bems.records import Metered
from sterna.kernel.quantities import Seconds
from sterna.protocols import iec61850
from sterna.runtime.ports import Clock, Links, Wire
from sterna.runtime.standing import StandingLink

ADDRESS: Final = "meter:pcc"
DATA_SET: Final = "building"
AGAIN_S: Final = Seconds(5.0)
"""Pause before the meter is dialled again: it is in the same building."""
WIRE: Final = Wire(
    protocol="METER", src="BEMS", dst="BLD_SENSORS", describe=iec61850.describe_building
)


def building_meter(*, clock: Clock, links: Links, tell: Callable[[Metered], None]) -> StandingLink:
    """Return the BEMS's end of the link; *tell* learns of every reading."""

    def hear(frame: bytes) -> None:
        read = iec61850.building(iec61850.read(frame))
        tell(Metered(at=clock.now(), load_kw=read.load_kw, pv_kw=read.pv_kw))

    return StandingLink(
        clock=clock, links=links, address=ADDRESS, wire=WIRE, identity=DATA_SET, again_s=AGAIN_S,
        hear=hear,
    )  # fmt: skip
