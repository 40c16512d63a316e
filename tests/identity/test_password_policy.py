"""What makes a password acceptable: nothing that a guesser would try, abroad or here."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.breached_passwords import BreachedPasswords
from identity.errors import PasswordTooWeak
from identity.password_policy import LONGEST, WORDS, PasswordPolicy, block_of, words_about
from tests.identity.builders import PASSWORD, Office
from tests.identity.test_breached_passwords import listed

POLICY = PasswordPolicy()
ABOUT = ("wang.xiaoming", "王小明", "491231", "19491231")


def fault_of(password: str, *, policy: PasswordPolicy = POLICY) -> object:
    """Return what is wrong with a password, of somebody of whom something is known."""
    with pytest.raises(PasswordTooWeak) as refused:
        policy.require(password, about=ABOUT)
    assert refused.value.code == "identity.password_too_weak"
    return refused.value.details["fault"]


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "云州的秋天从第一场雨开始了",
        "x7#Kq!92vB&m",
        "a long sentence of one's own",
        "another long sentence of one's own",
        "correct horse battery staple",
        "春眠不觉晓处处闻啼鸟夜来风雨声",
        "bcdefghij klm no" * 8,
        "wang.xiaoming reads seven books",
        "password of the seventh heron",
    ],
)
def test_a_password_is_acceptable(password: str) -> None:
    POLICY.require(password, about=ABOUT)


@pytest.mark.parametrize("password", ["", "short-one-9", "x7#Kq!92vB&", "x7#Kq!92vB&m" * 11])
def test_a_password_has_its_length(password: str) -> None:
    assert fault_of(password) == "length"


def test_the_length_is_counted_as_it_is_kept() -> None:
    POLICY.require("x7#Kq!92vB&m".ljust(LONGEST, "云州的秋天从第一场雨开始了"[0]))
    assert fault_of("ﷺ" * 8) == "length"  # one character, kept as eighteen: 144


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaa",
        "1212121212121212",
        "abab12abab12",
        "password1234",
        "PASSWORDpassword",
        "P@ssw0rd!2026",
        "Pa$$w0rd-2026!",
        "qwerty123456!",
        "qwertyuiop[]",
        "poiuytrewq21",
        "1qaz2wsx3edc",
        "zaq12wsxcde3",
        "asdfghjkl;'x",
        "Admin@123456",
        "13800138000ab",
        "a13912345678b",
        "abcdefghijklmn",
        "9876543210ab",
        "111222333444555",
        "19900101abcde",
        "1990年1月1日woaini",
        "woaini520131",
        "woaini1314520",
        "zhangwei19880808",
        "beijing2008!!",
        "147258369abc",
        "hunt2hunt2hunt2",
        "summer2026!!!",
    ],
)
def test_what_everybody_guesses_is_refused(password: str) -> None:
    assert fault_of(password) == "common"


@pytest.mark.parametrize(
    "password",
    [
        "wang.xiaoming",
        "wang.xiaoming9",
        "WANG.XIAOMING-26",
        "王小明王小明王小明xq7",
        "zk19491231qp",
        "zkq王小明491231w",
    ],
)
def test_what_is_known_of_the_person_carries_nothing(password: str) -> None:
    assert fault_of(password) in {"personal", "common"}
    assert fault_of("zkq王小明491231w") == "personal"


@given(st.lists(st.sampled_from([*WORDS, "1", "!", "a"]), min_size=1, max_size=6).map("".join))
def test_common_words_alone_never_make_a_password(password: str) -> None:
    rest = password
    for word in WORDS:
        rest = rest.replace(word, "")
    if len(rest) < 6:
        with pytest.raises(PasswordTooWeak):
            POLICY.require(password)


def test_what_leaked_is_refused_where_the_operator_has_the_list(tmp_path: Path) -> None:
    policy = PasswordPolicy(breached=BreachedPasswords(listed(tmp_path, [PASSWORD])))
    assert fault_of(PASSWORD, policy=policy) == "breached"
    policy.require(PASSWORD + "!", about=ABOUT)


@pytest.mark.parametrize(
    ("text", "block"), [("", ""), ("a", "a"), ("aaaa", "a"), ("abcabcab", "abc"), ("abcd", "abcd"), ("abca", "abca")]
)
def test_what_repeats_is_looked_at_once(text: str, block: str) -> None:
    assert block_of(text) == block


def test_what_is_known_of_a_person_is_the_name_and_every_part_of_the_number(office: Office) -> None:
    person = office.register("王小明")
    about = words_about(person, username="wang")
    assert about[:2] == ("wang", "王小明")
    assert {person.code[:6], person.code[8:14], person.code[-6:]} <= {*about}
    assert len(about) == 2 + 13
    assert "王" not in words_about(office.register("王"), username="wang")
