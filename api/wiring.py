"""Wiring: builds every adapter and every service once, and hands them out. No container, no globals."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from api.bulk_wiring import BulkJobs
from api.emblem import configured_emblem
from api.foundation import Foundation
from api.identity_wiring import WithIdentity
from api.ledger_statement import Statements
from api.seal_keys import SealKeys
from api.settings import CertifiedBy, Settings
from api.sharing_wiring import Sharing, platform_of
from api.timekeeping import Timekeeping
from api.upper_platform import UpperPlatform, configured_platform
from api.validation import configured_policy
from api.verification_wiring import verifying_of
from api.verifying import Verifying
from api.worker_wiring import WorkerPools
from licence.catalogue import Catalogue
from licence.life.reviewing import ReviewService
from licence.life.scanning import ScanService
from licence.life.time_stamping import LateTimeStamps, Renewal
from licence.live.codes import LiveCodes
from licence.live.repository import LiveCodeRepository
from licence.pictures.repository import PictureRepository
from licence.pictures.service import PictureService
from licence.service import LicenceService
from licence.sharing.repository import SharingRepository
from licence.status_publishing import StatusLists
from licence.template.rendering import Renderer
from licence.types.repository import TypeRepository
from licence.verification import VerificationService
from seal import notices
from seal.data.asn1 import SealVersion
from seal.ledger.reading import LedgerReading
from seal.life.evidencing import EvidenceService
from seal.life.queue import read_deadlines
from seal.life.workshop import Workshop
from seal.service import SealService
from seal.stamping.approvals import ApprovalService
from seal.stamping.authorising import AuthorisationService
from seal.stamping.digest_stampings import DigestStampingService
from seal.stamping.intents import Intents
from seal.stamping.message_signatures import MessageSigningService
from seal.stamping.permitting import Permitting
from seal.stamping.signed_authorisations import SignedAuthorisations
from seal.stamping.stampings import Stampers, StampingService
from trust import typefaces
from trust.blobs import BlobId, LocalBlobs
from trust.clock import Clock
from trust.errors import TrustError
from trust.founding import Role, ServiceKeys
from trust.outbox import Outbox
from trust.paths import Evidence
from trust.trust_list_publishing import TrustLists

__all__ = ["TEMPLATES", "Instance"]

TEMPLATES: Final = Path(__file__).parent.parent / "licence" / "templates"


@dataclass(frozen=True)
class Instance(WithIdentity):
    """A founded instance: everything that answers requests."""

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
        return LocalBlobs(self.base.settings.blobs, self.base.protection)

    @cached_property
    def emblem(self) -> BlobId | None:
        """The operator's emblem for seals. Raise `SettingInvalid` for its file."""
        return configured_emblem(self.base.settings, self.blobs)

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

    @property
    def pinned(self) -> tuple[str, ...]:
        """Fingerprints of the roots that vouch for trust lists: what pages give to devices."""
        issuers = self.service_keys.issuers.values()
        return tuple(one.fingerprint for one in issuers if one.subject == one.issuer and one.public_key.sm2 is not None)

    @cached_property
    def trust_lists(self) -> TrustLists:
        """The list of all that verifiers need to know."""
        return TrustLists(
            store=self.base.store,
            authorities=self.base.authorities,
            service_keys=self.service_keys,
            blobs=self.blobs,
            source=self.base.settings.public_url,
            policy=configured_policy(self.base.settings),
        )

    @cached_property
    def stampers(self) -> Stampers:
        """Where the instance gets its time-stamps."""
        time = self.timekeeping
        roles = Role.TIME_STAMP_SM2, Role.TIME_STAMP_P256
        return Stampers(
            seal=time.stamper(roles[0]),
            document=time.stamper(roles[1]),
            certificates=lambda: tuple(self.service_keys.certificate(one) for one in roles),
        )

    @cached_property
    def seals(self) -> SealService:
        """The life of seals."""
        settings = self.base.settings
        workshop = Workshop(
            store=self.base.store,
            custody=self.base.custody,
            authorities=self.base.authorities,
            service_keys=self.service_keys,
            blobs=self.blobs,
            outside=self.base.outside if settings.seal_certificates is CertifiedBy.OUTSIDE else None,
            version=SealVersion(int(settings.seal_version)),
            stamper=self.stampers.seal,
        )
        return SealService(
            store=self.base.store,
            identity=self.base.identity,
            authorities=self.base.authorities,
            blobs=self.blobs,
            workshop=workshop,
            destroyer=SealKeys(self.base, self.service_keys),
            deadlines=read_deadlines(settings.seal_deadlines),
        )

    @cached_property
    def evidence_of_seals(self) -> EvidenceService:
        """The documents that are put forward for steps in the life of seals."""
        return EvidenceService(
            store=self.base.store, identity=self.base.identity, blobs=self.blobs, protection=self.base.protection
        )

    @cached_property
    def authorisations(self) -> AuthorisationService:
        """The authorisations to stamp."""
        return AuthorisationService(
            store=self.base.store,
            identity=self.base.identity,
            signed=self.signed_authorisations,
            permitting=self.permitting,
        )

    @cached_property
    def signed_authorisations(self) -> SignedAuthorisations:
        """The authorisations to stamp, as signed delegations."""
        return SignedAuthorisations(store=self.base.store, service_keys=self.service_keys)

    @cached_property
    def ledger(self) -> LedgerReading:
        """The ledger of stampings, for owners."""
        return LedgerReading(self.base.store)

    @cached_property
    def status_lists(self) -> StatusLists:
        """How the licences of each type stand."""
        return StatusLists(
            store=self.base.store,
            catalogue=self.catalogue,
            service_keys=self.service_keys,
            source=self.base.settings.public_url,
        )

    @cached_property
    def statements(self) -> Statements:
        """The monthly statements of seals."""
        return Statements(ledger=self.ledger, stampings=self.stampings, identity=self.base.identity)

    @cached_property
    def notices(self) -> Outbox:
        """The notices to the platform above."""
        return Outbox(self.base.store, notices.TOPIC)

    @cached_property
    def upper_platform(self) -> UpperPlatform | None:
        """The platform above, where the settings name one. Raise `SettingInvalid` for its certificate."""
        return configured_platform(self.base.settings, self.service_keys, self.base.clock)

    @cached_property
    def permitting(self) -> Permitting:
        """Who may use a seal."""
        return Permitting(self.base.identity)

    @cached_property
    def intents(self) -> Intents:
        """Uses of seals, on record before a key is used."""
        return Intents(store=self.base.store, permitting=self.permitting, signed=self.signed_authorisations)

    @cached_property
    def approvals(self) -> ApprovalService:
        """Approvals before use."""
        return ApprovalService(store=self.base.store, permitting=self.permitting)

    @cached_property
    def stampings(self) -> StampingService:
        """Stamping documents."""
        return StampingService(
            store=self.base.store,
            intents=self.intents,
            custody=self.base.custody,
            authorities=self.base.authorities,
            blobs=self.blobs,
            stampers=self.stampers,
            workers=self.workers.known,
        )

    @cached_property
    def digests(self) -> DigestStampingService:
        """Sealing digests."""
        return DigestStampingService(
            store=self.base.store,
            intents=self.intents,
            custody=self.base.custody,
            authorities=self.base.authorities,
            stamper=self.stampers.seal,
        )

    @cached_property
    def messages(self) -> MessageSigningService:
        """Signing messages with the keys of seals."""
        return MessageSigningService(
            store=self.base.store,
            intents=self.intents,
            custody=self.base.custody,
            authorities=self.base.authorities,
            blobs=self.blobs,
            stamper=self.stampers.seal,
        )

    @cached_property
    def renderer(self) -> Renderer:
        """The renderer of licences."""
        emblem = "" if self.emblem is None else self.blobs.get(self.emblem).decode("utf-8-sig")
        workers = self.workers.issuing
        return Renderer(TEMPLATES, typefaces.FOLDER, bundles=self.blobs, workers=workers, emblem=emblem)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue of licence types."""
        return Catalogue(
            store=self.base.store,
            identity=self.base.identity,
            repository=TypeRepository(),
            renderer=self.renderer,
            blobs=self.blobs,
            workers=self.workers.typesetting,
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
    def reviews(self) -> ReviewService:
        """Review of steps in the life of licences by another person."""
        return ReviewService(store=self.base.store, identity=self.base.identity, licences=self.licences)

    @cached_property
    def scans(self) -> ScanService:
        """Scans of paper licences."""
        return ScanService(
            store=self.base.store,
            repository=self.registry,
            blobs=self.blobs,
            protection=self.base.protection,
            workers=self.workers.known,
        )

    @cached_property
    def pictures(self) -> PictureService:
        """Pictures in licences."""
        repository = PictureRepository(self.base.protection)
        entitling = self.licences.issuing.preparing.entitling
        workers = self.workers.known
        return PictureService(store=self.base.store, repository=repository, entitling=entitling, workers=workers)

    @cached_property
    def late_time_stamps(self) -> LateTimeStamps:
        """Time-stamps that follow."""
        told = Renewal.of(configured_policy(self.base.settings), days=self.base.settings.time_stamp_renewal_days)
        base, blobs = self.base, self.blobs
        return LateTimeStamps(base.store, self.registry, stampings=self.stampings, blobs=blobs, renewal=told)

    @cached_property
    def workers(self) -> WorkerPools:
        """The processes that read foreign files."""
        return WorkerPools.of(self.base.settings)

    @cached_property
    def verification(self) -> VerificationService:
        """Verification for everyone."""
        copies = SharingRepository(self.base.protection).files
        return VerificationService(
            store=self.base.store,
            identity=self.base.identity,
            catalogue=self.catalogue,
            repository=self.registry,
            authorities=self.base.authorities,
            service_keys=self.service_keys,
            workers=self.workers.public,
            copies=copies.standing,
            copies_named=copies.standing_named,
            policy=configured_policy(self.base.settings),
        )

    @cached_property
    def verifying(self) -> Verifying:
        """Verification as it is offered: answers that are counted, jobs, reports."""
        return verifying_of(self.base, self.verification, self.service_keys, stamper=self.stampers.document)

    @cached_property
    def live_codes(self) -> LiveCodes:
        """What holders show on their phones."""
        return LiveCodes(
            store=self.base.store,
            identity=self.base.identity,
            clients=self.base.clients,
            licences=self.registry,
            repository=LiveCodeRepository(self.base.protection),
            verification=self.verification,
            address=self.base.settings.live_code_url,
            lifetime=timedelta(seconds=self.base.settings.live_code_seconds),
        )

    @cached_property
    def bulk(self) -> BulkJobs:
        """Issuing many licences at once."""
        return BulkJobs(
            settings=self.base.settings,
            store=self.base.store,
            identity=self.base.identity,
            catalogue=self.catalogue,
            registry=self.registry,
            licences=self.licences,
            protection=self.base.protection,
            workers=self.workers.known,
        )

    @cached_property
    def sharing(self) -> Sharing:
        """Sharing licences with others."""
        return Sharing(
            store=self.base.store,
            identity=self.base.identity,
            catalogue=self.catalogue,
            licences=self.registry,
            repository=SharingRepository(self.base.protection),
            verification=self.verification,
            stampings=self.stampings,
            blobs=self.blobs,
            platform=platform_of(self.base.settings),
            service_keys=self.service_keys,
            address=self.base.settings.copy_url,
            workers=self.workers.known,
        )
