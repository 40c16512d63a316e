"""`trust types`: the catalogue of licence types as files: listed, exported, imported, and the ready ones installed.

What an operator imports is a draft. An officer of the authority reviews it and another publishes it, as every other.
"""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from api.detail_words import STATES
from api.keys_command import actor_of, instance
from api.schemas.licence_types import TypeView
from api.terminal import terminal
from identity.duties import Actor, Duty, Grant
from licence.exchange import LARGEST_FILE, ready_type, ready_types
from licence.types.errors import TypeFileMalformed

__all__ = ["app"]

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The catalogue of licence types: lists, files, ready types."
)
console = terminal()

COLUMNS: Final = ("code", "name", "version", "state", "effective_from", "issuer", "template")

Operator = Annotated[str, typer.Option(help="Who does this, for the audit trail; default: the user of this process")]
Issuer = Annotated[str, typer.Option(help="Unified identifier of the authority in charge")]


@app.command("list")
def list_types(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each version")] = False
) -> None:
    """Show every version of every type."""
    with instance() as opened:
        catalogue = opened.catalogue
        found = [TypeView.of(one) for kind in catalogue.all() for one in catalogue.versions(kind.id)]
    if as_json:
        for one in found:
            typer.echo(one.model_dump_json())
        return
    table = Table(*COLUMNS)
    for one in found:
        told = {name: "" if value is None else value for name, value in one.model_dump(mode="json").items()}
        told["state"] = f"{STATES[one.state][0]} {one.state}"
        table.add_row(*(Text(str(told[column])) for column in COLUMNS))
    console.print(table)


@app.command()
def export(
    *,
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="Identifier or type code")],
    out: Annotated[Path, typer.Option(help="Where the file goes")] = Path("licence-type.zip"),
    version: Annotated[int, typer.Option(min=0, help="Number of the version; 0: the newest")] = 0,
) -> None:
    """Write a version with its template to a file that another instance can import."""
    with instance() as opened:
        number = version or opened.catalogue.newest(kind).version
        file = opened.catalogue.export(kind, number)
    out.write_bytes(file)
    console.print(f"version {number} of {kind}: {out}, {len(file)} octets", highlight=False)


@app.command("import")
def import_type(
    *,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A file of `export`")],
    issuer: Issuer,
    actor: Operator = "",
) -> None:
    """Draft a version out of a file."""
    if file.stat().st_size > LARGEST_FILE:
        raise TypeFileMalformed(fault="size")
    draft(file.read_bytes(), issuer=issuer, actor=actor)


@app.command()
def ready() -> None:
    """Show the types that come with the service."""
    with instance() as opened:
        for name, folder in ready_types(opened.renderer.templates).items():
            told = ready_type(folder).particulars
            console.print(f"{name}: {told.code} {told.name}", highlight=False)


@app.command()
def install(
    *,
    issuer: Issuer,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Ready types; none: all")] = None,
    actor: Operator = "",
) -> None:
    """Draft ready types for an authority."""
    with instance() as opened:
        known = ready_types(opened.renderer.templates)
    for name in names or known:
        if name not in known:
            raise typer.BadParameter(f"no ready type {name}", param_hint="NAME")
        draft(ready_type(known[name]).to_file(), issuer=issuer, actor=actor)


def draft(file: bytes, *, issuer: str, actor: str) -> None:
    """Draft a version for an authority, in the operator's name."""
    with instance() as opened:
        operator = Actor(id=actor_of(actor), grants=frozenset({Grant(Duty.LICENCE_OFFICER, issuer)}))
        kind = opened.catalogue.import_(operator, issuer, file)
    console.print(f"{kind.code} {kind.name}: version {kind.version} is drafted", highlight=False)
