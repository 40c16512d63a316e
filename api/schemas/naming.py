"""How types of licences and seals are called, beside what names them by their identifiers."""

from typing import Any, Final

from pydantic import Field

__all__ = ["NAMES", "NAMES_EN", "TYPE_NAME_EN", "english"]

NAMES: Final[Any] = Field(
    description="How the types and the seals are called that are named here",
    examples=[{"type_01k9x3v5b7d2f4h6j8m0n1p3q5": "食品经营许可证"}],
)
NAMES_EN: Final[Any] = Field(
    description="The English names of those types that have one; seals have none",
    examples=[{"type_01k9x3v5b7d2f4h6j8m0n1p3q5": "Food Operation Permit"}],
)
TYPE_NAME_EN: Final[Any] = Field(
    description="The English name of the type; none: it has only the Chinese one", examples=["Business Licence"]
)


def english(name: str) -> str | None:
    """Return an English name as it is told: none where there is none."""
    return name or None
