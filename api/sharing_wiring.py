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
from licence.sharing.sources import Sources
from licence.verification import VerificationService
from seal.stamping.stampings import StampingService
from trust.blobs import BlobStore
from trust.founding import ServiceKeys
from trust.store import Store
from trust.workers import IN_PROCESS, Workers

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
    service_keys: ServiceKeys
    address: str
    """Where the QR codes of annotated copies lead, with the slash that the claim follows."""

    workers: Workers = IN_PROCESS

    @cached_property
    def sources(self) -> Sources:
        """Where all of them look."""
        return Sources(
            store=self.store,
            identity=self.identity,
            catalogue=self.catalogue,
            licences=self.licences,
            repository=self.repository,
        )

    @cached_property
    def granting(self) -> GrantingService:
        """What issuers grant."""
        return GrantingService(self.sources)

    @cached_property
    def consents(self) -> ConsentService:
        """What holders agree to."""
        return ConsentService(self.sources)

    @cached_property
    def admitting(self) -> Admitting:
        """Who may call."""
        return Admitting(self.sources)

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
            files=self.repository.files,
            platform=self.platform,
            service_keys=self.service_keys,
            address=self.address,
        )
        return HandingService(
            admitting=self.admitting,
            verification=self.verification,
            copier=copier,
            blobs=self.blobs,
            workers=self.workers,
        )

    @cached_property
    def holders(self) -> HolderService:
        """What holders see."""
        return HolderService(self.sources, verification=self.verification, blobs=self.blobs)
