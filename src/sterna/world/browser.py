"""A driver's browser: forms are sent, pages are read, and what cannot be reached is tried again."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from sterna.kernel.errors import Unreachable
from sterna.kernel.quantities import Instant
from sterna.runtime.ports import Chance, Clock, Http, Request, Response

TRIES_MAX: Final = 20
"""How often a driver loads a page that does not come; with growing pauses about an hour and a half."""
READY_TRIES_MAX: Final = 6
"""How often a driver loads a report or bill that is not there yet: a quarter of an hour, then the trip goes on."""
PAUSE_FIRST_S: Final = 20.0
PAUSE_S_MAX: Final = 300.0
PAGE_TIMEOUT_S: Final = 75.0
"""Longer than the report's page waits for the figures (60 s), so that its own words are seen."""
FORM: Final = (("Content-Type", "application/x-www-form-urlencoded"),)
PROBLEM: Final = re.compile(r'class="problem"[^>]*>([^<]*)<')
"""Where our pages say what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as a driver sees it."""

    status: int
    text: str
    location: str = ""
    """Where it leads on to, if it does."""

    @property
    def problem(self) -> str:
        """What the page says is wrong; empty when all is well."""
        found = PROBLEM.search(self.text)
        if found is not None:
            return found[1].strip()
        return self.text.strip() if self.status >= 400 else ""


class Browser:
    """One driver's browser. *http_of* returns the client of a component, e.g. ``EV_USER/porto-03-1``."""

    def __init__(self, http_of: Callable[[str], Http], clock: Clock, chance: Chance) -> None:
        """Pauses between tries are drawn from *chance*."""
        self._http_of = http_of
        self._clock = clock
        self._chance = chance
        self.failures = 0
        """Tries that were in vain."""

    async def send(self, src: str, host: str, path: str, **form: str) -> Page | None:
        """Send a form as the component *src*; None when the host could not be reached in many tries."""
        return await self._asked(
            src, host, Request(method="POST", path=path, headers=FORM, body=urlencode(form).encode())
        )  # fmt: skip

    async def load(self, src: str, host: str, path: str, *, ready: bool = False) -> Page | None:
        """Load a page; with *ready*, again and again until it names no problem any more."""
        return await self._asked(src, host, Request(method="GET", path=path), ready=ready)

    async def pause(self, least_s: float, most_s: float) -> None:
        """Do nothing for a while."""
        wait = self._chance.uniform(least_s, most_s)
        await self._clock.sleep_until(Instant(self._clock.now() + wait))

    async def _asked(
        self, src: str, host: str, request: Request, *, ready: bool = False
    ) -> Page | None:
        pause_s = PAUSE_FIRST_S
        page = None
        for _ in range(READY_TRIES_MAX if ready else TRIES_MAX):
            page = await self._once(src, host, request)
            if page is not None and not (ready and page.problem):
                return page
            self.failures += 1
            await self.pause(pause_s / 2, pause_s)
            pause_s = min(2 * pause_s, PAUSE_S_MAX)
        return page

    async def _once(self, src: str, host: str, request: Request) -> Page | None:
        """Return the page, or None when there was none."""
        try:
            answer = await self._http_of(src).ask(host, request, timeout_s=PAGE_TIMEOUT_S)
        except Unreachable:
            return None
        return None if answer.status >= 500 else seen(answer)


def seen(answer: Response) -> Page:
    """Return an answer as a driver sees it."""
    heads = {name.lower(): value for name, value in answer.headers}
    return Page(
        status=answer.status,
        text=answer.body.decode("utf-8", "replace"),
        location=heads.get("location", ""),
    )
