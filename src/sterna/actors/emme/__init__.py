"""EMME: the electric mobility managing entity, a hub between operators and EMSPs that watches volumes.

Figure 6: EMME system.
EMSA: energy transfer domain, market zone.
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="emme",
    components=("EMME_SYS",),
    figure="Figure 6: EMME system",
    provides=(
        Interface(protocol="REST", peer="CSOS", purpose="OCPI hub: sessions, charge records", host="emme"),
    ),
    requires=(
        Interface(protocol="REST", peer="EMSP_SYS", purpose="OCPI charge records passed on", host="emsp"),
        Interface(protocol="REST", peer="EMKT", purpose="bidirectional volume per operator", host="energy_market"),
    ),
)  # fmt: skip
