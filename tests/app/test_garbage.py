"""A run searches for garbage seldom, and leaves the process as it was."""

import gc

import pytest

from sterna.app.garbage import YOUNG_OBJECTS, searched_rarely


def test_the_search_is_rare_within_and_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with searched_rarely():
        assert gc.get_threshold() == (YOUNG_OBJECTS, *before[1:])
        assert gc.isenabled()
        assert gc.get_freeze_count()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_a_run_that_fails_leaves_the_process_as_it_was() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), searched_rarely():
        raise KeyError
    assert gc.get_threshold() == before
