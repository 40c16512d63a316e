"""The life of seals: each event by the person whose duty it is, each with its history and its audit event."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from identity.duties import Actor, Duty, Grant
from identity.lifecycle import SubjectUse
from identity.service import IdentityService
from seal import repository
from seal.errors import (
    AuthorisationInvalid,
    AuthorisationUnknown,
    SealNotActive,
    SealUnknown,
    StatutorySealExists,
)
from seal.image import SealDesign
from seal.kinds import SealKind
from seal.ledger import Authorisation
from seal.lifecycle import APPLICATIONS, LIFECYCLE, PERMITS, REVIEWS, SealEvent, SealState, SealUse
from seal.repository import CertifiedKey, HistoryEntry, Seal
from seal.workshop import Workshop
from trust import requests
from trust.authority import Authorities, CertificateUnknown
from trust.certificates import Certificate
from trust.crypto.sm3 import sm3
from trust.errors import Unavailable
from trust.events import AuditEvent, Fact
from trust.external_authorities import ExternalAuthorities
from trust.founding import ServiceKeys
from trust.identifiers import new_id
from trust.lifecycle import FourEyesRequired
from trust.reasons import require_reason
from trust.signing import KeyCustody
from trust.store import Reading, Store, Transaction

__all__ = ["ApplyForSeal", "AuthoriseStamping", "SealService"]

ENDED: Final = frozenset({SealState.WITHDRAWN, SealState.REJECTED, SealState.CANCELLED})


CESSATION: Final = 5
"""cessationOfOperation, RFC 5280, 5.3.1."""


@dataclass(frozen=True, kw_only=True)
class ApplyForSeal:
    """A seal that is applied for."""

    owner: str
    kind: SealKind
    row: str = ""
    """The characters below the star, such as 电子证照专用章. Empty for a statutory-name seal."""

    diameter_mm: int = 42
    reason: str
    request_key: str
    """A repeated application under the same key gets the same seal."""


@dataclass(frozen=True, kw_only=True)
class AuthoriseStamping:
    """A permission that the owner gives."""

    seal: str
    holder: str
    purpose: str
    document_kinds: tuple[str, ...] = ()
    valid_until: datetime
    times: int | None = None
    request_key: str
    """A repeated request under the same key gets the same authorisation."""


class SealService:
    """The use cases of a seal's life."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        custody: KeyCustody,
        authorities: Authorities,
        service_keys: ServiceKeys,
        outside: ExternalAuthorities | None = None,
    ) -> None:
        self.store = store
        self.identity = identity
        self.authorities = authorities
        self.workshop = Workshop(
            store=store, custody=custody, authorities=authorities, service_keys=service_keys, outside=outside
        )

    # --- application and review

    def apply(self, actor: Actor, command: ApplyForSeal) -> Seal:
        """Apply for a seal 申请. The owner must be active; it can have one statutory-name seal."""
        reason = require_reason(command.reason)
        asked = [command.owner, command.kind.value, command.row, command.diameter_mm, reason]
        key, fingerprint = command.request_key, requests.fingerprint("seal:apply", asked)
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=key, fingerprint=fingerprint)
            if known is not None:
                return self.require(tx, known)
            owner = self.identity.require_organisation(tx, command.owner, use=SubjectUse.ACT)
            actor.require(Duty.SEAL_APPLICANT, owner.id)
            design = SealDesign(name=owner.name, row=command.row, diameter_mm=command.diameter_mm)
            if command.kind is SealKind.STATUTORY_NAME:
                others = repository.find(tx, owner=owner.id, kind=command.kind)
                for other in others:
                    if other.state not in ENDED:
                        raise StatutorySealExists(seal=other.id)
            seal = Seal(
                id=new_id("seal", at=tx.now),
                state=LIFECYCLE.initial,
                last_actor=actor.id,
                owner=owner.id,
                kind=command.kind,
                name=owner.name + design.row,
                rim=design.name,
                row=design.row,
                diameter_mm=design.diameter_mm,
                applied_at=tx.now,
            )
            repository.add_seal(tx, seal)
            requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=seal.id)
            self.write_history(tx, seal, None, actor=actor, reason=reason)
            return seal

    def withdraw(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Withdraw an application 撤回."""
        return self.move(actor, seal, SealEvent.WITHDRAW, Duty.SEAL_APPLICANT, reason=reason)

    def resubmit(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Submit a returned application again 补正."""
        return self.move(actor, seal, SealEvent.RESUBMIT, Duty.SEAL_APPLICANT, reason=reason)

    def return_(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Return an application for correction 退回补正."""
        return self.move(actor, seal, SealEvent.RETURN, Duty.SEAL_REVIEWER, reason=reason)

    def reject(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Reject an application 驳回."""
        return self.move(actor, seal, SealEvent.REJECT, Duty.SEAL_REVIEWER, reason=reason)

    def approve(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Approve an application 审核通过."""
        return self.move(actor, seal, SealEvent.APPROVE, Duty.SEAL_REVIEWER, reason=reason)

    # --- making, filing, issuing

    def make(self, actor: Actor, seal: str) -> Seal:
        """Make a seal 制作: keys in custody, certificates, and the GB/T 38540 seal signed by the maker.

        What was begun and not finished is taken up again: a code once allotted and keys once generated stay. So does
        the request to an authority outside that certifies owners: until its answer is there, raise
        `CertificateAwaited`.
        """
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            owner = self.identity.require_organisation(tx, current.owner, use=SubjectUse.ACT)
            actor.require(Duty.SEAL_MAKER)
            LIFECYCLE.step(current.state, SealEvent.MAKE, actor=actor.id, before=current.last_actor)
            making = self.workshop.prepare(tx, current, owner, actor=actor.id)
        made = self.workshop.make(making, actor=actor.id)
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            for order, certificate in made.signed:
                self.authorities.record(tx, order, certificate)
            changed = replace(
                current,
                owner_key=CertifiedKey(key=making.owner_key, certificate=made.owner_certificate),
                document_key=CertifiedKey(key=making.document_key, certificate=made.document_certificate),
                seal=made.seal,
                valid_until=made.valid_until,
            )
            facts: dict[str, Fact] = {
                "code": making.seal.code,
                "seal": sm3(made.seal).hex(),
                "owner": made.owner_certificate.fingerprint,
            }
            return self.step(tx, actor, changed, SealEvent.MAKE, reason="", facts=facts)

    def file(self, actor: Actor, seal: str) -> Seal:
        """File a seal 备案: it gets its filing number."""
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            actor.require(Duty.SEAL_FILER)
            area = (current.code or "")[:6]
            changed = replace(current, filing_number=repository.next_filing_number(tx, area))
            facts: dict[str, Fact] = {"filing_number": changed.filing_number}
            return self.step(tx, actor, changed, SealEvent.FILE, reason="", facts=facts)

    def issue(self, actor: Actor, seal: str) -> Seal:
        """Issue a seal to its owner 发放. It can stamp nothing until the owner accepts it."""
        return self.move(actor, seal, SealEvent.ISSUE, Duty.SEAL_MAKER)

    def accept(self, actor: Actor, seal: str) -> Seal:
        """Accept a seal 接收: its signature-creation data are the owner's, who alone brings it into use."""
        return self.move(actor, seal, SealEvent.ACCEPT, Duty.SEAL_OWNER)

    # --- use

    def authorise(self, actor: Actor, command: AuthoriseStamping) -> Authorisation:
        """Authorise a person or a client, who may act at all, to stamp 授权."""
        until = command.valid_until.isoformat()
        asked = [command.seal, command.holder, command.purpose, [*command.document_kinds], until, command.times]
        key, fingerprint = command.request_key, requests.fingerprint("seal:authorise", asked)
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=key, fingerprint=fingerprint)
            if known is not None:
                return self.require_authorisation(tx, command.seal, known)
            seal = self.require(tx, command.seal)
            actor.require(Duty.SEAL_OWNER, seal.owner)
            if SealUse.AUTHORISE not in PERMITS[seal.state]:
                raise SealNotActive(seal=seal.id, state=seal.state.value)
            if command.valid_until <= tx.now:
                raise AuthorisationInvalid(field="valid_until")
            if command.times is not None and command.times < 1:
                raise AuthorisationInvalid(field="times")
            self.identity.require_actor(tx, command.holder)
            authorisation = Authorisation(
                id=new_id("auth", at=tx.now),
                seal=seal.id,
                holder=command.holder,
                purpose=command.purpose,
                document_kinds=command.document_kinds,
                valid_until=command.valid_until,
                times=command.times,
                used=0,
                granted_by=actor.id,
                granted_at=tx.now,
            )
            repository.add_authorisation(tx, authorisation)
            requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=authorisation.id)
            facts: dict[str, Fact] = {
                "authorisation": authorisation.id,
                "holder": authorisation.holder,
                "purpose": authorisation.purpose,
                "times": authorisation.times,
            }
            tx.record(AuditEvent(tag="seal:authorise:done", actor=actor.id, subject=seal.id, facts=facts))
            return authorisation

    def withdraw_authorisation(self, actor: Actor, seal: str, authorisation: str, *, reason: str) -> Authorisation:
        """Withdraw an authorisation 收回授权, in whatever state the seal is: from now on nobody stamps under it.

        Withdrawing what is withdrawn changes nothing.
        """
        reason = require_reason(reason)
        with self.store.transaction() as tx:
            actor.require(Duty.SEAL_OWNER, self.require(tx, seal).owner)
            found = self.require_authorisation(tx, seal, authorisation)
            if found.withdrawn_at is not None:
                return found
            repository.withdraw_authorisation(tx, found.id)
            facts: dict[str, Fact] = {"authorisation": found.id, "holder": found.holder, "reason": reason}
            tx.record(AuditEvent(tag="seal:withdraw_authorisation:done", actor=actor.id, subject=seal, facts=facts))
            return replace(found, withdrawn_at=tx.now)

    def authorisations(self, actor: Actor, seal: str) -> tuple[Authorisation, ...]:
        """Return all authorisations that a seal's owner ever gave, oldest first."""
        with self.store.reading() as view:
            actor.require(Duty.SEAL_OWNER, self.require(view, seal).owner)
            return repository.authorisations(view, seal)

    # --- stopping

    def suspend(self, actor: Actor, seal: str, *, reason: str, lost_at: datetime | None = None) -> Seal:
        """Stop a seal at once 停用（挂失）.

        `lost_at` is when the owner says it was lost: stampings from then to now are disputed. A clock that runs ahead
        does not keep the seal from being stopped: what lies in the future is taken for now.
        """
        reason = require_reason(reason)
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            actor.require(Duty.SEAL_OWNER, current.owner)
            lost_at = None if lost_at is None else min(lost_at, tx.now)
            facts: dict[str, Fact] = {} if lost_at is None else {"lost_at": lost_at.isoformat()}
            changed = replace(current, lost_at=lost_at)
            return self.step(tx, actor, changed, SealEvent.SUSPEND, reason=reason, facts=facts)

    def request_resume(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Ask for a suspended seal to be resumed 申请恢复."""
        return self.move(actor, seal, SealEvent.REQUEST_RESUME, Duty.SEAL_OWNER, reason=reason)

    def resume(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Resume a suspended seal 恢复, as its owner asked for."""
        return self.move(actor, seal, SealEvent.RESUME, Duty.SEAL_REVIEWER, reason=reason)

    def refuse_resume(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Leave a suspended seal suspended."""
        return self.move(actor, seal, SealEvent.REFUSE_RESUME, Duty.SEAL_REVIEWER, reason=reason)

    def cancel(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Cancel a seal for good 注销. Its certificates are revoked, and the lists published anew."""
        reason = require_reason(reason)
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            if not actor.holds(Duty.SEAL_REVIEWER):
                actor.require(Duty.SEAL_OWNER, current.owner)
            for certified in (current.owner_key, current.document_key):
                if certified is not None and certified.certificate is not None:
                    self.revoke(tx, certified.certificate, actor=actor.id)
            cancelled = self.step(tx, actor, current, SealEvent.CANCEL, reason=reason)
        # The seal is cancelled in any case. A list that cannot be made now is made by whoever keeps lists fresh.
        with suppress(Unavailable):
            self.authorities.publish_revoked()
        return cancelled

    def revoke(self, tx: Transaction, certificate: Certificate, *, actor: str) -> None:
        """Revoke a certificate of a seal. One from outside its authority has to revoke: the trail tells that."""
        try:
            self.authorities.revoke(tx, certificate, reason=CESSATION, actor=actor)
        except CertificateUnknown:
            facts: dict[str, Fact] = {"issuer": certificate.issuer_common_name, "serial": f"{certificate.serial:x}"}
            event = AuditEvent(tag="certificate:revoke:due", actor=actor, subject=certificate.fingerprint, facts=facts)
            tx.record(event)

    # --- looking

    def find(self, actor: Actor, seal: str) -> tuple[Seal, tuple[HistoryEntry, ...]]:
        """Return a seal and its history, or raise `SealUnknown`.

        Reviewers, makers and filers serve every owner; applicants and owners see what is their own organisation's.
        """
        with self.store.reading() as view:
            found = self.require(view, seal)
            serves_all = any(map(actor.holds, (Duty.SEAL_REVIEWER, Duty.SEAL_MAKER, Duty.SEAL_FILER)))
            if not serves_all and Grant(Duty.SEAL_APPLICANT, found.owner) not in actor.grants:
                actor.require(Duty.SEAL_OWNER, found.owner)
            return found, repository.history(view, seal)

    def require(self, view: Reading, seal: str) -> Seal:
        """Return a seal, or raise `SealUnknown`."""
        found = repository.get(view, seal)
        if found is None:
            raise SealUnknown
        return found

    def require_authorisation(self, view: Reading, seal: str, authorisation: str) -> Authorisation:
        """Return an authorisation of a seal, or raise `AuthorisationUnknown`."""
        for one in repository.authorisations(view, seal):
            if one.id == authorisation:
                return one
        raise AuthorisationUnknown

    # --- building blocks

    def move(self, actor: Actor, seal: str, event: SealEvent, duty: Duty, *, reason: str | None = None) -> Seal:
        """Move a seal along its life by somebody who holds `duty`: the owner's people for the owner's seals alone."""
        told = "" if reason is None else require_reason(reason)
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            is_owners = duty in (Duty.SEAL_APPLICANT, Duty.SEAL_OWNER)
            actor.require(duty, current.owner if is_owners else None)
            return self.step(tx, actor, current, event, reason=told)

    def step(
        self,
        tx: Transaction,
        actor: Actor,
        seal: Seal,
        event: SealEvent,
        *,
        reason: str,
        facts: dict[str, Fact] | None = None,
    ) -> Seal:
        """Write `seal` in the state after `event`, with its history and its audit event."""
        state = LIFECYCLE.step(seal.state, event, actor=actor.id, before=seal.last_actor)
        if event in REVIEWS:
            applicants = {one.actor for one in repository.history(tx, seal.id) if one.event in APPLICATIONS}
            if actor.id in applicants:
                raise FourEyesRequired(event=event.value)
        moved = replace(seal, state=state, last_actor=actor.id)
        repository.put_seal(tx, moved)
        self.write_history(tx, moved, event, actor=actor, reason=reason, facts=facts)
        return moved

    def write_history(
        self,
        tx: Transaction,
        seal: Seal,
        event: SealEvent | None,
        *,
        actor: Actor,
        reason: str,
        facts: dict[str, Fact] | None = None,
    ) -> None:
        """Write one step into the history and into the audit trail."""
        lost_at = seal.lost_at if event is SealEvent.SUSPEND else None
        entry = HistoryEntry(event=event, state=seal.state, actor=actor.id, at=tx.now, reason=reason, lost_at=lost_at)
        repository.add_history(tx, seal.id, entry)
        tag = f"seal:{'apply' if event is None else event.value}:done"
        told: dict[str, Fact] = {"state": seal.state.value, "reason": reason, **(facts or {})}
        tx.record(AuditEvent(tag=tag, actor=actor.id, subject=seal.id, facts=told))
