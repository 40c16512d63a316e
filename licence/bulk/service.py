"""Use cases of bulk jobs: asked for by one person, looked at, started, paused, resumed, cancelled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO, Final

from identity.duties import Actor, Duty
from identity.subject import Organisation
from licence.bulk import chunk_repository
from licence.bulk.cells import Line, read_piece
from licence.bulk.checking import wants_two
from licence.bulk.errors import JobUnknown, ResultsNotReady, TableInvalid
from licence.bulk.jobs import BulkJob, JobKind, Outcome, Selection
from licence.bulk.lifecycle import LIFECYCLE, JobEvent, JobState
from licence.bulk.orders import key_of
from licence.bulk.repository import BulkRepository, Own
from licence.bulk.selecting import SelectionPreview, question_of
from licence.bulk.work import move
from licence.catalogue import Catalogue
from licence.lifecycle import LicenceState
from licence.preparing import Preparing
from licence.steps import require_duty
from licence.types.kind import LicenceType
from licence.types.validity import day_of
from trust import repository as answers
from trust import requests
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hasher
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.lifecycle import FourEyesRequired
from trust.reasons import require_reason
from trust.store import Reading, Store, Transaction

__all__ = ["BulkService", "Reissue", "UploadTable"]

PIECE: Final = 1 << 20
"""Octets of an upload that are in memory at a time."""

ISSUERS: Final = (Duty.BUSINESS_SYSTEM, Duty.LICENCE_OFFICER)
OPERATIONS: Final[Mapping[JobKind, str]] = {JobKind.ISSUE: "bulk:upload", JobKind.REISSUE: "bulk:reissue"}
"""What repeated requests are compared as."""

LOOKERS: Final = (*ISSUERS, Duty.LICENCE_REVIEWER)
SEEN_AT_ONCE: Final = 10
"""Chunks whose outcomes are read at a time."""


@dataclass(frozen=True, kw_only=True)
class UploadTable:
    """A table of licences that are to be issued."""

    type: str
    seal: str
    proceeds: bool
    """Whether the job starts by itself once it is checked."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Columns that are not named as their fields are, with the fields."""

    request_key: str


@dataclass(frozen=True, kw_only=True)
class Reissue:
    """Licences in force that are to be issued anew, by the present version of their type 批量换发."""

    type: str
    seal: str
    proceeds: bool
    selection: Selection
    reason: str
    request_key: str


class BulkService:
    """The use cases of bulk jobs."""

    def __init__(
        self,
        *,
        store: Store,
        repository: BulkRepository,
        catalogue: Catalogue,
        preparing: Preparing,
        largest: int,
    ) -> None:
        self.store = store
        self.repository = repository
        self.catalogue = catalogue
        self.preparing = preparing
        self.entitling = preparing.entitling
        self.largest = largest
        """Octets of the largest table."""

    # --- asking

    def upload(self, actor: Actor, command: UploadTable, table: BinaryIO) -> BulkJob:
        """Keep a table as a new job, which is read and checked by whoever works on jobs.

        Raise `TableInvalid`, `TypeUnknown`, `TypeNotPublished`, `DutyMissing`, what says that the seal may not be used,
        and `RequestKeyReused`.
        """
        context, size = hasher(Digest.SM3), 0
        for piece in pieces_of(table):
            context.update(piece)
            size += len(piece)
            if size > self.largest:
                raise TableInvalid(fault="size", line=0)
        if not size:
            raise TableInvalid(fault="empty", line=0)
        digest = context.digest().hex()
        asked = [dict(command.columns), digest]
        with self.store.transaction() as tx:
            job, is_new = self.ask(
                tx, actor, command, JobKind.ISSUE, asked, upload=digest, size=size, asked=command.columns
            )
            for place, piece in enumerate(pieces_of(table) if is_new else ()):
                self.repository.add_piece(tx, job.id, place, piece)
            return job

    def reissue(self, actor: Actor, command: Reissue) -> BulkJob:
        """Keep a selection of licences as a new job. Raise what `upload` raises, and `ReasonMissing`."""
        reason = require_reason(command.reason)
        told = [command.selection.told(), reason]
        with self.store.transaction() as tx:
            job, _ = self.ask(tx, actor, command, JobKind.REISSUE, told, selection=command.selection, reason=reason)
            return job

    def ask(
        self,
        tx: Transaction,
        actor: Actor,
        command: UploadTable | Reissue,
        kind: JobKind,
        compared: Sequence[object],
        **own: Any,  # noqa: ANN401 - what a job of this kind has beside the others
    ) -> tuple[BulkJob, bool]:
        """Return the job that is asked for and whether it is new: a repeated request gets that of the first.

        `compared` is what tells two requests apart, beside type, seal and whether the job starts by itself.
        """
        asked = [command.type, command.seal, command.proceeds, *compared]
        key, request = command.request_key, requests.fingerprint(OPERATIONS[kind], asked)
        name = requests.answered(tx, actor=actor.id, key=key, fingerprint=request)
        known = None if name is None else self.repository.job(tx, name)
        if known is not None:
            return known, False
        found, issuer = self.permitted(tx, actor, command.type, command.seal)
        if kind is JobKind.REISSUE:
            self.entitling.require_duty(actor, issuer.id, step=kind.value)
        job = BulkJob(
            id=new_id("bulk", at=tx.now),
            state=LIFECYCLE.initial,
            kind=kind,
            type=found.id,
            issuer=issuer.id,
            seal=command.seal,
            requested_by=actor.id,
            session=actor.session,
            level=actor.level.value,
            requested_at=tx.now,
            proceeds=command.proceeds,
            **own,
        )
        self.repository.add(tx, job)
        requests.remember(tx, actor=actor.id, key=key, fingerprint=request, result=job.id)
        facts: dict[str, Fact] = {"kind": kind.value, "type": job.type, "upload": job.upload, "size": job.size}
        tx.record(AuditEvent(tag="bulk:request:done", actor=actor.id, subject=job.id, facts=facts))
        return job, True

    def preview(self, actor: Actor, type_: str, seal: str, selection: Selection) -> SelectionPreview:
        """Return what a re-issue would be about, if it were asked for now. Raise what `reissue` raises of them."""
        with self.store.reading() as view:
            kind, issuer = self.permitted(view, actor, type_, seal)
            self.entitling.require_duty(actor, issuer.id, step=JobKind.REISSUE.value)
            query = question_of(selection, issuer=issuer.id, type_=kind.id, today=day_of(view.now))
            counted = self.preparing.repository.counted(view, query)
        return SelectionPreview(issuer=issuer.id, type=kind.id, counted=counted)

    def permitted(self, view: Reading, actor: Actor, kind: str, seal: str) -> tuple[LicenceType, Organisation]:
        """Return the type and who issues licences of it with a seal, where the actor may do so for them now."""
        name = self.catalogue.require(view, kind).id
        found = self.catalogue.in_effect(view, name, day_of(view.now))
        self.entitling.require(view, actor, found)
        return found, self.preparing.issuer(view, actor, found, seal)

    # --- deciding

    def start(self, actor: Actor, name: str) -> BulkJob:
        """Start a job that was checked; where the type asks for four eyes, by a reviewer who did not ask for it.

        Where a delegate asked for it, it takes a use for each of its good rows, or does not start. Raise `JobUnknown`,
        `DutyMissing`, `EventNotPossible`, `FourEyesRequired`, `MandateTooFewUses` or `LostRace`.
        """
        with self.store.transaction() as tx:
            job = self.require(tx, actor, name, *LOOKERS)
            kind = self.catalogue.require(tx, job.type)
            LIFECYCLE.after(job.state, JobEvent.START)
            if wants_two(job, kind):
                if actor.id == job.requested_by:
                    raise FourEyesRequired(event=JobEvent.START.value)
                actor.require(Duty.LICENCE_REVIEWER, job.issuer)
            else:
                self.require_concerned(tx, actor, job, *ISSUERS)
            self.take(tx, job, kind)
            return self.move(tx, actor, job, JobEvent.START, started_by=actor.id, started_at=tx.now)

    def pause(self, actor: Actor, name: str) -> BulkJob:
        """Pause a job; the rows that are being worked on are finished. Raise what `start` raises."""
        return self.decide(actor, name, JobEvent.PAUSE)

    def resume(self, actor: Actor, name: str) -> BulkJob:
        """Let a job go on that was paused, or that something stopped which has been mended since.

        What a delegation let it use that holds no more, another one lets it. Raise what `start` raises.
        """
        with self.store.transaction() as tx:
            job = self.require(tx, actor, name, *ISSUERS)
            LIFECYCLE.after(job.state, JobEvent.RESUME)
            self.take(tx, job, self.catalogue.require(tx, job.type))
            return self.move(tx, actor, job, JobEvent.RESUME, fault="", facts={})

    def cancel(self, actor: Actor, name: str) -> BulkJob:
        """Cancel a job for good. What was issued stays issued."""
        with self.store.transaction() as tx:
            job = self.require(tx, actor, name, *ISSUERS)
            return self.move(tx, actor, job, JobEvent.CANCEL, ended_at=tx.now)

    def decide(self, actor: Actor, name: str, event: JobEvent) -> BulkJob:
        """Take a step that changes nothing but the state."""
        with self.store.transaction() as tx:
            return self.move(tx, actor, self.require(tx, actor, name, *ISSUERS), event)

    def take(self, tx: Transaction, job: BulkJob, kind: LicenceType) -> None:
        """Take a use for every row that is left, where who asked for a job issues by a delegation."""
        count = partial(self.left, tx, job)
        self.entitling.take(tx, kind, authority=job.issuer, job=job.id, by=job.requested_by, count=count)

    def left(self, view: Reading, job: BulkJob) -> int:
        """Return how many rows have still to be issued: good ones, but those that an attempt that broke off issued."""
        done = 0
        for place in chunk_repository.begun(view, job.id):
            chunk = self.repository.chunk(view, job.id, place, owner="")
            known = {one.line for one in chunk.outcomes} if chunk else set()
            lines = [one for one in read_piece(chunk.piece) if one.number not in known] if chunk else []
            done += sum(self.is_issued(view, job, line) for line in lines)
        most = min(job.good, job.rows - job.refused) - job.issued  # of before: what is bad was not counted by chunk
        return min(chunk_repository.left(view, job.id), most) - done

    def is_issued(self, view: Reading, job: BulkJob, line: Line) -> bool:
        """Tell whether there is a licence for a row already."""
        known = answers.request(view, actor=job.requested_by, key=key_of(job, line))
        licence = None if known is None else self.preparing.repository.get(view, known.result)
        return licence is not None and licence.state not in (LicenceState.PREPARED, LicenceState.VOID)

    def move(self, tx: Transaction, actor: Actor, job: BulkJob, event: JobEvent, **values: object) -> BulkJob:
        """Take a step, and return the job as it is then."""
        move(self.repository, tx, job, event, actor=actor.id, **values)
        found = self.repository.job(tx, job.id)
        if found is None:
            raise JobUnknown
        return found

    # --- looking

    def find(self, actor: Actor, name: str) -> BulkJob:
        """Return a job, for its issuer. Raise `JobUnknown` or `DutyMissing`."""
        with self.store.reading() as view:
            return self.require(view, actor, name, *LOOKERS)

    def look(self, actor: Actor, name: str) -> tuple[BulkJob, bool]:
        """Return a job as `find` does, and whether a reviewer has to start it who did not ask for it."""
        with self.store.reading() as view:
            job = self.require(view, actor, name, *LOOKERS)
            return job, wants_two(job, self.catalogue.require(view, job.type))

    def jobs(self, actor: Actor, *, state: JobState | None, before: str | None, limit: int) -> tuple[BulkJob, ...]:
        """Return the jobs of the authorities that the actor serves, newest first; of others that one's own."""
        issuers = frozenset(one for duty in LOOKERS for one in actor.organisations(duty))
        with self.store.reading() as view:
            own = Own(by=actor.id, issuers=self.entitling.delegators(view, actor))
            return self.repository.jobs(view, issuers, own, state=state, before=before, limit=limit)

    def outcomes(self, actor: Actor, name: str) -> Iterator[Outcome]:
        """Yield what is known of the rows of a job, a few chunks in memory at a time. Raise `ResultsNotReady`."""
        return self.outcomes_of(self.ready(actor, name))

    def ready(self, actor: Actor, name: str) -> BulkJob:
        """Return a job whose rows were checked. Raise what `find` raises, or `ResultsNotReady`."""
        job = self.find(actor, name)
        if job.state in (JobState.RECEIVED, JobState.CHECKING):
            raise ResultsNotReady(state=job.state.value)
        return job

    def problems(self, actor: Actor, name: str, *, after: int, limit: int) -> list[Outcome]:
        """Return what is wrong with the rows after the line `after`, up to so many. Raise what `outcomes` raises.

        No more chunks are deciphered than hold them.
        """
        job, place, found = self.ready(actor, name), -1, list[Outcome]()
        while len(found) < limit:
            with self.store.reading() as view:
                places = chunk_repository.refusing(view, job.id, after=place, beyond=after, most=SEEN_AT_ONCE)
                outcomes = self.repository.outcomes_at(view, job.id, places)
            if not places:
                break
            found += [one for one in outcomes if one.is_refusal and one.line > after]
            place = places[-1]
        return found[:limit]

    def issued(self, actor: Actor, name: str, *, skip: int, most: int) -> list[Outcome]:
        """Return what came of the rows that have a licence, but for the first `skip`. Raise what `outcomes` raises.

        No more chunks are deciphered than hold them.
        """
        job, found = self.ready(actor, name), list[Outcome]()
        with self.store.reading() as view:
            counted = chunk_repository.issuing(view, job.id)
        for place, count in counted:
            if len(found) >= most:
                break
            if count is not None and count <= skip:
                skip -= count
                continue
            with self.store.reading() as view:
                made = [one for one in self.repository.outcomes_at(view, job.id, [place]) if one.licence]
            found += made[skip:]
            skip = max(0, skip - len(made))
        return found[:most]

    def outcomes_of(self, job: BulkJob) -> Iterator[Outcome]:
        """Yield what is known of the rows of a job."""
        place = -1
        while True:
            with self.store.reading() as view:
                last, found = self.repository.outcomes(view, job.id, after=place, chunks=SEEN_AT_ONCE)
            yield from found
            if last == place:
                return
            place = last

    def require(self, view: Reading, actor: Actor, name: str, *duties: Duty) -> BulkJob:
        """Return a job that concerns an actor. Raise `JobUnknown` or `DutyMissing`."""
        found = self.repository.job(view, name)
        if found is None:
            raise JobUnknown
        self.require_concerned(view, actor, found, *duties)
        return found

    def require_concerned(self, view: Reading, actor: Actor, job: BulkJob, *duties: Duty) -> None:
        """Return if an actor serves the issuer of a job by one of `duties`, or asked for it by a delegation that holds.

        Raise `DutyMissing`.
        """
        if job.requested_by != actor.id or not self.entitling.is_delegate(view, actor, job.issuer):
            require_duty(actor, job.issuer, *duties)


def pieces_of(table: BinaryIO) -> Iterator[bytes]:
    """Yield a file in pieces, from its beginning."""
    table.seek(0)
    while piece := table.read(PIECE):
        yield piece
