"""The vehicle: its sensors, its battery management, and its communication controller.

Figure 6: EV sensors, BMS and EVCC, in the car. EMSA: user premises domain, field zone.
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="ev",
    components=("EVCC", "BMS", "EV_SENSORS"),
    figure="Figure 6: electric vehicle with EVCC, BMS and sensors",
    provides=(
        Interface(protocol="PHYSICAL", peer="EV_USER", purpose="the driver parks, plugs, unplugs and leaves"),
        Interface(protocol="VEHICLE", peer="EV_SENSORS", purpose="what the sensors measure, to the BMS"),
        Interface(protocol="VEHICLE", peer="BMS", purpose="state of the battery, to the EVCC"),
    ),
    requires=(
        Interface(protocol="ISO15118-20", peer="EVSE_C", purpose="the charging session"),
    ),
    keeps_personal_data=True,
)  # fmt: skip
