"""Pairs of machines that stand where a test begins."""

import pytest
from protocols.iso15118.iso15118_pair import Pair, make_pair


@pytest.fixture
def pair() -> Pair:
    """Return a DC_BPT car in Dynamic mode, plugged, and held at authorisation."""
    pair = make_pair()
    pair.plug()
    return pair


@pytest.fixture
def looping(pair: Pair) -> Pair:
    """Return the same car with consent, in the charge loop, at zero power."""
    pair.do(pair.secc.authorize(pair.now, consent_v2x=True))
    return pair
