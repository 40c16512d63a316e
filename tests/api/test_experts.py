"""What experts are told of a check besides its outcome: deviations and warnings in words, notes as they are."""

import pytest

from api.pages.experts import check_lines
from api.pages.veil import Veil
from api.pages.words import Language
from api.schemas.verification import CheckView
from trust.verdict import Check, Finding, Remark, SubIndication

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
