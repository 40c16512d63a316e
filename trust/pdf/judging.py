"""Reading the signatures of a PDF: what each covers, and what was changed after it and whether that was permitted.

The cryptography of a signature is judged elsewhere; here stands what the file itself must show. pyHanko reads the
file and compares its revisions; what pyHanko lets pass (bytes after the end of the file, a signature that covers less
than its revision) is refused here.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffResult,
    FieldComparisonContext,
    FieldComparisonSpec,
    FormUpdate,
    FormUpdatingRule,
    GenericFieldModificationRule,
    ModificationLevel,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
)
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, extract_contents
from pyhanko.sign.validation.status import SignatureCoverageLevel
from typing_extensions import override

from trust.certificates import Certificate, certificate_of
from trust.errors import TrustError
from trust.ocsp import OCSPResponse
from trust.pdf.content import ByteRangeContent
from trust.pdf.intake import PDFEncrypted, PDFLimitExceeded, PDFMalformed, PDFPasswordWrong, require_acceptable
from trust.pdf.reading import (
    PARSER_ERRORS,
    Reader,
    entry,
    form_fields,
    malformed_when_unreadable,
    members,
    pages_of,
    text_of,
)
from trust.pdf.revisions import Addition, AdditionKind, additions_of
from trust.pdf.surroundings import has_other_surroundings
from trust.revocation import RevocationList, revocation_list_of

__all__ = ["ByteRangeContent", "Changes", "Coverage", "PDFDocument", "PDFSignature", "is_followed", "open_pdf"]

MAX_STORE: Final = 200
"""Certificates, lists and responses that are taken from a document security store, so many of each."""

MAX_SIGNATURES: Final = 50

END_OF_FILE: Final = re.compile(rb"startxref\s+\d+\s+%%EOF\s{0,2}\Z")

TAIL: Final = 64
"""Octets in which the end of a file must show."""


class Coverage(StrEnum):
    """How much of the file a signature covers."""

    FILE = "file"
    REVISION = "revision"
    """All of the file as it was when it was signed; something was added since."""

    LESS = "less"


class Changes(StrEnum):
    """What happened to the document after a signature."""

    NONE = "none"
    VALIDATION_DATA = "validation_data"
    """Certificates, revocation lists or archive time-stamps were added."""

    FORM_FILLING = "form_filling"
    """Form fields were filled in, or further signatures were added."""

    ANNOTATIONS = "annotations"
    FORBIDDEN = "forbidden"
    """The content that a reader shows may have been changed."""


LEVELS: Final = {
    ModificationLevel.NONE: Changes.NONE,
    ModificationLevel.LTA_UPDATES: Changes.VALIDATION_DATA,
    ModificationLevel.FORM_FILLING: Changes.FORM_FILLING,
    ModificationLevel.ANNOTATIONS: Changes.ANNOTATIONS,
    ModificationLevel.OTHER: Changes.FORBIDDEN,
}
SEVERITY: Final = tuple(Changes)


class FieldRule(GenericFieldModificationRule):
    """pyHanko's rule for fields, but for one: what was not changed needs no permission.

    pyHanko names the appearance of every button as changed, and refuses it where the button is locked.
    """

    @override
    def check_form_field(
        self, fq_name: str, spec: FieldComparisonSpec, context: FieldComparisonContext
    ) -> Iterator[tuple[ModificationLevel, FormUpdate]]:
        """Yield the changes of a field that the revision makes."""
        revision: Any = context.new
        for level, update in super().check_form_field(fq_name, spec, context):
            if update.updated_ref in revision.changed_here:
                yield level, update


POLICY: Final = StandardDiffPolicy(
    global_rules=DEFAULT_DIFF_POLICY.global_rules,
    form_rule=FormUpdatingRule(
        field_rules=[
            SigFieldCreationRule(allow_new_visible_after_certify=True),
            SigFieldModificationRule(),
            FieldRule(),
        ]
    ),
)
"""pyHanko's rules, but for one: a second authority may put its visible seal beside a first that certifies.

What a new field shows is its signer's responsibility, so that each must be signed: `has_fields_of_nobody`.
"""


class EmbeddedSignature(EmbeddedPdfSignature):
    """pyHanko's view of a signature field, for any signature value: its own constructor accepts a CMS alone."""

    def __init__(self, reader: Reader, sig_field: generic.DictionaryObject, fq_name: str) -> None:
        # Not calling super().__init__ is the point: it parses /Contents as a CMS. What it sets besides is set here.
        self.reader = reader
        self.sig_field = sig_field
        self.fq_name = fq_name
        reference = sig_field.raw_get("/V")
        self.sig_object = reference.get_object()
        self.byte_range = self.sig_object.raw_get("/ByteRange")
        self.pkcs7_content = reader.unmasked(extract_contents(self.sig_object))
        self.signed_revision = reader.xrefs.get_last_change(reference.reference)
        self.coverage = None
        self._docmdp = self._fieldmdp = None
        self._docmdp_queried = self._fieldmdp_queried = False


@dataclass(frozen=True, kw_only=True)
class PDFSignature:
    """One signed field of a document."""

    field: str
    filter: str
    subfilter: str
    is_time_stamp: bool
    contents: bytes
    content: ByteRangeContent
    claimed_time: datetime | None
    reason: str
    revision: int
    coverage: Coverage
    changes: Changes
    permission: int | None
    """What the signature's DocMDP permits afterwards: 1 nothing, 2 form filling, 3 annotations too; None: no rule."""

    revisions: int = 0
    """How many revisions the file has; `revision` counts from 0."""

    additions: tuple[Addition, ...] = ()
    """What later revisions brought, in their order."""


@dataclass(frozen=True, kw_only=True)
class PDFDocument:
    """A document and its signatures in the order in which they were made."""

    signatures: tuple[PDFSignature, ...]
    certificates: tuple[Certificate, ...]
    revocation_lists: tuple[RevocationList, ...]
    pages: int
    status_responses: tuple[OCSPResponse, ...] = ()


def open_pdf(pdf: bytes, *, password: str | None = None) -> PDFDocument:
    """Read a document. Raise `PDFMalformed`, `PDFLimitExceeded`, `PDFEncrypted` or `PDFPasswordWrong`."""
    require_acceptable(pdf)
    with malformed_when_unreadable():
        reader = Reader(pdf)
        if reader.encrypted:
            unlock(reader, password)
        for _ in form_fields(reader.root):
            pass  # what pyHanko walks through next is a tree, and not too large
        pages = len(pages_of(reader.root))
        found = [read_signature(pdf, reader, name, field) for name, field in signed_fields(reader)]
        certificates, lists, responses = read_security_store(reader)
        return PDFDocument(
            signatures=with_additions(reader, sorted(found, key=lambda one: one.revision)),
            certificates=certificates,
            revocation_lists=lists,
            pages=pages,
            status_responses=responses,
        )


def unlock(reader: Reader, password: str | None) -> None:
    """Open an encrypted file with `password`; one that opens without any needs none."""
    try:
        status = reader.decrypt(password or "").status
    except PdfError:
        raise PDFEncrypted from None  # enciphered for certificates, not with a password
    if status is AuthStatus.FAILED:
        raise PDFEncrypted if password is None else PDFPasswordWrong


def signed_fields(reader: Reader) -> Iterator[tuple[str, Any]]:
    """Yield the name and the dictionary of each signed field."""
    for count, (name, _, reference) in enumerate(enumerate_sig_fields(reader, filled_status=True)):
        if count == MAX_SIGNATURES:
            raise PDFLimitExceeded(limit="signatures", allowed=MAX_SIGNATURES)
        yield text_of(name), reference.get_object()


def read_signature(pdf: bytes, reader: Reader, name: str, field: Any) -> PDFSignature:  # noqa: ANN401 - pyHanko's
    """Read one signed field."""
    embedded = EmbeddedSignature(reader, field, name)
    signed = embedded.sig_object
    numbers = [int(number) for number in embedded.byte_range]
    ranges = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    if any(start < 0 or length < 0 or start + length > len(pdf) for start, length in ranges):
        raise PDFMalformed
    coverage = coverage_of(pdf, embedded, numbers)
    level = embedded.docmdp_level
    moment = entry(signed, "/M", None)
    return PDFSignature(
        field=name,
        filter=str(entry(signed, "/Filter", "")),
        subfilter=str(entry(signed, "/SubFilter", "")),
        is_time_stamp=str(entry(signed, "/Type", "/Sig")) == "/DocTimeStamp",
        contents=embedded.pkcs7_content,
        content=ByteRangeContent(pdf, ranges),
        claimed_time=None if moment is None else parse_date(str(moment)),
        reason=text_of(entry(signed, "/Reason", "")),
        revision=embedded.signed_revision,
        coverage=coverage,
        changes=changes_after(pdf, embedded, coverage),
        permission=None if level is None else level.value,
        revisions=reader.xrefs.total_revisions,
    )


def with_additions(reader: Reader, signatures: list[PDFSignature]) -> tuple[PDFSignature, ...]:
    """Return signatures with what came after each. One that covers the file has nothing after it."""
    if all(one.coverage is Coverage.FILE for one in signatures):
        return tuple(signatures)
    told = [*map(signature_added, signatures), *additions_of(reader)]
    told.sort(key=lambda one: one.revision)
    return tuple(
        one
        if one.coverage is Coverage.FILE
        else replace(one, additions=tuple(each for each in told if each.revision > one.revision + 1))
        for one in signatures
    )


def signature_added(signature: PDFSignature) -> Addition:
    """Return a signature as what its revision brought."""
    kind = AdditionKind.TIME_STAMP if signature.is_time_stamp else AdditionKind.SIGNATURE
    return Addition(kind=kind, revision=signature.revision + 1, about=signature.field)


def parse_date(text: str) -> datetime | None:
    """Return a PDF date in UTC, or None where it is none."""
    try:
        moment: datetime = generic.parse_pdf_date(text, strict=False)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except PARSER_ERRORS:
        return None


def coverage_of(pdf: bytes, embedded: EmbeddedSignature, numbers: list[int]) -> Coverage:
    """Say how much of the file the signature covers: everything but the very bytes of its value, or less."""
    if len(numbers) != 4 or numbers[0] != 0:  # noqa: PLR2004 - ISO 32000-2, 12.8.1: two ranges around the value
        return Coverage.LESS
    _, gap_start, gap_end, _ = numbers
    # The gap must be the hexadecimal string of /Contents and nothing besides, or bytes could hide in it.
    if not re.fullmatch(rb"<[0-9A-Fa-f]*>", pdf[gap_start:gap_end]):
        return Coverage.LESS
    if bytes.fromhex(pdf[gap_start + 1 : gap_end - 1].decode()) != embedded.pkcs7_content:
        return Coverage.LESS
    coverage = embedded.evaluate_signature_coverage()
    embedded.coverage = coverage  # type: ignore[assignment] # pyHanko declares it as None alone
    match coverage:
        case SignatureCoverageLevel.ENTIRE_FILE:
            return Coverage.FILE
        case SignatureCoverageLevel.ENTIRE_REVISION:
            return Coverage.REVISION
        case _:
            return Coverage.LESS


def changes_after(pdf: bytes, embedded: EmbeddedSignature, coverage: Coverage) -> Changes:
    """Say what was changed after the signature."""
    if coverage is Coverage.FILE:
        return Changes.NONE
    if coverage is Coverage.LESS:
        return Changes.FORBIDDEN
    is_newest = embedded.signed_revision == embedded.reader.xrefs.total_revisions - 1
    if is_newest or not END_OF_FILE.search(pdf, max(0, len(pdf) - TAIL)):
        return Changes.FORBIDDEN  # bytes after the end of the file that belong to no revision
    result = embedded.evaluate_modifications(POLICY)
    if not isinstance(result, DiffResult) or has_fields_of_nobody(embedded):
        return Changes.FORBIDDEN
    if has_other_surroundings(embedded.reader, embedded.signed_revision):
        return Changes.FORBIDDEN
    return LEVELS[result.modification_level]


def has_fields_of_nobody(embedded: EmbeddedSignature) -> bool:
    """Tell whether a signature field was added after a signature that nobody has signed since.

    Such a field may lie over the content and show whatever its author wants. A value from before does not count: it
    was signed for another field.
    """
    reader, revision = embedded.reader, embedded.signed_revision
    before = {name for name, _, _ in enumerate_sig_fields(reader.get_historical_resolver(revision))}
    for name, _, reference in enumerate_sig_fields(reader):
        if name in before:
            continue
        field = reference.get_object()
        if "/V" not in field or reader.xrefs.get_introducing_revision(field.raw_get("/V").reference) <= revision:
            return True
    return False


def read_security_store(
    reader: Reader,
) -> tuple[tuple[Certificate, ...], tuple[RevocationList, ...], tuple[OCSPResponse, ...]]:
    """Return what the document security store brings along. It is material, not evidence: anybody can put it there."""
    store = entry(reader.root, "/DSS", {})
    certificates = readable(certificate_of, entry(store, "/Certs", ()), DecodePurpose.CERTIFICATE)
    lists = readable(revocation_list_of, entry(store, "/CRLs", ()), DecodePurpose.CRL)
    responses = readable(OCSPResponse, entry(store, "/OCSPs", ()), DecodePurpose.OCSP_RESPONSE)
    return tuple(certificates), tuple(lists), tuple(responses)


def readable(kind: Any, array: Any, purpose: DecodePurpose) -> Iterator[Any]:  # noqa: ANN401 - pyHanko's
    """Yield what can be read of the streams that an array refers to; what cannot is passed over."""
    for stream in islice(members(array), MAX_STORE):
        with suppress(TrustError, PdfError):
            yield kind(stream.read_data(purpose))


def is_followed(signature: PDFSignature) -> bool:
    """Tell whether octets follow the end of the file that belong to no revision."""
    pdf = signature.content.pdf
    is_newest = signature.revision == signature.revisions - 1
    return is_newest or not END_OF_FILE.search(pdf, max(0, len(pdf) - TAIL))
