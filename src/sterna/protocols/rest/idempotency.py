"""The memory of a receiver that makes repeated POSTs harmless."""

from hashlib import sha256
from typing import Final

from msgspec import Struct

from sterna.kernel.errors import Refused

REMEMBERED_MAX: Final = 10_000
"""Answers kept: a day of a site with hundreds of EVSEs. A sender repeats within minutes,
so the oldest are dropped first; the room's own state still refuses a true duplicate."""


class Given(Struct, frozen=True, kw_only=True, gc=False):
    """An answer that was given, and the digest of the request that it was given to."""

    digest: str
    status: int
    body: bytes


class Answers(Struct, kw_only=True):
    """First answers by idempotency key: plain state, to be kept with the room's own."""

    given: dict[str, Given] = {}

    def known(self, key: str, request: bytes) -> Given | None:
        """Return the first answer to *key*, or None when this is the first request.

        Raises Refused when *key* came before with another *request*: that is a
        sender's bug which must not pass for success (answer it with 422).
        """
        first = self.given.get(key)
        if first is None:
            return None
        if first.digest != sha256(request).hexdigest():
            raise Refused(f"the idempotency key {key} came before with another body")
        return first

    def remember(self, key: str, request: bytes, status: int, body: bytes) -> None:
        """Keep the answer to the first *request* under *key*."""
        assert key not in self.given, key
        if len(self.given) >= REMEMBERED_MAX:
            del self.given[next(iter(self.given))]
        self.given[key] = Given(digest=sha256(request).hexdigest(), status=status, body=body)
