"""Reopening an account: nothing that led into it before leads into it afterwards, but a new activation code."""

from dataclasses import dataclass

from identity.access import AccessService
from identity.authentication.repository import AuthenticationRepository
from identity.federation.repository import FederationRepository
from identity.subject import SubjectId
from identity.tokens import IssuedToken
from trust.events import AuditEvent, Fact
from trust.store import Transaction

__all__ = ["Reopening"]


@dataclass(frozen=True, kw_only=True)
class Reopening:
    """Takes away password, sessions, authenticators, and what leads in from other platforms."""

    access: AccessService
    authenticators: AuthenticationRepository
    elsewhere: FederationRepository

    def reopen(self, tx: Transaction, person: SubjectId, *, by: str) -> IssuedToken:
        """Return a new activation code, within a use case that has proven who the person is.

        Raise `AccountUnknown`, `SubjectNotActive`.
        """
        issued = self.access.reopen_account(tx, person, by=by)
        for one in self.authenticators.of_person(tx, person):
            self.authenticators.remove(tx, one.id)
        self.end_links(tx, person, by=by)
        return issued

    def end_links(self, tx: Transaction, person: SubjectId, *, by: str) -> None:
        """Let nobody in any more by an account at another platform, nor by a login there that is under way.

        Whoever had the account may have had the one there as well, or have linked one: the owner links it anew, logged
        in here.
        """
        links = self.elsewhere.links(tx, person)
        self.elsewhere.forget(tx, person)
        for one in links:
            facts: dict[str, Fact] = {"link": one.id, "platform": one.platform}
            tx.record(AuditEvent(tag="link:remove:done", actor=by, subject=person, facts=facts))
