"""Recovering an account oneself 自助找回: a document and a live face, and then waiting.

Whoever asks for it shows nothing of this house and gets nothing of it: a number that nobody has here is taken to the
provider just the same, and its bearer learns that there is no account only once the provider knows the bearer for
the person. While the recovery waits, its owner is told in every session that is still open and by the outbox, and can
stop it. What comes of it is worth L2 at most for a while: a stolen face is not to manage seals the next day.
"""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from identity import recording
from identity.authentication.attempts import KnownDevices
from identity.citizen_number import CitizenNumber
from identity.duties import Actor
from identity.errors import AccountUnknown
from identity.levels import Level
from identity.lifecycle import SubjectUse
from identity.notices.notices import NoticeKind, tell
from identity.proofing import repository as proofings
from identity.proofing.proofing import Method
from identity.proofing.provider import Claimed, Outcome
from identity.proving.asking import OPEN_FOR, ProviderDesk
from identity.proving.orders import Purpose
from identity.recovery import repository
from identity.recovery.recovery import LIFECYCLE, Recovery, RecoveryEvent, RecoveryState, RecoveryUnknown
from identity.recovery.reopening import Reopening
from identity.service import IdentityService
from identity.subject import Person, PersonName
from identity.tokens import SECRET_BYTES, IssuedToken, digest_of
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Reading, Store, Transaction

__all__ = ["AskToRecover", "Begun", "RecoveryByProvider", "RecoveryTimes"]

PREFIX: Final = "xy_"
NOBODY: Final = "nobody"
KNOWN_DEVICE: Final = "known device"
"""Where all devices come from on which an account is known: they have one count together."""

MOST: Final = 20


@dataclass(frozen=True, kw_only=True)
class RecoveryTimes:
    """How long recoveries wait, and what follows."""

    wait: timedelta = timedelta(hours=24)
    """Between the proofing and the code, while the owner can stop it."""

    collect: timedelta = timedelta(days=7)
    """For how long the code can be had after that."""

    capped: timedelta = timedelta(days=30)
    """For how long the person has L2 at most, unless there is a visit to the counter before."""


@dataclass(frozen=True, kw_only=True)
class AskToRecover:
    """Who says to own an account. It shows itself without personal data."""

    name: str = field(repr=False)
    citizen_number: str = field(repr=False)
    network: str = field(default="", repr=False)
    """Where the request comes from: what is asked from elsewhere with the same number is counted apart."""

    device: str = field(default="", repr=False)
    """What the device was given at the last login: where the account is known there is a count beside the network's."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A recovery that has begun: the secret is shown once, to whoever asked."""

    recovery: Recovery
    secret: str = field(repr=False)
    address: str = field(repr=False)
    expires_at: datetime


class RecoveryByProvider:
    """The use cases of persons who have lost the way in."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        reopening: Reopening,
        desk: ProviderDesk,
        devices: KnownDevices,
        times: RecoveryTimes,
    ) -> None:
        self.store = store
        self.identity = identity
        self.reopening = reopening
        self.desk = desk
        self.devices = devices
        self.times = times

    # --- of who has lost it

    def begin(self, command: AskToRecover) -> Begun:
        """Begin a recovery; the applicant goes on at the provider's.

        Raise `PersonNameMalformed`, `CitizenNumberMalformed`, `NoProvider`, `TooManyProofings`,
        `ProviderUnavailable`, `ProviderAnswerRefused`: all of them alike whether there is an account or not.
        """
        name = PersonName(command.name.strip())
        secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        with self.store.transaction() as tx:
            number = CitizenNumber.parse(command.citizen_number, today=tx.now.date())
            owner = self.owner(tx, name, number)
            networks = (
                [command.network, KNOWN_DEVICE] if self.is_known(tx, owner, command.device) else [command.network]
            )
            order = self.desk.ask(
                tx,
                applicant=self.desk.repository.applicant(number.value),
                purpose=Purpose.RECOVERY,
                method=Method.REMOTE,
                claimed=Claimed(name=name.value, number=number.value),
                origins=[self.desk.repository.origin(one) for one in networks],
            )
            recovery = Recovery(
                id=new_id("rcv", at=tx.now),
                person=owner,
                digest=digest_of(secret),
                proofing_order=order.id,
                begun_at=tx.now,
                ends_at=tx.now + OPEN_FOR,
            )
            repository.add(tx, recovery)
            facts: dict[str, Fact] = {"order": order.id}
            tx.record(AuditEvent(tag="recovery:begin:asked", actor=NOBODY, subject=recovery.id, facts=facts))
        opened = self.desk.begin(order, actor=NOBODY)
        return Begun(recovery=recovery, secret=secret, address=opened.address, expires_at=opened.expires_at)

    def owner(self, view: Reading, name: PersonName, number: CitizenNumber) -> str | None:
        """Return whose account a recovery is about, if there is one, in the same steps whether there is or not."""
        person = self.identity.repository.person_by_number(view, number)
        account = self.identity.repository.account(view, person=NOBODY if person is None else person.id)
        if person is None or account is None or person.name != name:
            return None
        return person.id

    def is_known(self, view: Reading, owner: str | None, device: str) -> bool:
        """Tell whether the owner of an account has logged in on a device; the same work where there is no account."""
        account = self.identity.repository.account(view, person=owner or NOBODY)
        username = "" if account is None or account.username is None else account.username
        is_known = self.devices.is_known(username, device, now=view.now)
        return is_known and username != ""

    def knows(self, command: AskToRecover) -> bool:
        """Tell whether somebody asks for an account from a device on which it is known, before it is asked for.

        Raise `PersonNameMalformed`, `CitizenNumberMalformed`.
        """
        name = PersonName(command.name.strip())
        with self.store.reading() as view:
            number = CitizenNumber.parse(command.citizen_number, today=view.now.date())
            return self.is_known(view, self.owner(view, name, number), command.device)

    def named(self, secret: str) -> str:
        """Return which recovery a secret belongs to, or nothing."""
        with self.store.reading() as view:
            found = repository.by_digest(view, digest_of(secret))
        return "" if found is None else found.id

    def complete(self, secret: str) -> Recovery:
        """Ask what the provider says, and begin to wait. One that waits for its applicant is returned as it is.

        Raise `RecoveryUnknown`, `ProofingClosed`, `ProviderUnavailable`, `ProviderAnswerRefused`.
        """
        with self.store.reading() as view:
            recovery = self.require(view, secret)
            order = self.desk.repository.find(view, recovery.proofing_order)
        if recovery.state is not RecoveryState.ASKED or order is None:
            return recovery
        answer = self.desk.result(order)
        if answer.outcome is Outcome.PENDING:
            return recovery
        with self.store.transaction() as tx:
            answered = self.desk.settle(tx, order, answer)
            is_proven = answered.level >= Level.HIGH
            event = RecoveryEvent.PROVE if is_proven else RecoveryEvent.REFUSE
            ended = replace(recovery, state=LIFECYCLE.after(recovery.state, event))
            if is_proven:
                ready_at = tx.now + self.times.wait
                ended = replace(ended, ready_at=ready_at, ends_at=ready_at + self.times.collect)
            repository.put(tx, ended)
            if is_proven and ended.person is not None:
                person = self.identity.require_person(tx, ended.person)
                made = answered.proofing(person.id, lifetimes=self.identity.lifetimes)
                recording.record(self.identity.repository, tx, person, made, by=person.id)
                until = (tx.now + self.times.wait).isoformat()
                tell(tx, person.id, NoticeKind.RECOVERY_WAITING, {"recovery": ended.id, "until": until})
            tag = f"recovery:prove:{'done' if is_proven else 'refused'}"
            tx.record(AuditEvent(tag=tag, actor=ended.person or NOBODY, subject=ended.id))
            return ended

    def code(self, secret: str) -> IssuedToken:
        """Return the activation code after the wait. Every session and authenticator of before has ended with it.

        Raise `RecoveryUnknown`, `RecoveryNotReady`; `AccountUnknown` or `SubjectNotActive`, which only the person
        learns that the number belongs to.
        """
        with self.store.transaction() as tx:
            recovery = self.require(tx, secret)
            recovery.require_ready(tx.now)
            if recovery.person is None:
                raise AccountUnknown
            person = self.identity.require_person(tx, recovery.person)
            person.require(SubjectUse.ACT)
            repository.put(tx, replace(recovery, state=LIFECYCLE.after(recovery.state, RecoveryEvent.FINISH)))
            issued = self.reopening.reopen(tx, person.id, by=person.id)
            self.hold_down(tx, person, recovery)
            return issued

    def hold_down(self, tx: Transaction, person: Person, recovery: Recovery) -> None:
        """Cap what the recovered account is worth, tell its owner, and record it."""
        until = tx.now + self.times.capped
        proofings.cap(tx, person.id, Level.SUBSTANTIAL, until=until, reason=recovery.id)
        tell(tx, person.id, NoticeKind.RECOVERY_DONE, {"recovery": recovery.id, "until": until.isoformat()})
        facts: dict[str, Fact] = {"recovery": recovery.id, "level": Level.SUBSTANTIAL.value, "until": until.isoformat()}
        tx.record(AuditEvent(tag="account:recover:done", actor=person.id, subject=person.id, facts=facts))

    # --- of who owns it

    def of(self, actor: Actor) -> tuple[Recovery, ...]:
        """Return the recoveries of somebody's account, the newest first."""
        with self.store.reading() as view:
            return repository.of_person(view, actor.id, limit=MOST)

    def stop(self, actor: Actor, name: str) -> Recovery:
        """Stop the recovery of one's own account. Raise `RecoveryUnknown`, `EventNotPossible`."""
        with self.store.transaction() as tx:
            found = repository.find(tx, name)
            if found is None or found.person != actor.id:
                raise RecoveryUnknown
            stopped = replace(found, state=LIFECYCLE.after(found.state, RecoveryEvent.STOP))
            repository.put(tx, stopped)
            tell(tx, actor.id, NoticeKind.RECOVERY_STOPPED, {"recovery": found.id})
            facts: dict[str, Fact] = {"recovery": found.id}
            tx.record(AuditEvent(tag="account:recover:stopped", actor=actor.id, subject=actor.id, facts=facts))
            return stopped

    # --- building blocks

    def require(self, view: Reading, secret: str) -> Recovery:
        """Return the recovery that a secret belongs to, or raise `RecoveryUnknown`."""
        found = repository.by_digest(view, digest_of(secret))
        if found is None:
            raise RecoveryUnknown
        return found
