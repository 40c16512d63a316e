"""Electronic seals and seal signatures by themselves and in PDF files (GB/T 38540-2020, GM/T 0031-2014 and -2025)."""

from datetime import datetime
from typing import Final

from tests.builders import FOUNDED, grafted
from tests.seal.structures import CREATED, seal, seal_signature
from tests.vectors.verification.cases import Book
from tests.vectors.verification.messages import token
from tests.vectors.verification.world import DAY, MOMENT, SIGNED, World
from trust.asn1 import der
from trust.crypto.sm3 import sm3
from trust.profiles import SEAL_MAKER, SEAL_OWNER

__all__ = ["DOCUMENT", "PASSED", "UNKNOWN", "add", "moment"]

DOCUMENT: Final = b"a document"
"""What every seal signature by itself covers."""

VERSIONS: Final = ((1, "GM/T 0031-2014"), (4, "GB/T 38540-2020"), (5, "GM/T 0031-2025"))
ECDSA: Final = der.oid("1.2.840.10045.4.3.2")
UNKNOWN: Final = "indeterminate/NO_CERTIFICATE_CHAIN_FOUND"
PASSED: Final = ("passed", "")


def moment(told: datetime) -> bytes:
    """Return a time as seals of 2020 and 2025 write it."""
    return der.generalized_time(told)


def critical(oid: str) -> bytes:
    """Return extensions with one that is critical."""
    return der.context(0, der.sequence(der.sequence(der.oid(oid), der.boolean(value=True), der.octet_string(b"?"))))


def add(book: Book, world: World) -> None:
    """Add the cases."""
    add_seals(book, world)
    add_signatures(book, world)


def add_seals(book: Book, world: World) -> None:
    """Add seals by themselves (6.3)."""
    maker, owner = world.maker, world.owner

    def case(name: str, content: bytes, expect: tuple[str, str], why: str) -> None:
        book.add(f"seal/{name}", content, *expect, why=why)

    for version, standard in VERSIONS:
        case(f"genuine, version {version}", seal(version, maker, owner), PASSED, f"A seal as {standard} has it.")
    value = ("failed/SIG_CRYPTO_FAILURE", "seal.signature_value")
    genuine = seal(4, maker, owner)
    other_name = der.utf8_string("某市人民政府办公厅电子证照专用章")
    case("another name", grafted(genuine, 0, 2, 1, put=other_name), value, "The name was altered after the making.")
    case(
        "another picture",
        grafted(genuine, 0, 3, 1, put=der.octet_string(b"\x89PNX")),
        value,
        "The picture was replaced.",
    )
    case(
        "another owner",
        grafted(genuine, 0, 2, 3, 0, put=der.octet_string(world.other_owner.certificate.der)),
        value,
        "The certificate of another owner was put into the list.",
    )
    case(
        "another end",
        grafted(genuine, 0, 2, 6, put=moment(MOMENT + 9000 * DAY)),
        value,
        "Its validity was made longer.",
    )
    case(
        "another maker",
        grafted(genuine, 1, put=der.octet_string(world.second_maker.certificate.der)),
        value,
        "The certificate of another maker stands beside the value.",
    )
    stranger = world.stranger.issue(SEAL_MAKER, "制章者")
    case(
        "maker whom nobody knows", seal(4, stranger, owner), (UNKNOWN, "certificate.path"), "A stranger made the seal."
    )
    case(
        "made by an owner of seals",
        seal(4, world.other_owner, owner),
        ("failed/CHAIN_CONSTRAINTS_FAILURE", "certificate.key_usage"),
        "The owner of a seal may stamp, and not make seals.",
    )
    case(
        "ended",
        seal(4, maker, owner, validEnd=moment(MOMENT - DAY)),
        ("failed/EXPIRED", "seal.validity"),
        "The seal ended yesterday.",
    )
    case(
        "not begun",
        seal(4, maker, owner, validStart=moment(MOMENT + DAY)),
        ("failed/NOT_YET_VALID", "seal.validity"),
        "It begins tomorrow.",
    )
    case(
        "made before its maker",
        seal(4, maker, owner, createDate=moment(FOUNDED - 30 * DAY)),
        ("failed/SIG_CONSTRAINTS_FAILURE", "seal.made_in_validity"),
        "It says it was made before its maker's certificate began.",
    )
    case(
        "critical extension",
        seal(4, maker, owner, extDatas=critical("2.25.1")),
        ("failed/SIG_CONSTRAINTS_FAILURE", "seal.extensions"),
        "An extension is critical that nobody understands.",
    )
    case(
        "ECDSA",
        seal(4, maker, owner, signAlgID=ECDSA),
        ("failed/CRYPTO_CONSTRAINTS_FAILURE", "seal.signature_value"),
        "A seal is signed with SM2 and nothing else.",
    )
    info = der.parse(seal(5, maker, owner)).sequence()
    stamp = der.context(0, der.bit_string(token(world.national_clock, info[3].bits(), CREATED - DAY)))
    case(
        "time-stamp before its making",
        der.sequence(*(one.raw for one in info), stamp),
        ("failed/TIMESTAMP_ORDER_FAILURE", "seal.time_stamp_order"),
        "It was time-stamped before it says it was made.",
    )
    lapsed = der.context(0, der.bit_string(token(world.brief_national_clock, info[3].bits(), CREATED)))
    case(
        "time-stamp's authority expired since",
        der.sequence(*(one.raw for one in info), lapsed),
        PASSED,
        "The token no longer proves when it was made, and its maker is in force.",
    )


def add_signatures(book: Book, world: World) -> None:
    """Add seal signatures (7.3) over a document."""
    maker, owner, other = world.maker, world.owner, world.other_owner
    good = seal(4, maker, owner)

    def case(name: str, content: bytes, expect: tuple[str, str], why: str, covers: bytes | None = DOCUMENT) -> None:
        book.add(f"seal_signature/{name}", content, *expect, covers=covers, why=why)

    for version, standard in VERSIONS:
        made = seal_signature(version, seal(version, maker, owner), owner)
        case(
            f"genuine, version {version}",
            made,
            PASSED,
            f"A seal signature as {standard} has it, with no proof of time.",
        )
    genuine = seal_signature(4, good, owner)
    value = ("failed/SIG_CRYPTO_FAILURE", "seal_signature.value")
    case(
        "without its document",
        genuine,
        ("indeterminate/SIGNED_DATA_NOT_FOUND", "seal_signature.data_hash"),
        "What was sealed is not at hand.",
        None,
    )
    case(
        "another document",
        genuine,
        ("failed/HASH_FAILURE", "seal_signature.data_hash"),
        "The document is not the one that was sealed.",
        b"another document",
    )
    case(
        "hash replaced",
        grafted(genuine, 0, 3, put=der.bit_string(sm3(b"another document"))),
        value,
        "The hash was replaced by that of another document, and the value does not fit it.",
        b"another document",
    )
    case("time altered", grafted(genuine, 0, 2, put=moment(SIGNED - DAY)), value, "The signing time was altered.")
    case(
        "seal exchanged",
        grafted(genuine, 0, 1, put=seal(4, maker, owner, type=der.integer(1))),
        value,
        "Another genuine seal of the same owner stands in the place of the one that was used.",
    )
    picture = grafted(good, 0, 3, 1, put=der.octet_string(b"\x89PNX"))
    case(
        "picture replaced before signing",
        seal_signature(4, picture, owner),
        ("failed/SIG_CRYPTO_FAILURE", "seal.signature_value"),
        "The owner himself put another picture into his seal: its maker's value does not fit.",
    )
    case(
        "signer whom the seal does not name",
        seal_signature(4, good, other),
        ("failed/SIG_CONSTRAINTS_FAILURE", "seal_signature.signer_listed"),
        "Another owner stamped with this seal; in this version the certificate stands outside what is signed.",
    )
    named = der.octet_string(owner.certificate.der)
    case(
        "certificate of the owner over another key",
        seal_signature(4, good, other, sign_cert=named),
        value,
        "The named owner did not sign; another key did.",
    )
    renewed = world.sm2.issue(SEAL_OWNER, "某市市场监督管理局", edition=" renewed")
    case(
        "renewed certificate",
        seal_signature(4, good, renewed),
        ("failed/SIG_CONSTRAINTS_FAILURE", "seal_signature.signer_listed"),
        "The same name has another certificate; it needs a seal that is made anew.",
    )
    stranger = world.stranger.issue(SEAL_OWNER, "某市市场监督管理局")
    theirs = seal(4, world.stranger.issue(SEAL_MAKER, "制章者"), stranger)
    case(
        "everything by strangers",
        seal_signature(4, theirs, stranger),
        (UNKNOWN, "certificate.path"),
        "Seal and signature are sound, under a root that nobody trusts.",
    )
    mixed = seal(4, world.stranger.issue(SEAL_MAKER, "制章者"), owner)
    case(
        "seal by a stranger",
        seal_signature(4, mixed, owner),
        (UNKNOWN, "certificate.path"),
        "The signer is known; the seal was made by somebody whom nobody knows.",
    )
    case(
        "ECDSA",
        seal_signature(4, good, owner, signatureAlgID=ECDSA),
        ("failed/CRYPTO_CONSTRAINTS_FAILURE", "seal_signature.value"),
        "A seal signature is made with SM2 and nothing else.",
    )
    case(
        "critical extension",
        seal_signature(4, good, owner, sign_extDatas=critical("2.25.1")),
        ("failed/SIG_CONSTRAINTS_FAILURE", "seal_signature.extensions"),
        "An extension is critical that nobody understands.",
    )
    book.add(
        "seal_signature/policy, anchor for seals alone",
        genuine,
        covers=DOCUMENT,
        policy="seals-only.toml",
        why="The policy trusts the anchors for seals, which is what is asked.",
    )
    book.add(
        "seal_signature/unknown root",
        genuine,
        UNKNOWN,
        "certificate.path",
        covers=DOCUMENT,
        anchors=("p256-root",),
        why="Only the root of the other family is trusted.",
    )
