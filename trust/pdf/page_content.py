"""Whether what a page shows ends as it began (ISO 32000-2, 7.8.2): asked before anything is drawn behind it.

A seal that is drawn into a page is only where it should be if the content before it left nothing open. One `q` too many
lets the seal take over what the page scaled or clipped, one `BDC` puts it into a layer that is hidden, and an open
parenthesis swallows it: the document is then sealed, and the seal is not to be seen.
"""

import re
from base64 import a85decode
from collections.abc import Callable, Mapping
from typing import Final

from trust.pdf.file import Document, array_of, follow
from trust.pdf.filters import decoded
from trust.pdf.intake import PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Array, Stream, Value
from trust.pdf.tokens import DELIMITED, Effort, octets_of, read_string

__all__ = ["require_closed"]

MOST: Final = 32 << 20
"""Octets of the content of one page."""

OCTETS_PER_WORK: Final = 32
"""Octets that are looked through for what reading one costs elsewhere."""

STEP: Final = 4
"""What one operator that opens or closes something costs, likewise."""

OPERATOR: Final = re.compile(rb"(q|Q|BT|ET|BMC|BDC|EMC|BI)" + DELIMITED)
OTHER: Final = re.compile(
    rb"(?:[\0\t\n\f\r ]++|%[^\r\n]*+|/[^\0\t\n\f\r ()<>\[\]{}/%]*+|<<|>>|<[0-9A-Fa-f\0\t\n\f\r ]*+>|[\[\]]"
    rb"|\([^()\\]*+\)|(?!(?:q|Q|BT|ET|BMC|BDC|EMC|BI)" + DELIMITED + rb")[^\0\t\n\f\r ()<>\[\]{}/%]++)*+"
)
"""Everything between two of those: white space, comments, operands, and operators that open nothing."""

IMAGE_ENTRIES: Final = re.compile(rb"(?:(?![\0\t\n\f\r ]ID[\0\t\n\f\r ])[^()%{}]){0,1000}+[\0\t\n\f\r ]ID[\0\t\n\f\r ]")
IMAGE_DATA: Final = re.compile(rb".*?[\0\t\n\f\r ]EI" + DELIMITED, re.DOTALL)
"""An image that stands in the content (8.9.7): short entries without strings, and the data up to their end."""

MOVES: Final = {
    b"q": ("state", 1),
    b"Q": ("state", -1),
    b"BT": ("text", 1),
    b"ET": ("text", -1),
    b"BMC": ("marked", 1),
    b"BDC": ("marked", 1),
    b"EMC": ("marked", -1),
}


def require_closed(document: Document, contents: Array, effort: Effort) -> None:
    """Return if the streams of a page leave nothing open, and close nothing that they did not open.

    Raise `PDFMalformed`, or `PDFLimitExceeded` where there is more than any page has.
    """
    # 7.8.2: streams are parted between tokens, as if white space stood between them.
    content = b"\n".join([said_by(document, one) for one in contents])
    if len(content) > MOST:
        raise PDFLimitExceeded(limit="content", allowed=MOST)
    effort.spend(len(content) // OCTETS_PER_WORK)
    depths = {"state": 0, "text": 0, "marked": 0}
    at = 0
    while (at := OTHER.match(content, at).end()) < len(content):  # type: ignore[union-attr] # it matches nothing as well
        effort.spend(STEP)
        if content.startswith(b"(", at):
            _, at = read_string(content, at + 1, effort)
            continue
        found = OPERATOR.match(content, at)
        if found is None:
            raise PDFMalformed
        at = found.end()
        if found[1] == b"BI":
            at = behind_image(content, at)
            continue
        what, by = MOVES[found[1]]
        depths[what] += by
        if depths[what] < 0 or depths["text"] > 1:
            raise PDFMalformed
    if any(depths.values()):
        raise PDFMalformed


def behind_image(content: bytes, at: int) -> int:
    """Return where content goes on behind an image that stands in it. Its entries are operands like any others."""
    data = IMAGE_ENTRIES.match(content, at)
    found = None if data is None else IMAGE_DATA.match(content, data.end())
    if found is None:
        raise PDFMalformed
    return found.end()


def said_by(document: Document, reference: Value) -> bytes:
    """Return what a stream of the content says, under the filters that programs put content in."""
    stream = follow(document, reference)
    if not isinstance(stream, Stream):
        raise PDFMalformed
    entries = {key: follow(document, one) for key, one in stream.dictionary.items()}
    filters, data = entries.get("Filter"), stream.data
    names = list(array_of(filters)) if isinstance(filters, tuple) else [] if filters is None else [filters]
    while names and names[0] in FROM_TEXT:
        data = FROM_TEXT[str(names.pop(0))](data)
    parameters = entries.get("DecodeParms")
    if isinstance(parameters, tuple):
        parameters = follow(document, next((one for one in parameters if one is not None), None))
    return decoded(Stream({"Filter": tuple(names), "DecodeParms": parameters}, data), most=MOST)


def from_hexadecimal(data: bytes) -> bytes:
    """Return octets that were written in hexadecimal digits (7.4.2)."""
    try:
        return octets_of(data.partition(b">")[0])
    except ValueError:
        raise PDFMalformed from None


def from_85(data: bytes) -> bytes:
    """Return octets that were written in base 85 (7.4.3)."""
    try:
        return a85decode(data.partition(b"~>")[0])
    except ValueError:
        raise PDFMalformed from None


FROM_TEXT: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "ASCIIHexDecode": from_hexadecimal,
    "ASCII85Decode": from_85,
}
