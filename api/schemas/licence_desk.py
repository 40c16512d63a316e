"""What an officer sees before issuing, on the wire."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.licence_types import TypeDetails
from identity.subject import Organisation, Person
from licence.bulk.cells import Line
from licence.bulk.previewing import TablePreview
from licence.desk import DeskView, UsableSeal

__all__ = ["ColumnView", "DeskDetails", "HolderQuestion", "HolderView", "PreviewLine", "TablePreviewView", "TargetView"]


class UsableSealView(View):
    """A seal that the caller may put on licences of the type now."""

    id: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    name: str = Field(examples=["云州市市场监督管理局电子证照专用章"])
    code: str | None = Field(description="印章编码")
    owner: str = Field(description="The authority that issues with it", examples=["O3F6H8J1L4N7Q2S5U9"])
    owner_name: str = Field(examples=["云州市市场监督管理局"])
    valid_until: datetime | None

    @classmethod
    def of(cls, usable: UsableSeal) -> "UsableSealView":
        """Return the view of a seal."""
        seal = usable.seal
        return cls(
            id=seal.id,
            name=seal.name,
            code=seal.code,
            owner=seal.owner,
            owner_name=usable.owner.name,
            valid_until=seal.valid_until,
        )


class DeskDetails(TypeDetails):
    """The version of a type in effect today, and with which seals the caller may issue licences of it."""

    seals: list[UsableSealView]

    @classmethod
    def at(cls, desk: DeskView) -> "DeskDetails":
        """Return the view of what is on the desk."""
        told = TypeDetails.whole(desk.kind).model_dump()
        return cls(**told, seals=[UsableSealView.of(one) for one in desk.seals])


class HolderQuestion(Request):
    """A code of somebody who is to hold a licence. It shows itself without it."""

    code: str = Field(
        min_length=1,
        max_length=64,
        description="Credit code or document number",
        examples=["91330100MA2XXXXX1A"],
        repr=False,
    )


class HolderView(View):
    """Who may hold a licence: an organisation by its name, a person by a masked one."""

    id: str = Field(examples=["O3F6H8J1L4N7Q2S5U9"])
    kind: str = Field(description="person or organisation", examples=["organisation"])
    name: str = Field(examples=["云州星河数字科技有限公司"])

    @classmethod
    def of(cls, holder: Person | Organisation) -> "HolderView":
        """Return the view of a holder."""
        if isinstance(holder, Organisation):
            return cls(id=holder.id, kind="organisation", name=holder.name)
        return cls(id=holder.id, kind="person", name=holder.name.masked)


class ColumnView(View):
    """A column of a table."""

    column: str = Field(examples=["企业名称"])
    field: str | None = Field(description="The field that it would be; none: none is meant", examples=["name"])


class TargetView(View):
    """A field that a column may be."""

    field: str = Field(examples=["holder_code"])
    title: str = Field(examples=["持证主体代码"])
    required: bool


class PreviewLine(View):
    """A row of a table, or what is wrong with it."""

    line: int = Field(description="Line of the file, the first being 1", examples=[2])
    values: list[str] = Field(examples=[["91330100MA2XXXXX1A", "330100000202600001"]], repr=False)
    fault: str = Field(description="Why it cannot be read (docs/bulk.md); empty: it can", examples=[""])
    column: int | None = Field(description="The column that the fault is about, the first being 0", examples=[None])

    @classmethod
    def of(cls, line: Line) -> "PreviewLine":
        """Return the view of a row."""
        return cls(
            line=line.number,
            values=[one.text for one in line.cells],
            fault=line.fault,
            column=line.column if line.fault and line.column >= 0 else None,
        )


class TablePreviewView(View):
    """A table as it would be read. Nothing of it is kept."""

    format: str = Field(description="csv, xlsx or jsonl, as recognised", examples=["csv"])
    encoding: str = Field(examples=["utf-8"])
    rows: int = Field(examples=[22])
    columns: list[ColumnView]
    targets: list[TargetView]
    missing: list[str] = Field(description="Fields that every row must have and no column is", examples=[["number"]])
    first: list[PreviewLine] = Field(description="The first rows")

    @classmethod
    def of(cls, preview: TablePreview) -> "TablePreviewView":
        """Return the view of a preview."""
        told: dict[str, Any] = {
            "columns": [ColumnView(column=column, field=field) for column, field in preview.columns.items()],
            "targets": [TargetView(field=one.name, title=one.title, required=one.required) for one in preview.targets],
            "missing": list(preview.missing),
            "first": [PreviewLine.of(one) for one in preview.first],
        }
        return cls(format=preview.format, encoding=preview.encoding, rows=preview.rows, **told)
