"""CSMS: the management system of the charging stations, which keeps every transaction exactly once.

Figures 6 and 11: charging station management system. EMSA: electric mobility domain, operation zone.
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="csms",
    components=("CSMS",),
    figure="Figure 6: charging station management system",
    provides=(Interface(protocol="OCPP", peer="CS_C", purpose="stations of OCPP 2.1 and 2.0.1, behind a local controller or not"),),
    requires=(Interface(protocol="REST", peer="CSOS", purpose="running sessions, finished charge records, faults", host="cpo"),),
)  # fmt: skip
