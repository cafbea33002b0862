"""A VTN with one VEN's and one business client's credentials, and a way to talk to it."""

from collections.abc import Callable
from itertools import count
from typing import Any

import msgspec
import pytest

from sterna.kernel.quantities import Instant
from sterna.protocols import openadr

NOW = Instant(1_782_864_000.0)  # 2026-07-01T00:00:00Z


class Talk:
    """Remembers every exchange, so that a test can hold them against the official schema."""

    def __init__(self) -> None:
        numbers = count(1)
        self.now = NOW
        self.vtn = openadr.Vtn(
            [
                openadr.Client(id="bems-client", secret="s1", role="VEN"),
                openadr.Client(id="other-client", secret="s2", role="VEN"),
                openadr.Client(id="market-desk", secret="s3", role="BL"),
            ],
            lambda kind: f"{kind}-{next(numbers)}",
        )
        self.secrets = {"bems-client": "s1", "other-client": "s2", "market-desk": "s3"}
        self.tokens: dict[str, str] = {}
        self.exchanges: list[tuple[str, str, bytes, openadr.Answer]] = []

    def ask(self, ask: openadr.Ask, client: str | None = "bems-client") -> openadr.Answer:
        token = None
        if client is not None:
            if client not in self.tokens:
                answer = self.ask(openadr.ask_token(client, self.secrets[client]), None)
                self.tokens[client] = openadr.read(openadr.TokenAnswer, answer.body).access_token
            token = self.tokens[client]
        answer = self.vtn.answer(ask.method, ask.path, ask.body, self.now, bearer=token)
        self.exchanges.append((ask.method, ask.path, ask.body, answer))
        return answer

    def send(
        self, method: Any, path: str, body: object = None, client: str | None = "bems-client"
    ) -> tuple[int, Any]:
        data = b"" if body is None else msgspec.json.encode(body)
        answer = self.ask(openadr.Ask(method=method, path=path, body=data), client)
        return answer.status, msgspec.json.decode(answer.body)


@pytest.fixture
def talk() -> Talk:
    return Talk()


@pytest.fixture
def prices() -> Callable[[str], openadr.EventRequest]:
    def made(program: str) -> openadr.EventRequest:
        columns = {"PRICE": [0.10, 0.30, -0.02], "EXPORT_PRICE": [0.05, 0.2, 0.0]}
        return openadr.event(program, NOW, 900, columns, name="day ahead")

    return made
