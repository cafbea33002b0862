"""A trace that does all of a use case conforms; one that does not is told what is wrong."""

import pytest
from emsa_synthetic import judged, kinds, trace

from sterna.emsa.usecase import packaged

SCENARIOS = ("SC-P-WALKIN", "SC-P-EVSTOP", "SC-P-UNIDIR")
ALL = [
    [name for place, name in enumerate(SCENARIOS) if chosen >> place & 1]
    for chosen in range(2 ** len(SCENARIOS))
]


@pytest.mark.parametrize("chosen", ALL, ids=lambda names: "+".join(names) or "SC-P-MAIN")
def test_what_the_file_says_conforms_to_the_file(chosen: list[str]) -> None:
    """Every scenario and every composition of scenarios."""
    porto = packaged("porto")
    result = judged(porto, trace(porto, chosen or ["SC-P-MAIN"]))
    assert list(kinds(result)) == []
    assert [one.scenario for one in result.sessions] == ["+".join(chosen) or "SC-P-MAIN"]
    assert result.holds
    assert result.unproven == 0
