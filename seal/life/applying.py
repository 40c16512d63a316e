"""Applying for a seal, and the review of it 申请、审核; applying for one that is to replace another 换发."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from identity.duties import Actor, Duty
from identity.lifecycle import SubjectUse
from identity.subject import Organisation
from seal import repository
from seal.errors import NotReplaceable, ReplacementUnderWay, StatutorySealExists
from seal.grounds import Ground, require_ground
from seal.image.designs import SealDesign, Shape
from seal.image.drawing import drawn
from seal.image.likeness import likeness
from seal.kinds import SealKind
from seal.life.entitlement import name_of, require_bearer, require_fitting
from seal.life.resemblance import resemblances
from seal.life.steps import SealLife, Told, permit
from seal.lifecycle import DUTIES, ENDED, LIFECYCLE, SealEvent, SealState
from seal.repository import Seal
from trust import requests
from trust.identifiers import new_id
from trust.reasons import require_reason
from trust.store import Reading, Transaction

__all__ = ["ApplyForSeal", "Applying", "RemakeSeal", "SealChanges", "WantedSeal"]

USUAL_SIDE: Final = 20
"""Millimetres of a personal-name seal, where nothing else is asked for."""

REPLACEABLE: Final = frozenset({SealState.ACTIVE, SealState.SUSPENDED, SealState.RESUMING, SealState.CANCELLING})


@dataclass(frozen=True, kw_only=True)
class WantedSeal:
    """A seal as somebody would like it."""

    owner: str
    kind: SealKind
    row: str = ""
    """The characters below the star, such as 电子证照专用章; what a seal is called whose picture was uploaded."""

    diameter_mm: int = 42
    design: SealDesign | None = None
    """What it shows; without it a round seal with the owner's name and `row`, a square one with the bearer's."""

    bearer: str | None = None
    """The person of a personal-name seal."""


@dataclass(frozen=True, kw_only=True)
class ApplyForSeal(WantedSeal):
    """A seal that is applied for."""

    evidence: Sequence[str] = ()
    reason: str
    request_key: str
    """A repeated application under the same key gets the same seal."""


@dataclass(frozen=True, kw_only=True)
class SealChanges:
    """What changes of an application that is submitted again. None stays as it was."""

    kind: SealKind | None = None
    row: str | None = None
    design: SealDesign | None = None
    bearer: str | None = None
    evidence: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class RemakeSeal:
    """A seal that is to replace another."""

    seal: str
    ground: Ground
    design: SealDesign | None = None
    """What the new one shows; without it, what the old one does."""

    compromised_at: datetime | None = None
    """Since when others may have had the key, as the owner says."""

    evidence: Sequence[str] = ()
    reason: str
    request_key: str


class Applying(SealLife):
    """Use cases of applications."""

    def apply(self, actor: Actor, command: ApplyForSeal) -> Seal:
        """Apply for a seal 申请. The owner must be active and entitled; it can have one statutory-name seal."""
        reason = require_reason(command.reason)
        design = None if command.design is None else command.design.to_json()
        asked: list[object] = [command.owner, command.kind.value, command.row, command.diameter_mm]
        asked += [design, command.bearer, list(command.evidence), reason]
        key, fingerprint = command.request_key, requests.fingerprint("seal:apply", asked)
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=key, fingerprint=fingerprint)
            if known is not None:
                return self.require(tx, known)
            owner = self.identity.require_organisation(tx, command.owner, use=SubjectUse.ACT)
            actor.require(Duty.SEAL_APPLICANT, owner.id)
            seal = Seal(
                id=new_id("seal", at=tx.now),
                state=LIFECYCLE.initial,
                last_actor=actor.id,
                owner=owner.id,
                kind=command.kind,
                name="",
                design=command.design or self.usual_design(tx, owner, command),
                applied_at=tx.now,
                entered_at=tx.now,
            )
            seal = self.lawful(tx, seal, owner, bearer=command.bearer, title=command.row)
            self.lodge(tx, actor, seal, told=Told(reason=reason, evidence=command.evidence))
            requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=seal.id)
            return seal

    def remake(self, actor: Actor, command: RemakeSeal) -> Seal:
        """Apply for a seal that replaces another 换发: it goes the way of every seal, to keys of its own.

        The old one is superseded when the owner accepts the new one; where its key is in other hands, at once and by
        its owner alone. Raise `NotReplaceable`, `ReplacementUnderWay`, `GroundNotAllowed`.
        """
        reason, ground = require_reason(command.reason), require_ground(SealEvent.SUPERSEDE, command.ground)
        design = None if command.design is None else command.design.to_json()
        since = None if command.compromised_at is None else command.compromised_at.isoformat()
        asked = [command.seal, ground.value, design, since, list(command.evidence), reason]
        key, fingerprint = command.request_key, requests.fingerprint("seal:remake", asked)
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=key, fingerprint=fingerprint)
            if known is not None:
                return self.require(tx, known)
            old = self.require(tx, command.seal)
            is_urgent = ground is Ground.KEY_COMPROMISED
            duties = DUTIES[SealEvent.SUPERSEDE] | (frozenset() if is_urgent else {Duty.SEAL_APPLICANT})
            permit(actor, duties, old.owner)
            owner = self.identity.require_organisation(tx, old.owner, use=SubjectUse.ACT)
            require_replaceable(tx, old)
            new = replace(
                blank(old, name=new_id("seal", at=tx.now), actor=actor.id, at=tx.now),
                design=command.design or old.design,
                ground=ground,
            )
            new = self.lawful(tx, new, owner, bearer=old.bearer, title=old.name.removeprefix(old.design.name))
            if is_urgent and old.state is not SealState.SUPERSEDED:
                lost_at = tx.now if command.compromised_at is None else min(command.compromised_at, tx.now)
                self.end(tx, actor, old, SealEvent.SUPERSEDE, told=Told(reason=reason, ground=ground, lost_at=lost_at))
                tx.flush()
            facts = {"supersedes": old.id, "ground": ground.value}
            self.lodge(tx, actor, new, told=Told(reason=reason, evidence=command.evidence, facts=facts))
            requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=new.id)
        if is_urgent:
            self.publish()
        return new

    def withdraw(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Withdraw an application 撤回."""
        return self.move(actor, seal, SealEvent.WITHDRAW, told=Told(reason=reason))

    def resubmit(self, actor: Actor, seal: str, *, reason: str, changes: SealChanges | None = None) -> Seal:
        """Submit a returned application again 补正, with what was mended; the history keeps what it was before."""
        reason, changes = require_reason(reason), changes or SealChanges()
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            permit(actor, DUTIES[SealEvent.RESUBMIT], current.owner)
            LIFECYCLE.step(current.state, SealEvent.RESUBMIT, actor=actor.id, before=current.last_actor)
            owner = self.identity.require_organisation(tx, current.owner, use=SubjectUse.ACT)
            bearer = changes.bearer or current.bearer
            design = changes.design or current.design
            if changes.row is not None and changes.design is None:
                design = replace(design, row=changes.row)
            mended = replace(current, kind=changes.kind or current.kind, design=design)
            if mended.kind is not SealKind.PERSONAL_NAME:
                bearer = changes.bearer
            title = changes.row or current.name.removeprefix(current.design.name)
            mended = self.lawful(tx, mended, owner, bearer=bearer, title=title)
            told = Told(reason=reason, evidence=changes.evidence, changes=differences(current, mended))
            return self.step(tx, actor, mended, SealEvent.RESUBMIT, told=told)

    def return_(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Return an application for correction 退回补正."""
        return self.decide(actor, seal, SealEvent.RETURN, reason=reason)

    def reject(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Reject an application 驳回."""
        return self.decide(actor, seal, SealEvent.REJECT, reason=reason)

    def approve(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Approve an application 审核通过."""
        return self.decide(actor, seal, SealEvent.APPROVE, reason=reason)

    # --- building blocks

    def decide(self, actor: Actor, seal: str, event: SealEvent, *, reason: str) -> Seal:
        """Take a reviewer's decision; the trail tells which resemblances the reviewer was shown."""
        reason = require_reason(reason)
        # Comparing with every seal takes its time, in which nobody else need wait for the database.
        with self.store.reading() as view:
            current = self.require(view, seal)
            permit(actor, DUTIES[event], current.owner)
            facts = resemblances(view, current).facts
        return self.move(actor, seal, event, told=Told(reason=reason, facts=facts))

    def usual_design(self, view: Reading, owner: Organisation, command: WantedSeal) -> SealDesign:
        """Return what a seal shows where nothing else is asked for."""
        if command.kind is not SealKind.PERSONAL_NAME:
            return SealDesign(name=owner.name, row=command.row, diameter_mm=command.diameter_mm)
        bearer = require_bearer(self.identity, view, owner=owner, kind=command.kind, bearer=command.bearer)
        name = owner.name if bearer is None else bearer.name.value
        return SealDesign(shape=Shape.SQUARE, name=name, row=command.row, diameter_mm=USUAL_SIDE)

    def lawful(self, view: Reading, seal: Seal, owner: Organisation, *, bearer: str | None, title: str) -> Seal:
        """Return a seal as its owner may have it: named, drawn, and compared with what the owner has.

        Raise `KindNotEntitled`, `BearerMissing`, `BearerNotOfOwner`, `DesignNotOfOwner`, `StatutorySealExists`, and
        what cannot be drawn.
        """
        person = require_fitting(self.identity, view, owner=owner, kind=seal.kind, design=seal.design, bearer=bearer)
        if seal.kind is SealKind.STATUTORY_NAME:
            for other in repository.find(view, owner=owner.id, kind=seal.kind):
                if other.state not in ENDED and other.id not in (seal.id, seal.supersedes):
                    raise StatutorySealExists(seal=other.id)
        return replace(
            seal,
            name=name_of(seal.design, title),
            bearer=None if person is None else person.id,
            likeness=likeness(drawn(seal.design, self.blobs)),
        )

    def lodge(self, tx: Transaction, actor: Actor, seal: Seal, *, told: Told) -> None:
        """Put an application into the registry."""
        repository.add_seal(tx, seal)
        self.write_history(tx, seal, None, actor=actor, told=told)


def require_replaceable(view: Reading, old: Seal) -> None:
    """Return if a seal may be replaced: it was in use, and no other is to replace it."""
    if old.superseded_by is not None or old.state not in REPLACEABLE | {SealState.SUPERSEDED}:
        raise NotReplaceable(seal=old.id, state=old.state.value)
    for one in repository.find(view, owner=old.owner, kind=old.kind):
        if one.supersedes == old.id and one.state not in ENDED:
            raise ReplacementUnderWay(seal=one.id)


def blank(old: Seal, *, name: str, actor: str, at: datetime) -> Seal:
    """Return the application for a seal of the same owner and kind as `old`, which it is to replace."""
    return Seal(
        id=name,
        state=LIFECYCLE.initial,
        last_actor=actor,
        owner=old.owner,
        kind=old.kind,
        name=old.name,
        design=old.design,
        bearer=old.bearer,
        applied_at=at,
        entered_at=at,
        supersedes=old.id,
    )


def differences(before: Seal, after: Seal) -> dict[str, Any]:
    """Return each field that a mended application changes, with what it was and what it is."""
    told = {}
    for name, was, now in (
        ("kind", before.kind.value, after.kind.value),
        ("name", before.name, after.name),
        ("bearer", before.bearer, after.bearer),
        ("design", before.design.to_json(), after.design.to_json()),
    ):
        if was != now:
            told[name] = {"was": was, "is": now}
    return told
