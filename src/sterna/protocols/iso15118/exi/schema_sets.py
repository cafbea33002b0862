"""The schema sets of V2G: which global elements there are, and so which code begins a message.

A message's code is its element's place among all global elements of its schema
set, the imported schemas included, sorted by local name and then name space (EXI 1.0,
8.5.1); the set decides, not the message alone. Names are facts of the official schemas.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

from sterna.protocols.iso15118.messages import AC, APP_PROTOCOL, COMMON, DC
from sterna.protocols.iso15118.messages.signature import SIGNATURE_ELEMENTS, SignedInfoType
from sterna.protocols.iso15118.schema import Element, element_name, particles

HEADS: Final = ("CLReqControlMode", "CLResControlMode")
"""Global elements of the common types, which every set imports."""


@dataclass(frozen=True)
class SchemaSet:
    """One schema with all that it imports."""

    messages: tuple[type[Element], ...]
    others: tuple[str, ...] = ()
    """Global elements that are no messages."""

    @cached_property
    def elements(self) -> tuple[str, ...]:
        """The global elements in the order of their codes."""
        names = {element_name(message) for message in self.messages} | set(self.others)
        return tuple(sorted(names))

    @cached_property
    def width(self) -> int:
        """Bits of a message's code; one value more is the escape."""
        return len(self.elements).bit_length()

    @cached_property
    def codes(self) -> Mapping[type[Element], int]:
        """The code of each message."""
        return MappingProxyType(
            {kind: self.elements.index(element_name(kind)) for kind in self.messages}
        )

    @cached_property
    def kinds(self) -> Mapping[int, type[Element]]:
        """The message of each code."""
        return MappingProxyType({code: kind for kind, code in self.codes.items()})


def _groups(messages: tuple[type[Element], ...]) -> tuple[str, ...]:
    """Return the names of all members of the substitution groups in *messages*."""
    return tuple(
        name
        for message in messages
        for particle in particles(message)
        if particle.head is not None
        for name in (particle.head.head, *(member for member, _ in particle.members))
    )


APP_PROTOCOL_SET: Final = SchemaSet(APP_PROTOCOL)
COMMON_SET: Final = SchemaSet(
    COMMON, ("SignedInstallationData", "SignedMeteringData", *HEADS, *SIGNATURE_ELEMENTS)
)
DC_SET: Final = SchemaSet(DC, (*_groups(DC), *HEADS, *SIGNATURE_ELEMENTS))
AC_SET: Final = SchemaSet(AC, (*_groups(AC), *HEADS, *SIGNATURE_ELEMENTS))
SIGNATURE_SET: Final = SchemaSet((SignedInfoType,), SIGNATURE_ELEMENTS)
"""The signature schema alone; what is signed is encoded in it."""
SETS: Final = (APP_PROTOCOL_SET, COMMON_SET, DC_SET, AC_SET)
SET_OF: Final[Mapping[type[Element], SchemaSet]] = MappingProxyType(
    {message: schema_set for schema_set in SETS for message in schema_set.messages}
)
"""Message -> the set in which it is written."""
