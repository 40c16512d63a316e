"""What people are told of the service's keys, authorities, custody and ceremonies. It holds no secret."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from api.ceremony import CEREMONY
from api.schemas.instance import (
    AuthoritiesView,
    AuthorityView,
    CertificateFacts,
    CustodyState,
    CustodyView,
    KeyInCustody,
    ListView,
    OutsideView,
    RoleView,
    ServiceKeysView,
    TrustListView,
)
from api.setting_up import operator_of
from api.settings import CustodyKind, Settings
from api.wiring import Instance
from trust import audit_repository, pki_repository
from trust.audit_repository import EventSearch
from trust.errors import TrustError
from trust.events import RecordedEvent
from trust.founding import PLANS, Role
from trust.pki_repository import Authority, ListId
from trust.store import Reading

__all__ = ["ACTS", "acts", "authorities_of", "custody_of", "service_keys_of", "transcript_of"]

ACTS: Final = (
    "anchor:distrust:done",
    "anchor:trust:done",
    "authority:succeed:done",
    "certificate:import:done",
    "data_key:rekey:done",
    "key:destroy:proven",
    "key:destroy:witnessed",
    "key:limit:done",
    "key:restore:done",
    "key:stop_alone:done",
    "root_key:change:begun",
    "root_key:change:done",
    "root_key:combine:done",
    "root_key:divide:done",
    "root_key:keep:done",
    "service_key:rotate:done",
)
"""Acts of people on keys and authorities. What the service does by itself, such as the keys of seals, is not named."""

SEALED: Final = "keys.sealed"
APPOINTED: Final = "duty:grant:done"
FOUNDERS: Final = 20
MOST: Final = 10_000
"""Acts that one transcript tells of: with one a day, those of 27 years."""


# --- keys


def service_keys_of(instance: Instance) -> ServiceKeysView:
    """Return every version of the service's keys, by role."""
    base, kept = instance.base, instance.service_keys
    kept.refresh()
    with base.store.reading() as view:
        rings = base.keys_of_rings(view, [role.value for role in Role])
        certified = {
            one.key.handle: (role, one, pki_repository.status(view, one.issuer, one.certificate.serial)[1])
            for role, versions in kept.versions.items()
            for one in versions
        }
    present = {kept.present(role).key.handle for role in kept.versions}
    roles = []
    for role in Role:
        keys = []
        for key in rings[role.value]:
            found = certified.get(key.handle)
            told = None
            if found is not None:
                _, one, revocation = found
                told = CertificateFacts.of(one.certificate, revoked_at=None if revocation is None else revocation.at)
            keys.append(in_custody(key, in_use=key.handle in present, certificate=told))
        roles.append(RoleView(role=role, purpose=PLANS[role].purpose, keys=keys))
    return ServiceKeysView(rotation_needs_agreement=base.settings.wants_agreement, roles=roles)


def in_custody(key: Any, *, in_use: bool, certificate: CertificateFacts | None = None) -> KeyInCustody:  # noqa: ANN401 - a key as custody has it, which only the foundation names
    """Return the view of a key."""
    return KeyInCustody(
        key=key.handle,
        version=key.ring_version,
        state=key.state.value,
        in_use=in_use,
        algorithm=key.algorithm,
        custody=key.scheme,
        uses=key.uses,
        use_limit=key.use_limit,
        signs_until=key.signs_until,
        created_at=key.created_at,
        certificate=certificate,
    )


# --- authorities


def authorities_of(instance: Instance) -> AuthoritiesView:
    """Return the authorities with their lists and responders, the trust list, and what authorities outside owe."""
    base = instance.base
    with base.store.reading() as view:
        found = base.authorities.all(view)
        lists = pki_repository.kept_lists(view)
        newest = {one.line: one.name for one in sorted(found, key=lambda one: one.generation)}
        authorities = [
            authority_of(instance, view, one, lists, is_newest=newest[one.line] == one.name) for one in found
        ]
        waiting = [OutsideView(request=one.id, key=one.key.handle) for one in base.outside.waiting(view)]
        ending = [
            OutsideView(request=one.request.id, key=one.request.key.handle, ends_at=one.certificate.not_after)
            for one in base.outside.renewals(view)
        ]
        published, now = instance.trust_lists.newest(view), view.now
    trust_list = None
    if published is not None:
        sequence, ends = published[0].sequence, published[0].next_update
        trust_list = TrustListView(sequence=sequence, next_update=ends, current=ends > now)
    return AuthoritiesView(authorities=authorities, trust_list=trust_list, waiting=waiting, ending=ending)


def authority_of(
    instance: Instance,
    view: Reading,
    one: Authority,
    lists: Mapping[ListId, pki_repository.KeptList],
    *,
    is_newest: bool,
) -> AuthorityView:
    """Return the view of an authority."""
    keys = instance.base.keys_of_rings(view, [one.name])[one.name]
    key = next((each for each in keys if each.handle == one.key.handle), None)
    complete = lists.get(ListId(one.name))
    shards = sum(place.issuer == one.name and not place.is_complete for place in lists)
    responder = pki_repository.responder(view, one.name)
    return AuthorityView(
        name=one.name,
        line=one.line,
        generation=one.generation,
        newest=is_newest,
        is_root=one.issuer is None,
        certificate=CertificateFacts.of(one.certificate),
        key=None if key is None else in_custody(key, in_use=is_newest),
        revocation_list=None if complete is None else ListView.of(complete, shards=shards, now=view.now),
        responder=None if responder is None else CertificateFacts.of(responder.certificate),
        responder_current=responder is not None and responder.certificate.not_after > view.now,
    )


# --- custody


def custody_of(instance: Instance) -> CustodyView:
    """Return where private keys are kept, and whether they can be used: the devices are asked."""
    base = instance.base
    state, code = CustodyState.UNSEALED, ""
    try:
        base.custody.ready()
    except TrustError as error:
        code = error.code
        state = CustodyState.SEALED if code == SEALED else CustodyState.UNAVAILABLE
    told = base.root_told()
    return CustodyView(
        state=state,
        code=code,
        kinds=[one.value for one in base.settings.custody_kinds],
        root_key=place_of(base.settings),
        generation=None if told is None else told.generation,
        threshold=None if told is None else told.threshold,
        shares=None if told is None else told.shares,
    )


def place_of(settings: Settings) -> Literal["file", "environment", "token", "process"]:
    """Return where the root key comes from."""
    if CustodyKind.PROCESS in settings.custody_kinds:
        return "process"
    if settings.root_secret:
        return "environment"
    return "token" if settings.root_token_key else "file"


# --- ceremonies


def acts(view: Reading, *, before: int | None, limit: int) -> tuple[RecordedEvent, ...]:
    """Return the acts on keys and authorities, the newest first: those before the event `before`."""
    return audit_repository.search(view, EventSearch(tags=ACTS), before=before, limit=limit)


def transcript_of(instance: Instance) -> str:
    """Return the transcript of the founding and of every act on the keys since, as the audit trail has them."""
    with instance.base.store.reading() as view:
        operator = operator_of(instance, view)
        authorities = instance.base.authorities.all(view)
        founding = EventSearch(actor=CEREMONY, tags=(APPOINTED,))
        founders = audit_repository.search(view, founding, limit=FOUNDERS)
        since = acts(view, before=None, limit=MOST)
        at = view.now
    lines = [
        f"# 密钥仪式记录 Ceremony transcript — {operator}",
        "",
        f"由审计记录生成 made from the audit trail: {at.isoformat()}",
        "",
        "| 机构 authority | 主体 subject | SM3 指纹 fingerprint |",
        "|---|---|---|",
        *(f"| {one.name} | {one.certificate.common_name} | `{one.certificate.fingerprint}` |" for one in authorities),
        "",
        "| 职责 duty | 统一标识 unified identifier | 时间 at | 记录号 event |",
        "|---|---|---|---|",
        *(
            f"| {one.event.facts['duty']} | {one.event.subject} | {one.at.isoformat()} | {one.sequence} |"
            for one in reversed(founders)
        ),
        "",
        "| 记录号 event | 时间 at | 事项 act | 执行人 by | 对象 of | 摘要 digest |",
        "|---|---|---|---|---|---|",
        *(
            f"| {one.sequence} | {one.at.isoformat()} | {one.event.tag} | {one.event.actor} | {one.event.subject} "
            f"| `{one.digest.hex()}` |"
            for one in reversed(since)
        ),
        "",
    ]
    return "\n".join(lines)
