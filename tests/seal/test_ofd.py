"""Judging OFD files: one that is whole, and every way in which one can be not what was signed."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seal.verification.documents import DocumentReport, JudgedSignature
from seal.verification.ofd.judging import claimed_time, judge_ofd
from seal.verification.ofd.package import LIMITS, OFDLimitExceeded, OFDLimits, OFDMalformed
from seal.verification.ofd.structure import FoundSignature, OFDPackage, read_outline
from tests.builders import PKI, Party, cms_signer, grafted
from tests.builders_ofd import (
    BODY,
    FOLDER,
    LIST,
    OFD_XML,
    SIGNED_AT,
    Files,
    SealKit,
    Signing,
    archive,
    attached_message,
    document,
    sign,
    xml,
)
from tests.fakes.clock import NOW
from trust.asn1 import der, oids
from trust.cms import Dialect
from trust.crypto.sm3 import sm3
from trust.paths import Evidence
from trust.profiles import DOCUMENT_SIGNER, SEAL_MAKER, SEAL_OWNER
from trust.reports import SignatureKind
from trust.verdict import Check, Outcome, SubIndication

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "ses"

PAGE = "Doc_0/Pages/Page_0/Content.xml"
IMAGE = "Doc_0/Res/image.png"
SIGNATURE = f"{FOLDER}/Signature.xml"
VALUE = f"{FOLDER}/SignedValue.dat"
SEAL = f"{FOLDER}/Seal.esl"
EVIL = xml("Page", "<o:Content>evil</o:Content>")


@pytest.fixture(scope="module")
def kit(sm2_pki: PKI) -> SealKit:
    """Make a seal."""
    return SealKit(maker=sm2_pki.issue(SEAL_MAKER), owner=sm2_pki.issue(SEAL_OWNER))


@pytest.fixture(scope="module")
def signer(sm2_pki: PKI) -> Party:
    """Make a signer of documents, whose name stands with its certificate in the messages."""
    return sm2_pki.issue(DOCUMENT_SIGNER)


@pytest.fixture
def judge(sm2_pki: PKI) -> Callable[[Files], DocumentReport]:
    """Return what judges the archive of some files, with all evidence at hand."""

    def judged(files: Files) -> DocumentReport:
        return judge_ofd(archive(files), sm2_pki.evidence, now=NOW)

    return judged


Judge = Callable[[Files], DocumentReport]


def only(report: DocumentReport) -> JudgedSignature:
    """Return the one signature."""
    (signature,) = report.signatures
    return signature


def check_of(signature: JudgedSignature, name: str) -> Check:
    """Return the one check called `name`."""
    (found,) = [one for one in signature.report.checks if one.name == name]
    return found


def findings(signature: JudgedSignature) -> dict[str, SubIndication]:
    """Return the checks that did not pass."""
    return {one.name: one.finding.sub_indication for one in signature.report.checks if one.finding is not None}


def reason_of(signature: JudgedSignature, name: str) -> str:
    """Return why the check called `name` did not pass."""
    finding = check_of(signature, name).finding
    assert finding is not None
    return finding.reason


# --- whole files -----------------------------------------------------------------------------------------------------


def test_a_sealed_document_passes(kit: SealKit, judge: Judge) -> None:
    report = judge(sign(document(), kit.value, Signing(seal=kit.seal)))
    signature = only(report)
    assert report.outcome is Outcome.PASSED
    assert (report.pages, signature.field, signature.placed) == (2, "1", None)
    assert signature.report.kind is SignatureKind.SEAL_SIGNATURE
    assert signature.report.signer == kit.owner.certificate
    assert signature.seal_signature is not None
    assert signature.seal_signature.seal.raw == kit.seal
    names = [one.name for one in signature.report.checks]
    assert names[:5] == [
        "ofd.format",
        "ofd.references",
        "ofd.unprotected_files",
        "ofd.seal_file",
        "ofd.property_info",
    ]
    assert names[5] == "seal_signature.format"
    assert not any(one.note for one in signature.report.checks if one.name.startswith("ofd."))


def test_a_seal_in_the_value_alone_is_enough(kit: SealKit, judge: Judge) -> None:
    signature = only(report := judge(sign(document(), kit.value)))
    assert report.outcome is Outcome.PASSED
    assert check_of(signature, "ofd.seal_file").note == "the seal lies in the value alone"


def test_a_document_without_signatures_proves_nothing(judge: Judge) -> None:
    unsigned = xml(
        "OFD", "<o:DocBody><o:DocRoot>Doc_0/Document.xml</o:DocRoot><o:Signatures> </o:Signatures></o:DocBody>"
    )
    for files in (document() | {"OFD.xml": unsigned}, document() | {LIST: xml("Signatures")}):
        report = judge(files)
        assert (report.signatures, report.outcome, report.pages) == ((), Outcome.INDETERMINATE, 2)
        assert report.finding is not None
        assert report.finding.sub_indication is SubIndication.SIGNED_DATA_NOT_FOUND


@pytest.mark.parametrize(
    ("method", "note"),
    [
        ("SM3", ""),
        ("sm3", ""),
        ("1.2.156.10197.1.401", ""),
        ("1.2.156.10197.1.401.2", "the hash function is named 1.2.156.10197.1.401.2, which stands for SM3 with a key"),
        (None, "the hash function is not named; the values are of SM3"),
        ("", "the hash function is not named; the values are of SM3"),
    ],
)
def test_every_name_of_sm3_is_understood(kit: SealKit, judge: Judge, method: str | None, note: str) -> None:
    signature = only(report := judge(sign(document(), kit.value, Signing(method=method))))
    assert report.outcome is Outcome.PASSED
    assert check_of(signature, "ofd.references").note == note


@pytest.mark.parametrize(
    "how",
    [
        Signing(references="../../../{}"),
        Signing(references="./../../../{}"),
        Signing(references="/x/../{}"),
        Signing(references="//{}"),
        Signing(references="  /{} "),
        Signing(value_place=f"/{VALUE}"),
        Signing(value_place="../Sign_0/signedvalue.DAT"),
        Signing(property_info=f"  {SIGNATURE}"),
        Signing(property_info=f"/{SIGNATURE.upper()}"),
        Signing(property_info=f'{{"doc.DocID":"1";"doc.Title":"x:y";"ofd.Sign":"/{SIGNATURE}"}}'),
        Signing(property_info=f'{{"Entry" : "/{SIGNATURE}"}}'),
    ],
)
def test_every_way_to_write_a_place_is_understood(kit: SealKit, judge: Judge, how: Signing) -> None:
    assert judge(sign(document(), kit.value, how)).outcome is Outcome.PASSED


def test_a_signature_is_a_seal_and_named_by_its_place_unless_told_otherwise(kit: SealKit, judge: Judge) -> None:
    files = sign(document(), kit.value)
    files[LIST] = xml("Signatures", '<o:Signature BaseLoc="Sign_0/Signature.xml"/>')
    signature = only(report := judge(files))
    assert (report.outcome, signature.field) == (Outcome.PASSED, "Sign_0/Signature.xml")


def test_case_does_not_count_as_with_real_vendors(kit: SealKit, judge: Judge) -> None:
    files = document()
    files["OFD.xml"] = OFD_XML.replace(b"Doc_0/Document.xml", b"DOC_0/document.XML")
    signed = sign(files, kit.value, Signing(references="/{}"))
    renamed = {name.replace("Page_0", "PAGE_0"): content for name, content in signed.items()}
    report = judge(renamed)
    assert (report.outcome, report.pages) == (Outcome.PASSED, 2)


def test_a_second_signature_over_the_first_passes(kit: SealKit, judge: Judge) -> None:
    files = sign(document(), kit.value, Signing(seal=kit.seal))
    second = Signing(folder="Doc_0/Signs/Sign_1", id="2", seal=kit.seal)
    report = judge(sign(files, kit.value, second))
    assert [one.field for one in report.signatures] == ["1", "2"]
    assert report.outcome is Outcome.PASSED


def test_a_signature_that_protects_the_list_forbids_another(kit: SealKit, judge: Judge) -> None:
    files = document() | {LIST: xml("Signatures", f'<o:Signature ID="1" BaseLoc="/{SIGNATURE}"/>')}
    whole = sign(files, kit.value, Signing(covered=[*files]))
    whole[LIST] = files[LIST]
    assert judge(whole).outcome is Outcome.PASSED
    second = sign(whole, kit.value, Signing(folder="Doc_0/Signs/Sign_1", id="2"))
    first, other = judge(second).signatures
    assert findings(first) == {"ofd.references": SubIndication.HASH_FAILURE}
    assert findings(other) == {}


# --- signed messages without a seal ----------------------------------------------------------------------------------


def detached(party: Party) -> Callable[[bytes, str], bytes]:
    """Return what signs as one vendor does: detached, with attributes, and id-data where they say the national type."""

    def value(signature_xml: bytes, _: str) -> bytes:
        message = cms_signer(party, Dialect.GBT35275).sign(sm3(signature_xml), signing_time=SIGNED_AT)
        return grafted(message, 1, 0, 2, 0, put=der.oid(oids.DATA))

    return value


def attached(party: Party, content: Callable[[bytes], bytes] = sm3) -> Callable[[bytes, str], bytes]:
    """Return what signs as a provincial system does: the hash of Signature.xml inside, and no attributes."""
    return lambda signature_xml, _: attached_message(party, content(signature_xml))


TIME = "<o:SignatureDateTime>20261122030506.763Z</o:SignatureDateTime>"
MESSAGE = Signing(type="Sign", info=TIME)


def test_a_detached_message_passes(signer: Party, judge: Judge) -> None:
    signature = only(report := judge(sign(document(), detached(signer), MESSAGE)))
    assert report.outcome is Outcome.PASSED
    assert signature.report.kind is SignatureKind.CMS
    assert signature.report.claimed_time == SIGNED_AT.replace(microsecond=0)
    assert "ofd.signed_digest" not in [one.name for one in signature.report.checks]
    assert check_of(signature, "signature.content_type").note


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (sm3, ""),
        (bytes, ""),
        (lambda octets: base64.b64encode(sm3(octets)), "the hash is written in base64"),
        (lambda octets: base64.b64encode(sm3(octets)) + b"\n", "the hash is written in base64"),
    ],
    ids=["hash", "file", "base64", "base64 in a line"],
)
def test_an_attached_message_passes(signer: Party, judge: Judge, content: Callable[[bytes], bytes], note: str) -> None:
    signature = only(report := judge(sign(document(), attached(signer, content), MESSAGE)))
    assert report.outcome is Outcome.PASSED
    assert check_of(signature, "ofd.signed_digest").note == note
    assert signature.report.claimed_time == datetime(2026, 11, 22, 3, 5, 6, tzinfo=UTC)


def test_an_attached_message_about_something_else_fails(signer: Party, judge: Judge) -> None:
    signature = only(judge(sign(document(), attached(signer, lambda _: sm3(b"else")), MESSAGE)))
    assert findings(signature) == {"ofd.signed_digest": SubIndication.HASH_FAILURE}


@pytest.mark.parametrize("make", [detached, attached])
def test_a_message_over_an_altered_description_fails(
    signer: Party, judge: Judge, make: Callable[[Party], Callable[[bytes, str], bytes]]
) -> None:
    files = sign(document(), make(signer), MESSAGE)
    files[SIGNATURE] = files[SIGNATURE].replace(b"<o:SignedInfo>", b"<o:SignedInfo> ")
    signature = only(judge(files))
    assert signature.report.verdict.outcome is Outcome.FAILED
    assert set(findings(signature).values()) == {SubIndication.HASH_FAILURE}


def test_an_altered_page_fails_under_a_message_too(signer: Party, judge: Judge) -> None:
    files = sign(document(), detached(signer), MESSAGE) | {PAGE: EVIL}
    assert findings(only(judge(files))) == {"ofd.references": SubIndication.HASH_FAILURE}


def test_what_is_no_message_fails(kit: SealKit, judge: Judge) -> None:
    signature = only(judge(sign(document(), kit.value, MESSAGE)))
    assert findings(signature) == {"cms.format": SubIndication.FORMAT_FAILURE}
    assert signature.seal_signature is None


def test_a_seal_beside_a_message_protects_nothing(kit: SealKit, signer: Party, judge: Judge) -> None:
    files = sign(document(), detached(signer), replace(MESSAGE, seal=kit.seal))
    assert findings(only(judge(files))) == {"ofd.unprotected_files": SubIndication.SIGNED_DATA_NOT_FOUND}


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("20261122030506Z", datetime(2026, 11, 22, 3, 5, 6, tzinfo=UTC)),
        ("20261122030506", None),
        ("2026-11-22 03:05:06", None),
        ("20261322030506Z", None),
        ("", None),
    ],
)
def test_a_time_without_a_zone_is_no_moment(told: str, moment: datetime | None) -> None:
    assert claimed_time(told) == moment


# --- files that were altered -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [PAGE, IMAGE, "OFD.xml", "Doc_0/Document.xml"])
def test_an_altered_file_fails_and_is_named(kit: SealKit, judge: Judge, name: str) -> None:
    files = sign(document(), kit.value)
    signature = only(report := judge(files | {name: files[name] + b" "}))
    assert report.outcome is Outcome.FAILED
    assert findings(signature) == {"ofd.references": SubIndication.HASH_FAILURE}
    assert reason_of(signature, "ofd.references") == f"altered: {name}"


@pytest.mark.parametrize("name", [PAGE, IMAGE, "Doc_0/Document.xml"])
def test_a_missing_file_fails_and_is_named(kit: SealKit, judge: Judge, name: str) -> None:
    files = sign(document(), kit.value)
    del files[name]
    signature = only(judge(files))
    assert findings(signature) == {"ofd.references": SubIndication.HASH_FAILURE}
    assert reason_of(signature, "ofd.references") == f"missing: /{name}"


def test_many_altered_files_are_counted(kit: SealKit, judge: Judge) -> None:
    files = document() | {f"Doc_0/Res/{one:02}.png": b"\x89PNG" for one in range(12)}
    changed = {name: b"GIF" for name in files if name.endswith("png")}
    signature = only(judge(sign(files, kit.value) | changed))
    told = ", ".join(f"Doc_0/Res/{one:02}.png" for one in range(10))
    assert reason_of(signature, "ofd.references") == f"altered: {told} and 3 more"


def test_texts_of_the_file_are_made_legible(kit: SealKit, judge: Judge) -> None:
    how = Signing(id="\u202e1", method="M\u200bD5", property_info="x\n" + "/" * 600)
    signature = only(judge(sign(document(), kit.value, how)))
    assert signature.field == "\ufffd1"
    assert reason_of(signature, "ofd.references") == "hashes by M\ufffdD5 protect nothing"
    told = "x\ufffd" + "/" * 253
    assert reason_of(signature, "ofd.property_info") == f"the value was made for {told}, not for {SIGNATURE}"
    missing = only(judge(sign(document(), kit.value, Signing(references="/\u202e{}"))))
    assert "missing: /\ufffdDoc_0/Document.xml, " in reason_of(missing, "ofd.references")


@pytest.mark.parametrize("value", ["", "AAAA", "not base64!", base64.b64encode(bytes(32)).decode(), "ä"])
def test_a_wrong_check_value_fails(kit: SealKit, judge: Judge, value: str) -> None:
    signature = only(judge(sign(document(), kit.value, Signing(values={PAGE: value}))))
    assert findings(signature) == {"ofd.references": SubIndication.HASH_FAILURE}
    assert reason_of(signature, "ofd.references") == f"altered: {PAGE}"


def test_a_check_value_may_stand_in_lines(kit: SealKit, judge: Judge) -> None:
    told = base64.encodebytes(sm3(document()[PAGE])).decode()
    assert judge(sign(document(), kit.value, Signing(values={PAGE: f"\n {told}"}))).outcome is Outcome.PASSED


@pytest.mark.parametrize("method", ["MD5", "SHA1", "SHA256", "1.2.156.10197.1.401.1", "?"])
def test_hashes_of_another_function_fail(kit: SealKit, judge: Judge, method: str) -> None:
    signature = only(judge(sign(document(), kit.value, Signing(method=method))))
    assert findings(signature) == {"ofd.references": SubIndication.CRYPTO_CONSTRAINTS_FAILURE}
    assert reason_of(signature, "ofd.references") == f"hashes by {method} protect nothing"


def test_hashes_of_no_named_function_that_are_not_of_sm3_fail(kit: SealKit, judge: Judge) -> None:
    how = Signing(method=None, values={PAGE: base64.b64encode(bytes(16)).decode()})
    signature = only(judge(sign(document(), kit.value, how)))
    assert reason_of(signature, "ofd.references") == "hashes by MD5 protect nothing"
    altered = sign(document(), kit.value, Signing(method=None)) | {PAGE: EVIL}
    assert findings(only(judge(altered))) == {"ofd.references": SubIndication.HASH_FAILURE}


def test_a_signature_over_no_file_fails(kit: SealKit, judge: Judge) -> None:
    signature = only(judge(sign(document(), kit.value, Signing(covered=()))))
    assert findings(signature) == {
        "ofd.references": SubIndication.FORMAT_FAILURE,
        "ofd.unprotected_files": SubIndication.SIGNED_DATA_NOT_FOUND,
    }


def test_an_altered_description_fails(kit: SealKit, judge: Judge) -> None:
    files = sign(document(), kit.value)
    for before, after in ((b"<o:SignedInfo>", b"<o:SignedInfo> "), (b"</o:Signature>", b"</o:Signature>\n")):
        altered = files | {SIGNATURE: files[SIGNATURE].replace(before, after)}
        assert findings(only(judge(altered))) == {"seal_signature.data_hash": SubIndication.HASH_FAILURE}


def test_a_page_and_its_hash_altered_together_fail(kit: SealKit, judge: Judge) -> None:
    files = sign(document(), kit.value)
    right, wrong = (base64.b64encode(sm3(one)) for one in (files[PAGE], EVIL))
    altered = files | {PAGE: EVIL, SIGNATURE: files[SIGNATURE].replace(right, wrong)}
    assert findings(only(judge(altered))) == {"seal_signature.data_hash": SubIndication.HASH_FAILURE}


def test_an_altered_value_fails(kit: SealKit, judge: Judge) -> None:
    files = sign(document(), kit.value)
    flipped = bytearray(files[VALUE])
    flipped[-1] ^= 1
    altered = only(judge(files | {VALUE: bytes(flipped)}))
    assert findings(altered) == {"seal_signature.value": SubIndication.SIG_CRYPTO_FAILURE}


def test_a_value_that_is_none_fails(kit: SealKit, judge: Judge) -> None:
    signature = only(judge(sign(document(), kit.value) | {VALUE: b"\x30\x00"}))
    assert findings(signature) == {"seal_signature.format": SubIndication.FORMAT_FAILURE}
    assert "ofd.property_info" not in [one.name for one in signature.report.checks]


# --- seal and place --------------------------------------------------------------------------------------------------


def test_another_seal_beside_the_signature_fails(kit: SealKit, judge: Judge) -> None:
    other = replace(kit, name="another")
    for files in (
        sign(document(), kit.value, Signing(seal=other.seal)),
        sign(document(), kit.value) | {SEAL: other.seal},
    ):
        signature = only(judge(files))
        assert findings(signature) == {"ofd.seal_file": SubIndication.HASH_FAILURE}
        assert reason_of(signature, "ofd.seal_file") == f"{SEAL} is not the seal in the signature value"


def test_something_else_in_the_place_of_the_seal_fails_and_is_unprotected(kit: SealKit, judge: Judge) -> None:
    assert findings(only(judge(sign(document(), kit.value) | {SEAL: b"\x89PNG"}))) == {
        "ofd.seal_file": SubIndication.HASH_FAILURE,
        "ofd.unprotected_files": SubIndication.SIGNED_DATA_NOT_FOUND,
    }


def test_a_seal_that_is_named_and_missing_leaves_a_doubt(kit: SealKit, judge: Judge) -> None:
    files = sign(document(), kit.value, Signing(seal=kit.seal))
    del files[SEAL]
    assert findings(only(judge(files))) == {"ofd.seal_file": SubIndication.SIGNED_DATA_NOT_FOUND}


@pytest.mark.parametrize(
    "told",
    [
        "/Doc_0/Signs/Sign_1/Signature.xml",
        f"/{VALUE}",
        "ByteRange",
        "/",
        "../../etc/passwd",
        "{}",
        '{"doc.DocID":"1"}',
        f'{{"doc.DocID":"/{SIGNATURE}"}}',
        f'{{"ofd.Sign":"/{VALUE}"}}',
        f'{{"ofd.Sign":"/{SIGNATURE}";"Entry":"/{VALUE}"}}',
        f'{{"ofd.Sign":"/{SIGNATURE}";"ofd.Sign":"/{VALUE}"}}',
        f'{{"ofd.Sign":"/../{SIGNATURE}"}}',
    ],
)
def test_a_value_made_for_another_place_fails(kit: SealKit, judge: Judge, told: str) -> None:
    signature = only(judge(sign(document(), kit.value, Signing(property_info=told))))
    assert findings(signature) == {"ofd.property_info": SubIndication.SIG_CONSTRAINTS_FAILURE}


def test_a_signature_moved_to_another_folder_fails(kit: SealKit, judge: Judge) -> None:
    files = sign(document(), kit.value)
    moved = {name.replace("Sign_0", "Sign_7"): content for name, content in files.items()}
    moved[LIST] = moved[LIST].replace(b"Sign_0", b"Sign_7")
    assert findings(only(judge(moved))) == {"ofd.property_info": SubIndication.SIG_CONSTRAINTS_FAILURE}


# --- files that are not protected ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Doc_0/Pages/Page_2/Content.xml",
        "Doc_0/Annots/Page_0/Annotation.xml",
        "Doc_1/Document.xml",
        "other.xml",
        f"{FOLDER}/image.png",
        "Doc_0/Signs/Sign_1/Signature.xml",
        "META-INF/container.xml",
    ],
)
def test_a_file_that_is_added_leaves_a_doubt_wherever_it_lies(kit: SealKit, judge: Judge, name: str) -> None:
    signature = only(report := judge(sign(document(), kit.value) | {name: EVIL}))
    assert report.outcome is Outcome.INDETERMINATE
    assert findings(signature) == {"ofd.unprotected_files": SubIndication.SIGNED_DATA_NOT_FOUND}
    assert check_of(signature, "ofd.unprotected_files").note == name
    assert reason_of(signature, "ofd.unprotected_files") == f"no hash in this signature protects {name}"


def test_a_page_that_was_never_protected_leaves_a_doubt(kit: SealKit, judge: Judge) -> None:
    how = Signing(covered=[name for name in document() if name != PAGE])
    assert judge(sign(document(), kit.value, how)).outcome is Outcome.INDETERMINATE


def test_a_page_that_a_later_signer_adds_is_not_in_the_first_ones_name(kit: SealKit, judge: Judge) -> None:
    added = "Doc_0/Pages/Page_2/Content.xml"
    files = sign(document(), kit.value) | {added: EVIL}
    first, second = judge(sign(files, kit.value, Signing(folder="Doc_0/Signs/Sign_1", id="2"))).signatures
    assert findings(first) == {"ofd.unprotected_files": SubIndication.SIGNED_DATA_NOT_FOUND}
    assert findings(second) == {}


def test_what_calls_itself_a_signature_excuses_no_page(kit: SealKit, judge: Judge) -> None:
    page, image = "Doc_0/Pages/Page_2/Content.xml", "Doc_0/Res/later.png"
    files = sign(document(), kit.value)
    # A second entry names a page as its description, a third an image as its value.
    entries = f'<o:Signature BaseLoc="/{page}"/><o:Signature BaseLoc="/x/Signature.xml"/></o:Signatures>'
    files[LIST] = files[LIST].replace(b"</o:Signatures>", entries.encode())
    files |= {page: EVIL, image: b"\x89PNG"}
    files["x/Signature.xml"] = files[SIGNATURE].replace(b">SignedValue.dat", f">/{image}".encode())
    first, second, third = judge(files).signatures
    assert findings(first) == {"ofd.unprotected_files": SubIndication.SIGNED_DATA_NOT_FOUND}
    assert reason_of(first, "ofd.unprotected_files") == f"no hash in this signature protects {page}, {image}"
    assert findings(second) == {"ofd.format": SubIndication.FORMAT_FAILURE}
    assert third.report.verdict.outcome is Outcome.FAILED


# --- OFD.xml that is not protected -----------------------------------------------------------------------------------

WITHOUT_ENTRY = Signing(covered=[name for name in document() if name != "OFD.xml"])


def test_a_plain_entry_that_is_not_protected_is_let_pass_with_a_remark(kit: SealKit, judge: Judge) -> None:
    files = sign(document(), kit.value, WITHOUT_ENTRY)
    signature = only(report := judge(files))
    assert report.outcome is Outcome.PASSED
    note = "OFD.xml: the title and the other data of the document in it prove nothing"
    assert check_of(signature, "ofd.unprotected_files").note == note


@pytest.mark.parametrize(
    "inside",
    [
        BODY + "<o:DocBody><o:DocRoot>Doc_0/Document.xml</o:DocRoot></o:DocBody>",
        BODY.replace("</o:DocBody>", "<o:Versions/></o:DocBody>"),
        BODY.replace("Doc_0/Document.xml", PAGE),
        BODY.replace("Doc_0/Document.xml", "Doc_0/missing.xml"),
        BODY.replace("Doc_0/Document.xml", SIGNATURE),
    ],
    ids=["second document", "versions", "a page as root", "no root", "a signature as root"],
)
def test_an_entry_that_may_lead_elsewhere_is_not_let_pass(kit: SealKit, judge: Judge, inside: str) -> None:
    files = sign(document(), kit.value, WITHOUT_ENTRY) | {"OFD.xml": xml("OFD", inside)}
    signature = only(report := judge(files))
    assert report.outcome is Outcome.INDETERMINATE
    assert findings(signature) == {"ofd.unprotected_files": SubIndication.SIGNED_DATA_NOT_FOUND}
    assert reason_of(signature, "ofd.unprotected_files").startswith("OFD.xml is not protected, and may have named")


@pytest.mark.parametrize(
    "attachment",
    [
        xml("Document", "<o:Pages/>"),
        b"<Document/>",
        b"<!-- --><x:Document\n/>",
        '<?xml version="1.0" encoding="UTF-16"?><Document></Document>'.encode("utf-16"),
        b"<x>" + b" " * (128 << 10) + b"<o:Document >",
        b" " * ((64 << 10) - 6) + b"<o:Document>",
    ],
    ids=["OFD", "plain", "after a comment", "UTF-16", "far inside", "between two pieces"],
)
def test_an_attachment_that_could_be_shown_instead_leaves_a_doubt(
    kit: SealKit, judge: Judge, attachment: bytes
) -> None:
    files = document() | {"Doc_0/Attachs/attachment.xml": attachment}
    assert judge(sign(files, kit.value)).outcome is Outcome.PASSED
    loose = sign(files, kit.value, Signing(covered=[name for name in files if name != "OFD.xml"]))
    assert judge(loose).outcome is Outcome.INDETERMINATE


# --- signatures that are broken --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [SIGNATURE, VALUE])
def test_a_signature_without_its_files_fails(kit: SealKit, judge: Judge, name: str) -> None:
    files = sign(document(), kit.value)
    del files[name]
    signature = only(report := judge(files))
    assert report.outcome is Outcome.FAILED
    assert findings(signature) == {"ofd.format": SubIndication.FORMAT_FAILURE}
    assert signature.report.kind is SignatureKind.SEAL_SIGNATURE
    assert signature.field == "1"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"</o:Signature>", b""),
        (b"<o:Signature ", b"<!DOCTYPE Signature><o:Signature "),
        (b"SignedInfo>", b"Other>"),
        (b"References", b"Others"),
        (b"o:SignedValue>", b"o:Other>"),
        (b"<o:SignedValue>SignedValue.dat", b"<o:SignedValue>../../../../../x"),
        (b'FileRef="/', b'FileRef="../../../../'),
        (b"<o:SignedValue>", b"<o:SignedValue/><o:SignedValue>"),
        (b"<o:References", b"<o:References/><o:References"),
    ],
    ids=[
        "cut off",
        "document type",
        "no SignedInfo",
        "no References",
        "no SignedValue",
        "value outside the package",
        "file outside the package",
        "two values",
        "two lists of references",
    ],
)
def test_a_broken_description_fails(kit: SealKit, judge: Judge, before: bytes, after: bytes) -> None:
    files = sign(document(), kit.value)
    assert before in files[SIGNATURE]
    files[SIGNATURE] = files[SIGNATURE].replace(before, after)
    assert findings(only(judge(files))) == {"ofd.format": SubIndication.FORMAT_FAILURE}


@pytest.mark.parametrize("type_", ["Other", "seal", ""])
def test_an_unknown_type_fails(kit: SealKit, judge: Judge, type_: str) -> None:
    assert findings(only(judge(sign(document(), kit.value, Signing(type=type_))))) == {
        "ofd.format": SubIndication.FORMAT_FAILURE
    }


def test_a_message_without_its_files_fails_as_a_message(signer: Party, judge: Judge) -> None:
    files = sign(document(), detached(signer), MESSAGE)
    del files[VALUE]
    assert only(judge(files)).report.kind is SignatureKind.CMS


def test_an_entry_without_a_place_fails(kit: SealKit, judge: Judge) -> None:
    files = sign(document(), kit.value)
    files[LIST] = files[LIST].replace(b"BaseLoc", b"Other")
    assert findings(only(judge(files))) == {"ofd.format": SubIndication.FORMAT_FAILURE}


def test_a_broken_signature_hides_no_other(kit: SealKit, judge: Judge) -> None:
    files = sign(document(), kit.value)
    files = sign(files, kit.value, Signing(folder="Doc_0/Signs/Sign_1", id="2"))
    del files["Doc_0/Signs/Sign_1/Signature.xml"]
    first, second = judge(files).signatures
    assert reason_of(first, "ofd.unprotected_files").endswith("protects Doc_0/Signs/Sign_1/SignedValue.dat")
    assert findings(second) == {"ofd.format": SubIndication.FORMAT_FAILURE}


# --- packages that are broken ----------------------------------------------------------------------------------------


def without(files: Files, name: str) -> Files:
    """Return `files` but one."""
    return {one: content for one, content in files.items() if one != name}


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda files: without(files, "OFD.xml"), "OFD.xml"),
        (lambda files: without(files, LIST), "Signatures"),
        (lambda files: files | {"OFD.xml": b"<OFD>"}, "OFD"),
        (lambda files: files | {"OFD.xml": xml("Other")}, "OFD"),
        (lambda files: files | {"OFD.xml": xml("OFD")}, "OFD.xml"),
        (lambda files: files | {"OFD.xml": xml("OFD", "<o:DocBody/>")}, "DocRoot"),
        (lambda files: files | {"OFD.xml": OFD_XML.replace(b"<o:DocRoot>", b"<DocRoot/><o:DocRoot>")}, "DocRoot"),
        (lambda files: files | {"OFD.xml": xml("OFD", BODY + BODY)}, "OFD.xml"),
        (lambda files: files | {"OFD.xml": OFD_XML.replace(b"/Doc_0/Signs/", b"/../")}, "location"),
        (lambda files: files | {"OFD.xml": OFD_XML.replace(b"<o:OFD", b"<!DOCTYPE OFD><o:OFD")}, "OFD"),
        (lambda files: files | {LIST: b"<x/>"}, "Signatures"),
        (lambda files: files | {LIST: xml("Signatures", f'<o:Signature BaseLoc="/{SIGNATURE}"/>' * 2)}, "OFD.xml"),
    ],
)
def test_a_broken_package_is_refused(kit: SealKit, judge: Judge, change: Callable[[Files], Files], part: str) -> None:
    with pytest.raises(OFDMalformed) as caught:
        judge(change(sign(document(), kit.value)))
    assert caught.value.details == {"part": part}


def test_what_is_no_archive_is_refused() -> None:
    with pytest.raises(OFDMalformed):
        judge_ofd(b"%PDF-1.7", Evidence(), now=NOW)


def test_too_many_signatures_are_refused(judge: Judge) -> None:
    entries = "".join(f'<o:Signature BaseLoc="{one}.xml"/>' for one in range(LIMITS.signatures + 1))
    with pytest.raises(OFDLimitExceeded) as caught:
        judge(document() | {LIST: xml("Signatures", entries)})
    assert caught.value.details == {"limit": "signatures", "allowed": LIMITS.signatures}


@pytest.mark.parametrize(
    ("name", "limit"), [(SIGNATURE, "xml"), (LIST, "xml"), ("OFD.xml", "xml"), (VALUE, "value"), (SEAL, "value")]
)
def test_large_files_of_a_signature_are_refused(kit: SealKit, judge: Judge, name: str, limit: str) -> None:
    files = sign(document(), kit.value, Signing(seal=kit.seal))
    files[name] += hashlib.shake_128(b"").digest(LIMITS.xml)
    with pytest.raises(OFDLimitExceeded) as caught:
        judge(files)
    assert caught.value.details["limit"] == limit


def test_too_many_elements_in_all_are_refused(kit: SealKit) -> None:
    files = sign(document(), kit.value)
    files = sign(files, kit.value, Signing(folder="Doc_0/Signs/Sign_1", id="2"))
    with pytest.raises(OFDLimitExceeded) as caught:
        read_outline(OFDPackage.open(archive(files), OFDLimits(xml_elements=40)))
    assert caught.value.details == {"limit": "xml_elements", "allowed": 40}
    assert len(read_outline(OFDPackage.open(archive(files))).signatures) == 2


def test_too_many_values_in_all_are_refused(kit: SealKit) -> None:
    ofd = archive(sign(document(), kit.value))
    with pytest.raises(OFDLimitExceeded) as caught:
        read_outline(OFDPackage.open(ofd, OFDLimits(values=1000)))
    assert caught.value.details == {"limit": "values", "allowed": 1000}


def test_a_value_that_many_signatures_name_is_held_once(kit: SealKit) -> None:
    files = sign(document(), kit.value, Signing(value_place=f"/{VALUE}"))
    files = sign(files, kit.value, Signing(folder="Doc_0/Signs/Sign_1", id="2", value_place=f"/{VALUE}"))
    first, second = read_outline(OFDPackage.open(archive(files))).signatures
    assert isinstance(first, FoundSignature)
    assert isinstance(second, FoundSignature)
    assert first.value is second.value


@pytest.mark.parametrize(
    "root",
    [b"<Document>", xml("Document"), xml("Other"), xml("Document", hashlib.shake_128(b"").hexdigest(LIMITS.xml // 2))],
    ids=["cut off", "no pages", "other", "large"],
)
def test_pages_that_cannot_be_counted_are_none(kit: SealKit, judge: Judge, root: bytes) -> None:
    report = judge(sign(document() | {"Doc_0/Document.xml": root}, kit.value))
    assert (report.pages, report.outcome) == (0, Outcome.PASSED)


# --- other people's files --------------------------------------------------------------------------------------------


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the folder shared/corpus does not lie beside the checkout")
@pytest.mark.parametrize(
    ("name", "pages", "notes"),
    [
        (
            "999.ofd",
            5,
            {
                "ofd.unprotected_files": "OFD.xml: the title and the other data of the document in it prove nothing",
                "ofd.seal_file": "the seal lies in the value alone",
            },
        ),
        ("v4signed.ofd", 1, {"ofd.seal_file": "the seal lies in the value alone"}),
    ],
)
def test_files_of_a_tax_authority_lack_nothing_but_their_chains(name: str, pages: int, notes: dict[str, str]) -> None:
    report = judge_ofd((CORPUS / name).read_bytes(), Evidence(), now=datetime(2021, 1, 1, tzinfo=UTC))
    signature = only(report)
    assert (report.pages, signature.field, signature.report.kind) == (pages, "1", SignatureKind.SEAL_SIGNATURE)
    assert findings(signature) == {"certificate.path": SubIndication.NO_CERTIFICATE_CHAIN_FOUND}
    assert report.outcome is Outcome.INDETERMINATE
    assert {one.name: one.note for one in signature.report.checks if one.name.startswith("ofd.") and one.note} == notes
    passed = {one.name for one in signature.report.checks if one.outcome is Outcome.PASSED}
    assert {"ofd.references", "ofd.property_info", "seal_signature.value", "seal.signature_value"} <= passed
