"""Making prepared licences: claim, page, stamp, verification, release. The order is told in licence/issuing.py."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from identity.delegation.standing import give_back_for
from identity.duties import Actor
from licence.claim import Claim, sign_claim
from licence.errors import LicenceUnknown
from licence.lifecycle import LicenceEvent, LicenceState
from licence.metadata import LicenceMetadata
from licence.paper import attach_scan, mark_of
from licence.pictures.errors import PictureMissing
from licence.pictures.repository import PictureRepository
from licence.pictures.showing import as_inputs
from licence.preparing import ISSUE_PURPOSE, Begun
from licence.repository import Licence, LicenceRepository
from licence.steps import step
from licence.succession import end_predecessor
from licence.template.assembly import Assembler
from licence.template.rendering import Renderer
from licence.types.kind import LicenceType
from seal.ledger.entries import Purpose, Stamping
from seal.stamping.orders import Level, Outage, StampOrder
from seal.stamping.permitting import Use
from seal.stamping.places import AtPoint
from seal.stamping.preparing import prepare_own_document
from seal.stamping.stamp import PreparedStamp, StampKit, prepare_stamp
from seal.stamping.stampings import StampingService
from trust.blobs import BlobId
from trust.errors import TrustError
from trust.events import Fact
from trust.founding import Role, ServiceKeys
from trust.store import Store, Transaction

__all__ = ["Releasing"]

Answer = TypeVar("Answer")


@dataclass(kw_only=True)
class Making:
    """A licence that is being made. What is there of it says how far it has come."""

    begun: Begun
    claim: str = ""
    text: bytes = field(default=b"", repr=False)
    """Its text, set, until it is put together."""

    prepared: PreparedStamp | None = None
    stamping: Stamping | None = None
    pdf: bytes = field(default=b"", repr=False)
    level: Level = Level.NONE
    """The level that its signature has reached."""

    file: BlobId | None = None
    result: Licence | TrustError | None = None

    @property
    def use(self) -> Use:
        """What the seal is wanted for."""
        purpose = Purpose(purpose=ISSUE_PURPOSE, document_kind=self.begun.kind.code)
        return Use(seal=self.begun.licence.seal, purpose=purpose)


class Releasing:
    """Makes and releases prepared licences."""

    def __init__(
        self,
        *,
        store: Store,
        repository: LicenceRepository,
        stampings: StampingService,
        renderer: Renderer,
        service_keys: ServiceKeys,
        address: str,
    ) -> None:
        self.store = store
        self.repository = repository
        self.stampings = stampings
        self.assembler = Assembler(renderer)
        self.pictures = PictureRepository(repository.protection)
        self.service_keys = service_keys
        self.address = address
        """Where a QR code leads, without the claim and with a slash at the end."""

    def release(self, actor: Actor, begun: Sequence[Begun]) -> Mapping[str, Licence | TrustError]:
        """Make prepared licences, and return by the identifier of each the licence or why there is none.

        What comes to nothing is voided before this returns or raises.
        """
        making = [Making(begun=one) for one in begun]
        try:
            self.make(actor, making)
        except Exception:
            self.clear(making)
            raise
        self.clear(making)
        return {one.begun.licence.id: one.result for one in making if one.result is not None}

    def make(self, actor: Actor, making: Sequence[Making]) -> None:
        """Take each licence from step to step, until it is released or there is an error."""
        self.draw(going_on(making))
        for one, stamping in self.together(going_on(making), lambda tx, one: self.intend(tx, actor, one)):
            one.stamping = stamping
        self.stamp(going_on(making))
        self.keep(going_on(making))
        for one, licence in self.together(going_on(making), self.conclude):
            one.result = licence

    # --- the steps

    def draw(self, making: Sequence[Making]) -> None:
        """Sign the claims, render the pages and prepare the stamps on them."""
        kits: dict[str, StampKit | TrustError] = {}
        with self.store.reading() as view:
            now = view.now
            for seal in dict.fromkeys(one.begun.licence.seal for one in making):
                try:
                    kits[seal] = self.stampings.kit(view, seal)
                except TrustError as error:
                    kits[seal] = error
        for one in making:
            kit = kits[one.begun.licence.seal]
            try:
                if isinstance(kit, TrustError):
                    raise kit
                one.claim = self.claim_address(one.begun)
                one.text = self.set_text(one)
            except TrustError as error:
                one.result = error
        # Each by itself would let the compiler sweep the rest out of the caches of the processor, licence by licence.
        for one in going_on(making):
            kit = kits[one.begun.licence.seal]
            assert isinstance(kit, StampKit)  # noqa: S101 - else there is an error
            try:
                one.prepared = self.prepare_stamp(one, kit, at=now)
            except TrustError as error:
                one.result = error
            one.text = b""

    def intend(self, tx: Transaction, actor: Actor, one: Making) -> Stamping:
        """Put the intent to stamp a licence on record."""
        assert one.prepared is not None  # noqa: S101 - it was drawn
        identifier = one.begun.licence.identifier  # by which the owner of the seal finds the use again
        return self.stampings.intend(tx, actor, one.use, one.prepared, reference=identifier)

    def stamp(self, making: Sequence[Making]) -> None:
        """Redeem the stamps. What comes back has passed our own verification."""
        for one in making:
            assert one.prepared is not None and one.stamping is not None  # noqa: S101, PT018 - it is intended
            try:
                stamped = self.stampings.redeem(one.stamping, one.prepared)
                one.pdf, one.level = stamped.pdf, stamped.level
            except TrustError as error:
                one.result = error
            one.prepared = None  # with its files, of which nobody has need any more

    def keep(self, making: Sequence[Making]) -> None:
        """Put the files into the blob store."""
        try:
            names = self.stampings.blobs.put_all([one.pdf for one in making])
        except TrustError as error:
            for one in making:
                one.result = error
            return
        for one, name in zip(making, names, strict=True):
            one.file, one.pdf = name, b""

    def conclude(self, tx: Transaction, one: Making) -> Licence:
        """Say that a licence is stamped, and release it."""
        licence, stamping, file = one.begun.licence, one.stamping, one.file
        assert stamping is not None and file is not None  # noqa: S101, PT018 - it is stamped and kept
        self.stampings.conclude(tx, stamping, file)
        current = self.repository.get(tx, licence.id)
        if current is None:
            raise LicenceUnknown
        level = one.level
        # Never silently: the answer, the trail and whoever verifies it say that a time-stamp is still to follow.
        awaited = level is not one.begun.kind.signature.level
        finished = replace(
            current,
            claim=one.claim,
            stamping=stamping.id,
            file=file,
            level=level.value,
            time_stamp_due=tx.now if awaited else None,
        )
        facts: dict[str, Fact] = {"identifier": licence.identifier, "file": file, "stamping": stamping.id}
        if awaited:
            facts |= {"level": level.value, "time_stamp": "awaited"}
        actor = stamping.actor
        why = one.begun.why
        released = step(self.repository, tx, finished, LicenceEvent.RELEASE, actor=actor, why=why, facts=facts)
        attach_scan(tx, one.begun.paper, released)
        for name, picture in one.begun.pictures.items():
            if not self.pictures.use(tx, picture.id):
                raise PictureMissing(field=name)
        end_predecessor(self.repository, tx, released, actor=actor, why=why)
        return released

    def clear(self, making: Sequence[Making]) -> None:
        """Void what came to nothing, so that the requests can be repeated at once."""
        for one in making:
            if isinstance(one.result, Licence):
                continue
            # What cannot be voided now, `recover` voids later: it must not cost the others their answer.
            with suppress(TrustError):
                if one.stamping is not None:
                    self.stampings.intents.abandon((one.stamping,))
                self.abandon(one.begun.licence)

    def abandon(self, licence: Licence) -> bool:
        """Void a licence that was prepared and not released; tell whether it still was. Its identifier stays taken."""
        with self.store.transaction() as tx:
            current = self.repository.get(tx, licence.id)
            if current is None:
                raise LicenceUnknown
            left_behind = current.state is LicenceState.PREPARED
            if left_behind:
                step(self.repository, tx, current, LicenceEvent.ABANDON, actor=current.last_actor)
                give_back_for(tx, current.id)
            return left_behind

    # --- building blocks

    def together(
        self, making: Sequence[Making], change: Callable[[Transaction, Making], Answer]
    ) -> list[tuple[Making, Answer]]:
        """Change all in one transaction; where one stands in the way of others, each in one of its own.

        Return who was changed, with what `change` returned. Of the others the result is the error.
        """
        if not making:
            return []
        try:
            with self.store.transaction() as tx:
                answers = [change(tx, one) for one in making]
        except TrustError as error:
            if len(making) > 1:
                return [changed for one in making for changed in self.together([one], change)]
            making[0].result = error
            return []
        return list(zip(making, answers, strict=True))

    def claim_address(self, begun: Begun) -> str:
        """Return the address in the QR code: where to ask, and a claim that proves itself."""
        licence = begun.licence
        claim = Claim(
            licence=licence.digest,
            issuer=begun.issuer.credit_code,
            last_day=licence.last_day,
            status_index=licence.status_index,
            status_list=begun.status_list,
        )
        signer, certificate = self.service_keys.credential(Role.LICENCE_CLAIM)
        return self.address + sign_claim(claim, signer, certificate)

    def set_text(self, one: Making) -> bytes:
        """Set the text of a licence."""
        licence = one.begun.licence
        return self.assembler.text(one.begun.kind.template, page_data(one), at=licence.prepared_at)

    def prepare_stamp(self, one: Making, kit: StampKit, *, at: datetime) -> PreparedStamp:
        """Put a licence together and prepare the stamp on it."""
        licence, kind = one.begun.licence, one.begun.kind
        metadata = LicenceMetadata.of(
            licence, kind, issuer=one.begun.issuer, holder=one.begun.holder, seal_name=kit.label
        )
        page = self.assembler.complete(kind.template, one.text, one.claim, at=licence.prepared_at, metadata=metadata)
        place = self.assembler.manifest(kind.template).seal
        point = AtPoint(page=place.page, x_mm=place.centre_x_mm, y_mm=place.centre_y_mm)
        return prepare_stamp(page, kit, order_of(kind, point), at=at, prepare=prepare_own_document)


def order_of(kind: LicenceType, point: AtPoint) -> StampOrder:
    """Return what the stamping of a licence asks for, as its type says."""
    rule = kind.signature
    outage = Outage(rule.outage.value)
    return StampOrder(places=(point,), reason=f"{kind.name} 签发", level=rule.level, mode=rule.mode, outage=outage)


def going_on(making: Sequence[Making]) -> list[Making]:
    """Return those of which nothing is decided."""
    return [one for one in making if one.result is None]


def page_data(one: Making) -> dict[str, object]:
    """Return what the template shows; licence/templates/lib.typ tells the contract."""
    licence = one.begun.licence
    return {
        "fields": one.begun.kind.fields.printed(licence.data),
        "licence": {
            "identifier": licence.identifier,
            "number": licence.number,
            "authority": one.begun.issuer.name,
            "issued_on": licence.issued_on.isoformat(),
            "valid_from": licence.valid_from.isoformat(),
            "valid_until": "" if licence.last_day is None else licence.last_day.isoformat(),
            "mark": mark_of(licence),
        },
        "pictures": as_inputs(one.begun.pictures),
    }
