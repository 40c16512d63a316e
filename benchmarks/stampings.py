"""Sealing digests: one by one through HTTP, and a thousand in one call, against bare signing and verifying.

The server is a process of its own, as an operator runs it; what it answers is counted, audited, and verified before it
is released. The baseline signs and verifies with libcrypto alone. Of single digests the CPU time counts: that of the
server's process, kept on one core, against that of the baseline; the clients are another process, whose time does not
count, and come many at once, as those of a province do: commits are shared. A batch is timed by the clock on the wall,
from the request to the last octet of the answer, and has to keep up with the baseline in as many processes as there are
cores, just before each call: what one core does, times the number of cores, is more than the cores do together where
they share their clock, their caches, or the machine with others.
"""

import base64
import http.client
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from joserfc.jwk import ECKey

from api.ceremony import hold_ceremony
from api.demo import cast
from api.settings import Settings, inherited_environment
from api.wiring import Instance
from benchmarks import bare
from benchmarks.crypto import one_core
from benchmarks.measure import ROUNDS, Result, cpu_seconds, cpu_seconds_of
from identity.duties import Actor, Duty, Grant
from identity.levels import Level
from identity.service import RegisterOrganisation
from identity.tokens import TOKEN_LIFETIME, TOKEN_PREFIX
from keys.sm2 import SM2PrivateKey
from seal.evidence import REQUIRED
from seal.kinds import SealKind
from seal.ledger.entries import Operation
from seal.life.evidencing import PutForward
from seal.service import ApplyForSeal
from seal.stamping.authorising import AuthoriseStamping
from trust.crypto import sm2
from trust.crypto.libcrypto import LibcryptoBackend

__all__ = ["results"]

CLIENTS = 32
EACH = 20
BATCH = 1_000
WARM = 100
SHARES = 5
"""Parts in which each core takes up the work of the baseline."""

PATIENCE = 30.0
PURPOSE = {"purpose": "document.stamp", "document_kind": "notice"}
SERVE = """
import sys, uvicorn
uvicorn.run("api.app:from_environment", factory=True, port=int(sys.argv[1]), access_log=False, log_config=None,
    server_header=False)
"""
LETTER = b"%PDF-1.7\n%%EOF\n"


@dataclass(frozen=True)
class Rig:
    """A server with a seal, and somebody who may have digests sealed."""

    seal: str
    token: str
    process: int
    port: int

    def ask(self, path: str, body: dict[str, object], connection: http.client.HTTPConnection) -> bytes:
        """Send a request and return the answer's body."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": secrets.token_hex(16),
        }
        connection.request("POST", f"/v1/seals/{self.seal}/{path}", json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status == http.HTTPStatus.CREATED, content[:500]
        return content

    def cpu_seconds(self) -> float:
        """Return the CPU seconds that the process has used so far."""
        return cpu_seconds_of(self.process)


def furnish(instance: Instance) -> tuple[str, str]:
    """Give an instance a seal and a business system that may have digests sealed; return the seal and the token."""

    def actor(name: str, *grants: Grant) -> Actor:
        return Actor(id=name, grants=frozenset(grants))

    base, registrar = instance.base, Grant(Duty.REGISTRAR)
    command = RegisterOrganisation(name=cast.AUTHORITY.name, credit_code=cast.AUTHORITY.code)
    owner = base.identity.register_organisation(actor("first", registrar), command).id
    base.identity.prove(actor("second", registrar), owner)
    client = base.clients.register_client(
        actor("system"),
        name="benchmark",
        organisation=owner,
        public_jwk=ECKey.generate_key("P-256").as_dict(private=False),
        request_key="client",
    ).id
    base.clients.approve_client(actor("security"), client)
    duties = (Duty.SEAL_REVIEWER, Duty.SEAL_MAKER, Duty.SEAL_FILER)
    of_owner = (Grant(Duty.SEAL_APPLICANT, owner), Grant(Duty.SEAL_OWNER, owner))
    one, other = (actor(name, *map(Grant, duties), *of_owner) for name in ("one", "other"))
    seals = instance.seals
    documents = tuple(
        instance.evidence_of_seals.put_forward(
            one,
            PutForward(
                organisation=owner, kind=kind, content=LETTER, media_type="application/pdf", request_key=kind.value
            ),
        ).id
        for kind in sorted(REQUIRED[None])
    )
    wanted = ApplyForSeal(
        owner=owner,
        kind=SealKind.BUSINESS,
        row="业务专用章",
        reason="benchmark",
        evidence=documents,
        request_key="seal",
    )
    seal = seals.apply(one, wanted).id
    seals.approve(other, seal, reason="benchmark")
    seals.make(one, seal)
    seals.file(other, seal)
    seals.issue(one, seal)
    seals.accept(other, seal)
    permission = AuthoriseStamping(
        seal=seal,
        holder=client,
        purpose=PURPOSE["purpose"],
        operations=frozenset({Operation.DIGEST}),
        valid_until=base.clock.now() + timedelta(days=1),
        request_key="authorise",
    )
    instance.authorisations.authorise(one, permission)
    with base.store.transaction() as tx:
        return seal, base.access.add_token(tx, client, TOKEN_PREFIX, TOKEN_LIFETIME, level=Level.HIGH).secret


@contextmanager
def rig() -> Iterator[Rig]:
    """Run a server as an operator would, on the cores that this process has."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        hold_ceremony(settings, cast.founders())
        instance = Instance.open(settings)
        seal, token = furnish(instance)
        instance.base.store.close()
        port = free_port()
        command = [sys.executable, "-c", SERVE, str(port)]
        with subprocess.Popen(
            command, env=inherited_environment(settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                wait(port)
                yield Rig(seal, token, process.pid, port)
            finally:
                process.terminate()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait(port: int) -> None:
    """Return once the server answers."""
    end = time.monotonic() + PATIENCE
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        try:
            connection.request("GET", "/health/live")
            connection.getresponse().read()
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()


def digest_order() -> dict[str, object]:
    """Return a digest that was not sealed before."""
    return {"digest": secrets.token_hex(32), "property_info": "notice-2026-118.pdf"}


def client(rig: Rig) -> bytes:
    """Have digests sealed one after the other, over one connection; return the last answer."""
    connection = http.client.HTTPConnection("127.0.0.1", rig.port)
    answers = [rig.ask("digest-stampings", {**digest_order(), **PURPOSE}, connection) for _ in range(EACH)]
    connection.close()
    return answers[-1]


class Baseline:
    """Signing and verifying with libcrypto by bare calls."""

    def __init__(self) -> None:
        # Both must live as long as what calls the library with them.
        self.private, self.library = SM2PrivateKey.generate(), LibcryptoBackend()
        self.e = sm2.digest(self.private.public_key, b"message")
        self.signs = bare.secret(self.private)
        self.verifies = bare.public(self.library, self.private.public_key)
        self.signature = self.private.sign(self.e)

    def once(self) -> None:
        """Sign, and verify a signature."""
        self.signs.sign(self.e)
        self.verifies.verify(self.e, self.signature)


def singles() -> Result:
    """Measure digests that several clients have sealed one by one."""
    baseline, pairs = Baseline(), []
    with one_core(), rig() as server, ThreadPoolExecutor(CLIENTS) as clients:
        assert base64.b64decode(json.loads(client(server))["signature"])
        for _ in range(ROUNDS):
            theirs = cpu_seconds(baseline.once, CLIENTS * EACH)
            before = server.cpu_seconds()
            list(clients.map(client, [server] * CLIENTS))
            pairs.append((theirs, (server.cpu_seconds() - before) / (CLIENTS * EACH)))
    return Result(
        name="seal.stamp_digest_http",
        unit="per second of CPU",
        baseline="libcrypto by bare calls: sign and verify once",
        baseline_value=round(1 / statistics.median(their for their, _ in pairs), 2),
        ours=round(1 / statistics.median(our for _, our in pairs), 2),
        ratio=round(statistics.median(their / our for their, our in pairs), 3),
    )


@cache
def own_baseline() -> Baseline:
    """Return the baseline of this process."""
    return Baseline()


def repeat(times: int) -> None:
    """Run the baseline of this process so often."""
    for _ in range(times):
        own_baseline().once()


@contextmanager
def on_all_cores() -> Iterator[Callable[[int], float]]:
    """Yield what runs the baseline so often in as many processes as there are cores, and returns the time it took."""
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as processes:
        list(processes.map(repeat, [WARM] * cores * cores))

        def seconds(times: int) -> float:
            started = time.perf_counter()
            list(processes.map(repeat, [times // (cores * SHARES)] * cores * SHARES))
            return time.perf_counter() - started

        yield seconds


def batches() -> Result:
    """Measure calls with a thousand digests."""
    cores, pairs = len(os.sched_getaffinity(0)), []
    with rig() as server, on_all_cores() as seconds:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        for _ in range(ROUNDS):
            items = [digest_order() for _ in range(BATCH)]
            theirs = seconds(BATCH)
            started = time.perf_counter()
            answer = server.ask("digest-stampings/batch", {"items": items, **PURPOSE}, connection)
            ended = time.perf_counter()
            assert len(json.loads(answer)["items"]) == BATCH
            pairs.append((theirs, ended - started))
        connection.close()
    return Result(
        name="seal.batch_1000",
        unit="digests per second",
        baseline=f"libcrypto by bare calls: sign and verify, in {cores} processes at once",
        baseline_value=round(BATCH / statistics.median(their for their, _ in pairs), 2),
        ours=round(BATCH / statistics.median(our for _, our in pairs), 2),
        ratio=round(statistics.median(their / our for their, our in pairs), 3),
    )


def results() -> list[Result]:
    """Measure everything of this module."""
    return [singles(), batches()]
