"""What access tokens are worth: user information, introspection and revocation."""

from dataclasses import dataclass
from typing import Any

from identity.binding import UNBOUND, Binding
from identity.business_systems import Client
from identity.openid.claims import Claims
from identity.openid.errors import AccessTokenRefused
from identity.openid.granting import Granting
from identity.openid.grants import Token, TokenKind
from identity.openid.repository import OpenIDRepository
from identity.openid.scopes import spelled
from identity.tokens import digest_of
from trust.events import AuditEvent, Fact
from trust.store import Reading, Store

__all__ = ["Inspecting"]


@dataclass(frozen=True, kw_only=True)
class Inspecting:
    """The use cases of the endpoints beside that of tokens."""

    issuer: str
    store: Store
    repository: OpenIDRepository
    granting: Granting
    claims: Claims

    def require(self, secret: str, shown: Binding) -> None:
        """Return if an access token is worth something to who holds a key. Raise `AccessTokenRefused`."""
        with self.store.reading() as view:
            self.granting.bearer(view, secret, shown)

    def user_info(self, secret: str, shown: Binding = UNBOUND) -> dict[str, Any]:
        """Return the claims that an access token is for (OpenID Connect Core 1.0, 5.3), and record that they were told.

        Raise `AccessTokenRefused`.
        """
        with self.store.transaction() as tx:
            token = self.granting.bearer(tx, secret, shown)
            registered = self.repository.metadata(tx, token.grant.client)
            if registered is None:
                raise AccessTokenRefused
            told = self.claims.of_person(tx, token.grant, token.scopes, registered)
            self.claims.record(tx, token.grant, "userinfo", told)
            return told

    def introspect(self, client: Client, secret: str) -> dict[str, Any]:
        """Return what a token is worth now (RFC 7662, 2.2), to the business system that it was given to.

        And to the one whose interface it is for (RFC 8707), which is told who is acting as far as the scope goes: each
        time on record.
        """
        with self.store.reading() as view:
            token = self.repository.token(view, digest_of(secret))
            if token is None or not self.concerns(view, token, client) or not self.holds(view, token):
                return {"active": False}
            registered = self.granting.registered(view, client)
            told = self.claims.of_login(view, token.grant, registered, scopes=token.scopes)
        if token.grant.client != client.id:
            told.pop("sid", None)  # the session is known there by a name that is nobody else's
            with self.store.transaction() as tx:
                self.claims.record(tx, token.grant, f"resource of {client.id}", told)
        return {
            **told,
            "active": True,
            "aud": token.resource or self.issuer,
            "client_id": token.grant.client,
            "scope": spelled(token.scopes),
            "token_type": token_type_of(token),
            "iat": int(token.begun_at.timestamp()),
            "exp": int(token.expires_at.timestamp()),
            **({"cnf": {"jkt": token.key}} if token.key else {}),
        }

    def concerns(self, view: Reading, token: Token, client: Client) -> bool:
        """Tell whether a token is of a business system, or for its interface. Codes are of nobody."""
        if token.kind is TokenKind.CODE:
            return False
        registered = self.repository.metadata(view, client.id)
        owns = registered is not None and token.resource in registered.resources
        return token.grant.client == client.id or owns

    def holds(self, view: Reading, token: Token) -> bool:
        """Tell whether a token is good for anything now."""
        return token.used_at is None and token.expires_at > view.now and self.granting.stands(view, token.grant)

    def revoke(self, client: Client, secret: str) -> None:
        """End a token (RFC 7009, 2.1): a refresh token with all of its login. What is none of the caller's stays."""
        digest = digest_of(secret)
        with self.store.transaction() as tx:
            token = self.repository.token(tx, digest)
            is_own = token is not None and token.grant.client == client.id
            facts: dict[str, Fact] = {"login": token.grant.id if token is not None and is_own else None}
            if token is not None and is_own:
                if token.kind is TokenKind.ACCESS:
                    self.repository.end_token(tx, digest)
                else:
                    self.repository.end_grants(tx, grant=token.grant.id)
            tag = f"openid_token:revoke:{'done' if is_own else 'refused'}"
            tx.record(AuditEvent(tag=tag, actor=client.id, subject=client.id, facts=facts))


def token_type_of(token: Token) -> str:
    """Return how a token is used."""
    if token.kind is TokenKind.REFRESH:
        return "refresh_token"
    return "DPoP" if token.key else "Bearer"
