"""The token endpoint behind the browser's back: codes and refresh tokens against tokens.

A code and a refresh token are good once. Whoever brings one again may have stolen it, or been robbed of it: every token
of that login ends (RFC 6749, 4.1.2; RFC 9700, 4.14.2). This is on record before it is answered. Where a request brings
a proof of a key, the access token is bound to it, and the refresh token of an app that keeps no secret (RFC 9449, 5).
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from identity import token_repository
from identity.binding import UNBOUND, Binding
from identity.business_systems import Client
from identity.client_repository import ClientRepository
from identity.dpop import DPoPProofRefused
from identity.jose import half_hash
from identity.levels import Factor, Level
from identity.lifecycle import PERMITS, SubjectUse
from identity.openid.claims import Claims
from identity.openid.errors import AccessTokenRefused, ClientRefused, GrantRefused, TokenRequestRefused
from identity.openid.grants import ACCESS_LIFETIME, GRANT_LIFETIME, Acting, Grant, Token, TokenKind
from identity.openid.keys import ProviderKeys
from identity.openid.metadata import AuthMethod, ClientMetadata
from identity.openid.pkce import is_answered
from identity.openid.repository import OpenIDRepository
from identity.openid.resources import Resources
from identity.openid.scopes import Scope, scopes_of, spelled
from identity.representing import organisations_of
from identity.service import IdentityService
from identity.tokens import SECRET_BYTES, IssuedToken, digest_of
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Reading, Store, Transaction

__all__ = ["Answer", "Granting", "Wanted"]

ID_TOKEN_SECONDS: Final = 300


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the token endpoint gives (RFC 6749, 5.1)."""

    access_token: str = field(repr=False)
    seconds: int
    scopes: frozenset[Scope]
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)
    key: str = ""
    """Thumbprint of the key that the access token is bound to; empty: of none."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a request for tokens says beside what it brings."""

    key: str = ""
    """Thumbprint of the key of which it brings a proof (RFC 9449, 5); empty: of none."""

    resource: str | None = None
    """What the access token is to be for (RFC 8707, 2.2)."""


NOTHING: Final = Wanted()


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """An access token that is not given yet, and the ID token beside it."""

    access: str = field(repr=False)
    id_token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What tokens are made with."""

    key: str = ""
    resource: str | None = None
    is_app: bool = False
    ahead: Ahead | None = None


UNBOUNDED: Final = Bounds()


class Granting:
    """The use cases of the token endpoint."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        clients: ClientRepository,
        repository: OpenIDRepository,
        keys: ProviderKeys,
        claims: Claims,
        resources: Resources,
    ) -> None:
        self.store = store
        self.identity = identity
        self.clients = clients
        self.repository = repository
        self.keys = keys
        self.claims = claims
        self.resources = resources

    # --- who asks

    def public_client(self, name: str) -> Client:
        """Return an app that can keep no secret and is registered as one. Raise `ClientRefused`."""
        with self.store.reading() as view:
            client = self.clients.find(view, name) if name else None
            registered = None if client is None else self.repository.metadata(view, client.id)
            if client is None or registered is None or not self.identity.client_may_act(view, client):
                raise ClientRefused
        if registered.token_endpoint_auth_method is not AuthMethod.NONE:
            raise ClientRefused
        return client

    def registered(self, view: Reading, client: Client) -> ClientMetadata:
        """Return what a business system is registered with. Raise `ClientRefused`."""
        found = self.repository.metadata(view, client.id)
        if found is None:
            raise ClientRefused
        return found

    def require_bound(self, client: str, key: str) -> None:
        """Return if a business system may get a token that is bound to `key`, or to none. Raise `DPoPProofRefused`."""
        with self.store.reading() as view:
            registered = self.repository.metadata(view, client)
        if registered is not None:
            require_key(registered, Wanted(key=key))

    # --- codes

    def redeem(
        self, client: Client, *, code: str, redirect_uri: str, verifier: str, wanted: Wanted = NOTHING
    ) -> Answer:
        """Give tokens for a code (RFC 6749, 4.1.3; RFC 7636, 4.6).

        Raise `GrantRefused`, `ClientRefused`, `DPoPProofRefused`, and `TokenRequestRefused` for a resource.
        """
        fault, token, answer, resource = "unknown", None, None, None
        ahead = self.ahead(client, code, TokenKind.CODE)
        with self.store.transaction() as tx:
            registered = self.registered(tx, client)
            found = self.repository.token(tx, digest_of(code))
            if found is not None and found.kind is TokenKind.CODE and found.grant.client == client.id:
                token = found
                require_key(registered, wanted)
                resource = self.resources.given(tx, wanted.resource, granted=found.grant.resource)
                fault = self.fault_of_code(tx, found, code, redirect_uri=redirect_uri, verifier=verifier)
                fault = fault or ("key" if found.grant.key not in {"", wanted.key} else "")
            if not fault and token is not None and ahead is not None:
                bounds = Bounds(key=wanted.key, resource=resource, is_app=is_app(registered), ahead=ahead)
                answer = self.tokens(tx, token.grant, token.grant.scopes, bounds)
                self.claims.record(tx, token.grant, "id_token")
            else:
                self.note_refusal(tx, client, token, fault)
        if answer is None:
            raise GrantRefused(fault=fault)
        return answer

    def fault_of_code(self, tx: Transaction, token: Token, code: str, *, redirect_uri: str, verifier: str) -> str:
        """Return what is wrong with a code, or nothing; from now on it is used, whatever is wrong."""
        if not self.repository.use_token(tx, digest_of(code)):
            self.repository.end_grants(tx, grant=token.grant.id)
            return "used"
        if token.expires_at <= tx.now:
            return "expired"
        if redirect_uri != token.grant.redirect_uri:
            return "redirect"
        if not is_answered(token.grant.challenge, verifier):
            return "verifier"
        return "" if self.stands(tx, token.grant) else "ended"

    # --- refresh tokens

    def refresh(self, client: Client, *, secret: str, scope: str | None, wanted: Wanted = NOTHING) -> Answer:
        """Give tokens for a refresh token, which is replaced by another (RFC 6749, 6). Raise as `redeem`.

        One that is bound to a key is not spent by who does not hold that key.
        """
        fewer = None if scope is None else scopes_of(scope)
        if scope is not None and fewer is None:
            raise TokenRequestRefused(error="invalid_scope", fault="scopes that there are")
        fault, token, answer, resource = "unknown", None, None, None
        ahead = self.ahead(client, secret, TokenKind.REFRESH)
        with self.store.transaction() as tx:
            registered = self.registered(tx, client)
            found = self.repository.token(tx, digest_of(secret))
            if found is not None and found.kind is TokenKind.REFRESH and found.grant.client == client.id:
                token = found
                if fewer is not None and not fewer <= token.scopes:
                    raise TokenRequestRefused(error="invalid_scope", fault="more than was granted (RFC 6749, 6)")
                require_key(registered, wanted)
                resource = self.resources.given(tx, wanted.resource, granted=found.grant.resource)
                is_held = found.key in {"", wanted.key}
                fault = self.fault_of_refresh(tx, found, secret) if is_held else "key"
            if not fault and token is not None and ahead is not None:
                bounds = Bounds(key=wanted.key, resource=resource, is_app=is_app(registered), ahead=ahead)
                answer = self.tokens(tx, token.grant, fewer or token.scopes, bounds)
                self.claims.record(tx, token.grant, "id_token")
            else:
                self.note_refusal(tx, client, token, fault)
        if answer is None:
            raise GrantRefused(fault=fault)
        return answer

    def fault_of_refresh(self, tx: Transaction, token: Token, secret: str) -> str:
        """Return what is wrong with a refresh token, or nothing; from now on it is used."""
        if not self.repository.use_token(tx, digest_of(secret)):
            self.repository.end_grants(tx, grant=token.grant.id)
            return "used"
        if token.expires_at <= tx.now:
            return "expired"
        return "" if self.stands(tx, token.grant) else "ended"

    def note_refusal(self, tx: Transaction, client: Client, token: Token | None, fault: str) -> None:
        """Put a refusal into the audit trail."""
        facts: dict[str, Fact] = {"fault": fault, "login": None if token is None else token.grant.id}
        tag = "openid_token:reuse:refused" if fault == "used" else "openid_token:issue:refused"
        tx.record(AuditEvent(tag=tag, actor=client.id, subject=client.id, facts=facts))

    # --- tokens

    def tokens(self, tx: Transaction, grant: Grant, scopes: frozenset[Scope], bounds: Bounds = UNBOUNDED) -> Answer:
        """Give an access token, and a refresh token where the person agreed to that."""
        access = self.token(tx, grant, TokenKind.ACCESS, scopes, bounds)
        lasting = Scope.OFFLINE_ACCESS in grant.scopes
        refresh = self.token(tx, grant, TokenKind.REFRESH, scopes, bounds) if lasting else None
        facts: dict[str, Fact] = {"login": grant.id, "scope": spelled(scopes), "refresh": lasting}
        facts |= {"bound": bool(bounds.key), "resource": bounds.resource}
        tx.record(AuditEvent(tag="openid_token:issue:done", actor=grant.client, subject=grant.person, facts=facts))
        return Answer(
            access_token=access,
            seconds=int(ACCESS_LIFETIME.total_seconds()),
            scopes=scopes,
            refresh_token=refresh,
            id_token=None if bounds.ahead is None else bounds.ahead.id_token,
            key=bounds.key,
        )

    def token(
        self, tx: Transaction, grant: Grant, kind: TokenKind, scopes: frozenset[Scope], bounds: Bounds = UNBOUNDED
    ) -> str:
        """Keep a token of a grant, and return its secret, which may have been made ahead."""
        is_access = kind is TokenKind.ACCESS
        secret = bounds.ahead.access if is_access and bounds.ahead is not None else secret_of(kind)
        until = min(tx.now + kind.lifetime, grant.expires_at)
        self.repository.add_token(
            tx,
            digest_of(secret),
            grant=grant.id,
            kind=kind,
            scopes=scopes,
            until=until,
            key=bounds.key if is_access or bounds.is_app else "",  # others prove who they are (RFC 9449, 5)
            resource=bounds.resource if is_access else None,
        )
        return secret

    def give(
        self,
        tx: Transaction,
        *,
        client: str,
        person: str,
        session: str,
        level: Level,
        scope: str,
        organisation: str | None,
        authenticated_at: datetime | None = None,
        factors: frozenset[Factor] = frozenset(),
        key: str = "",
    ) -> IssuedToken:
        """Give a business system an access token within a use case of somebody else: it ends with the session.

        Raise `TokenRequestRefused` for scopes that there are not, or an organisation that the person does not act for.
        """
        scopes = scopes_of(scope)
        if scopes is None or Scope.OFFLINE_ACCESS in scopes:
            raise TokenRequestRefused(error="invalid_scope", fault="scopes that end with the session")
        speaks = {str(one.organisation.id): one for one in organisations_of(self.identity, tx, person)}
        acting = None
        if organisation is not None:
            if organisation not in speaks:
                raise TokenRequestRefused(error="invalid_target", fault="the person does not act for it")
            told = speaks[organisation]
            acting = Acting(organisation=organisation, standing=told.standing.value, delegation=told.delegation)
        grant = Grant(
            id=new_id("login", at=tx.now),
            client=client,
            person=person,
            session=session,
            scopes=scopes,
            level=level,
            factors=factors,
            authenticated_at=authenticated_at or tx.now,
            acting=acting,
            begun_at=tx.now,
            expires_at=tx.now + GRANT_LIFETIME,
        )
        self.repository.add_grant(tx, grant)
        secret = self.tokens(tx, grant, scopes, Bounds(key=key)).access_token
        bound = Binding(key=key)
        return IssuedToken(secret=secret, holder=person, expires_at=tx.now + ACCESS_LIFETIME, level=level, bound=bound)

    def take_back(self, tx: Transaction, digest: str) -> None:
        """End the login that the token with a digest hangs on, within a use case of somebody else."""
        found = self.repository.token(tx, digest)
        if found is not None:
            self.repository.end_grants(tx, grant=found.grant.id)
            facts: dict[str, Fact] = {"login": found.grant.id}
            tx.record(
                AuditEvent(
                    tag="openid_token:revoke:done", actor=found.grant.client, subject=found.grant.person, facts=facts
                )
            )

    def ahead(self, client: Client, secret: str, kind: TokenKind) -> Ahead | None:
        """Make what a code or a refresh token may be answered with, before it is spent; None for what is none.

        Where no key answers, whatever was brought can be brought again. Raise `SigningUnavailable`, `ClientRefused`.
        """
        with self.store.reading() as view:
            registered = self.registered(view, client)
            found = self.repository.token(view, digest_of(secret))
            if found is None or (found.kind, found.grant.client, found.used_at) != (kind, client.id, None):
                return None
            claims = self.claims.of_login(view, found.grant, registered, scopes=found.grant.scopes)
            now = int(view.now.timestamp())
        access, algorithm = secret_of(TokenKind.ACCESS), registered.id_token_signed_response_alg
        claims |= {"iat": now, "exp": now + ID_TOKEN_SECONDS, "at_hash": half_hash(access, algorithm)}
        if kind is TokenKind.CODE and found.grant.nonce is not None:  # not again when it is refreshed (12.2)
            claims["nonce"] = found.grant.nonce
        return Ahead(access=access, id_token=self.keys.signed(algorithm, claims, kind="JWT"))

    # --- what holds

    def stands(self, view: Reading, grant: Grant) -> bool:
        """Tell whether a grant holds now: person, organisation and business system may act, the login is not over."""
        # Whatever ended every session of the person for safety ends what outlives a session as well.
        void = token_repository.void_before(view, grant.person)
        is_void = void is not None and grant.begun_at <= void
        if grant.ended_at is not None or grant.expires_at <= view.now or is_void or not self.may_act(view, grant):
            return False
        if Scope.OFFLINE_ACCESS in grant.scopes:
            return True
        return token_repository.session(view, grant.session, person=grant.person) is not None

    def may_act(self, view: Reading, grant: Grant) -> bool:
        """Tell whether everybody whom a grant is about may act: the person, the business system, the organisation."""
        person = self.identity.repository.person(view, grant.person)
        if person is None or SubjectUse.ACT not in PERMITS[person.state]:
            return False
        client = self.clients.find(view, grant.client)
        if client is None or not self.identity.client_may_act(view, client):
            return False
        speaks = () if grant.acting is None else organisations_of(self.identity, view, grant.person)
        return grant.acting is None or grant.acting.organisation in {one.organisation.id for one in speaks}

    def bearer(self, view: Reading, secret: str, shown: Binding = UNBOUND) -> Token:
        """Return the access token with a secret, if it holds now and is for this service. Raise `AccessTokenRefused`.

        `shown` is the key of which the request brings a proof, which has to be the token's.
        """
        found = self.repository.token(view, digest_of(secret))
        if found is None or found.kind is not TokenKind.ACCESS or found.expires_at <= view.now:
            raise AccessTokenRefused
        if found.key != shown.key or found.resource is not None or not self.stands(view, found.grant):
            raise AccessTokenRefused
        return found


def secret_of(kind: TokenKind) -> str:
    """Return a new secret of a token."""
    return kind.prefix + secrets.token_urlsafe(SECRET_BYTES)


def is_app(registered: ClientMetadata) -> bool:
    """Tell whether a business system is an app that keeps no secret."""
    return registered.token_endpoint_auth_method is AuthMethod.NONE


def require_key(registered: ClientMetadata, wanted: Wanted) -> None:
    """Return if a request brings a proof of a key where one is needed. Raise `DPoPProofRefused` (RFC 9449, 5.2)."""
    if registered.dpop_bound_access_tokens and not wanted.key:
        raise DPoPProofRefused(fault="missing")
