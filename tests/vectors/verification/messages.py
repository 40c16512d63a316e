"""Signed messages part by part, with keys of every family, so that one part alone can be wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tests.builders import Party
from trust.asn1 import der, oids
from trust.certificates import Certificate
from trust.crypto.algorithms import Digest, KeyKind
from trust.crypto.sm3 import hash_of

__all__ = ["ESS", "Hand", "attribute", "attributes", "hand_of", "message", "signer_info", "token"]

ESS: Final = oids.ID_SIGNING_CERTIFICATE_V2


@dataclass(frozen=True, kw_only=True)
class Hand:
    """A certificate, and what signs with its key."""

    certificate: Certificate
    sign: Callable[[bytes], bytes]
    digest: Digest
    algorithm: bytes
    """AlgorithmIdentifier of the signature."""

    chain: tuple[Certificate, ...] = ()


def hand_of(party: Party, chain: tuple[Certificate, ...] = ()) -> Hand:
    """Return what signs for somebody with a key of our own."""
    algorithm = party.signer.key.algorithm
    assert algorithm.digest is not None
    named = der.sequence(der.oid(algorithm.signature_oid), *([der.null()] if algorithm.kind is KeyKind.RSA else []))
    return Hand(
        certificate=party.certificate, sign=party.signer.sign, digest=algorithm.digest, algorithm=named, chain=chain
    )


def attribute(oid: str, *values: bytes) -> bytes:
    """Return an Attribute."""
    return der.sequence(der.oid(oid), der.set_of(values))


def attributes(
    hand: Hand,
    imprint: bytes,
    *,
    content_type: str = oids.DATA,
    named: Certificate | None = None,
    leave_out: str = "",
    others: Sequence[bytes] = (),
) -> tuple[bytes, ...]:
    """Return the signed attributes of a CAdES signature; `named` is who the signing-certificate attribute names."""
    certificate = named or hand.certificate
    algorithm = () if hand.digest is Digest.SHA256 else (der.sequence(der.oid(hand.digest.oid)),)
    fingerprint = der.octet_string(hash_of(hand.digest, certificate.der))
    found = {
        oids.ID_CONTENT_TYPE: attribute(oids.ID_CONTENT_TYPE, der.oid(content_type)),
        oids.ID_MESSAGE_DIGEST: attribute(oids.ID_MESSAGE_DIGEST, der.octet_string(imprint)),
        ESS: attribute(ESS, der.sequence(der.sequence(der.sequence(*algorithm, fingerprint)))),
    }
    return (*(one for oid, one in found.items() if oid != leave_out), *others)


def signer_info(
    hand: Hand,
    signed: Sequence[bytes] | None,
    *,
    content: bytes = b"",
    signature: bytes | None = None,
    digest_algorithm: bytes | None = None,
    algorithm: bytes | None = None,
    identifier: bytes | None = None,
    stamp: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """Return a SignerInfo over attributes, or over `content` itself where there are none."""
    covered = content if signed is None else der.set_of(signed)
    value = hand.sign(covered) if signature is None else signature
    issued = hand.certificate
    unsigned = b"" if stamp is None else der.set_of([attribute(oids.ID_SIGNATURE_TIME_STAMP, stamp(value))], tag=0xA1)
    return der.sequence(
        der.integer(1),
        identifier or der.sequence(issued.issuer, der.integer(issued.serial)),
        digest_algorithm or der.sequence(der.oid(hand.digest.oid)),
        b"" if signed is None else b"\xa0" + covered[1:],
        algorithm or hand.algorithm,
        der.octet_string(value),
        unsigned,
    )


def message(
    hands: Sequence[Hand],
    infos: Sequence[bytes],
    *,
    inside: bytes | None = None,
    content_type: str = oids.DATA,
    outer: str = oids.SIGNED_DATA,
    more: Sequence[Certificate] = (),
    certificates: Sequence[bytes] | None = None,
) -> bytes:
    """Return a ContentInfo around SignedData."""
    known = {one.der for hand in hands for one in (hand.certificate, *hand.chain)} | {one.der for one in more}
    carried = tuple(known) if certificates is None else tuple(certificates)
    held = () if inside is None else (der.context(0, der.octet_string(inside)),)
    data = der.sequence(
        der.integer(1 if content_type in (oids.DATA, oids.GM_DATA) else 3),
        der.set_of({der.sequence(der.oid(hand.digest.oid)) for hand in hands}),
        der.sequence(der.oid(content_type), *held),
        der.set_of(carried, tag=0xA0) if carried else b"",
        der.set_of(infos),
    )
    return der.sequence(der.oid(outer), der.context(0, data))


def token(
    hand: Hand, over: bytes, at: datetime, *, digest: Digest | None = None, imprint: bytes | None = None
) -> bytes:
    """Return a time-stamp token over `over`, which states the moment `at`; its serial number follows from both."""
    chosen = digest or hand.digest
    told = hash_of(chosen, over) if imprint is None else imprint
    info = der.sequence(
        der.integer(1),
        der.oid("2.25.7"),
        der.sequence(der.sequence(der.oid(chosen.oid)), der.octet_string(told)),
        der.integer(int.from_bytes(hash_of(Digest.SHA256, told)[:8], "big")),
        der.generalized_time(at),
    )
    signed = attributes(hand, hash_of(hand.digest, info), content_type=oids.TST_INFO)
    return message([hand], [signer_info(hand, signed)], inside=info, content_type=oids.TST_INFO)
