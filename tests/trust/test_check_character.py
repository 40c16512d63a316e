"""MOD 37,36: published examples, and the errors that it is there for."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.check_character import ALPHABET, mod_37_36

TEXTS = st.text(ALPHABET, min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A12425GABC1234002", "M"),  # GRid Standard 2.1, the example A1-2425G-ABC1234002-M
        ("00000000D07A0090", "Q"),  # ISO 15706 (ISAN), the example 0000-0000-D07A-0090-Q
        ("000000003A8D0000", "Z"),  # ISO 15706-2, the example 0000-0000-3A8D-0000-Z-0000-0000-6
        ("000000003A8D000000000000", "6"),
    ],
)
def test_published_examples(text: str, expected: str) -> None:
    assert mod_37_36(text) == expected


def whole(text: str) -> bool:
    """Tell whether the last character of `text` is the check character of the others."""
    return mod_37_36(text[:-1]) == text[-1]


@given(TEXTS)
def test_every_text_has_one(text: str) -> None:
    assert [one for one in ALPHABET if whole(text + one)] == [mod_37_36(text)]


@given(TEXTS, st.data())
def test_one_wrong_character_is_found(text: str, data: st.DataObject) -> None:
    right = text + mod_37_36(text)
    place = data.draw(st.integers(0, len(right) - 1))
    wrong = data.draw(st.sampled_from([one for one in ALPHABET if one != right[place]]))
    assert not whole(right[:place] + wrong + right[place + 1 :])


def test_nearly_all_swapped_neighbours_are_found() -> None:
    # The hybrid systems of ISO/IEC 7064 let one pair of 630 pass after each beginning, and no more.
    for beginning in ALPHABET:
        passed = [
            (left, right)
            for left, right in combinations(ALPHABET, 2)
            if mod_37_36(beginning + left + right) == mod_37_36(beginning + right + left)
        ]
        assert len(passed) <= 1


@pytest.mark.parametrize("text", ["a", "印", "A-1", " ", "A1\n"])
def test_other_characters_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="substring not found"):
        mod_37_36(text)
