"""Time-stamps over HTTP: requests made by another library, answers judged as a stranger judges them."""

from pathlib import Path

import pytest
from asn1crypto import tsp

from api.foreign_time_authority import QUERY, REPLY
from api.settings import ClockCheck, TimeStampDialect
from tests.api.builders import Service, copied, served
from tests.fakes.clock import NOW, SettableClock
from trust.asn1 import oids
from trust.cms import Dialect, read_signed_message
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of
from trust.founding import Role
from trust.rotation import Rotation
from trust.time_requests import MAX_REQUEST, Failure, TimeStampRequest, TimeStampResponse
from trust.timestamping import judge_time_stamp, read_response
from trust.verdict import Outcome

MESSAGE = b"message"
FAMILIES = {"/tsa/sm2": Digest.SM3, "/tsa/p256": Digest.SHA256}


def ask(service: Service, path: str, query: bytes, **headers: str) -> TimeStampResponse:
    """Send a request, and return the answer."""
    answer = service.ask("POST", path, content=query, headers={"Content-Type": QUERY, **headers})
    assert (answer.status_code, answer.headers["content-type"]) == (200, REPLY)
    assert answer.headers["cache-control"] == "no-store"
    return TimeStampResponse.read(answer.content)


@pytest.mark.parametrize("path", FAMILIES)
def test_a_token_for_everybody(shared: Service, path: str) -> None:
    request = TimeStampRequest.over(MESSAGE, FAMILIES[path])
    answer = shared.ask("POST", path, content=request.der, headers={"Content-Type": QUERY})
    token = read_response(answer.content, request, MESSAGE, shared.instance.evidence(), now=NOW)
    report = judge_time_stamp(token, MESSAGE, shared.instance.evidence(), now=NOW)
    assert report.verdict.outcome is Outcome.PASSED
    assert report.proven_time == NOW.replace(microsecond=0)


@pytest.mark.parametrize("path", FAMILIES)
def test_a_request_of_another_library(shared: Service, path: str) -> None:
    digest = FAMILIES[path]
    imprint = {"hash_algorithm": {"algorithm": digest.oid}, "hashed_message": hash_of(digest, MESSAGE)}
    query = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": 12345})
    response = ask(shared, path, query.dump())
    content = read_signed_message(response.token).content
    assert content is not None
    assert tsp.TSTInfo.load(content, strict=True)["nonce"].native == 12345
    assert read_signed_message(response.token).certificates == ()


@pytest.mark.parametrize(
    ("query", "failure"),
    [
        (b"", Failure.BAD_DATA_FORMAT),
        (b"{}", Failure.BAD_DATA_FORMAT),
        (bytes(MAX_REQUEST + 1), Failure.BAD_DATA_FORMAT),
        (TimeStampRequest.over(MESSAGE, Digest.SHA1).der, Failure.BAD_ALGORITHM),
        (TimeStampRequest(digest=Digest.SM3, imprint=bytes(32), policy="2.25.1").der, Failure.UNACCEPTED_POLICY),
    ],
    ids=["nothing", "JSON", "too much", "SHA-1", "another policy"],
)
def test_a_refusal_is_an_answer(shared: Service, query: bytes, failure: Failure) -> None:
    assert ask(shared, "/tsa/sm2", query).failures == (failure,)


def test_each_family_has_its_hash_functions(shared: Service) -> None:
    for path, other in (("/tsa/sm2", Digest.SHA256), ("/tsa/p256", Digest.SM3)):
        query = TimeStampRequest.over(MESSAGE, other).der
        assert ask(shared, path, query).failures == (Failure.BAD_ALGORITHM,)


def test_an_address_may_not_ask_forever(founded_folder: Path, tmp_path: Path) -> None:
    with served(copied(founded_folder, tmp_path / "instance"), time_stamp_rate="2/minute") as service:
        query = TimeStampRequest.over(MESSAGE, Digest.SM3).der
        for _ in range(2):
            ask(service, "/tsa/sm2", query)
        for path in FAMILIES:
            answer = service.ask("POST", path, content=query, headers={"Content-Type": QUERY})
            assert (answer.status_code, answer.json()["code"]) == (429, "request.too_many")


def test_no_time_is_stated_while_the_clock_is_wrong(service: Service) -> None:
    query = TimeStampRequest.over(MESSAGE, Digest.SM3).der
    assert ask(service, "/tsa/sm2", query).token
    service.clock.jump(-(NOW - NOW.replace(hour=0)))
    assert ask(service, "/tsa/sm2", query).failures == (Failure.TIME_NOT_AVAILABLE,)
    assert "time" in {part["name"] for part in service.ask("GET", "/health/ready").json()["parts"] if not part["ok"]}
    service.clock.jump(NOW - NOW.replace(hour=0))
    assert ask(service, "/tsa/sm2", query).token


def test_no_time_is_stated_while_the_kernel_knows_of_no_synchronisation(founded_folder: Path, tmp_path: Path) -> None:
    # A bound of a millisecond is more than any kernel promises.
    folder = copied(founded_folder, tmp_path / "instance")
    with served(folder, clock_check=ClockCheck.KERNEL, clock_maximum_error=1) as service:
        query = TimeStampRequest.over(MESSAGE, Digest.SM3).der
        assert ask(service, "/tsa/sm2", query).failures == (Failure.TIME_NOT_AVAILABLE,)


@pytest.mark.parametrize("dialect", TimeStampDialect)
def test_the_message_around_a_token(founded_folder: Path, tmp_path: Path, dialect: TimeStampDialect) -> None:
    with served(copied(founded_folder, tmp_path / "instance"), time_stamp_dialect=dialect) as service:
        query = TimeStampRequest.over(MESSAGE, Digest.SM3).der
        message = read_signed_message(ask(service, "/tsa/sm2", query).token)
        assert message.dialect is Dialect(dialect.value)
        assert message.content_type == oids.TST_INFO
        token = service.instance.stampers.seal.stamp(MESSAGE)
        assert read_signed_message(token).dialect is Dialect(dialect.value)
        report = judge_time_stamp(token, MESSAGE, service.instance.evidence(), now=NOW)
        assert report.verdict.outcome is Outcome.PASSED


def test_a_new_key_takes_over_without_a_restart(service: Service) -> None:
    instance = service.instance
    rotation = Rotation(store=instance.base.store, custody=instance.base.custody, authorities=instance.base.authorities)
    query = TimeStampRequest.over(MESSAGE, Digest.SM3).der
    first = read_signed_message(ask(service, "/tsa/sm2", query).token)
    made = rotation.rotate(Role.TIME_STAMP_SM2, actor="test")
    instance.service_keys.refresh()
    for token in (ask(service, "/tsa/sm2", query).token, instance.stampers.seal.stamp(MESSAGE)):
        message = read_signed_message(token)
        assert message.signers[0].serial == made.certificate.serial != first.signers[0].serial


def test_what_was_issued_is_put_on_record(service: Service) -> None:
    before = service.head()
    query = TimeStampRequest.over(MESSAGE, Digest.SM3).der
    for _ in range(5):
        ask(service, "/tsa/sm2", query)
    service.instance.timekeeping.ledger.flush()
    found = [one for one in service.events(after=before) if one.tag == "time_stamp:issue:done"]
    assert [one.facts["tokens"] for one in found] == [1, 4]


def test_the_clock_of_a_test_stands_still() -> None:
    clock = SettableClock()
    assert clock.elapsed() == clock.elapsed()
