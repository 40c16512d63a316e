"""A provider over real HTTP on this machine: what it signs for this question counts, and nothing else that is said."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.proofing.breaker import FAILURES, BreakerState
from api.proofing.over_http import MAX_ANSWER
from identity.proofing.errors import ProviderAnswerRefused, ProviderUnavailable
from identity.proofing.proofing import Method, Source
from identity.proofing.provider import Outcome
from tests.api.proofing.rig import CLAIMED, TIMEOUT, Rig, rigged
from tests.builders import PKI
from tests.fakes.clock import NOW, SettableClock
from tests.proofing_provider import Plan, Said
from trust.crypto.sm3 import sm3
from trust.profiles import DOCUMENT_SIGNER
from trust.signing import SigningUnavailable


@pytest.fixture(scope="module")
def module_rig(module_pki: PKI) -> Iterator[Rig]:
    """Return a client and a provider that serves."""
    with rigged(module_pki, SettableClock()) as rig:
        yield rig


@pytest.fixture(scope="module")
def module_pki() -> PKI:
    """Return a PKI in SM2."""
    return PKI.found()


@pytest.fixture
def rig(module_rig: Rig) -> Rig:
    """Return a client and a provider that has no plans, and whose breaker is closed."""
    module_rig.simulated.plans.clear()
    module_rig.simulated.calls.clear()
    module_rig.provider.breaker.succeeded()
    module_rig.clock.set(NOW)
    return module_rig


def test_a_person_comes_and_is_found_to_be_who_they_say(rig: Rig) -> None:
    asked = rig.question()
    started = rig.provider.begin(asked)
    assert (started.transaction, started.address) == ("t-prfo_1", "https://proofing.example/t-prfo_1")
    rig.clock.advance(timedelta(minutes=3))
    answer = rig.provider.result(asked, started.transaction)
    assert (answer.outcome, answer.reference, answer.nonce) == (Outcome.MATCHED, "prfo_1", asked.nonce)
    assert (answer.transaction, answer.person) == (started.transaction, CLAIMED.digest(asked.nonce))
    assert answer.sources == {Source.NAME_AND_NUMBER, Source.DOCUMENT_CHIP, Source.FACE_LIVE}
    assert answer.at == NOW + timedelta(minutes=3)
    assert rig.simulated.begun["t-prfo_1"] == {
        "name": CLAIMED.name,
        "number": CLAIMED.number,
        "phone": CLAIMED.phone,
    }


def test_records_are_compared(rig: Rig) -> None:
    answer = rig.provider.match(rig.question(Method.MATCH))
    assert answer.outcome is Outcome.MATCHED
    assert answer.sources == {Source.NAME_AND_NUMBER, Source.PHONE}


def test_the_evidence_is_the_digest_of_what_was_signed(rig: Rig) -> None:
    told: list[str] = []
    rig.simulated.plan(lambda said: setattr(said, "changed_after", lambda answer: told.append(answer["data"])))
    assert rig.provider.match(rig.question(Method.MATCH)).evidence == sm3(told[0].encode()).hex()


def put(name: str, value: Any) -> Plan:  # noqa: ANN401 - any JSON
    """Return the plan of saying something else, signed."""
    return lambda said: said.data.update({name: value})


def leave_out(name: str) -> Plan:
    """Return the plan of saying less."""

    def plan(said: Said) -> None:
        del said.data[name]

    return plan


def after(change: Callable[[dict[str, Any]], None]) -> Plan:
    """Return the plan of a change by somebody on the way."""
    return lambda said: setattr(said, "changed_after", change)


def say(raw: bytes) -> Plan:
    """Return the plan of saying just this."""
    return lambda said: setattr(said, "raw", raw)


@pytest.mark.parametrize(
    ("fault", "plan"),
    [
        ("question", put("client", "another")),
        ("question", put("reference", "prfo_2")),
        ("question", put("nonce", "ba" * 16)),
        ("outcome", put("outcome", "perhaps")),
        ("sources", put("sources", ["name_and_number", "hearsay"])),
        ("sources", put("sources", "phone")),
        ("sources", put("sources", [None])),
        ("at", put("at", "yesterday")),
        ("at", put("at", "2026-11-22T04:05:06")),
        ("at", put("at", 1)),
        ("person", put("person", "")),
        ("person", put("person", None)),
        ("transaction", put("transaction", "x" * 2001)),
        ("transaction", put("transaction", "t\n1")),
        ("members", put("further", "thing")),
        *(("members", leave_out(name)) for name in ("client", "reference", "nonce", "transaction", "at")),
        *(("members", leave_out(name)) for name in ("outcome", "person", "sources")),
        ("signature", after(lambda answer: answer.update(data=answer["data"] + " "))),
        ("signature", after(lambda answer: answer.update(signature="!"))),
        ("signature", after(lambda answer: answer.update(signature="AAAA"))),
        ("signature", lambda said: setattr(said, "signed_step", "result")),
        ("signature", lambda said: setattr(said, "asked", said.asked + " ")),
        ("form", after(lambda answer: answer.update(further="thing"))),
        ("form", after(lambda answer: answer.pop("signature"))),
        ("form", say(b"")),
        ("form", say(b"[]")),
        ("form", say(b"{")),
        ("form", say(b"[" * 5000)),
        ("data", after(lambda answer: answer.update(data=7))),
        ("signature", after(lambda answer: answer.update(signature=None))),
    ],
)
def test_what_is_not_said_to_this_question_by_the_provider_counts_for_nothing(rig: Rig, fault: str, plan: Plan) -> None:
    rig.simulated.plan(plan)
    with pytest.raises(ProviderAnswerRefused) as refused:
        rig.provider.match(rig.question(Method.MATCH))
    assert refused.value.details == {"fault": fault}
    assert rig.simulated.calls == ["match"]


def test_another_party_of_the_same_authority_is_not_the_provider(rig: Rig) -> None:
    other = rig.pki.issue(DOCUMENT_SIGNER)
    rig.simulated.plan(lambda said: setattr(said, "signer", other))
    with pytest.raises(ProviderAnswerRefused):
        rig.provider.match(rig.question(Method.MATCH))


def test_an_answer_of_before_is_none(rig: Rig) -> None:
    """Every request says when it was made, and the answer is signed over it."""
    kept: list[bytes] = []

    def keep(said: Said) -> None:
        kept.append(rig.simulated.octets(said))

    rig.simulated.plan(keep, lambda said: setattr(said, "raw", kept[0]))
    asked = rig.question(Method.MATCH)
    rig.provider.match(asked)
    rig.clock.advance(timedelta(seconds=1))
    with pytest.raises(ProviderAnswerRefused):
        rig.provider.match(asked)


def test_a_certificate_that_is_over_vouches_for_nothing(rig: Rig) -> None:
    rig.clock.set(rig.provider.certificate.not_after + timedelta(seconds=1))
    with pytest.raises(ProviderAnswerRefused) as refused:
        rig.provider.match(rig.question(Method.MATCH))
    assert refused.value.details == {"fault": "certificate"}


@pytest.mark.parametrize("address", ["http://proofing.example/t", "javascript:alert(1)", "ftp://proofing.example/"])
def test_a_person_is_sent_nowhere_without_tls(rig: Rig, address: str) -> None:
    rig.simulated.plan(put("address", address))
    with pytest.raises(ProviderAnswerRefused) as refused:
        rig.provider.begin(rig.question())
    assert refused.value.details == {"fault": "address"}


def drop(said: Said) -> None:
    """Say nothing."""
    said.dropped = True


def test_a_question_that_changes_nothing_is_put_a_second_time(rig: Rig) -> None:
    rig.simulated.plan(drop)
    assert rig.provider.match(rig.question(Method.MATCH)).outcome is Outcome.MATCHED
    assert rig.simulated.calls == ["match", "match"]
    rig.simulated.calls.clear()
    rig.simulated.plan(drop, drop)
    with pytest.raises(ProviderUnavailable):
        rig.provider.match(rig.question(Method.MATCH))
    assert rig.simulated.calls == ["match", "match"]


def test_a_person_is_announced_once(rig: Rig) -> None:
    rig.simulated.plan(drop)
    with pytest.raises(ProviderUnavailable) as silent:
        rig.provider.begin(rig.question())
    assert (silent.value.details, rig.simulated.calls) == ({"seconds": 30}, ["begin"])


@pytest.mark.parametrize("status", [204, 302, 400, 401, 429, 500, 503])
def test_any_other_status_is_no_answer(rig: Rig, status: int) -> None:
    rig.simulated.plan(lambda said: setattr(said, "status", status), lambda said: setattr(said, "status", status))
    with pytest.raises(ProviderUnavailable):
        rig.provider.match(rig.question(Method.MATCH))


def test_an_answer_has_a_limit(rig: Rig) -> None:
    rig.simulated.plan(say(b" " * (MAX_ANSWER + 1)))
    with pytest.raises(ProviderUnavailable):
        rig.provider.match(rig.question(Method.MATCH))


def test_an_answer_that_drips_is_not_waited_for(rig: Rig) -> None:
    rig.simulated.plan(lambda said: setattr(said, "slow", lambda: rig.clock.advance(TIMEOUT + timedelta(seconds=1))))
    with pytest.raises(ProviderUnavailable):
        rig.provider.match(rig.question(Method.MATCH))


def test_who_says_nothing_is_not_waited_for(rig: Rig) -> None:
    silence = threading.Event()
    hurried = replace(rig.provider, client=rig.client.__class__(timeout=0.05, trust_env=False))
    rig.simulated.plan(*[lambda said: setattr(said, "slow", lambda: silence.wait(5) and None)] * 2)
    try:
        with pytest.raises(ProviderUnavailable):
            hurried.match(rig.question(Method.MATCH))
    finally:
        silence.set()
        hurried.client.close()


def test_nobody_is_asked_while_the_breaker_is_open(rig: Rig) -> None:
    rig.simulated.plan(*[say(b"{}")] * FAILURES)
    for _ in range(FAILURES):
        with pytest.raises(ProviderAnswerRefused):
            rig.provider.match(rig.question(Method.MATCH))
    assert rig.provider.breaker.state is BreakerState.OPEN
    asked = len(rig.simulated.calls)
    with pytest.raises(ProviderUnavailable):
        rig.provider.begin(rig.question())
    assert len(rig.simulated.calls) == asked


def test_a_key_that_does_not_work_is_no_failure_of_the_provider(rig: Rig) -> None:
    def broken() -> Any:  # noqa: ANN401 - never returns
        raise SigningUnavailable

    provider = replace(rig.provider, credential=broken)
    for _ in range(FAILURES):
        with pytest.raises(SigningUnavailable):
            provider.match(rig.question(Method.MATCH))
    assert rig.provider.breaker.state is BreakerState.CLOSED


def test_nothing_personal_stands_in_the_address_or_the_errors(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    rig.simulated.plan(say(b"{}"))
    with pytest.raises(ProviderAnswerRefused) as refused:
        rig.provider.match(rig.question(Method.MATCH))
    for said in (caplog.text, str(refused.value), repr(rig.provider)):
        for secret in (CLAIMED.name, CLAIMED.number, CLAIMED.phone):
            assert secret not in said
