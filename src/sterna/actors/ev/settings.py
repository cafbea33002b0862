"""Settings of the vehicle room."""

from dataclasses import dataclass
from typing import Final

from sterna.kernel.quantities import Seconds

STRIDE_S: Final = Seconds(3600.0)
POLL_S: Final = Seconds(60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvSettings:
    """One parking bay's side of whatever car stands there."""

    bay: str
    """The EVSE beside it, e.g. ``porto-03-1``; it names the car's components, never the car or its driver."""
    real_time: bool = False
    """Whether the charge loop keeps the pace of the field (four turns a second) or the stride."""
    stride_s: Seconds = STRIDE_S
    """Longest pause of the charge loop in virtual time."""
    poll_s: Seconds = POLL_S
    """Pause between two questions while the supply is not ready, in virtual time."""
    again_s: Seconds = Seconds(10.0)
    """Pause before the car opens a lost connection again; it doubles up to *again_s_max*."""
    again_s_max: Seconds = Seconds(300.0)
