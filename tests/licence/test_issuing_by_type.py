"""What a type says of its licences and issuing keeps: numbers, holders, and what comes from the registry."""

from dataclasses import replace
from typing import Any

import pytest

from api.demo import cast
from identity.subject import SubjectId, SubjectKind
from licence.catalogue import DraftType
from licence.errors import DataInvalid
from licence.types.errors import NumbersExhausted
from licence.types.kind import LicenceType
from licence.types.numbering import GivenNumber, MadeNumber
from licence.types.particulars import HolderCategory, TypeParticulars
from licence.types.validity import day_of
from tests.licence.builders import Desk
from trust.events import AuditEvent
from trust.repository import next_number

CODE = f"{cast.DEFINER}090"
RECORD = cast.food_record(cast.ENTERPRISE)
PARTICULARS = TypeParticulars(
    code=CODE, name="食品经营许可证", holders=frozenset({HolderCategory.LEGAL_PERSON}), schema=cast.FOOD_SCHEMA
)


def published(desk: Desk, **changes: Any) -> LicenceType:  # noqa: ANN401 - the particulars' fields
    """Publish the next version of a type."""
    catalogue = desk.house.catalogue
    particulars = replace(PARTICULARS, **changes)
    command = DraftType(issuer=desk.staff.organisation, template="food_permit", particulars=particulars)
    kind = catalogue.draft(desk.officer, command)
    catalogue.review(desk.staff.licence_reviewer, kind.id)
    return catalogue.publish(desk.officer, kind.id)


def test_numbers_are_made_one_after_the_other_and_none_that_is_borne(any_desk: Desk) -> None:
    published(any_desk, number=GivenNumber())
    any_desk.issue(type=CODE, data=RECORD, number="JY2026-0002")
    published(any_desk, number=MadeNumber(form="JY{yyyy}-{n:4}"))
    made = [any_desk.issue(type=CODE, data=RECORD, number="").number for _ in range(2)]
    assert made == ["JY2026-0001", "JY2026-0003"]
    with pytest.raises(DataInvalid) as refused:
        any_desk.issue(type=CODE, data=RECORD, number="JY2026-0009")
    assert refused.value.details == {"field": "number", "rule": "made"}


def test_when_a_form_has_no_further_number_nothing_is_issued(desk: Desk) -> None:
    rule = MadeNumber(form="JY{n:1}")
    published(desk, number=rule)
    issuer = desk.house.identity.find(desk.staff.organisation)
    today = day_of(desk.house.clock.now())
    with desk.house.store.transaction() as tx:
        for _ in range(9):
            next_number(tx, rule.counter(CODE, cast.AUTHORITY.code, today))
        tx.record(AuditEvent(tag="test:count:done", actor="test", subject=issuer.id))
    before = desk.head()
    with pytest.raises(NumbersExhausted):
        desk.issue(type=CODE, data=RECORD, number="")
    assert before == desk.head()


def test_a_caller_has_to_give_the_number_where_the_type_does_not_make_it(desk: Desk) -> None:
    published(desk)
    with pytest.raises(DataInvalid) as refused:
        desk.issue(type=CODE, data=RECORD, number=" ")
    assert refused.value.details == {"field": "number", "rule": "length"}


def bound_schema() -> dict[str, Any]:
    """Return a schema in which name and code are the holder's."""
    fields = {**cast.FOOD_SCHEMA["properties"]}
    fields["operator_name"] = {"type": "string", "maxLength": 60, "x-holder": "name"}
    fields["credit_code"] = {"type": "string", "maxLength": 18, "x-holder": "code"}
    return {**cast.FOOD_SCHEMA, "properties": fields}


def test_the_registered_name_and_code_stand_on_the_licence_whatever_a_caller_says(desk: Desk) -> None:
    published(desk, schema=bound_schema())
    licence = desk.issue(type=CODE, data=cast.unregistered(RECORD))
    assert (licence.data["operator_name"], licence.data["credit_code"]) == (cast.ENTERPRISE.name, cast.ENTERPRISE.code)
    for name in ("operator_name", "credit_code"):
        with pytest.raises(DataInvalid) as refused:
            desk.issue(type=CODE, data={**cast.unregistered(RECORD), name: RECORD[name]})
        assert refused.value.details == {"field": name, "rule": "x-holder"}


def test_a_type_may_be_held_by_persons_and_by_organisations(desk: Desk) -> None:
    published(desk, holders=frozenset(HolderCategory), schema=bound_schema())
    data = cast.unregistered(RECORD)
    person = desk.issue(type=CODE, data=data, holder_code=cast.person_number(301))
    company = desk.issue(type=CODE, data=data)
    assert person.holder == SubjectId(desk.house.names["person"])
    assert person.data["operator_name"] == "王𠮷㛃"
    assert company.holder.startswith(SubjectKind.ORGANISATION.value)
