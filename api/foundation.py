"""The foundation of an instance, before any ceremony: database, custody of keys, identity, authorities."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from urllib.parse import urlsplit

from api.custody_wiring import devices, read_roots, root_source, token_source
from api.settings import CustodyKind, Settings
from identity.access import AccessService
from identity.account_freezing import AccountFreezing
from identity.appointing import AppointingService
from identity.authentication.attempts import Attempts, KnownDevices
from identity.authentication.changing import PasswordChange
from identity.authentication.enrolling import Enrolment
from identity.authentication.passkeys import RelyingParty
from identity.authentication.repository import AuthenticationRepository
from identity.authentication.signing_in import SignIn
from identity.breached_passwords import BreachedPasswords
from identity.client_changes import ClientKeyService
from identity.clients import ClientService
from identity.levels import Level
from identity.password_policy import PasswordPolicy
from identity.presence import SessionLimits
from identity.proofing.rules import read_lifetimes
from identity.registry import RegisterService
from identity.repository import IdentityRepository
from identity.service import IdentityService
from keys import data_keys, secret_halves
from keys import repository as key_repository
from keys.backup import Keeper
from keys.data_keys import RootKeys, StoredProtection
from keys.destruction import Destroyer
from keys.errors import KeystoreUnavailable, SharesTooFew
from keys.keyring import Keyring
from keys.rekeying import Rewrapping, RootChange
from keys.remote import CustodyClient, RemoteProtection
from keys.repository import KeptKey
from keys.shares import Share, combine, divide, transcript
from keys.software import SoftwareDevice
from keys.unsealing import RootRecord, identify
from keys.wrapping import RootKey, write_secret
from trust import succession
from trust.audit import AuditTrail
from trust.authority import Authorities, Authority
from trust.certificates import Certificate
from trust.clock import Clock, SystemClock
from trust.crypto import backends, selftest
from trust.crypto.backends import BackendChoice
from trust.double_certificates import DoubleCertificates
from trust.events import AuditEvent, Fact
from trust.external_authorities import ExternalAuthorities
from trust.paths import Purpose, validate
from trust.responder import Responders
from trust.rotation import Rotation
from trust.signing import KeyReference
from trust.store import Further, Reading, Store, nothing_further
from trust.verdict import Outcome, Verdict

__all__ = ["Foundation", "prove_cryptography"]


def prove_cryptography(settings: Settings) -> tuple[str, ...]:
    """Choose the backends, and run the self-test with them and their secret halves; return those that passed.

    Every library of this machine is tried, unless the settings name one: then that one alone, so that an operator can
    do without a library that errs. Raise `SelfTestFailed`; `LibcryptoMissing` or `BotanMissing` where the settings ask
    for what is not there; `BackendLeaks` where they ask for what must not hold private keys.
    """
    computing = backends.use(settings.crypto_backend)
    if settings.crypto_backend is BackendChoice.AUTO:
        return selftest.run(halves=secret_halves.available())
    return selftest.run(halves=(secret_halves.in_use(),), libraries=(computing.verifies,))


@dataclass(frozen=True)
class Foundation:
    """What an instance stands on, before any ceremony: database, key custody, identity, authorities."""

    settings: Settings
    roots: RootKeys
    clock: Clock

    @classmethod
    def open(cls, settings: Settings, clock: Clock | None = None) -> "Foundation":
        """Open an instance with its root key. Raise `KeystoreUnavailable`."""
        backends.use(settings.crypto_backend)
        if CustodyKind.PROCESS in settings.custody_kinds:  # the root key is there, and never comes here
            return cls(settings, RootKeys({}), clock or SystemClock())
        return cls(settings, read_roots(settings), clock or SystemClock())

    @classmethod
    def open_sealed(cls, settings: Settings) -> "Foundation":
        """Open an instance without its root key, for those who are about to bring it."""
        return cls(settings, RootKeys({}), SystemClock())

    @classmethod
    def create(cls, settings: Settings, clock: Clock | None = None) -> "Foundation":
        """Make the folder and the root key of a new instance; a root key file that the operator names is used as it is.

        Raise `KeystoreExists`, or `KeystoreUnavailable` for a file that cannot be used.
        """
        settings = settings.for_ceremony()
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if settings.root_key_file is None and not settings.root_secret:
            RootKey.create(settings.root_key)
        base = cls.open(settings, clock)
        base.record_root()
        return base

    def record_root(self) -> None:
        """Write the public record of the root key, which instances of earlier versions do not have."""
        if not self.settings.root_record.exists() and not self.roots.is_sealed:
            generation = self.roots.newest
            RootRecord.of(self.roots.of_generation(generation), generation=generation).write(self.settings.root_record)

    def establish(self) -> None:
        """Make the data keys that are not there yet."""
        with self.store.transaction() as tx:
            if isinstance(self.protection, RemoteProtection):
                self.protection.establish(tx)
            else:
                data_keys.establish(tx, self.roots)

    @cached_property
    def store(self) -> Store:
        """The database."""
        return Store(self.settings.database, clock=self.clock, journal=AuditTrail())

    @cached_property
    def custody(self) -> Keyring:
        """The custody of private keys."""
        return Keyring(self.store, *devices(self.settings, self.roots))

    @cached_property
    def own_roots(self) -> RootKeys:
        """The root keys in this process, for the ceremonies of an operator who has them; no server asks for them."""
        return read_roots(self.settings) if self.roots.is_sealed else self.roots

    @cached_property
    def own_keyring(self) -> Keyring:
        """The custody with those root keys."""
        return Keyring(self.store, SoftwareDevice(self.own_roots)) if self.roots.is_sealed else self.custody

    @cached_property
    def rewrapping(self) -> Rewrapping:
        """New envelopes for private keys."""
        return Rewrapping(store=self.store, keyring=self.own_keyring)

    @cached_property
    def destroyer(self) -> Destroyer:
        """The destruction of keys."""
        return Destroyer(store=self.store, keyring=self.custody)

    @cached_property
    def keeper(self) -> Keeper:
        """Backups of keys."""
        return Keeper(store=self.store, roots=self.own_roots)

    @cached_property
    def root_change(self) -> RootChange:
        """The change of the root key."""
        source = root_source(self.settings)
        return RootChange(store=self.store, keyring=self.own_keyring, roots=self.own_roots, source=source)

    def combine_root(self, shares: Iterable[str], *, actor: str) -> int:
        """Write a divided root key into its file again, from as many of `shares` as it takes; return its generation.

        Raise what `combine` raises, `RootMismatch` for another root key, or `KeystoreExists`.
        """
        brought: list[str] = []
        for one in shares:
            brought.append(one)
            try:
                root = combine(brought)
            except SharesTooFew:
                continue
            break
        else:
            root = combine(brought)
        (generation,) = identify([root], RootRecord.read(self.settings.root_record))
        write_secret(self.settings.root_key, root.secret)
        with self.store.transaction() as tx:
            facts: dict[str, Fact] = {"generation": generation}
            tx.record(AuditEvent(tag="root_key:combine:done", actor=actor, subject="root key", facts=facts))
        return generation

    @cached_property
    def rotation(self) -> Rotation:
        """The rotation of the service's own keys."""
        return Rotation(store=self.store, custody=self.custody, authorities=self.authorities)

    def custody_state(self) -> str:
        """Return what the devices say of themselves, and where the root key comes from. Raise what is wrong there."""
        is_elsewhere = CustodyKind.PROCESS in self.settings.custody_kinds
        source = "custody process" if is_elsewhere else root_source(self.settings).name
        return f"{self.custody.ready()}; root key from: {source}"

    def root_told(self) -> RootRecord | None:
        """Return the public record of the root key, where this process can read one."""
        try:
            return RootRecord.read(self.settings.root_record)
        except KeystoreUnavailable:
            return None

    def root_is_kept_apart(self) -> bool:
        """Tell whether nobody can take the root key alone by copying a file: it was divided, or is in a token."""
        told = self.root_told()
        return bool(self.settings.root_token_key) or (told is not None and told.threshold is not None)

    def keys_of_rings(self, view: Reading, rings: Collection[str]) -> Mapping[str, tuple[KeptKey, ...]]:
        """Return every version of the keys of some rings, the newest first."""
        return {one: tuple(reversed(key_repository.all_keys(view, ring=one))) for one in rings}

    def keys_in_custody(self, *, ring: str | None = None) -> tuple[KeptKey, ...]:
        """Return every key in custody, or those of a ring."""
        with self.store.reading() as view:
            return key_repository.all_keys(view, ring=ring)

    def key_in_custody(self, view: Reading, handle: str) -> KeyReference | None:
        """Return the key of a handle, if there is one."""
        kept = key_repository.get(view, handle.rpartition(":")[2])
        return None if kept is None or kept.handle != handle else kept.reference

    def keep_root_in_token(self, label: str, *, actor: str, further: Further = nothing_further) -> None:
        """Put the root key under a key of the token, beside where it is kept now. Raise `KeystoreExists`."""
        self.record_root()
        generation = self.roots.newest
        root = self.roots.of_generation(generation)
        token_source(self.settings, label).keep(root)
        with self.store.transaction() as tx:
            facts: dict[str, Fact] = {"generation": generation}
            tx.record(AuditEvent(tag="root_key:keep:done", actor=actor, subject="root key", facts=facts))
            further(tx)

    def divide_root(
        self, *, threshold: int, holders: Sequence[str], actor: str, further: Further = nothing_further
    ) -> tuple[tuple[Share, ...], str]:
        """Divide the root key into a share for each holder; return them with the transcript, which holds none."""
        generation = self.own_roots.newest
        root = self.own_roots.of_generation(generation)
        made = divide(root, threshold=threshold, holders=holders)
        record = RootRecord.read(self.settings.root_record) or RootRecord.of(root, generation=generation)
        with self.store.transaction() as tx:
            facts: dict[str, Fact] = {"threshold": threshold, "shares": len(made), "generation": generation}
            tx.record(AuditEvent(tag="root_key:divide:done", actor=actor, subject="root key", facts=facts))
            further(tx)
            at = tx.now
        # Only now: the record tells everybody that no file by itself is the root key.
        replace(record, threshold=threshold, shares=len(made)).write(self.settings.root_record)
        return made, transcript(made, threshold=threshold, generation=generation, at=at, check=root.check_value)

    @cached_property
    def protection(self) -> StoredProtection | RemoteProtection:
        """The protection of personal data."""
        if CustodyKind.PROCESS in self.settings.custody_kinds:
            return RemoteProtection(self.store, CustodyClient(self.settings.custody_address))
        return StoredProtection(self.store, self.roots)

    @cached_property
    def authorities(self) -> Authorities:
        """The certification authorities."""
        return Authorities(self.store, self.custody, address=self.settings.pki_url)

    @cached_property
    def responders(self) -> Responders:
        """Who answers for the authorities by OCSP."""
        return Responders(self.store, self.custody, self.authorities)

    @cached_property
    def outside(self) -> ExternalAuthorities:
        """What authorities outside certify."""
        return ExternalAuthorities(self.store, self.custody)

    @cached_property
    def double_certificates(self) -> DoubleCertificates:
        """Pairs of certificates, for who asks with a key of his own."""
        return DoubleCertificates(self.store, self.custody, self.authorities)

    def succeed(self, line: str, *, actor: str, further: Further = nothing_further) -> Authority:
        """Give an authority its next generation."""
        house = self.store, self.custody, self.authorities, self.responders
        return succession.succeed(*house, line=line, actor=actor, further=further)

    @cached_property
    def identities(self) -> IdentityRepository:
        """The tables of identity."""
        return IdentityRepository(self.protection)

    @cached_property
    def identity(self) -> IdentityService:
        """Persons and organisations."""
        return IdentityService(self.store, self.identities, lifetimes=read_lifetimes(self.settings.proofing_days))

    @cached_property
    def access(self) -> AccessService:
        """Accounts and sessions."""
        return AccessService(
            store=self.store,
            repository=self.identities,
            identity=self.identity,
            policy=password_policy(self.settings),
            limits=session_limits(self.settings),
        )

    @cached_property
    def appointing(self) -> AppointingService:
        """Who holds which duty."""
        return AppointingService(store=self.store, repository=self.identities, identity=self.identity)

    @cached_property
    def clients(self) -> ClientService:
        """Business systems."""
        return ClientService(
            store=self.store,
            repository=self.identities,
            identity=self.identity,
            appointing=self.appointing,
            access=self.access,
            audiences=self.settings.assertion_audiences,
        )

    @cached_property
    def account_freezing(self) -> AccountFreezing:
        """Closing somebody's way in."""
        return AccountFreezing(store=self.store, repository=self.identities)

    @cached_property
    def register(self) -> RegisterService:
        """Subjects and accounts page by page."""
        return RegisterService(store=self.store, repository=self.identities, identity=self.identity, access=self.access)

    @cached_property
    def client_keys(self) -> ClientKeyService:
        """The keys of business systems."""
        return ClientKeyService(self.clients)

    @cached_property
    def sign_in(self) -> SignIn:
        """How persons come back."""
        repository = AuthenticationRepository(self.protection)
        devices = KnownDevices(self.protection)
        return SignIn(
            store=self.store,
            identity=self.identity,
            access=self.access,
            accounts=self.identities,
            repository=repository,
            attempts=Attempts(repository=repository, protection=self.protection, devices=devices),
            relying_party=relying_party(self.settings),
            is_trusted=self.is_trusted_for_persons,
        )

    @cached_property
    def enrolment(self) -> Enrolment:
        """With what persons come back."""
        return Enrolment(self.sign_in)

    @cached_property
    def password_change(self) -> PasswordChange:
        """How persons change their password."""
        return PasswordChange(self.sign_in)

    def is_trusted_for_persons(self, view: Reading, certificate: Certificate) -> bool:
        """Tell whether a certificate leads to an authority that is trusted for signatures, and is in force now."""
        path = validate(certificate, self.authorities.evidence(view), purpose=Purpose.SIGNING, at=view.now)
        return Verdict(checks=path.checks).outcome is Outcome.PASSED


def password_policy(settings: Settings) -> PasswordPolicy:
    """Return what makes a password acceptable here. Raise `BreachedListUnreadable`."""
    if settings.breached_passwords is None:
        return PasswordPolicy()
    breached = BreachedPasswords(settings.breached_passwords)
    breached.require_readable()
    return PasswordPolicy(breached=breached)


def session_limits(settings: Settings) -> SessionLimits:
    """Return how long sessions last, and how long they may be left alone."""
    minutes = {
        Level.NONE: settings.session_idle_l1,
        Level.BASIC: settings.session_idle_l1,
        Level.SUBSTANTIAL: settings.session_idle_l2,
        Level.HIGH: settings.session_idle_l3,
    }
    idle = {level: timedelta(minutes=count) for level, count in minutes.items()}
    return SessionLimits(lifetime=timedelta(hours=settings.session_hours), idle=idle)


def relying_party(settings: Settings) -> RelyingParty:
    """Return for whom passkeys are made: the host of the public address."""
    address = urlsplit(settings.public_url)
    return RelyingParty(host=address.hostname or "", origin=f"{address.scheme}://{address.netloc}")
