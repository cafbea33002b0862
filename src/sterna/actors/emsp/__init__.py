"""EMSP: the e-mobility service provider, which knows the driver and settles every session once.

Figure 5: EMSP (business layer; in Figure 6 behind the web app).
EMSA: user premises domain, enterprise zone.
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="emsp",
    components=("EMSP_SYS",),
    figure="Figure 5: EMSP, behind the web app of Figure 6",
    provides=(
        Interface(protocol="REST", peer="WEBAPP", purpose="who charges, how it ended, what it earns so far", host="emsp"),
        Interface(protocol="REST", peer="EMME_SYS", purpose="OCPI charge records", host="emsp"),
    ),
    requires=(
        Interface(protocol="REST", peer="WEBAPP", purpose="bills", host="session_app"),
    ),
    keeps_personal_data=True,
)  # fmt: skip
