"""Answers of the SCIM service: its media type, and its errors (RFC 7644, 3.12) in place of ours."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.problems import Told, problem, status_of
from identity.provisioning.errors import AccountChanged
from trust.errors import Invalid, TrustError

__all__ = ["ERROR", "PREFIX", "SCIM", "ScimResponse", "install"]

SCIM: Final = "application/scim+json"
PREFIX: Final = "/scim/v2"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
FAILED_PRECONDITION: Final = 412

Handler = Callable[[Request, Exception], Response | Awaitable[Response]]


class ScimResponse(JSONResponse):
    """JSON of the protocol."""

    media_type = SCIM


def told(error: TrustError) -> dict[str, Any]:
    """Return an error of ours as the protocol has it; our own code stands beside, for whoever looks it up."""
    status = FAILED_PRECONDITION if isinstance(error, AccountChanged) else status_of(type(error)).value
    words = Told.of(error)
    body: dict[str, Any] = {"schemas": [ERROR], "status": str(status), "detail": words.english, "code": error.code}
    kind = getattr(error, "scim_type", "invalidValue" if isinstance(error, Invalid) else None)
    return body | ({} if kind is None else {"scimType": kind})


def refusal(request: Request, error: Exception, usual: Response) -> Response:
    """Return an error of the protocol that says what the usual answer to an error would have said."""
    cause = error if isinstance(error, TrustError) else error.__cause__
    if isinstance(cause, TrustError):
        body = told(cause)
        headers: Mapping[str, str] = {
            name: value for name, value in problem(request, cause).headers.items() if name in KEPT
        }
        return ScimResponse(body, status_code=int(body["status"]), headers=dict(headers))
    status = 400 if isinstance(error, RequestValidationError) else usual.status_code
    body = {"schemas": [ERROR], "status": str(status), "detail": "The request is not as the protocol has it"}
    if status == 400:  # noqa: PLR2004 - RFC 7644, 3.12
        body["scimType"] = "invalidSyntax"
    return ScimResponse(body, status_code=status, headers={n: v for n, v in usual.headers.items() if n in KEPT})


KEPT: Final = frozenset({"www-authenticate", "retry-after", "allow"})


def install(app: FastAPI) -> None:
    """Answer errors under the service's addresses as the protocol has them, and all others as before."""
    for kind in (TrustError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, choosing(app.exception_handlers[kind]))


def choosing(before: Any) -> Handler:  # noqa: ANN401 - as Starlette has it
    """Return a handler that answers for the service, and leaves the rest to the one before."""

    def handle(request: Request, error: Exception) -> Response:
        usual: Response = before(request, error)
        return refusal(request, error, usual) if request.url.path.startswith(f"{PREFIX}/") else usual

    return handle
