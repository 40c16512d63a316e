"""Which column is which field: names, titles, what the request says, and what is refused rather than guessed."""

from collections.abc import Mapping
from typing import Any

import pytest

from api.demo import cast
from identity.subject import SubjectId
from licence.bulk.cells import Cell, Line
from licence.bulk.errors import MappingInvalid
from licence.bulk.jobs import BulkJob, JobKind
from licence.bulk.lifecycle import JobState
from licence.bulk.mapping import mapping_of, suggested, targets_of
from licence.bulk.orders import Orders
from licence.lifecycle import TypeState
from licence.types.kind import LicenceType
from licence.types.numbering import GivenNumber, MadeNumber, NumberRule
from licence.types.particulars import HolderCategory, TypeParticulars
from tests.fakes.clock import NOW


def text(title: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a rule's members
    return {"type": "string", "maxLength": 60, "title": title, **more}


NOBODY: Any = None
"""What reading a row does not ask."""

FIELDS = {
    "name": text("名称", **{"x-holder": "name"}),
    "credit_code": text("统一社会信用代码", **{"x-holder": "code"}),
    "address": text("住所"),
    "until": text("有效期至"),
    "first": text("备注"),
    "second": text("备注"),
}


def kind_of(fields: Mapping[str, Any] = FIELDS, number: NumberRule | None = None) -> LicenceType:
    """Return a type whose licences hold these fields, `address` always."""
    schema = {"type": "object", "additionalProperties": False, "properties": dict(fields), "required": ["address"]}
    particulars = TypeParticulars(
        code=cast.FOOD_TYPE,
        name="食品经营许可证",
        holders=frozenset({HolderCategory.LEGAL_PERSON}),
        schema=schema,
        number=number or GivenNumber(),
    )
    return LicenceType(
        id="type_1",
        version=1,
        state=TypeState.PUBLISHED,
        last_actor="a",
        issuer=SubjectId("O1"),
        issuing=(),
        template="food_permit",
        effective_from=None,
        particulars=particulars,
    )


def told(*columns: str, asked: Mapping[str, str] | None = None, kind: LicenceType | None = None) -> list[str]:
    return list(mapping_of(columns, kind or kind_of(), asked=asked or {}).values())


def refusal(*columns: str, asked: Mapping[str, str] | None = None, kind: LicenceType | None = None) -> tuple[str, str]:
    with pytest.raises(MappingInvalid) as refused:
        told(*columns, asked=asked, kind=kind)
    return str(refused.value.details["fault"]), str(refused.value.details["column"])


def test_columns_are_named_as_fields_or_by_their_titles() -> None:
    assert told("number", "holder_code", "address") == ["number", "holder_code", "address"]
    assert told("住所", "证照编号", "持证主体代码", "last_day") == ["address", "number", "holder_code", "last_day"]


def test_the_field_that_is_the_holders_code_says_who_the_holder_is() -> None:
    assert told("统一社会信用代码", "编号", "住所") == ["holder_code", "number", "address"]
    assert told("credit_code", "编号", "住所") == ["holder_code", "number", "address"]


@pytest.mark.parametrize("column", ["名称", "name", "持证主体名称", "holder_name"])
def test_the_name_of_the_holder_is_held_against_the_registry(column: str) -> None:
    assert told("holder_code", "number", "address", column)[3:] == ["holder_name"]
    assert refusal("holder_code", "number", "address", column, "持证者") == ("twice", "持证者")


def test_the_name_of_the_holder_is_named_by_the_request_as_well() -> None:
    asked = {"企业": "holder_name"}
    assert told("holder_code", "number", "address", "企业", asked=asked)[3:] == ["holder_name"]


def test_a_field_of_the_type_may_be_called_like_the_check() -> None:
    kind = kind_of({"address": text("住所"), "holder_name": text("负责人")})
    assert told("holder_code", "number", "address", "holder_name", kind=kind)[3:] == ["holder_name"]
    assert told("holder_code", "number", "address", "负责人", kind=kind)[3:] == ["holder_name"]
    assert refusal("holder_code", "number", "address", "持证者", kind=kind) == ("unknown", "持证者")
    rows = BulkJob(
        id="bulk_1",
        state=JobState.CHECKING,
        kind=JobKind.ISSUE,
        type="type_1",
        issuer="O1",
        seal="seal_1",
        requested_by="client_1",
        requested_at=NOW,
        proceeds=False,
        columns={one: one for one in ("holder_code", "number", "address", "holder_name")},
    )
    line = Line(number=2, cells=tuple(Cell(text=one) for one in ("91330199MAC0XH201L", "1", "某路1号", "张三")))
    orders = Orders(identity=NOBODY, registry=NOBODY)
    order = orders.from_table(rows, kind, line)
    assert (order.holder_name, order.data) == (None, {"address": "某路1号", "holder_name": "张三"})
    order = orders.from_table(rows, kind_of({"address": text("住所")}), line)
    assert (order.holder_name, order.data) == ("张三", {"address": "某路1号"})


def test_a_field_of_the_type_goes_before_what_every_row_may_say() -> None:
    assert told("holder_code", "number", "address", "有效期至") == ["holder_code", "number", "address", "until"]


def test_a_title_of_two_fields_names_none() -> None:
    assert refusal("holder_code", "number", "address", "备注") == ("unknown", "备注")
    assert told("holder_code", "number", "address", "first", "second")[3:] == ["first", "second"]


def test_the_request_says_what_other_columns_are() -> None:
    asked = {"地址": "address", "号": "number"}
    assert told("地址", "号", "holder_code", asked=asked) == ["address", "number", "holder_code"]
    assert refusal("holder_code", "number", "address", asked={"地址": "address"}) == ("unknown", "地址")
    assert refusal("holder_code", "number", "地址", asked={"地址": "nothing"}) == ("unknown", "地址")
    assert refusal("holder_code", "number", "地址", asked={"地址": "name"}) == ("unknown", "地址")


def test_every_field_has_one_column_and_what_is_needed_has_one() -> None:
    assert refusal("holder_code", "持证主体代码", "number", "address") == ("twice", "持证主体代码")
    assert refusal("holder_code", "address") == ("missing", "number")
    assert refusal("number", "address") == ("missing", "holder_code")
    assert refusal("number", "holder_code") == ("missing", "address")


def test_where_the_type_makes_its_numbers_no_column_gives_them() -> None:
    kind = kind_of(number=MadeNumber(form="JY{yyyy}{n:6}"))
    assert told("holder_code", "address", kind=kind) == ["holder_code", "address"]
    assert refusal("holder_code", "address", "证照编号", kind=kind) == ("unknown", "证照编号")


def test_what_a_column_may_be_is_told_with_what_is_needed() -> None:
    told = {one.name: (one.title, one.required) for one in targets_of(kind_of())}
    assert told["holder_code"] == ("持证主体代码", True)
    assert told["holder_name"] == ("持证主体名称", False)
    assert (told["address"], told["first"]) == (("住所", True), ("备注", False))
    assert "name" not in told
    made = {one.name for one in targets_of(kind_of(number=MadeNumber(form="N{n:4}")))}
    assert "number" not in made
    own = {**FIELDS, "holder_name": text("经办人")}
    assert [one.title for one in targets_of(kind_of(own)) if one.name == "holder_name"] == ["经办人"]


def test_columns_are_suggested_without_a_word_of_what_is_missing() -> None:
    kind = kind_of()
    found = suggested(["编号", "住所", "address", "企业名称"], kind, asked={})
    assert found == {"编号": "number", "住所": "address", "address": None, "企业名称": None}
    assert suggested(["企业名称", "住所"], kind, asked={"企业名称": "address"}) == {"企业名称": "address", "住所": None}
    assert suggested(["住所"], kind, asked={"住所": ""}) == {"住所": None}
    assert suggested(["住所"], kind, asked={"住所": "nothing"}) == {"住所": None}
    assert suggested(["名称"], kind, asked={}) == {"名称": "holder_name"}
