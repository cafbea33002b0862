"""EXI 1.0 for V2G: schema-informed, bit-packed, non-strict, default options, no string tables.

:mod:`~sterna.protocols.iso15118.exi.grammar` derives the event grammar of a
message from its declaration; :mod:`~sterna.protocols.iso15118.exi.writing` and
:mod:`~sterna.protocols.iso15118.exi.reading` turn a grammar into straight-line
Python, once per type and only when it is needed;
:mod:`~sterna.protocols.iso15118.exi.codec` is what others call. Source: W3C,
Efficient XML Interchange 1.0 (second edition), sections 4 to 8; clauses are named
where they are used.
"""

from sterna.protocols.iso15118.exi.codec import decode, encode
from sterna.protocols.iso15118.exi.fragments import fragment
from sterna.protocols.iso15118.exi.values import ExiError

__all__ = ["ExiError", "decode", "encode", "fragment"]
"""All that a caller needs: messages to bytes and back, the bytes that a signature covers."""
