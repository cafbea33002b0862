"""Session app: the driver's web app beside the charger, from consent to bill.

Figure 6: smart charging session web app and ad-hoc UI.
EMSA: user premises domain, operation zone (web app) and field zone (ad-hoc UI).
"""

from typing import Final

from sterna.runtime.card import Card, Interface

CARD: Final = Card(
    room="session_app",
    components=("ADHOC_UI", "WEBAPP"),
    figure="Figure 6: smart charging session web app and ad-hoc UI",
    provides=(
        Interface(protocol="HTTPS", peer="EV_USER", purpose="pages: bill", host="adhoc"),
        Interface(protocol="HTTPS", peer="ADHOC_UI", purpose="forms: consent, preferences, start, stop", host="webapp"),
        Interface(protocol="REST", peer="PMS", purpose="reservations", host="session_app"),
        Interface(protocol="REST", peer="CS_EMS", purpose="statistics, unplugged", host="session_app"),
        Interface(protocol="REST", peer="EMSP_SYS", purpose="bills", host="session_app"),
    ),
    requires=(
        Interface(protocol="REST", peer="CS_EMS", purpose="start, change, see, stop a session", host="cs_ems"),
        Interface(protocol="REST", peer="EMSP_SYS", purpose="who charges, how it ended, what it earns so far", host="emsp"),
        Interface(protocol="REST", peer="PMS", purpose="slot is free", host="pms"),
    ),
    keeps_personal_data=True,
)  # fmt: skip
