"""CS EMS: steers the charging stations of a site, and stands between them and their CSMS as local controller.

Figures 6 and 11: charging station EMS. EMSA: electric mobility domain, station zone.
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="cs_ems",
    components=("CS_EMS",),
    figure="Figure 6: charging station EMS",
    provides=(
        Interface(protocol="REST", peer="WEBAPP", purpose="start, change, see and stop a session", host="cs_ems"),
        Interface(protocol="REST", peer="PMS", purpose="planned slots and their V2B capacity", host="cs_ems"),
        Interface(protocol="OpenADR", peer="BEMS", purpose="set-points for all cars together, as callbacks", host="cs_ems"),
        Interface(protocol="OCPP", peer="CS_C", purpose="stations, relayed to the CSMS and steered"),
    ),
    requires=(
        Interface(protocol="OCPP", peer="CSMS", purpose="each station's messages, unchanged, under its own identity"),
        Interface(protocol="OpenADR", peer="BEMS", purpose="reports per EVSE, pseudonymous", host="bems"),
        Interface(protocol="REST", peer="WEBAPP", purpose="statistics of a session, and that its car is unplugged", host="session_app"),
    ),
)  # fmt: skip
