"""What access tokens are for (RFC 8707): what this service tells of a person, or the interface of a business system.

A business system registers the addresses of its interfaces, with the two persons who agree to everything it registers.
Others ask for tokens for one of them; such a token opens nothing here, and tells of the person to its owner alone.
"""

from dataclasses import dataclass

from identity.client_repository import ClientRepository
from identity.openid.errors import AuthorizationRefused, TokenRequestRefused
from identity.openid.repository import OpenIDRepository
from identity.service import IdentityService
from trust.store import Reading

__all__ = ["Resources"]

API = "/v1"
"""Below this the interface of this service stands, for which business systems have tokens of their own."""

BETWEEN = " "
"""Stands between several resources of one request, and in none."""

UNKNOWN = "no such resource, or not for this login (RFC 8707, 2)"
SEVERAL = "one resource at a time: a token that is good at two places is stolen at either"


@dataclass(frozen=True, kw_only=True)
class Resources:
    """Knows what tokens may be asked for."""

    issuer: str
    identity: IdentityService
    clients: ClientRepository
    repository: OpenIDRepository

    def owner(self, view: Reading, resource: str) -> str | None:
        """Return the business system that a resource belongs to and that may act now, if there is one."""
        name = self.repository.owner_of(view, resource)
        client = None if name is None else self.clients.find(view, name)
        is_there = client is not None and self.identity.client_may_act(view, client)
        return name if is_there else None

    def name_of_owner(self, view: Reading, resource: str | None) -> str:
        """Return what the owner of a resource is called; nothing for this service itself, and for nobody."""
        name = None if resource is None else self.owner(view, resource)
        client = None if name is None else self.clients.find(view, name)
        return "" if client is None else client.name

    def asked(self, view: Reading, resource: str | None) -> str | None:
        """Return what a login asks tokens for; None: for what this service tells. Raise `AuthorizationRefused`."""
        if resource is None or resource == self.issuer:
            return None
        if BETWEEN in resource:
            raise AuthorizationRefused(error="invalid_target", fault=SEVERAL)
        if self.owner(view, resource) is None:
            raise AuthorizationRefused(error="invalid_target", fault=UNKNOWN)
        return resource

    def given(self, view: Reading, resource: str | None, *, granted: str | None) -> str | None:
        """Return what a token is for that is asked for; None: for what this service tells.

        It is what the login was for, where nothing else is named. Raise `TokenRequestRefused`.
        """
        if resource is not None and BETWEEN in resource:
            raise TokenRequestRefused(error="invalid_target", fault=SEVERAL)
        wanted = granted if resource is None else None if resource == self.issuer else resource
        if wanted is not None and (wanted != granted or self.owner(view, wanted) is None):
            raise TokenRequestRefused(error="invalid_target", fault=UNKNOWN)
        return wanted

    def require_own(self, resource: str | None) -> None:
        """Return if a token of a business system's own is for this service. Raise `TokenRequestRefused`."""
        if resource not in {None, self.issuer, self.issuer + API}:
            raise TokenRequestRefused(error="invalid_target", fault=UNKNOWN)
