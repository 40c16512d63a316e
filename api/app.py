"""The application: routes, what goes around them, and how it starts and stops."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from api import logs, problems
from api.bulk_runner import BulkRunner
from api.bulk_watch import BulkWatch
from api.claim_desk import ClaimDoor
from api.courier import Courier
from api.decisions import Decisions
from api.foundation import prove_cryptography
from api.health import Readiness
from api.housekeeping import Housekeeper
from api.live_watch import LiveWatch
from api.messenger import Messenger
from api.metrics import Metrics
from api.middleware import OVER_TLS, AroundRequest, BodyLimit, Heads
from api.openapi import describe
from api.openid.logout_courier import LogoutCourier
from api.person_notices import NoticeMessenger
from api.quotas import ClientQuotas
from api.refusals import Refusals
from api.routes import (
    access,
    account_messages,
    activation_pages,
    approvals,
    audit,
    authenticators,
    authorisations,
    authorize_pages,
    bulk,
    clients,
    console,
    delegations,
    device_pages,
    digest_stampings,
    duties,
    federation,
    health,
    home,
    key_changes,
    ledger,
    licence_desk,
    licence_pictures,
    licence_reviews,
    licence_scans,
    licence_templates,
    licence_types,
    licences,
    live_codes,
    login_pages,
    logout_pages,
    my_licences,
    notices,
    ocsp,
    openid,
    openid_clients,
    pages,
    passwords,
    pki,
    proofings,
    proposals,
    recoveries,
    registers,
    scim,
    seal_endings,
    seal_evidence,
    seal_images,
    seal_parties,
    seals,
    share_service,
    sharing,
    sharing_grants,
    stampings,
    status_lists,
    subject_changes,
    subject_data,
    subjects,
    this_instance,
    time_stamps,
    trust_list,
    upper_login,
    verification,
    verification_jobs,
    verification_words,
)
from api.scim import answers as scim_answers
from api.settings import Settings, forget_secrets
from api.throttle import Throttle
from api.verification_tally import Asked
from api.wiring import Instance
from trust.errors import TrustError

__all__ = ["create", "every_route", "from_environment"]

TITLE: Final = "信印 Xinyin"
VERSION: Final = "0.1.0"
BESIDE_A_TABLE: Final = 1 << 20
"""Octets that a form with a table has beside it: its other fields, and what stands between them."""

NO_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI hands addresses, errors and stack traces to whatever collector the environment names: in addresses there are
codes, and in errors there may be more."""

DESCRIPTION: Final = """
可信基础设施服务：统一身份、电子印章、电子证照（SM2/SM3/SM4）。
Trust infrastructure: who is acting, did this authority seal this document, is this licence real and in force.

* Every error is a problem (RFC 9457) with a stable `code`, and says in Chinese and English what to do.
* What makes something takes an `Idempotency-Key`; sending a request again under it has no second effect.
* Files are sent as `multipart/form-data`.
"""


def operation_id(route: APIRoute) -> str:
    """Return a name for an operation that stays when its address changes."""
    return f"{route.tags[0].split()[-1] if route.tags else 'api'}_{route.name.replace('-', '_')}"  # type: ignore[union-attr]


def refusal(request: Request, error: TrustError) -> Response:
    """Tell of an error as a page where a page was asked for, else as a problem."""
    for_page = pages.is_page(
        request,
        pages.router,
        device_pages.router,
        authorize_pages.router,
        login_pages.router,
        activation_pages.router,
        logout_pages.router,
    )
    return pages.problem_answer(request, error) if for_page else problems.problem(request, error)


def quotas_of(instance: Instance) -> ClientQuotas:
    """Return how much business systems may ask of this process."""
    settings = instance.base.settings
    rates = {
        "minute": settings.client_rate,
        "day": settings.client_daily_rate,
        "stampings": settings.client_stamping_rate,
    }
    return ClientQuotas(lambda client: instance.base.clients.find_client(client).quotas, rates)


@cache
def every_route() -> tuple[BaseRoute, ...]:
    """Return every route. They hold nothing of an instance, and a process works out once what each of them asks for.

    That takes a third of a second, and FastAPI does it when the first request comes.
    """
    together = APIRouter(generate_unique_id_function=operation_id)
    for module in (  # looked through in this order at each request: what is called in masses comes first
        digest_stampings,
        access,
        console,  # forty files for each page that is loaded
        pages,
        device_pages,
        authenticators,
        openid,
        openid_clients,
        authorize_pages,
        login_pages,
        activation_pages,
        logout_pages,
        passwords,
        subjects,
        subject_changes,
        subject_data,
        registers,
        duties,
        clients,
        proofings,
        recoveries,
        proposals,
        key_changes,
        seals,
        seal_endings,
        seal_evidence,
        seal_images,
        seal_parties,
        delegations,
        authorisations,
        approvals,
        stampings,
        ledger,
        notices,
        licence_types,
        licence_templates,
        bulk,
        licences,
        licence_desk,
        licence_reviews,
        licence_scans,
        licence_pictures,
        live_codes,
        sharing,
        share_service,
        sharing_grants,
        my_licences,
        verification,
        verification_jobs,
        verification_words,
        ocsp,
        pki,
        status_lists,
        trust_list,
        time_stamps,
        audit,
        home,
        health,
        this_instance,
        scim,
        federation,
        account_messages,
        upper_login,
    ):
        together.include_router(module.router)
    together.include_router(seal_endings.destructions)
    return tuple(together.routes)


@cache
def described() -> dict[str, Any]:
    """Return the description of every application: of its instance it says nothing."""
    return describe(every_route(), title=TITLE, version=VERSION, description=DESCRIPTION)


def create(instance: Instance) -> FastAPI:
    """Return the application that answers for `instance`."""
    settings = instance.base.settings

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(prove_cryptography, settings)
        # What cannot be cut, or cannot be read, is told of before anything begins.
        await run_in_threadpool(lambda: (instance.emblem, instance.verification))
        keeper = Housekeeper(instance, pause=settings.housekeeping_seconds)
        runner = BulkRunner(instance.bulk, threads=settings.bulk_workers)
        verifier = BulkRunner(instance.verifying.jobs, threads=settings.verify_workers, name="verification")
        courier = Courier(instance)  # a platform that cannot be spoken with is told of before anything begins
        await run_in_threadpool(keeper.start)
        telling = NoticeMessenger(instance.person_notices)
        carriers = courier, Messenger(instance.federation), LogoutCourier(instance.openid), telling
        for one in carriers:
            one.start()
        await run_in_threadpool(instance.workers.start)
        runner.start()
        verifier.start()
        logs.logger().info("started", custody=instance.base.custody.name, public_url=settings.public_url)
        yield
        await run_in_threadpool(runner.stop)
        await run_in_threadpool(verifier.stop)
        for one in carriers:
            await run_in_threadpool(one.stop)
        await run_in_threadpool(keeper.stop)
        await run_in_threadpool(instance.workers.close)
        instance.base.store.close()
        logs.logger().info("stopped")

    app = FastAPI(
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        generate_unique_id_function=operation_id,
        telemetry=NO_TELEMETRY,
    )
    app.state.instance = instance
    app.state.readiness = Readiness(instance)
    app.state.metrics = Metrics(instance, app.state.readiness)
    app.state.bulk_watch = BulkWatch(instance.bulk.named)
    app.state.live_watch = LiveWatch(instance.live_codes.named)
    app.state.decisions = Decisions(instance.base.store)
    app.state.refusals = Refusals(app.state.decisions, settings.refused_rate)
    app.state.quotas = quotas_of(instance)
    app.state.logins = Throttle(settings.login_rate, "login")
    app.state.openid = Throttle(settings.openid_rate, "openid")
    app.state.verifications = Throttle(settings.verify_rate, "verify")
    app.state.verification_clients = Throttle(settings.verify_client_rate, "verify by client")
    app.state.statuses = Throttle(settings.status_rate, "status")
    app.state.sharing = Throttle(settings.sharing_rate, "sharing")
    app.state.time_stamps = Throttle(settings.time_stamp_rate, "time-stamp")
    problems.install(app, pages.problem_answer)
    scim_answers.install(app)
    app.router.routes.extend(every_route())
    app.openapi = described  # type: ignore[method-assign] # the way that FastAPI's manual tells
    app.add_middleware(
        ClaimDoor,
        desk=lambda: instance.verifying.desk,
        prefix=f"{verification.router.prefix}/",
        throttle=app.state.verifications,
        count=lambda outcome: instance.verifying.tally.count(Asked.CLAIM, outcome),
        tell=problems.problem,
    )
    larger = {bulk.router.prefix: settings.bulk_upload + BESIDE_A_TABLE}
    app.add_middleware(BodyLimit, limit=settings.max_body, larger=larger, tell=refusal)
    app.add_middleware(Heads)
    app.add_middleware(AroundRequest, further=OVER_TLS if settings.public_url.startswith("https://") else {})
    return app


def from_environment() -> FastAPI:
    """Return the application for the instance that the environment names; what a worker process calls."""
    logs.configure()
    settings = Settings.read()
    forget_secrets()
    app = create(Instance.open(settings))
    gc.collect()
    gc.freeze()  # what is loaded stays: to look through all of it for garbage would make requests wait
    return app
