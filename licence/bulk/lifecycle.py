"""The life of a bulk job 批量任务: read, checked, started by a person, run, ended."""

from enum import StrEnum
from typing import Final

from trust.lifecycle import Lifecycle

__all__ = ["ENDED", "LIFECYCLE", "ChunkState", "JobEvent", "JobState"]


class JobState(StrEnum):
    """Where a job stands."""

    RECEIVED = "received"  # 已接收
    CHECKING = "checking"  # 校验中
    VALIDATED = "validated"  # 校验完成，待启动
    RUNNING = "running"  # 执行中
    PAUSED = "paused"  # 已暂停
    FINISHED = "finished"  # 已完成
    REFUSED = "refused"  # 不受理
    CANCELLED = "cancelled"  # 已取消


class JobEvent(StrEnum):
    """What happens to a job."""

    READ = "read"  # 读取
    VALIDATE = "validate"  # 校验完成
    REFUSE = "refuse"  # 拒绝
    START = "start"  # 启动
    PAUSE = "pause"  # 暂停
    RESUME = "resume"  # 继续
    FINISH = "finish"  # 完成
    CANCEL = "cancel"  # 取消


LIFECYCLE: Final = Lifecycle(
    initial=JobState.RECEIVED,
    moves={
        (JobState.RECEIVED, JobEvent.READ): JobState.CHECKING,
        (JobState.RECEIVED, JobEvent.REFUSE): JobState.REFUSED,
        (JobState.RECEIVED, JobEvent.CANCEL): JobState.CANCELLED,
        (JobState.CHECKING, JobEvent.VALIDATE): JobState.VALIDATED,
        (JobState.CHECKING, JobEvent.REFUSE): JobState.REFUSED,
        (JobState.CHECKING, JobEvent.CANCEL): JobState.CANCELLED,
        (JobState.VALIDATED, JobEvent.START): JobState.RUNNING,
        (JobState.VALIDATED, JobEvent.CANCEL): JobState.CANCELLED,
        (JobState.RUNNING, JobEvent.PAUSE): JobState.PAUSED,
        (JobState.RUNNING, JobEvent.FINISH): JobState.FINISHED,
        (JobState.RUNNING, JobEvent.CANCEL): JobState.CANCELLED,
        (JobState.PAUSED, JobEvent.RESUME): JobState.RUNNING,
        (JobState.PAUSED, JobEvent.CANCEL): JobState.CANCELLED,
    },
    # One person may do all of it, unless the type of the licences asks for a second one at the start.
    alone=frozenset(JobEvent),
)

ENDED: Final = frozenset(state for state in JobState if not LIFECYCLE.events(state))
"""States that nothing leads out of."""


class ChunkState(StrEnum):
    """How far some rows of a job are."""

    READ = "read"
    CHECKED = "checked"
    DONE = "done"
