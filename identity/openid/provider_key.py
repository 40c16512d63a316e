"""A key of the provider, and where it stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from identity.jose import JWSAlgorithm, jwk_of
from trust.signing import KeyPurpose, KeyReference

__all__ = ["PURPOSE", "ProviderKey", "ProviderKeyState"]

PURPOSE: Final = KeyPurpose.TOKEN


class ProviderKeyState(StrEnum):
    """Where a key stands."""

    NEXT = "next"
    CURRENT = "current"
    RETIRED = "retired"


@dataclass(frozen=True, kw_only=True)
class ProviderKey:
    """A key of the provider."""

    kid: str
    algorithm: JWSAlgorithm
    state: ProviderKeyState
    key: KeyReference
    made_at: datetime
    retired_at: datetime | None = None

    @property
    def slot(self) -> str | None:
        """The place that only one key can have."""
        return None if self.state is ProviderKeyState.RETIRED else f"{self.algorithm.value} {self.state.value}"

    @property
    def jwk(self) -> dict[str, str]:
        """The key as it is published."""
        return jwk_of(self.key.public_key, self.algorithm)
