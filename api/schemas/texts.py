"""Texts and moments as they come in: what no database holds and what deceives a reader is refused at the edge.

Half a character (a lone surrogate, which JSON can name) is no text in any encoding, and PostgreSQL holds no zero
character. Controls, marks that turn the reading direction and other signs without ink let one name pass for another.
"""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, AwareDatetime, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from starlette.exceptions import HTTPException

__all__ = ["Line", "Moment", "Name", "Prose", "Text", "require_texts"]

Place: TypeAlias = "tuple[Place, str | int] | None"
"""Where something stands in a body: in what, and there under which name or number. None is the body itself."""

MOST_PLACES: Final = 20
"""Places that an answer tells."""

DECEIVING: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories: controls, format characters, halves of characters, separators of lines and paragraphs."""

LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""What is later has no date in China any more."""

BREAKS: Final = frozenset("\t\n\r")
"""Controls that a person types into a longer text."""

UNREADABLE: Final = PydanticCustomError("text_unreadable", "holds a character that cannot be kept or read")


def is_text(text: str) -> bool:
    """Tell whether a database can hold `text`."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def is_readable(text: str) -> bool:
    """Tell whether every character of `text` shows itself to a reader."""
    return not any(unicodedata.category(character) in DECEIVING for character in text)


def require_text(text: str) -> str:
    """Return `text` if a database can hold it."""
    if not is_text(text):
        raise UNREADABLE
    return text


def require_line(text: str) -> str:
    """Return `text` if it is one line that a person can read."""
    if not is_readable(text):
        raise UNREADABLE
    return text


def require_prose(text: str) -> str:
    """Return `text` if a person can read it; it may have several lines."""
    if not is_readable("".join(character for character in text if character not in BREAKS)):
        raise UNREADABLE
    return text


def require_name(name: str) -> str:
    """Return `name` if something can bear it; else there is nothing at this address."""
    if not is_text(name):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return name


def require_moment(moment: datetime) -> datetime:
    """Return `moment` in UTC. Raise `ValueError` at the ends of the calendar, where other zones have no such moment."""
    try:
        told = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the calendar") from None
    if told >= LATEST:
        raise ValueError("beyond the calendar")
    return told


def require_texts(body: object) -> None:
    """Return if every text in a body of JSON, and every name of a member, can be held by a database.

    Raise `ValidationError` with the places of the first that cannot. The place of a member's name is the object that
    has the member.
    """
    wrong = (place for place, text in texts_of(body) if not is_text(text))
    details = [
        InitErrorDetails(type=UNREADABLE, loc=unrolled(place), input=None) for place in islice(wrong, MOST_PLACES)
    ]
    if details:
        raise ValidationError.from_exception_data("body", details)


def texts_of(body: object) -> Iterator[tuple[Place, str]]:
    """Yield every text in a body of JSON with its place.

    Not by recursion, and with places that share what they have in common: a body is as deep as its sender likes.
    """
    waiting: list[tuple[Place, Any]] = [(None, body)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, str):
            yield place, value
        elif isinstance(value, dict):
            for name, member in value.items():
                yield place, name
                waiting.append(((place, name) if is_text(name) else place, member))
        elif isinstance(value, list):
            waiting += [((place, number), member) for number, member in enumerate(value)]


def unrolled(place: Place) -> tuple[str | int, ...]:
    """Return a place as pydantic tells it."""
    steps: list[str | int] = []
    while place is not None:
        place, step = place
        steps.append(step)
    return tuple(reversed(steps))


Text = Annotated[str, AfterValidator(require_text)]
"""A text that a database can hold; what it means is checked further in."""

Line = Annotated[str, AfterValidator(require_line)]
"""A text of one line that a person reads."""

Prose = Annotated[str, AfterValidator(require_prose)]
"""A text that a person reads, of one line or several."""

Name = Annotated[str, AfterValidator(require_name)]
"""The name of something in an address: what nothing can bear leads nowhere (404)."""

Moment = Annotated[AwareDatetime, AfterValidator(require_moment)]
"""A moment with its offset, in UTC from here on."""
