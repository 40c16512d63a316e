"""Builders for the tests of proving and recovering: officers who are persons themselves, a provider, and its desk."""

from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from identity.authentication.attempts import KnownDevices
from identity.authentication.repository import AuthenticationRepository
from identity.duties import Actor, Duty, Grant
from identity.federation.repository import FederationRepository
from identity.four_eyes.proposals import Proposal
from identity.four_eyes.repository import ProposalRepository
from identity.four_eyes.service import FourEyes
from identity.levels import Level
from identity.notices.notices import PersonNotices
from identity.proofing.proofing import Evidence, EvidenceKind, Method, Source
from identity.proving import counter
from identity.proving.asking import ProviderDesk
from identity.proving.by_provider import ProveOneself, ProvingByProvider
from identity.proving.counter import CounterCheck, CounterChecks, CounterSeen
from identity.proving.repository import OrderRepository
from identity.recovery import counter as recovering
from identity.recovery.by_provider import RecoveryByProvider, RecoveryTimes
from identity.recovery.counter import CounterRecovery, RecoveryAtCounter
from identity.recovery.reopening import Reopening
from identity.subject import Person
from tests.fakes.provider import PlannedProvider
from tests.identity.builders import Office

__all__ = ["SEEN", "Desk", "actor", "match", "officer", "remote"]

SEEN: Final = CounterSeen(
    sources=frozenset({Source.DOCUMENT_SEEN, Source.FACE_IN_PERSON}),
    evidence=(Evidence(EvidenceKind.DOCUMENT_COPY, "0f" * 32),),
)
REASON: Final = "本人到场，证件与人一致"


def actor(person: Person) -> Actor:
    """Return a person who has logged in with a password."""
    return Actor(id=person.id, grants=frozenset(), level=Level.BASIC, shown=Level.BASIC, proven=Level.HIGH)


def officer(person: Person) -> Actor:
    """Return a registrar in a session of the highest level."""
    return Actor(id=person.id, grants=frozenset({Grant(Duty.REGISTRAR)}), level=Level.HIGH)


def remote(key: str = "") -> ProveOneself:
    """Ask to be proven by document and face."""
    return ProveOneself(method=Method.REMOTE, request_key=key or uuid4().hex)


def match(phone: str = "13800001234", key: str = "") -> ProveOneself:
    """Ask to be compared with the records."""
    return ProveOneself(method=Method.MATCH, phone=phone, request_key=key or uuid4().hex)


@dataclass
class Desk:
    """Everything of proving and recovering, on an office."""

    office: Office
    provider: PlannedProvider = field(init=False)
    devices: KnownDevices = field(init=False)
    elsewhere: FederationRepository = field(init=False)
    desk: ProviderDesk = field(init=False)
    own: ProvingByProvider = field(init=False)
    four_eyes: FourEyes = field(init=False)
    checks: CounterChecks = field(init=False)
    recovery: RecoveryByProvider = field(init=False)
    at_counter: RecoveryAtCounter = field(init=False)
    notices: PersonNotices = field(init=False)
    first: Actor = field(init=False)
    second: Actor = field(init=False)

    def __post_init__(self) -> None:
        office = self.office
        store, identity, protection = office.store, office.identity, office.repository.protection
        self.provider = PlannedProvider(office.clock)
        orders = OrderRepository(protection)
        self.desk = ProviderDesk(store=store, repository=orders, provider=self.provider)
        self.own = ProvingByProvider(store=store, identity=identity, desk=self.desk)
        self.checks = CounterChecks(store=store, identity=identity)
        self.four_eyes = FourEyes(
            store=store,
            identity=identity,
            repository=ProposalRepository(protection),
            handlers=(CounterCheck(identity), CounterRecovery(identity)),
        )
        self.devices = KnownDevices(protection)
        self.elsewhere = FederationRepository(protection)
        reopening = Reopening(
            access=office.access, authenticators=AuthenticationRepository(protection), elsewhere=self.elsewhere
        )
        self.recovery = RecoveryByProvider(
            store=store,
            identity=identity,
            reopening=reopening,
            desk=self.desk,
            devices=self.devices,
            times=RecoveryTimes(),
        )
        self.at_counter = RecoveryAtCounter(
            store=store, identity=identity, reopening=reopening, four_eyes=self.four_eyes
        )
        self.notices = PersonNotices(store)
        self.first, self.second = self.appointed(office.person("甲")), self.appointed(office.person("乙"))

    def appointed(self, person: Person) -> Actor:
        """Return a person as a registrar who holds the duty."""
        with self.office.store.transaction() as tx:
            self.office.appointing.add_grant(tx, person.id, Grant(Duty.REGISTRAR), by="test")
        return officer(person)

    # --- at the counter

    def propose(self, subject: str, seen: CounterSeen = SEEN, *, by: Actor | None = None) -> Proposal:
        """Let an officer record a check."""
        return self.put(counter.KIND, subject, seen, by=by)

    def propose_recovery(self, person: str, seen: CounterSeen = SEEN, *, by: Actor | None = None) -> Proposal:
        """Let an officer record who has lost the way in."""
        return self.put(recovering.KIND, person, seen, by=by)

    def put(self, kind: str, subject: str, seen: CounterSeen, *, by: Actor | None) -> Proposal:
        """Let an officer propose something."""
        return self.four_eyes.propose(
            by or self.first,
            kind=kind,
            subject=subject,
            content=seen.content,
            reason=REASON,
            request_key=uuid4().hex,
        )

    def approve(self, proposal: Proposal, *, by: Actor | None = None) -> Proposal:
        """Let another officer agree."""
        return self.four_eyes.approve(by or self.second, proposal.id, digest=proposal.digest)

    # --- looking

    def level(self, subject: str) -> int:
        """Return what is proven of a subject now."""
        assurance = self.office.identity.find(subject).assurance
        return 0 if assurance is None else assurance.level

    def told(self, person: str) -> list[str]:
        """Return what a person was told of proofings and recoveries, in the order of the alphabet."""
        kinds = [one.kind.value for one in self.notices.of(person)]
        return sorted(kind for kind in kinds if kind.startswith(("proofing", "recovery")))
