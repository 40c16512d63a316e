"""PDF files that were altered, with signatures that were taken from elsewhere or say nothing: the octets lie."""

from collections.abc import Callable
from typing import Final

from tests.trust.pdf.paper import ByteRange, byte_range
from tests.vectors.verification.cases import Book
from tests.vectors.verification.messages import attribute, attributes, message, signer_info
from tests.vectors.verification.papers import PLAIN, Signing, amended, latest, put, table
from tests.vectors.verification.world import World
from trust.asn1 import der, oids
from trust.crypto.sm3 import hash_of
from trust.pdf.signing import PreparedPDF

__all__ = ["PAGE", "add"]

HASH: Final = ("failed/HASH_FAILURE", "signature.message_digest")
COVERAGE: Final = ("failed/FORMAT_FAILURE", "pdf.coverage")
BROKEN: Final = ("failed/FORMAT_FAILURE", "file.format")
CHANGES: Final = ("failed/HASH_FAILURE", "pdf.changes")
NO_MESSAGE: Final = ("failed/FORMAT_FAILURE", "cms.format")
NOTHING: Final = ("indeterminate/SIGNED_DATA_NOT_FOUND", "")
END_ALONE: Final = (b"A\n%%EOF\n", b"endobj\n%%EOF\n")

PAGE: Final = b"10 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\n"


def flipped(pdf: bytes, place: int) -> bytes:
    """Return a file with one bit changed."""
    return pdf[:place] + bytes((pdf[place] ^ 1,)) + pdf[place + 1 :]


def add(book: Book, world: World) -> None:
    """Add the cases."""
    once = put(PLAIN, world.signer)
    add_altered(book, world, once)
    add_ranges(book, once)
    add_values(book, world, once)
    add_tails(book, once)


def add_altered(book: Book, world: World, once: bytes) -> None:
    """Add files of which one layer was altered."""
    book.add(
        "pades/altered text",
        once.replace(b"(Notice)", b"(notice)"),
        *HASH,
        why="One letter of the page is another; the hash of what was signed differs.",
    )
    book.add(
        "pades/altered version",
        once.replace(b"%PDF-1.7", b"%PDF-1.6"),
        *HASH,
        why="Nothing that a reader shows has changed, and yet it is not what was signed.",
    )
    book.add(
        "pades/altered claimed time",
        once.replace(b"/M (D:2026", b"/M (D:2025"),
        *HASH,
        why="The signature dictionary is covered as well, but for the value.",
    )
    told = byte_range(once)
    encoded = bytes.fromhex(once[told.before + 1 : told.after - 1].decode())
    place = told.before + 2 * der.read(encoded, 0, len(encoded), 0).end  # the last digit of s, which ends the message
    book.add(
        "pades/altered signature value",
        once[:place] + (b"1" if once[place : place + 1] == b"0" else b"0") + once[place + 1 :],
        "failed/SIG_CRYPTO_FAILURE",
        "signature.value",
        why="The last digit of s is another, so that the value does not belong to key and attributes.",
    )
    other = put(PLAIN.replace(b"(Notice)", b"(Letter)"), world.signer)
    theirs = byte_range(other)
    book.add(
        "pades/signature of another document",
        told.value(other[theirs.before : theirs.after]),
        *HASH,
        why="The value is genuine, of the same signer, and over another document.",
    )

    nothing = attributes(world.signer, hash_of(world.signer.digest, b""))
    book.add(
        "pades/signature over nothing",
        put(PLAIN, world.signer, Signing(attributes=lambda *_: nothing)),
        *HASH,
        why="The hash that was signed is that of no octets at all.",
    )

    def enclosed(prepared: PreparedPDF) -> bytes:
        content = b"anything that the signer once signed"
        signed = attributes(world.signer, hash_of(world.signer.digest, content))
        del prepared
        return message([world.signer], [signer_info(world.signer, signed)], inside=content)

    book.add(
        "pades/message with its own content",
        put(PLAIN, world.signer, Signing(value=enclosed)),
        *HASH,
        why="The message is genuine over content of its own, and has nothing to do with the file around it.",
    )
    twice = put(once, world.second, Signing(field="Second"))
    first, second = byte_range(twice), byte_range(twice, 1)
    one, two = twice[first.before : first.after], twice[second.before : second.after]
    book.add(
        "pades/values exchanged",
        twice[: first.before] + two + twice[first.after : second.before] + one + twice[second.after :],
        *HASH,
        signatures=("failed", "failed"),
        why="Both values are genuine, each in the place of the other.",
    )
    book.add(
        "pades/first value replaced under a second signature",
        first.value(b"<" + b"0" * (first.after - first.before - 2) + b">"),
        *NO_MESSAGE,
        signatures=("failed", "failed"),
        why="The second signature covers the value of the first, which was taken out.",
    )


RANGES: Final[dict[str, tuple[Callable[[ByteRange], bytes], tuple[str, str], str]]] = {
    "starts late": (
        lambda one: one.replaced(10, one.before - 10, one.after, one.rest),
        COVERAGE,
        "The first ten octets are not covered.",
    ),
    "ends early": (
        lambda one: one.replaced(0, one.before, one.after, one.rest - 10),
        COVERAGE,
        "The last ten octets are not covered.",
    ),
    "gap too wide": (
        lambda one: one.replaced(0, one.before, one.after + 50, one.rest - 50),
        COVERAGE,
        "Fifty octets after the value are not covered.",
    ),
    "three ranges": (
        lambda one: one.replaced(0, one.before, one.after, one.rest - 10, one.after + one.rest - 10, 10),
        COVERAGE,
        "All is covered, by three ranges; two are what the standard has (ISO 32000-2, 12.8.1).",
    ),
    "overlapping": (
        lambda one: one.replaced(0, one.after + 100, one.after, one.rest),
        COVERAGE,
        "The value itself lies in what is covered.",
    ),
    "empty ranges": (lambda one: one.replaced(0, 0, 0, 0), COVERAGE, "Nothing is covered."),
    "no ranges": (lambda one: one.replaced(), COVERAGE, "The array is empty."),
    "negative": (lambda one: one.replaced(0, one.before, one.after, -1), BROKEN, "A length is negative."),
    "beyond the end": (lambda one: one.replaced(0, one.before, one.after, 10**12), BROKEN, "A range ends beyond it."),
    "no numbers": (
        lambda one: one.replaced("/A", one.before, one.after, one.rest),
        BROKEN,
        "A name stands where a number must.",
    ),
    "missing": (
        lambda one: one.rewritten(b""),
        BROKEN,
        "Nothing says what is covered (USF, Mladenov and others 2019).",
    ),
    "null": (lambda one: one.rewritten(b"/ByteRange null"), BROKEN, "Null says what is covered (USF, 2019)."),
}


def add_ranges(book: Book, once: bytes) -> None:
    """Add files whose ByteRange lies."""
    for name, (make, expect, why) in RANGES.items():
        book.add(f"pades/ByteRange {name}", make(byte_range(once)), *expect, why=why)
    told = byte_range(once)
    end = once[told.after :]
    evil = once[: told.after] + b"\n>>\nendobj\n" + PAGE
    book.add(
        "pades/signed tail moved",
        told.replaced(0, told.before, len(evil), len(end), pdf=evil + end),
        *BROKEN,
        why="What was signed is moved behind an object of the attacker, and the ranges follow it (SWA, 2019).",
    )
    book.add(
        "pades/two ByteRanges",
        once.replace(b"\n/Type /Sig\n", b"\n/ByteRange [0 1 2 3]\n/Type /Sig\n", 1),
        *BROKEN,
        why="A key stands twice in one dictionary, and each reader chooses for itself (ISO 32000-2, 7.3.7).",
    )


VALUES: Final[dict[str, tuple[bytes, tuple[str, str], str]]] = {
    "null": (b"null", BROKEN, "There is no value (USF, Mladenov and others 2019)."),
    "empty": (b"<>", COVERAGE, "The value is empty (USF, 2019), and the gap holds more than it."),
    "one zero": (b"<00>", COVERAGE, "The value is one octet, and the gap holds more than it."),
    "text": (b"(abc)", COVERAGE, "The value is no hexadecimal string."),
}


def add_values(book: Book, world: World, once: bytes) -> None:
    """Add files whose signature value is none."""
    told = byte_range(once)
    room = told.after - told.before - 2
    for name, (value, expect, why) in VALUES.items():
        book.add(f"pades/Contents {name}", told.value(value), *expect, why=why)
    whole = {
        "zeros": (b"", "The value is all zeros (USF, 2019)."),
        "a sequence of something": (b"\x30\x03\x02\x01\x01", "The value is DER, and no message."),
        "a bare certificate": (world.signer.certificate.der, "The value is a certificate, and no message."),
        "a message that nobody signed": (message([], [], more=[world.signer.certificate]), "There is no signer in it."),
    }
    for name, (octets, why) in whole.items():
        digits = b"<" + octets.hex().encode().ljust(room, b"0") + b">"
        book.add(f"pades/Contents {name}", told.value(digits), *NO_MESSAGE, why=why)
    hidden = b"/A(hidden)"
    book.add(
        "pades/octets hidden in the gap",
        told.value(once[told.before : told.after - 1 - len(hidden)] + b">" + hidden),
        *COVERAGE,
        why="The gap holds an entry beside the value, which nobody signed.",
    )
    book.add(
        "pades/two Contents",
        once.replace(b"\n/Type /Sig\n", b"\n/Contents <00>\n/Type /Sig\n", 1),
        *BROKEN,
        why="A key stands twice in one dictionary, and each reader chooses for itself (ISO 32000-2, 7.3.7).",
    )
    book.add(
        "pades/attributes without a digest",
        put(
            PLAIN,
            world.signer,
            Signing(attributes=lambda hand, imprint: attributes(hand, imprint, leave_out=oids.ID_MESSAGE_DIGEST)),
        ),
        *HASH,
        why="messageDigest is missing from the signed attributes, so that nothing ties the content (RFC 5652, 5.3).",
    )
    again = attribute(oids.ID_MESSAGE_DIGEST, der.octet_string(bytes(32)))
    book.add(
        "pades/two digests",
        put(PLAIN, world.signer, Signing(attributes=lambda hand, imprint: attributes(hand, imprint, others=[again]))),
        *NO_MESSAGE,
        why="An attribute stands twice, and each reader chooses for itself (RFC 5652, 5.3).",
    )


def add_tails(book: Book, once: bytes) -> None:
    """Add files with something after their end."""
    start = b"startxref\n%d\n%%%%EOF\n" % table(once)
    tails = {
        "one octet": (once + b"A", "One octet follows the end, which belongs to no revision."),
        "garbage": (once + b"\nAAAA\n%%EOF\n", "Octets follow that belong to no revision."),
        "a bare object": (
            once + PAGE + b"%%EOF\n",
            "An object follows in no table: some readers rebuild it (ISA, 2019).",
        ),
        "an object and the same table": (
            once + PAGE + start,
            "An object follows, and the table of before again (ISA, 2019).",
        ),
        "a second copy": (once + once, "The whole file follows once more."),
    }
    for name, (pdf, why) in tails.items():
        # Where the last lines are not the place of a table and an end (7.5.5), the file is no PDF any more.
        expect = BROKEN if pdf.endswith(END_ALONE) else CHANGES
        book.add(f"pades/followed by {name}", pdf, *expect, why=why)
    book.add(
        "pades/followed by the table of before",
        once + b"startxref\n%d\n%%%%EOF\n" % table(PLAIN),
        *NOTHING,
        signatures=(),
        why="What follows names the table of the unsigned revision: readers show that one, which bears no signature.",
    )
    book.add(
        "pades/cut off",
        once[:-40],
        *BROKEN,
        why="The end is missing; to guess it would be to show what nobody signed.",
    )
    book.add(
        "pades/a table before itself",
        once.replace(b"/Prev %d" % table(PLAIN), b"/Prev %d" % table(once)),
        *BROKEN,
        why="The table names itself as the one before it.",
    )
    emptied = amended(once, {1: latest(once, 1).replace(b"/AcroForm 13 0 R", b"")})
    book.add(
        "pades/signature field taken out",
        emptied,
        *NOTHING,
        signatures=(),
        why="The form was taken out of the catalogue: a reader finds no signature, and the file proves nothing.",
    )
