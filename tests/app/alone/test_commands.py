"""The commands themselves: options that cannot be used, and two real processes that talk."""

import shutil
import signal
import socket  # noqa: TID251  # a free port for a process of its own
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sterna.app.cli import main

STERNA = str(Path(sys.executable).with_name("sterna"))
LIMIT_S = 60


def sterna(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ev",), "needs either --connect HOST:PORT or --sdp INTERFACE"),
        (("ev", "--connect", "h:1", "--sdp", "eth0"), "needs either"),
        (("ev", "--connect", "nowhere"), "'nowhere' is not HOST:PORT"),
        (("ev", "--connect", "h:1", "--soc", "150%"), "not from 0 % to 100 %"),
        (("ev", "--connect", "h:1", "--target-soc", "10%"), "--target-soc is below --minimum-soc"),
        (("ev", "--connect", "h:1", "--discharge", "0", "--service", "DC_BPT"), "speaks no BPT"),
        (
            ("ev", "--connect", "h:1", "--tls", "/nowhere"),
            "there is no such file; sterna pki makes",
        ),
        (("ev", "--connect", "h:1", "--capture", "/nowhere/c.pcapng"), "cannot be written"),
        (("evse", "--charge", "-5kW"), "a limit has no sign"),
        (("evse", "--at", "soon"), "is not TIME=POWER"),
        (("evse", "--tls", "/nowhere"), "there is no such file"),
        (("evse", "--service", "WPT"), "'WPT' is not one of"),
    ],
)
def test_options_that_cannot_be_used_end_with_2_and_one_line(
    arguments: tuple[str, ...], said: str
) -> None:
    result = sterna(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_charger_that_nobody_visits_says_so() -> None:
    result = sterna("evse", "--listen", "0", "--for", "0.1s")
    assert result.exit_code == 1
    assert "listening on 127.0.0.1 port" in result.output


def test_a_place_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = sterna("evse", "--listen", port, "--for", "1s")
        assert result.exit_code == 1
        assert "cannot listen" in result.output


def test_an_interface_that_is_not_there_is_an_error() -> None:
    for command in ("ev", "evse"):
        result = sterna(command, "--sdp", "nowhere0")
        assert result.exit_code == 1
        assert "no network interface 'nowhere0'" in result.output


def test_a_car_that_reaches_nobody_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as box:
        port = box.getsockname()[1]
    result = sterna("ev", "--connect", f"127.0.0.1:{port}")
    assert result.exit_code == 1
    assert f"nobody listens at 127.0.0.1:{port}" in result.output


class Charger:
    """A ``sterna evse`` in a process of its own."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [STERNA, "evse", "--plain", "--listen", "0", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdin is not None
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.port = int(self.until("listening on").split()[-1])

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line)
                self._news.notify_all()

    def until(self, text: str) -> str:
        """Return the first line with *text*."""

        def found() -> str | None:
            return next((line for line in self.lines if text in line), None)

        with self._news:
            line = self._news.wait_for(found, LIMIT_S)
        assert line is not None, self.lines
        return line

    def order(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{text}\n")
        self.process.stdin.flush()

    def end(self) -> int:
        code = self.process.wait(LIMIT_S)
        self._reader.join()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        return code


@pytest.mark.slow
def test_two_processes_charge_discharge_and_leave_properly(tmp_path: Path) -> None:
    capture = tmp_path / "session.pcapng"
    assert sterna("pki", tmp_path / "pki").exit_code == 0
    tls = ("--tls", str(tmp_path / "pki"))
    charger = Charger("--once", "--capture", str(capture), *tls)
    car = subprocess.Popen(
        [STERNA, "ev", "--plain", "--connect", f"127.0.0.1:{charger.port}", *tls],
        stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    charger.until("power +11.00 kW")
    charger.order("-7kW")
    charger.until("power -7.00 kW")
    charger.order("faster")
    charger.until("'faster' is no power")
    car.send_signal(signal.SIGINT)
    said, _ = car.communicate(timeout=LIMIT_S)
    assert car.returncode == 0, said
    assert charger.end() == 0
    assert "TLSv1.3" in said
    assert "session ended: the driver stopped" in said
    check_capture(capture)


def check_capture(path: Path) -> None:
    """See with Wireshark that the capture is sound and in the clear, where Wireshark is."""
    if shutil.which("tshark") is None:
        pytest.skip("the session ran; tshark, which would read its capture, is not installed")
    read = [
        "tshark", "-r", str(path), "-o", "tcp.check_checksum:TRUE", "-T", "fields", "-e", "frame.comment",
        "-e", "tcp.payload",
    ]  # fmt: skip
    rows = subprocess.run(read, capture_output=True, text=True, check=True).stdout.splitlines()
    payloads = [row.split("\t")[1] for row in rows if row.split("\t")[1]]
    assert payloads[0].startswith("01fe8001")
    assert all(payload.startswith("01fe80") for payload in payloads)
    assert "ISO15118-20 SessionStopReq" in {row.split("\t")[0] for row in rows}
    wrong = "tcp.analysis.flags || _ws.malformed || tcp.checksum.status == 0"
    assert subprocess.run([*read[:5], "-Y", wrong], capture_output=True, text=True, check=True).stdout == ""  # fmt: skip


@pytest.mark.slow
def test_a_charger_that_is_told_to_leave_ends_the_session_first() -> None:
    charger = Charger("--set-point", "-5kW")
    car = subprocess.Popen(
        [STERNA, "ev", "--plain", "--connect", f"127.0.0.1:{charger.port}", "--service", "AC_BPT"],
        stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    charger.until("power -5.00 kW")
    charger.process.send_signal(signal.SIGINT)
    said, _ = car.communicate(timeout=LIMIT_S)
    assert charger.end() == 0, charger.lines
    assert car.returncode == 0, said
    assert "the charger wants Terminate" in said
