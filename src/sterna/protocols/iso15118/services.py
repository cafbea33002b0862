"""Energy services and control modes by their numbers, and the parameter sets that describe them.

Neither the order of sets nor that of parameters means anything, and a set that
leaves a parameter out is read as the plainest thing it can mean: cars and
supplies in the field leave out BPTChannel and GeneratorMode.
"""

from enum import IntEnum
from typing import Final

from msgspec import Struct

from sterna.protocols.iso15118.messages.session import (
    ParameterSetType,
    ParameterType,
    ServiceParameterListType,
)


class Service(IntEnum):
    """The energy services that Sterna speaks, by their ServiceID."""

    AC = 1
    DC = 2
    AC_BPT = 5
    DC_BPT = 6

    @property
    def bidirectional(self) -> bool:
        """Whether the car may discharge under this service."""
        return self in (Service.AC_BPT, Service.DC_BPT)

    @property
    def direct(self) -> bool:
        """Whether the converter is the supply's (DC) rather than the car's (AC)."""
        return self in (Service.DC, Service.DC_BPT)


class ControlMode(IntEnum):
    """Who plans: the car, within an agreed schedule, or the site, loop by loop."""

    SCHEDULED = 1
    DYNAMIC = 2


class MobilityNeeds(IntEnum):
    """Who knows what the driver needs."""

    CAR = 1
    """The car alone."""
    BOTH = 2
    """The site may answer with a departure and states of charge of its own; Dynamic only."""


SINGLE_PHASE: Final = 1
THREE_PHASE: Final = 2
COMBO: Final = 2
"""The extended connector of DC."""
UNIFIED: Final = 1
"""Charge and discharge run over the same power channel; 2 would be separated ones."""
GRID_FOLLOWING: Final = 1
"""The generator follows the grid's voltage; 2 would form a grid."""
ACTIVE_ISLANDING: Final = 1
UNSAID: Final = 0
"""Stands for a number that a set does not carry."""


class Way(Struct, frozen=True, kw_only=True, gc=False):
    """One way to use a service: what a parameter set says."""

    set_id: int
    control_mode: ControlMode
    mobility_needs: MobilityNeeds = MobilityNeeds.CAR
    connector: int = UNSAID
    channel: int = UNIFIED
    generator: int = GRID_FOLLOWING

    @property
    def spoken(self) -> bool:
        """Whether Sterna speaks it: one channel, following the grid, and no plan of the site's for a planning car."""
        both = self.mobility_needs is MobilityNeeds.BOTH
        return (
            self.channel == UNIFIED
            and self.generator == GRID_FOLLOWING
            and not (both and self.control_mode is ControlMode.SCHEDULED)
        )

    def phases(self, service: Service) -> int:
        """Return how many phases carry power in AC; 1 where one number says it all."""
        return 3 if not service.direct and self.connector == THREE_PHASE else 1


def ways(
    service: Service,
    modes: tuple[ControlMode, ...],
    *,
    needs: tuple[MobilityNeeds, ...] = (MobilityNeeds.BOTH, MobilityNeeds.CAR),
    phases: int = 3,
) -> tuple[Way, ...]:
    """Return every way that a supply of *phases* phases offers, its favourites first; ids from 1."""
    connectors = (COMBO,) if service.direct else _connectors(phases)
    found: list[Way] = []
    for connector in connectors:
        for mode in modes:
            dynamic = mode is ControlMode.DYNAMIC
            for known in needs if dynamic else (MobilityNeeds.CAR,):
                found.append(
                    Way(
                        set_id=len(found) + 1,
                        control_mode=mode,
                        mobility_needs=known,
                        connector=connector,
                    )
                )
    return tuple(found)


def _connectors(phases: int) -> tuple[int, ...]:
    """Return the AC connectors of a supply: three phases serve a single-phase car as well."""
    return (THREE_PHASE, SINGLE_PHASE) if phases == 3 else (SINGLE_PHASE,)


NO_PRICES: Final = 0
PRICE_LEVELS: Final = 2
"""What goes with the site's plan for a car that plans for itself."""


def parameter_sets(
    service: Service, offered: tuple[Way, ...], nominal_v: int
) -> ServiceParameterListType:
    """Return *offered* as the parameter sets of *service*."""
    return ServiceParameterListType(
        ParameterSet=tuple(
            ParameterSetType(
                ParameterSetID=way.set_id, Parameter=_parameters(service, way, nominal_v)
            )
            for way in offered
        )
    )


def _parameters(service: Service, way: Way, nominal_v: int) -> tuple[ParameterType, ...]:
    """Return what one set says."""
    named = {
        "Connector": way.connector,
        "ControlMode": int(way.control_mode),
        "MobilityNeedsMode": int(way.mobility_needs),
        "Pricing": PRICE_LEVELS if way.control_mode is ControlMode.SCHEDULED else NO_PRICES,
    }
    if not service.direct:
        named["EVSENominalVoltage"] = nominal_v
    if service.bidirectional:
        named["BPTChannel"] = way.channel
        named["GeneratorMode"] = way.generator
    if service is Service.AC_BPT:
        named["GridCodeIslandingDetectionMethod"] = ACTIVE_ISLANDING
    return tuple(ParameterType(Name=name, intValue=number) for name, number in named.items())


def understood(sets: ServiceParameterListType) -> tuple[Way, ...]:
    """Return the ways among *sets* that Sterna speaks; a set without a known control mode is none."""
    found = (_understood(one) for one in sets.ParameterSet)
    return tuple(way for way in found if way is not None and way.spoken)


def _understood(parameter_set: ParameterSetType) -> Way | None:
    """Read one set, whatever it leaves out."""
    named = {one.Name: _number(one) for one in parameter_set.Parameter}
    mode = named.get("ControlMode")
    if mode not in tuple(ControlMode):
        return None
    both = named.get("MobilityNeedsMode") == MobilityNeeds.BOTH
    return Way(
        set_id=parameter_set.ParameterSetID,
        control_mode=ControlMode(mode),
        mobility_needs=MobilityNeeds.BOTH if both else MobilityNeeds.CAR,
        connector=named.get("Connector") or UNSAID,
        channel=named.get("BPTChannel") or UNIFIED,
        generator=named.get("GeneratorMode") or GRID_FOLLOWING,
    )


def _number(parameter: ParameterType) -> int | None:
    """Return the whole number of *parameter*, in whichever width a peer writes it."""
    for number in (parameter.intValue, parameter.shortValue, parameter.byteValue):
        if number is not None:
            return number
    return None
