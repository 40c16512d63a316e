"""A time-stamp authority elsewhere, over real HTTP on this machine: good answers, and every kind of bad one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typing_extensions import override

from api.demo.service import free_port
from api.foreign_time_authority import MAX_ANSWER, QUERY, REPLY, SILENCE, ForeignTimeAuthority
from api.settings import Settings
from api.timekeeping import OwnStamper, Timekeeping
from tests.api.builders import Service
from tests.builders import PKI, time_authority
from tests.dripping import HEAD_WITHOUT_END, silent
from tests.fakes.clock import NOW, SettableClock
from trust.crypto.algorithms import Digest
from trust.errors import Unavailable
from trust.founding import Role
from trust.time_requests import Failure, rejection
from trust.timestamping import (
    TimeStampingUnavailable,
    TimeStampRejected,
    TimeStampUntrusted,
    judge_time_stamp,
    stated_time,
)
from trust.verdict import Outcome

MESSAGE = b"message"
SECOND = timedelta(seconds=1)


@dataclass
class Answer:
    """What a server answers."""

    body: Callable[[bytes], bytes]
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": REPLY})


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Answer requests on this machine, and yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == QUERY
            body = answer.body(query)
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def client(pki: PKI, address: str, clock: SettableClock | None = None) -> ForeignTimeAuthority:
    """Return what gets tokens in the hash of a family."""
    digest = pki.algorithm.digest or Digest.SHA256
    return ForeignTimeAuthority(address, digest=digest, clock=clock or SettableClock(), evidence=lambda: pki.evidence)


def answering(pki: PKI, clock: SettableClock | None = None) -> Answer:
    """Return the answers of an authority."""
    return Answer(time_authority(pki.time_stamper, clock or SettableClock()).answer)


def test_a_token_from_elsewhere(pki: PKI) -> None:
    with serving(answering(pki)) as address:
        token = client(pki, address).stamp(MESSAGE)
    assert judge_time_stamp(token, MESSAGE, pki.evidence, now=NOW).verdict.outcome is Outcome.PASSED


def test_a_type_with_parameters(sm2_pki: PKI) -> None:
    good = answering(sm2_pki)
    with serving(Answer(good.body, headers={"Content-Type": f"{REPLY.upper()}; charset=binary"})) as address:
        client(sm2_pki, address).stamp(MESSAGE)


def test_a_clock_a_little_ahead_is_waited_for(sm2_pki: PKI) -> None:
    class TickingClock(SettableClock):
        @override
        def now(self) -> timedelta:  # type: ignore[override] # a moment
            self.advance(SECOND)
            return super().now()  # type: ignore[return-value]

    clock = TickingClock()
    with serving(answering(sm2_pki, SettableClock(NOW + 4 * SECOND))) as address:
        token = client(sm2_pki, address, clock).stamp(MESSAGE)
    assert stated_time(token) <= clock.moment
    assert clock.moment - stated_time(token) <= 2 * SECOND


@pytest.mark.parametrize("status", [204, 301, 400, 404, 500, 503])
def test_an_authority_that_does_not_answer_as_it_should(sm2_pki: PKI, status: int) -> None:
    good = answering(sm2_pki)
    headers = {"Content-Type": REPLY, "Location": "http://127.0.0.1:9/"}
    with serving(Answer(good.body, status=status, headers=headers)) as address, pytest.raises(TimeStampingUnavailable):
        client(sm2_pki, address).stamp(MESSAGE)


def test_nobody_is_there(sm2_pki: PKI) -> None:
    with pytest.raises(TimeStampingUnavailable) as caught:
        client(sm2_pki, f"http://127.0.0.1:{free_port()}/").stamp(MESSAGE)
    assert isinstance(caught.value, Unavailable)


@pytest.mark.parametrize(
    "answer", [b"", HEAD_WITHOUT_END, f"HTTP/1.1 200 OK\r\nContent-Type: {REPLY}\r\n\r\n".encode()]
)
def test_an_authority_that_keeps_one_waiting_is_not_waited_for_again_at_once(sm2_pki: PKI, answer: bytes) -> None:
    clock = SettableClock()
    with silent(answer) as (address, taken):
        slow = ForeignTimeAuthority(
            address, digest=Digest.SM3, clock=clock, evidence=lambda: sm2_pki.evidence, within=0.1
        )
        for _ in range(3):
            with pytest.raises(TimeStampingUnavailable):
                slow.stamp(MESSAGE)
        assert len(taken) == 1
        clock.advance(SILENCE)
        with pytest.raises(TimeStampingUnavailable):
            slow.stamp(MESSAGE)
        assert len(taken) == 2
        clock.set(NOW - SECOND)  # a clock that went back makes nobody wait for longer
        assert not slow.is_silent()


def test_an_authority_that_refuses_at_once_is_asked_again(sm2_pki: PKI) -> None:
    good = answering(sm2_pki)
    answers = Answer(good.body, status=503)
    with serving(answers) as address:
        asked = client(sm2_pki, address)
        with pytest.raises(TimeStampingUnavailable):
            asked.stamp(MESSAGE)
        answers.status = 200
        asked.stamp(MESSAGE)


def test_a_rejection(sm2_pki: PKI) -> None:
    refusal = Answer(lambda _: rejection(Failure.BAD_ALGORITHM, "no"))
    with serving(refusal) as address, pytest.raises(TimeStampRejected):
        client(sm2_pki, address).stamp(MESSAGE)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(lambda _: b"<html>log in first</html>", headers={"Content-Type": "text/html"}),
        Answer(lambda _: b"", headers={}),
        Answer(lambda _: b"<html>log in first</html>"),
        Answer(lambda _: b""),
        Answer(lambda _: bytes(MAX_ANSWER + 1)),
    ],
    ids=["another type", "no type", "not what the type says", "nothing", "far too much"],
)
def test_what_is_no_answer(sm2_pki: PKI, answer: Answer) -> None:
    with serving(answer) as address, pytest.raises(TimeStampUntrusted):
        client(sm2_pki, address).stamp(MESSAGE)


def test_a_token_that_was_made_before(sm2_pki: PKI) -> None:
    good, seen = answering(sm2_pki), []

    def replay(query: bytes) -> bytes:
        seen.append(good.body(query))
        return seen[0]

    with serving(Answer(replay)) as address:
        client(sm2_pki, address).stamp(MESSAGE)
        with pytest.raises(TimeStampUntrusted, match="nonce"):
            client(sm2_pki, address).stamp(MESSAGE)


def test_an_authority_that_nobody_vouches_for(sm2_pki: PKI) -> None:
    stranger = PKI.found(sm2_pki.algorithm)
    with serving(answering(stranger)) as address, pytest.raises(TimeStampUntrusted, match="no path"):
        client(sm2_pki, address).stamp(MESSAGE)


def test_the_settings_say_whose_time_it_is(shared: Service) -> None:
    instance = shared.instance

    def stampers(settings: Settings) -> list[object]:
        timekeeping = Timekeeping(
            settings=settings,
            store=instance.base.store,
            clock=shared.clock,
            service_keys=instance.service_keys,
            evidence=instance.evidence,
        )
        return [timekeeping.stamper(role) for role in (Role.TIME_STAMP_SM2, Role.TIME_STAMP_P256)]

    assert all(isinstance(one, OwnStamper) for one in stampers(Settings()))
    sm2, p256 = stampers(Settings(time_stamp_url_sm2="https://tsa.example/a", time_stamp_url_p256="http://tsa.example"))
    assert isinstance(sm2, ForeignTimeAuthority)
    assert isinstance(p256, ForeignTimeAuthority)
    assert [(one.address, one.digest) for one in (sm2, p256)] == [
        ("https://tsa.example/a", Digest.SM3),
        ("http://tsa.example", Digest.SHA256),
    ]
    assert shared.instance.timekeeping.authority(Role.TIME_STAMP_P256).digest is Digest.SHA256
