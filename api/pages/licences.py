"""What a public page shows of a licence: masked or whole, with its state and its editions (docs/public-page.md)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from api.masking import mask_code, mask_holder
from api.pages.details import Row, called_in, date_row, row
from api.pages.words import Language, say
from identity.subject import SubjectKind
from licence.lifecycle import PERMITS, LicenceState, LicenceUse
from licence.verification import FileFinding, Standing
from seal.lifecycle import SealState
from seal.records import Seal
from trust.verdict import Outcome

__all__ = ["Detail", "LicencePart", "StateNotice", "detail_of", "edition_rows", "licence_part", "licence_state"]


class Detail(StrEnum):
    """How much of a licence is shown."""

    BARE = "bare"
    """That there is one, and how it stands; for who knows its identifier, which can be guessed, and no more."""

    MASKED = "masked"
    """Enough to compare with what is printed."""

    WHOLE = "whole"
    """What the licence itself says; for who has it in hand."""


def detail_of(found: FileFinding) -> Detail:
    """Return how much of a licence is told to who sent a file: all of it to who has the licence itself, unaltered.

    A copy that was handed on for a purpose, or a file that does not hold by itself, earns nothing more than the code.
    """
    is_held = found.report.document.outcome is Outcome.PASSED and found.standing is not None and found.copy is None
    return Detail.WHOLE if is_held else Detail.MASKED


@dataclass(frozen=True, kw_only=True)
class StateNotice:
    """A state of a licence or a seal, and what it means."""

    label: str
    word: str
    meaning: str
    tone: Outcome
    """Coloured like the outcome that it stands for."""


@dataclass(frozen=True, kw_only=True)
class LicencePart:
    """A licence as the public sees it."""

    name: str
    printed: str
    """The name that stands on it, where `name` is a translation."""

    rows: tuple[Row, ...]
    state: StateNotice
    identifier: Row
    detail: Detail


def licence_part(
    standing: Standing, language: Language, detail: Detail = Detail.MASKED, *, seal: Seal | None = None
) -> LicencePart:
    """Return a licence as somebody may see it who has shown so much of it.

    `seal` is the one that it bears, where no signature at hand tells of it.
    """
    licence = standing.licence
    until = "licence.valid_until"
    no_end = row(language, until, say(language, "licence.no_end"))
    rows = (
        *named_rows(standing, language, detail),
        date_row("licence.issued_on", licence.issued_on, language),
        no_end if licence.last_day is None else date_row(until, licence.last_day, language),
        *edition_rows(standing, language),
        *(() if seal is None else (seal_row(seal, language),)),
    )
    name, printed = called_in(language, standing.type_name, standing.type_name_en)
    return LicencePart(
        name=name,
        printed=printed,
        rows=rows,
        state=licence_state(standing, language),
        identifier=row(language, "licence.identifier", shown_code(licence.identifier, detail), is_code=True),
        detail=detail,
    )


def named_rows(standing: Standing, language: Language, detail: Detail) -> tuple[Row, ...]:
    """Return who holds a licence, who issued it, and its number, as far as they may be told."""
    issuer = row(language, "licence.issuer", standing.issuer)
    match detail:
        case Detail.BARE:
            return (issuer,)
        case Detail.MASKED:
            holder = mask_holder(standing.holder, SubjectKind(standing.licence.holder[0]))
        case Detail.WHOLE:
            holder = standing.holder
        case _:
            assert_never(detail)
    number = shown_code(standing.licence.number, detail)
    return (
        row(language, "licence.holder", holder),
        issuer,
        row(language, "licence.number", number, is_code=True),
    )


def seal_row(seal: Seal, language: Language) -> Row:
    """Return the seal that a licence bears, and how it stands now; what it stamped before is not touched by that."""
    hint = "" if seal.state is SealState.ACTIVE else say(language, f"seal_state.{seal.state}.meaning")
    return Row(label=say(language, "licence.seal"), value=seal.name, hint=hint)


def shown_code(code: str, detail: Detail) -> str:
    """Return a number as it may be told."""
    return code if detail is Detail.WHOLE else mask_code(code)


def edition_rows(standing: Standing, language: Language) -> tuple[Row, ...]:
    """Return which edition a licence is and which is the newest, where there are several; and that it was on paper."""
    licence, newest = standing.licence, standing.newest
    rows = []
    if licence.edition > 1 or newest is not None:
        rows.append(row(language, "licence.edition", str(licence.edition)))
    if newest is not None:
        name = newest.state if standing.newest_in_force or newest.state is not LicenceState.IN_FORCE else "expired"
        word = say(language, f"state.{name}")
        told = say(language, "licence.newest_is", edition=str(newest.edition), word=word)
        rows.append(row(language, "licence.newest", told))
    if licence.paper_issued_on is not None:
        rows.append(date_row("licence.paper", licence.paper_issued_on, language))
    return tuple(rows)


def licence_state(standing: Standing, language: Language) -> StateNotice:
    """Return the state of a licence. What the authority did to it says more than that its period is over."""
    state = standing.licence.state
    name = "expired" if standing.expired and LicenceUse.PROVE in PERMITS[state] else state.value
    return StateNotice(
        label=say(language, "licence.state"),
        word=say(language, f"state.{name}"),
        meaning=say(language, f"state.{name}.meaning"),
        tone=Outcome.PASSED if standing.is_in_force else Outcome.FAILED,
    )
