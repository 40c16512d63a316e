"""Signed messages by themselves, in both dialects: attached, detached, of several signers, altered and malformed."""

from collections.abc import Sequence
from typing import Final

from tests.builders import Party, grafted
from tests.vectors.verification.cases import Book
from tests.vectors.verification.messages import ESS, Hand, attribute, attributes, hand_of, message, signer_info, token
from tests.vectors.verification.world import DAY, SERIALS, SIGNED, World
from trust.asn1 import der, oids
from trust.crypto.sm3 import hash_of
from trust.profiles import DOCUMENT_SIGNER, ISSUING

__all__ = ["CONTENT", "CRYPTO", "add", "info_of"]

CONTENT: Final = "关于优化营商环境的通知\n".encode()
NATIONAL_ALGORITHM: Final = der.sequence(der.oid("1.2.156.10197.1.301.1"), der.null())
MALFORMED: Final = ("failed/FORMAT_FAILURE", "cms.format")
VALUE: Final = ("failed/SIG_CRYPTO_FAILURE", "signature.value")
HASH: Final = ("failed/HASH_FAILURE", "signature.message_digest")
CRYPTO: Final = "failed/CRYPTO_CONSTRAINTS_FAILURE"


def info_of(hand: Hand, content: bytes = CONTENT, others: Sequence[bytes] = (), leave_out: str = "") -> bytes:
    """Return a SignerInfo with attributes over `content`."""
    return signer_info(hand, attributes(hand, hash_of(hand.digest, content), others=others, leave_out=leave_out))


def add(book: Book, world: World) -> None:
    """Add the cases."""
    add_genuine(book, world)
    add_altered(book, world)
    add_attributes(book, world)
    add_several(book, world)
    add_certificates(book, world)


def national(world: World, content: bytes = CONTENT, inside: bytes | None = None) -> bytes:
    """Return a message of the national dialect (GB/T 35275)."""
    hand = world.national_signer
    signed = attributes(hand, hash_of(hand.digest, content), content_type=oids.GM_DATA)
    info = signer_info(hand, signed, algorithm=NATIONAL_ALGORITHM)
    return message([hand], [info], inside=inside, content_type=oids.GM_DATA, outer=oids.GM_SIGNED_DATA)


def add_genuine(book: Book, world: World) -> None:
    """Add messages as they should be."""
    hand = world.national_signer
    attached = message([hand], [info_of(hand)], inside=CONTENT)
    detached = message([hand], [info_of(hand)])
    book.add("cms/attached", attached, why="SM2 under the international identifiers (RFC 5652), content inside.")
    book.add("cms/detached", detached, covers=CONTENT, why="The same, with the content beside it.")
    book.add(
        "cms/detached without its content",
        detached,
        "indeterminate/SIGNED_DATA_NOT_FOUND",
        "signature.message_digest",
        why="What was signed is not at hand; another verifier who has it can tell.",
    )
    book.add(
        "cms/national attached", national(world, inside=CONTENT), why="SM2 in the national dialect, content inside."
    )
    book.add(
        "cms/national detached", national(world), covers=CONTENT, why="SM2 in the national dialect, content beside."
    )
    bare = signer_info(hand, None, content=CONTENT)
    book.add(
        "cms/without attributes",
        message([hand], [bare], inside=CONTENT),
        why="The signature covers the content itself, as national signature interfaces make it.",
    )
    value = der.parse(hand.sign(der.set_of(attributes(hand, hash_of(hand.digest, CONTENT))))).sequence()
    raw = b"".join(one.integer().to_bytes(32, "big") for one in value)
    flat = signer_info(hand, attributes(hand, hash_of(hand.digest, CONTENT)), signature=raw)
    book.add(
        "cms/signature as r and s side by side",
        message([hand], [flat], inside=CONTENT),
        why="One vendor writes SM2 signatures as 64 octets; the numbers are the same (docs/divergences.md).",
    )
    stamped = signer_info(
        hand,
        attributes(hand, hash_of(hand.digest, CONTENT)),
        stamp=lambda signature: token(world.national_clock, signature, SIGNED),
    )
    book.add("cms/with a time-stamp", message([hand], [stamped], inside=CONTENT), why="A token of SM2 proves the time.")
    book.add(
        "cms/padded with zeros", attached + bytes(16), why="Zeros after the message, as a gap in a PDF leaves them."
    )
    book.add(
        "cms/indefinite lengths",
        indefinite(attached),
        why="The outer layers are BER, which RFC 5652 allows everywhere but in signed attributes and certificates.",
    )


def indefinite(encoded: bytes) -> bytes:
    """Return a message whose two outer layers have indefinite lengths (X.690, 8.1.3.6)."""
    kind, explicit = der.parse(encoded).sequence()
    (data,) = explicit.children()
    inner = b"\x30\x80" + data.body + b"\0\0"
    return b"\x30\x80" + kind.raw + b"\xa0\x80" + inner + b"\0\0" + b"\0\0"


def add_altered(book: Book, world: World) -> None:
    """Add messages of which one layer was altered."""
    hand = world.national_signer
    detached = message([hand], [info_of(hand)])
    changed = CONTENT.replace("优化".encode(), "恶化".encode())
    book.add(
        "cms/altered content beside it", detached, *HASH, covers=changed, why="The content is not what was signed."
    )
    book.add(
        "cms/altered content inside",
        message([hand], [info_of(hand)], inside=changed),
        *HASH,
        why="The content in the message is not what was signed.",
    )
    attached = message([hand], [info_of(hand)], inside=CONTENT)
    book.add(
        "cms/another content than the one inside",
        attached,
        *HASH,
        covers=changed,
        why="The message holds what was signed, and the caller asks about something else.",
    )
    bare = signer_info(hand, None, content=CONTENT)
    book.add(
        "cms/without attributes, altered content",
        message([hand], [bare], inside=changed),
        *VALUE,
        why="The signature covers the content itself, and does not fit it.",
    )
    later = attribute(oids.ID_SIGNING_TIME, der.x509_time(SIGNED))
    signed = attributes(hand, hash_of(hand.digest, CONTENT), others=[later])
    moved = signer_info(hand, signed).replace(later, attribute(oids.ID_SIGNING_TIME, der.x509_time(SIGNED - 300 * DAY)))
    book.add(
        "cms/altered signing time",
        message([hand], [moved], inside=CONTENT),
        *VALUE,
        why="A signed attribute says another time than was signed.",
    )
    other = signer_info(
        hand, attributes(hand, hash_of(hand.digest, CONTENT)), signature=world.national_second.sign(b"x")
    )
    book.add(
        "cms/signature of somebody else",
        message([hand], [other], inside=CONTENT),
        *VALUE,
        why="Another key made the value.",
    )
    zero = der.sequence(der.integer(0), der.integer(0))
    nothing = signer_info(hand, attributes(hand, hash_of(hand.digest, CONTENT)), signature=zero)
    book.add(
        "cms/r and s are zero",
        message([hand], [nothing], inside=CONTENT),
        *VALUE,
        why="Zero is no r and no s (GB/T 32918.2-2016, 7.1 B1 and B2).",
    )
    book.add("cms/octets after it", attached + b"A", *MALFORMED, why="An octet follows that belongs to no message.")
    book.add("cms/cut off", attached[:-20], *MALFORMED, why="The end is missing.")
    body = der.parse(attached).body
    long = b"\x30\x84" + len(body).to_bytes(4, "big") + body
    book.add(
        "cms/lengths longer than they need", long, why="BER allows more octets for a length than DER (X.690, 8.1.3.5)."
    )


def add_attributes(book: Book, world: World) -> None:
    """Add messages whose signed attributes are not as they must be."""
    hand = world.national_signer

    def case(name: str, info: bytes, expect: tuple[str, str], why: str) -> None:
        book.add(f"cms/{name}", message([hand], [info], inside=CONTENT), *expect, why=why)

    twice = attribute(oids.ID_MESSAGE_DIGEST, der.octet_string(bytes(32)))
    case(
        "no digest among the attributes",
        info_of(hand, leave_out=oids.ID_MESSAGE_DIGEST),
        HASH,
        "messageDigest must be there (RFC 5652, 5.3).",
    )
    case(
        "no content type among the attributes",
        info_of(hand, leave_out=oids.ID_CONTENT_TYPE),
        ("failed/SIG_CONSTRAINTS_FAILURE", "signature.content_type"),
        "contentType must be there (RFC 5652, 5.3).",
    )
    case("digest twice", info_of(hand, others=[twice]), MALFORMED, "An attribute must not stand twice (RFC 5652, 5.3).")
    both = attribute(
        oids.ID_MESSAGE_DIGEST, *(der.octet_string(one) for one in (hash_of(hand.digest, CONTENT), bytes(32)))
    )
    case(
        "two digests in one attribute",
        info_of(hand, others=[both], leave_out=oids.ID_MESSAGE_DIGEST),
        MALFORMED,
        "messageDigest must have one value (RFC 5652, 11.2).",
    )
    other_type = attributes(hand, hash_of(hand.digest, CONTENT), content_type=oids.TST_INFO)
    case(
        "another content type",
        signer_info(hand, other_type),
        ("failed/SIG_CONSTRAINTS_FAILURE", "signature.content_type"),
        "The type that was signed is another than the one of the message (RFC 5652, 11.1).",
    )
    case(
        "another certificate named",
        signer_info(hand, attributes(hand, hash_of(hand.digest, CONTENT), named=world.national_second.certificate)),
        ("failed/SIG_CONSTRAINTS_FAILURE", "signature.signing_certificate"),
        "The signer named another certificate (RFC 5035).",
    )
    case(
        "no certificate named",
        info_of(hand, leave_out=ESS),
        ("passed", ""),
        "Plain CMS does not ask for the attribute; the national one has none.",
    )
    as_content = der.set_of(attributes(hand, hash_of(hand.digest, CONTENT)))
    book.add(
        "cms/attributes as content",
        message([hand], [signer_info(hand, None, content=as_content)], inside=as_content),
        why="A genuine signature without attributes over octets that look like attributes: it is what it says.",
    )
    stripped = signer_info(hand, None, signature=hand.sign(as_content))
    book.add(
        "cms/attributes taken for the content",
        message([hand], [stripped]),
        *VALUE,
        covers=CONTENT,
        why="The attributes were stripped: the value covers them, and not this content.",
    )


def add_several(book: Book, world: World) -> None:
    """Add messages of several signers, or of none."""
    one, two = world.national_signer, world.national_second
    book.add(
        "cms/two signers",
        message([one, two], [info_of(one), info_of(two)], inside=CONTENT),
        signatures=("passed",) * 2,
        why="Two people signed side by side, and both signatures hold.",
    )
    wrong = info_of(two, b"another content")
    found = message([one, two], [info_of(one), wrong], inside=CONTENT)
    outcomes = tuple("failed" if place == wrong else "passed" for place in sorted([info_of(one), wrong]))
    book.add(
        "cms/two signers, one over something else",
        found,
        *HASH,
        signatures=outcomes,
        why="One signature holds, the other is over something else: the message is worth what its worst is worth.",
    )
    book.add(
        "cms/nobody signed",
        message([], [], inside=CONTENT, more=[one.certificate]),
        *MALFORMED,
        why="Certificates and content are there, and no signer.",
    )
    mixed = message([one, world.signer], [info_of(one), info_of(world.signer)], inside=CONTENT)
    book.add(
        "cms/signers of two families",
        mixed,
        signatures=("passed",) * 2,
        why="One signed with SM2, the other with P-256.",
    )


def add_certificates(book: Book, world: World) -> None:
    """Add messages whose certificates are missing, strange, or do not lead anywhere."""
    hand, office = world.national_signer, world.sm2
    unknown = ("indeterminate/NO_CERTIFICATE_CHAIN_FOUND", "certificate.path")
    book.add(
        "cms/no certificate",
        message([hand], [info_of(hand)], inside=CONTENT, certificates=[]),
        *unknown,
        why="The signer's certificate is neither in the message nor at hand.",
    )
    book.add(
        "cms/unknown root",
        message([hand], [info_of(hand)], inside=CONTENT),
        *unknown,
        anchors=("stranger-root", "p256-root"),
        why="Only other roots are trusted.",
    )
    stranger = world.hand(world.stranger, DOCUMENT_SIGNER, "签名者")
    book.add(
        "cms/stranger with the root of ours along",
        message([stranger], [info_of(stranger)], inside=CONTENT, more=[office.root.certificate]),
        *unknown,
        why="A stranger puts our root into his message; nothing leads to it.",
    )
    own_root = message([stranger], [info_of(stranger)], inside=CONTENT, more=[world.stranger.root.certificate])
    book.add("cms/stranger with his root along", own_root, *unknown, why="A root in a message is no anchor.")
    first, second = loop(world)
    looped = hand_of(office.issue(DOCUMENT_SIGNER, "In a loop", issuer=first), (first.certificate, second.certificate))
    book.add(
        "cms/authorities that certify each other",
        message([looped], [info_of(looped)], inside=CONTENT),
        *unknown,
        why="Each of two authorities certified the other; a path that goes round leads nowhere.",
    )
    authority = office.issuing.certificate.der
    namesakes = [grafted(authority, 0, 1, put=der.integer(SERIALS + number)) for number in range(60)]
    crowd = message([hand], [info_of(hand)], inside=CONTENT, certificates=[*namesakes, hand.certificate.der])
    book.add(
        "cms/namesakes of the authority",
        crowd,
        why="Sixty certificates bear the name of the authority, and nobody's signature; they hide nothing.",
    )
    point = world.national_signer.certificate.public_key.spki
    crooked = office.foreign("Not on the curve", point[:-1] + bytes((point[-1] ^ 1,)))
    bent = Hand(certificate=crooked, sign=hand.sign, digest=hand.digest, algorithm=hand.algorithm, chain=hand.chain)
    book.add(
        "cms/key that is not on the curve",
        message([bent], [info_of(bent)], inside=CONTENT),
        *VALUE,
        why="The public key is no point of the curve (GB/T 32918.1-2016, 6.2.1).",
    )


def loop(world: World) -> tuple[Party, Party]:
    """Return two authorities, each certified by the other."""
    office = world.sm2
    first = office.alone(ISSUING, "Round")
    second = office.issue(ISSUING, "And round", issuer=first)
    again = office.issue(ISSUING, "Round", issuer=second, edition=" again", key=first.key)
    return again, second
