"""What a public page shows of a licence: masked, with its state and its editions."""

from dataclasses import dataclass

from api.masking import mask_code, mask_holder
from api.pages.details import Row, date_row, row
from api.pages.words import Language, say
from identity.subject import SubjectKind
from licence.lifecycle import PERMITS, LicenceState, LicenceUse
from licence.verification import Standing
from trust.verdict import Outcome

__all__ = ["LicencePart", "StateNotice", "edition_rows", "licence_part", "licence_state"]


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
    rows: tuple[Row, ...]
    state: StateNotice
    identifier: Row


def licence_part(standing: Standing, language: Language) -> LicencePart:
    """Return a licence as the public sees it."""
    licence = standing.licence
    holder = mask_holder(standing.holder, SubjectKind(licence.holder[0]))
    until = "licence.valid_until"
    no_end = row(language, until, say(language, "licence.no_end"))
    rows = (
        row(language, "licence.holder", holder, is_chinese=True),
        row(language, "licence.issuer", standing.issuer, is_chinese=True),
        row(language, "licence.number", mask_code(licence.number), is_code=True),
        date_row("licence.issued_on", licence.issued_on, language),
        no_end if licence.last_day is None else date_row(until, licence.last_day, language),
        *edition_rows(standing, language),
    )
    return LicencePart(
        name=standing.type_name,
        rows=rows,
        state=licence_state(standing, language),
        identifier=row(language, "licence.identifier", mask_code(licence.identifier), is_code=True),
    )


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
