"""Joining the files of a template, and its pictures as inputs."""

import struct
import zlib

import pypdfium2 as pdfium

from licence.template.manifest import parse_manifest
from licence.template.source import join, picture_inputs
from licence.template.typesetting import Fault, typesetter
from tests.licence.template.templates import files_with
from tests.licence.template.test_typesetting import AT


def test_files_are_joined_once_and_lines_know_where_they_came_from() -> None:
    files = {
        "template.typ": b'#import "a.typ": *\n#x\n#import "b.typ": * // again\n#y',
        "a.typ": b'#import "../b.typ": *\n#let x = 1',
        "b.typ": b"#let y = 2\n",
    }
    joined = join(files, "template.typ")
    assert joined.text.decode().splitlines() == ["#let y = 2", "#let x = 1", "#x", "", "#y"]
    assert [joined.place(line) for line in range(7)] == [
        "template.typ",
        "b.typ:1",
        "a.typ:2",
        "template.typ:2",
        "template.typ:3",
        "template.typ:4",
        "template.typ",
    ]


def test_a_file_that_imports_itself_is_joined_once() -> None:
    assert join({"template.typ": b'#import "template.typ": *\na'}, "template.typ").text == b"\na"


def test_other_imports_stay_and_find_nothing() -> None:
    for line in ('#import "a.typ"', '#import "a.typ": x', '#import "@preview/a:1.0.0": *', '#import "/etc/a.typ": *'):
        joined = join({"template.typ": line.encode(), "a.typ": b"#let x = 1"}, "template.typ")
        assert joined.text.decode() == line
    joined = join({"template.typ": b'#import "missing.typ": *'}, "template.typ")
    assert isinstance(typesetter().typeset(joined.text, {}, standard="a-2b", at=AT), Fault)


def red_png() -> bytes:
    """Return a PNG of one red pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">II5B", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_pictures_become_inputs_and_artwork_is_kept_apart() -> None:
    files = files_with() | {"logo.png": red_png()}
    shown, below = picture_inputs(files, parse_manifest(files["manifest.json"]))
    assert list(shown) == ["file:logo.png"]
    assert below == {"file:border.svg": files["border.svg"].decode()}
    source = (
        "#set page(width: 10mm, height: 10mm, margin: 0mm)\n"
        '#image(bytes(sys.inputs.at("file:logo.png")), format: "svg", width: 100%)'
    )
    pdf = typesetter().typeset(source.encode(), shown, standard="a-2b", at=AT)
    assert isinstance(pdf, bytes)
    document = pdfium.PdfDocument(pdf)
    assert document[0].render(scale=1).to_pil().convert("RGB").getpixel((14, 14)) == (255, 0, 0)
    document.close()


def test_without_a_manifest_there_is_no_artwork() -> None:
    assert picture_inputs({"border.svg": b"<svg/>", "a.typ": b""}, None) == ({"file:border.svg": "<svg/>"}, {})
