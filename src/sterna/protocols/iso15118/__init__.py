"""ISO 15118-20 between a car and its supply equipment: messages, both roles, wires.

Sans-I/O: :class:`~sterna.protocols.iso15118.secc.Secc` and
:class:`~sterna.protocols.iso15118.evcc.Evcc` take messages and instants and give
events and messages; :mod:`~sterna.protocols.iso15118.wire` turns messages into
frames. See ``docs/protocols/iso15118.md``.
"""
