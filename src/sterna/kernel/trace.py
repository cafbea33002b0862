"""What a message says, in the words of the use case files: the trace's vocabulary.

Protocols describe their messages with it and the transports record it, so it
stands below both.
"""

from collections.abc import Callable

from msgspec import Struct


class Said(Struct, frozen=True, kw_only=True, gc=False):
    """What one frame or HTTP message says, in the words of the use case files."""

    msg: str
    """Protocol and message, e.g. ``OCPP TransactionEvent Ended`` or ``HTTPS POST /book``."""
    keys: tuple[str, ...] = ()
    """Correlation keys found in it, e.g. ``("tx:17", "evse:porto-03-1")``; see docs."""
    fields: dict[str, float | str | bool] = {}
    """The few values that predicates and invariants read, in kW, kWh, share, instant."""


Describe = Callable[[bytes], Said | None]
"""A protocol's way to tell the trace what a frame says; None: not worth a line (e.g. an ack)."""
