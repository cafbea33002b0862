"""Runs a scenario and ends its own process, as a power cut does, at the n-th commit of its store.

``python killable.py SCENARIO [COMMITS]``: exit code 0 when the run came to its end.
"""

import os
import signal
import sys

from sterna.app.scenario import load
from sterna.app.simulate import simulate
from sterna.runtime.store.database import Database

SCENARIO, COMMITS = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else -1
commit = Database.commit
left = COMMITS


def counted(self: Database) -> None:
    """Commit, and be dead at once after the last of the commits that are granted."""
    global left  # noqa: PLW0603  # a script of one page
    commit(self)
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


Database.commit = counted  # type: ignore[method-assign]
simulate(load(SCENARIO))
print(COMMITS - left)  # noqa: T201  # how many commits the rest of the run took
