"""Pages on which the device itself reads and checks a QR code, and those of a holder's live code 亮证, as values."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.pages.details import Row, called_in, date_row, moment_row, row
from api.pages.licences import StateNotice, edition_rows, licence_state
from api.pages.scripts import CHECKING, SCANNING, Scripted
from api.pages.words import Language, say
from licence.live.codes import LiveAnswer
from trust.verdict import Outcome

__all__ = ["DevicePage", "LiveAnswerPage", "LivePage", "ScanPage", "live_answer_page"]


@dataclass(frozen=True, kw_only=True)
class DevicePage(Scripted):
    """The page on which the device checks a QR code by itself."""

    template: ClassVar[str] = "device.html.j2"
    spoken: ClassVar[tuple[str, ...]] = CHECKING

    @property
    def title(self) -> str:
        """The title of the window."""
        return say(self.language, "device.title")


@dataclass(frozen=True, kw_only=True)
class ScanPage(Scripted):
    """The page on which the camera of the device reads a QR code."""

    template: ClassVar[str] = "scan.html.j2"
    spoken: ClassVar[tuple[str, ...]] = SCANNING

    @property
    def title(self) -> str:
        """The title of the window."""
        return say(self.language, "scan.title")


@dataclass(frozen=True, kw_only=True)
class LivePage:
    """The page that a code on a holder's phone leads to. It asks before it checks: the code answers once."""

    template: ClassVar[str] = "live.html.j2"

    language: Language
    secret: str

    @property
    def title(self) -> str:
        """The title of the window."""
        return say(self.language, "live.title")


@dataclass(frozen=True, kw_only=True)
class LiveAnswerPage:
    """What the code answers."""

    template: ClassVar[str] = "live_answer.html.j2"

    language: Language
    outcome: Outcome
    word: str
    lead: str
    checked_at: Row
    name: str
    printed: str
    """The name that stands on the licence, where `name` is a translation."""

    rows: tuple[Row, ...]
    state: StateNotice
    photo: str | None

    @property
    def title(self) -> str:
        """The title of the window: the answer comes first."""
        return f"{self.word} · {self.name}"


def live_answer_page(answer: LiveAnswer, *, language: Language, at: datetime) -> LiveAnswerPage:
    """Return the page that answers for a code on a holder's phone. Nothing is masked: the holder shows it."""
    standing = answer.standing
    licence = standing.licence
    outcome = Outcome.PASSED if standing.is_in_force else Outcome.FAILED
    until = "licence.valid_until"
    no_end = row(language, until, say(language, "licence.no_end"))
    rows = [
        row(language, "licence.holder", standing.holder),
        row(language, "licence.issuer", standing.issuer),
        row(language, "licence.number", licence.number, is_code=True),
        row(language, "licence.identifier", licence.identifier, is_code=True),
        date_row("licence.issued_on", licence.issued_on, language),
        no_end if licence.last_day is None else date_row(until, licence.last_day, language),
        *edition_rows(standing, language),
    ]
    if answer.code.purpose:
        rows.append(row(language, "live.purpose", answer.code.purpose))
    name, printed = called_in(language, standing.type_name, standing.type_name_en)
    return LiveAnswerPage(
        language=language,
        outcome=outcome,
        word=say(language, f"outcome.{outcome}"),
        lead=say(language, f"live.lead.{outcome}"),
        checked_at=moment_row("result.checked_at", at, language),
        name=name,
        printed=printed,
        rows=tuple(rows),
        state=licence_state(standing, language),
        photo=answer.photo,
    )
