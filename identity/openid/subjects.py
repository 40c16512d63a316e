"""Under which name a business system knows a person, and a session (OpenID Connect Core 1.0, 8.1).

The names are keyed hashes: two business systems cannot compare whom they serve, unless they are registered for the same
sector; and none of them learns the unified identifier, let alone a citizen number.
"""

from dataclasses import dataclass

from trust.protection import DataProtection

__all__ = ["Pseudonyms"]


@dataclass(frozen=True)
class Pseudonyms:
    """Makes the names. The same one each time, for as long as the index key of the instance is the same."""

    protection: DataProtection

    def person(self, person: str, *, sector: str) -> str:
        """Return what the business systems of a sector know a person by (`sub`)."""
        return self.protection.index(f"{sector}\n{person}", kind="openid subject")

    def session(self, session: str, *, client: str) -> str:
        """Return what a business system knows a session by (`sid`; Back-Channel Logout 1.0, 2.1)."""
        return self.protection.index(f"{client}\n{session}", kind="openid session")[:32]
