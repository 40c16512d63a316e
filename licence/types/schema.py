"""The data of a type's licences as a JSON Schema, in a dialect that is told in docs/licence-types.md.

With references and the like a schema could lead back into itself, or let fields pass that have no rule: it would fail
on the first licence and not on the reviewer's desk. So every word is known, and every field is bounded. What is read
is turned into fields of our own (licence/types/fields.py), which check data in one pass.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from licence.errors import DataInvalid, SchemaInvalid
from licence.types.fields import (
    NUMBER,
    ChoiceField,
    DateField,
    Field,
    HolderPart,
    Label,
    Line,
    NumberField,
    RowsField,
    TextField,
    Value,
)
from licence.types.patterns import PatternUnsafe, require_safe
from licence.types.picture_field import Aspect, PictureField
from trust.events import canonical
from trust.typefaces import VALUES, VERTICAL, require_coverage

__all__ = ["MAX_DATA", "MAX_FIELDS", "MAX_SCHEMA", "DataSchema", "require_schema"]

MAX_SCHEMA: Final = 65_536
"""Octets of a schema in canonical JSON."""

MAX_DATA: Final = 65_536
MAX_FIELDS: Final = 100
MAX_ROWS: Final = 500
MOST_DECIMALS: Final = 10
LONGEST_NUMBER: Final = 30
LONGEST_LABEL: Final = 100
LARGEST_RATIO: Final = 100
"""Of the two numbers of an aspect."""

WIDEST: Final = 1000
"""Pixels that a schema may ask a picture to have at least."""

OF_EVERY_ROW: Final = ("holder_code", "last_day", "number")
"""What a row of a table says beside the data of its type (licence/bulk/mapping.py): no field may be meant by these.

`holder_name` is none of them: it only checks, and gives way to a field of that name.
"""

FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
METADATA_NAME: Final = re.compile(r"KZ_[A-Z0-9_]{1,30}")

NOTES: Final = frozenset({"$comment", "title", "x-title-en", "description"})
SCHEMA_WORDS: Final = NOTES | {"$schema", "type", "properties", "required", "additionalProperties"}
LINE_WORDS: Final = NOTES | {"type", "minLength", "maxLength", "x-metadata"}
TEXT_WORDS: Final = LINE_WORDS | {"pattern", "const", "x-holder", "x-vertical"}
DATE_WORDS: Final = LINE_WORDS | {"format"}
NUMBER_WORDS: Final = LINE_WORDS | {"format", "x-decimals", "x-minimum", "x-maximum", "x-unit"}
PICTURE_WORDS: Final = NOTES | {"type", "format", "x-aspect", "x-least-width"}
CHOICE_WORDS: Final = LINE_WORDS | {"enum", "x-labels"}
PICTURE: Final = "picture"
"""The format of a field that is one."""

ROWS_WORDS: Final = NOTES | {"type", "minItems", "maxItems", "items", "x-metadata"}
ROW_WORDS: Final = SCHEMA_WORDS - {"$schema"}


@dataclass(frozen=True, kw_only=True)
class DataSchema:
    """The fields of a type, in the order of the schema."""

    fields: tuple[Field, ...]

    @classmethod
    def read(cls, schema: Mapping[str, Any]) -> "DataSchema":
        """Read a schema of the dialect. Raise `SchemaInvalid` or `CharacterNotCovered` with the place."""
        require_words(schema, SCHEMA_WORDS, place="$")
        return cls(fields=read_fields(schema, place="$", read=read_field))

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by their names."""
        return {one.name: one for one in self.fields}

    @cached_property
    def bound(self) -> Mapping[str, HolderPart]:
        """The fields that come from the registry, with what they are of the holder."""
        return {one.name: one.holder for one in self.fields if isinstance(one, TextField) and one.holder is not None}

    @cached_property
    def pictures(self) -> Mapping[str, PictureField]:
        """The fields that are pictures."""
        return {one.name: one for one in self.fields if isinstance(one, PictureField)}

    def check(self, data: Mapping[str, Any]) -> dict[str, Value]:
        """Return what a caller gives for a licence: everything but what comes from the registry.

        Raise `DataInvalid` or `CharacterNotCovered` with the field.
        """
        try:
            size = len(canonical(data))
        except UnicodeEncodeError:  # JSON can spell half a character
            raise DataInvalid(field="", rule="encoding") from None
        if size > MAX_DATA:
            raise DataInvalid(field="", rule="size")
        for name in data:
            if name not in self.by_name:
                raise DataInvalid(field=name, rule="additionalProperties")
            if name in self.bound:
                raise DataInvalid(field=name, rule="x-holder")
        for one in self.fields:
            if one.required and one.name not in data and one.name not in self.bound:
                raise DataInvalid(field=one.name, rule="required")
        return {one.name: one.read(data[one.name], place=one.name) for one in self.fields if one.name in data}

    def complete(self, checked: Mapping[str, Value], holder: Mapping[HolderPart, str]) -> dict[str, Value]:
        """Return the data of a licence: what `check` has returned, and of its holder what the registry says.

        Raise `DataInvalid` or `CharacterNotCovered` where that has no place in its field.
        """
        own = {name: self.by_name[name].read(holder[part], place=name) for name, part in self.bound.items()}
        told = {**checked, **own}
        return {one.name: told[one.name] for one in self.fields if one.name in told}

    def printed(self, data: Mapping[str, Value]) -> dict[str, Value]:
        """Return data as the page shows them: of a choice its label. A field that is missing is printed as nothing."""
        nothing: dict[str, Value] = {one.name: [] if isinstance(one, RowsField) else "" for one in self.fields}
        return nothing | {name: self.by_name[name].printed(value) for name, value in data.items()}


def require_schema(schema: Mapping[str, Any]) -> DataSchema:
    """Return what a schema says that somebody gave. Raise `SchemaInvalid` or `CharacterNotCovered`."""
    try:
        size = len(canonical(schema))
    except UnicodeEncodeError:
        raise SchemaInvalid(fault="encoding") from None
    if size > MAX_SCHEMA:
        raise SchemaInvalid(fault="size")
    require_words(schema, SCHEMA_WORDS, place="$")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise SchemaInvalid(fault=error.json_path) from None
    read = DataSchema.read(schema)
    for one in OF_EVERY_ROW:
        if one in read.by_name and one not in read.bound:
            raise SchemaInvalid(fault=f"$.properties.{one}")
    names = [one.metadata for one in read.fields if one.metadata is not None]
    if len(set(names)) != len(names):
        # A reader of the metadata would take one for the other.
        raise SchemaInvalid(fault="x-metadata")
    return read


def read_fields(schema: Mapping[str, Any], *, place: str, read: Callable[..., Field]) -> tuple[Any, ...]:
    """Return the fields of an object."""
    properties, required = schema.get("properties"), schema.get("required", [])
    if schema.get("type") != "object" or schema.get("additionalProperties") is not False:
        raise SchemaInvalid(fault=f"{place}.additionalProperties")
    if not isinstance(properties, dict) or not 0 < len(properties) <= MAX_FIELDS:
        raise SchemaInvalid(fault=f"{place}.properties")
    if not isinstance(required, list) or not set(required) <= set(properties):
        raise SchemaInvalid(fault=f"{place}.required")
    return tuple(
        read(name, rule, required=name in required, place=f"{place}.properties.{name}")
        for name, rule in properties.items()
    )


def require_words(rules: Mapping[str, Any], words: frozenset[str], *, place: str) -> None:
    """Return if `rules` uses no keyword but `words`, else raise `SchemaInvalid` with the first one."""
    for keyword in rules:
        if keyword not in words:
            raise SchemaInvalid(fault=f"{place}.{keyword}")


def read_field(name: str, rule: object, *, required: bool, place: str) -> Field:
    """Return one field."""
    if not FIELD_NAME.fullmatch(name) or not isinstance(rule, dict):
        raise SchemaInvalid(fault=place)
    if rule.get("type") == "array":
        return read_rows(name, rule, required=required, place=place)
    return read_line(name, rule, required=required, place=place)


def read_rows(name: str, rule: Mapping[str, Any], *, required: bool, place: str) -> RowsField:
    """Return a field of rows."""
    require_words(rule, ROWS_WORDS, place=place)
    items, most, fewest = rule.get("items"), rule.get("maxItems"), rule.get("minItems", 0)
    if type(most) is not int or type(fewest) is not int or not 0 <= fewest <= most <= MAX_ROWS or most == 0:
        raise SchemaInvalid(fault=f"{place}.maxItems")
    if not isinstance(items, dict):
        raise SchemaInvalid(fault=f"{place}.items")
    require_words(items, ROW_WORDS, place=f"{place}.items")
    return RowsField(
        name=name,
        label=label_of(name, rule, place=place),
        required=required,
        metadata=metadata_of(rule, place=place),
        fewest=fewest,
        most=most,
        columns=read_fields(items, place=f"{place}.items", read=read_column),
    )


def read_column(name: str, rule: object, *, required: bool, place: str) -> Line:
    """Return one column of rows: a line that is its own, and not the holder's."""
    if not FIELD_NAME.fullmatch(name) or not isinstance(rule, dict):
        raise SchemaInvalid(fault=place)
    for keyword in ("x-holder", "x-metadata"):
        if keyword in rule:
            raise SchemaInvalid(fault=f"{place}.{keyword}")
    if rule.get("format") == PICTURE:
        raise SchemaInvalid(fault=f"{place}.format")
    return read_line(name, rule, required=required, place=place)


def read_line(name: str, rule: Mapping[str, Any], *, required: bool, place: str) -> Line:
    """Return a field of one text."""
    if rule.get("type") != "string":
        raise SchemaInvalid(fault=place)
    base: dict[str, Any] = {"name": name, "label": label_of(name, rule, place=place), "required": required}
    base["metadata"] = metadata_of(rule, place=place)
    if rule.get("format") == PICTURE:
        require_words(rule, PICTURE_WORDS, place=place)
        return read_picture(base, rule, place=place)
    if "enum" in rule:
        require_words(rule, CHOICE_WORDS, place=place)
        return ChoiceField(**base, choices=choices_of(rule, place=place))
    most, least = rule.get("maxLength"), rule.get("minLength", 0)
    if type(most) is not int or type(least) is not int:
        # Without a bound one licence could keep the renderer busy for seconds.
        raise SchemaInvalid(fault=place)
    if not 0 <= least <= most:
        raise SchemaInvalid(fault=f"{place}.minLength")
    match rule.get("format"):
        case "date":
            require_words(rule, DATE_WORDS, place=place)
            return DateField(**base, least=least)
        case "decimal":
            require_words(rule, NUMBER_WORDS, place=place)
            return read_decimal(base, rule, place=place)
        case None:
            require_words(rule, TEXT_WORDS, place=place)
            return read_text(base, rule, place=place)
        case _:
            raise SchemaInvalid(fault=f"{place}.format")


def read_text(base: Mapping[str, Any], rule: Mapping[str, Any], *, place: str) -> TextField:
    """Return a field of text."""
    holder, const, pattern = rule.get("x-holder"), rule.get("const"), rule.get("pattern")
    if holder is not None and holder not in list(HolderPart):
        raise SchemaInvalid(fault=f"{place}.x-holder")
    if rule.get("x-vertical", True) is not True:
        raise SchemaInvalid(fault=f"{place}.x-vertical")
    if const is not None and not isinstance(const, str):
        raise SchemaInvalid(fault=f"{place}.const")
    require_coverage(const or "", field=f"{place}.const")
    try:
        compiled = None if pattern is None else require_safe(pattern)
    except PatternUnsafe:
        raise SchemaInvalid(fault=f"{place}.pattern") from None
    return TextField(
        **base,
        least=rule.get("minLength", 0),
        most=rule["maxLength"],
        pattern=compiled,
        holder=None if holder is None else HolderPart(holder),
        const=const,
        faces=VERTICAL if "x-vertical" in rule else VALUES,
    )


def read_picture(base: Mapping[str, Any], rule: Mapping[str, Any], *, place: str) -> PictureField:
    """Return a field of a picture."""
    least = rule.get("x-least-width", 0)
    if type(least) is not int or not 0 <= least <= WIDEST:
        raise SchemaInvalid(fault=f"{place}.x-least-width")
    aspect: Aspect | None = None
    if "x-aspect" in rule:
        told = rule["x-aspect"]
        is_pair = isinstance(told, list) and [type(one) for one in told] == [int, int]
        if not is_pair or not all(0 < one <= LARGEST_RATIO for one in told):
            raise SchemaInvalid(fault=f"{place}.x-aspect")
        aspect = (told[0], told[1])
    return PictureField(**base, aspect=aspect, least_width=least)


def read_decimal(base: Mapping[str, Any], rule: Mapping[str, Any], *, place: str) -> NumberField:
    """Return a field of a number."""
    decimals = rule.get("x-decimals", 0)
    if type(decimals) is not int or not 0 <= decimals <= MOST_DECIMALS:
        raise SchemaInvalid(fault=f"{place}.x-decimals")
    if rule["maxLength"] > LONGEST_NUMBER:
        raise SchemaInvalid(fault=f"{place}.maxLength")
    bounds: dict[str, Any] = {}
    for name in ("minimum", "maximum"):
        told = rule.get(f"x-{name}")
        if told is not None and (not isinstance(told, str) or len(told) > LONGEST_NUMBER or not NUMBER.fullmatch(told)):
            raise SchemaInvalid(fault=f"{place}.x-{name}")
        bounds[name] = None if told is None else Decimal(told)
    unit = rule.get("x-unit")
    return NumberField(
        **base,
        least=rule.get("minLength", 0),
        most=rule["maxLength"],
        decimals=decimals,
        unit=None if unit is None else read_label(unit, place=f"{place}.x-unit"),
        **bounds,
    )


def choices_of(rule: Mapping[str, Any], *, place: str) -> Mapping[str, Label]:
    """Return the values of a choice with what is printed for each."""
    values, labels = rule["enum"], rule.get("x-labels", {})
    if not isinstance(values, list) or not values or not all(isinstance(one, str) for one in values):
        raise SchemaInvalid(fault=f"{place}.enum")
    if len(set(values)) != len(values):
        raise SchemaInvalid(fault=f"{place}.enum")
    if not isinstance(labels, dict) or not set(labels) <= set(values):
        raise SchemaInvalid(fault=f"{place}.x-labels")
    for one in values:
        require_coverage(one, field=f"{place}.enum")
    return {
        one: read_label(labels[one], place=f"{place}.x-labels.{one}") if one in labels else Label(zh=one)
        for one in values
    }


def label_of(name: str, rule: Mapping[str, Any], *, place: str) -> Label:
    """Return how a field is called."""
    told = {"zh": rule.get("title", name), "en": rule.get("x-title-en", "")}
    return read_label(told, place=f"{place}.title")


def read_label(value: object, *, place: str) -> Label:
    """Return a Chinese and an English wording."""
    if not isinstance(value, dict) or not {"zh"} <= set(value) <= {"zh", "en"}:
        raise SchemaInvalid(fault=place)
    for text in value.values():
        if not isinstance(text, str) or len(text) > LONGEST_LABEL:
            raise SchemaInvalid(fault=place)
        require_coverage(text, field=place)
    return Label(**value)


def metadata_of(rule: Mapping[str, Any], *, place: str) -> str | None:
    """Return the name of the extension element that a field becomes, if it becomes one."""
    name = rule.get("x-metadata")
    if name is not None and (not isinstance(name, str) or not METADATA_NAME.fullmatch(name)):
        raise SchemaInvalid(fault=f"{place}.x-metadata")
    return name
