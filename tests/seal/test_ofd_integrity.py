"""The signed list of the files of an OFD package: what was smuggled in is found, and nothing more is promised."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from seal.verification.documents import DocumentReport
from seal.verification.ofd.integrity import FileListing, read_listing
from seal.verification.ofd.judging import judge_ofd
from seal.verification.ofd.package import LIMITS, OFDLimitExceeded
from seal.verification.ofd.structure import BrokenSignature, OFDPackage
from tests.builders import PKI, Party, cms_signer
from tests.builders_ofd import (
    Files,
    SealKit,
    Signing,
    archive,
    attached_message,
    document,
    listing,
    sign,
    unsigned,
    xml,
)
from tests.fakes.clock import NOW
from trust.cms import Dialect
from trust.cms_signing import Placement
from trust.crypto.sm3 import sm3
from trust.profiles import DOCUMENT_SIGNER, SEAL_MAKER, SEAL_OWNER
from trust.verdict import Outcome, SubIndication

IMAGE = "Doc_0/Res/image.png"


@pytest.fixture(scope="module")
def signer(sm2_pki: PKI) -> Party:
    return sm2_pki.issue(DOCUMENT_SIGNER)


@pytest.fixture(scope="module")
def sealed(sm2_pki: PKI) -> Files:
    """Return a document with a seal over all of it."""
    kit = SealKit(maker=sm2_pki.issue(SEAL_MAKER), owner=sm2_pki.issue(SEAL_OWNER))
    return sign(document(), kit.value, Signing(seal=kit.seal))


@pytest.fixture
def judge(sm2_pki: PKI) -> Callable[[Files], DocumentReport]:
    return lambda files: judge_ofd(archive(files), sm2_pki.evidence, now=NOW)


Judge = Callable[[Files], DocumentReport]


def by(signer: Party) -> Callable[[bytes], bytes]:
    return lambda entries: attached_message(signer, entries)


def found(report: DocumentReport) -> dict[str, SubIndication]:
    """Return what did not pass of the list."""
    (judged,) = [one for one in report.signatures if one.field == "OFDEntries"]
    return {check.name: check.finding.sub_indication for check in judged.report.checks if check.finding is not None}


def test_a_sealed_document_with_a_list_of_all_its_files(judge: Judge, sealed: Files, signer: Party) -> None:
    report = judge(listing(sealed, by(signer)))
    assert [one.field for one in report.signatures] == ["1", "OFDEntries"]
    assert Outcome.PASSED is report.outcome
    (_, listed) = report.signatures
    assert [check.name for check in listed.report.checks][:3] == ["ofd.format", "ofd.listed_files", "ofd.signed_digest"]
    assert listed.report.signer == signer.certificate


@pytest.mark.parametrize("form", ["digest", "detached"])
def test_other_forms_of_the_message(judge: Judge, sealed: Files, signer: Party, form: str) -> None:
    def value(entries: bytes) -> bytes:
        if form == "digest":
            return attached_message(signer, sm3(entries))
        return cms_signer(signer, Dialect.GBT35275).sign_plain(entries, placement=Placement.DETACHED)

    assert Outcome.PASSED is judge(listing(sealed, value)).outcome


def test_a_file_that_was_smuggled_in(judge: Judge, sealed: Files, signer: Party) -> None:
    report = judge({**listing(sealed, by(signer)), "Doc_0/Res/other.png": b"\x89PNG"})
    assert found(report) == {"ofd.listed_files": SubIndication.HASH_FAILURE}
    (judged,) = [one for one in report.signatures if one.field == "OFDEntries"]
    assert judged.report.verdict.finding is not None
    assert judged.report.verdict.finding.reason == "not listed: Doc_0/Res/other.png"


def test_a_file_that_is_gone(judge: Judge, sealed: Files, signer: Party) -> None:
    files = listing(sealed, by(signer))
    report = judge({name: content for name, content in files.items() if name != IMAGE})
    assert found(report) == {"ofd.listed_files": SubIndication.HASH_FAILURE}


def test_a_list_that_was_made_before_the_seal(judge: Judge, sm2_pki: PKI, signer: Party) -> None:
    kit = SealKit(maker=sm2_pki.issue(SEAL_MAKER), owner=sm2_pki.issue(SEAL_OWNER))
    files = sign(listing(document(), by(signer)), kit.value)
    assert Outcome.PASSED is judge(files).outcome


def test_a_list_alone_protects_no_contents(judge: Judge, signer: Party) -> None:
    report = judge(listing(unsigned(), by(signer)))
    assert found(report) == {"ofd.listed_files": SubIndication.SIGNED_DATA_NOT_FOUND}
    assert Outcome.INDETERMINATE is report.outcome


def test_a_list_that_was_changed(judge: Judge, sealed: Files, signer: Party) -> None:
    files = listing(sealed, by(signer))
    other = {**sealed, "new": b"smuggled"}
    changed = listing(other, lambda _: files["signedvalue.dat"])
    assert found(judge(changed)) == {"ofd.signed_digest": SubIndication.HASH_FAILURE}


def test_a_list_of_a_stranger(judge: Judge, sealed: Files) -> None:
    stranger = PKI.found().issue(DOCUMENT_SIGNER)
    report = judge(listing(sealed, by(stranger)))
    assert found(report) == {"certificate.path": SubIndication.NO_CERTIFICATE_CHAIN_FOUND}
    assert Outcome.INDETERMINATE is report.outcome


BROKEN: dict[str, bytes] = {
    "no XML": b"<",
    "another root": xml("Entries"),
    "no list": xml("DocEntries", "<o:SignedValueLoc>/signedvalue.dat</o:SignedValueLoc>"),
    "no value": xml("DocEntries", "<o:FileList/>"),
    "a value elsewhere": xml("DocEntries", "<o:SignedValueLoc>/none</o:SignedValueLoc><o:FileList/>"),
    "a file outside": xml(
        "DocEntries",
        '<o:SignedValueLoc>/signedvalue.dat</o:SignedValueLoc><o:FileList><o:File FileLoc="../x"/></o:FileList>',
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_list_that_cannot_be_read_fails_by_itself(judge: Judge, sealed: Files, signer: Party, kind: str) -> None:
    report = judge({**listing(sealed, by(signer)), "OFDEntries.xml": BROKEN[kind]})
    assert found(report) == {"ofd.format": SubIndication.FORMAT_FAILURE}
    assert Outcome.FAILED is report.outcome


def test_a_value_that_is_no_message_excuses_no_file(judge: Judge, sealed: Files) -> None:
    # A page could show a file of any other kind: such a one counts as unprotected for the seal.
    report = judge(listing(sealed, lambda _: b"\x89PNG"))
    (seal, _) = report.signatures
    assert {check.name for check in seal.report.checks if check.finding} == {"ofd.unprotected_files"}
    assert "cms.format" in found(report)


def test_a_list_beyond_all_measure(sealed: Files, signer: Party) -> None:
    files = listing(sealed, by(signer), names=[str(number) for number in range(20)])
    package = OFDPackage.open(archive(files), replace(LIMITS, entries=len(files)))
    with pytest.raises(OFDLimitExceeded):
        read_listing(package)


def test_what_is_read(sealed: Files, signer: Party) -> None:
    listed = read_listing(OFDPackage.open(archive(listing(sealed, by(signer)))))
    assert isinstance(listed, FileListing)
    assert len(listed.listed) == len(sealed)
    assert read_listing(OFDPackage.open(archive(sealed))) is None
    broken = read_listing(OFDPackage.open(archive({**sealed, "ofdentries.XML": b"<"})))
    assert isinstance(broken, BrokenSignature)
