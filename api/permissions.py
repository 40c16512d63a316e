"""Who may do what: every route names one permission, and this table says which duties have it.

A duty is a necessary condition, checked here. Whether it is held for the organisation concerned, and whether another
person took the step before, is checked where the thing itself is known, in the services.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from identity.duties import Duty
from identity.levels import Level

__all__ = ["FLOORS", "PERMITTED", "PUBLIC", "Permission", "floor_of"]


class Permission(StrEnum):
    """What a route lets its caller do."""

    ANYBODY = "anybody"
    """No login: what the public may ask."""

    SELF = "self"
    """Any bearer of a session or token, about itself."""

    PERSON_REGISTER = "person:register"
    ORGANISATION_REGISTER = "organisation:register"
    SUBJECT_READ = "subject:read"
    SUBJECT_PROVE = "subject:prove"
    SUBJECT_FREEZE = "subject:freeze"
    ACCOUNT_OPEN = "account:open"
    DUTY_GRANT = "duty:grant"
    CLIENT_REGISTER = "client:register"
    CLIENT_APPROVE = "client:approve"
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
    SHARING_GRANT = "sharing:grant"
    SHARING_REVIEW = "sharing:review"
    SHARING_READ = "sharing:read"
    SHARING_ASK = "sharing:ask"
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
    Permission.PERSON_REGISTER: frozenset({Duty.REGISTRAR}),
    Permission.ORGANISATION_REGISTER: frozenset({Duty.REGISTRAR}),
    Permission.SUBJECT_READ: frozenset({Duty.REGISTRAR}),
    Permission.SUBJECT_PROVE: frozenset({Duty.REGISTRAR}),
    Permission.SUBJECT_FREEZE: frozenset({Duty.REGISTRAR}),
    Permission.ACCOUNT_OPEN: frozenset({Duty.SECURITY_ADMINISTRATOR}),
    Permission.DUTY_GRANT: frozenset({Duty.SECURITY_ADMINISTRATOR}),
    Permission.CLIENT_REGISTER: frozenset({Duty.SYSTEM_ADMINISTRATOR}),
    Permission.CLIENT_APPROVE: frozenset({Duty.SECURITY_ADMINISTRATOR}),
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
    Permission.SHARING_GRANT: frozenset({Duty.LICENCE_OFFICER}),
    Permission.SHARING_REVIEW: frozenset({Duty.LICENCE_REVIEWER}),
    Permission.SHARING_READ: frozenset({Duty.LICENCE_OFFICER, Duty.LICENCE_REVIEWER}),
    Permission.SHARING_ASK: frozenset({Duty.BUSINESS_SYSTEM}),
    Permission.NOTICE_MANAGE: frozenset({Duty.SEAL_FILER}),
    Permission.AUDIT_READ: frozenset({Duty.AUDITOR}),
}

PUBLIC: Final = frozenset({Permission.ANYBODY})
"""Permissions that need no login."""

FLOORS: Final[Mapping[Permission, Level]] = {
    Permission.ANYBODY: Level.NONE,
    Permission.SELF: Level.BASIC,
    # To stop a seal must be as easy as using it.
    **dict.fromkeys((Permission.SEAL_STAMP, Permission.SEAL_STOP, Permission.SEAL_READ), Level.SUBSTANTIAL),
    **dict.fromkeys((Permission.SEAL_EVIDENCE, Permission.SEAL_EVIDENCE_READ), Level.SUBSTANTIAL),
    **dict.fromkeys((Permission.SEAL_APPLY, Permission.SEAL_REVIEW, Permission.SEAL_MAKE), Level.HIGH),
    **dict.fromkeys((Permission.SEAL_FILE, Permission.SEAL_OWN, Permission.SEAL_REMAKE), Level.HIGH),
    **dict.fromkeys((Permission.SEAL_DESTROY, Permission.SEAL_WITNESS), Level.HIGH),
    **dict.fromkeys((Permission.ACCOUNT_OPEN, Permission.DUTY_GRANT), Level.HIGH),
    **dict.fromkeys((Permission.CLIENT_REGISTER, Permission.CLIENT_APPROVE), Level.HIGH),
}
"""The assurance level that a session must have for what it asks: one table, for every route. Using a seal wants L2 and
managing one L3, as does whatever decides who may do anything; what is not named wants L2."""


def floor_of(permission: Permission) -> Level:
    """Return the level that a session must have at least."""
    return FLOORS.get(permission, Level.SUBSTANTIAL)
