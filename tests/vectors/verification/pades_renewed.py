"""PDF files whose time-stamps have lapsed, or would have, had no later one been put over them in time."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from tests.vectors.verification.cases import Book
from tests.vectors.verification.messages import Hand, token
from tests.vectors.verification.papers import PLAIN, Signing, put, time_stamped
from tests.vectors.verification.world import DAY, SIGNED, World

__all__ = ["add"]

HOUR: Final = timedelta(hours=1)
OPEN: Final = "indeterminate/OUT_OF_BOUNDS_NO_POE"
VALIDITY: Final = "certificate.validity"
TWICE: Final = ("passed", "passed")


def signed(signer: Hand, clock: Hand) -> bytes:
    """Return a file with one signature and a token over it."""
    return put(PLAIN, signer, Signing(stamp=lambda value: token(clock, value, SIGNED)))


def renewed(pdf: bytes, clock: Hand, after: timedelta, *, field: str = "Time") -> bytes:
    """Return a file under one more time-stamp over all of it, so long after it was signed."""
    return time_stamped(pdf, lambda octets: token(clock, octets, SIGNED + after), field=field)


def add(book: Book, world: World) -> None:
    """Add the cases."""
    add_expired(book, world)
    add_stolen(book, world)
    add_weakened(book, world)


def add_expired(book: Book, world: World) -> None:
    """Add authorities whose certificates have ended since."""
    lapsed = signed(world.brief, world.brief_clock)
    book.add(
        "pades/signer and authority expired since",
        lapsed,
        OPEN,
        VALIDITY,
        why="Nothing proves that the token was there before its authority's certificate ended (EN 319 102-1, 5.6).",
    )
    book.add(
        "pades/signer in force, authority expired since",
        signed(world.signer, world.brief_clock),
        why="The token proves nothing any more, and nothing has to be proven: the signer is judged at this moment.",
    )
    book.add(
        "pades/signer and authority expired since, renewed in time",
        renewed(lapsed, world.clock, 12 * HOUR),
        signatures=TWICE,
        why="The time-stamp over the document proves that the token was there while its authority was in force.",
    )
    book.add(
        "pades/signer and authority expired since, renewed too late",
        renewed(lapsed, world.clock, 2 * DAY),
        OPEN,
        VALIDITY,
        signatures=("indeterminate", "passed"),
        why="When the document was stamped anew, both certificates had ended.",
    )
    book.add(
        "pades/signer and authority expired since, renewed twice",
        renewed(renewed(lapsed, world.second_clock, 12 * HOUR), world.clock, 3 * DAY, field="Again"),
        signatures=("passed", "passed", "passed"),
        why="Each time-stamp proves what it covers, so long as a later one proves it.",
    )
    chain = renewed(renewed(lapsed, world.brief_national_clock, 12 * HOUR), world.clock, 18 * HOUR, field="Again")
    book.add(
        "pades/all but the last authority expired since",
        chain,
        signatures=("passed", "passed", "passed"),
        why="The last time-stamp was made while all the others held, and holds.",
    )
    book.add(
        "pades/one in the chain renewed too late",
        renewed(renewed(lapsed, world.brief_national_clock, 12 * HOUR), world.clock, 2 * DAY, field="Again"),
        OPEN,
        VALIDITY,
        signatures=("indeterminate", "indeterminate", "passed"),
        why="The last time-stamp came after the end of the one before it, which had proven the first.",
    )
    book.add(
        "pades/document time-stamp's authority expired since",
        renewed(put(PLAIN, world.signer), world.brief_clock, HOUR),
        OPEN,
        VALIDITY,
        signatures=("passed", "indeterminate"),
        why="The signer is in force; the time-stamp over the document proves nothing any more, and says so.",
    )


def add_stolen(book: Book, world: World) -> None:
    """Add authorities that were revoked after the moment that their tokens state."""
    once = signed(world.brief, world.clock)

    def case(name: str, pdf: bytes, lists: str, signatures: Sequence[str], why: str) -> None:
        outcome = ("passed", "") if set(signatures) == {"passed"} else (OPEN, VALIDITY)
        material = ("sm2", lists)
        book.add(f"pades/{name}", pdf, *outcome, signatures=signatures, material=material, why=why)

    stolen = partial(case, lists="p256 clock stolen")
    stolen(
        "time-stamp's key stolen since",
        once,
        signatures=("indeterminate",),
        why=("The thief makes tokens of any moment, so that all of them are void (RFC 3161, 4)."),
    )
    stolen(
        "time-stamp's key stolen since, renewed before",
        renewed(once, world.second_clock, 30 * HOUR),
        signatures=TWICE,
        why="The time-stamp over the document proves that the token was there before the key was stolen.",
    )
    stolen(
        "time-stamp's key stolen since, renewed after",
        renewed(once, world.second_clock, 3 * DAY),
        signatures=("indeterminate", "passed"),
        why="The token may have been made by the thief before the document was stamped anew.",
    )
    case(
        "time-stamp's key stolen before it was known",
        renewed(once, world.second_clock, 30 * HOUR),
        lists="p256 clock stolen early",
        signatures=("indeterminate", "passed"),
        why="The list says since when the key was in other hands (RFC 5280, 5.3.2), which was before the renewal.",
    )
    case(
        "time-stamp authority ceased since",
        once,
        lists="p256 clock ceased",
        signatures=("passed",),
        why="A revocation in good order leaves alone what was stamped before (RFC 3161, 4).",
    )
    book.add(
        "pades/authority above the time-stamp compromised since",
        signed(world.signer, world.clock),
        "indeterminate/REVOKED_NO_POE",
        "certificate.revocation",
        material=("sm2", "p256 authority compromised"),
        why="Whoever has the key of the authority above certifies clocks of his own, and dates their tokens back.",
    )
    book.add(
        "pades/authority above the time-stamp compromised since, renewed before",
        time_stamped(
            signed(world.signer, world.clock), lambda octets: token(world.national_clock, octets, SIGNED + DAY)
        ),
        signatures=TWICE,
        material=("sm2", "p256 authority compromised"),
        why="A time-stamp of another house proves that everything was there before.",
    )


def add_weakened(book: Book, world: World) -> None:
    """Add algorithms that have ended since."""
    once = signed(world.signer, world.clock)
    book.add(
        "pades/policy, algorithm ended since",
        once,
        "indeterminate/CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
        "signature.value",
        policy="ended-since.toml",
        why="Signature and token are of an algorithm that has ended since, so that both may have been forged since.",
    )
    book.add(
        "pades/policy, algorithm ended since, renewed with another",
        time_stamped(once, lambda octets: token(world.national_clock, octets, SIGNED + DAY)),
        signatures=TWICE,
        policy="ended-since.toml",
        why="A time-stamp with SM2 proves that both were there before the algorithm ended.",
    )
    book.add(
        "pades/policy, algorithm ended since, renewed with the same",
        renewed(once, world.second_clock, DAY),
        "indeterminate/CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
        "signature.value",
        signatures=("indeterminate", "indeterminate"),
        policy="ended-since.toml",
        why="The time-stamp over the document is of the algorithm that has ended.",
    )
