"""Changes of keys that two persons make 密钥变更: a security administrator proposes, another or the auditor agrees.

A rotation is carried out later, by `trust keys rotate --proposal`, as a key has to sign the new certificate, which none
does inside a transaction. Letting a key sign nothing more needs no key, and happens with the agreement.
"""

from typing import Final

from typing_extensions import override

from api.foundation import Foundation
from identity.duties import Duty
from identity.four_eyes.proposals import Handler, Proposal
from identity.levels import Level
from trust.errors import Conflict, NotFound
from trust.founding import Role, ServiceKeys
from trust.store import Reading, Transaction

__all__ = ["KEY_RETIRE", "KEY_ROTATE", "KeyInService", "KeyNotKnown", "RetireKey", "RotateServiceKey"]

KEY_ROTATE: Final = "key:rotate"
KEY_RETIRE: Final = "key:retire"
DECIDERS: Final = frozenset({Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR})


class KeyNotKnown(NotFound):
    """There is no key by this handle in custody."""

    code = "key_change.key_not_known"


class KeyInService(Conflict):
    """This key is the newest of its role: rotate the role, and the old key retires by itself."""

    code = "key_change.key_in_service"


class RotateServiceKey(Handler):
    """The kind of proposal by which a role of the service gets a new key 密钥轮换."""

    kind = KEY_ROTATE
    approvers = DECIDERS
    floor = Level.HIGH
    later = True

    def __init__(self, service_keys: ServiceKeys) -> None:
        self.service_keys = service_keys

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        self.service_keys.certificates(Role(proposal.subject))

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Do nothing: the approval waits for the command that uses it."""


class RetireKey(Handler):
    """The kind of proposal by which a key signs nothing any more 密钥停用."""

    kind = KEY_RETIRE
    approvers = DECIDERS
    floor = Level.HIGH

    def __init__(self, base: Foundation, service_keys: ServiceKeys) -> None:
        self.base = base
        self.service_keys = service_keys

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        if self.base.key_in_custody(view, proposal.subject) is None:
            raise KeyNotKnown
        if any(self.service_keys.present(role).key.handle == proposal.subject for role in self.service_keys.versions):
            raise KeyInService

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        key = self.base.key_in_custody(tx, proposal.subject)
        if key is not None:
            self.base.custody.retire(tx, key, actor=by)
