"""What is to be verified, as it comes in: a form with a file, or JSON with a code, an identifier or a file in base64.

A route that takes both cannot leave the reading to the framework, which reads one kind of body at each address.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeAlias, TypeVar

from fastapi import Request as HTTPRequest
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from starlette.datastructures import FormData, UploadFile

from api.schemas.common import Request
from api.schemas.texts import Line, Text
from api.verification_jobs.jobs import Order

__all__ = [
    "BATCH_BODY",
    "BODY",
    "FILE_BODY",
    "ClaimAsked",
    "IdentifierAsked",
    "Question",
    "read_batch",
    "read_order",
    "read_question",
]

MAX_CLAIM: Final = 512
MAX_IDENTIFIER: Final = 256
MAX_NAME: Final = 255
MAX_PASSWORD: Final = 256
FORM: Final = "multipart/form-data"
MOST_FIELDS: Final = 8
"""Fields of a form that are no files."""

ONE_OF: Final = ("claim", "identifier", "file")
MOST_ITEMS: Final = 1000
"""Of a batch, whatever the operator allows."""

Model = TypeVar("Model", bound=BaseModel)


def decoded(text: str) -> bytes:
    """Return the octets that are written in base64 (RFC 4648, 4)."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise PydanticCustomError("base64", "is not base64") from None


def require_base64(text: str) -> str:
    """Return `text` if it is base64."""
    decoded(text)
    return text


Base64 = Annotated[str, AfterValidator(require_base64)]
FileName = Annotated[Line, Field(max_length=MAX_NAME, description="What a report calls the file")]


class VerificationOrder(Request):
    """One thing to be verified: a code, a licence identifier, or a file."""

    claim: Text | None = Field(
        default=None, max_length=MAX_CLAIM, description="Text of a QR code, or its address", examples=["AR8wf1bV…"]
    )
    identifier: Text | None = Field(
        default=None,
        max_length=MAX_IDENTIFIER,
        description="证照标识 licence identifier (GB/T 36904)",
        examples=["1.2.156.3005.2.11100000MB0127170X001.11330100MB0000001A.330199002000001.001.A"],
    )
    file: Base64 | None = Field(default=None, description="The file in base64", examples=["JVBERi0xLjcK…"])
    content: Base64 | None = Field(default=None, description="What a detached signature covers, in base64")
    name: FileName = ""
    password: Text | None = Field(default=None, max_length=MAX_PASSWORD, description="Of an encrypted PDF")

    @model_validator(mode="after")
    def ask_one_thing(self) -> "VerificationOrder":
        """Refuse what asks for nothing, or for several things."""
        if sum(getattr(self, one) is not None for one in ONE_OF) != 1:
            raise PydanticCustomError("one_of", "asks for exactly one of claim, identifier and file")
        if self.file is None and (self.content is not None or self.password is not None):
            raise PydanticCustomError("one_of", "content and password go with a file")
        return self


class VerificationBatch(Request):
    """Several things to be verified, each by itself."""

    items: tuple[VerificationOrder, ...] = Field(min_length=1, max_length=MOST_ITEMS)


class FormFields(Request):
    """The fields of a form beside its files."""

    name: FileName = ""
    password: Text | None = Field(default=None, max_length=MAX_PASSWORD)


@dataclass(frozen=True)
class ClaimAsked:
    """A question about a code."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class IdentifierAsked:
    """A question about a licence identifier."""

    text: str = field(repr=False)


Question: TypeAlias = ClaimAsked | IdentifierAsked | Order


def question_of(order: VerificationOrder) -> Question:
    """Return what is asked."""
    if order.claim is not None:
        return ClaimAsked(text=order.claim)
    if order.identifier is not None:
        return IdentifierAsked(text=order.identifier)
    return Order(
        file=decoded(order.file or ""),
        content=None if order.content is None else decoded(order.content),
        name=order.name,
        password=order.password or None,
    )


async def read_question(request: HTTPRequest) -> Question:
    """Return what a request asks, whichever way it is written. Raise `RequestValidationError`."""
    if is_form(request):
        return await read_order(request)
    return question_of(checked(VerificationOrder, await body_of(request)))


async def read_order(request: HTTPRequest) -> Order:
    """Return the file of a form, with what is said of it. Raise `RequestValidationError`."""
    if not is_form(request):
        question = await read_question(request)
        if not isinstance(question, Order):
            raise missing("file")
        return question
    async with request.form(max_files=2, max_fields=MOST_FIELDS) as form:
        return await order_of(form)


async def read_batch(request: HTTPRequest) -> tuple[Question, ...]:
    """Return everything that a request asks, in its order. Raise `RequestValidationError`."""
    if not is_form(request):
        return tuple(map(question_of, checked(VerificationBatch, await body_of(request)).items))
    async with request.form(max_fields=MOST_FIELDS) as form:
        uploads = [one for one in form.getlist("file") if isinstance(one, UploadFile)]
        fields = fields_of(form)
        if not uploads or len(uploads) != len(form.getlist("file")):
            raise missing("file")
        return tuple([Order(file=await one.read(), name=name_of(one), password=fields.password) for one in uploads])


async def order_of(form: FormData) -> Order:
    """Return what a form asks."""
    file, content = form.get("file"), form.get("content")
    fields = fields_of(form)
    if not isinstance(file, UploadFile) or len(form.getlist("file")) != 1:
        raise missing("file")
    return Order(
        file=await file.read(),
        content=await content.read() if isinstance(content, UploadFile) else None,
        name=fields.name or name_of(file),
        password=fields.password or None,
    )


def fields_of(form: FormData) -> FormFields:
    """Return the fields of a form that are texts."""
    return checked(FormFields, {name: value for name, value in form.items() if isinstance(value, str)})


def name_of(upload: UploadFile) -> str:
    """Return what a file is called, without the folders that some browsers send, as far as it can be shown."""
    name = (upload.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(one for one in name if one.isprintable())[:MAX_NAME]


def is_form(request: HTTPRequest) -> bool:
    """Tell whether a request's body is a form with files."""
    return request.headers.get("content-type", "").lower().startswith(FORM)


async def body_of(request: HTTPRequest) -> object:
    """Return the JSON of a body. Raise `RequestValidationError` for what is none."""
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",)}]) from None


def checked(model: type[Model], told: object) -> Model:
    """Return what was told as a model. Raise `RequestValidationError` with the places of what is wrong."""
    try:
        return model.model_validate(told)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in found]) from None


def missing(field: str) -> RequestValidationError:
    """Return what is raised where a file is not there, there more than once, or none."""
    return RequestValidationError([{"type": "missing", "loc": ("body", field)}])


# --- for the description of the API

ORDER_SCHEMA: Final = VerificationOrder.model_json_schema()
FILE_ORDER_SCHEMA: Final = {
    **ORDER_SCHEMA,
    "required": ["file"],
    "properties": {name: one for name, one in ORDER_SCHEMA["properties"].items() if name not in ONE_OF[:2]},
}
PASSWORD_SCHEMA: Final = {"type": "string", "maxLength": MAX_PASSWORD, "description": "Of an encrypted PDF"}
NAME_SCHEMA: Final = {"type": "string", "maxLength": MAX_NAME, "description": "What a report calls the file"}
FILE_SCHEMA: Final = {
    "type": "string",
    "contentMediaType": "application/octet-stream",
    "description": "PDF, OFD, electronic seal, seal signature, signed message, or the text of a QR code",
}
CONTENT_SCHEMA: Final = {**FILE_SCHEMA, "description": "What a detached signature covers"}
SOME_CLAIM: Final = {"claim": "AR8wf1bV…"}
SOME_FILE: Final = {"file": "JVBERi0xLjcK", "name": "licence.pdf"}


def body(files: Mapping[str, Any], *, schema: Mapping[str, Any], example: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of a body that is a form with `files`, or JSON by `schema`."""
    form = {"type": "object", "required": ["file"], "properties": {**files, "password": PASSWORD_SCHEMA}}
    content = {
        FORM: {"schema": form, "example": {"file": "%PDF-1.7 …"}},
        "application/json": {"schema": dict(schema), "example": dict(example)},
    }
    return {"requestBody": {"required": True, "content": content}}


ONE_FILE: Final = {"file": FILE_SCHEMA, "content": CONTENT_SCHEMA, "name": NAME_SCHEMA}
BODY: Final = body(ONE_FILE, schema=ORDER_SCHEMA, example=SOME_CLAIM)
FILE_BODY: Final = body(ONE_FILE, schema=FILE_ORDER_SCHEMA, example=SOME_FILE)
BATCH_BODY: Final = body(
    {"file": {"type": "array", "items": FILE_SCHEMA}},
    schema={
        "type": "object",
        "required": ["items"],
        "additionalProperties": False,
        "properties": {"items": {"type": "array", "minItems": 1, "maxItems": MOST_ITEMS, "items": ORDER_SCHEMA}},
    },
    example={"items": [SOME_CLAIM, SOME_FILE]},
)
BATCH_BODY["requestBody"]["content"][FORM]["example"] = {"file": ["%PDF-1.7 …", "%PDF-1.7 …"]}
