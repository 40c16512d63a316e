"""Archival files (PDF/A, ISO 19005): what a seal may be drawn with, so that the file stays one."""

import re
from typing import Final

from trust.pdf.drawing import Ink
from trust.pdf.file import Document, array_of, dictionary_of, entry_of, follow
from trust.pdf.filters import decoded
from trust.pdf.objects import Stream

__all__ = ["ink_for"]

MAX_METADATA: Final = 2 << 20
PART: Final = re.compile(rb"pdfaid:part\s*(?:=\s*[\"']|>)\s*([0-9])")
WITHOUT_TRANSPARENCY: Final = b"1"
RGB: Final = 3


def ink_for(document: Document) -> Ink:
    """Return the ink that the file permits.

    PDF/A-1 forbids transparency (ISO 19005-1, 6.4). Later parts permit it and the colours of a device where the file
    says by an output intent which colours those are (ISO 19005-2, 6.2.4.3 and 6.2.10).
    """
    catalog = dictionary_of(entry_of(document, document.trailer, "Root"))
    metadata = entry_of(document, catalog, "Metadata")
    if not isinstance(metadata, Stream):
        return Ink.MULTIPLIED
    found = PART.search(decoded(metadata, most=MAX_METADATA))
    if found is None:
        return Ink.MULTIPLIED
    if found[1] == WITHOUT_TRANSPARENCY:
        return Ink.OPAQUE
    intents = [
        dictionary_of(follow(document, one)) for one in array_of(entry_of(document, catalog, "OutputIntents") or ())
    ]
    profiles = [entry_of(document, one, "DestOutputProfile") for one in intents]
    is_rgb = any(isinstance(one, Stream) and entry_of(document, one.dictionary, "N") == RGB for one in profiles)
    return Ink.MULTIPLIED if is_rgb else Ink.OPAQUE
