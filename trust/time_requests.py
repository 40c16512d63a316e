"""Requests for time-stamps and the answers to them (RFC 3161, 2.4; GM/T 0033-2014): one shape in both families.

Requests are read strictly: they come in DER (RFC 3161, 3.4), hold what they must and nothing else, and every reason to
refuse one has the failure that the standard names for it.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import ClassVar, Final

from trust.asn1 import der
from trust.asn1.der import Element, Malformed, Tag
from trust.crypto.algorithms import AlgorithmNotSupported, Digest, digest_by_oid
from trust.crypto.sm3 import hash_of
from trust.errors import Invalid

__all__ = [
    "MAX_REQUEST",
    "Failure",
    "RequestRefused",
    "ResponseMalformed",
    "TimeStampRequest",
    "TimeStampResponse",
    "granted",
    "read_request",
    "rejection",
]

VERSION: Final = 1
MAX_REQUEST: Final = 4096
"""Octets of a request. Real ones have fewer than a hundred."""

MAX_NONCE: Final = 64
"""Octets of a nonce. Programs draw 8 to 32."""

NONCE_BITS: Final = 64
"""Of a nonce of ours."""

EXTENSIONS_TAG: Final = 0xA0
HASH_LENGTHS: Final = {Digest.SM3: 32, Digest.SHA256: 32, Digest.SHA384: 48, Digest.SHA512: 64}


class Failure(StrEnum):
    """PKIFailureInfo: why there is no token (RFC 3161, 2.4.2)."""

    BAD_ALGORITHM = "badAlg"
    BAD_REQUEST = "badRequest"
    BAD_DATA_FORMAT = "badDataFormat"
    TIME_NOT_AVAILABLE = "timeNotAvailable"
    UNACCEPTED_POLICY = "unacceptedPolicy"
    UNACCEPTED_EXTENSION = "unacceptedExtension"
    ADDITIONAL_INFORMATION_NOT_AVAILABLE = "addInfoNotAvailable"
    SYSTEM_FAILURE = "systemFailure"


FAILURE_BITS: Final = {
    Failure.BAD_ALGORITHM: 0,
    Failure.BAD_REQUEST: 2,
    Failure.BAD_DATA_FORMAT: 5,
    Failure.TIME_NOT_AVAILABLE: 14,
    Failure.UNACCEPTED_POLICY: 15,
    Failure.UNACCEPTED_EXTENSION: 16,
    Failure.ADDITIONAL_INFORMATION_NOT_AVAILABLE: 17,
    Failure.SYSTEM_FAILURE: 25,
}


class Status(IntEnum):
    """PKIStatus (RFC 3161, 2.4.2)."""

    GRANTED = 0
    GRANTED_WITH_MODIFICATIONS = 1
    REJECTION = 2
    WAITING = 3
    REVOCATION_WARNING = 4
    REVOCATION_NOTIFICATION = 5


class RequestRefused(Invalid):
    """The request for a time-stamp is refused, for one of the reasons of RFC 3161, 2.4.2."""

    code = "time_stamping.request_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("failure",)

    @property
    def failure(self) -> Failure:
        """The reason."""
        return Failure(str(self.details["failure"]))


class ResponseMalformed(Invalid):
    """The bytes are not an answer to a request for a time-stamp."""

    code = "time_stamping.response_malformed"


@dataclass(frozen=True, kw_only=True)
class TimeStampRequest:
    """What somebody wants a token over, and what shall stand in it."""

    digest: Digest
    imprint: bytes
    policy: str | None = None
    nonce: int | None = None
    wants_certificate: bool = False

    @classmethod
    def over(cls, message: bytes, digest: Digest) -> "TimeStampRequest":
        """Return a request for a token over the hash of `message`, with a fresh nonce and with certificates."""
        nonce = secrets.randbits(NONCE_BITS)
        return cls(digest=digest, imprint=hash_of(digest, message), nonce=nonce, wants_certificate=True)

    @property
    def der(self) -> bytes:
        """TimeStampReq in DER."""
        return der.sequence(
            der.integer(VERSION),
            der.sequence(der.sequence(der.oid(self.digest.oid)), der.octet_string(self.imprint)),
            b"" if self.policy is None else der.oid(self.policy),
            b"" if self.nonce is None else der.integer(self.nonce),
            der.boolean(value=True) if self.wants_certificate else b"",
        )


def read_request(encoded: bytes, *, digests: Collection[Digest], policies: Collection[str]) -> TimeStampRequest:
    """Read a TimeStampReq for an authority with these hash functions and policies, or raise `RequestRefused`."""
    if len(encoded) > MAX_REQUEST:
        raise RequestRefused(failure=Failure.BAD_DATA_FORMAT)
    try:
        version, imprint, *optional = der.parse(encoded).sequence()
        if version.integer() != VERSION:
            raise RequestRefused(failure=Failure.BAD_REQUEST)
        digest, hashed = read_imprint(imprint)
        policy, nonce, wants_certificate = read_options(optional)
    except (Malformed, ValueError):
        raise RequestRefused(failure=Failure.BAD_DATA_FORMAT) from None
    if digest is None or digest not in digests:
        raise RequestRefused(failure=Failure.BAD_ALGORITHM)
    if len(hashed) != HASH_LENGTHS[digest]:
        raise RequestRefused(failure=Failure.BAD_DATA_FORMAT)
    if policy is not None and policy not in policies:
        raise RequestRefused(failure=Failure.UNACCEPTED_POLICY)
    return TimeStampRequest(
        digest=digest, imprint=hashed, policy=policy, nonce=nonce, wants_certificate=wants_certificate
    )


def read_options(members: list[Element]) -> tuple[str | None, int | None, bool]:
    """Read reqPolicy, nonce and certReq, each of which may be missing. Nothing may follow them."""
    policy = members.pop(0).oid() if members and members[0].tag == Tag.OID else None
    nonce: int | None = None
    if members and members[0].tag == Tag.INTEGER:
        if len(members[0].body) > MAX_NONCE:
            raise RequestRefused(failure=Failure.BAD_DATA_FORMAT)
        nonce = members.pop(0).integer()
    wants_certificate = bool(members) and members[0].tag == Tag.BOOLEAN
    if wants_certificate and not members.pop(0).boolean():  # FALSE is the default, which DER leaves out (X.690, 11.5)
        raise RequestRefused(failure=Failure.BAD_DATA_FORMAT)
    if members and members[0].tag == EXTENSIONS_TAG:
        # RFC 3161, 2.4.1: one that is not recognised is refused, critical or not; we recognise none.
        raise RequestRefused(failure=Failure.UNACCEPTED_EXTENSION)
    if members:
        raise RequestRefused(failure=Failure.BAD_DATA_FORMAT)
    return policy, nonce, wants_certificate


def read_imprint(imprint: Element) -> tuple[Digest | None, bytes]:
    """Read a MessageImprint: the hash function, None where it is none that we know, and the hash."""
    algorithm, hashed = imprint.sequence()
    identifier, *parameters = algorithm.sequence()
    if any(one.raw != der.null() for one in parameters) or len(parameters) > 1:
        raise RequestRefused(failure=Failure.BAD_ALGORITHM)
    try:
        return digest_by_oid(identifier.oid()), hashed.octets()
    except AlgorithmNotSupported:
        return None, hashed.octets()


def granted(token: bytes) -> bytes:
    """Return a TimeStampResp with a token."""
    return der.sequence(der.sequence(der.integer(Status.GRANTED)), token)


def rejection(failure: Failure, text: str) -> bytes:
    """Return a TimeStampResp without one, and why."""
    bit = FAILURE_BITS[failure]
    octets = bytes(bit // 8) + bytes((0x80 >> bit % 8,))
    told = der.sequence(der.utf8_string(text))
    info = der.bit_string(octets, unused=7 - bit % 8)
    return der.sequence(der.sequence(der.integer(Status.REJECTION), told, info))


@dataclass(frozen=True, kw_only=True)
class TimeStampResponse:
    """What an authority answered. There is a token, or a reason why not; never both."""

    status: Status
    token: bytes = b""
    failures: tuple[Failure, ...] = ()
    text: str = ""

    @classmethod
    def read(cls, encoded: bytes) -> "TimeStampResponse":
        """Read a TimeStampResp, or raise `ResponseMalformed`. Whatever the token is, it is read by others."""
        try:
            info, *token = der.parse(encoded).sequence()
            status, *told = info.sequence()
            kind = Status(status.integer())
            text = "".join(one.body.decode() for one in told.pop(0).children()) if is_text(told) else ""
            failures = read_failures(told.pop(0)) if told else ()
        except (Malformed, ValueError):
            raise ResponseMalformed from None
        has_token = kind in (Status.GRANTED, Status.GRANTED_WITH_MODIFICATIONS)
        if told or len(token) != has_token:
            raise ResponseMalformed
        return cls(status=kind, token=token[0].raw if token else b"", failures=failures, text=text)


def is_text(told: list[Element]) -> bool:
    """Tell whether a PKIFreeText stands next."""
    return bool(told) and told[0].tag == Tag.SEQUENCE


def read_failures(info: Element) -> tuple[Failure, ...]:
    """Return the failures that a PKIFailureInfo names; bits without a name are passed over."""
    body = info.expect(Tag.BIT_STRING, "a PKIFailureInfo").body[1:]
    return tuple(
        failure for failure, bit in FAILURE_BITS.items() if bit // 8 < len(body) and body[bit // 8] & 0x80 >> bit % 8
    )
