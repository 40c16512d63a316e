"""What is looked at, and taken, before a licence is made: everything in one transaction.

Whatever can be wrong with a request is found here, before its number is taken: a request that is refused leaves nothing
behind, and stops no other of the same transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from identity.duties import Actor
from identity.errors import SubjectNotActive, SubjectUnknown
from identity.lifecycle import SubjectUse
from identity.service import IdentityService
from identity.subject import Organisation, Person
from licence.catalogue import Catalogue
from licence.claim import licence_digest
from licence.entitling import Entitling
from licence.errors import (
    DataInvalid,
    HolderNameDiffers,
    HolderNotRegistered,
    IssueUnderWay,
    NumberTaken,
    SuccessorUnfit,
)
from licence.four_eyes import require_agreed
from licence.lifecycle import LIFECYCLE, LicenceEvent, LicenceState
from licence.number import LicenceIdentifier
from licence.ordering import IssueLicence, fingerprint, number_asked
from licence.paper import PaperOriginal, hold_scan, require_scan
from licence.pictures.entries import LicencePicture
from licence.pictures.repository import PictureRepository
from licence.pictures.showing import pictures_for
from licence.records import CHINA
from licence.repository import Licence, LicenceRepository
from licence.request_repository import RequestRepository
from licence.spelling import is_same
from licence.status.repository import allot_number
from licence.steps import NO_REASON, Why, write_history
from licence.succession import next_identifier_of, require_predecessor
from licence.types.errors import TypeVersionChanged
from licence.types.fields import Value
from licence.types.kind import LicenceType
from licence.types.numbering import MadeNumber
from licence.types.validity import Period, day_of
from seal.errors import NotAuthorised
from seal.ledger.entries import Purpose
from seal.stamping.permitting import Permitting, Use
from trust import requests
from trust.events import AuditEvent
from trust.identifiers import new_id
from trust.repository import last_number, next_number
from trust.store import Reading, Transaction

__all__ = ["CHINA", "ISSUE_PURPOSE", "Begun", "Examined", "Preparing", "SameAs"]

ISSUE_PURPOSE: Final = "licence.issue"
"""The purpose that the owner of a seal authorises for licences; the kind of document is the type code."""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What a licence would be, after everything was looked at."""

    kind: LicenceType
    """The version of the type in effect today."""

    number: str
    """Empty where it is made when it is taken."""

    data: Mapping[str, Any] = field(repr=False)
    issuer: Organisation
    holder: Person | Organisation
    before: Licence | None
    """The licence whose place it would take."""

    today: date
    first_day: date | None
    last_day: date | None
    pictures: Mapping[str, LicencePicture] = field(repr=False)
    """By the field that names each."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A licence that is prepared, with what is needed to make it."""

    licence: Licence
    kind: LicenceType
    issuer: Organisation
    holder: Person | Organisation
    status_list: int
    """The number of the status list in which the licence has its place."""

    why: Why = NO_REASON
    paper: PaperOriginal | None = None
    pictures: Mapping[str, LicencePicture] = field(default_factory=dict, repr=False)
    """What it shows, by the field that names each."""


@dataclass(frozen=True)
class SameAs:
    """A request that was made twice at the same time: the answer is that to the licence `id`."""

    id: str


class Preparing:
    """Prepares licences."""

    def __init__(
        self,
        *,
        identity: IdentityService,
        repository: LicenceRepository,
        review_requests: RequestRepository,
        catalogue: Catalogue,
        permitting: Permitting,
    ) -> None:
        self.identity = identity
        self.entitling = Entitling(identity)
        self.repository = repository
        self.review_requests = review_requests
        self.catalogue = catalogue
        self.permitting = permitting
        self.pictures = PictureRepository(repository.protection)

    def begin(self, tx: Transaction, actor: Actor, command: IssueLicence) -> Begun | SameAs | Licence:
        """Prepare a licence, or return what an earlier request under the same key has made.

        Raise `TypeUnknown`, `TypeNotPublished`, `DataInvalid`, `HolderNotRegistered`, `NumberTaken`, `IssueUnderWay`,
        `RequestKeyReused`, and what says that the seal may not be used: then nothing was changed.
        """
        # Held first: of two requests with one number or one key, the second sees what the first made.
        kind = self.catalogue.hold(tx, command.type)
        request, key = fingerprint(command), command.request_key
        known = requests.answered(tx, actor=actor.id, key=key, fingerprint=request)
        if (self.begin, known) in tx.known:
            return SameAs(known or "")
        answered = None if known is None else self.answer(tx, known)
        if answered is not None:
            tx.record(AuditEvent(tag="licence:issue:repeated", actor=actor.id, subject=answered.id))
            return answered
        event = LicenceEvent.RELEASE if command.after is None else command.after.event
        who, review = actor.id, command.review
        if command.agreed_by in (None, who):
            require_agreed(self.review_requests, tx, kind, event, actor=who, review=review, digest=request)
        begun = self.prepare(tx, actor, kind, command)
        name = begun.licence.id
        if known is None:
            requests.remember(tx, actor=actor.id, key=key, fingerprint=request, result=name)
            tx.flush()
        else:
            requests.replace(tx, actor=actor.id, key=key, before=known, result=name)
        tx.known[self.begin, name] = True
        return begun

    def answer(self, view: Reading, name: str) -> Licence | None:
        """Return what a repeated request was answered with, or None where the first attempt came to nothing."""
        licence = self.repository.get(view, name)
        if licence is None or licence.state is LicenceState.VOID:
            return None
        if licence.state is LicenceState.PREPARED:
            raise IssueUnderWay
        return licence

    def examine(self, view: Reading, actor: Actor, kind: LicenceType, command: IssueLicence) -> Examined:
        """Return what a licence would be, where everything is as it must be. Nothing is taken and nothing written."""
        self.entitling.require(view, actor, kind, job=command.job)
        today = day_of(view.now)
        kind = self.catalogue.in_effect(view, kind.id, today)
        if command.type_version not in (None, kind.version):
            raise TypeVersionChanged(version=kind.version)
        before = self.predecessor(view, actor, kind, command)
        number = number_asked(kind, command, before=None if before is None else before.number)
        bearing = self.repository.bearing(view, kind.id, number) if number else None
        if bearing is not None and (before is None or bearing.chain != before.chain):
            raise NumberTaken(licence=bearing.id)
        checked = kind.fields.check(command.data)
        issuer = self.issuer(view, actor, kind, command.seal, job=command.job)
        if command.after is not None or command.paper is not None:
            self.entitling.require_duty(actor, issuer.id, step="edition" if command.after is not None else "paper")
        if before is not None and before.issuer != issuer.id:
            raise SuccessorUnfit(licence=before.id, field="issuer")
        holder = self.holder(view, kind, command, before)
        if command.holder_name is not None and not is_same(command.holder_name, name_of(holder)):
            raise HolderNameDiffers
        if before is not None and before.holder != holder.id:
            raise SuccessorUnfit(licence=before.id, field="holder")
        data = kind.record(checked, name=name_of(holder), code=code_of(holder))
        period = self.validity(kind, command, data, today)
        if command.paper is not None:
            require_scan(view, command.paper, issuer=issuer.id, today=today)
        return Examined(
            kind=kind,
            number=number,
            data=data,
            issuer=issuer,
            holder=holder,
            before=before,
            today=today,
            first_day=None if period.first == today else period.first,
            last_day=period.last,
            pictures=pictures_for(self.pictures, view, kind.fields, data, issuer=issuer.id),
        )

    def prepare(self, tx: Transaction, actor: Actor, kind: LicenceType, command: IssueLicence) -> Begun:
        """Look at everything, take the number and keep the licence as prepared."""
        found = self.examine(tx, actor, kind, command)
        hold_scan(tx, command.paper)
        kind, before = found.kind, found.before
        number = found.number or self.next_number(tx, kind, found.issuer, found.today)
        if before is None:
            identifier = self.next_identifier(tx, kind, found.issuer, found.today)
        else:
            identifier = next_identifier_of(self.repository, tx, before)
        name, text = new_id("lic", at=tx.now), str(identifier)
        licence = Licence(
            id=name,
            state=LIFECYCLE.initial,
            last_actor=actor.id,
            type=kind.id,
            type_version=kind.version,
            issuer=found.issuer.id,
            identifier=text,
            digest=licence_digest(text),
            number=number,
            holder=found.holder.id,
            seal=command.seal,
            status_index=next_number(tx, f"licence status {kind.code}"),
            data=found.data,
            prepared_at=tx.now,
            entered_at=tx.now,
            issued_on=found.today,
            first_day=found.first_day,
            last_day=found.last_day,
            origin=command.origin,
            chain=name if before is None else before.chain,
            edition=identifier.version,
            predecessor=None if before is None else before.id,
            paper_issued_on=None if command.paper is None else command.paper.issued_on,
        )
        self.entitling.spend(tx, actor, kind, authority=found.issuer.id, licence=name, job=command.job)
        self.repository.add(tx, licence)
        why = Why(reason="" if command.after is None else command.after.reason, request=command.review)
        write_history(self.repository, tx, licence, None, actor=actor.id, why=why)
        return Begun(
            licence=licence,
            kind=kind,
            issuer=found.issuer,
            holder=found.holder,
            status_list=allot_number(tx, kind.code),
            why=why,
            paper=command.paper,
            pictures=found.pictures,
        )

    def predecessor(self, view: Reading, actor: Actor, kind: LicenceType, command: IssueLicence) -> Licence | None:
        """Return the licence whose place is to be taken, if one is."""
        if command.after is None:
            return None
        return require_predecessor(self.repository, view, command.after, kind=kind, actor=actor.id)

    def holder(
        self, view: Reading, kind: LicenceType, command: IssueLicence, before: Licence | None
    ) -> Person | Organisation:
        """Return who is to hold a licence: whom the code names; where none is said, the holder of the edition before.

        Raise `HolderNotRegistered`, or what is wrong with the code.
        """
        code = command.holder_code
        try:
            if before is None or code:
                return self.identity.require_holder(view, kind.holder_kind(code), code)
            found = self.identity.require_subject(view, before.holder)
            found.require(SubjectUse.HOLD)
        except (SubjectUnknown, SubjectNotActive):
            raise HolderNotRegistered from None
        return found

    def validity(self, kind: LicenceType, command: IssueLicence, data: Mapping[str, Value], today: date) -> Period:
        """Return the first and the last day of validity. Raise `DataInvalid`.

        What was on paper is valid as that was. A new edition may go on where the one before ends, and not later than
        today: there is no day on which neither is in force.
        """
        paper, first = command.paper, command.first_day
        if first is None and paper is not None:
            first = paper.issued_on
        if first is not None and (command.after, paper) == (None, None):
            raise DataInvalid(field="first_day", rule="first_day")
        if first is not None and first > today:
            raise DataInvalid(field="first_day", rule="maximum")
        return kind.period(data, starts=first or today, today=today, asked=command.last_day)

    def issuer(
        self, view: Reading, actor: Actor, kind: LicenceType, seal: str, *, job: str | None = None
    ) -> Organisation:
        """Return the authority that issues: of those that issue the type, the one whose seal is to be used.

        Who acts for two authorities may have confused their seals: a licence bears that of its issuer. Raise what
        `Permitting.require` raises, `DutyMissing` or `SubjectNotActive`.
        """
        if len(kind.issuing) == 1:  # its standing is told first
            self.authority(view, kind.issuing[0].authority)
        purpose = Purpose(purpose=ISSUE_PURPOSE, document_kind=kind.code)
        permitted = self.permitting.require(view, actor, Use(seal=seal, purpose=purpose))
        owner = permitted.seal.owner
        if not kind.lets(owner, seal):
            raise NotAuthorised(seal=seal, purpose=purpose.purpose, document_kind=purpose.document_kind)
        self.entitling.require_for(view, actor, kind, owner, job=job)
        return self.authority(view, owner)

    def authority(self, view: Reading, name: str) -> Organisation:
        """Return an authority that may act. Those who issue together have few, and a view is of one moment.

        Raise `SubjectUnknown` or `SubjectNotActive`.
        """
        known = view.known.get((self.authority, name))
        if not isinstance(known, Organisation):
            known = self.identity.require_organisation(view, name, use=SubjectUse.ACT)
            view.known[self.authority, name] = known
        return known

    def next_number(self, tx: Transaction, kind: LicenceType, issuer: Organisation, today: date) -> str:
        """Make the next number 证照编号 that no licence of the type bears.

        Raise `NumbersExhausted`: then nothing was taken.
        """
        rule = kind.number_rule
        assert isinstance(rule, MadeNumber)  # noqa: S101 - else one was asked for
        counter = rule.counter(kind.code, issuer.credit_code.value, today)
        running = last_number(tx, counter) + 1
        while self.repository.bearing(tx, kind.id, number := rule.make(running, today)) is not None:
            running += 1
        while next_number(tx, counter) < running:
            continue  # over those that were given by hand
        return number

    def next_identifier(
        self, tx: Transaction, kind: LicenceType, issuer: Organisation, today: date
    ) -> LicenceIdentifier:
        """Take the next identifier of a type and an issuer: the year and a running number."""
        code = issuer.credit_code.value
        running = next_number(tx, f"licence {kind.code} {code} {today.year}")
        return LicenceIdentifier(type_code=kind.code, issuer=code, serial=f"{today.year}{running:08d}")


def name_of(holder: Person | Organisation) -> str:
    """Return the registered name of a holder."""
    return holder.name if isinstance(holder, Organisation) else holder.name.value


def code_of(holder: Person | Organisation) -> str:
    """Return the credit code or the citizen number of a holder."""
    return holder.code
