"""Wiring of sharing: who may ask, what holders agreed to, what is handed out."""

from dataclasses import dataclass
from functools import cached_property

from api.settings import Settings
from identity.service import IdentityService
from licence.catalogue import Catalogue
from licence.repository import LicenceRepository
from licence.sharing.admitting import Admitting
from licence.sharing.asking import AskingService
from licence.sharing.consenting import ConsentService
from licence.sharing.copying import Copier, Platform
from licence.sharing.granting import GrantingService
from licence.sharing.handing import HandingService
from licence.sharing.holding import HolderService
from licence.sharing.repository import SharingRepository
from licence.verification import VerificationService
from seal.stamping.stampings import StampingService
from trust.blobs import BlobStore
from trust.store import Store

__all__ = ["Sharing", "platform_of"]


def platform_of(settings: Settings) -> Platform | None:
    """Return what annotated copies are sealed with, where the operator named both."""
    if not settings.sharing_seal or not settings.sharing_system:
        return None
    return Platform(seal=settings.sharing_seal, system=settings.sharing_system)


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """Everything that sharing is made of, built once."""

    store: Store
    identity: IdentityService
    catalogue: Catalogue
    licences: LicenceRepository
    repository: SharingRepository
    verification: VerificationService
    stampings: StampingService
    blobs: BlobStore
    platform: Platform | None

    @cached_property
    def granting(self) -> GrantingService:
        """What issuers grant."""
        return GrantingService(
            store=self.store, identity=self.identity, catalogue=self.catalogue, repository=self.repository
        )

    @cached_property
    def consents(self) -> ConsentService:
        """What holders agree to."""
        return ConsentService(
            store=self.store,
            identity=self.identity,
            catalogue=self.catalogue,
            licences=self.licences,
            repository=self.repository,
        )

    @cached_property
    def admitting(self) -> Admitting:
        """Who may call."""
        return Admitting(
            store=self.store,
            identity=self.identity,
            catalogue=self.catalogue,
            licences=self.licences,
            repository=self.repository,
        )

    @cached_property
    def asking(self) -> AskingService:
        """Calls that answer with data."""
        return AskingService(admitting=self.admitting, verification=self.verification)

    @cached_property
    def handing(self) -> HandingService:
        """Calls that answer with files."""
        copier = Copier(
            store=self.store,
            identity=self.identity,
            stampings=self.stampings,
            blobs=self.blobs,
            platform=self.platform,
        )
        return HandingService(admitting=self.admitting, verification=self.verification, copier=copier, blobs=self.blobs)

    @cached_property
    def holders(self) -> HolderService:
        """What holders see."""
        return HolderService(
            store=self.store,
            identity=self.identity,
            licences=self.licences,
            repository=self.repository,
            verification=self.verification,
            blobs=self.blobs,
        )
