"""Judging an OFD file (GB/T 33190-2016): its electronic seal signatures and its signed messages.

A signature of an OFD file covers Signature.xml, and that lists the hashes of the files that it protects. What is not
listed can be changed or added by anybody, and whether a reader shows it cannot be told by a verifier for every reader:
a page may name an image that is put there only after the signing. Therefore each signature must list every file of
the package. One that leaves a file out is indeterminate, even when another signature lists that file, for the other
one may be a stranger's. Two kinds of files are expected to be left out, and do no harm:

* the lists of signatures, and the files of every signature in them, which come to be only by signing. They count by
  what they hold, not by name or folder: an XML file that is a Signature, and values that begin as DER does;
* OFD.xml, into which the first signature is entered. Vendors differ on it. It is let pass with a remark while it can
  lead a reader nowhere else: it names one document in one version, whose root is protected, and the package holds
  nothing else that could be one. The title and the other data of the document in it then prove nothing.

A signed list of all files (GM/T 0099) is judged as one more signature: it shows what was smuggled in, and nothing of
what the files hold. It and its value come last, so that the signatures leave them out as well.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from seal.data.asn1 import SealSignature
from seal.verification.checks import failed
from seal.verification.documents import DocumentReport, JudgedSignature, SignedFiles, with_checks
from seal.verification.ofd.integrity import FileListing, read_listing
from seal.verification.ofd.package import OFDMalformed
from seal.verification.ofd.structure import (
    BrokenSignature,
    FoundSignature,
    OFDPackage,
    Outline,
    Reference,
    legible,
    read_outline,
)
from seal.verification.signatures import judge_seal_signature
from trust.cms import BytesContent, read_signed_message
from trust.cms_verification import judge_cms
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.paths import Evidence
from trust.reports import SignatureKind, SignatureReport
from trust.verdict import Check, SubIndication

__all__ = ["judge_ofd"]

STEP: Final = "ofd"

SM3_NAMES: Final = frozenset({"SM3", "1.2.156.10197.1.401"})
HMAC_SM3: Final = "1.2.156.10197.1.401.2"
"""By its number SM3 with a key; one vendor means SM3 by it, and there is no key."""

SM3_LENGTH: Final = 32
MAX_NAMES: Final = 10
"""Files that a reason names; the others are counted."""

PROPERTIES: Final = re.compile(r'"([^"]*)"\s*:\s*"([^"]*)"')
OWN_PLACE: Final = frozenset({"ofd.Sign", "Entry"})
"""What the map of properties calls the place of Signature.xml, now and formerly."""


def judge_ofd(ofd: bytes, evidence: Evidence, *, now: datetime) -> DocumentReport:
    """Judge every signature of an OFD file.

    Raise `OFDMalformed` or `OFDLimitExceeded` for a file that cannot be read as one, or that names a list of signatures
    and has none: that is not the same as never signed. A signature whose own files cannot be read fails by itself; what
    is left of it counts as unprotected for the others.
    """
    package = OFDPackage.open(ofd)
    outline = read_outline(package)
    listing = read_listing(package)
    if isinstance(listing, FileListing):
        outline = replace(outline, lists=outline.lists | listing.message.own_files)
    judged = [one for found in outline.signatures for one in judge_one(package, outline, found, evidence, now=now)]
    if listing is not None:
        judged += judge_listing(package, outline, listing, evidence, now=now)
    return DocumentReport(signatures=tuple(judged), pages=outline.pages)


def judge_one(
    package: OFDPackage,
    outline: Outline,
    found: FoundSignature | BrokenSignature,
    evidence: Evidence,
    *,
    now: datetime,
) -> tuple[JudgedSignature, ...]:
    """Judge one signature: what the package shows, then its value."""
    if isinstance(found, BrokenSignature):
        return (broken(found),)
    checks = [Check(step=STEP, name="ofd.format"), check_references(found), check_protection(package, outline, found)]
    seal_signature = None
    if found.is_seal:
        judged = judge_seal_signature(found.value, evidence, now=now, document_hash=sm3(found.xml))
        reports: tuple[SignatureReport, ...] = (judged.report,)
        seal_signature = judged.signature
        if seal_signature is not None:
            checks += [check_seal_file(found, seal_signature), check_place(package, found, seal_signature)]
    else:
        reports = judge_message(found, checks, evidence, now=now)
    return tuple(
        JudgedSignature(
            field=found.field,
            placed=None,
            report=with_checks(report, tuple(checks)),
            seal_signature=seal_signature,
            files=signed_files(package, outline, found),
        )
        for report in reports
    )


def signed_files(package: OFDPackage, outline: Outline, found: FoundSignature) -> SignedFiles:
    """Return which files of the package a signature protects, and which it leaves out though it could list them."""
    bare = package.files.keys() - found.protected - outline.unlisted
    return SignedFiles(
        protected=tuple(sorted(package.files[key].name for key in package.files.keys() & found.protected)),
        unprotected=tuple(sorted(package.files[key].name for key in bare)),
    )


def broken(found: BrokenSignature) -> JudgedSignature:
    """Return the report on a signature whose files cannot be read."""
    check = failed(STEP, "ofd.format", SubIndication.FORMAT_FAILURE, f"the signature is broken: {found.reason}")
    kind = SignatureKind.SEAL_SIGNATURE if found.is_seal else SignatureKind.CMS
    report = SignatureReport(kind=kind, checks=(check,))
    return JudgedSignature(field=found.field, placed=None, report=report)


def judge_message(
    found: FoundSignature, checks: list[Check], evidence: Evidence, *, now: datetime
) -> tuple[SignatureReport, ...]:
    """Judge a signed message over `found.xml`; what it holds is compared first, and told among `checks`."""
    attached = check_attached(found)
    checks += attached
    content = None if attached else BytesContent(found.xml)  # what is inside was compared with the file just now
    return judge_cms(found.value, evidence, now=now, content=content, claimed_time=claimed_time(found.time))


def judge_listing(
    package: OFDPackage,
    outline: Outline,
    listing: FileListing | BrokenSignature,
    evidence: Evidence,
    *,
    now: datetime,
) -> tuple[JudgedSignature, ...]:
    """Judge the signed list of files: the names in it, then its value."""
    if isinstance(listing, BrokenSignature):
        return (broken(listing),)
    checks = [Check(step=STEP, name="ofd.format"), check_listed_files(package, outline, listing)]
    reports = judge_message(listing.message, checks, evidence, now=now)
    return tuple(
        JudgedSignature(field=listing.message.field, placed=None, report=with_checks(report, tuple(checks)))
        for report in reports
    )


def check_listed_files(package: OFDPackage, outline: Outline, listing: FileListing) -> Check:
    """Check that the files of the package are those of the list; signatures may have been added since.

    The list holds no hashes. Where nothing else is signed, nobody vouches for what the files hold.
    """
    name = "ofd.listed_files"
    there = frozenset(package.files)
    smuggled = [package.files[key].name for key in there - listing.listed - outline.unlisted]
    missing = [legible(key) for key in listing.listed - there]
    told = [f"{what}: {some(names)}" for what, names in (("not listed", smuggled), ("missing", missing)) if names]
    if told:
        return failed(STEP, name, SubIndication.HASH_FAILURE, "; ".join(told))
    if not outline.signatures:
        reason = "the list protects the names of the files, and no hash what they hold"
        return failed(STEP, name, SubIndication.SIGNED_DATA_NOT_FOUND, reason)
    return Check(step=STEP, name=name)


def check_references(found: FoundSignature) -> Check:
    """Check the hash of every file that the signature lists, over the octets as they are stored."""
    name = "ofd.references"
    if not found.references:
        return failed(STEP, name, SubIndication.FORMAT_FAILURE, "the signature lists no file")
    method, note = found.check_method.upper(), ""
    if method == HMAC_SM3:
        note = f"the hash function is named {HMAC_SM3}, which stands for SM3 with a key"
    elif not method and all(len(value_of(one)) == SM3_LENGTH for one in found.references):
        # By default the schema means MD5. Values of 32 octets that are the SM3 hashes of the files can be nothing else.
        note = "the hash function is not named; the values are of SM3"
    elif method not in SM3_NAMES:
        reason = f"hashes by {legible(found.check_method) or 'MD5'} protect nothing"
        return failed(STEP, name, SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason)
    missing = [legible(one.location) for one in found.references if one.file is None]
    altered = [one.file.name for one in found.references if one.file is not None and value_of(one) != one.file.digest]
    told = [f"{what}: {some(names)}" for what, names in (("missing", missing), ("altered", altered)) if names]
    if told:
        return failed(STEP, name, SubIndication.HASH_FAILURE, "; ".join(told))
    return Check(step=STEP, name=name, note=note)


def value_of(reference: Reference) -> bytes:
    """Return the hash that is told of a file, or nothing where it cannot be read."""
    try:
        return base64.b64decode("".join(reference.check_value.split()), validate=True)
    except ValueError:
        return b""


def some(names: Iterable[str]) -> str:
    """Return names for a sentence, however many there are."""
    first, *others = sorted(names)
    shown, hidden = [first, *others[: MAX_NAMES - 1]], len(others) - MAX_NAMES + 1
    return ", ".join(shown) + (f" and {hidden} more" if hidden > 0 else "")


def check_protection(package: OFDPackage, outline: Outline, found: FoundSignature) -> Check:
    """Check that the signature lists every file but those that it cannot list; see the head of this module."""
    name = "ofd.unprotected_files"
    bare = package.files.keys() - found.protected - outline.unlisted
    if not bare:
        return Check(step=STEP, name=name)
    note = some(package.files[key].name for key in bare)
    loose = bare - {outline.entry}
    told = []
    if loose:
        told.append("no hash in this signature protects " + some(package.files[key].name for key in loose))
    if outline.entry in bare and package.documents != {outline.root}:
        told.append("OFD.xml is not protected, and may have named another document or version when it was signed")
    if told:
        return replace(failed(STEP, name, SubIndication.SIGNED_DATA_NOT_FOUND, "; ".join(told)), note=note)
    return Check(step=STEP, name=name, note=f"{note}: the title and the other data of the document in it prove nothing")


def check_seal_file(found: FoundSignature, signature: SealSignature) -> Check:
    """Check that the seal beside the signature, which readers show, is the one that was signed."""
    name = "ofd.seal_file"
    if found.is_seal_missing:
        return failed(STEP, name, SubIndication.SIGNED_DATA_NOT_FOUND, "the file of the seal is missing")
    if found.seal_file is not None and found.seal != signature.seal.raw:
        reason = f"{found.seal_file.name} is not the seal in the signature value"
        return failed(STEP, name, SubIndication.HASH_FAILURE, reason)
    return Check(step=STEP, name=name, note="" if found.seal_file is not None else "the seal lies in the value alone")


def check_place(package: OFDPackage, found: FoundSignature, signature: SealSignature) -> Check:
    """Check that propertyInfo names this Signature.xml: by its place alone, or in a map of properties (OESV4)."""
    name = "ofd.property_info"
    told = signature.property_info.strip()
    places = [told]
    if told.startswith("{"):
        places = [value for key, value in PROPERTIES.findall(told) if key in OWN_PLACE]
    try:
        named = {None if file is None else file.name for file in map(package.find, places)}
    except OFDMalformed:
        named = {None}
    if named == {found.file.name}:
        return Check(step=STEP, name=name)
    reason = f"the value was made for {legible(told)}, not for {found.file.name}"
    return failed(STEP, name, SubIndication.SIG_CONSTRAINTS_FAILURE, reason)


def check_attached(found: FoundSignature) -> tuple[Check, ...]:
    """Check what a signed message holds: the hash of Signature.xml, now and then in base64, or that file itself.

    A message without content is detached and needs no such check; one that cannot be read is told of by its judge.
    """
    try:
        content = read_signed_message(found.value).content
    except TrustError:
        return ()
    if content is None:
        return ()
    name, digest = "ofd.signed_digest", sm3(found.xml)
    if content in (digest, found.xml):
        return (Check(step=STEP, name=name),)
    if content.strip() == base64.b64encode(digest):
        return (Check(step=STEP, name=name, note="the hash is written in base64"),)
    reason = f"the message is not about {found.file.name} as it is now"
    return (failed(STEP, name, SubIndication.HASH_FAILURE, reason),)


def claimed_time(told: str) -> datetime | None:
    """Return the SignatureDateTime, if it is in UTC; without a zone, as many write it, it is no moment."""
    match = re.fullmatch(r"(\d{14})(?:\.\d+)?Z", told)
    try:
        return datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if match else None
    except ValueError:
        return None
