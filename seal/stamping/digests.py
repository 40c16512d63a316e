"""Signing digests with a seal 摘要签章: what a client hands in, and the seal signature over it (GB/T 38540-2020, 7.2).

The client hashes what is to be sealed, and the file never leaves it. What the seal signs begins with the seal itself,
some tens of kilobytes that are the same each time: their SM3 is computed once for each seal, and continued from there.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from seal.data.acting import ACTING
from seal.data.asn1 import SealExtension, extension_datas, signature_over, to_be_signed
from seal.errors import OwnWorkRefused, StampingRequestInvalid
from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto import backends
from trust.crypto.algorithms import Digest
from trust.crypto.backends import SM2Library
from trust.crypto.sm2 import KeyMalformed, SignatureMalformed, SignatureMismatch, SM2Digest, SM2PublicKey, SM2Signature
from trust.crypto.sm3 import DIGEST_LENGTH, Hasher, hasher
from trust.signing import Signer

__all__ = ["MOST_ITEMS", "DigestItem", "DigestSigner", "Timing"]

MOST_ITEMS: Final = 1_000
"""Digests of one call."""

MOST_CHARACTERS: Final = 255
"""Of what a signature says that it protects."""

MOST_IN_REFERENCE: Final = 128
MOST_HEADS: Final = 64
"""Beginnings of what a seal signs that are kept, each as long as the seal."""


class Timing(StrEnum):
    """What a seal signature tells of its time."""

    CLAIMED = "claimed"
    """The moment that the signer's clock showed."""

    PROVEN = "proven"
    """That, and a time-stamp over the signature value."""


@dataclass(frozen=True, kw_only=True)
class DigestItem:
    """A digest that is to be sealed."""

    digest: bytes
    """SM3 of what is to be sealed (dataHash)."""

    property_info: str
    """What that is (propertyInfo), such as a name or an address of the document."""

    reference: str = ""
    """What the client calls it; it comes back with the answer."""

    def require(self, number: int) -> None:
        """Return if this can be sealed, else raise `StampingRequestInvalid` for the item `number`."""
        told, name = self.property_info, self.reference
        wrong = {
            "digest": len(self.digest) != DIGEST_LENGTH,
            "property_info": not (0 < len(told) <= MOST_CHARACTERS and told.isascii() and told.isprintable()),
            "reference": not (len(name) <= MOST_IN_REFERENCE and name.isprintable()),
        }
        for field, is_wrong in wrong.items():
            if is_wrong:
                raise StampingRequestInvalid(field=field, number=number)


class DigestSigner:
    """Signs digests with one seal, and verifies what it made. Safe to share between threads."""

    def __init__(self, *, seal: bytes, owner: Signer, certificate: Certificate, second: SM2Library) -> None:
        key = certificate.public_key.sm2
        if key is None:
            raise KeyMalformed
        self.seal = seal
        self.owner = owner
        self.certificate = certificate
        self.key: SM2PublicKey = key
        self.second = second
        """Verifies; another implementation than the one that signs."""

        self.z = key.z()
        self.heads: dict[int, tuple[bytes, Hasher]] = {}
        """By the octets after the seal: what stands before them, and SM3 of the identity and of that."""

    def tbs(self, item: DigestItem, signed_at: datetime, acting: bytes | None) -> bytes:
        """Return TBS_Sign."""
        return to_be_signed(
            seal=self.seal,
            signed_at=signed_at,
            data_hash=item.digest,
            property_info=item.property_info,
            extensions=told(acting),
        )

    def e(self, tbs: bytes, item: DigestItem, signed_at: datetime, acting: bytes | None) -> SM2Digest:
        """Return what the key signs for `tbs`, without hashing once more what it begins with."""
        tail = tail_of(item, signed_at, acting)
        head, begun = self.heads.get(len(tail)) or self.begin(tbs, len(tail))
        if not (tbs.startswith(head) and len(tbs) == len(head) + len(tail)):  # pragma: no cover - ours are alike
            begun, head = self.fresh(b""), b""
        continued = begun.copy()
        continued.update(tbs[len(head) :])
        return SM2Digest(continued.digest())

    def begin(self, tbs: bytes, tail: int) -> tuple[bytes, Hasher]:
        """Hash what all signatures with such a tail begin with, and keep it."""
        head = tbs[:-tail]
        if len(self.heads) >= MOST_HEADS:
            self.heads.clear()
        begun = head, self.fresh(head)
        self.heads[tail] = begun
        return begun

    def fresh(self, head: bytes) -> Hasher:
        """Return SM3 of the signer's identity and `head` in the making (GB/T 32918.2-2016, 6.1)."""
        begun = hasher(Digest.SM3)
        begun.update(self.z)
        begun.update(head)
        return begun

    def sign(self, item: DigestItem, signed_at: datetime, acting: bytes | None = None) -> bytes:
        """Return the signature value over a digest and over who acts, or raise what the custody raises."""
        e = self.e(self.tbs(item, signed_at, acting), item, signed_at, acting)
        key = self.owner.key
        return key.public_key.signature_value(self.owner.custody.sign(key, e))

    def whole(
        self,
        item: DigestItem,
        signed_at: datetime,
        *,
        signature: bytes,
        time_stamp: bytes | None,
        acting: bytes | None = None,
    ) -> bytes:
        """Return SES_Signature in DER after it was read back and verified, or raise `OwnWorkRefused`."""
        tbs = self.tbs(item, signed_at, acting)
        encoded = signature_over(tbs, certificate=self.certificate.der, signature=signature, time_stamp=time_stamp)
        self.require_valid(encoded, item, signed_at, acting)
        return encoded

    def require_valid(self, encoded: bytes, item: DigestItem, signed_at: datetime, acting: bytes | None = None) -> None:
        """Return if these octets are the seal signature that was asked for, else raise `OwnWorkRefused`.

        Everything is read out of the octets. The seal in them and the signer's path are those that
        `judge_seal_signature` has judged as a whole.
        """
        try:
            signed, certificate, _, value, *_ = der.parse(encoded).sequence()
            _, seal, time, digest, named, *more = signed.sequence()
            found = {
                "seal_signature.seal": seal.raw == self.seal,
                "seal_signature.signer": certificate.octets() == self.certificate.der,
                "seal_signature.signing_time": time.raw == der.generalized_time(signed_at),
                "seal_signature.data_hash": digest.bits() == item.digest,
                "seal_signature.property_info": named.text(der.Tag.IA5_STRING) == item.property_info,
                "seal_signature.format": b"".join(one.raw for one in more) == extensions_of(acting),
            }
            signature = SM2Signature.from_der(value.bits())
        except (der.Malformed, ValueError, SignatureMalformed):
            raise OwnWorkRefused(check="seal_signature.format") from None
        for check, holds in found.items():
            if not holds:
                raise OwnWorkRefused(check=check)
        try:
            backends.verify(self.key, self.e(signed.raw, item, signed_at, acting), signature, backend=self.second)
        except SignatureMismatch:
            raise OwnWorkRefused(check="seal_signature.value") from None


def told(acting: bytes | None) -> tuple[SealExtension, ...]:
    """Return who acts, as a seal signature holds it."""
    return () if acting is None else (SealExtension(oid=ACTING, value=acting),)


@lru_cache(maxsize=64)
def extensions_of(acting: bytes | None) -> bytes:
    """Return extDatas as they stand in TBS_Sign."""
    return b"" if acting is None else der.context(0, extension_datas(told(acting)))


def tail_of(item: DigestItem, signed_at: datetime, acting: bytes | None) -> bytes:
    """Return what stands after the seal in TBS_Sign: timeInfo, dataHash, propertyInfo, extDatas."""
    told_of = der.generalized_time(signed_at) + der.bit_string(item.digest) + der.ia5_string(item.property_info)
    return told_of + extensions_of(acting)
