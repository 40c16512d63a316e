"""What happens around every request: a number, a limit on its body, safe headers, one line in the log."""

import asyncio
import re
from collections.abc import Iterable, Iterator, MutableMapping
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from api.app import BESIDE_A_TABLE
from api.middleware import MOST_IN_MEMORY, SAFE_HEADERS, AroundRequest
from api.problems import PROBLEM
from api.routes.pages import SCRIPTS
from identity.duties import Duty, Grant
from tests.api.builders import Service, copied, served

LIMIT: Final = 2048
BOUNDARY: Final = "line"
FORM: Final = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@pytest.fixture(scope="module")
def small(founded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return an instance that accepts small bodies alone."""
    with served(
        copied(founded_folder, tmp_path_factory.mktemp("small") / "instance"), max_body=LIMIT, bulk_upload=LIMIT
    ) as one:
        yield one


# --- bodies that are read into memory


@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "application/ocsp-request", ""]
)
def test_what_is_read_as_a_whole_is_smaller_than_a_file(shared: Service, kind: str) -> None:
    too_large = b"[" * (MOST_IN_MEMORY + 1)
    answer = shared.ask("POST", "/v1/seals", content=too_large, headers={"Content-Type": kind} if kind else {})
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
    assert answer.json()["details"] == {"allowed": 2 << 20}
    fits = shared.ask("POST", "/v1/seals", content=too_large[:-1], headers={"Content-Type": kind} if kind else {})
    assert fits.status_code in (400, 401, 415, 422)


def test_a_table_has_a_limit_of_its_own(small: Service) -> None:
    table, most = {"file": ("a.csv", b"a" * 2 * LIMIT)}, LIMIT + BESIDE_A_TABLE
    assert small.ask("POST", "/v1/verify", files=table).status_code == 413
    for path in ("/v1/bulk-jobs", "/v1/bulk-jobs/preview"):
        assert small.ask("POST", path, files=table).status_code == 401
        too_large = small.ask("POST", path, files={"file": ("a.csv", b"a" * most)})
        assert (too_large.status_code, too_large.json()["details"]) == (413, {"allowed": most})


def test_a_file_may_be_larger(shared: Service) -> None:
    answer = shared.ask("POST", "/v1/verify", files={"file": ("a.pdf", b"%PDF-1.7 " * (MOST_IN_MEMORY // 4))})
    assert answer.status_code == 200


# --- numbers


@pytest.mark.parametrize("given", ["12345678", "A-b-9" * 5, "x" * 64])
def test_a_number_that_was_given_is_kept(shared: Service, given: str) -> None:
    answer = shared.ask("GET", "/health/live", headers={"X-Request-ID": given})
    assert given == answer.headers["x-request-id"]


@pytest.mark.parametrize("given", ["", "1234567", "x" * 65, "12345678 9", "12345678\t", 'x"12345678', "{12345678}"])
def test_what_is_no_number_is_replaced(shared: Service, given: str) -> None:
    answer = shared.ask("GET", "/health/live", headers={"X-Request-ID": given})
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])


def test_two_requests_have_two_numbers(shared: Service) -> None:
    first, second = (shared.ask("GET", "/health/live").headers["x-request-id"] for _ in range(2))
    assert first != second


# --- headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/health/live"),
        ("GET", "/health/ready"),
        ("GET", "/openapi.json"),
        ("GET", "/v1/me"),
        ("GET", "/nowhere"),
        ("PUT", "/v1/persons"),
        ("POST", "/v1/auth/sessions"),
        ("GET", "/pki/root-sm2.cer"),
        ("GET", "/v/nothing"),
    ],
)
def test_every_answer_has_safe_headers(shared: Service, method: str, path: str) -> None:
    answer = shared.ask(method, path)
    found = {name: answer.headers.get(name) for name in SAFE_HEADERS}
    is_checked_on_the_device = path in ("/", "/v/nothing")
    if is_checked_on_the_device:
        found["Content-Security-Policy"] = (found["Content-Security-Policy"] or "").removesuffix(SCRIPTS)
    assert found == SAFE_HEADERS
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "x-request-id" in answer.headers
    assert "server" not in answer.headers


@pytest.mark.parametrize(("more", "scripts"), [("", None), (SCRIPTS, "'self'")], ids=["everywhere", "on the device"])
def test_nothing_from_elsewhere_is_allowed(more: str, scripts: str | None) -> None:
    policy = dict(part.strip().split(" ", 1) for part in (SAFE_HEADERS["Content-Security-Policy"] + more).split(";"))
    assert "'none'" == policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"]
    assert policy.get("script-src") == scripts
    for sources in policy.values():
        assert set(sources.split()) <= {"'none'", "'self'", "data:"}


def test_what_is_secret_is_kept_by_no_cache(service: Service) -> None:
    # RFC 6749, 5.1: an answer with a token MUST say so; and so must whatever holds a session or an activation code.
    security = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    person = service.ask("GET", "/v1/me", token=service.bearer()).json()["id"]
    opened = service.ask("POST", "/v1/accounts", token=security, json={"person": person})
    assert (opened.status_code, opened.headers.get("cache-control")) == (201, "no-store")
    body = {"code": opened.json()["activation_code"], "username": "zhao", "password": "seven quiet herons at dawn"}
    assert service.ask("POST", "/v1/auth/activation", json=body).status_code == 204
    session = service.ask("POST", "/v1/auth/sessions", json={name: body[name] for name in ("username", "password")})
    assert (session.status_code, session.headers.get("cache-control")) == (201, "no-store")
    me = service.ask("GET", "/v1/me", token=session.json()["token"])
    assert (me.status_code, me.headers.get("cache-control")) == (200, "no-store")


def test_what_may_be_kept_is_kept(shared: Service) -> None:
    kept = {path: shared.ask("GET", path).headers["cache-control"] for path in ("/pki/root-sm2.cer", "/", "/nowhere")}
    assert kept == {
        "/pki/root-sm2.cer": "public, max-age=3600, must-revalidate, no-transform",
        "/": "no-cache",
        "/nowhere": "no-store",
    }


# --- the limit


def refused(answer: Any) -> None:  # noqa: ANN401 - an answer
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)
    assert (problem["code"], problem["details"]) == ("request.too_large", {"allowed": LIMIT})
    assert str(LIMIT) in problem["detail_zh"]
    assert str(LIMIT) in problem["detail_en"]
    assert SAFE_HEADERS.items() <= dict(answer.headers.multi_items()).items() or all(
        answer.headers[name] == value for name, value in SAFE_HEADERS.items()
    )


def form_of(size: int) -> bytes:
    """Return a form with a file, `size` octets altogether."""
    start = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    ).encode()
    end = f"\r\n--{BOUNDARY}--\r\n".encode()
    return start + b"x" * (size - len(start) - len(end)) + end


def test_who_reaches_it_without_tls_is_held_to_none() -> None:
    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    headers = TestClient(AroundRequest(answer)).get("/").headers
    assert SAFE_HEADERS.items() <= {name: headers.get(name) for name in SAFE_HEADERS}.items()
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize(
    ("query", "accept", "told"),
    [
        ("", "zh-CN", "上限为 2048 字节"),
        ("", "en-GB", "at most 2048 octets"),
        ("?lang=en", "zh-CN", "at most 2048 octets"),
    ],
)
def test_whoever_sends_too_much_to_a_page_reads_a_page(small: Service, query: str, accept: str, told: str) -> None:
    headers = {**FORM, "Accept-Language": accept}
    whole, chunked = form_of(LIMIT + 1), pieces(form_of(LIMIT + 1))
    for content in (whole, chunked):
        answer = small.ask("POST", f"/verify{query}", content=content, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
        assert told in re.sub(r"<[^>]+>", "", answer.text)
        assert answer.headers["x-request-id"] in answer.text
        assert {name: answer.headers.get(name) for name in SAFE_HEADERS} == SAFE_HEADERS


def pieces(content: bytes, size: int = 500) -> Iterable[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


def test_a_declared_body_up_to_the_limit_is_read(small: Service) -> None:
    answer = small.ask("POST", "/v1/verify", content=form_of(LIMIT), headers=FORM)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "failed")


def test_a_declared_body_above_the_limit_is_refused(small: Service) -> None:
    refused(small.ask("POST", "/v1/verify", content=form_of(LIMIT + 1), headers=FORM))
    refused(small.ask("POST", "/v1/auth/sessions", content=b"{}", headers={"Content-Length": str(10**15)}))
    refused(small.ask("GET", "/health/live", headers={"Content-Length": str(LIMIT + 1)}))


def test_a_chunked_body_up_to_the_limit_is_read(small: Service) -> None:
    answer = small.ask("POST", "/v1/verify", content=pieces(form_of(LIMIT)), headers=FORM)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "failed")


@pytest.mark.parametrize("path", ["/v1/verify", "/oauth2/token"])
def test_a_chunked_form_above_the_limit_is_refused(small: Service, path: str) -> None:
    refused(small.ask("POST", path, content=pieces(form_of(LIMIT + 1)), headers=FORM))
    refused(small.ask("POST", path, content=pieces(form_of(10 * LIMIT)), headers=FORM))


def test_chunked_json_above_the_limit_is_refused(small: Service) -> None:
    body = b'{"username": "' + b"x" * LIMIT + b'"}'
    answer = small.ask("POST", "/v1/auth/sessions", content=pieces(body), headers={"Content-Type": "application/json"})
    refused(answer)


def test_a_form_of_the_other_kind_above_the_limit_is_refused(small: Service) -> None:
    body = b"grant_type=client_credentials&client_assertion=" + b"x" * LIMIT
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    refused(small.ask("POST", "/oauth2/token", content=pieces(body), headers=headers))


Messages = list[MutableMapping[str, Any]]


def asked_raw(service: Service, headers: list[tuple[bytes, bytes]], *, kind: str = "http") -> Messages:
    """Send a request by the protocol below HTTP, as a server would, and return what was sent back."""
    sent: Messages = []
    scope = {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/auth/sessions",
        "raw_path": b"/v1/auth/sessions",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(service.app(scope, receive, send))
    return sent


@pytest.mark.parametrize("declared", [b"-1", b"+5", b"1e3", b"", b"0x10", b"\xb2", b"9" * 5000, b"1, 2"])
def test_a_length_that_is_none_is_refused(small: Service, declared: bytes) -> None:
    answer = asked_raw(small, [(b"content-length", declared), (b"content-type", b"application/json")])
    status, code = (413, b"request.too_large") if declared.startswith(b"9") else (400, b"request.length_malformed")
    assert status == answer[0]["status"]
    assert code in answer[1]["body"]


# --- the log


def test_each_request_is_one_line_with_its_route(shared: Service) -> None:
    auditor = shared.bearer(Grant(Duty.AUDITOR))
    person = shared.ask("GET", "/v1/me", token=auditor).json()["id"]
    with capture_logs() as lines:
        shared.ask("GET", "/v1/audit/events?after=3", token=auditor)
        shared.ask("GET", "/v/a-claim-that-nobody-else-should-see")
        shared.ask("GET", "/nowhere/a-path-that-nobody-else-should-see")
    told = [(line["event"], line["method"], line["route"], line["status"], line["actor"]) for line in lines]
    assert [
        ("request", "GET", "/v1/audit/events", 200, person),
        ("request", "GET", "/v/{claim}", 200, None),
        ("request", "GET", "none", 404, None),
    ] == told
    assert "nobody-else" not in str(lines)
    assert all(line["ms"] >= 0 for line in lines)


def test_nothing_of_a_body_or_a_header_is_in_the_log(service: Service) -> None:
    with capture_logs() as lines:
        secrets = {"username": "do-not-log-1", "password": "do-not-log-2"}
        service.ask("POST", "/v1/auth/sessions", json=secrets)
        service.ask("POST", "/v1/auth/sessions", json={**secrets, "do-not-log-3": 1})
        service.ask("GET", "/v1/me", token="xs_do-not-log-4")
        service.ask("GET", "/v1/subjects/do-not-log-5?do-not-log-6=1", token=service.bearer(Grant(Duty.REGISTRAR)))
        service.ask("POST", "/v1/verify", files={"file": ("do-not-log-7.pdf", b"%PDF-do-not-log-8")})
    assert lines
    assert "do-not-log" not in str(lines)


def test_a_mistake_is_logged_once_with_its_number_and_answered_without_it(service: Service) -> None:
    def mistaken() -> None:
        raise RuntimeError("a mistake of ours")

    service.app.add_api_route("/mistaken", mistaken)
    with capture_logs() as lines:
        service.ask("GET", "/mistaken", headers={"X-Request-ID": "given-number-1"})
    assert [(one["event"], one["log_level"]) for one in lines] == [("request failed", "error"), ("request", "info")]
    assert lines[1]["status"] == 500


def test_a_mistake_in_the_middle_of_an_answer_breaks_it_off(service: Service) -> None:
    def half() -> Iterator[bytes]:
        yield b"the beginning"
        raise RuntimeError("a mistake of ours")

    def mistaken() -> StreamingResponse:
        return StreamingResponse(half())

    service.app.add_api_route("/mistaken", mistaken)
    with capture_logs() as lines, pytest.raises(RuntimeError):
        TestClient(service.app).get("/mistaken")
    told = [(one["event"], one.get("status")) for one in lines if one["event"].startswith("request")]
    assert told == [("request failed", None), ("request", 200)]


# --- HEAD


@pytest.mark.parametrize("path", ["/", "/v1/verify/A", "/pki/trust-list", "/health/live", "/openapi.json", "/nowhere"])
def test_head_is_answered_as_get_without_the_content(shared: Service, path: str) -> None:
    whole, head = (shared.ask(method, path) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (whole.status_code, b"")
    for name in ("content-type", "content-length", "cache-control", "etag", "content-security-policy"):
        assert head.headers.get(name) == whole.headers.get(name)


def test_head_is_logged_by_the_route_that_answered(shared: Service) -> None:
    with capture_logs() as logged:
        shared.ask("HEAD", "/v1/verify/A")
        shared.ask("HEAD", "/nowhere")
    told = [(one["method"], one["route"], one["status"]) for one in logged if one["event"] == "request"]
    assert told == [("HEAD", "/v1/verify/{claim}", 200), ("HEAD", "none", 404)]


def test_head_is_no_way_around_who_may_ask(shared: Service) -> None:
    assert shared.ask("HEAD", "/v1/seals").status_code == 401
    assert shared.ask("HEAD", "/v1/verify").status_code == 405
