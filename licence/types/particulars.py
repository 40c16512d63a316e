"""The particulars of a licence type, after the catalogue information of GB/T 36902.

They are everything of it that another instance may take over. What belongs to one instance stands in `LicenceType`:
which authorities issue, with which seal, and where the template is kept. The form as JSON: docs/licence-types.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, TypeVar

from licence.lifecycle import LicenceEvent
from licence.number import require_type_code
from licence.types.errors import ParticularsInvalid
from licence.types.fields import DateField
from licence.types.numbering import GivenNumber, NumberRule, number_member, read_number
from licence.types.reading import ParticularsMalformed, members, text_member
from licence.types.schema import DataSchema, require_schema
from licence.types.validity import AsRecorded, Lasting, Validity, read_validity, validity_member
from seal.stamping.orders import Level, Mode
from trust.typefaces import require_coverage

__all__ = [
    "FORM",
    "Authority",
    "AuthorityLevel",
    "HolderCategory",
    "Item",
    "Outage",
    "SignatureRule",
    "TypeParticulars",
]

Choice = TypeVar("Choice", bound=StrEnum)

FORM: Final = "xinyin/licence-type/1"

LONGEST_NAME: Final = 50
LONGEST_TEXT: Final = 500
ITEM_CODE: Final = re.compile(r"[0-9A-Za-z-]{1,32}")
REQUIRED: Final = frozenset({"form", "code", "name", "holders"})
OPTIONAL: Final = frozenset(
    {
        "name_en",
        "defined_by",
        "item",
        "issuing_level",
        "issuing_bodies",
        "validity",
        "validity_note",
        "signature",
        "four_eyes",
        "number",
    }
)


class AuthorityLevel(StrEnum):
    """The level of an authority 级别."""

    NATIONAL = "national"  # 国家级
    PROVINCE = "province"  # 省级
    CITY = "city"  # 地市级
    COUNTY = "county"  # 区县级
    TOWNSHIP = "township"  # 乡镇级
    OTHER = "other"  # 其他


class HolderCategory(StrEnum):
    """Who may hold licences of a type 持证主体类别."""

    NATURAL_PERSON = "natural_person"  # 自然人
    LEGAL_PERSON = "legal_person"  # 法人
    OTHER_ORGANISATION = "other_organisation"  # 非法人组织


class Outage(StrEnum):
    """What becomes of a licence while no time-stamp can be had."""

    DEGRADE = "degrade"
    """It is signed without one (B-B), which is told, and mended as soon as there is one."""

    REFUSE = "refuse"
    """It is not issued."""


@dataclass(frozen=True, kw_only=True)
class Authority:
    """The authority that has defined a type 证照定义机构. Its code is the beginning of the type code."""

    name: str
    level: AuthorityLevel


@dataclass(frozen=True, kw_only=True)
class Item:
    """The government service item 关联事项 that a type belongs to."""

    name: str
    code: str


@dataclass(frozen=True, kw_only=True)
class SignatureRule:
    """How licences of a type are signed."""

    mode: Mode = Mode.TWO_FIELDS
    level: Level = Level.B_T
    outage: Outage = Outage.DEGRADE

    def __post_init__(self) -> None:
        if self.level is Level.NONE:
            raise ParticularsMalformed("signature.level")


@dataclass(frozen=True, kw_only=True)
class TypeParticulars:
    """What a licence type is, wherever it is issued."""

    code: str
    """The 21-character type code 证照类型代码."""

    name: str
    """证照类型名称, such as 营业执照."""

    holders: frozenset[HolderCategory]
    schema: Mapping[str, Any] = field(repr=False)
    """The data of a licence as a JSON Schema; `fields` is what it says."""

    name_en: str = ""
    defined_by: Authority | None = None
    item: Item | None = None
    issuing_level: AuthorityLevel = AuthorityLevel.OTHER
    issuing_bodies: str = ""
    """证照颁发机构, in words."""

    validity: Validity = field(default=AsRecorded(open_end=True))
    validity_note: str = ""
    signature: SignatureRule = field(default=SignatureRule())
    four_eyes: frozenset[LicenceEvent] = frozenset()
    """What happens to a licence only after a second officer has agreed."""

    number: NumberRule = field(default=GivenNumber())

    @cached_property
    def fields(self) -> DataSchema:
        """The fields of the data."""
        return DataSchema.read(self.schema)

    def require(self) -> None:
        """Return if everything in it is as it should be, as is asked of what somebody gives.

        Raise `TypeCodeMalformed`, `ParticularsInvalid`, `SchemaInvalid` or `CharacterNotCovered`.
        """
        require_type_code(self.code)
        read = require_schema(self.schema)
        try:
            text_member(self.name, place="name", least=1, most=LONGEST_NAME)
            text_member(self.name_en, place="name_en", most=2 * LONGEST_NAME)
            text_member(self.issuing_bodies, place="issuing_bodies", most=LONGEST_TEXT)
            text_member(self.validity_note, place="validity_note", most=LONGEST_TEXT)
            if self.defined_by is not None:
                text_member(self.defined_by.name, place="defined_by.name", least=1, most=2 * LONGEST_NAME)
            if self.item is not None:
                text_member(self.item.name, place="item.name", least=1, most=2 * LONGEST_NAME)
                if not ITEM_CODE.fullmatch(self.item.code):
                    raise ParticularsMalformed("item.code")
            if not self.holders:
                raise ParticularsMalformed("holders")
            if isinstance(self.validity, Lasting) and self.validity.field is not None:
                first = read.by_name.get(self.validity.field)
                if not isinstance(first, DateField) or not first.required:
                    raise ParticularsMalformed("validity.from")
        except ParticularsMalformed as error:
            raise ParticularsInvalid(fault=str(error)) from None
        for place, text in self.texts():
            require_coverage(text, field=place)

    def texts(self) -> tuple[tuple[str, str], ...]:
        """Return every text that somebody may print, with its place."""
        return (
            ("name", self.name),
            ("name_en", self.name_en),
            ("issuing_bodies", self.issuing_bodies),
            ("validity_note", self.validity_note),
            ("defined_by.name", "" if self.defined_by is None else self.defined_by.name),
            ("item.name", "" if self.item is None else self.item.name),
        )

    def to_json(self) -> dict[str, Any]:
        """Return everything but the schema as `type.json` has it."""
        authority, item, signature = self.defined_by, self.item, self.signature
        return {
            "form": FORM,
            "code": self.code,
            "name": self.name,
            "name_en": self.name_en,
            "defined_by": None if authority is None else {"name": authority.name, "level": authority.level.value},
            "item": None if item is None else {"name": item.name, "code": item.code},
            "holders": [one.value for one in HolderCategory if one in self.holders],
            "issuing_level": self.issuing_level.value,
            "issuing_bodies": self.issuing_bodies,
            "validity": validity_member(self.validity),
            "validity_note": self.validity_note,
            "signature": {
                "mode": signature.mode.value,
                "level": signature.level.value,
                "outage": signature.outage.value,
            },
            "four_eyes": sorted(one.value for one in self.four_eyes),
            "number": number_member(self.number),
        }

    @classmethod
    def from_json(cls, told: object, schema: Mapping[str, Any]) -> "TypeParticulars":
        """Read what `to_json` returns, or what a person has written. Raise `ParticularsInvalid` with the member."""
        try:
            return read_particulars(told, schema)
        except ParticularsMalformed as error:
            raise ParticularsInvalid(fault=str(error)) from None


def read_particulars(told: object, schema: Mapping[str, Any]) -> TypeParticulars:
    """Read particulars. Raise `ParticularsMalformed` with the place."""
    found = members(told, REQUIRED, optional=OPTIONAL)
    if found["form"] != FORM:
        raise ParticularsMalformed("form")
    return TypeParticulars(
        code=text_member(found["code"], place="code", most=LONGEST_NAME),
        name=text_member(found["name"], place="name", least=1, most=LONGEST_NAME),
        name_en=text_member(found.get("name_en", ""), place="name_en", most=2 * LONGEST_NAME),
        holders=frozenset(one_of(HolderCategory, one, place="holders") for one in several(found, "holders")),
        schema=schema,
        defined_by=None if found.get("defined_by") is None else read_authority(found["defined_by"]),
        item=None if found.get("item") is None else read_item(found["item"]),
        issuing_level=one_of(AuthorityLevel, found.get("issuing_level", "other"), place="issuing_level"),
        issuing_bodies=text_member(found.get("issuing_bodies", ""), place="issuing_bodies", most=LONGEST_TEXT),
        validity=AsRecorded(open_end=True) if "validity" not in found else read_validity(found["validity"]),
        validity_note=text_member(found.get("validity_note", ""), place="validity_note", most=LONGEST_TEXT),
        signature=SignatureRule() if "signature" not in found else read_signature(found["signature"]),
        four_eyes=frozenset(one_of(LicenceEvent, one, place="four_eyes") for one in several(found, "four_eyes")),
        number=GivenNumber() if "number" not in found else read_number(found["number"]),
    )


def several(found: Mapping[str, Any], name: str) -> list[object]:
    """Return a list in which nothing comes twice; an absent one is empty."""
    values = found.get(name, [])
    if not isinstance(values, list) or any(one in values[:place] for place, one in enumerate(values)):
        raise ParticularsMalformed(name)
    return values


def one_of(kind: type[Choice], value: object, *, place: str) -> Choice:
    """Return one of a closed set."""
    if not isinstance(value, str) or value not in set(kind):
        raise ParticularsMalformed(place)
    return kind(value)


def read_authority(value: object) -> Authority:
    """Read the member `defined_by`."""
    told = members(value, {"name", "level"}, place="defined_by")
    name = text_member(told["name"], place="defined_by.name", least=1, most=2 * LONGEST_NAME)
    return Authority(name=name, level=one_of(AuthorityLevel, told["level"], place="defined_by.level"))


def read_item(value: object) -> Item:
    """Read the member `item`."""
    told = members(value, {"name", "code"}, place="item")
    name = text_member(told["name"], place="item.name", least=1, most=2 * LONGEST_NAME)
    return Item(name=name, code=text_member(told["code"], place="item.code", least=1, most=LONGEST_NAME))


def read_signature(value: object) -> SignatureRule:
    """Read the member `signature`."""
    told = members(value, {"mode", "level", "outage"}, place="signature")
    return SignatureRule(
        mode=one_of(Mode, told["mode"], place="signature.mode"),
        level=one_of(Level, told["level"], place="signature.level"),
        outage=one_of(Outage, told["outage"], place="signature.outage"),
    )
