"""Templates of licences on the wire: their files, and what an author changes in them."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.texts import Name
from licence.errors import TemplateMalformed
from licence.template.bundle import LARGEST, MOST_FILES, TemplateBundle
from licence.template.checks import TemplateReport

__all__ = [
    "TEMPLATE_FILES",
    "TemplateCheck",
    "TemplateFiles",
    "TemplateReportView",
    "TemplateTrial",
    "TemplateView",
    "octets_of",
]

PICTURE: Final = ".png"
LONGEST: Final = max(LARGEST.values()) * 4 // 3 + 4
"""Characters of the largest file: a picture in Base64."""

EXAMPLE: Final = {"template.typ": '#import "lib.typ": *\n#show: sheet\n…'}
Content = Annotated[str, Field(max_length=LONGEST)]
TEMPLATE_FILES: Final[Any] = Field(
    default_factory=dict,
    max_length=MOST_FILES,
    description="Files over those of the template, by name: text, of a PNG its Base64; null takes a file away",
    examples=[EXAMPLE],
    repr=False,
)
TemplateFiles = dict[str, Content | None]


def octets_of(files: Mapping[str, str | None]) -> dict[str, bytes | None]:
    """Return files as octets. Raise `TemplateMalformed` for a picture that is no Base64."""
    return {name: None if content is None else octets(name, content) for name, content in files.items()}


def octets(name: str, content: str) -> bytes:
    """Return the octets of one file."""
    if not name.endswith(PICTURE):
        return content.encode()
    try:
        return b64decode(content, validate=True)
    except (binascii.Error, ValueError):  # ValueError: it is not ASCII
        raise TemplateMalformed(file=name if name.isascii() else "", fault="png") from None


class TemplateTrial(Request):
    """A template with changes that an author tries out. Nothing of it is kept."""

    template: Name = Field(description="Name of a ready template, or `sm3:` and a digest", examples=["food_permit"])
    template_files: TemplateFiles = TEMPLATE_FILES
    fields: dict[str, Any] = Field(
        default_factory=dict,
        description="Values over those of the sample",
        examples=[{"operator_name": "云州清禾餐饮有限公司"}],
        repr=False,
    )


class TemplateCheck(Request):
    """A template with changes that is held against a schema, as it is before publication."""

    template: Name = Field(description="Name of a ready template, or `sm3:` and a digest", examples=["food_permit"])
    template_files: TemplateFiles = TEMPLATE_FILES
    data_schema: dict[str, Any] = Field(
        description="JSON Schema of the data (docs/licence-types.md)", examples=[{"type": "object", "properties": {}}]
    )


class TemplateView(View):
    """The files of a template."""

    template: str = Field(examples=["food_permit"])
    files: dict[str, str] = Field(description="By name: text, of a PNG its Base64", examples=[EXAMPLE])

    @classmethod
    def of(cls, template: str, bundle: TemplateBundle) -> "TemplateView":
        """Return the view of a bundle, its files by name."""
        return cls(
            template=template,
            files={
                name: b64encode(content).decode() if name.endswith(PICTURE) else content.decode()
                for name, content in bundle.files.items()
            },
        )


class TemplateReportView(View):
    """What is to be known of a template that passes every check."""

    pages: int = Field(examples=[1])
    octets: int = Field(description="Of the sample as a PDF, without its seal", examples=[48211])
    conformance: str = Field(description="Part and level of PDF/A", examples=["2B"])
    module_mm: float = Field(description="Width of a module of the QR code", examples=[0.51])
    shortened: list[str] = Field(
        description="Fields that the template refuses at their greatest length", examples=[["operator_name"]]
    )

    @classmethod
    def of(cls, report: TemplateReport) -> "TemplateReportView":
        """Return the view of a report."""
        return cls(
            pages=report.pages,
            octets=report.octets,
            conformance=report.conformance,
            module_mm=report.module_mm,
            shortened=list(report.shortened),
        )
