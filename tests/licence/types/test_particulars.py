"""The particulars of types: written as they were read, and everything else refused by the name of its member."""

from dataclasses import replace
from typing import Any

import pytest

from api.demo import cast
from identity.subject import SubjectId, SubjectKind
from licence.errors import SchemaInvalid, TypeCodeMalformed
from licence.lifecycle import LicenceEvent, TypeState
from licence.types.differences import Change, differences
from licence.types.errors import ParticularsInvalid
from licence.types.fields import HolderPart
from licence.types.kind import IssuingAuthority, LicenceType
from licence.types.particulars import (
    FORM,
    Authority,
    AuthorityLevel,
    HolderCategory,
    Item,
    SignatureRule,
    TypeParticulars,
)
from licence.types.reading import ParticularsMalformed
from licence.types.validity import AsRecorded, Lasting, Unit
from seal.stamping.orders import Level
from trust.typefaces import CharacterNotCovered

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "since"],
    "properties": {
        "name": {"type": "string", "maxLength": 60, "x-holder": "name"},
        "since": {"type": "string", "format": "date", "maxLength": 10},
        "until": {"type": "string", "format": "date", "maxLength": 10},
        "note": {"type": "string", "maxLength": 60},
    },
}
WHOLE: dict[str, Any] = {
    "form": FORM,
    "code": "11100000MB0127170X001",
    "name": "食品经营许可证",
    "name_en": "Food Operation Permit",
    "defined_by": {"name": "国家市场监督管理总局", "level": "national"},
    "item": {"name": "食品经营许可", "code": "000125003000"},
    "holders": ["natural_person", "legal_person"],
    "issuing_level": "county",
    "issuing_bodies": "县级以上市场监督管理部门",
    "validity": {"rule": "lasting", "count": 5, "unit": "years", "from": "since"},
    "validity_note": "五年",
    "signature": {"mode": "one_field", "level": "B-LT", "outage": "refuse"},
    "four_eyes": ["cancel", "revoke"],
    "number": {"rule": "made", "form": "JY{n:6}"},
}


def read(**changes: Any) -> TypeParticulars:  # noqa: ANN401 - any member
    """Read particulars with some members changed; None takes one away."""
    told = {name: value for name, value in {**WHOLE, **changes}.items() if value is not None}
    found = TypeParticulars.from_json(told, SCHEMA)
    found.require()
    return found


def test_what_is_written_is_what_was_read() -> None:
    found = read()
    assert found.to_json() == WHOLE
    assert found.four_eyes == {LicenceEvent.CANCEL, LicenceEvent.REVOKE}
    assert found.defined_by == Authority(name="国家市场监督管理总局", level=AuthorityLevel.NATIONAL)
    assert found.item == Item(name="食品经营许可", code="000125003000")
    assert found.validity == Lasting(count=5, unit=Unit.YEARS, field="since")


def test_what_is_missing_has_its_default() -> None:
    least = TypeParticulars.from_json({name: WHOLE[name] for name in ("form", "code", "name", "holders")}, SCHEMA)
    assert least == TypeParticulars(
        code=WHOLE["code"],
        name=WHOLE["name"],
        holders=frozenset({HolderCategory.NATURAL_PERSON, HolderCategory.LEGAL_PERSON}),
        schema=SCHEMA,
    )
    assert (least.validity, least.signature) == (AsRecorded(open_end=True), SignatureRule())
    assert TypeParticulars.from_json(least.to_json(), SCHEMA) == least
    least.require()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"form": "xinyin/licence-type/2"}, "form"),
        ({"form": None}, "form"),
        ({"code": None}, "code"),
        ({"code": 1}, "code"),
        ({"name": ""}, "name"),
        ({"name": "证" * 51}, "name"),
        ({"name": " 证"}, "name"),
        ({"name_en": "a" * 101}, "name_en"),
        ({"colour": "red"}, "colour"),
        ({"defined_by": {"name": "局"}}, "defined_by.level"),
        ({"defined_by": {"name": "", "level": "city"}}, "defined_by.name"),
        ({"defined_by": {"name": "局", "level": "moon"}}, "defined_by.level"),
        ({"defined_by": {"name": "局", "level": "city", "code": "1"}}, "defined_by.code"),
        ({"defined_by": "局"}, "defined_by"),
        ({"item": {"name": "事项", "code": "一"}}, "item.code"),
        ({"item": {"name": "", "code": "1"}}, "item.name"),
        ({"holders": []}, "holders"),
        ({"holders": "legal_person"}, "holders"),
        ({"holders": ["ship"]}, "holders"),
        ({"holders": ["legal_person", "legal_person"]}, "holders"),
        ({"holders": [["legal_person"]]}, "holders"),
        ({"issuing_level": "moon"}, "issuing_level"),
        ({"issuing_bodies": "局" * 501}, "issuing_bodies"),
        ({"validity_note": 5}, "validity_note"),
        ({"validity": {"rule": "lasting", "count": 5, "unit": "years", "from": "note"}}, "validity.from"),
        ({"validity": {"rule": "lasting", "count": 5, "unit": "years", "from": "until"}}, "validity.from"),
        ({"validity": {"rule": "lasting", "count": 5, "unit": "years", "from": "nothing"}}, "validity.from"),
        ({"signature": {"mode": "one_field", "level": "none", "outage": "refuse"}}, "signature.level"),
        ({"signature": {"mode": "three_fields", "level": "B-T", "outage": "refuse"}}, "signature.mode"),
        ({"signature": {"mode": "one_field", "level": "B-T", "outage": "wait"}}, "signature.outage"),
        ({"signature": {"mode": "one_field", "level": "B-T"}}, "signature.outage"),
        ({"four_eyes": ["explode"]}, "four_eyes"),
        ({"number": {"rule": "made", "form": "JY"}}, "number.form"),
    ],
)
def test_what_is_wrong_is_told_by_its_member(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ParticularsInvalid) as refused:
        read(**changes)
    assert refused.value.details == {"fault": fault}


@pytest.mark.parametrize("name", ["name", "name_en", "issuing_bodies", "validity_note"])
def test_what_cannot_be_printed_is_told_with_its_place(name: str) -> None:
    with pytest.raises(CharacterNotCovered) as refused:
        read(**{name: "证\u200b照"})
    assert (refused.value.details["field"], refused.value.details["code_point"]) == (name, "U+200B")


def test_code_and_schema_are_checked_too() -> None:
    with pytest.raises(TypeCodeMalformed):
        read(code="1")
    with pytest.raises(SchemaInvalid):
        TypeParticulars.from_json(WHOLE, {}).require()
    with pytest.raises(ParticularsMalformed):
        SignatureRule(level=Level.NONE)
    with pytest.raises(ParticularsInvalid):
        replace(read(), holders=frozenset()).require()


# --- one version of a type


def kind(particulars: TypeParticulars, **changes: Any) -> LicenceType:  # noqa: ANN401 - any field
    """Return a version."""
    told: dict[str, Any] = {
        "id": "type_1",
        "version": 1,
        "state": TypeState.PUBLISHED,
        "last_actor": "a",
        "issuer": SubjectId("O1"),
        "issuing": (IssuingAuthority(authority=SubjectId("O1")),),
        "template": "food_permit",
        "effective_from": None,
        "particulars": particulars,
    }
    return LicenceType(**told | changes)


def test_a_type_tells_what_its_particulars_say_and_not_its_whole_schema() -> None:
    found = kind(read())
    assert (found.code, found.name, found.schema) == (WHOLE["code"], WHOLE["name"], SCHEMA)
    assert (found.signature.level, found.number_rule) == (Level.B_LT, found.particulars.number)
    assert found.four_eyes == found.particulars.four_eyes
    assert dict(found.fields.bound) == {"name": HolderPart.NAME}
    assert "x-holder" not in repr(found)


def test_a_code_says_who_may_hold_where_both_may() -> None:
    both = kind(read())
    assert both.holder_kinds == {SubjectKind.PERSON, SubjectKind.ORGANISATION}
    assert both.holder_kind(cast.person_number(301)) is SubjectKind.PERSON
    assert both.holder_kind(f" {cast.person_number(301).lower()}") is SubjectKind.PERSON
    assert both.holder_kind(cast.ENTERPRISE.code) is SubjectKind.ORGANISATION
    assert both.holder_kind("") is SubjectKind.ORGANISATION
    only = kind(read(holders=["other_organisation", "legal_person"]))
    assert only.holder_kind(cast.person_number(301)) is SubjectKind.ORGANISATION


def test_the_registered_name_comes_into_the_record() -> None:
    found = kind(read())
    assert found.record({"since": "2026-01-01"}, name="张三", code="1") == {"name": "张三", "since": "2026-01-01"}


# --- differences


def test_a_reviewer_is_told_what_a_version_changes() -> None:
    before = kind(read())
    properties = {**SCHEMA["properties"], "since": {**SCHEMA["properties"]["since"], "title": "起始日期"}}
    del properties["note"]
    schema = {**SCHEMA, "required": ["since"], "properties": {**properties, "more": {"type": "string", "maxLength": 9}}}
    changed = replace(before.particulars, schema=schema, name="食品许可证", item=None, name_en="")
    after = kind(changed, template="business_licence", issuing=())
    told = {one.place: one for one in differences(before, after)}
    assert {place: one.change for place, one in told.items()} == {
        "name": Change.CHANGED,
        "template": Change.CHANGED,
        "issuing": Change.CHANGED,
        "schema.fields.name": Change.CHANGED,
        "schema.fields.since": Change.CHANGED,
        "schema.fields.more": Change.ADDED,
        "schema.order": Change.CHANGED,
        "name_en": Change.REMOVED,
        "item": Change.REMOVED,
        "schema.fields.note": Change.REMOVED,
    }
    assert (told["name"].before, told["name"].after) == ("食品经营许可证", "食品许可证")
    assert told["schema.fields.name"].after["required"] is False
    assert (told["item"].before, told["item"].after) == (WHOLE["item"], None)


def test_two_equal_versions_differ_in_nothing_and_the_first_one_in_everything() -> None:
    one = kind(read())
    assert differences(one, replace(one, version=2, state=TypeState.DRAFT)) == ()
    assert {told.change for told in differences(None, one)} == {Change.ADDED}
    turned = {**SCHEMA, "properties": dict(reversed(SCHEMA["properties"].items()))}
    (order,) = differences(one, kind(replace(one.particulars, schema=turned)))
    assert (order.place, order.after[0]) == ("schema.order", "note")
