"""From our errors to HTTP problems (RFC 9457): kinds become statuses, codes become words in Chinese and English.

The words say what is wrong and what to do about it. They stand in api/words.py, by code, and only there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.challenges import PROOF_ERRORS, headers_of, is_borne_with_proof, refused_token
from api.refused_fields import refused
from api.telling import words_of
from api.verification_jobs.errors import VerificationQueueFull
from api.words import WORDS
from identity.authentication.attempts import TooManyAttempts
from identity.dpop import DPoPNonceNeeded, DPoPProofRefused
from identity.errors import LevelTooLow
from identity.levels import Level
from identity.passwords import PasswordsBusy
from identity.proofing.errors import ProviderUnavailable, TooManyProofings
from trust.errors import Conflict, Denied, Invalid, NotFound, TrustError, Unavailable, Untrusted
from trust.workers import WorkerBusy

__all__ = [
    "PROBLEM",
    "BodyTooLarge",
    "LengthMalformed",
    "PageUnknown",
    "QuotaExceeded",
    "Told",
    "TooManyQuestions",
    "TooManyRequests",
    "Unauthenticated",
    "failure",
    "install",
    "problem",
    "status_of",
]

PROBLEM: Final = "application/problem+json"

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

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


class QuotaExceeded(Denied):
    """The business system has asked as much as it may; `seconds` tells when to try again."""

    code = "request.quota_exceeded"
    detail_names: ClassVar[tuple[str, ...]] = ("seconds",)


class LengthMalformed(Invalid):
    """The Content-Length of the request is no number."""

    code = "request.length_malformed"


class BodyTooLarge(Invalid):
    """The request's body is larger than the service accepts."""

    code = "request.too_large"
    detail_names: ClassVar[tuple[str, ...]] = ("allowed",)


class PageUnknown(NotFound):
    """Somebody has opened an address under which no page is."""

    code = "page.unknown"


class TooManyQuestions(Invalid):
    """A batch asks more questions than the service answers at once."""

    code = "verification.too_many"
    detail_names: ClassVar[tuple[str, ...]] = ("allowed",)


EXCEPTIONS: Final[Mapping[type[TrustError], HTTPStatus]] = {
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    QuotaExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyProofings: HTTPStatus.TOO_MANY_REQUESTS,
    LevelTooLow: HTTPStatus.UNAUTHORIZED,
    DPoPProofRefused: HTTPStatus.UNAUTHORIZED,
    DPoPNonceNeeded: HTTPStatus.UNAUTHORIZED,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooManyQuestions: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    VerificationQueueFull: HTTPStatus.TOO_MANY_REQUESTS,
}
"""Statuses that HTTP has beside the six kinds; their errors live here, since nothing further in knows of HTTP."""

WITH_SECONDS: Final = (
    *(TooManyRequests, QuotaExceeded, TooManyAttempts, TooManyProofings, PasswordsBusy),
    *(ProviderUnavailable, VerificationQueueFull, WorkerBusy),
)
"""Errors whose `seconds` tell when to try again (RFC 9110, 10.2.3)."""


def status_of(error: type[TrustError]) -> HTTPStatus:
    """Return the status of an error by its kind."""
    if error in EXCEPTIONS:
        return EXCEPTIONS[error]
    return next(status for kind, status in STATUSES.items() if issubclass(error, kind))


def wants_english(request: Request) -> bool:
    """Tell whether the reader asked for English before Chinese."""
    return request.headers.get("accept-language", "").strip().lower().startswith("en")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a problem tells."""

    status: HTTPStatus
    code: str
    chinese: str
    english: str
    details: Mapping[str, Any]

    @classmethod
    def of(cls, error: TrustError) -> "Told":
        """Return what is told of an error of ours."""
        chinese, english = words_of(error)
        return cls(
            status=status_of(type(error)), code=error.code, chinese=chinese, english=english, details=error.details
        )

    @classmethod
    def by_code(cls, code: str, status: HTTPStatus, **details: Any) -> "Told":  # noqa: ANN401 - JSON
        """Return what is told of something that the framework refuses, or of a mistake."""
        chinese, english = WORDS[code]
        return cls(status=status, code=code, chinese=chinese, english=english, details=details)

    def body(self, *, request_id: str, in_english: bool = False) -> dict[str, Any]:
        """Return the body of the answer (RFC 9457, 3)."""
        return {
            "type": f"urn:xinyin:problem:{self.code}",
            "title": self.status.phrase,
            "status": self.status.value,
            "code": self.code,
            "detail": self.english if in_english else self.chinese,
            "detail_zh": self.chinese,
            "detail_en": self.english,
            "details": dict(self.details),
            "request_id": request_id,
        }


def problem(request: Request, error: TrustError) -> JSONResponse:
    """Return the answer that tells of an error."""
    headers: dict[str, str] = {}
    if isinstance(error, Unauthenticated):
        headers |= refused_token(request, "Bearer")
    if isinstance(error, PROOF_ERRORS):
        headers |= headers_of(error)
    if isinstance(error, LevelTooLow):  # RFC 9470, 3
        wanted = Level(int(error.details["needed"])).acr
        scheme = "DPoP" if is_borne_with_proof(request) else "Bearer"
        headers["WWW-Authenticate"] = f'{scheme} error="insufficient_user_authentication", acr_values="{wanted}"'
    if isinstance(error, WITH_SECONDS):
        headers["Retry-After"] = str(error.details["seconds"])
    return answer(request, Told.of(error), headers)


def failure(request: Request) -> JSONResponse:
    """Return the answer to a mistake of ours. Nothing of it reaches the caller; the log has it under this number."""
    return answer(request, Told.by_code("request.failed", HTTPStatus.INTERNAL_SERVER_ERROR))


def answer(request: Request, told: Told, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return a problem as the answer to a request."""
    body = told.body(request_id=getattr(request.state, "request_id", ""), in_english=wants_english(request))
    return JSONResponse(body, status_code=told.status.value, media_type=PROBLEM, headers=headers)


def allowed(app: FastAPI, request: Request) -> str:
    """Return the methods that an address takes (RFC 9110, 10.2.1): of all its routes, not of the first one alone."""
    return ", ".join(
        method
        for method in METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in app.router.routes)
    )


def opens_page(request: Request) -> bool:
    """Tell whether a person opens the address in a browser: no other program asks for HTML."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


def install(app: FastAPI, page: Callable[[Request, TrustError], Response] | None = None) -> None:
    """Let `app` answer every error with a problem. Mistakes of ours are answered around it (api/middleware.py).

    `page` tells a person who has mistyped an address that there is nothing; else that is a problem too.
    """

    def on_trust_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, TrustError)  # noqa: S101 - registered for this class
        return problem(request, error)

    def on_validation_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
        fields = [refused(one) for one in error.errors()]
        return answer(request, Told.by_code("request.malformed", HTTPStatus.UNPROCESSABLE_ENTITY, fields=fields))

    def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
        if isinstance(error.__cause__, TrustError):  # raised while the framework read the body
            return problem(request, error.__cause__)
        status = HTTPStatus(error.status_code)
        if status is HTTPStatus.NOT_FOUND and page is not None and opens_page(request):
            return page(request, PageUnknown())
        code = {404: "request.no_such_path", 405: "request.no_such_method"}.get(status, "request.refused")
        headers = {"Allow": allowed(app, request)} if status is HTTPStatus.METHOD_NOT_ALLOWED else error.headers
        return answer(request, Told.by_code(code, status), headers)

    app.add_exception_handler(TrustError, on_trust_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)
