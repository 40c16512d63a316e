"""What all steps of a job share: the services that they use, claims, and what stops or holds up a job."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from typing_extensions import TypeIs

from identity.delegation.errors import MandateNotInForce
from identity.delegation.standing import give_back_for
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from identity.service import IdentityService
from licence.bulk.errors import TypeChanged, WorkInterrupted
from licence.bulk.jobs import BulkJob
from licence.bulk.lifecycle import ENDED, LIFECYCLE, JobEvent
from licence.bulk.orders import Orders
from licence.bulk.reading import TableLimits
from licence.bulk.repository import BulkRepository
from licence.catalogue import Catalogue
from licence.errors import IssueUnderWay, ReviewRequired, TemplateBroken, TemplateUnknown, TypeNotPublished, TypeUnknown
from licence.issuing import Issuing
from licence.repository import LicenceRepository
from licence.types.errors import NumbersExhausted
from licence.types.kind import LicenceType
from licence.types.validity import day_of
from seal.errors import AuthorisationExhausted, NotAuthorised, OwnWorkRefused, SealExpired, SealNotActive, SealUnknown
from trust.errors import TrustError, Unavailable
from trust.events import AuditEvent, Fact
from trust.store import LostRace, Reading, Store, Transaction
from trust.workers import Workers

__all__ = ["Bulk", "BulkRules", "is_of_job", "is_passing", "is_suspicious", "move"]

OF_JOB: Final = (
    AuthorisationExhausted,
    DutyMissing,
    MandateNotInForce,
    NotAuthorised,
    NumbersExhausted,
    ReviewRequired,
    SealExpired,
    SealNotActive,
    SealUnknown,
    SubjectNotActive,
    SubjectUnknown,
    TemplateUnknown,
    TypeChanged,
    TypeNotPublished,
    TypeUnknown,
    WorkInterrupted,
)
"""What is wrong with a whole job, whichever row says it first: a person mends it, and no row is refused for it."""

SUSPICIOUS: Final = (OwnWorkRefused, TemplateBroken)
"""What can be the fault of one row's data, and of the template or the seal; of the latter where no row goes through."""


@dataclass(frozen=True, kw_only=True)
class BulkRules:
    """What an operator decides about jobs."""

    limits: TableLimits = field(default_factory=TableLimits)
    lease: timedelta = timedelta(minutes=2)
    """How long a piece of work belongs to a process that does not say that it is still at it."""

    first_pause: timedelta = timedelta(seconds=2)
    longest_pause: timedelta = timedelta(minutes=2)
    """Between two attempts at rows that a device or a neighbour kept from being issued."""

    keeps: timedelta = timedelta(days=30)
    """How long after its end a job's rows stay."""

    waits: timedelta = timedelta(days=30)
    """How long a job waits for a person."""


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """Everything that work on jobs needs."""

    store: Store
    identity: IdentityService
    catalogue: Catalogue
    registry: LicenceRepository
    repository: BulkRepository
    issuing: Issuing
    workers: Workers
    orders: Orders
    mark: Callable[[], str]
    """Makes marks that claims bear, which nobody else makes."""

    rules: BulkRules = BulkRules()

    def kind(self, view: Reading, job: BulkJob) -> LicenceType:
        """Return the version of a job's type by which its rows are looked at and issued: the one in effect.

        Raise `TypeNotPublished`, or `TypeChanged` where they were read by another one.
        """
        found = self.catalogue.in_effect(view, job.type, day_of(view.now))
        if job.type_version not in (None, found.version):
            raise TypeChanged(version=found.version)
        return found

    @contextmanager
    def holding(self, job: str, extend: Callable[[Transaction, datetime], bool]) -> Iterator[None]:
        """Hold a piece of work for as long as this process is at it, however slow a device is."""
        done = threading.Event()

        def hold() -> None:
            while not done.wait(self.rules.lease.total_seconds() / 2):
                with suppress(TrustError), self.store.transaction() as tx:
                    if not extend(tx, tx.now + self.rules.lease):
                        raise LostRace
                    tx.record(AuditEvent(tag="bulk:hold:done", actor="system", subject=job))

        holder = threading.Thread(target=hold, name="bulk hold", daemon=True)
        holder.start()
        try:
            yield
        finally:
            done.set()
            holder.join()

    def refuse(self, job: BulkJob, error: TrustError) -> None:
        """End a job that cannot be begun."""
        told: dict[str, Any] = {"fault": error.code, "facts": dict(error.details)}
        with suppress(LostRace), self.store.transaction() as tx:
            move(self.repository, tx, job, JobEvent.REFUSE, ended_at=tx.now, **told)

    def interrupt(self, job: BulkJob, error: TrustError) -> None:
        """Pause a job until a person has mended what is wrong with all of it."""
        told: dict[str, Any] = {"fault": error.code, "facts": dict(error.details)}
        with suppress(LostRace), self.store.transaction() as tx:
            move(self.repository, tx, job, JobEvent.PAUSE, **told)

    def note(self, job: BulkJob, fault: str) -> None:
        """Note what holds up a job, or that nothing does any more, where that is news."""
        with self.store.transaction() as tx:
            current = self.repository.job(tx, job.id)
            if current is None or current.fault == fault or current.state is not job.state:
                return
            self.repository.change(tx, job.id, before=current.state, fault=fault, facts={})
            told: dict[str, Fact] = {"fault": fault}
            tx.record(AuditEvent(tag="bulk:delay:done", actor="system", subject=job.id, facts=told))


def move(
    repository: BulkRepository,
    tx: Transaction,
    job: BulkJob,
    event: JobEvent,
    *,
    actor: str = "system",
    **values: Any,  # noqa: ANN401 - columns
) -> None:
    """Move a job along its life. Raise `EventNotPossible`, or `LostRace` where somebody else was faster."""
    state = LIFECYCLE.after(job.state, event)
    if not repository.change(tx, job.id, before=job.state, state=state.value, moved_at=tx.now, **values):
        raise LostRace
    told: dict[str, Fact] = {"state": state.value, "rows": job.rows}
    if state in ENDED:  # of what its start took for a delegate, whatever no row has used
        give_back_for(tx, job.id)
    if values.get("fault"):
        told["fault"] = str(values["fault"])
    tx.record(AuditEvent(tag=f"bulk:{event.value}:done", actor=actor, subject=job.id, facts=told))


def is_of_job(error: TrustError) -> bool:
    """Tell whether an error says that something is wrong with all rows of a job."""
    return isinstance(error, OF_JOB)


def is_suspicious(error: TrustError) -> bool:
    """Tell whether an error may say that something is wrong with all rows of a job."""
    return isinstance(error, SUSPICIOUS)


def is_passing(error: Exception) -> TypeIs[Unavailable | IssueUnderWay | LostRace]:
    """Tell whether an error says nothing of a row: it is tried again."""
    return isinstance(error, (Unavailable, IssueUnderWay, LostRace))
