"""The records that an actor's core takes in and gives out.

A core is a function ``decide(state, event) -> (state, commands)``. Events and
commands are frozen, keyword-only, tagged records, so that the journal can store
and read them back. Every subclass repeats ``frozen=True, kw_only=True, gc=False``,
which type checkers want to see. Time arrives inside events; a timer is an event that the
core asked for with :class:`WakeAt`.
"""

from typing import ClassVar

from msgspec import Struct

from sterna.kernel.quantities import Instant


class Event(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Something that happened. *at* is when the actor learned of it."""

    at: Instant


class Command(Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Something that a core wants done outside of itself.

    A *durable* command is kept until it is acknowledged and sent again after a
    crash, under the same id; a command that is not durable (a set-point, a
    display) is outdated by then and is forgotten.
    """

    durable: ClassVar[bool] = True


class Woke(Event, frozen=True, kw_only=True, gc=False):
    """A timer asked for by :class:`WakeAt` has come due."""

    key: str


class WakeAt(Command, frozen=True, kw_only=True, gc=False):
    """Wake the core at *due* with :class:`Woke`; a newer one with the same key replaces it.

    Timers are rebuilt from the journal after a crash, hence not durable.
    """

    durable: ClassVar[bool] = False

    due: Instant
    key: str


class Forget(Command, frozen=True, kw_only=True, gc=False):
    """Cancel the timer *key*, if it is set."""

    durable: ClassVar[bool] = False

    key: str


class Row(Command, frozen=True, kw_only=True, gc=False):
    """A row of a relational projection, written in the same transaction as its event.

    A subclass names its *table* and the fields of its *key*; a later row with
    the same key replaces the earlier one, so that a replay changes nothing.
    """

    durable: ClassVar[bool] = False
    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
