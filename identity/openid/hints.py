"""ID tokens that business systems bring back as hints: of whom to log out, and of whom they expect to be logged in."""

from dataclasses import dataclass

from identity import jose
from identity.jose import JWSMalformed
from identity.openid.errors import AuthorizationRefused
from identity.openid.keys import ProviderKeys

__all__ = ["HINT", "Hint", "Hints"]

HINT = "id_token_hint"
"""The parameter (OpenID Connect Core 1.0, 3.1.2.1; RP-Initiated Logout 1.0, 2)."""


@dataclass(frozen=True, kw_only=True)
class Hint:
    """What an ID token of ours says."""

    client: str
    sub: str
    sid: str


@dataclass(frozen=True, kw_only=True)
class Hints:
    """Reads ID tokens that this service has signed, however old they are."""

    issuer: str
    keys: ProviderKeys

    def read(self, token: str) -> Hint | None:
        """Return what an ID token of ours says; None for what is none, or was signed with a key that is gone."""
        try:
            key = self.keys.verifying().get(jose.signed_by(token))
            told = None if key is None else jose.read(token, key)
        except JWSMalformed:
            return None
        if told is None or told.get("iss") != self.issuer or "events" in told:
            return None
        named = told.get("aud"), told.get("sub", ""), told.get("sid", "")
        client, sub, sid = (one if isinstance(one, str) else None for one in named)
        return None if client is None or sub is None or sid is None else Hint(client=client, sub=sub, sid=sid)

    def taken(self, asked: dict[str, str], *, client: str) -> dict[str, str]:
        """Return parameters in which whom the hint names stands in its place. Raise `AuthorizationRefused`."""
        if HINT not in asked:
            return asked
        found = self.read(asked[HINT])
        if found is None or found.client != client or not found.sub:
            raise AuthorizationRefused(error="invalid_request", fault="id_token_hint is no ID token of yours from here")
        return asked | {HINT: found.sub}
