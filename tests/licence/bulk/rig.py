"""Builders for the tests of bulk jobs: the services over a desk, tables, and a job brought to where a test begins."""

import io
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from api.demo import cast
from identity.duties import Actor
from licence.bulk.jobs import BulkJob, Outcome
from licence.bulk.lifecycle import JobState
from licence.bulk.orders import Orders
from licence.bulk.reading import TableLimits
from licence.bulk.repository import BulkRepository
from licence.bulk.service import BulkService, UploadTable
from licence.bulk.work import Bulk, BulkRules
from licence.bulk.worker import BulkWorker
from tests.licence.builders import Desk
from trust.workers import IN_PROCESS

__all__ = ["RULES", "Rig", "json_lines", "row", "told"]

RULES: Final = BulkRules(limits=TableLimits(chunk=2))


def row(number: str, **changes: str) -> dict[str, str]:
    """Return the row of a food permit."""
    return {"holder_code": cast.ENTERPRISE.code, "number": number, **cast.food_record(cast.ENTERPRISE), **changes}


def json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as JSON Lines."""
    return "".join(json.dumps(dict(one), ensure_ascii=False) + "\n" for one in rows).encode()


def told(rig: "Rig", job: BulkJob) -> list[tuple[int, str, str]]:
    """Return what came of the rows: line, code and field of each."""
    return [(one.line, one.code, one.field) for one in rig.outcomes(job)]


@dataclass
class Rig:
    """Everything about bulk jobs, over a desk."""

    desk: Desk
    rules: BulkRules = RULES
    bulk: Bulk = field(init=False)

    def __post_init__(self) -> None:
        house = self.desk.house
        self.repository = BulkRepository(house.registry.protection)
        preparing = house.licences.issuing.preparing
        self.bulk = Bulk(
            store=house.store,
            identity=house.identity,
            catalogue=house.catalogue,
            registry=house.registry,
            repository=self.repository,
            issuing=house.licences.issuing,
            workers=IN_PROCESS,
            orders=Orders(identity=house.identity, registry=house.registry),
            mark=lambda: secrets.token_hex(8),
            rules=self.rules,
        )
        self.service = BulkService(
            store=house.store,
            repository=self.repository,
            catalogue=house.catalogue,
            preparing=preparing,
            largest=1 << 20,
        )
        self.worker = BulkWorker(self.bulk)

    @property
    def client(self) -> Actor:
        """The business system that asks for jobs."""
        return self.desk.staff.client

    def command(self, **changes: Any) -> UploadTable:  # noqa: ANN401 - a command's fields
        """Return the command to issue a table of food permits, under a key that nobody has used."""
        command = UploadTable(
            type=cast.FOOD_TYPE, seal=self.desk.house.seal, proceeds=False, request_key=secrets.token_hex(8)
        )
        return replace(command, **changes)

    def upload(self, table: bytes | list[dict[str, str]], **changes: Any) -> BulkJob:  # noqa: ANN401 - likewise
        """Ask for a job."""
        octets = table if isinstance(table, bytes) else cast.table_of(table)
        return self.service.upload(self.client, self.command(**changes), io.BytesIO(octets))

    def validated(self, table: bytes | list[dict[str, str]], **changes: Any) -> BulkJob:  # noqa: ANN401 - likewise
        """Return a job whose rows were read and checked."""
        job = self.upload(table, **changes)
        self.worker.work_off()
        return self.job(job)

    def started(self, table: bytes | list[dict[str, str]], **changes: Any) -> BulkJob:  # noqa: ANN401 - likewise
        """Return a job that was started, and of which nothing is issued yet."""
        job = self.validated(table, **changes)
        assert job.state is JobState.VALIDATED
        return self.service.start(self.client, job.id)

    def finished(self, table: bytes | list[dict[str, str]], **changes: Any) -> BulkJob:  # noqa: ANN401 - likewise
        """Return a job that went through to its end."""
        job = self.started(table, **changes)
        self.worker.work_off()
        return self.job(job)

    def job(self, job: BulkJob) -> BulkJob:
        """Return a job as it is now."""
        return self.service.find(self.client, job.id)

    def outcomes(self, job: BulkJob) -> list[Outcome]:
        """Return what came of the rows of a job."""
        return list(self.service.outcomes(self.client, job.id))

    def second(self) -> BulkWorker:
        """Return another worker, as in another process."""
        return BulkWorker(self.bulk)
