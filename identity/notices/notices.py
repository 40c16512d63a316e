"""Notices 通知: what a person is told of their own account, in a list that they can read, and by the outbox.

The outbox (topic `person notices`) is the port to whoever can reach persons by telephone or mail: a message is put
there with the change that it tells of, and names the person by the unified identifier alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from identity.notices import repository
from trust import outbox
from trust.events import Fact
from trust.identifiers import new_id
from trust.store import Reading, Store, Transaction

__all__ = ["TOPIC", "Notice", "NoticeKind", "PersonNotices", "tell"]

TOPIC: Final = "person notices"
MOST: Final = 200
"""Notices that are shown, the newest ones."""


class NoticeKind(StrEnum):
    """What a person is told."""

    NEW_DEVICE = "new_device"  # 新设备登录
    SESSION_STRAYED = "session_strayed"  # 会话在其他设备上出现，已结束
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 # 口令已修改
    AUTHENTICATOR_ADDED = "authenticator_added"  # 新增认证方式
    AUTHENTICATOR_REMOVED = "authenticator_removed"  # 移除认证方式
    ACCOUNT_REOPENED = "account_reopened"  # 账号重新开通
    RECOVERY_WAITING = "recovery_waiting"  # 有人申请找回账号，可在到期前制止
    RECOVERY_STOPPED = "recovery_stopped"  # 找回已制止
    RECOVERY_DONE = "recovery_done"  # 账号已找回
    PROOFING_DONE = "proofing_done"  # 实名等级已更新
    DELEGATION_OFFERED = "delegation_offered"  # 收到授权委托
    DELEGATION_ACCEPTED = "delegation_accepted"  # 授权委托已被接受
    DELEGATION_ENDED = "delegation_ended"  # 授权委托已终止
    LICENCE_USED = "licence_used"  # 证照经本人同意被使用


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something that a person was told. It holds no personal data."""

    id: str
    person: str
    kind: NoticeKind
    facts: Mapping[str, Fact] = field(default_factory=dict)
    at: datetime


def tell(tx: Transaction, person: str, kind: NoticeKind, facts: Mapping[str, Fact] | None = None) -> Notice:
    """Tell a person something, with the change that it tells of. The caller records the change."""
    made = Notice(id=new_id("ntc", at=tx.now), person=person, kind=kind, facts=dict(facts or {}), at=tx.now)
    repository.add(tx, name=made.id, person=person, kind=kind.value, facts=made.facts)
    outbox.put(tx, TOPIC, subject=person, payload={"notice": made.id, "kind": kind.value, "facts": dict(made.facts)})
    return made


class PersonNotices:
    """What persons read."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def of(self, person: str) -> tuple[Notice, ...]:
        """Return what a person was told, the newest first."""
        with self.store.reading() as view:
            return of_person(view, person)


def of_person(view: Reading, person: str) -> tuple[Notice, ...]:
    """Return what a person was told, the newest first."""
    return tuple(
        Notice(id=name, person=person, kind=NoticeKind(kind), facts=facts, at=at)
        for name, kind, facts, at in repository.of_person(view, person, limit=MOST)
    )
