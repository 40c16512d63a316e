"""What the public pages show: every state in its words, nothing of a person in whole, in both languages."""

import ast
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

import licence
import seal
import trust
from api import device_pages, page_models
from api.openid import pages as login_pages
from api.page_models import ResultPage, claim_page, file_page, form_problem, problem_page
from api.pages import words
from api.pages.details import day, in_china
from api.pages.licences import licence_part
from api.pages.situations import STOPPED, Situation
from api.pages.veil import Veil
from api.pages.words import WORDS, Language, preferred
from api.routes import activation_pages
from api.routes import login_pages as login_routes
from licence.lifecycle import PERMITS, LicenceState, LicenceUse
from licence.standing import ClaimReport, FileFinding
from seal.data.deviations import Deviation
from seal.lifecycle import SealState
from seal.records import Seal
from seal.standing import SealTrust
from seal.verification.files import FileKind
from seal.verification.results import SealResult
from tests.builders import PKI
from tests.fakes import verification as fake
from tests.fakes.clock import NOW
from trust.pdf.intake import PDFEncrypted, PDFLimitExceeded
from trust.pdf.judging import Changes, Coverage
from trust.profiles import DOCUMENT_SIGNER, TIME_STAMPING, Name
from trust.reports import SignatureKind
from trust.verdict import Outcome, SubIndication, Verdict

PASSED, FAILED, INDETERMINATE = Outcome.PASSED, Outcome.FAILED, Outcome.INDETERMINATE
CITIZEN_NUMBER = "11010519491231002X"
"""The example of GB 11643-1999."""

CLAIMS = {
    "in-force": (PASSED, Situation.CLAIM_IN_FORCE, "有效"),
    "in-force-person": (PASSED, Situation.CLAIM_IN_FORCE, "有效"),
    "in-force-no-end": (PASSED, Situation.CLAIM_IN_FORCE, "有效"),
    "suspended": (FAILED, Situation.LICENCE_SUSPENDED, "暂扣"),
    "revoked": (FAILED, Situation.LICENCE_REVOKED, "吊销"),
    "withdrawn": (FAILED, Situation.LICENCE_WITHDRAWN, "撤销"),
    "superseded": (FAILED, Situation.LICENCE_SUPERSEDED, "已被取代"),
    "superseded-and-over": (FAILED, Situation.LICENCE_SUPERSEDED, "已被取代"),
    "from-paper": (PASSED, Situation.CLAIM_IN_FORCE, "有效"),
    "cancelled": (FAILED, Situation.LICENCE_CANCELLED, "注销"),
    "expired": (FAILED, Situation.LICENCE_EXPIRED, "已过期"),
    "revoked-and-expired": (FAILED, Situation.LICENCE_REVOKED, "吊销"),
    "unknown": (FAILED, Situation.CLAIM_UNKNOWN, None),
    "forged": (FAILED, Situation.CLAIM_FORGED, None),
    "malformed": (FAILED, Situation.CLAIM_MALFORMED, None),
    "without-words": (FAILED, Situation.FAILED, None),
    "without-checks": (INDETERMINATE, Situation.UNDECIDED, None),
}

FILES = {
    "licence-in-force": (PASSED, Situation.LICENCE_FILE_IN_FORCE),
    "licence-awaiting-time": (PASSED, Situation.LICENCE_FILE_IN_FORCE),
    "licence-superseded": (FAILED, Situation.LICENCE_SUPERSEDED),
    "licence-revoked": (FAILED, Situation.LICENCE_REVOKED),
    "licence-expired": (FAILED, Situation.LICENCE_EXPIRED),
    "seal-suspended": (PASSED, Situation.LICENCE_FILE_IN_FORCE),
    "seal-disputed": (INDETERMINATE, Situation.SEAL_DISPUTED),
    "seal-stopped": (FAILED, Situation.SEAL_STOPPED),
    "seal-not-in-use": (FAILED, Situation.SEAL_STOPPED),
    "seal-needs-proof": (INDETERMINATE, Situation.SEAL_NEEDS_PROOF),
    "seal-never-valid": (FAILED, Situation.SEAL_NEVER_VALID),
    "seal-unrecorded": (INDETERMINATE, Situation.SEAL_UNRECORDED),
    "seal-disputed-licence": (INDETERMINATE, Situation.SEAL_DISPUTED),
    "sealed": (PASSED, Situation.FILE_VALID),
    "valid": (PASSED, Situation.FILE_VALID),
    "form-filled": (PASSED, Situation.FILE_VALID_ADDED),
    "altered": (FAILED, Situation.FILE_ALTERED),
    "altered-licence": (FAILED, Situation.FILE_ALTERED),
    "wrong-value": (FAILED, Situation.SIGNATURE_WRONG),
    "unknown-authority": (INDETERMINATE, Situation.UNKNOWN_AUTHORITY),
    "unknown-authority-expired": (INDETERMINATE, Situation.UNKNOWN_AUTHORITY),
    "try-later": (INDETERMINATE, Situation.TRY_LATER),
    "try-later-licence": (INDETERMINATE, Situation.TRY_LATER),
    "document-missing": (INDETERMINATE, Situation.DOCUMENT_MISSING),
    "seal-alone": (PASSED, Situation.SEAL_VALID),
    "no-signature": (INDETERMINATE, Situation.NO_SIGNATURE),
    "unknown-kind": (FAILED, Situation.FILE_UNKNOWN_KIND),
    "unreadable": (FAILED, Situation.FILE_UNREADABLE),
    "undecided": (INDETERMINATE, Situation.UNDECIDED),
}

OUTCOMES = {
    PASSED: ("有效", "Valid"),
    FAILED: ("无效", "Not valid"),
    INDETERMINATE: ("无法确定", "Cannot be determined"),
}


def of_claim(name: str, language: Language = Language.CHINESE) -> ResultPage:
    return claim_page(fake.claims()[name], language=language, at=NOW)


def page_of(found: FileFinding, language: Language = Language.CHINESE) -> ResultPage:
    return file_page(found, language=language, at=NOW, size=4821, digest="ab" * 32)


@pytest.fixture(scope="module")
def files(sm2_pki: PKI) -> dict[str, FileFinding]:
    return fake.files(sm2_pki)


# --- every state


def test_every_made_up_answer_is_expected_somewhere(files: dict[str, FileFinding]) -> None:
    assert set(CLAIMS) == set(fake.claims())
    assert set(FILES) == set(files)


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_comes_to_one_situation(name: str) -> None:
    outcome, situation, state = CLAIMS[name]
    page = of_claim(name)
    assert outcome is page.outcome
    assert OUTCOMES[outcome][0] == page.word
    assert situation is page.situation
    assert state == (page.licence.state.word if page.licence else None)
    assert OUTCOMES[outcome][1] == of_claim(name, Language.ENGLISH).word


@pytest.mark.parametrize(
    ("name", "chinese", "english"),
    [
        ("in-force", {}, {}),
        (
            "superseded",
            {"证照版本": "1", "现行版本": "第 3 版，有效"},
            {"Edition": "1", "Newest edition": "Edition 3, In force"},
        ),
        (
            "superseded-and-over",
            {"证照版本": "1", "现行版本": "第 3 版，已过期"},
            {"Edition": "1", "Newest edition": "Edition 3, Expired"},
        ),
        (
            "from-paper",
            {"证照版本": "2", "由纸质证照数字化": "2019年3月18日"},
            {"Edition": "2", "Made from a paper licence": "18 March 2019"},
        ),
    ],
)
def test_the_page_tells_of_editions_and_of_paper(name: str, chinese: dict[str, str], english: dict[str, str]) -> None:
    for language, told in ((Language.CHINESE, chinese), (Language.ENGLISH, english)):
        part = of_claim(name, language).licence
        assert part is not None
        assert {one.label: one.value for one in part.rows[5:]} == told


def test_the_page_tells_that_a_time_stamp_is_to_follow(files: dict[str, FileFinding]) -> None:
    for language, word in ((Language.CHINESE, "时间戳"), (Language.ENGLISH, "time-stamp")):
        (remark,) = page_of(files["licence-awaiting-time"], language).remarks
        assert word in remark
        assert page_of(files["licence-in-force"], language).remarks == ()


@pytest.mark.parametrize("name", FILES)
def test_a_file_comes_to_one_situation(name: str, files: dict[str, FileFinding]) -> None:
    outcome, situation = FILES[name]
    page = page_of(files[name])
    assert outcome is page.outcome is files[name].outcome
    assert situation is page.situation
    assert page.lead
    assert page.steps


@pytest.mark.parametrize("state", LicenceState)
@pytest.mark.parametrize("expired", [False, True])
def test_the_state_of_a_licence_is_coloured_good_only_while_it_proves_something(
    *, state: LicenceState, expired: bool
) -> None:
    report = fake.registered(fake.standing(state, expired=expired))
    page = claim_page(report, language=Language.ENGLISH, at=NOW)
    assert page.licence is not None
    good = state is LicenceState.IN_FORCE and not expired
    assert (PASSED if good else FAILED) is page.licence.state.tone
    assert good is (page.outcome is PASSED)


def test_the_licence_has_what_the_paper_has() -> None:
    page = of_claim("in-force")
    assert page.licence is not None
    assert page.licence.name == "食品经营许可证"
    assert {row.label: row.value for row in page.licence.rows} == {
        "持证主体": "某市青禾****有限公司",
        "颁发机构": "某市市场监督管理局",
        "证照编号": "JY23********2345",
        "颁发日期": "2026年3月18日",
        "有效期至": "2031年3月17日",
    }
    assert page.title == "有效 · 食品经营许可证 · 公众查验"


def test_a_licence_without_an_end_says_so() -> None:
    chinese, english = of_claim("in-force-no-end").licence, of_claim("in-force-no-end", Language.ENGLISH).licence
    assert chinese is not None
    assert english is not None
    assert chinese.rows[-1].value == "长期"
    assert english.rows[-1].value == "No end date"


def test_the_time_of_the_check_is_told_in_china_standard_time() -> None:
    chinese, english = of_claim("in-force").checked_at, of_claim("in-force", Language.ENGLISH).checked_at
    assert (chinese.value, chinese.zone) == ("2026年11月22日 12:05:06", "北京时间")
    assert (english.value, english.zone) == ("22 November 2026 12:05:06", "China Standard Time")
    assert chinese.moment == "2026-11-22T12:05:06+08:00"


def test_signatures_of_unknown_roots_are_called_intact_and_not_trusted(files: dict[str, FileFinding]) -> None:
    page = page_of(files["unknown-authority"])
    assert page.word == "无法确定"
    assert page.lead == "签名完整，但签发机构不在本平台的信任范围内。"


def test_a_signature_that_was_not_checked_is_never_called_intact() -> None:
    unchecked = fake.check("certificate.path", SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
    page = page_of(fake.file_of(fake.judged(unchecked, kind=SignatureKind.CMS)))
    assert page.situation is Situation.UNDECIDED


def test_a_forged_file_does_not_borrow_the_good_name_of_a_licence(files: dict[str, FileFinding]) -> None:
    assert files["altered-licence"].standing is not None
    assert page_of(files["altered-licence"]).licence is None
    assert page_of(files["try-later-licence"]).licence is not None


def test_a_revoked_licence_in_a_file_that_holds_is_told_as_revoked(files: dict[str, FileFinding]) -> None:
    page = page_of(files["licence-revoked"])
    assert page.licence is not None
    assert page.licence.state.word == "吊销"
    assert [mark.outcome for mark in page.marks] == [PASSED, PASSED]
    assert [reason.text for reason in page.reasons] == ["登记显示，这本证照现在不能使用。"]


@pytest.mark.parametrize("state", SealState)
def test_every_state_of_a_seal_is_told_beside_its_signature(state: SealState, files: dict[str, FileFinding]) -> None:
    found = replace(files["sealed"], seals=(fake.seal(state),))
    first, second = page_of(found).marks
    assert first.state is not None
    assert first.state.word == WORDS[f"seal_state.{state}"][0]
    assert second.state is None


def test_a_disputed_stamping_says_more_than_the_state_of_the_seal(files: dict[str, FileFinding]) -> None:
    notice = page_of(files["seal-disputed"]).marks[0].state
    assert notice is not None
    assert (notice.word, notice.tone) == ("已挂失，用印有争议", INDETERMINATE)


@pytest.mark.parametrize(("disputed", "outcome"), [(True, INDETERMINATE), (False, PASSED)])
def test_a_seal_that_no_signature_names_is_shown_all_the_same(*, disputed: bool, outcome: Outcome) -> None:
    found = fake.file_of(
        fake.judged(fake.check("signature.value")),
        seals=(fake.seal(trust=SealTrust.DISPUTED if disputed else SealTrust.VALID),),
    )
    mark = page_of(found).marks[1]
    assert (mark.name, mark.outcome) == (fake.SEAL_NAME, outcome)


def test_a_file_that_cannot_be_read_shows_no_signature(files: dict[str, FileFinding]) -> None:
    assert page_of(files["unknown-kind"]).marks == ()
    assert page_of(files["unreadable"]).marks == ()


def test_a_signature_without_a_name_says_so() -> None:
    mark = page_of(fake.file_of(fake.judged(fake.check("signature.value")))).marks[0]
    assert mark.name == "（没有可读的名称）"


def test_a_time_is_proven_or_claimed_and_the_page_says_which(files: dict[str, FileFinding]) -> None:
    assert page_of(files["sealed"]).marks[0].rows[-1].hint == "由时间戳证明"
    assert page_of(files["form-filled"]).marks[0].rows[-1].hint == "签名者自己标明，没有时间戳证明"


@pytest.mark.parametrize(
    ("changes", "remarks"),
    [
        (Changes.NONE, 0),
        (Changes.VALIDATION_DATA, 0),
        (Changes.FORM_FILLING, 1),
        (Changes.ANNOTATIONS, 1),
        (Changes.FORBIDDEN, 0),
    ],
)
def test_what_was_added_after_the_last_signature_is_remarked(changes: Changes, remarks: int) -> None:
    one = fake.judged(fake.check("signature.value"), where=fake.placed(Coverage.REVISION, changes))
    stamp = fake.judged(
        fake.check("time_stamp.imprint"), where=fake.placed(Coverage.FILE, Changes.NONE, is_time_stamp=True)
    )
    assert len(page_of(fake.file_of(one, stamp)).remarks) == remarks


def test_a_file_that_fails_has_no_remarks_that_soften_it() -> None:
    one = fake.judged(fake.check("pdf.changes", SubIndication.HASH_FAILURE), where=fake.placed())
    assert page_of(fake.file_of(one)).remarks == ()


# --- reasons and checks


def test_reasons_are_told_once_and_failures_first() -> None:
    undecided = fake.check("certificate.revocation", SubIndication.TRY_LATER)
    failed = fake.check("certificate.key_usage", SubIndication.CHAIN_CONSTRAINTS_FAILURE)
    page = page_of(fake.file_of(fake.judged(undecided, failed), fake.judged(undecided, failed)))
    assert [reason.outcome for reason in page.reasons] == [FAILED, INDETERMINATE]


def test_one_check_says_something_else_when_it_failed_than_when_it_is_undecided() -> None:
    texts = {
        page_of(fake.file_of(fake.judged(fake.check("certificate.path", indication)))).reasons[0].text
        for indication in (SubIndication.CHAIN_CONSTRAINTS_FAILURE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
    }
    assert len(texts) == 2


def test_a_check_without_words_shows_its_name_and_what_it_found() -> None:
    page = of_claim("without-words")
    assert (page.reasons[0].text, page.reasons[0].expert) == ("claim.made_up", "as it was found")
    assert (page.checks[0].name, page.checks[0].title) == ("claim.made_up", "")


def test_experts_find_every_check_and_everything_about_a_signature(files: dict[str, FileFinding]) -> None:
    found = files["licence-in-force"]
    page = page_of(found)
    for judged, detail in zip(found.report.document.signatures, page.signatures, strict=True):
        assert [check.name for check in judged.report.checks] == [line.name for line in detail.checks]
        assert len(detail.path) == 3
    assert found.registry is not None
    assert [check.name for check in found.registry.checks] == [line.name for line in page.checks]
    told = {row.label: row.value for row in page.signatures[0].rows}
    assert told["签名者"] == f"某市市场监督管理局 · {fake.SEAL_CODE}"
    assert told["密码算法"] == "SM2（国密）"
    assert told["覆盖范围"] == "签名时的整个文件，其后有追加"
    assert told["其后的改动"] == "填写了表单或追加了签名"
    assert told["印章标准"] == "GB/T 38540-2020"
    assert told["标明的时间"] == told["证明的时间"] == "2026年3月18日 09:30:12"
    assert {row.value for row in page.fingerprint} == {"4,821 字节", "ab" * 32}


def test_experts_find_who_acted_where_the_signature_says_so() -> None:
    acting = {"actor": "person_01k9", "authorisation": "auth_01k9", "purpose": "document.stamp"}
    one = fake.judged(fake.check("seal.format"), report={"facts": {**fake.SEAL_FACTS, **acting}})
    rows = {row.label: row.value for row in page_of(fake.file_of(one)).signatures[0].rows}
    assert (rows["经办标识"], rows["用印授权"], rows["用途"]) == tuple(acting.values())
    without = fake.judged(fake.check("seal.format"), report={"facts": fake.SEAL_FACTS})
    assert "经办标识" not in {row.label for row in page_of(fake.file_of(without)).signatures[0].rows}


def test_facts_that_a_hostile_seal_invents_do_not_stop_the_page() -> None:
    facts = {**fake.SEAL_FACTS, "seal_version": 77, "valid_from": "soon", "valid_until": "2031-01-01T00:00:00"}
    one = fake.judged(fake.check("seal.format"), report={"facts": facts, "algorithm": "rot13"})
    rows = {row.label: row.value for row in page_of(fake.file_of(one)).signatures[0].rows}
    assert (rows["印章标准"], rows["密码算法"]) == ("77", "ROT13")
    assert "印章有效期始" not in rows


@pytest.mark.parametrize(("year", "told"), [(1, "0002-01-01"), (9999, "9999-12-31")])
def test_the_ends_of_the_calendar_are_told(year: int, told: str) -> None:
    report = {"claimed_time": datetime(year, 12, 31, 23, tzinfo=UTC)}
    row = page_of(fake.file_of(fake.judged(fake.check("signature.value"), report=report))).marks[0].rows[0]
    assert row.moment.startswith(told)


def test_no_end_in_a_certificate_has_a_time_in_china_as_well() -> None:
    assert day(in_china(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)).date(), Language.ENGLISH) == "31 December 9999"


# --- masking


def texts_of(value: object) -> str:
    """Return everything that a page holds."""
    return repr(value)


@pytest.mark.parametrize(("name", "language"), list(product(CLAIMS, Language)))
def test_nothing_of_the_holder_is_shown_whole(name: str, language: Language) -> None:
    report = fake.claims()[name]
    told = texts_of(of_claim(name, language))
    if report.standing is None:
        return
    licence_ = report.standing.licence
    for secret in (
        report.standing.holder,
        licence_.number,
        licence_.identifier,
        licence_.holder,
        licence_.id,
        "张某某",
    ):
        assert secret not in told


def test_a_person_is_masked_as_a_person() -> None:
    page = of_claim("in-force-person")
    assert page.licence is not None
    assert page.licence.rows[0].value == "***月"


def personal_signature(sm2_pki: PKI, subject: Name, **facts: str | int) -> FileFinding:
    """Return a file that a person signed, with a sentence for experts that names the person."""
    certificate = sm2_pki.issue(DOCUMENT_SIGNER, subject=subject).certificate
    reason = f"no path from {subject.common_name} to a trust anchor"
    path = fake.check("certificate.path", SubIndication.NO_CERTIFICATE_CHAIN_FOUND, reason=reason)
    report = {"signer": certificate, "path": (certificate, sm2_pki.issuing.certificate), "facts": facts}
    return fake.file_of(fake.judged(fake.check("signature.value"), path, report=report))


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        (Name(common_name="欧阳明月"), "***月"),
        (Name(common_name="欧阳明月", organisation="欧阳明月"), "***月"),
        (Name(common_name="欧阳明月", organisation="欧阳明月律师事务所"), "***月律师事务所 · ***月"),
        (Name(common_name="阿卜杜热合曼·买买提", organisation="某市日报社"), "某市日报社 · *********提"),
        (Name(common_name=f"051@欧阳明月@{CITIZEN_NUMBER}@1"), "*" * 28 + "1"),
        (
            Name(common_name=f"某市日报社@欧阳明月@{CITIZEN_NUMBER}@1", organisation="某市日报社"),
            "某市日报社 · " + "*" * 30 + "1",
        ),
        (Name(common_name="欧\u200b阳"), "***"),
    ],
)
def test_personal_certificates_do_not_name_their_bearer(sm2_pki: PKI, subject: Name, shown: str) -> None:
    page = page_of(personal_signature(sm2_pki, subject))
    assert shown == page.marks[0].name
    assert shown == page.signatures[0].rows[0].value
    for secret in (subject.common_name, "欧阳", CITIZEN_NUMBER):
        assert secret not in texts_of(page)


@pytest.mark.parametrize(
    "subject",
    [
        Name(common_name="某市市场监督管理局", organisation="某市市场监督管理局"),
        Name(common_name="某市市场监督管理局", organisation="某市市场监督管理局（知识产权局）"),
        Name(common_name="某市市场监督管理局 SM2", organisation="某市市场监督管理局"),
        Name(common_name="张三", organisation="张三商行", organisation_identifier="NTRCN-92330106MA27XQ1R4T"),
    ],
)
def test_certificates_of_organisations_are_named(sm2_pki: PKI, subject: Name) -> None:
    page = page_of(personal_signature(sm2_pki, subject))
    assert subject.organisation in page.marks[0].name
    assert subject.common_name in page.signatures[0].rows[0].value


def test_the_seal_tells_that_its_signer_is_an_organisation(sm2_pki: PKI) -> None:
    found = personal_signature(sm2_pki, Name(common_name="某市市场监督管理局"), seal_name=fake.SEAL_NAME, seal_type=6)
    assert page_of(found).signatures[0].rows[0].value == "某市市场监督管理局"


def test_a_time_stamp_authority_is_named(sm2_pki: PKI) -> None:
    certificate = sm2_pki.issue(TIME_STAMPING, subject=Name(common_name="Time")).certificate
    one = fake.judged(fake.check("time_stamp.format"), kind=SignatureKind.TIME_STAMP, report={"signer": certificate})
    assert page_of(fake.file_of(one)).marks[0].name == "Time"


def test_a_personal_seal_is_masked_wherever_it_is_named(sm2_pki: PKI) -> None:
    maker = sm2_pki.signer.certificate
    facts = {**fake.SEAL_FACTS, "seal_type": 0, "seal_name": "欧阳明月印"}
    alone = fake.judged(
        fake.check("seal.format"), kind=SignatureKind.ELECTRONIC_SEAL, report={"facts": facts, "signer": maker}
    )
    page = page_of(fake.file_of(alone, seals=(fake.seal(name="欧阳明月印"),)))
    assert page.marks[0].name == "****印"
    assert "欧阳明月" not in texts_of(page)
    assert maker.common_name in texts_of(page)


def test_citizen_numbers_are_masked_and_other_numbers_are_not() -> None:
    veil = Veil()
    assert veil.shown(f"field {CITIZEN_NUMBER.lower()}.") == "field 1101**********002x."
    assert veil.shown("113300000024821860") == "113300000024821860"
    assert veil.shown("1" + CITIZEN_NUMBER) == "1" + CITIZEN_NUMBER


def test_what_deceives_the_eye_is_made_visible() -> None:
    assert Veil().shown("局理管\u202e某市\x00 \n x") == "局理管\ufffd某市\ufffd x"
    assert len(Veil().shown("长" * 10_000)) == 301


# --- problems


def test_problems_have_the_words_of_the_api() -> None:
    page = problem_page(PDFLimitExceeded(limit="size", allowed=5), language=Language.ENGLISH, request_number="ab12")
    assert page.text.startswith("The file exceeds a limit: its size in octets, at most 5.")
    assert page.request_number == "ab12"
    assert not page.asks_for_password


def test_an_encrypted_file_asks_for_its_password() -> None:
    assert problem_page(PDFEncrypted(), language=Language.CHINESE).asks_for_password


@pytest.mark.parametrize(("field", "asks"), [("password", True), ("file", False), ("whatever", False)])
def test_each_field_of_the_form_has_its_words(*, field: str, asks: bool) -> None:
    page = form_problem(field, language=Language.CHINESE)
    assert asks is page.asks_for_password
    assert page.text


# --- identifiers, and the seal that a licence bears


@pytest.mark.parametrize(
    ("indications", "situation", "outcome"),
    [
        ((SubIndication.FORMAT_FAILURE,), "identifier_malformed", Outcome.FAILED),
        ((None, SubIndication.SIGNED_DATA_NOT_FOUND), "identifier_unknown", Outcome.INDETERMINATE),
    ],
)
def test_an_identifier_comes_to_one_situation(
    indications: tuple[SubIndication | None, ...], situation: str, outcome: Outcome
) -> None:
    names = ("identifier.format", "licence.known")
    checks = tuple(fake.check(name, one) for name, one in zip(names, indications, strict=False))
    page = claim_page(ClaimReport(verdict=Verdict(checks=checks)), language=Language.CHINESE, at=NOW)
    assert (page.situation, page.outcome) == (situation, outcome)
    assert page.licence is None
    assert page.checks_title == "对证照标识的检查"


@pytest.mark.parametrize("state", SealState)
def test_the_seal_on_a_licence_is_named_and_how_it_stands_where_it_is_not_in_use(state: SealState) -> None:
    borne = SimpleNamespace(name="某市市场监督管理局电子证照专用章", state=state)
    part = licence_part(fake.standing(), Language.CHINESE, seal=cast("Seal", borne))
    assert (part.rows[-1].label, part.rows[-1].value) == ("加盖印章", borne.name)
    assert (part.rows[-1].hint == "") is (state is SealState.ACTIVE)


# --- words


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_are_there_and_are_what_they_should_be(key: str) -> None:
    chinese, english = WORDS[key]
    assert chinese
    assert english
    assert re.findall(r"\{\w+\}", chinese) == re.findall(r"\{\w+\}", english) or key == "site.switch"
    if key.startswith("seal_version.") or key in {"signature.number", "files.kilobytes", "files.megabytes"}:
        assert chinese == english
    elif key != "site.switch":
        assert re.search(r"[\u4e00-\u9fff]", chinese)
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", english)


def test_every_value_of_every_enumeration_has_words() -> None:
    wanted = {
        *(f"outcome.{one}" for one in Outcome),
        *(f"check.{one}" for one in Outcome),
        *(f"start.outcomes.{one}" for one in Outcome),
        *(f"kind.{one}" for one in SignatureKind),
        *(f"file_kind.{one}" for one in FileKind),
        *(f"coverage.{one}" for one in Coverage),
        *(f"changes.{one}" for one in Changes),
        *(f"{stem}{end}" for stem in (f"state.{one}" for one in LicenceState) for end in ("", ".meaning")),
        *(
            f"{stem}{end}"
            for stem in (f"seal_state.{one}" for one in (*SealState, *SealTrust, "unrecorded"))
            if stem != "seal_state.valid"
            for end in ("", ".meaning")
        ),
        *(f"result.{one}" for one in SealResult),
        *(f"deviation.{one}" for one in Deviation),
        *(f"situation.{one}.lead" for one in Situation),
        *(f"situation.{one}.next.1" for one in Situation),
    }
    assert wanted <= set(WORDS)


def test_every_state_that_proves_nothing_has_its_situation() -> None:
    assert set(STOPPED) == {state for state in LicenceState if LicenceUse.PROVE not in PERMITS[state]}


def names_in(package: Path) -> set[str]:
    """Return the names of checks in the modules of a package: dotted texts of modules that make checks.

    Error codes, which look alike, are the values of `code` in a class.
    """
    found: set[str] = set()
    for path in package.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {one.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for one in node.names}
        if not imported & {"Check", "failed", "summarise"}:
            continue
        codes = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and any(isinstance(one, ast.Name) and one.id == "code" for one in node.targets)
        }
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in codes
            and re.fullmatch(r"[a-z_]+\.[a-z_]+", node.value)
        }
    return found


def test_every_check_of_the_house_has_words_and_no_other_has() -> None:
    packages = [Path(one.__path__[0]) for one in (trust, seal, licence)]
    used = set().union(*map(names_in, packages))
    assert len(used) > 40
    titles = {key.removeprefix("check.") for key in WORDS if re.fullmatch(r"check\.[a-z_]+\.[a-z_]+", key)}
    assert used | {"file.signatures"} == titles  # of which one is of the device alone: web/src/files/
    for name in used:
        assert {f"check.{name}.failed", f"check.{name}.undecided"} & set(WORDS), name


def test_no_words_are_left_over() -> None:
    folder = Path(words.__file__).parent
    sources = [
        Path(page_models.__file__),
        Path(device_pages.__file__),
        *Path(login_pages.__file__).parent.glob("*.py"),
        Path(login_routes.__file__),
        Path(activation_pages.__file__),
        *folder.glob("*.py"),
        *folder.glob("templates/*"),
    ]
    text = "\n".join(one.read_text(encoding="utf-8") for one in sources if one != Path(words.__file__))
    told = "check result deviation situation state seal_state outcome kind file_kind coverage changes remark notice"
    stems = f"{told} seal_version algorithm change proof revocation"
    own = r"scope|standing|account\.level"
    leads = rf"{own}|start\.outcomes|start\.scan|signature\.valid|device\.lead|live\.lead|files\.lead|files\.need"
    titled = r"(login|activate|login_problem|step_up|certificate|agree|account)\.title"
    built = rf"({'|'.join(stems.split())}|{leads})[._].+|{titled}"
    assert [key for key in WORDS if f'"{key}"' not in text and not re.fullmatch(built, key)] == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", Language.CHINESE),
        ("zh-CN,zh;q=0.9,en;q=0.8", Language.CHINESE),
        ("en-GB,en;q=0.9,zh;q=0.8", Language.ENGLISH),
        ("EN", Language.ENGLISH),
        ("fr, en;q=0.5", Language.ENGLISH),
        ("en;q=0.2, zh;q=0.4", Language.CHINESE),
        ("mn, ja", Language.CHINESE),
        ("en;q=0", Language.CHINESE),
        ("en;q=much", Language.CHINESE),
        ("en;q=nan", Language.CHINESE),
        ("*", Language.CHINESE),
        ("x" * 100_000 + ",en", Language.CHINESE),
    ],
)
def test_the_language_is_the_one_that_the_browser_prefers(header: str, language: Language) -> None:
    assert language is preferred(header)


def test_languages_lead_to_each_other() -> None:
    assert Language.CHINESE.other is Language.ENGLISH
    assert Language.ENGLISH.other is Language.CHINESE
