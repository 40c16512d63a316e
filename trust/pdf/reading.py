"""What signing and judging read alike: pyHanko's reader with limits on its work, form fields, pages.

A parser that follows whatever a file says can be kept busy without end: two hundred octets claim a thousand million
objects, and objects that refer to each other make exponentially many paths. Here every read costs, every walk ends.
"""

import re
from bisect import bisect
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from hashlib import blake2b
from inspect import currentframe
from io import SEEK_END, BytesIO
from secrets import token_bytes
from typing import Any, Final
from zlib import error as ZlibError  # noqa: N812 - an exception is a class

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DecodePurpose, DocumentDecodeBudget, StreamDecodeLimits
from pyhanko.pdf_utils.filters import DECODERS, Decoder, FlateDecode
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader, process_data_at_eof
from pyhanko.pdf_utils.xref import XRefBuilder
from typing_extensions import override

from trust.pdf.filters import unpredicted
from trust.pdf.intake import LIMITS, PDFLimitExceeded, PDFMalformed
from trust.pdf.names import read_name
from trust.pdf.plain_objects import plain_object

__all__ = ["Reader", "entry", "form_fields", "malformed_when_unreadable", "members", "pages_of", "text_of"]

PARSER_ERRORS: Final = (
    PdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    ZlibError,
)
"""What pyHanko raises on files that are not what they say they are; measured over hostile files."""

MIB: Final = 1 << 20
DECODING: Final = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=32 * MIB),
    per_purpose={
        DecodePurpose.OBJECT_STREAM: StreamDecodeLimits(max_output_size=2 * MIB),
        DecodePurpose.XREF_STREAM: StreamDecodeLimits(max_output_size=4 * MIB),
        DecodePurpose.XMP_METADATA: StreamDecodeLimits(max_output_size=2 * MIB),
        DecodePurpose.CERTIFICATE: StreamDecodeLimits(max_output_size=MIB // 16),
        DecodePurpose.CRL: StreamDecodeLimits(max_output_size=8 * MIB),
        DecodePurpose.OCSP_RESPONSE: StreamDecodeLimits(max_output_size=MIB),
    },
    document_budget=DocumentDecodeBudget(base_allowance=128 * MIB, max_ratio=4),
)
"""How large the streams of a file may become: a megabyte of Deflate can hold a gigabyte."""


@contextmanager
def malformed_when_unreadable() -> Iterator[None]:
    """Turn whatever the parser raises into our own error."""
    try:
        yield
    except PARSER_ERRORS as error:
        raise PDFMalformed from error


class Flate(Decoder):
    """Flate with every predictor of PNG undone as other readers undo it (ISO 32000-2, 7.4.4.4).

    pyHanko 0.38 takes rows of the kinds None and Sub for others than they are, and never looks at Colors: a table of
    cross-references that it reads otherwise than a viewer would hide a change from it.
    """

    @override
    def encode(self, data: bytes, decode_params: Any) -> bytes:
        """Return data as pyHanko compresses them."""
        return bytes(FlateDecode().encode(data, decode_params))

    @override
    def decode(self, data: bytes, decode_params: Any) -> bytes:
        """Return the data of a stream, of any length."""
        return self.decode_bounded(data, decode_params, None)

    @override
    def decode_bounded(self, data: bytes, decode_params: Any, max_output_size: int | None) -> bytes:
        """Return the data of a stream. Raise `PDFMalformed` for parameters that structure does not need."""
        decoded = bytes(FlateDecode().decode_bounded(data, {}, max_output_size))
        if not isinstance(decode_params, generic.DictionaryObject):
            return decoded
        parameters = {str(key).removeprefix("/"): entry(decode_params, key, None) for key in decode_params}
        return unpredicted(decoded, parameters, len(decoded))


DECODERS |= {"/FlateDecode": Flate, "/Fl": Flate}
generic.NameObject.read_from_stream = staticmethod(read_name)  # type: ignore[method-assign] # in place of its own

MASK: Final = 32
MASKING_KEY: Final = token_bytes(32)
VALUE: Final = re.compile(rb"/Contents\s{0,9}<([0-9A-Fa-f]{512,})>")
"""Values of a length at which hiding them pays."""


class Budget:
    """How much work may still be spent on a file."""

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, cost: int) -> None:
        """Take note of work, or raise `PDFLimitExceeded` when it was too much."""
        self.spent += cost
        if self.spent > LIMITS.work:
            raise PDFLimitExceeded(limit="work", allowed=LIMITS.work)


class MeteredFile(BytesIO):
    """A file in memory whose reads are counted: pyHanko reads octet by octet, so that they tell its work."""

    def __init__(self, pdf: bytes, budget: Budget) -> None:
        super().__init__(pdf)
        self.budget = budget

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        """Read octets."""
        self.budget.spend(1)
        return super().read(size)


READ: Final = BytesIO.read
TELL: Final = BytesIO.tell


class MaskedFile(MeteredFile):
    """A file that shows long values of /Contents by a hash with a key: pyHanko reads hexadecimal octet by octet.

    Three quarters of the time of judging went into that. Whoever needs the value itself finds it under the hash; two
    values are shown alike only where they are alike, and nobody outside this process can make a value that is shown as
    he wants. A file with encryption stays as it is, since there such a string may have to be deciphered.
    """

    def __init__(self, pdf: bytes, budget: Budget) -> None:
        shown = bytearray(pdf)
        self.values: dict[bytes, bytes] = {}
        self.ends: dict[int, int] = {}
        for found in () if b"/Encrypt" in pdf else VALUE.finditer(pdf):
            start, end = found.span(1)
            if (end - start) % 2:
                continue
            value = bytes.fromhex(found[1].decode())
            mask = blake2b(value, key=MASKING_KEY, digest_size=MASK).digest()
            shown[start : start + 2 * MASK] = mask.hex().encode()
            self.values[mask], self.ends[start + 2 * MASK] = value, end
        self.reached = 0
        self.shown = bytes(shown)
        self.hidden = sorted(self.ends)
        """Where hashes end that stand for something longer."""

        super().__init__(self.shown, budget)

    def hides(self, start: int, end: int) -> bool:
        """Tell whether a hash stands between two places for something longer."""
        following = bisect(self.hidden, start)
        return following < len(self.hidden) and self.hidden[following] <= end

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        """Read octets; for whoever has read a hash octet by octet, the end of its value comes next."""
        # pyHanko calls this for every octet, so that each further call would be one for every octet as well.
        budget = self.budget
        budget.spent += 1
        if budget.spent > LIMITS.work:
            budget.spend(0)
        if size == 1 and self.ends:
            place = TELL(self)
            if place == self.reached and place in self.ends:
                place = self.seek(self.ends[place])
            self.reached = place + 1
        return READ(self, size)


class CrossReferences(XRefBuilder):
    """Reads the cross-reference sections, and counts what a stream claims to hold before pyHanko believes it.

    pyHanko makes entries up where a stream has fewer than it claims: a thousand million are claimed in ten octets.
    """

    @override
    def _read_xref_table(self, declared_startxref: int) -> Any:
        self.require_few_sections()
        return super()._read_xref_table(declared_startxref)

    @override
    def _read_xref_stream_object(self) -> Any:
        self.require_few_sections()
        reference, stream = super()._read_xref_stream_object()  # type: ignore[no-untyped-call] # pyHanko's
        claimed = [int(one) for one in stream.get("/Index", (0, stream["/Size"]))]
        if min(claimed, default=0) < 0:
            raise PDFMalformed
        self.stream.budget.spend(10 * sum(claimed[1::2]))
        return reference, stream

    def require_few_sections(self) -> None:
        """Raise `PDFLimitExceeded` for more sections than revisions are permitted; a linearised file has one more."""
        if len(self.sections) > LIMITS.revisions:
            raise PDFLimitExceeded(limit="revisions", allowed=LIMITS.revisions)


def require_few_references(file: MeteredFile) -> None:
    """Read the cross-reference sections once under our limits, before pyHanko reads them without."""
    file.seek(-1, SEEK_END)
    # There is no handler yet, and none is needed: nothing is looked up.
    handler: Any = None
    tables = CrossReferences(handler, file, strict=False, last_startxref=process_data_at_eof(file))
    tables.read_xrefs()  # type: ignore[no-untyped-call] # pyHanko's


class Reader(PdfFileReader):
    """pyHanko's reader within one budget of work, which its views of earlier revisions share."""

    def __init__(self, pdf: bytes) -> None:
        self.budget = Budget()
        self.views: dict[int, Revision] = {}
        self.file = MaskedFile(pdf, self.budget)
        require_few_references(self.file)
        super().__init__(self.file, strict=False, decode_limits=DECODING)

    def unmasked(self, value: bytes) -> bytes:
        """Return the value of a string that pyHanko has read, where it was shown a hash in its place."""
        return self.file.values.get(value, value)

    @override
    def get_historical_resolver(self, revision: int) -> "Revision":
        """Return the view of a revision."""
        if revision not in self.views:
            self.views[revision] = Revision(self, revision)
        return self.views[revision]

    @override
    def _read_object(self, ref: Any, marker: Any, never_decrypt: bool = False, as_metadata_stream: bool = False) -> Any:
        # What is written plainly costs as many reads as it has octets besides those of its stream.
        if type(marker) is int and not as_metadata_stream and (never_decrypt or not self.encrypted):
            found = self.plain_object(ref, marker)
            if found is not None:
                return found
        return super()._read_object(ref, marker, never_decrypt, as_metadata_stream)

    def plain_object(self, ref: Any, place: int) -> Any:  # noqa: ANN401 - pyHanko's
        """Return the object at a place, where it is written plainly, and no hash in it stands for something longer."""
        file = self.file
        if file.hides(place, file.shown.find(b"endobj", place)):
            return None
        found = plain_object(file.shown, place, generic.Reference(ref.idnum, ref.generation, self))
        if found is None or file.hides(place, found[1]):
            return None
        value, end = found
        self.budget.spend(end - place - len(getattr(value, "encoded_data", b"")))
        return value

    @override
    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> Any:
        # pyHanko looks for the object's number from the beginning of the stream each time.
        stream: Any = generic.Reference(stmnum, 0, self).get_object()
        self.budget.spend(max(0, int(stream["/N"])))
        found = super()._get_object_from_stream(idnum, stmnum, idx)  # type: ignore[no-untyped-call] # pyHanko's
        self.budget.spend(6 * elements_in(found))
        return found


class Revision(HistoricalResolver):
    """The document as it was in a revision. An object that is looked up costs what it holds, and the way to it.

    pyHanko remembers every path to every object and compares each step with all before it.
    """

    def __init__(self, reader: Reader, revision: int) -> None:
        super().__init__(reader, revision)
        self.budget = reader.budget
        self.costs: dict[Any, int] = {}

    @cached_property
    def changed_here(self) -> frozenset[Any]:
        """The references to the objects that this revision brings or changes."""
        return frozenset(self.explicit_refs_in_revision())  # type: ignore[no-untyped-call] # pyHanko's

    @override
    def get_object(self, ref: Any, as_metadata_stream: bool = False) -> Any:
        """Return an object as it was."""
        found = super().get_object(ref, as_metadata_stream)
        if ref not in self.costs:
            self.costs[ref] = elements_in(found)
        self.budget.spend(self.costs[ref] + depth_of_stack())
        return found


def depth_of_stack() -> int:
    """Return how many functions wait for the one that is running: pyHanko takes each step by calling itself."""
    depth, frame = 0, currentframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    return depth


def elements_in(value: Any) -> int:  # noqa: ANN401 - an object of pyHanko
    """Return how many elements stand in an object, however deep, without those in objects of their own."""
    count, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        count += 1
        if isinstance(one, generic.DictionaryObject):
            waiting.extend(one.values())
        elif isinstance(one, generic.ArrayObject):
            waiting.extend(one)
    return count


def entry(dictionary: Any, key: str, default: Any) -> Any:  # noqa: ANN401 - whatever the key holds
    """Return the value of a dictionary's entry, followed to the object that it refers to."""
    return dictionary[key] if key in dictionary else default  # noqa: SIM401 - get() would not follow the reference


def text_of(value: Any) -> str:  # noqa: ANN401 - likewise
    """Return what a string says. pyHanko leaves the octets of one that is written in no encoding of texts (7.9.2.2)."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def members(array: Any) -> Iterator[Any]:  # noqa: ANN401 - an array of pyHanko
    """Yield the members of an array, followed to the objects that they refer to."""
    for place in range(len(array)):
        yield array[place]


def form_fields(root: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - the catalog
    """Yield the full name and the dictionary of every form field.

    Raise `PDFLimitExceeded` for more fields than any document has, and `PDFMalformed` where fields are no tree.
    """
    waiting = [("", entry(entry(root, "/AcroForm", {}), "/Fields", generic.ArrayObject()))]
    count, seen = 0, set()
    while waiting:
        parent, fields = waiting.pop()
        if not isinstance(fields, generic.ArrayObject):
            raise PDFMalformed
        count += len(fields)
        if count > LIMITS.fields:
            raise PDFLimitExceeded(limit="fields", allowed=LIMITS.fields)
        for place, field in enumerate(members(fields)):
            reference = fields.raw_get(place)
            if not isinstance(field, generic.DictionaryObject) or "/T" not in field:
                continue
            if isinstance(reference, generic.IndirectObject):
                if reference.reference in seen:
                    raise PDFMalformed
                seen.add(reference.reference)
            own = text_of(field["/T"])
            name = f"{parent}.{own}" if parent else own
            if len(name) > LIMITS.field_name:
                raise PDFLimitExceeded(limit="field_name", allowed=LIMITS.field_name)
            yield name, field
            if "/Kids" in field:
                waiting.append((name, field["/Kids"]))


def pages_of(root: Any) -> list[Any]:  # noqa: ANN401 - the catalog, and references
    """Return the references to all pages in their order, whatever /Count says.

    Raise `PDFLimitExceeded` for more pages than any document has, and `PDFMalformed` where they are no tree.
    """
    found: list[Any] = []
    waiting, seen = [root.raw_get("/Pages")], set()
    while waiting:
        reference = waiting.pop()
        node = reference.get_object()
        if "/Kids" in node:
            if reference.reference in seen:
                raise PDFMalformed
            seen.add(reference.reference)
            kids = node["/Kids"]
            waiting.extend(kids.raw_get(place) for place in reversed(range(len(kids))))
        else:
            found.append(reference)
        if len(found) + len(waiting) + len(seen) > LIMITS.pages:
            raise PDFLimitExceeded(limit="pages", allowed=LIMITS.pages)
    return found
