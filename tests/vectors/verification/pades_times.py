"""PDF files with time-stamps, algorithms and policies that decide what they are worth."""

from tests.builders import FOUNDED
from tests.vectors.verification.cases import Book
from tests.vectors.verification.messages import Hand, token
from tests.vectors.verification.pades_genuine import stamping
from tests.vectors.verification.pades_trust import NO_LIST, TIME, UNKNOWN
from tests.vectors.verification.papers import PLAIN, Signing, put, time_stamped
from tests.vectors.verification.world import DAY, MOMENT, SIGNED, World
from trust.asn1 import der
from trust.crypto.algorithms import Digest
from trust.profiles import TIME_STAMPING

__all__ = ["add"]


def add(book: Book, world: World) -> None:
    """Add the cases."""
    add_time_stamps(book, world)
    add_algorithms(book, world)
    add_policies(book, world)


def add_time_stamps(book: Book, world: World) -> None:
    """Add tokens that are none."""
    clock, signer = world.clock, world.signer

    def case(name: str, make, expect: str, why: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        book.add(f"pades/{name}", put(PLAIN, signer, Signing(stamp=make)), expect, TIME, why=why)

    stranger = world.hand(world.stranger_p256, TIME_STAMPING, "Clock")
    not_clock = world.second
    case(
        "time-stamp of a stranger",
        lambda value: token(stranger, value, SIGNED),
        UNKNOWN[0],
        "Nobody knows the authority of the token.",
    )
    case(
        "time-stamp over another signature",
        lambda value: token(clock, value + b"x", SIGNED),
        "failed/HASH_FAILURE",
        "The token is genuine, and over something else.",
    )
    case(
        "time-stamp of the future",
        lambda value: token(clock, value, MOMENT + DAY),
        "failed/TIMESTAMP_ORDER_FAILURE",
        "The token states a moment that has not come.",
    )
    case(
        "time-stamp before its authority",
        lambda value: token(clock, value, FOUNDED - DAY),
        "failed/NOT_YET_VALID",
        "The token states a moment before its authority was certified.",
    )
    case(
        "time-stamp by a signer of documents",
        lambda value: token(not_clock, value, SIGNED),
        "failed/CHAIN_CONSTRAINTS_FAILURE",
        "Who made the token may not make any (RFC 3161, 2.3).",
    )
    case(
        "time-stamp over SHA-1",
        lambda value: token(clock, value, SIGNED, digest=Digest.SHA1),
        "failed/CRYPTO_CONSTRAINTS_FAILURE",
        "Other signatures can have the same SHA-1.",
    )
    forged = Hand(
        certificate=clock.certificate,
        sign=stranger.sign,
        digest=clock.digest,
        algorithm=clock.algorithm,
        chain=clock.chain,
    )
    case(
        "time-stamp forged",
        lambda value: token(forged, value, SIGNED),
        "failed/SIG_CRYPTO_FAILURE",
        "Another key made the token in the authority's name.",
    )
    case(
        "time-stamp that is none",
        lambda _: der.sequence(der.integer(1)),
        "failed/FORMAT_FAILURE",
        "What stands there is DER, and no token.",
    )
    once = put(PLAIN, signer)
    wrong = time_stamped(once, lambda octets: token(clock, octets + b"x", SIGNED))
    book.add(
        "pades/document time-stamp over another document",
        wrong,
        "failed/HASH_FAILURE",
        "time_stamp.imprint",
        signatures=("passed", "failed"),
        why="The token over the document is over another one.",
    )


def add_algorithms(book: Book, world: World) -> None:
    """Add algorithms that are not relied on, or not any more."""
    crypto = "failed/CRYPTO_CONSTRAINTS_FAILURE"
    book.add(
        "pades/RSA-1024",
        put(PLAIN, world.short_rsa, Signing(stamp=stamping(world))),
        crypto,
        "signature.value",
        why="RSA of 1024 bits ended in 2014 (NIST SP 800-131A, 3), and the signature is proven to be younger.",
    )
    book.add(
        "pades/SHA-1",
        put(PLAIN, world.sha1),
        crypto,
        "signature.message_digest",
        why="SHA-1 ties nothing to one content.",
    )


def add_policies(book: Book, world: World) -> None:
    """Add what a verifier's policy decides."""
    once = put(PLAIN, world.signer)
    stamped = put(PLAIN, world.signer, Signing(stamp=stamping(world)))
    book.add(
        "pades/policy, algorithm ended",
        stamped,
        "failed/CRYPTO_CONSTRAINTS_FAILURE",
        "signature.time_stamp",
        policy="ends.toml",
        why="The policy ends ECDSA with SHA-256 before the proven time, for tokens as for signatures.",
    )
    book.add(
        "pades/policy, algorithm ended, no time proven",
        once,
        "indeterminate/CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
        "signature.value",
        policy="ends.toml",
        why="The algorithm has ended, and the signature may be older.",
    )
    book.add(
        "pades/policy, anchor for seals alone",
        once,
        *UNKNOWN,
        policy="seals-only.toml",
        why="The policy trusts no anchor for signing documents.",
    )
    book.add(
        "pades/policy, unknown is fatal",
        once,
        "failed/NO_CERTIFICATE_CHAIN_FOUND",
        "certificate.path",
        policy="strict.toml",
        anchors=("stranger-p256-root",),
        why="The policy makes an unknown authority fatal.",
    )
    book.add(
        "pades/policy, no list is fatal",
        once,
        "failed/TRY_LATER",
        "certificate.revocation",
        policy="strict.toml",
        material=("sm2", "p256 without lists"),
        why="The policy makes missing lists fatal.",
    )
    book.add(
        "pades/policy, lists too old",
        once,
        *NO_LIST,
        policy="fresh.toml",
        why="The lists are a day old, and the policy takes them for twelve hours alone.",
    )
