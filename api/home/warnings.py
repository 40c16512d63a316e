"""What to look after 预警, for those whom it concerns: what ends soon, what is stuck, what does not hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from api.figures import organisations
from api.health import ReadinessCheck
from api.home.scope import opens
from api.permissions import Permission
from api.wiring import Instance
from identity.duties import ADMINISTRATORS, Actor, Duty
from licence import waiting_repository as of_licences
from seal import waiting_repository as of_seals
from trust import outbox_repository, repository
from trust.audit_repository import EventSearch, first_unsealed, search
from trust.audit_search import Integrity, examine
from trust.founding import Role
from trust.store import Reading

__all__ = ["HomeWarning", "WarningKind", "warnings_of"]

SOON: Final = timedelta(days=60)
"""What ends within this time is told."""

STUCK: Final = timedelta(days=1)
"""What should have left or been mended within this time is told."""

UNSEALED: Final = timedelta(hours=3)
"""A checkpoint is signed every hour: after this long nobody signs any."""

LOOKED_AT: Final = 50
"""The newest events of the trail whose hashes are recomputed at each look; the page of the trail checks them all."""

MOST: Final = 10

ENDING_FOR: Final = (Duty.SEAL_OWNER, Duty.SEAL_APPLICANT, Duty.SEAL_MAKER)
"""Who has a seal remade, and who remakes it."""


class WarningKind(StrEnum):
    """What there may be to look after."""

    PART_FAILING = "part_failing"  # 系统自检未通过
    TRAIL_BROKEN = "trail_broken"  # 审计链不完整
    TRAIL_UNSEALED = "trail_unsealed"  # 审计检查点逾期未签
    CERTIFICATE_ENDING = "certificate_ending"  # 服务证书即将到期
    SEAL_ENDING = "seal_ending"  # 印章即将到期
    NOTICES_REFUSED = "notices_refused"  # 上报被拒收
    NOTICES_STUCK = "notices_stuck"  # 上报积压
    TIME_STAMPS_LATE = "time_stamps_late"  # 待补时间戳


@dataclass(frozen=True, kw_only=True)
class HomeWarning:
    """One thing to look after."""

    kind: WarningKind
    is_grave: bool
    """Whether something does not work, or will not be believed, as it stands."""

    count: int = 1
    id: str = ""
    name: str = ""
    since: datetime | None = None
    deadline: datetime | None = None


def warnings_of(instance: Instance, actor: Actor, parts: tuple[ReadinessCheck, ...]) -> tuple[HomeWarning, ...]:
    """Return what somebody has to look after, the grave things first. `parts` is what every part has just said."""
    if opens(instance, actor, Permission.AUDIT_READ):
        # Another process may sign checkpoints by a key that this one does not know yet: the trail would look broken.
        instance.service_keys.refresh()
    with instance.base.store.reading() as view:
        found = [
            *failing(instance, actor, parts),
            *about_trail(instance, view, actor),
            *about_certificates(instance, view, actor),
            *about_seals(instance, view, actor),
            *about_notices(instance, view, actor),
            *about_time_stamps(instance, view, actor),
        ]
    return tuple(sorted(found, key=lambda one: not one.is_grave))


def administers(instance: Instance, actor: Actor, *duties: Duty) -> bool:
    """Tell whether somebody is one of these administrators, none named: any, and this session opens their pages."""
    is_one = any(actor.holds(duty) for duty in (duties or ADMINISTRATORS))
    return is_one and opens(instance, actor, Permission.INSTANCE_READ)


def failing(instance: Instance, actor: Actor, parts: tuple[ReadinessCheck, ...]) -> Iterator[HomeWarning]:
    """Yield the parts of the instance that are not in order, for administrators."""
    if administers(instance, actor):
        for one in parts:
            if not one.ok:
                yield HomeWarning(kind=WarningKind.PART_FAILING, is_grave=True, id=one.name, name=one.told)


def about_trail(instance: Instance, view: Reading, actor: Actor) -> Iterator[HomeWarning]:
    """Yield what is wrong with the end of the audit trail, for the auditor."""
    if not opens(instance, actor, Permission.AUDIT_READ):
        return
    trusted = instance.service_keys.certificates(Role.AUDIT)
    examined = examine(view, search(view, EventSearch(), limit=LOOKED_AT), trusted=trusted)
    broken = [one for one in examined if one.integrity is Integrity.BROKEN]
    if broken:
        first = min(broken, key=lambda one: one.recorded.sequence).recorded
        yield HomeWarning(
            kind=WarningKind.TRAIL_BROKEN, is_grave=True, count=len(broken), id=str(first.sequence), since=first.at
        )
    unsealed = first_unsealed(view)
    if unsealed is not None and unsealed.at < view.now - UNSEALED:
        end, _ = repository.audit_head(view)
        count = end - unsealed.sequence + 1
        yield HomeWarning(kind=WarningKind.TRAIL_UNSEALED, is_grave=False, count=count, since=unsealed.at)


def about_certificates(instance: Instance, view: Reading, actor: Actor) -> Iterator[HomeWarning]:
    """Yield the certificates of the service and of its authorities that end soon, for those who change keys."""
    if not administers(instance, actor, Duty.SECURITY_ADMINISTRATOR, Duty.SYSTEM_ADMINISTRATOR):
        return
    newest = {one.line: one for one in sorted(instance.base.authorities.all(view), key=lambda one: one.generation)}
    named = {one.name: one.certificate for one in newest.values()}
    named |= {role.value: instance.service_keys.certificate(role) for role in instance.service_keys.versions}
    # What renews the time-stamps of others must last longer itself.
    lead = timedelta(days=instance.base.settings.time_stamp_renewal_days)
    soon = {role.value: max(SOON, lead) for role in (Role.TIME_STAMP_SM2, Role.TIME_STAMP_P256)}
    ending = sorted(
        (one.not_after, name) for name, one in named.items() if one.not_after < view.now + soon.get(name, SOON)
    )
    for deadline, name in ending:
        yield HomeWarning(
            kind=WarningKind.CERTIFICATE_ENDING, is_grave=deadline <= view.now, id=name, name=name, deadline=deadline
        )


def about_seals(instance: Instance, view: Reading, actor: Actor) -> Iterator[HomeWarning]:
    """Yield the seals that end soon and can still be remade in time."""
    owners = organisations(actor, ENDING_FOR)
    if owners == frozenset() or not opens(instance, actor, Permission.SEAL_READ):
        return
    for one in of_seals.ending(view, owners, before=view.now + SOON, limit=MOST).things:
        is_over = one.deadline is not None and one.deadline <= view.now
        yield HomeWarning(
            kind=WarningKind.SEAL_ENDING, is_grave=is_over, id=one.id, name=one.name, deadline=one.deadline
        )


def about_notices(instance: Instance, view: Reading, actor: Actor) -> Iterator[HomeWarning]:
    """Yield what the platform above refuses, and what has waited too long for it."""
    if not opens(instance, actor, Permission.NOTICE_MANAGE) and not administers(
        instance, actor, Duty.SYSTEM_ADMINISTRATOR
    ):
        return
    left = outbox_repository.waiting(view, instance.notices.topic)
    if left.refused:
        yield HomeWarning(kind=WarningKind.NOTICES_REFUSED, is_grave=True, count=left.refused)
    if instance.upper_platform is not None and left.since is not None and left.since < view.now - STUCK:
        yield HomeWarning(kind=WarningKind.NOTICES_STUCK, is_grave=False, count=left.waiting, since=left.since)


def about_time_stamps(instance: Instance, view: Reading, actor: Actor) -> Iterator[HomeWarning]:
    """Yield how many licences have waited too long for the time-stamp of their file."""
    is_officer = opens(instance, actor, Permission.LICENCE_MANAGE)
    if not is_officer and not administers(instance, actor, Duty.SYSTEM_ADMINISTRATOR):
        return
    issuers = actor.organisations(Duty.LICENCE_OFFICER) if is_officer else None
    late = of_licences.late_time_stamps(view, issuers)
    for oldest in late.things:
        if oldest.since < view.now - STUCK:
            yield HomeWarning(
                kind=WarningKind.TIME_STAMPS_LATE, is_grave=False, count=late.total, id=oldest.id, since=oldest.since
            )
