"""What a person sees: the panel, the lines of a log, and a terminal that stands still."""

import io
import os
from typing import TextIO, cast

import pytest
from app.alone.cable import Cable, lived
from rich.console import Console
from typing_extensions import override

from sterna.app.alone.seen import Seen
from sterna.app.alone.terminal import WRITES_WAITING_MAX, Behind
from sterna.app.alone.view import View, figures, hour, picture
from sterna.kernel.quantities import Instant, Kilowatts, Share


def test_the_panel_says_in_words_what_happens() -> None:
    seen = Seen(
        side="EVSE", state="LOOP_DC", link="car (in the clear)", peer="STERNA0001", service="DC_BPT",
        mode="Dynamic", power_kw=Kilowatts(-7.0), wish_kw=Kilowatts(-7.0), grid_kw=Kilowatts(-6.5),
        soc=Share(0.5), charged_wh=9.2, discharged_wh=5.5, loops=23,
    )  # fmt: skip
    seen.note(Instant(1_750_000_000.5), "power is on")
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(picture(seen))
    text = console.export_text()
    for part in (
        "ISO 15118-20: LOOP_DC", "car (in the clear)", "STERNA0001", "DC_BPT Dynamic",
        "-7.00 kW, discharging", "at the grid", "###############............... 50.00 %",
        "in 9.2 Wh, out 5.5 Wh", "23 turns", "15:06:40.500 power is on",
    ):  # fmt: skip
        assert part in text
    assert figures(seen) == (
        "LOOP_DC, -7.00 kW, SoC 50.00 %, in 9.2 Wh, out 5.5 Wh, 23 turns of the loop"
    )


def test_an_empty_picture_has_no_figures_that_nobody_knows() -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(picture(Seen(side="EV")))
    text = console.export_text()
    assert "SoC" not in text
    assert "set-point" not in text
    assert "at rest" in text


@pytest.mark.parametrize(
    ("at", "text"),
    [(0.0, "00:00:00.000"), (0.5, "00:00:00.500"), (59.9999, "00:01:00.000"), (86_399.001, "23:59:59.001")],
)  # fmt: skip
def test_the_hour_has_milliseconds(at: float, text: str) -> None:
    assert hour(Instant(at)) == text


@pytest.mark.parametrize("plain", [True, False])
def test_a_view_follows_a_session(plain: bool) -> None:  # noqa: FBT001  # pytest hands it over
    screen = io.StringIO()

    async def story(cable: Cable) -> None:
        await cable.listen()
        view = View(cable.supply.seen, cable.clock, cable.supply.look)
        view.begin(Console(file=screen, width=120, force_terminal=not plain), plain=plain)
        cable.call()
        await cable.wait(25.0)
        cable.supply.stop()
        await cable.wait(2.0)
        view.close()

    lived(story)
    text = screen.getvalue()
    assert "SessionStopReq" in text
    assert "session ended: the site stopped" in text
    if plain:
        assert "DC_ChargeParameterDiscoveryReq" in text
        # Messages of the loop are summed up, not listed.
        assert "DC_ChargeLoopReq" not in text
        assert text.count("turns of the loop") == 3
    else:
        assert "DC_ChargeLoopReq" in text


class Stopped(io.StringIO):
    """A terminal that takes nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        reading, self._go = os.pipe()
        self._gate = os.fdopen(reading, "rb")

    @override
    def write(self, text: str, /) -> int:
        self._gate.read(1)
        return super().write(text)

    def let_go(self) -> None:
        os.write(self._go, b"!" * 10_000)

    def clear(self) -> None:
        self._gate.close()
        os.close(self._go)


def test_nobody_waits_for_a_terminal_that_stands_still() -> None:
    terminal = Stopped()
    behind = Behind(cast("TextIO", terminal))
    for k in range(WRITES_WAITING_MAX + 50):
        behind.write(f"{k}\n")
    assert behind.dropped >= 49
    terminal.let_go()
    behind.finish()
    assert terminal.getvalue().startswith("0\n1\n2\n")
    terminal.clear()


def test_a_terminal_that_has_gone_ends_nothing() -> None:
    gone = io.StringIO()
    gone.close()
    behind = Behind(gone)
    behind.write("anybody?")
    behind.finish()
    assert behind.dropped == 1
