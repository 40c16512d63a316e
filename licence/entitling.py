"""Who may issue licences for an authority 发证权: by a duty, or by a delegation of the authority (docs/delegation.md).

A delegation names the types, and is asked for at each licence with every link above it. How often it may be used is
counted by the database when a licence is prepared; what comes to nothing is given back.
"""

from typing import Final

from identity.delegation.errors import MandateNotInForce
from identity.delegation.mandates import Mandate
from identity.delegation.standing import held_for, spend_for
from identity.duties import Actor, Duty, Grant
from identity.errors import DutyMissing
from identity.service import IdentityService
from licence.types.kind import LicenceType
from trust.delegations import Matter
from trust.store import Reading, Transaction

__all__ = ["Entitling"]

DUTIES: Final = (Duty.BUSINESS_SYSTEM, Duty.LICENCE_OFFICER)


class Entitling:
    """Knows for which authorities somebody issues."""

    def __init__(self, identity: IdentityService) -> None:
        self.identity = identity

    def authorities(self, view: Reading, actor: Actor, kind: LicenceType) -> frozenset[str]:
        """Return the authorities for which somebody may issue licences of a type now. It may be none."""
        issuing = {one.authority for one in kind.issuing}
        by_duty = {one for one in issuing if has_duty(actor, one)}
        if by_duty == issuing:
            return frozenset(by_duty)
        return frozenset(by_duty | {links[0].delegator.id for links in self.mandates(view, actor, kind)} & issuing)

    def require(self, view: Reading, actor: Actor, kind: LicenceType) -> None:
        """Return if somebody issues for one of the authorities of a type, else raise `DutyMissing`."""
        if not self.authorities(view, actor, kind):
            raise missing()

    def require_for(self, view: Reading, actor: Actor, kind: LicenceType, authority: str) -> None:
        """Return if somebody issues for this authority, else raise `DutyMissing`."""
        if authority not in self.authorities(view, actor, kind):
            raise missing()

    def spend(self, tx: Transaction, actor: Actor, kind: LicenceType, *, authority: str, licence: str) -> None:
        """Count a licence on the delegation by which it is issued, where it is by one; that stands on record.

        Raise `DutyMissing`, or `MandateNotInForce` where somebody else has taken the last use.
        """
        if has_duty(actor, authority):
            return
        found = [links for links in self.mandates(tx, actor, kind) if links[0].delegator.id == authority]
        if not found:
            raise missing()
        spent = spend_for(tx, found[0], licence, actor=actor.id)
        if spent is not None:
            raise MandateNotInForce(mandate=spent.id)

    def mandates(self, view: Reading, actor: Actor, kind: LicenceType) -> list[tuple[Mandate, ...]]:
        """Return the chains of delegations by which somebody may issue licences of a type now."""
        held = held_for(self.identity, view, actor.id, Matter.LICENCE_ISSUE)
        return [links for links in held if all(kind.code in one.bounds.licence_types for one in links)]


def has_duty(actor: Actor, authority: str) -> bool:
    """Tell whether somebody issues for an authority by a duty."""
    return any(Grant(duty, authority) in actor.grants for duty in DUTIES)


def missing() -> DutyMissing:
    """Return the error that tells who may issue."""
    return DutyMissing(duty=" / ".join(duty.value for duty in DUTIES))
