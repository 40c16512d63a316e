"""The container of an OFD file: every archive that is too large, broken, or can be read in two ways is refused."""

import io
import stat
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seal.verification.ofd.package import (
    LIMITS,
    OFDLimitExceeded,
    OFDLimits,
    OFDMalformed,
    PackedFile,
    read_archive,
    unpack,
)
from tests.builders_ofd import Entry, archive, document, packed
from trust.crypto.sm3 import sm3

MARK = b"PK\x07\x08"
TOLD = Entry().told
DESCRIPTOR = struct.pack("<3L", *TOLD)
ZIP64 = struct.pack("<2H2Q", 1, 16, TOLD[2], TOLD[1])
UNICODE_NAME = struct.pack("<2H", 0x7075, 5) + bytes(5)
NTFS = struct.pack("<2H", 0x000A, 4) + bytes(4)
LONG = 0xFFFFFFFF


def read(ofd: bytes, limits: OFDLimits = LIMITS) -> dict[str, bytes]:
    """Return the contents by name."""
    return {one.name: b"".join(unpack(ofd, one)) for one in read_archive(ofd, limits).values()}


def refused(ofd: bytes) -> str | int:
    """Return which part of an archive is malformed."""
    with pytest.raises(OFDMalformed) as caught:
        read_archive(ofd, LIMITS)
    return caught.value.details["part"]


def exceeded(ofd: bytes, limits: OFDLimits = LIMITS) -> dict[str, str | int]:
    """Return which limit an archive exceeds."""
    with pytest.raises(OFDLimitExceeded) as caught:
        read_archive(ofd, limits)
    return caught.value.details


# --- what is read ----------------------------------------------------------------------------------------------------


def test_files_come_back_with_their_hashes() -> None:
    files = document()
    ofd = archive(files)
    found = read_archive(ofd, LIMITS)
    assert read(ofd) == files
    assert {one.name: one.digest for one in found.values()} == {name: sm3(one) for name, one in files.items()}
    assert set(found) == {name.casefold() for name in files}
    assert found["doc_0/res/image.png"].folder == "Doc_0/Res"
    assert found["ofd.xml"].folder == ""


def test_a_long_file_is_unpacked_piece_by_piece() -> None:
    content = b"".join(sm3(one.to_bytes(4, "big")) * 20 for one in range(2000)) + bytes(100_000)
    ofd = packed(Entry(content=content), Entry(name=b"b", content=content, method=0))
    assert read(ofd) == {"a.xml": content, "b": content}
    just_over = bytes((64 << 10) + 1)
    assert read(packed(Entry(content=just_over))) == {"a.xml": just_over}
    incompressible = b"".join(sm3(one.to_bytes(4, "big")) for one in range(8000))
    assert read(packed(Entry(content=incompressible))) == {"a.xml": incompressible}


@pytest.mark.parametrize(
    "entry",
    [
        Entry(flags=0x0008, descriptor=MARK + DESCRIPTOR, local={"crc": 0, "packed": 0, "size": 0}),
        Entry(flags=0x0008, descriptor=DESCRIPTOR, local={"crc": 0, "packed": 0, "size": 0}),
        Entry(flags=0x0008, descriptor=MARK + DESCRIPTOR),
        Entry(local={"flags": 0x0800}),
        Entry(flags=0x0800),
        Entry(flags=0x0002),
        Entry(local={"packed": LONG, "size": LONG, "extra": ZIP64}),
        Entry(extra=NTFS, local={"extra": NTFS + bytes(3)}),
        Entry(mode=stat.S_IFREG | 0o644),
        Entry(content=b""),
        Entry(content=b"", method=0, flags=0x0008, descriptor=struct.pack("<3L", 0, 0, 0)),
    ],
    ids=[
        "descriptor",
        "descriptor without mark",
        "descriptor and sizes",
        "UTF-8 flag in the header",
        "UTF-8 flag in the directory",
        "best compression",
        "ZIP64 in the header",
        "other extra fields",
        "Unix mode",
        "empty",
        "empty with descriptor",
    ],
)
def test_what_real_writers_do_is_read(entry: Entry) -> None:
    assert read(packed(entry)) == {"a.xml": entry.content}


def test_folders_a_short_comment_and_chinese_names_are_read() -> None:
    folder = Entry(name=b"Doc_0/", content=b"", method=0, mode=stat.S_IFDIR | 0o755)
    deflated = Entry(name=b"Doc_0/Res/", content=b"")
    file = Entry(name="Doc_0/Res/图.png".encode(), flags=0x0800)
    assert read(packed(folder, deflated, file, comment=b"KRC")) == {"Doc_0/Res/图.png": b"content"}


# --- what is too much ------------------------------------------------------------------------------------------------


def test_a_large_file_is_refused() -> None:
    assert exceeded(bytes(LIMITS.size + 1)) == {"limit": "size", "allowed": LIMITS.size}


def test_too_many_entries_are_refused() -> None:
    entries = [Entry(name=str(one).encode(), content=b"", method=0) for one in range(LIMITS.entries + 1)]
    assert exceeded(packed(*entries)) == {"limit": "entries", "allowed": LIMITS.entries}
    assert len(read_archive(packed(*entries[1:]), LIMITS)) == LIMITS.entries


def test_a_file_that_grows_too_much_is_refused() -> None:
    bomb = Entry(content=bytes(2 << 20))
    assert exceeded(packed(bomb)) == {"limit": "ratio", "allowed": LIMITS.ratio * len(bomb.stored)}
    assert len(read(packed(Entry(content=bytes(1 << 20))))["a.xml"]) == 1 << 20


def test_too_much_in_all_is_refused_before_anything_is_unpacked() -> None:
    entries = [Entry(name=str(one).encode(), raw=b"broken", content=bytes(600)) for one in range(2)]
    assert exceeded(packed(*entries), OFDLimits(total=1199)) == {"limit": "total", "allowed": 1199}


def test_a_file_larger_than_it_tells_is_refused_after_one_piece() -> None:
    bomb = Entry(content=bytes(64 << 20), size=1 << 20)
    ofd = packed(bomb)
    tracemalloc.start()
    assert refused(ofd) == "entry"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_long_and_deep_names_are_refused() -> None:
    assert exceeded(packed(Entry(name=bytes([65]) * 256))) == {"limit": "name", "allowed": 255}
    assert exceeded(packed(Entry(name=b"a/" * 17 + b"a"))) == {"limit": "folders", "allowed": 16}
    assert set(read(packed(Entry(name=b"a/" * 16 + b"a")))) == {"a/" * 16 + "a"}


# --- names that are not plain ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "/etc/passwd",
        "//server/share",
        "../a",
        "Doc_0/../../a",
        "Doc_0/..",
        "./a",
        "Doc_0//a",
        "Doc_0\\a",
        "C:a",
        "a\0.xml",
        "a\n.xml",
        "a\x7f",
        "a.xml.",
        "a.xml ",
        "Doc_0 /a",
        "a\u202exml.png",
        "a\u200b.xml",
        "a*",
        'a"',
    ],
)
def test_names_that_are_no_plain_paths_are_refused(name: str) -> None:
    assert refused(packed(Entry(name=name.encode(), flags=0x0800))) == "name"


@pytest.mark.parametrize(
    ("name", "flags"),
    [("照.png".encode(), 0), ("照.png".encode("gbk"), 0), ("照.png".encode("gbk"), 0x0800)],
    ids=["UTF-8 without flag", "GBK", "GBK with the flag for UTF-8"],
)
def test_names_that_countries_read_differently_are_refused(name: bytes, flags: int) -> None:
    assert refused(packed(Entry(name=name, flags=flags))) == "name"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.xml", "a.xml"),
        ("Doc_0/a.xml", "doc_0/A.XML"),
        ("strasse", "straße"),
        ("caf\u00e9", "cafe\u0301"),
        ("a", "a/b"),
        ("A/b", "a"),
        ("a/b", "a/b/c/d"),
        ("a", "a/"),
        ("a/", "A/"),
    ],
)
def test_names_that_some_file_system_takes_for_one_are_refused(first: str, second: str) -> None:
    entries = [Entry(name=one.encode(), flags=0x0800, content=b"", method=0) for one in (first, second)]
    assert refused(packed(*entries)) == "name"


# --- archives that are broken, or can be read in two ways ------------------------------------------------------------


@pytest.mark.parametrize("ofd", [b"", b"PK", b"%PDF-1.7", bytes(100), b"PK\x05\x06", b"\x1f\x8b" + bytes(200)])
def test_what_is_no_archive_is_refused(ofd: bytes) -> None:
    assert refused(ofd) == "archive"


def test_an_archive_cut_off_anywhere_is_refused() -> None:
    ofd = packed(Entry(), Entry(name=b"b", method=0))
    for length in range(len(ofd)):
        assert refused(ofd[:length])


@pytest.mark.parametrize(
    "ofd",
    [
        packed(Entry(), before=b"MZ"),
        packed(Entry(), comment=bytes(65)),
        packed(Entry()) + b"\n",
        packed(Entry(after=b"\0"), Entry(name=b"b")),
        packed(Entry(), Entry(name=b"b", after=b"\0")),
        packed(Entry(), Entry(again=True)),
        packed(Entry(after=Entry(name=b"b").header() + Entry().stored)),
        packed(Entry(), count=0),
        packed(Entry(), Entry(name=b"b"), count=1),
        packed(Entry(), end={"disk": 1}),
        packed(Entry(), end={"first": 1}),
        packed(Entry(), end={"here": 2}),
        packed(Entry(), end={"start": 0}),
        packed(Entry(), end={"length": 0}),
    ],
    ids=[
        "a program before it",
        "long comment",
        "octets after it",
        "gap",
        "gap before the directory",
        "two entries in one place",
        "entry that the directory does not list",
        "fewer entries counted",
        "one entry fewer counted",
        "second disk",
        "directory on the second disk",
        "count of this disk",
        "place of the directory",
        "length of the directory",
    ],
)
def test_an_archive_that_its_entries_do_not_fill_exactly_is_refused(ofd: bytes) -> None:
    assert refused(ofd) == "archive"


@pytest.mark.parametrize(
    "ofd",
    [
        packed(Entry(), count=2),
        packed(Entry(disk=1)),
        packed(Entry()).replace(b"PK\x01\x02", b"PK\x01\x03"),
        packed(Entry(name=b"a" * 30)).replace(struct.pack("<H", 30) + bytes(2) + bytes(2) + bytes(2), b"\xff" * 8),
    ],
    ids=["more entries counted", "second disk", "mark", "name beyond the end"],
)
def test_a_broken_directory_is_refused(ofd: bytes) -> None:
    assert refused(ofd) == "directory"


@pytest.mark.parametrize(
    "entry",
    [
        Entry(flags=0x0001),
        Entry(flags=0x0041),
        Entry(flags=0x2000),
        Entry(flags=0x0020),
        Entry(method=12),
        Entry(method=9),
        Entry(mode=stat.S_IFLNK | 0o777),
        Entry(mode=stat.S_IFIFO),
        Entry(extra=ZIP64),
        Entry(extra=UNICODE_NAME),
        Entry(extra=NTFS + UNICODE_NAME),
        Entry(method=0, flags=0x0008, descriptor=struct.pack("<3L", zlib.crc32(b"content"), 7, 7)),
        Entry(local={"name": b"b.xml"}),
        Entry(local={"mark": b"PK\x03\x05"}),
        Entry(local={"method": 0}),
        Entry(local={"flags": 0x0001}),
        Entry(name="图".encode(), flags=0x0800, local={"flags": 0}),
        Entry(local={"crc": 1}),
        Entry(local={"size": 8}),
        Entry(local={"packed": 8}),
        Entry(local={"crc": 0, "packed": 0, "size": 0}),
        Entry(local={"extra": UNICODE_NAME}),
        Entry(local={"packed": LONG, "size": LONG}),
        Entry(local={"packed": LONG, "size": LONG, "extra": ZIP64[:-1] + b"\1"}),
        Entry(local={"extra": ZIP64}),
        Entry(flags=0x0008, descriptor=MARK + DESCRIPTOR[:-1] + b"\1"),
        Entry(flags=0x0008, local={"crc": 0, "packed": 0, "size": 0}),
        Entry(crc=1),
        Entry(size=6),
        Entry(size=8),
        Entry(method=0, size=6),
        Entry(name=b"Doc_0/"),
        Entry(raw=Entry().stored[:-1]),
        Entry(raw=Entry().stored + b"\0"),
        Entry(content=b"", raw=Entry(content=b"").stored + bytes(200_000)),
        Entry(raw=b"\xff" * 9),
        Entry(raw=b""),
    ],
    ids=[
        "enciphered",
        "strongly enciphered",
        "masked",
        "patch",
        "bzip2",
        "deflate64",
        "symbolic link",
        "pipe",
        "ZIP64 in the directory",
        "second name in the directory",
        "second name after another field",
        "stored with descriptor",
        "other name in the header",
        "other mark",
        "other method",
        "other flags",
        "other flag for UTF-8",
        "other checksum",
        "other size",
        "other packed size",
        "no sizes and no descriptor",
        "second name in the header",
        "ZIP64 without field",
        "ZIP64 with other sizes",
        "ZIP64 without need",
        "wrong descriptor",
        "no descriptor",
        "wrong checksum",
        "size too low",
        "size too high",
        "stored size too low",
        "folder with content",
        "cut off",
        "octets after the end",
        "many octets after the end",
        "not deflate",
        "nothing",
    ],
)
def test_a_broken_or_ambiguous_entry_is_refused(entry: Entry) -> None:
    assert refused(packed(entry)) == "entry"


def test_a_header_beyond_the_end_is_refused() -> None:
    ofd = bytearray(packed(Entry()))
    place = ofd.index(b"PK\x01\x02") + 42
    ofd[place : place + 4] = struct.pack("<L", len(ofd) - 10)
    assert refused(bytes(ofd)) == "entry"


def test_no_flipped_octet_changes_what_is_read() -> None:
    entries = (Entry(flags=0x0008, descriptor=MARK + DESCRIPTOR), Entry(name=b"Doc_0/b.xml", method=0))
    ofd = packed(*entries)
    whole = {one.name: one.digest for one in read_archive(ofd, LIMITS).values()}
    for place in range(len(ofd)):
        for mask in (0x01, 0x80, 0xFF):
            flipped = bytearray(ofd)
            flipped[place] ^= mask
            try:
                found = read_archive(bytes(flipped), LIMITS)
            except (OFDMalformed, OFDLimitExceeded):
                continue
            assert {one.name: one.digest for one in found.values()} == whole


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_whatever_comes_is_refused_with_our_errors(content: bytes, tail: bytes) -> None:
    for ofd in (content, packed(Entry(raw=content)), packed(Entry(), comment=tail[:60]) + tail, content + packed()):
        try:
            read_archive(ofd, LIMITS)
        except (OFDMalformed, OFDLimitExceeded):
            continue


def test_what_is_read_is_what_zipfile_reads() -> None:
    ofd = archive(document())
    with zipfile.ZipFile(io.BytesIO(ofd)) as other:
        assert read(ofd) == {name: other.read(name) for name in other.namelist()}


def test_a_file_is_described_without_its_content() -> None:
    assert "content" not in repr(read_archive(packed(Entry()), LIMITS))
    assert PackedFile.__dataclass_params__.frozen  # type: ignore[attr-defined] # how dataclasses say it
