"""The driver's pages: what a form means, and what is shown of a visit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from sterna.actors.session_app.records import Visit
from sterna.actors.session_app.settings import SessionAppSettings
from sterna.domain.consent import Purpose
from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, Share, hours, later
from sterna.protocols import rest
from sterna.ui.pages import Pages


def form_of(body: bytes) -> Mapping[str, str]:
    """Return the fields of a form; rubbish bytes become replacement characters."""
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def wanted(form: Mapping[str, str], name: str) -> str:
    """Return a field that must be there; BrokenPeer names it otherwise."""
    value = form.get(name, "").strip()
    if not value:
        raise BrokenPeer(f"the form lacks {name}")
    return value


def share_of(form: Mapping[str, str], name: str) -> Share:
    """Return a percentage field as a share; BrokenPeer when it is none of 0..100."""
    try:
        percentage = float(wanted(form, name))
    except ValueError:
        raise BrokenPeer(f"{name} is not a number") from None
    if not 0 <= percentage <= 100:
        raise BrokenPeer(f"{name} is not between 0 and 100 %")
    return Share(percentage / 100)


def moment_of(form: Mapping[str, str], name: str, pages: Pages) -> Instant:
    """Return a local date and time; BrokenPeer when it is none."""
    try:
        return pages.moment(wanted(form, name))
    except ValueError:
        raise BrokenPeer(f"{name} is not a date and time") from None


LIVE: Final = ("starting", "running", "stopping")
"""Stages in which the figures move: the page is asked for again by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """How a session stands this moment."""

    progress: rest.SessionProgress
    earnings: rest.Earnings | None


def visit_page(
    pages: Pages,
    visit: Visit,
    settings: SessionAppSettings,
    now: Instant,
    problem: str,
    live: Live | None = None,
) -> bytes:
    """Return the page of a visit in its present stage, with its *live* figures if there are any."""
    plate = next((plate for plate in settings.evses if plate.evse == visit.evse), None)
    wish = visit.wish
    return pages.page(
        "session_app/session.html", visit=visit, problem=problem, terms=visit.consents.stands(Purpose.TERMS, now),
        discharge_kw=plate.discharge_kw if plate else 0.0,
        departure=pages.field(wish.departure if wish else later(now, hours(24))),
        target=wish.target if wish else settings.target_default,
        floor=wish.floor if wish else settings.floor_default, live=live,
        refresh_s=settings.refresh_s if visit.stage in LIVE and not problem else 0,
    )  # fmt: skip


def report_page(pages: Pages, visit: Visit) -> bytes:
    """Return the statistics of a visit, or that they are not here yet."""
    return pages.page("session_app/report.html", visit=visit, ready=visit.closing is not None)


def bill_page(pages: Pages, visit: Visit) -> bytes:
    """Return the bill of a visit, or that it is not here yet."""
    return pages.page("session_app/bill.html", visit=visit, ready=visit.bill is not None)
