"""What a report says of an EVSE's battery is what is read, or it is refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.kernel.errors import BrokenPeer
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.protocols import openadr
from sterna.protocols.openadr import storage

STATUS = openadr.StorageStatus(
    present=True,
    kw=Kilowatts(-7.5),
    soc=Share(0.42),
    capacity_kwh=KilowattHours(60.0),
    charge_kw_max=Kilowatts(22.0),
    discharge_kw_max=Kilowatts(11.0),
    gives_now_kw=Kilowatts(9.0),
    plugged_since=Instant(1000.0),
    departure=Instant(9000.0),
    floor=Share(0.3),
    target=Share(0.8),
    v2x=True,
    wear_class="LFP",
)


@given(st.integers(0, 1000), st.booleans())
def test_a_status_survives_the_report(soc: int, v2x: bool) -> None:  # noqa: FBT001  # drawn
    sent = openadr.StorageStatus(present=True, soc=Share(soc / 1000), v2x=v2x)
    assert openadr.storage_status(sent.values()) == sent


def test_every_value_survives() -> None:
    assert openadr.storage_status(STATUS.values()) == STATUS


def test_an_empty_bay_says_so() -> None:
    empty = openadr.StorageStatus(present=False)
    assert openadr.storage_status(empty.values()) == empty
    assert openadr.storage_status({}) == empty


@pytest.mark.parametrize("value", ["much", True])
def test_a_value_of_the_wrong_type_is_refused_by_name(value: str | bool) -> None:  # noqa: FBT001  # a table
    with pytest.raises(BrokenPeer, match=storage.DEPARTURE):
        openadr.storage_status(STATUS.values() | {storage.DEPARTURE: value})
