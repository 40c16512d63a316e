"""What stands in a signed message, whatever its dialect and whoever read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from trust.certificates import Certificate
from trust.crypto.algorithms import Digest, SignatureAlgorithm
from trust.crypto.sm3 import hash_of
from trust.errors import Invalid
from trust.ocsp import OCSPResponse
from trust.revocation import RevocationList

__all__ = ["BytesContent", "CMSMalformed", "Content", "Dialect", "SignedMessage", "SignerInfo"]


class CMSMalformed(Invalid):
    """The bytes are not a signed message."""

    code = "cms.malformed"


class Dialect(StrEnum):
    """Which standard a signed message is written to."""

    RFC5652 = "rfc5652"
    GBT35275 = "gbt35275"


class Content(Protocol):
    """What a detached signature covers."""

    def digest(self, algorithm: Digest) -> bytes:
        """Return the hash of the content."""
        ...

    def octets(self) -> bytes:
        """Return the content itself."""
        ...


@dataclass(frozen=True)
class BytesContent:
    """Content in memory."""

    data: bytes

    def digest(self, algorithm: Digest) -> bytes:
        """Return the hash of the content."""
        return hash_of(algorithm, self.data)

    def octets(self) -> bytes:
        """Return the content itself."""
        return self.data


@dataclass(frozen=True, kw_only=True)
class SignerInfo:
    """One signer of a signed message."""

    issuer: bytes | None
    serial: int | None
    key_identifier: bytes | None
    digest: Digest
    algorithm: SignatureAlgorithm
    signed_attributes: bytes | None
    """The attributes as the SET OF that is signed, or None where there are none."""

    content_type: str | None
    message_digest: bytes | None
    signing_time: datetime | None
    signing_certificate_hashes: tuple[tuple[Digest, bytes], ...]
    """What the signer says of his certificate, in either attribute or in both (RFC 5035)."""

    signature: bytes
    time_stamps: tuple[bytes, ...]
    signed_values: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict, repr=False)
    """The values of every signed attribute in DER, by type."""

    unsigned_values: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict, repr=False)
    """Likewise of those that nobody signed: anybody may have put them there."""

    def matches(self, certificate: Certificate) -> bool:
        """Tell whether this signer names `certificate`."""
        if self.key_identifier is not None:
            return certificate.subject_key_identifier == self.key_identifier
        return certificate.issuer == self.issuer and certificate.serial == self.serial


@dataclass(frozen=True, kw_only=True)
class SignedMessage:
    """A parsed SignedData, whatever its dialect."""

    dialect: Dialect
    content_type: str
    content: bytes | None
    certificates: tuple[Certificate, ...]
    revocation_lists: tuple[RevocationList, ...]
    status_responses: tuple[OCSPResponse, ...]
    signers: tuple[SignerInfo, ...]

    def certificate_of(self, signer: SignerInfo, others: Sequence[Certificate] = ()) -> Certificate | None:
        """Return the certificate that `signer` names, from the message or from `others`."""
        return next((one for one in (*self.certificates, *others) if signer.matches(one)), None)
