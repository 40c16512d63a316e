"""Wiring: builds every adapter and every service once, and hands them out. No container, no globals."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from api.settings import Settings
from identity.access import AccessService
from identity.repository import IdentityRepository
from identity.service import IdentityService
from keys.software import SoftwareCustody
from keys.wrapping import EnvelopeProtection, RootKey
from licence.catalogue import Catalogue
from licence.rendering import Renderer
from licence.repository import LicenceRepository
from licence.service import LicenceService
from licence.verification import VerificationService
from seal.service import SealService
from seal.stampings import Stampers, StampingService
from trust import typefaces
from trust.audit import AuditTrail
from trust.authority import Authorities
from trust.blobs import LocalBlobs
from trust.clock import Clock, SystemClock
from trust.errors import TrustError
from trust.founding import Role, ServiceKeys
from trust.store import Store
from trust.time_authority import TimeAuthority

__all__ = ["Foundation", "Instance"]

TEMPLATES = Path(__file__).parent.parent / "licence" / "templates"


@dataclass(frozen=True)
class Foundation:
    """What an instance stands on, before any ceremony: database, key custody, identity, authorities."""

    settings: Settings
    root: RootKey
    clock: Clock

    @classmethod
    def open(cls, settings: Settings, clock: Clock | None = None) -> "Foundation":
        """Open an instance with its root key. Raise `KeystoreUnavailable`."""
        return cls(settings, RootKey.load(settings.root_key), clock or SystemClock())

    @classmethod
    def create(cls, settings: Settings, clock: Clock | None = None) -> "Foundation":
        """Make the folder and the root key of a new instance; a root key file that the operator names is used as it is.

        Raise `KeystoreExists`, or `KeystoreUnavailable` for a file that cannot be used.
        """
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if settings.root_key_file is None:
            RootKey.create(settings.root_key)
        return cls.open(settings, clock)

    @cached_property
    def store(self) -> Store:
        """The database."""
        return Store(self.settings.database, clock=self.clock, journal=AuditTrail())

    @cached_property
    def custody(self) -> SoftwareCustody:
        """The custody of private keys."""
        return SoftwareCustody(self.store, self.root)

    @cached_property
    def protection(self) -> EnvelopeProtection:
        """The protection of personal data."""
        return EnvelopeProtection(self.root)

    @cached_property
    def authorities(self) -> Authorities:
        """The certification authorities."""
        return Authorities(self.store, self.custody, address=self.settings.pki_url)

    @cached_property
    def identities(self) -> IdentityRepository:
        """The tables of identity."""
        return IdentityRepository(self.protection)

    @cached_property
    def identity(self) -> IdentityService:
        """Persons and organisations."""
        return IdentityService(self.store, self.identities)

    @cached_property
    def access(self) -> AccessService:
        """Accounts, sessions, clients, duties."""
        return AccessService(
            store=self.store,
            repository=self.identities,
            identity=self.identity,
            token_address=self.settings.token_url,
        )


@dataclass(frozen=True)
class Instance:
    """A founded instance: everything that answers requests."""

    base: Foundation
    service_keys: ServiceKeys

    @classmethod
    def open(cls, settings: Settings, clock: Clock | None = None) -> "Instance":
        """Open a founded instance. Raise `KeystoreUnavailable`, `StoreUnavailable` or `NotFounded`."""
        base = Foundation.open(settings, clock)
        try:
            with base.store.reading() as view:
                return cls(base, ServiceKeys(base.custody, base.authorities, view))
        except TrustError:
            base.store.close()
            raise

    @cached_property
    def blobs(self) -> LocalBlobs:
        """The files."""
        return LocalBlobs(self.base.settings.blobs)

    @cached_property
    def stampers(self) -> Stampers:
        """The time-stamp authorities."""
        sm2, p256 = (
            TimeAuthority(self.service_keys.time_stamp_signer(role), self.base.clock)
            for role in (Role.TIME_STAMP_SM2, Role.TIME_STAMP_P256)
        )
        return Stampers(seal=sm2, document=p256)

    @cached_property
    def seals(self) -> SealService:
        """The life of seals."""
        return SealService(
            store=self.base.store,
            identity=self.base.identity,
            custody=self.base.custody,
            authorities=self.base.authorities,
            service_keys=self.service_keys,
        )

    @cached_property
    def stampings(self) -> StampingService:
        """Stamping."""
        return StampingService(
            store=self.base.store,
            identity=self.base.identity,
            custody=self.base.custody,
            authorities=self.base.authorities,
            service_keys=self.service_keys,
            blobs=self.blobs,
            stampers=self.stampers,
        )

    @cached_property
    def renderer(self) -> Renderer:
        """The renderer of licences."""
        return Renderer(TEMPLATES, typefaces.FOLDER)

    @cached_property
    def registry(self) -> LicenceRepository:
        """The tables of licences."""
        return LicenceRepository(self.base.protection)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue of licence types."""
        return Catalogue(
            store=self.base.store, identity=self.base.identity, repository=self.registry, renderer=self.renderer
        )

    @cached_property
    def licences(self) -> LicenceService:
        """The life of licences."""
        return LicenceService(
            store=self.base.store,
            identity=self.base.identity,
            repository=self.registry,
            catalogue=self.catalogue,
            stampings=self.stampings,
            renderer=self.renderer,
            blobs=self.blobs,
            service_keys=self.service_keys,
            address=self.base.settings.claim_url,
        )

    @cached_property
    def verification(self) -> VerificationService:
        """Verification for everyone."""
        return VerificationService(
            store=self.base.store,
            identity=self.base.identity,
            catalogue=self.catalogue,
            repository=self.registry,
            authorities=self.base.authorities,
            service_keys=self.service_keys,
        )
