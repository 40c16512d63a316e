"""Characters of the private area that the Chinese standards name."""

import unicodedata

import pytest

from trust.private_use import standard_character


@pytest.mark.parametrize(
    ("private", "standard"),
    [
        ("\ue815", "\u2e81"),
        ("\ue816", "\U00020087"),
        ("\ue81e", "\u9fb4"),
        ("\ue843", "\u9fb9"),
        ("\ue864", "\u9fbb"),
        ("\ue78d", "\ufe10"),
        ("\ue78e", "\ufe12"),
        ("\ue796", "\ufe19"),
    ],
)
def test_what_they_stand_for(private: str, standard: str) -> None:
    assert standard_character(private) == standard


def test_each_of_the_eighty_of_gbk_stands_for_another_character_that_is_not_private() -> None:
    found = [standard_character(chr(code)) for code in range(0xE815, 0xE865)]
    assert len(set(found)) == 80
    assert all(one is not None and unicodedata.category(one) in {"Lo", "So"} for one in found)


@pytest.mark.parametrize("character", ["\ue814", "\ue865", "\ue78c", "\ue797", "\ue000", "\U0010fffd", "a"])
def test_of_others_no_standard_says_it(character: str) -> None:
    assert standard_character(character) is None
