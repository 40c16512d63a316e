"""PDF files whose signatures readers of the world understand: as they should be, and with something after them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from tests.trust.pdf.paper import compressed, stream
from tests.vectors.verification.cases import Book
from tests.vectors.verification.messages import attribute, attributes, hand_of, token
from tests.vectors.verification.papers import PLAIN, Signing, amended, latest, put, time_stamped, with_form
from tests.vectors.verification.world import DAY, MOMENT, SIGNED, Office, World
from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.algorithms import Digest
from trust.ocsp import CertificateId, StatusAnswer
from trust.ocsp_requests import response, tbs_response
from trust.profiles import DOCUMENT_SIGNER, OCSP_RESPONDER
from trust.revocation import Revocation, RevocationList
from trust.revocation_archival import ARCHIVED

__all__ = ["ANNOTATION", "FILLED", "add", "stamping"]

HOUR: Final = timedelta(hours=1)
ANNOTATION: Final = (
    b"<</Type/Annot/Subtype/FreeText/Rect[60 690 360 730]/Contents(nothing)/F 4/DA(/F1 9 Tf)/AP<</N 31 0 R>>/P 10 0 R>>"
)
COVER: Final = stream(b"1 1 1 rg 0 0 300 40 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 300 40]")
SONG: Final = "宋体".encode("gb18030") + b"-GB18"
"""The name of a font, of as many octets as Helvetica."""

FILLED: Final = stream(b"BT /F1 12 Tf 2 6 Td (999) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 100 20]")


def stamping(world: World, at: datetime = SIGNED) -> Callable[[bytes], bytes]:
    """Return what makes a time-stamp that holds."""
    return lambda value: token(world.clock, value, at)


def annotated(pdf: bytes) -> bytes:
    """Return a file with an annotation over its text."""
    page = latest(pdf, 10)
    listed = page.replace(b"/Annots [11 0 R]", b"/Annots [11 0 R 30 0 R]")
    assert listed != page
    return amended(pdf, {10: listed, 30: ANNOTATION, 31: COVER})


def filled(pdf: bytes) -> bytes:
    """Return a form with another amount in it."""
    return amended(pdf, {20: latest(pdf, 20).replace(b"(100)", b"(999)"), 21: FILLED})


def stored(pdf: bytes, world: World) -> bytes:
    """Return a file with a document security store."""
    return with_store(pdf, world, lists=world.p256.lists())


def with_store(pdf: bytes, world: World, *, lists: Sequence[RevocationList], answer: bytes = b"") -> bytes:
    """Return a file whose document security store holds lists, and a response where there is one."""
    objects = {40 + place: stream(one.der) for place, one in enumerate(lists)}
    names = b" ".join(b"%d 0 R" % number for number in objects)
    objects[42] = stream(world.p256.issuing.certificate.der)
    answers = b""
    if answer:
        objects[43], answers = stream(answer), b"/OCSPs[43 0 R]"
    store = b"/DSS<</CRLs[%b]/Certs[42 0 R]%b>>" % (names, answers)
    return amended(pdf, {1: latest(pdf, 1)[:-2] + store + b">>", **objects})


def told_by(office: Office, issuer: Certificate, serial: int, *, revoked: datetime | None = None) -> bytes:
    """Return what a responder of an office says of a certificate, an hour before a verifier judges."""
    responder = office.issue(OCSP_RESPONDER, "Responder", at=SIGNED)
    answer = StatusAnswer(
        id=CertificateId.of(serial, issuer, digest=Digest.SHA1),
        is_known=True,
        revocation=None if revoked is None else Revocation(serial=serial, at=revoked),
        this_update=MOMENT - HOUR,
        next_update=MOMENT + DAY,
    )
    tbs = tbs_response(responder.certificate, [answer], produced_at=MOMENT - HOUR)
    algorithm = responder.key.algorithm.signature_identifier
    return response(tbs, algorithm, responder.signer.sign(tbs), (responder.certificate,))


def add(book: Book, world: World) -> None:
    """Add the cases."""
    families = (
        ("P-256", world.signer, "P-256 with SHA-256"),
        ("P-384", world.p384, "P-384 with SHA-384"),
        ("RSA-3072", world.rsa, "RSA of 3072 bits, PKCS #1 v1.5, with SHA-256"),
        ("Ed25519", world.edwards, "Ed25519 with attributes over SHA-512 (RFC 8419, 3.1)"),
    )
    for name, hand, what in families:
        why = f"The signature is {what}, it covers the whole file, and its path is good."
        book.add(f"pades/genuine {name}", put(PLAIN, hand), why=why)
    stamped = Signing(stamp=stamping(world))
    book.add(
        "pades/genuine with a time-stamp",
        put(PLAIN, world.signer, stamped),
        why="A token over the signature value proves when it existed (PAdES B-T).",
    )
    book.add(
        "pades/genuine in compressed streams",
        put(compressed(), world.signer),
        why="Object streams and cross-reference streams are as good as tables (ISO 32000-2, 7.5.7 and 7.5.8).",
    )
    named = PLAIN.replace(b"/BaseFont/Helvetica", b"/BaseFont/" + SONG)
    book.add(
        "pades/names in GB 18030",
        put(put(named, world.signer), world.second, Signing(field="Second")),
        signatures=("passed", "passed"),
        why="Octets outside of ASCII should be escaped in a name, and need not be (ISO 32000-2, 7.3.5).",
    )
    certified = put(PLAIN, world.signer, Signing(certify=2))
    book.add("pades/certified", certified, why="A signature that certifies, and nothing after it.")
    add_followed(book, world, certified)
    add_filled(book, world)
    add_answered(book, world)


def add_followed(book: Book, world: World, certified: bytes) -> None:
    """Add what has signatures or their evidence after a signature."""
    twice = ("passed", "passed")
    once = put(PLAIN, world.signer)
    locked = put(PLAIN, world.signer, Signing(certify=1))
    again = Signing(field="Second")
    book.add(
        "pades/two signatures",
        put(once, world.second, again),
        signatures=twice,
        why="A further signature is what a form with signature fields is for; both hold.",
    )
    book.add(
        "pades/certified, then signed",
        put(certified, world.second, again),
        signatures=twice,
        why="P 2 lets signatures follow (ISO 32000-2, table 257).",
    )
    book.add(
        "pades/certified against changes, then signed",
        put_by_force(locked, world),
        "failed/HASH_FAILURE",
        "pdf.changes",
        signatures=("failed", "passed"),
        why="P 1 forbids every change, further signatures too (ISO 32000-2, table 257).",
    )
    book.add(
        "pades/followed by a document time-stamp",
        time_stamped(once, stamping(world)),
        signatures=twice,
        why="A time-stamp over the document belongs to its evidence and is permitted after any signature (12.8.5).",
    )
    book.add(
        "pades/certified against changes, then time-stamped",
        time_stamped_by_force(locked, world),
        signatures=twice,
        why="Under P 1 document time-stamps and validation data are still permitted (ISO 32000-2, 12.8.2.2).",
    )
    book.add(
        "pades/followed by validation data",
        stored(once, world),
        material=("sm2",),
        why="All that a verifier needs but the anchor stands in the document security store (ISO 32000-2, 12.8.4.3).",
    )
    book.add(
        "pades/annotated where that is permitted",
        annotated(put(PLAIN, world.signer, Signing(certify=3))),
        "failed/HASH_FAILURE",
        "pdf.changes",
        why="P 3 permits annotations, and an annotation that paints over the text is how a certified document is made "
        "to say something else (EAA, Rohlmann and others 2021): a verifier that cannot tell them apart refuses.",
    )
    book.add(
        "pades/annotated",
        annotated(once),
        "failed/HASH_FAILURE",
        "pdf.changes",
        why="An annotation covers what was signed, and nothing permits it.",
    )


def add_answered(book: Book, world: World) -> None:
    """Add what holds responses of OCSP in its document security store."""
    office, issuing = world.p256, world.p256.issuing.certificate
    asked = office.issue(DOCUMENT_SIGNER, "Signer of whom a responder tells", ocsp="http://ocsp.test")
    once, serial = put(PLAIN, hand_of(asked, (issuing,))), asked.certificate.serial
    above = office.lists()[:1]
    book.add(
        "pades/followed by a response instead of a list",
        with_store(once, world, lists=above, answer=told_by(office, issuing, serial)),
        material=("sm2",),
        why="A response of a responder whom the authority appointed is as good as its list (RFC 6960, 4.2.2.2).",
    )
    book.add(
        "pades/followed by a response that tells of the revocation",
        with_store(once, world, lists=above, answer=told_by(office, issuing, serial, revoked=SIGNED - DAY)),
        "failed/REVOKED",
        "certificate.revocation",
        why="The list at hand is a day old and knows of nothing; the response in the file is younger.",
    )
    archive = attribute(
        ARCHIVED,
        der.sequence(
            der.context(0, der.sequence(*(one.der for one in above))),
            der.context(1, der.sequence(told_by(office, issuing, serial))),
        ),
    )
    book.add(
        "pades/list and response under the signature",
        put(
            PLAIN, hand_of(asked, (issuing,)), Signing(attributes=partial(attributes, others=(archive,)), is_long=True)
        ),
        material=("sm2",),
        why="So programs sign that know no document security store (adbe-revocationInfoArchival; "
        "ISO 32000-1, 12.8.3.3.2).",
    )
    book.add(
        "pades/followed by a response of a stranger",
        with_store(once, world, lists=above, answer=told_by(world.stranger_p256, issuing, serial)),
        "indeterminate/TRY_LATER",
        "certificate.revocation",
        material=("sm2",),
        why="Nobody whom the authority appointed says whether the signer was revoked.",
    )


def put_by_force(locked: bytes, world: World) -> bytes:
    """Return a file that forbids changes with a signature all the same; our writer refuses to make one."""
    open_ = locked.replace(b"/V /1.2\n/P 1", b"/V /1.2\n/P 2")
    return put(open_, world.second, Signing(field="Second", rewrite=relocked))


def relocked(octets: bytes) -> bytes:
    """Return a file whose certifying rule is P 1 again."""
    return octets.replace(b"/V /1.2\n/P 2", b"/V /1.2\n/P 1")


def time_stamped_by_force(locked: bytes, world: World) -> bytes:
    """Return a file that forbids changes with a time-stamp over the document."""
    open_ = locked.replace(b"/V /1.2\n/P 1", b"/V /1.2\n/P 2")
    return relocked(time_stamped(open_, lambda octets: token(world.clock, relocked(octets), SIGNED)))


def add_filled(book: Book, world: World) -> None:
    """Add forms that are filled in afterwards."""
    form = with_form()
    book.add(
        "pades/a form filled in",
        filled(put(form, world.signer, Signing(certify=2, rewrite=unlocked))),
        why="P 2 permits filling in forms; the report says that it was done.",
    )
    book.add(
        "pades/a locked form filled in",
        filled(put(form, world.signer)),
        "failed/HASH_FAILURE",
        "pdf.changes",
        why="The signature locks the field (FieldMDP, ISO 32000-2, 12.8.2.4), and its value was changed after.",
    )
    book.add(
        "pades/a form that shows another value than it has",
        amended(put(form, world.signer), {21: FILLED}),
        "failed/HASH_FAILURE",
        "pdf.changes",
        why="What the field shows was replaced and its value was not (shadow attack, replace via overlay, 2021).",
    )


def unlocked(octets: bytes) -> bytes:
    """Return a file whose signature locks no field: the lock and its rule keep their length and lose their names."""
    return octets.replace(b"/Fields [(Amount)]", b"/Fields [(------)]")
