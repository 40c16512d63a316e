"""`trust notices`: what the platform above was told, what waits, and what a person decides about it."""

import json
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from api.keys_command import actor_of, instance
from api.schemas.notices import NoticeDetails, NoticeView
from api.terminal import terminal
from trust.outbox_repository import MessageState

__all__ = ["app"]

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Notices to the platform above: waiting, delivered, refused."
)
console = terminal()

COLUMNS: Final = ("id", "seal", "task", "state", "created_at", "attempts", "answer")

Actor = Annotated[str, typer.Option(help="Who does this, for the audit trail; default: the user of this process")]
Notice = Annotated[str, typer.Argument(help="Identifier of the notice, as `trust notices list` shows it")]
Why = Annotated[str, typer.Option("--reason", help="Why; it stays in the audit trail")]


@app.command("list")
def list_notices(
    *,
    state: Annotated[MessageState | None, typer.Option(help="Those that stand there alone")] = None,
    before: Annotated[int | None, typer.Option(min=1, help="Number of the last notice seen")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each notice")] = False,
) -> None:
    """Show notices, the newest first."""
    with instance() as opened:
        found = [NoticeView.of(one) for one in opened.notices.messages(state=state, before=before, limit=limit)]
        left, platform = opened.notices.waiting(), opened.upper_platform
    if as_json:
        for one in found:
            typer.echo(one.model_dump_json())
        return
    table = Table(*COLUMNS)
    for one in found:
        told = one.model_dump(mode="json")
        table.add_row(*(Text(str(told[column])) for column in COLUMNS))
    console.print(table)
    where = "no platform above is configured" if platform is None else platform.address
    console.print(f"{left.waiting} wait, {left.refused} refused; {where}", highlight=False)


@app.command()
def show(notice: Notice) -> None:
    """Show all that a notice tells, and the platform's receipt, as JSON."""
    with instance() as opened:
        told = NoticeDetails.whole(opened.notices.find(notice))
    typer.echo(json.dumps(told.model_dump(mode="json"), ensure_ascii=False, indent=2))


@app.command()
def retry(*, notice: Notice, reason: Why, actor: Actor = "") -> None:
    """Let a notice be sent again at once."""
    with instance() as opened:
        told = opened.notices.retry(notice, actor=actor_of(actor), reason=reason)
    console.print(f"{told.id} waits again", highlight=False)


@app.command("set-aside")
def set_aside(*, notice: Notice, reason: Why, actor: Actor = "") -> None:
    """Send a notice no more."""
    with instance() as opened:
        told = opened.notices.set_aside(notice, actor=actor_of(actor), reason=reason)
    console.print(f"{told.id} is set aside", highlight=False)


@app.command()
def deliver() -> None:
    """Deliver now what is due, as the service does by itself."""
    with instance() as opened:
        if opened.upper_platform is None:
            console.print("no platform above is configured", highlight=False)
            raise typer.Exit(1)
        answered, left = opened.notices.deliver(opened.upper_platform), opened.notices.waiting()
    console.print(f"{answered} answered; {left.waiting} wait, {left.refused} refused", highlight=False)
