"""What the command line does with agreements: a change of keys that two persons decided on is carried out once."""

from collections.abc import Mapping

from api.key_changes import KEY_OPERATE, KEY_ROTATE, KeyOperation, subject_of
from api.settings import Settings
from api.wiring import Instance
from identity.four_eyes.proposals import Proposal
from trust.errors import Conflict
from trust.events import Fact
from trust.founding import Role

__all__ = ["KeyChangeNotAgreed", "agreed_rotation", "require_no_agreement", "use_agreement"]


class KeyChangeNotAgreed(Conflict):
    """The settings of this instance want changes of keys to be proposed and agreed to."""

    code = "key_change.not_agreed"


def agreed_rotation(opened: Instance, role: Role, *, proposal: str, by: str) -> Proposal | None:
    """Use what was agreed to for the rotation of a role, once, and return it; None where nothing has to be.

    Raise `KeyChangeNotAgreed` where the settings want an agreement and none is named, `ProposalNotAgreed`.
    """
    if not proposal:
        require_no_agreement(opened.base.settings)
        return None
    with opened.base.store.transaction() as tx:
        return opened.four_eyes.use(tx, proposal, kind=KEY_ROTATE, subject=role.value, by=by)


def require_no_agreement(settings: Settings) -> None:
    """Return if whoever runs the machine changes keys alone, else raise `KeyChangeNotAgreed`."""
    if settings.agreed_rotations:
        raise KeyChangeNotAgreed


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
