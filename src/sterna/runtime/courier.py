"""Delivers HTTP requests that must arrive: repeated with growing pauses until they are answered.

The receiver is idempotent (each request carries a stable key), so a repetition is
harmless; a refusal is an answer and is not repeated.
"""

from collections.abc import Callable
from typing import Final

from sterna.kernel.errors import Unreachable
from sterna.kernel.quantities import Instant
from sterna.runtime.ports import Chance, Clock, Http, Request, Response, Tasks

PAUSE_FIRST_S: Final = 2.0
PAUSE_S_MAX: Final = 300.0
"""A peer that returns after a day is met within five minutes, without a storm."""
ATTEMPTS_MAX: Final = 600
"""About two days at the longest pause; then the sender is told, and money is checked by hand."""
IN_FLIGHT_MAX: Final = 1000
"""More open deliveries than this means that the peer is gone for long; the journal still has them."""


class Courier:
    """One sender's deliveries, each in a task of its own."""

    def __init__(self, http: Http, clock: Clock, tasks: Tasks, chance: Chance) -> None:
        """Send through *http*; pauses are jittered by *chance* so that senders do not march in step."""
        self._http = http
        self._clock = clock
        self._tasks = tasks
        self._chance = chance
        self._open = 0

    def deliver(
        self,
        host: str,
        request: Request,
        answered: Callable[[Response], None],
        *,
        given_up: Callable[[str], None] | None = None,
        timeout_s: float = 10.0,
    ) -> None:
        """Send *request* to *host* until it is answered; a status of 500 or more counts as no answer.

        *given_up* learns the reason when :data:`ATTEMPTS_MAX` attempts were in vain; a bound on
        deliveries in flight raises Unreachable at once.
        """
        if self._open >= IN_FLIGHT_MAX:
            raise Unreachable(f"{host}: {IN_FLIGHT_MAX} deliveries are open already")
        self._open += 1
        self._tasks.start(
            self._carry(host, request, answered, given_up, timeout_s), name=f"deliver to {host}"
        )

    def try_once(self, host: str, request: Request, *, timeout_s: float = 10.0) -> None:
        """Send *request* to *host* once: its successor is due before a repetition would help."""
        self._tasks.start(self._once(host, request, timeout_s), name=f"notify {host}")

    async def _once(self, host: str, request: Request, timeout_s: float) -> None:
        try:
            await self._http.ask(host, request, timeout_s=timeout_s)
        except Unreachable:
            return  # The trace has the request; whoever misses it asks or gets the next one.

    async def _carry(
        self,
        host: str,
        request: Request,
        answered: Callable[[Response], None],
        given_up: Callable[[str], None] | None,
        timeout_s: float,
    ) -> None:
        pause_s, why = PAUSE_FIRST_S, ""
        try:
            for _ in range(ATTEMPTS_MAX):
                try:
                    response = await self._http.ask(host, request, timeout_s=timeout_s)
                except Unreachable as error:
                    why = str(error)
                else:
                    if response.status < 500:
                        answered(response)
                        return
                    why = f"status {response.status}"
                pause_s = min(pause_s * 2, PAUSE_S_MAX)
                jitter = self._chance.uniform(0.5, 1.0)
                await self._clock.sleep_until(Instant(self._clock.now() + pause_s * jitter))
            if given_up is not None:
                given_up(why)
        finally:
            self._open -= 1
