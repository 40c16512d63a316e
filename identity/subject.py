"""Subjects 主体: natural persons and organisations, their unified identifiers, and personal data that does not leak."""

import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from typing_extensions import override

from identity.citizen_number import CitizenNumber
from identity.credit_code import CreditCode
from identity.documents import IdentityDocument
from identity.errors import PersonNameMalformed, SubjectNotActive
from identity.lifecycle import PERMITS, SubjectState, SubjectUse
from trust.check_character import mod_37_36
from trust.typefaces import require_coverage

__all__ = [
    "Assurance",
    "Named",
    "Organisation",
    "Person",
    "PersonName",
    "SubjectId",
    "SubjectKind",
    "is_unified_identifier",
    "mask_organisation",
    "new_unified_identifier",
]

SubjectId = NewType("SubjectId", str)
"""A unified identifier: P or O, 16 random characters, a check character. It tells nothing about its bearer."""

RANDOM_CHARACTERS: Final = 16
RANDOM_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which are misread as digits."""

UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Cs"})
"""Controls, marks of direction, what is no character. One of the private area is told with what it stands for."""

MAX_NAME: Final = 100

ERASED: Final = "已删除"
"""What stands in place of a name that was erased."""


class SubjectKind(StrEnum):
    """Natural person 自然人, or legal person and other organisation 法人及其他组织. The value begins the identifier."""

    PERSON = "P"
    ORGANISATION = "O"


def new_unified_identifier(kind: SubjectKind) -> SubjectId:
    """Return a fresh identifier; 34¹⁶ of them make a chance repetition unthinkable, and the database refuses one."""
    body = kind.value + "".join(secrets.choice(RANDOM_ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return SubjectId(body + mod_37_36(body))


def is_unified_identifier(text: str) -> bool:
    """Tell whether `text` has the form and the check character of a unified identifier."""
    kinds = tuple(kind.value for kind in SubjectKind)
    well_formed = (
        len(text) == RANDOM_CHARACTERS + 2 and text.startswith(kinds) and set(text[1:-1]) <= set(RANDOM_ALPHABET)
    )
    return well_formed and mod_37_36(text[:-1]) == text[-1]


@dataclass(frozen=True)
class PersonName:
    """The name of a natural person. It shows itself masked; `value` is for those who may see it."""

    value: str

    def __post_init__(self) -> None:
        if self.value != self.value.strip() or not 0 < len(self.value) <= MAX_NAME:
            raise PersonNameMalformed
        if any(unicodedata.category(character) in UNSEEN for character in self.value):
            raise PersonNameMalformed
        require_coverage(self.value, field="name")

    @property
    def masked(self) -> str:
        """The name as it may be shown: the last of several characters, and a star for each other one."""
        return "*" * (len(self.value) - 1) + self.value[-1] if len(self.value) > 1 else "*"

    @override
    def __repr__(self) -> str:
        return f"PersonName({self.masked})"


VISIBLE_START: Final = 4
VISIBLE_END: Final = 4


def mask_organisation(name: str) -> str:
    """Return an organisation's name as the public sees it: beginning and end, stars between, never all of it."""
    if len(name) <= VISIBLE_START + VISIBLE_END:
        return name[:2] + "*" * max(1, len(name) - 4) + name[-2:] if len(name) > VISIBLE_END else name[:1] + "*"
    return name[:VISIBLE_START] + "*" * (len(name) - VISIBLE_START - VISIBLE_END) + name[-VISIBLE_END:]


@dataclass(frozen=True, kw_only=True)
class Assurance:
    """How sure we are of a subject now: the level L0 to L3, from which source, by whom, since when and until when."""

    level: int
    source: str
    by: str
    at: datetime
    expires_at: datetime
    """When it counts no longer; what was proven otherwise may then still count."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """How a subject is called and stands, without the rest of it. It shows itself without the name."""

    name: str = field(repr=False)
    state: SubjectState


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What persons and organisations have in common."""

    id: SubjectId
    state: SubjectState
    last_actor: str
    registered_at: datetime
    assurance: Assurance | None

    def require(self, use: SubjectUse) -> None:
        """Return if the subject's state permits `use`, else raise `SubjectNotActive`."""
        if use not in PERMITS[self.state]:
            raise SubjectNotActive(subject=self.id, state=self.state.value)


@dataclass(frozen=True, kw_only=True)
class Person(Subject):
    """A natural person 自然人."""

    name: PersonName
    document: IdentityDocument | None
    """The document by which the person is known to others, such as on licences; None after a merge or an erasure."""

    merged_into: SubjectId | None = None
    """Who this person is, where two identifiers turned out to be of one (合并)."""

    @property
    def citizen_number(self) -> CitizenNumber | None:
        """The citizen number, where the document bears one."""
        return None if self.document is None else self.document.citizen_number

    @property
    def code(self) -> str:
        """The number by which the person is known, in clear; nothing after a merge or an erasure."""
        return "" if self.document is None else self.document.number

    @property
    def masked_code(self) -> str:
        """The number as it may be shown."""
        return "" if self.document is None else self.document.masked


@dataclass(frozen=True, kw_only=True)
class Organisation(Subject):
    """A legal person or other organisation 法人及其他组织."""

    name: str
    credit_code: CreditCode
    legal_representative: SubjectId | None = None

    @property
    def code(self) -> str:
        """The number by which the organisation is known, which is public."""
        return self.credit_code.value
