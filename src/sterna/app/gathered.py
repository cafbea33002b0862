"""What is read of a run before its store and its network are gone."""

from dataclasses import dataclass

from sterna.actors.bems.records import PlanRow
from sterna.actors.cs_ems.commands import WhyRow
from sterna.actors.emsp.records import BillRow, WearRow
from sterna.app.outcome import Floats
from sterna.app.scenario import Prepared, Scenario
from sterna.domain.converter import Conversion
from sterna.domain.ledger_rows import LedgerRow
from sterna.domain.station import Evse
from sterna.emsa.model import UseCase
from sterna.emsa.results import Result
from sterna.kernel.quantities import Instant, Seconds
from sterna.world.drivers import Visit
from sterna.world.stays import Stay


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gathered:
    """Raw figures of one run."""

    scenario: Scenario
    feed: Prepared
    use_case: UseCase
    step: Seconds
    cars_kw: Floats
    """Mean power of all cars per step, shape (n,)."""
    pv_kw: Floats
    ledger: tuple[LedgerRow, ...]
    bills: dict[str, BillRow]
    """By session."""
    wear: tuple[WearRow, ...]
    plans: tuple[PlanRow, ...]
    whys: tuple[WhyRow, ...]
    """What the CS EMS gave as reasons, for all sessions."""
    parking_fees: dict[str, int]
    """Micro-euro by reservation."""
    visits: tuple[Visit, ...]
    stays: dict[str, list[Stay]]
    """By EVSE, in order."""
    registers: dict[str, tuple[float, float]]
    """Energy into and out of cars at each EVSE at the end, in Wh."""
    evse_plates: dict[str, Evse]
    conversions: dict[str, Conversion]
    """By EVSE."""
    services: dict[str, str]
    """ISO 15118-20 service by session, where the handshake was seen."""
    setpoints: dict[str, list[tuple[Instant, float]]]
    """(when, kW) of every set-point by EVSE, as the trace shows them."""
    result: Result
    personal_markers: int
    problems: tuple[str, ...]
    trace_sha256: str
    remarks: tuple[str, ...] = ()
    """What a reader must know of how the run went."""
    frames: dict[str, int]
