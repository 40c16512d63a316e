"""Mandates as signed statements: accepted first, then signed with no transaction open, then kept.

What a crash left unsigned, the next round of housekeeping signs. Until then the mandate holds, and signatures that are
made under it tell of it without a chain.
"""

from contextlib import suppress
from typing import Final

from identity.delegation import repository
from identity.delegation.mandates import Mandate
from trust.crypto.sm3 import sm3
from trust.delegations import sign_delegation
from trust.events import AuditEvent, Fact
from trust.founding import NotFounded, Role, ServiceKeys
from trust.signing import SigningUnavailable
from trust.store import LostRace, Store

__all__ = ["MandateSigning"]

MOST_AT_ONCE: Final = 1_000


class MandateSigning:
    """Signs mandates that were accepted."""

    def __init__(self, *, store: Store, service_keys: ServiceKeys) -> None:
        self.store = store
        self.service_keys = service_keys

    def signed(self, mandate: Mandate) -> Mandate:
        """Return a mandate with its statement, made now where there is none yet and the key answers."""
        with suppress(SigningUnavailable, NotFounded, LostRace):
            self.sign(mandate.id)
        with self.store.reading() as view:
            return repository.get(view, mandate.id) or mandate

    def sign_missing(self) -> int:
        """Sign what is not signed yet, and return how many that were. Raise `SigningUnavailable` or `NotFounded`."""
        with self.store.reading() as view:
            left = repository.unsigned(view, limit=MOST_AT_ONCE)
        count = 0
        for one in left:
            with suppress(LostRace):
                count += self.sign(one.id)
        return count

    def sign(self, name: str) -> bool:
        """Sign a mandate, after those within which it was given; tell whether it was done."""
        with self.store.reading() as view:
            mandate = repository.get(view, name)
            links = () if mandate is None else repository.chain(view, mandate)
            at = view.now
        above: bytes | None = None
        is_new = False
        for one in links:
            statement = one.statement
            if statement is None:
                delegation = one.delegation(at=at, above=above)
                statement = sign_delegation(delegation, *self.service_keys.credential(Role.DELEGATION))
                is_new = self.keep(one, statement)
            above = statement
        return is_new

    def keep(self, mandate: Mandate, statement: bytes) -> bool:
        """Keep a statement; tell whether there was none. Raise `LostRace` where another process was faster."""
        with self.store.transaction() as tx:
            if not repository.keep_statement(tx, mandate.id, statement):
                raise LostRace
            facts: dict[str, Fact] = {"statement": sm3(statement).hex()}
            tx.record(AuditEvent(tag="mandate:sign:done", actor="system", subject=mandate.id, facts=facts))
        return True
