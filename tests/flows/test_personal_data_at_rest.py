"""Personal data at rest: in the folder that the story left, nobody's number stands in clear, nor in what was printed.

Nor does a name. On a licence it stands for whoever is handed it: in the folder its file is enciphered, so that no
compressed stream hides one from this search.
"""

from collections.abc import Iterator

import pytest

from api.demo import cast, subjects
from tests.story import Played, files

FORMS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
FOUNDERS = cast.founders()
FOUNDING = tuple(
    one
    for one in (
        FOUNDERS.system_administrator,
        FOUNDERS.security_administrator,
        FOUNDERS.second_security_administrator,
        FOUNDERS.auditor,
        *FOUNDERS.registrars,
    )
    if one is not None
)
NAMES = (
    *(one.name for one in FOUNDING),
    *(one.name for one in cast.STAFF),
    cast.ENTERPRISE.representative,
)
NUMBERS = (
    *(one.citizen_number for one in FOUNDING),
    *(one.number for one in cast.STAFF),
    cast.person_number(301),
)


VISITOR = (subjects.VISITOR, subjects.CORRECTED, subjects.PERMIT["number"], subjects.PASSPORT["number"])
"""Who was registered twice and merged: both names and both numbers, which a registrar has looked at."""


def encoded(texts: tuple[str, ...]) -> Iterator[bytes]:
    """Return texts in every encoding that somebody might write them in."""
    for text in texts:
        yield from {text.encode(form) for form in FORMS}
        yield text.encode("unicode_escape")


def numbers_in(octets: bytes) -> list[str]:
    """Return the numbers that stand in octets, in whatever encoding: between the digits there is nothing, or zeros."""
    digits = octets.replace(b"\0", b"")
    return [number for number in NUMBERS if number.encode() in digits]


@pytest.mark.parametrize("form", [*FORMS, "utf-32", "unicode_escape"])
def test_a_number_is_found_in_every_encoding(form: str) -> None:
    assert numbers_in(b"\x01" + f"号{NUMBERS[-1]}人".encode(form) + b"\0\x02") == [NUMBERS[-1]]


def test_nobody_is_missing() -> None:
    assert len(NUMBERS) == len({*NUMBERS}) == len(NAMES) == len(FOUNDING) + len(cast.STAFF) + 1


@pytest.mark.parametrize("where", ["instance", "evidence"])
def test_no_number_stands_in_any_file(played: Played, where: str) -> None:
    looked = 0
    for path in files(getattr(played, where)):
        octets = path.read_bytes()
        looked += len(octets)
        assert numbers_in(octets) == [], path
    assert looked > 1_000_000


def test_no_name_stands_in_the_database_or_the_logs(played: Played) -> None:
    database = played.instance / "trust.db"
    kept = files(played.instance)
    assert database in kept
    assert cast.ENTERPRISE.name.encode() in database.read_bytes()  # what is public is there: it is the right file
    for path in kept:
        octets = path.read_bytes()
        assert [text for text in encoded((*NAMES, *VISITOR)) if text in octets] == [], path


def test_every_file_that_was_signed_is_enciphered(played: Played) -> None:
    kept = [path for path in files(played.instance / "blobs") if path.name != ".enciphered"]
    assert len(kept) > 20
    for path in kept:
        octets = path.read_bytes()
        assert octets.startswith(b"XYB1")
        assert b"%PDF" not in octets


def test_nothing_that_was_printed_holds_a_number(played: Played) -> None:
    printed = played.printed.read_bytes()
    assert numbers_in(printed) == []
