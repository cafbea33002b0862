"""Messages to EXI bytes and back."""

from typing import Final

from sterna.protocols.iso15118.exi.reading import Read, reader
from sterna.protocols.iso15118.exi.schema_sets import SET_OF, SchemaSet
from sterna.protocols.iso15118.exi.values import ExiError, flushed
from sterna.protocols.iso15118.exi.writing import Write, writer
from sterna.protocols.iso15118.schema import Element

HEADER: Final = 0x80
"""No cookie, no options in the stream, final version 1 (EXI 1.0, section 5)."""
BEGIN: Final = 1 << 8 | HEADER
"""The header's octet behind the 1 that marks where the bits begin."""

_WRITERS: Final[dict[type[Element], tuple[int, Write]]] = {}
"""Message -> what it begins with, header and code, and how its content is written."""
_READERS: Final[dict[tuple[int, int], Read]] = {}
"""Identity of a set and a code -> how that message is read; sets live as long as the module."""


def encode(message: Element) -> bytes:
    """Return the EXI stream of *message*.

    Raises ValueError for one that its declaration does not allow, e.g. a
    percentage of 101.
    """
    known = _WRITERS.get(type(message))
    if known is None:
        kind = type(message)
        schema_set = SET_OF[kind]
        known = (BEGIN << schema_set.width | schema_set.codes[kind], writer(kind))
        _WRITERS[kind] = known
    begin, write = known
    out = bytearray()
    return closed(write(begin, message, out), out)


def closed(bits: int, out: bytearray) -> bytes:
    """Return all octets of a stream, the last one filled up with zeros."""
    padding = (1 - bits.bit_length()) & 7
    flushed(bits << padding, out)
    return bytes(out)


def decode(data: bytes, schema_set: SchemaSet) -> Element:
    """Return the message that *data* is in *schema_set*.

    Raises ExiError for anything else: other headers, events that may not come,
    values out of their range, a message that ends early or goes on. The bits that
    fill up the last octet are not looked at.
    """
    bits = int.from_bytes(data, "big")
    left = 8 * len(data) - 8 - schema_set.width
    if left < 0 or data[0] != HEADER:
        raise ExiError("no EXI stream: it does not begin with 0x80 and a message")
    code = bits >> left & (1 << schema_set.width) - 1
    read = _READERS.get((id(schema_set), code))
    if read is None:
        read = _reader(schema_set, code)
    try:
        message, left = read(bits, left)
    except ValueError as early:
        raise ExiError("the message ends early") from early
    if left > 7:
        raise ExiError(f"{left // 8} octets behind the end of the message")
    return message  # type: ignore[no-any-return]  # generated code has no types


def _reader(schema_set: SchemaSet, code: int) -> Read:
    """Return how the message of *code* is read, and keep it."""
    kind = schema_set.kinds.get(code)
    if kind is None:
        names = schema_set.elements
        name = names[code] if code < len(names) else f"element {code}"
        raise ExiError(f"{name} is no message")
    read = reader(kind)
    _READERS[id(schema_set), code] = read
    return read
