"""The OpenAPI description: whole, true, with examples, and such that a generated client would work."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from api.permissions import ABOUT_ONESELF, PUBLIC
from api.problems import PROBLEM
from tests.api.builders import Service, is_secured, operations_of, permission_of

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
OPERATION_FIELDS = {
    "tags",
    "summary",
    "description",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "deprecated",
    "x-permission",
}
HTML = "text/html"


class Operation(NamedTuple):
    """One operation of the description."""

    method: str
    path: str
    told: dict[str, Any]

    @property
    def name(self) -> str:
        """What a failing test calls it."""
        return f"{self.method} {self.path}"

    @property
    def is_page(self) -> bool:
        """Whether it answers with HTML, if only where something is wrong."""
        return any(HTML in one.get("content", {}) for one in self.told["responses"].values())


@pytest.fixture(scope="module")
def description(shared: Service) -> dict[str, Any]:
    """Return the description as it is served."""
    answer = shared.ask("GET", "/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="module")
def operations(description: dict[str, Any]) -> list[Operation]:
    """Return every operation."""
    return [
        Operation(method, path, told)
        for path, item in description["paths"].items()
        for method, told in item.items()
        if method in METHODS
    ]


def everything(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Yield every object inside `value`."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from everything(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from everything(inner)


def resolved(description: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema, or the one that it refers to."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Any = description
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    assert isinstance(found, dict)
    return found


def validator(description: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    resource = Resource.from_contents(description, default_specification=DRAFT202012)
    here = {"$ref": f"urn:openapi{schema['$ref']}"} if "$ref" in schema else schema
    return Draft202012Validator(here, registry=Registry().with_resource("urn:openapi", resource))


# --- structure (OpenAPI 3.1.0)


def test_it_is_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"] == "3.1.0"
    assert {"title", "version", "description"} <= set(description["info"])
    assert set(description) <= {"openapi", "info", "servers", "paths", "components", "tags", "security"}
    assert all(path.startswith("/") for path in description["paths"])


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    references = {one["$ref"] for one in everything(description) if isinstance(one.get("$ref"), str)}
    for reference in references:
        assert reference.startswith("#/components/schemas/")
        resolved(description, {"$ref": reference})
    used = {reference.rsplit("/", 1)[1] for reference in references}
    assert set() == set(description["components"]["schemas"]) - used


def test_every_schema_is_one(description: dict[str, Any], operations: list[Operation]) -> None:
    for name, schema in description["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
    for operation in operations:
        for parameter in operation.told.get("parameters", []):
            Draft202012Validator.check_schema(parameter["schema"])


def test_every_operation_is_built_as_the_standard_says(
    description: dict[str, Any], operations: list[Operation]
) -> None:
    for operation in operations:
        told = operation.told
        assert set(told) <= OPERATION_FIELDS, operation.name
        places = [(one["name"], one["in"]) for one in told.get("parameters", [])]
        assert len(places) == len(set(places)), operation.name
        in_path = {name for name, place in places if place == "path"}
        assert set(re.findall(r"\{(\w+)\}", operation.path)) == in_path, operation.name
        assert all(one["required"] for one in told.get("parameters", []) if one["in"] == "path"), operation.name
        for status, response in told["responses"].items():
            assert re.fullmatch(r"[1-5]\d\d", status), operation.name
            assert response["description"], operation.name
        if "requestBody" in told:
            assert told["requestBody"]["content"], operation.name
        for requirement in told.get("security", []):
            assert set(requirement) <= set(description["components"]["securitySchemes"]), operation.name


def test_operation_ids_are_unique_and_good_names(operations: list[Operation]) -> None:
    names = [operation.told["operationId"] for operation in operations]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


# --- what it tells


def test_every_route_is_described(shared: Service, operations: list[Operation]) -> None:
    routes = {(method.lower(), path) for method, path, _ in operations_of(shared.app)}
    assert routes == {(operation.method, operation.path) for operation in operations}


def test_every_operation_says_what_it_is(operations: list[Operation]) -> None:
    for operation in operations:
        told = operation.told
        assert re.search(r"[A-Za-z].*[\u4e00-\u9fff]", told["summary"]), operation.name
        assert len(told["description"]) > 20, operation.name
        assert len(told["tags"]) == 1, operation.name


def test_what_needs_a_login_says_so(shared: Service, operations: list[Operation]) -> None:
    permissions = {(method.lower(), path): permission_of(route)[0] for method, path, route in operations_of(shared.app)}
    for operation in operations:
        public = permissions[operation.method, operation.path] in PUBLIC
        assert is_secured(operation.told) is not public, operation.name
        if not public:
            assert "401" in operation.told["responses"], operation.name
            needs_duty = permissions[operation.method, operation.path] not in ABOUT_ONESELF
            assert "403" in operation.told["responses"] or not needs_duty, operation.name


def test_errors_are_described_as_what_is_sent(operations: list[Operation]) -> None:
    # An answer that is an error is application/problem+json with the schema Problem, whatever its status.
    wrong = []
    for operation in operations:
        if operation.is_page or operation.path.startswith(
            ("/console", "/health", "/static", "/scim", "/oauth2", "/.well-known")
        ):
            continue
        for status, response in operation.told["responses"].items():
            if int(status) < 400:
                continue
            content = response.get("content", {})
            schema = content.get(PROBLEM, {}).get("schema", {})
            if set(content) != {PROBLEM} or not schema.get("$ref", "").endswith("/Problem"):
                wrong.append(f"{operation.name} {status}: {sorted(content)}")
    assert "\n".join(wrong) == ""


def test_every_example_of_a_problem_is_one(description: dict[str, Any], operations: list[Operation]) -> None:
    check = validator(description, {"$ref": "#/components/schemas/Problem"})
    count = 0
    for operation in operations:
        for status, response in operation.told["responses"].items():
            for code, example in response.get("content", {}).get(PROBLEM, {}).get("examples", {}).items():
                check.validate(example["value"])
                assert (code, int(status)) == (example["value"]["code"], example["value"]["status"]), operation.name
                count += 1
    assert count > 150


def test_files_are_sent_as_multipart(operations: list[Operation]) -> None:
    wrong = []
    for operation in operations:
        content = operation.told.get("requestBody", {}).get("content", {})
        is_upload = operation.method == "post" and (
            operation.path in ("/v1/verify", "/verify", "/v1/bulk-jobs")
            or (operation.method == "post" and operation.path.endswith("/stampings"))
        )
        if is_upload and "multipart/form-data" not in content:
            wrong.append(f"{operation.name}: {sorted(content)}")
    assert "\n".join(wrong) == ""


def test_what_makes_something_twice_takes_a_key(operations: list[Operation]) -> None:
    # The description promises it of whatever makes something; persons and organisations are known by their numbers,
    # and a secret that is kept nowhere cannot be answered with twice.
    wrong = []
    for operation in operations:
        headers = {one["name"] for one in operation.told.get("parameters", []) if one["in"] == "header"}
        makes = operation.method == "post" and "201" in operation.told["responses"]
        known = (
            "/v1/persons",
            "/v1/organisations",
            "/v1/live-codes",
            "/v1/accounts",
            "/v1/licence-types",
            "/scim/v2/Users",  # known by their names
            "/v1/clients/self/keys",  # the statement that brings a key is good once by itself
            "/oauth2/par",  # a request that is used within seconds, once
        )
        is_known = operation.path in known or operation.path.startswith("/v1/auth/")  # questions, and their answers
        if makes and not is_known and "Idempotency-Key" not in headers:
            wrong.append(operation.name)
    assert "\n".join(wrong) == ""


# --- examples


SIMPLE: dict[str, object] = {"integer": 1, "boolean": True, "number": 1.5, "null": None, "array": []}
FORMATS: dict[str, object] = {"date-time": "2026-11-22T10:00:00+08:00", "date": "2026-11-22", "binary": "file"}


def example_of(description: dict[str, Any], schema: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Return a value made of the examples of a schema, or `...` where there is none."""
    schema = resolved(description, schema)
    told = [*schema.get("examples", []), *schema.get("enum", [])]
    told += [schema[name] for name in ("example", "const", "default") if name in schema]
    if told:
        return told[0]
    if "anyOf" in schema:
        return example_of(description, next(one for one in schema["anyOf"] if one.get("type") != "null"))
    if "properties" in schema:
        members = {name: example_of(description, one) for name, one in schema["properties"].items()}
        wanted = {name: value for name, value in members.items() if name in schema.get("required", members)}
        return ... if ... in wanted.values() else wanted
    is_file = schema.get("contentMediaType") == "application/octet-stream"
    simple = SIMPLE.get(schema.get("type", ""), ...)
    return "file" if is_file else FORMATS.get(schema.get("format", ""), simple)


def test_every_parameter_has_an_example(description: dict[str, Any], operations: list[Operation]) -> None:
    missing = [
        f"{operation.name}: {one['name']}"
        for operation in operations
        if not operation.is_page and not operation.path.startswith("/static")
        for one in operation.told.get("parameters", [])
        if example_of(description, one["schema"]) is ... and "example" not in one and "examples" not in one
    ]
    assert "\n".join(missing) == ""


def test_every_request_has_an_example_that_is_one(description: dict[str, Any], operations: list[Operation]) -> None:
    missing = []
    for operation in operations:
        for kind, media in operation.told.get("requestBody", {}).get("content", {}).items():
            schema = media["schema"]
            example = media.get("example", example_of(description, schema))
            if example is ...:
                missing.append(f"{operation.name} ({kind})")
                continue
            try:
                validator(description, schema).validate(example)
            except ValidationError as error:
                missing.append(f"{operation.name} ({kind}): {error.message}")
    assert "\n".join(missing) == ""


def test_every_answer_has_an_example(description: dict[str, Any], operations: list[Operation]) -> None:
    missing = []
    for operation in operations:
        for status, response in operation.told["responses"].items():
            if int(status) >= 400 or status in ("204", "303", "304", "308"):  # none has a body
                continue
            content = response.get("content", {})
            good = [
                kind
                for kind, media in content.items()
                if "example" in media or "examples" in media or "examples" in str(resolved_all(description, media))
            ]
            if not content or len(good) != len(content):
                missing.append(f"{operation.name} {status}: {sorted(set(content) - set(good))}")
    assert "\n".join(missing) == ""


def resolved_all(description: dict[str, Any], media: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the schema of an answer, and of what it is a list of."""
    schema = resolved(description, media.get("schema", {}))
    items = schema.get("items", {})
    inner = [resolved(description, items)] if items else []
    return [schema, *inner]


def test_every_operation_names_the_permission_that_it_asks_for(shared: Service, operations: list[Operation]) -> None:
    asked = {(method.lower(), path): permission_of(route)[0] for method, path, route in operations_of(shared.app)}
    told = {(one.method, one.path): one.told["x-permission"] for one in operations}
    assert told == {key: asked[key].value for key in told}
