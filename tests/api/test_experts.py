"""What experts are told of a check besides its outcome: deviations and warnings in words, notes as they are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from api.pages.experts import change_line, check_lines, proof_detail, revocation_row, signature_detail
from api.pages.veil import Veil
from api.pages.words import Language
from api.schemas.verification import CheckView
from tests.builders import PKI
from tests.fakes import verification as fake
from trust.pdf.permissions import Change
from trust.pdf.revisions import Addition, AdditionKind
from trust.profiles import TIME_STAMPING, Name
from trust.reports import Proves, TimeProof
from trust.status import RevocationStatus, StatusSource
from trust.verdict import Check, Finding, Remark, SubIndication

AT: Final = datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)
REMARKS = (Remark(code="picture_type", about="picture.type"), Remark(code="critical_false", about="extDatas"))
FAILED = Finding(sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE, reason="not listed")


def note(check: Check, language: Language) -> str:
    (line,) = check_lines([check], Veil(), language)
    return line.note


def test_deviations_are_told_in_words_with_their_fields() -> None:
    check = Check(step="6.3 a", name="seal.format", note="for machines", remarks=REMARKS)
    english = "a type of picture that the standard does not list (field picture.type); "
    english += "a default (not critical) that is written out (field extDatas)"
    assert note(check, Language.ENGLISH) == english
    assert note(check, Language.CHINESE).startswith("图像类型不是标准所列的大写名称（字段 picture.type）")


def test_a_warning_is_told_in_words() -> None:
    check = Check(step="6.3 c", name="certificate.validity", note="reason", code="seal.maker_expired_since")
    assert note(check, Language.ENGLISH) == "The maker's certificate has expired since the making; the seal stands."


@pytest.mark.parametrize("finding", [None, FAILED])
def test_a_note_without_a_code_is_told_as_it_is(finding: Finding | None) -> None:
    check = Check(step="ofd", name="ofd.seal_file", finding=finding, note="the seal lies in the value alone")
    assert note(check, Language.CHINESE) == "the seal lies in the value alone"


def test_the_api_tells_the_code_and_the_remarks() -> None:
    check = Check(step="7.3 b", name="x.y", finding=FAILED, code="seal.signer_not_listed", remarks=REMARKS)
    view = CheckView.of(check)
    assert (view.code, view.sub_indication) == ("seal.signer_not_listed", "SIG_CONSTRAINTS_FAILURE")
    assert [(one.code, one.about) for one in view.remarks] == [(one.code, one.about) for one in REMARKS]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", AdditionKind)
def test_every_change_is_told_with_its_revision_and_whether_it_was_permitted(
    kind: AdditionKind, language: Language
) -> None:
    addition = Addition(kind=kind, revision=3, about="Sig\u202e2")
    for permitted, outcome, word in (
        (True, "passed", ("允许", "Permitted")),
        (False, "failed", ("不允许", "Not permitted")),
    ):
        line = change_line(Change(addition=addition, permitted=permitted), Veil(), language)
        assert (line.outcome, line.word) == (outcome, word[language is Language.ENGLISH])
        assert line.about == "Sig\ufffd2"
        assert "3" in line.text or kind is AdditionKind.APPENDED


@pytest.mark.parametrize("proves", Proves)
def test_every_time_stamp_is_told_with_its_moment_authority_and_policy(sm2_pki: PKI, proves: Proves) -> None:
    authority = sm2_pki.issue(TIME_STAMPING, subject=Name(common_name="时间戳", organisation="时间戳机构")).certificate
    proof = TimeProof(
        proves=proves,
        time=AT,
        checks=(fake.check("time_stamp.format"),),
        authority=authority,
        path=(authority,),
        policy="1.2.3",
        field="Stamp1",
        until=AT + timedelta(days=365),
    )
    told = proof_detail(proof, Veil(), Language.ENGLISH)
    assert told.outcome == "passed"
    moments = ["22 November 2026 12:05:06", "22 November 2027 12:05:06"]
    assert [one.value for one in told.rows] == [*moments, "时间戳机构 · 时间戳", "1.2.3", "Stamp1"]
    assert [one.label for one in told.path] == ["时间戳机构 · 时间戳"]


def test_a_time_stamp_that_cannot_be_read_states_no_moment() -> None:
    broken = fake.check("time_stamp.format", SubIndication.FORMAT_FAILURE)
    told = proof_detail(TimeProof(proves=Proves.SIGNATURE, time=None, checks=(broken,)), Veil(), Language.CHINESE)
    assert (told.outcome, told.rows, told.path) == ("failed", (), ())


def status(source: StatusSource = StatusSource.LIST, revoked_at: datetime | None = None) -> RevocationStatus:
    """Return what a list or a responder told of a certificate."""
    return RevocationStatus(
        certificate="签章者",
        fingerprint="00",
        source=source,
        told_by=b"",
        at=AT,
        made_at=AT - timedelta(hours=30),
        revoked_at=revoked_at,
    )


@pytest.mark.parametrize(("source", "told"), [(StatusSource.LIST, "revocation list"), (StatusSource.RESPONSE, "OCSP")])
def test_revocation_is_told_with_its_source_and_age(source: StatusSource, told: str) -> None:
    row = revocation_row(status(source), Veil(), Language.ENGLISH)
    assert (row.label, row.value) == ("签章者", "Not revoked")
    assert told in row.hint
    assert "20 November 2026" in row.hint or "21 November 2026" in row.hint
    assert "30 hours" in row.hint


def test_a_revoked_certificate_is_told_with_the_moment() -> None:
    row = revocation_row(status(revoked_at=AT - timedelta(days=1)), Veil(), Language.CHINESE)
    assert row.value == "已于 2026年11月21日 12:05:06 吊销"


def test_a_signature_is_told_with_its_revision_where_there_are_several() -> None:
    judged = fake.judged(fake.check("pdf.coverage"), where=replace(fake.placed(), revision=1, revisions=3))
    rows = {one.label: one.value for one in signature_detail(judged, 1, Veil(), Language.ENGLISH).rows}
    assert rows["Signed revision"] == "2 of 3"
