"""Access: accounts and sessions of persons, tokens of business systems, and who holds which duty."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from typing_extensions import override

from identity.assertion import client_of, read_assertion, require_client_key
from identity.duties import Actor, Duty, Grant, require_compatible, require_scope
from identity.errors import (
    AccountExists,
    AccountUnknown,
    AssertionRefused,
    ClientUnknown,
    CredentialsWrong,
    DutyOfSystems,
    SubjectNotActive,
    UsernameTaken,
)
from identity.lifecycle import CLIENT_LIFECYCLE, PERMITS, ClientEvent, SubjectUse
from identity.passwords import Passwords, is_username, require_password, require_username
from identity.repository import Account, Bearer, Client, IdentityRepository, Token
from identity.service import IdentityService, client_may_act
from identity.subject import SubjectId
from trust import requests
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent
from trust.identifiers import new_id
from trust.store import Reading, Store, Transaction

__all__ = ["AccessService", "IssuedToken"]

SESSION_LIFETIME: Final = timedelta(hours=8)
TOKEN_LIFETIME: Final = timedelta(minutes=15)
ACTIVATION_LIFETIME: Final = timedelta(days=7)
SECRET_BYTES: Final = 32
SESSION_PREFIX: Final = "xs_"
TOKEN_PREFIX: Final = "xc_"  # noqa: S105 - not a secret, what secrets begin with
ACTIVATION_PREFIX: Final = "xa_"
"""The prefixes let a leaked secret be recognised by whoever finds it, and by secret scanners."""


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """A secret that its bearer gets to see once. It shows itself without it."""

    secret: str
    holder: str
    expires_at: datetime

    @override
    def __repr__(self) -> str:
        return f"IssuedToken(holder={self.holder!r})"


def digest_of(secret: str) -> str:
    """Return the name under which the database knows a secret. 256 random bits need no salt."""
    return sm3(secret.encode()).hex()


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

    def log_in(self, *, username: str, password: str) -> IssuedToken:
        """Begin a session. Whatever is wrong, the answer is `CredentialsWrong`, after the same work.

        Raise `SubjectNotActive` for who knows the password and may not act: this is told to nobody else.
        """
        with self.store.reading() as view:
            account = self.repository.account_by_username(view, username) if is_username(username) else None
        holds = self.passwords.holds(None if account is None else account.password_hash, password)
        if account is None or not holds:
            self.record_refusal("session:begin:refused", "nobody" if account is None else account.person)
            raise CredentialsWrong
        with self.store.transaction() as tx:
            person = self.identity.require_person(tx, account.person)
            if SubjectUse.ACT in PERMITS[person.state]:
                return self.add_token(tx, person.id, SESSION_PREFIX, SESSION_LIFETIME, is_client=False)
            tx.record(AuditEvent(tag="session:begin:refused", actor=person.id, subject=person.id))
        raise SubjectNotActive(subject=person.id, state=person.state.value)

    def add_token(
        self, tx: Transaction, holder: str, prefix: str, lifetime: timedelta, *, is_client: bool
    ) -> IssuedToken:
        """Make a session or an access token."""
        secret = prefix + secrets.token_urlsafe(SECRET_BYTES)
        expires_at = tx.now + lifetime
        self.repository.add_token(
            tx, digest_of(secret), Token(holder=holder, is_client=is_client, expires_at=expires_at)
        )
        tag = "token:issue:done" if is_client else "session:begin:done"
        tx.record(AuditEvent(tag=tag, actor=holder, subject=holder))
        return IssuedToken(secret=secret, holder=holder, expires_at=expires_at)

    def log_out(self, actor: Actor, secret: str) -> None:
        """End a session or an access token."""
        with self.store.transaction() as tx:
            self.repository.end_tokens(tx, [digest_of(secret)])
            tx.record(AuditEvent(tag="session:end:done", actor=actor.id, subject=actor.id))

    def actor_of(self, secret: str) -> Actor:
        """Return who bears a session or an access token, with the duties held at this moment.

        State is asked for at each request: freezing a person or an organisation, or suspending a client, stops the
        person, the organisation's clients, or the client at once.
        Raise `CredentialsWrong`.
        """
        with self.store.reading() as view:
            bearer = self.repository.bearer(view, digest_of(secret))
            if bearer is None or bearer.token.expires_at <= view.now or not may_act(bearer):
                raise CredentialsWrong
            token = bearer.token
            grants = self.repository.grants(view, token.holder)
        return Actor(id=token.holder, grants=grants, is_client=token.is_client)

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
                return self.add_token(tx, client.id, TOKEN_PREFIX, TOKEN_LIFETIME, is_client=True)
            tx.record(AuditEvent(tag="token:issue:replayed", actor=client.id, subject=client.id))
        raise AssertionRefused(fault="replay")

    def record_refusal(self, tag: str, subject: str) -> None:
        """Put a refusal into the audit trail."""
        with self.store.transaction() as tx:
            tx.record(AuditEvent(tag=tag, actor=subject, subject=subject))


def may_act(bearer: Bearer) -> bool:
    """Tell whether the bearer of a token may act at all now."""
    if bearer.token.is_client:
        return bearer.client is not None and client_may_act(bearer.client, bearer.organisation)
    return bearer.person is not None and SubjectUse.ACT in PERMITS[bearer.person]
