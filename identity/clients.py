"""Business systems 业务系统: registering, approving, suspending, describing them, and giving them access tokens.

What is changed of one by two persons, and its keys, stand in `identity.client_changes`.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from identity.access import AccessService
from identity.appointing import AppointingService
from identity.assertion import Assertion, client_of, read_assertion, require_client_key
from identity.binding import UNBOUND, Binding
from identity.business_systems import Client, ClientKey, KeyState, Quotas
from identity.client_repository import algorithm_of
from identity.duties import Actor, Duty, Grant
from identity.errors import AssertionRefused, ClientTextMalformed, ClientUnknown
from identity.jose import thumbprint
from identity.levels import Level
from identity.lifecycle import CLIENT_LIFECYCLE, ClientEvent, ClientState, SubjectUse
from identity.repository import IdentityRepository
from identity.service import IdentityService
from identity.tokens import TOKEN_LIFETIME, TOKEN_PREFIX, IssuedToken
from trust import requests
from trust.events import AuditEvent, Fact
from trust.group_commit import GroupCommit
from trust.identifiers import new_id
from trust.reasons import require_reason
from trust.store import Reading, Store, Transaction

__all__ = ["ClientService", "require_texts"]

MAX_NAME: Final = 100
MAX_DESCRIPTION: Final = 500
MAX_CONTACT: Final = 200


class ClientService:
    """The use cases of business systems."""

    def __init__(
        self,
        *,
        store: Store,
        repository: IdentityRepository,
        identity: IdentityService,
        appointing: AppointingService,
        access: AccessService,
        audiences: Collection[str],
    ) -> None:
        self.store = store
        self.commits = GroupCommit(store)
        self.repository = repository.clients
        self.identity = identity
        self.appointing = appointing
        self.access = access
        self.audiences = frozenset(audiences)
        """What a client's assertion names as its audience, one of them: the issuer, or where it is brought."""

    # --- life

    def register_client(
        self,
        actor: Actor,
        *,
        name: str,
        organisation: str,
        public_jwk: Mapping[str, Any],
        request_key: str,
        description: str = "",
        contact: str = "",
    ) -> Client:
        """Register a business system with its public key. It can do nothing until it is approved.

        A repeated request under the same key gets the same client. Raise `ClientKeyMalformed`, `ClientTextMalformed`.
        """
        members, texts = require_client_key(public_jwk), require_texts(name, description, contact)
        asked = requests.fingerprint("client:register", [*texts, organisation, members])
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=request_key, fingerprint=asked)
            if known is not None:
                return self.require_client(tx, known)
            owner = self.identity.require_organisation(tx, organisation, use=SubjectUse.ACT)
            client = Client(
                id=new_id("client", at=tx.now),
                name=texts[0],
                organisation=owner.id,
                state=CLIENT_LIFECYCLE.initial,
                last_actor=actor.id,
                keys=(
                    ClientKey(
                        kid=thumbprint(members),
                        jwk=members,
                        algorithm=algorithm_of(members),
                        state=KeyState.ACTIVE,
                        added_at=tx.now,
                    ),
                ),
                description=texts[1],
                contact=texts[2],
            )
            self.repository.add(tx, client)
            requests.remember(tx, actor=actor.id, key=request_key, fingerprint=asked, result=client.id)
            facts: dict[str, Fact] = {"kid": client.keys[0].kid}
            tx.record(AuditEvent(tag="client:register:done", actor=actor.id, subject=client.id, facts=facts))
            return client

    def approve_client(self, actor: Actor, name: str) -> Client:
        """Approve a business system: by another person than the one who registered it."""
        with self.store.transaction() as tx:
            client = self.move(tx, name, ClientEvent.APPROVE, by=actor.id)
            grant = Grant(Duty.BUSINESS_SYSTEM, client.organisation)
            self.appointing.add_grant(tx, client.id, grant, by=actor.id)
            return client

    def suspend_client(self, actor: Actor, name: str, *, reason: str) -> Client:
        """Suspend a business system at once: its tokens and its uses of seals stop with its next request."""
        told = require_reason(reason)
        with self.store.transaction() as tx:
            return self.move(tx, name, ClientEvent.SUSPEND, by=actor.id, reason=told)

    def resume_client(self, actor: Actor, name: str, *, reason: str) -> Client:
        """Let a business system go on: by another person than the one who suspended it."""
        told = require_reason(reason)
        with self.store.transaction() as tx:
            return self.move(tx, name, ClientEvent.RESUME, by=actor.id, reason=told)

    def limit_client(self, actor: Actor, name: str, quotas: Quotas) -> Client:
        """Say how much a business system may ask; None: as the settings say for all of them."""
        with self.store.transaction() as tx:
            client = replace(self.require_client(tx, name), quotas=quotas)
            self.repository.change(tx, client)
            facts: dict[str, Fact] = {
                "requests_per_minute": quotas.requests_per_minute,
                "requests_per_day": quotas.requests_per_day,
                "stampings_per_day": quotas.stampings_per_day,
            }
            tx.record(AuditEvent(tag="client:limit:done", actor=actor.id, subject=client.id, facts=facts))
            return client

    # --- looking

    def find_client(self, name: str) -> Client:
        """Return a business system, or raise `ClientUnknown`."""
        with self.store.reading() as view:
            return self.require_client(view, name)

    def list_clients(
        self,
        *,
        organisation: str = "",
        text: str = "",
        state: ClientState | None = None,
        after: str = "",
        limit: int = 100,
    ) -> tuple[Client, ...]:
        """Return business systems in the order of their registration, of one organisation where it is named.

        Those whose name or identifier has `text` in it, and those in a `state`, where that is asked for.
        """
        with self.store.reading() as view:
            return self.repository.page(
                view, organisation=organisation, text=text, state=state, after=after, limit=limit
            )

    # --- tokens

    def client_token(self, assertion: str, *, bound: Binding = UNBOUND) -> IssuedToken:
        """Give a business system an access token for its signed assertion (RFC 6749, 4.4; RFC 7523, 2.2).

        Business systems that ask at the same time share commits. Raise `AssertionRefused`.
        """
        client, read = self.examine(assertion)
        issued = self.commits.run(lambda tx: self.issue(tx, client, read, bound=bound))
        if issued is None:
            raise AssertionRefused(fault="replay")
        return issued

    def issue(self, tx: Transaction, client: Client, read: Assertion, *, bound: Binding) -> IssuedToken | None:
        """Return an access token for an assertion, if nobody had spent it."""
        if not self.is_fresh(tx, client, read):
            return None
        return self.access.add_token(tx, client.id, TOKEN_PREFIX, TOKEN_LIFETIME, level=Level.HIGH, bound=bound)

    def authenticate(self, assertion: str) -> Client:
        """Return the business system that an assertion proves, which is spent by it. Raise `AssertionRefused`."""
        client, read = self.examine(assertion)
        with self.store.transaction() as tx:
            if self.is_fresh(tx, client, read):
                tx.record(AuditEvent(tag="client:authenticate:done", actor=client.id, subject=client.id))
                return client
        raise AssertionRefused(fault="replay")

    def examine(self, assertion: str) -> tuple[Client, Assertion]:
        """Return whose assertion this is and what it says, once its signature holds. Raise `AssertionRefused`."""
        name = client_of(assertion)
        with self.store.reading() as view:
            client = self.repository.caller(view, name)
            may_act = client is not None and self.identity.client_may_act(view, client)
            now = view.now
        try:
            if client is None or not may_act:
                raise AssertionRefused(fault="signature")  # not told apart from a wrong key
            keys = [one.jwk for one in client.active_keys]
            return client, read_assertion(assertion, keys, audiences=self.audiences, now=now)
        except AssertionRefused:
            self.access.record_refusal("token:issue:refused", "nobody" if client is None else client.id)
            raise

    def is_fresh(self, tx: Transaction, client: Client, read: Assertion) -> bool:
        """Spend an assertion, and tell whether nobody had; a second use is put into the audit trail."""
        if self.repository.use_assertion(tx, client=client.id, jti=read.jti, expires_at=read.expires_at):
            return True
        tx.record(AuditEvent(tag="token:issue:replayed", actor=client.id, subject=client.id))
        return False

    # --- building blocks

    def require_client(self, view: Reading, name: str) -> Client:
        """Return a client, or raise `ClientUnknown`."""
        client = self.repository.find(view, name)
        if client is None:
            raise ClientUnknown
        return client

    def move(self, tx: Transaction, name: str, event: ClientEvent, *, by: str, reason: str = "") -> Client:
        """Move a business system along its life."""
        client = self.require_client(tx, name)
        state = CLIENT_LIFECYCLE.step(client.state, event, actor=by, before=client.last_actor)
        self.repository.move(tx, client.id, state, actor=by)
        facts: dict[str, Fact] = {"reason": reason} if reason else {}
        tx.record(AuditEvent(tag=f"client:{event.value}:done", actor=by, subject=client.id, facts=facts))
        tx.flush()
        return replace(client, state=state, last_actor=by)


def require_texts(name: str, description: str, contact: str) -> tuple[str, str, str]:
    """Return what is told of a business system without the blanks around it, or raise `ClientTextMalformed`."""
    texts = name.strip(), description.strip(), contact.strip()
    for field_name, text, least, most in (
        ("name", texts[0], 1, MAX_NAME),
        ("description", texts[1], 0, MAX_DESCRIPTION),
        ("contact", texts[2], 0, MAX_CONTACT),
    ):
        if not least <= len(text) <= most or not all(one.isprintable() or one == "\n" for one in text):
            raise ClientTextMalformed(field=field_name)
    return texts
