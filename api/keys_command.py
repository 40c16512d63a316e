"""`trust keys`: versions, uses, rotation, destruction, envelopes, the root key, backups. Each act is audited."""

import getpass
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Column, Table

from api.agreed_changes import agreed_operation, agreed_rotation, need_of
from api.foundation import Foundation
from api.key_changes import KeyOperation
from api.settings import Settings
from api.terminal import terminal
from api.wiring import Instance
from trust.events import Fact
from trust.founding import Role, complete
from trust.reasons import require_reason
from trust.rotation import OVERLAP
from trust.signing import KeyReference
from trust.store import Further

__all__ = ["app"]

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Keys in custody: versions, rotation, backup, destruction."
)
console = terminal()
errors = Console(stderr=True)

OWNER_ALONE: Final = 0o600
HANDLE_WIDTH: Final = 39
"""A handle is there to be copied, whatever the width of the screen."""

Actor = Annotated[str, typer.Option(help="Who does this, for the audit trail; default: the user of this process")]
Reason = Annotated[str, typer.Option(help="Why a key is stopped at once that nobody has agreed to stop")]
Agreed = Annotated[str, typer.Option("--proposal", help="What was agreed to for this; it is used by it")]
KeyName = Annotated[str, typer.Argument(help="Handle of the key, as `trust keys list` shows it")]


def actor_of(named: str) -> str:
    """Return who acts."""
    return f"operator:{named or getpass.getuser()}"


@contextmanager
def foundation() -> Iterator[Foundation]:
    """Open what the instance stands on."""
    base = Foundation.open(Settings.read())
    try:
        yield base
    finally:
        base.store.close()


@contextmanager
def instance() -> Iterator[Instance]:
    """Open the instance."""
    opened = Instance.open(Settings.read())
    try:
        yield opened
    finally:
        opened.base.store.close()


@contextmanager
def agreed(
    operation: KeyOperation, told: Mapping[str, Fact], *, proposal: str, actor: str
) -> Iterator[tuple[Foundation, Further]]:
    """Open what the instance stands on for an operation that two agreed to, with what uses their agreement."""
    with foundation() as base, agreed_operation(base, operation, told, proposal=proposal, by=actor_of(actor)) as use:
        yield base, use


def find(base: Foundation, handle: str) -> KeyReference:
    """Return the key of a handle."""
    for one in base.keys_in_custody():
        if one.handle == handle:
            return one.reference
    raise typer.BadParameter(f"no key {handle}", param_hint="KEY")


@app.command("list")
def list_keys(
    *,
    ring: Annotated[str | None, typer.Option(help="Only the versions of this ring, such as seal-maker")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array")] = False,
) -> None:
    """Show every key: its ring and version, state, purpose, place, uses and limit."""
    with foundation() as base:
        found = base.keys_in_custody(ring=ring)
    rows = [
        {
            "key": one.handle,
            "ring": one.ring,
            "version": one.ring_version,
            "state": one.state.value,
            "until": None if one.signs_until is None else one.signs_until.isoformat(),
            "purpose": one.purpose.value,
            "algorithm": one.algorithm,
            "uses": one.uses,
            "limit": one.use_limit,
        }
        for one in found
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    handle = Column("key", no_wrap=True, min_width=HANDLE_WIDTH)
    table = Table(handle, "ring", "version", "state", "purpose", "algorithm", "uses", "limit")
    for row in rows:
        until = f" until {row['until']}" if row["until"] else ""
        table.add_row(
            str(row["key"]),
            "" if str(row["key"]).endswith(str(row["ring"])) else str(row["ring"]),
            str(row["version"]),
            f"{row['state']}{until}",
            str(row["purpose"]),
            str(row["algorithm"]),
            str(row["uses"]),
            "–" if row["limit"] is None else str(row["limit"]),
        )
    console.print(table)


@app.command()
def rotate(
    role: Annotated[Role, typer.Argument(help="Which key of the service")],
    *,
    compromised: Annotated[bool, typer.Option(help="The old version signs nothing from now on")] = False,
    days: Annotated[int, typer.Option(help="Days in which the old version may still sign", min=1, max=90)] = (
        OVERLAP.days
    ),
    proposal: Annotated[str, typer.Option(help="What was agreed to; it tells the days, and is used by this")] = "",
    reason: Reason = "",
    actor: Actor = "",
) -> None:
    """Let a new version of one of the service's keys take over. The service goes on running, and notices by itself."""
    by, need = actor_of(actor), reason if compromised else None
    with instance() as opened, agreed_rotation(opened, role, proposal=proposal, by=by, need=need) as agreed:
        if agreed.proposal is not None:
            content = agreed.proposal.content
            days, compromised = int(content["days"] or 0), bool(content["compromised"])
        overlap = timedelta(0) if compromised else timedelta(days=days)
        made = opened.base.rotation.rotate(role, actor=by, overlap=overlap, further=agreed.further)
    console.print(f"{role.value} version {made.version}: {made.key.handle}", highlight=False)
    console.print(f"certificate {made.certificate.fingerprint}", highlight=False, soft_wrap=True)


@app.command("complete")
def complete_keys() -> None:
    """Make the keys of the service that this version of the program needs and an earlier one did not make."""
    with instance() as opened:
        base = opened.base
        made = complete(base.store, base.custody, base.authorities)
    console.print(f"made: {', '.join(made) or 'nothing, everything is there'}", highlight=False)


@app.command()
def retire(key: KeyName, *, reason: Reason = "", actor: Actor = "") -> None:
    """Let a key sign nothing any more. What it signed stays signed."""
    with foundation() as base:
        found = find(base, key)
        stopped = need_of(base, key, reason=reason, by=actor_of(actor))
        with base.store.transaction() as tx:
            base.custody.retire(tx, found, actor=actor_of(actor))
            stopped(tx)
    console.print(f"retired: {key}", highlight=False)


@app.command()
def limit(
    key: KeyName,
    count: Annotated[int, typer.Argument(help="How often the key may be used in all; 0: as often as one likes")],
    *,
    proposal: Agreed = "",
    actor: Actor = "",
) -> None:
    """Give a key a limit of uses, or take it away."""
    wanted: dict[str, Fact] = {"key": key, "count": count}
    with agreed(KeyOperation.LIMIT, wanted, proposal=proposal, actor=actor) as (base, use):
        found = find(base, key)
        with base.store.transaction() as tx:
            base.custody.limit(tx, found, count or None, actor=actor_of(actor))
            use(tx)
    console.print(f"{key}: {f'at most {count} uses' if count else 'no limit'}", highlight=False)


@app.command()
def destroy(
    key: KeyName,
    *,
    witness: Annotated[list[str], typer.Option(help="Who watches; two, neither of them the one who acts")],
    reason: Annotated[str, typer.Option(help="Why the key must go")],
    proposal: Agreed = "",
    actor: Actor = "",
) -> None:
    """Destroy a key for ever, try to use it, and keep the refusal as a signed proof."""
    told = require_reason(reason)
    wanted: dict[str, Fact] = {"key": key, "witnesses": "\n".join(witness)}
    with (
        instance() as opened,
        agreed_operation(opened.base, KeyOperation.DESTROY, wanted, proposal=proposal, by=actor_of(actor)) as use,
    ):
        base = opened.base
        proof = base.destroyer.destroy(
            find(base, key),
            actor=actor_of(actor),
            witnesses=witness,
            reason=told,
            credential=opened.service_keys.credential(Role.AUDIT),
            further=use,
        )
    typer.echo(proof.statement.decode())


@app.command()
def destroyed(key: KeyName) -> None:
    """Show the proof that a key was destroyed, once its signature has been verified."""
    with foundation() as base:
        statement = base.destroyer.statement(find(base, key))
    typer.echo(json.dumps(statement, ensure_ascii=False, indent=2))


@app.command()
def rewrap(
    keys: Annotated[list[str] | None, typer.Argument(help="Handles of the keys; none: all")] = None,
    *,
    proposal: Agreed = "",
    actor: Actor = "",
) -> None:
    """Give private keys new data keys, and those of older forms today's."""
    with agreed(KeyOperation.REWRAP, {}, proposal=proposal, actor=actor) as (base, use):
        names = [find(base, one).handle.partition(":")[2] for one in keys or ()]
        count = base.rewrapping.rewrap(actor=actor_of(actor), keys=names)
        with base.store.transaction() as tx:
            use(tx)
    console.print(f"rewrapped: {count}", highlight=False)


@app.command("rekey-root")
def rekey_root(*, proposal: Agreed = "", actor: Actor = "") -> None:
    """Put a new root key into the place of the old one. A change that broke off goes on; the service may go on running.

    Backups made before cannot be restored afterwards: make a new one.
    """
    with agreed(KeyOperation.REKEY_ROOT, {}, proposal=proposal, actor=actor) as (base, use):
        generation = base.root_change.change(actor=actor_of(actor), further=use)
    console.print(f"root key of generation {generation}; make a new backup now", highlight=False)


@app.command()
def divide(
    *,
    holder: Annotated[list[str], typer.Option(help="Who gets a share; repeat for each")],
    threshold: Annotated[int, typer.Option(help="How many shares are the root key")],
    transcript: Annotated[Path, typer.Option(help="Where the transcript goes")] = Path("shares.md"),
    proposal: Agreed = "",
    actor: Actor = "",
) -> None:
    """Divide the root key among people (SLIP-39). Each share is shown once: hand it to its holder alone."""
    wanted: dict[str, Fact] = {"threshold": threshold, "holders": "\n".join(holder)}
    with agreed(KeyOperation.DIVIDE_ROOT, wanted, proposal=proposal, actor=actor) as (base, use):
        shares, told = base.divide_root(threshold=threshold, holders=holder, actor=actor_of(actor), further=use)
    for one in shares:
        typer.echo(f"{one.index}  {one.holder}\n   {one.words}")
    try:
        transcript.write_text(told, encoding="utf-8")
    except OSError as error:  # the shares are handed out: the same division is never made again
        typer.echo(told)
        errors.print(f"[red]the transcript was not written but shown[/red]: {error.strerror}", highlight=False)
        raise typer.Exit(1) from None
    typer.echo(f"transcript: {transcript}")


@app.command("combine")
def combine_shares(*, actor: Actor = "") -> None:
    """Write a divided root key into its file again, to change it, or because its holders change.

    The words of each share are asked for, and not shown. Then: rekey-root, divide, and take the file away.
    """
    base = Foundation.open_sealed(Settings.read())
    try:
        generation = base.combine_root(map(ask_share, count(1)), actor=actor_of(actor))
    finally:
        base.store.close()
    console.print(f"root key of generation {generation} in {base.settings.root_key}", highlight=False)


def ask_share(number: int) -> str:
    """Ask for the words of a share."""
    return getpass.getpass(f"share {number}: ") if sys.stdin.isatty() else sys.stdin.readline()


@app.command("to-token")
def to_token(
    label: Annotated[str, typer.Argument(help="Label of the token's key, which is made")],
    *,
    proposal: Agreed = "",
    actor: Actor = "",
) -> None:
    """Put the root key under a key of the PKCS #11 token that the settings name."""
    with agreed(KeyOperation.ROOT_TO_TOKEN, {"label": label}, proposal=proposal, actor=actor) as (base, use):
        base.keep_root_in_token(label, actor=actor_of(actor), further=use)
        console.print(f"the root key is in {base.settings.root_token}", highlight=False, soft_wrap=True)
    console.print(f"set TRUST_ROOT_TOKEN_KEY to {label}, try it, and then take the file of the root key away")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Where the backup goes; never over another file")]) -> None:
    """Write every key, enciphered as it is in the database, with a proof that the file is whole."""
    if file.exists():
        raise typer.BadParameter(f"{file} exists", param_hint="FILE")
    with instance() as opened:
        base, service_keys = opened.base, opened.service_keys
        made = base.keeper.backup(
            credential=service_keys.credential(Role.AUDIT),
            certificates=[one for role in Role for one in service_keys.certificates(role)],
        )
    file.touch(mode=OWNER_ALONE, exist_ok=False)
    file.write_bytes(made.encoded)
    console.print(f"{len(made.keys)} keys in {file}; keep the root key elsewhere", highlight=False)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `trust keys backup` wrote")],
    *,
    actor: Actor = "",
) -> None:
    """Put keys from a backup where they are missing or broken. Nothing is changed unless all of it is verified."""
    with foundation() as base:
        done = base.keeper.restore(file.read_bytes(), actor=actor_of(actor))
    console.print(f"added {done.added}, mended {done.mended}, kept as they are {done.kept}", highlight=False)
