"""Every parser of foreign bytes of this house, with its seeds and what it promises.

Here: DER, keys, certificates, messages, seals, documents. Those of the PKI's protocols, of keys/ and of licence/ have
files of their own.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from seal.data.acting import ActingFor
from seal.data.asn1 import SM2_WITH_SM3, WRITTEN, ElectronicSeal, SealSignature, seal_info, sealed
from seal.data.reading import read_seal, read_seal_signature
from seal.stamping.keywords import Occurrence, find
from seal.stamping.places import Pages
from seal.verification.ofd.integrity import read_listing
from seal.verification.ofd.structure import OFDPackage, Outline, read_outline
from seal.verification.signatures import judge_seal, judge_seal_signature
from tests.builders_ofd import archive, document
from tests.fakes.clock import NOW
from tests.fuzz import (
    parsers_audit,
    parsers_keys,
    parsers_licence,
    parsers_pictures,
    parsers_pki,
    parsers_records,
    parsers_tables,
    parsers_templates,
    parsers_types,
    seeds,
)
from tests.fuzz.harness import AnyHarness, Harness
from tests.seal.structures import DOCUMENT_HASH
from trust.asn1 import der
from trust.asn1.der import Element, Tag
from trust.certificates import Certificate
from trust.cms import SignedMessage, read_signed_message
from trust.cms_verification import judge_cms
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import SM2Signature, subject_public_key_info
from trust.delegations import Chain
from trust.errors import TrustError
from trust.pdf.appearance import Appearance, Mark, Placement
from trust.pdf.judging import PDFDocument, open_pdf
from trust.pdf.release import read_release
from trust.pdf.release_request import require_as_asked
from trust.pdf.signing import SEAL, SignatureRequest, prepare_signature
from trust.revocation import RevocationList
from trust.time_info import TimeStampInfo, read_info
from trust.timestamping import judge_time_stamp
from trust.verdict import Outcome

__all__ = ["PARSERS"]

MEMBERS: Final = 4
"""Of an SES_SealInfo without extensions."""


# --- DER -------------------------------------------------------------------------------------------------------------


def holds(verify: Callable[[], None]) -> bool:
    """Tell whether a verification succeeds."""
    try:
        verify()
    except TrustError:
        return False
    return True


AGAIN: Final[Mapping[int, Callable[[Element], bytes]]] = {
    Tag.BOOLEAN: lambda one: der.boolean(value=one.boolean()),
    Tag.INTEGER: lambda one: der.integer(one.integer()),
    Tag.BIT_STRING: lambda one: der.bit_string(one.bits()),
    Tag.OCTET_STRING: lambda one: der.octet_string(one.octets()),
    Tag.OID: lambda one: der.oid(one.oid()),
    Tag.UTF8_STRING: lambda one: der.utf8_string(one.text(Tag.UTF8_STRING)),
    Tag.IA5_STRING: lambda one: der.ia5_string(one.text(Tag.IA5_STRING)),
    Tag.UTC_TIME: lambda one: der.utc_time(one.time()),
    Tag.GENERALIZED_TIME: lambda one: der.generalized_time(one.time()),
}
"""What our writer makes of what our reader says, by the tag of an element."""


def rewritten(element: Element) -> bytes:
    """Return an element as our writer writes what our reader reads, with all that is inside."""
    if element.tag in AGAIN:
        return AGAIN[element.tag](element)
    if element.tag & 0x20:
        return der.tlv(element.tag, *map(rewritten, element.children()))
    return der.tlv(element.tag, element.body)


def read_everything(octets: bytes) -> bytes:
    """Read every element with the reader of its type, and return it written anew."""
    return rewritten(der.parse(octets))


# --- keys and signatures ---------------------------------------------------------------------------------------------


def read_public_key(octets: bytes) -> PublicKey:
    """Read a SubjectPublicKeyInfo."""
    key = PublicKey(octets)
    _ = key.kind
    return key


def write_public_key(key: PublicKey) -> bytes:
    """Return the one encoding of an SM2 key; those of other families are `cryptography`'s matter."""
    return key.spki if key.sm2 is None else subject_public_key_info(key.sm2)


# --- certificates and lists ------------------------------------------------------------------------------------------


def certificates(family: str) -> AnyHarness:
    """Return the harness of certificates that the issuing authority of a family signed."""

    def proves(octets: bytes, certificate: Certificate) -> bytes | None:
        return octets if holds(lambda: seeds.pki(family).issuing.certificate.verify_issued(certificate)) else None

    return Harness[Certificate](
        name=f"certificate {family}", seeds=lambda: seeds.certificates(family), read=Certificate, proves=proves
    )


def revocation_lists(family: str) -> AnyHarness:
    """Return the harness of revocation lists of the issuing authority of a family."""

    def read(octets: bytes) -> RevocationList:
        found = RevocationList(octets)
        _ = found.this_update, found.next_update, found.is_complete, found.keeps_expired_since, found.entry(9)
        return found

    def proves(octets: bytes, found: RevocationList) -> bytes | None:
        return octets if found.is_signed_by(seeds.pki(family).issuing.certificate) else None

    return Harness[RevocationList](
        name=f"revocation list {family}", seeds=lambda: seeds.revocation_lists(family), read=read, proves=proves
    )


# --- messages and time-stamps ----------------------------------------------------------------------------------------


def read_token(octets: bytes) -> TimeStampInfo:
    """Read a time-stamp token."""
    return read_info(read_signed_message(octets))


def content_of(octets: bytes, message: SignedMessage) -> bytes | None:
    """Return the content that every signer of a message vouches for."""
    reports = judge_cms(octets, seeds.evidence(), now=NOW, content=None)
    return message.content if all(one.verdict.outcome is Outcome.PASSED for one in reports) else None


def moment_of(octets: bytes, info: TimeStampInfo) -> bytes | None:
    """Return the moment that a token proves."""
    verdict = judge_time_stamp(octets, seeds.CONTENT, seeds.evidence(), now=NOW).verdict
    return str(info.time).encode() if verdict.outcome is Outcome.PASSED else None


# --- seals -----------------------------------------------------------------------------------------------------------


def written_seal(seal: ElectronicSeal) -> bytes:
    """Return a seal as we write it, where it follows the standard in everything; others we do not write.

    An empty list of extensions may be written or left out.
    """
    is_ours = seal.version in WRITTEN and seal.algorithm == SM2_WITH_SM3 and not seal.deviations
    if not is_ours or (not seal.extensions and len(der.parse(seal.signed).children()) > MEMBERS):
        return seal.raw
    info = seal_info(
        version=seal.version,
        identifier=seal.identifier,
        vendor=seal.vendor,
        type_=seal.type,
        name=seal.name,
        listed=seal.listed,
        list_type=seal.list_type,
        created_at=seal.created_at,
        valid_from=seal.valid_from,
        valid_until=seal.valid_until,
        picture=seal.picture,
        extensions=seal.extensions,
    )
    return sealed(info, maker_certificate=seal.maker_certificate, signature=seal.signature, time_stamp=seal.time_stamp)


def signed_by_maker(octets: bytes, seal: ElectronicSeal) -> bytes | None:
    """Return what a seal is good for: everything that its maker signed."""
    report = judge_seal(octets, seeds.evidence(), now=NOW).report
    return seal.signed if report.verdict.outcome is Outcome.PASSED else None


def signed_by_seal(octets: bytes, signature: SealSignature) -> bytes | None:
    """Return what a seal signature is good for: everything under it."""
    judged = judge_seal_signature(octets, seeds.evidence(), now=NOW, document_hash=DOCUMENT_HASH)
    return signature.signed if judged.report.verdict.outcome is Outcome.PASSED else None


# --- texts and containers --------------------------------------------------------------------------------------------


def read_package(octets: bytes) -> Outline:
    """Read an OFD package as far as verification does."""
    package = OFDPackage.open(octets)
    _ = read_listing(package)
    return read_outline(package)


def read_package_with(octets: bytes) -> Outline:
    """Read an OFD package in which one file holds other octets: a name, a zero octet, the octets."""
    name, _, content = octets.partition(b"\0")
    known = {file: text for file, _, text in (one.partition(b"\0") for one in seeds.package_files())}
    files = {one.decode("latin-1"): text for one, text in {**known, name: content}.items()}
    return read_package(archive({**document(), **files}))


Occurrences: TypeAlias = tuple[int, tuple[Occurrence, ...]]


def find_word(octets: bytes) -> Occurrences:
    """Look for a word on every page of a PDF."""
    return find(octets, "Notice", pages=Pages.every())


SEALED: Final = Mark(
    appearance=Appearance(operators=b"0 0 9 9 re f", width_mm=5, height_mm=5),
    placement=Placement(page=1, centre_x_mm=10, centre_y_mm=10),
)
REQUEST: Final = SignatureRequest(form=SEAL, field="Seal", at=NOW, reserve=50, certify=True, marks=(SEALED,))


TWICE: Final = replace(REQUEST, marks=(SEALED, replace(SEALED, placement=replace(SEALED.placement, centre_y_mm=30))))


def seal(octets: bytes) -> bytes:
    """Seal a PDF, and release it: what can be prepared must pass our own check, since by then a key was used."""
    return sealed_as(octets, REQUEST)


def unsigned() -> list[bytes]:
    """Return files that nobody has signed: in the others no page is drawn upon."""
    return [one for one in seeds.pdfs() if b"/ByteRange" not in one]


def seal_twice(octets: bytes) -> bytes:
    """Do the same in two places, of which one is in the content of its page."""
    return sealed_as(octets, TWICE)


def sealed_as(octets: bytes, request: SignatureRequest) -> bytes:
    """Return a PDF with a signature that was prepared and released."""
    prepared = prepare_signature(octets, request)
    whole = prepared.fill(b"value")
    try:
        (released,) = read_release(whole, before=octets, fields=(prepared.field,))
        require_as_asked(released, request)
    except TrustError as error:
        message = "what was prepared is not released"
        raise AssertionError(message) from error
    return whole


HARNESSES: Final[tuple[AnyHarness, ...]] = (
    Harness[bytes](name="der", seeds=seeds.structures, read=read_everything, write=bytes),
    Harness[PublicKey](name="public key", seeds=seeds.public_keys, read=read_public_key, write=write_public_key),
    Harness[SM2Signature](
        name="sm2 signature", seeds=seeds.signatures, read=SM2Signature.from_der, write=lambda one: one.der
    ),
    certificates("sm2"),
    certificates("p256"),
    revocation_lists("sm2"),
    revocation_lists("p256"),
    Harness[Certificate](name="pem", seeds=seeds.pems, read=Certificate.from_pem),
    Harness[SignedMessage](name="signed message", seeds=seeds.messages, read=read_signed_message),
    Harness[SignedMessage](
        name="signed message, judged", seeds=seeds.attached_messages, read=read_signed_message, proves=content_of
    ),
    Harness[TimeStampInfo](name="time-stamp token", seeds=seeds.tokens, read=read_token),
    Harness[TimeStampInfo](name="time-stamp token, judged", seeds=seeds.tokens, read=read_token, proves=moment_of),
    Harness[ElectronicSeal](name="seal", seeds=seeds.seals, read=read_seal, write=written_seal),
    Harness[ElectronicSeal](name="seal with deviations", seeds=seeds.odd_seals, read=read_seal, write=written_seal),
    Harness[ElectronicSeal](
        name="seal, judged",
        seeds=lambda: (seeds.world().seal(version) for version in (1, 4, 5)),
        read=read_seal,
        proves=signed_by_maker,
    ),
    Harness[SealSignature](
        name="seal signature, judged",
        seeds=lambda: (seeds.world().stamped(version) for version in (4, 5)),
        read=read_seal_signature,
        proves=signed_by_seal,
    ),
    Harness[SealSignature](name="seal signature", seeds=seeds.seal_signatures, read=read_seal_signature),
    Harness[ActingFor](
        name="chain of evidence", seeds=seeds.chains_of_evidence, read=ActingFor.read, write=lambda one: one.der
    ),
    Harness[Chain](name="chain of delegations", seeds=seeds.delegations, read=Chain.read, write=lambda one: one.der),
    Harness[PDFDocument](name="pdf", seeds=seeds.pdfs, read=open_pdf, seconds=5),
    Harness[bytes](name="pdf, sealed", seeds=seeds.pdfs, read=seal, seconds=5),
    Harness[bytes](name="pdf, sealed in two places", seeds=unsigned, read=seal_twice, seconds=5),
    Harness[Occurrences](name="words of a pdf", seeds=seeds.pdfs, read=find_word, seconds=5),
    Harness[Outline](name="ofd", seeds=seeds.packages, read=read_package, seconds=5),
    Harness[Outline](name="ofd xml", seeds=seeds.package_files, read=read_package_with, seconds=5),
)

PARSERS: Final[Mapping[str, AnyHarness]] = {
    one.name: one
    for one in (
        *HARNESSES,
        *parsers_audit.HARNESSES,
        *parsers_pki.HARNESSES,
        *parsers_records.HARNESSES,
        *parsers_tables.HARNESSES,
        *parsers_keys.HARNESSES,
        *parsers_licence.HARNESSES,
        *parsers_templates.HARNESSES,
        *parsers_types.HARNESSES,
        *parsers_pictures.HARNESSES,
    )
}
"""Every harness by its name."""
