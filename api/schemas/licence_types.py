"""Licence types on the wire."""

from datetime import date
from typing import Any, Final

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.licence_templates import TEMPLATE_FILES, TemplateFiles
from api.schemas.naming import TYPE_NAME_EN, english
from identity.subject import SubjectId
from licence.catalogue import DraftType
from licence.lifecycle import TypeState
from licence.types.differences import Difference
from licence.types.kind import IssuingAuthority, LicenceType
from licence.types.particulars import FORM, TypeParticulars
from licence.types.search import TypeFound
from licence.types.search import TypePage as FoundTypes

__all__ = [
    "DifferenceView",
    "IssuingBody",
    "PreviewData",
    "Publication",
    "ReadyTypeView",
    "TypeDetails",
    "TypeDraft",
    "TypeLine",
    "TypePage",
    "TypeView",
    "VersionView",
]

PARTICULARS: Final[dict[str, Any]] = {
    "form": FORM,
    "code": "11100000MB0127170X001",
    "name": "食品经营许可证",
    "holders": ["legal_person", "other_organisation"],
    "validity": {"rule": "lasting", "count": 5, "unit": "years", "from": "issue"},
}
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["operator_name"],
    "properties": {"operator_name": {"type": "string", "maxLength": 60, "title": "经营者名称", "x-holder": "name"}},
}
ISSUING: Final = [{"authority": "O3F6H8J1L4N7Q2S5U9", "seal": None}]


class IssuingBody(Request):
    """An authority that issues licences of a type."""

    authority: str = Field(description="Unified identifier", examples=["O3F6H8J1L4N7Q2S5U9"])
    seal: str | None = Field(default=None, description="The only seal that it may use for them; none: any authorised")

    @property
    def value(self) -> IssuingAuthority:
        """The value."""
        return IssuingAuthority(authority=SubjectId(self.authority), seal=self.seal)


class TypeDraft(Request):
    """A version of a licence type that is drafted: the first, or the next one."""

    issuer: str = Field(description="Unified identifier of the authority in charge", examples=["O3F6H8J1L4N7Q2S5U9"])
    template: str = Field(description="Name of a ready template, or `sm3:` and a digest", examples=["food_permit"])
    template_files: TemplateFiles = TEMPLATE_FILES
    type: dict[str, Any] = Field(description="What `type.json` holds (docs/licence-types.md)", examples=[PARTICULARS])
    data_schema: dict[str, Any] = Field(
        description="JSON Schema of the data (docs/licence-types.md)", examples=[SCHEMA]
    )
    issuing: list[IssuingBody] = Field(
        default_factory=list, max_length=200, description="Who issues; nobody named: the authority in charge"
    )

    @property
    def command(self) -> DraftType:
        """What is asked for."""
        return DraftType(
            issuer=self.issuer,
            template=self.template,
            particulars=TypeParticulars.from_json(self.type, self.data_schema),
            issuing=tuple(one.value for one in self.issuing),
        )


class Publication(Request):
    """From when on a version is in effect."""

    effective_from: date | None = Field(
        default=None, description="First day, in China; none: today", examples=["2027-01-01"]
    )


class PreviewData(Request):
    """What a preview shows instead of the sample's values."""

    fields: dict[str, Any] = Field(
        default_factory=dict, examples=[{"operator_name": "云州清禾餐饮有限公司"}], repr=False
    )


class TypeView(View):
    """One version of a licence type."""

    id: str = Field(examples=["type_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    version: int = Field(examples=[1])
    state: str = Field(examples=["published"])
    code: str = Field(examples=["11100000MB0127170X001"])
    name: str = Field(examples=["食品经营许可证"])
    name_en: str | None = TYPE_NAME_EN
    issuer: str = Field(description="The authority in charge", examples=["O3F6H8J1L4N7Q2S5U9"])
    issuing: list[dict[str, str | None]] = Field(examples=[ISSUING])
    template: str = Field(examples=["food_permit"])
    effective_from: date | None = Field(examples=["2026-11-22"])
    last_actor: str = Field(
        description="Who took the last step: another person takes the next", examples=["P7K2M9Q4R8T1W3X5Y6"]
    )
    remark: str = Field(description="Why the reviewer refused the draft", examples=["有效期规则与主管部门的文件不符。"])

    @classmethod
    def of(cls, kind: LicenceType) -> "TypeView":
        """Return the view of a version."""
        return cls(
            id=kind.id,
            version=kind.version,
            state=kind.state,
            code=kind.code,
            name=kind.name,
            name_en=english(kind.name_en),
            issuer=kind.issuer,
            issuing=[{"authority": one.authority, "seal": one.seal} for one in kind.issuing],
            template=kind.template,
            effective_from=kind.effective_from,
            last_actor=kind.last_actor,
            remark=kind.remark,
        )


class TypeDetails(TypeView):
    """One version of a licence type with everything that it says."""

    type: dict[str, Any] = Field(examples=[PARTICULARS])
    data_schema: dict[str, Any] = Field(examples=[SCHEMA])

    @classmethod
    def whole(cls, kind: LicenceType) -> "TypeDetails":
        """Return the view of a version with everything."""
        told = TypeView.of(kind).model_dump()
        return cls(**told, type=kind.particulars.to_json(), data_schema=dict(kind.schema))


class VersionView(TypeView):
    """One version beside the others of its type."""

    in_effect: bool = Field(description="Whether licences are issued after it today", examples=[True])

    @classmethod
    def version_of(cls, kind: LicenceType, in_effect: LicenceType | None) -> "VersionView":
        """Return the view of a version, where `in_effect` is the one in effect today."""
        is_issued = kind == in_effect and kind.state is TypeState.PUBLISHED
        return cls(**TypeView.of(kind).model_dump(), in_effect=is_issued)


class TypeLine(TypeView):
    """A type in the catalogue: the version that stands for it, and how far the newest one has come."""

    newest_version: int = Field(description="Number of the newest version", examples=[2])
    newest_state: str = Field(examples=["draft"])
    newest_effective_from: date | None = Field(examples=[None])

    @classmethod
    def line(cls, found: TypeFound) -> "TypeLine":
        """Return the view of a type that was found."""
        newest = found.newest
        return cls(
            **TypeView.of(found.present).model_dump(),
            newest_version=newest.version,
            newest_state=newest.state,
            newest_effective_from=newest.effective_from,
        )


class TypePage(View):
    """A page of the catalogue, in the order of type codes."""

    total: int = Field(description="How many there are in all", examples=[1])
    types: list[TypeLine]

    @classmethod
    def of(cls, found: FoundTypes) -> "TypePage":
        """Return the view of a page."""
        return cls(total=found.total, types=[TypeLine.line(one) for one in found.types])


class ReadyTypeView(View):
    """A type that comes with the service."""

    ready: str = Field(description="Its name here", examples=["food_permit"])
    code: str = Field(examples=["11100000MB0127170X001"])
    name: str = Field(examples=["食品经营许可证"])
    name_en: str | None = TYPE_NAME_EN
    type: dict[str, Any] = Field(examples=[PARTICULARS])
    data_schema: dict[str, Any] = Field(examples=[SCHEMA])

    @classmethod
    def of(cls, ready: str, particulars: TypeParticulars) -> "ReadyTypeView":
        """Return the view of a ready type."""
        return cls(
            ready=ready,
            code=particulars.code,
            name=particulars.name,
            name_en=english(particulars.name_en),
            type=particulars.to_json(),
            data_schema=dict(particulars.schema),
        )


class DifferenceView(View):
    """One part of a version that is not as in the version before."""

    place: str = Field(examples=["schema.fields.operator_name"])
    change: str = Field(examples=["changed"])
    before: Any = Field(examples=[{"type": "string", "maxLength": 60, "required": True}])
    after: Any = Field(examples=[{"type": "string", "maxLength": 80, "required": True}])

    @classmethod
    def of(cls, difference: Difference) -> "DifferenceView":
        """Return the view of a difference."""
        return cls(place=difference.place, change=difference.change, before=difference.before, after=difference.after)
