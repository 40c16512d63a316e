"""Annotated copies 加注件: made of an original, marked for whom, for what and until when, sealed by the platform.

A copy is another document than its original: a new file with the same pages, a wash over each that leaves the seals
free, and a strip beneath with the particulars, the original's identifier and its SM3. It is sealed with the seal of
the sharing platform, under the authorisation that the owner of that seal gave the platform's own system. It says of
itself that it is a copy; whoever verifies it is told how the original stands now.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from html import escape
from pathlib import Path
from threading import Lock
from typing import Final

import typst

from identity.duties import Actor, Duty, Grant
from identity.service import IdentityService
from licence.claim import code_in, read_claim
from licence.copy_claim import CopyClaim, sign_copy_claim
from licence.qr import draw_svg
from licence.records import CHINA, Licence
from licence.sharing.entries import Copy
from licence.sharing.errors import CopiesNotSetUp
from licence.sharing.file_repository import FileRepository
from licence.sharing.sheets import Attachment, Original, compose
from seal.stamping.orders import StampOrder
from seal.stamping.places import AtPoint
from seal.stamping.stampings import Purpose, StampingService, StampPDF
from trust.blobs import BlobId, BlobStore
from trust.events import AuditEvent, Fact
from trust.founding import Role, ServiceKeys
from trust.store import Store, Transaction
from trust.typefaces import folders, require_coverage

__all__ = ["COPY_PURPOSE", "Copier", "Platform", "draw_copy"]

COPY_PURPOSE: Final = "licence.copy"
"""The purpose that the owner of the platform's seal authorises for copies; the kind of document is the type code."""

STRIP_MM: Final = 50.0
LEAST_WIDTH_MM: Final = 200.0
"""A strip needs so much; the page of a card is centred on a wider sheet."""

SEAL_FROM_RIGHT_MM: Final = 29.0
SEAL_FROM_BOTTOM_MM: Final = 25.5
MARK: Final = Path(__file__).parent / "mark.typ"
MOST_SEALED: Final = 20
"""Pages that a stamping puts the seal on."""


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What copies are sealed with: a seal, and the business system that its owner authorised for them."""

    seal: str
    system: str


class Typesetter:
    """Sets the marks of copies. Safe to share between threads, which take turns at its one compiler."""

    def __init__(self) -> None:
        self.lock = Lock()

    @cached_property
    def compiler(self) -> typst.Compiler:
        """The compiler, with our own typefaces alone."""
        faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[*folders()])
        return typst.Compiler(font_paths=faces, ignore_system_fonts=True)

    def set(self, data: dict[str, object], *, at: datetime) -> bytes:
        """Return the pages of a mark as PDF/A-2b."""
        inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
        with self.lock:
            made = self.compiler.compile(
                input=MARK.read_bytes(),
                sys_inputs=inputs,
                format="pdf",
                pdf_standards="a-2b",
                timestamp=at.replace(microsecond=0),
            )
        assert isinstance(made, bytes)  # noqa: S101 - one PDF, for lists are of pictures
        return made


TYPESETTER: Final = Typesetter()


def draw_copy(copy: Copy, original: Licence, pdf: bytes, *, with_original: bool = False) -> tuple[bytes, StampOrder]:
    """Return the copy before it is sealed, and where the seal goes. The same copy is the same octets each time.

    Its QR code holds `copy.address`; a copy without one has no code.

    Raise `CharacterNotCovered` for what no typeface draws, and `PDFMalformed` for a file that is no licence of ours.
    """
    require_coverage(copy.user, field="user")
    require_coverage(copy.cause, field="cause")
    source = Original(pdf)
    until = copy.valid_until.astimezone(CHINA).strftime("%Y年%m月%d日 %H:%M")
    made = copy.made_at.astimezone(CHINA).strftime("%Y年%m月%d日 %H:%M")
    pages = [
        {
            "width": page.width_mm,
            "height": page.height_mm,
            "sheet": max(page.width_mm, LEAST_WIDTH_MM),
            "strip": STRIP_MM,
            "seals": [
                {"x": one.x_mm, "y": one.y_mm, "width": one.width_mm, "height": one.height_mm} for one in page.seals
            ],
        }
        for page in source.pages
    ]
    digest = original.file or ""
    texts: dict[str, object] = {
        "user": copy.user,
        "cause": copy.cause,
        "until": until,
        "made": made,
        "copy": copy.id,
        "identifier": original.identifier,
        "digest": digest,
        "code": "" if copy.address is None else draw_svg(copy.address),
    }
    mark = TYPESETTER.set({"pages": pages, **texts}, at=copy.made_at)
    attachment = (
        Attachment(name="original.pdf", content=pdf, description=f"原件 {original.identifier}")
        if with_original
        else None
    )
    xmp = described(copy, original, part=2 if attachment is None else 3, archival=b"pdfaid:part" in pdf)
    places = tuple(
        AtPoint(
            page=number,
            x_mm=max(page.width_mm, LEAST_WIDTH_MM) - SEAL_FROM_RIGHT_MM,
            y_mm=page.height_mm + STRIP_MM - SEAL_FROM_BOTTOM_MM,
        )
        for number, page in enumerate(source.pages[:MOST_SEALED], 1)
    )
    return compose(source, mark, xmp=xmp, attachment=attachment), StampOrder(places=places, reason="电子证照加注件")


def described(copy: Copy, original: Licence, *, part: int, archival: bool) -> bytes:
    """Return what a copy says of itself (ISO 16684-1): that it is one, of what, for whom, for what, until when."""
    told = (
        f"加注件 {copy.id}；原证照标识 {original.identifier}；原件SM3 {original.file}；使用方 {copy.user}；"
        f"用途 {copy.cause}；有效期至 {copy.valid_until.isoformat()}"
    )
    archive = f"<pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" if archival else ""
    text = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">\n'
        '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">电子证照加注件</rdf:li></rdf:Alt></dc:title>\n'
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(told)}</rdf:li></rdf:Alt></dc:description>\n'
        f"<xmp:CreateDate>{copy.made_at.replace(microsecond=0).isoformat()}</xmp:CreateDate>{archive}\n"
        '</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>'
    )
    return text.encode()


class Copier:
    """Makes annotated copies."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        stampings: StampingService,
        blobs: BlobStore,
        files: FileRepository,
        platform: Platform | None,
        service_keys: ServiceKeys,
        address: str,
    ) -> None:
        self.store = store
        self.files = files
        self.service_keys = service_keys
        self.address = address
        """Where the QR code of a copy leads, without the claim and with a slash at the end."""

        self.identity = identity
        self.stampings = stampings
        self.blobs = blobs
        self.platform = platform

    def require_platform(self) -> Platform:
        """Return what copies are sealed with, or raise `CopiesNotSetUp`."""
        if self.platform is None:
            raise CopiesNotSetUp
        return self.platform

    def make(self, copy: Copy, original: Licence, *, type_code: str, with_original: bool) -> Copy:
        """Make a copy that is on record, seal it, and return it with its file. Making it again makes the same.

        Raise `CopiesNotSetUp`, what `draw_copy` and what `StampingService.stamp` raise.
        """
        platform = self.require_platform()
        with self.store.reading() as view:
            system = self.identity.repository.client(view, platform.system)
        if system is None:
            raise CopiesNotSetUp
        actor = Actor(
            id=system.id, grants=frozenset({Grant(Duty.BUSINESS_SYSTEM, system.organisation)}), is_client=True
        )
        source = self.blobs.get(original.file or BlobId(""))
        copy = self.with_address(copy, original)
        pdf, order = draw_copy(copy, original, source, with_original=with_original)
        command = StampPDF(
            seal=platform.seal,
            pdf=pdf,
            order=order,
            purpose=Purpose(purpose=COPY_PURPOSE, document_kind=type_code),
            request_key=copy.id,
        )
        stamping, _ = self.stampings.stamp(actor, command)
        return replace(copy, stamping=stamping.id, file=stamping.result)

    def with_address(self, copy: Copy, original: Licence) -> Copy:
        """Return a copy with the address for its QR code: signed once, so that making it again makes the same."""
        if copy.address is not None:
            return copy
        told = read_claim(code_in(original.claim or "")).claim
        claim = CopyClaim(
            copy=copy.id,
            licence=original.digest,
            valid_until=copy.valid_until,
            status_list=told.status_list,
            status_index=told.status_index if told.status_list else 0,
        )
        address = self.address + sign_copy_claim(claim, *self.service_keys.credential(Role.LICENCE_CLAIM))
        with self.store.transaction() as tx:
            kept = self.files.give_address(tx, copy.id, address)
            tx.record(AuditEvent(tag="sharing:copy:addressed", actor=copy.client, subject=copy.id))
        return replace(copy, address=kept)

    def record_begun(self, tx: Transaction, copy: Copy) -> None:
        """Put into the audit trail that a copy is to be made."""
        facts: dict[str, Fact] = {"licence": copy.licence, "grant": copy.grant, "purpose": copy.purpose}
        tx.record(AuditEvent(tag="sharing:copy:begun", actor=copy.client, subject=copy.id, facts=facts))

    def record_made(self, tx: Transaction, copy: Copy) -> None:
        """Put into the audit trail that a copy was made."""
        facts: dict[str, Fact] = {"licence": copy.licence, "stamping": copy.stamping, "file": copy.file}
        tx.record(AuditEvent(tag="sharing:copy:done", actor=copy.client, subject=copy.id, facts=facts))
