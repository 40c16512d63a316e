"""Licence types 证照类型 of the catalogue 证照目录, after GB/T 36902: what a licence holds, and for how long."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry

from identity.subject import SubjectId, SubjectKind
from licence.errors import DataInvalid, SchemaInvalid
from licence.lifecycle import TypeState
from trust.events import canonical
from trust.typefaces import require_coverage

__all__ = ["LicenceType", "check_data", "is_date", "last_day", "require_schema"]

MAX_SCHEMA: Final = 65_536
"""Octets of a schema in canonical JSON."""

MAX_DATA: Final = 65_536
MAX_FIELDS: Final = 100
FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NO_REFERENCES: Final[Registry[Any]] = Registry()
"""Nothing is ever fetched."""

NOTES: Final = frozenset({"$comment", "title", "description"})
SCHEMA_WORDS: Final = NOTES | {"$schema", "type", "properties", "required", "additionalProperties"}
RULE_WORDS: Final = NOTES | {"type", "minLength", "maxLength", "pattern", "format", "enum", "const"}
"""What the schema, and the rule of a field, may say. With references and the like, a schema could lead back into
itself, or let fields pass that have no rule: it would fail on the first licence and not on the reviewer's desk."""


@dataclass(frozen=True, kw_only=True)
class LicenceType:
    """A type of licences."""

    id: str
    state: TypeState
    last_actor: str
    code: str
    """The 21-character type code."""

    name: str
    """证照名称, such as 营业执照."""

    issuer: SubjectId
    """The authority that issues licences of this type here."""

    template: str
    holder_kind: SubjectKind
    schema: Mapping[str, Any] = field(repr=False)
    lifetime_days: int | None
    """How long a licence is valid, from its issue on; None: the record says until when, or it has no end."""


def require_schema(schema: Mapping[str, Any]) -> None:
    """Return if `schema` describes a flat object of texts, else raise `SchemaInvalid`."""
    try:
        size = len(canonical(schema))
    except UnicodeEncodeError:  # JSON can spell half a character
        raise SchemaInvalid(fault="encoding") from None
    if size > MAX_SCHEMA:
        raise SchemaInvalid(fault="size")
    require_words(schema, SCHEMA_WORDS, place="$")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise SchemaInvalid(fault=error.json_path) from None
    properties = schema.get("properties")
    if schema.get("type") != "object" or schema.get("additionalProperties") is not False:
        raise SchemaInvalid(fault="$.additionalProperties")
    if not isinstance(properties, dict) or not 0 < len(properties) <= MAX_FIELDS:
        raise SchemaInvalid(fault="$.properties")
    for name, rule in properties.items():
        bounded = isinstance(rule, dict) and rule.get("type") == "string" and isinstance(rule.get("maxLength"), int)
        if not FIELD_NAME.fullmatch(name) or not bounded:
            # Without a bound one licence could keep the renderer busy for seconds.
            raise SchemaInvalid(fault=f"$.properties.{name}")
        require_words(rule, RULE_WORDS, place=f"$.properties.{name}")
    if not set(schema.get("required", ())) <= set(properties):
        raise SchemaInvalid(fault="$.required")


def require_words(rules: Mapping[str, Any], words: frozenset[str], *, place: str) -> None:
    """Return if `rules` uses no keyword but `words`, else raise `SchemaInvalid` with the first one."""
    for keyword in rules:
        if keyword not in words:
            raise SchemaInvalid(fault=f"{place}.{keyword}")


def check_data(schema: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, str]:
    """Return `data` as the schema of a type wants it. Raise `DataInvalid` or `CharacterNotCovered` with the field."""
    try:
        size = len(canonical(data))
    except UnicodeEncodeError:
        raise DataInvalid(field="", rule="encoding") from None
    if size > MAX_DATA:
        raise DataInvalid(field="", rule="size")
    validator = Draft202012Validator(schema, registry=NO_REFERENCES)
    errors: list[ValidationError] = sorted(validator.iter_errors(dict(data)), key=lambda one: one.json_path)
    for error in errors:
        raise DataInvalid(field=field_of(error), rule=str(error.validator))
    for name, value in data.items():
        require_coverage(value, field=name)
        if schema["properties"][name].get("format") == "date" and value and not is_date(value):
            raise DataInvalid(field=name, rule="format")
    return {name: str(value) for name, value in data.items()}


def field_of(error: ValidationError) -> str:
    """Return the field that an error is about: where it stands, or which one is missing or unknown."""
    if error.path:
        return str(error.path[0])
    instance: Any = error.instance
    schema: Any = error.schema
    if error.validator == "required":
        return next(str(name) for name in schema["required"] if name not in instance)
    # Of what a schema may say, only this is left to be wrong with the record as a whole.
    return next(str(name) for name in instance if name not in schema["properties"])


def is_date(text: str) -> bool:
    """Tell whether `text` is a date in the form YYYY-MM-DD."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return DATE.fullmatch(text) is not None


def last_day(kind: LicenceType, *, issued_on: date, asked: date | None) -> date | None:
    """Return the last day of validity of a licence: what the record asks for, else what the type says."""
    if asked is not None or kind.lifetime_days is None:
        return asked
    return issued_on + timedelta(days=kind.lifetime_days - 1)
