"""Shapes that every route shares: problems, reasons, the idempotency key."""

from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field

from api.problems import PROBLEM, Unauthenticated, status_of, words_of
from trust.errors import TrustError

__all__ = ["IdempotencyKey", "Problem", "Reason", "Request", "View", "errors", "pdf_answer"]

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="A key of the caller's for this request; sending the request again under it has no second effect",
        min_length=1,
        max_length=128,
        examples=["6d1f0c2e-business-licence-0001"],
    ),
]


class Request(BaseModel):
    """A request body. What it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class View(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True)


class Problem(View):
    """A problem (RFC 9457): a stable code, and what is wrong and what to do in Chinese and English."""

    type: str = Field(examples=["urn:xinyin:problem:seal.not_active"])
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    code: str = Field(examples=["seal.not_active"])
    detail: str = Field(description="In the language that Accept-Language asks for, Chinese where it asks for none")
    detail_zh: str
    detail_en: str
    details: dict[str, Any] = Field(description="The facts behind the words")
    request_id: str = Field(description="Number of the request, as in the X-Request-ID header and in the logs")


class Reason(Request):
    """Why a step is taken; it stands in the history for good."""

    reason: str = Field(min_length=2, max_length=500, examples=["材料齐全，准予制作。"])


def example(error: type[TrustError]) -> dict[str, Any]:
    """Return an example of the problem that tells of an error."""
    told = error(**{name: f"…{name}…" for name in error.detail_names})
    chinese, english = words_of(told)
    status = status_of(error)
    return {
        "type": f"urn:xinyin:problem:{error.code}",
        "title": status.phrase,
        "status": status.value,
        "code": error.code,
        "detail": chinese,
        "detail_zh": chinese,
        "detail_en": english,
        "details": told.details,
        "request_id": "9f2c4e8a1b7d3f60",
    }


def errors(*kinds: type[TrustError], public: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return the problems of a route for its OpenAPI description, each with an example."""
    found: dict[int | str, dict[str, Any]] = {}
    told: tuple[type[TrustError], ...] = kinds if public else (Unauthenticated, *kinds)
    for kind in told:
        entry = found.setdefault(
            status_of(kind).value,
            {"model": Problem, "description": status_of(kind).phrase, "content": {PROBLEM: {"examples": {}}}},
        )
        entry["content"][PROBLEM]["examples"][kind.code] = {"value": example(kind)}
    return found


def pdf_answer(description: str) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that is a PDF."""
    return {200: {"description": description, "content": {"application/pdf": {"example": "%PDF-1.7 …"}}}}
