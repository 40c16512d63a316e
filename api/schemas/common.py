"""Shapes that every route shares: problems, reasons, the idempotency key."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.problems import PROBLEM, Told, Unauthenticated, status_of
from api.schemas.texts import Prose, require_texts
from trust.errors import TrustError
from trust.reasons import MAX_REASON, MIN_REASON, ReasonMissing, ReasonNamesSomebody
from trust.typefaces import CharacterNotCovered, PrivateUseCharacter

__all__ = [
    "PROBLEM_SCHEMA",
    "IdempotencyKey",
    "Problem",
    "Reason",
    "Request",
    "View",
    "errors",
    "malformed",
    "pdf_answer",
]

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


PROBLEM_SCHEMA: Final = {"$ref": "#/components/schemas/Problem"}
"""Where api/openapi.py puts the schema of `Problem`."""

SOME_NUMBER: Final = "9f2c4e8a1b7d3f60"
"""The number of the request in examples."""


class Request(BaseModel):
    """A request body. What it does not know, it refuses, and so it does what is no text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def hold_texts_alone(cls, body: Any) -> Any:  # noqa: ANN401 - JSON
        """Refuse texts that no database can hold, wherever they stand."""
        require_texts(body)
        return body


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

    reason: Prose = Field(min_length=MIN_REASON, max_length=MAX_REASON, examples=["材料齐全，准予制作。"])


def example(error: type[TrustError]) -> dict[str, Any]:
    """Return an example of the problem that tells of an error."""
    told = Told.of(error(**{name: f"…{name}…" for name in error.detail_names}))
    return told.body(request_id=SOME_NUMBER)


def malformed() -> dict[str, Any]:
    """Return the problem of a request that breaks its schema, for the OpenAPI description."""
    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "request.malformed"
    told = Told.by_code(code, status, fields=[{"field": "body.name", "rule": "string_too_short"}])
    examples = {code: {"value": told.body(request_id=SOME_NUMBER)}}
    return {"description": status.phrase, "content": {PROBLEM: {"schema": PROBLEM_SCHEMA, "examples": examples}}}


def errors(*kinds: type[TrustError], public: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return the problems of a route for its OpenAPI description, each with an example."""
    found: dict[int | str, dict[str, Any]] = {}
    told: tuple[type[TrustError], ...] = kinds if public else (Unauthenticated, *kinds)
    if ReasonMissing in told:
        told = (*told, ReasonNamesSomebody)  # whoever asks for a reason looks into it
    if CharacterNotCovered in told:
        told = (*told, PrivateUseCharacter)  # whoever looks at characters finds those of the private area as well
    for kind in told:
        entry = found.setdefault(
            status_of(kind).value,
            {"description": status_of(kind).phrase, "content": {PROBLEM: {"schema": PROBLEM_SCHEMA, "examples": {}}}},
        )
        entry["content"][PROBLEM]["examples"][kind.code] = {"value": example(kind)}
    return found


def pdf_answer(description: str) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that is a PDF."""
    return {200: {"description": description, "content": {"application/pdf": {"example": "%PDF-1.7 …"}}}}
