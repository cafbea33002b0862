"""Our EXI bytes against the Java codec that the PyPI package ``iso15118`` carries: docs/peers.md."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peers.iso15118_json import as_json
from peers.iso15118_schemas import FOLDER, PEERS
from protocols.iso15118.any_message import any_of
from protocols.iso15118.test_exi import VECTORS, message_of

from sterna.protocols.iso15118.exi import encode, fragment
from sterna.protocols.iso15118.messages import (
    AC,
    ALL,
    APP_PROTOCOL,
    COMMON,
    DC,
    certificates,
    session,
)
from sterna.protocols.iso15118.messages.app_protocol import SupportedAppProtocolRes
from sterna.protocols.iso15118.schema import Element, element_name

JAVA = shutil.which("java")
pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        FOLDER is None, reason=f"no {PEERS.name}: docs/peers.md says how to make it"
    ),
    pytest.mark.skipif(JAVA is None, reason="no Java, which the peer's codec needs"),
    pytest.mark.xdist_group("java"),
]
COMMON_SPACE = "urn:iso:std:iso:15118:-20:CommonMessages"
SPACES = (
    (APP_PROTOCOL, "urn:iso:15118:2:2010:AppProtocol"),
    (COMMON, COMMON_SPACE),
    (DC, "urn:iso:std:iso:15118:-20:DC"),
    (AC, "urn:iso:std:iso:15118:-20:AC"),
)
SPACE = {kind: space for kinds, space in SPACES for kind in kinds}


class Java:
    """The other codec, in a process of its own."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("java_exi.py")
        self.process = subprocess.Popen(
            [PEERS / "bin" / "python", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def ask(self, verb: str, space: str, what: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([verb, space, what]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def java() -> Iterator[Java]:
    codec = Java()
    with codec.process:  # Its input closes at the end, which is what it waits for.
        yield codec


def left_out_by_java(message: Element) -> bool:
    """Whether Java writes a number 0 where the message says nothing: its one known fault."""
    return isinstance(message, SupportedAppProtocolRes) and message.SchemaID is None


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_java_writes_and_reads_our_vectors(java: Java, case: dict[str, Any]) -> None:
    message = message_of(case)
    space, plain = SPACE[type(message)], {element_name(type(message)): as_json(message)}
    if left_out_by_java(message):
        return
    assert java.ask("encode", space, plain) == case["exi"]
    assert java.ask("decode", space, case["exi"]) == plain


@pytest.mark.parametrize("kind", ALL, ids=element_name)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_java_writes_any_message_as_we_do(
    java: Java, kind: type[Element], data: st.DataObject
) -> None:
    message = data.draw(any_of(kind))
    if left_out_by_java(message):
        return
    theirs = java.ask("encode", SPACE[kind], {element_name(kind): as_json(message)})
    assert theirs == encode(message).hex()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("PnC_AReqAuthorizationMode", session.PnCAReqType),
        ("OEMProvisioningCertificateChain", certificates.SignedCertificateChainType),
    ],
)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_java_writes_a_fragment_as_we_do(
    java: Java, name: str, kind: type, data: st.DataObject
) -> None:
    """Only local elements: Java writes a global one as a whole document."""
    value = data.draw(any_of(kind))
    assert java.ask("encode", COMMON_SPACE, {name: as_json(value)}) == fragment(name, value).hex()
