"""The objects of a revision that we append, each as this house writes it and no other way.

What is written in two ways is read in two ways. Most objects stand in the same octets in many files: certificates,
lists, the form of a seal. What was found to stand in all of its octets as it should, does so in every file.
"""

import re
from binascii import hexlify
from functools import lru_cache
from typing import Final

from trust.pdf.crossrefs import END_OF_OBJECT, OBJECT, read_stream
from trust.pdf.intake import PDFMalformed
from trust.pdf.objects import Dictionary, Reference, Stream, Value, written
from trust.pdf.release_step import PDFReleaseRefused, require
from trust.pdf.tokens import Effort, read_object, skip_white

__all__ = ["OPENING", "contents_of", "object_in"]

OPENING: Final = re.compile(
    rb"[0-9]+ 0 obj\n<<\n/ByteRange \[0 ([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,10}) *\]\n/Contents "
)
SHORT: Final = 12 << 10
"""Octets of an object that is remembered."""

MOST: Final = 128


def object_in(text: bytes, reference: Reference) -> tuple[Value, int]:
    """Return the object that `text` is, with the end of line behind it, and what reading it costs.

    Raise `PDFMalformed` where no such object begins there, and `PDFReleaseRefused` where it is not all of the text, as
    this house writes it.
    """
    return known_object(text, reference) if len(text) <= SHORT else read(text, reference)


def read(text: bytes, reference: Reference) -> tuple[Value, int]:
    """Read an object as `object_in` does."""
    effort = Effort()
    head = OBJECT.match(text)
    if head is None or (int(head[1]), int(head[2])) != reference:
        raise PDFMalformed
    value, end = read_object(text, head.end(), effort)
    closed = END_OF_OBJECT.match(text, skip_white(text, end))
    if closed is None:
        value, end = stream_in(text, end, value)
    else:
        end = closed.end()
    require(text[end:] == b"\n" and is_canonical(text[:end], reference, value), "objects")
    return value, effort.spent


known_object = lru_cache(maxsize=MOST)(read)


def stream_in(text: bytes, at: int, dictionary: Value) -> tuple[Stream, int]:
    """Return the stream whose dictionary ends at a place, and the place behind its object."""
    length = dictionary.get("Length") if isinstance(dictionary, dict) else None
    if not isinstance(dictionary, dict) or type(length) is not int:
        raise PDFReleaseRefused(rule="objects")
    return read_stream(text, at, dictionary, length)


def is_canonical(text: bytes, reference: Reference, value: Value) -> bool:
    """Tell whether an object stands as this house writes it, whatever a signature's own two entries say."""
    if isinstance(value, dict) and "ByteRange" in value:
        rest = {key: one for key, one in value.items() if key not in ("ByteRange", "Contents")}
        opening, (_, digits) = OPENING.match(text), contents_of(value)
        return (
            opening is not None
            and text.startswith(b"%d %d obj\n" % reference)
            and text.startswith(digits, opening.end())
            and b"<<" + text[opening.end() + len(digits) :] == written(rest) + b"\nendobj"
        )
    return text == b"%d %d obj\n%b\nendobj" % (*reference, written(value))


def contents_of(signature: Dictionary) -> tuple[bytes, bytes]:
    """Return the value of a signature, and how it stands in the file in the one way that this house writes it."""
    contents = signature.get("Contents")
    if not isinstance(contents, bytes):
        raise PDFReleaseRefused(rule="byte_range")
    return contents, b"<%b>" % hexlify(contents)
