"""The set-up of an instance 初始设置: what there is to do before the first licence, and what of it is done.

Nothing is ticked off by hand: every step is read from the instance itself, so that the list cannot say what is not so.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, assert_never

from api.ceremony import DEMONSTRATION, ENOUGH
from api.schemas.instance import SetUpStep, SetUpView, StepName
from api.wiring import Instance
from identity import grant_repository, register_repository
from identity.duties import Duty
from identity.lifecycle import SubjectState
from trust import repository
from trust.founding import ROOT_SM2
from trust.store import Reading

__all__ = ["is_demonstration", "operator_of", "set_up_of"]

ADMINISTRATORS: Final[Mapping[Duty, int]] = {
    Duty.SYSTEM_ADMINISTRATOR: 1,
    Duty.SECURITY_ADMINISTRATOR: ENOUGH,
    Duty.AUDITOR: 1,
    Duty.REGISTRAR: 2,
}
"""How many of each must be able to log in, so that what takes two persons can be done."""

BUSINESS: Final[Mapping[Duty, int]] = {
    Duty.SEAL_APPLICANT: 1,
    Duty.SEAL_REVIEWER: 1,
    Duty.SEAL_MAKER: 1,
    Duty.SEAL_FILER: 1,
    Duty.SEAL_OWNER: 1,
    Duty.LICENCE_OFFICER: 1,
    Duty.LICENCE_REVIEWER: 1,
}
"""Without these no seal is made, and no licence issued."""

FIRSTS: Final[Mapping[StepName, str]] = {
    StepName.SEAL: "seal:accept:done",
    StepName.LICENCE_TYPE: "licence_type:publish:done",
    StepName.LICENCE: "licence:release:done",
}
"""What the audit trail says once the first of its kind is in use."""

OPTIONAL: Final = frozenset({StepName.ROOT_KEY})


def operator_of(instance: Instance, view: Reading) -> str:
    """Return who operates the instance, as its certificates say. Raise `AuthorityUnknown`."""
    return instance.base.authorities.get(view, ROOT_SM2).certificate.organisation


def is_demonstration(operator: str) -> bool:
    """Tell whether the people and organisations of an instance are made up."""
    return operator.endswith(DEMONSTRATION)


def set_up_of(instance: Instance) -> SetUpView:
    """Return every step of the set-up with whether it is done."""
    with instance.base.store.reading() as view:
        steps = [step_of(instance, view, one) for one in StepName]
        operator = operator_of(instance, view)
    return SetUpView(
        complete=all(one.done for one in steps if one.required),
        demonstration=is_demonstration(operator),
        steps=steps,
    )


def step_of(instance: Instance, view: Reading, step: StepName) -> SetUpStep:
    """Return a step with whether it is done."""
    missing: list[str] = []
    at: datetime | None = None
    match step:
        case StepName.CEREMONY:
            at = instance.base.authorities.get(view, ROOT_SM2).certificate.not_before
            done = True  # else nothing would answer
        case StepName.ADMINISTRATORS:
            missing = lacking(view, ADMINISTRATORS)
            done = not missing
        case StepName.ROOT_KEY:
            done = instance.base.root_is_kept_apart()
        case StepName.AUTHORITY:
            at = register_repository.first_organisation(view, SubjectState.ACTIVE)
            done = at is not None
        case StepName.DUTIES:
            missing = lacking(view, BUSINESS)
            done = not missing
        case StepName.SEAL | StepName.LICENCE_TYPE | StepName.LICENCE:
            at = next((one.at for one in repository.first_events(view, FIRSTS[step], limit=1)), None)
            done = at is not None
        case _:
            assert_never(step)
    return SetUpStep(step=step, done=done, required=step not in OPTIONAL, done_at=at, missing=missing)


def lacking(view: Reading, wanted: Mapping[Duty, int]) -> list[str]:
    """Return the duties that too few hold who can log in."""
    return [duty.value for duty, count in wanted.items() if len(grant_repository.able(view, duty, limit=count)) < count]
