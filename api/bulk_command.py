"""`trust bulk`: licences from a table, through the API of a running service; and a process that works on jobs."""

import secrets
import signal
import threading
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api import logs
from api.bulk_client import BulkClient
from api.bulk_runner import BulkRunner
from api.detail_words import STATES
from api.foundation import prove_cryptography
from api.settings import Settings, forget_secrets
from api.starting import open_to_work
from api.terminal import terminal

__all__ = ["app"]

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Bulk jobs: many licences from a table, checked, started, watched."
)
console = terminal()

ALL, FAILED, SOME, WAITS = 0, 1, 2, 3
"""How the command ends: every row was issued; the job failed; some rows were refused; a person has to go on."""

SHOWN = 10
"""Bad rows whose fault is said; all of them stand in the results."""

CHECKED = ("validated",)
"""Where a job stands that was checked and waits for a person: also one that is to start by itself, where its type asks
for four eyes, or its encoding had to be recognised."""

Url = Annotated[str, typer.Option(help="Address of the service; default: TRUST_PUBLIC_URL")]
TokenFile = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="File of the access token, which is read and never shown")
]
Job = Annotated[str, typer.Argument(help="Identifier of the job")]
Results = Annotated[Path | None, typer.Option(help="Where the result file goes: .csv or .jsonl")]


def client(url: str, token_file: Path) -> BulkClient:
    """Return a client of the service."""
    return BulkClient.of(url or Settings.read().public_url, token_file)


@app.command()
def issue(
    *,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV, XLSX or JSON Lines")],
    kind: Annotated[str, typer.Option("--type", help="Licence type: identifier or type code")],
    seal: Annotated[str, typer.Option(help="Seal that the licences get")],
    token_file: TokenFile,
    url: Url = "",
    start: Annotated[bool, typer.Option(help="Start the job once it is checked")] = False,
    columns: Annotated[str, typer.Option(help="JSON object of columns with their fields")] = "",
    key: Annotated[str, typer.Option(help="Idempotency key, to repeat a command that broke off")] = "",
    results: Results = None,
) -> None:
    """Ask for a job, and watch it. Exit 0 when every row was issued, 2 when some were refused, 3 when it waits."""
    form = {"type": kind, "seal": seal, "start": "true" if start else "false", "columns": columns}
    with client(url, token_file) as service:
        job = service.upload(file, form=form, key=key or secrets.token_hex(16))
        console.print(job["id"], highlight=False)
        end(service, follow(service, job["id"], until=CHECKED), results)


@app.command()
def reissue(
    *,
    kind: Annotated[str, typer.Option("--type", help="Licence type: identifier or type code")],
    seal: Annotated[str, typer.Option(help="Seal that the new editions get")],
    reason: Annotated[str, typer.Option(help="Why, as it will stand in the history of each licence")],
    token_file: TokenFile,
    url: Url = "",
    sealed_with: Annotated[str, typer.Option(help="Only licences that bear this seal: to seal them anew")] = "",
    type_version: Annotated[int | None, typer.Option(min=1, help="Only those of this version of the type")] = None,
    issued_from: Annotated[str, typer.Option(help="Only those issued on this day or later: YYYY-MM-DD")] = "",
    issued_until: Annotated[str, typer.Option(help="Only those issued on this day or before")] = "",
    ends_from: Annotated[str, typer.Option(help="Only those whose last day is this or later")] = "",
    ends_until: Annotated[str, typer.Option(help="Only those whose last day is this or before")] = "",
    start: Annotated[bool, typer.Option(help="Start the job once it is checked")] = False,
    key: Annotated[str, typer.Option(help="Idempotency key, to repeat a command that broke off")] = "",
    results: Results = None,
) -> None:
    """Issue anew, or seal anew, what is in force of a type, and watch it. Exit as `issue` does."""
    asked = {
        "sealed_with": sealed_with,
        "type_version": type_version,
        "issued_from": issued_from,
        "issued_until": issued_until,
        "ends_from": ends_from,
        "ends_until": ends_until,
    }
    order: dict[str, object] = {"type": kind, "seal": seal, "reason": reason, "start": start}
    order |= {name: value for name, value in asked.items() if value}
    with client(url, token_file) as service:
        job = service.reissue(order, key=key or secrets.token_hex(16))
        console.print(job["id"], highlight=False)
        end(service, follow(service, job["id"], until=CHECKED), results)


@app.command()
def start(*, job: Job, token_file: TokenFile, url: Url = "", results: Results = None) -> None:
    """Start a job that was checked, or that was paused, and watch it."""
    with client(url, token_file) as service:
        service.step(job, "resumption" if service.job(job)["state"] == "paused" else "start")
        end(service, follow(service, job), results)


@app.command()
def pause(*, job: Job, token_file: TokenFile, url: Url = "") -> None:
    """Let a job rest once the rows under way are done; `start` lets it go on."""
    step(job, "pause", token_file, url)


@app.command()
def cancel(*, job: Job, token_file: TokenFile, url: Url = "") -> None:
    """End a job that nothing is issued from any more; what was issued stays."""
    step(job, "cancellation", token_file, url)


def step(job: str, path: str, token_file: Path, url: str) -> None:
    """Take a step in the life of a job, and say how it stands."""
    with client(url, token_file) as service:
        say(service, service.step(job, path))


@app.command()
def watch(*, job: Job, token_file: TokenFile, url: Url = "", results: Results = None) -> None:
    """Watch a job until it has ended."""
    with client(url, token_file) as service:
        end(service, follow(service, job), results)


@app.command()
def work(threads: Annotated[int, typer.Option(min=1, max=16, help="Threads that work on jobs")] = 1) -> None:
    """Work on the jobs of the instance in TRUST_DATA_DIR until told to stop; pieces under way are finished."""
    logs.configure()
    settings = Settings.read()
    forget_secrets()
    prove_cryptography(settings)
    opened = open_to_work(settings)
    told = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: told.set())
    runner = BulkRunner(opened.bulk, threads=threads)
    try:
        opened.workers.start()
        runner.start()
        logs.logger().info("bulk work started", threads=threads)
        told.wait()
    finally:
        runner.stop()
        opened.workers.close()
        opened.base.store.close()
        logs.logger().info("bulk work stopped")


def follow(service: BulkClient, name: str, *, until: tuple[str, ...] = ()) -> dict[str, Any]:
    """Show how far a job is until it has ended, or stands where a person has to go on; return it as it is then."""
    stops = (*until, "paused")
    columns = (TextColumn("{task.description:12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    job: dict[str, Any] = service.job(name)
    with Progress(*columns, console=console, transient=not console.is_terminal) as bar:
        checked, issued = bar.add_task("checked", total=None), bar.add_task("issued", total=None)
        for job in service.watch(name):
            total = job["rows"] or None
            bar.update(checked, total=total, completed=job["good"] + job["bad"])
            bar.update(issued, total=total, completed=job["issued"] + job["refused"])
            if job["state"] in stops:
                break
    return job


def say(service: BulkClient, job: dict[str, Any]) -> None:
    """Say how a job stands: in a line for programs, in words, and what is wrong with the first bad rows."""
    counted = f"{job['rows']} rows, {job['bad']} bad, {job['issued']} issued, {job['refused']} refused"
    show(f"{job['id']} {job['state']}: {counted}" + (f"; {job['fault']}" if job["fault"] else ""))
    state = STATES.get(job["state"], (job["state"], ""))[0]
    bad, rows = max(job["bad"], job["refused"]), job["rows"]
    show(f"{state}：共 {rows} 行，已签发 {job['issued']} 张，有误 {bad} 行" if rows else state)
    for line in (job["fault_zh"], job["fault_en"]):
        if line:
            show(line)
    problems = service.problems(job["id"], limit=SHOWN) if bad else []
    for one in problems:
        where = f"第 {one['line']} 行 line {one['line']} {one['field']}".rstrip()
        show(f"  {where}: {one['detail_zh']} {one['detail_en']}")
    if bad > len(problems):
        show(f"  … 另有 {bad - len(problems)} 行，见结果文件 {bad - len(problems)} more, in the results")
    if job["state"] in CHECKED and not job["good"]:
        show("没有可签发的行，请改正表格后重新提交 no row can be issued: mend the table, and ask anew")
    elif job["state"] in (*CHECKED, "paused"):
        show(f"待启动，运行 to go on, run: trust bulk start {job['id']} --token-file …")


def show(line: str) -> None:
    """Show a line as it is: what a table holds is no markup."""
    console.print(line, highlight=False, markup=False, soft_wrap=True)


def end(service: BulkClient, job: dict[str, Any], results: Path | None) -> None:
    """Say how a job stands, fetch its results, and end with the code for it."""
    say(service, job)
    if results is not None and job["state"] != "refused":
        service.results(job["id"], results)
    raise typer.Exit(exit_code(job))


def exit_code(job: dict[str, Any]) -> int:
    """Return how the command ends for a job."""
    match job["state"]:
        case "finished":
            return SOME if job["refused"] else ALL
        case "validated":
            return WAITS
        case "paused":
            return FAILED if job["fault"] else WAITS
        case _:
            return FAILED
