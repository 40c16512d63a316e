"""What business systems are told of a person 声明: no more than the scope is for, and each time on record.

Claims of the login itself stand in the ID token; those of the person are fetched (OpenID Connect Core 1.0, 5.4), so
that they are as true as at that moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from identity.levels import methods_of
from identity.openid.errors import AccessTokenRefused
from identity.openid.grants import Grant
from identity.openid.metadata import ClientMetadata
from identity.openid.repository import OpenIDRepository
from identity.openid.scopes import IDENTITY_FLOOR, Scope, spelled
from identity.openid.subjects import Pseudonyms
from identity.service import IdentityService
from trust.events import AuditEvent, Fact
from trust.store import Reading, Transaction

__all__ = ["Claims"]


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Says who is acting."""

    issuer: str
    identity: IdentityService
    repository: OpenIDRepository
    pseudonyms: Pseudonyms

    def of_login(
        self, view: Reading, grant: Grant, registered: ClientMetadata, *, scopes: frozenset[Scope]
    ) -> dict[str, Any]:
        """Return what is told of a login: for whom, by whom, how sure; for which organisation, if `scopes` tell it."""
        participant = self.repository.participant(view, session=grant.session, client=grant.client)
        told: dict[str, Any] = {
            "iss": self.issuer,
            "aud": grant.client,
            "sub": self.pseudonyms.person(grant.person, sector=registered.sector),
            "auth_time": int(grant.authenticated_at.timestamp()),
            "acr": grant.level.acr,
            "amr": list(methods_of(grant.factors)),
        }
        if participant is not None:
            told["sid"] = participant.sid
        return {**told, **self.acting_for(view, grant, scopes)}

    def acting_for(self, view: Reading, grant: Grant, scopes: frozenset[Scope]) -> dict[str, Any]:
        """Return for which organisation the person acts, where the business system is to know that."""
        if grant.acting is None or Scope.ORGANISATION not in scopes:
            return {}
        organisation = self.identity.repository.organisation(view, grant.acting.organisation)
        if organisation is None:
            return {}
        told = {
            "id": organisation.id,
            "name": organisation.name,
            "credit_code": organisation.credit_code.value,
            "standing": grant.acting.standing,
        }
        if grant.acting.delegation is not None:
            told["delegation"] = grant.acting.delegation
        return {"acting_for": told}

    def of_person(
        self, view: Reading, grant: Grant, scopes: frozenset[Scope], registered: ClientMetadata
    ) -> dict[str, Any]:
        """Return what is told of the person. Raise `AccessTokenRefused` where there is none any more."""
        person = self.identity.repository.person(view, grant.person)
        if person is None:
            raise AccessTokenRefused
        told: dict[str, Any] = {
            "sub": self.pseudonyms.person(person.id, sector=registered.sector),
            "acr": grant.level.acr,
        }
        if Scope.PROFILE in scopes:
            told["name"] = person.name.masked
        if Scope.IDENTITY in scopes and grant.level >= IDENTITY_FLOOR:
            told |= {"name": person.name.value, "document_number_masked": person.masked_code}
        return {**told, **self.acting_for(view, grant, scopes)}

    def record(self, tx: Transaction, grant: Grant, where: str, told: Mapping[str, Any] | None = None) -> None:
        """Put on record which claims were told to whom; never what they say."""
        names = sorted(told) if told is not None else ["sub", *(["acting_for"] if grant.acting is not None else [])]
        facts: dict[str, Fact] = {
            "login": grant.id,
            "client": grant.client,
            "where": where,
            "claims": " ".join(names),
            "scope": spelled(grant.scopes),
        }
        tx.record(AuditEvent(tag="openid_claims:tell:done", actor=grant.client, subject=grant.person, facts=facts))
