"""Wiring of the OpenID Provider: what its routes and its pages use."""

from dataclasses import dataclass
from functools import cached_property

from identity.client_repository import ClientRepository
from identity.four_eyes.service import FourEyes
from identity.openid.authorizing import Authorizing
from identity.openid.claims import Claims
from identity.openid.consenting import Consents
from identity.openid.ending import Ending
from identity.openid.granting import Granting
from identity.openid.hints import Hints
from identity.openid.inspecting import Inspecting
from identity.openid.key_rotation import KeyRotations, RotateProviderKey
from identity.openid.keys import ProviderKeys
from identity.openid.registering import RegistrationHandler, Registrations
from identity.openid.repository import OpenIDRepository
from identity.openid.resources import Resources
from identity.openid.subjects import Pseudonyms
from identity.service import IdentityService
from trust.protection import DataProtection
from trust.signing import KeyCustody
from trust.store import Store

__all__ = ["OpenID"]


@dataclass(frozen=True, kw_only=True)
class OpenID:
    """The OpenID Provider of an instance."""

    issuer: str
    store: Store
    custody: KeyCustody
    identity: IdentityService
    clients: ClientRepository
    protection: DataProtection

    @cached_property
    def repository(self) -> OpenIDRepository:
        """The tables."""
        return OpenIDRepository()

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """Under which names persons are known."""
        return Pseudonyms(self.protection)

    @cached_property
    def keys(self) -> ProviderKeys:
        """The keys that sign tokens."""
        return ProviderKeys(self.store, self.custody)

    @cached_property
    def authorizing(self) -> Authorizing:
        """From the request for a login to the code."""
        return Authorizing(
            store=self.store,
            identity=self.identity,
            clients=self.clients,
            repository=self.repository,
            pseudonyms=self.pseudonyms,
            resources=self.resources,
            hints=Hints(issuer=self.issuer, keys=self.keys),
        )

    @cached_property
    def resources(self) -> Resources:
        """What tokens are for."""
        return Resources(issuer=self.issuer, identity=self.identity, clients=self.clients, repository=self.repository)

    @cached_property
    def claims(self) -> Claims:
        """Who is acting, as it is told."""
        return Claims(
            issuer=self.issuer, identity=self.identity, repository=self.repository, pseudonyms=self.pseudonyms
        )

    @cached_property
    def granting(self) -> Granting:
        """Codes and tokens."""
        return Granting(
            store=self.store,
            identity=self.identity,
            clients=self.clients,
            repository=self.repository,
            keys=self.keys,
            claims=self.claims,
            resources=self.resources,
        )

    @cached_property
    def inspecting(self) -> Inspecting:
        """What tokens are worth."""
        return Inspecting(
            issuer=self.issuer,
            store=self.store,
            repository=self.repository,
            granting=self.granting,
            claims=self.claims,
        )

    @cached_property
    def ending(self) -> Ending:
        """Logging out everywhere."""
        return Ending(
            issuer=self.issuer,
            store=self.store,
            clients=self.clients,
            repository=self.repository,
            keys=self.keys,
            pseudonyms=self.pseudonyms,
        )

    @cached_property
    def consents(self) -> Consents:
        """What persons let business systems know."""
        return Consents(store=self.store, clients=self.clients, repository=self.repository)

    @cached_property
    def handler(self) -> RegistrationHandler:
        """What an approved registration comes to."""
        return RegistrationHandler(self.clients, self.repository)

    def key_rotations(self, four_eyes: FourEyes) -> KeyRotations:
        """Return the rotations of keys that are proposed."""
        return KeyRotations(keys=self.keys, four_eyes=four_eyes)

    @property
    def key_handler(self) -> RotateProviderKey:
        """What an approved rotation comes to."""
        return RotateProviderKey(self.keys)

    def registrations(self, four_eyes: FourEyes) -> Registrations:
        """Return the registrations of business systems for sign-on."""
        return Registrations(store=self.store, repository=self.repository, four_eyes=four_eyes)
