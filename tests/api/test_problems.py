"""Problems: every error has its words in both languages and its status; nothing of a mistake reaches the caller."""

import importlib
import pkgutil
import string
from collections import Counter
from http import HTTPStatus
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.middleware import SAFE_HEADERS
from api.problems import EXCEPTIONS, PROBLEM, STATUSES, TooManyRequests, status_of
from api.telling import words_of
from api.words import WORDS
from tests.api.builders import Service
from trust.errors import KINDS, TrustError, leaves

PACKAGES = ("trust", "keys", "identity", "seal", "licence", "api")


def load_everything() -> None:
    """Import every module of the house: errors of those that no route needs have words as well."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not found.name.startswith(("api.migrations.env", "api.migrations.versions")):
                importlib.import_module(found.name)


load_everything()
LEAVES = sorted((leaf for leaf in leaves() if not leaf.__module__.startswith("tests.")), key=lambda leaf: leaf.code)
GENERAL = {
    "request.failed",
    "request.malformed",
    "request.no_such_method",
    "request.no_such_path",
    "request.refused",
}
"""Codes of what the framework refuses."""

KINDS_OF_STATUS = (400, 403, 404, 409, 400, 503)


def example(leaf: type[TrustError]) -> TrustError:
    return leaf(**{name: f"<{name}>" for name in leaf.detail_names})


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_every_code_is_of_one_error() -> None:
    assert {code: count for code, count in Counter(leaf.code for leaf in LEAVES).items() if count > 1} == {}


def test_every_error_has_words_and_every_word_its_error() -> None:
    assert {leaf.code for leaf in LEAVES} | GENERAL == set(WORDS)
    assert sorted(WORDS) == list(WORDS)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.code)
def test_an_error_speaks_both_languages(leaf: type[TrustError]) -> None:
    chinese, english = WORDS[leaf.code]
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    assert not any("\u4e00" <= character <= "\u9fff" for character in english)
    for words in (chinese, english):
        assert placeholders(words) <= set(leaf.detail_names)
    for told in words_of(example(leaf)):
        assert "{" not in told
        assert told.rstrip().endswith(("。", "."))


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.code)
def test_an_error_has_the_status_of_its_kind(leaf: type[TrustError]) -> None:
    kinds = [kind for kind in KINDS if issubclass(leaf, kind)]
    assert len(kinds) == 1
    expected = EXCEPTIONS.get(leaf) or STATUSES[kinds[0]]
    assert expected is status_of(leaf)
    assert HTTPStatus.INTERNAL_SERVER_ERROR is not status_of(leaf)


def test_kinds_have_their_statuses() -> None:
    assert tuple(STATUSES[kind].value for kind in KINDS) == KINDS_OF_STATUS


def test_words_are_never_those_of_a_secret() -> None:
    for leaf in LEAVES:
        assert not {"password", "secret", "token", "name", "citizen_number"} & (set(leaf.detail_names) - {"name"})


# --- over HTTP


def required(problem: dict[str, Any]) -> set[str]:
    return {"type", "title", "status", "code", "detail", "detail_zh", "detail_en", "details", "request_id"} - set(
        problem
    )


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "zh"), ("zh-CN", "zh"), ("en", "en"), ("en-GB,en;q=0.9", "en"), (" EN", "en"), ("zh,en;q=0.1", "zh")],
)
def test_a_problem_answers_in_the_language_that_was_asked_for(shared: Service, header: str, language: str) -> None:
    answer = shared.ask("GET", "/v1/me", headers={"Accept-Language": header})
    problem = answer.json()
    assert set() == required(problem)
    assert problem["detail"] == problem[f"detail_{language}"]
    assert (problem["status"], problem["title"], problem["details"]) == (401, "Unauthorized", {})
    assert problem["type"] == "urn:xinyin:problem:request.unauthenticated"
    assert answer.headers["x-request-id"] == problem["request_id"]


def test_no_such_path_is_a_problem(shared: Service) -> None:
    answer = shared.ask("GET", "/v1/nowhere")
    assert (
        answer.status_code,
        answer.headers["content-type"],
        answer.json()["code"],
    ) == (404, PROBLEM, "request.no_such_path")


def test_who_mistypes_an_address_in_a_browser_reads_a_page(shared: Service) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = shared.ask("GET", "/licence", headers={**browser, "Accept-Language": "en"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert WORDS["page.unknown"][1] in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "没有这个页面" in shared.ask("GET", "/v1/nowhere", headers=browser).text
    assert shared.ask("POST", "/licence", headers=browser).headers["content-type"] == PROBLEM
    missing = shared.ask("GET", "/v1/seals/seal_none", headers=browser)  # a route answers: it is the API's
    assert missing.headers["content-type"] == PROBLEM


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/auth/activation", "POST"),
        ("/v1/licence-types", "GET, POST"),
        ("/health/live", "GET"),
        ("/verify", "GET, POST"),
    ],
)
def test_no_such_method_is_a_problem_that_says_which_there_are(shared: Service, path: str, methods: str) -> None:
    answer = shared.ask("PUT", path)
    assert (
        answer.status_code,
        answer.headers["content-type"],
        answer.json()["code"],
    ) == (405, PROBLEM, "request.no_such_method")
    assert methods == answer.headers["allow"]  # RFC 9110, 15.5.6: it MUST be there


def test_a_malformed_body_is_a_problem_that_repeats_nothing(shared: Service) -> None:
    secret = "do-not-repeat-me"
    body = {"code": secret, "username": 7, "password": [secret], "more": secret}
    answer = shared.ask("POST", "/v1/auth/activation", json=body)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"], problem["code"]) == (422, PROBLEM, "request.malformed")
    assert {"body.username", "body.password", "body.more"} == {one["field"] for one in problem["details"]["fields"]}
    assert secret not in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'"x"', b"[" * 100_000])
def test_what_is_no_json_is_a_problem(shared: Service, body: bytes) -> None:
    answer = shared.ask("POST", "/v1/auth/sessions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == PROBLEM


@pytest.mark.parametrize("path", ["/v1/auth/sessions", "/v1/auth/activation"])
def test_half_a_character_is_a_malformed_body(shared: Service, path: str) -> None:
    body = rb'{"username": "wang\ud800", "password": "p\ud800", "code": "\ud800"}'
    answer = shared.ask("POST", path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_a_broken_form_is_a_problem(shared: Service) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = shared.ask("POST", "/v1/verify", content=b"--x\r\nnonsense", headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == PROBLEM


def test_an_error_while_the_body_is_read_keeps_its_status(shared: Service) -> None:
    limit = shared.instance.base.settings.max_body
    assert EXCEPTIONS[next(leaf for leaf in LEAVES if leaf.code == "request.too_large")].value == 413
    answer = shared.ask("POST", "/v1/verify", headers={"Content-Length": str(limit + 1)}, content=b"")
    assert answer.status_code == 413


@pytest.fixture
def failing(service: Service) -> TestClient:
    """Return a client of an application with a mistake in it."""
    app: FastAPI = service.app

    def mistaken() -> None:
        raise RuntimeError("the secret of 王小明 is xs_secret")

    app.add_api_route("/mistaken", mistaken)
    return service.http


def test_nothing_of_a_mistake_reaches_the_caller(failing: TestClient) -> None:
    answer = failing.get("/mistaken", headers={"X-Request-ID": "given-number-1"})
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"], problem["code"]) == (500, PROBLEM, "request.failed")
    assert problem["request_id"] == "given-number-1"
    for told in ("王小明", "xs_secret", "RuntimeError", "Traceback"):
        assert told not in answer.text


def test_the_answer_to_a_mistake_has_the_headers_of_every_answer(failing: TestClient) -> None:
    answer = failing.get("/mistaken", headers={"X-Request-ID": "given-number-1"})
    assert {name: answer.headers.get(name) for name in SAFE_HEADERS} == SAFE_HEADERS
    assert answer.headers.get("X-Request-ID") == "given-number-1"


def test_too_many_requests_say_when_to_come_back() -> None:
    assert words_of(TooManyRequests(seconds=7)) == (
        "请求过于频繁。请在 7 秒后重试。",
        "Too many requests. Try again in 7 seconds.",
    )
