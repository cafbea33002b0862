"""The standards on the wire, sans-I/O: bytes in, events and bytes out."""
