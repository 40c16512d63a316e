"""`trust pki`: authorities, their lists and succession; requests to authorities outside, and what comes back."""

import json
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from api.key_changes import KeyOperation
from api.keys_command import Agreed, actor_of, agreed, find, foundation
from api.terminal import terminal
from trust import pki_repository
from trust.certificates import Certificate, pem
from trust.certification_requests import CertificationRequest
from trust.paths import Purpose
from trust.profiles import DOCUMENT_SIGNER, SEAL_MAKER, SEAL_OWNER, TIME_STAMPING, Name, Profile
from trust.signing import KeyPurpose
from trust.status import REASONS

__all__ = ["app"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Authorities, revocation lists, certificates of authorities outside.",
)
console = terminal()

PROFILES: Final[dict[KeyPurpose, Profile]] = {
    KeyPurpose.SEAL_OWNER: SEAL_OWNER,
    KeyPurpose.SEAL_MAKER: SEAL_MAKER,
    KeyPurpose.DOCUMENT: DOCUMENT_SIGNER,
    KeyPurpose.TIME_STAMPING: TIME_STAMPING,
}
"""What a certificate of an authority outside is asked to be, by the purpose of its key."""

Actor = Annotated[str, typer.Option(help="Who does this, for the audit trail; default: the user of this process")]
Given = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="File in PEM or DER")]


@app.command("list")
def list_authorities(*, as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False) -> None:
    """Show every authority with its generation, end, list and responder; requests that wait; what ends soon."""
    with foundation() as base, base.store.reading() as view:
        kept = pki_repository.kept_lists(view)
        rows = []
        for one in base.authorities.all(view):
            complete = kept.get(pki_repository.ListId(one.name))
            responder = pki_repository.responder(view, one.name)
            rows.append(
                {
                    "authority": one.name,
                    "line": one.line,
                    "generation": one.generation,
                    "subject": one.certificate.common_name,
                    "ends": f"{one.certificate.not_after:%Y-%m-%d}",
                    "list": None if complete is None else complete.number,
                    "entries": 0 if complete is None else complete.entries,
                    "next_update": None if complete is None else f"{complete.next_update:%Y-%m-%d %H:%M}Z",
                    "shards": sum(place.issuer == one.name and not place.is_complete for place in kept),
                    "responder_ends": None if responder is None else f"{responder.certificate.not_after:%Y-%m-%d}",
                }
            )
        waiting = [{"request": one.id, "key": one.key.handle} for one in base.outside.waiting(view)]
        ending = [
            {
                "request": one.request.id,
                "certificate": one.certificate.fingerprint,
                "ends": str(one.certificate.not_after),
            }
            for one in base.outside.renewals(view)
        ]
    if as_json:
        typer.echo(json.dumps({"authorities": rows, "waiting": waiting, "ending": ending}, ensure_ascii=False))
        return
    table = Table(*rows[0] if rows else ("authority",))
    for row in rows:
        table.add_row(*("–" if value is None else str(value) for value in row.values()))
    console.print(table)
    for asked in waiting:
        console.print(f"waiting for its certificate: {asked['request']} of {asked['key']}", highlight=False)
    for ended in ending:
        console.print(f"[yellow]ends at {ended['ends']}[/yellow]: renew {ended['request']}", highlight=False)


@app.command()
def show(certificate: Given) -> None:
    """Show what a certificate says, and whether this instance issued and revoked it."""
    content = certificate.read_bytes()
    found = Certificate.from_pem(content) if b"-----BEGIN" in content else Certificate(content)
    lines = {
        "subject": found.common_name,
        "organisation": found.organisation,
        "issuer": found.issuer_common_name,
        "serial": f"{found.serial:x}",
        "valid": f"{found.not_before:%Y-%m-%d %H:%M}Z to {found.not_after:%Y-%m-%d %H:%M}Z",
        "key": found.key_family,
        "fingerprint": found.fingerprint,
    }
    with foundation() as base, base.store.reading() as view:
        known, revocation = False, None
        for one in base.authorities.all(view):
            if one.certificate.subject == found.issuer:
                known, revocation = pki_repository.status(view, one.name, found.serial)
    told = (
        "not issued here"
        if not known
        else "good"
        if revocation is None
        else f"revoked at {revocation.at:%Y-%m-%d %H:%M}Z"
    )
    for name, value in {**lines, "status": told}.items():
        console.print(f"{name:13} {value}", highlight=False, soft_wrap=True)


@app.command()
def request(
    *,
    key: Annotated[str, typer.Argument(help="Handle of the key, as `trust keys list` shows it")],
    common_name: Annotated[str, typer.Option(help="Common name, such as the code of a seal")],
    organisation: Annotated[str, typer.Option(help="Name of the organisation")],
    identifier: Annotated[str, typer.Option(help="Unified social credit code of the organisation")] = "",
    out: Annotated[Path, typer.Option(help="Where the request goes, in PEM")] = Path("request.pem"),
    actor: Actor = "",
) -> None:
    """Make a request (PKCS #10) for the certificate of a key, to be carried to a licensed authority."""
    with foundation() as base:
        asked = find(base, key)
        if asked.purpose not in PROFILES:
            raise typer.BadParameter(f"keys for {asked.purpose.value} are certified by our own authorities alone")
        subject = Name(common_name=common_name, organisation=organisation, organisation_identifier=identifier)
        made = base.outside.request(asked, subject=subject, profile=PROFILES[asked.purpose], actor=actor_of(actor))
    out.write_bytes(made.request.pem)
    console.print(f"{made.id}: {out}", highlight=False)


@app.command()
def export(
    *,
    name: Annotated[str, typer.Argument(help="The request, as `trust pki list` shows it")],
    out: Annotated[Path, typer.Option(help="Where the request goes, in PEM")] = Path("request.pem"),
) -> None:
    """Write a request that waits for its certificate to a file, such as that of a seal that is being made."""
    with foundation() as base, base.store.reading() as view:
        found = base.outside.require(view, name)
    out.write_bytes(found.request.pem)
    console.print(f"{found.id}: {out}", highlight=False)


@app.command()
def renew(
    *,
    name: Annotated[str, typer.Argument(help="The request whose certificate ends, as `trust pki list` shows it")],
    out: Annotated[Path, typer.Option(help="Where the request goes, in PEM")] = Path("request.pem"),
    actor: Actor = "",
) -> None:
    """Ask again for the same key and name."""
    with foundation() as base:
        made = base.outside.renew(name, actor=actor_of(actor))
    out.write_bytes(made.request.pem)
    console.print(f"{made.id}: {out}", highlight=False)


@app.command("import")
def import_certificate(
    *,
    name: Annotated[str, typer.Argument(help="The request that it answers, as `trust pki list` shows it")],
    certificates: Given,
    actor: Actor = "",
) -> None:
    """Take in the certificate that an authority outside issued, with those above it in one file."""
    with foundation() as base:
        made = base.outside.import_certificate(name, certificates.read_bytes(), actor=actor_of(actor))
    console.print(f"{made.common_name}: valid to {made.not_after:%Y-%m-%d}", highlight=False)


@app.command("import-crl")
def import_list(*, revocation_list: Given, actor: Actor = "") -> None:
    """Take in a revocation list of an authority outside, once its signature and its freshness are checked."""
    with foundation() as base:
        made = base.outside.import_list(revocation_list.read_bytes(), actor=actor_of(actor))
    console.print(f"of {made.this_update:%Y-%m-%d %H:%M}Z, good to {made.next_update:%Y-%m-%d %H:%M}Z", highlight=False)


@app.command("trust")
def trust_anchor(
    *,
    certificate: Given,
    purpose: Annotated[list[Purpose], typer.Option(help="What it is trusted for, and nothing else; repeatable")],
    actor: Actor = "",
) -> None:
    """Take up the root of an authority outside as an anchor."""
    with foundation() as base:
        made = base.outside.trust(certificate.read_bytes(), purposes=purpose, actor=actor_of(actor))
    console.print(f"{made.fingerprint} {made.common_name}", highlight=False, soft_wrap=True)


@app.command("distrust")
def distrust_anchor(
    *, fingerprint: Annotated[str, typer.Argument(help="SM3 of the anchor, in hex")], actor: Actor = ""
) -> None:
    """Trust an anchor no more."""
    with foundation() as base:
        base.outside.distrust(fingerprint, actor=actor_of(actor))


@app.command("issue-double")
def issue_double(
    *,
    asked: Given,
    common_name: Annotated[str, typer.Option(help="Common name that was approved, whatever the request says")],
    organisation: Annotated[str, typer.Option(help="Name of the organisation that was approved")],
    identifier: Annotated[str, typer.Option(help="Unified social credit code of the organisation")] = "",
    issuer: Annotated[str, typer.Option(help="The authority that issues")] = "issuing-sm2",
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for both certificates and the envelope")] = Path(),
) -> None:
    """Issue double certificates for a request with an SM2 key: to sign with, and to encipher to with its key."""
    request = CertificationRequest.read(asked.read_bytes())
    subject = Name(common_name=common_name, organisation=organisation, organisation_identifier=identifier)
    with foundation() as base:
        pair = base.double_certificates.issue(request, issuer=issuer, profile=DOCUMENT_SIGNER, subject=subject)
    out.mkdir(parents=True, exist_ok=True)
    (out / "signing.pem").write_bytes(pem(pair.signing.der))
    (out / "encryption.pem").write_bytes(pem(pair.encryption.der))
    (out / "encryption-key.der").write_bytes(pair.envelope)
    console.print(f"signing.pem, encryption.pem and encryption-key.der in {out}", highlight=False, soft_wrap=True)


@app.command()
def revoke(
    *,
    certificate: Given,
    reason: Annotated[
        int, typer.Option(help="CRLReason (RFC 5280, 5.3.1): 1 key compromise, 4 superseded, 5 cessation")
    ],
    actor: Actor = "",
) -> None:
    """Revoke a certificate that this instance issued, and publish the lists that name it."""
    if reason not in REASONS - {6, 8}:
        raise typer.BadParameter("no such reason; nothing is put on hold here", param_hint="--reason")
    content = certificate.read_bytes()
    found = Certificate.from_pem(content) if b"-----BEGIN" in content else Certificate(content)
    with foundation() as base:
        with base.store.transaction() as tx:
            base.authorities.revoke(tx, found, reason=reason, actor=actor_of(actor))
        base.authorities.publish_revoked()
    console.print(f"revoked {found.serial:x}", highlight=False)


@app.command()
def publish(name: Annotated[str, typer.Argument(help="The authority, such as issuing-sm2")]) -> None:
    """Make a new complete list of an authority now, and every other list that is due."""
    with foundation() as base:
        made = base.authorities.publish(name)
        base.authorities.keep_lists_fresh()
        base.responders.keep_fresh()
    console.print(f"list {made.number} of {name}", highlight=False)


@app.command("rotate-authority")
def rotate_authority(
    *,
    name: Annotated[str, typer.Argument(help="The authority, such as issuing-sm2")],
    proposal: Agreed = "",
    actor: Actor = "",
) -> None:
    """Give an authority its next generation, which issues from now on. The service goes on meanwhile."""
    with agreed(KeyOperation.ROTATE_AUTHORITY, {"authority": name}, proposal=proposal, actor=actor) as (base, use):
        made = base.succeed(name, actor=actor_of(actor), further=use)
    console.print(f"{made.name}: {made.certificate.common_name}", highlight=False)
    if made.issuer is None:
        typer.echo(pem(made.certificate.der).decode(), nl=False)
        console.print("[yellow]a new anchor[/yellow]: verifiers need it before anything below it reaches them")
