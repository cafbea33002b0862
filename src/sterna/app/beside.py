"""The run without control in a process of its own, so that it takes no time of the controlled one."""

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Final

from sterna.app.outcome import Outcome
from sterna.app.scenario import Scenario
from sterna.app.simulate import simulate

WORTH_EVSE_HOURS: Final = 500.0
"""A smaller run is over before another interpreter has started (about two seconds)."""

Fetch = Callable[[], Outcome]
"""Waits for the outcome and returns it."""


def begun(scenario: Scenario) -> Fetch:
    """Begin to run *scenario* beside this process, and return how to fetch its outcome.

    A small run, or one on a machine with a single processor, begins when it is fetched.
    Both give the same outcome but for the times that it took.
    """
    size = len(scenario.evses) * scenario.settings.hours
    if size < WORTH_EVSE_HOURS or multiprocessing.cpu_count() < 2:
        return lambda: simulate(scenario)
    return apart(scenario)


def apart(scenario: Scenario) -> Fetch:
    """Begin to run *scenario* in a process of its own, and return how to fetch its outcome."""
    # A process that is forked would share the progress bar's thread: a fresh one shares nothing.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    # As a daemon it ends with this process; killed hard, it ends when nobody takes its outcome.
    process = context.Process(target=_work, args=(theirs, scenario), daemon=True)
    process.start()
    theirs.close()

    def fetch() -> Outcome:
        try:
            outcome = ours.recv()
        except EOFError:
            process.join()
            raise RuntimeError(
                f"the run without control ended with code {process.exitcode}"
            ) from None
        process.join()
        assert isinstance(outcome, Outcome)
        return outcome

    return fetch


def _work(theirs: Connection, scenario: Scenario) -> None:
    # Ctrl-C goes to both processes; the other one ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    theirs.send(simulate(scenario))
