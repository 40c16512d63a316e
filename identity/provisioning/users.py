"""An account as a platform tells of one: whose it is, under which names it is known there, and whether it is in use."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from identity.documents import ShownDocument
from identity.levels import Level
from identity.provisioning.errors import AccountMalformed

__all__ = ["Outcome", "SyncState", "SyncedAccount", "SyncedUser"]

MAX_IDENTIFIER: Final = 255


class SyncState(StrEnum):
    """Where an account stands at the platform that told of it."""

    ACTIVE = "active"  # 在用
    INACTIVE = "inactive"  # 停用
    DELETED = "deleted"  # 已删除


class Outcome(StrEnum):
    """What came of being told of an account."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True)
class SyncedUser:
    """What a platform tells of an account. It shows itself without personal data. Raise `AccountMalformed`."""

    username: str = field(repr=False)
    external_id: str = field(default="", repr=False)
    """How the platform names the account; empty where it does not."""

    name: str = field(repr=False)
    document: ShownDocument = field(repr=False)
    level: Level
    """How sure the platform is of the person."""

    active: bool = True

    def __post_init__(self) -> None:
        if not is_identifier(self.username):
            raise AccountMalformed(field="userName")
        if self.external_id and not is_identifier(self.external_id):
            raise AccountMalformed(field="externalId")


def is_identifier(text: str) -> bool:
    """Tell whether a text may name an account."""
    return 0 < len(text) <= MAX_IDENTIFIER and text.isprintable() and text == text.strip()


@dataclass(frozen=True, kw_only=True)
class SyncedAccount:
    """An account that a platform told of, and who that is here."""

    id: str
    source: str
    person: str
    user: SyncedUser
    state: SyncState
    is_origin: bool
    """Whether the person was registered here by this account."""

    created_at: datetime
    changed_at: datetime
    version: int = 1
