"""Coming back 登录: with a password, a one-time code beside it, a passkey, or a certificate; and stepping up.

Whatever is wrong, the answer is `CredentialsWrong`. A session that steps up is another session: its secret changes, so
that who knew the weaker one has nothing (OWASP, session fixation).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any, Final

from identity import token_repository
from identity.access import AccessService, shortened
from identity.authentication.attempts import Attempts
from identity.authentication.authenticators import Authenticator, AuthenticatorKind, HeldCertificate, OneTimeCodes
from identity.authentication.one_time_codes import find_step
from identity.authentication.passkeys import PASSKEY_OF_NOBODY, Passkey, RelyingParty, credential_of
from identity.authentication.questions import Occasion, Questions, octets_of, signed_text
from identity.authentication.repository import AuthenticationRepository
from identity.binding import UNBOUND, Binding
from identity.duties import Actor
from identity.errors import CredentialsWrong, SubjectNotActive
from identity.levels import Factor
from identity.lifecycle import PERMITS, SubjectUse
from identity.notices.notices import NoticeKind, tell
from identity.passwords import Lane, is_username
from identity.repository import Account, IdentityRepository
from identity.service import IdentityService
from identity.tokens import IssuedToken
from trust.certificates import Certificate
from trust.errors import TrustError
from trust.events import AuditEvent, Fact
from trust.store import Reading, Store, Transaction

__all__ = ["CertificateAnswer", "CertificateCheck", "LogIn", "PasskeyAnswer", "SignIn", "SignedIn"]

CertificateCheck = Callable[[Reading, Certificate], bool]
"""Tells whether a certificate leads to an authority that is trusted for persons, and is in force now."""

NOBODY: Final = "nobody"
MAX_USERNAME: Final = 64


@dataclass(frozen=True, kw_only=True)
class LogIn:
    """What somebody says to come back with a password."""

    username: str
    password: str = field(repr=False)
    code: str = field(default="", repr=False)
    """One-time code, where the person has an app for them."""

    device: str = field(default="", repr=False)
    """What this device was given the last time."""

    agent: str = ""
    bound: Binding = UNBOUND
    """What the session is to be bound to."""


@dataclass(frozen=True, kw_only=True)
class PasskeyAnswer:
    """The answer of a browser to a question."""

    question: str = field(repr=False)
    credential: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CertificateAnswer:
    """The answer of a certificate's key to a question."""

    question: str = field(repr=False)
    certificate: bytes
    """In DER."""

    signature: bytes = field(repr=False)


Answer = PasskeyAnswer | CertificateAnswer


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A session that has begun, and what the device keeps for the next time."""

    token: IssuedToken
    device: str = field(default="", repr=False)


class SignIn:
    """Lets persons come back."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        access: AccessService,
        accounts: IdentityRepository,
        repository: AuthenticationRepository,
        attempts: Attempts,
        relying_party: RelyingParty,
        is_trusted: CertificateCheck,
    ) -> None:
        self.store = store
        self.identity = identity
        self.access = access
        self.accounts = accounts
        self.repository = repository
        self.questions = Questions(repository)
        self.attempts = attempts
        self.relying_party = relying_party
        self.is_trusted = is_trusted

    # --- with a password

    def log_in(self, asked: LogIn) -> SignedIn:
        """Begin a session with username and password, and a one-time code where one is told.

        Raise `CredentialsWrong` whatever is wrong, after the same work; `TooManyAttempts`, `PasswordsBusy`;
        `SubjectNotActive` for who knows the password and may not act: this is told to nobody else.
        """
        username = asked.username if is_username(asked.username) else ""
        with self.store.transaction() as tx:
            account = self.accounts.account_by_username(tx, username) if username else None
            called = asked.username[:MAX_USERNAME]
            origin = self.attempts.origin(called, asked.device, now=tx.now)
            key = self.attempts.key(called, origin)
            self.attempts.count(tx, key)
            who = NOBODY if account is None else account.person
            tx.record(AuditEvent(tag="session:begin:tried", actor=who, subject=who))
        lane = Lane.KNOWN if origin else Lane.STRANGER
        password_hash = None if account is None else account.password_hash
        holds = self.access.passwords.holds(password_hash, asked.password, lane=lane)
        if account is None or password_hash is None or not holds:
            raise self.refused(who)
        return self.begun(account, asked, key=key, renewed=self.access.passwords.renewed(password_hash, asked.password))

    def begun(self, account: Account, asked: LogIn, *, key: str, renewed: str | None) -> SignedIn:
        """Begin the session of who knows the password, if the one-time code is right as well.

        The account is held meanwhile: a password that was changed since it was checked opens nothing, and whoever
        changes it next ends this session too.
        """
        with self.store.transaction() as tx:
            person = self.identity.require_person(tx, account.person)
            held = self.accounts.account_alone(tx, account.id)
            is_wrong = held is None or held.password_hash != account.password_hash
            factors = {Factor.PASSWORD}
            if not is_wrong and asked.code:
                factors |= {Factor.ONE_TIME_CODE} if self.use_code(tx, person.id, asked.code) else set()
                is_wrong = Factor.ONE_TIME_CODE not in factors
            if not is_wrong and SubjectUse.ACT in PERMITS[person.state]:
                self.attempts.succeeded(tx, key)
                if renewed is not None:
                    self.accounts.put_password(tx, account, renewed)
                if key == self.attempts.key(asked.username, ""):
                    tell(tx, person.id, NoticeKind.NEW_DEVICE, {"agent": shortened(asked.agent)})
                token = self.access.add_session(tx, person, factors, agent=asked.agent, bound=asked.bound)
                return SignedIn(token=token, device=self.attempts.devices.token(asked.username, now=tx.now))
            tx.record(AuditEvent(tag="session:begin:refused", actor=person.id, subject=person.id))
        if is_wrong:
            raise CredentialsWrong
        raise SubjectNotActive(subject=person.id, state=person.state.value)

    def use_code(self, tx: Transaction, person: str, code: str) -> bool:
        """Tell whether a one-time code is right, and let it be right only once."""
        for one in self.repository.of_person(tx, person):
            if isinstance(one.held, OneTimeCodes):
                step = find_step(one.held.secret, code, at=tx.now, after=one.held.last_step)
                if step is not None:
                    self.repository.used(tx, one, replace(one.held, last_step=step))
                    return True
        return False

    # --- with a key

    def ask(self) -> str:
        """Return a question that a passkey or the key of a certificate is to answer."""
        with self.store.transaction() as tx:
            question = self.questions.ask(tx, Occasion.LOG_IN)
            tx.record(AuditEvent(tag="session:begin:asked", actor=NOBODY, subject=NOBODY))
            return question

    def answer(self, answer: Answer, *, agent: str = "", bound: Binding = UNBOUND) -> SignedIn:
        """Begin a session with the answer of a key. Raise `CredentialsWrong`, `SubjectNotActive`."""
        shown = self.shown(answer)
        with self.store.transaction() as tx:
            person = self.identity.require_person(tx, shown.person)
            if SubjectUse.ACT in PERMITS[person.state]:
                token = self.access.add_session(tx, person, {shown.held.factor}, agent=agent, bound=bound)
                return SignedIn(token=token, device=self.device(tx, person.id))
            tx.record(AuditEvent(tag="session:begin:refused", actor=person.id, subject=person.id))
        raise SubjectNotActive(subject=person.id, state=person.state.value)

    def device(self, view: Reading, person: str) -> str:
        """Return what a device keeps on which somebody has come in without telling a username."""
        account = self.accounts.account(view, person=person)
        username = None if account is None else account.username  # whoever has an authenticator has both
        return "" if username is None else self.attempts.devices.token(username, now=view.now)

    def shown(self, answer: Answer) -> Authenticator:
        """Return the authenticator by which a question was answered. Raise `CredentialsWrong`.

        The question is spent, whatever comes of it: no transaction that fails may give it back.
        """
        found: Authenticator | None = None
        with self.store.transaction() as tx:
            try:
                self.questions.require_asked(tx, answer.question, Occasion.LOG_IN)
                found = self.checked(tx, answer)
                self.repository.used(tx, found, found.held)
            except CredentialsWrong:
                tx.record(AuditEvent(tag="session:begin:refused", actor=NOBODY, subject=NOBODY))
            else:
                facts: dict[str, Fact] = {"authenticator": found.id}
                tx.record(
                    AuditEvent(tag="authenticator:use:done", actor=found.person, subject=found.person, facts=facts)
                )
        if found is None:
            raise CredentialsWrong
        return found

    def checked(self, tx: Transaction, answer: Answer) -> Authenticator:
        """Return the authenticator that answered rightly, as it stands now. Raise `CredentialsWrong`."""
        match answer:
            case PasskeyAnswer():
                return self.checked_passkey(tx, answer)
            case CertificateAnswer():
                return self.checked_certificate(tx, answer)

    def checked_passkey(self, tx: Transaction, answer: PasskeyAnswer) -> Authenticator:
        """Return the passkey that answered."""
        name = credential_of(answer.credential)
        found = self.repository.by_lookup(tx, AuthenticatorKind.PASSKEY, name.hex())
        held = PASSKEY_OF_NOBODY if found is None or not isinstance(found.held, Passkey) else found.held
        shown = self.relying_party.shown(answer.credential, held, challenge=octets_of(answer.question))
        if found is None or held is PASSKEY_OF_NOBODY:  # after the same work
            raise CredentialsWrong
        return replace(found, held=shown)

    def checked_certificate(self, tx: Transaction, answer: CertificateAnswer) -> Authenticator:
        """Return the certificate whose key answered, which must still lead to an authority."""
        certificate = self.proven(tx, answer)
        found = self.repository.by_lookup(tx, AuthenticatorKind.CERTIFICATE, certificate.fingerprint)
        if found is None or not isinstance(found.held, HeldCertificate):
            raise CredentialsWrong
        return found

    def proven(self, view: Reading, answer: CertificateAnswer) -> Certificate:
        """Return the certificate of an answer if its key has signed the question. Raise `CredentialsWrong`."""
        try:
            certificate = Certificate(answer.certificate)
            text = signed_text(answer.question, origin=self.relying_party.origin)
            certificate.verify_message(answer.signature, text)
        except TrustError:
            raise CredentialsWrong from None
        if not self.is_trusted(view, certificate):
            raise CredentialsWrong
        return certificate

    # --- stepping up

    def step_up(self, actor: Actor, further: str | Answer, *, agent: str = "") -> SignedIn:
        """Show a further factor in a session, which is replaced by a stronger one. `further` may be a one-time code.

        Raise `CredentialsWrong`, `TooManyAttempts`.
        """
        if isinstance(further, str):
            return self.step_up_by_code(actor, further, agent=agent)
        found = self.shown(further)
        if found.person != actor.id:
            raise self.refused(actor.id)
        with self.store.transaction() as tx:
            return self.replaced(tx, actor, {found.held.factor}, agent=agent)

    def step_up_by_code(self, actor: Actor, code: str, *, agent: str) -> SignedIn:
        """Show a one-time code in a session. Guessing is slow here too."""
        with self.store.transaction() as tx:
            key = self.attempts.key(f"step up {actor.id}", "")
            self.attempts.count(tx, key)
            tx.record(AuditEvent(tag="session:step_up:tried", actor=actor.id, subject=actor.id))
        with self.store.transaction() as tx:
            if self.use_code(tx, actor.id, code):
                self.attempts.succeeded(tx, key)
                return self.replaced(tx, actor, {Factor.ONE_TIME_CODE}, agent=agent)
        raise self.refused(actor.id)

    def replaced(self, tx: Transaction, actor: Actor, further: Collection[Factor], *, agent: str) -> SignedIn:
        """Put a session with more factors in the place of the actor's, bound as that one was.

        Raise `CredentialsWrong` where it has ended.
        """
        before = token_repository.session(tx, actor.session, person=actor.id)
        if before is None or not token_repository.end_sessions(tx, actor.id, only=actor.session):
            raise CredentialsWrong
        person = self.identity.require_person(tx, actor.id)
        factors = before.factors | {*further}
        return SignedIn(token=self.access.add_session(tx, person, factors, agent=agent, bound=before.bound))

    def refused(self, who: str) -> CredentialsWrong:
        """Put a refusal into the audit trail, and return it."""
        self.access.record_refusal("session:begin:refused", who)
        return CredentialsWrong()
