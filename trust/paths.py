"""Certification paths (RFC 5280, 6): from a certificate to an anchor that the verifier trusts, at a given moment."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from trust.certificates import Certificate
from trust.crypto.algorithms import Strength
from trust.errors import TrustError
from trust.profiles import SEALING_PURPOSE, TIME_STAMPING_PURPOSE
from trust.revocation import RevocationList, check_revocation
from trust.verdict import Check, Finding, SubIndication

__all__ = ["Evidence", "Path", "Purpose", "validate"]

MAX_PATH: Final = 6
"""Certificates from the leaf to the anchor. Government chains have three or four."""

MAX_PATHS: Final = 64
"""Paths tried before giving up, so that a bag of cross-certificates cannot keep a verifier busy."""

MAX_SIGNATURES: Final = 1000
"""Signatures verified in search of a path, for the same reason."""


class Purpose(StrEnum):
    """What a certificate is asked to be good for."""

    SEAL_MAKING = "seal making"
    SEALING = "sealing"
    SIGNING = "signing documents"
    TIME_STAMPING = "time-stamping"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a verifier has in hand: anchors, which it trusts; certificates and lists, which it does not have to."""

    anchors: tuple[Certificate, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    revocation_lists: tuple[RevocationList, ...] = ()

    def joined_by(
        self, certificates: tuple[Certificate, ...], revocation_lists: tuple[RevocationList, ...] = ()
    ) -> "Evidence":
        """Return this evidence and more untrusted material, such as a file brings along."""
        return replace(
            self,
            certificates=(*self.certificates, *certificates),
            revocation_lists=(*self.revocation_lists, *revocation_lists),
        )


@dataclass(frozen=True, kw_only=True)
class Path:
    """The best path that was found, leaf first, anchor last, and the checks that it went through."""

    certificates: tuple[Certificate, ...]
    checks: tuple[Check, ...]


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
    """Yield the certificates of `pool` that may have issued `certificate`, by name and key identifier."""
    wanted = certificate.authority_key_identifier
    for one in pool:
        offered = one.subject_key_identifier
        if one.subject == certificate.issuer and (wanted is None or offered is None or wanted == offered):
            yield one


def chains(
    leaf: Certificate, evidence: Evidence, linked: Callable[[Certificate, Certificate], bool]
) -> Iterator[tuple[Certificate, ...]]:
    """Yield chains from `leaf` to an anchor, shortest first, with names that match and links that are `linked`."""
    waiting: list[tuple[Certificate, ...]] = [(leaf,)]
    while waiting:
        chain = waiting.pop(0)
        if chain[-1] in evidence.anchors:
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
    step: str = "",
) -> Path:
    """Return the best path from `leaf` to an anchor of `evidence` and how it fares at the moment `at`.

    The checks of a path, in this order: signatures and constraints of its authorities, validity, key usage for
    `purpose`, revocation of every certificate below the anchor. A path that passes wins over one that is
    indeterminate, and that over one that fails. Only where no chain of signatures leads to an anchor, chains of names
    are told about: anybody can add certificates of any name to a message, and they must not hide the path.
    """

    def judged(chain: tuple[Certificate, ...]) -> Path:
        checks = check_chain(chain, evidence, purpose=purpose, at=at, time_is_proven=time_is_proven, step=step)
        return Path(certificates=chain, checks=checks)

    for linked in (Signatures().hold, by_name):
        found = map(judged, itertools.islice(chains(leaf, evidence, linked), MAX_PATHS))
        best = best_of(found)
        if best is not None:
            return best
    reason = f"no path from {leaf.common_name} to a trust anchor; the issuer is {leaf.issuer_common_name}"
    missing = Finding(sub_indication=SubIndication.NO_CERTIFICATE_CHAIN_FOUND, reason=reason)
    return Path(certificates=(leaf,), checks=(Check(step=step, name="certificate.path", finding=missing),))


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
    step: str,
) -> tuple[Check, ...]:
    """Make every check on one chain."""
    checks = [
        Check(step=step, name="certificate.path", finding=find_broken_link(chain)),
        Check(step=step, name="certificate.validity", finding=find_out_of_validity(chain, at, proven=time_is_proven)),
        Check(step=step, name="certificate.key_usage", finding=find_wrong_usage(chain[0], purpose)),
    ]
    # The lists are signed by the issuers on this chain, whose signatures must hold before theirs mean anything.
    if checks[0].finding is None:
        checks += [
            check_revocation(
                certificate,
                issuer,
                evidence.revocation_lists,
                at=at,
                time_is_proven=time_is_proven,
                states_time=purpose is Purpose.TIME_STAMPING and certificate is chain[0],
                step=step,
            )
            for certificate, issuer in itertools.pairwise(chain)
        ]
    return tuple(checks)


def find_broken_link(chain: tuple[Certificate, ...]) -> Finding | None:
    """Return what is wrong with the signatures and constraints of a chain, if anything is."""
    for place, (certificate, issuer) in enumerate(itertools.pairwise(chain)):
        general = SubIndication.CHAIN_CONSTRAINTS_FAILURE
        try:
            if certificate.signature_algorithm.strength is not Strength.STRONG:
                weak = f"{certificate.common_name} is signed with {certificate.signature_algorithm.name}"
                return Finding(sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason=weak)
            issuer.verify_issued(certificate)
        except TrustError as error:
            reason = f"{issuer.common_name} did not sign {certificate.common_name}: {error.code}"
            return Finding(sub_indication=general, reason=reason)
        if not issuer.is_authority or not issuer.key_usage.certificate_signing:
            return Finding(sub_indication=general, reason=f"{issuer.common_name} may not issue certificates")
        if issuer.path_length is not None and issuer.path_length < place:
            return Finding(
                sub_indication=general, reason=f"{issuer.common_name} may not have {place} authorities below"
            )
    for certificate in chain:
        if certificate.unknown_critical_extensions:
            unknown = ", ".join(certificate.unknown_critical_extensions)
            reason = f"{certificate.common_name} has critical extensions that are not understood: {unknown}"
            return Finding(sub_indication=SubIndication.CHAIN_CONSTRAINTS_FAILURE, reason=reason)
    return None


def find_out_of_validity(chain: tuple[Certificate, ...], at: datetime, *, proven: bool) -> Finding | None:
    """Return which certificate is not valid at the moment `at`, if one is not. The anchor counts as well."""
    for certificate in chain:
        period = f"valid from {certificate.not_before:%Y-%m-%d %H:%M}Z to {certificate.not_after:%Y-%m-%d %H:%M}Z"
        reason = f"{certificate.common_name} is {period}, not at {at:%Y-%m-%d %H:%M}Z"
        if at < certificate.not_before:
            return Finding(sub_indication=SubIndication.NOT_YET_VALID, reason=reason)
        if at > certificate.not_after:
            indication = SubIndication.EXPIRED if proven else SubIndication.OUT_OF_BOUNDS_NO_POE
            return Finding(sub_indication=indication, reason=reason)
    return None


def find_wrong_usage(leaf: Certificate, purpose: Purpose) -> Finding | None:
    """Return why the certificate is not good for `purpose`, if it is not."""
    usage, purposes = leaf.key_usage, leaf.extended_key_usage
    may_sign = usage.digital_signature or usage.content_commitment
    only_time_stamping = purposes == frozenset({TIME_STAMPING_PURPOSE})
    # RFC 3161, 2.3: a time-stamp authority has exactly this purpose, and it is critical. The other way round, real seal
    # makers carry odd purposes (serverAuth was seen in a government seal), so that only this one is refused.
    good = may_sign and only_time_stamping == (purpose is Purpose.TIME_STAMPING)
    # The owners of seals stand under the same authority as the makers: none of them may make a seal of somebody else.
    if purpose is Purpose.SEAL_MAKING and SEALING_PURPOSE in (purposes or ()):
        good = False
    good = good and (purpose is not Purpose.TIME_STAMPING or leaf.must_keep_to_its_purposes)
    if good:
        return None
    reason = f"{leaf.common_name} is not certified for {purpose.value}"
    return Finding(sub_indication=SubIndication.CHAIN_CONSTRAINTS_FAILURE, reason=reason)
