"""PDF files with genuine octets, whose signers, times or algorithms are not to be relied on, or only on some days."""

from datetime import datetime
from typing import Final

from tests.builders import UNKNOWN_CRITICAL, Party, grafted, with_extension
from tests.vectors.verification.cases import Book
from tests.vectors.verification.messages import Hand, attributes, hand_of
from tests.vectors.verification.pades_genuine import stamping
from tests.vectors.verification.papers import PLAIN, Signing, put, time_stamped
from tests.vectors.verification.world import DAY, SIGNED, World
from trust.asn1 import der
from trust.profiles import DOCUMENT_SIGNER, ISSUING, TIME_STAMPING, extension, key_usage

__all__ = ["LATER", "NO_LIST", "TIME", "UNKNOWN", "add"]

LATER: Final = datetime.fromisoformat("2032-03-01T00:00:00+00:00")
"""When the signers' certificates have expired, and those of the authorities have not."""

UNKNOWN: Final = ("indeterminate/NO_CERTIFICATE_CHAIN_FOUND", "certificate.path")
CHAIN: Final = ("failed/CHAIN_CONSTRAINTS_FAILURE", "certificate.path")
NO_LIST: Final = ("indeterminate/TRY_LATER", "certificate.revocation")
TIME: Final = "signature.time_stamp"


def add(book: Book, world: World) -> None:
    """Add the cases."""
    add_revocation(book, world)
    add_expiry(book, world)
    add_paths(book, world)


def add_revocation(book: Book, world: World) -> None:
    """Add what lists say."""
    once = put(PLAIN, world.signer)
    stamped = put(PLAIN, world.signer, Signing(stamp=stamping(world)))
    revoked = ("failed/REVOKED", "certificate.revocation")

    def case(name: str, pdf: bytes, lists: str, expect: tuple[str, str], why: str) -> None:
        book.add(f"pades/{name}", pdf, *expect, material=("sm2", lists), why=why)

    case("no revocation list", once, "p256 without lists", NO_LIST, "Nobody says whether the signer was revoked.")
    case("revocation lists that have run out", once, "p256 stale", NO_LIST, "The lists ended a month ago.")
    case("revocation list of a stranger", once, "p256 forged", NO_LIST, "A stranger signed the list in our name.")
    case(
        "revoked after the proven time",
        stamped,
        "p256 late",
        ("passed", ""),
        "The token proves it older than the revocation.",
    )
    case("revoked before the proven time", stamped, "p256 early", revoked, "The signer was revoked a day before.")
    case(
        "revoked, no time proven",
        once,
        "p256 late",
        revoked,
        "Nothing proves the signature older than the revocation. "
        "EN 319 102-1 leaves this indeterminate (REVOKED_NO_POE); this house says no (docs/verdicts.md).",
    )
    case(
        "revoked before the claimed time",
        once,
        "p256 early",
        revoked,
        "The claimed time is after the revocation; a claim proves nothing either way.",
    )
    case(
        "authority revoked before the proven time",
        stamped,
        "p256 authority revoked",
        ("failed/REVOKED", TIME),
        "The authority above the signer and the time-stamp authority was revoked a day before.",
    )
    case(
        "time-stamp authority revoked",
        stamped,
        "p256 clock revoked",
        ("failed/REVOKED", TIME),
        "The authority of the token was revoked before the moment that it states.",
    )


def add_expiry(book: Book, world: World) -> None:
    """Add what is judged years later, and who was not certified at the time."""
    once = put(PLAIN, world.signer)
    stamped = put(PLAIN, world.signer, Signing(stamp=stamping(world)))
    later = ("sm2 2032", "p256 2032")
    book.add(
        "pades/expired since, no time proven",
        once,
        "indeterminate/OUT_OF_BOUNDS_NO_POE",
        "certificate.validity",
        why="The certificate ended in 2031, and nothing proves that it was used before.",
        moment=LATER,
        material=later,
    )
    book.add(
        "pades/expired since, and the time-stamp's authority too",
        stamped,
        "indeterminate/OUT_OF_BOUNDS_NO_POE",
        "certificate.validity",
        why="Whoever has the authority's key since its end in 2030 can date tokens back (EN 319 102-1, 5.6).",
        moment=LATER,
        material=later,
    )
    brief = Signing(stamp=stamping(world))
    book.add(
        "pades/expired since, time proven",
        put(PLAIN, world.brief, brief),
        why="The token proves that the certificate was in force when it was used.",
    )
    book.add(
        "pades/expired since, time proven over the document",
        time_stamped(put(PLAIN, world.brief), stamping(world)),
        signatures=("passed", "passed"),
        why="The time-stamp over the document proves the same for every signature before it.",
    )
    old = hand_of(world.p256.issue(DOCUMENT_SIGNER, "Ended", not_after=SIGNED - DAY), (world.p256.issuing.certificate,))
    young = hand_of(world.p256.issue(DOCUMENT_SIGNER, "Begun", at=SIGNED + DAY), (world.p256.issuing.certificate,))
    proven = Signing(stamp=stamping(world))
    book.add(
        "pades/expired at the proven time",
        put(PLAIN, old, proven),
        "failed/EXPIRED",
        "certificate.validity",
        why="The certificate had ended a day before the proven time.",
    )
    book.add(
        "pades/not yet valid at the proven time",
        put(PLAIN, young, proven),
        "failed/NOT_YET_VALID",
        "certificate.validity",
        why="The certificate began a day after the proven time.",
    )


def below(parent: Party, name: str, world: World, **deviations: object) -> Hand:
    """Return a signer whom somebody certified, with what leads to the root."""
    party = world.p256.issue(DOCUMENT_SIGNER, name, issuer=parent, **deviations)  # type: ignore[arg-type]
    return hand_of(party, (parent.certificate, world.p256.issuing.certificate))


def add_paths(book: Book, world: World) -> None:
    """Add signers whose path does not hold."""
    p256, issuing = world.p256, world.p256.issuing.certificate
    once = put(PLAIN, world.signer)
    book.add("pades/unknown root", once, *UNKNOWN, anchors=("stranger-p256-root",), why="Only another root is trusted.")
    book.add("pades/no anchor", once, *UNKNOWN, anchors=(), why="Nothing is trusted at all.")
    book.add("pades/unknown signer", put(PLAIN, world.unknown), *UNKNOWN, why="A stranger certified the signer.")
    alone = hand_of(p256.alone(DOCUMENT_SIGNER, "Alone"))
    book.add("pades/self-signed", put(PLAIN, alone), *UNKNOWN, why="The signer certified himself.")
    leaf = p256.issue(DOCUMENT_SIGNER, "Leaf")
    book.add(
        "pades/certified by a signer",
        put(PLAIN, below(leaf, "Below a leaf", world)),
        *CHAIN,
        why="One who may not issue certificates issued this one (RFC 5280, 6.1.4 k).",
    )
    deep = p256.issue(ISSUING, "Too deep")
    book.add(
        "pades/path too long",
        put(PLAIN, below(deep, "Deep", world)),
        *CHAIN,
        why="The authority may have no other below it (pathLenConstraint 0, RFC 5280, 4.2.1.9).",
    )
    forged = forged_authority(world)
    book.add(
        "pades/authority of the same name",
        put(PLAIN, below(forged, "Below a namesake", world)),
        *UNKNOWN,
        why="An authority of the right name with another key, which the root did not certify.",
    )

    def changed(name: str, expect: tuple[str, str], why: str, **deviations: object) -> None:
        party = p256.issue(DOCUMENT_SIGNER, name, **deviations)  # type: ignore[arg-type]
        book.add(f"pades/{name}", put(PLAIN, hand_of(party, (issuing,))), *expect, why=why)

    usage = ("failed/CHAIN_CONSTRAINTS_FAILURE", "certificate.key_usage")
    changed(
        "unknown critical extension",
        CHAIN,
        "An extension is critical that nobody understands (RFC 5280, 4.2).",
        change=lambda tbs: with_extension(tbs, UNKNOWN_CRITICAL),
    )
    changed(
        "key for encryption only",
        usage,
        "The certificate is for enciphering keys, and not for signatures.",
        change=lambda tbs: with_extension(tbs, extension("2.5.29.15", key_usage((2,)), critical=True)),
    )
    clock = hand_of(p256.issue(TIME_STAMPING, "Clock that signs"), (issuing,))
    book.add(
        "pades/signed by a time-stamp authority",
        put(PLAIN, clock),
        *usage,
        why="A certificate for time-stamps alone signed a document (RFC 3161, 2.3).",
    )
    sha1 = der.sequence(der.oid("1.2.840.10045.4.1"))
    weak = p256.issue(
        DOCUMENT_SIGNER, "Signed with SHA-1", change=lambda tbs: grafted(tbs, 2, put=sha1), algorithm_identifier=sha1
    )
    book.add(
        "pades/certificate signed with SHA-1",
        put(PLAIN, hand_of(weak, (issuing,))),
        "failed/CRYPTO_CONSTRAINTS_FAILURE",
        "certificate.path",
        why="The certificate says ecdsa-with-SHA1.",
    )
    other = attributes_naming(world)
    book.add(
        "pades/attribute names another certificate",
        put(PLAIN, world.signer, other),
        "failed/SIG_CONSTRAINTS_FAILURE",
        "signature.signing_certificate",
        why="The signed attribute names another certificate than the one of the key (RFC 5035).",
    )


def attributes_naming(world: World) -> Signing:
    """Return how one signs who names another certificate."""
    return Signing(attributes=lambda hand, imprint: attributes(hand, imprint, named=world.second.certificate))


def forged_authority(world: World) -> Party:
    """Return an authority that has the name of ours, and that a stranger signed in the name of our root."""
    office = world.p256
    liar = Party(certificate=office.root.certificate, signer=world.stranger_p256.root.signer)
    return office.issue(ISSUING, "P-256 Issuing", issuer=liar, edition=" forged")
