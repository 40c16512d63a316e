"""The OpenAPI description: as FastAPI makes it, with every error as what is sent, a problem (RFC 9457)."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.schemas.common import Problem, malformed

__all__ = ["describe"]

REFERENCE: Final = "#/components/schemas/{model}"
OF_THE_FRAMEWORK: Final = ("HTTPValidationError", "ValidationError")
"""Schemas of an answer that is never sent: what breaks a schema is told by a problem as well."""


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the description of `app`, made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = made["components"]["schemas"]
        for name in OF_THE_FRAMEWORK:
            schemas.pop(name, None)
        schemas[Problem.__name__] = Problem.model_json_schema(ref_template=REFERENCE)
        for operations in made["paths"].values():
            for operation in operations.values():
                if OF_THE_FRAMEWORK[0] in str(operation["responses"].get("422")):
                    operation["responses"]["422"] = malformed()
        app.openapi_schema = made
    return app.openapi_schema
