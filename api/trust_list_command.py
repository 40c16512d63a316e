"""`trust trust-list`: the list as a file, and judging one as a stranger does."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from api.settings import Settings
from api.terminal import terminal
from api.trust_material import MaterialUnreadable, read_material
from api.wiring import Instance
from trust.clock import SystemClock
from trust.trust_list_reading import read_trust_list
from trust.verdict import Outcome

__all__ = ["app"]

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The signed list of what verifiers need to know of this instance."
)
console = terminal()


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="Where the list goes")] = Path("trust-list.json"),
) -> None:
    """Write the newest list, after making a new one where something has changed."""
    instance = Instance.open(Settings.read())
    with closing(instance.base.store):
        current = instance.trust_lists.current()
    out.write_bytes(current.encoded)
    console.print(f"{out}: number {current.sequence}, until {current.next_update:%Y-%m-%d %H:%M}Z", highlight=False)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The list")],
    anchor: Annotated[list[Path], typer.Option(exists=True, help="Anchor that vouches for its signer; repeatable")],
    remembered: Annotated[int, typer.Option(min=0, help="The highest number that was seen before")] = 0,
) -> None:
    """Judge a list and say what it holds. Exit 0 when it can be relied on, 1 when it is refused, 2 when it is old."""
    try:
        pinned = read_material(anchor).anchors
    except MaterialUnreadable as error:
        raise typer.BadParameter(f"no certificate in {error}", param_hint="--anchor") from None
    judged = read_trust_list(file.read_bytes(), pinned, now=SystemClock().now(), remembered=remembered)
    told = judged.trust_list
    console.print(f"{told.source}: number {told.sequence}, until {told.next_update:%Y-%m-%d %H:%M}Z", highlight=False)
    for one in told.all:
        purposes = ", ".join(sorted(purpose.value for purpose in one.purposes))
        console.print(Text(f"{one.name:18} {one.state.value:10} {purposes}"), soft_wrap=True)
    finding = judged.verdict.finding
    if judged.verdict.outcome is not Outcome.PASSED and finding is not None:
        console.print(Text(f"{judged.verdict.outcome.value}: {finding.reason}", style="yellow"), soft_wrap=True)
        raise typer.Exit(2)
