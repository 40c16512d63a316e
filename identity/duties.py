"""Duties 职责, which of them exclude each other (三员分立), and who acts with which of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from identity.errors import DutiesExclude, DutyForNoOrganisation, DutyMissing, DutyNeedsOrganisation, LevelTooLow
from identity.levels import Level

__all__ = ["ADMINISTRATORS", "OF_ORGANISATION", "Actor", "Duty", "Grant", "require_compatible", "require_scope"]


class Duty(StrEnum):
    """What somebody may be appointed to do."""

    SYSTEM_ADMINISTRATOR = "system_administrator"  # 系统管理员
    SECURITY_ADMINISTRATOR = "security_administrator"  # 安全管理员
    AUDITOR = "auditor"  # 审计管理员
    REGISTRAR = "registrar"  # 身份登记员
    SEAL_APPLICANT = "seal_applicant"  # 申请人
    SEAL_REVIEWER = "seal_reviewer"  # 审核员
    SEAL_MAKER = "seal_maker"  # 制章员
    SEAL_FILER = "seal_filer"  # 备案员
    SEAL_OWNER = "seal_owner"  # 印章所有者
    LICENCE_OFFICER = "licence_officer"  # 发证员
    LICENCE_REVIEWER = "licence_reviewer"  # 复核员
    LICENCE_HOLDER = "licence_holder"  # 持证经办人
    BUSINESS_SYSTEM = "business_system"  # 业务系统
    PLATFORM = "platform"  # 对接平台


ADMINISTRATORS: Final = frozenset({Duty.SYSTEM_ADMINISTRATOR, Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR})
"""The three administrators. Whoever is one of them is nothing else."""

OF_ORGANISATION: Final = frozenset(
    {
        Duty.SEAL_APPLICANT,
        Duty.SEAL_OWNER,
        Duty.LICENCE_OFFICER,
        Duty.LICENCE_REVIEWER,
        Duty.LICENCE_HOLDER,
        Duty.BUSINESS_SYSTEM,
    }
)
"""Duties that somebody has for one organisation. The others serve all of them alike."""


@dataclass(frozen=True)
class Grant:
    """A duty, for one organisation (`OF_ORGANISATION`) or, where that is None, for all that the service serves."""

    duty: Duty
    organisation: str | None = None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: a natural person or a business system, by its own identifier, with its grants."""

    id: str
    """Unified identifier of the person, or identifier of the client."""

    grants: frozenset[Grant]
    is_client: bool = False
    session: str = field(default="", compare=False)
    """Identifier of the session or token by which the actor asks; empty where something is done later, or by us."""

    level: Level = field(default=Level.NONE, compare=False)
    """How much is proven in that session. A business system proves itself by its key, and has the highest."""

    shown: Level = field(default=Level.NONE, compare=False)
    """What the factors prove that were shown in that session."""

    proven: Level = field(default=Level.NONE, compare=False)
    """What is proven of the person at this moment. The level is the lower one of the two."""

    def holds(self, duty: Duty) -> bool:
        """Tell whether the actor holds `duty` for any organisation."""
        return any(grant.duty is duty for grant in self.grants)

    def require(self, duty: Duty, organisation: str | None = None) -> None:
        """Return if the actor holds exactly this: `duty` for `organisation`, else raise `DutyMissing`."""
        if Grant(duty, organisation) not in self.grants:
            raise DutyMissing(duty=duty.value)

    def require_level(self, needed: Level) -> None:
        """Return if the actor's session proves as much as is needed, else raise `LevelTooLow`, which tells the cure."""
        if self.level >= needed:
            return
        lacks_factor, lacks_proofing = self.shown < needed, self.proven < needed
        missing = "both" if lacks_factor and lacks_proofing else "proofing" if lacks_proofing else "factor"
        raise LevelTooLow(held=self.level.value, needed=needed.value, missing=missing)

    def organisations(self, duty: Duty) -> frozenset[str]:
        """Return the organisations for which the actor holds `duty`."""
        return frozenset(g.organisation for g in self.grants if g.duty is duty and g.organisation is not None)


def require_scope(grant: Grant) -> None:
    """Return if a duty is given for what it is for: one organisation, or all of them.

    Raise `DutyNeedsOrganisation` or `DutyForNoOrganisation`. A duty that serves all is never narrowed by naming one:
    its holder would be taken for a narrow one and be none.
    """
    if grant.duty in OF_ORGANISATION and grant.organisation is None:
        raise DutyNeedsOrganisation(duty=grant.duty.value)
    if grant.duty not in OF_ORGANISATION and grant.organisation is not None:
        raise DutyForNoOrganisation(duty=grant.duty.value)


def require_compatible(held: Iterable[Duty], wanted: Duty) -> None:
    """Return if one person may hold `wanted` beside the duties `held`, else raise `DutiesExclude`."""
    for duty in held:
        if duty is not wanted and (duty in ADMINISTRATORS or wanted in ADMINISTRATORS):
            raise DutiesExclude(held=duty.value, wanted=wanted.value)
