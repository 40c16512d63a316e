"""The platform above, over real HTTP on this machine: what it signs counts, and nothing that anybody else says."""

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from typing_extensions import override

from api.demo.service import free_port
from api.settings import SettingInvalid
from api.upper_platform import MAX_ANSWER, PATIENCE, UpperPlatform, configured_platform
from tests.api.builders import Service, settings_for
from tests.builders import PKI, Party
from tests.fakes.clock import NOW, SettableClock
from tests.fakes.custody import MemoryCustody
from tests.upper_platform import RANDOM, Answer, SimulatedPlatform, Task, serving
from trust.certificates import pem
from trust.founding import Role
from trust.outbox import CarrierUnavailable, MessageRefused
from trust.outbox_repository import Message, MessageState
from trust.profiles import DOCUMENT_SIGNER, STATUS_PUBLISHER
from trust.signing import Signer, SigningUnavailable

MESSAGE = Message(
    id="msg_1",
    number=1,
    topic="seal status",
    subject="seal_1",
    payload={"task": "103", "data": {"sealCode": "33010000000001", "sealName": "某市||局|章", "validEndTime": "x"}},
    created_at=NOW,
    state=MessageState.WAITING,
    due_at=NOW,
)
YEARS = timedelta(days=3650)


@dataclass(frozen=True)
class Rig:
    """A platform that answers, and the client that asks it."""

    publisher: Party
    platform: SimulatedPlatform
    client: UpperPlatform
    clock: SettableClock


def client_of(publisher: Party, platform: Party, address: str, clock: SettableClock) -> UpperPlatform:
    """Return a client that trusts a platform."""
    return UpperPlatform(
        address=address,
        certificate=platform.certificate,
        identifier="330000",
        credential=lambda: (publisher.signer, publisher.certificate),
        clock=clock,
    )


@pytest.fixture
def rig(sm2_pki: PKI, clock: SettableClock) -> Iterator[Rig]:
    """Serve a platform."""
    publisher = sm2_pki.issue(STATUS_PUBLISHER, subject="某省电子印章状态发布系统")
    theirs = sm2_pki.issue(DOCUMENT_SIGNER, subject="国家统一电子印章平台")
    platform = SimulatedPlatform(theirs, publisher.certificate)
    with serving(platform) as address:
        yield Rig(publisher, platform, client_of(publisher, theirs, address, clock), clock)


def fault(rig: Rig) -> str:
    """Return why a delivery is to be tried again."""
    with pytest.raises(CarrierUnavailable) as caught:
        rig.client.deliver(MESSAGE)
    assert caught.value.code == "outbox.carrier_unavailable"
    return str(caught.value.details["fault"])


def test_a_task_arrives_with_its_fields_and_a_receipt_comes_back(rig: Rig) -> None:
    receipt = rig.client.deliver(MESSAGE)
    assert rig.platform.calls == ["introduce", "transfer"]
    data = {**MESSAGE.payload["data"], "provincePubSysId": "330000"}
    assert rig.platform.taken == [Task(name="msg_1", code="103", data=data)]
    assert receipt.answer == "已接收"
    assert json.loads(receipt.proof)["signValue"]


def test_without_a_number_of_its_own_an_instance_names_none(rig: Rig) -> None:
    theirs = rig.platform.platform
    nameless = UpperPlatform(rig.client.address, theirs.certificate, "", rig.client.credential, rig.clock)
    nameless.deliver(MESSAGE)
    assert rig.platform.taken[0].data == MESSAGE.payload["data"]


def test_a_refusal_that_the_platform_signed_is_final(rig: Rig) -> None:
    rig.platform.refuses = lambda _: "印章\x07未备案"
    with pytest.raises(MessageRefused) as caught:
        rig.client.deliver(MESSAGE)
    assert caught.value.code == "outbox.refused"
    assert caught.value.details == {"answer": "印章 未备案"}


def test_long_words_are_cut(rig: Rig) -> None:
    rig.platform.refuses = lambda _: "长" * 1000
    with pytest.raises(MessageRefused) as caught:
        rig.client.deliver(MESSAGE)
    assert caught.value.details == {"answer": "长" * 500}


def drop(answer: Answer) -> None:
    answer.dropped = True


def test_dropped_after_accepting_it_is_sent_again_and_taken_once(rig: Rig) -> None:
    rig.platform.plan("transfer", drop)
    assert fault(rig) == "RemoteProtocolError"
    assert len(rig.platform.taken) == 1
    assert rig.client.deliver(MESSAGE).answer == "已接收"
    assert len(rig.platform.taken) == 1


def say(**members: object) -> Callable[[Answer], None]:
    """Return a plan that replaces members of the answer; None takes one out."""

    def change(answer: Answer) -> None:
        answer.body = {name: value for name, value in {**answer.body, **members}.items() if value is not None}

    return change


def send(raw: bytes = b"", status: int = 200, **headers: str) -> Callable[[Answer], None]:
    """Return a plan that sends something else."""

    def change(answer: Answer) -> None:
        answer.raw, answer.status = raw or None, status
        answer.headers |= {name.replace("_", "-"): value for name, value in headers.items()}

    return change


BROKEN = {
    "a server error": (send(status=503), "HTTP status 503"),
    "an address that is not there": (send(status=404), "HTTP status 404"),
    "a redirection": (send(status=302, Location="http://127.0.0.1:1/"), "HTTP status 302"),
    "no JSON": (send(b"<html>"), "the answer is no JSON"),
    "JSON too deep": (send(b"[" * 60_000), "the answer is no JSON"),
    "no object": (send(b"[0]"), "the answer is no JSON object"),
    "far too much": (send(b" " * (MAX_ANSWER + 1)), "the answer is far too large"),
    "no result": (say(result=None), "the answer lacks result"),
    "a result that is true": (say(result=True), "the answer lacks result"),
    "no words": (say(msg=None), "the answer lacks msg"),
}


@pytest.mark.parametrize("step", ["introduce", "transfer"])
@pytest.mark.parametrize("case", BROKEN)
def test_an_answer_that_is_none_is_asked_for_again(rig: Rig, step: str, case: str) -> None:
    plan, expected = BROKEN[case]
    if (step, case) == ("introduce", "no words"):
        rig.platform.plan(step, say(result="1", msg=None))
    else:
        rig.platform.plan(step, plan)
    assert fault(rig) == expected


def test_a_number_is_a_result_too(rig: Rig) -> None:
    rig.platform.plan("introduce", say(result=0))
    rig.platform.plan("transfer", say(result=0))
    assert rig.client.deliver(MESSAGE).answer == "已接收"


FORGED = {
    "result": (say(result="1"), "the platform's signature does not hold"),
    "words": (say(msg="好"), "the platform's signature does not hold"),
    "half a character": (say(msg="\ud800"), "the platform's signature does not hold"),
    "no signature": (say(signValue=None), "the answer lacks signValue"),
    "no Base64": (say(signValue="??"), "the platform's signature does not hold"),
    "another signature": (say(signValue=b64encode(bytes(70)).decode()), "the platform's signature does not hold"),
}


@pytest.mark.parametrize("case", FORGED)
def test_what_the_platform_did_not_sign_counts_for_nothing(rig: Rig, case: str) -> None:
    plan, expected = FORGED[case]
    rig.platform.plan("transfer", plan)
    assert fault(rig) == expected


def test_an_unsigned_refusal_is_not_final(rig: Rig) -> None:
    rig.platform.refuses = lambda _: "不认识"
    rig.platform.plan("transfer", say(signValue=""))
    assert fault(rig) == "the platform's signature does not hold"


def test_a_signed_result_that_nobody_knows_is_no_receipt(rig: Rig) -> None:
    rig.platform.good = "2"
    assert fault(rig) == "the answer's result is neither 0 nor 1"


def test_the_answer_to_another_exchange_does_not_count(rig: Rig) -> None:
    kept: list[dict[str, object]] = []
    rig.platform.plan("transfer", lambda answer: kept.append(dict(answer.body)), lambda answer: replay(answer, kept[0]))
    rig.client.deliver(MESSAGE)
    assert fault(rig) == "the platform's signature does not hold"  # each task is signed anew


def replay(answer: Answer, body: dict[str, object]) -> None:
    answer.body = body


def token(change: Callable[[list[str]], list[str]]) -> Callable[[Answer], None]:
    """Return a plan that changes the parts of the token."""

    def apply(answer: Answer) -> None:
        answer.body["token"] = "||".join(change(answer.body["token"].split("||")))

    return apply


TOKENS = {
    "three parts": (token(lambda parts: parts[:3]), "the token has not four parts"),
    "five parts": (token(lambda parts: [*parts, "x"]), "the token has not four parts"),
    "another certificate": (
        token(lambda parts: ["QUJD", *parts[1:]]),
        "the platform names another certificate than the configured one",
    ),
    "another question": (
        token(lambda parts: [*parts[:2], "00" * 8, parts[3]]),
        "the token answers another question",
    ),
    "no random number": (token(lambda parts: [parts[0], "", *parts[2:]]), "the token holds no random number"),
    "a random number of two": (
        token(lambda parts: [parts[0], "a|b", *parts[2:]]),
        "the token holds no random number",
    ),
    "another random number": (
        token(lambda parts: [parts[0], "00" * 8, *parts[2:]]),
        "the platform's signature does not hold",
    ),
    "no signature": (token(lambda parts: [*parts[:3], ""]), "the platform's signature does not hold"),
}


@pytest.mark.parametrize("case", TOKENS)
def test_a_platform_that_does_not_prove_itself_is_told_nothing(rig: Rig, case: str) -> None:
    plan, expected = TOKENS[case]
    rig.platform.plan("introduce", plan)
    assert fault(rig) == expected
    assert rig.platform.calls == ["introduce"]
    assert RANDOM not in expected


def test_a_platform_that_does_not_know_us_is_asked_again(rig: Rig, sm2_pki: PKI) -> None:
    rig.platform.publisher = sm2_pki.signer.certificate
    assert fault(rig) == "the platform does not accept our name: 未注册的系统"


@pytest.mark.parametrize("by", [-YEARS, YEARS], ids=["before", "after"])
def test_a_platform_whose_certificate_is_not_valid_now_is_told_nothing(rig: Rig, by: timedelta) -> None:
    rig.clock.advance(by)
    assert fault(rig) == "the platform's certificate is not valid now"
    assert rig.platform.calls == ["introduce"]


def test_nobody_there(rig: Rig) -> None:
    theirs = rig.platform.platform
    client = client_of(rig.publisher, theirs, f"http://127.0.0.1:{free_port()}", rig.clock)
    with pytest.raises(CarrierUnavailable) as caught:
        client.deliver(MESSAGE)
    assert caught.value.details == {"fault": "ConnectError"}


def test_an_answer_that_does_not_end_in_time_is_given_up(rig: Rig) -> None:
    class PassingClock(SettableClock):
        @override
        def elapsed(self) -> timedelta:
            self.advance(PATIENCE * 2)
            return super().elapsed()

    slow = PassingClock()
    rig.platform.plan("introduce", lambda answer: setattr(answer, "slow", lambda: None))
    client = client_of(rig.publisher, rig.platform.platform, rig.client.address, slow)
    with pytest.raises(CarrierUnavailable) as caught:
        client.deliver(MESSAGE)
    assert caught.value.details == {"fault": "the answer takes too long"}


def test_a_silent_server_is_given_up(rig: Rig) -> None:
    given_up = threading.Event()
    hasty = httpx2.Client(timeout=httpx2.Timeout(0.05), follow_redirects=False, trust_env=False)
    rig.platform.plan("introduce", lambda answer: setattr(answer, "slow", given_up.wait))
    theirs = rig.platform.platform.certificate
    client = UpperPlatform(rig.client.address, theirs, "330000", rig.client.credential, rig.clock, hasty)
    with pytest.raises(CarrierUnavailable) as caught:
        client.deliver(MESSAGE)
    given_up.set()
    hasty.close()
    assert caught.value.details == {"fault": "ReadTimeout"}


def test_a_key_that_does_not_sign_is_asked_again(rig: Rig) -> None:
    lost = Signer(MemoryCustody(), rig.publisher.key)
    publisher = Party(certificate=rig.publisher.certificate, signer=lost)
    client = client_of(publisher, rig.platform.platform, rig.client.address, rig.clock)
    with pytest.raises(SigningUnavailable):
        client.deliver(MESSAGE)
    assert rig.platform.calls == ["introduce"]


# --- from the settings


def test_the_settings_name_the_platform(service: Service, sm2_pki: PKI, tmp_path: Path) -> None:
    keys, clock = service.instance.service_keys, service.clock
    certificate = sm2_pki.signer.certificate
    for name, content in (("platform.der", certificate.der), ("platform.pem", pem(certificate.der))):
        path = tmp_path / name
        path.write_bytes(content)
        settings = settings_for(
            tmp_path,
            upper_platform_url="https://seal.example/up/",
            upper_platform_certificate=path,
            upper_platform_id="330000",
        )
        made = configured_platform(settings, keys, clock)
        assert made is not None
        assert (made.address, made.certificate, made.identifier) == ("https://seal.example/up", certificate, "330000")
        assert made.credential()[1] == keys.certificate(Role.STATUS_PUBLISHER)
    assert service.instance.upper_platform is None


@pytest.mark.parametrize("content", [None, b"nothing"], ids=["no file", "no certificate"])
def test_a_certificate_that_is_none_is_told(service: Service, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "platform.pem"
    if content is not None:
        path.write_bytes(content)
    settings = settings_for(tmp_path, upper_platform_url="https://seal.example", upper_platform_certificate=path)
    with pytest.raises(SettingInvalid) as caught:
        configured_platform(settings, service.instance.service_keys, service.clock)
    assert caught.value.details["setting"] == "TRUST_UPPER_PLATFORM_CERTIFICATE"
