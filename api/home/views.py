"""Home on the wire: what waits, what has changed, what to look after, and the figures."""

from datetime import date, datetime, timedelta

from pydantic import Field

from api.figures import DAYS, Figure, FiguresOfTime
from api.home.changes import Change, ChangeKind, Changes
from api.home.waiting import Todo, Todos, WaitingKind
from api.home.warnings import HomeWarning, WarningKind
from api.schemas.common import View
from api.schemas.naming import english

__all__ = ["ChangesView", "FiguresView", "TodosView", "WarningsView"]

THING = "seal_01k9x3v5b7d2f4h6j8m0n1p3q5"
PERSON = "P7K2M9Q4R8T1W3X5Y6"
MOMENT = "2026-11-22T04:05:06.123456Z"


class TodoView(View):
    """One thing to do."""

    kind: WaitingKind
    id: str = Field(description="Identifier of the thing that waits", examples=[THING])
    name: str = Field(description="What it is called; of a proposal its kind", examples=["云州市行政审批局"])
    name_en: str | None = Field(
        description="What it is called in English; none: it has no English name", examples=["Food Operation Permit"]
    )
    within: str = Field(description="What it belongs to: the seal, the type, the subject", examples=[PERSON])
    by: str = Field(description="Who brought it here", examples=[PERSON])
    state: str = Field(examples=["applied"])
    since: datetime = Field(examples=[MOMENT])
    deadline: datetime | None = Field(examples=[MOMENT])
    days: int = Field(description="Whole days that it has waited", examples=[2])
    overdue: bool = Field(examples=[False])

    @classmethod
    def of(cls, todo: Todo, now: datetime) -> "TodoView":
        """Return the view of a thing to do."""
        thing = todo.thing
        return cls(
            kind=todo.kind,
            id=thing.id,
            name=thing.name,
            name_en=english(thing.name_en),
            within=thing.within,
            by=thing.by,
            state=thing.state,
            since=thing.since,
            deadline=thing.deadline,
            days=(now - thing.since).days,
            overdue=thing.deadline is not None and thing.deadline < now,
        )


class TodosView(View):
    """What waits for the caller, the most urgent first."""

    total: int = Field(examples=[1])
    counts: dict[WaitingKind, int] = Field(description="How much of each kind", examples=[{"seal": 1}])
    todos: list[TodoView]

    @classmethod
    def of(cls, found: Todos) -> "TodosView":
        """Return the view of what waits."""
        return cls(
            total=sum(found.counts.values()),
            counts=dict(found.counts),
            todos=[TodoView.of(one, found.now) for one in found.todos],
        )


class HomeChangeView(View):
    """One thing that others have done."""

    kind: ChangeKind
    id: str = Field(examples=[THING])
    name: str = Field(examples=["云州市行政审批局"])
    within: str = Field(examples=[PERSON])
    by: str = Field(examples=[PERSON])
    state: str = Field(examples=["active"])
    at: datetime = Field(examples=[MOMENT])

    @classmethod
    def of(cls, change: Change) -> "HomeChangeView":
        """Return the view of a change."""
        thing = change.thing
        return cls(
            kind=change.kind,
            id=thing.id,
            name=thing.name,
            within=thing.within,
            by=thing.by,
            state=thing.state,
            at=thing.since,
        )


class ChangesView(View):
    """What has changed since the caller was here last, the newest first."""

    since: datetime = Field(examples=[MOMENT])
    changes: list[HomeChangeView]

    @classmethod
    def of(cls, found: Changes) -> "ChangesView":
        """Return the view of what has changed."""
        return cls(since=found.since, changes=[HomeChangeView.of(one) for one in found.changes])


class HomeWarningView(View):
    """One thing to look after."""

    kind: WarningKind
    grave: bool = Field(description="Something does not work, or will not be believed, as it stands", examples=[False])
    count: int = Field(examples=[1])
    id: str = Field(description="Identifier of the thing, where it is one", examples=[THING])
    name: str = Field(examples=["云州市行政审批局"])
    since: datetime | None = Field(examples=[MOMENT])
    deadline: datetime | None = Field(examples=[MOMENT])


class WarningsView(View):
    """What the caller has to look after, the grave things first."""

    warnings: list[HomeWarningView] = Field(
        examples=[
            [
                {
                    "kind": "certificate_ending",
                    "grave": False,
                    "count": 1,
                    "id": "",
                    "name": "",
                    "since": None,
                    "deadline": MOMENT,
                }
            ]
        ]
    )

    @classmethod
    def of(cls, found: tuple[HomeWarning, ...]) -> "WarningsView":
        """Return the view of warnings."""
        return cls(
            warnings=[
                HomeWarningView(
                    kind=one.kind,
                    grave=one.is_grave,
                    count=one.count,
                    id=one.id,
                    name=one.name,
                    since=one.since,
                    deadline=one.deadline,
                )
                for one in found
            ]
        )


class FigureView(View):
    """One figure over time."""

    figure: Figure
    whole: bool = Field(description="Of everybody; else of the organisations that the caller's duties are for")
    hours: list[int] = Field(description="Of each hour of today that has begun, in China's time", examples=[[0, 3]])
    days: list[int] = Field(description="Of each of the last 14 days, today being the last", examples=[[0] * DAYS])


class FiguresView(View):
    """The figures that the caller's duties open."""

    today: date = Field(examples=["2026-11-22"])
    days: list[date] = Field(description="The days of `days`", examples=[["2026-11-22"]])
    figures: list[FigureView]

    @classmethod
    def of(cls, today: datetime, found: tuple[FiguresOfTime, ...]) -> "FiguresView":
        """Return the view of figures."""
        return cls(
            today=today.date(),
            days=[(today - timedelta(days=DAYS - 1 - place)).date() for place in range(DAYS)],
            figures=[
                FigureView(
                    figure=one.scope.figure, whole=one.scope.of is None, hours=list(one.hours), days=list(one.days)
                )
                for one in found
            ],
        )
