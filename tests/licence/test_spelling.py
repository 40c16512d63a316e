"""Texts that are the same but for how they are written."""

import pytest

from licence.spelling import is_same


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("云州清禾餐饮（集团）有限公司", True),
        ("云州清禾餐饮(集团)有限公司", True),
        ("云州清禾 餐饮　(集团)\n有限公司", True),
        ("云州清禾餐饮集团有限公司", False),
        ("", False),
    ],
)
def test_how_a_text_is_written_does_not_matter(other: str, same: bool) -> None:  # noqa: FBT001 - an expectation
    assert is_same("云州清禾餐饮（集团）有限公司", other) is same


def test_width_and_case_of_letters_do_not_matter() -> None:
    assert is_same("\uff21\uff22\uff23\uff11\uff12\uff13", "abc123")
