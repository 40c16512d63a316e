"""Why licences end 依据, and from when on that counts: one row for each ground.

行政处罚法（2021）第九条: a licence is revoked 吊销 as a penalty. 行政许可法（2019）第八条、第六十九条: it is withdrawn
撤销 where it should not have been granted, and then was never good, or is taken back 撤回 for the public's sake, and
then was good until that day. 第七十条: it is cancelled 注销, which follows from what has happened already.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from licence.errors import GroundUnfit
from licence.lifecycle import LicenceEvent

__all__ = ["ALLOWED", "FROM_THE_BEGINNING", "Ground", "require_ground"]


class Ground(StrEnum):
    """Why a licence has ended."""

    ABUSE_OF_OFFICE = "abuse_of_office"  # 滥用职权、玩忽职守（行政许可法第六十九条第一款第一项）
    BEYOND_COMPETENCE = "beyond_competence"  # 超越法定职权（第二项）
    PROCEDURE_BREACHED = "procedure_breached"  # 违反法定程序（第三项）
    NOT_ELIGIBLE = "not_eligible"  # 申请人不具备申请资格或者不符合法定条件（第四项）
    FRAUD = "fraud"  # 以欺骗、贿赂等不正当手段取得（第六十九条第二款）
    PUBLIC_INTEREST = "public_interest"  # 撤回：依据修改、废止或者客观情况重大变化（第八条第二款）
    LAPSED = "lapsed"  # 有效期届满未延续（第七十条第一项）
    HOLDER_INCAPABLE = "holder_incapable"  # 公民死亡或者丧失行为能力（第二项）
    HOLDER_DISSOLVED = "holder_dissolved"  # 法人或者其他组织依法终止（第三项）
    GRANT_ENDED = "grant_ended"  # 许可已依法被撤销、撤回或者吊销（第四项）
    IMPOSSIBLE = "impossible"  # 因不可抗力无法实施（第五项）
    RENOUNCED = "renounced"  # 持证主体申请注销（第六项，依各领域法规）
    OTHER = "other"  # 法律、法规规定的其他情形


ALLOWED: Final[Mapping[LicenceEvent, frozenset[Ground]]] = {
    LicenceEvent.WITHDRAW: frozenset(
        {
            Ground.ABUSE_OF_OFFICE,
            Ground.BEYOND_COMPETENCE,
            Ground.PROCEDURE_BREACHED,
            Ground.NOT_ELIGIBLE,
            Ground.FRAUD,
            Ground.PUBLIC_INTEREST,
            Ground.OTHER,
        }
    ),
    LicenceEvent.CANCEL: frozenset(
        {
            Ground.LAPSED,
            Ground.HOLDER_INCAPABLE,
            Ground.HOLDER_DISSOLVED,
            Ground.GRANT_ENDED,
            Ground.IMPOSSIBLE,
            Ground.RENOUNCED,
            Ground.OTHER,
        }
    ),
}
"""The grounds of each event that has some. Any other event has its reason alone: a penalty is ground enough."""

FROM_THE_BEGINNING: Final = frozenset(
    {
        Ground.ABUSE_OF_OFFICE,
        Ground.BEYOND_COMPETENCE,
        Ground.PROCEDURE_BREACHED,
        Ground.NOT_ELIGIBLE,
        Ground.FRAUD,
    }
)
"""Grounds for which a licence counts as never granted. That it was in force all the same is not forgotten."""


def require_ground(event: LicenceEvent, ground: Ground | None) -> Ground | None:
    """Return `ground` if it belongs to `event`, else raise `GroundUnfit`: also where one is missing, or too many."""
    allowed = ALLOWED.get(event)
    fits = ground is None if allowed is None else ground in allowed
    if not fits:
        raise GroundUnfit(event=event.value, ground="" if ground is None else ground.value)
    return ground
