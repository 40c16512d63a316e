"""`trust verify`: judge files, or the text of a QR code, from the command line."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from api.foundation import Foundation
from api.settings import Settings
from api.telling import words_of
from api.terminal import complain
from api.trust_material import MaterialUnreadable, read_material
from api.verify_command import DISAGREES, EXIT, Judged, judge, judge_again, print_json, record_judged, show
from api.verify_texts import read_lists
from api.worker_wiring import WorkerPools
from seal.verification.record import Record
from trust.clock import SystemClock
from trust.errors import TrustError
from trust.paths import Evidence, ValidationPolicy
from trust.policy_file import PolicyMalformed, read_policy
from trust.verdict import Outcome

__all__ = ["app"]

app = typer.Typer(add_completion=False)
console = Console()


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


@contextmanager
def undetermined() -> Iterator[None]:
    """End the command where what files are judged by cannot be had: nothing is said of them, also not "invalid"."""
    try:
        yield
    except TrustError as error:
        complain(error)
        raise typer.Exit(EXIT[Outcome.INDETERMINATE]) from None


def readers() -> WorkerPools:
    """Return who reads the files of a command: one worker at a time, unless the settings say that none is to."""
    with undetermined():
        settings = Settings.read()
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
    nothing can be valid. No network is used. A replay that comes to another verdict than its record exits with 3. Where
    lists or a record cannot be read or trusted, nothing is judged: exit 2.
    """
    if record is not None and len(files) != 1:
        raise typer.BadParameter("is written of one file", param_hint="--record")
    if replay is not None:
        with undetermined():
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
    with undetermined():
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
