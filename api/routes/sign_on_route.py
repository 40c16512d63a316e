"""Routes of the pages of sign-on: what goes wrong is told by a page that knows where the person came from."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from typing_extensions import override

from api.browser_sessions import FormForged, FormIncomplete
from api.logs import logger
from api.openid.pages import ProblemPage, answer_problem
from api.pages.words import Language
from api.problems import TooManyRequests, status_of
from api.refusals import Refusals
from api.routes.pages import PageRoute, failure_answer, language_of
from api.telling import words_of
from trust.errors import TrustError

__all__ = ["SignOnRoute", "problem_answer"]


def problem_answer(request: Request, error: TrustError) -> HTMLResponse:
    """Return the page that tells of an error."""
    language = language_of(request, request.query_params.get("lang"))
    chinese, english = words_of(error)
    page = ProblemPage(
        language=language,
        text=chinese if language is Language.CHINESE else english,
        request_number=str(getattr(request.state, "request_id", "")),
    )
    found = answer_problem(request, page, status=status_of(type(error)))
    if isinstance(error, TooManyRequests):
        found.headers["Retry-After"] = str(error.details["seconds"])
    return found


async def recorded(request: Request, error: TrustError) -> TrustError:
    """Put on record that a form was refused which this browser had not opened; return what is told of the error."""
    refusals: Refusals = request.app.state.refusals
    try:
        if isinstance(error, FormForged):
            await refusals.record(request, "access:bear:refused", error)
    except TooManyRequests as wait:
        return wait
    return error


class SignOnRoute(PageRoute):
    """A route of a page of sign-on. Mistakes of ours are told as on every other page."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of this route."""
        handle = APIRoute.get_route_handler(self)

        async def handle_with_pages(request: Request) -> Response:
            try:
                return await handle(request)
            except TrustError as error:
                return problem_answer(request, await recorded(request, error))
            except RequestValidationError as error:
                return problem_answer(request, FormIncomplete(field=str(error.errors()[0]["loc"][-1])))
            except HTTPException as error:
                if isinstance(error.__cause__, TrustError):  # raised while the framework read the body
                    return problem_answer(request, error.__cause__)
                if error.status_code == HTTPStatus.BAD_REQUEST:  # a form that is none
                    return problem_answer(request, FormIncomplete(field="form"))
                raise
            except Exception:  # noqa: BLE001 - logged with all it holds, and told as a page without any of it
                logger().exception("request failed", route=self.path)
                return failure_answer(request)

        return handle_with_pages
