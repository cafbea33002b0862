"""The driver's pages: what a form means, and what is shown of a visit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from sterna.actors.session_app.records import Visit
from sterna.actors.session_app.settings import SessionAppSettings
from sterna.domain.consent import Purpose
from sterna.domain.wear import Chemistry, Receipt
from sterna.kernel.errors import BrokenPeer, Refused
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


def cells_of(form: Mapping[str, str]) -> Chemistry | None:
    """Return the battery's cells, None where the driver does not know; BrokenPeer for another name."""
    told = form.get("cells", "")
    if not told:
        return None
    if told not in Chemistry.__members__:
        raise BrokenPeer(f"cells is none of {', '.join(Chemistry)}")
    return Chemistry(told)


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


def receipt_of(bill: rest.Bill) -> Receipt | None:
    """Return how the wear on *bill* was reckoned. Raises BrokenPeer for what is no receipt."""
    if bill.wear is None:
        return None
    try:
        return msgspec.convert(bill.wear, Receipt)
    except msgspec.ValidationError as error:
        raise BrokenPeer(f"Bill.wear: {error}") from error


def wear_file(visit: Visit) -> bytes:
    """Return all figures behind the wear on the bill as JSON. Raises Refused where no model reckoned it."""
    if visit.wear is None:
        raise Refused(f"the bill of {visit.session} has no wear that a model reckoned")
    return msgspec.json.encode(visit.wear)
