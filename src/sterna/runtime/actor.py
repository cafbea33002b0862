"""Runs a pure core: journal the event, decide, commit, perform the commands; recover after a crash.

The journal is the truth. State, timers and the commands that still wait for an acknowledgement
are a function of the newest snapshot and the entries after it, because a core is pure.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar, get_type_hints

import msgspec

from sterna.kernel.quantities import Instant
from sterna.kernel.records import Command, Event, Forget, Row, WakeAt, Woke
from sterna.runtime.journal import Journal
from sterna.runtime.ports import Clock, Timer
from sterna.runtime.supervisor import Supervisor

S = TypeVar("S")
E = TypeVar("E")

SNAPSHOT_EVERY: Final = 4000
"""Entries between two snapshots: a replay then takes some tenths of a second, and a snapshot costs little per event."""
PERFORM_CRASHES_MAX: Final = 3
"""How often performing one durable command may crash before it is given up and reported."""

ACKNOWLEDGED: Final = "~ack"
SKIPPED: Final = "~skip"


class _Waiting(msgspec.Struct, frozen=True, gc=False):
    """A durable command that nobody has acknowledged, as it is stored."""

    command_id: str
    kind: str
    body: msgspec.Raw


class _Snapshot(msgspec.Struct, frozen=True):
    """What is needed to go on after an entry without the entries before it."""

    state: msgspec.Raw
    waiting: tuple[_Waiting, ...]
    timers: dict[str, float]


class Actor(Generic[S, E]):
    """One running core.

    ``decide(state, event)`` annotates *event* with the union of the events it takes; the journal is
    decoded by that annotation. It may change *state* in place.
    """

    def __init__(
        self,
        name: str,
        decide: Callable[[S, E], tuple[S, Sequence[Command]]],
        state: S,
        *,
        perform: Callable[[Command, str], None],
        clock: Clock,
        journal: Journal,
        supervisor: Supervisor,
        snapshot_every: int = SNAPSHOT_EVERY,
    ) -> None:
        """Make the actor *name* from its first *state*; ``start`` brings it to life.

        *perform* carries out one command, known by its id, and returns at once.
        """
        self.name = name
        self.state = state
        self._decide = decide
        self._perform = perform
        self._clock = clock
        self._journal = journal
        self._supervisor = supervisor
        self._snapshot_every = snapshot_every
        self._encode = msgspec.msgpack.Encoder().encode
        self._first = self._encode(state)
        self._states: msgspec.msgpack.Decoder[S] = msgspec.msgpack.Decoder(type(state))
        self._events: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(_taken_by(decide))
        self._seq = 0
        self._snapshot_seq = 0
        self._waiting: dict[str, Command] = {}
        self._due: dict[str, Instant] = {}
        self._timers: dict[str, Timer] = {}
        self._outbox: list[tuple[Command, str]] = []
        self._releasing = False
        self._performing = ""
        self._crashes: dict[str, int] = {}
        self._live = False
        self._life = 0

    def start(self) -> None:
        """Recover from the journal, set the timers, and perform again what was not acknowledged."""
        self._recover()
        self._live = True
        self._resume()

    def stop(self) -> None:
        """Stop taking events; a snapshot makes the next start quick and independent of this code."""
        self._live = False
        self._cancel_timers()
        self._take_snapshot()
        self._journal.flush()

    def tell(self, event: E) -> None:
        """Take *event* now: it is in the journal and decided when this returns.

        Its commands are performed after the commit. A stopped actor takes nothing.
        """
        if not self._live:
            return
        assert isinstance(event, Event)
        self._seq += 1
        self._journal.append(
            self.name, self._seq, type(event).__name__, self._encode(event), event.at
        )
        try:
            self.state, commands = self._decide(self.state, event)
        except Exception as bug:  # noqa: BLE001  # the supervisor's: a bug ends the actor, not the process
            self._poisoned(bug)
            return
        if commands:
            self._accept(commands)
        if self._seq - self._snapshot_seq >= self._snapshot_every:
            self._take_snapshot()

    def acknowledge(self, command_id: str) -> None:
        """Forget a durable command: it has had its effect. Any further time changes nothing."""
        if self._waiting.pop(command_id, None) is not None:
            self._seq += 1
            now = self._clock.now()
            self._journal.append(self.name, self._seq, ACKNOWLEDGED, command_id.encode(), now)

    def waiting(self) -> dict[str, Command]:
        """Return the durable commands that nobody has acknowledged, oldest first."""
        return dict(self._waiting)

    def crashed(self, bug: BaseException) -> None:
        """Start again from the journal because something of this actor failed, e.g. a task."""
        if self._live:
            self._supervisor.crashed(self.name, bug)
            self._restart()

    def _accept(self, commands: Sequence[Command]) -> None:
        """Carry out what belongs to the actor itself; queue the rest until the commit."""
        for index, command in enumerate(commands):
            if isinstance(command, Row):
                self._journal.project(command)
            elif isinstance(command, WakeAt):
                self._due[command.key] = command.due
                self._set_timer(command.key, command.due)
            elif isinstance(command, Forget):
                self._due.pop(command.key, None)
                self._cancel_timer(command.key)
            else:
                command_id = f"{self.name}/{self._seq}.{index}"
                if command.durable:
                    self._waiting[command_id] = command
                self._queue(command, command_id)

    def _queue(self, command: Command, command_id: str) -> None:
        self._outbox.append((command, command_id))
        if not self._releasing:
            self._releasing = True
            self._journal.after_commit(self._release)

    def _release(self) -> None:
        """Perform what the commit has made certain, in order."""
        self._releasing = False
        outbox, self._outbox = self._outbox, []
        life = self._life
        try:
            for command, command_id in outbox:
                self._performing = command_id
                self._perform(command, command_id)
                if self._life != life:
                    return  # A restart in between has queued again what still matters.
        except Exception as bug:  # noqa: BLE001  # the supervisor's, as in tell
            self._supervisor.crashed(self.name, bug)
            self._give_up_if_hopeless(self._performing)
            self._restart()

    def _give_up_if_hopeless(self, command_id: str) -> None:
        """Count a crash of performing *command_id*; after too many it is recorded as done and reported."""
        count = self._crashes[command_id] = self._crashes.get(command_id, 0) + 1
        if count >= PERFORM_CRASHES_MAX:
            self.acknowledge(command_id)
            self._supervisor.gave_up(self.name, f"command {command_id}")

    def _poisoned(self, bug: Exception) -> None:
        """Go on without the last event, which this core cannot take.

        The core is pure: a second try fails in the same way, and the failed one may have left the
        state half changed. So the state is rebuilt; the replay meets the event again and records
        that it is skipped.
        """
        self._supervisor.crashed(self.name, bug)
        self._restart()

    def _skip(self, seq: int) -> None:
        self._seq += 1
        self._journal.append(self.name, self._seq, SKIPPED, str(seq).encode(), self._clock.now())

    def _restart(self) -> None:
        self._life += 1
        self._cancel_timers()
        self._outbox.clear()
        self._recover()
        self._resume()

    def _resume(self) -> None:
        """Set the timers and perform again what waits for an acknowledgement."""
        for key, due in self._due.items():
            self._set_timer(key, due)
        for command_id, command in self._waiting.items():
            self._queue(command, command_id)

    def _recover(self) -> None:
        """Rebuild the state from the journal; entries that the core cannot take are left out, once each."""
        while (poison := self._replayed()) is not None:
            seq, kind, bug = poison
            self._supervisor.crashed(self.name, bug)
            self._supervisor.gave_up(self.name, f"event {seq} {kind}")
            self._skip(seq)

    def _replayed(self) -> tuple[int, str, Exception] | None:
        """Rebuild state, timers and waiting commands; return the first entry that cannot be replayed."""
        self._load(self._journal.snapshot_of(self.name))
        entries = self._journal.entries_of(self.name, after=self._snapshot_seq)
        skipped = {int(body) for _, kind, body in entries if kind == SKIPPED}
        if entries:
            self._seq = entries[-1][0]
        for seq, kind, body in entries:
            if kind == ACKNOWLEDGED:
                self._waiting.pop(body.decode(), None)
            elif kind != SKIPPED and seq not in skipped:
                try:
                    self._replay(seq, self._events.decode(body))
                except Exception as bug:  # noqa: BLE001  # the supervisor's: as in tell
                    return seq, kind, bug
        return None

    def _load(self, found: tuple[int, bytes] | None) -> None:
        self._waiting, self._due = {}, {}
        self._seq = self._snapshot_seq = 0
        if found is None:
            self.state = self._states.decode(self._first)
            return
        self._seq = self._snapshot_seq = found[0]
        stored = msgspec.msgpack.decode(found[1], type=_Snapshot)
        self.state = self._states.decode(stored.state)
        self._due = {key: Instant(due) for key, due in stored.timers.items()}
        kinds = _commands()
        for waiting in stored.waiting:
            command = msgspec.msgpack.decode(waiting.body, type=kinds[waiting.kind])
            self._waiting[waiting.command_id] = command

    def _replay(self, seq: int, event: Any) -> None:
        """Let the core decide again; its rows are in the database already."""
        if isinstance(event, Woke):
            self._due.pop(event.key, None)
        self.state, commands = self._decide(self.state, event)
        for index, command in enumerate(commands):
            if isinstance(command, WakeAt):
                self._due[command.key] = command.due
            elif isinstance(command, Forget):
                self._due.pop(command.key, None)
            elif command.durable:
                self._waiting[f"{self.name}/{seq}.{index}"] = command

    def _take_snapshot(self) -> None:
        waiting = tuple(
            _Waiting(command_id, _kind(type(command)), msgspec.Raw(self._encode(command)))
            for command_id, command in self._waiting.items()
        )
        timers: dict[str, float] = dict(self._due)
        body = _Snapshot(msgspec.Raw(self._encode(self.state)), waiting, timers)
        self._journal.save_snapshot(self.name, self._seq, self._encode(body))
        self._snapshot_seq = self._seq

    def _set_timer(self, key: str, due: Instant) -> None:
        self._cancel_timer(key)
        self._timers[key] = self._clock.call_at(due, lambda: self._woke(key))

    def _woke(self, key: str) -> None:
        del self._timers[key], self._due[key]
        woke: Any = Woke(at=self._clock.now(), key=key)
        self.tell(woke)

    def _cancel_timer(self, key: str) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    def _cancel_timers(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()


def _taken_by(decide: Callable[..., Any]) -> Any:
    """Return the union of events that *decide* takes: the annotation of its last positional parameter."""
    function = getattr(decide, "func", decide)
    hints = get_type_hints(function)
    taken = hints.get("event")
    assert taken is not None, f"{function} must name its second parameter event and annotate it"
    assert taken is not Event, f"{function} must annotate event with the union of its events"
    return taken | Woke


def _kind(command: type[Command]) -> str:
    return f"{command.__module__}:{command.__qualname__}"


def _commands() -> dict[str, type[Command]]:
    """Return every kind of command that is known in this process, by module and name."""
    found: dict[str, type[Command]] = {}
    left: list[type[Command]] = [Command]
    while left:
        kind = left.pop()
        found[_kind(kind)] = kind
        left.extend(kind.__subclasses__())
    return found
