"""What others have done since somebody was here last: with their seals, and with what they asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from api.home.scope import opens
from api.permissions import Permission
from api.wiring import Instance
from identity import waiting_repository as of_identity
from identity.duties import Actor, Duty
from licence import waiting_repository as of_licences
from seal import waiting_repository as of_seals
from trust.audit_repository import newest_by
from trust.store import Reading
from trust.waiting import Waits

__all__ = ["Change", "ChangeKind", "Changes", "changes_of"]

LONGEST: Final = timedelta(days=14)
"""How far back is looked at most: nobody reads more, and what is older is found by a search."""

MOST: Final = 50
"""Changes of one kind that are looked at; of each thing the newest is told."""

BEGUN: Final = "session:begin:done"
LOOKED: Final = "access:check:allowed"


class ChangeKind(StrEnum):
    """What may have changed for somebody."""

    SEAL = "seal"  # 印章有新进展
    STAMPING_APPROVAL = "stamping_approval"  # 用印申请有了结果
    PROPOSAL = "proposal"  # 提出的事项有了结果
    LICENCE_REQUEST = "licence_request"  # 复核申请有了结果


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that others have done. `since` of the thing is when."""

    kind: ChangeKind
    thing: Waits


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What has changed, the newest first, since a moment."""

    since: datetime
    changes: tuple[Change, ...]


def last_visit(view: Reading, actor: Actor) -> datetime:
    """Return when somebody looked at anything before the session of now began; two weeks ago at most."""
    earliest = view.now - LONGEST
    begun = newest_by(view, actor.id, BEGUN, before=view.now)
    looked = None if begun is None else newest_by(view, actor.id, LOOKED, before=begun.at)
    return earliest if looked is None else max(earliest, looked.at)


def changes_of(instance: Instance, actor: Actor, *, limit: int) -> Changes:
    """Return what others have done since somebody was here last, as far as this session may look at it."""
    with instance.base.store.reading() as view:
        since = last_visit(view, actor)
        found: dict[ChangeKind, tuple[Waits, ...]] = {
            ChangeKind.PROPOSAL: of_identity.decided_proposals(view, actor.id, since=since, limit=MOST)
        }
        if opens(instance, actor, Permission.SEAL_READ):
            owners = actor.organisations(Duty.SEAL_OWNER) | actor.organisations(Duty.SEAL_APPLICANT)
            found[ChangeKind.SEAL] = of_seals.moved(view, owners, since=since, but_by=actor.id, limit=MOST)
        if opens(instance, actor, Permission.SEAL_STAMP):
            decided = of_seals.decided_approvals(view, actor.id, since=since, limit=MOST)
            found[ChangeKind.STAMPING_APPROVAL] = decided
        if opens(instance, actor, Permission.LICENCE_READ):
            issuers = actor.organisations(Duty.LICENCE_OFFICER)
            asked = of_licences.decided_requests(view, issuers, actor.id, since=since, limit=MOST)
            found[ChangeKind.LICENCE_REQUEST] = asked
    changes = [Change(kind=kind, thing=thing) for kind, things in found.items() for thing in things]
    # Of one moment several steps may be, which stand in their order already: a sort leaves it as it is.
    changes.sort(key=lambda one: one.thing.since, reverse=True)
    newest: dict[tuple[ChangeKind, str], Change] = {}
    for one in changes:  # of each thing, how it stands now
        newest.setdefault((one.kind, one.thing.id), one)
    return Changes(since=since, changes=tuple(newest.values())[:limit])
