"""A verification job: what was asked, how far it has come, and the rules that an operator gives."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from trust.events import Fact
from trust.lifecycle import Lifecycle

__all__ = [
    "LIFECYCLE",
    "LONGEST",
    "JobEvent",
    "JobRules",
    "JobState",
    "Order",
    "Part",
    "VerificationJob",
]

LONGEST: Final = timedelta(hours=24)
"""No verdict is kept for longer than that."""


class JobState(StrEnum):
    """How far a job has come. One that is under way waits: whoever works on it may die."""

    WAITING = "waiting"  # 等待
    DONE = "done"  # 已有结论
    REFUSED = "refused"  # 无法判定


class JobEvent(StrEnum):
    """What happens to a job."""

    CONCLUDE = "conclude"  # 得出结论
    REFUSE = "refuse"  # 无法判定


LIFECYCLE: Final = Lifecycle(
    initial=JobState.WAITING,
    moves={
        (JobState.WAITING, JobEvent.CONCLUDE): JobState.DONE,
        (JobState.WAITING, JobEvent.REFUSE): JobState.REFUSED,
    },
)


class Part(StrEnum):
    """The files that a job can have."""

    FILE = "file"
    CONTENT = "content"
    """What a detached signature covers."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be judged, and how."""

    file: bytes = field(repr=False)
    content: bytes | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    """What the asker calls the file: a report names it."""

    password: str | None = field(default=None, repr=False)
    at: datetime | None = None
    """As of which moment it is judged; None: that of the judgement."""

    @property
    def parts(self) -> Mapping[Part, bytes]:
        """The files."""
        return {Part.FILE: self.file, **({} if self.content is None else {Part.CONTENT: self.content})}

    @property
    def size(self) -> int:
        """Octets of all files."""
        return sum(map(len, self.parts.values()))

    def particulars(self) -> bytes:
        """Return everything but the files, as JSON."""
        at = None if self.at is None else self.at.isoformat()
        told = {"name": self.name, "password": self.password, "at": at}
        return json.dumps(told, ensure_ascii=False).encode()

    @classmethod
    def of(cls, particulars: bytes, parts: Mapping[Part, bytes]) -> "Order":
        """Return the order of which `particulars` were told."""
        told: dict[str, Any] = json.loads(particulars)
        return cls(
            file=parts[Part.FILE],
            content=parts.get(Part.CONTENT),
            name=told["name"],
            password=told["password"],
            at=None if told["at"] is None else datetime.fromisoformat(told["at"]),
        )


@dataclass(frozen=True, kw_only=True)
class VerificationJob:
    """A job as it stands."""

    id: str
    """Under which the audit trail and the logs know it; it leads to nothing."""

    state: JobState
    size: int
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    attempts: int = 0
    is_under_way: bool = False
    fault: str = ""
    """Why there is no verdict: the code of a problem."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    result: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class JobRules:
    """What an operator decides about jobs."""

    waiting: int = 200
    """Jobs that may wait at a time."""

    octets: int = 1 << 30
    """Octets of files that may wait at a time."""

    lease: timedelta = timedelta(minutes=2)
    """How long a file belongs to a process that works on it: longer than any judgement takes."""

    pause: timedelta = timedelta(seconds=2)
    """Before a file is tried again that found every worker busy."""

    keeps: timedelta = LONGEST
    """How long a job is kept from its beginning on, with its verdict."""

    def __post_init__(self) -> None:
        if not timedelta(0) < self.keeps <= LONGEST:
            raise ValueError("verdicts are kept for a day at most")
