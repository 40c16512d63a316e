"""Verification jobs on both databases: kept whole, judged once, read by the bearer alone, erased in time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from typing_extensions import override

from api.verification_jobs.errors import VerificationInterrupted, VerificationJobUnknown, VerificationQueueFull
from api.verification_jobs.jobs import JobRules, JobState, Order
from api.verification_jobs.repository import PIECE, JobRepository
from api.verification_jobs.service import MOST_ATTEMPTS, VerificationJobs
from keys.wrapping import EnvelopeProtection, RootKey
from tests.fakes.clock import NOW, SettableClock
from trust import repository as trail
from trust.pdf.intake import PDFEncrypted
from trust.store import Store
from trust.workers import WorkerBusy, WorkerExhausted

FILE = b"%PDF-1.7 a file that nobody else may read"
ORDER = Order(file=FILE, name="张三的证照.pdf", password="geheim", at=NOW - timedelta(days=1))


def echo(order: Order) -> bytes:
    """Judge as a mirror would."""
    return b"judged " + order.file


def jobs(store: Store, judge: Callable[[Order], bytes] = echo, rules: JobRules | None = None) -> VerificationJobs:
    repository = JobRepository(EnvelopeProtection.derived(RootKey(b"\x5a" * 32)))
    return VerificationJobs(store=store, repository=repository, judge=judge, rules=rules)


def everything(store: Store) -> str:
    """Return all that stands in the tables and in the audit trail."""
    with store.writer.connect() as connection:
        rows = [
            connection.execute(sa.text(f"SELECT * FROM {table}")).all()  # noqa: S608 - names of ours
            for table in ("verification_job", "verification_piece")
        ]
    with store.reading() as view:
        return str(rows) + str(trail.events(view, after=0))


def tags(store: Store) -> list[str]:
    with store.reading() as view:
        return [one.event.tag.split(":")[1] for one in trail.events(view, after=0)]


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(ORDER, id="with everything said"),
        pytest.param(Order(file=FILE), id="with nothing said"),
        pytest.param(Order(file=b"", content=b""), id="empty"),
        pytest.param(Order(file=b"ab" * PIECE, content=b"c" * (PIECE + 1)), id="in several pieces"),
    ],
)
def test_a_file_is_judged_as_it_was_sent(store: Store, order: Order) -> None:
    seen = list[Order]()

    def judge(one: Order) -> bytes:
        seen.append(one)
        return b"verdict"

    desk = jobs(store, judge)
    job, secret = desk.ask(order)
    assert (job.state, job.size, job.made_at, job.expires_at) == (
        JobState.WAITING,
        order.size,
        NOW,
        NOW + timedelta(hours=24),
    )
    assert (desk.round(), desk.round()) == (1, 0)
    assert seen == [order]
    found = desk.read(secret)
    assert (found.state, found.result, found.ended_at, found.is_under_way) == (JobState.DONE, b"verdict", NOW, False)


def test_jobs_are_judged_in_their_order(store: Store, clock: SettableClock) -> None:
    seen = list[bytes]()

    def judge(one: Order) -> bytes:
        seen.append(one.file)
        return b""

    desk = jobs(store, judge)
    for file in (b"first", b"second", b"third"):
        desk.ask(Order(file=file))
        clock.advance(timedelta(seconds=1))
    while desk.round():
        pass
    assert seen == [b"first", b"second", b"third"]


def test_nothing_of_a_file_stands_in_the_open(store: Store) -> None:
    desk = jobs(store)
    _, secret = desk.ask(ORDER)
    before = everything(store)
    desk.round()
    for told in (before, everything(store)):
        for hidden in (FILE.decode(), FILE.hex(), "张三", "geheim", secret):
            assert hidden not in told


def test_a_file_is_erased_once_it_is_judged(store: Store) -> None:
    desk = jobs(store)
    desk.ask(ORDER)
    desk.round()
    with store.writer.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM verification_piece")).scalar() == 0
        assert connection.execute(sa.text("SELECT asked FROM verification_job")).scalar() is None


@pytest.mark.parametrize("secret", ["", "x", "x" * 32, "x" * 200])
def test_nobody_reads_a_job_without_its_secret(sqlite_store: Store, secret: str) -> None:
    desk = jobs(sqlite_store)
    job, right = desk.ask(ORDER)
    for wrong in (secret, job.id, right.swapcase(), right[:-1], right + "A"):
        with pytest.raises(VerificationJobUnknown):
            desk.read(wrong)
    assert len(right) == 32


def test_a_file_that_cannot_be_judged_says_why(store: Store) -> None:
    def refuse(_: Order) -> bytes:
        raise PDFEncrypted

    desk = jobs(store, refuse)
    _, secret = desk.ask(ORDER)
    assert desk.round() == 1
    found = desk.read(secret)
    assert (found.state, found.fault, found.result) == (JobState.REFUSED, "pdf.encrypted", None)
    assert tags(store) == ["make", "claim", "refuse"]


def test_a_file_that_exhausts_a_worker_is_not_tried_again(store: Store) -> None:
    def burn(_: Order) -> bytes:
        raise WorkerExhausted(limit="memory")

    desk = jobs(store, burn)
    _, secret = desk.ask(ORDER)
    assert desk.round() == 1
    found = desk.read(secret)
    assert (found.fault, found.facts, found.attempts) == ("worker.exhausted", {"limit": "memory"}, 1)


def test_a_file_that_finds_no_worker_waits(store: Store, clock: SettableClock) -> None:
    plan: list[Exception | bytes] = [*[WorkerBusy(seconds=1)] * (MOST_ATTEMPTS + 2), b"verdict"]

    def judge(_: Order) -> bytes:
        told = plan.pop(0)
        if isinstance(told, Exception):
            raise told
        return told

    desk = jobs(store, judge)
    _, secret = desk.ask(ORDER)
    while len(plan) > 1:
        assert desk.round() == 0
        assert desk.round() == 0, "it waits before the next attempt"
        assert desk.read(secret).state is JobState.WAITING
        clock.advance(desk.rules.pause + timedelta(seconds=1))
    assert desk.round() == 1
    assert desk.read(secret).result == b"verdict"


def test_a_restart_loses_nothing(store: Store, clock: SettableClock) -> None:
    def die(_: Order) -> bytes:
        raise KeyboardInterrupt

    desk = jobs(store, die)
    _, secret = desk.ask(ORDER)
    with pytest.raises(KeyboardInterrupt):
        desk.round()
    after = jobs(store)
    assert after.read(secret).is_under_way
    assert after.round() == 0, "it may still be under way elsewhere"
    clock.advance(after.rules.lease + timedelta(seconds=1))
    assert not after.read(secret).is_under_way
    assert after.round() == 1
    assert after.read(secret).result == b"judged " + FILE


def test_a_file_that_breaks_every_process_is_given_up(store: Store, clock: SettableClock) -> None:
    def die(_: Order) -> bytes:
        raise RuntimeError

    desk = jobs(store, die)
    _, secret = desk.ask(ORDER)
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(RuntimeError):
            desk.round()
        clock.advance(desk.rules.lease + timedelta(seconds=1))
    assert desk.round() == 1
    assert desk.read(secret).fault == VerificationInterrupted.code == "verification_job.interrupted"


@pytest.mark.parametrize("ending", ["verdict", "refusal", "delay"])
def test_whoever_was_silent_too_long_has_no_say_any_more(store: Store, clock: SettableClock, ending: str) -> None:
    others = jobs(store)

    def slow(_: Order) -> bytes:
        clock.advance(others.rules.lease + timedelta(seconds=1))
        assert others.round() == 1
        if ending == "refusal":
            raise PDFEncrypted
        if ending == "delay":
            raise WorkerBusy(seconds=1)
        return b"too late"

    _, secret = others.ask(ORDER)
    assert jobs(store, slow).round() == 0
    assert others.read(secret).result == b"judged " + FILE


def test_one_of_two_works_on_a_job(store: Store) -> None:
    desk = jobs(store)
    job, _ = desk.ask(ORDER)
    assert desk.claim(job.id, "one")
    assert not desk.claim(job.id, "other")
    assert desk.work(job.id) == 0


def test_a_job_that_is_gone_is_nobodys_work(store: Store) -> None:
    desk = jobs(store)
    job, _ = desk.ask(ORDER)
    with store.reading() as view:
        assert desk.repository.order(view, job.id, owner="nobody") is None


def test_a_job_that_goes_while_it_is_claimed_is_left(sqlite_store: Store) -> None:
    class Vanishing(JobRepository):
        """Tables whose jobs are erased right after they were claimed."""

        @override
        def order(self, *_: object, **__: object) -> None:
            return None

    whole = jobs(sqlite_store)
    desk = VerificationJobs(
        store=sqlite_store, repository=Vanishing(whole.repository.protection), judge=echo, rules=whole.rules
    )
    desk.ask(ORDER)
    assert desk.round() == 0


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param(JobRules(waiting=2), id="by number"),
        pytest.param(JobRules(octets=2 * len(FILE)), id="by octets"),
    ],
)
def test_the_queue_has_an_end(store: Store, rules: JobRules) -> None:
    desk = jobs(store, rules=rules)
    for _ in range(2):
        desk.ask(Order(file=FILE))
    with pytest.raises(VerificationQueueFull) as raised:
        desk.ask(Order(file=FILE))
    assert (raised.value.code, raised.value.details) == ("verification_job.queue_full", {"seconds": 30})
    desk.round()
    desk.ask(Order(file=FILE))


def test_a_job_is_erased_when_its_time_is_over(store: Store, clock: SettableClock) -> None:
    desk = jobs(store, rules=JobRules(keeps=timedelta(hours=1)))
    _, judged = desk.ask(ORDER)
    desk.round()
    clock.advance(timedelta(minutes=30))
    _, waiting = desk.ask(ORDER)
    assert desk.tidy() == 0
    clock.advance(timedelta(minutes=30))
    with pytest.raises(VerificationJobUnknown):
        desk.read(judged)
    assert desk.tidy() == 1
    assert desk.read(waiting).state is JobState.WAITING
    clock.advance(timedelta(minutes=30))
    assert desk.round() == 0, "nobody could read it any more"
    assert (desk.tidy(), desk.tidy()) == (1, 0)
    with store.writer.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM verification_job")).scalar() == 0
        assert connection.execute(sa.text("SELECT count(*) FROM verification_piece")).scalar() == 0
    assert tags(store)[-1] == "erase"


@pytest.mark.parametrize("keeps", [timedelta(0), timedelta(hours=24, seconds=1)])
def test_no_verdict_is_kept_for_more_than_a_day(keeps: timedelta) -> None:
    with pytest.raises(ValueError, match="a day at most"):
        JobRules(keeps=keeps)


def test_a_worker_is_the_desk_itself(sqlite_store: Store) -> None:
    desk = jobs(sqlite_store)
    assert desk.worker() is desk


def test_what_is_told_of_an_order_shows_nothing_of_it() -> None:
    assert repr(ORDER) == f"Order(at={datetime.__repr__(NOW - timedelta(days=1))})"
