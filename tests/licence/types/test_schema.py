"""Schemas of licence types, and the data of licences against them: what is refused, and by which name."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from api.demo import cast
from licence.errors import DataInvalid, SchemaInvalid
from licence.types.fields import HolderPart, Value, is_date
from licence.types.schema import MAX_DATA, MAX_FIELDS, MAX_SCHEMA, DataSchema, require_schema
from trust.typefaces import CharacterNotCovered

TEXT: dict[str, Any] = {"type": "string", "maxLength": 20}


def schema_of(properties: object = None, **changes: object) -> dict[str, Any]:
    """Return a schema with one text field `name`, or with what is said."""
    told = {"name": TEXT} if properties is None else properties
    return {"type": "object", "additionalProperties": False, "properties": told, **changes}


NUMBER: dict[str, Any] = {"type": "string", "format": "decimal", "maxLength": 12, "x-decimals": 2}
CHOICE: dict[str, Any] = {"type": "string", "enum": ["1", "2"], "x-labels": {"1": {"zh": "单独所有", "en": "sole"}}}
ROWS: dict[str, Any] = {
    "type": "array",
    "maxItems": 3,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["who"],
        "properties": {"who": {"type": "string", "maxLength": 5}, "share": NUMBER, "how": CHOICE},
    },
}


def rows_of(properties: object) -> dict[str, Any]:
    """Return a schema with rows of other columns."""
    return schema_of({"name": {**ROWS, "items": {**ROWS["items"], "required": [], "properties": properties}}})


def schema_fault(schema: Mapping[str, Any]) -> object:
    with pytest.raises(SchemaInvalid) as refused:
        require_schema(schema)
    return refused.value.details["fault"]


def check_data(schema: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Value]:
    """Return data as the schema of a type wants it."""
    fields = require_schema(schema)
    return fields.complete(fields.check(data), HOLDER)


HOLDER = {HolderPart.NAME: "云州清禾餐饮有限公司", HolderPart.CODE: "91330199MAC0XH201L"}


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
        schema_of({"name": {**TEXT, "title": "名称", "description": "全称", "$comment": "", "const": "甲"}}),
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
        (schema_of({"name": {**TEXT, "pattern": "^(a{1,500}){1,500}$"}}), "$.properties.name.pattern"),
        (schema_of({"name": {**TEXT, "pattern": "[0-9]"}}), "$.properties.name.pattern"),
        (schema_of({"name": {**TEXT, "format": "email"}}), "$.properties.name.format"),
        (schema_of({"name": {**TEXT, "minLength": 21}}), "$.properties.name.minLength"),
        (schema_of({"name": {**TEXT, "minLength": 1.0}}), "$.properties.name"),
        (schema_of({"name": {**TEXT, "const": 1}}), "$.properties.name.const"),
        (schema_of({"name": {**TEXT, "title": "甲" * 101}}), "$.properties.name.title"),
        (schema_of({"name": {**TEXT, "x-title-en": 1}}), "$.properties.name.title"),
        (schema_of({"name": {**TEXT, "x-holder": "address"}}), "$.properties.name.x-holder"),
        (schema_of({"name": {**TEXT, "x-vertical": False}}), "$.properties.name.x-vertical"),
        (schema_of({"name": {**TEXT, "x-metadata": "ZZMC"}}), "$.properties.name.x-metadata"),
        (schema_of({"name": {**TEXT, "x-metadata": 1}}), "$.properties.name.x-metadata"),
        (schema_of({"a": {**TEXT, "x-metadata": "KZ_A"}, "b": {**TEXT, "x-metadata": "KZ_A"}}), "x-metadata"),
        (schema_of({"name": {**NUMBER, "maxLength": 31}}), "$.properties.name.maxLength"),
        (schema_of({"name": {**NUMBER, "x-decimals": 11}}), "$.properties.name.x-decimals"),
        (schema_of({"name": {**NUMBER, "x-decimals": "2"}}), "$.properties.name.x-decimals"),
        (schema_of({"name": {**NUMBER, "x-minimum": 1}}), "$.properties.name.x-minimum"),
        (schema_of({"name": {**NUMBER, "x-maximum": "1e9"}}), "$.properties.name.x-maximum"),
        (schema_of({"name": {**NUMBER, "x-unit": "m²"}}), "$.properties.name.x-unit"),
        (schema_of({"name": {**NUMBER, "x-unit": {"en": "m"}}}), "$.properties.name.x-unit"),
        (schema_of({"name": {**NUMBER, "pattern": "^1$"}}), "$.properties.name.pattern"),
        (schema_of({"name": {**CHOICE, "enum": []}}), "$.properties.name.enum"),
        (schema_of({"name": {**CHOICE, "enum": "1"}}), "$.properties.name.enum"),
        (schema_of({"name": {**CHOICE, "enum": ["1", 2]}}), "$.properties.name.enum"),
        (schema_of({"name": {**CHOICE, "enum": ["1", "1"]}}), "$.properties.name.enum"),
        (schema_of({"name": {**CHOICE, "x-labels": {"9": {"zh": "无"}}}}), "$.properties.name.x-labels"),
        (schema_of({"name": {**CHOICE, "x-labels": []}}), "$.properties.name.x-labels"),
        (schema_of({"name": {**CHOICE, "x-labels": {"1": {"de": "eins"}}}}), "$.properties.name.x-labels.1"),
        (schema_of({"name": {**ROWS, "maxItems": 501}}), "$.properties.name.maxItems"),
        (schema_of({"name": {**ROWS, "maxItems": 0}}), "$.properties.name.maxItems"),
        (schema_of({"name": {**ROWS, "minItems": 4}}), "$.properties.name.maxItems"),
        (schema_of({"name": {"type": "array", "items": ROWS["items"]}}), "$.properties.name.maxItems"),
        (schema_of({"name": {**ROWS, "items": True}}), "$.properties.name.items"),
        (schema_of({"name": {**ROWS, "uniqueItems": True}}), "$.properties.name.uniqueItems"),
        (schema_of({"name": {**ROWS, "items": {"$ref": "#"}}}), "$.properties.name.items.$ref"),
        (rows_of({"part": ROWS}), "$.properties.name.items.properties.part"),
        (rows_of({"part": True}), "$.properties.name.items.properties.part"),
        (rows_of({"Part": TEXT}), "$.properties.name.items.properties.Part"),
        (rows_of({"part": {**TEXT, "x-holder": "name"}}), "$.properties.name.items.properties.part.x-holder"),
        (rows_of({"part": {**TEXT, "x-metadata": "KZ_A"}}), "$.properties.name.items.properties.part.x-metadata"),
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
        ({"type": "string", "enum": ["甲", "乙"]}, "丙", "enum"),
        ({**TEXT, "const": "甲"}, "乙", "const"),
        (NUMBER, 1, "type"),
        (NUMBER, "01", "format"),
        (NUMBER, "1.", "format"),
        (NUMBER, ".5", "format"),
        (NUMBER, "+1", "format"),
        (NUMBER, "1,000", "format"),
        (NUMBER, "1e3", "format"),
        (NUMBER, "-0.00", "format"),
        (NUMBER, "\uff11", "format"),
        (NUMBER, "1.005", "x-decimals"),
        (NUMBER, "1" * 13, "maxLength"),
        ({**NUMBER, "minLength": 1}, "", "minLength"),
        ({**NUMBER, "x-minimum": "0"}, "-0.01", "x-minimum"),
        ({**NUMBER, "x-maximum": "99.5"}, "99.51", "x-maximum"),
        (ROWS, "甲", "type"),
        (ROWS, [{"who": "甲"}] * 4, "maxItems"),
        ({**ROWS, "minItems": 1}, [], "minItems"),
        ({"type": "string", "format": "date", "maxLength": 10, "minLength": 10}, "", "minLength"),
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
        ({"type": "string", "enum": ["甲", "乙"]}, "乙"),
        (NUMBER, "0"),
        (NUMBER, "-12.50"),
        (NUMBER, ""),
        ({**NUMBER, "x-minimum": "-1", "x-maximum": "1.5"}, "1.50"),
        ({**TEXT, "x-vertical": True}, "ᠮᠣᠩᠭᠣᠯ"),
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
    "value", ["甲\u200b乙", "甲\u202e乙", "甲\n乙", "甲\r\n乙", "甲\t乙", "甲\x00乙", "甲\U000e0041", "甲\uffff"]
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


# --- rows, choices, and what comes from the registry


@pytest.mark.parametrize(
    ("row", "place", "rule"),
    [
        ("甲", "name[1]", "type"),
        ({"who": "甲", "colour": "红"}, "name[1].colour", "additionalProperties"),
        ({"share": "1"}, "name[1].who", "required"),
        ({"who": "一二三四五六"}, "name[1].who", "maxLength"),
        ({"who": "甲", "share": "x"}, "name[1].share", "format"),
        ({"who": "甲", "how": "3"}, "name[1].how", "enum"),
    ],
)
def test_what_is_wrong_in_a_row_is_told_with_its_place(row: object, place: str, rule: str) -> None:
    assert data_fault(schema_of({"name": ROWS}), {"name": [{"who": "甲"}, row]}) == (place, rule)


def test_a_character_in_a_row_that_cannot_be_printed_is_told_with_its_place() -> None:
    with pytest.raises(CharacterNotCovered) as refused:
        check_data(schema_of({"name": ROWS}), {"name": [{"who": "甲\u200b"}]})
    assert (refused.value.details["field"], refused.value.details["code_point"]) == ("name[0].who", "U+200B")


def test_a_page_shows_labels_and_nothing_for_what_is_missing() -> None:
    schema = require_schema(schema_of({"how": CHOICE, "more": CHOICE, "rows": ROWS, "none": ROWS, "text": TEXT}))
    data = schema.check({"how": "1", "more": "2", "rows": [{"who": "甲", "how": "1"}]})
    assert data == {"how": "1", "more": "2", "rows": [{"who": "甲", "how": "1"}]}
    assert schema.printed(data) == {
        "how": "单独所有",
        "more": "2",
        "rows": [{"who": "甲", "share": "", "how": "单独所有"}],
        "none": [],
        "text": "",
    }


BOUND = schema_of(
    {"name": {**TEXT, "x-holder": "name"}, "code": {**TEXT, "x-holder": "code"}, "other": TEXT},
    required=["name", "other"],
)


def test_what_is_the_holders_comes_from_the_registry() -> None:
    assert check_data(BOUND, {"other": "甲"}) == {
        "name": HOLDER[HolderPart.NAME],
        "code": HOLDER[HolderPart.CODE],
        "other": "甲",
    }
    assert require_schema(BOUND).check({"other": "甲"}) == {"other": "甲"}


@pytest.mark.parametrize("value", [HOLDER[HolderPart.NAME], "别的公司"])
def test_nobody_else_says_who_the_holder_is(value: str) -> None:
    assert data_fault(BOUND, {"name": value, "other": "甲"}) == ("name", "x-holder")


def test_a_registered_name_without_room_in_its_field_is_told() -> None:
    schema = schema_of({"name": {"type": "string", "maxLength": 3, "x-holder": "name"}})
    assert data_fault(schema, {}) == ("name", "maxLength")


def test_mongolian_stands_upright_alone() -> None:
    with pytest.raises(CharacterNotCovered):
        check_data(schema_of(), {"name": "ᠮᠣᠩᠭᠣᠯ"})


@pytest.mark.parametrize(
    "rule",
    [{**TEXT, "title": "名\u200b称"}, {**CHOICE, "enum": ["1", "\uffff"]}, {**TEXT, "const": "\u202e"},
     {**NUMBER, "x-unit": {"zh": "平\x00米"}}],
)  # fmt: skip
def test_what_cannot_be_printed_is_refused_when_it_is_drafted(rule: dict[str, Any]) -> None:
    with pytest.raises(CharacterNotCovered):
        require_schema(schema_of({"name": rule}))


# --- a second opinion


VALUES = st.one_of(
    st.none(),
    st.integers(),
    st.text("甲乙1-.0", max_size=6),
    st.sampled_from(["1", "2", "2026-11-22", "1.25"]),
    st.lists(
        st.dictionaries(st.sampled_from(["who", "share", "how", "x"]), st.sampled_from(["1", "甲", ""])), max_size=4
    ),
)
WHOLE = schema_of(
    {
        "text": {**TEXT, "minLength": 1, "maxLength": 3, "pattern": "^[甲乙]{0,3}1?$"},
        "how": CHOICE,
        "rows": ROWS,
        "fixed": {**TEXT, "const": "甲"},
    },
    required=["text"],
)


@given(st.dictionaries(st.sampled_from(["text", "how", "rows", "fixed", "y"]), VALUES))
def test_what_we_take_the_validator_of_the_standard_takes(data: dict[str, Any]) -> None:
    schema = DataSchema.read(WHOLE)
    try:
        schema.check(data)
    except (DataInvalid, CharacterNotCovered):
        taken = False
    else:
        taken = True
    theirs = Draft202012Validator(WHOLE).is_valid(data)
    # Of numbers we ask more than the standard has words for.
    rows = data["rows"] if isinstance(data.get("rows"), list) else []
    strict = any(row.get("share") == "甲" for row in rows)
    assert taken == theirs or (theirs and strict)


# --- pictures

PICTURE: dict[str, Any] = {"type": "string", "format": "picture", "x-aspect": [3, 4], "x-least-width": 240}
NAME = "pic_01k9x3v5b7d2f4h6j8m0n1p3q5"


def test_a_picture_is_named_and_never_printed() -> None:
    schema = require_schema(schema_of({"name": TEXT, "photo": PICTURE}, required=["photo"]))
    (name, field), *others = schema.pictures.items()
    assert (name, field.aspect, field.least_width, others) == ("photo", (3, 4), 240, [])
    assert schema.check({"photo": NAME}) == {"photo": NAME}
    assert schema.printed({"photo": NAME}) == {"name": "", "photo": ""}
    assert (field.misfit(300, 400), field.misfit(305, 400), field.misfit(307, 400)) == (None, None, "x-aspect")
    assert field.misfit(239, 319) == "x-least-width"


@pytest.mark.parametrize(
    "wrong", ["", NAME[:-1], f"{NAME}0", "pic_01K9x3v5b7d2f4h6j8m0n1p3q5", f"{NAME}\n", "data:image/png;base64,AA=="]
)
def test_what_names_no_picture_is_refused(wrong: str) -> None:
    schema = require_schema(schema_of({"photo": PICTURE}, required=["photo"]))
    with pytest.raises(DataInvalid) as refused:
        schema.check({"photo": wrong})
    assert refused.value.details == {"field": "photo", "rule": "format"}


def test_a_picture_that_need_not_be_given_may_be_empty() -> None:
    schema = require_schema(schema_of({"photo": {"type": "string", "format": "picture"}}))
    assert schema.check({"photo": ""}) == {"photo": ""}
    assert schema.pictures["photo"].misfit(1, 1000) is None


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("x-aspect", [3]),
        ("x-aspect", [3, 0]),
        ("x-aspect", [101, 1]),
        ("x-aspect", [True, 1]),
        ("x-aspect", "3:4"),
        ("x-aspect", None),
        ("x-least-width", -1),
        ("x-least-width", 1001),
        ("x-least-width", "240"),
        ("x-least-width", True),
        ("maxLength", 30),
        ("x-metadata", "KZ_ZP"),
        ("x-holder", "name"),
    ],
)
def test_a_picture_has_its_own_words(word: str, value: object) -> None:
    assert schema_fault(schema_of({"photo": PICTURE | {word: value}})) == f"$.properties.photo.{word}"


def test_no_picture_stands_in_rows() -> None:
    assert schema_fault(rows_of({"photo": PICTURE})) == "$.properties.name.items.properties.photo.format"


@pytest.mark.parametrize("name", ["holder_code", "last_day", "number"])
def test_a_field_has_no_name_that_means_something_else_in_every_table(name: str) -> None:
    assert schema_fault(schema_of({name: {"type": "string", "maxLength": 10}})) == f"$.properties.{name}"


def test_what_comes_from_the_registry_may_be_named_as_it_is_there() -> None:
    code = {"type": "string", "maxLength": 18, "x-holder": "code"}
    assert set(require_schema(schema_of({"holder_code": code})).bound) == {"holder_code"}


def test_a_field_may_be_named_as_the_column_that_only_checks() -> None:
    assert "holder_name" in require_schema(schema_of({"holder_name": {"type": "string", "maxLength": 10}})).by_name
