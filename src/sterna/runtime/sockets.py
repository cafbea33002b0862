"""HTTP over real sockets: the client over httpx, the server over uvicorn."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from ssl import SSLContext
from typing import Any, Final

import httpx
import uvicorn
from typing_extensions import override

from sterna.kernel.errors import BrokenPeer, Unreachable
from sterna.runtime.http import BODY_BYTES_MAX, App, Directory, HttpTaps, record_answer
from sterna.runtime.ports import Request, Response
from sterna.runtime.trace import Trace

GRACE_S: Final = 5
"""How long requests in work may go on when the server stops; a page that takes longer is stuck."""


class SocketHttp:
    """The HTTP port over sockets: one caller's client."""

    def __init__(
        self, trace: Trace, directory: Directory, src: str, *, tls: SSLContext | None = None
    ) -> None:
        """Ask as the component *src* whom *directory* knows by URL."""
        self._directory = directory
        self._taps = HttpTaps(trace, src)
        self._client = httpx.AsyncClient(verify=tls if tls is not None else True, trust_env=False)

    async def ask(self, host: str, request: Request, *, timeout_s: float = 10.0) -> Response:
        """Send *request* to *host* and return the answer; redirects are the caller's business."""
        found = self._directory.find(host)
        tap = self._taps.asked(found, request)
        try:
            async with asyncio.timeout(timeout_s):
                answer = await self._sent(found.url + request.path, request)
        except (httpx.TransportError, TimeoutError) as error:
            raise Unreachable(f"{host}: {type(error).__name__}") from error
        record_answer(tap, found, request, answer)
        return answer

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _sent(self, url: str, request: Request) -> Response:
        headers = list(request.headers)
        async with self._client.stream(
            request.method, url, headers=headers, content=request.body, timeout=None
        ) as answer:
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > BODY_BYTES_MAX:
                    raise BrokenPeer(f"{url}: more than {BODY_BYTES_MAX} bytes")
            kept = tuple(answer.headers.multi_items())
            return Response(status=answer.status_code, headers=kept, body=bytes(body))


class _QuietServer(uvicorn.Server):
    """Leaves signals to whoever owns the process."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def served(
    app: App, *, host: str = "127.0.0.1", port: int = 0, tls: dict[str, Any] | None = None
) -> AsyncIterator[str]:
    """Serve *app* and yield its base URL; *port* 0 takes a free one.

    *tls* holds uvicorn's ``ssl_keyfile`` and ``ssl_certfile``.
    """
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", lifespan="off", ws="none",
        timeout_graceful_shutdown=GRACE_S, **(tls or {}),
    )  # fmt: skip
    server = _QuietServer(config)
    running = asyncio.create_task(server.serve(), name=f"serve {host}")
    try:
        while not server.started:
            if running.done():
                running.result()
                raise Unreachable(f"cannot listen on {host}:{port}")
            await asyncio.sleep(0.01)  # noqa: TID251  # uvicorn offers no event for it
        bound = server.servers[0].sockets[0].getsockname()
        yield f"http{'s' if tls else ''}://{bound[0]}:{bound[1]}"
    finally:
        server.should_exit = True
        await running
