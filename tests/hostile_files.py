"""Hostile PDF files, made here: each small, and each meant to burn, to break or to deceive whoever reads it."""

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name, pdf_string
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from tests.fakes.clock import NOW
from tests.trust.pdf.paper import assemble, compressed, page_dictionary, paper, stream, updated
from trust.pdf.intake import LIMITS
from trust.pdf.signing import PADES, SignatureRequest, prepare_signature

__all__ = ["HOSTILE", "burning", "inflating", "signed"]

MIB: Final = 1 << 20


def signed(pdf: bytes) -> bytes:
    """Return a file with a signature that says nothing."""
    return prepare_signature(pdf, SignatureRequest(form=PADES, field="Signature", at=NOW, reserve=100)).fill(b"v")


def branching(levels: int) -> dict[int, bytes]:
    """Return objects that each refer to the next twice, so that 2 to the power of `levels` paths lead to the last."""
    return {100 + level: b"[%d 0 R %d 0 R]" % (101 + level, 101 + level) for level in range(levels)}


def burning() -> bytes:
    """Return a file of a few kilobytes over which whoever compares its revisions computes for seconds."""
    return signed(signed(paper(catalog=b"/X 100 0 R", others={**branching(40), 140: b"7"})))


def tabled(entries: bytes, content: bytes = b"") -> bytes:
    """Return a file that is little more than a cross-reference stream."""
    head = b"%PDF-1.5\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    table = stream(content, b"/Type/XRef/Root 1 0 R" + entries)
    return head + b"21 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, len(head))


def object_stream(inside: bytes, entries: bytes) -> bytes:
    """Return a file whose catalog stands in an object stream."""
    body = bytearray(b"%PDF-1.5\n")
    place = len(body)
    body += b"20 0 obj\n%b\nendobj\n" % stream(inside, b"/Type/ObjStm" + entries)
    table = len(body)
    rows = b"\2" + (20).to_bytes(4, "big") + b"\0" + b"\1" + place.to_bytes(4, "big") + b"\0"
    rows += b"\1" + table.to_bytes(4, "big") + b"\0"
    told = b"/Type/XRef/Size 22/W[1 4 1]/Index[1 1 20 2]/Root 1 0 R"
    body += b"21 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(rows, told), table)
    return bytes(body)


def bomb() -> bytes:
    """Return an object stream that becomes a thousand times as long."""
    body = zlib.compress(b"1 0 <</Type/Catalog>>" + b" " * (64 * MIB), 9)
    return object_stream(body, b"/N 1/First 4/Filter/FlateDecode")


def predictor_bomb() -> bytes:
    """Return an object stream whose predictor claims rows of a thousand million columns."""
    parameters = b"/DecodeParms<</Predictor 15/Columns 1000000000/Colors 32/BitsPerComponent 16>>"
    body = zlib.compress(bytes(MIB), 9)
    return object_stream(body, b"/N 1/First 4/Filter/FlateDecode" + parameters)


def stacked_bomb() -> bytes:
    """Return an object stream deflated many times over."""
    body = b"1 0 <</Type/Catalog>>" + b" " * (16 * MIB)
    for _ in range(40):
        body = zlib.compress(body)
    return object_stream(body, b"/N 1/First 4/Filter[" + b"/FlateDecode" * 40 + b"]")


def tree(nodes: Mapping[int, bytes]) -> bytes:
    """Return a file with these nodes above one page, 200."""
    page = b"<</Type/Page/MediaBox[0 0 595 842]/Parent 2 0 R>>"
    return assemble({1: b"<</Type/Catalog/Pages 2 0 R>>", **nodes, 200: page})


def encrypted() -> bytes:
    """Return a file under a password."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(paper())))
    writer.encrypt(owner_pass="owner", user_pass="user")
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def locked() -> bytes:
    """Return a file whose signature forbids every change."""
    value = (
        b"<</Type/Sig/Filter/A/SubFilter/B/Contents<00>/ByteRange[0 1 2 3]"
        b"/Reference[<</TransformMethod/DocMDP/TransformParams<</P 1/V/1.2>>>>]>>"
    )
    field = b"<</FT/Sig/T(a)/V 31 0 R>>"
    return paper(
        catalog=b"/AcroForm<</Fields[30 0 R]/SigFlags 3>>/Perms<</DocMDP 31 0 R>>", others={30: field, 31: value}
    )


def archive() -> bytes:
    """Return an archive that holds an OFD file's first entry."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as inside:
        inside.writestr("OFD.xml", b"<OFD/>")
    return made.getvalue()


def looped_table() -> bytes:
    """Return a file whose cross-reference table names itself as the one before it."""
    place = paper().index(b"xref\n0 1")
    for _ in range(3):  # until the number has as many digits as the place that it names
        place = paper(trailer=b"/Prev %d" % place).index(b"xref\n0 1")
    return paper(trailer=b"/Prev %d" % place)


def many_fields() -> bytes:
    """Return a file with more form fields than any document has."""
    fields = b" ".join(b"<</T(f%d)/FT/Tx>>" % number for number in range(LIMITS.fields + 1))
    return paper(catalog=b"/AcroForm<</Fields[" + fields + b"]>>")


def revised() -> bytes:
    """Return a file with more revisions than any document has."""
    pdf = paper()
    previous = pdf.index(b"xref\n0 1")
    for _ in range(LIMITS.revisions):
        table = len(pdf)
        pdf += b"xref\n0 0\ntrailer\n<</Size 11/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (previous, table)
        previous = table
    return pdf


def inflating(mebibytes: int) -> bytes:
    """Return what inflates to so many mebibytes of zeros: one piece again and again, and the right checksum."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = (mebibytes * MIB % 65521) << 16 | 1
    return b"\x78\xda" + piece * mebibytes + b"\x03\x00" + checksum.to_bytes(4, "big")


def gigabyte_beside(page: bytes = page_dictionary(), catalog: bytes = b"") -> bytes:
    """Return a file with a stream, object 50, that inflates to a gigabyte."""
    return paper(page, catalog=catalog, others={50: stream(inflating(1024), b"/Filter/FlateDecode")})


VALUE: Final = b"<</Type/Sig/Filter/A/SubFilter/B/Contents<00>/ByteRange[0 1 2 3]>>"


def form(field: bytes, value: bytes = VALUE, *, times: int = 1) -> bytes:
    """Return a file with a form whose field is object 30, with the value 31; the form names it so many times."""
    return paper(catalog=b"/AcroForm<</Fields[" + b"30 0 R " * times + b"]/SigFlags 3>>", others={30: field, 31: value})


FIELD: Final = b"<</FT/Sig/T(a)/V 31 0 R>>"


def deep_value() -> bytes:
    """Return a file whose signature value is nested fifty thousand deep."""
    request = SignatureRequest(form=PADES, field="Signature", at=NOW, reserve=100_000)
    return prepare_signature(paper(), request).fill(b"\x30\x80" * 50_000)


def put_script(writer: Any) -> None:  # noqa: ANN401 - pyHanko's
    """Put a script into a file that had none."""
    action = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("1")}
    writer.root["/OpenAction"] = DictionaryObject(action)
    writer.update_root()


SCRIPT: Final = b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"

HOSTILE: Final[Mapping[str, tuple[Callable[[], bytes], str, str]]] = {
    "too large": (lambda: b"%PDF-1.7\n" + bytes(LIMITS.size), "pdf.limit_exceeded", "pdf.limit_exceeded"),
    "too many revisions": (revised, "pdf.limit_exceeded", "pdf.limit_exceeded"),
    "too many fields": (many_fields, "pdf.limit_exceeded", "pdf.limit_exceeded"),
    "too many pages": (
        lambda: tree({2: b"<</Type/Pages/Count 10001/Kids[" + b"200 0 R " * (LIMITS.pages + 1) + b"]>>"}),
        "pdf.limit_exceeded",
        "pdf.limit_exceeded",
    ),
    "nested without end": (
        lambda: paper(catalog=b"/AcroForm 50 0 R", others={50: b"[" * 100_000}),
        "pdf.malformed",
        "failed",
    ),
    "nested and closed": (
        lambda: paper(catalog=b"/AcroForm 50 0 R", others={50: b"<</A" * 50_000 + b"7" + b">>" * 50_000}),
        "pdf.malformed",
        "failed",
    ),
    "a thousand million objects": (
        lambda: tabled(b"/Size 9999999999/W[0 0 0]"),
        "pdf.malformed",
        "pdf.limit_exceeded",
    ),
    "a bomb": (bomb, "pdf.limit_exceeded", "failed"),
    "a bomb by predictor": (predictor_bomb, "pdf.malformed", "failed"),
    "a bomb in forty layers": (stacked_bomb, "pdf.malformed", "failed"),
    "a table that comes before itself": (looped_table, "pdf.malformed", "failed"),
    "a page above itself": (lambda: tree({2: b"<</Type/Pages/Count 1/Kids[2 0 R]>>"}), "pdf.malformed", "failed"),
    "exponentially many pages": (
        lambda: tree(
            {2 + level: b"<</Type/Pages/Count 9/Kids[%d 0 R %d 0 R]>>" % (3 + level, 3 + level) for level in range(40)}
        ),
        "pdf.malformed",
        "failed",
    ),
    "broken off": (lambda: paper()[:-40], "pdf.malformed", "failed"),
    "no table at all": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 4_000, "pdf.malformed", "failed"),
    "a wrong place of the table": (lambda: paper().replace(b"startxref\n", b"startxref\n9"), "pdf.malformed", "failed"),
    "under a password": (encrypted, "pdf.encrypted", "pdf.encrypted"),
    "signed and locked": (locked, "pdf.locked", "failed"),
    "behind a program": (lambda: b"MZ" + bytes(510) + paper(), "pdf.polyglot", "failed"),
    "behind a page of the web": (lambda: b"<html><script>1</script>" + paper(), "pdf.polyglot", "failed"),
    "before an archive": (lambda: paper() + archive(), "pdf.polyglot", "indeterminate"),
    "signed, then before an archive": (lambda: signed(paper()) + archive(), "pdf.polyglot", "failed"),
    "around an archive": (
        lambda: paper(catalog=b"/X 50 0 R", others={50: stream(archive())}),
        "pdf.polyglot",
        "indeterminate",
    ),
    "an archive around it": (lambda: archive()[:30] + paper() + archive(), "pdf.polyglot", "failed"),
    "a script": (lambda: paper(catalog=SCRIPT), "pdf.dynamic_content", "indeterminate"),
    "a script, compressed": (
        lambda: compressed(page_dictionary(more=b"/AA<</O<</S/JavaScript/JS(1)>>>>")),
        "pdf.dynamic_content",
        "indeterminate",
    ),
    "a program to start": (
        lambda: paper(catalog=b"/OpenAction<</S/Launch/F(calc.exe)>>"),
        "pdf.dynamic_content",
        "indeterminate",
    ),
    "a form that is a program": (
        lambda: paper(catalog=b"/AcroForm<</Fields[]/XFA 50 0 R>>", others={50: stream(b"<xdp:xdp/>")}),
        "pdf.dynamic_content",
        "indeterminate",
    ),
    "a script in an update": (
        lambda: updated(paper(), put_script),
        "pdf.dynamic_content",
        "indeterminate",
    ),
    "a page of a gigabyte": (lambda: gigabyte_beside(page_dictionary(content=50)), "prepared", "indeterminate"),
    "evidence of a gigabyte": (
        lambda: signed(gigabyte_beside(catalog=b"/DSS<</CRLs[50 0 R]/Certs[50 0 R]>>")),
        "prepared",
        "failed",
    ),
    "a table of a gigabyte": (
        lambda: tabled(b"/Size 100000000/W[1 4 1]/Filter/FlateDecode", inflating(1024)),
        "pdf.limit_exceeded",
        "pdf.limit_exceeded",
    ),
    "a field below itself": (lambda: form(b"<</T(a)/Kids[30 0 R]>>"), "pdf.malformed", "failed"),
    "a field above itself": (lambda: form(b"<</FT/Sig/T(a)/V 31 0 R/Parent 30 0 R>>"), "prepared", "failed"),
    "one field ten thousand times": (
        lambda: form(FIELD, times=10_000),
        "pdf.limit_exceeded",
        "pdf.limit_exceeded",
    ),
    "an object that is itself": (lambda: form(FIELD, b"31 0 R"), "pdf.malformed", "failed"),
    "a hundred million entries": (
        lambda: paper().replace(b"xref\n0 1\n", b"xref\n0 100000000\n"),
        "pdf.malformed",
        "failed",
    ),
    "a number of many digits": (
        lambda: tree({2: b"<</Type/Pages/Count " + b"9" * 200_000 + b"/Kids[200 0 R]>>"}),
        "pdf.malformed",
        "failed",
    ),
    "a value of thirty megabytes": (
        lambda: form(FIELD, VALUE.replace(b"<00>", b"<" + b"30" * 15_000_000 + b">")),
        "pdf.limit_exceeded",
        "pdf.limit_exceeded",
    ),
    "a value nested without end": (deep_value, "prepared", "failed"),
}
"""Each with what comes of stamping it, and of verifying it: the code of a refusal, or else an outcome.

What is prepared for stamping all the same is not looked into by the one who stamps it: a reader's page, or what others
have put into the file as evidence and as their signatures.
"""
