"""Licence types, licences and tables of them on the wire."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from api.problems import words_of
from api.schemas.common import Request, View
from identity.subject import SubjectKind
from licence.batch import RowResult
from licence.kinds import LicenceType
from licence.repository import Licence, LicenceHistoryEntry

__all__ = ["BatchView", "LicenceDetails", "LicenceIssue", "LicenceView", "TypeDraft", "TypeView"]


class TypeDraft(Request):
    """A licence type that is drafted."""

    code: str = Field(description="21-character type code", examples=["11100000MB0127170X001"])
    name: str = Field(min_length=1, max_length=50, examples=["营业执照"])
    issuer: str = Field(description="Unified identifier of the issuing authority", examples=["O3F6H8J1L4N7Q2S5U9"])
    template: str = Field(examples=["business_licence"])
    holder_kind: Literal["person", "organisation"]
    data_schema: dict[str, Any] = Field(
        description="JSON Schema of the data: text fields, each with a maximum length",
        examples=[
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["name"],
                "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 60}},
            }
        ],
    )
    lifetime_days: int | None = Field(default=None, ge=1, le=36500)

    @property
    def kind(self) -> SubjectKind:
        """The kind of holders."""
        return SubjectKind.PERSON if self.holder_kind == "person" else SubjectKind.ORGANISATION


class TypeView(View):
    """A licence type."""

    id: str = Field(examples=["type_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    state: str = Field(examples=["published"])
    code: str = Field(examples=["11100000MB0127170X001"])
    name: str = Field(examples=["营业执照"])
    issuer: str = Field(examples=["O3F6H8J1L4N7Q2S5U9"])
    template: str = Field(examples=["business_licence"])
    holder_kind: str = Field(examples=["organisation"])
    lifetime_days: int | None

    @classmethod
    def of(cls, kind: LicenceType) -> "TypeView":
        """Return the view of a type."""
        return cls(
            id=kind.id,
            state=kind.state,
            code=kind.code,
            name=kind.name,
            issuer=kind.issuer,
            template=kind.template,
            holder_kind="person" if kind.holder_kind is SubjectKind.PERSON else "organisation",
            lifetime_days=kind.lifetime_days,
        )


class LicenceIssue(Request):
    """A licence that is to be issued. It shows itself without its holder's data."""

    type: str = Field(description="Identifier or type code", examples=["11100000MB0127170X001"])
    seal: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    number: str = Field(
        min_length=1, max_length=64, description="证照编号, as printed", examples=["330100000202600001"]
    )
    holder_code: str = Field(
        description="Credit code or citizen number of the holder", examples=["91330100MA2XXXXX1A"], repr=False
    )
    data: dict[str, Any] = Field(examples=[{"name": "杭州某某数字科技股份有限公司"}], repr=False)
    last_day: date | None = Field(default=None, description="Last day of validity; none: as the type says")


class LicenceView(View):
    """A licence of the registry."""

    id: str = Field(examples=["lic_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    state: str = Field(examples=["in_force"])
    type: str
    identifier: str = Field(description="电子证照标识, GB/T 36904")
    number: str
    holder: str = Field(description="Unified identifier of the holder")
    seal: str
    issued_on: date
    last_day: date | None
    file: str | None = Field(description="SM3 of the PDF")
    address: str | None = Field(description="What the QR code holds")

    @classmethod
    def of(cls, licence: Licence) -> "LicenceView":
        """Return the view of a licence."""
        return cls(
            id=licence.id,
            state=licence.state,
            type=licence.type,
            identifier=licence.identifier,
            number=licence.number,
            holder=licence.holder,
            seal=licence.seal,
            issued_on=licence.issued_on,
            last_day=licence.last_day,
            file=licence.file,
            address=licence.claim,
        )


class LicenceHistoryView(View):
    """One step in the life of a licence."""

    event: str
    state: str
    actor: str
    at: datetime
    reason: str


class LicenceDetails(LicenceView):
    """A licence with its data and its history, for its issuer."""

    data: dict[str, str]
    history: list[LicenceHistoryView]

    @classmethod
    def whole(cls, licence: Licence, history: tuple[LicenceHistoryEntry, ...]) -> "LicenceDetails":
        """Return the view of a licence with everything."""
        steps = [
            LicenceHistoryView(
                event="prepare" if one.event is None else one.event.value,
                state=one.state,
                actor=one.actor,
                at=one.at,
                reason=one.reason,
            )
            for one in history
        ]
        return cls(**LicenceView.of(licence).model_dump(), data=dict(licence.data), history=steps)


class RowProblem(View):
    """What is wrong with a row."""

    code: str = Field(examples=["identity.credit_code_malformed"])
    field: str = Field(description="The column concerned, where one is", examples=["holder_code"])
    detail_zh: str
    detail_en: str


class RowView(View):
    """What came of one row."""

    line: int = Field(description="Line of the file; the header is line 1")
    licence: LicenceView | None
    problem: RowProblem | None


class BatchView(View):
    """What came of a table."""

    issued: int = Field(examples=[198])
    refused: int = Field(examples=[2])
    rows: list[RowView]

    @classmethod
    def of(cls, results: tuple[RowResult, ...]) -> "BatchView":
        """Return the view of a batch."""
        rows = [row_view(one) for one in results]
        issued = sum(one.licence is not None for one in rows)
        return cls(issued=issued, refused=len(rows) - issued, rows=rows)


def row_view(result: RowResult) -> RowView:
    """Return the view of one row."""
    if result.error is None:
        licence = None if result.licence is None else LicenceView.of(result.licence)
        return RowView(line=result.line, licence=licence, problem=None)
    chinese, english = words_of(result.error)
    problem = RowProblem(
        code=result.error.code,
        field=result.field,
        detail_zh=chinese,
        detail_en=english,
    )
    return RowView(line=result.line, licence=None, problem=problem)
