"""The VEN towards the BEMS: it joins, takes set-points as callbacks, and reports how the cars stand."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import msgspec

from sterna.actors.cs_ems.commands import Status
from sterna.actors.cs_ems.records import Piece
from sterna.actors.cs_ems.settings import CsEmsSettings
from sterna.decisions.why import Reason, Why
from sterna.kernel.errors import BrokenPeer, Unreachable
from sterna.kernel.quantities import Instant, Kilowatts, later
from sterna.protocols import openadr
from sterna.protocols.openadr import storage
from sterna.runtime.ports import Clock, Http, Request, Response, Tasks

REPORT_STEP_S: Final = 300.0
"""How long a report's values are meant to hold: until the next one."""
UNAUTHORIZED: Final = 401
WHOLE_AGAIN_S: Final = 3600.0
"""After this time a report lists every car again, whatever the BEMS has made of the changes since."""
PIECES_MAX: Final = 288
"""A day of 5-minute intervals: further ahead nobody steers cars."""


S = TypeVar("S", bound=msgspec.Struct)


class Ven:
    """The OpenADR client of the room."""

    def __init__(
        self,
        *,
        settings: CsEmsSettings,
        http: Http,
        clock: Clock,
        tasks: Tasks,
        taken: Callable[[tuple[Piece, ...], dict[str, Why]], None],
    ) -> None:
        """Talk to the host ``bems``; *taken* gets every plan, and why it is so."""
        self._settings = settings
        self._http = http
        self._clock = clock
        self._tasks = tasks
        self._taken = taken
        self._token: str | None = None
        self._event = ""
        """The event that asks for reports."""
        self._joining = False
        self._told: dict[str, Status] = {}
        """What the BEMS was told last of each EVSE."""
        self._whole_at: Instant | None = None
        """When it was told of all at once; None: it has to be."""
        self._turn = asyncio.Lock()
        """Reports go one after the other: an older one must not be the last word."""

    def join(self) -> None:
        """Subscribe at the BEMS, unless that is done or under way."""
        if not self._joining and not self._event:
            self._joining = True
            self._tasks.start(self._join(), name="join the BEMS")

    def report(self, statuses: Sequence[Status], *, whole: bool) -> None:
        """Tell the BEMS; *whole*: of all EVSEs, one that is left out is empty.

        Of all EVSEs only what is news goes out, and once an hour everything. A report that cannot be
        delivered is outdated by the next on all, which then lists everything.
        """
        self._tasks.start(self._report(tuple(statuses), whole=whole), name="report to the BEMS")

    def notified(self, body: bytes) -> None:
        """Take a callback of the BEMS. Raises BrokenPeer."""
        note = openadr.read(openadr.Notification, body)
        if note.object_type != "EVENT" or note.operation == "DELETE":
            return
        self._take(openadr.read(openadr.Event, bytes(note.object)))

    def _take(self, event: openadr.Event) -> None:
        pieces = pieces_of(event, self._clock.now())
        if pieces:
            self._taken(pieces, whys_of(event))
        if event.event_name == storage.REPORTS_EVENT:
            self._event = event.id

    async def _join(self) -> None:
        try:
            await self._subscribe()
        except (Unreachable, BrokenPeer):
            self._event = ""  # Tried again with the next report.
        finally:
            self._joining = False

    async def _subscribe(self) -> None:
        settings = self._settings
        await self._enrol()
        name = {"clientName": settings.bems_client}
        mine = await self._ask(lambda: openadr.find("subscriptions", name))
        if not _many(mine.body, openadr.Subscription):
            wish = openadr.subscription(
                settings.bems_client, settings.callback_url, settings.callback_token
            )
            await self._ask(lambda: openadr.create(wish))
        events = await self._ask(lambda: openadr.find("events"))
        for event in _many(events.body, openadr.Event):
            self._take(event)

    async def _report(self, statuses: tuple[Status, ...], *, whole: bool) -> None:
        """Send a report; a BEMS that has forgotten us is joined again, and told at once."""
        async with self._turn:
            try:
                if not self._event:
                    await self._subscribe()
                try:
                    await self._ask(lambda: self._asked(statuses, whole=whole))
                except BrokenPeer:
                    await self._subscribe()
                    await self._ask(lambda: self._asked(statuses, whole=whole))
            except (Unreachable, BrokenPeer):
                self._event, self._whole_at = "", None

    def _news(
        self, statuses: tuple[Status, ...], *, whole: bool
    ) -> tuple[tuple[Status, ...], str | None]:
        """Return what of *statuses* the BEMS has to be told, with the report's name; it counts as told."""
        told = {status.evse: status for status in statuses}
        if not whole:
            self._told |= told
            return statuses, None
        before, self._told = self._told, told
        now = self._clock.now()
        if self._whole_at is None or now - self._whole_at >= WHOLE_AGAIN_S:
            self._whole_at = now
            return statuses, storage.WHOLE_REPORT
        news = tuple(status for status in statuses if before.get(status.evse) != status)
        gone = (evse for evse, old in before.items() if old.present and evse not in told)
        empty = tuple(Status(evse=evse, present=False) for evse in gone)
        return news + empty, storage.CHANGES_REPORT

    def _asked(self, statuses: tuple[Status, ...], *, whole: bool) -> openadr.Ask:
        if not self._event:
            raise BrokenPeer("the BEMS asks for no reports")
        news, name = self._news(statuses, whole=whole)
        return openadr.create(
            openadr.report(
                self._event,
                self._settings.bems_client,
                self._clock.now(),
                REPORT_STEP_S,
                {status.evse: written(status) for status in news},
                name=name,
            )
        )

    async def _enrol(self) -> None:
        """Get a fresh token: the BEMS lets each one lapse after a while.

        Or it has started anew and may have forgotten the cars as well: the next report on all lists everything.
        """
        self._token = self._whole_at = None
        ask = openadr.ask_token(self._settings.bems_client, self._settings.bems_secret)
        answer = await self._once(ask)
        if answer.status >= 300:
            raise BrokenPeer(f"the BEMS gives no token: {answer.status}")
        self._token = openadr.read(openadr.TokenAnswer, answer.body).access_token

    async def _ask(self, composed: Callable[[], openadr.Ask]) -> Response:
        """Return a good answer to what is *composed*, anew after enrolling. Raises Unreachable, or BrokenPeer for any other answer."""
        ask = composed()
        answer = await self._once(ask)
        if answer.status == UNAUTHORIZED:
            await self._enrol()
            ask = composed()
            answer = await self._once(ask)
        if answer.status >= 300:
            raise BrokenPeer(f"{ask.method} {ask.path}: the BEMS answers {answer.status}")
        return answer

    async def _once(self, ask: openadr.Ask) -> Response:
        request = Request(
            method=ask.method,
            path=openadr.ROOT + ask.path,
            headers=ask.headers(self._token),
            body=ask.body,
        )
        return await self._http.ask("bems", request)


def _many(body: bytes, kind: type[S]) -> tuple[S, ...]:
    try:
        found: list[S] = msgspec.json.decode(body, type=list[kind])  # type: ignore[valid-type]  # made at run time
    except msgspec.MsgspecError as error:
        raise BrokenPeer(f"{kind.__name__}: {error}") from error
    return tuple(found)


def pieces_of(event: openadr.Event, now: Instant) -> tuple[Piece, ...]:
    """Return the set-points in *event*, in order; empty when it has none."""
    starts = {span.start: span for span in openadr.spans(event, "DISPATCH_SETPOINT", now)}
    gives = {span.start: span.value for span in openadr.spans(event, openadr.FEED_IN_SETPOINT, now)}
    draws = {s.start: s.value for s in openadr.spans(event, "IMPORT_CAPACITY_LIMIT", now)}
    feeds = {s.start: s.value for s in openadr.spans(event, "EXPORT_CAPACITY_LIMIT", now)}
    return tuple(
        Piece(
            start=start,
            end=min(span.end, later(start, 86_400.0)),
            kw=Kilowatts(span.value - gives.get(start, 0.0)),
            import_kw=_limit(draws.get(start)),
            export_kw=_limit(feeds.get(start)),
        )
        for start, span in list(starts.items())[:PIECES_MAX]
    )


def whys_of(event: openadr.Event) -> dict[str, Why]:
    """Return by EVSE why the plan in *event* is as it is; reasons unknown here are left out."""
    return {
        told.evse: Why(
            reason=Reason[told.reason], kw=told.kw, now_eur=told.now_eur, extra_eur=told.extra_eur,
            then_at=told.then_at, then_eur=told.then_eur, wear_eur=told.wear_eur, place=told.place,
        )
        for told in openadr.explained(event)
        if told.reason in Reason.__members__
    }  # fmt: skip


def _limit(value: float | None) -> Kilowatts | None:
    return None if value is None else Kilowatts(max(0.0, value))


def written(status: Status) -> dict[str, float | str | bool]:
    """Return *status* as the payloads of a report."""
    return openadr.StorageStatus(
        present=status.present,
        kw=status.kw,
        soc=status.soc,
        capacity_kwh=status.capacity_kwh,
        charge_kw_max=status.charge_kw,
        discharge_kw_max=status.discharge_kw,
        gives_now_kw=status.gives_now_kw,
        plugged_since=status.since,
        departure=status.departure,
        floor=status.floor,
        target=status.target,
        v2x=status.v2x,
        wear_class=status.cells or storage.UNKNOWN_CELLS,
    ).values()
