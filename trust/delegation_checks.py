"""Judging a chain of delegations as a stranger does: with the chain, what it is carried in, and the roots.

* `delegation.chain`: each statement is given by who received the one before, names that by its hash, is no older, and
  lies within it in every bound.
* `delegation.signer`: each is signed by a key that a trust anchor vouches for, for delegations, and was valid then.
* `delegation.use`: the first names this seal, the last names who acted, and every one of them permits this use.
* `delegation.time`: the use lies within the time of every one.

How often a delegation was used, and whether it was revoked before the use, the file does not tell: the service that
signed asked for both at the moment of use, and its registry tells it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

from trust.certificates import Certificate
from trust.crypto.sm3 import sm3
from trust.delegations import Bounds, Chain, Delegation, Matter, Statement
from trust.errors import TrustError
from trust.paths import Evidence, Purpose, validate
from trust.verdict import Check, Finding, Outcome, SubIndication, Verdict

__all__ = ["NARROWING", "DelegatedUse", "judge_chain", "permits", "within"]

STEP: Final = "delegation"

KEPT_SIGNATURES: Final = 512
"""Signatures on delegations that are remembered as proven."""

LEEWAY: Final = timedelta(minutes=10)
"""How long a stamping may take: from the signing time that it claims to its delegations, which are looked at again, and
to its time-stamp."""


def subset(child: frozenset[str], parent: frozenset[str]) -> bool:
    """Tell whether what a set permits lies within another; one that names nothing permits everything."""
    return not parent or (bool(child) and child <= parent)


NARROWING: Final[Mapping[str, Callable[[Bounds, Bounds], bool]]] = {
    "matters": lambda child, parent: child.matters <= parent.matters,
    "seals": lambda child, parent: subset(child.seals, parent.seals),
    "licence_types": lambda child, parent: subset(child.licence_types, parent.licence_types),
    "document_kinds": lambda child, parent: subset(child.document_kinds, parent.document_kinds),
    "operations": lambda child, parent: subset(child.operations, parent.operations),
    "purposes": lambda child, parent: subset(child.purposes, parent.purposes),
    "not_before": lambda child, parent: child.not_before >= parent.not_before,
    "not_after": lambda child, parent: child.not_after <= parent.not_after,
    "times": lambda child, parent: parent.times is None or (child.times is not None and child.times <= parent.times),
    "depth": lambda child, parent: child.depth < parent.depth,
}
"""For each bound: whether what is handed on lies within what was received. One that is equal lies within, but depth."""


def within(child: Bounds, parent: Bounds) -> Iterator[str]:
    """Yield the names of the bounds in which `child` is wider than `parent`."""
    return (name for name, holds in NARROWING.items() if not holds(child, parent))


@dataclass(frozen=True, kw_only=True)
class DelegatedUse:
    """A use that a chain is said to permit, as far as whoever judges knows it: None and nothing bound nothing."""

    matter: Matter
    actor: str
    seal: str | None = None
    """The code of the seal; the first statement must name it."""

    licence_type: str | None = None
    document_kind: str | None = None
    operation: str | None = None
    purpose: str | None = None
    at: datetime | None
    """When it was, as whoever acted says."""

    stamped_at: datetime | None = None
    """When a time-stamp was made that was asked for at once; None where there is none."""


Rule = Callable[[Bounds, DelegatedUse], bool]


def names(permitted: frozenset[str], wanted: str | None) -> bool:
    """Tell whether a bound permits what is wanted."""
    return wanted is None or not permitted or wanted in permitted


PERMITTING: Final[Mapping[str, Rule]] = {
    "matter": lambda bounds, use: use.matter in bounds.matters,
    "seal": lambda bounds, use: names(bounds.seals, use.seal),
    "licence type": lambda bounds, use: names(bounds.licence_types, use.licence_type),
    "document kind": lambda bounds, use: names(bounds.document_kinds, use.document_kind),
    "operation": lambda bounds, use: names(bounds.operations, use.operation),
    "purpose": lambda bounds, use: names(bounds.purposes, use.purpose),
}
"""What every statement of a chain must permit of a use."""


def permits(bounds: Bounds, use: DelegatedUse) -> bool:
    """Tell whether one mandate permits a use, but for its time."""
    return all(holds(bounds, use) for holds in PERMITTING.values())


def judge_chain(
    chain: Chain, evidence: Evidence, use: DelegatedUse, *, at: datetime, is_proven: bool
) -> tuple[Check, ...]:
    """Return every check on a chain. `at` is the moment for which certificates are judged, see `validate`."""
    delegations = tuple(one.delegation for one in chain.statements)
    return (
        check("delegation.chain", find_broken(chain.statements)),
        check_signers(chain, evidence, at=at, is_proven=is_proven),
        check("delegation.use", find_not_permitted(delegations, use)),
        check("delegation.time", find_out_of_time(delegations, use)),
    )


def check(name: str, reason: str | None) -> Check:
    """Return a check, which a reason fails."""
    if reason is None:
        return Check(step=STEP, name=name)
    finding = Finding(sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE, reason=reason)
    return Check(step=STEP, name=name, finding=finding)


def find_broken(statements: tuple[Statement, ...]) -> str | None:
    """Return where a chain is broken, if it is."""
    if statements[0].delegation.parent is not None:
        return "the first statement was given within another one, which is missing"
    for above, below in pairwise(statements):
        parent, child = above.delegation, below.delegation
        if child.parent != above.digest:
            return f"{child.id} was not given within {parent.id}"
        if child.delegator != parent.delegate:
            return f"{child.id} is given by another than the one who received {parent.id}"
        if child.given.at < parent.given.at:
            return f"{child.id} is older than {parent.id}"
        for bound in within(child.bounds, parent.bounds):
            return f"{child.id} is wider than {parent.id}: {bound}"
    return None


def find_not_permitted(delegations: tuple[Delegation, ...], use: DelegatedUse) -> str | None:
    """Return in what a use is not permitted, if it is not."""
    if delegations[-1].delegate.id != use.actor:
        return "who acted is not the one who received the delegation"
    if use.seal is not None and use.seal not in delegations[0].bounds.seals:
        return "the first statement does not name this seal"
    for one in delegations:
        for name, permits in PERMITTING.items():
            if not permits(one.bounds, use):
                return f"{one.id} does not permit this {name}"
    return None


def find_out_of_time(delegations: tuple[Delegation, ...], use: DelegatedUse) -> str | None:
    """Return in what a use lies out of the time of its delegation, if it does."""
    if use.at is None:
        return "the moment of the use is not told"
    moment = use.at.replace(microsecond=0)
    for one in delegations:
        bounds = one.bounds
        if not bounds.not_before <= moment <= bounds.not_after:
            return (
                f"{one.id} holds from {bounds.not_before:%Y-%m-%d %H:%M:%S}Z to {bounds.not_after:%Y-%m-%d %H:%M:%S}Z"
            )
        if moment < one.given.at - LEEWAY:
            return f"{one.id} was given after the use"
        if use.stamped_at is not None and use.stamped_at > bounds.not_after + LEEWAY:
            return f"{one.id} had ended at the moment that the time-stamp proves"
    return None


def check_signers(chain: Chain, evidence: Evidence, *, at: datetime, is_proven: bool) -> Check:
    """Check who signed the statements, and that they did."""
    known = evidence.joined_by(chain.certificates)
    for certificate in chain.certificates:
        path = validate(certificate, known, purpose=Purpose.DELEGATION, at=at, time_is_proven=is_proven, step=STEP)
        verdict = Verdict(checks=path.checks)
        if verdict.outcome is not Outcome.PASSED:
            return Check(step=STEP, name="delegation.signer", finding=verdict.finding)
    signers = {sm3(one.der): one for one in chain.certificates}
    for statement in chain.statements:
        reason = find_not_signed(statement, signers[statement.signer])
        if reason is not None:
            finding = Finding(sub_indication=SubIndication.SIG_CRYPTO_FAILURE, reason=reason)
            return Check(step=STEP, name="delegation.signer", finding=finding)
    return Check(step=STEP, name="delegation.signer")


@lru_cache(KEPT_SIGNATURES)
def require_given(certificate: Certificate, signature: bytes, delegation: bytes) -> None:
    """Return if the key of a certificate signed a delegation, else raise as `verify_message` does.

    One delegation stands in everything that is signed under it: what was proven is remembered, what failed is not.
    """
    certificate.verify_message(signature, delegation)


def find_not_signed(statement: Statement, certificate: Certificate) -> str | None:
    """Return why a statement is not signed by the key of a certificate, if it is not."""
    told = statement.delegation
    try:
        if certificate.public_key.sm2 is None:
            return f"{told.id} is not signed with SM2"
        require_given(certificate, statement.signature, told.der)
    except TrustError as error:
        return f"the signature on {told.id} does not hold: {error.code}"
    if not certificate.not_before <= told.given.at <= certificate.not_after:
        return f"{told.id} was given outside of the validity of its signer's certificate"
    return None
