"""Verification as it is offered over HTTP: every kind of question, its answer as JSON, counted; jobs and reports.

The engine is that of `trust verify`: nothing here judges.
"""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, assert_never

from api.claim_desk import ClaimDesk
from api.figures import Figures
from api.page_models import ResultPage, claim_page, file_page
from api.pages.words import Language
from api.report_signing import Reports
from api.schemas.verification import ClaimVerdict, FileVerdict
from api.verification_jobs.errors import JobHasNoReport
from api.verification_jobs.jobs import JobRules, JobState, Order, VerificationJob
from api.verification_jobs.repository import JobRepository
from api.verification_jobs.service import VerificationJobs
from api.verification_orders import ClaimAsked, IdentifierAsked, Question
from api.verification_report import ReportData, claim_report, file_report
from api.verification_tally import Asked, Tally
from licence.errors import MomentInFuture
from licence.inquiry import ClaimText, inquiry_of
from licence.verification import ClaimReport, FileFinding, VerificationService
from trust.crypto.sm3 import sm3
from trust.protection import DataProtection
from trust.store import Store

__all__ = ["Answer", "Told", "Verifying"]

Answer = ClaimVerdict | FileVerdict
"""A verdict as JSON."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """An answer with everything that a report on it needs."""

    verdict: dict[str, Any]
    report: ReportData
    record: bytes | None = field(default=None, repr=False)
    """Replays the verdict; None of what is no file."""

    def to_json(self) -> bytes:
        """Return what a job keeps."""
        record = None if self.record is None else base64.b64encode(self.record).decode()
        return json.dumps({"verdict": self.verdict, "report": self.report, "record": record}).encode()

    @classmethod
    def of(cls, kept: bytes) -> "Told":
        """Return what a job has kept."""
        told = json.loads(kept)
        record = told["record"]
        return cls(
            verdict=told["verdict"],
            report=told["report"],
            record=None if record is None else base64.b64decode(record),
        )


@dataclass(frozen=True, kw_only=True)
class Verifying:
    """Everything that answers questions of the public. Built once, and safe to share between threads."""

    store: Store
    service: VerificationService
    reports: Reports
    protection: DataProtection
    rules: JobRules
    tally: Tally = field(default_factory=Tally)

    @cached_property
    def desk(self) -> ClaimDesk:
        """Answers to QR codes."""
        return ClaimDesk(self.service.claim_and_grounds, self.service.freshness)

    @cached_property
    def figures(self) -> Figures:
        """The figures of the day, as home shows them: what was verified and is not on record yet is among them."""
        return Figures(store=self.store, tally=self.tally)

    @cached_property
    def jobs(self) -> VerificationJobs:
        """Files that are judged later."""
        return VerificationJobs(
            store=self.store, repository=JobRepository(self.protection), judge=self.judge, rules=self.rules
        )

    def answer(self, question: Question, *, at: datetime | None = None) -> Answer:
        """Answer a question, as of now or of a past moment. Raise `MomentInFuture`, or what keeps it from an answer."""
        match question:
            case ClaimAsked(text):
                inside = inquiry_of(text.encode())
                return self.claim(inside.text if isinstance(inside, ClaimText) else text, at=at)
            case IdentifierAsked(text):
                return self.counted(Asked.IDENTIFIER, self.service.identifier(text, at=at))
            case Order():
                found = self.service.ask(
                    question.file, password=question.password, signed=question.content, at=at or question.at
                )
                return self.counted(Asked.FILE, found)
            case _:
                assert_never(question)

    def claim(self, text: str, *, at: datetime | None = None) -> ClaimVerdict:
        """Answer for what a QR code holds. Raise `MomentInFuture`."""
        if at is None:
            checked = self.desk.check(text)
            found, verdict = checked.report, checked.verdict
        else:
            found = self.service.claim(text, at=at)
            verdict = ClaimVerdict.of(found)
        self.tally.count(Asked.CLAIM, found.verdict.outcome)
        return verdict

    def counted(self, asked: Asked, found: FileFinding | ClaimReport) -> Answer:
        """Count an answer and return it as JSON."""
        if isinstance(found, FileFinding):
            self.tally.count(asked, found.outcome)
            return FileVerdict.of(found)
        self.tally.count(asked, found.verdict.outcome)
        return ClaimVerdict.of(found)

    def explained(self, question: Question, *, language: Language, at: datetime | None = None) -> ResultPage:
        """Answer a question in words, as the public pages do. Raise as `answer` does."""
        match question:
            case ClaimAsked(text):
                inside = inquiry_of(text.encode())
                found: FileFinding | ClaimReport = self.service.claim(
                    inside.text if isinstance(inside, ClaimText) else text, at=at
                )
                asked, size, digest = Asked.CLAIM, 0, ""
            case IdentifierAsked(text):
                found, asked, size, digest = self.service.identifier(text, at=at), Asked.IDENTIFIER, 0, ""
            case Order():
                file = question.file
                found = self.service.ask(
                    file, password=question.password, signed=question.content, at=at or question.at
                )
                asked, size, digest = Asked.FILE, len(file), sm3(file).hex()
            case _:
                assert_never(question)
        self.counted(asked, found)
        moment = found.moment or self.now
        if isinstance(found, FileFinding):
            return file_page(found, language=language, at=moment, size=size, digest=digest)
        seal = None if found.standing is None else self.service.seal_of(found.standing.licence)
        return claim_page(found, language=language, at=moment, seal=seal)

    def told(self, order: Order, *, at: datetime | None = None) -> Told:
        """Judge a file and return the answer with what a report on it needs. Raise as `answer` does."""
        at = at or order.at
        if inquiry_of(order.file) is not None:
            found = self.service.ask(order.file, at=at)
            assert isinstance(found, ClaimReport)  # noqa: S101 - what asks is no file
            verdict = self.counted(Asked.FILE, found).model_dump(mode="json")
            return Told(verdict=verdict, report=claim_report(found, at=found.moment or self.now))
        finding, record = self.service.recorded(order.file, password=order.password, signed=order.content, at=at)
        return Told(
            verdict=self.counted(Asked.FILE, finding).model_dump(mode="json"),
            report=file_report(finding, order.file, name=order.name, at=finding.moment or self.now),
            record=record.to_json(),
        )

    def record(self, order: Order, *, at: datetime | None = None) -> bytes:
        """Judge a file and return the record of the verdict. Raise as `answer` does."""
        finding, record = self.service.recorded(
            order.file, password=order.password, signed=order.content, at=at or order.at
        )
        self.tally.count(Asked.FILE, finding.outcome)
        return record.to_json()

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.store.clock.now()

    def ask(self, order: Order, *, at: datetime | None = None) -> tuple[VerificationJob, str]:
        """Keep a file as a job. Raise `VerificationQueueFull`, or `MomentInFuture`."""
        if at is not None and at > self.now:
            raise MomentInFuture
        return self.jobs.ask(replace(order, at=at))

    def judge(self, order: Order) -> bytes:
        """Judge the file of a job and return what the job keeps."""
        return self.told(order).to_json()

    def report(self, told: Told) -> bytes:
        """Return the signed report on an answer. Raise as `Reports.make` does."""
        return self.reports.make(told.report, record=told.record or b"")

    def result(self, job: VerificationJob) -> Told:
        """Return what came of a job. Raise `JobHasNoReport` where nothing has yet, or never will."""
        if job.result is None:
            raise JobHasNoReport(state=job.state.value)
        return Told.of(job.result)

    def verdict(self, job: VerificationJob) -> dict[str, Any] | None:
        """Return the verdict of a job, once there is one."""
        return self.result(job).verdict if job.state is JobState.DONE else None
