"""What the command line does with agreements: a change of keys that two persons decided on is carried out once."""

from collections.abc import Mapping

from api.foundation import Foundation
from api.key_changes import KEY_OPERATE, KEY_ROTATE, KeyOperation, subject_of
from api.settings import Settings
from api.wiring import Instance
from identity.four_eyes.proposals import Proposal
from trust.errors import Conflict
from trust.events import AuditEvent, Fact
from trust.founding import Role
from trust.reasons import require_reason

__all__ = ["KeyChangeNotAgreed", "agreed_rotation", "require_need", "require_no_agreement", "use_agreement"]


class KeyChangeNotAgreed(Conflict):
    """The settings of this instance want changes of keys to be proposed and agreed to.

    Only a key that somebody else may have is stopped by one alone, who says why.
    """

    code = "key_change.not_agreed"


def agreed_rotation(
    opened: Instance, role: Role, *, proposal: str, by: str, need: str | None = None
) -> Proposal | None:
    """Use what was agreed to for the rotation of a role, once, and return it; None where nothing has to be.

    `need` is why a key must not wait that somebody else may have; None: nobody may have it. Raise `KeyChangeNotAgreed`
    where the settings want an agreement and none is named, `ReasonMissing`, `ProposalNotAgreed`.
    """
    if not proposal and need is not None:
        require_need(opened.base, role.value, reason=need, by=by)
        return None
    if not proposal:
        require_no_agreement(opened.base.settings)
        return None
    with opened.base.store.transaction() as tx:
        return opened.four_eyes.use(tx, proposal, kind=KEY_ROTATE, subject=role.value, by=by)


def require_no_agreement(settings: Settings) -> None:
    """Return if whoever runs the machine changes keys alone, else raise `KeyChangeNotAgreed`."""
    if settings.wants_agreement:
        raise KeyChangeNotAgreed


def require_need(base: Foundation, subject: str, *, reason: str, by: str) -> None:
    """Return if whoever runs the machine may stop a key alone: always, and where an agreement is wanted on record.

    Raise `ReasonMissing` where it is wanted and no reason is told.
    """
    if not base.settings.wants_agreement:
        return
    facts: dict[str, Fact] = {"reason": require_reason(reason)}
    with base.store.transaction() as tx:
        tx.record(AuditEvent(tag="key:stop_alone:done", actor=by, subject=subject, facts=facts))


def use_agreement(operation: KeyOperation, told: Mapping[str, Fact], *, proposal: str, by: str) -> None:
    """Use what was agreed to for an operation on keys, once; return at once where nothing has to be agreed to.

    What was agreed to is `told`, member by member. Raise `KeyChangeNotAgreed`, `ProposalNotAgreed`.
    """
    settings = Settings.read()
    if not proposal:
        require_no_agreement(settings)
        return
    opened = Instance.open(settings)
    try:
        subject = subject_of(operation, str(told.get("key") or ""))
        with opened.base.store.transaction() as tx:
            found = opened.four_eyes.use(tx, proposal, kind=KEY_OPERATE, subject=subject, by=by)
            if any(found.content.get(name) != value for name, value in told.items()):
                raise KeyChangeNotAgreed  # and nothing was used
    finally:
        opened.base.store.close()
