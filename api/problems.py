"""From our errors to HTTP problems (RFC 9457): kinds become statuses, codes become words in Chinese and English.

The words say what is wrong and what to do about it. They stand in api/words.py, by code, and only there.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.words import WORDS
from trust.errors import Conflict, Denied, Invalid, NotFound, TrustError, Unavailable, Untrusted

__all__ = [
    "PROBLEM",
    "BodyTooLarge",
    "TooManyRequests",
    "Unauthenticated",
    "install",
    "problem",
    "status_of",
    "words_of",
]

PROBLEM: Final = "application/problem+json"

STATUSES: Final[Mapping[type[TrustError], HTTPStatus]] = {
    Invalid: HTTPStatus.BAD_REQUEST,
    Denied: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Untrusted: HTTPStatus.BAD_REQUEST,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Unauthenticated(Denied):
    """Nobody is logged in, or the session or token has ended."""

    code = "request.unauthenticated"


class TooManyRequests(Denied):
    """More requests than this address may send; `seconds` tells when to try again."""

    code = "request.too_many"
    detail_names: ClassVar[tuple[str, ...]] = ("seconds",)


class BodyTooLarge(Invalid):
    """The request's body is larger than the service accepts."""

    code = "request.too_large"
    detail_names: ClassVar[tuple[str, ...]] = ("allowed",)


EXCEPTIONS: Final[Mapping[type[TrustError], HTTPStatus]] = {
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
"""Statuses that HTTP has beside the six kinds; their errors live here, since nothing further in knows of HTTP."""


def status_of(error: type[TrustError]) -> HTTPStatus:
    """Return the status of an error by its kind."""
    if error in EXCEPTIONS:
        return EXCEPTIONS[error]
    return next(status for kind, status in STATUSES.items() if issubclass(error, kind))


def words_of(error: TrustError) -> tuple[str, str]:
    """Return what is wrong and what to do, in Chinese and in English."""
    chinese, english = WORDS[error.code]
    return chinese.format(**error.details), english.format(**error.details)


def wants_english(request: Request) -> bool:
    """Tell whether the reader asked for English before Chinese."""
    return request.headers.get("accept-language", "").strip().lower().startswith("en")


def problem(request: Request, error: TrustError) -> JSONResponse:
    """Return the answer that tells of an error."""
    status = status_of(type(error))
    chinese, english = words_of(error)
    body = {
        "type": f"urn:xinyin:problem:{error.code}",
        "title": status.phrase,
        "status": status.value,
        "code": error.code,
        "detail": english if wants_english(request) else chinese,
        "detail_zh": chinese,
        "detail_en": english,
        "details": error.details,
        "request_id": getattr(request.state, "request_id", ""),
    }
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.details["seconds"])
    return JSONResponse(body, status_code=status.value, media_type=PROBLEM, headers=headers)


def plain_problem(request: Request, status: HTTPStatus, code: str, **more: Any) -> JSONResponse:  # noqa: ANN401 - JSON
    """Return a problem that comes from the framework and not from us."""
    chinese, english = WORDS[code]
    body = {
        "type": f"urn:xinyin:problem:{code}",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": english if wants_english(request) else chinese,
        "detail_zh": chinese,
        "detail_en": english,
        "details": more,
        "request_id": getattr(request.state, "request_id", ""),
    }
    return JSONResponse(body, status_code=status.value, media_type=PROBLEM)


def install(app: FastAPI) -> None:
    """Let `app` answer every error with a problem."""

    def on_trust_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, TrustError)  # noqa: S101 - registered for this class
        return problem(request, error)

    def on_validation_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
        # What was sent is not repeated: it may hold a password.
        fields = [{"field": ".".join(map(str, one["loc"])), "rule": one["type"]} for one in error.errors()]
        return plain_problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, "request.malformed", fields=fields)

    def on_http_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
        if isinstance(error.__cause__, TrustError):  # raised while the framework read the body
            return problem(request, error.__cause__)
        status = HTTPStatus(error.status_code)
        code = {404: "request.no_such_path", 405: "request.no_such_method"}.get(status, "request.refused")
        return plain_problem(request, status, code)

    def on_mistake(request: Request, _error: Exception) -> JSONResponse:
        # Nothing of an unforeseen error reaches the caller; the log has it under the request's number.
        return plain_problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "request.failed")

    app.add_exception_handler(TrustError, on_trust_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_mistake)
