"""What can go wrong with verification jobs."""

from typing import ClassVar

from trust.errors import Conflict, NotFound, Unavailable

__all__ = ["JobHasNoReport", "VerificationInterrupted", "VerificationJobUnknown", "VerificationQueueFull"]


class VerificationJobUnknown(NotFound):
    """There is no such job, or its time is over and it was erased."""

    code = "verification_job.unknown"


class VerificationQueueFull(Unavailable):
    """More files wait than the service keeps; `seconds` tells when to try again."""

    code = "verification_job.queue_full"
    detail_names: ClassVar[tuple[str, ...]] = ("seconds",)


class VerificationInterrupted(Unavailable):
    """Every attempt at the file broke off; somebody has to look at the service's logs."""

    code = "verification_job.interrupted"


class JobHasNoReport(Conflict):
    """There is no report on a file that was not judged yet, or that could not be."""

    code = "verification_job.no_report"
    detail_names: ClassVar[tuple[str, ...]] = ("state",)
