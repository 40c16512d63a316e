"""Answers of the protocol endpoints: errors as RFC 6749 has them, with our stable `code` and words beside."""

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from typing_extensions import override

from api.challenges import PROOF_ERRORS, headers_of, is_borne_with_proof, refused_token
from api.problems import Told, TooManyRequests, Unauthenticated
from api.refusals import Refusals
from identity.errors import AssertionRefused
from identity.federation.errors import TicketRefused
from identity.openid.errors import AccessTokenRefused, GrantRefused, TokenRequestRefused
from trust.errors import Denied, TrustError, Unavailable

__all__ = ["ProtocolRoute", "error_of", "form_of", "protocol_errors", "refused", "with_parameters"]

STATUSES: Final = {
    "invalid_client": HTTPStatus.UNAUTHORIZED,
    "invalid_token": HTTPStatus.UNAUTHORIZED,
    "temporarily_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}
MAX_FIELDS: Final = 40
RESOURCE: Final = "resource"
LONGEST_FIELD: Final = 8192
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


KINDS: Final[Mapping[type[TrustError], str]] = {
    AssertionRefused: "invalid_client",
    Unauthenticated: "invalid_token",
    TooManyRequests: "temporarily_unavailable",
    Unavailable: "temporarily_unavailable",
    Denied: "invalid_grant",
    TrustError: "invalid_request",
}
"""What errors are called that the protocol does not know, by the first kind that they are of."""


def error_of(error: TrustError) -> str:
    """Return what the protocol calls an error (RFC 6749, 5.2)."""
    if "error" in error.details:
        return str(error.details["error"])
    named = getattr(type(error), "oauth_error", None)
    return named if isinstance(named, str) else KINDS[next(kind for kind in KINDS if isinstance(error, kind))]


def status_of(error: TrustError) -> HTTPStatus:
    """Return the status of an error at a protocol endpoint."""
    if isinstance(error, TooManyRequests):
        return HTTPStatus.TOO_MANY_REQUESTS
    return STATUSES.get(error_of(error), HTTPStatus.BAD_REQUEST)


def refused(request: Request, error: TrustError) -> JSONResponse:
    """Return an error as the answer of a protocol endpoint."""
    headers: dict[str, str] = {}
    if isinstance(error, (AccessTokenRefused, Unauthenticated)):  # RFC 6750, 3
        headers |= refused_token(request, 'Bearer error="invalid_token"')
    status = status_of(error)
    if status is HTTPStatus.UNAUTHORIZED and request.headers.get("authorization", "").lower().startswith("basic"):
        headers["WWW-Authenticate"] = 'Basic realm="private_key_jwt"'  # RFC 6749, 5.2
    if isinstance(error, PROOF_ERRORS):
        headers |= headers_of(error)
        if is_borne_with_proof(request):  # where a token is used, and not asked for (RFC 9449, 7.1)
            status = HTTPStatus.UNAUTHORIZED
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.details["seconds"])
    return JSONResponse(body_of(error), status_code=status.value, headers=headers)


async def record(request: Request, error: TrustError) -> None:
    """Put on record that a request was refused, before it is answered.

    Not what is on record already, where it was found and with whose it is; nor that there were too many from an
    address, or that something is out of order: nothing is decided by that.
    """
    if isinstance(error, (GrantRefused, TicketRefused, TooManyRequests, Unavailable)):
        return
    if isinstance(error, AssertionRefused) and error.details["fault"] != "type":
        return
    refusals: Refusals = request.app.state.refusals
    await refusals.record(request, "openid_token:ask:refused", error, error=error_of(error))


class ProtocolRoute(APIRoute):
    """A route whose errors are those of the protocol. Each refusal is on record before it is answered."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of this route."""
        handle = super().get_route_handler()

        async def handle_with_errors(request: Request) -> Response:
            try:
                return await handle(request)
            except TrustError as error:
                refusal = error
            except RequestValidationError as error:
                refusal = TokenRequestRefused(error="invalid_request", fault=str(error.errors()[0]["loc"][-1]))
            except HTTPException as error:
                if isinstance(error.__cause__, TrustError):  # raised while the framework read the body
                    raise
                refusal = TokenRequestRefused(error="invalid_request", fault="the form cannot be read")
            try:
                await record(request, refusal)
            except TooManyRequests as wait:  # what is refused before it was counted
                refusal = wait
            return refused(request, refusal)

        return handle_with_errors


async def form_of(request: Request) -> dict[str, str]:
    """Return the form of a request, each field of which stands there once (RFC 6749, 3.2). Empty ones count as none.

    Raise `TokenRequestRefused`, also for what is no form: whoever sends JSON is told that, and not that all is missing.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in FORMS and await request.body():
        raise TokenRequestRefused(error="invalid_request", fault=f"send the parameters as {FORMS[0]}")
    form = await request.form(max_files=0, max_fields=MAX_FIELDS)
    return single(form.multi_items())


def single(items: list[tuple[str, Any]]) -> dict[str, str]:
    """Return parameters that stand there once, but for `resource` (RFC 8707, 2), whose values are put side by side.

    Raise `TokenRequestRefused`.
    """
    found: dict[str, str] = {}
    for name, value in items:
        if name == RESOURCE and found.get(name) and isinstance(value, str):
            value = f"{found.pop(name)} {value}"  # noqa: PLW2901 - looked at by the rules of one
        if name in found or not isinstance(value, str) or len(value) > LONGEST_FIELD or "\x00" in value:
            raise TokenRequestRefused(error="invalid_request", fault=f"{name[:64]!a} stands there twice, or is no text")
        found[name] = value
    return {name: value for name, value in found.items() if value}


def with_parameters(address: str, parameters: Mapping[str, str | None]) -> str:
    """Return an address with parameters added to its query (RFC 6749, 3.1.2)."""
    told = urlencode({name: value for name, value in parameters.items() if value is not None})
    if not told:
        return address
    return f"{address}{'&' if urlsplit(address).query else '?'}{told}"


def protocol_errors(*kinds: type[TrustError]) -> dict[int | str, dict[str, Any]]:
    """Return the errors of a protocol endpoint for its OpenAPI description, each with an example."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        error = kind(**{one: "invalid_request" if one == "error" else f"…{one}…" for one in kind.detail_names})
        status = status_of(error)
        entry = found.setdefault(
            status.value,
            {
                "description": status.phrase,
                "content": {"application/json": {"schema": ERROR_SCHEMA, "examples": {}}},
            },
        )
        entry["content"]["application/json"]["examples"][kind.code] = {"value": body_of(error)}
    return found


ERROR_SCHEMA: Final = {
    "type": "object",
    "required": ["error", "error_description", "code"],
    "properties": {
        "error": {"type": "string"},
        "error_description": {"type": "string"},
        "code": {"type": "string"},
        "detail_zh": {"type": "string"},
        "details": {"type": "object"},
    },
}
"""An error of the protocol (RFC 6749, 5.2)."""


def body_of(error: TrustError) -> dict[str, Any]:
    """Return the body that tells of an error."""
    told = Told.of(error)
    return {
        "error": error_of(error),
        "error_description": told.english,
        "code": told.code,
        "detail_zh": told.chinese,
        "details": dict(told.details),
    }
