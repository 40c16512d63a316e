"""What a proofing is worth, and for how long: one table.

The levels and what each takes are this house's proposal, since the text of GB/T 42573 was not at hand (UNCONFIRMED,
docs/divergences.md). That L2 takes three kinds of information, an identity document among them, is the rule of a
province (DB61/T 1127-2018).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from identity.levels import Level
from identity.proofing.errors import ProofingInsufficient
from identity.proofing.proofing import Method, Source
from identity.subject import SubjectKind

__all__ = ["COUNTER_SOURCES", "RULES", "Lifetimes", "Rule", "level_of", "read_lifetimes", "require_level_of"]

DOCUMENTS: Final = frozenset({Source.DOCUMENT_SEEN, Source.DOCUMENT_CHIP})
REGISTRATIONS: Final = frozenset({Source.REGISTER_MATCHED, Source.REGISTRATION_SEEN})
THREE: Final = 3


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A level, and what it takes of whom by which method."""

    kind: SubjectKind
    methods: frozenset[Method]
    level: Level
    all_of: frozenset[Source] = frozenset()
    one_of: frozenset[Source] = frozenset()
    """At least one of these; nothing is asked where it is empty."""

    at_least: int = 0
    """So many sources in all."""

    def holds(self, kind: SubjectKind, method: Method, sources: Collection[Source]) -> bool:
        """Tell whether this is what the rule takes."""
        shown = {*sources}
        is_one = not self.one_of or bool(self.one_of & shown)
        is_enough = self.all_of <= shown and is_one and len(shown) >= self.at_least
        return self.kind is kind and method in self.methods and is_enough


IN_PERSON: Final = frozenset({Method.COUNTER, Method.CEREMONY})
PERSON, ORGANISATION = SubjectKind.PERSON, SubjectKind.ORGANISATION

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        kind=PERSON,
        methods=IN_PERSON,
        level=Level.HIGH,
        all_of=frozenset({Source.FACE_IN_PERSON}),
        one_of=DOCUMENTS,
    ),
    Rule(
        kind=PERSON,
        methods=frozenset({Method.REMOTE}),
        level=Level.HIGH,
        all_of=frozenset({Source.DOCUMENT_CHIP, Source.FACE_LIVE}),
    ),
    Rule(
        kind=PERSON,
        methods=frozenset({Method.COUNTER, Method.REMOTE}),
        level=Level.SUBSTANTIAL,
        one_of=DOCUMENTS,
        at_least=THREE,
    ),
    Rule(
        kind=PERSON,
        methods=frozenset({Method.COUNTER, Method.REMOTE, Method.MATCH}),
        level=Level.BASIC,
        all_of=frozenset({Source.NAME_AND_NUMBER, Source.PHONE}),
    ),
    Rule(
        kind=ORGANISATION,
        methods=IN_PERSON,
        level=Level.HIGH,
        all_of=frozenset({Source.REGISTRATION_SEEN, Source.REPRESENTATIVE_PRESENT}),
    ),
    Rule(
        kind=ORGANISATION,
        methods=frozenset({Method.COUNTER}),
        level=Level.SUBSTANTIAL,
        all_of=REGISTRATIONS,
    ),
    Rule(
        kind=ORGANISATION,
        methods=frozenset({Method.COUNTER, Method.MATCH}),
        level=Level.BASIC,
        all_of=frozenset({Source.REGISTER_MATCHED}),
    ),
)

COUNTER_SOURCES: Final[Mapping[SubjectKind, frozenset[Source]]] = {
    PERSON: frozenset({Source.DOCUMENT_SEEN, Source.FACE_IN_PERSON}),
    ORGANISATION: frozenset({Source.REGISTRATION_SEEN, Source.REPRESENTATIVE_PRESENT}),
}
"""What the officer has looked at who registers somebody at the counter, and what the one who proves them looks at."""


def level_of(kind: SubjectKind, method: Method, sources: Collection[Source]) -> Level:
    """Return the highest level that sources reach by a method; L0 where they reach none.

    What another platform answers for has no sources here: its level is mapped where platforms are known.
    """
    return max((rule.level for rule in RULES if rule.holds(kind, method, sources)), default=Level.NONE)


def require_level_of(kind: SubjectKind, method: Method, sources: Collection[Source]) -> Level:
    """Return the level that sources reach by a method, or raise `ProofingInsufficient`."""
    level = level_of(kind, method, sources)
    if level is Level.NONE:
        raise ProofingInsufficient
    return level


DAYS: Final = re.compile(r"([1-3])=([1-9][0-9]{0,4})")


@dataclass(frozen=True)
class Lifetimes:
    """How long a proofing of each level counts."""

    days: Mapping[Level, int] = field(
        default_factory=lambda: {Level.BASIC: 730, Level.SUBSTANTIAL: 1095, Level.HIGH: 1825}
    )

    def of(self, level: Level) -> timedelta:
        """Return how long a proofing of a level counts."""
        return timedelta(days=self.days[level])


def read_lifetimes(text: str) -> Lifetimes:
    """Return what `1=730,3=1825` names, in days; a level that is not named keeps its own. Raise `ValueError`."""
    days = {**Lifetimes().days}
    named: set[Level] = set()
    for part in text.split(",") if text else ():
        read = DAYS.fullmatch(part)
        if read is None:
            raise ValueError("write days as 1=730,2=1095,3=1825, each level once")
        level = Level(int(read[1]))
        if level in named:
            raise ValueError("name each level once")
        named.add(level)
        days[level] = int(read[2])
    return Lifetimes(days)
