"""`trust init`: the founding ceremony."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.ceremony import Founders, hold_ceremony
from api.settings import Settings

__all__ = ["app"]

app = typer.Typer(add_completion=False)
errors = Console(stderr=True)


@app.command()
def init(
    founders: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="JSON file of the founding persons")],
    transcript: Annotated[Path, typer.Option(help="Where the transcript goes")] = Path("ceremony.md"),
) -> None:
    """Hold the founding ceremony: root key, database, authorities, administrators and registrars.

    The activation codes are shown once. Hand each to its person alone.
    """
    founded = hold_ceremony(Settings.read(), Founders.read(founders))
    for founder in founded.founders:
        typer.echo(f"{founder.duty.value:24} {founder.name}  {founder.activation.secret}")
    try:
        transcript.write_text(founded.transcript(), encoding="utf-8")
    except OSError as error:  # the ceremony is not held again for that
        typer.echo(founded.transcript())
        errors.print(f"[red]the transcript was not written but shown[/red]: {error.strerror}", highlight=False)
        raise typer.Exit(1) from None
    typer.echo(f"transcript: {transcript}")
