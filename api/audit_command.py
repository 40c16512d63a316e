"""`trust audit`: proofs of single uses of a seal, made from the trail and verified with no network and no database."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from api.keys_command import instance
from api.terminal import terminal
from seal.ledger.proof import StampingProof, prove
from trust.audit import make_checkpoint
from trust.audit_proof import NotCheckpointed, ProofMalformed
from trust.certificates import Certificate, read_pem
from trust.founding import Role

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="The audit trail: proofs of single uses of a seal.")
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
    if proof.stat().st_size > LARGEST:
        raise ProofMalformed(member="size")
    trusted = [one for path in certificate for one in certificates_in(path.read_bytes())]
    proven = StampingProof.from_json(proof.read_bytes()).verify(trusted)
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


def certificates_in(content: bytes) -> list[Certificate]:
    """Return every certificate of a file in PEM, or the one that it is in DER."""
    return [Certificate(one) for one in tuple(read_pem(content, "CERTIFICATE")) or (content,)]
