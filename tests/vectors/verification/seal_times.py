"""Seal signatures and what times and revocation do to them."""

from datetime import datetime

from tests.builders import FOUNDED
from tests.seal.structures import CREATED, seal, seal_signature, tbs_sign
from tests.vectors.verification.cases import Book
from tests.vectors.verification.messages import Hand, token
from tests.vectors.verification.seals import DOCUMENT, PASSED, UNKNOWN, moment
from tests.vectors.verification.world import DAY, MOMENT, SIGNED, World
from trust.asn1 import der
from trust.profiles import TIME_STAMPING

__all__ = ["add"]


def add(book: Book, world: World) -> None:
    """Add the cases."""
    add_times(book, world)
    add_revoked(book, world)


def stamped(
    world: World,
    eseal: bytes,
    at: datetime,
    *,
    clock: Hand | None = None,
    more: bytes = b"",
    version: int = 4,
    **fields: bytes,
) -> bytes:
    """Return a seal signature with a time-stamp over its value."""
    owner = world.owner
    value = owner.signer.sign(tbs_sign(version, eseal, owner, fields))
    made = token(clock or world.national_clock, value + more, at)
    stamp = der.context(0, der.bit_string(made))
    return seal_signature(version, eseal, owner, signature=der.bit_string(value), timeStamp=stamp, **fields)


def add_times(book: Book, world: World) -> None:
    """Add what the times of a seal signature say of each other."""
    maker, owner = world.maker, world.owner
    good = seal(4, maker, owner)

    def case(name: str, content: bytes, expect: tuple[str, str], why: str) -> None:
        book.add(f"seal_signature/{name}", content, *expect, covers=DOCUMENT, why=why)

    case("time-stamped", stamped(world, good, SIGNED), PASSED, "A token over the value proves the time.")
    case(
        "of the future",
        seal_signature(4, good, owner, timeInfo=moment(MOMENT + DAY)),
        ("failed/TIMESTAMP_ORDER_FAILURE", "seal_signature.signing_time"),
        "The claimed time has not come.",
    )
    case(
        "before its certificate",
        seal_signature(4, good, owner, timeInfo=moment(FOUNDED - DAY)),
        ("failed/SIG_CONSTRAINTS_FAILURE", "seal_signature.signing_time"),
        "The claimed time lies before the signer's certificate.",
    )
    case(
        "before its seal",
        seal_signature(4, good, owner, timeInfo=moment(CREATED - DAY)),
        ("failed/NOT_YET_VALID", "seal.validity"),
        "The claimed time lies before the seal's own validity.",
    )
    short = seal(4, maker, owner, validEnd=moment(SIGNED + DAY))
    case(
        "seal ended since, time proven",
        stamped(world, short, SIGNED),
        PASSED,
        "The token proves that the seal was in force.",
    )
    case(
        "seal ended since, no time proven",
        seal_signature(4, short, owner),
        ("indeterminate/OUT_OF_BOUNDS_NO_POE", "seal.validity"),
        "The seal has ended, and nothing proves that it was used before.",
    )
    ended = seal(4, maker, owner, validEnd=moment(SIGNED - DAY))
    case(
        "seal ended before",
        stamped(world, ended, SIGNED),
        ("failed/EXPIRED", "seal.validity"),
        "The seal had ended a day before the proven time.",
    )
    order = ("failed/TIMESTAMP_ORDER_FAILURE", "seal_signature.time_order")
    case(
        "time-stamp before the claimed time",
        stamped(world, good, SIGNED - DAY),
        order,
        "The token is older than the signature says it is.",
    )
    brief = world.brief_national_clock
    case(
        "time-stamp's authority expired since",
        stamped(world, good, SIGNED, clock=brief),
        PASSED,
        "The token proves nothing any more, and nothing has to be proven: seal and owner are in force.",
    )
    case(
        "seal ended since, and the time-stamp's authority too",
        stamped(world, short, SIGNED, clock=brief),
        ("indeterminate/OUT_OF_BOUNDS_NO_POE", "seal.validity"),
        "Nothing proves that the token was there before its authority's certificate ended.",
    )
    checks = "seal_signature.time_stamp"
    case(
        "time-stamp over something else",
        stamped(world, good, SIGNED, more=b"x"),
        ("failed/HASH_FAILURE", checks),
        "The token is over another value.",
    )
    stranger = world.hand(world.stranger, TIME_STAMPING, "时间戳机构")
    case(
        "time-stamp of a stranger",
        stamped(world, good, SIGNED, clock=stranger),
        (UNKNOWN, checks),
        "Nobody knows the authority of the token.",
    )
    case(
        "time-stamp of the future",
        stamped(world, good, MOMENT + DAY),
        ("failed/TIMESTAMP_ORDER_FAILURE", checks),
        "The token states a moment that has not come.",
    )


def add_revoked(book: Book, world: World) -> None:
    """Add what revocation of the owner or of the maker does to a seal signature."""
    plain = seal_signature(4, seal(4, world.maker, world.owner), world.owner)
    proven = stamped(world, seal(4, world.maker, world.owner), SIGNED)

    def case(name: str, content: bytes, lists: str, expect: tuple[str, str], why: str) -> None:
        book.add(f"seal_signature/{name}", content, *expect, covers=DOCUMENT, material=(lists, "p256"), why=why)

    revoked = ("failed/REVOKED", "certificate.revocation")
    case(
        "owner revoked after the proven time",
        proven,
        "sm2 owner late",
        PASSED,
        "The token proves it older than the revocation.",
    )
    case(
        "owner revoked before the proven time",
        proven,
        "sm2 owner early",
        revoked,
        "The owner was revoked a day before.",
    )
    case(
        "owner revoked, no time proven",
        plain,
        "sm2 owner late",
        revoked,
        "Nothing proves it older than the revocation.",
    )
    case("maker revoked after the proven time", proven, "sm2 maker late", PASSED, "The seal was good when it was used.")
    case(
        "maker revoked before the making",
        proven,
        "sm2 maker early",
        revoked,
        "The maker was revoked before he made the seal.",
    )
    five = seal(5, world.maker, world.owner)
    book.add(
        "seal/maker revoked since, version 5",
        five,
        material=("sm2 maker late", "p256"),
        why="GM/T 0031-2025 lets a seal stand whose maker was revoked in good order since; a warning says so.",
    )
    book.add(
        "seal/maker revoked since, version 4",
        seal(4, world.maker, world.owner),
        *revoked,
        material=("sm2 maker late", "p256"),
        why="GB/T 38540-2020 has no such rule: the maker is judged at the moment of verification.",
    )
    book.add(
        "seal_signature/no revocation list",
        plain,
        "indeterminate/TRY_LATER",
        "certificate.revocation",
        covers=DOCUMENT,
        material=("sm2 without lists", "p256"),
        why="Nobody says whether owner or maker were revoked.",
    )
