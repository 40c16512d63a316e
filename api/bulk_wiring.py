"""Wiring of bulk jobs: what those who ask for them use, and what works on them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from api.settings import Settings
from identity.service import IdentityService
from licence.bulk.jobs import BulkJob
from licence.bulk.orders import Orders
from licence.bulk.previewing import TableDesk
from licence.bulk.reading import TableLimits
from licence.bulk.repository import BulkRepository
from licence.bulk.service import BulkService
from licence.bulk.work import Bulk, BulkRules
from licence.bulk.worker import BulkWorker
from licence.catalogue import Catalogue
from licence.repository import LicenceRepository
from licence.service import LicenceService
from trust.protection import DataProtection
from trust.store import Store
from trust.workers import Workers

__all__ = ["BulkJobs", "rules_of"]


def rules_of(settings: Settings) -> BulkRules:
    """Return what the operator decided about jobs."""
    return BulkRules(
        limits=TableLimits(rows=settings.bulk_rows, chunk=settings.bulk_chunk),
        lease=timedelta(seconds=settings.bulk_lease_seconds),
        keeps=timedelta(days=settings.bulk_keep_days),
        waits=timedelta(days=settings.bulk_keep_days),
    )


@dataclass(frozen=True, kw_only=True)
class BulkJobs:
    """Everything that bulk jobs are made of, built once."""

    settings: Settings
    store: Store
    identity: IdentityService
    catalogue: Catalogue
    registry: LicenceRepository
    licences: LicenceService
    protection: DataProtection
    workers: Workers

    @cached_property
    def repository(self) -> BulkRepository:
        """The tables of jobs."""
        return BulkRepository(self.protection)

    @cached_property
    def service(self) -> BulkService:
        """Asking for jobs, and deciding about them."""
        return BulkService(
            store=self.store,
            repository=self.repository,
            catalogue=self.catalogue,
            preparing=self.licences.issuing.preparing,
            largest=self.settings.bulk_upload,
        )

    @cached_property
    def tables(self) -> TableDesk:
        """Looking at tables before they are asked for."""
        return TableDesk(
            store=self.store,
            catalogue=self.catalogue,
            entitling=self.licences.issuing.preparing.entitling,
            workers=self.workers,
            limits=rules_of(self.settings).limits,
            largest=self.settings.bulk_upload,
        )

    @cached_property
    def work(self) -> Bulk:
        """What work on jobs needs."""
        return Bulk(
            store=self.store,
            identity=self.identity,
            catalogue=self.catalogue,
            registry=self.registry,
            repository=self.repository,
            issuing=self.licences.issuing,
            workers=self.workers,
            orders=Orders(identity=self.identity, registry=self.registry),
            mark=lambda: secrets.token_hex(8),
            rules=rules_of(self.settings),
        )

    def named(self, names: frozenset[str]) -> Mapping[str, BulkJob]:
        """Return the jobs of some names, for those who watch them."""
        with self.store.reading() as view:
            return {one.id: one for one in self.repository.named(view, names)}

    def worker(self) -> BulkWorker:
        """Return a new worker; each thread has its own."""
        return BulkWorker(self.work)
