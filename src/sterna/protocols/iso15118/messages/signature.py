"""The XML signature that a message header may carry, as far as V2G uses it.

What the grammar allows and V2G never sends (KeyInfo, Object, foreign elements)
is declared as such, because it takes part in the numbering of the EXI events.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

from sterna.protocols.iso15118.schema import (
    ATTRIBUTE,
    TEXT,
    Base64,
    Element,
    Integer,
    Mixed,
    NeverSent,
    Text,
    Uri,
    XmlID,
)

SIGNATURE_NAMESPACE: Final = "http://www.w3.org/2000/09/xmldsig#"
SIGNATURE_ELEMENTS: Final = (
    "CanonicalizationMethod",
    "DSAKeyValue",
    "DigestMethod",
    "DigestValue",
    "KeyInfo",
    "KeyName",
    "KeyValue",
    "Manifest",
    "MgmtData",
    "Object",
    "PGPData",
    "RSAKeyValue",
    "Reference",
    "RetrievalMethod",
    "SPKIData",
    "Signature",
    "SignatureMethod",
    "SignatureProperties",
    "SignatureProperty",
    "SignatureValue",
    "SignedInfo",
    "Transform",
    "Transforms",
    "X509Data",
)
"""Every global element of the signature schema: they count in the root codes of each schema."""

SIGNATURE_PARTS: Final = (
    "Exponent",
    "G",
    "HMACOutputLength",
    "J",
    "Modulus",
    "P",
    "PGPKeyID",
    "PGPKeyPacket",
    "PgenCounter",
    "Q",
    "SPKISexp",
    "Seed",
    "X509CRL",
    "X509Certificate",
    "X509IssuerName",
    "X509IssuerSerial",
    "X509SKI",
    "X509SerialNumber",
    "X509SubjectName",
    "XPath",
    "Y",
)
"""Every other element of the signature schema: they count in the codes of fragments."""

Foreign = Annotated[None, NeverSent(0, None, wildcard=True)]
"""Elements of other namespaces, any number: allowed by the schema, never sent."""


class CanonicalizationMethodType(Mixed, frozen=True, kw_only=True, gc=False):
    """How the signed part was made canonical; V2G: EXI."""

    Algorithm: Annotated[Uri, ATTRIBUTE]
    Any: Foreign = None


class SignatureMethodType(Mixed, frozen=True, kw_only=True, gc=False):
    """The signature's algorithm."""

    Algorithm: Annotated[Uri, ATTRIBUTE]
    HMACOutputLength: Integer | None = None
    Any: Foreign = None


class TransformType(Mixed, frozen=True, kw_only=True, gc=False):
    """One step between the referred element and the digested bytes."""

    Algorithm: Annotated[Uri, ATTRIBUTE]
    Any: Foreign = None
    XPath: Annotated[None, NeverSent(0, None)] = None


class TransformsType(Struct, frozen=True, kw_only=True, gc=False):
    """The steps, in order."""

    Transform: Annotated[tuple[TransformType, ...], Meta(min_length=1)]


class DigestMethodType(Mixed, frozen=True, kw_only=True, gc=False):
    """The digest's algorithm."""

    Algorithm: Annotated[Uri, ATTRIBUTE]
    Any: Foreign = None


class ReferenceType(Struct, frozen=True, kw_only=True, gc=False):
    """One signed element, by its Id, and its digest."""

    Id: Annotated[XmlID | None, ATTRIBUTE] = None
    Type: Annotated[Uri | None, ATTRIBUTE] = None
    URI: Annotated[Uri | None, ATTRIBUTE] = None
    Transforms: TransformsType | None = None
    DigestMethod: DigestMethodType
    DigestValue: Base64


class SignedInfoType(Element, frozen=True, kw_only=True, gc=False, tag="SignedInfo"):
    """What the signature covers."""

    Id: Annotated[XmlID | None, ATTRIBUTE] = None
    CanonicalizationMethod: CanonicalizationMethodType
    SignatureMethod: SignatureMethodType
    Reference: Annotated[tuple[ReferenceType, ...], Meta(min_length=1)]


class SignatureValueType(Struct, frozen=True, kw_only=True, gc=False):
    """The signature's octets."""

    Id: Annotated[XmlID | None, ATTRIBUTE] = None
    Value: Annotated[Base64, TEXT]


class SignatureType(Element, frozen=True, kw_only=True, gc=False, tag="Signature"):
    """A signature over one or more elements of the message."""

    Id: Annotated[XmlID | None, ATTRIBUTE] = None
    SignedInfo: SignedInfoType
    SignatureValue: SignatureValueType
    KeyInfo: Annotated[None, NeverSent(0, 1)] = None
    Object: Annotated[None, NeverSent(0, None)] = None


class X509IssuerSerialType(Struct, frozen=True, kw_only=True, gc=False):
    """A certificate by its issuer and serial number."""

    X509IssuerName: Text
    X509SerialNumber: Integer
