"""Hostile files that are made when they are judged: bombs that would be a burden to keep, and to unpack by mistake."""

import zlib
from collections.abc import Callable, Mapping
from typing import Final

from tests.builders_ofd import Entry, archive, packed, unsigned
from tests.hostile_files import HOSTILE
from tests.vectors.verification.cases import Book
from trust.asn1 import der, oids

__all__ = ["RECIPES", "add"]

MIB: Final = 1 << 20
BROKEN: Final = ("failed/FORMAT_FAILURE", "file.format")
NO_MESSAGE: Final = ("failed/FORMAT_FAILURE", "cms.format")
NOTHING: Final = ("indeterminate/SIGNED_DATA_NOT_FOUND", "")
TOO_MUCH: Final = ("refused/pdf.limit_exceeded", "")
TOO_MUCH_OFD: Final = ("refused/ofd.limit_exceeded", "")

PDF: Final[Mapping[str, tuple[tuple[str, str], str]]] = {
    "too large": (TOO_MUCH, "The file is larger than any document."),
    "too many revisions": (TOO_MUCH, "Readers that compare revisions take quadratic time."),
    "too many fields": (TOO_MUCH, "Readers of forms take quadratic time."),
    "too many pages": (TOO_MUCH, "The tree of pages is larger than any document's."),
    "nested without end": (BROKEN, "An array is opened a hundred thousand times."),
    "nested and closed": (BROKEN, "Dictionaries stand fifty thousand deep in each other."),
    "a thousand million objects": (TOO_MUCH, "The file says it has more objects than a reader has memory."),
    "a bomb": (BROKEN, "An object stream becomes a thousand times as long."),
    "a bomb by predictor": (BROKEN, "A predictor claims rows of a thousand million columns."),
    "a bomb in forty layers": (BROKEN, "An object stream was deflated forty times over."),
    "a table that comes before itself": (BROKEN, "The table names itself as the one before it."),
    "a page above itself": (BROKEN, "The tree of pages is no tree."),
    "exponentially many pages": (BROKEN, "Forty nodes lead to a million million pages."),
    "no table at all": (BROKEN, "There is no table, and to guess one would be to show what nobody signed."),
    "a wrong place of the table": (BROKEN, "The table is not where the file says."),
    "under a password": (("refused/pdf.encrypted", ""), "Nothing can be said of what nobody can read."),
    "a page of a gigabyte": (NOTHING, "A page inflates to a gigabyte; a verifier has no reason to look at it."),
    "evidence of a gigabyte": (NO_MESSAGE, "A list in the security store inflates to a gigabyte; it is passed over."),
    "a table of a gigabyte": (TOO_MUCH, "The cross-reference stream inflates to a gigabyte."),
    "a field below itself": (BROKEN, "The tree of fields is no tree."),
    "a field above itself": (
        ("failed/FORMAT_FAILURE", "pdf.coverage"),
        "A field is its own parent; what it holds is no signature.",
    ),
    "one field ten thousand times": (TOO_MUCH, "The form names one field ten thousand times."),
    "an object that is itself": (BROKEN, "A reference leads to itself."),
    "a hundred million entries": (BROKEN, "The table says that it has a hundred million rows."),
    "a number of many digits": (BROKEN, "A number has two hundred thousand digits."),
    "a value of thirty megabytes": (TOO_MUCH, "Readers take a second for each megabyte of a hexadecimal string."),
    "a value nested without end": (NO_MESSAGE, "The signature value is nested fifty thousand deep."),
    "behind a program": (BROKEN, "A program stands before the PDF."),
}
"""What must come of each hostile PDF of tests/hostile_files.py that is taken as a vector, and why."""


def archive_bomb() -> bytes:
    """Return a package whose page is a thousand times as long as it is packed."""
    return archive({**unsigned(), "Doc_0/Pages/Page_0/Content.xml": bytes(64 * MIB)})


def lying_bomb() -> bytes:
    """Return a package whose page is longer than it tells."""
    deflater = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    raw = deflater.compress(bytes(64 * MIB)) + deflater.flush()
    entries = [Entry(name=name.encode(), content=content) for name, content in unsigned().items()]
    return packed(*entries, Entry(name=b"bomb", raw=raw, content=b"", size=MIB))


def many_entries() -> bytes:
    """Return a package with more files than any document has."""
    return packed(*(Entry(name=b"%d" % number, content=b"", method=0) for number in range(20_000)))


def overlapping_bomb() -> bytes:
    """Return a package whose directory names one piece of octets two hundred times."""
    first = Entry(name=b"OFD.xml", content=bytes(MIB))
    return packed(first, *(Entry(name=b"%d" % number, content=bytes(MIB), again=True) for number in range(200)))


OFD: Final[Mapping[str, tuple[Callable[[], bytes], tuple[str, str], str]]] = {
    "a page of 64 MB in 64 kB": (archive_bomb, TOO_MUCH_OFD, "A file grows a thousand times when it is unpacked."),
    "a file longer than it tells": (lying_bomb, BROKEN, "The directory tells another length than the file has."),
    "twenty thousand files": (many_entries, TOO_MUCH_OFD, "No document has so many files."),
    "one piece two hundred times": (
        overlapping_bomb,
        BROKEN,
        "Two hundred entries are the same octets (Fifield 2019).",
    ),
}


def deep_message() -> bytes:
    """Return a message whose content is nested fifty thousand deep."""
    return der.sequence(der.oid(oids.SIGNED_DATA), der.context(0, b"\x30\x80" * 50_000))


def claimed_length() -> bytes:
    """Return a message that says it is four gigabytes long."""
    return b"\x30\x84\xff\xff\xff\xff" + der.oid(oids.SIGNED_DATA)


CMS: Final[Mapping[str, tuple[Callable[[], bytes], tuple[str, str], str]]] = {
    "nested without end": (deep_message, NO_MESSAGE, "Sequences are opened fifty thousand times."),
    "four gigabytes long": (claimed_length, NO_MESSAGE, "The length says four gigabytes, and a few octets follow."),
}

RECIPES: Final[Mapping[str, Callable[[], bytes]]] = {
    **{f"pdf: {name}": HOSTILE[name][0] for name in PDF},
    **{f"ofd: {name}": make for name, (make, _, _) in OFD.items()},
    **{f"cms: {name}": make for name, (make, _, _) in CMS.items()},
}
"""What makes each file, by the name in the member `made` of its case."""


def add(book: Book) -> None:
    """Add the cases."""
    told = {
        **{f"pdf: {name}": row for name, row in PDF.items()},
        **{f"ofd: {name}": (expect, why) for name, (_, expect, why) in OFD.items()},
        **{f"cms: {name}": (expect, why) for name, (_, expect, why) in CMS.items()},
    }
    for recipe, ((expect, check), why) in told.items():
        kind, name = recipe.split(": ")
        kind = "unknown" if name.startswith("behind") else kind
        outcome = expect.partition("/")[0]
        signatures = (outcome,) if check else ()
        book.add(f"hostile/{recipe}", recipe, expect, check, why=why, kind=kind, signatures=signatures)
