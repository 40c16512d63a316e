"""The life of an electronic seal 电子印章 (国办发〔2025〕33号 and provincial practice), all of it in this table.

申请 → 审核 → 制作 → 备案 → 发放 → 接收启用 → 停用 ⇄ 恢复 → 注销. That a seal has expired is told by the clock, and
never stored.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from trust.lifecycle import Lifecycle

__all__ = ["APPLICATIONS", "LIFECYCLE", "PERMITS", "REVIEWS", "SealEvent", "SealState", "SealUse"]


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
    CANCELLED = "cancelled"  # 已注销


class SealEvent(StrEnum):
    """What happens to a seal."""

    WITHDRAW = "withdraw"  # 撤回
    RETURN = "return"  # 退回补正
    RESUBMIT = "resubmit"  # 补正后再提交
    REJECT = "reject"  # 驳回
    APPROVE = "approve"  # 审核通过
    MAKE = "make"  # 制作
    FILE = "file"  # 备案
    ISSUE = "issue"  # 发放
    ACCEPT = "accept"  # 接收
    SUSPEND = "suspend"  # 停用（挂失）
    REQUEST_RESUME = "request_resume"  # 申请恢复
    REFUSE_RESUME = "refuse_resume"  # 不予恢复
    RESUME = "resume"  # 恢复
    CANCEL = "cancel"  # 注销


class SealUse(StrEnum):
    """What one may do with a seal."""

    STAMP = "stamp"
    AUTHORISE = "authorise"


LIFECYCLE = Lifecycle(
    initial=SealState.APPLIED,
    moves={
        (SealState.APPLIED, SealEvent.WITHDRAW): SealState.WITHDRAWN,
        (SealState.APPLIED, SealEvent.RETURN): SealState.RETURNED,
        (SealState.APPLIED, SealEvent.REJECT): SealState.REJECTED,
        (SealState.APPLIED, SealEvent.APPROVE): SealState.APPROVED,
        (SealState.RETURNED, SealEvent.RESUBMIT): SealState.APPLIED,
        (SealState.RETURNED, SealEvent.WITHDRAW): SealState.WITHDRAWN,
        (SealState.APPROVED, SealEvent.MAKE): SealState.MADE,
        (SealState.MADE, SealEvent.FILE): SealState.FILED,
        (SealState.FILED, SealEvent.ISSUE): SealState.ISSUED,
        (SealState.ISSUED, SealEvent.ACCEPT): SealState.ACTIVE,
        (SealState.ACTIVE, SealEvent.SUSPEND): SealState.SUSPENDED,
        (SealState.ACTIVE, SealEvent.CANCEL): SealState.CANCELLED,
        (SealState.SUSPENDED, SealEvent.REQUEST_RESUME): SealState.RESUMING,
        (SealState.SUSPENDED, SealEvent.CANCEL): SealState.CANCELLED,
        (SealState.RESUMING, SealEvent.RESUME): SealState.ACTIVE,
        (SealState.RESUMING, SealEvent.REFUSE_RESUME): SealState.SUSPENDED,
        (SealState.RESUMING, SealEvent.CANCEL): SealState.CANCELLED,
    },
    # The applicant takes back what is the applicant's own; the owner stops its own seal at once, and may ask for it
    # back, which somebody else decides.
    alone=frozenset({SealEvent.WITHDRAW, SealEvent.SUSPEND, SealEvent.REQUEST_RESUME}),
)

APPLICATIONS: Final = frozenset({None, SealEvent.RESUBMIT})
"""What an applicant did; None is the application itself."""

REVIEWS: Final = frozenset({SealEvent.RETURN, SealEvent.REJECT, SealEvent.APPROVE})
"""What a reviewer decides: none who applied for this seal or resubmitted it, however many steps ago that was."""

PERMITS: Mapping[SealState, frozenset[SealUse]] = {
    SealState.APPLIED: frozenset(),
    SealState.RETURNED: frozenset(),
    SealState.WITHDRAWN: frozenset(),
    SealState.REJECTED: frozenset(),
    SealState.APPROVED: frozenset(),
    SealState.MADE: frozenset(),
    SealState.FILED: frozenset(),
    SealState.ISSUED: frozenset(),
    SealState.ACTIVE: frozenset({SealUse.STAMP, SealUse.AUTHORISE}),
    SealState.SUSPENDED: frozenset(),
    SealState.RESUMING: frozenset(),
    SealState.CANCELLED: frozenset(),
}
