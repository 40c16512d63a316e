"""Builders of OFD packages: a document, electronic seal signatures and signed messages over it, and broken archives."""

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from seal.data.asn1 import SealPicture, seal_info, sealed, signature_over, to_be_signed
from tests.builders import FOUNDED, Party
from tests.fakes.clock import NOW
from trust.asn1 import der, oids
from trust.crypto.sm3 import sm3

__all__ = [
    "FOLDER",
    "OFD_XML",
    "Entry",
    "SealKit",
    "Signing",
    "archive",
    "attached_message",
    "document",
    "listing",
    "packed",
    "sign",
    "unsigned",
    "xml",
]

FOLDER: Final = "Doc_0/Signs/Sign_0"
LIST: Final = "Doc_0/Signs/Signatures.xml"
SM3_OID: Final = "1.2.156.10197.1.401"
SIGNED_AT: Final = NOW - timedelta(hours=1)

Files = dict[str, bytes]


def xml(name: str, inside: str = "", attributes: str = "") -> bytes:
    """Return an XML file with one element of OFD around `inside`, where the namespace goes by the prefix `o`."""
    text = f'<o:{name} xmlns:o="http://www.ofdspec.org/2016" {attributes}>{inside}</o:{name}>'
    return b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode()


BODY: Final = (
    "<o:DocBody><o:DocInfo><o:Title>证照</o:Title></o:DocInfo><o:DocRoot>Doc_0/Document.xml</o:DocRoot>"
    f"<o:Signatures>/{LIST}</o:Signatures></o:DocBody>"
)
OFD_XML: Final = xml("OFD", BODY, 'DocType="OFD" Version="1.1"')


def document() -> Files:
    """Return the files of a document of two pages that nobody has signed."""
    pages = "".join(f'<o:Page ID="{one}" BaseLoc="Pages/Page_{one}/Content.xml"/>' for one in range(2))
    return {
        "OFD.xml": OFD_XML,
        "Doc_0/Document.xml": xml("Document", f"<o:CommonData/><o:Pages>{pages}</o:Pages>"),
        "Doc_0/Pages/Page_0/Content.xml": xml("Page", "<o:Content>第一页</o:Content>"),
        "Doc_0/Pages/Page_1/Content.xml": xml("Page", "<o:Content>第二页</o:Content>"),
        "Doc_0/Res/image.png": b"\x89PNG\r\n\x1a\n" + bytes(64),
    }


def unsigned() -> Files:
    """Return the files of the same document, which does not even name a list of signatures."""
    return {**document(), "OFD.xml": OFD_XML.replace(f"<o:Signatures>/{LIST}</o:Signatures>".encode(), b"")}


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return an ordinary archive of `files`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archived:
        for name, content in files.items():
            archived.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


# --- signatures ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SealKit:
    """A seal of `owner` that `maker` made."""

    maker: Party
    owner: Party
    name: str = "某市市场监督管理局"

    @cached_property
    def seal(self) -> bytes:
        """SESeal."""
        info = seal_info(
            identifier="33010600000001",
            vendor="Test",
            type_=1,
            name=self.name,
            listed=(self.owner.certificate.der,),
            created_at=FOUNDED + timedelta(days=1),
            valid_from=FOUNDED + timedelta(days=1),
            valid_until=NOW + timedelta(days=365),
            picture=SealPicture(type="PNG", data=b"\x89PNG", width_mm=42, height_mm=42),
        )
        signature = self.maker.signer.sign(info)
        return sealed(info, maker_certificate=self.maker.certificate.der, signature=signature)

    def value(self, signature_xml: bytes, place: str, *, at: datetime = SIGNED_AT) -> bytes:
        """Return SES_Signature over Signature.xml, which says that it lies at `place`."""
        tbs = to_be_signed(seal=self.seal, signed_at=at, data_hash=sm3(signature_xml), property_info=place)
        return signature_over(tbs, certificate=self.owner.certificate.der, signature=self.owner.signer.sign(tbs))


@dataclass(frozen=True, kw_only=True)
class Signing:
    """How a package is signed, and in what that differs from what is right."""

    folder: str = FOLDER
    id: str = "1"
    type: str = "Seal"
    method: str | None = SM3_OID
    covered: Iterable[str] | None = None
    """Names of the files that are listed; all but the list of signatures unless told."""

    values: Mapping[str, str] = field(default_factory=dict)
    """What CheckValue says of a file instead of its hash."""

    references: str = "/{}"
    """How FileRef is written."""

    seal: bytes | None = None
    """What lies in Seal.esl, which is named then."""

    info: str = ""
    """More elements in SignedInfo."""

    value_place: str = "SignedValue.dat"
    property_info: str | None = None


def signature_xml(files: Files, how: Signing) -> bytes:
    """Return Signature.xml over `files`."""
    covered = [name for name in files if name != LIST] if how.covered is None else how.covered
    references = "".join(
        f'<o:Reference FileRef="{how.references.format(name)}"><o:CheckValue>'
        f"{how.values.get(name, base64.b64encode(sm3(files.get(name, b''))).decode())}</o:CheckValue></o:Reference>"
        for name in covered
    )
    method = "" if how.method is None else f' CheckMethod="{how.method}"'
    seal = "" if how.seal is None else "<o:Seal><o:BaseLoc>Seal.esl</o:BaseLoc></o:Seal>"
    info = f"<o:References{method}>{references}</o:References>{seal}{how.info}"
    return xml("Signature", f"<o:SignedInfo>{info}</o:SignedInfo><o:SignedValue>{how.value_place}</o:SignedValue>")


def sign(files: Files, value: Callable[[bytes, str], bytes], how: Signing | None = None) -> Files:
    """Return `files` with one more signature; `value` makes its value for Signature.xml and the place of that."""
    how = how or Signing()
    place = f"{how.folder}/Signature.xml"
    signed = dict(files)
    described = signature_xml(signed, how)
    entry = f'<o:Signature ID="{how.id}" Type="{how.type}" BaseLoc="/{place}"/>'
    earlier = signed.get(LIST, xml("Signatures")).decode()
    signed[LIST] = earlier.replace("</o:Signatures>", f"{entry}</o:Signatures>").encode()
    signed[place] = described
    signed[f"{how.folder}/SignedValue.dat"] = value(described, how.property_info or f"/{place}")
    if how.seal is not None:
        signed[f"{how.folder}/Seal.esl"] = how.seal
    return signed


def listing(files: Files, value: Callable[[bytes], bytes], *, names: Iterable[str] | None = None) -> Files:
    """Return `files` with a signed list of them (GM/T 0099); `value` makes the message over the list."""
    listed = "".join(f'<o:File ID="{one}" FileLoc="/{one}"/>' for one in (files if names is None else names))
    inside = f"<o:SignedValueLoc>/signedvalue.dat</o:SignedValueLoc><o:FileList>{listed}</o:FileList>"
    entries = xml("DocEntries", inside, 'ID="1"')
    return {**files, "OFDEntries.xml": entries, "signedvalue.dat": value(entries)}


def attached_message(party: Party, content: bytes) -> bytes:
    """Return a signed message as a provincial system makes it: content inside, no attributes, r ‖ s as signature."""
    issued = party.certificate
    sm3_null = der.sequence(der.oid(SM3_OID), der.null())
    signer = der.sequence(
        der.integer(1),
        der.sequence(issued.issuer, der.integer(issued.serial)),
        sm3_null,
        der.sequence(der.oid("1.2.156.10197.1.501")),
        der.octet_string(party.signer.custody.sign(party.key, party.key.public_key.digest(content))),
    )
    data = der.sequence(
        der.integer(1),
        der.set_of([sm3_null]),
        der.sequence(der.oid(oids.GM_DATA), der.context(0, der.octet_string(content))),
        der.context(0, issued.der),
        der.set_of([signer]),
    )
    return der.sequence(der.oid(oids.GM_SIGNED_DATA), der.context(0, data))


# --- broken archives -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of an archive, written octet by octet: what its header and the directory say may be anything."""

    name: bytes = b"a.xml"
    content: bytes = b"content"
    method: int = 8
    flags: int = 0
    mode: int = 0
    raw: bytes | None = None
    """The octets that are stored, instead of `content` deflated."""

    size: int | None = None
    crc: int | None = None
    extra: bytes = b""
    """Extra fields in the directory."""

    disk: int = 0
    local: Mapping[str, int | bytes] = field(default_factory=dict)
    """What the entry's own header says otherwise: name, flags, method, crc, packed, size, extra, mark."""

    descriptor: bytes = b""
    """What follows the octets."""

    after: bytes = b""
    """Octets that belong to nothing."""

    again: bool = False
    """Whether the entry takes no room, and points to the one before it."""

    @property
    def stored(self) -> bytes:
        """The octets as they are stored."""
        if self.raw is not None:
            return self.raw
        if self.method != zipfile.ZIP_DEFLATED:
            return self.content
        deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        return deflater.compress(self.content) + deflater.flush()

    @property
    def told(self) -> tuple[int, int, int]:
        """Checksum and both sizes."""
        crc = zlib.crc32(self.content) if self.crc is None else self.crc
        return crc, len(self.stored), len(self.content) if self.size is None else self.size

    def header(self) -> bytes:
        """Return the entry's own header."""
        crc, packed_size, size = self.told
        said = {"name": self.name, "flags": self.flags, "method": self.method, "mark": b"PK\x03\x04", "extra": b""}
        said |= {"crc": crc, "packed": packed_size, "size": size, **self.local}
        name, extra = said["name"], said["extra"]
        assert isinstance(name, bytes)
        assert isinstance(extra, bytes)
        numbers = (said["crc"], said["packed"], said["size"], len(name), len(extra))
        return struct.pack("<4s5H3L2H", said["mark"], 20, said["flags"], said["method"], 0, 0, *numbers) + name + extra

    def listed(self, place: int) -> bytes:
        """Return the entry in the directory."""
        numbers = (*self.told, len(self.name), len(self.extra), 0, self.disk, 0, self.mode << 16, place)
        head = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, self.flags, self.method, 0, 0, *numbers)
        return head + self.name + self.extra


def packed(
    *entries: Entry, before: bytes = b"", comment: bytes = b"", count: int | None = None, end: Mapping[str, int] = {}
) -> bytes:
    """Return an archive of `entries`; `before`, `count` and `end` say what is wrong with it as a whole."""
    content, directory, place = before, b"", 0
    for one in entries:
        if not one.again:
            place = len(content)
            content += one.header() + one.stored + one.descriptor + one.after
        directory += one.listed(place)
    number = len(entries) if count is None else count
    told = {"disk": 0, "first": 0, "here": number, "length": len(directory), "start": len(content)} | dict(end)
    tail = (told["disk"], told["first"], told["here"], number, told["length"], told["start"], len(comment))
    return content + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", *tail) + comment
