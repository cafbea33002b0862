"""Going on with a run that was killed: what its store says about it."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from sterna.app.scenario import Scenario
from sterna.kernel.errors import BadInput
from sterna.kernel.quantities import Instant
from sterna.runtime.journal import REACHED
from sterna.runtime.store.database import MEMORY_URL, Database
from sterna.runtime.store.migrate import prepare

RUN: Final = "run"
"""Fact of the store: which run it holds."""
LIVES: Final = "lives"
"""Fact of the store: how many processes have lived this run."""


def store_url(scenario: Scenario) -> str:
    """Return the store's URL: memory, an SQLite file beside the scenario, or as it stands."""
    url = scenario.settings.store.url
    if url == "memory":
        return MEMORY_URL
    return url if "://" in url else f"sqlite:///{scenario.folder / url}"


def named(scenario: Scenario) -> str:
    """Return what tells this run from another one of the same store."""
    settings = scenario.settings
    way = "controlled" if settings.control.enabled else "without control"
    start = datetime.fromtimestamp(scenario.start, UTC).isoformat()
    return f"{scenario.name}, seed {settings.seed}, {settings.hours:g} h from {start}, {way}"


def claimed(scenario: Scenario) -> tuple[int, Instant | None]:
    """Take the store for one more life of this run; return which life it is, and where the last one ended.

    The first life is 0 and begins at None, the scenario's start. Raises BadInput when the store
    holds another run.
    """
    url = store_url(scenario)
    if url == MEMORY_URL:
        return 0, None
    store = _opened(url, scenario)
    try:
        return _claimed(store, scenario)
    finally:
        store.close()


def _opened(url: str, scenario: Scenario) -> Database:
    """Return the store at *url*, ready to use; BadInput when there can be none."""
    try:
        store = Database(url)
        prepare(store)
    except (SQLAlchemyError, ImportError) as error:
        reason = str(error).partition("\n")[0]
        raise BadInput(scenario.source, "store.url", f"cannot be opened: {reason}") from error
    return store


def _claimed(store: Database, scenario: Scenario) -> tuple[int, Instant | None]:
    mine, holds = named(scenario), store.get(RUN)
    if holds not in (None, mine):
        raise BadInput(
            scenario.source, "store.url", f"{store_url(scenario)} holds another run ({holds}): remove it or name another file"
        )  # fmt: skip
    reached = store.get(REACHED)
    life = int(store.get(LIVES) or 0)
    store.put(RUN, mine)
    store.put(LIVES, str(life + 1))
    store.commit()
    return life, None if reached is None else Instant(float(reached))


def note(reached: Instant | None) -> tuple[str, ...]:
    """Return what a reader must know of a run that was killed and went on at *reached*."""
    if reached is None:
        return ()
    moment = datetime.fromtimestamp(reached, UTC).isoformat(timespec="seconds")
    return (
        f"The process was killed and started again at {moment}: trace and conformance cover what came after it alone.",
    )
