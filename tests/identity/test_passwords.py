"""Passwords and usernames: what is acceptable, and how they are hashed."""

import threading

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from identity.errors import PasswordTooWeak, UsernameMalformed
from identity.passwords import COMMON, MAX_AT_ONCE, Passwords, require_password, require_username
from tests.identity.builders import PASSWORD


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    """Return what hashes passwords, at a price that a test can pay."""
    made = Passwords()
    made.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    made.nobody = made.hasher.hash("nobody")
    return made


@pytest.mark.parametrize("username", ["abc", "wang.xiaoming", "a-b_c.9", "z" * 64])
def test_a_username_is_one(username: str) -> None:
    require_username(username)


@pytest.mark.parametrize(
    "username",
    ["", "ab", "Abc", "9abc", ".abc", "王小明", "a b", "abc\n", "a" * 65, "ａｂｃ", "abc\x00", "аbc"],  # noqa: RUF001 - the first letter of the last is Cyrillic
)
def test_what_is_no_username_is_refused(username: str) -> None:
    with pytest.raises(UsernameMalformed):
        require_username(username)


@pytest.mark.parametrize(
    "password", [PASSWORD, "云州的秋天从第一场雨开始了", "x7#Kq!92vB&m", "a" * 3 + "bcdefghij" * 28]
)
def test_a_password_is_acceptable(password: str) -> None:
    require_password(password, username="wang.xiaoming")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short-one-9",
        "aaaaaaaaaaaaaaaa",
        "1212121212121212",
        "abab12abab12",
        "password1234",
        "PASSWORDpassword",
        "qwerty123456!",
        "woaini520",
        "Admin@123456",
        "wang.xiaoming",
        "wang.xiaoming9",
        "WANG.XIAOMING-2026",
        "x" * 257,
    ],
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        require_password(password, username="wang.xiaoming")


@given(st.lists(st.sampled_from([*COMMON, "wang.xiaoming", "1", "!", "a"]), min_size=1, max_size=6).map("".join))
def test_common_words_alone_never_make_a_password(password: str) -> None:
    core = password
    for word in (*COMMON, "wang.xiaoming"):
        core = core.replace(word, "")
    if len(core) < 6:
        with pytest.raises(PasswordTooWeak):
            require_password(password, username="wang.xiaoming")


def test_a_hash_is_argon2id_with_64_mebibytes() -> None:
    made = Passwords().hash(PASSWORD)
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_the_right_password_holds_and_no_other(passwords: Passwords) -> None:
    made = passwords.hash(PASSWORD)
    assert made != passwords.hash(PASSWORD)
    assert passwords.holds(made, PASSWORD)
    for wrong in ("", PASSWORD + " ", PASSWORD.upper(), made):
        assert not passwords.holds(made, wrong)


def test_without_a_hash_nothing_holds(passwords: Passwords) -> None:
    assert not passwords.holds(None, PASSWORD)
    assert not passwords.holds(None, "nobody")
    assert not passwords.holds("not a hash", PASSWORD)


class Slow(PasswordHasher):
    """A hasher that waits, and counts who is inside."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.lock = threading.Lock()
        self.go_on = threading.Event()
        self.inside = self.most = 0

    @override
    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        """Count, wait, and say no."""
        del hash, password
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            if self.inside == MAX_AT_ONCE:
                threading.Timer(0.05, self.go_on.set).start()
        self.go_on.wait(5)
        with self.lock:
            self.inside -= 1
        raise VerifyMismatchError


def test_a_flood_of_logins_takes_no_more_memory_than_a_few(passwords: Passwords) -> None:
    made = Passwords()
    made.nobody = passwords.nobody
    made.hasher = hasher = Slow()
    threads = [threading.Thread(target=made.holds, args=(None, PASSWORD)) for _ in range(MAX_AT_ONCE + 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hasher.most == MAX_AT_ONCE
