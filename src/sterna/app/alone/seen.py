"""What one side knows of its session, for the view, and the lines that it has to say."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sterna.kernel.quantities import Instant, Kilowatts, Share
from sterna.protocols.iso15118.describe import fields_of
from sterna.protocols.iso15118.schema import Element, element_name

MESSAGES_SHOWN: Final = 8
NEWS_SHOWN: Final = 6
LOOPS: Final = ("DC_ChargeLoop", "AC_ChargeLoop")
POWER_STEP_KW: Final = 0.05
"""A change of power that is worth a line."""

Say = Callable[[Instant, str], None]


@dataclass(kw_only=True)
class Seen:
    """One side's picture of the session; the view draws it, a log gets its lines."""

    side: str
    """``EV`` or ``EVSE``."""
    say: Say = lambda _now, _text: None
    """Told every line of a log."""
    state: str = "waiting"
    link: str = ""
    """Who is at the other end, and how the connection is secured."""
    peer: str = ""
    """How the other side calls itself."""
    service: str = ""
    mode: str = ""
    session_id: str = ""
    power_kw: Kilowatts = Kilowatts(0.0)
    """At the coupler; positive charges."""
    wish_kw: Kilowatts | None = None
    """What the supply was asked for; the car does not know it."""
    grid_kw: Kilowatts | None = None
    """At the grid, where the supply converts."""
    soc: Share | None = None
    charged_wh: float = 0.0
    discharged_wh: float = 0.0
    """Both registers of this process, at the coupler; they only rise."""
    loops: int = 0
    """Answered turns of the charge loop."""
    messages: deque[tuple[Instant, str, str]] = field(
        default_factory=lambda: deque(maxlen=MESSAGES_SHOWN)
    )
    """When, ``>`` said or ``<`` heard, and what."""
    news: deque[tuple[Instant, str]] = field(default_factory=lambda: deque(maxlen=NEWS_SHOWN))

    def note(self, now: Instant, text: str) -> None:
        """Keep *text* and say it."""
        self.news.append((now, text))
        self.say(now, text)

    def passed(self, now: Instant, direction: str, message: Element) -> None:
        """Take one message that went by; the charge loop alone is too frequent for a line each."""
        name = element_name(type(message))
        fields = " ".join(f"{key}={_written(value)}" for key, value in fields_of(message).items())
        text = f"{name} {fields}".rstrip()
        self.messages.append((now, direction, text))
        if not name.startswith(LOOPS):
            self.say(now, f"{direction} {text}")
        elif name.endswith("Res"):
            self.loops += 1

    def flows(self, now: Instant, kw: Kilowatts) -> None:
        """Take the power at the coupler from now on."""
        if abs(kw - self.power_kw) > POWER_STEP_KW or (kw == 0.0) is not (self.power_kw == 0.0):
            self.note(now, f"power {kw:+.2f} kW")
        self.power_kw = kw

    def forget_session(self) -> None:
        """Begin anew for the next car; energies go on."""
        self.link = self.peer = self.service = self.mode = self.session_id = ""
        self.soc = None
        self.loops = 0


def _written(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
