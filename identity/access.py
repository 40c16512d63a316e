"""Access: accounts and sessions of persons, tokens of business systems, and who holds which duty."""

import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from identity import token_repository
from identity.assertion import client_of, read_assertion, require_client_key
from identity.duties import Actor, Duty, Grant, require_compatible, require_scope
from identity.errors import (
    AccountExists,
    AccountUnknown,
    AssertionRefused,
    ClientUnknown,
    CredentialsWrong,
    DutyOfSystems,
    SessionUnknown,
    UsernameTaken,
)
from identity.levels import Factor, Level, strength
from identity.lifecycle import CLIENT_LIFECYCLE, PERMITS, ClientEvent, SubjectUse
from identity.passwords import Passwords, require_password, require_username
from identity.repository import Account, Client, IdentityRepository
from identity.service import IdentityService, client_may_act
from identity.subject import Person, SubjectId
from identity.token_repository import Bearer, Token
from identity.tokens import (
    ACTIVATION_LIFETIME,
    ACTIVATION_PREFIX,
    SECRET_BYTES,
    SESSION_LIFETIME,
    SESSION_PREFIX,
    TOKEN_LIFETIME,
    TOKEN_PREFIX,
    IssuedToken,
    Session,
    digest_of,
)
from trust import requests
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Reading, Store, Transaction

__all__ = ["AccessService"]


class AccessService:
    """The use cases of accounts, sessions, clients and duties."""

    def __init__(
        self, *, store: Store, repository: IdentityRepository, identity: IdentityService, token_address: str
    ) -> None:
        self.store = store
        self.repository = repository
        self.identity = identity
        self.token_address = token_address
        """The token endpoint: what a client's assertion must name as its audience (RFC 7523, 3)."""
        self.passwords = Passwords()

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

        Raise `UsernameMalformed`, `PasswordTooWeak`, `CredentialsWrong`, `SubjectNotActive`, `UsernameTaken`.
        """
        require_username(username)
        require_password(password, username=username)
        password_hash = self.passwords.hash(password)
        with self.store.transaction() as tx:
            account = self.repository.account_by_activation(tx, digest_of(code))
            if account is None or account.activation_until is None or account.activation_until < tx.now:
                raise CredentialsWrong
            self.identity.require_person(tx, account.person).require(SubjectUse.ACT)
            if self.repository.account_by_username(tx, username) is not None:
                raise UsernameTaken
            self.repository.activate(tx, account, username=username, password_hash=password_hash)
            tx.record(AuditEvent(tag="account:activate:done", actor=account.person, subject=account.person))
            return account.person

    # --- sessions

    def add_session(self, tx: Transaction, person: Person, factors: Collection[Factor], *, agent: str) -> IssuedToken:
        """Begin a session with factors that were shown. Its level is the lower one, of them and of the proofing."""
        proven = Level.NONE if person.assurance is None else Level(person.assurance.level)
        level = min(proven, strength(factors))
        return self.add_token(
            tx, person.id, SESSION_PREFIX, SESSION_LIFETIME, level=level, factors=factors, agent=agent
        )

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
    ) -> IssuedToken:
        """Make a session, or an access token of a client, which shows no factors."""
        secret = prefix + secrets.token_urlsafe(SECRET_BYTES)
        is_client = not factors
        expires_at = tx.now + lifetime
        name = new_id("tok" if is_client else "ses", at=tx.now)
        token = Token(id=name, holder=holder, is_client=is_client, expires_at=expires_at, level=level)
        token_repository.add_token(tx, digest_of(secret), token, factors=factors, agent=shortened(agent))
        tag = "token:issue:done" if is_client else "session:begin:done"
        facts: dict[str, Fact] = {"session": name}
        if not is_client:
            facts |= {"level": level.value, "factors": " ".join(sorted(factors))}
        tx.record(AuditEvent(tag=tag, actor=holder, subject=holder, facts=facts))
        return IssuedToken(secret=secret, holder=holder, expires_at=expires_at, level=level)

    def log_out(self, actor: Actor, secret: str) -> None:
        """End a session or an access token."""
        with self.store.transaction() as tx:
            token_repository.end_tokens(tx, [digest_of(secret)])
            tx.record(AuditEvent(tag="session:end:done", actor=actor.id, subject=actor.id))

    def sessions(self, actor: Actor) -> tuple[Session, ...]:
        """Return where somebody is logged in, the newest first."""
        with self.store.reading() as view:
            return token_repository.sessions(view, actor.id)

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

    def actor_of(self, secret: str) -> Actor:
        """Return who bears a session or an access token, with the duties held at this moment.

        State is asked for at each request: freezing a person or an organisation, or suspending a client, stops the
        person, the organisation's clients, or the client at once.
        Raise `CredentialsWrong`.
        """
        with self.store.reading() as view:
            bearer = token_repository.bearer(view, digest_of(secret))
            if bearer is None or bearer.token.expires_at <= view.now or not may_act(bearer):
                raise CredentialsWrong
            token = bearer.token
            grants = self.repository.grants(view, token.holder)
        return Actor(id=token.holder, grants=grants, is_client=token.is_client, session=token.id, level=token.level)

    # --- duties

    def appoint(self, actor: Actor, person: str, grant: Grant) -> None:
        """Give a person a duty.

        Raise `DutiesExclude` where the person's other duties forbid it, `DutyOfSystems` where it is none of persons,
        and `DutyNeedsOrganisation` or `DutyForNoOrganisation` where it is given for what it is not for.
        """
        with self.store.transaction() as tx:
            found = self.identity.require_person(tx, person)
            if self.repository.account(tx, person=found.id) is None:
                raise AccountUnknown
            if grant.duty is Duty.BUSINESS_SYSTEM:
                raise DutyOfSystems
            self.repository.hold_grants(tx, found.id)
            self.add_grant(tx, found.id, grant, by=actor.id)

    def add_grant(self, tx: Transaction, holder: str, grant: Grant, *, by: str) -> None:
        """Give a duty within a use case of somebody else. Giving what is held already changes nothing."""
        require_scope(grant)
        held = self.repository.grants(tx, holder)
        require_compatible({one.duty for one in held}, grant.duty)
        if grant.organisation is not None:
            self.identity.require_organisation(tx, grant.organisation, use=SubjectUse.ACT)
        if grant in held:
            return
        self.repository.add_grant(tx, holder, grant, by=by)
        facts = {"duty": grant.duty.value, "organisation": grant.organisation}
        tx.record(AuditEvent(tag="duty:grant:done", actor=by, subject=holder, facts=facts))

    # --- clients

    def register_client(
        self, actor: Actor, *, name: str, organisation: str, public_jwk: Mapping[str, Any], request_key: str
    ) -> Client:
        """Register a business system with its public key. It can do nothing until it is approved.

        A repeated request under the same key gets the same client.
        """
        members = require_client_key(public_jwk)
        fingerprint = requests.fingerprint("client:register", [name, organisation, members])
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=request_key, fingerprint=fingerprint)
            if known is not None:
                return self.require_client(tx, known)
            owner = self.identity.require_organisation(tx, organisation, use=SubjectUse.ACT)
            client = Client(
                id=new_id("client", at=tx.now),
                name=name,
                organisation=owner.id,
                public_jwk=members,
                state=CLIENT_LIFECYCLE.initial,
                last_actor=actor.id,
            )
            self.repository.add_client(tx, client)
            requests.remember(tx, actor=actor.id, key=request_key, fingerprint=fingerprint, result=client.id)
            tx.record(AuditEvent(tag="client:register:done", actor=actor.id, subject=client.id))
            return client

    def approve_client(self, actor: Actor, name: str) -> Client:
        """Approve a business system: by another person than the one who registered it."""
        with self.store.transaction() as tx:
            client = self.require_client(tx, name)
            event = ClientEvent.APPROVE
            state = CLIENT_LIFECYCLE.step(client.state, event, actor=actor.id, before=client.last_actor)
            self.repository.move_client(tx, client.id, state, actor=actor.id)
            tx.record(AuditEvent(tag="client:approve:done", actor=actor.id, subject=client.id))
            self.add_grant(tx, client.id, Grant(Duty.BUSINESS_SYSTEM, client.organisation), by=actor.id)
            tx.flush()
            return self.require_client(tx, name)

    def require_client(self, view: Reading, name: str) -> Client:
        """Return a client, or raise `ClientUnknown`."""
        client = self.repository.client(view, name)
        if client is None:
            raise ClientUnknown
        return client

    def client_token(self, assertion: str) -> IssuedToken:
        """Give a business system an access token for its signed assertion (RFC 6749, 4.4; RFC 7523, 2.2).

        Raise `AssertionRefused`.
        """
        name = client_of(assertion)
        with self.store.reading() as view:
            client = self.repository.client(view, name)
            may_act = client is not None and self.identity.client_may_act(view, client)
            now = view.now
        try:
            if client is None or not may_act:
                raise AssertionRefused(fault="signature")  # not told apart from a wrong key
            read = read_assertion(assertion, client.public_jwk, audience=self.token_address, now=now)
        except AssertionRefused:
            self.record_refusal("token:issue:refused", "nobody" if client is None else client.id)
            raise
        with self.store.transaction() as tx:
            if self.repository.use_assertion(tx, client=client.id, jti=read.jti, expires_at=read.expires_at):
                return self.add_token(tx, client.id, TOKEN_PREFIX, TOKEN_LIFETIME, level=Level.HIGH)
            tx.record(AuditEvent(tag="token:issue:replayed", actor=client.id, subject=client.id))
        raise AssertionRefused(fault="replay")

    def record_refusal(self, tag: str, subject: str) -> None:
        """Put a refusal into the audit trail."""
        with self.store.transaction() as tx:
            tx.record(AuditEvent(tag=tag, actor=subject, subject=subject))


LONGEST_AGENT: Final = 200


def shortened(agent: str) -> str:
    """Return what a program calls itself, as far as it can be kept and shown."""
    return "".join(one for one in agent if one.isprintable())[:LONGEST_AGENT]


def may_act(bearer: Bearer) -> bool:
    """Tell whether the bearer of a token may act at all now."""
    if bearer.token.is_client:
        return bearer.client is not None and client_may_act(bearer.client, bearer.organisation)
    return bearer.person is not None and SubjectUse.ACT in PERMITS[bearer.person]
