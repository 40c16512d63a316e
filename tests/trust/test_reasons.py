"""Reasons: said in words, neither blank nor a treatise."""

import pytest

from trust.errors import Invalid
from trust.reasons import MAX_REASON, ReasonMissing, require_reason


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
