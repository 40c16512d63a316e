"""`trust time`: what the guard over the clock says, and an operator's word that the clock is right."""

from contextlib import closing
from typing import Annotated

import typer
from rich.text import Text

from api.settings import Settings
from api.telling import words_of
from api.terminal import terminal
from api.wiring import Instance
from trust.kernel_clock import KernelClock, read_kernel_clock
from trust.reasons import require_reason
from trust.time_ledger import confirm_clock, newest_mark
from trust.timestamping import TimeStampingUnavailable

__all__ = ["app"]

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The clock that time-stamps state.")
console = terminal()


def kernel_words(read: KernelClock = read_kernel_clock) -> str:
    """Return what the kernel says of its clock."""
    try:
        state = read()
    except OSError as error:
        return f"not told ({error.strerror or error})"
    kept = "kept in step" if state.synchronised else "not kept in step"
    return f"{kept}, wrong by {state.maximum_error.total_seconds():.3f} s at most"


@app.command()
def status() -> None:
    """Say what the clock shows, what the kernel says of it, and whether time would be stated. Exit 1 if not."""
    instance = Instance.open(Settings.read())
    with closing(instance.base.store) as store:
        with store.reading() as view:
            mark, now = newest_mark(view), view.now
        console.print(f"clock          {now:%Y-%m-%d %H:%M:%S}Z", highlight=False)
        console.print(f"last stated    {mark:%Y-%m-%d %H:%M:%S}Z" if mark else "last stated    –", highlight=False)
        console.print(f"kernel         {kernel_words()}", highlight=False)
        try:
            instance.timekeeping.guard.now()
        except TimeStampingUnavailable as error:
            console.print(Text.assemble(("refused        ", "red"), " ".join(words_of(error))), soft_wrap=True)
            raise typer.Exit(1) from None
        console.print(Text.assemble(("trusted", "green")))


@app.command()
def confirm(
    reason: Annotated[str, typer.Option(help="Why the clock was moved, and how you know that it is right now")],
) -> None:
    """Put on record that the clock is right as it stands; processes that refuse to state the time do so again."""
    told = require_reason(reason)
    instance = Instance.open(Settings.read())
    with closing(instance.base.store) as store:
        confirm_clock(store, actor="operator", reason=told)
        console.print(f"confirmed: {store.clock.now():%Y-%m-%d %H:%M:%S}Z", highlight=False)
