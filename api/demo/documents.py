"""PDFs as other programs make them: several pages, an outline, a form, attachments, other structures, a password.

The story stamps them through the API. typst sets the pages; pyHanko writes the structures that typst does not.
"""

import io
from collections.abc import Callable
from typing import Final

import typst
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer

from trust import typefaces

__all__ = ["PASSWORD", "foreign_documents", "page"]

PASSWORD: Final = "yunzhou"  # noqa: S105 - of a demonstration file that has to be refused


def page(title: str, *, pages: int = 1, before: str = "") -> bytes:
    """Return a letter-like document of `pages` pages with headings, which become an outline."""
    body = "\n#pagebreak()\n".join(
        f"= {title}（第 {number} 页）\n#v(1em)\n" + "各有关单位：\n\n" + "现将有关事项通知如下，请遵照执行。" * 12
        for number in range(1, pages + 1)
    )
    source = (
        '#set text(font: ("Xinyin Kai", "Xinyin Serif"), size: 12pt, lang: "zh")\n'
        f'#set page(paper: "a4", margin: 28mm, numbering: "1")\n{before}\n{body}\n'
    )
    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[typefaces.FOLDER])
    return bytes(typst.compile(source.encode(), font_paths=faces, format="pdf"))


def written(writer: PdfFileWriter | IncrementalPdfFileWriter) -> bytes:
    """Return what a writer writes."""
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call] # pyHanko has no types there
    return output.getvalue()


def with_form() -> bytes:
    """Return a document with a text field and a check box, added by an incremental update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(page("登记表")))
    reference = writer.find_page_for_modification(0)[0]
    fields = []
    for name, kind, box in (("applicant", "/Tx", (90, 560, 320, 585)), ("agreed", "/Btn", (90, 520, 108, 538))):
        fields.append(
            writer.add_object(
                generic.DictionaryObject(
                    {
                        pdf_name("/Type"): pdf_name("/Annot"),
                        pdf_name("/Subtype"): pdf_name("/Widget"),
                        pdf_name("/FT"): pdf_name(kind),
                        pdf_name("/T"): pdf_string(name),
                        pdf_name("/F"): generic.NumberObject(4),
                        pdf_name("/P"): reference,
                        pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, box)),
                    }
                )
            )
        )
    reference.get_object()[pdf_name("/Annots")] = generic.ArrayObject(fields)
    writer.root[pdf_name("/AcroForm")] = generic.DictionaryObject(
        {
            pdf_name("/Fields"): generic.ArrayObject(fields),
            pdf_name("/NeedAppearances"): generic.BooleanObject(value=True),
        }
    )
    writer.update_root()
    writer.mark_update(reference)
    return written(writer)


def with_attachments() -> bytes:
    """Return a document with two files attached."""
    writer = IncrementalPdfFileWriter(io.BytesIO(page("附件通知")))
    for name, content in (("名单.csv", "姓名,单位\n某某,某某\n"), ("readme.txt", "attached by the demonstration\n")):
        stream = embed.EmbeddedFileObject.from_file_data(writer, data=content.encode(), mime_type="text/plain")
        embed.embed_file(writer, embed.FileSpec(file_spec_string="attached", file_name=name, embedded_data=stream))
    return written(writer)


def with_object_streams() -> bytes:
    """Return a document whose objects stand in compressed streams, with a cross-reference stream (PDF 1.5)."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(page("压缩结构", pages=2))))
    writer.stream_xrefs = True
    return written(writer)


def turned() -> bytes:
    """Return a document whose page is turned by a quarter, with a crop box smaller than its medium."""
    writer = IncrementalPdfFileWriter(io.BytesIO(page("横向扫描件")))
    reference = writer.find_page_for_modification(0)[0]
    shown = reference.get_object()
    shown[pdf_name("/Rotate")] = generic.NumberObject(90)
    shown[pdf_name("/CropBox")] = generic.ArrayObject(map(generic.NumberObject, (20, 30, 575, 812)))
    writer.mark_update(reference)
    return written(writer)


def with_password() -> bytes:
    """Return a document that opens with a password."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(page("加密文件"))))
    writer.encrypt(owner_pass=PASSWORD, user_pass=PASSWORD)
    return written(writer)


MAKERS: Final[dict[str, Callable[[], bytes]]] = {
    "several-pages.pdf": lambda: page("多页文件", pages=4),
    "outline.pdf": lambda: page("目录文件", pages=3, before="#outline()\n#pagebreak()"),
    "form.pdf": with_form,
    "attachments.pdf": with_attachments,
    "object-streams.pdf": with_object_streams,
    "turned-page.pdf": turned,
    "password.pdf": with_password,
    "broken.pdf": lambda: page("残缺文件")[:4000],
}


def foreign_documents() -> dict[str, bytes]:
    """Return every document by its file name."""
    return {name: make() for name, make in MAKERS.items()}
