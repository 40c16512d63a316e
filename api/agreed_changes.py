"""What the command line does with agreements: a change of keys that two persons decided on is carried out once.

An agreement is looked at before the operation begins, and used in the transaction that says the operation is done. What
comes to nothing, since a device or the database does not answer, has used nothing: the attempt is on record, and the
same agreement is good for the next one.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from api.foundation import Foundation
from api.key_changes import KEY_OPERATE, KEY_ROTATE, KeyOperation, OperateOnKeys, subject_of
from api.settings import Settings
from api.wiring import Instance
from identity.four_eyes.proposals import Proposal
from identity.four_eyes.repository import ProposalRepository
from identity.four_eyes.service import FourEyes
from trust.errors import Conflict, TrustError
from trust.events import AuditEvent, Fact
from trust.founding import Role
from trust.reasons import require_reason
from trust.store import Further, Transaction, nothing_further

__all__ = ["Agreed", "KeyChangeNotAgreed", "agreed_operation", "agreed_rotation", "need_of", "require_no_agreement"]


class KeyChangeNotAgreed(Conflict):
    """The settings of this instance want changes of keys to be proposed and agreed to.

    Only a key that somebody else may have is stopped by one alone, who says why.
    """

    code = "key_change.not_agreed"


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """What was agreed to, and what is done with that as the operation is done."""

    proposal: Proposal | None = None
    """None where nothing has to be agreed to."""

    further: Further = nothing_further
    """Uses the agreement, once, or records that there was no time for one."""


@contextmanager
def agreed_rotation(
    opened: Instance, role: Role, *, proposal: str, by: str, need: str | None = None
) -> Iterator[Agreed]:
    """Look for what was agreed to for the rotation of a role; the rotation in the block uses it.

    `need` is why a key must not wait that somebody else may have; None: nobody may have it. Raise `KeyChangeNotAgreed`
    where the settings want an agreement and none is named, `ReasonMissing`, `ProposalNotAgreed`.
    """
    if proposal:
        with used_by(opened.four_eyes, proposal, kind=KEY_ROTATE, subject=role.value, by=by) as found:
            yield found
    elif need is not None:
        yield Agreed(further=need_of(opened.base, role.value, reason=need, by=by))
    else:
        require_no_agreement(opened.base.settings)
        yield Agreed()


def require_no_agreement(settings: Settings) -> None:
    """Return if whoever runs the machine changes keys alone, else raise `KeyChangeNotAgreed`."""
    if settings.wants_agreement:
        raise KeyChangeNotAgreed


def need_of(base: Foundation, subject: str, *, reason: str, by: str) -> Further:
    """Return what records why whoever runs the machine stops a key alone: nothing where no agreement is wanted.

    Raise `ReasonMissing` where one is wanted and no reason is told.
    """
    if not base.settings.wants_agreement:
        return nothing_further
    facts: dict[str, Fact] = {"reason": require_reason(reason)}
    stopped = AuditEvent(tag="key:stop_alone:done", actor=by, subject=subject, facts=facts)
    return lambda tx: tx.record(stopped)


@contextmanager
def agreed_operation(
    base: Foundation, operation: KeyOperation, told: Mapping[str, Fact], *, proposal: str, by: str
) -> Iterator[Further]:
    """Look for what was agreed to for an operation on keys; what is done in the block uses it, once.

    What was agreed to is `told`, member by member. Raise `KeyChangeNotAgreed`, `ProposalNotAgreed`.
    """
    if not proposal:
        require_no_agreement(base.settings)
        yield nothing_further
        return
    engine = FourEyes(
        store=base.store,
        identity=base.identity,
        repository=ProposalRepository(base.protection),
        handlers=(OperateOnKeys(base),),
    )
    subject = subject_of(operation, told)
    with used_by(engine, proposal, kind=KEY_OPERATE, subject=subject, by=by, told=told) as found:
        yield found.further


@contextmanager
def used_by(
    engine: FourEyes, name: str, *, kind: str, subject: str, by: str, told: Mapping[str, Fact] | None = None
) -> Iterator[Agreed]:
    """Look for an agreement to what is `told`; an attempt in the block that comes to nothing is put on record."""
    with engine.store.reading() as view:
        found = engine.agreed(view, name, kind=kind, subject=subject)
    if any(found.content.get(member) != value for member, value in (told or {}).items()):
        raise KeyChangeNotAgreed

    def use(tx: Transaction) -> None:
        engine.use(tx, name, kind=kind, subject=subject, by=by)

    try:
        yield Agreed(proposal=found, further=use)
    except TrustError as error:
        with suppress(TrustError):  # where the database is what does not answer
            engine.failed(found, by=by, error=error)
        raise
