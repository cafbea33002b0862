"""How long each side waits, and how the charge loop is paced: real time or virtual.

The real values are those the field uses (interoperation with PyPI ``iso15118``);
in virtual time the timeouts of the car grow with the stride, because there an answer
may be held back that long, and those of the supply with the car's polls. Both lives
run the same machines.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace


class Timing(Struct, frozen=True, kw_only=True, gc=False):
    """All waiting times of both roles, in s."""

    message_s: float = 2.0
    """How long the car waits for an answer."""
    detail_s: float = 5.0
    """The same for service details and certificates, which may come from afar."""
    loop_s: float = 0.5
    """The same in the charge loop."""
    sequence_s: float = 60.0
    """How long the supply waits for the next request."""
    sequence_loop_s: float = 0.5
    """The same in the charge loop."""
    ongoing_s: float = 60.0
    """How long the car polls a supply that says Ongoing; waiting for a customer has no limit."""
    cable_check_s: float = 40.0
    """How long the car lets the isolation test take."""
    precharge_s: float = 10.0
    """How long the car lets the supply take to reach its voltage."""
    setup_s: float = 20.0
    """How long the supply waits for the first request."""
    poll_s: float = 0.5
    """The car asks the same question again no sooner than this after it asked before."""
    loop_pace_s: float = 0.25
    """The same for two requests of the charge loop."""
    precharge_pace_s: float = 0.1
    """The same for two requests of the pre-charge, which is over within seconds."""
    hold_s: float = 0.0
    """How long the supply holds back an answer that says nothing but Ongoing."""
    loop_hold_s: float = 0.25
    """How long the supply holds back an answer of the charge loop that says nothing new: the stride."""
    loop_hold_min_s: float = 0.0
    """The shortest hold where a limit is about to be reached, so that rounding cannot spin the loop."""


REAL: Final = Timing()


def virtual(stride_s: float = 3600.0, poll_s: float = 60.0) -> Timing:
    """Return the timing for virtual time with a charge loop of at most *stride_s*.

    A timeout is the real one plus the longest hold, so that it still fires
    when a peer falls silent. A car asks at once after an answer: the supply need not wait long.
    """
    real = REAL
    return Timing(
        message_s=real.message_s + stride_s,
        detail_s=real.detail_s + stride_s,
        loop_s=real.loop_s + stride_s,
        sequence_s=real.sequence_s + poll_s,
        sequence_loop_s=real.sequence_loop_s + min(poll_s, stride_s),
        ongoing_s=real.ongoing_s + 20 * stride_s,
        cable_check_s=real.cable_check_s + stride_s,
        precharge_s=real.precharge_s + stride_s,
        setup_s=real.setup_s + stride_s,
        poll_s=min(poll_s, stride_s),
        loop_pace_s=0.0,
        hold_s=stride_s,
        loop_hold_s=stride_s,
        loop_hold_min_s=1.0,
    )


WAITS: Final = (
    "message_s", "detail_s", "loop_s", "sequence_s", "sequence_loop_s", "ongoing_s",
    "cable_check_s", "precharge_s", "setup_s",
)  # fmt: skip
"""The fields that say how long a peer may take; the others say how fast we are."""


def patient(timing: Timing, factor: float) -> Timing:
    """Return *timing* with *factor* times as long for the peer: one under a debugger, or a slow one."""
    return replace(timing, **{name: getattr(timing, name) * factor for name in WAITS})
