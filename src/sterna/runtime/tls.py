"""TLS 1.3 with certificates on both sides, without input or output, and in words that say what went wrong.

Python's own ``ssl`` does the cryptography over memory. So the same code runs over sockets and in
virtual time, every wait is the owner's, on the clock that it was given, and the alert that tells
the other side why it is refused is really sent (asyncio's TLS closes before it is).

Certificates' dates are judged by OpenSSL on the machine's clock; ``ssl`` takes no other.
"""

import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sterna.kernel.errors import BadInput, BrokenPeer

READ_BYTES: Final = 16_384
"""A TLS record holds no more."""

_REASONS: Final[Mapping[str, str]] = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "the peer sent no certificate",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "the peer wants a certificate of ours",
    "TLSV1_ALERT_UNKNOWN_CA": "the peer does not trust the root of our certificate",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "the peer says that our certificate has expired",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the peer says that our certificate is bad",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "the peer does not take our certificate",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the peer found no cipher or key in common",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the peer speaks another version of TLS",
    "UNSUPPORTED_PROTOCOL": "the peer speaks another version of TLS; 1.3 is needed",
    "WRONG_VERSION_NUMBER": "the peer does not speak TLS",
    "UNEXPECTED_EOF_WHILE_READING": "the peer hung up without a goodbye",
}
"""OpenSSL's names for what happened, in words."""
_VERIFY: Final[Mapping[int, str]] = {
    9: "the peer's certificate is not valid yet",
    10: "the peer's certificate has expired",
    18: "the peer's certificate vouches for itself and is not trusted",
    19: "the peer's certificate leads to a root that is not trusted",
    20: "the peer's certificate leads to no root that is trusted",
    21: "the peer's certificate leads to no root that is trusted",
    26: "the peer's certificate is for another purpose",
}
"""Results of OpenSSL's verification (``X509_V_ERR_*`` of its manual) in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """The PEM files of one side."""

    chain: Path
    """Its certificate and the issuers of it, without the root."""
    key: Path
    trust: Path
    """The roots of those whom it talks with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secure:
    """How one side secures its connections."""

    context: ssl.SSLContext
    domain: str = ""
    """The domain component that the peer's certificate must name; empty: any.

    Addresses on a cable are made up for the day, so no host name could be checked instead.
    """


def secure(files: TlsFiles, *, server: bool, domain: str) -> Secure:
    """Return TLS 1.3 with *files*: both sides show a certificate; raises BadInput for a file that cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    if server:
        context.num_tickets = 0  # Every session shows its certificate anew.
    for path in (files.chain, files.key, files.trust):
        if not path.is_file():
            raise BadInput(path, "", "there is no such file; sterna pki makes a folder with all")
    try:
        context.load_cert_chain(files.chain, files.key)
    except (ssl.SSLError, OSError) as error:
        raise BadInput(files.chain, "", f"no certificate and key for TLS: {error}") from error
    try:
        context.load_verify_locations(files.trust)
    except (ssl.SSLError, OSError) as error:
        raise BadInput(files.trust, "", f"no roots for TLS: {error}") from error
    return Secure(context=context, domain=domain)


class TlsStream:
    """One side of one TLS connection over memory.

    Give what comes to :meth:`receive`, and send what :meth:`to_send` returns
    after every call, also after one that raised: it holds the alert.
    """

    def __init__(self, how: Secure, *, server: bool) -> None:
        """Begin; the client's first words are ready at once."""
        self._how = how
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = how.context.wrap_bio(self._in, self._out, server_side=server)
        self.ready = False
        """Whether the handshake is done on this side and the peer is who it has to be."""
        self.ended = False
        """Whether the peer has said goodbye."""
        if not server:
            self._shake()

    @property
    def name(self) -> str:
        """The common name of the peer's certificate."""
        return _subject(self._tls.getpeercert()).get("commonName", "")

    @property
    def about(self) -> str:
        """Version, cipher and peer, for people."""
        cipher = self._tls.cipher()
        return f"{self._tls.version()} {cipher[0] if cipher else ''}, peer {self.name}"

    def receive(self, data: bytes) -> bytes:
        """Take *data* from the wire and return what it says in the clear; raises BrokenPeer."""
        self._in.write(data)
        if not self.ready and not self._shake():
            return b""
        plain = bytearray()
        try:
            while True:
                piece = self._tls.read(READ_BYTES)
                if not piece:
                    self.ended = True
                    break
                plain += piece
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.ended = True
        except ssl.SSLError as error:
            raise BrokenPeer(f"TLS: {said(error)}") from error
        return bytes(plain)

    def send(self, data: bytes) -> None:
        """Encrypt *data*; only once ready."""
        assert self.ready, "nothing is said before the peer is known"
        self._tls.write(data)

    def goodbye(self) -> None:
        """Say that nothing more will come."""
        # The peer has not said goodbye yet, or never could: ours is written all the same.
        with suppress(ssl.SSLError):
            self._tls.unwrap()

    def to_send(self) -> bytes:
        """Return, once, what has to go over the wire."""
        return self._out.read()

    def _shake(self) -> bool:
        """Go on with the handshake; return whether it is done."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            raise BrokenPeer(f"TLS: {said(error)}") from error
        subject = _subject(self._tls.getpeercert())
        whose = subject.get("domainComponent", "")
        if self._how.domain and whose != self._how.domain:
            raise BrokenPeer(
                f"TLS: the certificate of {subject.get('commonName', '')!r} is of domain "
                f"{whose!r} and not of {self._how.domain!r}"
            )
        self.ready = True
        return True


def said(error: ssl.SSLError) -> str:
    """Return what *error* means, in words where OpenSSL's name for it is known."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY.get(error.verify_code, f"the peer's certificate: {error.verify_message}")
    reason = error.reason or str(error)
    return _REASONS.get(reason, reason.replace("_", " ").lower())


def _subject(certificate: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the parts of a subject by their names."""
    parts = () if certificate is None else certificate.get("subject", ())
    return {name: value for part in parts for name, value in part}
