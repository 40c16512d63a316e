"""Appointing 授职: giving duties, by two persons; taking them back, by one and at once; who holds what.

Giving is proposed by one security administrator and agreed to by another, neither of whom it is for. An instance has
two of them from its founding ceremony, or from the one that adds a second (`api.ceremony`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from typing_extensions import override

from identity import grant_repository
from identity.duties import Actor, Duty, Grant, require_compatible, require_scope
from identity.errors import AccountUnknown, DutyNotHeld, DutyOfSystems, EndMalformed, LastAdministrator, OwnDuty
from identity.four_eyes.proposals import Handler, Proposal
from identity.grant_repository import Holding
from identity.levels import Level
from identity.lifecycle import PERMITS, SubjectUse
from identity.repository import IdentityRepository
from identity.service import IdentityService
from trust.events import AuditEvent, Fact
from trust.reasons import require_reason
from trust.store import Reading, Store, Transaction

__all__ = ["OF_SYSTEMS", "AppointingService", "GrantDuty", "content_of"]

OF_SYSTEMS: Final = frozenset({Duty.BUSINESS_SYSTEM, Duty.PLATFORM})
"""Duties that are none of persons: business systems have them by their approval."""


class AppointingService:
    """The use cases of duties."""

    def __init__(self, *, store: Store, repository: IdentityRepository, identity: IdentityService) -> None:
        self.store = store
        self.repository = repository
        self.identity = identity

    # --- building blocks

    def add_grant(self, tx: Transaction, holder: str, grant: Grant, *, by: str, until: datetime | None = None) -> None:
        """Give a duty within a use case of somebody else. Giving what is held already until then changes nothing."""
        require_scope(grant)
        self.repository.hold_grants(tx, holder)
        held = self.repository.grants(tx, holder)
        require_compatible({one.duty for one in held}, grant.duty)
        if grant.organisation is not None:
            self.identity.require_organisation(tx, grant.organisation, use=SubjectUse.ACT)
        present = grant_repository.find(tx, holder, grant)
        if present is not None and present.valid_until == until:
            return
        grant_repository.put(tx, holder, grant, by=by, until=until)
        facts = facts_of(grant) | {"until": None if until is None else until.isoformat()}
        tx.record(AuditEvent(tag="duty:grant:done", actor=by, subject=holder, facts=facts))

    def require_possible(self, view: Reading, person: str, grant: Grant, *, until: datetime | None) -> None:
        """Return if a person may be given a duty now.

        Raise `DutiesExclude` where the person's other duties forbid it, `DutyOfSystems` where it is none of persons,
        `DutyNeedsOrganisation` or `DutyForNoOrganisation` where it is given for what it is not for, `AccountUnknown`,
        `EndMalformed` for an end that has passed.
        """
        if grant.duty in OF_SYSTEMS:
            raise DutyOfSystems
        require_scope(grant)
        found = self.identity.require_person(view, person)
        found.require(SubjectUse.ACT)
        if self.repository.account(view, person=found.id) is None:
            raise AccountUnknown
        if until is not None and until <= view.now:
            raise EndMalformed
        if grant.organisation is not None:
            self.identity.require_organisation(view, grant.organisation, use=SubjectUse.ACT)
        require_compatible({one.duty for one in self.repository.grants(view, found.id)}, grant.duty)

    # --- use cases

    def withdraw(self, actor: Actor, person: str, grant: Grant, *, reason: str) -> None:
        """Take a duty back at once. One may do it alone: it stops harm.

        Raise `DutyNotHeld`, `LastAdministrator` for the last security administrator, `DutyOfSystems` where it is a
        business system's, which is suspended instead.
        """
        told = require_reason(reason)
        if grant.duty in OF_SYSTEMS:
            raise DutyOfSystems
        with self.store.transaction() as tx:
            if grant.duty is Duty.SECURITY_ADMINISTRATOR:
                # Two who take each other's duty back at the same time would leave nobody.
                grant_repository.hold_duty(tx, grant.duty)
            if grant_repository.find(tx, person, grant) is None:
                raise DutyNotHeld
            if grant.duty is Duty.SECURITY_ADMINISTRATOR and not self.others(tx, person):
                raise LastAdministrator
            grant_repository.take(tx, person, grant)
            facts = facts_of(grant) | {"reason": told}
            tx.record(AuditEvent(tag="duty:withdraw:done", actor=actor.id, subject=person, facts=facts))

    def others(self, view: Reading, person: str) -> bool:
        """Tell whether there is another security administrator than `person`."""
        return bool(self.security_administrators(view) - {person})

    def security_administrators(self, view: Reading) -> frozenset[str]:
        """Return who is a security administrator, may act and log in, and is appointed without an end."""
        found = grant_repository.holdings(view, duty=Duty.SECURITY_ADMINISTRATOR, limit=MANY)
        lasting = (one.holder for _, one in found if one.valid_until is None)
        people = (self.identity.require_person(view, one) for one in lasting)
        return frozenset(
            one.id for one in people if SubjectUse.ACT in PERMITS[one.state] and not self.is_frozen(view, one.id)
        )

    def is_frozen(self, view: Reading, person: str) -> bool:
        """Tell whether a person's account is frozen, if there is one: the person acts in nothing meanwhile."""
        account = self.repository.account(view, person=person)
        return account is not None and account.frozen_by is not None

    # --- looking

    def holdings(
        self, *, duty: Duty | None = None, organisation: str = "", holder: str = "", after: str = "", limit: int = 100
    ) -> tuple[tuple[str, Holding], ...]:
        """Return who holds which duty now, each with the name by which the next page goes on."""
        with self.store.reading() as view:
            return grant_repository.holdings(
                view, duty=duty, organisation=organisation, holder=holder, after=after, limit=limit
            )


MANY: Final = 1000


class GrantDuty(Handler):
    """The kind of proposal by which a person gets a duty 授予职责."""

    kind = "duty:grant"
    proposers = frozenset({Duty.SECURITY_ADMINISTRATOR})
    approvers = frozenset({Duty.SECURITY_ADMINISTRATOR})
    floor = Level.HIGH
    exclusive = False

    def __init__(self, appointing: AppointingService) -> None:
        self.appointing = appointing

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        if proposal.subject in (proposal.proposed_by, proposal.decided_by):
            raise OwnDuty
        grant, until = grant_of(proposal.content)
        self.appointing.require_possible(view, proposal.subject, grant, until=until)

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        grant, until = grant_of(proposal.content)
        self.appointing.add_grant(tx, proposal.subject, grant, by=by, until=until)


def facts_of(grant: Grant) -> dict[str, Fact]:
    """Return a grant as it stands in the audit trail."""
    return {"duty": grant.duty.value, "organisation": grant.organisation}


def content_of(grant: Grant, *, until: datetime | None) -> dict[str, Fact]:
    """Return what a proposal holds that gives a duty."""
    return facts_of(grant) | {"until": None if until is None else until.isoformat()}


def grant_of(content: Mapping[str, Fact]) -> tuple[Grant, datetime | None]:
    """Return the duty that a proposal gives, and its end."""
    organisation, until = content["organisation"], content["until"]
    grant = Grant(Duty(str(content["duty"])), None if organisation is None else str(organisation))
    return grant, None if until is None else datetime.fromisoformat(str(until))
