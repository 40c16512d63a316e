"""Passwords that are changed, and sessions that are ended from above."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import TooManyRequests
from api.routes.access import count_login
from api.schemas.common import Reason, errors
from api.schemas.passwords import PasswordChanging, SessionsEnded
from api.schemas.texts import Name
from api.wiring import Instance
from identity.authentication.attempts import TooManyAttempts
from identity.authentication.changing import ProofStale
from identity.breached_passwords import BreachedListUnreadable
from identity.duties import Actor
from identity.errors import AccountUnknown, CredentialsWrong, DutyMissing, PasswordTooWeak, SubjectUnknown
from identity.passwords import PasswordsBusy
from trust.reasons import ReasonMissing
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(tags=["登录 access"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
PersonName = Annotated[Name, Path(description="Unified identifier", examples=["P7K2M9Q4R8T1W3X5Y6"])]


@router.put(
    "/v1/auth/password",
    summary="Change my password 修改口令",
    dependencies=[Depends(count_login)],
    responses=errors(
        AccountUnknown,
        BreachedListUnreadable,
        CredentialsWrong,
        LostRace,
        PasswordTooWeak,
        PasswordsBusy,
        ProofStale,
        TooManyAttempts,
        TooManyRequests,
    ),
)
def change(
    instance: InstanceHere, caller: Annotated[Actor, allow(Permission.SELF)], body: PasswordChanging
) -> SessionsEnded:
    """Choose another password; every other session ends.

    The current one is told, or left out within ten minutes after two factors were shown.
    """
    ended = instance.base.password_change.change(
        caller, password=body.password.get_secret_value(), current=body.current.get_secret_value()
    )
    return SessionsEnded(ended=ended)


@router.post(
    "/v1/persons/{person}/session-endings",
    summary="End every session of a person 强制退出某人的全部会话",
    responses=errors(DutyMissing, ReasonMissing, SubjectUnknown),
)
def end_all(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SESSION_END)],
    person: PersonName,
    body: Reason,
) -> SessionsEnded:
    """Log somebody out everywhere, by a security administrator. Logging in again stays possible: freezing ends that."""
    return SessionsEnded(ended=instance.base.access.end_all_sessions(actor, person, reason=body.reason))
