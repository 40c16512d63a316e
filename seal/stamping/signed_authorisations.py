"""Authorisations as signed delegations: each permission to stamp is a statement, and what was given within it another.

The permission is on record first, then it is signed with no transaction open, then the statement is kept. What a crash
left unsigned, and what earlier versions gave, is signed by the next round of housekeeping; until then it holds, and
signatures tell of it without a chain.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Final

from identity.subject import SubjectKind, is_unified_identifier
from seal import repository
from seal.ledger import stamping_repository
from seal.ledger.entries import Authorisation
from seal.repository import Seal
from trust.crypto.sm3 import sm3
from trust.delegations import (
    Bounds,
    Chain,
    Delegation,
    DelegationMalformed,
    Given,
    Matter,
    Party,
    PartyKind,
    Statement,
    sign_delegation,
)
from trust.events import AuditEvent, Fact
from trust.founding import NotFounded, Role, ServiceKeys
from trust.signing import SigningUnavailable
from trust.store import LostRace, Store

__all__ = ["SignedAuthorisations", "delegation_of", "party_of"]

MOST_AT_ONCE: Final = 1_000
"""Authorisations that one round signs."""

LARGEST_CHAIN: Final = 3_072
"""Octets of a chain that signatures carry, which have room for no more: four statements of some names each."""


class SignedAuthorisations:
    """Signs authorisations, and puts chains together."""

    def __init__(self, *, store: Store, service_keys: ServiceKeys) -> None:
        self.store = store
        self.service_keys = service_keys

    def signed(self, authorisation: Authorisation) -> Authorisation:
        """Return an authorisation with its statement, made now where there is none yet and the key answers."""
        if authorisation.statement is None:
            with suppress(SigningUnavailable, NotFounded, LostRace):
                self.sign(authorisation.id)
        with self.store.reading() as view:
            return stamping_repository.authorisation(view, authorisation.id) or authorisation

    def sign_missing(self) -> int:
        """Sign what is not signed yet, and return how many that were. Raise `SigningUnavailable` or `NotFounded`."""
        with self.store.reading() as view:
            left = stamping_repository.unsigned(view, limit=MOST_AT_ONCE)
        count = 0
        for one in left:
            with suppress(LostRace, DelegationMalformed):  # an older one may name what a statement cannot
                count += self.sign(one.id)
        return count

    def sign(self, name: str) -> bool:
        """Sign an authorisation, after the one within which it was given; tell whether it was done."""
        with self.store.reading() as view:
            authorisation = stamping_repository.authorisation(view, name)
            seal = None if authorisation is None else repository.get(view, authorisation.seal)
            above = authorisation.parent if authorisation is not None else None
            within = None if above is None else stamping_repository.authorisation(view, above)
            at = view.now
        if authorisation is None or seal is None or authorisation.statement is not None:
            return False
        if within is not None and within.statement is None:
            self.sign(within.id)
            return self.sign(name)
        delegation = delegation_of(authorisation, seal, within=within, at=at)
        statement = sign_delegation(delegation, *self.service_keys.credential(Role.DELEGATION))
        with self.store.transaction() as tx:
            is_new = stamping_repository.sign_authorisation(tx, name, statement)
            if is_new:
                facts: dict[str, Fact] = {"authorisation": name, "statement": sm3(statement).hex()}
                event = AuditEvent(tag="seal:sign_authorisation:done", actor="system", subject=seal.id, facts=facts)
                tx.record(event)
        return is_new

    def chain(self, statements: Iterable[bytes | None]) -> Chain | None:
        """Return statements as a chain, the owner's first; None where one is not signed yet, or it is too large."""
        told = tuple(statements)
        if not told or any(one is None for one in told):
            return None
        certificates = self.service_keys.certificates(Role.DELEGATION)
        found = Chain.of((one for one in told if one is not None), certificates)
        return found if len(found.der) <= LARGEST_CHAIN else None


def delegation_of(
    authorisation: Authorisation, seal: Seal, *, within: Authorisation | None, at: datetime
) -> Delegation:
    """Return what an authorisation says, as a delegation that is made at a moment. Raise `DelegationMalformed`."""
    holder = party_of(authorisation.holder)
    owner = seal.owner if within is None else within.holder
    parent = None if within is None or within.statement is None else Statement.read(within.statement).digest
    may_give_on = within is None and holder.kind is PartyKind.ORGANISATION
    return Delegation(
        id=authorisation.id,
        delegator=party_of(owner),
        delegate=holder,
        bounds=Bounds(
            matters=frozenset({Matter.SEAL_STAMP}),
            seals=frozenset({seal.code or seal.id}),
            document_kinds=frozenset(authorisation.document_kinds),
            operations=frozenset(one.value for one in authorisation.operations),
            purposes=frozenset({authorisation.purpose}),
            not_before=whole(authorisation.valid_from),
            not_after=whole(authorisation.valid_until),
            times=authorisation.times,
            depth=int(may_give_on),
        ),
        parent=parent,
        given=Given(
            actor=authorisation.granted_by,
            level=authorisation.level or 0,
            session=authorisation.session,
            at=whole(at),
        ),
    )


def party_of(name: str) -> Party:
    """Return who bears an identifier of the registry."""
    if not is_unified_identifier(name):
        return Party(PartyKind.CLIENT, name)
    is_person = name.startswith(SubjectKind.PERSON.value)
    return Party(PartyKind.PERSON if is_person else PartyKind.ORGANISATION, name)


def whole(moment: datetime) -> datetime:
    """Return the second in which a moment lies."""
    return moment.replace(microsecond=0)
