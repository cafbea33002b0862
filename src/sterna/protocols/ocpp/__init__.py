"""OCPP 2.1 and 2.0.1 between a charging station and its management system, without I/O.

Message types are generated from the official schemas (:mod:`.v21`, :mod:`.v201`),
:mod:`.rpc` is the engine for either end, :mod:`.profiles`, :mod:`.offline` and
:mod:`.device_model` are what a station decides by. Bytes and time come from outside.
"""
