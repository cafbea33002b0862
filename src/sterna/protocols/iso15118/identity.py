"""What the machines need of Plug and Charge: a car's wallet and a supply's gate, without any cryptography.

Both are implemented in :mod:`~sterna.protocols.iso15118.security`; a session by
external means never loads it.
"""

from typing import Protocol, Self

from msgspec import Struct

from sterna.kernel.quantities import Instant
from sterna.protocols.iso15118.messages.certificates import (
    CertificateInstallationReq,
    CertificateInstallationRes,
)
from sterna.protocols.iso15118.messages.codes import Code
from sterna.protocols.iso15118.messages.metering import MeteringConfirmationReq
from sterna.protocols.iso15118.messages.session import AuthorizationReq
from sterna.protocols.iso15118.messages.values import MessageHeader


class Verdict(Struct, frozen=True, kw_only=True):
    """What a gate thinks of a contract."""

    code: Code
    emaid: str = ""
    """The contract's account, as its certificate names it."""
    leaf: bytes = b""
    """The contract's certificate (DER), against which receipts of the session are checked."""


class Wallet(Protocol):
    """A car's contract, if it has one, and the means to get one."""

    @property
    def can_install(self) -> bool:
        """Whether the car may ask for a contract."""

    def has_contract(self, providers: tuple[str, ...]) -> bool:
        """Return whether there is a contract that one of *providers* honours; no providers: anyone's."""

    def present(self, header: MessageHeader, challenge: bytes) -> AuthorizationReq:
        """Return the request that shows the contract and signs *challenge*."""

    def ask(self, header: MessageHeader) -> CertificateInstallationReq:
        """Return the request for a contract, signed as the car's maker provided for."""

    def installed(self, answer: CertificateInstallationRes, now: Instant) -> Self:
        """Return the wallet with the contract of *answer*; raises Refused with the reason."""

    def signed(self, receipt: MeteringConfirmationReq) -> MeteringConfirmationReq:
        """Return *receipt* signed with the contract's key."""


class Gate(Protocol):
    """A supply's knowledge of whose contracts it honours."""

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers whose contracts are honoured; none: whatever the roots vouch for."""

    @property
    def installs(self) -> bool:
        """Whether cars can get contracts here."""

    def judge(self, request: AuthorizationReq, challenge: bytes, now: Instant) -> Verdict:
        """Return what *request* is worth as an answer to *challenge*."""

    def provide(
        self, request: CertificateInstallationReq, header: MessageHeader, now: Instant
    ) -> CertificateInstallationRes | Code:
        """Return the contract for the car of *request*, or why there is none."""

    def vouches(self, receipt: MeteringConfirmationReq, leaf: bytes) -> bool:
        """Return whether *receipt* is signed by the contract whose certificate is *leaf* (DER)."""
