"""The fields of a licence's data: texts, dates, numbers, choices, and rows of them. Each checks and prints its values.

Values are texts, so that what was given, printed, signed and shared is the same, character for character.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from typing_extensions import override

from licence.errors import DataInvalid
from licence.types.reading import DATE
from trust.typefaces import VALUES, Typeface, require_coverage

__all__ = [
    "NUMBER",
    "ChoiceField",
    "DateField",
    "Field",
    "HolderPart",
    "Label",
    "Line",
    "NumberField",
    "Row",
    "RowsField",
    "TextField",
    "Value",
    "is_date",
]

Row = dict[str, str]
Value = str | list[Row]
"""What a field holds, in the types that JSON gives back."""

NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.([0-9]+))?")


class HolderPart(StrEnum):
    """What of its holder a field is."""

    NAME = "name"
    """The registered name."""

    CODE = "code"
    """The unified social credit code, or the citizen number."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """How something is called in Chinese and, where it has one, by its English name."""

    zh: str
    en: str = ""


@dataclass(frozen=True, kw_only=True)
class Field(ABC):
    """What every field has."""

    name: str
    label: Label
    required: bool
    metadata: str | None = None
    """The name of its extension element in the metadata of GB/T 36903: `KZ_` and more."""

    faces: tuple[Typeface, ...] = dataclass_field(default=VALUES, repr=False)
    """The typefaces that its values are set in."""

    @abstractmethod
    def read(self, value: object, *, place: str) -> Value:
        """Return `value` if it is one of the field, else raise `DataInvalid` or `CharacterNotCovered` with `place`."""

    @abstractmethod
    def printed(self, value: Value) -> Value:
        """Return a value as the page shows it."""


@dataclass(frozen=True, kw_only=True)
class Line(Field):
    """A field of one text."""

    @override
    def read(self, value: object, *, place: str) -> str:
        if not isinstance(value, str):
            raise DataInvalid(field=place, rule="type")
        broken = self.breach(value)
        if broken is not None:
            raise DataInvalid(field=place, rule=broken)
        require_coverage(value, field=place, faces=self.faces)
        return value

    @abstractmethod
    def breach(self, value: str) -> str | None:
        """Return which rule `value` breaks, or None."""

    @override
    def printed(self, value: Value) -> Value:
        return value


@dataclass(frozen=True, kw_only=True)
class TextField(Line):
    """A text 文本."""

    least: int = 0
    most: int
    pattern: re.Pattern[str] | None = None
    holder: HolderPart | None = None
    """What it is of the holder: then it comes from the registry, and never from the caller."""

    const: str | None = None

    @override
    def breach(self, value: str) -> str | None:
        if len(value) < self.least:
            return "minLength"
        if len(value) > self.most:
            return "maxLength"
        if self.const is not None and value != self.const:
            return "const"
        if self.pattern is not None and not self.pattern.search(value):
            return "pattern"
        return None


@dataclass(frozen=True, kw_only=True)
class DateField(Line):
    """A date 日期, or nothing where the schema lets it be empty."""

    least: int = 0

    @override
    def breach(self, value: str) -> str | None:
        if len(value) < self.least:
            return "minLength"
        return None if not value or is_date(value) else "format"


@dataclass(frozen=True, kw_only=True)
class NumberField(Line):
    """A number 数值 with its unit, or nothing where the schema lets it be empty."""

    least: int = 0
    most: int
    decimals: int = 0
    """How many digits may stand after the point."""

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: Label | None = None

    @override
    def breach(self, value: str) -> str | None:
        if not self.least <= len(value) <= self.most:
            return "minLength" if len(value) < self.least else "maxLength"
        if not value:
            return None
        found = NUMBER.fullmatch(value)
        if found is None or (value.startswith("-") and not Decimal(value)):  # zero has one spelling
            return "format"
        if len(found[1] or "") > self.decimals:
            return "x-decimals"
        return self.out_of_bounds(Decimal(value))

    def out_of_bounds(self, number: Decimal) -> str | None:
        """Return which bound `number` lies beyond, or None."""
        if self.minimum is not None and number < self.minimum:
            return "x-minimum"
        return "x-maximum" if self.maximum is not None and number > self.maximum else None


@dataclass(frozen=True, kw_only=True)
class ChoiceField(Line):
    """One of several values 枚举, each with what is printed for it."""

    choices: Mapping[str, Label]

    @override
    def breach(self, value: str) -> str | None:
        return None if value in self.choices else "enum"

    @override
    def printed(self, value: Value) -> Value:
        return self.choices[value].zh if isinstance(value, str) and value in self.choices else value


@dataclass(frozen=True, kw_only=True)
class RowsField(Field):
    """Rows 列表 of the same columns."""

    fewest: int = 0
    most: int
    columns: tuple[Line, ...] = dataclass_field(repr=False)

    @override
    def read(self, value: object, *, place: str) -> list[Row]:
        if not isinstance(value, list):
            raise DataInvalid(field=place, rule="type")
        if not self.fewest <= len(value) <= self.most:
            raise DataInvalid(field=place, rule="minItems" if len(value) < self.fewest else "maxItems")
        return [self.row(one, place=f"{place}[{number}]") for number, one in enumerate(value)]

    def row(self, value: object, *, place: str) -> Row:
        """Return one row."""
        if not isinstance(value, Mapping):
            raise DataInvalid(field=place, rule="type")
        names = {column.name for column in self.columns}
        if strange := [name for name in value if name not in names]:
            raise DataInvalid(field=f"{place}.{strange[0]}", rule="additionalProperties")
        if missing := [one.name for one in self.columns if one.required and one.name not in value]:
            raise DataInvalid(field=f"{place}.{missing[0]}", rule="required")
        return {
            column.name: column.read(value[column.name], place=f"{place}.{column.name}")
            for column in self.columns
            if column.name in value
        }

    @override
    def printed(self, value: Value) -> Value:
        rows = [] if isinstance(value, str) else value
        return [{column.name: str(column.printed(row.get(column.name, ""))) for column in self.columns} for row in rows]


def is_date(text: str) -> bool:
    """Tell whether `text` is a date in the form YYYY-MM-DD."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return DATE.fullmatch(text) is not None
