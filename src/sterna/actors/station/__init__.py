"""The charging station: OCPP towards the CS EMS, a bus towards its EVSE controllers.

Figure 6: charging station controller. EMSA: user premises domain, station zone.
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="station",
    components=("CS_C",),
    figure="Figure 6: charging station controller",
    provides=(
        Interface(protocol="STATION", peer="EVSE_C", purpose="permits and set-points out, needs and meter in"),
    ),
    requires=(
        Interface(protocol="OCPP", peer="CS_EMS", purpose="transactions, charging profiles, device model"),
    ),
)  # fmt: skip
