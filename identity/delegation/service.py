"""The use cases of mandates: offering, accepting, ending, and giving on what was received."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from identity.delegation import repository
from identity.delegation.errors import (
    MandateBeyond,
    MandateInvalid,
    MandateNotInForce,
    MandateNotYours,
    MandateUnknown,
)
from identity.delegation.mandates import (
    ALONE,
    GIVERS,
    LIFECYCLE,
    OF_PERSONS,
    OFFERED_FOR,
    Mandate,
    MandateEvent,
    MandateState,
)
from identity.delegation.signing import MandateSigning
from identity.delegation.standing import in_force, may_act, require_in_force
from identity.duties import Actor, Grant
from identity.errors import SubjectNotActive, SubjectUnknown
from identity.lifecycle import SubjectUse
from identity.notices.notices import NoticeKind, tell
from identity.service import IdentityService
from identity.subject import SubjectKind, is_unified_identifier
from trust import requests
from trust.delegation_checks import within
from trust.delegations import Bounds, Chain, DelegationMalformed, Given, Matter, Party, PartyKind
from trust.events import AuditEvent, Fact
from trust.founding import Role
from trust.identifiers import new_id
from trust.lifecycle import EventNotPossible
from trust.reasons import require_reason
from trust.store import Reading, Store, Transaction

__all__ = ["GiveMandate", "MandateService"]

LONGEST: Final = timedelta(days=3 * 365)
"""No mandate is for longer: who forgot it is asked again."""

OFFER_OVER: Final = "over"
"""What is told of an offer that nobody accepted in time; never stored."""


@dataclass(frozen=True, kw_only=True)
class GiveMandate:
    """A mandate that is to be offered."""

    delegator: str
    """An organisation, or the person who gives."""

    delegate: str
    """A person, or a business system."""

    bounds: Bounds
    within: str | None = None
    """The mandate that is given on; whoever received it is the delegator."""

    request_key: str
    starts_now: bool = False
    """Whether its beginning is the moment of the request, which is another one when it is repeated."""

    @property
    def asked(self) -> list[object]:
        """What two requests are compared by."""
        bounds = self.bounds
        sets = (bounds.matters, bounds.seals, bounds.licence_types, bounds.document_kinds, bounds.operations)
        told = [sorted(one) for one in (*sets, bounds.purposes)]
        begins = None if self.starts_now else bounds.not_before.isoformat()
        times = [begins, bounds.not_after.isoformat(), bounds.times, bounds.depth]
        return [self.delegator, self.delegate, *told, *times, self.within]


class MandateService:
    """The use cases of mandates."""

    def __init__(self, *, store: Store, identity: IdentityService, signing: MandateSigning) -> None:
        self.store = store
        self.identity = identity
        self.signing = signing

    # --- use cases

    def offer(self, actor: Actor, command: GiveMandate) -> Mandate:
        """Offer a mandate 授权. It holds once it is accepted.

        Raise `MandateNotYours`, `MandateInvalid`, `MandateBeyond`, `MandateUnknown` or `MandateNotInForce` for what is
        given on, `SubjectUnknown` or `SubjectNotActive`.
        """
        fingerprint = requests.fingerprint("mandate:offer", command.asked)
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=command.request_key, fingerprint=fingerprint)
            if known is not None:
                return self.require(tx, known)
            delegator, delegate = self.party(tx, command.delegator), self.party(tx, command.delegate)
            self.require_giver(tx, actor, delegator, command.bounds.matters, is_own=command.within is None)
            self.require_lawful(command.bounds, delegate, now=tx.now)
            if command.within is not None:
                self.require_within(tx, command, delegator)
            mandate = self.drafted(tx, actor, command, delegator, delegate)
            repository.add(tx, mandate)
            requests.remember(tx, actor=actor.id, key=command.request_key, fingerprint=fingerprint, result=mandate.id)
            tell_of(tx, mandate, NoticeKind.DELEGATION_OFFERED, to=mandate.delegate.id)
            self.record(tx, actor, mandate, "offer")
            return mandate

    def accept(self, actor: Actor, name: str) -> Mandate:
        """Accept a mandate 接受, by who receives it: from now on it holds.

        Raise `MandateUnknown` to others, `EventNotPossible`, `FourEyesRequired`, `MandateNotInForce` where what it was
        given within has ended, `SubjectNotActive`.
        """
        with self.store.transaction() as tx:
            mandate = self.require_received(tx, actor, name)
            state = LIFECYCLE.step(mandate.state, MandateEvent.ACCEPT, actor=actor.id, before=mandate.last_actor)
            if tx.now > mandate.given.at + OFFERED_FOR or tx.now > mandate.bounds.not_after:
                raise EventNotPossible(state=OFFER_OVER, event=MandateEvent.ACCEPT.value)
            for party in (mandate.delegator, mandate.delegate):
                if not may_act(self.identity, tx, party):
                    raise SubjectNotActive(subject=party.id, state="")
            if mandate.parent is not None:
                require_in_force(self.identity, tx, self.require(tx, mandate.parent))
            tell_of(tx, mandate, NoticeKind.DELEGATION_ACCEPTED, to=mandate.given.actor)
            accepted = self.move(tx, actor, mandate, MandateEvent.ACCEPT, state=state)
        return self.signing.signed(accepted)

    def decline(self, actor: Actor, name: str, *, reason: str) -> Mandate:
        """Decline a mandate 谢绝, by who was to receive it."""
        return self.give_up(actor, name, MandateEvent.DECLINE, reason=require_reason(reason))

    def renounce(self, actor: Actor, name: str, *, reason: str) -> Mandate:
        """Renounce a mandate 辞去, by who received it: it ends, with what was given within it."""
        return self.give_up(actor, name, MandateEvent.RENOUNCE, reason=require_reason(reason))

    def give_up(self, actor: Actor, name: str, event: MandateEvent, *, reason: str) -> Mandate:
        """End a mandate by who receives it."""
        with self.store.transaction() as tx:
            mandate = self.require_received(tx, actor, name)
            state = LIFECYCLE.step(mandate.state, event, actor=actor.id, before=mandate.last_actor)
            tell_of(tx, mandate, NoticeKind.DELEGATION_ENDED, to=mandate.given.actor)
            return self.move(tx, actor, mandate, event, state=state, reason=reason)

    def revoke(self, actor: Actor, name: str, *, reason: str) -> Mandate:
        """Revoke a mandate 撤销, by who gave it or one above it: from this moment nothing is done under it.

        Neither under what was given within it. Raise `MandateUnknown` to strangers, `MandateNotYours` to its delegate.
        """
        reason = require_reason(reason)
        with self.store.transaction() as tx:
            mandate = self.find_in(tx, actor, name)
            links = repository.chain(tx, mandate)
            if not any(self.gives(tx, actor, one.delegator, one.bounds.matters) for one in links):
                raise MandateNotYours
            state = LIFECYCLE.step(mandate.state, MandateEvent.REVOKE, actor=actor.id, before=mandate.last_actor)
            tell_of(tx, mandate, NoticeKind.DELEGATION_ENDED, to=mandate.delegate.id)
            return self.move(tx, actor, mandate, MandateEvent.REVOKE, state=state, reason=reason)

    def find(self, actor: Actor, name: str) -> Mandate:
        """Return a mandate, for its parties and for who gave one above it. Raise `MandateUnknown` to others."""
        with self.store.reading() as view:
            return self.find_in(view, actor, name)

    def list(
        self, actor: Actor, *, organisation: str | None = None, after: str = "", limit: int = 100
    ) -> tuple[Mandate, ...]:
        """Return what an actor, or an organisation that the actor gives for, gave and received, oldest first.

        Raise `MandateNotYours`.
        """
        with self.store.reading() as view:
            if organisation is None:
                return repository.concerning(view, actor.id, after=after, limit=limit)
            party = self.party(view, organisation)
            if not any(self.gives(view, actor, party, frozenset({one})) for one in Matter):
                raise MandateNotYours
            return repository.concerning(view, party.id, after=after, limit=limit)

    def links(self, actor: Actor, name: str) -> tuple[Mandate, ...]:
        """Return a mandate after those above it, the first one first, to whom `find` returns it."""
        with self.store.reading() as view:
            return repository.chain(view, self.find_in(view, actor, name))

    def is_delegate(self, actor: Actor, matter: Matter) -> bool:
        """Tell whether a mandate of a matter holds for an actor now, spent or not: a use may be asked for again."""
        with self.store.reading() as view:
            received = repository.received(view, actor.id, matter=matter)
            return any(in_force(self.identity, view, one) is not None for one in received)

    def signed_chain(self, actor: Actor, name: str) -> Chain:
        """Return the signed statements of a mandate and of those above it. Raise `MandateUnknown`, `MandateNotInForce`.

        For its parties and for who gave one above it.
        """
        with self.store.reading() as view:
            links = repository.chain(view, self.find_in(view, actor, name))
        statements = tuple(one.statement for one in links if one.statement is not None)
        if len(statements) != len(links):
            raise MandateNotInForce(mandate=name)
        return Chain.of(statements, self.signing.service_keys.certificates(Role.DELEGATION))

    # --- building blocks

    def require(self, view: Reading, name: str) -> Mandate:
        """Return a mandate, or raise `MandateUnknown`."""
        found = repository.get(view, name)
        if found is None:
            raise MandateUnknown
        return found

    def require_received(self, view: Reading, actor: Actor, name: str) -> Mandate:
        """Return a mandate of which the actor is the delegate, or raise `MandateUnknown`."""
        found = self.require(view, name)
        if found.delegate.id != actor.id:
            raise MandateUnknown
        return found

    def find_in(self, view: Reading, actor: Actor, name: str) -> Mandate:
        """Return a mandate that concerns the actor, or raise `MandateUnknown`."""
        found = self.require(view, name)
        links = repository.chain(view, found)
        is_party = found.delegate.id == actor.id
        if is_party or any(self.gives(view, actor, one.delegator, one.bounds.matters) for one in links):
            return found
        raise MandateUnknown

    def party(self, view: Reading, name: str) -> Party:
        """Return a party by its identifier, which may act now. Raise `SubjectUnknown` or `SubjectNotActive`."""
        if is_unified_identifier(name) and name.startswith(SubjectKind.ORGANISATION.value):
            return Party(PartyKind.ORGANISATION, self.identity.require_organisation(view, name, use=SubjectUse.ACT).id)
        self.identity.require_actor(view, name)
        return Party(PartyKind.PERSON if is_unified_identifier(name) else PartyKind.CLIENT, name)

    def gives(self, view: Reading, actor: Actor, delegator: Party, matters: frozenset[Matter]) -> bool:
        """Tell whether an actor gives these matters in the name of a delegator."""
        if delegator.kind is not PartyKind.ORGANISATION:
            return delegator.id == actor.id and not actor.is_client
        try:
            organisation = self.identity.require_organisation(view, delegator.id)
        except SubjectUnknown:  # pragma: no cover - a delegator is on record, and none is ever deleted
            return False
        if actor.is_client:
            return False
        if organisation.legal_representative == actor.id:
            return True
        return all(any(Grant(duty, delegator.id) in actor.grants for duty in GIVERS[one]) for one in matters)

    def require_giver(
        self, view: Reading, actor: Actor, delegator: Party, matters: frozenset[Matter], *, is_own: bool
    ) -> None:
        """Return if an actor may give this. Raise `MandateNotYours`, or `MandateInvalid` for what persons do not have.

        What was received is given on by who received it; of what is their own, persons give little.
        """
        if not self.gives(view, actor, delegator, matters):
            raise MandateNotYours
        if is_own and delegator.kind is PartyKind.PERSON and not matters <= OF_PERSONS:
            raise MandateInvalid(field="matters")

    def require_lawful(self, bounds: Bounds, delegate: Party, *, now: datetime) -> None:
        """Return if a mandate may be of these bounds. Raise `MandateInvalid`.

        No bound is promised that nothing would hold to: what is neither about seals nor about issuing is bounded by
        time and depth alone.
        """
        is_for_seals, is_for_issuing = (one in bounds.matters for one in (Matter.SEAL_STAMP, Matter.LICENCE_ISSUE))
        faults = {
            "delegate": delegate.kind is PartyKind.ORGANISATION,
            "matters": bool(bounds.matters & ALONE) and len(bounds.matters) > 1,
            "valid_until": bounds.not_after <= now or bounds.not_after - bounds.not_before > LONGEST,
            "seals": is_for_seals != bool(bounds.seals),
            "purposes": is_for_seals != bool(bounds.purposes),
            "licence_types": is_for_issuing != bool(bounds.licence_types),
            "document_kinds": not is_for_seals and bool(bounds.document_kinds),
            "operations": is_for_seals != bool(bounds.operations),
            "times": not (is_for_seals or is_for_issuing) and bounds.times is not None,
            "depth": delegate.kind is PartyKind.CLIENT and bounds.depth > 0,
        }
        for field, is_wrong in faults.items():
            if is_wrong:
                raise MandateInvalid(field=field)

    def require_within(self, view: Reading, command: GiveMandate, delegator: Party) -> None:
        """Return if a mandate lies within the one that is given on. Raise `MandateUnknown`, `MandateBeyond`."""
        above = self.require(view, command.within or "")
        if above.delegate != delegator:
            raise MandateUnknown
        links = require_in_force(self.identity, view, above)
        for field in within(command.bounds, above.bounds):
            raise MandateBeyond(field=field)
        if command.delegate in {party.id for one in links for party in (one.delegator, one.delegate)}:
            raise MandateInvalid(field="delegate")

    def drafted(
        self, tx: Transaction, actor: Actor, command: GiveMandate, delegator: Party, delegate: Party
    ) -> Mandate:
        """Return a mandate as it is offered. Raise `MandateInvalid` for one to oneself."""
        try:
            mandate = Mandate(
                id=new_id("mandate", at=tx.now),
                delegator=delegator,
                delegate=delegate,
                bounds=command.bounds,
                parent=command.within,
                state=LIFECYCLE.initial,
                last_actor=actor.id,
                given=Given(
                    actor=actor.id,
                    level=actor.level.value,
                    session=actor.session,
                    at=tx.now.replace(microsecond=0),
                ),
            )
            mandate.delegation(at=tx.now, above=None)
        except DelegationMalformed:
            raise MandateInvalid(field="delegate") from None
        return mandate

    def move(
        self,
        tx: Transaction,
        actor: Actor,
        mandate: Mandate,
        event: MandateEvent,
        *,
        state: MandateState,
        reason: str = "",
    ) -> Mandate:
        """Move a mandate along its life, and put that on record."""
        repository.move(tx, mandate, state, actor=actor.id)
        self.record(tx, actor, mandate, event.value, reason=reason)
        tx.flush()
        return self.require(tx, mandate.id)

    def record(self, tx: Transaction, actor: Actor, mandate: Mandate, verb: str, *, reason: str = "") -> None:
        """Put on record what was done with a mandate."""
        facts: dict[str, Fact] = {
            "delegator": mandate.delegator.id,
            "delegate": mandate.delegate.id,
            "matters": " ".join(sorted(mandate.bounds.matters)),
        }
        if mandate.parent is not None:
            facts["within"] = mandate.parent
        if reason:
            facts["reason"] = reason
        tx.record(AuditEvent(tag=f"mandate:{verb}:done", actor=actor.id, subject=mandate.id, facts=facts))


def tell_of(tx: Transaction, mandate: Mandate, kind: NoticeKind, *, to: str) -> None:
    """Tell a person what became of a mandate. Business systems ask."""
    if is_unified_identifier(to) and to.startswith(SubjectKind.PERSON.value):
        tell(tx, to, kind, {"delegation": mandate.id, "delegator": mandate.delegator.id})
