"""The officer's desk over HTTP: what is known before a licence is issued, and before a table is handed in."""

import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import httpx2
import pypdfium2
import pytest

from api.demo import cast
from api.schemas.licence_desk import HolderView
from identity.duties import Duty, Grant
from identity.subject import SubjectId
from licence.bulk.errors import TableInvalid
from licence.bulk.previewing import TableDesk
from licence.types.kind import IssuingAuthority
from tests.api.builders import Furnished, Service
from tests.api.routes.test_licences import Authority, code_of

DESK = f"/v1/licence-types/{cast.BUSINESS_TYPE}"
PREVIEW = "/v1/licences/preview"


@pytest.fixture(scope="module")
def authority(shared_furnished: Service, furnished_folder: Furnished) -> Authority:
    """Return the authority that has a type and a seal already."""
    return Authority(shared_furnished, furnished_folder)


@pytest.fixture(scope="module")
def stranger(authority: Authority) -> str:
    """Return an officer of another authority."""
    return authority.service.bearer(Grant(Duty.LICENCE_OFFICER, authority.service.organisation()))


def order(authority: Authority, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any member
    """Return what a licence is to be."""
    return {
        "type": cast.BUSINESS_TYPE,
        "seal": authority.furnished.seal,
        "number": "desk-free",
        "holder_code": cast.ENTERPRISE.code,
        "data": cast.business_record(cast.ENTERPRISE),
        **changes,
    }


def words_in(pdf: bytes) -> str:
    """Return what stands on the first page."""
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


def test_the_desk_shows_the_type_and_the_seals_that_one_may_use(authority: Authority, stranger: str) -> None:
    found = authority.service.ask("GET", f"{DESK}/desk", token=authority.system).json()
    assert (found["code"], found["state"]) == (cast.BUSINESS_TYPE, "published")
    assert found["data_schema"]["properties"]
    assert [(one["id"], one["owner"]) for one in found["seals"]] == [
        (authority.furnished.seal, authority.furnished.authority)
    ]
    # An officer of the same authority whom the seal's owner has not authorised may use none of its seals.
    assert authority.service.ask("GET", f"{DESK}/desk", token=authority.officer).json()["seals"] == []
    assert code_of(authority.service.ask("GET", f"{DESK}/desk", token=stranger)) == (403, "identity.duty_missing")
    unknown = authority.service.ask("GET", "/v1/licence-types/nothing/desk", token=authority.officer)
    assert code_of(unknown) == (404, "licence.type_unknown")


def test_the_types_are_listed_that_one_may_issue(authority: Authority, stranger: str) -> None:
    path = "/v1/licence-types/issuable"
    for token in (authority.officer, authority.system):
        found = authority.service.ask("GET", path, token=token).json()
        assert cast.BUSINESS_TYPE in {one["code"] for one in found}
        assert {one["state"] for one in found} == {"published"}
        assert all(authority.furnished.authority in {body["authority"] for body in one["issuing"]} for one in found)
    assert authority.service.ask("GET", path, token=stranger).json() == []
    reviewer = authority.service.bearer(Grant(Duty.LICENCE_REVIEWER, authority.furnished.authority))
    assert code_of(authority.service.ask("GET", path, token=reviewer)) == (403, "identity.duty_missing")


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        (cast.companies()[3].code, 409, "licence.holder_not_registered"),
        (cast.ENTERPRISE.code[:-1] + "_", 400, "identity.credit_code_malformed"),
        ("", 422, "request.malformed"),
        ("9" * 65, 422, "request.malformed"),
    ],
)
def test_a_code_that_names_nobody_is_told(authority: Authority, code: str, status: int, told: str) -> None:
    answer = authority.service.ask("POST", f"{DESK}/holder", token=authority.officer, json={"code": code})
    assert code_of(answer) == (status, told)


def test_a_code_names_the_holder(authority: Authority, stranger: str) -> None:
    body = {"code": cast.ENTERPRISE.code}
    found = authority.service.ask("POST", f"{DESK}/holder", token=authority.officer, json=body).json()
    assert (found["kind"], found["name"]) == ("organisation", cast.ENTERPRISE.name)
    refused = authority.service.ask("POST", f"{DESK}/holder", token=stranger, json=body)
    assert code_of(refused) == (403, "identity.duty_missing")


def test_a_preview_shows_the_licence_and_takes_nothing(authority: Authority) -> None:
    before = authority.service.head()
    answer = authority.service.ask("POST", PREVIEW, token=authority.system, json=order(authority, number="desk-1"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    shown = words_in(answer.content).replace("\n", "").replace("\r", "")
    for told in ("样张", "desk-1", cast.ENTERPRISE.name, "签发时生成"):
        assert told in shown
    tags = {one.tag for one in authority.service.events(after=before)}
    assert tags == {"access:check:allowed"}
    assert authority.issue("desk-1", number="desk-1").status_code == 201  # the number was still free


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"number": ""}, 400, "licence.data_invalid", "number"),
        ({"data": {}}, 400, "licence.data_invalid", "address"),
        ({"holder_code": cast.companies()[3].code}, 409, "licence.holder_not_registered", ""),
        ({"seal": "nothing"}, 404, "seal.unknown", ""),
        ({"number": "号\u200b码"}, 400, "text.character_not_covered", "number"),
    ],
)
def test_a_preview_tells_what_issuing_would(
    authority: Authority, changes: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = authority.service.ask("POST", PREVIEW, token=authority.system, json=order(authority, **changes))
    assert code_of(answer) == (status, code)
    told = answer.json()["details"]
    assert bool(told.get("field")) is bool(field)
    if field == "number":
        assert told["field"] == field


def test_who_may_not_use_the_seal_sees_no_preview(authority: Authority) -> None:
    answer = authority.service.ask("POST", PREVIEW, token=authority.officer, json=order(authority))
    assert code_of(answer) == (403, "seal.not_authorised")


def test_a_new_edition_and_what_was_on_paper_are_previewed(authority: Authority) -> None:
    first = authority.issue("desk-2").json()
    body = order(authority, number=first["number"], event="renew", reason="有效期届满前申请延续，准予延续。")
    path = f"/v1/licences/{first['id']}/editions/preview"
    answer = authority.service.ask("POST", path, token=authority.system, json=body)
    assert (answer.status_code, first["number"] in words_in(answer.content)) == (200, True)
    taken = authority.issue("desk-4").json()["number"]
    other = authority.service.ask("POST", path, token=authority.system, json={**body, "number": taken})
    assert code_of(other) == (409, "licence.number_taken")
    gone = authority.service.ask("POST", "/v1/licences/nothing/editions/preview", token=authority.system, json=body)
    assert code_of(gone) == (404, "licence.unknown")
    paper = {"scan": "scan_nothing", "issued_on": "2019-03-18"}
    scanned = authority.service.ask("POST", PREVIEW, token=authority.system, json=order(authority, paper=paper))
    assert code_of(scanned) == (404, "licence.scan_unknown")


# --- tables


def blank(authority: Authority, form: str, token: str = "") -> httpx2.Response:
    """Fetch a blank table."""
    path = f"{DESK}/blank-table"
    return authority.service.ask("GET", path, token=token or authority.officer, params={"format": form})


def looked_at(authority: Authority, table: bytes, token: str = "", **form: str) -> httpx2.Response:
    """Look at a table."""
    data = {"type": cast.BUSINESS_TYPE, **form}
    files = {"file": ("a.csv", table, "text/csv")}
    return authority.service.ask(
        "POST", "/v1/bulk-jobs/preview", token=token or authority.officer, data=data, files=files
    )


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_blank_table_is_read_as_it_is_made(authority: Authority, form: str) -> None:
    answer = blank(authority, form)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith(f'.{form}"')
    found = looked_at(authority, answer.content if form == "jsonl" else answer.content + b",".join([b"x"] * 11)).json()
    assert found["missing"] == []
    assert all(one["field"] for one in found["columns"])
    required = {one["field"] for one in found["targets"] if one["required"]}
    assert {"holder_code", "number", "address"} <= required


def test_a_blank_spreadsheet_has_texts_alone(authority: Authority) -> None:
    content = blank(authority, "xlsx").content
    assert content == blank(authority, "xlsx").content  # the same octets each time
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "持证主体代码" in sheet
    assert "必填；不超过" in sheet
    assert code_of(looked_at(authority, content)) == (400, "bulk.table_invalid")  # no rows yet


def test_a_table_is_looked_at_before_anything_is_kept(authority: Authority, stranger: str) -> None:
    record = cast.business_record(cast.ENTERPRISE)
    rows = [{"holder_code": cast.ENTERPRISE.code, "number": f"table-{place}", **record} for place in range(22)]
    table = cast.table_of(rows).replace(b"address", "地址".encode(), 1)
    before = authority.service.ask("GET", "/v1/bulk-jobs", token=authority.officer).json()
    found = looked_at(authority, table).json()
    assert (found["format"], found["encoding"], found["rows"]) == ("csv", "utf-8", 22)
    assert {"column": "地址", "field": None} in found["columns"]
    assert found["missing"] == ["address"]
    assert [one["line"] for one in found["first"]] == [2, 3, 4, 5, 6]
    assert found["first"][0]["values"][:2] == [cast.ENTERPRISE.code, "table-0"]
    mapped = looked_at(authority, table, columns=json.dumps({"地址": "address"})).json()
    assert (mapped["missing"], {"column": "地址", "field": "address"} in mapped["columns"]) == ([], True)
    assert authority.service.ask("GET", "/v1/bulk-jobs", token=authority.officer).json() == before
    assert code_of(looked_at(authority, table, stranger)) == (403, "identity.duty_missing")


@pytest.mark.parametrize(
    ("table", "form", "status", "code"),
    [
        (b"", {}, 400, "bulk.table_invalid"),
        (b"\xff\xfea", {}, 400, "bulk.table_invalid"),
        (b"a,a\n1,2\n", {}, 400, "bulk.table_invalid"),
        (b"a,b\n1,2\n", {"columns": "["}, 400, "bulk.mapping_invalid"),
        (b"a,b\n1,2\n", {"type": "nothing"}, 404, "licence.type_unknown"),
    ],
)
def test_what_is_wrong_with_a_table_is_told(
    authority: Authority, table: bytes, form: dict[str, str], status: int, code: str
) -> None:
    assert code_of(looked_at(authority, table, **form)) == (status, code)


def test_a_row_that_cannot_be_read_is_shown_with_its_column(authority: Authority) -> None:
    found = looked_at(authority, b"a,b\n1,2\n1\n").json()
    assert [(one["fault"], one["column"]) for one in found["first"]] == [("", None), ("columns", None)]


def test_types_and_seals_are_named_where_licences_are_looked_at(authority: Authority) -> None:
    licence = authority.issue("desk-3").json()
    found = authority.service.ask("GET", f"/v1/licences/{licence['id']}", token=authority.officer).json()
    assert found["names"] == {licence["type"]: "营业执照", licence["seal"]: found["names"][licence["seal"]]}
    assert found["names"][licence["seal"]]
    assert found["names_en"] == {licence["type"]: "Business Licence"}
    asked = {"issuer": authority.furnished.authority, "number": licence["number"]}
    page = authority.step(authority.officer, "licences/search", asked).json()
    assert (page["names"], page["names_en"]) == (found["names"], found["names_en"])


def test_a_table_larger_than_the_limit_is_not_read(authority: Authority) -> None:
    tables = authority.service.instance.bulk.tables
    small = replace_limit(tables, 16)
    with pytest.raises(TableInvalid) as caught:
        small.preview(authority.furnished.officer, cast.BUSINESS_TYPE, {}, io.BytesIO(b"a,b\n" + b"1" * 20))
    assert caught.value.details == {"fault": "size", "line": 0}
    assert small.preview(authority.furnished.officer, cast.BUSINESS_TYPE, {}, io.BytesIO(b"a,b\n1,2\n")).rows == 1


def replace_limit(tables: TableDesk, largest: int) -> TableDesk:
    """Return a desk that takes tables of so many octets."""
    return TableDesk(
        store=tables.store,
        catalogue=tables.catalogue,
        entitling=tables.entitling,
        workers=tables.workers,
        limits=tables.limits,
        largest=largest,
    )


def test_a_person_is_named_masked(authority: Authority) -> None:
    with authority.service.instance.base.store.reading() as view:
        found = authority.service.instance.base.identity.require_person(view, authority.furnished.person)
    told = HolderView.of(found)
    assert (told.id, told.kind, told.name) == (found.id, "person", found.name.masked)
    assert "*" in told.name


def test_a_type_that_is_bound_to_a_seal_lets_no_other_be_used(authority: Authority) -> None:
    instance, own = authority.service.instance, authority.furnished
    with instance.base.store.reading() as view:
        kind = instance.catalogue.require(view, cast.BUSINESS_TYPE)
        for seal, usable in ((own.seal, 1), ("seal_other", 0)):
            bound = replace(kind, issuing=(IssuingAuthority(authority=SubjectId(own.authority), seal=seal),))
            assert len(instance.licences.desk.usable(view, own.system, bound)) == usable
