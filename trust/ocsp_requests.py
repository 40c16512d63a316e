"""OCSP requests (RFC 6960, 4.1), read strictly, and the writing of requests and responses (4.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from trust.asn1 import der
from trust.asn1.der import Element
from trust.certificates import Certificate
from trust.errors import Invalid, TrustError
from trust.ocsp import (
    ARCHIVE_CUTOFF,
    BASIC_RESPONSE,
    EXPLICIT_0,
    EXPLICIT_1,
    EXPLICIT_2,
    GOOD,
    NONCE,
    REVOKED,
    UNKNOWN,
    CertificateId,
    StatusAnswer,
)
from trust.profiles import extension

__all__ = ["OCSPRequest", "OCSPRequestMalformed", "ResponseStatus", "refusal", "response", "tbs_response"]

MAX_REQUEST: Final = 16 << 10
"""Octets of a request. One certificate takes about a hundred."""

MAX_QUESTIONS: Final = 32
"""Certificates that one request may ask about."""

MAX_NONCE: Final = 128
"""Octets of a nonce, 1 at least (RFC 9654, 2.1)."""


class OCSPRequestMalformed(Invalid):
    """The bytes are not an OCSP request, or ask for more than a responder answers at once."""

    code = "certificate.status_request_malformed"


class ResponseStatus(IntEnum):
    """What a response says before anything else (OCSPResponseStatus, RFC 6960, 4.2.1)."""

    SUCCESSFUL = 0
    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    UNAUTHORIZED = 6


@dataclass(frozen=True, kw_only=True)
class OCSPRequest:
    """Which certificates somebody asks about."""

    questions: tuple[CertificateId, ...]
    nonce: bytes | None = None
    """1 to 128 octets that the response has to repeat."""

    @classmethod
    def from_der(cls, encoded: bytes) -> "OCSPRequest":
        """Read an OCSPRequest. Its signature, if it has one, is not looked at: everybody may ask.

        Raise `OCSPRequestMalformed`.
        """
        try:
            if len(encoded) > MAX_REQUEST:
                raise OCSPRequestMalformed
            body, *signature = der.parse(encoded).sequence("an OCSPRequest")
            if signature:
                (one,) = signature
                one.expect(EXPLICIT_0, "a signature").children()
            return cls.read(body)
        except (TrustError, ValueError):
            raise OCSPRequestMalformed from None

    @classmethod
    def read(cls, body: Element) -> "OCSPRequest":
        """Read a TBSRequest. Raise `Malformed`, `AlgorithmNotSupported` or `ValueError`."""
        members = list(body.sequence("a TBSRequest"))
        if members and members[0].tag == EXPLICIT_0:
            raise members[0].fail("version 1, which is the default")
        if members and members[0].tag == EXPLICIT_1:
            members.pop(0).children()  # who asks
        questions, *optional = members
        if not 0 < len(questions.sequence("questions")) <= MAX_QUESTIONS:
            raise questions.fail("1 to 32 questions")
        nonce = None
        if optional:
            (told,) = optional
            (listed,) = told.expect(EXPLICIT_2, "extensions").children()
            nonce = read_nonce(listed)
        return cls(questions=tuple(map(read_question, questions.children())), nonce=nonce)

    @property
    def der(self) -> bytes:
        """The OCSPRequest."""
        questions = der.sequence(*(der.sequence(one.der) for one in self.questions))
        told = (
            ()
            if self.nonce is None
            else (der.context(2, der.sequence(extension(NONCE, der.octet_string(self.nonce)))),)
        )
        return der.sequence(der.sequence(questions, *told))


def read_question(element: Element) -> CertificateId:
    """Read a Request."""
    named, *optional = element.sequence("a question")
    if optional:
        (told,) = optional
        (listed,) = told.expect(EXPLICIT_0, "extensions").children()
        read_known(listed)
    return CertificateId.read(named)


def read_known(element: Element) -> dict[str, bytes]:
    """Read Extensions of a request. Only the nonce is known, so that every other one that is critical is refused."""
    found: dict[str, bytes] = {}
    for one in element.sequence("extensions"):
        identifier, *critical, value = one.sequence("an extension")
        oid = identifier.oid()
        if len(critical) > 1 or oid in found or (any(flag.boolean() for flag in critical) and oid != NONCE):
            raise one.fail("an extension that is known, once")
        found[oid] = value.octets()
    return found


def read_nonce(element: Element) -> bytes | None:
    """Read the nonce out of the extensions of a request."""
    value = read_known(element).get(NONCE)
    if value is None:
        return None
    nonce = der.parse(value).octets()
    if not 0 < len(nonce) <= MAX_NONCE:
        raise element.fail("a nonce of 1 to 128 octets")
    return nonce


def encoded_answer(answer: StatusAnswer) -> bytes:
    """Return a SingleResponse."""
    if not answer.is_known:
        status = der.tlv(UNKNOWN)
    elif answer.revocation is None:
        status = der.tlv(GOOD)
    else:
        told = answer.revocation.reason
        reason = () if told is None else (der.context(0, der.tlv(der.Tag.ENUMERATED, bytes((told,)))),)
        status = der.tlv(REVOKED, der.generalized_time(answer.revocation.at), *reason)
    parts = [answer.id.der, status, der.generalized_time(answer.this_update)]
    if answer.next_update is not None:
        parts.append(der.context(0, der.generalized_time(answer.next_update)))
    if answer.archive_cutoff is not None:
        cutoff = extension(ARCHIVE_CUTOFF, der.generalized_time(answer.archive_cutoff))
        parts.append(der.context(1, der.sequence(cutoff)))
    return der.sequence(*parts)


def tbs_response(
    responder: Certificate, answers: Iterable[StatusAnswer], *, produced_at: datetime, nonce: bytes | None = None
) -> bytes:
    """Return the ResponseData that a responder signs, in which it tells its name."""
    told = () if nonce is None else (der.context(1, der.sequence(extension(NONCE, der.octet_string(nonce)))),)
    return der.sequence(
        der.context(1, responder.subject),
        der.generalized_time(produced_at),
        der.sequence(*map(encoded_answer, answers)),
        *told,
    )


def response(tbs: bytes, algorithm: bytes, signature: bytes, certificates: Iterable[Certificate] = ()) -> bytes:
    """Return the OCSPResponse around a ResponseData and its signature."""
    carried = [one.der for one in certificates]
    basic = der.sequence(
        tbs,
        algorithm,
        der.bit_string(signature),
        *((der.context(0, der.sequence(*carried)),) if carried else ()),
    )
    body = der.sequence(der.oid(BASIC_RESPONSE), der.octet_string(basic))
    return der.sequence(der.tlv(der.Tag.ENUMERATED, bytes((ResponseStatus.SUCCESSFUL,))), der.context(0, body))


def refusal(status: ResponseStatus) -> bytes:
    """Return an OCSPResponse that answers nothing. It is not signed, as the standard has it."""
    return der.sequence(der.tlv(der.Tag.ENUMERATED, bytes((status,))))
