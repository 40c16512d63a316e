"""Who calls: the bearer of a session or a token becomes an `Actor`, and each route asks for one permission.

Every decision, allowed or refused, is put into the audit trail before it is answered.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from api import browser_sessions
from api.browser_sessions import console_secret_of
from api.challenges import PROOF_ERRORS, is_borne_with_proof
from api.decisions import Decisions
from api.dpop import key_borne, spend
from api.permissions import ABOUT_ONESELF, BY_MANDATE, PERMITTED, PUBLIC, Permission
from api.problems import QuotaExceeded, Unauthenticated
from api.quotas import ClientQuotas, header_fields
from api.refusals import Refusals, asked_of
from api.wiring import Instance
from identity.duties import ADMINISTRATORS, Actor
from identity.errors import CredentialsWrong, DutyMissing
from trust.attribution import Attribution, acting, attributed
from trust.errors import Denied, TrustError
from trust.events import AuditEvent, Fact

__all__ = ["admitted", "allow", "bearer_secret", "identified", "instance_of", "is_borne_by_console", "opened_to"]

BEARER = HTTPBearer(
    auto_error=False,
    description="Session of a person (xs_…) or access token of a business system (xc_…). One that is bound to a key is "
    "borne as `DPoP`, with a proof in the header `DPoP` (RFC 9449; docs/sign-on.md)",
)
MAX_SECRET = 128


async def instance_of(request: Request) -> Instance:
    """Return the instance that answers."""
    instance: Instance = request.app.state.instance
    return instance


async def bearer_secret(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]
) -> str:
    """Return the secret that the caller bears, in the header or as the console does; or raise `Unauthenticated`."""
    if credentials is None:
        if is_borne_with_proof(request):
            return required_secret(request.headers["authorization"].partition(" ")[2].strip())
        if secret := console_secret_of(request, request.app.state.instance):
            request.state.borne_by_console = True
            return secret
        raise Unauthenticated
    return required_secret(credentials.credentials)


def required_secret(secret: str) -> str:
    """Return a secret that may be one of ours. Raise `Unauthenticated`."""
    if not 0 < len(secret) <= MAX_SECRET:
        raise Unauthenticated
    return secret


def is_borne_by_console(request: Request) -> bool:
    """Tell whether a browser bears the session of a request in the console's cookie: no script gets another secret."""
    return getattr(request.state, "borne_by_console", False)


def identified(request: Request, instance: Instance, secret: str) -> Actor:
    """Return who bears a secret, with what it is bound to. Raise `CredentialsWrong`, `DPoPProofRefused`.

    A proof is spent once it is known that the token holds: what is kept of proofs is kept for those who have one.
    """
    access = instance.base.access
    if is_borne_by_console(request):
        return access.actor_of(secret, browser_sessions.shown_by(request, instance))
    shown, proof = key_borne(request, instance, secret)
    actor = access.actor_of(secret, shown)
    spend(instance, proof)
    return actor


def allow(permission: Permission) -> Any:  # noqa: ANN401 - what FastAPI's Depends is
    """Return the dependency of a route that needs `permission`: it gives the actor, or refuses."""
    if permission in PUBLIC:
        return Depends(mark(permission, anybody))
    # Left once the answer is made and before it is sent: else what was decided would be on record too late.
    return Depends(mark(permission, check(permission)), scope="function")


def mark(permission: Permission, dependency: Callable[..., Any]) -> Callable[..., Any]:
    """Write the permission onto a dependency, where a test finds it for every route."""
    setattr(dependency, "permission", permission)  # noqa: B010 - a function has no such attribute by itself
    return dependency


async def anybody() -> None:
    """Let everybody in, without a thread for it."""


def check(permission: Permission) -> Callable[..., AsyncIterator[Actor]]:
    """Return the dependency that checks a permission which needs a login, and records what was decided.

    Whatever is denied, here or in the use case, is an event of its own. What is allowed is told by the events of the
    use case, which say by which session, level and permission; where there are none, as in reading, by one that says
    that, what was asked, and of what was allowed and came to nothing all the same, why. Who bears nothing that holds is
    refused on record as well. The answer leaves afterwards, and never without it.

    Only what asks the database goes to a thread: each change of threads costs as much as the question.
    """

    async def checked(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
        instance: Annotated[Instance, Depends(instance_of)],
    ) -> AsyncIterator[Actor]:
        try:
            secret = await bearer_secret(request, credentials)
            actor = await run_in_threadpool(identified, request, instance, secret)
        except (CredentialsWrong, Unauthenticated, *PROOF_ERRORS) as refusal:
            answer = Unauthenticated() if isinstance(refusal, CredentialsWrong) else refusal
            refusals: Refusals = request.app.state.refusals
            await refusals.record(request, "access:bear:refused", answer, permission=permission.value)
            raise answer from None
        async with admitted(request, instance, actor, permission):
            yield actor

    return checked


@asynccontextmanager
async def admitted(request: Request, instance: Instance, actor: Actor, permission: Permission) -> AsyncIterator[None]:
    """Let somebody in who is known, where a permission, a level and a quota allow it, and record what was decided.

    For `check`, and for the one route whose callers tell who they are in the body.
    """
    request.state.actor = actor.id
    attribution = Attribution(
        actor=actor.id, session=actor.session, level=actor.level.value, permission=permission.value
    )
    told: dict[str, Fact] = {}
    with acting(attribution):
        try:
            permitted = PERMITTED[permission]
            has_duty = permission in ABOUT_ONESELF or any(actor.holds(duty) for duty in permitted)
            if not has_duty and not await is_delegate(instance, actor, permission):
                raise DutyMissing(duty=" / ".join(sorted(duty.value for duty in permitted)))
            actor.require_level(instance.floors.of(permission))
            if actor.is_client:
                await count(request, actor, permission)
            yield
        except QuotaExceeded as wait:
            attribution.recorded = True
            if request.app.state.refusals.is_news(actor.id):  # else a system that asks in a loop fills the trail
                facts = {"permission": permission.value, "code": wait.code, **wait.details}
                await record(request, actor, "access:check:refused", facts)
            raise
        except Denied as refusal:  # here or in the use case
            facts = {"permission": permission.value, "code": refusal.code, **refusal.details}
            await record(request, actor, "access:check:refused", facts)
            attribution.recorded = True
            raise
        except TrustError as error:  # it is not there, or not in the state for this
            told = {"outcome": error.code}
            raise
        finally:
            if not attribution.recorded:
                await record(request, actor, "access:check:allowed", told)


async def is_delegate(instance: Instance, actor: Actor, permission: Permission) -> bool:
    """Tell whether a delegation that holds now opens a permission to somebody who has no duty for it."""
    return permission in BY_MANDATE and await run_in_threadpool(is_opened, instance, actor, permission)


def is_opened(instance: Instance, actor: Actor, permission: Permission) -> bool:
    """Tell whether a delegation that holds now opens a permission that delegations may open.

    To none of the three administrators 三员, who neither stamp nor issue, whoever lets them.
    """
    if any(grant.duty in ADMINISTRATORS for grant in actor.grants):
        return False
    return instance.mandates.is_delegate(actor, BY_MANDATE[permission])


def opened_to(instance: Instance, actor: Actor) -> list[Permission]:
    """Return the permissions that delegations which hold now open to somebody, with or without a duty."""
    return [one for one in BY_MANDATE if is_opened(instance, actor, one)]


async def count(request: Request, actor: Actor, permission: Permission) -> None:
    """Count a request of a business system, and note for its answer what is left. Raise `QuotaExceeded`."""
    quotas: ClientQuotas = request.app.state.quotas
    try:
        if quotas.knows(actor.id):
            counted = quotas.count(actor.id, permission)
        else:
            counted = await run_in_threadpool(quotas.count, actor.id, permission)
    except QuotaExceeded:
        request.state.fields = header_fields(quotas.standing(actor.id, permission))
        raise
    request.state.fields = header_fields(counted)


async def record(request: Request, actor: Actor, tag: str, facts: Mapping[str, Fact]) -> None:
    """Put a decision into the audit trail, with those of other requests at the same time."""
    decisions: Decisions = request.app.state.decisions
    told = {**facts, **asked_of(request)}
    await decisions.record(attributed(AuditEvent(tag=tag, actor=actor.id, subject=actor.id, facts=told)))
