"""The settings of a scenario file: every table and key with its meaning, unit and default."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from sterna.domain.wear import CELSIUS_DEFAULT
from sterna.world.bounds import ABOVE_ZERO, AT_LEAST_ZERO, SHARE, Bounds
from sterna.world.cars import CarModel, Coupling
from sterna.world.faults import FaultSettings
from sterna.world.loads import BuildingSettings
from sterna.world.people import PeopleSettings
from sterna.world.prices import CarbonSettings, MarketSettings, TariffSettings
from sterna.world.weather import PvSettings, WeatherSettings

Role = Literal[
    "parking_manager",
    "emsp",
    "cpo",
    "emme",
    "building_manager",
    "dso",
    "market_agent",
]
"""The business actors that operate components."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartySettings:
    """An organisation and the roles that it plays."""

    name: str
    """As it stands on bills, e.g. "Porto airport"."""
    roles: tuple[Role, ...]
    """Which roles it plays; over all parties each role is played once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """The place and its grid connection."""

    name: str = "site"
    """Prefix of station ids, e.g. "porto" gives porto-01."""
    zone: str
    """Time zone of all local times, e.g. "Europe/Lisbon"."""
    connection_kw: Annotated[float, ABOVE_ZERO]
    """Most power that the connection draws from the grid."""
    export_kw: Annotated[float, AT_LEAST_ZERO] = 0.0
    """Most power that the connection feeds into the grid, as a magnitude."""
    oscp_share: Annotated[float, Bounds(above=0, most=1)] = 1.0
    """The part of the connection that the DSO offers as capacity in ordinary hours."""
    cars_alone_kw: Annotated[float, AT_LEAST_ZERO] | None = None
    """Most that all cars together draw while nobody says what the building draws: BEMS, CS EMS or a
    link to them is silent. Default: what the building's load left of the connection in the four weeks
    before, hour by hour of the day; of a load that begins with the run, all of it counts."""
    sandbox_id: str = ""
    """The regulatory sandbox under which the site runs; printed in the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerSettings:
    """A group of equal charging stations."""

    stations: Annotated[int, Bounds(least=1, most=10_000)]
    """How many stations."""
    evses: Annotated[int, Bounds(least=1, most=16)] = 2
    """EVSEs at each station; each serves one car at a time."""
    coupling: Coupling
    """What flows through the cable: "AC" (the car converts) or "DC" (the station converts)."""
    charge_kw: Annotated[float, ABOVE_ZERO]
    """Rating of one EVSE when it charges a car."""
    discharge_kw: Annotated[float, AT_LEAST_ZERO] | None = None
    """Rating when a car discharges, as a magnitude; default: as charging. 0: one-way."""
    station_kw: Annotated[float, ABOVE_ZERO] | None = None
    """What the station's supply cable carries; default: all its EVSEs at once."""
    converter: Literal["field", "ideal"] = "field"
    """"field": losses as measured in the field, least power, delay, ramp, steps. "ideal": one
    efficiency at every power, and every power at once."""
    efficiency: Annotated[float, Bounds(above=0, most=1)] = 0.95
    """Ideal converter: one way, between the EVSE's meter and the battery."""
    delay_s: Annotated[float, Bounds(least=0, most=60)] = 0.5
    """Field: from a set-point until the power begins to move (older CHAdeMO: 4 to 7)."""
    ramp_kw_per_s: Annotated[float, Bounds(least=0.1, most=10_000)] = 10.0
    """Field: how fast the power moves."""
    step_kw: Annotated[float, Bounds(least=0, most=10)] = 0.1
    """Field: set-points are cut to whole steps of this size, towards 0; 0: no steps."""
    error: Annotated[float, Bounds(least=0, most=0.2)] = 0.0
    """Field: a power is off its set-point by a part of it drawn up to this, either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSettings:
    """One driver of a small exact case, beside or instead of the synthetic people."""

    arrival: str
    """When the car is plugged in: local time, e.g. 2026-07-16T08:00:00."""
    departure: str
    """When the driver announces to leave."""
    returns: str | None = None
    """When the driver really comes back; default: at departure."""
    books: str | None = None
    """When the place is booked; default: half-way between the run's start and arrival."""
    booked_arrival: str | None = None
    """The arrival that the booking says; default: arrival."""
    walk_in: bool = False
    """True: comes without a booking."""
    coupling: Coupling = "AC"
    """The kind of EVSE the driver asks for."""
    evse: str | None = None
    """A certain EVSE, e.g. "porto-03-1"."""
    arrival_soc: Annotated[float, SHARE]
    """State of charge at arrival, 0..1."""
    target_soc: Annotated[float, SHARE] = 0.8
    """State of charge wanted at departure, 0..1."""
    floor_soc: Annotated[float, SHARE] = 0.3
    """State of charge never to go below, 0..1."""
    consent: bool = True
    """Whether the car may discharge."""
    ends: Literal["driver", "vehicle"] = "driver"
    """Who ends the session: the driver's page, or the car by itself."""
    car: CarModel = field(default_factory=CarModel)
    """The car; by default that of the acceptance tests (60 kWh, 11 kW both ways)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSettings:
    """What driver, EMSP, CPO and parking manager agreed on."""

    energy_eur_per_kwh: Annotated[float, AT_LEAST_ZERO] | None = None
    """A fixed price of charged energy; default: what it costs the building at the time."""
    user_share: Annotated[float, SHARE] = 0.7
    """The driver's part of what discharged energy earns."""
    emsp_share: Annotated[float, SHARE] = 0.2
    """The EMSP's part; the CPO gets the rest."""
    service_fee_eur: Annotated[float, AT_LEAST_ZERO] = 0.5
    """Per session that moved energy (assumption)."""
    operator_fee_eur_per_kwh: Annotated[float, AT_LEAST_ZERO] = 0.03
    """Per kWh charged, to the CPO (assumption)."""
    tax_eur_per_kwh: Annotated[float, AT_LEAST_ZERO] = 0.001
    """Tax on electricity (assumption; check before a real bill)."""
    taxation: Literal["single", "double"] = "single"
    """Whether energy that is charged and fed back is taxed once or twice."""
    wear_eur_per_kwh: Annotated[float, AT_LEAST_ZERO] | None = None
    """Battery wear per kWh discharged, agreed; default: by the model of the cells."""
    battery_celsius: Annotated[float, Bounds(least=0, most=45)] = CELSIUS_DEFAULT
    """What the cells' temperature is taken for when a model reckons their wear, in deg C."""
    parking_eur_per_hour: Annotated[float, AT_LEAST_ZERO] = 0.5
    """Parking fee (assumption)."""
    parking_eur_most: Annotated[float, AT_LEAST_ZERO] = 60.0
    """The most that one stay costs in parking (assumption)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSettings:
    """How BEMS and CS EMS decide."""

    enabled: bool = True
    """False: every car charges as soon as it can (the baseline)."""
    period_s: Annotated[float, Bounds(least=1, most=3600)] = 300.0
    """How often the BEMS solves and sends a set-point for the site."""
    forecast: Literal["analog", "quantiles"] = "analog"
    """How the BEMS forecasts load and sun. "analog": by comparable days. "quantiles": by trees that learn
    anew every night and speak where they were better; needs pip install "sterna[forecast]"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireSettings:
    """How messages travel in the simulation."""

    iso15118: Literal["exi-mem", "object"] = "exi-mem"
    """ISO 15118 messages travel as EXI bytes in memory, or as objects (faster, for very large runs)."""
    stride_s: Annotated[float, Bounds(least=1, most=3600)] = 3600.0
    """Longest pause of a charge loop in which nothing changes; the standard's own pace is four turns a second."""
    latency_s: Annotated[float, Bounds(least=0, most=60)] = 0.02
    """How long a message travels, one way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where journals and tables are kept."""

    url: str = "memory"
    """"memory", a path of an SQLite file relative to the scenario, or a database URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectSettings:
    """A promise: the run fails when it is broken."""

    check: Literal[
        "soc_at_least_target",
        "floor_kept",
        "steps_conform",
        "ledger_closes",
        "no_discharge",
        "cost_below_baseline",
        "peak_below_baseline",
        "limits_kept",
        "session_done",
    ]
    """What must hold."""
    every: Literal["departure", "session", "run"] = "run"
    """For each departure that was as announced, for each session, or for the whole run."""
    driver: str | None = None
    """Only for this driver, e.g. "driver-001"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioSettings:
    """A scenario file as written."""

    usecase: Literal["porto"]
    """The use case the trace is held against."""
    seed: Annotated[int, Bounds(least=0)] = 1
    """Of all randomness; the same seed gives the same run, byte for byte."""
    start: str
    """Start of the run: local time, e.g. 2026-07-15T00:00:00."""
    hours: Annotated[float, Bounds(above=0, most=8784)] = 72.0
    """Length of the run."""
    site: SiteSettings
    chargers: tuple[ChargerSettings, ...]
    building: BuildingSettings
    pv: PvSettings = field(default_factory=PvSettings)
    weather: WeatherSettings = field(default_factory=WeatherSettings)
    market: MarketSettings = field(default_factory=MarketSettings)
    tariff: TariffSettings = field(default_factory=TariffSettings)
    carbon: CarbonSettings = field(default_factory=CarbonSettings)
    contract: ContractSettings = field(default_factory=ContractSettings)
    control: ControlSettings = field(default_factory=ControlSettings)
    wire: WireSettings = field(default_factory=WireSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    party: tuple[PartySettings, ...] = ()
    """Organisations; a role nobody names is an organisation of its own."""
    people: PeopleSettings | None = None
    """Synthetic drivers; left out: only the [[driver]] tables come."""
    driver: tuple[DriverSettings, ...] = ()
    fault: tuple[FaultSettings, ...] = ()
    expect: tuple[ExpectSettings, ...] = ()
