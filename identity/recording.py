"""Recording proofings 实名核验: within the use cases of those who prove, with what each one changes of its subject."""

from typing import Final

from identity.errors import SubjectNotActive, SubjectUnknown
from identity.levels import Level
from identity.lifecycle import LIFECYCLE, SubjectEvent, SubjectState
from identity.proofing import repository as proofings
from identity.proofing.errors import OfficersMissing
from identity.proofing.proofing import Method, Proofing, by_officers, by_platform
from identity.proofing.rules import COUNTER_SOURCES, Lifetimes
from identity.repository import IdentityRepository
from identity.subject import Organisation, Person, SubjectKind
from trust.events import AuditEvent, Fact
from trust.store import Reading, Transaction

__all__ = ["at_registration", "record", "record_platform", "require_officers"]

PROVABLE: Final = frozenset({SubjectState.REGISTERED, SubjectState.ACTIVE, SubjectState.FROZEN})
"""In these states a subject can be proven; who is frozen stays frozen."""


def at_registration(
    subject: Person | Organisation, officers: tuple[str, ...], *, method: Method, view: Reading, lifetimes: Lifetimes
) -> Proofing:
    """Return the proofing of who came to the counter to be registered, or to the founding ceremony.

    Raise `OfficersMissing` where the counter had not two officers.
    """
    return by_officers(
        subject.id,
        method=method,
        sources=COUNTER_SOURCES[SubjectKind(subject.id[0])],
        level=Level.HIGH,
        officers=officers,
        at=view.now,
        expires_at=view.now + lifetimes.of(Level.HIGH),
    )


def require_officers(repository: IdentityRepository, view: Reading, *officers: str) -> None:
    """Return if none of these is a business system, which has seen nobody. Raise `OfficersMissing`."""
    if any(repository.states_of_client(view, one) is not None for one in officers):
        raise OfficersMissing


def record(
    repository: IdentityRepository, tx: Transaction, subject: Person | Organisation, made: Proofing, *, by: str
) -> None:
    """Keep a proofing of a subject.

    Who was registered and not proven yet may act from now on. A visit to the counter lifts what a recovery has capped.
    Raise `SubjectNotActive` for one who is gone, `OfficersMissing` where somebody would prove himself.
    """
    if subject.state not in PROVABLE:
        raise SubjectNotActive(subject=subject.id, state=subject.state.value)
    if subject.id in made.officers:
        raise OfficersMissing
    proofings.add(tx, made)
    if made.method is Method.COUNTER:
        proofings.lift_caps(tx, subject.id)
    if subject.state is SubjectState.REGISTERED:
        repository.move_subject(tx, subject, LIFECYCLE.after(subject.state, SubjectEvent.PROVE), actor=by)
    facts: dict[str, Fact] = {
        "proofing": made.id,
        "method": made.source,
        "level": made.level.value,
        "sources": " ".join(sorted(made.sources)),
        "officers": " ".join(made.officers),
        "until": made.expires_at.isoformat(),
    }
    tx.record(AuditEvent(tag="identity:prove:done", actor=by, subject=subject.id, facts=facts))


def record_platform(
    repository: IdentityRepository, tx: Transaction, person: str, *, platform: str, level: Level, lasts: Lifetimes
) -> None:
    """Keep what another platform says of a person now.

    What it said before counts no longer, and a repetition is kept once, until half of its time is over. L0 takes its
    word back. Raise `SubjectUnknown`, `SubjectNotActive`.
    """
    found = repository.person(tx, person)
    if found is None:
        raise SubjectUnknown
    said = [one for one in proofings.of_subject(tx, found.id) if one.method is Method.PLATFORM]
    counting = [one for one in said if one.provider == platform and one.counts(at=tx.now)]
    if any(one.level is level and one.expires_at - tx.now >= lasts.of(level) / 2 for one in counting):
        return
    for one in counting:
        proofings.withdraw(tx, one.id)
    if level is not Level.NONE:
        expires_at = tx.now + lasts.of(level)
        made = by_platform(found.id, platform=platform, level=level, at=tx.now, expires_at=expires_at)
        record(repository, tx, found, made, by=platform)
    elif counting:
        facts: dict[str, Fact] = {"method": counting[0].source, "level": level.value}
        tx.record(AuditEvent(tag="identity:prove:withdrawn", actor=platform, subject=found.id, facts=facts))
