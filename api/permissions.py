"""Who may do what: every route names one permission, and this table says which duties have it.

A duty is a necessary condition, checked here. Whether it is held for the organisation concerned, and whether another
person took the step before, is checked where the thing itself is known, in the services.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from identity.duties import Duty
from identity.levels import Level
from trust.delegations import Matter

__all__ = [
    "ABOUT_ONESELF",
    "BY_MANDATE",
    "FLOORS",
    "PERMITTED",
    "PUBLIC",
    "Floors",
    "Permission",
    "floor_of",
    "read_floors",
]


class Permission(StrEnum):
    """What a route lets its caller do."""

    ANYBODY = "anybody"
    """No login: what the public may ask."""

    SELF = "self"
    """Any bearer of a session or token, about itself."""

    PROOFING_OWN = "proofing:own"
    """Any person with a session, to be proven, told and gone: whose proofing has expired has no level left for more."""

    PERSON_REGISTER = "person:register"
    ORGANISATION_REGISTER = "organisation:register"
    SUBJECT_READ = "subject:read"
    SUBJECT_PROVE = "subject:prove"
    SUBJECT_FREEZE = "subject:freeze"
    SUBJECT_CHANGE = "subject:change"
    SUBJECT_DISCLOSE = "subject:disclose"
    DATA_OWN = "data:own"
    """Any person with a session, about the data that is kept of them."""

    ACCOUNT_OPEN = "account:open"
    ACCOUNT_READ = "account:read"
    ACCOUNT_RECOVER = "account:recover"
    SESSION_END = "session:end"
    ACCOUNT_FREEZE = "account:freeze"
    DUTY_GRANT = "duty:grant"
    DUTY_WITHDRAW = "duty:withdraw"
    DUTY_READ = "duty:read"
    PROPOSAL_DECIDE = "proposal:decide"
    KEY_CHANGE = "key:change"
    INSTANCE_READ = "instance:read"
    CLIENT_REGISTER = "client:register"
    CLIENT_APPROVE = "client:approve"
    CLIENT_SUSPEND = "client:suspend"
    CLIENT_READ = "client:read"
    CLIENT_OWN = "client:own"
    SUBJECT_SYNC = "subject:sync"
    SEAL_APPLY = "seal:apply"
    SEAL_REVIEW = "seal:review"
    SEAL_MAKE = "seal:make"
    SEAL_FILE = "seal:file"
    SEAL_OWN = "seal:own"
    SEAL_STOP = "seal:stop"
    SEAL_REMAKE = "seal:remake"
    SEAL_EVIDENCE = "seal:evidence"
    SEAL_EVIDENCE_READ = "seal:evidence:read"
    SEAL_DESTROY = "seal:destroy"
    SEAL_WITNESS = "seal:witness"
    SEAL_READ = "seal:read"
    SEAL_STAMP = "seal:stamp"
    TYPE_DRAFT = "licence_type:draft"
    TYPE_REVIEW = "licence_type:review"
    TYPE_READ = "licence_type:read"
    LICENCE_ISSUE = "licence:issue"
    LICENCE_MANAGE = "licence:manage"
    BULK_START = "bulk:start"
    LICENCE_REVIEW = "licence:review"
    LICENCE_READ = "licence:read"
    LICENCE_FOLLOW = "licence:follow"
    """What becomes of what was asked for: requests for review and bulk jobs."""

    SHARING_GRANT = "sharing:grant"
    SHARING_REVIEW = "sharing:review"
    SHARING_READ = "sharing:read"
    SHARING_ASK = "sharing:ask"
    DELEGATION_GIVE = "delegation:give"
    """Any person or business system; what may be given in whose name, the service asks."""

    DELEGATION_OWN = "delegation:own"
    """Any person or business system, about what they gave and received."""

    NOTICE_MANAGE = "notice:manage"
    AUDIT_READ = "audit:read"


SEAL_DUTIES: Final = frozenset(
    {Duty.SEAL_APPLICANT, Duty.SEAL_REVIEWER, Duty.SEAL_MAKER, Duty.SEAL_FILER, Duty.SEAL_OWNER}
)
STAMPERS: Final = frozenset({Duty.BUSINESS_SYSTEM, Duty.SEAL_OWNER, Duty.LICENCE_OFFICER})
LICENCE_DUTIES: Final = frozenset({Duty.LICENCE_OFFICER, Duty.LICENCE_REVIEWER, Duty.BUSINESS_SYSTEM})

PERMITTED: Final[Mapping[Permission, frozenset[Duty]]] = {
    Permission.ANYBODY: frozenset(Duty),
    Permission.SELF: frozenset(Duty),
    Permission.PROOFING_OWN: frozenset(Duty),
    Permission.PERSON_REGISTER: frozenset({Duty.REGISTRAR}),
    Permission.ORGANISATION_REGISTER: frozenset({Duty.REGISTRAR}),
    Permission.SUBJECT_READ: frozenset({Duty.REGISTRAR}),
    Permission.SUBJECT_PROVE: frozenset({Duty.REGISTRAR}),
    Permission.SUBJECT_FREEZE: frozenset({Duty.REGISTRAR}),
    Permission.SUBJECT_CHANGE: frozenset({Duty.REGISTRAR}),
    Permission.SUBJECT_DISCLOSE: frozenset({Duty.REGISTRAR, Duty.BUSINESS_SYSTEM, Duty.LICENCE_OFFICER}),
    Permission.DATA_OWN: frozenset(Duty),
    Permission.ACCOUNT_OPEN: frozenset({Duty.SECURITY_ADMINISTRATOR}),
    Permission.ACCOUNT_READ: frozenset({Duty.SECURITY_ADMINISTRATOR}),
    Permission.ACCOUNT_RECOVER: frozenset({Duty.REGISTRAR}),
    Permission.SESSION_END: frozenset({Duty.SECURITY_ADMINISTRATOR}),
    Permission.ACCOUNT_FREEZE: frozenset({Duty.SECURITY_ADMINISTRATOR}),
    Permission.DUTY_GRANT: frozenset({Duty.SECURITY_ADMINISTRATOR}),
    Permission.DUTY_WITHDRAW: frozenset({Duty.SECURITY_ADMINISTRATOR}),
    Permission.DUTY_READ: frozenset({Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR}),
    # Whoever may decide on any kind of proposal; on which, its handler says.
    Permission.PROPOSAL_DECIDE: frozenset({Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR, Duty.REGISTRAR}),
    Permission.KEY_CHANGE: frozenset({Duty.SECURITY_ADMINISTRATOR}),
    Permission.INSTANCE_READ: frozenset({Duty.SYSTEM_ADMINISTRATOR, Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR}),
    Permission.CLIENT_REGISTER: frozenset({Duty.SYSTEM_ADMINISTRATOR}),
    Permission.CLIENT_APPROVE: frozenset({Duty.SECURITY_ADMINISTRATOR}),
    Permission.CLIENT_SUSPEND: frozenset({Duty.SYSTEM_ADMINISTRATOR, Duty.SECURITY_ADMINISTRATOR}),
    Permission.CLIENT_READ: frozenset({Duty.SYSTEM_ADMINISTRATOR, Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR}),
    Permission.CLIENT_OWN: frozenset({Duty.BUSINESS_SYSTEM}),
    Permission.SUBJECT_SYNC: frozenset({Duty.PLATFORM}),
    Permission.SEAL_APPLY: frozenset({Duty.SEAL_APPLICANT}),
    Permission.SEAL_REVIEW: frozenset({Duty.SEAL_REVIEWER}),
    Permission.SEAL_MAKE: frozenset({Duty.SEAL_MAKER}),
    Permission.SEAL_FILE: frozenset({Duty.SEAL_FILER}),
    Permission.SEAL_OWN: frozenset({Duty.SEAL_OWNER}),
    Permission.SEAL_STOP: frozenset({Duty.SEAL_OWNER, Duty.SEAL_REVIEWER}),
    Permission.SEAL_REMAKE: frozenset({Duty.SEAL_OWNER, Duty.SEAL_APPLICANT}),
    Permission.SEAL_EVIDENCE: frozenset({Duty.SEAL_APPLICANT, Duty.SEAL_OWNER, Duty.SEAL_REVIEWER}),
    Permission.SEAL_EVIDENCE_READ: frozenset({Duty.SEAL_OWNER, Duty.SEAL_REVIEWER}),
    Permission.SEAL_DESTROY: frozenset({Duty.SECURITY_ADMINISTRATOR}),
    Permission.SEAL_WITNESS: frozenset({Duty.AUDITOR}),
    Permission.SEAL_READ: SEAL_DUTIES,
    Permission.SEAL_STAMP: STAMPERS,
    Permission.TYPE_DRAFT: frozenset({Duty.LICENCE_OFFICER}),
    Permission.TYPE_REVIEW: frozenset({Duty.LICENCE_REVIEWER}),
    Permission.TYPE_READ: LICENCE_DUTIES,
    Permission.LICENCE_ISSUE: frozenset({Duty.LICENCE_OFFICER, Duty.BUSINESS_SYSTEM}),
    Permission.LICENCE_MANAGE: frozenset({Duty.LICENCE_OFFICER}),
    Permission.LICENCE_REVIEW: frozenset({Duty.LICENCE_REVIEWER}),
    Permission.BULK_START: LICENCE_DUTIES,
    Permission.LICENCE_READ: LICENCE_DUTIES,
    Permission.LICENCE_FOLLOW: LICENCE_DUTIES,
    Permission.SHARING_GRANT: frozenset({Duty.LICENCE_OFFICER}),
    Permission.SHARING_REVIEW: frozenset({Duty.LICENCE_REVIEWER}),
    Permission.SHARING_READ: frozenset({Duty.LICENCE_OFFICER, Duty.LICENCE_REVIEWER}),
    Permission.SHARING_ASK: frozenset({Duty.BUSINESS_SYSTEM}),
    Permission.DELEGATION_GIVE: frozenset(Duty),
    Permission.DELEGATION_OWN: frozenset(Duty),
    Permission.NOTICE_MANAGE: frozenset({Duty.SEAL_FILER}),
    Permission.AUDIT_READ: frozenset({Duty.AUDITOR}),
}

PUBLIC: Final = frozenset({Permission.ANYBODY})
"""Permissions that need no login."""

ABOUT_ONESELF: Final = frozenset(
    {
        Permission.SELF,
        Permission.DATA_OWN,
        Permission.PROOFING_OWN,
        Permission.DELEGATION_GIVE,
        Permission.DELEGATION_OWN,
    }
)
"""Permissions that need a login, and no duty."""

BY_MANDATE: Final[Mapping[Permission, Matter]] = {
    Permission.SEAL_STAMP: Matter.SEAL_STAMP,
    **dict.fromkeys((Permission.LICENCE_ISSUE, Permission.LICENCE_FOLLOW, Permission.BULK_START), Matter.LICENCE_ISSUE),
}
"""Permissions that a delegate has without a duty, while a delegation of this matter holds. What it covers, the service
asks at each use (docs/delegation.md)."""

FLOORS: Final[Mapping[Permission, Level]] = {
    Permission.ANYBODY: Level.NONE,
    Permission.SELF: Level.BASIC,
    Permission.PROOFING_OWN: Level.NONE,
    # To stop a seal must be as easy as using it.
    **dict.fromkeys((Permission.SEAL_STAMP, Permission.SEAL_STOP, Permission.SEAL_READ), Level.SUBSTANTIAL),
    **dict.fromkeys((Permission.SEAL_EVIDENCE, Permission.SEAL_EVIDENCE_READ), Level.SUBSTANTIAL),
    **dict.fromkeys((Permission.SEAL_APPLY, Permission.SEAL_REVIEW, Permission.SEAL_MAKE), Level.HIGH),
    **dict.fromkeys((Permission.SEAL_FILE, Permission.SEAL_OWN, Permission.SEAL_REMAKE), Level.HIGH),
    # To give is as much as to manage what is given; to end it is easier.
    Permission.DELEGATION_GIVE: Level.HIGH,
    **dict.fromkeys((Permission.SEAL_DESTROY, Permission.SEAL_WITNESS), Level.HIGH),
    **dict.fromkeys(
        (Permission.ACCOUNT_OPEN, Permission.SESSION_END, Permission.DUTY_GRANT, Permission.ACCOUNT_RECOVER), Level.HIGH
    ),
    **dict.fromkeys((Permission.CLIENT_REGISTER, Permission.CLIENT_APPROVE), Level.HIGH),
    **dict.fromkeys((Permission.DUTY_WITHDRAW, Permission.ACCOUNT_FREEZE, Permission.CLIENT_SUSPEND), Level.HIGH),
    **dict.fromkeys((Permission.PROPOSAL_DECIDE, Permission.KEY_CHANGE), Level.HIGH),
}
"""The assurance level that a session must have for what it asks: one table, for every route. Using a seal wants L2 and
managing one L3, as does whatever decides who may do anything; what is not named wants L2."""


def floor_of(permission: Permission) -> Level:
    """Return the level that a session must have at least, where the operator asks for no more."""
    return FLOORS.get(permission, Level.SUBSTANTIAL)


@dataclass(frozen=True)
class Floors:
    """The levels that sessions must have in this instance: those of the table, some of them raised."""

    raised: Mapping[Permission, Level] = field(default_factory=dict)

    def of(self, permission: Permission) -> Level:
        """Return the level that a session must have at least."""
        return self.raised.get(permission, floor_of(permission))


OPEN: Final = PUBLIC | {Permission.PROOFING_OWN}
"""What must stay open: to raise the way out would close it."""

RAISE: Final = re.compile(r"([a-z_:]+)=([0-3])")


def read_floors(text: str) -> Floors:
    """Return what `licence:issue=3,audit:read=3` raises. Raise `ValueError` for what is unknown or would be lower."""
    raised: dict[Permission, Level] = {}
    for part in text.split(",") if text else ():
        read = RAISE.fullmatch(part)
        if read is None or read[1] not in set(Permission):
            raise ValueError("write floors as licence:issue=3 with names of docs/permissions.md, divided by commas")
        permission, level = Permission(read[1]), Level(int(read[2]))
        if permission in OPEN or permission in raised:
            raise ValueError("name each permission once, and none that must stay open to everybody")
        if level < floor_of(permission):
            raise ValueError("a floor can be raised, and never lowered")
        raised[permission] = level
    return Floors(raised)
