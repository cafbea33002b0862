"""One side of ISO 15118-20 alone: ``sterna ev`` and ``sterna evse``, in real time over TCP, TLS and SDP.

The machines are those of every run (:mod:`sterna.protocols.iso15118`), and so are battery,
converter and hardware; only the other side is somebody else's process. The cable is the
connection: there is no control pilot, and both processes count energy on their own.
"""
