"""OCSP (RFC 6960): what a responder says of certificates, read strictly; requests and writing are in ocsp_requests.

GM/T 0014 leaves the structures as they are and puts SM3 and SM2 beside the other algorithms; a certificate may be named
by its hashes under SHA-1, SHA-2 or SM3. SHA-1 protects nothing there: it is a name, and the signature covers it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from trust.asn1 import der
from trust.asn1.der import Element
from trust.certificate_fields import check_name, read_bare_algorithm
from trust.certificates import Certificate
from trust.crypto.algorithms import Digest, digest_by_oid, signature_algorithm
from trust.crypto.sm3 import hash_of
from trust.errors import Invalid, TrustError
from trust.profiles import REVOCATION_STATUS_PURPOSE
from trust.status import REASONS, Revocation

__all__ = ["CertificateId", "OCSPResponse", "OCSPResponseMalformed", "StatusAnswer"]

BASIC_RESPONSE: Final = "1.3.6.1.5.5.7.48.1.1"
NONCE: Final = "1.3.6.1.5.5.7.48.1.2"
ARCHIVE_CUTOFF: Final = "1.3.6.1.5.5.7.48.1.6"

SUCCESSFUL: Final = 0

# Context-specific tags of the structures (RFC 6960, 4.2.1); those of CertStatus are implicit.
EXPLICIT_0, EXPLICIT_1, EXPLICIT_2 = 0xA0, 0xA1, 0xA2
GOOD, REVOKED, UNKNOWN = 0x80, 0xA1, 0x82

MAX_ANSWERS: Final = 64
MAX_CERTIFICATES: Final = 8
"""Answers and certificates in one response. A responder has one certificate, seldom its issuer's beside it."""


class OCSPResponseMalformed(Invalid):
    """The bytes are not a successful OCSP response."""

    code = "certificate.status_response_malformed"


def key_bits(certificate: Certificate) -> bytes:
    """Return the octets of a certificate's key, without tag, length and unused bits."""
    _, bits = der.parse(certificate.fields.spki).sequence()
    return bits.bits()


@dataclass(frozen=True, kw_only=True)
class CertificateId:
    """A certificate by hashes of its issuer's name and key, and its serial number (CertID, RFC 6960, 4.1.1)."""

    digest: Digest
    name_hash: bytes
    key_hash: bytes
    serial: int
    has_parameters: bool = False
    """Whether NULL stands beside the hash: a response repeats what the request said."""

    @classmethod
    def of(cls, serial: int, issuer: Certificate, *, digest: Digest) -> "CertificateId":
        """Return how the certificate `serial` of `issuer` is named."""
        return cls(
            digest=digest,
            name_hash=hash_of(digest, issuer.subject),
            key_hash=hash_of(digest, key_bits(issuer)),
            serial=serial,
        )

    @classmethod
    def read(cls, element: Element) -> "CertificateId":
        """Read a CertID. Raise `Malformed`, `AlgorithmNotSupported`, or `ValueError` for members too many or few."""
        algorithm, name_hash, key_hash, serial = element.sequence("a CertID")
        digest = digest_by_oid(read_bare_algorithm(algorithm))
        length = len(hash_of(digest))
        if {len(name_hash.octets()), len(key_hash.octets())} != {length}:
            raise element.fail("hashes of the length of their algorithm")
        return cls(
            digest=digest,
            name_hash=name_hash.body,
            key_hash=key_hash.body,
            serial=serial.integer(),
            has_parameters=len(algorithm.children()) > 1,
        )

    @property
    def der(self) -> bytes:
        """The CertID."""
        null = (der.null(),) if self.has_parameters else ()
        return der.sequence(
            der.sequence(der.oid(self.digest.oid), *null),
            der.octet_string(self.name_hash),
            der.octet_string(self.key_hash),
            der.integer(self.serial),
        )

    def is_of(self, issuer: Certificate) -> bool:
        """Tell whether `issuer` is the authority that is meant."""
        expected = CertificateId.of(self.serial, issuer, digest=self.digest)
        return (self.name_hash, self.key_hash) == (expected.name_hash, expected.key_hash)


@dataclass(frozen=True, kw_only=True)
class StatusAnswer:
    """What a responder says of one certificate (SingleResponse): good, revoked, or that it does not know it."""

    id: CertificateId
    is_known: bool
    revocation: Revocation | None
    this_update: datetime
    next_update: datetime | None = None
    archive_cutoff: datetime | None = None
    """From which end on the responder keeps what it knows of expired certificates (RFC 6960, 4.4.4)."""

    @classmethod
    def read(cls, element: Element) -> "StatusAnswer":
        """Read a SingleResponse, as `CertificateId.read` does."""
        named, status, this_update, *optional = element.sequence("a SingleResponse")
        identified = CertificateId.read(named)
        next_update, cutoff = None, None
        tags = [one.tag for one in optional]
        if tags != sorted(set(tags)) or not {*tags} <= {EXPLICIT_0, EXPLICIT_1}:
            raise element.fail("a next update and extensions, each once")
        for member in optional:
            (inner,) = member.children()
            if member.tag == EXPLICIT_0:
                next_update = inner.expect(der.Tag.GENERALIZED_TIME, "a next update").time()
            else:
                cutoff = read_cutoff(inner)
        return cls(
            id=identified,
            is_known=status.tag != UNKNOWN,
            revocation=read_status(status, identified.serial),
            this_update=this_update.expect(der.Tag.GENERALIZED_TIME, "a time of update").time(),
            next_update=next_update,
            archive_cutoff=cutoff,
        )


def read_status(status: Element, serial: int) -> Revocation | None:
    """Read a CertStatus, and return the revocation that it tells, if it does."""
    if status.tag in (GOOD, UNKNOWN):
        if status.body:
            raise status.fail("NULL")
        return None
    at, *optional = status.expect(REVOKED, "a status").children()
    reason = None
    if optional:
        (told,) = optional
        (number,) = told.expect(EXPLICIT_0, "a reason").children()
        body = number.expect(der.Tag.ENUMERATED, "a reason").body
        if len(body) != 1 or body[0] not in REASONS:
            raise number.fail("a reason")
        reason = body[0]
    return Revocation(serial=serial, at=at.expect(der.Tag.GENERALIZED_TIME, "a time").time(), reason=reason)


def read_extensions(element: Element) -> dict[str, bytes]:
    """Read Extensions into their values, each there once. Raise `Malformed` for a critical one: none is known here."""
    found: dict[str, bytes] = {}
    for one in element.sequence("extensions"):
        identifier, *critical, value = one.sequence("an extension")
        if len(critical) > 1 or any(flag.boolean() for flag in critical) or identifier.oid() in found:
            raise one.fail("an extension that is not critical, once")
        found[identifier.oid()] = value.octets()
    return found


def read_cutoff(element: Element) -> datetime | None:
    """Read the archive cutoff out of the extensions of an answer."""
    value = read_extensions(element).get(ARCHIVE_CUTOFF)
    return None if value is None else der.parse(value).expect(der.Tag.GENERALIZED_TIME, "a cutoff").time()


@dataclass(frozen=True, kw_only=True)
class Basic:
    """The members of a BasicOCSPResponse."""

    signed: bytes
    responder: Element
    produced_at: datetime
    answers: tuple[StatusAnswer, ...]
    nonce: bytes | None
    algorithm_oid: str
    signature: bytes
    certificates: tuple[Certificate, ...]

    @classmethod
    def read(cls, encoded: bytes) -> "Basic":
        """Read a BasicOCSPResponse, as `CertificateId.read` does."""
        body, algorithm, signature, *optional = der.parse(encoded).sequence("a BasicOCSPResponse")
        members = list(body.sequence("ResponseData"))
        if members and members[0].tag == EXPLICIT_0:
            raise members[0].fail("version 1, which is the default")
        responder, produced_at, answers, *extensions = members
        (inner,) = responder.children()
        if responder.tag == EXPLICIT_1:
            check_name(inner)
        elif responder.tag != EXPLICIT_2 or not inner.octets():
            raise responder.fail("a responder's name or the hash of its key")
        nonce = None
        if extensions:
            (told,) = extensions
            (listed,) = told.expect(EXPLICIT_1, "extensions").children()
            nonce = read_extensions(listed).get(NONCE)
        if not 0 < len(answers.sequence("answers")) <= MAX_ANSWERS:
            raise answers.fail("1 to 64 answers")
        certificates: tuple[Certificate, ...] = ()
        if optional:
            (carried,) = optional
            (sequence,) = carried.expect(EXPLICIT_0, "certificates").children()
            if len(sequence.sequence("certificates")) > MAX_CERTIFICATES:
                raise sequence.fail("8 certificates at most")
            certificates = tuple(Certificate(one.raw) for one in sequence.children())
        return cls(
            signed=body.raw,
            responder=responder,
            produced_at=produced_at.expect(der.Tag.GENERALIZED_TIME, "a time").time(),
            answers=tuple(map(StatusAnswer.read, answers.children())),
            nonce=nonce,
            algorithm_oid=read_bare_algorithm(algorithm),
            signature=signature.bits(),
            certificates=certificates,
        )


@dataclass(frozen=True)
class OCSPResponse:
    """A successful response as it came, in DER. Building it parses it, or raises `OCSPResponseMalformed`."""

    der: bytes

    def __post_init__(self) -> None:
        _ = self.basic

    @classmethod
    def from_der(cls, encoded: bytes) -> "OCSPResponse":
        """Read an OCSPResponse."""
        return cls(encoded)

    @classmethod
    def from_basic(cls, encoded: bytes) -> "OCSPResponse":
        """Read the BasicOCSPResponse that signed messages carry without what goes around it."""
        body = der.sequence(der.oid(BASIC_RESPONSE), der.octet_string(encoded))
        return cls(der.sequence(der.tlv(der.Tag.ENUMERATED, bytes((SUCCESSFUL,))), der.context(0, body)))

    @cached_property
    def basic(self) -> Basic:
        """What the responder signed, and its signature."""
        try:
            status, body = der.parse(self.der).sequence("an OCSPResponse")
            if status.expect(der.Tag.ENUMERATED, "a status").body != bytes((SUCCESSFUL,)):
                raise status.fail("a successful response")
            (content,) = body.expect(EXPLICIT_0, "a response").children()
            kind, octets = content.sequence("ResponseBytes")
            if kind.oid() != BASIC_RESPONSE:
                raise kind.fail("a basic response")
            return Basic.read(octets.octets())
        except (TrustError, ValueError):
            raise OCSPResponseMalformed from None

    @property
    def produced_at(self) -> datetime:
        """When the responder signed this."""
        return self.basic.produced_at

    @property
    def nonce(self) -> bytes | None:
        """The value of the nonce extension, as it came."""
        return self.basic.nonce

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates that it brings along."""
        return self.basic.certificates

    def answer_for(self, certificate: Certificate, issuer: Certificate) -> StatusAnswer | None:
        """Return what it says of `certificate`, which `issuer` issued, or None where it does not speak of it."""
        for one in self.basic.answers:
            if one.id.serial == certificate.serial and one.id.is_of(issuer):
                return one
        return None

    def signed_by(self, issuer: Certificate) -> Certificate | None:
        """Return whose signature holds: that of `issuer`, or of a responder that `issuer` appointed; else None.

        A responder's certificate must have been issued by the very key of `issuer`, be for this purpose, and be valid
        when the response was made (RFC 6960, 4.2.2.2).
        """
        for one in (issuer, *self.appointed(issuer)):
            try:
                if not self.names(one):
                    continue
                algorithm = signature_algorithm(self.basic.algorithm_oid)
                one.public_key.verify(self.basic.signature, self.basic.signed, algorithm)
            except TrustError:
                continue
            return one
        return None

    def appointed(self, issuer: Certificate) -> Iterator[Certificate]:
        """Yield the certificates of the response that make their subject a responder for `issuer`."""
        for one in self.certificates:
            purposes = one.extended_key_usage or frozenset()
            is_responder = REVOCATION_STATUS_PURPOSE in purposes and one.key_usage.digital_signature
            is_valid = one.not_before <= self.produced_at <= one.not_after
            if not is_responder or not is_valid or one.issuer != issuer.subject or one.unknown_critical_extensions:
                continue
            try:
                issuer.verify_issued(one)
            except TrustError:
                continue
            yield one

    def names(self, responder: Certificate) -> bool:
        """Tell whether the response says that `responder` made it: by name, or by SHA-1 of the key."""
        told = self.basic.responder
        (inner,) = told.children()
        if told.tag == EXPLICIT_1:
            return inner.raw == responder.subject
        return inner.body == hash_of(Digest.SHA1, key_bits(responder))
