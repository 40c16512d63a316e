"""What is asked for when a licence is to be issued 签发申请: the order, and how two orders are told apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from licence.errors import DataInvalid
from licence.paper import PaperOriginal
from licence.records import Origin
from licence.succession import Succession
from licence.types.kind import LicenceType
from licence.types.numbering import MadeNumber
from trust import requests
from trust.typefaces import require_coverage

__all__ = ["MAX_NUMBER", "IssueLicence", "fingerprint", "number_asked"]

MAX_NUMBER: Final = 64


@dataclass(frozen=True, kw_only=True)
class IssueLicence:
    """A licence that is to be issued. It shows itself without its holder's data."""

    type: str
    seal: str
    number: str
    """证照编号, as it will be printed; empty where the type makes it, and for a new edition that keeps its number."""

    holder_code: str = field(repr=False)
    """Unified social credit code or citizen number of the holder, as the type wants it; empty for a new edition:
    whoever holds the licence."""

    holder_name: str | None = field(default=None, repr=False)
    """The name of the holder as whoever asks knows it, to be held against the registry; None: not said."""

    data: Mapping[str, Any] = field(repr=False)
    first_day: date | None = None
    """First day of validity, of new editions and of what was on paper; None: the day of issue."""

    last_day: date | None = None
    request_key: str
    after: Succession | None = None
    """The licence whose place it takes."""

    paper: PaperOriginal | None = None
    """The paper licence that it is made from."""

    review: str | None = None
    """The request by which another person agreed to exactly this."""

    agreed_by: str | None = None
    """Who has agreed to a whole bulk job, of which this is a row (licence/bulk/): set by those who run it alone."""

    job: str | None = None
    """The bulk job of which this is a row: with its start a use was taken for it, where a delegate asked for it."""

    type_version: int | None = None
    """The version of the type by which this was looked at: by no other is it issued. None: whichever is in effect."""

    def __post_init__(self) -> None:
        if self.after is not None and self.paper is not None:
            raise ValueError("what was on paper has no electronic predecessor")

    @property
    def origin(self) -> Origin:
        """How the licence comes to be."""
        if self.after is not None:
            return self.after.origin
        return Origin.ISSUE if self.paper is None else Origin.PAPER


def number_asked(kind: LicenceType, command: IssueLicence, *, before: str | None = None) -> str:
    """Return the number 证照编号 that is asked for; empty where the type makes it. Raise `DataInvalid`.

    What was on paper keeps its number, and so does a new edition: `before` is that of the licence whose place it takes,
    which it has where it is told no other.
    """
    number = command.number.strip() or before or ""
    if isinstance(kind.number_rule, MadeNumber) and (command.after, command.paper) == (None, None):
        if number:
            raise DataInvalid(field="number", rule="made")
        return ""
    if not 0 < len(number) <= MAX_NUMBER:
        raise DataInvalid(field="number", rule="length")
    require_coverage(number, field="number")
    return number


def fingerprint(command: IssueLicence) -> str:
    """Return the digest by which two requests are compared. Raise `DataInvalid` for what is no text."""
    last = None if command.last_day is None else command.last_day.isoformat()
    content: list[Any] = [command.type, command.seal, command.number, command.holder_code, dict(command.data), last]
    # What is not asked for adds nothing: a request of before is still itself.
    if command.first_day is not None:
        content.append({"first_day": command.first_day.isoformat()})
    if command.holder_name is not None:
        content.append({"holder_name": command.holder_name})
    if command.after is not None:
        content.append({"after": [command.after.predecessor, command.after.event.value, command.after.reason]})
    if command.paper is not None:
        content.append({"paper": [command.paper.scan, command.paper.issued_on.isoformat()]})
    try:
        return requests.fingerprint("licence:issue", content)
    except UnicodeEncodeError:  # JSON can spell half a character
        raise DataInvalid(field="", rule="encoding") from None
