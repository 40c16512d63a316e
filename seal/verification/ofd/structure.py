"""What an OFD package says of itself (GB/T 33190-2016): its documents, its signatures, and what each of these lists."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from seal.verification.ofd.package import (
    LIMITS,
    OFDLimitExceeded,
    OFDLimits,
    OFDMalformed,
    PackedFile,
    compared,
    read_archive,
    require_within,
    unpack,
)
from seal.verification.ofd.xml import Node, XMLReader

__all__ = ["BrokenSignature", "FoundSignature", "OFDPackage", "Outline", "Reference", "read_outline"]

ENTRY: Final = "OFD.xml"
"""Where reading begins: the one file with a fixed name."""

SEAL_FILE: Final = "Seal.esl"
DER_SEQUENCE: Final = b"\x30"

MAX_SHOWN: Final = 255
"""Characters of a text from the file that a report repeats: the longest name."""

DOCUMENT: Final = re.compile(rb"[<:]Document[\s/>]")
DOCUMENT_LENGTH: Final = 10


@dataclass(frozen=True, kw_only=True)
class OFDPackage:
    """The files of a package by their names as compared. Only `open` builds one."""

    ofd: bytes = field(repr=False)
    files: Mapping[str, PackedFile]
    limits: OFDLimits
    reader: XMLReader
    unpacked: dict[str, bytes] = field(default_factory=dict)
    """What was read so far: fifty signatures may name one value, and it is unpacked and held once."""

    @classmethod
    def open(cls, ofd: bytes, limits: OFDLimits = LIMITS) -> "OFDPackage":
        """Read the archive. Raise `OFDMalformed` or `OFDLimitExceeded`."""
        return cls(ofd=ofd, files=read_archive(ofd, limits), limits=limits, reader=XMLReader(limits))

    def find(self, location: str, folder: str = "") -> PackedFile | None:
        """Return the file at an ST_Loc of GB/T 33190: relative to `folder` unless it begins with a slash.

        Case does not count, as real files ask for. Raise `OFDMalformed` for a location outside the package.
        """
        return self.files.get(compared(resolve(location, folder)))

    def require(self, part: str, location: str, folder: str = "") -> PackedFile:
        """Return the file at `location`, or raise `OFDMalformed`, which names the `part` that is missing."""
        file = self.find(location, folder)
        if file is None:
            raise OFDMalformed(part=part)
        return file

    def read(self, file: PackedFile, limit: str, allowed: int) -> bytes:
        """Return the octets of `file`, or raise `OFDLimitExceeded` for more than `allowed`."""
        require_within(limit, file.size, allowed)
        if file.name not in self.unpacked:
            self.unpacked[file.name] = b"".join(unpack(self.ofd, file))
        return self.unpacked[file.name]

    def xml(self, file: PackedFile, root: str) -> Node:
        """Return the outermost element of a structural XML file. Raise `OFDLimitExceeded` or `OFDMalformed`."""
        return self.reader.read(self.read(file, "xml", self.limits.xml), root)

    @cached_property
    def documents(self) -> frozenset[str]:
        """The files in which an element Document stands, hence all that can be the root of a document.

        The octets are searched, not parsed, and zeros passed over for the sake of UTF-16: too many are found rather
        than too few.
        """
        return frozenset(name for name, file in self.files.items() if self.mentions_document(file))

    def mentions_document(self, file: PackedFile) -> bool:
        """Tell whether an element Document seems to stand in `file`."""
        window = b""
        for piece in unpack(self.ofd, file):
            window = window[-DOCUMENT_LENGTH:] + piece.replace(b"\0", b"")
            if DOCUMENT.search(window):
                return True
        return False


def resolve(location: str, folder: str) -> str:
    """Return the name that `location` stands for. Raise `OFDMalformed` where it leads out of the package."""
    parts = folder.split("/") if folder and not location.startswith("/") else []
    for part in location.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part == "..":
            raise OFDMalformed(part="location")
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A file that a signature protects, where it is in the package, and its hash in base64."""

    location: str
    file: PackedFile | None
    check_value: str


@dataclass(frozen=True, kw_only=True)
class FoundSignature:
    """A signature that was read, but not judged."""

    field: str
    is_seal: bool
    """Type Seal, an electronic seal signature; otherwise Sign, a signed message without a seal."""

    file: PackedFile
    """Signature.xml, whatever the vendor calls it; the other files likewise."""

    xml: bytes
    time: str
    check_method: str
    references: tuple[Reference, ...]
    value_file: PackedFile
    value: bytes
    seal_file: PackedFile | None = None
    seal: bytes = b""
    is_seal_missing: bool = False
    """Whether a file of the seal is named that is not there."""

    @property
    def own_files(self) -> frozenset[str]:
        """The files of which the signature consists, as far as no page can show them.

        A name alone excuses nothing: pages, images and fonts never begin as DER does.
        """
        others = ((self.value_file, self.value), (self.seal_file, self.seal))
        kept = (file for file, octets in others if file is not None and octets.startswith(DER_SEQUENCE))
        return frozenset(compared(file.name) for file in (self.file, *kept))

    @cached_property
    def protected(self) -> frozenset[str]:
        """The files whose hashes the signature lists."""
        return frozenset(compared(one.file.name) for one in self.references if one.file is not None)


@dataclass(frozen=True, kw_only=True)
class BrokenSignature:
    """A signature that is listed, but whose files are missing or cannot be read."""

    field: str
    is_seal: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class Outline:
    """The documents and the signatures of a package."""

    entry: str
    """OFD.xml, by its name as compared; the other files likewise."""

    root: str | None
    """The root of the one document; None where there are several documents or versions to choose from, or it lacks."""

    lists: frozenset[str]
    """The lists of signatures."""

    signatures: tuple[FoundSignature | BrokenSignature, ...]
    pages: int
    """How many pages the documents have; 0 where that cannot be read."""

    @cached_property
    def unlisted(self) -> frozenset[str]:
        """The files that come to be only by signing, and that a signature therefore need not list."""
        whole = (one for one in self.signatures if isinstance(one, FoundSignature))
        return self.lists.union(*(one.own_files for one in whole))


def read_outline(package: OFDPackage) -> Outline:
    """Follow OFD.xml to its documents and signatures. Raise `OFDMalformed` or `OFDLimitExceeded`.

    A signature that cannot be read is part of the outline, so that it neither hides nor spoils the others.
    """
    entry = package.require(ENTRY, ENTRY)
    bodies = package.xml(entry, "OFD").all("DocBody")
    places = [text for body in bodies if (text := text_of(body, "Signatures"))]
    lists = {compared(file.name): file for file in (package.require("Signatures", place) for place in places)}
    listed = [(file.folder, node) for file in lists.values() for node in nodes_of(package, file)]
    require_within("signatures", len(listed), package.limits.signatures)
    found = tuple(read_signature(package, folder, node) for folder, node in listed)
    whole = [one for one in found if isinstance(one, FoundSignature)]
    require_within("values", sum(len(one.value) for one in whole), package.limits.values)
    if not bodies or len(lists) != len(places) or len({one.file.name for one in whole}) != len(whole):
        raise OFDMalformed(part=ENTRY)
    roots = [root_of(package, body) for body in bodies]
    is_single = len(bodies) == 1 and not bodies[0].all("Versions") and roots[0] is not None
    return Outline(
        entry=compared(entry.name),
        root=compared(roots[0].name) if is_single and roots[0] is not None else None,
        lists=frozenset(lists),
        signatures=found,
        pages=sum(pages_of(package, root) for root in roots if root is not None),
    )


def legible(text: str) -> str:
    """Return a text of the file for a report: not long, and with nothing in it that turns or hides the words around."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text[:MAX_SHOWN])


def text_of(node: Node | None, *path: str) -> str:
    """Return the text at the end of `path`, or nothing."""
    for name in path:
        node = None if node is None else node.only(name)
    return "" if node is None else node.text


def root_of(package: OFDPackage, body: Node) -> PackedFile | None:
    """Return the root of a document, or None where it is missing."""
    return package.find(body.require("DocRoot").text)


def pages_of(package: OFDPackage, root: PackedFile) -> int:
    """Return the number of pages of a document."""
    try:
        return len(package.xml(root, "Document").require("Pages").all("Page"))
    except (OFDMalformed, OFDLimitExceeded):
        return 0


def nodes_of(package: OFDPackage, file: PackedFile) -> list[Node]:
    """Return the entries of a list of signatures."""
    return package.xml(file, "Signatures").all("Signature")


def read_signature(package: OFDPackage, folder: str, node: Node) -> FoundSignature | BrokenSignature:
    """Read the signature that an entry of a list in `folder` names. Raise `OFDLimitExceeded`."""
    location = node.attributes.get("BaseLoc", "").strip()
    kind = node.attributes.get("Type", "Seal")
    field_ = legible(node.attributes.get("ID") or location)
    try:
        if kind not in ("Seal", "Sign"):
            raise OFDMalformed(part="Type")
        return read_files(package, package.require("Signature", location, folder), field_, is_seal=kind == "Seal")
    except OFDMalformed as error:
        return BrokenSignature(field=field_, is_seal=kind != "Sign", reason=str(error))


def read_files(package: OFDPackage, file: PackedFile, field_: str, *, is_seal: bool) -> FoundSignature:
    """Read a signature from its files."""
    node = package.xml(file, "Signature")
    info = node.require("SignedInfo")
    references = info.require("References")
    value_file = package.require("SignedValue", node.require("SignedValue").text, file.folder)
    named = text_of(info, "Seal", "BaseLoc")
    # A seal that lies beside the signature is shown by readers, named or not.
    seal_file = package.find(named or SEAL_FILE, file.folder) if is_seal else None
    allowed = package.limits.value
    return FoundSignature(
        field=field_,
        is_seal=is_seal,
        file=file,
        xml=package.read(file, "xml", package.limits.xml),
        time=text_of(info, "SignatureDateTime"),
        check_method=references.attributes.get("CheckMethod", "").strip(),
        references=tuple(read_references(package, file.folder, references)),
        value_file=value_file,
        value=package.read(value_file, "value", allowed),
        seal_file=seal_file,
        seal=b"" if seal_file is None else package.read(seal_file, "value", allowed),
        is_seal_missing=is_seal and bool(named) and seal_file is None,
    )


def read_references(package: OFDPackage, folder: str, references: Node) -> Iterator[Reference]:
    """Yield what a signature protects."""
    for one in references.all("Reference"):
        location = one.attributes.get("FileRef", "").strip()
        file = package.find(location, folder)
        yield Reference(location=location, file=file, check_value=text_of(one, "CheckValue"))
