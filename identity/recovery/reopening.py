"""Reopening an account: nothing that led into it before leads into it afterwards, but a new activation code."""

from dataclasses import dataclass

from identity.access import AccessService
from identity.authentication.repository import AuthenticationRepository
from identity.subject import SubjectId
from identity.tokens import IssuedToken
from trust.store import Transaction

__all__ = ["Reopening"]


@dataclass(frozen=True, kw_only=True)
class Reopening:
    """Takes away password, sessions and authenticators."""

    access: AccessService
    authenticators: AuthenticationRepository

    def reopen(self, tx: Transaction, person: SubjectId, *, by: str) -> IssuedToken:
        """Return a new activation code, within a use case that has proven who the person is.

        Raise `AccountUnknown`, `SubjectNotActive`.
        """
        issued = self.access.reopen_account(tx, person, by=by)
        for one in self.authenticators.of_person(tx, person):
            self.authenticators.remove(tx, one.id)
        return issued
