"""Mutual TLS 1.3 in virtual time and over loopback, and every way in which it fails, in words.

Certificates are dated by the machine's clock, because OpenSSL judges them by it.
"""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from runtime.counting import Remembers, says

from sterna.app.pki import write_tree
from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118.framing import Framer, PayloadType, framed
from sterna.protocols.iso15118.security.certificates import Curve
from sterna.protocols.iso15118.security.tree import Names
from sterna.runtime import virtual
from sterna.runtime.ports import Clock, Wire
from sterna.runtime.system import SystemClock
from sterna.runtime.tcp import TcpLinks
from sterna.runtime.tcp_link import TcpLink
from sterna.runtime.tls import Secure, TlsFiles, secure
from sterna.runtime.trace import Trace

WIRE = Wire(protocol="ISO15118-20", src="EVCC/1", dst="EVSE_C/1", describe=says)
HELLO = framed(PayloadType.APP_PROTOCOL, b"hello")
DAY_S = 86_400.0


def tree(folder: Path, *, days_ago: float = 0.0, curve: Curve = Curve.SECP521R1) -> Path:
    now = Instant(SystemClock().now() - days_ago * DAY_S)
    write_tree(folder, now, days=2, curve=curve, names=Names(), force=False)
    return folder


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tree(tmp_path_factory.mktemp("pki") / "good")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tree(tmp_path_factory.mktemp("pki") / "other")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tree(tmp_path_factory.mktemp("pki") / "old", days_ago=4)


def charger(folder: Path, *, trust: Path | None = None, name: str = "secc", domain: str = "OEM") -> Secure:  # fmt: skip
    trusted = (trust or folder) / "secc.trust.pem"
    files = TlsFiles(chain=folder / f"{name}.pem", key=folder / f"{name}.key", trust=trusted)
    return secure(files, server=True, domain=domain)


def vehicle(folder: Path, *, trust: Path | None = None, name: str = "vehicle", domain: str = "CPO") -> Secure:  # fmt: skip
    trusted = (trust or folder) / "vehicle.trust.pem"
    files = TlsFiles(chain=folder / f"{name}.pem", key=folder / f"{name}.key", trust=trusted)
    return secure(files, server=False, domain=domain)


class Met:
    """What came of one meeting."""

    def __init__(self) -> None:
        self.here, self.there = Remembers(), Remembers()
        self.sent_away: list[str] = []
        self.secured: tuple[str, str] = ("", "")

    @property
    def said_here(self) -> str:
        return "; ".join(reason for _, reason in self.here.closings)

    @property
    def said_there(self) -> str:
        return "; ".join(self.sent_away)


async def meet(clock: Clock, server: Secure | None, client: Secure | None) -> Met:
    """Let a caller call a listener, say hello, and wait until something came of it."""
    met, trace = Met(), Trace(clock)
    served = TcpLinks(
        trace, clock, Framer, {"secc": ("127.0.0.1", 0)}, listen_tls=server,
        refused=lambda _peer, reason: met.sent_away.append(reason),
    )  # fmt: skip
    await served.listen("secc", lambda _knock: met.there, wire=lambda _knock: WIRE)
    calling = TcpLinks(trace, clock, Framer, {"secc": served.bound("secc")}, dial_tls=client)
    calling.dial("secc", met.here, wire=WIRE)
    await until(clock, lambda: met.here.link or met.here.closings)
    if met.here.link is not None:
        met.here.link.send(HELLO)
    await until(clock, lambda: met.there.frames or met.here.closings)
    if isinstance(met.here.link, TcpLink) and isinstance(met.there.link, TcpLink):
        met.secured = (met.here.link.secured, met.there.link.secured)
    await calling.close()
    await served.close()
    return met


async def until(clock: Clock, happened: Callable[[], object]) -> None:
    for _ in range(2000):
        if happened():
            return
        await clock.sleep_until(Instant(clock.now() + 0.01))
    raise AssertionError("it did not happen")


Meeting = Callable[[Secure | None, Secure | None], Met]


def in_virtual_time(server: Secure | None, client: Secure | None) -> Met:
    return virtual.run(lambda clock: meet(clock, server, client))


def on_loopback(server: Secure | None, client: Secure | None) -> Met:
    return asyncio.run(meet(SystemClock(), server, client))


@pytest.fixture(params=[in_virtual_time, on_loopback], ids=["memory", "loopback"])
def met(request: pytest.FixtureRequest) -> Meeting:
    meeting: Meeting = request.param
    return meeting


def test_both_sides_know_each_other_and_speak_tls_1_3(met: Meeting, good: Path) -> None:
    came = met(charger(good), vehicle(good))
    assert came.there.frames == [HELLO]
    here, there = came.secured
    assert here.startswith("TLSv1.3 TLS_")
    assert here.endswith("peer STERNA-EVSE-1")
    assert there.endswith("peer STNTESTVEHICLE0001")


def test_ed448_certificates_work_as_well(met: Meeting, tmp_path: Path) -> None:
    folder = tree(tmp_path / "ed448", curve=Curve.ED448)
    assert met(charger(folder), vehicle(folder)).there.frames == [HELLO]


def test_a_car_without_certificate_is_sent_away_and_told(met: Meeting, good: Path) -> None:
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.check_hostname = False
    bare.load_verify_locations(good / "vehicle.trust.pem")
    came = met(charger(good), Secure(context=bare))
    assert came.there.frames == []
    assert came.said_there == "TLS: the peer sent no certificate"
    assert came.said_here == "TLS: the peer wants a certificate of ours"


def test_a_car_of_another_root_is_sent_away_and_told(met: Meeting, good: Path, other: Path) -> None:
    came = met(charger(good), vehicle(other, trust=good))
    assert came.said_there == "TLS: the peer's certificate leads to no root that is trusted"
    assert came.said_here == "TLS: the peer does not trust the root of our certificate"


def test_a_charger_of_another_root_is_left(met: Meeting, good: Path, other: Path) -> None:
    came = met(charger(good), vehicle(good, trust=other))
    assert came.said_here == "TLS: the peer's certificate leads to no root that is trusted"
    assert came.said_there == "TLS: the peer does not trust the root of our certificate"


def test_an_expired_car_is_sent_away_and_told(met: Meeting, good: Path, old: Path) -> None:
    # Authorities live four times as long as leaves: of the old tree only the leaves have expired.
    trusting = charger(good, trust=old)
    came = met(trusting, vehicle(old, trust=good))
    assert came.said_there == "TLS: the peer's certificate has expired"
    assert came.said_here == "TLS: the peer says that our certificate has expired"


def test_an_expired_charger_is_left(met: Meeting, good: Path, old: Path) -> None:
    came = met(charger(old, trust=good), vehicle(good, trust=old))
    assert came.said_here == "TLS: the peer's certificate has expired"


def test_a_certificate_for_another_purpose_is_refused(met: Meeting, good: Path) -> None:
    came = met(charger(good, name="secc"), vehicle(good, name="secc"))
    assert came.said_there == "TLS: the peer's certificate is for another purpose"


def test_a_name_of_another_domain_is_refused(met: Meeting, good: Path) -> None:
    came = met(charger(good), vehicle(good, domain="V2G"))
    assert came.said_here == (
        "TLS: the certificate of 'STERNA-EVSE-1' is of domain 'CPO' and not of 'V2G'"
    )
    came = met(charger(good, domain="MO"), vehicle(good))
    assert came.said_there == (
        "TLS: the certificate of 'STNTESTVEHICLE0001' is of domain 'OEM' and not of 'MO'"
    )
    assert came.there.frames == []


def test_older_tls_is_refused(met: Meeting, good: Path) -> None:
    older = vehicle(good)
    older.context.minimum_version = ssl.TLSVersion.TLSv1_2
    older.context.maximum_version = ssl.TLSVersion.TLSv1_2
    came = met(charger(good), older)
    assert came.said_there == "TLS: the peer speaks another version of TLS; 1.3 is needed"
    assert came.said_here == "TLS: the peer speaks another version of TLS"


def test_a_car_in_the_clear_is_no_guest_of_tls(met: Meeting, good: Path) -> None:
    came = met(charger(good), None)
    assert came.there.frames == []
    assert came.said_there == "TLS: the peer does not speak TLS"


def test_a_charger_in_the_clear_is_no_host_for_tls(met: Meeting, good: Path) -> None:
    assert "hung up" in met(None, vehicle(good)).said_here


def test_a_half_open_handshake_ends_by_the_clock(good: Path) -> None:
    async def work(clock: Clock) -> tuple[float, list[str]]:
        sent_away: list[str] = []
        served = TcpLinks(
            Trace(clock), clock, Framer, {"secc": ("127.0.0.1", 0)}, listen_tls=charger(good),
            refused=lambda _peer, reason: sent_away.append(reason),
        )  # fmt: skip
        await served.listen("secc", lambda _knock: Remembers(), wire=lambda _knock: WIRE)
        reader, writer = await asyncio.open_connection(*served.bound("secc"))
        began = clock.now()
        writer.write(b"\x16\x03\x01")  # The beginning of a ClientHello, and nothing more.
        await reader.read()
        writer.close()
        await served.close()
        return clock.now() - began, sent_away

    waited, said = virtual.run(work)
    assert waited == pytest.approx(5.0, abs=0.01)
    assert said == ["TLS: the peer did not finish its handshake in time"]


def test_files_that_cannot_be_used_are_named(good: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"sterna pki"):
        charger(tmp_path)
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("rubbish")
    for files in (
        TlsFiles(chain=rubbish, key=good / "secc.key", trust=good / "secc.trust.pem"),
        TlsFiles(chain=good / "secc.pem", key=good / "vehicle.key", trust=good / "secc.trust.pem"),
        TlsFiles(chain=good / "secc.pem", key=good / "secc.key", trust=rubbish),
    ):
        with pytest.raises(BadInput, match=r"for TLS"):
            secure(files, server=True, domain="")
