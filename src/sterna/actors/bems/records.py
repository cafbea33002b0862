"""What the BEMS keeps, takes in and gives out: its records. No session, no person, only EVSEs."""

from typing import ClassVar

from msgspec import Struct, field

from sterna.decisions.arrivals import Rates, Usual
from sterna.decisions.departures import Departures
from sterna.decisions.why import Why
from sterna.kernel.quantities import Instant, KilowattHours, Kilowatts, Share
from sterna.kernel.records import Command, Event, Row, Woke


class Car(Struct, frozen=True, kw_only=True, gc=False):
    """A parked car as the CS EMS reported it."""

    reported_at: Instant
    """When it was told last as it is here; see `State.confirmed_at`."""
    plugged_at: Instant
    departure: Instant
    soc: Share
    floor: Share
    target: Share
    capacity_kwh: KilowattHours
    charge_kw_max: Kilowatts
    discharge_kw_max: Kilowatts
    """A magnitude; 0 where V2B is declined or impossible."""
    kw: Kilowatts
    wear_class: str
    """Chemistry of the cells, as far as known."""


class Span(Struct, frozen=True, kw_only=True, gc=False):
    """A value from *start* until before *end*."""

    start: Instant
    end: Instant
    value: float


class Planned(Struct, frozen=True, kw_only=True, gc=False):
    """A booked stay, for what may be expected of it."""

    slot: str
    start: Instant
    end: Instant
    v2b_kw: Kilowatts
    v2b_kwh: KilowattHours


class Meter(Struct, kw_only=True):
    """The building's meters: present powers, the quarter hour that is running, what is behind it."""

    load_kw: Kilowatts | None = None
    """Latest building load without cars and PV; None before the first reading."""
    pv_kw: Kilowatts = Kilowatts(0.0)
    read_at: Instant = Instant(0.0)
    counted_to: Instant = Instant(0.0)
    """Up to here the powers are in the sums."""
    quarter: Instant = Instant(0.0)
    """Start of the quarter hour that the following sums belong to."""
    known_s: float = 0.0
    """For how much of it there was a reading to believe."""
    net_kws: float = 0.0
    """Import at the connection in kW times s, cars included; likewise load and PV."""
    load_kws: float = 0.0
    pv_kws: float = 0.0
    first_quarter: Instant = Instant(0.0)
    """Where the following lists start."""
    load_quarters: list[float] = field(default_factory=list)
    """Mean load of each finished quarter hour in kW, NaN where too little was read; bounded."""
    pv_quarters: list[float] = field(default_factory=list)
    peak_kw: Kilowatts = Kilowatts(0.0)
    """Highest quarter-hour mean of import so far."""


class Seen(Struct, kw_only=True):
    """What reports have taught about the cars that come: when, for how long, and what they need."""

    departures: Departures = field(default_factory=Departures)
    """By how long stays were announced for; persons are not known here."""
    rates: Rates = field(default_factory=Rates)
    usual: Usual = field(default_factory=Usual)
    hour: Instant = Instant(0.0)
    """The hour that is being watched; 0: none yet."""
    came: int = 0
    """Cars that came in it so far."""


class State(Struct, kw_only=True):
    """All that the next plan depends on, and the last request."""

    period_s: float
    cars: dict[str, Car] = field(default_factory=dict)
    """By EVSE."""
    confirmed_at: Instant = Instant(0.0)
    """When a report last spoke of all of them, be it only by what had changed; 0: never."""
    stays: dict[str, Planned] = field(default_factory=dict)
    """Booked stays by reservation; opaque ids."""
    import_prices: tuple[Span, ...] = ()
    """Energy price in EUR/kWh, in order."""
    export_prices: tuple[Span, ...] = ()
    priced_at: Instant = Instant(0.0)
    """When the market last told prices; 0: never."""
    capacity: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    """What the DSO allows in kW, by OSCP's kinds of forecast."""
    capacity_at: Instant = Instant(0.0)
    """When the DSO last told capacity; 0: never."""
    dso_silent: bool = False
    """The DSO has been silent for longer than it promised: its fallback capacity holds."""
    meter: Meter = field(default_factory=Meter)
    request_kw: tuple[float, ...] = ()
    """Set-points of the last plan, one per period from *requested_at*."""
    requested_at: Instant = Instant(0.0)
    early_at: Instant | None = None
    """When an extra plan is due because something changed; None: none is."""
    seen: Seen = field(default_factory=Seen)
    complained: tuple[Span, ...] = ()
    """Limits that the DSO has been told cannot be kept."""


class Reported(Event, frozen=True, kw_only=True, gc=False):
    """The CS EMS reported cars by EVSE, and EVSEs that are empty now."""

    cars: dict[str, Car]
    empty: tuple[str, ...] = ()
    whole: bool = False
    """Every car is listed: an EVSE that is not has none."""
    rest_stands: bool = False
    """What is not listed is as it was told last."""


class Metered(Event, frozen=True, kw_only=True, gc=False):
    """The building's meters were read; None: nothing new of this one."""

    load_kw: Kilowatts | None
    pv_kw: Kilowatts | None


class Priced(Event, frozen=True, kw_only=True, gc=False):
    """The market told prices for a span of time; the newest says how it is."""

    imports: tuple[Span, ...]
    exports: tuple[Span, ...]


class CapacityTold(Event, frozen=True, kw_only=True, gc=False):
    """What the connection may carry, as the DSO has it now, or that the DSO fell silent."""

    capacity: dict[str, tuple[Span, ...]]
    silent: bool


class SlotPlanned(Event, frozen=True, kw_only=True, gc=False):
    """Parking planned or cancelled a stay."""

    reservation: str
    planned: Planned | None
    """None: cancelled."""


class Solved(Event, frozen=True, kw_only=True, gc=False):
    """A plan is there: the power of all cars together per period from *start*, in kW."""

    start: Instant
    request_kw: tuple[float, ...]
    import_room_kw: tuple[float, ...]
    """Most that all cars together may draw in each period, by connection and capacity."""
    export_room_kw: tuple[float, ...]
    """Most that all cars together may give, as a magnitude."""
    unmet_kwh: float
    """Energy that cannot reach cars before they leave, summed."""
    over: tuple[Span, ...]
    """Where import exceeds its limit whatever the cars do; the value is the limit in kW."""
    cost_eur: float
    """Energy, network, peak and wear over the horizon, in EUR."""
    peak_kw: Kilowatts
    whys: dict[str, Why] = field(default_factory=dict)
    """By EVSE: what the plan has in mind for each car now, and why."""


class Solve(Command, frozen=True, kw_only=True, gc=False):
    """Make a plan from the present state."""

    durable: ClassVar[bool] = False

    moment: Instant


class Dispatch(Command, frozen=True, kw_only=True, gc=False):
    """Tell the CS EMS what the building wants of all cars together."""

    durable: ClassVar[bool] = False

    start: Instant
    request_kw: tuple[float, ...]
    import_room_kw: tuple[float, ...]
    export_room_kw: tuple[float, ...]
    whys: dict[str, Why] = field(default_factory=dict)


class Complain(Command, frozen=True, kw_only=True, gc=False):
    """Tell the DSO that these limits, in kW, cannot be kept."""

    over: tuple[Span, ...]


class PlanRow(Row, frozen=True, kw_only=True, gc=False):
    """What was asked of the cars, and why it looked right. Ages are in s; -1: never heard of."""

    table: ClassVar[str] = "plans"
    key: ClassVar[tuple[str, ...]] = ("start",)

    start: Instant
    request_kw: float
    import_room_kw: float
    cars: int
    expected_kwh: float
    """V2B energy that booked stays of the next day may bring; it is not in the plan."""
    unmet_kwh: float
    over: bool
    """Whether some limit ahead cannot be kept."""
    cost_eur: float
    peak_kw: float
    peak_so_far_kw: float
    price_age_s: float
    capacity_age_s: float
    meter_age_s: float


TakesIn = Reported | Metered | Priced | CapacityTold | SlotPlanned | Solved | Woke
