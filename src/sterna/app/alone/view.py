"""What a person sees of a running session: a panel that renews itself, or lines for a log."""

from collections.abc import Callable
from typing import Final

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sterna.app.alone.seen import Seen
from sterna.kernel.quantities import Instant, Seconds, later
from sterna.kernel.timestamps import stamp
from sterna.runtime.ports import Clock, Timer

RENEWED_S: Final = Seconds(0.25)
"""As often as the charge loop turns."""
LOGGED_S: Final = Seconds(10.0)
"""How often a log gets a line of figures while nothing else happens."""
BAR: Final = 30
"""Letters of the bar of the state of charge."""


class View:
    """Shows one side from :meth:`begin` to :meth:`close`."""

    def __init__(self, seen: Seen, clock: Clock, look: Callable[[], None]) -> None:
        """Show *seen*, which *look* brings up to date."""
        self._seen, self._clock, self._look = seen, clock, look
        self._console = Console()
        self._timer: Timer | None = None
        self._live: Live | None = None

    def begin(self, console: Console, *, plain: bool) -> None:
        """Show on *console*; *plain* prints lines instead of a panel."""
        self._console = console
        if plain:
            self._seen.say = self._line
        else:
            self._live = Live(console=console, auto_refresh=False, transient=False)
            self._live.start()
        self._renew()

    def close(self) -> None:
        """Show the last picture and let the terminal go."""
        if self._timer is not None:
            self._timer.cancel()
        self._look()
        if self._live is None:
            self._line(self._clock.now(), figures(self._seen))
            return
        self._live.update(picture(self._seen), refresh=True)
        self._live.stop()

    def _renew(self) -> None:
        self._look()
        if self._live is not None:
            self._live.update(picture(self._seen), refresh=True)
        elif self._seen.loops:
            self._line(self._clock.now(), figures(self._seen))
        pause = LOGGED_S if self._live is None else RENEWED_S
        self._timer = self._clock.call_at(later(self._clock.now(), pause), self._renew)

    def _line(self, now: Instant, text: str) -> None:
        self._console.print(Text(f"{hour(now)} {text}"), soft_wrap=True)


def figures(seen: Seen) -> str:
    """Return the figures of the moment in one line."""
    parts = [seen.state, f"{seen.power_kw:+.2f} kW"]
    if seen.soc is not None:
        parts.append(f"SoC {100 * seen.soc:.2f} %")
    parts.append(f"in {seen.charged_wh:.1f} Wh, out {seen.discharged_wh:.1f} Wh")
    parts.append(f"{seen.loops} turns of the loop")
    return ", ".join(parts)


def picture(seen: Seen) -> Panel:
    """Return the panel of the moment. Words and signs say all; colour only repeats them."""
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="dim")
    facts.add_column()
    for name, value in _facts(seen):
        facts.add_row(name, value)
    said = Table(box=None, show_header=False, pad_edge=False)
    for at, direction, text in seen.messages:
        said.add_row(Text(f"{hour(at)} {direction} {text}", no_wrap=True, overflow="ellipsis"))
    news = Table(box=None, show_header=False, pad_edge=False)
    for at, text in seen.news:
        news.add_row(Text(f"{hour(at)} {text}", style="bold", no_wrap=True, overflow="ellipsis"))
    title = f"Sterna {seen.side}, ISO 15118-20: {seen.state}"
    return Panel(Group(facts, Text(), news, Text(), said), title=title, box=box.ROUNDED)


def _facts(seen: Seen) -> list[tuple[str, str]]:
    """Return what is known, by name."""
    rows = [("connection", seen.link or "none"), ("peer", seen.peer or "-")]
    rows.append(("service", f"{seen.service} {seen.mode}".strip() or "-"))
    arrow = {1: "charging", 0: "at rest", -1: "discharging"}
    sign = (seen.power_kw > 0) - (seen.power_kw < 0)
    rows.append(("power", f"{seen.power_kw:+.2f} kW, {arrow[sign]}"))
    if seen.wish_kw is not None:
        rows.append(("set-point", f"{seen.wish_kw:+.2f} kW"))
    if seen.grid_kw is not None:
        rows.append(("at the grid", f"{seen.grid_kw:+.2f} kW"))
    if seen.soc is not None:
        full = round(BAR * seen.soc)
        rows.append(("SoC", f"{'#' * full}{'.' * (BAR - full)} {100 * seen.soc:.2f} %"))
    rows.append(("energy", f"in {seen.charged_wh:.1f} Wh, out {seen.discharged_wh:.1f} Wh"))
    rows.append(("loop", f"{seen.loops} turns"))
    return rows


def hour(now: Instant) -> str:
    """Return the time of day in UTC, to the millisecond."""
    text = stamp(now)[11:-1]
    return text if "." in text else f"{text}.000"
