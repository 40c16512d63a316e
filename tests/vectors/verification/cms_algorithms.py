"""Signed messages whose algorithms are unknown, weak, or not those that belong together."""

from tests.vectors.verification.cases import Book
from tests.vectors.verification.cms import CONTENT, CRYPTO, info_of
from tests.vectors.verification.messages import Hand, attribute, attributes, message, signer_info
from tests.vectors.verification.world import World
from trust.asn1 import der, oids
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of

__all__ = ["add"]


def add(book: Book, world: World) -> None:
    """Add the cases."""
    add_protected(book, world)
    add_algorithms(book, world)


def protecting(digest: str, signature: str) -> bytes:
    """Return the attribute that protects the algorithms of a message (RFC 6211, 2)."""
    named = der.context(1, der.oid(signature))
    return attribute(oids.ID_ALGORITHM_PROTECTION, der.sequence(der.sequence(der.oid(digest)), named))


def add_protected(book: Book, world: World) -> None:
    """Add messages whose signer protected the algorithms."""
    hand = world.national_signer
    sm3, sm2, ecdsa = Digest.SM3.oid, "1.2.156.10197.1.501", "1.2.840.10045.4.3.2"
    other = ("failed/SIG_CONSTRAINTS_FAILURE", "signature.value")
    for name, attribute_, expect, why in (
        ("algorithms protected", protecting(sm3, sm2), ("passed", ""), "They are those that the message names."),
        (
            "another hash protected",
            protecting(Digest.SHA256.oid, sm2),
            other,
            "The message names another hash than its signer.",
        ),
        (
            "another signature protected",
            protecting(sm3, ecdsa),
            other,
            "The message names another algorithm than its signer.",
        ),
    ):
        made = message([hand], [info_of(hand, others=[attribute_])], inside=CONTENT)
        book.add(f"cms/{name}", made, *expect, why=f"{why} CMSAlgorithmProtection (RFC 6211, 3).")


def add_algorithms(book: Book, world: World) -> None:
    """Add messages whose algorithms are unknown, weak, or not those of the key."""
    hand, foreign = world.national_signer, world.signer
    signed = attributes(hand, hash_of(hand.digest, CONTENT))

    def case(name: str, info: bytes, expect: tuple[str, str], why: str, by: Hand = hand) -> None:
        book.add(f"cms/{name}", message([by], [info], inside=CONTENT), *expect, why=why)

    value, digest = (CRYPTO, "signature.value"), (CRYPTO, "signature.message_digest")
    case(
        "SM2 with SHA-256",
        signer_info(hand, signed, algorithm=der.sequence(der.oid("1.2.156.10197.1.503"))),
        (CRYPTO, "cms.format"),
        "The algorithm is a known one of the national scheme that nobody accepts: SM2 goes with SM3.",
    )
    case(
        "MD5",
        signer_info(hand, signed, digest_algorithm=der.sequence(der.oid("1.2.840.113549.2.5"))),
        (CRYPTO, "cms.format"),
        "MD5 ties nothing to one content.",
    )
    case(
        "an SM2 key under the name of ECDSA",
        signer_info(hand, signed, algorithm=foreign.algorithm),
        value,
        "The message names ECDSA and the key is one of SM2: no key is used under two algorithms.",
    )
    case(
        "a P-256 key under the name of SM2",
        signer_info(foreign, attributes(foreign, hash_of(foreign.digest, CONTENT)), algorithm=hand.algorithm),
        digest,
        "The message names SM2, with the hash and the key of P-256.",
        by=foreign,
    )
    mixed = Hand(
        certificate=hand.certificate, sign=hand.sign, digest=Digest.SHA256, algorithm=hand.algorithm, chain=hand.chain
    )
    case(
        "SM2 over attributes with SHA-256",
        info_of(mixed),
        digest,
        "SM2-with-SM3 is one algorithm; a content hashed with SHA-256 does not go with it.",
        by=mixed,
    )
