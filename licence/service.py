"""The life of licences: issuing, and what becomes of them after.

1. Transaction 1: type, holder, seal and authorisation are looked at, the number is taken, the licence is `prepared`.
2. With no transaction open: the claim for the QR code is signed, the page is rendered, the stamp is prepared.
3. Transaction 2: the stamping's intent is on record. From here on we can prove what we meant to sign.
4. The seal stamps, once; the finished file passes our own verification; it goes to the blob store.
5. Transaction 3: `prepared → in_force`. Then it is answered.

A process that dies in between leaves a prepared licence, which `recover` voids. A number is never given twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from identity.duties import Actor, Duty, Grant
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from identity.lifecycle import SubjectUse
from identity.service import IdentityService
from identity.subject import Organisation
from licence.catalogue import Catalogue
from licence.claim import Claim, licence_digest, sign_claim
from licence.errors import (
    DataInvalid,
    HolderNotRegistered,
    IssueUnderWay,
    LicenceUnknown,
    NumberTaken,
    TypeNotPublished,
)
from licence.kinds import LicenceType, check_data, last_day
from licence.lifecycle import LIFECYCLE, LicenceEvent, LicenceState, TypeState
from licence.number import LicenceIdentifier
from licence.qr import draw_svg
from licence.rendering import Renderer
from licence.repository import Licence, LicenceHistoryEntry, LicenceRepository
from seal.errors import NotAuthorised
from seal.stamping.orders import StampOrder
from seal.stamping.permitting import Use
from seal.stamping.places import AtPoint
from seal.stamping.stamp import PreparedStamp, prepare_stamp
from seal.stamping.stampings import Purpose, StampingService
from trust import requests
from trust.blobs import BlobStore
from trust.events import AuditEvent, Fact
from trust.founding import Role, ServiceKeys
from trust.identifiers import new_id
from trust.reasons import require_reason
from trust.repository import next_number
from trust.store import Reading, Store, Transaction
from trust.typefaces import require_coverage

__all__ = ["ISSUE_PURPOSE", "IssueLicence", "LicenceService"]

CHINA: Final = timezone(timedelta(hours=8), "CST")
"""Dates on licences are those of China Standard Time."""

ISSUE_PURPOSE: Final = "licence.issue"
"""The purpose that the owner of a seal authorises for licences; the kind of document is the type code."""

LEFT_BEHIND: Final = timedelta(minutes=10)
MAX_NUMBER: Final = 64


@dataclass(frozen=True, kw_only=True)
class IssueLicence:
    """A licence that is to be issued. It shows itself without its holder's data."""

    type: str
    seal: str
    number: str
    """证照编号, as it will be printed."""

    holder_code: str = field(repr=False)
    """Unified social credit code or citizen number of the holder, as the type wants it."""

    data: Mapping[str, Any] = field(repr=False)
    last_day: date | None = None
    request_key: str


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
        self.catalogue = catalogue
        self.stampings = stampings
        self.renderer = renderer
        self.blobs = blobs
        self.service_keys = service_keys
        self.address = address
        """Where a QR code leads, without the claim and with a slash at the end."""

    # --- issuing

    def issue(self, actor: Actor, command: IssueLicence) -> Licence:
        """Issue a licence. A repeated request gets the licence that the first one made.

        Raise `TypeUnknown`, `TypeNotPublished`, `DataInvalid`, `HolderNotRegistered`, `ValueDoesNotFit`, what the
        stamping raises, and `RequestKeyReused`.
        """
        request = fingerprint(command)
        with self.store.transaction() as tx:
            # Held first: of two requests with one number or one key, the second sees what the first made.
            kind = self.catalogue.hold(tx, command.type)
            known = requests.answered(tx, actor=actor.id, key=command.request_key, fingerprint=request)
            answered = None if known is None else self.answer(tx, known)
            if answered is not None:
                tx.record(AuditEvent(tag="licence:issue:repeated", actor=actor.id, subject=answered.id))
                return answered
            licence, issuer = self.prepare(tx, actor, kind, command)
            key = command.request_key
            if known is None:
                requests.remember(tx, actor=actor.id, key=key, fingerprint=request, result=licence.id)
            else:
                requests.replace(tx, actor=actor.id, key=key, before=known, result=licence.id)
        try:
            return self.finish(actor, licence, kind, issuer)
        except Exception:
            self.abandon(licence)
            raise

    def answer(self, view: Reading, name: str) -> Licence | None:
        """Return what a repeated request was answered with, or None where the first attempt came to nothing."""
        licence = self.repository.get(view, name)
        if licence is None or licence.state is LicenceState.VOID:
            return None
        if licence.state is LicenceState.PREPARED:
            raise IssueUnderWay
        return licence

    def prepare(
        self, tx: Transaction, actor: Actor, kind: LicenceType, command: IssueLicence
    ) -> tuple[Licence, Organisation]:
        """Look at everything, take the number and keep the licence as prepared."""
        require_duty(actor, kind.issuer, Duty.BUSINESS_SYSTEM, Duty.LICENCE_OFFICER)
        if kind.state is not TypeState.PUBLISHED:
            raise TypeNotPublished(type=kind.id, state=kind.state.value)
        number = command.number.strip()
        if not 0 < len(number) <= MAX_NUMBER:
            raise DataInvalid(field="number", rule="length")
        require_coverage(number, field="number")
        bearing = self.repository.bearing(tx, kind.id, number)
        if bearing is not None:
            raise NumberTaken(licence=bearing.id)
        data = check_data(kind.schema, command.data)
        issuer = self.identity.require_organisation(tx, kind.issuer, use=SubjectUse.ACT)
        try:
            holder = self.identity.require_holder(tx, kind.holder_kind, command.holder_code)
        except (SubjectUnknown, SubjectNotActive):
            raise HolderNotRegistered from None
        purpose = Purpose(purpose=ISSUE_PURPOSE, document_kind=kind.code)
        permitted = self.stampings.permitting.require(tx, actor, Use(seal=command.seal, purpose=purpose))
        if permitted.seal.owner != issuer.id:
            # Who acts for two authorities may have confused their seals: a licence bears that of its issuer.
            raise NotAuthorised(seal=command.seal, purpose=purpose.purpose, document_kind=purpose.document_kind)
        today = tx.now.astimezone(CHINA).date()
        end = last_day(kind, issued_on=today, asked=command.last_day)
        if end is not None and end < today:
            raise DataInvalid(field="last_day", rule="minimum")
        identifier = str(self.next_identifier(tx, kind, issuer, today))
        licence = Licence(
            id=new_id("lic", at=tx.now),
            state=LIFECYCLE.initial,
            last_actor=actor.id,
            type=kind.id,
            identifier=identifier,
            digest=licence_digest(identifier),
            number=number,
            holder=holder.id,
            seal=command.seal,
            status_index=next_number(tx, f"licence status {kind.code}"),
            data=data,
            prepared_at=tx.now,
            issued_on=today,
            last_day=end,
        )
        self.repository.add(tx, licence)
        self.write_history(tx, licence, None, actor=actor.id, reason="")
        return licence, issuer

    def next_identifier(
        self, tx: Transaction, kind: LicenceType, issuer: Organisation, today: date
    ) -> LicenceIdentifier:
        """Take the next identifier of a type and an issuer: the year and a running number."""
        code = issuer.credit_code.value
        running = next_number(tx, f"licence {kind.code} {code} {today.year}")
        return LicenceIdentifier(type_code=kind.code, issuer=code, serial=f"{today.year}{running:08d}")

    def finish(self, actor: Actor, licence: Licence, kind: LicenceType, issuer: Organisation) -> Licence:
        """Render, seal, verify and release a prepared licence."""
        claimed = replace(licence, claim=self.claim_address(licence, issuer))
        prepared = self.prepare_stamp(claimed, kind, issuer)
        with self.store.transaction() as tx:
            purpose = Purpose(purpose=ISSUE_PURPOSE, document_kind=kind.code)
            stamping = self.stampings.intend(tx, actor, Use(seal=licence.seal, purpose=purpose), prepared)
        _, file = self.stampings.execute(stamping, prepared)
        with self.store.transaction() as tx:
            self.stampings.conclude(tx, stamping, file)
            current = self.require(tx, licence.id)
            finished = replace(current, claim=claimed.claim, stamping=stamping.id, file=file)
            facts: dict[str, Fact] = {"identifier": licence.identifier, "file": file, "stamping": stamping.id}
            return self.step(tx, finished, LicenceEvent.RELEASE, actor=actor.id, facts=facts)

    def claim_address(self, licence: Licence, issuer: Organisation) -> str:
        """Return the address in the QR code: where to ask, and a claim that proves itself."""
        claim = Claim(
            licence=licence.digest,
            issuer=issuer.credit_code,
            last_day=licence.last_day,
            status_index=licence.status_index,
        )
        signer, certificate = self.service_keys.credential(Role.LICENCE_CLAIM)
        return self.address + sign_claim(claim, signer, certificate)

    def prepare_stamp(self, licence: Licence, kind: LicenceType, issuer: Organisation) -> PreparedStamp:
        """Render a licence and prepare the stamp on it."""
        with self.store.reading() as view:
            kit = self.stampings.kit(view, licence.seal)
            now = view.now
        page = self.renderer.render(kind.template, page_data(licence, issuer), at=licence.prepared_at)
        place = self.renderer.manifest(kind.template).seal
        point = AtPoint(page=place.page, x_mm=place.centre_x_mm, y_mm=place.centre_y_mm)
        return prepare_stamp(page, kit, StampOrder(places=(point,), reason=f"{kind.name} 签发"), at=now)

    def abandon(self, licence: Licence) -> bool:
        """Void a licence that was prepared and not released; tell whether it still was. Its identifier stays taken."""
        with self.store.transaction() as tx:
            current = self.require(tx, licence.id)
            left_behind = current.state is LicenceState.PREPARED
            if left_behind:
                self.step(tx, current, LicenceEvent.ABANDON, actor=current.last_actor)
            return left_behind

    def recover(self) -> int:
        """Void what processes that died have left behind; return how many licences that were."""
        with self.store.reading() as view:
            left = [one for one in self.repository.prepared(view) if view.now - one.prepared_at > LEFT_BEHIND]
        # Whoever was only slow may have ended one of them since.
        return sum(self.abandon(one) for one in left)

    # --- after issue

    def suspend(self, actor: Actor, licence: str, *, reason: str) -> Licence:
        """Suspend a licence 暂扣."""
        return self.move(actor, licence, LicenceEvent.SUSPEND, reason=reason)

    def restore(self, actor: Actor, licence: str, *, reason: str) -> Licence:
        """Give a suspended licence back 发还."""
        return self.move(actor, licence, LicenceEvent.RESTORE, reason=reason)

    def revoke(self, actor: Actor, licence: str, *, reason: str) -> Licence:
        """Revoke a licence for good 吊销."""
        return self.move(actor, licence, LicenceEvent.REVOKE, reason=reason)

    def cancel(self, actor: Actor, licence: str, *, reason: str) -> Licence:
        """Cancel a licence for good 注销."""
        return self.move(actor, licence, LicenceEvent.CANCEL, reason=reason)

    def move(self, actor: Actor, licence: str, event: LicenceEvent, *, reason: str) -> Licence:
        """Move a licence along its life, by an officer of its issuer."""
        told = require_reason(reason)
        with self.store.transaction() as tx:
            current = self.require(tx, licence)
            actor.require(Duty.LICENCE_OFFICER, self.catalogue.require(tx, current.type).issuer)
            return self.step(tx, current, event, actor=actor.id, reason=told)

    # --- looking

    def find(self, actor: Actor, licence: str) -> tuple[Licence, tuple[LicenceHistoryEntry, ...]]:
        """Return a licence and its history, for its issuer."""
        duties = (Duty.BUSINESS_SYSTEM, Duty.LICENCE_REVIEWER, Duty.LICENCE_OFFICER)
        with self.store.reading() as view:
            found = self.require(view, licence)
            require_duty(actor, self.catalogue.require(view, found.type).issuer, *duties)
            return found, self.repository.history(view, found.id)

    def file(self, actor: Actor, licence: str) -> bytes:
        """Return the PDF of a licence, for its issuer."""
        found, _ = self.find(actor, licence)
        if found.file is None:
            raise LicenceUnknown
        return self.blobs.get(found.file)

    def require(self, view: Reading, licence: str) -> Licence:
        """Return a licence by our identifier or its licence identifier, or raise `LicenceUnknown`."""
        found = self.repository.get(view, licence) or self.repository.by_identifier(view, licence)
        if found is None:
            raise LicenceUnknown
        return found

    # --- building blocks

    def step(
        self,
        tx: Transaction,
        licence: Licence,
        event: LicenceEvent,
        *,
        actor: str,
        reason: str = "",
        facts: dict[str, Fact] | None = None,
    ) -> Licence:
        """Write `licence` in the state after `event`, with its history and its audit event."""
        state = LIFECYCLE.step(licence.state, event, actor=actor, before=licence.last_actor)
        moved = replace(licence, state=state, last_actor=actor)
        self.repository.put(tx, moved)
        self.write_history(tx, moved, event, actor=actor, reason=reason, facts=facts)
        return moved

    def write_history(
        self,
        tx: Transaction,
        licence: Licence,
        event: LicenceEvent | None,
        *,
        actor: str,
        reason: str,
        facts: dict[str, Fact] | None = None,
    ) -> None:
        """Write one step into the history and into the audit trail."""
        at: datetime = tx.now
        entry = LicenceHistoryEntry(event=event, state=licence.state, actor=actor, at=at, reason=reason)
        self.repository.add_history(tx, licence.id, entry)
        tag = f"licence:{'prepare' if event is None else event.value}:done"
        told: dict[str, Fact] = {"state": licence.state.value, "reason": reason, **(facts or {})}
        tx.record(AuditEvent(tag=tag, actor=actor, subject=licence.id, facts=told))


def fingerprint(command: IssueLicence) -> str:
    """Return the digest by which two requests are compared. Raise `DataInvalid` for what is no text."""
    last = None if command.last_day is None else command.last_day.isoformat()
    content = [command.type, command.seal, command.number, command.holder_code, dict(command.data), last]
    try:
        return requests.fingerprint("licence:issue", content)
    except UnicodeEncodeError:  # JSON can spell half a character
        raise DataInvalid(field="", rule="encoding") from None


def require_duty(actor: Actor, organisation: str, *duties: Duty) -> None:
    """Return if the actor holds one of `duties` for the issuing authority, else raise `DutyMissing`."""
    if not {Grant(duty, organisation) for duty in duties} & actor.grants:
        raise DutyMissing(duty=" / ".join(duty.value for duty in duties))


def page_data(licence: Licence, issuer: Organisation) -> dict[str, object]:
    """Return what the template shows; licence/templates/lib.typ tells the contract."""
    return {
        "fields": dict(licence.data),
        "licence": {
            "identifier": licence.identifier,
            "number": licence.number,
            "authority": issuer.name,
            "issued_on": licence.issued_on.isoformat(),
            "valid_from": licence.issued_on.isoformat(),
            "valid_until": "" if licence.last_day is None else licence.last_day.isoformat(),
        },
        "qr": draw_svg(licence.claim or ""),
    }
