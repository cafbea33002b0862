"""The declarations: numbers, choices, byte form, and equality with the official schemas where installed."""

import importlib.util
import itertools
import os
import xml.etree.ElementTree as ET  # reads schema files that the developer installed
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from sterna.kernel.errors import BrokenPeer
from sterna.protocols.iso15118.framing import HEADER, framed, unframed
from sterna.protocols.iso15118.messages import ALL, ANSWER, BY_NAME, dc, session
from sterna.protocols.iso15118.messages.codes import Code, Notification
from sterna.protocols.iso15118.messages.values import MessageHeader, RationalNumber, rational
from sterna.protocols.iso15118.refusals import refusal
from sterna.protocols.iso15118.schema import Particle, element_name, particles
from sterna.protocols.iso15118.wire import PAYLOAD_TYPE, ObjectWire

HEAD = MessageHeader(SessionID=bytes(range(1, 9)), TimeStamp=1_750_000_000)


@given(st.floats(min_value=-1e9, max_value=1e9))
def test_a_number_survives_within_half_a_unit_in_its_last_place(number: float) -> None:
    written = rational(number)
    assert -32767 <= written.Value <= 32767
    assert abs(float(written) - number) <= 0.5 * 10.0**written.Exponent * (1 + 1e-9)


@given(st.integers(min_value=-32767, max_value=32767), st.integers(min_value=-3, max_value=6))
def test_what_the_wire_can_say_is_said_exactly(value: int, exponent: int) -> None:
    number = float(RationalNumber(Exponent=exponent, Value=value))
    assert float(rational(number)) == number


@pytest.mark.parametrize(
    ("number", "exponent", "value"),
    [(-17.5, -3, -17500), (400.0, -1, 4000), (11000.0, 0, 11000), (0.0, -3, 0), (50e6, 4, 5000)],
)
def test_the_finest_exponent_that_fits_is_taken(number: float, exponent: int, value: int) -> None:
    assert rational(number) == RationalNumber(Exponent=exponent, Value=value)


def test_infinity_is_no_number() -> None:
    with pytest.raises(OverflowError):
        rational(float("inf"))
    assert str(rational(2.5)) == "2.5"


@pytest.mark.parametrize("request_type", list(ANSWER), ids=element_name)
def test_each_refusal_survives_the_wire(request_type: type) -> None:
    wire = ObjectWire()
    answer = refusal(request_type, HEAD, Code.FAILED_SEQUENCE_ERROR)
    assert type(answer) is ANSWER[request_type]
    frame = wire.encode(answer)
    assert wire.decode(frame) is answer, "by reference"
    assert wire.decode(bytes(frame)) == answer, "from its bytes"
    assert wire.encode(wire.decode(bytes(frame))) == frame, "stable"
    assert unframed(frame)[0] == PAYLOAD_TYPE[type(answer)]


def test_a_choice_has_exactly_one_branch() -> None:
    wire = ObjectWire()
    answer = refusal(session.AuthorizationSetupReq, HEAD, Code.OK)
    assert isinstance(answer, session.AuthorizationSetupRes)
    none = replace(answer, EIM_ASResAuthorizationMode=None)
    both = replace(answer, PnC_ASResAuthorizationMode=session.PnCASResType(GenChallenge=bytes(16)))
    for wrong in (none, both):
        with pytest.raises(BrokenPeer, match="branches"):
            wire.decode(bytes(wire.encode(wrong)))


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x01\xfe\x80",
        HEADER.pack(2, 0xFD, 0x8002, 0),
        HEADER.pack(1, 0xFE, 0x8002, 9),
        HEADER.pack(1, 0xFE, 0x8002, 10**9),
        framed(0x9000, b"{}"),
        framed(0x8002, b""),
        framed(0x8002, b"\x81\xa1_\xa4Nope"),
        framed(0x8004, b"\xc1"),
    ],
)
def test_rubbish_is_the_peers_fault(frame: bytes) -> None:
    with pytest.raises(BrokenPeer):
        ObjectWire().decode(frame)


@given(st.binary(max_size=60), st.sampled_from([0x8001, 0x8002, 0x8003, 0x8004]))
def test_no_payload_does_more_than_break_the_peer(payload: bytes, kind: int) -> None:
    try:
        ObjectWire().decode(framed(kind, payload))
    except BrokenPeer:
        return


def test_notifications_stand_in_schema_order() -> None:
    assert [one.value for one in Notification][:3] == ["Pause", "ExitStandby", "Terminate"]
    assert len(Code) == 40
    assert len(ALL) == len(BY_NAME) == 42


def test_a_substitution_group_knows_its_members() -> None:
    (mode,) = (one for one in particles(dc.DcChargeLoopReq) if one.name == "CLReqControlMode")
    assert mode.head is not None
    assert mode.head.abstract
    assert [name for name, _ in mode.members] == [
        "Scheduled_DC_CLReqControlMode",
        "BPT_Scheduled_DC_CLReqControlMode",
        "Dynamic_DC_CLReqControlMode",
        "BPT_Dynamic_DC_CLReqControlMode",
    ]


# From here on: the official schemas, read where the PyPI package iso15118 is installed.

XS = "{http://www.w3.org/2001/XMLSchema}"
FILES = (
    "V2G_CI_AppProtocol.xsd",
    "iso15118_20/V2G_CI_CommonTypes.xsd",
    "iso15118_20/V2G_CI_CommonMessages.xsd",
    "iso15118_20/V2G_CI_DC.xsd",
    "iso15118_20/V2G_CI_AC.xsd",
)


def schemas() -> Path | None:
    """Return the folder of the official schemas, if this developer has it."""
    named = os.environ.get("STERNA_ISO15118_SCHEMAS")  # noqa: TID251  # a developer's own path
    if named:
        return Path(named)
    found = importlib.util.find_spec("iso15118")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "shared" / "schemas"


class Official:
    """The official schemas, as far as they are compared."""

    def __init__(self, folder: Path, files: tuple[str, ...]) -> None:
        self.types: dict[str, ET.Element] = {}
        self.elements: dict[str, ET.Element] = {}
        for file in files:
            root = ET.parse(folder / file).getroot()  # noqa: S314  # a trusted file
            for child in root:
                name = child.get("name") or ""
                if child.tag in (XS + "complexType", XS + "simpleType"):
                    self.types[name] = child
                elif child.tag == XS + "element":
                    self.elements[name] = child

    def complex(self, element: ET.Element) -> ET.Element | None:
        """Return the complex type of *element*, if it has one."""
        inline = element.find(XS + "complexType")
        if inline is not None:
            return inline
        named = self.types.get(self.local(element.get("type") or ""))
        return named if named is not None and named.tag == XS + "complexType" else None

    @staticmethod
    def local(name: str) -> str:
        """Return *name* without its prefix."""
        return name.rsplit(":", 1)[-1]

    def fields(self, kind: ET.Element) -> list[tuple[str, ET.Element, int, int | None, bool]]:
        """Return (name, declaration, least, most, in a choice) of each child, base types first."""
        found: list[tuple[str, ET.Element, int, int | None, bool]] = []
        extension = kind.find(f"{XS}complexContent/{XS}extension")
        if extension is not None:
            base = self.types[self.local(extension.get("base") or "")]
            found += self.fields(base)
        for part in kind if extension is None else extension:
            if part.tag in (XS + "sequence", XS + "choice"):
                found += self._group(part, choice=part.tag == XS + "choice")
            elif part.tag == XS + "attribute":
                least = 1 if part.get("use") == "required" else 0
                found.append((part.get("name") or "", part, least, 1, False))
        return found

    def _group(
        self, group: ET.Element, *, choice: bool
    ) -> list[tuple[str, ET.Element, int, int | None, bool]]:
        found: list[tuple[str, ET.Element, int, int | None, bool]] = []
        for part in group:
            if part.tag == XS + "element":
                most = part.get("maxOccurs", "1")
                name = part.get("name") or self.local(part.get("ref") or "")
                least = 0 if choice else int(part.get("minOccurs", "1"))
                bound = None if most == "unbounded" else int(most)
                found.append((name, part, least, bound, choice))
            elif part.tag in (XS + "sequence", XS + "choice"):
                found += self._group(part, choice=part.tag == XS + "choice")
        return found

    def enumeration(self, element: ET.Element) -> list[str]:
        """Return the values of an enumerated type in schema order."""
        kind = self.types[self.local(element.get("type") or "")]
        return [one.get("value") or "" for one in kind.iter(XS + "enumeration")]

    def simple(self, element: ET.Element) -> tuple[str, dict[str, str]]:
        """Return the built-in type below *element*'s type, and the nearest facets."""
        name, facets = element.get("type") or "", dict[str, str]()
        while self.local(name) in self.types and not name.startswith("xs:"):
            restriction = self.types[self.local(name)].find(XS + "restriction")
            assert restriction is not None, name
            for facet in restriction:
                facets.setdefault(self.local(facet.tag.replace(XS, "")), facet.get("value") or "")
            name = restriction.get("base") or ""
        return self.local(name), facets


def compare(official: Official, kind: type[Struct], declared: ET.Element, seen: set[type]) -> None:
    """Assert that *kind* and everything below it is declared as the schema does."""
    if kind in seen:
        return
    seen.add(kind)
    # Attributes come first in EXI, wherever either side declares them.
    ours = sorted(particles(kind), key=lambda one: one.role != "attribute")
    theirs = sorted(official.fields(declared), key=lambda one: one[1].tag != XS + "attribute")
    assert [one.name for one in ours] == [name for name, *_ in theirs], kind.__name__
    for one, (name, element, least, most, choice) in zip(ours, theirs, strict=True):
        where = f"{kind.__name__}.{name}"
        assert (one.minimum, one.maximum) == (least, most), where
        assert (one.choice is not None) is choice, where
        assert (one.role == "attribute") is (element.tag == XS + "attribute"), where
        compare_value(official, one, element, where, seen)


def compare_value(
    official: Official, one: Particle, element: ET.Element, where: str, seen: set[type]
) -> None:
    """Assert that one field's type is declared as the schema does."""
    if one.head is not None:
        assert one.head.head == official.local(element.get("ref") or ""), where
        for name, member in one.members:
            below = official.complex(official.elements[name])
            assert below is not None, name
            compare(official, member, below, seen)
    elif element.get("ref"):
        assert one.name == "Signature", where  # the signature's schema is compared elsewhere
    elif isinstance(one.value, type) and issubclass(one.value, Enum):
        assert [member.value for member in one.value] == official.enumeration(element), where
    elif isinstance(one.value, type):
        below = official.complex(element)
        if below is None:  # X509IssuerSerial, of the signature's schema
            assert one.name == "RootCertificateID", where
            return
        compare(official, one.value, below, seen)
    else:
        assert one.value is not None, where
        compare_simple(official, one.value, element, where)


def compare_simple(official: Official, ours: Any, element: ET.Element, where: str) -> None:
    """Assert that a simple type has the same built-in type and the same range."""
    base, facets = official.simple(element)
    assert ours.name == base, where
    if "minInclusive" in facets:
        assert ours.low == int(facets["minInclusive"]), where
        assert ours.high == int(facets["maxInclusive"]), where


def test_every_message_is_declared_as_in_the_official_schema() -> None:
    folder = schemas()
    if folder is None:
        pytest.skip("the PyPI package iso15118, which carries the schemas, is not installed")
    official = Official(folder, FILES[1:])
    handshake = Official(folder, FILES[:1])
    seen: set[type] = set()
    for kind in ALL:
        source = handshake if element_name(kind) in handshake.elements else official
        declared = source.complex(source.elements[element_name(kind)])
        assert declared is not None, kind
        compare(source, kind, declared, seen)
    assert len(seen) > 100
    groups = itertools.chain.from_iterable(
        (name for name, _ in one.members) for kind in seen for one in particles(kind)
    )
    substituted = {name for name, one in official.elements.items() if one.get("substitutionGroup")}
    assert substituted <= set(groups)
