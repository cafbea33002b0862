"""Car and charger against those of PyPI ``iso15118``, with its Java codec, over real sockets: docs/peers.md.

Each side runs as its user would run it: ``sterna ev`` and ``sterna evse`` in processes of their
own. The peer takes 50 to 200 ms of Java per message, so that ours are told to be patient.
"""

import asyncio
import json
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from peers.iso15118_schemas import FOLDER, PEERS

HERE = Path(__file__).parent
STERNA = Path(sys.executable).with_name("sterna")
pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        FOLDER is None, reason=f"no {PEERS.name}: docs/peers.md says how to make it"
    ),
    pytest.mark.skipif(
        shutil.which("java") is None, reason="no Java, which the peer's codec needs"
    ),
    pytest.mark.timeout(180),
]
PATIENCE = ("--patience", "8")
TURNS = 10
PAIRS = [
    (service, mode)
    for service in ("ac", "dc", "ac_bpt", "dc_bpt")
    for mode in ("scheduled", "dynamic")
]
each_pair = pytest.mark.parametrize(("service", "mode"), PAIRS)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a tree of test certificates."""
    folder = tmp_path_factory.mktemp("pki")

    async def make() -> int:
        made = await asyncio.create_subprocess_exec(STERNA, "pki", folder, "--force")
        return await made.wait()

    assert asyncio.run(make()) == 0
    return folder


@dataclass(frozen=True)
class Session:
    """What both sides said of one session."""

    ours: str
    code: int
    theirs: dict[str, Any]

    @property
    def energies_wh(self) -> tuple[float, float]:
        """Energy into and out of the car, as we counted."""
        found = re.findall(r"in ([0-9.]+) Wh, out ([0-9.]+) Wh", self.ours)
        return float(found[-1][0]), float(found[-1][1])

    def assert_went_well(self, service: str) -> None:
        """Assert that both ended properly, and that energy went the way that was wished for."""
        assert self.code == 0, self.ours
        assert self.theirs["successful"], (self.theirs, self.ours)
        assert self.theirs["turns"] >= TURNS
        into, out = self.energies_wh
        if service.endswith("bpt"):
            assert out > 1.0, self.ours
            assert into == 0.0
        else:
            assert into > 1.0, self.ours
            assert out == 0.0


async def our_car(service: str, mode: str, *more: str, tls: Path | None = None) -> Session:
    """Let our car have a session with their charger; it ends from whichever side *more* says."""
    power = "-7000" if service.endswith("bpt") else "7000"
    secured = ("--tls", str(tls)) if tls else ()
    charger = await asyncio.create_subprocess_exec(
        PEERS / "bin" / "python", HERE / "iso15118_supply.py", "--service", service, "--mode", mode,
        "--power-w", power, "--turns", str(TURNS), *secured, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert charger.stdout is not None
    port = int(await charger.stdout.readline())
    car = await asyncio.create_subprocess_exec(
        STERNA, "ev", "--connect", f"127.0.0.1:{port}", "--service", service, "--mode", mode,
        "--plain", *PATIENCE, *secured, *more, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await car.communicate()
    theirs = json.loads(await charger.stdout.readline())
    await charger.wait()
    assert car.returncode is not None
    return Session(ours=said.decode(), code=car.returncode, theirs=theirs)


async def our_charger(service: str, mode: str, *more: str, tls: Path | None = None) -> Session:
    """Let our charger have a session with their car."""
    both = service.endswith("bpt")
    secured = ("--tls", str(tls)) if tls else ()
    charger = await asyncio.create_subprocess_exec(
        STERNA, "evse", "--listen", "127.0.0.1:0", "--service", service, "--mode", mode, "--once",
        "--set-point", "-7kW" if both else "7kW", "--plain", *PATIENCE, *secured, *more,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert charger.stdout is not None
    first = (await charger.stdout.readline()).decode()
    port = re.findall(r"port (\d+)", first)[0]
    car = await asyncio.create_subprocess_exec(
        PEERS / "bin" / "python", HERE / "iso15118_car.py", "--port", port, "--service", service,
        "--mode", mode, "--turns", str(TURNS), "--current-a", "-17.5" if both else "17.5", *secured,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    theirs, _ = await car.communicate()
    said, _ = await charger.communicate()
    assert charger.returncode is not None
    return Session(ours=first + said.decode(), code=charger.returncode, theirs=json.loads(theirs))


@each_pair
def test_our_car_has_a_session_with_their_charger_over_tls(
    service: str, mode: str, certificates: Path
) -> None:
    session = asyncio.run(our_car(service, mode, tls=certificates))
    session.assert_went_well(service)
    assert "TLSv1.3" in session.ours
    loop = "DCChargeLoop" if service.startswith("dc") else "ACChargeLoop"
    assert session.theirs["states"].count(loop) >= TURNS
    assert session.theirs["states"][-1] == "SessionStop"


@each_pair
def test_our_charger_has_a_session_with_their_car_over_tls(
    service: str, mode: str, certificates: Path
) -> None:
    session = asyncio.run(our_charger(service, mode, tls=certificates))
    session.assert_went_well(service)
    assert "TLSv1.3" in session.ours
    assert session.theirs["set"]["ControlMode"] == (2 if mode == "dynamic" else 1)


def test_our_car_ends_a_session_with_their_charger() -> None:
    session = asyncio.run(our_car("dc_bpt", "dynamic", "--for", "6s"))
    assert session.code == 0, session.ours
    assert session.theirs["successful"], session.theirs


def test_our_charger_and_their_car_speak_in_the_clear() -> None:
    session = asyncio.run(our_charger("dc_bpt", "dynamic"))
    session.assert_went_well("dc_bpt")
    assert "in the clear" in session.ours
