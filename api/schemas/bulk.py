"""Bulk jobs on the wire."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.naming import NAMES, NAMES_EN
from api.schemas.texts import Prose, Text
from api.telling import retold
from licence.bulk.jobs import BulkJob, Selection
from licence.bulk.selecting import SelectionPreview
from trust.reasons import MAX_REASON, MIN_REASON

__all__ = [
    "BulkJobDetails",
    "BulkJobView",
    "BulkPage",
    "BulkProblemView",
    "BulkProblems",
    "ReissueOrder",
    "ReissuePreview",
    "ReissueSelection",
]


class ReissueSelection(Request):
    """Which of the licences that are in force and valid; the issuer is the owner of the seal."""

    type: Text = Field(description="Identifier or type code", examples=["11100000MB0127170X001"])
    seal: Text = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    type_version: int | None = Field(
        default=None, ge=1, description="Those issued by this version of the type; none: by any", examples=[1]
    )
    issued_from: date | None = Field(default=None, description="First day of issue", examples=["2025-01-01"])
    issued_until: date | None = Field(default=None, description="Last day of issue", examples=["2025-12-31"])
    ends_from: date | None = Field(
        default=None, description="First of the last days of validity", examples=["2026-12-01"]
    )
    ends_until: date | None = Field(
        default=None, description="Last of them; none: any, or no end", examples=["2027-02-28"]
    )
    sealed_with: Text | None = Field(
        default=None,
        description="Those that bear this seal, to seal them anew with `seal`; none: whichever they bear",
        examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q4"],
    )

    @property
    def selection(self) -> Selection:
        """Which licences that are."""
        return Selection(
            type_version=self.type_version,
            issued_from=self.issued_from,
            issued_until=self.issued_until,
            ends_from=self.ends_from,
            ends_until=self.ends_until,
            sealed_with=self.sealed_with,
        )


class ReissueOrder(ReissueSelection):
    """Licences that are to be issued anew by the present version of their type."""

    reason: Prose = Field(min_length=MIN_REASON, max_length=MAX_REASON, examples=["证照样式更新，统一换发"])
    start: bool = Field(default=False, description="Whether the job starts by itself once it is checked")


class ReissuePreview(View):
    """How many licences a selection would be about, if it were made now."""

    issuer: str = Field(description="The owner of the seal, whose licences they are", examples=["O3F6H8J1L4N7Q2S5U9"])
    type: str = Field(examples=["type_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    count: int = Field(examples=[1204])
    by_version: dict[str, int] = Field(
        description="By the version of the type that they were issued by", examples=[{"1": 1180, "2": 24}]
    )
    by_seal: dict[str, int] = Field(
        description="By the seal that they bear", examples=[{"seal_01k9x3v5b7d2f4h6j8m0n1p3q4": 1204}]
    )
    names: dict[str, str] = NAMES

    @classmethod
    def of(cls, preview: SelectionPreview, names: dict[str, str]) -> "ReissuePreview":
        """Return the view of a preview, in which seals are called by their names."""
        by_version = {str(version): count for version, count in preview.by_version.items()}
        return cls(
            issuer=preview.issuer,
            type=preview.type,
            count=preview.count,
            by_version=by_version,
            by_seal=dict(preview.by_seal),
            names=names,
        )


class SelectionView(View):
    """Which licences a job issues anew, as it was asked for. What is none did not matter."""

    type_version: int | None = Field(description="Those issued by this version of the type", examples=[1])
    issued_from: date | None
    issued_until: date | None
    ends_from: date | None
    ends_until: date | None
    sealed_with: str | None = Field(
        description="Those that bear this seal", examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q4"]
    )

    @classmethod
    def of(cls, selection: Selection) -> "SelectionView":
        """Return the view of a selection."""
        return cls(
            type_version=selection.type_version,
            issued_from=selection.issued_from,
            issued_until=selection.issued_until,
            ends_from=selection.ends_from,
            ends_until=selection.ends_until,
            sealed_with=selection.sealed_with,
        )


class BulkJobView(View):
    """A bulk job, with how far it is."""

    id: str = Field(examples=["bulk_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    state: str = Field(
        description="received, checking, validated, running, paused, finished, refused or cancelled",
        examples=["validated"],
    )
    kind: str = Field(description="issue (from a table) or reissue (of what is in force)", examples=["issue"])
    type: str = Field(examples=["type_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    issuer: str = Field(examples=["O3F6H8J1L4N7Q2S5U9"])
    seal: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    requested_by: str
    requested_at: datetime
    started_by: str | None
    started_at: datetime | None
    ended_at: datetime | None
    removed_at: datetime | None = Field(description="When the rows were removed; what came of them stays")
    upload: str = Field(description="SM3 of the uploaded file", examples=["5f" * 32])
    size: int = Field(description="Octets of the uploaded file", examples=[18430])
    format: str = Field(description="csv, xlsx or jsonl, as recognised", examples=["csv"])
    encoding: str = Field(
        description="utf-8, or gb18030 where it was recognised as that: then the job does not start by itself",
        examples=["utf-8"],
    )
    columns: dict[str, str] = Field(
        description="Each column of the table, and the field that it is taken for", examples=[{"证照编号": "number"}]
    )
    reason: str = Field(description="Why licences are issued anew")
    fault: str = Field(description="The code of what stopped the job or holds it up; empty: nothing", examples=[""])
    fault_zh: str = Field(description="What that is in words, and what to do; empty: nothing", examples=[""])
    fault_en: str = Field(description="Likewise in English", examples=[""])
    facts: dict[str, Any] = Field(description="The facts behind it")
    rows: int = Field(examples=[100_000])
    good: int = Field(description="Rows that passed the check", examples=[99_998])
    bad: int = Field(description="Rows that did not", examples=[2])
    issued: int = Field(description="Licences issued so far", examples=[12_300])
    refused: int = Field(description="Rows without a licence so far", examples=[1])
    changes: int = Field(description="Grows with every change; the number of the event that tells of it", examples=[17])

    @classmethod
    def of(cls, job: BulkJob) -> "BulkJobView":
        """Return the view of a job."""
        chinese, english = retold(job.fault, job.facts) if job.fault else ("", "")
        return cls(
            id=job.id,
            state=job.state,
            kind=job.kind,
            type=job.type,
            issuer=job.issuer,
            seal=job.seal,
            requested_by=job.requested_by,
            requested_at=job.requested_at,
            started_by=job.started_by,
            started_at=job.started_at,
            ended_at=job.ended_at,
            removed_at=job.removed_at,
            upload=job.upload,
            size=job.size,
            format=job.format,
            encoding=job.encoding,
            columns=dict(job.columns),
            reason=job.reason,
            fault=job.fault,
            fault_zh=chinese,
            fault_en=english,
            facts=dict(job.facts),
            rows=job.rows,
            good=job.good,
            bad=job.bad,
            issued=job.issued,
            refused=job.refused,
            changes=job.changes,
        )


class BulkJobDetails(BulkJobView):
    """A job with how what it names is called, and whether it waits for a second person."""

    names: dict[str, str] = NAMES
    names_en: dict[str, str] = NAMES_EN
    type_version: int | None = Field(description="The version of the type by which its rows were read", examples=[1])
    selection: SelectionView | None = Field(description="Which licences it issues anew; none: it issues from a table")
    awaits_reviewer: bool = Field(
        description="Whether the type asks for four eyes: then a reviewer starts it who did not ask for it"
    )


class BulkPage(View):
    """Jobs, newest first."""

    jobs: list[BulkJobView]
    names: dict[str, str] = NAMES
    names_en: dict[str, str] = NAMES_EN
    next: str | None = Field(
        description="What to give as `before` for the next page; none: there is no more",
        examples=["bulk_01k9x3v5b7d2f4h6j8m0n1p3q5"],
    )


class BulkProblemView(View):
    """What is wrong with a row."""

    line: int = Field(description="Line of the file, the first being 1", examples=[17])
    code: str = Field(examples=["licence.data_invalid"])
    field: str = Field(description="The field concerned, where one is", examples=["established_on"])
    detail_zh: str
    detail_en: str


class BulkProblems(View):
    """Rows without a licence, in the order of the file."""

    problems: list[BulkProblemView]
    next: int | None = Field(
        description="What to give as `after` for the next page; none: there is no more", examples=[17]
    )
