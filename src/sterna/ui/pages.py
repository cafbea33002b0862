"""Pages from templates: plain HTML forms that work without JavaScript, on a phone first."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from sterna.kernel.money import written
from sterna.kernel.quantities import Instant

HTML: Final = "text/html; charset=utf-8"


class Pages:
    """Renders the templates of ``ui/templates`` with times in one zone."""

    def __init__(self, zone: str) -> None:
        """Show times in *zone*, e.g. ``Europe/Lisbon``."""
        self._zone = ZoneInfo(zone)
        self._templates = Environment(
            loader=PackageLoader("sterna.ui"), autoescape=True, undefined=StrictUndefined
        )
        self._templates.filters.update(when=self.when, euros=written, percent=percent)

    def page(self, template: str, **values: object) -> bytes:
        """Return the page made from *template* (a file of ``ui/templates``)."""
        return self._templates.get_template(template).render(values).encode()

    def when(self, moment: Instant) -> str:
        """Return *moment* as a person reads it: weekday, day, time in the site's zone."""
        return datetime.fromtimestamp(moment, self._zone).strftime("%a %d %b, %H:%M")

    def moment(self, text: str) -> Instant:
        """Return the instant of a ``datetime-local`` form field, e.g. ``2025-07-01T14:30``.

        Raises ValueError when it is none. A doubled hour is read as its first one.
        """
        return Instant(datetime.fromisoformat(text).replace(tzinfo=self._zone).timestamp())

    def field(self, moment: Instant) -> str:
        """Return *moment* as the value of a ``datetime-local`` form field, to the minute."""
        return datetime.fromtimestamp(moment, self._zone).strftime("%Y-%m-%dT%H:%M")


def percent(share: float) -> str:
    """Return a share as a person reads it, e.g. ``80 %``."""
    return f"{share * 100:.0f} %"
