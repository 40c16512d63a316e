"""Enrolling 绑定: a person adds with what to come back, and takes away what was lost.

What is enrolled is worth no more than the session that enrols it: an account whose person has something strong gets
nothing further in a weak session. The first one is enrolled within a day of choosing the password, when the activation
code has just been handed over; later it takes a new code, and with it the counter.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from identity.authentication.authenticators import Authenticator, AuthenticatorKind, Held, HeldCertificate, OneTimeCodes
from identity.authentication.one_time_codes import address_of, find_step, new_secret
from identity.authentication.passkeys import Passkey
from identity.authentication.questions import Occasion, octets_of
from identity.authentication.signing_in import CertificateAnswer, PasskeyAnswer, SignIn
from identity.duties import Actor
from identity.errors import (
    AccountUnknown,
    AuthenticatorExists,
    AuthenticatorUnknown,
    CredentialsWrong,
    EnrolmentClosed,
)
from identity.levels import Level, strength
from identity.notices.notices import NoticeKind, tell
from identity.repository import Account
from trust.errors import Conflict
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Reading, Transaction

__all__ = ["AuthenticatorIsLast", "Enrolment", "NewCodes"]

FIRST: Final = timedelta(days=1)
"""For how long after choosing the password the first authenticator may be enrolled."""


class AuthenticatorIsLast(Conflict):
    """The last authenticator stays: without one the person could enrol no other. Add another one first."""

    code = "identity.authenticator_is_last"


@dataclass(frozen=True, kw_only=True)
class NewCodes:
    """The secret of an app for one-time codes, as it is shown once."""

    secret: str = field(repr=False)
    address: str = field(repr=False)
    """`otpauth:` address, to be scanned."""


class Enrolment:
    """Adds and takes away authenticators."""

    def __init__(self, sign_in: SignIn) -> None:
        self.sign_in = sign_in
        self.store = sign_in.store
        self.repository = sign_in.repository
        self.questions = sign_in.questions

    def of(self, actor: Actor) -> tuple[Authenticator, ...]:
        """Return with what somebody comes back."""
        with self.store.reading() as view:
            return self.repository.of_person(view, actor.id)

    # --- one-time codes

    def new_codes(self, actor: Actor) -> NewCodes:
        """Return a secret for an app. Nothing is kept before a code of it has been shown. Raise as `require_open`."""
        with self.store.reading() as view:
            account = self.require_open(view, actor)
        secret = new_secret()
        return NewCodes(secret=secret, address=address_of(secret, name=account.username or account.id))

    def add_codes(self, actor: Actor, *, secret: str, code: str, name: str) -> Authenticator:
        """Enrol an app that has shown its first code. Raise `CredentialsWrong`, and as `require_open`."""
        with self.store.transaction() as tx:
            self.require_open(tx, actor)
            step = find_step(secret, code, at=tx.now, after=0) if is_secret(secret) else None
            if step is None:
                raise CredentialsWrong
            return self.add(tx, actor, OneTimeCodes(secret=secret, last_step=step), name=name)

    # --- passkeys and certificates

    def ask(self, actor: Actor) -> str:
        """Return a question for a key that is to be enrolled. Raise as `require_open`."""
        with self.store.transaction() as tx:
            self.require_open(tx, actor)
            tx.record(AuditEvent(tag="authenticator:add:asked", actor=actor.id, subject=actor.id))
            return self.questions.ask(tx, Occasion.ENROL, person=actor.id)

    def passkey_options(self, actor: Actor, question: str) -> dict[str, Any]:
        """Return what a browser is asked with to make a passkey that answers `question`. Raise as `require_open`."""
        with self.store.reading() as view:
            account = self.require_open(view, actor)
            known = [one.held for one in self.repository.of_person(view, actor.id)]
        return self.sign_in.relying_party.options_to_make(
            octets_of(question),
            account=account.id,
            username=account.username or account.id,
            known=tuple(one.credential for one in known if isinstance(one, Passkey)),
        )

    def add_key(self, actor: Actor, answer: PasskeyAnswer | CertificateAnswer, *, name: str) -> Authenticator:
        """Enrol a key that has answered. Raise `CredentialsWrong`, `AuthenticatorExists`, and as `require_open`."""
        with self.store.transaction() as tx:
            self.require_open(tx, actor)
            is_asked = self.is_asked(tx, actor, answer.question)
            tx.record(AuditEvent(tag="authenticator:add:answered", actor=actor.id, subject=actor.id))
        if not is_asked:
            raise CredentialsWrong
        with self.store.transaction() as tx:
            self.require_open(tx, actor)
            return self.add(tx, actor, self.answered(tx, answer), name=name)

    def answered(self, view: Reading, answer: PasskeyAnswer | CertificateAnswer) -> Held:
        """Return the key that answered. Raise `CredentialsWrong`."""
        match answer:
            case PasskeyAnswer():
                challenge = octets_of(answer.question)
                return self.sign_in.relying_party.made(answer.credential, challenge=challenge)
            case CertificateAnswer():
                return HeldCertificate(self.sign_in.proven(view, answer))

    def is_asked(self, tx: Transaction, actor: Actor, question: str) -> bool:
        """Tell whether this person was asked a question, which is spent by it."""
        try:
            self.questions.require_asked(tx, question, Occasion.ENROL, person=actor.id)
        except CredentialsWrong:
            return False
        return True

    # --- all of them

    def add(self, tx: Transaction, actor: Actor, held: Held, *, name: str) -> Authenticator:
        """Keep an authenticator."""
        if self.is_known(tx, held):
            raise AuthenticatorExists
        name_of_it = new_id("auth", at=tx.now)
        one = Authenticator(id=name_of_it, person=actor.id, name=name, held=held, added_at=tx.now, used_at=None)
        self.repository.add(tx, one)
        facts: dict[str, Fact] = {"authenticator": one.id, "kind": one.kind.value, "level": actor.level.value}
        tx.record(AuditEvent(tag="authenticator:add:done", actor=actor.id, subject=actor.id, facts=facts))
        tell(tx, actor.id, NoticeKind.AUTHENTICATOR_ADDED, {"kind": one.kind.value})
        return one

    def is_known(self, view: Reading, held: Held) -> bool:
        """Tell whether a key is enrolled already, by this person or by another."""
        match held:
            case OneTimeCodes():
                return False
            case Passkey():
                return self.repository.by_lookup(view, AuthenticatorKind.PASSKEY, held.credential.hex()) is not None
            case HeldCertificate():
                name = held.certificate.fingerprint
                return self.repository.by_lookup(view, AuthenticatorKind.CERTIFICATE, name) is not None

    def remove(self, actor: Actor, name: str) -> None:
        """Take an authenticator away.

        Never the last one: with the password alone nobody enrols another. Who has lost it recovers the account.
        Raise `AuthenticatorUnknown`, `LevelTooLow`, `AuthenticatorIsLast`.
        """
        with self.store.transaction() as tx:
            one, known = self.require_own(tx, actor, name)
            if len(known) == 1:
                raise AuthenticatorIsLast
            self.repository.remove(tx, one.id)
            facts: dict[str, Fact] = {"authenticator": name, "kind": one.kind.value}
            tx.record(AuditEvent(tag="authenticator:remove:done", actor=actor.id, subject=actor.id, facts=facts))
            tell(tx, actor.id, NoticeKind.AUTHENTICATOR_REMOVED, {"kind": one.kind.value})

    def rename(self, actor: Actor, name: str, *, called: str) -> Authenticator:
        """Call an authenticator by another name. Raise `AuthenticatorUnknown`, `LevelTooLow`."""
        with self.store.transaction() as tx:
            one, _ = self.require_own(tx, actor, name)
            self.repository.rename(tx, one, called)
            facts: dict[str, Fact] = {"authenticator": name}
            tx.record(AuditEvent(tag="authenticator:rename:done", actor=actor.id, subject=actor.id, facts=facts))
            return replace(one, name=called)

    def require_own(self, tx: Transaction, actor: Actor, name: str) -> tuple[Authenticator, tuple[Authenticator, ...]]:
        """Return an authenticator of a person whose session proves enough to change it, and all of that person.

        Whoever asks has the account alone until `tx` ends: of two that are taken away at the same time, one stays.
        Raise `AuthenticatorUnknown`, `LevelTooLow`.
        """
        self.sign_in.accounts.account_alone_of(tx, actor.id)
        known = self.repository.of_person(tx, actor.id)
        found = next((one for one in known if one.id == name), None)
        if found is None:
            raise AuthenticatorUnknown
        self.require_level(tx, actor, known)
        return found, known

    def require_open(self, view: Reading, actor: Actor) -> Account:
        """Return the account of a person who may enrol something now.

        Raise `LevelTooLow` where the person has something stronger than what this session was begun with,
        `EnrolmentClosed` where the first authenticator comes too late, `AccountUnknown`.
        """
        account = self.sign_in.accounts.account(view, person=actor.id)
        if account is None or actor.is_client:
            raise AccountUnknown
        known = self.repository.of_person(view, actor.id)
        if known:
            self.require_level(view, actor, known)
        elif account.activated_at is None or view.now >= account.activated_at + FIRST:
            raise EnrolmentClosed
        return account

    def require_level(self, view: Reading, actor: Actor, known: tuple[Authenticator, ...]) -> None:
        """Return if the actor's session proves as much as the strongest authenticator can, else raise `LevelTooLow`."""
        person = self.sign_in.identity.require_person(view, actor.id)
        proven = Level.NONE if person.assurance is None else Level(person.assurance.level)
        needed = min(proven, max(strength({one.held.factor}) for one in known))
        actor.require_level(needed)


SECRET_LENGTH: Final = 32
ALPHABET: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def is_secret(text: str) -> bool:
    """Tell whether a text is a secret as `new_secret` makes them."""
    return len(text) == SECRET_LENGTH and set(text) <= ALPHABET
