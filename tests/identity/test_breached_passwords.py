"""The operator's list of leaked passwords: found on the disk, in few reads, or refused where it is no list."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from identity import breached_passwords
from identity.breached_passwords import BreachedListUnreadable, BreachedPasswords
from trust.crypto.sm3 import sm3

LEAKED = [f"leaked password {number}" for number in range(200)]


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def listed(folder: Path, passwords: Iterable[str], *, end: str = "\r\n") -> Path:
    """Write a list as the public one comes."""
    file = folder / "breached.txt"
    file.write_bytes("".join(f"{digest}:{7}{end}" for digest in sorted(map(sha1, passwords))).encode())
    return file


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_what_is_in_the_list_is_found_and_nothing_else(tmp_path: Path, end: str) -> None:
    breached = BreachedPasswords(listed(tmp_path, LEAKED, end=end))
    assert all(breached.holds(one) for one in LEAKED)
    assert not any(breached.holds(f"other password {number}") for number in range(200))
    assert not breached.holds("")


def test_a_list_may_have_sm3_no_counts_and_no_last_line_feed(tmp_path: Path) -> None:
    file = tmp_path / "breached.txt"
    file.write_text("\n".join(sorted(sm3(one.encode()).hex().upper() for one in LEAKED)))
    breached = BreachedPasswords(file)
    assert all(breached.holds(one) for one in LEAKED)
    assert not breached.holds("other")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_short_list_is_one(tmp_path: Path, count: int) -> None:
    breached = BreachedPasswords(listed(tmp_path, LEAKED[:count]))
    assert [breached.holds(one) for one in LEAKED[: count + 1]] == [True] * count + [False]


def test_a_list_is_looked_up_in_few_reads(tmp_path: Path) -> None:
    """Of a thousand lines, none is read twice over: two reads for each halving, and one for the first line."""
    file = listed(tmp_path, (f"{number}" for number in range(1000)))
    reads: list[int] = []

    def pread(descriptor: int, count: int, place: int) -> bytes:
        reads.append(count)
        return os.pread(descriptor, count, place)

    with file.open("rb") as opened:
        found = breached_passwords.is_listed(opened.fileno(), file.stat().st_size, "999", read=pread)
    assert found
    assert len(reads) <= 2 * 17 + 1
    assert max(reads) <= breached_passwords.LONGEST_LINE + 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"no digest\n",
        b"a" * 40 + b":1\n",
        b"A" * 39 + b":1\n",
        b"A" * 40 + b":one\n",
        b"A" * 5000,
        b"A" * 40 + b":1\n" + b"\x00" * 5000,
        b"A" * 40 + b":1\n" + b"0" * 5000 + b"\n",
    ],
    ids=["empty", "blank", "text", "small letters", "short", "count", "endless", "zeros", "no line ends"],
)
def test_what_is_no_list_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "breached.txt"
    file.write_bytes(content)
    with pytest.raises(BreachedListUnreadable) as refused:
        BreachedPasswords(file).require_readable()
    assert refused.value.code == "identity.breached_list_unreadable"


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_list_that_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BreachedListUnreadable):
        BreachedPasswords(tmp_path / name).require_readable()
