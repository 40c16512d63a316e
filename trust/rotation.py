"""Rotation of the service's own keys 密钥轮换: a new version takes over, while what the old one signed stays signed.

The new key is made and certified first, pending; one transaction then takes it into use and lets the old one retire. A
process that has not noticed yet goes on signing with the old one, which may sign until its end date. A rotation that
breaks off leaves a pending key that signs nothing; the next one begins with a key of its own, and retires that one.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from trust import repository
from trust.authority import Authorities
from trust.events import AuditEvent, Fact
from trust.founding import PLANS, NotFounded, Role
from trust.profiles import Name
from trust.repository import ServiceKey
from trust.signing import KeyCustody
from trust.store import Further, LostRace, Store, nothing_further

__all__ = ["OVERLAP", "Rotation"]

OVERLAP: Final = timedelta(days=1)
"""How long the old version may still sign. Every process looks for new versions once a minute."""


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """Rotates keys of the service."""

    store: Store
    custody: KeyCustody
    authorities: Authorities

    def rotate(
        self, role: Role, *, actor: str, overlap: timedelta = OVERLAP, further: Further = nothing_further
    ) -> ServiceKey:
        """Let a new version of a role's key take over, and return it; `further` happens as it does.

        With no overlap the old one signs nothing from now on, as it must be when somebody else may have it. Raise
        `NotFounded`, or `LostRace` when another rotation of the same role was faster.
        """
        plan = PLANS[role]
        with self.store.transaction() as tx:
            present = newest(repository.service_keys(tx), role)
            old = present.certificate
            subject = Name(common_name=old.common_name, organisation=old.organisation)
            key = self.custody.generate(tx, plan.purpose, plan.algorithm, name=role.value)
            order = self.authorities.prepare(tx, issuer=plan.issuer, profile=plan.profile, subject=subject, key=key)
        certificate = self.authorities.sign(order)
        made = ServiceKey(
            role=role.value,
            version=present.version + 1,
            key=key,
            certificate=certificate,
            issuer=order.issuer or plan.issuer,  # in its newest generation
        )
        with self.store.transaction() as tx:
            if newest(repository.service_keys(tx), role) != present:
                raise LostRace
            further(tx)
            self.authorities.record(tx, order, certificate)  # takes the key into use
            self.custody.abandon(tx, role.value)  # keys of rotations that broke off
            self.custody.retire(tx, present.key, until=tx.now + overlap if overlap else None)
            repository.add_service_key(tx, made)
            facts: dict[str, Fact] = {
                "version": made.version,
                "replaced": present.key.handle,
                "certificate": certificate.fingerprint,
            }
            tx.record(AuditEvent(tag="service_key:rotate:done", actor=actor, subject=key.handle, facts=facts))
        return made


def newest(kept: tuple[ServiceKey, ...], role: Role) -> ServiceKey:
    """Return the newest version of a role's key, or raise `NotFounded`."""
    versions = [one for one in kept if one.role == role.value]
    if not versions:
        raise NotFounded
    return versions[-1]
