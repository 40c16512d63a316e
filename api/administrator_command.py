"""`trust add-security-administrator`: the ceremony that adds one, where fewer than two are left."""

from pathlib import Path
from typing import Annotated

import typer

from api.ceremony import FounderRecord, add_security_administrator
from api.settings import Settings

__all__ = ["app"]

app = typer.Typer(add_completion=False)


@app.command()
def add(
    person: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="JSON file with the person's name and citizen_number")
    ],
) -> None:
    """Add a security administrator, where fewer than two are left; two appoint all others.

    The activation code is shown once. Hand it to its person alone.
    """
    added = add_security_administrator(Settings.read(), FounderRecord.read(person))
    typer.echo(f"{added.duty.value:24} {added.name}  {added.activation.secret}")
