"""What tests of the extra ``sterna[forecast]`` begin with."""

import pytest

from sterna.decisions.forecast import missing


def needs_extra() -> None:
    """Skip the test that asked where the extra cannot run, and say why."""
    why = missing()
    if why is not None:
        pytest.skip(why)
