"""What another platform vouches for, and how a person is found or registered by it.

A platform is believed as far as its operator here has said: its levels are translated by a closed table, and what the
table does not name proves nothing. Nobody is found by a number alone: the name must be the same as well.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from identity import recording
from identity.documents import ShownDocument
from identity.federation.errors import PlatformContradicts, VouchedTooLow
from identity.levels import Level
from identity.service import IdentityService, RegisterPerson
from identity.subject import Person, PersonName
from trust.store import Reading, Transaction

__all__ = ["LevelTable", "Vouched", "Vouching"]

PAIR: Final = re.compile(r"([A-Za-z0-9:/._-]{1,128})=([0-3])")


@dataclass(frozen=True)
class LevelTable:
    """Which of a platform's levels is which of ours. What it does not name is L0."""

    known: Mapping[str, Level]

    @classmethod
    def read(cls, text: str) -> "LevelTable":
        """Read `theirs=ours,theirs=ours`. Raise `ValueError`."""
        known: dict[str, Level] = {}
        for part in text.split(","):
            found = PAIR.fullmatch(part.strip())
            if found is None or found[1] in known:
                raise ValueError("write levels as 1=1,2=2,3=3: theirs, then ours from 0 to 3, each once")
            known[found[1]] = Level(int(found[2]))
        return cls(known)

    def ours(self, theirs: object) -> Level:
        """Return our level for one of theirs, which some write as a number."""
        if isinstance(theirs, bool) or not isinstance(theirs, (str, int)):
            return Level.NONE
        return self.known.get(str(theirs), Level.NONE)


@dataclass(frozen=True, kw_only=True)
class Vouched:
    """A natural person as a platform tells of one. It shows itself without personal data."""

    platform: str
    subject: str = field(repr=False)
    """How the platform names the account."""

    name: str = field(repr=False)
    document: ShownDocument = field(repr=False)
    level: Level
    """How sure the platform is of the person, in our levels, after the table."""

    shown: Level
    """How the person has just logged in there, likewise."""


@dataclass(frozen=True)
class Vouching:
    """Finds and registers those for whom platforms vouch."""

    identity: IdentityService

    def persons(self, view: Reading, vouched: Vouched) -> tuple[str, ...]:
        """Return who has the document that a platform names, or raise what is wrong with it."""
        document = vouched.document.read(today=view.now.date())
        found = self.identity.repository.documents.persons_of(view, [document.lookup])
        return tuple(self.identity.require_person(view, one).id for one in found)

    def known(self, tx: Transaction, vouched: Vouched) -> Person | None:
        """Return the person here with the same document and the same name, if there is one.

        Raise `PlatformContradicts` for another name, and what is wrong with the document or the name.
        """
        name = PersonName(vouched.name.strip())
        for one in self.persons(tx, vouched):
            found = self.identity.require_person(tx, one)
            if found.name != name:
                raise PlatformContradicts
            return found
        return None

    def register(self, tx: Transaction, vouched: Vouched) -> Person:
        """Register a person for whom a platform vouches at L1 at least, as proven by it. Raise `VouchedTooLow`."""
        if vouched.level < Level.BASIC:
            raise VouchedTooLow(held=vouched.level.value, needed=Level.BASIC.value)
        command = RegisterPerson(name=vouched.name, shown=vouched.document)
        person = self.identity.add_person(tx, command, by=vouched.platform)
        tx.flush()
        return self.prove(tx, person, vouched)

    def prove(self, tx: Transaction, person: Person, vouched: Vouched) -> Person:
        """Note how sure a platform is of a person now, beside what is known from elsewhere."""
        if person.state not in recording.PROVABLE:
            return person
        repository, lifetimes = self.identity.repository, self.identity.lifetimes
        recording.record_platform(
            repository, tx, person.id, platform=vouched.platform, level=vouched.level, lasts=lifetimes
        )
        tx.flush()
        return self.identity.require_person(tx, person.id)
