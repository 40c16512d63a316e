"""Template bundles: what may be in one, and its archive."""

import io
import json
import struct
import zipfile
import zlib

import pytest

from licence.errors import TemplateMalformed
from licence.template.bundle import (
    LARGEST_ARCHIVE,
    LARGEST_BUNDLE,
    MOST_FILES,
    TemplateBundle,
    digest_of,
)
from tests.licence.template.templates import MANIFEST, SAMPLE, SVG, bundle_of, files_with
from trust.crypto.sm3 import sm3


def png(width: int = 2, height: int = 1) -> bytes:
    """Return the head of a PNG file and a little more."""
    head = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + b"IHDR" + head + struct.pack(">I", zlib.crc32(head))


def test_a_bundle_never_changes_and_is_known_by_its_archive() -> None:
    files = files_with()
    bundle = TemplateBundle(files)
    files["template.typ"] = b"changed"
    assert bundle.files == files_with()
    assert list(bundle.files) == sorted(bundle.files)
    assert bundle.digest == sm3(bundle.to_archive()).hex() == digest_of(bundle.reference)
    assert bundle.reference == f"sm3:{bundle.digest}"
    assert "某某公司" not in repr(bundle)


def test_an_archive_is_the_same_whatever_order_and_compression_it_came_in() -> None:
    bundle = bundle_of()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in reversed(list(bundle.files.items())):
            archive.writestr(name, content)
    again = TemplateBundle.from_archive(target.getvalue())
    assert again == bundle
    assert again.to_archive() == bundle.to_archive()
    assert TemplateBundle.from_archive(bundle.to_archive()) == bundle


@pytest.mark.parametrize("reference", ["business_licence", "sm3:", "sm3:12", "sm3:" + "g" * 64, "SM3:" + "0" * 64, ""])
def test_what_names_no_bundle(reference: str) -> None:
    assert digest_of(reference) is None


WRONG = {
    "a name with a folder": ("../x.typ", b"", "name"),
    "a name in capitals": ("Logo.svg", SVG, "name"),
    "a kind that nobody knows": ("logo.gif", b"GIF89a", "name"),
    "a further JSON file": ("more.json", b"{}", "name"),
    "a text that is none": ("more.typ", b"\xff", "encoding"),
    "a null in a text": ("more.typ", b"\0", "encoding"),
    "a mark of byte order": ("more.typ", b"\xef\xbb\xbf#let a = 1", "encoding"),
    "a package": ("more.typ", b'#import "@preview/a:1.0.0": *', "package"),
    "an SVG that is none": ("logo.svg", b"<html/>", "svg"),
    "a program in an SVG": ("logo.svg", SVG.replace(b"<path", b"<script/><path"), "svg"),
    "an event in an SVG": ("logo.svg", SVG.replace(b"<path", b'<path onload="x"'), "svg"),
    "an entity in an SVG": ("logo.svg", SVG.replace(b"<svg", b'<!DOCTYPE svg [<!ENTITY a "b">]><svg'), "svg"),
    "text in an SVG": ("logo.svg", SVG.replace(b"<path", b"<text>a</text><path"), "svg"),
    "a link in an SVG": ("logo.svg", SVG.replace(b"<path", b'<image href="file:///etc/passwd"/><path'), "svg"),
    "a PNG that is none": ("logo.png", b"\x89PNG", "png"),
    "a PNG of another kind": ("logo.png", png().replace(b"IHDR", b"IDAT"), "png"),
    "a PNG without height": ("logo.png", png(height=0), "png"),
    "a PNG with too many pixels": ("logo.png", png(width=5000, height=5000), "png"),
    "a large source": ("more.typ", b"a" * ((256 << 10) + 1), "too_large"),
    "a large picture": ("logo.png", png() + bytes(1 << 20), "too_large"),
}


@pytest.mark.parametrize(("name", "content", "fault"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_named(name: str, content: bytes, fault: str) -> None:
    with pytest.raises(TemplateMalformed) as refused:
        TemplateBundle(files_with() | {name: content})
    assert refused.value.details == {"file": name, "fault": fault}
    assert refused.value.code == "licence.template_malformed"


def test_pictures_that_are_right() -> None:
    inner = SVG.replace(b"<path", b'<image href="data:image/png;base64,AA=="/><use href="#a"/><path')
    files = {"logo.png": png(), "logo.svg": b'<?xml version="1.0"?>\n' + inner}
    assert set(files) < set(TemplateBundle(files_with() | files).files)


@pytest.mark.parametrize("name", ["template.typ", "manifest.json", "sample.json", "border.svg"])
def test_what_must_be_there(name: str) -> None:
    with pytest.raises(TemplateMalformed) as refused:
        bundle_of(**{name.replace(".", "_"): None})
    assert refused.value.details == {"file": name, "fault": "missing"}


def test_a_strange_name_is_told_in_characters_that_may_be_shown() -> None:
    with pytest.raises(TemplateMalformed) as refused:
        TemplateBundle(files_with() | {"模\x1b" + "a" * 100: b""})
    assert refused.value.details["file"] == "??" + "a" * 78


def test_limits_of_the_whole() -> None:
    many = {f"part{number}.typ": b"" for number in range(MOST_FILES)}
    with pytest.raises(TemplateMalformed, match="too_many_files"):
        TemplateBundle(files_with() | many)
    large = {f"part{number}.png": png() + bytes((1 << 20) - 100) for number in range(LARGEST_BUNDLE >> 20)}
    with pytest.raises(TemplateMalformed, match="too_large"):
        TemplateBundle(files_with() | large)


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        ("manifest.json", b"{", "json"),
        ("manifest.json", b"[]", "manifest"),
        ("manifest.json", json.dumps(MANIFEST | {"pages": 0}).encode(), "pages"),
        ("manifest.json", b"[" * 60_000, "json"),
        ("sample.json", b"{", "json"),
        ("sample.json", b"[]", "sample"),
        ("sample.json", json.dumps(SAMPLE | {"more": 1}).encode(), "sample"),
        ("sample.json", json.dumps(SAMPLE | {"fields": []}).encode(), "fields"),
        ("sample.json", json.dumps(SAMPLE | {"fields": {"Name": ""}}).encode(), "fields"),
        ("sample.json", json.dumps(SAMPLE | {"licence": ""}).encode(), "licence"),
        ("sample.json", json.dumps(SAMPLE | {"qr": None}).encode(), "qr"),
        ("sample.json", json.dumps(SAMPLE | {"pictures": []}).encode(), "pictures"),
        ("sample.json", json.dumps(SAMPLE | {"pictures": {"photo": None}}).encode(), "pictures"),
        ("sample.json", json.dumps(SAMPLE | {"pictures": {"photo": "data:image/png"}}).encode(), "pictures"),
        ("sample.json", json.dumps(SAMPLE | {"pictures": {"photo": '<svg onload="a()">'}}).encode(), "pictures"),
    ],
    ids=range(15),
)
def test_what_is_wrong_inside_the_two_json_files(file: str, content: bytes, fault: str) -> None:
    with pytest.raises(TemplateMalformed) as refused:
        TemplateBundle(files_with() | {file: content})
    assert refused.value.details == {"file": file, "fault": fault}


# --- archives of others


def archive_of(entries: list[tuple[str, bytes]]) -> bytes:
    """Return a zip archive as another program would write it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


def test_an_archive_that_claims_more_than_a_file_may_have_is_refused_before_it_is_unpacked() -> None:
    bomb = archive_of([("more.typ", bytes(64 << 20))])
    assert len(bomb) < 100_000
    with pytest.raises(TemplateMalformed) as refused:
        TemplateBundle.from_archive(bomb)
    assert refused.value.details == {"file": "more.typ", "fault": "too_large"}


def test_an_archive_with_a_folder_or_a_strange_name() -> None:
    for name in ("a/", "a/b.typ", "..", "/etc/passwd"):
        with pytest.raises(TemplateMalformed, match="name"):
            TemplateBundle.from_archive(archive_of([(name, b"")]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_with_one_name_twice() -> None:
    with pytest.raises(TemplateMalformed, match="twice"):
        TemplateBundle.from_archive(archive_of([("a.typ", b"1"), ("a.typ", b"2")]))


def test_an_archive_with_too_many_files_or_octets() -> None:
    with pytest.raises(TemplateMalformed, match="too_many_files"):
        TemplateBundle.from_archive(archive_of([(f"a{number}.typ", b"") for number in range(MOST_FILES + 1)]))
    with pytest.raises(TemplateMalformed, match="too_large"):
        TemplateBundle.from_archive(bytes(LARGEST_ARCHIVE + 1))


def test_an_archive_that_is_damaged_at_any_place_is_refused_or_still_a_bundle() -> None:
    archive = bundle_of().to_archive()
    for place in range(0, len(archive), 7):
        damaged = archive[:place] + bytes([archive[place] ^ 0x55]) + archive[place + 1 :]
        try:
            assert TemplateBundle.from_archive(damaged).files
        except TemplateMalformed as refused:
            assert refused.code == "licence.template_malformed"  # noqa: PT017 - either is right


@pytest.mark.parametrize("archive", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"\0" * 100])
def test_what_is_no_archive(archive: bytes) -> None:
    with pytest.raises(TemplateMalformed):
        TemplateBundle.from_archive(archive)
