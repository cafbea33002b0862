"""Carries the faults of a scenario out: on the network, on the actors, on the plugs."""

from functools import partial
from typing import Protocol

from sterna.app.bays import Bays
from sterna.app.wiring import Site
from sterna.kernel.quantities import Instant
from sterna.runtime.memory import MemoryNetwork
from sterna.runtime.ports import Clock
from sterna.world import faults
from sterna.world.faults import Action


class Crashable(Protocol):
    """An actor as far as its supervisor sees it."""

    def crashed(self, bug: BaseException) -> None:
        """Start again from the journal."""


class PowerCut(Exception):  # it is what happened, not an error of ours
    """The process of an actor was ended from outside."""


class Mishaps:
    """What goes wrong in a run, at its times."""

    def __init__(
        self,
        actions: tuple[Action, ...],
        clock: Clock,
        network: MemoryNetwork,
        site: Site,
        bays: Bays,
    ) -> None:
        """Plan *actions*; nothing happens before :meth:`start`."""
        self._actions = actions
        self._clock = clock
        self._network = network
        self._site = site
        self._bays = bays

    def start(self) -> None:
        """Set a timer for each; in a run that goes on, of the past only what still stands."""
        for action in standing(self._actions, self._clock.now()):
            self._clock.call_at(action.at, partial(faults.apply, action, self._network, self))

    def crash(self, actor: str) -> None:
        """Cut the power of *actor*: a station stays dark until its restart, a room is back from its store at once."""
        if actor in self._bays.stations:
            self._bays.stations[actor].crash()
        else:
            self._room(actor).crashed(PowerCut(f"{actor} lost its power"))

    def restart(self, actor: str) -> None:
        """Give a station its power back; rooms of this process are back already."""
        if actor in self._bays.stations:
            self._bays.stations[actor].start()

    def _room(self, name: str) -> Crashable:
        """Return the actor of a room."""
        rooms: dict[str, Crashable] = {
            "parking": self._site.parking.actor, "session_app": self._site.session_app.actor, "cs_ems": self._site.cs_ems.actor,
            "csms": self._site.csms.actor, "cpo": self._site.cpo.actor, "emme": self._site.emme.actor, "emsp": self._site.emsp.actor,
            "bems": self._site.bems.actor, "dso": self._site.dso.actor, "energy_market": self._site.energy_market.actor,
            "meter": self._site.meter.actor,
        }  # fmt: skip
        return rooms[name]

    def pull_plug(self, car: str | None, draw: float) -> None:
        """Pull the plug of *car*, or of the plugged car that *draw* picks."""
        where = self._plugged(car, draw)
        if where is not None:
            self._bays.unplug(where)

    def break_hardware(self, what: str, car: str | None, draw: float) -> None:
        """Break the pilot, the lock or the contactor where *car* is plugged."""
        where = self._plugged(car, draw)
        if where is None:
            return
        bay = self._bays.hardware[where]
        match what:
            case "pilot-lost":
                bay.lose_pilot()
            case "lock-stuck":
                bay.contacts.jammed = True
            case _:
                assert what == "contactor-welded", what
                bay.contacts.welded = True

    def _plugged(self, car: str | None, draw: float) -> str | None:
        """Return the EVSE where *car* is plugged, or the car that *draw* picks; None where nobody is."""
        there = ((name, bay.car) for name, bay in self._bays.hardware.items())
        plugged = [
            name for name, parked in there if parked is not None and car in (None, parked.evcc_id)
        ]
        return plugged[int(draw * len(plugged))] if plugged else None


def standing(actions: tuple[Action, ...], now: Instant) -> list[Action]:
    """Return *actions* from *now* on, and those before that have not ended: cut links, dark stations."""
    found: list[Action] = []
    for action in actions:
        if action.at >= now or isinstance(action, faults.Cut | faults.Crash):
            found.append(action)
        elif isinstance(action, faults.Heal | faults.Restart):
            found.remove(next(begin for begin in found if same(begin, action)))
    return found


def same(begin: Action, end: Action) -> bool:
    """Return whether *end* ends what *begin* began."""
    if isinstance(begin, faults.Cut) and isinstance(end, faults.Heal):
        return begin.between == end.between
    if isinstance(begin, faults.Crash) and isinstance(end, faults.Restart):
        return begin.actor == end.actor
    return False
