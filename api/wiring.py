"""Wiring: builds every adapter and every service once, and hands them out. No container, no globals."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from api.foundation import Foundation
from api.settings import CertifiedBy, Settings
from api.timekeeping import Timekeeping
from licence.catalogue import Catalogue
from licence.rendering import Renderer
from licence.repository import LicenceRepository
from licence.service import LicenceService
from licence.status_publishing import StatusLists
from licence.verification import VerificationService
from seal.service import SealService
from seal.stampings import Stampers, StampingService
from trust import typefaces
from trust.blobs import LocalBlobs
from trust.clock import Clock
from trust.errors import TrustError
from trust.founding import Role, ServiceKeys
from trust.paths import Evidence
from trust.trust_list_publishing import TrustLists

__all__ = ["TEMPLATES", "Instance"]

TEMPLATES: Final = Path(__file__).parent.parent / "licence" / "templates"


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
    def timekeeping(self) -> Timekeeping:
        """The guarded clock and the time-stamp authorities."""
        return Timekeeping(
            settings=self.base.settings,
            store=self.base.store,
            clock=self.base.clock,
            service_keys=self.service_keys,
            evidence=self.evidence,
        )

    def evidence(self) -> Evidence:
        """Return what this instance trusts now."""
        with self.base.store.reading() as view:
            return self.base.authorities.evidence(view)

    @cached_property
    def trust_lists(self) -> TrustLists:
        """The list of all that verifiers need to know."""
        return TrustLists(
            store=self.base.store,
            authorities=self.base.authorities,
            service_keys=self.service_keys,
            blobs=self.blobs,
            source=self.base.settings.public_url,
        )

    @cached_property
    def stampers(self) -> Stampers:
        """Where the instance gets its time-stamps."""
        time = self.timekeeping
        return Stampers(seal=time.stamper(Role.TIME_STAMP_SM2), document=time.stamper(Role.TIME_STAMP_P256))

    @cached_property
    def seals(self) -> SealService:
        """The life of seals."""
        return SealService(
            store=self.base.store,
            identity=self.base.identity,
            custody=self.base.custody,
            authorities=self.base.authorities,
            service_keys=self.service_keys,
            outside=self.base.outside if self.base.settings.seal_certificates is CertifiedBy.OUTSIDE else None,
        )

    @cached_property
    def stampings(self) -> StampingService:
        """Stamping."""
        return StampingService(
            store=self.base.store,
            identity=self.base.identity,
            custody=self.base.custody,
            authorities=self.base.authorities,
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
    def status_lists(self) -> StatusLists:
        """How the licences of each type stand."""
        return StatusLists(
            store=self.base.store,
            repository=self.registry,
            service_keys=self.service_keys,
            source=self.base.settings.public_url,
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
