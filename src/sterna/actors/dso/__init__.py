"""DSO: forecasts what the connection may carry, reads its meter, bills the network.

Figure 6: grid management system.
EMSA: energy conversion domain, operation zone.
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="dso",
    components=("GMS",),
    figure="Figure 6: grid management system",
    provides=(
        Interface(protocol="OSCP", peer="BEMS", purpose="registration, heartbeats, complaints", host="dso"),
    ),
    requires=(
        Interface(protocol="OSCP", peer="BEMS", purpose="capacity forecasts", host="bems"),
        Interface(protocol="REST", peer="EMKT", purpose="prices; metered energy of the connection", host="energy_market"),
        Interface(protocol="IEC61850", peer="METERS", purpose="reports of the grid meter"),
    ),
)  # fmt: skip
