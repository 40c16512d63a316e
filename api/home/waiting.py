"""What waits for somebody in every queue of the house 待办: the most urgent first, each where it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from api.home.scope import opens
from api.permissions import Permission
from api.wiring import Instance
from identity import waiting_repository as of_identity
from identity.duties import Actor, Duty
from licence import waiting_repository as of_licences
from licence.bulk.lifecycle import JobState
from licence.lifecycle import TypeState
from seal import waiting_repository as of_seals
from seal.repository import Page
from trust.store import Reading
from trust.waiting import Queue, Waits

__all__ = ["Todo", "Todos", "WaitingKind", "todos_of"]

MOST: Final = 50
"""Things of one kind that are told; how many there are is told as well."""

USUAL: Final = timedelta(days=7)
"""How urgent it is what has no deadline of its own: as if it had this long."""


class WaitingKind(StrEnum):
    """What may wait for somebody."""

    SEAL = "seal"  # 印章办理
    STAMPING_APPROVAL = "stamping_approval"  # 用印审批
    PROPOSAL = "proposal"  # 待复核事项
    LICENCE_REQUEST = "licence_request"  # 证照复核
    TYPE_REVIEW = "type_review"  # 证照类型复核
    TYPE_RETURNED = "type_returned"  # 证照类型退回修改
    TYPE_PUBLICATION = "type_publication"  # 证照类型发布
    SHARING_GRANT = "sharing_grant"  # 共享授权复核
    BULK_JOB = "bulk_job"  # 批量任务启动
    MANDATE = "mandate"  # 委托接受


@dataclass(frozen=True, kw_only=True)
class Todo:
    """One thing to do."""

    kind: WaitingKind
    thing: Waits

    @property
    def urgency(self) -> datetime:
        """By when it should be done."""
        return self.thing.deadline or self.thing.since + USUAL


@dataclass(frozen=True, kw_only=True)
class Todos:
    """What waits: how much of each kind, and the most urgent things."""

    counts: Mapping[WaitingKind, int]
    todos: tuple[Todo, ...]
    now: datetime


def todos_of(instance: Instance, actor: Actor, *, limit: int) -> Todos:
    """Return what waits for somebody, as far as this session may look at it, the most urgent first."""
    with instance.base.store.reading() as view:
        queues = {kind: look(instance, view, actor) for kind, look in QUEUES.items()}
        now = view.now
    todos = [Todo(kind=kind, thing=thing) for kind, queue in queues.items() for thing in queue.things]
    todos.sort(key=lambda one: (one.urgency, one.thing.id))
    return Todos(
        counts={kind: queue.total for kind, queue in queues.items() if queue.total},
        todos=tuple(todos[:limit]),
        now=now,
    )


NOTHING: Final = Queue(total=0, things=())


def seals(instance: Instance, _: Reading, actor: Actor) -> Queue:
    """Return the seals whose next step is the actor's."""
    if not opens(instance, actor, Permission.SEAL_READ, Permission.SEAL_DESTROY, Permission.SEAL_WITNESS):
        return NOTHING
    found, total = instance.seals.waiting(actor, Page(0, MOST))
    things = (
        Waits(
            id=one.seal.id,
            since=one.seal.entered_at,
            name=one.seal.name,
            within=one.seal.owner,
            by=one.seal.last_actor,
            state=one.seal.state.value,
            deadline=one.deadline,
        )
        for one in found
    )
    return Queue.of(things, total=total)


def stamping_approvals(instance: Instance, view: Reading, actor: Actor) -> Queue:
    """Return the requests to use the seals of the organisations whose seals the actor owns."""
    owners = actor.organisations(Duty.SEAL_OWNER)
    if not owners or not opens(instance, actor, Permission.SEAL_STAMP):
        return NOTHING
    return of_seals.approvals(view, owners, but_by=actor.id, limit=MOST)


def proposals(instance: Instance, _: Reading, actor: Actor) -> Queue:
    """Return the proposals that the actor may decide on. `name` is the kind of what is proposed."""
    if not opens(instance, actor, Permission.SELF):
        return NOTHING
    found = instance.four_eyes.waiting(actor, limit=MOST)
    things = (
        Waits(
            id=one.id,
            since=one.proposed_at,
            name=one.kind,
            within=one.subject,
            by=one.proposed_by,
            state=one.state.value,
            deadline=one.expires_at,
        )
        for one in found
    )
    return Queue.of(things, total=instance.four_eyes.count_waiting(actor))


def with_types(instance: Instance, view: Reading, queue: Queue) -> Queue:
    """Return what concerns licence types with the names of these."""
    called = ((one, instance.catalogue.named(view, one.within, None)) for one in queue.things)
    named = (replace(one, name=kind.name, name_en=kind.name_en) for one, kind in called)
    return Queue.of(named, total=queue.total)


def licence_requests(instance: Instance, view: Reading, actor: Actor) -> Queue:
    """Return the requests to agree to steps of licences."""
    issuers = actor.organisations(Duty.LICENCE_REVIEWER)
    if not issuers or not opens(instance, actor, Permission.LICENCE_READ):
        return NOTHING
    return with_types(instance, view, of_licences.requests(view, issuers, but_by=actor.id, limit=MOST))


def types_waiting(duty: Duty, state: TypeState) -> Callable[[Instance, Reading, Actor], Queue]:
    """Return what looks for versions of licence types that wait for a duty."""

    def look(instance: Instance, view: Reading, actor: Actor) -> Queue:
        issuers = actor.organisations(duty)
        if not issuers or not opens(instance, actor, Permission.TYPE_READ):
            return NOTHING
        return of_licences.type_versions(view, issuers, state, but_by=actor.id, limit=MOST)

    return look


def sharing_grants(instance: Instance, view: Reading, actor: Actor) -> Queue:
    """Return what is proposed to be shared."""
    issuers = actor.organisations(Duty.LICENCE_REVIEWER)
    if not issuers or not opens(instance, actor, Permission.SHARING_READ):
        return NOTHING
    return of_licences.grants(view, issuers, but_by=actor.id, limit=MOST)


def bulk_jobs(instance: Instance, view: Reading, actor: Actor) -> Queue:
    """Return the bulk jobs that were checked and wait for somebody to start them.

    An officer starts those of the authority; a reviewer those of others, which types with four eyes ask for.
    """
    officer, reviewer = actor.organisations(Duty.LICENCE_OFFICER), actor.organisations(Duty.LICENCE_REVIEWER)
    if not (officer or reviewer) or not opens(instance, actor, Permission.BULK_START):
        return NOTHING
    found = of_licences.jobs(
        view, JobState.VALIDATED, officers_of=officer, reviewers_of=reviewer, by=actor.id, limit=MOST
    )
    return with_types(instance, view, found)


def mandates(instance: Instance, view: Reading, actor: Actor) -> Queue:
    """Return the delegations that the actor may take or decline."""
    if not opens(instance, actor, Permission.DELEGATION_OWN):
        return NOTHING
    return of_identity.offered(view, actor.id, limit=MOST)


QUEUES: Final[Mapping[WaitingKind, Callable[[Instance, Reading, Actor], Queue]]] = {
    WaitingKind.SEAL: seals,
    WaitingKind.STAMPING_APPROVAL: stamping_approvals,
    WaitingKind.PROPOSAL: proposals,
    WaitingKind.LICENCE_REQUEST: licence_requests,
    WaitingKind.TYPE_REVIEW: types_waiting(Duty.LICENCE_REVIEWER, TypeState.DRAFT),
    WaitingKind.TYPE_RETURNED: types_waiting(Duty.LICENCE_OFFICER, TypeState.RETURNED),
    WaitingKind.TYPE_PUBLICATION: types_waiting(Duty.LICENCE_OFFICER, TypeState.REVIEWED),
    WaitingKind.SHARING_GRANT: sharing_grants,
    WaitingKind.BULK_JOB: bulk_jobs,
    WaitingKind.MANDATE: mandates,
}
"""Where to look for each kind."""
