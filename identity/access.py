"""Access: accounts and sessions of persons, and the tokens that they and business systems bear."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from identity import token_repository
from identity.binding import UNBOUND, Binding
from identity.duties import Actor
from identity.errors import (
    AccountExists,
    AccountFrozen,
    AccountUnknown,
    CredentialsWrong,
    SessionUnknown,
    UsernameTaken,
)
from identity.levels import Factor, Level, strength
from identity.lifecycle import PERMITS, SubjectUse
from identity.notices.notices import NoticeKind, tell
from identity.password_policy import PasswordPolicy, words_about
from identity.passwords import Passwords, require_username
from identity.presence import Presence, SessionLimits
from identity.proofing import repository as proofings
from identity.repository import Account, IdentityRepository
from identity.service import IdentityService, client_may_act
from identity.subject import Person, SubjectId
from identity.token_repository import Bearer, Token
from identity.tokens import (
    ACTIVATION_LIFETIME,
    ACTIVATION_PREFIX,
    SECRET_BYTES,
    SESSION_PREFIX,
    IssuedToken,
    Session,
    digest_of,
)
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.reasons import require_reason
from trust.store import Reading, Store, Transaction

__all__ = ["AccessService"]

PORTION: Final = 2000
"""Sessions and tokens that are forgotten in one transaction."""

MOST_PORTIONS: Final = 20
"""In one round of housekeeping, one a minute: more than are begun."""

NOTHING: Final[Mapping[str, Fact]] = {}


class AccessService:
    """The use cases of accounts and sessions."""

    def __init__(
        self,
        *,
        store: Store,
        repository: IdentityRepository,
        identity: IdentityService,
        policy: PasswordPolicy | None = None,
        limits: SessionLimits | None = None,
    ) -> None:
        self.store = store
        self.repository = repository
        self.identity = identity
        self.policy = policy or PasswordPolicy()
        self.limits = limits or SessionLimits()
        self.passwords = Passwords()
        self.presence = Presence()

    # --- accounts

    def open_account(self, actor: Actor, person: str) -> IssuedToken:
        """Open an account for an active person. The activation code goes to the person, who chooses the password.

        An account that still waits for its person gets a new code in place of the old one, which may be lost or
        expired. Raise `AccountExists` where the person has chosen a password already.
        """
        with self.store.transaction() as tx:
            return self.add_account(tx, self.identity.require_person(tx, person).id, by=actor.id)

    def add_account(self, tx: Transaction, person: SubjectId, *, by: str) -> IssuedToken:
        """Open an account within a use case of somebody else."""
        self.identity.require_person(tx, person).require(SubjectUse.ACT)
        known = self.repository.account(tx, person=person)
        if known is not None and known.username is not None:
            raise AccountExists(subject=person)
        secret = ACTIVATION_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        until = tx.now + ACTIVATION_LIFETIME
        if known is None:
            account = Account(
                id=new_id("acct", at=tx.now), person=person, username=None, password_hash=None, activation_until=until
            )
            self.repository.add_account(tx, account, activation_hash=digest_of(secret))
        else:
            self.repository.renew_activation(tx, known, activation_hash=digest_of(secret), until=until)
        tag = "account:open:done" if known is None else "account:renew_code:done"
        tx.record(AuditEvent(tag=tag, actor=by, subject=person))
        return IssuedToken(secret=secret, holder=person, expires_at=until)

    def activate(self, code: str, *, username: str, password: str) -> SubjectId:
        """Choose username and password with an activation code, which is spent by it.

        An account that was opened anew keeps its username, which is asked for. Without a code nothing is told of
        usernames, and nothing is worked out. Raise `UsernameMalformed`, `PasswordTooWeak`, `CredentialsWrong`,
        `SubjectNotActive`, `UsernameTaken`, `PasswordsBusy`, `BreachedListUnreadable`.
        """
        require_username(username)
        self.policy.require(password, about=(username,))
        with self.store.reading() as view:
            waits = self.require_waiting(view, code, username=username)
            person = self.identity.require_person(view, waits.person)
        self.policy.require(password, about=words_about(person, username=username))
        password_hash = self.passwords.hash(password)
        with self.store.transaction() as tx:
            account = self.require_waiting(tx, code, username=username)
            self.identity.require_person(tx, account.person).require(SubjectUse.ACT)
            if account.username is None and self.repository.account_by_username(tx, username) is not None:
                raise UsernameTaken
            self.repository.activate(tx, account, username=username, password_hash=password_hash)
            tx.record(AuditEvent(tag="account:activate:done", actor=account.person, subject=account.person))
            return account.person

    def require_waiting(self, view: Reading, code: str, *, username: str) -> Account:
        """Return the account that an activation code is for, in time and by its username. Raise `CredentialsWrong`."""
        account = self.repository.account_by_activation(view, digest_of(code))
        if account is None or account.activation_until is None or account.activation_until < view.now:
            raise CredentialsWrong
        if account.username not in {None, username}:
            raise CredentialsWrong
        return account

    def reopen_account(self, tx: Transaction, person: SubjectId, *, by: str) -> IssuedToken:
        """Give a person who has lost the way in a new activation code, within a use case that has proven who it is.

        Password and sessions are worth nothing from now on, the username stays. Whoever calls takes the
        authenticators away. Raise `AccountUnknown`, `SubjectNotActive`.
        """
        self.identity.require_person(tx, person).require(SubjectUse.ACT)
        known = self.repository.account(tx, person=person)
        if known is None:
            raise AccountUnknown
        secret = ACTIVATION_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        until = tx.now + ACTIVATION_LIFETIME
        self.repository.put_password(tx, known, None)
        self.repository.renew_activation(tx, known, activation_hash=digest_of(secret), until=until)
        tx.flush()  # a login that waits for the account begins no session after those that end now
        facts: dict[str, Fact] = {"sessions": token_repository.void_sessions(tx, person)}
        tx.record(AuditEvent(tag="account:reopen:done", actor=by, subject=person, facts=facts))
        return IssuedToken(secret=secret, holder=person, expires_at=until)

    # --- sessions

    def add_session(
        self,
        tx: Transaction,
        person: Person,
        factors: Collection[Factor],
        *,
        agent: str,
        bound: Binding = UNBOUND,
    ) -> IssuedToken:
        """Begin a session with factors that were shown. Its level is the lower one, of them and of the proofing.

        Raise `AccountFrozen`.
        """
        self.require_open(tx, person.id)
        level = strength(factors)
        return self.add_token(
            tx, person.id, SESSION_PREFIX, self.limits.lifetime, level=level, factors=factors, agent=agent, bound=bound
        )

    def require_open(self, tx: Transaction, person: SubjectId) -> None:
        """Return if sessions may begin for a person, who may have no account. Raise `AccountFrozen`."""
        # Whoever ends every session at this moment waits for this one, or is waited for.
        account = self.repository.account_alone_of(tx, person)
        if account is not None and account.frozen_by is not None:
            raise AccountFrozen

    def add_token(
        self,
        tx: Transaction,
        holder: str,
        prefix: str,
        lifetime: timedelta,
        *,
        level: Level,
        factors: Collection[Factor] = (),
        agent: str = "",
        bound: Binding = UNBOUND,
    ) -> IssuedToken:
        """Make a session, or an access token of a client, which shows no factors.

        What is kept of a session is the `level` of its factors: that of the proofing is asked for at each use.
        """
        secret = prefix + secrets.token_urlsafe(SECRET_BYTES)
        is_client = not factors
        expires_at = tx.now + lifetime
        name = new_id("tok" if is_client else "ses", at=tx.now)
        token = Token(
            id=name,
            holder=holder,
            is_client=is_client,
            expires_at=expires_at,
            level=level,
            used_at=tx.now,
            bound=bound,
        )
        token_repository.add_token(tx, digest_of(secret), token, factors=factors, agent=shortened(agent))
        tag = "token:issue:done" if is_client else "session:begin:done"
        facts: dict[str, Fact] = {"session": name, "bound": bound.kind}
        counts = level if is_client else min(level, proofings.level_of(tx, holder))
        if not is_client:
            facts |= {"level": counts.value, "factors": " ".join(sorted(factors))}
        tx.record(AuditEvent(tag=tag, actor=holder, subject=holder, facts=facts))
        return IssuedToken(secret=secret, holder=holder, expires_at=expires_at, level=counts, bound=bound)

    def log_out(self, actor: Actor, secret: str) -> None:
        """End a session or an access token."""
        with self.store.transaction() as tx:
            token_repository.end_tokens(tx, [digest_of(secret)])
            tx.record(AuditEvent(tag="session:end:done", actor=actor.id, subject=actor.id))

    def forget(self) -> int:
        """Forget sessions and tokens that have expired, in portions that keep nobody waiting; return how many."""
        gone = 0
        for _ in range(MOST_PORTIONS):
            with self.store.reading() as view:
                if not token_repository.has_expired(view):
                    break
            with self.store.transaction() as tx:
                count = token_repository.forget(tx, most=PORTION)
                facts: dict[str, Fact] = {"rows": count}
                tx.record(AuditEvent(tag="session:forget:done", actor="system", subject="sessions", facts=facts))
            gone += count
        return gone

    def sessions(self, actor: Actor) -> tuple[Session, ...]:
        """Return where one is logged in, the newest first; what was left alone for too long has ended."""
        return self.sessions_of(actor.id)

    def sessions_of(self, person: str) -> tuple[Session, ...]:
        """Return where somebody is logged in, for whoever may know."""
        with self.store.reading() as view:
            known = token_repository.sessions(view, person)
        used = (replace(one, used_at=self.presence.last(one.id, known=one.used_at)) for one in known)
        return tuple(one for one in used if not self.limits.is_left(one.shown, used_at=one.used_at, now=view.now))

    def end_session(self, actor: Actor, name: str) -> None:
        """End one of one's own sessions by its identifier, from wherever one is logged in. Raise `SessionUnknown`."""
        with self.store.transaction() as tx:
            if not token_repository.end_sessions(tx, actor.id, only=name):
                raise SessionUnknown
            facts: dict[str, Fact] = {"session": name}
            tx.record(AuditEvent(tag="session:end:done", actor=actor.id, subject=actor.id, facts=facts))

    def end_other_sessions(self, actor: Actor) -> int:
        """End every session of one's own but this one, and return how many there were."""
        with self.store.transaction() as tx:
            count = token_repository.end_sessions(tx, actor.id, but=actor.session)
            facts: dict[str, Fact] = {"count": count}
            tx.record(AuditEvent(tag="session:end_others:done", actor=actor.id, subject=actor.id, facts=facts))
            return count

    def end_all_sessions(self, actor: Actor, person: str, *, reason: str) -> int:
        """End every session of a person, by a security administrator; return how many there were.

        Raise `ReasonMissing`, `SubjectUnknown`.
        """
        why = require_reason(reason)
        with self.store.transaction() as tx:
            found = self.identity.require_person(tx, person).id
            count = token_repository.void_sessions(tx, found)
            facts: dict[str, Fact] = {"count": count, "reason": why}
            tx.record(AuditEvent(tag="session:end_all:done", actor=actor.id, subject=found, facts=facts))
            return count

    def actor_of(self, secret: str, shown: Binding = UNBOUND) -> Actor:
        """Return who bears a session or an access token, with the duties held at this moment.

        `shown` is what the request brings beside the secret. What is bound to a key is refused without it. A session of
        a browser that comes from elsewhere ends: somebody else has its secret.

        State is asked for at each request: freezing a person or an organisation, or suspending a client, stops the
        person, the organisation's clients, or the client at once.
        Raise `CredentialsWrong`.
        """
        with self.store.reading() as view:
            bearer = token_repository.bearer(view, digest_of(secret))
            if bearer is None or bearer.token.expires_at <= view.now or not may_act(bearer):
                raise CredentialsWrong
            token = bearer.token
            is_borne = token.bound.is_key_of(shown) and token.bound.is_device_of(shown)
            if is_borne and not token.is_client:
                self.use(token, at=view.now)
            grants = self.repository.grants(view, token.holder) if is_borne else frozenset()
        if not is_borne:
            raise self.misborne(token, shown)
        return Actor(
            id=token.holder,
            grants=grants,
            is_client=token.is_client,
            session=token.id,
            level=bearer.level,
            shown=token.level,
            proven=token.level if token.is_client else bearer.proven,
        )

    def misborne(self, token: Token, shown: Binding) -> CredentialsWrong:
        """Put on record that a secret came without what it is bound to, and return the refusal."""
        is_stolen = not token.bound.is_device_of(shown)
        with self.store.transaction() as tx:
            facts: dict[str, Fact] = {"session": token.id, "bound": token.bound.kind, "ended": is_stolen}
            if is_stolen and token_repository.end_sessions(tx, token.holder, only=token.id):
                tell(tx, token.holder, NoticeKind.SESSION_STRAYED, {"session": token.id})
            tx.record(AuditEvent(tag="session:bear:refused", actor=token.holder, subject=token.holder, facts=facts))
        return CredentialsWrong()

    def use(self, token: Token, *, at: datetime) -> None:
        """Note that a session is used, unless it was left alone for too long: then raise `CredentialsWrong`."""
        used_at = self.presence.last(token.id, known=token.used_at)
        if self.limits.is_left(token.level, used_at=used_at, now=at):
            raise CredentialsWrong
        if at > used_at:
            self.presence.note(token.id, at=at)

    def write_uses(self) -> int:
        """Write down when sessions were used last, and return how many there were: every minute, by housekeeping."""
        uses = self.presence.waiting()
        if not uses:
            return 0
        with self.store.transaction() as tx:
            token_repository.used(tx, uses)
            facts: dict[str, Fact] = {"count": len(uses)}
            tx.record(AuditEvent(tag="session:use:done", actor="system", subject="sessions", facts=facts))
        self.presence.written(uses)
        return len(uses)

    def record_refusal(self, tag: str, subject: str, facts: Mapping[str, Fact] = NOTHING) -> None:
        """Put a refusal into the audit trail."""
        with self.store.transaction() as tx:
            tx.record(AuditEvent(tag=tag, actor=subject, subject=subject, facts=facts))


LONGEST_AGENT: Final = 200


def shortened(agent: str) -> str:
    """Return what a program calls itself, as far as it can be kept and shown."""
    return "".join(one for one in agent if one.isprintable())[:LONGEST_AGENT]


def may_act(bearer: Bearer) -> bool:
    """Tell whether the bearer of a token may act at all now."""
    if bearer.token.is_client:
        return bearer.client is not None and client_may_act(bearer.client, bearer.organisation)
    return bearer.person is not None and SubjectUse.ACT in PERMITS[bearer.person]
