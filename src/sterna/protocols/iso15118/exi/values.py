"""Simple values of any length, as bits: integers, strings, octets.

What has a fixed width is written and read inline by the generated code. A
writer carries its bits in one integer behind a leading 1, which marks where they
begin. A reader has the whole rest of the message in one integer *bits*, of which
*left* are not read yet; reading past the end is a negative shift and raises
ValueError, which the codec reports.
"""

from typing import Final

from sterna.kernel.errors import BrokenPeer

FLUSH_AT: Final = 1 << 1024
"""Bits are moved into the output from here on, so that a long message takes linear time."""
TRIM_BITS: Final = 1024
"""A reader forgets what it has read in pieces of this many bits, for the same reason."""
INTEGER_OCTETS_MAX: Final = 32
"""Groups of seven bits in one integer: a certificate's serial number has at most 23."""
STRING_HITS: Final = 2
"""Lengths below stand for entries of string tables, which V2G has none of."""
SURROGATES: Final = range(0xD800, 0xE000)


class ExiError(BrokenPeer):
    """The bytes are no EXI stream of the message that they should be."""


def flushed(bits: int, out: bytearray) -> int:
    """Move the whole octets of *bits* to *out* and return the rest behind its leading 1."""
    count = bits.bit_length() - 1
    rest = count & 7
    whole = (bits >> rest) ^ (1 << (count - rest))
    out += whole.to_bytes(count >> 3, "big")
    return (1 << rest) | (bits & ((1 << rest) - 1))


def unsigned(bits: int, number: int) -> int:
    """Append *number* in groups of seven bits, the least significant first (EXI 1.0, 7.1.6)."""
    while number > 127:
        bits = bits << 8 | 128 | number & 127
        number >>= 7
    return bits << 8 | number


def string(bits: int, text: str) -> int:
    """Append the length of *text* and its characters (EXI 1.0, 7.1.10 and 7.3.3)."""
    bits = unsigned(bits, len(text) + STRING_HITS)
    if text.isascii():
        return bits << 8 * len(text) | int.from_bytes(text.encode("ascii"), "big")
    for character in text:
        bits = unsigned(bits, ord(character))
    return bits


def octets(bits: int, value: bytes) -> int:
    """Append the length of *value* and its octets (EXI 1.0, 7.1.1)."""
    bits = unsigned(bits, len(value))
    return bits << 8 * len(value) | int.from_bytes(value, "big")


def read_more(bits: int, left: int, first: int) -> tuple[int, int]:
    """Return the integer that began with the group *first*, and what is left."""
    number, shift = first & 127, 7
    while True:
        left -= 8
        group = bits >> left & 255
        number |= (group & 127) << shift
        if group < 128:
            return number, left
        shift += 7
        if shift >= 7 * INTEGER_OCTETS_MAX:
            raise ExiError(f"an integer of more than {INTEGER_OCTETS_MAX} octets")


def read_unsigned(bits: int, left: int) -> tuple[int, int]:
    """Return an unsigned integer and what is left."""
    left -= 8
    first = bits >> left & 255
    return (first, left) if first < 128 else read_more(bits, left, first)


def read_string(bits: int, left: int, longest: int, where: str) -> tuple[str, int]:
    """Return a string of at most *longest* characters and what is left; *where* is for errors."""
    length, left = read_unsigned(bits, left)
    length -= STRING_HITS
    if length < 0:
        raise ExiError(f"{where}: an entry of a string table, which V2G has none of")
    if length > longest:
        raise ExiError(f"{where}: {length} characters, more than {longest}")
    end = left - 8 * length
    if end < 0:
        raise ExiError(f"{where}: the message ends within the string")
    raw = (bits >> end & (1 << 8 * length) - 1).to_bytes(length, "big")
    if raw.isascii():
        return raw.decode("ascii"), end
    return _read_characters(bits, left, length, where)


def _read_characters(bits: int, left: int, length: int, where: str) -> tuple[str, int]:
    """Return *length* characters, each an unsigned integer, and what is left."""
    characters = []
    for _ in range(length):
        point, left = read_unsigned(bits, left)
        if point > 0x10FFFF or point in SURROGATES:
            raise ExiError(f"{where}: {point:#x} is no character")
        characters.append(chr(point))
    return "".join(characters), left


def read_octets(bits: int, left: int, bounds: tuple[int, int], where: str) -> tuple[bytes, int]:
    """Return octets, as many as *bounds* allow, and what is left; *where* is for errors."""
    length, left = read_unsigned(bits, left)
    if not bounds[0] <= length <= bounds[1]:
        raise ExiError(f"{where}: {length} octets instead of {bounds[0]} to {bounds[1]}")
    end = left - 8 * length
    if end < 0:
        raise ExiError(f"{where}: the message ends within its octets")
    return (bits >> end & (1 << 8 * length) - 1).to_bytes(length, "big"), end
