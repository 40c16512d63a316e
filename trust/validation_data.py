"""What a verifier needs besides a signature, and no more: the chain's own certificates, lists and responses.

Everything at hand would do as well, and grow with the instance: a file would carry the lists of other authorities, of
other generations, of ten thousand other certificates. What is chosen here goes into the document security store of a
PDF (ETSI EN 319 142-1, 5.4.2). Nothing is judged: who relies on it does that.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from trust.certificates import Certificate
from trust.ocsp import OCSPResponse
from trust.paths import Evidence
from trust.revocation import RevocationList

__all__ = ["ValidationData", "validation_data"]

LONGEST_CHAIN: Final = 6


@dataclass(frozen=True, kw_only=True)
class ValidationData:
    """What goes into a document security store."""

    certificates: tuple[Certificate, ...] = ()
    revocation_lists: tuple[RevocationList, ...] = ()
    ocsp_responses: tuple[OCSPResponse, ...] = ()


def validation_data(leaves: Iterable[Certificate], evidence: Evidence, *, at: datetime) -> ValidationData:
    """Return `leaves` with all that lies above each, up to its anchor, and what tells of the revocation of each.

    Of several that tell of a certificate and cover the moment `at` the newest is taken, and of two of the same moment
    the shorter one; but a complete list only where there is nothing narrower. Anchors are among the certificates: who
    relies on the file has to trust them anyway, and programs of others look for the issuers of lists among what the
    file brings (pyHanko's validation of B-LTA does).
    """
    certificates: dict[Certificate, None] = {}
    lists: dict[RevocationList, None] = {}
    responses: dict[OCSPResponse, None] = {}
    for leaf in leaves:
        for certificate, issuer in links(leaf, evidence):
            if certificate in certificates:
                continue
            certificates[certificate] = None
            found = None if issuer is None else newest(certificate, issuer, evidence, at)
            if isinstance(found, OCSPResponse):
                responses[found] = None
            elif found is not None:
                lists[found] = None
    return ValidationData(
        certificates=tuple(certificates), revocation_lists=tuple(lists), ocsp_responses=tuple(responses)
    )


def links(leaf: Certificate, evidence: Evidence) -> Iterator[tuple[Certificate, Certificate | None]]:
    """Yield each certificate from `leaf` up to its anchor, with its issuer where that is at hand and needed."""
    below = leaf
    for _ in range(LONGEST_CHAIN):
        if below in evidence.anchors:
            yield below, None
            return
        issuer = issuer_of(below, evidence)
        yield below, issuer
        if issuer is None:
            return
        below = issuer


def issuer_of(certificate: Certificate, evidence: Evidence) -> Certificate | None:
    """Return the certificate that bears the issuer's name and key: an anchor, where there is one."""
    for one in (*evidence.anchors, *evidence.certificates):
        wanted = certificate.authority_key_identifier
        if one.subject == certificate.issuer and one != certificate and wanted in (None, one.subject_key_identifier):
            return one
    return None


def newest(
    certificate: Certificate, issuer: Certificate, evidence: Evidence, at: datetime
) -> RevocationList | OCSPResponse | None:
    """Return what tells of `certificate` at the moment `at`, and of few others; None where nothing does.

    A response or a shard goes before a complete list, which grows with everything that its authority ever revoked. A
    list must be signed by `issuer`: an authority's generations have one name, and lists of their own.
    """
    found: list[tuple[bool, datetime, int, RevocationList | OCSPResponse]] = [
        (not one.is_complete, one.this_update, -len(one.der), one)
        for one in evidence.revocation_lists
        if one.issuer == certificate.issuer
        and one.tells_of(certificate)
        and (one.next_update is None or one.next_update >= at)
        and one.is_signed_by(issuer)
    ]
    for response in evidence.status_responses:
        answer = response.answer_for(certificate, issuer)
        if answer is not None and answer.is_known and (answer.next_update or answer.this_update) >= at:
            found.append((True, answer.this_update, -len(response.der), response))
    return max(found, key=lambda one: one[:3])[3] if found else None
