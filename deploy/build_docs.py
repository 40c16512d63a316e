"""Writes the documents that follow from the code: settings, error codes, lifecycles, permissions, algorithms.

    .venv/bin/python deploy/build_docs.py

A test compares the files with what this program makes, so that they cannot drift.
"""

import importlib
import json
import pkgutil
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic.json_schema import models_json_schema

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import api.permissions
import api.problems
import api.verification_jobs.jobs
import identity.delegation.mandates
import identity.four_eyes.proposals
import identity.lifecycle
import identity.proving.orders
import identity.recovery.recovery
import keys.lifecycle
import licence.bulk.lifecycle
import licence.life.reviewing
import licence.lifecycle
import licence.sharing.entries
import seal.lifecycle
import seal.stamping.approvals
from api.pages.words import WORDS as PAGE_WORDS
from api.schemas.verification import ClaimVerdict, FileVerdict
from api.settings import Settings
from api.words import WORDS
from seal.data.deviations import Deviation
from seal.verification.checks import CHECKS, WARNINGS
from trust.crypto.algorithms import KEYS, SIGNATURES
from trust.crypto.backends import EVIDENCE
from trust.errors import TrustError, leaves
from trust.lifecycle import Lifecycle

PACKAGES = ("trust", "keys", "identity", "seal", "licence", "api")
SKIPPED = ("api.migrations.env", "api.migrations.versions")


def load_everything() -> None:
    """Import every module, so that every error class is known."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not found.name.startswith(SKIPPED):
                importlib.import_module(found.name)


def settings() -> str:
    """Return docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "Read from the environment alone, by `api/settings.py` alone. No secret has a default.",
        "",
        "| Variable | Default | Meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        shown = "" if default in (None, "") else f"`{default}`"
        lines.append(f"| `TRUST_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines) + "\n"


def errors() -> str:
    """Return docs/errors.md."""
    load_everything()
    by_code: dict[str, type[TrustError]] = {kind.code: kind for kind in leaves()}
    lines = [
        "# Error codes",
        "",
        "Every error is answered as a problem (RFC 9457) with one of these codes; they are stable. What stands in",
        "braces is told in `details`.",
        "",
        "| Code | Status | 中文 | English |",
        "|---|---|---|---|",
    ]
    for code, (chinese, english) in sorted(WORDS.items()):
        kind = by_code.get(code)
        status = "" if kind is None else str(api.problems.status_of(kind).value)
        lines.append(f"| `{code}` | {status} | {chinese} | {english} |")
    return "\n".join(lines) + "\n"


LIVES: Mapping[str, tuple[str, "Lifecycle[object, object]"]] = {
    "电子印章 Electronic seal": ("seal/lifecycle.py", seal.lifecycle.LIFECYCLE),
    "用印审批 Approval before use": ("seal/stamping/approvals.py", seal.stamping.approvals.LIFECYCLE),
    "电子证照 Licence": ("licence/lifecycle.py", licence.lifecycle.LIFECYCLE),
    "证照复核 Review of a licence's step": ("licence/life/reviewing.py", licence.life.reviewing.LIFECYCLE),
    "证照类型 Licence type": ("licence/lifecycle.py", licence.lifecycle.TYPE_LIFECYCLE),
    "批量任务 Bulk job": ("licence/bulk/lifecycle.py", licence.bulk.lifecycle.LIFECYCLE),
    "验证任务 Verification job": ("api/verification_jobs/jobs.py", api.verification_jobs.jobs.LIFECYCLE),
    "共享授权 Grant of sharing": ("licence/sharing/entries.py", licence.sharing.entries.LIFECYCLE),
    "主体 Person or organisation": ("identity/lifecycle.py", identity.lifecycle.LIFECYCLE),
    "在线核验 Proofing by a provider": ("identity/proving/orders.py", identity.proving.orders.LIFECYCLE),
    "账号找回 Recovery of an account": ("identity/recovery/recovery.py", identity.recovery.recovery.LIFECYCLE),
    "授权委托 Delegation": ("identity/delegation/mandates.py", identity.delegation.mandates.LIFECYCLE),
    "待批事项 Proposal": ("identity/four_eyes/proposals.py", identity.four_eyes.proposals.LIFECYCLE),
    "业务系统 Business system": ("identity/lifecycle.py", identity.lifecycle.CLIENT_LIFECYCLE),
    "密钥 Key": ("keys/lifecycle.py", keys.lifecycle.LIFECYCLE),
}


def lifecycles() -> str:
    """Return docs/lifecycles.md."""
    lines = [
        "# Lifecycles",
        "",
        "Made from the tables in the code. Every step is taken by another person than the step before it, but for the",
        "events named under each diagram, which the same person may take.",
        "",
    ]
    for title, (path, life) in LIVES.items():
        alone = ", ".join(sorted(f"`{event.value}`" for event in life.alone)) or "none"
        lines += [f"## {title}", "", f"`{path}`", "", "```mermaid", life.diagram().rstrip(), "```", ""]
        lines += [f"The same person may take: {alone}.", ""]
    return "\n".join(lines)


def years(moment: datetime | None) -> str:
    """Return the year in which something has ended."""
    return "–" if moment is None else f"{moment:%Y-%m-%d}"


def algorithms() -> str:
    """Return docs/algorithms.md."""
    lines = [
        "# Algorithms",
        "",
        "Made from `trust/crypto/algorithms.py` and `trust/crypto/backends.py`, where an algorithm is a row of data.",
        "",
        "## Keys of this house",
        "",
        "What a private key signs is what `PublicKey.digest` makes of a message: e for SM2 (GB/T 32918.2-2016, 6.1),",
        "the hash for P-256 and RSA, µ for ML-DSA (FIPS 204, 6.2). Every new key signs once, and the signature is",
        "verified, before it is used.",
        "",
        "| Name | Family | Key | Curve or bits | Signature | Octets signed | Bits of security | Ends |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for key in KEYS.values():
        size = f"`{key.curve_oid}`" if key.curve_oid else str(key.modulus_bits or "–")
        lines.append(
            f"| {key.name} | {key.kind.value} | `{key.key_oid}` | {size} | `{key.signature_oid}` "
            f"| {key.signed_length} | {key.security_bits} | {years(key.ends)} |"
        )
    lines += [
        "",
        "## Signatures that are read",
        "",
        "From its end on nothing new may be signed so; what a time-stamp proves to be older still holds. Broken ones",
        "prove nothing at any time, and neither do keys of fewer than 112 bits of security (RSA below 2048 bits,",
        "curves below 224). Keys of fewer than 128 bits end on 2031-01-01 (NIST SP 800-57 part 1 revision 5, table 4;",
        "ETSI TS 119 312 would end RSA below 3000 bits earlier).",
        "",
        "| Identifier | Name | Family | Hash | Strength | Ends |",
        "|---|---|---|---|---|---|",
    ]
    for one in SIGNATURES.values():
        digest = one.digest.value if one.digest else "named beside it, or its own"
        lines.append(
            f"| `{one.oid}` | {one.name} | {one.kind.value} | {digest} | {one.strength.value} | {years(one.ends)} |"
        )
    lines += [
        "",
        "## Other algorithms",
        "",
        "| Algorithm | Standard | By | For |",
        "|---|---|---|---|",
        "| SM3 | GB/T 32905-2016 | the interpreter's libcrypto, else `cryptography` | digests |",
        "| HMAC-SM3 | GB/T 15852.2, GM/T 0042-2015, D.3 | `cryptography` | derived keys, blind indexes |",
        "| SM4-GCM | GB/T 32907-2016, RFC 8998 | `cryptography`, long data Libgcrypt (decision 0027) | data at rest |",
        "| SM4-CBC, SM4-ECB | GB/T 32907-2016 | `cryptography` | formats that prescribe them alone |",
        "| SM2 encryption | GB/T 32918.4-2016 | the backends below | C1C3C2 and SM2Cipher; C1C2C3 is read alone |",
        "",
        "## Backends of SM2",
        "",
        "`TRUST_CRYPTO_BACKEND` chooses (`auto`: decision 0010); `trust doctor` and `/health/ready` tell who computes.",
        "At each start a self-test holds every library of the machine against the published values and against the",
        "others, and the service does not start if one errs. A backend whose time tells anything of a key is refused",
        "private keys; `make timing` measures that on each.",
        "",
        "| Backend | Private keys | Why | Measured difference between secrets |",
        "|---|---|---|---|",
    ]
    for name, evidence in EVIDENCE.items():
        held = "yes" if evidence.constant_time else "refused"
        lines.append(f"| {name} | {held} | {evidence.told} | {evidence.measured} |")
    lines += [
        "",
        "A large t together with a large difference proves a leak. None that is found on a machine that others use as",
        "well is weak evidence of there being none. On ARM and RISC-V libcrypto from OpenSSL 3.2 on is refused private",
        "keys, since its SM2 branches on secrets there (CVE-2025-9231).",
    ]
    return "\n".join(lines) + "\n"


def seal_checks() -> str:
    """Return docs/seal-checks.md."""
    lines = [
        "# Checks on seals and seal signatures",
        "",
        "Made from `checks.py` and `results.py` in seal/verification, and `seal/data/deviations.py`. A report tells",
        "every check that was made, in this order: for a document first what the package shows, then GB/T 38540-2020,",
        "7.3, whose last step is the whole of 6.3 over the seal inside. A check that did not pass has one of these",
        "codes, which are stable; whether it makes the verdict failed or indeterminate is for its sub-indication to",
        "say ([verdicts.md](verdicts.md)). The checks on certificates of step c are made for every certificate below",
        "the anchor.",
        "",
        "| Step | Check | Sub-indication | Result | 中文 | English |",
        "|---|---|---|---|---|---|",
    ]
    for one in CHECKS:
        rows = [*((indication.value, result) for indication, result in one.finer.items())]
        rows.append(("any other" if rows else "any", one.result))
        for indication, result in rows:
            chinese, english = PAGE_WORDS[f"result.{result}"]
            lines.append(f"| {one.step} | `{one.name}` | {indication} | `{result}` | {chinese} | {english} |")
    lines += [
        "",
        "## Warnings",
        "",
        "The check passed, and something is to be known. GM/T 0031-2025 lets a seal stand whose maker's certificate",
        "has expired, or was revoked, only after the seal was made. Where no time-stamp in the seal proves when that",
        "was, the maker's own key is all that says it: then only a revocation in good order (superseded, ceased,",
        "moved) is a warning, since whoever has stolen the key makes seals of any day. A time-stamp that has lapsed",
        "([verdicts.md](verdicts.md)) is a warning as well: where its proof is needed, other checks find it missing.",
        "",
        "| Step | Check | Result | 中文 | English |",
        "|---|---|---|---|---|",
    ]
    steps = {one.name: one.step for one in CHECKS}  # of names that stand in two steps, that of the maker is the last
    for result, name in WARNINGS.items():
        chinese, english = PAGE_WORDS[f"result.{result}"]
        lines.append(f"| {steps[name]} | `{name}` | `{result}` | {chinese} | {english} |")
    lines += [
        "",
        "## Deviations that are tolerated",
        "",
        "What real vendors do otherwise than the standards. It is told in `remarks` of the check of the format, with",
        "the field, and changes no verdict. Everything else that deviates is refused, and the refusal names the",
        "field.",
        "",
        "| Code | 中文 | English |",
        "|---|---|---|",
    ]
    for deviation in Deviation:
        chinese, english = PAGE_WORDS[f"deviation.{deviation}"]
        lines.append(f"| `{deviation}` | {chinese} | {english} |")
    return "\n".join(lines) + "\n"


def verdict_schema() -> str:
    """Return docs/verdict.schema.json: what `POST /v1/verify` and `trust verify --json` tell."""
    _, schema = models_json_schema(
        [(FileVerdict, "serialization"), (ClaimVerdict, "serialization")], ref_template="#/$defs/{model}"
    )
    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Verdict of a verification, version 1 (docs/verdicts.md)",
        "anyOf": [{"$ref": "#/$defs/FileVerdict"}, {"$ref": "#/$defs/ClaimVerdict"}],
        **schema,
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def permissions() -> str:
    """Return docs/permissions.md."""
    lines = [
        "# Permissions",
        "",
        "Made from the tables in `api/permissions.py`. Every route names one permission; any of the duties has it; the",
        "level is that which the session must have at least ([sign-on.md](sign-on.md)). `TRUST_FLOORS` raises some.",
        "",
        "| Permission | Level | Duties |",
        "|---|---|---|",
    ]
    for one in api.permissions.Permission:
        duties = ", ".join(f"`{duty}`" for duty in sorted(api.permissions.PERMITTED[one]))
        if one in api.permissions.PUBLIC:
            duties = "everybody, without a login"
        elif one in api.permissions.ABOUT_ONESELF:
            duties = "everybody with a login, about themselves"
        lines.append(f"| `{one}` | L{api.permissions.floor_of(one)} | {duties} |")
    return "\n".join(lines) + "\n"


def documents() -> dict[Path, str]:
    """Return every document by its place."""
    return {
        ROOT / "docs" / "settings.md": settings(),
        ROOT / "docs" / "errors.md": errors(),
        ROOT / "docs" / "lifecycles.md": lifecycles(),
        ROOT / "docs" / "permissions.md": permissions(),
        ROOT / "docs" / "algorithms.md": algorithms(),
        ROOT / "docs" / "seal-checks.md": seal_checks(),
        ROOT / "docs" / "verdict.schema.json": verdict_schema(),
    }


def main() -> None:
    """Write every document."""
    for path, text in documents().items():
        path.write_text(text)
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
