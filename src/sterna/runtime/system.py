"""The clock, ids and randomness of the real world: what operation hands to the ports."""

import asyncio
import random  # noqa: TID251  # this is where the port's randomness is made
import time
import uuid
from collections.abc import Callable

from sterna.kernel.quantities import Instant
from sterna.runtime.ports import Chance, Timer


class SystemClock:
    """The machine's clock, on the running loop."""

    def now(self) -> Instant:
        """Return the time of day in UTC."""
        return Instant(time.time())  # noqa: TID251  # this is where the port's time comes from

    def call_at(self, due: Instant, callback: Callable[[], None]) -> Timer:
        """Run *callback* at *due*; a step of the machine's clock in between is not followed."""
        loop = asyncio.get_running_loop()
        delay = due - self.now()
        return loop.call_soon(callback) if delay <= 0 else loop.call_later(delay, callback)

    async def sleep_until(self, due: Instant) -> None:
        """Return at *due*."""
        await asyncio.sleep(max(0.0, due - self.now()))  # noqa: TID251  # the one place that waits


class SystemIds:
    """Random ids that nobody can guess or repeat."""

    def new(self, kind: str) -> str:
        """Return a random UUID; *kind* does not show in it."""
        del kind
        return str(uuid.uuid4())  # noqa: TID251  # this is where the port's ids come from


class SystemChance:
    """Randomness of the operating system."""

    def __init__(self) -> None:
        """Draw from the system's source."""
        self._random = random.SystemRandom()

    def uniform(self, low: float, high: float) -> float:
        """Return a number drawn evenly from [low, high)."""
        return low + (high - low) * self._random.random()

    def normal(self, mean: float, deviation: float) -> float:
        """Return a number drawn from the normal distribution."""
        return self._random.gauss(mean, deviation)

    def below(self, count: int) -> int:
        """Return an integer drawn evenly from 0..count-1."""
        return self._random.randrange(count)

    def stream(self, name: str) -> Chance:
        """Return this source again: the system's randomness needs no streams."""
        del name
        return self
