"""Whether somebody may use a seal now 用印许可, asked at the moment of use.

What stops a use is pulled, never pushed: freezing an owner, a holder or an organisation in between, suspending a seal
or a business system, or withdrawing an authorisation stops the next use, with nothing sent around.

| What is asked | Refused with |
|---|---|
| The seal is there | `SealUnknown` |
| Its state permits stamping | `SealNotActive` |
| Its validity has not ended | `SealExpired` |
| Its owner may act | `SubjectNotActive` |
| Who acts may act: a person, or a business system and its organisation | `SubjectNotActive` |
| An authorisation of who acts permits the use by every one of `RULES`, or a mandate does | `NotAuthorised` |
| One that was given within an organisation's: that one permits it too, its holder may act, who acts is its own | same |
| It has as many stampings left, and so has the organisation's: the database decides | `AuthorisationExhausted` |
| Where it wants an approval: there is one, for exactly this use (approvals.py) | `ApprovalRequired` and others |
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from identity.delegation.mandates import Mandate
from identity.delegation.standing import held_for, spend
from identity.duties import Actor
from identity.errors import SubjectNotActive, SubjectUnknown
from identity.service import IdentityService
from seal import repository
from seal.errors import AuthorisationExhausted, NotAuthorised, SealExpired, SealNotActive, SealUnknown
from seal.ledger import stamping_repository
from seal.ledger.entries import Authorisation, Operation, Purpose
from seal.lifecycle import PERMITS, SealUse
from seal.repository import Seal
from trust.delegation_checks import DelegatedUse
from trust.delegation_checks import permits as delegation_permits
from trust.delegations import Matter
from trust.store import Reading, Transaction

__all__ = ["RULES", "Permitted", "Permitting", "Use"]

MOST_SEALS: Final = 1_000
"""Seals that stay in memory."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """What somebody wants to use a seal for."""

    seal: str
    purpose: Purpose
    operation: Operation = Operation.DOCUMENT
    content: str = ""
    """SM3 of what the client hands in, in hexadecimal digits: an approval names it."""

    parameters: str = ""
    """The digest of everything else that decides what the result says. An approval is for exactly these."""

    approval: str | None = None
    """The approval that is to be spent."""


RULES: Final[Mapping[str, Callable[[Authorisation, Use, datetime], bool]]] = {
    "purpose": lambda one, use, _: one.purpose == use.purpose.purpose,
    "document kind": lambda one, use, _: not one.document_kinds or use.purpose.document_kind in one.document_kinds,
    "operation": lambda one, use, _: use.operation in one.operations,
    "not before": lambda one, _, at: one.valid_from <= at,
    "not after": lambda one, _, at: at <= one.valid_until,
    "not withdrawn": lambda one, _, __: one.withdrawn_at is None,
}
"""What an authorisation must say of a use, by name. The list is closed: nothing else makes one fit."""


@dataclass(frozen=True, kw_only=True)
class Permitted:
    """A seal that may be used now, and the authorisation under which."""

    seal: Seal
    authorisation: Authorisation
    within: Authorisation | None = None
    """The organisation's, where the authorisation was given within it."""

    mandates: tuple[Mandate, ...] = ()
    """The mandates from the owner to who acts, where it is by such (identity/delegation)."""

    @property
    def statements(self) -> tuple[bytes | None, ...]:
        """The signed delegations from the owner to who acts; None in the place of one that is not signed yet."""
        return tuple(one.statement for one in (self.mandates or reversed(self.chain)))

    @property
    def chain(self) -> tuple[Authorisation, ...]:
        """Every authorisation on which the use counts."""
        return (self.authorisation,) if self.within is None else (self.authorisation, self.within)

    @property
    def needs_approval(self) -> bool:
        """Whether the owner decides before the use."""
        return any(one.needs_approval for one in self.chain)


class Permitting:
    """Answers whether a use of a seal is permitted, and counts it."""

    def __init__(self, identity: IdentityService) -> None:
        self.identity = identity
        self.seals: dict[str, tuple[tuple[Any, ...], Seal]] = {}
        """By its identifier, a seal that was read, and what changes with every step of its life."""

    def usable(self, view: Reading, seal: str) -> Seal:
        """Return a seal that may stamp at this moment: its own state, its validity and its owner's state allow it."""
        known = view.known.get((self.usable, seal))
        if isinstance(known, Seal):
            return known
        found = self.seal(view, seal)
        if SealUse.STAMP not in PERMITS[found.state]:
            raise SealNotActive(seal=found.id, state=found.state.value)
        if found.valid_until is None or view.now > found.valid_until:
            until = "" if found.valid_until is None else found.valid_until.isoformat()
            raise SealExpired(seal=found.id, valid_until=until)
        self.identity.require_acting(view, found.owner)
        view.known[self.usable, seal] = found
        return found

    def seal(self, view: Reading, seal: str) -> Seal:
        """Return a seal as it stands now, or raise `SealUnknown`.

        Reading one with its certificates costs more than a signature: what was read stays while no step was taken.
        """
        facts = stamping_repository.seal_facts(view, seal)
        kept = self.seals.get(seal)
        if kept is not None and kept[0] == facts:
            return kept[1]
        found = repository.get(view, seal)
        if found is None or facts is None:
            raise SealUnknown
        if len(self.seals) >= MOST_SEALS:
            self.seals.clear()
        self.seals[seal] = facts, found
        return found

    def require(self, view: Reading, actor: Actor, use: Use, *, count: int = 1) -> Permitted:
        """Return the authorisation under which `actor` may make this use now, or raise what the table above says.

        Of several, the one that has stampings left and ends first is used; one that wants no approval before one that
        does, unless the use brings an approval.
        """
        asked = (self.require, actor, use.seal, use.purpose, use.operation, use.approval is None, count)
        known = view.known.get(asked)
        if isinstance(known, Permitted) and known.authorisation.times is None:
            return known
        seal = self.usable(view, use.seal)
        held = stamping_repository.authorisations(view, use.seal, holder=actor.id)
        covering = [found for one in held if (found := self.covering(view, actor, seal, one, use)) is not None]
        if not any(all(each.left(count) for each in one.chain) for one in covering):
            covering += self.mandated(view, actor, seal, use)
        if not covering:
            purpose = use.purpose
            raise NotAuthorised(seal=seal.id, purpose=purpose.purpose, document_kind=purpose.document_kind)
        self.identity.require_actor(view, actor.id)

        def preference(one: Permitted) -> tuple[bool, bool, datetime]:
            is_spent = not all(each.left(count) for each in one.chain)
            return is_spent, one.needs_approval is (use.approval is None), one.authorisation.valid_until

        permitted = min(covering, key=preference)
        view.known[asked] = permitted
        return permitted

    def covering(
        self, view: Reading, actor: Actor, seal: Seal, authorisation: Authorisation, use: Use
    ) -> Permitted | None:
        """Return an authorisation with the one that it was given within, if it permits the use."""
        if not permits(authorisation, use, view.now):
            return None
        if authorisation.parent is None:
            return Permitted(seal=seal, authorisation=authorisation)
        within = stamping_repository.authorisation(view, authorisation.parent)
        if within is None or not permits(within, use, view.now):
            return None
        if within.holder not in {grant.organisation for grant in actor.grants}:
            return None
        try:
            self.identity.require_acting(view, within.holder)
        except (SubjectUnknown, SubjectNotActive):
            return None
        return Permitted(seal=seal, authorisation=authorisation, within=within)

    def mandated(self, view: Reading, actor: Actor, seal: Seal, use: Use) -> list[Permitted]:
        """Return what mandates that the owner of a seal gave, or somebody within them, permit the use."""
        wanted = DelegatedUse(
            matter=Matter.SEAL_STAMP,
            actor=actor.id,
            seal=seal.code,
            document_kind=use.purpose.document_kind,
            operation=use.operation.value,
            purpose=use.purpose.purpose,
            at=view.now,
        )
        found = held_for(self.identity, view, actor.id, Matter.SEAL_STAMP, owner=seal.owner)
        return [
            Permitted(
                seal=seal,
                authorisation=as_authorisation(links[-1], seal, use.purpose.purpose, frozenset({use.operation})),
                mandates=links,
            )
            for links in found
            if all(delegation_permits(one.bounds, wanted) for one in links)
        ]

    def delegated(self, view: Reading, actor: Actor) -> Iterator[tuple[Authorisation, Seal]]:
        """Yield what mandates that hold now and have a use left let somebody do, for each seal and purpose.

        In the form of authorisations, each with its seal; counted is what its chain has least left of.
        """
        for links in held_for(self.identity, view, actor.id, Matter.SEAL_STAMP):
            mandate, bounds = links[-1], links[-1].bounds
            limits = [(one.bounds.times - one.used, one) for one in links if one.bounds.times is not None]
            counted = min(limits, key=lambda one: one[0])[1] if limits else mandate
            operations = frozenset(Operation(one) for one in bounds.operations)
            for code in sorted(bounds.seals):
                for seal in repository.find(view, owner=links[0].delegator.id, code=code):
                    for purpose in sorted(bounds.purposes):
                        told = as_authorisation(mandate, seal, purpose, operations)
                        yield (
                            replace(told, times=counted.bounds.times, used=counted.used, statement=mandate.statement),
                            seal,
                        )

    def named(self, view: Reading, actor: Actor, purpose: str) -> frozenset[str]:
        """Return the seals that authorisations and mandates name which somebody has for a purpose, of whatever owner.

        Whether one permits a use now, `require` says.
        """
        held = stamping_repository.held_by(view, actor.id)
        own = {one.seal for one in held if one.purpose == purpose}
        return frozenset(own | {seal.id for one, seal in self.delegated(view, actor) if one.purpose == purpose})

    def count(self, tx: Transaction, permitted: Permitted, *, count: int = 1) -> None:
        """Count stampings, all of them or none. Raise `AuthorisationExhausted`."""
        if permitted.mandates:
            spent = spend(tx, permitted.mandates, count=count)
            if spent is not None:
                raise AuthorisationExhausted(authorisation=spent.id, times=spent.bounds.times or 0)
            return
        for one in permitted.chain:
            if not stamping_repository.use_authorisation(tx, one.id, count=count):
                raise AuthorisationExhausted(authorisation=one.id, times=one.times or 0)


def permits(authorisation: Authorisation, use: Use, at: datetime) -> bool:
    """Tell whether an authorisation permits a use at this moment. The number of stampings is checked when it counts."""
    return all(holds(authorisation, use, at) for holds in RULES.values())


def as_authorisation(mandate: Mandate, seal: Seal, purpose: str, operations: frozenset[Operation]) -> Authorisation:
    """Return a mandate in the form of an authorisation of a seal, for a purpose."""
    bounds = mandate.bounds
    return Authorisation(
        id=mandate.id,
        seal=seal.id,
        holder=mandate.delegate.id,
        purpose=purpose,
        document_kinds=tuple(sorted(bounds.document_kinds)),
        operations=operations,
        valid_from=bounds.not_before,
        valid_until=bounds.not_after,
        times=bounds.times,
        used=mandate.used,
        granted_by=mandate.given.actor,
        granted_at=mandate.given.at,
    )
