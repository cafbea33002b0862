"""IEC 61850 for meters: a PCC's data model, report control blocks, an in-process binding."""

from sterna.protocols.iec61850.building import (
    BUILDING,
    Building,
    building,
    building_model,
    building_values,
)
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
    "BUILDING",
    "ENERGY",
    "MEASUREMENTS",
    "SIGN",
    "Attribute",
    "Building",
    "ControlBlock",
    "Entry",
    "Metered",
    "Quality",
    "Report",
    "Server",
    "Trigger",
    "Value",
    "building",
    "building_model",
    "building_values",
    "describe",
    "describe_building",
    "measurement",
    "metered",
    "pcc",
    "read",
    "registers",
    "written",
]
