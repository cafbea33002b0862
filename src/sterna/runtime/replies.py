"""Joins the two halves of a request: the handler that waits, and the command that answers it.

A handler tells its actor an event and waits; the core decides, and after the commit
the links perform the command that answers. Nobody is told yes before it is certain.
"""

import asyncio
from typing import Final

from sterna.kernel.errors import Unreachable
from sterna.runtime.ports import Response

WAITING_MAX: Final = 1000
"""More requests in work than this mean that the actor does not keep up: say no quickly."""


class Replies:
    """The requests in work of one service."""

    def __init__(self) -> None:
        """Start with none."""
        self._open: dict[str, asyncio.Future[Response]] = {}

    def wait_for(self, key: str) -> asyncio.Future[Response]:
        """Return the answer to come for *key*; a repetition while one is in work shares it.

        Raises Unreachable when too many wait already.
        """
        waiting = self._open.get(key)
        if waiting is not None:
            return waiting
        if len(self._open) >= WAITING_MAX:
            raise Unreachable("too many requests are in work")
        waiting = asyncio.get_running_loop().create_future()
        self._open[key] = waiting
        return waiting

    def give(self, key: str, response: Response) -> None:
        """Answer *key*; nobody waits for it any more after a restart, and that is fine."""
        waiting = self._open.pop(key, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(response)
