"""Schemas of licence types, and the data of licences against them: what is refused, and by which name."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.demo import cast
from identity.subject import SubjectId, SubjectKind
from licence.errors import DataInvalid, SchemaInvalid
from licence.kinds import MAX_DATA, MAX_FIELDS, MAX_SCHEMA, LicenceType, check_data, is_date, last_day, require_schema
from licence.lifecycle import TypeState
from trust.typefaces import CharacterNotCovered

TEXT: dict[str, Any] = {"type": "string", "maxLength": 20}


def schema_of(properties: object = None, **changes: object) -> dict[str, Any]:
    """Return a schema with one text field `name`, or with what is said."""
    told = {"name": TEXT} if properties is None else properties
    return {"type": "object", "additionalProperties": False, "properties": told, **changes}


def schema_fault(schema: Mapping[str, Any]) -> object:
    with pytest.raises(SchemaInvalid) as refused:
        require_schema(schema)
    return refused.value.details["fault"]


def data_fault(schema: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[object, object]:
    with pytest.raises(DataInvalid) as refused:
        check_data(schema, data)
    return refused.value.details["field"], refused.value.details["rule"]


# --- schemas


@pytest.mark.parametrize(
    "schema",
    [
        cast.FOOD_SCHEMA,
        cast.BUSINESS_SCHEMA,
        schema_of(),
        schema_of(
            {"name": {**TEXT, "title": "名称", "description": "全称", "$comment": "", "enum": ["甲"], "const": "甲"}}
        ),
        schema_of({"a" + "b" * 63: TEXT}),
        schema_of({f"field{number}": TEXT for number in range(MAX_FIELDS)}),
        schema_of(title="证照", description="说明", required=["name"]),
    ],
)
def test_a_flat_object_of_bounded_texts_is_a_schema(schema: dict[str, Any]) -> None:
    require_schema(schema)


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({}, "$.additionalProperties"),
        (schema_of(type="array"), "$.additionalProperties"),
        (schema_of(additionalProperties=True), "$.additionalProperties"),
        (schema_of(additionalProperties={}), "$.additionalProperties"),
        (schema_of({}), "$.properties"),
        (schema_of({f"field{number}": TEXT for number in range(MAX_FIELDS + 1)}), "$.properties"),
        ({"type": "object", "additionalProperties": False}, "$.properties"),
        (schema_of([]), "$.properties"),
        (schema_of(type="thing"), "$.type"),
        (schema_of(required="name"), "$.required"),
        (schema_of(required=["other"]), "$.required"),
        (schema_of({"Name": TEXT}), "$.properties.Name"),
        (schema_of({"名称": TEXT}), "$.properties.名称"),
        (schema_of({"": TEXT}), "$.properties."),
        (schema_of({"a" * 65: TEXT}), f"$.properties.{'a' * 65}"),
        (schema_of({"name": True}), "$.properties.name"),
        (schema_of({"name": {"type": "string"}}), "$.properties.name"),
        (schema_of({"name": {"maxLength": 20}}), "$.properties.name"),
        (schema_of({"name": {"type": ["string", "null"], "maxLength": 20}}), "$.properties.name"),
        (schema_of({"name": {"type": "integer", "maxLength": 20}}), "$.properties.name"),
        (schema_of({"name": {"type": "object", "maxLength": 20}}), "$.properties.name"),
        (schema_of({"name": {**TEXT, "maxLength": True}}), "$.properties.name.maxLength"),
        (schema_of({"name": {**TEXT, "maxLength": -1}}), "$.properties.name.maxLength"),
        (schema_of({"name": {**TEXT, "maxLength": 2.0}}), "$.properties.name"),
        (schema_of({"name": {**TEXT, "pattern": "("}}), "$.properties.name.pattern"),
        (schema_of({"name": {**TEXT, "pattern": 1}}), "$.properties.name.pattern"),
    ],
)
def test_anything_else_is_refused_with_its_place(schema: dict[str, Any], fault: str) -> None:
    assert fault == schema_fault(schema)


@pytest.mark.parametrize(
    "changes",
    [
        {"$ref": "https://elsewhere.example/schema"},
        {"$ref": "#"},
        {"$dynamicRef": "#"},
        {"$id": "http://["},
        {"$defs": {"a": TEXT}},
        {"patternProperties": {".*": {}}},
        {"unevaluatedProperties": True},
        {"allOf": [{"$ref": "#"}]},
        {"if": {"required": ["name"]}},
    ],
)
def test_a_schema_may_not_lead_elsewhere_nor_back_into_itself(changes: dict[str, Any]) -> None:
    # Such a schema is well formed, and would fail on the first licence: for ever in `$ref: #`.
    (keyword,) = changes
    assert schema_fault(schema_of(**changes)) == f"$.{keyword}"
    if keyword != "patternProperties":
        assert schema_fault(schema_of({"name": {**TEXT, **changes}})) == f"$.properties.name.{keyword}"


def test_a_schema_has_a_size() -> None:
    room = MAX_SCHEMA - len(json.dumps(schema_of(title=""), separators=(",", ":")))
    require_schema(schema_of(title="a" * room))
    assert schema_fault(schema_of(title="a" * (room + 1))) == "size"


def test_a_schema_is_text() -> None:
    # JSON may escape half a surrogate pair, which is no character and has no octets.
    assert schema_fault(json.loads('{"title": "\\ud800"}')) == "encoding"


# --- data


@pytest.mark.parametrize(
    ("rule", "value", "broken"),
    [
        (TEXT, 1, "type"),
        (TEXT, None, "type"),
        (TEXT, True, "type"),
        (TEXT, ["甲"], "type"),
        (TEXT, {"a": "b"}, "type"),
        (TEXT, "甲" * 21, "maxLength"),
        ({**TEXT, "minLength": 1}, "", "minLength"),
        ({**TEXT, "pattern": "^[0-9A-Z]{18}$"}, "91330199MAC0XH20", "pattern"),
        ({**TEXT, "enum": ["甲", "乙"]}, "丙", "enum"),
        ({**TEXT, "const": "甲"}, "乙", "const"),
    ],
)
def test_each_rule_of_a_field_is_kept(rule: dict[str, Any], value: object, broken: str) -> None:
    schema = schema_of({"first": TEXT, "name": rule, "other": TEXT})
    require_schema(schema)
    assert data_fault(schema, {"first": "一", "name": value, "other": "二"}) == ("name", broken)


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (TEXT, ""),
        (TEXT, "甲" * 20),
        (TEXT, "𠮷" * 20),
        ({**TEXT, "minLength": 1}, "甲"),
        ({**TEXT, "pattern": "^[0-9A-Z]{18}$"}, "91330199MAC0XH201L"),
        ({**TEXT, "enum": ["甲", "乙"]}, "乙"),
        (TEXT, "=1+1 #eval @A1"),
        (TEXT, "王𠮷㛃　·"),
    ],
)
def test_what_keeps_the_rule_passes_unchanged(rule: dict[str, Any], value: str) -> None:
    assert check_data(schema_of({"name": rule}), {"name": value}) == {"name": value}


def test_a_missing_field_is_named() -> None:
    schema = schema_of({"a": TEXT, "b": TEXT, "c": TEXT}, required=["a", "b", "c"])
    assert data_fault(schema, {"a": "", "c": ""}) == ("b", "required")
    assert data_fault(schema, {}) == ("a", "required")


def test_an_unknown_field_is_named() -> None:
    assert data_fault(schema_of(), {"name": "甲", "colour": "红"}) == ("colour", "additionalProperties")


def test_a_field_that_may_be_missing_may_be_missing() -> None:
    assert check_data(schema_of({"a": TEXT, "b": TEXT}, required=["a"]), {"a": "甲"}) == {"a": "甲"}


DAY = {"type": "string", "format": "date", "maxLength": 20}


@pytest.mark.parametrize("value", ["2026-11-22", "2024-02-29", "0001-01-01", "9999-12-31", ""])
def test_a_date_is_a_day_or_nothing(value: str) -> None:
    assert check_data(schema_of({"day": DAY}), {"day": value}) == {"day": value}


@pytest.mark.parametrize(
    "value",
    ["2026-02-29", "2026-13-01", "2026-00-10", "20261122", "2026-W47-7", "2026-326", "2026-1-2", "22.11.2026",
     "2026-11-22T00:00:00", " 2026-11-22", "\uff12\uff10\uff12\uff16-11-22", "长期", "0000-01-01"],
)  # fmt: skip
def test_another_spelling_of_a_date_is_refused(value: str) -> None:
    assert data_fault(schema_of({"day": DAY}), {"day": value}) == ("day", "format")


@given(st.dates())
def test_every_day_is_a_date(day: date) -> None:
    assert is_date(day.isoformat())


@pytest.mark.parametrize(
    "value", ["甲\u200b乙", "甲\u202e乙", "甲\n乙", "甲\r\n乙", "甲\t乙", "甲\x00乙", "甲\U000e0041", "甲\ue000"]
)
def test_what_cannot_be_printed_is_refused_before_a_number_is_taken(value: str) -> None:
    # The renderer refuses them too: but then the licence is prepared already, and its number is lost.
    with pytest.raises(CharacterNotCovered) as refused:
        check_data(schema_of({"other": TEXT, "name": TEXT}), {"other": "一", "name": value})
    assert refused.value.details["field"] == "name"


def test_data_have_a_size() -> None:
    schema = schema_of({"name": {"type": "string", "maxLength": MAX_DATA}})
    room = MAX_DATA - len('{"name":""}')
    assert len(check_data(schema, {"name": "a" * room})["name"]) == room
    assert data_fault(schema, {"name": "a" * (room + 1)}) == ("", "size")


@pytest.mark.parametrize("data", ['{"name": "\\ud800"}', '{"\\udfff": "a"}'])
def test_data_are_text(data: str) -> None:
    assert data_fault(schema_of(), json.loads(data)) == ("", "encoding")


# --- the last day


def kind(lifetime_days: int | None) -> LicenceType:
    return LicenceType(
        id="type_1",
        state=TypeState.PUBLISHED,
        last_actor="a",
        code=cast.FOOD_TYPE,
        name="食品经营许可证",
        issuer=SubjectId("O1"),
        template="food_permit",
        holder_kind=SubjectKind.ORGANISATION,
        schema=cast.FOOD_SCHEMA,
        lifetime_days=lifetime_days,
    )


ISSUED = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("lifetime", "asked", "expected"),
    [
        (None, None, None),
        (None, date(2031, 11, 21), date(2031, 11, 21)),
        (1, None, ISSUED),
        (365, None, date(2027, 11, 21)),
        (365, date(2026, 12, 1), date(2026, 12, 1)),
        (365, date(2030, 1, 1), date(2030, 1, 1)),
    ],
)
def test_a_licence_ends_when_the_record_says_or_else_the_type(
    lifetime: int | None, asked: date | None, expected: date | None
) -> None:
    assert expected == last_day(kind(lifetime), issued_on=ISSUED, asked=asked)


@given(st.integers(1, 36_500))
def test_a_lifetime_counts_the_first_day_and_the_last(days: int) -> None:
    end = last_day(kind(days), issued_on=ISSUED, asked=None)
    assert end is not None
    assert end - ISSUED + timedelta(days=1) == timedelta(days=days)


def test_a_type_does_not_show_its_whole_schema() -> None:
    assert "operator_name" not in repr(replace(kind(None), name="x"))
