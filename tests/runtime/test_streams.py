"""Streams in memory: half-close, flow control, reset, refusal, latency, and TLS on both sides."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from sterna.runtime import virtual
from sterna.runtime.streams import MemoryTransport
from sterna.runtime.virtual import VirtualClock, VirtualLoop

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def pair(**tls: ssl.SSLContext) -> AsyncIterator[tuple[Streams, Streams]]:
    """Yield the two ends of a stream through port 700, caller first."""
    taken: asyncio.Future[Streams] = asyncio.get_running_loop().create_future()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.set_result((reader, writer))

    server = await asyncio.start_server(take, "127.0.0.1", 700, ssl=tls.get("server"))
    assert server.is_serving()
    assert server.sockets[0].getsockname() == ("127.0.0.1", 700)
    client = tls.get("client")
    name = "sterna.test" if client else None
    here = await asyncio.open_connection("127.0.0.1", 700, ssl=client, server_hostname=name)
    there = await taken
    server.close()
    await server.wait_closed()
    try:
        yield here, there
    finally:
        for _, writer in (here, there):
            writer.close()


def test_a_half_closed_stream_still_answers() -> None:
    async def work(_clock: VirtualClock) -> None:
        async with pair() as ((reader, writer), (far_reader, far_writer)):
            writer.write(b"question")
            writer.write_eof()
            assert await far_reader.read() == b"question"
            far_writer.write(b"answer")
            far_writer.close()
            assert await reader.read() == b"answer"
            writer.close()
            await writer.wait_closed()

    virtual.run(work)


def test_a_writer_waits_for_a_slow_reader() -> None:
    async def work(_clock: VirtualClock) -> None:
        async with pair() as ((_, writer), (far_reader, _)):
            size = 1_000_000
            writer.write(b"x" * size)
            waiting = asyncio.ensure_future(writer.drain())
            await asyncio.wait((waiting,), timeout=1.0)
            writer.write(b"y" * size)
            late = asyncio.ensure_future(writer.drain())
            done, _ = await asyncio.wait((late,), timeout=60.0)
            assert not done
            assert await far_reader.readexactly(2 * size) == b"x" * size + b"y" * size
            await late

    virtual.run(work)


def test_a_reset_reaches_the_peer_as_an_error() -> None:
    async def work(_clock: VirtualClock) -> None:
        async with pair() as ((_, writer), (far_reader, _)):
            cast("MemoryTransport", writer.transport).abort()
            with pytest.raises(ConnectionResetError):
                await far_reader.read()

    virtual.run(work)


def test_nobody_or_an_unreachable_port_refuses() -> None:
    async def work(_clock: VirtualClock) -> None:
        loop = cast("VirtualLoop", asyncio.get_running_loop())
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", 1)
        await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 2)
        with pytest.raises(OSError, match="in use"):
            await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 2)
        loop.unreachable.add(2)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", 2)

    virtual.run(work)


def test_bytes_take_the_latency_each_way() -> None:
    async def work(clock: VirtualClock) -> float:
        cast("VirtualLoop", asyncio.get_running_loop()).stream_latency_s = 0.5
        async with pair() as ((reader, writer), (far_reader, far_writer)):
            began = clock.now()
            writer.write(b"a")
            await far_reader.readexactly(1)
            far_writer.write(b"b")
            await reader.readexactly(1)
            return clock.now() - began

    assert virtual.run(work) == 1.0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
def test_mutual_tls_runs_in_virtual_time(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=sterna.test",
         "-addext", "subjectAltName=DNS:sterna.test"],
        check=True, capture_output=True,
    )  # fmt: skip
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificate)
    server.load_cert_chain(certificate, key)
    server.verify_mode = ssl.CERT_REQUIRED
    client = ssl.create_default_context(cafile=certificate)
    client.load_cert_chain(certificate, key)

    async def work(_clock: VirtualClock) -> None:
        async with pair(server=server, client=client) as ((_, writer), (far_reader, far_writer)):
            writer.write(b"secret")
            assert await far_reader.readexactly(6) == b"secret"
            peer = far_writer.get_extra_info("ssl_object").getpeercert()
            assert peer["subject"] == ((("commonName", "sterna.test"),),)
            writer.close()
            far_writer.close()

    virtual.run(work)
