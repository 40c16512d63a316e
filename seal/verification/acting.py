"""Who acted, judged: whether the delegations that a signature carries lead from the owner of its seal to who acted.

What signatures of earlier versions and of other houses do not carry, is not asked for.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from seal.data.acting import ACTING, ActingFor, ActingMalformed
from seal.data.asn1 import SealSignature
from trust.asn1 import der
from trust.cms import Content, SignedMessage, SignerInfo, read_signed_message
from trust.cms_verification import judge_cms
from trust.delegation_checks import DelegatedUse, judge_chain
from trust.delegations import Matter
from trust.errors import TrustError
from trust.paths import Evidence
from trust.reports import Proves, SignatureReport, left_open

__all__ = ["acting_in", "acting_of", "judge_message", "read_again", "with_acting"]


def acting_in(signature: SealSignature | None) -> tuple[bytes, ...]:
    """Return what a seal signature tells of who acted."""
    return () if signature is None else tuple(one.value for one in signature.extensions if one.oid == ACTING)


def acting_of(signer: SignerInfo) -> tuple[bytes, ...]:
    """Return what the signer of a message tells of who acted."""
    return signer.signed_values.get(ACTING, ())


def with_acting(
    report: SignatureReport, told: Sequence[bytes], evidence: Evidence, *, now: datetime, seal: str | None
) -> SignatureReport:
    """Return `report` with who acted, and the checks on the delegations that it carries.

    `seal` is the code of the seal, where the signature is one with a seal.
    """
    try:
        (encoded,) = told
        acting = ActingFor.read(encoded)
    except (ActingMalformed, ValueError):
        return report  # of somebody else, who means something else by it
    told_of = replace(report, facts={**report.facts, **acting.facts})
    if acting.chain is None:
        return told_of
    stamps = [one.time for one in report.time_proofs if one.proves is Proves.SIGNATURE and one.time is not None]
    use = DelegatedUse(
        matter=Matter.SEAL_STAMP,
        actor=acting.actor,
        seal=seal,
        document_kind=acting.document_kind,
        operation=acting.operation,
        purpose=acting.purpose,
        at=report.claimed_time,
        stamped_at=min(stamps, default=None),
    )
    at, is_proven = report.proven_time or now, report.proven_time is not None and not report.is_open
    checks = judge_chain(acting.chain, evidence, use, at=at, is_proven=is_proven)
    checks = tuple(map(left_open, checks)) if report.is_open else checks
    return replace(told_of, checks=(*told_of.checks, *checks))


def judge_message(
    encoded: bytes, evidence: Evidence, *, now: datetime, content: Content | None
) -> tuple[SignatureReport, ...]:
    """Judge every signer of a signed message by itself, and who acted where one tells."""
    reports = judge_cms(encoded, evidence, now=now, content=content)
    message = read_again(encoded, reports) if der.oid(ACTING) in encoded else None
    if message is None:
        return reports
    known = evidence.joined_by(message.certificates, message.revocation_lists, message.status_responses)
    return tuple(
        with_acting(report, acting_of(signer), known, now=now, seal=None)
        for report, signer in zip(reports, message.signers, strict=True)
    )


def read_again(encoded: bytes, reports: Sequence[SignatureReport]) -> SignedMessage | None:
    """Return a message of whose signers these are the reports, or None where it could not be read or nobody signed."""
    try:
        message = read_signed_message(encoded)
    except TrustError:
        return None
    return message if len(message.signers) == len(reports) else None
