"""No name of a person leaves the rooms that may know it."""

import pytest
from emsa_synthetic import judged, trace
from hypothesis import given
from hypothesis import strategies as st

from sterna.emsa.privacy import Markers, without_consent
from sterna.emsa.usecase import packaged

PORTO = packaged("porto")


@pytest.mark.req("CH-PRIV-GDPR")
@pytest.mark.parametrize(
    ("src", "dst", "frame", "leaks"),
    [
        ("WEBAPP", "CS_EMS", b'{"session":"s-1"}', 0),
        ("WEBAPP", "CS_EMS", b'{"driver":"driver-017"}', 1),
        ("CS_C/porto-03", "CSMS", b'{"idToken":"PT*AB*C12345"}', 1),
        ("CSMS", "CS_C/porto-03", b"maria@example.org", 1),
        ("PMS", "WEBAPP", b'{"driver":"driver-017"}', 0),
        ("EVSE_C/porto-03-1", "EVCC/porto-03-1", b"PT*AB*C12345", 0),
        ("CSOS", "EMKT", b"driver-017", 1),
    ],
)
def test_a_marker_counts_only_on_links_that_are_not_personal(
    src: str, dst: str, frame: bytes, leaks: int
) -> None:
    markers = Markers(PORTO, ["driver-017", "driver-018", "PT*AB*C12345", "maria@example.org"])
    markers.scan(7.0, src, dst, frame)
    markers.scan(7.0, src, dst, b"nothing of a person")
    assert markers.count == leaks
    assert [(leak.src, leak.dst) for leak in markers.leaks] == [(src, dst)] * leaks


def test_without_markers_nothing_is_found() -> None:
    markers = Markers(PORTO, [])
    markers.scan(0.0, "CSOS", "EMKT", b"driver-017")
    assert (markers.count, markers.frames) == (0, 0)


def test_a_marker_that_chance_would_find_is_refused() -> None:
    with pytest.raises(AssertionError, match="017"):
        Markers(PORTO, ["017"])


def test_markers_with_a_common_beginning_are_told_apart() -> None:
    markers = Markers(PORTO, [f"driver-{number:03}" for number in range(200)])
    markers.scan(0.0, "CSOS", "EMKT", b"driver-199 and driver-000")
    markers.scan(0.0, "CSOS", "EMKT", b"driver-200")
    assert markers.count == 1
    assert markers.leaks[0].marker == "driver-199"


@pytest.mark.req("P-STEP-3.1")
def test_a_discharge_without_consent_is_named() -> None:
    declined = trace(PORTO, ["SC-P-UNIDIR"], kw=5.0)
    assert without_consent(judged(PORTO, declined)) == ()
    worst = [one if "kw" not in one.fields else type(one)(
        t=one.t, seq=one.seq, src=one.src, dst=one.dst, msg=one.msg, keys=one.keys, fields={"kw": -5.0},
    ) for one in declined]  # fmt: skip
    assert without_consent(judged(PORTO, worst)) == ("ses-1",)


@given(
    markers=st.lists(st.text("abP-", min_size=5, max_size=8), max_size=12),
    frame=st.text("abP-", max_size=60),
)
def test_a_frame_counts_exactly_when_it_holds_a_marker(markers: list[str], frame: str) -> None:
    searched = Markers(PORTO, markers)
    searched.scan(0.0, "CSOS", "EMKT", frame.encode())
    assert searched.count == any(marker in frame for marker in markers)
