"""Freezing accounts 冻结账号: somebody's way in is closed at once, while the person stays as it is."""

from identity import token_repository
from identity.duties import Actor
from identity.errors import AccountUnknown
from identity.repository import IdentityRepository
from trust.events import AuditEvent, Fact
from trust.lifecycle import EventNotPossible, require_other
from trust.reasons import require_reason
from trust.store import Store

__all__ = ["AccountFreezing"]


class AccountFreezing:
    """The use cases of freezing accounts."""

    def __init__(self, *, store: Store, repository: IdentityRepository) -> None:
        self.store = store
        self.repository = repository

    def freeze(self, actor: Actor, person: str, *, reason: str) -> None:
        """Freeze an account at once: its sessions end, and nobody logs in. Raise `AccountUnknown`, `ReasonMissing`.

        One may do it alone, as it stops harm; freezing what is frozen changes nothing but who did it last.
        """
        told = require_reason(reason)
        with self.store.transaction() as tx:
            if not self.repository.freeze_account(tx, person, by=actor.id):
                raise AccountUnknown
            ended = token_repository.void_sessions(tx, person)
            facts: dict[str, Fact] = {"reason": told, "sessions": ended}
            tx.record(AuditEvent(tag="account:freeze:done", actor=actor.id, subject=person, facts=facts))

    def unfreeze(self, actor: Actor, person: str, *, reason: str) -> None:
        """Let an account be used again: by another person than the one who froze it.

        Raise `AccountUnknown`, `EventNotPossible` where it is not frozen, `FourEyesRequired`, `ReasonMissing`.
        """
        told = require_reason(reason)
        with self.store.transaction() as tx:
            account = self.repository.account(tx, person=person)
            if account is None:
                raise AccountUnknown
            if account.frozen_by is None:
                raise EventNotPossible(state="open", event="unfreeze")
            require_other("unfreeze", actor=actor.id, before=account.frozen_by)
            self.repository.freeze_account(tx, person, by=None)
            facts: dict[str, Fact] = {"reason": told}
            tx.record(AuditEvent(tag="account:unfreeze:done", actor=actor.id, subject=person, facts=facts))
