"""The Java EXI codec inside of the PyPI package ``iso15118``, a line in and a line out: docs/peers.md.

Runs in the peers' own environment. A line is ["encode", name space, {message}] or
["decode", name space, hex]; the answer is hex, the message, or {"error": ...}.
"""

import json
import sys
import time
from typing import Any

from iso15118.shared.exificient_exi_codec import ExificientEXICodec


def answered(codec: Any, verb: str, space: str, what: Any) -> Any:
    """Return the answer to one line."""
    if verb == "encode":
        return bytes(codec.encode(json.dumps(what), space)).hex()
    if verb == "time":
        raw = bytes.fromhex(what)
        text = codec.decode(raw, space)
        began, rounds = time.perf_counter(), 30
        for _ in range(rounds):
            codec.encode(text, space)
        middle = time.perf_counter()
        for _ in range(rounds):
            codec.decode(raw, space)
        return [(middle - began) / rounds, (time.perf_counter() - middle) / rounds]
    return json.loads(codec.decode(bytes.fromhex(what), space))


def main() -> None:
    """Answer until the input ends."""
    codec = ExificientEXICodec()
    for line in sys.stdin:
        try:
            answer = answered(codec, *json.loads(line))
        except Exception as wrong:  # noqa: BLE001  # whatever Java says is the answer
            answer = {"error": str(wrong)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    codec.gateway.shutdown()


main()
