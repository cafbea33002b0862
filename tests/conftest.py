"""What all tests share: properties without a stop-watch, outcomes noted by requirement for ``make coverage-matrix``."""

import re
from collections.abc import Generator

import pytest
from hypothesis import settings

from sterna.emsa.coverage import RESULTS, Shown, write_results

# The same examples each time: a red run is red for everybody who repeats it.
settings.register_profile("sterna", deadline=None, derandomize=True)
settings.load_profile("sterna")
"""A busy machine is no counterexample; pytest-timeout ends what hangs."""

NOTED = "requirements"
GROUP = re.compile(r"@[\w-]+$")
"""What pytest-xdist puts behind the name of a test that runs in one process with others."""
_shown: dict[str, Shown] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write the ids of ``@pytest.mark.req`` into the report, which also travels between processes."""
    report = yield
    names = [str(name) for mark in item.iter_markers("req") for name in mark.args]
    if names:
        report.user_properties.append((NOTED, " ".join(dict.fromkeys(names))))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember the outcome of a test that shows a requirement; a failure in any phase counts."""
    names = next((str(value) for key, value in report.user_properties if key == NOTED), "")
    if names and (report.when == "call" or report.outcome != "passed"):
        test = GROUP.sub("", report.nodeid)
        kept = _shown.get(test)
        if kept is None or kept.outcome == "passed":
            _shown[test] = Shown(requirements=tuple(names.split()), outcome=report.outcome)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the outcomes, in the process that gathers those of all others."""
    if _shown and not hasattr(session.config, "workerinput"):
        write_results(_shown, session.config.rootpath / RESULTS)
