"""Verification jobs: asked for by anybody, done by whatever process has time, read by whoever bears the secret.

A job is in the database as a whole before it is answered for, so that a restart loses none. Two processes never judge
one file at a time, unless the first has been silent for longer than any judgement takes; then its verdict is dropped.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from api.verification_jobs.errors import VerificationInterrupted, VerificationJobUnknown, VerificationQueueFull
from api.verification_jobs.jobs import LIFECYCLE, JobEvent, JobRules, JobState, Order, VerificationJob
from api.verification_jobs.repository import JobRepository
from trust.errors import TrustError, Unavailable
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import LostRace, Store
from trust.workers import WorkerExhausted

__all__ = ["Judge", "VerificationJobs"]

Judge = Callable[[Order], bytes]
"""Judges a file and returns the result as it is kept. Raise what keeps it from being judged."""

SECRET_BYTES: Final = 24
"""Random octets of the secret that leads to a job."""

SECRET_LENGTH: Final = 32
"""Characters of a secret in base64url."""

MOST_ATTEMPTS: Final = 3
"""Attempts at a file that break off, before it is given up: the process may have died of it."""

RETRY_SECONDS: Final = 30
"""When somebody tries again who found the queue full."""


class VerificationJobs:
    """The use cases of jobs."""

    def __init__(self, *, store: Store, repository: JobRepository, judge: Judge, rules: JobRules | None = None) -> None:
        self.store = store
        self.repository = repository
        self.judge = judge
        self.rules = rules or JobRules()

    # --- for everybody

    def ask(self, order: Order) -> tuple[VerificationJob, str]:
        """Keep a file to be judged; return the job and the secret that leads to it, which is told this once.

        Raise `VerificationQueueFull`.
        """
        secret = secrets.token_urlsafe(SECRET_BYTES)
        with self.store.transaction() as tx:
            jobs, octets = self.repository.waiting(tx)
            if jobs >= self.rules.waiting or octets + order.size > self.rules.octets:
                raise VerificationQueueFull(seconds=RETRY_SECONDS)
            name = new_id("vjob", at=tx.now)
            expires_at = tx.now + self.rules.keeps
            job = self.repository.add(tx, name, secret=secret, order=order, expires_at=expires_at)
            tx.record(event("make", name, size=job.size))
        return job, secret

    def read(self, secret: str) -> VerificationJob:
        """Return the job that a secret leads to. Raise `VerificationJobUnknown`."""
        with self.store.reading() as view:
            job = self.repository.by_secret(view, secret) if len(secret) == SECRET_LENGTH else None
        if job is None:
            raise VerificationJobUnknown
        return job

    # --- for whoever works

    def worker(self) -> "VerificationJobs":
        """Return what a thread works with: every thread the same, which keeps nothing of its own."""
        return self

    def round(self) -> int:
        """Judge the oldest file that waits; return how many those were: none, or one."""
        with self.store.reading() as view:
            name = self.repository.due(view)
        return 0 if name is None else self.work(name)

    def work(self, name: str) -> int:
        """Judge the file of a job, unless somebody else does; return 1 where it is done with."""
        owner = secrets.token_hex(8)
        if not self.claim(name, owner):
            return 0
        with self.store.reading() as view:
            found = self.repository.order(view, name, owner=owner)
        if found is None:
            return 0
        attempts, order = found
        if attempts > MOST_ATTEMPTS:
            return self.refuse(name, owner, VerificationInterrupted())
        try:
            result = self.judge(order)
        except TrustError as error:
            if is_passing(error):
                return self.postpone(name, owner, error)
            return self.refuse(name, owner, error)
        return self.conclude(name, owner, result)

    def claim(self, name: str, owner: str) -> bool:
        """Claim a job; tell whether nobody was faster."""
        with suppress(LostRace), self.store.transaction() as tx:
            if not self.repository.claim(tx, name, owner=owner, until=tx.now + self.rules.lease):
                raise LostRace
            tx.record(event("claim", name))
            return True
        return False

    def conclude(self, name: str, owner: str, result: bytes) -> int:
        """Keep the result of a job, unless somebody else has taken it over."""
        state = LIFECYCLE.after(JobState.WAITING, JobEvent.CONCLUDE)
        with suppress(LostRace), self.store.transaction() as tx:
            if not self.repository.conclude(tx, name, owner=owner, state=state, result=result):
                raise LostRace
            tx.record(event("conclude", name))
            return 1
        return 0

    def refuse(self, name: str, owner: str, error: TrustError) -> int:
        """End a job that has no verdict, unless somebody else has taken it over."""
        state = LIFECYCLE.after(JobState.WAITING, JobEvent.REFUSE)
        with suppress(LostRace), self.store.transaction() as tx:
            if not self.repository.refuse(tx, name, owner=owner, state=state, error=error):
                raise LostRace
            tx.record(event("refuse", name, fault=error.code))
            return 1
        return 0

    def postpone(self, name: str, owner: str, error: TrustError) -> int:
        """Let a job wait for what has no time for it now."""
        with suppress(LostRace), self.store.transaction() as tx:
            if not self.repository.postpone(tx, name, owner=owner, until=tx.now + self.rules.pause):
                raise LostRace
            tx.record(event("delay", name, fault=error.code))
        return 0

    # --- housekeeping

    def tidy(self) -> int:
        """Erase the jobs whose time is over; return how many those were."""
        with self.store.reading() as view:
            if not self.repository.are_over(view):
                return 0
        with self.store.transaction() as tx:
            erased = self.repository.erase(tx)
            tx.record(
                AuditEvent(
                    tag="verification_job:erase:done",
                    actor="system",
                    subject="verification_job",
                    facts={"jobs": erased},
                )
            )
        self.store.purge()
        return erased


def is_passing(error: TrustError) -> bool:
    """Tell whether an error says nothing of the file: it is tried again. One that exhausts a worker does so again."""
    return isinstance(error, (Unavailable, LostRace)) and not isinstance(error, WorkerExhausted)


def event(verb: str, job: str, **facts: Fact) -> AuditEvent:
    """Return the record of a change: what it was, of which job, and nothing of the file."""
    return AuditEvent(tag=f"verification_job:{verb}:done", actor="anybody", subject=job, facts=facts)
