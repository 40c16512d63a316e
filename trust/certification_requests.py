"""Certification requests (PKCS #10: RFC 2986; GM/T 0092-2020 for SM2 with the default identity), in and out.

A request proves that its sender has the private half of the key in it, and asks; what a certificate then says is
decided by its profile and by whoever approved it, never by attributes that somebody wrote into a request.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from trust.asn1 import der
from trust.asn1.der import Element, Tag
from trust.certificate_fields import check_name, read_bare_algorithm
from trust.certificates import name_attribute, pem, read_pem
from trust.crypto.algorithms import signature_algorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import KeyMalformed, SignatureMismatch
from trust.errors import Invalid, TrustError, Untrusted
from trust.signing import KeyCustody, KeyReference

__all__ = ["CertificationRequest", "RequestMalformed", "RequestUnproven", "make_request"]

MAX_REQUEST: Final = 16 << 10
"""Octets of a request. One of ours takes about three hundred."""

MAX_ATTRIBUTES: Final = 16
ATTRIBUTES_TAG: Final = 0xA0

LABELS: Final = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
"""How PEM names them (RFC 7468, 7), the second by old programs."""


class RequestMalformed(Invalid):
    """The bytes are not a certification request."""

    code = "certificate.request_malformed"


class RequestUnproven(Untrusted):
    """The request is not signed with the private half of its key, or the key is none that this house certifies."""

    code = "certificate.request_unproven"


def read_attributes(element: Element) -> tuple[str, ...]:
    """Read Attributes: which there are. Each is of one kind, has a value at least, and stands there once."""
    kinds = []
    for one in element.expect(ATTRIBUTES_TAG, "attributes").children():
        kind, values = one.sequence("an attribute")
        if not values.expect(Tag.SET, "values").children():
            raise values.fail("a value")
        kinds.append(kind.oid())
    if len(kinds) > MAX_ATTRIBUTES or len(kinds) != len(set(kinds)):
        raise element.fail("at most 16 attributes, each once")
    return tuple(kinds)


@dataclass(frozen=True)
class CertificationRequest:
    """A request as it came, in DER. Building it parses it, or raises `RequestMalformed`; `prove` checks the rest."""

    der: bytes

    def __post_init__(self) -> None:
        if len(self.der) > MAX_REQUEST:
            raise RequestMalformed
        try:
            _ = self.members, self.public_key, self.attributes
        except (TrustError, ValueError):
            raise RequestMalformed from None

    @classmethod
    def read(cls, content: bytes) -> "CertificationRequest":
        """Read a request in PEM or DER."""
        for label in LABELS:
            for found in read_pem(content, label):
                return cls(found)
        return cls(content)

    @cached_property
    def members(self) -> tuple[bytes, tuple[Element, ...], str, bytes]:
        """What is signed, its members, the algorithm and the signature."""
        info, algorithm, signature = der.parse(self.der).sequence("a request")
        version, subject, spki, attributes = members = info.sequence("a CertificationRequestInfo")
        if version.integer() != 0:
            raise version.fail("version 1")
        check_name(subject)
        spki.sequence("a key")
        attributes.expect(ATTRIBUTES_TAG, "attributes")
        return info.raw, members, read_bare_algorithm(algorithm), signature.bits()

    @property
    def subject(self) -> bytes:
        """The name that is asked for, in DER."""
        return self.members[1][1].raw

    @property
    def common_name(self) -> str:
        """The common name that is asked for, or nothing."""
        return name_attribute(self.subject, "2.5.4.3")

    @cached_property
    def public_key(self) -> PublicKey:
        """The key that is to be certified."""
        return PublicKey(self.members[1][2].raw)

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Which attributes are there. None is ever granted."""
        return read_attributes(self.members[1][3])

    @property
    def pem(self) -> bytes:
        """The request in PEM."""
        return pem(self.der, LABELS[0])

    def prove(self) -> None:
        """Return where the sender has the private half of the key, else raise `RequestUnproven`.

        The key must be of a family and size that this house certifies, and the algorithm its own.
        """
        info, _, algorithm, signature = self.members
        try:
            own = self.public_key.algorithm
            if algorithm != own.signature_oid:
                raise RequestUnproven
            self.public_key.verify(signature, info, signature_algorithm(algorithm))
        except (SignatureMismatch, KeyMalformed, Invalid):
            raise RequestUnproven from None


def make_request(custody: KeyCustody, key: KeyReference, subject: bytes) -> CertificationRequest:
    """Return a request for the certificate of a key in custody, which signs it. No transaction may be open.

    Raise `SigningUnavailable`, or what the custody says of a request that is not the key's own.
    """
    info = der.sequence(der.integer(0), subject, key.public_key.spki, der.context(0))
    signature = key.public_key.signature_value(custody.request(key, info))
    algorithm = key.algorithm.signature_identifier
    return CertificationRequest(der.sequence(info, algorithm, der.bit_string(signature)))
