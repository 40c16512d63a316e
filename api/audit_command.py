"""`trust audit`: whether the trail holds, checkpoints that are kept elsewhere, proofs of what stands in it.

Proofs are made from the trail, and verified with no network and no database.
"""

from contextlib import closing
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from api.keys_command import instance
from api.settings import Settings
from api.terminal import terminal
from seal.ledger.proof import StampingProof, prove
from trust.audit import AuditTrail, check, make_checkpoint
from trust.audit_export import AuditExport
from trust.audit_keeping import keep_checkpoints, kept_checkpoints
from trust.audit_proof import NotCheckpointed, ProofMalformed
from trust.certificates import Certificate, read_pem
from trust.clock import SystemClock
from trust.founding import Role
from trust.store import Store

__all__ = ["app"]

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The audit trail: whether it holds, checkpoints elsewhere, proofs."
)
console = terminal()

LARGEST: Final = 256 << 20
"""Octets of a proof: some hundred thousand events between a use and the checkpoint after it."""


@app.command("prove-stamping")
def prove_stamping(
    *,
    stamping: Annotated[str, typer.Argument(help="Line of the ledger, such as stamp_01k9…")],
    out: Annotated[Path, typer.Option(help="Where the proof goes")] = Path("stamping-proof.json"),
) -> None:
    """Write the proof of a line of the ledger; where no checkpoint follows it yet, one is signed first."""
    with instance() as opened:
        store, keys = opened.base.store, opened.service_keys
        try:
            with store.reading() as view:
                proof = prove(view, stamping)
        except NotCheckpointed:
            make_checkpoint(store, *keys.credential(Role.AUDIT))
            with store.reading() as view:
                proof = prove(view, stamping)
    out.write_bytes(proof.to_json())
    console.print(f"proof: {out}, {len(proof.chain.events)} events", highlight=False)


@app.command("verify-proof")
def verify_proof(
    *,
    proof: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="File of the proof")],
    certificate: Annotated[
        list[Path],
        typer.Option(exists=True, dir_okay=False, help="Certificate for checkpoints, kept elsewhere; repeatable"),
    ],
) -> None:
    """Verify a proof with nothing but the certificates for checkpoints. Exit 1 where it proves nothing."""
    proven = StampingProof.from_json(content_of(proof)).verify(trusted_by(certificate))
    line = proven.stamping
    told = {
        "stamping": line.id,
        "seal": line.seal,
        "actor": line.actor,
        "purpose": line.purpose,
        "document kind": line.document_kind,
        "document hash": line.document_hash,
        "reference": line.reference,
        "result": line.state.value,
        "intended at": proven.intended_at.isoformat(),
        "ended at": proven.ended_at.isoformat(),
        "sealed at": proven.sealed_at.isoformat(),
    }
    for name, value in told.items():
        console.print(Text(f"{name:14} {value}"), soft_wrap=True)


@app.command("verify-export")
def verify_export(
    *,
    export: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="File of the export")],
    certificate: Annotated[
        list[Path],
        typer.Option(exists=True, dir_okay=False, help="Certificate for checkpoints, kept elsewhere; repeatable"),
    ],
) -> None:
    """Verify exported events with nothing but the certificates for checkpoints. Exit 1 where they prove nothing."""
    read = AuditExport.from_json(content_of(export))
    for one in read.verify(trusted_by(certificate)):
        event = one.event
        facts = " ".join(f"{name}={value}" for name, value in sorted(event.facts.items()))
        line = f"{one.sequence} {one.at.isoformat()} {event.tag} {event.actor} {event.subject} {facts}"
        console.print(Text(line.rstrip()), soft_wrap=True)
    console.print(f"{len(read.events)} events, sealed at {read.chain.checkpoint.at.isoformat()}", highlight=False)


@app.command("keep")
def keep(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="File elsewhere that grows; made where there is none")],
) -> None:
    """Append the checkpoints that are not in a file yet. Exit 1 where the trail is not the one that was kept."""
    try:
        with closing(trail()) as store, store.reading() as view:
            count = keep_checkpoints(view, file)
    except OSError as error:
        raise typer.BadParameter(str(error), param_hint="FILE") from None
    console.print(f"kept: {count} checkpoints, in {file}", highlight=False, soft_wrap=True)


@app.command("check")
def check_trail(
    *,
    certificate: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Certificate for checkpoints, kept elsewhere; repeatable"),
    ] = None,
    kept: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Checkpoints that `trust audit keep` wrote")
    ] = None,
) -> None:
    """Recompute the whole trail, and hold it against every checkpoint. Exit 1 where it does not hold.

    Takes the database alone, and no key, where certificates are named. Else those of the instance are believed, which
    whoever writes the database could have exchanged.
    """
    statements = () if kept is None else kept_checkpoints(kept)
    if certificate:
        with closing(trail()) as store, store.reading() as view:
            report = check(view, trusted=trusted_by(certificate), kept=statements)
    else:
        with instance() as opened, opened.base.store.reading() as view:
            report = check(view, trusted=opened.service_keys.certificates(Role.AUDIT), kept=statements)
        console.print("believed: the certificates that the instance itself names", highlight=False)
    counts = f"{report.events} events, {report.checkpoints} checkpoints, {len(statements)} of them kept elsewhere"
    if report.broken_at is not None:
        console.print(f"broken at {report.broken_at}: {report.reason}", highlight=False)
        raise typer.Exit(1)
    console.print(f"intact: {counts}", highlight=False)


def trail() -> Store:
    """Return the database of the instance, which is read without its keys."""
    return Store(Settings.read().database, clock=SystemClock(), journal=AuditTrail())


def content_of(path: Path) -> bytes:
    """Return what a file holds. Raise `ProofMalformed` for one that is larger than any proof."""
    if path.stat().st_size > LARGEST:
        raise ProofMalformed(member="size")
    return path.read_bytes()


def trusted_by(paths: list[Path]) -> list[Certificate]:
    """Return the certificates of some files."""
    return [one for path in paths for one in certificates_in(path.read_bytes())]


def certificates_in(content: bytes) -> list[Certificate]:
    """Return every certificate of a file in PEM, or the one that it is in DER."""
    return [Certificate(one) for one in tuple(read_pem(content, "CERTIFICATE")) or (content,)]
