"""The handshake that agrees on a protocol, before a session: supportedAppProtocol.

Names as in its schema, which has no header and a name space of its own.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

from sterna.protocols.iso15118.messages.codes import NegotiationCode
from sterna.protocols.iso15118.schema import (
    Element,
    Namespace,
    PriorityValue,
    UnsignedByte,
    UnsignedInt,
)

NAMESPACE: Final = "urn:iso:15118:2:2010:AppProtocol"
DC_NAMESPACE: Final = "urn:iso:std:iso:15118:-20:DC"
AC_NAMESPACE: Final = "urn:iso:std:iso:15118:-20:AC"


class AppProtocolType(Struct, frozen=True, kw_only=True, gc=False):
    """One protocol that the car speaks; *Priority* 1 is its favourite."""

    ProtocolNamespace: Namespace
    VersionNumberMajor: UnsignedInt
    VersionNumberMinor: UnsignedInt
    SchemaID: UnsignedByte
    Priority: PriorityValue


class SupportedAppProtocolReq(
    Element, frozen=True, kw_only=True, gc=False, tag="supportedAppProtocolReq"
):
    """The car's protocols."""

    AppProtocol: Annotated[tuple[AppProtocolType, ...], Meta(min_length=1, max_length=20)]


class SupportedAppProtocolRes(
    Element, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag="supportedAppProtocolRes"
):
    """The protocol that both will speak, by its *SchemaID* in the request."""

    ResponseCode: NegotiationCode
    SchemaID: UnsignedByte | None = None
