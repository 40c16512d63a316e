"""X.509 certificates (GB/T 20518, RFC 5280): reading, and the checks that one certificate can answer by itself.

They are read by our own strict reader, since `cryptography` refuses certificates that real governments issued: with an
explicit `critical FALSE` or `cA FALSE`, which DER leaves out, or an alternative name of no sense that nobody asks for.
Less strictly are read the values of names, which are compared octet by octet, parameters of algorithms, the count of
unused bits in keyUsage, a length beside `cA FALSE`, and what no path hangs on; nothing else is, which
tests/trust/test_certificates_differential.py shows.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from trust.asn1 import der
from trust.asn1.der import Element
from trust.certificate_fields import Extension, Fields
from trust.crypto.algorithms import SignatureAlgorithm, signature_algorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import SM2Backend
from trust.crypto.sm3 import sm3
from trust.errors import Invalid, TrustError

__all__ = ["Certificate", "CertificateMalformed", "KeyUsage", "certificate_of", "pem", "read_pem"]

KEY_IDENTIFIER_TAG: Final = 0x80
AUTHORITY_KEY_TAGS: Final = (KEY_IDENTIFIER_TAG, 0xA1, 0x82)
"""Members of an AuthorityKeyIdentifier: identifier, name and serial number of the issuer (RFC 5280, 4.2.1.1)."""

FULL_NAME_TAG: Final = 0xA0
DISTRIBUTION_POINT_TAG: Final = 0xA0

COMMON_NAME: Final = "2.5.4.3"
ORGANISATION: Final = "2.5.4.10"
ORGANISATION_IDENTIFIER: Final = "2.5.4.97"
BASIC_CONSTRAINTS: Final = "2.5.29.19"
KEY_USAGE: Final = "2.5.29.15"
EXTENDED_KEY_USAGE: Final = "2.5.29.37"
SUBJECT_KEY_IDENTIFIER: Final = "2.5.29.14"
AUTHORITY_KEY_IDENTIFIER: Final = "2.5.29.35"
DISTRIBUTION_POINTS: Final = "2.5.29.31"
STATUS_UNASKED: Final = "1.3.6.1.5.5.7.48.1.5"
"""id-pkix-ocsp-nocheck (RFC 6960, 4.2.2.2.1)."""

PASSED_OVER: Final = frozenset({DISTRIBUTION_POINTS, "1.3.6.1.5.5.7.1.1", "2.5.29.32", "2.5.29.17", STATUS_UNASKED})
"""Where lists and issuers are published, policies, alternative names, nocheck: no path hangs on them."""

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

    key_encipherment: bool = True
    data_encipherment: bool = True
    key_agreement: bool = True
    certificate_signing: bool = True
    crl_signing: bool = True


@dataclass(frozen=True)
class Certificate:
    """A certificate as it came, in DER. Building it parses it, or raises `CertificateMalformed`."""

    der: bytes

    def __post_init__(self) -> None:
        try:
            _ = self.fields, self.extensions, self.public_key
            _ = self.basic_constraints, self.key_usage, self.extended_key_usage
            _ = self.subject_key_identifier, self.authority_key_identifier
        except (der.Malformed, ValueError):
            raise CertificateMalformed from None

    @classmethod
    def from_pem(cls, text: bytes) -> "Certificate":
        """Read the first certificate of a PEM text."""
        for found in read_pem(text, "CERTIFICATE"):
            return cls(found)
        raise CertificateMalformed

    @cached_property
    def fields(self) -> Fields:
        """Every member, as it stands."""
        return Fields.read(self.der)

    @cached_property
    def extensions(self) -> Mapping[str, Extension]:
        """Every extension by its identifier. Raise `CertificateMalformed` where one stands there twice."""
        found = dict(self.fields.extensions)
        if len(found) != len(self.fields.extensions):
            raise CertificateMalformed
        return found

    @cached_property
    def public_key(self) -> PublicKey:
        """The key that is certified."""
        return PublicKey(self.fields.spki)

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
        return self.fields.issuer

    @property
    def subject(self) -> bytes:
        """The subject's name in DER, as it came."""
        return self.fields.subject

    @property
    def serial(self) -> int:
        """The serial number."""
        return self.fields.serial

    @property
    def not_before(self) -> datetime:
        """The first moment of validity."""
        return self.fields.not_before

    @property
    def not_after(self) -> datetime:
        """The last moment of validity."""
        return self.fields.not_after

    @property
    def fingerprint(self) -> str:
        """SM3 of the certificate, in hex: its name in our records."""
        return sm3(self.der).hex()

    @cached_property
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
        return signature_algorithm(self.fields.algorithm_oid)

    @cached_property
    def basic_constraints(self) -> tuple[bool, int | None]:
        """Whether this is a CA, and how many CAs may follow below it; None where nothing limits that."""
        body = self.extension(BASIC_CONSTRAINTS)
        if body is None:
            return False, None
        members = list(body.sequence())
        is_authority = members.pop(0).boolean() if members and members[0].tag == der.Tag.BOOLEAN else False
        lengths = [member.integer() for member in members]
        if len(lengths) > 1 or min(lengths, default=0) < 0:
            raise body.fail("whether it is an authority, and one length")
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
            key_encipherment=bool(bits & 0x20),
            data_encipherment=bool(bits & 0x10),
            key_agreement=bool(bits & 0x08),
            certificate_signing=bool(bits & 0x04),
            crl_signing=bool(bits & 0x02),
        )

    @cached_property
    def extended_key_usage(self) -> frozenset[str] | None:
        """The purposes of extKeyUsage as dotted identifiers; None where the extension is absent."""
        body = self.extension(EXTENDED_KEY_USAGE)
        if body is None:
            return None
        if not body.sequence():
            raise body.fail("one purpose at least")
        return frozenset(purpose.oid() for purpose in body.children())

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
        if body is None:
            return None
        found = {member.tag: member.body for member in body.sequence()}
        # Compared with what is left of the three when only those that are there are taken, in their order.
        if [member.tag for member in body.children()] != [tag for tag in AUTHORITY_KEY_TAGS if tag in found]:
            raise body.fail("the key's identifier, its issuer and its serial number, each once")
        return found.get(KEY_IDENTIFIER_TAG)

    @cached_property
    def distribution_points(self) -> frozenset[bytes]:
        """The names, each a GeneralName in DER, under which lists for this certificate are published by its issuer.

        A point for some reasons alone, or of another issuer, is passed over: no list of it says everything.
        """
        body = self.extension(DISTRIBUTION_POINTS)
        found: set[bytes] = set()
        try:
            for point in () if body is None else body.sequence():
                members = point.sequence()
                if [one.tag for one in members] != [DISTRIBUTION_POINT_TAG]:
                    continue
                (name,) = members[0].children()
                if name.tag == FULL_NAME_TAG:
                    found.update(one.raw for one in name.children())
        except (der.Malformed, ValueError):
            return frozenset()  # nobody is asked to read it; without it, complete lists alone tell of the certificate
        return frozenset(found)

    @property
    def is_status_unasked(self) -> bool:
        """Whether the issuer says that nobody needs to ask for its revocation (RFC 6960, 4.2.2.2.1)."""
        return STATUS_UNASKED in self.extensions

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
        fields = certificate.fields
        if fields.outer_algorithm != fields.algorithm:
            raise CertificateMalformed
        require_signed(self.public_key, fields.signature, fields.tbs, certificate.signature_algorithm)

    def verify_message(self, signature: bytes, message: bytes, *, backend: SM2Backend | None = None) -> None:
        """Return if this certificate's key signed `message` with the algorithm that this house uses for such keys."""
        self.public_key.verify(signature, message, self.public_key.own_algorithm, backend=backend)


@lru_cache(maxsize=512)
def certificate_of(encoded: bytes) -> Certificate:
    """Return a certificate that may have been met before: those of a house stand in everything that it signs.

    Raise `CertificateMalformed`.
    """
    return Certificate(encoded)


@lru_cache(maxsize=1_024)
def require_signed(key: PublicKey, signature: bytes, tbs: bytes, algorithm: SignatureAlgorithm) -> None:
    """Return if `signature` over the body of a certificate was made with the private half of `key`.

    The same few authorities stand above all certificates: what was proven once is remembered, what failed is not.
    """
    key.verify(signature, tbs, algorithm)


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
