"""The life of an electronic seal 电子印章 (国办发〔2025〕33号 and provincial practice), all of it in these tables.

申请 → 审核 → 制作 → 备案 → 发放 → 接收启用 → 停用（挂失）⇄ 恢复 → 注销 | 换发 | 标识为无效 → 销毁. That a seal has
expired is told by the clock, and never stored. Beside each event: who takes it, whether a reason must be told, and
whether the owner must be in a state to act.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from identity.duties import Duty
from trust.lifecycle import Lifecycle

__all__ = [
    "APPLICATIONS",
    "DUTIES",
    "ENDED",
    "LIFECYCLE",
    "OWNERS_ACTS",
    "PERMITS",
    "REASONED",
    "REVIEWS",
    "UNMADE",
    "SealEvent",
    "SealState",
    "SealUse",
]


class SealState(StrEnum):
    """Where a seal stands."""

    APPLIED = "applied"  # 已申请
    RETURNED = "returned"  # 退回补正
    WITHDRAWN = "withdrawn"  # 已撤回
    REJECTED = "rejected"  # 已驳回
    APPROVED = "approved"  # 审核通过
    MADE = "made"  # 已制作
    FILED = "filed"  # 已备案
    ISSUED = "issued"  # 已发放，待接收
    ACTIVE = "active"  # 使用中
    SUSPENDED = "suspended"  # 停用
    RESUMING = "resuming"  # 恢复待批
    CANCELLING = "cancelling"  # 依职权注销待批
    CANCELLED = "cancelled"  # 已注销
    SUPERSEDED = "superseded"  # 已换发
    INVALIDATED = "invalidated"  # 无效
    DESTROYING = "destroying"  # 销毁待监督
    DESTROYED = "destroyed"  # 已销毁


class SealEvent(StrEnum):
    """What happens to a seal."""

    WITHDRAW = "withdraw"  # 撤回
    RETURN = "return"  # 退回补正
    RESUBMIT = "resubmit"  # 补正后再提交
    REJECT = "reject"  # 驳回
    APPROVE = "approve"  # 审核通过
    SEND_BACK = "send_back"  # 制章员退回审核
    MAKE = "make"  # 制作
    FILE = "file"  # 备案
    ISSUE = "issue"  # 发放
    REFUSE = "refuse"  # 拒收
    ACCEPT = "accept"  # 接收
    DISCARD = "discard"  # 启用前作废
    SUSPEND = "suspend"  # 停用（挂失）
    REPORT_LOSS = "report_loss"  # 停用后补报遗失
    REQUEST_RESUME = "request_resume"  # 申请恢复
    REFUSE_RESUME = "refuse_resume"  # 不予恢复
    RESUME = "resume"  # 恢复
    CANCEL = "cancel"  # 所有者注销
    PROPOSE_CANCEL = "propose_cancel"  # 制发部门提出注销
    REFUSE_CANCEL = "refuse_cancel"  # 不予注销
    CONFIRM_CANCEL = "confirm_cancel"  # 制发部门批准注销
    SUPERSEDE = "supersede"  # 换发，原章终止
    INVALIDATE = "invalidate"  # 标识为无效
    REQUEST_DESTROY = "request_destroy"  # 申请销毁
    DESTROY = "destroy"  # 监督销毁


class SealUse(StrEnum):
    """What one may do with a seal."""

    STAMP = "stamp"
    AUTHORISE = "authorise"


UNACCEPTED: Final = (SealState.MADE, SealState.FILED, SealState.ISSUED)
"""Made, and never in use yet."""

IN_USE: Final = (SealState.ACTIVE, SealState.SUSPENDED, SealState.RESUMING)
"""Accepted, and not at its end."""

LIFECYCLE = Lifecycle(
    initial=SealState.APPLIED,
    moves={
        (SealState.APPLIED, SealEvent.WITHDRAW): SealState.WITHDRAWN,
        (SealState.APPLIED, SealEvent.RETURN): SealState.RETURNED,
        (SealState.APPLIED, SealEvent.REJECT): SealState.REJECTED,
        (SealState.APPLIED, SealEvent.APPROVE): SealState.APPROVED,
        (SealState.RETURNED, SealEvent.RESUBMIT): SealState.APPLIED,
        (SealState.RETURNED, SealEvent.WITHDRAW): SealState.WITHDRAWN,
        (SealState.APPROVED, SealEvent.SEND_BACK): SealState.APPLIED,
        (SealState.APPROVED, SealEvent.MAKE): SealState.MADE,
        (SealState.MADE, SealEvent.FILE): SealState.FILED,
        (SealState.FILED, SealEvent.ISSUE): SealState.ISSUED,
        (SealState.ISSUED, SealEvent.REFUSE): SealState.FILED,
        (SealState.ISSUED, SealEvent.ACCEPT): SealState.ACTIVE,
        **{(state, SealEvent.DISCARD): SealState.CANCELLED for state in UNACCEPTED},
        (SealState.ACTIVE, SealEvent.SUSPEND): SealState.SUSPENDED,
        # A loss that is found later undoes what was asked for or proposed without knowing of it.
        **{
            (state, SealEvent.REPORT_LOSS): SealState.SUSPENDED
            for state in (SealState.SUSPENDED, SealState.RESUMING, SealState.CANCELLING)
        },
        (SealState.SUSPENDED, SealEvent.REQUEST_RESUME): SealState.RESUMING,
        (SealState.RESUMING, SealEvent.RESUME): SealState.ACTIVE,
        (SealState.RESUMING, SealEvent.REFUSE_RESUME): SealState.SUSPENDED,
        **{(state, SealEvent.CANCEL): SealState.CANCELLED for state in IN_USE},
        **{(state, SealEvent.PROPOSE_CANCEL): SealState.CANCELLING for state in IN_USE},
        # What was proposed and refused stays stopped until the owner asks for it back.
        (SealState.CANCELLING, SealEvent.REFUSE_CANCEL): SealState.SUSPENDED,
        (SealState.CANCELLING, SealEvent.CONFIRM_CANCEL): SealState.CANCELLED,
        **{(state, SealEvent.SUPERSEDE): SealState.SUPERSEDED for state in (*IN_USE, SealState.CANCELLING)},
        **{
            (state, SealEvent.INVALIDATE): SealState.INVALIDATED
            for state in (*UNACCEPTED, *IN_USE, SealState.CANCELLING, SealState.CANCELLED, SealState.SUPERSEDED)
        },
        **{
            (state, SealEvent.REQUEST_DESTROY): SealState.DESTROYING
            for state in (SealState.CANCELLED, SealState.SUPERSEDED, SealState.INVALIDATED)
        },
        (SealState.DESTROYING, SealEvent.DESTROY): SealState.DESTROYED,
    },
    # The applicant takes back what is the applicant's own. Who stops a seal stops it at once, and may ask for what
    # somebody else decides. A seal is superseded by a step in the life of another, which has had its second person.
    alone=frozenset(
        {
            SealEvent.WITHDRAW,
            SealEvent.SUSPEND,
            SealEvent.REPORT_LOSS,
            SealEvent.REQUEST_RESUME,
            SealEvent.PROPOSE_CANCEL,
            SealEvent.SUPERSEDE,
        }
    ),
)

DUTIES: Final[Mapping[SealEvent, frozenset[Duty]]] = {
    SealEvent.WITHDRAW: frozenset({Duty.SEAL_APPLICANT}),
    SealEvent.RETURN: frozenset({Duty.SEAL_REVIEWER}),
    SealEvent.RESUBMIT: frozenset({Duty.SEAL_APPLICANT}),
    SealEvent.REJECT: frozenset({Duty.SEAL_REVIEWER}),
    SealEvent.APPROVE: frozenset({Duty.SEAL_REVIEWER}),
    SealEvent.SEND_BACK: frozenset({Duty.SEAL_MAKER}),
    SealEvent.MAKE: frozenset({Duty.SEAL_MAKER}),
    SealEvent.FILE: frozenset({Duty.SEAL_FILER}),
    SealEvent.ISSUE: frozenset({Duty.SEAL_MAKER}),
    SealEvent.REFUSE: frozenset({Duty.SEAL_OWNER}),
    SealEvent.ACCEPT: frozenset({Duty.SEAL_OWNER}),
    SealEvent.DISCARD: frozenset({Duty.SEAL_REVIEWER}),
    SealEvent.SUSPEND: frozenset({Duty.SEAL_OWNER, Duty.SEAL_REVIEWER}),
    SealEvent.REPORT_LOSS: frozenset({Duty.SEAL_OWNER}),
    SealEvent.REQUEST_RESUME: frozenset({Duty.SEAL_OWNER}),
    SealEvent.REFUSE_RESUME: frozenset({Duty.SEAL_REVIEWER}),
    SealEvent.RESUME: frozenset({Duty.SEAL_REVIEWER}),
    SealEvent.CANCEL: frozenset({Duty.SEAL_OWNER}),
    SealEvent.PROPOSE_CANCEL: frozenset({Duty.SEAL_REVIEWER}),
    SealEvent.REFUSE_CANCEL: frozenset({Duty.SEAL_REVIEWER}),
    SealEvent.CONFIRM_CANCEL: frozenset({Duty.SEAL_REVIEWER}),
    SealEvent.SUPERSEDE: frozenset({Duty.SEAL_OWNER}),
    SealEvent.INVALIDATE: frozenset({Duty.SEAL_REVIEWER}),
    SealEvent.REQUEST_DESTROY: frozenset({Duty.SECURITY_ADMINISTRATOR}),
    SealEvent.DESTROY: frozenset({Duty.AUDITOR}),
}
"""Who takes each step: the holder of any of these duties, held for the seal's owner where it is one of an owner."""

WORKSHOP: Final = frozenset({SealEvent.MAKE, SealEvent.FILE, SealEvent.ISSUE, SealEvent.ACCEPT, SealEvent.SUPERSEDE})
"""Steps that speak for themselves."""

REASONED: Final = frozenset(SealEvent) - WORKSHOP
"""Steps that need a reason."""

OWNERS_ACTS: Final = frozenset(
    {
        SealEvent.RESUBMIT,
        SealEvent.APPROVE,
        SealEvent.MAKE,
        SealEvent.ISSUE,
        SealEvent.ACCEPT,
        SealEvent.REQUEST_RESUME,
        SealEvent.RESUME,
    }
)
"""Steps towards use: none is taken while the owner is frozen. Steps that stop or end a seal are always possible."""

APPLICATIONS: Final = frozenset({None, SealEvent.RESUBMIT})
"""What an applicant did; None is the application itself."""

REVIEWS: Final = frozenset({SealEvent.RETURN, SealEvent.REJECT, SealEvent.APPROVE})
"""What a reviewer decides: none who applied for this seal or resubmitted it, however many steps ago that was."""

PERMITS: Mapping[SealState, frozenset[SealUse]] = {
    state: frozenset({SealUse.STAMP, SealUse.AUTHORISE}) if state is SealState.ACTIVE else frozenset()
    for state in SealState
}
"""What a seal is good for: an active one for everything, any other one for nothing."""

UNMADE: Final = frozenset({SealState.WITHDRAWN, SealState.REJECTED})
"""Ended before there was a seal."""

ENDED: Final = UNMADE | {
    SealState.CANCELLED,
    SealState.SUPERSEDED,
    SealState.INVALIDATED,
    SealState.DESTROYING,
    SealState.DESTROYED,
}
"""Never to be used again."""
