"""Who may issue licences for an authority 发证权: by a duty, or by a delegation of the authority (docs/delegation.md).

A delegation names the types, and is asked for at each licence with every link above it. How often it may be used is
counted by the database when a licence is prepared; what comes to nothing is given back. A bulk job takes with its start
as many uses as it has rows, all or none; each row uses one of these, and what is left is given back when the job ends.
"""

from collections.abc import Callable, Iterable
from typing import Final

from identity.delegation.errors import MandateNotInForce, MandateTooFewUses
from identity.delegation.mandates import Mandate
from identity.delegation.standing import give_back_for, held_for, spend_for, spend_taken, take_for, taken_by
from identity.duties import ADMINISTRATORS, Actor, Duty, Grant
from identity.errors import DutyMissing
from identity.service import IdentityService
from licence.errors import NotByDelegation
from licence.types.kind import LicenceType
from trust.delegations import Matter
from trust.store import LostRace, Reading, Transaction

__all__ = ["Entitling"]

DUTIES: Final = (Duty.BUSINESS_SYSTEM, Duty.LICENCE_OFFICER)


class Entitling:
    """Knows for which authorities somebody issues."""

    def __init__(self, identity: IdentityService) -> None:
        self.identity = identity

    def authorities(self, view: Reading, actor: Actor, kind: LicenceType, *, job: str | None = None) -> frozenset[str]:
        """Return the authorities for which somebody may issue licences of a type now. It may be none.

        For the rows of a bulk job no use need be left: the job has taken its own.
        """
        issuing = {one.authority for one in kind.issuing}
        by_duty = {one for one in issuing if has_duty(actor, one)}
        if by_duty == issuing:
            return frozenset(by_duty)
        held = self.mandates(view, actor, kind, uses=1 if job is None else 0)
        return frozenset(by_duty | {links[0].delegator.id for links in held} & issuing)

    def among(self, view: Reading, actor: Actor, kinds: Iterable[LicenceType]) -> tuple[LicenceType, ...]:
        """Return those types of which somebody may issue licences now, for whichever of their authorities."""
        held = self.held(view, actor, uses=1)
        found = []
        for kind in kinds:
            givers = {links[0].delegator.id for links in naming(held, kind)}
            if any(has_duty(actor, one.authority) or one.authority in givers for one in kind.issuing):
                found.append(kind)
        return tuple(found)

    def require(self, view: Reading, actor: Actor, kind: LicenceType, *, job: str | None = None) -> None:
        """Return if somebody issues for one of the authorities of a type, else raise `DutyMissing`."""
        if not self.authorities(view, actor, kind, job=job):
            raise missing()

    def require_for(
        self, view: Reading, actor: Actor, kind: LicenceType, authority: str, *, job: str | None = None
    ) -> None:
        """Return if somebody issues for this authority, else raise `DutyMissing`."""
        if authority not in self.authorities(view, actor, kind, job=job):
            raise missing()

    def require_duty(self, actor: Actor, authority: str, *, step: str) -> None:
        """Return if somebody issues for an authority by a duty, else raise `NotByDelegation`.

        What ends a licence that there is, and what says that paper was seen, is done by the authority's own people.
        """
        if not has_duty(actor, authority):
            raise NotByDelegation(step=step)

    def is_delegate(self, view: Reading, actor: Actor, authority: str) -> bool:
        """Tell whether a delegation holds by which somebody issues for an authority, licences of whatever type."""
        return any(links[0].delegator.id == authority for links in self.held(view, actor, uses=0))

    def delegators(self, view: Reading, actor: Actor) -> frozenset[str]:
        """Return the authorities for which somebody issues by a delegation."""
        return frozenset(links[0].delegator.id for links in self.held(view, actor, uses=0))

    # --- uses

    def spend(
        self,
        tx: Transaction,
        actor: Actor,
        kind: LicenceType,
        *,
        authority: str,
        licence: str,
        job: str | None = None,
    ) -> None:
        """Count a licence on the delegation by which it is issued, where it is by one; that stands on record.

        A row of a bulk job uses what the `job` has taken. Raise `DutyMissing`, or `MandateNotInForce` where somebody
        else has taken the last use.
        """
        if has_duty(actor, authority):
            return
        held = self.of(tx, actor, kind, authority, uses=1 if job is None else 0)
        if job is not None:
            name = taken_by(tx, job)
            held = [links for links in held if links[-1].id == name]
        if not held:
            raise missing()
        links = held[0]
        if job is not None:
            if not spend_taken(tx, links, licence, within=job, actor=actor.id):
                raise MandateNotInForce(mandate=links[-1].id)
            return
        spent = spend_for(tx, links, licence, actor=actor.id)
        if spent is not None:
            raise MandateNotInForce(mandate=spent.id)

    def take(
        self, tx: Transaction, kind: LicenceType, *, authority: str, job: str, by: str, count: Callable[[], int]
    ) -> None:
        """Take the uses that a bulk job needs which somebody asked for by a delegation, all at once.

        `count` tells how many, and is asked where any are to be taken. What was taken before by a delegation that
        holds no more is given back. Raise `DutyMissing`, `MandateTooFewUses` or `LostRace`: then nothing may be
        committed but what was before.
        """
        actor = self.identity.actor(tx, by)
        if has_duty(actor, authority):
            return
        name = taken_by(tx, job)
        present = self.of(tx, actor, kind, authority, uses=0)
        if name is not None and any(links[-1].id == name for links in present):
            return
        if not present:
            raise missing()
        needs = count()
        found = self.of(tx, actor, kind, authority, uses=needs)
        if not found:
            raise MandateTooFewUses(needs=needs)
        give_back_for(tx, job)
        if take_for(tx, found[0], job, count=needs, actor=by) is not None:
            raise LostRace

    # --- building blocks

    def of(
        self, view: Reading, actor: Actor, kind: LicenceType, authority: str, *, uses: int
    ) -> list[tuple[Mandate, ...]]:
        """Return the chains by which somebody may issue licences of a type for an authority, with so many uses left."""
        held = self.mandates(view, actor, kind, uses=uses)
        return [links for links in held if links[0].delegator.id == authority]

    def mandates(self, view: Reading, actor: Actor, kind: LicenceType, *, uses: int) -> list[tuple[Mandate, ...]]:
        """Return the chains of delegations by which somebody may issue licences of a type now."""
        return naming(self.held(view, actor, uses=uses), kind)

    def held(self, view: Reading, actor: Actor, *, uses: int) -> tuple[tuple[Mandate, ...], ...]:
        """Return the chains by which somebody may issue now. None of the three administrators 三员 does, by any."""
        if any(grant.duty in ADMINISTRATORS for grant in actor.grants):
            return ()
        return held_for(self.identity, view, actor.id, Matter.LICENCE_ISSUE, uses=uses)


def has_duty(actor: Actor, authority: str) -> bool:
    """Tell whether somebody issues for an authority by a duty."""
    return any(Grant(duty, authority) in actor.grants for duty in DUTIES)


def naming(held: Iterable[tuple[Mandate, ...]], kind: LicenceType) -> list[tuple[Mandate, ...]]:
    """Return the chains of which every link names a type."""
    return [links for links in held if all(kind.code in one.bounds.licence_types for one in links)]


def missing() -> DutyMissing:
    """Return the error that tells who may issue."""
    return DutyMissing(duty=" / ".join(duty.value for duty in DUTIES))
