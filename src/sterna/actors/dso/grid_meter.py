"""The DSO's reading of the grid meter: reports in, power and registers out."""

from collections.abc import Callable
from typing import Final

from sterna.actors.dso.records import Measured, Read
from sterna.domain.registers import RegisterReading
from sterna.kernel.quantities import Seconds
from sterna.protocols import iec61850
from sterna.runtime.ports import Clock, Links, Wire
from sterna.runtime.standing import StandingLink

ADDRESS: Final = "meter:pcc"
IDENTITY: Final = "grid"
AGAIN_S: Final = Seconds(10.0)
"""Pause before the meter is dialled again."""
WIRE: Final = Wire(protocol="IEC61850", src="GMS", dst="METERS", describe=iec61850.describe)


def grid_meter(
    *, clock: Clock, links: Links, tell: Callable[[Measured | Read], None]
) -> StandingLink:
    """Return the DSO's end of the link to the grid meter; *tell* learns of what it reports."""

    def hear(frame: bytes) -> None:
        metered = iec61850.metered(iec61850.read(frame))
        if metered.quality == "invalid":
            return
        now = clock.now()
        if metered.kw is not None:
            tell(Measured(at=now, kw=metered.kw))
        if metered.imported is not None and metered.exported is not None:
            reading = RegisterReading(
                at=metered.at, charged_wh=metered.imported, discharged_wh=metered.exported
            )
            tell(Read(at=now, reading=reading))

    return StandingLink(
        clock=clock, links=links, address=ADDRESS, wire=WIRE, identity=IDENTITY, again_s=AGAIN_S,
        hear=hear,
    )  # fmt: skip
