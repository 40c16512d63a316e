"""What makes a password acceptable: long enough, and not what somebody would guess.

Guessers try words, keyboards, dates, telephone numbers, what repeats, and what they know of the person, with a few
characters around them. All of these are covered first; what is left of the password must carry it by itself. Beside the
rules an operator may have a list of the passwords that have leaked anywhere (identity/breached_passwords.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from identity.breached_passwords import BreachedPasswords
from identity.errors import PasswordTooWeak
from identity.passwords import normalised
from identity.subject import Person

__all__ = ["LONGEST", "SHORTEST", "PasswordPolicy", "words_about"]

SHORTEST: Final = 12
LONGEST: Final = 128
VARIETY: Final = 5
"""Different characters: keeps out aaaaaaaaaaaa and 121212121212."""

CARRIED: Final = 6
"""Characters that nothing covers: what is left for a guesser to find."""

ABROAD: Final = """
    password passwd passwort qwerty qwertz azerty admin administrator root user guest login logon welcome letmein
    iloveyou loveyou love monkey dragon master shadow sunshine princess football baseball superman batman trustno
    secret hello change default system oracle server summer winter spring autumn friday monday january computer
    internet michael jordan charlie starwars pokemon whatever freedom
"""
AT_HOME: Final = """
    woaini woaiwo woai mima wodemima nihao zhongguo beijing shanghai guangzhou shenzhen china xinyin taobao zhang wang
    chen yang zhao huang zhou liuyang lilei hanmeimei 5201314 1314 520 5211314 7758258
"""
WORDS: Final = (*ABROAD.split(), *AT_HOME.split())
"""Words around which the passwords of every leaked list are built: the pattern counts, not the list."""

KEYBOARD: Final = (
    *("`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./", "~!@#$%^&*()_+"),
    *("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/", "!qaz", "@wsx", "zaq1", "xsw2"),
    *("abcdefghijklmnopqrstuvwxyz", "01234567890", "147258369", "159357", "789456123"),
)
STEP: Final = 4
"""Characters from which on neighbours on a keyboard count as one thing."""

LOOKALIKE: Final = str.maketrans("@4301!$57", "aaeoiisst")
"""How words are dressed up."""

PATTERNS: Final = (
    re.compile(r"(.)\1{2,}"),
    re.compile(r"(?:19|20)[0-9]{2}[-./年]?(?:0?[1-9]|1[0-2])[-./月]?(?:0?[1-9]|[12][0-9]|3[01])日?"),
    re.compile(r"(?:19|20)[0-9]{2}"),
    re.compile(r"1[3-9][0-9]{9}"),
)
"""What repeats; dates and years; mobile telephone numbers."""

PART_OF_A_NUMBER: Final = 6
"""Characters of an identity document that are guessed together: the date of birth, the last six."""


@dataclass(frozen=True, kw_only=True)
class PasswordPolicy:
    """Says whether a password may be chosen."""

    breached: BreachedPasswords | None = None
    """What has leaked anywhere, where the operator has the list."""

    def require(self, password: str, *, about: tuple[str, ...] = ()) -> None:
        """Return if somebody about whom `about` is known may choose `password`.

        Raise `PasswordTooWeak`, or `BreachedListUnreadable`.
        """
        text = normalised(password[: LONGEST + 1])  # what is too long need not be looked at as a whole
        if not SHORTEST <= len(text) <= LONGEST:
            raise PasswordTooWeak(fault="length")
        lowered = text.lower()
        common = covered_by_rule(lowered)
        if len(set(lowered)) < VARIETY or is_spent(lowered, common):
            raise PasswordTooWeak(fault="common")
        if is_spent(lowered, common | covered_by(lowered, tuple(word.lower() for word in about))):
            raise PasswordTooWeak(fault="personal")
        if self.breached is not None and self.breached.holds(text):
            raise PasswordTooWeak(fault="breached")


def words_about(person: Person, *, username: str) -> tuple[str, ...]:
    """Return what a guesser knows of a person: names, and the parts of the number."""
    number = person.code
    parts = (number[start : start + PART_OF_A_NUMBER] for start in range(len(number) - PART_OF_A_NUMBER + 1))
    name = person.name.value
    return (username, *((name,) if len(name) > 1 else ()), *parts)


def is_spent(text: str, covered: set[int]) -> bool:
    """Tell whether too little is left of a password without what is covered, or without what it repeats."""
    return len({*range(len(block_of(text)))} - covered) < CARRIED


def block_of(text: str) -> str:
    """Return what a text repeats, the whole text where it repeats nothing."""
    half = len(text) // 2
    sizes = (size for size in range(1, half + 1) if (text[:size] * len(text)).startswith(text))
    return text[: next(sizes, len(text))]


def covered_by_rule(text: str) -> set[int]:
    """Return the places of a text in lower case that words, keyboards, dates and numbers cover."""
    found = {place for pattern in PATTERNS for match in pattern.finditer(text) for place in range(*match.span())}
    found |= covered_by(text, WORDS) | covered_by(text.translate(LOOKALIKE), WORDS)
    for start in range(len(text) - STEP + 1):
        if text[start : start + STEP] in WALKS:
            found.update(range(start, start + STEP))
    return found


def covered_by(text: str, words: tuple[str, ...]) -> set[int]:
    """Return the places of a text that words cover."""
    return {
        place
        for word in words
        if word
        for match in re.finditer(f"(?={re.escape(word)})", text)
        for place in range(match.start(), match.start() + len(word))
    }


def walks() -> Iterator[str]:
    """Return what fingers type that walk along a keyboard, either way."""
    for row in KEYBOARD:
        for way in (row, row[::-1]):
            for start in range(len(way) - STEP + 1):
                yield way[start : start + STEP]


WALKS: Final = frozenset(walks())
