"""Changing the password: by who knows the one before, or has just shown something stronger."""

from datetime import timedelta
from typing import ClassVar, Final

from identity import token_repository
from identity.authentication.signing_in import SignIn
from identity.duties import Actor
from identity.errors import AccountUnknown, CredentialsWrong, PasswordTooWeak
from identity.levels import Level, strength
from identity.notices.notices import NoticeKind, tell
from identity.password_policy import words_about
from identity.passwords import Lane, normalised
from identity.repository import Account
from trust.errors import Denied
from trust.events import AuditEvent, Fact
from trust.store import LostRace, Reading

__all__ = ["FRESH", "PasswordChange", "ProofStale"]

FRESH: Final = timedelta(minutes=10)
"""How long ago the factors of a session may have been shown, to do without the password before."""


class ProofStale(Denied):
    """Without the password before, this takes two factors that were shown within the last ten minutes."""

    code = "identity.proof_stale"
    detail_names: ClassVar[tuple[str, ...]] = ("minutes",)


class PasswordChange:
    """Gives persons another password. Their username stays as it is."""

    def __init__(self, sign_in: SignIn) -> None:
        self.sign_in = sign_in
        self.store = sign_in.store
        self.access = sign_in.access

    def change(self, actor: Actor, *, password: str, current: str = "") -> int:
        """Put `password` in the place of the `current` one, end every other session, and return how many there were.

        Raise `AccountUnknown`, `PasswordTooWeak`, `BreachedListUnreadable`, `PasswordsBusy`; `CredentialsWrong` and
        `TooManyAttempts` for a wrong `current`, `ProofStale` without one; `LostRace`.
        """
        with self.store.reading() as view:
            account = self.require_account(view, actor)
            person = self.sign_in.identity.require_person(view, actor.id)
            if not current:
                self.require_fresh(view, actor)
        if current:
            self.require_current(actor, account, current)
            if normalised(current) == normalised(password):
                raise PasswordTooWeak(fault="unchanged")
        self.access.policy.require(password, about=words_about(person, username=account.username or ""))
        password_hash = self.access.passwords.hash(password)
        with self.store.transaction() as tx:
            held = self.sign_in.accounts.account_alone(tx, account.id)
            if held is None or held.password_hash != account.password_hash:
                raise LostRace
            self.sign_in.accounts.put_password(tx, held, password_hash)
            tx.flush()
            count = token_repository.void_sessions(tx, actor.id, but=actor.session)
            facts: dict[str, Fact] = {"sessions": count}
            tx.record(AuditEvent(tag="password:change:done", actor=actor.id, subject=actor.id, facts=facts))
            tell(tx, actor.id, NoticeKind.PASSWORD_CHANGED)
            return count

    def require_account(self, view: Reading, actor: Actor) -> Account:
        """Return the account of a person who has a password. Raise `AccountUnknown`."""
        account = self.sign_in.accounts.account(view, person=actor.id)
        if account is None or account.password_hash is None:
            raise AccountUnknown
        return account

    def require_fresh(self, view: Reading, actor: Actor) -> None:
        """Return if the actor's session began a short while ago, with more than a password. Raise `ProofStale`."""
        session = token_repository.session(view, actor.session, person=actor.id)
        is_fresh = session is not None and view.now - session.begun_at <= FRESH
        if session is None or not is_fresh or strength(session.factors) < Level.SUBSTANTIAL:
            raise ProofStale(minutes=FRESH // timedelta(minutes=1))

    def require_current(self, actor: Actor, account: Account, current: str) -> None:
        """Return if `current` is the password of an account. Guessing is slow here too. Raise `CredentialsWrong`."""
        attempts = self.sign_in.attempts
        key = attempts.key(f"password of {actor.id}", "")
        with self.store.transaction() as tx:
            attempts.count(tx, key)
            tx.record(AuditEvent(tag="password:change:tried", actor=actor.id, subject=actor.id))
        if not self.access.passwords.holds(account.password_hash, current, lane=Lane.KNOWN):
            self.access.record_refusal("password:change:refused", actor.id)
            raise CredentialsWrong
        with self.store.transaction() as tx:
            attempts.succeeded(tx, key)
            tx.record(AuditEvent(tag="password:change:known", actor=actor.id, subject=actor.id))
