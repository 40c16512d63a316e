"""Signed messages that `CMSSigner` would not write: of other vendors, of other times, and of forgers."""

from dataclasses import dataclass, field
from typing import Final

from tests.builders import Party
from trust.asn1 import der, oids
from trust.cms_signing import attribute
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of

__all__ = ["ATTRIBUTES", "CERTIFICATES", "ENCAPSULATED", "SIGNATURE", "SIGNER", "Message", "standard_attributes"]

# Where things stand in a ContentInfo around SignedData, for `tests.builders.grafted`.
SIGNED_DATA: Final = (1, 0)
ENCAPSULATED: Final = (1, 0, 2)
CERTIFICATES: Final = (1, 0, 3)
SIGNER: Final = (1, 0, 4, 0)
ATTRIBUTES: Final = (*SIGNER, 3)
SIGNATURE: Final = (*SIGNER, 5)


def standard_attributes(
    content: bytes, digest: Digest, *, content_type: str = oids.DATA, others: tuple[bytes, ...] = ()
) -> tuple[bytes, ...]:
    """Return the two attributes that every message must have, and `others`."""
    return (
        attribute(oids.ID_CONTENT_TYPE, der.oid(content_type)),
        attribute(oids.ID_MESSAGE_DIGEST, der.octet_string(hash_of(digest, content))),
        *others,
    )


@dataclass(kw_only=True)
class Message:
    """The parts of a SignedData with one signer, each free to be wrong."""

    party: Party
    content: bytes
    attributes: tuple[bytes, ...] | None = None
    """The signed attributes, or None where the signature covers the content itself."""

    digest: Digest = Digest.SM3
    signature_algorithm: bytes = field(default_factory=lambda: der.sequence(der.oid("1.2.156.10197.1.501")))
    outer: str = oids.SIGNED_DATA
    content_type: str = oids.DATA
    attached: bool = True
    version: int = 1
    certificates: tuple[bytes, ...] | None = None
    lists: tuple[bytes, ...] = ()
    identifier: bytes | None = None
    unsigned: tuple[bytes, ...] = ()
    raw_signature: bool = False
    signature: bytes | None = None

    @property
    def encoded(self) -> bytes:
        """The message in DER."""
        certificate = self.party.certificate
        algorithm = der.sequence(der.oid(self.digest.oid))
        inside = (der.context(0, der.octet_string(self.content)),) if self.attached else ()
        certificates = (certificate.der,) if self.certificates is None else self.certificates
        covered = self.content if self.attributes is None else der.set_of(self.attributes)
        signed = self.party.signer.sign(covered) if self.signature is None else self.signature
        if self.raw_signature:
            r, s = (one.integer() for one in der.parse(signed).sequence())
            signed = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        signer = der.sequence(
            der.integer(1),
            self.identifier or der.sequence(certificate.issuer, der.integer(certificate.serial)),
            algorithm,
            b"" if self.attributes is None else b"\xa0" + covered[1:],
            self.signature_algorithm,
            der.octet_string(signed),
            der.set_of(self.unsigned, tag=0xA1) if self.unsigned else b"",
        )
        data = der.sequence(
            der.integer(self.version),
            der.set_of([algorithm]),
            der.sequence(der.oid(self.content_type), *inside),
            der.set_of(certificates, tag=0xA0) if certificates else b"",
            der.set_of(self.lists, tag=0xA1) if self.lists else b"",
            der.set_of([signer]),
        )
        return der.sequence(der.oid(self.outer), der.context(0, data))


def time_stamp_info(message: bytes, time: bytes, *, digest: Digest = Digest.SM3, imprint: bytes | None = None) -> bytes:
    """Return a TSTInfo over `message` whose genTime is the element `time`."""
    imprint = hash_of(digest, message) if imprint is None else imprint
    algorithm = der.sequence(der.oid(digest.oid))
    return der.sequence(
        der.integer(1), der.oid("2.25.7"), der.sequence(algorithm, der.octet_string(imprint)), der.integer(1), time
    )


def time_stamp(party: Party, info: bytes) -> bytes:
    """Return a token around a TSTInfo of any kind."""
    attributes = standard_attributes(info, Digest.SM3, content_type=oids.TST_INFO)
    return Message(party=party, content=info, attributes=attributes, content_type=oids.TST_INFO, version=3).encoded
