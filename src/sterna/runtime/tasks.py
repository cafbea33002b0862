"""Coroutines that an actor has started: named, ended together, and never lost when they fail."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class TaskCrew:
    """The tasks of one owner; an exception in one of them is the owner's crash."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        """Report an exception of any task to *failed*."""
        self._failed = failed
        self._running: dict[
            asyncio.Task[None], None
        ] = {}  # a dict keeps the order, a set would not

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run *work* on the running loop."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running[task] = None
        task.add_done_callback(self._ended)

    def cancel(self) -> None:
        """Cancel every task; each ends in its own time."""
        for task in list(self._running):
            task.cancel()

    async def close(self) -> None:
        """Cancel every task and wait until all have ended."""
        left = list(self._running)
        self.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.pop(task, None)
        if not task.cancelled():
            error = task.exception()
            if error is not None:
                self._failed(error)
