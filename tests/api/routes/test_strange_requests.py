"""What nobody should send and somebody does: half characters, zero ones, endless nesting, the end of the calendar.

The answer is never a mistake of ours.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from api.demo import cast
from api.permissions import PERMITTED, Permission
from api.problems import PROBLEM
from identity.duties import Duty, Grant
from licence.types.particulars import FORM
from tests.api.builders import Furnished, Service, grant, operations_of, permission_of
from tests.api.routes.test_stampings import system_token

HALF = "\ud800"
JSON = {"Content-Type": "application/json", "Idempotency-Key": "strange"}


def bodies(furnished: Furnished) -> list[tuple[str, Duty | None, dict[str, Any]]]:
    """Return each body with half a character somewhere in it."""
    password, schema = "seven quiet herons", cast.BUSINESS_SCHEMA
    kind = {"form": FORM, "code": "11100000MB0127170X077", "name": "许可证", "holders": ["legal_person"]}
    draft = {"issuer": furnished.authority, "template": "food_permit", "type": kind}
    issue = {"type": cast.BUSINESS_TYPE, "seal": furnished.seal, "number": "1", "holder_code": cast.ENTERPRISE.code}
    record = cast.business_record(cast.ENTERPRISE)
    return [
        ("/v1/auth/sessions", None, {"username": "wang", "password": password + HALF}),
        ("/v1/auth/sessions", None, {"username": "wang" + HALF, "password": password}),
        ("/v1/auth/activation", None, {"code": "xa_", "username": "wang", "password": password + HALF}),
        ("/v1/auth/activation", None, {"code": HALF, "username": "wang", "password": password}),
        ("/v1/persons", Duty.REGISTRAR, {"name": "王" + HALF, "citizen_number": "11010519491231002X"}),
        ("/v1/organisations", Duty.REGISTRAR, {"name": "云州局", "credit_code": "1210000000001803" + HALF + "A"}),
        ("/v1/accounts", Duty.SECURITY_ADMINISTRATOR, {"person": HALF}),
        ("/v1/duties", Duty.SECURITY_ADMINISTRATOR, {"person": HALF, "duty": "auditor"}),
        ("/v1/clients", Duty.SYSTEM_ADMINISTRATOR, {"name": "a", "organisation": HALF, "public_jwk": {}}),
        ("/v1/seals", Duty.SEAL_APPLICANT, {"owner": HALF, "kind": "business", "reason": "理由"}),
        ("/v1/licence-types", Duty.LICENCE_OFFICER, {**draft, "data_schema": {**schema, "title": HALF}}),
        ("/v1/licence-types", Duty.LICENCE_OFFICER, {**draft, "type": {**kind, "code": HALF}, "data_schema": schema}),
        ("/v1/licences", Duty.BUSINESS_SYSTEM, {**issue, "data": {**record, "name": HALF}}),
        ("/v1/licences", Duty.BUSINESS_SYSTEM, {**issue, "data": {**record, HALF: "x"}}),
        ("/v1/licences", Duty.BUSINESS_SYSTEM, {**issue, "type": HALF, "data": record}),
    ]


@pytest.mark.parametrize("place", range(15))
def test_half_a_character_is_refused(shared_furnished: Service, furnished_folder: Furnished, place: int) -> None:
    path, duty, body = bodies(furnished_folder)[place]
    token = ""
    if duty is Duty.BUSINESS_SYSTEM:
        token = system_token(shared_furnished, furnished_folder.client)
    elif duty is not None:
        token = shared_furnished.bearer(grant(duty, furnished_folder.authority))
    answer = shared_furnished.ask("POST", path, token=token, content=json.dumps(body).encode(), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.malformed")
    assert answer.json()["details"]["fields"][0]["rule"] == "text_unreadable"
    assert "\\ud800" not in answer.text


def test_every_body_was_tried(furnished_folder: Furnished) -> None:
    assert len(bodies(furnished_folder)) == 15


# --- every operation that there is


@pytest.fixture(scope="module")
def callers(shared_furnished: Service, furnished_folder: Furnished) -> dict[Permission, str]:
    """Return somebody who has each permission."""
    found = {Permission.ANYBODY: "", Permission.SELF: shared_furnished.bearer()}
    for permission in set(Permission) - set(found):
        duties = PERMITTED[permission] - {Duty.BUSINESS_SYSTEM}
        if duties:
            found[permission] = shared_furnished.bearer(grant(min(duties), furnished_folder.authority))
        else:
            found[permission] = system_token(shared_furnished, furnished_folder.client)
    return found


def fields_of(answer: httpx2.Response) -> set[str]:
    return {one["field"] for one in answer.json()["details"]["fields"]}


def test_no_form_holds_what_no_database_holds(shared_furnished: Service, callers: dict[Permission, str]) -> None:
    count = 0
    for method, path, told in described(shared_furnished):
        for kind, media in told.get("requestBody", {}).get("content", {}).items():
            if "form" not in kind:
                continue
            schema = media["schema"]
            if "$ref" in schema:
                schema = shared_furnished.app.openapi()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
            for name, field in schema["properties"].items():
                if '"string"' not in json.dumps(field) or "contentMediaType" in json.dumps(field):
                    continue
                count += 1
                answer = shared_furnished.ask(
                    method,
                    filled(path),
                    token=callers[permissions_of(shared_furnished)[method, path]],
                    data={name: "a\x00b"},
                    files={"file": ("a.pdf", b"%PDF-")},
                    headers={"Idempotency-Key": "strange"},
                )
                # Protocols have errors of their own (RFC 6749, 5.2), and pages for logging in say it as pages.
                refused = {400, 403, 422} if path.startswith(("/oauth2/", "/login", "/logout", "/account")) else {422}
                assert answer.status_code in refused, f"{method} {path}: {name}"
                if answer.headers["content-type"] == PROBLEM:
                    assert f"body.{name}" in fields_of(answer), f"{method} {path}: {name}"
    assert count > 8


def test_nothing_bears_a_name_that_no_database_holds(shared_furnished: Service, callers: dict[Permission, str]) -> None:
    count = 0
    for method, path, _ in described(shared_furnished):
        # Nothing is looked up by a claim or a method; which view of the console is meant, its script decides.
        if "{" not in path or any(one in path for one in ("{claim}", "{method}", "{view}")):
            continue
        count += 1
        answer = shared_furnished.ask(
            method,
            re.sub(r"\{\w+\}", "a%00b", path),
            token=callers[permissions_of(shared_furnished)[method, path]],
            json={"reason": "理由充分"},
            headers={"Idempotency-Key": "strange"},
        )
        assert answer.status_code == 404, f"{method} {path}: {answer.text}"
    assert count > 30


def described(service: Service) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in service.app.openapi()["paths"].items():
        for method, told in item.items():
            yield method.upper(), path, told


def permissions_of(service: Service) -> dict[tuple[str, str], Permission]:
    return {(method, path): permission_of(route)[0] for method, path, route in operations_of(service.app)}


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", "nothing", path.replace("{number}", "1").replace("{method}", "queryCertInfo"))


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "utf-16", "no such thing"])
def test_a_form_in_a_strange_encoding_is_a_form_or_none(shared: Service, charset: str) -> None:
    name = b'Content-Disposition: form-data; name="'
    body = (
        b"--x\r\n"
        + name
        + b'password"\r\n\r\n+2AA-\\ud800\r\n--x\r\n'
        + name
        + b'file"; filename="a"\r\n\r\n%PDF-\r\n--x--'
    )
    headers = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    answer = shared.ask("POST", "/v1/verify", content=body, headers=headers)
    assert answer.status_code in (200, 400, 422)


# --- moments and numbers


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", 10**30, "1e30", -1e300])
def test_a_moment_beyond_the_calendar_is_none(
    shared_furnished: Service, furnished_folder: Furnished, moment: object
) -> None:
    owner = shared_furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.authority))
    path = f"/v1/seals/{furnished_folder.seal}"
    grant_body = {"holder": furnished_folder.client, "purpose": "x", "valid_until": moment}
    for step, body, field in (
        ("suspension", {"reason": "印章遗失", "lost_at": moment}, "body.lost_at"),
        ("authorisations", grant_body, "body.valid_until"),
    ):
        answer = shared_furnished.ask("POST", f"{path}/{step}", token=owner, json=body, headers=JSON)
        assert (answer.status_code, fields_of(answer)) == (422, {field})


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "10000-01-01", "2026-02-30", 10**30])
def test_a_last_day_at_the_end_of_the_calendar_is_no_mistake(
    shared_furnished: Service, furnished_folder: Furnished, day: object
) -> None:
    token = system_token(shared_furnished, furnished_folder.client)
    body = {
        "type": cast.BUSINESS_TYPE,
        "seal": furnished_folder.seal,
        "number": f"day-{day}",
        "holder_code": cast.ENTERPRISE.code,
        "data": cast.business_record(cast.ENTERPRISE),
        "last_day": day,
    }
    headers = {"Idempotency-Key": f"day-{day}"}
    answer = shared_furnished.ask("POST", "/v1/licences", token=token, json=body, headers=headers)
    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("number", ["1" + "0" * 30, "1" * 5000, "NaN", "Infinity", "-Infinity", "1e400", "true"])
def test_a_number_that_is_none_of_ours_is_refused(
    shared_furnished: Service, furnished_folder: Furnished, number: str
) -> None:
    owner = shared_furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.authority))
    applicant = shared_furnished.bearer(Grant(Duty.SEAL_APPLICANT, furnished_folder.authority))
    officer = shared_furnished.bearer(Grant(Duty.LICENCE_OFFICER, furnished_folder.authority))
    requests: tuple[tuple[str, str, dict[str, object], str], ...] = (
        (
            owner,
            f"/v1/seals/{furnished_folder.seal}/authorisations",
            {"holder": furnished_folder.client, "purpose": "x", "valid_until": "2027-01-01T00:00:00Z"},
            "times",
        ),
        (
            applicant,
            "/v1/seals",
            {"owner": furnished_folder.authority, "kind": "contract", "reason": "用于签订合同"},
            "diameter_mm",
        ),
        (
            officer,
            "/v1/licence-types",
            {
                "issuer": furnished_folder.authority,
                "template": "food_permit",
                "type": {"form": FORM, "code": "11100000MB0127170X078", "name": "证", "holders": ["legal_person"]},
                "data_schema": cast.FOOD_SCHEMA,
            },
            "issuing",
        ),
        (
            officer,
            "/v1/licences",
            {
                "type": cast.BUSINESS_TYPE,
                "seal": furnished_folder.seal,
                "number": "number",
                "holder_code": cast.ENTERPRISE.code,
            },
            "data",
        ),
    )
    for token, path, body, name in requests:
        told = f'{{"name": {number}}}' if name == "data" else number
        content = f'{json.dumps(body)[:-1]}, "{name}": {told}}}'.encode()
        headers = {**JSON, "Idempotency-Key": f"{name}-{number[:8]}"}
        answer = shared_furnished.ask("POST", path, token=token, content=content, headers=headers)
        if number == "true" and name == "times":
            assert answer.status_code < 500  # to JSON's readers of the lax kind, true is 1
        else:
            assert 400 <= answer.status_code < 500, f"{path}: {answer.text}"


# --- what cannot be read


@pytest.mark.parametrize("text", ["准予\u202e办理", "准予\u200b办理", "准予\u2028办理", "准予\x1b[31m办理"])
def test_what_stands_in_a_history_can_be_read(
    shared_furnished: Service, furnished_folder: Furnished, text: str
) -> None:
    owner = shared_furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.authority))
    path = f"/v1/seals/{furnished_folder.seal}"
    usual = {"holder": furnished_folder.client, "valid_until": "2027-01-01T00:00:00Z"}
    for step, body, field in (
        ("suspension", {"reason": text}, "body.reason"),
        ("authorisations", {**usual, "purpose": text}, "body.purpose"),
        ("authorisations", {**usual, "purpose": "x", "document_kinds": ["a", text]}, "body.document_kinds.1"),
    ):
        answer = shared_furnished.ask("POST", f"{path}/{step}", token=owner, json=body, headers=JSON)
        assert (answer.status_code, fields_of(answer)) == (422, {field})


def test_a_reason_may_have_several_lines(furnished: Service, furnished_folder: Furnished) -> None:
    owner = furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.authority))
    path = f"/v1/seals/{furnished_folder.seal}"
    reason = "一、保管人员调整。\r\n\t二、另行启用。"
    assert furnished.ask("POST", f"{path}/suspension", token=owner, json={"reason": reason}).status_code == 200
    assert furnished.ask("GET", path, token=owner).json()["history"][-1]["reason"] == reason


# --- bodies


@pytest.mark.parametrize("nested", ["[" * 50_000 + "]" * 50_000, '{"a":' * 50_000 + "1" + "}" * 50_000])
@pytest.mark.parametrize("path", ["/v1/auth/sessions", "/v1/licences"])
def test_endless_nesting_is_refused(
    shared_furnished: Service, furnished_folder: Furnished, path: str, nested: str
) -> None:
    token = system_token(shared_furnished, furnished_folder.client)
    body = '{"username": "a", "password": "b", "data": ' + nested + "}"
    answer = shared_furnished.ask("POST", path, token=token, content=body.encode(), headers=JSON)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("depth", [100, 500, 900])
def test_nesting_that_can_just_be_read_is_refused_by_its_rule(
    shared_furnished: Service, furnished_folder: Furnished, depth: int
) -> None:
    token = system_token(shared_furnished, furnished_folder.client)
    issue = {"type": cast.BUSINESS_TYPE, "seal": furnished_folder.seal, "number": "1", "holder_code": "x"}
    body = json.dumps({**issue, "data": {"name": 0}}).replace("0}}", "[" * depth + "]" * depth + "}}")
    answer = shared_furnished.ask("POST", "/v1/licences", token=token, content=body.encode(), headers=JSON)
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "path", ["%00", "%ff", "%ed%a0%80", "..%2f", "x" * 20_000, "%F0%90%80", "\u202e", "%0d%0aX: 1"]
)
def test_a_strange_name_is_nothing(shared: Service, path: str) -> None:
    registrar = shared.bearer(Grant(Duty.REGISTRAR))
    answer = shared.ask("GET", f"/v1/subjects/{path}", token=registrar)
    assert answer.status_code == 404
    assert "x" not in answer.headers.get("x", "")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/json; charset=utf-16"])
def test_a_body_of_another_kind_is_refused(shared: Service, kind: str) -> None:
    answer = shared.ask("POST", "/v1/auth/sessions", content=b'{"username": 1}', headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("character", ["\x00", HALF])
@pytest.mark.no_cover
def test_no_body_holds_what_no_database_holds(
    shared_furnished: Service, callers: dict[Permission, str], character: str
) -> None:
    count = 0
    for method, path, told in described(shared_furnished):
        if "application/json" not in told.get("requestBody", {}).get("content", {}):
            continue
        count += 1
        for body, place in (
            ({"x": {"y": [{}, {"z": f"a{character}"}]}}, "body.x.y.1.z"),
            ({"x": {character: 1}}, "body.x"),
        ):
            answer = shared_furnished.ask(
                method,
                filled(path),
                token=callers[permissions_of(shared_furnished)[method, path]],
                content=json.dumps(body).encode(),
                headers=JSON,
            )
            assert (answer.status_code, fields_of(answer)) == (422, {place}), f"{method} {path}"
    assert count > 25
