"""Energy services and control modes by their numbers, and the parameter sets that describe them."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

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


MOBILITY_NEEDS: Final[Mapping[ControlMode, int]] = {
    ControlMode.SCHEDULED: 1,
    ControlMode.DYNAMIC: 2,
}
"""1: the car alone knows the driver's needs; 2: the site may answer with others (Dynamic only)."""
CONNECTOR: Final[Mapping[Service, int]] = {
    Service.AC: 2,
    Service.AC_BPT: 2,
    Service.DC: 2,
    Service.DC_BPT: 2,
}
"""AC: 2 is three-phase; DC: 2 is the extended (combo) connector."""


def parameter_sets(
    service: Service, modes: tuple[ControlMode, ...], nominal_v: int
) -> ServiceParameterListType:
    """Return one parameter set per control mode; a set's id is its place, from 1."""
    return ServiceParameterListType(
        ParameterSet=tuple(
            ParameterSetType(ParameterSetID=place, Parameter=_parameters(service, mode, nominal_v))
            for place, mode in enumerate(modes, start=1)
        )
    )


def _parameters(service: Service, mode: ControlMode, nominal_v: int) -> tuple[ParameterType, ...]:
    """Return what one set says about *service* under *mode*."""
    named = {
        "Connector": CONNECTOR[service],
        "ControlMode": int(mode),
        "MobilityNeedsMode": MOBILITY_NEEDS[mode],
        "Pricing": 0,
    }
    if not service.direct:
        named["EVSENominalVoltage"] = nominal_v
    if service.bidirectional:
        named["BPTChannel"] = 1
        named["GeneratorMode"] = 1
    if service is Service.AC_BPT:
        named["GridCodeIslandingDetectionMethod"] = 1
    return tuple(ParameterType(Name=name, intValue=number) for name, number in named.items())


def offered_modes(sets: ServiceParameterListType) -> dict[ControlMode, int]:
    """Return the control modes among *sets* with the id of the first set that has each.

    Neither the order of sets nor that of parameters means anything.
    """
    modes: dict[ControlMode, int] = {}
    for parameter_set in sets.ParameterSet:
        for parameter in parameter_set.Parameter:
            number = parameter.intValue
            if parameter.Name == "ControlMode" and number in (1, 2):
                modes.setdefault(ControlMode(number), parameter_set.ParameterSetID)
    return modes
