"""Licences and tables of them on the wire."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.naming import NAMES, NAMES_EN
from api.schemas.texts import Prose
from licence.grounds import Ground
from licence.lifecycle import LicenceEvent, LicenceState
from licence.paper import PaperOriginal
from licence.records import CHINA, StateThen
from licence.repository import Licence, LicenceHistoryEntry, LicenceQuery
from licence.service import IssueLicence
from licence.succession import Succession
from trust.reasons import MAX_REASON, MIN_REASON

__all__ = [
    "EditionIssue",
    "LicenceDetails",
    "LicenceIssue",
    "LicencePage",
    "LicenceSearch",
    "LicenceView",
    "PaperOriginalBody",
    "ReasonAndGround",
    "StateThenView",
]


SuccessionName: TypeAlias = Literal["change", "renew", "replace", "correct"]

Day = Annotated[date, Field(ge=date(1970, 1, 2), le=date(9999, 12, 30), examples=["2026-11-22"])]
"""A day that a licence may be issued on, or end on."""


FirstDay = Annotated[date, Field(ge=date(1900, 1, 1))]
"""A day on which something began that is valid still. What lies before is a slip of the pen, such as 0026-11-22."""


class PaperOriginalBody(Request):
    """The paper licence that an electronic one is made from."""

    scan: str = Field(description="Identifier of its scan", examples=["scan_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    issued_on: FirstDay = Field(description="When the paper was issued", examples=["2019-03-18"])


class LicenceOrder(Request):
    """What a licence is to be. It shows itself without its holder's data."""

    type: str = Field(description="Identifier or type code", examples=["11100000MB0127170X001"])
    seal: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    number: str = Field(
        default="",
        max_length=64,
        description="证照编号, as printed; left out where the type makes it, and where a new edition keeps it",
        examples=["330100000202600001"],
    )
    holder_code: str = Field(
        description="Credit code or citizen number of the holder", examples=["91330100MA2XXXXX1A"], repr=False
    )
    data: dict[str, Any] = Field(examples=[{"name": "杭州某某数字科技股份有限公司"}], repr=False)
    first_day: FirstDay | None = Field(
        default=None,
        description="First day of validity, of a new edition or of what was on paper; none: the day of issue",
    )
    last_day: date | None = Field(default=None, description="Last day of validity; none: as the type says")

    def ordered(self, request_key: str) -> IssueLicence:
        """Return the command to issue this."""
        return IssueLicence(
            type=self.type,
            seal=self.seal,
            number=self.number,
            holder_code=self.holder_code,
            data=self.data,
            first_day=self.first_day,
            last_day=self.last_day,
            request_key=request_key,
        )


class LicenceIssue(LicenceOrder):
    """A licence that is to be issued."""

    paper: PaperOriginalBody | None = Field(default=None, description="The paper licence that it is made from 存量证照")

    def command(self, request_key: str) -> IssueLicence:
        """Return the command."""
        paper = None if self.paper is None else PaperOriginal(scan=self.paper.scan, issued_on=self.paper.issued_on)
        return replace(self.ordered(request_key), paper=paper)


class EditionIssue(LicenceOrder):
    """A new edition of a licence, which takes its place."""

    holder_code: str = Field(
        default="",
        description="Credit code or citizen number of the holder; left out: who holds the licence",
        examples=["91330100MA2XXXXX1A"],
        repr=False,
    )
    event: SuccessionName = Field(description="change 变更, renew 延续, replace 换发、补发, correct 更正")
    reason: Prose = Field(min_length=MIN_REASON, max_length=MAX_REASON, examples=["有效期届满前申请延续，准予延续。"])

    def command(self, licence: str, request_key: str) -> IssueLicence:
        """Return the command that lets this edition take the place of `licence`."""
        after = Succession(predecessor=licence, event=LicenceEvent(self.event), reason=self.reason)
        return replace(self.ordered(request_key), after=after)


class ReasonAndGround(Request):
    """Why a licence ends; both stand in the history for good."""

    reason: Prose = Field(min_length=MIN_REASON, max_length=MAX_REASON, examples=["持证人申请注销，予以办理。"])
    ground: Ground | None = Field(
        default=None, description="依据, one of those of this event (docs/licences.md)", examples=["renounced"]
    )


class LicenceView(View):
    """A licence of the registry."""

    id: str = Field(examples=["lic_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    state: str = Field(examples=["in_force"])
    since: datetime = Field(description="Since when it stands so")
    type: str
    type_version: int = Field(description="Version of the type by which it was issued", examples=[1])
    issuer: str = Field(description="Unified identifier of the issuing authority", examples=["O3F6H8J1L4N7Q2S5U9"])
    identifier: str = Field(description="电子证照标识, GB/T 36904")
    edition: int = Field(description="证照版本, as in the identifier", examples=[1])
    origin: str = Field(description="How it came to be", examples=["issue"])
    predecessor: str | None = Field(description="The edition whose place it took")
    successor: str | None = Field(description="The edition that took its place")
    number: str
    holder: str = Field(description="Unified identifier of the holder")
    seal: str
    issued_on: date
    first_day: date = Field(description="First day of validity")
    last_day: date | None
    paper_issued_on: date | None = Field(description="When the paper was issued that it was made from, if it was")
    file: str | None = Field(description="SM3 of the PDF")
    former_file: str | None = Field(description="SM3 of the PDF before it got a time-stamp later, if it did")
    level: str | None = Field(description="Level of the document signature", examples=["B-T"])
    awaits_time_stamp: bool = Field(
        description="No time-stamp authority answered when it was signed; a time-stamp follows, and the file changes"
    )
    address: str | None = Field(description="What the QR code holds")

    @classmethod
    def of(cls, licence: Licence) -> "LicenceView":
        """Return the view of a licence."""
        return cls(
            id=licence.id,
            state=licence.state,
            since=licence.entered_at,
            type=licence.type,
            type_version=licence.type_version,
            issuer=licence.issuer,
            identifier=licence.identifier,
            edition=licence.edition,
            origin=licence.origin,
            predecessor=licence.predecessor,
            successor=licence.successor,
            number=licence.number,
            holder=licence.holder,
            seal=licence.seal,
            issued_on=licence.issued_on,
            first_day=licence.valid_from,
            last_day=licence.last_day,
            paper_issued_on=licence.paper_issued_on,
            file=licence.file,
            former_file=licence.former_file,
            level=licence.level,
            awaits_time_stamp=licence.awaits_time_stamp,
            address=licence.claim,
        )


class LicenceHistoryView(View):
    """One step in the life of a licence."""

    event: str
    state: str
    actor: str
    at: datetime
    reason: str
    ground: str | None
    request: str | None = Field(description="The request for review by which another person agreed")


class StateThenView(View):
    """How a licence stood at a moment."""

    at: datetime
    state: str | None = Field(description="None: there was none yet", examples=["in_force"])
    since: datetime | None
    in_force: bool = Field(description="Whether it proved anything then")
    within_validity: bool = Field(description="Whether the moment lies between its first and its last day")
    annulled: bool = Field(description="Whether it was withdrawn since, as never lawfully granted")

    @classmethod
    def of(cls, then: StateThen) -> "StateThenView":
        """Return the view."""
        return cls(
            at=then.at,
            state=then.state,
            since=then.since,
            in_force=then.is_in_force,
            within_validity=then.state is not None and not then.expired,
            annulled=then.annulled,
        )


class LicenceDetails(LicenceView):
    """A licence with its data and its history, for its issuer."""

    data: dict[str, Any]
    history: list[LicenceHistoryView]
    then: StateThenView | None = Field(description="How it stood at the moment that was asked for")
    names: dict[str, str] = NAMES
    names_en: dict[str, str] = NAMES_EN

    @classmethod
    def whole(
        cls,
        licence: Licence,
        history: tuple[LicenceHistoryEntry, ...],
        *,
        then: StateThen | None,
        names: Mapping[str, str],
        names_en: Mapping[str, str],
    ) -> "LicenceDetails":
        """Return the view of a licence with everything, and how it stood at a moment if one was asked for."""
        steps = [
            LicenceHistoryView(
                event="prepare" if one.event is None else one.event.value,
                state=one.state,
                actor=one.actor,
                at=one.at,
                reason=one.reason,
                ground=one.ground,
                request=one.request,
            )
            for one in history
        ]
        told = LicenceView.of(licence).model_dump()
        stood = None if then is None else StateThenView.of(then)
        return cls(
            **told,
            data=dict(licence.data),
            history=steps,
            then=stood,
            names=dict(names),
            names_en=dict(names_en),
        )


class LicenceSearch(Request):
    """Which licences of an authority are looked for. What is left out does not matter."""

    issuer: str = Field(description="Unified identifier of the issuing authority", examples=["O3F6H8J1L4N7Q2S5U9"])
    type: str | None = Field(default=None, description="Identifier or type code", examples=["11100000MB0127170X001"])
    state: LicenceState | None = None
    number: str | None = Field(default=None, max_length=64, examples=["330100000202600001"])
    identifier: str | None = Field(default=None, max_length=128, description="电子证照标识")
    holder_code: str | None = Field(default=None, max_length=18, examples=["91330100MA2XXXXX1A"], repr=False)
    issued_from: Day | None = Field(default=None, description="First day of issue")
    issued_until: Day | None = Field(default=None, description="Last day of issue, included")
    ends_from: Day | None = Field(default=None, description="The last day of validity is this one or later")
    ends_until: Day | None = Field(default=None, description="The last day of validity is this one or before")
    before: str | None = Field(default=None, max_length=64, description="`next` of the page before")
    limit: int = Field(default=50, ge=1, le=200)

    def query(self, kind: str | None) -> LicenceQuery:
        """Return the question; `kind` is the identifier of the type."""
        until = self.issued_until
        return LicenceQuery(
            issuer=self.issuer,
            type=kind,
            state=self.state,
            number=self.number,
            identifier=self.identifier,
            issued_from=None if self.issued_from is None else midnight(self.issued_from),
            issued_before=None if until is None else midnight(until) + timedelta(days=1),
            ends_from=self.ends_from,
            ends_until=self.ends_until,
        )


def midnight(day: date) -> datetime:
    """Return when a day begins in China."""
    return datetime.combine(day, time.min, tzinfo=CHINA)


class LicencePage(View):
    """Licences, newest first."""

    licences: list[LicenceView]
    names: dict[str, str] = NAMES
    names_en: dict[str, str] = NAMES_EN
    next: str | None = Field(
        description="`before` of the next page; none: this was the last", examples=["lic_01k9x3v5b7d2f4h6j8m0n1p3q5"]
    )
