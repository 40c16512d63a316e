"""What a report says: both languages side by side, every signature, nothing that a typeface cannot draw."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto.x509 import Certificate as AnyCertificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from api.report_signing import Reports
from api.verification_report import LONGEST, MOST_CHECKS, MOST_DETAILED, Typeset, claim_report, file_report
from api.verification_tally import Asked, Tally
from licence.errors import TemplateBroken
from licence.verification import FileFinding
from seal.errors import OwnWorkRefused
from tests.api.builders import Furnished, Service
from trust.paths import Evidence
from trust.store import Reading, Store, StoreUnavailable
from trust.timestamping import TimeStampingUnavailable
from trust.verdict import Outcome

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def found(shared_furnished: Service, furnished_folder: Furnished) -> FileFinding:
    """Return the verdict on a licence of ours."""
    return shared_furnished.instance.verification.file(furnished_folder.licence_pdf)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def test_it_says_everything_in_both_languages(found: FileFinding, furnished_folder: Furnished) -> None:
    data = file_report(found, furnished_folder.licence_pdf, name="证照.pdf", at=AT)
    assert (data["outcome"], data["word"]) == ("passed", ["有效", "Valid"])
    assert data["title"] == ["验证报告", "Verification report"]
    assert [one["title"] for one in data["sections"]] == [
        ["电子签章 1", "Seal signature 1"],
        ["电子签名 2", "Electronic signature 2"],
        ["向登记系统核对的结果", "What the registry says"],
    ]
    assert all(len(one["label"]) == 2 for one in data["about"] if one["label"] != ["SHA-256"])
    assert data["about"][0]["value"] == ["证照.pdf"]
    registry = found.registry
    assert registry is not None
    checks = [check for one in data["sections"] for check in one["checks"]]
    assert len(checks) == sum(len(one.report.checks) for one in found.report.document.signatures) + len(registry.checks)


def test_a_file_without_a_name_has_none(found: FileFinding, furnished_folder: Furnished) -> None:
    data = file_report(found, furnished_folder.licence_pdf, name="", at=AT)
    assert data["about"][0]["label"] == ["结论时点", "Verdict as of"]


def test_what_no_typeface_draws_is_set_as_a_mark(found: FileFinding, furnished_folder: Furnished) -> None:
    name = "a\u202eb\U0010fffdc" + "长" * LONGEST
    data = file_report(found, furnished_folder.licence_pdf, name=name, at=AT)
    (shown,) = data["about"][0]["value"]
    assert shown.startswith("a〓b〓c长")
    assert (len(shown), shown[-1]) == (LONGEST + 1, "…")


def test_a_file_with_many_signatures_is_told_in_part(found: FileFinding, furnished_folder: Furnished) -> None:
    document = found.report.document
    first = document.signatures[0]
    many = replace(first, report=replace(first.report, checks=first.report.checks * MOST_CHECKS))
    signatures = (many,) * (MOST_DETAILED + 1)
    report = replace(found.report, document=replace(document, signatures=signatures))
    data = file_report(replace(found, report=report), furnished_folder.licence_pdf, name="", at=AT)
    assert len(data["sections"]) == MOST_DETAILED + 1, "with that of the registry"
    assert len(data["sections"][0]["checks"]) == MOST_CHECKS
    assert any(f"{MOST_DETAILED + 1} signatures" in one for one in strings(data["notes"]))


def test_a_code_has_a_report_without_a_file(shared_furnished: Service, furnished_folder: Furnished) -> None:
    report = shared_furnished.instance.verification.claim(furnished_folder.claim.rsplit("/", 1)[1])
    data = claim_report(report, at=AT)
    assert (data["outcome"], data["licence"]["name"]) == ("passed", ["营业执照", "Business Licence"])
    assert [one["title"] for one in data["sections"]] == [["对二维码的检查", "Checks on the QR code"]]
    assert not any("记录" in one for one in data["notes"][0])


@pytest.mark.parametrize(("text", "outcome"), [("x", "failed")])
def test_a_code_that_fails_says_why(shared_furnished: Service, text: str, outcome: str) -> None:
    data = claim_report(shared_furnished.instance.verification.claim(text), at=AT)
    assert (data["outcome"], data["licence"], data["sections"][0]["outcome"]) == (outcome, None, "failed")
    assert data["reasons"]
    assert data["steps"]


def test_the_same_report_is_the_same_file(found: FileFinding, furnished_folder: Furnished) -> None:
    data = file_report(found, furnished_folder.licence_pdf, name="a.pdf", at=AT)
    typeset = Typeset(service="云州市", address="https://trust.example")
    made = [typeset.pages(data, record=b"{}", number="report_1", at=AT) for _ in range(2)]
    assert made[0] == made[1]
    assert b"<pdfaid:part>3</pdfaid:part>" in made[0]


def test_a_template_that_breaks_is_told_of(found: FileFinding, furnished_folder: Furnished) -> None:
    data = file_report(found, furnished_folder.licence_pdf, name="a.pdf", at=AT)
    typeset = Typeset(service="云州市", address="https://trust.example")
    with pytest.raises(TemplateBroken) as raised:
        typeset.pages({**data, "outcome": "perhaps"}, record=b"", number="report_1", at=AT)
    assert raised.value.details == {"template": "verification_report"}


# --- signing


class Silent:
    """A time-stamp authority that does not answer."""

    def stamp(self, _: bytes) -> bytes:
        raise TimeStampingUnavailable


class NobodyTrusted:
    """Authorities of an instance that trusts no root."""

    def evidence(self, _: Reading) -> Evidence:
        return Evidence(anchors=())


def reports(service: Service, **changes: object) -> Reports:
    return replace(service.instance.verifying.reports, **changes)  # type: ignore[arg-type] # members of it


def test_no_report_is_released_without_a_time_stamp(shared_furnished: Service) -> None:
    data = claim_report(shared_furnished.instance.verification.claim("x"), at=AT)
    with pytest.raises(TimeStampingUnavailable):
        reports(shared_furnished, stamper=Silent()).make(data, record=b"")


def test_no_report_is_released_that_our_own_verification_refuses(shared_furnished: Service) -> None:
    data = claim_report(shared_furnished.instance.verification.claim("x"), at=AT)
    with pytest.raises(OwnWorkRefused) as raised:
        reports(shared_furnished, authorities=NobodyTrusted()).make(data, record=b"")
    assert raised.value.details == {"check": "NO_CERTIFICATE_CHAIN_FOUND"}


def test_pyhanko_finds_a_report_good_with_what_it_brings_along(
    shared_furnished: Service, found: FileFinding, furnished_folder: Furnished
) -> None:
    instance = shared_furnished.instance
    data = file_report(found, furnished_folder.licence_pdf, name="证照.pdf", at=AT)
    made = instance.verifying.reports.make(data, record=b"{}")
    roots = [AnyCertificate.load(one.der) for one in instance.evidence().anchors]
    (signature,) = PdfFileReader(io.BytesIO(made)).embedded_signatures
    context = ValidationContext(
        trust_roots=roots, allow_fetching=False, moment=shared_furnished.clock.now() + timedelta(seconds=1)
    )
    status = validate_pdf_signature(signature, context, ts_validation_context=context)
    assert (status.bottom_line, status.coverage) == (True, SignatureCoverageLevel.ENTIRE_FILE)
    assert status.timestamp_validity is not None
    store = DocumentSecurityStore.read_dss(PdfFileReader(io.BytesIO(made)))
    assert len(store.crls) > 1


# --- counting


def test_what_cannot_be_put_on_record_is_counted_on(sqlite_store: Store) -> None:
    tally = Tally()
    tally.count(Asked.FILE, Outcome.PASSED)
    with sqlite_store.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_event RENAME TO elsewhere")
    with pytest.raises(StoreUnavailable):
        tally.flush(sqlite_store)
    tally.count(Asked.FILE, Outcome.PASSED)
    with sqlite_store.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO audit_event")
    assert tally.flush(sqlite_store) == 2
