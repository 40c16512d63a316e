"""The command line: trust verify, serve, init, demo, doctor."""

import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
import uvicorn
from rich.console import Console
from rich.text import Text

from api import (
    audit_command,
    bulk_command,
    custody_command,
    keys_command,
    logs,
    migrations,
    notices_command,
    pki_command,
    time_command,
    trust_list_command,
    types_command,
)
from api.ceremony import Founders, hold_ceremony
from api.demo import cast
from api.demo.evidence import pretty
from api.demo.journal import Journal, StoryFailed
from api.demo.service import free_port, running
from api.demo.story import Story
from api.doctor import diagnose
from api.foundation import Foundation, prove_cryptography
from api.problems import words_of
from api.settings import SettingInvalid, Settings
from api.trust_material import MaterialUnreadable, read_material
from api.verify_command import DISAGREES, EXIT, Judged, judge, judge_again, print_json, record_judged, show
from api.verify_texts import read_lists
from api.wiring import Instance
from api.worker_wiring import WorkerPools
from seal.verification.record import Record
from trust.clock import SystemClock
from trust.errors import TrustError
from trust.paths import Evidence, ValidationPolicy
from trust.policy_file import PolicyMalformed, read_policy
from trust.verdict import Outcome

__all__ = ["main"]

app = typer.Typer(no_args_is_help=True, add_completion=False, help="信印 Xinyin: unified identity, seals, licences.")
app.add_typer(audit_command.app, name="audit")
app.add_typer(bulk_command.app, name="bulk")
app.add_typer(custody_command.app, name="custody")
app.add_typer(keys_command.app, name="keys")
app.add_typer(notices_command.app, name="notices")
app.add_typer(pki_command.app, name="pki")
app.add_typer(time_command.app, name="time")
app.add_typer(trust_list_command.app, name="trust-list")
app.add_typer(types_command.app, name="types")
console = Console()
errors = Console(stderr=True)

CORPUS: Final = Path("../shared/corpus/pdf")
GRACE: Final = 20
"""Seconds that requests under way get when the service stops."""


def main() -> None:
    """Run the command line; our own errors end it with their words instead of a traceback."""
    try:
        app()
    except TrustError as error:
        complain(error)
        raise SystemExit(1) from None


def complain(error: TrustError) -> None:
    """Say what is wrong, in the words for its code and with what was noted about it on its way."""
    for line in (*words_of(error), *getattr(error, "__notes__", ())):
        errors.print(Text.assemble((error.code, "red"), " ", line), soft_wrap=True, highlight=False)


def parse_time(text: str | None) -> datetime:
    """Return the moment that `--at` names; a time without a zone is UTC."""
    if text is None:
        return SystemClock().now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("a time in ISO 8601, such as 2026-11-22T10:00:00+08:00", param_hint="--at") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def own_evidence() -> Evidence:
    """Return what the instance of this folder trusts, or nothing where there is none, or none that can be opened."""
    try:
        settings = Settings.read()
        if not settings.is_there:
            return Evidence()
        base = Foundation.open(settings)
        with closing(base.store), base.store.reading() as view:
            return base.authorities.evidence(view)
    except TrustError as error:  # what follows is undetermined, and the reader shall know why
        complain(error)
        return Evidence()


def readers() -> WorkerPools:
    """Return who reads the files of a command: one worker at a time, unless the settings say that none is to."""
    try:
        settings = Settings.read()
    except SettingInvalid as error:  # nothing can be said of a file, which is not that it is invalid
        complain(error)
        raise typer.Exit(EXIT[Outcome.INDETERMINATE]) from None
    return WorkerPools.of(settings.model_copy(update={"workers": min(settings.workers, 1)}))


def asked_policy(path: Path) -> ValidationPolicy:
    """Return the policy in a file that the caller names."""
    try:
        return read_policy(path.read_bytes())
    except PolicyMalformed as error:
        raise typer.BadParameter(words_of(error)[1], param_hint="--policy") from None


@app.command()
def verify(
    *,
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="PDF, OFD, .esl, .ses, .dat, CMS")
    ],
    anchor: Annotated[
        list[Path] | None, typer.Option(exists=True, help="Trust anchor: PEM, folder, or trust folder; repeatable")
    ] = None,
    material: Annotated[
        list[Path] | None, typer.Option(exists=True, help="More certificates and CRLs, not trusted; repeatable")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Validation policy in TOML (docs/policy.md)")
    ] = None,
    document: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="What a seal signature or detached CMS covers")
    ] = None,
    at: Annotated[str | None, typer.Option(help="Judge as of this moment (ISO 8601)")] = None,
    record: Annotated[
        Path | None, typer.Option(help="Write here what replays the verdict on the one file (JSON)")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Judge by this record and nothing else")
    ] = None,
    trust_list: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Signed trust list, for the text of a QR code")
    ] = None,
    status_list: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="Signed status list; repeatable")
    ] = None,
    password: Annotated[str | None, typer.Option(help="Of an encrypted PDF")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per file")] = False,
) -> None:
    """Judge files. Exit 0 when all are valid, 1 when one is invalid, else 2 when one is undetermined.

    Without --anchor the roots of the instance in TRUST_DATA_DIR are trusted, if there is one; else nothing is, and
    nothing can be valid. No network is used. A replay that comes to another verdict than its record exits with 3.
    """
    if record is not None and len(files) != 1:
        raise typer.BadParameter("is written of one file", param_hint="--record")
    if replay is not None:
        again = Record.read(replay.read_bytes())
        with closing(readers()) as workers:
            results = [
                judge_again(file, again, password=password, document=document, workers=workers.public) for file in files
            ]
        finish(results, as_json=as_json)
    try:
        evidence = read_material(anchor, material or ()) if anchor else own_evidence()
    except MaterialUnreadable as error:
        raise typer.BadParameter(f"no certificate in {error}", param_hint="--anchor") from None
    if policy is not None:
        evidence = replace(evidence, policy=evidence.policy.narrowed_by(asked_policy(policy)))
    moment = parse_time(at)
    lists = read_lists(trust_list, status_list or (), evidence.anchors, now=moment)
    with closing(readers()) as workers:
        results = [
            judge(file, evidence, at=moment, password=password, document=document, workers=workers.public, lists=lists)
            for file in files
        ]
        if record is not None:
            kept = record_judged(results[0], evidence, at=moment, password=password, workers=workers.public)
            if kept is not None:
                record.write_bytes(kept.to_json())
    finish(results, as_json=as_json)


def finish(results: list[Judged], *, as_json: bool) -> NoReturn:
    """Tell verdicts, and end with the exit code of the worst."""
    if as_json:
        typer.echo(print_json(results))
    else:
        for result in results:
            show(result, console)
    codes = {DISAGREES if result.agrees is False else EXIT[result.outcome] for result in results}
    raise typer.Exit(1 if 1 in codes else max(codes))


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


@app.command()
def migrate() -> None:
    """Bring the database of the instance up to this program. Run it while the service is stopped."""
    base = Foundation.open(Settings.read())
    with closing(base.store) as store:
        migrations.upgrade(store.writer)
        base.record_root()
    console.print(f"migrated to {migrations.head()}")


@app.command()
def serve(workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes")] = 1) -> None:
    """Serve the instance in TRUST_DATA_DIR until it is told to stop; requests under way are finished."""
    logs.configure()
    settings = Settings.read()
    prove_cryptography(settings)
    opened = Instance.open(settings)  # say here, and not in a worker, what is missing
    with closing(opened.base.store):
        _ = opened.upper_platform
    uvicorn.run(
        "api.app:from_environment",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=workers,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE,
        server_header=False,
    )


@app.command()
def doctor() -> None:
    """Say what this machine and this instance offer, what is missing, and how to mend it."""
    logs.configure()
    healthy = True
    for one in diagnose(Settings.read()):
        mark = ("✓", "green") if one.ok else ("✗", "red") if one.needed else ("–", "yellow")
        console.print(Text.assemble(mark, f" {one.name:14} {one.told}"), soft_wrap=True, highlight=False)
        healthy = healthy and (one.ok or not one.needed)
    raise typer.Exit(0 if healthy else 1)


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
    port = served.port if folder.absolute() == served.data_dir.absolute() else free_port()
    settings = Settings(
        data_dir=folder,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
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


if __name__ == "__main__":
    main()
