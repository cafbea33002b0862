"""The official schemas of ISO 15118 and of XML signatures, read into event grammars.

They are no part of Sterna. The PyPI package ``iso15118`` carries them: docs/peers.md
says how to install it in an environment of its own. Nothing here is shared with the
grammars under test, except the record types that both are compared as.
"""

import xml.etree.ElementTree as ET  # reads schema files that the developer installed
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sterna.protocols.iso15118.exi.grammar import Coding

PEERS = Path(__file__).parents[2] / ".peers-iso15118"
FOLDER = next(PEERS.glob("lib/python3*/site-packages/iso15118/shared/schemas"), None)
XS = "{http://www.w3.org/2001/XMLSchema}"
XSD = "http://www.w3.org/2001/XMLSchema"
Name = tuple[str, str]
"""Local name, name space: the order in which EXI sorts."""
BUILT_IN = {
    "byte": (-128, 127),
    "unsignedByte": (0, 255),
    "short": (-(2**15), 2**15 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "int": (-(2**31), 2**31 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedLong": (0, 2**64 - 1),
}


@dataclass(frozen=True)
class Simple:
    """A simple type: how EXI writes it, and what it allows."""

    base: str
    low: int | None = None
    high: int | None = None
    values: tuple[str, ...] = ()
    shortest: int = 0
    longest: int | None = None

    @property
    def coding(self) -> Coding:
        """How EXI writes it (EXI 1.0, 7.1)."""
        if self.values:
            return Coding("enumeration", (len(self.values) - 1).bit_length())
        if self.base == "boolean":
            return Coding("boolean", 1)
        if self.base in ("hexBinary", "base64Binary"):
            return Coding("octets")
        if self.base in ("string", "anyURI", "ID"):
            return Coding("string")
        if self.low is not None and self.high is not None and self.high - self.low + 1 <= 4096:
            return Coding("bits", (self.high - self.low).bit_length(), self.low)
        return Coding("unsigned" if self.low is not None and self.low >= 0 else "signed")


@dataclass(frozen=True)
class Arm:
    """One event that may fill a place, with the type of its value."""

    event: str
    name: str
    type: "Name | Simple | None"


@dataclass(frozen=True)
class Place:
    """A place of the content."""

    arms: tuple[Arm, ...]
    minimum: int
    maximum: int | None


@dataclass
class Official:
    """One schema with all that it imports."""

    root: Path
    types: dict[Name, ET.Element] = field(default_factory=dict)
    elements: dict[Name, ET.Element] = field(default_factory=dict)
    everywhere: set[Name] = field(default_factory=set)
    """Each element declared anywhere."""
    prefixes: dict[int, dict[str, str]] = field(default_factory=dict)
    """Identity of a declaration -> the prefixes of its file."""
    kept: list[ET.Element] = field(default_factory=list)

    def read(self, path: Path) -> "Official":
        """Read *path* and what it imports."""
        spaces = {prefix: uri for _, (prefix, uri) in ET.iterparse(path, events=["start-ns"])}  # noqa: S314
        top = ET.parse(path).getroot()  # noqa: S314
        own = top.get("targetNamespace") or ""
        known = {"": own, **spaces}
        self.kept.append(top)
        for each in top.iter():
            self.prefixes[id(each)] = known
            if each.tag == XS + "element" and each.get("name"):
                self.everywhere.add((each.get("name") or "", own))
        for child in top:
            name = (child.get("name") or "", own)
            if child.tag in (XS + "complexType", XS + "simpleType"):
                self.types[name] = child
            elif child.tag == XS + "element":
                self.elements[name] = child
            elif child.tag == XS + "import":
                file = Path(child.get("schemaLocation") or "").name
                for folder in (path.parent, self.root):
                    if (folder / file).exists():
                        self.read(folder / file)
                        break
        return self

    def resolved(self, name: str, at: ET.Element) -> Name:
        """Return the full name of *name* as written at the declaration *at*."""
        prefix, _, local = name.rpartition(":")
        return local, self.prefixes[id(at)][prefix]

    def type_of(self, element: ET.Element) -> "Name | Simple":
        """Return the type of *element*: a complex one by its name."""
        named = element.get("type")
        if named is None:
            inline = element.find(XS + "complexType")
            assert inline is not None, element.attrib
            name = (f"in {element.get('name')}", "")
            self.types[name] = inline
            return name
        name = self.resolved(named, element)
        if name[1] != XSD and self.types[name].tag == XS + "complexType":
            return name
        return self.simple(name)

    def simple(self, name: Name) -> Simple:
        """Return the simple type called *name*."""
        local, space = name
        if space == XSD:
            low, high = BUILT_IN.get(local, (None, None))
            return Simple(local, low, high)
        restriction = self.types[name].find(XS + "restriction")
        assert restriction is not None, name
        base = self.simple(self.resolved(restriction.get("base") or "", restriction))
        facets: dict[str, str] = {}
        for facet in restriction:
            facets.setdefault(facet.tag.replace(XS, ""), facet.get("value") or "")
        values = tuple(one.get("value") or "" for one in restriction.findall(XS + "enumeration"))
        exact = facets.get("length")
        longest = exact or facets.get("maxLength")
        return Simple(
            base.base,
            int(facets["minInclusive"]) if "minInclusive" in facets else base.low,
            int(facets["maxInclusive"]) if "maxInclusive" in facets else base.high,
            values or base.values,
            int(exact or facets.get("minLength") or base.shortest),
            int(longest) if longest else base.longest,
        )

    def content(self, name: Name) -> tuple[tuple[Place, ...], bool]:
        """Return the places of the complex type *name*, and whether text may stand between."""
        kind = self.types[name]
        attributes, rest = self._parts(kind)
        in_order = sorted(attributes, key=lambda place: place.arms[0].name)
        return (*in_order, *rest), kind.get("mixed") == "true"

    def _parts(self, kind: ET.Element) -> tuple[list[Place], list[Place]]:
        attributes: list[Place] = []
        rest: list[Place] = []
        plain = kind.find(f"{XS}simpleContent/{XS}extension")
        extended = kind.find(f"{XS}complexContent/{XS}extension")
        if plain is not None:
            text = self.simple(self.resolved(plain.get("base") or "", plain))
            rest.append(Place((Arm("text", "", text),), 1, 1))
        if extended is not None:
            attributes, rest = self._parts(
                self.types[self.resolved(extended.get("base") or "", extended)]
            )
        body = plain if plain is not None else extended if extended is not None else kind
        for part in body:
            if part.tag == XS + "attribute":
                required = part.get("use") == "required"
                value = self.simple(self.resolved(part.get("type") or "", part))
                arm = Arm("attribute", part.get("name") or "", value)
                attributes.append(Place((arm,), int(required), 1))
            elif part.tag in (XS + "sequence", XS + "choice"):
                rest.extend(self._group(part))
        return attributes, rest

    def _group(self, group: ET.Element) -> Iterator[Place]:
        if group.tag == XS + "choice":
            places = [place for part in group for place in self._particle(part)]
            least = min(_least(group), *(place.minimum for place in places))
            arms = tuple(arm for place in places for arm in place.arms)
            yield Place(arms, least, _most(group))
            return
        assert (_least(group), _most(group)) in ((1, 1), (0, 1)), "no sequence repeats"
        for part in group:
            yield from self._particle(part)

    def _particle(self, part: ET.Element) -> Iterator[Place]:
        if part.tag in (XS + "sequence", XS + "choice"):
            yield from self._group(part)
        elif part.tag == XS + "any":
            yield Place((Arm("*", "", None),), _least(part), _most(part))
        elif part.get("ref"):
            members = sorted(self._members(self.resolved(part.get("ref") or "", part)))
            arms = tuple(
                Arm("element", one[0], self.type_of(self.elements[one])) for one in members
            )
            yield Place(arms, _least(part), _most(part))
        elif part.tag == XS + "element":
            arm = Arm("element", part.get("name") or "", self.type_of(part))
            yield Place((arm,), _least(part), _most(part))

    def _members(self, head: Name) -> Iterator[Name]:
        yield head
        for name, element in self.elements.items():
            group = element.get("substitutionGroup")
            if group and self.resolved(group, element) == head:
                yield from self._members(name)


def _least(part: ET.Element) -> int:
    return int(part.get("minOccurs", "1"))


def _most(part: ET.Element) -> int | None:
    most = part.get("maxOccurs", "1")
    return None if most == "unbounded" else int(most)
