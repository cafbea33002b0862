"""The operator's page: the connection now, what it may carry, what it carried, what is owed."""

from dataclasses import dataclass

from sterna.actors.dso.records import State
from sterna.domain.registers import QUARTER_S
from sterna.kernel.quantities import Instant, Kilowatts, later
from sterna.ui.pages import Pages

QUARTERS_SHOWN = 16
"""Four hours back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """One line of the page."""

    start: Instant
    import_kw: float
    """Mean over the quarter."""
    export_kw: float
    loading: float
    """Mean import as a share of what is granted now."""


def loading_page(pages: Pages, state: State, granted: tuple[Kilowatts, Kilowatts]) -> bytes:
    """Return the page of the connection; *granted* is what may be drawn and fed in now."""
    done = int((state.last.at - state.account_start) // QUARTER_S)
    first = max(0, done - QUARTERS_SHOWN)
    quarters = [
        Quarter(
            start=later(state.account_start, k * QUARTER_S),
            import_kw=state.imported[k] * 4 / 1000,
            export_kw=state.exported[k] * 4 / 1000,
            loading=state.imported[k] * 4 / 1000 / granted[0] if granted[0] else 0.0,
        )
        for k in reversed(range(first, done))
    ]
    return pages.page("dso/loading.html", state=state, granted=granted, quarters=quarters)
