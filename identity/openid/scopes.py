"""What a business system may ask to be told 授权范围, and the claims that each scope is for."""

from enum import StrEnum
from typing import Final

from identity.levels import Level

__all__ = ["IDENTITY_FLOOR", "Scope", "known_in", "scopes_of", "spelled"]


class Scope(StrEnum):
    """What a business system may ask for. Whatever else it asks for, it does not get."""

    OPENID = "openid"
    """That somebody is logged in, how, and how sure that is; under a name that no other business system knows."""

    PROFILE = "profile"
    """The name, masked."""

    IDENTITY = "identity"
    """The real name, and the citizen number masked: for logins that prove at least `IDENTITY_FLOOR`."""

    ORGANISATION = "organisation"
    """For which organisation the person acts, as what."""

    OFFLINE_ACCESS = "offline_access"
    """To be told after the person has gone as well (OpenID Connect Core 1.0, 11)."""


IDENTITY_FLOOR: Final = Level.SUBSTANTIAL
"""Nobody's real name is told on a password alone."""


def scopes_of(text: str) -> frozenset[Scope] | None:
    """Return the scopes that `text` names (RFC 6749, 3.3), or None where one of them is none."""
    named = text.split(" ")
    if not set(named) <= set(Scope):
        return None
    return frozenset(Scope(one) for one in named)


def known_in(text: str) -> frozenset[Scope]:
    """Return the scopes that `text` names and that there are."""
    return frozenset(Scope(one) for one in text.split(" ") if one in set(Scope))


def spelled(scopes: frozenset[Scope]) -> str:
    """Return scopes as the protocol writes them, always in the same order."""
    return " ".join(one.value for one in Scope if one in scopes)
