"""The drivers: each lives through an itinerary with a browser, two hands and a car.

Everything they do follows from the itinerary and the streams of chance. What a driver is
called is typed into the pages of the car park and of the charging session, and nowhere else.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol
from zoneinfo import ZoneInfo

from sterna.actors.parking.links import Admission
from sterna.kernel.errors import Refused
from sterna.kernel.quantities import Instant, Share, later, minutes
from sterna.runtime.ports import Chance, Clock, Http, Tasks
from sterna.world.browser import Browser, Page
from sterna.world.people import Itinerary

STARTS_MAX: Final = 5
"""How often a driver presses start when the charger refuses; then help is called, and the car only parks."""
LOOK_AFTER_S: Final = 20.0
"""How long a driver watches the page after pressing start: the charger's refusal comes within seconds."""
NOTICE_S: Final = 5.0
"""Between the car's unlock button and the look at the phone."""
STAY_LEAST: Final = minutes(30)
"""The least that is asked of a page that is opened only after the announced departure."""
RESERVATION: Final = re.compile(r"Reservation ([\w-]+)")
REFUSED: Final = "The charger says"
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Fate = Literal[
    "coming", "no booking", "turned away", "does not fit", "parked", "charging", "stopped", "unplugged", "left",
]  # fmt: skip


class Barrier(Protocol):
    """The car park's entry and exit, as ``actors.parking.links.Parking`` has them."""

    def arrive(
        self,
        reservation: str | None,
        until: Instant,
        admitted: Callable[[Admission], None],
        *,
        supply: Literal["AC", "DC"] | None = None,
        slot: str | None = None,
        ticket: str | None = None,
    ) -> None:
        """Stand at the barrier; *admitted* learns the slot, or why there is none.

        Whoever comes with the same *ticket* again is the same car.
        """

    def leave(self, slot: str) -> None:
        """Drive out from *slot*."""


class Hands(Protocol):
    """What a driver does at the bay."""

    def plug(self, bay: str, visit: Itinerary) -> None:
        """Put the cable into the driver's car; raises Refused when it does not fit."""

    def plugged(self, bay: str, visit: Itinerary) -> bool:
        """Return whether the driver's car is plugged in, or was already in this visit."""

    def end_in_car(self, bay: str) -> None:
        """Press the car's unlock button: the car ends the session."""

    def unplug(self, bay: str) -> None:
        """Pull the cable; nothing happens when it is out already."""

    def leave(self, bay: str) -> None:
        """Drive the car out of the bay."""


@dataclass(slots=True, kw_only=True)
class Visit:
    """What became of one itinerary; for the report of a run."""

    itinerary: Itinerary
    plate: str
    fate: Fate = "coming"
    reason: str = ""
    """Why a driver did not get what was wanted."""
    reservation: str = ""
    """The booking, or the one that a walk-in got at the barrier."""
    bay: str = ""
    session: str = ""
    arrived_at: Instant | None = None
    started_at: Instant | None = None
    stopped_at: Instant | None = None
    unplugged_at: Instant | None = None
    left_at: Instant | None = None
    saw_report: bool = False
    saw_bill: bool = False


class Drivers:
    """All drivers of a run."""

    def __init__(
        self,
        itineraries: Iterable[Itinerary],
        *,
        clock: Clock,
        chance: Chance,
        tasks: Tasks,
        http_of: Callable[[str], Http],
        barrier: Barrier,
        hands: Hands,
        zone: ZoneInfo,
    ) -> None:
        """*http_of* returns the HTTP client of a component, e.g. ``EV_USER/porto-03-1``; forms are in *zone*."""
        self._clock = clock
        self._chance = chance.stream("drivers")
        self._tasks = tasks
        self._barrier = barrier
        self._hands = hands
        self._zone = zone
        self._clients: dict[str, Http] = {}
        self._http_of = http_of
        self.visits: tuple[Visit, ...] = tuple(
            Visit(itinerary=each, plate=plate(self._chance.stream(f"plate {each.driver}")))
            for each in itineraries
        )
        """In the order of the itineraries."""
        self.noted: Callable[[Visit], None] = lambda _visit: None
        """Told whenever a visit has got further, e.g. by whoever keeps it in a store."""

    def start(self) -> None:
        """Let all of them live, each from where the visit has got to: what had no effect is done again."""
        for visit in self.visits:
            name = visit.itinerary.driver
            browser = Browser(self._client, self._clock, self._chance.stream(name))
            self._tasks.start(self._live(visit, browser), name=f"driver {name}")

    def markers(self) -> tuple[str, ...]:
        """Return what names these persons: it may appear only on links that are marked personal."""
        return tuple(
            name for visit in self.visits for name in (visit.itinerary.driver, visit.plate)
        )

    def counts(self) -> dict[str, int]:
        """Return how many visits are in which state, e.g. ``{"left": 125, "turned away": 2}``."""
        found = Counter(visit.fate for visit in self.visits)
        return {str(fate): found[fate] for fate in sorted(found)}

    def _client(self, src: str) -> Http:
        client = self._clients.get(src)
        if client is None:
            client = self._clients[src] = self._http_of(src)
        return client

    # -- a visit ----------------------------------------------------------------------------

    def _became(self, visit: Visit, **facts: object) -> None:
        """Take note of what became of *visit*."""
        for name, fact in facts.items():
            setattr(visit, name, fact)
        self.noted(visit)

    async def _live(self, visit: Visit, browser: Browser) -> None:
        """Live through one itinerary."""
        if visit.fate == "coming":
            await self._come(visit, browser)
        if visit.fate == "parked":
            await self._stay(visit, browser)
        if visit.fate in ("parked", "charging", "stopped"):
            await self._clock.sleep_until(visit.itinerary.returns)
            await self._end(visit, browser)
            await self._unplug(visit)
        if visit.fate == "unplugged":
            await self._leave(visit)

    async def _come(self, visit: Visit, browser: Browser) -> None:
        """Book if that is wanted, and drive in."""
        wanted = visit.itinerary
        if wanted.booked and not visit.reservation:
            await self._clock.sleep_until(wanted.books)
            if not await self._book(visit, browser):
                self._became(visit, fate="no booking")
                return
        await self._clock.sleep_until(wanted.arrives)
        await self._drive_in(visit)

    async def _stay(self, visit: Visit, browser: Browser) -> None:
        """Plug in, and begin a session."""
        try:
            if not self._hands.plugged(visit.bay, visit.itinerary):
                self._hands.plug(visit.bay, visit.itinerary)
        except Refused as refused:
            self._barrier.leave(visit.bay)
            self._became(visit, fate="does not fit", reason=str(refused))
            return
        await self._clock.sleep_until(visit.itinerary.opens_page)
        await self._begin(visit, browser)

    async def _book(self, visit: Visit, browser: Browser) -> bool:
        """Book a slot; a page that does not come is tried again under the same key."""
        wanted = visit.itinerary
        form = {
            "arrival": self._written(wanted.announced_arrival), "departure": self._written(wanted.announced_departure),
            "name": wanted.driver, "plate": visit.plate, "key": f"booking-{visit.plate}",
            "payment": f"payment-{visit.plate}", "supply": wanted.coupling,
            "battery_kwh": f"{wanted.model.capacity_kwh:g}",
        }  # fmt: skip
        if wanted.consents:
            form["v2b"] = "yes"
        if wanted.evse is not None:
            form["slot"] = wanted.evse
        page = await browser.send("EV_USER", "parking", "/book", **form)
        found = RESERVATION.search(page.text) if page is not None and page.status == 200 else None
        if found is None:
            visit.reason = "the booking page did not come" if page is None else page.problem
            return False
        self._became(visit, reservation=found[1])
        return True

    async def _drive_in(self, visit: Visit) -> None:
        """Get a slot at the barrier: the booked one, or for a lapsed booking any that is free."""
        admission = await self._admission(visit, visit.reservation or None)
        if admission.slot is None and visit.reservation:
            admission = await self._admission(visit, None)
        if admission.slot is None:
            self._became(visit, fate="turned away", reason=admission.reason)
            return
        self._became(
            visit, fate="parked", bay=admission.slot, reservation=admission.reservation,
            arrived_at=self._clock.now(),
        )  # fmt: skip

    async def _admission(self, visit: Visit, reservation: str | None) -> Admission:
        answer: asyncio.Future[Admission] = asyncio.get_running_loop().create_future()
        wanted = visit.itinerary
        until = max(wanted.announced_departure, later(self._clock.now(), STAY_LEAST))
        self._barrier.arrive(
            reservation, until, answer.set_result, supply=wanted.coupling, slot=wanted.evse,
            ticket=f"ticket-{visit.plate}",
        )  # fmt: skip
        return await answer

    async def _begin(self, visit: Visit, browser: Browser) -> None:
        """Open the page at the bay, agree, say the wishes and start; whoever cannot only parks."""
        wanted, at = visit.itinerary, f"ADHOC_UI/{visit.bay}"
        booked = {"reservation": visit.reservation} if wanted.booked else {}
        page = await browser.send(at, "webapp", "/s", evse=visit.bay, **booked)
        if page is None or not page.location:
            visit.reason = "the session's page did not come" if page is None else page.problem
            return
        self._became(visit, session=page.location.rsplit("/", 1)[-1])
        departure = max(wanted.announced_departure, later(self._clock.now(), STAY_LEAST))
        consent = {
            "name": wanted.driver,
            "terms": "yes",
            "v2b": "yes" if wanted.consents else "no",
        }
        wishes = {
            "departure": self._written(departure), "target": percentage(wanted.soc_target),
            "floor": percentage(min(wanted.soc_floor, wanted.soc_target)), "cells": wanted.model.chemistry.value,
        }  # fmt: skip
        for step, form in (("consent", consent), ("preferences", wishes)):
            page = await browser.send(at, "webapp", f"{page_of(visit)}/{step}", **form)
            if page is None or page.problem:
                visit.reason = (
                    f"the page with {step} did not come" if page is None else page.problem
                )
                return
        await self._press_start(visit, browser)

    async def _press_start(self, visit: Visit, browser: Browser) -> None:
        """Press start, watch the page, and try again while the charger refuses."""
        at = f"ADHOC_UI/{visit.bay}"
        for _ in range(STARTS_MAX):
            page = await browser.send(at, "webapp", f"{page_of(visit)}/start")
            if good(page):
                await browser.pause(LOOK_AFTER_S, 2 * LOOK_AFTER_S)
                page = await browser.load(at, "webapp", page_of(visit))
            if page is None or (page.problem and REFUSED not in page.text):
                visit.reason = "the session's page did not come" if page is None else page.problem
                return
            if REFUSED not in page.text:
                self._became(visit, fate="charging", started_at=self._clock.now(), reason="")
                return
            visit.reason = page.problem

    async def _end(self, visit: Visit, browser: Browser) -> None:
        """End the session, from the page or from the car, and look at report and bill."""
        if visit.fate == "parked":
            return
        at = f"ADHOC_UI/{visit.bay}"
        if (
            visit.fate == "stopped"
        ):  # Before a power cut: the charger and the car have just come back.
            await browser.pause(LOOK_AFTER_S, 2 * LOOK_AFTER_S)
        else:
            self._became(visit, fate="stopped", stopped_at=self._clock.now())
        if visit.itinerary.ends == "vehicle":
            self._hands.end_in_car(visit.bay)
            await browser.pause(NOTICE_S, 2 * NOTICE_S)
        else:
            await browser.send(at, "webapp", f"{page_of(visit)}/stop")
        report = await browser.load(at, "webapp", f"{page_of(visit)}/report", ready=True)
        self._became(visit, saw_report=good(report))
        bill = await browser.load(
            f"EV_USER/{visit.bay}", "adhoc", f"{page_of(visit)}/bill", ready=True
        )
        self._became(visit, saw_bill=good(bill))

    async def _unplug(self, visit: Visit) -> None:
        """Pull the plug, never earlier than the itinerary says."""
        await self._clock.sleep_until(max(visit.itinerary.unplugs, self._clock.now()))
        self._hands.unplug(visit.bay)
        self._became(visit, fate="unplugged", unplugged_at=self._clock.now())

    async def _leave(self, visit: Visit) -> None:
        """Drive away, never faster than the itinerary says."""
        wanted, since = visit.itinerary, visit.unplugged_at
        assert since is not None, "who leaves has unplugged"
        if (
            self._clock.now() > since
        ):  # A power cut came between, and perhaps before the plug was out.
            self._hands.unplug(visit.bay)
        await self._clock.sleep_until(later(since, wanted.leaves - wanted.unplugs))
        self._hands.leave(visit.bay)
        self._barrier.leave(visit.bay)
        self._became(visit, fate="left", left_at=self._clock.now())

    def _written(self, moment: Instant) -> str:
        """Return *moment* as a form takes it."""
        return datetime.fromtimestamp(moment, self._zone).strftime("%Y-%m-%dT%H:%M")


def page_of(visit: Visit) -> str:
    """Return the path of the session's page."""
    return f"/s/{visit.session}"


def good(page: Page | None) -> bool:
    """Return whether a page came and names no problem."""
    return page is not None and not page.problem


def percentage(share: Share | float) -> str:
    """Return a share as a form takes it, e.g. ``80``."""
    return f"{round(share * 100, 1):g}"


def plate(chance: Chance) -> str:
    """Return a number plate with its country, e.g. ``PT-AB-12-CD``."""
    letters = "".join(LETTERS[chance.below(len(LETTERS))] for _ in range(4))
    return f"PT-{letters[:2]}-{chance.below(10)}{chance.below(10)}-{letters[2:]}"
