"""`trust demo`: the main job, played through the public API."""

import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from api.ceremony import hold_ceremony
from api.demo import cast
from api.demo.evidence import pretty
from api.demo.journal import Journal, StoryFailed
from api.demo.service import free_port, running
from api.demo.story import Story
from api.settings import Settings
from trust.clock import SystemClock

__all__ = ["app"]

app = typer.Typer(add_completion=False)
console = Console()
errors = Console(stderr=True)

CORPUS: Final = Path("../shared/corpus/pdf")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Evidence folder")] = Path("demo-out"),
    corpus: Annotated[Path | None, typer.Option(help="Folder of PDFs to stamp as well")] = None,
    keep: Annotated[
        Path | None, typer.Option(help="Keep the instance in this folder, instead of a temporary one")
    ] = None,
) -> None:
    """Play the main job through the public API, each step by its person, and leave the evidence in a folder."""
    if corpus is None and CORPUS.is_dir():
        corpus = CORPUS
    if corpus is not None and not corpus.is_dir():
        raise typer.BadParameter("no such folder", param_hint="--corpus")
    out.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="xinyin-") as folder:
            play(keep or Path(folder), out, corpus)
    except StoryFailed as error:
        errors.print(Text(str(error), style="red"), soft_wrap=True)
        raise typer.Exit(1) from None


def play(folder: Path, out: Path, corpus: Path | None) -> None:
    """Found an instance in `folder`, serve it, play the story, and write what it was."""
    served = Settings.read()
    # Where the instance is kept to be served, the addresses in its licences must be those that it will answer at.
    is_to_be_served = folder.absolute() == served.data_dir.absolute()
    port = served.port if is_to_be_served else free_port()
    settings = Settings(
        data_dir=folder,
        port=port,
        public_url=served.public_url if is_to_be_served else f"http://127.0.0.1:{port}",
        login_rate="1000/minute",
        verify_rate="10000/minute",
    )
    founded = hold_ceremony(settings, cast.founders())
    journal = Journal(console)
    with running(settings, out / "service.log") as http:
        story = Story(
            settings=settings,
            founded=founded,
            http=http,
            journal=journal,
            clock=SystemClock(),
            out=out,
            corpus=corpus,
        )
        summary = story.play()
    story.write("story.md", journal.story())
    story.write("summary.json", pretty(summary))
    console.print(f"[bold green]完成[/bold green] evidence in {out}: {len(journal.steps)} steps")
    if is_to_be_served:
        console.print("登录控制台 to log in to its console as one of its people: trust enter-demonstration")
