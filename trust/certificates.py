"""X.509 certificates (GB/T 20518, RFC 5280): reading, and the checks that one certificate can answer by itself.

`cryptography` parses them, SM2 ones too, but verifies no SM2; issuer, subject and key are taken from the bytes.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from cryptography import x509

from trust.asn1 import der
from trust.asn1.der import Element
from trust.crypto.algorithms import SignatureAlgorithm, signature_algorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import SM2Backend
from trust.crypto.sm3 import sm3
from trust.errors import Invalid, TrustError

__all__ = ["Certificate", "CertificateMalformed", "KeyUsage", "pem", "read_pem"]

EXTENSIONS_TAG: Final = 0xA3
KEY_IDENTIFIER_TAG: Final = 0x80

COMMON_NAME: Final = "2.5.4.3"
ORGANISATION: Final = "2.5.4.10"
ORGANISATION_IDENTIFIER: Final = "2.5.4.97"
BASIC_CONSTRAINTS: Final = "2.5.29.19"
KEY_USAGE: Final = "2.5.29.15"
EXTENDED_KEY_USAGE: Final = "2.5.29.37"
SUBJECT_KEY_IDENTIFIER: Final = "2.5.29.14"
AUTHORITY_KEY_IDENTIFIER: Final = "2.5.29.35"
PASSED_OVER: Final = frozenset({"2.5.29.31", "1.3.6.1.5.5.7.1.1", "2.5.29.32", "2.5.29.17"})
"""Where lists and issuers are published, policies, alternative names: nothing here hangs on them."""

UNDERSTOOD: Final = PASSED_OVER | {
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    EXTENDED_KEY_USAGE,
    SUBJECT_KEY_IDENTIFIER,
    AUTHORITY_KEY_IDENTIFIER,
}
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
class Extension:
    """An extension as it came."""

    critical: bool
    value: bytes


def read_extension(element: Element) -> tuple[str, Extension]:
    """Read one Extension, whose form `cryptography` has checked."""
    identifier, *critical, value = element.sequence()
    return identifier.oid(), Extension(critical=any(one.boolean() for one in critical), value=value.octets())


@dataclass(frozen=True)
class Certificate:
    """A certificate as it came, in DER. Building it parses it, or raises `CertificateMalformed`."""

    der: bytes

    def __post_init__(self) -> None:
        _ = self.parsed
        try:
            _ = self.members, self.public_key
            _ = self.basic_constraints, self.key_usage, self.extended_key_usage
            _ = self.subject_key_identifier, self.authority_key_identifier
        except der.Malformed:
            raise CertificateMalformed from None

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
        except (ValueError, TypeError, x509.InvalidVersion):
            raise CertificateMalformed from None

    @cached_property
    def members(self) -> dict[str, bytes]:
        """Both statements of the algorithm, issuer, subject and key, byte for byte as they stand."""
        body, outer, _ = der.parse(self.der).sequence()
        tbs = body.sequence()
        fields = tbs if tbs[0].tag == 0xA0 else (tbs[0], *tbs)  # noqa: PLR2004 - [0] version, absent in version 1
        return {
            "outer algorithm": outer.raw,
            "algorithm": fields[2].raw,
            "issuer": fields[3].raw,
            "subject": fields[5].raw,
            "spki": fields[6].raw,
        }

    @cached_property
    def extensions(self) -> Mapping[str, Extension]:
        """Every extension by its identifier.

        Read here and not by `cryptography`, which refuses certificates that real governments issued: with an explicit
        `cA FALSE`, or an alternative name that is not well formed and that nobody asks for.
        """
        found: dict[str, Extension] = {}
        for holder in der.parse(self.der).sequence()[0].sequence():
            if holder.tag != EXTENSIONS_TAG:
                continue
            (listed,) = holder.children()
            for oid, extension in map(read_extension, listed.sequence()):
                if oid in found:
                    raise CertificateMalformed
                found[oid] = extension
        return found

    @cached_property
    def public_key(self) -> PublicKey:
        """The key that is certified."""
        return PublicKey(self.members["spki"])

    @property
    def key_family(self) -> str:
        """The family of the certified key, or nothing where it is none that we can use."""
        try:
            return self.public_key.kind.value
        except TrustError:
            return ""

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

    @cached_property
    def basic_constraints(self) -> tuple[bool, int | None]:
        """Whether this is a CA, and how many CAs may follow below it; None where nothing limits that."""
        body = self.extension(BASIC_CONSTRAINTS)
        if body is None:
            return False, None
        members = body.sequence()
        is_authority = bool(members) and members[0].tag == der.Tag.BOOLEAN and members[0].boolean()
        lengths = [member.integer() for member in members if member.tag == der.Tag.INTEGER]
        return is_authority, lengths[0] if lengths else None

    @property
    def is_authority(self) -> bool:
        """Whether basicConstraints makes this a CA."""
        return self.basic_constraints[0]

    @property
    def path_length(self) -> int | None:
        """How many CAs may follow below this one; None where nothing limits it."""
        return self.basic_constraints[1]

    @cached_property
    def key_usage(self) -> KeyUsage:
        """What the key may be used for."""
        body = self.extension(KEY_USAGE)
        if body is None:
            return KeyUsage()
        # One government CA counts no unused bits where six are unused; the bits themselves are what matters.
        octets = body.expect(der.Tag.BIT_STRING, "keyUsage").body
        bits = octets[1] if len(octets) > 1 else 0
        return KeyUsage(
            digital_signature=bool(bits & 0x80),
            content_commitment=bool(bits & 0x40),
            certificate_signing=bool(bits & 0x04),
            crl_signing=bool(bits & 0x02),
        )

    @cached_property
    def extended_key_usage(self) -> frozenset[str] | None:
        """The purposes of extKeyUsage as dotted identifiers; None where the extension is absent."""
        body = self.extension(EXTENDED_KEY_USAGE)
        return None if body is None else frozenset(purpose.oid() for purpose in body.sequence())

    @property
    def must_keep_to_its_purposes(self) -> bool:
        """Whether extKeyUsage is there and critical."""
        found = self.extensions.get(EXTENDED_KEY_USAGE)
        return found is not None and found.critical

    @cached_property
    def subject_key_identifier(self) -> bytes | None:
        """The identifier of the certified key, if it is told."""
        body = self.extension(SUBJECT_KEY_IDENTIFIER)
        return None if body is None else body.octets()

    @cached_property
    def authority_key_identifier(self) -> bytes | None:
        """The identifier of the issuer's key, if it is told."""
        body = self.extension(AUTHORITY_KEY_IDENTIFIER)
        members = () if body is None else body.sequence()
        return next((member.body for member in members if member.tag == KEY_IDENTIFIER_TAG), None)

    @property
    def unknown_critical_extensions(self) -> tuple[str, ...]:
        """Critical extensions that this house does not process."""
        return tuple(oid for oid, one in self.extensions.items() if one.critical and oid not in UNDERSTOOD)

    def extension(self, oid: str) -> Element | None:
        """Return the value of an extension, if it is there. Raise `CertificateMalformed`."""
        found = self.extensions.get(oid)
        try:
            return None if found is None else der.parse(found.value)
        except der.Malformed:
            raise CertificateMalformed from None

    def verify_issued(self, certificate: "Certificate") -> None:
        """Return if this certificate's key signed `certificate`, else raise a leaf of `Untrusted` or `Invalid`.

        The algorithm outside must be the one inside, which alone is signed (RFC 5280, 4.1.1.2).
        """
        parsed = certificate.parsed
        if certificate.members["outer algorithm"] != certificate.members["algorithm"]:
            raise CertificateMalformed
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
