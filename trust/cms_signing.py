"""Making signed messages in DER: one signer or several, with signed attributes or without, attached or detached.

Two dialects are written: CMS (RFC 5652, with the algorithms of RFC 5754, 5753 and 9882) and the national one
(GB/T 35275-2017, GM/T 0010), which is PKCS #7 with national identifiers. The text of GB/T 35275 was not at hand: see
docs/divergences.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from trust.asn1 import der, oids
from trust.certificates import Certificate
from trust.cms import Dialect
from trust.crypto.algorithms import AlgorithmNotSupported, Digest, KeyKind
from trust.crypto.sm3 import hash_of
from trust.revocation import RevocationList
from trust.signing import Signer

__all__ = ["CMSSigner", "Placement", "SignatureEncoding", "attribute", "sign_jointly"]

NATIONAL_SIGNATURE: Final = "1.2.156.10197.1.301.1"

RAW_HALF: Final = 32
"""Octets of r, and of s."""


class Placement(StrEnum):
    """Whether the content stands in the message."""

    ATTACHED = "attached"
    DETACHED = "detached"


class SignatureEncoding(StrEnum):
    """How an SM2 signature value is written: SEQUENCE { r, s }, or r ‖ s as files of one vendor have it."""

    DER = "der"
    RAW = "raw"


def attribute(oid: str, value: bytes) -> bytes:
    """Return an Attribute with one value."""
    return der.sequence(der.oid(oid), der.set_of([value]))


@dataclass(frozen=True, kw_only=True)
class CMSSigner:
    """Signs messages in one dialect with one key. What does not change from one message to the next is built once.

    The national dialect is for SM2 keys: building it with another raises `AlgorithmNotSupported`.
    """

    signer: Signer
    certificate: Certificate
    chain: tuple[Certificate, ...] | None = ()
    """What travels along beside the signer's certificate, without the anchor; None: not even that one."""

    dialect: Dialect = Dialect.RFC5652
    encoding: SignatureEncoding = SignatureEncoding.DER

    def __post_init__(self) -> None:
        algorithm = self.signer.key.algorithm
        needs_sm2 = self.dialect is Dialect.GBT35275 or self.encoding is SignatureEncoding.RAW
        if needs_sm2 and algorithm.kind is not KeyKind.SM2:
            raise AlgorithmNotSupported(oid=algorithm.signature_oid)  # the dialect would name it SM2

    @property
    def digest(self) -> Digest:
        """The hash function that goes with the key: SHA-512 where the key brings none (RFC 9882, 3.3)."""
        return self.signer.key.algorithm.digest or Digest.SHA512

    @cached_property
    def digest_algorithm(self) -> bytes:
        """AlgorithmIdentifier of the hash function. The national dialect is seen with NULL parameters."""
        parameters = (der.null(),) if self.dialect is Dialect.GBT35275 else ()
        return der.sequence(der.oid(self.digest.oid), *parameters)

    @cached_property
    def signature_algorithm(self) -> bytes:
        """AlgorithmIdentifier of the signature: .501 in CMS, .301.1 in the national dialect, as files show.

        RSA has NULL parameters (RFC 5754, 3.2), the others have none.
        """
        if self.dialect is Dialect.GBT35275:
            return der.sequence(der.oid(NATIONAL_SIGNATURE), der.null())
        algorithm = self.signer.key.algorithm
        parameters = (der.null(),) if algorithm.kind is KeyKind.RSA else ()
        return der.sequence(der.oid(algorithm.signature_oid), *parameters)

    @cached_property
    def identifier(self) -> bytes:
        """IssuerAndSerialNumber of the certificate."""
        return der.sequence(self.certificate.issuer, der.integer(self.certificate.serial))

    @cached_property
    def signing_certificate(self) -> bytes:
        """The signingCertificateV2 attribute (RFC 5035): binds the signature to this very certificate."""
        # SHA-256 is the default hash of ESSCertIDv2 and therefore left out (X.690, 11.5).
        algorithm = () if self.digest is Digest.SHA256 else (der.sequence(der.oid(self.digest.oid)),)
        issuer = der.sequence(der.context(4, self.certificate.issuer))
        serial = der.sequence(issuer, der.integer(self.certificate.serial))
        fingerprint = der.octet_string(hash_of(self.digest, self.certificate.der))
        return attribute(
            oids.ID_SIGNING_CERTIFICATE_V2,
            der.sequence(der.sequence(der.sequence(*algorithm, fingerprint, serial))),
        )

    @property
    def certificates(self) -> frozenset[bytes]:
        """The certificates that travel along."""
        return frozenset() if self.chain is None else frozenset(one.der for one in (self.certificate, *self.chain))

    @property
    def data_type(self) -> str:
        """The identifier of plain data in the dialect."""
        return oids.GM_DATA if self.dialect is Dialect.GBT35275 else oids.DATA

    def sign(
        self,
        message_digest: bytes,
        *,
        content: bytes | None = None,
        content_type: str | None = None,
        signing_time: datetime | None = None,
        stamp: Callable[[bytes], bytes | None] | None = None,
        revocation_lists: Sequence[RevocationList] = (),
        also_signed: Sequence[bytes] = (),
        unsigned: Sequence[bytes] = (),
    ) -> bytes:
        """Return a ContentInfo around SignedData with one signer and signed attributes.

        `message_digest` is the hash of the content; `content` is put inside unless it is None (detached).
        `stamp` makes a time-stamp token over the signature value, or none where it has none to give.
        PAdES forbids `signing_time`: the PDF tells it.
        `also_signed` and `unsigned` are further attributes, each a whole Attribute of a type that is not there yet.
        """
        inner_type = content_type or self.data_type
        signed = self.attributes(message_digest, inner_type, signing_time, also=also_signed)
        info = self.signer_info(signed, attributes=signed, stamp=stamp, unsigned=unsigned)
        return signed_data((self,), (info,), inner_type, content, revocation_lists)

    def sign_plain(
        self,
        content: bytes,
        *,
        placement: Placement = Placement.ATTACHED,
        stamp: Callable[[bytes], bytes | None] | None = None,
        revocation_lists: Sequence[RevocationList] = (),
    ) -> bytes:
        """Return a ContentInfo around SignedData without signed attributes: the signature covers the content itself.

        That is what the signature interfaces of national authorities call a p7, attached or detached. Only plain data
        may be signed so (RFC 5652, 5.3).
        """
        info = self.signer_info(content, stamp=stamp)
        inside = content if placement is Placement.ATTACHED else None
        return signed_data((self,), (info,), self.data_type, inside, revocation_lists)

    def attributes(
        self, message_digest: bytes, inner_type: str, signing_time: datetime | None, *, also: Sequence[bytes] = ()
    ) -> bytes:
        """Return the signed attributes as the SET OF that is signed."""
        found = [
            *also,
            attribute(oids.ID_CONTENT_TYPE, der.oid(inner_type)),
            attribute(oids.ID_MESSAGE_DIGEST, der.octet_string(message_digest)),
            self.signing_certificate,
        ]
        if signing_time is not None:
            found.append(attribute(oids.ID_SIGNING_TIME, der.x509_time(signing_time)))
        return der.set_of(found)

    def signer_info(
        self,
        covered: bytes,
        *,
        attributes: bytes = b"",
        stamp: Callable[[bytes], bytes | None] | None = None,
        unsigned: Sequence[bytes] = (),
    ) -> bytes:
        """Sign `covered`, and return the SignerInfo (version 1, by issuer and serial number)."""
        signature = self.signer.sign(covered)
        if self.encoding is SignatureEncoding.RAW:
            numbers = (one.integer() for one in der.parse(signature).sequence())
            signature = b"".join(number.to_bytes(RAW_HALF, "big") for number in numbers)
        token = None if stamp is None else stamp(signature)
        tokens = () if token is None else (attribute(oids.ID_SIGNATURE_TIME_STAMP, token),)
        beside = (*tokens, *unsigned)
        return der.sequence(
            der.integer(1),
            self.identifier,
            self.digest_algorithm,
            b"\xa0" + attributes[1:] if attributes else b"",
            self.signature_algorithm,
            der.octet_string(signature),
            der.set_of(beside, tag=0xA1) if beside else b"",
        )


def sign_jointly(
    signers: Sequence[CMSSigner],
    content: bytes,
    *,
    placement: Placement = Placement.ATTACHED,
    signing_time: datetime | None = None,
    revocation_lists: Sequence[RevocationList] = (),
) -> bytes:
    """Return one message that all of `signers` signed side by side, each with its attributes and its own hash.

    They must speak one dialect, and there must be one of them at least: else raise `ValueError`.
    """
    if len({one.dialect for one in signers}) != 1:
        raise ValueError("signers of one message speak one dialect")
    inner_type = signers[0].data_type
    infos = []
    for one in signers:
        signed = one.attributes(hash_of(one.digest, content), inner_type, signing_time)
        infos.append(one.signer_info(signed, attributes=signed))
    inside = content if placement is Placement.ATTACHED else None
    return signed_data(signers, infos, inner_type, inside, revocation_lists)


def signed_data(
    signers: Sequence[CMSSigner],
    infos: Sequence[bytes],
    inner_type: str,
    content: bytes | None,
    revocation_lists: Sequence[RevocationList],
) -> bytes:
    """Return a ContentInfo around SignedData."""
    national = signers[0].dialect is Dialect.GBT35275
    # RFC 5652, 5.1: version 3 when the content is not id-data. GB/T 35275: always 1.
    version = 1 if national or inner_type == oids.DATA else 3
    certificates = frozenset().union(*(one.certificates for one in signers))
    inside = () if content is None else (der.context(0, der.octet_string(content)),)
    return der.sequence(
        der.oid(oids.GM_SIGNED_DATA if national else oids.SIGNED_DATA),
        der.context(
            0,
            der.sequence(
                der.integer(version),
                der.set_of({one.digest_algorithm for one in signers}),
                der.sequence(der.oid(inner_type), *inside),
                der.set_of(certificates, tag=0xA0) if certificates else b"",
                der.set_of({one.der for one in revocation_lists}, tag=0xA1) if revocation_lists else b"",
                der.set_of(infos),
            ),
        ),
    )
