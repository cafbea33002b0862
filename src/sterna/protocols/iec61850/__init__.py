"""IEC 61850 for meters: a PCC's data model, report control blocks, an in-process binding."""

from sterna.protocols.iec61850.link import (
    Metered,
    describe,
    describe_building,
    metered,
    read,
    written,
)
from sterna.protocols.iec61850.model import (
    SIGN,
    Attribute,
    Quality,
    Value,
    measurement,
    pcc,
    registers,
)
from sterna.protocols.iec61850.reports import (
    ENERGY,
    MEASUREMENTS,
    ControlBlock,
    Entry,
    Report,
    Server,
    Trigger,
)

__all__ = [
    "ENERGY",
    "MEASUREMENTS",
    "SIGN",
    "Attribute",
    "ControlBlock",
    "Entry",
    "Metered",
    "Quality",
    "Report",
    "Server",
    "Trigger",
    "Value",
    "describe",
    "describe_building",
    "measurement",
    "metered",
    "pcc",
    "read",
    "registers",
    "written",
]
