"""Energy market: publishes day-ahead prices, takes volumes and meter data, bills the building's energy.

Figure 6: energy market system.
EMSA: energy conversion domain, market zone.
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="energy_market",
    components=("EMKT",),
    figure="Figure 6: energy market system",
    provides=(
        Interface(protocol="OpenADR", peer="BEMS", purpose="VTN: day-ahead prices", host="energy_market"),
        Interface(protocol="REST", peer="GMS", purpose="prices; metered energy of the connection", host="energy_market"),
        Interface(protocol="REST", peer="EMME_SYS", purpose="aggregate volumes", host="energy_market"),
    ),
    requires=(
        Interface(protocol="OpenADR", peer="BEMS", purpose="callbacks with prices", host="bems"),
    ),
)  # fmt: skip
