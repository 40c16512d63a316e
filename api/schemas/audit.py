"""The audit trail on the wire: events, whether they still hold, and what is looked for."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, model_validator

from api.schemas.common import Request, View
from api.schemas.texts import Line, Moment
from trust.audit_repository import MOST_TAGS, EventSearch
from trust.audit_search import ExaminedEvent, Integrity
from trust.events import Fact, RecordedEvent

__all__ = [
    "AuditCheckView",
    "EventView",
    "ExaminedEventView",
    "ExportOrder",
    "FoundEvents",
    "FoundKind",
    "FoundName",
    "TagName",
]

MOST: Final = 128
"""Characters of an identifier."""

TagName = Annotated[str, Field(max_length=80, pattern="^[a-z_]+:[a-z_]+:[a-z_]+$", examples=["seal:make:done"])]
"""A kind of event: noun, verb and how it went."""


class EventView(View):
    """One event of the trail."""

    sequence: int = Field(examples=[17])
    at: datetime
    tag: str = Field(examples=["seal:make:done"])
    actor: str = Field(examples=["P7K2M9Q4R8T1W3X5Y6"])
    subject: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    facts: dict[str, Fact] = Field(examples=[{"state": "made"}])
    digest: str = Field(description="SM3 of the event and of the digest before it")

    @classmethod
    def of(cls, recorded: RecordedEvent) -> "EventView":
        """Return the view of an event."""
        return cls(
            sequence=recorded.sequence,
            at=recorded.at,
            tag=recorded.event.tag,
            actor=recorded.event.actor,
            subject=recorded.event.subject,
            facts=dict(recorded.event.facts),
            digest=recorded.digest.hex(),
        )


class ExaminedEventView(View):
    """An event, and what a look at it has shown."""

    event: EventView
    integrity: Integrity = Field(
        description="sealed: as recorded, and a signed checkpoint follows; chained: as recorded; broken: not so",
        examples=["sealed"],
    )
    checkpoint: int | None = Field(description="Number of the first checkpoint that covers it", examples=[24])

    @classmethod
    def of(cls, examined: ExaminedEvent) -> "ExaminedEventView":
        """Return the view of an event that was looked at."""
        return cls(event=EventView.of(examined.recorded), integrity=examined.integrity, checkpoint=examined.checkpoint)


class FoundEvents(View):
    """A page of what was looked for, the newest first."""

    events: list[ExaminedEventView]
    names: dict[str, str] = Field(
        description="What the seals are called that the events are about, by identifier",
        examples=[{"seal_01k9x3v5b7d2f4h6j8m0n1p3q5": "浙江省市场监督管理局"}],
    )
    next: int | None = Field(description="`before` of the next page; none: this was the last", examples=[17])


class FoundKind(StrEnum):
    """What bears a name."""

    PERSON = "person"
    ORGANISATION = "organisation"
    CLIENT = "client"
    SEAL = "seal"
    LICENCE = "licence"


class FoundName(View):
    """A thing that an auditor looks for, as it is called."""

    id: str = Field(description="As the trail names it", examples=["P7K2M9Q4R8T1W3X5Y6"])
    kind: FoundKind
    name: str = Field(description="Of a person masked", examples=["**明"])
    hint: str = Field(description="By what it was found: a username, a code, a number", examples=["wang.ming"])


class AuditCheckView(View):
    """What a check of the whole trail found."""

    intact: bool = Field(examples=[False])
    events: int = Field(examples=[1024])
    checkpoints: int = Field(examples=[8])
    broken_at: int | None = Field(
        description="Sequence number of the first event that is not as it was recorded", examples=[17]
    )
    reason: str = Field(examples=["an event was changed"])


class ExportOrder(Request):
    """Which events are wanted as a file that proves them. What is left out is of no matter."""

    tags: list[TagName] = Field(default_factory=list, max_length=MOST_TAGS)
    actor: Line = Field(default="", max_length=MOST, examples=["P7K2M9Q4R8T1W3X5Y6"])
    subject: Line = Field(default="", max_length=MOST, examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    since: Moment | None = Field(default=None, examples=["2026-11-01T00:00:00+08:00"])
    until: Moment | None = Field(default=None, examples=["2026-12-01T00:00:00+08:00"])

    @model_validator(mode="after")
    def name_something(self) -> "ExportOrder":
        """Refuse the whole trail: nobody asks for it by mistake."""
        if not (self.tags or self.actor or self.subject or self.since):
            raise ValueError("name who, what, which thing, or from when on")
        return self

    def wanted(self) -> EventSearch:
        """Return what is looked for."""
        return EventSearch(
            tags=tuple(self.tags), actor=self.actor, subject=self.subject, since=self.since, until=self.until
        )
