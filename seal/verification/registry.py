"""What the registry says of a stamping in a document: whether it is recorded, and how the life of its seal bears on it.

Asked of what verification found, with no key and no writing. A seal that is not ours is none of the registry's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from identity.delegation import repository as mandates
from identity.delegation.mandates import MandateState
from seal import repository
from seal.data.acting import ActingFor, ActingMalformed
from seal.ledger import stamping_repository
from seal.ledger.entries import Stamping
from seal.lifecycle import SealState
from seal.records import HistoryEntry, Seal
from seal.standing import SealTrust, TrustAt, trust_at
from seal.verification.acting import acting_in
from seal.verification.documents import JudgedSignature
from trust.repository import events_about
from trust.store import Reading
from trust.verdict import Check, Finding, SubIndication

__all__ = ["SealStanding", "line_of", "standing_checks", "standing_of"]

MANDATE_ENDS: Final = ("mandate:revoke:done", "mandate:renounce:done")
"""Events with which a mandate that was in force ends."""


@dataclass(frozen=True, kw_only=True)
class SealStanding:
    """What the registry says of a seal that stamped a document."""

    code: str
    name: str
    state: SealState
    """The seal's state now."""

    stamped_at: datetime
    """By the ledger; where that has no line, by a time-stamp, or else as the signature itself claims."""

    stamping: str | None
    """The line of the ledger, or None where the stamping is not recorded."""

    at_stamping: TrustAt
    state_at_stamping: SealState | None = None
    """The seal's state when it stamped; None: it had none yet."""

    state_then: SealState | None = None
    """The seal's state at the past moment that was asked for; None: it had none yet, or no moment was asked for."""

    delegations: Check | None = None
    """Whether the delegations that the signature carries are on record, and which have ended; None: it has none."""

    @property
    def is_recorded(self) -> bool:
        """Whether the ledger has a finished line for this stamping."""
        return self.stamping is not None

    @property
    def disputed(self) -> bool:
        """Whether the stamping lies between the time at which the owner says the seal was lost, and the report."""
        return self.at_stamping.trust is SealTrust.DISPUTED


def standing_of(view: Reading, judged: JudgedSignature, *, at: datetime | None = None) -> SealStanding | None:
    """Return what the registry says of a seal signature, or None where its seal is not one of ours.

    Ours is a seal of which we hold the very same octets: anybody can write our code into a seal of another making.
    As of a past moment `at` the registry tells what it knew then, and leaves out what came later.
    """
    signature, seal = judged.seal_signature, seal_of(view, judged)
    if signature is None or seal is None:
        return None
    asked = at or view.now
    history = [one for one in repository.history(view, seal.id) if one.at <= asked]
    line = stamping_repository.stamping_by_hash(view, signature.data_hash.hex(), seal=seal.id)
    if line is not None and line.at > asked:
        line = None
    told = judged.report.proven_time or signature.signed_at or asked
    moment = told if line is None else line.at
    is_proven = line is not None or judged.report.proven_time is not None
    return SealStanding(
        code=seal.code or "",
        name=seal.name,
        state=seal.state,
        state_at_stamping=state_at(history, moment),
        state_then=None if at is None else state_at(history, at),
        stamped_at=moment,
        stamping=None if line is None else line.id,
        at_stamping=trust_at(history, moment, is_proven=is_proven),
        delegations=check_delegations(view, judged, asked),
    )


def seal_of(view: Reading, judged: JudgedSignature) -> Seal | None:
    """Return the seal of the registry by which a signature is, if it is one of ours."""
    signature = judged.seal_signature
    if signature is None:
        return None
    known = repository.find(view, code=signature.seal.identifier)
    return next((one for one in known if one.seal == signature.seal.raw), None)


def line_of(view: Reading, judged: JudgedSignature) -> Stamping | None:
    """Return the finished line of the ledger for a seal signature, if there is one."""
    signature, seal = judged.seal_signature, seal_of(view, judged)
    if signature is None or seal is None:
        return None
    return stamping_repository.stamping_by_hash(view, signature.data_hash.hex(), seal=seal.id)


def check_delegations(view: Reading, judged: JudgedSignature, asked: datetime) -> Check | None:
    """Check that the delegations of a signature are those of the registry; None where it carries none.

    Which of them had ended at the moment `asked` is told beside, and says nothing against what was stamped before.
    """
    told = acting_in(judged.seal_signature)
    try:
        chain = ActingFor.read(told[0]).chain if len(told) == 1 else None
    except ActingMalformed:
        return None
    if chain is None:
        return None
    ended = []
    for one in chain.statements:
        name = one.delegation.id
        authorisation = stamping_repository.authorisation(view, name)
        mandate = mandates.get(view, name)
        known = authorisation or mandate
        if known is None or known.statement != one.der:
            finding = Finding(sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE, reason=f"{name} is not on record")
            return Check(step="3", name="delegation.registered", finding=finding)
        ends = [None if authorisation is None else authorisation.withdrawn_at]
        if mandate is not None and mandate.state is not MandateState.ACCEPTED:
            ends += [one.at for one in events_about(view, subject=name, tags=MANDATE_ENDS)] or [asked]
        if any(end is not None and end <= asked for end in ends):
            ended.append(name)
    note = f"ended since: {', '.join(ended)}" if ended else ""
    return Check(step="3", name="delegation.registered", note=note)


def state_at(history: Sequence[HistoryEntry], moment: datetime) -> SealState | None:
    """Return the state of a seal at a moment by its history, oldest first; None: there was none yet."""
    return next((one.state for one in reversed(history) if one.at <= moment), None)


QUESTIONS: tuple[tuple[str, SealTrust, SubIndication, str], ...] = (
    (
        "seal.lawful",
        SealTrust.NEVER_VALID,
        SubIndication.REVOKED,
        "was made unlawfully; nothing stamped with it is valid",
    ),
    ("seal.accepted", SealTrust.NOT_IN_USE, SubIndication.NOT_YET_VALID, "had not been accepted by its owner yet"),
    ("seal.in_use", SealTrust.STOPPED, SubIndication.REVOKED, "was stopped at the moment of stamping"),
    (
        "seal.undisputed",
        SealTrust.DISPUTED,
        SubIndication.REVOKED_NO_POE,
        "was stamped after the moment at which its owner says it was lost",
    ),
    (
        "seal.time_proven",
        SealTrust.NEEDS_PROOF,
        SubIndication.REVOKED_NO_POE,
        "came into other hands, and nothing proves that the stamping is from before",
    ),
)
"""What is asked of each stamping: the check, the trust that fails it, and what that leads to."""


def standing_checks(seal: SealStanding) -> list[Check]:
    """Return what the registry says of a stamping as checks."""
    unrecorded: Finding | None = None
    if not seal.is_recorded:
        reason = f"seal {seal.code} is ours, and the ledger has no line for this stamping"
        unrecorded = Finding(sub_indication=SubIndication.SIGNED_DATA_NOT_FOUND, reason=reason)
    checks = [Check(step="1", name="seal.recorded", finding=unrecorded)]
    for name, trust, indication, words in QUESTIONS:
        finding: Finding | None = None
        if seal.at_stamping.trust is trust:
            finding = Finding(sub_indication=indication, reason=f"seal {seal.code} {words}")
        checks.append(Check(step="2", name=name, finding=finding))
    return checks if seal.delegations is None else [*checks, seal.delegations]
