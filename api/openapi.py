"""The OpenAPI description: as FastAPI makes it, with every error as what is sent, a problem (RFC 9457).

Each operation names the permission that it asks for in `x-permission` (docs/permissions.md).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from api.schemas.common import Problem, malformed

__all__ = ["describe"]

REFERENCE: Final = "#/components/schemas/{model}"
OF_THE_FRAMEWORK: Final = ("HTTPValidationError", "ValidationError")
"""Schemas of an answer that is never sent: what breaks a schema is told by a problem as well."""


def permissions_of(routes: Sequence[BaseRoute]) -> Mapping[tuple[str, str], str]:
    """Return the permission that each operation asks for, by method and address."""
    return {
        (method, str(one.path_format)): permission
        for one in iter_route_contexts(routes)
        for permission in asked_by(getattr(one, "dependant", None))
        for method in one.methods or ()
    }


def asked_by(dependant: Dependant | None) -> list[str]:
    """Return the permissions that stand on the dependencies of a route (`api.authn.allow`)."""
    if dependant is None:
        return []
    own = getattr(dependant.call, "permission", None)
    return [*([] if own is None else [own.value]), *(each for one in dependant.dependencies for each in asked_by(one))]


def describe(routes: Sequence[BaseRoute], *, title: str, version: str, description: str) -> dict[str, Any]:
    """Return the description of what `routes` answer, which takes a second and a half."""
    made = get_openapi(title=title, version=version, description=description, routes=routes)
    schemas = made["components"]["schemas"]
    for name in OF_THE_FRAMEWORK:
        schemas.pop(name, None)
    schemas[Problem.__name__] = Problem.model_json_schema(ref_template=REFERENCE)
    asked = permissions_of(routes)
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            operation["x-permission"] = asked[method.upper(), path]
            if OF_THE_FRAMEWORK[0] in str(operation["responses"].get("422")):
                operation["responses"]["422"] = malformed()
    return made
