"""Wiring of verification as it is offered to everybody: answers, jobs, reports."""

from datetime import timedelta
from typing import Final

from api.foundation import Foundation
from api.report_signing import Reports
from api.verification_jobs.jobs import JobRules
from api.verification_report import Typeset
from api.verifying import Verifying
from api.worker_wiring import WALL_PER_SECOND
from licence.verification import VerificationService
from trust.founding import Role, ServiceKeys
from trust.timestamping import TimeStamper

__all__ = ["verifying_of"]

JUDGEMENTS: Final = 4
"""A recorded verdict is judged up to three times, and more is done besides: a lease lasts that much longer."""


def verifying_of(
    base: Foundation, service: VerificationService, service_keys: ServiceKeys, *, stamper: TimeStamper
) -> Verifying:
    """Return what answers questions of the public, as the operator has decided."""
    settings = base.settings
    rules = JobRules(
        waiting=settings.verify_queue,
        octets=settings.verify_queue_octets,
        lease=timedelta(seconds=JUDGEMENTS * WALL_PER_SECOND * settings.worker_seconds),
        keeps=timedelta(hours=settings.verify_keep_hours),
    )
    reports = Reports(
        store=base.store,
        authorities=base.authorities,
        service_keys=service_keys,
        stamper=stamper,
        typeset=Typeset(service=service_keys.certificate(Role.LICENCE_CLAIM).organisation, address=settings.public_url),
    )
    return Verifying(store=base.store, service=service, reports=reports, protection=base.protection, rules=rules)
