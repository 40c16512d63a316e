"""Patterns of schemas: what is taken always answers at once, and everything else is refused by name."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licence.types.patterns import PatternUnsafe, require_safe


@pytest.mark.parametrize(
    ("pattern", "fits", "fails"),
    [
        ("^[0-9A-Z]{18}$", "91330199MAC0XH201L", "91330199MAC0XH201"),
        ("^[一-龥·]{2,30}$", "张三", "张"),
        ("^(JY|XK)[0-9]{14}$", "JY23301990123456", "JZ23301990123456"),
        ("^(?:甲|乙(丙){0,2})?$", "乙丙丙", "丙"),
        (r"^\([0-9]{4}\)[^0-9]{1,3}第[0-9]{1,7}号$", "(2026)云第1号", "(2026)第1号"),
        (r"^[\-\]\[\\\^a]$", "]", "b"),
        ("^.?$", "", "ab"),
        ("^a{2}$", "aa", "a"),
        ("^$", "", "a"),
        ("^[a\\&\\~]$", "&", "|"),
    ],
)
def test_what_clerks_write_is_taken(pattern: str, fits: str, fails: str) -> None:
    compiled = require_safe(pattern)
    assert compiled.search(fits)
    assert not compiled.search(fails)


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("[0-9]", "anchors"),
        ("^[0-9]", "anchors"),
        ("^a|b$", "anchors"),
        ("^a$b$", "anchors"),
        ("^a)$", "anchors"),
        ("^a*$", "character"),
        ("^a+$", "character"),
        ("^(a+)+$", "character"),
        ("^a{1,}$", "character"),
        ("^a{,3}$", "character"),
        ("^a??$", "character"),
        ("^a{1}{2}$", "character"),
        ("^a^$", "character"),
        ("^(?=a)$", "character"),
        ("^(?P<a>b)$", "character"),
        (r"^\d$", "escape"),
        (r"^(a)\1$", "escape"),
        (r"^\x41$", "escape"),
        ("^\\", "unfinished"),
        ("^[a", "unfinished"),
        ("^(a", "group"),
        ("^(a$", "group"),
        ("^[]a]$", "class"),
        ("^[^]a]$", "class"),
        ("^[[a]$", "class"),
        ("^[z-a]$", "class"),
        ("^[a&&b]$", "class"),
        ("^[a--b]$", "class"),
        ("^a{3,2}$", "count"),
        ("^a{0}$", "count"),
        ("^a{1001}$", "count"),
        ("^a{1,1000}a{1,1000}$", "work"),
        ("^(a{0,1}){1,30}$", "work"),
        ("^((a|a){1,9}){1,9}$", "work"),
        ("^((a{1000}){1000}){1000}$", "work"),
        ("^(((){1000}){1000}){1000}$", "work"),
        ("^" + "(" * 21 + ")" * 21 + "$", "depth"),
        ("^" + "a" * 499 + "$", "characters"),
        ("^a\n$", "characters"),
    ],
)
def test_everything_else_is_refused(pattern: str, fault: str) -> None:
    with pytest.raises(PatternUnsafe) as refused:
        require_safe(pattern)
    assert fault == str(refused.value)


PARTS = st.recursive(
    st.sampled_from(["a", ".", "[ab]", "[^b]", r"\.", "a?", "a{0,40}", "[ab]{1,9}", ".{0,9}"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.tuples(st.lists(inner, min_size=1, max_size=3), st.sampled_from(["", "?", "{2}", "{0,6}", "{1,30}"])).map(
            lambda told: f"({'|'.join(told[0])}){told[1]}"
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(PARTS)
def test_no_text_keeps_the_matcher_busy(part: str) -> None:
    try:
        compiled = require_safe(f"^{part}$")
    except PatternUnsafe:
        return
    begun = time.thread_time()
    for text in ("a" * 60 + "!", "a" * 500 + "!", "ab" * 50 + "c", ""):
        compiled.search(text)
    assert time.thread_time() - begun < 1


def test_the_worst_that_is_taken_is_quick_and_what_is_refused_is_not() -> None:
    worst = require_safe("^" + "a{0,9}" * 4 + "$")
    begun = time.thread_time()
    worst.search("a" * 500)
    assert time.thread_time() - begun < 1
    with pytest.raises(PatternUnsafe):
        require_safe("^" + "a{0,9}" * 6 + "$")
    re.compile("^" + "a{0,9}" * 6 + "$")  # which Python takes
