"""Certification paths (RFC 5280, 6): from a certificate to an anchor that the verifier trusts, at a given moment."""

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from trust.certificates import Certificate
from trust.crypto.algorithms import signature_algorithm
from trust.errors import TrustError
from trust.ocsp import OCSPResponse
from trust.path_checks import find_broken_link, find_ended_algorithm, find_out_of_validity, find_wrong_usage
from trust.revocation import RevocationList, check_revocation
from trust.validation_policy import Purpose, ValidationPolicy
from trust.verdict import Check, Finding, SubIndication

__all__ = ["Evidence", "Path", "Purpose", "Recorded", "ValidationPolicy", "validate"]

MAX_PATH: Final = 6
"""Certificates from the leaf to the anchor. Government chains have three or four."""

MAX_PATHS: Final = 64
"""Paths tried before giving up, so that a bag of cross-certificates cannot keep a verifier busy."""

MAX_SIGNATURES: Final = 1000
"""Signatures verified in search of a path, for the same reason."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What the verifier's own records say of a file: that its first octets were there, just so, at a moment."""

    octets: int
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a verifier has in hand: anchors, which it trusts; certificates and lists, which it does not have to.

    The policy says what each anchor is trusted for.
    """

    anchors: tuple[Certificate, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    revocation_lists: tuple[RevocationList, ...] = ()
    status_responses: tuple[OCSPResponse, ...] = ()
    policy: ValidationPolicy = field(default_factory=ValidationPolicy)
    recorded: tuple[Recorded, ...] = ()
    """Of the file that is judged, where the verifier kept it, or its hash, himself."""

    def since(self, end: int) -> datetime | None:
        """Return since when the first octets of the file, up to `end`, are on record, if they are."""
        return min((one.since for one in self.recorded if end <= one.octets), default=None)

    @property
    def octets(self) -> int:
        """How many octets the certificates, lists and responses have."""
        material = self.anchors, self.certificates, self.revocation_lists, self.status_responses
        return sum(len(one.der) for kind in material for one in kind)

    def joined_by(
        self,
        certificates: tuple[Certificate, ...],
        revocation_lists: tuple[RevocationList, ...] = (),
        status_responses: tuple[OCSPResponse, ...] = (),
    ) -> "Evidence":
        """Return this evidence and more untrusted material, such as a file brings along."""
        return replace(
            self,
            certificates=(*self.certificates, *certificates),
            revocation_lists=(*self.revocation_lists, *revocation_lists),
            status_responses=(*self.status_responses, *status_responses),
        )


@dataclass(frozen=True, kw_only=True)
class Path:
    """The best path that was found, leaf first, anchor last, and the checks that it went through."""

    certificates: tuple[Certificate, ...]
    checks: tuple[Check, ...]


MOST_PROVEN, MOST_EVIDENCE = 32, 2
"""Questions that are remembered, and with how much evidence each: both signatures of a licence ask who acted."""

LARGEST_EVIDENCE: Final = 256 << 10
"""Octets of the evidence of a path that is remembered: it is kept with it."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Everything but the evidence on which the answer of `validate` hangs."""

    leaf: Certificate
    purpose: Purpose
    at: datetime
    time_is_proven: bool
    states_time: bool
    step: str


class Proven:
    """Paths that passed, each with its question and its evidence. Safe to share between threads.

    What is stamped together is asked about the same chains at the same moment, with the same evidence. The answer hangs
    on nothing else, no clock and no registry: where one octet of the evidence, the policy or the moment is another, it
    is another question. What did not pass is asked again each time.
    """

    def __init__(self) -> None:
        self.known: OrderedDict[Question, tuple[tuple[Evidence, Path], ...]] = OrderedDict()
        self.lock = threading.Lock()

    def find(self, question: Question, evidence: Evidence) -> Path | None:
        """Return the path that passed with the very same evidence, if one is remembered."""
        with self.lock:
            found = self.known.get(question, ())
        return next((path for known, path in found if known == evidence), None)

    def remember(self, question: Question, evidence: Evidence, path: Path) -> None:
        """Remember a path if it passed. That which was remembered longest ago is forgotten.

        Until when what its key states is relied on is no part of the question, so that it is asked again: `is_lost`.
        """
        if rank(path) != 0 or evidence.octets > LARGEST_EVIDENCE:
            return
        with self.lock:
            others = self.known.pop(question, ())
            self.known[question] = ((evidence, path), *others[: MOST_EVIDENCE - 1])
            while len(self.known) > MOST_PROVEN:
                self.known.popitem(last=False)


OF_THIS_PROCESS: Final = Proven()


class Signatures:
    """Which certificate signed which: each pair is looked at once, and so many in all."""

    def __init__(self) -> None:
        self.known: dict[tuple[Certificate, Certificate], bool] = {}

    def hold(self, certificate: Certificate, issuer: Certificate) -> bool:
        """Tell whether the key of `issuer` signed `certificate`."""
        pair = (certificate, issuer)
        if pair not in self.known and len(self.known) < MAX_SIGNATURES:
            try:
                issuer.verify_issued(certificate)
                self.known[pair] = True
            except TrustError:
                self.known[pair] = False
        return self.known.get(pair, False)


def candidates(certificate: Certificate, pool: tuple[Certificate, ...]) -> Iterator[Certificate]:
    """Yield the certificates of `pool` that may have issued `certificate`, by name and key identifier.

    Those whose key identifier is the wanted one come before those that tell none (RFC 5280, 4.2.1.1).
    """
    wanted = certificate.authority_key_identifier
    unsure = []
    for one in pool:
        offered = one.subject_key_identifier
        if one.subject != certificate.issuer:
            continue
        if wanted is not None and wanted == offered:
            yield one
        elif wanted is None or offered is None:
            unsure.append(one)
    yield from unsure


def chains(
    leaf: Certificate, evidence: Evidence, purpose: Purpose, linked: Callable[[Certificate, Certificate], bool]
) -> Iterator[tuple[Certificate, ...]]:
    """Yield chains from `leaf` to an anchor for `purpose`, shortest first: names match, and links are `linked`."""
    waiting: list[tuple[Certificate, ...]] = [(leaf,)]
    while waiting:
        chain = waiting.pop(0)
        if chain[-1] in evidence.anchors and evidence.policy.trusts(chain[-1], purpose):
            yield chain
            continue
        if len(chain) == MAX_PATH or len(waiting) > MAX_PATHS:
            continue
        pool = (*evidence.anchors, *evidence.certificates)
        issuers = (one for one in candidates(chain[-1], pool) if one not in chain)
        extended = ((*chain, one) for one in issuers if linked(chain[-1], one))
        waiting.extend(dict.fromkeys(extended))


def validate(
    leaf: Certificate,
    evidence: Evidence,
    *,
    purpose: Purpose,
    at: datetime,
    time_is_proven: bool = False,
    states_time: bool = False,
    existed: datetime | None = None,
    step: str = "",
) -> Path:
    """Return the best path from `leaf` to an anchor of `evidence` for `purpose`, and how it fares at the moment `at`.

    The checks of a path, in this order: signatures, constraints and algorithms of its authorities, validity, key usage
    for `purpose`, revocation of every certificate below the anchor. A path that passes wins over one that is
    indeterminate, and that over one that fails. Only where no chain of signatures leads to an anchor, chains of names
    are told about: anybody can add certificates of any name to a message, and they must not hide the path.

    `states_time` tells that `at` is what the key of `leaf` itself has stated, see `check_revocation`; of a time-stamp
    authority it is always so. `existed` is then the earliest moment at which what the key made is proven to have been
    there; by default it is `at`. Whoever has the key of a certificate of the path after its end, or can forge with an
    algorithm after its end, states any moment before: so both must not have come by then.
    """
    question = Question(
        leaf=leaf,
        purpose=purpose,
        at=at,
        time_is_proven=time_is_proven,
        states_time=states_time or purpose is Purpose.TIME_STAMPING,
        step=step,
    )
    found = OF_THIS_PROCESS.find(question, evidence)
    if found is None or (existed is not None and is_lost(found, evidence.policy, existed)):
        found = answer(question, evidence, existed=existed)
        OF_THIS_PROCESS.remember(question, evidence, found)
    return found


def is_lost(path: Path, policy: ValidationPolicy, existed: datetime) -> bool:
    """Tell whether a path that passed may fare otherwise where only a later moment is proven, `existed`."""
    return (
        find_ended_algorithm(path.certificates, policy, existed, proven=False) is not None
        or find_out_of_validity(path.certificates, existed, proven=False) is not None
        or any(one.revocation is not None and one.revocation.revoked_at is not None for one in path.checks)
    )


def answer(question: Question, evidence: Evidence, *, existed: datetime | None) -> Path:
    """Return what `validate` returns."""
    leaf, purpose = question.leaf, question.purpose

    def judged(chain: tuple[Certificate, ...]) -> Path:
        checks = check_chain(
            chain,
            evidence,
            purpose=purpose,
            at=question.at,
            time_is_proven=question.time_is_proven,
            states_time=question.states_time,
            existed=existed,
            step=question.step,
        )
        return Path(certificates=chain, checks=checks)

    for linked in (Signatures().hold, by_name):
        found = map(judged, itertools.islice(chains(leaf, evidence, purpose, linked), MAX_PATHS))
        best = best_of(found)
        if best is not None:
            return best
    anchor = "a trust anchor" if evidence.policy == ValidationPolicy() else f"a trust anchor for {purpose.value}"
    reason = f"no path from {leaf.common_name} to {anchor}; the issuer is {leaf.issuer_common_name}"
    missing = Finding(sub_indication=SubIndication.NO_CERTIFICATE_CHAIN_FOUND, reason=reason)
    return Path(certificates=(leaf,), checks=(Check(step=question.step, name="certificate.path", finding=missing),))


def by_name(_certificate: Certificate, _issuer: Certificate) -> bool:
    """Take every certificate of the right name for the issuer."""
    return True


def best_of(paths: Iterable[Path]) -> Path | None:
    """Return the first path that passed, else the first of the best rank, if there is any."""
    best: Path | None = None
    for path in paths:
        if best is None or rank(path) < rank(best):
            best = path
        if rank(path) == 0:
            break
    return best


def rank(path: Path) -> int:
    """Return 0 for a path that passed, 1 for an indeterminate one, 2 for one that failed."""
    order = ("passed", "indeterminate", "failed")
    return max(order.index(check.outcome.value) for check in path.checks)


def check_chain(
    chain: tuple[Certificate, ...],
    evidence: Evidence,
    *,
    purpose: Purpose,
    at: datetime,
    time_is_proven: bool,
    states_time: bool,
    existed: datetime | None,
    step: str,
) -> tuple[Check, ...]:
    """Make every check on one chain."""
    broken = find_broken_link(chain)
    ended = find_ended_algorithm(chain, evidence.policy, at, proven=time_is_proven)
    outside = find_out_of_validity(chain, at, proven=time_is_proven)
    if existed is not None:
        ended = ended or find_ended_algorithm(chain, evidence.policy, existed, proven=False)
        outside = outside or find_out_of_validity(chain, existed, proven=False)
    checks = [
        Check(step=step, name="certificate.path", finding=broken or ended),
        Check(step=step, name="certificate.validity", finding=outside),
        Check(step=step, name="certificate.key_usage", finding=find_wrong_usage(chain[0], purpose)),
    ]
    # Lists and responses are signed by the issuers on this chain, whose signatures must hold before they mean anything.
    if broken is None:
        lists = tuple(one for one in evidence.revocation_lists if is_list_accepted(one, evidence.policy, at))
        responses = tuple(one for one in evidence.status_responses if is_response_accepted(one, evidence.policy, at))
        checks += [
            check_revocation(
                certificate,
                issuer,
                lists,
                responses=responses,
                at=at,
                time_is_proven=time_is_proven,
                states_time=states_time,
                existed=existed,
                step=step,
            )
            for certificate, issuer in itertools.pairwise(chain)
        ]
    return tuple(checks)


def is_list_accepted(listed: RevocationList, policy: ValidationPolicy, at: datetime) -> bool:
    """Tell whether the policy accepts a revocation list at the moment `at`."""
    oid = listed.parsed.signature_algorithm_oid.dotted_string
    return is_young_enough(listed.this_update, policy, at) and is_relied_on(oid, policy, at)


def is_response_accepted(response: OCSPResponse, policy: ValidationPolicy, at: datetime) -> bool:
    """Tell whether the policy accepts an OCSP response at the moment `at`."""
    return is_young_enough(response.produced_at, policy, at) and is_relied_on(response.basic.algorithm_oid, policy, at)


def is_young_enough(made: datetime, policy: ValidationPolicy, at: datetime) -> bool:
    """Tell whether revocation information from then is young enough at the moment `at`."""
    return policy.maximum_age is None or made >= at - policy.maximum_age


def is_relied_on(oid: str, policy: ValidationPolicy, at: datetime) -> bool:
    """Tell whether the algorithm `oid` is one that signs revocation information at the moment `at`."""
    try:
        return not policy.ends_signature(signature_algorithm(oid), at)
    except TrustError:
        return False
