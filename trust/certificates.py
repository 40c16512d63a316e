"""X.509 certificates (GB/T 20518, RFC 5280): reading, and the checks that one certificate can answer by itself.

`cryptography` parses them, SM2 ones too, but verifies no SM2; issuer, subject and key are taken from the bytes.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from trust.asn1 import der
from trust.crypto.algorithms import SignatureAlgorithm, signature_algorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import SM2Backend
from trust.crypto.sm3 import sm3
from trust.errors import Invalid

__all__ = ["Certificate", "CertificateMalformed", "KeyUsage", "pem", "read_pem"]

Extension = TypeVar("Extension", bound=x509.ExtensionType)

COMMON_NAME: Final = "2.5.4.3"
ORGANISATION: Final = "2.5.4.10"
ORGANISATION_IDENTIFIER: Final = "2.5.4.97"
UNDERSTOOD: Final = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
        ExtensionOID.AUTHORITY_INFORMATION_ACCESS,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)
"""Extensions that this house processes or may pass over. Any other one that is critical makes a path invalid."""


class CertificateMalformed(Invalid):
    """The bytes are not an X.509 certificate."""

    code = "certificate.malformed"


@dataclass(frozen=True, kw_only=True)
class KeyUsage:
    """The bits of the keyUsage extension that this house asks about. Absent extension: everything is allowed."""

    digital_signature: bool = True
    content_commitment: bool = True
    """nonRepudiation, under its newer name."""

    certificate_signing: bool = True
    crl_signing: bool = True


@dataclass(frozen=True)
class Certificate:
    """A certificate as it came, in DER. Building it parses it, or raises `CertificateMalformed`."""

    der: bytes

    def __post_init__(self) -> None:
        _ = self.parsed, self.members, self.extensions, self.public_key

    @classmethod
    def from_pem(cls, text: bytes) -> "Certificate":
        """Read the first certificate of a PEM text."""
        for found in read_pem(text, "CERTIFICATE"):
            return cls(found)
        raise CertificateMalformed

    @cached_property
    def parsed(self) -> x509.Certificate:
        """The certificate as `cryptography` has it."""
        try:
            return x509.load_der_x509_certificate(self.der)
        except (ValueError, TypeError):
            raise CertificateMalformed from None

    @cached_property
    def members(self) -> dict[str, bytes]:
        """Issuer, subject and key as they stand in the TBSCertificate, byte for byte."""
        try:
            tbs = der.parse(self.der).sequence()[0].sequence()
            fields = tbs if tbs[0].tag == 0xA0 else (tbs[0], *tbs)  # noqa: PLR2004 - [0] version, absent in version 1
            return {"issuer": fields[3].raw, "subject": fields[5].raw, "spki": fields[6].raw}
        except (der.Malformed, IndexError):
            raise CertificateMalformed from None

    @cached_property
    def extensions(self) -> x509.Extensions:
        """All extensions."""
        try:
            return self.parsed.extensions
        except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
            raise CertificateMalformed from None

    @cached_property
    def public_key(self) -> PublicKey:
        """The key that is certified."""
        return PublicKey(self.members["spki"])

    @property
    def issuer(self) -> bytes:
        """The issuer's name in DER, as it came."""
        return self.members["issuer"]

    @property
    def subject(self) -> bytes:
        """The subject's name in DER, as it came."""
        return self.members["subject"]

    @property
    def serial(self) -> int:
        """The serial number."""
        return self.parsed.serial_number

    @property
    def not_before(self) -> datetime:
        """The first moment of validity."""
        return self.parsed.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        """The last moment of validity."""
        return self.parsed.not_valid_after_utc

    @property
    def fingerprint(self) -> str:
        """SM3 of the certificate, in hex: its name in our records."""
        return sm3(self.der).hex()

    @property
    def common_name(self) -> str:
        """The subject's common name, or nothing."""
        return name_attribute(self.subject, COMMON_NAME)

    @property
    def organisation(self) -> str:
        """The subject's organisation, or nothing."""
        return name_attribute(self.subject, ORGANISATION)

    @property
    def organisation_identifier(self) -> str:
        """The subject's unified social credit code in organizationIdentifier (2.5.4.97), or nothing."""
        return name_attribute(self.subject, ORGANISATION_IDENTIFIER)

    @property
    def issuer_common_name(self) -> str:
        """The issuer's common name, or nothing."""
        return name_attribute(self.issuer, COMMON_NAME)

    @property
    def is_self_issued(self) -> bool:
        """Whether issuer and subject bear the same name."""
        return self.issuer == self.subject

    @property
    def signature_algorithm(self) -> SignatureAlgorithm:
        """The algorithm of the issuer's signature. Raise `AlgorithmNotSupported`."""
        return signature_algorithm(self.parsed.signature_algorithm_oid.dotted_string)

    @property
    def is_authority(self) -> bool:
        """Whether basicConstraints makes this a CA."""
        constraints = self.extension(x509.BasicConstraints)
        return constraints is not None and constraints.ca

    @property
    def path_length(self) -> int | None:
        """How many CAs may follow below this one; None where nothing limits it."""
        constraints = self.extension(x509.BasicConstraints)
        return None if constraints is None else constraints.path_length

    @property
    def key_usage(self) -> KeyUsage:
        """What the key may be used for."""
        usage = self.extension(x509.KeyUsage)
        if usage is None:
            return KeyUsage()
        return KeyUsage(
            digital_signature=usage.digital_signature,
            content_commitment=usage.content_commitment,
            certificate_signing=usage.key_cert_sign,
            crl_signing=usage.crl_sign,
        )

    @property
    def extended_key_usage(self) -> frozenset[str] | None:
        """The purposes of extKeyUsage as dotted identifiers; None where the extension is absent."""
        usage = self.extension(x509.ExtendedKeyUsage)
        return None if usage is None else frozenset(purpose.dotted_string for purpose in usage)

    @property
    def subject_key_identifier(self) -> bytes | None:
        """The identifier of the certified key, if it is told."""
        identifier = self.extension(x509.SubjectKeyIdentifier)
        return None if identifier is None else identifier.digest

    @property
    def authority_key_identifier(self) -> bytes | None:
        """The identifier of the issuer's key, if it is told."""
        identifier = self.extension(x509.AuthorityKeyIdentifier)
        return None if identifier is None else identifier.key_identifier

    @property
    def unknown_critical_extensions(self) -> tuple[str, ...]:
        """Critical extensions that this house does not process."""
        return tuple(e.oid.dotted_string for e in self.extensions if e.critical and e.oid not in UNDERSTOOD)

    def extension(self, kind: type[Extension]) -> Extension | None:
        """Return the extension of one kind, if it is there."""
        for found in self.extensions:
            if isinstance(found.value, kind):
                return found.value
        return None

    def verify_issued(self, certificate: "Certificate") -> None:
        """Return if this certificate's key signed `certificate`, else raise a leaf of `Untrusted` or `Invalid`."""
        parsed = certificate.parsed
        self.public_key.verify(parsed.signature, parsed.tbs_certificate_bytes, certificate.signature_algorithm)

    def verify_message(self, signature: bytes, message: bytes, *, backend: SM2Backend | None = None) -> None:
        """Return if this certificate's key signed `message` with the algorithm that this house uses for such keys."""
        self.public_key.verify(signature, message, self.public_key.own_algorithm, backend=backend)


TEXT_ENCODINGS: Final = {
    der.Tag.UTF8_STRING: "utf-8",
    der.Tag.PRINTABLE_STRING: "ascii",
    der.Tag.IA5_STRING: "ascii",
    0x14: "latin-1",  # TeletexString, as everybody reads it
    0x1E: "utf-16-be",  # BMPString
}


def name_attribute(name: bytes, oid: str) -> str:
    """Return the first attribute of a distinguished name, or nothing where it has none that can be read."""
    try:
        for relative in der.parse(name).sequence():
            for pair in relative.children():
                kind, value = pair.sequence()
                if kind.oid() == oid and value.tag in TEXT_ENCODINGS:
                    return value.body.decode(TEXT_ENCODINGS[value.tag], errors="replace")
    except (der.Malformed, ValueError):
        pass  # a name is shown to people; whether it is well formed matters to the path, which compares its bytes
    return ""


def pem(encoded: bytes, label: str = "CERTIFICATE") -> bytes:
    """Return `encoded` in PEM (RFC 7468)."""
    text = base64.encodebytes(encoded).replace(b"\n", b"")
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return b"\n".join((f"-----BEGIN {label}-----".encode(), *lines, f"-----END {label}-----".encode(), b""))


def read_pem(text: bytes, label: str) -> Iterator[bytes]:
    """Yield the contents of every PEM block with `label`; blocks whose text is not base64 are passed over."""
    pattern = rf"-----BEGIN {re.escape(label)}-----([A-Za-z0-9+/=\s]*)-----END {re.escape(label)}-----"
    for found in re.finditer(pattern.encode(), text):
        try:
            yield base64.b64decode(found[1], validate=False)
        except ValueError:
            continue


def read_folder(paths: Iterable[Path]) -> Iterator[Certificate]:
    """Yield every certificate of PEM or DER files."""
    for path in paths:
        content = path.read_bytes()
        blocks = tuple(read_pem(content, "CERTIFICATE"))
        yield from (Certificate(block) for block in blocks or (content,))
