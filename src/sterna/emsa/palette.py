"""The colours of the drawings, for light and dark, as CSS variables with fallbacks.

Colour is never the only sign: protocols also differ in dashes, V2X components in their mark.
"""

from typing import Final

COLOURS: Final[dict[str, tuple[str, str]]] = {
    "page": ("#ffffff", "#0f1720"),
    "cell": ("#f4f7f9", "#16202b"),
    "cell-edge": ("#e1e8ed", "#22303d"),
    "head": ("#22384d", "#2b4560"),
    "head-ink": ("#ffffff", "#f1f6fa"),
    "zone": ("#e3e9ee", "#22303d"),
    "ink": ("#16212b", "#eaf1f6"),
    "faint": ("#566673", "#9fb0bd"),
    "card": ("#ffffff", "#1d2a36"),
    "card-edge": ("#8795a1", "#6f8292"),
    "v2x": ("#dff3e4", "#173a28"),
    "v2x-edge": ("#2e8b57", "#4fc283"),
    "person": ("#fff3d6", "#3d3116"),
    "person-edge": ("#b8860b", "#e0b347"),
    "ocpp": ("#1d6fb8", "#5fb0f0"),
    "iso15118": ("#7a3fb0", "#c08bf0"),
    "rest": ("#4c5a66", "#a9b8c4"),
    "html": ("#2f6f3e", "#7ccb8d"),
    "openadr": ("#c2570c", "#f59a55"),
    "oscp": ("#a8328f", "#ea86d4"),
    "ocpi": ("#0f7d8a", "#56c8d4"),
    "iec61850": ("#b0243a", "#f07a8c"),
    "local": ("#8a6d1d", "#d3b45c"),
}
"""Name -> light, dark."""

PROTOCOLS: Final[dict[str, tuple[str, str, str]]] = {
    "HTML": ("html", "", "HTML over HTTPS"),
    "REST": ("rest", "", "REST"),
    "OCPI 2.3": ("ocpi", "", "OCPI 2.3"),
    "OCPP 2.1": ("ocpp", "", "OCPP 2.1"),
    "ISO 15118-20": ("iso15118", "", "ISO 15118-20"),
    "OpenADR 3": ("openadr", "", "OpenADR 3"),
    "OSCP 2.0": ("oscp", "", "OSCP 2.0"),
    "IEC 61850": ("iec61850", "", "IEC 61850"),
    "Meter feed": ("iec61850", "6 4", "meter feed"),
    "In-station bus": ("local", "6 4", "in-station bus"),
    "Vehicle bus": ("local", "2 4", "vehicle bus"),
    "People": ("person-edge", "2 4", "by hand"),
}
"""First layer of a stack -> colour, dashes, name in the legend."""
UNKNOWN_PROTOCOL: Final = ("rest", "1 3", "other")


def style(name: str = "emsa") -> str:
    """Return the style sheet of a drawing whose root has the class *name*.

    Each colour stands there twice: as a value for viewers without variables, and as a
    variable that follows the reader's preference and that a page may set.
    """
    light = "".join(f"--emsa-{key}:{pair[0]};" for key, pair in COLOURS.items())
    dark = "".join(f"--emsa-{key}:{pair[1]};" for key, pair in COLOURS.items())
    rules = "".join(
        f".{name} .f-{key}{{fill:{pair[0]};fill:var(--emsa-{key},{pair[0]})}}"
        f".{name} .s-{key}{{stroke:{pair[0]};stroke:var(--emsa-{key},{pair[0]})}}"
        for key, pair in COLOURS.items()
    )
    return (
        f".{name}{{{light}font-family:Inter,'Segoe UI','DejaVu Sans',Arial,sans-serif}}"
        f"@media (prefers-color-scheme:dark){{.{name}{{{dark}}}}}{rules}"
    )
