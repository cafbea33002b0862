"""Errors in three kinds with one answer each, and the words for bad input.

A bug is none of these: it is an assertion, it ends the actor, and the
supervisor restarts it.
"""

from pathlib import Path


class SternaError(Exception):
    """The root of all errors that Sterna raises on purpose."""


class BrokenPeer(SternaError):
    """The other side broke its protocol. Close the link, keep the actor."""


class Unreachable(SternaError):
    """No answer in time. Fall back to the last safe set-point."""


class Refused(SternaError):
    """The other side understood and said no. Report the reason to the user."""


class BadInput(SternaError):
    """A file that a user wrote cannot be used: which file, which key, and why."""

    def __init__(self, source: Path | str, key: str, reason: str) -> None:
        """Remember *source* (file), *key* (dotted, may be empty) and *reason*."""
        super().__init__(f"{source}: {key}: {reason}" if key else f"{source}: {reason}")
        self.source = str(source)
        self.key = key
        self.reason = reason
