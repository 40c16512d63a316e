"""What the public sees of a licence's details."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.masking import mask_code, mask_holder
from identity.subject import SubjectKind


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("", ""),
        ("1", "*"),
        ("12", "1*"),
        ("12345678", "1*******"),
        ("1234567890", "123****890"),
        ("123456789012", "1234****9012"),
        ("91330199MAC0XH2016", "9133**********2016"),
    ],
)
def test_a_number_is_shown_in_part(code: str, shown: str) -> None:
    assert shown == mask_code(code)


@given(st.text(st.characters(codec="ascii", exclude_characters="*"), min_size=1, max_size=60))
def test_a_number_is_never_shown_whole(code: str) -> None:
    shown = mask_code(code)
    assert len(code) == len(shown)
    assert "*" in shown
    assert all(one in (other, "*") for one, other in zip(shown, code, strict=True))


@pytest.mark.parametrize("length", range(9, 13))
def test_too_little_is_shown_to_guess_the_rest(length: int) -> None:
    assert mask_code("1" * length).count("*") * 4 >= length


def test_holders_are_masked_by_their_kind() -> None:
    assert mask_holder("王小明", SubjectKind.PERSON) == "**明"
    assert mask_holder("云州星河数字科技有限公司", SubjectKind.ORGANISATION) == "云州星河****有限公司"
