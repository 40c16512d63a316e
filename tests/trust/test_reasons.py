"""Reasons: said in words, neither blank nor a treatise."""

import pytest

from trust.errors import Invalid
from trust.reasons import MAX_REASON, ReasonMissing, ReasonNamesSomebody, require_reason

WIDE = "".join(chr(ord(one) + 0xFEE0) for one in "11010519491231002X")
"""As a Chinese keyboard writes it."""


@pytest.mark.parametrize(
    ("given", "kept"), [("挂失", "挂失"), ("  遗失 U 盾\n", "遗失 U 盾"), ("由" * 500, "由" * 500)]
)
def test_a_reason_is_kept_without_the_blanks_around_it(given: str, kept: str) -> None:
    assert require_reason(given) == kept


@pytest.mark.parametrize("given", ["", " ", "\u3000\u3000\u3000", "因", " 因 ", "由" * (MAX_REASON + 1)])
def test_what_tells_nobody_anything_is_no_reason(given: str) -> None:
    with pytest.raises(ReasonMissing):
        require_reason(given)
    assert issubclass(ReasonMissing, Invalid)


@pytest.mark.parametrize(
    "given",
    [
        "王某 11010519491231002X 申请",
        "身份证号11010519491231002x。",
        WIDE,
        "440524188001010014",
    ],
)
def test_a_citizens_number_is_not_taken_into_what_nobody_erases(given: str) -> None:
    with pytest.raises(ReasonNamesSomebody):
        require_reason(given)


@pytest.mark.parametrize(
    "given",
    [
        "办件 110105194912310021",
        "信用代码 11330199MB0000000X",
        "流水号 9911010519491231002X",
        "编号 110105194913310020",
        "2026112300001",
    ],
)
def test_other_numbers_are(given: str) -> None:
    assert require_reason(given) == given
