"""Builders for the tests of identity: an office that registers made-up people, and a business system with its key."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from uuid import uuid4

from argon2 import PasswordHasher
from joserfc import jwt
from joserfc.jwk import ECKey

from identity import citizen_number, credit_code
from identity.access import AccessService
from identity.appointing import AppointingService, GrantDuty, content_of
from identity.authentication.attempts import Attempts, KnownDevices
from identity.authentication.enrolling import Enrolment
from identity.authentication.passkeys import RelyingParty
from identity.authentication.repository import AuthenticationRepository
from identity.authentication.signing_in import LogIn, SignIn
from identity.client_changes import AddClientKey, ChangeClient, ClientKeyService, RetireClient
from identity.clients import ClientService
from identity.duties import Actor, Duty, Grant
from identity.four_eyes.proposals import Proposal
from identity.four_eyes.repository import ProposalRepository
from identity.four_eyes.service import FourEyes
from identity.levels import Level
from identity.repository import Client, IdentityRepository
from identity.service import IdentityService, RegisterOrganisation, RegisterPerson
from identity.subject import Organisation, Person
from identity.tokens import IssuedToken
from keys.wrapping import EnvelopeProtection, RootKey
from tests.fakes.clock import SettableClock
from trust import repository as trail
from trust.events import AuditEvent
from trust.store import Store

__all__ = [
    "AUDIENCE",
    "BORN",
    "FIRST",
    "ORIGIN",
    "PASSWORD",
    "SECOND",
    "SECRET",
    "BusinessSystem",
    "Office",
    "organisation_code",
    "person_number",
]

ORIGIN: Final = "https://trust.example"
AUDIENCE: Final = "https://trust.example/oauth2/token"
PASSWORD: Final = "seven quiet herons at dawn"
BORN: Final = date(1949, 12, 31)
SECRET: Final = bytes(range(32))
"""The root key of the tests."""


def somebody(name: str, *duties: Duty) -> Actor:
    """Return an actor who is not in the database."""
    return Actor(id=name, grants=frozenset(Grant(duty) for duty in duties))


FIRST: Final = somebody("first registrar", Duty.REGISTRAR)
SECOND: Final = somebody("second registrar", Duty.REGISTRAR)
SYSTEM: Final = somebody("system administrator", Duty.SYSTEM_ADMINISTRATOR)
SECURITY: Final = somebody("security administrator", Duty.SECURITY_ADMINISTRATOR)


def person_number(sequence: int, *, born: date = BORN, area: str = "110105") -> str:
    """Return the citizen number of a made-up person, with a check character that is right."""
    body = f"{area}{born:%Y%m%d}{sequence:03d}"
    return body + citizen_number.check_character(body)


def organisation_code(sequence: int, *, prefix: str = "11", area: str = "330199") -> str:
    """Return the credit code of a made-up organisation, with a check character that is right."""
    body = f"{prefix}{area}MB0{sequence:06d}"
    return body + credit_code.check_character(body)


@dataclass
class Office:
    """Everything of identity on one database, and people who come to the counter one after the other."""

    store: Store
    clock: SettableClock
    count: int = 0
    repository: IdentityRepository = field(init=False)
    identity: IdentityService = field(init=False)
    access: AccessService = field(init=False)
    appointing: AppointingService = field(init=False)
    clients: ClientService = field(init=False)
    client_keys: ClientKeyService = field(init=False)
    four_eyes: FourEyes = field(init=False)
    sign_in: SignIn = field(init=False)
    enrolment: Enrolment = field(init=False)
    trusted: set[str] = field(default_factory=set)
    """Fingerprints of the certificates that lead to an authority."""

    def __post_init__(self) -> None:
        protection = EnvelopeProtection.derived(RootKey(SECRET))
        self.repository = IdentityRepository(protection)
        self.identity = IdentityService(self.store, self.repository)
        self.access = AccessService(store=self.store, repository=self.repository, identity=self.identity)
        self.appointing = AppointingService(store=self.store, repository=self.repository, identity=self.identity)
        self.clients = ClientService(
            store=self.store,
            repository=self.repository,
            identity=self.identity,
            appointing=self.appointing,
            access=self.access,
            audiences=(AUDIENCE, ORIGIN),
        )
        self.client_keys = ClientKeyService(self.clients)
        self.four_eyes = FourEyes(
            store=self.store,
            identity=self.identity,
            repository=ProposalRepository(protection),
            handlers=(
                GrantDuty(self.appointing),
                AddClientKey(self.client_keys),
                ChangeClient(self.client_keys),
                RetireClient(self.client_keys),
            ),
        )
        kept = AuthenticationRepository(protection)
        self.sign_in = SignIn(
            store=self.store,
            identity=self.identity,
            access=self.access,
            accounts=self.repository,
            repository=kept,
            attempts=Attempts(repository=kept, protection=protection, devices=KnownDevices(protection)),
            relying_party=RelyingParty(host="trust.example", origin=ORIGIN),
            is_trusted=lambda _, certificate: certificate.fingerprint in self.trusted,
        )
        self.enrolment = Enrolment(self.sign_in)
        # Cheap parameters: what Argon2 costs is for the service to pay, not for a test.
        passwords = self.access.passwords
        passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        passwords.nobody = passwords.hasher.hash("nobody")

    def enter(self, *, username: str, password: str) -> IssuedToken:
        """Log in with a password alone."""
        return self.sign_in.log_in(LogIn(username=username, password=password)).token

    def next(self) -> int:
        """Return a number that nobody here has yet."""
        self.count += 1
        return self.count

    def register(self, name: str = "王小明") -> Person:
        """Register a person."""
        command = RegisterPerson(name=name, citizen_number=person_number(self.next()))
        return self.identity.register_person(FIRST, command)

    def person(self, name: str = "王小明") -> Person:
        """Register a person and have it proven."""
        proven = self.identity.prove(SECOND, self.register(name).id)
        assert isinstance(proven, Person)
        return proven

    def officer(self, *grants: Grant) -> Actor:
        """Return a person of the registry who is logged in at the highest level and holds these duties."""
        person = self.person("沈知远").id
        with self.store.transaction() as tx:
            for grant in grants:
                self.appointing.add_grant(tx, person, grant, by="test")
            tx.record(AuditEvent(tag="test:officer:done", actor="test", subject=person))
        return Actor(id=person, grants=frozenset(grants), level=Level.HIGH, shown=Level.HIGH, proven=Level.HIGH)

    @cached_property
    def pair(self) -> tuple[Actor, Actor]:
        """The two security administrators."""
        one, other = (self.officer(Grant(Duty.SECURITY_ADMINISTRATOR)) for _ in range(2))
        return one, other

    def propose(self, person: str, grant: Grant, *, until: datetime | None = None) -> Proposal:
        """Let the first security administrator propose a duty."""
        content, key = content_of(grant, until=until), uuid4().hex
        return self.four_eyes.propose(
            self.pair[0], kind="duty:grant", subject=person, content=content, reason="任职通知", request_key=key
        )

    def appoint(self, person: str, grant: Grant, *, until: datetime | None = None) -> None:
        """Give a person a duty, by both security administrators."""
        proposal = self.propose(person, grant, until=until)
        self.four_eyes.approve(self.pair[1], proposal.id, digest=proposal.digest)

    def organisation(self, name: str = "云州市市场监督管理局") -> Organisation:
        """Register an organisation and have it proven."""
        command = RegisterOrganisation(name=name, credit_code=organisation_code(self.next()))
        proven = self.identity.prove(SECOND, self.identity.register_organisation(FIRST, command).id)
        assert isinstance(proven, Organisation)
        return proven

    def account(self, person: Person, *, username: str = "", password: str = PASSWORD) -> str:
        """Open and activate an account; return its username."""
        username = username or f"user{self.next()}"
        code = self.access.open_account(SECURITY, person.id).secret
        self.access.activate(code, username=username, password=password)
        return username

    def session(self, person: Person) -> IssuedToken:
        """Open an account for a person and log in."""
        return self.enter(username=self.account(person), password=PASSWORD)

    def client(self, organisation: Organisation | None = None) -> "BusinessSystem":
        """Register a business system and have it approved."""
        owner = organisation or self.organisation()
        key = ECKey.generate_key("P-256")
        registered = self.clients.register_client(
            SYSTEM,
            name="综合业务系统",
            organisation=owner.id,
            public_jwk=key.as_dict(private=False),
            request_key=uuid4().hex,
        )
        return BusinessSystem(self.clients.approve_client(SECURITY, registered.id), key, self.clock)

    def events(self, *, after: int = 0) -> list[AuditEvent]:
        """Return what the audit trail holds."""
        with self.store.reading() as view:
            return [one.event for one in trail.events(view, after=after)]

    def tags(self, subject: str) -> list[str]:
        """Return what the audit trail holds about somebody."""
        return [event.tag for event in self.events() if event.subject == subject]


@dataclass(frozen=True)
class BusinessSystem:
    """A client with its private key."""

    client: Client
    key: ECKey
    clock: SettableClock

    def claims(self, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a claim may be
        """Return the claims of a good assertion, with some of them changed, or taken out where the change is None."""
        good = {
            "iss": self.client.id,
            "sub": self.client.id,
            "aud": AUDIENCE,
            "jti": secrets.token_hex(8),
            "exp": int((self.clock.now() + timedelta(minutes=2)).timestamp()),
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def assertion(self, *, key: ECKey | None = None, header: Mapping[str, Any] | None = None, **changes: Any) -> str:  # noqa: ANN401 - likewise
        """Return a signed assertion with claims as `claims` makes them."""
        return jwt.encode(dict(header or {"alg": "ES256"}), self.claims(**changes), key or self.key)
