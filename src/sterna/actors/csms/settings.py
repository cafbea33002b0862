"""Settings of the charging station management system."""

from dataclasses import dataclass

from sterna.kernel.quantities import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CsmsSettings:
    """Which stations are managed, and how."""

    stations: tuple[str, ...]
    """Identities that may connect."""
    passwords: tuple[tuple[str, str], ...] = ()
    """(station, password) for HTTP Basic authentication; a station that is not here shows none."""
    heartbeat_s: int = 14_400
    """Heartbeat interval told at boot: it sets the clock a few times a day; that a station lives is seen from its other messages."""
    update_s: Seconds = Seconds(3600.0)
    """How often at most the operator hears of a running session: its start at once, its energy by the hour, rest never.

    The record at the end has every meter value; nobody is billed by what is told in between.
    """
    gap_s: Seconds = Seconds(3600.0)
    """How long an ended transaction waits for messages that lack before its record is made without them."""
    token_types: tuple[str, ...] = ("Central",)
    """Kinds of tokens that are accepted as they come: pseudonyms of sessions that were started centrally."""
    tokens: tuple[str, ...] = ()
    """Further tokens that are accepted: the operator's own list."""
