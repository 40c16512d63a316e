"""Reading a trust list as a stranger does: strictly, against an anchor that was pinned and the last number seen.

The steps: form, path of the signer's certificate to a pinned anchor, signature, number, time. What is refused raises; a
list that is past its next update is read and judged indeterminate, since a newer one is somewhere.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from trust.certificates import Certificate
from trust.errors import Invalid, TrustError, Untrusted
from trust.paths import Evidence, Purpose, validate
from trust.revocation import RevocationList
from trust.signed_documents import SignedDocument, members, octets_of, read_moment
from trust.trust_list import TYPE, VERSION, ListedCertificate, ListedState, TrustList, purpose_name
from trust.verdict import Check, Finding, Outcome, SubIndication, Verdict

__all__ = [
    "JudgedTrustList",
    "TrustListMalformed",
    "TrustListRolledBack",
    "TrustListUntrusted",
    "read_trust_list",
]

STEP: Final = "trust-list"

MAX_LENGTH: Final = 64 << 20
"""Octets of a list. Revocation lists are what makes one long."""

MAX_CERTIFICATES: Final = 10_000
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far a list may seem to come from the future, for readers whose clock is a little behind."""

PAYLOAD: Final = {
    "type": str,
    "version": int,
    "source": str,
    "sequence": int,
    "issued": str,
    "next_update": str,
    "anchors": list,
    "authorities": list,
    "signers": list,
    "revocation_lists": list,
}
OPTIONAL: Final = {"rules": list}
OPEN_AT_MOST: Final = frozenset({SubIndication.TRY_LATER, SubIndication.OUT_OF_BOUNDS_NO_POE})
"""What an old list may leave open about its own signer, so that it is judged indeterminate and not refused."""

PURPOSES: Final = {purpose_name(one): one for one in Purpose}


class TrustListMalformed(Invalid):
    """The bytes are not a trust list of a version that is known."""

    code = "trust_list.malformed"


class TrustListUntrusted(Untrusted):
    """The list is not signed by a key that an anchor of the reader's vouches for, or comes from the future."""

    code = "trust_list.untrusted"
    detail_names: ClassVar[tuple[str, ...]] = ("reason",)


class TrustListRolledBack(Untrusted):
    """The list is older than one that the reader has seen."""

    code = "trust_list.rolled_back"
    detail_names: ClassVar[tuple[str, ...]] = ("sequence", "remembered")


@dataclass(frozen=True, kw_only=True)
class JudgedTrustList:
    """A list whose signature holds, and whether it can be relied on now."""

    trust_list: TrustList
    checks: tuple[Check, ...]

    @property
    def verdict(self) -> Verdict:
        """Passed, or indeterminate."""
        return Verdict(checks=self.checks)

    @property
    def evidence(self) -> Evidence:
        """What the list lets a verifier trust; nothing where the list is not passed."""
        return self.trust_list.evidence if self.verdict.outcome is Outcome.PASSED else Evidence()


def read_trust_list(
    encoded: bytes, pinned: tuple[Certificate, ...], *, now: datetime, remembered: int = 0
) -> JudgedTrustList:
    """Read a signed list. `pinned` are the reader's own anchors, `remembered` the highest number that it has seen.

    Raise `TrustListMalformed`, `TrustListUntrusted` or `TrustListRolledBack`.
    """
    try:
        signed = SignedDocument.read(encoded, longest=MAX_LENGTH)
        trust_list = read_payload(signed.payload)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, Invalid):
        raise TrustListMalformed from None
    evidence = Evidence(anchors=pinned, certificates=signed.others, revocation_lists=trust_list.revocation_lists)
    path = validate(signed.certificate, evidence, purpose=Purpose.TRUST_LIST, at=now, step=STEP)
    for finding in (check.finding for check in path.checks):
        if finding is not None and finding.sub_indication not in OPEN_AT_MOST:
            raise TrustListUntrusted(reason=finding.reason)
    try:
        signed.certificate.verify_message(signed.signature, signed.payload)
    except TrustError as error:
        raise TrustListUntrusted(reason=str(error)) from None
    if trust_list.sequence < remembered:
        raise TrustListRolledBack(sequence=trust_list.sequence, remembered=remembered)
    if trust_list.issued > now + CLOCK_TOLERANCE:
        raise TrustListUntrusted(reason=f"it was issued in the future, {trust_list.issued:%Y-%m-%d %H:%M}Z")
    late: Finding | None = None
    if trust_list.next_update < now:
        reason = f"a newer list was due at {trust_list.next_update:%Y-%m-%d %H:%M}Z"
        late = Finding(sub_indication=SubIndication.TRY_LATER, reason=reason)
    checks = (*path.checks, Check(step=STEP, name="trust_list.next_update", finding=late))
    return JudgedTrustList(trust_list=trust_list, checks=checks)


def read_payload(payload: bytes) -> TrustList:
    """Read what is signed. Raise `ValueError`, or what certificates and lists inside raise."""
    told = members(payload, PAYLOAD, longest=MAX_LENGTH, optional=OPTIONAL)
    if (told["type"], told["version"]) != (TYPE, VERSION):
        raise ValueError("another type or version")
    return TrustList(
        source=told["source"],
        sequence=told["sequence"],
        issued=read_moment(told["issued"]),
        next_update=read_moment(told["next_update"]),
        anchors=read_certificates(told["anchors"]),
        authorities=read_certificates(told["authorities"]),
        signers=read_certificates(told["signers"]),
        revocation_lists=tuple(RevocationList(octets_of(one)) for one in told["revocation_lists"]),
        rules=read_rules(told),
    )


def read_rules(told: dict[str, Any]) -> tuple[str, ...]:
    """Read what kinds of rules an instance adds: none where nothing is said of them, and never an empty list."""
    rules = tuple(told.get("rules", ()))
    if not rules and "rules" in told:
        raise ValueError("an empty list of rules")
    return rules


def read_certificates(entries: list[Any]) -> tuple[ListedCertificate, ...]:
    """Read certificates. What is repeated beside each must be what it says itself."""
    if len(entries) > MAX_CERTIFICATES:
        raise ValueError("far too many certificates")
    return tuple(map(read_certificate, entries))


def read_certificate(entry: Any) -> ListedCertificate:  # noqa: ANN401 - JSON
    """Read one certificate."""
    listed = ListedCertificate(
        name=entry["name"],
        certificate=Certificate(octets_of(entry["certificate"])),
        purposes=frozenset(PURPOSES[name] for name in entry["purposes"]),
        state=ListedState(entry["state"]),
    )
    if type(listed.name) is not str or entry != listed.value:
        raise ValueError("what stands beside a certificate is not what it says")
    return listed
