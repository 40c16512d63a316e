"""Patterns that always answer at once.

A pattern of a schema comes from an administrator and meets texts of strangers. Python's matcher tries one way after
the other, and some patterns have more ways than there is time. So only a part of the language is taken, of which the
work can be counted beforehand: every count has an end, and the ways in which the whole can match, times its longest
match, stay within a budget.
"""

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["MOST_WORK", "PatternUnsafe", "require_safe"]

MOST_WORK: Final = 1_000_000
"""Steps of the matcher on the worst text: some hundredths of a second."""

MOST_CHARACTERS: Final = 500
MOST_REPEATS: Final = 1000
DEEPEST: Final = 20

COUNT: Final = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{1,4}))?\}")
SPECIAL: Final = frozenset("\\^$.|?*+()[]{}")
ESCAPED: Final = SPECIAL | frozenset("/-")
"""What a backslash may stand before. Not letters: of `\\d` programs think differently, and `\\1` looks back."""

IN_CLASS: Final = frozenset("[]\\^-&~|")
"""What stands in a class only after a backslash: other programs, and later ones, may read more into it."""


class PatternUnsafe(ValueError):
    """The pattern is not one of those that are known to answer at once."""


@dataclass(frozen=True)
class Cost:
    """What a part of a pattern costs."""

    ways: int
    """In how many ways it can match at one place, at most."""

    length: int
    """How many steps one way has, at most."""

    def __post_init__(self) -> None:
        if self.ways * self.length > MOST_WORK:
            raise PatternUnsafe("work")

    def then(self, other: "Cost") -> "Cost":
        """Return the cost of this part and another after it."""
        return Cost(self.ways * other.ways, self.length + other.length)

    def instead(self, other: "Cost") -> "Cost":
        """Return the cost of this part or another."""
        return Cost(self.ways + other.ways, max(self.length, other.length))

    def repeated(self, fewest: int, most: int) -> "Cost":
        """Return the cost of this part `fewest` to `most` times."""
        ways = 0
        for times in range(fewest, most + 1):
            # Beyond 2²⁰ repetitions of two ways any budget is spent; the number itself need not be known.
            ways += self.ways if self.ways == 1 else self.ways ** min(times, 20)
            if ways > MOST_WORK:
                raise PatternUnsafe("work")
        return Cost(ways, max(self.length, 1) * most)


NOTHING: Final = Cost(1, 0)
CHARACTER: Final = Cost(1, 1)


class Parser:
    """Reads a pattern from left to right and counts what it costs."""

    def __init__(self, pattern: str) -> None:
        self.rest = pattern
        self.depth = 0

    def take(self, text: str) -> bool:
        """Take `text` if the rest begins with it, and tell whether it did."""
        found = self.rest.startswith(text)
        if found:
            self.rest = self.rest[len(text) :]
        return found

    def character(self) -> str:
        """Take one character."""
        if not self.rest:
            raise PatternUnsafe("unfinished")
        one, self.rest = self.rest[0], self.rest[1:]
        return one

    def whole(self) -> Cost:
        """Take the pattern from its `^` to its `$`."""
        if not self.take("^"):
            raise PatternUnsafe("anchors")
        cost = self.sequence()
        if self.rest != "$":
            raise PatternUnsafe("anchors")
        return cost

    def sequence(self) -> Cost:
        """Take parts one after the other."""
        cost = NOTHING
        while self.rest and self.rest[0] not in "|)$":
            cost = cost.then(self.counted(self.part()))
        return cost

    def part(self) -> Cost:
        """Take a group, a class or a character."""
        first = self.character()
        if first == "(":
            return self.group()
        if first == "[":
            self.characters()
        elif first == "\\":
            self.escaped(ESCAPED)
        elif first != "." and first in SPECIAL:
            raise PatternUnsafe("character")
        return CHARACTER

    def group(self) -> Cost:
        """Take what stands between parentheses."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise PatternUnsafe("depth")
        self.take("?:")
        cost = self.sequence()
        while self.take("|"):
            cost = cost.instead(self.sequence())
        if not self.take(")"):
            raise PatternUnsafe("group")
        self.depth -= 1
        return cost

    def characters(self) -> None:
        """Take a class, after its opening bracket."""
        self.take("^")
        if self.rest.startswith("]"):
            raise PatternUnsafe("class")
        while not self.take("]"):
            first = self.member()
            if self.take("-") and first > self.member():
                raise PatternUnsafe("class")

    def member(self) -> str:
        """Take one character of a class."""
        one = self.character()
        if one == "\\":
            return self.escaped(ESCAPED | IN_CLASS)
        if one in IN_CLASS:
            raise PatternUnsafe("class")
        return one

    def escaped(self, known: frozenset[str]) -> str:
        """Take the character after a backslash."""
        one = self.character()
        if one not in known:
            raise PatternUnsafe("escape")
        return one

    def counted(self, cost: Cost) -> Cost:
        """Take a count, if there is one, after a part."""
        if self.take("?"):
            fewest, most = 0, 1
        elif found := COUNT.match(self.rest):
            self.rest = self.rest[found.end() :]
            fewest = int(found[1])
            most = int(found[3]) if found[2] else fewest
        else:
            return cost
        if not fewest <= most <= MOST_REPEATS or most == 0:
            raise PatternUnsafe("count")
        return cost.repeated(fewest, most)


def require_safe(pattern: str) -> re.Pattern[str]:
    """Return a pattern ready for use if it always answers at once, else raise `PatternUnsafe`."""
    if len(pattern) > MOST_CHARACTERS or not pattern.isprintable():
        raise PatternUnsafe("characters")
    Parser(pattern).whole()
    return re.compile(pattern)
