"""Business systems 业务系统 as values: their keys, and how much they may ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from identity.errors import QuotaMalformed
from identity.lifecycle import ClientState
from identity.subject import SubjectId

__all__ = ["MAX_KEYS", "Client", "ClientKey", "KeyState", "Quotas"]

MAX_KEYS: Final = 5
"""Keys in use that one business system may have: enough for a change, few enough to be known by name."""

MAX_QUOTA: Final = 1_000_000_000


class KeyState(StrEnum):
    """Where a key of a business system stands."""

    ACTIVE = "active"  # 在用
    RETIRED = "retired"  # 停用


@dataclass(frozen=True, kw_only=True)
class ClientKey:
    """A public key of a business system."""

    kid: str
    """Its thumbprint (RFC 7638), unless the system gave it a name of its own."""

    jwk: Mapping[str, str]
    algorithm: str
    state: KeyState
    added_at: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """How much a business system may ask. None: as the settings say for all of them."""

    requests_per_minute: int | None = None
    requests_per_day: int | None = None
    stampings_per_day: int | None = None

    def __post_init__(self) -> None:
        for name in ("requests_per_minute", "requests_per_day", "stampings_per_day"):
            value = getattr(self, name)
            if value is not None and not 0 < value <= MAX_QUOTA:
                raise QuotaMalformed(field=name)


@dataclass(frozen=True, kw_only=True)
class Client:
    """A business system."""

    id: str
    name: str
    organisation: SubjectId
    state: ClientState
    last_actor: str
    keys: tuple[ClientKey, ...] = ()
    description: str = ""
    contact: str = field(default="", repr=False)
    """Whom to call about it: personal data, enciphered in the database."""

    quotas: Quotas = field(default_factory=Quotas)

    @property
    def active_keys(self) -> tuple[ClientKey, ...]:
        """The keys that an assertion may be signed with now."""
        return tuple(one for one in self.keys if one.state is KeyState.ACTIVE)
