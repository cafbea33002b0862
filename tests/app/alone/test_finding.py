"""SDP over real datagrams: on loopback here, and over a real link in a network of two namespaces."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from sterna.app.alone import finding
from sterna.kernel.errors import Refused, Unreachable
from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118.sdp import Security
from sterna.runtime.capture import Capture
from sterna.runtime.datagrams import open_datagrams
from sterna.runtime.ports import Timer
from sterna.runtime.system import SystemClock

HERE = ("fe80::1", 64_109)
STERNA = str(Path(sys.executable).with_name("sterna"))


class Hasty:
    """The machine's clock, but a hundred times as fast."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self._start = self._real.now()

    def now(self) -> Instant:
        return Instant(self._start + 100.0 * (self._real.now() - self._start))

    def call_at(self, due: Instant, callback: Callable[[], None]) -> Timer:
        return self._real.call_at(
            Instant(self._start + (due - self._start) / 100.0 + 1e-4), callback
        )

    async def sleep_until(self, due: Instant) -> None:
        await self._real.sleep_until(Instant(self._start + (due - self._start) / 100.0))


def on_loopback(story: Callable[[], Awaitable[None]]) -> None:
    async def work() -> None:
        await story()

    asyncio.run(work())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("security", list(Security))
def test_a_car_finds_the_charger_that_speaks_as_it_does(
    host: str, security: Security, tmp_path: Path
) -> None:
    async def story() -> None:
        clock = SystemClock()
        capture = Capture(tmp_path / "sdp.pcapng", clock, interface="test")
        charger = await finding.answer(HERE, security, host=host, port=0, capture=capture)
        charger.send(b"rubbish is not answered", charger.place)
        found = await finding.search(clock, security, to=charger.place, capture=capture)
        assert found == HERE
        charger.close()
        capture.close()
        assert capture.packets >= 4

    on_loopback(story)


def test_a_car_that_finds_nobody_says_how_often_it_asked() -> None:
    async def story() -> None:
        box = await open_datagrams(lambda _data, _sender: None, host="127.0.0.1")
        with pytest.raises(Unreachable, match="SDP: no charger answered 50 requests"):
            await finding.search(Hasty(), Security.TLS, to=box.place)
        charger = await finding.answer(HERE, Security.NONE, host="127.0.0.1", port=0)
        with pytest.raises(Unreachable, match=r"the one at \[fe80::1\]:64109 speaks no TLS"):
            await finding.search(Hasty(), Security.TLS, to=charger.place)
        charger.close()
        box.close()

    on_loopback(story)


def test_an_interface_that_is_not_there_is_refused() -> None:
    async def story() -> None:
        with pytest.raises(Refused, match="no network interface 'nowhere0'"):
            await finding.answer(HERE, Security.TLS, interface="nowhere0")
        with pytest.raises(Refused, match="no network interface 'nowhere0'"):
            await finding.search(SystemClock(), Security.TLS, interface="nowhere0")
        with pytest.raises(Refused, match="IPv6 addresses only, and not"):
            await finding.answer(("127.0.0.1", 1), Security.TLS)

    on_loopback(story)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(words), check=False, capture_output=True, text=True, timeout=90
    )  # fmt: skip


@pytest.fixture
def link() -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield namespace and interface of both ends of a virtual cable."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("SDP over a real link needs root and the program ip")
    number = os.getpid()
    names = (f"sterna-secc-{number}", f"sterna-ev-{number}")
    made = run("ip", "netns", "add", names[0])
    if made.returncode:
        pytest.skip(f"SDP over a real link needs network namespaces: {made.stderr.strip()}")
    try:
        for words in (
            ("netns", "add", names[1]),
            ("-n", names[0], "link", "add", "veth0", "type", "veth", "peer", "name", "veth1", "netns", names[1]),
            # No wait for duplicate addresses: there is nobody else on this cable.
            ("netns", "exec", names[0], "sysctl", "-q", "net.ipv6.conf.veth0.accept_dad=0"),
            ("netns", "exec", names[1], "sysctl", "-q", "net.ipv6.conf.veth1.accept_dad=0"),
            ("-n", names[0], "link", "set", "veth0", "up"),
            ("-n", names[1], "link", "set", "veth1", "up"),
        ):  # fmt: skip
            done = run("ip", *words)
            if done.returncode:
                pytest.skip(f"SDP over a real link: ip {' '.join(words)}: {done.stderr.strip()}")
        yield (names[0], "veth0"), (names[1], "veth1")
    finally:
        for name in names:
            run("ip", "netns", "del", name)


@pytest.mark.slow
@pytest.mark.parametrize("tls", [False, True], ids=["clear", "tls"])
def test_two_processes_find_each_other_over_a_cable(
    link: tuple[tuple[str, str], tuple[str, str]],
    tmp_path: Path,
    tls: bool,  # noqa: FBT001  # pytest hands it over
) -> None:
    (there, veth0), (here, veth1) = link
    secured: tuple[str, ...] = ()
    if tls:
        assert run(STERNA, "pki", str(tmp_path / "pki")).returncode == 0
        secured = ("--tls", str(tmp_path / "pki"))
    charger = subprocess.Popen(
        ["ip", "netns", "exec", there, STERNA, "evse", "--plain", "--once", "--for", "60s",
         "--sdp", veth0, "--at", "1s=-7kW", *secured],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        car = run(
            "ip", "netns", "exec", here, STERNA, "ev", "--plain", "--sdp", veth1, "--for", "6s",
            *secured,
        )  # fmt: skip
        said, _ = charger.communicate(timeout=60)
    finally:
        charger.kill()
        charger.wait()
    assert car.returncode == 0, car.stdout + car.stderr + said
    assert charger.returncode == 0, said
    assert "found a charger at fe80::" in car.stdout
    assert f"%{veth1} port " in car.stdout
    assert "power -7.00 kW" in car.stdout
    assert f"answering SDP on {veth0}" in said
    assert ("TLSv1.3" in said) is tls
