"""Randomness and ids that are a function of the seed: what simulation hands to the ports."""

import random  # noqa: TID251  # this is where the port's randomness is made
from hashlib import blake2b

from sterna.runtime.ports import Chance

ID_DIGEST_BYTES = 8
"""64 bits: with a million ids of one kind a collision has a chance of 3e-8, and ids stay short."""


def derived(seed: int, *names: str) -> int:
    """Return a seed for the stream *names*, the same on every machine and under every hash seed."""
    text = "/".join((str(seed), *names)).encode()
    return int.from_bytes(blake2b(text, digest_size=16).digest(), "big")


class SeededChance:
    """A stream of random numbers that depends on the seed and its name alone."""

    def __init__(self, seed: int, *names: str) -> None:
        """Start the stream *names* of *seed*."""
        self._seed = seed
        self._names = names
        self._random = random.Random(derived(seed, *names))  # noqa: S311  # not for secrets

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
        """Return an independent source that neither sees nor moves this one."""
        return SeededChance(self._seed, *self._names, name)


class SeededIds:
    """Ids from the seed, the kind and a counter per kind, e.g. ``session-9f0c2a6b51d3e874``."""

    def __init__(self, seed: int, *, life: int = 0) -> None:
        """Make the ids of *seed*; a process that starts again passes the next *life*, so none repeats."""
        self._seed = seed
        self._life = life
        self._counts: dict[str, int] = {}

    def new(self, kind: str) -> str:
        """Return a fresh id of at most 36 characters; *kind* has at most 19."""
        count = self._counts.get(kind, 0)
        self._counts[kind] = count + 1
        text = f"{self._seed}/{self._life}/{kind}/{count}".encode()
        made = f"{kind}-{blake2b(text, digest_size=ID_DIGEST_BYTES).hexdigest()}"
        assert len(made) <= 36, made
        return made
