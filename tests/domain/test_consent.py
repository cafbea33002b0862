"""Nothing is discharged without a consent that stands at that moment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sterna.domain.consent import ConsentRecord, Consents, Decision, Purpose
from sterna.kernel.quantities import Instant


def said(purpose: Purpose, decision: Decision, at: float) -> ConsentRecord:
    return ConsentRecord(purpose=purpose, decision=decision, notice_version="3", at=Instant(at))


@st.composite
def histories(draw: st.DrawFn) -> Consents:
    consents = Consents()
    for at in sorted(draw(st.lists(st.floats(0, 100), max_size=12))):
        purpose, decision = draw(st.sampled_from(Purpose)), draw(st.sampled_from(Decision))
        consents = consents.with_record(said(purpose, decision, at))
    return consents


@pytest.mark.req("CH-PRIV-GDPR")
@given(histories(), st.floats(0, 100))
def test_a_withdrawal_has_effect_at_once_until_granted_again(consents: Consents, at: float) -> None:
    moment = Instant(max([at, *(record.at for record in consents.records)]))
    withdrawn = consents.with_record(said(Purpose.V2X, Decision.WITHDRAWN, moment))
    assert not withdrawn.allows_discharge(moment)
    assert not withdrawn.allows_discharge(Instant(moment + 1000))
    assert withdrawn.allows_discharge(Instant(at)) == (
        consents.allows_discharge(Instant(at)) and at < moment
    )
    granted = withdrawn.with_record(said(Purpose.V2X, Decision.GRANTED, moment + 1))
    assert granted.allows_discharge(Instant(moment + 1)) == granted.stands(
        Purpose.TERMS, Instant(moment + 1)
    )
    assert not granted.allows_discharge(moment)


@given(histories(), st.floats(0, 100))
def test_what_stands_stands_since_a_moment(consents: Consents, at: float) -> None:
    for purpose in Purpose:
        since = consents.since(purpose, Instant(at))
        assert (since is not None) == consents.stands(purpose, Instant(at))
        assert since is None or since <= at


@given(histories(), st.floats(0, 50))
def test_what_was_said_later_does_not_change_what_stood_before(
    consents: Consents, at: float
) -> None:
    before = Consents(records=tuple(r for r in consents.records if r.at <= at))
    assert before.allows_discharge(Instant(at)) == consents.allows_discharge(Instant(at))


def test_silence_is_no_consent() -> None:
    assert not Consents().allows_discharge(Instant(0))
    only_v2x = Consents().with_record(said(Purpose.V2X, Decision.GRANTED, 0))
    assert not only_v2x.allows_discharge(Instant(1))


def test_history_is_not_rewritten() -> None:
    consents = Consents().with_record(said(Purpose.V2X, Decision.GRANTED, 10))
    with pytest.raises(AssertionError):
        consents.with_record(said(Purpose.V2X, Decision.WITHDRAWN, 9))
