"""The EVSE controller: control pilot, lock, contactor, meter, and the dialogue with the car.

Figure 6: EVSE controller in the charging station. EMSA: user premises domain, field zone.
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="evse",
    components=("EVSE_C",),
    figure="Figure 6: EVSE controller",
    provides=(
        Interface(protocol="ISO15118-20", peer="EVCC", purpose="the charging session"),
    ),
    requires=(
        Interface(protocol="STATION", peer="CS_C", purpose="permits and set-points in, needs and meter out"),
    ),
)  # fmt: skip
