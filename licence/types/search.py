"""The catalogue as people search it: by name or code, by state, page by page."""

from dataclasses import dataclass
from typing import Final

from licence.lifecycle import TypeState
from licence.types.kind import LicenceType

__all__ = ["MOST_FOUND", "TypeFound", "TypePage", "TypeSearch"]

MOST_FOUND: Final = 100
"""Types on one page."""


@dataclass(frozen=True, kw_only=True)
class TypeSearch:
    """What is searched for in the catalogue."""

    text: str = ""
    """A part of a name of a version, in Chinese or in English, or of the type code; nothing: every type."""

    state: TypeState | None = None
    """A state in which one version of the type is."""

    offset: int = 0
    limit: int = MOST_FOUND

    def __post_init__(self) -> None:
        if self.offset < 0 or not 1 <= self.limit <= MOST_FOUND:
            raise ValueError("offset or limit")


@dataclass(frozen=True, kw_only=True)
class TypeFound:
    """A type that was found."""

    present: LicenceType
    """The version that stands for it: in effect, else the first that will be, else the newest."""

    newest: LicenceType
    """Its newest version, on its way or published; its number tells how many there are."""


@dataclass(frozen=True, kw_only=True)
class TypePage:
    """A page of types, in the order of their codes."""

    types: tuple[TypeFound, ...]
    total: int
    """How many there are in all."""
