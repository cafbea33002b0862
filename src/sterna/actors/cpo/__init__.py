"""CPO: the charge point operator's office, which turns transactions into sessions and charge records.

Figure 6: charging station operator system.
EMSA: energy transfer domain, enterprise zone.
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="cpo",
    components=("CSOS",),
    figure="Figure 6: charging station operator system",
    provides=(
        Interface(protocol="REST", peer="CSMS", purpose="sessions, charge records, faults that open maintenance tickets", host="cpo"),
    ),
    requires=(
        Interface(protocol="REST", peer="EMME_SYS", purpose="OCPI sessions and charge records", host="emme"),
    ),
)  # fmt: skip
