"""Changes of keys that two persons make 密钥变更: a security administrator proposes, another or the auditor agrees.

A rotation is carried out later, by `trust keys rotate --proposal`, as a key has to sign the new certificate, which none
does inside a transaction. Letting a key sign nothing more needs no key, and happens with the agreement. What else is
done to keys, the root key and data keys, is done by a command on the machine, which uses what was agreed to.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from typing_extensions import override

from api.foundation import Foundation
from identity.duties import Duty
from identity.four_eyes.proposals import Handler, Proposal
from identity.levels import Level
from trust.errors import Conflict, Invalid, NotFound
from trust.events import Fact
from trust.founding import Role, ServiceKeys
from trust.store import Reading, Transaction

__all__ = [
    "KEY_OPERATE",
    "KEY_RETIRE",
    "KEY_ROTATE",
    "KeyInService",
    "KeyNotKnown",
    "KeyOperation",
    "KeyOperationMalformed",
    "OperateOnKeys",
    "RetireKey",
    "RotateServiceKey",
    "subject_of",
]

KEY_ROTATE: Final = "key:rotate"
KEY_RETIRE: Final = "key:retire"
KEY_OPERATE: Final = "key:operate"
DECIDERS: Final = frozenset({Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR})


class KeyNotKnown(NotFound):
    """There is no key by this handle in custody."""

    code = "key_change.key_not_known"


class KeyInService(Conflict):
    """This key is the newest of its role: rotate the role, and the old key retires by itself."""

    code = "key_change.key_in_service"


class KeyOperation(StrEnum):
    """What is done to keys on the machine, by the name of the command `trust keys …`, or `trust pki …` of the last."""

    REKEY_ROOT = "rekey-root"  # 更换根密钥
    DIVIDE_ROOT = "divide"  # 根密钥分片
    ROOT_TO_TOKEN = "to-token"  # noqa: S105 # 根密钥存入密码卡
    REWRAP = "rewrap"  # 更换数据密钥
    LIMIT = "limit"  # 使用次数上限
    DESTROY = "destroy"  # 销毁
    ROTATE_AUTHORITY = "rotate-authority"  # 签发机构换代


MEMBERS: Final = {
    KeyOperation.DIVIDE_ROOT: {"threshold", "holders"},
    KeyOperation.ROOT_TO_TOKEN: {"label"},
    KeyOperation.LIMIT: {"key", "count"},
    KeyOperation.DESTROY: {"key", "witnesses"},
    KeyOperation.ROTATE_AUTHORITY: {"authority"},
}
"""What is agreed to beside the operation itself."""


class KeyOperationMalformed(Invalid):
    """What is to be done to keys says too little, or what has no part in it; `field` names the member."""

    code = "key_change.operation_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


def subject_of(operation: KeyOperation, told: Mapping[str, Fact]) -> str:
    """Return what an operation is about, by what is told of it: one is open at a time."""
    return f"{operation.value} {told.get('key') or told.get('authority') or ''}".strip()


class RotateServiceKey(Handler):
    """The kind of proposal by which a role of the service gets a new key 密钥轮换."""

    kind = KEY_ROTATE
    proposers = frozenset({Duty.SECURITY_ADMINISTRATOR})
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
    proposers = frozenset({Duty.SECURITY_ADMINISTRATOR})
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


class OperateOnKeys(Handler):
    """The kind of proposal by which the operator does something to the root key, data keys, or a key 密钥运维."""

    kind = KEY_OPERATE
    proposers = frozenset({Duty.SECURITY_ADMINISTRATOR})
    approvers = DECIDERS
    floor = Level.HIGH
    later = True

    def __init__(self, base: Foundation) -> None:
        self.base = base

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        operation = KeyOperation(str(proposal.content["operation"]))
        wanted = MEMBERS.get(operation, set())
        for name in ("key", "count", "threshold", "holders", "label", "witnesses", "authority"):
            if (proposal.content.get(name) is not None) != (name in wanted):
                raise KeyOperationMalformed(field=name)
        key, authority = proposal.content.get("key"), proposal.content.get("authority")
        if key is not None and self.base.key_in_custody(view, str(key)) is None:
            raise KeyNotKnown
        if authority is not None:
            self.base.authorities.current(view, str(authority))

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Do nothing: the approval waits for the command that uses it."""
