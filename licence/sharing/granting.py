"""Granting 共享授权: an officer of the issuer proposes what a client may ask, another person reviews it.

A grant names types, calls, purposes, the fields that the client gets to see, and either the law that it rests on or
none: then each licence needs the consent of its holder. It is withdrawn at once, by an officer alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from identity.duties import Actor, Duty
from identity.errors import ClientUnknown, DutyMissing
from licence.errors import TypeUnknown
from licence.sharing.entries import (
    LIFECYCLE,
    Call,
    Disclosure,
    GrantEvent,
    LegalBasis,
    SharedType,
    SharingGrant,
    SharingPurpose,
)
from licence.sharing.errors import GrantUnknown, SharingInvalid
from licence.sharing.sources import Sources
from trust import requests
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.reasons import require_reason
from trust.store import Reading, Transaction

__all__ = ["GrantingService", "ProposeGrant", "UseCount"]

LONGEST: Final = timedelta(days=3 * 366)
"""A grant ends after three years at the latest, so that somebody looks at it again."""

COUNTED: Final = timedelta(days=90)
"""How far back an issuer sees how often its types were asked about."""


@dataclass(frozen=True, kw_only=True)
class ProposeGrant:
    """A grant that is to be given."""

    issuer: str
    client: str
    types: Mapping[str, Mapping[str, Disclosure]]
    """The fields of each type, by type code."""

    calls: frozenset[Call]
    purposes: Mapping[str, str]
    """The words of each purpose, by its code."""

    law: str
    """Empty: each licence needs its holder's consent."""

    matter: str
    valid_until: datetime
    request_key: str

    @property
    def asked(self) -> list[object]:
        """What two requests are compared by."""
        types = [[code, [[name, one.value] for name, one in fields.items()]] for code, fields in self.types.items()]
        calls = sorted(one.value for one in self.calls)
        purposes = [list(one) for one in self.purposes.items()]
        return [self.issuer, self.client, types, calls, purposes, self.law, self.matter, self.valid_until.isoformat()]


@dataclass(frozen=True, kw_only=True)
class UseCount:
    """How often a client made a call about a type."""

    client: str
    call: str
    is_refused: bool
    count: int


class GrantingService:
    """The use cases of grants."""

    def __init__(self, sources: Sources) -> None:
        self.store, self.repository = sources.store, sources.repository
        self.identity, self.catalogue = sources.identity, sources.catalogue

    def propose(self, actor: Actor, command: ProposeGrant) -> SharingGrant:
        """Propose a grant for types of one issuer, by one of its officers; a reviewer decides.

        Raise `DutyMissing`, `SharingInvalid`, `TypeUnknown` for a type of another issuer, `ClientUnknown`,
        `RequestKeyReused`.
        """
        fingerprint = requests.fingerprint("sharing:propose", command.asked)
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=command.request_key, fingerprint=fingerprint)
            if known is not None:
                return self.require(tx, known)
            actor.require(Duty.LICENCE_OFFICER, command.issuer)
            grant = SharingGrant(
                id=new_id("share", at=tx.now),
                state=LIFECYCLE.initial,
                last_actor=actor.id,
                issuer=command.issuer,
                client=command.client,
                types=tuple(SharedType(code=code, fields=fields) for code, fields in command.types.items()),
                calls=command.calls,
                purposes=tuple(SharingPurpose(code=code, words=words) for code, words in command.purposes.items()),
                basis=LegalBasis(law=command.law, matter=command.matter) if command.law or command.matter else None,
                valid_until=command.valid_until,
                proposed_by=actor.id,
                proposed_at=tx.now,
            )
            if not tx.now < grant.valid_until <= tx.now + LONGEST:
                raise SharingInvalid(field="valid_until", rule="range")
            if self.identity.repository.client(tx, grant.client) is None:
                raise ClientUnknown
            for shared in grant.types:
                self.require_own(tx, grant.issuer, shared)
            self.repository.add_grant(tx, grant)
            requests.remember(tx, actor=actor.id, key=command.request_key, fingerprint=fingerprint, result=grant.id)
            self.record(tx, actor, grant, "propose")
            return grant

    def require_own(self, view: Reading, issuer: str, shared: SharedType) -> None:
        """Return if a type is the issuer's and has these fields, else raise `TypeUnknown` or `SharingInvalid`."""
        kind = self.catalogue.require(view, shared.code)
        if issuer not in {kind.issuer, *(one.authority for one in kind.issuing)}:
            raise TypeUnknown
        known = {f"data.{name}" for name in kind.schema.get("properties", {})}
        for name in shared.fields:
            if name.startswith("data.") and name not in known:
                raise SharingInvalid(field="types", rule="unknown_field")

    def approve(self, actor: Actor, grant: str) -> SharingGrant:
        """Approve a grant: by a reviewer of the issuer who is not the officer who proposed it."""
        return self.move(actor, grant, GrantEvent.APPROVE, Duty.LICENCE_REVIEWER, reason="")

    def refuse(self, actor: Actor, grant: str, *, reason: str) -> SharingGrant:
        """Refuse a grant, likewise."""
        return self.move(actor, grant, GrantEvent.REFUSE, Duty.LICENCE_REVIEWER, reason=require_reason(reason))

    def withdraw(self, actor: Actor, grant: str, *, reason: str) -> SharingGrant:
        """Withdraw a grant, by an officer of the issuer: from now on nothing is asked under it."""
        return self.move(actor, grant, GrantEvent.WITHDRAW, Duty.LICENCE_OFFICER, reason=require_reason(reason))

    def move(self, actor: Actor, name: str, event: GrantEvent, duty: Duty, *, reason: str) -> SharingGrant:
        """Move a grant along its life. Raise `GrantUnknown`, `DutyMissing`, `EventNotPossible`, `FourEyesRequired`."""
        with self.store.transaction() as tx:
            found = self.require(tx, name)
            actor.require(duty, found.issuer)
            state = LIFECYCLE.step(found.state, event, actor=actor.id, before=found.last_actor)
            ends = event is GrantEvent.WITHDRAW
            moved = replace(
                found,
                state=state,
                last_actor=actor.id,
                reason=reason,
                decided_by=found.decided_by if ends else actor.id,
                decided_at=found.decided_at if ends else tx.now,
                ended_at=tx.now if ends else None,
            )
            self.repository.put_grant(tx, moved)
            self.record(tx, actor, moved, event.value)
            return moved

    def find(self, actor: Actor, grant: str) -> SharingGrant:
        """Return a grant, for the people of its issuer. Raise `GrantUnknown` to others."""
        with self.store.reading() as view:
            found = self.require(view, grant)
        if found.issuer not in own(actor):
            raise GrantUnknown
        return found

    def list(self, actor: Actor, *, before: str | None = None, limit: int | None = None) -> tuple[SharingGrant, ...]:
        """Return what the authorities granted for which the actor is an officer or a reviewer, newest first.

        `before` is the last one of the page before.
        """
        with self.store.reading() as view:
            return self.repository.grants_of_issuers(view, own(actor), before=before, limit=limit)

    def granted_to(self, actor: Actor) -> tuple[SharingGrant, ...]:
        """Return what a client was ever granted."""
        with self.store.reading() as view:
            return self.repository.grants_of_client(view, actor.id)

    def counts(self, actor: Actor, kind: str) -> tuple[UseCount, ...]:
        """Return how often a type was asked about in the last 90 days, for its issuer: numbers, and nobody's name."""
        with self.store.reading() as view:
            found = self.catalogue.require(view, kind)
            if found.issuer not in own(actor):
                raise DutyMissing(duty=f"{Duty.LICENCE_OFFICER.value} / {Duty.LICENCE_REVIEWER.value}")
            rows = self.repository.counts(view, found.code, since=view.now - COUNTED)
        return tuple(UseCount(client=a, call=b, is_refused=c, count=d) for a, b, c, d in rows)

    # --- building blocks

    def require(self, view: Reading, name: str) -> SharingGrant:
        """Return a grant, or raise `GrantUnknown`."""
        found = self.repository.grant(view, name)
        if found is None:
            raise GrantUnknown
        return found

    def record(self, tx: Transaction, actor: Actor, grant: SharingGrant, event: str) -> None:
        """Put a step of a grant into the audit trail."""
        facts: dict[str, Fact] = {
            "client": grant.client,
            "types": ", ".join(one.code for one in grant.types),
            "calls": ", ".join(sorted(one.value for one in grant.calls)),
            "law": "" if grant.basis is None else grant.basis.law,
            "reason": grant.reason,
        }
        tx.record(AuditEvent(tag=f"sharing:{event}:done", actor=actor.id, subject=grant.id, facts=facts))


def own(actor: Actor) -> frozenset[str]:
    """Return the authorities of which the actor is an officer or a reviewer of licences."""
    return actor.organisations(Duty.LICENCE_OFFICER) | actor.organisations(Duty.LICENCE_REVIEWER)
