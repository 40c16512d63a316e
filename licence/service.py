"""The life of licences after they were issued (licence/issuing.py): what becomes of them, and looking at them."""

from datetime import datetime

from identity.duties import Actor, Duty
from identity.service import IdentityService
from licence.catalogue import Catalogue
from licence.desk import IssuingDesk
from licence.enclosures import enclosed
from licence.errors import LicenceUnknown, MomentInFuture
from licence.four_eyes import require_agreed
from licence.grounds import Ground, require_ground
from licence.issuing import Issuing
from licence.lifecycle import LicenceEvent
from licence.ordering import IssueLicence
from licence.preparing import ISSUE_PURPOSE, Preparing
from licence.records import CHINA, StateThen, state_at
from licence.releasing import Releasing
from licence.repository import Licence, LicenceHistoryEntry, LicenceQuery, LicenceRepository
from licence.request_repository import RequestRepository
from licence.steps import Why, require_duty, step
from licence.template.assembly import ENCLOSED
from licence.template.rendering import Renderer
from seal.stamping.stampings import StampingService
from trust.blobs import BlobStore
from trust.founding import ServiceKeys
from trust.reasons import require_reason
from trust.store import Reading, Store, Transaction

__all__ = ["CHINA", "ISSUE_PURPOSE", "IssueLicence", "LicenceService"]

ISSUERS_DUTIES = (Duty.BUSINESS_SYSTEM, Duty.LICENCE_REVIEWER, Duty.LICENCE_OFFICER)
"""Duties that let somebody look at the licences of an authority."""


class LicenceService:
    """The use cases of licences."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        repository: LicenceRepository,
        catalogue: Catalogue,
        stampings: StampingService,
        renderer: Renderer,
        blobs: BlobStore,
        service_keys: ServiceKeys,
        address: str,
    ) -> None:
        self.store = store
        self.identity = identity
        self.repository = repository
        self.review_requests = RequestRepository(repository.protection)
        self.catalogue = catalogue
        self.blobs = blobs
        self.issuing = Issuing(
            store=store,
            repository=repository,
            catalogue=catalogue,
            preparing=Preparing(
                identity=identity,
                repository=repository,
                review_requests=self.review_requests,
                catalogue=catalogue,
                permitting=stampings.permitting,
            ),
            releasing=Releasing(
                store=store,
                repository=repository,
                stampings=stampings,
                renderer=renderer,
                service_keys=service_keys,
                address=address,
            ),
        )

        self.desk = IssuingDesk(store=store, identity=identity, catalogue=catalogue, preparing=self.issuing.preparing)
        """What officers look at before they issue."""

    # --- issuing

    def issue(self, actor: Actor, command: IssueLicence) -> Licence:
        """Issue a licence, as `Issuing.issue` does."""
        return self.issuing.issue(actor, command)

    def recover(self) -> int:
        """Void what processes that died have left behind; return how many licences that were."""
        return self.issuing.recover()

    # --- after issue

    def suspend(self, actor: Actor, licence: str, *, reason: str) -> Licence:
        """Suspend a licence 暂扣."""
        return self.move(actor, licence, LicenceEvent.SUSPEND, reason=reason)

    def restore(self, actor: Actor, licence: str, *, reason: str) -> Licence:
        """Give a suspended licence back 发还."""
        return self.move(actor, licence, LicenceEvent.RESTORE, reason=reason)

    def revoke(self, actor: Actor, licence: str, *, reason: str) -> Licence:
        """Revoke a licence 吊销: a penalty, from now on."""
        return self.move(actor, licence, LicenceEvent.REVOKE, reason=reason)

    def withdraw(self, actor: Actor, licence: str, *, reason: str, ground: Ground | None) -> Licence:
        """Withdraw a licence 撤销、撤回: by its ground from the beginning, or from now on."""
        return self.move(actor, licence, LicenceEvent.WITHDRAW, reason=reason, ground=ground)

    def cancel(self, actor: Actor, licence: str, *, reason: str, ground: Ground | None) -> Licence:
        """Cancel a licence 注销: what it proved has ended by itself."""
        return self.move(actor, licence, LicenceEvent.CANCEL, reason=reason, ground=ground)

    def move(
        self, actor: Actor, licence: str, event: LicenceEvent, *, reason: str, ground: Ground | None = None
    ) -> Licence:
        """Move a licence along its life, by an officer of its issuer, where nobody else need agree to it.

        Raise `ReasonMissing`, `GroundUnfit`, `LicenceUnknown`, `DutyMissing`, `ReviewRequired`, `EventNotPossible` or
        `FourEyesRequired`.
        """
        why = Why(reason=require_reason(reason), ground=require_ground(event, ground))
        with self.store.transaction() as tx:
            current = self.require(tx, licence)
            actor.require(Duty.LICENCE_OFFICER, current.issuer)
            kind = self.catalogue.require(tx, current.type)
            require_agreed(self.review_requests, tx, kind, event, actor=actor.id, review=None, digest="")
            return self.take_step(tx, current, event, actor=actor.id, why=why)

    def take_step(self, tx: Transaction, licence: Licence, event: LicenceEvent, *, actor: str, why: Why) -> Licence:
        """Take a step that is agreed to. Raise `EventNotPossible` or `FourEyesRequired`."""
        return step(self.repository, tx, licence, event, actor=actor, why=why)

    # --- looking

    def find(self, actor: Actor, licence: str) -> tuple[Licence, tuple[LicenceHistoryEntry, ...]]:
        """Return a licence and its history, for its issuer."""
        with self.store.reading() as view:
            return self.look(view, actor, licence)

    def look(self, view: Reading, actor: Actor, licence: str) -> tuple[Licence, tuple[LicenceHistoryEntry, ...]]:
        """Return a licence and its history. Raise `LicenceUnknown`, or `DutyMissing` to whom it does not concern."""
        found = self.require(view, licence)
        require_duty(actor, found.issuer, *ISSUERS_DUTIES)
        return found, self.repository.history(view, found.id)

    def find_at(
        self, actor: Actor, licence: str, at: datetime
    ) -> tuple[Licence, tuple[LicenceHistoryEntry, ...], StateThen]:
        """Return a licence, its history, and how it stood at a moment, for its issuer. Raise `MomentInFuture`."""
        with self.store.reading() as view:
            if at > view.now:
                raise MomentInFuture
            found, history = self.look(view, actor, licence)
            return found, history, state_at(found, history, at)

    def editions(self, actor: Actor, licence: str) -> tuple[Licence, ...]:
        """Return every edition of a licence, oldest first, for its issuer."""
        with self.store.reading() as view:
            found, _ = self.look(view, actor, licence)
            return self.repository.editions(view, found.chain)

    def search(
        self, actor: Actor, query: LicenceQuery, *, holder_code: str | None, before: str | None, limit: int
    ) -> tuple[Licence, ...]:
        """Return licences of an authority, newest first, for its officers and systems, from before `before` on.

        A holder whom nobody knows has none. Raise `DutyMissing`.
        """
        require_duty(actor, query.issuer, *ISSUERS_DUTIES)
        with self.store.reading() as view:
            if holder_code is None:
                return self.repository.search(view, query, before=before, limit=limit)
            holders = self.identity.subjects_of_code(view, holder_code)
            found = [
                one
                for holder in holders
                for one in self.repository.search(view, query.of_holder(holder), before=before, limit=limit)
            ]
        return tuple(sorted(found, key=lambda one: one.id, reverse=True)[:limit])

    def file(self, actor: Actor, licence: str) -> bytes:
        """Return the PDF of a licence, for its issuer."""
        found, _ = self.find(actor, licence)
        if found.file is None:
            raise LicenceUnknown
        return self.blobs.get(found.file)

    def metadata(self, actor: Actor, licence: str, ending: str) -> bytes:
        """Return the metadata of a licence, for its issuer: the very octets that lie in its signed file.

        `ending` is `json` or `xml`. Raise `LicenceUnknown` also for one whose file is from before there were any.
        """
        found = enclosed(self.file(actor, licence), f"{ENCLOSED}.{ending}")
        if found is None:
            raise LicenceUnknown
        return found

    def require(self, view: Reading, licence: str) -> Licence:
        """Return a licence by our identifier or its licence identifier, or raise `LicenceUnknown`."""
        found = self.repository.get(view, licence) or self.repository.by_identifier(view, licence)
        if found is None:
            raise LicenceUnknown
        return found
