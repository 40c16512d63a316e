"""How a list is turned that is paged by its last line: `before` names it, and a page that is not full is the last."""

from typing import Annotated

from fastapi import Query

from api.schemas.texts import Line

__all__ = ["Before", "Most"]

Before = Annotated[
    Line | None,
    Query(
        max_length=64, description="Identifier of the last one seen; none: the first page", examples=["share_01k9x3"]
    ),
]
Most = Annotated[int, Query(ge=1, le=200, description="How many to answer at most")]
