"""The schema ``sterna-usecase/2``: a use case of IEC 62559 placed on EMSA's layers, as records.

One file says who takes part, over which links and protocols, and which messages make
up each step. The same file is linted, drawn, and held against the trace of every run.
"""

from typing import Final, Literal

from msgspec import Struct, field

SCHEMA: Final = "sterna-usecase/2"

ZONES: Final = ("market", "enterprise", "operation", "station", "field", "process")
"""EMSA's zones from top to bottom."""
DOMAINS: Final = ("conversion", "transfer", "ev", "user")
"""EMSA's domains from left to right: energy conversion, transfer from/to EV, EV, user premises."""
ROOMS: Final = frozenset(
    {
        "parking", "session_app", "emsp", "cs_ems", "station", "evse", "ev", "csms", "cpo", "bems",
        "dso", "forecast", "energy_market", "lfmp", "clearing_house", "emme", "meter",
        "aggregator", "home", "world",
    }
)  # fmt: skip
"""The rooms that a component may name: those of the actors floor, and the world outside."""

Lines = tuple[int, int]
"""First and last line of the thesis' text that an element comes from."""
Origin = Literal["table", "figure", "added"]
"""A numbered step of the thesis, said only in a figure's text, or added by us to close a gap."""


class Objective(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the use case is good for."""

    id: str
    text: str
    src: Lines


class Narrative(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The story in a few sentences."""

    src: Lines
    short: str


class TechnicalActors(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The components that the thesis' table of details names as technical actors."""

    src: Lines
    ids: tuple[str, ...]


class Cited(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A passage that is cited and not repeated."""

    src: Lines


class Prerequisite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has to hold before a scenario starts, with a check that a program can do."""

    id: str
    text: str
    check: str
    src: Lines


class Classification(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section 1.7 of the IEC 62559-2 template."""

    level_of_depth: str
    prioritisation: str
    relation: str
    nature: str
    keywords: tuple[str, ...] = ()


class Head(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name, scope, objectives and conditions: section 1 of the IEC 62559-2 template."""

    id: str
    name: str
    site: str
    src: Lines
    scope: str
    objectives: tuple[Objective, ...]
    narrative: Narrative
    primary_actor: str
    primary_actor_src: Lines
    technical_actors: TechnicalActors
    main_success: Cited
    prerequisites: tuple[Prerequisite, ...]
    kpis: tuple[str, ...]
    classification: Classification


class Actor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person or organisation of the business layer, with the components it operates."""

    id: str
    name: str
    type: Literal["human", "business"]
    domain: str
    zone: str
    operates: tuple[str, ...]
    known_by: str | None = None
    """The kind of correlation key that the unit of a participant is, e.g. ``evse``."""


class BusinessRelation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one business actor gives another."""

    id: str
    giver: str = field(name="from")
    to: str
    kind: Literal["service", "money", "information", "energy"]
    label: str
    src: Lines


class Function(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A function of the function layer and the components that carry it."""

    id: str
    name: str
    domain: str
    zone: str
    components: tuple[str, ...]
    src: Lines
    note: str = ""


class Component(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A component of the component layer, its place and the room that realises it."""

    id: str
    name: str
    domain: str
    zone: str
    kind: Literal["system", "app", "controller", "sensor", "ui"]
    module: str
    placement: Literal["text", "inferred"]
    src: Lines
    v2x: bool = False
    aliases: tuple[str, ...] = ()
    note: str = ""
    known_by: str | None = None
    """The kind of correlation key that its unit is: ``EVSE_C/porto-03-1`` means ``evse:porto-03-1``."""


class InformationObject(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is exchanged: typed fields with units, and whether a person can be known by it."""

    id: str
    name: str
    fields: dict[str, str]
    personal_data: bool = False


class Link(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connection between two components, in both directions, with its protocols."""

    id: str
    a: str
    b: str
    info: tuple[str, ...]
    """What the thesis' information layer names."""
    comm: tuple[str, ...]
    """What the thesis' communication layer names."""
    stacks: tuple[str, ...]
    """The protocol stacks that run here, top first, e.g. ``OCPP 2.1 / WebSocket / TLS``."""
    src: Lines
    personal: bool = False
    """True where data of a person may travel."""
    support: tuple[str, ...] = ()
    """Messages that keep the link working and are no step, e.g. ``OCPP Heartbeat``."""
    note: str = ""


class Exchange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One message of a step, from one component to another."""

    sender: str = field(name="from")
    to: str
    info: tuple[str, ...]
    obs: tuple[str, ...]
    """The concrete messages that show it, alternatives; ``{name}`` stands for one word."""
    origin: Origin | None = None
    """Where the exchange comes from; None: as its step."""
    src: Lines | None = None
    """The lines it comes from; None: as its step."""
    min: int | None = None
    """Set: the exchange repeats, at least this often; None: exactly once."""
    period_s: float | None = None
    """The longest time between two of a repeated exchange, in s, until the step ``until``."""
    jitter_s: float = 0.0
    """What may be added to the period, in s."""
    until: str | None = None
    """The step whose beginning ends a repeated exchange."""
    optional: str = ""
    """Why it may be absent; empty: it may not."""
    meanwhile: bool = False
    """True: the next exchange and the next step do not wait for it."""
    shared: bool = False
    """True: it belongs to no session and serves every session that is there."""
    valid_s: float = 0.0
    """How long a shared message holds, in s: a price for a day serves who comes later."""
    within_s: float | None = None
    """Longest time after the end of the step before, in s; None: the step's own."""
    waits: bool = False
    """True: it carries no key and belongs to the stay of the step's next exchange that does."""
    each: bool = False
    """True: it names several stays by their passing keys and counts for each of them."""
    idle: bool = False
    """True: it may also be sent while no car is there, and then belongs to no stay."""
    where: str = ""
    """What must hold of its fields and the session's variables (see ``emsa.expression``)."""
    keep: dict[str, str] = {}
    """Session variables to set from its fields: variable -> expression."""


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step of a scenario: exchanges in order, after the step before."""

    step: str
    name: str
    origin: Origin
    src: Lines
    service: Literal["CREATE", "GET", "REPORT", "EXECUTE", "REPEAT", "CHANGE"]
    exchanges: tuple[Exchange, ...]
    unordered: bool = False
    anytime_after: str | None = None
    """Starts a branch of its own after this step; empty text: after the session's beginning."""
    optional: str = ""
    """Why the whole step may be absent; empty: it may not."""
    within_s: float | None = None
    """Longest time from the end of the step before to the end of this one, in s."""
    repeat: str = ""


class Invariant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for every message of a session that carries one of these objects."""

    id: str
    info: tuple[str, ...]
    that: str
    """An expression over the message's fields and the session's variables."""


class Added(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps that a derived scenario puts in after a step of its parent (None: at the front)."""

    after: str | None
    steps: tuple[Step, ...]


class Derive(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a scenario differs from the one it comes from."""

    parent: str = field(name="from")
    drop: tuple[str, ...] = ()
    add: tuple[Added, ...] = ()
    replace: tuple[Step, ...] = ()
    """Steps that take the place of the parent's steps of the same number."""


class Chosen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The facts by which a session is known to follow a derived scenario; all must hold."""

    absent: tuple[str, ...] = ()
    """None of the messages of these steps of the parent was seen."""
    present: tuple[str, ...] = ()
    """One of the messages that the derived scenario has and the parent has not was seen in these."""
    when: str = ""
    """An expression over the session's variables."""


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way through the use case: section 4 of the IEC 62559-2 template."""

    id: str
    name: str
    primary_actor: str
    trigger: str
    pre: str
    post: str
    src: Lines | None = None
    steps: tuple[Step, ...] = ()
    derive: Derive | None = None
    chosen: Chosen | None = None
    variables: dict[str, float | str | bool] = {}
    """The session's variables and what they are before a message sets them."""
    invariants: tuple[Invariant, ...] = ()
    """Added to those of the parent."""


class Correlation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How messages find their session: by keys that are joined when one message holds both."""

    lasting: tuple[str, ...]
    """Kinds of keys that mean one session for ever, e.g. ``ses``."""
    passing: tuple[str, ...]
    """Kinds that mean the session which is there at the time, e.g. ``evse``, from opening to closing."""
    apart: tuple[str, ...]
    """Lasting kinds that do not join a passing key: a reservation names a slot others still use."""
    opens: str
    """The message with which a stay begins, e.g. ``PHYSICAL plug``."""
    closes: str
    """The message with which a stay ends; passing keys are free again."""
    after_s: float
    """How long after the closing late messages still count, in s."""


class UseCase(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole use case file."""

    schema: Literal["sterna-usecase/2"]
    use_case: Head
    protocols: dict[str, str]
    """First layer of a stack -> first word of its messages in the trace."""
    correlation: Correlation
    actors: tuple[Actor, ...]
    business_relations: tuple[BusinessRelation, ...]
    functions: tuple[Function, ...]
    components: tuple[Component, ...]
    information_objects: tuple[InformationObject, ...]
    links: tuple[Link, ...]
    scenarios: tuple[Scenario, ...]

    def link_between(self, one: str, other: str) -> Link | None:
        """Return the link between two components, whichever end comes first."""
        for link in self.links:
            if (link.a, link.b) in ((one, other), (other, one)):
                return link
        return None

    def words(self, link: Link) -> frozenset[str]:
        """Return the protocol words that *link*'s stacks allow in the trace."""
        return frozenset(
            word for stack in link.stacks if (word := self.protocols.get(top(stack))) is not None
        )


def top(stack: str) -> str:
    """Return the first layer of a protocol stack: the protocol of meaning."""
    return stack.partition(" / ")[0]


def places(use_case: UseCase) -> dict[str, Component | Actor]:
    """Return every participant of a link by its id: components, and people themselves."""
    found: dict[str, Component | Actor] = {actor.id: actor for actor in use_case.actors}
    found.update((component.id, component) for component in use_case.components)
    return found
