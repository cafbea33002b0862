"""The driver's pages as the trace names them: HTML forms over HTTPS.

The pages themselves belong to the rooms that show them; here stands only what
their requests and answers are called in the use case files.
"""

import re
from typing import Final
from urllib.parse import parse_qsl

from sterna.kernel.trace import Said

ASKED: Final = (
    ("POST", "/book"),
    ("POST", "/s"),
    ("POST", "/s/{session}/consent"),
    ("POST", "/s/{session}/preferences"),
    ("POST", "/s/{session}/start"),
    ("POST", "/s/{session}/stop"),
)
"""Forms that the driver sends."""
SHOWN: Final = (("GET", "/s/{session}/report"), ("GET", "/s/{session}/bill"))
"""Pages whose successful answer is a step of a use case."""
SESSION_CREATED: Final = "HTTPS 303 /s/{session}"
"""The answer to ``POST /s``: the page of the new session, named in its Location."""
FORM_KEYS: Final = {"session": "ses", "evse": "evse", "slot": "evse", "reservation": "res"}
"""Form fields that correlate. All other fields are personal and stay out of the trace."""
LINK: Final = re.compile(rb'href="/s/([\w.-]+)"')
"""The link to a session's page."""
YES: Final = frozenset({"1", "on", "true", "yes"})


def _matched(table: tuple[tuple[str, str], ...], method: str, path: str) -> tuple[str, str] | None:
    """Return the template in *table* that fits and the session in the path (or "")."""
    parts = path.partition("?")[0].split("/")
    session = parts[2] if len(parts) > 2 and parts[1] == "s" else ""
    shape = "/".join([*parts[:2], "{session}", *parts[3:]]) if session else "/".join(parts)
    return (shape, session) if (method, shape) in table else None


def asked(method: str, path: str, data: bytes) -> Said | None:
    """Return what a form says, or None where it is no step: ids, and whether V2B was accepted."""
    found = _matched(ASKED, method, path)
    if found is None:
        return None
    shape, session = found
    # Fields beyond the table are never looked at; rubbish bytes become replacement characters.
    form = dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))
    keys = [f"{kind}:{form[name]}" for name, kind in FORM_KEYS.items() if form.get(name)]
    named = [f"ses:{session}"] if session else []
    fields: dict[str, float | str | bool] = (
        {"v2b": form["v2b"].lower() in YES} if "v2b" in form else {}
    )
    return Said(
        msg=f"HTTPS {method} {shape}", keys=tuple(dict.fromkeys(named + keys)), fields=fields
    )


def answered(method: str, path: str, status: int, data: bytes) -> Said | None:
    """Return what the answer to *method* *path* says, or None where it is no step."""
    if (method, path.partition("?")[0], status) == ("POST", "/s", 303):
        # A 303 carries a short note with a link to its Location (RFC 9110, 15.4.4).
        link = LINK.search(data)
        return Said(msg=SESSION_CREATED, keys=(f"ses:{link[1].decode()}",) if link else ())
    found = _matched(SHOWN, method, path)
    if found is None or status != 200:
        return None
    return Said(msg=f"HTTPS 200 {found[0]}", keys=(f"ses:{found[1]}",))
