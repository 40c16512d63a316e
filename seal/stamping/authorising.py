"""Authorising others to stamp 用印授权, withdrawing that, and looking at it.

The owner of a seal authorises a person, a business system, or a whole organisation. An organisation stamps through its
agents 经办人: persons and business systems of its own, to whom it gives parts of what it has. That goes no deeper.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

from identity.duties import Actor, Duty
from identity.errors import SubjectUnknown
from identity.lifecycle import SubjectUse
from identity.service import IdentityService
from seal import repository
from seal.errors import (
    AuthorisationBeyond,
    AuthorisationInvalid,
    AuthorisationUnknown,
    SealNotActive,
    SealUnknown,
)
from seal.ledger import stamping_repository
from seal.ledger.entries import DOCUMENTS_ALONE, Authorisation, Operation
from seal.lifecycle import PERMITS, SealUse
from seal.repository import Seal
from seal.stamping.permitting import Permitting
from seal.stamping.signed_authorisations import SignedAuthorisations, delegation_of
from trust import requests
from trust.delegations import DelegationMalformed
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.reasons import require_reason
from trust.store import Reading, Store, Transaction

__all__ = ["AuthorisationService", "AuthoriseStamping", "DelegateStamping"]

OPERATIONS: Final[Mapping[Operation, int]] = {operation: number for number, operation in enumerate(Operation)}


@dataclass(frozen=True, kw_only=True)
class AuthoriseStamping:
    """A permission to stamp with a seal."""

    seal: str
    holder: str
    """Who may stamp: a person, a business system, or an organisation."""

    purpose: str
    document_kinds: tuple[str, ...] = ()
    operations: frozenset[Operation] = DOCUMENTS_ALONE
    valid_from: datetime | None = None
    """None: from now on."""

    valid_until: datetime
    times: int | None = None
    needs_approval: bool = False
    request_key: str
    """A repeated request under the same key gets the same authorisation."""

    @property
    def asked(self) -> list[object]:
        """What two requests are compared by."""
        begins = None if self.valid_from is None else self.valid_from.isoformat()
        named = [one.value for one in sorted(self.operations, key=OPERATIONS.__getitem__)]
        until, kinds = self.valid_until.isoformat(), [*self.document_kinds]
        return [self.holder, self.purpose, kinds, named, begins, until, self.times, self.needs_approval]


@dataclass(frozen=True, kw_only=True)
class DelegateStamping:
    """A part of what an organisation is permitted, that it gives to one of its own."""

    within: str
    """The organisation's authorisation."""

    terms: AuthoriseStamping


class AuthorisationService:
    """The use cases of authorisations."""

    def __init__(
        self, *, store: Store, identity: IdentityService, signed: SignedAuthorisations, permitting: Permitting
    ) -> None:
        self.store = store
        self.identity = identity
        self.signed = signed
        self.permitting = permitting

    def authorise(self, actor: Actor, command: AuthoriseStamping) -> Authorisation:
        """Authorise a person or a business system, who may act at all, or an organisation to stamp 授权.

        It is on record and holds before it is signed (seal/stamping/signed_authorisations.py).
        Raise `SealUnknown`, `DutyMissing`, `SealNotActive`, `AuthorisationInvalid`, `SubjectUnknown` or
        `SubjectNotActive`.
        """
        fingerprint = requests.fingerprint("seal:authorise", [command.seal, *command.asked])
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=command.request_key, fingerprint=fingerprint)
            if known is not None:
                given = self.require_authorisation(tx, command.seal, known)
            else:
                seal = self.require(tx, command.seal)
                actor.require(Duty.SEAL_OWNER, seal.owner)
                require_usable(seal)
                try:
                    self.identity.require_organisation(tx, command.holder, use=SubjectUse.ACT)
                except SubjectUnknown:
                    self.identity.require_actor(tx, command.holder)
                given = self.give(tx, actor, command, seal=seal, fingerprint=fingerprint, within=None)
        return self.signed.signed(given)

    def delegate(self, actor: Actor, command: DelegateStamping) -> Authorisation:
        """Let one of an organisation's own stamp within what the organisation is permitted 转授经办人.

        By who disposes of the seals of that organisation. Raise `AuthorisationBeyond` where it is more than the
        organisation has, `SubjectUnknown` where the holder is none of its own.
        """
        terms = command.terms
        fingerprint = requests.fingerprint("seal:delegate", [terms.seal, command.within, *terms.asked])
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=terms.request_key, fingerprint=fingerprint)
            if known is not None:
                given = self.require_authorisation(tx, terms.seal, known)
            else:
                within = self.require_authorisation(tx, terms.seal, command.within)
                actor.require(Duty.SEAL_OWNER, within.holder)
                seal = self.require(tx, terms.seal)
                require_usable(seal)
                for field, holds in limits(within, terms, at=tx.now).items():
                    if not holds:
                        raise AuthorisationBeyond(field=field)
                self.identity.require_actor(tx, terms.holder)
                self.require_own(tx, terms.holder, within.holder)
                given = self.give(tx, actor, terms, seal=seal, fingerprint=fingerprint, within=within)
        return self.signed.signed(given)

    def give(
        self,
        tx: Transaction,
        actor: Actor,
        terms: AuthoriseStamping,
        *,
        seal: Seal,
        fingerprint: str,
        within: Authorisation | None,
    ) -> Authorisation:
        """Put a permission on record, and remember the request.

        Raise `AuthorisationInvalid` for one of nothing, and for one that no statement can tell.
        """
        parent = None if within is None else within.id
        begins = tx.now if terms.valid_from is None else terms.valid_from
        if terms.valid_until <= max(tx.now, begins):
            raise AuthorisationInvalid(field="valid_until")
        if terms.times is not None and terms.times < 1:
            raise AuthorisationInvalid(field="times")
        if not terms.operations:
            raise AuthorisationInvalid(field="operations")
        authorisation = Authorisation(
            id=new_id("auth", at=tx.now),
            seal=terms.seal,
            holder=terms.holder,
            purpose=terms.purpose,
            document_kinds=terms.document_kinds,
            operations=terms.operations,
            valid_from=begins,
            valid_until=terms.valid_until,
            times=terms.times,
            used=0,
            needs_approval=terms.needs_approval,
            parent=parent,
            granted_by=actor.id,
            granted_at=tx.now,
            level=actor.level.value if actor.session else None,
            session=actor.session,
        )
        try:
            delegation_of(authorisation, seal, within=within, at=tx.now)
        except DelegationMalformed:
            raise AuthorisationInvalid(field="document_kinds") from None
        stamping_repository.add_authorisation(tx, authorisation)
        facts: dict[str, Fact] = {
            "authorisation": authorisation.id,
            "holder": authorisation.holder,
            "purpose": authorisation.purpose,
            "times": authorisation.times,
        }
        if parent is not None:
            facts["within"] = parent
        tag = "seal:authorise:done" if parent is None else "seal:delegate:done"
        tx.record(AuditEvent(tag=tag, actor=actor.id, subject=terms.seal, facts=facts))
        key = terms.request_key
        requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=authorisation.id)
        return authorisation

    def withdraw(self, actor: Actor, seal: str, authorisation: str, *, reason: str) -> Authorisation:
        """Withdraw an authorisation 收回授权, in whatever state the seal is: from now on nobody stamps under it.

        The owner withdraws any; an organisation what it gave to its own. What was given within an authorisation ends
        with it. Withdrawing what is withdrawn changes nothing.
        """
        reason = require_reason(reason)
        with self.store.transaction() as tx:
            owner = self.require(tx, seal).owner
            # Whether there is such an authorisation is no affair of strangers: they are asked for their duty first.
            if owner not in actor.organisations(Duty.SEAL_OWNER):
                actor.require(Duty.SEAL_OWNER, self.giver(tx, seal, authorisation) or owner)
            found = self.require_authorisation(tx, seal, authorisation)
            if found.withdrawn_at is not None:
                return found
            stamping_repository.withdraw_authorisation(tx, found.id)
            facts: dict[str, Fact] = {"authorisation": found.id, "holder": found.holder, "reason": reason}
            tx.record(AuditEvent(tag="seal:withdraw_authorisation:done", actor=actor.id, subject=seal, facts=facts))
            return replace(found, withdrawn_at=tx.now)

    def list(
        self, actor: Actor, seal: str, *, before: str | None = None, limit: int | None = None
    ) -> tuple[Authorisation, ...]:
        """Return all authorisations that a seal's owner ever gave, newest first.

        Who disposes of the seals of an organisation that holds one sees that one, and what was given within it.
        `before` is the last one of the page before.
        """
        organisations = actor.organisations(Duty.SEAL_OWNER)
        with self.store.reading() as view:
            owner = self.require(view, seal).owner
            if owner in organisations:
                return stamping_repository.newest_authorisations(view, seal, before=before, limit=limit)
            found = stamping_repository.newest_authorisations(view, seal, before=None, limit=None)
        own = {one.id for one in found if one.holder in organisations}
        if not own:
            actor.require(Duty.SEAL_OWNER, owner)
        seen = (one for one in found if one.id in own or one.parent in own)
        return tuple(islice((one for one in seen if before is None or one.id < before), limit))

    def held(self, actor: Actor) -> tuple[tuple[Authorisation, Seal], ...]:
        """Return what the actor may stamp with and is not over, each with its seal.

        First the authorisations, those that end first first; then what delegations let the actor do, for each seal and
        purpose. Whether one permits a use is asked at the use: its seal may rest, or what it was given within is over.
        """
        with self.store.reading() as view:
            found = stamping_repository.held_by(view, actor.id)
            own = [(one, self.require(view, one.seal)) for one in found]
            return (*own, *self.permitting.delegated(view, actor))

    # --- building blocks

    def require(self, view: Reading, seal: str) -> Seal:
        """Return a seal, or raise `SealUnknown`."""
        found = repository.get(view, seal)
        if found is None:
            raise SealUnknown
        return found

    def require_authorisation(self, view: Reading, seal: str, authorisation: str) -> Authorisation:
        """Return an authorisation of a seal, or raise `AuthorisationUnknown`."""
        found = stamping_repository.authorisation(view, authorisation)
        if found is None or found.seal != seal:
            raise AuthorisationUnknown
        return found

    def giver(self, view: Reading, seal: str, authorisation: str) -> str | None:
        """Return the organisation that gave an authorisation of a seal to one of its own, if one did."""
        found = stamping_repository.authorisation(view, authorisation)
        if found is None or found.seal != seal or found.parent is None:
            return None
        return self.require_authorisation(view, seal, found.parent).holder

    def require_own(self, view: Reading, holder: str, organisation: str) -> None:
        """Return if a person or a business system acts for an organisation, else raise `SubjectUnknown`."""
        people = self.identity.repository
        client = people.client(view, holder)
        if client is not None:
            acts_for = {str(client.organisation)}
        else:
            acts_for = {str(grant.organisation) for grant in people.grants(view, holder)}
        if organisation not in acts_for:
            raise SubjectUnknown


def require_usable(seal: Seal) -> None:
    """Return if a seal may be authorised for, else raise `SealNotActive`."""
    if SealUse.AUTHORISE not in PERMITS[seal.state]:
        raise SealNotActive(seal=seal.id, state=seal.state.value)


def limits(within: Authorisation, terms: AuthoriseStamping, *, at: datetime) -> Mapping[str, bool]:
    """Return for each member of a permission whether it lies within the organisation's. Nothing is given twice on."""
    begins = at if terms.valid_from is None else terms.valid_from
    kinds = set(terms.document_kinds)
    return {
        "within": within.parent is None and within.withdrawn_at is None,
        "purpose": terms.purpose == within.purpose,
        "document_kinds": not within.document_kinds or (bool(kinds) and kinds <= set(within.document_kinds)),
        "operations": terms.operations <= within.operations,
        "valid_from": begins >= within.valid_from,
        "valid_until": terms.valid_until <= within.valid_until,
        "times": within.times is None or (terms.times is not None and terms.times <= within.times),
        "needs_approval": terms.needs_approval or not within.needs_approval,
    }
