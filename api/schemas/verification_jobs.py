"""Verification jobs, and the answers to many questions at once, on the wire."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from api.problems import Told
from api.schemas.common import View
from api.schemas.verification import ClaimVerdict, FileVerdict
from api.verification_jobs.jobs import JobState, VerificationJob
from api.words import WORDS
from trust.errors import TrustError

__all__ = ["BatchVerdict", "BatchVerdicts", "FaultView", "VerificationJobView"]


class FaultView(View):
    """Why there is no verdict: the problem that the file would have been answered with."""

    code: str = Field(examples=["pdf.encrypted"])
    detail_zh: str
    detail_en: str
    details: dict[str, Any]

    @classmethod
    def of(cls, error: TrustError) -> "FaultView":
        """Return the view of an error."""
        told = Told.of(error)
        return cls(code=told.code, detail_zh=told.chinese, detail_en=told.english, details=dict(told.details))


class BatchVerdict(View):
    """The answer to one of several questions: a verdict, or why there is none."""

    name: str = Field(description="What the file is called, where it has a name", examples=["licence.pdf"])
    verdict: FileVerdict | ClaimVerdict | None
    problem: FaultView | None

    @classmethod
    def of(cls, name: str, verdict: FileVerdict | ClaimVerdict) -> "BatchVerdict":
        """Return the view of a verdict."""
        return cls(name=name, verdict=verdict, problem=None)

    @classmethod
    def refused(cls, name: str, error: TrustError) -> "BatchVerdict":
        """Return the view of what could not be judged."""
        return cls(name=name, verdict=None, problem=FaultView.of(error))


class BatchVerdicts(View):
    """The answers to several questions, in their order."""

    items: list[BatchVerdict]


class VerificationJobView(View):
    """A verification job as it stands."""

    id: str = Field(
        description="Leads to the job. It is a secret: whoever has it reads the verdict",
        examples=["x3nHq0Q9mYB7cJ2pVf5wKs8ZtLd1RgAe"],
    )
    state: Literal["waiting", "working", "done", "refused"] = Field(
        description="等待、判定中、已有结论、无法判定; a job that is being worked on may wait again", examples=["done"]
    )
    size: int = Field(description="Octets of the file, with what it covers")
    made_at: datetime
    ended_at: datetime | None
    expires_at: datetime = Field(description="When the job is erased, with its verdict")
    verdict: FileVerdict | ClaimVerdict | None
    problem: FaultView | None = Field(description="Why the file could not be judged")

    @classmethod
    def of(cls, job: VerificationJob, *, secret: str, verdict: dict[str, Any] | None) -> "VerificationJobView":
        """Return the view of a job; `verdict` is what it has kept."""
        state = "working" if job.state is JobState.WAITING and job.is_under_way else job.state.value
        return cls.model_validate(
            {
                "id": secret,
                "state": state,
                "size": job.size,
                "made_at": job.made_at,
                "ended_at": job.ended_at,
                "expires_at": job.expires_at,
                "verdict": verdict,
                "problem": fault_of(job),
            }
        )


def fault_of(job: VerificationJob) -> FaultView | None:
    """Return why a job has no verdict and will have none."""
    if job.state is not JobState.REFUSED:
        return None
    chinese, english = (words.format(**job.facts) for words in WORDS[job.fault])
    return FaultView(code=job.fault, detail_zh=chinese, detail_en=english, details=dict(job.facts))
