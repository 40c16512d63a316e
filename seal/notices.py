"""Notices to the platform above 上报通知: what it is told of a seal's life, written with the step that they tell of.

Tasks and fields are those of a province's status publishing system (印章状态发布): 207 release, 103 renew, 209
invalidate. A seal is released when it is filed, so that who asks the platform finds it when it first stamps; a seal
that was never filed is never spoken of. What the client's code does not show is UNCONFIRMED (docs/divergences.md):

* a seal that was reported lost and is resumed has no task of its own; it is told as a renewal with the validity that
  it had (`TaskCode.RENEW` in `TOLD`);
* a seal that its owner only stops, without a loss, is not spoken of: no task says that a seal rests;
* which end is a revocation (吊销) and which a withdrawal (撤销): `InvalidType` in `TOLD`;
* `legalType` is the category of the owner's credit code; signatures and certificates are in Base64.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

from identity.repository import credit_code_of
from seal import repository
from seal.data.reading import read_seal
from seal.kinds import TYPE_NUMBERS
from seal.lifecycle import SealEvent
from seal.records import HistoryEntry, Seal
from trust.certificates import Certificate
from trust.china_time import CHINA
from trust.outbox import put
from trust.store import Transaction

__all__ = ["TOPIC", "InvalidType", "TaskCode", "announce"]

TOPIC: Final = "seal status"

TIME_FORMAT: Final = "%Y-%m-%d %H:%M:%S"

Fields = Mapping[str, str]


class TaskCode(StrEnum):
    """What the platform is asked to do."""

    RELEASE = "207"  # 发布
    RENEW = "103"  # 延期
    INVALIDATE = "209"  # 吊销、撤销、挂失


class InvalidType(StrEnum):
    """In which way a seal is not valid any more."""

    REVOKED = "0"  # 吊销
    WITHDRAWN = "1"  # 撤销
    LOST = "2"  # 挂失


def announce(tx: Transaction, seal: Seal, entry: HistoryEntry) -> None:
    """Put the notice of a step into the outbox, if it is one that the platform above is told of."""
    tell = None if entry.event is None else TOLD.get(entry.event)
    if tell is None or seal.filing_number is None or seal.seal is None:
        return
    told = tell(tx, seal, entry)
    if told is not None:
        task, fields = told
        put(tx, TOPIC, subject=seal.id, payload={"task": task.value, "data": dict(fields)})


def release(tx: Transaction, seal: Seal, entry: HistoryEntry) -> tuple[TaskCode, Fields]:
    """Tell that a seal may be met from now on (207)."""
    made, certificate = read_seal(seal.seal or b""), owner_certificate(seal)
    unit = credit_code_of(tx, seal.owner)
    parent = None if seal.supersedes is None else repository.get(tx, seal.supersedes)
    more = {
        "filingNumber": seal.filing_number,
        "filedAt": local(entry.at),
        "sealType": str(TYPE_NUMBERS[seal.kind]),
    }
    return TaskCode.RELEASE, {
        "sealCode": seal.code or "",
        "sealName": seal.name,
        "useUnitCode": unit,
        "sealZone": (seal.code or "")[:6],
        "validStartTime": local(made.valid_from),
        "validEndTime": local(made.valid_until),
        "parentSealCode": "" if parent is None else parent.code or "",
        "createTime": local(made.created_at),
        "creater": Certificate(made.maker_certificate).common_name,
        "legalType": unit[:2],
        "signature": base64(made.signature),
        "certStartTime": local(certificate.not_before),
        "certEndTime": local(certificate.not_after),
        "signCert": base64(certificate.der),
        "requestParam": json.dumps(more, ensure_ascii=False, separators=(",", ":")),
    }


def renew(_: Transaction, seal: Seal, __: HistoryEntry) -> tuple[TaskCode, Fields] | None:
    """Tell that a seal that was reported lost is good again, until its end (103)."""
    if seal.lost_at is None:
        return None
    made = read_seal(seal.seal or b"")
    return TaskCode.RENEW, {
        "sealCode": seal.code or "",
        "sealName": seal.name,
        "validEndTime": local(made.valid_until),
        "signature": base64(made.signature),
        "signCert": base64(owner_certificate(seal).der),
    }


def report_loss(_: Transaction, seal: Seal, entry: HistoryEntry) -> tuple[TaskCode, Fields] | None:
    """Tell that a seal was lost (209), and since when, if it was."""
    if entry.lost_at is None:
        return None
    return invalidation(seal, entry, InvalidType.LOST, reason="挂失", since=entry.lost_at)


def end(_: Transaction, seal: Seal, entry: HistoryEntry, *, type_: InvalidType, reason: str) -> tuple[TaskCode, Fields]:
    """Tell that a seal has ended (209): from this step on, or from the moment from which it was out of hand."""
    return invalidation(seal, entry, type_, reason=reason, since=entry.lost_at or entry.at)


def annul(_: Transaction, seal: Seal, entry: HistoryEntry) -> tuple[TaskCode, Fields]:
    """Tell that a seal was made unlawfully (209): it was never valid."""
    never = read_seal(seal.seal or b"").valid_from
    return invalidation(seal, entry, InvalidType.WITHDRAWN, reason="标识为无效", since=never)


def invalidation(
    seal: Seal, entry: HistoryEntry, type_: InvalidType, *, reason: str, since: datetime
) -> tuple[TaskCode, Fields]:
    """Return task 209 with its fields."""
    return TaskCode.INVALIDATE, {
        "sealName": seal.name,
        "cancelReason": reason,
        "cancelDescribe": entry.reason,
        "applyDate": local(entry.at),
        "signature": base64(read_seal(seal.seal or b"").signature),
        "invalidType": type_.value,
        "invalidEffectTime": local(since),
    }


def owner_certificate(seal: Seal) -> Certificate:
    """Return the certificate of the owner's SM2 key, which a made seal has."""
    assert seal.owner_key is not None  # noqa: S101 - `announce` speaks of made seals alone
    assert seal.owner_key.certificate is not None  # noqa: S101 - likewise
    return seal.owner_key.certificate


def local(moment: datetime) -> str:
    """Return a moment as the platform writes it: `yyyy-MM-dd HH:mm:ss` in China Standard Time."""
    return moment.astimezone(CHINA).strftime(TIME_FORMAT)


def base64(content: bytes) -> str:
    """Return Base64."""
    return b64encode(content).decode()


Teller = Callable[[Transaction, Seal, HistoryEntry], tuple[TaskCode, Fields] | None]

REVOKE: Final = partial(end, type_=InvalidType.REVOKED)

TOLD: Final[Mapping[SealEvent, Teller]] = {
    SealEvent.FILE: release,
    SealEvent.SUSPEND: report_loss,
    SealEvent.REPORT_LOSS: report_loss,
    SealEvent.RESUME: renew,
    SealEvent.CANCEL: partial(REVOKE, reason="注销"),
    SealEvent.CONFIRM_CANCEL: partial(REVOKE, reason="依职权注销"),
    SealEvent.SUPERSEDE: partial(REVOKE, reason="换发"),
    SealEvent.DISCARD: partial(end, type_=InvalidType.WITHDRAWN, reason="启用前作废"),
    SealEvent.INVALIDATE: annul,
}
"""The steps that the platform above is told of; of all others it hears nothing."""
