"""Meter: the grid meter at the connection and the building's own sensors, as IEC 61850 devices.

Figure 6: measurement devices; building sensors and controllers.
EMSA: energy conversion domain, field zone (grid meter) and process zone (building sensors).
"""

from typing import Final

from sterna.runtime.card import Card, Interface

ADDRESS: Final = "meter:pcc"
"""Where readers dial; the identity says which data they want: ``grid`` or ``building``."""

CARD: Final = Card(
    room="meter",
    components=("METERS", "BLD_SENSORS"),
    figure="Figure 6: measurement devices, building sensors and controllers",
    provides=(
        Interface(protocol="IEC61850", peer="GMS", purpose="power and energy registers of the connection"),
        Interface(protocol="METER", peer="BEMS", purpose="building load and PV"),
    ),
)  # fmt: skip
