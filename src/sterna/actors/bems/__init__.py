"""BEMS: decides when the building charges the parked cars and when it takes from them.

Figure 6: building energy management system.
EMSA: energy conversion domain, operation zone.
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="bems",
    components=("BEMS",),
    figure="Figure 6: BEMS",
    provides=(
        Interface(protocol="OpenADR", peer="CS_EMS", purpose="VTN: set-points out, parked cars in", host="bems"),
        Interface(protocol="OpenADR", peer="EMKT", purpose="callbacks with prices", host="bems"),
        Interface(protocol="OSCP", peer="GMS", purpose="capacity forecasts", host="bems"),
        Interface(protocol="REST", peer="PMS", purpose="planned slots", host="bems"),
    ),
    requires=(
        Interface(protocol="OpenADR", peer="EMKT", purpose="VEN: prices", host="energy_market"),
        Interface(protocol="OpenADR", peer="CS_EMS", purpose="callbacks with set-points", host="cs_ems"),
        Interface(protocol="OSCP", peer="GMS", purpose="registration, heartbeats", host="dso"),
        Interface(protocol="METER", peer="BLD_SENSORS", purpose="building load and PV"),
    ),
)  # fmt: skip
