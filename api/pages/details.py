"""The details of a page: a label and a value, and how days and moments are written in each language."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from api.pages.veil import Veil
from api.pages.words import Language, say
from licence.verification import CopyStanding
from trust.china_time import in_china

__all__ = ["Row", "called_in", "copy_rows", "date_row", "day", "in_china", "moment_row", "row"]

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One detail: what it is, and its value."""

    label: str
    value: str
    hint: str = ""
    moment: str = ""
    """The value for machines, where it is a date or a moment."""

    zone: str = ""
    """The time zone of a moment."""

    is_code: bool = False


def called_in(language: Language, chinese: str, english: str) -> tuple[str, str]:
    """Return a name in the language of a page, and the Chinese one, which is printed, where that is another."""
    return (chinese, "") if language is Language.CHINESE or not english else (english, chinese)


def row(language: Language, key: str, value: str, *, is_code: bool = False) -> Row:
    """Return a detail whose label stands under `key`."""
    return Row(label=say(language, key), value=value, is_code=is_code)


def date_row(key: str, one: date, language: Language) -> Row:
    """Return a detail that is a day."""
    return Row(label=say(language, key), value=day(one, language), moment=one.isoformat())


def moment_row(key: str, moment: datetime, language: Language, *, hint: str = "") -> Row:
    """Return a detail that is a moment, in China Standard Time."""
    local = in_china(moment)
    return Row(
        label=say(language, key),
        value=f"{day(local.date(), language)} {local:%H:%M:%S}",
        moment=local.isoformat(timespec="seconds"),
        zone=say(language, "result.zone"),
        hint=hint,
    )


def day(one: date, language: Language) -> str:
    """Return a day as people write it."""
    if language is Language.CHINESE:
        return f"{one.year}年{one.month}月{one.day}日"
    return f"{one.day} {MONTHS[one.month - 1]} {one.year}"


def copy_rows(copy: CopyStanding | None, veil: Veil, language: Language) -> tuple[Row, ...]:
    """Return for whom, for what and until when an annotated copy is, where a file is one."""
    if copy is None:
        return ()
    return (
        row(language, "copy.user", veil.shown(copy.user)),
        row(language, "copy.cause", veil.shown(copy.cause)),
        moment_row("copy.valid_until", copy.valid_until, language),
        row(language, "copy.identifier", copy.copy, is_code=True),
    )
