"""From the request for a login to the code 授权: who logs in, whether that is proof enough, for whom, and what is told.

What is asked of the person follows from the request and from the session alone, and is asked anew at each step: a page
that is left out gains nothing.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from identity import token_repository
from identity.business_systems import Client
from identity.client_repository import ClientRepository
from identity.duties import Actor
from identity.levels import Level
from identity.openid.asking import LONGEST, PARAMETERS, AuthorizationRequest, Prompt
from identity.openid.errors import AuthorizationRefused, ClientRefused, RedirectUnknown, RequestUnknown
from identity.openid.grants import GRANT_LIFETIME, Acting, Consent, Grant, Participant, TokenKind
from identity.openid.hints import Hints
from identity.openid.metadata import ClientMetadata
from identity.openid.repository import Kept, OpenIDRepository
from identity.openid.resources import Resources
from identity.openid.scopes import Scope, spelled
from identity.openid.subjects import Pseudonyms
from identity.representing import Representation, organisations_of
from identity.service import IdentityService
from identity.tokens import SECRET_BYTES, Session, digest_of
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Reading, Store, Transaction

__all__ = ["PUSHED_LIFETIME", "Asked", "Authorizing", "Step", "pushed_name"]

REQUEST_LIFETIME: Final = timedelta(minutes=15)
"""How long a person may take to log in and to agree."""

PUSHED_LIFETIME: Final = timedelta(seconds=90)
PUSHED: Final = "urn:ietf:params:oauth:request_uri:"
NOBODY: Final = "nobody"


class Step(StrEnum):
    """What is asked of the person next."""

    LOG_IN = "log_in"
    STEP_UP = "step_up"
    AGREE = "agree"
    """To what is told, and for whom the person acts."""

    DONE = "done"


def pushed_name(secret: str) -> str:
    """Return the name under which a pushed request is used (RFC 9126, 2.2)."""
    return f"{PUSHED}{secret}"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A login that a business system has asked for."""

    secret: str = field(repr=False)
    kept: Kept
    request: AuthorizationRequest
    client: Client
    registered: ClientMetadata


class Authorizing:
    """The use cases of the authorization endpoint and of the pages behind it."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        clients: ClientRepository,
        repository: OpenIDRepository,
        pseudonyms: Pseudonyms,
        resources: Resources,
        hints: Hints,
    ) -> None:
        self.store = store
        self.identity = identity
        self.clients = clients
        self.repository = repository
        self.pseudonyms = pseudonyms
        self.resources = resources
        self.hints = hints

    # --- the request

    def begin(self, parameters: Mapping[str, str]) -> Asked:
        """Keep a login that is asked for through a browser. Raise `RedirectUnknown`, `AuthorizationRefused`.

        A request that was pushed goes on under its name, once, for the business system that has pushed it.
        """
        name = parameters.get("request_uri")
        with self.store.transaction() as tx:
            client, registered = self.participating(tx, parameters.get("client_id", ""))
            asked = {one: parameters[one] for one in PARAMETERS if one in parameters}
            asked = self.hints.taken(asked, client=client.id) if name is None else self.pushed(tx, name, client)
            request = self.read(tx, asked, registered)
            if name is None and registered.require_pushed_authorization_requests:
                raise AuthorizationRefused(error="invalid_request", fault="push the request first (RFC 9126)")
            secret = self.keep(tx, client, asked, lifetime=REQUEST_LIFETIME, is_pushed=False)
            kept = self.repository.request(tx, digest_of(secret))
        assert kept is not None  # noqa: S101 - it has just been kept
        return Asked(secret=secret, kept=kept, request=request, client=client, registered=registered)

    def push(self, client: Client, parameters: Mapping[str, str], *, key: str = "") -> str:
        """Keep a request that a business system has pushed, and return its name (RFC 9126, 2.1).

        The code is bound to the `key` of which a proof came along (RFC 9449, 10.1).

        Raise as `begin`, and `ClientRefused` for a request in the name of somebody else.
        """
        if parameters.get("client_id", client.id) != client.id:
            raise ClientRefused
        if "request_uri" in parameters:
            raise AuthorizationRefused(error="invalid_request", fault="request_uri cannot be pushed (RFC 9126, 2.1)")
        asked = {one: parameters[one] for one in PARAMETERS if one in parameters} | {"client_id": client.id}
        asked = self.hints.taken(asked, client=client.id)
        if key and asked.setdefault("dpop_jkt", key) != key:
            raise AuthorizationRefused(error="invalid_request", fault="dpop_jkt is not the key of the proof")
        with self.store.transaction() as tx:
            _, registered = self.participating(tx, client.id)
            self.read(tx, asked, registered)
            return pushed_name(self.keep(tx, client, asked, lifetime=PUSHED_LIFETIME, is_pushed=True))

    def read(self, view: Reading, asked: Mapping[str, str], registered: ClientMetadata) -> AuthorizationRequest:
        """Return what is asked for, with a resource that there is. Raise `RedirectUnknown`, `AuthorizationRefused`."""
        request = AuthorizationRequest.read(asked, registered)
        return replace(request, resource=self.resources.asked(view, request.resource))

    def pushed(self, tx: Transaction, name: str, client: Client) -> dict[str, str]:
        """Return what a client has pushed under a name, which is spent. Raise as `begin`."""
        if not name.startswith(PUSHED):  # an address from which to fetch one (OpenID Connect Core 1.0, 6.2)
            raise AuthorizationRefused(error="request_uri_not_supported", fault="push the request instead (RFC 9126)")
        digest = digest_of(name.removeprefix(PUSHED))
        kept = self.repository.request(tx, digest)
        if kept is None or not kept.is_pushed or kept.client != client.id:
            raise RequestUnknown
        self.repository.take_request(tx, digest)
        return kept.parameters

    def keep(
        self, tx: Transaction, client: Client, asked: dict[str, str], *, lifetime: timedelta, is_pushed: bool
    ) -> str:
        """Keep a request, and return the secret under which it goes on."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        kept = Kept(
            client=client.id,
            parameters=asked,
            is_pushed=is_pushed,
            asked_at=tx.now,
            expires_at=tx.now + lifetime,
        )
        self.repository.add_request(tx, digest_of(secret), kept)
        tx.flush()
        facts: dict[str, Fact] = {"scope": asked.get("scope", ""), "pushed": is_pushed}
        tx.record(AuditEvent(tag="openid_login:ask:done", actor=client.id, subject=client.id, facts=facts))
        return secret

    def participating(self, view: Reading, name: str) -> tuple[Client, ClientMetadata]:
        """Return a business system that is registered for sign-on and may act now. Raise `RedirectUnknown`."""
        client = self.clients.find(view, name) if name else None
        registered = None if client is None else self.repository.metadata(view, client.id)
        if client is None or registered is None or not self.identity.client_may_act(view, client):
            raise RedirectUnknown
        return client, registered

    def find(self, view: Reading, secret: str) -> Asked:
        """Return a login that was asked for and is not finished. Raise `RequestUnknown`."""
        kept = self.repository.request(view, digest_of(secret))
        if kept is None or kept.is_pushed:
            raise RequestUnknown
        client, registered = self.participating(view, kept.client)
        request = self.read(view, kept.parameters, registered)
        return Asked(secret=secret, kept=kept, request=request, client=client, registered=registered)

    def asked(self, secret: str) -> Asked:
        """Return a login that was asked for and is not finished. Raise `RequestUnknown`, `RedirectUnknown`."""
        with self.store.reading() as view:
            return self.find(view, secret)

    def destination(self, parameters: Mapping[str, str]) -> tuple[str, str | None]:
        """Return where a request that is refused is answered, and its `state`. Raise `RedirectUnknown`."""
        with self.store.reading() as view:
            _, registered = self.participating(view, parameters.get("client_id", ""))
        address = parameters.get("redirect_uri", "")
        if address not in registered.redirect_uris:
            raise RedirectUnknown
        state = parameters.get("state")
        return address, state if state is not None and len(state) <= LONGEST and state.isprintable() else None

    # --- what comes next

    def next_step(self, asked: Asked, actor: Actor | None) -> Step:
        """Return what is asked of the person next, or raise `AuthorizationRefused` where nothing may be asked."""
        with self.store.reading() as view:
            step = self.step(view, asked, actor)
        if step is Step.DONE or Prompt.NONE not in asked.request.prompts:
            return step
        # Without a page (OpenID Connect Core 1.0, 3.1.2.6).
        error = {Step.LOG_IN: "login_required", Step.STEP_UP: "login_required", Step.AGREE: "interaction_required"}
        raise AuthorizationRefused(error=error[step], fault="the person has to do something")

    def step(self, view: Reading, asked: Asked, actor: Actor | None) -> Step:
        """Return what is asked of the person next. Raise `AuthorizationRefused` for what cannot be proven at all."""
        session = None if actor is None else token_repository.session(view, actor.session, person=actor.id)
        if actor is None or session is None or not is_recent(view, asked, session):
            return Step.LOG_IN
        if not self.is_expected(asked, actor):
            if session.begun_at >= asked.kept.asked_at:
                raise AuthorizationRefused(error="login_required", fault="somebody else than expected has logged in")
            return Step.LOG_IN
        if actor.level < asked.request.level:
            if actor.proven < asked.request.level:  # no factor helps: it takes the counter
                error = "unmet_authentication_requirements"
                raise AuthorizationRefused(error=error, fault="the person is not proven as far as this needs")
            return Step.STEP_UP
        consent = self.repository.consent(view, person=actor.id, client=asked.client.id)
        is_agreed = consent is not None and asked.request.scopes <= consent.scopes
        if not is_agreed or Prompt.CONSENT in asked.request.prompts or asked.request.resource is not None:
            return Step.AGREE  # what is kept of a consent names no third party: that one is agreed to each time
        return Step.AGREE if self.has_choice(view, asked, actor) else Step.DONE

    def is_expected(self, asked: Asked, actor: Actor) -> bool:
        """Tell whether a person is the one whom the business system expects, if it does (Core 1.0, 3.1.2.1)."""
        who = self.pseudonyms.person(actor.id, sector=asked.registered.sector)
        return asked.request.expected in (None, who)

    def offers(self, asked: Asked) -> bool:
        """Tell whether a business system wants to know for whom the person acts."""
        return Scope.ORGANISATION in asked.request.scopes

    def has_choice(self, view: Reading, asked: Asked, actor: Actor) -> bool:
        """Tell whether the person is to say for whom he or she acts, and has not said so in this session."""
        if not self.offers(asked):
            return False
        chosen = self.repository.participant(view, session=actor.session, client=asked.client.id)
        others = organisations_of(self.identity, view, actor.id)
        if chosen is None or Prompt.NONE not in asked.request.prompts:
            return bool(others)
        return chosen.organisation is not None and chosen.organisation not in {one.organisation.id for one in others}

    def choices(self, asked: Asked, actor: Actor) -> tuple[Representation, ...]:
        """Return the organisations for which the person may act at this business system."""
        if not self.offers(asked):
            return ()
        with self.store.reading() as view:
            return organisations_of(self.identity, view, actor.id)

    def third_party(self, asked: Asked) -> str:
        """Return what the business system is called at whose interface the person's tokens are to be used, if any."""
        with self.store.reading() as view:
            return self.resources.name_of_owner(view, asked.request.resource)

    # --- the end

    def agree(self, asked: Asked, actor: Actor, *, organisation: str = "") -> str:
        """Let the business system know what it asks for, from now on as well, and return the code.

        Raise `AuthorizationRefused` where the person may not act for `organisation`, or has to do something else first.
        """
        with self.store.transaction() as tx:
            if self.step(tx, asked, actor) not in (Step.AGREE, Step.DONE):
                raise RequestUnknown
            known = self.repository.consent(tx, person=actor.id, client=asked.client.id)
            scopes = asked.request.scopes | (frozenset() if known is None else known.scopes)
            consent = Consent(
                id=new_id("loginconsent", at=tx.now),
                person=actor.id,
                client=asked.client.id,
                scopes=scopes,
                given_at=tx.now,
            )
            self.repository.put_consent(tx, consent)
            facts: dict[str, Fact] = {"client": asked.client.id, "scope": spelled(scopes), "consent": consent.id}
            tx.record(AuditEvent(tag="openid_consent:give:done", actor=actor.id, subject=actor.id, facts=facts))
            return self.code(tx, asked, actor, organisation=organisation)

    def complete(self, asked: Asked, actor: Actor) -> str:
        """Return the code of a login for which nothing is to be asked any more."""
        with self.store.transaction() as tx:
            if self.step(tx, asked, actor) is not Step.DONE:
                raise RequestUnknown
            chosen = self.repository.participant(tx, session=actor.session, client=asked.client.id)
            is_kept = chosen is not None and {Prompt.NONE} <= asked.request.prompts and self.offers(asked)
            return self.code(tx, asked, actor, organisation=(chosen.organisation or "") if chosen and is_kept else "")

    def refuse(self, asked: Asked, actor: Actor | None) -> None:
        """End a login that the person does not want."""
        with self.store.transaction() as tx:
            self.repository.take_request(tx, digest_of(asked.secret))
            who = NOBODY if actor is None else actor.id
            facts: dict[str, Fact] = {"client": asked.client.id}
            tx.record(AuditEvent(tag="openid_login:refuse:done", actor=who, subject=who, facts=facts))

    def code(self, tx: Transaction, asked: Asked, actor: Actor, *, organisation: str) -> str:
        """Keep the grant and return its code. The request is spent: of two at once one gets a code."""
        if not self.repository.take_request(tx, digest_of(asked.secret)):
            raise RequestUnknown
        acting = self.acting(tx, actor.id, organisation) if organisation else None
        session = token_repository.session(tx, actor.session, person=actor.id)
        if session is None:
            raise RequestUnknown
        request = asked.request
        grant = self.grant(
            tx, asked.client.id, session, person=actor.id, level=actor.level, acting=acting, request=request
        )
        secret = TokenKind.CODE.prefix + secrets.token_urlsafe(SECRET_BYTES)
        until = tx.now + TokenKind.CODE.lifetime
        self.repository.add_token(
            tx, digest_of(secret), grant=grant.id, kind=TokenKind.CODE, scopes=grant.scopes, until=until
        )
        return secret

    def grant(
        self,
        tx: Transaction,
        client: str,
        session: Session,
        *,
        person: str,
        level: Level,
        acting: Acting | None,
        request: AuthorizationRequest,
    ) -> Grant:
        """Keep that a person has logged in to a business system."""
        grant = Grant(
            id=new_id("login", at=tx.now),
            client=client,
            person=person,
            session=session.id,
            scopes=request.scopes,
            nonce=request.nonce,
            redirect_uri=request.redirect_uri,
            challenge=request.challenge,
            key=request.key,
            resource=request.resource,
            level=level,
            factors=session.factors,
            authenticated_at=session.begun_at,
            acting=acting,
            begun_at=tx.now,
            expires_at=tx.now + GRANT_LIFETIME,
        )
        self.repository.add_grant(tx, grant)
        organisation = None if acting is None else acting.organisation
        participant = Participant(
            session=session.id,
            client=client,
            person=person,
            sid=self.pseudonyms.session(session.id, client=client),
            organisation=organisation,
        )
        self.repository.put_participant(tx, participant)
        facts: dict[str, Fact] = {
            "login": grant.id,
            "client": client,
            "session": session.id,
            "level": level.value,
            "factors": " ".join(sorted(session.factors)),
            "scope": spelled(grant.scopes),
            "organisation": organisation,
            "resource": request.resource,
        }
        tx.record(AuditEvent(tag="openid_login:grant:done", actor=person, subject=person, facts=facts))
        return grant

    def acting(self, view: Reading, person: str, organisation: str) -> Acting:
        """Return as what a person acts for an organisation. Raise `AuthorizationRefused` for who does not."""
        for one in organisations_of(self.identity, view, person):
            if one.organisation.id == organisation:
                return Acting(organisation=organisation, standing=one.standing.value, delegation=one.delegation)
        raise AuthorizationRefused(error="access_denied", fault="the person does not act for this organisation")

    def follow(self, before: str, actor: Actor) -> None:
        """Let the business systems of a session take part in the one that replaced it when its person stepped up."""
        with self.store.transaction() as tx:
            self.repository.move_participants(tx, before=before, after=actor.session)
            facts: dict[str, Fact] = {"before": before, "after": actor.session}
            tx.record(AuditEvent(tag="openid_login:follow:done", actor=actor.id, subject=actor.id, facts=facts))


def is_recent(view: Reading, asked: Asked, session: Session) -> bool:
    """Tell whether a person has logged in as lately as the request wants it."""
    request = asked.request
    if session.begun_at >= asked.kept.asked_at:
        return True
    if {Prompt.LOGIN, Prompt.SELECT_ACCOUNT} & request.prompts:
        return False
    return request.max_age is None or (view.now - session.begun_at).total_seconds() <= request.max_age
