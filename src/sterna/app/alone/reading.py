"""How powers, energies, shares, times and places are written on the command line."""

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

import click
from typing_extensions import override

from sterna.kernel.quantities import KilowattHours, Kilowatts, Seconds, Share
from sterna.runtime.tcp_link import Place

T = TypeVar("T")

_NUMBER: Final = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*([a-zA-Z%]*)")
_STEP: Final = re.compile(r"([^=]+)=(.+)")
PORT_MOST: Final = 65_535
LOOPBACK: Final = "127.0.0.1"


def power(text: str) -> Kilowatts:
    """Return the power in *text*: ``-7kW``, ``-7000W`` or ``-7`` (kW); raises ValueError."""
    return Kilowatts(_scaled(text, {"": 1.0, "kw": 1.0, "w": 1e-3}, "kW or W"))


def magnitude(text: str) -> Kilowatts:
    """Return a power without a direction; raises ValueError for a negative one."""
    kw = power(text)
    if kw < 0.0:
        raise ValueError(f"{text!r}: a limit has no sign")
    return kw


def energy(text: str) -> KilowattHours:
    """Return the energy in *text*: ``60kWh``, ``60000Wh`` or ``60`` (kWh); raises ValueError."""
    kwh = _scaled(text, {"": 1.0, "kwh": 1.0, "wh": 1e-3}, "kWh or Wh")
    if kwh <= 0.0:
        raise ValueError(f"{text!r} is no energy to store")
    return KilowattHours(kwh)


def share(text: str) -> Share:
    """Return the share in *text*: ``60%`` or ``0.6``; raises ValueError."""
    value = _scaled(text, {"": 1.0, "%": 1e-2}, "%, or a number from 0 to 1")
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{text!r} is not from 0 % to 100 %")
    return Share(value)


def duration(text: str) -> Seconds:
    """Return the duration in *text*: ``90``, ``90s``, ``5min`` or ``8h``; raises ValueError."""
    seconds = _scaled(text, {"": 1.0, "s": 1.0, "min": 60.0, "h": 3600.0}, "s, min or h")
    if seconds < 0.0:
        raise ValueError(f"{text!r} is in the past")
    return Seconds(seconds)


def step(text: str) -> tuple[Seconds, Kilowatts]:
    """Return the later set-point in *text*: ``30s=-7kW``; raises ValueError."""
    found = _STEP.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not TIME=POWER, e.g. 30s=-7kW")
    return duration(found[1]), power(found[2])


def place(text: str) -> Place:
    """Return host and port of ``HOST:PORT``, ``[HOST]:PORT`` or ``PORT`` on loopback; raises ValueError."""
    host, colon, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > PORT_MOST:
        raise ValueError(f"{text!r} is not HOST:PORT")
    if host.startswith("[") and host.endswith("]"):
        return host[1:-1], int(port)
    if ":" in host or (colon and not host):
        raise ValueError(f"{text!r}: write an IPv6 address as [ADDRESS]:PORT")
    return host or LOOPBACK, int(port)


def _scaled(text: str, units: dict[str, float], named: str) -> float:
    found = _NUMBER.fullmatch(text.strip())
    if found is None or found[2].lower() not in units:
        raise ValueError(f"{text!r} is not a number with {named}")
    return float(found[1]) * units[found[2].lower()]


class Written(click.ParamType[T]):
    """A kind of option that one of the functions above reads."""

    def __init__(self, name: str, read: Callable[[str], T]) -> None:
        """Show *name* in the help and read values with *read*."""
        self.name = name
        self._read = read

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> T:
        """Return what *value* says; an option that cannot be read is refused by name."""
        if not isinstance(value, str):
            read: T = value
            return read
        try:
            return self._read(value)
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)


POWER: Final = Written("power", power)
MAGNITUDE: Final = Written("power", magnitude)
ENERGY: Final = Written("energy", energy)
SHARE: Final = Written("share", share)
DURATION: Final = Written("duration", duration)
STEP: Final = Written("time=power", step)
PLACE: Final = Written("host:port", place)
