"""Puts a licence together: the text that typst has set, its artwork, its QR code, and the files that it carries.

Artwork is the same on every licence of a template, and setting it costs more than all of the text. So it is set once,
kept as a form (ISO 32000-2, 8.10), and put under the text of each licence; the QR code is drawn straight into the
page. What comes out is a file in one revision, the same octets each time, PDF/A as before: part 2, or part 3 where
files are carried.
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from licence.errors import TemplateBroken
from licence.metadata import LicenceMetadata
from licence.qr import rows_of
from licence.template.bundle import digest_of
from licence.template.manifest import ArtworkPlace, QRPlace, TemplateManifest
from licence.template.rendering import Renderer
from licence.template.typesetting import Fault, typeset_in_worker
from trust.crypto.beginnings import remember
from trust.pdf.appearance import POINTS_PER_MM
from trust.pdf.file import PDFFile, array_of, dictionary_of, entry_of, page_references
from trust.pdf.filters import decoded
from trust.pdf.objects import Dictionary, Name, Reference, Stream, Value, text_string
from trust.pdf.rewriting import Part, Rewriting
from trust.workers import WorkerExhausted

__all__ = ["ENCLOSED", "Assembler", "Enclosure"]

PICTURE: Final = """
#set page(width: {width}mm, height: {height}mm, margin: 0mm)
#set page(background: image(bytes(sys.inputs.picture), format: "svg", width: 100%, height: 100%))
#[]
"""
"""A page that shows a picture and nothing else. What is behind a page counts as ornament for who listens to it."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
INK: Final = b"0.1137 0.1020 0.0863"
"""The colour of the QR code, as that of the text."""

FAST: Final = 1
"""How hard streams are compressed: more would cost more than it saves."""

HARDEST: Final = 9
"""How hard artwork is compressed: once, for all the files that carry it."""

MOST_ARTWORK: Final = 64 << 20
"""Octets of the operators of one picture."""

WINDOW, MEMORY = 12, 6
"""Of the compressor (RFC 1950, 2.2, in bits; zlib's memLevel): a larger one takes longer to lay out than to fill."""

MOST_TEMPLATES: Final = 32
"""Templates whose artwork is kept."""

PART: Final = re.compile(rb"<pdfaid:part>[23]</pdfaid:part>")
PART_3: Final = b"<pdfaid:part>3</pdfaid:part>"
ENCLOSED: Final = "licence-metadata"
"""The name of the enclosed files, before their endings."""

DARK: Final = bytes(0x31 if octet == 0 else 0x30 for octet in range(256))
"""Makes binary digits of a row of modules, of which 0 is dark."""

RUN: Final = re.compile("1+")
XOBJECTS: Final = "XinyinArtwork%d"


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """A file that a licence carries (ISO 32000-2, 7.11.4), as PDF/A-3 permits (ISO 19005-3, 6.8)."""

    name: str
    media_type: str
    description: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Artwork:
    """One picture of a template's artwork, ready to be put under a page."""

    page: int
    form: Part = field(repr=False)
    placing: bytes
    """The operators that move the form to its place."""


class Assembler:
    """Makes the pages of licences. Safe to share between threads."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self.layout = lru_cache(maxsize=MOST_TEMPLATES)(self.prepare)

    def manifest(self, template: str) -> TemplateManifest:
        """Return what a template says of itself. Raise as `Renderer.manifest` does."""
        return self.layout(template)[0]

    def assemble(
        self,
        template: str,
        data: Mapping[str, object],
        code: str,
        *,
        at: datetime,
        metadata: LicenceMetadata | None = None,
    ) -> bytes:
        """Return a licence as PDF/A with the QR code for `code`, and with its metadata inside.

        Raise as `Renderer.render` does.
        """
        return self.complete(template, self.text(template, data, at=at), code, at=at, metadata=metadata)

    def text(self, template: str, data: Mapping[str, object], *, at: datetime) -> bytes:
        """Return the text of a licence, set and nothing more. Raise as `Renderer.render` does."""
        return self.renderer.render_text(template, {**data, "qr": ""}, at=at)

    def complete(
        self, template: str, text: bytes, code: str, *, at: datetime, metadata: LicenceMetadata | None = None
    ) -> bytes:
        """Return a licence as `assemble` does, of its text as `text` returned it."""
        manifest, artwork = self.layout(template)
        rewriting = Rewriting(PDFFile(text))
        pages = page_references(rewriting)
        lower: dict[int, list[bytes]] = {}
        for number, one in enumerate(artwork):
            place = rewriting.put(one.form)
            name = XOBJECTS % number
            add_to_resources(rewriting, pages[one.page - 1], name, place)
            lower.setdefault(one.page, []).append(b"q %b /%b Do Q" % (one.placing, name.encode()))
        height = manifest.page.height_mm
        for page in sorted({*lower, manifest.qr.page}):
            drawn = draw_code(code, manifest.qr, height_mm=height) if page == manifest.qr.page else b""
            surround(rewriting, pages[page - 1], b"\n".join(lower.get(page, ())), drawn)
        if metadata is not None:
            enclose(rewriting, enclosures_of(metadata), at=at)
            rewriting.change(rewriting.root, ("Metadata",), lambda packet: described(packet, metadata))
        finished = rewriting.finished()
        remember(rewriting.beginning(finished))  # the artwork is most of each file
        return finished

    # --- once for each template

    def prepare(self, template: str) -> tuple[TemplateManifest, tuple[Artwork, ...]]:
        """Return what a template says of itself, and its artwork."""
        manifest = self.renderer.manifest(template)
        height = manifest.page.height_mm
        return manifest, tuple(self.artwork(template, one, height_mm=height) for one in manifest.artwork)

    def artwork(self, template: str, place: ArtworkPlace, *, height_mm: float) -> Artwork:
        """Set a picture by itself and take it over as a form."""
        prepared = self.renderer.prepared(template)
        picture = prepared.artwork[f"file:{place.file}"]
        inputs = {"picture": picture}
        source = PICTURE.format(width=place.width_mm, height=place.height_mm).encode()
        try:
            if digest_of(template) is None:
                told = self.renderer.typesetter.typeset(source, inputs, standard=prepared.standard, at=EPOCH)
            else:
                told = self.renderer.workers.run(
                    typeset_in_worker, source, inputs, standard=prepared.standard, at=EPOCH
                )
        except WorkerExhausted as error:
            raise TemplateBroken(template=template) from error
        if isinstance(told, Fault):
            raise TemplateBroken(template=template)
        x, y = place.x_mm * POINTS_PER_MM, (height_mm - place.y_mm - place.height_mm) * POINTS_PER_MM
        return Artwork(page=place.page, form=form_of(PDFFile(told)), placing=b"1 0 0 1 %.4f %.4f cm" % (x, y))


def form_of(file: PDFFile) -> Part:
    """Return the only page of a file as a form XObject."""
    (reference,) = page_references(file)
    page = dictionary_of(file.load(reference))
    content = entry_of(file, page, "Contents")
    assert isinstance(content, Stream)  # noqa: S101 - as typst writes it
    dictionary: Dictionary = {
        **content.dictionary,
        "Type": Name("XObject"),
        "Subtype": Name("Form"),
        "BBox": page["MediaBox"],
        "Resources": page["Resources"],
        **({"Group": page["Group"]} if "Group" in page else {}),
    }
    return Part.of(file, Stream(dictionary, zlib.compress(decoded(content, most=MOST_ARTWORK), HARDEST)))


def add_to_resources(rewriting: Rewriting, page: Reference, name: str, place: Reference) -> None:
    """Let a page know a form by a name."""
    rewriting.change(page, ("Resources", "XObject", name), lambda _: place)


def surround(rewriting: Rewriting, page: Reference, lower: bytes, upper: bytes) -> None:
    """Put content under what a page shows, and over it. What the page leaves behind does not move that."""
    shown = dictionary_of(rewriting.load(page))
    contents = shown["Contents"]
    before = rewriting.add(Stream({}, lower + b"\nq" if lower else b"q"))
    after = rewriting.add(packed({}, b"Q\n" + upper))
    inner = (contents,) if isinstance(contents, Reference) else array_of(contents)
    rewriting.replace(page, {**shown, "Contents": (before, *inner, after)})


def packed(dictionary: Dictionary, data: bytes) -> Stream:
    """Return a stream whose data are compressed."""
    packer = zlib.compressobj(FAST, zlib.DEFLATED, WINDOW, MEMORY)
    return Stream({**dictionary, "Filter": Name("FlateDecode")}, packer.compress(data) + packer.flush())


def draw_code(text: str, place: QRPlace, *, height_mm: float) -> bytes:
    """Return the operators that draw the QR code for `text` at its place, as an artifact: its note says what it is."""
    rows = rows_of(text)
    size = len(rows)
    scale = place.width_mm * POINTS_PER_MM / size
    x, y = place.x_mm * POINTS_PER_MM, (height_mm - place.y_mm) * POINTS_PER_MM
    moved = b"%.5f 0 0 %.5f %.4f %.4f cm" % (scale, -scale, x, y)
    return b"/Artifact BMC\nq %b\n%b rg\n%bf\nQ\nEMC" % (moved, INK, b"".join(map(drawn_row, range(size), rows)))


def drawn_row(place: int, row: bytes) -> bytes:
    """Return the rectangles that draw the dark modules of a row. They are of one path, so that no seam shows."""
    octets = int(row.translate(DARK), 2).to_bytes((len(row) + 7) // 8, "big")
    first = len(row) - 8 * len(octets)
    drawn = b"".join([drawn_runs(first + 8 * column, octet) for column, octet in enumerate(octets)])
    return drawn.replace(b"y", b"%d" % place)


@lru_cache(maxsize=8_192)
def drawn_runs(start: int, octet: int) -> bytes:
    """Return the rectangles for the dark ones of eight modules, one bit each, with `y` for the number of their row."""
    runs = (run.span() for run in RUN.finditer(f"{octet:08b}"))
    return b"".join(b"%d y %d 1 re\n" % (start + begin, end - begin) for begin, end in runs)


def enclose(rewriting: Rewriting, enclosures: Sequence[Enclosure], *, at: datetime) -> None:
    """Attach files to a document: data that belong to the whole of it (ISO 19005-3, 6.8)."""
    changed_at = b"D:%b" % at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()
    named: list[Value] = []
    for one in sorted(enclosures, key=lambda one: one.name.encode("ascii")):
        parameters: Dictionary = {"ModDate": changed_at, "Size": len(one.content)}
        kind: Dictionary = {"Type": Name("EmbeddedFile"), "Subtype": Name(one.media_type), "Params": parameters}
        content = rewriting.add(packed(kind, one.content))
        name = text_string(one.name)
        specification: Dictionary = {
            "Type": Name("Filespec"),
            "F": name,
            "UF": name,
            "Desc": text_string(one.description),
            "AFRelationship": Name("Data"),
            "EF": {"F": content, "UF": content},
        }
        named += [name, rewriting.add(specification)]
    rewriting.change(rewriting.root, ("AF",), lambda _: tuple(named[1::2]))
    rewriting.change(rewriting.root, ("Names", "EmbeddedFiles", "Names"), lambda _: tuple(named))


def enclosures_of(metadata: LicenceMetadata) -> tuple[Enclosure, ...]:
    """Return the metadata of a licence as files, for machines that take them out."""
    forms = (("xml", "application/xml", metadata.to_xml()), ("json", "application/json", metadata.to_json()))
    return tuple(
        Enclosure(name=f"{ENCLOSED}.{ending}", media_type=kind, description="证照元数据 GB/T 36903", content=content)
        for ending, kind, content in forms
    )


def described(packet: Value, metadata: LicenceMetadata) -> Stream:
    """Return the XMP of a document that is PDF/A-3, for it carries files, with the metadata of a licence in it."""
    assert isinstance(packet, Stream)  # noqa: S101 - as typst writes it
    return Stream(packet.dictionary, metadata.into_xmp(PART.sub(PART_3, packet.data)))
