"""亮证: making a code for the holder's phone, checking it once, and telling the holder who did.

The code holds 128 random bits and nothing else. The database knows a keyed hash of them, so that nobody who reads it
can show anything. The first check consumes the code: of two at the same time exactly one gets the answer. The answer
says more than that of the printed code, since the holder shows it.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from identity.clients import ClientService
from identity.duties import Actor, Duty, Grant
from identity.errors import ClientUnknown, SubjectUnknown
from identity.holding import may_act, speaks_for
from identity.service import IdentityService
from identity.subject import Organisation
from licence.errors import LicenceUnknown
from licence.live.entries import LiveCode, LiveCodeState
from licence.live.errors import LiveCodeExpired, LiveCodeNotPossible, LiveCodeUnknown, LiveCodeUsed
from licence.live.repository import LiveCodeRepository
from licence.pictures.repository import PictureRepository
from licence.pictures.showing import pictures_in
from licence.records import Licence
from licence.repository import LicenceRepository
from licence.verification import Standing, VerificationService
from trust.errors import TrustError
from trust.events import AuditEvent
from trust.identifiers import new_id
from trust.store import Reading, Store, Transaction

__all__ = ["LiveAnswer", "LiveCodes", "MadeLiveCode", "MakeLiveCode", "SeenCode"]

SECRET: Final = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
"""128 bits in base64url: the last character has two of them."""

SECRET_BYTES: Final = 16
PHOTO: Final = "photo"
"""The field of a licence's data that is the holder's picture."""

KEPT: Final = timedelta(days=30)
"""For how long the holder sees who checked. The audit trail keeps it for good."""


@dataclass(frozen=True, kw_only=True)
class MakeLiveCode:
    """A code that is to be made."""

    licence: str
    """Our identifier of the licence, or its licence identifier."""

    holder: str | None = None
    """Whom a business system says it was asked by: the unified identifier of the holder."""

    purpose: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class MadeLiveCode:
    """A code with its address, which is shown once."""

    code: LiveCode
    address: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class LiveAnswer:
    """What a code answers to its first check."""

    code: LiveCode
    standing: Standing
    photo: str | None = field(default=None, repr=False)
    """The holder's picture as a data address, where the licence has one."""


@dataclass(frozen=True, kw_only=True)
class SeenCode:
    """How a code stands at a moment, for who watches it."""

    code: LiveCode
    checker: str
    """The name of who checked it; empty where nobody has, or somebody without one."""

    at: datetime

    @property
    def id(self) -> str:
        """Which code it is."""
        return self.code.id

    @property
    def state(self) -> LiveCodeState:
        """How it stands."""
        return self.code.state(self.at)

    @property
    def changes(self) -> int:
        """How often it has changed: once, when it is checked or expires."""
        return int(self.has_ended)

    @property
    def has_ended(self) -> bool:
        """Whether it stands so for good."""
        return self.state is not LiveCodeState.WAITING


class LiveCodes:
    """The use cases of live codes."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        clients: ClientService,
        licences: LicenceRepository,
        repository: LiveCodeRepository,
        verification: VerificationService,
        address: str,
        lifetime: timedelta,
    ) -> None:
        self.store = store
        self.identity = identity
        self.clients = clients
        self.licences = licences
        self.repository = repository
        self.pictures = PictureRepository(repository.protection)
        self.verification = verification
        self.address = address
        """Where a code leads, without its secret and with a slash at the end."""

        self.lifetime = lifetime

    def make(self, actor: Actor, command: MakeLiveCode) -> MadeLiveCode:
        """Make a code for a licence of the holder's, or for the holder's phone by a business system of the issuer's.

        Raise `LicenceUnknown`, also for a licence that is not the actor's to show, or `LiveCodeNotPossible`.
        """
        secret = secrets.token_urlsafe(SECRET_BYTES)
        with self.store.transaction() as tx:
            licence = self.licences.get(tx, command.licence) or self.licences.by_identifier(tx, command.licence)
            if licence is None or not self.may_show(tx, actor, licence, command.holder):
                raise LicenceUnknown
            standing = self.verification.standing(tx, licence)
            if not standing.is_in_force:
                raise LiveCodeNotPossible(state="expired" if standing.expired else licence.state.value)
            code = LiveCode(
                id=new_id("live", at=tx.now),
                licence=licence.id,
                holder=licence.holder,
                maker=actor.id,
                purpose=command.purpose,
                made_at=tx.now,
                expires_at=tx.now + self.lifetime,
            )
            self.repository.add(tx, code, secret=secret)
            facts = {"licence": licence.id, "holder": licence.holder}
            tx.record(AuditEvent(tag="live_code:make:done", actor=actor.id, subject=code.id, facts=facts))
        return MadeLiveCode(code=code, address=self.address + secret)

    def may_show(self, view: Reading, actor: Actor, licence: Licence, holder: str | None) -> bool:
        """Tell whether an actor may show a licence: who speaks for its holder, or whom the holder has asked.

        A business system of the issuer's, which issued the licence and knows all of it, names the holder that asked:
        one who may act, for who is frozen asks for nothing.
        """
        if Grant(Duty.BUSINESS_SYSTEM, licence.issuer) in actor.grants:
            return holder in self.names(view, licence) and may_act(self.identity, view, licence.holder)
        is_own = speaks_for(self.identity, view, actor, licence.holder) is not None
        return is_own and holder in (None, *self.names(view, licence))

    def names(self, view: Reading, licence: Licence) -> tuple[str, ...]:
        """Return every identifier of a licence's holder."""
        return self.identity.names_of(view, licence.holder)

    def check(self, checker: Actor | None, secret: str) -> LiveAnswer:
        """Check a code, by somebody with a name or without. It answers once.

        Raise `LiveCodeUnknown`, `LiveCodeExpired` or `LiveCodeUsed`.
        """
        if not SECRET.fullmatch(secret):
            raise LiveCodeUnknown
        with self.store.reading() as view:  # first, so that nobody who writes waits for who guesses
            if not self.repository.is_known(view, secret):
                raise LiveCodeUnknown
        with self.store.transaction() as tx:
            code = self.repository.hold(tx, secret)
            answer = LiveCodeUnknown() if code is None else self.answer(tx, code, checker)
        if isinstance(answer, TrustError):
            raise answer
        return answer

    def answer(self, tx: Transaction, code: LiveCode, checker: Actor | None) -> LiveAnswer | TrustError:
        """Consume a code, or return why it does not answer. Either way it is on record who asked."""
        who = None if checker is None else checker.id
        refusal: TrustError | None = None
        if code.checked_at is not None:
            refusal = LiveCodeUsed()
        elif tx.now >= code.expires_at:
            refusal = LiveCodeExpired()
        if refusal is not None:
            facts = {"reason": refusal.code}
            tx.record(AuditEvent(tag="live_code:check:refused", actor=who or "anybody", subject=code.id, facts=facts))
            return refusal
        licence = self.licences.get(tx, code.licence)
        if licence is None:  # pragma: no cover - a foreign key holds it
            return LiveCodeUnknown()
        self.repository.consume(tx, code.id, checker=who)
        facts = {"licence": licence.id, "state": licence.state.value}
        tx.record(AuditEvent(tag="live_code:check:done", actor=who or "anybody", subject=code.id, facts=facts))
        return LiveAnswer(code=code, standing=self.verification.standing(tx, licence), photo=self.photo(tx, licence))

    def photo(self, view: Reading, licence: Licence) -> str | None:
        """Return the picture of a licence's holder as a data address, where its type has one and it was given."""
        fields = self.verification.catalogue.version(view, licence.type, licence.type_version).fields
        found = pictures_in(self.pictures, view, fields, licence.data).get(PHOTO)
        return None if found is None else found.address

    def look(self, actor: Actor, name: str) -> SeenCode:
        """Return how a code stands, for its maker and whoever speaks for its holder. Raise `LiveCodeUnknown`."""
        with self.store.reading() as view:
            code = self.repository.get(view, name)
            if code is None:
                raise LiveCodeUnknown
            if actor.id != code.maker and speaks_for(self.identity, view, actor, code.holder) is None:
                raise LiveCodeUnknown
            return self.seen(view, code)

    def named(self, names: frozenset[str]) -> dict[str, SeenCode]:
        """Return how codes stand by their names, for those who were let look at each."""
        with self.store.reading() as view:
            return {one.id: self.seen(view, one) for one in self.repository.named(view, names)}

    def seen(self, view: Reading, code: LiveCode) -> SeenCode:
        """Return how a code stands now."""
        checker = "" if code.checker is None else self.name_of(view, code.checker)
        return SeenCode(code=code, checker=checker, at=view.now)

    def name_of(self, view: Reading, checker: str) -> str:
        """Return the name of a person, or of a business system with its organisation."""
        try:
            client = self.clients.require_client(view, checker)
        except ClientUnknown:
            try:
                person = self.identity.require_subject(view, checker)
            except SubjectUnknown:  # pragma: no cover - nobody is ever deleted
                return checker
            return person.name if isinstance(person, Organisation) else person.name.value
        return f"{self.identity.require_organisation(view, client.organisation).name} · {client.name}"

    def tidy(self) -> int:
        """Forget the codes whose end is long past; return how many those were."""
        with self.store.reading() as view:
            before = view.now - KEPT
            if not self.repository.has_any(view, before=before):
                return 0
        with self.store.transaction() as tx:
            count = self.repository.forget(tx, before=before)
            facts = {"count": count}
            tx.record(AuditEvent(tag="live_code:forget:done", actor="system", subject="live-codes", facts=facts))
        return count
