"""`trust time`: what the guard over the clock says, an operator's word that the clock is right; renewed time-stamps.

What others keep is renewed only where it holds: nothing is stamped that a stranger would refuse, and nothing is mended.
"""

from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from api.settings import Settings
from api.telling import words_of
from api.terminal import terminal
from api.wiring import Instance
from seal.stamping.renewing import NothingGained, leaves_of, renewed
from seal.verification.files import FileKind, judge_file
from trust.errors import TrustError
from trust.kernel_clock import KernelClock, read_kernel_clock
from trust.reasons import require_reason
from trust.time_ledger import confirm_clock, newest_mark
from trust.timestamping import TimeStampingUnavailable
from trust.verdict import Outcome

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


class NotRenewed(Exception):
    """A document got no further time-stamp; the text says why."""


@app.command()
def renew(
    documents: Annotated[list[Path], typer.Argument(help="Signed PDF files", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="Folder for the files with their further time-stamp", file_okay=False)],
) -> None:
    """Put a further time-stamp over signed documents before those in them end. Exit 1 if one did not get it.

    The files stay as they are; what is written is the same and more, under the same name.
    """
    instance = Instance.open(Settings.read())
    out.mkdir(parents=True, exist_ok=True)
    with closing(instance.base.store):
        if not renew_all(instance, documents, out):
            raise typer.Exit(1)


def renew_all(instance: Instance, documents: list[Path], out: Path) -> bool:
    """Renew documents, say of each what came of it, and tell whether all got their time-stamp."""
    done = 0
    for document in documents:
        try:
            until = renew_one(instance, document, out / document.name)
        except NotRenewed as error:
            console.print(Text.assemble(f"{document.name}  ", (str(error), "red")), soft_wrap=True)
        else:
            done += 1
            told = f"proven until {until:%Y-%m-%d}"
            console.print(Text.assemble(f"{document.name}  ", (told, "green")), soft_wrap=True)
    instance.timekeeping.ledger.flush()
    return done == len(documents)


def renew_one(instance: Instance, document: Path, target: Path) -> datetime:
    """Write a document with a further time-stamp, and return until when that proves its times. Raise `NotRenewed`."""
    pdf, workers, authorities = document.read_bytes(), instance.workers.known, instance.base.authorities
    if target.exists():
        raise NotRenewed(f"{target} is there already")
    try:
        evidence, now = instance.verification.evidence(None)
        report = workers.run(judge_file, pdf, evidence, now=now)
        if report.kind is not FileKind.PDF or report.document.outcome is not Outcome.PASSED:
            raise NotRenewed("no signed PDF" if report.kind is not FileKind.PDF else "does not hold by itself")
        leaves = tuple(dict.fromkeys((*leaves_of(report.document), *instance.stampers.certificates())))
        with instance.base.store.reading() as view:
            known = replace(authorities.evidence(view, naming=leaves), policy=evidence.policy)
        until, stamper, clock = report.document.proven_until, instance.stampers.document, instance.base.clock
        made, after = renewed(pdf, leaves, known, stamper=stamper, workers=workers, clock=clock, until=until)
        with target.open("xb") as file:
            file.write(made)
    except NothingGained:
        raise NotRenewed("the authority's own certificate ends no later") from None
    except TrustError as error:
        raise NotRenewed(" ".join(words_of(error))) from None
    return after.proven_until or now
