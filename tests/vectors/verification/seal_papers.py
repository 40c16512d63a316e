"""PDF files under electronic seals and under messages of SM2."""

from tests.builders import Party
from tests.seal.structures import seal, seal_signature
from tests.trust.pdf.paper import byte_range
from tests.vectors.verification.cases import Book
from tests.vectors.verification.messages import attributes, message, signer_info
from tests.vectors.verification.papers import GM_CMS, PLAIN, Signing, put
from tests.vectors.verification.seals import UNKNOWN
from tests.vectors.verification.world import World
from trust.asn1 import der, oids
from trust.crypto.algorithms import Digest
from trust.pdf.signing import SEAL, PreparedPDF

__all__ = ["add"]


def sealing(eseal: bytes, signer: Party) -> Signing:
    """Return how a seal is put into a PDF."""

    def value(prepared: PreparedPDF) -> bytes:
        imprint = der.bit_string(prepared.digest(Digest.SM3))
        return seal_signature(4, eseal, signer, dataHash=imprint, propertyInfo=der.ia5_string("ByteRange"))

    return Signing(form=SEAL, field="Seal", value=value)


def add(book: Book, world: World) -> None:
    """Add PDF files under seals and messages of SM2."""
    owner, hand = world.owner, world.national_signer
    good = seal(4, world.maker, owner)
    sealed = put(PLAIN, world.signer, sealing(good, owner))
    book.add(
        "pdf/sealed", sealed, why="A seal signature stands in /Contents and covers the rest (docs/divergences.md)."
    )
    altered = sealed.replace(b"(Notice)", b"(notice)")
    book.add(
        "pdf/sealed, altered text",
        altered,
        "failed/HASH_FAILURE",
        "seal_signature.data_hash",
        why="One letter of the page is another.",
    )
    other = put(PLAIN.replace(b"(Notice)", b"(Letter)"), world.signer, sealing(good, owner))
    theirs, ours = byte_range(other), byte_range(sealed)
    book.add(
        "pdf/seal of another document",
        ours.value(other[theirs.before : theirs.after]),
        "failed/HASH_FAILURE",
        "seal_signature.data_hash",
        why="The seal signature is genuine, and over another document.",
    )
    book.add(
        "pdf/a bare seal for a signature",
        ours.value(b"<" + good.hex().encode().ljust(ours.after - ours.before - 2, b"0") + b">"),
        "failed/FORMAT_FAILURE",
        "seal_signature.format",
        why="A seal is no signature: anybody has its octets.",
    )
    book.add(
        "pdf/sealed by one whom the seal does not name",
        put(PLAIN, world.signer, sealing(good, world.other_owner)),
        "failed/SIG_CONSTRAINTS_FAILURE",
        "seal_signature.signer_listed",
        why="Another owner stamped with this seal.",
    )
    both = put(sealed, world.signer, Signing(field="Second"))
    book.add(
        "pdf/sealed, then signed for readers of the world",
        both,
        signatures=("passed", "passed"),
        why="A licence as this house makes it.",
    )
    book.add(
        "pdf/sealed, octets appended",
        sealed + b"%" + b"x" * 1000 + b"\n%%EOF\n",
        "failed/FORMAT_FAILURE",
        "file.format",
        why="The last lines are no place of a table.",
    )
    book.add(
        "pdf/message of SM2", put(PLAIN, hand, Signing(form=GM_CMS)), why="A message under international identifiers."
    )

    def national(prepared: PreparedPDF) -> bytes:
        signed = attributes(hand, prepared.digest(Digest.SM3), content_type=oids.GM_DATA)
        info = signer_info(hand, signed, algorithm=der.sequence(der.oid("1.2.156.10197.1.301.1"), der.null()))
        return message([hand], [info], content_type=oids.GM_DATA, outer=oids.GM_SIGNED_DATA)

    written = put(PLAIN, hand, Signing(form=GM_CMS, value=national))
    book.add(
        "pdf/message of SM2 in the national dialect", written, why="A message under the identifiers of GB/T 35275."
    )
    book.add(
        "pdf/message of SM2, altered text",
        written.replace(b"(Notice)", b"(notice)"),
        "failed/HASH_FAILURE",
        "signature.message_digest",
        why="One letter of the page is another.",
    )
    book.add(
        "pdf/sealed, unknown root",
        sealed,
        UNKNOWN,
        "certificate.path",
        anchors=("p256-root",),
        why="The root of the seal is not trusted.",
    )
    book.add(
        "pdf/unsigned",
        PLAIN,
        "indeterminate/SIGNED_DATA_NOT_FOUND",
        "",
        signatures=(),
        why="A file without a signature proves nothing.",
    )
