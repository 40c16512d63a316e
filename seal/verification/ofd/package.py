"""The container of an OFD file (GB/T 33190-2016): a ZIP archive, read as hostile input.

It is read by hand, not by zipfile, since what is verified must be what every reader shows: an archive that two
readers could read differently is refused. The entries fill the archive without gap or overlap, their local headers
agree with the directory, and no file system takes two of their names for one.
"""

import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hasher
from trust.errors import Invalid

__all__ = ["LIMITS", "OFDLimitExceeded", "OFDLimits", "OFDMalformed", "PackedFile", "read_archive", "unpack"]


class OFDMalformed(Invalid):
    """The file is not an OFD file, or it is broken or ambiguous. `part` says where."""

    code = "ofd.malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("part",)


class OFDLimitExceeded(Invalid):
    """The file is larger or more intricate than any document that this service accepts."""

    code = "ofd.limit_exceeded"
    detail_names: ClassVar[tuple[str, ...]] = ("limit", "allowed")


@dataclass(frozen=True, kw_only=True)
class OFDLimits:
    """How large and how intricate a file may be."""

    size: int = 32 << 20
    """Octets of the file, as for a PDF."""

    entries: int = 10_000
    """Files and folders: a thousand pages with folders and images. Each costs two headers and a hash."""

    total: int = 128 << 20
    """Octets of all files when unpacked. They are hashed one by one and never held together."""

    ratio: int = 200
    """How many times a large file may grow when unpacked. Real pages grow up to 30 times, deflate allows 1,032."""

    name: int = 255
    """Octets of a name, as file systems have it."""

    folders: int = 16
    """Folders within folders. Real packages have four."""

    xml: int = 2 << 20
    """Octets of a structural XML file: a signature that lists 10,000 files."""

    xml_depth: int = 32
    """Elements within elements. Structural files have six."""

    xml_elements: int = 250_000
    """Elements of all structural XML files: two for each of 10,000 files that ten signatures list, and some more."""

    value: int = 1 << 20
    """Octets of a signature value or a seal. Real ones have up to 32,000."""

    values: int = 4 << 20
    """Octets of all signature values together, since judging takes time in proportion."""

    signatures: int = 50
    """Signatures in one package, as for a PDF."""


LIMITS: Final = OFDLimits()

RATIO_FROM: Final = 1 << 20
"""Octets up to which a file may grow at any ratio: a blank image does no harm."""

CHUNK: Final = 64 << 10

COMMENT: Final = 64
"""Octets of a comment at the end of the archive. One vendor writes three."""

# APPNOTE.TXT 6.3, 4.3.7, 4.3.9, 4.3.12, 4.3.16 and 4.5.
LOCAL: Final = struct.Struct("<4s5H3L2H")
DESCRIPTOR: Final = struct.Struct("<3L")
DIRECTORY: Final = struct.Struct("<4s6H3L5H2L")
END: Final = struct.Struct("<4s4H2LH")
EXTRA: Final = struct.Struct("<2H")
LONG_SIZES: Final = struct.Struct("<2H2Q")
LOCAL_MARK, DESCRIPTOR_MARK, DIRECTORY_MARK, END_MARK = b"PK\x03\x04", b"PK\x07\x08", b"PK\x01\x02", b"PK\x05\x06"

HAS_DESCRIPTOR: Final = 0x0008
UTF8: Final = 0x0800
REFUSED_FLAGS: Final = 0x2061
"""Flags 0, 6 and 13, enciphered in one of three ways, and 5, a patch (APPNOTE.TXT, 4.4.4)."""

STORED, DEFLATED = 0, 8
FILES_AND_FOLDERS: Final = frozenset({0, stat.S_IFREG, stat.S_IFDIR})
ZIP64: Final = 0x0001
OTHER_NAME: Final = 0x7075
"""Info-ZIP's second name of an entry, which some readers prefer and others do not know."""

SEE_ZIP64: Final = 0xFFFFFFFF


@dataclass(frozen=True, kw_only=True)
class PackedFile:
    """One entry, and where it lies in the archive: its header, its octets, and the end of both."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    header: int
    start: int
    end: int
    digest: bytes = b""
    """SM3 of the unpacked octets."""

    @property
    def folder(self) -> str:
        """The folder that the file lies in."""
        return self.name.rpartition("/")[0]


def require_within(limit: str, measured: int, allowed: int) -> None:
    """Raise `OFDLimitExceeded` when `measured` is more than `allowed`."""
    if measured > allowed:
        raise OFDLimitExceeded(limit=limit, allowed=allowed)


def require(part: str, *, holds: bool) -> None:
    """Raise `OFDMalformed` unless it `holds`."""
    if not holds:
        raise OFDMalformed(part=part)


def read_archive(ofd: bytes, limits: OFDLimits) -> dict[str, PackedFile]:
    """Return every file by its name as compared, hashed. Raise `OFDMalformed` or `OFDLimitExceeded`."""
    require_within("size", len(ofd), limits.size)
    found = read_directory(ofd, limits)
    entries = {compared(one.name).rstrip("/"): hashed(ofd, one) for one in found}
    files = {name: one for name, one in entries.items() if not one.name.endswith("/")}
    # A name may stand once, and no file may be the folder of another.
    above = (folder for name in entries for folder in folders_of(name))
    require("name", holds=len(entries) == len(found) and not any(folder in files for folder in above))
    return files


# --- names -----------------------------------------------------------------------------------------------------------


def compared(name: str) -> str:
    """Return a name as the least careful file system compares it: without case, and with accents composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def folders_of(name: str) -> Iterator[str]:
    """Yield every folder above `name`."""
    while name := name.rpartition("/")[0]:
        yield name


def name_of(raw: bytes, flags: int, limits: OFDLimits) -> str:
    """Return the name of an entry, which must be a plain relative path under every operating system."""
    require_within("name", len(raw), limits.name)
    try:
        name = raw.decode("utf-8" if flags & UTF8 else "ascii")  # without the flag every country reads its own
    except UnicodeDecodeError:
        raise OFDMalformed(part="name") from None
    parts = name.removesuffix("/").split("/")
    require_within("folders", len(parts) - 1, limits.folders)
    # An empty part is an absolute name or a doubled slash. A final dot is "." or "..", or one that Windows drops, as it
    # drops a final space. Not printable are NUL, control characters, and those that turn the direction of writing.
    plain = name.isprintable() and not set(name) & set('\\:*?"<>|')
    require("name", holds=plain and all(one and one[-1] not in " ." for one in parts))
    return name


# --- the archive -----------------------------------------------------------------------------------------------------


def read_directory(ofd: bytes, limits: OFDLimits) -> list[PackedFile]:
    """Return all entries in the order of the archive, which they must fill from its first octet to the directory."""
    place = ofd.rfind(END_MARK, max(0, len(ofd) - END.size - COMMENT))
    require("archive", holds=0 <= place <= len(ofd) - END.size)
    _, disk, first_disk, here, count, length, start, comment = END.unpack_from(ofd, place)
    require("archive", holds=(disk, first_disk, here) == (0, 0, count))
    require("archive", holds=start + length == place and place + END.size + comment == len(ofd))
    require_within("entries", count, limits.entries)
    found, position = [], start
    for _ in range(count):
        entry, position = read_entry(ofd, position, place, limits)
        found.append(entry)
    require_within("total", sum(one.size for one in found), limits.total)
    found.sort(key=lambda one: one.header)
    require("archive", holds=position == place)
    require("archive", holds=[*(one.header for one in found), start] == [0, *(one.end for one in found)])
    return found


def read_entry(ofd: bytes, position: int, limit: int, limits: OFDLimits) -> tuple[PackedFile, int]:
    """Return the entry at `position` of the directory, and the position of the next one."""
    require("directory", holds=limit - position >= DIRECTORY.size)
    mark, _, _, flags, method, _, _, crc, packed, size, named, extra, remark, disk, _, mode, header = (
        DIRECTORY.unpack_from(ofd, position)
    )
    name_end = position + DIRECTORY.size + named
    following = name_end + extra + remark
    require("directory", holds=mark == DIRECTORY_MARK and disk == 0 and following <= limit)
    raw = ofd[position + DIRECTORY.size : name_end]
    name = name_of(raw, flags, limits)
    # The upper half of the attributes is the mode of a Unix file: no links, and nothing but files and folders.
    require("entry", holds=stat.S_IFMT(mode >> 16) in FILES_AND_FOLDERS)
    # Who reads from the front cannot know where stored octets end that only their descriptor measures.
    is_clear = method == DEFLATED or (method == STORED and not (flags & HAS_DESCRIPTOR and packed))
    require("entry", holds=is_clear and not flags & REFUSED_FLAGS and not (size and name.endswith("/")))
    require("entry", holds=not {ZIP64, OTHER_NAME} & set(extras_of(ofd[name_end : name_end + extra])))
    if size > RATIO_FROM:
        require_within("ratio", size, limits.ratio * packed)
    start = read_local_header(ofd, header, raw, (flags, method, crc, packed, size))
    end = start + packed
    if flags & HAS_DESCRIPTOR:
        told = DESCRIPTOR.pack(crc, packed, size)
        end += len(DESCRIPTOR_MARK) if ofd[end : end + len(DESCRIPTOR_MARK)] == DESCRIPTOR_MARK else 0
        require("entry", holds=ofd[end : end + DESCRIPTOR.size] == told)
        end += DESCRIPTOR.size
    sizes = {"packed": packed, "size": size, "header": header, "start": start, "end": end}
    return PackedFile(name=name, method=method, crc=crc, **sizes), following


def read_local_header(ofd: bytes, header: int, raw: bytes, told: tuple[int, int, int, int, int]) -> int:
    """Return where the octets of an entry begin. Its own header must say the same as the directory, which `told`."""
    require("entry", holds=len(ofd) - header >= LOCAL.size)
    mark, _, flags, method, _, _, *sizes, named, extra = LOCAL.unpack_from(ofd, header)
    name_end = header + LOCAL.size + int(named)
    start = name_end + int(extra)
    extras = ofd[name_end:start]
    # The flag for UTF-8 says nothing of a name in ASCII, and real vendors set it in one place alone.
    indifferent = UTF8 if raw.isascii() else 0
    require("entry", holds=mark == LOCAL_MARK and ofd[header + LOCAL.size : name_end] == raw)
    require("entry", holds=(flags | indifferent, method) == (told[0] | indifferent, told[1]))
    if flags & HAS_DESCRIPTOR and sizes == [0, 0, 0]:
        sizes = list(told[2:])
    if sizes[1:] == [SEE_ZIP64, SEE_ZIP64]:  # one vendor writes its sizes so, however small they are
        require("entry", holds=extras == LONG_SIZES.pack(ZIP64, 16, told[4], told[3]))
        sizes[1:], extras = told[3:], b""
    require("entry", holds=sizes == list(told[2:]) and not {ZIP64, OTHER_NAME} & set(extras_of(extras)))
    return start


def extras_of(extras: bytes) -> Iterator[int]:
    """Yield the kind of every extra field. Octets after the last one only fill the header up."""
    position = 0
    while len(extras) - position >= EXTRA.size:
        kind, length = EXTRA.unpack_from(extras, position)
        yield kind
        position += EXTRA.size + length


def unpack(ofd: bytes, file: PackedFile) -> Iterator[bytes]:
    """Yield the octets of `file` piece by piece, however many they are. Raise `OFDMalformed` where they are broken."""
    packed = memoryview(ofd)[file.start : file.start + file.packed]
    if file.method == STORED:
        yield bytes(packed)
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for place in range(0, len(packed), CHUNK):
            require("entry", holds=not inflater.eof)
            waiting = bytes(packed[place : place + CHUNK])
            while waiting:
                yield inflater.decompress(waiting, CHUNK)
                waiting = inflater.unconsumed_tail
        while rest := inflater.decompress(b"", CHUNK):
            yield rest
    except zlib.error:
        raise OFDMalformed(part="entry") from None
    require("entry", holds=inflater.eof and not inflater.unused_data)


def hashed(ofd: bytes, file: PackedFile) -> PackedFile:
    """Return `file` with its hash. More octets than its headers tell are refused as soon as they come."""
    size, checksum, context = 0, 0, hasher(Digest.SM3)
    for piece in unpack(ofd, file):
        size += len(piece)
        require("entry", holds=size <= file.size)
        checksum = zlib.crc32(piece, checksum)
        context.update(piece)
    require("entry", holds=(size, checksum) == (file.size, file.crc))
    return replace(file, digest=context.digest())
