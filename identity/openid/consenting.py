"""What a person lets business systems know, seen and taken back by the person 授权管理."""

from dataclasses import replace

from identity.client_repository import ClientRepository
from identity.duties import Actor
from identity.openid.errors import ConsentUnknown
from identity.openid.grants import Consent
from identity.openid.repository import OpenIDRepository
from identity.openid.scopes import spelled
from trust.events import AuditEvent, Fact
from trust.store import Store

__all__ = ["Consents"]


class Consents:
    """The use cases of consents."""

    def __init__(self, *, store: Store, clients: ClientRepository, repository: OpenIDRepository) -> None:
        self.store = store
        self.clients = clients
        self.repository = repository

    def of(self, actor: Actor) -> tuple[Consent, ...]:
        """Return what somebody lets business systems know, the newest first."""
        with self.store.reading() as view:
            found = []
            for one in self.repository.consents(view, actor.id):
                client = self.clients.find(view, one.client)
                found.append(replace(one, client_name="" if client is None else client.name))
        return tuple(found)

    def withdraw(self, actor: Actor, name: str) -> None:
        """Take a consent back: every token that stands on it ends at once. Raise `ConsentUnknown`."""
        with self.store.transaction() as tx:
            found = next((one for one in self.repository.consents(tx, actor.id) if one.id == name), None)
            if found is None:
                raise ConsentUnknown
            self.repository.end_consent(tx, found.id)
            ended = self.repository.end_grants(tx, person=actor.id, client=found.client)
            facts: dict[str, Fact] = {
                "consent": found.id,
                "client": found.client,
                "scope": spelled(found.scopes),
                "logins": ended,
            }
            tx.record(AuditEvent(tag="openid_consent:withdraw:done", actor=actor.id, subject=actor.id, facts=facts))
