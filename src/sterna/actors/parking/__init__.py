"""Parking: sells and keeps the slots of the car park.

Figure 6: online parking management booking UI and parking management system.
EMSA: user premises domain, enterprise zone.
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="parking",
    components=("BOOKING_UI", "PMS"),
    figure="Figure 6: online booking UI and parking management system",
    provides=(
        Interface(protocol="HTTPS", peer="EV_USER", purpose="pages to book and pay a slot", host="parking"),
        Interface(protocol="REST", peer="WEBAPP", purpose="a slot reported free", host="pms"),
    ),
    requires=(
        Interface(protocol="REST", peer="WEBAPP", purpose="confirmed reservations", host="session_app"),
        Interface(protocol="REST", peer="CS_EMS", purpose="planned slots and their V2B capacity", host="cs_ems"),
        Interface(protocol="REST", peer="BEMS", purpose="planned slots and their V2B capacity", host="bems"),
    ),
    keeps_personal_data=True,
)  # fmt: skip
